"""Lessons and student notebooks: stored as a rebuild would store them, prose held against outputs, run unanswered."""

import base64
import io
import re
from pathlib import Path

import nbformat
import pytest
from nbconvert import SlidesExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from clvlib.course import notebooks
from clvlib.course.exercise import all_exercises, load_exercise
from clvlib.course.notebooks import run, student_notebook, tidy

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
KEYED = [exercise.name for exercise in all_exercises()]
PARTS = ["Predict", "Compute", "Explore", "Break it", "Audit the claim", "Decide", "Take-away"]

TEMPLATE = "your_data"  # no lesson: in place of parts, turns and an audit it has settings; see test_your_data.py

by_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
by_exercise = pytest.mark.parametrize("name", KEYED)


def cells(path, kind):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


@by_lesson
def test_a_lesson_is_stored_as_make_notebooks_stores_it(path):
    stored = path.read_text(encoding="utf-8")
    assert stored == nbformat.writes(tidy(nbformat.reads(stored, as_version=4))) + "\n"
    assert all(cell.execution_count for cell in cells(path, "code"))


@by_exercise
def test_a_student_notebook_is_what_its_key_generates(name):
    stored = (ROOT / "exercises" / f"{name}.ipynb").read_text(encoding="utf-8")
    assert stored == nbformat.writes(student_notebook(load_exercise(name))) + "\n", "run `make exercises`"


def test_there_is_a_student_notebook_for_each_exercise_and_no_other():
    assert sorted(path.stem for path in (ROOT / "exercises").glob("*.ipynb")) == KEYED


@pytest.mark.slow
@by_exercise
@pytest.mark.parametrize("seed", [0, 7])
def test_a_student_notebook_runs_unanswered(name, seed, tmp_path):
    notebook = run(student_notebook(load_exercise(name), seed), tmp_path)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    said = [output["data"]["text/plain"] for output in outputs if "data" in output]
    assert sum("Not attempted" in text for text in said) == len(load_exercise(name).questions)


@pytest.mark.slow
def test_an_assessment_runs_without_keys_and_without_a_seed(tmp_path):
    notebook = student_notebook(load_exercise("01_worksheet"), seed=7, assessed="Wang Li")
    text = nbformat.writes(notebook)
    assert "practice" not in text
    assert "seed" not in text
    answers = [cell for cell in notebook.cells if cell.cell_type == "code" and "ex.check" in cell.source]
    answers[0].source = 'ex.check("q1", 12)'
    run(notebook, tmp_path)
    assert "The number 12" in str(answers[0].outputs)
    assert "1 of 8 questions answered" in str(notebook.cells[-1].outputs)
    assert [path.name for path in (tmp_path / ".progress").iterdir()] == ["01_worksheet-Wang Li.json"]


@pytest.mark.slow
def test_a_crash_or_a_missing_name_stops_nothing(tmp_path):
    notebook = student_notebook(load_exercise("01_worksheet"))
    answers = [cell for cell in notebook.cells if cell.cell_type == "code" and "ex.check" in cell.source]
    answers[0].source = 'worksheet_value = 1 / 0\n\nex.check("q1", worksheet_value)'
    answers[1].source = 'ex.check("q2", nowhere_defined)'
    answers[2].source = "this is not Python"
    run(notebook, tmp_path)
    assert "nowhere_defined is not defined" in str(answers[1].outputs)
    assert "Traceback" not in str(answers[1].outputs)
    assert "0 of 8 questions done" in str(notebook.cells[-1].outputs)


def shows(source, **outputs):
    """A code cell that shows something: text="..." prints, anything else is a kind of data."""
    text = [new_output("stream", text=outputs.pop("text"))] if "text" in outputs else []
    return new_code_cell(source, outputs=text + ([new_output("display_data", data=outputs)] if outputs else []))


@pytest.mark.long
def test_cells_of_a_lesson_get_their_place_in_slides():
    picture = {"image/png": "AAAA", "text/plain": "Most leave. Chart of left (%) by month."}
    table = {"text/html": "<table>", "text/plain": "   left"}
    cells = {
        "title": (new_markdown_cell("# Retention\n\n**How long?**"), "slide"),
        "imports": (new_code_cell("import pandas as pd"), "skip"),
        "part": (new_markdown_cell("It is so.\n\n## Compute\n\nNow."), "slide"),
        "printed": (shows("print(1)", text="1"), "-"),
        "prose": (new_markdown_cell("So many (see [lesson 2](02_time_value.ipynb))."), "subslide"),
        "smaller heading": (new_markdown_cell("### By hand"), "subslide"),
        "picture": (shows("plt.show()", **picture), "fragment"),
        "picture and print": (shows("print(1)\nplt.show()", text="1", **picture), "fragment"),
        "table": (shows("table", **table), "fragment"),
        "turn": (shows('turn.check("left", ...)', **table), "fragment"),
        "exercise": (new_markdown_cell("**Now you:** [exercise 3](../exercises/03_retention.ipynb)"), "skip"),
        "chosen": (new_markdown_cell("Say this.", metadata={"tags": ["notes"]}), "notes"),
    }
    notebook = tidy(new_notebook(cells=[cell for cell, _ in cells.values()]))
    places = [cell.metadata["slideshow"]["slide_type"] for cell in notebook.cells]
    assert dict(zip(cells, places, strict=True)) == {name: place for name, (_, place) in cells.items()}
    assert nbformat.writes(tidy(notebook)) == nbformat.writes(notebook)
    slides, _ = SlidesExporter().from_notebook_node(notebook)
    assert "Compute" in slides
    assert "Now you" not in slides
    exercise = tidy(new_notebook(cells=[new_markdown_cell("# Exercise"), new_code_cell('ex.check("q1", ...)')]))
    assert not [cell for cell in exercise.cells if "slideshow" in cell.metadata]


