"""Acquisition: published numbers, identities, and optima that no other spend beats."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlib.acquisition import acquisition_retention_split, optimal_spend, response, response_rate

CEILING, MARGIN = 0.40, 80
K = response_rate(spend=10, rate=0.20, ceiling=CEILING)
SIDES = dict(
    acquisition_ceiling=0.40, acquisition_k=0.07, retention_ceiling=0.90, retention_floor=0.50, retention_k=0.10
)

shares = st.floats(0.05, 0.95)
rates = st.floats(0.005, 0.5)
money = st.floats(1, 500)


def test_response_rate_takes_k_from_the_point_where_half_the_ceiling_is_reached():
    assert pytest.approx(np.log(2) / 10, rel=1e-12) == K


@given(spend=money, ceiling=st.floats(0.1, 1), reached=shares, floor=st.floats(0, 0.9))
def test_response_with_the_k_of_response_rate_goes_through_the_observed_point(spend, ceiling, reached, floor):
    floor = floor * ceiling
    observed = floor + reached * (ceiling - floor)
    k = response_rate(spend, observed, ceiling, floor)
    assert response(spend, ceiling, k, floor) == pytest.approx(observed, rel=1e-12)


@given(ceiling=st.floats(0.1, 1), k=rates, floor=st.floats(0, 0.9))
def test_response_rises_from_the_floor_to_the_ceiling_with_falling_returns(ceiling, k, floor):
    floor = floor * ceiling
    reached = response(np.linspace(0, 4 / k, 9), ceiling, k, floor)
    steps = np.diff(reached)
    assert reached[0] == floor
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()
    assert response(100 / k, ceiling, k, floor) == pytest.approx(ceiling, rel=1e-12)


def test_response_broadcasts_and_gives_a_float_for_numbers():
    table = response(np.array([[0], [10]]), [0.2, 0.4], K)
    assert table == pytest.approx(np.array([[0, 0], [0.1, 0.2]]), abs=1e-12)
    assert type(response(10, 0.4, K)) is float


def test_optimum_of_the_published_case_is_11_49():
    best = optimal_spend(MARGIN, CEILING, K)
    assert best.round(2).to_dict() == {"spend": 11.49, "rate": 0.22, "profit": 6.08, "ratio": 1.53}


def test_spending_5_has_the_better_ratio_and_the_lower_profit():
    worth = MARGIN * response(5, CEILING, K)
    assert round(worth / 5, 2) == 1.87
    assert round(worth - 5, 2) == 4.37


@given(margin=money, ceiling=st.floats(0.05, 1), k=rates, other=st.floats(0, 1000))
def test_no_other_spend_earns_more_than_the_optimum(margin, ceiling, k, other):
    best = optimal_spend(margin, ceiling, k)
    assert margin * response(other, ceiling, k) - other <= best["profit"] + 1e-9
    assert best["profit"] == pytest.approx(margin * response(best["spend"], ceiling, k) - best["spend"], abs=1e-9)


@given(margin=money, ceiling=st.floats(0.05, 1), k=rates)
def test_the_last_unit_spent_brings_itself_back_or_nothing_is_spent(margin, ceiling, k):
    best = optimal_spend(margin, ceiling, k)
    last_unit = margin * ceiling * k * np.exp(-k * best["spend"])
    if margin * ceiling * k > 1:
        assert last_unit == pytest.approx(1, rel=1e-9)
        assert 1 <= best["ratio"] <= margin * ceiling * k * (1 + 1e-9)
    else:
        assert best.to_dict() == {"spend": 0, "rate": 0, "profit": 0, "ratio": margin * ceiling * k}


def test_an_optimum_below_one_unit_of_money():
    # 5.25 x .4 x .5 = 1.05: spending stops where the response has come to 1 - 1 / 1.05 of its ceiling
    best = optimal_spend(margin=5.25, ceiling=0.4, k=0.5)
    assert best["spend"] == pytest.approx(np.log(1.05) / 0.5)
    assert best["ratio"] == pytest.approx(0.1 / (np.log(1.05) / 0.5))


def test_a_worthless_customer_is_not_bought():
    assert optimal_spend(margin=0, ceiling=0.4, k=0.1).to_dict() == {"spend": 0, "rate": 0, "profit": 0, "ratio": 0}


def test_lists_give_a_table_with_the_same_numbers_row_by_row():
    table = optimal_spend([10, 80, 200], CEILING, K)
    assert list(table.columns) == ["spend", "rate", "profit", "ratio"]
    for row, margin in enumerate([10, 80, 200]):
        assert table.loc[row].to_dict() == optimal_spend(margin, CEILING, K).to_dict()


@given(
    budget=money,
    value=money,
    retention_value=money,
    acquisition_ceiling=shares,
    acquisition_k=rates,
    retention_ceiling=shares,
    retention_k=rates,
    floor=st.floats(0, 0.9),
    prospects=st.floats(0.1, 20),
    customers=st.floats(0.1, 20),
)
def test_no_other_split_gives_more_customer_equity_and_inner_marginal_returns_are_equal(
    floor, retention_ceiling, **case
):
    case |= dict(retention_ceiling=retention_ceiling, retention_floor=floor * retention_ceiling)
    best = acquisition_retention_split(**case)
    others = acquisition_retention_split(**case, share=np.linspace(0, 1, 51))
    assert (
        others["customer_equity"].max()
        <= best["customer_equity"] + 1e-9 * max(case["value"], case["retention_value"]) * 40
    )
    won, kept = best["marginal_acquisition"], best["marginal_retention"]
    if 0 < best["share"] < 1:
        assert won == pytest.approx(kept, rel=1e-9)
    else:
        assert won >= kept * (1 - 1e-9) if best["share"] == 1 else won <= kept * (1 + 1e-9)


@given(
    value=st.floats(100, 500),
    retention_value=st.floats(100, 500),
    prospects=st.floats(0.1, 20),
    customers=st.floats(0.1, 20),
)
def test_with_the_right_budget_the_split_is_the_two_separate_optima_and_the_last_unit_brings_1(
    value, retention_value, prospects, customers
):
    win = optimal_spend(value, 0.40, 0.07)["spend"]
    keep = optimal_spend(retention_value, 0.90 - 0.50, 0.10)["spend"]
    budget = prospects * win + customers * keep
    people = dict(prospects=prospects, customers=customers, retention_value=retention_value)
    best = acquisition_retention_split(budget, value, **SIDES, **people)
    assert best["acquisition_spend"] == pytest.approx(win, rel=1e-9)
    assert best["retention_spend"] == pytest.approx(keep, rel=1e-9)
    assert best["marginal_acquisition"] == pytest.approx(1, rel=1e-9)
    assert best["marginal_retention"] == pytest.approx(1, rel=1e-9)


def test_marginal_returns_are_what_one_more_unit_of_money_brings():
    case = dict(value=200, prospects=3, customers=2, **SIDES)
    here = acquisition_retention_split(100, share=0.6, **case)
    step = 1e-4
    more_winning = acquisition_retention_split(100 + step, share=(60 + step) / (100 + step), **case)
    more_keeping = acquisition_retention_split(100 + step, share=60 / (100 + step), **case)
    gain = (more_winning["customer_equity"] - here["customer_equity"]) / step + 1
    assert gain == pytest.approx(here["marginal_acquisition"], rel=1e-5)
    gain = (more_keeping["customer_equity"] - here["customer_equity"]) / step + 1
    assert gain == pytest.approx(here["marginal_retention"], rel=1e-5)


def test_the_marginal_return_lines_cross_once_at_the_best_share():
    lines = acquisition_retention_split(40, 200, **SIDES, share=np.linspace(0, 1, 101))
    ahead = lines["marginal_acquisition"] > lines["marginal_retention"]
    best = acquisition_retention_split(40, 200, **SIDES)["share"]
    assert (np.diff(lines["marginal_acquisition"]) < 0).all()
    assert (np.diff(lines["marginal_retention"]) > 0).all()
    assert (ahead == (lines["share"] < best)).all()


def test_a_table_of_splits_keeps_the_callers_labels():
    budgets = pd.Series([40, 90], index=["small", "large"])
    table = acquisition_retention_split(budgets, 200, **SIDES)
    assert table.index.tolist() == ["small", "large"]
    assert table.loc["large"].to_dict() == acquisition_retention_split(90, 200, **SIDES).to_dict()


def test_without_numbers_of_people_and_a_floor_it_is_one_prospect_one_customer_and_nobody_stays_unpaid():
    sides = {name: value for name, value in SIDES.items() if name != "retention_floor"}
    plain = acquisition_retention_split(40, 200, **sides)
    said = acquisition_retention_split(40, 200, **sides, prospects=1, customers=1, retention_floor=0)
    assert plain.to_dict() == said.to_dict()
    assert response(15, 0.9, 0.1) == response(15, 0.9, 0.1, floor=0)
    assert response_rate(15, 0.3, 0.9) == response_rate(15, 0.3, 0.9, floor=0)


def test_the_whole_budget_is_spent_and_equity_counts_people():
    best = acquisition_retention_split(5000, 200, **SIDES, prospects=100, customers=150)
    assert 100 * best["acquisition_spend"] + 150 * best["retention_spend"] == pytest.approx(5000, rel=1e-12)
    assert best["customer_equity"] == pytest.approx(200 * (100 * best["won"] + 150 * best["kept"]) - 5000, rel=1e-12)


def test_a_hopeless_side_gets_nothing():
    sides = SIDES | dict(acquisition_ceiling=0.001)
    assert acquisition_retention_split(20, 200, **sides)["share"] == 0
    sides = SIDES | dict(retention_floor=0.8999)
    assert acquisition_retention_split(20, 200, **sides)["share"] == 1


def test_keeping_can_be_five_times_cheaper_on_average_and_a_shift_to_it_still_loses():
    sides = dict(acquisition_ceiling=0.10, acquisition_k=0.30, retention_ceiling=0.90, retention_k=0.30)
    best = acquisition_retention_split(30, 200, **sides)
    to_win = best["acquisition_spend"] / best["won"]
    to_keep = best["retention_spend"] / best["kept"]
    assert to_win / to_keep > 5
    shifted = acquisition_retention_split(30, 200, **sides, share=best["share"] - 0.1)
    assert shifted["customer_equity"] < best["customer_equity"] - 0.1


def test_a_customer_kept_is_worth_as_much_as_one_won_unless_said():
    same = acquisition_retention_split(40, 200, **SIDES, retention_value=200)
    assert acquisition_retention_split(40, 200, **SIDES).equals(same)
    dearer = acquisition_retention_split(40, 200, **SIDES, retention_value=300, share=same["share"])
    assert dearer["customer_equity"] - same["customer_equity"] == pytest.approx(100 * same["kept"])
    assert dearer["marginal_retention"] == pytest.approx(1.5 * same["marginal_retention"])
