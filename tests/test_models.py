"""The customer models against published fits, independent integrals and each other."""

import itertools
import json
import re
from pathlib import Path

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import betaln, gammaln, hyp2f1
from scipy.stats import beta as beta_law
from scipy.stats import gamma as gamma_law

from clvlib.models import BDW, BGBB, BGNBD, MBGNBD, SBG, GammaGamma, ParetoNBD, _fit, _histories, _spread, spend

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
PUBLISHED = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
MODIFIED = MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614)
PARETO = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)
SHOPS = [PUBLISHED, MODIFIED, PARETO]
SPEND = GammaGamma(p=6.25, q=3.74, gamma=15.44)

positive = st.floats(0.05, 20)
times = st.floats(0.1, 200)
unhurried = settings(deadline=None)  # the first call loads special functions


@pytest.fixture(scope="module")
def cdnow():
    """The published summary: times in weeks, rounded to two decimals."""
    return pd.read_csv(Path(__file__).parent.parent / "datasets" / "cdnow_summary.csv")


@pytest.fixture(scope="module")
def in_days(cdnow):
    return cdnow.assign(recency=(cdnow["recency"] * 7).round(), T=(cdnow["T"] * 7).round())


@pytest.fixture(scope="module")
def in_weeks(in_days):
    """Times in weeks without rounding."""
    return in_days.assign(recency=in_days["recency"] / 7, T=in_days["T"] / 7)


@st.composite
def histories(draw, size=6):
    T = np.array(draw(st.lists(times, min_size=size, max_size=size)))
    x = np.array(draw(st.lists(st.integers(0, 30), min_size=size, max_size=size)))
    share = np.array(draw(st.lists(st.floats(0.01, 1), min_size=size, max_size=size)))
    return pd.DataFrame({"frequency": x, "recency": np.where(x > 0, share * T, 0), "T": T})


shops = st.one_of(
    st.builds(BGNBD, r=positive, alpha=positive, a=positive, b=positive),
    st.builds(MBGNBD, r=positive, alpha=positive, a=positive, b=positive),
    st.builds(ParetoNBD, r=positive, alpha=positive, s=positive, beta=positive),
)


def _three(summary):
    return summary["frequency"], summary["recency"], summary["T"]


# Published numbers


def test_bgnbd_reproduces_fader_hardie_and_lee_2005_on_cdnow(cdnow):
    fit = BGNBD.fit(cdnow)
    assert (len(cdnow), (cdnow["frequency"] > 0).sum(), cdnow["frequency"].sum()) == (2357, 946, 2457)
    assert [round(value, 3) for value in fit.parameters.values()] == [0.243, 4.414, 0.793, 2.426]
    assert [round(value, 4) for value in fit.parameters.values()] == pytest.approx(
        [0.2426, 4.4135, 0.7929, 2.4258], abs=2e-4
    )
    assert fit.log_likelihood == pytest.approx(-9582.4256, abs=1e-4)
    assert fit.aic == pytest.approx(8 + 2 * 9582.4256, abs=2e-4)
    assert fit.diagnosis == "Converged, nothing to report."


def test_log_likelihood_is_in_the_users_units(in_weeks, in_days):
    weeks, days = BGNBD.fit(in_weeks), BGNBD.fit(in_days)
    assert weeks.log_likelihood == pytest.approx(-9582.4292, abs=1e-4)
    assert days.log_likelihood == pytest.approx(-14363.53, abs=0.005)
    assert days.log_likelihood == pytest.approx(weeks.log_likelihood - 2457 * np.log(7), abs=1e-6)
    assert (days.r, days.alpha, days.a, days.b) == pytest.approx((weeks.r, 7 * weeks.alpha, weeks.a, weeks.b), rel=1e-5)


def test_bgnbd_forecasts_reproduce_the_published_ones(in_weeks):
    fit = BGNBD.fit(in_weeks)
    assert round(PUBLISHED.expected_purchases(39, frequency=2, recency=30.43, T=38.86), 3) == 1.226
    assert round(fit.expected_purchases(39, frequency=2, recency=30.43, T=38.86), 3) == 1.226
    assert round(fit.expected_purchases(52, frequency=26, recency=216 / 7, T=31), 3) == 25.757
    assert round(fit.p_alive(frequency=26, recency=216 / 7, T=31), 5) == 0.96885
    assert round(fit.expected_purchases(52), 3) == 1.444


def test_mbgnbd_reproduces_the_published_fit_of_cdnow(cdnow):
    """The example notebook mbg_nbd of pymc-marketing; the sums by frequency were worked out apart."""
    fit = MBGNBD.fit(cdnow)
    assert list(fit.parameters.values()) == pytest.approx([0.524838, 6.182988, 0.891356, 1.614000], abs=1e-4)
    assert list(fit.standard_errors.values()) == pytest.approx([0.083264, 0.695597, 0.154785, 0.537472], rel=1e-3)
    forecast = fit.expected_purchases(39, *_three(cdnow))
    by_frequency = forecast.groupby(cdnow["frequency"].clip(upper=7)).mean()
    assert by_frequency.tolist() == pytest.approx(
        [0.18516, 0.55136, 1.04895, 1.49293, 2.10431, 2.56355, 3.36082, 5.84851], rel=1e-4
    )


@pytest.mark.parametrize(("history", "published"), [((0, 0, 40), -0.41792826), ((200, 38, 40), 100.7869)])
def test_mbgnbd_likelihood_of_one_customer_is_the_published_one(history, published):
    """The tests of pymc-marketing's MBG/NBD."""
    customer = pd.DataFrame([history], columns=["frequency", "recency", "T"])
    assert MBGNBD(r=0.25, alpha=4, a=0.8, b=2.5).log_likelihood_of(customer) == pytest.approx(published, rel=1e-7)


def test_pareto_nbd_reproduces_the_published_log_likelihood(in_weeks):
    fit = ParetoNBD.fit(in_weeks)
    assert fit.log_likelihood == pytest.approx(-9594.976, abs=5e-4)
    assert [round(value, 3) for value in (fit.r, fit.alpha, fit.s)] == [0.553, 10.578, 0.606]
    assert fit.diagnosis == "Converged, nothing to report."
    other = ParetoNBD(r=fit.r, alpha=fit.alpha, s=fit.s, beta=11.656)
    assert other.log_likelihood_of(in_weeks) == pytest.approx(fit.log_likelihood, abs=1e-3)


def test_gamma_gamma_reproduces_the_published_fit_and_the_observed_mean(cdnow):
    fit = GammaGamma.fit(cdnow)
    assert [round(value, 2) for value in fit.parameters.values()] == [6.25, 3.74, 15.45]
    assert list(fit.parameters.values()) == pytest.approx([6.2488, 3.7446, 15.4477], abs=1e-4)
    assert fit.log_likelihood == pytest.approx(-4055.923, abs=5e-4)
    assert round(cdnow.loc[cdnow["frequency"] > 0, "monetary_value"].mean(), 2) == 35.08
    assert round(fit.expected_spend(), 2) == 35.17


def test_sbg_reproduces_fader_and_hardie_2007():
    for survivors, alpha, beta, per_customer, year_12 in (
        (HIGH_END, 0.668, 3.806, -1.611, 0.378),
        (REGULAR, 0.704, 1.182, -1.680, 0.170),
    ):
        fit = SBG.fit(survivors)
        assert (round(fit.alpha, 3), round(fit.beta, 3)) == (alpha, beta)
        assert round(fit.log_likelihood / 1000, 3) == per_customer
        assert round(fit.survival(12), 3) == year_12


def test_sbg_projects_the_published_years_8_to_12_within_a_point():
    projected = 100 * SBG.fit(HIGH_END).survival([8, 9, 10, 11, 12])
    assert projected == pytest.approx([46.8, 44.5, 42.7, 40.9, 39.4], abs=1.7)
    assert (projected < [46.8, 44.5, 42.7, 40.9, 39.4]).all()


def test_derl_of_the_high_end_cohort():
    derl = SBG.fit(HIGH_END).derl(rate=0.10, renewals=range(8))
    assert derl.round(3).tolist() == [5.414, 5.901, 6.294, 6.620, 6.897, 7.136, 7.345, 7.530]


