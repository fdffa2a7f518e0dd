"""A gradebook beside the one before: what was typed into it since, what a run would change, and what looks wrong."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from csv import reader
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from statistics import mean

from clvlib.course.marking.adjustments import offer
from clvlib.course.marking.plan import as_time
from clvlib.course.marking.release import write
from clvlib.course.marking.tables import as_csv, figure, number, read_table, unguarded
from clvlib.course.words import count

_SHOWN = 10  # cells that are named on the screen
_FEW = 3  # students who make no trend
_FALL = 0.1  # of the points, by which a mean may fall without a question

Table = dict[str, dict[str, str]]  # by student, then by column


@dataclass(frozen=True)
class Cell:
    """A cell that differs: whose, in which column, what it was and what it is."""

    student: str
    column: str
    before: str
    after: str

    @property
    def words(self) -> str:
        return f"{self.student}, {self.column}: {self.before or 'blank'} to {self.after or 'blank'}"


@dataclass(frozen=True)
class Changes:
    """What a run changes in a gradebook.

    Parameters
    ----------
    cells : list of Cell
        Empty on a first run.
    says : list of str
        The same in sentences.
    alarms : list of str
        What looks wrong: to be looked at before it goes out.
    """

    cells: list[Cell] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    def as_csv(self) -> str:
        rows = [[cell.student, cell.column, cell.before, cell.after] for cell in self.cells]
        return as_csv([["student", "column", "before", "after"], *rows])


class Gradebook:
    """The file of a gradebook, and the memory of what was last written into it.

    The memory (`written.json`) is changed first, and holds the old and the new text until the file is written: so a run
    that is killed in between takes neither for an edit.
    """

    def __init__(self, path: Path):
        self.path, self.memory = path, path.with_name("written.json")

    def before(self) -> str | None:
        """The text that was last written; None if there is none, or the file was deleted."""
        if not self.path.exists():
            return None
        texts = self._texts()
        on_disk = _decoded(self.path)
        return on_disk if on_disk in texts or not texts else texts[-1]

    def refuse_edits(self, new: str | None = None, exercise: str = "", adjustments: Path | None = None) -> None:
        """Stop where somebody typed into the file what the new text does not say as well.

        Parameters
        ----------
        new : str, optional
            What is to be written; without it every edit counts.
        exercise : str, optional
        adjustments : Path, optional
            The file that can keep such edits, where there is one.

        Raises
        ------
        ValueError
            With the cells, and the lines that put them into the adjustments.
        """
        before = self.before()
        if before is None or _decoded(self.path) == before:
            return
        old = rows_by_student(before)
        edited = list(_edits(self.path, old, old if new is None else rows_by_student(new)))
        if edited:
            raise ValueError(_refusal(self.path, edited, exercise, adjustments))

    def write(self, new: str) -> None:
        before = self.before()
        self._remember(new if before is None else before, new)
        write(self.path, new.encode("utf-8-sig"))
        self._remember(new)

    def _texts(self) -> list[str]:
        try:
            kept = json.loads(self.memory.read_bytes())
        except (OSError, ValueError):
            return []
        return [text for text in kept if isinstance(text, str)] if isinstance(kept, list) else []

    def _remember(self, *texts: str) -> None:
        write(self.memory, json.dumps(list(dict.fromkeys(texts)), ensure_ascii=False).encode())


def _refusal(path: Path, edited: Sequence[Cell], exercise: str, adjustments: Path | None) -> str:
    more = f"; and {len(edited) - _SHOWN} more" if len(edited) > _SHOWN else ""
    cells = "; ".join(cell.words for cell in edited[:_SHOWN])
    said = [f"{path} was edited by hand, and would be overwritten. {count(len(edited), 'cell')}: {cells}{more}."]
    decided = list(_decisions(edited)) if adjustments else []
    if decided and adjustments:
        lines = offer(exercise, decided, header=not adjustments.exists())
        said.append(f"To keep that, put into {adjustments} (and say the reason in your words):\n\n{lines}")
    if adjustments and len(decided) < len(edited):
        said.append("What is not in these lines cannot be kept: keep notes of your own in a file of their own.")
    if not adjustments:
        said.append("Decisions stand in adjustments.csv, and go from there through `clv mark` into this file.")
    return "\n".join([*said, f"To drop the edits, delete {path}. Then run the same command again. Nothing was written"])


def compare(before: str | None, after: str, unit: str, ids: Mapping[str, str] | None = None) -> Changes:
    """What changes from one gradebook to the next, and what looks wrong in the next.

    Parameters
    ----------
    before : str or None
        None on a first run: then nothing changes, and only the next is looked at.
    after : str
    unit : str
        The column of the totals.
    ids : dict, optional
        By an id in `before`, that which the student has in `after`.
    """
    new = rows_by_student(after)
    old = None
    if before is not None:
        old = {(ids or {}).get(student, student): row for student, row in rows_by_student(before).items()}
    alarms, says = list(_mostly_unreadable(new, old)), [_first_run(new, unit)]
    cells: list[Cell] = []
    if old is not None:
        cells = [
            Cell(student, column, old.get(student, {}).get(column, ""), row[column])
            for student, row in new.items()
            for column in row
            if not _same(old.get(student, {}).get(column, ""), row[column])
        ]
        gone = [Cell(student, "the whole row", "there", "gone") for student in old if student not in new]
        cells += gone
        says, fallen = _means(old, new, unit, len({cell.student for cell in cells}))
        was, now = _unreadable(old), _unreadable(new)
        says += [f"{now} not readable, {was} in the last run."] if now != was else []
        alarms += fallen
        alarms += (
            [f"{count(len(gone), 'student')} of the last run not on the roster now"] if len(gone) > len(old) / 2 else []
        )
    late = [row for row in new.values() if row.get("late_penalty")]
    handed = [row for row in new.values() if row.get("handed_in") or row.get("late_penalty")]
    if len(late) >= _FEW and len(late) > len(handed) / 2:
        alarms.append(
            f"{len(late)} of {len(handed)} late: have the files the time of their download? Rows `handed in` say better"
        )
    return Changes(cells, says, alarms)


def _first_run(new: Table, unit: str) -> str:
    known = [found for row in new.values() if (found := _total(row, unit))]
    average = f", mean {mean(points for points, _ in known):.3g}" if known else ""
    statuses = [row.get("status") for row in new.values()]
    more = [f"{n} {what}" for what in ("not readable", "nothing handed in", "excused") if (n := statuses.count(what))]
    late = sum(bool(row.get("late_penalty")) for row in new.values())
    return (
        ", ".join([f"A first run: {len(known)} with points{average}", *more, *([f"{late} late"] if late else [])]) + "."
    )


def _unreadable(table: Table) -> int:
    return sum(row.get("status") == "not readable" for row in table.values())


def _mostly_unreadable(new: Table, old: Table | None) -> Iterator[str]:
    handed_in = sum(row.get("status") != "nothing handed in" for row in new.values())
    if _unreadable(new) >= _FEW and _unreadable(new) > handed_in / 2:
        was = f" ({_unreadable(old)} in the last run)" if old else ""
        yield f"{_unreadable(new)} of {handed_in} not readable{was}"


def _means(old: Table, new: Table, unit: str, students: int) -> tuple[list[str], list[str]]:
    """The means of those who have a total in both, and whether they fell by more than passes without a question."""
    both = [student for student in new if _total(old.get(student, {}), unit) and _total(new[student], unit)]
    if not students:
        return ["Nothing changed since the last run."], []
    if not both:
        return [f"Since the last run: {count(students, 'row')} changed."], []
    pairs = [(_total(old[student], unit), _total(new[student], unit)) for student in both]
    was, now = (mean(pair[place][0] for pair in pairs if pair[place]) for place in (0, 1))  # type: ignore[index]
    share_was, share_now = (mean(pair[place][0] / pair[place][1] for pair in pairs if pair[place]) for place in (0, 1))  # type: ignore[index]
    word = "rose" if now > was else "fell"
    moved = (
        f"the mean {word} from {was:.3g} to {now:.3g}" if f"{was:.3g}" != f"{now:.3g}" else f"the mean stays {now:.3g}"
    )
    says = f"Since the last run: {count(students, 'row')} changed; {moved} ({count(len(both), 'student')} in both)."
    fell = len(both) >= _FEW and share_was - share_now > _FALL
    return [says], [
        f"the mean fell from {was:.3g} to {now:.3g} ({count(len(both), 'student')} in both runs)"
    ] if fell else []


def _total(row: dict[str, str], unit: str) -> tuple[float, float] | None:
    """Points, and what they are out of."""
    points, out_of = number(row.get(unit, "")), number(row.get("out_of", ""))
    return None if points is None or not out_of else (points, out_of)


def _edits(path: Path, before: Table, new: Table) -> Iterator[Cell]:
    """What stands in a file, and neither stood there when it was written nor stands in what is written next."""
    header, lines = read_table(path)
    rows = [dict(zip(header, map(str.strip, line), strict=True)) for line in lines]
    found: set[str] = set()
    for row in rows:
        student = _whose(row, before)
        if student is None:
            yield Cell(row.get("student", ""), "the whole row", "", "added")
            continue
        found.add(student)
        for column, cell in row.items():
            was, will = before[student].get(column, ""), new.get(student, {}).get(column, "")
            if not _same(cell, was) and not _same(cell, will):
                yield Cell(student, column, was, cell)
        for column in before[student].keys() - row.keys():
            yield Cell(student, column, before[student][column], "")
    yield from (Cell(student, "the whole row", "there", "gone") for student in before if student not in found)


def _whose(row: dict[str, str], before: Table) -> str | None:
    """Whose row it is, also where a spreadsheet made 7 of 007."""
    student = row.get("student", "")
    if student in before:
        return student
    alike = [one for one in before if _same(one, student) and _same(before[one].get("name", ""), row.get("name", ""))]
    return alike[0] if len(alike) == 1 else None


def _decisions(edited: Sequence[Cell]) -> Iterator[tuple[str, str, str]]:
    """Of the edits, those that adjustments can say: student, question, points."""
    questions = {cell.student for cell in edited if re.fullmatch(r"q\d+", cell.column)}
    for cell in edited:
        is_question = re.fullmatch(r"q\d+", cell.column) is not None
        if is_question or (cell.column == "total" and cell.student not in questions):
            points = figure(number(cell.after)) or ("excuse" if not cell.after else "")
            if points:
                yield unguarded(cell.student), cell.column if is_question else "all", points


def _same(one: str, other: str) -> bool:
    """Whether a spreadsheet may have made one cell of the other."""
    plain, second = ("".join(unguarded(cell.strip()).split()) for cell in (one, other))
    if plain == second:
        return True
    one_value, other_value = number(plain), number(second)
    if one_value is not None and other_value is not None:
        return math.isclose(one_value, other_value, abs_tol=1e-9)
    try:
        return as_time(one, None) == as_time(other, None)
    except ValueError:
        return False


def rows_by_student(text: str) -> Table:
    """A gradebook as it was written, row by row."""
    header, *rows = [*reader(StringIO(text, newline=""))] or [[]]
    return {row[0]: dict(zip(header, row, strict=True)) for row in rows}


def _decoded(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
