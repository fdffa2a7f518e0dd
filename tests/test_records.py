"""What is wrong with a log or a customer list: every problem gets its sentence, every copy its pair."""

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clvlib import records
from clvlib.records import check_log, completeness, find_duplicates
from clvlib.transactions import calibration_holdout, rfm_summary

PROPERTY = settings(deadline=None, max_examples=40)
DATASETS = Path(__file__).parents[1] / "datasets"


def make_log(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "date", "amount"])


# --- check_log -----------------------------------------------------------------------------------------------------


def test_a_clean_log_has_no_problem():
    log = make_log(*[(f"c{i % 3}", f"2024-01-{i + 1:02}", 10.0 + i) for i in range(20)])
    assert check_log(log, today="2024-06-30") == []


def test_the_problems_of_cdnow_are_its_zeros_and_repeated_rows():
    cdnow = pd.read_csv(DATASETS / "cdnow.csv")
    repeated = int(cdnow.duplicated().sum())
    zeros = cdnow.index[cdnow["amount"] == 0]
    assert check_log(cdnow, today="1998-06-30") == [
        f"8 rows have amount 0 (rows {zeros[0]}, {zeros[1]}, {zeros[2]} and 5 more).",
        *[problem for problem in check_log(cdnow, today="1998-06-30") if "same value" in problem],
    ]
    assert any(problem.startswith(f"{repeated} rows have the same value") for problem in check_log(cdnow))


def test_each_problem_gets_its_sentence_with_its_rows():
    log = pd.DataFrame(
        [
            ("c1", "2024-01-01", "10.00"),
            ("C1", "2024-01-02", "¥1,200"),
            (" c1", "2024/01/03", "free"),
            ("-", "2024-01-04", "20"),
            ("c2", "2024-01-05", "-5"),
            ("c2", "", "0"),
            ("c3", "2025-01-01", None),
            ("c3", "2024-03-01", "N/A"),
            ("c4", "5 Mar 2024", "7"),
            ("c5", "2024-01-06", "8"),
            ("c5", "2024-01-06", "8"),
        ],
        columns=["who", "when", "paid"],
        index=range(2, 13),  # as a spreadsheet numbers the rows under a heading
    )
    assert check_log(log, "who", "when", "paid", today="2024-06-30") == [
        "1 row has no who (row 5), such as '-'.",
        "3 rows have an id differing from another only in case, spaces or type (rows 2, 3 and 4), "
        "such as 'c1' and 'C1'.",
        "1 row has no when (row 7), such as ''.",
        "1 row has a date that cannot be read (row 10), such as '5 Mar 2024': "
        "give date_format, a list for several ways.",
        "when is written in 3 ways: 8 rows like '2024-01-01', 1 row like '2024/01/03', 1 row like '5 Mar 2024'.",
        "1 row has a date in the future (row 8), such as '2025-01-01'.",
        "1 long gap in time; the longest is 54 days without a row, from 2024-01-07 to 2024-02-29.",
        "2 rows have no paid (rows 8 and 9).",
        "7 rows have an amount that is a number in text (rows 2, 5, 6 and 4 more), such as '10.00'.",
        "1 row has an amount with text around it, a currency sign, comma or unit (row 3), such as '¥1,200'.",
        "1 row has an amount that is no number (row 4), such as 'free'.",
        "1 row has a negative amount (row 6), such as '-5'.",
        "1 row has amount 0 (row 7).",
        "1 row has the same value as an earlier row in every column (row 12).",
    ]


def test_a_number_and_its_text_are_reported_as_one_id_in_two_types():
    log = make_log((7, "2024-01-01", 1), ("7", "2024-01-02", 1))
    (problem,) = check_log(log)
    assert problem.endswith("such as 7 and '7'.")


def test_an_id_with_a_space_inside_is_reported_with_the_one_without():
    (problem,) = check_log(make_log(("C 12", "2024-01-01", 1), ("c12", "2024-01-02", 1)))
    assert problem.endswith("such as 'C 12' and 'c12'.")


def test_dates_are_written_in_one_way_whatever_their_time_of_day():
    days = ["2024-01-01", "2024-1-02 9:30", "2024-01-03T10:00:01"]
    assert check_log(make_log(*[(1, day, n) for n, day in enumerate(days, 1)])) == []
    mixed = make_log((1, "2024-01-01", 1), (1, datetime.date(2024, 1, 2), 2), (1, "2024/01/03", 3))
    assert check_log(mixed) == ["date is written in 2 ways: 2 rows like '2024-01-01', 1 row like '2024/01/03'."]