def test_perils_of_ignoring_heterogeneity():
    cohort = SBG(alpha=3.80, beta=15.20)
    assert (10_000 * cohort.survival(range(5))).round().tolist() == [10000, 8000, 6480, 5307, 4391]
    assert cohort.derl(rate=0.10, renewals=[0, 4]).round(2).tolist() == [3.31, 3.84]
    constant = sum(0.8 ** (t + 1) / 1.1**t for t in range(500))
    assert round(constant, 2) == 2.93


# What peers get wrong


def test_a_summary_with_one_time_buyers_fits_whatever_stands_in_their_monetary_value(cdnow):
    missing = cdnow.assign(monetary_value=cdnow["monetary_value"].where(cdnow["frequency"] > 0))
    assert GammaGamma.fit(missing) == GammaGamma.fit(cdnow)
    assert GammaGamma.fit(cdnow).diagnosis == "Fitted on the 946 repeat buyers of 2357 customers."


def test_a_one_time_buyer_is_expected_to_spend_the_mean_of_the_population():
    assert SPEND.expected_spend() == pytest.approx(6.25 * 15.44 / 2.74)
    assert SPEND.expected_spend([0, 0], [0, np.nan]).tolist() == [SPEND.expected_spend()] * 2
    assert SPEND.expected_spend(0, np.nan) == SPEND.expected_spend()


def test_q_below_one_gets_a_sentence_and_no_negative_mean():
    fit = GammaGamma.fit(GammaGamma(p=3, q=0.7, gamma=10).simulate(2000, seed=1))
    assert fit.diagnosis == (
        f"Fitted on the 2000 repeat buyers of 2000 customers. q is {fit.q:.4g}, and the mean spend of the population "
        "exists only for q above 1: a one-time buyer has no expected spend; use the median of the data, or ask for "
        "repeat buyers only."
    )
    assert fit.q < 1
    with pytest.raises(ValueError, match="exists only for q above 1"):
        fit.expected_spend()
    with pytest.raises(ValueError, match="exists only for q above 1"):
        fit.expected_spend([5, 0], [20, 0])
    assert fit.expected_spend(5, 20) > 0


@pytest.mark.parametrize("frequency", [None, 0, 3])
def test_a_equal_to_one_is_no_singularity(frequency):
    def forecast(a):
        history = {} if frequency is None else dict(frequency=frequency, recency=min(frequency, 20), T=30)
        return BGNBD(r=0.4, alpha=5, a=a, b=2.5).expected_purchases(25, **history)

    near, far = forecast(0.98) + forecast(1.02), forecast(0.96) + forecast(1.04)
    assert forecast(1) == pytest.approx((4 * near - far) / 6, rel=1e-6)


@pytest.mark.parametrize(("a", "b"), [(1, 2.5), (0.4, 0.6)])
def test_forecasts_do_not_jump_beside_a_singularity(a, b):
    at, beside = (BGNBD(r=0.4, alpha=5, a=a + gap, b=b).expected_purchases(25) for gap in (0, 1e-10))
    assert beside == pytest.approx(at, rel=1e-9)


def test_s_equal_to_one_is_no_singularity():
    near, at, beyond = (
        ParetoNBD(r=0.5, alpha=10, s=s, beta=12).expected_purchases(52) for s in (1 - 1e-4, 1, 1 + 1e-4)
    )
    assert at == pytest.approx((near + beyond) / 2, rel=1e-7)


def test_a_year_of_months_is_365_days_and_a_quarter_not_360():
    daily = BGNBD(r=0.243, alpha=4.414 * 7, a=0.793, b=2.426)
    year = daily.clv(2, 213, 272, spend=1, margin_rate=1, rate=0, grain="day", months=12)
    assert year == pytest.approx(daily.expected_purchases(365.25, 2, 213, 272))


@pytest.mark.long
def test_small_samples_get_a_diagnosis_and_no_error():
    few = PUBLISHED.simulate(30, seed=1)
    for model in (BGNBD, MBGNBD, ParetoNBD):
        assert model.fit(few).diagnosis.startswith("Too few repeaters: ")
    spend = SPEND.simulate(8, seed=1, frequency=[0, 0, 0, 0, 0, 1, 2, 3])
    assert "Too few repeaters: 3 of 8 customers came back" in GammaGamma.fit(spend).diagnosis


@pytest.mark.long
def test_nobody_came_back_is_a_diagnosis():
    nobody = pd.DataFrame({"frequency": [0] * 50, "recency": 0.0, "T": 30.0})
    for model in (BGNBD, MBGNBD, ParetoNBD):
        fit = model.fit(nobody)
        assert fit.diagnosis.startswith("Too few repeaters: 0 of 50 customers came back")
        assert set(fit.standard_errors.values()) == {np.inf}
        assert fit.expected_purchases(30) < 0.1
        assert fit.log_likelihood <= 0


def test_percentages_for_counts_are_noticed():
    fit = SBG.fit(np.array(HIGH_END) / 10)
    assert fit.diagnosis.startswith("Not counts: the standard errors are those of a cohort of 100.")
    assert fit.alpha == pytest.approx(SBG.fit(HIGH_END).alpha, rel=1e-6)


# Boundaries and ridges: what is said was tried


def _ranges(diagnosis):
    """Each forecast of a diagnosis, and the two ends it gives."""
    said = re.findall(r"(survival after \d+ periods|purchases|mean spend).*? from ([\d.,]+) to ([\d.,]*\d)", diagnosis)
    return {what: [float(end.replace(",", "")) for end in ends] for what, *ends in said}


def test_one_loss_leaves_the_horizon_undetermined():
    fit = SBG.fit([1000, 500])
    assert fit.diagnosis == (
        "Flat ridge: other values of alpha and beta fit almost as well, up to the edge of the search. Along it, "
        "survival after 2 periods goes from 0.25 to 0.5 and survival after 6 periods goes from 0.0156 to 0.5: the "
        "horizon beyond the data is not determined."
    )
    assert fit.standard_errors == {"alpha": np.inf, "beta": np.inf}
    assert fit.survival(1) == pytest.approx(0.5, abs=1e-5)


@pytest.mark.long
@pytest.mark.parametrize(
    ("survivors", "verdict"),
    [
        ([1000, 800, 660], "that far, the horizon beyond the data is not determined."),
        ([200, 170, 150, 136], "that far, the horizon beyond the data is not determined."),
        ([10000, 8000, 6400, 5120, 4096], "the forecasts do not hang on these parameters."),  # customers all alike
    ],
)
def test_the_range_of_the_forecast_is_that_of_the_profile(survivors, verdict):
    fit = SBG.fit(survivors)
    assert fit.diagnosis.startswith("Flat ridge: other values of alpha and beta fit almost as well")
    assert fit.diagnosis.endswith(verdict)
    horizons = [times * (len(survivors) - 1) for times in (2, 6)]
    near = []
    for alpha in np.geomspace(1e-2, 2e3, 120):  # at each, the beta that fits best
        best = minimize_scalar(
            lambda log_ratio, alpha=alpha: -SBG(alpha, alpha * np.exp(log_ratio)).log_likelihood_of(survivors),
            bounds=np.log(fit.beta / fit.alpha) + np.array([-3, 3]),
            method="bounded",
            options={"xatol": 1e-7},
        )
        if -best.fun > fit.log_likelihood - 1.353:
            near.append(SBG(alpha, alpha * np.exp(best.x)).survival(horizons))
    for horizon, low, high in zip(horizons, np.min(near, axis=0), np.max(near, axis=0), strict=True):
        assert _ranges(fit.diagnosis)[f"survival after {horizon} periods"] == pytest.approx([low, high], rel=0.05)


@pytest.mark.long
def test_a_ridge_is_reported_only_where_it_matters(cdnow):
    """Fits to samples like CDNOW: in one of them the data do not bound s and beta."""
    said = {seed: ParetoNBD.fit(PARETO.simulate(len(cdnow), seed, T=cdnow["T"])).diagnosis for seed in [*range(12), 27]}
    ridge = said.pop(27)
    assert set(said.values()) == {"Converged, nothing to report."}
    assert ridge.startswith("Flat ridge: other values of s and beta fit almost as well, up to the edge of the search.")
    low, high = _ranges(ridge)["purchases"]
    assert 1.1 < high / low < 1.5


