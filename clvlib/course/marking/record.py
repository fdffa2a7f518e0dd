"""What was handed out: who got which ticket and which numbers.

A release writes it, marking reads it and computes nothing of it anew. So a corrected key changes verdicts and never
cases, a changed roster changes names and never tickets, and another version of NumPy changes nothing at all.
"""

import ast
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from clvlib import __version__
from clvlib.course.code import literal
from clvlib.course.exercise import AuthorError, Case, Exercise, FunctionQuestion
from clvlib.course.marking.roster import Roster, Student

Inputs = dict[str, list[tuple[Any, ...]]]

_FORM = 1


@dataclass(frozen=True)
class Released:
    """What one student got.

    Parameters
    ----------
    ticket : str
        The name that her notebook carries.
    student : Student
        As the roster had her then.
    case : dict
        Her numbers.
    hidden : dict
        By question, the inputs on which her function is tried and which she does not see.
    code : str, optional
        What opens her numbers in a notebook for the whole class; "" in a record of an earlier edition.
    """

    ticket: str
    student: Student
    case: Case
    hidden: Inputs
    code: str = ""


@dataclass(frozen=True)
class Record:
    """A release of an exercise; a later one for more students goes on with it.

    Parameters
    ----------
    exercise : str
    key : str
        SHA-256 of the key's file at the first release; "" if the exercise came from no file.
    handed_out : dict
        By ticket.
    """

    exercise: str
    key: str
    handed_out: dict[str, Released]

    def of(self, roster: Roster) -> dict[Student, Released]:
        """What each student of a roster got, however her id is spelt now.

        The id decides; where it is new, what the LMS calls her and her name, then the id without regard to capitals and
        blanks, then a name that only one has. Who is found by none of these is left out.
        """
        found: dict[Student, Released] = {}
        for called in _CALLED:
            taken = {each.ticket for each in found.values()}
            left = [each for ticket, each in self.handed_out.items() if ticket not in taken]
            known = _only_once({each.student: each for each in left}, called)
            new = _only_once({student: student for student in roster.students if student not in found}, called)
            found |= {student: known[name] for name, student in new.items() if name in known}
        return found

    def linked(self, student: Student, ticket: str) -> "Record":
        """The record with a ticket given to a student whose new id nothing else explains."""
        return replace(self, handed_out=self.handed_out | {ticket: replace(self.handed_out[ticket], student=student)})


def _name(student: Student) -> str:
    return " ".join(student.name.split()).casefold()


_CALLED: tuple[Callable[[Student], str], ...] = (
    lambda student: student.id,
    lambda student: student.lms and f"{student.lms} {_name(student)}",  # Moodle numbers each assignment's anew
    lambda student: "".join(student.id.split()).casefold(),
    _name,
)


def _only_once(things: dict[Student, Any], called: Callable[[Student], str]) -> dict[str, Any]:
    """By what a student is called, the thing of each who shares that with no other."""
    times = Counter(map(called, things))
    return {called(each): thing for each, thing in things.items() if called(each) and times[called(each)] == 1}


def hidden_inputs(exercise: Exercise, seed: int) -> Inputs:
    """By question, the inputs of a seed that are not shown."""
    asked = {key: question for key, question in exercise.questions.items() if isinstance(question, FunctionQuestion)}
    return {key: question.hidden(np.random.default_rng(seed)) for key, question in asked.items()}


def shown_inputs(exercise: Exercise) -> Inputs:
    """By question, the inputs that every notebook shows."""
    asked = exercise.questions.items()
    return {key: list(question.shown) for key, question in asked if isinstance(question, FunctionQuestion)}


def write(record: Record) -> str:
    """A record as text, with a sum that shows damage."""
    entries = [
        {
            "ticket": each.ticket,
            "id": each.student.id,
            "name": each.student.name,
            "lms": each.student.lms,
            "code": each.code,
            "case": {name: literal(value) for name, value in each.case.items()},
            "hidden": {key: [repr(inputs) for inputs in several] for key, several in each.hidden.items()},
        }
        for each in record.handed_out.values()
    ]
    about = {"form": _FORM, "exercise": record.exercise, "key": record.key, "made with": {"clvlib": __version__}}
    body = {**about, "handed out": entries}
    return json.dumps({"sum": _sum(body), **body}, ensure_ascii=False, indent=1) + "\n"


def read(path: Path, exercise: str) -> Record:
    """The record of a release.

    Raises
    ------
    ValueError
        If it is another exercise's, damaged, or of a later edition; the sentence says what to do.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        kept = body.pop("sum")
        if body["form"] != _FORM:
            raise ValueError(f"{path} was written by a later edition of this course: mark with that one")
        if kept != _sum(body):
            raise KeyError("sum")
        entries = [_entry(each) for each in body["handed out"]]
    except (KeyError, TypeError, AttributeError, SyntaxError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(
            f"the record of the release, {path}, is damaged: put back the copy that lies in the folder of the release "
            f"({file_name(exercise)})"
        ) from error
    if body["exercise"] != exercise:
        raise ValueError(
            f"{path} is the record of {body['exercise']}, not of {exercise}: put back the copy that lies in the folder "
            "of the release"
        )
    return Record(exercise, body["key"], {each.ticket: each for each in entries})


def path_of(secret: Path, exercise: str) -> Path:
    """Where the record of an exercise lies: beside the secret."""
    return secret.parent / "releases" / f"{exercise}.json"


def file_name(exercise: str) -> str:
    """What the copy of a record in the folder of its release is called."""
    return f"{exercise}_record.json"


def _entry(kept: dict[str, Any]) -> Released:
    case = {name: ast.literal_eval(value) for name, value in kept["case"].items()}
    hidden = {key: [ast.literal_eval(inputs) for inputs in several] for key, several in kept["hidden"].items()}
    return Released(kept["ticket"], Student(kept["id"], kept["name"], kept["lms"]), case, hidden, kept.get("code", ""))


def _sum(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def misfits(exercise: Exercise, record: Record) -> Iterator[str]:
    """What a changed key asks of numbers that were handed out before, and which they have not."""
    for each in record.handed_out.values():
        for key, question in exercise.questions.items():
            try:
                question.prompt(each.case)
                question.answers(each.case)
            except AuthorError as error:
                yield f"{key}: {error}"
            except Exception as error:
                yield f"{key} stops at the numbers of {each.student.id}: {type(error).__name__}: {error}"
