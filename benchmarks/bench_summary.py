"""The customer summary of a 10-million-row log, beside lifetimes, pandas, polars and duckdb.

All start from a log that is already in memory in the form they like best, and end with the summary of a million
customers. polars and duckdb use every core, the others one.
"""

import json
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import harness
import numpy as np
import pandas as pd

ROWS, CUSTOMERS, DAYS = 10_000_000, 1_000_000, 730
END = "2023-12-31"
# Case: (ids, whether the rows stand in time order) -> how many times faster than each peer.
GOALS = {
    ("whole-number", "in time order"): {"lifetimes": 20, "pandas": None, "polars": 3, "duckdb": 3},
    ("whole-number", "shuffled"): {"lifetimes": 20, "pandas": None, "polars": 3, "duckdb": 3},
    ("text", "in time order"): {"lifetimes": 5, "pandas": None, "polars": None, "duckdb": None},
}


def rows() -> Iterator[dict[str, Any]]:
    path = harness.data_file("log.npz")
    rng = np.random.default_rng(2024)
    np.savez(
        path,
        customer=_skewed_customers(rng),
        day=rng.integers(0, DAYS, ROWS),
        amount=rng.gamma(2, 10, ROWS).round(2),
    )
    peer_python = harness.peer_python()
    for (ids, order), goals in GOALS.items():
        ours = harness.run_in(sys.executable, __file__, path, ids, order, "clvlib")
        work = f"summary, {ROWS / 1e6:g} M rows {order}, {ids} ids"
        for peer, goal in goals.items():
            theirs = harness.run_in(peer_python, __file__, path, ids, order, peer) if peer_python else {}
            agrees = not theirs or all(np.isclose(ours[key], theirs[key], rtol=1e-9) for key in ("repeats", "money"))
            seconds = ours["seconds"], theirs.get("seconds")
            note = "" if agrees else "the two summaries differ"
            yield harness.compare(work, "rfm_summary", peer, *seconds, goal, note, agrees)
        yield harness.figure(f"{work}: memory above the log", "rfm_summary", ours["megabytes"], "MB", 1000)
    path.unlink()


def _skewed_customers(rng: np.random.Generator) -> np.ndarray:
    """Who bought, row by row: a few customers buy very often, most rarely."""
    weights = rng.gamma(1, 1, CUSTOMERS)
    return np.searchsorted(np.cumsum(weights / weights.sum()), rng.random(ROWS)).clip(max=CUSTOMERS - 1)


# --- below: the same work in each tool, run in a process of its own ------------------------------------------------


def _clvlib(log: pd.DataFrame) -> Callable[[], pd.DataFrame]:
    from clvlib.transactions import rfm_summary

    return lambda: rfm_summary(log, observation_end=END)


def _lifetimes(log: pd.DataFrame) -> Callable[[], pd.DataFrame]:
    from lifetimes.utils import summary_data_from_transaction_data

    return lambda: summary_data_from_transaction_data(log, "customer_id", "date", "amount", observation_period_end=END)


def _pandas(log: pd.DataFrame) -> Callable[[], pd.DataFrame]:
    def summary() -> pd.DataFrame:
        days = log.groupby(["customer_id", log["date"].dt.normalize()])["amount"].sum().reset_index()
        by_customer = days.groupby("customer_id")
        first, last = by_customer["date"].first(), by_customer["date"].last()
        repeats = by_customer.size() - 1
        spent = by_customer["amount"].sum() - by_customer["amount"].first()
        return pd.DataFrame(
            {
                "frequency": repeats,
                "recency": (last - first).dt.days,
                "T": (pd.Timestamp(END) - first).dt.days,
                "monetary_value": (spent / repeats).where(repeats > 0),
            }
        )

    return summary


def _polars(log: pd.DataFrame) -> Callable[[], Any]:
    import polars as pl

    frame = pl.from_pandas(log)
    end = pl.lit(END).str.to_date()

    def summary() -> Any:
        first, repeats = pl.col("day").min(), pl.len() - 1
        spent = pl.col("amount").sum() - pl.col("amount").sort_by("day").first()
        return (
            frame.lazy()
            .group_by("customer_id", pl.col("date").dt.date().alias("day"))
            .agg(pl.col("amount").sum())
            .group_by("customer_id")
            .agg(
                repeats.alias("frequency"),
                (pl.col("day").max() - first).dt.total_days().alias("recency"),
                (end - first).dt.total_days().alias("T"),
                pl.when(repeats > 0).then(spent / repeats).alias("monetary_value"),
            )
            .sort("customer_id")
            .collect()
        )

    return summary


def _duckdb(log: pd.DataFrame) -> Callable[[], pd.DataFrame]:
    import duckdb

    database = duckdb.connect()
    database.execute("create table log as select customer_id, date, amount from log")
    query = f"""
        with days as (
            select customer_id, cast(date as date) as day, sum(amount) as amount from log group by all
        )
        select
            customer_id,
            count(*) - 1 as frequency,
            date_diff('day', min(day), max(day)) as recency,
            date_diff('day', min(day), date '{END}') as T,
            (sum(amount) - arg_min(amount, day)) / nullif(count(*) - 1, 0) as monetary_value
        from days group by customer_id order by customer_id
    """
    return lambda: database.execute(query).df()


def _peak_megabytes(work: Callable[[], Any]) -> float:
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def _measure(path: Path, ids: str, order: str, tool: str) -> dict[str, float]:
    with np.load(path) as stored:
        customer, day, amount = stored["customer"], stored["day"], stored["amount"]
    if order == "in time order":
        customer, day, amount = (values[np.argsort(day, kind="stable")] for values in (customer, day, amount))
    log = pd.DataFrame(
        {
            "customer_id": customer if ids == "whole-number" else np.char.mod("C%07d", np.arange(CUSTOMERS))[customer],
            "date": (np.datetime64("2022-01-01") + day).astype("datetime64[us]"),
            "amount": amount,
        }
    )
    del customer, day, amount
    tools = {"clvlib": _clvlib, "lifetimes": _lifetimes, "pandas": _pandas, "polars": _polars, "duckdb": _duckdb}
    work = tools[tool](log)
    seconds, summary = harness.best_seconds(work)
    money = np.asarray(summary["monetary_value"], dtype=float)
    found = {"seconds": seconds, "repeats": int(summary["frequency"].sum()), "money": float(np.nansum(money))}
    if tool == "clvlib":
        found["megabytes"] = _peak_megabytes(work)
    return found


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), *sys.argv[2:])))
