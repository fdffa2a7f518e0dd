"""Explorers without a browser: what the view is told, the stored form, what the pictures show."""

import base64
import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor

import ipywidgets
import nbformat
import numpy as np
import pytest
from flit_core.wheel import make_wheel_in
from nbconvert import HTMLExporter
from PIL import Image

from clvlib import segments
from clvlib.course import Explorer, choice, explorers, slider, switch
from clvlib.course.data import ROOT
from clvlib.course.notebooks import tidy

TEMPLATE = ROOT / "docs" / "page.html.j2"


def make(name):
    return getattr(explorers, name)()


ALL = explorers.__all__


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_every_control_has_a_label_and_every_axis_a_name(name):
    explorer = make(name)
    assert all(control["label"].strip() for control in explorer.panel)
    for axes in explorer.figure.axes:
        assert axes.get_xlabel() or axes.get_ylabel()


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_each_control_changes_the_text_or_the_picture(name):
    explorer = make(name)
    for control_name, control in explorer.controls.items():
        before = explorer.shown
        moved = next(ends[control_name] for ends in explorer.extremes() if ends[control_name] != control.value)
        explorer.set(**{control_name: moved})
        after = explorer.shown
        assert (after["text"], after["svg"]) != (before["text"], before["svg"]), f"{control_name} does nothing"
        explorer.reset()
        assert explorer.shown["positions"] == before["positions"], f"reset does not undo {control_name}"


@pytest.mark.slow
def test_drawing_is_pure_and_pictures_drawn_before_are_kept():
    drawn = []

    def draw(figure, days):
        drawn.append(days)
        figure.gca().plot([0, days])

    explorer = Explorer(draw, lambda days: f"{days} days.", days=slider(1, 0, 100, 1, "Days"))
    first = explorer.shown["svg"]
    explorer.set(days=2)
    explorer.set(days=1)
    assert drawn == [1, 2]
    assert explorer.shown["svg"] == first
    for days in range(3, 101):
        explorer.set(days=days)
    explorer.set(days=1)
    assert drawn.count(1) == 2  # long ago; it is drawn as it was
    assert explorer.shown["svg"] == first


class Kernel:
    """What an explorer sends to its view."""

    def __init__(self, explorer):
        self.explorer, self.sent = explorer, []
        explorer.send = self.sent.append

    def ask(self, positions, ahead):
        self.explorer._handle_custom_msg({"positions": positions, "ahead": ahead, "ticket": 0.5}, [])


@pytest.mark.long
def test_the_view_asks_for_a_place_or_for_a_picture_ahead():
    explorer = make("margin_multiple")
    kernel, start = Kernel(explorer), dict(explorer.values)
    kept, *others = explorer.shown["positions"]
    kernel.ask([kept + 1, *others], ahead=True)
    (picture,) = kernel.sent
    assert picture["ticket"] == 0.5
    assert picture["text"].startswith("Keeping 81% a year")
    assert explorer.values == start
    assert explorer.text.startswith("Keeping 80% a year")
    kernel.ask([kept + 1, *others], ahead=False)
    assert explorer.values == start | {"kept": 0.81}
    assert explorer.shown == picture
    assert explorer.text == picture["text"]
    kernel.ask([kept + 1, *others], ahead=False)  # it answers again: the view may have lost the first answer
    assert len(kernel.sent) == 1


def test_a_fault_in_a_drawing_is_said_on_the_screen_and_goes_on_to_its_author():
    def draw(figure, days):
        figure.gca().plot([1 / (days - 2)])

    explorer = Explorer(draw, lambda days: f"{days} days.", days=slider(1, 0, 9, 1, "Days"))
    kernel = Kernel(explorer)
    with pytest.raises(ZeroDivisionError):
        explorer._asked(explorer, {"positions": [2], "ahead": False, "ticket": 0.5}, [])
    (answer,) = kernel.sent
    assert answer == {"ticket": 0.5, "failed": "This cannot be drawn (ZeroDivisionError: division by zero)."}
    kernel.ask([3], ahead=False)
    assert explorer.text == "3 days."


@pytest.mark.long
def test_the_stored_form_is_picture_and_text():
    explorer = make("worksheet_ladder")
    data, metadata = explorer._repr_mimebundle_()
    assert data["text/plain"] == explorer.text
    assert "application/vnd.jupyter.widget-view+json" in data
    assert metadata["image/png"] == {"width": 720, "alt": explorer.text}
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.width == 2 * 720
    ink = np.asarray(picture.convert("L")) < 200
    figure = slice(*(2 * np.array([50, 410])))
    above, below = ink[: figure.start].any(axis=1), ink[figure.stop :].any(axis=1)
    assert above.any(), "no title above the figure"
    assert below.any(), "no sentence below it"
    assert not ink[[0, -1]].any()
    assert not ink[:, [0, -1]].any()


