"""What is wrong with a log of transactions or a list of customers, before you trust it."""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from clvlib import _checks
from clvlib._checks import Range, counted
from clvlib._formula import AnyColumn, DateFormat, Day, Words, formula

# Words that fill a cell and say nothing. So do punctuation alone ('-', '?') and zeros alone ('000').
PLACEHOLDERS = ("n/a", "na", "none", "null", "nan", "nil", "unknown", "missing", "xxx", "无", "未知", "暂无", "不详")

_TEXT = ("string", "mixed", "mixed-integer")  # what pandas calls a column with text in it

Digits = Annotated[int, Range(at_least=4, at_most=15, whole=True)]
Threshold = Annotated[float, Range(above=1, at_most=100, hint="write 90% as 90")]


@formula
def check_log(
    log: pd.DataFrame,
    customer: AnyColumn = "customer_id",
    date: AnyColumn = "date",
    amount: AnyColumn = "amount",
    *,
    today: Day | None = None,
    date_format: DateFormat | None = None,
) -> list[str]:
    """What is wrong with a transaction log, in sentences with row counts.

    It looks for ids that are missing or differ only in case or spaces; dates that are missing, unreadable, in the
    future or written in several ways; amounts that are missing, text, zero or negative; repeated rows; and long gaps.

    Parameters
    ----------
    log : DataFrame
        One row a transaction, in any order, as you read it.
    customer, date, amount : str
        Names of its columns.
    today : date, optional
        Dates after it lie in the future. The day of the call if not given.
    date_format : str, optional
        How dates in text are written, such as ``"%d/%m/%Y"``, if not year-month-day.

    Returns
    -------
    list of str
        One sentence a problem; empty if none was found. Rows are named by their index label.

    Raises
    ------
    ValueError
        If log is no DataFrame, is empty or lacks a column, or date_format or today cannot be read.

    Source
    ------
    Ours. A gap is reported if it is longer than a week and than ten times the usual one (the median).

    Examples
    --------
    >>> log = pd.DataFrame({
    ...     "customer_id": ["c1", "C1 ", "c2", None],
    ...     "date": ["2024-01-01", "2024-01-02", "03/01/2024", "2024-01-04"],
    ...     "amount": [20.0, 30.0, -5.0, 0.0],
    ... })
    >>> for problem in check_log(log, today="2024-06-30"):
    ...     print(problem)
    1 row has no customer_id (row 3).
    2 rows have an id differing from another only in case, spaces or type (rows 0 and 1), such as 'c1' and 'C1 '.
    1 row has a date that cannot be read (row 2), such as '03/01/2024'.
    date is written in 2 ways: 3 rows like '2024-01-01', 1 row like '03/01/2024'.
    1 row has a negative amount (row 2), such as -5.0.
    1 row has amount 0 (row 3).
    """
    _checks.different("log", customer=customer, date=date, amount=amount)
    return [
        *_id_problems(customer),
        *_date_problems(date, today, date_format),
        *_amount_problems(amount),
        *_repeated_rows(log),
    ]


@formula
def find_duplicates(
    customers: pd.DataFrame,
    columns: Words | None = None,
    threshold: Threshold = 90,
    *,
    block: AnyColumn | None = None,
) -> pd.DataFrame:
    r"""Pairs of rows of a customer list that look like one customer.

    Text is compared without case, punctuation, word order and full-width forms (``"WANG, Wei"`` is ``"wei wang"``). Two
    texts of m and n characters, with a longest common subsequence of c characters, are this alike:

    .. math:: 100 \cdot \frac{2 c}{m + n}

    A pair's similarity is the mean over the columns that both rows have filled.

    Parameters
    ----------
    customers : DataFrame
        One row a customer record.
    columns : list of str, optional
        What to compare: names, telephone numbers, addresses; not the id. All text columns if not given.
    threshold : float, default 90
        Smallest similarity of a pair, in (1, 100].
    block : str, optional
        A column: only rows with the same (cleaned) text in it are compared, and rows without are not. Every pair is
        compared if not given, which takes well under a second for 2,200 rows and grows with the square.

    Returns
    -------
    DataFrame
        Index ``pair`` (0, 1, ...). Columns left and right (index labels of `customers`), similarity (0-100) and
        compared (how many columns both rows have filled); the most alike first. A pair compared in one column only is
        weak evidence.

    Raises
    ------
    ValueError
        If customers is no DataFrame, lacks a column or has no text column, or the threshold is out of range.

    Source
    ------
    Newcombe et al. 1959 (Science) for comparing record pairs within blocks; Bachmann, rapidfuzz, for the ratio. The
    90 % is a rule of thumb (commonly reported).

    Examples
    --------
    >>> customers = pd.DataFrame({
    ...     "name": ["Wang Wei", "WEI WANG", "Li Na"],
    ...     "phone": ["138-0000-1111", "13800001111", "-"],
    ... })
    >>> find_duplicates(customers).to_dict("records")
    [{'left': 0, 'right': 1, 'similarity': 100.0, 'compared': 2}]
    """
    chosen = _text_columns(customers) if columns is None else _named(customers, columns)
    texts = [_clean(customers[name]) for name in chosen]
    blocks = [np.arange(len(customers))] if block is None else _blocks(block)
    pairs = pd.concat([_alike(rows, texts, threshold) for rows in blocks])
    pairs["left"], pairs["right"] = customers.index[pairs["left"]], customers.index[pairs["right"]]
    pairs = pairs.sort_values(["similarity", "compared"], ascending=False, ignore_index=True)
    return pairs.rename_axis("pair")


