"""Explorers of the lesson on the stages of a relationship."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clvlib import lifecycle
from clvlib._colours import BLUE, DARK_GREY, GREY, LIGHT_BLUE, LIGHT_GREY, ORANGE
from clvlib.course.data import truth
from clvlib.course.explorer import Explorer, choice, slider

_STAGE_INKS = {"exploration": LIGHT_GREY, "formation": LIGHT_BLUE, "stability": BLUE, "decline": ORANGE}


def relationship_life() -> Explorer:
    """What one relationship buys, pays, costs and leaves, month by month, for a life of your making."""
    planted = truth("lifecycle")
    traits = pd.DataFrame(
        {"volume": planted["mean_volume"], "price": planted["mean_price"], "profit": planted["profit"]},
        index=planted["states"],
    ).drop("lost")
    words = (
        "premature abortion (早期流产)",
        "midway demise (中途夭折)",
        "early exit (提前退出)",
        "a long life (长久保持)",
    )
    courses = dict(zip(lifecycle.PATTERNS, words, strict=True))
    traits["unit_cost"] = traits["price"] - traits["profit"] / traits["volume"]

    def months(indirect: int, **lengths: int) -> pd.DataFrame:
        """One row a month; indirect benefit in stable months only."""
        life = traits.loc[np.repeat(list(lengths), list(lengths.values()))]
        return life.assign(indirect=np.where(life.index == "stability", indirect, 0)).reset_index(names="stage")

    def draw(figure: Figure, **values: int) -> None:
        places = ((0.70, 0.23), (0.44, 0.15), (0.13, 0.21))
        panels = [figure.add_axes((0.07, bottom, 0.91, height)) for bottom, height in places]
        relationship_months(panels, months(**values))

    def explain(**values: int) -> str:
        life = months(**values)
        states = [*life["stage"], "lost"]
        panel = pd.DataFrame({"customer_id": 1, "period": range(len(states)), "state": states})
        profit, stable = life["profit"].sum(), life.loc[life["stage"] == "stability", "profit"].sum()
        lengths = ", ".join(f"{values[stage]} of {stage}" for stage in lifecycle.STAGES)
        return (
            f"Months: {lengths}, then lost. That is {courses[lifecycle.classify_pattern(panel).iloc[0]]}. Profit is "
            f"{profit:,.0f} RMB in all, {stable:,.0f} of it from stability; {life['indirect'].sum():,.0f} more come "
            "through others."
        )

    def title(**values: int) -> str:
        life = months(**values)
        return f"{len(life)} months of relationship, {life['profit'].sum():,.0f} RMB of profit"

    return Explorer(
        draw,
        explain,
        title,
        exploration=slider(2, 1, 6, 1, "Months of exploration"),
        formation=slider(3, 0, 12, 1, "Months of formation"),
        stability=slider(6, 0, 24, 1, "Months of stability"),
        decline=slider(2, 0, 6, 1, "Months of decline"),
        indirect=slider(10, 0, 60, 1, "Indirect (RMB a stable month)"),
    )


def stage_moves() -> Explorer:
    """The transition matrix on sliders, the stages that 1,000 new customers go through, and their worth."""
    rewards = truth("lifecycle")["profit"]
    per_month = {"year": 1.10 ** (1 / 12) - 1, "month": 0.10}

    def matrix(join: float, settle: float, stay: float, back: float) -> pd.DataFrame:
        """The planted matrix with four of its moves changed; those who no longer make them are lost, or decline."""
        states = [*lifecycle.STAGES, "lost"]
        rows: list[list[float]] = [
            [0.30, join, 0, 0, 0.70 - join],
            [0, 0.45, settle, 0.05, 0.50 - settle],
            [0, 0, stay, 0.75 * (1 - stay), 0.25 * (1 - stay)],
            [0, back, 0, 0.50, 0.50 - back],
            [0, 0, 0, 0, 1],
        ]
        return pd.DataFrame(np.maximum(rows, 0), index=states, columns=states)

    @lru_cache(maxsize=1)
    def worth(rate: str, **moves: float) -> np.ndarray:
        return lifecycle.markov_clv(matrix(**moves), rewards, per_month[rate]).to_numpy()[:4]

    started = worth("year", join=0.40, settle=0.40, stay=0.80, back=0.10)

    def draw(figure: Figure, rate: str, **moves: float) -> None:
        shares = lifecycle.stage_shares(matrix(**moves), "exploration", periods=24).to_numpy()[:, :4]
        stages_by_month(figure.add_axes((0.08, 0.14, 0.45, 0.79)), shares)
        worth_by_stage(figure.add_axes((0.70, 0.14, 0.29, 0.82)), worth(rate, **moves), started)

    def explain(rate: str, **moves: float) -> str:
        new, formed, stable, declining = worth(rate, **moves)
        month_6 = lifecycle.stage_shares(matrix(**moves), "exploration", periods=6).loc[6]
        life = lifecycle.expected_life(matrix(**moves))["exploration"]
        return (
            f"At 10% a {rate} a new customer is worth {new:,.2f} RMB, one in formation {formed:,.2f}, a stable one "
            f"{stable:,.2f} and one in decline {declining:,.2f}. Lives are {life:.2f} months on average. Of 1,000 new "
            f"customers {1000 * (1 - month_6['lost']):.0f} are left in month 6, {1000 * month_6['stability']:.0f} of "
            "them stable."
        )

    def title(rate: str, **moves: float) -> str:
        new = worth(rate, **moves)[0]
        same = round(new - started[0], 2) == 0
        before = ", as at the start" if same else f"; at the start she was worth {started[0]:,.2f}"
        return f"A new customer is worth {new:,.2f} RMB{before}"

    return Explorer(
        draw,
        explain,
        title,
        join=slider(0.40, 0.0, 0.70, 0.01, "Exploration to formation", percent=True),
        settle=slider(0.40, 0.0, 0.50, 0.01, "Formation to stability", percent=True),
        stay=slider(0.80, 0.40, 0.95, 0.01, "Stability: stays", percent=True),
        back=slider(0.10, 0.0, 0.50, 0.01, "Decline to formation", percent=True),
        rate=choice("year", list(per_month), "Discounted at 10% a"),
    )


def relationship_months(panels: Sequence[Axes], life: pd.DataFrame) -> None:
    """One relationship month by month: what she buys; price and cost of a unit; profit and indirect benefit."""
    units, prices, money = panels
    edges = np.arange(len(life) + 1) + 0.5
    volume, profit, indirect = (life[trait].to_numpy() for trait in ("volume", "profit", "indirect"))
    for place, (stage, ink) in zip((0.545, 0.692, 0.818, 0.928), _STAGE_INKS.items(), strict=True):
        look = {"facecolor": ink, "edgecolor": "none", "pad": 2.5}
        color = "white" if ink in (BLUE, ORANGE) else "black"
        units.text(place, 1.11, stage, transform=units.transAxes, color=color, bbox=look)
        rows = np.flatnonzero(life["stage"] == stage)
        if rows.size:
            months = slice(rows[0], rows[-1] + 1)
            units.stairs(volume[months], edges[rows[0] : rows[-1] + 2], fill=True, color=ink)
            money.stairs(profit[months], edges[rows[0] : rows[-1] + 2], fill=True, color=ink)
    above = np.maximum(profit, 0)
    money.stairs(above + indirect, edges, baseline=above, color="black", linewidth=1.2)
    prices.stairs(life["price"], edges, baseline=None, color="black", linewidth=2)
    prices.stairs(life["unit_cost"], edges, baseline=None, color=GREY, linewidth=2, linestyle="--")
    money.axhline(0, color=GREY, linewidth=1)
    labels = (
        "Units bought in the month",
        "Price of a unit (full line) and its cost (dashed), RMB",
        "Profit, and on top of it indirect benefit (outlined), RMB",
    )
    ends, ticks = ((0, 10), (42, 65), (-25, 165)), ((0, 5), (45, 60), (0, 100))
    for axes, label, end, tick in zip(panels, labels, ends, ticks, strict=True):
        axes.set_xlim(0.5, max(len(life), 24) + 0.5)
        axes.set_ylim(*end)
        axes.set_yticks(tick)
        axes.set_ylabel(label)
        axes.xaxis.set_visible(axes is money)
    money.set_xticks([1, 12, 24] if len(life) <= 24 else [1, 12, 24, 36, 48][: 1 + len(life) // 12])
    money.set_xlabel("Month of the relationship")


def stages_by_month(axes: Axes, shares: np.ndarray) -> None:
    """Of 1,000 customers, how many are in each stage month by month, stacked; the white above them are lost."""
    months = np.arange(len(shares))
    tops = 1000 * shares.cumsum(axis=1)
    for base, top, ink in zip([0 * months, *tops.T], tops.T, _STAGE_INKS.values(), strict=False):
        axes.fill_between(months, base, top, color=ink, edgecolor="white", linewidth=0.8)
    axes.text(0.97, 0.93, "lost", transform=axes.transAxes, ha="right", fontsize=11, color=DARK_GREY)
    axes.set_xlim(0, months[-1])
    axes.set_ylim(0, 1000)
    axes.set_xticks(months[::12])
    axes.set_yticks([0, 500, 1000], ["0", "500", "1,000"])
    axes.set_xlabel("Months after the first contact")
    axes.set_ylabel("Customers, of 1,000")


def worth_by_stage(axes: Axes, worth: np.ndarray, before: np.ndarray) -> None:
    """A bar a stage, as long as a customer in it is worth, and a line where it was before something was changed."""
    axes.barh(range(4), worth, height=0.6, color=list(_STAGE_INKS.values()))
    axes.plot(before, range(4), "|", color="black", markersize=26, markeredgewidth=2)
    axes.axvline(0, color=GREY, linewidth=1)
    axes.set_xlim(1.1 * min(0, *worth), 1.08 * max(*worth, *before))
    axes.set_ylim(3.6, -0.6)
    axes.set_yticks(range(4), [f"{stage}\n{here:,.0f} RMB" for stage, here in zip(_STAGE_INKS, worth, strict=True)])
    axes.set_xticks([])
    axes.set_xlabel("Worth (line: at the start)")
