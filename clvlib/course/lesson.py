"""What a lesson asks in between, `turn.check`, and how far off a guess was, `turn.reveal`.

A turn is written in the lesson's file of `exercises/keys` by `exercise.turn`, and checked as an exercise's question is.
There are no points, and nothing is kept.
"""

from typing import Any

from clvlib.course.cards import Card
from clvlib.course.exercise import KEYS, Exercise, load_exercise
from clvlib.course.learner import NOT_ATTEMPTED, Feedback, explain_missing_names, is_answer, kindly
from clvlib.course.memory import Memory
from clvlib.course.slips import as_number

_NO_GUESS = "There is no guess yet. Under Predict, replace the ... with your number; run that cell, then this one."
_NO_KEYS = Card("note", "Nothing is checked here", "This machine holds no answers. Compare with the lesson's text.")
_NO_TRUTH = "What it is held against is no number: a cell was left out or changed. Run the lesson from the top."


class Lesson(Feedback):
    """A lesson's turns, with feedback.

    Parameters
    ----------
    exercise : Exercise
        What the lesson's file of keys defines; its textbook's case is the lesson's.
    """

    called, key = "turn", "name"

    def __init__(self, exercise: Exercise):
        self.exercise, self.questions = exercise, exercise.turn.questions
        self.case, self.record = exercise.case_for(0), Memory()

    @kindly
    def reveal(self, guess: Any, truth: Any, unit: str = "") -> Card:
        """Say how far off a guess was.

        Parameters
        ----------
        guess : number
            What the learner wrote under Predict, or the `...` that stood there.
        truth : number
            What the lesson found.
        unit : str, optional
            Such as ``"RMB"``; a ``"share"`` is a fraction, and shown in percent.
        """
        if not is_answer(guess):
            return Card("not attempted", "Your guess", _NO_GUESS)
        said, complaint = as_number(guess)
        found, no_number = as_number(truth)
        words = _NO_TRUTH if no_number else complaint or how_far_off(said, found, unit)
        return Card("note", "Your guess", words)

    def _there_are(self) -> str:
        asked = [f'"{key}": {question.asks(self.case)}' for key, question in self.questions.items()]
        return "\n".join(["This lesson asks:", *asked] if asked else ["This lesson asks nothing."])

    def _name(self, key: str) -> str:
        return f'"{key}"'

    def _title(self, key: str) -> str:
        return "Your turn"


class _Unchecked(Lesson):
    """A lesson where the keys are not at hand, as on a machine for assessments or beside an installed wheel."""

    def __init__(self) -> None:
        self.questions = {}

    @kindly
    def check(self, question: str, answer: Any = ...) -> Card:
        return _NO_KEYS if is_answer(answer) else Card("not attempted", "Your turn", NOT_ATTEMPTED)

    @kindly
    def hint(self, question: str) -> Card:
        return _NO_KEYS

    @kindly
    def solution(self, question: str) -> Card:
        return _NO_KEYS


def lesson(name: str) -> Lesson:
    """Open what a lesson asks: `turn = course.lesson("03_retention")`."""
    opened = Lesson(load_exercise(name)) if any(KEYS.glob("[!_]*.py")) else _Unchecked()
    explain_missing_names(opened.questions)
    return opened


def how_far_off(guess: float, truth: float, unit: str = "") -> str:
    """How far a guess was from the truth, in words; a share in percent.

    Examples
    --------
    >>> how_far_off(5000, 625, "RMB")
    'You said 5,000 RMB; that is 8 times as much as the true 625 RMB.'
    >>> how_far_off(50, 400, "RMB")
    'You said 50 RMB; the true 400 RMB is 8 times as much.'
    >>> how_far_off(165, 160, "customers")
    'You said 165 customers; that is 3.1 % above the true 160 customers.'
    >>> how_far_off(0.4, 0.3333, "share")
    'You said 40 %; that is 6.7 percentage points above the true 33.3 %.'
    >>> how_far_off(70, 50, "% more")
    'You said 70 % more; that is 20 percentage points above the true 50 % more.'
    >>> how_far_off(80, 0.3333, "share")
    'You said 80: write 80 % as 0.8.'
    """
    share = "share" in unit.split()
    if share and not 0 <= guess <= 1:
        advice = f"write {in_digits(guess)} % as {guess / 100:g}" if 1 < guess <= 100 else "a share is from 0 to 1"
        return f"You said {in_digits(guess)}: {advice}."
    said, true = (f"{100 * x:.3g} %" if share else f"{in_digits(x)} {unit}".rstrip() for x in (guess, truth))
    if said == true:
        return f"You said {said}, and that is right."
    side = "above" if guess > truth else "below"
    if guess * truth <= 0:
        other = " The sign is the other way round." if guess * truth else ""
        return f"You said {said}; the truth is {true}.{other}"
    ratio = guess / truth
    if ratio >= 2:
        return f"You said {said}; that is {_times(ratio)} as much as the true {true}."
    if ratio <= 0.5:
        return f"You said {said}; the true {true} is {_times(1 / ratio)} as much."
    if share or {"%", "percent"} & set(unit.split()):
        off, per = abs(guess - truth) * (100 if share else 1), "percentage points"
    else:
        off, per = 100 * abs(ratio - 1), "%"
    return f"You said {said}; that is {off:{'.0f' if off >= 10 else '.2g'}} {per} {side} the true {true}."


def in_digits(number: float) -> str:
    """A number as one says it: 5,000, 48.71, 0.0325."""
    if abs(number) >= 1e12 or 0 < abs(number) < 0.1:
        return f"{number:.3g}"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.2f}".rstrip("0").rstrip(".")


def _times(ratio: float) -> str:
    return "more than a million times" if ratio > 1e6 else f"{in_digits(float(f'{ratio:.2g}'))} times"
