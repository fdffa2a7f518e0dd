"""The worksheet and its ladder, against the published figures."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlib import worksheet

REDBABY = dict(visits=780, purchases_per_visit=1.52, spend=220, acquisition_cost=57)
TRUTH = dict(margin_rate=542 / 5844, rate=0.10, retention=(1399 / 2444) ** 0.5, horizon=36, revenue_per_year=2444)


def test_the_published_worksheet_without_its_float_dust():
    assert worksheet.worksheet_ltv(**REDBABY) == 260_775
    assert 780 * 1.52 * 220 - 57 == 260_774.99999999997
    assert worksheet.worksheet_ltv(780, 1.52, 220, 0) == 260_832
    assert worksheet.worksheet_ltv([780, 0], 1.52, 220, 57).tolist() == [260_775, -57]
    assert worksheet.worksheet_ltv(1, 1, 2 / 3, 0) == 0.666_666_667, "nine decimals are kept"


def test_the_published_three_year_table():
    table = worksheet.forecast_table([2444, 2001, 1399], [2203, 1814, 1285])
    assert table["profit"].tolist() == [241, 187, 114, 542]
    assert table.loc["total"].tolist() == [5844, 5302, 0, 542]
    assert table.columns.tolist() == ["revenue", "cost", "referral", "profit"]
    assert table.index.tolist() == [1, 2, 3, "total"]
    assert table.index.name == "year"


def test_referral_is_added_every_year_or_year_by_year():
    same = worksheet.forecast_table([2444, 2001, 1399], [2203, 1814, 1285], referral=10)
    assert same["profit"].tolist() == [251, 197, 124, 572]
    own = worksheet.forecast_table([2444, 2001], pd.Series([2203, 1814], index=["2024", "2025"]), referral=[-5, 20])
    assert own["referral"].tolist() == [-5, 20, 15]
    assert own["profit"].tolist() == [236, 207, 443]


@pytest.mark.parametrize(
    ("timing", "rungs"),
    [
        ("start", [260_775, 24_133.78, 3_855.32, 953.02, 624.38, 357.99]),
        ("end", [260_775, 24_133.78, 3_824.37, 922.01, 603.45, 345.25]),
    ],
)
def test_the_ladder_at_both_conventions(timing, rungs):
    ladder = worksheet.correction_ladder(**REDBABY, **TRUTH, timing=timing)
    assert ladder["value"].round(2).tolist() == rungs
    assert np.allclose(ladder["change"].iloc[1:], np.diff(ladder["value"]))
    assert np.isnan(ladder["change"].iloc[0])
    assert ladder.index.tolist() == ["worksheet", "margin", "discounting", "retention", "horizon", "revenue"]
    assert ladder.index.name == "step"


def test_visits_are_at_period_starts_unless_said_otherwise():
    assert worksheet.correction_ladder(**REDBABY, **TRUTH)["value"].round(2)["horizon"] == 624.38


@pytest.mark.parametrize(("timing", "wait"), [("start", 0), ("end", 1)])
def test_each_rung_is_the_sum_over_its_visits(timing, wait):
    # weekly visits: what one is worth and the chance that it takes place, week by week
    ladder = worksheet.correction_ladder(
        104, 2.5, 40, 300, margin_rate=0.2, rate=0.08, retention=0.6, horizon=30, revenue_per_year=3_900,
        visits_per_year=52, timing=timing,
    )["value"]  # fmt: skip
    years = (np.arange(104) + wait) / 52
    assert ladder["worksheet"] == 104 * 2.5 * 40 - 300
    assert ladder["margin"] == pytest.approx(104 * 20 - 300)
    assert ladder["discounting"] == pytest.approx((20 / 1.08**years).sum() - 300)
    assert ladder["retention"] == pytest.approx((20 * 0.6**years / 1.08**years).sum() - 300)
    assert ladder["horizon"] == pytest.approx((20 * 0.6**years / 1.08**years)[:30].sum() - 300)
    # 75 RMB a week by the books, of which 15 are margin
    assert ladder["revenue"] == pytest.approx((15 * 0.6**years / 1.08**years)[:30].sum() - 300)


@given(
    st.integers(1, 30),
    st.integers(1, 26),
    st.floats(0, 1),
    st.floats(0, 0.5),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from(["start", "end"]),
)
def test_no_correction_makes_a_customer_worth_more(years, a_year, margin_rate, rate, retention, paid, timing):
    ladder = worksheet.correction_ladder(
        years * a_year, 1.5, 200, 50, margin_rate=margin_rate, rate=rate, retention=retention, horizon=a_year,
        revenue_per_year=paid * 300 * a_year, visits_per_year=a_year, timing=timing,
    )  # fmt: skip
    assert (ladder["change"].iloc[1:] <= 1e-6).all()


def test_perfect_assumptions_give_back_the_worksheet():
    perfect = dict(margin_rate=1, rate=0, retention=1)
    ladder = worksheet.correction_ladder(**REDBABY, **perfect, horizon=780, revenue_per_year=12 * 1.52 * 220)
    assert ladder["value"].tolist() == [260_775] * 6
    third = worksheet.correction_ladder(1, 1, 2 / 3, 0, **perfect, horizon=1, revenue_per_year=8)
    assert third["value"].tolist() == [0.666_666_667] * 6


def test_a_forgotten_argument_is_named_with_its_function_and_nothing_of_the_inside_is_shown():
    with pytest.raises(TypeError, match=r"^correction_ladder: missing a required argument: 'spend'$") as stopped:
        worksheet.correction_ladder(780, 1.52)
    assert len(stopped.traceback) == 2
    assert stopped.value.__suppress_context__
