"""Segments: scores, quadrants, tiers and curves against hand counts, closed forms and properties."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlib import segments
from clvlib.transactions import rfm_summary

amounts = st.lists(st.integers(0, 50), min_size=1, max_size=60)
profits = st.lists(st.integers(-50, 50), min_size=1, max_size=60)


def _table(values):
    return pd.DataFrame({"recency": values, "frequency": values, "monetary": values})


def test_ten_different_customers_get_two_of_each_score():
    scores = segments.rfm_scores(_table(range(10)))
    assert scores["F"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert scores["M"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_few_days_since_the_last_purchase_score_best_and_a_late_last_day_too():
    assert segments.rfm_scores(_table(range(10)))["R"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert segments.rfm_scores(_table(range(10)), "last_day")["R"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_forty_percent_one_time_buyers_all_score_one_and_the_next_score_three():
    scores = segments.rfm_scores(_table([1, 1, 1, 1, 2, 3, 4, 5, 6, 7]))
    assert scores["F"].tolist() == [1, 1, 1, 1, 3, 3, 4, 4, 5, 5]


def test_rfm_number_and_total_are_made_of_the_three_scores():
    customers = pd.DataFrame({"recency": [1, 9], "frequency": [4, 2], "spend": [10, 90]}, index=["ann", "bo"])
    scores = segments.rfm_scores(customers, monetary="spend")
    assert scores.loc["ann"].tolist() == [3, 3, 1, 331, 7]
    assert scores.loc["bo"].tolist() == [1, 1, 3, 113, 5]


def test_a_summary_is_scored_as_it_is_by_the_time_since_and_who_came_on_one_day_is_equal():
    """In weeks, (end - first) - (last - first) differs in its last digit for customers whose last day is the same."""
    first = [f"2024-01-{day:02}" for day in range(1, 11)]
    log = pd.DataFrame({"customer_id": [*range(10)] * 2, "date": first + ["2024-03-05"] * 10, "amount": range(1, 21)})
    late = pd.DataFrame({"customer_id": [7, 11], "date": ["2024-03-09", "2024-03-07"], "amount": [9, 500]})
    summary = rfm_summary(pd.concat([log, late]), grain="week", observation_end="2024-03-31")
    scores = segments.rfm_scores(summary)
    assert scores["R"].drop([7, 11]).tolist() == [1] * 9
    assert scores["R"][7] == 5
    assert scores["M"][11] == 1  # 500 once: no repeat purchase to average
    in_thousands = summary.assign(monetary_value=summary["monetary_value"] / 1000)
    assert segments.rfm_scores(in_thousands)["M"].equals(scores["M"])
    with_first = rfm_summary(pd.concat([log, late]), grain="week", observation_end="2024-03-31", include_first=True)
    assert segments.rfm_scores(with_first)["M"][11] == 5
    assert segments.rfm_scores(with_first, monetary="monetary_value").equals(segments.rfm_scores(with_first))
    own = summary.assign(monetary=range(11, 0, -1))
    assert segments.rfm_scores(own)["M"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 1]


@given(amounts)
def test_a_score_counts_the_fifths_of_customers_she_strictly_beats(values):
    scores = segments.rfm_scores(_table(values))
    counted = [1 + 5 * sum(other < value for other in values) // len(values) for value in values]
    assert scores["F"].tolist() == counted
    nearer = [1 + 5 * sum(other > value for other in values) // len(values) for value in values]
    assert scores["R"].tolist() == nearer


def test_quadrants_follow_the_card_matrix_and_a_customer_at_the_cut_is_above_it():
    assert segments.activity_quadrant(20, 100, 10, 500) == "Q2"
    assert segments.activity_quadrant(2, 5000, 10, 500) == "Q4"
    assert segments.activity_quadrant([10, 9.9], [500, 499], 10, 500).tolist() == ["Q1", "Q3"]


def test_the_card_matrix_says_of_each_quadrant_where_it_lies_what_it_may_mean_and_what_to_do():
    matrix = segments.QUADRANTS
    for payments, frequency in [(20, "frequent"), (2, "rare")]:
        for paid, spend in [(5000, "high"), (100, "low")]:
            place = segments.activity_quadrant(payments, paid, 10, 500)
            assert matrix.loc[place, ["frequency", "spend"]].tolist() == [frequency, spend]
    assert matrix["reading"].to_dict() == {
        "Q1": "active and large",
        "Q2": "the habit of the card, low spending power",
        "Q3": "asleep, or on her way out",
        "Q4": "power without the habit",
    }
    assert matrix["action"].tolist() == [
        "keep; check that she earns a profit",
        "hardly to be raised",
        "wake her up cheaply, or let her go",
        "first more transactions; guard the risk",
    ]
    assert matrix["whose"].tolist() == ["ours", "the magazine", "ours", "the magazine"]


def test_quadrants_keep_the_customers_names_and_refuse_other_ones():
    payments = pd.Series([20, 2], index=["ann", "bo"])
    spend = pd.Series([100, 5000], index=["ann", "bo"])
    assert segments.activity_quadrant(payments, spend, 10, 500).to_dict() == {"ann": "Q2", "bo": "Q4"}
    with pytest.raises(ValueError, match="frequency and spend have different labels"):
        segments.activity_quadrant(payments, spend.sort_values(ascending=False), 10, 500)


def test_gold_counts_200_or_150_of_1000_while_the_tier_is_the_same():
    spend = np.random.default_rng(1).permutation(1000)
    inclusive, following = segments.value_tiers(spend), segments.value_tiers(spend, gold_is="next")
    assert (inclusive["gold"].sum(), following["gold"].sum()) == (200, 150)
    assert inclusive["tier"].value_counts().to_dict() == {"regular": 800, "gold": 150, "diamond": 50}
    assert inclusive["tier"].equals(following["tier"])
    assert spend[inclusive["diamond"]].min() == 950


def test_customers_tied_at_the_cut_all_come_in_or_all_stay_out():
    spend = [9, 8, 5, 5, 5, 5, 1, 1, 1, 1]
    assert segments.value_tiers(spend, diamond=0.1, gold=0.4)["gold"].sum() == 6
    assert segments.value_tiers(spend, diamond=0.1, gold=0.4, ties="out")["gold"].sum() == 2
    equal = segments.value_tiers([7] * 10, diamond=0.5, gold=1.0, ties="out")
    assert equal["tier"].tolist() == ["gold"] * 10
    assert equal["gold"].dtype == equal["diamond"].dtype == bool


def test_a_share_of_customers_is_rounded_down_but_not_by_floating_point():
    assert segments.value_tiers(range(30))["diamond"].sum() == 1
    assert segments.value_tiers(range(19))["diamond"].sum() == 0
    assert segments.value_tiers(range(100), diamond=0.05, gold=0.29)["gold"].sum() == 29


def test_tiers_keep_the_customers_names():
    tiers = segments.value_tiers(pd.Series([1, 9], index=["ann", "bo"]), diamond=0.1, gold=0.5)
    assert tiers.loc["bo", "tier"] == "gold"


@given(amounts, st.sampled_from(["in", "out"]))
def test_equal_customers_hold_the_same_tier(values, ties):
    tiers = segments.value_tiers(values, ties=ties)["tier"]
    assert all(len(set(tiers[np.array(values) == value])) == 1 for value in values)


@given(profits.filter(lambda values: sum(values) > 0))
def test_whale_curve_starts_at_zero_ends_at_one_and_never_bends_up(values):
    curve = segments.whale_curve(values)
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve.iloc[-1].tolist() == [1, 1]
    assert (curve["value_share"].diff().diff().dropna() < 1e-9).all()
    assert curve["value_share"].max() >= 1


def test_whale_curve_climbs_above_one_by_the_losses():
    assert segments.whale_curve([150, 50, -100])["value_share"].max() == 2


@pytest.mark.long
def test_eighty_twenty_needs_a_pareto_index_of_1_16():
    # Spend with survival function x ** -index: the top share p holds p ** (1 - 1 / index), and gini is 1/(2 index - 1).
    index = np.log(5) / np.log(4)
    n = 1_000_000
    below = np.arange(n + 1) / n
    spend = np.diff(-((1 - below) ** (1 - 1 / index)))  # exact spend of each of n equal groups of that population
    assert segments.top_share(spend) == pytest.approx(0.8, abs=1e-9)
    assert segments.top_share(spend, 0.01) == pytest.approx(0.01 ** (1 - 1 / index), abs=1e-9)
    assert segments.gini(spend) == pytest.approx(1 / (2 * index - 1), abs=1e-4)


@pytest.mark.parametrize(("share", "held"), [(0, 0), (0.2, 0.36), (0.5, 0.75), (1, 1)])
def test_top_share_counts_part_of_a_customer(share, held):
    assert segments.top_share([6, 3, 1], share) == pytest.approx(held, abs=1e-15)


def test_the_top_fifth_is_meant_unless_said_otherwise():
    assert segments.top_share([3, 1, 9, 2, 5]) == segments.top_share([3, 1, 9, 2, 5], share=0.20) == 9 / 20


def test_curves_of_customers_have_a_row_more_than_customers_and_none_of_their_labels():
    spend = pd.Series([6, 1, 3], index=["ann", "bo", "cy"])
    assert segments.whale_curve(spend)["value_share"].to_dict() == pytest.approx({0: 0, 1: 0.6, 2: 0.9, 3: 1})
    assert segments.lorenz(spend)["customers_share"].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])


@given(amounts.filter(any))
def test_gini_is_the_mean_difference_of_two_customers_over_twice_the_mean(values):
    pairs = np.abs(np.subtract.outer(values, values)).mean()
    assert segments.gini(values) == pytest.approx(pairs / (2 * np.mean(values)), abs=1e-12)


def test_gini_runs_from_zero_for_equals_to_one_less_one_nth():
    assert segments.gini([7, 7, 7]) == 0
    assert segments.gini([0, 0, 0, 5]) == pytest.approx(0.75, abs=1e-15)


@given(amounts.filter(any))
def test_lorenz_curve_is_the_whale_curve_turned_round(values):
    rising, falling = segments.lorenz(values)["value_share"], segments.whale_curve(values)["value_share"]
    assert rising.to_numpy() == pytest.approx(1 - falling.to_numpy()[::-1], abs=1e-12)
