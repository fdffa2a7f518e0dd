"""The course's one widget: controls in, a figure and a line of text out.

`draw(figure, **values)` fills a matplotlib figure, `explain(**values)` says in words what it shows. Both are pure, so
that a test drives every control to its ends without a browser.
"""

import html
import io
import math
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

import ipywidgets as widgets
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

_WIDTH, _HEIGHT = 720, 380  # of the picture on the screen, in CSS pixels
_SHARPNESS = 1.25  # picture pixels per CSS pixel: crisp on most screens, still fast


class Explorer(widgets.VBox):
    """A box of labelled controls above a figure and its explanation.

    Parameters
    ----------
    draw : callable
        ``draw(figure, **values)`` draws on an empty `matplotlib.figure.Figure`.
    explain : callable
        ``explain(**values)`` returns one or two sentences: the figure's text alternative at these
        values.
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
    """

    def __init__(self, draw: Callable[..., None], explain: Callable[..., str], **controls: widgets.ValueWidget):
        self.draw, self.explain, self.controls = draw, explain, controls
        self._start = self.values
        self._quiet = False
        self._figure = Figure(figsize=(_WIDTH / 100, _HEIGHT / 100), dpi=100 * _SHARPNESS)
        self._canvas = FigureCanvasAgg(self._figure)
        self._picture = widgets.Image(format="png", layout=widgets.Layout(width=f"{_WIDTH}px", max_width="100%"))
        self._words = widgets.HTML()
        reset = widgets.Button(description="Reset", tooltip="Set every control back to where it started")
        reset.on_click(lambda _: self.reset())
        for control in controls.values():
            control.observe(lambda _: self._update(), names="value")
        self._update()
        super().__init__([*controls.values(), reset, self._picture, self._words])

    @property
    def values(self) -> dict[str, Any]:
        """What the controls stand at."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, **values: Any) -> None:
        """Move several controls, a slider to the nearest place that it has, and redraw once."""
        self._quiet = True
        try:
            for name, value in values.items():
                control = self.controls[name]
                if isinstance(control, widgets.SelectionSlider):
                    control.index = _nearest([option for _, option in control.options], value)
                else:
                    control.value = value
        finally:
            self._quiet = False
        self._update()

    def reset(self) -> None:
        """Set every control back to where it started."""
        self.set(**self._start)

    def extremes(self) -> Iterator[dict[str, Any]]:
        """Every combination of the controls' ends."""
        for ends in product(*(_ends(control) for control in self.controls.values())):
            yield dict(zip(self.controls, ends, strict=True))

    def _update(self) -> None:
        if self._quiet:
            return
        self._wipe()
        try:
            self.text = self.explain(**self.values)
            self.draw(self._figure, **self.values)
        except ValueError as problem:
            self._wipe()
            self.text = f"These settings cannot be shown: {problem}."
        with rc_context({"text.hinting": "none"}):  # a quarter faster, and as crisp at this sharpness
            self._canvas.draw()
        png = io.BytesIO()
        image = Image.frombuffer("RGBA", self._canvas.get_width_height(), self._canvas.buffer_rgba()).convert("RGB")
        # a palette halves the time to compress and a third is left of the size; 256 colours show no difference
        image.quantize(256, Image.Quantize.FASTOCTREE).save(png, format="png", compress_level=1)
        self._picture.value = png.getvalue()
        style = f"max-width:{_WIDTH}px;font-size:14px;line-height:1.5"
        self._words.value = f'<p role="status" aria-live="polite" style="{style}">{html.escape(self.text)}</p>'

    def _wipe(self) -> None:
        for axes in self._figure.axes:
            axes.remove()  # first, since Figure.clear would redo the axes that it is about to throw away
        self._figure.clear()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The widget, and beside it the picture and its text for a page that runs no widgets."""
        bundle = super()._repr_mimebundle_(**kwargs) or {}
        return bundle | {"text/plain": self.text, "image/png": b64encode(self._picture.value).decode()}


def slider(
    start: float, low: float, high: float, step: float, label: str, *, percent: bool = False
) -> widgets.SelectionSlider:
    """A labelled slider from `low` to `high`; percentages if `percent`.

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
    return widgets.SelectionSlider(options=options, value=start, description=label, **_look())


def choice(start: str, options: Sequence[str], label: str) -> widgets.Dropdown:
    """A labelled list of words to choose from."""
    return widgets.Dropdown(value=start, options=list(options), description=label, **_look())


def switch(start: bool, label: str) -> widgets.Checkbox:
    """A labelled box to tick."""
    return widgets.Checkbox(value=start, description=label, **_look())


def _nearest(values: Sequence[float], wanted: float) -> int:
    return min(range(len(values)), key=lambda place: abs(values[place] - wanted))


def _look() -> dict[str, Any]:
    return {"style": {"description_width": "200px"}, "layout": {"width": "520px", "max_width": "100%"}}


def _ends(control: widgets.ValueWidget) -> list[Any]:
    if isinstance(control, widgets.SelectionSlider):
        return [control.options[0][1], control.options[-1][1]]
    return [False, True] if isinstance(control, widgets.Checkbox) else list(control.options)
