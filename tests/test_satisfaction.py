"""Satisfaction: published numbers, identities, and simulations whose truth is known."""

import dataclasses
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.outliers_influence import variance_inflation_factor

from clvlib import satisfaction
from clvlib.satisfaction import KANO_ANSWERS, KANO_TABLE, RANDOM_INDEX

WORKED_MATRIX = [[1, 2, 4], [1 / 2, 1, 3], [1 / 4, 1 / 3, 1]]
POSITIVE = st.floats(0.05, 20)
SEVEN_POINT = st.lists(st.integers(1, 7), min_size=1, max_size=40)


# Disconfirmation


def test_gap_is_received_minus_expected():
    answers = satisfaction.disconfirmation(received=[6, 3, 4], expected=[4, 5, 4])
    assert answers.gap.tolist() == [2, -2, 0]
    assert (answers.positive, answers.confirmed, answers.negative) == (1 / 3, 1 / 3, 1 / 3)
    assert answers.mean == 0


def test_two_means_give_one_gap():
    assert satisfaction.disconfirmation(received=5.5, expected=6).gap == -0.5
    assert type(satisfaction.disconfirmation(received=5.5, expected=6).gap) is float


def test_gaps_keep_the_customers_labels():
    gap = satisfaction.disconfirmation(
        pd.Series([6, 3], index=["ann", "bo"]), pd.Series([4, 5], index=["ann", "bo"])
    ).gap
    assert gap.to_dict() == {"ann": 2, "bo": -2}


@given(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)), min_size=1))
def test_swapping_received_and_expected_swaps_the_signs(pairs):
    received, expected = np.array(pairs).T
    one, other = satisfaction.disconfirmation(received, expected), satisfaction.disconfirmation(expected, received)
    assert one.mean == -other.mean
    assert (one.positive, one.confirmed, one.negative) == (other.negative, other.confirmed, other.positive)
    assert one.positive + one.confirmed + one.negative == pytest.approx(1, abs=1e-12)


# Scales and shares


def test_seven_levels_become_steps_of_a_sixth():
    assert satisfaction.rescale(range(1, 8)).round(2).tolist() == [0, 16.67, 33.33, 50, 66.67, 83.33, 100]


@given(st.integers(2, 11))
def test_every_scale_runs_from_0_to_100(points):
    assert satisfaction.rescale(1, points) == 0
    assert satisfaction.rescale(points, points) == 100


def test_scalar_in_is_a_python_float_out():
    assert type(satisfaction.rescale(4)) is float
    assert type(satisfaction.top_box([7])) is float
    assert type(satisfaction.satisfaction_index([4], [1])) is float


def test_csat_counts_fours_and_fives():
    assert satisfaction.csat([1, 2, 3, 4, 5]) == 0.4


def test_top_box_counts_the_highest_level_only():
    assert satisfaction.top_box([7, 6, 6, 1]) == 0.25
    assert satisfaction.top_box([7, 6, 6, 1], boxes=2) == 0.75


def test_top_box_tells_apart_two_firms_with_one_mean():
    lukewarm, divided = [4, 4, 4, 4], [7, 1, 7, 1]
    assert np.mean(lukewarm) == np.mean(divided)
    assert (satisfaction.top_box(lukewarm), satisfaction.top_box(divided)) == (0, 0.5)


@given(SEVEN_POINT)
def test_top_box_is_a_share_that_grows_with_the_boxes(scores):
    shares = [satisfaction.top_box(scores, boxes=boxes) for boxes in range(1, 7)]
    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] == pytest.approx(1 - scores.count(1) / len(scores), abs=1e-12)


# Net promoter score


def test_nps_standard_error_of_the_published_example():
    answers = satisfaction.nps([10] * 162 + [8] * 108 + [3] * 54)
    assert answers.n == 324
    assert (answers.promoters, answers.passives, answers.detractors) == (1 / 2, 1 / 3, 1 / 6)
    assert answers.score == pytest.approx(33.3, abs=0.05)
    assert answers.se == pytest.approx(4.14, abs=0.005)


