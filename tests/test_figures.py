"""What a figure says of itself, in a notebook and on a page made from it."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook

from clvlib.course.figures import describe
from clvlib.course.notebooks import run, tidy

TEMPLATE = Path(__file__).parents[1] / "docs" / "page.html.j2"


def test_a_figure_without_words_says_nothing():
    assert describe(Figure()) == ""
    figure = Figure()
    figure.subplots().plot([1, 2], label="not shown")
    assert describe(figure) == ""


def test_titles_axes_and_legend_make_the_words():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    figure.suptitle("Who stays?")
    left.set(title="Half are gone.", xlabel="month", ylabel="left\n(%)")
    left.plot([1, 2], label="with gift")
    left.plot([2, 3], label="without")
    left.legend()
    right.set_title("Fewer leave", loc="left")
    right.set_xlabel("month")
    assert describe(figure) == (
        "Who stays? Half are gone. Chart of left (%) by month: with gift, without. Fewer leave. Chart of month."
    )


def test_the_same_words_twice_are_said_once():
    figure = Figure()
    for axes in figure.subplots(1, 2):
        axes.set(title="Half are gone", xlabel="month", ylabel="left (%)")
    assert describe(figure) == "Half are gone. Chart of left (%) by month."


@pytest.mark.slow
def test_a_figure_in_a_notebook_and_on_its_page_has_the_words(tmp_path):
    opening = "import matplotlib.pyplot as plt\nfrom clvlib import course"
    shown = "plt.plot([1, 2])\nplt.title('More than \"half\" are gone')\nplt.show()"
    bare = "figure, axes = plt.subplots()\nplt.close()\nfigure"
    notebook = tidy(run(new_notebook(cells=[new_code_cell(source) for source in (opening, shown, bare)]), tmp_path))
    (titled,), (untitled,) = (cell.outputs for cell in notebook.cells[1:])
    assert titled.data["text/plain"] == titled.metadata["image/png"]["alt"] == 'More than "half" are gone.'
    assert untitled.data["text/plain"] == untitled.metadata["image/png"]["alt"] == "A figure without a title."
    page, _ = HTMLExporter(template_file=str(TEMPLATE)).from_notebook_node(notebook)
    assert "alt='More than \"half\" are gone.'" in page
    assert 'alt="A figure without a title."' in page
