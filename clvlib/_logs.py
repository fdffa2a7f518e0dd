"""What a shop's log holds beside who, when and how much: pieces times price, several currencies, cancellations."""

import re

import numpy as np
import pandas as pd

from clvlib import _checks
from clvlib._checks import counted

_A_PRICE = re.compile("price|单价|單價", re.IGNORECASE)
_PIECES = re.compile("quantity|qty|pieces|units|数量|數量", re.IGNORECASE)


def pieces_apart(log: pd.DataFrame, amount: pd.Series, quantity: pd.Series | None) -> list[str]:
    """A sentence if the amount has the name of a price, and there is a column of pieces that nobody named."""
    if quantity is not None or not _A_PRICE.search(str(amount.name)):
        return []
    numbers = (label for label in log if log[label].dtype.kind in "iuf" and label != amount.name)
    pieces = next((label for label in numbers if _PIECES.search(str(label))), None)
    if pieces is None:
        return []
    return [f"{amount.name} is taken as what a row cost: if it is the price of one piece, add quantity={pieces!r}."]


def worth(currency: pd.Series | None, rates: dict[str, float] | None) -> tuple[np.ndarray | None, list[str]]:
    """What one unit of each row's currency is worth, and a note; None where no rates are given, as none are needed."""
    if currency is None:
        if rates is not None:
            raise ValueError("rates needs the column of the currencies: name it with currency=...")
        return None, []
    code, found = _checks.distinct(currency)
    name = f"column {currency.name!r} of log"
    if rates is None:
        if len(found) > 1:
            raise ValueError(
                f"{name} has {in_each(currency)}: say what one unit of each is worth, "
                f"rates={{{found[0]!r}: 1, {found[1]!r}: ...}}, or keep the rows of one"
            )
        return None, []
    mend = "write in rates what one unit of it is worth, or leave them out"
    _checks.refuse(name, currency, _checks.at(code, ~found.isin(list(rates))), "is not in rates", mend)
    each = found.map(rates).to_numpy(dtype=float)
    at_rates = _checks.listed(f"{unit!r} at {rate:g}" for unit, rate in zip(found, each, strict=True))
    return each[code], [f"Amounts are converted by rates: {at_rates}."]


def in_each(currency: pd.Series) -> str:
    """'2 currencies, 'EUR' in 9 rows and 'USD' in 1 row'."""
    rows = currency.value_counts()
    shown = [f"{unit!r} in {counted(number, 'row')}" for unit, number in rows.iloc[:4].items()]
    return f"{len(rows)} currencies, {_checks.listed(shown + ['others'] * (len(rows) > 4))}"


def lines(price: np.ndarray, pieces: np.ndarray | None, product: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """What a cancellation and its purchase must have in common, as a number; and the pieces, negative if taken back.

    Without pieces a row is one piece of its amount, so that only the whole row can be taken back. Products are numbers.
    """
    item, _ = pd.factorize(np.abs(price))
    if product is not None:
        item, _ = pd.factorize(item * np.int64(product.max(initial=0) + 2) + product + 1)  # a missing one is -1
    return item, np.copysign(1.0 if pieces is None else pieces, price if pieces is None else pieces * price)


def left_of(customer: np.ndarray, day: np.ndarray, item: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """The pieces of each row after cancellations; what is left of a cancellation is 0, or all of it if none matched.

    A cancellation takes back the latest purchase up to its day of the same customer and item that has as many pieces.
    If none has, it takes its pieces from the latest purchase and those before, if they are enough.
    """
    key = customer * np.int64(item.max(initial=0) + 1) + item
    taken_back = np.signbit(pieces)
    rows = np.flatnonzero(pd.Series(key).isin(key[taken_back]))
    rows = rows[np.lexsort((taken_back[rows], day[rows], key[rows]))]
    left = pieces.astype(float)  # a copy
    bought: list[int] = []
    earlier = -1
    for row, this in zip(rows.tolist(), key[rows].tolist(), strict=True):
        if this != earlier:
            bought, earlier = [], this
        if not taken_back[row]:
            bought.append(row)
        elif _take(left, bought, -left[row]):
            left[row] = 0
    return left


def _take(left: np.ndarray, bought: list[int], pieces: float) -> bool:
    """Whether so many pieces could be taken from these purchases, the last of which is the latest."""
    nothing = 1e-9 * pieces
    for row in reversed(bought):
        if abs(left[row] - pieces) <= nothing:
            left[row] = 0
            bought.remove(row)
            return True
    if left[bought].sum() < pieces - nothing:
        return False
    while pieces > nothing:
        part = min(left[bought[-1]], pieces)
        pieces -= part
        left[bought[-1]] -= part
        if left[bought[-1]] <= nothing:
            left[bought.pop()] = 0
    return True
