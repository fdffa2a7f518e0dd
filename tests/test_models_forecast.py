"""Uncertainty of estimates and forecasts: draws against the likelihood, intervals against simulated outcomes."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri
from scipy.stats import binom, chi2

from clvlib.models import BDW, BGNBD, MBGNBD, SBG, GammaGamma, ParetoNBD, _alike, _fit, _forecast
from clvlib.models import shop as _shop
from clvlib.models._covariates import NONE

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
WORLD = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
MODIFIED = MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614)
PARETO = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)
SPEND = GammaGamma(p=6.25, q=3.74, gamma=15.44)


@pytest.fixture(scope="module")
def cdnow():
    return pd.read_csv(Path(__file__).parent.parent / "datasets" / "cdnow_summary.csv")


# Draws of the parameters


def test_covariance_holds_the_standard_errors(cdnow):
    fit = BGNBD.fit(cdnow)
    assert fit.covariance.index.tolist() == fit.covariance.columns.tolist() == ["r", "alpha", "a", "b"]
    assert np.sqrt(np.diag(fit.covariance)).tolist() == pytest.approx(list(fit.standard_errors.values()))
    assert fit.covariance.to_numpy() == pytest.approx(fit.covariance.T.to_numpy())


def test_covariance_is_the_inverse_of_the_curvature_of_the_log_likelihood(cdnow):
    fit = GammaGamma.fit(cdnow)
    top, step = np.array(list(fit.parameters.values())), 1e-3

    def height(*moves):
        return GammaGamma(*(top * (1 + step * sum(moves)))).log_likelihood_of(cdnow)

    unit = np.eye(3)
    bend = [
        [height(i, j) - height(i, -j) - height(-i, j) + height(-i, -j) for j in unit] / (4 * step**2 * top) / top[k]
        for k, i in enumerate(unit)
    ]
    assert fit.covariance.to_numpy() == pytest.approx(np.linalg.inv(-np.array(bend)), rel=1e-3)


def test_unbounded_parameters_have_infinite_variance():
    shop = WORLD.simulate(300, seed=1, T=52)
    fit = ParetoNBD.fit(shop)
    assert np.isinf(np.diag(fit.covariance)).tolist() == [False, False, True, True]
    assert fit.covariance.loc["r", ["s", "beta"]].isna().all()
    assert np.isnan(fit.covariance.loc["s", "beta"])
    assert np.isfinite(fit.covariance.loc["r", "alpha"])


@pytest.mark.long
@pytest.mark.parametrize(("model", "ridge"), [(BGNBD, False), (ParetoNBD, True)])
def test_the_log_likelihood_falls_among_the_draws_as_half_a_chi_square(model, ridge):
    """To its end on a ridge, too, where the curvature at the top knows nothing of it."""
    shop = WORLD.simulate(300, seed=1, T=52)
    fit = model.fit(shop)
    assert ("Flat ridge" in fit.diagnosis) is ridge
    draws = fit.draws(200, seed=1)
    falls = np.array([fit.log_likelihood - model(*row).log_likelihood_of(shop) for row in draws.to_numpy()])
    for share in (0.5, 0.8, 0.9):
        assert (falls < chi2(4).ppf(share) / 2).mean() == pytest.approx(share, abs=0.07)
    assert draws.columns.tolist() == list(fit.parameters)


def test_draws_along_a_ridge_reach_from_the_estimate_to_its_end():
    shop = WORLD.simulate(300, seed=1, T=52)
    draws = ParetoNBD.fit(shop).draws(200, seed=1)
    assert draws["s"].min() < 0.5
    assert draws["s"].max() > 1000
    assert (np.log(draws["beta"] / draws["s"]).quantile([0.05, 0.95]).diff().iloc[-1]) < 3


def test_sure_parameters_are_drawn_from_the_normal_law_of_their_logs():
    fit = SBG.fit(np.array(HIGH_END) * 1000)
    assert not fit.ridge
    logs = np.log(fit.draws(100_000, seed=1))
    assert np.exp(logs.mean()).to_numpy() == pytest.approx(list(fit.parameters.values()), rel=2e-4)
    assert logs.cov().to_numpy() == pytest.approx(np.array(fit.curvature), rel=0.02)


def test_a_walk_goes_straight_on_beyond_its_ends():
    """It fell by 1.353 at -1 and at 2, where z is 1.645 either way."""

    def place(log, fall):
        return _fit._Top(np.array([log]), -fall, np.array([True]), np.eye(1), 0.0)

    walk, box = [place(-1.0, 1.353), place(-0.4, 1.353 / 4), place(2.0, 1.353)], _fit._Box(*np.array([[-9.0], [9.0]]))
    found = _fit._plausible(place(0.0, 0.0), [(0, walk)], box)
    z = ndtri((np.arange(200) + 0.5) / 200) / np.sqrt(2 * 1.353)
    down = np.interp(z, [-2, -1, -0.5, 0], [-2.2, -1, -0.4, 0])
    assert np.sort(found[:, 0]) == pytest.approx(np.where(z < 0, down, 2 * z))


@pytest.mark.parametrize(("variance", "kept"), [(0.04, 0.04), (100, 1)])
def test_what_is_not_led_varies_by_a_factor_of_e_at_most(variance, kept):
    top = _fit._Top(np.zeros(2), 0.0, np.array([True, True]), np.diag([0.5, variance]), 0.0)
    assert _fit._around(top, 0) == pytest.approx(np.diag([0, kept]))


def test_draws_of_a_model_with_given_parameters_are_these():
    assert (WORLD.draws(3, seed=1) == list(WORLD.parameters.values())).all(axis=None)
    with pytest.raises(ValueError, match="covariance needs a fitted model"):
        _ = WORLD.covariance


def test_the_same_seed_gives_the_same_draws(cdnow):
    fit = BGNBD.fit(cdnow)
    assert fit.draws(5, seed=1).equals(fit.draws(5, seed=1))
    assert not fit.draws(5, seed=1).equals(fit.draws(5, seed=2))


# Contracts


def test_a_cohort_of_known_churn_varies_as_a_binomial():
    world = SBG(alpha=3.8, beta=15.2)
    table = world.survival_interval([3, 6], interval=0.8, customers=150, renewals=2)
    stay = world.survival([3, 6]) / world.survival(2)
    assert table["estimate"].tolist() == pytest.approx(stay)
    assert (150 * table["low"]).tolist() == pytest.approx(binom(150, stay).ppf(0.1), abs=2)
    assert (150 * table["high"]).tolist() == pytest.approx(binom(150, stay).ppf(0.9), abs=2)


def test_of_very_many_customers_only_the_estimates_are_uncertain():
    given, fit = SBG(alpha=0.668, beta=3.806), SBG.fit(HIGH_END)
    sure = given.survival_interval([12])
    assert sure["low"].item() == sure["high"].item() == pytest.approx(0.378, abs=1e-3)
    width = [
        (table["high"] - table["low"]).item()
        for table in (fit.survival_interval([12]), fit.survival_interval([12], customers=1000))
    ]
    assert 0 < width[0] < width[1] < 0.1
    assert (fit.survival_interval([7], renewals=7) == 1).all(axis=None)


@pytest.mark.long
def test_an_interval_of_unsure_estimates_is_that_of_the_likelihood():
    """High End, from four years: the log-likelihood leans; a normal law would say 0.258 to 0.386 for the twelfth."""
    fit, near = SBG.fit(HIGH_END[:5]), []
    for alpha in fit.alpha * np.geomspace(0.2, 10, 60):
        for ratio in fit.beta / fit.alpha * np.linspace(0.8, 1.25, 60):
            model = SBG(alpha, alpha * ratio)
            if model.log_likelihood_of(HIGH_END[:5]) > fit.log_likelihood - 1.353:
                near.append(model.survival([5, 12]))
    table = fit.survival_interval([5, 12])
    assert table["low"].tolist() == pytest.approx(np.min(near, axis=0), abs=0.01)
    assert table["high"].tolist() == pytest.approx(np.max(near, axis=0), abs=0.01)


def test_a_model_with_more_room_holds_what_the_other_misses():
    """High End, from four years to the twelfth: 0.394 were left (Fader & Hardie 2007)."""
    small, large = (model.fit(HIGH_END[:5]).survival_interval([12]) for model in (SBG, BDW))
    assert small["high"].item() < 0.394
    assert large["low"].item() < 0.394 < large["high"].item()


def test_the_ends_of_an_interval_are_among_the_draws():
    fit = SBG.fit(HIGH_END[:5])
    left = sorted(SBG(*theta).survival([12]).item() for theta in fit.draws(1000, seed=1).to_numpy())
    table = fit.survival_interval([12], interval=0.9)
    assert table.loc[12, ["low", "high"]].tolist() == pytest.approx([left[49], left[949]], rel=1e-12)


def test_a_flat_ridge_shows_in_the_interval():
    table = SBG.fit([1000, 500]).survival_interval([2, 6])
    assert table["low"].round(3).tolist() == [0.25, 0.016]
    assert table["high"].round(3).tolist() == [0.5, 0.5]


@pytest.mark.slow
def test_survival_intervals_hold_what_happens_to_simulated_cohorts():
    world, n, held = SBG(alpha=0.668, beta=3.806), 1000, []
    for seed in range(200):
        lifetime = world.simulate(n, seed)["lifetime"]
        alive = [(lifetime > period).sum() for period in range(13)]
        table = SBG.fit(alive[:8]).survival_interval([8, 12], customers=alive[7], renewals=7)
        share = np.array([alive[8], alive[12]]) / alive[7]
        held.append((table["low"] <= share + 1e-12) & (share - 1e-12 <= table["high"]))
    assert np.mean(held, axis=0) == pytest.approx([0.9, 0.9], abs=0.065)  # 3 standard errors of 200 cohorts


# Shops

MONEY = dict(spend_model=SPEND, margin_rate=0.3, rate=0.002)
HISTORY = ["frequency", "recency", "T"]


@pytest.mark.parametrize("model", [WORLD, MODIFIED, PARETO])
def test_predict_puts_side_by_side_what_the_methods_say(model, cdnow):
    table = model.predict(cdnow, 39, **MONEY)
    history = [cdnow.set_index("customer_id")[name] for name in HISTORY]
    spend = SPEND.expected_spend(history[0], cdnow.set_index("customer_id")["monetary_value"])
    value = model.clv(*history, spend, margin_rate=0.3, rate=0.002, grain="week", weeks=39)
    for column, said in (
        ("p_alive", model.p_alive(*history)),
        ("expected_purchases", model.expected_purchases(39, *history)),
        ("expected_spend", spend),
        ("clv", value),
        ("rank", value.rank(method="min", ascending=False)),
    ):
        pd.testing.assert_series_equal(table[column], said, check_names=False, check_dtype=False, rtol=1e-12)
    assert table.index.name == "customer_id"


EFFECTS = dict(purchase_effects={"email": 0.5, "age": 0.02}, dropout_effects={"email": -0.4, "age": -0.01})


@pytest.mark.long
@pytest.mark.parametrize("effects", [{}, EFFECTS])
@pytest.mark.parametrize("model", [WORLD, MODIFIED, PARETO])
def test_predict_is_what_the_methods_say_to_the_last_bit(model, effects):
    """Though it works out what is equal once: in days, weeks, months, between them, huge, and seen buying.

    The sum of a customer's effects is a matrix product, whose last bit hangs on how many rows there are.
    """
    exact = {"rtol": 1e-13} if effects else {"check_exact": True}
    shop = model.simulate(1500, seed=3, T=np.arange(1500) % 90 + 1)[HISTORY]
    days = shop.assign(recency=np.minimum(np.ceil(shop["recency"]), shop["T"])).astype(float)
    units = [shop, *(days.assign(recency=days["recency"] / unit, T=days["T"] / unit) for unit in (1, 7, 365.25 / 12))]
    huge = shop.assign(frequency=shop["frequency"] * 10**6, recency=shop["recency"] * 1e200, T=shop["T"] * 1e200)
    world, rng = type(model)(**model.parameters, **effects), np.random.default_rng(4)
    for base in [*units, days[days["frequency"] == 0], huge, days[:1]]:
        mixed = base.set_axis([f"c{number}" for number in range(len(base))]).sample(frac=1, random_state=1)
        people = pd.DataFrame({"email": rng.integers(0, 2, len(mixed)), "age": rng.integers(-9, 9, len(mixed))})
        given = {"covariates": people.set_axis(mixed.index)} if effects else {}
        history, table = [mixed[name] for name in HISTORY], world.predict(mixed, 39, **given)
        said = {"p_alive": world.p_alive(*history, **given)}
        said["expected_purchases"] = world.expected_purchases(39, *history, **given)
        said["rank"] = table["expected_purchases"].rank(method="min", ascending=False).astype(int)
        pd.testing.assert_frame_equal(table, pd.DataFrame(said), **exact)


def test_payments_at_the_start_of_a_period_are_worth_a_period_more(cdnow):
    end, start = (WORLD.predict(cdnow, 5, **MONEY, timing=timing)["clv"] for timing in ("end", "start"))
    assert start.tolist() == pytest.approx((1.002 * end).tolist())


def test_predict_gives_the_columns_that_can_be_had(cdnow):
    counts = ["p_alive", "expected_purchases", "rank"]
    assert WORLD.predict(cdnow[HISTORY], 39).columns.tolist() == counts
    assert WORLD.predict(cdnow, 39, SPEND).columns.tolist() == [*counts[:2], "expected_spend", "rank"]
    ends = ["purchases_low", "purchases_high", "clv_no_return"]
    assert WORLD.predict(cdnow[:9][HISTORY], 39, interval=0.9).columns.tolist() == counts + ends
    with_money = WORLD.predict(cdnow[:9], 39, **MONEY, interval=0.9)
    assert with_money.columns.tolist() == [
        *counts[:2],
        "expected_spend",
        "clv",
        "rank",
        *ends[:2],
        "clv_low",
        "clv_high",
        ends[2],
    ]


def test_predict_keeps_the_labels_and_the_order_of_the_summary():
    shop = WORLD.simulate(50, seed=2, T=39)[HISTORY].set_axis([f"c{number}" for number in range(50)])
    mixed = shop.sample(frac=1, random_state=1)
    table, sorted_ = WORLD.predict(mixed, 10, interval=0.5), WORLD.predict(shop, 10)
    assert table.index.equals(mixed.index)
    pd.testing.assert_frame_equal(table[sorted_.columns].reindex(shop.index), sorted_)


def test_predict_refuses_another_unit_of_time():
    shop = WORLD.simulate(50, seed=2, T=39)
    shop.attrs["grain"] = "day"
    fit = BGNBD(**WORLD.parameters, grain="week")
    with pytest.raises(ValueError, match="summary is in days and the model in weeks"):
        fit.predict(shop, 10)
    with pytest.raises(ValueError, match="summary is in days and the model in weeks"):
        fit.predict_total(shop, 10)


@pytest.mark.long
def test_customers_who_are_alike_have_the_same_forecast(cdnow):
    table = BGNBD.fit(cdnow).predict(cdnow, 39, **MONEY, interval=0.9)
    alike = [cdnow["frequency"], cdnow["recency"], cdnow["T"], cdnow["monetary_value"]]
    by = table.groupby([column.to_numpy() for column in alike])
    assert by.ngroups == len(table.drop_duplicates()) < len(table)


@pytest.mark.long
@pytest.mark.parametrize("model", [WORLD, MODIFIED, PARETO])
def test_drawn_customers_do_on_average_what_is_expected_of_them(model, cdnow, monkeypatch):
    """With known parameters: purchases, their discounted value, and whether there are any."""
    monkeypatch.setattr(_forecast, "_DRAWS", 20_000)
    some = cdnow.sort_values("frequency").iloc[[0, 5, 1500, 1900, 2200, 2300, 2340, 2356]]
    table = model.predict(some, 39, **MONEY, interval=0.9)
    drawn = np.empty((2, len(some), 20_000))
    base, _ = _shop._base("summary", some, NONE)
    plan = _forecast.plan(39, SPEND, 0.3, 0.002, "end")
    for rows, *outcomes in _forecast._outcomes(model, base, plan, table["expected_purchases"].to_numpy(), seed=7):
        drawn[:, rows] = outcomes
    for outcome, column in zip(drawn, ("expected_purchases", "clv"), strict=True):
        gaps = (outcome.mean(axis=1) - table[column]) / (outcome.std(axis=1) / 20_000**0.5)
        assert abs(gaps).max() < 4
    never = (drawn[0] == 0).mean(axis=1)
    assert never == pytest.approx(table["clv_no_return"].to_numpy(), abs=0.015)
    assert ((drawn[1] > 0) == (drawn[0] > 0)).all()


@pytest.mark.long
@pytest.mark.parametrize("model", [WORLD, MODIFIED, PARETO])
def test_the_interval_of_known_customers_holds_what_they_do(model):
    """Nine in ten and more: counts cannot be cut exactly. Fewer than one in twenty on either side."""
    shop = model.simulate(20_000, seed=5, T=39, holdout=39).round({"recency": 0})
    shop = shop[(shop["recency"] > 0) == (shop["frequency"] > 0)]
    table = model.predict(shop, 39, interval=0.9).reset_index(drop=True)
    came = shop["holdout_frequency"].reset_index(drop=True)
    assert 0.9 < ((table["purchases_low"] <= came) & (came <= table["purchases_high"])).mean() < 0.99
    assert (came < table["purchases_low"]).mean() < 0.055
    assert (came > table["purchases_high"]).mean() < 0.055


@pytest.mark.long
def test_the_total_is_the_sum_and_its_interval_narrower_than_the_customers_added_up(cdnow):
    fit = BGNBD.fit(cdnow)
    total, table = fit.predict_total(cdnow, 39, **MONEY), fit.predict(cdnow, 39, **MONEY, interval=0.9)
    assert total["estimate"].tolist() == pytest.approx(table[["expected_purchases", "clv"]].sum().tolist())
    assert total.index.tolist() == ["purchases", "clv"]
    assert total.loc["purchases", "estimate"] == pytest.approx(1653.41, abs=0.03)  # of the published parameters
    assert table["purchases_low"].sum() < total.loc["purchases", "low"] < 1653
    assert 1653 < total.loc["purchases", "high"] < table["purchases_high"].sum()


@pytest.mark.long
def test_a_flat_ridge_shows_in_the_total():
    shop = WORLD.simulate(300, seed=1, T=52)
    wide = ParetoNBD.fit(shop).predict_total(shop, 52).loc["purchases"]
    sure = ParetoNBD(*ParetoNBD.fit(shop).parameters.values()).predict_total(shop, 52).loc["purchases"]
    assert wide["low"] < 146 < 249 < wide["high"]  # what the diagnosis says of the ridge alone
    assert wide["high"] - wide["low"] > 1.5 * (sure["high"] - sure["low"])


TWO_SHOPPERS = pd.DataFrame({"frequency": [3, 3], "recency": [38.0, 5.0], "T": 39.0, "monetary_value": [20.0, 20.0]})


def test_the_ends_of_an_interval_leave_out_as_many_draws_on_either_side():
    assert _forecast._ends(np.arange(1000.0)[::-1], 0.9).tolist() == [49, 949]
    assert _forecast._ends(np.arange(200.0), 0.5).tolist() == [49, 149]


@pytest.mark.parametrize(("column", "other"), [("recency", [38.0, 5.0]), ("frequency", [3, 12])])
def test_customers_who_differ_in_one_thing_have_intervals_of_their_own(column, other):
    shop = pd.DataFrame({"frequency": 3, "recency": 30.0, "T": 39.0}, index=[0, 1]).assign(**{column: other})
    table = WORLD.predict(shop, periods=39, interval=0.9)
    assert table["purchases_high"].nunique() == 2


def test_the_interval_of_a_value_repeats_and_waits_as_its_timing_says(cdnow):
    spend = GammaGamma.fit(cdnow[cdnow["frequency"] > 0])
    worth = dict(periods=39, spend_model=spend, margin_rate=0.3, rate=0.01)
    at_end, again, at_start = (
        WORLD.predict_total(TWO_SHOPPERS, **worth, timing=timing).loc["clv"] for timing in ("end", "end", "start")
    )
    assert again.tolist() == at_end.tolist()
    assert at_start.tolist() == pytest.approx((1.01 * at_end).tolist())


def test_who_leaves_after_one_purchase_makes_it_as_early_as_others_make_their_first():
    rate_1, leaves_at_once, n = (1e6, 1e6), (1e6, 1e-6), 4000
    theta = [np.full(n, each) for each in (*rate_1, *leaves_at_once)]
    count, _, time = _forecast._purchases(np.random.default_rng(1), WORLD, theta, np.zeros(n), np.zeros(n), 50)
    assert set(count) == {1}
    assert time.mean() == pytest.approx(1, abs=0.05)  # 3 standard errors


def test_of_very_many_customers_a_few_draws_are_made(monkeypatch):
    monkeypatch.setattr(_forecast, "_MOST", 100)
    base, _ = _shop._base("summary", TWO_SHOPPERS, np.zeros((2, 0)))
    _, bought, _ = next(_forecast._outcomes(WORLD, base, _forecast.Plan(9, None, None), np.ones(2), seed=1))
    assert bought.shape == (2, 200)


def test_equal_values_share_a_rank():
    assert _forecast._rank(np.array([5.0, 9, 5, 1]), np.ones(4, dtype=int)).tolist() == [2, 1, 2, 4]
    assert _forecast._rank(np.array([5.0, 9, 1]), np.array([2, 3, 1])).tolist() == [4, 1, 6]


def test_distinct_rows_are_found_whatever_they_hold():
    rng = np.random.default_rng(1)
    for kinds in (3, 50, 10_000):
        columns = [rng.integers(0, kinds, 5000) / 7 for _ in range(3)]
        first, kind = _alike.distinct(*columns)
        assert all((column[first][kind] == column).all() for column in columns)
        assert len(first) == len(np.unique(np.array(columns), axis=1).T)


@pytest.mark.long
def test_kinds_are_counted_as_they_appear_in_one_block_or_many(monkeypatch):
    """The order in which outcomes are drawn, so that a seed gives what it gave."""
    rng = np.random.default_rng(2)
    few = [rng.integers(0, 9, 5000), rng.integers(0, 99, 5000) / 7]
    many = [rng.random(50)[rng.integers(0, 50, 5000)], rng.integers(0, 5000, 5000)]
    for columns in (few, many, few[:1]):
        named = pd.factorize(pd.MultiIndex.from_arrays(columns))[0]
        for block in (2**15, 700, 1):
            monkeypatch.setattr(_alike, "_BLOCK", block)
            first, kind = _alike.distinct(*columns)
            assert kind.tolist() == named.tolist()
            assert first.tolist() == np.unique(named, return_index=True)[1].tolist()


@pytest.mark.parametrize(
    "column",
    [
        np.arange(5000) % 731,  # days
        np.arange(5000) % 731 / 7,  # in weeks
        np.arange(40_000) % 731 / 7,  # more than is looked at at a time
        np.arange(70_000),  # more than 16 bits tell apart
        np.arange(5000) % 731 / (365.25 / 12),  # in months
        -(np.arange(5000) % 731.0),
        np.full(5000, 38.86),
        np.arange(5000)[::-1] % 4999,
        np.repeat([7, -1e6, 7 + 1e-9, 7], 5),  # two values in one cell
        np.array([-1e308, 1e308, 0, 1e308]),
        np.array([5e-324, 0, 1e-323, 0]),
        np.array([3.0]),
    ],
)
def test_places_count_values_in_the_order_in_which_they_appear(column):
    place, values = _alike._places(column.astype(float))
    assert place.tolist() == pd.factorize(column)[0].tolist()
    assert values == len(pd.unique(column))


def test_what_is_missing_or_endless_is_a_kind_of_its_own():
    numbers = np.array([1, np.nan, 1, np.inf, np.nan, -np.inf])
    assert _alike.distinct(numbers)[1].tolist() == [0, 1, 0, 2, 1, 3]
    assert _alike.distinct(np.ones(6), numbers)[1].tolist() == [0, 1, 0, 2, 1, 3]


@pytest.mark.parametrize("lowest", [0, 5, -700, 10**18 + 1, -(2**63)])
def test_whole_numbers_that_span_little_are_their_own_places(lowest):
    days = np.arange(5000)[::-1] % 700
    place, values = _alike._places(days + lowest)
    assert (place == days).all()
    assert values == 700


def test_whole_numbers_that_span_much_are_places_too():
    place, values = _alike._places(np.array([-(2**63), 2**63 - 1, 0, 2**63 - 1]))
    assert place.tolist() == [0, 1, 2, 1]
    assert values == 3


def test_what_is_wrong_with_one_of_many_customers_is_said_of_her(cdnow):
    many = cdnow.loc[np.arange(40_000) % len(cdnow), HISTORY].reset_index(drop=True)
    late, absent, endless, negative, text = (
        many.astype({"frequency": kind}) for kind in (int, float, float, int, object)
    )
    late.loc[39_000, "recency"] = 99
    absent.loc[39_000, "frequency"] = np.nan
    endless.loc[39_000, "T"] = np.inf
    negative.loc[39_000, "frequency"] = -1
    text.loc[39_000, "frequency"] = "two"
    wrong = {
        "recency must be at most T, got 99 with T 32.14 at position 39000": late,
        "column 'frequency' of summary is missing in 1 of 40000 rows (row 39000)": absent,
        "column 'T' of summary is infinite in 1 of 40000 rows (row 39000)": endless,
        "column 'frequency' of summary must be a whole number of at least 0, got -1": negative,
        "column 'frequency' of summary is no number in 1 of 40000 rows (row 39000), such as 'two'": text,
    }
    for sentence, summary in wrong.items():
        with pytest.raises(ValueError, match=re.escape(sentence)):
            WORLD.predict(summary, 39)


def test_what_lies_evenly_needs_no_hash_table(monkeypatch):
    days = np.arange(5000)[::-1] % 700
    monkeypatch.setattr(pd, "factorize", None)
    for column in (days, days / 7, days / (365.25 / 12), np.full(9, 38.86)):
        place, values = _alike._places(column.astype(float))
        assert (place == np.arange(len(column)) % 700 * (values > 1)).all()


@pytest.mark.slow
@pytest.mark.parametrize("world", [WORLD, MODIFIED, PARETO])
def test_intervals_hold_what_happens_to_simulated_bases(world, monkeypatch):
    monkeypatch.setattr(_forecast, "_DRAWS", 300)
    inside, singles, bases = [], [], 100
    for seed in range(bases):
        shop = world.simulate(1000, seed, T=np.linspace(27, 39, 1000), holdout=39)
        fit, came = type(world).fit(shop), shop["holdout_frequency"]
        total, some = fit.predict_total(shop, 39).loc["purchases"], slice(0, 1000, 10)
        inside.append(total["low"] <= came.sum() <= total["high"])
        table = fit.predict(shop[some], 39, interval=0.9)
        singles.append(came[some].between(table["purchases_low"].array, table["purchases_high"].array).mean())
    assert np.mean(inside) == pytest.approx(0.9, abs=0.09)  # 3 standard errors of 100 bases
    assert np.mean(singles) > 0.88
