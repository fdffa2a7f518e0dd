"""What a learner works with: `ex.check`, `ex.hint`, `ex.solution`, `ex.score`, `ex.again`, `ex.progress`.

`practice` has the keys at hand and gives full feedback. `assessment` has none: it only records answers and says what it
recorded. Neither raises anything into a learner's face, and progress is kept in a file beside the notebook, so that it
survives a restart. `clvlib.course.lesson` does the same for what a lesson asks in between.
"""

import builtins
import difflib
import inspect
import secrets
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from clvlib.course.cards import MARKS, Button, Card, in_shell
from clvlib.course.code import numbers
from clvlib.course.exercise import (
    RENAMED,
    Case,
    ChoiceQuestion,
    Exercise,
    FunctionQuestion,
    Part,
    Question,
    TextQuestion,
    load_exercise,
)
from clvlib.course.memory import Memory, Record, keep_unrecognised
from clvlib.course.slips import as_number
from clvlib.course.words import count, kind_of, listing

NOT_ATTEMPTED = "Replace the ... with your answer and run the cell again."
_IS_NONE = (
    "The answer is None. print(...) shows a value, and returns nothing: write the value itself, without print. A "
    "function needs return."
)

PER_HINT, PER_SOLUTION = 0.1, 0.5  # parts of a question's points that help costs


