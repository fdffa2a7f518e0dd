"""Explorers of the lesson on Kano, the customer's voice and the profit chain."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clvlib import satisfaction
from clvlib._colours import BLUE, DARK_GREY, GREY, LIGHT_BLUE, LIGHT_GREY, LIGHT_ORANGE, ORANGE
from clvlib.course.data import load
from clvlib.course.explorer import Explorer, slider, switch


def kano_plane() -> Explorer:
    """A feature of your own among the eight of the survey, by what having and lacking it does."""
    answers = load("kano")
    counts = pd.DataFrame(
        {
            name.replace("_", " "): satisfaction.kano(feature["functional"], feature["dysfunctional"]).counts
            for name, feature in answers.groupby("feature")
        }
    ).T
    measured = satisfaction.better_worse(*(counts[letter].to_numpy() for letter in "AOMI"))
    features = pd.DataFrame({"better": measured.better, "worse": measured.worse}, index=counts.index)
    features["side"] = "above"
    features.loc[["daily app message", "genuine guarantee", "low price"], "side"] = "below"
    features.loc["nursing advice", "side"] = "right"  # it lies on a border, and where your own starts

    def look(*counts: int) -> tuple[float, float, str]:
        """Better, worse, and the kind of feature whose corner that is."""
        better, worse = map(float, satisfaction.better_worse(*counts))
        rows = {True: "one-dimensional", False: "attractive"}, {True: "must-be", False: "indifferent"}
        return better, worse, rows[better < 0.5][worse <= -0.5]

    def draw(figure: Figure, A: int, O: int, M: int, I: int, R: int) -> None:  # noqa: E741
        better, worse, _ = look(A, O, M, I)
        feature_plane(figure.add_axes((0.06, 0.14, 0.91, 0.79)), features, better, worse)

    def explain(A: int, O: int, M: int, I: int, R: int) -> str:  # noqa: E741
        better, worse, kind = look(A, O, M, I)
        unseen = f" The dot does not show that {R} of {A + O + M + I + R} would rather not have it." if R else ""
        return (
            f"Having it pleases {better:.0%} (better {better:.2f}), lacking it displeases {-worse:.0%} (worse "
            f"{worse:z.2f}): the corner of the {kind} features.{unseen}"
        )

    def title(A: int, O: int, M: int, I: int, R: int) -> str:  # noqa: E741
        return f"Your own feature lies among the {look(A, O, M, I)[2]} ones"

    return Explorer(
        draw,
        explain,
        title,
        A=slider(40, 0, 100, 5, "A: attractive to"),
        O=slider(30, 0, 100, 5, "O: one-dimensional to"),
        M=slider(20, 0, 100, 5, "M: must-be to"),
        I=slider(10, 5, 100, 5, "I: indifferent to"),
        R=slider(0, 0, 100, 5, "R: better without it"),
    )


def profit_chain() -> Explorer:
    """Does happy staff make profit, or does a rich district make both?"""
    kinds = ["rich districts", "middle districts", "poor districts"]
    district = np.repeat([1.0, 0.0, -1.0], 100)
    own_staff, own_profit = 7 * _without_pattern(np.random.default_rng(10), district)

    def build(link: float, richer: int) -> pd.DataFrame:
        """Stations whose staff moves profit by link^5, along five links, and whose district moves both."""
        staff = 70 + richer * district + own_staff
        profit = 100 + richer * district + link**5 * (staff - 70) + own_profit
        return pd.DataFrame({"kind": np.repeat(kinds, 100), "staff": staff, "profit": profit})

    def slopes(stations: pd.DataFrame) -> tuple[float, float]:
        """Thousand RMB per point: across all stations, and among those of like districts."""
        apart = stations[["staff", "profit"]] - stations.groupby("kind")[["staff", "profit"]].transform("mean")
        across, within = (float(np.polyfit(part["staff"], part["profit"], 1)[0]) for part in (stations, apart))
        return across, within

    def draw(figure: Figure, link: float, richer: int, alike: bool) -> None:
        stations = build(link, richer)
        across, within = slopes(stations)
        drawn = dict.fromkeys(kinds, within) if alike else {"all stations": across}
        group = stations["kind"] if alike else "all stations"
        districts(figure.add_axes((0.07, 0.14, 0.91, 0.79)), stations.assign(group=group), pd.Series(drawn))

    def explain(link: float, richer: int, alike: bool) -> str:
        across, within = slopes(build(link, richer))
        seen = f"Across all stations, 10 points happier staff go with {10 * across:.1f} thousand RMB more profit."
        if alike:
            seen += f" Among stations of like districts they go with {10 * within:z.1f}."
        return (
            f"{seen} The chain itself, five links of {link:.2f}, brings {10 * link**5:.1f}. A richer district adds "
            f"{richer} points and {richer} thousand RMB, whatever the staff do."
        )

    def title(link: float, richer: int, alike: bool) -> str:
        across, within = (10 * slope for slope in slopes(build(link, richer)))
        if alike:
            return f"Among like districts, 10 happier points go with {within:z.1f} thousand RMB more, not {across:.1f}"
        return f"Across all stations, 10 points happier staff go with {across:.1f} thousand RMB more profit"

    return Explorer(
        draw,
        explain,
        title,
        link=slider(0.50, 0.0, 1.0, 0.05, "Strength of each link"),
        richer=slider(9, 0, 15, 1, "A richer district adds"),
        alike=switch(False, "Compare like districts"),
    )


def _without_pattern(rng: np.random.Generator, district: np.ndarray) -> np.ndarray:
    """Two rows of standard noise, unrelated to the district and to one another: the lines show what was planted."""
    basis, _ = np.linalg.qr(np.column_stack([district**0, district, district**2, rng.normal(size=(district.size, 2))]))
    return basis[:, 3:].T * np.sqrt(district.size)


def feature_plane(axes: Axes, features: pd.DataFrame, better: float, worse: float) -> None:
    """Features by what lacking and having them does, and a ring round where one more lies."""
    axes.axhline(0.5, color=GREY, linewidth=1, linestyle=":")
    axes.axvline(0.5, color=GREY, linewidth=1, linestyle=":")
    for x, y, side, name in (
        (0.01, 1.07, "left", "attractive"),
        (0.99, 1.07, "right", "one-dimensional"),
        (0.01, -0.11, "left", "indifferent"),
        (0.99, -0.11, "right", "must-be"),
    ):
        axes.text(x, y, name, ha=side, fontsize=11, fontweight="bold", color=BLUE)
    places = {"above": (0, 0.05, "center"), "below": (0, -0.085, "center"), "right": (0.028, -0.02, "left")}
    axes.plot(-features["worse"], features["better"], "o", color=DARK_GREY, markersize=7)
    for name, row in features.iterrows():
        right, up, ha = places[row["side"]]
        axes.text(max(-row["worse"], 0.11) + right, row["better"] + up, name, ha=ha, fontsize=10, color=DARK_GREY)
    look: dict[str, Any] = {"markerfacecolor": "none", "markersize": 15, "markeredgewidth": 3, "clip_on": False}
    axes.plot([-worse], [better], "o", color=ORANGE, zorder=4, **look)
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.14, 1.16)
    axes.set_xticks([0, 0.5, 1])
    axes.set_yticks([0, 0.5, 1])
    axes.set_xlabel("Worse: lacking it displeases this share (the sign left out)")
    axes.set_ylabel("Better: having it pleases this share (ring: your own feature)")


def districts(axes: Axes, points: pd.DataFrame, slopes: pd.Series) -> None:
    """Profit against staff satisfaction, one dot a station, and a straight line through each group of them."""
    looks = [("●", "o", BLUE, LIGHT_BLUE), ("■", "s", "black", LIGHT_GREY), ("▼", "v", ORANGE, LIGHT_ORANGE)]
    for row, (group, (sign, marker, ink, fill)) in enumerate(zip(slopes.index, looks, strict=False)):
        mine = points[points["group"] == group]
        axes.plot(mine["staff"], mine["profit"], marker, color=fill, markersize=4, markeredgewidth=0)
        ends = np.array([mine["staff"].min(), mine["staff"].max()])
        line = mine["profit"].mean() + slopes[group] * (ends - mine["staff"].mean())
        axes.plot(ends, line, color=ink, linewidth=3)
        words = f"{sign} {group} ({10 * slopes[group]:z.1f} per 10 points)"
        axes.text(0.02, 0.93 - 0.08 * row, words, color=ink, transform=axes.transAxes, fontsize=11)
    axes.set_xlim(25, 125)
    axes.set_ylim(45, 155)
    axes.set_xticks([30, 50, 70, 90, 110])
    axes.set_yticks([50, 75, 100, 125, 150])
    axes.set_xlabel("Staff satisfaction of the station (points)")
    axes.set_ylabel("Profit (thousand RMB a month)")
