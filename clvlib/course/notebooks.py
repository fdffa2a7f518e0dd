"""Notebooks that are written by a program: lessons run and stored, student notebooks generated.

Two runs give the same file, byte for byte: cell ids come from position and source, no timings are kept, and an explorer
keeps its picture and its text but not its live view, whose id changes every time.

    python -m clvlib.course.notebooks notebooks                  # run every lesson and store its outputs
    python -m clvlib.course.notebooks notebooks 03_retention     # only this one; a path will do, too
    python -m clvlib.course.notebooks exercises                  # write the students' notebooks from the keys
"""

import hashlib
import os
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from clvlib.course.code import assignment, imports, literal, opening
from clvlib.course.data import ROOT
from clvlib.course.exercise import Case, Exercise, Question, all_exercises, load_exercise
from clvlib.course.sealed import blank

_VIEW = "application/vnd.jupyter.widget-view+json"
_MAY_STOP = ["raises-exception"]  # tells Jupyter to go on with "run all" after an error in this cell
_SLIDES = ("slide", "subslide", "fragment", "skip", "notes", "-")  # as Jupyter calls them
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def run(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run every cell in a fresh kernel and keep its outputs."""
    options: Any = {"timeout": 300, "startup_timeout": 300, "kernel_name": "python3", "record_timing": False}
    options |= {"store_widget_state": False, "coalesce_streams": True}
    client = NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}, **options)
    client.execute(env={**os.environ, "CLV_PROGRESS": os.devnull})  # nobody's progress is stored
    return notebook


def tidy(notebook: NotebookNode) -> NotebookNode:
    """The same notebook without anything that changes from run to run."""
    given = notebook.metadata.get("given")
    notebook.metadata = NotebookNode(kernelspec=KERNEL, language_info={"name": "python"})
    if given:
        notebook.metadata["given"] = given
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    has_turns = any("turn.check(" in cell.source for cell in notebook.cells)
    for position, cell in enumerate(notebook.cells):
        cell.id = hashlib.sha256(f"{position} {cell.source}".encode()).hexdigest()[:12]
        cell.metadata = {key: cell.metadata[key] for key in ("tags", "deletable", "editable") if key in cell.metadata}
        if cell.cell_type == "code" and "turn.check(" in cell.source:
            cell.metadata["tags"] = list(dict.fromkeys([*cell.metadata.get("tags", []), *_MAY_STOP]))
        if has_turns:
            cell.metadata["slideshow"] = {"slide_type": _slide(cell)}
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(_VIEW, None)
            output.get("metadata", {}).pop(_VIEW, None)
    return notebook


def _slide(cell: NotebookNode) -> str:
    """What a cell of a lesson is in its slides; a tag of that name decides otherwise.

    A heading begins a slide, other prose goes below it, one thought at a time. The picture, the table or the turn that
    follows comes at a key press; what is only printed is there at once. Left out are imports, cells that show nothing,
    and prose that only sends to the exercise.
    """
    chosen = [tag for tag in cell.metadata.get("tags", []) if tag in _SLIDES]
    if chosen:
        return chosen[0]
    if cell.cell_type == "markdown":
        if re.search(r"^##? ", cell.source, re.MULTILINE):
            return "slide"
        return "skip" if "](../exercises/" in cell.source else "subslide"
    if any(output.get("data", {}) for output in cell.outputs):
        return "fragment"
    return "-" if cell.outputs else "skip"


def store(notebook: NotebookNode, path: Path) -> None:
    """Write a tidied notebook."""
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")


def student_notebook(exercise: Exercise, seed: int = 0, assessed: str = "", case: Case | None = None) -> NotebookNode:
    """The notebook of an exercise: the numbers of the case, and for each question a prompt and a cell.

    For practice it opens the exercise with its keys. With `assessed`, the student's name in the file of answers, it
    opens an assessment: it has the prompts of her case (`case`, or the seed's) and knows neither keys nor seed.
    """
    case = exercise.case_for(seed) if case is None else case
    head = (_ASSESSMENT if assessed else _PRACTICE).format(exercise=exercise)
    open_it, numbers = opening(exercise, case, assessed, seed)
    cells = [
        _fixed(new_markdown_cell(head)),
        _fixed(new_code_cell(open_it)),
        *([_fixed(new_markdown_cell(_NUMBERS)), _answer(numbers)] if case else []),
    ]
    for key, question in exercise.questions.items():
        cells += [_fixed(new_markdown_cell(f"{_heading(key, question)}\n\n{question.prompt(case)}"))]
        cells += [_starter(key, question)]
    return tidy(new_notebook(cells=[*cells, *_standing()]))


def common_notebook(exercise: Exercise, case: Case, table: str) -> NotebookNode:
    """An assessment for a whole class, in which each student opens her numbers with her id and her code.

    Parameters
    ----------
    exercise : Exercise
    case : dict
        Anybody's; only its names are used.
    table : str
        What is locked, as `sealed.table_of` makes it.
    """
    asked = {key: question.prompt(blank(case)) for key, question in exercise.questions.items()}
    kinds = {key: question.kind for key, question in exercise.questions.items()}
    given = [assignment("kinds", kinds), assignment("asked", asked), f'locked = """\n{table}\n"""']
    cells = [
        _fixed(new_markdown_cell(_COMMON.format(exercise=exercise))),
        _fixed(new_code_cell("\n".join(given))),
        _answer(f"{imports(exercise, 'personal')}\n\n{_OPEN.format(name=literal(exercise.name))}"),
        *([_fixed(new_markdown_cell(_NUMBERS)), _fixed(new_code_cell("ex.numbers()"))] if case else []),
    ]
    for key, question in exercise.questions.items():
        cells += [_fixed(new_markdown_cell(_heading(key, question))), _fixed(new_code_cell(f'ex.asks("{key}")'))]
        cells += [_starter(key, question)]
    notebook = tidy(new_notebook(cells=[*cells, *_standing()]))
    notebook.cells[1].metadata["jupyter"] = {"source_hidden": True}
    notebook.metadata["clv"] = {"exercise": exercise.name}
    return notebook


def _heading(key: str, question: Question) -> str:
    points = f"{question.points} point" + ("s" if question.points > 1 else "")
    in_part = f"{question.in_part}, " if question.in_part else ""
    return f"## Question {key[1:]} ({points}, {in_part}level {question.level})"


def _starter(key: str, question: Question) -> NotebookNode:
    gap = "\n\n\n" if question.kind == "function" else "\n\n"
    return _answer(f'{question.starter()}{gap}ex.check("{key}", {question.name})')


def _standing() -> list[NotebookNode]:
    return [_fixed(new_markdown_cell("## Where you stand")), _fixed(new_code_cell("ex.progress()"))]


_NUMBERS = "The numbers of your case:"

_OPEN = """my_id = ...  # your student id, in quotes, as it stands in the list of codes
my_code = ...  # your code, in quotes

ex = personal({name}, kinds, asked, locked, my_id, my_code)
ex"""


_PRACTICE = """# Exercise: {exercise.title}

About {exercise.minutes} minutes, {exercise.points} points. [The lesson](../notebooks/{exercise.name}.ipynb).

Replace each `...` with your answer and run the cell (Shift + Enter). Wrong answers cost nothing: the
card says what is off, and you try again. **Round only at the end, if at all:** the question's line says how many
decimals are enough.

Stuck? `ex.hint("q1")` costs a tenth of the question's points, `ex.solution("q1")` half of them; the buttons of a card
do the same. `ex.again()` draws other numbers, as often as you like: your best case counts. Your progress is kept when
you close the notebook. Level 1 asks you to compute, level 2 to build, level 3 to decide."""

_ASSESSMENT = """# Exercise: {exercise.title}

About {exercise.minutes} minutes, {exercise.points} points. The numbers are yours alone.

Replace each `...` with your answer and run the cell (Shift + Enter). **Round only at the end, if at all:**
the question's line says how many decimals are enough. The card says what was recorded, not whether it is right; the
last answer counts. Hand in this notebook, saved, when you are done. It is run
again from top to bottom when it is marked; what you print or plot is not looked at, and no cell may run for more than
20 seconds."""


_COMMON = _ASSESSMENT.replace(
    "The numbers are yours alone.",
    """The numbers are yours alone.

**Open it first.** Write your student id and your code into the cell with `my_id` and `my_code`, and run all cells
(menu Run, Run All Cells). Your numbers and the questions appear; no network is needed. Show your code to nobody: your
work is known by it.""",
)


def _fixed(cell: NotebookNode) -> NotebookNode:
    """A cell that the learner cannot delete by accident."""
    cell.metadata["deletable"] = False
    if cell.cell_type == "markdown":
        cell.metadata["editable"] = False
    return cell


def _answer(source: str) -> NotebookNode:
    """A cell for an answer."""
    return _fixed(new_code_cell(source, metadata={"tags": _MAY_STOP}))


def main(what: str = "", *named: str) -> None:
    """Make all notebooks of a kind, or those named."""
    if what not in ("notebooks", "exercises"):
        sys.exit(f"usage: python -m clvlib.course.notebooks notebooks|exercises [NAME ...], not {what!r}")
    if what == "notebooks":
        there = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    else:
        there = [exercise.name for exercise in all_exercises()]
    wanted = [Path(name).stem for name in named] or there
    if missing := [name for name in wanted if name not in there]:
        sys.exit(f"there is no {missing[0]!r}; there are {', '.join(there)}")
    for name in wanted:
        path = ROOT / what / f"{name}.ipynb"
        print(f"{'running' if what == 'notebooks' else 'writing'} {path.name}", flush=True)
        if what == "notebooks":
            store(tidy(run(nbformat.read(path, as_version=4), path.parent)), path)
        else:
            store(student_notebook(load_exercise(name)), path)


if __name__ == "__main__":
    main(*sys.argv[1:])
