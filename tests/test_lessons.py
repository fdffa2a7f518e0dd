"""What is asked of every lesson, as far as a test can see; see CONTRIBUTING, "A lesson"."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from clvlib.course.exercise import load_exercise
from clvlib.course.notebooks import run

LESSONS = sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9]*.ipynb"))

SHORT = {"00_start_here"}  # it takes less than an hour

NOT_ATTEMPTED = "… Your turn: Not attempted"
NO_GUESS = "… Your guess: Not attempted"

# a verb that draws, and not one of `clvlib.plots`
DRAWN = re.compile(
    r"(?<!\bplots)\.(?:plot|bar|barh|hist|hist2d|scatter|step|stairs|fill_between|errorbar|area|boxplot|box|violinplot|"
    r"stackplot|stem|pie|imshow|pcolormesh|contour|contourf|hexbin|vlines|hlines|axhline|axvline|loglog|semilogx|semilogy)"
    r"\b"
)

# a customer earns us money, and leaves us
LEAVES_MONEY = re.compile(
    r"\b(?:leav(?:e|es|ing)(?: (?:us|the firm|the shop))?(?: (?:an?|the|same|more|less|no|about|only|yearly|monthly))*"
    r"|left(?: (?:us|the firm|the shop))?) (?:[\d.,]+ )?(?:RMB|margins?|profits?|money)\b"
    r"|\b(?:leav(?:e|es|ing)|left) us (?:about |only |another )?\d"
)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def pictures(cell):
    return [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]


def figures(cell):
    """The pictures that are no explorer's; those say how wide they are."""
    return [picture for picture in pictures(cell) if "width" not in picture.metadata.get("image/png", {})]


def said(cell):
    """What a cell shows, as text."""
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def words(notebook):
    """Words of the prose, not the numbers, signs and Chinese terms."""
    text = " ".join(cell.source for cell in prose(notebook))
    return sum(bool(re.search(r"[A-Za-z]", word)) for word in text.split())


def only_prints(cell):
    return bool(cell.outputs) and all(output.output_type == "stream" for output in cell.outputs)


def is_seen(notebook, name):
    """Pictures: early, enough of them, drawn by code that can be read, each with its finding and its sentence."""
    first = next((number for number, cell in enumerate(notebook.cells, 1) if pictures(cell)), 99)
    if first > 10:
        yield "no picture by the tenth cell"
    drawn = [cell for cell in code(notebook) if figures(cell)]
    if sum(len(figures(cell)) for cell in drawn) < 3:
        yield "fewer than three figures besides the explorer"
    if sum(bool(DRAWN.search(cell.source)) for cell in drawn) < 2:
        yield "fewer than two figures drawn by code in the cell"
    for cell, following in zip(notebook.cells, [*notebook.cells[1:], new_code_cell("")], strict=True):
        for figure in figures(cell):
            alt = figure.metadata.get("image/png", {}).get("alt", "")
            if not alt or alt.startswith(("Chart of", "A figure without")):
                yield f"a figure has no title: {cell.source[:60]}"
        if figures(cell) and following.cell_type != "markdown":
            yield f"no sentence under a figure says what it shows: {cell.source[:60]}"


def is_done(notebook, name):
    """Turns, and the guess taken up again; all stored unanswered."""
    turns = [cell for cell in code(notebook) if "turn.check(" in cell.source]
    reveals = [cell for cell in code(notebook) if "turn.reveal(" in cell.source]
    if len(turns) < 3:
        yield "fewer than three turns"
    if not reveals:
        yield "the guess is not taken up again (turn.reveal)"
    for cell in turns:
        if not said(cell).startswith(NOT_ATTEMPTED):
            yield f"a turn is stored with an answer: {cell.source[:60]}"
    for cell in reveals:
        if not said(cell).startswith(NO_GUESS):
            yield f"a guess is stored: {cell.source[:60]}"
    for cell in code(notebook):
        for line in map(ast.unparse, ast.parse(cell.source).body[:-1]):
            if line.startswith(("turn.check(", "turn.reveal(")):
                yield f"a card that nobody sees; only the last line of a cell shows: {line[:60]}"


def fits_an_hour(notebook, name):
    if words(notebook) < 1800 and name not in SHORT:
        yield f"{words(notebook)} words, fewer than 1,800"
    if words(notebook) > 2800:
        yield f"{words(notebook)} words, more than 2,800"
    cells = code(notebook)
    if len(cells) > 36:
        yield f"{len(cells)} code cells, more than 36"
    printing = sum(map(only_prints, cells))
    if 2 * printing > len(cells):
        yield f"{printing} of {len(cells)} code cells only print"