_WRITTEN = {
    "check": '("{key}", your_answer)',
    "reveal": '(your_guess, the_truth, "RMB")',
    "score": '("{key}", [1, 0, 1])',
    "progress": "()",
    "again": "()",
}


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
    exercise: Exercise
    questions: dict[str, Question]
    case: Case
    seed: int = 0
    record: Memory

    @kindly
    def check(self, question: str, answer: Any = ...) -> Card:
        """Say whether an answer is right, and if not, what is off."""
        asked = self._find(question)
        if isinstance(asked, Card):
            return asked
        title = self._title(question)
        if not asked.attempted(answer):
            return Card("not attempted", title, NOT_ATTEMPTED if answer is not None else _IS_NONE)
        problem = self._problem(asked, answer)
        if problem:
            return self._wrong(question, asked, answer, problem)
        self.record.refresh()
        self.record.update(question, tries=self._tries(question) + 1, **self._reached(question, asked, answer))
        return Card("recorded" if asked.kind == "text" else "right", title, self._praise(question, asked))

    @kindly
    def hint(self, question: str) -> Card:
        """The next hint of a question; after the last one, all of them."""
        asked = self._find(question)
        if isinstance(asked, Card):
            return asked
        name, hints = self._name(question), asked.hints
        if not hints:
            return Card("note", f"{name[0].upper()}{name[1:]} has no hint.")
        self.record.refresh()
        number = self._hints_seen(question, asked)
        if number == len(hints):
            return Card("note", f"You have seen every hint for {name}", "\n".join(hints))
        self.record.update(question, hints=number + 1)
        title, buttons = f"Hint {number + 1} of {len(hints)} for {name}", self._buttons(question, asked)
        return Card("note", title, hints[number], buttons=buttons)

    @kindly
    def solution(self, question: str) -> Card:
        """How the question can be answered, as code (or, for a text, a model answer)."""
        asked = self._find(question)
        if isinstance(asked, Card):
            return asked
        self.record.update(question, solution=True)
        if asked.kind == "text":
            return Card("note", f"A good answer to {self._name(question)}", asked.solution())
        title, buttons = f"One way to answer {self._name(question)}", self._buttons(question, asked)
        return Card("note", title, code=asked.solution(), buttons=buttons)

    def _problem(self, asked: Question, answer: Any) -> str | None:
        if isinstance(asked, FunctionQuestion):
            return asked.problem(answer, self.case, secret=False)
        return asked.problem(answer, self.case)

    def _wrong(self, key: str, asked: Question, answer: Any, problem: str) -> Card:
        """What is off, and what may help."""
        self.record.refresh()
        settled = self.record.get(key, "state", "") in ("right", "recorded", "scored")
        part = Part() if settled else asked.part(answer, self.case, problem)
        self.record.update(key, tries=self._tries(key) + 1, **({} if settled else self._kept(key, part)))
        if asked.kind != "text" and problem not in [mistake.message for mistake in asked.mistakes]:
            keep_unrecognised(self.exercise.name, self.seed, key, answer, problem)
        lines, buttons = [problem, *self._in_part(key, part), *self._aside(asked)], self._buttons(key, asked)
        if self._hints_seen(key, asked) < len(asked.hints):
            lines.append(f'A hint{self._cost(key, PER_HINT)}: {self.called}.hint("{key}")')
        return Card("part" if part.points else "wrong", self._title(key), "\n".join(lines), buttons=buttons)

    def _kept(self, key: str, part: Part) -> dict[str, Any]:
        """What is kept of an answer that is not right, beside the tries."""
        return {}

    def _in_part(self, key: str, part: Part) -> list[str]:
        """What such an answer earned, and why."""
        return []

    def _buttons(self, key: str, asked: Question) -> tuple[Button, ...]:
        buttons: list[Button] = []
        if self._hints_seen(key, asked) < len(asked.hints):
            buttons.append((f"Hint{self._cost(key, PER_HINT)}", lambda: self.hint(key)))
        if asked.kind != "text" and not self.record.get(key, "solution", False):
            buttons.append((f"Solution{self._cost(key, PER_SOLUTION)}", lambda: self.solution(key)))
        return tuple(buttons)

    def _cost(self, key: str, share: float) -> str:
        """What help costs, in words."""
        return ""

    def _aside(self, asked: Question) -> list[str]:
        """What else may be wrong with the notebook."""
        return []

    def _reached(self, key: str, asked: Question, answer: Any) -> dict[str, Any]:
        """What is kept of an answer that is right, beside the tries."""
        return {}

    def _find(self, question: str) -> Question | Card:
        found = self.questions.get(question) if isinstance(question, str) else None
        return found or Card("note", "There is no such question", self._there_are())

    def _there_are(self) -> str:
        return f"This exercise has {listing(self.questions)}, in quotes."

    def _name(self, key: str) -> str:
        return f"question {key[1:]}"

    def _title(self, key: str) -> str:
        return self._name(key).capitalize()

    def _praise(self, key: str, asked: Question) -> str:
        return ""

    def _tries(self, key: str) -> int:
        return int(self.record.get(key, "tries", 0))

    def _hints_seen(self, key: str, asked: Question) -> int:
        return min(int(self.record.get(key, "hints", 0)), len(asked.hints))


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
        self._open(seed)

    def _open(self, seed: int) -> None:
        self.seed, self.case = seed, self.exercise.case_for(seed)
        old = RENAMED.get(self.exercise.name)
        self.record = Record(f"{self.exercise.name}-{seed}", f"{old}-{seed}" if old else "")

    @kindly
    def score(self, question: str, points: Any = ...) -> Card:
        """Give yourself points for a text, one number for each line of its rubric; then compare with a good answer."""
        asked = self._find(question)
        if isinstance(asked, Card):
            return asked
        if not isinstance(asked, TextQuestion):
            return Card("note", f"{self._title(question)} is marked by itself: ex.check does it.")
        self.record.refresh()
        hers = self.record.get(question, "text", "")
        if not hers:
            return Card("note", "There is nothing to score yet", f'Hand it in first: ex.check("{question}", your_text)')
        problem = _points_problem(points, asked)
        if problem:
            return Card("note", "Your points", f"{problem}\n{_rubric(asked)}")
        self.record.update(question, state="scored", earned=round(sum(points) * self._worth(question), 2))
        said = f"You gave yourself {sum(points):g} of {count(asked.points, 'point')}. {self._standing()}"
        return Card("scored", self._title(question), f"{said}\n\nA good answer: {asked.solution()}\n\nYours: {hers}")

    @kindly
    def again(self) -> Card:
        """A fresh case of the same exercise, with its own answers; of all your cases the best counts."""
        before = {key: question.prompt(self.case) for key, question in self.questions.items()}
        seed = self.seed
        while seed == self.seed or self.exercise.ambiguity(seed):
            seed = secrets.randbelow(999_999) + 1
        self._open(seed)
        shell = in_shell()
        if shell is not None:
            shell.push(dict(self.case))
        asked = [
            f"## Question {key[1:]}\n\n{question.prompt(self.case)}"
            for key, question in self.questions.items()
            if question.prompt(self.case) != before[key]
        ]
        said = [
            "Its numbers are set: change your answers where they hold the old ones, and run their cells again. The "
            "points of your earlier cases are kept; the best case counts.",
            *asked,
            "## The numbers of your case",
        ]
        return Card("note", f"Another case, number {seed}", "\n\n".join(said), code=numbers(self.case))

    @kindly
    def progress(self) -> Card:
        """Where you stand, question by question."""
        self.record.refresh()
        lines = []
        for key, question in self.questions.items():
            state = self.record.get(key, "state", "not attempted")
            tries, hints = self._tries(key), self._hints_seen(key, question)
            has = state in (*DONE, "part")
            done = [f"{count(earned(question, self.record.questions.get(key, {})), 'point')}"] if has else []
            done += [f"{tries} {'try' if tries == 1 else 'tries'}"] if tries else []
            done += [count(hints, "hint")] if hints else []
            done += ["solution seen"] if self.record.get(key, "solution", False) else []
            asked = f"Question {key[1:]} ({count(question.points, 'point')})"
            word = "partly right" if state == "part" else state
            lines.append(f"{MARKS[state][0]} {asked}: {', '.join([word, *done])}")
        best = max((points(self.exercise, case) for case in cases(self.exercise, self.record.path.parent)), default=0)
        if best > points(self.exercise, self.record):
            lines.append(f"Your best case so far: {best:g} of {self.exercise.points} points.")
        return Card("note", self._standing(), "\n".join([*lines, *filter(None, [self.record.trouble])]))

    def _reached(self, key: str, asked: Question, answer: Any) -> dict[str, Any]:
        if isinstance(asked, TextQuestion):
            state = self.record.get(key, "state", "")
            return {"state": state if state == "scored" else "recorded", "text": answer}
        return {"state": "right", "earned": max(round(asked.points * self._worth(key), 2), self._so_far(key))}

    def _kept(self, key: str, part: Part) -> dict[str, Any]:
        """The best part so far, of what the help that was asked for has left of the points."""
        best = max(round(part.points * self._worth(key), 2), self._so_far(key))
        return {"state": "part", "earned": best} if best else {"state": "wrong"}

    def _so_far(self, key: str) -> float:
        return earned(self.questions[key], self.record.questions.get(key, {}))

    def _in_part(self, key: str, part: Part) -> list[str]:
        if not part.points:
            return []
        gives = f"{part.why}: that is worth {part.points:g} of {count(self.questions[key].points, 'point')}"
        helped = ", less what help cost" if self._worth(key) < 1 else ""
        so_far = f"So far you have {count(self._so_far(key), 'point')} for it, and keep them whatever help you ask for."
        return [f"{gives} (in half points, rounded down){helped}. {so_far}"]

    def _worth(self, key: str) -> float:
        """Which part of a question's points is left after the help that was asked for."""
        helped = PER_HINT * self.record.get(key, "hints", 0) + PER_SOLUTION * bool(self.record.get(key, "solution", 0))
        return max(0.0, 1 - helped)

    def _cost(self, key: str, share: float) -> str:
        if self.record.get(key, "state", "") == "right":
            return ""  # her points are safe
        return f" (costs {count(share * self.questions[key].points, 'point')})"

    def _buttons(self, key: str, asked: Question) -> tuple[Button, ...]:
        return (*super()._buttons(key, asked), ("Another case", self.again))

    def _aside(self, asked: Question) -> list[str]:
        """Numbers of the case that this question takes and the notebook has changed."""
        names = in_shell().user_ns if in_shell() is not None else {}
        taken = {} if isinstance(asked, FunctionQuestion) else inspect.signature(asked.reference).parameters
        there = {name: self.case[name] for name in taken if name in self.case and name in names}
        changed = [name for name, value in there.items() if repr(_as_listed(names[name])) != repr(value)]
        if not changed:
            return []
        name = changed[0]
        return [
            f"In this notebook `{name}` is no longer what your case has ({self.case[name]!r}): give what you compute "
            "another name, and run the cell with the numbers again."
        ]

    def _to_score(self, key: str, asked: TextQuestion) -> str:
        zeros = ", ".join("0" for _ in asked.rubric)
        how = (
            f'What is it worth? Give each line its points, and compare with a good answer: ex.score("{key}", [{zeros}])'
        )
        return f"{how}\n{_rubric(asked)}"

    def _praise(self, key: str, asked: Question) -> str:
        if isinstance(asked, TextQuestion):
            return self._to_score(key, asked)
        return f"{count(earned(asked, self.record.questions[key]), 'point')}. {self._standing()}"

    def _standing(self) -> str:
        done = sum(self.record.get(key, "state", "") in DONE for key in self.questions)
        reached = points(self.exercise, self.record)
        return f"{done} of {len(self.questions)} questions done, {reached:g} of {self.exercise.points} points"


