"""What an argument may be stands in the signature, and is checked here: once, for every function of the field.

    @formula
    def referral_value(told: Amount, conversion: Share, value: Number) -> np.ndarray:
        return told * conversion * value

A caller passes numbers, lists, arrays or Series. What the body gets is said by the name of the type:

=============================  ======================================================================================
type                           the body gets
=============================  ======================================================================================
``Share``, ``Amount``, ...     an array of floats; all of these are brought to one shape, so that the formula reads as
                               in the textbook. A number goes back as a float, a Series with its labels.
``OneShare``, ``OneCount``     one number: a float, an int
``Shares``, ``Amounts``, ...   a flat list, one entry a customer, year or state, as a Series; all lists of a function
                               are equally long
``AmountColumn``, ``Ids``      a column of the function's table, as a Series; the caller passes its *name*
``CashFlows``                  an array whose last axis is time
``Grid``                       a table of numbers, as a DataFrame; the caller may pass a list of rows
``pd.DataFrame``               a table with at least one row; see `also_in_engines` for one that is elsewhere
``Literal["start", "end"]``    one of these words
``bool``, ``Words``            True or False; a list of text
``Day``, ``Moment``            a date, a date and time as a Timestamp
``X | None``                   X, or None where that is the default
=============================  ======================================================================================

Bad input gets one sentence: which argument, what it got, what it takes. Two Series (or a Series and a table) with
different labels are refused, never paired by position. What a formula cannot hold in a number is refused, too. A
formula with several results returns a dataclass or a NamedTuple with fields declared `Result`.
"""

import functools
import importlib
import inspect
import os
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, overload

import numpy as np
import pandas as pd

from clvlib import _checks
from clvlib._checks import Range

Result = float | np.ndarray  # of a formula: a float for numbers, an array or a Series for anything longer
T = TypeVar("T")

# Types: what stands in a signature. `One...` is one number, a plural is a list, `...Column` a column of the table.


@dataclass(frozen=True)
class Column:
    """A parameter that names a column of the function's table, and what that column must hold."""

    read: Callable[[str, pd.Series], pd.Series]


LAST_AXIS = "last axis"  # time, indicators: one entry an element of the last axis
OWN_LABELS = "own labels"  # tiers, indicators, causes: its rows are not those of the other arguments

_ANY = Range()
_AMOUNT = Range(at_least=0)
_POSITIVE = Range(above=0)
_SHARE = Range(at_least=0, at_most=1, percent=True)
_SHARE_BELOW_1 = Range(at_least=0, below=1, percent=True)
_SHARE_ABOVE_0 = Range(above=0, at_most=1, percent=True)
_SHARE_INSIDE = Range(above=0, below=1, percent=True)
_RATE = Range(above=-1, at_most=1, percent=True)
_COUNT = Range(at_least=0, whole=True)
_COUNT_FROM_1 = Range(at_least=1, whole=True)

Number = Annotated[np.ndarray, _ANY]
Amount = Annotated[np.ndarray, _AMOUNT]
Positive = Annotated[np.ndarray, _POSITIVE]
Share = Annotated[np.ndarray, _SHARE]
ShareBelow1 = Annotated[np.ndarray, _SHARE_BELOW_1]
ShareAbove0 = Annotated[np.ndarray, _SHARE_ABOVE_0]
ShareInside = Annotated[np.ndarray, _SHARE_INSIDE]
Rate = Annotated[np.ndarray, _RATE]  # of discount or growth, a fraction per period
Count = Annotated[np.ndarray, _COUNT]
CountFrom1 = Annotated[np.ndarray, _COUNT_FROM_1]
CashFlows = Annotated[np.ndarray, _ANY, LAST_AXIS]

