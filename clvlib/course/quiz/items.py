"""What of an exercise a learning platform can ask: numbers, choices and tables of labels, each with several cases.

A platform compares what was typed or chosen, and runs no code. So functions, other tables and texts are left out, with
the reason. Every text here is HTML that is well-formed XML, too: XHTML wants it so.
"""

import hashlib
import html
import inspect
import itertools
import math
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from clvlib.course.cards import marked_up
from clvlib.course.code import assignment
from clvlib.course.exercise import (
    Case,
    ChoiceQuestion,
    Exercise,
    FunctionQuestion,
    NumberQuestion,
    Question,
    TableQuestion,
    TextQuestion,
    filled,
    from_case,
)
from clvlib.course.marking.tables import visible

_CASES_TO_TRY = 4  # for each that is wanted: a question may ask the same in two of them
_SEEDS_TO_TRY = 20  # for the next case in which all answers can be told apart
_DRAWS = 20  # in which a table shows all of its labels

Columns = dict[str, tuple[str, ...]]  # the labels of each column that is asked for, by its name


@dataclass(frozen=True)
class Item:
    """A question with the numbers of one case.

    Parameters
    ----------
    ident : str
        Letters, digits and underscores; another for each case, question, exercise and seed.
    title : str
        What the instructor sees in her list.
    points : int
    html : str
        The prompt, with the numbers that it needs.
    hints : tuple of str
        As HTML.
    """

    ident: str
    title: str
    points: int
    html: str
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Number(Item):
    """Right within a tolerance; `wrong` are the answers of the named mistakes with what to say to them."""

    right: float
    within: float
    wrong: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Choice(Item):
    """One of `options`, which are HTML by their words; `wrong` says of each other why it is not right."""

    right: str
    options: dict[str, str]
    wrong: dict[str, str]


@dataclass(frozen=True)
class Labels(Item):
    """A table in which each cell is chosen from the labels of its column.

    Parameters
    ----------
    rows : tuple of str
        What stands at the head of each row, as HTML.
    options : dict of str to tuple of str
        The labels of each column, by its name.
    right : DataFrame
    wrong : tuple of (DataFrame, str)
        The tables of the named mistakes with what to say to them.
    """

    rows: tuple[str, ...]
    options: Columns
    right: pd.DataFrame
    wrong: tuple[tuple[pd.DataFrame, str], ...]

    def cells(self) -> list[tuple[int, str, str]]:
        """Number of the row, name of the column, and a name for both."""
        places = itertools.product(range(len(self.rows)), enumerate(self.options, 1))
        return [(row, column, f"r{row + 1}c{number}") for row, (number, column) in places]


@dataclass(frozen=True)
class Group:
    """A question in several cases, of which a quiz draws one for each student."""

    key: str
    question: Question
    items: tuple[Item, ...]

    @property
    def title(self) -> str:
        return f"{self.key.upper()} {self.question.name}"


@dataclass(frozen=True)
class Quiz:
    """What of an exercise goes into a quiz, and what is left out and why."""

    ident: str
    exercise: Exercise
    groups: tuple[Group, ...]
    left_out: dict[str, str]

    @property
    def points(self) -> int:
        return sum(group.question.points for group in self.groups)


def quiz_of(exercise: Exercise, variants: int, seed: int) -> Quiz:
    """The questions of an exercise that a platform can ask, each with so many cases.

    A question that takes nothing from the case has one, and one with few possible cases may have fewer. The same seed
    gives the same quiz.

    Parameters
    ----------
    exercise : Exercise
    variants : int
        From 1 on.
    seed : int

    Raises
    ------
    ValueError
        If no question can be asked there, or no cases are found in which all answers can be told apart.
    """
    groups, left_out = list[Group](), dict[str, str]()
    drawn, cases = _cases(exercise, seed), list[Case]()
    for key, question in exercise.questions.items():
        labels = _labels(exercise, question) if isinstance(question, TableQuestion) else {}
        reason = _why_not(question, labels)
        if reason:
            left_out[key] = reason
            continue
        items: dict[str, Item] = {}
        for number in range(_CASES_TO_TRY * variants):
            if number == len(cases):
                cases.append(next(drawn))
            item = _item(exercise, f"{_ident(exercise, seed)}_{key}_{len(items) + 1}", key, cases[number], labels)
            items.setdefault(item.html + repr(getattr(item, "options", "")), item)  # the same numbers are asked once
            if len(items) == variants or not inspect.signature(question.reference).parameters:
                break
        groups.append(Group(key, question, tuple(items.values())))
    if not groups:
        raise ValueError(f"{exercise.name} has no question that a learning platform can mark")
    return Quiz(_ident(exercise, seed), exercise, tuple(groups), left_out)


def _ident(exercise: Exercise, seed: int) -> str:
    """A name for files and elements. With other cases it is another: an import takes nothing's place."""
    return f"clv_{re.sub('[^A-Za-z0-9]', '_', exercise.name)}_s{seed}"


def _cases(exercise: Exercise, seed: int) -> Iterator[Case]:
    """Cases in which no two answers look the same, as in those that are handed out."""
    unclear = 0
    for attempt in itertools.count():
        digest = hashlib.sha256(f"quiz {exercise.name} {seed} {attempt}".encode()).hexdigest()
        number = int(digest[:12], 16) + 1
        if exercise.ambiguity(number) is None:
            unclear = 0
            yield exercise.case_for(number)
        elif (unclear := unclear + 1) == _SEEDS_TO_TRY:
            raise ValueError(
                f"in the key of {exercise.name}, two answers lie within tolerance of one another in case after case: "
                "`clv check` says which"
            )


