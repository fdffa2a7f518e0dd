"""Data to matplotlib axes, nothing else. Colours: Okabe-Ito, told apart by colour-blind readers and in grey."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

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
    rows = np.arange(len(values))
    above, here = values.to_numpy()[:-1], values.to_numpy()[1:]
    axes.hlines(rows[1:], above, here, color=GREY, linewidth=6, alpha=0.4)
    axes.vlines(above, rows[:-1], rows[1:], color=GREY, linewidth=1, linestyle=":")
    axes.plot(values, rows, "o", color=BLUE, markersize=11)
    for row, value in enumerate(values):
        axes.text(value, row - 0.22, f"{value:,.0f}", ha="center", fontsize=11)
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


def multiple_curve(axes: Axes, retention: np.ndarray, multiples: np.ndarray, at: float, here: float) -> None:
    """The margin multiple against retention per year, with one customer base marked.

    Parameters
    ----------
    axes : Axes
    retention, multiples : array
        The curve: retention per year (fractions) and the multiple at each.
    at, here : float
        The marked point: this retention per year is worth this multiple.
    """
    axes.plot(retention, multiples, color=BLUE, linewidth=2.5)
    axes.plot([at, at, 0], [0, here, here], color=ORANGE, linestyle="--", linewidth=1.5)
    axes.plot([at], [here], "o", color=ORANGE, markersize=10, zorder=3)
    axes.annotate(f"{here:.2f}", (0, here), xytext=(6, 5), textcoords="offset points", color=ORANGE, fontsize=12)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, max(6, 1.25 * here))
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_xlabel("Retention rate per year")
    axes.set_ylabel("Worth, in yearly margins")
    axes.spines[["top", "right"]].set_visible(False)


def sorting(axes: Axes, firm: pd.Series, loyal: float, others: float) -> None:
    """The firm's retention by year above and below the two groups that it is made of, whose own never changes.

    Parameters
    ----------
    axes : Axes
    firm : Series
        The firm's retention per year (fractions), index 1, 2, ...
    loyal, others : float
        Retention per year of each group (fractions), loyal at least others.
    """
    years = [firm.index[0], firm.index[-1]]
    axes.plot(years, [loyal, loyal], color=GREY, linestyle="--", linewidth=2)
    axes.plot(years, [others, others], color=GREY, linestyle=":", linewidth=2)
    axes.plot(firm.index, firm, "o-", color=BLUE, linewidth=2.5, markersize=7)
    axes.annotate("the loyal", (years[0], loyal + 0.02), color="#555555", fontsize=11)
    axes.annotate("the others", (years[1], others - 0.06), color="#555555", fontsize=11, ha="right")
    axes.annotate(
        "the firm", (2, firm[2]), xytext=(6, -16), textcoords="offset points", color=BLUE, fontsize=11, weight="bold"
    )
    axes.set_ylim(0, 1.08)
    axes.set_xticks([1, 5, 10])
    axes.set_yticks([0, 0.5, 1])
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("Year since the cohort came")
    axes.set_ylabel("Retention rate in that year")
    axes.spines[["top", "right"]].set_visible(False)


def survival_forecast(axes: Axes, actual: pd.Series, seen: int, model: np.ndarray, constant: np.ndarray) -> None:
    """What became of a cohort, and what a model and constant churn forecast from its first years.

    Parameters
    ----------
    axes : Axes
    actual : Series
        Share of the cohort left (fractions), index years; the years up to `seen` are drawn full, the later ones hollow.
    seen : int
        Last year that the forecasts were made from.
    model, constant : array
        Forecast shares from year 0 to the last, one a year.
    """
    years = range(len(model))
    axes.axvspan(0, seen, color=GREY, alpha=0.12, linewidth=0)
    axes.plot(years, constant, color=ORANGE, linestyle="--", linewidth=2)
    axes.plot(years, model, color=BLUE, linewidth=2.5)
    for shown, fill in ((actual[actual.index <= seen], "black"), (actual[actual.index > seen], "white")):
        axes.plot(shown.index, shown, "o", color="black", markerfacecolor=fill, markersize=7, linestyle="none")
    end = len(model) - 0.8
    axes.annotate("sBG", (end, model[-1]), color=BLUE, fontsize=11, weight="bold", va="bottom")
    axes.annotate("constant churn", (end, max(constant[-1], 0.06)), color=ORANGE, fontsize=11, va="top")
    axes.annotate("seen", (0.15, 1.05), color="#555555", fontsize=11)
    axes.set_xlim(0, end + 2.5)
    axes.set_ylim(0, 1.12)
    axes.set_xticks(years[::2])
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("Years since the cohort came (hollow dots: years the forecasts did not see)")
    axes.set_ylabel("Share still there")
    axes.spines[["top", "right"]].set_visible(False)


def payments_today(axes: Axes, times: np.ndarray, worth: np.ndarray, counted: int, payment: float) -> None:
    """What each of a row of payments is worth today: one bar a payment, those not counted in grey.

    Parameters
    ----------
    axes : Axes
    times : array
        Years from now until each payment.
    worth : array
        Value today of each payment (RMB).
    counted : int
        How many payments, from the first on, belong to the contract.
    payment : float
        What is paid each time (RMB), marked by a line.
    """
    _bars_counted(axes, times, worth, counted)
    axes.axhline(payment, color=GREY, linestyle="--", linewidth=1.5)
    axes.text(times.size, 1.02 * payment, f"paid each time: {payment:,.0f}", color="#555555", ha="right", **_ABOVE)
    axes.set_ylim(0, 1.12 * payment)
    axes.set_yticks([0, payment / 2, payment])
    axes.set_ylabel("Each payment, RMB of today")


def payments_added(axes: Axes, times: np.ndarray, totals: np.ndarray, counted: int, ceiling: float) -> None:
    """The same payments added up, under the line that endless payments would reach.

    Parameters
    ----------
    axes : Axes
    times, counted
        As in `payments_today`.
    totals : array
        Value today of all payments up to each one (RMB).
    ceiling : float
        Value today of the payments for ever (RMB).
    """
    _bars_counted(axes, times, totals, counted)
    total = totals[counted - 1]
    axes.axhline(ceiling, color=ORANGE, linestyle="--", linewidth=1.5)
    axes.plot(times[counted - 1], total, "o", color=BLUE, markersize=9)
    axes.text(0, 1.02 * ceiling, f"{counted} paid: {total:,.0f}", color=BLUE, **_ABOVE)
    axes.text(times.size, 1.02 * ceiling, f"for ever: {ceiling:,.0f}", color=ORANGE, ha="right", **_ABOVE)
    axes.set_ylim(0, 1.12 * ceiling)
    axes.set_ylabel("Added up, RMB of today")


_ABOVE: dict[str, Any] = {"fontsize": 10.5, "verticalalignment": "bottom"}


def _bars_counted(axes: Axes, times: np.ndarray, heights: np.ndarray, counted: int) -> None:
    edges = np.append(times - 0.5, times[-1] + 0.5)
    axes.stairs(heights, edges, fill=True, color="#DADADA")
    axes.stairs(heights[:counted], edges[: counted + 1], fill=True, color=BLUE)
    axes.set_xlim(-1, times.size + 1)
    axes.set_xticks([0, times.size // 2, times.size])
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
    axes.set_xlabel("Years from now")
    axes.spines[["top", "right"]].set_visible(False)


def budget_split(axes: Axes, curves: pd.DataFrame, share: float, best: float) -> None:
    """What the next unit of money brings in winning and in keeping customers, against how a budget is split.

    Parameters
    ----------
    axes : Axes
    curves : DataFrame
        Columns share, marginal_acquisition and marginal_retention, as
        `clvlib.acquisition.acquisition_retention_split` returns them for a rising share.
    share : float
        The split to mark (fraction of the budget for winning).
    best : float
        The best split; the foot of the picture points at it.
    """
    names = {"marginal_acquisition": ("winning", BLUE, "-"), "marginal_retention": ("keeping", ORANGE, "--")}
    here = [float(np.interp(share, curves["share"], curves[column])) for column in names]
    top = max(2.5, min(2 * max(here), 1.02 * curves[list(names)].to_numpy().max()))
    for (column, (name, colour, style)), value in zip(names.items(), here, strict=True):
        axes.plot(curves["share"], curves[column], color=colour, linestyle=style, linewidth=2.5, label=name)
        axes.plot([share], [value], "o", color=colour, markersize=10, clip_on=False)
    axes.axhline(1, color=GREY, linestyle=":", linewidth=1)
    axes.axvline(share, color=GREY, linewidth=1)
    axes.annotate("1 RMB: it just comes back", (0.01, 1), xytext=(0, 4), textcoords="offset points", color="#555555")
    axes.plot([best], [0.03 * top], "^", color="black", markersize=9, label="best split", clip_on=False, zorder=3)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, top)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("Share of the budget for winning; the rest is for keeping")
    axes.set_ylabel("The next RMB brings (RMB)")
    axes.legend(loc="upper center", ncol=3, frameon=False, bbox_to_anchor=(0.5, 1.14))
    axes.spines[["top", "right"]].set_visible(False)


def switching_line(axes: Axes, gains: np.ndarray, boundary: float, gain: float, zones: Sequence[str]) -> None:
    """Customers by what each would gain by moving to a rival: those left of the boundary stay.

    Parameters
    ----------
    axes : Axes
    gains : array
        One a customer: U(B) - U(A), within -400 and 400 (RMB a year).
    boundary : float
        The largest gain at which a customer stays (RMB a year).
    gain : float
        The average customer's, marked by a dot.
    zones : sequence of str
        What to call those who stay and would gain nothing by moving, those who stay although they would, and the rest.
    """
    counts, edges = np.histogram(gains, np.arange(-400, 401, 20))
    cuts = np.union1d(edges, [0, boundary])
    heights = counts[np.searchsorted(edges, (cuts[:-1] + cuts[1:]) / 2) - 1]
    ends = [-400, min(0, boundary), boundary, 400]
    looks = [(BLUE, BLUE, 0.02, "left"), ("#8DBFE0", BLUE, 0.5, "center"), ("#F5D9C8", ORANGE, 0.98, "right")]
    for (low, high), (fill, ink, place, side), words in zip(pairwise(ends), looks, zones, strict=True):
        part = (cuts >= low) & (cuts <= high)
        if low < high:
            axes.stairs(heights[part[:-1] & part[1:]], cuts[part], fill=True, color=fill)
        axes.text(place, 0.93, words, color=ink, ha=side, transform=axes.transAxes, fontsize=11, fontweight="bold")
    axes.axvline(boundary, ymax=0.88, color="black", linewidth=1.5)
    axes.plot([gain], [0], "o", color="black", markersize=9, clip_on=False, zorder=5)
    axes.set_xlim(-400, 400)
    axes.set_ylim(0, 180)
    axes.set_xticks(range(-400, 401, 200))
    axes.set_yticks([0, 50, 100])
    axes.set_xlabel("U(B) - U(A): gain by moving to B (RMB a year); dot: the average, line: the boundary")
    axes.set_ylabel("Customers per 20 RMB")
    axes.spines[["top", "right"]].set_visible(False)


def points_account(axes: Axes, liability: pd.Series) -> None:
    """What was put off for points at the sale: earned as revenue so far, and still owed, year by year.

    Parameters
    ----------
    axes : Axes
    liability : Series
        Still owed on the day of the sale and at the end of each year (RMB).
    """
    put_off = liability.iloc[0]
    places = range(len(liability))
    axes.bar(places, put_off - liability, width=0.55, color=BLUE)
    axes.bar(places, liability, width=0.55, bottom=put_off - liability, color="#F5D9C8", edgecolor=ORANGE)
    for place, owed in zip(places, liability, strict=True):
        for amount, middle, color, word in (
            (put_off - owed, (put_off - owed) / 2, "white", "earned"),
            (owed, put_off - owed / 2, "black", "owed"),
        ):
            if amount > 0.06 * put_off:
                axes.annotate(f"{amount:,.0f} {word}", (place, middle), ha="center", va="center", color=color)
    axes.set_xticks(places, ["Day of the sale", *(f"End of year {year}" for year in places[1:])])
    axes.set_ylim(0, 10_000)
    axes.set_yticks([0, 5_000, 10_000], ["0", "5,000", "10,000"])
    axes.set_ylabel("Put off for points at the sale (RMB)")
    axes.spines[["top", "right"]].set_visible(False)


def tier_lines(axes: Axes, margin: float, discounts: dict[str, float], uplift: float) -> None:
    """Profit with a discount, as a share of today's, against the extra volume it brings.

    Parameters
    ----------
    axes : Axes
    margin : float
        At list price, a fraction.
    discounts : dict
        Two tiers and the share of the list price that each takes off.
    uplift : float
        The extra volume to mark, a fraction up to 2.5.
    """
    kept = {tier: (margin - discount) / margin for tier, discount in discounts.items()}
    for row, (tier, color, style) in enumerate(zip(kept, (BLUE, ORANGE), ("solid", "dashed"), strict=True)):
        axes.plot([0, 2.5], [kept[tier], 3.5 * kept[tier]], linestyle=style, color=color, linewidth=2.5)
        axes.plot([uplift], [(1 + uplift) * kept[tier]], "o", color=color, markersize=10)
        axes.text(0.02, 0.93 - 0.08 * row, f"{tier}, {style}", color=color, transform=axes.transAxes, fontsize=11)
    axes.axhline(1, color=GREY, linewidth=1)
    axes.axvline(uplift, ymax=0.82, color=GREY, linewidth=1, linestyle=":")
    axes.set_xlim(0, 2.5)
    axes.set_ylim(min(0, 3.5 * min(kept.values())), 2.6)
    axes.set_xticks([0, 0.5, 1, 1.5, 2, 2.5])
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 5, 10]))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("Extra volume that the tier brings (grey line: as much profit as today)")
    axes.set_ylabel("Profit, share of today's")
    axes.spines[["top", "right"]].set_visible(False)


def income_and_cost(axes: Axes, yearly: pd.Series, weights: np.ndarray) -> None:
    """Income stacked upwards and cost downwards, one bar a year at today's worth, and a dot at what is left.

    Parameters
    ----------
    axes : Axes
    yearly : Series
        Four lines by name, two of income, one of cost and one that may be either, cost below 0 (RMB a year).
    weights : array
        Today's worth of 1 RMB of each year, discounted and counted with those who leave.
    """
    years = np.arange(1, weights.size + 1)
    edges = (years[:, None] + [-0.4, 0.4]).ravel()
    heights = np.full(edges.size - 1, np.nan)  # no bar between the years
    heights[::2] = weights / 1e6
    word = ("#E9A987", "#A85A26") if yearly.iloc[3] < 0 else ("#B9B9B9", "#6B6B6B")
    looks = [(BLUE, BLUE), ("#8DBFE0", "#3A7CA5"), (ORANGE, ORANGE), word]
    reached = {True: 0.0, False: 0.0}  # by the stack above 0 and by the one below
    for (name, line), (fill, ink), place in zip(yearly.items(), looks, (0, 0.29, 0.39, 0.60), strict=True):
        base, top = reached[line > 0], reached[line > 0] + line
        axes.stairs(top * heights, edges, baseline=base * heights, fill=True, color=fill)
        axes.text(place, 1.03, name, color=ink, transform=axes.transAxes, fontsize=11, fontweight="bold")
        reached[line > 0] = top
    axes.plot(years, yearly.sum() * heights[::2], "o-", color="black", markersize=7)
    axes.text(0.78, 1.03, "left over (dots)", transform=axes.transAxes, fontsize=11, fontweight="bold")
    axes.axhline(0, color=GREY, linewidth=1)
    axes.set_xlim(0.4, max(weights.size, 5) + 0.6)
    axes.set_ylim(min(-2, 1.05 * reached[False] / 1e6), max(2, 1.05 * reached[True] / 1e6))
    axes.set_xticks(years)
    axes.yaxis.set_major_locator(MaxNLocator(2))
    axes.set_xlabel("Year, the first one now")
    axes.set_ylabel("Million RMB of today")
    axes.spines[["top", "right"]].set_visible(False)


def card_matrix(
    axes: Axes, holders: pd.DataFrame, here: np.ndarray, cuts: tuple[float, float], corners: Sequence[str], shown: int
) -> None:
    """Card holders by payments and spend, cut into four: one quadrant in colour, a cross for each default.

    Parameters
    ----------
    axes : Axes
    holders : DataFrame
        Columns transactions (2 to 442 a year), spend (RMB a year) and default (0 or 1).
    here : array of bool
        Who lies in the quadrant in colour.
    cuts : tuple
        From how many payments and from which spend on a holder is frequent, and her spend high.
    corners : sequence of str
        What to write into Q1, Q2, Q3 and Q4.
    shown : int
        Which of these is the quadrant in colour.
    """
    payments, spend = np.log10(holders["transactions"].to_numpy()), np.log10(holders["spend"].to_numpy())
    failed = holders["default"].to_numpy() == 1
    for chosen, color in ((~here, "#C4C4C4"), (here, BLUE)):
        axes.plot(payments[chosen], spend[chosen], "o", color=color, markersize=2.5, markeredgewidth=0)
    axes.plot(payments[failed], spend[failed], "x", color=ORANGE, markersize=6, markeredgewidth=1.6)
    axes.axvline(np.log10(cuts[0]), color="black", linewidth=1.2)
    axes.axhline(np.log10(cuts[1]), color="black", linewidth=1.2)
    places = [("right", "top"), ("right", "bottom"), ("left", "bottom"), ("left", "top")]
    for corner, ((side, end), words) in enumerate(zip(places, corners, strict=True)):
        axes.text(
            {"left": 0.01, "right": 0.99}[side],
            {"bottom": 0.02, "top": 0.98}[end],
            words,
            ha=side,
            va=end,
            color=BLUE if corner == shown else "#555555",
            transform=axes.transAxes,
            fontsize=11,
            fontweight="bold",
        )
    axes.set_xlim(np.log10(1.7), np.log10(500))
    axes.set_ylim(np.log10(600), np.log10(1_200_000))
    for axis, values in ((axes.xaxis, (2, 24, 400)), (axes.yaxis, (2_000, 18_000, 160_000))):
        axis.set_ticks(np.log10(values), [f"{value:,}" for value in values])
    axes.set_xlabel("Payments in the year (log scale); crosses: did not pay back")
    axes.set_ylabel("Spend in the year (RMB, log scale)")
    axes.spines[["top", "right"]].set_visible(False)


def profit_added(axes: Axes, added: np.ndarray, top: int, reach: tuple[float, float], order: str) -> None:
    """Profit added up customer by customer, its highest point and the first few customers marked.

    Parameters
    ----------
    axes : Axes
    added : array
        Profit of the first 0, 1, 2, ... customers in line together (thousand RMB).
    top : int
        How many customers, from the first, to mark.
    reach : tuple
        Lowest and highest profit to show (thousand RMB).
    order : str
        How the customers are lined up, for the axis.
    """
    shares = np.linspace(0, 1, added.size)
    peak = int(added.argmax())
    room = 0.06 * (reach[1] - reach[0])
    axes.plot([0, 1], [0, added[-1]], color=GREY, linestyle=":", linewidth=1.5)
    axes.axhline(0, color="black", linewidth=1)
    axes.plot(shares, added, color=BLUE, linewidth=2.5)
    axes.plot([shares[top]] * 2, [0, added[top]], color=ORANGE, linestyle="--", linewidth=1.5)
    axes.plot([shares[top]], [added[top]], "o", color=ORANGE, markersize=10)
    axes.plot([shares[peak]], [added[peak]], "^", color="black", markersize=9)
    words = f"highest (triangle): {added[peak]:,.0f}     all: {added[-1]:,.0f}"
    axes.text(0.98, 1.03, words, ha="right", transform=axes.transAxes)
    axes.set_xlim(0, 1.01)
    axes.set_ylim(reach[0] - room, reach[1] + room)
    axes.set_xticks([0, 0.2, 0.5, 1], ["0%", "20%", "50%", "100%"])
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
    axes.set_xlabel(f"Share of the holders, by {order} (dotted: if all were equal)")
    axes.set_ylabel("Profit added up (thousand RMB)")
    axes.spines[["top", "right"]].set_visible(False)


def alarm_counts(axes: Axes, called: tuple[float, float], others: tuple[float, float]) -> None:
    """Two stacked bars: those who are called and those who are not, each split into leavers and stayers.

    Parameters
    ----------
    axes : Axes
    called, others : (float, float)
        Leavers and stayers among them (customers).
    """
    for row, (name, (leave, stay)) in enumerate({"called": called, "not called": others}.items()):
        axes.barh(row, leave, height=0.42, color=BLUE)
        axes.barh(row, stay, left=leave, height=0.42, color="#DADADA")
        axes.text(0, row - 0.27, f"{leave + stay:,.0f} {name}: {leave:,.0f} leave, {stay:,.0f} stay", **_ABOVE)
    total = sum(called) + sum(others)
    axes.set_xlim(0, total)
    axes.set_ylim(1.45, -0.6)
    axes.set_yticks([])
    axes.set_xticks([0, total], ["0", f"{total:,.0f}"])
    axes.set_xlabel("Customers (blue: those who leave)")
    axes.spines[["top", "right", "left"]].set_visible(False)


def accuracy_by_threshold(axes: Axes, thresholds: np.ndarray, accuracy: np.ndarray, at: int, nobody: float) -> None:
    """Share of right answers against the threshold of an alarm, and that of the forecast "nobody leaves".

    Parameters
    ----------
    axes : Axes
    thresholds, accuracy : array
        The curve (fractions).
    at : int
        Which of the thresholds to mark.
    nobody : float
        Share of customers who stay.
    """
    axes.axhline(nobody, color=GREY, linestyle="--", linewidth=1.5)
    axes.text(thresholds[-1], nobody - 0.04, '"nobody leaves"', ha="right", va="top", fontsize=10.5, color="#555555")
    _along_threshold(axes, thresholds, accuracy, at)
    axes.set_ylim(min(0.45, accuracy[at] - 0.05), 1)
    axes.set_xticks([])
    axes.set_yticks([0.5, 1], ["50%", "100%"])
    axes.set_ylabel("Accuracy")


def profit_by_threshold(axes: Axes, thresholds: np.ndarray, profit: np.ndarray, at: int, pays_from: float) -> None:
    """Profit of calling everyone above a threshold, and the threshold from which on a call pays.

    Parameters
    ----------
    axes : Axes
    thresholds, profit : array
        The curve: probabilities of leaving (fractions), and profit (RMB).
    at : int
        Which of the thresholds to mark.
    pays_from : float
        Probability of leaving at which a call brings what it costs; drawn if it lies among the thresholds.
    """
    low, high = min(-10_000, 1.3 * min(0, profit[at])), max(25_000, 1.2 * profit.max())
    axes.axhline(0, color=GREY, linewidth=1)
    if pays_from <= thresholds[-1]:
        axes.axvline(pays_from, color=ORANGE, linestyle="--", linewidth=1.5)
    _along_threshold(axes, thresholds, profit, at)
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
    axes.set_xticks([0, 0.2, 0.4, 0.6], ["0%", "20%", "40%", "60%"])
    axes.set_xlabel("Call above this chance of leaving")
    axes.set_ylabel("Profit (RMB)")


def _along_threshold(axes: Axes, thresholds: np.ndarray, values: np.ndarray, at: int) -> None:
    axes.plot(thresholds, values, color=BLUE, linewidth=2.5)
    axes.plot([thresholds[at]], [values[at]], "o", color=BLUE, markersize=10, zorder=3, clip_on=False)
    axes.set_xlim(0, thresholds[-1])
    axes.spines[["top", "right"]].set_visible(False)


def contact_profit(axes: Axes, curves: dict[str, tuple[np.ndarray, np.ndarray]], share: float) -> None:
    """What a win-back earns against how many are contacted, for several orders of contacting them.

    Parameters
    ----------
    axes : Axes
    curves : dict
        By order, best first: shares contacted (fractions, rising from 0) and the profit at each (RMB).
    share : float
        The share to mark.
    """
    looks = [(BLUE, "-", "full line"), (ORANGE, "--", "dashed"), ("#555555", ":", "dotted")]
    for row, ((order, (shares, profit)), (color, style, name)) in enumerate(zip(curves.items(), looks, strict=True)):
        axes.plot(shares, profit, color=color, linestyle=style, linewidth=2.5)
        axes.plot([share], [np.interp(share, shares, profit)], "o", color=color, markersize=9, zorder=3, clip_on=False)
        axes.text(0.015, 0.93 - 0.08 * row, f"{order} ({name})", color=color, transform=axes.transAxes, fontsize=11)
    most = max(profit.max() for _, profit in curves.values())
    least = min(profit.min() for _, profit in curves.values())
    axes.axhline(0, color=GREY, linewidth=1)
    axes.axvline(share, ymax=0.72, color=GREY, linewidth=1, linestyle=":")
    axes.set_xlim(0, 1.01)
    axes.set_ylim(1.05 * least - 0.02 * most, most + 0.45 * (most - least))
    axes.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
    axes.set_xlabel("Share of the lost who get a coupon")
    axes.set_ylabel("Profit (RMB)")
    axes.spines[["top", "right"]].set_visible(False)


def weight_bars(axes: Axes, weights: pd.Series, trusted: bool) -> None:
    """The weight of each indicator, one bar an indicator; hollow if their source contradicts itself.

    Parameters
    ----------
    axes : Axes
    weights : Series
        Fractions that sum to 1, by indicator.
    trusted : bool
    """
    places = range(len(weights))
    look: dict[str, Any] = {"color": BLUE} if trusted else {"color": "white", "edgecolor": ORANGE, "linewidth": 2}
    axes.bar(places, weights, width=0.6, **look)
    for place, weight in zip(places, weights, strict=True):
        axes.text(place, weight + 0.015, f"{weight:.0%}", ha="center", fontsize=12)
    axes.set_xticks(places, list(weights.index))
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1])
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_ylabel("Weight in the index")
    axes.spines[["top", "right"]].set_visible(False)


def gauges(axes: Axes, rows: Sequence[tuple[float, tuple[float, float], float, str, str]], trusted: bool) -> None:
    """Numbers as dots on lines of their own, each with the limit that it is held against.

    Parameters
    ----------
    axes : Axes
    rows : sequence of tuple
        From top to bottom: the number, where its line begins and ends, the limit, what the limit is, and the number in
        words. A number off its line waits at the end.
    trusted : bool
        Whether the dots are full, or hollow and orange.
    """
    ink = BLUE if trusted else ORANGE
    for row, (value, (low, high), limit, limit_words, words) in enumerate(rows):
        place, mark = ((min(max(number, low), high) - low) / (high - low) for number in (value, limit))
        axes.plot([0, 1], [-row, -row], color=GREY, linewidth=6, alpha=0.4, solid_capstyle="butt")
        axes.plot([mark, mark], [-row - 0.13, -row + 0.13], color="black", linewidth=1.5)
        axes.plot([place], [-row], "o", color=ink, markerfacecolor=ink if trusted else "white", markersize=12)
        axes.text(0, -row - 0.22, f"{low:g}", ha="center")
        axes.text(1, -row - 0.22, f"{high:g}", ha="center")
        axes.text(mark, -row - 0.22, limit_words, ha="left" if mark < 0.3 else "center")
        axes.text(0.5, -row + 0.22, words, ha="center", color=ink, fontsize=13, weight="bold")
    axes.set_xlim(-0.06, 1.06)
    axes.set_ylim(-len(rows) + 0.6, 0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def nps_triangle(axes: Axes, promoters: float, detractors: float, margin: float, firms: dict[str, tuple]) -> None:
    """All firms that can be, by promoters and detractors, and the line of those with one net promoter score.

    Parameters
    ----------
    axes : Axes
    promoters, detractors : float
        The firm's, in percent of its answers.
    margin : float
        Reach of the score's interval on either side (points); drawn as a band around the line.
    firms : dict
        Promoters and detractors (percent) of other firms to mark, by name.
    """
    score = promoters - detractors
    ends = np.array([-100.0, 200.0])
    band = [*(ends - score - margin), *(ends - score + margin)[::-1]]
    axes.fill([*ends, *ends[::-1]], band, color="#CFE3F0", linewidth=0)
    axes.plot(ends, ends - score, color=BLUE, linewidth=2)
    axes.fill([0, 100, 100], [100, 100, 0], color="#E4E4E4", zorder=2.5)
    axes.text(97, 92, "more than 100%", color="#555555", ha="right", fontsize=10)
    for name, (nines, sixes) in firms.items():
        axes.plot([nines], [sixes], "s", color="black", markerfacecolor="white", markersize=8, clip_on=False, zorder=3)
        axes.text(nines + 5, sixes + 2, name, fontsize=11)
    axes.plot([promoters], [detractors], "o", color=ORANGE, markersize=10, clip_on=False, zorder=4)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    axes.set_xticks([0, 50, 100])
    axes.set_yticks([0, 50, 100])
    axes.set_xlabel("Promoters, 9 and 10 (% of answers)")
    axes.set_ylabel("Detractors, 0 to 6 (% of answers)")
    axes.spines[["top", "right"]].set_visible(False)


def answer_shares(axes: Axes, shares: dict[str, float], title: str) -> None:
    """One bar a class of answers, the first on top, with its share written beside it.

    Parameters
    ----------
    axes : Axes
    shares : dict
        Percent of the answers by class, three of them.
    title : str
        What they come to.
    """
    axes.barh(range(3), list(shares.values()), height=0.6, color=[BLUE, "#B9B9B9", ORANGE])
    for row, share in enumerate(shares.values()):
        axes.text(share + 2, row, f"{share:.0f}%", va="center", fontsize=11)
    axes.set_xlim(0, 128)
    axes.set_ylim(2.6, -0.6)
    axes.set_xticks([0, 50, 100])
    axes.set_yticks(range(3), list(shares))
    axes.set_xlabel("Share of the answers (%)")
    axes.set_title(title, fontsize=12, loc="left")
    axes.spines[["top", "right"]].set_visible(False)


def kano_plane(axes: Axes, features: pd.DataFrame, better: float, worse: float) -> None:
    """Features by what lacking and having them does, and one more that is marked.

    Parameters
    ----------
    axes : Axes
    features : DataFrame
        Index their names; columns better (0 to 1), worse (-1 to 0) and above (whether the name stands above its dot).
    better, worse : float
        Of the feature to mark.
    """
    axes.axhline(0.5, color=GREY, linewidth=1, linestyle=":")
    axes.axvline(0.5, color=GREY, linewidth=1, linestyle=":")
    for x, y, side, name in (
        (0.01, 1.07, "left", "attractive"),
        (0.99, 1.07, "right", "one-dimensional"),
        (0.01, -0.11, "left", "indifferent"),
        (0.99, -0.11, "right", "must-be"),
    ):
        axes.text(x, y, name, ha=side, fontsize=11, fontweight="bold", color=BLUE)
    axes.plot(-features["worse"], features["better"], "o", color="#555555", markersize=7)
    for name, row in features.iterrows():
        shift = 0.05 if row["above"] else -0.085
        axes.text(max(-row["worse"], 0.11), row["better"] + shift, name, ha="center", fontsize=10, color="#333333")
    axes.plot([-worse], [better], "o", color=ORANGE, markersize=12, zorder=4, clip_on=False)
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.14, 1.16)
    axes.set_xticks([0, 0.5, 1])
    axes.set_yticks([0, 0.5, 1])
    axes.set_xlabel("Worse: lacking it displeases this share (the sign left out)")
    axes.set_ylabel("Better: having it pleases this share")
    axes.spines[["top", "right"]].set_visible(False)


def stations(axes: Axes, points: pd.DataFrame, slopes: pd.Series) -> None:
    """Profit against staff satisfaction, one dot a station, and a straight line through each group of them.

    Parameters
    ----------
    axes : Axes
    points : DataFrame
        Columns group, staff (points) and profit (thousand RMB a month).
    slopes : Series
        Slope of each group's line (thousand RMB per point), by group; one or three groups.
    """
    looks = [("●", "o", BLUE, "#8DBFE0"), ("■", "s", "black", "#B9B9B9"), ("▼", "v", ORANGE, "#F0B795")]
    for row, (group, (sign, marker, ink, fill)) in enumerate(zip(slopes.index, looks, strict=False)):
        mine = points[points["group"] == group]
        axes.plot(mine["staff"], mine["profit"], marker, color=fill, markersize=4, markeredgewidth=0)
        ends = np.array([mine["staff"].min(), mine["staff"].max()])
        line = mine["profit"].mean() + slopes[group] * (ends - mine["staff"].mean())
        axes.plot(ends, line, color=ink, linewidth=3)
        words = f"{sign} {group} ({10 * slopes[group]:.1f} per 10 points)"
        axes.text(0.02, 0.93 - 0.08 * row, words, color=ink, transform=axes.transAxes, fontsize=11)
    axes.set_xlim(25, 125)
    axes.set_ylim(45, 155)
    axes.set_xticks([30, 50, 70, 90, 110])
    axes.set_yticks([50, 75, 100, 125, 150])
    axes.set_xlabel("Staff satisfaction of the station (points)")
    axes.set_ylabel("Profit (thousand RMB a month)")
    axes.spines[["top", "right"]].set_visible(False)


def relationship_months(panels: Sequence[Axes], life: pd.DataFrame) -> None:
    """One relationship month by month: what she buys; price and cost of a unit; profit and indirect benefit.

    Parameters
    ----------
    panels : sequence of three Axes
        From top to bottom.
    life : DataFrame
        One row a month; columns stage, volume (units), price and unit_cost (RMB a unit), profit and indirect (RMB).
    """
    units, prices, money = panels
    edges = np.arange(len(life) + 1) + 0.5
    volume, profit, indirect = (life[trait].to_numpy() for trait in ("volume", "profit", "indirect"))
    for place, (stage, ink) in zip((0, 0.15, 0.28, 0.385), _STAGE_INKS.items(), strict=True):
        look = {"facecolor": ink, "edgecolor": "none", "pad": 2.5}
        color = "white" if stage == "stability" else "black"
        units.text(place, 1.13, stage, transform=units.transAxes, color=color, bbox=look)
        rows = np.flatnonzero(life["stage"] == stage)
        if rows.size:
            months = slice(rows[0], rows[-1] + 1)
            units.stairs(volume[months], edges[rows[0] : rows[-1] + 2], fill=True, color=ink)
            money.stairs(profit[months], edges[rows[0] : rows[-1] + 2], fill=True, color=ink)
    above = np.maximum(profit, 0)
    money.stairs(above + indirect, edges, baseline=above, color="black", linewidth=1.2)
    prices.stairs(life["price"], edges, baseline=None, color="black", linewidth=2)
    prices.stairs(life["unit_cost"], edges, baseline=None, color=GREY, linewidth=2, linestyle="--")
    prices.text(0, 1.05, "price of a unit (full line), cost of a unit (dashed)", transform=prices.transAxes)
    money.text(0, 1.05, "profit, and on top of it indirect benefit (outlined)", transform=money.transAxes)
    money.axhline(0, color=GREY, linewidth=1)
    labels, ends, ticks = ("Units", "RMB", "RMB"), ((0, 10), (42, 65), (-25, 165)), ((0, 5), (45, 60), (0, 100))
    for axes, label, end, tick in zip(panels, labels, ends, ticks, strict=True):
        axes.set_xlim(0.5, max(len(life), 24) + 0.5)
        axes.set_ylim(*end)
        axes.set_yticks(tick)
        axes.set_ylabel(label)
        axes.xaxis.set_visible(axes is money)
        axes.spines[["top", "right"]].set_visible(False)
    money.set_xticks([1, 12, 24] if len(life) <= 24 else [1, 12, 24, 36, 48][: 1 + len(life) // 12])
    money.set_xlabel("Month of the relationship")


def stages_by_month(axes: Axes, shares: np.ndarray) -> None:
    """Of 1,000 customers, how many are in each stage month by month, stacked; the white above them are lost.

    Parameters
    ----------
    axes : Axes
    shares : array, shape (months, 4)
        Fractions of those who started, month 0 first, the stages in the order of the lifecycle.
    """
    months = np.arange(len(shares))
    tops = 1000 * shares.cumsum(axis=1)
    for base, top, ink in zip([0 * months, *tops.T], tops.T, _STAGE_INKS.values(), strict=False):
        axes.fill_between(months, base, top, color=ink, edgecolor="white", linewidth=0.8)
    axes.text(0.97, 0.93, "lost", transform=axes.transAxes, ha="right", fontsize=11, color="#555555")
    axes.set_xlim(0, months[-1])
    axes.set_ylim(0, 1000)
    axes.set_xticks(months[::12])
    axes.set_yticks([0, 500, 1000], ["0", "500", "1,000"])
    axes.set_xlabel("Months after the first contact")
    axes.set_ylabel("Customers, of 1,000")
    axes.spines[["top", "right"]].set_visible(False)


def worth_by_stage(axes: Axes, worth: np.ndarray, before: np.ndarray) -> None:
    """A bar a stage, as long as a customer in it is worth, and a line where it was before something was changed.

    Parameters
    ----------
    axes : Axes
    worth, before : array
        RMB, the stages in the order of the lifecycle.
    """
    axes.barh(range(4), worth, height=0.6, color=list(_STAGE_INKS.values()))
    axes.plot(before, range(4), "|", color="black", markersize=26, markeredgewidth=2)
    axes.axvline(0, color=GREY, linewidth=1)
    axes.set_xlim(1.1 * min(0, *worth), 1.08 * max(*worth, *before))
    axes.set_ylim(3.6, -0.6)
    axes.set_yticks(range(4), [f"{stage}\n{here:,.0f} RMB" for stage, here in zip(_STAGE_INKS, worth, strict=True)])
    axes.set_xticks([])
    axes.set_xlabel("Worth (line: at the start)")
    axes.spines[["top", "right"]].set_visible(False)


_STAGE_INKS = {"exploration": "#C8C8C8", "formation": "#8DBFE0", "stability": BLUE, "decline": ORANGE}


def staffing_curve(axes: Axes, agents: np.ndarray, levels: np.ndarray, at: int, target: float) -> None:
    """A dot a number of agents: the share of calls answered in time, against a target, with one number marked.

    Parameters
    ----------
    axes : Axes
    agents, levels : array
        Numbers of agents, one after the other from 1, and the service level of each (fractions; 0 where the queue
        grows without end).
    at : int
        The marked number of agents.
    target : float
        Share of calls to be answered in time (fraction).
    """
    here = levels[at - 1]
    axes.axhline(target, color=GREY, linestyle="--", linewidth=1.5)
    x, side = (0.6, "left") if levels[9] < target else (40.8, "right")  # where the curve is not
    axes.annotate(f"promise {target:.0%}", (x, target - 0.06), color="#555555", fontsize=11, ha=side)
    axes.plot(agents, levels, "o-", color=BLUE, linewidth=1.5, markersize=5)
    axes.plot([at, at], [0, here], color=ORANGE, linestyle="--", linewidth=1.5)
    axes.plot([at], [here], "o", color=ORANGE, markersize=11, zorder=3)
    axes.annotate(
        f"{here:.0%}" if here else "no end to the queue",
        (at, here),
        xytext=(-10, 8) if at > 20 else (10, -16 if here else 8),
        textcoords="offset points",
        ha="right" if at > 20 else "left",
        color=ORANGE,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        fontsize=12,
    )
    axes.set_xlim(0, 41)
    axes.set_ylim(-0.02, 1.08)
    axes.set_xticks([1, 10, 20, 30, 40])
    axes.set_yticks([0, 0.5, 1])
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("Agents at work")
    axes.set_ylabel("Calls answered in time")
    axes.spines[["top", "right"]].set_visible(False)


def closed_by_limit(axes: Axes, shares: pd.DataFrame, limit: int) -> None:
    """Share of tickets closed in time against the limit, with the open ones counted and without, one limit marked.

    Parameters
    ----------
    axes : Axes
    shares : DataFrame
        Index the limit (hours); columns all (overdue open tickets counted as missed) and closed (left out; fractions).
    limit : int
        The marked limit (hours).
    """
    hours = shares.index
    axes.fill_between(hours, shares["all"], shares["closed"], color="#E3E3E3")
    axes.plot(hours, shares["closed"], color=GREY, linestyle="--", linewidth=2)
    axes.plot(hours, shares["all"], color=BLUE, linewidth=2.5)
    axes.annotate("closed tickets only", (216, 1.04), color="#555555", fontsize=11, ha="center")
    axes.annotate(
        "open ones counted",
        (216, shares["all"].loc[216] - 0.10),
        color=BLUE,
        fontsize=11,
        ha="center",
        weight="bold",
    )
    axes.axvline(limit, color=ORANGE, linestyle=":", linewidth=1.5)
    axes.plot([limit, limit], shares.loc[limit], "o", color=ORANGE, markersize=9, zorder=3)
    axes.set_xlim(0, hours[-1] + 4)
    axes.set_ylim(0, 1.12)
    axes.set_xticks([0, 48, 168, 336])
    axes.set_yticks([0, 0.5, 1])
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("Limit (hours after opening)")
    axes.set_ylabel("Closed in time")
    axes.spines[["top", "right"]].set_visible(False)


def program_estimates(axes: Axes, estimates: pd.Series, truth: float) -> None:
    """What each way of looking says that a program adds, against what it adds: one row a way.

    Parameters
    ----------
    axes : Axes
    estimates : Series
        One a way, by its name: a fraction of what a member would have spent.
    truth : float
        What the program adds (fraction).
    """
    rows = range(len(estimates))
    axes.hlines(rows, truth, estimates, color="#CCCCCC", linewidth=6)
    axes.plot(estimates, rows, "o", color=BLUE, markersize=10)
    axes.axvline(truth, color=ORANGE, linestyle="--", linewidth=2)
    axes.set_yticks(rows, [f"{way}\n{value:+.1%}" for way, value in estimates.items()])
    axes.set_xlim(min(-0.1, estimates.min() - 0.1), max(1.4, 1.2 * estimates.max()))
    axes.set_ylim(len(estimates) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlabel("What it says the program adds to a member's spend (dashed: the truth)")
    axes.spines[["top", "right"]].set_visible(False)


def chance_to_find(axes: Axes, sizes: np.ndarray, chances: np.ndarray, size: float, chance: float) -> None:
    """How often a test finds an uplift that is there, against its size, with one size marked and a line at 80 %.

    Parameters
    ----------
    axes : Axes
    sizes, chances : array
        Customers per arm, rising, and the chance (fraction) at each.
    size, chance : float
        The marked test.
    """
    steps, here = np.log10(sizes), np.log10(size)  # a logarithmic axis would draw too slowly for a slider
    axes.plot(steps, chances, color=BLUE, linewidth=2.5)
    axes.axhline(0.8, color=GREY, linestyle=":", linewidth=1.5)
    axes.annotate("four times in five", (steps[0], 0.8), xytext=(6, 4), textcoords="offset points")
    axes.plot([here, here], [0, chance], color=ORANGE, linestyle="--", linewidth=1.5)
    axes.plot([here], [chance], "o", color=ORANGE, markersize=10, clip_on=False, zorder=3)
    axes.set_xlim(steps[0], steps[-1])
    axes.set_ylim(0, 1.02)
    axes.set_xticks([1, 2, 3, 4, 5], ["10", "100", "1,000", "10,000", "100,000"])
    axes.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axes.set_xlabel("Customers per arm (each step is ten times the last)")
    axes.set_ylabel("Chance to find it")
    axes.spines[["top", "right"]].set_visible(False)


def stamp_days(axes: Axes, cards: dict[str, np.ndarray]) -> None:
    """The days on which the purchases of each stamp card fall, one row a card, the last dot the reward.

    Parameters
    ----------
    axes : Axes
    cards : dict
        By name: day of each purchase, counted from the day the card was given out.
    """
    for row, (days, colour, marker) in enumerate(zip(cards.values(), (GREY, BLUE), ("s", "o"), strict=True)):
        axes.plot(days, np.full(len(days), row), color=colour, marker=marker, markersize=9, linewidth=1)
        axes.annotate(f"{days[-1]:.1f} days", (days[-1], row), xytext=(0, 14), textcoords="offset points", ha="center")
    axes.set_yticks(range(len(cards)), list(cards))
    axes.set_ylim(len(cards) - 0.5, -0.6)
    axes.set_xlim(0, 1.1 * max(days[-1] for days in cards.values()))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("Days from getting the card (each mark a purchase, the last one the reward)")
    axes.spines[["top", "right"]].set_visible(False)


def pareto_bars(axes: Axes, table: pd.DataFrame, ended: int, weight: str) -> None:
    """A Pareto chart on its side: a bar a cause, the heaviest on top, and the share of all down to each.

    Parameters
    ----------
    axes : Axes
    table : DataFrame
        As `clvlib.service.pareto_table` returns it.
    ended : int
        How many of the heaviest causes are marked.
    weight : str
        What the bars count.
    """
    rows = np.arange(len(table))
    axes.barh(rows, table["share"], height=0.65, color=[ORANGE] * ended + ["#B9B9B9"] * (len(table) - ended))
    axes.plot(table["cumulative_share"], rows, "o-", color=BLUE, linewidth=1.5, markersize=5)
    reached = table["cumulative_share"].iloc[ended - 1]
    axes.plot([reached], [ended - 1], "o", color=ORANGE, markersize=11)
    axes.annotate(
        f"{reached:.0%}",
        (reached, ended - 1),
        xytext=(10 if reached < 0.9 else -10, -4),
        textcoords="offset points",
        ha="left" if reached < 0.9 else "right",
        color=ORANGE,
        fontsize=12,
    )
    axes.set_xlim(0, 1.03)
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.set_xticks([0, 0.5, 1])
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set_yticks(rows, table.index)
    axes.set_xlabel(f"Share of {weight} (bar: this cause; line: all down to it)")
    axes.spines[["top", "right"]].set_visible(False)


def gift_budget(axes: Axes, counts: np.ndarray, earned: dict[str, np.ndarray], chosen: str, at: int, stop: int) -> None:
    """What gifts earn in the order of several forecasts, one of them chosen, with the budget and its own stop marked.

    Parameters
    ----------
    axes : Axes
    counts : array
        Numbers of gifts, rising from 0.
    earned : dict
        By forecast: money earned less the cost of the gifts (currency units), one a count; the last is the best order.
    chosen : str
        The forecast whose curve is drawn full.
    at, stop : int
        Gifts in the budget, and gifts after which the chosen forecast would stop.
    """
    best = list(earned)[-1]
    for name, curve in earned.items():
        if name != chosen:
            axes.plot(counts, curve, color=GREY, linestyle=":" if name == best else "-", linewidth=1.5)
    curve = earned[chosen]
    axes.plot(counts, curve, color=BLUE, linewidth=2.5)
    top = int(np.argmax(earned[best]))
    axes.annotate(best, (counts[top], earned[best][top]), xytext=(0, 5), textcoords="offset points", color="#555555")
    here = float(np.interp(at, counts, curve))
    axes.plot([at], [here], "o", color=ORANGE, markersize=11, clip_on=False, zorder=3)
    axes.plot(
        [min(stop, counts[-1])], [np.interp(stop, counts, curve)], "|", color=BLUE, markersize=26, markeredgewidth=3
    )
    axes.axhline(0, color=GREY, linewidth=1)
    axes.set_xlim(0, counts[-1])
    low, high = min(0.0, float(curve.min())), float(earned[best].max())
    axes.set_ylim(low - 0.06 * (high - low), high + 0.14 * (high - low))
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
    axes.set_xlabel("Gifts, in the order of the forecast (dot: the budget; bar: where it would stop)")
    axes.set_ylabel("Earned, less the gifts (RMB)")
    axes.spines[["top", "right"]].set_visible(False)
