"""The summary against the published CDNOW table, its conventions, and every way a log can be wrong."""

import datetime
import importlib.util
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from clvlib import _logs, models, records, transactions
from clvlib.transactions import calibration_holdout, histories, rfm_summary

PROPERTY = settings(deadline=None, max_examples=40)
DATASETS = Path(__file__).parents[1] / "datasets"


@pytest.fixture(scope="module")
def cdnow():
    return pd.read_csv(DATASETS / "cdnow.csv")


@pytest.fixture(scope="module")
def published():
    return pd.read_csv(DATASETS / "cdnow_summary.csv", index_col="customer_id")


def make_log(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "date", "amount"])


def half_up(values):
    """Rounding to cents as printed tables do it: 10.005 is 10.01."""
    return np.floor(values * 100 + 0.5 + 1e-9) / 100


# --- the published table -------------------------------------------------------------------------------------------


def test_cdnow_log_rebuilds_the_published_39_week_summary(cdnow, published):
    """Fader, Hardie & Lee 2005: 2,357 customers, 2,457 repeat purchases by 946 repeaters."""
    summary = rfm_summary(cdnow, grain="week", observation_end="1997-09-30")
    assert len(cdnow) == 6919
    assert len(summary) == 2357
    assert summary["frequency"].sum() == 2457
    assert (summary["frequency"] > 0).sum() == 946
    assert summary["frequency"].equals(published["frequency"])
    assert half_up(summary["recency"]).equals(published["recency"])
    assert half_up(summary["T"]).equals(published["T"])
    repeaters = summary["frequency"] > 0
    assert half_up(summary["monetary_value"])[repeaters].equals(published["monetary_value"][repeaters])


def test_cdnow_holdout_counts_the_purchases_of_the_next_39_weeks(cdnow, published):
    split = calibration_holdout(cdnow, grain="week", calibration_end="1997-09-30", observation_end="1998-06-30")
    assert split["holdout_frequency"].sum() == 1882
    assert split["holdout_frequency"].equals(published["holdout_frequency"])
    assert (split["holdout_T"] == 39).all()
    late = cdnow[cdnow["date"] > "1997-09-30"]
    assert split["holdout_spend"].sum() == pytest.approx(late["amount"].sum(), rel=1e-12)
    summary = rfm_summary(cdnow, grain="week", observation_end="1997-09-30")
    assert_frame_equal(split[summary.columns], summary)


def test_the_notes_of_a_split_tell_of_both_parts():
    log = make_log(
        ("ann", "2024-01-01", 10), ("ann", "2024-02-01", 20), ("ann", "2024-02-03", -20), ("bo", "2024-02-02", 0)
    )
    split = calibration_holdout(log, calibration_end="2024-01-31", refunds="net", zeros="drop", merge="month")
    assert split.loc["ann", ["holdout_frequency", "holdout_spend"]].tolist() == [0, 0]
    assert split.attrs["notes"] == [
        "Time is in days: recency from the first to the last purchase, T from the first purchase to 2024-01-31.",
        "monetary_value is the mean of the repeat purchases, the first left out: 1 one-time buyer without one (NaN).",
        "Purchases of a customer in the same month are one purchase: 1 row are 1 purchase, 0 rows merged.",
        "3 rows after 2024-01-31 left out.",
        "1 customer without a purchase up to 2024-01-31 not in the summary.",
        "Holdout, to 2024-02-03: Purchases of a customer in the same month are one purchase: "
        "1 row are 1 purchase, 0 rows merged.",
        "Holdout, to 2024-02-03: 1 row with a negative amount taken from earlier purchases (refunds='net'): "
        "1 purchase taken back whole, 0.00 without an earlier purchase.",
        "Holdout, to 2024-02-03: 1 row with amount 0 left out (zeros='drop').",
    ]


def test_cdnow_notes_count_the_zero_and_the_merged_rows(cdnow):
    notes = rfm_summary(cdnow, grain="week", observation_end="1997-09-30").attrs["notes"]
    assert notes == [
        "Time is in weeks: recency from the first to the last purchase, T from the first purchase to 1997-09-30.",
        "monetary_value is the mean of the repeat purchases, the first left out: "
        "1,411 one-time buyers without one (NaN).",
        "Purchases of a customer on the same day are one purchase: 4,960 rows are 4,814 purchases, 146 rows merged.",
        "8 rows with amount 0 counted as a purchase (zeros='count').",
        "1,959 rows after 1997-09-30 left out.",
    ]


def test_all_first_purchases_of_cdnow_lie_in_the_first_twelve_weeks_so_dropping_zeros_loses_first_purchases(cdnow):
    counted = rfm_summary(cdnow, observation_end="1997-09-30")
    dropped = rfm_summary(cdnow, observation_end="1997-09-30", zeros="drop")
    assert set(counted.index) - set(dropped.index) == set(cdnow.loc[cdnow["amount"] == 0, "customer_id"]) - set(
        cdnow.loc[(cdnow["amount"] > 0) & (cdnow["date"] <= "1997-09-30"), "customer_id"]
    )


# --- what peers get wrong ------------------------------------------------------------------------------------------

REFUNDED = make_log(("ann", "2024-01-01", 50), ("ann", "2024-01-11", 60), ("ann", "2024-01-21", -60))


def test_a_refund_is_no_purchase_and_the_notes_count_it():
    summary = rfm_summary(REFUNDED)
    assert summary.loc["ann"].tolist() == [1, 10, 20, 60]
    assert "1 row with a negative amount left out (refunds='drop')." in summary.attrs["notes"]


