"""Rows that are alike: what is the same for all of them is worked out once."""

import numpy as np
import pandas as pd

_CELLS = 2**16  # each has a number of 16 bits
_BLOCK = 2**14  # rows at a time: what is worked out for them stays in a processor's cache


def distinct(*columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One row of each kind, and each row's kind.

    A column of a summary has few different values, so their places are counted in one number: no sorting.
    """
    n = len(columns[0])
    kind, kinds = _places(columns[0])
    for column in columns[1:]:
        place, values = _places(column)
        kinds *= values
        kind = np.multiply(kind, values, dtype=np.int64)
        kind += place
        if kinds > 4 * n:
            kind, found = pd.factorize(kind)
            kinds = len(found)
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
    if not 0 < scale < np.inf:
        return _hashed(column)
    value, number, values = np.full(cells, np.nan), np.empty(cells, dtype=np.uint16), 0
    place = np.empty(n, dtype=np.uint16)
    for at in range(0, n, _BLOCK):
        some = column[at : at + _BLOCK]
        cell = ((some - low) * scale).astype(np.int64)
        new = value.take(cell) != some
        if new.any():
            found, taken = pd.unique(cell[new]), ~np.isnan(value.take(cell[new]))
            value[cell[new]] = some[new]
            if taken.any() or (value.take(cell) != some).any():
                return _hashed(column)
            number[found] = np.arange(values, values + len(found))
            values += len(found)
        place[at : at + _BLOCK] = number.take(cell)
    return place, values


def _hashed(column: np.ndarray) -> tuple[np.ndarray, int]:
    place, values = pd.factorize(column)
    return place, len(values)