def test_two_firms_with_nps_30_differ_in_their_interval():
    divided = satisfaction.nps([9] * 50 + [7] * 30 + [0] * 20)
    calm = satisfaction.nps([9] * 30 + [7] * 70)
    assert divided.score == calm.score == 30
    assert divided.interval[1] - divided.score == pytest.approx(15.3, abs=0.05)
    assert calm.interval[1] - calm.score == pytest.approx(8.98, abs=0.005)


def test_nps_classes_end_at_6_and_8():
    answers = satisfaction.nps(range(11))
    assert (answers.detractors, answers.passives, answers.promoters) == (7 / 11, 2 / 11, 2 / 11)


@pytest.mark.long
def test_nps_interval_covers_the_true_score_as_often_as_it_says():
    rng = np.random.default_rng(7)
    covered = [
        low <= 20 <= high
        for low, high in (
            satisfaction.nps(rng.choice([10, 8, 2], size=200, p=[0.5, 0.2, 0.3])).interval for _ in range(2000)
        )
    ]
    # 2,000 intervals of 95 %: the share that covers has a standard error of 0.005.
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


def test_a_higher_confidence_widens_the_interval():
    scores = [10, 9, 8, 3, 7]
    narrow, wide = (satisfaction.nps(scores, confidence=level).interval for level in (0.5, 0.9))
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


@given(st.lists(st.integers(0, 10), min_size=1, max_size=50))
def test_nps_stays_within_its_interval_and_its_bounds(scores):
    answers = satisfaction.nps(scores)
    assert -100 <= answers.interval[0] <= answers.score <= answers.interval[1] <= 100
    # The error is the standard deviation of +100, 0, -100, over the root of n.
    marks = np.array([100 * (score >= 9) - 100 * (score <= 6) for score in scores])
    assert answers.se == pytest.approx(marks.std() / np.sqrt(len(marks)), abs=1e-5)
    assert answers.score == pytest.approx(marks.mean(), abs=1e-9)


def test_results_cannot_be_changed_and_go_into_a_set():
    gaps = satisfaction.disconfirmation([5, 6], [6, 4])
    for result in (satisfaction.nps([9]), gaps, satisfaction.ahp(WORKED_MATRIX), satisfaction.kano(["like"], ["like"])):
        assert isinstance(hash(result), int)
        field = dataclasses.fields(result)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, field, 1)


def test_the_interval_ends_where_the_score_can():
    assert satisfaction.nps([10] * 9 + [7]).interval[1] == 100
    assert satisfaction.nps([0] * 9 + [7]).interval[0] == -100


# Screening


def _orthogonal(columns, rows=400):
    """Items without any correlation, each with standard deviation 1, and an outcome."""
    rng = np.random.default_rng(5)
    raw = rng.normal(size=(rows, columns + 1))
    independent, _ = np.linalg.qr(raw - raw.mean(axis=0))
    return independent[:, :-1], independent[:, -1]


def _correlated(with_what, other, correlation):
    return correlation * with_what + np.sqrt(1 - correlation**2) * other


def _kept(*items, outcome, **limits):
    table = satisfaction.screen_indicators(pd.DataFrame(dict(enumerate(items))), outcome, **limits)
    return table["keep"].tolist()


def test_an_item_is_weak_below_a_tenth():
    items, outcome = _orthogonal(2)
    sides = [_correlated(outcome, items[:, i], r) for i, r in enumerate((0.101, 0.099))]
    assert _kept(*sides, outcome=outcome) == [True, False]
    assert _kept(*sides, outcome=-outcome) == [True, False]
    assert _kept(*sides, outcome=outcome, min_correlation=0.05) == [True, True]
    assert _kept(*sides, outcome=outcome, min_correlation=0.2) == [False, False]


def test_two_items_are_twins_above_nine_tenths():
    items, outcome = _orthogonal(3)
    first = _correlated(outcome, items[:, 0], 0.9)
    for correlation, both in ((0.899, True), (0.901, False), (-0.899, True), (-0.901, False)):
        twin = _correlated(first, items[:, 1], correlation)
        assert _kept(first, twin, outcome=outcome, max_vif=1e6) == [True, both]
    assert _kept(first, _correlated(first, items[:, 1], 0.7), outcome=outcome, max_correlation=0.69) == [True, False]