def _why_not(question: Question, labels: Columns) -> str:
    """Why a platform cannot ask this question; empty if it can."""
    if isinstance(question, FunctionQuestion):
        return "a function: the platform runs no code"
    if isinstance(question, TextQuestion):
        return "a text: a person marks it"
    if isinstance(question, TableQuestion) and not labels:
        return "a table of numbers or of free text"
    return ""


def _item(exercise: Exercise, ident: str, key: str, case: Case, labels: Columns) -> Item:
    question = exercise.questions[key]
    common: dict[str, Any] = {
        "ident": ident,
        "title": f"{exercise.name} {key} {question.name} ({ident.rpartition('_')[2]})",
        "points": question.points,
        "html": _prompt(exercise, question, case),
        "hints": tuple(map(as_html, question.hints)),
    }
    answers = [(from_case(mistake.answer, case), as_html(mistake.message)) for mistake in question.mistakes]
    right = question.answer(case)
    if isinstance(question, NumberQuestion):
        numbers = tuple((float(value), message) for value, message in answers if math.isfinite(value))
        return Number(**common, right=float(right), within=float(question.within), wrong=numbers)
    if isinstance(question, ChoiceQuestion):
        options = {word: marked_up(visible(filled(text, case))) for word, text in question.options.items()}
        wrong = {word: as_html(question.problem(word, case) or "") for word in options if word != right}
        return Choice(**common, right=right, options=options, wrong=wrong)
    heads = [column for column in right if column not in labels]
    rows = tuple(marked_up(visible(" · ".join(map(str, row)))) for row in right[heads].itertuples(index=False))
    names = rows if heads else tuple(f"row {number + 1}" for number in range(len(right)))
    tables = tuple((table[list(labels)], message) for table, message in answers)
    return Labels(**common, rows=names, options=labels, right=right[list(labels)], wrong=tables)


# What the student reads.


def as_html(text: str) -> str:
    """A message or a hint as HTML."""
    return f"<p>{marked_up(visible(text))}</p>"


def shown(label: str) -> str:
    """A label as one chooses it: one may be empty."""
    return label or "(empty)"


def listed(lines: Sequence[tuple[str, str]]) -> str:
    """What each wrong answer means, where a platform cannot say it to who gave it: all of them, to whom is wrong."""
    entries = "".join(f"<li>{f'<b>{name}</b>' if name else ''}{message}</li>" for name, message in lines)
    return f"<p>Where such answers come from:</p><ul>{entries}</ul>"


def _prompt(exercise: Exercise, question: Question, case: Case) -> str:
    """The prompt, the questions that it speaks of, the numbers that they do not print, and what form the answer has."""
    asked = question.asks(case)
    others = [exercise.questions[f"q{number}"] for number in re.findall(r"\bquestion (\d+)", asked)]
    blocks = [as_html(asked)]
    for other in others:
        blocks.append(
            f"<blockquote><p>{marked_up(visible(_place(exercise, other) + other.asks(case)))}</p></blockquote>"
        )
    code = [assignment(name, case[name]) for name in _not_printed([question, *others], case)]
    if code:
        blocks.append(f"<pre>{html.escape(visible(chr(10).join(code)))}</pre>")
    if isinstance(question, NumberQuestion):
        blocks.append(f"<p>Answer with {html.escape(question.starter().partition('# ')[2])}.</p>")
    elif isinstance(question, TableQuestion):
        blocks.append("<p>Here the table stands below: choose the entry of each cell.</p>")
    return "".join(blocks)


def _place(exercise: Exercise, question: Question) -> str:
    key = next(key for key, other in exercise.questions.items() if other is question)
    return f"Question {key[1:]} is: "


def _not_printed(questions: Sequence[Question], case: Case) -> list[str]:
    """The entries of the case that questions take, but for those whose every number stands in the prompts."""
    texts = [question.reference.__doc__ or "" for question in questions]
    taken = {name for question in questions for name in inspect.signature(question.reference).parameters}
    taken |= {name for text in texts for name in re.findall(r"`(\w+)`", text)}
    texts += [text for question in questions for text in getattr(question, "options", {}).values()]
    fields = {field for text in texts for _, field, _, _ in string.Formatter().parse(text)}

    def printed(name: str, value: Any) -> bool:
        keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        return name in fields or bool(keys and all(f"{name}[{key}]" in fields for key in keys))

    return [name for name, value in case.items() if name in taken and not printed(name, value)]


# Tables of labels.


def _labels(exercise: Exercise, question: TableQuestion) -> Columns:
    """The labels of each column that is asked for; empty if the table is no table of labels.

    In such a table all cells are texts. Some columns are the same in every answer and given by the case: they head the
    rows. In the others stands nothing but words that the prompt names. Only what occurs in some case is a label.
    """
    found: dict[str, set[str]] = {}
    for seed in range(_DRAWS):
        case = exercise.case_for(seed)
        right, *wrong = question.answers(case)
        for column in right:
            cells = [tuple(table[column]) for table in (right, *wrong)]
            if not all(isinstance(cell, str) for row in cells for cell in row):
                return {}
            if set(cells) != {cells[0]} or not set(cells[0]) <= _texts_of(case):
                found.setdefault(column, set()).update(*cells)
    prompt = question.asks(exercise.case_for(0))
    named = all(_names(prompt, label) for labels in found.values() for label in labels)
    return {column: tuple(sorted(labels)) for column, labels in found.items()} if named else {}


def _names(prompt: str, label: str) -> bool:
    return f'"{label}"' in prompt or bool(label and re.search(rf"(?<!\w){re.escape(label)}(?!\w)", prompt))


def _texts_of(value: Any) -> set[str]:
    """Every text in a case, wherever it stands."""
    if isinstance(value, str):
        return {value}
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list | tuple) else []
    return {text for each in inner for text in _texts_of(each)}
