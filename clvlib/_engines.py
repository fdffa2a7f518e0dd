"""Logs and summaries that are no pandas DataFrame: the same results where the data are, in Polars, DuckDB, Spark, Dask,
Ibis, or a file.

Each function is that of `clvlib.transactions` or `clvlib.models` of the same name, said once more in Narwhals, which
speaks to them all. It looks through the log once, for what cannot be read and for its last day; the engine works the
result out when it is asked for.
"""

import datetime
from collections.abc import Callable, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal, NamedTuple

import narwhals as nw
import pandas as pd

from clvlib import _checks
from clvlib._calendar import DAYS, Grain
from clvlib._checks import counted
from clvlib._formula import DateFormat, Day, formula
from clvlib.transactions import HISTORY, Merge, Of, Refunds, Zeros, _history_columns

_FILES = {".parquet": "read_parquet", ".pq": "read_parquet", ".csv": "read_csv", ".csv.gz": "read_csv"}
# engines in which Narwhals does not know the first of a group in the order of something
_WITHOUT_ORDER = {nw.Implementation.PYSPARK, nw.Implementation.PYSPARK_CONNECT, nw.Implementation.DASK}


@formula
def rfm_summary(
    log: Any,
    customer: str = "customer_id",
    date: str = "date",
    amount: str = "amount",
    grain: Grain = "day",
    observation_end: Day | None = None,
    refunds: Refunds = "drop",
    *,
    zeros: Zeros = "count",
    merge: Merge = "day",
    include_first: bool = False,
    date_format: DateFormat | None = None,
) -> Any:
    """See `clvlib.transactions.rfm_summary`."""
    rows, back = _read(log, customer, date, amount, date_format, refunds)
    end = _ends(rows, zeros, observation_end=observation_end)[-1]
    return back(_per_customer(_purchases(rows, None, end, zeros, merge), customer, end, grain, include_first))


@formula
def calibration_holdout(
    log: Any,
    customer: str = "customer_id",
    date: str = "date",
    amount: str = "amount",
    grain: Grain = "day",
    *,
    calibration_end: Day,
    observation_end: Day | None = None,
    refunds: Refunds = "drop",
    zeros: Zeros = "count",
    merge: Merge = "day",
    include_first: bool = False,
    date_format: DateFormat | None = None,
) -> Any:
    """See `clvlib.transactions.calibration_holdout`."""
    rows, back = _read(log, customer, date, amount, date_format, refunds)
    middle, end = _ends(rows, zeros, calibration_end=calibration_end, observation_end=observation_end)
    summary = _per_customer(_purchases(rows, None, middle, zeros, merge), customer, middle, grain, include_first)
    bought = {"holdout_frequency": nw.len(), "holdout_spend": nw.col("money").sum()}
    later = _purchases(rows, middle, end, zeros, merge).group_by("customer").agg(**bought)
    split = summary.join(later.rename({"customer": customer}), on=customer, how="left").with_columns(
        nw.col("holdout_frequency").fill_null(0).cast(nw.Int64),
        nw.col("holdout_spend").fill_null(0.0),
        holdout_T=nw.lit((end - middle).days / DAYS[grain]),
    )
    return back(split)