@pytest.mark.long
def test_an_exported_page_has_the_sentence_as_alternative_text(tmp_path):
    explorer = make("worksheet_ladder")
    data, metadata = explorer._repr_mimebundle_()
    output = nbformat.v4.new_output("execute_result", data, metadata=metadata, execution_count=1)
    cell = nbformat.v4.new_code_cell("explorer", outputs=[output])
    notebook = tidy(nbformat.v4.new_notebook(cells=[cell]))
    page, _ = HTMLExporter(template_file=str(TEMPLATE)).from_notebook_node(notebook)
    assert f'alt="{explorer.text}"' in page
    assert 'width="720"' in page or "width=720" in page


def test_a_title_is_the_finding_and_changes_with_the_controls():
    days = slider(1, 0, 9, 1, "Days")
    explorer = Explorer(lambda figure, days: None, lambda days: f"{days} days; 9 at most. So it is.", days=days)
    assert explorer.shown["title"] == "1 days"
    days.value = 2
    assert explorer.shown["title"] == "2 days"
    own = Explorer(lambda figure, days: None, lambda days: "A.", lambda days: f"It takes {days}", days=days)
    assert own.shown["title"] == "It takes 2"


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_the_title_of_every_explorer_follows_its_controls(name):
    explorer = make(name)
    start, titles = explorer.shown["title"], set()
    for state in explorer.extremes():
        explorer.set(**state)
        titles.add(explorer.shown["title"])
    assert start
    assert titles - {start}


def test_one_year_is_said_as_one():
    explorer = make("worksheet_ladder")
    explorer.set(years=1)
    assert explorer.text.startswith("A visit a month for 1 year: the worksheet says 3,956 RMB.")
    with pytest.raises(ValueError, match=r"retention=0\.3 is not on its slider, which runs from 0\.4 to 1"):
        explorer.set(retention=0.3)


def test_a_control_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="make days with slider, choice or switch; it came as IntSlider"):
        Explorer(lambda figure, days: None, lambda days: "A.", days=ipywidgets.IntSlider())


def test_the_wheel_ships_the_view(tmp_path):
    shipped = zipfile.ZipFile(make_wheel_in(ROOT / "pyproject.toml", tmp_path).file).namelist()
    assert {"clvlib/course/explorer.js", "clvlib/course/explorer.css"} <= set(shipped)


def test_the_unit_behind_a_label_goes_to_the_value():
    def faces(**controls):
        return [
            (control["label"], control["words"][control["start"]])
            for control in Explorer(lambda figure, **_: None, lambda **_: "A.", **controls).panel
        ]

    assert faces(
        a=slider(220, 20, 500, 5, "Spend per purchase (RMB)"),
        b=slider(0.757, 0, 1, 0.001, "Retention rate", percent=True),
        c=slider(5, 1, 40, 1, "Discount rate per year (%)"),
        d=choice("year", ["month", "year"], "per"),
        e=switch(True, "Use the rule"),
    ) == [
        ("Spend per purchase", "220 RMB"),
        ("Retention rate", "75.7%"),
        ("Discount rate per year", "5%"),
        ("per", "year"),
        ("Use the rule", "on"),
    ]


def test_settings_that_make_no_sense_get_a_sentence_and_no_traceback():
    def draw(figure, share):
        figure.gca().plot([share, segments.top_share([1, 2], share)])

    explorer = Explorer(
        draw, lambda share: f"{segments.top_share([1, 2], share):.1%} of it.", share=slider(0.5, 0, 2, 0.5, "Share")
    )
    explorer.controls["share"].value = 2.0
    assert explorer.text.startswith("These settings cannot be shown: share must be in")
    explorer.controls["share"].value = 0.5
    assert "66.7%" in explorer.text


def test_a_slider_keeps_its_start_to_the_last_digit_and_round_numbers_beside_it():
    control = slider(542 / 5844, 0.0, 0.6, 0.001, "Margin", percent=True)
    values = [value for _, value in control.options]
    assert control.value == 542 / 5844
    assert {0.0, 0.092, 0.094, 0.18, 0.6} <= set(values)
    assert np.all(np.diff(values) > 0)
    assert dict(control.options)["18.0%"] == 0.18
    assert [label for label, _ in slider(12, 1, 52, 1, "Visits").options][:2] == ["1", "2"]
    assert isinstance(slider(12, 1, 52, 1, "Visits").value, int)
    assert slider(220, 20, 5000, 5, "RMB").options[-1] == ("5,000", 5000)
    assert switch(True, "On").value is True


