"""Slides of the lessons: marked in each, one idea each, readable from the back. `make site-test` builds them."""

import importlib.util
import os
import re
import sys
from pathlib import Path

import nbformat
import pytest
from browser import chromium, find_chromium

from clvlib.course.notebooks import tidy

ROOT = Path(__file__).parents[1]
LESSONS = sorted(path.stem for path in ROOT.glob("notebooks/[0-9]*.ipynb"))
PARTS = ["Predict", "Compute", "Explore", "Break it", "Audit the claim", "Decide", "Take-away"]
REQUIRED = os.environ.get("CLV_SITE_REQUIRED")


# What cells say: no slide is built.


@pytest.fixture(params=LESSONS)
def lesson(request):
    return nbformat.read(ROOT / "notebooks" / f"{request.param}.ipynb", as_version=4)


def places(notebook):
    return [cell.metadata.slideshow.slide_type for cell in notebook.cells]


def test_each_cell_of_a_lesson_has_its_place_and_keeps_it(lesson):
    before = places(lesson)
    assert set(before) <= {"slide", "subslide", "fragment", "skip", "notes", "-"}
    assert before[0] == "slide"
    assert places(tidy(lesson)) == before


def test_a_lesson_shows_its_pictures_its_turns_and_not_too_much(lesson):
    shown = [cell for cell in lesson.cells if cell.metadata.slideshow.slide_type == "fragment"]
    pictures = [cell for cell in shown if any("image/png" in output.get("data", {}) for output in cell.outputs)]
    turns = [cell for cell in shown if "turn.check(" in cell.source]
    assert 3 <= len(pictures) <= 10
    assert len(turns) == sum("turn.check(" in cell.source for cell in lesson.cells) >= 3
    assert 10 <= len(shown) <= 32


# What is built.


@pytest.fixture(scope="module")
def slides():
    if importlib.util.find_spec("sphinx_revealjs") is None:
        if REQUIRED:
            pytest.fail("CLV_SITE_REQUIRED is set, and there is no reveal.js: run make site-test")
        pytest.skip("needs reveal.js: make site-test brings it")
    sys.path.insert(0, str(ROOT / "docs"))
    import slides

    yield slides
    sys.path.remove(str(ROOT / "docs"))


@pytest.fixture(scope="module")
def decks(slides):
    return {deck.lesson.name: deck.slides for deck in slides.decks()}


@pytest.mark.slow
def test_a_deck_goes_from_the_question_to_the_take_away(decks):
    assert list(decks) == LESSONS
    for name, deck in decks.items():
        kinds = [slide.kind for slide in deck]
        assert kinds[0] == "title", name
        assert 10 <= len(deck) <= 48, name
        seen = [re.sub("<code>.*?</code>", "", "".join([slide.lead, slide.shown, *slide.then])) for slide in deck]
        assert not [each for each in seen if "**" in each], name
        assert not [slide.lead for slide in deck if slide.lead.count("&quot;") % 2], name
        if name == "00_start_here":
            continue
        assert list(dict.fromkeys(slide.part for slide in deck if slide.part in PARTS)) == PARTS, name
        assert kinds.count("case") >= 2, name
        assert kinds.count("claim") >= 2, name
        assert kinds.count("decision") >= 1, name
        assert kinds[-1] == "points", name


@pytest.mark.slow
def test_a_slide_says_one_thing_and_the_notes_have_the_rest(slides, decks):
    for name, deck in decks.items():
        for number, slide in enumerate(deck, 1):
            seen = slides.BeautifulSoup("".join([slide.lead, *slide.then]), "html.parser").get_text(" ")
            assert len(seen.split()) <= 100, (name, number)
            if slide.kind == "turn":
                assert slide.shown, (name, number)
                assert slide.notes[0].startswith("<p>Answer: "), (name, number)
    notes = " ".join(note for slide in decks["03_retention"] for note in slide.notes)
    assert "Ask which before you" in notes


@pytest.mark.slow
def test_a_slide_takes_the_sentence_before_and_the_first_after(decks):
    clubs = next(slide for slide in decks["03_retention"] if "one club" in slide.shown)
    assert (
        clubs.lead == "<p>A count of customers says nothing about any of this. Two clubs have 10,000 members each:</p>"
    )
    assert clubs.then == [
        "<p>Equal counts, different lives: to stay as large, one must win 6,000 members a year, the other 3,000.</p>"
    ]
    assert not [slide for deck in decks.values() for slide in deck for said in slide.then if said.endswith(":</p>")]
    turn = next(slide for slide in decks["03_retention"] if slide.kind == "turn")
    assert turn.shown == "<p>What is 60 % a year in a month?</p>"
    assert turn.notes[0] == "<p>Answer: 0.0735 as a fraction</p>"
    claim = next(slide for slide in decks["03_retention"] if slide.kind == "claim")
    assert claim.shown.startswith("<p>In many firms the customers")
    assert claim.then[0] == "<p><strong>unsupported</strong></p>"


LOOK = """() => [...document.querySelectorAll("section")].map((section, number) => {
  Reveal.slide(number);
  const page = section.querySelector(".page"), room = page.getBoundingClientRect();
  const inside = box => box.left >= room.left && box.right <= room.right + 1 && box.bottom <= room.bottom + 1;
  const boxes = [...page.querySelectorAll("p, li, img, td, th, pre")];
  const bodies = [...page.children].filter(each => each.className !== "part").map(each => each.getBoundingClientRect());
  const figure = page.querySelector("img"), table = page.querySelector("table, pre");
  const body = page.querySelector(".shown");
  return {
    overflows: page.scrollHeight > page.clientHeight + 1 || (body && body.scrollHeight > body.clientHeight + 2)
      || bodies.some(box => box.top < room.top + 60)
      || !boxes.every(box => inside(box.getBoundingClientRect())),
    overlaps: bodies.some((box, place) => place > 0
      && box.top < bodies[place - 1].bottom - 1 && box.left < bodies[place - 1].right - 1),
    figure: figure && figure.complete && figure.naturalWidth > 0 ? figure.clientHeight / room.height : null,
    silent: figure && !figure.alt,
    type: table ? parseFloat(getComputedStyle(table).fontSize) : null,
  };
})"""


@pytest.mark.slow
def test_no_slide_overflows_and_all_can_be_read_from_the_back(slides, decks, tmp_path):
    if not find_chromium():
        if REQUIRED:
            pytest.fail("CLV_SITE_REQUIRED is set, and no Chromium was found")
        pytest.skip("needs Chromium")
    slides.build(tmp_path / "slides")
    wrong = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        asked, errors = [], []
        page.on("request", lambda each: asked.append(each.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        for name, deck in decks.items():
            page.goto((tmp_path / "slides" / f"{name}.html").as_uri())
            page.wait_for_function("Reveal.isReady()")
            page.evaluate("Reveal.configure({ fragments: false })")
            looks = page.evaluate(LOOK)
            assert len(looks) == len(deck)
            for number, (slide, look) in enumerate(zip(deck, looks, strict=True), 1):
                too_small = look["type"] and look["type"] < slides.SMALLEST
                no_figure = slide.kind == "picture" and not (look["figure"] and look["figure"] > 0.33)
                if look["overflows"] or look["overlaps"] or look["silent"] or too_small or no_figure:
                    wrong.append((name, number, look))
    assert not wrong
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    assert not errors
    assert sum(path.stat().st_size for path in (tmp_path / "slides").iterdir()) < 6e6
    assert not re.findall(r"https?://[^\s\"']*\.(?:js|css)\b", (tmp_path / "slides" / "03_retention.html").read_text())