def test_the_far_end_of_a_ridge_forecasts_what_is_said():
    shop = PUBLISHED.simulate(300, seed=1, T=52)
    fit = ParetoNBD.fit(shop)
    assert "Flat ridge: other values of s and beta fit almost as well, up to the edge of the search." in fit.diagnosis
    assert fit.standard_errors["s"] == fit.standard_errors["beta"] == np.inf > fit.standard_errors["r"]
    alike = ParetoNBD(r=0.4526, alpha=10.75, s=1000, beta=1000 / 0.0184)  # all leave at one rate
    assert fit.log_likelihood - 1.353 < alike.log_likelihood_of(shop) < fit.log_likelihood
    low, high = _ranges(fit.diagnosis)["purchases"]
    assert alike.expected_purchases(52, *_three(shop)).sum() == pytest.approx(low, rel=0.02)
    assert low < fit.expected_purchases(52, *_three(shop)).sum() < high


def test_a_parameter_tied_to_one_at_the_edge_is_unbounded_and_named():
    shop = PUBLISHED.simulate(30, seed=1)
    fit = BGNBD.fit(shop)
    assert "Boundary: b went to the edge of the search (2e+04), so the data do not bound it on that side, nor a." in (
        fit.diagnosis
    )
    assert fit.standard_errors["a"] == fit.standard_errors["b"] == np.inf
    assert max(fit.standard_errors["r"], fit.standard_errors["alpha"]) < 2
    smaller = BGNBD(r=fit.r, alpha=fit.alpha, a=fit.a / 100, b=fit.b / 100)
    assert smaller.log_likelihood_of(shop) > fit.log_likelihood - 0.05


def test_a_cohort_that_churns_faster_and_faster_gets_a_boundary():
    fit = SBG.fit([1000, 900, 780, 620, 450, 280])
    assert fit.diagnosis.startswith(
        "Boundary: beta went to the edge of the search (1e+04), so the data do not bound it on that side, nor alpha. "
    )
    assert fit.standard_errors == {"alpha": np.inf, "beta": np.inf}


def test_each_parameter_at_an_edge_is_named_with_each_that_goes_along():
    stayed = SBG.fit([1000, 1000, 1000]).diagnosis
    assert stayed.startswith(
        "Boundary: alpha and beta went to the edge of the search (0.0001 and 1e+04), so the data do not bound them on "
        "that side. Along the ridge that leads there, survival after 4 periods"
    )
    nobody = BGNBD.fit(pd.DataFrame({"frequency": [0] * 50, "recency": 0.0, "T": 30.0})).diagnosis
    assert (
        "Boundary: r and alpha went to the edge of the search (5e-05 and 1.5e+05), so the data do not bound them on "
        "that side, nor a, nor b. Along the ridge"
    ) in nobody


def test_the_lower_edge_is_an_edge_too():
    fit = GammaGamma.fit(GammaGamma(p=3, q=1.3, gamma=10).simulate(20, seed=0, frequency=4))
    assert (
        "Boundary: gamma went to the edge of the search (0.00597), so the data do not bound it on that side, nor p."
        in (fit.diagnosis)
    )
    assert fit.standard_errors["p"] == fit.standard_errors["gamma"] == np.inf > fit.standard_errors["q"]


def test_a_search_that_stops_on_a_slope_says_so():
    def broken(theta):  # by its slope it rises by 0.002, and it never does
        return 0.0, (2 - 1000 * np.log(theta)) / theta

    theta, report = _fit.maximise(broken, {"a": 1.0}, ["A note."], lambda theta: {"nothing": 0.0})
    assert theta == [1]
    assert report["diagnosis"] == "A note. Not converged: the search stopped where the log-likelihood still rises."


def test_a_gamma_gamma_whose_customers_are_all_alike_has_a_sure_mean():
    fit = GammaGamma.fit(GammaGamma(p=3, q=5000, gamma=50_000).simulate(300, seed=1))
    assert "up to the edge of the search" in fit.diagnosis
    low, high = _ranges(fit.diagnosis)["mean spend"]
    assert low <= round(fit.expected_spend(), 1) <= high < 1.1 * low
    assert fit.diagnosis.endswith("the forecasts do not hang on these parameters.")


def test_a_mean_that_may_be_infinite_is_not_determined():
    fit = GammaGamma.fit(GammaGamma(p=3, q=1.3, gamma=10).simulate(8, seed=3, frequency=1))
    assert fit.diagnosis.startswith("Fitted on the 8 repeat buyers of 8 customers. Too few repeaters: 8 of 8 customers")
    assert fit.diagnosis.endswith("of the population goes from 142 to infinity: the mean spend is not determined.")


def test_a_mean_with_a_q_between_one_and_two_is_finite_on_the_whole_ridge():
    fit = GammaGamma.fit(GammaGamma(p=3, q=1.6, gamma=10).simulate(30, seed=0, frequency=4))
    assert 1 < fit.q < 2
    low, high = _ranges(fit.diagnosis)["mean spend"]
    assert low <= round(fit.expected_spend(), 1) <= high < np.inf


def test_a_q_between_one_and_two_needs_no_word():
    fit = GammaGamma.fit(GammaGamma(p=3, q=1.5, gamma=10).simulate(2000, seed=1))
    assert 1 < fit.q < 2
    assert fit.diagnosis == "Fitted on the 2000 repeat buyers of 2000 customers."


@pytest.mark.parametrize("family", [GammaGamma, BGNBD, MBGNBD, ParetoNBD])
def test_errors_have_the_names_of_the_parameters(cdnow, family):
    fit = family.fit(cdnow)
    assert list(fit.standard_errors) == list(fit.parameters)


def test_undiscounted_lives_are_endless_up_to_alpha_1():
    with pytest.raises(ValueError, match="rate must be above 0 when alpha is at most 1"):
        SBG(alpha=1, beta=3).derl(0)
    assert SBG(alpha=1.5, beta=3).derl(0) == pytest.approx(6)
    assert SBG(alpha=1.5, beta=3).derl([0, 0.1])[0] == pytest.approx(6)


@pytest.mark.parametrize(
    "model", [SBG(1, 3), SPEND, BDW(1, 2, 1.2), BGBB(1, 2, 1, 2)], ids=lambda model: type(model).__name__
)
def test_one_seed_gives_one_draw(model):
    pd.testing.assert_frame_equal(model.simulate(50, seed=4), model.simulate(50, seed=4))
    assert not model.simulate(50, seed=4).equals(model.simulate(50, seed=5))


@pytest.mark.long
def test_a_walk_along_the_ridge_that_finds_a_higher_top_begins_again_there():
    shop = PARETO.simulate(100, seed=32, T=39)
    fit = ParetoNBD.fit(shop)
    assert fit.log_likelihood > -434.3  # Newton's method alone ends on a lower top, at -434.68
    assert fit.log_likelihood == ParetoNBD(*fit.parameters.values()).log_likelihood_of(shop)


# Likelihoods, written again


def test_bgnbd_likelihood_is_the_sum_over_staying_and_leaving():
    x, recency, T, (r, alpha, a, b) = 3, 20.0, 30.0, PUBLISHED.parameters.values()
    buys = np.exp(gammaln(r + x) - gammaln(r)) * alpha**r
    stayed = np.exp(betaln(a, b + x) - betaln(a, b)) * (alpha + T) ** -(r + x)
    left = np.exp(betaln(a + 1, b + x - 1) - betaln(a, b)) * (alpha + recency) ** -(r + x)
    summary = pd.DataFrame({"frequency": [x], "recency": [recency], "T": [T]})
    assert PUBLISHED.log_likelihood_of(summary) == pytest.approx(np.log(buys * (stayed + left)), rel=1e-12)
    assert PUBLISHED.p_alive(x, recency, T) == pytest.approx(stayed / (stayed + left), rel=1e-12)


