"""The tables that come out of marking: the gradebook, the log, and the sheets in which a person marks texts."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from clvlib.course.exercise import Exercise, TextQuestion
from clvlib.course.marking.adjustments import Score
from clvlib.course.marking.deadlines import shown
from clvlib.course.marking.judge import Marked
from clvlib.course.marking.language import gettext
from clvlib.course.marking.pseudonyms import Pseudonyms
from clvlib.course.marking.release import slug
from clvlib.course.marking.tables import as_csv, defused, figure, guarded, number, read_table, unguarded
from clvlib.course.words import listing


@dataclass(frozen=True)
class Mark:
    """What a person gave for a text.

    Parameters
    ----------
    version : str
        Fingerprint of the text that was marked.
    points : list of float or None
        One a line of the rubric; None where nothing was typed yet.
    comment : str
        For the student.
    more : dict
        What stands in columns of her own making, by their titles.
    """

    version: str
    points: list[float | None]
    comment: str = ""
    more: dict[str, str] = field(default_factory=dict)

    @property
    def is_typed(self) -> bool:
        return bool(self.comment) or any(given is not None for given in self.points) or any(self.more.values())


Marks = Mapping[str, Mapping[str, Mark]]  # by question, then by the student's id


def gradebook(exercise: Exercise, scores: Sequence[Score]) -> str:
    """The points of a class as CSV: a row a student, a column a question.

    What is not known yet is blank, as is what does not count, and `to_mark` counts the texts that wait for a person.
    Points beside those of the questions, and what lateness cost, stand before the total, which is the sum of the row;
    times and reasons stand at the end. A column that nobody needs is left out.
    """
    columns: dict[str, list[str]] = {
        "student": [defused(score.result.student.id) for score in scores],
        "name": [defused(score.result.student.name) for score in scores],
        "status": [score.status for score in scores],
    }
    for key in exercise.questions:
        columns[key] = [figure(_points_of(score, key)) for score in scores]
    columns["extra"] = [figure(_beside(score)) for score in scores]
    columns["late_penalty"] = [figure(-score.lost) if score.late and score.late.late else "" for score in scores]
    columns["total"] = [figure(score.total) for score in scores]
    columns["out_of"] = [figure(score.out_of) for score in scores]
    columns["to_mark"] = [figure(len(score.waiting)) for score in scores]
    columns["handed_in"] = [
        shown(score.late.handed_in) if score.late and score.late.handed_in else "" for score in scores
    ]
    columns["notes"] = [defused("\n".join(_notes(score))) for score in scores]
    used = {title: cells for title, cells in columns.items() if title not in _IN_NEED or any(cells)}
    return as_csv([list(used), *(list(row) for row in zip(*used.values(), strict=True))])


_IN_NEED = ("extra", "late_penalty", "handed_in", "notes")


def _points_of(score: Score, key: str) -> float | None:
    return score.result.verdicts[key].points if score.result.verdicts and key in score.counted else None


def _beside(score: Score) -> float | None:
    """What the total has beside the points of the questions and the penalty."""
    if score.total is None:
        return None
    return round(score.total - (score.earned or 0) + score.lost, 2) or None


def _notes(score: Score) -> list[str]:
    result = score.result
    counts = gettext("in a group, the notebook of %(maker)s") % {"maker": result.maker.id}
    group = [counts] if result.group and result.verdicts else []
    late = [gettext("%(how)s.") % {"how": score.late.by}] if score.late and score.late.late else []
    return group + late + [_about(where, said) for where, lines in score.changes.items() for said in lines]


def _about(where: str, said: str) -> str:
    """What was decided about a question; of the whole it is said as it stands."""
    if not where.startswith("q"):
        return said
    question = gettext("Question %(number)s") % {"number": where[1:]}
    return gettext("%(what)s: %(says)s") % {"what": question, "says": said}


def log(rows: Iterable[Sequence[str]]) -> str:
    """What could not be run and why, as CSV: student, file, what."""
    return as_csv([["student", "file", "what"], *([defused(cell) for cell in row] for row in rows)])


def marking_sheet(
    exercise: Exercise,
    key: str,
    results: Sequence[Marked],
    earlier: Mapping[str, Mark] | None = None,
    pseudonyms: Pseudonyms | None = None,
) -> str:
    """The texts of a question as CSV, with a column for each line of the rubric and one for a comment.

    The last column, a fingerprint of the text, tells whether a text is still the one that was marked, whatever a
    spreadsheet did to the text itself. If it is not, its points start empty again and the comment keeps the earlier
    ones.

    Parameters
    ----------
    exercise : Exercise
    key : str
        A text question.
    results : sequence of Marked
    earlier : dict, optional
        What was typed so far, as `read_marking_sheet` returns it; none of it is lost.
    pseudonyms : Pseudonyms, optional
        In place of ids and names, and of their order.
    """
    earlier, pseudonyms = earlier or {}, pseudonyms or Pseudonyms()
    lines = _headings(exercise, key)
    names = {result.student.id: result.student.name for result in results}
    made = {result.maker.id: result for result, _ in texts_of(key, results)}
    texts = {result.maker.id: text for result, text in texts_of(key, results)}
    own = list(dict.fromkeys(title for mark in earlier.values() for title in mark.more))
    rows = [["student", "name", "answer", *lines, "comment", "version", *map(guarded, own)]]
    for student in sorted(dict.fromkeys([*texts, *earlier]), key=lambda student: pseudonyms.of.get(student, "")):
        found = mark_of(earlier, made[student], texts[student]) if student in texts else earlier[student]
        mark = found or Mark(version_of(texts[student]), [None] * len(lines))
        if student in texts:
            mark = _for_text(mark, texts[student])
        shown = [guarded(student), defused(names.get(student, "")), defused(texts.get(student, ""))]
        if pseudonyms.of:
            who = made[student].group or [made[student].student] if student in made else []
            text = pseudonyms.hidden(texts.get(student, ""), who)
            shown = [pseudonyms.of.get(student, guarded(student)), "", defused(text)]
        more = [guarded(mark.more.get(title, "")) for title in own]
        rows.append([*shown, *map(figure, mark.points), guarded(mark.comment), mark.version, *more])
    return as_csv(rows)


def texts_of(key: str, results: Iterable[Marked]) -> list[tuple[Marked, str]]:
    """The texts that answer a question, each with one result that it belongs to."""
    made = {
        result.maker.id: result
        for result in results
        if result.verdicts and result.verdicts[key].state in ("to mark", "marked")
    }
    return [(result, result.verdicts[key].answer) for result in made.values()]


def file_name(key: str, marker: str = "") -> str:
    """What the marking sheet of a question is called, that of a marker by her name."""
    return f"to_mark_{key}{f'_{slug(marker)}' if marker else ''}.csv"


def read_marking_sheets(
    folder: Path,
    exercise: Exercise,
    key: str,
    markers: Sequence[str] = (),
    marker: str = "",
    pseudonyms: Pseudonyms | None = None,
) -> dict[str, Mark]:
    """What a marker typed into her sheets of a question: ours, and copies of it as programs save them.

    A copy is called "to_mark_q8 (1).csv", "to_mark_q8.xlsx" and so on. Of a student in several sheets, that counts in
    which something is typed, and of those the one that was saved last. Without a marker: in all sheets that carry the
    name of none.

    Raises
    ------
    ValueError
        As `read_marking_sheet`.
    """
    name = re.compile(rf"to_mark_{key}(?!\d).*\.(csv|xlsx)", re.IGNORECASE)
    paths = [path for path in folder.glob("*") if name.fullmatch(path.name) and _named(path, key, markers) == marker]
    marks: dict[str, Mark] = {}
    for path in sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name)):
        for student, mark in read_marking_sheet(path, exercise, key, pseudonyms).items():
            if student not in marks or mark.is_typed:
                marks[student] = mark
    return marks


def _named(path: Path, key: str, markers: Iterable[str]) -> str:
    """The marker whose name a sheet carries; the longest, as Li Na has the name of Li in hers."""
    rest = path.name[len(f"to_mark_{key}") :].casefold()
    found = [name for name in markers if re.match(rf"_{re.escape(slug(name).casefold())}(?!\w)", rest)]
    return max(found, key=lambda name: len(slug(name)), default="")


def read_marking_sheet(
    path: Path, exercise: Exercise, key: str, pseudonyms: Pseudonyms | None = None
) -> dict[str, Mark]:
    """What a person typed into a marking sheet, by the student's id. Columns of her own making are kept.

    Raises
    ------
    ValueError
        If a column is missing, double or without a title, a student stands there twice or has no id, or points are no
        number from 0 to the maximum.
    """
    titles, rows = read_table(path)
    ids = (pseudonyms or Pseudonyms()).ids
    lines = _headings(exercise, key)
    wanted = ["student", "name", "answer", *lines, "comment", "version"]
    _check_header(path, titles, rows, wanted)
    marks: dict[str, Mark] = {}
    for line, row in enumerate(rows, start=2):  # as a spreadsheet counts them; a text may run over several lines
        cells = {title: cell.strip() for title, cell in zip(titles, row, strict=True)}
        student = unguarded(cells["student"])
        student = ids.get(student, student)
        where = f"{path}, row {line}, student {student!r}"
        if not student or student in marks:
            raise ValueError(f"{where}: every row needs a student, and every student has one row only")
        points = [_points(cells[title], most, f"{where}, column {title!r}") for title, most in lines.items()]
        own = {unguarded(title): unguarded(cell) for title, cell in cells.items() if title not in [*wanted, ""]}
        marks[student] = Mark(cells["version"], points, unguarded(cells["comment"]), own)
    return marks


def with_marks(results: Sequence[Marked], marks: Marks) -> list[Marked]:
    """The results with the marks of texts folded in, wherever all points of a text are given."""
    return [_with_marks(result, marks) for result in results]


def mark_of(marks: Mapping[str, Mark], result: Marked, text: str) -> Mark | None:
    """The mark of a text; of a group's, also one that was given when another of them had handed in the same."""
    of_group = [marks[student.id] for student in result.group if student.id in marks]
    same = [mark for mark in of_group if mark.version == version_of(text)]
    return same[0] if same else marks.get(result.maker.id)