def test_an_item_is_collinear_above_a_variance_inflation_of_ten():
    items, outcome = _orthogonal(3)
    first, second = _correlated(outcome, items[:, 0], 0.7), _correlated(outcome, items[:, 1], 0.65)
    within = first - 0.5 * second
    for explained, limits, kept in (
        (0.899, {}, True),
        (0.901, {}, False),
        (0.499, {"max_vif": 2}, True),
        (0.501, {"max_vif": 2}, False),
    ):
        third = _correlated(within / np.linalg.norm(within), items[:, 2], np.sqrt(explained))
        assert _kept(first, second, third, outcome=outcome, max_correlation=1, **limits) == [True, True, kept]


def _survey(rows=600):
    rng = np.random.default_rng(11)
    speed, price, staff, hobby = rng.normal(size=(4, rows))
    items = pd.DataFrame(
        {
            "twin": speed + 0.1 * rng.normal(size=rows),
            "speed": speed,
            "price": price,
            "staff": staff,
            "total": (speed + price + staff) / 3 + 0.1 * rng.normal(size=rows),
            "hobby": hobby,
            "fixed": np.full(rows, 4.0),
        }
    )
    return items, 3 * speed + 2 * price + staff + rng.normal(size=rows)


def test_screen_keeps_the_drivers_and_says_why_the_others_go():
    items, outcome = _survey()
    table = satisfaction.screen_indicators(items.drop(columns="total"), outcome)
    assert table.index[table["keep"]].tolist() == ["speed", "price", "staff"]
    assert table.loc["twin", "reason"].startswith("duplicate of 'speed': correlation ")
    assert table.loc["hobby", "reason"].startswith("weak: correlation with the outcome ")
    assert table.loc["fixed", "reason"] == "constant: every answer is 4"
    assert np.isnan(table.loc["fixed", "correlation"])


def test_a_twin_is_named_by_the_item_it_resembles_most():
    items, outcome = _survey()
    rng = np.random.default_rng(3)
    items = items[["speed", "price", "staff"]].assign(cost=-items["price"] + 0.2 * rng.normal(size=len(items)))
    table = satisfaction.screen_indicators(items, outcome)
    assert table.loc["cost", "reason"].startswith("duplicate of 'price': correlation -0.98")


def test_screen_finds_an_item_that_is_the_mean_of_others():
    items, outcome = _survey()
    table = satisfaction.screen_indicators(items[["speed", "price", "staff", "total"]], outcome)
    dropped = table[~table["keep"]]
    assert len(dropped) == 1
    assert dropped["reason"].iloc[0].startswith("collinear: the kept items together explain 9")


def test_kept_items_have_no_high_variance_inflation_factor():
    items, outcome = _survey()
    for limit in (2.0, 5.0, 20.0):
        table = satisfaction.screen_indicators(items, outcome, max_vif=limit, max_correlation=1.0)
        kept = items[table.index[table["keep"]]]
        # The item taken last was checked against all others.
        last = table.loc[kept.columns, "correlation"].abs().idxmin()
        design = np.column_stack([np.ones(len(kept)), kept])
        assert variance_inflation_factor(design, 1 + kept.columns.get_loc(last)) <= limit


def test_screen_correlation_is_pearsons_with_the_outcome():
    items, outcome = _survey()
    table = satisfaction.screen_indicators(items, outcome)
    assert table.loc["price", "correlation"] == pytest.approx(np.corrcoef(items["price"], outcome)[0, 1], abs=1e-12)


def test_an_item_on_a_limit_stays():
    items, outcome = _survey()
    pair = items[["speed", "twin"]]
    correlation = satisfaction.screen_indicators(pair, outcome)["correlation"]
    between = pair.corr().iloc[0, 1]
    weakest, twins = correlation.abs().min(), dict(max_correlation=between, max_vif=1e9)
    assert _kept(pair["speed"], pair["twin"], outcome=outcome, min_correlation=weakest, **twins) == [True, True]


def test_a_yes_or_no_can_explain_and_a_constant_cannot():
    answers = pd.DataFrame({"bought": [0, 1, 1, 0, 1], "decimal": [0.1] * 5})
    table = satisfaction.screen_indicators(answers, [2, 5, 4, 1, 5])
    assert table["reason"].tolist() == ["kept", "constant: every answer is 0.1"]