@pytest.mark.parametrize("history", [(0, 0.0, 38.0), (2, 30.43, 38.86), (5, 12.0, 39.0), (3, 39.0, 39.0)])
def test_mbgnbd_is_the_mean_over_rates_and_dropout_probabilities(history):
    (r, alpha, a, b), (x, recency, T), t = MODIFIED.parameters.values(), history, 25.0
    point, weight = np.polynomial.legendre.leggauss(300)
    quantile, weight = (point + 1) / 2, weight / 2
    p, rate = beta_law(a, b).ppf(quantile)[:, None], gamma_law(r, scale=1 / alpha).ppf(quantile)
    law = weight[:, None] * weight
    stayed = law * (1 - p) ** (x + 1) * rate**x * np.exp(-rate * T)
    left = law * p * (1 - p) ** x * rate**x * np.exp(-rate * recency)
    summary = pd.DataFrame({"frequency": [x], "recency": [recency], "T": [T]})
    likelihood = (stayed + left).sum()
    future = (stayed * -np.expm1(-p * rate * t) / p).sum() / likelihood
    assert np.exp(MODIFIED.log_likelihood_of(summary)) == pytest.approx(likelihood, rel=1e-5)
    assert MODIFIED.p_alive(*history) == pytest.approx(stayed.sum() / likelihood, rel=1e-5)
    assert MODIFIED.expected_purchases(t, *history) == pytest.approx(future, rel=1e-5)


@pytest.mark.parametrize(
    "model", [PARETO, ParetoNBD(r=2, alpha=8, s=1.4, beta=3), ParetoNBD(r=1, alpha=5, s=1, beta=5)]
)
@pytest.mark.parametrize("history", [(0, 0.0, 38.0), (2, 30.43, 38.86), (29, 12.0, 39.0), (3, 39.0, 39.0)])
def test_pareto_likelihood_and_p_alive_are_the_published_closed_forms(model, history):
    r, alpha, s, beta = model.parameters.values()
    x, recency, T = history
    more, less, power = (alpha, beta, s + 1) if alpha >= beta else (beta, alpha, r + x)
    c = r + s + x

    def primitive(t):
        return hyp2f1(c, power, c + 1, (more - less) / (more + t)) / (more + t) ** c

    stayed = (alpha + T) ** -(r + x) * (beta + T) ** -s
    left = s / c * (primitive(recency) - primitive(T))
    summary = pd.DataFrame({"frequency": [x], "recency": [recency], "T": [T]})
    log_rest = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    assert model.log_likelihood_of(summary) == pytest.approx(log_rest + np.log(stayed + left), rel=1e-11)
    assert model.p_alive(*history) == pytest.approx(stayed / (stayed + left), rel=1e-10)


def test_pareto_holds_where_the_closed_form_overflows():
    r, alpha, s, beta = PARETO.parameters.values()
    x, recency, T = 400, 99.0, 100.0
    odds = quad(
        lambda y: s * ((alpha + T) / (alpha + y)) ** (r + x) * ((beta + T) / (beta + y)) ** s / (beta + y), recency, T
    )[0]
    assert PARETO.p_alive(x, recency, T) == pytest.approx(1 / (1 + odds), rel=1e-10)
    assert 0 < PARETO.p_alive(x, 10, T) < 1e-200


def test_gamma_gamma_likelihood_is_the_published_density():
    x, z, (p, q, gamma) = 4, 27.5, SPEND.parameters.values()
    log_constant = gammaln(p * x + q) - gammaln(p * x) - gammaln(q)
    density = gamma**q * z ** (p * x - 1) * x ** (p * x) / (gamma + x * z) ** (p * x + q)
    summary = pd.DataFrame({"frequency": [x], "monetary_value": [z]})
    assert SPEND.log_likelihood_of(summary) == pytest.approx(log_constant + np.log(density), rel=1e-12)


def test_sbg_likelihood_is_a_product_of_losses_and_survivors():
    model = SBG(alpha=0.9, beta=2.1)
    lost = -np.diff(model.survival([0, 1, 2, 3]))
    by_hand = 40 * np.log(lost[0]) + 20 * np.log(lost[1]) + 5 * np.log(lost[2]) + 35 * np.log(model.survival(3))
    assert model.log_likelihood_of([100, 60, 40, 35]) == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.long
def test_every_fit_is_a_top_and_its_standard_errors_are_the_curvature_there(cdnow):
    small = 1e-3
    for fit, data in (
        (SBG.fit(HIGH_END), HIGH_END),
        (BGNBD.fit(cdnow), cdnow),
        (MBGNBD.fit(cdnow), cdnow),
        (ParetoNBD.fit(cdnow), cdnow),
        (GammaGamma.fit(cdnow), cdnow),
    ):
        theta = np.array(list(fit.parameters.values()))

        def value(steps, fit=fit, data=data, theta=theta):
            return type(fit)(*(theta * np.exp(small * steps))).log_likelihood_of(data)

        units = np.eye(len(theta))
        assert fit.log_likelihood == value(0 * units[0])
        assert all(value(sign * unit) < fit.log_likelihood for unit in units for sign in (-1, 1))
        bend = [
            [(value(u + v) - value(u - v) - value(v - u) + value(-u - v)) / (4 * small**2) for v in units]
            for u in units
        ]
        errors = theta * np.sqrt(np.diag(np.linalg.inv(-np.array(bend))))
        assert list(fit.standard_errors.values()) == pytest.approx(errors, rel=2e-3)


@pytest.mark.parametrize(
    ("model", "data"),
    [
        (BGNBD, _histories.histories("summary", PUBLISHED.simulate(60, seed=3))),
        (MBGNBD, _histories.histories("summary", MODIFIED.simulate(60, seed=3))),
        (ParetoNBD, _histories.histories("summary", PARETO.simulate(60, seed=3))),
        (GammaGamma, spend._spending("summary", SPEND.simulate(60, seed=3, frequency=2))),
        (SBG, np.array(HIGH_END, dtype=float)),
    ],
)
def test_the_slope_is_that_of_the_log_likelihood(model, data):
    theta = np.array([0.7, 6.0, 1.3, 4.0])[: {GammaGamma: 3, SBG: 2}.get(model, 4)]
    slope = model._likelihood(theta, data)[1]
    for unit, expected in zip(np.eye(len(theta)), slope, strict=True):
        up, down = (model._likelihood(theta + step * unit, data)[0] for step in (1e-5, -1e-5))
        assert (up - down) / 2e-5 == pytest.approx(expected, rel=1e-5, abs=1e-5)


# Expectations, against integrals


@pytest.mark.long
@pytest.mark.parametrize(("a", "b"), [(0.79, 2.43), (1.0, 2.5), (1.003, 0.8), (0.4, 0.6), (0.3, 0.2), (6.0, 9.0)])
@pytest.mark.parametrize("t", [1.0, 52.0, 1000.0])
def test_bgnbd_expectation_of_a_new_customer_is_the_mean_over_rate_and_dropout(a, b, t):
    r, alpha = 0.6, 7.0

    def given_dropout(p):
        return -np.expm1(-r * np.log1p(p * t / alpha)) / p

    law = beta_law(a, b)
    # over the quantiles of p, where the density's infinite ends are harmless
    expected = quad(lambda u: given_dropout(max(law.ppf(u), 1e-300)), 0, 1, epsabs=1e-11, epsrel=1e-9, limit=400)[0]
    assert BGNBD(r=r, alpha=alpha, a=a, b=b).expected_purchases(t) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("a", "b"), [(1.7, 2.2), (40.0, 55.0)])
def test_bgnbd_closed_form_and_mean_agree(a, b):
    model = BGNBD(r=0.6, alpha=7.0, a=a, b=b)
    t, x, T = np.array([0.0, 3.0, 40.0, 400.0]), np.array([0, 2, 11, 200]), np.array([5.0, 30.0, 90.0, 250.0])
    mean = model._mean_over_dropout(t / (model.alpha + T), model.r + x, np.asarray(model.a), model.b + x)
    alive = model.p_alive(x, T * (x > 0), T)
    assert model.expected_purchases(t, x, T * (x > 0), T) == pytest.approx(alive * mean, rel=1e-9)


def _derl_50(alpha, beta, rate, n):
    """The sum that defines it, in 50 digits."""
    alpha, beta, rate = mpmath.mpf(alpha), mpmath.mpf(beta) + n, mpmath.mpf(rate)
    term, total, t = beta / (alpha + beta), mpmath.mpf(0), 0
    while term > 1e-17 * total * rate:
        total += term
        t += 1
        term *= (beta + t) / (alpha + beta + t) / (1 + rate)
    return total