@formula
def telephone(customers: pd.DataFrame, column: AnyColumn = "phone", *, length: Digits = 11) -> pd.Series:
    """A column of telephone numbers in one form, so that two files can be joined by them.

    Full-width digits become plain ones; spaces, hyphens, brackets and a country code in front go. What has fewer digits
    is missing: two files must not meet in "000".

    Parameters
    ----------
    customers : DataFrame
        A row a record.
    column : str, default "phone"
        The column with the numbers, as text.
    length : int, default 11
        Digits of a number without its country code; 11 for a Chinese mobile.

    Returns
    -------
    Series
        The last `length` digits, as text, or missing; with the labels of `customers`.

    Raises
    ------
    ValueError
        If customers is no DataFrame or lacks the column, or length is no whole number from 4 to 15.

    Source
    ------
    Ours. What stays is the national number of ITU-T E.164.

    Examples
    --------
    >>> customers = pd.DataFrame({"phone": ["+86 126-6102-0304", "１２６６１０２０３０４", "无"]})
    >>> telephone(customers).tolist()
    ['12661020304', '12661020304', nan]
    """
    digits = _texts(column).str.replace(r"\D", "", regex=True)
    return digits.str[-length:].where(digits.str.len() >= length)


@formula
def completeness(
    customers: pd.DataFrame,
    columns: Words | None = None,
    by: Literal["column", "row"] = "column",
    *,
    placeholders: Words = PLACEHOLDERS,
) -> pd.DataFrame | pd.Series:
    """Share of cells that say something: neither empty nor a placeholder such as '-', 'N/A' or '000'.

    Parameters
    ----------
    customers : DataFrame
        Any table; read telephone numbers and postcodes as text, or '000' becomes the number 0, which counts as filled.
    columns : list of str, optional
        Which columns to look at; all if not given.
    by : {"column", "row"}, default "column"
        What one figure stands for.
    placeholders : list of str, default PLACEHOLDERS
        Words that count as empty, in any case; text of punctuation only or of two or more zeros always does.

    Returns
    -------
    DataFrame or Series
        ``by="column"``: index ``column``, and ``"all columns"`` below; columns filled (share of the cells), empty and
        placeholder (cells, a count). ``by="row"``: the share of each row's columns that is filled; a rule such as
        "complete means 85 % filled" is then ``(completeness(customers, by="row") >= 0.85).mean()``.

    Raises
    ------
    ValueError
        If customers is no DataFrame, is empty or lacks a column, or `by` is unknown.

    Source
    ------
    Pipino, Lee & Wang 2002, Data Quality Assessment (Communications of the ACM): completeness as a share. The
    placeholders are ours.

    Examples
    --------
    >>> customers = pd.DataFrame({"name": ["Wang Wei", "Li Na"], "phone": ["000", "13800001111"]})
    >>> completeness(customers)["filled"].to_dict()
    {'name': 1.0, 'phone': 0.5, 'all columns': 0.75}
    >>> completeness(customers, by="row").tolist()
    [0.5, 1.0]
    """
    table = customers if columns is None else customers[_named(customers, columns)]
    words = [word.casefold() for word in placeholders]
    empty = table.isna() | table.apply(lambda column: _texts(column) == "")
    placeholder = table.apply(lambda column: _says_nothing(column, words)) & ~empty
    filled = ~(empty | placeholder)
    if by == "row":
        return filled.mean(axis=1).rename("filled")
    counts = pd.DataFrame({"filled": filled.sum(), "empty": empty.sum(), "placeholder": placeholder.sum()})
    counts.loc["all columns"] = counts.sum()
    cells = len(table) * np.append(np.ones(table.shape[1]), table.shape[1])
    return counts.assign(filled=counts["filled"] / cells).rename_axis("column")


