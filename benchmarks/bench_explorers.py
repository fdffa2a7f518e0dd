"""A drag feels live: slider event to new picture, in the kernel, median of 40."""

import statistics
import time

from ipywidgets import SelectionSlider

from clvlib.course import explorers

GOAL = 0.050


def rows():
    """One row an explorer: seconds from a slider's event to its new picture."""
    return [_row(name, getattr(explorers, name)()) for name in explorers.__all__]


def _row(name, explorer):
    control = next(control for control in explorer.controls.values() if isinstance(control, SelectionSlider))
    seconds = []
    for event in range(40):
        start = time.perf_counter()
        control.index = (control.index + 1 + event % 2) % len(control.options)
        seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds)
    return {
        "work": f"slider event to picture, {name}",
        "ours": "Explorer",
        "peer": "",
        "ours_seconds": median,
        "peer_seconds": None,
        "ratio": None,
        "goal": f"under {GOAL * 1000:.0f} ms",
        "met": median < GOAL,
        "note": "median of 40",
    }