def test_set_takes_the_nearest_place_of_a_slider():
    explorer = make("worksheet_ladder")
    explorer.set(margin_rate=0.1804, rate=0.1 + 0.2)
    assert explorer.values["margin_rate"] == 0.18
    assert explorer.values["rate"] == 0.30


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kept": 0.3}, "kept=0.3 is not on its slider, which runs from 0.4 to 0.98"),
        ({"kept": 80}, "kept=80 is not on its slider, which runs from 0.4 to 0.98"),
        ({"kept": "80%"}, "kept='80%' is not on its slider, which runs from 0.4 to 0.98"),
        ({"rate": 0.2, "per": "day"}, "per='day' is no choice; it can be 'year', 'quarter', 'month'"),
        ({"rate": 0.2, "keep": 0.9}, "there is no control 'keep'; the controls are kept, per, rate, first"),
    ],
)
def test_set_says_what_cannot_be_and_moves_nothing(values, sentence):
    explorer = make("margin_multiple")
    before = explorer.values
    with pytest.raises(ValueError, match=re.escape(sentence)):
        explorer.set(**values)
    assert explorer.values == before


def test_the_multiple_is_marked_where_it_stands_and_falls_with_the_unit():
    explorer = make("margin_multiple")
    for per, multiple in (("year", 6.333), ("month", 0.9655)):
        explorer.set(kept=0.95, per=per)
        dot = explorer.figure.axes[0].lines[-1]
        assert dot.get_xdata()[0] == pytest.approx(0.95 if per == "year" else 0.95**12)
        assert dot.get_ydata()[0] == pytest.approx(multiple, abs=5e-4)


def test_sorting_lifts_the_firm_between_two_groups_that_stay_flat():
    loyal, others, firm = make("sorting").figure.axes[0].lines
    assert [*loyal.get_ydata(), *others.get_ydata()] == [0.9, 0.9, 0.5, 0.5]
    assert np.round(firm.get_ydata()[:4], 3).tolist() == [0.7, 0.757, 0.806, 0.841]
    assert (np.diff(firm.get_ydata()) > 0).all()


@pytest.mark.long
def test_silence_speaks_louder_against_a_frequent_buyer():
    explorer = make("growing_silence")
    explorer.set(repeats=10, last=20, silence=10)
    assert "a chance of 30.0%" in explorer.text
    explorer.set(repeats=2)
    assert "a chance of 66.7%" in explorer.text
    expected = []
    for repeats in range(1, 21):
        explorer.set(repeats=repeats, silence=19)
        expected.append(float(re.search(r"expects (.+?) purchases", explorer.text)[1]))
    assert 1 + int(np.argmax(expected)) == 4


@pytest.mark.long
def test_the_survival_forecast_sees_the_years_it_says_and_no_other():
    explorer = make("survival_forecast")
    explorer.set(group="Regular", seen=3)
    model, other, constant, seen, held_out = explorer.figure.axes[0].lines
    assert seen.get_ydata() == pytest.approx([1, 0.631, 0.468, 0.382])
    assert held_out.get_xdata().tolist() == list(range(4, 13))
    assert constant.get_ydata()[12] < model.get_ydata()[12] < held_out.get_ydata()[-1] < other.get_ydata()[12]
    assert np.asarray(model.get_ydata())[[0, 12]] == pytest.approx([1, 0.156], abs=5e-4)


def test_from_four_years_the_forecasts_are_the_published_ones():
    explorer = make("survival_forecast")
    explorer.set(group="High End", seen=4)
    assert "the sBG expects 30.7% to be left, the BdW 38.9%, constant churn 20.2%. In fact 39.4% were" in explorer.text


@pytest.mark.slow
def test_two_explorers_that_are_asked_at_once_do_not_draw_into_each_other():
    pair = (
        make("warning_threshold"),
        make("whom_to_contact"),
    )  # JupyterLab hands their questions to threads of their own
    asked = [(explorer, (place, *explorer._start[1:])) for place in range(12) for explorer in pair]
    alone = [explorer._draw_answer(positions) for explorer, positions in asked]
    with ThreadPoolExecutor(2) as at_once:
        together = list(at_once.map(lambda ask: ask[0]._draw_answer(ask[1]), asked))
    assert together == alone
