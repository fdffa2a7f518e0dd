"""The customer summary of a 100-million-row log in Parquet files, beside four lines of SQL in DuckDB.

Both run in DuckDB, with the same limit on its memory, and write the summary to a file: a result of that size need not
fit anywhere else. Ours also looks for missing cells and for the last day.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import harness
import numpy as np
import pandas as pd

FILES, ROWS, CUSTOMERS, DAYS = 20, 5_000_000, 2_900_000, 730
LIMIT = "3.5GB"  # of DuckDB's own, so that the process stays under 4 GB
SQL = """
    with days as (
        select customer_id, date as day, sum(amount) as money from '{log}' where amount >= 0 group by all
    )
    select customer_id, count(*) - 1 as frequency, max(day) - min(day) as recency, date '2023-12-31' - min(day) as T,
        (sum(money) - arg_min(money, day)) / nullif(count(*) - 1, 0) as monetary_value
    from days group by customer_id
"""


def rows() -> Iterator[dict[str, Any]]:
    folder = harness.data_file("log")
    _write_log(folder)
    gigabytes = sum(file.stat().st_size for file in folder.iterdir()) / 1e9
    work = f"summary, {FILES * ROWS / 1e6:g} M rows in Parquet files ({gigabytes:.2g} GB)"
    theirs, ours = (harness.run_in(sys.executable, __file__, folder, tool) for tool in ("duckdb", "clvlib"))
    agrees = all(np.isclose(ours[key], theirs[key], rtol=1e-9) for key in ("customers", "repeats", "span", "money"))
    note = "" if agrees else "the two summaries differ"
    seconds = ours["seconds"], theirs["seconds"]
    yield harness.compare(work, "rfm_summary", "duckdb", *seconds, 0.8, note, agrees)
    processor = ours["processor"], theirs["processor"]
    yield harness.compare(f"{work}: processor time", "rfm_summary", "duckdb", *processor, None, note, agrees)
    yield harness.figure(f"{work}: memory in all", "rfm_summary", ours["megabytes"], "MB", 4000)
    for file in folder.iterdir():
        file.unlink()


def _write_log(folder: Path) -> None:
    """In time order, a file a month or so; a few customers buy very often, most rarely."""
    rng = np.random.default_rng(2024)
    folder.mkdir()
    for part in range(FILES):
        day = np.sort(rng.integers(part * DAYS // FILES, (part + 1) * DAYS // FILES, ROWS))
        log = pd.DataFrame(
            {
                "customer_id": (CUSTOMERS * rng.random(ROWS) ** 2).astype(np.int32),
                "date": np.datetime64("2022-01-01", "D") + day,
                "amount": rng.gamma(2, 10, ROWS).round(2),
            }
        )
        duckdb.from_df(log).project("customer_id, date::date as date, amount").write_parquet(
            str(folder / f"{part:02}.parquet")
        )


def _measure(folder: Path, tool: str) -> dict[str, float]:
    log, out = f"{folder}/*.parquet", str(folder.with_name(f"{tool}.parquet"))
    duckdb.sql(f"set memory_limit = '{LIMIT}'")
    duckdb.sql(f"set temp_directory = '{folder.with_name('spilled')}'")
    started, processor = time.perf_counter(), time.process_time()
    if tool == "clvlib":
        from clvlib.transactions import rfm_summary

        rfm_summary(log).write_parquet(out)
    else:
        duckdb.sql(SQL.format(log=log)).write_parquet(out)
    spent = {"seconds": time.perf_counter() - started, "processor": time.process_time() - processor}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in KB, of Linux
    sums = "count(*) customers, sum(frequency) repeats, sum(recency + T) span, sum(monetary_value) money"
    found = duckdb.sql(f"select {sums} from '{out}'").df().iloc[0].astype(float).to_dict()
    Path(out).unlink()
    return spent | found | {"megabytes": peak / 1e3}


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), sys.argv[2])))
