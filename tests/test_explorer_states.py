"""Every explorer at every combination of its ends and in 200 random states: words, layout in three fonts, colours."""

import random
import re
from functools import lru_cache
from math import cos, radians, sin
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from PIL import ImageFont

from clvlib.course import explorers
from clvlib.course.explorer import _places

pytestmark = pytest.mark.slow

RANDOM_STATES = 200
WIDTH, HEIGHT = 720, 380
FONTS = {
    "DejaVu Sans": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),  # matplotlib's own, and the widest
    "Liberation Sans": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),  # as wide as Arial
    "Noto Sans CJK": ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
}
CSS = Path(explorers.__file__).parents[1].joinpath("explorer.css").read_text(encoding="utf-8")
PAIRS = dict(re.findall(r"--c-(\w{6}): light-dark\((#\w{6}, #\w{6})\)", CSS))
TINTS = set(re.findall(r"--c-(\w{6}):", CSS.partition("/* tints")[2]))


def states(explorer):
    yield from explorer.extremes()
    dice = random.Random(12)
    for _ in range(RANDOM_STATES):
        yield {name: dice.choice(_places(control))[1] for name, control in explorer.controls.items()}


@pytest.mark.parametrize("name", explorers.__all__)
def test_in_every_state_it_is_explained_and_drawn_and_nothing_is_cut_or_overlaps(name):
    explorer = getattr(explorers, name)()
    fonts = [font for font in FONTS if _font(font, 0)]
    for state in states(explorer):
        explorer.set(**state)
        assert "cannot be shown" not in explorer.text, state
        assert not re.search(r"\b(nan|inf)\b", explorer.text.lower()), state
        assert len(explorer.text) > 40
        assert 10 < len(explorer.shown["title"]) <= 120, state
        root = ElementTree.fromstring(explorer.shown["svg"])
        assert len(root.findall(".//{*}path")) > 5, f"an empty picture at {state}"
        texts = list(root.iter("{http://www.w3.org/2000/svg}text"))
        for words in (explorer.text, explorer.shown["title"], *(text.text for text in texts)):
            assert not re.search(r"(?<![\d.])[-−]0(\.0+)?(?![.\d])", words), f"minus nothing in {words!r} at {state}"
        for font in fonts:
            outlines = np.array([_outline(text, font) for text in texts])
            for text, outline in zip(texts, outlines, strict=True):
                inside = (outline >= 0).all() and (outline <= [WIDTH, HEIGHT]).all()
                assert inside, f"{text.text!r} is cut off in {font} at {state}"
            low, high = outlines.min(axis=1), outlines.max(axis=1)
            near = ((low[:, None] < high) & (low < high[:, None])).all(axis=2)
            for one, other in np.argwhere(np.triu(near, 1)):
                pair = f"{texts[one].text!r} and {texts[other].text!r}"
                assert _apart(outlines[one], outlines[other]), f"{pair} overlap in {font} at {state}"


@pytest.mark.parametrize("font", FONTS)
def test_the_font_is_here(font):
    if not _font(font, 0):
        pytest.skip(f"no {font} here: the layout of the explorers was not looked at in it")


@pytest.mark.parametrize("name", explorers.__all__)
def test_every_colour_is_mapped_and_text_is_read_on_what_lies_beneath(name):
    explorer = getattr(explorers, name)()
    for state in explorer.extremes():
        explorer.set(**state)
        svg = explorer.shown["svg"]
        assert set(re.findall(r"#(\w{6})", svg)) <= PAIRS.keys(), state
        root = ElementTree.fromstring(svg)
        fills = []  # paths that are filled, from the back to the front
        for element in root.iter():
            color = (re.findall(r"--c-(\w{6})", element.get("fill", "")) or [None])[0]
            if element.tag.endswith("}path") and color and "a" not in element.get("d"):  # not the dots
                fills.append((_path(element.get("d")), color))
            if element.tag.endswith("}text"):
                middle = _outline(element, "DejaVu Sans").mean(axis=0)
                beneath = next((below for path, below in reversed(fills) if path.contains_point(middle)), "ffffff")
                for theme in (0, 1):
                    contrast = _contrast(_shown(color, theme), _shown(beneath, theme))
                    assert contrast >= 4.5, f"{element.text!r}, {color} on {beneath}: {contrast:.1f} at {state}"


@pytest.mark.parametrize("color", sorted(PAIRS))
def test_marks_stand_out_from_the_page_in_both_themes(color):
    for theme in (0, 1):
        contrast = _contrast(_shown(color, theme), _shown("ffffff", theme))
        assert contrast < 3 if color in TINTS else contrast >= 3


@pytest.mark.parametrize(
    "pair", [("0072b2", "d55e00"), ("0072b2", "8dbfe0"), ("d55e00", "f5d9c8"), ("c4c4c4", "0072b2")], ids="-".join
)
def test_what_is_told_apart_by_colour_is_told_apart_in_grey(pair):
    for theme in (0, 1):
        assert _contrast(*(_shown(color, theme) for color in pair)) >= 1.3


def _shown(color, theme):
    return PAIRS[color].split(", ")[theme]


def _contrast(one, other):
    """As WCAG 2.2 has it."""
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color):
    parts = np.array([int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@lru_cache
def _font(name, bold):
    own = Path(matplotlib.get_data_path(), "fonts", "ttf", FONTS[name][bold])
    try:
        return ImageFont.truetype(str(own) if own.exists() else FONTS[name][bold], 100)
    except OSError:
        return None


@lru_cache(10_000)
def _ink(words, name, bold):
    """Left, top, right and bottom of the letters from where they start on the baseline, and how far they go; in ems."""
    font = _font(name, bold)
    return np.array(font.getbbox(words, anchor="ls")) / 100, font.getlength(words) / 100


def _outline(text, font):
    """The four corners of a <text>."""
    (left, top, right, bottom), length = _ink(text.text, font, int(text.get("font-weight") == "bold"))
    start = {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor", "start")] * length
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]]) - [start, 0]
    angle = radians(float(text.get("transform", "rotate(0 ").removeprefix("rotate(").split()[0]))
    turned = corners @ [[cos(angle), sin(angle)], [-sin(angle), cos(angle)]]
    return float(text.get("font-size")) * turned + [float(text.get("x")), float(text.get("y"))]


def _apart(one, other):
    """Whether a line along a side of one of two rectangles parts them."""
    for corners in (one, other):
        for side in (corners[1] - corners[0], corners[2] - corners[1]):
            first, second = one @ side, other @ side
            if first.max() <= second.min() or second.max() <= first.min():
                return True
    return False


def _path(d):
    """Straight lines only, which is what areas are made of."""
    parts = [np.array(part.split(), dtype=float) for part in re.findall(r"[-\d. e]+", re.sub("[MLQCZ]", " ", d))]
    return matplotlib.path.Path(parts[0].reshape(-1, 2), closed=False)