def test_a_refund_netted_takes_its_purchase_back():
    summary = rfm_summary(REFUNDED, refunds="net")
    assert summary.drop(columns="monetary_value").loc["ann"].tolist() == [0, 0, 20]
    assert (
        "1 row with a negative amount taken from earlier purchases (refunds='net'): "
        "1 purchase taken back whole, 0.00 without an earlier purchase."
    ) in summary.attrs["notes"]


def test_a_part_of_the_first_purchase_of_the_first_customer_may_be_taken_back():
    log = make_log(("ann", "2024-01-01", 50), ("ann", "2024-01-11", -20), ("bo", "2024-01-01", 7))
    summary = rfm_summary(log, refunds="net", include_first=True)
    assert summary["monetary_value"].tolist() == [30, 7]
    assert "0 purchases taken back whole, 0.00 without" in summary.attrs["notes"][3]


def test_a_refund_before_the_first_purchase_is_taken_from_none():
    log = make_log(("ann", "2024-01-01", -7), ("ann", "2024-01-02", 20), ("ann", "2024-01-03", 30))
    summary = rfm_summary(log, refunds="net", include_first=True)
    assert summary.loc["ann"].tolist() == [1, 1, 1, 25]
    assert "0 purchases taken back whole, 7.00 without an earlier purchase." in summary.attrs["notes"][3]


def test_a_purchase_of_nothing_is_not_taken_back_by_a_refund():
    log = make_log(("ann", "2024-01-01", 50), ("ann", "2024-01-05", 0), ("ann", "2024-01-09", -20))
    summary = rfm_summary(log, refunds="net", include_first=True)
    assert summary.loc["ann"].tolist() == [1, 4, 8, 15]
    assert summary.attrs["notes"][-1] == "1 row with amount 0 counted as a purchase (zeros='count')."
    dropped = rfm_summary(log, refunds="net", zeros="drop", include_first=True)
    assert dropped.loc["ann"].tolist() == [0, 0, 8, 30]
    assert dropped.attrs["notes"][-1] == "1 row with amount 0 left out (zeros='drop')."


def test_a_netted_refund_reaches_back_to_the_purchase_before_when_it_is_larger_than_the_last():
    log = make_log(("ann", "2024-01-01", 50), ("ann", "2024-01-11", 60), ("ann", "2024-01-21", 10))
    refund = make_log(("ann", "2024-01-25", -30), ("bo", "2024-01-01", -7), ("bo", "2024-01-02", 20))
    summary = rfm_summary(pd.concat([log, refund]), refunds="net")
    assert summary.loc["ann"].tolist() == [1, 10, 24, 40]
    assert summary.loc["bo"].drop("monetary_value").tolist() == [0, 0, 23]
    assert "1 purchase taken back whole, 7.00 without an earlier purchase." in summary.attrs["notes"][-1]


@pytest.mark.parametrize("unit", [1e-6, 1, 1e9])
def test_a_netted_refund_of_the_same_day_is_taken_from_that_days_purchase(unit):
    log = make_log(("ann", "2024-01-01", 50), ("ann", "2024-01-11", 0.1 * unit), ("ann", "2024-01-11", 0.2 * unit))
    summary = rfm_summary(pd.concat([make_log(("ann", "2024-01-11", -0.3 * unit)), log]), refunds="net")
    assert summary.loc["ann", "frequency"] == 0
    half = rfm_summary(pd.concat([make_log(("ann", "2024-01-11", -0.15 * unit)), log]), refunds="net")
    assert half.loc["ann", "monetary_value"] == pytest.approx(0.15 * unit)


def net_by_hand(rows):
    """What is left of one customer's purchases, by day, and the money that found no purchase; the latest pays first."""
    bought = {}
    for day, money in sorted(rows):
        if money > 0:
            bought[day] = bought.get(day, 0) + money
    left, lost = dict(bought), 0
    for day, money in rows:
        if money < 0:
            earlier = [each for each in bought if each <= day]
            left |= {max(earlier): left[max(earlier)] + money} if earlier else {}
            lost -= 0 if earlier else money
    debt = 0
    for day in sorted(left, reverse=True):
        left[day] -= debt
        debt = max(0, -left[day])
    return {day: money for day, money in left.items() if money > 0}, lost + debt


# --- a shop's own file: pieces, currencies, several formats, cancellations -----------------------------------------

FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]


def make_lines(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "date", "item", "pieces", "price"])


def matched(lines, **words):
    return rfm_summary(
        lines, amount="price", quantity="pieces", product="item", refunds="match", include_first=True, **words
    )


def test_pieces_times_price_in_two_currencies_and_two_formats_is_the_plain_log_of_their_amounts(cdnow):
    rng = np.random.default_rng(4)
    plain = cdnow.assign(date=pd.to_datetime(cdnow["date"]))
    pieces, in_usd = rng.integers(1, 5, len(plain)), rng.random(len(plain)) < 0.3
    shop = pd.DataFrame(
        {
            "who": plain["customer_id"],
            "when": plain["date"].dt.strftime("%Y-%m-%d").where(in_usd, plain["date"].dt.strftime("%d/%m/%Y")),
            "pieces": pieces,
            "price": plain["amount"] / pieces / np.where(in_usd, 0.8, 1),
            "unit": np.where(in_usd, "USD", "EUR"),
        }
    )
    columns = dict(customer="who", date="when", amount="price", quantity="pieces", currency="unit")
    words = dict(columns, rates={"EUR": 1, "USD": 0.8}, date_format=FORMATS)
    summary = rfm_summary(shop, **words, grain="week")
    expected = rfm_summary(plain, grain="week").rename_axis("who")
    assert_frame_equal(summary, expected)
    assert "Amounts are converted by rates: 'EUR' at 1 and 'USD' at 0.8." in summary.attrs["notes"]
    by_table = rfm_summary(shop, **dict(words, rates=pd.Series({"USD": 0.8, "EUR": 1.0, "CHF": 7})), grain="week")
    assert_frame_equal(by_table, summary)
    split = calibration_holdout(shop, **words, grain="week", calibration_end="1997-09-30")
    expected = calibration_holdout(plain, grain="week", calibration_end="1997-09-30").rename_axis("who")
    assert_frame_equal(split, expected)
    in_one = shop[~in_usd]
    assert_frame_equal(
        rfm_summary(in_one, **columns, date_format="%d/%m/%Y"),
        rfm_summary(plain[~in_usd]).rename_axis("who"),
    )


