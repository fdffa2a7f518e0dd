"""Columns and options as callers hold them: what is read, what is refused, and in which words."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from clvlib import _checks
from clvlib._checks import Range

NOON = pd.Timestamp("2024-03-04 12:05")


@pytest.mark.parametrize(
    "cell",
    [
        NOON,
        NOON.tz_localize("Asia/Shanghai"),
        NOON.to_datetime64(),
        datetime.datetime(2024, 3, 4, 12, 5),
        "2024-03-04 12:05",
        "2024-3-4T12:05:00",
        "2024/3/4 12:05:00.000",
        " 2024.03.04  12:05 ",
        "20240304 12:05",
        "2024-03-04 12:05Z",
        "2024-03-04 12:05 UTC",
        "2024-03-04T12:05+08:00",
        "2024-03-04T12:05-0500",
    ],
    ids=repr,
)
def test_a_moment_is_what_the_clock_on_the_wall_showed(cell):
    for column in (pd.Series([cell, cell]), pd.Series([cell, cell], dtype=object), pd.Series([cell, "2024-03-05"])):
        assert _checks.dates("date", column).iloc[0] == NOON
        assert _checks.dates("date", column).dtype == "datetime64[us]"
    assert _checks.day("as_of", cell) == NOON.normalize()


@pytest.mark.parametrize("cell", [datetime.date(2024, 3, 4), "2024-03-04", "2024/3/4", 20240304, "20240304"], ids=repr)
def test_a_date_alone_is_its_midnight(cell):
    assert _checks.dates("date", pd.Series([cell])).tolist() == [pd.Timestamp("2024-03-04")]
    assert _checks.day("as_of", cell) == pd.Timestamp("2024-03-04")


@pytest.mark.parametrize(
    "cell",
    [
        "04/03/2024",
        "4 March 2024",
        "2024-02-30",
        "2024-03/04",
        "2024-03",
        "2024-03-04 25:00",
        "2024-03-04 9:30 PM",  # half past nine, in the morning?
        "on 2024-03-04",
        45355,  # a spreadsheet's own count of days
        20240304.5,
        True,
        (2024, 3, 4),
        [2024, 3, 4],
    ],
    ids=repr,
)
def test_what_must_be_guessed_is_no_date(cell):
    column = pd.Series(["2024-01-01", cell], index=["r1", "r2"], dtype=object)
    assert _checks.moments("date", column)[0].isna().tolist() == [False, True]
    with pytest.raises(ValueError, match=r"^date is no date in 1 of 2 rows \(row r2\), such as .*: write 2024-01-31$"):
        _checks.dates("date", column)
    with pytest.raises(ValueError, match="as_of must be a date such as '2026-01-31', got"):
        _checks.day("as_of", cell)


def test_the_format_decides_where_it_is_given_and_says_all_of_a_day():
    column = pd.Series(["03/04/2024", None])
    assert _checks.moments("date", column, ["%d/%m/%Y"])[0].tolist() == [pd.Timestamp("2024-04-03"), pd.NaT]
    assert _checks.moments("date", column, ["%m/%d/%Y"])[0].tolist() == [pd.Timestamp("2024-03-04"), pd.NaT]
    zoned = pd.Series(["3/4/2024 09:30 +0800"] * 2)
    assert _checks.dates("date", zoned, ["%d/%m/%Y %H:%M %z"])[0] == pd.Timestamp("2024-04-03 09:30")
    assert _checks.date_formats("date_format", "%Y%j") == ["%Y%j"]
    assert _checks.date_formats("date_format", ["%Y%j", "%d.%m.%y"]) == ["%Y%j", "%d.%m.%y"]
    for wrong in ("%Y-%m", "day", "", "%d/%m %H:%M", ["%d/%m/%Y", "day"]):
        with pytest.raises(ValueError, match="date_format must say where day, month and year stand"):
            _checks.date_formats("date_format", wrong)
    for wrong in (7, None, []):
        with pytest.raises(ValueError, match=r"date_format (must be a list of text|is empty)"):
            _checks.date_formats("date_format", wrong)


@pytest.mark.parametrize(
    ("way", "cells"),
    [
        ("%d/%m/%Y", ["1/2/2024", "01/ 2/2024", "1/2/24", "01/02/2024 9:30", "32/01/2024", "1-2-2024", "x"]),
        ("%d/%m/%Y", ["29/02/2024", "29/02/2023", "31/04/2024", "00/01/2024", "01/00/2024", "01/13/2024", "0/1/2024"]),
        ("%d/%m/%Y", ["01/02/1677", "01/02/0001", "01/02/0000", "31/12/9999", "２９/02/2024", "1/2/2024 " + 40 * "x"]),
        ("%Y-%m-%d", ["2024-02-01", "2024-2-1", "2024-02-30", "2024/02/01", "2024-02-01T00:00"]),
        ("%m/%d/%Y", ["02/ 1/2024", "02/  1/2024", "02/31/2024"]),
        ("%m/%d/%Y %H:%M:%S", ["2/1/2024 9:05:09", "2/1/2024 24:00:00", "2/1/2024 9:60:00", "2/1/2024 09:05"]),
        ("%H:%M %d.%m.%Y", ["9:05  1.12.2024", "19:05 01.12.2024", "9:5 1.1.2024", "9:05 1.1.24", "25:00 1.1.2024"]),
        ("%d/%m/%Y  %H:%M", ["1/2/2024 9:05", "1/2/2024   9:05", "1/2/2024\t9:05", "1/2/20249:05"]),
        ("%d.%m.20%y", ["01.02.2024", "01.02.1924", "1.2.2024"]),
        ("%d %B %Y", ["1 February 2024", "1 february 2024", "1 Feb 2024", "01 March  2024"]),
        ("%Y-%m-%dT%H:%M:%S", ["2024-02-01T09:30:00", "2024-02-01t09:30:00", "2024-02-01 09:30:00", "2024-02-01T9:30"]),
        ("%d.%m.%y %I:%M %p", ["1.2.24 9:30 PM", "01.02.24 09:30 am", "1.2.2024 9:30 PM"]),
        ("%Y%m%d", ["20240201", "2024021", "202402010"]),
        ("%d.%m.%Y %H:%M:%S.%f", ["01.02.2024 09:30:00.25", "01.02.2024 09:30:00"]),
        ("(%d) [%m] %Y%%", ["(1) [2] 2024%", "(1) [2] 2024"]),
    ],
)
def test_a_format_reads_what_pandas_reads_with_it(way, cells):
    read, _ = _checks.moments("date", pd.Series(cells), [way])
    expected = pd.to_datetime(pd.Series(cells), format=way, errors="coerce").astype("datetime64[us]")
    assert read.astype("datetime64[us]").equals(expected)
    assert 0 < read.notna().sum() < len(cells) or "%B" in way


def test_a_line_break_in_a_date_hides_no_other_date():
    column = pd.Series(["2024-01-31", "2024-\n01", "2024-02-01"])
    assert _checks.moments("date", column)[0].isna().tolist() == [False, True, False]


DAY_OR_MONTH_FIRST = ["%d/%m/%Y", "%m/%d/%Y"]


def test_of_several_formats_each_row_takes_the_one_that_fits_and_the_same_day_twice_is_one_day():
    column = pd.Series(["31/01/2024", "01/31/2024", "2024-01-31", "04/04/2024", None])
    read, several = _checks.moments("date", column, DAY_OR_MONTH_FIRST)
    assert read.dt.strftime("%d.%m.").tolist() == ["31.01.", "31.01.", np.nan, "04.04.", np.nan]
    assert not several.any()


def test_a_row_that_fits_two_formats_with_different_days_gets_neither_and_is_shown_with_both():
    column = pd.Series(["31/01/2024", "03/04/2024", "04/04/2024 "], index=["r1", "r2", "r3"])
    read, several = _checks.moments("date", column, [*DAY_OR_MONTH_FIRST, "%m/%d/%Y"])
    assert several.tolist() == [False, True, False]
    assert read.isna().tolist() == [False, True, False]
    with pytest.raises(ValueError, match="has several days") as error:
        _checks.dates("date", column, DAY_OR_MONTH_FIRST)
    assert str(error.value).startswith(
        "date has several days in 1 of 3 rows (row r2), such as '03/04/2024': "
        "it is 2024-04-03 by '%d/%m/%Y' and 2024-03-04 by '%m/%d/%Y'; "
    )


def test_an_hour_that_two_formats_read_differently_is_still_one_day():
    read, several = _checks.moments("date", pd.Series(["2024-01-31 05:09"]), ["%Y-%m-%d %M:%H", "%Y-%m-%d %H:%M"])
    assert read[0] == pd.Timestamp("2024-01-31 09:05")
    assert not several.any()


@pytest.mark.parametrize("cell", [NOON.tz_localize("UTC"), "2024-03-04 12:05Z", "2024-03-04 12:05+08:00"], ids=repr)
def test_a_zone_is_refused_where_hours_are_counted(cell):
    for column in (pd.Series([cell]), pd.Series(["2024-03-04 12:00", cell], dtype=object)):
        with pytest.raises(ValueError, match=r"^opened has a time zone; write all times in UTC"):
            _checks.dates("opened", column, zone_allowed=False)
    assert _checks.dates("opened", pd.Series(["2024-03-04 12:05"]), zone_allowed=False)[0] == NOON


def test_a_missing_date_may_be_allowed_and_an_unreadable_one_never():
    column = pd.Series(["2024-03-04 12:05", None, ""])
    assert _checks.dates("closed", column[:2], missing_allowed=True).tolist() == [NOON, pd.NaT]
    with pytest.raises(ValueError, match=r"closed is no date in 1 of 3 rows \(row 2\), such as ''"):
        _checks.dates("closed", column, missing_allowed=True)
    with pytest.raises(ValueError, match=r"closed is missing in 1 of 3 rows \(row 1\)"):
        _checks.dates("closed", column)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, 2]),
        pd.Series([1, 2], dtype="uint8"),
        pd.Series([1, 2], dtype="float32"),
        pd.Series([1, 2], dtype="Int64"),
        pd.Series([1, 2.0], dtype=object),
        pd.Series([Decimal(1), Decimal(2)]),
        pd.Series([1, 2], dtype="category"),
    ],
    ids=lambda column: str(column.dtype),
)
def test_numbers_of_every_type_are_floats_with_their_labels(column):
    column = column.set_axis(["ann", "bo"]).rename("spend")
    expected = pd.Series([1.0, 2.0], ["ann", "bo"], name="spend")
    pd.testing.assert_series_equal(_checks.numbers("spend", column, Range()), expected)


def test_a_column_of_floats_is_not_copied():
    column = pd.Series([1.0, 2.0])
    assert _checks.numbers("spend", column, Range(at_least=1)) is column


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ([1, "2"], "spend is no number in 1 of 2 rows (row 1), such as '2': take out signs and commas, then"),
        ([True, 2], "spend is no number in 1 of 2 rows (row 0), such as True: take out"),
        ([1, 2j], "spend is no number in 2 of 2 rows (rows 0 and 1), such as (1+0j): take out"),
        ([1, 10**400], "spend is no number in 1 of 2 rows (row 1), such as a number of more than 30 digits: take out"),
        ([[1], 2], "spend is no number in 1 of 2 rows (row 0), such as [1]: take out"),
        ([1, None], "spend is missing in 1 of 2 rows (row 1): fill it in or leave them out"),
        ([pd.NA, Decimal("NaN"), 3], "spend is missing in 2 of 3 rows (rows 0 and 1): fill it in"),
        ([1, -np.inf], "spend is infinite in 1 of 2 rows (row 1), such as -inf: write a number or leave them out"),
        ([5, -2], "spend must be at least 0, got -2"),
        ([None] * 5, "spend is missing in 5 of 5 rows (rows 0, 1, 2 and 2 more): fill it in"),
    ],
)
def test_a_column_that_is_no_amounts_says_where(cells, sentence):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the sentence is compared below
        _checks.numbers("spend", pd.Series(cells), Range(at_least=0))
    assert str(error.value).startswith(sentence)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("W", "; write 'week'"),
        ("weeks", "; write 'week'"),
        ("Monthly", "; write 'month'"),
        ("d", "; write 'day'"),
        ("fortnight", ""),
        ("", ""),
    ],
)
def test_an_option_that_begins_like_one_word_names_it(word, hint):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the sentence is compared below
        _checks.option("grain", word, ("day", "week", "month"))
    assert str(error.value) == f"grain must be 'day', 'week' or 'month', got {word!r}{hint}"


def test_an_option_that_begins_like_two_words_names_none():
    with pytest.raises(ValueError, match=r"^by must be 'column' or 'cohort', got 'co'$"):
        _checks.option("by", "co", ("column", "cohort"))


@pytest.mark.parametrize("words", ["name", 7, None, ["name", 7], {"name": 1}, pd.DataFrame({"name": [1]})])
def test_a_list_of_text_is_no_text_and_no_table(words):
    with pytest.raises(ValueError, match="columns must be a list of text, got"):
        _checks.words("columns", words)


def test_a_list_of_text_may_be_any_list():
    for words in (["a", "b"], ("a", "b"), np.array(["a", "b"]), pd.Index(["a", "b"]), pd.Series(["a", "b"])):
        assert _checks.words("columns", words) == ["a", "b"]
