"""The whole term: one gradebook over all exercises, and a page a student, made from what `clv mark` wrote.

An exercise counts by the share of its points that a student has; the course's grade is the mean of these shares by
weight, of the best n where the plan says so, with those that always count. What nobody can know yet counts neither for
nor against: an exercise that is not marked, a file that cannot be read, texts that wait.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clvlib.course.marking import pages
from clvlib.course.marking.changes import Changes, Gradebook, Table, compare, rows_by_student
from clvlib.course.marking.plan import Plan
from clvlib.course.marking.release import unsigned, write, write_feedback
from clvlib.course.marking.roster import Roster, Student
from clvlib.course.marking.tables import as_csv, defused, figure
from clvlib.course.words import listing

FOLDER = "course"


@dataclass(frozen=True)
class Part:
    """One exercise of one student in the term.

    Parameters
    ----------
    exercise, title : str
    status : str
        As in the gradebook, and "not marked yet".
    points, out_of : float or None
    share : float or None
        Of the points; None where the exercise does not count, or not yet.
    weight : float
    counts : bool
        Whether it is among those that make the grade.
    waiting : bool
        Whether a person has still to mark something of it.
    notes : str
        What the instructor decided, and lateness.
    """

    exercise: str
    title: str
    status: str
    points: float | None
    out_of: float | None
    share: float | None
    weight: float
    counts: bool
    waiting: bool
    notes: str


@dataclass(frozen=True)
class Standing:
    """A student in the term: her exercises and her grade, None while nothing counts."""

    student: Student
    parts: Sequence[Part]
    grade: float | None

    @property
    def open(self) -> list[str]:
        """The exercises that are not settled: a text waits, or a file could not be read."""
        return [part.exercise for part in self.parts if part.waiting]


class Term:
    """A class over all its exercises.

    Parameters
    ----------
    plan : Plan
    roster : Roster
    marked : Path
        The folder with a folder of results for each exercise.
    title_of : callable
        The title of an exercise, by its name.
    misfit : str, optional
        Why the roster makes no form of the course's grades.

    Raises
    ------
    ValueError
        If nothing is marked yet, or the gradebook of an exercise was edited, or does not know most of the roster.
    """

    def __init__(self, plan: Plan, roster: Roster, marked: Path, title_of: Callable[[str], str], misfit: str = ""):
        self.plan, self.roster, self.title_of, self.misfit = plan, roster, title_of, misfit
        self.out = marked / FOLDER
        self.gradebook = Gradebook(self.out / "gradebook.csv")
        found = sorted(path.parent.name for path in marked.glob("*/gradebook.csv") if path.parent != self.out)
        if not found:
            raise ValueError(f"nothing is marked yet in {marked}: run `clv mark EXERCISE` first")
        self.names = list(plan.exercises) or found
        self.to_come = [name for name in self.names if name not in found]
        self.left_out = [name for name in found if name not in self.names]
        self._tables = {name: self._read(marked / name) for name in self.names if name in found}

    def standings(self) -> list[Standing]:
        """Everybody's, in the order of the roster."""
        return [self._standing(student) for student in self.roster.students]

    def changes(self, standings: Sequence[Standing]) -> Changes:
        """What `write` would change, and what looks wrong.

        Raises
        ------
        ValueError
            If the gradebook was edited by hand.
        """
        new = self._as_csv(standings)
        self.gradebook.refuse_edits(new)
        return compare(self.gradebook.before(), new, "grade")

    def write(self, standings: Sequence[Standing]) -> list[Path]:
        """Write gradebook, pages and, if there is one, the form; returns the files."""
        changes, text = self.changes(standings), self._as_csv(standings)
        told = {
            each.student: (f"{unsigned(each.student)}.html", pages.term_page(self.plan, each).encode())
            for each in standings
        }
        write_feedback(self.out, self.roster, told, f"*-{'[0-9a-f]' * 16}.html")
        names, (form, _) = ["gradebook.csv", "feedback"], self.grade_form(standings)
        if form is not None:
            names.append(f"gradebook_{self.roster.kind}.csv")
            write(self.out / names[-1], form.encode())
        if changes.cells:
            write(self.out / "changes.csv", changes.as_csv().encode("utf-8-sig"))
        self.gradebook.write(text)
        return [self.out / name for name in names]

    def grade_form(self, standings: Sequence[Standing]) -> tuple[str | None, str]:
        """For the LMS, of who is settled; and why there is none."""
        grades = {each.student.id: None if each.open else each.grade for each in standings}
        problem = self.misfit
        try:
            form = self.roster.grade_form(grades, self.plan.title, self.plan.points, "the course's grade")
        except ValueError as error:
            if not self.roster.is_worksheet:
                return None, str(error)
            problem = problem or str(error).partition(": ")[0]
        if not problem:
            return form, ""
        own = f'make an assignment for the course\'s grade ("{self.plan.title}", {self.plan.points:g} points)'
        return None, f"{problem}. In Moodle {own}, download its grading worksheet and name it with --roster"

    def _read(self, folder: Path) -> Table:
        book = Gradebook(folder / "gradebook.csv")
        book.refuse_edits()
        table = rows_by_student(book.before() or "")
        unknown = [student.id for student in self.roster.students if defused(student.id) not in table]
        if unknown:
            raise ValueError(
                f"{book.path} does not know {listing(unknown[:5])}{' and others' if len(unknown) > 5 else ''} of the "
                f"roster: run `clv mark {folder.name}` with this roster"
            )
        return table

    def _standing(self, student: Student) -> Standing:
        parts = [self._part(name, student) for name in self.names]
        able = [part for part in parts if part.share is not None and part.weight > 0]
        best = sorted(able, key=lambda part: (self.plan.of(part.exercise).always, part.share), reverse=True)
        best = best[: self.plan.best]
        weight = sum(part.weight for part in best)
        grade = (
            round(sum(part.weight * (part.share or 0) for part in best) / weight * self.plan.points, 2)
            if best
            else None
        )
        return Standing(student, [replace(part, counts=part in best) for part in parts], grade)

    def _part(self, name: str, student: Student) -> Part:
        title, weight = self.title_of(name), self.plan.of(name).weight
        if name not in self._tables:
            return Part(name, title, "not marked yet", None, None, None, weight, False, False, "")
        row = self._tables[name][defused(student.id)]
        points, out_of = (float(row[title]) if row[title] else None for title in ("total", "out_of"))
        status, texts = row["status"], int(row["to_mark"] or 0)
        share = points / out_of if points is not None and out_of and not texts else None
        if points is None and status == "nothing handed in" and self.plan.missing == "zero":
            share = 0.0
        waiting = texts > 0 or (status == "not readable" and points is None)
        return Part(name, title, status, points, out_of, share, weight, False, waiting, row.get("notes", ""))

    def _as_csv(self, standings: Sequence[Standing]) -> str:
        """A row a student: the percent of each exercise, how many count, and the grade."""
        header = ["student", "name", *self.names, "counted", "open", "grade", "out_of"]
        rows = [header]
        for each in standings:
            shares = [figure(None if part.share is None else round(100 * part.share, 2)) for part in each.parts]
            counted = figure(sum(part.counts for part in each.parts))
            about = [defused(each.student.id), defused(each.student.name)]
            rows.append([*about, *shares, counted, " ".join(each.open), figure(each.grade), figure(self.plan.points)])
        return as_csv(rows)