@pytest.mark.parametrize("zone", [None, "Asia/Shanghai"])
def test_dates_that_are_no_text_may_be_missing_and_lie_in_the_future(zone):
    log = make_log((1, "2024-01-01 23:30", 1), (1, None, 2), (1, "2024-01-03 00:30", 3), (1, "2024-01-03 00:30", 3))
    log["date"] = pd.to_datetime(log["date"]).dt.tz_localize(zone)
    assert check_log(log, today="2024-01-02") == [
        "1 row has no date (row 1).",
        f"2 rows have a date in the future (rows 2 and 3), such as {log['date'][2]}.",
        "1 row has the same value as an earlier row in every column (row 3).",
    ]


def test_dates_are_read_as_their_format_says():
    log = make_log((1, "31/01/2024", 1), (1, "01/02/2024", 2))
    assert check_log(log, date_format="%d/%m/%Y") == []
    assert check_log(log.assign(date=pd.to_datetime(log["date"], dayfirst=True)), date_format="%d/%m/%Y") == []
    assert check_log(log) == [
        "2 rows have a date that cannot be read (rows 0 and 1), such as '31/01/2024': "
        "give date_format, a list for several ways."
    ]
    assert check_log(log, date_format="%d.%m.%Y") == [
        "2 rows have a date that cannot be read (rows 0 and 1), such as '31/01/2024': date_format does not fit."
    ]


def test_the_future_begins_after_today():
    log = make_log((1, "2024-01-01", 1), (1, "2024-01-02", 2))
    assert check_log(log, today="2024-01-02") == []
    assert check_log(log, today="2024-01-01") == ["1 row has a date in the future (row 1), such as '2024-01-02'."]
    tomorrow = pd.Timestamp.today().normalize() + pd.Timedelta(days=1)
    assert len(check_log(log.assign(date=[tomorrow - pd.Timedelta(days=2), tomorrow]))) == 1


@pytest.mark.parametrize(
    ("days", "gaps"),
    [
        ([0, 8], []),
        ([0, 1, 8], []),
        ([0, 1, 2, 12], []),
        ([0, 1, 2, 13], ["1 long gap in time; the longest is 10 days without a row, from 2024-01-04 to 2024-01-13."]),
        ([0, 4, 8, 48], []),
        ([0, 4, 8, 49], ["1 long gap in time; the longest is 40 days without a row, from 2024-01-10 to 2024-02-18."]),
        (
            [0, 1, 2, 20, 21, 22, 41],
            ["2 long gaps in time; the longest is 18 days without a row, from 2024-01-24 to 2024-02-10."],
        ),
    ],
)
def test_a_gap_is_longer_than_a_week_and_than_ten_usual_ones(days, gaps):
    log = make_log(*[(1, day, day + 1) for day in days])
    log["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(log["date"], unit="D")
    assert check_log(log, today="2024-12-31") == gaps


def test_an_infinite_and_a_negative_amount_are_reported_in_any_type():
    numbers = make_log(
        (1, "2024-01-01", np.inf), (1, "2024-01-02", -2.0), (1, "2024-01-03", 0.0), (1, "2024-01-04", np.nan)
    )
    said = [
        "1 row has no amount (row 3).",
        "1 row has a negative amount (row 1), such as -2.0.",
        "1 row has amount 0 (row 2).",
        "1 row has an infinite amount (row 0), such as inf.",
    ]
    assert check_log(numbers) == said
    assert check_log(numbers.astype({"amount": object})) == said


def test_a_log_of_empty_cells_has_nothing_but_missing_cells():
    problems = check_log(make_log(("", "", ""), (None, None, None)))
    assert [problem.split(" (")[0] for problem in problems] == [
        "2 rows have no customer_id",
        "2 rows have no date",
        "2 rows have no amount",
    ]


def test_the_problems_of_a_log_do_not_stop_the_check_but_stop_the_summary():
    log = make_log((None, None, None), ("a", 5, "x"), ("b", "2024-01-01", np.inf))
    assert len(check_log(log)) >= 5
    with pytest.raises(ValueError, match=r"^column 'customer_id' of log is missing in 1 of 3 rows"):
        rfm_summary(log)


WORDS = dict(
    amount="price",
    quantity="pieces",
    currency="unit",
    rates={"EUR": 1, "USD": 0.9},
    product="item",
    date_format=["%Y-%m-%d", "%d/%m/%Y"],
)


def make_shop_log(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "date", "item", "pieces", "price", "unit"])


