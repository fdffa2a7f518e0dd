"""What an instructor decides after marking: `adjustments.csv`, a row a decision, beside the roster.

Its columns are exercise, student, question, points and reason. The student is an id or a name, or `all`. What may stand
under question and points:

========== =================== ==================================================================================
question   points              what it does
========== =================== ==================================================================================
q3         2                   she has 2 points for q3, whatever her notebook says
q3         add 1               a point more than marking gave; `add -1`, one less
q3         worth 4             q3 is out of 4 points; what was earned grows or shrinks with it
q3         comment             what stands as the reason is told her there as a comment, beside any other row
q3         drop, excuse        q3 does not count, neither in her points nor in what they are out of
all        14                  her points of the whole exercise, final: lateness costs nothing of them
all        add 1               a point more for the whole, which lateness does not touch
all        comment             a comment on the whole
all        excuse              the exercise does not count for her
due        2026-03-15 23:59    her own deadline
handed in  2026-03-12 22:10    when she handed in, where files do not say it or say it wrongly
========== =================== ==================================================================================

The row of a student goes before one of all. A row of all gives nothing to who handed in nothing.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from clvlib.course.exercise import Exercise
from clvlib.course.marking.deadlines import Lateness, shown
from clvlib.course.marking.judge import Marked, Verdict
from clvlib.course.marking.language import gettext, ngettext
from clvlib.course.marking.plan import as_time
from clvlib.course.marking.roster import Roster, Student
from clvlib.course.marking.tables import (
    as_csv,
    csv_or_workbook,
    figure,
    guarded,
    number,
    numbered_table,
    unguarded,
    visible,
)
from clvlib.course.words import listing

NAME = "adjustments.csv"
COLUMNS = ["exercise", "student", "question", "points", "reason"]
ALL = "all"
_TIMES = ("due", "handed in")


@dataclass(frozen=True)
class Adjustment:
    """One row.

    Parameters
    ----------
    line : int
        Of the file.
    student, question : str
    kind : {"set", "add", "worth", "drop", "excuse", "comment", "time"}
    value : float
        Points; 0 where there are none.
    when : datetime or None
    reason : str
    """

    line: int
    student: str
    question: str
    kind: str
    value: float
    when: datetime | None
    reason: str


@dataclass(frozen=True)
class Score:
    """What a student has in the end: her result with what the instructor decided, and with what lateness costs.

    Parameters
    ----------
    result : Marked
        With the points of each question as they stand now.
    counted : dict
        By question that counts for her, what it is out of.
    whole : float
        What the exercise is out of in the LMS, whatever is dropped here.
    final : float or None
        The points of the whole, where the instructor gave them.
    extra : float
        Points for the whole beside those of the questions.
    late : Lateness or None
        None if there is no deadline, or no attempt.
    excused : bool
        The exercise does not count for her.
    changes : dict
        By question (`all` for the whole), in sentences, what the instructor decided and why.
    comments : dict
        By question (`all` for the whole), what the instructor has to say.
    """

    result: Marked
    counted: Mapping[str, float]
    whole: float
    final: float | None = None
    extra: float = 0
    late: Lateness | None = None
    excused: bool = False
    changes: Mapping[str, list[str]] = field(default_factory=dict)
    comments: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def out_of(self) -> float:
        return round(sum(self.counted.values()), 2)

    @property
    def earned(self) -> float | None:
        """The points of the questions so far."""
        verdicts = self.result.verdicts
        known = [verdicts[key].points for key in self.counted if verdicts]
        given = [points for points in known if points is not None]
        return round(sum(given), 2) if given else None

    @property
    def lost(self) -> float:
        """The points that lateness costs: never more than she has of the questions."""
        if self.late is None or self.final is not None or not self.earned:
            return 0
        return round(min(self.late.percent / 100 * self.out_of, max(self.earned, 0)), 2)

    @property
    def total(self) -> float | None:
        if self.excused:
            return None
        if self.final is not None:
            return self.final
        return None if self.earned is None else round(max(self.earned - self.lost + self.extra, 0), 2)

    @property
    def waiting(self) -> list[str]:
        """The questions that count and whose text a person has yet to mark."""
        final = self.excused or self.final is not None
        return [] if final else [key for key in self.result.waiting if key in self.counted]

    @property
    def for_lms(self) -> float | None:
        """Her final points, of those that the exercise has in the LMS; None while she waits, or if she is excused."""
        if self.total is None or self.waiting or not self.out_of:
            return None
        return round(self.total * self.whole / self.out_of, 2)

    @property
    def status(self) -> str:
        return "excused" if self.excused else self.result.status


@dataclass(frozen=True)
class Adjustments:
    """The rows about one exercise."""

    rows: Sequence[Adjustment] = ()

    def of(self, student: Student) -> list[Adjustment]:
        """The rows that hold for a student: her own before those of all."""
        return [
            *(row for row in self.rows if row.student == student.id),
            *(row for row in self.rows if row.student == ALL),
        ]

    def time(self, student: Student, what: str) -> Adjustment | None:
        """The row that gives her deadline (`due`), or the time she handed in (`handed in`)."""
        return next((row for row in self.of(student) if row.question == what), None)

    def score(self, exercise: Exercise, result: Marked, late: Lateness | None = None) -> Score:
        """A result with what was decided about it."""
        every = self.of(result.student)
        rows = [row for row in every if row.kind != "comment"]
        verdicts, changes = dict(result.verdicts), dict[str, list[str]]()
        if not verdicts and any(row.student != ALL and row.kind in ("set", "add") for row in rows):
            verdicts = dict.fromkeys(exercise.questions, Verdict("not attempted", 0))
        counted: dict[str, float] = {}
        for key, question in exercise.questions.items():
            about = [row for row in rows if row.question == key]
            worth = _first(about, "worth")
            counted[key] = worth.value if worth else question.points
            if verdicts:
                verdicts[key] = _adjusted(verdicts[key], counted[key] / question.points, about)
            if _first(about, "drop", "excuse"):
                del counted[key]
            changes[key] = [_sentence(row, question.points) for row in about if _holds(row, about)]
        whole = [row for row in rows if row.question == ALL]
        final, excused = _first(whole, "set"), _first(whole, "excuse") is not None
        has_points = bool(verdicts)
        changes[ALL] = [_sentence(row, 0) for row in whole if _holds(row, whole) and (has_points or excused)]
        changes |= {what: [_sentence(row, 0)] for what in _TIMES if (row := self.time(result.student, what))}
        return Score(
            replace(result, verdicts=verdicts),
            counted,
            exercise.points,
            final.value if final and has_points else None,
            sum(row.value for row in whole if row.kind == "add") if has_points else 0,
            late,
            excused or bool(exercise.questions and not counted),
            {where: said for where, said in changes.items() if said},
            _comments([row for row in every if row.kind == "comment" and (has_points or row.student != ALL)]),
        )


def read_adjustments(
    path: Path,
    exercise: Exercise,
    roster: Roster,
    zone: ZoneInfo | None,
    known: Callable[[str], bool],
    ids_now: Mapping[str, str] | None = None,
) -> Adjustments:
    """The rows about an exercise; none if there is no file. A workbook of that name (.xlsx) will do as well.

    Parameters
    ----------
    path : Path
    exercise : Exercise
    roster : Roster
    zone : ZoneInfo or None
        Of the times in it.
    known : callable
        Whether there is an exercise of a name: a typing error must not be taken for a row about another exercise.
    ids_now : dict, optional
        By an id that a student had before, that which she has on the roster.

    Raises
    ------
    ValueError
        If a column is missing, or a row says what cannot be; the sentence names the line.
    """
    found = csv_or_workbook(path)
    if found is None:
        return Adjustments()
    path = found
    header, lines = numbered_table(path, lambda row: "question" in map(_plain, row))
    titles = list(map(_plain, header))
    missing = [title for title in COLUMNS if title not in titles]
    if missing:
        raise ValueError(f"{path} has no column {listing(missing)}: its header is {','.join(COLUMNS)}")
    rows: list[Adjustment] = []
    for line, cells in lines.items():
        row = {title: visible(unguarded(cell.strip())) for title, cell in zip(titles, cells, strict=True)}
        row["student"] = (ids_now or {}).get(row["student"], row["student"])
        try:
            if not known(row["exercise"]):
                raise ValueError(f"there is no exercise {row['exercise']!r}")
            if row["exercise"] == exercise.name:
                rows.append(_read(line, row, exercise, roster, zone))
                _refuse_second(rows)
        except ValueError as error:
            raise ValueError(f"{path}, line {line}: {error}") from None
    for each in rows:
        most = _most(each, rows, exercise)
        if each.kind == "set" and not 0 <= each.value <= most:
            raise ValueError(
                f"{path}, line {each.line}: {each.question} is out of {most:g} points, not {each.value:g}; points "
                "beside those of marking are written as `add 1`"
            )
    return Adjustments(rows)


def offer(exercise: str, decided: Iterable[tuple[str, str, str]], *, header: bool) -> str:
    """Lines for the file, of students, questions and points."""
    rows = [
        [exercise, guarded(student), question, points, "typed into gradebook.csv"]
        for student, question, points in decided
    ]
    return as_csv([COLUMNS, *rows] if header else rows)


def _read(line: int, row: Mapping[str, str], exercise: Exercise, roster: Roster, zone: ZoneInfo | None) -> Adjustment:
    student, question, points = _student(row["student"], roster), _question(row["question"], exercise), row["points"]
    if not row["reason"]:
        raise ValueError("a reason is missing: the student reads it on her page")
    if question in _TIMES:
        return Adjustment(line, student, question, "time", 0, as_time(points, zone), row["reason"])
    kind, value = _decision(points)
    if question == ALL and kind in ("worth", "drop"):
        raise ValueError(
            f"{points!r} is for a question. What a whole exercise is worth is its weight in course.toml; where it does "
            'not count, "excuse" is the word'
        )
    return Adjustment(line, student, question, kind, value, None, row["reason"])


def _most(row: Adjustment, rows: Sequence[Adjustment], exercise: Exercise) -> float:
    """What can be had where a row stands; without limit for a whole exercise."""
    if row.question not in exercise.questions:
        return math.inf
    worth = [each for each in rows if each.question == row.question and each.kind == "worth"]
    worth = [each for each in worth if each.student == row.student] or [each for each in worth if each.student == ALL]
    return worth[0].value if worth else exercise.questions[row.question].points


def _decision(points: str) -> tuple[str, float]:
    words = points.casefold().split()
    if words in (["drop"], ["excuse"], ["comment"]):
        return words[0], 0
    if len(words) == 2 and words[0] in ("add", "worth"):
        value = _number(words[1])
        if words[0] == "worth" and not value > 0:
            raise ValueError(f"what a question is worth is above 0, not {words[1]}; to leave it out, write drop")
        return words[0], value
    if points.startswith(("+", "-")):
        raise ValueError(f"for {points} points more than marking gave, write `add {points.removeprefix('+')}`")
    return "set", _number(points)


def _number(words: str) -> float:
    value = number(words)
    if value is None:
        raise ValueError(f"the points are a number, `add 1`, `worth 4`, drop, excuse or comment, not {words!r}")
    return value


def _student(cell: str, roster: Roster) -> str:
    ids = [student.id for student in roster.students]
    if cell.casefold() == ALL and cell not in ids:
        return ALL
    return roster.find(cell, f"; `{ALL}` means everybody")


def _question(cell: str, exercise: Exercise) -> str:
    question = _plain(cell).replace("_", " ")
    if question in exercise.questions or question == ALL or question in _TIMES:
        return question
    raise ValueError(
        f"there is no question {cell!r} in {exercise.name}, only {listing(exercise.questions)}; for the whole "
        "write all, for times `due` or `handed in`"
    )


def _refuse_second(rows: list[Adjustment]) -> None:
    """Two rows that cannot both hold."""
    *before, last = rows
    for row in before:
        same = (row.student, row.question) == (last.student, last.question)
        if same and last.kind not in ("add", "comment") and _group(row) == _group(last):
            raise ValueError(f"line {row.line} has already decided this about {last.question} of {last.student!r}")


def _group(row: Adjustment) -> str:
    return "drop" if row.kind == "excuse" else row.kind


def _first(rows: Iterable[Adjustment], *kinds: str) -> Adjustment | None:
    return next((row for row in rows if row.kind in kinds), None)


def _holds(row: Adjustment, rows: Sequence[Adjustment]) -> bool:
    """Whether a row has an effect beside the others about the same: a student's own goes before one of all."""
    left_out = _first(rows, "drop", "excuse")
    if left_out:
        return row is left_out
    return row.kind == "add" or row is _first(rows, row.kind)


