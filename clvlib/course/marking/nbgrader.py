"""The exercises as an nbgrader course, for sites that run nbgrader under JupyterHub.

nbgrader gives everybody the same notebook, so it holds the textbook's case (seed 0). Its tests run in the student's own
kernel. They hold the right answers, the mistakes and what to say to them as literals: they need clvlib, but no keys.
"""

import os
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from clvlib.course.code import imports, literal, numbers
from clvlib.course.exercise import Case, Exercise, FunctionQuestion, Question, TextQuestion
from clvlib.course.notebooks import KERNEL, store
from clvlib.course.words import count


def export(folder: Path, exercises: Sequence[Exercise]) -> list[Path]:
    """Write an nbgrader course: its settings, and the instructor's notebook of each exercise.

    Two exports give the same bytes. Settings that are there already stay as they are.

    Parameters
    ----------
    folder : Path
        Where the course lives and nbgrader is started; made if it is missing.
    exercises : sequence of Exercise

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ValueError
        If an exercise is there already (nothing is written then), or the folder cannot be written to.
    """
    source, settings = folder / "source", folder / "nbgrader_config.py"
    for exercise in exercises:
        if (source / exercise.name).exists():
            raise ValueError(
                f"{source / exercise.name} is there already and may hold your edits, so nothing was written: move it "
                "away, or export to another folder"
            )
    try:
        source.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".unfinished-", dir=folder) as name:
            return _write(Path(name), source, settings, exercises)
    except OSError as error:
        raise ValueError(f"the course cannot be written to {folder}: {error.strerror}") from error


_SETTINGS = '''"""Settings of nbgrader for the exercises of the CLV Notebooks."""

c = get_config()
c.CourseDirectory.course_id = "clv"  # the name under which your JupyterHub knows the course
c.ClearSolutions.code_stub = {"python": ""}  # the line above a solution is what a student starts from
'''

_INTRODUCTION = """# Exercise: {exercise.title}

About {exercise.minutes} minutes, {exercise.points} points.

Replace each `...` with your answer and run the cell (Shift + Enter). This is the edition for nbgrader: your site marks
it when you have handed it in. So there is no `ex.check` here, and "Validate" does not know whether an answer is right.
Level 1 asks you to compute, level 2 to build, level 3 to decide."""

_TESTS = """# When you have handed it in, your site tries your answer here.
### BEGIN HIDDEN TESTS
import contextlib
import io


def _judged(answer):
    import pandas as pd
    from clvlib.course.exercise import {kind}

{code}
    if not question.attempted(answer):
        return "Not attempted.", 0
    problem = question.problem(answer, {{}})
    return problem, question.part(answer, {{}}, problem).points if problem else question.points


with contextlib.redirect_stderr(io.StringIO()):  # to nbgrader, a test that warns has failed
    _problem, _points = _judged({name})
assert _points, _problem
if _problem:
    print(_problem)
_points  # to nbgrader, what the last line shows are the points
### END HIDDEN TESTS"""


def _write(unfinished: Path, source: Path, settings: Path, exercises: Sequence[Exercise]) -> list[Path]:
    """Write everything into a folder beside, then move each piece into its place."""
    for exercise in exercises:
        (unfinished / exercise.name).mkdir()
        store(_notebook(exercise), unfinished / exercise.name / f"{exercise.name}.ipynb")
    (unfinished / settings.name).write_text(_SETTINGS, encoding="utf-8", newline="\n")
    written = []
    if not settings.exists():
        os.replace(unfinished / settings.name, settings)
        written.append(settings)
    for exercise in exercises:
        os.replace(unfinished / exercise.name, source / exercise.name)
        written.append(source / exercise.name / f"{exercise.name}.ipynb")
    return written


