"""Experiments: published numbers, identities with other libraries, and simulations whose truth is known."""

import dataclasses
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, t
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from clvlib import experiments

unhurried = settings(deadline=None)  # pandas on a busy machine

rates = st.floats(0.01, 0.99)


@st.composite
def arms(draw):
    trials = [draw(st.integers(1, 300)), draw(st.integers(1, 300))]
    successes = [draw(st.integers(0, n)) for n in trials]
    assume(0 < sum(successes) < sum(trials))
    return successes, trials


# two rates


def test_newcombes_example_56_of_70_against_48_of_80():
    result = experiments.compare_rates([48, 56], [80, 70])
    assert result.difference == pytest.approx(0.2)
    assert result.difference_interval == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_relative_uplift_and_points_are_told_apart():
    result = experiments.compare_rates([400, 488], [2000, 2000])
    assert result.points == pytest.approx(4.4)
    assert result.relative == pytest.approx(0.22)
    assert result.ratio == pytest.approx(1.22)


@unhurried
@given(arms())
def test_p_is_that_of_the_chi_squared_test(both):
    successes, trials = map(np.array, both)
    expected = chi2_contingency([successes, trials - successes], correction=False).pvalue
    assert experiments.compare_rates(successes, trials).p == pytest.approx(expected, rel=1e-6, abs=1e-12)


@unhurried
@given(arms())
def test_both_intervals_hold_their_estimate_and_agree_on_no_difference(both):
    result = experiments.compare_rates(*both)
    low, high = result.difference_interval
    assert low <= result.difference + 1e-12
    assert result.difference - 1e-12 <= high
    ratio_low, ratio_high = result.ratio_interval
    assert ratio_low <= result.ratio * (1 + 1e-12)
    assert result.ratio * (1 - 1e-12) <= ratio_high
    if min(abs(low), abs(high)) > 1e-9:
        assert (low > 0) == (ratio_low > 1)
        assert (high < 0) == (ratio_high < 1)


@unhurried
@given(arms())
def test_swapping_the_arms_turns_the_difference_and_inverts_the_ratio(both):
    successes, trials = both
    there = experiments.compare_rates(successes, trials)
    back = experiments.compare_rates(successes[::-1], trials[::-1])
    assert back.difference_interval == pytest.approx((-there.difference_interval[1], -there.difference_interval[0]))
    assert back.p == pytest.approx(there.p)
    for limit, other in zip(back.ratio_interval, there.ratio_interval[::-1], strict=True):
        assert limit == pytest.approx(np.inf if other == 0 else 1 / other)


def test_at_its_limit_the_ratio_explains_the_rates_just_so():
    # Donner & Zou: treated - ratio * control is one interval half-width away from 0 when the ratio is at its limit
    result = experiments.compare_rates([16, 36], [80, 40], confidence=0.9)
    low, high = proportion_confint([16, 36], [80, 40], alpha=0.1, method="wilson")
    newcombe = np.hypot(result.treated - low[1], high[0] - result.control)
    newcombe = -newcombe, np.hypot(high[1] - result.treated, result.control - low[0])
    assert result.difference_interval == pytest.approx(np.add(result.difference, newcombe))
    at_low, at_high = result.ratio_interval
    gap_low = result.treated - at_low * result.control
    gap_high = at_high * result.control - result.treated
    assert gap_low == pytest.approx(np.hypot(result.treated - low[1], at_low * (high[0] - result.control)))
    assert gap_high == pytest.approx(np.hypot(high[1] - result.treated, at_high * (result.control - low[0])))


def test_the_ratio_to_a_control_without_success_is_infinite():
    result = experiments.compare_rates([0, 5], [100, 100])
    assert result.ratio == np.inf
    assert result.ratio_interval[1] == np.inf
    assert result.ratio_interval[0] > 1
    assert result.difference_interval[0] > 0


