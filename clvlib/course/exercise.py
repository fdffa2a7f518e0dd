"""An exercise, written once: a case drawn from a seed, questions, reference answers and the mistakes people make.

An author writes `exercises/keys/NN_name.py`: each question is a function whose docstring is the prompt, whose body is
the reference answer and whose parameters are taken from the case by name. Mistakes are functions of the same case, so
every learner's own numbers bring their own wrong answers. `clvlib.course.learner` checks the answers. What a lesson
asks in between stands in the same file, by the same decorators of `exercise.turn`; `clvlib.course.lesson` checks that.
"""

import ast
import copy
import difflib
import hashlib
import importlib.util
import inspect
import itertools
import math
import re
import textwrap
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from clvlib.course.data import ROOT
from clvlib.course.slips import (
    agree,
    as_number,
    cells_problem,
    decimals_in_words,
    digits,
    first_difference,
    form_problem,
    number_problem,
    rounded,
    same_cell,
    swapped,
)
from clvlib.course.words import count, either, kind_of, listing, shown

KEYS = ROOT / "exercises" / "keys"

# What an exercise was called before lessons were put between the first ones: progress and commands still know it.
RENAMED = {
    "06_value_components": "05_value_components",
    "07_segments": "06_segments",
    "08_lifecycle_stages": "07_lifecycle_stages",
    "10_churn_winback": "08_churn_winback",
    "11_satisfaction_index": "09_satisfaction_index",
    "12_scores_and_drivers": "10_kano_nps_drivers",
    "14_service_complaints": "11_service_complaints",
    "15_loyalty_economics": "12_loyalty_economics",
    "16_do_programs_work": "13_do_programs_work",
    "17_capstone": "14_capstone",
}

STEP = 0.5  # points: what is right in part earns so many of them, rounded down
_GUESSED = 100  # a whole number up to this may be counted off or guessed, as a word is

Case = dict[str, Any]
Function = Callable[..., Any]


