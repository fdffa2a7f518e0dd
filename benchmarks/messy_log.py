"""A year of two shops as they export it: a million lines of orders with all that is wrong in such files.

`python benchmarks/messy_log.py orders.csv` writes it. Guests without an id, order lines sent twice, cancellations (of
purchases before the file, too), two currencies, and dates as the till of each shop writes them.
"""

import sys
from typing import Any

import numpy as np
import pandas as pd

ROWS, CUSTOMERS, PRODUCTS, DAYS = 1_000_000, 110_000, 4_000, 366
LAST = np.datetime64("2024-12-31T20:00")
WORDS: dict[str, Any] = dict(  # how check_log and rfm_summary are to read it
    amount="price",
    quantity="pieces",
    product="product",
    currency="currency",
    rates={"EUR": 1, "GBP": 1.17},
    date_format=["%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"],
)


def messy_log(rows: int = ROWS, seed: int = 7) -> pd.DataFrame:
    """Exactly so many rows of the year 2024, in the order of the till, one shop after the other."""
    rng = np.random.default_rng(seed)
    lines = _lines(_orders(rng, CUSTOMERS * rows // ROWS), rng)
    back = _cancellations(lines, rng)
    twice = lines.sample(frac=0.004, random_state=seed)
    log = pd.concat([lines, back, twice]).sample(rows, random_state=seed).sort_values(["shop", "time", "invoice"])
    online = log["shop"] == 0
    online_writes, till_writes = WORDS["date_format"]
    log["date"] = log["time"].dt.strftime(online_writes).where(online, log["time"].dt.strftime(till_writes))
    log["currency"] = np.where(online, "EUR", "GBP")
    log["customer_id"] = log["customer_id"].astype("Int64")  # written as 14002, read as 14002.0 where some are missing
    return log[["invoice", "date", "customer_id", "product", "pieces", "price", "currency"]].reset_index(drop=True)


def _orders(rng: np.random.Generator, customers: int) -> pd.DataFrame:
    """Orders of customers who come at their own rate and may leave for good; a fifth are guests' orders."""
    start = rng.uniform(0, 0.9 * DAYS, customers)
    stays = np.minimum(rng.exponential(rng.gamma(1.5, 150, customers)), DAYS - start)
    often = rng.gamma(0.6, 0.03, customers)  # orders a day
    repeats = rng.poisson(often * stays)
    who = np.repeat(np.arange(customers), repeats + 1)
    first = np.append(0, np.cumsum(repeats + 1)[:-1])
    day = start[who] + rng.random(len(who)) * stays[who]
    day[first] = start
    open_hour = 9 + 11 * rng.random(len(who))
    minute = (24 * 60 * np.floor(day) + 60 * open_hour).astype("timedelta64[m]")
    orders = pd.DataFrame({"customer_id": (14_000 + who).astype(float), "time": np.datetime64("2024-01-01") + minute})
    orders["shop"] = rng.random(customers)[who] < 0.35
    orders["spends"] = rng.gamma(4, 0.25, customers)[who]
    orders.loc[rng.random(len(orders)) < 0.2, "customer_id"] = np.nan
    orders = orders.sort_values("time", ignore_index=True)
    return orders.assign(shop=orders["shop"].astype(int), invoice=(500_000 + orders.index).astype(str))


def _lines(orders: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    lines = orders.loc[orders.index.repeat(1 + rng.poisson(2.4, len(orders)))].reset_index(drop=True)
    good = (PRODUCTS * rng.random(len(lines)) ** 2).astype(int)  # a few sell most
    lines["product"] = "P" + pd.Series(10_000 + good).astype(str)
    price = rng.gamma(2, 3, PRODUCTS)[good] + 0.4
    lines["price"] = np.floor(price) + np.where(lines["shop"] == 0, 0.95, 0.49)
    lines["pieces"] = 1 + rng.poisson(1.5 * lines["spends"])
    return lines


def _cancellations(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One line in fifty comes back within a month, a third of them in part; a twentieth was bought before the file."""
    back = lines.sample(frac=0.02, random_state=3)
    part = rng.random(len(back)) < 1 / 3
    pieces = np.where(part, np.ceil(back["pieces"] / 2), back["pieces"]).astype(int)
    older = rng.random(len(back)) < 0.05
    return back.assign(
        invoice="C" + back["invoice"],
        pieces=-pieces,
        price=back["price"] + older,  # a price of last year
        time=np.minimum(back["time"] + rng.integers(1, 30, len(back)).astype("timedelta64[D]"), LAST),
    )


if __name__ == "__main__":
    messy_log().to_csv(sys.argv[1], index=False)