@formula
def weekly_repeats(
    log: Any,
    customer: str = "customer_id",
    date: str = "date",
    amount: str = "amount",
    *,
    calibration_end: Day,
    observation_end: Day | None = None,
    refunds: Refunds = "drop",
    zeros: Zeros = "count",
    merge: Merge = "day",
    date_format: DateFormat | None = None,
) -> list[int]:
    """See `clvlib.transactions.weekly_repeats`."""
    rows, _ = _read(log, customer, date, amount, date_format, refunds)
    middle, end = _ends(rows, zeros, calibration_end=calibration_end, observation_end=observation_end)
    purchases = _purchases(rows, None, middle, zeros, merge)
    first = purchases.group_by("customer").agg(nw.col("day").min())
    later = _purchases(rows, middle, end, zeros, merge).join(first.select("customer"), on="customer", how="inner")
    by_day = [
        _fetched(each.group_by("day").agg(n=nw.len()).select("n", day=_ordinal("day"))).set_index("day")["n"]
        for each in (purchases, later, first)
    ]
    repeats = by_day[0].add(by_day[1], fill_value=0).sub(by_day[2], fill_value=0)
    start = by_day[0].index.min()
    weeks = range((end.toordinal() - start + 1) // 7)
    return repeats.groupby((repeats.index - start) // 7).sum().reindex(weeks, fill_value=0).astype(int).tolist()


@formula
def histories(summary: Any, of: Of = "purchases", grain: Grain | None = None) -> pd.DataFrame:
    """See `clvlib.transactions.histories`."""
    frame, _ = _opened("summary", summary)
    columns = _history_columns(frame.collect_schema().names(), of)
    counts = _fetched(frame.group_by(columns).agg(customers=nw.len()))
    counts = counts.astype({"customers": int}).sort_values(columns, ignore_index=True).rename_axis("history")
    counts.attrs = {"grain": grain} if grain else {}
    return counts


@formula
def predict(
    self: Any,
    summary: Any,
    periods: int,
    spend_model: Any = None,
    margin_rate: float | None = None,
    rate: float | None = None,
    *,
    timing: Literal["start", "end"] = "end",
) -> Any:
    """See `clvlib.models.BGNBD.predict`. The model forecasts each different history; the engine joins them back."""
    frame, back = _opened("summary", summary)
    names, history = frame.collect_schema().names(), list(HISTORY["purchases"][:3])
    _checks.needed("summary", names, history if spend_model is None else [*history, "monetary_value"])
    x, spent = nw.col("frequency"), nw.col("monetary_value")
    no_spend = nw.lit(0) if spend_model is None else ((x > 0) & (spent.is_null() | ~(spent > 0))).cast(nw.Int64)
    kinds = _fetched(frame.with_columns(bad=no_spend).group_by(history).agg(nw.col("bad").sum()))
    if bad := int(kinds["bad"].sum()):
        raise ValueError(
            f"monetary_value must be above 0 for a repeat buyer, and of {counted(bad, 'customer')} it is not: "
            "leave out customers whose purchases cost nothing"
        )
    kinds = kinds[history]
    told = self.predict(kinds.assign(monetary_value=1.0), periods, spend_model, margin_rate, rate, timing=timing)
    forecast = kinds.assign(p_alive=told["p_alive"], expected_purchases=told["expected_purchases"])
    if "clv" in told:
        forecast["clv"] = told["clv"] / told["expected_spend"]  # of a customer who spends 1 a purchase
    scored = frame.join(_beside(frame, forecast), on=history, how="left")
    if spend_model is not None:
        p, q, gamma = spend_model.p, spend_model.q, spend_model.gamma
        total = nw.when(x > 0).then(x * spent).otherwise(0.0)
        scored = scored.with_columns(expected_spend=p * (gamma + total) / (p * x + (q - 1)))
    if "clv" in told:
        scored = scored.with_columns(clv=nw.col("clv") * nw.col("expected_spend"))
    return back(scored.select(*names, *(name for name in told.columns if name != "rank")))


class _Opened(NamedTuple):
    """A lazy frame, and how a result goes back to what the caller gave."""

    frame: nw.LazyFrame
    back: Callable[[nw.LazyFrame], Any]


def _opened(name: str, value: Any, as_text: str | None = None) -> _Opened:
    """A frame of an engine or a file, or a sentence. A CSV file's column `as_text` is not guessed at."""
    given = nw.from_native(_file(name, fspath(value), as_text) if isinstance(value, str | PathLike) else value)
    if not isinstance(given, nw.DataFrame | nw.LazyFrame):
        raise ValueError(f"{name} must be a table, got {_checks.kind(value)}")

    def back(result: nw.LazyFrame) -> Any:
        whole = result.collect() if isinstance(given, nw.DataFrame) else result
        return whole if given is value else whole.to_native()

    return _Opened(given.lazy(), back)


def _file(name: str, path: str, as_text: str | None) -> Any:
    """A relation of DuckDB."""
    reader = next((each for ending, each in _FILES.items() if path.lower().endswith(ending)), None)
    somewhere = "*" in path or "://" in path
    if reader is None or not (somewhere or Path(path).is_file()):
        why = f"it ends in none of {', '.join(_FILES)}" if reader is None else "there is no such file"
        raise ValueError(
            f"{name} must be a pandas DataFrame, a frame of an engine or the path of a Parquet or CSV file, "
            f"got {_checks.shown(path)}: {why}"
        )
    try:
        import duckdb
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"{name} is a path, which DuckDB reads: pip install 'clvlib[engines]' brings it", name="duckdb"
        ) from None
    try:
        if reader == "read_parquet":
            return duckdb.read_parquet(path)
        columns = duckdb.read_csv(path).columns
        return duckdb.read_csv(path, dtype={as_text: "VARCHAR"} if as_text in columns else None)
    except duckdb.Error as error:
        raise ValueError(f"{name} cannot be read from {path!r}: {_first_line(error)}") from None


def _read(
    log: Any, customer: str, date: str, amount: str, date_format: Sequence[str] | None, refunds: Refunds
) -> _Opened:
    """The log's columns as customer, day and money; sentences on what an engine cannot take, or its types."""
    if refunds != "drop":
        raise ValueError(
            f"refunds={refunds!r} follows each customer's purchases one by one, which engines cannot do: write "
            "refunds='drop', or load the log into a pandas DataFrame"
        )
    if date_format is not None and len(date_format) > 1:
        raise ValueError("date_format must be one in an engine; several are for a pandas DataFrame")
    written = None if date_format is None else date_format[0]
    frame, back = _opened("log", log, as_text=date)
    schema = frame.collect_schema()
    table = pd.DataFrame(columns=schema.names())
    wanted = {"customer": customer, "date": date, "amount": amount}
    _checks.has_columns("log", table, wanted)
    _checks.different("log", **{name: table[label] for name, label in wanted.items()})
    if not schema[amount].is_numeric():
        raise ValueError(
            f"column {amount!r} of log must hold numbers, got {schema[amount]}: take out signs and commas, and cast it"
        )
    day, kind = nw.col(date), schema[date]
    if kind == nw.String:
        day = (day if written else day.str.slice(0, 10)).str.to_datetime(written or "%Y-%m-%d")
    elif kind not in (nw.Date, nw.Datetime):
        raise ValueError(f"column {date!r} of log must hold dates, or text with dates, got {kind}: cast it")
    elif kind == nw.Datetime and kind.time_zone is not None:  # type: ignore[attr-defined]
        day = day.dt.replace_time_zone(None)
    columns = {"customer": nw.col(customer), "day": day.cast(nw.Date), "money": nw.col(amount).cast(nw.Float64)}
    try:
        return _Opened(frame.select(**columns), back)
    except Exception as error:  # an Arrow table is read at once
        raise _unread(error) from error


def _ends(rows: nw.LazyFrame, zeros: Zeros, **days: pd.Timestamp | None) -> list[datetime.date]:
    """Each day as a date, the last day of the log for None; or a sentence on what is wrong with days or rows.

    This looks through the whole log, once: an engine would find a missing cell nowhere, or too late for a sentence.
    """
    marks = {
        "customer": nw.col("customer").is_null(),
        "date": nw.col("day").is_null(),
        "amount": nw.col("money").is_null() | ~nw.col("money").is_finite(),
        "bought": _bought(zeros),
    }
    marked = rows.select("day", **{name: which.cast(nw.Int64) for name, which in marks.items()})
    try:
        by_day = marked.group_by("day").agg(nw.col(*marks).sum(), rows=nw.len())
        by_day = _fetched(by_day.with_columns(day=_ordinal(nw.col("day").fill_null(datetime.date(1970, 1, 1)))))
    except Exception as error:  # each engine has its own
        raise _unread(error) from error
    found = by_day.sum().astype(int)
    if not found["rows"]:
        raise ValueError("log is empty: it needs at least one row")
    for name, what in {"customer": "missing", "date": "missing", "amount": "missing or infinite"}.items():
        if found[name]:
            raise ValueError(
                f"{name} is {what} in {found[name]:,} of {counted(found['rows'], 'row')} of log: "
                "fill it in or leave them out"
            )
    first, last = (datetime.date.fromordinal(int(day)) for day in (by_day["day"].min(), by_day["day"].max()))
    ends = [last if day is None else day.date() for day in days.values()]
    for name, day in zip(days, ends, strict=True):
        if day < first:
            raise ValueError(f"{name} ({day}) is before the first day of log ({first})")
    if len(ends) == 2 and ends[0] >= ends[1]:
        raise ValueError(f"calibration_end must be before observation_end ({ends[1]}), got {ends[0]}")
    if not by_day.loc[by_day["day"] <= ends[0].toordinal(), "bought"].sum():
        raise ValueError(f"log has no purchase up to {ends[0]}: every row is a refund, a dropped zero or later")
    return ends


def _unread(error: Exception) -> ValueError:
    return ValueError(
        f"log cannot be read: {_first_line(error)}. Is every date a date? Say how dates in text are written with "
        "date_format='%d/%m/%Y', if not year-month-day"
    )


def _bought(zeros: Zeros) -> nw.Expr:
    return nw.col("money") >= 0 if zeros == "count" else nw.col("money") > 0


def _purchases(
    rows: nw.LazyFrame, after: datetime.date | None, end: datetime.date, zeros: Zeros, merge: Merge
) -> nw.LazyFrame:
    """A row a purchase: customer, day, money."""
    inside = _bought(zeros) & (nw.col("day") <= end)
    if after is not None:
        inside = inside & (nw.col("day") > after)
    purchases = rows.filter(inside).group_by("customer", "day").agg(nw.col("money").sum())
    if merge == "day":
        return purchases
    week, month = (_ordinal("day") - 1) // 7, _part("day", "year") * 12 + _part("day", "month")
    together = purchases.with_columns(period=week if merge == "week" else month).group_by("customer", "period")
    return together.agg(nw.col("day").min(), nw.col("money").sum()).drop("period")


def _per_customer(
    purchases: nw.LazyFrame, customer: str, end: datetime.date, grain: Grain, include_first: bool
) -> nw.LazyFrame:
    """The summary."""
    averaged = {"spent": nw.col("money").sum()}
    if not include_first and purchases.implementation in _WITHOUT_ORDER:
        purchases = purchases.with_columns(first=nw.col("day").min().over("customer"))
        later = nw.when(nw.col("day") > nw.col("first")).then(nw.col("money")).otherwise(0.0)
        purchases = purchases.with_columns(money=later)
    elif not include_first:
        averaged["opening"] = nw.col("money").first("day")
    day = nw.col("day")
    each = purchases.group_by("customer").agg(n=nw.len(), first=day.min(), last=day.max(), **averaged)
    n, first, last = nw.col("n").cast(nw.Int64), _ordinal("first"), _ordinal("last")
    spent = nw.col("spent") - nw.col("opening") if "opening" in averaged else nw.col("spent")
    averages = n if include_first else n - 1
    return each.select(
        nw.col("customer").alias(customer),
        frequency=n - 1,
        recency=(last - first) / DAYS[grain],
        T=(end.toordinal() - first) / DAYS[grain],
        monetary_value=nw.when(averages > 0).then(spent / averages),
    )


def _ordinal(day: str | nw.Expr) -> nw.Expr:
    """A date as Python's ordinal, a whole number: the engines have no difference of dates in common.

    The day of a year that begins on 1 March, so that a leap day is its last.
    """
    month = _part(day, "month")
    year = _part(day, "year") - (month <= 2).cast(nw.Int64)
    so_far = 365 * year + year // 4 - year // 100 + year // 400
    return so_far + (153 * ((month + 9) % 12) + 2) // 5 + _part(day, "day") - 306


def _part(day: str | nw.Expr, name: str) -> nw.Expr:
    of = nw.col(day) if isinstance(day, str) else day
    return getattr(of.dt, name)().cast(nw.Int64)


def _fetched(frame: nw.LazyFrame) -> pd.DataFrame:
    """A small result, here."""
    own = frame.implementation.is_polars() or frame.implementation.is_pyarrow()
    table = frame.collect() if own else frame.collect("pandas")
    return pd.DataFrame({name: table[name].to_numpy() for name in table.columns})


def _beside(frame: nw.LazyFrame, ours: pd.DataFrame) -> nw.LazyFrame:
    """A small table of ours in the frame's engine."""
    native, engine = frame.to_native(), frame.implementation
    if engine.is_duckdb():  # in the relation's own connection
        return nw.from_native(native.query("_", "select * from ours"))
    if engine.is_pyspark() or engine.is_pyspark_connect():
        return nw.from_native(native.sparkSession.createDataFrame(ours))
    if engine.is_dask():
        import dask.dataframe as dd

        return nw.from_native(dd.from_pandas(ours, npartitions=1))
    if engine.is_ibis():
        import ibis

        return nw.from_native(ibis.memtable(ours))
    return nw.from_dict({name: ours[name].to_numpy() for name in ours}, backend=engine).lazy()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