def test_a_shop_log_that_its_words_explain_has_no_problem_but_what_it_took_back():
    log = make_shop_log(
        ("ann", "2024-01-01", "tea", 2, 5.0, "EUR"),
        ("ann", "03/01/2024", "tea", -2, 5.0, "EUR"),
        ("bo", "2024-01-03", "cup", 6, 4.0, "USD"),
        ("bo", "05/01/2024", "cup", -2, 4.0, "USD"),
    )
    log.loc[1, "pieces"], log.loc[0, "pieces"], log["price"] = -3, 3, log["price"].replace(5.0, 1.15)
    assert check_log(log, **WORDS, today="2024-06-30") == [
        "2 rows have a negative amount (rows 1 and 3), such as -3.45."
    ]


def test_what_the_words_do_not_explain_is_reported_with_its_rows():
    log = make_shop_log(
        ("ann", "31/01/2024", "tea", "2", 5.0, "EUR"),
        ("ann", "2024-02-01", "tea", -3, 5.0, "EUR"),  # more than she bought
        ("ann", "2024-02-01", "cup", -2, 5.0, "EUR"),  # another product
        ("ann", "2024-02-01", "tea", -2, 4.0, "EUR"),  # another price
        ("ann", "2024-02-01", "tea", -2, 5.0, "USD"),  # another currency
        ("bo", "2024-02-01", "tea", -2, 5.0, "EUR"),  # another customer
        ("ann", "30/01/2024", "tea", -2, 5.0, "EUR"),  # before it
        ("ann", "1.2.2024", "tea", -2, 5.0, "CHF"),
        (None, "2024-02-01", "tea", "a few", -1, None),
        ("bo", "2024-02-02", "tea", -1, -5.0, "EUR"),
        ("bo", "2024-02-02", "tea", 0, 5.0, "EUR"),
    )
    assert check_log(log, **WORDS, today="2024-06-30") == [
        "1 row has no customer_id (row 8).",
        "1 row has a date that cannot be read (row 7), such as '1.2.2024': date_format does not fit.",
        "date is written in 3 ways: 8 rows like '2024-02-01', 2 rows like '31/01/2024', 1 row like '1.2.2024'.",
        "1 row has a quantity that is a number in text (row 0), such as '2'.",
        "1 row has a quantity that is no number (row 8), such as 'a few'.",
        "1 row has a negative quantity at a negative price (row 9), such as -1.",
        "7 rows have a negative amount (rows 1, 2, 3 and 4 more), such as -15.0.",
        "1 row has amount 0 (row 10).",
        "1 row has no unit (row 8).",
        "1 row has a currency that is not in rates (row 7), such as 'CHF'.",
        "6 rows have a negative amount that matches no earlier row (rows 1, 2, 3 and 3 more).",
    ]


@pytest.mark.long
@pytest.mark.parametrize(
    ("amount", "pieces"), [("price", "pieces"), ("UnitPrice", "Quantity"), ("单价", "数量"), ("price", "Qty sold")]
)
def test_a_price_of_one_piece_without_its_pieces_is_told(amount, pieces):
    log = pd.DataFrame(
        {"customer_id": ["a", "b"], "date": ["2024-01-01", "2024-01-02"], amount: [4.0, 5.0], pieces: [2, 1]}
    )
    sentence = f"{amount} is taken as what a row cost: if it is the price of one piece, add quantity={pieces!r}."
    words = {"amount": amount, "today": "2024-06-30"}
    assert check_log(log, **words) == [sentence]
    assert check_log(log, **words, quantity=pieces) == []
    assert check_log(log.rename(columns={pieces: "size"}), **words) == []
    assert check_log(log.astype({pieces: str}), **words) == []
    own = log.rename(columns={amount: "units price", pieces: "size"})
    assert check_log(own, amount="units price", today="2024-06-30") == []
    assert check_log(log.rename(columns={amount: "paid"}), amount="paid", today="2024-06-30") == []
    assert sentence in rfm_summary(log, amount=amount).attrs["notes"]
    assert sentence in calibration_holdout(log, amount=amount, calibration_end="2024-01-01").attrs["notes"]
    assert sentence not in rfm_summary(log, amount=amount, quantity=pieces).attrs["notes"]


