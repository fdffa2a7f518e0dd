"""A learner at the screen: explorers on a page of their own and in JupyterLab, an exercise answered."""

import base64
import io
import os
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from browser import PATIENCE, chromium, find_chromium, jupyterlab, open_and_run, wait, write_answer
from matplotlib.colors import to_rgba_array
from matplotlib.image import imread, imsave

from clvlib import plots
from clvlib.course import explorers
from clvlib.course.notebooks import KERNEL

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
ESM, CSS = (ROOT / "clvlib" / "course" / f"explorer.{kind}" for kind in ("js", "css"))

if find_chromium() is None and not os.environ.get("CLV_BROWSER_REQUIRED"):
    pytest.skip(
        "no Chromium here: install it (Debian, Ubuntu: apt install chromium; macOS: brew install --cask chromium; "
        "Windows: Google Chrome on the PATH) to run the browser tests",
        allow_module_level=True,
    )


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab on a copy of the course, so that no file of it is changed."""
    folder = tmp_path_factory.mktemp("course")
    for name in ("notebooks", "exercises"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".progress", ".ipynb_checkpoints"))
    for name, cells in NOTEBOOKS.items():
        cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), folder / name)
    with jupyterlab(folder) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.set_default_timeout(PATIENCE * 1000)
    yield page
    if pictures := os.environ.get("CLV_SCREENSHOTS"):
        page.screenshot(path=f"{pictures}/{os.environ['PYTEST_CURRENT_TEST'].split('::')[1].split(' ')[0]}.png")
    page.close()


@pytest.fixture
def plain(page):
    """A page without Jupyter, in which `view` stands ready."""
    page.set_content(
        f"<!doctype html><html lang=en><title>Explorer</title><style>{CSS.read_text(encoding='utf-8')}</style>"
        "<body style='margin: 0'><main></main>"
    )
    page.add_script_tag(content=ESM.read_text(encoding="utf-8") + "\nwindow.view = view", type="module")
    page.wait_for_function("() => window.view !== undefined")
    return page


def show(page, explorer):
    """An explorer that Python answers for, without a kernel."""
    page.expose_function("answer", lambda positions, ahead: explorer._answer(tuple(positions)))
    page.evaluate(
        "([panel, shown]) => void view(document.querySelector('main'), panel, shown, (...asked) => answer(...asked))",
        [explorer.panel, explorer.shown],
    )


def show_slider(page, answered=True):
    """A slider of its own, 50 of 0 to 100. A question waits in `asked` until `reply(place)`; time stands still."""
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.evaluate(
        """answered => {
          window.asked = [];
          const words = Array.from({ length: 101 }, (_, place) => `${place} days`);
          const picture = at => ({ positions: [at], svg: `<svg viewBox="0 0 1 1"><text>${at}</text></svg>`,
                                   title: `Day ${at}`, text: `It is day ${at}.` });
          const ask = ([at], ahead) => new Promise(done => asked.push({ at, ahead, done }));
          window.reply = (place, failed) => asked[place].done(failed ? { failed } : picture(asked[place].at));
          window.picture = picture;
          const panel = [{ label: "Days", kind: "slider", words, start: 50 }];
          window.explorer = view(document.querySelector("main"), panel, picture(50), answered ? ask : null);
        }""",
        answered,
    )


def asked(page):
    return page.evaluate("asked.map(({ at, ahead }) => (ahead ? [at] : at))")  # a list: only drawn ahead


@pytest.mark.parametrize("name", explorers.__all__)
def test_every_control_and_the_figure_have_role_name_and_value(name, plain):
    explorer = getattr(explorers, name)()
    show(plain, explorer)
    tree = plain.context.new_cdp_session(plain).send("Accessibility.getFullAXTree")["nodes"]
    said = [(node["role"]["value"], node["name"]["value"]) for node in tree if not node["ignored"]]
    kinds = {"slider": "slider", "choice": "combobox", "switch": "checkbox"}
    expected = [(kinds[control["kind"]], control["label"]) for control in explorer.panel]
    expected += [("button", "Reset"), ("image", explorer.text)]
    assert [pair for pair in said if pair[0] in {*kinds.values(), "button", "image"}] == expected
    sliders = [control for control in explorer.panel if control["kind"] == "slider"]
    values = plain.locator("[type=range]").evaluate_all("all => all.map(slider => slider.ariaValueText)")
    assert values == [slider["words"][slider["start"]] for slider in sliders]
    assert plain.get_by_role("status").all_inner_texts() == ["", explorer.text]


@pytest.mark.parametrize("name", explorers.__all__)
def test_the_keyboard_alone_does_everything(name, plain):
    explorer = getattr(explorers, name)()
    show(plain, explorer)
    sentence = plain.locator(".clv-sentence")
    for place, control in enumerate(explorer.panel):
        plain.keyboard.press("Tab")
        step = 1 if control["start"] + 1 < len(control["words"]) else -1
        plain.keyboard.press("Space" if control["kind"] == "switch" else {1: "ArrowRight", -1: "ArrowLeft"}[step])
        there = list(explorer._start)
        there[place] += step
        expected = explorer._answer(tuple(there))
        wait(lambda text=expected["text"]: sentence.inner_text() == text, f"{control['label']} did not move")
        assert plain.locator("figcaption").inner_text() == expected["title"]
        assert plain.locator("[role=img]").get_attribute("aria-label") == expected["text"]
        to_reset = len(explorer.panel) - place
        for _ in range(to_reset):
            plain.keyboard.press("Tab")
        plain.keyboard.press("Enter")
        wait(lambda: sentence.inner_text() == explorer.text, "Reset did not set it back")
        for _ in range(to_reset):
            plain.keyboard.press("Shift+Tab")


def test_what_a_newer_state_has_overtaken_is_never_asked_for(plain):
    show_slider(plain)
    plain.get_by_role("slider").press("ArrowRight")
    for _ in range(8):
        plain.keyboard.press("ArrowRight")
    assert asked(plain) == [51]
    plain.evaluate("reply(0)")
    assert asked(plain) == [51, 59]
    assert plain.locator("figcaption").inner_text() == "Day 51"  # on the way there, and not yet to be read out
    assert plain.locator(".clv-sentence").get_attribute("aria-busy") == "true"
    plain.keyboard.press("Home")
    plain.keyboard.press("ArrowLeft")
    plain.evaluate("reply(1)")
    plain.evaluate("reply(2)")
    assert asked(plain)[:3] == [51, 59, 0]
    assert plain.locator("figcaption").inner_text() == "Day 0"
    assert plain.locator(".clv-sentence").get_attribute("aria-busy") == "false"


def test_the_neighbours_are_drawn_ahead_and_shown_before_anybody_answers(plain):
    show_slider(plain)
    plain.get_by_role("slider").focus()
    assert asked(plain) == []
    plain.clock.run_for(100)
    for number, place in enumerate([51, 49, 52]):
        assert asked(plain)[number:] == [[place]]
        plain.evaluate("reply", number)
    plain.keyboard.press("ArrowRight")
    assert plain.locator("figcaption").inner_text() == "Day 51"
    plain.keyboard.press("ArrowRight")
    assert plain.locator("figcaption").inner_text() == "Day 52"
    assert plain.locator(".clv-sentence").get_attribute("aria-busy") == "false"
    plain.clock.run_for(100)
    assert asked(plain)[3:] == [51]  # whoever answers hears where the slider is, and draws nothing ahead meanwhile
    plain.evaluate("reply(3)")
    assert asked(plain)[4:] == [52]
    assert plain.locator("figcaption").inner_text() == "Day 52"
    plain.evaluate("reply(4)")
    plain.clock.run_for(100)
    assert asked(plain)[5:] == [[53]]


def test_no_answer_and_a_failure_are_said_and_the_next_answer_mends_both(plain):
    show_slider(plain)
    problem, title = plain.locator(".clv-problem"), plain.locator("figcaption")
    plain.get_by_role("slider").press("ArrowRight")
    plain.clock.run_for(1000)
    assert problem.inner_text() == ""
    plain.clock.run_for(1000)
    assert problem.inner_text().startswith("The picture waits for the kernel")
    plain.keyboard.press("ArrowRight")
    assert asked(plain) == [51, 52]
    plain.evaluate("reply(1)")
    assert (problem.inner_text(), title.inner_text()) == ("", "Day 52")
    plain.evaluate("reply(0)")  # late, and overtaken
    assert (problem.inner_text(), title.inner_text()) == ("", "Day 52")
    assert asked(plain) == [51, 52]
    plain.keyboard.press("End")
    plain.evaluate("reply(2, 'No ink is left.')")
    assert (problem.inner_text(), title.inner_text()) == ("No ink is left.", "Day 52")
    plain.keyboard.press("Home")
    plain.evaluate("reply(3)")
    assert asked(plain) == [51, 52, 100, 0]
    assert (problem.inner_text(), title.inner_text()) == ("", "Day 0")
    plain.keyboard.press("End")
    plain.clock.run_for(2000)
    plain.evaluate("explorer.retry()")  # the kernel is back
    assert asked(plain) == [51, 52, 100, 0, 100, 100]
    plain.evaluate("reply(5)")
    assert (problem.inner_text(), title.inner_text()) == ("", "Day 100")


def test_a_state_set_from_outside_moves_the_controls(plain):
    show_slider(plain)
    plain.evaluate("explorer.set(picture(7))")
    assert plain.get_by_role("slider").get_attribute("aria-valuetext") == "7 days"
    assert plain.locator("figcaption").inner_text() == "Day 7"
    assert asked(plain) == []


def test_where_nobody_answers_the_stored_picture_stays(plain):
    show_slider(plain, answered=False)
    assert plain.get_by_role("slider").is_disabled()
    assert plain.get_by_role("button").is_disabled()
    assert plain.locator("figcaption").inner_text() == "Day 50"


@pytest.mark.parametrize("name", ["worksheet_ladder", "margin_multiple"])
def test_it_fits_a_screen_of_320_pixels(name, plain):
    plain.set_viewport_size({"width": 320, "height": 700})
    show(plain, getattr(explorers, name)())
    assert plain.evaluate("document.documentElement.scrollWidth") <= 320
    widths = plain.locator("input, select, button, figcaption, .clv-sentence, [role=img]").evaluate_all(
        "all => all.map(part => part.getBoundingClientRect()).map(({ left, right }) => [left, right])"
    )
    assert all(0 <= left < right <= 320 for left, right in widths)
    letters = plain.locator("svg text").first.evaluate(
        "text => parseFloat(text.getAttribute('font-size')) * text.getScreenCTM().a"
    )
    assert letters > 9
    picture = plain.locator("[role=img]")
    picture.press("End")  # too wide now, and scrolled by keys
    picture.press("ArrowRight")
    wait(lambda: picture.evaluate("part => part.scrollLeft") > 0, "the picture does not scroll")
    plain.emulate_media(media="print")
    assert picture.locator("svg").evaluate("svg => svg.getBoundingClientRect().width") <= 320


@pytest.mark.parametrize("name", explorers.__all__)
def test_the_start_of_every_slider_is_marked_where_its_thumb_is(name, plain):
    explorer = getattr(explorers, name)()
    show(plain, explorer)
    sliders, marks = plain.get_by_role("slider").all(), plain.locator(".clv-start").all()
    starts = [control for control in explorer.panel if control["kind"] == "slider"]
    for slider, mark, control in zip(sliders, marks, starts, strict=True):
        track, line = slider.bounding_box(), mark.bounding_box()
        thumb = track["x"] + 8 + (track["width"] - 16) * control["start"] / (len(control["words"]) - 1)
        assert line["x"] + line["width"] / 2 == pytest.approx(thumb, abs=1)
        assert track["y"] < line["y"] < track["y"] + track["height"] + 4
        look = "part => getComputedStyle(part).backgroundColor"
        assert mark.evaluate(look) == "rgb(85, 85, 85)"
        plain.emulate_media(color_scheme="dark")
        assert mark.evaluate(look) == "rgb(180, 180, 180)"
        plain.emulate_media(color_scheme="light")


def test_the_colours_follow_the_theme_and_paper_is_light(plain):
    explorer = explorers.worksheet_ladder()
    show(plain, explorer)
    dot = plain.locator("svg path[fill*='0072b2']").last

    def colours():
        return dot.evaluate("dot => getComputedStyle(dot).fill"), plain.locator(".clv-explorer").evaluate(
            "all => getComputedStyle(all).colorScheme"
        )

    light = colours()
    plain.emulate_media(color_scheme="dark")
    dark = colours()
    assert light[0] != dark[0]
    plain.evaluate("document.body.dataset.jpThemeLight = 'true'")
    assert colours() == (light[0], "light")
    plain.evaluate("document.body.dataset.jpThemeLight = 'false'")
    assert colours() == (dark[0], "dark")
    plain.get_by_role("slider").first.press("ArrowRight")
    moved = explorer._answer((explorer._start[0] + 1, *explorer._start[1:]))
    wait(lambda: plain.locator("figcaption").inner_text() == moved["title"], "the picture did not follow")
    plain.emulate_media(media="print")
    assert plain.locator("figcaption").inner_text() == moved["title"]
    shown = plain.locator("svg text").evaluate_all("all => all.map(text => text.textContent)")
    assert shown == [text.text for text in ElementTree.fromstring(moved["svg"]).findall(".//{*}text")]
    assert colours() == (light[0], "light")
    assert plain.locator("[role=img]").is_visible()
    assert plain.locator(".clv-foot").is_hidden()


def luminance(colour):
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in colour]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_a_figure_is_dark_on_a_dark_page_and_white_on_light_ones_and_on_paper(page):
    """Words keep a contrast of 4.5, what is drawn of 3."""
    words, drawn = ["black", plots.DARK_GREY], [*plots.STYLE["axes.prop_cycle"].by_key()["color"]]
    colours = to_rgba_array(["white", *words, *drawn])
    png = io.BytesIO()
    imsave(png, np.tile(colours.repeat(20, axis=0)[None], (20, 1, 1)))
    page.set_content(
        f"<style>{(ROOT / '.ci' / 'custom.css').read_text(encoding='utf-8')}</style><body style='background: #111'>"
        "<div class=jp-RenderedImage><img alt='' "
        f"src='data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}'></div>"
    )

    def seen():
        return imread(io.BytesIO(page.locator("img").screenshot()))[10, 10::20, :3]

    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    ground, *inks = map(luminance, seen())
    assert ground < 0.02
    contrasts = [(ink + 0.05) / (ground + 0.05) for ink in inks]
    assert min(contrasts[: len(words)]) > 4.5
    assert min(contrasts) > 3
    page.emulate_media(media="print")
    assert np.allclose(seen(), colours[:, :3], atol=0.01), "paper is white"
    page.emulate_media(media="screen")
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    assert np.allclose(seen(), colours[:, :3], atol=0.01)


def test_in_jupyterlab_a_figure_takes_the_theme(lab, page):
    """The style comes with `make lab`; figures are stored as they were."""
    page.goto(f"{lab}/lab/workspaces/dark/tree/notebooks/03_retention.ipynb")
    figure = page.locator(".jp-RenderedImage > img").first
    look = "figure => getComputedStyle(figure).filter"
    assert figure.evaluate(look) == "none"
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    assert figure.evaluate(look) == "invert(1) hue-rotate(180deg)"


NOTEBOOKS = {
    "box.ipynb": [
        "import ipywidgets\nfrom clvlib.course import explorers\nexplorer = explorers.margin_multiple()",
        """words, place = ipywidgets.HTML(), ipywidgets.IntSlider(description="Linked", max=100)