OneNumber = Annotated[float, _ANY]
OneAmount = Annotated[float, _AMOUNT]
OnePositive = Annotated[float, _POSITIVE]
OneShare = Annotated[float, _SHARE]
OneShareBelow1 = Annotated[float, _SHARE_BELOW_1]
OneShareAbove0 = Annotated[float, _SHARE_ABOVE_0]
OneShareInside = Annotated[float, _SHARE_INSIDE]
OneRate = Annotated[float, _RATE]
OneCount = Annotated[int, _COUNT]
OneCountFrom1 = Annotated[int, _COUNT_FROM_1]
Periods = Annotated[int, Range(at_least=1, at_most=100_000, whole=True)]  # counted out one by one

Numbers = Annotated[pd.Series, _ANY]
Amounts = Annotated[pd.Series, _AMOUNT]
Positives = Annotated[pd.Series, _POSITIVE]
Shares = Annotated[pd.Series, _SHARE]
Counts = Annotated[pd.Series, _COUNT]
Flags = Annotated[pd.Series, _checks.flags]
Survivors = Annotated[pd.Series, _checks.survivors]  # never rising: those left of a group, the first is all of it
Grid = Annotated[pd.DataFrame, _ANY]

NumberColumn = Annotated[pd.Series, Column(functools.partial(_checks.numbers, allowed=_ANY))]
AmountColumn = Annotated[pd.Series, Column(functools.partial(_checks.numbers, allowed=_AMOUNT))]
ShareColumn = Annotated[pd.Series, Column(functools.partial(_checks.numbers, allowed=_SHARE))]
CountColumn = Annotated[pd.Series, Column(functools.partial(_checks.numbers, allowed=_COUNT))]
FlagColumn = Annotated[pd.Series, Column(_checks.flags)]
DateColumn = Annotated[pd.Series, Column(_checks.dates)]
TimeColumn = Annotated[pd.Series, Column(functools.partial(_checks.dates, zone_allowed=False))]
TimeOrMissingColumn = Annotated[
    pd.Series, Column(functools.partial(_checks.dates, zone_allowed=False, missing_allowed=True))
]
Ids = Annotated[pd.Series, Column(_checks.ids)]
AnyColumn = Annotated[pd.Series, Column(lambda name, column: column)]  # whatever stands in it

Day = Annotated[pd.Timestamp, _checks.day]
Moment = Annotated[pd.Timestamp, _checks.moment]
DateFormat = Annotated[Sequence[str], _checks.date_formats]  # such as "%d/%m/%Y", or a list of such
Rates = Annotated[dict[Any, float], _checks.rates]  # a table, as a dict or a Series: currency, worth of one unit
Words = Annotated[Sequence[str], _checks.words]


def default(value: float) -> np.ndarray:
    """The default of an array parameter: the body gets it as an array."""
    return cast(np.ndarray, value)


# The decorator.


@overload
def formula(function: Callable[..., np.ndarray]) -> Callable[..., Result]: ...
@overload
def formula(function: Callable[..., T]) -> Callable[..., T]: ...
def formula(function: Callable[..., Any]) -> Callable[..., Any]:
    """Check each argument by its type, bring arrays to one shape, and hand back what the caller passed: see above."""
    signature = inspect.signature(function)
    arguments = [
        each for name, parameter in signature.parameters.items() if (each := _argument(name, parameter)) is not None
    ]
    table_name = next(
        (each.name for each in arguments if each.base is pd.DataFrame and each.read is _checks.table), None
    )
    by_entry = any(each.labelled and not each.last_axis for each in arguments)

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:  # without the inside of `bind`, which helps nobody
            raise TypeError(f"{function.__name__}: {error}") from None
        bound.apply_defaults()
        given = bound.arguments
        present = [each for each in arguments if not (given[each.name] is None and each.optional)]
        labels = _common_labels({each.name: given[each.name] for each in present if each.labelled})
        columns = {each.name: each.column for each in present if each.column is not None}
        if table_name is not None and columns:
            _put_columns(given, table_name, columns)
        for each in present:
            if each.read is not None:
                given[each.name] = each.read(each.name, given[each.name])
        _align(given, present, labels)
        with np.errstate(all="ignore"):
            result = function(*bound.args, **bound.kwargs)
        return _handed_back(function.__name__, result, labels if by_entry else None)

    # help() shows names and defaults: the docstring has the types in words
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()]
    checked.__signature__ = inspect.Signature(bare)  # type: ignore[attr-defined]
    return checked