def test_a_price_in_text_is_named_so_and_one_with_a_currency_sign_still_tells_a_refund():
    log = make_log((1, "2024-01-01", "10"), (1, "2024-01-02", "-5 €"), (1, "2024-01-03", -1)).assign(pieces=[1, 1, 0])
    assert check_log(log, quantity="pieces") == [
        "1 row has a price that is a number in text (row 0), such as '10'.",
        "1 row has a price with text around it, a currency sign, comma or unit (row 1), such as '-5 €'.",
        "1 row has a negative amount (row 1), such as -5.0.",
        "1 row has amount 0 (row 2).",
        "1 row has a negative amount that matches no earlier row (row 1).",
    ]


def test_currencies_without_rates_are_named_and_one_currency_is_none():
    log = make_log((1, "2024-01-01", 1), (1, "2024-01-02", 2), (1, "2024-01-03", 3)).assign(unit=["USD", "EUR", "EUR"])
    assert check_log(log, currency="unit") == [
        "unit has 2 currencies, 'EUR' in 2 rows and 'USD' in 1 row: amounts cannot be added without rates."
    ]
    assert check_log(log[1:], currency="unit") == []
    assert check_log(log.assign(unit=["-", "EUR", "EUR"]), currency="unit") == [
        "1 row has no unit (row 0), such as '-'."
    ]
    many = make_log(*[(n, "2024-01-01", n) for n in range(1, 7)]).assign(unit=list("ABCDEF"))
    assert "6 currencies, 'A' in 1 row, 'B' in 1 row, 'C' in 1 row, 'D' in 1 row and others:" in str(
        check_log(many, currency="unit")
    )


def test_a_date_with_several_days_is_shown_with_each_of_them_and_never_chosen():
    log = make_log((1, "31/01/2024", 1), (1, "02/03/2024", 2), (1, "01/31/2024", 3))
    assert check_log(log, date_format=["%d/%m/%Y", "%m/%d/%Y"], today="2024-02-29") == [
        "1 row has a date with several days (row 1), such as '02/03/2024': "
        "it is 2024-03-02 by '%d/%m/%Y' and 2024-02-03 by '%m/%d/%Y'.",
    ]


def test_repeated_rows_are_those_of_pandas_in_any_kind_of_column():
    rng = np.random.default_rng(5)
    log = make_log(*[(f"c{n % 3}", "2024-01-01", 0.5 * (n % 7)) for n in range(60)])
    log["shop"], log["till"], log["paid"] = rng.choice([0.0, -0.0, np.nan], 60), rng.integers(0, 2, 60), [*"yn"] * 30
    log["tags"] = [["new"], "x", None] * 20  # lists cannot be compared by pandas, their text can
    log["day"] = pd.Timestamp("2024-01-01")
    repeated = log.astype({"tags": str}).duplicated()
    (problem,) = (each for each in check_log(log) if "same value" in each)
    assert problem.startswith(f"{repeated.sum()} rows have the same value as an earlier row in every column (rows ")
    assert str(repeated[repeated].index[0]) in problem


def test_ids_that_are_numbers_may_be_missing_and_are_never_placeholders():
    log = make_log((0, "2024-01-01", 1), (np.nan, "2024-01-02", 2), (5, "2024-01-03", 3))
    assert check_log(log) == [
        "1 row has no customer_id (row 1).",
        "customer_id is decimal numbers, such as 0.0: read it as text, dtype={'customer_id': str}.",
    ]
    assert check_log(log.astype({"customer_id": "Int64"})) == ["1 row has no customer_id (row 1)."]


# --- find_duplicates and completeness ------------------------------------------------------------------------------

PEOPLE = pd.DataFrame(
    {
        "name": ["Wang Wei", "WEI, WANG", "Wang Wei", "Li Na", "Zhang Min", "Zhang Mim"],
        "phone": ["138-0000-1111", "138 0000 1111", "13955556666", "-", "13700001234", "13700001234"],
        "city": ["上海", None, "北京", "上海", "N/A", "广州"],
    },
    index=list("abcdef"),
)


