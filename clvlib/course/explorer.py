"""The course's one widget: controls in, a figure and a line of text out.

`draw(figure, **values)` fills a matplotlib figure, `explain(**values)` says in words what it shows. Both are pure, so
that a test drives every control to its ends without a browser, and pictures can be drawn ahead and kept.

What is on the screen stands in `explorer.js`. A state travels as the controls' positions in their lists.
"""

import gc
import io
import math
import re
import textwrap
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import lru_cache
from itertools import product
from numbers import Real
from pathlib import Path
from threading import RLock
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image

from clvlib._colours import DARK_GREY, GREY
from clvlib.course.svg import DPI, svg
from clvlib.plots import STYLE

_WIDTH, _HEIGHT = 7.2, 3.8  # of the picture, in inches of 100 CSS pixels
_LINE = 0.2  # of a text above or below it, in inches
_KEPT = 64  # pictures in the kernel, of some 10 KB each
_PEN = RLock()  # JupyterLab asks from several threads; matplotlib's settings and the writer of SVG are one for all
_KINDS = {widgets.SelectionSlider: "slider", widgets.Dropdown: "choice", widgets.Checkbox: "switch"}


class Explorer(anywidget.AnyWidget):
    """Labelled controls above a figure, its finding as title, and its explanation.

    Parameters
    ----------
    draw : callable
        ``draw(figure, **values)`` draws on an empty `matplotlib.figure.Figure` of 7.2 by 3.8 inches, in the course's
        style. The name of an upright axis is put above it: leave room there.
    explain : callable
        ``explain(**values)`` returns one or two sentences: the figure's text alternative at these
        values.
    title : callable, optional
        ``title(**values)`` returns the finding, to stand above the figure; without it, the first clause of `explain`.
    **controls : ipywidgets control
        Made by `slider`, `choice` or `switch`; the keyword is the name that `draw` and `explain` get the value under.

    Examples
    --------
    >>> def draw(figure, visits):
    ...     _ = figure.gca().bar(["visits"], [visits])
    >>> visits = slider(12, 1, 52, 1, "Visits a year")
    >>> explorer = Explorer(draw, lambda visits: f"{visits} visits a year.", visits=visits)
    >>> explorer.text
    '12 visits a year.'
    >>> explorer.controls["visits"].value = 24
    >>> explorer.text
    '24 visits a year.'
    >>> explorer.set(visits=60)
    Traceback (most recent call last):
    ValueError: visits=60 is not on its slider, which runs from 1 to 52
    """

    _esm = Path(__file__).with_name("explorer.js")
    _css = Path(__file__).with_name("explorer.css")
    panel = traitlets.List(traitlets.Dict()).tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        draw: Callable[..., None],
        explain: Callable[..., str],
        title: Callable[..., str] | None = None,
        **controls: widgets.ValueWidget,
    ):
        for name, control in controls.items():
            if type(control) not in _KINDS:
                raise ValueError(f"make {name} with slider, choice or switch; it came as {type(control).__name__}")
        self.draw, self.explain, self.title, self.controls = draw, explain, title, controls
        self._start = self._positions
        self._quiet = False
        self._answer = lru_cache(_KEPT)(self._draw_answer)
        answer = self._answer(self._start)
        super().__init__(panel=[_face(control) for control in controls.values()], shown=answer, text=answer["text"])
        self.on_msg(self._asked)
        for control in controls.values():
            control.observe(self._moved, names="value")

    @property
    def values(self) -> dict[str, Any]:
        """What the controls stand at."""
        return {name: control.value for name, control in self.controls.items()}

    @property
    def figure(self) -> Figure:
        """The figure at these values, drawn anew."""
        return self._draw_all(self.values)[0]

    def set(self, **values: Any) -> None:
        """Move several controls, a slider to the nearest place that it has, and redraw once."""
        if unknown := [name for name in values if name not in self.controls]:
            raise ValueError(f"there is no control {unknown[0]!r}; the controls are {', '.join(self.controls)}")
        moved = {name: _position(name, self.controls[name], value) for name, value in values.items()}
        self._move([moved.get(name, here) for name, here in zip(self.controls, self._positions, strict=True)])

    def reset(self) -> None:
        """Set every control back to where it started."""
        self._move(self._start)

    def extremes(self) -> Iterator[dict[str, Any]]:
        """Every combination of the controls' ends."""
        for ends in product(*(_ends(control) for control in self.controls.values())):
            yield dict(zip(self.controls, ends, strict=True))

    @property
    def _positions(self) -> tuple[int, ...]:
        return tuple(int(getattr(control, "index", control.value)) for control in self.controls.values())

    def _move(self, positions: Sequence[int], ticket: float = 0) -> None:
        with ExitStack() as later:  # the browser gets the picture first, then where the controls stand
            self._quiet = True
            try:
                for control, position in zip(self.controls.values(), positions, strict=True):
                    later.enter_context(control.hold_sync())
                    control.value = _places(control)[position][1]
            finally:
                self._quiet = False
            self._show(ticket)

    def _moved(self, _: Any) -> None:
        if not self._quiet:
            self._show()

    def _show(self, ticket: float = 0) -> None:
        answer = self._answer(self._positions)
        with self.hold_sync():
            self.shown, self.text = answer | {"ticket": ticket}, answer["text"]

    def _asked(self, _: Any, ask: dict[str, Any], __: Any) -> None:
        """Answer the view: move there, or only draw a picture that it may need next."""
        try:
            if ask["ahead"]:
                self.send(self._answer(tuple(ask["positions"])) | {"ticket": ask["ticket"]})
            else:
                self._move(ask["positions"], ask["ticket"])
        except Exception as problem:
            self.send(
                {"ticket": ask["ticket"], "failed": f"This cannot be drawn ({type(problem).__name__}: {problem})."}
            )
            raise

    def _draw_answer(self, positions: tuple[int, ...]) -> dict[str, Any]:
        places = zip(self.controls.items(), positions, strict=True)
        values = {name: _places(control)[place][1] for (name, control), place in places}
        with _PEN:
            collects = gc.isenabled()
            gc.disable()  # Python would look for garbage in the middle of every third picture, half as long as it takes
            try:
                figure, title, text = self._draw_all(values)
                return {"positions": positions, "svg": svg(figure), "title": title, "text": text}
            finally:
                if collects:
                    gc.enable()

    def _draw_all(self, values: dict[str, Any]) -> tuple[Figure, str, str]:
        """The figure, its title and the sentence."""
        with _PEN, rc_context(STYLE):
            figure = Figure(figsize=(_WIDTH, _HEIGHT), frameon=False)
            try:
                text = self.explain(**values)
                title = self.title(**values) if self.title else re.split(r"[.;] |\.$", text, maxsplit=1)[0]
                self.draw(figure, **values)
                for axes in figure.axes:
                    _stand_back(axes)
                return figure, title, text
            except ValueError as problem:
                sentence = f"These settings cannot be shown: {problem}."
                return Figure(figsize=(_WIDTH, _HEIGHT), frameon=False), "", sentence

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget, and beside it the picture and its text for a page that runs no widgets."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        png = b64encode(self._png()).decode()
        about = {"width": round(_WIDTH * DPI), "alt": self.text}
        return data | {"text/plain": self.text, "image/png": png}, metadata | {"image/png": about}

    def _png(self) -> bytes:
        """Title, figure and sentence, two pixels a CSS pixel."""
        figure, title, text = self._draw_all(self.values)
        above = textwrap.wrap(title, 58)
        below = textwrap.wrap(re.sub(r" \([\u4e00-\u9fff]+\)", "", text), 84)  # matplotlib has no Chinese letters
        figure.text(0.01, 1.02, "\n".join(above), weight="bold", size=12, va="bottom")
        figure.text(0.01, -0.02, "\n".join(below), size=10, va="top")
        edges = Bbox([[0, -_LINE * len(below) - 0.15], [_WIDTH, _HEIGHT + _LINE * len(above) + 0.15]])
        png, small = io.BytesIO(), io.BytesIO()
        FigureCanvasAgg(figure).print_figure(png, dpi=2 * DPI, facecolor="white", bbox_inches=edges)
        # a palette leaves a third of the size; 256 colours show no difference
        Image.open(png).convert("RGB").quantize(256, Image.Quantize.FASTOCTREE).save(small, "png")
        return small.getvalue()


