"""The beta-discrete-Weibull against published fits, the SBG inside it, sums in many digits and its own simulation."""

import itertools
import json

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from clvlib.models import BDW, SBG, contract

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]  # Fader & Hardie 2007
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
PUBLISHED = BDW(gamma=0.2593, delta=1.7225, c=1.5844)

positive = st.floats(0.05, 20)
rates, renewals = st.floats(0.01, 1), st.integers(0, 30)


# Published numbers


@pytest.mark.parametrize(
    ("survivors", "parameters", "log_likelihood", "ratio", "p_value"),
    [
        (HIGH_END, [0.2593, 1.7225, 1.5844], -1222.7493, 4.77, 0.029),
        (REGULAR, [0.5231, 0.8944, 1.1963], -1401.3831, 0.35, 0.553),
    ],
)
def test_four_years_give_the_published_fit(survivors, parameters, log_likelihood, ratio, p_value):
    fit, without = BDW.fit(survivors[:5]), SBG.fit(survivors[:5])
    assert list(fit.parameters.values()) == pytest.approx(parameters, abs=2e-4)  # the top is flat
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=5e-5)
    assert BDW(*parameters).log_likelihood_of(survivors[:5]) == pytest.approx(log_likelihood, abs=5e-5)
    twice = 2 * (fit.log_likelihood - without.log_likelihood)
    assert round(twice, 2) == ratio
    assert round(float(chi2.sf(twice, 1)), 3) == p_value
    assert fit.diagnosis == "Converged, nothing to report."


def test_polarization_of_the_published_fit():
    fit, without = BDW.fit(HIGH_END[:5]), SBG.fit(HIGH_END[:5])
    assert round(1 / (1 + without.alpha + without.beta), 3) == 0.099
    assert round(1 / (1 + fit.gamma + fit.delta), 3) == 0.335


def test_four_years_forecast_year_12_where_the_sbg_is_nine_points_low():
    fit, without = BDW.fit(HIGH_END[:5]), SBG.fit(HIGH_END[:5])
    assert 100 * fit.survival(12) == pytest.approx(38.9, abs=0.05)  # 39.4 were left
    assert 100 * without.survival(12) == pytest.approx(30.7, abs=0.05)
    gaps = 100 * fit.survival(range(5, 13)) - np.array(HIGH_END[5:]) / 10
    assert abs(gaps).max() < 1.3


# The SBG is the case c = 1


@given(positive, positive, st.floats(0, 50), rates, renewals)
def test_with_c_of_1_it_is_the_sbg(gamma, delta, period, rate, n):
    model, known = BDW(gamma, delta, 1), SBG(gamma, delta)
    assert model.survival(period) == pytest.approx(known.survival(period), rel=1e-11)
    assert model.retention(1 + period) == pytest.approx(known.retention(1 + period), rel=1e-11)
    assert model.derl(rate, n) == pytest.approx(known.derl(rate, n), rel=1e-9)
    assert model.log_likelihood_of(HIGH_END) == pytest.approx(known.log_likelihood_of(HIGH_END), rel=1e-10)


@pytest.mark.parametrize("alpha", [1.5, 3, 15, 400])
@pytest.mark.parametrize("rate", [0, 1e-9, 1e-4])
def test_with_c_of_1_its_slowly_or_not_discounted_lifetime_is_the_sbgs(alpha, rate):
    n = [0, 2, 1000, 1_000_000]
    assert BDW(alpha, 20, 1).derl(rate, n) == pytest.approx(SBG(alpha, 20).derl(rate, n), rel=1e-9)


# Likelihood


def test_its_likelihood_is_a_product_of_losses_and_survivors():
    left = PUBLISHED.survival([0, 1, 2, 3])
    by_hand = 40 * np.log(left[0] - left[1]) + 20 * np.log(left[1] - left[2]) + 40 * np.log(left[3])
    assert PUBLISHED.log_likelihood_of([100, 60, 40, 40]) == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("theta", [[0.7, 6.0, 1.3], [1e-3, 0.1, 20.0], [50.0, 2000.0, 0.3], [0.01, 1e-3, 400.0]])
