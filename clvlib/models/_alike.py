"""Rows that are alike: what is the same for all of them is worked out once."""

import numpy as np
import pandas as pd

_CELLS = 2**16  # a table of so many numbers stays in a processor's cache


def distinct(*columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One row of each kind, and each row's kind.

    A column of a summary has few different values, so their places are counted in one number: no sorting.
    """
    n = len(columns[0])
    kind, kinds = np.zeros(n, dtype=np.int64), 1
    for column in columns:
        place, values = _places(column)
        kind, kinds = kind * values + place, kinds * values
        if kinds > 4 * n:
            kind, values = pd.factorize(kind)
            kinds = len(values)
    row = np.full(kinds, -1)
    row[kind] = np.arange(n)
    used = np.flatnonzero(row >= 0)
    first = row[used]
    row[used] = np.arange(len(used))
    return first, row.take(kind)


def each_once(*columns: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """The different rows of columns of any one shape, and where among them each row is."""
    flat = [column.ravel() for column in columns]
    first, kind = distinct(*flat)
    return [column[first] for column in flat], kind.reshape(columns[0].shape)


def _places(column: np.ndarray) -> tuple[np.ndarray, int]:
    """Which of its different values each row has, in the order in which they appear, and how many there are.

    Counts, days, and days told in weeks lie evenly: cut what they span into many cells, and each value has one of its
    own, found by arithmetic. That is several times faster than a hash table, which is for all others.
    """
    n, low, high = len(column), float(column.min()), float(column.max())
    cells = min(_CELLS, 4 * n)
    scale = (cells - 1) / ((high - low) or 1)
    if 0 < scale < np.inf:
        cell = ((column - low) * scale).astype(np.int64)
        row = np.full(cells, -1)
        row[cell[::-1]] = np.arange(n)[::-1]  # what is written last stays: the first row in the cell
        if (column.take(row).take(cell) == column).all():
            first = np.sort(row[row >= 0])
            row[cell[first]] = np.arange(len(first))
            return row.take(cell), len(first)
    place, values = pd.factorize(column)
    return place, len(values)
