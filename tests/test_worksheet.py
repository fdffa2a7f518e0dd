"""The worksheet and its ladder, against the published figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlib import worksheet

REDBABY = dict(visits=780, purchases_per_visit=1.52, spend=220, acquisition_cost=57)
TRUTH = dict(margin=542 / 5844, rate=0.10, retention=(1399 / 2444) ** 0.5, horizon=36)


def test_the_published_worksheet_without_its_float_dust():
    assert worksheet.worksheet_ltv(**REDBABY) == 260_775
    assert 780 * 1.52 * 220 - 57 == 260_774.99999999997
    assert worksheet.worksheet_ltv(780, 1.52, 220, 0) == 260_832
    assert worksheet.worksheet_ltv([780, 0], 1.52, 220, 57).tolist() == [260_775, -57]


def test_the_published_three_year_table():
    table = worksheet.forecast_table([2444, 2001, 1399], [2203, 1814, 1285])
    assert table["profit"].tolist() == [241, 187, 114, 542]
    assert table.loc["total"].tolist() == [5844, 5302, 0, 542]
    with_referral = worksheet.forecast_table([2444, 2001, 1399], [2203, 1814, 1285], referral=10)
    assert with_referral["profit"].tolist() == [251, 197, 124, 572]


@pytest.mark.parametrize(
    ("timing", "rungs"),
    [
        ("start", [260_775, 24_133.78, 3_855.32, 953.02, 624.38]),
        ("end", [260_775, 24_133.78, 3_824.37, 922.01, 603.45]),
    ],
)
def test_the_ladder_at_both_conventions(timing, rungs):
    ladder = worksheet.correction_ladder(**REDBABY, **TRUTH, timing=timing)
    assert ladder["value"].round(2).tolist() == rungs
    assert np.allclose(ladder["change"].iloc[1:], np.diff(ladder["value"]))


@given(
    st.integers(1, 30),
    st.integers(1, 26),
    st.floats(0, 1),
    st.floats(0, 0.5),
    st.floats(0, 1),
    st.sampled_from(["start", "end"]),
)
def test_no_correction_makes_a_customer_worth_more(years, a_year, margin, rate, retention, timing):
    ladder = worksheet.correction_ladder(
        years * a_year, 1.5, 200, 50, margin=margin, rate=rate, retention=retention, horizon=a_year,
        visits_per_year=a_year, timing=timing,
    )  # fmt: skip
    assert (ladder["change"].iloc[1:] <= 1e-6).all()


def test_perfect_assumptions_give_back_the_worksheet():
    ladder = worksheet.correction_ladder(**REDBABY, margin=1, rate=0, retention=1, horizon=780)
    assert ladder["value"].tolist() == [260_775] * 5
