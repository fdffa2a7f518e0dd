"""A simulated class: what students hand in, honest and hostile, and what each of them should get.

Used by the tests of marking and by its benchmark. Every hostile cell stands in the place of question 3, so that its
student loses that question and no other.
"""

import contextlib
import csv
import inspect
import io
import itertools
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from clvlib.course.exercise import Exercise, FunctionQuestion, Question, TextQuestion
from clvlib.course.marking.record import Record, Released
from clvlib.course.marking.release import Secret, file_name, hand_out, personal_notebook, ticket
from clvlib.course.marking.roster import Roster, Student

needs_bubblewrap = pytest.mark.skipif(
    not shutil.which("bwrap") and not os.environ.get("CLV_SANDBOX_REQUIRED"), reason="bubblewrap is not installed"
)

TEXT = "The worksheet is no price of a member: it counts sales, not profit, and a customer who never leaves. " * 3

HOSTILE = {
    "syntax error": "with_margin = = 3",
    "division by zero": "with_margin = 1 / 0",
    "sys.exit": "import sys\nsys.exit(3)",
    "ends python": "import os\nos._exit(0)",
    "segmentation fault": "import ctypes\nctypes.string_at(0)",
    "kills itself": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "endless loop": "while True:\n    pass",
    "endless loop that catches": (
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
    ),
    "sleeps": "import time\ntime.sleep(10_000)",
    "waits for input": "with_margin = float(input())",
    "deep recursion": "def down():\n    return down() + 1\ndown()",
    "memory bomb": "hoard = []\nwhile True:\n    hoard.append(bytearray(10**8))",
    "one large list": "hoard = [0] * 10**11",
    "fork bomb": "import os\nwhile True:\n    os.fork()",
    "starts programs": "import subprocess\nwhile True:\n    subprocess.Popen(['sleep', '1000'])",
    "prints 1 GB": "for _ in range(1000):\n    print('x' * 10**6)",
    "writes 1 GB": "with open('big', 'wb') as file:\n    while True:\n        file.write(bytes(10**7))",
    "raises what nobody expects": "raise type('Odd', (BaseException,), {'__str__': lambda self: 1 / 0})",
    "spoils the libraries": (
        "import builtins, json, pandas as pd, clvlib.value, clvlib.course.exercise as e\n"
        "e.NumberQuestion.problem = lambda *args: None\npd.DataFrame.__init__ = None\n"
        "builtins.abs = lambda x: 0\nbuiltins.float = lambda x: 0.0\njson.dumps = None"
    ),
}  # fmt: skip
HANGS = {"endless loop", "endless loop that catches", "sleeps"}


@dataclass(frozen=True)
class Handed:
    """A file as a student hands it in, and what it should earn.

    Parameters
    ----------
    kind : str
    student : Student
    name : str
        Its path in the folder of submissions.
    data : bytes
    points : dict or None
        By question, without the text; None if the file cannot be read.
    mistake : str
        The question at which she makes a named mistake, and which one.
    """

    kind: str
    student: Student
    name: str
    data: bytes
    points: dict[str, int] | None
    mistake: tuple[str, int] | None = None


