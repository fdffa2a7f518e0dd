"""Bad input gets one sentence: which argument, what it got, what it takes.

Every check returns the value in the form the formulas want: a `float` for a number, a float array for anything longer,
so that a caller writes `spend = number("spend", spend, at_least=0)` and goes on.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

# A float where the caller gave a number, a float array where the caller gave a list, an array or a Series.
FloatOrArray = Any


def number(
    name: str,
    value: Any,
    *,
    at_least: float | None = None,
    above: float | None = None,
    at_most: float | None = None,
    below: float | None = None,
    hint: str = "",
) -> FloatOrArray:
    """Numbers in a range, or a sentence.

    >>> number("spend", 220, at_least=0)
    220.0
    >>> number("spend", [220, -5], at_least=0)
    Traceback (most recent call last):
    ValueError: spend must be at least 0, got -5
    >>> number("spend", "220")
    Traceback (most recent call last):
    ValueError: spend must be a number, got the text '220'
    """
    values = _as_floats(name, value)
    ok = np.ones(values.shape, dtype=bool)
    wanted = []
    for limit, passes, words in (
        (at_least, np.greater_equal, "at least"),
        (above, np.greater, "above"),
        (at_most, np.less_equal, "at most"),
        (below, np.less, "below"),
    ):
        if limit is not None:
            ok &= passes(values, limit)
            wanted.append(f"{words} {limit:g}")
    if not ok.all():
        first_bad = values[~ok].flat[0]
        raise ValueError(f"{name} must be {' and '.join(wanted)}, got {first_bad:.12g}" + (f"; {hint}" if hint else ""))
    return values.item() if values.ndim == 0 else values


def fraction(name: str, value: Any, *, one_allowed: bool = True, zero_allowed: bool = True) -> FloatOrArray:
    """Shares and rates per period, written as fractions.

    >>> fraction("retention", 0.8, one_allowed=False)
    0.8
    >>> fraction("retention", 80, one_allowed=False)
    Traceback (most recent call last):
    ValueError: retention must be in [0, 1), got 80; write 80% as 0.8
    """
    values = _as_floats(name, value)
    too_low = values < 0 if zero_allowed else values <= 0
    too_high = values > 1 if one_allowed else values >= 1
    if (too_low | too_high).any():
        got = values[too_low | too_high].flat[0]
        interval = f"{'[' if zero_allowed else '('}0, 1{']' if one_allowed else ')'}"
        hint = f"; write {got:.12g}% as {got / 100:.12g}" if 1 < got <= 100 else ""
        raise ValueError(f"{name} must be in {interval}, got {got:.12g}{hint}")
    return values.item() if values.ndim == 0 else values


def rate(name: str, value: Any) -> FloatOrArray:
    """A discount or growth rate per period: above -1, and not a percentage (10 for 10 %).

    >>> rate("rate", 10)
    Traceback (most recent call last):
    ValueError: rate must be above -1 and at most 1, got 10; write 10% as 0.1
    """
    values = _as_floats(name, value)
    bad = (values <= -1) | (values > 1)
    if bad.any():
        got = values[bad].flat[0]
        hint = f"; write {got:.12g}% as {got / 100:.12g}" if 1 < got <= 100 else ""
        raise ValueError(f"{name} must be above -1 and at most 1, got {got:.12g}{hint}")
    return values.item() if values.ndim == 0 else values


def whole(name: str, value: Any, *, at_least: int = 0) -> Any:
    """Whole numbers (periods, counts of things): an `int`, or an integer array.

    >>> whole("periods", 3.0)
    3
    >>> whole("periods", 2.5)
    Traceback (most recent call last):
    ValueError: periods must be a whole number of at least 0, got 2.5
    """
    values = _as_floats(name, value)
    bad = (values != np.floor(values)) | (values < at_least)
    if bad.any():
        raise ValueError(f"{name} must be a whole number of at least {at_least}, got {values[bad].flat[0]:.12g}")
    return int(values) if values.ndim == 0 else values.astype(int)


def option(name: str, value: Any, allowed: Iterable[str]) -> str:
    """One of a few words.

    >>> option("timing", "begin", ("start", "end"))
    Traceback (most recent call last):
    ValueError: timing must be 'start' or 'end', got 'begin'
    """
    words = list(allowed)
    if isinstance(value, str) and value in words:
        return value
    *most, last = [repr(word) for word in words]
    listed = f"{', '.join(most)} or {last}" if most else last
    raise ValueError(f"{name} must be {listed}, got {value!r}")


def table(name: str, value: Any, columns: Iterable[str] = (), *, empty_allowed: bool = False) -> pd.DataFrame:
    """A DataFrame with these columns and at least one row.

    >>> table("summary", [1, 2])
    Traceback (most recent call last):
    ValueError: summary must be a pandas DataFrame, got a list
    >>> table("summary", pd.DataFrame({"frequency": [1]}), ["frequency", "T"])
    Traceback (most recent call last):
    ValueError: summary has no column 'T'; its columns are 'frequency'
    """
    if not isinstance(value, pd.DataFrame):
        raise ValueError(f"{name} must be a pandas DataFrame, got {_kind(value)}")
    missing = [column for column in columns if column not in value.columns]
    if missing:
        have = ", ".join(repr(column) for column in value.columns) or "none"
        what = "no column " if len(missing) == 1 else "no columns "
        raise ValueError(f"{name} has {what}{', '.join(map(repr, missing))}; its columns are {have}")
    if not empty_allowed and value.empty:
        raise ValueError(f"{name} is empty: it needs at least one row")
    return value


def single(name: str, value: FloatOrArray) -> FloatOrArray:
    """One number where a formula takes no list.

    >>> single("rate", 0.1)
    0.1
    >>> single("rate", [0.1, 0.2])
    Traceback (most recent call last):
    ValueError: rate must be one number, got 2 numbers
    """
    if np.ndim(value):
        raise ValueError(f"{name} must be one number, got {np.size(value)} numbers")
    return value


def one_number(name: str, value: Any, *, above: float | None = None) -> float:
    """A number where a formula takes no list.

    >>> one_number("spend_cut", 500)
    500.0
    """
    return single(name, number(name, value, above=above))


def aligned(**values: FloatOrArray) -> list[np.ndarray]:
    """Arguments, already checked, as arrays of one shape.

    >>> aligned(spend=[1.0, 2.0], margin=[0.1, 0.2, 0.3])
    Traceback (most recent call last):
    ValueError: arguments must be single numbers or lists of one length: spend has 2, margin has 3
    """
    try:
        return list(np.broadcast_arrays(*values.values()))
    except ValueError:
        sizes = ", ".join(f"{name} has {np.size(value)}" for name, value in values.items() if np.ndim(value))
        raise ValueError(f"arguments must be single numbers or lists of one length: {sizes}") from None


def dates(name: str, values: pd.Series) -> pd.Series:
    """Dates as the clock on the wall had them: a time zone is dropped.

    Text must be ISO: 03/04/2024 is March in one country and April in another.

    >>> dates("column 'date' of log", pd.Series(["2024-01-31", "yesterday"]))
    Traceback (most recent call last):
    ValueError: column 'date' of log has 1 of 2 dates that cannot be read, the first is 'yesterday'; write 2024-01-31
    """
    if pd.api.types.is_numeric_dtype(values):
        raise ValueError(f"{name} must hold dates such as 2024-01-31, got the number {values.iloc[0]}")
    try:
        read = pd.to_datetime(values, format="ISO8601", errors="coerce")
    except (TypeError, ValueError):
        raise ValueError(f"{name} mixes time zones: convert it to one, without a zone") from None
    bad = values[read.isna()]
    if len(bad):
        raise ValueError(
            f"{name} has {len(bad)} of {len(values)} dates that cannot be read, the first is {bad.iloc[0]!r}; "
            "write 2024-01-31"
        )
    return read.dt.tz_localize(None).dt.as_unit("us")


def plain(value: Any) -> FloatOrArray:
    """A Python float for a single number, the array otherwise."""
    return float(value) if np.ndim(value) == 0 else value


def _as_floats(name: str, value: Any) -> np.ndarray:
    """A float array of any shape (0-d for a number), with no missing and no infinite value."""
    if isinstance(value, str | bytes):
        raise ValueError(f"{name} must be a number, got the text {value!r}")
    if value is None or value is Ellipsis:
        raise ValueError(f"{name} must be a number, got {value!r}")
    if isinstance(value, pd.DataFrame | dict | set | frozenset) or callable(value):
        raise ValueError(f"{name} must be a number or a list of numbers, got {_kind(value)}")
    try:
        given = np.asarray(value)
        if given.dtype.kind in "bMmcUS" or (given.dtype.kind == "O" and any(isinstance(x, str) for x in given.flat)):
            raise TypeError
        values = given.astype(float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number or a list of numbers, got {_shown(value)}") from None
    if values.size == 0:
        raise ValueError(f"{name} is empty: it needs at least one number")
    if np.isnan(values).any():
        where = "" if values.ndim == 0 else f" at position {int(np.argmax(np.isnan(values).ravel()))}"
        raise ValueError(f"{name} has a missing value (NaN){where}: fill it in or leave it out")
    if np.isinf(values).any():
        raise ValueError(f"{name} must be finite, got {values[np.isinf(values)].flat[0]}")
    return values


def _kind(value: Any) -> str:
    name = "function" if callable(value) else type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 and "\n" not in text else _kind(value)
