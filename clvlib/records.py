"""What is wrong with a log of transactions or a list of customers, before you trust it."""

from collections.abc import Hashable, Sequence
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from clvlib import _checks, _logs
from clvlib._checks import Range, counted
from clvlib._formula import AnyColumn, DateFormat, Day, Rates, Words, formula

# Words that fill a cell and say nothing. So do punctuation alone ('-', '?') and zeros alone ('000').
PLACEHOLDERS = ("n/a", "na", "none", "null", "nan", "nil", "unknown", "missing", "xxx", "无", "未知", "暂无", "不详")

_TEXT = ("string", "mixed", "mixed-integer")  # what pandas calls a column with text in it

Digits = Annotated[int, Range(at_least=4, at_most=15, whole=True)]
_Cells = tuple[np.ndarray, pd.Series]  # each row's position among the distinct cells, and these: see _checks.distinct
Threshold = Annotated[float, Range(above=1, at_most=100, hint="write 90% as 90")]


@formula
def check_log(
    log: pd.DataFrame,
    customer: AnyColumn = "customer_id",
    date: AnyColumn = "date",
    amount: AnyColumn = "amount",
    *,
    today: Day | None = None,
    quantity: AnyColumn | None = None,
    currency: AnyColumn | None = None,
    rates: Rates | None = None,
    product: AnyColumn | None = None,
    date_format: DateFormat | None = None,
) -> list[str]:
    """What is wrong with a transaction log, in sentences with row counts.

    It looks for ids that are missing or differ only in case or spaces; dates that are missing, unreadable, in the
    future or written in several ways; amounts that are missing, text, zero or negative; prices of one piece without
    their pieces; several currencies; cancellations of nothing; repeated rows; and long gaps. It takes the words with
    which `clvlib.transactions.rfm_summary` reads the same log.

    Parameters
    ----------
    log : DataFrame
        One row a transaction, in any order, as you read it.
    customer, date, amount : str
        Names of its columns. With `quantity`, amount is the price of one piece.
    today : date, optional
        Dates after it lie in the future. The day of the call if not given.
    quantity : str, optional
        Column with the pieces of a row: its amount then is quantity times price. Negative if they are taken back.
    currency : str, optional
        Column with the currency. More than one is reported, unless there are `rates`.
    rates : dict or Series, optional
        What one unit of each currency is worth, such as ``{"EUR": 1, "USD": 0.92}``. Other currencies are reported.
    product : str, optional
        Column with the product. With it or with `quantity`, negative amounts that match no earlier row of the same
        customer, product and price are reported.
    date_format : str or list of str, optional
        How dates in text are written, such as ``"%d/%m/%Y"``, if not year-month-day; a list where they are written in
        several ways. Rows that fit none, or several with different days, are reported.

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
    1 row has a date that cannot be read (row 2), such as '03/01/2024': give date_format, a list for several ways.
    date is written in 2 ways: 3 rows like '2024-01-01', 1 row like '03/01/2024'.
    1 row has a negative amount (row 2), such as -5.0.
    1 row has amount 0 (row 3).
    """
    named = dict(customer=customer, date=date, amount=amount, quantity=quantity, currency=currency, product=product)
    _checks.different("log", **{name: column for name, column in named.items() if column is not None})
    is_text = date if date.dtype.kind != "M" else None
    looked_at = [column for column in (customer, is_text, currency, product) if column is not None]
    cells = {column.name: _checks.distinct(column) for column in looked_at}
    days, about_dates = _date_problems(date, cells.get(date.name), today, date_format)
    price, pieces, about_amounts = _amount_problems(amount, quantity)
    worth, about_currencies = _currency_problems(currency, cells, rates)
    nothing = []
    if quantity is not None or product is not None:
        goods = None if product is None else cells[product.name][0]
        alone = _matching_nothing(cells[customer.name][0], days, price * worth, pieces, goods)
        nothing = _found(customer, alone, "a negative amount that matches no earlier row", example="")
    return [
        *_id_problems(customer, cells[customer.name]),
        *about_dates,
        *about_amounts,
        *_logs.pieces_apart(log, amount, quantity),
        *about_currencies,
        *nothing,
        *_repeated_rows(log, {name: code for name, (code, _) in cells.items()}),
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


def _found(column: pd.Series, where: np.ndarray, what: str, example: str | None = None, hint: str = "") -> list[str]:
    """A sentence on the rows `where` something is found, with index labels, an example, and a hint on that."""
    number = np.count_nonzero(where)
    if not number:
        return []
    if example is None:
        example = _shown(column[where].tolist()[0])
    return [
        f"{counted(number, 'row')} {'has' if number == 1 else 'have'} {what} ({_checks.rows(column, where)})"
        + (f", such as {example}{hint}." if example else ".")
    ]


def _shown(cell: object) -> str:
    """A cell as an example; nothing for a missing one."""
    if isinstance(cell, float):
        return "" if np.isnan(cell) else str(round(cell, 9))  # 1.15 * 3 is 3.4499999999999997
    missing = pd.api.types.is_scalar(cell) and pd.isna(cell)
    return "" if missing else repr(cell) if isinstance(cell, str) else str(cell)


def _id_problems(ids: pd.Series, cells: _Cells) -> list[str]:
    code, found = cells
    if ids.dtype.kind in "iuf":  # numbers: none is a placeholder or another's spelling
        said = _found(ids, code < 0, f"no {ids.name}")
        if ids.dtype.kind == "f" and len(found):
            said.append(
                f"{ids.name} is decimal numbers, such as {found[0]}: read it as text, dtype={{{ids.name!r}: str}}."
            )
        return said
    blank = _says_nothing(found)
    text = _texts(found).str.replace(r"\s+", "", regex=True)
    twins = text.duplicated(keep=False) & ~blank
    pair = " and ".join(repr(spelling) for spelling in found[text == text[twins].min()][:2])
    what = "an id differing from another only in case, spaces or type"
    return [
        *_found(ids, _checks.at(code, blank, missing=True), f"no {ids.name}"),
        *_found(ids, _checks.at(code, twins), what, example=pair),
    ]


def _date_problems(
    dates: pd.Series, cells: _Cells | None, today: pd.Timestamp | None, date_format: Sequence[str] | None
) -> tuple[np.ndarray, list[str]]:
    """Each row's day (NaT: none), and what is wrong with them."""
    if cells is None:  # no text
        read, several = _checks.moments(str(dates.name), dates)
        days, blank = read.to_numpy().astype("datetime64[D]"), read.isna().to_numpy()
        ways = []
    else:
        code, found = cells
        written = _checks.shapes_of(found)
        cell_days, several = _checks.moments_as_written(f"column {dates.name!r} of log", written, date_format)
        days = _checks.at(code, cell_days.astype("datetime64[D]"), missing=np.datetime64("NaT"))
        blank_cells = np.isnat(cell_days)
        blank_cells[blank_cells] = _says_nothing(found[blank_cells])
        blank, several = _checks.at(code, blank_cells, missing=True), _checks.at(code, several)
        explained = date_format is not None and not (np.isnat(days) & ~blank).any()
        ways = [] if explained else _ways_of_writing(dates, cells, written, blank_cells)
    now = np.datetime64("today" if today is None else today.date())
    unread = np.isnat(days) & ~blank & ~several
    hint = ": give date_format, a list for several ways" if date_format is None else ": date_format does not fit"
    each_day = f": {_checks.days_by_format(dates[several].iloc[0], date_format or [])}" if several.any() else ""
    return days, [
        *_found(dates, blank, f"no {dates.name}"),
        *_found(dates, unread, "a date that cannot be read", hint=hint),
        *_found(dates, several, "a date with several days", hint=each_day),
        *ways,
        *_found(dates, days > now, "a date in the future"),
        *_gaps(np.unique(days[days <= now])),
    ]


def _ways_of_writing(dates: pd.Series, cells: _Cells, written: _checks.Written, blank: np.ndarray) -> list[str]:
    """Dates in text of more than one pattern: a run of digits is year-like or day-like, a word is a word."""
    code, found = cells
    if pd.api.types.infer_dtype(found[~blank]) not in _TEXT:
        return []
    shape, shapes = written.shape, written.shapes
    pattern = shapes.str.replace(r"[T ]+\d{1,2}:.*", "", regex=True)
    for run, mark in ((r"[^\W\d_]+", "a"), (r"\d{3,}", "Y"), (r"\d{1,2}", "D")):
        pattern = pattern.str.replace(run, mark, regex=True)
    of_cell = np.where(blank, 0, np.bincount(code[code >= 0], minlength=len(found)))
    rows = pd.Series(np.bincount(shape, of_cell).astype(int)).groupby(pattern, sort=False).sum()
    rows = rows[rows > 0].sort_values(ascending=False, kind="stable")
    if len(rows) < 2:
        return []
    examples = found[~blank].groupby(pattern.to_numpy()[shape[~blank]]).first()
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


def _amount_problems(amount: pd.Series, quantity: pd.Series | None) -> tuple[np.ndarray, np.ndarray | None, list[str]]:
    """Prices and pieces as far as they can be read, and what is wrong with them and with the amounts."""
    price, sentences = _numbers(amount, "an amount" if quantity is None else "a price")
    if quantity is None:
        return price, None, sentences + _wrong_amounts(amount, price)
    pieces, more = _numbers(quantity, "a quantity")
    both = (pieces < 0) & (price < 0)
    sentences += more + _found(quantity, both, "a negative quantity at a negative price")
    with np.errstate(invalid="ignore"):  # no piece at an infinite price
        money = pieces * price
    amounts = pd.Series(np.where(both, np.nan, money), amount.index)
    return price, pieces, sentences + _wrong_amounts(amounts, amounts.to_numpy())


def _numbers(column: pd.Series, a_number: str) -> tuple[np.ndarray, list[str]]:
    """A column as numbers, NaN where there is none to read, and what is wrong with it."""
    if column.dtype.kind in "iuf":
        value = column.to_numpy(dtype=float, na_value=np.nan)
        return value, _found(column, np.isnan(value), f"no {column.name}")
    code, found = _checks.distinct(column)
    is_text = found.map(lambda cell: isinstance(cell, str)).astype(bool)
    blank, text = _says_nothing(found), _texts(found)
    plain = pd.to_numeric(text, errors="coerce")
    bare = pd.to_numeric(text.str.replace(r"[^\d.\-]", "", regex=True), errors="coerce")
    problems = {
        f"{a_number} that is a number in text": is_text & plain.notna(),
        f"{a_number} with text around it, a currency sign, comma or unit": plain.isna() & bare.notna(),
        f"{a_number} that is no number": plain.isna() & bare.isna(),
    }
    sentences = _found(column, _checks.at(code, blank, missing=True), f"no {column.name}")
    for what, where in problems.items():
        sentences += _found(column, _checks.at(code, where & ~blank), what)
    return _checks.at(code, plain.fillna(bare).mask(blank), missing=np.nan), sentences


def _wrong_amounts(amount: pd.Series, money: np.ndarray) -> list[str]:
    return [
        *_found(amount, money < 0, "a negative amount"),
        *_found(amount, money == 0, "amount 0", example=""),
        *_found(amount, np.isinf(money), "an infinite amount"),
    ]


def _currency_problems(
    currency: pd.Series | None, cells: dict[Hashable, _Cells], rates: dict[str, float] | None
) -> tuple[np.ndarray, list[str]]:
    """What one unit of each row's currency is worth, NaN where nobody says it, and what is wrong with the column."""
    if currency is None:
        _logs.worth(currency, rates)  # rates of what?
        return np.ones(1), []
    code, found = cells[currency.name]
    blank = _says_nothing(found)
    each = found.map(rates) if rates else pd.Series(1.0, found.index)
    sentences = _found(currency, _checks.at(code, blank, missing=True), f"no {currency.name}")
    if rates is not None:
        sentences += _found(currency, _checks.at(code, each.isna() & ~blank), "a currency that is not in rates")
    elif (~blank).sum() > 1:
        found_in = _logs.in_each(currency[_checks.at(code, ~blank)])
        sentences.append(f"{currency.name} has {found_in}: amounts cannot be added without rates.")
    return _checks.at(code, each.mask(blank).astype(float), missing=np.nan), sentences


def _matching_nothing(
    customer: np.ndarray, days: np.ndarray, price: np.ndarray, pieces: np.ndarray | None, product: np.ndarray | None
) -> np.ndarray:
    """Which rows take back what was never bought, among those that can be read."""
    money = price if pieces is None else pieces * price
    known = (customer >= 0) & ~np.isnat(days) & np.isfinite(money)
    taking_back = np.zeros(customer.max(initial=0) + 1, dtype=bool)
    taking_back[customer[known & np.signbit(money)]] = True
    known &= taking_back[customer]
    item, each = _logs.lines(
        price[known], None if pieces is None else pieces[known], None if product is None else product[known]
    )
    left = _logs.left_of(customer[known], days[known].astype(int), item, each)
    alone = known.copy()
    alone[known] = np.signbit(each) & (left != 0)
    return alone


def _repeated_rows(log: pd.DataFrame, codes: dict[Hashable, np.ndarray]) -> list[str]:
    """Rows are compared cell by cell only where a number made of all their cells is that of another row."""
    as_text = {name: str for name in log.columns if log[name].dtype == object}  # such a cell may hold a list
    mixed = np.zeros(len(log), dtype=np.uint64)
    for name in log.columns:
        column = log[name].astype(as_text.get(name, log[name].dtype))
        mixed = (mixed ^ _as_whole_numbers(column, None if name in as_text else codes.get(name))) * _ODD
        mixed ^= mixed >> np.uint64(29)
    ranked = np.sort(mixed)
    alike = pd.Series(mixed).isin(ranked[1:][ranked[1:] == ranked[:-1]]).to_numpy()
    repeated = np.zeros(len(log), dtype=bool)
    repeated[alike] = log[alike].astype(as_text).duplicated().to_numpy()
    return _found(log.iloc[:, 0], repeated, "the same value as an earlier row in every column", example="")


_ODD = np.uint64(0x9E3779B97F4A7C15)


def _as_whole_numbers(column: pd.Series, code: np.ndarray | None) -> np.ndarray:
    """A whole number for each cell, the same for equal cells."""
    if code is None and isinstance(column.dtype, np.dtype) and column.dtype.kind == "f":
        values = column.to_numpy(dtype=float) + 0.0  # no -0.0
        values[np.isnan(values)] = np.nan
        return values.view(np.uint64)
    if code is None:
        code, _ = pd.factorize(column)
    return code.astype(np.int64).view(np.uint64)


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
