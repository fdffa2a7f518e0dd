"""Explorers of the lesson on the components of value."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clvlib._colours import BLUE, GREY, LIGHT_BLUE, LIGHT_GREY, LIGHT_ORANGE, ORANGE
from clvlib.course.data import load
from clvlib.course.explorer import Explorer, slider


def value_dimensions() -> Explorer:
    """Time, share, scope and influence of the bank's customers at the counter, a year's money a bar."""
    bank = load("bank")
    counter = bank[bank["channel"] == "counter"]
    own, wallet = counter["deposits"] + counter["loans"], counter["wallet"].mean()
    fees = counter["fees"].mean()
    margin = float((counter["revenue"] - counter["fees"]).sum() / own.sum())

    def lines(share: float, cost: float, word: int) -> dict[str, float]:
        """Her yearly income and cost lines (RMB)."""
        income = {"margin on balances": share * wallet * margin, "fees": fees}
        return income | {"cost to serve": -cost, "her word": word}

    def expected(years: int) -> np.ndarray:
        """Today's worth of 1 RMB a year from each who started, 85 % a year staying, at 10 %."""
        return (0.85 / 1.10) ** np.arange(years)

    def draw(figure: Figure, years: int, share: float, customers: int, cost: float, word: int) -> None:
        yearly = pd.Series(lines(share, cost, word)) * customers
        axes = figure.add_axes((0.06, 0.14, 0.92, 0.69))
        income_and_cost(axes, yearly, expected(years))

    def explain(years: int, share: float, customers: int, cost: float, word: int) -> str:
        profit = sum(lines(share, cost, word).values())
        worth = profit * expected(years).sum()
        span = "1 year" if years == 1 else f"{years} years"
        return (
            f"{customers:,} customers give us {share:.0%} of their wallets. Each earns us {profit:,.0f} RMB a year, "
            f"her word ({word:+,} RMB) included. Over {span}, discounted and counted with those who leave, she is "
            f"worth {worth:,.0f} RMB today and all of them {customers * worth:,.0f}."
        )

    def title(years: int, share: float, customers: int, cost: float, word: int) -> str:
        worth = customers * sum(lines(share, cost, word).values()) * expected(years).sum()
        return f"All {customers:,} customers together are worth {worth:,.0f} RMB today"

    return Explorer(
        draw,
        explain,
        title,
        years=slider(5, 1, 10, 1, "Time: years counted"),
        share=slider(float(own.sum() / counter["wallet"].sum()), 0.05, 1, 0.01, "Share of her wallet", percent=True),
        customers=slider(len(counter), 218, 2018, 50, "Scope: customers"),
        cost=slider(float(counter["cost"].mean()), 450, 14_975, 25, "Serving her (RMB a year)"),
        word=slider(0, -1000, 500, 25, "Influence (RMB a year)"),
    )


def income_and_cost(axes: Axes, yearly: pd.Series, weights: np.ndarray) -> None:
    """Income stacked upwards and cost downwards, one bar a year at today's worth, and a dot at what is left."""
    years = np.arange(1, weights.size + 1)
    edges = (years[:, None] + [-0.4, 0.4]).ravel()
    heights = np.full(edges.size - 1, np.nan)  # no bar between the years
    heights[::2] = weights / 1e6
    word = LIGHT_ORANGE if yearly.iloc[3] < 0 else LIGHT_GREY
    looks = [(BLUE, "white"), (LIGHT_BLUE, "black"), (ORANGE, "white"), (word, "black")]
    reached = {True: 0.0, False: 0.0}  # by the stack above 0 and by the one below
    for (name, line), (fill, ink), place in zip(yearly.items(), looks, (0, 0.29, 0.39, 0.60), strict=True):
        base, top = reached[line > 0], reached[line > 0] + line
        axes.stairs(top * heights, edges, baseline=base * heights, fill=True, color=fill)
        look = {"facecolor": fill, "edgecolor": "none", "pad": 2.5}
        axes.text(place, 1.15, name, color=ink, transform=axes.transAxes, fontsize=11, bbox=look)
        reached[line > 0] = top
    axes.plot(years, yearly.sum() * heights[::2], "o-", color="black", markersize=7)
    axes.text(0.78, 1.15, "left over (dots)", transform=axes.transAxes, fontsize=11)
    axes.axhline(0, color=GREY, linewidth=1)
    axes.set_xlim(0.4, max(weights.size, 5) + 0.6)
    axes.set_ylim(min(-2, 1.05 * reached[False] / 1e6), max(2, 1.05 * reached[True] / 1e6))
    axes.set_xticks(years)
    axes.yaxis.set_major_locator(MaxNLocator(2))
    axes.set_xlabel("Year, the first one now")
    axes.set_ylabel("Million RMB of today")