def test_one_customer_written_two_ways_is_found_and_two_of_one_name_are_not():
    pairs = find_duplicates(PEOPLE, ["name", "phone"])
    assert list(zip(pairs["left"], pairs["right"], strict=True)) == [("a", "b"), ("e", "f")]
    assert pairs["similarity"].tolist() == [100, pytest.approx((100 * 2 * 8 / 18 + 100) / 2)]
    assert pairs["compared"].tolist() == [2, 2]


def test_cells_that_say_nothing_are_not_compared():
    pairs = find_duplicates(PEOPLE)
    assert pairs["compared"].tolist() == [2, 2]
    blank = pd.DataFrame({"name": ["-", "-", "N/A"], "phone": ["000", "000", None]})
    assert find_duplicates(blank).empty
    assert list(find_duplicates(blank).columns) == ["left", "right", "similarity", "compared"]


def test_three_copies_are_three_pairs_numbered_from_0():
    pairs = find_duplicates(pd.DataFrame({"name": ["Li Na"] * 3}, index=["r1", "r2", "r3"]))
    assert pairs.index.tolist() == [0, 1, 2]
    assert pairs.index.name == "pair"
    assert pairs[["left", "right"]].to_numpy().tolist() == [["r1", "r2"], ["r1", "r3"], ["r2", "r3"]]


def test_a_column_of_text_and_numbers_is_text_and_one_of_numbers_is_not():
    people = pd.DataFrame({"name": ["Li Na", 7, 7], "visits": [1, 1, 1]})
    assert find_duplicates(people)["compared"].tolist() == [1]
    with pytest.raises(ValueError, match="customers has no text column to compare"):
        find_duplicates(people[["visits"]])


def test_a_pair_at_the_threshold_counts():
    names = pd.DataFrame({"name": ["abcdefghij", "abcdefghix"]})  # 2 * 9 / 20
    assert len(find_duplicates(names, threshold=90)) == 1
    assert find_duplicates(names, threshold=90.01).empty


def test_blocks_keep_the_pairs_inside_them_only():
    people = PEOPLE.assign(city=["x", "X ", "x", "x", "y", "z"])
    assert find_duplicates(people, ["name", "phone"], block="city")[["left", "right"]].to_numpy().tolist() == [
        ["a", "b"]
    ]
    copies = pd.DataFrame({"name": ["Li Na"] * 4, "city": ["x", "y", "x", "y"]})
    assert find_duplicates(copies, ["name"], block="city").index.tolist() == [0, 1]
    unknown = pd.DataFrame({"name": ["Li Na"] * 4, "city": ["-", None, "x", "y"]})
    assert find_duplicates(unknown, ["name"], block="city").empty


def random_people(number):
    rng = np.random.default_rng(3)
    letters = rng.choice(list("abcdefghijklmnopqrstuvwxyz"), (number, 12))
    return pd.DataFrame(
        {
            "name": ["".join(row[:5]) + " " + "".join(row[5:]) for row in letters],
            "phone": rng.integers(13_000_000_000, 13_999_999_999, number).astype(str),
            "email": ["".join(row) + "@example.com" for row in letters],
        }
    )


@pytest.mark.long
def test_every_planted_copy_among_2200_customers_is_found_and_nobody_else():
    people = random_people(2000)
    copies = people.iloc[:200].copy()
    copies["name"] = copies["name"].str.upper()
    copies["phone"] = "+86 " + copies["phone"]
    both = pd.concat([people, copies], ignore_index=True)
    pairs = find_duplicates(both)
    assert pairs[["left", "right"]].sort_values("left").to_numpy().tolist() == [[i, 2000 + i] for i in range(200)]


@PROPERTY
@given(
    names=st.lists(st.text("ab -", max_size=6), min_size=1, max_size=12),
    cut=st.integers(50, 99),
)
def test_the_pairs_are_those_of_a_plain_double_loop(names, cut):
    from rapidfuzz import fuzz

    table = pd.DataFrame({"name": names})
    cleaned = [" ".join(sorted(name.replace("-", "").split())) for name in names]
    expected = {
        (i, j)
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if cleaned[i] and cleaned[j] and fuzz.ratio(cleaned[i], cleaned[j]) >= cut
    }
    pairs = find_duplicates(table, ["name"], threshold=cut)
    assert set(zip(pairs["left"], pairs["right"], strict=True)) == expected
    assert pairs["similarity"].is_monotonic_decreasing