DONE = ("right", "scored")


def earned(question: Question, entry: dict[str, Any]) -> float:
    """The points of an entry of a record; what was answered before help had a price has all of them."""
    if entry.get("state") == "part":
        return float(entry.get("earned", 0))
    return float(entry.get("earned", question.points)) if entry.get("state") in DONE else 0.0


def points(exercise: Exercise, record: Memory) -> float:
    """The points of all the questions of a record."""
    return sum(earned(question, record.questions.get(key, {})) for key, question in exercise.questions.items())


def cases(exercise: Exercise, folder: Path) -> list[Record]:
    """The records of an exercise in a folder, one a case; those under its old name, too."""
    called = exercise.name, RENAMED.get(exercise.name)
    names = [path.stem for path in folder.glob("*.json") if path.stem.rpartition("-")[0] in called]
    return [Record(name, folder=folder) for name in names]


def _points_problem(points: Any, asked: TextQuestion) -> str | None:
    most = list(asked.rubric.values())
    if not isinstance(points, list | tuple) or len(points) != len(most):
        return f"Give a list of {count(len(most), 'number')}, one for each line: {most} would be full marks."
    if not all(as_number(each)[1] is None and 0 <= each <= limit for each, limit in zip(points, most, strict=True)):
        return f"Each number is between 0 and what its line is worth: {most} would be full marks."
    return None


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
    opened = Practice(load_exercise(name), seed)
    explain_missing_names(opened.questions)
    return opened


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