@pytest.mark.long
def test_95_percent_intervals_hold_the_truth_in_95_percent_of_trials():
    rng = np.random.default_rng(11)
    control, treated = rng.binomial(1000, 0.04, 1000), rng.binomial(1000, 0.06, 1000)
    results = [experiments.compare_rates(pair, [1000, 1000]) for pair in zip(control, treated, strict=True)]
    difference = np.mean([r.difference_interval[0] <= 0.02 <= r.difference_interval[1] for r in results])
    ratio = np.mean([r.ratio_interval[0] <= 1.5 <= r.ratio_interval[1] for r in results])
    assert difference == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 1000))
    assert ratio == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 1000))


# sample size


def test_22_percent_on_20_and_47_percent_on_2_need_1400_and_4279_per_arm():
    assert experiments.sample_size([0.20, 0.02], relative=[0.22, 0.47]).tolist() == [1400, 4279]


def test_the_example_of_rs_power_prop_test_needs_76_7_per_arm():
    assert experiments.sample_size(0.50, absolute=0.25, power=0.90) == 77


@unhurried
@given(rates, st.floats(-0.9, 2))
def test_relative_and_absolute_say_the_same_uplift(base, relative):
    assume(0.001 < base * (1 + relative) < 0.999)
    assume(abs(base * relative) > 1e-3)
    by_points = experiments.sample_size(base, absolute=base * relative)
    assert experiments.sample_size(base, relative=relative) == pytest.approx(by_points, abs=1)


def test_at_that_size_the_uplift_is_found_in_80_percent_of_trials():
    rng = np.random.default_rng(5)
    n, runs = 1400, 200_000
    control, treated = rng.binomial(n, 0.20, runs) / n, rng.binomial(n, 0.244, runs) / n
    mean = (control + treated) / 2
    found = np.abs(treated - control) > 1.959964 * np.sqrt(mean * (1 - mean) * 2 / n)
    assert found.mean() == pytest.approx(0.80, abs=0.005)


def test_more_power_less_alpha_and_a_smaller_uplift_need_more_customers():
    base = experiments.sample_size(0.1, relative=0.2)
    assert experiments.sample_size(0.1, relative=0.2, power=0.9) > base
    assert experiments.sample_size(0.1, relative=0.2, alpha=0.01) > base
    assert experiments.sample_size(0.1, relative=0.1) > 3 * base


# difference in differences