def slider(
    start: float, low: float, high: float, step: float, label: str, *, percent: bool = False
) -> widgets.SelectionSlider:
    """A labelled slider from `low` to `high`; percentages if `percent`. A unit stands in brackets after the label.

    It steps through a list of values, one of them `start` to its last digit (542 / 5844, say): sliders of floats round
    in the browser, and send the rounded value back.
    """
    places = math.floor((high - low) / step + 1e-9)
    whole = all(isinstance(number, int) for number in (start, low, high, step))
    values = [low + place * step if whole else round(low + place * step, 9) for place in range(places + 1)]
    values[_nearest(values, start)] = start
    if percent:
        shown = ".0%" if step >= 0.01 else ".1%"
    else:
        shown = ",.0f" if step >= 1 else ",.1f" if step >= 0.1 else ",.2f"
    options = [(f"{value:{shown}}", value) for value in values]
    return widgets.SelectionSlider(options=options, value=start, description=label)


def choice(start: str, options: Sequence[str], label: str) -> widgets.Dropdown:
    """A labelled list of words to choose from."""
    return widgets.Dropdown(value=start, options=list(options), description=label)


def switch(start: bool, label: str) -> widgets.Checkbox:
    """A labelled box to tick."""
    return widgets.Checkbox(value=start, description=label)


