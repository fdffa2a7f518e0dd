"""Explorers of the lesson on winning or keeping."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clvlib import acquisition
from clvlib._colours import BLUE, DARK_GREY, GREY, ORANGE
from clvlib.course.explorer import Explorer, slider

KEPT = (90 + 0.70 * 110 / 1.10) / 1.10  # years two and three of the three-year table, seen from year one (RMB)
WON = 70 + 0.60 * KEPT  # year one, and the chance of the others


def winning_or_keeping() -> Explorer:
    """A budget split between winning 5,000 households and keeping 1,000 customers, at the margin."""
    shares = np.linspace(0, 1, 51)

    def split(budget: int, value: float, ceiling: float, unasked: float, share: Any = None) -> Any:
        """The split when 20 RMB a household win 20 % and 10 RMB a customer keep 60 % of at most 74 %.

        A customer kept comes back in a year; seen from today she is worth 92 % of one won.
        """
        return acquisition.acquisition_retention_split(
            budget,
            value,
            acquisition_ceiling=ceiling,
            acquisition_k=acquisition.response_rate(20, 0.20, ceiling),
            retention_ceiling=0.74,
            retention_k=acquisition.response_rate(10, 0.60, 0.74, unasked),
            retention_floor=unasked,
            retention_value=value * KEPT / WON,
            prospects=5_000,
            customers=1_000,
            share=share,
        )

    def draw(figure: Figure, share: float, **firm: Any) -> None:
        axes = figure.add_axes((0.04, 0.14, 0.93, 0.79))
        budget_split(axes, split(**firm, share=shares), share, split(**firm)["share"])

    def explain(share: float, **firm: Any) -> str:
        now, best = split(**firm, share=share), split(**firm)
        winning, keeping = now["marginal_acquisition"], now["marginal_retention"]
        gain = best["customer_equity"] - now["customer_equity"]
        averages = ""
        if 0 < share < 1:
            per_won, per_kept = now["acquisition_spend"] / now["won"], now["retention_spend"] / now["kept"]
            averages = (
                f"On average a customer won costs {per_won:,.0f} RMB and one kept {per_kept:,.0f}, a ratio of "
                f"{per_won / per_kept:,.1f}. "
            )
        if gain < 1:
            advice = "There is nothing to move."
        else:
            there = "winning" if best["share"] > share else "keeping"
            advice = f"Move money to {there}: {best['share']:.0%} for winning would bring {gain:,.0f} RMB more."
        if max(winning, keeping) < 1:
            advice += " Neither comes back: the budget is too large."
        return (
            f"{now['acquisition_spend']:.2f} RMB a household win {now['won']:.1%}, {now['retention_spend']:.2f} RMB a "
            f"customer keep {now['kept']:.1%}. {averages}The next RMB brings {winning:.2f} in winning and "
            f"{keeping:.2f} in keeping. {advice}"
        )

    def title(share: float, **firm: Any) -> str:
        now = split(**firm, share=share)
        return (
            f"The next RMB brings {now['marginal_acquisition']:.2f} in winning and "
            f"{now['marginal_retention']:.2f} in keeping"
        )

    return Explorer(
        draw,
        explain,
        title,
        budget=slider(110_000, 10_000, 300_000, 5_000, "Budget (RMB)"),
        share=slider(10 / 11, 0, 1, 0.01, "Share for winning", percent=True),
        value=slider(WON, 20, 400, 1, "Worth of a customer won (RMB)"),
        ceiling=slider(0.40, 0.21, 0.90, 0.01, "Households that can be won", percent=True),
        unasked=slider(0.50, 0, 0.59, 0.01, "Customers who stay unasked", percent=True),
    )


def budget_split(axes: Axes, curves: pd.DataFrame, share: float, best: float) -> None:
    """What the next unit of money brings in winning and in keeping customers, against how a budget is split."""
    names = {"marginal_acquisition": ("winning", BLUE, "-"), "marginal_retention": ("keeping", ORANGE, "--")}
    here = [float(np.interp(share, curves["share"], curves[column])) for column in names]
    top = max(2.5, min(2 * max(here), 1.02 * curves[list(names)].to_numpy().max()))
    for (column, (name, colour, style)), value in zip(names.items(), here, strict=True):
        axes.plot(curves["share"], curves[column], color=colour, linestyle=style, linewidth=2.5, label=name)
        axes.plot([share], [value], "o", color=colour, markersize=10, clip_on=False)
    axes.axhline(1, color=GREY, linestyle=":", linewidth=1)
    axes.axvline(share, color=GREY, linewidth=1)
    axes.annotate("1 RMB: it just comes back", (0.01, 1), xytext=(0, 4), textcoords="offset points", color=DARK_GREY)
    axes.plot([best], [0.03 * top], "^", color="black", markersize=9, label="best split", clip_on=False, zorder=3)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, top)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("Share of the budget for winning; the rest is for keeping")
    axes.set_ylabel("The next RMB brings (RMB)")
    axes.legend(loc="lower right", ncol=3, bbox_to_anchor=(1, 1), borderaxespad=0.2)