def _purchases_50(r, length, a, b):
    """Sum over j of P(an immortal makes more than j purchases) times P(she survives j of them), in 50 digits."""
    r, length, a, b = map(mpmath.mpf, (r, length, a, b))
    share, exactly = length / (1 + length), (1 + length) ** -r
    more, survives, total, j = 1 - exactly, mpmath.mpf(1), mpmath.mpf(0), 0
    while j < r * length or more * survives * length > 1e-14 * total:
        total += more * survives
        exactly *= (r + j) / (j + 1) * share
        more -= exactly
        survives *= (b + j) / (a + b + j)
        j += 1
    return total


@pytest.mark.slow
@pytest.mark.parametrize("alpha", [0.05, 0.668, 1, 3, 15, 45, 75, 400])
@pytest.mark.parametrize("beta", [0.01, 1, 3.806, 75, 105, 135, 2000])
def test_derl_in_50_digits(alpha, beta):
    model = SBG(alpha=alpha, beta=beta)
    with mpmath.workdps(50):
        for rate, n in ((0.1, 0), (0.1, 10), (0.03, 1), (1, 3)):
            assert model.derl(rate, n) == pytest.approx(float(_derl_50(alpha, beta, rate, n)), rel=1e-12)


def test_derl_of_round_parameters():
    for alpha, beta, expected in ((75, 75, 0.9260704640459396), (45, 105, 1.95163038177), (15, 135, 5.03935397510)):
        assert SBG(alpha=alpha, beta=beta).derl(0.1) == pytest.approx(expected, rel=1e-11)


def test_derl_at_a_rate_of_almost_nothing_is_the_residual_lifetime():
    assert SBG(alpha=3, beta=4).derl(1e-12, 2) == pytest.approx(3, rel=1e-9)
    assert SBG(alpha=75, beta=75).derl([0, 1e-300]) == pytest.approx([75 / 74] * 2, rel=1e-12)
    # alpha = beta = 1/2 in closed form: (1 + i) (1 / sqrt(i (1 + i)) - 1 / (1 + i))
    assert SBG(alpha=0.5, beta=0.5).derl(1e-10) == pytest.approx(1e5, rel=2e-5)


@pytest.mark.long
@pytest.mark.parametrize(("x", "recency", "T"), [(3, 20, 21), (40, 10, 300), (500, 50, 400), (2000, 5, 700)])
def test_the_odds_of_having_left_in_40_digits(x, recency, T):
    theta = 0.553, 10.578, 0.606, 11.669
    (found,) = ParetoNBD._log_odds_gone(theta, *(np.array([float(each)]) for each in (x, recency, T)))
    with mpmath.workdps(40):
        r, alpha, s, beta = map(mpmath.mpf, theta)
        ends = [recency, *(recency + mpmath.mpf(T - recency) / 2**halved for halved in range(14, -1, -1))]
        left = mpmath.quad(
            lambda y: ((alpha + T) / (alpha + y)) ** (r + x) * ((beta + T) / (beta + y)) ** s / (beta + y), ends
        )
        assert found[0] == pytest.approx(float(mpmath.log(s * left)), abs=1e-11)


def test_how_long_a_pareto_customer_stays_on():
    """She is still there after u with ((beta + T) / (beta + T + u)) ** s, each customer for herself."""
    s, beta, T = np.full(20_000, 2.5), 11.0, np.full(20_000, 30.0)
    stays, _ = ParetoNBD._remains(np.random.default_rng(1), (None, None, s, beta), T, T)
    assert (stays > 10).mean() == pytest.approx((41 / 51) ** 2.5, abs=0.011)  # 3 standard errors
    assert "dropout_rate" in ParetoNBD(r=0.5, alpha=10, s=2.5, beta=beta).simulate(3, seed=1, T=30)


@pytest.mark.long
@pytest.mark.parametrize("a", [0.01, 1, 2.5, 75, 1e4])
@pytest.mark.parametrize("b", [0.02, 1, 3.7, 75, 1e4])
def test_a_mean_over_a_beta_in_40_digits(a, b):
    """The mean of 1 / (1 + steep p) is 2F1(1, a; a + b; -steep)."""
    steep = np.array([1e-3, 0.7, 12, 1e4])
    found = _spread.beta_mean(lambda p, _: 1 / (1 + steep * p), np.array(a), np.array(b), steep)
    with mpmath.workdps(40):
        expected = [float(mpmath.hyp2f1(1, a, mpmath.mpf(a) + b, -each)) for each in steep]
    assert found == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.slow
@pytest.mark.parametrize("a", [0.3, 1, 1.003, 1.5, 5, 20, 45])
@pytest.mark.parametrize("b", [0.2, 1, 2.5, 75, 500])
def test_expected_purchases_in_50_digits(a, b):
    for r, length in itertools.product((0.243, 1, 3, 26.6), (0.01, 1, 9.5, 20)):
        with mpmath.workdps(50):
            expected = float(_purchases_50(r, length, a, b))
        assert BGNBD(r=r, alpha=50, a=a, b=b).expected_purchases(50 * length) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("a", "b"), [(1e-300, 1e100), (1e300, 1e-10), (1e-320, 1e4)])
def test_parameters_beyond_all_sense_get_a_sentence(a, b):
    with pytest.raises(ValueError, match="derl has no finite result for these numbers"):
        SBG(alpha=a, beta=b).derl(0.1)


def test_expected_purchases_of_round_parameters():
    assert BGNBD(r=1, alpha=50, a=20, b=500).expected_purchases(1000) == pytest.approx(11.405570054334, rel=1e-12)


def test_expected_purchases_where_the_closed_form_overflows():
    """2F1 is about 1e310 here, and what it is multiplied by 1e-310."""
    with mpmath.workdps(50):
        expected = float(_purchases_50(310, 8.9, 0.8, 2))
    assert BGNBD(r=310, alpha=50, a=0.8, b=2).expected_purchases(50 * 8.9) == pytest.approx(expected, rel=1e-9)


def test_the_slope_exists_at_b_equal_to_one():
    one_time = pd.DataFrame({"frequency": [0], "recency": [0.0], "T": [30.0]})
    _, slope = BGNBD._likelihood(np.array([0.7, 6.0, 1.3, 1.0]), _histories.histories("summary", one_time))
    assert slope[2:].tolist() == [0, 0]  # nobody could have left


@unhurried
@given(*[st.floats(-7, 9).map(np.exp)] * 4, st.floats(-7, 9).map(np.exp), st.integers(0, 400))
def test_no_parameters_give_a_forecast_that_is_not_finite(r, alpha, a, b, t, x):
    at_most = (r + x) / alpha * t  # if she never left
    with np.errstate(all="ignore"):
        expected = BGNBD(r=r, alpha=alpha, a=a, b=b)._while_alive(np.array(t), np.array(x), np.array(0.0))
    assert 0 < expected <= at_most * (1 + 1e-9)
    assert 0 < SBG(alpha=a, beta=b).derl(0.05, x) < 21


def test_a_history_of_nothing_is_a_new_customer():
    assert PUBLISHED.expected_purchases(52, frequency=0, recency=0, T=0) == pytest.approx(
        PUBLISHED.expected_purchases(52)
    )
    assert PARETO.expected_purchases(52, frequency=0, recency=0, T=0) == pytest.approx(PARETO.expected_purchases(52))
    assert MODIFIED.expected_purchases(52, frequency=0, recency=0, T=0) == MODIFIED.expected_purchases(52)
    assert MODIFIED.p_alive(0, 0, 0) == pytest.approx(1.614 / (0.891 + 1.614))  # she may have left at once


@pytest.mark.parametrize("model", SHOPS)
def test_purchases_seen_and_purchases_expected_after_them_add_up_to_a_new_customers(model):
    shop = model.simulate(40_000, seed=11, T=30)
    later = model.expected_purchases(20, *_three(shop))
    change = shop["frequency"] + later
    error = change.std() / len(change) ** 0.5
    assert abs(change.mean() - model.expected_purchases(50)) < 3 * error


def test_derl_is_the_discounted_sum_of_survival():
    model = SBG(alpha=0.7, beta=1.2)
    t = np.arange(4000)
    for rate, n in ((0.1, 0), (0.05, 3), (0.02, 12)):
        summed = (model.survival(n + t + 1) / model.survival(n) * (1 + rate) ** -t.astype(float)).sum()
        assert model.derl(rate, n) == pytest.approx(summed, rel=1e-10)


def test_undiscounted_derl_is_the_expected_residual_lifetime():
    assert SBG(alpha=3, beta=4).derl(rate=0, renewals=2) == pytest.approx((4 + 2) / (3 - 1))