def _named(customers: pd.DataFrame, columns: Sequence[str]) -> Sequence[str]:
    if not columns:
        raise ValueError("columns is empty: name at least one column")
    for name in columns:
        _checks.has_columns("customers", customers, {"columns": name})
    return columns


def _text_columns(customers: pd.DataFrame) -> list[str]:
    chosen = [name for name in customers if pd.api.types.infer_dtype(customers[name]) in _TEXT]
    if not chosen:
        raise ValueError("customers has no text column to compare: name some with columns=[...], such as names")
    return chosen


def _found(column: pd.Series, where: np.ndarray, what: str, example: str | None = None) -> list[str]:
    """A sentence on the rows `where` something is found, with index labels and an example; none if there are none."""
    number = np.count_nonzero(where)
    if not number:
        return []
    if example is None:
        first = column[where].tolist()[0]
        missing = pd.api.types.is_scalar(first) and pd.isna(first)
        example = "" if missing else repr(first) if isinstance(first, str) else str(first)
    return [
        f"{counted(number, 'row')} {'has' if number == 1 else 'have'} {what} ({_checks.rows(column, where)})"
        + (f", such as {example}." if example else ".")
    ]


def _id_problems(ids: pd.Series) -> list[str]:
    code, found = _checks.distinct(ids)
    blank = _says_nothing(found)
    text = _texts(found).str.replace(r"\s+", "", regex=True)
    twins = text.duplicated(keep=False) & ~blank
    pair = " and ".join(repr(spelling) for spelling in found[text == text[twins].min()][:2])
    what = "an id differing from another only in case, spaces or type"
    return [
        *_found(ids, _checks.at(code, blank, missing=True), f"no {ids.name}"),
        *_found(ids, _checks.at(code, twins), what, example=pair),
    ]


def _date_problems(dates: pd.Series, today: pd.Timestamp | None, date_format: str | None) -> list[str]:
    code, found = _checks.distinct(dates)
    blank = _checks.at(code, _says_nothing(found), missing=True)
    days = _checks.moments(f"column {dates.name!r} of log", dates, date_format).to_numpy().astype("datetime64[D]")
    now = np.datetime64("today" if today is None else today.date())
    return [
        *_found(dates, blank, f"no {dates.name}"),
        *_found(dates, np.isnat(days) & ~blank, "a date that cannot be read"),
        *_ways_of_writing(dates[~blank]),
        *_found(dates, days > now, "a date in the future"),
        *_gaps(np.unique(days[days <= now])),
    ]


def _ways_of_writing(dates: pd.Series) -> list[str]:
    """Dates in text of more than one pattern: a run of digits is year-like or day-like, a word is a word."""
    code, found = _checks.distinct(dates)
    if pd.api.types.infer_dtype(found) not in _TEXT:
        return []
    pattern = found.astype(str).str.strip().str.replace(r"[T ]+\d{1,2}:.*", "", regex=True)
    for run, mark in ((r"[^\W\d_]+", "a"), (r"\d{3,}", "Y"), (r"\d{1,2}", "D")):
        pattern = pattern.str.replace(run, mark, regex=True)
    rows = pattern.iloc[code].value_counts()
    if len(rows) < 2:
        return []
    examples = found.groupby(pattern).first()
    listed = ", ".join(f"{counted(rows[way], 'row')} like {examples[way]!r}" for way in rows.index[:4])
    return [f"{dates.name} is written in {len(rows)} ways: {listed}."]


def _gaps(active: np.ndarray) -> list[str]:
    """Stretches without any row that are far longer than usual."""
    if len(active) < 3:
        return []
    steps = np.diff(active).astype(int)
    usual = np.median(steps)
    long = steps > max(7, 10 * usual)
    if not long.any():
        return []
    at = np.argmax(steps)
    return [
        f"{counted(np.count_nonzero(long), 'long gap')} in time; the longest is {steps[at] - 1:,} days without a row, "
        f"from {active[at] + 1} to {active[at + 1] - 1}."
    ]