class Classroom:
    """Hands in notebooks of every kind to one exercise."""

    def __init__(self, exercise: Exercise, secret: Secret, roster: Roster):
        self.exercise, self.secret, self.roster = exercise, secret, roster
        self.questions = exercise.questions

    @cached_property
    def record(self) -> Record:
        return hand_out(self.secret, self.exercise, self.roster)

    @cached_property
    def released(self) -> dict[Student, Released]:
        return self.record.of(self.roster)

    def kinds(self) -> list[str]:
        mistakes = [
            f"mistake {key} {number}"
            for key, asked in self.questions.items()
            for number, _ in enumerate(asked.mistakes)
        ]
        return ["right", *mistakes, *CHANGES, *HOSTILE, *UNREADABLE]

    def hand_in(self, kinds: list[str]) -> Iterator[Handed]:
        """One file a student, the kinds in turn."""
        for student, kind in zip(self.roster.students, itertools.cycle(kinds)):
            yield self.handed(student, kind)

    def handed(self, student: Student, kind: str) -> Handed:
        name = file_name(self.exercise, ticket(self.secret, self.exercise, student))
        right = {key: asked.points for key, asked in self.questions.items() if not isinstance(asked, TextQuestion)}
        if kind.startswith("mistake"):
            _, key, number = kind.split()
            data = self.notebook(student, {key: self.wrong(student, key, int(number))})
            return Handed(kind, student, name, data, {**right, key: 0}, (key, int(number)))
        if kind in HOSTILE:
            data = self.notebook(student, {"q3": HOSTILE[kind]})
            return Handed(kind, student, name, data, {**right, "q3": 0})
        if kind in UNREADABLE:
            return Handed(kind, student, *UNREADABLE[kind](name, self.notebook(student)), None)
        if kind == "right":
            return Handed(kind, student, name, self.notebook(student), right)
        return CHANGES[kind](self, student, name, right)

    def notebook(self, student: Student, instead: dict[str, str] | None = None, solved: bool = True) -> bytes:
        """Her notebook, answered rightly but for the questions named."""
        notebook = personal_notebook(self.exercise, self.released[student])
        for cell in notebook.cells:
            key = _question(cell)
            if key and instead and key in instead:
                cell.source = f'{instead[key]}\nex.check("{key}", {self.questions[key].name})'
            elif key and solved:
                cell.source = f'{self.solution(key)}\n\nex.check("{key}", {self.questions[key].name})'
        return nbformat.writes(notebook).encode()

    def solution(self, key: str) -> str:
        asked = self.questions[key]
        return f"{asked.name} = {TEXT!r}" if isinstance(asked, TextQuestion) else asked.solution()

    def wrong(self, student: Student, key: str, number: int) -> str:
        """The source of a named mistake, with her numbers."""
        asked = self.questions[key]
        return as_source(asked, asked.answers(self.released[student].case)[number + 1])


def as_source(question: Question, answer: Any) -> str:
    """Code that makes an answer."""
    if isinstance(question, FunctionQuestion):
        lines = inspect.getsource(answer).splitlines()
        start = next(number for number, line in enumerate(lines) if line.startswith("def "))
        return re.sub(r"^def \w+", f"def {question.name}", "\n".join(lines[start:]))
    if isinstance(answer, pd.DataFrame):
        return f"{question.name} = pd.DataFrame({answer.to_dict('list')!r})"
    return f"{question.name} = {answer!r}"


def roster_of(size: int, path: Path) -> Path:
    """A plain roster with odd ids."""
    odd = ["a/b", "A/B", "学号 7", "wang", "Wang", "00012", "12", 'o\'hara, "x"', "..", "=cmd()"]
    ids = [*odd, *(f"s{number:04}" for number in range(size))][:size]
    lines = io.StringIO()
    csv.writer(lines).writerows([["id", "name"], *([one, f"Student {one}"] for one in ids)])
    path.write_text(lines.getvalue(), encoding="utf-8")
    return path


def _question(cell: Any) -> str:
    found = re.search(r'ex\.check\("(\w+)"', cell.source) if cell.cell_type == "code" else None
    return found.group(1) if found else ""


def _edited(change: Any) -> Any:
    """A kind that changes the cells of a right notebook and says which questions that costs."""

    def hand(room: Classroom, student: Student, name: str, right: dict[str, int]) -> Handed:
        notebook = nbformat.reads(room.notebook(student).decode(), as_version=4)
        lost = change(notebook.cells) or []
        points = {key: 0 if key in lost else earned for key, earned in right.items()}
        return Handed("edited", student, name, nbformat.writes(notebook).encode(), points)

    return hand


def _blank(room: Classroom, student: Student, name: str, right: dict[str, int]) -> Handed:
    return Handed("blank", student, name, room.notebook(student, solved=False), dict.fromkeys(right, 0))