def test_a_cancellation_takes_back_the_latest_row_of_its_item_and_price_with_as_many_pieces():
    lines = make_lines(
        ("ann", "2024-01-01", "tea", 2, 5.0),
        ("ann", "2024-01-05", "tea", 2, 5.0),
        ("ann", "2024-01-09", "tea", 3, 5.0),
        ("ann", "2024-01-11", "tea", 2, 6.0),
        ("ann", "2024-01-13", "cup", 2, 5.0),
        ("ann", "2024-01-20", "tea", -2, 5.0),
    )
    summary = matched(lines)
    assert summary.loc["ann"].tolist() == [3, 12, 19, (10 + 15 + 12 + 10) / 4]
    assert (
        "1 row with a negative amount matched to earlier rows (refunds='match'): 1 row taken back whole, 0 in part."
        in summary.attrs["notes"]
    )
    netted = rfm_summary(lines, amount="price", quantity="pieces", refunds="net", include_first=True)
    assert netted.loc["ann", "recency"] == 10  # the last purchase pays, whatever it was


def test_pieces_that_match_no_row_whole_come_from_the_latest_rows():
    lines = make_lines(
        ("ann", "2024-01-01", "tea", 4, 5.0), ("ann", "2024-01-05", "tea", 3, 5.0), ("ann", "2024-01-09", "tea", -5, 5)
    )
    summary = matched(lines)
    assert summary.loc["ann"].tolist() == [0, 0, 8, 10]
    assert "1 row taken back whole, 1 in part." in summary.attrs["notes"][3]
    again = matched(pd.concat([lines, make_lines(("ann", "2024-01-10", "tea", -2, 5.0), ("bo", *lines.loc[0][1:]))]))
    assert again.index.tolist() == ["bo"]
    assert "1 customer without a purchase up to 2024-01-10 not in the summary." in again.attrs["notes"]


def test_a_cancellation_that_matches_nothing_is_left_out_and_named():
    lines = make_lines(
        ("ann", "2024-01-05", "tea", 2, 5.0),
        ("ann", "2024-01-04", "tea", -2, 5.0),  # before it was bought
        ("ann", "2024-01-06", "tea", -3, 5.0),  # more than were bought
        ("bo", "2024-01-06", "tea", -2, 5.0),  # somebody else
        ("ann", "2024-01-06", "fee", 1, -8.0),  # a negative price: a correction of no row
    ).set_axis(["r1", "r2", "r3", "r4", "r5"])
    summary = matched(lines)
    assert summary.loc["ann"].tolist() == [0, 0, 1, 10]
    assert summary.attrs["notes"][3:] == [
        "4 rows with a negative amount, 43.00 in all, left out: they match no earlier row "
        "(rows r2, r3, r4 and 1 more).",
        "1 customer without a purchase up to 2024-01-06 not in the summary.",
    ]


def test_without_pieces_and_product_the_whole_amount_must_match():
    log = make_log(("ann", "2024-01-01", 50), ("ann", "2024-01-11", 60), ("ann", "2024-01-21", 20))
    back = make_log(("ann", "2024-01-25", -50), ("ann", "2024-01-26", -30), ("ann", "2024-01-27", -50))
    summary = rfm_summary(pd.concat([log, back], ignore_index=True), refunds="match", include_first=True)
    assert summary.loc["ann"].tolist() == [1, 10, 16, 40]
    assert "2 rows with a negative amount, 80.00 in all, left out" in summary.attrs["notes"][4]
    assert "(rows 4 and 5)" in summary.attrs["notes"][4]


def test_a_free_piece_taken_back_is_no_purchase_of_nothing():
    lines = make_lines(
        ("ann", "2024-01-01", "tea", 2, 5.0), ("ann", "2024-01-03", "gift", 1, 0), ("ann", "2024-01-05", "gift", -1, 0)
    )
    assert matched(lines).loc["ann", "frequency"] == 0
    dropped = rfm_summary(lines, amount="price", quantity="pieces")
    assert dropped.loc["ann", ["frequency", "recency"]].tolist() == [1, 2]
    assert dropped.attrs["notes"][3:] == [
        "1 row with a negative amount left out (refunds='drop').",
        "1 row with amount 0 counted as a purchase (zeros='count').",
    ]


def test_parts_of_a_piece_are_taken_back_whole_though_their_decimals_do_not_add_up():
    lines = make_lines(
        ("ann", "2024-01-01", "tea", 0.1, 5.0),
        ("ann", "2024-01-02", "tea", 0.2, 5.0),
        ("bo", "2024-01-09", "cup", 1, 1),
    )
    back = make_lines(("ann", "2024-01-03", "tea", -0.3, 5.0))
    assert matched(pd.concat([lines, back])).index.tolist() == ["bo"]