def test_survival_is_the_product_of_retention():
    model = SBG(alpha=0.7, beta=1.2)
    assert model.survival(5) == pytest.approx(model.retention([1, 2, 3, 4, 5]).prod())


def test_clv_discounts_each_periods_purchases():
    history = dict(frequency=2, recency=30.43, T=38.86)
    until = [PUBLISHED.expected_purchases(weeks, **history) for weeks in (0, 1, 2, 3)]
    by_hand = sum(0.3 * 35 * (until[k] - until[k - 1]) / 1.01**k for k in (1, 2, 3))
    value = PUBLISHED.clv(**history, spend=35, margin_rate=0.3, rate=0.01, grain="week", weeks=3)
    assert value == pytest.approx(by_hand)
    early = PUBLISHED.clv(**history, spend=35, margin_rate=0.3, rate=0.01, grain="week", weeks=3, timing="start")
    assert early == pytest.approx(1.01 * by_hand)


@pytest.mark.parametrize("model", SHOPS)
def test_clv_takes_a_customer_base(model):
    shop = model.simulate(50, seed=2)
    spend = SPEND.simulate(50, seed=2, frequency=shop["frequency"])
    expected_spend = SPEND.expected_spend(shop["frequency"], spend["monetary_value"])
    value = model.clv(*_three(shop), expected_spend, margin_rate=0.3, rate=0.01, grain="week", months=6)
    assert value.shape == (50,)
    alone = shop.iloc[7]
    assert value[7] == pytest.approx(
        model.clv(*_three(alone), expected_spend[7], margin_rate=0.3, rate=0.01, grain="week", months=6)
    )


# Discounted expected residual transactions


def _one(*history):
    return pd.DataFrame([history], columns=["frequency", "recency", "T"])


@pytest.mark.parametrize(("history", "published"), [((7, 35, 77.86), 1.864183), ((1, 30, 77.86), 2.1992)])
def test_dert_reproduces_fader_hardie_and_lee_2005(history, published):
    """RFM and CLV, p. 422: DET of 1.9 and about 2, at a continuous rate of 0.0027 a week; the digits were worked out
    apart, from the closed form."""
    model = ParetoNBD(r=0.5629966, alpha=12.5590370, s=0.4081095, beta=10.5148048)
    assert model.dert(_one(*history), np.expm1(0.0027))[0] == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize(
    ("frequency", "dert", "p_alive", "dert_of_a_year"),
    [
        (6, 0.46765602, 0.9468478, 13.3013),
        (2, 0.22469806, 0.9825606, 6.3910),
        (0, 0.02675392, 0.2784686, 0.76095),
        (1, 0.07696458, 0.4739762, 2.1891),
    ],
)
def test_dert_reproduces_clvtools(frequency, dert, p_alive, dert_of_a_year):
    """Four customers of its vignette, of 104 weeks, at 10 % a week (its default) and, worked out apart, a year.

    Who was seen buying at T is alive, so what is compared is the DERT of the living.
    """
    model = ParetoNBD(r=1.4489768, alpha=48.6360845, s=0.5612598, beta=46.8843633)
    seen = 104 * (frequency > 0)
    alive = model.p_alive(frequency, seen, 104)
    assert model.dert(_one(frequency, seen, 104), 0.1)[0] / alive == pytest.approx(dert / p_alive, rel=1e-6)
    yearly = model.dert(_one(frequency, seen, 104), 1.1 ** (1 / 52) - 1)[0] / alive
    assert yearly == pytest.approx(dert_of_a_year / p_alive, rel=1e-4)


@pytest.mark.parametrize("rate", [1e-6, 0.0027, 0.1, 1])
@pytest.mark.parametrize(
    "model", [PARETO, ParetoNBD(r=2, alpha=8, s=1.4, beta=300), ParetoNBD(r=1, alpha=5, s=1, beta=5)]
)
def test_pareto_dert_is_the_published_closed_form(model, rate):
    (r, alpha, s, beta), (x, recency, T) = model.parameters.values(), (4, 20.0, 39.0)
    discounted_life = (beta + T) * mpmath.hyperu(1, 2 - s, np.log1p(rate) * (beta + T))
    closed = model.p_alive(x, recency, T) * (r + x) / (alpha + T) * float(discounted_life)
    assert model.dert(_one(x, recency, T), rate)[0] == pytest.approx(closed, rel=1e-9)


@pytest.mark.long
@pytest.mark.parametrize("model", SHOPS)
@pytest.mark.parametrize("history", [(0, 0.0, 38.0), (2, 30.43, 38.86), (26, 30.0, 39.0)])
def test_dert_is_the_long_discounted_sum_of_purchases_to_come(model, history):
    until, delta = np.arange(0, 900, 0.1), np.log1p(0.04)
    coming = np.diff(model.expected_purchases(until, *history))
    discounted = (coming * np.exp(-delta * (until[1:] - 0.05))).sum()  # e^-35 of them come later
    assert model.dert(_one(*history), 0.04)[0] == pytest.approx(discounted, rel=1e-5)


@pytest.mark.long
@pytest.mark.parametrize("model", [PUBLISHED, MODIFIED])
@pytest.mark.parametrize("rate", [0.0027, 0.1])
def test_bgnbd_dert_is_the_mean_over_rate_and_dropout(model, rate):
    """Of lambda / (p lambda + delta): she leaves at rate p lambda, and money loses worth at rate delta."""
    r, alpha, a, b = model.parameters.values()
    x, recency, T = 3, 20.0, 30.0
    point, weight = np.polynomial.legendre.leggauss(300)
    quantile, weight = (point + 1) / 2, weight / 2
    p = beta_law(a, b + x + model._at_first).ppf(quantile)[:, None]
    bought = gamma_law(r + x, scale=1 / (alpha + T)).ppf(quantile)
    mean = (weight[:, None] * weight * bought / (p * bought + np.log1p(rate))).sum()
    assert model.dert(_one(x, recency, T), rate)[0] == pytest.approx(model.p_alive(x, recency, T) * mean, rel=1e-5)


@pytest.mark.long
@pytest.mark.parametrize("model", SHOPS)
def test_dert_of_a_base_is_that_of_each_customer_under_her_label(model):
    base = pd.concat([_base(), _base()]).set_axis([f"c{row}" for row in range(80)])
    value = model.dert(base, 0.01)
    assert value.index.equals(base.index)
    assert value.to_numpy()[:40] == pytest.approx(value.to_numpy()[40:])
    assert value["c7"] == pytest.approx(model.dert(base.loc[["c7"]], 0.01)["c7"], rel=1e-12)


# Properties


@unhurried
@given(shops, histories())
def test_p_alive_is_a_probability_and_falls_with_silence(shop, customers):
    x, recency, T = _three(customers)
    alive, later = shop.p_alive(x, recency, T), shop.p_alive(x, recency, T + 10)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert (later <= alive + 1e-12).all()


@unhurried
@given(shops, histories(), times)
def test_expected_purchases_rise_with_time_and_never_pass_what_the_living_would_make(shop, customers, t):
    x, recency, T = _three(customers)
    expected = shop.expected_purchases(t, x, recency, T)
    assert (expected >= 0).all()
    assert (shop.expected_purchases(2 * t, x, recency, T) >= expected * (1 - 1e-9)).all()  # nobody left: both the same
    assert (expected <= (shop.r + x) / (shop.alpha + T) * t * (1 + 1e-9)).all()


@unhurried
@given(shops, histories(), st.randoms(use_true_random=False))
def test_log_likelihood_ignores_row_order_and_adds_up(shop, customers, random):
    whole = shop.log_likelihood_of(customers)
    order = list(range(len(customers)))
    random.shuffle(order)
    assert shop.log_likelihood_of(customers.iloc[order]) == pytest.approx(whole, rel=1e-10, abs=1e-9)
    parts = shop.log_likelihood_of(customers[:2]) + shop.log_likelihood_of(customers[2:])
    assert parts == pytest.approx(whole, rel=1e-10, abs=1e-9)


