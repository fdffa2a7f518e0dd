"""Explorers of the lesson on the worksheet."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clvlib import worksheet
from clvlib._checks import counted
from clvlib.course.explorer import Explorer, slider
from clvlib.plots import BLUE, GREY, LIGHT_GREY


def worksheet_ladder() -> Explorer:
    """The worksheet's figure and what each correction leaves of it (1.52 purchases, 57 RMB to win)."""
    rungs = ["The worksheet", "Margin, not sales", "Discounted", "Some leave", "Three years"]

    def steps(visits: int, spend: float, years: int, **assumptions: Any) -> pd.Series:
        return worksheet.correction_ladder(
            visits * years,
            purchases_per_visit=1.52,
            spend=spend,
            acquisition_cost=57,
            horizon=visits * min(3, years),
            visits_per_year=visits,
            **assumptions,
        )["value"]

    def draw(figure: Figure, **values: Any) -> None:
        ladder(figure.add_axes((0.19, 0.14, 0.75, 0.85)), steps(**values), rungs)

    def explain(**values: Any) -> str:
        first, margin, discounted, left, last = steps(**values)
        return (
            f"{counted(values['visits'], 'visit')} a year for {counted(values['years'], 'year')} at "
            f"{values['spend']:,.0f} RMB a purchase: the worksheet says "
            f"{first:z,.0f} RMB. A margin rate of {values['margin_rate']:.1%} makes that {margin:z,.0f}, "
            f"discounting at {values['rate']:.0%} a year {discounted:z,.0f}, keeping {values['retention']:.1%} of the "
            f"customers a year {left:z,.0f}, and the first three years alone {last:z,.0f}."
        )

    def title(**values: Any) -> str:
        first, *_, last = steps(**values)
        return f"The worksheet says {first:z,.0f} RMB; with every correction it is {last:z,.0f}"

    return Explorer(
        draw,
        explain,
        title,
        visits=slider(12, 1, 52, 1, "Visits a year"),
        spend=slider(220, 20, 500, 5, "Spend per purchase (RMB)"),
        years=slider(65, 1, 65, 1, "Years the worksheet counts"),
        margin_rate=slider(542 / 5844, 0.0, 0.6, 0.001, "Margin rate on sales", percent=True),
        rate=slider(0.10, 0.0, 0.30, 0.01, "Discount rate per year", percent=True),
        retention=slider((1399 / 2444) ** 0.5, 0.4, 1.0, 0.001, "Retention rate per year", percent=True),
    )


def ladder(axes: Axes, values: pd.Series, labels: Sequence[str]) -> None:
    """A waterfall on a log scale: one row a rung, a dot at its value, a line from the rung above.

    The scale is linear between -100 and 100, so that a loss can be shown.
    """
    rows = np.arange(len(values))
    above, here = values.to_numpy()[:-1], values.to_numpy()[1:]
    axes.hlines(rows[1:], above, here, color=LIGHT_GREY, linewidth=3)
    axes.vlines(above, rows[:-1], rows[1:], color=GREY, linewidth=1, linestyle=":")
    axes.plot(values, rows, "o", color=BLUE, markersize=11)
    for row, value in enumerate(values):
        axes.text(value, row - 0.22, f"{value:z,.0f}", ha="center", fontsize=11)
    axes.set_yticks(rows, labels)
    axes.set_xscale("symlog", linthresh=100)
    axes.set_xlim(min(0, values.min()) * 1.5 - 20, max(values.max(), 1000) * 3)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("RMB per customer (from 100 on, each step is ten times the last)")
    axes.set_ylim(len(values) - 0.6, -0.7)