def panel_of(effect, units=60, periods=4, seed=0):
    """Units with levels of their own and correlated errors; half of them treated from the middle period on."""
    rng = np.random.default_rng(seed)
    panel = pd.DataFrame(
        {"unit": np.repeat(np.arange(units), periods), "period": np.tile(np.arange(periods), units)}
    ).assign(treated=lambda p: p["unit"] % 2, post=lambda p: (p["period"] >= periods // 2).astype(int))
    taste, drift = rng.normal(100, 30, units), rng.normal(5, 4, units)
    panel["y"] = taste[panel["unit"]] + drift[panel["unit"]] * panel["post"] + rng.normal(0, 3, len(panel))
    panel["y"] += 40 * panel["treated"] + effect * panel["treated"] * panel["post"]
    return panel


def did(panel, **options):
    return experiments.difference_in_differences(
        panel, outcome="y", unit="unit", treated="treated", post="post", **options
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_estimate_is_the_difference_of_four_means_also_with_rows_missing(seed):
    panel = panel_of(10, seed=seed).sample(frac=0.8, random_state=seed)
    m = panel.groupby(["treated", "post"])["y"].mean()
    result = did(panel)
    assert result.estimate == pytest.approx((m[1, 1] - m[1, 0]) - (m[0, 1] - m[0, 0]))
    assert result.means.loc["treated", "change"] - result.means.loc["control", "change"] == pytest.approx(
        result.estimate
    )


def test_card_and_kruegers_four_means_give_2_76():
    # full-time employment per restaurant, their table 3: 2.76 from unrounded means
    means = {("PA", 0): 23.33, ("PA", 1): 21.17, ("NJ", 0): 20.44, ("NJ", 1): 21.03}
    rows = [
        (f"{state}{shop}", int(state == "NJ"), post, mean + spread * (1 + post))
        for (state, post), mean in means.items()
        for shop, spread in enumerate((-1.0, 1.0))
    ]
    assert did(pd.DataFrame(rows, columns=["unit", "treated", "post", "y"])).estimate == pytest.approx(2.76, abs=0.011)


def test_the_standard_error_is_that_of_the_units_own_changes():
    panel = panel_of(10, periods=2)
    change = panel.pivot_table(index=["treated", "unit"], columns="post", values="y").diff(axis=1)[1]
    spread = change.groupby("treated").var(ddof=0) / change.groupby("treated").size()
    units, rows = 60, 120
    correction = units / (units - 1) * (rows - 1) / (rows - 4)
    assert did(panel).se == pytest.approx(np.sqrt(spread.sum() * correction))


@pytest.mark.long
def test_the_interval_holds_the_true_effect_in_95_percent_of_panels_and_the_naive_gap_does_not():
    results = [did(panel_of(12, seed=seed)) for seed in range(200)]
    held = np.mean([r.interval[0] <= 12 <= r.interval[1] for r in results])
    assert held == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 200))
    naive = np.mean([r.means.loc["treated", "after"] - r.means.loc["control", "after"] for r in results])
    assert np.mean([r.estimate for r in results]) == pytest.approx(12, abs=0.3)
    assert naive > 45


def test_repeating_every_row_adds_no_information():
    panel = panel_of(10)
    doubled = did(pd.concat([panel, panel]))
    assert doubled.estimate == pytest.approx(did(panel).estimate)
    assert doubled.se == pytest.approx(did(panel).se, rel=0.01)


def test_the_interval_is_t_distributed_with_one_degree_of_freedom_less_than_units():
    result = did(panel_of(10, units=8))
    half = (result.interval[1] - result.interval[0]) / 2
    assert half == pytest.approx(t.ppf(0.975, 7) * result.se)


def test_interval_and_p_agree():
    result = did(panel_of(2))
    at_p = did(panel_of(2), confidence=1 - result.p)
    assert min(abs(limit) for limit in at_p.interval) == pytest.approx(0, abs=1e-6)


# uplift


def test_a_planted_uplift_is_found_by_its_own_score_and_not_by_risk():
    rng = np.random.default_rng(2)
    n = 200_000
    truth, risk, contacted = rng.uniform(0, 0.2, n), rng.random(n), rng.integers(0, 2, n)
    customers = pd.DataFrame({"truth": truth, "risk": risk, "contacted": contacted})
    customers["back"] = rng.random(n) < 0.3 + truth * contacted
    by_truth = experiments.uplift_by_decile(customers, score="truth", treated="contacted", outcome="back")
    middle_of_decile = np.arange(0.19, 0, -0.02)
    assert (np.abs(by_truth["uplift"] - middle_of_decile) < 3.5 * by_truth["se"]).all()
    by_risk = experiments.uplift_by_decile(customers, score="risk", treated="contacted", outcome="back")
    assert (np.abs(by_risk["uplift"] - 0.1) < 3.5 * by_risk["se"]).all()
    assert by_truth["cumulative_gain"].iloc[-1] == pytest.approx(by_risk["cumulative_gain"].iloc[-1], rel=0.02)


def decile_table(score, groups=10, seed=0):
    n = len(score)
    rng = np.random.default_rng(seed)
    customers = pd.DataFrame({"score": score, "t": np.arange(n) % 2, "y": rng.integers(0, 2, n)})
    shuffled = customers.sample(frac=1, random_state=seed)
    make = dict(score="score", treated="t", outcome="y", groups=groups)
    return experiments.uplift_by_decile(customers, **make), experiments.uplift_by_decile(shuffled, **make)


def test_ten_deciles_of_different_scores_have_a_tenth_each_and_the_first_has_the_highest():
    table, _ = decile_table(np.repeat(np.arange(200), 2))
    assert table["customers"].tolist() == [40] * 10
    assert table.index.tolist() == list(range(1, 11))


def test_a_tie_on_the_border_belongs_to_the_higher_decile():
    customers = pd.DataFrame({"s": [9, 9, 1, 1], "t": [0, 1, 0, 1], "y": [0, 1, 1, 0]})
    table = experiments.uplift_by_decile(customers, score="s", treated="t", outcome="y", groups=4)
    assert table["uplift"].to_dict() == {1: 1, 3: -1}


def test_results_cannot_be_changed():
    panel = did(panel_of(10))
    for result in (experiments.compare_rates([1, 2], [5, 5]), panel, experiments.confusion([1], [1])):
        field = dataclasses.fields(result)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, field, 1)
    assert isinstance(hash(panel), int)