def test_a_cancellation_of_the_holdout_leaves_the_calibration_as_it_was_known_then():
    lines = make_lines(
        ("ann", "2024-01-01", "tea", 2, 5.0),
        ("ann", "2024-01-10", "tea", 1, 5.0),
        ("ann", "2024-02-01", "cup", 1, 4.0),
        ("ann", "2024-02-02", "cup", -1, 4.0),
        ("ann", "2024-02-03", "tea", -1, 5.0),
    )
    words = dict(amount="price", quantity="pieces", product="item", refunds="match")
    split = calibration_holdout(lines, **words, calibration_end="2024-01-31")
    assert split.loc["ann", ["frequency", "holdout_frequency", "holdout_spend"]].tolist() == [1, 0, 0]
    assert split.attrs["notes"][-1] == (
        "Holdout, to 2024-02-03: 1 row with a negative amount, 5.00 in all, left out: "
        "they match no earlier row (row 4)."
    )
    assert rfm_summary(lines, **words).loc["ann", "frequency"] == 0


def left_by_hand(rows):
    """Pieces left of each row; cancellations look back through the rows before them in time, one after another."""
    left = [pieces for *_, pieces in rows]
    order = sorted(range(len(rows)), key=lambda row: (rows[row][1], rows[row][3] < 0))
    for place, row in enumerate(order):
        who, _, item, pieces = rows[row]
        if pieces > 0:
            continue
        alike = [each for each in order[:place][::-1] if rows[each][::2] == (who, item) and rows[each][3] > 0]
        exact = [each for each in alike if left[each] == -pieces]
        if exact:
            left[exact[0]] = left[row] = 0
        elif sum(left[each] for each in alike) >= -pieces:
            for each in alike:
                part = min(left[each], -left[row])
                left[each] -= part
                left[row] += part
    return left


@PROPERTY
@given(
    st.lists(
        st.tuples(st.integers(1, 2), st.integers(1, 9), st.integers(1, 2), st.integers(-4, 4).filter(bool)),
        min_size=1,
        max_size=30,
    )
)
def test_matching_equals_a_plain_loop_over_cancellations(rows):
    who, day, item, pieces = (np.array(each) for each in zip(*rows, strict=True))
    assert _logs.left_of(who, day, item, pieces.astype(float)).tolist() == left_by_hand(rows)


@pytest.fixture(scope="module")
def year():
    """A file of two shops as the benchmark makes it, small; and the words for it."""
    path = DATASETS.parent / "benchmarks" / "messy_log.py"
    spec = importlib.util.spec_from_file_location("messy_log", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    file = io.StringIO(module.messy_log(rows=20_000).to_csv(index=False))
    return pd.read_csv(file, dtype={"customer_id": str}), module.WORDS


@pytest.mark.long
def test_a_messy_year_goes_from_file_to_ranked_table_and_its_money_adds_up(year):
    orders, words = year
    known = orders.dropna(subset="customer_id").drop_duplicates()
    (negative, alone) = records.check_log(known, **words, today="2024-12-31")
    assert "have a negative amount that matches no earlier row" in alone
    summary = rfm_summary(known, **words, grain="week", refunds="match", include_first=True)
    (left_out,) = (note for note in summary.attrs["notes"] if "match no earlier row" in note)
    assert left_out.split(" rows")[0] == alone.split(" rows")[0]
    assert 0 < int(alone.split(" rows")[0]) < int(negative.split(" rows")[0]) / 2
    unmatched = float(left_out.split("amount, ")[1].split(" in all")[0])
    money = (known["pieces"] * known["price"] * known["currency"].map(words["rates"])).sum()
    kept = (summary["monetary_value"] * (summary["frequency"] + 1)).sum()
    assert kept == pytest.approx(money + unmatched, abs=0.01)

    summary = rfm_summary(known, **words, grain="week", refunds="match")
    model, spend = models.BGNBD.fit(summary), models.GammaGamma.fit(summary)
    table = model.predict(summary, periods=52, spend_model=spend, margin_rate=0.3, rate=0.002).sort_values("rank")
    assert table.index[0] in set(known["customer_id"])
    assert table["clv"].is_monotonic_decreasing
    assert len(table) == len(summary)


def test_a_messy_year_without_its_words_is_refused_one_reason_after_the_other(year):
    orders, words = year
    known = orders.dropna(subset="customer_id")
    for log, without, reason in [
        (orders, {}, "column 'customer_id' of log is missing in"),
        (known, {"date_format"}, r"column 'date' of log is no date in .*\(a list, if in several ways\)$"),
        (
            known,
            {"rates"},
            "column 'currency' of log has 2 currencies, 'EUR' in .* rows and 'GBP' in .* rows: say what",
        ),
    ]:
        with pytest.raises(ValueError, match=reason):
            rfm_summary(log, **{word: each for word, each in words.items() if word not in without})


QUARTERS = st.integers(-30, 30).filter(bool).map(lambda number: number / 4)  # sums of them are exact
REFUND_ROWS = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 20), QUARTERS), min_size=1, max_size=25)


