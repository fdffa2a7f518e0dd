"""Explorers of the lesson on the capstone."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clvlib import models, transactions
from clvlib._colours import BLUE, GREY, ORANGE
from clvlib.course.data import load, truth
from clvlib.course.explorer import Explorer, choice, slider


def spend_budget() -> Explorer:
    """Gifts handed out in the order of three forecasts, and what they earn in the year that then came."""
    log, today, year = load("transactions"), pd.Timestamp("2025-06-30"), pd.Timedelta(days=365)
    planted, accounts = truth("transactions"), truth("accounts")
    future = pd.Series(planted["customers"]["future_margin"], planted["customers"]["customer_id"])
    uplifts = pd.Series(accounts["uplift"], future.index) / np.mean(accounts["uplift"])  # 1 on average
    last_year = log[log["date"] > today - year].groupby("customer_id")["margin"].sum().reindex(future.index).fillna(0)
    summary = transactions.rfm_summary(log, grain="week", observation_end=today)
    spend = models.GammaGamma.fit(summary)
    model = models.BGNBD.fit(summary).predict(summary, 52, spend, planted["margin_rate"], rate=0)["clv"]
    in_file = pd.Series(accounts["customer_of_file"], future.index) > 0  # only of these the baby's age can be known
    orders = {
        "last year": last_year,
        "model": model,
        "model and age": model * uplifts.where(in_file, 1),
        "future known": future * uplifts,
    }
    counts = np.arange(0, 1501, 25)
    ordered = {name: order.sort_values(ascending=False, kind="stable") for name, order in orders.items()}
    brought = {name: np.append(0, (uplifts * future)[rank.index].cumsum()) for name, rank in ordered.items()}

    def earns(name: str, gifts: Any, cost: int, uplift: float) -> Any:
        return uplift * brought[name][gifts] - cost * gifts

    def stop(name: str, cost: int, uplift: float) -> int:
        return int((uplift * ordered[name] > cost).sum())

    def draw(figure: Figure, order: str, gifts: int, cost: int, uplift: float) -> None:
        curves = {name: earns(name, counts, cost, uplift) for name in orders}
        axes = figure.add_axes((0.105, 0.14, 0.865, 0.79))
        gift_budget(axes, counts, curves, order, gifts, stop(order, cost, uplift))

    def money(name: str, count: int, cost: int, uplift: float) -> str:
        amount = round(earns(name, count, cost, uplift))
        return f"earn {amount:,} RMB" if amount >= 0 else f"lose {-amount:,} RMB"

    def explain(order: str, gifts: int, cost: int, uplift: float) -> str:
        own, best = stop(order, cost, uplift), stop("future known", cost, uplift)
        here, there = money(order, own, cost, uplift), money("future known", best, cost, uplift)
        return (
            f"{gifts:,} gifts of {cost} RMB, in the order of {order}, {money(order, gifts, cost, uplift)} net of their "
            f"cost if a gift adds {uplift:.0%} on average, more with a young baby. The order of {order} "
            f"would stop after {own:,}, which {here}; with the future known, {best:,} gifts {there}."
        )

    def title(order: str, gifts: int, cost: int, uplift: float) -> str:
        best = stop("future known", cost, uplift)
        here, most = money(order, gifts, cost, uplift), money("future known", best, cost, uplift)
        return f"{gifts:,} gifts {here} net of their cost; with the future known, {best:,} {most}"

    return Explorer(
        draw,
        explain,
        title,
        order=choice("last year", ["last year", "model", "model and age"], "In the order of"),
        gifts=slider(800, 0, 1500, 25, "Gifts in the budget"),
        cost=slider(30, 10, 60, 5, "Cost of a gift (RMB)"),
        uplift=slider(0.11, 0.02, 0.20, 0.01, "Margin a gift adds, on average", percent=True),
    )


def gift_budget(axes: Axes, counts: np.ndarray, earned: dict[str, np.ndarray], chosen: str, at: int, stop: int) -> None:
    """What gifts earn in each order; one is chosen, with the budget and its own stop marked."""
    for name, style in zip(earned, ("--", "-.", (0, (8, 2)), ":"), strict=False):
        color, width, dash = (BLUE, 2.5, "-") if name == chosen else (GREY, 1.5, style)
        axes.plot(counts, earned[name], color=color, linewidth=width, linestyle=dash, label=name)
    curve, most = earned[chosen], list(earned.values())[-1]
    axes.legend(loc="upper right", ncol=4, labelcolor="linecolor", borderaxespad=0, handlelength=1.8, columnspacing=1.4)
    here = float(np.interp(at, counts, curve))
    axes.plot([at], [here], "o", color=ORANGE, markersize=11, clip_on=False, zorder=3)
    axes.plot(
        [min(stop, counts[-1])], [np.interp(stop, counts, curve)], "|", color=BLUE, markersize=26, markeredgewidth=3
    )
    axes.axhline(0, color=GREY, linewidth=1)
    axes.set_xlim(0, counts[-1])
    low, high = min(0.0, float(curve.min())), float(most.max())
    axes.set_ylim(low - 0.06 * (high - low), high + 0.20 * (high - low))
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("Gifts, in the chosen order (dot: the budget; bar: where it would stop)")
    axes.set_ylabel("Earned, less the gifts (RMB)")
