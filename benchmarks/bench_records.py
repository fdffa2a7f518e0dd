"""Pairs of one customer in a list of 2,200, beside the loop over all pairs that one would write; and logs checked.

A log is checked as pandas reads it from its file, where dates are text. The peer is this reading: checking must not
take more than twice as long.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import harness
import messy_log
import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from clvlib.records import check_log, find_duplicates

CUSTOMERS, COPIES, ROWS = 2_000, 200, 1_000_000


def rows() -> Iterator[dict[str, Any]]:
    rng = np.random.default_rng(3)
    people = _people(rng)
    ours, pairs = harness.best_seconds(lambda: find_duplicates(people), for_seconds=3)
    theirs, found = harness.best_seconds(lambda: _loop(people), for_seconds=3)
    agrees = found == set(zip(pairs["left"], pairs["right"], strict=True))
    work = f"duplicates among {len(people):,} customers, three columns"
    yield harness.compare(work, "find_duplicates", "loop with rapidfuzz", ours, theirs, 5, agrees=agrees)
    plain = _log(rng)
    times = pd.to_datetime(plain["date"]) + pd.to_timedelta(rng.integers(0, 86_400, ROWS), unit="s")
    for what, moments, clock in (("days", pd.to_datetime(plain["date"]), ""), ("seconds", times, " %H:%M:%S")):
        formats = ["%Y-%m-%d" + clock, "%d/%m/%Y" + clock]
        one, other = (moments.dt.strftime(way) for way in formats)
        mixed = one.where(plain.index % 2 == 0, other)
        yield _checked(f"{what} in one format", plain.assign(date=one), ["negative"])
        yield _checked(f"{what} in two formats", plain.assign(date=mixed), ["negative"], date_format=formats)
    a_year, said = (
        messy_log.messy_log(ROWS),
        ["no customer_id", "decimal numbers", "a negative", "matches no", "same value"],
    )
    yield _checked("a messy year of seven columns", a_year, said, **messy_log.WORDS)


def _checked(which: str, log: pd.DataFrame, said: list[str], **words: Any) -> dict[str, Any]:
    """A row for a log in its file, in which the check must find a problem for each of these phrases and no other."""
    file = harness.data_file("log.csv")
    log.to_csv(file, index=False)
    read, as_read = harness.best_seconds(lambda: pd.read_csv(file), for_seconds=5)
    check, problems = harness.best_seconds(lambda: check_log(as_read, today="2024-12-31", **words), for_seconds=5)
    agrees = len(problems) == len(said) and all(phrase in each for phrase, each in zip(said, problems, strict=True))
    work = f"check of {ROWS / 1e6:g} M rows, {which}"
    return harness.compare(work, "check_log", "pandas reads the file", check, read, 0.5, agrees=agrees)


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
