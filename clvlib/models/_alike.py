"""Rows that are alike: what is the same for all of them is worked out once."""

import numpy as np
import pandas as pd


def distinct(*columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One row of each kind, and each row's kind.

    A column of a summary has few different values, so their places are counted in one number: no sorting.
    """
    n = len(columns[0])
    kind, kinds = np.zeros(n, dtype=np.int64), 1
    for column in columns:
        place, values = pd.factorize(column)
        kind, kinds = kind * len(values) + place, kinds * len(values)
        if kinds > 4 * n:
            kind, values = pd.factorize(kind)
            kinds = len(values)
    row = np.full(kinds, -1)
    row[kind] = np.arange(n)
    used = row >= 0
    return row[used], (np.cumsum(used) - 1)[kind]


def each_once(*columns: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """The different rows of columns of any one shape, and where among them each row is."""
    flat = [column.ravel() for column in columns]
    first, kind = distinct(*flat)
    return [column[first] for column in flat], kind.reshape(columns[0].shape)