@dataclass(frozen=True)
class _Argument:
    """A parameter and what its type says."""

    name: str
    base: Any
    read: Callable[[str, Any], Any] | None
    optional: bool
    column: Column | None = None
    spread: bool = False  # an array that is brought to one shape with the others
    last_axis: bool = False
    own_labels: bool = False

    @property
    def labelled(self) -> bool:
        return self.column is None and not self.own_labels and self.base in (np.ndarray, pd.Series, pd.DataFrame)


ENGINES = {"polars", "pyarrow", "duckdb", "_duckdb", "pyspark", "dask", "ibis", "narwhals"}
Function = TypeVar("Function", bound=Callable[..., Any])


def also_in_engines(table: str) -> Callable[[Function], Function]:
    """A table that is no pandas DataFrame, but an engine's frame or the path of a file, goes to the function of the
    same name in `clvlib._engines`; what that does not know is refused."""

    def decorated(function: Function) -> Function:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def either(*args: Any, **kwargs: Any) -> Any:
            given = signature.bind(*args, **kwargs).arguments
            value = given.get(table)
            engine = type(value).__module__.partition(".")[0]
            if not (isinstance(value, str | os.PathLike) or engine in ENGINES):
                return function(*args, **kwargs)
            try:
                there = getattr(importlib.import_module("clvlib._engines"), function.__name__)
            except ModuleNotFoundError as error:
                if error.name != "narwhals":
                    raise
                raise ModuleNotFoundError(
                    f"{table} is {_checks.kind(value)}, for which clvlib needs Narwhals: "
                    "pip install 'clvlib[engines]' brings it",
                    name="narwhals",
                ) from None
            known = inspect.signature(there).parameters
            for name, option in given.items():
                if name not in known and option is not signature.parameters[name].default:
                    raise ValueError(
                        f"{name} needs {table} as a pandas DataFrame, and engines do without: leave {name} out, or "
                        f"load {table} into pandas"
                    )
            return there(**{name: option for name, option in given.items() if name in known})

        return cast(Function, either)

    return decorated


def _argument(name: str, parameter: inspect.Parameter) -> _Argument | None:
    annotation, optional = parameter.annotation, parameter.default is None
    if get_origin(annotation) in (Union, types.UnionType):
        (annotation,) = [each for each in get_args(annotation) if each is not types.NoneType]
    if annotation is bool:
        return _Argument(name, bool, _checks.switch, optional)
    if annotation is pd.DataFrame:
        return _Argument(name, annotation, _checks.table, optional)
    if get_origin(annotation) is Literal:
        return _Argument(name, str, functools.partial(_checks.option, allowed=get_args(annotation)), optional)
    if get_origin(annotation) is not Annotated:
        return None
    base, mark, *more = get_args(annotation)
    if isinstance(mark, Column):
        return _Argument(name, base, None, optional, column=mark)
    own, last_axis = OWN_LABELS in more, LAST_AXIS in more
    if not isinstance(mark, Range):
        return _Argument(name, base, mark, optional, last_axis=last_axis, own_labels=own)
    read: dict[Any, Callable[[str, Any], Any]] = {
        np.ndarray: mark.read,
        pd.Series: functools.partial(_checks.flat, allowed=mark),
        pd.DataFrame: functools.partial(_checks.grid, allowed=mark),
        float: lambda name, value: _checks.one(name, mark.read(name, value)),
        int: lambda name, value: int(_checks.one(name, mark.read(name, value))),
    }
    if last_axis:
        return _Argument(
            name, base, lambda name, value: np.atleast_1d(mark.read(name, value)), optional, last_axis=True
        )
    return _Argument(name, base, read[base], optional, spread=base is np.ndarray, own_labels=own)