def _stand_back(axes: Axes) -> None:
    """Axes are grey, behind what they measure; the name of an upright one lies above it, to be read without a turn."""
    for spine in axes.spines.values():
        spine.set_color(GREY)
    axes.tick_params(color=GREY, labelcolor=DARK_GREY, length=3)
    axes.xaxis.label.set_color(DARK_GREY)
    axes.yaxis.label.set(color=DARK_GREY, rotation=0, ha="left", va="bottom")
    axes.yaxis.set_label_coords(0, 1.03)


def _nearest(values: Sequence[float], wanted: float) -> int:
    return min(range(len(values)), key=lambda place: abs(values[place] - wanted))


def _places(control: widgets.ValueWidget) -> list[tuple[str, Any]]:
    """What a control can stand at: the words shown, and the value."""
    if isinstance(control, widgets.Checkbox):
        return [("off", False), ("on", True)]
    return [option if isinstance(option, tuple) else (option, option) for option in control.options]


def _ends(control: widgets.ValueWidget) -> list[Any]:
    values = [value for _, value in _places(control)]
    return [values[0], values[-1]] if isinstance(control, widgets.SelectionSlider) else values


def _position(name: str, control: widgets.ValueWidget, value: Any) -> int:
    """Where in the control's list a value is, or the slider's place nearest to it."""
    values = [value for _, value in _places(control)]
    if isinstance(control, widgets.SelectionSlider):
        if not isinstance(value, Real) or not values[0] - 1e-9 <= value <= values[-1] + 1e-9:
            raise ValueError(f"{name}={value!r} is not on its slider, which runs from {values[0]} to {values[-1]}")
        return _nearest(values, float(value))
    if value not in values:
        raise ValueError(f"{name}={value!r} is no choice; it can be {', '.join(map(repr, values))}")
    return values.index(value)


def _face(control: widgets.ValueWidget) -> dict[str, Any]:
    """What the view has to know of a control."""
    label, unit = control.description, ""
    if label.endswith(")"):
        label, _, unit = label[:-1].rpartition(" (")
    after = unit if unit.startswith("%") else f" {unit}".rstrip()
    words = [word + after for word, _ in _places(control)]
    start = int(getattr(control, "index", control.value))
    return {"label": label, "kind": _KINDS[type(control)], "words": words, "start": start}