@pytest.mark.long
def test_large_lists_are_compared_in_slices_with_the_same_pairs():
    texts = [np.array(["ab", "ab", "cd", "ab", "cd"], dtype=object)] * 2
    whole = records._alike(np.arange(5), texts, 90)
    rows = np.tile(np.arange(5), 400)  # 2,000 rows: three slices
    many = records._alike(rows, texts, 90)
    assert len(whole) == 4
    assert len(many) == 1200 * 1199 // 2 + 800 * 799 // 2


def test_placeholders_do_not_fill_a_cell():
    table = pd.DataFrame(
        {
            "name": ["Wang Wei", "-", "N/A", " ", None],
            "phone": ["000", "13800001111", "?", "０００", "未知"],
            "visits": [0, 1, 2, 3, np.nan],
        }
    )
    by_column = completeness(table)
    assert by_column.loc["name"].tolist() == [0.2, 2, 2]
    assert by_column.loc["phone"].tolist() == [0.2, 0, 4]
    assert by_column.loc["visits"].tolist() == [0.8, 1, 0]
    assert by_column.loc["all columns"].tolist() == [0.4, 3, 6]
    assert completeness(table, by="row").name == "filled"
    assert completeness(table, by="row").tolist() == pytest.approx([2 / 3, 2 / 3, 1 / 3, 1 / 3, 0])
    assert completeness(table, ["phone"], placeholders=[]).loc["phone", "filled"] == 0.4


@pytest.mark.parametrize(
    "word",
    ["N/A", "na", "None", "NULL", "nan", "nil", "Unknown", "missing", "XXX", "无", "未知", "暂无", "不详", "--", "00"],
)
def test_a_placeholder_in_any_case_is_none_but_a_word_is_one(word):
    assert completeness(pd.DataFrame({"phone": [word, f"{word}1"]})).loc["phone"].tolist() == [0.5, 0, 1]
    assert check_log(make_log((word, "2024-01-01", 1.0), ("ann", "2024-01-02", 1.0))) == [
        f"1 row has no customer_id (row 0), such as {word!r}."
    ]
    assert find_duplicates(pd.DataFrame({"phone": [word, word]})).empty


def test_one_zero_is_a_number_and_own_placeholders_replace_the_list():
    table = pd.DataFrame({"phone": ["0", "n/a", "TBD"]})
    assert completeness(table)["placeholder"].tolist() == [1, 1]
    assert completeness(table, placeholders=["tbd"]).loc["phone"].tolist() == [pytest.approx(2 / 3), 0, 1]


@pytest.mark.long
@PROPERTY
@given(
    st.data(),
    st.integers(1, 6),
    st.integers(1, 4),
)
def test_shares_lie_between_0_and_1_and_the_rows_agree_with_the_columns(data, rows, columns):
    cell = st.sampled_from([None, "", "-", "000", "n/a", "Wang", 0, 1.5, np.nan])
    table = pd.DataFrame(
        {
            f"c{i}": pd.Series(data.draw(st.lists(cell, min_size=rows, max_size=rows)), dtype=object)
            for i in range(columns)
        }
    )
    by_column, by_row = completeness(table), completeness(table, by="row")
    assert by_column["filled"].between(0, 1).all()
    assert by_row.mean() == pytest.approx(by_column.loc["all columns", "filled"])
    counted = by_column["filled"] * rows + by_column["empty"] + by_column["placeholder"]
    assert counted.drop("all columns").tolist() == pytest.approx([rows] * columns)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12661020304", "12661020304"), ("126-6102-0304", "12661020304"), ("126 6102 0304", "12661020304"),
        ("+86 12661020304", "12661020304"), ("0086 (126) 6102-0304", "12661020304"), (12661020304, "12661020304"),
        ("１２６６１０２０３０４", "12661020304"), ("6102-0304", "missing"), ("000", "missing"), ("无", "missing"),
        (None, "missing"),
    ],
)  # fmt: skip
def test_a_telephone_number_has_one_form(written, number):
    customers = pd.DataFrame({"phone": pd.Series([written], index=[7], dtype=object)})
    found = records.telephone(customers)
    assert found.fillna("missing").to_dict() == {7: number}


def test_a_telephone_number_may_be_shorter_elsewhere():
    abroad = pd.DataFrame({"tel": ["+49 30 1234567", "12345"]})
    assert records.telephone(abroad, "tel", length=9).fillna("").tolist() == ["301234567", ""]
