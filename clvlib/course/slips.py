"""What is off about an answer that is nobody's named mistake: its unit, its sign, its rounding, its form, its order.

Honest learners meet these sentences first. So they never call a rounded right answer too high, and give away no cell.
"""

import difflib
import itertools
import math
import numbers
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd

from clvlib.course.words import count, kind_of, listing, shown

_TIMES = [
    (12, "{} Are months and years mixed up?"),
    (1000, "{} Is it in another unit?"),
    (10, "{} Is the decimal point in its place?"),
]


def as_number(answer: Any) -> tuple[float, str | None]:
    """The answer as a float, or what keeps it from being one."""
    if isinstance(answer, str):
        return 0.0, f"The answer is a number. This is the text {shown(answer)}{_without_quotes(answer)}"
    if isinstance(answer, pd.Series | np.ndarray) and answer.size == 1:
        answer = np.asarray(answer).item()
    if answer is None:
        return 0.0, "The answer is one number. This is None: did print(...) give it? print shows, and returns nothing."
    if isinstance(answer, bool | np.bool_) or not isinstance(answer, numbers.Real | Decimal):
        more = " Did you forget the brackets that call it?" if callable(answer) else ""
        return 0.0, f"The answer is one number. This is {kind_of(answer)}.{more}"
    try:
        value = float(answer)
    except OverflowError:
        value = float("inf")
    if not np.isfinite(value):
        return value, f"The answer came out as {value}: look for a division by zero or a missing value."
    return value, None


def _without_quotes(text: str) -> str:
    """How a text that holds a number is written as one."""
    bare = re.fullmatch(r"\s*([+-]?[\d,]*\.?\d+)\s*(%?)[^\d]*", text)
    if bare is None:
        return "."
    if bare[2]:
        return ": leave the quotes out, and write 80% as 0.8."
    return ": leave the quotes out." if text.strip() == bare[1].replace(",", "") else ": write only its digits."


def number_problem(value: float, right: float, within: float, unit: str = "") -> str:
    """What is off about a number that is no named mistake.

    Parameters
    ----------
    value, right : float
        The answer, which is not within the tolerance of the right one.
    within : float
        The tolerance.
    unit : str, optional
        The unit or the column's name: a whole number of years is never taken for a percentage.
    """

    def says(factor: float) -> bool:
        """Whether this is so many times the right number, perhaps rounded at the end."""
        tolerance = abs(factor) * min(within, abs(right) / 100)
        return right != 0 != value and (
            abs(value - factor * right) <= max(tolerance, 1e-6 * abs(factor * right)) or rounded(value, factor * right)
        )

    right = float(right)  # a whole number of NumPy's has no powers below 0
    counts = right.is_integer() and re.match(r"years?\b", unit, re.IGNORECASE) is not None
    if not within and not float(value).is_integer() and abs(value - right) < 1:
        return "The answer is a whole number."
    if rounded(value, right):
        places = decimals(within)
        enough = f"at least {count(places, 'decimal')}" if places else "all digits before the decimal point"
        return f"{'Right, but' if digits(value) > 1 else 'That may be right, but'} rounded: give {enough}."
    if says(100) and not counts:
        return "That is 100 times too large. " + ("Write 80% as 0.8." if abs(right) <= 1 else "Is a percentage in it?")
    if says(1 / 100) and not counts:
        in_percent = any(word in unit for word in ("%", "percent", "of 100"))
        percent = "Give it in percent: 80% is 80." if in_percent else "Is a percentage in it that should not be?"
        return f"That is 100 times too small. {percent}"
    if says(-1):
        return "The size is right, the sign is not."
    if digits(right) > 2 and digits(value) > 1:  # 0.02 may be a twelfth of many numbers
        for times, ask in _TIMES:
            for factor, words in ((times, "large"), (1 / times, "small")):
                if says(factor):
                    return ask.format(f"That is {times:,} times too {words}.")
        if 0 < right < 1 and abs(value - (1 - right)) <= min(within, right / 100, (1 - right) / 100):
            return "That is 1 minus the right number. Which of the two shares is asked for?"
        if says(right**-2):
            return "That is 1 divided by the right number. What is to be divided by what?"
    if abs(value - right) <= 0.01 * abs(right):
        if not within:
            return "Close, but only the exact number is right. Count again."
        return f"Close, but not within {within:g}. Did you round on the way? If not, the formula is not quite right."
    return "That is too high." if value > right else "That is too low."