@PROPERTY
@given(rows=REFUND_ROWS)
def test_netting_equals_a_plain_loop_over_customers(rows):
    log = make_log(*rows, (9, 20, 1))
    log["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(100 * log["date"], unit="D")
    summary = rfm_summary(log, refunds="net", include_first=True)
    summary[["recency", "T"]] /= 100
    lost = 0
    for who in {who for who, _, _ in rows}:
        left, gone = net_by_hand([(day, money) for each, day, money in rows if each == who])
        lost += gone
        assert (who in summary.index) == bool(left)
        if left:
            mean = sum(left.values()) / len(left)
            expected = [len(left) - 1, max(left) - min(left), 20 - min(left), pytest.approx(mean)]
            assert summary.loc[who].tolist() == expected
    if (log["amount"] < 0).any():
        assert f" {lost:.2f} without an earlier purchase." in summary.attrs["notes"][3]


@pytest.mark.long
@PROPERTY
@given(rows=REFUND_ROWS)
def test_netted_money_is_what_came_in_less_what_went_back(rows):
    log = make_log(*[(who, datetime.date(2024, 1, day), money) for who, day, money in rows], ("z", "2024-01-01", 1))
    log["customer_id"] = log["customer_id"].astype(str)
    summary = rfm_summary(log, refunds="net", include_first=True)
    kept = (summary["monetary_value"] * (summary["frequency"] + 1)).sum()
    lost = float(summary.attrs["notes"][3].split()[-5]) if (log["amount"] < 0).any() else 0.0
    assert kept == pytest.approx(log["amount"].sum() + lost)
    assert (summary["monetary_value"] > 0).all()


def test_weeks_are_exact_and_no_purchase_is_merged_by_them():
    """A peer's weekly summary of CDNOW loses 209 of the 2,457 repeat purchases."""
    log = make_log(("ann", "2024-01-01", 10), ("ann", "2024-01-02", 20), ("ann", "2024-01-09", 30))
    summary = rfm_summary(log, grain="week", observation_end="2024-01-20")
    assert summary.loc["ann"].tolist() == [2, 8 / 7, 19 / 7, 25]


def test_merging_by_week_is_asked_for_and_counted(cdnow):
    merged = rfm_summary(cdnow, grain="week", observation_end="1997-09-30", merge="week")
    weeks = pd.to_datetime(cdnow["date"][cdnow["date"] <= "1997-09-30"]).dt.to_period("W")
    expected = weeks.groupby(cdnow["customer_id"]).nunique() - 1
    assert (merged["frequency"] == expected).all()
    assert merged["frequency"].sum() == 2216
    assert any("same week" in note and "387 rows merged" in note for note in merged.attrs["notes"])


def test_merging_by_month_dates_a_purchase_on_the_first_of_its_days():
    log = make_log(("ann", "2023-12-31", 10), ("ann", "2024-01-10", 20), ("ann", "2024-01-30", 30))
    summary = rfm_summary(log, merge="month", observation_end="2024-02-29")
    assert summary.loc["ann"].tolist() == [1, 10, 60, 50]


def test_dates_in_another_format_are_an_error_that_names_the_rows_and_are_read_when_it_is_given():
    log = make_log(("ann", "2024-01-31", 10), ("ann", "31/02/2024", 20), ("bo", "soon", 20), ("bo", "now", 20))
    with pytest.raises(ValueError, match=r"is no date in 3 of 4 rows \(rows 1, 2 and 3\), such as '31/02/2024'"):
        rfm_summary(log)
    british = make_log(("ann", "01/02/2024", 10), ("ann", "03/02/2024", 20))
    assert rfm_summary(british, date_format="%d/%m/%Y").loc["ann", "recency"] == 2


def test_a_one_time_buyer_has_no_monetary_value_unless_the_first_purchase_counts():
    log = make_log(("ann", "2024-01-01", 10), ("ann", "2024-01-02", 20), ("bo", "2024-01-02", 70))
    summary, with_first = rfm_summary(log), rfm_summary(log, include_first=True)
    assert summary["monetary_value"].isna().tolist() == [False, True]
    assert with_first["monetary_value"].tolist() == [15, 70]
    assert summary.attrs["notes"][1].endswith("the first left out: 1 one-time buyer without one (NaN).")
    assert with_first.attrs["notes"][1] == "monetary_value is the mean of all purchases, the first included."


# --- conventions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grain", "days"), [("day", 1), ("week", 7), ("month", 365.25 / 12), ("quarter", 365.25 / 4), ("year", 365.25)]
)
def test_time_is_days_over_the_unit(grain, days):
    log = make_log(("ann", "2024-01-01", 10), ("ann", "2024-04-01", 20))
    summary = rfm_summary(log, grain=grain, observation_end="2024-12-31")
    assert summary.loc["ann", ["recency", "T"]].tolist() == [91 / days, 365 / days]
    assert summary.attrs["grain"] == grain
    assert summary.attrs["notes"][0].startswith(f"Time is in {grain}s: ")
    split = calibration_holdout(log, grain=grain, calibration_end="2024-12-30", observation_end="2024-12-31")
    assert split.loc["ann", ["recency", "T", "holdout_T"]].tolist() == [91 / days, 364 / days, 1 / days]
    assert split.attrs["grain"] == grain


def test_the_last_day_of_observation_is_included_and_the_next_is_not():
    log = make_log(("ann", "2024-01-01", 10), ("ann", "2024-01-10 23:59", 20), ("ann", "2024-01-11 00:00", 30))
    summary = rfm_summary(log, observation_end="2024-01-10")
    assert summary.loc["ann"].tolist() == [1, 9, 9, 20]


def test_customers_without_a_purchase_are_left_out_and_counted():
    log = make_log((1, "2024-01-01", 10), (2, "2024-02-01", 10), (3, "2024-01-01", -10), (9, "2024-01-02", 5))
    summary = rfm_summary(log, observation_end="2024-01-31")
    assert summary.index.tolist() == [1, 9]
    assert summary.attrs["notes"][-1] == "2 customers without a purchase up to 2024-01-31 not in the summary."