def test_an_error_in_a_turn_stops_nothing():
    cell = new_code_cell('left = ...\nturn.check("left", left)', metadata={"tags": ["mine"]})
    assert tidy(new_notebook(cells=[cell])).cells[0].metadata["tags"] == ["mine", "raises-exception"]
    assert tidy(new_notebook(cells=[cell])).cells[0].metadata["tags"] == ["mine", "raises-exception"]


@pytest.mark.long
@pytest.mark.parametrize(("named", "made"), [
    (("exercises", "03_retention", "exercises/01_worksheet.ipynb"), ["03_retention.ipynb", "01_worksheet.ipynb"]),
    (("exercises",), [f"{name}.ipynb" for name in KEYED]),
    (("notebooks", "notebooks/03_retention.ipynb"), ["03_retention.ipynb"]),
    (("notebooks",), [path.name for path in LESSONS]),
])  # fmt: skip
def test_notebooks_are_made_all_or_those_named(monkeypatch, named, made):
    stored = []
    monkeypatch.setattr(notebooks, "run", lambda notebook, folder: notebook)
    monkeypatch.setattr(notebooks, "store", lambda notebook, path: stored.append((path.parent.name, path.name)))
    notebooks.main(*named)
    assert stored == [(named[0], name) for name in made]


@pytest.mark.parametrize(("named", "says"), [
    ((), "usage: python -m clvlib.course.notebooks notebooks|exercises [NAME ...], not ''"),
    (("lessons",), "usage: .*, not 'lessons'"),
    (("exercises", "3_retention"), "there is no '3_retention'; there are 01_worksheet, "),
])  # fmt: skip
def test_a_wrong_call_gets_one_sentence(named, says):
    with pytest.raises(SystemExit, match=says.replace("|", r"\|").replace("[", r"\[")):
        notebooks.main(*named)


@by_lesson
def test_every_picture_has_its_alternative_text(path):
    for cell in cells(path, "code"):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                assert output.metadata["image/png"]["alt"] == output.data["text/plain"]


@by_lesson
def test_numbers_in_the_prose_stand_in_an_output_or_are_given(path):
    notebook = nbformat.read(path, as_version=4)
    outputs = [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    known = {number for text in [*outputs, *map(str, notebook.metadata.get("given", []))] for number in numbers(text)}
    loose = [
        f"{token} in: {line.strip()[:90]}"
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in prose(cell.source).split("\n")
        for token in tokens(line)
        if not any(stands_for(value, token) for value in known)
    ]
    assert not loose, "\n".join(loose)


def test_the_number_check_can_fail():
    assert stands_for(260774.99999999997, "260,775")
    assert stands_for(-236641.22, "236,641")
    assert not stands_for(260774.4, "260,775")
    assert not stands_for(953.02, "953.03")
    assert tokens("from 1,010.02 to 9 % in 2012, question 3.") == ["1,010.02", "9", "2012", "3"]
    assert tokens(prose("see `k / 12`, [lesson 1](01_worksheet.ipynb), clv2")) == ["1"]


@pytest.mark.parametrize("path", [path for path in LESSONS if path.stem != TEMPLATE], ids=lambda path: path.stem)
def test_a_lesson_has_its_parts_in_order_and_short_cells(path):
    headings = re.findall(r"^## (.+)$", "\n".join(cell.source for cell in cells(path, "markdown")), re.MULTILINE)
    if path.stem != "00_start_here":
        assert [heading for heading in headings if heading in PARTS] == PARTS
        first = cells(path, "markdown")[0].source
        for row in ("You will be able to", "Before you start", "Time", "Data", "Terms"):
            assert f"| {row} |" in first
    code, words = cells(path, "code"), cells(path, "markdown")
    lengths = [len(cell.source.splitlines()) for cell in code]
    assert lengths[0] <= 12  # imports
    assert max(lengths[1:]) <= 8
    assert 0.6 <= len(words) / len(code) <= 1.6


@by_lesson
def test_links_lead_somewhere(path):
    for cell in cells(path, "markdown"):
        for target in re.findall(r"\]\(([^)#]+)\)", cell.source):
            if not target.startswith("http"):
                assert (path.parent / target).exists(), target


@by_lesson
def test_stored_pictures_are_whole_and_nothing_runs_from_them(path):
    for cell in cells(path, "code"):
        for output in cell.outputs:
            assert output.output_type != "error"
            data = output.get("data", {})
            assert not [mime for mime in data if "widget" in mime or "javascript" in mime]
            if "image/png" in data:
                assert Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).width > 300
                assert len(data["text/plain"]) > 40, "a picture needs its text"
                assert not data["text/plain"].startswith("<"), "a picture needs its text"


@by_lesson
def test_a_lesson_names_no_machine(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/home/|/root/|/tmp/|0x[0-9a-f]{8}|ipykernel_\d", text)


def prose(markdown):
    """Markdown without code, link targets and names such as T5 or clv2."""
    return re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)|https?://\S+", " ", markdown, flags=re.DOTALL)


def tokens(text):
    """Numbers as written, 1,010.02 or 9, but not the digits of a name."""
    return re.findall(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\w])", text)


def numbers(text):
    """Every number in an output, as values."""
    return [float(number.replace(",", "")) for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?", text)]


def stands_for(value, token):
    """Whether a value, rounded as the prose rounds, is the number in the prose."""
    plain = token.replace(",", "")
    decimals = len(plain.partition(".")[2])
    return abs(abs(value) - float(plain)) <= 0.5 * 10**-decimals * (1 + 1e-9)
