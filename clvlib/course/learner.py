"""What a learner works with: `ex.check`, `ex.hint`, `ex.solution`, `ex.progress`.

`practice` has the keys at hand and gives full feedback. `assessment` has none: it only records answers and says what it
recorded. Neither raises anything into a learner's face, and progress is kept in a file beside the notebook, so that it
survives a restart. `clvlib.course.lesson` does the same for what a lesson asks in between.
"""

import html
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from clvlib.course.exercise import RENAMED, Case, Exercise, Question, as_number, count, kind_of, listing, load_exercise

_MARKS = {
    "right": ("✓", "Right", "#0072B2"),
    "wrong": ("✗", "Not yet", "#B84E00"),
    "not attempted": ("…", "Not attempted", "#767676"),
    "recorded": ("●", "Recorded", "#0072B2"),
    "note": ("i", "", "#767676"),
}

_FONT = "font-family:var(--jp-content-font-family,sans-serif)"


@dataclass(frozen=True)
class Card:
    """A few lines for the learner: HTML in a notebook, plain text elsewhere."""

    state: str
    title: str
    message: str = ""
    code: str = ""

    def __str__(self) -> str:
        mark, word, _ = _MARKS[self.state]
        head = f"{mark} {self.title}" + (f": {word}" if word else "")
        return "\n".join(part for part in (head, self.message, self.code) if part)

    __repr__ = __str__

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        mark, word, colour = _MARKS[self.state]
        verdict = f'<strong style="color:{colour}">{word}</strong> ' if word else ""
        body = html.escape(self.message).replace("\n", "<br>")
        code = f'<pre style="margin:6px 0 0 0">{html.escape(self.code)}</pre>' if self.code else ""
        style = f"border-left:5px solid {colour};padding:6px 12px;margin:4px 0;max-width:700px;{_FONT}"
        sign = f'<span aria-hidden="true" style="color:{colour};font-weight:bold">{mark}</span>'
        head = f"<div>{sign} {html.escape(self.title)} {verdict}</div>"
        card = f'<div role="status" style="{style}">{head}<div>{body}</div>{code}</div>'
        return {"text/html": card, "text/plain": str(self)}


NOT_ATTEMPTED = "Replace the ... with your answer and run the cell again."


class Memory:
    """What was answered, as long as the kernel runs."""

    def __init__(self) -> None:
        self.questions: dict[str, dict[str, Any]] = {}

    def update(self, key: str, **entry: Any) -> None:
        """Change the entry of one question."""
        self.questions[key] = {**self.questions.get(key, {}), **entry}

    def get(self, key: str, what: str, default: Any) -> Any:
        return self.questions.get(key, {}).get(what, default)


class Record(Memory):
    """What was answered, kept in a JSON file; a folder that cannot be written to costs only the memory of it.

    As long as there is no such file, one under an old name is read; it stays as it is.
    """

    def __init__(self, name: str, old_name: str = "", folder: Path = Path(".progress")):
        super().__init__()
        self.path = folder / f"{name}.json"
        self.trouble = ""
        if not self._read(self.path) and old_name:
            self._read(self.path.with_name(f"{old_name}.json"))

    def _read(self, path: Path) -> bool:
        """Whether there is such a file; one that cannot be read costs only what is in it."""
        try:
            saved = json.loads(path.read_text(encoding="utf-8"))
            self.questions = {key: entry for key, entry in saved.items() if _is_whole(entry)}
        except FileNotFoundError:
            return False
        except (OSError, ValueError, AttributeError, TypeError):
            self.trouble = f"Your earlier progress could not be read from {path}, so this starts afresh."
        return True

    def update(self, key: str, **entry: Any) -> None:
        """Change the entry of one question, in the file as well."""
        super().update(key, **entry)
        try:
            self.path.parent.mkdir(exist_ok=True)
            unfinished = self.path.with_suffix(".tmp")
            unfinished.write_text(json.dumps(self.questions, ensure_ascii=False, indent=1), encoding="utf-8")
            os.replace(unfinished, self.path)
            self.trouble = ""
        except OSError:
            self.trouble = f"Progress cannot be saved in {self.path.parent}: it lasts until the kernel stops."


_WRITTEN = {"check": '("{key}", your_answer)', "reveal": '(your_guess, the_truth, "RMB")', "progress": "()"}


def kindly(method: Callable[..., Card]) -> Callable[..., Card]:
    """Turn anything unforeseen into a card: no traceback of ours reaches a learner."""

    @wraps(method)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Card:
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            call = f"{self.called}.{method.__name__}"
            written = call + _WRITTEN.get(method.__name__, '("{key}")').format(key=self.key)
            said = f"{type(error).__name__}: {error}\nYour work is safe. It is written {written}."
            return Card("note", f"{call} could not handle this", said)

    return wrapped


