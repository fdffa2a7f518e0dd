"""Tables as spreadsheets and learning platforms save them, read and written.

What is written is taken for hostile: no text of a student's starts a formula. The texts carry no byte order mark: write
them with `encoding="utf-8-sig", newline=""`, so that a spreadsheet shows Chinese.
"""

import csv
import io
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_LIMIT, _MOST_ROWS = 20_000_000, 20_000

_FORMULA = "-=+@－＝＋＠"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_BEGINS = rf"(?=[\"' ]*[{_FORMULA}])"
_CELL_OF_A_FORMULA = re.compile(rf"(^|[;\r\t]){_BEGINS}", re.MULTILINE)  # ; parts cells in many countries
_MISREAD = re.compile(rf"(^|[;\r\t]){_BEGINS}|\A(?='*\d)", re.MULTILINE)
_GUARDED = re.compile(rf"(^|[;\r\t])'{_BEGINS}|\A'(?='*\d)", re.MULTILINE)
_HIDDEN = re.compile(  # control characters, halves of characters, and what turns or hides the text around it
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


def read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a CSV file or an Excel workbook (.xlsx) as people save them.

    A CSV file may be UTF-8, UTF-16 (Excel's "Unicode text") or GB18030 (a Chinese Excel), separated by commas,
    semicolons or tabs. Empty lines are left out, short rows filled up with empty cells.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of list of str and list of list of str

    Raises
    ------
    ValueError
        If it cannot be read, is larger than 20 MB, is no CSV file, is empty, or a row has more cells than the header.
    """
    header, rows = numbered_table(path)
    return header, list(rows.values())


def csv_or_workbook(path: Path) -> Path | None:
    """A table that may as well be an Excel workbook of the same name; None if there is neither.

    Raises
    ------
    ValueError
        If there are both.
    """
    workbook = path.with_suffix(".xlsx")
    found = [one for one in (path, workbook) if one.exists()]
    if len(found) == 2:
        raise ValueError(f"there are both {path} and {workbook}: keep one, so that nothing is overlooked")
    return found[0] if found else None


def numbered_table(
    path: Path, is_header: Callable[[list[str]], bool] = lambda row: True
) -> tuple[list[str], dict[int, list[str]]]:
    """The header, and each row under the number of its first line.

    The header is the first of the first ten rows that looks like one; what stands above it, as a title does, is left
    out. Where none does, it is the first row.
    """
    filled = [(line, row) for line, row in _rows(path) if has_text(row)]
    if not filled:
        raise ValueError(f"{path} is empty: it needs a header and a line for each student")
    place = next((place for place, (_, row) in enumerate(filled[:10]) if is_header(row)), 0)
    (_, header), *rest = filled[place:]
    rows = {}
    for line, row in rest:
        if has_text(row[len(header) :]):
            raise ValueError(
                f"{path}, line {line}: {len(row)} cells under a header of {len(header)}; put a text that holds a "
                "separator in double quotes"
            )
        rows[line] = row[: len(header)] + [""] * (len(header) - len(row))
    return header, rows


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line."""
    if path.suffix.lower() == ".xlsx":
        yield from _sheet(path)
        return
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(
            f"{path}, line {line}: the row that begins here cannot be read ({error}); look for a stray double quote"
        ) from None


def _sheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet of an Excel workbook, values in place of formulas."""
    from openpyxl import load_workbook

    try:
        if path.stat().st_size > _LIMIT:
            raise _too_large(path)
        book = load_workbook(path, read_only=True, data_only=True)
        for line, row in enumerate(book.worksheets[0].iter_rows(max_row=_MOST_ROWS, values_only=True), start=1):
            yield line, [_as_text(cell) for cell in row]
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror or 'it is no Excel workbook'}") from None
    except ValueError:
        raise
    except Exception:  # openpyxl stumbles over a damaged workbook in many ways
        raise ValueError(f"{path} is no Excel workbook, or a damaged one: save it as CSV (CSV UTF-8)") from None


def _as_text(cell: Any) -> str:
    """A cell as one would type it: 202312010101, not 202312010101.0."""
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT + 1)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > _LIMIT:
        raise _too_large(path)
    utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if utf_16 else ["utf-8-sig", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text) and (encoding != "gb18030" or _is_chinese(text)):
            return text
    raise ValueError(
        f"{path} is no CSV file, or in an unknown encoding: open it in Excel and save it as CSV (CSV UTF-8)"
    )


def _too_large(path: Path) -> ValueError:
    return ValueError(f"{path} is larger than {_LIMIT // 1_000_000} MB: a roster or a marking sheet is not")


def _is_chinese(text: str) -> bool:
    """Whether GB18030 can be the encoding: a Western Excel's "Müller" decodes as well, to signs that nobody writes."""
    signs = "".join(letter for letter in text if not letter.isascii())
    return len(signs.encode("gb2312", "ignore")) >= len(signs)


def _delimiter(text: str) -> str:
    """The separator that splits the header into the most cells; under a title of one cell, one of the rows below."""

    def width(delimiter: str, rows: int) -> int:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            return max(map(len, itertools.islice(filter(has_text, reader), rows)), default=0)
        except csv.Error:
            return 0

    rows = 1 if max(width(delimiter, 1) for delimiter in ",;\t") > 1 else 10
    return max(",;\t", key=lambda delimiter: width(delimiter, rows))


def has_text(row: Sequence[str]) -> bool:
    """Whether any cell of a row holds more than blanks."""
    return any(cell.strip() for cell in row)


def as_csv(rows: Iterable[Sequence[str]], line_end: str = "\n") -> str:
    lines: list[str] = []
    file = SimpleNamespace(write=lines.append)
    csv.writer(file, lineterminator="\r\n").writerows(rows)  # or older Pythons do not quote a cell that holds "\r"
    return "".join(line.removesuffix("\r\n") + line_end for line in lines)


def figure(value: float | None) -> str:
    """A number without the noise of floats; nothing for what is not known yet."""
    return "" if value is None else f"{value:.10g}"


def number(cell: str) -> float | None:
    """The number in a cell as spreadsheets write it, also with a comma; None if it is no number, or an infinite one."""
    try:
        value = float(unguarded(cell.strip()).replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def defused(text: str) -> str:
    """Text of a student's that no spreadsheet takes for a formula."""
    plain = visible(text).replace("\t", " ").strip()
    return plain if _NUMBER.fullmatch(plain) else _CELL_OF_A_FORMULA.sub(r"\1'", plain)


def guarded(text: str) -> str:
    """Text that comes back from a spreadsheet as it was: no formula and, as 007 or 3-4, neither a number nor a date."""
    return _MISREAD.sub(r"\1'", text)


def unguarded(cell: str) -> str:
    return _GUARDED.sub(r"\1", cell)


def visible(text: str) -> str:
    """Text with a sign in place of each character that hides, and of each that turns or hides what stands around it."""
    return _HIDDEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
