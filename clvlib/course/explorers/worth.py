"""Explorers of part I, worth: lessons 0 to 5."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from clvlib import plots, segments, worksheet
from clvlib.course.data import load
from clvlib.course.explorer import Explorer, slider


def customer_base() -> Explorer:
    """Lesson 0: which share of CDNOW's customers brings which share of its revenue."""
    revenue = load("cdnow").groupby("customer_id")["amount"].sum()
    curve = segments.whale_curve(revenue)

    def draw(figure: Figure, top: float) -> None:
        plots.customer_shares(figure.add_axes((0.11, 0.16, 0.86, 0.80)), curve, top, segments.top_share(revenue, top))

    def explain(top: float) -> str:
        share = segments.top_share(revenue, top)
        return (
            f"The best {top:.0%} of the customers ({top * len(revenue):,.0f} of {len(revenue):,}) bring {share:.0%} of "
            f"the revenue; the other {1 - top:.0%} bring {1 - share:.0%}."
        )

    return Explorer(draw, explain, top=slider(0.20, 0.01, 1.0, 0.01, "Best customers", percent=True))


def worksheet_ladder() -> Explorer:
    """Lesson 1: the worksheet's figure and what each correction leaves of it (1.52 purchases, 57 RMB to win)."""
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
        plots.ladder(figure.add_axes((0.19, 0.15, 0.78, 0.83)), steps(**values), rungs)

    def explain(**values: Any) -> str:
        first, margin, discounted, left, last = steps(**values)
        return (
            f"{values['visits']} visits a year for {values['years']} years at {values['spend']:,.0f} RMB a purchase: "
            f"the worksheet says {first:,.0f} RMB. A margin of {values['margin']:.1%} makes that {margin:,.0f}, "
            f"discounting at {values['rate']:.0%} a year {discounted:,.0f}, keeping {values['retention']:.1%} of the "
            f"customers a year {left:,.0f}, and the first three years alone {last:,.0f}."
        )

    return Explorer(
        draw,
        explain,
        visits=slider(12, 1, 52, 1, "Visits a year"),
        spend=slider(220, 20, 500, 5, "Spend per purchase (RMB)"),
        years=slider(65, 1, 65, 1, "Years the worksheet counts"),
        margin=slider(542 / 5844, 0.0, 0.6, 0.001, "Margin on sales", percent=True),
        rate=slider(0.10, 0.0, 0.30, 0.01, "Discount rate per year", percent=True),
        retention=slider((1399 / 2444) ** 0.5, 0.4, 1.0, 0.001, "Retention rate per year", percent=True),
    )