def _notebook(exercise: Exercise) -> NotebookNode:
    """The instructor's notebook, of which nbgrader makes the student's."""
    case = exercise.case_for(0)
    cells = [
        _cell(new_markdown_cell, "introduction", _INTRODUCTION.format(exercise=exercise)),
        _cell(new_code_cell, "imports", imports(exercise)),
    ]
    if case:
        cells.append(_cell(new_code_cell, "case", f"# The numbers of your case\n{numbers(case)}"))
    for key, question in exercise.questions.items():
        points = ", ".join(filter(None, [count(question.points, "point"), question.in_part, f"level {question.level}"]))
        heading = f"## Question {key[1:]} ({points})"
        cells.append(_cell(new_markdown_cell, f"{key}_prompt", f"{heading}\n\n{question.prompt(case)}"))
        if isinstance(question, TextQuestion):
            cells.append(_cell(new_markdown_cell, key, _model(question), points=question.points, solution=True))
        else:
            answer = f"{question.starter()}\n\n### BEGIN SOLUTION\n{question.solution()}\n### END SOLUTION"
            cells.append(_cell(new_code_cell, key, answer, solution=True))
            cells.append(_cell(new_code_cell, f"{key}_test", _tests(question, case), points=question.points))
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})


def _cell(
    make: Callable[..., NotebookNode], name: str, source: str, *, points: int | None = None, solution: bool = False
) -> NotebookNode:
    """A cell with nbgrader's metadata: graded if it has points, locked unless the student answers in it."""
    nbgrader = {"grade_id": name, "schema_version": 3, "locked": not solution, "solution": solution, "task": False}
    nbgrader |= {"grade": False} if points is None else {"grade": True, "points": points}
    return make(source, id=name, metadata={"nbgrader": nbgrader})


def _model(question: TextQuestion) -> str:
    """A model answer and the rubric, for the person who marks."""
    rubric = "\n".join(f"- {what} ({count(points, 'point')})" for what, points in question.rubric.items())
    return f"### BEGIN SOLUTION\n{question.solution()}\n\n{rubric}\n### END SOLUTION"


def _tests(question: Question, case: Case) -> str:
    """Code that makes the question again, with literals in place of the key's functions, and asks it what is off."""
    kind, answers = type(question).__name__, question.answers(case)
    if isinstance(question, FunctionQuestion):
        inputs = [given for given, _ in question.inputs()]
        before = [f"inputs = {_literal(inputs)}", ""]
        after = [f"question.hidden_inputs(lambda rng: inputs[{len(question.shown)}:])"]
        takes, replay = "*given", "lambda *given"
        right, *wrong = (f"{_literal([answer(*given) for given in inputs])}[inputs.index(given)]" for answer in answers)
    else:
        before, after, takes, replay = [], [], "", "lambda"
        right, *wrong = map(_literal, answers)
    named = [name for name in ("options", "within", "shown", "points", "level") if hasattr(question, name)]
    named += ["partial"] if question.partial else []
    options = ", ".join(f"{name}={_literal(getattr(question, name))}" for name in named)
    lines = [
        *before,
        f"def {question.name}({takes}):",
        f"    return {right}",
        "",
        f"question = {kind}({question.name}, {options})",
        *after,
    ]
    for mistake, answer in zip(question.mistakes, wrong, strict=True):
        worth = "" if mistake.worth is None else f", worth={mistake.worth!r}"
        lines.append(f"question.mistake({literal(mistake.message)}{worth})({replay}: {answer})")
    code = textwrap.indent("\n".join(lines), "    ")
    return _TESTS.format(kind=kind, code=code, name=question.name)


def _literal(value: Any) -> str:
    """A value as source code; a table needs `pd`."""
    if isinstance(value, pd.DataFrame):
        return f"pd.DataFrame({literal(value.to_dict('list'))}, index={literal(value.index.tolist())})"
    return literal(_plain(value))


def _plain(value: Any) -> Any:
    """The same value without NumPy's numbers, which are no literals."""
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    return value.item() if isinstance(value, np.generic) else value