def speaks_plainly(notebook, name):
    for cell in notebook.cells:
        texts = [cell.source] if cell.cell_type == "markdown" else [cell.source, said(cell)]
        for found in LEAVES_MONEY.finditer(" ".join(" ".join(texts).split())):
            yield f'a customer leaves us, and earns us money: "{found[0]}"'


def is_worth_copying(notebook, name):
    """No parallel lists, no chained indexing, no slice by position of what is labelled by numbers."""
    tables = set()
    for cell in code(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Assign) and is_table(node.value, tables):
                tables |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    for cell in code(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            shown = ast.unparse(node)[:60] if isinstance(node, ast.expr) else ""
            if isinstance(node, ast.Call) and shown.startswith("zip("):
                yield f"lists side by side; make a DataFrame: {shown}"
            if isinstance(node, ast.Subscript) and is_table(node.value, tables):
                if isinstance(node.value, ast.Subscript):
                    yield f"chained indexing; write .loc[rows, columns]: {shown}"
                if isinstance(node.slice, ast.Slice):
                    yield f"a slice by position; write .iloc or .head: {shown}"


def is_table(node, tables):
    """Whether an expression is, as far as one sees, a DataFrame or a Series of the notebook."""
    if isinstance(node, ast.Name):
        return node.id in tables
    if isinstance(node, ast.Subscript):
        return is_table(node.value, tables)
    if isinstance(node, ast.Call):
        called = node.func
        if isinstance(called, ast.Attribute):
            makes = ast.unparse(called.value) == "pd" and called.attr in ("DataFrame", "Series", "concat", "merge")
            leaves = called.attr in ("tolist", "to_numpy", "items", "to_dict", "sum", "mean", "min", "max", "iterrows")
            return makes or (is_table(called.value, tables) and not leaves)
        return ast.unparse(called) == "load"
    return False


RULES = (is_seen, is_done, fits_an_hour, speaks_plainly, is_worth_copying)


def missing(notebook, name="03_retention"):
    return [complaint for rule in RULES for complaint in rule(notebook, name)]


@pytest.mark.long
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_has_what_every_lesson_has(path):
    complaints = missing(nbformat.read(path, as_version=4), path.stem)
    assert not complaints, "\n".join(complaints)


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_solution_of_a_turn_is_right_where_it_is_asked(path):
    notebook = nbformat.read(path, as_version=4)
    asked = load_exercise(path.stem).turn.questions
    names = []
    for cell in code(notebook):
        names += re.findall(r'turn\.check\("(\w+)"', cell.source)
        for name in re.findall(r'turn\.check\("(\w+)"', cell.source):
            cell.source = f'{asked[name].solution()}\nturn.check("{name}", {name})'
        cell.source = re.sub(r"^(\w+) = \.\.\.", r"\1 = 1", cell.source, flags=re.MULTILINE)  # a guess
    run(notebook, path.parent)
    answered = [said(cell) for cell in code(notebook) if "turn.check(" in cell.source]
    assert sorted(names) == sorted(asked), "each turn of the key is asked once"
    assert answered == ["✓ Your turn: Right"] * len(names)
    assert all(said(cell).startswith("i Your guess") for cell in code(notebook) if "turn.reveal(" in cell.source)


# What is asked is missed where it is missing


def shown(source, **data):
    return new_code_cell(source, outputs=[new_output("display_data", data=data)])


def drawn(source, alt="Half are gone. Chart of left (%) by month."):
    cell = shown(source, **{"image/png": "AAAA", "text/plain": alt})
    cell.outputs[0].metadata = {"image/png": {"alt": alt}}
    return cell


def printed(source, text="1"):
    return new_code_cell(source, outputs=[new_output("stream", text=text)])


@pytest.fixture
def lesson():
    """A notebook that has everything, in as few cells as may be."""
    cells = {
        "title": new_markdown_cell("# Retention " + "word " * 1800),
        "import": new_code_cell("import pandas as pd\nfrom clvlib.course import load"),
        "first": drawn("axes = table.plot(title='Half are gone')\nplt.show()"),
        "first in words": new_markdown_cell("Half are gone."),
        "second": drawn("plt.bar([1], [2])\nplt.show()"),
        "second in words": new_markdown_cell("They are."),
        "third": drawn("plots.survival(table)\nplt.show()"),
        "third in words": new_markdown_cell("They leave us."),
        "table": shown(
            "boxes = load('cohorts')\nboxes.loc[boxes['tenure'] > 3, 'cohort']", **{"text/plain": "  cohort"}
        ),
        "printed": printed("print(cohort[:3], (boxes['tenure'] > 3).to_numpy()[:4], truth('boxes')['a']['b'])"),
        "turns": shown('turn.check("a", a)', **{"text/plain": NOT_ATTEMPTED}),
        "turn 2": shown('turn.check("b", b)', **{"text/plain": NOT_ATTEMPTED}),
        "turn 3": shown('turn.check("c", c)', **{"text/plain": NOT_ATTEMPTED}),
        "reveal": shown('turn.reveal(a, 3, "RMB")', **{"text/plain": NO_GUESS}),
    }
    return cells


FAULTS = {
    "a late picture": ({"title": [new_markdown_cell("word " * 200) for _ in range(9)]}, "no picture by the tenth"),
    "two figures": ({"third": printed("print(1)")}, "fewer than three figures"),
    "one drawn by hand": ({"second": drawn("plots.step(table)\nplt.show()")}, "fewer than two figures drawn by code"),
    "no title": (
        {"third": drawn("plots.survival(table)", "Chart of left (%) by month.")},
        "a figure has no title: plots.survival",
    ),
    "no words": (
        {"third": drawn("plots.survival(table)", "A figure without a title.")},
        "a figure has no title: plots.survival",
    ),
    "no sentence under it": ({"third in words": []}, "no sentence under a figure says what it shows: plots"),
    "two turns": ({"turn 3": []}, "fewer than three turns"),
    "no guess": ({"reveal": []}, "the guess is not taken up again"),
    "an answer": (
        {"turn 3": shown('turn.check("c", 4)', **{"text/plain": "✓ Your turn: Right"})},
        "a turn is stored with an answer",
    ),
    "a guess": (
        {"reveal": shown("turn.reveal(4, 3)", **{"text/plain": "i Your guess"})},
        "a guess is stored: turn.reveal(4, 3)",
    ),
    "two cards in a cell": (
        {"reveal": shown("turn.reveal(a, 3)\nturn.reveal(b, 4)", **{"text/plain": NO_GUESS})},
        "a card that nobody sees; only the last line of a cell shows: turn.reveal(a, 3)",
    ),
    "few words": ({"title": new_markdown_cell("word " * 1700 + "1 " * 200 + "人 " * 200)}, "words, fewer than 1,800"),
    "many words": ({"title": new_markdown_cell("word " * 2801)}, "words, more than 2,800"),
    "many cells": ({"table": [new_code_cell("pass") for _ in range(30)]}, "39 code cells, more than 36"),
    "many prints": ({"printed": [printed("print(1)") for _ in range(10)]}, "10 of 19 code cells only print"),
    "a customer who leaves money": (
        {"third in words": new_markdown_cell("A customer leaves us\n505 RMB.")},
        'leaves us 505 RMB"',
    ),
    "an output that leaves money": ({"printed": printed("print(x)", "each leaves a margin of 3")}, '"leaves a margin"'),
    "lists side by side": (
        {"printed": printed("for a, b in zip(x, y):\n    print(a)")},
        "lists side by side; make a DataFrame: zip(x, y)",
    ),
    "chained indexing": (
        {"printed": printed("print(boxes['tenure'][3])")},
        "chained indexing; write .loc[rows, columns]: boxes['tenure'][3]",
    ),
    "chained assignment": (
        {"printed": printed("boxes[boxes['a'] > 1]['b'] = 3")},
        "chained indexing; write .loc[rows, columns]: boxes[",
    ),
    "a slice of a table": (
        {"printed": printed("late = boxes.sort_values('tenure')\nlate[:3]")},
        "a slice by position; write .iloc or .head: late[:3]",
    ),
}


def test_a_lesson_that_has_everything_misses_nothing(lesson):
    assert missing(new_notebook(cells=list(lesson.values()))) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_missing_is_said(lesson, fault):
    change, says = FAULTS[fault]
    cells = []
    for cell in (lesson | change).values():
        cells += cell if isinstance(cell, list) else [cell]
    (complaint,) = missing(new_notebook(cells=cells))
    assert says in complaint


@pytest.mark.parametrize(("text", "found"), [
    ("A customer leaves us 505 RMB.", True), ("each leaves us about 505.21 a year", True),
    ("leave a margin of 1", True), ("leaves the firm no profit", True), ("left 241 RMB in her first year", True),
    ("leave the same margin", True), ("a box leaves 27 RMB instead of 30", True),
    ("customers who leave us in year 2 earn 505 RMB", False), ("those left earn us 505 RMB", False),
    ("she leaves us after two years, and 505 RMB are lost", False), ("left after 12 months: 33 %", False),
])  # fmt: skip
def test_money_is_earned(text, found):
    assert bool(LEAVES_MONEY.search(text)) is found