ipywidgets.jslink((explorer, "text"), (words, "value"))
ipywidgets.jslink((explorer.controls["kept"], "index"), (place, "value"))
seen = []
explorer.observe(lambda change: seen.append(change.new), names="text")
beside = ipywidgets.interactive(lambda kept: print(f"beside: {kept}"), kept=explorer.controls["kept"])
ipywidgets.VBox([explorer, words, place, beside.children[-1]])""",
        'explorer.set(kept=0.9)\nprint("said:", seen[-1][:30])',
    ],
}


WHICH_IS_SELECTED = "cells => cells.map(cell => cell.classList.contains('jp-mod-selected'))"


def test_in_jupyterlab_the_keys_stay_in_the_slider(lab, page):
    open_and_run(lab, page, "notebooks/01_worksheet.ipynb", "the test costs 120,000 RMB")
    explorer = page.locator(".clv-explorer").first
    explorer.scroll_into_view_if_needed()
    sentence = explorer.locator(".clv-sentence")
    wait(lambda: "24,134" in sentence.inner_text(), "no explanation shown")
    explorer.get_by_role("slider", name="Margin rate on sales").focus()
    cells = page.locator(".jp-Cell")
    before = cells.evaluate_all(WHICH_IS_SELECTED)
    assert before.count(True) == 1
    for key in ("b", "a", "d", "d", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
    wait(lambda: "At a margin rate of 9.5%" in sentence.inner_text(), "the text did not follow the slider")
    assert cells.evaluate_all(WHICH_IS_SELECTED) == before
    assert explorer.locator("svg").evaluate("svg => svg.getBoundingClientRect().width") > 500
    explorer.get_by_role("button", name="Reset").click()
    wait(lambda: "At a margin rate of 9.3%" in sentence.inner_text(), "reset did not set the slider back")


def test_in_jupyterlab_it_stands_in_a_box_beside_linked_widgets_and_survives_a_restart(lab, page):
    open_and_run(lab, page, "box.ipynb", "said: Keeping 90% a year")
    explorer = page.locator(".clv-explorer")
    sentence, kept = explorer.locator(".clv-sentence"), explorer.get_by_role("slider", name="Retention rate")
    wait(lambda: kept.get_attribute("aria-valuetext") == "90%", "the control did not follow `set`")
    kept.press("ArrowRight")
    wait(lambda: "Keeping 91% a year" in sentence.inner_text(), "the text did not follow the slider")
    page.locator(".widget-html-content", has_text="Keeping 91% a year").wait_for()
    page.get_by_text("beside: 0.91").wait_for()
    assert page.locator(".widget-slider .widget-readout").first.inner_text() == "51"
    page.locator(".noUi-handle").first.press("ArrowRight")
    wait(lambda: "Keeping 92% a year" in sentence.inner_text(), "the explorer did not follow its linked slider")
    assert kept.get_attribute("aria-valuetext") == "92%"
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("Restart Kernel…")).click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    explorer.get_by_text("If it was restarted, run this cell again").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    wait(lambda: kept.get_attribute("aria-valuetext") == "90%", "no new explorer after the restart")
    kept.press("ArrowRight")
    wait(lambda: "Keeping 91% a year" in sentence.inner_text(), "the new explorer does not follow its slider")


def test_exercise_1_says_what_is_wrong_and_then_that_it_is_right(lab, page):
    open_and_run(lab, page, "exercises/01_worksheet.ipynb", "0 of 8 questions done")
    write_answer(page, "worksheet_value = 12 * 65 * 1.52 * 220", 'ex.check("q1", worksheet_value)')
    page.get_by_text("The worksheet takes the cost of winning her away").wait_for()
    write_answer(page, "worksheet_value = 12 * 65 * 1.52 * 220 - 57", 'ex.check("q1", worksheet_value)')
    page.get_by_text("1 of 8 questions done").first.wait_for()


def test_the_buttons_of_a_card_give_a_hint_the_solution_and_another_case(lab, page):
    open_and_run(lab, page, "exercises/02_time_value.ipynb", "questions done")
    cell = page.locator(".jp-CodeCell", has=page.locator(".cm-content", has_text='ex.check("q1"'))
    write_answer(page, "wrong = -1", 'ex.check("q1", wrong)')
    cell.get_by_role("button", name="Hint (costs").click()
    cell.get_by_text("Hint 1 of").wait_for()
    cell.get_by_role("button", name="Solution (costs").click()
    cell.get_by_text("One way to answer question 1").wait_for()
    cell.get_by_role("button", name="Another case").click()
    cell.get_by_text("Another case, number").wait_for()
    assert page.locator(".jp-OutputArea", has_text="Traceback").count() == 0


def test_a_deleted_name_gets_one_sentence(lab, page):
    open_and_run(lab, page, "exercises/01_worksheet.ipynb", "questions done")
    write_answer(page, "worksheet_value = visits_per_year * lifetime", 'ex.check("q1", worksheet_value)')
    page.get_by_text("lifetime is not defined").wait_for()
    page.get_by_text("Line 1: the cell that makes it was not run yet").wait_for()
    assert page.locator(".jp-OutputArea", has_text="Traceback").count() == 0
