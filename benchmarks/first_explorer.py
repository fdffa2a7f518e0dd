"""The view of the first edition, to measure the present one against: ipywidgets' sliders above a PNG.

`First(explorer)` shows an explorer of today in it: the same controls, `draw` and `explain`.
"""

import html
import io

import ipywidgets as widgets
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from clvlib.plots import STYLE

_WIDTH, _HEIGHT = 720, 380
_SHARPNESS = 1.25


class First(widgets.VBox):
    def __init__(self, explorer):
        self.explorer = explorer
        self._figure = Figure(figsize=(_WIDTH / 100, _HEIGHT / 100), dpi=100 * _SHARPNESS)
        self._canvas = FigureCanvasAgg(self._figure)
        self._picture = widgets.Image(format="png", layout=widgets.Layout(width=f"{_WIDTH}px", max_width="100%"))
        self._words = widgets.HTML()
        controls = explorer.controls.values()
        explorer._quiet = True  # or today's view would draw, too
        for control in controls:
            control.observe(lambda _: self._update(), names="value")
        self._update()
        super().__init__([*controls, widgets.Button(description="Reset"), self._picture, self._words])

    def _update(self):
        self._wipe()
        values = self.explorer.values
        text = self.explorer.explain(**values)
        with rc_context(STYLE):
            self.explorer.draw(self._figure, **values)
        with rc_context({"text.hinting": "none"}):
            self._canvas.draw()
        png = io.BytesIO()
        image = Image.frombuffer("RGBA", self._canvas.get_width_height(), self._canvas.buffer_rgba()).convert("RGB")
        image.quantize(256, Image.Quantize.FASTOCTREE).save(png, format="png", compress_level=1)
        self._picture.value = png.getvalue()
        self._words.value = f'<p role="status" aria-live="polite">{html.escape(text)}</p>'

    def _wipe(self):
        for axes in self._figure.axes:
            axes.remove()
        self._figure.clear()