def test_arms_of_different_sizes_are_counted_apart():
    customers = pd.DataFrame({"s": 5, "t": [1] * 5 + [0] * 2, "y": [1, 1, 1, 1, 0, 1, 0]})
    (row,) = experiments.uplift_by_decile(customers, score="s", treated="t", outcome="y", groups=2).to_dict("records")
    assert (row["customers"], row["treated"], row["control"]) == (7, 5, 2)
    assert (row["treated_rate"], row["control_rate"]) == (0.8, 0.5)
    assert row["se"] == pytest.approx(np.sqrt(0.8 * 0.2 / 5 + 0.5 * 0.5 / 2))
    assert row["gain"] == row["cumulative_gain"] == pytest.approx(7 * 0.3)


def test_uplift_counts_by_hand():
    customers = pd.DataFrame({"s": [9, 9, 8, 8, 1, 1, 0], "t": [1, 1, 0, 0, 1, 0, 0], "y": [1, 0, 0, 1, 1, 0, 0]})
    table = experiments.uplift_by_decile(customers, score="s", treated="t", outcome="y", groups=2)
    assert table.loc[1, ["customers", "treated", "control"]].tolist() == [4, 2, 2]
    assert table.loc[1, ["treated_rate", "control_rate"]].tolist() == [0.5, 0.5]
    assert table["uplift"].tolist() == [0, 1]
    assert table["gain"].tolist() == [0, 3]
    assert table.loc[1, "se"] == pytest.approx(0.5)


@unhurried
@given(st.lists(st.integers(0, 4), min_size=3, max_size=30))
def test_equal_scores_share_a_decile_and_row_order_does_not_matter(score):
    table, shuffled = decile_table(np.repeat(score, 2), groups=3)
    pd.testing.assert_frame_equal(table, shuffled)
    assert table["customers"].sum() == 2 * len(score)
    assert len(table) <= len(set(score))


# thresholds


@unhurried
@given(st.floats(10, 1000), st.floats(0, 50), st.floats(0.05, 1), st.floats(0, 0.9))
def test_at_the_threshold_a_contact_earns_nothing(value, cost, success, share):
    incentive = share * value
    p = experiments.profit_threshold(value, cost, success, incentive)
    profit = p * success * (value - incentive) - (1 - p) * incentive - cost
    assert profit == pytest.approx(0, abs=1e-9 * value * max(p, 1))


def test_without_incentive_contact_pays_if_probability_times_value_is_above_the_cost():
    assert experiments.profit_threshold(value=[100, 50], cost=20).tolist() == pytest.approx([0.2, 0.4])


def test_a_threshold_above_one_says_contact_nobody():
    assert experiments.profit_threshold(value=10, cost=20) == 2.0


# confusion


def test_82_percent_recall_and_specificity_at_10_percent_churn_are_33_6_percent_precision():
    model = experiments.confusion_from_rates(0.10, recall=0.82, specificity=0.82, customers=1000)
    assert (model.true_positives, model.false_positives) == pytest.approx((82, 162))
    assert model.precision == pytest.approx(0.336, abs=5e-4)
    assert model.accuracy == pytest.approx(0.82)
    assert model.lift == pytest.approx(3.36, abs=5e-3)


