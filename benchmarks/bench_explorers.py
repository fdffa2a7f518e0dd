"""A drag feels live: slider event to new picture, in the kernel, beside the first edition's view; medians of 40."""

import statistics
import time

from first_explorer import First
from ipywidgets import SelectionSlider

from clvlib.course import explorers

GOAL = 0.050


def rows():
    """One row an explorer: seconds from a slider's event to its new picture."""
    return [_row(name) for name in explorers.__all__]


def _row(name):
    explorer, before = (getattr(explorers, name)() for _ in range(2))
    first = First(before)
    ours, theirs = [], []
    for event in range(40):
        explorer._answer.cache_clear()  # what was drawn before is not measured
        ours.append(_move(explorer, event))
        theirs.append(_move(first.explorer, event))
    median, peer = statistics.median(ours), statistics.median(theirs)
    return {
        "work": f"slider event to picture, {name}",
        "ours": "Explorer",
        "peer": "first edition",
        "ours_seconds": median,
        "peer_seconds": peer,
        "ratio": peer / median,
        "goal": f"under {GOAL * 1000:.0f} ms",
        "met": median < GOAL,
        "note": "median of 40",
    }


def _move(explorer, event):
    control = next(control for control in explorer.controls.values() if isinstance(control, SelectionSlider))
    start = time.perf_counter()
    control.index = (control.index + 1 + event % 2) % len(control.options)
    return time.perf_counter() - start
