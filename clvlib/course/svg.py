"""A matplotlib figure as a small SVG whose colours the page chooses.

Matplotlib's own writer sends one element a marker, ids and a style for the whole page. This one writes many markers as
one path, text as text, and each colour as a CSS variable named after it: `#0072b2` becomes `var(--c-0072b2,#0072b2)`,
so a style sheet may say what blue is in the dark. It knows no images and no hatches.
"""

from functools import lru_cache
from html import escape
from math import cos, radians, sin
from typing import Any

import numpy as np
from matplotlib import colors
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

DPI = 100
_LETTERS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}
_CAPS = {"butt": "butt", "round": "round", "projecting": "square"}
_ANCHORS = {"left": ("start", 0), "center": ("middle", 0.5), "right": ("end", 1)}


def svg(figure: Figure) -> str:
    """The figure as an `<svg>` element, `DPI` units an inch.

    Examples
    --------
    >>> print(svg(Figure(figsize=(1, 1), frameon=False)))
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"></svg>
    """
    figure.dpi = DPI
    _writer.start(*figure.bbox.size)
    figure.draw(_writer)
    return _writer.end()


class _Writer(RendererBase):
    def start(self, width: float, height: float) -> None:
        self._width, self._height = width, height
        self._parts: list[str] = []
        self._clips: dict[str, str] = {}

    def end(self) -> str:
        clips = "".join(f'<clipPath id="{name}"><path d="{d}"/></clipPath>' for d, name in self._clips.items())
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self._width:g} {self._height:g}">'
        return f"{head}{clips}{''.join(self._parts)}</svg>"

    # what matplotlib calls, with the arguments that RendererBase documents

    def draw_path(self, gc: Any, path: Any, transform: Any, rgbFace: Any = None) -> None:
        frame = None if rgbFace is not None else (0, 0, self._width, self._height)
        d = self._d(path, transform, gc, clip=frame, simplify=path.should_simplify and rgbFace is None)
        if d:
            self._parts.append(f'<path d="{d}"{self._look(gc, rgbFace)}/>')

    def draw_markers(
        self, gc: Any, marker_path: Any, marker_trans: Any, path: Any, trans: Any, rgbFace: Any = None
    ) -> None:
        """All of them as one path: to each place, then round the marker in steps from there."""
        places = trans.transform(path.vertices)
        places = places[np.isfinite(places).all(axis=1)]
        scale = marker_trans.to_values()
        shape, look = _in_steps(marker_path, scale), self._look(gc, rgbFace)
        if marker_path is Path.unit_circle() and not gc.get_linewidth():  # a dot: the round end of a line of no length
            width = f' stroke-width="{2 * scale[0]:.4g}" stroke-linecap="round"'
            shape, look = "h0", _paint("stroke", rgbFace, gc) + width + self._clip(gc)
        d = "".join(f"M{x:.4g} {self._height - y:.4g}{shape}" for x, y in places.tolist())
        self._parts.append(f'<path d="{d}"{look}/>')

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        if ismath:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)  # as paths
            return
        anchor, share = _ANCHORS[mtext.get_horizontalalignment() if mtext else "left"]
        width = share * self.get_text_width_height_descent(s, prop, ismath)[0]
        x, y = x + width * cos(radians(angle)), y - width * sin(radians(angle))
        size = self.points_to_pixels(prop.get_size_in_points())
        look = f' font-size="{size:.4g}"{_paint("fill", gc.get_rgb(), gc)}'
        if anchor != "start":
            look += f' text-anchor="{anchor}"'
        if prop.get_weight() in ("bold", 700):
            look += ' font-weight="bold"'
        if angle:
            look += f' transform="rotate({-angle:g} {x:.4g} {y:.4g})"'
        self._parts.append(f'<text x="{x:.4g}" y="{y:.4g}"{look}>{escape(s, quote=False)}</text>')

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        return _measure(s, prop.copy(), ismath)

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self._width, self._height

    def flipy(self) -> bool:
        return True

    def points_to_pixels(self, points: Any) -> Any:
        return points * DPI / 72

    def _d(self, path: Any, transform: Any, gc: Any = None, **how: Any) -> str:
        """What stands in the d of a <path>."""
        if gc is not None:
            how |= {"snap": gc.get_snap(), "stroke_width": self.points_to_pixels(gc.get_linewidth())}
        clean = path.cleaned(transform, remove_nans=True, curves=True, **how)
        words, last = [], None
        for (x, y), code in zip(clean.vertices.tolist(), clean.codes.tolist(), strict=True):
            if code == Path.CLOSEPOLY:
                words.append("Z")
            elif code != Path.STOP:
                letter = "" if code == last != Path.MOVETO else _LETTERS[code]
                words.append(f"{letter}{x:.4g} {self._height - y:.4g}")
            last = code
        return " ".join(words)

    def _look(self, gc: Any, face: Any) -> str:
        look = _paint("fill", face, gc)
        width = self.points_to_pixels(gc.get_linewidth())
        if width and gc.get_rgb()[3]:
            look += f'{_paint("stroke", gc.get_rgb(), gc)} stroke-width="{width:.3g}"'
            if (dashes := gc.get_dashes()[1]) is not None:
                steps = " ".join(f"{self.points_to_pixels(step):.3g}" for step in dashes)
                look += f' stroke-dasharray="{steps}"'
            if (cap := _CAPS[gc.get_capstyle()]) != "butt":
                look += f' stroke-linecap="{cap}"'
        return look + self._clip(gc)

    def _clip(self, gc: Any) -> str:
        path, transform = gc.get_clip_path()
        box = gc.get_clip_rectangle()
        if path is not None:
            d = self._d(path, transform)
        elif box is not None:
            d = f"M{box.x0:.4g} {self._height - box.y0:.4g}h{box.width:.4g}v{-box.height:.4g}h{-box.width:.4g}z"
        else:
            return ""
        return f' clip-path="url(#{self._clips.setdefault(d, f"clip{len(self._clips)}")})"'


_writer = _Writer()  # one for all figures: matplotlib keeps the layout of texts for as long as a renderer lives


@lru_cache(4096)
def _measure(*text: Any) -> tuple[float, float, float]:
    return RendererBase.get_text_width_height_descent(_writer, *text)


@lru_cache(256)
def _in_steps(marker: Path, scale: tuple[float, ...]) -> str:
    """A marker's outline in steps from its middle, downwards positive; a circle as two arcs."""
    if marker is Path.unit_circle():
        radius = scale[0]
        arc = f"a{radius:.4g} {radius:.4g} 0 1 0 "
        return f"m{-radius:.4g} 0{arc}{2 * radius:.4g} 0{arc}{-2 * radius:.4g} 0"
    words, here = [], np.zeros(2)
    for points, code in marker.iter_segments(Affine2D.from_values(*scale), simplify=False):
        if code == Path.CLOSEPOLY:
            words.append("z")
        else:
            corners = points.reshape(-1, 2)
            steps = (corners - here) * [1, -1] + 0.0  # no -0
            words.append(_LETTERS[code].lower() + " ".join(f"{step:.3g}" for step in steps.ravel()))
            here = corners[-1]
    return "".join(words)


def _paint(what: str, color: Any, gc: Any) -> str:
    """fill="..." or stroke="..."; what is see-through is mixed with white, so that the page can name it."""
    if color is None:
        return f' {what}="none"'
    alpha = gc.get_alpha() if gc.get_forced_alpha() else color[3]
    red, green, blue = (1 - alpha * (1 - part) for part in color[:3])
    name = colors.to_hex((red, green, blue))
    return f' {what}="var(--c-{name[1:]},{name})"'
