"""Explorers of the lesson on retention and lifetime."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clvlib import retention, value
from clvlib.course.explorer import Explorer, choice, slider
from clvlib.models import SBG
from clvlib.plots import BLUE, DARK_GREY, GREY, ORANGE, PALE_GREY


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
    """Two published cohorts, forecast from their first years by the sBG and by constant churn."""
    # customers left after 0, 1, 2, ... years, in percent (Fader & Hardie 2007); of Regular's later years only the last
    actual = {
        "High End": pd.Series([100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4]) / 100,
        "Regular": pd.Series([100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, *[np.nan] * 4, 17.3]).dropna() / 100,
    }
    years = np.arange(13)

    def forecast(table: pd.Series, seen: int) -> tuple[np.ndarray, np.ndarray]:
        first = table[: seen + 1].to_numpy()
        lost = (first[0] - first[-1]) / first[:-1].sum()
        return np.asarray(SBG.fit(1000 * first).survival(years)), (1 - lost) ** years

    forecasts = {(name, seen): forecast(table, seen) for name, table in actual.items() for seen in range(2, 8)}

    def draw(figure: Figure, group: str, seen: int) -> None:
        axes = figure.add_axes((0.08, 0.14, 0.90, 0.79))
        cohort_and_forecasts(axes, actual[group], seen, *forecasts[group, seen])

    def explain(group: str, seen: int) -> str:
        model, constant = forecasts[group, seen]
        return (
            f"{group}, forecast from years 1 to {seen}: after 12 years the sBG expects {model[12]:.1%} to be left, "
            f"constant churn {constant[12]:.1%}. In fact {actual[group][12]:.1%} were left."
        )

    def title(group: str, seen: int) -> str:
        model, constant = forecasts[group, seen]
        return (
            f"After 12 years {actual[group][12]:.1%} were left; the sBG expected {model[12]:.1%}, constant churn "
            f"{constant[12]:.1%}"
        )

    return Explorer(
        draw,
        explain,
        title,
        group=choice("High End", list(actual), "Customers"),
        seen=slider(7, 2, 7, 1, "Years that the forecasts saw"),
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
    axes.set_ylim(0, 1.08)
    axes.set_xticks([1, 5, 10])
    axes.set_yticks([0, 0.5, 1])
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("Year since the cohort came")
    axes.set_ylabel("Retention rate in that year")


def cohort_and_forecasts(axes: Axes, actual: pd.Series, seen: int, model: np.ndarray, constant: np.ndarray) -> None:
    """What became of a cohort, and what a model and constant churn forecast from its first years."""
    years = range(len(model))
    axes.axvspan(0, seen, color=PALE_GREY, alpha=0.5, linewidth=0)
    axes.plot(years, constant, color=ORANGE, linestyle="--", linewidth=2)
    axes.plot(years, model, color=BLUE, linewidth=2.5)
    for shown, fill in ((actual[actual.index <= seen], "black"), (actual[actual.index > seen], "white")):
        axes.plot(shown.index, shown, "o", color="black", markerfacecolor=fill, markersize=7, clip_on=False, zorder=3)
    end = len(model) - 0.8
    axes.annotate("sBG", (end, model[-1]), color=BLUE, fontsize=11, weight="bold", va="bottom")
    axes.annotate("constant churn", (end, max(constant[-1], 0.06)), color=ORANGE, fontsize=11, va="top")
    axes.annotate("seen", (0.15, 1.05), color=DARK_GREY, fontsize=11)
    axes.set_xlim(0, end + 2.5)
    axes.set_ylim(0, 1.12)
    axes.set_xticks(years[::2])
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("Years since the cohort came (hollow dots: years the forecasts did not see)")
    axes.set_ylabel("Share still there")