def _common_labels(given: dict[str, Any]) -> pd.Index | None:
    """The labels of the arguments that have any; a sentence if they differ."""
    labelled = {name: value.index for name, value in given.items() if isinstance(value, pd.Series | pd.DataFrame)}
    if not labelled:
        return None
    (first, labels), *others = labelled.items()
    for name, index in others:
        if len(index) == len(labels) and not index.equals(labels):
            raise ValueError(
                f"{first} and {name} have different labels, or another order of them: "
                f"write {name}.reindex({first}.index)"
            )
    return labels


def _put_columns(given: dict[str, Any], table_name: str, columns: dict[str, Column]) -> None:
    """Each named column in place of its name."""
    rows = _checks.table(table_name, given[table_name])
    _checks.has_columns(table_name, rows, {name: given[name] for name in columns})
    for name, column in columns.items():
        label = given[name]
        given[name] = column.read(f"column {label!r} of {table_name}", rows[label])


def _align(given: dict[str, Any], present: list[_Argument], labels: pd.Index | None) -> None:
    """Lists of one length, with the labels of the one that has some; arrays brought to one shape."""
    lists = {each.name: given[each.name] for each in present if each.base is pd.Series and each.labelled}
    lengths = {len(values) for values in lists.values()}
    if len(lengths) > 1:
        sizes = _checks.listed(str(len(values)) for values in lists.values())
        raise ValueError(f"{_checks.listed(lists)} must have the same length, got {sizes}")
    arrays = {each.name: given[each.name] for each in present if each.spread}
    if all(values.ndim == 0 for values in arrays.values()) and not lists:
        return
    try:
        common = np.broadcast_shapes(*(values.shape for values in (*lists.values(), *arrays.values())))
    except ValueError:
        common = None
    if common is None or (lists and common != (*lengths,)):
        sizes = ", ".join(f"{name} has {values.size}" for name, values in (lists | arrays).items() if values.ndim)
        raise ValueError(f"arguments must be single numbers or lists of one length: {sizes}")
    given.update({name: np.broadcast_to(values, common) for name, values in arrays.items()})
    if labels is not None and common == (len(labels),):
        given.update({name: values.set_axis(labels) for name, values in lists.items()})


def _endless(result: Any) -> bool:
    """Whether numbers are not finite; in a table or a Series, NaN may stand for what is not known."""
    if isinstance(result, pd.DataFrame):
        return any(_endless(column) for _, column in result.items())
    if not isinstance(result, np.ndarray | np.generic | pd.Series) or result.dtype.kind != "f":
        return False
    if isinstance(result, pd.Series):
        return bool(np.isinf(result.to_numpy(dtype=float, na_value=np.nan)).any())
    return not np.isfinite(result).all()


def _handed_back(name: str, result: Any, labels: pd.Index | None) -> Any:
    """A number as a Python number; an array, or a table without labels, with the labels of the arguments."""
    if _endless(result):
        raise ValueError(f"{name} has no finite result for these numbers: are they in the right units?")
    if isinstance(result, np.ndarray | np.generic):
        if result.ndim == 0:
            return result.item()
        if labels is not None and result.shape == (len(labels),):
            return pd.Series(result, index=labels)
    if is_dataclass(result) and not isinstance(result, type):
        found = {each.name: (each.type, getattr(result, each.name)) for each in fields(result)}
        handed = {
            field: _handed_back(name, value, labels)
            for field, (declared, value) in found.items()
            if declared == Result or isinstance(value, np.generic)
        }
        return replace(result, **handed) if handed else result
    if isinstance(result, tuple) and hasattr(result, "_make"):  # a NamedTuple
        return result._make(_handed_back(name, value, labels) for value in result)
    unlabelled = isinstance(result, pd.DataFrame) and isinstance(result.index, pd.RangeIndex) and not result.index.name
    return result.set_axis(labels) if unlabelled and labels is not None and len(result) == len(labels) else result