def test_nobody_leaves_is_90_percent_accurate_and_has_no_precision():
    nobody = experiments.confusion_from_rates(0.10, recall=0, specificity=1)
    assert nobody.accuracy == 0.9
    assert nobody.recall == 0
    with pytest.raises(ValueError, match="precision is not defined: nobody is flagged"):
        _ = nobody.precision
    with pytest.raises(ValueError, match="recall is not defined: nobody leaves"):
        _ = experiments.confusion([0, 0], [0, 1]).recall
    with pytest.raises(ValueError, match="specificity is not defined: nobody stays"):
        _ = experiments.confusion([1, 1], [0, 1]).specificity


@pytest.mark.long
@unhurried
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=50))
def test_the_shares_are_scikit_learns(pairs):
    actual, predicted = np.array(pairs).T
    ours = experiments.confusion(actual, predicted)
    assert ours.customers == len(pairs)
    assert ours.accuracy == pytest.approx(metrics.accuracy_score(actual, predicted))
    if predicted.any():
        assert ours.precision == pytest.approx(metrics.precision_score(actual, predicted))
    if actual.any():
        assert ours.recall == pytest.approx(metrics.recall_score(actual, predicted))
    if not actual.all():
        assert ours.specificity == pytest.approx(metrics.recall_score(~actual, ~predicted))
    if predicted.any() and actual.any():
        assert ours.lift == pytest.approx(metrics.precision_score(actual, predicted) / actual.mean())


@pytest.mark.parametrize("leave", [0, 1])
@pytest.mark.parametrize("flag", [0, 1])
def test_a_prediction_with_one_class_still_has_every_share_of_somebody(leave, flag):
    result = experiments.confusion([leave] * 3, [flag] * 3)
    assert (result.customers, result.flagged, result.base_rate) == (3, 3 * flag, leave)
    assert result.accuracy == (leave == flag)
    shares = {
        "precision": (flag, leave, "nobody is flagged"),
        "recall": (leave, flag, "nobody leaves"),
        "specificity": (1 - leave, 1 - flag, "nobody stays"),
        "lift": (flag and leave, 1, "nobody is flagged" if not flag else "nobody leaves"),
    }
    for name, (there, share, reason) in shares.items():
        if there:
            assert getattr(result, name) == share
        else:
            with pytest.raises(ValueError, match=f"^{name} is not defined: {reason}$"):
                getattr(result, name)


def test_a_prediction_of_other_customers_is_refused():
    actual = pd.Series([1, 0, 1, 0], index=list("abcd"))
    predicted = pd.Series([0, 1, 0, 1], index=list("dcba"))
    with pytest.raises(ValueError, match=r"different labels.*predicted\.reindex\(actual\.index\)"):
        experiments.confusion(actual, predicted)
    assert experiments.confusion(actual, predicted.reindex(actual.index)).accuracy == 1


def test_expected_counts_by_hand_and_by_segment():
    base = pd.Series([0.25, 0.5], index=["new", "old"])
    result = experiments.confusion_from_rates(base, recall=0.6, specificity=0.9, customers=200)
    assert result.true_positives.round(9).to_dict() == {"new": 30, "old": 60}
    assert result.false_positives.round(9).to_dict() == {"new": 15, "old": 10}
    assert result.false_negatives.round(9).to_dict() == {"new": 20, "old": 40}
    assert result.true_negatives.round(9).to_dict() == {"new": 135, "old": 90}
    assert result.lift.round(6).to_dict() == {"new": 2.666667, "old": 1.714286}


@unhurried
@given(rates, rates, rates)
def test_the_rates_put_in_come_back(base, recall, specificity):
    result = experiments.confusion_from_rates(base, recall, specificity)
    assert (result.base_rate, result.recall, result.specificity) == pytest.approx((base, recall, specificity))


def test_precision_falls_with_the_base_rate_for_many_rates_at_once():
    precision = experiments.confusion_from_rates([0.5, 0.1, 0.01], 0.82, 0.82).precision
    assert precision == pytest.approx([0.82, 0.082 / 0.244, 0.0082 / 0.1864])


def test_lists_bools_and_series_are_all_flags():
    for flags in ([True, False], (1, 0), np.array([1.0, 0.0]), pd.Series([True, False], dtype="boolean", index=[5, 9])):
        assert experiments.confusion(flags, [1, 0]).accuracy == 1


