"""The lean SVG writer: what stands where, how much of it, and in whose colours."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

from clvlib.course.svg import svg


def drawn(draw, **look):
    figure = Figure(figsize=(4, 3), frameon=False, **look)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, 4)
    axes.set_ylim(0, 3)
    axes.set_axis_off()
    draw(axes)
    return ElementTree.fromstring(svg(figure))


def paths(root):
    return [path for path in root.iter("{http://www.w3.org/2000/svg}path") if path.get("fill") or path.get("stroke")]


def numbers(path):
    return [float(number) for number in re.findall(r"-?[\d.]+", path.get("d"))]


def test_a_line_goes_through_its_points_from_the_top_down():
    root = drawn(lambda axes: axes.plot([1, 2, 3], [1, 2, 1], color="#0072B2", linewidth=7.2, linestyle="--"))
    assert root.get("viewBox") == "0 0 400 300"
    (line,) = paths(root)
    assert numbers(line) == pytest.approx([100, 200, 200, 100, 300, 200], abs=1)
    assert line.get("stroke") == "var(--c-0072b2,#0072b2)"
    assert line.get("fill") == "none"
    assert float(line.get("stroke-width")) == pytest.approx(10)
    dash, gap = map(float, line.get("stroke-dasharray").split())
    assert (dash, gap) == pytest.approx((37, 16))  # 3.7 and 1.6 line widths, matplotlib's own dashes


def test_missing_points_part_a_line():
    (line,) = paths(drawn(lambda axes: axes.plot([1, 2, np.nan, 3, 3.5], [1, 1, 1, 2, 2])))
    assert line.get("d").count("M") == 2


@pytest.mark.parametrize("marker", ["o", "s", "x", "v", "^"])
def test_a_thousand_markers_are_one_path(marker):
    x, y = np.random.default_rng(1).uniform(0.5, 2.5, (2, 1000))
    x[0] = np.nan
    root = drawn(lambda axes: axes.plot(x, y, marker, color="#D55E00", markersize=3, markeredgewidth=1))
    (points,) = paths(root)
    assert points.get("d").count("M") == 999
    place = re.match(r"M(\S+) (\S+?)[a-z]", points.get("d"))
    assert (float(place[1]), float(place[2])) == pytest.approx((100 * x[1], 300 - 100 * y[1]), abs=0.1)


def test_dots_without_an_edge_are_a_few_letters_each():
    x, y = np.random.default_rng(1).uniform(0.5, 2.5, (2, 1000))
    (dots,) = paths(drawn(lambda axes: axes.plot(x, y, "o", color="#0072B2", markersize=7.2, markeredgewidth=0)))
    assert len(dots.get("d")) < 16_000
    assert dots.get("stroke-linecap") == "round"
    assert float(dots.get("stroke-width")) == pytest.approx(10)


def test_a_hollow_marker_keeps_its_edge():
    (dot,) = paths(drawn(lambda axes: axes.plot([1], [1], "o", color="black", markerfacecolor="white", markersize=7.2)))
    assert dot.get("fill") == "var(--c-ffffff,#ffffff)"
    assert dot.get("stroke") == "var(--c-000000,#000000)"
    assert numbers(dot)[:4] == [100, 200, -5, 0]


def test_a_triangle_points_up():
    (dot,) = paths(drawn(lambda axes: axes.plot([1], [1], "^", color="black", markersize=7.2)))
    assert dot.get("d") == "M100 200m0 -5l-5 10l10 0z"


@pytest.mark.parametrize(
    ("side", "anchor", "share"), [("left", "start", 0), ("center", "middle", 0.5), ("right", "end", 1)]
)
@pytest.mark.parametrize("angle", [0, 90])
def test_a_text_hangs_where_it_was_aligned_whatever_the_font(side, anchor, share, angle):
    look = {"ha": side, "va": "baseline", "rotation": angle, "rotation_mode": "anchor", "fontsize": 7.2}
    root = drawn(lambda axes: axes.text(2, 1, "Profit & loss", **look))
    (text,) = root.iter("{http://www.w3.org/2000/svg}text")
    assert text.text == "Profit & loss"
    assert text.get("text-anchor", "start") == anchor
    assert (float(text.get("x")), float(text.get("y"))) == pytest.approx((200, 200), abs=0.2)
    assert float(text.get("font-size")) == pytest.approx(10)
    assert text.get("transform") == (None if angle == 0 else f"rotate(-90 {text.get('x')} {text.get('y')})")


def test_bold_and_lines_of_a_text():
    root = drawn(lambda axes: axes.text(2, 1, "one\ntwo", weight="bold"))
    assert [(text.text, text.get("font-weight")) for text in root.iter("{http://www.w3.org/2000/svg}text")] == [
        ("one", "bold"),
        ("two", "bold"),
    ]


def test_formulas_are_drawn():
    root = drawn(lambda axes: axes.text(1, 1, "$r^2$"))
    assert not list(root.iter("{http://www.w3.org/2000/svg}text"))
    assert len(paths(root)) >= 1


def test_what_is_see_through_gets_the_colour_that_it_has_on_white():
    (area,) = paths(drawn(lambda axes: axes.axvspan(1, 2, color="#7F7F7F", alpha=0.4, linewidth=0)))
    assert area.get("fill") == "var(--c-cccccc,#cccccc)"
    assert area.get("fill-opacity") is None


def test_what_leaves_the_axes_is_clipped_there():
    figure = Figure(figsize=(4, 3), frameon=False)
    axes = figure.add_axes((0.25, 0, 0.5, 1))
    axes.set_axis_off()
    axes.plot([-1, 2], [0, 1])
    axes.set_xlim(0, 1)
    axes.plot([0, 1], [0, 1], clip_on=False)
    root = ElementTree.fromstring(svg(figure))
    inside, outside = paths(root)
    (clip,) = root.iter("{http://www.w3.org/2000/svg}clipPath")
    assert inside.get("clip-path") == f"url(#{clip.get('id')})"
    assert outside.get("clip-path") is None
    assert clip[0].get("d") == "M100 300h200v-300h-200z"


def test_two_drawings_of_one_figure_are_the_same():
    def draw(axes):
        axes.plot([1, 2], [1, 2], "o-")
        axes.text(1, 1, "here")

    assert ElementTree.tostring(drawn(draw)) == ElementTree.tostring(drawn(draw))