def test_a_customer_of_dropped_zeros_alone_is_left_out_and_counted():
    log = make_log(("ann", "2024-01-01", 10), ("bo", "2024-01-01", 0))
    assert rfm_summary(log).index.tolist() == ["ann", "bo"]
    summary = rfm_summary(log, zeros="drop")
    assert summary.index.tolist() == ["ann"]
    assert summary.attrs["notes"][-1] == "1 customer without a purchase up to 2024-01-01 not in the summary."


def test_a_customer_who_comes_in_the_holdout_is_left_out_and_the_quiet_one_has_zeros():
    log = make_log(("ann", "2024-01-01", 10), ("bo", "2024-02-01", 10), ("bo", "2024-02-05", 5))
    split = calibration_holdout(log, calibration_end="2024-01-31")
    assert split.index.tolist() == ["ann"]
    assert split[["holdout_frequency", "holdout_spend", "holdout_T"]].loc["ann"].tolist() == [0, 0, 5]
    assert "1 customer without a purchase up to 2024-01-31 not in the summary." in split.attrs["notes"]
    assert split["holdout_frequency"].dtype == "int64"


def test_text_ids_with_gaps_between_them_keep_their_holdout():
    log = make_log(("C1", "2024-01-01", 1), ("C9", "2024-01-01", 9), ("C4", "2024-01-01", 4), ("C4", "2024-02-01", 40))
    split = calibration_holdout(log, calibration_end="2024-01-31")
    assert split["holdout_spend"].to_dict() == {"C1": 0, "C4": 40, "C9": 0}


def test_the_log_is_left_as_it_was(cdnow):
    before = cdnow.copy(deep=True)
    rfm_summary(cdnow, refunds="net", zeros="drop")
    assert_frame_equal(cdnow, before)


DAYS = pd.to_datetime(["2024-01-01 09:30", "2024-01-03 23:59", "2024-01-03 00:00", "2024-01-31 12:00"])


@pytest.mark.parametrize(
    "dates",
    [
        pd.Series(DAYS),
        pd.Series(DAYS.as_unit("s")),
        pd.Series(DAYS.as_unit("ns")).dt.tz_localize("Asia/Shanghai"),
        pd.Series(DAYS.strftime("%Y-%m-%d %H:%M:%S")),
        pd.Series(DAYS.strftime("%Y%m%d")),
        pd.Series(DAYS.strftime("%Y%m%d").astype(int)),
        pd.Series(DAYS.strftime("%Y/%m/%d")).astype("category"),
        pd.Series(["2024-1-1T09:30+08:00", "2024-1-3T23:59-05:00", " 2024-1-3", "2024-1-31 12:00Z"]),
        pd.Series([day.date() for day in DAYS], dtype=object),
        pd.Series(list(DAYS), dtype=object),
    ],
    ids=lambda dates: str(dates.dtype),
)
def test_every_way_to_hold_dates_gives_the_same_summary(dates):
    log = pd.DataFrame({"customer_id": ["a", "a", "a", "b"], "date": dates, "amount": [1.0, 2.0, 3.0, 4.0]})
    summary = rfm_summary(log)
    assert summary["frequency"].tolist() == [1, 0]
    assert summary["recency"].tolist() == [2, 0]
    assert summary["T"].tolist() == [30, 0]
    assert summary.loc["a", "monetary_value"] == 5


@pytest.mark.parametrize(
    "ids",
    [
        [3, 1, 3, 2],
        np.array([3, 1, 3, 2], dtype=np.uint8),
        np.array([100, -100, 100, 0], dtype=np.int8),
        [3_000_000_000_000, 1, 3_000_000_000_000, 2],
        np.array([2**63 + 2, 2**63, 2**63 + 2, 2**63 + 1], dtype=np.uint64),
        [3.0, 1.0, 3.0, 2.0],
        ["c", "a", "c", "b"],
        pd.Categorical(["c", "a", "c", "b"], categories=["c", "b", "a"]),
        pd.array([3, 1, 3, 2], dtype="Int64"),
        pd.to_datetime(["2024-03-01", "2024-01-01", "2024-03-01", "2024-02-01"]),
    ],
    ids=lambda ids: str(getattr(ids, "dtype", type(ids[0]).__name__)),
)
def test_every_kind_of_id_gives_the_same_summary_sorted_by_it(ids):
    log = pd.DataFrame({"customer_id": ids, "date": pd.to_datetime("2024-01-01"), "amount": [1.0, 2.0, 3.0, 4.0]})
    log["date"] += pd.to_timedelta([0, 1, 2, 3], unit="D")
    summary = rfm_summary(log)
    assert summary["frequency"].tolist() == [0, 0, 1]
    assert summary["T"].tolist() == [2, 0, 3]
    assert summary.index.name == "customer_id"
    assert list(summary.index) == sorted(set(ids))
    kind = log["customer_id"].dtype
    assert summary.index.dtype == (kind.categories.dtype if isinstance(kind, pd.CategoricalDtype) else kind)


def test_amounts_may_be_whole_decimal_or_nullable():
    from decimal import Decimal

    rows = [("ann", "2024-01-01"), ("ann", "2024-01-02")]
    for amounts in ([1, 2], [Decimal("1.5"), Decimal("2")], pd.array([1, 2], dtype="Int64"), pd.Series([1, 2.0])):
        log = pd.DataFrame(rows, columns=["customer_id", "date"]).assign(amount=amounts)
        assert rfm_summary(log).loc["ann", "monetary_value"] == 2


