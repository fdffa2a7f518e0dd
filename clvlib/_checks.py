"""Readers of arguments: a value in, the form that formulas want out, or one sentence.

The sentence says which argument, what it got and what it takes. `clvlib._formula` calls these by the types in a
signature.
"""

import itertools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Range:
    """Which numbers are let in, and how a sentence says so.

    >>> Range(at_least=0).read("spend", [220, -5])
    Traceback (most recent call last):
    ValueError: spend must be at least 0, got -5
    >>> Range(at_least=0, below=1, percent=True).read("retention", 80)
    Traceback (most recent call last):
    ValueError: retention must be in [0, 1), got 80; write 80% as 0.8
    >>> Range(at_least=0, whole=True).read("periods", 2.5)
    Traceback (most recent call last):
    ValueError: periods must be a whole number of at least 0, got 2.5
    """

    at_least: float = -math.inf
    above: float = -math.inf
    at_most: float = math.inf
    below: float = math.inf
    whole: bool = False
    percent: bool = False  # a share or a rate: 80 was probably meant as 80 %
    hint: str = ""

    def read(self, name: str, value: Any) -> Any:
        """The value as floats, if each is let in."""
        values = as_floats(name, value)
        self.check(name, values)
        return values

    def check(self, name: str, values: Any) -> None:
        """A sentence if one of these floats is not let in."""
        values = np.asarray(values)
        ends = np.array([values.min(), values.max()]) if values.size > 2 else values  # they speak for those between
        if not self._inside(ends).all() or (self.whole and (values != np.floor(values)).any()):
            raise ValueError(self._sentence(name, values[~self._inside(values)].flat[0]))

    def _inside(self, values: np.ndarray) -> np.ndarray:
        inside = (values >= self.at_least) & (values > self.above) & (values <= self.at_most) & (values < self.below)
        return inside & (values == np.floor(values)) if self.whole else inside

    def _sentence(self, name: str, got: float) -> str:
        hint = f"write {got:.12g}% as {got / 100:.12g}" if self.percent and 1 < got <= 100 else self.hint
        return f"{name} must be {self._words()}, got {got:.12g}" + (f"; {hint}" if hint else "")

    def _words(self) -> str:
        if self.percent and max(self.at_least, self.above) == 0 and min(self.at_most, self.below) == 1:
            return f"in {'(' if self.above == 0 else '['}0, 1{')' if self.below == 1 else ']'}"
        limits = {"at least": self.at_least, "above": self.above, "at most": self.at_most, "below": self.below}
        words = " and ".join(f"{word} {limit:.12g}" for word, limit in limits.items() if math.isfinite(limit))
        return f"a whole number of {words}" if self.whole else words


