"""From a transaction log to one row a customer; and what is wrong with a log or a customer list before you trust it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from clvlib import _old_checks as _checks

# Words that fill a cell and say nothing. So do punctuation alone ('-', '?') and zeros alone ('000').
PLACEHOLDERS = ("n/a", "na", "none", "null", "nan", "nil", "unknown", "missing", "xxx", "无", "未知", "暂无", "不详")

_UNITS = {"D": ("days", 1.0), "W": ("weeks", 7.0), "M": ("months", 365.25 / 12), "Y": ("years", 365.25)}
_MERGES = {"D": "on the same day", "W": "in the same week", "M": "in the same month"}
_DAY_0 = np.datetime64("0001-01-01")  # a Monday
_YEAR_MONTH_DAY = r"^(\d{4}([-/.])\d{1,2}\2\d{1,2}|\d{8})(?:[T ]+(?:[01]?\d|2[0-3]):[0-5]\d.*)?$"


def rfm_summary(
    log: pd.DataFrame,
    customer: str = "customer_id",
    date: str = "date",
    amount: str = "amount",
    grain: str = "D",
    observation_end: Any = None,
    refunds: str = "drop",
    *,
    zeros: str = "count",
    merge: str = "D",
    include_first: bool = False,
    date_format: str | None = None,
) -> pd.DataFrame:
    """Frequency, recency, T and monetary value of every customer: what the BG/NBD and gamma-gamma models take.

    ==================  ===============================================================================
    ``frequency``       repeat purchases: purchases - 1
    ``recency``         time from the first to the *last* purchase (0 for a one-time buyer)
    ``T``               time from the first purchase to the end of observation
    ``monetary_value``  mean amount of the repeat purchases; the first is left out (see `include_first`)
    ==================  ===============================================================================

    All that a customer buys on one day is one purchase. Time is exact in the unit of `grain`: 10 days are 10 / 7 weeks.
    The time of day is dropped, and a date with a time zone keeps its own calendar day.

    Parameters
    ----------
    log : DataFrame
        One row a transaction, in any order.
    customer, date, amount : str
        Names of its columns. Dates are datetimes, or text written year-month-day; amounts are numbers (currency units).
    grain : {"D", "W", "M", "Y"}, default "D"
        Unit of recency and T: days, weeks of 7 days, months of 365.25 / 12 days, years of 365.25 days.
    observation_end : date, optional
        Last day of observation; later rows are left out. The last day of the log if not given.
    refunds : {"drop", "net"}, default "drop"
        What to do with a negative amount, which never is a purchase. ``"drop"``: leave it out. ``"net"``: take it from
        the customer's latest purchase up to that day, and what is left of it from the one before; a purchase that is
        taken back whole is no purchase.
    zeros : {"count", "drop"}, default "count"
        Whether a row of amount 0 is a purchase.
    merge : {"D", "W", "M"}, default "D"
        Purchases of a customer in the same calendar day, week (Monday to Sunday) or month are one purchase, dated on
        the first day of them.
    include_first : bool, default False
        Whether monetary_value averages the first purchase too.
    date_format : str, optional
        How dates in text are written, such as ``"%d/%m/%Y"``, if not year-month-day.

    Returns
    -------
    DataFrame
        Index: the customers, sorted. Columns frequency (a count), recency and T (in the unit of `grain`),
        monetary_value (currency units a purchase). A one-time buyer has no repeat purchase to average: her
        monetary_value is missing (NaN), not 0, unless `include_first`. `clvlib.models.GammaGamma.fit` leaves her out.
        ``summary.attrs["notes"]`` is a list of sentences: the conventions, and how many rows were merged, refunded,
        zero or left out.

    Raises
    ------
    ValueError
        If a column or an id is missing, a date cannot be read, an amount is missing or is text (the sentence names the
        rows), an option is unknown, or no purchase is left.

    Source
    ------
    Fader, Hardie & Lee 2005a, "Counting Your Customers" the Easy Way (Marketing Science): frequency, recency, T;
    2005b, RFM and CLV (Journal of Marketing Research): the mean of the repeat purchases.

    Examples
    --------
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "bo"],
    ...     "date": ["2024-01-01", "2024-01-15", "2024-01-29", "2024-01-08"],
    ...     "amount": [50, 60, 80, 20],
    ... })
    >>> summary = rfm_summary(log, grain="W", observation_end="2024-02-12")
    >>> summary.loc["ann"].tolist()
    [2.0, 4.0, 6.0, 70.0]
    >>> summary.loc["bo"].tolist()
    [0.0, 0.0, 5.0, nan]
    >>> summary.attrs["notes"][0]
    'Time is in weeks: recency from the first to the last purchase, T from the first purchase to 2024-02-12.'
    """
    _check_options(grain, refunds, zeros, merge, include_first)
    rows, ids = _read(log, customer, date, amount, date_format)
    end = _day("observation_end", observation_end, rows)
    purchases, notes = _purchases(_between(rows, None, end), refunds, zeros, merge)
    summary = _per_customer(purchases, ids, end, grain, include_first)
    summary.attrs["notes"] += notes + _left_out(rows, purchases, end)
    return summary


def calibration_holdout(
    log: pd.DataFrame,
    customer: str = "customer_id",
    date: str = "date",
    amount: str = "amount",
    grain: str = "D",
    calibration_end: Any = None,
    observation_end: Any = None,
    refunds: str = "drop",
    *,
    zeros: str = "count",
    merge: str = "D",
    include_first: bool = False,
    date_format: str | None = None,
) -> pd.DataFrame:
    """The summary up to a day, and beside it what the same customers bought afterwards: to test a forecast.

    Parameters
    ----------
    calibration_end : date
        Last day of the summary.
    observation_end : date, optional
        Last day of the holdout. The last day of the log if not given.
    log, customer, date, amount, grain, refunds, zeros, merge, include_first, date_format
        As in `rfm_summary`.

    Returns
    -------
    DataFrame
        The columns of `rfm_summary` at `calibration_end`, then holdout_frequency (purchases in the holdout, a count),
        holdout_spend (their amount in all, currency units) and holdout_T (length of the holdout, in the unit of
        `grain`). Customers whose first purchase falls in the holdout are not in it: no forecast knew them.
        ``attrs["notes"]`` as in `rfm_summary`.

    Raises
    ------
    ValueError
        As `rfm_summary`; also if calibration_end is not given or not before observation_end.

    Source
    ------
    As `rfm_summary`: 39 weeks of CDNOW to fit, 39 weeks to test.

    Examples
    --------
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "bo"],
    ...     "date": ["2024-01-01", "2024-01-15", "2024-01-29", "2024-01-08"],
    ...     "amount": [50, 60, 80, 20],
    ... })
    >>> split = calibration_holdout(log, calibration_end="2024-01-20")
    >>> split[["frequency", "holdout_frequency", "holdout_spend", "holdout_T"]].loc["ann"].tolist()
    [1.0, 1.0, 80.0, 9.0]
    """
    _check_options(grain, refunds, zeros, merge, include_first)
    rows, ids = _read(log, customer, date, amount, date_format)
    if calibration_end is None:
        raise ValueError("calibration_end must be a date such as '1997-09-30', got None: say where the holdout starts")
    middle = _day("calibration_end", calibration_end, rows)
    end = _day("observation_end", observation_end, rows)
    if middle >= end:
        raise ValueError(f"calibration_end must be before observation_end ({_date(end)}), got {_date(middle)}")
    purchases, notes = _purchases(_between(rows, None, middle), refunds, zeros, merge)
    later, later_notes = _purchases(_between(rows, middle, end), refunds, zeros, merge)
    split = _per_customer(purchases, ids, middle, grain, include_first)
    split["holdout_frequency"] = pd.Series(np.bincount(later.code, minlength=len(ids)), index=ids)
    split["holdout_spend"] = pd.Series(np.bincount(later.code, later.money, minlength=len(ids)), index=ids)
    split["holdout_T"] = (end - middle) / _UNITS[grain][1]
    split.attrs["notes"] += notes + _left_out(rows, purchases, middle)
    split.attrs["notes"] += [f"Holdout, to {_date(end)}: {note}" for note in later_notes]
    return split


def check_log(
    log: pd.DataFrame,
    customer: str = "customer_id",
    date: str = "date",
    amount: str = "amount",
    *,
    today: Any = None,
    date_format: str | None = None,
) -> list[str]:
    """What is wrong with a transaction log, in sentences with row counts.

    It looks for ids that are missing or differ only in case or spaces; dates that are missing, unreadable, in the
    future or written in several ways; amounts that are missing, text, zero or negative; repeated rows; and long gaps.

    Parameters
    ----------
    log : DataFrame
        One row a transaction, in any order, as you read it.
    customer, date, amount : str
        Names of its columns.
    today : date, optional
        Dates after it lie in the future. The day of the call if not given.
    date_format : str, optional
        How dates in text are written, if not year-month-day.

    Returns
    -------
    list of str
        One sentence a problem; empty if none was found. Rows are named by their index label.

    Raises
    ------
    ValueError
        If log is no DataFrame or lacks a column, or date_format or today cannot be read.

    Source
    ------
    Ours. A gap is reported if it is longer than a week and than ten times the usual one (the median).

    Examples
    --------
    >>> log = pd.DataFrame({
    ...     "customer_id": ["c1", "C1 ", "c2", None],
    ...     "date": ["2024-01-01", "2024-01-02", "03/01/2024", "2024-01-04"],
    ...     "amount": [20.0, 30.0, -5.0, 0.0],
    ... })
    >>> for problem in check_log(log, today="2024-06-30"):
    ...     print(problem)
    1 row has no customer_id (row 3).
    2 rows have an id differing from another only in case, spaces or type (rows 0 and 1), such as 'c1' and 'C1 '.
    1 row has a date that cannot be read (row 2), such as '03/01/2024'.
    date is written in 2 ways: 3 rows like '2024-01-01', 1 row like '03/01/2024'.
    1 row has a negative amount (row 2), such as -5.0.
    1 row has amount 0 (row 3).
    """
    _check_columns(log, customer=customer, date=date, amount=amount)
    return [
        *_id_problems(log[customer]),
        *_date_problems(log[date], today, date_format),
        *_amount_problems(log[amount]),
        *_repeated_rows(log, log[customer]),
    ]


def find_duplicates(
    customers: pd.DataFrame,
    columns: Iterable[str] | None = None,
    threshold: float = 90,
    *,
    block: str | None = None,
) -> pd.DataFrame:
    """Pairs of rows of a customer list that look like one customer.

    Text is compared without case, punctuation, word order and full-width forms (``"WANG, Wei"`` is ``"wei wang"``). Two
    texts of m and n characters are ``100 * 2 * common / (m + n)`` alike, where common is the length of their longest
    common subsequence. A pair's similarity is the mean over the columns that both rows have filled.

    Parameters
    ----------
    customers : DataFrame
        One row a customer record.
    columns : list of str, optional
        What to compare: names, telephone numbers, addresses; not the id. All text columns if not given.
    threshold : float, default 90
        Smallest similarity of a pair, in (1, 100].
    block : str, optional
        A column: only rows with the same (cleaned) text in it are compared, and rows without are not. Every pair is
        compared if not given, which takes well under a second for 2,200 rows and grows with the square.

    Returns
    -------
    DataFrame
        Columns left and right (index labels of `customers`), similarity (0-100) and compared (how many columns both
        rows have filled); the most alike first. A pair compared in one column only is weak evidence.

    Raises
    ------
    ValueError
        If customers is no DataFrame, lacks a column or has no text column, or the threshold is out of range.

    Source
    ------
    Newcombe et al. 1959 (Science) for comparing record pairs within blocks; Bachmann, rapidfuzz, for the ratio. The
    90 % is a rule of thumb (commonly reported).

    Examples
    --------
    >>> customers = pd.DataFrame({
    ...     "name": ["Wang Wei", "WEI WANG", "Li Na"],
    ...     "phone": ["138-0000-1111", "13800001111", "-"],
    ... })
    >>> find_duplicates(customers).to_dict("records")
    [{'left': 0, 'right': 1, 'similarity': 100.0, 'compared': 2}]
    """
    chosen = _text_columns(customers) if columns is None else _columns(customers, columns)
    threshold = _checks.number("threshold", threshold, above=1, at_most=100, hint="write 90% as 90")
    if np.ndim(threshold):
        raise ValueError(f"threshold must be one number, got {np.size(threshold)} numbers")
    texts = [_clean(customers[column]) for column in chosen]
    if block is None:
        blocks = [np.arange(len(customers))]
    else:
        (column,) = _columns(customers, [block])
        keys = _clean(customers[column])
        blocks = [rows for key, rows in pd.Series(keys).groupby(keys).indices.items() if key and len(rows) > 1]
    none = _alike(np.arange(0), texts, threshold)
    pairs = pd.concat([none, *[_alike(rows, texts, threshold) for rows in blocks]], ignore_index=True)
    pairs["left"], pairs["right"] = customers.index[pairs["left"]], customers.index[pairs["right"]]
    return pairs.sort_values(["similarity", "compared"], ascending=False, kind="stable", ignore_index=True)


def completeness(
    customers: pd.DataFrame,
    columns: Iterable[str] | None = None,
    by: str = "column",
    *,
    placeholders: Iterable[str] = PLACEHOLDERS,
) -> Any:
    """Share of cells that say something: neither empty nor a placeholder such as '-', 'N/A' or '000'.

    Parameters
    ----------
    customers : DataFrame
        Any table; read telephone numbers and postcodes as text, or '000' becomes the number 0, which counts as filled.
    columns : list of str, optional
        Which columns to look at; all if not given.
    by : {"column", "row"}, default "column"
        What one figure stands for.
    placeholders : list of str, default PLACEHOLDERS
        Words that count as empty, in any case; text of punctuation only or of two or more zeros always does.

    Returns
    -------
    DataFrame or Series
        ``by="column"``: index the columns and ``"all columns"``; columns filled (share of the cells), empty and
        placeholder (cells, a count). ``by="row"``: the share of each row's columns that is filled; a rule such as
        "complete means 85 % filled" is then ``(completeness(customers, by="row") >= 0.85).mean()``.

    Raises
    ------
    ValueError
        If customers is no DataFrame, is empty or lacks a column, or `by` is unknown.

    Source
    ------
    Pipino, Lee & Wang 2002, Data Quality Assessment (Communications of the ACM): completeness as a share. The
    placeholders are ours.

    Examples
    --------
    >>> customers = pd.DataFrame({"name": ["Wang Wei", "Li Na"], "phone": ["000", "13800001111"]})
    >>> completeness(customers)["filled"].to_dict()
    {'name': 1.0, 'phone': 0.5, 'all columns': 0.75}
    >>> completeness(customers, by="row").tolist()
    [0.5, 1.0]
    """
    by = _checks.option("by", by, ("column", "row"))
    table = _checks.table("customers", customers)
    if columns is not None:
        table = table[_columns(table, columns)]
    words = frozenset(word.casefold() for word in _listed("placeholders", placeholders))
    empty = table.isna() | table.apply(lambda column: _texts(column) == "")
    placeholder = table.apply(lambda column: _says_nothing(column, words)) & ~empty
    filled = ~(empty | placeholder)
    if by == "row":
        return filled.mean(axis=1).rename("filled")
    counts = pd.DataFrame({"filled": filled.sum(), "empty": empty.sum(), "placeholder": placeholder.sum()})
    counts.loc["all columns"] = counts.sum()
    cells = len(table) * np.append(np.ones(table.shape[1]), table.shape[1])
    return counts.assign(filled=counts["filled"] / cells).rename_axis("column")


class _Rows(NamedTuple):
    """Transactions or purchases as arrays of one length."""

    code: np.ndarray  # position of the customer among the sorted ids
    day: np.ndarray  # days since _DAY_0
    money: np.ndarray  # currency units

    def only(self, keep: np.ndarray) -> "_Rows":
        return _Rows(self.code[keep], self.day[keep], self.money[keep])


def _check_options(grain: str, refunds: str, zeros: str, merge: str, include_first: bool) -> None:
    _checks.option("grain", grain, _UNITS)
    _checks.option("refunds", refunds, ("drop", "net"))
    _checks.option("zeros", zeros, ("count", "drop"))
    _checks.option("merge", merge, _MERGES)
    if not isinstance(include_first, bool | np.bool_):
        raise ValueError(f"include_first must be True or False, got {include_first!r}")


def _check_columns(log: Any, **columns: Any) -> None:
    for argument, name in columns.items():
        if not isinstance(name, str):
            raise ValueError(f"{argument} must be the name of a column of log, got a {type(name).__name__}")
    _checks.table("log", log, columns.values())
    if len(set(columns.values())) < len(columns):
        raise ValueError(f"customer, date and amount must be three columns of log, got {', '.join(columns.values())}")
    for name in columns.values():
        if isinstance(log[name], pd.DataFrame):
            raise ValueError(f"log has several columns named {name!r}: rename or drop all but one")


def _read(log: pd.DataFrame, customer: str, date: str, amount: str, date_format: str | None) -> tuple[_Rows, pd.Index]:
    """The log as arrays, and the sorted ids; any cell that cannot be read is an error that names its row."""
    _check_columns(log, customer=customer, date=date, amount=amount)
    money = _amounts(log[amount])
    days = _dates(log[date], date_format)
    _refuse(
        log[date],
        np.isnat(days),
        "no readable date",
        "write dates as year-month-day, or say how they are written with date_format='%d/%m/%Y'",
    )
    code, ids = _codes(log[customer])
    return _Rows(code, _less(days.view(np.int64), _DAY_0.astype(int)), money), ids


def _codes(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Each row's position among the sorted ids, and the ids (some unused, if they are whole numbers close together)."""
    mend = "fill it in, or leave these rows out"
    _refuse(column, column.isna().to_numpy(), f"no {column.name}", mend)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu":
        low, high = int(column.min()), int(column.max())
        if high < 2**62 and high - low < 4 * len(column):
            ids = pd.Index(np.arange(low, high + 1, dtype=column.dtype), name=column.name)
            return _less(column.to_numpy(), low), ids
    numbers = _short_text_as_numbers(column)
    code, ids = _sorted_ids(column) if numbers is None else _used_ids(_codes(numbers)[0], column)
    if isinstance(ids[0], str) and not ids[0].strip():
        _refuse(column, column.str.strip().to_numpy() == "", f"no {column.name}", mend)
    return code, ids