@unhurried
@given(shops, histories(), st.floats(0.1, 30))
def test_a_change_of_time_unit_shifts_the_log_likelihood_by_its_jacobian(shop, customers, unit):
    scaled = {name: value * unit if name in ("alpha", "beta") else value for name, value in shop.parameters.items()}
    other = customers.assign(recency=customers["recency"] * unit, T=customers["T"] * unit)
    shift = customers["frequency"].sum() * np.log(unit)
    there = type(shop)(**scaled)
    assert there.log_likelihood_of(other) == pytest.approx(
        shop.log_likelihood_of(customers) - shift, rel=1e-9, abs=1e-8
    )
    assert there.p_alive(*_three(other)).to_numpy() == pytest.approx(shop.p_alive(*_three(customers)), abs=1e-9)


@unhurried
@given(st.floats(0.2, 20), st.floats(1.1, 20), st.floats(0.1, 500), st.integers(1, 50), st.floats(0.1, 1000))
def test_expected_spend_lies_between_her_mean_and_the_populations(p, q, gamma, x, z):
    model = GammaGamma(p=p, q=q, gamma=gamma)
    low, high = sorted([z, model.expected_spend()])
    assert low * (1 - 1e-9) <= model.expected_spend(x, z) <= high * (1 + 1e-9)


@unhurried
@given(positive, positive, st.floats(0.01, 0.5), st.integers(0, 20))
def test_retention_and_derl_rise_as_the_cohort_ages(alpha, beta, rate, n):
    model = SBG(alpha=alpha, beta=beta)
    assert model.retention(n + 2) > model.retention(n + 1)
    assert model.derl(rate, n + 1) > model.derl(rate, n)
    assert 0 < model.survival(n + 1) < model.survival(n) <= 1


# Fitted and given models


def test_copies_of_customers_change_nothing_but_the_weight(cdnow):
    once, many = BGNBD.fit(cdnow), BGNBD.fit(pd.concat([cdnow] * 9))
    ninefold = _histories.histories("summary", pd.concat([cdnow] * 9))
    assert len(ninefold.x) == len(_histories.histories("summary", cdnow).x) == 1016
    assert list(many.parameters.values()) == pytest.approx(list(once.parameters.values()), rel=1e-5)
    assert many.log_likelihood == pytest.approx(9 * once.log_likelihood, rel=1e-12)
    assert many.standard_errors["a"] == pytest.approx(once.standard_errors["a"] / 3, rel=1e-4)


@pytest.mark.parametrize("model", [*SHOPS, SPEND, BGBB(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8)])
def test_a_row_may_stand_for_several_customers(model):
    history = {"frequency": [0, 3], "recency": [0, 8], "T": [10, 12], "monetary_value": [np.nan, 30.0]}
    counts = pd.DataFrame(history | {"customers": [5, 2]})
    each = pd.DataFrame(history).loc[[0] * 5 + [1] * 2]
    assert model.log_likelihood_of(counts) == pytest.approx(model.log_likelihood_of(each), rel=1e-12)


def test_a_given_model_says_so_and_has_no_aic():
    assert PUBLISHED.diagnosis == "Not fitted: the parameters were given."
    assert PUBLISHED.standard_errors is None
    with pytest.raises(ValueError, match="aic needs a fitted model"):
        _ = PUBLISHED.aic


def test_models_are_frozen_comparable_and_can_be_dictionary_keys(cdnow):
    with pytest.raises(AttributeError):
        PUBLISHED.r = 1
    assert BGNBD.fit(cdnow) == BGNBD.fit(cdnow)
    assert {BGNBD.fit(cdnow): 1}[BGNBD.fit(cdnow)] == 1


# Saving and loading


def _saved(model):
    return json.loads(json.dumps(model.to_dict(), allow_nan=False))


@pytest.mark.long
def test_every_model_comes_back_from_a_file_equal_in_every_digit(cdnow):
    yearly = BGBB(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8)
    fits = [
        SBG.fit(HIGH_END),
        BDW.fit(HIGH_END),
        BGBB.fit(yearly.simulate(500, seed=1)),
        GammaGamma.fit(cdnow),
        *(model.fit(_base("week")) for model in (BGNBD, MBGNBD, ParetoNBD)),
    ]
    unbounded = ParetoNBD.fit(PUBLISHED.simulate(300, seed=1, T=52))
    assert np.inf in unbounded.standard_errors.values()
    assert unbounded.ridge
    for model in (*fits, unbounded, *SHOPS, SPEND):
        again = type(model).from_dict(_saved(model))
        assert again == model
        assert hash(again) == hash(model)
        assert again.to_dict() == model.to_dict()
    assert type(fits[-1]).from_dict(_saved(fits[-1])).grain == "week"
    assert ParetoNBD.from_dict(_saved(unbounded)).covariance.equals(unbounded.covariance)


def test_a_loaded_model_forecasts_what_the_saved_one_does():
    fit, shop = BGNBD.fit(_base("week")), _base("week")
    again = BGNBD.from_dict(_saved(fit))
    assert again.expected_purchases(10, *_three(shop)).equals(fit.expected_purchases(10, *_three(shop)))
    assert again.draws(10, seed=1).equals(fit.draws(10, seed=1))


