"""Explorers without a browser: every control to its ends, the text beside the picture, the stored form."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from clvlib import segments
from clvlib.course import Explorer, choice, explorers, slider, switch


def make(name):
    return getattr(explorers, name)()


ALL = explorers.__all__


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_every_combination_of_ends_is_drawn_and_explained(name):
    explorer = make(name)
    for ends in explorer.extremes():
        explorer.set(**ends)
        assert "cannot be shown" not in explorer.text, ends
        assert not re.search(r"\b(nan|inf)\b", explorer.text.lower()), ends
        assert len(explorer.text) > 40
        picture = np.asarray(Image.open(io.BytesIO(explorer._picture.value)).convert("L"))
        assert (picture < 250).sum() > 2_000, f"an empty picture at {ends}"
        edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
        assert edge.min() > 200, f"something is cut off at {ends}"


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_each_control_changes_the_text_or_the_picture(name):
    explorer = make(name)
    for control_name, control in explorer.controls.items():
        before = explorer.text, explorer._picture.value
        moved = next(ends[control_name] for ends in explorer.extremes() if ends[control_name] != control.value)
        explorer.set(**{control_name: moved})
        assert (explorer.text, explorer._picture.value) != before, f"{control_name} does nothing"
        explorer.reset()
        assert (explorer.text, explorer._picture.value) == before, f"reset does not undo {control_name}"


@pytest.mark.parametrize("name", ALL)
def test_every_control_has_a_label_and_every_axis_a_name(name):
    explorer = make(name)
    assert all(control.description.strip() for control in explorer.controls.values())
    for axes in explorer._figure.axes:
        assert axes.get_xlabel() or axes.get_ylabel()


def test_the_stored_form_is_picture_and_text():
    explorer = make("worksheet_ladder")
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == explorer.text
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))).width > 700


def test_the_reset_button_and_the_words_on_the_screen():
    explorer = make("worksheet_ladder")
    explorer.controls["years"].value = 10
    assert "for 10 years" in explorer._words.value
    button = next(child for child in explorer.children if getattr(child, "description", "") == "Reset")
    button.click()
    assert "for 65 years" in explorer._words.value


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


def test_markup_in_the_text_is_shown_and_not_run():
    explorer = Explorer(lambda figure, word: None, lambda word: f"<b>{word}</b>", word=choice("a", ["a", "b"], "Word"))
    assert "&lt;b&gt;a&lt;/b&gt;" in explorer._words.value


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
    explorer.set(margin_rate=0.1804, years=1000)
    assert explorer.values["margin_rate"] == 0.18
    assert explorer.values["years"] == 65


def test_the_multiple_is_marked_where_it_stands_and_falls_with_the_unit():
    explorer = make("margin_multiple")
    for per, multiple in (("year", 6.333), ("month", 0.9655)):
        explorer.set(kept=0.95, per=per)
        dot = explorer._figure.axes[0].lines[-1]
        assert dot.get_xdata()[0] == pytest.approx(0.95 if per == "year" else 0.95**12)
        assert dot.get_ydata()[0] == pytest.approx(multiple, abs=5e-4)


def test_sorting_lifts_the_firm_between_two_groups_that_stay_flat():
    loyal, others, firm = make("sorting")._figure.axes[0].lines
    assert [*loyal.get_ydata(), *others.get_ydata()] == [0.9, 0.9, 0.5, 0.5]
    assert np.round(firm.get_ydata()[:4], 3).tolist() == [0.7, 0.757, 0.806, 0.841]
    assert (np.diff(firm.get_ydata()) > 0).all()


def test_the_survival_forecast_sees_the_years_it_says_and_no_other():
    explorer = make("survival_forecast")
    explorer.set(group="Regular", seen=3)
    constant, model, seen, held_out = explorer._figure.axes[0].lines
    assert seen.get_ydata() == pytest.approx([1, 0.631, 0.468, 0.382])
    assert held_out.get_xdata().tolist() == [4, 5, 6, 7, 12]
    assert constant.get_ydata()[12] < model.get_ydata()[12] < held_out.get_ydata()[-1]
    assert np.asarray(model.get_ydata())[[0, 12]] == pytest.approx([1, 0.156], abs=5e-4)