def test_of_two_equal_items_the_first_column_stays():
    items, outcome = _survey()
    same = pd.DataFrame({f"price / {unit}": items["price"] / unit for unit in range(9, 0, -1)})
    assert satisfaction.screen_indicators(same, outcome)["keep"].tolist() == [True] + 8 * [False]


def test_screen_ignores_the_units_of_an_item():
    items, outcome = _survey()
    changed = items.assign(speed=-1000 * items["speed"] + 5)
    one, other = (satisfaction.screen_indicators(each, outcome)["keep"] for each in (items, changed))
    assert one.tolist() == other.tolist()


# AHP


def test_ahp_reproduces_the_worked_matrix():
    result = satisfaction.ahp(WORKED_MATRIX)
    assert result.weights.round(4).tolist() == [0.5584, 0.3196, 0.1220]
    assert round(result.lambda_max, 4) == 3.0183
    assert round(result.cr, 4) == 0.0158
    assert (result.ri, result.random_index) == (0.58, "saaty")


def test_ahp_says_which_random_index_it_used():
    older, simulated = (satisfaction.ahp(WORKED_MATRIX, random_index=table) for table in ("saaty", "simulated"))
    assert (simulated.ri, simulated.random_index) == (0.52, "simulated")
    assert simulated.cr / older.cr == pytest.approx(0.58 / 0.52, abs=1e-12)


def test_saatys_table_is_the_published_one():
    assert RANDOM_INDEX["saaty"] == (0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)


def _random_ci(judgements, n):
    upper, lower = np.triu_indices(n, 1)
    matrices = np.ones((len(judgements), n, n))
    matrices[:, upper, lower] = judgements
    matrices[:, lower, upper] = 1 / judgements
    return (np.linalg.eigvals(matrices).real.max(axis=1) - n) / (n - 1)


JUDGEMENTS = np.concatenate([1 / np.arange(9, 1, -1), np.arange(1, 10)])


def test_simulated_random_index_of_three_is_the_mean_over_all_matrices():
    every_matrix = np.array(list(product(JUDGEMENTS, repeat=3)))
    assert round(_random_ci(every_matrix, 3).mean(), 2) == RANDOM_INDEX["simulated"][0]