@pytest.mark.long
@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ({"r": "much"}, "saved is damaged: it has 'much' as 'r'"),
        ({"r": -1}, "r must be above 0, got -1"),
        ({"r": "nan"}, "r has a missing value (NaN): fill it in or leave it out"),
        ({"r": True}, "saved is damaged: it has True as 'r'"),
        ({"grain": "W"}, "saved is damaged: it has 'W' as 'grain'"),
        ({"log_likelihood": [1]}, "saved is damaged: it has [1] as 'log_likelihood'"),
        ({"standard_errors": {"r": 0.1}}, "saved is damaged: it tells of other parameters than it has"),
        ({"standard_errors": {"r": "0.1"}}, "saved is damaged: it has {'r': '0.1'} as 'standard_errors'"),
        ({"curvature": [[1.0]]}, "saved is damaged: it tells of other parameters than it has"),
        ({"ridge": [[1.0, 2.0]]}, "saved is damaged: it tells of other parameters than it has"),
        ({"diagnosis": None}, "saved is damaged: it has None as 'diagnosis'"),
        ({"churn": 0.1}, "saved is damaged: it has 'churn', which a BGNBD does not know"),
        ({"model": "ParetoNBD"}, "saved must be a BGNBD, got 'ParetoNBD' under 'model'"),
        ({"model": "MBGNBD"}, "saved must be a BGNBD, got 'MBGNBD' under 'model'"),
    ],
)
def test_a_damaged_file_gets_a_sentence(cdnow, damage, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        BGNBD.from_dict(_saved(BGNBD.fit(cdnow[:200])) | damage)


def test_no_entry_of_a_saved_model_may_be_missing():
    saved = _saved(PUBLISHED)
    for name in saved:
        with pytest.raises(ValueError, match=name):
            BGNBD.from_dict({each: value for each, value in saved.items() if each != name})


# Labels and units


def _base(grain=None):
    shop = PUBLISHED.simulate(40, seed=2, T=39).set_index("customer_id")[["frequency", "recency", "T"]]
    shop.attrs = {"grain": grain} if grain else {}
    return shop


@pytest.mark.parametrize("model", SHOPS)
def test_what_is_per_customer_keeps_the_customers_labels(model):
    shop = _base()
    shop.index = [f"c{label}" for label in shop.index]
    spend = SPEND.expected_spend(shop["frequency"], 30 + shop["T"])
    for result in (
        spend,
        model.p_alive(*_three(shop)),
        model.expected_purchases(10, *_three(shop)),
        model.clv(*_three(shop), spend, margin_rate=0.3, rate=0.01, grain="week", months=6),
    ):
        assert isinstance(result, pd.Series)
        assert result.index.equals(shop.index)


@pytest.mark.parametrize("model", SHOPS)
def test_a_sorted_spend_is_refused_and_not_paired_by_position(model):
    shop = _base()
    spend = (shop["T"] + shop.index).rename("spend")
    how = dict(margin_rate=0.3, rate=0.01, grain="week", months=6)
    with pytest.raises(ValueError, match="frequency and spend have different labels, or another order of them"):
        model.clv(*_three(shop), spend.sort_values(ascending=False), **how)
    assert model.clv(*_three(shop), spend.to_numpy(), **how).equals(model.clv(*_three(shop), spend, **how))
    with pytest.raises(ValueError, match="frequency and T have different labels"):
        model.p_alive(shop["frequency"], shop["recency"], shop["T"][::-1])


@pytest.mark.long
@pytest.mark.parametrize("model", [BGNBD, MBGNBD, ParetoNBD])
def test_a_fit_knows_the_unit_of_its_summary(model):
    weekly = _base("week")
    fit, plain = model.fit(weekly), model.fit(_base())
    assert (fit.grain, plain.grain) == ("week", None)
    how = dict(spend=35, margin_rate=0.3, rate=0.01, months=12)
    value = fit.clv(*_three(weekly), **how)
    assert value.equals(fit.clv(*_three(weekly), **how, grain="week"))
    assert value.equals(plain.clv(*_three(weekly), **how, grain="week"))
    assert value.equals(fit.clv(*_three(_base()), **how))  # a plain frame is taken in the model's unit
    with pytest.raises(ValueError, match="grain is 'day', but the model is in weeks: leave grain out"):
        fit.clv(*_three(weekly), **how, grain="day")
    with pytest.raises(ValueError, match="grain must say the model's time unit"):
        plain.clv(*_three(weekly), **how)
    with pytest.raises(ValueError, match="recency is in weeks and the model in days"):
        plain.clv(*_three(weekly), **how, grain="day")


@pytest.mark.long
def test_a_summary_in_another_unit_is_refused_until_it_says_it_was_converted():
    fit, daily = BGNBD.fit(_base("week")), _base("day")
    for call in (
        lambda table: fit.log_likelihood_of(table),
        lambda table: fit.dert(table, rate=0.01),
        lambda table: fit.p_alive(*_three(table)),
        lambda table: fit.expected_purchases(4, *_three(table)),
        lambda table: fit.expected_purchases(table["T"]),
        lambda table: fit.clv(*_three(table), spend=35, margin_rate=0.3, rate=0.01, months=12),
    ):
        with pytest.raises(ValueError, match="in days and the model in weeks: bring both to one unit"):
            call(daily)
        call(_base())
    converted = daily.assign(recency=daily["recency"] / 7, T=daily["T"] / 7)  # pandas keeps the old word
    with pytest.raises(ValueError, match=r"say so: recency.attrs\['grain'\] = 'week'"):
        fit.p_alive(*_three(converted))
    converted.attrs["grain"] = "week"
    assert len(fit.p_alive(*_three(converted))) == 40


def test_the_unit_survives_what_pandas_does_with_a_summary():
    weekly = _base("week")
    for table in (weekly.copy(), weekly[weekly["frequency"] > 0], weekly.assign(z=1), weekly.reset_index()):
        assert BGNBD.fit(table).grain == "week"
    merged = weekly.merge(pd.DataFrame({"z": 1}, index=weekly.index), left_index=True, right_index=True)
    fit = BGNBD.fit(merged)  # a merge may lose it: then it is a plain frame
    assert fit.grain in (None, "week")
    assert fit.parameters == BGNBD.fit(weekly).parameters


def test_a_word_for_the_unit_that_nobody_knows_is_refused():
    for call in (BGNBD.fit, PUBLISHED.log_likelihood_of, lambda summary: PUBLISHED.predict(summary, 10)):
        with pytest.raises(ValueError, match=r"^summary.attrs\['grain'\] must be 'day', 'week', .* got 'W'"):
            call(_base("W"))


@pytest.mark.parametrize("which", [0, 1])
def test_recency_and_t_each_say_their_unit(which):
    weekly = BGNBD(**PUBLISHED.parameters, grain="week")
    for unit, sentence in (("day", "is in days and the model in weeks"), ("W", r"must be 'day', .* got 'W'")):
        times = [pd.Series([20.0]), pd.Series([30.0])]
        times[which].attrs["grain"] = unit
        name = ("recency", "T")[which] + (r"\.attrs\['grain'\]" if unit == "W" else "")
        with pytest.raises(ValueError, match=f"^{name} {sentence}"):
            weekly.p_alive([2], *times)


def test_simulated_customers_know_the_models_unit():
    weekly = BGNBD(*PUBLISHED.parameters.values(), grain="week")
    assert BGNBD.fit(weekly.simulate(50, seed=1)).grain == "week"
    assert PUBLISHED.simulate(50, seed=1).attrs == {}
    with pytest.raises(ValueError, match="recency is in weeks and the model in days"):
        BGNBD(*PUBLISHED.parameters.values(), grain="day").p_alive(*_three(weekly.simulate(50, seed=1)))


def test_numbers_in_give_a_python_float_and_lists_an_array():
    assert type(PUBLISHED.p_alive(2, 30, 38)) is float
    assert type(PARETO.p_alive(2, 30, 38)) is float
    assert type(PARETO.expected_purchases(10)) is float
    assert type(SPEND.expected_spend(2, 30)) is float
    assert PARETO.p_alive([2], [30], [38]).shape == (1,)
    assert PUBLISHED.expected_purchases([1, 2, 3]).shape == (3,)


# Simulation


@pytest.mark.parametrize("model", SHOPS)
def test_a_simulated_log_holds_the_purchases_of_the_summary(model):
    T = np.linspace(10, 40, 300)
    shop, log = model.simulate(300, 5, T=T, holdout=20), model.simulate_log(300, 5, T=T + 20)
    cut = T[log["customer_id"] - 1]
    before = log[log["time"] <= cut].groupby("customer_id")["time"]
    assert (before.count() - 1).tolist() == shop["frequency"].tolist()
    assert before.max().tolist() == shop["recency"].tolist()
    assert log[log["time"] > cut].shape[0] == shop["holdout_frequency"].sum() > 0
    assert model.simulate(300, 5, T=T, holdout=20).equals(shop)
    assert not model.simulate(300, 6, T=T, holdout=20).equals(shop)


@pytest.mark.parametrize("model", SHOPS)
def test_nobody_buys_after_the_end_of_her_lifetime(model):
    shop = model.simulate(3000, seed=8, T=30, holdout=20)
    assert (shop["recency"] <= shop["lifetime"]).all()
    assert (shop.loc[~shop["alive"], "holdout_frequency"] == 0).all()
    assert (shop["alive"] == (shop["lifetime"] > 30)).all()
    assert shop.loc[shop["alive"], "holdout_frequency"].sum() > 0


def test_in_the_bgnbd_a_dead_customers_lifetime_ends_with_her_last_purchase():
    shop = PUBLISHED.simulate(3000, seed=8, T=30)
    gone = shop[~shop["alive"]]
    assert (gone["lifetime"] == gone["recency"]).all()
    assert (gone["frequency"] > 0).all()


def test_in_the_mbgnbd_one_time_buyers_leave_at_their_first_purchase_or_stay():
    shop = MODIFIED.simulate(20_000, seed=8, T=30, holdout=30)
    once = shop[shop["frequency"] == 0]
    assert (once.loc[~once["alive"], "lifetime"] == 0).all()
    assert once["alive"].mean() == pytest.approx(MODIFIED.p_alive(0, 0, 30), abs=0.012)
    assert once["holdout_frequency"].mean() == pytest.approx(MODIFIED.expected_purchases(30, 0, 0, 30), rel=0.06)


@pytest.mark.long
@pytest.mark.parametrize("model", SHOPS)
def test_lifetimes_do_not_depend_on_how_long_one_looks(model):
    short, long = (model.simulate(40_000, seed, T=T)["lifetime"] for seed, T in ((9, 2), (10, 200)))
    for time in (5, 30, 150):
        assert (short > time).mean() == pytest.approx((long > time).mean(), abs=0.012)


def test_a_simulated_sbg_cohort_survives_as_the_formula_says():
    model = SBG(alpha=0.7, beta=1.2)
    lifetime = model.simulate(100_000, seed=4)["lifetime"]
    shares = [(lifetime > t).mean() for t in range(6)]
    assert shares == pytest.approx(model.survival(range(6)), abs=0.005)


def test_expected_spend_is_right_on_average_for_customers_of_known_truth():
    shop = SPEND.simulate(100_000, seed=4, frequency=np.arange(100_000) % 4)
    expected = SPEND.expected_spend(shop["frequency"], shop["monetary_value"])
    for frequency in range(4):
        mine = shop["frequency"] == frequency
        gap = shop.loc[mine, "mean_spend"] - expected[mine]
        assert abs(gap.mean()) < 4 * gap.std() / mine.sum() ** 0.5