class Feedback:
    """Says of answers what is off, and helps on; the keys are at hand."""

    called: ClassVar[str] = "ex"  # in a notebook
    key: ClassVar[str] = "q1"  # of a question, as an example
    questions: dict[str, Question]
    case: Case
    record: Memory

    @kindly
    def check(self, question: str, answer: Any = ...) -> Card:
        """Say whether an answer is right, and if not, what is off."""
        asked = self._find(question)
        if isinstance(asked, Card):
            return asked
        title = self._title(question)
        if not asked.attempted(answer):
            return Card("not attempted", title, NOT_ATTEMPTED)
        problem = asked.problem(answer, self.case)
        state = "wrong" if problem else "recorded" if asked.kind == "text" else "right"
        already = self.record.get(question, "state", "")
        self.record.update(
            question,
            state=already if already in ("right", "recorded") and problem else state,
            tries=self.record.get(question, "tries", 0) + 1,
        )
        if problem:
            more = "" if self._next_hint(question, asked) is None else f' A hint: {self.called}.hint("{question}")'
            return Card("wrong", title, problem + more)
        if asked.kind == "text":
            return Card("recorded", title, f"A person marks this. Hold it against these points:\n{_rubric(asked)}")
        return Card("right", title, self._praise(asked))

    @kindly
    def hint(self, question: str) -> Card:
        """The next hint of a question; after the last one, the first again."""
        asked = self._find(question)
        if isinstance(asked, Card):
            return asked
        name = self._name(question)
        if not asked.hints:
            return Card("note", f"{name[0].upper()}{name[1:]} has no hint.")
        number = self._next_hint(question, asked)
        self.record.update(question, hints=len(asked.hints) if number is None else number + 1)
        number = number or 0
        return Card("note", f"Hint {number + 1} of {len(asked.hints)} for {name}", asked.hints[number])

    @kindly
    def solution(self, question: str) -> Card:
        """How the question can be answered, as code (or, for a text, a model answer)."""
        asked = self._find(question)
        if isinstance(asked, Card):
            return asked
        self.record.update(question, solution=True)
        if asked.kind == "text":
            return Card("note", f"A good answer to {self._name(question)}", asked.solution())
        return Card("note", f"One way to answer {self._name(question)}", code=asked.solution())

    def _find(self, question: str) -> Question | Card:
        found = self.questions.get(question) if isinstance(question, str) else None
        return found or Card("note", "There is no such question", self._there_are())

    def _there_are(self) -> str:
        return f"This exercise has {listing(self.questions)}, in quotes."

    def _name(self, key: str) -> str:
        return f"question {key[1:]}"

    def _title(self, key: str) -> str:
        return self._name(key).capitalize()

    def _praise(self, asked: Question) -> str:
        return ""

    def _next_hint(self, key: str, question: Question) -> int | None:
        seen = self.record.get(key, "hints", 0)
        return seen if seen < len(question.hints) else None


class _ShowsProgress:
    """An exercise as the last line of a cell shows where the learner stands."""

    progress: Callable[[], Card]

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return self.progress()._repr_mimebundle_()


class Practice(_ShowsProgress, Feedback):
    """An exercise with feedback.

    Parameters
    ----------
    exercise : Exercise
    seed : int
        0 for the textbook's numbers, any other for a personal case.
    """

    record: Record

    def __init__(self, exercise: Exercise, seed: int = 0):
        self.exercise, self.questions = exercise, exercise.questions
        self.case = exercise.case_for(seed)
        old = RENAMED.get(exercise.name)
        self.record = Record(f"{exercise.name}-{seed}", f"{old}-{seed}" if old else "")

    @kindly
    def progress(self) -> Card:
        """Where you stand, question by question."""
        lines = []
        for key, question in self.questions.items():
            state = self.record.get(key, "state", "not attempted")
            tries = self.record.get(key, "tries", 0)
            helped = ", solution seen" if self.record.get(key, "solution", False) else ""
            tried = f", {tries} {'try' if tries == 1 else 'tries'}" if tries else ""
            lines.append(
                f"{_MARKS[state][0]} Question {key[1:]} ({count(question.points, 'point')}): {state}{tried}{helped}"
            )
        return Card("note", self._standing(), "\n".join([*lines, *filter(None, [self.record.trouble])]))

    def _praise(self, asked: Question) -> str:
        return f"{count(asked.points, 'point')}. {self._standing()}"

    def _standing(self) -> str:
        asked = self.questions.items()
        earned = [question.points for key, question in asked if self.record.get(key, "state", "") == "right"]
        return f"{len(earned)} of {len(asked)} questions right, {sum(earned)} of {self.exercise.points} points"


