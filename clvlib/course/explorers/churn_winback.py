"""Explorers of the lesson on churn and win-back."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clvlib import experiments
from clvlib._colours import BLUE, DARK_GREY, GREY, LIGHT_BLUE, ORANGE, PALE_GREY
from clvlib.course.data import load
from clvlib.course.explorer import Explorer, slider


def warning_threshold() -> Explorer:
    """Whom a warning model would have called, how accurate that is, and what it earns."""
    thresholds = np.arange(91) / 100
    chance, gone_or_not = _forecast_of_leaving()
    leavers, stayers = (
        np.array([(chance[gone_or_not == kind] > threshold).sum() for threshold in thresholds]) for kind in (1, 0)
    )
    gone, customers = gone_or_not.sum(), len(gone_or_not)
    accuracy = (leavers + customers - gone - stayers) / customers

    def money(cost: int, saved: float, worth: int) -> tuple[np.ndarray, float]:
        """Profit at each threshold, and the one from which on a call pays."""
        profit = leavers * saved * worth - (leavers + stayers) * cost
        return profit, float(experiments.profit_threshold(worth, cost, saved))

    def draw(figure: Figure, threshold: float, **call: Any) -> None:
        at = round(100 * threshold)
        profit, pays_from = money(**call)
        called = int(leavers[at]), int(stayers[at])
        alarm_counts(
            figure.add_axes((0.02, 0.15, 0.42, 0.80)), called, (gone - called[0], customers - gone - called[1])
        )
        accuracy_by_threshold(
            figure.add_axes((0.58, 0.71, 0.39, 0.22)), thresholds, accuracy, at, 1 - gone_or_not.mean()
        )
        profit_by_threshold(figure.add_axes((0.58, 0.20, 0.39, 0.37)), thresholds, profit, at, pays_from)

    def explain(threshold: float, **call: Any) -> str:
        at = round(100 * threshold)
        profit, pays_from = money(**call)
        right, wrong = leavers[at], stayers[at]
        hits = f"; {right / (right + wrong):.1%} of them leave" if right + wrong else ""
        advice = f"A call pays above {pays_from:.0%}." if pays_from <= 1 else "No call pays."
        return (
            f"Alarm above {threshold:.0%}: {right + wrong:,} of {customers:,} customers are called{hits}. Accuracy "
            f'{accuracy[at]:.1%}, and "nobody leaves" has {1 - gone_or_not.mean():.1%}. '
            f"Profit {profit[at]:z,.0f} RMB. {advice}"
        )

    def title(threshold: float, **call: Any) -> str:
        at = round(100 * threshold)
        return f"{leavers[at] + stayers[at]:,} calls bring {money(**call)[0][at]:z,.0f} RMB"

    return Explorer(
        draw,
        explain,
        title,
        threshold=slider(0.11, 0, 0.90, 0.01, "Alarm above a chance of", percent=True),
        cost=slider(20, 0, 60, 1, "Cost of a call (RMB)"),
        saved=slider(0.20, 0.05, 0.60, 0.05, "Leavers a call keeps", percent=True),
        worth=slider(300, 100, 1000, 10, "A kept customer is worth (RMB)"),
    )


def whom_to_contact() -> Explorer:
    """Coupons for the lost, the riskiest first, the coupon users first, or by lot."""
    lost = load("winback_ab")
    customers = len(lost)
    scores = {"coupon users first": "coupon_share", "riskiest first": "risk"}
    gains = {order: np.append(0, _effect_by_line(lost, score).cumsum()) for order, score in scores.items()}
    rates = lost.groupby("treated")["returned"].mean()
    gains["by lot"] = np.arange(customers + 1) * (rates[1] - rates[0])
    tenths = experiments.uplift_by_decile(lost, score="coupon_share", treated="treated", outcome="returned")
    counted = tenths[["customers", "gain"]].cumsum()

    def profits(cost: int, worth: int) -> dict[str, np.ndarray]:
        return {order: gain * worth - np.arange(customers + 1) * cost for order, gain in gains.items()}

    def draw(figure: Figure, share: float, cost: int, worth: int) -> None:
        axes = figure.add_axes((0.11, 0.14, 0.87, 0.79))
        shares = np.arange(customers + 1) / customers
        contact_profit(axes, {order: (shares, profit) for order, profit in profits(cost, worth).items()}, share)
        as_counted = counted["gain"] * worth - counted["customers"] * cost
        axes.scatter(counted["customers"] / customers, as_counted, s=14, color=LIGHT_BLUE, zorder=2)

    def explain(share: float, cost: int, worth: int) -> str:
        sent = round(share * customers)
        earned = profits(cost, worth)
        said = [f"{order} {gains[order][sent]:,.0f} ({earned[order][sent]:z,.0f} RMB)" for order in gains]
        best = int(np.argmax(earned["coupon users first"]))
        stop = f"stop at {best / customers:.0%}" if best else "send none"
        return (
            f"{sent:,} coupons at {cost} RMB, {sent * cost:,} RMB in all. Brought back beyond those who would "
            f"have come anyway, and profit: {said[0]}, {said[1]}, {said[2]}. With coupon users first, {stop}."
        )

    def title(share: float, cost: int, worth: int) -> str:
        sent, earned = round(share * customers), profits(cost, worth)
        users, lot = (earned[order][sent] for order in ("coupon users first", "by lot"))
        return f"Coupon users first: {users:z,.0f} RMB of profit; by lot: {lot:z,.0f}"

    return Explorer(
        draw,
        explain,
        title,
        share=slider(0.40, 0, 1, 0.01, "Share who get a coupon", percent=True),
        cost=slider(8, 1, 60, 1, "Cost of a coupon (RMB)"),
        worth=slider(500, 100, 1000, 50, "Margin of a return (RMB)"),
    )


def _forecast_of_leaving() -> tuple[np.ndarray, np.ndarray]:
    """Chance of leaving by a model that has learned on June's list of `churn`, and who left, both on December's."""
    from statsmodels.api import Logit, add_constant

    customers = load("churn").set_index("list_date")
    june, december = customers.loc["2024-06-30"], customers.loc["2024-12-31"]
    columns = customers.columns.drop(["customer_id", "churn"])
    model = Logit(june["churn"], add_constant(june[columns])).fit(disp=0)
    return model.predict(add_constant(december[columns])).to_numpy(), december["churn"].to_numpy()


def _effect_by_line(lost: pd.DataFrame, score: str) -> np.ndarray:
    """What a coupon adds to each customer's chance of returning, by a straight line in a score, the highest first."""
    control, treated = (np.polyfit(arm[score], arm["returned"], 1) for _, arm in lost.groupby("treated"))
    return np.polyval(treated - control, np.sort(lost[score])[::-1])