@pytest.mark.long
@pytest.mark.parametrize("n", range(4, 11))
def test_simulated_random_index_is_the_mean_of_random_matrices(n):
    rng = np.random.default_rng(n)
    ci = _random_ci(rng.choice(JUDGEMENTS, size=(5000, n * (n - 1) // 2)), n)
    # Half a unit of the last digit, and 3 standard errors.
    assert ci.mean() == pytest.approx(RANDOM_INDEX["simulated"][n - 3], abs=0.005 + 3 * ci.std() / np.sqrt(len(ci)))


@given(st.lists(POSITIVE, min_size=2, max_size=10))
def test_a_consistent_matrix_gives_back_its_weights_with_cr_0(importance):
    weights = np.array(importance) / np.sum(importance)
    result = satisfaction.ahp(weights[:, None] / weights)
    np.testing.assert_allclose(result.weights, weights, rtol=1e-8)
    assert 0 <= result.cr < 1e-10


@given(st.lists(st.sampled_from(JUDGEMENTS.tolist()), min_size=6, max_size=6), st.permutations(range(4)))
def test_ahp_weights_satisfy_the_eigenvalue_equation_and_follow_a_reordering(judgements, order):
    matrix = np.ones((4, 4))
    matrix[np.triu_indices(4, 1)] = judgements
    matrix.T[np.triu_indices(4, 1)] = 1 / np.array(judgements)
    result = satisfaction.ahp(matrix)
    np.testing.assert_allclose(matrix @ result.weights, result.lambda_max * result.weights, rtol=1e-8, atol=1e-10)
    assert result.weights.sum() == pytest.approx(1, abs=1e-12)
    moved = satisfaction.ahp(matrix[np.ix_(order, order)])
    np.testing.assert_allclose(moved.weights, result.weights[order], rtol=1e-8, atol=1e-10)


def test_two_indicators_are_always_consistent():
    result = satisfaction.ahp([[1, 3], [1 / 3, 1]])
    assert result.weights.round(12).tolist() == [0.75, 0.25]
    assert (result.cr, result.ri) == (0, 0)


def test_a_circle_of_judgements_has_a_cr_above_a_tenth():
    assert satisfaction.ahp([[1, 3, 1 / 3], [1 / 3, 1, 3], [3, 1 / 3, 1]]).cr > 0.1


def test_ahp_of_a_table_keeps_the_names():
    names = ["price", "staff", "delivery"]
    weights = satisfaction.ahp(pd.DataFrame(WORKED_MATRIX, index=names, columns=names)).weights
    assert weights.round(4).to_dict() == {"price": 0.5584, "staff": 0.3196, "delivery": 0.1220}


@pytest.mark.parametrize("table", RANDOM_INDEX)
@pytest.mark.parametrize("n", range(3, 11))
def test_each_size_has_its_random_index(table, n):
    circle = np.ones((n, n))
    circle[0, -1], circle[-1, 0] = 1 / 4, 4
    circle[0, 1], circle[1, 0] = 4, 1 / 4
    result = satisfaction.ahp(circle, table)
    assert result.ri == RANDOM_INDEX[table][n - 3]
    assert result.ci == pytest.approx((result.lambda_max - n) / (n - 1), rel=1e-12)
    assert result.cr == pytest.approx(result.ci / result.ri, rel=1e-12)
    assert result.ci > 0.01


@pytest.mark.parametrize(("written", "taken"), [(0.3365, True), (0.3301, True), (0.3367, False), (0.3299, False)])
def test_a_pair_may_be_rounded_by_one_percent(written, taken):
    if taken:
        assert satisfaction.ahp([[1, 3], [written, 1]]).weights.round(2).tolist() == [0.75, 0.25]
    else:
        with pytest.raises(ValueError, match=r"row 2, column 1 is 0\.3\d+, .* should be 1/3$"):
            satisfaction.ahp([[1, 3], [written, 1]])


def test_a_table_with_numbered_rows_takes_the_names_of_its_columns():
    weights = satisfaction.ahp(pd.DataFrame([[1, 3], [1 / 3, 1]], columns=["price", "staff"])).weights
    assert weights.round(12).to_dict() == {"price": 0.75, "staff": 0.25}


def test_ten_indicators_can_be_compared():
    assert len(satisfaction.ahp(np.ones((10, 10))).weights) == 10


def test_three_decimals_are_reciprocal_enough():
    result = satisfaction.ahp([[1, 3, 7], [0.333, 1, 2], [0.143, 0.5, 1]])
    assert result.cr < 0.01


# Entropy weights


def test_entropy_weights_of_two_rows_follow_from_the_binary_entropy():
    def redundancy(p):
        return 1 + p * np.log2(p) + (1 - p) * np.log2(1 - p)

    expected = np.array([redundancy(1 / 4), redundancy(2 / 5)])
    np.testing.assert_allclose(satisfaction.entropy_weights([[1, 2], [3, 3]]), expected / expected.sum(), rtol=1e-12)


def test_an_indicator_that_is_constant_weighs_nothing():
    assert satisfaction.entropy_weights([[1, 0.1], [2, 0.1], [4, 0.1]]).tolist() == [1, 0]


def test_an_indicator_that_only_one_row_has_is_pure_information():
    # Entropy 0 against that of 1 : 3.
    spread = 1 + 0.25 * np.log2(0.25) + 0.75 * np.log2(0.75)
    np.testing.assert_allclose(
        satisfaction.entropy_weights([[0, 1], [5, 3]]), [1 / (1 + spread), spread / (1 + spread)]
    )


@given(
    st.lists(st.lists(st.integers(1, 9), min_size=3, max_size=3), min_size=2, max_size=8),
    st.lists(POSITIVE, min_size=3, max_size=3),
)
def test_entropy_weights_are_shares_that_ignore_units_and_row_order(rows, units):
    rows = np.array(rows, dtype=float)
    rows[0, 0], rows[1, 0] = 1, 9
    weights = satisfaction.entropy_weights(rows)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert (weights >= 0).all()
    np.testing.assert_allclose(satisfaction.entropy_weights(rows[::-1] * units), weights, rtol=1e-6, atol=1e-9)


def test_entropy_weights_depend_on_the_zero_point():
    levels = np.array([[1, 5], [3, 7]])
    assert abs(satisfaction.entropy_weights(levels) - satisfaction.entropy_weights(levels + 10)).max() > 0.01


def test_entropy_weights_of_a_square_table_are_named_by_its_columns():
    table = pd.DataFrame([[1, 2], [3, 2]], index=["ann", "bo"])
    assert satisfaction.entropy_weights(table).to_dict() == {0: 1, 1: 0}


def test_entropy_weights_of_a_table_keep_the_names():
    weights = satisfaction.entropy_weights(pd.DataFrame({"price": [1, 3], "staff": [2, 2]}))
    assert weights.to_dict() == {"price": 1, "staff": 0}


# Indices


def test_satisfaction_index_of_the_worked_example():
    assert round(satisfaction.satisfaction_index([5.6, 4.9, 6.1], [0.5584, 0.3196, 0.1220]), 2) == 73.95
    weights = satisfaction.ahp(WORKED_MATRIX).weights
    assert round(satisfaction.satisfaction_index([5.6, 4.9, 6.1], weights), 2) == 73.95


def test_unweighted_means_would_give_75_56():
    assert round(satisfaction.satisfaction_index([5.6, 4.9, 6.1], [1 / 3, 1 / 3, 1 / 3]), 2) == 75.56


@given(st.lists(st.floats(1, 7), min_size=1, max_size=9), st.data())
def test_index_is_the_weighted_mean_of_the_rescaled_items(means, data):
    raw = np.array(data.draw(st.lists(POSITIVE, min_size=len(means), max_size=len(means))))
    weights = raw / raw.sum()
    index = satisfaction.satisfaction_index(means, weights)
    assert index == pytest.approx(np.dot(satisfaction.rescale(means), weights), abs=1e-9)
    assert -1e-9 <= index <= 100 + 1e-9


def test_index_takes_one_row_of_means_a_firm():
    index = satisfaction.satisfaction_index([[1, 1], [7, 7], [4, 4]], [0.3, 0.7])
    np.testing.assert_allclose(index, [0, 100, 50], atol=1e-12)


def test_an_index_of_firms_is_not_named_by_indicators():
    weights = pd.Series([0.3, 0.7], index=["price", "staff"])
    assert satisfaction.satisfaction_index([[2, 5], [4, 3]], weights).round(2).tolist() == [51.67, 38.33]


@pytest.mark.parametrize(("last", "taken"), [(0.2049, True), (0.1951, True), (0.2051, False), (0.1949, False)])
def test_weights_may_be_rounded_by_half_a_percent(last, taken):
    if taken:
        assert satisfaction.satisfaction_index([7, 7, 1], [0.5, 0.3, last]) == pytest.approx(80 / (0.8 + last))
    else:
        with pytest.raises(ValueError, match="weights must sum to 1"):
            satisfaction.satisfaction_index([7, 7, 1], [0.5, 0.3, last])


def test_weights_rounded_to_three_decimals_are_made_to_sum_to_1():
    assert satisfaction.satisfaction_index([7, 7, 7], [0.333, 0.333, 0.333]) == pytest.approx(100, abs=1e-12)


def test_acsi_is_the_weighted_mean_minus_one_over_nine():
    means, weights = [8.2, 7.6, 7.0], [0.5, 0.3, 0.2]
    by_hand = (0.5 * 7.2 + 0.3 * 6.6 + 0.2 * 6.0) / 9 * 100
    assert satisfaction.acsi(means, weights) == pytest.approx(by_hand, abs=1e-12)


def test_acsi_weighs_equally_if_not_told_otherwise():
    assert satisfaction.acsi([8.2, 7.6, 7.0]) == pytest.approx(np.mean([7.2, 6.6, 6.0]) / 9 * 100, abs=1e-12)


# Kano


def test_kano_table_is_the_published_one():
    rows = ["".join(row) for row in KANO_TABLE.to_numpy()]
    assert rows == ["QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"]
    assert KANO_TABLE.index.tolist() == KANO_TABLE.columns.tolist() == list(KANO_ANSWERS)
    assert (KANO_TABLE.index.name, KANO_TABLE.columns.name) == ("functional", "dysfunctional")


def test_kano_reads_all_25_pairs_as_words_and_as_codes():
    pairs = list(product(range(5), repeat=2))
    functional, dysfunctional = np.array(pairs).T
    expected = [KANO_TABLE.iloc[f, d] for f, d in pairs]
    assert satisfaction.kano(functional + 1, dysfunctional + 1).categories.tolist() == expected
    words = np.array(KANO_ANSWERS)
    assert satisfaction.kano(words[functional], words[dysfunctional]).categories.tolist() == expected
    assert satisfaction.kano(words[functional], dysfunctional + 1).categories.tolist() == expected


def test_kano_words_may_be_written_with_capitals_and_spaces():
    feature = satisfaction.kano(["Like", "Live with", " Must be"], ["DISLIKE", "dislike", "live_with"])
    assert feature.categories.tolist() == ["O", "M", "I"]


def test_transposed_answers_make_an_attractive_feature_reverse():
    assert satisfaction.kano(["like"], ["neutral"]).category == "A"
    assert satisfaction.kano(["neutral"], ["like"]).category == "R"


def test_the_most_frequent_letter_is_the_features_category():
    feature = satisfaction.kano(["like", "like", "neutral"], ["neutral", "must-be", "dislike"])
    assert feature.category == "A"
    assert feature.counts.to_dict() == {"A": 2, "O": 0, "M": 1, "I": 0, "R": 0, "Q": 0}
    assert feature.counts.name == "respondents"


def test_of_equally_frequent_letters_must_be_comes_first():
    answers = {"M": (3, 5), "O": (1, 5), "A": (1, 3), "I": (3, 3), "R": (5, 3), "Q": (1, 1)}
    for letters in ("QRIAOM", "RIAO", "IA", "RI", "QR"):
        feature = satisfaction.kano(*np.transpose([answers[letter] for letter in letters]))
        assert feature.category == letters[-1]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=60))
def test_kano_counts_every_respondent_once(pairs):
    feature = satisfaction.kano(*np.transpose(pairs))
    assert feature.counts.sum() == len(pairs)
    assert feature.counts[feature.category] == feature.counts.max()


def test_letters_keep_the_customers_labels():
    answers = pd.Series(["like", "neutral"], index=["ann", "bo"]), pd.Series([3, 5], index=["ann", "bo"])
    assert satisfaction.kano(*answers).categories.to_dict() == {"ann": "A", "bo": "M"}


def test_better_and_worse_of_the_worked_feature():
    assert satisfaction.better_worse(A=40, O=30, M=20, I=10) == (0.70, -0.50)


def test_better_and_worse_take_one_entry_a_feature():
    better, worse = satisfaction.better_worse(A=[1, 0, 0], O=[0, 1, 0], M=[0, 0, 1], I=0)
    assert (better.tolist(), worse.tolist()) == ([1, 1, 0], [0, -1, -1])


@given(st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any))
def test_better_and_worse_differ_by_attractive_and_must_be(counts):
    better, worse = satisfaction.better_worse(*counts)
    assert 0 <= better <= 1
    assert -1 <= worse <= 0
    attractive, _, must_be, _ = counts
    assert better + worse == pytest.approx((attractive - must_be) / sum(counts), abs=1e-12)


# What no sentence of the bad-calls table shows


def test_labelled_answers_in_another_order_are_refused():
    received = pd.Series([1, 2], index=["ann", "ben"])
    with pytest.raises(ValueError, match=r"received and expected have different labels.*expected\.reindex"):
        satisfaction.disconfirmation(received, received[::-1])
    with pytest.raises(ValueError, match="means and weights have different labels"):
        satisfaction.satisfaction_index(received, pd.Series([0.5, 0.5], index=["ben", "ann"]))


def test_reciprocity_error_names_the_cell_by_its_labels():
    names = ["price", "staff"]
    with pytest.raises(ValueError, match=r"row staff, column price is 2, but row price, column staff is 2, .* be 1/2$"):
        satisfaction.ahp(pd.DataFrame([[1, 2], [2, 1]], index=names, columns=names))
