"""Models against what happened, and against each other: published tables, and identities."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from clvlib.models import BDW, BGNBD, MBGNBD, SBG, GammaGamma, ParetoNBD, _compare, compare
from clvlib.transactions import calibration_holdout, histories, rfm_summary

WORLD = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
MODIFIED = MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614)
PARETO = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)


@pytest.fixture(scope="module")
def log():
    return pd.read_csv(Path(__file__).parent.parent / "datasets" / "cdnow.csv")


@pytest.fixture(scope="module")
def split(log):
    """39 weeks of CDNOW, and 39 more."""
    return calibration_holdout(log, grain="week", calibration_end="1997-09-30", observation_end="1998-06-30")


@pytest.fixture(scope="module")
def bgnbd(split):
    return BGNBD.fit(split).check(split)


@pytest.fixture(scope="module")
def pareto(split):
    return ParetoNBD.fit(split).check(split)


# Published


def test_frequencies_of_cdnow_as_fader_hardie_and_lee_2005_have_them(bgnbd):
    frequencies = bgnbd.frequencies
    assert frequencies.index.tolist() == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    assert frequencies["actual"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    published = [1407.68, 460.32, 192.46, 101.16, 59.85, 38.12, 25.55, 71.85]
    assert frequencies["model"].tolist() == pytest.approx(published, abs=0.01)
    fit = bgnbd.table.loc["frequencies: chi-square"]
    assert (round(fit["value"], 2), fit["df"], round(fit["p_value"], 2)) == (4.82, 3, 0.19)


def test_frequencies_of_the_pareto_nbd(pareto):
    fit = pareto.table.loc["frequencies: chi-square"]
    assert (round(fit["value"], 2), fit["df"], round(fit["p_value"], 3)) == (11.99, 3, 0.007)


def test_cumulative_tracking_as_the_btyd_walkthrough_has_it(bgnbd, pareto):
    weeks = [20, 21, 22, 23, 24, 25]
    for check, published, within in (
        (bgnbd, [1312.458, 1387.346, 1460.392, 1531.713, 1601.418, 1669.6], 0.002),
        (pareto, [1308.856, 1385.275, 1459.923, 1532.906, 1604.320, 1674.253], 0.07),
    ):
        sums = check.tracking.cumsum()
        assert sums.loc[weeks, "actual"].tolist() == [1359, 1414, 1484, 1517, 1573, 1672]
        assert sums.loc[weeks, "model"].tolist() == pytest.approx(published, abs=within)
        assert sums.loc[[39, 78], "actual"].tolist() == [2457, 4339]
        assert (check.seen, len(sums)) == (39, 78)


def test_forecasts_by_frequency_as_the_btyd_walkthrough_has_them(bgnbd, pareto):
    actual = [0.23671, 0.69704, 1.39252, 1.56, 2.53226, 2.94737, 3.86207, 6.35938]
    for check, published, within in (
        (bgnbd, [0.22509, 0.52314, 1.04413, 1.52026, 2.16382, 2.65379, 3.50396, 6.15704], {"rel": 1e-4}),
        (pareto, [0.138, 0.600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403], {"abs": 7e-4}),
    ):
        assert check.by_frequency["customers"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
        assert check.by_frequency["actual"].tolist() == pytest.approx(actual, abs=1e-5)
        assert check.by_frequency["model"].tolist() == pytest.approx(published, **within)


def test_totals_and_correlations_of_cdnow(bgnbd, pareto):
    total = bgnbd.table.loc["purchases, holdout"]
    assert (total["actual"], round(total["model"], 2), round(total["error"], 3)) == (1882, 1653.41, -0.121)
    assert round(pareto.table.loc["purchases, holdout", "model"], 2) == pytest.approx(1665.51, abs=0.02)
    seen = [check.table.loc["repeat purchases, calibration", ["actual", "model"]] for check in (bgnbd, pareto)]
    assert seen[0].tolist() == pytest.approx([2457, 2493.96], abs=0.01)
    assert seen[1].tolist() == pytest.approx([2457, 2524.93], abs=0.02)
    row = "customers' actual and expected purchases: correlation"
    assert [round(check.table.loc[row, "value"], 3) for check in (bgnbd, pareto)] == [0.626, 0.63]
    assert round(bgnbd.table.loc["frequency and mean spend: correlation", "value"], 2) == 0.11  # JMR 2005, table 1


# Probabilities of purchases


@pytest.mark.long
@settings(deadline=None)
@given(
    st.one_of(
        st.builds(BGNBD, *[st.floats(0.1, 5)] * 4),
        st.builds(MBGNBD, *[st.floats(0.1, 5)] * 4),
        st.builds(ParetoNBD, *[st.floats(0.1, 5)] * 4),
    ),
    st.floats(0.1, 20),
)
def test_probabilities_add_up_and_their_mean_is_the_expected_number(world, t):
    counts = np.arange(60_000)
    probabilities = world.purchase_probability(counts, t)
    assert probabilities.sum() == pytest.approx(1, abs=1e-6)
    assert (counts * probabilities).sum() == pytest.approx(world.expected_purchases(t), rel=1e-5)


@pytest.mark.long
@pytest.mark.parametrize("world", [WORLD, MODIFIED, PARETO])
def test_probabilities_are_the_shares_of_simulated_customers(world):
    came = world.simulate(200_000, seed=1, T=39)["frequency"]
    counts = np.arange(8)
    assert [(came == x).mean() for x in counts] == pytest.approx(world.purchase_probability(counts, 39), abs=0.004)


# The rest of a check


def test_weekly_repeats_are_those_of_a_plain_loop(log):
    some = log[log["customer_id"] < 300]
    split = calibration_holdout(some, calibration_end="1997-02-10", observation_end="1997-05-01")
    days = (pd.to_datetime(some["date"]) - pd.Timestamp("1997-01-01")).dt.days
    weeks = [0] * ((120 + 1) // 7)
    for _, own in days.groupby(some["customer_id"]):
        first, *later = sorted(set(own))
        for day in later:
            if first <= 40 and day // 7 < len(weeks):
                weeks[day // 7] += 1
    assert split.attrs["weekly_repeats"] == weeks


def test_expected_tracking_ends_where_the_forecast_of_new_customers_does(split):
    fit = BGNBD.fit(split)
    tracking = fit.check(split).tracking["model"].cumsum()
    start = split["T"].max() - split["T"]
    assert tracking[10] == pytest.approx(fit.expected_purchases(10 - start[start < 10]).sum())
    assert tracking[78] == pytest.approx(fit.expected_purchases(78 - start).sum())


def test_a_check_in_days_says_the_same_as_in_weeks(log, bgnbd):
    days = calibration_holdout(log, calibration_end="1997-09-30", observation_end="1998-06-30")
    check = BGNBD.fit(days).check(days)
    pd.testing.assert_frame_equal(check.tracking, bgnbd.tracking, rtol=1e-4)
    pd.testing.assert_frame_equal(check.frequencies, bgnbd.frequencies, rtol=1e-4)
    with pytest.raises(ValueError, match="holdout is in days and the model in weeks"):
        BGNBD(**WORLD.parameters, grain="week").check(days)


def test_small_cells_are_put_together_before_the_chi_square():
    cells = pd.DataFrame({"actual": [50, 20, 6, 4, 2, 1], "model": [48.0, 22, 6, 2.5, 2, 1]})  # 7 and 5.5 in the end
    value, df = _compare._chi_square(cells, 1)
    assert value == pytest.approx(4 / 48 + 4 / 22 + 1.5**2 / 5.5)
    assert df == 2
    few = pd.DataFrame({"actual": [3, 1], "model": [2.0, 1.5]})
    assert _compare._chi_square(few, 1) == (pytest.approx(0.5**2 / 3.5), -1)


def test_a_chi_square_of_one_degree_has_a_p_value(split):
    fit = BGNBD.fit(split).check(split, most=5).table.loc["frequencies: chi-square"]
    assert fit["df"] == 1
    assert fit["p_value"] == pytest.approx(2 * norm.sf(np.sqrt(fit["value"])))


def test_quartiles_of_spend_by_frequency(split, bgnbd):
    threes = split.loc[split["frequency"] == 3, "monetary_value"]
    row = bgnbd.spend_by_frequency.loc["3"]
    assert row["customers"] == 100
    assert row[["low", "median", "high"]].tolist() == pytest.approx(threes.quantile([0.25, 0.5, 0.75]).tolist())
    assert bgnbd.spend_by_frequency["customers"].sum() == 946
    without = BGNBD.fit(split).check(split.drop(columns="monetary_value"))
    assert without.spend_by_frequency is None
    assert np.isnan(without.table.loc["frequency and mean spend: correlation", "value"])


def test_a_check_shows_its_table(bgnbd):
    assert repr(bgnbd).splitlines()[2].split() == ["purchases,", "holdout", "1882", "1653", "-0.1215"]
    small = _compare.Check(*[None] * 5, table=pd.DataFrame({"p_value": [1.234567e-05, np.nan]}, index=["a", "b"]))
    assert repr(small).split() == ["p_value", "a", "1.235e-05", "b"]


def test_the_tables_of_a_check_say_what_they_count(bgnbd):
    tables = bgnbd.frequencies, bgnbd.tracking, bgnbd.by_frequency, bgnbd.spend_by_frequency
    assert [table.index.name for table in tables] == [
        "repeat purchases of a customer",
        "week",
        "purchases in the calibration period",
        "repeat purchases",
    ]
    counts = tables[0]["actual"], tables[2]["customers"], tables[3]["customers"]
    assert {count.dtype.kind for count in counts} == {"i"}


def test_a_check_of_counted_histories_is_that_of_the_customers(split):
    found, expected = WORLD.check(histories(split)), WORLD.check(split.drop(columns="monetary_value"))
    pd.testing.assert_frame_equal(found.table, expected.table)
    pd.testing.assert_frame_equal(found.by_frequency, expected.by_frequency)
    pd.testing.assert_frame_equal(found.tracking, expected.tracking)


def test_a_check_asks_for_the_purchases_by_week(split):
    bare = split.copy()
    bare.attrs = {}
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole sentence is compared below
        WORLD.check(bare)
    assert str(error.value) == (
        "holdout must be a table of transactions.calibration_holdout, which remembers the purchases by week; a merge "
        "or a file may lose them (holdout.attrs): pass the table as it came, or write holdout.attrs['weekly_repeats'] "
        "= transactions.weekly_repeats(log, ...), and attrs['grain']"
    )
    with pytest.raises(ValueError, match=r"^column 'monetary_value' of holdout must be at least 0"):
        WORLD.check(split.assign(monetary_value=-1.0))
    with pytest.raises(ValueError, match=r"^column 'customers' of holdout must be a whole number of at least 1"):
        WORLD.check(split.assign(customers=0))


def test_the_models_unit_serves_where_the_table_has_none(split):
    plain, weekly = split.copy(), BGNBD(**WORLD.parameters, grain="week")
    plain.attrs = {"weekly_repeats": split.attrs["weekly_repeats"]}
    pd.testing.assert_frame_equal(weekly.check(plain).tracking, weekly.check(split).tracking)


def test_what_is_the_same_has_a_correlation_of_1_and_what_does_not_vary_none():
    rise, level, customers = np.array([0.0, 1, 1]), np.ones(3), np.ones(3)
    assert _compare._correlation(rise, rise, customers) == pytest.approx(1)
    assert np.isnan([_compare._correlation(*pair, customers) for pair in ((rise, level), (level, rise))]).all()


# Several models


def test_compare_has_the_likelier_model_first(split):
    table = compare([ParetoNBD.fit(split), BGNBD.fit(split)], split)
    assert table.index.tolist() == ["BGNBD", "ParetoNBD"]
    assert table["log_likelihood"].tolist() == pytest.approx([-9582.4292, -9594.976], abs=1e-3)
    assert table["aic"].tolist() == pytest.approx([8 + 2 * 9582.4292, 8 + 2 * 9594.976], abs=1e-2)
    assert table["bic"].tolist() == pytest.approx((table["aic"] - 8 + 4 * np.log(2357)).tolist())
    assert table["special_case"].isna().all()


def test_compare_tests_a_model_against_its_special_case():
    """Four years of both cohorts of Fader & Hardie, as Fader et al. 2018 have it: the larger one need not be better."""
    for survivors, ratio, p_value, first in (
        ([1000, 869, 743, 653, 593], 4.77, 0.029, "BDW"),
        ([1000, 631, 468, 382, 326], 0.35, 0.553, "SBG"),
    ):
        table = compare([SBG.fit(survivors), BDW.fit(survivors)], survivors)
        row = table.loc["BDW"]
        assert (row["special_case"], round(row["likelihood_ratio"], 2), row["df"]) == ("SBG", ratio, 1)
        assert round(row["p_value"], 3) == p_value
        assert row["bic"] == pytest.approx(3 * np.log(1000) - 2 * row["log_likelihood"])
        assert table.index[0] == first
        assert np.isnan(table.loc["SBG", "likelihood_ratio"])


def test_compare_refuses_what_cannot_be_compared(split, log):
    fit, longer = BGNBD.fit(split), rfm_summary(log, grain="week")
    with pytest.raises(ValueError, match="summary is not what BGNBD was fitted on"):
        compare([fit, ParetoNBD.fit(longer)], longer)
    with pytest.raises(ValueError, match="summary is in days and the model in weeks"):
        compare([fit, ParetoNBD.fit(split)], rfm_summary(log))
    with pytest.raises(ValueError, match="the likelihoods of BGNBD and GammaGamma are of different data"):
        compare([fit, GammaGamma.fit(split)], split)
    with pytest.raises(ValueError, match="models must be fitted, but BGNBD was made from given parameters"):
        compare([fit, WORLD], split)


def test_gamma_gamma_counts_repeat_buyers(split):
    fit = GammaGamma.fit(split)
    assert compare([fit, fit], split)["bic"].tolist() == pytest.approx([3 * np.log(946) - 2 * fit.log_likelihood] * 2)