class Assessment(_ShowsProgress):
    """An exercise without keys: answers are recorded, and nothing here knows what is right.

    Parameters
    ----------
    name : str
        Exercise and student, for the file of answers.
    kinds : dict
        Kind of each question, e.g. ``{"q1": "number"}``.
    """

    called, key = Feedback.called, Feedback.key

    def __init__(self, name: str, kinds: dict[str, str]):
        self.kinds = kinds
        self.record = Record(name)

    @kindly
    def check(self, question: str, answer: Any = ...) -> Card:
        """Record an answer and say what was recorded; the last one counts."""
        if question not in self.kinds:
            return Card("note", "There is no such question", f"This exercise has {listing(self.kinds)}, in quotes.")
        title = f"Question {question[1:]}"
        if not is_answer(answer):
            return Card("not attempted", title, NOT_ATTEMPTED)
        self.record.update(question, state="recorded", recorded=describe(answer))
        warning = expects(self.kinds[question], answer)
        return Card("recorded", title, f"{describe(answer)}.{warning} The last answer counts.")

    @kindly
    def hint(self, question: str = "") -> Card:
        """There are none."""
        return Card("note", "An assessment has no hints.")

    @kindly
    def solution(self, question: str = "") -> Card:
        """There is none."""
        return Card("note", "An assessment shows no solutions.")

    @kindly
    def progress(self) -> Card:
        """What is recorded so far."""
        lines = [f"Question {key[1:]}: {self.record.get(key, 'recorded', 'not attempted')}" for key in self.kinds]
        done = sum("recorded" in self.record.questions.get(key, {}) for key in self.kinds)
        title = f"{done} of {len(self.kinds)} questions answered"
        return Card("note", title, "\n".join([*lines, *filter(None, [self.record.trouble])]))


def practice(name: str, seed: int = 0) -> Practice:
    """Open an exercise for practice: `ex = practice("01_worksheet")`."""
    explain_missing_names()
    return Practice(load_exercise(name), seed)


def assessment(name: str, kinds: dict[str, str]) -> Assessment:
    """Open an exercise as an assessment: answers are recorded and marked elsewhere."""
    explain_missing_names()
    return Assessment(name, kinds)


def describe(answer: Any) -> str:
    """An answer in a few words: its type, shape and value."""
    if isinstance(answer, pd.DataFrame):
        return f"A table of {count(len(answer), 'row')} with the columns {listing(answer.columns)}"
    if isinstance(answer, str):
        return f"The text {answer!r}" if len(answer) <= 40 else f"A text of {count(len(answer.split()), 'word')}"
    value, complaint = as_number(answer)
    if not complaint:
        return f"The number {value:.12g}"
    return kind_of(answer).capitalize() + (f" named {answer.__name__}" if hasattr(answer, "__name__") else "")


def expects(kind: str, answer: Any) -> str:
    """A warning if an answer is not of the question's kind; nothing about whether it is right."""
    fits = {
        "number": lambda: not as_number(answer)[1],
        "choice": lambda: isinstance(answer, str),
        "text": lambda: isinstance(answer, str),
        "table": lambda: isinstance(answer, pd.DataFrame),
        "function": lambda: callable(answer),
    }
    wanted = {"choice": "one of the words in quotes", "table": "a DataFrame"}.get(kind, f"a {kind}")
    return "" if fits[kind]() else f" But this question asks for {wanted}."


def is_answer(answer: Any) -> bool:
    """Whether this is an answer at all; nothing of the learner's is called to see it."""
    blank = isinstance(answer, str) and not answer.strip()
    return not (answer is ... or answer is None or blank or _is_starter(answer))


def _starter() -> Any:
    return ...


def _is_starter(answer: Any) -> bool:
    """Whether a function still has the body it came with, `return ...`; nothing of hers is called to see it."""
    code = getattr(answer, "__code__", None)
    return code is not None and code.co_code == _starter.__code__.co_code and ... in code.co_consts


def _is_whole(entry: dict[str, Any]) -> bool:
    """Whether an entry of a progress file is one that this module writes."""
    counts = entry.get("tries", 0), entry.get("hints", 0)
    return entry.get("state", "not attempted") in _MARKS and all(isinstance(number, int) for number in counts)


def _rubric(question: Any) -> str:
    return "\n".join(f"• {what} ({count(points, 'point')})" for what, points in question.rubric.items())


def explain_missing_names() -> None:
    """A name that is not defined, as after a deleted cell, gets one clear sentence in place of a traceback."""
    try:
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
    except ImportError:
        return
    if shell is None:
        return

    def explain(shell: Any, kind: type, error: NameError, trace: Any, tb_offset: Any = None) -> None:
        from IPython.display import display

        display(
            Card(
                "note",
                f"{error.name or 'A name'} is not defined",
                "The cell that makes it was not run yet, or was changed or deleted. Run the notebook from the top "
                "(menu Run, Run All Cells); a deleted cell comes back with menu Edit, Undo Cell Operation.",
            )
        )

    shell.set_custom_exc((NameError,), explain)