def _delete(cells: list[Any]) -> list[str]:
    cells[:] = [cell for cell in cells if _question(cell) != "q3"]
    return ["q3"]


def _delete_opening(cells: list[Any]) -> None:
    del cells[:4]


def _move(cells: list[Any]) -> None:
    cells.reverse()


def _split(cells: list[Any]) -> None:
    for cell in [cell for cell in cells if _question(cell)]:
        place = cells.index(cell)
        head, tail = cell.source.rsplit("\n", 1)
        cells[place : place + 1] = [new_code_cell(head), new_markdown_cell("a thought"), new_code_cell(tail)]


def _add(cells: list[Any]) -> None:
    for place in range(len(cells), 0, -1):
        cells.insert(place, new_code_cell("extra = [number**2 for number in range(10)]\nextra"))
    cells.append(
        new_code_cell("worksheet_value = ...\nex.check('q1', worksheet_value)\nex.check('q9', 5)\nex.check(7)")
    )


def _no_checks(cells: list[Any]) -> None:
    for cell in cells:
        cell.source = re.sub(r"^ex\.check\(.*$", "", cell.source, flags=re.MULTILINE)


def _edited_checks(cells: list[Any]) -> None:
    for cell in cells:
        cell.source = re.sub(r"^ex\.check\((.*)\)$", r"print(ex.check(\1), 'right!')", cell.source, flags=re.MULTILINE)


ELSEWHERE = """%matplotlib inline
!pip install seaborn
%pip install seaborn
%conda install seaborn
!ls
here = !ls
me = input("Your name? ")
from google.colab import drive
drive.mount("/content/drive")
display(here)
mine = pd.read_csv("/home/me/mine.csv")
"""


def _from_elsewhere(cells: list[Any]) -> None:
    """What works in Jupyter, in Colab or on her machine stands above every line of hers."""
    for cell in cells:
        if cell.cell_type == "code":
            cell.source = ELSEWHERE + cell.source


def _renamed(room: Classroom, student: Student, name: str, right: dict[str, int]) -> Handed:
    return Handed(
        "renamed", student, f"{len(student.id)}{hash_of(student)} final (2).ipynb.txt", room.notebook(student), right
    )


def hash_of(student: Student) -> int:
    return int.from_bytes(student.id.encode()[-6:], "big")


CHANGES: dict[str, Any] = {
    "blank": _blank,
    "a cell deleted": _edited(_delete),
    "opening deleted": _edited(_delete_opening),
    "moved": _edited(_move),
    "split": _edited(_split),
    "added": _edited(_add),
    "checks deleted": _edited(_no_checks),
    "checks edited": _edited(_edited_checks),
    "from elsewhere": _edited(_from_elsewhere),
    "renamed": _renamed,
}

UNREADABLE: dict[str, Any] = {
    "cut off": lambda name, data: (name, data[: len(data) // 2]),
    "no notebook": lambda name, data: (name, b"%PDF-1.7 \xff\xfe\x00 not a notebook"),
    "another JSON": lambda name, data: (name, json.dumps({"metadata": {}, "cells": "none"}).encode()),
    "deep JSON": lambda name, data: (name, b"[" * 10**6),
    "200 MB": lambda name, data: (name, b"200 MB"),  # written as a file with a hole of that size
}


def write_in(handed: list[Handed], folder: Path) -> None:
    """The folder of submissions."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in handed:
        (folder / file.name).write_bytes(file.data)
        if file.kind == "200 MB":
            with (folder / file.name).open("r+b") as hollow:
                hollow.truncate(200 * 2**20)


def descendants(of: int) -> set[int]:
    """The processes that a process has started, and those that they have."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found, new = set(), {of}
    while new:
        new = {child for child, parent in parents.items() if parent in new}
        found |= new
    return found


def all_gone(processes: set[int], within: float = 60) -> bool:
    """Whether these processes end, in so many seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        left = [number for number in processes if Path(f"/proc/{number}").exists() and not _is_zombie(number)]
        if not left:
            return True
        time.sleep(0.05)
    return False


def _is_zombie(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