def agree(one: float, other: float, within: float) -> bool:
    """Whether two numbers lie within a tolerance, give or take what a computer rounds away: 0.125 and 0.13 by 0.005."""
    return bool(abs(one - other) <= within * (1 + 1e-9) + 1e-12 * abs(other))


def rounded(value: float, number: float) -> bool:
    """Whether a value is a number rounded, or cut off, to fewer digits.

    Examples
    --------
    >>> rounded(33.6, 33.5931), rounded(33.5, 33.5931), rounded(33.7, 33.5931), rounded(4300, 4275.8)
    (True, True, False, True)
    >>> rounded(0.19, 0.15 / 0.75)
    False
    """
    if not (np.isfinite(value) and value * number > 0):
        return False
    places = _places(value)
    if abs(number) < 0.95 and places <= 0:  # 1 for 0.76
        return False
    steps = {10.0**-places, 10.0 ** -max(places, 0)}  # 300 may stand for 260.7 as for 300.4
    off = abs(value) - abs(number)
    # cut off, a number lacks less than a whole step: 0.19 is not 0.15 / 0.75, which a computer puts just below 0.2
    return any(-step * (1 - 1e-9) < off <= step / 2 * (1 + 1e-9) for step in steps)


def digits(value: float) -> int:
    """How many digits a number is written with, without zeros at either end."""
    return len(Decimal(repr(float(value))).normalize().as_tuple().digits)


def _places(value: float) -> int:
    """How many decimals a number is written with; -2 for 4300."""
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    return -int(exponent)


def decimals(within: float) -> int:
    """How many decimals a rounded answer needs to lie within this of the right one."""
    return max(0, math.ceil(-math.log10(2 * within) - 1e-9)) if within > 0 else 0


def decimals_in_words(within: float) -> str:
    """How exact an answer must be: "at least 2 decimals"."""
    places = decimals(within)
    return f"at least {count(places, 'decimal')}" if places else "decimals may go"


# Tables


def form_problem(answer: pd.DataFrame, right: pd.DataFrame) -> str | None:
    """What is off about a table's columns and its number of rows."""
    missing = [column for column in right if column not in answer]
    if missing:
        columns = "columns" if len(right.columns) > 1 else "column"
        needed = f"The table needs the {columns} {listing(right)}. Missing here: {listing(missing)}."
        return needed + _in_the_index(answer, right, missing[0]) + _meant(answer, right, missing)
    twice = [column for column in right if list(answer.columns).count(column) > 1]
    if twice:
        return f"The table has the column {listing(twice)} more than once."
    if len(answer) != len(right):
        return f"The table needs {count(len(right), 'row')}. Yours has {len(answer)}."
    return None


def _in_the_index(answer: pd.DataFrame, right: pd.DataFrame, column: Any) -> str:
    if column in answer.index.names:
        return f' "{column}" is the index of your table: add .reset_index().'
    named = answer.index.name is None and answer.index.nlevels == 1 and len(answer) == len(right)
    if named and all(map(same_cell, answer.index, right[column], repeat(0.0))):
        return f' They are the index of your table: add .rename_axis("{column}").reset_index().'
    return ""


def _meant(answer: pd.DataFrame, right: pd.DataFrame, missing: list[Any]) -> str:
    """Which columns of the table may be the missing ones under another spelling."""
    there = {_plain(column): str(column) for column in answer if column not in list(right)}
    pairs = [(column, difflib.get_close_matches(_plain(column), there, n=1, cutoff=0.8)) for column in missing]
    meant = [f'"{column}" by "{there[near[0]]}"' for column, near in pairs if near]
    return f" Did you mean {' and '.join(meant)}?" if meant else ""


def _plain(name: Any) -> str:
    return re.sub(r"[\W_]+", "", str(name)).casefold()


def same_cell(given: Any, wanted: Any, within: float) -> bool:
    """Whether a cell says what is wanted, be it in other letters, as a date's text or as True for 1."""
    if isinstance(wanted, bool | np.bool_) or (isinstance(given, bool | np.bool_) and not isinstance(wanted, str)):
        return not isinstance(given, str) and given in (0, 1) and bool(given) == wanted
    if isinstance(wanted, date | np.datetime64):
        return _as_date(given) == pd.Timestamp(wanted)
    if isinstance(wanted, str):
        if _missing(given):
            return not wanted.strip()
        if isinstance(given, date | np.datetime64):
            return given == _as_date(wanted)
        return " ".join(str(given).split()).casefold() == " ".join(wanted.split()).casefold()
    value, complaint = as_number(given)
    return not complaint and agree(value, wanted, within)


