"""Answers as plain JSON, the only thing that leaves the sandbox.

`freeze` is called beside the student's code and may be given anything. `thaw` is called beside the key: it makes a
value of a message that has passed `read_line`, which trusts nothing it is given.
"""

import functools
import json
import re
from typing import Any

import numpy as np
import pandas as pd

from clvlib.course.exercise import as_number

LONGEST_TEXT = 20_000
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 2_000, 50, 200
LONGEST_ERROR = 300

# What else a student may hand in: a name on the way, and something of that kind to complain about on the other side.
OTHERS: dict[str, Any] = {
    "starter": ...,
    "nothing": None,
    "truth": True,
    "series": pd.Series([0.0, 0.0]),
    "array": np.zeros(2),
    "list": [],
    "tuple": (),
    "dictionary": {},
    "thing": object(),
}

_FUNCTION = functools.partial(len)  # a callable without a name


def freeze(answer: Any) -> dict[str, Any]:
    """An answer as plain JSON."""
    if isinstance(answer, str):
        return {"text": answer[:LONGEST_TEXT]}
    if isinstance(answer, pd.DataFrame):
        return {"table": _freeze_table(answer)}
    value, complaint = as_number(answer)
    if not complaint:
        return {"number": value}
    if not np.isfinite(value):
        return {"number": str(value)}
    if callable(answer):
        return {"function": True}
    return {"other": next(name for name, example in OTHERS.items() if isinstance(answer, type(example)))}


def thaw(frozen: dict[str, Any]) -> Any:
    """The answer that was frozen, or, for what no question asks for, something of its kind."""
    ((kind, value),) = frozen.items()
    if kind == "number":
        return float(value)
    if kind == "text":
        return clean(value)
    if kind == "table":
        return _thaw_table(value)
    return _FUNCTION if kind == "function" else OTHERS[value]


def clean(text: str) -> str:
    """Text that can be written to a file: half characters and control characters are replaced."""
    whole = text.encode("utf-8", "replace").decode()
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "\ufffd", whole)


def read_line(line: bytes) -> dict[str, Any]:
    """One line of what came out of the sandbox, held against the schema.

    Raises
    ------
    ValueError
        If it is anything but a message that `inside` writes.
    """
    try:
        message = json.loads(line, parse_int=float, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ValueError("a line that is no JSON") from error
    if not _schema().is_valid(message):
        raise ValueError("a line of another form")
    return message


def _no_number(name: str) -> None:
    raise ValueError(name)


def _freeze_table(table: pd.DataFrame) -> dict[str, Any]:
    part = table.iloc[:MOST_ROWS, :MOST_COLUMNS]
    columns = [label[:LONGEST_CELL] if isinstance(label, str) else repr(label)[:LONGEST_CELL] for label in part]
    rows = [[_freeze_cell(cell) for cell in row] for row in part.itertuples(index=False, name=None)]
    return {"columns": columns, "rows": rows, "length": len(table)}


def _freeze_cell(cell: Any) -> str | float | bool | None:
    if isinstance(cell, str):
        return cell[:LONGEST_CELL]
    if isinstance(cell, bool | np.bool_):
        return bool(cell)
    value, complaint = as_number(cell)
    return value if not complaint else None


def _thaw_table(frozen: dict[str, Any]) -> pd.DataFrame:
    columns = [clean(label) for label in frozen["columns"]]
    rows = [[clean(cell) if isinstance(cell, str) else cell for cell in row] for row in frozen["rows"]]
    if any(len(row) != len(columns) for row in rows):
        return pd.DataFrame()
    return pd.DataFrame(rows, columns=columns, dtype=object).reindex(range(int(frozen["length"])))


@functools.cache
def _schema() -> Any:
    """What `inside` may write, a line a message."""
    from jsonschema import Draft202012Validator

    def record(**properties: Any) -> dict[str, Any]:
        return dict(type="object", properties=properties, required=list(properties), additionalProperties=False)

    def text(longest: int) -> dict[str, Any]:
        return dict(type="string", maxLength=longest)

    def several(items: dict[str, Any], most: int) -> dict[str, Any]:
        return dict(type="array", items=items, maxItems=most)

    whole = dict(type="integer", minimum=0, maximum=1_000_000)
    cell = dict(type=["number", "string", "boolean", "null"], maxLength=LONGEST_CELL)
    table = record(
        columns=several(text(LONGEST_CELL), MOST_COLUMNS),
        rows=several(several(cell, MOST_COLUMNS), MOST_ROWS),
        length=whole,
    )
    value = {
        "anyOf": [
            record(number={"anyOf": [dict(type="number"), dict(enum=["nan", "inf", "-inf"])]}),
            record(text=text(LONGEST_TEXT)),
            record(table=table),
            record(function=dict(const=True)),
            record(other=dict(enum=list(OTHERS))),
        ]
    }
    question = text(10)
    result = {"anyOf": [record(gave=value), record(error=text(100), says=text(LONGEST_ERROR))]}
    return Draft202012Validator(
        {
            "anyOf": [
                record(cell=whole),
                record(stopped=whole, error=text(100), says=text(LONGEST_ERROR)),
                record(question=question, answer=value),
                record(question=question, results=several(result, 1_000)),
                record(calling=question),
                record(ready=dict(const=True)),
                record(done=dict(const=True)),
            ]
        }
    )
