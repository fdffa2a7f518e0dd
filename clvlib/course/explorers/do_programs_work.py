"""Explorers of the lesson on whether programs work."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from scipy.special import ndtr, ndtri

from clvlib import experiments, loyalty
from clvlib._colours import BLUE, DARK_GREY, GREY, LIGHT_GREY, ORANGE
from clvlib.course.explorer import Explorer, choice, slider


def who_joins() -> Explorer:
    """One program in a made-up shop, and what four ways of looking say that it does."""
    rng, size = np.random.default_rng(13), 20_000
    usual = rng.lognormal(np.log(230), 0.6, size)
    before, later = usual + rng.normal(0, 20, size), usual + 24 + rng.normal(0, 20, size)
    luck, heads = rng.random(size), rng.random(size) < 0.5

    def look(effect: float, preference: float, growth: float) -> tuple[pd.Series, float]:
        """What each way says, and the share that joins."""
        odds = (usual / 300) ** preference
        joins = luck < odds / (1 + odds)
        without = later + growth * usual * joins
        after = without * (1 + effect * joins)
        member, member_before = after[joins].mean(), before[joins].mean()
        other, other_before = after[~joins].mean(), before[~joins].mean()
        uplift = member - member_before - (other - other_before)
        ways = {
            "Members against others": member / other - 1,
            "After against before": member / member_before - 1,
            "Difference in differences": uplift / (member - uplift),
            "By lot": after[joins & heads].mean() / without[joins & ~heads].mean() - 1,
        }
        return pd.Series(ways).round(3) + 0.0, float(joins.mean())

    def draw(figure: Figure, **values: float) -> None:
        program_estimates(figure.add_axes((0.26, 0.15, 0.70, 0.83)), look(**values)[0], values["effect"])

    def explain(effect: float, preference: float, growth: float) -> str:
        (naive, rise, differences, lot), share = look(effect, preference, growth)
        own = f" and its members would have grown {growth:.0%} without it" if growth else ""
        return (
            f"The program adds {effect:.0%}{own}; {share:.0%} join. Members spend {naive + 1:.2f} times as much as "
            f"others ({naive:+.1%}), and {rise:+.1%} against the year before. The difference in differences says "
            f"{differences:+.1%}, the lot {lot:+.1%}."
        )

    def title(**values: float) -> str:
        naive = look(**values)[0].iloc[0]
        return f"The program adds {values['effect']:.0%}; members against others say {naive:+.1%}"

    return Explorer(
        draw,
        explain,
        title,
        effect=slider(0.12, 0.0, 0.30, 0.01, "What the program adds", percent=True),
        preference=slider(3, 0, 4, 0.25, "Heavy buyers prefer to join"),
        growth=slider(0.0, 0.0, 0.20, 0.01, "Joiners' own growth", percent=True),
    )


def ab_test_size() -> Explorer:
    """How often an A/B test finds an uplift that is there, by its size."""
    sizes = np.geomspace(10, 100_000, 120)

    def chance(base: int, uplift: int, reading: str, size: Any) -> Any:
        """Power of the two-sided test at 5 %, the far tail left out, as in `experiments.sample_size`."""
        old = base / 100
        new = old * (1 + uplift / 100) if reading == "relative" else old + uplift / 100
        middle = (old + new) / 2
        same, apart = 2 * middle * (1 - middle), old * (1 - old) + new * (1 - new)
        return ndtr(((new - old) * np.sqrt(size) - ndtri(0.975) * np.sqrt(same)) / np.sqrt(apart))

    def draw(figure: Figure, size: int, **values: Any) -> None:
        axes = figure.add_axes((0.08, 0.14, 0.86, 0.79))
        chance_to_find(axes, sizes, chance(**values, size=sizes), size, chance(**values, size=size))

    def explain(base: int, uplift: int, reading: str, size: int) -> str:
        stated = {"relative" if reading == "relative" else "absolute": uplift / 100}
        needed = experiments.sample_size(base / 100, **stated)
        new = base * (1 + uplift / 100) if reading == "relative" else base + uplift
        words = f"+{uplift}% relative" if reading == "relative" else f"+{uplift} points"
        return (
            f"From {base}%, {words} leads to {new:.4g}%. A test with {size:,} customers an arm finds it "
            f"{chance(base, uplift, reading, size):.0%} of the time; {needed:,} an arm would, four times in five."
        )

    def title(base: int, uplift: int, reading: str, size: int) -> str:
        return f"A test with {size:,} customers an arm finds it {chance(base, uplift, reading, size):.0%} of the time"

    return Explorer(
        draw,
        explain,
        title,
        base=slider(20, 1, 40, 1, "Base rate (%)"),
        uplift=slider(22, 1, 50, 1, "Uplift"),
        reading=choice("relative", ["relative", "points"], "Uplift is in"),
        size=slider(1_400, 100, 20_000, 100, "Customers per arm"),
    )


def stamp_card() -> Explorer:
    """A stamp card with a head start against a plain one that asks for as many purchases."""

    def cards(bought: int, given: int, days: float, speed_up: float) -> dict[str, np.ndarray]:
        plain = loyalty.goal_gradient(bought, days, speed_up)["elapsed"]
        ahead = loyalty.goal_gradient(bought + given, days, speed_up, head_start=given)["elapsed"]
        return {f"Card of {bought}": plain.to_numpy(), f"Card of {bought + given},\n{given} given": ahead.to_numpy()}

    def draw(figure: Figure, **values: Any) -> None:
        stamp_days(figure.add_axes((0.15, 0.17, 0.82, 0.80)), cards(**values))

    def explain(bought: int, given: int, days: float, speed_up: float) -> str:
        plain, ahead = (float(elapsed[-1]) for elapsed in cards(bought, given, days, speed_up).values())
        return (
            f"A customer buys every {days:.1f} days on an empty card and {speed_up:.0%} faster just before a full one. "
            f"She fills a card of {bought} in {plain:.1f} days; a card of {bought + given} with {given} given takes "
            f"as many purchases and {ahead:.1f} days, {1 - ahead / plain:.1%} less."
        )

    def title(**values: Any) -> str:
        plain, ahead = (float(elapsed[-1]) for elapsed in cards(**values).values())
        return f"The head start saves {plain - ahead:.1f} of {plain:.1f} days"

    return Explorer(
        draw,
        explain,
        title,
        bought=slider(10, 3, 20, 1, "Purchases for a reward"),
        given=slider(2, 0, 10, 1, "Stamps given away"),
        days=slider(3.5, 1, 14, 0.5, "Days on an empty card"),
        speed_up=slider(0.20, 0.0, 0.80, 0.05, "Speed-up near the reward", percent=True),
    )


def program_estimates(axes: Axes, estimates: pd.Series, truth: float) -> None:
    """What each way of looking says that a program adds, against what it adds: one row a way."""
    rows = range(len(estimates))
    axes.hlines(rows, truth, estimates, color=LIGHT_GREY, linewidth=3)
    axes.plot(estimates, rows, "o", color=BLUE, markersize=10)
    axes.axvline(truth, color=ORANGE, linestyle="--", linewidth=2)
    axes.set_yticks(rows, [f"{way}\n{value:+.1%}" for way, value in estimates.items()])
    axes.set_xlim(min(-0.1, estimates.min() - 0.1), max(1.4, 1.2 * estimates.max()))
    axes.set_ylim(len(estimates) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("Effect on a member's spend, as each way sees it (dashed: the truth)")


def chance_to_find(axes: Axes, sizes: np.ndarray, chances: np.ndarray, size: float, chance: float) -> None:
    """How often a test finds an uplift that is there, against its size, with one size marked and a line at 80 %."""
    steps, here = np.log10(sizes), np.log10(size)  # a logarithmic axis would draw too slowly for a slider
    axes.plot(steps, chances, color=BLUE, linewidth=2.5)
    axes.axhline(0.8, color=GREY, linestyle=":", linewidth=1.5)
    axes.annotate("four times in five", (steps[0], 0.8), xytext=(6, 4), textcoords="offset points", color=DARK_GREY)
    axes.plot([here, here], [0, chance], color=ORANGE, linestyle="--", linewidth=1.5)
    axes.plot([here], [chance], "o", color=ORANGE, markersize=10, clip_on=False, zorder=3)
    axes.set_xlim(steps[0], steps[-1])
    axes.set_ylim(0, 1.02)
    axes.set_xticks([1, 2, 3, 4, 5], ["10", "100", "1,000", "10,000", "100,000"])
    axes.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axes.set_xlabel("Customers per arm (each step is ten times the last)")
    axes.set_ylabel("Chance to find it")


def stamp_days(axes: Axes, cards: dict[str, np.ndarray]) -> None:
    """The days on which the purchases of each stamp card fall, one row a card, the last dot the reward."""
    for row, (days, colour, marker) in enumerate(zip(cards.values(), (GREY, BLUE), ("s", "o"), strict=True)):
        axes.plot(days, np.full(len(days), row), color=colour, marker=marker, markersize=9, linewidth=1)
        axes.annotate(f"{days[-1]:.1f} days", (days[-1], row), xytext=(0, 14), textcoords="offset points", ha="center")
    axes.set_yticks(range(len(cards)), list(cards))
    axes.set_ylim(len(cards) - 0.5, -0.6)
    axes.set_xlim(0, 1.1 * max(days[-1] for days in cards.values()))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("Days from getting the card (each mark a purchase, the last one the reward)")