def _less(values: np.ndarray, low: int) -> np.ndarray:
    """``values - low`` in 32 bits, in one pass."""
    return np.subtract(values, low, out=np.empty(len(values), dtype=np.int32), dtype=np.int64, casting="unsafe")


def _sorted_ids(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    code, found = pd.factorize(column)
    ids = pd.Index(found, name=column.name)
    if isinstance(ids, pd.CategoricalIndex):
        ids = ids.astype(ids.categories.dtype)
    kind = pd.api.types.infer_dtype(ids)
    if kind in ("mixed", "mixed-integer"):
        raise ValueError(f"log: {column.name} mixes text and numbers: write all ids as text, with .astype(str)")
    order = np.argsort(ids.to_numpy(dtype=np.dtypes.StringDType()) if kind == "string" else ids)
    rank = np.empty(len(ids), dtype=np.int32)
    rank[order] = np.arange(len(ids), dtype=np.int32)
    return rank[code], ids[order]


def _short_text_as_numbers(column: pd.Series) -> pd.Series | None:
    """Text ids such as 'C0001234' as whole numbers in the same order, which are far faster to group; None if too long.

    Each place is a digit, in a base as large as the range of characters found there.
    """
    if not (isinstance(column.dtype, pd.StringDtype) and column.dtype.storage == "python"):
        return None
    longest = 16
    try:
        characters = column.to_numpy(dtype=object).astype(f"S{longest + 1}")
    except UnicodeEncodeError:
        return None
    numbers, size = np.zeros(len(column), dtype=np.int64), 1
    places = np.ascontiguousarray(characters.view(np.uint8).reshape(len(column), -1).T)
    for place in places:
        low, high = int(place.min()), int(place.max())
        size *= high - low + 1
        if size > 2**62:
            return None
        if high > low:
            numbers = numbers * (high - low + 1) + (place - low)
    return None if places[longest].any() else pd.Series(numbers)


def _used_ids(code: np.ndarray, column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Positions without gaps, and the id of each, read from one of its rows."""
    row = np.full(code.max() + 1, -1, dtype=np.int32)
    row[code] = np.arange(len(code), dtype=np.int32)
    used = row >= 0
    position = np.cumsum(used, dtype=np.int32) - 1
    return position[code], pd.Index(column.iloc[row[used]])


def _dates(column: pd.Series, date_format: str | None) -> np.ndarray:
    """Calendar days; NaT for what is missing or cannot be read. Nothing is guessed: text must be year-month-day."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_localize(None)
    if pd.api.types.is_datetime64_dtype(column):
        return column.to_numpy().astype("datetime64[D]")
    if not isinstance(date_format, str | None):
        raise ValueError(f"date_format must be text such as '%d/%m/%Y', got {date_format!r}")
    code, found = _distinct(column)
    text = found.astype(str).str.strip()
    if date_format is None:
        text = text.str.extract(_YEAR_MONTH_DAY)[0]
    try:
        days = pd.to_datetime(text, format=date_format or "ISO8601", errors="coerce")
    except ValueError:
        mend = "give a strftime format such as '%d/%m/%Y'"
        raise ValueError(f"log: {column.name} cannot be read with date_format={date_format!r}; {mend}") from None
    if isinstance(days.dtype, pd.DatetimeTZDtype):
        days = days.dt.tz_localize(None)
    return _at(code, days.to_numpy().astype("datetime64[D]"), missing=np.datetime64("NaT"))


def _amounts(column: pd.Series) -> np.ndarray:
    """Amounts as floats, none missing."""
    if pd.api.types.infer_dtype(column) == "decimal":
        column = column.astype(float)
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        is_number = column.map(lambda cell: isinstance(cell, int | float) and not isinstance(cell, bool))
        mend = "take signs and thousands commas out, then use pd.to_numeric"
        _refuse(column, ~is_number.to_numpy(dtype=bool), "an amount that is no number", mend)
        column = column.astype(float)
    money = column.to_numpy(dtype=float, na_value=np.nan)
    _refuse(column, ~np.isfinite(money), f"no {column.name}", "fill it in, or leave these rows out")
    return money


def _refuse(column: pd.Series, bad: np.ndarray, what: str, mend: str) -> None:
    if bad.any():
        (problem,) = _found(column, bad, what)
        raise ValueError(f"log: {problem.removesuffix('.')}; {mend}")


def _day(name: str, value: Any, rows: _Rows) -> int:
    """A day as days since _DAY_0; the last day of the log for None."""
    if value is None:
        return int(rows.day.max())
    day = int((_one_date(name, value) - _DAY_0).astype(int))
    if day < rows.day.min():
        raise ValueError(f"{name} ({_date(day)}) is before the first day of log ({_date(rows.day.min())})")
    return day


def _one_date(name: str, value: Any) -> np.ndarray:
    day = _dates(pd.Series([value] if pd.api.types.is_scalar(value) else [None]), None)[0]
    if np.isnat(day):
        raise ValueError(f"{name} must be a date such as '1997-09-30', got {value!r}")
    return day


def _date(day: Any) -> str:
    return str(_DAY_0 + int(day))


def _between(rows: _Rows, after: int | None, end: int) -> _Rows:
    inside = rows.day <= end
    if after is not None:
        inside &= rows.day > after
    return rows if inside.all() else rows.only(inside)


def _purchases(rows: _Rows, refunds: str, zeros: str, merge: str) -> tuple[_Rows, list[str]]:
    """One line a purchase, sorted by customer and day, and what was done with the other rows."""
    is_refund, is_zero = rows.money < 0, rows.money == 0
    refunded, zero = np.count_nonzero(is_refund), np.count_nonzero(is_zero)
    no_purchase = is_refund | is_zero if zeros == "drop" else is_refund
    bought = rows.only(~no_purchase) if no_purchase.any() else rows
    purchases = _merge(_add_up_days(bought), merge)
    notes = [
        f"Purchases of a customer {_MERGES[merge]} are one purchase: "
        f"{_count(len(bought.day), 'row')} are {_count(len(purchases.day), 'purchase')}, "
        f"{_count(len(bought.day) - len(purchases.day), 'row')} merged."
    ]
    if refunded and refunds == "drop":
        notes.append(f"{_count(refunded, 'row')} with a negative amount left out (refunds='drop').")
    if refunded and refunds == "net":
        purchases, cancelled, lost = _take_back(purchases, rows.only(is_refund))
        notes.append(
            f"{_count(refunded, 'row')} with a negative amount taken from earlier purchases (refunds='net'): "
            f"{_count(cancelled, 'purchase')} taken back whole, {lost:.2f} without an earlier purchase."
        )
    if zero:
        what = "counted as a purchase" if zeros == "count" else "left out"
        notes.append(f"{_count(zero, 'row')} with amount 0 {what} (zeros={zeros!r}).")
    return purchases, notes


def _add_up_days(rows: _Rows) -> _Rows:
    """One line a customer and day. A sparse matrix customers x days does it with a counting sort."""
    from scipy import sparse

    if not len(rows.day):
        return rows
    cells = sparse.coo_array((rows.money, (rows.code, rows.day))).tocsr()
    code = np.repeat(np.arange(cells.shape[0], dtype=np.int32), np.diff(cells.indptr))
    return _Rows(code, cells.indices, cells.data)


def _merge(purchases: _Rows, merge: str) -> _Rows:
    """Purchases of the same week or month as one, on the first of their days."""
    if merge == "D" or not len(purchases.day):
        return purchases
    period = purchases.day // 7 if merge == "W" else (_DAY_0 + purchases.day).astype("datetime64[M]").astype(int)
    starts = np.flatnonzero(_changes(purchases.code) | _changes(period))
    return _Rows(purchases.code[starts], purchases.day[starts], np.add.reduceat(purchases.money, starts))


def _take_back(purchases: _Rows, refunds: _Rows) -> tuple[_Rows, int, float]:
    """The purchases after refunds, how many of them were taken back whole, and the money that found no purchase."""

    def place(rows: _Rows) -> np.ndarray:
        return rows.code * np.int64(2**31) + rows.day

    latest = np.searchsorted(place(purchases), place(refunds), side="right") - 1
    known = latest >= 0
    known[known] = purchases.code[latest[known]] == refunds.code[known]
    money = purchases.money.copy()
    np.add.at(money, latest[known], refunds.money[known])
    lost = -refunds.money[~known].sum()
    is_first = _changes(purchases.code)
    while (overdrawn := np.flatnonzero(money < 0)).size:
        debt, first = money[overdrawn], is_first[overdrawn]
        money[overdrawn] = 0
        money[overdrawn[~first] - 1] += debt[~first]
        lost -= debt[first].sum()
    whole = (money <= 1e-9 * purchases.money) & (purchases.money > 0)  # 0.1 + 0.2 - 0.3 is not quite 0
    return purchases._replace(money=money).only(~whole), int(whole.sum()), abs(float(lost))


def _per_customer(purchases: _Rows, ids: pd.Index, end: int, grain: str, include_first: bool) -> pd.DataFrame:
    """The summary, with the conventions it keeps."""
    if not len(purchases.day):
        raise ValueError(f"log has no purchase up to {_date(end)}: every row is a refund, a dropped zero or later")
    name, unit = _UNITS[grain]
    starts = np.flatnonzero(_changes(purchases.code))
    count = np.diff(starts, append=len(purchases.day))
    averaged = count if include_first else count - 1
    if not include_first:
        purchases.money[starts] = 0  # in place: a copy would be as large as the log
    first, last = purchases.day[starts], purchases.day[starts + count - 1]
    summary = pd.DataFrame(
        {
            "frequency": count - 1,
            "recency": (last - first) / unit,
            "T": (end - first) / unit,
            "monetary_value": np.divide(
                np.add.reduceat(purchases.money, starts), averaged, out=np.full(len(count), np.nan), where=averaged > 0
            ),
        },
        index=ids[purchases.code[starts]],
    )
    one_timers = np.count_nonzero(count == 1)
    summary.attrs["notes"] = [
        f"Time is in {name}: recency from the first to the last purchase, T from the first purchase to {_date(end)}.",
        "monetary_value is the mean of all purchases, the first included."
        if include_first
        else "monetary_value is the mean of the repeat purchases, the first left out: "
        f"{_count(one_timers, 'one-time buyer')} without one (NaN).",
    ]
    return summary


def _left_out(rows: _Rows, purchases: _Rows, end: int) -> list[str]:
    notes = []
    later = rows.day > end
    if after := np.count_nonzero(later):
        notes.append(f"{_count(after, 'row')} after {_date(end)} left out.")
    dropped = np.unique(rows.code[later | (rows.money <= 0)])
    place = np.searchsorted(purchases.code, dropped).clip(max=len(purchases.code) - 1)
    if absent := np.count_nonzero(purchases.code[place] != dropped):
        notes.append(f"{_count(absent, 'customer')} without a purchase up to {_date(end)} not in the summary.")
    return notes


def _changes(values: np.ndarray) -> np.ndarray:
    """Where a run of equal values starts."""
    return np.append(True, values[1:] != values[:-1])[: len(values)]


def _count(number: Any, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _found(column: pd.Series, where: np.ndarray, what: str, example: str | None = None) -> list[str]:
    """A sentence on the rows `where` something is found, with index labels and an example; none if there are none."""
    number = np.count_nonzero(where)
    if not number:
        return []
    labels = [str(label) for label in column.index[where][:3]]
    if number > 3:
        labels.append(f"{number - 3:,} more")
    listed = f"row {labels[0]}" if number == 1 else f"rows {', '.join(labels[:-1])} and {labels[-1]}"
    if example is None:
        first = column[where].tolist()[0]
        example = "" if pd.isna(first) else repr(first) if isinstance(first, str) else str(first)
    return [
        f"{_count(number, 'row')} {'has' if number == 1 else 'have'} {what} ({listed})"
        + (f", such as {example}." if example else ".")
    ]


def _id_problems(ids: pd.Series) -> list[str]:
    code, found = _distinct(ids)
    blank = _says_nothing(found)
    text = _texts(found).str.replace(r"\s+", "", regex=True)
    twins = text.duplicated(keep=False) & ~blank
    pair = " and ".join(repr(spelling) for spelling in found[text == text[twins].min()][:2])
    what = "an id differing from another only in case, spaces or type"
    return [
        *_found(ids, _at(code, blank, missing=True), f"no {ids.name}"),
        *_found(ids, _at(code, twins), what, example=pair),
    ]


def _date_problems(dates: pd.Series, today: Any, date_format: str | None) -> list[str]:
    code, found = _distinct(dates)
    blank = _at(code, _says_nothing(found), missing=True)
    days = _dates(dates, date_format)
    now = np.datetime64("today") if today is None else _one_date("today", today)
    return [
        *_found(dates, blank, f"no {dates.name}"),
        *_found(dates, np.isnat(days) & ~blank, "a date that cannot be read"),
        *_ways_of_writing(dates[~blank]),
        *_found(dates, days > now, "a date in the future"),
        *_gaps(np.unique(days[days <= now])),
    ]


def _ways_of_writing(dates: pd.Series) -> list[str]:
    """Dates in text of more than one pattern: each run of digits is year-like, day-like or longer; words are words."""
    if pd.api.types.infer_dtype(dates) not in ("string", "mixed", "mixed-integer"):
        return []
    pattern = dates.astype(str).str.strip().str.replace(r"[T ]+\d{1,2}:.*", "", regex=True)
    for found, mark in ((r"[^\W\d_]+", "a"), (r"\d{5,}", "L"), (r"\d{3,4}", "Y"), (r"\d{1,2}", "D")):
        pattern = pattern.str.replace(found, mark, regex=True)
    rows = pattern.value_counts()
    if len(rows) < 2:
        return []
    examples = dates.groupby(pattern).first()
    listed = ", ".join(f"{_count(rows[way], 'row')} like {examples[way]!r}" for way in rows.index[:4])
    return [f"{dates.name} is written in {len(rows)} ways: {listed}."]


def _gaps(active: np.ndarray) -> list[str]:
    """Stretches without any row that are far longer than usual."""
    if len(active) < 3:
        return []
    steps = np.diff(active).astype(int)
    usual = np.median(steps)
    long = steps > max(7, 10 * usual)
    if not long.any():
        return []
    at = np.argmax(steps)
    return [
        f"{_count(np.count_nonzero(long), 'long gap')} in time; the longest is {steps[at] - 1:,} days without a row, "
        f"from {active[at] + 1} to {active[at + 1] - 1}."
    ]


def _amount_problems(amounts: pd.Series) -> list[str]:
    code, found = _distinct(amounts)
    is_text = found.map(lambda cell: isinstance(cell, str)).astype(bool)
    blank = _says_nothing(found)
    text = _texts(found)
    plain = pd.to_numeric(text, errors="coerce")
    bare = pd.to_numeric(text.str.replace(r"[^\d.\-]", "", regex=True), errors="coerce")
    value = plain.fillna(bare)
    problems = {
        "an amount that is a number in text": is_text & plain.notna(),
        "an amount with text around it, a currency sign, comma or unit": plain.isna() & bare.notna(),
        "an amount that is no number": value.isna(),
        "a negative amount": value < 0,
        "amount 0": value == 0,
        "an infinite amount": np.isinf(value),
    }
    sentences = _found(amounts, _at(code, blank, missing=True), f"no {amounts.name}")
    for what, where in problems.items():
        sentences += _found(amounts, _at(code, where & ~blank), what, example="" if what == "amount 0" else None)
    return sentences


def _repeated_rows(log: pd.DataFrame, ids: pd.Series) -> list[str]:
    as_text = {name: str for name in log.columns if log[name].dtype == object}  # such a cell may hold a list
    repeated = log.astype(as_text).duplicated().to_numpy()
    return _found(ids, repeated, "the same value as an earlier row in every column", example="")


def _distinct(column: pd.Series) -> tuple[np.ndarray, pd.Series]:
    """Each row's position among the distinct cells (-1: missing), and those cells: a log repeats most of them."""
    code, found = pd.factorize(column)
    return code, pd.Series(found, dtype=object)


def _at(code: np.ndarray, of_cells: Any, missing: Any = False) -> np.ndarray:
    """What holds of the distinct cells, for every row."""
    return np.append(of_cells, missing)[code]


def _texts(column: pd.Series) -> pd.Series:
    """Cells as text without case, outer spaces and full-width forms; "" for a missing one."""
    text = column.astype(object).where(column.notna(), "").astype(str)
    return text.str.normalize("NFKC").str.strip().str.casefold()


def _says_nothing(column: pd.Series, words: Iterable[str] = PLACEHOLDERS) -> pd.Series:
    """Where a cell is empty, a placeholder, punctuation only or two zeros or more."""
    text = _texts(column)
    return text.isin(list(words)) | text.str.fullmatch(r"[\W_]*|0{2,}")


def _clean(column: pd.Series) -> np.ndarray:
    """Texts to compare: no punctuation, words sorted, groups of digits joined; "" where a cell says nothing."""
    text = _texts(column).str.replace(r"[^\w\s]|_", "", regex=True).str.replace(r"(?<=\d)\s+(?=\d)", "", regex=True)
    words = text.str.split().map(sorted).str.join(" ")
    return words.mask(_says_nothing(column), "").to_numpy(dtype=object)


def _alike(rows: np.ndarray, texts: list[np.ndarray], threshold: float) -> pd.DataFrame:
    """The pairs among `rows` that are alike enough, compared a slice at a time to spare memory."""
    from rapidfuzz import fuzz, process

    found = {"left": [rows[:0]], "right": [rows[:0]], "similarity": [np.empty(0)], "compared": [rows[:0]]}
    height = 2_000_000 // max(len(rows), 1) + 1
    for start in range(0, len(rows), height):
        some, rest = rows[start : start + height], rows[start:]
        total, compared = np.zeros((len(some), len(rest))), np.zeros((len(some), len(rest)), dtype=int)
        for text in texts:
            both = (text[some] != "")[:, np.newaxis] & (text[rest] != "")
            total += both * process.cdist(text[some], text[rest], scorer=fuzz.ratio, dtype=np.float64)
            compared += both
        similarity = total / np.maximum(compared, 1)
        left, right = np.nonzero(np.triu(similarity >= threshold - 1e-9, k=1))
        found["left"].append(some[left])
        found["right"].append(rest[right])
        found["similarity"].append(similarity[left, right])
        found["compared"].append(compared[left, right])
    return pd.DataFrame({name: np.concatenate(parts) for name, parts in found.items()})


def _listed(name: str, words: Any) -> list[str]:
    if isinstance(words, str):
        raise ValueError(f"{name} must be a list of text, got {words!r}; write [{words!r}]")
    if not isinstance(words, Iterable) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{name} must be a list of text, got {words!r}")
    return list(words)


def _text_columns(customers: pd.DataFrame) -> list[str]:
    table = _checks.table("customers", customers)
    chosen = [name for name in table.columns if pd.api.types.infer_dtype(table[name]) in ("string", "mixed")]
    if not chosen:
        raise ValueError("customers has no text column to compare: name some with columns=[...], such as names")
    return chosen


def _columns(customers: pd.DataFrame, names: Any) -> list[str]:
    chosen = _listed("columns", names)
    if not chosen:
        raise ValueError("columns is empty: name at least one column")
    _checks.table("customers", customers, chosen)
    return chosen
