"""Answers as plain JSON, the only thing that leaves the sandbox.

`freeze` is called beside the student's code and may be given anything. `thaw` is called beside the key: it makes a
value of a message that has passed `read_line`, which trusts nothing it is given.
"""

import functools
import json
import re
from datetime import date
from typing import Any

import fastjsonschema
import numpy as np
import pandas as pd

from clvlib.course.slips import as_number

LONGEST_TEXT = 20_000
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 300, 20, 100
LONGEST_TABLE = 10_000  # rows that are counted
LONGEST_ERROR = 300

# What else a student may hand in: a name on the way, and something of that kind to complain about on the other side.
OTHERS: dict[str, Any] = {
    "starter": ...,
    "nothing": None,
    "true": True,
    "false": False,
    "series": pd.Series([0.0, 0.0]),
    "array": np.zeros(2),
    "list": [],
    "tuple": (),
    "dictionary": {},
    "thing": object(),
}

Schema = dict[str, Any]

_FUNCTION = functools.partial(len)  # a callable without a name


def freeze(answer: Any) -> dict[str, Any]:
    """An answer as plain JSON."""
    if isinstance(answer, str):
        return {"text": str(answer)[:LONGEST_TEXT]}
    if isinstance(answer, pd.DataFrame):
        return {"table": _freeze_table(answer)}
    value, complaint = as_number(answer)
    if not complaint:
        return {"number": value}
    if not np.isfinite(value):
        return {"number": str(value)}
    if callable(answer):
        return {"function": True}
    if isinstance(answer, bool | np.bool_):
        return {"other": "true" if answer else "false"}
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
    try:
        _check_form(message)
    except fastjsonschema.JsonSchemaException:
        raise ValueError("a line of another form") from None
    return message


def _no_number(name: str) -> None:
    raise ValueError(name)


def _freeze_table(table: pd.DataFrame) -> dict[str, Any]:
    part = table.iloc[:MOST_ROWS, :MOST_COLUMNS]
    columns = [label[:LONGEST_CELL] if isinstance(label, str) else repr(label)[:LONGEST_CELL] for label in part]
    rows = [[_freeze_cell(cell) for cell in row] for row in part.itertuples(index=False, name=None)]
    return {"columns": columns, "rows": rows, "length": min(len(table), LONGEST_TABLE)}


def _freeze_cell(cell: Any) -> str | float | bool | None:
    if isinstance(cell, str):
        return cell[:LONGEST_CELL]
    if isinstance(cell, bool | np.bool_):
        return bool(cell)
    if isinstance(cell, date | np.datetime64) and not pd.isna(cell):
        return str(pd.Timestamp(cell)).removesuffix(" 00:00:00")
    value, complaint = as_number(cell)
    return value if not complaint else None


def _thaw_table(frozen: dict[str, Any]) -> pd.DataFrame:
    columns = [clean(label) for label in frozen["columns"]]
    rows = [[clean(cell) if isinstance(cell, str) else cell for cell in row] for row in frozen["rows"]]
    if any(len(row) != len(columns) for row in rows):
        return pd.DataFrame()
    return pd.DataFrame(rows, columns=columns, dtype=object).reindex(range(int(frozen["length"])))


# The schema: what `inside` may write, a line a message.
#
# Measured beside a check written by hand: fastjsonschema takes 7 ms for 6 (1,000 honest lines) and 1.7 ms for 3.3 (a
# full table), starts in 10 ms, and refuses the hostile lines, up to 8 MB long, with no more memory than reading their
# JSON takes (330 MB at most). On some of those jsonschema, which starts in 1.1 s, took over 11 GB and pydantic-core
# 1.7 GB; msgspec, though 20 times as fast, cannot say "one of these records", and refuses halves of characters.


def _record(**fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _several(items: Schema, most: int) -> Schema:
    return {"type": "array", "items": items, "maxItems": most}


def _either(*forms: Schema) -> Schema:
    return {"anyOf": forms}


def _one_of(*values: str) -> Schema:
    return {"enum": values}


def _text(longest: int) -> Schema:
    return {"type": "string", "maxLength": longest}


_TRUE = {"type": "boolean", "enum": [True]}  # with the type, or some versions take 1 for it
_NUMBER = {"type": "number"}
_WHOLE = {"type": "integer", "minimum": 0, "maximum": LONGEST_TABLE}
_CELL = {"type": ["number", "string", "boolean", "null"], "maxLength": LONGEST_CELL}
_TABLE = _record(
    columns=_several(_text(LONGEST_CELL), MOST_COLUMNS),
    rows=_several(_several(_CELL, MOST_COLUMNS), MOST_ROWS),
    length=_WHOLE,
)
_RESULT = _either(
    _record(number=_either(_NUMBER, _one_of("nan", "inf", "-inf"))),
    _record(text=_text(LONGEST_TEXT)),
    _record(function=_TRUE),
    _record(other=_one_of(*OTHERS)),
)
_ERROR = dict(error=_text(100), says=_text(LONGEST_ERROR))
_QUESTION = _text(10)
_MESSAGE = _either(
    _record(cell=_WHOLE),
    _record(stopped=_WHOLE, **_ERROR),
    _record(skipped=_WHOLE, what=_text(LONGEST_ERROR)),
    _record(question=_QUESTION, answer=_either(_RESULT, _record(table=_TABLE))),
    _record(calling=_QUESTION),
    _record(question=_QUESTION, results=_several(_either(_record(gave=_RESULT), _record(**_ERROR)), 1_000)),
    _record(ready=_TRUE),
    _record(done=_TRUE),
)
_check_form = fastjsonschema.compile(_MESSAGE, detailed_exceptions=False)
