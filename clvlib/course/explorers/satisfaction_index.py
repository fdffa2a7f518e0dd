"""Explorers of the lesson on the satisfaction index."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pandas as pd
from ipywidgets import SelectionSlider
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clvlib import satisfaction
from clvlib._colours import BLUE, LIGHT_GREY, ORANGE
from clvlib.course.explorer import Explorer, slider


def pairwise_weights() -> Explorer:
    """Three comparisons in pairs, the weights and the index they make, and whether they contradict."""
    means = pd.Series({"quality": 5.6, "service": 4.9, "delivery": 6.1})

    def weigh(quality_service: float, quality_delivery: float, service_delivery: float) -> satisfaction.AHP:
        rows = [
            [1, quality_service, quality_delivery],
            [1 / quality_service, 1, service_delivery],
            [1 / quality_delivery, 1 / service_delivery, 1],
        ]
        return satisfaction.ahp(pd.DataFrame(rows, index=means.index, columns=means.index))

    def draw(figure: Figure, **comparisons: float) -> None:
        ahp = weigh(**comparisons)
        trusted, index = ahp.cr < 0.10, float(satisfaction.satisfaction_index(means, ahp.weights))
        weight_bars(figure.add_axes((0.08, 0.10, 0.38, 0.83)), ahp.weights, trusted)
        words = f"CR {ahp.cr:.3f} " + ("does not object" if trusted else "objects")
        rows = [
            (ahp.cr, (0, 1), 0.10, "limit 0.10", words),
            (index, (65, 85), 75, "bonus from 75", f"Index {index:.2f} points"),
        ]
        axes = figure.add_axes((0.53, 0.10, 0.46, 0.86))
        gauges(axes, rows, trusted)
        axes.set_xlabel("CR 1: about as bad as random answers")

    def explain(quality_service: float, quality_delivery: float, service_delivery: float) -> str:
        answers = quality_service, quality_delivery, service_delivery
        ahp = weigh(*answers)
        quality, service, delivery = ahp.weights
        index = satisfaction.satisfaction_index(means, ahp.weights)
        first, said, second = (Fraction(answer).limit_denominator(9) for answer in answers)
        if ahp.cr < 0.10:
            verdict = f"The CR is {ahp.cr:.3f}, below 0.10: no objection."
        else:
            verdict = f"The CR is {ahp.cr:.3f} and objects: ask again before you use these weights."
        return (
            f"Quality weighs {quality:.0%}, service {service:.0%}, delivery {delivery:.0%}; the index is {index:.2f}. "
            f"Quality over delivery should be {first} × {second} = {first * second}, and the answer was {said}. "
            f"{verdict}"
        )

    def title(**comparisons: float) -> str:
        ahp = weigh(**comparisons)
        index = satisfaction.satisfaction_index(means, ahp.weights)
        return f"The index is {index:.2f}; the answers " + (
            "contradict one another too much" if ahp.cr >= 0.10 else "hardly contradict one another"
        )

    return Explorer(
        draw,
        explain,
        title,
        quality_service=_comparison(2, "Quality over service"),
        quality_delivery=_comparison(4, "Quality over delivery"),
        service_delivery=_comparison(3, "Service over delivery"),
    )


def _comparison(start: int, label: str) -> SelectionSlider:
    """A slider over Saaty's scale: 1/9, 1/8, ... 1, 2, ... 9 times as important."""
    control = slider(start, 1, 9, 1, label)
    control.options = [*((f"1/{k}", 1 / k) for k in range(9, 1, -1)), *((str(k), float(k)) for k in range(1, 10))]
    control.value = float(start)
    return control


def weight_bars(axes: Axes, weights: pd.Series, trusted: bool) -> None:
    """The weight of each indicator, one bar an indicator; hollow if their source contradicts itself."""
    places = range(len(weights))
    look: dict[str, Any] = {"color": BLUE} if trusted else {"color": "white", "edgecolor": ORANGE, "linewidth": 2}
    axes.bar(places, weights, width=0.6, **look)
    for place, weight in zip(places, weights, strict=True):
        axes.text(place, weight + 0.015, f"{weight:.0%}", ha="center", fontsize=12)
    axes.set_xticks(places, list(weights.index))
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1])
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.set_ylabel("Weight in the index")


def gauges(axes: Axes, rows: Sequence[tuple[float, tuple[float, float], float, str, str]], trusted: bool) -> None:
    """Numbers as dots on lines of their own, each with the limit that it is held against."""
    ink = BLUE if trusted else ORANGE
    for row, (value, (low, high), limit, limit_words, words) in enumerate(rows):
        place, mark = ((min(max(number, low), high) - low) / (high - low) for number in (value, limit))
        axes.plot([0, 1], [-row, -row], color=LIGHT_GREY, linewidth=3, solid_capstyle="butt")
        axes.plot([mark, mark], [-row - 0.13, -row + 0.13], color="black", linewidth=1.5)
        axes.plot([place], [-row], "o", color=ink, markerfacecolor=ink if trusted else "white", markersize=12)
        axes.text(0, -row - 0.22, f"{low:g}", ha="center")
        axes.text(1, -row - 0.22, f"{high:g}", ha="center")
        axes.text(mark, -row - 0.22, limit_words, ha="left" if mark < 0.3 else "center")
        axes.text(0.5, -row + 0.22, words, ha="center", color=ink, fontsize=13, weight="bold")
    axes.set_xlim(-0.06, 1.06)
    axes.set_ylim(-len(rows) + 0.6, 0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
