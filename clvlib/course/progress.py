"""Where a learner stands in the whole course: `course.progress()` on the start page."""

import html
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from clvlib.course.cards import Card
from clvlib.course.data import ROOT
from clvlib.course.exercise import Exercise, all_exercises
from clvlib.course.learner import DONE, cases, points
from clvlib.course.memory import Memory
from clvlib.course.words import count

_NOTHING = (
    "Nothing is answered yet: begin with lesson 1 and its exercise. What you reach in the exercises is counted here."
)


@dataclass(frozen=True)
class Standing:
    """An exercise, and what was answered in it."""

    exercise: Exercise
    record: Memory

    @property
    def points(self) -> float:
        return points(self.exercise, self.record)

    @property
    def answered(self) -> int:
        """How many questions are right, or, for a text, written."""
        return sum(self._state(key) in (*DONE, "recorded") for key, _ in self._asked)

    @property
    def done(self) -> bool:
        return self.answered == len(self._asked)

    @property
    def number(self) -> int:
        return int(self.exercise.name[:2])

    @property
    def said(self) -> str:
        return f"{self.points:g} of {self.exercise.points} points"

    @property
    def _asked(self) -> Any:
        return self.exercise.questions.items()

    def _state(self, key: str) -> str:
        return self.record.get(key, "state", "")


@dataclass(frozen=True)
class Progress:
    """Every exercise with its points, and what is next; a fixed line as long as nothing is answered."""

    standings: list[Standing]

    @property
    def begun(self) -> bool:
        return any(standing.answered for standing in self.standings)

    @property
    def next(self) -> Standing | None:
        """The first exercise that is begun and not done; if there is none, the first not begun."""
        waiting = [standing for standing in self.standings if not standing.done]
        return next((standing for standing in waiting if standing.answered), waiting[0] if waiting else None)

    def __str__(self) -> str:
        if not self.begun:
            return _NOTHING
        lines = [f"{_mark(each)} {each.number:2} {each.exercise.title}: {each.said}" for each in self.standings]
        return "\n".join([self._total, *lines, self._go_on()])

    __repr__ = __str__

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return {"text/html": self._table() if self.begun else f"<p>{_NOTHING}</p>", "text/plain": str(self)}

    @property
    def _total(self) -> str:
        points = sum(each.points for each in self.standings)
        return f"You have {points:g} of {sum(each.exercise.points for each in self.standings)} points."

    def _go_on(self, link: bool = False) -> str:
        if self.next is None:
            return "Every exercise is done."
        name, title, number = self.next.exercise.name, self.next.exercise.title, self.next.number
        lesson, exercise = f"lesson {number}, {title}", f"exercise {number}, {title}"
        if link:
            lesson = f'<a href="{name}.ipynb">{html.escape(lesson)}</a>'
            exercise = f'<a href="../exercises/{name}.ipynb">{html.escape(exercise)}</a>'
        return f"Next: {exercise if self.next.answered else lesson}."

    def _table(self) -> str:
        rows = "".join(
            f'<tr><td>{_mark(each)}</td><td style="text-align:right">{each.number}</td><td style="text-align:left">'
            f'<a href="../exercises/{each.exercise.name}.ipynb">{html.escape(each.exercise.title)}</a></td>'
            f'<td><progress value="{each.points}" max="{each.exercise.points}" aria-hidden="true"></progress></td>'
            f"<td>{each.said}</td></tr>"
            for each in self.standings
        )
        return f"<p>{self._total} <strong>{self._go_on(link=True)}</strong></p><table>{rows}</table>"


def progress() -> Progress:
    """What was reached in every exercise, and what is next.

    Of an exercise that was worked on with several cases, the best counts. Progress is read where practice keeps it,
    beside the exercises, or in the folder that the variable `CLV_PROGRESS` of the environment names. Where lessons are
    stored or tested it names none, so that a stored page shows nobody's progress.
    """
    folder = Path(os.environ.get("CLV_PROGRESS") or ROOT / "exercises" / ".progress")
    return Progress([_standing(exercise, folder) for exercise in all_exercises()])


def certificate(learner: str, folder: Path | str = ".") -> Card:
    """Write a page, `certificate.html`, that says all exercises are done; until they are, what is left.

    Parameters
    ----------
    learner : str
        The name that stands on it.
    folder : path, optional
        Where the page is written.
    """
    so_far = progress()
    if so_far.next is not None or not so_far.standings:
        left = sum(not each.done for each in so_far.standings)
        return Card("note", "Not yet", f"{count(left, 'exercise')} to go. {so_far._go_on()}")
    from jinja2 import Environment, PackageLoader

    pages = Environment(loader=PackageLoader("clvlib.course"), autoescape=True, trim_blocks=True)
    page = Path(folder) / "certificate.html"
    text = pages.get_template("certificate.html").render(
        learner=learner,
        day=f"{date.today().day} {date.today():%B %Y}",
        standings=so_far.standings,
        points=f"{sum(each.points for each in so_far.standings):g}",
        of=sum(each.exercise.points for each in so_far.standings),
    )
    try:
        page.write_text(text, encoding="utf-8")
    except OSError as error:
        return Card("note", "The certificate could not be written", f"{error.strerror}: {page}. Name another folder.")
    return Card("note", "Your certificate", f"It is in {page}: open it in a browser, and print it.")


def _standing(exercise: Exercise, folder: Path) -> Standing:
    standings = [Standing(exercise, record) for record in cases(exercise, folder)]
    return max(standings, key=lambda each: (each.points, each.answered), default=Standing(exercise, Memory()))


def _mark(standing: Standing) -> str:
    return "✓" if standing.done else "◐" if standing.answered else "○"
