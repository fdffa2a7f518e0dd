"""Explorers of the lesson on the time value of money."""

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clvlib import value
from clvlib._colours import BLUE, DARK_GREY, GREY, ORANGE, PALE_GREY
from clvlib.course.explorer import Explorer, choice, slider


def time_value() -> Explorer:
    """1,000 RMB a year, each payment at its worth today and all of them added up, under their ceiling."""
    payment, shown = 1000, 60
    timings = {"end of each year": "end", "start of each year": "start"}

    def worth(percent: int, timing: str) -> tuple[np.ndarray, np.ndarray]:
        times = np.arange(shown) + (timings[timing] == "end")
        return times, payment / (1 + percent / 100) ** times

    def draw(figure: Figure, years: int, percent: int, timing: str) -> None:
        times, today = worth(percent, timing)
        ceiling = float(value.perpetuity(payment, percent / 100, timings[timing]))
        payments_today(figure.add_axes((0.08, 0.14, 0.39, 0.79)), times, today, years, payment)
        payments_added(figure.add_axes((0.60, 0.14, 0.39, 0.79)), times, today.cumsum(), years, ceiling)

    def explain(years: int, percent: int, timing: str) -> str:
        today = worth(percent, timing)[1][:years]
        ceiling = value.perpetuity(payment, percent / 100, timings[timing])
        return (
            f"{years} × {payment:,} RMB at the {timing} are worth {today.sum():,.2f} today at {percent}% a year, the "
            f"last one {today[-1]:,.2f}. Paid for ever they would be worth {ceiling:,.0f}; this is "
            f"{today.sum() / ceiling:.0%} of that."
        )

    def title(years: int, percent: int, timing: str) -> str:
        today = worth(percent, timing)[1][:years].sum()
        share = today / value.perpetuity(payment, percent / 100, timings[timing])
        return f"{today:,.0f} RMB of today, {share:.0%} of payments for ever"

    return Explorer(
        draw,
        explain,
        title,
        years=slider(5, 1, shown, 1, "Years paid"),
        percent=slider(5, 1, 40, 1, "Discount rate per year (%)"),
        timing=choice("end of each year", list(timings), "Payments come at the"),
    )


def payments_today(axes: Axes, times: np.ndarray, worth: np.ndarray, counted: int, payment: float) -> None:
    """What each of a row of payments is worth today: one bar a payment, those not counted in grey."""
    _bars_counted(axes, times, worth, counted)
    axes.axhline(payment, color=GREY, linestyle="--", linewidth=1.5)
    _above(axes, times.size, payment, f"paid each time: {payment:,.0f}", DARK_GREY, "right")
    axes.set_ylim(0, 1.12 * payment)
    axes.set_yticks([0, payment / 2, payment])
    axes.set_ylabel("Each payment, RMB of today")


def payments_added(axes: Axes, times: np.ndarray, totals: np.ndarray, counted: int, ceiling: float) -> None:
    """The same payments added up, under the line that endless payments would reach."""
    _bars_counted(axes, times, totals, counted)
    total = totals[counted - 1]
    axes.axhline(ceiling, color=ORANGE, linestyle="--", linewidth=1.5)
    axes.plot(times[counted - 1], total, "o", color=BLUE, markersize=9)
    _above(axes, 0, ceiling, f"{counted} paid: {total:,.0f}", BLUE, "left")
    _above(axes, times.size, ceiling, f"for ever: {ceiling:,.0f}", ORANGE, "right")
    axes.set_ylim(0, 1.12 * ceiling)
    axes.set_ylabel("Added up, RMB of today")


def _bars_counted(axes: Axes, times: np.ndarray, heights: np.ndarray, counted: int) -> None:
    edges = np.append(times - 0.5, times[-1] + 0.5)
    axes.stairs(heights, edges, fill=True, color=PALE_GREY, alpha=0.5)
    axes.stairs(heights[:counted], edges[: counted + 1], fill=True, color=BLUE)
    axes.stairs(heights, edges, baseline=None, color=GREY, linewidth=1, zorder=0.9)
    axes.set_xlim(-1, times.size + 1)
    axes.set_xticks([0, times.size // 2, times.size])
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("Years from now")


def _above(axes: Axes, x: float, line: float, words: str, color: str, side: Literal["left", "right"]) -> None:
    axes.text(x, 1.02 * line, words, color=color, ha=side, va="bottom", fontsize=10.5)
