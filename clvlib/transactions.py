"""From a transaction log to one row a customer: the summary that models of customers' purchases are fitted to."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from clvlib import _checks, _logs
from clvlib._calendar import DAYS, Grain
from clvlib._checks import counted
from clvlib._formula import AnyColumn, DateFormat, Day, Ids, NumberColumn, Rates, also_in_engines, formula
from clvlib.records import PLACEHOLDERS, check_log, completeness, find_duplicates

__all__ = [
    "PLACEHOLDERS",
    "calibration_holdout",
    "check_log",
    "completeness",
    "find_duplicates",
    "histories",
    "rfm_summary",
    "weekly_repeats",
]

Refunds = Literal["drop", "net", "match"]
Zeros = Literal["count", "drop"]
Merge = Literal["day", "week", "month"]
Of = Literal["purchases", "spend"]

_DAY_0 = np.datetime64("0001-01-01")  # a Monday, and day 1 of Python's ordinals
_MERGED = {"day": "on the same day", "week": "in the same week", "month": "in the same month"}
HISTORY = {  # what customers with equal histories have in common; the holdout where there is one
    "purchases": ("frequency", "recency", "T", "holdout_frequency", "holdout_T"),
    "spend": ("frequency", "monetary_value"),
}


@also_in_engines("log")
@formula
def rfm_summary(
    log: pd.DataFrame,
    customer: Ids = "customer_id",
    date: AnyColumn = "date",
    amount: NumberColumn = "amount",
    grain: Grain = "day",
    observation_end: Day | None = None,
    refunds: Refunds = "drop",
    *,
    zeros: Zeros = "count",
    merge: Merge = "day",
    include_first: bool = False,
    quantity: NumberColumn | None = None,
    currency: Ids | None = None,
    rates: Rates | None = None,
    product: AnyColumn | None = None,
    date_format: DateFormat | None = None,
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

    A log that is too large for pandas stays where it is: in a Polars frame, a DuckDB relation, an Ibis table, a PySpark
    or Dask DataFrame, an Arrow table, or a Parquet or CSV file, which DuckDB reads (``pip install 'clvlib[engines]'``).
    It is looked through once, for missing cells and its last day. The summary then is a frame of the same kind (of a
    path: a relation of DuckDB), worked out when it is asked for, in no order, with the customer as a column and without
    ``attrs``. Engines cannot follow a customer's purchases one by one, so refunds are dropped there; `quantity`,
    `currency` and several date formats are for pandas alone.

    Parameters
    ----------
    log : DataFrame, frame of an engine, or path
        One row a transaction, in any order.
    customer, date, amount : str
        Names of its columns. Dates are datetimes, or text written year-month-day; amounts are numbers (currency units);
        with `quantity`, amount is the price of one piece.
    grain : {"day", "week", "month", "quarter", "year"}, default "day"
        Unit of recency and T. A week has 7 days, a year 365.25; a month is a twelfth and a quarter a fourth of it.
    observation_end : date, optional
        Last day of observation; later rows are left out. The last day of the log if not given.
    refunds : {"drop", "net", "match"}, default "drop"
        What to do with a negative amount, which never is a purchase. ``"drop"``: leave it out. ``"net"``: take it from
        the customer's latest purchase up to that day, and what is left of it from the one before; a purchase that is
        taken back whole is no purchase. ``"match"``: take back the row that it cancels, the latest up to that day of
        the same customer and amount, or, with `quantity`, of the same price and as many pieces (else its pieces are
        taken from the latest such rows, if they are enough); with `product`, of the same product. What matches no
        row is left out, and the notes name it.
    zeros : {"count", "drop"}, default "count"
        Whether a row of amount 0 is a purchase.
    merge : {"day", "week", "month"}, default "day"
        Purchases of a customer in the same calendar day, week (Monday to Sunday) or month are one purchase, dated on
        the first day of them.
    include_first : bool, default False
        Whether monetary_value averages the first purchase too.
    quantity : str, optional
        Column with the pieces of a row: its amount then is quantity times price. Negative if they are taken back.
    currency : str, optional
        Column with the currency. More than one is refused, unless there are `rates`.
    rates : dict or Series, optional
        What one unit of each currency is worth, such as ``{"EUR": 1, "USD": 0.92}`` for a summary in euro.
    product : str, optional
        Column with the product, for ``refunds="match"``.
    date_format : str or list of str, optional
        How dates in text are written, such as ``"%d/%m/%Y"``, if not year-month-day; a list where they are written in
        several ways. A row that fits none, or several with different days, is refused.

    Returns
    -------
    DataFrame
        Index: the customers, sorted. Columns frequency (a count), recency and T (in the unit of `grain`),
        monetary_value (currency units a purchase). A one-time buyer has no repeat purchase to average: her
        monetary_value is missing (NaN), not 0, unless `include_first`. `clvlib.models.GammaGamma.fit` leaves her out.
        ``summary.attrs["grain"]`` is the unit of time, such as ``"week"``: `clvlib.models` reads it there.
        ``summary.attrs["notes"]`` is a list of sentences: the conventions, and how many rows were merged, refunded,
        zero or left out; also if amount has the name of a price, and a column of pieces is not used.

    Raises
    ------
    ValueError
        If a column or an id is missing, a date cannot be read, an amount is missing or is text (the sentence names the
        rows), a quantity and its price are both negative, a currency has no rate, an option is unknown, or no purchase
        is left.

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
    >>> summary = rfm_summary(log, grain="week", observation_end="2024-02-12")
    >>> summary.loc["ann"].tolist()
    [2.0, 4.0, 6.0, 70.0]
    >>> summary.loc["bo"].tolist()
    [0.0, 0.0, 5.0, nan]
    >>> summary.attrs["grain"]
    'week'
    >>> summary.attrs["notes"][0]
    'Time is in weeks: recency from the first to the last purchase, T from the first purchase to 2024-02-12.'

    A shop's own file: pieces and prices, two currencies, a cancellation, dates in two ways.

    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "ann"],
    ...     "date": ["2024-01-01", "2024-01-15", "16/01/2024", "29/01/2024"],
    ...     "item": ["tea", "cup", "cup", "tea"],
    ...     "pieces": [2, 6, -6, 3],
    ...     "price": [5.0, 4.0, 4.0, 5.0],
    ...     "currency": ["EUR", "EUR", "EUR", "USD"],
    ... })
    >>> summary = rfm_summary(
    ...     log, amount="price", quantity="pieces", currency="currency", rates={"EUR": 1, "USD": 0.9}, product="item",
    ...     refunds="match", date_format=["%Y-%m-%d", "%d/%m/%Y"],
    ... )
    >>> summary.loc["ann"].tolist()
    [1.0, 28.0, 28.0, 13.5]
    """
    rows, ids, said = _read(log, customer, date, amount, quantity, currency, rates, product, refunds, date_format)
    end = _last_day("observation_end", observation_end, rows)
    purchases, notes = _purchases(_between(rows, None, end), refunds, zeros, merge)
    summary = _per_customer(purchases, ids, end, grain, include_first)
    summary.attrs["notes"] += said + notes + _left_out(rows, purchases, end)
    return summary


