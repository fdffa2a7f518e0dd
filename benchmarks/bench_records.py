"""Pairs of one customer in a list of 2,200, beside the loop over all pairs that one would write; and a log checked."""

import io
from itertools import combinations
from typing import Any

import harness
import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from clvlib.records import check_log, find_duplicates

CUSTOMERS, COPIES, ROWS = 2_000, 200, 1_000_000


def rows() -> list[dict[str, Any]]:
    rng = np.random.default_rng(3)
    people = _people(rng)
    ours, pairs = harness.best_seconds(lambda: find_duplicates(people), for_seconds=3)
    theirs, found = harness.best_seconds(lambda: _loop(people), for_seconds=3)
    agrees = found == set(zip(pairs["left"], pairs["right"], strict=True))
    work = f"duplicates among {len(people):,} customers, three columns"
    log = _log(rng)
    file = log.to_csv(index=False)
    check, _ = harness.best_seconds(lambda: check_log(log, today="2024-12-31"), for_seconds=3)
    read, _ = harness.best_seconds(lambda: pd.read_csv(io.StringIO(file)), for_seconds=3)
    return [
        harness.compare(work, "find_duplicates", "loop with rapidfuzz", ours, theirs, 5, agrees=agrees),
        harness.compare(f"check of {ROWS / 1e6:g} M rows", "check_log", "reading the file", check, read, None),
    ]


def _people(rng: np.random.Generator) -> pd.DataFrame:
    """Customers with names, telephone numbers and addresses of mail; the last ones are copies of the first."""
    letters = rng.choice(list("abcdefghijklmnopqrstuvwxyz"), (CUSTOMERS, 12))
    people = pd.DataFrame(
        {
            "name": ["".join(row[:5]) + " " + "".join(row[5:]) for row in letters],
            "phone": rng.integers(13_000_000_000, 13_999_999_999, CUSTOMERS).astype(str),
            "email": ["".join(row) + "example" for row in letters],
        }
    )
    copies = people.iloc[:COPIES].assign(phone=lambda table: "86" + table["phone"])
    return pd.concat([people, copies], ignore_index=True)


def _loop(people: pd.DataFrame) -> set[tuple[int, int]]:
    """Pairs of texts that need no cleaning but for the order of words."""
    texts = [[" ".join(sorted(text.split())) for text in people[column]] for column in people]
    return {
        (left, right)
        for left, right in combinations(range(len(people)), 2)
        if sum(fuzz.ratio(column[left], column[right]) for column in texts) / len(texts) >= 90
    }


def _log(rng: np.random.Generator) -> pd.DataFrame:
    """Orders with text for dates; one amount is negative."""
    days = np.datetime64("2023-01-01") + rng.integers(0, 730, ROWS)
    amounts = rng.gamma(2, 10, ROWS)
    amounts[7] = -1
    return pd.DataFrame({"customer_id": rng.integers(0, 100_000, ROWS), "date": days.astype(str), "amount": amounts})
