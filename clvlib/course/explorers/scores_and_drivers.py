"""Explorers of the lesson on scores and drivers."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clvlib._colours import BLUE, DARK_GREY, LIGHT_BLUE, LIGHT_GREY, ORANGE, PALE_BLUE, PALE_GREY
from clvlib.course.explorer import Explorer, slider


def nps_triangle() -> Explorer:
    """Firms with one net promoter score, and how far the score can be trusted."""
    firms = {"A": (50.0, 20.0), "B": (30.0, 0.0)}

    def split(score: int, passives: int) -> tuple[float, float, float]:
        """Promoters, passives and detractors (percent); at a score of 30 at most 70% can be passive."""
        neither = min(passives, 100 - abs(score))
        return (100 - neither + score) / 2, neither, (100 - neither - score) / 2

    def error(score: int, passives: int, answers: int) -> float:
        promoters, _, detractors = split(score, passives)
        return 1.96 * float(np.sqrt((100 * (promoters + detractors) - score**2) / answers))

    def draw(figure: Figure, score: int, passives: int, answers: int) -> None:
        promoters, neither, detractors = split(score, passives)
        reach = error(score, passives, answers)
        triangle, bars = figure.add_axes((0.06, 0.14, 0.42, 0.79)), figure.add_axes((0.66, 0.14, 0.33, 0.82))
        score_triangle(triangle, promoters, detractors, reach, firms)
        shares = {"promoters": promoters, "passives": neither, "detractors": detractors}
        answer_shares(bars, shares)

    def explain(score: int, passives: int, answers: int) -> str:
        promoters, neither, detractors = split(score, passives)
        reach = error(score, passives, answers)
        capped = f" (no more can be passive at a score of {score})" if neither < passives else ""
        alike = "" if reach else " All answers are alike: that says nothing about the error."
        return (
            f"{promoters:.1f}% promoters, {neither:.1f}% passives{capped} and {detractors:.1f}% detractors make an NPS "
            f"of {score}. With {answers:,} answers it is {score} ± {reach:.1f} points, 95 times in 100.{alike}"
        )

    def title(score: int, passives: int, answers: int) -> str:
        return f"{answers:,} answers say {score} ± {error(score, passives, answers):.1f} points"

    return Explorer(
        draw,
        explain,
        title,
        score=slider(30, -100, 100, 5, "Net promoter score"),
        passives=slider(30, 0, 100, 5, "Passives (% of answers)"),
        answers=slider(100, 50, 2000, 50, "Answers"),
    )


def score_triangle(axes: Axes, promoters: float, detractors: float, error: float, firms: dict[str, tuple]) -> None:
    """All firms that can be, by promoters and detractors, and the line of those with one net promoter score."""
    score = promoters - detractors
    ends = np.array([-100.0, 200.0])
    below, above = ends - score - error, ends - score + error
    axes.plot(ends, ends - score, color=BLUE, linewidth=2)
    axes.fill_between(ends, below, above, color=PALE_BLUE, linewidth=0)
    for edge in (below, above):
        axes.plot(ends, edge, color=LIGHT_BLUE, linewidth=1)
    axes.fill([0, 100, 100], [100, 100, 0], color=PALE_GREY, alpha=0.5, linewidth=0, zorder=2.5)
    axes.text(97, 92, "more than 100%", color=DARK_GREY, ha="right", fontsize=10)
    for name, (nines, sixes) in firms.items():
        axes.plot([nines], [sixes], "s", color="black", markerfacecolor="white", markersize=8, clip_on=False, zorder=3)
        axes.text(nines + 5, sixes + 2, name, fontsize=11)
    look: dict[str, Any] = {"markerfacecolor": "none", "markersize": 15, "markeredgewidth": 3, "clip_on": False}
    axes.plot([promoters], [detractors], "o", color=ORANGE, zorder=4, **look)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    axes.set_xticks([0, 50, 100])
    axes.set_yticks([0, 50, 100])
    axes.set_xlabel("Promoters, 9 and 10 (% of answers)")
    axes.set_ylabel("Detractors, 0 to 6 (% of answers)")


def answer_shares(axes: Axes, shares: dict[str, float]) -> None:
    """One bar a class of answers, the first on top, with its share written beside it."""
    axes.barh(range(3), list(shares.values()), height=0.6, color=[BLUE, LIGHT_GREY, ORANGE])
    for row, share in enumerate(shares.values()):
        axes.text(share + 2, row, f"{share:.0f}%", va="center", fontsize=11)
    axes.set_xlim(0, 128)
    axes.set_ylim(2.6, -0.6)
    axes.set_xticks([0, 50, 100])
    axes.set_yticks(range(3), list(shares))
    axes.set_xlabel("Share of the answers (%)")