# cost


def test_a_third_of_the_cost_and_40_percent_more_opens_cost_0_238_per_open():
    assert experiments.cost_per_outcome(1 / 3, 1.40) == pytest.approx(0.238, abs=5e-4)
    assert experiments.cost_per_outcome([300, 100], [1000, 1400]) == pytest.approx([0.3, 0.0714286])


PANEL = panel_of(10)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: experiments.compare_rates([1, 2, 3], [5, 5, 5]), "must be two counts"),
        (lambda: experiments.compare_rates([1, 2], 10), "trials must be two counts"),
        (lambda: experiments.compare_rates([0.04, 0.06], [100, 100]), "whole number"),
        (lambda: experiments.compare_rates([5, 5], [5, 5]), "all of the trials in both arms"),
        (lambda: experiments.compare_rates([1, 2], [5, 5], confidence=95), "write 95% as 0.95"),
        (lambda: experiments.sample_size(0.2), "either relative"),
        (lambda: experiments.sample_size(0.2, relative=0.1, absolute=0.1), "either relative"),
        (lambda: experiments.sample_size(0.2, relative=0), "must not be 0"),
        (lambda: experiments.sample_size([0.2, 0.6], relative=0.9), r"in \(0, 1\), got 1.14"),
        (lambda: experiments.sample_size([0.2, 0.3], relative=[0.1, 0.2, 0.3]), "base_rate has 2, relative has 3"),
        (lambda: did(PANEL.assign(y="x")), "column 'y' of panel is no number in 240 of 240 rows"),
        (lambda: did(PANEL.assign(treated=PANEL["post"])), "same in all rows of a unit, but 0 has both"),
        (lambda: did(PANEL[PANEL["post"] == 1]), "all four combinations of 0 and 1, got 2"),
        (lambda: did(PANEL[PANEL["unit"] < 2]), "two units or more in each group"),
        (lambda: did(PANEL.assign(y=PANEL["treated"] * PANEL["post"])), "changes alike"),
        (lambda: did(PANEL.assign(unit=np.nan)), "column 'unit' of panel is missing in 240 of 240"),
        (lambda: experiments.confusion([0, 1], [0.2, 0.9]), "got 0.2; compare with a threshold first"),
        (lambda: experiments.confusion([0, 1], [1]), "got 2 and 1"),
        (lambda: experiments.confusion(["yes"], [1]), "actual must hold only 1 and 0"),
        (lambda: experiments.profit_threshold(100, 5, incentive=100), "incentive must be below value"),
        (lambda: experiments.confusion_from_rates(10, 0.8, 0.8), "write 10% as 0.1"),
        (lambda: experiments.cost_per_outcome(10, 0), "outcomes must be above 0"),
    ],
)
def test_nonsense_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_decile_without_control_is_said():
    customers = pd.DataFrame({"s": range(40), "t": [0] * 20 + [1] * 20, "y": [0, 1] * 20})
    with pytest.raises(ValueError, match="decile 1 has nobody with t = 0: take fewer groups"):
        experiments.uplift_by_decile(customers, score="s", treated="t", outcome="y")


def test_the_intervals_of_calibration_are_those_of_newcombe():
    """81 of 263: 0.2553 to 0.3662, Newcombe 1998 (Statistics in Medicine), table I, method 3."""
    row = experiments.calibration_table(np.arange(263) < 81, np.full(263, 0.3)).iloc[0]
    assert row[["customers", "predicted"]].tolist() == [263, pytest.approx(0.3)]
    assert row[["observed", "low", "high"]].tolist() == pytest.approx([81 / 263, 0.2553, 0.3662], abs=5e-5)


def test_a_calibrated_forecast_lies_on_the_diagonal_and_its_intervals_hold_it():
    rng = np.random.default_rng(1)
    predicted = rng.beta(1, 4, 20_000)
    table = experiments.calibration_table(rng.random(20_000) < predicted, predicted, groups=20)
    assert table.index.tolist() == list(range(1, 21))
    assert (table["customers"] == 1000).all()
    assert table["predicted"].is_monotonic_increasing
    assert table["predicted"].between(table["low"], table["high"]).sum() >= 17  # 19 of 20 on average
    assert (table["observed"] - table["predicted"]).abs().max() < 0.05