def test_its_slope_is_that_of_the_log_likelihood(theta):
    alive, theta = np.array([1000, 869, 743, 743, 593, 551.0]), np.array(theta)
    slope = BDW._likelihood(theta, alive)[1]
    for unit, expected in zip(np.eye(3), slope, strict=True):
        up, down = (BDW._likelihood(theta * np.exp(step * unit), alive)[0] for step in (1e-5, -1e-5))
        assert (up - down) / 2e-5 == pytest.approx(expected * unit @ theta, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("survivors", [HIGH_END, HIGH_END[:5], REGULAR[:6]])
def test_its_fit_is_a_top_and_its_standard_errors_are_the_curvature_there(survivors):
    fit, small, units = BDW.fit(survivors), 1e-3, np.eye(3)
    theta = np.array(list(fit.parameters.values()))

    def value(steps):
        return BDW(*(theta * np.exp(small * steps))).log_likelihood_of(survivors)

    assert fit.log_likelihood == value(0 * units[0])
    assert all(value(sign * unit) < fit.log_likelihood for unit in units for sign in (-1, 1))
    bend = [
        [(value(u + v) - value(u - v) - value(v - u) + value(-u - v)) / (4 * small**2) for v in units] for u in units
    ]
    errors = theta * np.sqrt(np.diag(np.linalg.inv(-np.array(bend))))
    assert list(fit.standard_errors.values()) == pytest.approx(errors, rel=2e-3)


def test_a_flat_optimum_is_reached_in_log_likelihood():
    """Wherever the search ends on a ridge, it fits as well as the parameters that made the shares."""
    for truth in (BDW(0.3, 1, 0.5), BDW(1, 4, 2), BDW(40, 120, 1.2)):
        survivors = 1000 * truth.survival(range(5))
        assert BDW.fit(survivors).log_likelihood > truth.log_likelihood_of(survivors) - 1e-6


def test_one_loss_leaves_everything_open():
    fit = BDW.fit([1000, 500])
    assert fit.standard_errors == {"gamma": np.inf, "delta": np.inf, "c": np.inf}
    assert fit.survival(1) == pytest.approx(0.5, abs=1e-5)
    assert fit.diagnosis.startswith("Flat ridge: other values of gamma, delta and c fit almost as well")
    assert fit.diagnosis.endswith("the horizon beyond the data is not determined.")


def test_customers_all_alike_whose_churn_rises_leave_c_alone_bounded():
    alike = [1e5 * 0.9 ** (t**1.7) for t in range(7)]
    fit = BDW.fit(np.rint(alike))
    assert fit.standard_errors["gamma"] == fit.standard_errors["delta"] == np.inf
    assert fit.c == pytest.approx(1.7, abs=4 * fit.standard_errors["c"])
    assert fit.diagnosis.startswith("Boundary: delta went to the edge of the search")


@pytest.mark.parametrize("survivors", [[1000, 0], [1000, 1000], [1000, 900, 0], [1000, 900, 900, 900], [3, 3, 2, 0, 0]])
def test_cohorts_at_the_edge_get_a_diagnosis_and_no_error(survivors):
    fit = BDW.fit(survivors)
    assert np.isfinite(fit.log_likelihood)
    assert fit.diagnosis.startswith(("Boundary: ", "Flat ridge: "))
    assert fit.survival(range(len(survivors))) * survivors[0] == pytest.approx(survivors, abs=0.5)


# Survival and its sum


@pytest.mark.parametrize("gamma", [1e-3, 0.26, 3.0, 4000.0])
@pytest.mark.parametrize("x", [1e-4, 1.7, 148.0, 149.0, 1e9, 1e38, 1e42, 1e300])
def test_the_ratio_of_gamma_functions_and_its_slopes_in_80_digits(gamma, x):
    with mpmath.workdps(80 if x < 1e30 else 700):
        rise = mpmath.loggamma(mpmath.mpf(x) + gamma) - mpmath.loggamma(x)
        slope = x * (mpmath.digamma(mpmath.mpf(x) + gamma) - mpmath.digamma(x))
        in_gamma = mpmath.digamma(mpmath.mpf(x) + gamma)
        expected = [float(each) for each in (rise, slope, in_gamma)]
    log_x = np.log(x)
    assert contract._log_rise(log_x, gamma) == pytest.approx(expected[0], rel=1e-11, abs=1e-11)
    assert contract._slope_rise(log_x, gamma) == pytest.approx(expected[1], rel=1e-9)
    assert contract._digamma(log_x, gamma) == pytest.approx(expected[2], rel=1e-12, abs=1e-12)


def test_survival_where_a_power_of_t_is_beyond_a_float():
    # t^c is 7^1000: B(gamma, delta + u) / B(gamma, delta) -> u^-gamma G(delta + gamma) / G(delta)
    expected = 7.0 ** (-1000 * 0.001) * float(mpmath.gamma(2.001) / mpmath.gamma(2))
    assert BDW(gamma=0.001, delta=2, c=1000).survival(7) == pytest.approx(expected, rel=1e-12)
    assert PUBLISHED.survival(0) == 1


def _derl_30(model, rate, n):
    """The sum that defines it, in 30 digits."""
    gamma, delta, c = map(mpmath.mpf, model.parameters.values())
    start = mpmath.beta(gamma, delta + mpmath.mpf(n) ** c)
    total = mpmath.mpf(0)
    for k in itertools.count(1):
        term = mpmath.beta(gamma, delta + mpmath.mpf(n + k) ** c) / start * mpmath.mpf(1 + rate) ** (1 - k)
        total += term
        if term < 1e-14 * total * rate:
            return float(total)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "rate", "n"),
    [
        (PUBLISHED, 0.1, 0),
        (PUBLISHED, 0.03, 7),
        (BDW(5, 20, 0.6), 0.05, 2),
        (BDW(0.05, 0.5, 8), 0.2, 0),
        (BDW(2, 1e6, 3), 0.02, 0),  # falls off a cliff, about the 100th term
        (BDW(0.5, 0.1, 0.3), 0.1, 50),
        (BDW(2, 1e9, 4), 0.03, 100),
        (BDW(100, 1e4, 1.2), 0.01, 3),
    ],
)
def test_derl_in_30_digits(model, rate, n):
    with mpmath.workdps(30):
        assert model.derl(rate, n) == pytest.approx(_derl_30(model, rate, n), rel=1e-9)