@also_in_engines("log")
@formula
def calibration_holdout(
    log: pd.DataFrame,
    customer: Ids = "customer_id",
    date: AnyColumn = "date",
    amount: NumberColumn = "amount",
    grain: Grain = "day",
    *,
    calibration_end: Day,
    observation_end: Day | None = None,
    refunds: Refunds = "drop",
    zeros: Zeros = "count",
    merge: Merge = "day",
    include_first: bool = False,
    quantity: NumberColumn | None = None,
    currency: Ids | None = None,
    rates: Rates | None = None,
    product: AnyColumn | None = None,
    date_format: DateFormat | None = None,
) -> pd.DataFrame:
    """The summary up to a day, and beside it what the same customers bought afterwards: to test a forecast.

    Parameters
    ----------
    calibration_end : date
        Last day of the summary.
    observation_end : date, optional
        Last day of the holdout. The last day of the log if not given.
    log, customer, date, amount, grain, refunds, zeros, merge, include_first
        As in `rfm_summary`.
    quantity, currency, rates, product, date_format
        As in `rfm_summary`. A cancellation in the holdout matches purchases in the holdout.

    Returns
    -------
    DataFrame
        The columns of `rfm_summary` (frequency, recency, T, monetary_value) at `calibration_end`, then
        holdout_frequency (purchases in the holdout, a count), holdout_spend (their amount in all, currency units) and
        holdout_T (length of the holdout, in the unit of `grain`). Customers whose first purchase falls in the holdout
        are not in it: no forecast knew them.
        ``attrs["grain"]`` and ``attrs["notes"]`` as in `rfm_summary`. ``attrs["weekly_repeats"]``: repeat purchases of
        these customers in each whole week, the first of which begins on the first day of purchase, for
        `clvlib.models.BGNBD.check`. Of a frame of an engine, which has no ``attrs``, `weekly_repeats` gives them.

    Raises
    ------
    ValueError
        As `rfm_summary`; also if calibration_end is not before observation_end.

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
    rows, ids, said = _read(log, customer, date, amount, quantity, currency, rates, product, refunds, date_format)
    middle = _last_day("calibration_end", calibration_end, rows)
    end = _last_day("observation_end", observation_end, rows)
    if middle >= end:
        raise ValueError(f"calibration_end must be before observation_end ({_date(end)}), got {_date(middle)}")
    purchases, notes = _purchases(_between(rows, None, middle), refunds, zeros, merge)
    later, later_notes = _purchases(_between(rows, middle, end), refunds, zeros, merge)
    split = _per_customer(purchases, ids, middle, grain, include_first)
    split["holdout_frequency"] = pd.Series(np.bincount(later.code, minlength=len(ids)), index=ids)
    split["holdout_spend"] = pd.Series(np.bincount(later.code, later.money, minlength=len(ids)), index=ids)
    split["holdout_T"] = (end - middle) / DAYS[grain]
    split.attrs["weekly_repeats"] = _weekly_repeats(purchases, later, end)
    split.attrs["notes"] += said + notes + _left_out(rows, purchases, middle)
    split.attrs["notes"] += [f"Holdout, to {_date(end)}: {note}" for note in later_notes]
    return split


@also_in_engines("log")
def weekly_repeats(
    log: pd.DataFrame,
    customer: str = "customer_id",
    date: str = "date",
    amount: str = "amount",
    *,
    calibration_end: Any,
    observation_end: Any = None,
    refunds: Refunds = "drop",
    zeros: Zeros = "count",
    merge: Merge = "day",
    date_format: str | None = None,
) -> list[int]:
    """Purchases by week, for the check of a model on counts of histories: an engine's frame cannot remember them.

    Parameters
    ----------
    log, customer, date, amount, calibration_end, observation_end, refunds, zeros, merge, date_format
        As in `calibration_holdout`.

    Returns
    -------
    list of int
        Repeat purchases of the customers of the calibration in each whole week, from the first day of purchase on:
        ``calibration_holdout(...).attrs["weekly_repeats"]``.

    Raises
    ------
    ValueError
        As `calibration_holdout`.

    Source
    ------
    As `calibration_holdout`.

    Examples
    --------
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "bo"],
    ...     "date": ["2024-01-01", "2024-01-15", "2024-01-29", "2024-01-08"],
    ...     "amount": [50, 60, 80, 20],
    ... })
    >>> weekly_repeats(log, calibration_end="2024-01-20")
    [0, 0, 1, 0]

    With a log in a file, and a model of it:

    >>> split = calibration_holdout("log.parquet", calibration_end="2024-06-30")  # doctest: +SKIP
    >>> counts = histories(split, grain="day")  # doctest: +SKIP
    >>> counts.attrs["weekly_repeats"] = weekly_repeats("log.parquet", calibration_end="2024-06-30")  # doctest: +SKIP
    >>> BGNBD.fit(counts).check(counts)  # doctest: +SKIP
    """
    options = dict(refunds=refunds, zeros=zeros, merge=merge, date_format=date_format)
    ends = dict(calibration_end=calibration_end, observation_end=observation_end)
    return calibration_holdout(log, customer, date, amount, **ends, **options).attrs["weekly_repeats"]


@also_in_engines("summary")
@formula
def histories(summary: pd.DataFrame, of: Of = "purchases", grain: Grain | None = None) -> pd.DataFrame:
    """How many customers have each history: all that a model is fitted on, and far fewer rows than customers.

    The log-likelihood of a summary is a sum over customers, and those with the same history add the same to it. So
    `fit`, `log_likelihood_of`, `check` and `clvlib.models.compare` take these counts in place of the summary, and give
    the same numbers. Where the summary is a frame of an engine, the engine counts: a billion customers, seen by the
    week, are a few hundred thousand histories.

    Parameters
    ----------
    summary : DataFrame, frame of an engine, or path
        Of `rfm_summary` or `calibration_holdout`, or any with these columns.
    of : {"purchases", "spend"}, default "purchases"
        ``"purchases"``: equal frequency, recency and T (of a `calibration_holdout` holdout_frequency and holdout_T,
        too), for the models of shops. ``"spend"``: equal frequency and monetary_value, for `clvlib.models.GammaGamma`.
        Means of money are rarely equal, so those counts are hardly fewer than the customers, and there is no shorter
        form. Round monetary_value first, or fit on a sample.
    grain : {"day", "week", "month", "quarter", "year"}, optional
        The unit of recency and T, for ``attrs["grain"]``. A pandas summary remembers it; a frame of an engine does not.

    Returns
    -------
    DataFrame
        In memory: the columns above, sorted, and customers, a count.

    Raises
    ------
    ValueError
        If a column is missing, or grain is another than the summary's.

    Source
    ------
    Arithmetic.

    Examples
    --------
    >>> summary = pd.DataFrame({"frequency": [0, 2, 0], "recency": [0, 8, 0], "T": [9, 9, 9]})
    >>> histories(summary).reset_index(drop=True)
       frequency  recency  T  customers
    0          0        0  9          2
    1          2        8  9          1
    """
    columns = _history_columns(list(summary), of)
    own = summary.attrs.get("grain", grain)
    if grain not in (None, own):
        raise ValueError(f"grain is {grain!r}, but the summary is in {own}s: leave grain out")
    counts = summary.groupby(columns, dropna=False).size().rename("customers").reset_index().rename_axis("history")
    counts.attrs = {name: summary.attrs[name] for name in ("weekly_repeats",) if name in summary.attrs}
    counts.attrs |= {"grain": own} if own else {}
    return counts


def _history_columns(have: list[str], of: Of) -> list[str]:
    """The columns of a summary that equal histories have in common, or a sentence on those that are missing."""
    columns = [name for name in HISTORY[of] if name in have or not name.startswith("holdout")]
    _checks.needed("summary", have, columns)
    return columns


class _Rows(NamedTuple):
    """Transactions or purchases as arrays of one length."""

    code: np.ndarray  # position of the customer among the sorted ids
    day: np.ndarray  # days since _DAY_0
    money: np.ndarray  # currency units
    lines: pd.DataFrame | None = None  # to match cancellations: item and pieces, with the labels of the log

    def only(self, keep: np.ndarray) -> "_Rows":
        lines = None if self.lines is None else self.lines[keep]
        return _Rows(self.code[keep], self.day[keep], self.money[keep], lines)


def _read(
    log: pd.DataFrame,
    customer: pd.Series,
    date: pd.Series,
    amount: pd.Series,
    quantity: pd.Series | None,
    currency: pd.Series | None,
    rates: dict[str, float] | None,
    product: pd.Series | None,
    refunds: Refunds,
    date_format: Sequence[str] | None,
) -> tuple[_Rows, pd.Index, list[str]]:
    """The log as arrays, the sorted ids, and what was done to the amounts."""
    named = dict(customer=customer, date=date, amount=amount, quantity=quantity, currency=currency, product=product)
    _checks.different("log", **{name: column for name, column in named.items() if column is not None})
    days = _checks.log_dates(date, date_format).to_numpy().astype("datetime64[D]").view(np.int64)
    code, ids = _codes(customer)
    worth, notes = _logs.worth(currency, rates)
    price = amount.to_numpy() if worth is None else amount.to_numpy() * worth
    pieces = None if quantity is None else _pieces(quantity, amount)
    lines = None
    if refunds == "match":
        item, each = _logs.lines(price, pieces, None if product is None else _checks.distinct(product)[0])
        lines = pd.DataFrame({"item": item, "pieces": each}, index=amount.index)
    money = price if pieces is None else pieces * price
    notes += _logs.pieces_apart(log, amount, quantity)
    return _Rows(code, _less(days, _DAY_0.astype(int)), money, lines), ids, notes


def _pieces(quantity: pd.Series, price: pd.Series) -> np.ndarray:
    both = ((quantity < 0) & (price < 0)).to_numpy()
    mend = "two minus signs make no purchase: take one away, or leave them out"
    _checks.refuse(_name(quantity), quantity, both, f"and {price.name!r} are both negative", mend)
    return quantity.to_numpy()


def _name(column: pd.Series) -> str:
    return f"column {column.name!r} of log"


def _codes(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Each row's position among the sorted ids, and the ids (some unused, if they are whole numbers close together)."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu":
        low, high = int(column.min()), int(column.max())
        if high < 2**62 and high - low < 4 * len(column):
            ids = pd.Index(np.arange(low, high + 1, dtype=column.dtype), name=column.name)
            return _less(column.to_numpy(), low), ids
    numbers = _short_text_as_numbers(column)
    code, ids = _sorted_ids(column) if numbers is None else _used_ids(_codes(numbers)[0], column)
    if isinstance(ids[0], str) and not ids[0].strip():
        _checks.ids(_name(column), column.where(column.str.strip() != ""))
    return code, ids


def _less(values: np.ndarray, low: int) -> np.ndarray:
    """``values - low`` in 32 bits, in one pass."""
    return np.subtract(values, low, out=np.empty(len(values), dtype=np.int32), dtype=np.int64)


def _sorted_ids(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    kind = pd.api.types.infer_dtype(column)
    if kind in ("mixed", "mixed-integer"):
        raise ValueError(
            f"{_name(column)} mixes kinds of ids, such as text and numbers: use .astype(str) on all of them"
        )
    code, found = pd.factorize(column)
    ids = pd.Index(found, name=column.name)
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


def _last_day(name: str, given: pd.Timestamp | None, rows: _Rows) -> int:
    """A day as days since _DAY_0; the last day of the log for None."""
    if given is None:
        return int(rows.day.max())
    day = given.date().toordinal() - 1
    if day < rows.day.min():
        raise ValueError(f"{name} ({_date(day)}) is before the first day of log ({_date(rows.day.min())})")
    return day


def _date(day: int) -> str:
    return str(_DAY_0 + int(day))


def _between(rows: _Rows, after: int | None, end: int) -> _Rows:
    inside = rows.day <= end
    if after is not None:
        inside &= rows.day > after
    return rows if inside.all() else rows.only(inside)


def _purchases(rows: _Rows, refunds: Refunds, zeros: Zeros, merge: Merge) -> tuple[_Rows, list[str]]:
    """One line a purchase, sorted by customer and day, and what was done with the other rows."""
    matched: list[str] = []
    if rows.lines is not None:
        rows, matched = _match(rows, rows.lines)
    is_refund = np.signbit(rows.money)  # -0.0 too: a piece taken back at price 0
    is_zero = (rows.money == 0) & ~is_refund
    refunded, zero = np.count_nonzero(is_refund), np.count_nonzero(is_zero)
    no_purchase = is_refund | is_zero if zeros == "drop" else is_refund
    bought = rows.only(~no_purchase) if no_purchase.any() else rows
    purchases = _merge(_add_up_days(bought), merge)
    notes = [
        f"Purchases of a customer {_MERGED[merge]} are one purchase: "
        f"{counted(len(bought.day), 'row')} are {counted(len(purchases.day), 'purchase')}, "
        f"{counted(len(bought.day) - len(purchases.day), 'row')} merged.",
        *matched,
    ]
    if refunded and refunds == "drop":
        notes.append(f"{counted(refunded, 'row')} with a negative amount left out (refunds='drop').")
    if refunded and refunds == "net":
        purchases, cancelled, lost = _take_back(purchases, rows.only(is_refund))
        notes.append(
            f"{counted(refunded, 'row')} with a negative amount taken from earlier purchases (refunds='net'): "
            f"{counted(cancelled, 'purchase')} taken back whole, {lost:.2f} without an earlier purchase."
        )
    if zero:
        what = "counted as a purchase" if zeros == "count" else "left out"
        notes.append(f"{counted(zero, 'row')} with amount 0 {what} (zeros={zeros!r}).")
    return purchases, notes


def _match(rows: _Rows, lines: pd.DataFrame) -> tuple[_Rows, list[str]]:
    """The rows without cancellations and without what these took back, and what was done."""
    left = _logs.left_of(rows.code, rows.day, lines["item"].to_numpy(), pieces := lines["pieces"].to_numpy())
    taken_back, changed = np.signbit(pieces), left != pieces
    alone = taken_back & ~changed
    notes = []
    if changed.any():
        bought = changed & ~taken_back
        whole = np.count_nonzero(bought & (left == 0))
        part = np.count_nonzero(bought) - whole
        notes.append(
            f"{counted(np.count_nonzero(changed & taken_back), 'row')} with a negative amount matched to earlier "
            f"rows (refunds='match'): {counted(whole, 'row')} taken back whole, {part:,} in part."
        )
    if alone.any():
        notes.append(
            f"{counted(np.count_nonzero(alone), 'row')} with a negative amount, {-rows.money[alone].sum():.2f} in all, "
            f"left out: they match no earlier row ({_checks.rows(lines['pieces'], alone)})."
        )
    money = rows.money.copy()
    money[changed] *= left[changed] / pieces[changed]
    kept = ~taken_back & ((left > 0) | ~changed)
    return _Rows(rows.code, rows.day, money).only(kept), notes


def _add_up_days(rows: _Rows) -> _Rows:
    """One line a customer and day. A sparse matrix customers x days does it with a counting sort."""
    from scipy import sparse

    if not len(rows.day):
        return rows
    cells = sparse.coo_array((rows.money, (rows.code, rows.day))).tocsr()
    code = np.repeat(np.arange(cells.shape[0], dtype=np.int32), np.diff(cells.indptr))
    return _Rows(code, cells.indices, cells.data)


def _merge(purchases: _Rows, merge: Merge) -> _Rows:
    """Purchases of the same week or month as one, on the first of their days."""
    if merge == "day" or not len(purchases.day):
        return purchases
    period = purchases.day // 7 if merge == "week" else (_DAY_0 + purchases.day).astype("datetime64[M]").astype(int)
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


def _per_customer(purchases: _Rows, ids: pd.Index, end: int, grain: Grain, include_first: bool) -> pd.DataFrame:
    """The summary, with the conventions it keeps."""
    if not len(purchases.day):
        raise ValueError(f"log has no purchase up to {_date(end)}: every row is a refund, a dropped zero or later")
    starts = np.flatnonzero(_changes(purchases.code))
    count = np.diff(starts, append=len(purchases.day))
    averaged = count if include_first else count - 1
    if not include_first:
        purchases.money[starts] = 0  # in place: a copy would be as large as the log
    first, last = purchases.day[starts], purchases.day[starts + count - 1]
    summary = pd.DataFrame(
        {
            "frequency": count - 1,
            "recency": (last - first) / DAYS[grain],
            "T": (end - first) / DAYS[grain],
            "monetary_value": np.add.reduceat(purchases.money, starts) / averaged,  # 0 / 0 is NaN: a one-time buyer
        },
        index=ids[purchases.code[starts]],
    )
    one_timers = np.count_nonzero(count == 1)
    summary.attrs["grain"] = grain
    summary.attrs["notes"] = [
        f"Time is in {grain}s: recency from the first to the last purchase, T from the first purchase to {_date(end)}.",
        "monetary_value is the mean of all purchases, the first included."
        if include_first
        else "monetary_value is the mean of the repeat purchases, the first left out: "
        f"{counted(one_timers, 'one-time buyer')} without one (NaN).",
    ]
    return summary


def _weekly_repeats(purchases: _Rows, later: _Rows, end: int) -> list[int]:
    """Repeat purchases in each whole week from the first day on, of those who had bought before the holdout."""
    known, start = np.zeros(max(purchases.code.max(), later.code.max(initial=0)) + 1, dtype=bool), purchases.day.min()
    known[purchases.code] = True
    days = np.concatenate([purchases.day[~_changes(purchases.code)], later.day[known[later.code]]])
    weeks = (end - start + 1) // 7
    return np.bincount((days - start) // 7, minlength=weeks)[:weeks].tolist()


def _left_out(rows: _Rows, purchases: _Rows, end: int) -> list[str]:
    notes = []
    later = rows.day > end
    if after := np.count_nonzero(later):
        notes.append(f"{counted(after, 'row')} after {_date(end)} left out.")
    dropped = np.unique(rows.code[later | (rows.money <= 0)])
    place = np.searchsorted(purchases.code, dropped).clip(max=len(purchases.code) - 1)
    if absent := np.count_nonzero(purchases.code[place] != dropped):
        notes.append(f"{counted(absent, 'customer')} without a purchase up to {_date(end)} not in the summary.")
    return notes


def _changes(values: np.ndarray) -> np.ndarray:
    """Where a run of equal values starts."""
    return np.append(True, values[1:] != values[:-1])[: len(values)]