def as_floats(name: str, value: Any) -> Any:
    """Floats of any shape, none missing and none infinite.

    >>> as_floats("spend", "220")
    Traceback (most recent call last):
    ValueError: spend must be a number, got the text '220'
    """
    if type(value) in (float, int) and abs(value) < 1e300:  # the common case, quickly
        return np.float64(value)
    if isinstance(value, str | bytes):
        raise ValueError(f"{name} must be a number, got the text {value!r}")
    if value is None or value is Ellipsis:
        raise ValueError(f"{name} must be a number, got {value!r}")
    if isinstance(value, pd.DataFrame | dict | set | frozenset) or callable(value):
        raise ValueError(f"{name} must be a number or a list of numbers, got {kind(value)}")
    try:
        values = _floats(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be a number or a list of numbers, got {shown(value)}") from None
    if values.size == 0:
        raise ValueError(f"{name} is empty: it needs at least one number")
    missing = np.isnan(values)
    if missing.any():
        where = "" if values.ndim == 0 else f" at position {int(np.argmax(missing.ravel()))}"
        raise ValueError(f"{name} has a missing value (NaN){where}: fill it in or leave it out")
    if np.isinf(values).any():
        raise ValueError(f"{name} must be finite, got {values[np.isinf(values)].flat[0]}")
    return values


def _floats(value: Any) -> np.ndarray:
    """A float array, a masked or missing value as NaN; TypeError for what is no number."""
    if isinstance(value, np.ma.MaskedArray):
        value = np.ma.filled(value.astype(float), np.nan)
    if isinstance(value, pd.Series | pd.Index | pd.api.extensions.ExtensionArray) and not isinstance(
        value.dtype, np.dtype
    ):
        value = value.to_numpy(dtype=object if value.dtype.kind not in "iuf" else float, na_value=np.nan)
    given = np.asarray(value)
    if given.dtype.kind in "bMmcUS" or (
        given.dtype.kind == "O" and any(isinstance(each, str | bytes | bool | complex) for each in given.flat)
    ):
        raise TypeError
    return given.astype(float)


def one(name: str, values: Any) -> float:
    """One number where a formula takes no list.

    >>> one("rate", np.array([0.1, 0.2]))
    Traceback (most recent call last):
    ValueError: rate must be one number, got 2 numbers
    """
    if np.ndim(values):
        raise ValueError(f"{name} must be one number, got {np.size(values)} numbers")
    return float(values)


def flat(name: str, value: Any, allowed: Range) -> pd.Series:
    """A flat list of numbers as a Series, with the labels and the name it came with."""
    values = allowed.read(name, value)
    if values.ndim != 1:
        got = f"an array of {values.ndim} dimensions" if values.ndim else f"the single number {values:.12g}"
        raise ValueError(f"{name} must be a flat list of numbers, got {got}")
    given = value if isinstance(value, pd.Series) else pd.Series(values)
    return pd.Series(values, index=given.index, name=given.name)


def grid(name: str, value: Any, allowed: Range) -> pd.DataFrame:
    """A table of numbers as a DataFrame; a list of rows gets its columns numbered from 1."""
    if isinstance(value, pd.DataFrame):
        columns = {label: allowed.read(f"column {label!r} of {name}", value[label]) for label in table(name, value)}
        return pd.DataFrame(columns, index=value.index)
    values = np.asarray(allowed.read(name, value))
    if values.ndim != 2:
        raise ValueError(f"{name} must have rows and columns, got {values.ndim} dimension{'s' * (values.ndim != 1)}")
    return pd.DataFrame(values, columns=range(1, values.shape[1] + 1))


def entries(name: str, value: Any) -> pd.Series:
    """A flat list of anything, with the labels it came with.

    >>> entries("answers", "like")
    Traceback (most recent call last):
    ValueError: answers must be a flat list, got 'like'
    """
    lists = list | tuple | range | np.ndarray | pd.Series | pd.Index | pd.api.extensions.ExtensionArray
    if not isinstance(value, lists) or getattr(value, "ndim", 1) != 1:
        hint = "; pass one of its columns" if getattr(value, "ndim", 0) == 2 else ""
        raise ValueError(f"{name} must be a flat list, got {shown(value)}{hint}")
    given = value if isinstance(value, pd.Series) else pd.Series(value)
    if given.empty:
        raise ValueError(f"{name} is empty: it needs at least one entry")
    missing = given.isna()
    if missing.any():
        raise ValueError(f"{name} has a missing value at position {int(missing.argmax())}: fill it in or leave it out")
    return given


def flags(name: str, value: Any) -> pd.Series:
    """Yes or no, from True and False or 1 and 0.

    >>> flags("predicted", [1, 0, 0.7])
    Traceback (most recent call last):
    ValueError: predicted must hold only 1 and 0 (or True and False), got 0.7; compare with a threshold first
    """
    given = entries(name, value)
    try:
        odd = given[~given.isin([0, 1])]
    except TypeError:  # a list in the list
        odd = given[[not isinstance(each, int | float) for each in given]]
    if len(odd):
        first = odd.iloc[0]
        hint = "; compare with a threshold first" if isinstance(first, float) and 0 < first < 1 else ""
        raise ValueError(f"{name} must hold only 1 and 0 (or True and False), got {shown(first)}{hint}")
    return given.astype(bool)


def survivors(name: str, value: Any) -> pd.Series:
    """How many of one group are left, period after period; the first entry is the whole group (as a count, or as 1).

    >>> survivors("counts", [1000, 600, 640])
    Traceback (most recent call last):
    ValueError: counts must never rise, got 640 after 600 in period 2; count those left of one group, nobody won later
    """
    left = flat(name, value, Range(at_least=0))
    if len(left) < 2:
        raise ValueError(f"{name} must have at least two numbers, at the start and after each period, got {len(left)}")
    if left.iloc[0] == 0:
        raise ValueError(f"{name} must start above 0, got 0: the first number is the whole group")
    rises = np.diff(left) > 0
    if rises.any():
        period = 1 + int(np.argmax(rises))
        raise ValueError(
            f"{name} must never rise, got {left.iloc[period]:.12g} after {left.iloc[period - 1]:.12g} "
            f"in period {period}; count those left of one group, nobody won later"
        )
    return left


def numbers(name: str, column: pd.Series, allowed: Range) -> pd.Series:
    """A column of numbers: a log may have millions of rows, so the sentence says which are wrong.

    >>> numbers("fee", pd.Series([20, "¥9"]), Range())
    Traceback (most recent call last):
    ValueError: fee is no number in 1 of 2 rows (row 1), such as '¥9': take out signs and commas, then use pd.to_numeric
    """
    if column.dtype.kind not in "iuf":
        given = column.notna().to_numpy()
        odd = np.zeros(len(column), dtype=bool)
        odd[given] = ~column[given].map(_is_number).to_numpy(dtype=bool)
        refuse(name, column, odd, "is no number", "take out signs and commas, then use pd.to_numeric")
    values = column.to_numpy(dtype=float, na_value=np.nan)
    if not np.isfinite(values).all():
        present(name, column)
        refuse(name, column, np.isinf(values), "is infinite", "write a number or leave them out")
    if allowed != Range():
        allowed.check(name, values)
    return column if column.dtype == float else pd.Series(values, index=column.index, name=column.name)


def _is_number(cell: Any) -> bool:
    try:
        return isinstance(cell, Real | Decimal) and not isinstance(cell, bool) and float(cell) is not None
    except OverflowError:
        return False


def ids(name: str, column: pd.Series) -> pd.Series:
    """Names of customers, partners, states: anything that is not missing.

    >>> ids("column 'customer_id' of log", pd.Series(["ann", None]))
    Traceback (most recent call last):
    ValueError: column 'customer_id' of log is missing in 1 of 2 rows (row 1): fill it in or leave them out
    """
    present(name, column)
    if column.dtype == object:
        no_names = ~column.map(pd.api.types.is_hashable).to_numpy(dtype=bool)
        refuse(name, column, no_names, "is no name", "write one number or text a row")
    return column


_YEAR_MONTH_DAY = r"^(\d{4}([-/.])\d{1,2}\2\d{1,2}|\d{8})"
_TIME = r"(?:[T ]+(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$"
_PLAIN = ("0000-00-00", *(f"0000-00-00{mark}00:00{seconds}" for mark in " T" for seconds in ("", ":00")))
_DIGITS = str.maketrans("123456789", "000000000")
_NUMBERS_APART = re.compile(r"[^%\d]*(%[YmdHMS][^%\d]+)*%[YmdHMS][^%\d]*")  # %d/%m/%Y, but not %d%m%Y or %d %B %Y


class Written(NamedTuple):
    """Cells as text, each one's place among their shapes, and these; their characters, as `_characters` says."""

    text: pd.Series
    shape: np.ndarray
    shapes: pd.Series
    characters: np.ndarray | None


def moments(
    name: str, column: pd.Series, formats: Sequence[str] | None = None, *, zone_allowed: bool = True
) -> tuple[pd.Series, np.ndarray]:
    """Dates and times as the clock on the wall had them, NaT where there is none to read; and where there are several.

    Nothing is guessed: 03/04/2024 is March in one country and April in another, so text (or a whole number such as
    20240131) must be year-month-day, unless `formats` say how it is written. Where two of these give different days,
    none is taken. A time zone is dropped, or refused where hours are counted from one row to another.
    """
    several = np.zeros(len(column), dtype=bool)
    if pd.api.types.is_datetime64_dtype(column):
        return column, several
    if isinstance(column.dtype, pd.DatetimeTZDtype) and zone_allowed:
        return column.dt.tz_localize(None), several
    code, found = distinct(column)
    read, several = moments_as_written(name, shapes_of(found), formats, zone_allowed=zone_allowed)
    dates = pd.Series(at(code, read, missing=np.datetime64("NaT")), index=column.index, name=column.name)
    return dates, at(code, several)


def moments_as_written(
    name: str, cells: Written, formats: Sequence[str] | None, *, zone_allowed: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """`moments` of cells none of which is missing."""
    if formats is None:
        return _year_month_day(name, cells, zone_allowed), np.zeros(len(cells.text), dtype=bool)
    read, several = _none_of(cells.text), np.zeros(len(cells.text), dtype=bool)
    for way in formats:
        this = _read_as(name, way, cells)
        several |= ~np.isnat(read) & ~np.isnat(this) & (read.astype("datetime64[D]") != this.astype("datetime64[D]"))
        read = np.where(np.isnat(read), this, read)
    read[several] = np.datetime64("NaT")
    return read, several


def _none_of(text: pd.Series) -> np.ndarray:
    return np.full(len(text), np.datetime64("NaT", "us"))


def _year_month_day(name: str, cells: Written, zone_allowed: bool) -> np.ndarray:
    text, shape, shapes, _ = cells
    parts = shapes.str.extract(_YEAR_MONTH_DAY + _TIME).set_axis(["day", "separator", "time", "zone"], axis=1)
    if not zone_allowed and parts["zone"].notna().any():
        raise ValueError(f"{name} has a time zone; write all times in UTC without one, as tz_convert(None) does")
    plain = shapes.isin(_PLAIN).to_numpy()[shape]
    rewritten = parts["day"].notna().to_numpy()[shape] & ~plain
    read = _none_of(text)
    read[plain] = _in_one_zone(name, text[plain], "ISO8601")
    if rewritten.any():
        parts = text[rewritten].str.extract(_YEAR_MONTH_DAY + _TIME)
        read[rewritten] = _in_one_zone(name, parts[0] + " " + parts[2].fillna("00:00"), "ISO8601")
    return read


def shapes_of(cells: pd.Series) -> Written:
    """Cells as text without outer spaces, and their shapes: 0 for every digit.

    Dates are written in few shapes, so what holds of a shape need not be asked of each date.

    >>> shapes_of(pd.Series(["2024-01-31", "1 Feb", "2024-02-01 "])).shapes.tolist()
    ['0000-00-00', '0 Feb']
    """
    written = _written(cells.astype(str))
    return _written(written.text.str.strip()) if (written.shapes != written.shapes.str.strip()).any() else written


def _written(text: pd.Series) -> Written:
    characters = _characters(text)
    if characters is None:
        shape, shapes = pd.factorize(np.array([cell.translate(_DIGITS) for cell in text], dtype=object))
        return Written(text, shape, pd.Series(shapes, dtype="str"), None)
    zeros = np.where(characters - ord("0") < 10, np.uint8(ord("0")), characters)
    shape = np.zeros(len(text), dtype=np.int64)
    for eight in zeros.view(np.uint64).T:
        if (eight != eight[0]).any():
            code, found = pd.factorize(eight)
            shape, _ = pd.factorize(shape * len(found) + code)
    first = np.empty(shape.max() + 1, dtype=int)
    first[shape[::-1]] = np.arange(len(shape))[::-1]
    return Written(text, shape, text.iloc[first].str.translate(_DIGITS).reset_index(drop=True), characters)


def _characters(text: pd.Series) -> np.ndarray | None:
    """The characters, one row a cell of up to 31; None if some are longer or not ASCII, and for no cells."""
    try:
        characters = text.to_numpy(dtype=object).astype("S32").view(np.uint8).reshape(len(text), 32)
    except UnicodeEncodeError:
        return None
    return None if not len(text) or characters[:, -1].any() else characters


def _read_as(name: str, way: str, cells: Written) -> np.ndarray:
    """What pandas reads with a format. It is tried on shapes that could fit; where digits suffice, these are read."""
    text, shape, shapes, characters = cells
    part = {"Y": r"\d{4}", "y": r"\d\d", "d": r"[ \d]?\d"} | dict.fromkeys("mHMS", r"\d?\d")
    literal = re.sub(r"(\\\s)+", r"\\s+", re.escape(way.translate(_DIGITS)))
    layout = re.sub("%(.)", lambda of: f"(?P<{of[1]}>{part[of[1]]})" if of[1] in part else ".*", literal)
    fits = shapes.str.fullmatch(layout, case=False).to_numpy(dtype=bool, copy=True)
    read = _none_of(text)
    for each in np.flatnonzero(fits & (_NUMBERS_APART.fullmatch(way) is not None)):
        rows = np.flatnonzero(shape == each)
        theirs = _characters(text.iloc[rows]) if characters is None else characters[rows]
        fields = re.fullmatch(layout, shapes[each], re.IGNORECASE)
        if theirs is not None and fields is not None:
            read[rows] = _from_digits(theirs, {field: fields.span(field) for field in fields.groupdict()})
            fits[each] = False
    rows = np.flatnonzero(fits[shape])
    read[rows] = _in_one_zone(name, text.iloc[rows], way)
    return read


def _from_digits(characters: np.ndarray, spans: dict[str, tuple[int, int]]) -> np.ndarray:
    """Dates and times from their fields, which stand in these spans; NaT where there is no such day or time."""
    numbers = dict.fromkeys("YmdHMS", np.int32(0))
    for field, (start, end) in spans.items():
        for digit in characters.T[start:end]:
            numbers[field] = 10 * numbers[field] + (digit & 15)  # a space is 0
    year, month, day, hour, minute, second = numbers.values()
    months = (12 * (year - 1970) + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    known = (year > 0) & (month > 0) & (month < 13) & (days.astype("datetime64[M]") == months)
    known &= (hour < 24) & (minute < 60) & (second < 60)
    moments = days.astype("datetime64[s]") + (3600 * hour + 60 * minute + second)
    moments[~known] = np.datetime64("NaT")
    return moments


def _in_one_zone(name: str, text: pd.Series, way: str) -> np.ndarray:
    try:
        return pd.to_datetime(text, format=way, errors="coerce", cache=False).dt.tz_localize(None).to_numpy()
    except (AttributeError, ValueError):
        raise ValueError(f"{name} mixes time zones: convert it to one, without a zone") from None


def dates(
    name: str,
    column: pd.Series,
    formats: Sequence[str] | None = None,
    *,
    missing_allowed: bool = False,
    zone_allowed: bool = True,
    mend: str = "write 2024-01-31",
) -> pd.Series:
    """`moments`, with every row read, but for missing ones where these are allowed.

    >>> dates("column 'date' of log", pd.Series(["2024-01-31", "yesterday"]))
    Traceback (most recent call last):
    ValueError: column 'date' of log is no date in 1 of 2 rows (row 1), such as 'yesterday': write 2024-01-31
    """
    read, several = moments(name, column, formats, zone_allowed=zone_allowed)
    unread = read.isna().to_numpy()
    if unread.any():
        if not missing_allowed:
            present(name, column)
        if formats is not None and several.any():
            days = days_by_format(column[several].iloc[0], formats)
            mend_them = "read each shop's rows by its own format, or leave them out"
            refuse(name, column, several, "has several days", f"{days}; {mend_them}")
        refuse(name, column, unread & column.notna().to_numpy(), "is no date", mend)
    return read if read.dtype == "datetime64[us]" else read.dt.as_unit("us")


def log_dates(column: pd.Series, formats: Sequence[str] | None) -> pd.Series:
    """The dates of a log, in a function that takes `date_format`."""
    mend = "write year-month-day, or say how dates are written with date_format='%d/%m/%Y' (a list, if in several ways)"
    if formats is not None:
        mend = f"date_format={formats[0] if len(formats) == 1 else formats!r} does not fit them"
    return dates(f"column {column.name!r} of log", column, formats, mend=mend)


def days_by_format(cell: Any, formats: Sequence[str]) -> str:
    """Which format makes which day of a cell.

    >>> days_by_format("03/04/2024", ["%d/%m/%Y", "%m/%d/%Y"])
    "it is 2024-04-03 by '%d/%m/%Y' and 2024-03-04 by '%m/%d/%Y'"
    """
    read = {way: _in_one_zone("date", pd.Series([str(cell).strip()]), way)[0] for way in formats}
    days = [f"{moment.astype('datetime64[D]')} by {way!r}" for way, moment in read.items() if not np.isnat(moment)]
    return f"it is {listed(days)}"


def date_formats(name: str, value: Any) -> list[str]:
    """How dates are written in text: one way, or a list of them.

    >>> date_formats("date_format", "%d/%m")
    Traceback (most recent call last):
    ValueError: date_format must say where day, month and year stand, such as '%d/%m/%Y', got '%d/%m'
    """
    given = [value] if isinstance(value, str) else words(name, value)
    if not given:
        raise ValueError(f"{name} is empty: write how dates are written, such as '%d/%m/%Y'")
    for way in given:
        _date_format(name, way)
    return given


def _date_format(name: str, value: str) -> None:
    day = pd.Timestamp("2024-01-31", tz="UTC")
    try:
        if pd.to_datetime(day.strftime(value), format=value).date() == day.date():
            return
    except (AttributeError, TypeError, ValueError):
        pass
    raise ValueError(f"{name} must say where day, month and year stand, such as '%d/%m/%Y', got {shown(value)}")


def rates(name: str, value: Any) -> dict[Any, float]:
    """What one unit of each currency is worth.

    >>> rates("rates", {"EUR": 1, "USD": 0})
    Traceback (most recent call last):
    ValueError: rates['USD'] must be above 0, got 0
    """
    if not isinstance(value, dict | pd.Series) or not len(value):
        raise ValueError(
            f"{name} must say what one unit of each currency is worth, such as {{'EUR': 1, 'USD': 0.92}}, "
            f"got {shown(value)}"
        )
    if isinstance(value, pd.Series) and not value.index.is_unique:
        raise ValueError(f"{name} has {value.index[value.index.duplicated()][0]!r} twice: leave one out")
    named = {unit: (f"{name}[{unit!r}]", rate) for unit, rate in dict(value).items()}
    return {unit: one(label, Range(above=0).read(label, rate)) for unit, (label, rate) in named.items()}


def day(name: str, value: Any) -> pd.Timestamp:
    """One date.

    >>> day("start", "31.1.2026")
    Traceback (most recent call last):
    ValueError: start must be a date such as '2026-01-31', got '31.1.2026'
    """
    cell = value if pd.api.types.is_scalar(value) else None
    when = moments(name, pd.Series([cell], dtype=object))[0].iloc[0]
    if pd.isna(when):
        raise ValueError(f"{name} must be a date such as '2026-01-31', got {shown(value)}")
    return when.normalize().as_unit("us")


def moment(name: str, value: Any) -> pd.Timestamp:
    """One date and time, without a time zone.

    >>> moment("as_of", "31.1.2026")
    Traceback (most recent call last):
    ValueError: as_of must be a date and time such as '2026-01-31 14:05', got '31.1.2026'
    """
    cell = value if pd.api.types.is_scalar(value) else None
    when = moments(name, pd.Series([cell], dtype=object), zone_allowed=False)[0].iloc[0]
    if pd.isna(when):
        raise ValueError(f"{name} must be a date and time such as '2026-01-31 14:05', got {shown(value)}")
    return when.as_unit("us")


def option(name: str, value: Any, allowed: Iterable[Any]) -> Any:
    """One of a few words.

    >>> option("timing", "begin", ("start", "end"))
    Traceback (most recent call last):
    ValueError: timing must be 'start' or 'end', got 'begin'
    >>> option("grain", "W", ("day", "week", "month"))
    Traceback (most recent call last):
    ValueError: grain must be 'day', 'week' or 'month', got 'W'; write 'week'
    """
    words = list(allowed)
    if isinstance(value, str) and value in words:
        return value
    near = [word for word in words if isinstance(value, str) and value and _begins_alike(value.lower(), str(word))]
    hint = f"; write {near[0]!r}" if len(near) == 1 else ""
    raise ValueError(f"{name} must be {listed(map(repr, words), 'or')}, got {shown(value)}{hint}")


def _begins_alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def words(name: str, value: Any) -> list[str]:
    """A list of text.

    >>> words("columns", "name")
    Traceback (most recent call last):
    ValueError: columns must be a list of text, got 'name'; write ['name']
    """
    if isinstance(value, str):
        raise ValueError(f"{name} must be a list of text, got {value!r}; write [{value!r}]")
    is_list = isinstance(value, Iterable) and not isinstance(value, pd.DataFrame | dict)
    if not is_list or not all(isinstance(word, str) for word in value):
        raise ValueError(f"{name} must be a list of text, got {shown(value)}")
    return list(value)


def switch(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {shown(value)}")
    return bool(value)


def table(name: str, value: Any) -> pd.DataFrame:
    """A DataFrame with at least one row, each of its columns with a name of its own.

    >>> table("summary", [1, 2])
    Traceback (most recent call last):
    ValueError: summary must be a pandas DataFrame, got a list
    """
    if not isinstance(value, pd.DataFrame):
        raise ValueError(f"{name} must be a pandas DataFrame, got {kind(value)}")
    if value.empty:
        raise ValueError(f"{name} is empty: it needs at least one row")
    if not value.columns.is_unique:
        twice = value.columns[value.columns.duplicated()][0]
        raise ValueError(f"{name} has the column {twice!r} twice: rename one or leave it out")
    return value


def has_columns(name: str, given: pd.DataFrame, wanted: dict[str, Any]) -> None:
    """Whether a table has the columns that the arguments name.

    >>> has_columns("log", pd.DataFrame({"who": ["ann"]}), {"customer_id": "customer_id"})
    Traceback (most recent call last):
    ValueError: log has no column 'customer_id'; its columns are 'who': name yours with customer_id=...
    """
    for argument, label in wanted.items():
        if not isinstance(label, str | int | tuple):
            raise ValueError(f"{argument} must be the name of a column of {name}, got {shown(label)}")
    missing = {argument: label for argument, label in wanted.items() if label not in given.columns}
    if missing:
        have = ", ".join(repr(label) for label in given.columns) or "none"
        what = "no column " if len(missing) == 1 else "no columns "
        say = ", ".join(f"{argument}=..." for argument in missing)
        raise ValueError(
            f"{name} has {what}{', '.join(map(repr, missing.values()))}; its columns are {have}: name yours with {say}"
        )


def needed(name: str, have: Iterable[Any], wanted: Iterable[str]) -> None:
    """Whether a table has the columns whose names are fixed."""
    there = list(have)
    missing = [repr(label) for label in wanted if label not in there]
    if missing:
        raise ValueError(
            f"{name} has no column {listed(missing)}; its columns are {', '.join(map(repr, there))}: rename yours"
        )


def different(name: str, **columns: pd.Series) -> None:
    """Each argument names a column of its own."""
    named = [column.name for column in columns.values()]
    if len(set(named)) < len(named):
        raise ValueError(f"{', '.join(columns)} must be different columns of {name}, got {', '.join(map(repr, named))}")


def in_order(*, or_equal: bool = False, why: str = "", **values: Any) -> None:
    """Each argument below the next one, in every place.

    >>> in_order(low=6.0, high=3.0)
    Traceback (most recent call last):
    ValueError: low must be below high, got 6 and 3
    >>> in_order(redeemed=[50, 90], expected=[80, 80], or_equal=True, why="raise the estimate")
    Traceback (most recent call last):
    ValueError: redeemed must be at most expected, got 90 and 80: raise the estimate
    """
    for low, high in itertools.pairwise(values):
        below, above = np.asarray(values[low]), np.asarray(values[high])
        wrong = below > above if or_equal else below >= above
        if wrong.any():
            below, above = np.broadcast_arrays(below, above)
            where = int(np.argmax(wrong.ravel()))
            got = f"{below.flat[where]:.12g} and {above.flat[where]:.12g}"
            raise ValueError(
                f"{low} must be {'at most' if or_equal else 'below'} {high}, got {got}" + (f": {why}" if why else "")
            )


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words as a sentence lists them.

    >>> listed(["shares", "retention", "margin"])
    'shares, retention and margin'
    """
    *most, end = words
    return f"{', '.join(most)} {last} {end}" if most else end


def adding_up_to_1(name: str, shares: np.ndarray) -> np.ndarray:
    """Shares of a whole, put right where they miss 1 by no more than 32-bit floats do.

    >>> adding_up_to_1("shares", np.array([0.5, 0.4]))
    Traceback (most recent call last):
    ValueError: shares must add up to 1, got 0.9
    """
    total = shares.sum()
    if abs(total - 1) > 1e-6:
        raise ValueError(f"{name} must add up to 1, got {total:.12g}")
    return shares / total


def present(name: str, column: pd.Series) -> None:
    """No cell is missing."""
    refuse(name, column, column.isna().to_numpy(), "is missing", "fill it in or leave them out")


def refuse(name: str, column: pd.Series, where: np.ndarray, what: str, mend: str) -> None:
    """A sentence on the cells `where` something is wrong, with the labels of their rows."""
    if where.any():
        first = column[where].tolist()[0]
        example = "" if pd.api.types.is_scalar(first) and pd.isna(first) else f", such as {shown(first)}"
        raise ValueError(
            f"{name} {what} in {where.sum()} of {len(where)} rows ({rows(column, where)}){example}: {mend}"
        )


def rows(column: pd.Series, where: np.ndarray) -> str:
    """Rows by their labels: 'row 3', 'rows 3, 8 and 2 more'."""
    labels = [str(label) for label in column.index[where][:3]]
    if where.sum() > 3:
        labels.append(f"{where.sum() - 3:,} more")
    return f"row {labels[0]}" if len(labels) == 1 else f"rows {', '.join(labels[:-1])} and {labels[-1]}"


def counted(number: int | np.integer, thing: str) -> str:
    """'1 row', '2,000 rows'."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def distinct(column: pd.Series) -> tuple[np.ndarray, pd.Series]:
    """Each row's position among the distinct cells (-1: missing), and those cells: a log repeats most of them."""
    try:
        code, found = pd.factorize(column)
    except TypeError:  # a cell that holds a list is like no other
        code, found = np.where(column.isna(), -1, np.arange(len(column))), column
    return code, pd.Series(found, dtype=object)


def at(code: np.ndarray, of_cells: Any, missing: Any = False) -> np.ndarray:
    """What holds of the distinct cells, for every row."""
    return np.append(of_cells, missing)[code]


def kind(value: Any) -> str:
    """What a value is, with its article: 'a list', 'an array'."""
    name = "function" if callable(value) else {"ndarray": "array"}.get(type(value).__name__, type(value).__name__)
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def shown(value: Any) -> str:
    """A value as it was typed, or what it is where that is long."""
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a number of more than 30 digits"
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= 60 and "\n" not in text else kind(value)