@pytest.mark.long
@pytest.mark.parametrize(("gamma", "rate"), [(0.1, 1e-5), (0.05, 1e-4), (1, 1e-4)])
def test_derl_where_the_discount_is_small_and_the_end_of_the_curve_far(gamma, rate):
    model = BDW(gamma, delta=1, c=4)
    renewal = np.arange(int(60 / rate))
    terms = np.exp(model._log_survival(renewal + 1.0) - np.log1p(rate) * renewal)
    assert model.derl(rate) == pytest.approx(terms.sum(), rel=1e-11)


@pytest.mark.parametrize("by", [0.1, 1, 50, 1000])
def test_the_logarithms_of_large_gamma_functions_do_not_cancel(by):
    log_x = np.array([5.001, 5.2, 7, 20])
    with mpmath.workdps(40):
        exact = [mpmath.loggamma(mpmath.exp(mpmath.mpf(at)) + by) - mpmath.loggamma(mpmath.exp(at)) for at in log_x]
    assert contract._log_rise(log_x, by) == pytest.approx([float(rise) for rise in exact], rel=2e-12)


@given(positive, positive, st.floats(0.3, 5), rates, renewals)
def test_derl_is_this_renewal_and_the_derl_after_it(gamma, delta, c, rate, n):
    model = BDW(gamma, delta, c)
    now, later = model.derl(rate, [n, n + 1])
    assert now == pytest.approx(model.retention(n + 1) * (1 + later / (1 + rate)), rel=1e-8)


@pytest.mark.parametrize(("gamma", "c"), [(2, 0.8), (1, 1.5), (0.35, 3), (0.101, 10), (30, 0.5), (0.001, 1001)])
def test_undiscounted_derl_is_this_renewal_and_the_lifetime_after_it(gamma, c):
    model = BDW(gamma, 2.5, c)
    for n in (0, 10, 1000):
        now, later = model.derl(0, [n, n + 1])
        assert now == pytest.approx(model.retention(n + 1) * (1 + later), rel=1e-8)


