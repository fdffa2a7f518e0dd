"""How the questions of an exercise did in a class: figures, the mistakes that were made, and two pictures."""

import base64
import io
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clvlib._colours import BLUE, GREY, ORANGE
from clvlib.course.exercise import Exercise
from clvlib.course.marking.judge import Marked

FEWEST = 5  # students for a correlation


class Picture(NamedTuple):
    """A figure for a page: SVG in base64, and what it shows in words."""

    svg: str
    words: str


def item_statistics(exercise: Exercise, results: Sequence[Marked]) -> pd.DataFrame:
    """How each question did among those who handed in.

    A question whose texts are not all marked has no difficulty and no discrimination yet, and does not count in those
    of the others.

    Returns
    -------
    DataFrame
        Index the question; columns points, attempted, stopped (students whose cell left no answer because it ended in
        an error), right (students with all the points), in_part (wrong answers that earned some of them), to_mark
        (texts that wait), difficulty (mean share of the points; 1 if everybody is right) and discrimination (corrected
        item-total correlation: points of the question against the sum of the others; NaN below five students or where
        all have the same).
    """
    handed_in = [result.verdicts for result in results if result.status == "marked"]
    keys = list(exercise.questions)
    states = pd.DataFrame([[verdicts[key].state for key in keys] for verdicts in handed_in], columns=keys)
    earned = pd.DataFrame([[verdicts[key].points for key in keys] for verdicts in handed_in], columns=keys, dtype=float)
    whole = pd.Series({key: question.points for key, question in exercise.questions.items()})
    complete = earned.loc[:, earned.notna().all()]
    return pd.DataFrame(
        {
            "points": whole,
            "attempted": (~states.isin(["not attempted", "stopped"])).sum(),
            "stopped": (states == "stopped").sum(),
            "right": (earned == whole).sum(),
            "in_part": ((states == "wrong") & (earned > 0)).sum(),
            "to_mark": (states == "to mark").sum(),
            "difficulty": complete.mean() / whole,
            "discrimination": pd.Series({key: _discrimination(complete, key) for key in complete}, dtype=float),
        },
        index=keys,
    )


def mistakes(exercise: Exercise, results: Sequence[Marked]) -> dict[str, Counter[int | None]]:
    """By question, how often each of its named mistakes was made; None stands for the other wrong answers."""
    handed_in = [result.verdicts for result in results if result.verdicts]
    return {
        key: Counter(verdicts[key].mistake for verdicts in handed_in if verdicts[key].state == "wrong")
        for key in exercise.questions
    }


def totals_picture(totals: Sequence[float], points: int) -> Picture:
    step = 1 + points // 20
    edges = range(0, points + step + 1, step)
    counts, _ = np.histogram(totals, edges)
    figure = Figure(figsize=(7, 2.8), layout="constrained")
    axes = figure.subplots()
    bars = axes.bar(edges[:-1], counts, width=step, align="edge", color=BLUE, edgecolor="white")
    axes.bar_label(bars, [str(students) if students else "" for students in counts])
    axes.margins(y=0.15)
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    axes.set_yticks([])
    axes.set_xlabel("Points")
    axes.set_ylabel("Students")
    axes.spines[["top", "right", "left"]].set_visible(False)
    groups = [f"from {low} to under {low + step}: {students}" for low, students in zip(edges, counts, strict=False)]
    return _picture(figure, f"Students by their points, {', '.join(groups)}.")


def questions_picture(table: pd.DataFrame) -> Picture:
    """Difficulty as bars and discrimination as dots, a row a question; bars alone where no discrimination is known."""
    figure = Figure(figsize=(7, 1.2 + 0.32 * len(table)), layout="constrained")
    known = table["discrimination"].notna().any()
    bars, *dots = figure.subplots(1, 2 if known else 1, sharey=True, squeeze=False)[0]
    _draw_difficulty(bars, table)
    for axes in dots:
        _draw_discrimination(axes, table)
    for axes in (bars, *dots):
        axes.spines[["top", "right"]].set_visible(False)
    figures = [
        f"{key} {two_places(row['difficulty'])}" + (f" and {two_places(row['discrimination'])}" if known else "")
        for key, row in table.iterrows()
    ]
    return _picture(figure, f"Difficulty{' and discrimination' if known else ''}: {', '.join(figures)}.")


def _draw_difficulty(bars: Axes, table: pd.DataFrame) -> None:
    rows = np.arange(len(table))
    bars.barh(rows, table["difficulty"], height=0.65, color=BLUE)
    bars.set_xlim(0, 1)
    bars.set_xticks([0, 0.5, 1])
    bars.set_yticks(rows, table.index)
    bars.set_ylim(len(table) - 0.4, -0.6)
    bars.set_xlabel("Difficulty (share of the points)")


def _draw_discrimination(dots: Axes, table: pd.DataFrame) -> None:
    rows, low = np.arange(len(table)), table["discrimination"] < 0.2
    # whole dots, also at the edge; out of the layout, since no dots at all would leave none of it
    look: dict[str, Any] = dict(markersize=8, clip_on=False, in_layout=False)
    for chosen, marker, colour in ((~low, "o", BLUE), (low, "X", ORANGE)):
        dots.plot(table["discrimination"][chosen], rows[chosen], marker, color=colour, **look)
    dots.axvline(0.2, color=GREY, linestyle="--", linewidth=1, zorder=1)
    dots.set_xticks([0, 0.2, 0.5, 1])
    dots.set_xlim(min(0, table["discrimination"].min() - 0.05), 1)
    dots.set_xlabel("Discrimination (crosses: under 0.2)")


def two_places(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def _discrimination(earned: pd.DataFrame, key: str) -> float:
    here, elsewhere = earned[key], earned.drop(columns=key).sum(axis=1)
    if len(earned) < FEWEST or np.ptp(here) == 0 or np.ptp(elsewhere) < 1e-9:
        return math.nan
    return float(np.corrcoef(here, elsewhere)[0, 1])


def _picture(figure: Figure, words: str) -> Picture:
    """A figure inside the page; the same figure gives the same bytes."""
    file = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "clv"}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return Picture(base64.b64encode(file.getvalue()).decode(), words)