def _with_marks(result: Marked, marks: Marks) -> Marked:
    verdicts = dict(result.verdicts)
    for key in result.waiting:
        mark = mark_of(marks.get(key, {}), result, verdicts[key].answer)
        if mark and mark.version == version_of(verdicts[key].answer):
            points = [given for given in mark.points if given is not None]
            if len(points) == len(mark.points):
                verdicts[key] = replace(verdicts[key], state="marked", points=sum(points))
    return replace(result, verdicts=verdicts)


def _headings(exercise: Exercise, key: str) -> dict[str, int]:
    """The columns of the rubric in a marking sheet, each with its maximum.

    No comma stays in them: in a file separated by semicolons it could be taken for the separator.
    """
    question = exercise.questions[key]
    if not isinstance(question, TextQuestion):
        raise ValueError(f"{key} is no text: only texts are marked by a person")
    titles = {f"{line} (0-{most})": most for line, most in question.rubric.items()}
    return {defused(re.sub(r"\s*[,;]\s*", " / ", title)): most for title, most in titles.items()}


def _check_header(path: Path, titles: list[str], rows: list[list[str]], wanted: list[str]) -> None:
    used = [title for place, title in enumerate(titles) if title or any(row[place].strip() for row in rows)]
    problems = {
        "is no column": [title for title in wanted if title not in used],
        "is a column without a title": [title for title in used if not title],
        "are two columns": [title for title in dict.fromkeys(used) if used.count(title) > 1],
    }
    for what, found in problems.items():
        if found:
            raise ValueError(
                f"{path}, row 1: there {what} {listing(found)}; put the header back as it was written, and what you "
                'want to say to a student into "comment"'
            )


def _points(cell: str, most: int, where: str) -> float | None:
    if not cell:
        return None
    given = number(cell)
    if given is None or not 0 <= given <= most:
        raise ValueError(f"{where}: the points are a number from 0 to {most}, not {cell!r}")
    return given


def version_of(text: str) -> str:
    """A fingerprint that blanks and line ends do not change; the letter keeps a spreadsheet from seeing a number."""
    return "v" + hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()[:16]


def _for_text(mark: Mark, text: str) -> Mark:
    """The mark as it stands for this text: without points if they were given for another."""
    if mark.version == version_of(text):
        return mark
    comment = mark.comment
    if any(given is not None for given in mark.points):
        comment += f" The earlier text got {', '.join(figure(given) or '-' for given in mark.points)}."
    return replace(mark, version=version_of(text), points=[None] * len(mark.points), comment=comment.strip())
