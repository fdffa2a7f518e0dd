"""Worth over time, against published figures, closed forms and each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlib import value

rates = st.floats(0.001, 0.5)
retentions = st.floats(0.05, 0.98)
margins = st.floats(1, 10_000)


def test_the_textbook_example_of_five_purchases():
    # 1,000 a year for five years at 5 %, each year and in all, as in any text on corporate finance
    years = [1000 / 1.05**t for t in range(1, 6)]
    assert np.round(years, 2).tolist() == [952.38, 907.03, 863.84, 822.70, 783.53]
    assert round(value.present_value([1000] * 5, 0.05, "end"), 2) == 4329.48
    assert round(value.present_value([1000] * 5, 0.05, "start"), 2) == 4545.95
    assert value.perpetuity(1000, 0.05) == 20_000
    assert value.perpetuity(1000, 0.05, "start") == 21_000
    assert round(value.future_value([1000] * 5, 0.05), 2) == 5525.63
    # the wrong figures of the source, so that the lesson shows them as they are printed
    assert round(value.present_value([1000] * 5, 0.05) / 0.05, 2) == 86_589.53
    assert round(5 * 1000 / 1.05, 2) == 4761.90


@pytest.mark.parametrize(
    ("retention", "row"),
    [
        (0.6, "1.20 1.15 1.11 1.07"),
        (0.7, "1.75 1.67 1.59 1.52"),
        (0.8, "2.67 2.50 2.35 2.22"),
        (0.9, "4.50 4.09 3.75 3.46"),
    ],
)
def test_margin_multiples_of_gupta_and_lehmann(retention, row):
    assert " ".join(f"{m:.2f}" for m in value.margin_multiple(retention, np.array([0.10, 0.12, 0.14, 0.16]))) == row


def test_case_1_of_berger_and_nasr():
    # GC 260, M 50, r .75, d .2, 10 periods: margins at 0..10, promotion half a year after each of the first ten
    margins = value.clv(260, 0.75, 0.2, periods=11, first_margin="now")
    promotion = 50 * sum(0.75 ** (i - 1) / 1.2 ** (i - 0.5) for i in range(1, 11))
    assert round(margins - promotion, 2) == 568.78


def test_constant_retention_undervalues_a_renewal_as_in_fader_and_hardie_2010():
    assert round(value.clv(1, 0.8, 0.1, timing="start", first_margin="if_retained"), 2) == 2.93


def test_the_conventions_differ_by_their_stated_factors():
    table = value.clv_conventions(1000, 0.8, 0.05)["value"]
    assert table["margin now"] == pytest.approx(1.05 * table["period end, certain"])
    assert table["period end, if retained"] == pytest.approx(0.8 * table["period end, certain"])
    assert table["renewal due now"] == pytest.approx(1.05 * table["period end, if retained"])
    assert table["undiscounted"] == pytest.approx(1000 / 0.2)


def test_the_table_of_conventions_says_formula_ratio_and_source():
    table = value.clv_conventions(1000, 0.8, 0.05)
    assert table["formula"].to_dict() == {
        "margin now": "m(1+i)/(1+i-r)",
        "period end, certain": "m/(1+i-r)",
        "period end, if retained": "mr/(1+i-r)",
        "renewal due now": "mr(1+i)/(1+i-r)",
        "undiscounted": "m/(1-r)",
    }
    assert table["ratio"].to_numpy() == pytest.approx([1.05 / 0.8, 1 / 0.8, 1, 1.05, 5000 / 3200])
    assert table["source"].tolist() == [
        "Berger & Nasr 1998",
        "Blattberg, Getz & Thomas 2001 (commonly reported)",
        "Gupta & Lehmann 2003",
        "Fader & Hardie 2010",
        "margin times expected lifetime",
    ]
    assert [table.index.name, *table] == ["convention", "formula", "value", "ratio", "source"]
    # two margins of 100, half of the customers staying, at 25 %
    assert value.clv_conventions(100, 0.5, 0.25, 2)["value"].to_numpy() == pytest.approx([140, 112, 56, 70, 150])
    assert value.clv_conventions(0, 0.5, 0.25)["ratio"].isna().all()


@given(margins, retentions, rates, st.integers(1, 60))
def test_clv_is_the_sum_that_its_table_says(margin, retention, rate, periods):
    ages = np.arange(periods)
    now = (margin * retention**ages / (1 + rate) ** ages).sum()
    assert value.clv(margin, retention, rate, periods, "start") == pytest.approx(now)
    assert value.clv(margin, retention, rate, periods, "end", "end") == pytest.approx(now / (1 + rate))
    assert value.clv(margin, retention, rate, periods, "end") == pytest.approx(now * retention / (1 + rate))
    assert value.clv(margin, retention, rate, periods, "start", "if_retained") == pytest.approx(now * retention)


@given(margins, retentions, rates)
def test_clv_rises_with_margin_and_retention_and_falls_with_the_rate(margin, retention, rate):
    worth = value.clv(margin, retention, rate)
    assert value.clv(margin * 1.01, retention, rate) > worth
    assert value.clv(margin, retention + 0.01, rate) > worth
    assert value.clv(margin, retention, rate + 0.01) < worth


@given(margins, retentions, rates)
def test_a_long_horizon_tends_to_the_endless_one(margin, retention, rate):
    assert value.clv(margin, retention, rate, 3000) == pytest.approx(value.clv(margin, retention, rate))


@given(st.lists(st.floats(-1000, 1000), min_size=1, max_size=30), rates, st.sampled_from(["start", "end"]))
def test_future_value_is_present_value_grown(cashflows, rate, timing):
    grown = value.present_value(cashflows, rate, timing) * (1 + rate) ** len(cashflows)
    assert value.future_value(cashflows, rate, timing) == pytest.approx(grown, abs=1e-6)


@given(margins, rates, st.integers(0, 80), st.sampled_from(["start", "end"]))
def test_an_annuity_is_the_present_value_of_equal_payments(payment, rate, periods, timing):
    expected = value.present_value([payment] * periods, rate, timing) if periods else 0
    assert value.annuity(payment, rate, periods, timing) == pytest.approx(expected)
    assert value.annuity(payment, 0, periods, timing) == pytest.approx(payment * periods)


def test_arrays_broadcast_and_single_numbers_stay_floats():
    assert value.clv([100, 200], 0.8, [[0.05], [0.10]]).shape == (2, 2)
    assert value.present_value([[100, 100], [200, 200]], 0).tolist() == [200, 400]
    assert value.future_value([[100, 100], [200, 200]], 0).tolist() == [200, 400]
    assert isinstance(value.clv(100, 0.8, 0.1), float)
    assert isinstance(value.annuity(100, 0.1, 3), float)


def test_payback_counts_the_share_of_the_last_period():
    assert value.payback(100, [40, 40, 40]) == 2.5
    assert value.payback(0, [40]) == 0
    assert value.payback(121, [11, 121], rate=0.1) == float("inf")
    assert value.payback(110, [11, 121], rate=0.1) == pytest.approx(2)


def test_published_ratios():
    assert round(value.ltv_cac(542, 57), 1) == 9.5
    assert round(value.ltv_cac(260_775, 57)) == 4575
    assert value.roi(5.8, 1) == pytest.approx(4.8)
    assert value.roi(5.8, 1, gain_is="net") == pytest.approx(5.8)
    assert value.roi(30, 20) == pytest.approx(0.5)
    assert value.roi(30, 20, gain_is="net") == pytest.approx(1.5)
    assert value.share_of_wallet(20, 80) == 0.25
    assert value.share_of_wallet(80, 80) == 1
    assert value.referral_value(5, 0.02, 542) == pytest.approx(54.2)


def test_history_is_no_part_of_lifetime_value():
    parts = value.value_components([500, 500], 120, 0.8, 0.1, 5, cross_sell=30, referral=10, growth=0.05)
    assert parts["clv"] == pytest.approx(parts["current"] + parts["potential"])
    assert parts["potential"] == pytest.approx(parts["cross_sell"] + parts["referral"] + parts["growth"])
    assert parts["historical"] == pytest.approx(500 * 1.1 + 500)


def test_the_components_of_a_small_case():
    # half of the customers stay, at 25 %: a unit of margin is worth .4 after one period and .16 after two
    case = dict(cross_sell=20, referral=10, growth=0.5)
    assert value.value_components([80, 100], 100, 0.5, 0.25, 2, **case).to_dict() == pytest.approx(
        dict(historical=200, current=56, cross_sell=11.2, referral=5.6, growth=8, potential=24.8, clv=80.8)
    )
    assert value.value_components([80, 100], 100, 0.5, 0.25, 2, **case, timing="start").to_dict() == pytest.approx(
        dict(historical=200, current=140, cross_sell=28, referral=14, growth=20, potential=62, clv=202)
    )
    assert value.value_components([100], 100, 0.5, 0.25, 2, current="near_term").to_dict() == pytest.approx(
        dict(historical=100, current=40, cross_sell=0, referral=0, growth=0, later=16, potential=16, clv=56)
    )


@given(margins, retentions, rates, st.integers(1, 20), st.floats(-0.1, 0.2))
def test_the_two_meanings_of_current_value_give_one_lifetime_value(margin, retention, rate, periods, growth):
    one, other = (
        value.value_components([1], margin, retention, rate, periods, growth=growth, current=current)
        for current in ("unchanged", "near_term")
    )
    assert one["clv"] == pytest.approx(other["clv"])
    assert other["current"] == pytest.approx(margin * retention / (1 + rate))


def test_lifecycle_profit_adds_four_revenues_and_takes_three_costs_away():
    table = value.lifecycle_profit(
        [50, 80], 5, [0, 10], [0, 20], acquisition=[60, 0], price_concessions=4, referral_damage=[0, 1], rate=0.1
    )
    assert table["profit"].tolist() == [-9, 110, 101]
    assert table.loc["total", "present_value"] == pytest.approx(-9 + 110 / 1.1)
    assert table.loc[1].to_dict() == dict(
        base=50,
        related_sales=5,
        cost_savings=0,
        referral=0,
        acquisition=-60,
        price_concessions=-4,
        referral_damage=0,
        profit=-9,
        present_value=-9,
    )
    assert table.index.name == "year"
    assert table.index.tolist() == [1, 2, "total"]
    at_year_ends = value.lifecycle_profit([11, 121], rate=0.1, timing="end")
    assert at_year_ends["present_value"].to_numpy() == pytest.approx([10, 100, 110])
    assert not at_year_ends.iloc[:, 1:7].to_numpy().any(), "lines left out are 0"