def test_calibration_has_ten_groups_and_a_tie_on_a_border_stays_in_the_lower():
    index = experiments.calibration_table([0, 1] * 20, np.arange(40) / 40).index
    assert index.tolist() == list(range(1, 11))
    assert index.dtype == int
    tied = experiments.calibration_table([0, 1, 1, 1], [0.2, 0.2, 0.7, 0.7], groups=4)
    assert tied["observed"].to_dict() == {1: 0.5, 3: 1.0}


@pytest.mark.long
def test_a_group_in_which_nobody_or_everybody_left_has_an_interval_that_ends_at_its_rate():
    n = np.arange(1, 400)
    none = pd.concat([experiments.calibration_table(np.zeros(k), np.full(k, 0.1)) for k in n])
    everybody = pd.concat([experiments.calibration_table(np.ones(k), np.full(k, 0.9)) for k in n])
    assert (none[["observed", "low"]] == 0).all(axis=None)
    assert (everybody[["observed", "high"]] == 1).all(axis=None)


def test_calibration_counts_everybody_once_and_equal_predictions_together():
    actual, predicted = [0, 1, 1, 0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5, 0.9, 0.1, 0.5]
    table = experiments.calibration_table(actual, predicted, groups=3)
    assert table["customers"].tolist() == [1, 5, 1]
    assert (table["customers"] * table["observed"]).sum() == pytest.approx(4)
    assert table["predicted"].tolist() == pytest.approx([0.1, 0.5, 0.9])
    wide = experiments.calibration_table(actual, predicted, groups=3, confidence=0.99)
    assert (wide["high"] - wide["low"] > table["high"] - table["low"]).all()


def test_gains_end_at_one_however_many_share_a_score():
    rng = np.random.default_rng(1)
    for ties in range(2, 40):
        curve = experiments.gains_curve(rng.random(997) < 0.1, rng.integers(0, ties, 997))
        assert curve.max() <= 1
        assert curve.iloc[-1] == pytest.approx(1)


def test_gains_of_a_perfect_and_of_a_useless_score():
    actual = pd.Series([0, 1, 0, 0, 1, 0, 0, 0, 0, 0])
    perfect = experiments.gains_curve(actual, actual)
    assert perfect.tolist() == pytest.approx([0, 0.5] + 9 * [1])
    assert perfect.index.tolist() == pytest.approx(np.arange(11) / 10)
    useless = experiments.gains_curve(actual, pd.Series(np.ones(10)))
    assert useless.tolist() == pytest.approx(np.arange(11) / 10)


def test_gains_ask_for_the_order_of_the_scores_only():
    rng = np.random.default_rng(2)
    score = rng.normal(size=500)
    left = rng.random(500) < 1 / (1 + np.exp(-score))
    curve = experiments.gains_curve(left, score)
    pd.testing.assert_series_equal(curve, experiments.gains_curve(left, np.exp(score)))
    backwards = experiments.gains_curve(left, -score)
    assert backwards.to_numpy() == pytest.approx(1 - curve.to_numpy()[::-1])
    area = np.trapezoid(curve, curve.index)  # (share who stay) * AUC + (share who leave) / 2
    pairs = (score[left][:, None] > score[~left]).mean()
    assert area == pytest.approx((1 - left.mean()) * pairs + left.mean() / 2)


def test_gains_of_equal_scores_are_the_mean_over_all_orders_among_them():
    actual, score = np.array([1, 0, 0, 1, 1, 0]), np.array([3, 3, 3, 2, 1, 1])
    orders = [[*first, 3, *last] for first in permutations([0, 1, 2]) for last in permutations([4, 5])]
    mean = np.mean([actual[order].cumsum() / 3 for order in orders], axis=0)
    assert experiments.gains_curve(actual, score).tolist()[1:] == pytest.approx(mean)
