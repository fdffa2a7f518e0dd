"""Explorers of the first lesson, start here."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clvlib import segments
from clvlib._colours import BLUE, DARK_GREY, GREY, ORANGE
from clvlib.course.data import load
from clvlib.course.explorer import Explorer, slider


def customer_base() -> Explorer:
    """Which share of CDNOW's customers brings which share of its revenue."""
    revenue = load("cdnow").groupby("customer_id")["amount"].sum()
    curve = segments.whale_curve(revenue)

    def draw(figure: Figure, top: float) -> None:
        customer_shares(figure.add_axes((0.08, 0.14, 0.89, 0.79)), curve, top, segments.top_share(revenue, top))

    def title(top: float) -> str:
        return f"The best {top:.0%} bring {segments.top_share(revenue, top):.0%} of the revenue"

    def explain(top: float) -> str:
        share, many = segments.top_share(revenue, top), f"{top * len(revenue):,.0f} of {len(revenue):,} customers"
        rest = f"the other {1 - top:.0%} bring {1 - share:.0%}"
        return f"The best {top:.0%}, {many}, bring {share:.0%} of the revenue; {rest}."

    return Explorer(draw, explain, title, top=slider(0.20, 0.01, 1.0, 0.01, "Best customers", percent=True))


def customer_shares(axes: Axes, curve: pd.DataFrame, top: float, share: float) -> None:
    """Cumulative share of value against share of customers, the best first, with one point marked."""
    axes.plot(curve["customers_share"], curve["value_share"], color=BLUE, linewidth=2.5)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1)
    slope: dict[str, Any] = {"rotation": 45, "rotation_mode": "anchor", "transform_rotates_text": True}
    axes.text(0.72, 0.66, "if all were equal", color=DARK_GREY, **slope)
    axes.plot([top, top, 0], [0, share, share], color=ORANGE, linestyle="--", linewidth=1.5)
    axes.plot([top], [share], "o", color=ORANGE, markersize=10)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, max(1.02, curve["value_share"].max() * 1.02))
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("Share of customers, the best first")
    axes.set_ylabel("Share of revenue")
