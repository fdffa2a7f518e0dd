"""Solutions for who teaches: of each question the answer, its code, the named mistakes; of a text the rubric."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from clvlib.course.exercise import (
    Case,
    ChoiceQuestion,
    Exercise,
    FunctionQuestion,
    NumberQuestion,
    Question,
    TextQuestion,
    filled,
    from_case,
    in_digits,
)
from clvlib.course.marking.record import Inputs


@dataclass(frozen=True)
class Answer:
    """An answer as a page shows it: words, or a table of them."""

    words: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Solved:
    """A question with its solution in one case.

    Parameters
    ----------
    key : str
    question : Question
    paragraphs : list of str
        The prompt.
    options : dict of str to str
        Of a choice, by their words.
    code : str
        What computes the answer; the model answer of a text.
    right : Answer
    within : str
        How near a number must be; "" where that is no question.
    wrong : list of (Answer, str)
        The answer of each named mistake, and what is said to it.
    """

    key: str
    question: Question
    paragraphs: list[str]
    options: dict[str, str]
    code: str
    right: Answer
    within: str
    wrong: list[tuple[Answer, str]]


def solved(exercise: Exercise, case: Case, hidden: Inputs | None = None) -> list[Solved]:
    """Each question of an exercise with its solution; `hidden` are a student's inputs for functions, by question."""
    return [_solved(key, question, case, hidden) for key, question in exercise.questions.items()]


def _solved(key: str, question: Question, case: Case, hidden: Inputs | None) -> Solved:
    options = {word: filled(text, case) for word, text in getattr(question, "options", {}).items()}
    within = getattr(question, "within", 0)
    right, wrong = Answer(), list[tuple[Answer, str]]()
    inputs = None if hidden is None else hidden.get(key)
    if not isinstance(question, TextQuestion):
        right = _shown(question, question.answer(case), inputs)
        for mistake in question.mistakes:
            given = mistake.answer if isinstance(question, FunctionQuestion) else from_case(mistake.answer, case)
            if given is not None:  # in this case, another option is wrong
                wrong.append((_shown(question, given, inputs), mistake.message))
    return Solved(
        key=key,
        question=question,
        paragraphs=(question.asks(case) if options else question.prompt(case)).split("\n\n"),
        options=options,
        code=question.solution(),
        right=right,
        within=f"{within:g}" if within else "",
        wrong=wrong,
    )


def _shown(question: Question, answer: Any, inputs: list[tuple[Any, ...]] | None) -> Answer:
    if isinstance(question, NumberQuestion):
        return Answer(f"{_cell(answer)} {question.unit}".strip())
    if isinstance(question, ChoiceQuestion):
        return Answer(answer)
    if isinstance(question, FunctionQuestion):
        rows = [
            (", ".join(map(_cell, each)), _cell(question.run(answer, each)[0]), "yes" if is_shown else "no")
            for each, is_shown in question.inputs(inputs)
        ]
        return Answer(columns=("Inputs", "Result", "Shown"), rows=tuple(rows))
    return Answer(
        columns=tuple(map(str, answer)),
        rows=tuple(tuple(map(_cell, row)) for row in answer.itertuples(index=False)),
    )


def _cell(value: Any) -> str:
    """A number in six digits, anything else as it is."""
    return in_digits(value) if pd.api.types.is_float(value) else str(value)
