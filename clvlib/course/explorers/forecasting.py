"""Explorer of the lesson on forecasting."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clvlib._colours import BLUE, DARK_GREY, GREY, LIGHT_GREY, ORANGE
from clvlib.course.data import load
from clvlib.course.explorer import Explorer, choice, slider
from clvlib.models import BGNBD, ParetoNBD


def growing_silence() -> Explorer:
    """What one customer's silence says of her, by how often she has bought, as two models hear it."""
    seen = load("cdnow_summary")
    models = {"BG/NBD": BGNBD.fit(seen), "Pareto/NBD": ParetoNBD.fit(seen)}
    weeks = np.arange(61)

    def alive(repeats: int, last: int, model: str) -> np.ndarray:
        """P(alive) after 0, 1, ..., 60 weeks of silence."""
        return np.asarray(models[model].p_alive(repeats, last, last + weeks))

    def draw(figure: Figure, repeats: int, last: int, silence: int, model: str) -> None:
        axes = figure.add_axes((0.08, 0.14, 0.90, 0.79))
        silence_curve(axes, repeats, last, alive(repeats, last, model), silence)

    def explain(repeats: int, last: int, silence: int, model: str) -> str:
        curve = alive(repeats, last, model)
        expected = float(models[model].expected_purchases(39, repeats, last, last + silence))
        half = np.flatnonzero(curve < 0.5)
        turns = (
            f"From week {half[0]} of her silence on she is more likely gone than not"
            if len(half)
            else "Sixty weeks of silence do not make her more likely gone than not"
        )
        return (
            f"{_purchases(repeats)} after the first, the last in week {last}, then {_weeks(silence)} of silence: the "
            f"{model} says that she is still a customer with a chance of {curve[silence]:.1%}, and expects "
            f"{expected:.2f} purchases in the next 39 weeks. {turns}."
        )

    def title(repeats: int, last: int, silence: int, model: str) -> str:
        chance = alive(repeats, last, model)[silence]
        return f"After {_weeks(silence)} of silence P(alive) is {chance:.1%}"

    return Explorer(
        draw,
        explain,
        title,
        repeats=slider(10, 1, 20, 1, "Repeat purchases"),
        last=slider(20, 4, 39, 1, "The last of them in week"),
        silence=slider(10, 0, 60, 1, "Silent for (weeks)"),
        model=choice("BG/NBD", list(models), "Model"),
    )


def _purchases(number: int) -> str:
    return f"{number} purchase{'s' if number > 1 else ''}"


def _weeks(number: int) -> str:
    return f"{number} week{'' if number == 1 else 's'}"


def silence_curve(axes: Axes, repeats: int, last: int, alive: np.ndarray, silence: int) -> None:
    """P(alive) from the last purchase on, the purchases before it, and today."""
    bought = np.linspace(0, last, repeats + 1)
    axes.plot([0, last], [1, 1], color=BLUE, linewidth=2.5)
    axes.plot(last + np.arange(len(alive)), alive, color=BLUE, linewidth=2.5)
    axes.plot(bought, np.ones(len(bought)), "o", color="black", markersize=5, zorder=3, clip_on=False)
    axes.axhline(0.5, color=LIGHT_GREY, linestyle=":", linewidth=1.5)
    now, chance = last + silence, alive[silence]
    axes.plot([now, now, 0], [0, chance, chance], color=ORANGE, linestyle="--", linewidth=1.5)
    axes.plot([now], [chance], "o", color=ORANGE, markersize=10, zorder=4, clip_on=False)
    axes.plot([last, last], [alive[0], 1], color=GREY, linestyle=":", linewidth=1.5)
    axes.annotate("dots: her purchases", (1, 1.05), color=DARK_GREY, fontsize=11)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 1.14)
    axes.set_yticks([0, 0.5, 1])
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("Week since her first purchase")
    axes.set_ylabel("Chance that she is still a customer")