def _amount_problems(amounts: pd.Series) -> list[str]:
    code, found = _checks.distinct(amounts)
    is_text = found.map(lambda cell: isinstance(cell, str)).astype(bool)
    is_numeric = amounts.dtype.kind in "iuf"  # then no cell needs to be looked at as text, which takes long
    blank = found.isna() if is_numeric else _says_nothing(found)
    text = found if is_numeric else _texts(found)
    plain = pd.to_numeric(text, errors="coerce")
    bare = plain if is_numeric else pd.to_numeric(text.str.replace(r"[^\d.\-]", "", regex=True), errors="coerce")
    value = plain.fillna(bare)
    problems = {
        "an amount that is a number in text": is_text & plain.notna(),
        "an amount with text around it, a currency sign, comma or unit": plain.isna() & bare.notna(),
        "an amount that is no number": value.isna(),
        "a negative amount": value < 0,
        "amount 0": value == 0,
        "an infinite amount": np.isinf(value),
    }
    sentences = _found(amounts, _checks.at(code, blank, missing=True), f"no {amounts.name}")
    for what, where in problems.items():
        sentences += _found(amounts, _checks.at(code, where & ~blank), what, example="" if what == "amount 0" else None)
    return sentences


def _repeated_rows(log: pd.DataFrame) -> list[str]:
    as_text = {name: str for name in log.columns if log[name].dtype == object}  # such a cell may hold a list
    repeated = log.astype(as_text).duplicated().to_numpy()
    return _found(log.iloc[:, 0], repeated, "the same value as an earlier row in every column", example="")


def _texts(column: pd.Series) -> pd.Series:
    """Cells as text without case, outer spaces and full-width forms; "" for a missing one."""
    text = column.astype(object).where(column.notna(), "").astype(str)
    return text.str.normalize("NFKC").str.strip().str.casefold()


def _says_nothing(column: pd.Series, words: Sequence[str] = PLACEHOLDERS) -> pd.Series:
    """Where a cell is empty, a placeholder, punctuation only or two zeros or more."""
    text = _texts(column)
    return text.isin(list(words)) | text.str.fullmatch(r"[\W_]*|0{2,}")


def _clean(column: pd.Series) -> np.ndarray:
    """Texts to compare: no punctuation, words sorted, groups of digits joined; "" where a cell says nothing."""
    text = _texts(column).str.replace(r"[^\w\s]|_", "", regex=True).str.replace(r"(?<=\d)\s+(?=\d)", "", regex=True)
    words = text.str.split().map(sorted).str.join(" ")
    return words.mask(_says_nothing(column), "").to_numpy(dtype=object)


def _blocks(block: pd.Series) -> list[np.ndarray]:
    """The rows of each text that two rows or more share; the first block is empty, so that there is one."""
    keys = _clean(block)
    shared = pd.Series(keys).groupby(keys).indices
    return [np.arange(0), *(rows for key, rows in shared.items() if key and len(rows) > 1)]


def _alike(rows: np.ndarray, texts: list[np.ndarray], threshold: float) -> pd.DataFrame:
    """The pairs among `rows` that are alike enough, compared a slice at a time to spare memory."""
    from rapidfuzz import fuzz, process

    found = {"left": [rows[:0]], "right": [rows[:0]], "similarity": [np.empty(0)], "compared": [rows[:0]]}
    height = 2_000_000 // max(len(rows), 1) + 1
    for start in range(0, len(rows), height):
        some, rest = rows[start : start + height], rows[start:]
        total, compared = np.zeros((len(some), len(rest))), np.zeros((len(some), len(rest)), dtype=int)
        for text in texts:
            both = (text[some] != "")[:, np.newaxis] & (text[rest] != "")
            total += both * process.cdist(text[some], text[rest], scorer=fuzz.ratio, dtype=np.float64)
            compared += both
        similarity = total / np.maximum(compared, 1)
        left, right = np.nonzero(np.triu(similarity >= threshold - 1e-9, k=1))
        found["left"].append(some[left])
        found["right"].append(rest[right])
        found["similarity"].append(similarity[left, right])
        found["compared"].append(compared[left, right])
    return pd.DataFrame({name: np.concatenate(parts) for name, parts in found.items()})
