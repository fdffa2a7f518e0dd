"""Explorers of the lesson on the worksheet."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clvlib import worksheet
from clvlib._checks import counted
from clvlib._colours import BLUE, PALE_BLUE
from clvlib.course.explorer import Explorer, slider

COST = 57  # RMB, to win her


def worksheet_ladder() -> Explorer:
    """The worksheet's figure and what each correction keeps of it (57 RMB to win her)."""
    rungs = ["The worksheet", "Margin, not sales", "Discounted", "Some leave", "Three years", "The table's revenue"]

    def steps(years: int, revenue: float, **assumptions: Any) -> pd.Series:
        return worksheet.correction_ladder(
            12 * years,
            purchases_per_visit=1.52,
            spend=220,
            acquisition_cost=COST,
            horizon=12 * min(3, years),
            revenue_per_year=revenue,
            **assumptions,
        )["value"]

    def draw(figure: Figure, **values: Any) -> None:
        ladder(figure.add_axes((0.24, 0.14, 0.52, 0.84)), steps(**values), rungs)

    def explain(**values: Any) -> str:
        first, margin, discounted, left, three_years, last = steps(**values)
        return (
            f"A visit a month for {counted(values['years'], 'year')}: the worksheet says {first:z,.0f} RMB. "
            f"At a margin rate of {values['margin_rate']:.1%} it is {margin:z,.0f}. "
            f"Discounted at {values['rate']:.0%} a year it is {discounted:z,.0f}. "
            f"If {values['retention']:.1%} of the customers stay each year it is {left:z,.0f}. "
            f"The first three years alone are {three_years:z,.0f}. "
            f"With {values['revenue']:,.0f} RMB of revenue a year instead of 4,013 they are {last:z,.0f}."
        )

    def title(**values: Any) -> str:
        first, *_, last = steps(**values)
        return f"The worksheet says {first:z,.0f} RMB; with every correction it is {last:z,.0f}"

    return Explorer(
        draw,
        explain,
        title,
        margin_rate=slider(542 / 5844, 0.0, 0.6, 0.001, "Margin rate on sales", percent=True),
        rate=slider(0.10, 0.0, 0.30, 0.01, "Discount rate per year", percent=True),
        retention=slider((1399 / 2444) ** 0.5, 0.4, 1.0, 0.001, "Retention rate per year", percent=True),
        revenue=slider(2444, 0, 4000, 50, "Revenue per year, by the table (RMB)"),
        years=slider(65, 1, 65, 1, "Years the worksheet counts"),
    )


def kept(values: pd.Series) -> np.ndarray:
    """Which part of the rung above each rung keeps, before the cost of winning her; the first keeps all."""
    before = (values + COST).round(9).to_numpy()
    parts = np.zeros(len(before) - 1)  # nothing is kept of nothing
    np.divide(before[1:], before[:-1], out=parts, where=before[:-1] > 0)
    return np.concatenate([[1.0], parts])


def ladder(axes: Axes, values: pd.Series, labels: Sequence[str]) -> None:
    """A bar a rung, as long as the part that it keeps of the rung above; its value stands beside it."""
    rows, parts = np.arange(len(values)), 100 * kept(values)
    axes.barh(rows, 100, height=0.62, color=PALE_BLUE)
    axes.barh(rows, parts, height=0.62, color=BLUE)
    for row, (part, value) in enumerate(zip(parts, values, strict=True)):
        axes.text(103, row, f"{value:z,.0f} RMB" if row == 0 else f"{part:.0f} %: {value:z,.0f} RMB", va="center")
    axes.set_yticks(rows, labels)
    axes.set_xlim(0, 100)
    axes.set_xlabel(f"Kept of the rung above, before the {COST} RMB to win her (%)")
    axes.set_ylim(len(values) - 0.5, -0.5)
