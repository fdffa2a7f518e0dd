"""Explorers of the lesson on the three-year table."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clvlib import value
from clvlib._colours import BLUE, GREY, ORANGE
from clvlib.course.explorer import Explorer, slider


def campaign_cash() -> Explorer:
    """What a customer won has brought after each of three years, less what winning her cost."""

    def cash(cac: int, second: float, third: float, rate: float) -> pd.DataFrame:
        """Cash by year, per customer won, as paid and in today's money; an active customer earns 70, 90, 110 RMB."""
        paid = np.array([-cac, 70, second * 90, second * third * 110])
        waits = np.array([0, 0, 1, 2])  # a year's money moves at its start
        return pd.DataFrame({"as paid": paid, "in today's money": paid / (1 + rate) ** waits})

    def draw(figure: Figure, **values: Any) -> None:
        cash_added_up(figure.add_axes((0.08, 0.14, 0.89, 0.79)), cash(**values))

    def explain(cac: int, **values: Any) -> str:
        table = cash(cac, **values)
        paid, today = table.sum()
        years = value.payback(cac, table.loc[1:, "as paid"])
        back = f"is back after {years:.2f} years" if np.isfinite(years) else "is not back after three years"
        return (
            f"Winning her cost {cac} RMB. Of those won, {values['second']:.0%} buy again in year 2, and "
            f"{values['third']:.0%} of these in year 3. The money {back}. After three years {paid:.2f} RMB a customer "
            f"won have come in on balance, {today:.2f} in today's money at {values['rate']:.0%} a year."
        )

    def title(cac: int, **values: Any) -> str:
        table = cash(cac, **values)
        today = table["in today's money"].sum()
        return f"In today's money a customer won {'earns us' if today >= 0 else 'loses us'} {abs(today):.2f} RMB"

    return Explorer(
        draw,
        explain,
        title,
        cac=slider(100, 10, 250, 1, "Cost of winning her (RMB)"),
        second=slider(0.60, 0, 1, 0.01, "Buy again in year 2", percent=True),
        third=slider(0.70, 0, 1, 0.01, "Of these, buy again in year 3", percent=True),
        rate=slider(0.10, 0, 0.30, 0.01, "Discount rate per year", percent=True),
    )


def cash_added_up(axes: Axes, cash: pd.DataFrame) -> None:
    """Cash added up from the day of winning on, as paid and in today's money, with a dot at payback."""
    for (name, column), colour, style in zip(cash.items(), (BLUE, ORANGE), ("-", "--"), strict=True):
        axes.plot(column.index, column.cumsum(), color=colour, linestyle=style, linewidth=2.5, label=name)
    years = value.payback(-cash["as paid"].iloc[0], cash["as paid"].iloc[1:])
    if np.isfinite(years):
        axes.plot([years], [0], "o", color=BLUE, markersize=10, label="payback")
    axes.axhline(0, color=GREY, linewidth=1)
    axes.set_xlim(0, 3)
    axes.set_ylim(1.15 * cash.iloc[0].min(), max(120, 1.15 * cash.cumsum().to_numpy().max()))
    axes.set_xticks(cash.index)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlabel("Years since the calls were paid")
    axes.set_ylabel("Cash added up (RMB)")
    axes.legend(loc="lower right", ncol=3, bbox_to_anchor=(1, 1), borderaxespad=0.2)