def _missing(cell: Any) -> bool:
    return cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell))


def _as_date(cell: Any) -> Any:
    try:
        return pd.Timestamp(cell)
    except (TypeError, ValueError):
        return None


def first_difference(answer: pd.DataFrame, right: pd.DataFrame, within: float) -> tuple[int, Any] | None:
    """Row number, from 0, and column of the first cell that differs."""
    for row in range(len(right)):
        for column in right:
            if not same_cell(answer[column].iloc[row], right[column].iloc[row], within):
                return row, column
    return None


def cells_problem(answer: pd.DataFrame, right: pd.DataFrame, within: float, prompt: str = "") -> str:
    """What is off about the cells of a table with the right columns and as many rows as the prompt asks for."""
    if _in_another_order(answer, right, within):
        way = "sort_values" if answer.index.inferred_type == "integer" else ".loc[[...]], with the names of your rows"
        return f"Every row is right, but they stand in another order: sort them as the question asks ({way})."
    for one, other in itertools.combinations(right, 2):
        if first_difference(answer.rename(columns={one: other, other: one}), right, within) is None:
            return f'The columns "{one}" and "{other}" are swapped.'
    row, column = first_difference(answer, right, within)  # type: ignore[misc]
    given, wanted = answer[column].iloc[row], right[column].iloc[row]
    if isinstance(wanted, str):
        return _label_problem(answer[column], right[column], row, prompt)
    key = right.columns[0]
    named = f" ({shown(right[key].iloc[row])})" if column != key and isinstance(right[key].iloc[row], str) else ""
    where = f'Look at column "{column}", row {row + 1}{named}: '
    if isinstance(wanted, date | np.datetime64):
        return f"{where}that is another date."
    if isinstance(wanted, bool | np.bool_) or (isinstance(given, bool | np.bool_) and wanted in (0, 1)):
        return f"{where}the other is right."
    value, complaint = as_number(given)
    if math.isnan(value):
        complaint = f"{complaint} Columns meet by their labels, not by their place: have yours the same?"
    return where + (complaint or number_problem(value, wanted, within, str(column)))


def _label_problem(given: pd.Series, wanted: pd.Series, row: int, prompt: str) -> str:
    """A label that nobody asked for is named with its row; of the others only how many are right.

    The prompt may list labels that no row has: who takes one of them is wrong, and did not misspell.
    """
    said, where = str(given.iloc[row]), f'Look at column "{wanted.name}", row {row + 1}'
    if _missing(given.iloc[row]):
        return f"{where}: it is empty."
    labels = sorted({str(label) for label in wanted})
    near = difflib.get_close_matches(said, labels, n=1, cutoff=0.8) if re.search(r"[^\W\d]", said) else []
    word = isinstance(given.iloc[row], str) and len(said) > 2 and not near
    listed = word and re.search(rf"(?<!\w){re.escape(said)}(?!\w)", prompt, re.IGNORECASE)
    if not (listed or f'"{said}"' in prompt or any(same_cell(said, label, 0) for label in labels)):
        guess = f' Did you mean "{near[0]}"?' if near else ""
        return f"{where}: {shown(said)} is none of the texts asked for.{guess}"
    right = sum(map(same_cell, given, wanted, repeat(0.0)))
    return f'In column "{wanted.name}", {right} of {len(wanted)} are right.'


def _in_another_order(answer: pd.DataFrame, right: pd.DataFrame, within: float) -> bool:
    """Whether the rows are the right ones, each as often, wherever they stand."""
    left = list(answer[list(right)].itertuples(index=False))
    for wanted in right.itertuples(index=False):
        place = next((i for i, row in enumerate(left) if all(map(same_cell, row, wanted, repeat(within)))), None)
        if place is None:
            return False
        del left[place]
    return True


# Functions


def swapped(gives: Callable[[Callable[..., Any]], bool], reference: Callable[..., Any], names: list[str]) -> str | None:
    """Which two arguments a function takes in the other order, if its results say so.

    Parameters
    ----------
    gives : callable
        Whether the learner's function gives on every input what this one gives.
    """
    for one, other in itertools.combinations(range(len(names)), 2):

        def turned(*inputs: Any, one: int = one, other: int = other) -> Any:
            moved = list(inputs)
            moved[one], moved[other] = inputs[other], inputs[one]
            return reference(*moved)

        with suppress(Exception):  # an input may make no sense in another place
            if gives(turned):
                return f"Your function takes `{names[one]}` for `{names[other]}`, and the other way round."
    return None