class AuthorError(ValueError):
    """What is wrong with a key, in words for its author."""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people give for a reason, computed from the case, and what to say to them.

    `worth` is the share of the points that it keeps; None where what is right in it decides.
    """

    message: str
    answer: Function
    worth: float | None = None


@dataclass(frozen=True)
class Part:
    """The points of an answer that is not right, and why it has them."""

    points: float = 0
    why: str = ""


class Question:
    """One question; the subclasses know how to read an answer and what can be wrong with it."""

    kind: ClassVar[str]
    piece: ClassVar[str] = ""  # what is counted where `partial` is set
    partial = False

    def __init__(self, reference: Function, *, points: int = 0, level: int = 0):
        self.reference = reference
        self.name = reference.__name__
        self.points = points
        self.level = level
        self.hints: list[str] = []
        self.mistakes: list[Mistake] = []

    def mistake(self, message: str, worth: float | None = None) -> Callable[[Function], Function]:
        """Decorate a function of the case that returns this wrong answer; `worth` is the share of points it keeps."""
        if not isinstance(message, str):
            raise AuthorError(f'a mistake needs its message: @{self.name}.mistake("...")')
        if worth is not None and not 0 <= worth < 1:
            raise AuthorError("`worth` is a share of the points, from 0 to less than 1: worth=0.5")

        def add(answer: Function) -> Function:
            self.mistakes.append(Mistake(message, answer, worth))
            return answer

        return add

    def hint(self, text: str) -> None:
        """Add a hint; learners get them one at a time, in this order."""
        self.hints.append(text)

    def asks(self, case: Case) -> str:
        """What is asked, with the numbers of the case."""
        text = inspect.getdoc(self.reference)
        if not text:
            raise AuthorError("the docstring is missing: it is the prompt")
        return " ".join(filled(text, case).split("\n"))

    def prompt(self, case: Case) -> str:
        """What the learner reads above her cell."""
        return self.asks(case)

    def answer(self, case: Case) -> Any:
        """The reference answer for this case."""
        return from_case(self.reference, case)

    def answers(self, case: Case) -> list[Any]:
        """The reference answer and then the answer of each mistake, as they would be handed in."""
        return [self.answer(case), *(from_case(mistake.answer, case) for mistake in self.mistakes)]

    def same(self, one: Any, other: Any) -> bool:
        """Whether two answers count as the same."""
        return bool(one == other)

    def solution(self) -> str:
        """The reference's body, as source code."""
        source = textwrap.dedent(inspect.getsource(self.reference))
        docstring = ast.parse(source).body[0].body[0]  # type: ignore[attr-defined]
        return self._as_answer(textwrap.dedent("\n".join(source.splitlines()[docstring.end_lineno :])).strip("\n"))

    def _as_answer(self, code: str) -> str:
        return re.sub(r"^return ", f"{self.name} = ", code, flags=re.MULTILINE)

    def starter(self) -> str:
        """The code a learner starts from."""
        return f"{self.name} = ..."

    def attempted(self, answer: Any) -> bool:
        """Whether this is an answer at all, and not the `...` of the starter."""
        return answer is not ... and answer is not None

    def problem(self, answer: Any, case: Case) -> str | None:
        """What is off, in words for the learner; None if the answer is right."""
        raise NotImplementedError

    def part(self, answer: Any, case: Case, problem: str) -> Part:
        """What an answer earns that is not right; `problem` is what it was told.

        A named mistake keeps what its `worth` says, whatever else is right in it. Where the key says `partial`, any
        other answer earns the share of its right rows or results (see `share_of`).
        """
        return self._named(problem) or self._part(*self.share(answer, case))

    @property
    def in_part(self) -> str:
        """What earns part of the points, in words for the line that says the points."""
        if self.partial:
            return f"part of them for right {self.piece}s"
        return "part of them for a near answer" if any(mistake.worth for mistake in self.mistakes) else ""

    def part_of(self, share: float) -> float:
        """This share of the points, rounded down to steps, and never all of them."""
        return max(0.0, min(STEP * math.floor(share * self.points / STEP + 1e-9), self.points - STEP))

    def pieces(self, case: Case) -> list[tuple[Any, ...]]:
        """What is right in each row or result, as far as nobody guesses it; none if no piece of it counts."""
        return []

    def share_of(self, right: Sequence[bool], pieces: Sequence[tuple[Any, ...]]) -> float:
        """The share of what is right, above what one guess throughout, such as 0, would get right."""
        common = self.throughout([piece for piece in pieces if not _computed(piece)])
        common = common if common > 1 else 0
        return max(0, sum(right) - common) / (len(pieces) - common) if common < len(pieces) else 0.0

    def throughout(self, pieces: Sequence[tuple[Any, ...]]) -> int:
        """How many of these one and the same answer gets right."""
        return max((sum(self._alike(one, other) for other in pieces) for one in pieces), default=0)

    def share(self, answer: Any, case: Case) -> tuple[float, str]:
        """The share of the right rows or results in an answer, 0 where they do not count; and how many, in words."""
        return 0.0, ""

    def _named(self, problem: str) -> Part | None:
        worth = next((mistake.worth for mistake in self.mistakes if mistake.message == problem), None)
        return None if worth is None else self._part(worth, "This is near the right answer")

    def _part(self, share: float, why: str) -> Part:
        points = self.part_of(share)
        return Part(points, why) if points else Part()

    def _counted(self, right: Sequence[bool], pieces: Sequence[tuple[Any, ...]], of: str) -> tuple[float, str]:
        many = sum(right)
        return self.share_of(right, pieces), f"{many} of {len(pieces)} {of} {'is' if many == 1 else 'are'} right"

    def _alike(self, one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
        within = getattr(self, "within", 0.0)
        return all(same_cell(here, there, within) for here, there in zip(one, other, strict=True))


class NumberQuestion(Question):
    """An answer within a tolerance of the reference; within 0 means a whole number."""

    kind = "number"

    def __init__(self, reference: Function, *, within: float, unit: str = "", **common: Any):
        super().__init__(reference, **common)
        self.within = within
        self.unit = unit

    def starter(self) -> str:
        exact = decimals_in_words(self.within) if self.within else "whole"
        return f"{self.name} = ...  # a number ({f'{self.unit}, {exact}' if self.unit else exact})"

    def same(self, one: Any, other: Any) -> bool:
        return agree(one, other, self.within)

    def problem(self, answer: Any, case: Case) -> str | None:
        value, complaint = as_number(answer)
        if complaint:
            return complaint
        right = self.answer(case)
        if self.same(value, right):
            return None
        wrong = [(mistake.message, from_case(mistake.answer, case)) for mistake in self.mistakes]
        named = [message for message, answer in wrong if self.same(value, answer)]
        if not named and not rounded(value, right) and digits(value) > 1:
            named = [message for message, answer in wrong if rounded(value, answer)]
        return named[0] if named else number_problem(value, right, self.within, self.unit)


class ChoiceQuestion(Question):
    """One of a few options, answered by its word; `wrong` has the message of each wrong one."""

    kind = "choice"

    def __init__(
        self, reference: Function, *, options: dict[str, str], wrong: dict[str, str] | None = None, **common: Any
    ):
        super().__init__(reference, **common)
        self.options = options
        for word, message in (wrong or {}).items():
            self.mistake(message)(self._unless_right(word))

    def mistake(self, message: str, worth: float | None = None) -> Callable[[Function], Function]:
        if worth is not None:
            raise AuthorError("a wrong option has no `worth`: who guesses would earn it")
        return super().mistake(message)

    def _unless_right(self, word: str) -> Function:
        """The answer of who chooses this option, or None in a case in which it is the right one."""

        def answer(**case: Any) -> str | None:
            return None if word == self.answer(case) else word

        answer.__name__ = word
        return answer

    def prompt(self, case: Case) -> str:
        listed = "\n".join(f'- `"{word}"`: {filled(text, case)}' for word, text in self.options.items())
        return f"{super().prompt(case)}\n\n{listed}"

    def starter(self) -> str:
        return f"{self.name} = ...  # {either(self.options)}"

    def problem(self, answer: Any, case: Case) -> str | None:
        if not isinstance(answer, str):
            return f"Answer with one of the words {either(self.options)}, in quotes. This is {kind_of(answer)}."
        word = answer.strip().lower()
        if word not in self.options:
            near = difflib.get_close_matches(word, self.options, n=1)
            guess = f' Did you mean "{near[0]}"?' if near else ""
            return f"The options are {either(self.options)}, not {shown(answer)}.{guess}"
        if word == self.answer(case):
            return None
        messages = (mistake.message for mistake in self.mistakes if from_case(mistake.answer, case) == word)
        return next(messages, "That is another one.")


class TableQuestion(Question):
    """A DataFrame with the reference's columns and rows; the order of the columns does not matter."""

    kind, piece = "table", "row"

    def __init__(self, reference: Function, *, within: float, partial: bool = False, **common: Any):
        super().__init__(reference, **common)
        self.within, self.partial = within, partial

    def starter(self) -> str:
        exact = f" (numbers: {decimals_in_words(self.within)})" if self.within else ""  # words and counts need no line
        return f"{self.name} = ...  # a DataFrame{exact}"

    def same(self, one: pd.DataFrame, other: pd.DataFrame) -> bool:
        return len(one) == len(other) and set(other) <= set(one) and first_difference(one, other, self.within) is None

    def problem(self, answer: Any, case: Case) -> str | None:
        if not isinstance(answer, pd.DataFrame):
            more = " .reset_index() makes it one." if isinstance(answer, pd.Series) else ""
            return f"The answer is a DataFrame. This is {kind_of(answer)}.{more}"
        right = self.answer(case)
        unlike = form_problem(answer, right)
        if unlike or self.same(answer, right):
            return unlike
        for mistake in self.mistakes:
            if self.same(answer, from_case(mistake.answer, case)):
                return mistake.message
        prompt = self.asks(case) if self.reference.__doc__ else ""  # nbgrader's hidden tests hold no prompt
        return cells_problem(answer, right, self.within, prompt)

    def pieces(self, case: Case) -> list[tuple[Any, ...]]:
        """The amounts of each row. Labels can be guessed; the first of several columns is the key; some are given."""
        if not self.partial:
            return []
        right, given = self.answer(case), set(_numbers_in(case))
        columns = list(right)[len(right.columns) > 1 :]
        amounts = [column for column in columns if _computed(right[column]) and not given.issuperset(right[column])]
        return list(right[amounts].itertuples(index=False, name=None)) if amounts else []

    def share(self, answer: Any, case: Case) -> tuple[float, str]:
        pieces, right = self.pieces(case), self.answer(case)
        if not pieces or not isinstance(answer, pd.DataFrame) or form_problem(answer, right):
            return 0.0, ""
        given = list(answer[list(right)].itertuples(index=False, name=None))
        found = []
        for wanted in right.itertuples(index=False, name=None):
            place = next((place for place, row in enumerate(given) if self._alike(row, wanted)), None)
            found.append(place is not None)
            if place is not None:
                del given[place]
        return self._counted(found, pieces, "rows")


class FunctionQuestion(Question):
    """A function, called on inputs that are shown and on others that are not."""

    kind, piece = "function", "result"

    def __init__(
        self, reference: Function, *, within: float, shown: list[tuple[Any, ...]], partial: bool = False, **common: Any
    ):
        super().__init__(reference, **common)
        if not shown or not all(isinstance(inputs, tuple) for inputs in shown):
            raise AuthorError("`shown` is a list of inputs, each a tuple: shown=[(5,), (6,)]")
        self.within, self.partial = within, partial
        self.shown = shown
        self.hidden: Callable[[np.random.Generator], list[tuple[Any, ...]]] = lambda rng: []

    def hidden_inputs(self, make: Callable[[np.random.Generator], list[tuple[Any, ...]]]) -> None:
        """Decorate a function of a random generator that returns more inputs."""
        self.hidden = make

    def prompt(self, case: Case) -> str:
        examples = ", ".join(f"`{self._call(inputs)}`" for inputs in self.shown)
        return f"{super().prompt(case)}\n\nYour function is tried on {examples} and on inputs not shown here."

    def starter(self) -> str:
        return f"def {self.name}{inspect.signature(self.reference)}:\n    return ..."

    def answer(self, case: Case) -> Function:
        return self.reference

    def answers(self, case: Case) -> list[Any]:
        return [self.reference, *(mistake.answer for mistake in self.mistakes)]

    def _as_answer(self, code: str) -> str:
        return f"def {self.name}{inspect.signature(self.reference)}:\n{textwrap.indent(code, '    ')}"

    def attempted(self, answer: Any) -> bool:
        if not callable(answer):
            return super().attempted(answer)
        result, _ = self.run(answer, self.shown[0])
        return result is not ...

    def inputs(self, hidden: Sequence[tuple[Any, ...]] | None = None) -> Iterator[tuple[tuple[Any, ...], bool]]:
        """Each input with whether it is shown; the hidden ones are those of seed 0, or of a student's record."""
        for inputs in self.shown:
            yield inputs, True
        for inputs in self.hidden(np.random.default_rng(0)) if hidden is None else hidden:
            yield inputs, False

    def same(self, one: Function, other: Function) -> bool:
        return all(self._agree(one(*inputs), other(*inputs)) for inputs, _ in self.inputs())

    def problem(self, answer: Any, case: Case, secret: bool = True) -> str | None:
        if not callable(answer):
            return f"The answer is a function: give its name without brackets. This is {kind_of(answer)}."
        return self.problem_of([self.run(answer, inputs) for inputs, _ in self.inputs()], secret)

    def problem_of(
        self,
        runs: Sequence[tuple[Any, str | None]],
        secret: bool = True,
        hidden: Sequence[tuple[Any, ...]] | None = None,
    ) -> str | None:
        """What is off, from what the function gave on each input and the error it stopped with (or None).

        Inputs that are not shown, and what the function said to them, are told only if they are no `secret`, as in
        practice.
        """
        tried = list(self.inputs(hidden))
        results = []
        for (result, error), (inputs, is_shown) in zip(runs, tried, strict=True):
            if error:
                stopped = f"{self._where(inputs, is_shown, secret)} your function stopped"
                return f"{stopped}." if secret and not is_shown else f"{stopped}: {error}"
            if result is None:
                return "Your function gives nothing back: end it with return and the result."
            results.append(result)
        wrong = [
            (result, inputs, is_shown)
            for result, (inputs, is_shown) in zip(results, tried, strict=True)
            if not self._agree(result, self.reference(*inputs))
        ]
        if not wrong:
            return None

        def gives(function: Function) -> bool:
            pairs = zip(results, tried, strict=True)
            return all(self._agree(result, function(*inputs)) for result, (inputs, _) in pairs)

        for mistake in self.mistakes:
            if gives(mistake.answer):
                return mistake.message
        return swapped(gives, self.reference, self._names()) or self._difference(*wrong[0], secret)

    def part_of_runs(
        self, runs: Sequence[tuple[Any, str | None]], problem: str, hidden: Sequence[tuple[Any, ...]] | None = None
    ) -> Part:
        """As `part`, from what the function gave on each input. The inputs that are shown can be learnt by heart, so
        only the others count."""
        tried = self.inputs(hidden)
        results = [result for (result, _), (_, is_shown) in zip(runs, tried, strict=True) if not is_shown]
        return self._named(problem) or self._part(*self._share_of(results, hidden))

    def pieces(self, case: Case, hidden: Sequence[tuple[Any, ...]] | None = None) -> list[tuple[Any, ...]]:
        if not self.partial:
            return []
        results = [self.reference(*inputs) for inputs, is_shown in self.inputs(hidden) if not is_shown]
        return [(result,) for result in results] if _computed(results) else []

    def share(self, answer: Any, case: Case) -> tuple[float, str]:
        if not self.partial or not callable(answer):
            return 0.0, ""
        return self._share_of([self.run(answer, inputs)[0] for inputs, is_shown in self.inputs() if not is_shown])

    def _share_of(self, results: Sequence[Any], hidden: Sequence[tuple[Any, ...]] | None = None) -> tuple[float, str]:
        pieces = self.pieces({}, hidden)
        if not pieces:
            return 0.0, ""
        right = [self._agree(result, wanted) for result, (wanted,) in zip(results, pieces, strict=True)]
        return self._counted(right, pieces, "results on inputs that are not shown")

    def _difference(self, result: Any, inputs: tuple[Any, ...], is_shown: bool, secret: bool) -> str:
        """What one wrong result is, and what it should be where that is no secret."""
        where, right = self._where(inputs, is_shown, secret), self.reference(*inputs)
        value, complaint = as_number(int(result) if _is_flag(result) and right in (0, 1) else result)
        says = complaint or number_problem(value, right, self.within)
        if complaint or (secret and not is_shown):
            return f"{where}: {says}"
        return f"{where} your function gives {in_digits(value)}, and {in_digits(right)} is right. {says}"

    def _names(self) -> list[str]:
        return list(inspect.signature(self.reference).parameters)

    def _agree(self, one: Any, other: Any) -> bool:
        if _is_flag(one):  # a rule that answers 1 or 0 may answer True or False
            return bool(one == other)
        value, complaint = as_number(one)
        return not complaint and agree(value, other, self.within)

    def _call(self, inputs: tuple[Any, ...]) -> str:
        return f"{self.name}({', '.join(map(repr, inputs))})"

    def _where(self, inputs: tuple[Any, ...], is_shown: bool, secret: bool) -> str:
        if secret and not is_shown:
            return "On an input that is not shown"
        return f"On {self._call(inputs)}" + ("" if is_shown else ", which was not shown,")

    @staticmethod
    def run(answer: Function, inputs: tuple[Any, ...]) -> tuple[Any, str | None]:
        """What a function gives on inputs of its own, or the error it stops with."""
        try:
            return answer(*copy.deepcopy(inputs)), None
        except Exception as error:  # whatever the learner's code does, it stays the learner's
            return None, ": ".join(filter(None, [type(error).__name__, str(error)]))


class TextQuestion(Question):
    """A few sentences, marked by a person along a rubric; the reference is a model answer."""

    kind = "text"

    def __init__(
        self,
        reference: Function,
        *,
        rubric: dict[str, int],
        half: Sequence[str] = (),
        at_least: int = 20,
        **common: Any,
    ):
        super().__init__(reference, points=sum(rubric.values()), **common)
        if half and len(half) != len(rubric):
            raise AuthorError(
                f"`half` has {count(len(half), 'line')} for the {len(rubric)} of the rubric: what earns half of each"
            )
        self.rubric = rubric
        self.half = dict(zip(rubric, half, strict=True)) if half else {}
        self.at_least = at_least

    def starter(self) -> str:
        return f'{self.name} = ...  # your sentences, between """ and """'

    def attempted(self, answer: Any) -> bool:
        return super().attempted(answer) and answer != ""

    def problem(self, answer: Any, case: Case) -> str | None:
        if not isinstance(answer, str):
            return f'Answer in words, between """ and """. This is {kind_of(answer)}.'
        words = len(answer.split()) + sum("\u4e00" <= letter <= "\u9fff" for letter in answer) // 2
        if words < self.at_least:
            return f"Say a little more: {count(words, 'word')} so far, at least {self.at_least} are asked for."
        if len(set(answer.casefold().split())) < words / 5:
            return "These are the same few words again and again: answer in sentences."
        return None

    def solution(self) -> str:
        return str(self.reference())


class Turns:
    """What a lesson asks in between, on the textbook's case: questions without points, called by their names."""

    def __init__(self) -> None:
        self.questions: dict[str, Question] = {}

    def number(self, *, within: float, unit: str = "") -> Callable[[Function], NumberQuestion]:
        """As `Exercise.number`."""
        return lambda reference: self._add(NumberQuestion(reference, within=within, unit=unit))

    def choice(
        self, *, options: dict[str, str], wrong: dict[str, str] | None = None
    ) -> Callable[[Function], ChoiceQuestion]:
        """As `Exercise.choice`."""
        return lambda reference: self._add(ChoiceQuestion(reference, options=options, wrong=wrong))

    def table(self, *, within: float) -> Callable[[Function], TableQuestion]:
        """As `Exercise.table`."""
        return lambda reference: self._add(TableQuestion(reference, within=within))

    def function(self, *, within: float, shown: list[tuple[Any, ...]]) -> Callable[[Function], FunctionQuestion]:
        """As `Exercise.function`."""
        return lambda reference: self._add(FunctionQuestion(reference, within=within, shown=shown))

    def _add(self, question: Any) -> Any:
        if question.name in self.questions:
            raise AuthorError(f"there is a turn {question.name} already: give each its own name")
        self.questions[question.name] = question
        return question


class Exercise:
    """A named set of questions on one case.

    Parameters
    ----------
    name : str
        File name of the lesson, e.g. ``"01_worksheet"``.
    title : str
    minutes : int
        How long it takes.
    uses : sequence of str, optional
        Modules of clvlib that the student's notebook imports.
    """

    def __init__(self, name: str, *, title: str, minutes: int, uses: Sequence[str] = ()):
        self.name, self.title, self.minutes, self.uses = name, title, minutes, list(uses)
        self.digest = ""  # SHA-256 of the key's file, if it came from one
        self.questions: dict[str, Question] = {}
        self.turn = Turns()
        self._draw: Callable[[np.random.Generator], Case] = lambda rng: {}
        self._textbook: Callable[[], Case] = lambda: self._draw(np.random.default_rng(0))

    def case(self, draw: Callable[[np.random.Generator], Case]) -> Callable[[np.random.Generator], Case]:
        """Decorate the function that draws a learner's own case."""
        self._draw = draw
        return draw

    def textbook(self, numbers: Callable[[], Case]) -> Callable[[], Case]:
        """Decorate the function that returns the textbook's case (seed 0); without one, that is drawn as well."""
        self._textbook = numbers
        return numbers

    def case_for(self, seed: int) -> Case:
        """The case of a seed; seed 0 is the textbook's."""
        return self._textbook() if seed == 0 else self._draw(np.random.default_rng(seed))

    def ambiguity(self, seed: int) -> str | None:
        """The first question at which, in the case of this seed, two answers cannot be told apart; None as a rule."""
        case = self.case_for(seed)
        for key, question in self.questions.items():
            for one, other in itertools.combinations(question.answers(case), 2):
                if question.same(one, other):
                    return key
        return None

    @property
    def points(self) -> int:
        return sum(question.points for question in self.questions.values())

    def number(self, *, points: int, level: int, within: float, unit: str = "") -> Callable[[Function], NumberQuestion]:
        """Decorate the reference of a question answered by a number, right if `within` this of it."""
        return lambda reference: self._add(
            NumberQuestion(reference, within=within, unit=unit, points=points, level=level)
        )

    def choice(
        self, *, points: int, level: int, options: dict[str, str], wrong: dict[str, str] | None = None
    ) -> Callable[[Function], ChoiceQuestion]:
        """Decorate the reference of a question answered by one of the words that are the keys of `options`.

        `wrong` says to who chooses a wrong option why it is wrong. A wrong answer that comes from the case, such as
        "she compared with the other cut", is a `mistake`, as in every other question.
        """
        return lambda reference: self._add(
            ChoiceQuestion(reference, options=options, wrong=wrong, points=points, level=level)
        )

    def table(
        self, *, points: int, level: int, within: float, partial: bool = False
    ) -> Callable[[Function], TableQuestion]:
        """Decorate the reference of a question answered by a DataFrame; `partial` lets each right row count."""
        return lambda reference: self._add(
            TableQuestion(reference, within=within, partial=partial, points=points, level=level)
        )

    def function(
        self, *, points: int, level: int, within: float, shown: list[tuple[Any, ...]], partial: bool = False
    ) -> Callable[[Function], FunctionQuestion]:
        """Decorate the reference of a question answered by a function, tried on `shown` and hidden inputs.

        `partial` lets each right result on a hidden input count.
        """
        return lambda reference: self._add(
            FunctionQuestion(reference, within=within, shown=shown, partial=partial, points=points, level=level)
        )

    def text(
        self, *, level: int, rubric: dict[str, int], half: Sequence[str] = (), at_least: int = 20
    ) -> Callable[[Function], TextQuestion]:
        """Decorate a model answer in words; `rubric` says what is worth how many points to the person who marks.

        `half` says, line by line, what earns half of them.
        """
        return lambda reference: self._add(
            TextQuestion(reference, rubric=rubric, half=half, at_least=at_least, level=level)
        )

    def _add(self, question: Any) -> Any:
        self.questions[f"q{len(self.questions) + 1}"] = question
        return question


def load_exercise(name: str, keys: Path = KEYS) -> Exercise:
    """The exercise written in `NAME.py` in the folder of keys, by default the course's own `exercises/keys`.

    An old name finds the exercise under its new one.
    """
    return load_key(key_file(name, keys))


def all_exercises(keys: Path = KEYS) -> list[Exercise]:
    """The exercises of a folder of keys, in order. A key that has only turns, as the start page's, is none."""
    return [found for path in sorted(keys.glob("[!_]*.py")) if (found := load_key(path)).questions]


def key_file(name: str, keys: Path = KEYS) -> Path:
    """The file of an exercise."""
    for path in (keys / f"{name}.py", keys / f"{_name_now(name)}.py"):
        if path.exists():
            return path
    names = sorted(key.stem for key in keys.glob("[!_]*.py"))
    near = difflib.get_close_matches(name, names, n=1)
    there = f"did you mean {near[0]!r}?" if near else listing(names) or f"{keys} holds no keys"
    raise ValueError(f"there is no exercise {name!r}; {there}")


def load_key(path: Path) -> Exercise:
    """The exercise that a file defines."""
    spec = importlib.util.spec_from_file_location(f"clv_key_{path.stem}", path.absolute())
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    try:  # never from a cached bytecode: an author may mend a letter and try again within a second
        exec(compile(path.read_bytes(), str(path.absolute()), "exec"), vars(module))
    except (Exception, SystemExit) as error:
        line = line_of(error, path.absolute())
        raise AuthorError(f"{path} does not run: {f'line {line}: ' if line else ''}{in_words(error)}") from error
    if not isinstance(getattr(module, "exercise", None), Exercise):
        raise AuthorError(
            f"{path} defines no exercise: it needs a line such as exercise = Exercise({path.stem!r}, ...)"
        )
    module.exercise.digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return module.exercise


def line_of(error: BaseException, file: Path | str) -> int | None:
    """The line of a file in which an error arose."""
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    return lines[-1] if lines else None


def in_words(error: BaseException) -> str:
    """An error without its traceback."""
    says = error.msg if isinstance(error, SyntaxError) else str(error)
    return says if isinstance(error, AuthorError) else ": ".join(filter(None, [type(error).__name__, says]))


def _name_now(name: str) -> str:
    return next((new for new, old in RENAMED.items() if old == name), name)


def _numbers_in(value: Any) -> Iterator[Any]:
    """Every number of a case."""
    if isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _numbers_in(each)
    elif as_number(value)[1] is None:
        yield value


def _computed(values: Iterable[Any]) -> bool:
    """Whether these are numbers that one must compute: with decimals, or large."""
    numbers = [float(value) for value in values if as_number(value)[1] is None]
    return any(not number.is_integer() or abs(number) > _GUESSED for number in numbers)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool | np.bool_)


def in_digits(number: float) -> str:
    """Six digits, or all before the decimal point; never 1.4e+06."""
    return f"{number:.6g}" if abs(number) < 1e6 else f"{number:.0f}"


def from_case(function: Function, case: Case) -> Any:
    """Call a function with the entries of the case that its parameters name (all of them for `**case`)."""
    parameters = inspect.signature(function).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return function(**case)
    for name in parameters:
        if name not in case:
            raise AuthorError(f"the parameter {_not_in(case, name)}")
    return function(**{name: case[name] for name in parameters})


def filled(text: str, case: Case) -> str:
    """A text with the numbers of the case."""
    try:
        return text.format(**case)
    except KeyError as error:
        raise AuthorError(f"the prompt's {_not_in(case, str(error.args[0]))}") from None
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise AuthorError(f"the prompt cannot be filled in ({error}); a brace that is meant is written twice") from None


def _not_in(case: Case, name: str) -> str:
    near = difflib.get_close_matches(name, case, n=1)
    there = f'did you mean "{near[0]}"?' if near else f"it has {listing(case) or 'no names'}"
    return f'"{name}" is no name of the case; {there}'
