"""Data to matplotlib axes, nothing else. Colours: Okabe-Ito, told apart by colour-blind readers and in grey."""

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, PercentFormatter

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#7F7F7F"


def ladder(axes: Axes, values: pd.Series, labels: Sequence[str]) -> None:
    """A waterfall on a log scale: one row a rung, a dot at its value, a line from the rung above.

    The scale is linear between -100 and 100, so that a loss can be shown.

    Parameters
    ----------
    axes : Axes
    values : Series
        One value a rung (currency units), the first on top.
    labels : sequence of str
        One a rung.
    """
    rows = range(len(values))
    for row, (above, here) in enumerate(pairwise(values), start=1):
        axes.plot([above, here], [row, row], color=GREY, linewidth=6, alpha=0.4, solid_capstyle="butt")
        axes.plot([above, above], [row - 1, row], color=GREY, linewidth=1, linestyle=":")
    axes.plot(values, rows, "o", color=BLUE, markersize=11)
    for row, value in enumerate(values):
        axes.annotate(
            f"{value:,.0f}", (value, row), xytext=(0, 10), textcoords="offset points", ha="center", fontsize=11
        )
    axes.set_yticks(rows, labels)
    axes.set_xscale("symlog", linthresh=100)
    axes.set_xlim(min(0, values.min()) * 1.5 - 20, max(values.max(), 1000) * 3)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    axes.set_xlabel("RMB per customer (each step to the right is ten times the last)")
    axes.set_ylim(len(values) - 0.6, -0.7)
    axes.spines[["top", "right"]].set_visible(False)


def customer_shares(axes: Axes, curve: pd.DataFrame, top: float, share: float) -> None:
    """Cumulative share of value against share of customers, the best first, with one point marked.

    Parameters
    ----------
    axes : Axes
    curve : DataFrame
        Columns customers_share and value_share, as `clvlib.segments.whale_curve` returns them.
    top, share : float
        The marked point: the best `top` of the customers bring `share` of the value (fractions).
    """
    axes.plot(curve["customers_share"], curve["value_share"], color=BLUE, linewidth=2.5)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1)
    axes.annotate("if all were equal", (0.72, 0.66), color="#555555", fontsize=10, rotation=27, rotation_mode="anchor")
    axes.plot([top, top, 0], [0, share, share], color=ORANGE, linestyle="--", linewidth=1.5)
    axes.plot([top], [share], "o", color=ORANGE, markersize=10)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, max(1.02, curve["value_share"].max() * 1.02))
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("Share of customers, the best first")
    axes.set_ylabel("Share of revenue")
    axes.spines[["top", "right"]].set_visible(False)
