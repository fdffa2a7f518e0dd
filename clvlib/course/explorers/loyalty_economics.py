"""Explorers of the lesson on the economics of loyalty."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clvlib import loyalty
from clvlib._colours import BLUE, GREY, LIGHT_BLUE, ORANGE, PALE_ORANGE
from clvlib.course.explorer import Explorer, slider, switch


def stay_or_go() -> Explorer:
    """A thousand customers on the line of what each would gain by moving, and who of them stays."""
    tastes = np.random.default_rng(12).normal(0, 60, 1000)

    def look(u_a: int, u_b: int, bother: int, points: int, printed: bool) -> tuple[int, int, int, int]:
        """The average gain, the boundary, and how many stay: all of them, and those who like A."""
        gain = u_b - u_a
        boundary = -bother - points if printed else bother + points
        return gain, boundary, int((gain + tastes <= boundary).sum()), int((gain + tastes <= min(0, boundary)).sum())

    def draw(figure: Figure, **values: Any) -> None:
        gain, boundary, stay, like = look(**values)
        zones = [f"{like:,} like A", f"{stay - like} held by C", f"{1000 - stay:,} go"]
        if values["printed"]:
            zones = [f'{stay:,} "safe"', "", f'{1000 - stay:,} "not safe"']
        axes = figure.add_axes((0.06, 0.14, 0.91, 0.79))
        switching_line(axes, gain + tastes, boundary, gain, zones)

    def explain(**values: Any) -> str:
        gain, boundary, stay, like = look(**values)
        cost = f"{values['bother']} RMB of bother and {values['points']} RMB of forfeited points"
        if values["printed"]:
            return (
                f"The rule as printed, U(A) - U(B) > C, calls {stay:,} of 1,000 customers safe. Moving costs {cost}; "
                "raise either, and it calls fewer safe: it has the sign wrong."
            )
        average = f"gains {gain} RMB" if gain >= 0 else f"loses {-gain} RMB"
        return (
            f"The average customer {average} a year by moving to B, and moving costs {cost}: she "
            f"{'stays' if gain <= boundary else 'goes'}. Of 1,000 customers {like:,} stay because they like A, "
            f"{stay - like} only because moving costs too much, and {1000 - stay:,} go."
        )

    def title(**values: Any) -> str:
        _, _, stay, like = look(**values)
        if values["printed"]:
            return f"The rule as printed calls {stay:,} of 1,000 customers safe"
        return f"{stay:,} of 1,000 customers stay, {stay - like} of them only because moving costs too much"

    return Explorer(
        draw,
        explain,
        title,
        u_a=slider(160, 100, 300, 5, "U(A) (RMB a year)"),
        u_b=slider(200, 100, 300, 5, "U(B) (RMB a year)"),
        bother=slider(30, 0, 100, 5, "Bother of moving (RMB)"),
        points=slider(25, 0, 100, 5, "Points she forfeits (RMB)"),
        printed=switch(False, "Use the rule as printed"),
    )


def points_owed() -> Explorer:
    """The points of IFRS 15 Example 52, earned as revenue or still owed."""

    def book(at_sale: int, burned_1: int, now: int, burned_2: int) -> pd.DataFrame:
        """No estimate lies below what is burned already."""
        burned = burned_1 + burned_2
        return loyalty.points_liability(
            100_000, points=10_000, expected=[at_sale, max(now, burned)], redeemed=[burned_1, burned]
        )

    def draw(figure: Figure, **values: int) -> None:
        points_account(figure.add_axes((0.09, 0.09, 0.89, 0.84)), book(**values)["liability"])

    def explain(**values: int) -> str:
        table = book(**values)
        put_off, _, owed = table["liability"]
        expected, (first, second) = table["expected"][2], table["points_revenue"][1:]
        raised = " (raised to what is burned already)" if expected > values["now"] else ""
        reversal = " Revenue is taken back: the old estimate counted points as earned too fast." if second < 0 else ""
        return (
            f"Of 100,000 RMB, {put_off:,.0f} are put off for points, {values['at_sale']:,} of 10,000 expected to be "
            f"burned. {values['burned_1']:,} burned in year 1 earn {first:,.0f}. In year 2 {values['burned_2']:,} are "
            f"burned and {expected:,.0f}{raised} expected in all: revenue {second:z,.0f}, and {owed:z,.0f} are still "
            f"owed.{reversal}"
        )

    def title(**values: int) -> str:
        put_off, _, owed = book(**values)["liability"]
        return f"After two years {owed:z,.0f} of the {put_off:,.0f} RMB put off are still owed"

    return Explorer(
        draw,
        explain,
        title,
        at_sale=slider(9_500, 5_000, 10_000, 100, "Expected at the sale (points)"),
        burned_1=slider(4_500, 0, 5_000, 100, "Burned in year 1 (points)"),
        now=slider(9_700, 5_000, 10_000, 100, "Expected in year 2 (points)"),
        burned_2=slider(4_000, 0, 5_000, 100, "Burned in year 2 (points)"),
    )


def tier_profit() -> Explorer:
    """What two discount tiers earn against today, by how much more their members buy."""
    spend = np.random.default_rng(12).lognormal(np.log(6000), 1.2, 20_000)

    def needed(discount: float, margin_rate: float) -> str:
        if discount >= margin_rate - 1e-9:
            return "no volume breaks even"
        return f"needs {loyalty.breakeven_uplift(discount, margin_rate):+.0%}"

    def draw(figure: Figure, margin_rate: float, silver: float, gold: float, uplift: float) -> None:
        axes = figure.add_axes((0.09, 0.14, 0.87, 0.79))
        tier_lines(axes, margin_rate, {"silver": silver, "gold": gold}, uplift)

    def explain(margin_rate: float, silver: float, gold: float, uplift: float) -> str:
        tiers = pd.DataFrame({"tier": ["basic", "silver", "gold"], "threshold": [0, 10_000, 50_000]})
        tiers["discount"], tiers["uplift"] = [0, silver, gold], [0, uplift, uplift]
        table = loyalty.tier_pnl(spend, tiers, margin_rate)
        change, index = table["change"] / 1e6, table["profit_index"]
        return (
            f"At a margin rate of {margin_rate:.0%}, silver at {silver:.0%} off {needed(silver, margin_rate)} and gold "
            f"at {gold:.0%} off {needed(gold, margin_rate)}. With {uplift:+.0%}, silver earns {index['silver']:.0%} "
            f"and gold {index['gold']:.0%} of today: {change['silver']:+.1f} and {change['gold']:+.1f} million RMB a "
            "year."
        )

    return Explorer(
        draw,
        explain,
        margin_rate=slider(0.30, 0.20, 0.80, 0.01, "Margin rate at list price", percent=True),
        silver=slider(0.10, 0.0, 0.20, 0.01, "Silver discount", percent=True),
        gold=slider(0.20, 0.0, 0.40, 0.01, "Gold discount", percent=True),
        uplift=slider(0.35, 0.0, 2.50, 0.05, "Extra volume", percent=True),
    )


def switching_line(axes: Axes, gains: np.ndarray, boundary: float, gain: float, zones: Sequence[str]) -> None:
    """Customers by what each would gain by moving to a rival: those left of the boundary stay."""
    counts, edges = np.histogram(gains, np.arange(-400, 401, 20))
    cuts = np.union1d(edges, [0, boundary])
    heights = counts[np.searchsorted(edges, (cuts[:-1] + cuts[1:]) / 2) - 1]
    ends = [-400, min(0, boundary), boundary, 400]
    looks = [(BLUE, BLUE, 0.02, "left"), (LIGHT_BLUE, BLUE, 0.5, "center"), (PALE_ORANGE, ORANGE, 0.98, "right")]
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


def points_account(axes: Axes, liability: pd.Series) -> None:
    """What was put off for points at the sale: earned as revenue so far, and still owed, year by year."""
    put_off = liability.iloc[0]
    places = range(len(liability))
    axes.bar(places, put_off - liability, width=0.55, color=BLUE)
    axes.bar(places, liability, width=0.55, bottom=put_off - liability, color=PALE_ORANGE, edgecolor=ORANGE)
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


def tier_lines(axes: Axes, margin_rate: float, discounts: dict[str, float], uplift: float) -> None:
    """Profit with a discount, as a share of today's, against the extra volume it brings."""
    kept = {tier: (margin_rate - discount) / margin_rate for tier, discount in discounts.items()}
    for tier, color, style in zip(kept, (BLUE, ORANGE), ("solid", "dashed"), strict=True):
        axes.plot([0, 2.5], [kept[tier], 3.5 * kept[tier]], linestyle=style, color=color, linewidth=2.5, label=tier)
        axes.plot([uplift], [(1 + uplift) * kept[tier]], "o", color=color, markersize=10)
    axes.legend(loc="upper left", labelcolor="linecolor", fontsize=11, borderaxespad=0)
    axes.axhline(1, color=GREY, linewidth=1)
    axes.axvline(uplift, ymax=0.82, color=GREY, linewidth=1, linestyle=":")
    axes.set_xlim(0, 2.5)
    axes.set_ylim(min(0, 3.5 * min(kept.values())), 2.6)
    axes.set_xticks([0, 0.5, 1, 1.5, 2, 2.5])
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 5, 10]))
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("Extra volume that the tier brings (grey line: as much profit as today)")
    axes.set_ylabel("Profit, share of today's")
