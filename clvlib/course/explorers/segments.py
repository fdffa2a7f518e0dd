"""Explorers of the lesson on segments."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clvlib import segments
from clvlib._colours import BLUE, DARK_GREY, GREY, LIGHT_GREY, ORANGE
from clvlib.course.data import load
from clvlib.course.explorer import Explorer, choice, slider

_PLACES = list(segments.QUADRANTS.index)


def card_matrix() -> Explorer:
    """The card matrix with both cuts on sliders, and what became of the holders in each quadrant."""
    cards = load("cards")
    cards["profit"] = _issuer_profit(cards, margin_rate=0.15, lost=0.75)

    @lru_cache(maxsize=1)
    def cut(payments_from: int, spend_from: int) -> tuple[np.ndarray, pd.DataFrame]:
        """Each holder's quadrant, and a row a quadrant: holders, share that defaulted, mean profit."""
        activity = cards["transactions"], cards["spend"]
        places = np.asarray(segments.activity_quadrant(*activity, payments_from, spend_from))
        inside = np.array([places == place for place in _PLACES])
        holders = inside.sum(axis=1)
        means = inside @ cards[["default", "profit"]].to_numpy() / holders[:, None]
        return places, pd.DataFrame(means, _PLACES, ["default", "profit"]).assign(holders=holders)

    def draw(figure: Figure, payments_from: int, spend_from: int, quadrant: str) -> None:
        places, table = cut(payments_from, spend_from)
        corners = [f"{row.Index}: {row.holders:,.0f}, {row.default:.1%} default" for row in table.itertuples()]
        axes = figure.add_axes((0.10, 0.14, 0.88, 0.79))
        quadrants(axes, cards, places == quadrant, (payments_from, spend_from), corners, _PLACES.index(quadrant))

    def explain(payments_from: int, spend_from: int, quadrant: str) -> str:
        row, words = cut(payments_from, spend_from)[1].loc[quadrant], segments.QUADRANTS.loc[quadrant]
        name = f"{quadrant}, {words['frequency']} and {words['spend']}"
        reader = "We read" if words["whose"] == "ours" else "The magazine reads"
        return (
            f"{name}: {row['holders']:,.0f} of {len(cards):,} holders. {row['default']:.1%} of them did not pay back "
            f"(of all {cards['default'].mean():.1%}), and each brought the bank {row['profit']:,.0f} RMB (all: "
            f"{cards['profit'].mean():,.0f}). {reader}: {words['reading']}. So: {words['action']}."
        )

    def title(payments_from: int, spend_from: int, quadrant: str) -> str:
        default = cut(payments_from, spend_from)[1].loc[quadrant, "default"]
        return f"{default:.1%} of {quadrant} did not pay back; of all holders {cards['default'].mean():.1%}"

    return Explorer(
        draw,
        explain,
        title,
        payments_from=slider(24, 12, 60, 1, "Frequent from (payments)"),
        spend_from=slider(18_000, 8_000, 60_000, 1_000, "High from (RMB spent)"),
        quadrant=choice("Q4", _PLACES, "Look at"),
    )


def profit_whale() -> Explorer:
    """What the bank earns from the card's holders, added up in three orders."""
    cards = load("cards")
    orders = {
        "profit, best first": None,
        "spend, highest first": (-cards["spend"]).to_numpy().argsort(kind="stable"),
        "use of the limit, least first": (cards["revolving"] / cards["credit_limit"]).to_numpy().argsort(kind="stable"),
    }

    def in_line(order: str, margin_rate: float, lost: float) -> np.ndarray:
        profit = _issuer_profit(cards, margin_rate, lost)
        places = orders[order]
        return np.sort(profit)[::-1] if places is None else profit[places]

    def draw(figure: Figure, order: str, margin_rate: float, lost: float, top: float) -> None:
        added = {name: np.append(0, in_line(name, margin_rate, lost).cumsum()) / 1000 for name in orders}
        reach = min(map(np.min, added.values())), max(map(np.max, added.values()))
        axes = figure.add_axes((0.09, 0.14, 0.89, 0.79))
        profit_added(axes, added[order], round(top * len(cards)), reach, order)

    def explain(order: str, margin_rate: float, lost: float, top: float) -> str:
        added = np.append(0, in_line(order, margin_rate, lost).cumsum())
        first, peak, total = round(top * len(cards)), int(added.argmax()), added[-1]
        share = f", {added[first] / total:.0%} of the {total:,.0f} that all bring" if total > 0 else ""
        rest = f" The other {len(cards) - peak:,} cost it {added[peak] - total:,.0f}." if peak < len(cards) else ""
        loss = "" if total > 0 else f" The card as a whole loses {-total:,.0f} RMB."
        return (
            f"Lined up by {order}: the first {top:.0%} ({first:,} holders) bring the bank {added[first]:,.0f} RMB"
            f"{share}. The sum is highest at {added[peak]:,.0f} RMB, after {peak:,} of {len(cards):,}.{rest}{loss}"
        )

    def title(order: str, margin_rate: float, lost: float, top: float) -> str:
        first = in_line(order, margin_rate, lost)[: round(top * len(cards))]
        return f"The first {top:.0%} of the holders bring the bank {first.sum():,.0f} RMB"

    return Explorer(
        draw,
        explain,
        title,
        order=choice("profit, best first", list(orders), "Holders lined up by"),
        margin_rate=slider(0.15, 0.05, 0.25, 0.01, "Margin rate on a balance carried", percent=True),
        lost=slider(0.75, 0.0, 1.0, 0.05, "Of it lost at a default", percent=True),
        top=slider(0.20, 0.01, 1.0, 0.01, "First in the line", percent=True),
    )


def _issuer_profit(cards: pd.DataFrame, margin_rate: float, lost: float) -> np.ndarray:
    """The bank's profit on each holder (RMB): 0.5 % of her spend, and the margin rate on her balance less the loss."""
    return (0.005 * cards["spend"] + (margin_rate - lost * cards["default"]) * cards["revolving"]).to_numpy()


def quadrants(
    axes: Axes, holders: pd.DataFrame, here: np.ndarray, cuts: tuple[float, float], corners: Sequence[str], shown: int
) -> None:
    """Card holders by payments and spend, cut into four: one quadrant in colour, a cross for each default."""
    payments, spend = np.log10(holders["transactions"].to_numpy()), np.log10(holders["spend"].to_numpy())
    failed = holders["default"].to_numpy() == 1
    for chosen, color in ((~here, LIGHT_GREY), (here, BLUE)):
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
            color=BLUE if corner == shown else DARK_GREY,
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


def profit_added(axes: Axes, added: np.ndarray, top: int, reach: tuple[float, float], order: str) -> None:
    """Profit added up customer by customer, its highest point and the first few customers marked."""
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
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel(f"Share of the holders, by {order} (dotted: if all were equal)")
    axes.set_ylabel("Profit added up (thousand RMB)")