def _adjusted(verdict: Verdict, scale: float, rows: Sequence[Adjustment]) -> Verdict:
    given = _first(rows, "set")
    points = verdict.points if verdict.points is None else round(verdict.points * scale, 2)
    if given:
        points = given.value
    if points is None:
        return verdict
    points += sum(row.value for row in rows if row.kind == "add")
    state = "marked" if given and verdict.state == "to mark" else verdict.state
    return replace(verdict, points=round(points, 2), state=state)


def _comments(rows: Sequence[Adjustment]) -> dict[str, list[str]]:
    return {where: [row.reason for row in rows if row.question == where] for where in {row.question for row in rows}}


def _sentence(row: Adjustment, points: float) -> str:
    everybody, whole = row.student == ALL, row.question == ALL
    values = {"points": figure(abs(row.value) if row.kind == "add" else row.value), "before": figure(points)}
    values["when"] = shown(row.when) if row.when else ""
    if row.kind == "set":
        what = gettext("The points were set to %(points)s.")
    elif row.kind == "add" and row.value >= 0:
        what = ngettext("%(points)s point added.", "%(points)s points added.", row.value)
    elif row.kind == "add":
        what = ngettext("%(points)s point taken off.", "%(points)s points taken off.", -row.value)
    elif row.kind == "worth" and everybody:
        what = gettext("This question is out of %(points)s points instead of %(before)s, for everybody.")
    elif row.kind == "worth":
        what = gettext("This question is out of %(points)s points instead of %(before)s, for you.")
    elif row.kind == "drop" and everybody:
        what = gettext("This question was dropped for everybody: it does not count.")
    elif row.kind == "drop":
        what = gettext("This question was dropped for you: it does not count.")
    elif row.kind == "excuse" and whole and everybody:
        what = gettext("This exercise is excused for everybody: it does not count.")
    elif row.kind == "excuse" and whole:
        what = gettext("This exercise is excused for you: it does not count.")
    elif row.kind == "excuse" and everybody:
        what = gettext("This question is excused for everybody: it does not count.")
    elif row.kind == "excuse":
        what = gettext("This question is excused for you: it does not count.")
    elif row.question == "due":
        what = gettext("Your deadline: %(when)s.")
    else:
        what = gettext("Handed in: %(when)s.")
    return gettext("%(what)s Reason: %(reason)s") % {"what": what % values, "reason": row.reason}


def _plain(cell: str) -> str:
    return re.sub(r"\s+", " ", cell.strip()).casefold()