@st.composite
def logs(draw):
    rows = draw(
        st.lists(
            st.tuples(st.integers(-3, 6), st.integers(0, 60), st.integers(-2, 40)),
            min_size=1,
            max_size=40,
        )
    )
    log = make_log(*rows, (0, 0, 5))
    log["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(log["date"], unit="D")
    log["amount"] = log["amount"] / 4  # sums are exact, so equality can be
    return log


OPTIONS = st.fixed_dictionaries(
    {
        "refunds": st.sampled_from(["drop", "net"]),
        "zeros": st.sampled_from(["count", "drop"]),
        "merge": st.sampled_from(["day", "week", "month"]),
        "include_first": st.booleans(),
        "grain": st.sampled_from(["day", "week"]),
    }
)


@pytest.mark.long
@PROPERTY
@given(log=logs(), options=OPTIONS, seed=st.integers(0, 2**32 - 1))
def test_the_summary_does_not_depend_on_row_order(log, options, seed):
    log.loc[len(log)] = [0, pd.Timestamp("2023-01-01"), 1000.0]
    shuffled = log.sample(frac=1, random_state=seed)
    assert_frame_equal(rfm_summary(shuffled, **options), rfm_summary(log, **options), check_exact=True)


@pytest.mark.long
@PROPERTY
@given(log=logs(), options=OPTIONS, text=st.booleans())
def test_the_summary_of_a_log_split_by_customer_is_the_split_summary(log, options, text):
    if text:
        log["customer_id"] = "c" + (log["customer_id"] + 5).astype(str)
    each = log.groupby("customer_id")["customer_id"].transform("first").drop_duplicates()
    first = pd.DataFrame({"customer_id": each, "date": pd.Timestamp("2023-01-01"), "amount": 1000.0})
    log = pd.concat([log, first], ignore_index=True)
    options["observation_end"] = "2024-02-20"
    parts = [rfm_summary(part, **options) for _, part in log.groupby("customer_id")]
    assert_frame_equal(pd.concat(parts), rfm_summary(log, **options), check_exact=True)


@pytest.mark.long
@PROPERTY
@given(names=st.lists(st.text("az09~é ", min_size=1, max_size=18).filter(str.strip), min_size=1, max_size=30))
def test_text_ids_give_one_summary_whether_short_long_or_stored_as_objects(names):
    log = pd.DataFrame({"customer_id": names, "date": "2024-01-01", "amount": 1.5})
    log["date"] = pd.to_datetime(log["date"]) + pd.to_timedelta(np.arange(len(log)), unit="D")
    summary = rfm_summary(log)
    by_object = rfm_summary(log.astype({"customer_id": object}))
    assert_frame_equal(summary, by_object, check_index_type=False, check_exact=True)
    assert summary.index.tolist() == sorted(set(names))


@pytest.mark.parametrize("prefix", ["", "C"])
@pytest.mark.parametrize("length", [1, 9, 12, 15, 16, 40])
def test_ids_of_any_characters_and_length_are_told_apart_and_sorted(prefix, length):
    """Short ones are read as numbers: ten places of 90 characters would not fit into one."""
    rng = np.random.default_rng(length)
    ids = [prefix + "".join(row) for row in rng.choice([chr(code) for code in range(33, 123)], (300, length))]
    ids += [each[:-1] + chr(ord(each[-1]) + 1) for each in ids]
    log = pd.DataFrame({"customer_id": ids, "date": pd.Timestamp("2024-01-01"), "amount": np.arange(600.0)})
    summary = rfm_summary(log, include_first=True)
    assert summary.index.tolist() == sorted(set(ids))
    assert summary["monetary_value"].tolist() == log.groupby("customer_id")["amount"].sum().tolist()


def test_long_ids_that_differ_at_their_end_are_told_apart():
    log = pd.DataFrame({"customer_id": [f"customer-number-{n:07}" for n in (2, 1, 2)], "date": "2024-01-01"})
    summary = rfm_summary(log.assign(amount=[1.0, 5.0, 3.0]), include_first=True)
    assert summary["monetary_value"].to_dict() == {"customer-number-0000001": 5, "customer-number-0000002": 4}


@pytest.mark.long
@PROPERTY
@given(log=logs())
def test_the_summary_equals_a_plain_loop_over_customers(log):
    summary = rfm_summary(log, observation_end="2024-03-05")
    expected = {}
    for customer, rows in log[log["amount"] >= 0].groupby("customer_id"):
        days = rows.groupby("date")["amount"].sum()
        mean = days.iloc[1:].mean() if len(days) > 1 else np.nan
        first, last = days.index[0], days.index[-1]
        expected[customer] = (len(days) - 1, (last - first).days, (pd.Timestamp("2024-03-05") - first).days, mean)
    wanted = pd.DataFrame.from_dict(expected, orient="index", columns=["frequency", "recency", "T", "monetary_value"])
    assert_frame_equal(summary, wanted, check_names=False, check_dtype=False, rtol=1e-14)


@pytest.mark.long
@PROPERTY
@given(log=logs(), options=OPTIONS)
def test_frequency_recency_and_t_are_consistent(log, options):
    log.loc[len(log)] = [0, pd.Timestamp("2023-01-01"), 1000.0]
    summary = rfm_summary(log, **options)
    assert (summary["frequency"] >= 0).all()
    assert (summary["recency"].between(0, summary["T"])).all()
    assert ((summary["frequency"] == 0) == (summary["recency"] == 0)).all()
    assert options["include_first"] or (summary["monetary_value"].isna() == (summary["frequency"] == 0)).all()


@pytest.mark.parametrize(("last", "weeks"), [("2024-01-13", [1]), ("2024-01-14", [1, 2]), ("2024-01-15", [1, 2])])
def test_a_week_is_counted_when_it_has_seven_days(last, weeks):
    days = ["2024-01-01", "2024-01-02", "2024-01-08", "2024-01-09"]
    log = make_log(*[("ann", day, 10) for day in days], ("bo", last, 10))
    split = calibration_holdout(log, calibration_end="2024-01-05")
    assert split.attrs["weekly_repeats"] == weeks


def test_histories_count_the_customers_who_are_alike():
    log = make_log(*[(who, day, 5) for who in ("ann", "bo", "cy") for day in ("2024-01-01", "2024-01-08")][:-1])
    summary = rfm_summary(log, grain="week")
    counts = histories(summary)
    assert counts.to_dict("list") == {"frequency": [0, 1], "recency": [0, 1], "T": [1, 1], "customers": [1, 2]}
    assert counts.attrs == histories(summary, grain="week").attrs == {"grain": "week"}
    spend = histories(summary[summary["frequency"] > 0], of="spend")
    assert spend.to_dict("list") == {"frequency": [1], "monetary_value": [5], "customers": [2]}
    plain = pd.DataFrame(summary.to_dict("list"))
    assert histories(plain).attrs == {}
    assert histories(plain, grain="week").attrs == {"grain": "week"}


# --- bad calls -----------------------------------------------------------------------------------------------------


def test_the_error_names_the_rows_by_their_labels():
    log = make_log(*[("ann", "2024-01-01", 1.0)] * 5)
    log.index = ["r1", "r2", "r3", "r4", "r5"]
    log.loc[["r1", "r3", "r4", "r5"], "amount"] = np.nan
    with pytest.raises(
        ValueError, match=r"'amount' of log is missing in 4 of 5 rows \(rows r1, r3, r4 and 1 more\): fill"
    ):
        rfm_summary(log)


GOOD = make_log(("ann", "2024-01-01", 10), ("ann", "2024-01-03", 20), ("bo", "2024-01-02", 5))


def test_the_holdout_starts_inside_the_log():
    assert calibration_holdout(GOOD, calibration_end="2024-01-01")["holdout_frequency"].tolist() == [1]
    assert calibration_holdout(GOOD, calibration_end="2024-01-02")["holdout_T"].tolist() == [1, 1]
    with pytest.raises(ValueError, match=r"must be before observation_end \(2024-01-03\), got 2024-01-03$"):
        calibration_holdout(GOOD, calibration_end="2024-01-03")
    with pytest.raises(ValueError, match=r"must be before observation_end \(2024-01-02\), got 2024-01-03$"):
        calibration_holdout(GOOD, calibration_end="2024-01-03", observation_end="2024-01-02")
    with pytest.raises(ValueError, match=r"calibration_end \(2023-12-31\) is before the first day of log"):
        calibration_holdout(GOOD, calibration_end="2023-12-31")
    for call in (rfm_summary, lambda log, **days: calibration_holdout(log, calibration_end="2024-01-02", **days)):
        with pytest.raises(
            ValueError, match=r"^observation_end \(2023-12-31\) is before the first day of log \(2024-01-01"
        ):
            call(GOOD, observation_end="2023-12-31")
    assert len(rfm_summary(GOOD, observation_end="2024-01-01")) == 1


def test_the_advice_on_dates_depends_on_whether_their_format_was_said():
    with pytest.raises(ValueError, match="or say how dates are written with date_format="):
        rfm_summary(GOOD.assign(date="1/2/2024"))
    with pytest.raises(ValueError, match=r"date_format='%d/%m/%Y' does not fit them$"):
        rfm_summary(GOOD, date_format="%d/%m/%Y")


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        (["ann", " ", ""], r"missing in 2 of 3 rows \(rows 1 and 2\)"),
        (["a name of more than 16 characters", " ", ""], r"missing in 2 of 3 rows \(rows 1 and 2\)"),
        (["ann", None, "bo"], r"missing in 1 of 3 rows \(row 1\)"),
        ([1, "1", 2], "mixes kinds of ids, such as text and numbers"),
        (["ann", ("bo",), "cy"], "mixes kinds of ids, such as text and numbers"),
        ([["ann"], ["bo"], ["cy"]], r"is no name in 3 of 3 rows.*: write one number or text"),
    ],
)
def test_customers_without_an_id_or_with_ids_of_two_kinds_are_refused(ids, sentence):
    with pytest.raises(ValueError, match=sentence):
        rfm_summary(GOOD.assign(customer_id=pd.Series(ids)))