def _rubric(question: Any) -> str:
    return "\n".join(f"• {what} ({count(points, 'point')})" for what, points in question.rubric.items())


def explain_missing_names(questions: dict[str, Question] | None = None) -> None:
    """A name that is not defined gets one clear sentence in place of a traceback.

    Parameters
    ----------
    questions : dict of Question, optional
        Their options are words that may have lost their quotes.
    """
    shell = in_shell()
    if shell is None:
        return
    for question in (questions or {}).values():
        _OPTIONS.update(question.options if isinstance(question, ChoiceQuestion) else ())

    def explain(shell: Any, kind: type, error: NameError, trace: Any, tb_offset: Any = None) -> None:
        from IPython.display import display

        title, said = missing_name(error, trace, shell.user_ns)
        display(Card("note", title, said))

    shell.set_custom_exc((NameError,), explain)


_OPTIONS: set[str] = set()  # of every choice that this notebook has opened


def missing_name(error: NameError, trace: Any, names: dict[str, Any]) -> tuple[str, str]:
    """What to say of a name that is not defined: lost quotes, a typing error, one's own function, or a cell not run.

    Parameters
    ----------
    error : NameError
    trace : traceback
    names : dict
        What the notebook has defined.
    """
    name = error.name or ""
    hers = [(frame, line) for frame, line in traceback.walk_tb(trace) if frame.f_globals is names]
    frame, line = hers[-1] if hers else (None, 0)
    inside = frame is not None and not frame.f_code.co_name.startswith("<")
    local = list(frame.f_locals) if frame is not None and inside else []
    there = [each for each in {*names, *dir(builtins), *local} if not each.startswith("_")]
    near = difflib.get_close_matches(name, sorted(there), n=1, cutoff=0.7)
    title, meant = f"{name or 'A name'} is not defined", f" Did you mean `{near[0]}`?" if near else ""
    if name in _OPTIONS:
        return title, f'Line {line}: `{name}` is one of the words to choose from. Write it in quotes: "{name}".'
    if frame is not None and inside:
        own = f"Line {line - frame.f_code.co_firstlineno + 1} of your function `{frame.f_code.co_name}` uses `{name}`"
        return title, f"{own}, which is no argument of it and stands nowhere above.{meant}"
    if near:
        return title, f"Line {line}:{meant}"
    return title, (
        f"Line {line}: the cell that makes it was not run yet, or was changed or deleted. Run the notebook from the "
        "top (menu Run, Run All Cells); a deleted cell comes back with menu Edit, Undo Cell Operation."
    )


def _as_listed(value: Any) -> Any:
    """A list of the case that was made an array or a Series, as a list again: nothing has changed."""
    return value.tolist() if isinstance(value, np.ndarray | pd.Series) else value