def alarm_counts(axes: Axes, called: tuple[float, float], others: tuple[float, float]) -> None:
    """Two stacked bars: those who are called and those who are not, each split into leavers and stayers."""
    for row, (name, (leave, stay)) in enumerate({"called": called, "not called": others}.items()):
        axes.barh(row, leave, height=0.42, color=BLUE)
        axes.barh(row, stay, left=leave, height=0.42, facecolor=(PALE_GREY, 0.5), edgecolor=GREY)
        axes.text(
            0,
            row - 0.27,
            f"{leave + stay:,.0f} {name}: {leave:,.0f} leave, {stay:,.0f} stay",
            fontsize=10.5,
            va="bottom",
        )
    total = sum(called) + sum(others)
    axes.set_xlim(0, total)
    axes.set_ylim(1.45, -0.6)
    axes.set_yticks([])
    axes.set_xticks([0, total], ["0", f"{total:,.0f}"])
    axes.set_xlabel("Customers (blue: those who leave)")
    axes.spines["left"].set_visible(False)


def accuracy_by_threshold(axes: Axes, thresholds: np.ndarray, accuracy: np.ndarray, at: int, nobody: float) -> None:
    """Share of right answers against the threshold of an alarm, and that of the forecast "nobody leaves"."""
    axes.axhline(nobody, color=GREY, linestyle="--", linewidth=1.5)
    axes.text(thresholds[-1], nobody - 0.04, '"nobody leaves"', ha="right", va="top", fontsize=10.5, color=DARK_GREY)
    _along_threshold(axes, thresholds, accuracy, at)
    axes.set_ylim(min(0.45, accuracy[at] - 0.05), 1)
    axes.set_xticks([])
    axes.set_yticks([0.5, 1], ["50%", "100%"])
    axes.set_ylabel("Accuracy")


def profit_by_threshold(axes: Axes, thresholds: np.ndarray, profit: np.ndarray, at: int, pays_from: float) -> None:
    """Profit of calling everyone above a threshold, and the threshold from which on a call pays."""
    # where few alarms are right the loss is bottomless: the axis reaches down as far as it says something
    high = max(3000, 1.2 * profit.max())
    low = min(-high, 1.3 * min(0, profit[at]))
    axes.axhline(0, color=GREY, linewidth=1)
    if pays_from <= thresholds[-1]:
        axes.axvline(pays_from, color=ORANGE, linestyle="--", linewidth=1.5)
    _along_threshold(axes, thresholds, profit, at)
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xticks([0, 0.3, 0.6, 0.9], ["0%", "30%", "60%", "90%"])
    axes.set_xlabel("Call above this chance of leaving\n(dashed: from here on a call pays)")
    axes.set_ylabel("Profit (RMB)")


def _along_threshold(axes: Axes, thresholds: np.ndarray, values: np.ndarray, at: int) -> None:
    axes.plot(thresholds, values, color=BLUE, linewidth=2.5)
    axes.plot([thresholds[at]], [values[at]], "o", color=BLUE, markersize=10, zorder=3, clip_on=False)
    axes.set_xlim(0, thresholds[-1])


def contact_profit(axes: Axes, curves: dict[str, tuple[np.ndarray, np.ndarray]], share: float) -> None:
    """What a win-back earns against how many are contacted, for several orders of contacting them."""
    looks = [(BLUE, "-"), (ORANGE, "--"), (DARK_GREY, ":")]
    for (order, (shares, profit)), (color, style) in zip(curves.items(), looks, strict=True):
        axes.plot(shares, profit, color=color, linestyle=style, linewidth=2.5, label=order)
        axes.plot([share], [np.interp(share, shares, profit)], "o", color=color, markersize=9, zorder=3, clip_on=False)
    most = max(profit.max() for _, profit in curves.values())
    least = min(profit.min() for _, profit in curves.values())
    axes.legend(loc="upper left", labelcolor="linecolor", fontsize=11, borderaxespad=0)
    axes.axhline(0, color=GREY, linewidth=1)
    axes.axvline(share, ymax=0.72, color=GREY, linewidth=1, linestyle=":")
    axes.set_xlim(0, 1.01)
    axes.set_ylim(1.05 * least - 0.02 * most, most + 0.45 * (most - least))
    axes.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("Share of the lost who get a coupon")
    axes.set_ylabel("Profit (RMB)")
