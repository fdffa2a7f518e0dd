"""Explorers of the lesson on retention and lifetime."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clvlib import retention, value
from clvlib._colours import BLUE, DARK_GREY, GREY, ORANGE, PALE_GREY
from clvlib.course.explorer import Explorer, choice, slider
from clvlib.models import BDW, SBG


def margin_multiple() -> Explorer:
    """What one yearly margin is multiplied by, for a retention rate in any unit of time."""
    firsts = {
        "at the year's end, if she stays": "if_retained",
        "at the year's end, for certain": "end",
        "today": "now",
    }
    curve = np.linspace(0, 0.99, 100)

    def multiple(yearly: Any, rate: float, first: str) -> Any:
        return value.margin_multiple(yearly, rate, first_margin=firsts[first])

    def draw(figure: Figure, kept: float, per: str, rate: float, first: str) -> None:
        yearly = float(retention.convert_rate(kept, per, "year", kind="retention"))
        axes = figure.add_axes((0.05, 0.14, 0.92, 0.79))
        multiple_curve(axes, curve, multiple(curve, rate, first), yearly, multiple(yearly, rate, first))

    def explain(kept: float, per: str, rate: float, first: str) -> str:
        yearly = retention.convert_rate(kept, per, "year", kind="retention")
        other = "month" if per == "year" else "year"
        same = retention.convert_rate(kept, per, other, kind="retention")
        worth, better = (multiple(keep, rate, first) for keep in (yearly, yearly + 0.01))
        return (
            f"Keeping {kept:.0%} a {per} is keeping {same:.1%} a {other}. At a discount rate of {rate:.0%} a year and "
            f"with the first margin {first}, a customer is worth {worth:.2f} yearly margins. One more point kept a "
            f"year makes that {better:.2f}."
        )

    def title(kept: float, per: str, rate: float, first: str) -> str:
        yearly = retention.convert_rate(kept, per, "year", kind="retention")
        return f"A customer is worth {multiple(yearly, rate, first):.2f} yearly margins"

    return Explorer(
        draw,
        explain,
        title,
        kept=slider(0.80, 0.40, 0.98, 0.01, "Retention rate", percent=True),
        per=choice("year", ["year", "quarter", "month"], "per"),
        rate=slider(0.10, 0.02, 0.30, 0.01, "Discount rate per year", percent=True),
        first=choice(next(iter(firsts)), list(firsts), "First margin"),
    )


def sorting() -> Explorer:
    """Two groups whose loyalty never changes, and a firm whose retention rises."""
    years = 10

    def both(share: float, loyal: float, others: float) -> dict[str, list[float]]:
        return {"shares": [share, 1 - share], "retention": [loyal, others]}

    def draw(figure: Figure, **values: float) -> None:
        firm = retention.mixture_retention(**both(**values), periods=years)
        firm_between_groups(figure.add_axes((0.08, 0.14, 0.90, 0.79)), firm, values["loyal"], values["others"])

    def explain(**values: float) -> str:
        firm = retention.mixture_retention(**both(**values), periods=years)
        left, others_left = (1000 * values[group] ** years for group in ("loyal", "others"))
        return (
            f"The loyal keep {values['loyal']:.0%} of themselves every year, the others {values['others']:.0%}. The "
            f"firm's retention goes from {firm[1]:.1%} in year 1 over {firm[5]:.1%} in year 5 to {firm[years]:.1%} in "
            f"year {years}. Nobody has changed: of 1,000 loyal customers {left:.0f} are left by then, of 1,000 others "
            f"{others_left:.0f}."
        )

    def title(**values: float) -> str:
        firm = retention.mixture_retention(**both(**values), periods=years)
        return f"The firm's retention goes from {firm[1]:.1%} to {firm[years]:.1%}, and nobody has changed"

    return Explorer(
        draw,
        explain,
        title,
        share=slider(0.50, 0.05, 0.95, 0.05, "Share of loyal customers", percent=True),
        loyal=slider(0.90, 0.60, 0.99, 0.01, "The loyal: retention per year", percent=True),
        others=slider(0.50, 0.10, 0.60, 0.01, "The others: retention per year", percent=True),
    )


def survival_forecast() -> Explorer:
    """Two published cohorts, forecast from their first years by the sBG, the BdW and constant churn."""
    # customers left after 0, 1, 2, ... years, of 1,000 (Fader & Hardie 2007 print percentages)
    counts = {
        "High End": pd.Series([1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]),
        "Regular": pd.Series([1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]),
    }
    years = np.arange(13)

    def forecast(table: pd.Series, seen: int) -> dict[str, np.ndarray]:
        first = table[: seen + 1].to_numpy()
        lost = (first[0] - first[-1]) / first[:-1].sum()
        models = {"sBG": SBG.fit(first), "BdW": BDW.fit(first)}
        survival = {name: np.asarray(model.survival(years)) for name, model in models.items()}
        return survival | {"constant churn": (1 - lost) ** years}

    # from two years one cannot tell three numbers, and the BdW has three
    forecasts = {(name, seen): forecast(table, seen) for name, table in counts.items() for seen in range(3, 8)}

    def draw(figure: Figure, group: str, seen: int) -> None:
        axes = figure.add_axes((0.08, 0.14, 0.90, 0.79))
        cohort_and_forecasts(axes, counts[group] / 1000, seen, forecasts[group, seen])

    def at_the_end(group: str, seen: int) -> dict[str, float]:
        return {name: survival[12] for name, survival in forecasts[group, seen].items()}

    def explain(group: str, seen: int) -> str:
        expected = at_the_end(group, seen)
        return (
            f"{group}, forecast from years 1 to {seen}: after 12 years the sBG expects {expected['sBG']:.1%} to be "
            f"left, the BdW {expected['BdW']:.1%}, constant churn {expected['constant churn']:.1%}. In fact "
            f"{counts[group][12] / 1000:.1%} were left."
        )

    def title(group: str, seen: int) -> str:
        expected = at_the_end(group, seen)
        return (
            f"After 12 years {counts[group][12] / 1000:.1%} were left; expected: sBG {expected['sBG']:.1%}, BdW "
            f"{expected['BdW']:.1%}, constant churn {expected['constant churn']:.1%}"
        )

    return Explorer(
        draw,
        explain,
        title,
        group=choice("High End", list(counts), "Customers"),
        seen=slider(3, 3, 7, 1, "Years that the forecasts saw"),
    )


def multiple_curve(axes: Axes, retention: np.ndarray, multiples: np.ndarray, at: float, here: float) -> None:
    """The margin multiple against retention per year, with one customer base marked."""
    axes.plot(retention, multiples, color=BLUE, linewidth=2.5)
    axes.plot([at, at, 0], [0, here, here], color=ORANGE, linestyle="--", linewidth=1.5)
    axes.plot([at], [here], "o", color=ORANGE, markersize=10, zorder=3)
    axes.annotate(f"{here:.2f}", (0, here), xytext=(6, 5), textcoords="offset points", color=ORANGE, fontsize=12)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, max(6, 1.25 * here))
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_xlabel("Retention rate per year")
    axes.set_ylabel("Worth, in yearly margins")


def firm_between_groups(axes: Axes, firm: pd.Series, loyal: float, others: float) -> None:
    """The firm's retention by year above and below the two groups that it is made of, whose own never changes."""
    years = [firm.index[0], firm.index[-1]]
    axes.plot(years, [loyal, loyal], color=GREY, linestyle="--", linewidth=2)
    axes.plot(years, [others, others], color=GREY, linestyle=":", linewidth=2)
    axes.plot(firm.index, firm, "o-", color=BLUE, linewidth=2.5, markersize=7)
    axes.annotate("the loyal", (years[0], loyal + 0.02), color=DARK_GREY, fontsize=11)
    axes.annotate("the others", (years[1], others - 0.06), color=DARK_GREY, fontsize=11, ha="right")
    axes.annotate(
        "the firm", (2, firm[2]), xytext=(6, -16), textcoords="offset points", color=BLUE, fontsize=11, weight="bold"
    )
    middle = firm.index[(len(firm) - 1) // 2]
    axes.annotate(
        f"{firm[middle]:.1%}", (middle, firm[middle]), (0, -18), textcoords="offset points", color=BLUE, fontsize=11
    )
    axes.set_ylim(0, 1.08)
    axes.set_xticks([1, 5, 10])
    axes.set_yticks([0, 0.5, 1])
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("Year since the cohort came")
    axes.set_ylabel("Retention rate in that year")


def cohort_and_forecasts(axes: Axes, actual: pd.Series, seen: int, forecasts: dict[str, np.ndarray]) -> None:
    """What became of a cohort, and what each model forecasts from its first years."""
    last = actual.index[-1]
    axes.axvspan(0, seen, color=PALE_GREY, alpha=0.5, linewidth=0)
    ends = spread_out({name: float(survival[-1]) for name, survival in forecasts.items()}, apart=0.07)
    for (name, survival), color, style in zip(
        forecasts.items(), (BLUE, DARK_GREY, ORANGE), ("-", "-.", "--"), strict=True
    ):
        axes.plot(actual.index, survival, color=color, linestyle=style, linewidth=2.5)
        axes.annotate(name, (last + 0.3, ends[name]), color=color, fontsize=11, weight="bold", va="center")
    for shown, fill in ((actual[actual.index <= seen], "black"), (actual[actual.index > seen], "white")):
        axes.plot(shown.index, shown, "o", color="black", markerfacecolor=fill, markersize=7, clip_on=False, zorder=3)
    axes.annotate("seen", (0.15, 1.05), color=DARK_GREY, fontsize=11)
    axes.set_xlim(0, last + 3.6)
    axes.set_ylim(0, 1.12)
    axes.set_xticks(actual.index[::2])
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("Years since the cohort came (hollow dots: years the forecasts did not see)")
    axes.set_ylabel("Share still there")


def spread_out(heights: dict[str, float], apart: float) -> dict[str, float]:
    """The heights of labels, moved up from the lowest so that none covers another."""
    placed: dict[str, float] = {}
    lowest = 0.03
    for name in sorted(heights, key=heights.__getitem__):
        placed[name] = max(heights[name], lowest)
        lowest = placed[name] + apart
    return placed
