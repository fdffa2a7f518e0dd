"""A drag feels live: slider event to new picture, in the kernel, median of 40."""

import statistics
import time

from clvlib.course import explorers, load

GOAL = 0.050


def rows():
    """One row an explorer: seconds from a slider's event to its new picture."""
    revenue = load("cdnow").groupby("customer_id")["amount"].sum()
    made = {"lesson 0": explorers.customer_base(revenue), "lesson 1": explorers.worksheet_ladder()}
    return [_row(lesson, explorer) for lesson, explorer in made.items()]


def _row(lesson, explorer):
    name, control = next(iter(explorer.controls.items()))
    low, high = control.min, control.max
    seconds = []
    for step in range(40):
        start = time.perf_counter()
        control.value = low + (high - low) * (step + 1) / 42 if isinstance(low, float) else low + step
        seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds)
    return {
        "work": f"slider event to picture, {lesson}, {name}",
        "ours": "Explorer",
        "peer": "",
        "ours_seconds": median,
        "peer_seconds": None,
        "ratio": None,
        "goal": f"under {GOAL * 1000:.0f} ms",
        "met": median < GOAL,
        "note": "median of 40",
    }
