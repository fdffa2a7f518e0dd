"""Explorers of the lesson on the capstone."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clvlib import models, transactions
from clvlib.course.data import load, truth
from clvlib.course.explorer import Explorer, choice, slider
from clvlib.plots import BLUE, GREY, ORANGE


def spend_budget() -> Explorer:
    """Gifts handed out in the order of three forecasts, and what they earn in the year that then came."""
    log, today, year = load("transactions"), pd.Timestamp("2025-06-30"), pd.Timedelta(days=365)
    planted = truth("transactions")
    future = pd.Series(planted["customers"]["future_margin"], planted["customers"]["customer_id"])

    def margin(end: pd.Timestamp, length: pd.Timedelta) -> pd.Series:
        inside = log["date"].between(end - length, end, inclusive="right")
        spent = log[inside].groupby("customer_id")["amount"].sum()
        return planted["margin_rate"] * spent.reindex(future.index, fill_value=0.0)

    last, before = margin(today, year / 3), margin(today - year / 3, year / 3)
    kept = (last[before > 0] > 0).mean()
    summary = transactions.rfm_summary(log, grain="week", observation_end=today)
    bought = models.BGNBD.fit(summary).expected_purchases(
        365 / 7, summary["frequency"], summary["recency"], summary["T"]
    )
    spend = models.GammaGamma.fit(summary).expected_spend(summary["frequency"], summary["monetary_value"])
    forecasts = {
        "worksheet": margin(today, year),
        "retention rate": last * (kept + kept**2 + kept**3),
        "model": pd.Series(planted["margin_rate"] * bought * spend, summary.index),
        "future known": future,
    }
    counts = np.arange(0, 1501, 25)
    ordered = {name: forecast.sort_values(ascending=False, kind="stable") for name, forecast in forecasts.items()}
    brought = {name: np.append(0, future[rank.index].cumsum()) for name, rank in ordered.items()}

    def earns(name: str, gifts: Any, cost: int, lift: float) -> Any:
        return lift * brought[name][gifts] - cost * gifts

    def stop(name: str, cost: int, lift: float) -> int:
        return int((lift * ordered[name] > cost).sum())

    def draw(figure: Figure, forecast: str, gifts: int, cost: int, lift: float) -> None:
        curves = {name: earns(name, counts, cost, lift) for name in forecasts}
        axes = figure.add_axes((0.105, 0.14, 0.865, 0.79))
        gift_budget(axes, counts, curves, forecast, gifts, stop(forecast, cost, lift))

    def money(name: str, count: int, cost: int, lift: float) -> str:
        amount = round(earns(name, count, cost, lift))
        return f"earn {amount:,} RMB" if amount >= 0 else f"lose {-amount:,} RMB"

    def explain(forecast: str, gifts: int, cost: int, lift: float) -> str:
        own, best = stop(forecast, cost, lift), stop("future known", cost, lift)
        return (
            f"{gifts:,} gifts of {cost} RMB, in the order of the {forecast}, {money(forecast, gifts, cost, lift)} net "
            f"of their cost if each adds {lift:.0%} of margin. The {forecast} would stop after {own:,}, which "
            f"{money(forecast, own, cost, lift)}; with the future known, {best:,} gifts "
            f"{money('future known', best, cost, lift)}."
        )

    def title(forecast: str, gifts: int, cost: int, lift: float) -> str:
        best = stop("future known", cost, lift)
        here, most = money(forecast, gifts, cost, lift), money("future known", best, cost, lift)
        return f"{gifts:,} gifts {here} net of their cost; with the future known, {best:,} {most}"

    return Explorer(
        draw,
        explain,
        title,
        forecast=choice("worksheet", ["worksheet", "retention rate", "model"], "Forecast"),
        gifts=slider(800, 0, 1500, 25, "Gifts in the budget"),
        cost=slider(30, 10, 60, 5, "Cost of a gift (RMB)"),
        lift=slider(0.10, 0.02, 0.20, 0.01, "Margin a gift adds", percent=True),
    )


def gift_budget(axes: Axes, counts: np.ndarray, earned: dict[str, np.ndarray], chosen: str, at: int, stop: int) -> None:
    """What gifts earn in the order of each forecast; one is chosen, with the budget and its own stop marked."""
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
    axes.set_xlabel("Gifts, in the order of the forecast (dot: the budget; bar: where it would stop)")
    axes.set_ylabel("Earned, less the gifts (RMB)")
