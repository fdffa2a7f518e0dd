"""What the models of shops are fitted on: histories of customers, in one unit of time."""

import functools
import inspect
from collections.abc import Callable
from typing import NamedTuple, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from clvlib import _checks
from clvlib._calendar import DAYS, Grain
from clvlib.models._covariates import NONE
from clvlib.models._fit import AMOUNT, COUNT, column_of, customers_of, different, rise_by

P = ParamSpec("P")
Result = TypeVar("Result")
COLUMNS = {"frequency": COUNT, "recency": AMOUNT, "T": AMOUNT}  # of a history, and what each may hold


class Histories(NamedTuple):
    """Each different history once, with how many customers have it; the different frequencies, and which of them each
    history has; covariates, a column each; the unit of time."""

    x: np.ndarray
    recency: np.ndarray
    T: np.ndarray
    weight: np.ndarray
    levels: np.ndarray
    level: np.ndarray
    z: np.ndarray
    grain: Grain | None


def histories(name: str, summary: pd.DataFrame, covariates: np.ndarray = NONE) -> Histories:
    """A summary's histories, or a sentence."""
    columns = *by_customer(name, summary), *covariates.T
    (x, recency, T, *z), weight, levels = different(customers_of(name, summary), *columns)
    level, z_of_each = np.searchsorted(levels.value, x), np.reshape(z, (len(z), len(x))).T
    return Histories(x, recency, T, weight, levels.value, level, z_of_each, unit_of(name, summary))


def by_customer(name: str, summary: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A summary's frequency, recency and T, or a sentence."""
    x, recency, T = (column_of(name, summary, label, allowed) for label, allowed in COLUMNS.items())
    possible(x, recency, T)
    return x, recency, T


def rise(base: float | np.ndarray, data: Histories, more: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """``ln G(base + x + more) - ln G(base)`` of each history, and its slope in base."""
    alike = np.ndim(base) == 0  # then it depends on x alone
    value, slope = rise_by(base, (data.levels if alike else data.x) + more)
    return (value[data.level], slope[data.level]) if alike else (value, slope)


def possible(x: np.ndarray, recency: np.ndarray, T: np.ndarray) -> None:
    """A possible history, or a sentence."""
    late = np.atleast_1d(recency > T)
    if late.any():
        at = int(np.argmax(late))
        raise ValueError(
            f"recency must be at most T, got {recency.flat[at]:.12g} with T {T.flat[at]:.12g} at position {at}; "
            "recency is the time from the first purchase to the last, T that from the first until today"
        )
    odd = np.atleast_1d((x == 0) != (recency == 0))
    if odd.any():
        at = int(np.argmax(odd))
        raise ValueError(
            f"recency must be 0 at frequency 0 and above 0 otherwise, got frequency {x.flat[at]:.12g} with recency "
            f"{recency.flat[at]:.12g} at position {at}; frequency counts repeat purchases, without the first"
        )


def unit_of(name: str, value: object) -> Grain | None:
    """The unit of time that a summary, or a column of one, remembers; None if it is plain."""
    grain = value.attrs.get("grain") if isinstance(value, pd.DataFrame | pd.Series) else None
    return None if grain is None else _checks.option(f"{name}.attrs['grain']", grain, DAYS)


def in_one_unit(method: Callable[P, Result]) -> Callable[P, Result]:
    """Refuse times that say another unit than the model's: a summary and its columns remember theirs."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Result:
        result = method(*args, **kwargs)  # first: it checks each argument
        given = signature.bind(*args, **kwargs).arguments
        own = given["self"].grain or given.get("grain")
        for name in ("summary", "holdout", "t", "recency", "T"):
            unit = unit_of(name, given.get(name))
            if own and unit and unit != own:
                raise ValueError(
                    f"{name} is in {unit}s and the model in {own}s: bring both to one unit, e.g. by rfm_summary(..., "
                    f"grain={own!r}); if it is in {own}s already, say so: {name}.attrs['grain'] = {own!r}"
                )
        return result

    return checked