def test_three_columns_are_three():
    with pytest.raises(ValueError, match="customer, date, amount must be different columns of log"):
        rfm_summary(GOOD.assign(customer_id=1), amount="customer_id")


def test_a_log_of_refunds_has_no_summary():
    with pytest.raises(ValueError, match="log has no purchase up to 2024-01-03: every row is a refund"):
        rfm_summary(GOOD.assign(amount=-1))
    with pytest.raises(ValueError, match="log has no purchase up to 2024-01-01"):
        rfm_summary(make_log(("ann", "2024-01-01", -1), ("ann", "2024-01-02", 5)), observation_end="2024-01-01")


def test_all_of_it_may_be_imported_from_transactions_too():
    names = ["PLACEHOLDERS", "check_log", "completeness", "find_duplicates"]
    assert sorted(transactions.__all__) == sorted(
        [*names, "calibration_holdout", "histories", "rfm_summary", "weekly_repeats"]
    )
    assert all(getattr(transactions, name) is getattr(records, name) for name in names)


def test_ids_may_lie_far_apart_on_both_sides_of_zero():
    log = pd.DataFrame({"customer_id": [10**12, -(10**12), 10**12], "date": ["2024-01-01"] * 2 + ["2024-01-03"]})
    assert rfm_summary(log.assign(amount=1))["frequency"].to_dict() == {-(10**12): 0, 10**12: 1}
