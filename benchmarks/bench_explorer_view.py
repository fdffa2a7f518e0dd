"""A key press on an explorer's slider in JupyterLab: how long until the new picture is painted, beside two other views.

One run: three explorers, each in four cells (`interactive_output` with inline matplotlib, the first edition's view,
today's pressed again as soon as it is painted, and today's after a rest), thirty presses a cell, each to a place that
no press has been at.
"""

import statistics
import sys
import tempfile
from pathlib import Path

import nbformat
from harness import ROOT, compare

from clvlib.course.notebooks import KERNEL

sys.path.insert(0, str(ROOT / "tests"))
from browser import chromium, find_chromium, jupyterlab, open_and_run

SHOWN = ("worksheet_ladder", "card_matrix", "stage_moves")
ROUNDS, PRESSES, REST = 3, 10, 400  # REST in ms

_FIRST_CELL = """
import sys
sys.path[:0] = {folders!r}
import ipywidgets as widgets
import matplotlib.pyplot as plt
from first_explorer import First
from clvlib.course import explorers
from clvlib.plots import STYLE

def with_output(explorer):
    def show(**values):
        with plt.rc_context(STYLE):
            explorer.draw(plt.figure(figsize=(7.2, 3.8)), **values)
        plt.show()
        print(explorer.explain(**values))
    explorer._quiet = True
    return widgets.VBox([*explorer.controls.values(), widgets.interactive_output(show, explorer.controls)])
"""
_VIEWS = ("with_output(explorers.{}())", "First(explorers.{}())", "explorers.{}()", "explorers.{}()")
RESTED = 3  # of the views

# resolves with the ms from the next key to the frame in which another picture than now is on the screen
_MEASURE = """
root => {
  const picture = () =>
    root.querySelector("[role=img]")?.shadowRoot.querySelector("svg") ?? root.querySelector("img")?.src;
  const before = picture();
  let start;
  addEventListener("keydown", event => (start = event.timeStamp), { capture: true, once: true });
  window.measured = new Promise(resolve => {
    const look = async () => {
      const now = picture();
      if (!now || now === before) return;
      observer.disconnect();
      if (typeof now === "string") await root.querySelector("img").decode();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now() - start);
        port2.postMessage(0); // arrives when the frame has been painted
      });
    };
    const observer = new MutationObserver(look);
    const canvas = root.querySelector("[role=img]")?.shadowRoot;
    for (const part of canvas ? [canvas] : [root]) {
      observer.observe(part, { subtree: true, childList: true, attributes: true });
    }
  });
}
"""


def rows():
    """Ratios of the medians; none where there is no browser."""
    if find_chromium() is None:
        print("No Chromium here: the explorers' view is not measured.")
        return []
    with tempfile.TemporaryDirectory() as folder, jupyterlab(Path(folder)) as lab, chromium() as browser:
        nbformat.write(_notebook(), Path(folder) / "view.ipynb")
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        page.set_default_timeout(30_000)
        open_and_run(lab, page, "view.ipynb", "all shown")
        cells = page.locator(".jp-CodeCell").all()[1:]
        return [row for place, name in enumerate(SHOWN) for row in _rows(page, name, cells[4 * place : 4 * place + 4])]


def _notebook():
    folders = [str(ROOT), str(ROOT / "benchmarks")]
    cells = [_FIRST_CELL.format(folders=folders)]
    cells += [view.format(name) for name in SHOWN for view in _VIEWS]
    cells = [nbformat.v4.new_code_cell(cell) for cell in [*cells, 'print("all shown")']]
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def _rows(page, name, cells):
    seconds = {place: [] for place in range(len(cells))}
    for cell in cells:
        _slider(cell).press("Home")
    for _ in range(ROUNDS):  # in turns, since a machine is not as busy all the time
        for place, cell in enumerate(cells):
            seconds[place] += _presses(page, cell, REST if place == RESTED else 0)
    output, first, ours, rested = map(statistics.median, seconds.values())
    note = f"median of {ROUNDS * PRESSES} key presses, until the picture is painted"
    return [
        compare(f"key press, {name}", "Explorer", "interactive_output", ours, output, 2.5, note),
        compare(f"key press, {name}", "Explorer", "first edition", ours, first, 1.43, note),
        compare(f"key press after {REST / 1000} s, {name}", "Explorer", "first edition", rested, first, 6.67, note),
    ]


def _slider(cell):
    return cell.locator(".noUi-handle, input[type=range]").first


def _presses(page, cell, rest):
    """Seconds of each press, after two that use up what a view may have drawn ahead in its break."""
    root = cell.locator(".jp-Cell-outputArea")
    cell.scroll_into_view_if_needed()
    _slider(cell).focus()
    page.wait_for_timeout(1000)
    seconds = []
    for _ in range(2 + PRESSES):
        page.wait_for_timeout(rest)
        root.evaluate(_MEASURE)
        page.keyboard.press("ArrowRight")
        seconds.append(page.evaluate("window.measured") / 1000)
    return seconds[2:]