def test_undiscounted_derl_is_the_limit_of_small_rates():
    model = BDW(gamma=1.4, delta=3, c=2)
    assert model.derl([1e-9, 1e-12]) == pytest.approx(model.derl([0, 0]), rel=1e-6)


def test_derl_takes_customers_and_keeps_their_order():
    n, rate = np.array([3, 0, 3, 40]), np.array([0.1, 0.2, 0.05, 0.1])
    each = [PUBLISHED.derl(i, k) for i, k in zip(rate, n, strict=True)]
    assert PUBLISHED.derl(rate, n).tolist() == each
    assert type(PUBLISHED.derl(0.1)) is float


@given(positive, positive, positive)
def test_survival_is_the_product_of_retention_and_falls(gamma, delta, c):
    model = BDW(gamma, delta, c)
    left = model.survival(range(8))
    assert left[0] == 1
    assert (np.diff(left) <= 0).all()
    assert left[1:] == pytest.approx(np.cumprod(model.retention(range(1, 8))), rel=1e-9, abs=1e-300)


def test_no_parameters_of_a_search_give_a_likelihood_that_is_not_finite():
    alive = np.array([1000, 869, 743, 743, 593.0])
    for theta in itertools.product(np.geomspace(1e-4, 1e4, 5), repeat=3):
        with np.errstate(all="ignore"):
            value, slope = BDW._likelihood(np.array(theta), alive)
        assert value < 0 or np.isnan(value)
        assert np.isfinite(slope).all() or not np.isfinite(value)


# Simulation


@pytest.mark.parametrize("model", [BDW(0.7, 1.2, 0.6), BDW(0.26, 1.7, 1.6), BDW(1, 4, 1)])
def test_a_simulated_cohort_survives_as_the_formula_says(model):
    cohort = model.simulate(100_000, seed=4)
    shares = [(cohort["lifetime"] > t).mean() for t in range(8)]
    assert shares == pytest.approx(model.survival(range(8)), abs=0.006)
    assert cohort["churn_probability"].mean() == pytest.approx(model.gamma / (model.gamma + model.delta), abs=0.006)
    alike = cohort[cohort["churn_probability"].between(0.29, 0.31)]  # each leaves by her own discrete Weibull
    own = [(alike["lifetime"] > t).mean() for t in range(1, 6)]
    assert own == pytest.approx(0.7 ** np.arange(1, 6) ** model.c, abs=4 * 0.5 / len(alike) ** 0.5)
    assert model.simulate(50, seed=4).equals(model.simulate(50, seed=4))
    assert not model.simulate(50, seed=4).equals(model.simulate(50, seed=5))


def test_a_lifetime_without_end_is_held_at_2_to_the_53():
    lifetime = BDW(gamma=0.1, delta=5, c=0.01).simulate(1000, seed=1)["lifetime"]
    assert lifetime.min() == 1
    assert lifetime.max() <= 2**53
    assert (lifetime > 2**52).any()


# What all models can do


@pytest.mark.parametrize("survivors", [HIGH_END[:5], [1000, 500], [1000, 900, 780, 620, 450, 280]])
def test_its_survival_has_an_interval_however_vague_its_parameters(survivors):
    fit = BDW.fit(survivors)
    years = len(survivors) - 1
    table = fit.survival_interval([years, 3 * years, 100], renewals=years)
    assert table.loc[years].tolist() == [1, 1, 1]
    assert table["estimate"].to_numpy() == pytest.approx(fit.survival(table.index) / fit.survival(years), rel=1e-9)
    assert (table["low"] <= table["estimate"]).all()
    assert (table["estimate"] <= table["high"]).all()
    assert table["low"].iloc[1] < table["high"].iloc[1]


def test_the_ends_of_an_interval_are_shares_of_whole_customers():
    table = SBG.fit(HIGH_END[:8]).survival_interval([8, 12], interval=0.8, customers=491, renewals=7)
    counts = 491 * table[["low", "high"]].to_numpy()
    assert counts == pytest.approx(counts.round(), abs=1e-9)


def test_it_comes_back_from_json():
    fit = BDW.fit(HIGH_END[:5])
    assert BDW.from_dict(json.loads(json.dumps(fit.to_dict()))) == fit
