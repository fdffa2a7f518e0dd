"""Explorers of part III, satisfaction: lessons 11 to 14."""

from fractions import Fraction

import numpy as np
import pandas as pd
from ipywidgets import SelectionSlider
from matplotlib.figure import Figure

from clvlib import plots, satisfaction, service
from clvlib.course.data import load
from clvlib.course.explorer import Explorer, choice, slider, switch


def pairwise_weights() -> Explorer:
    """Lesson 11: three comparisons in pairs, the weights and the index they make, and whether they contradict."""
    means = pd.Series({"quality": 5.6, "service": 4.9, "delivery": 6.1})

    def weigh(quality_service: float, quality_delivery: float, service_delivery: float) -> satisfaction.AHP:
        rows = [
            [1, quality_service, quality_delivery],
            [1 / quality_service, 1, service_delivery],
            [1 / quality_delivery, 1 / service_delivery, 1],
        ]
        return satisfaction.ahp(pd.DataFrame(rows, index=means.index, columns=means.index))

    def draw(figure: Figure, **comparisons: float) -> None:
        ahp = weigh(**comparisons)
        trusted, index = ahp.cr < 0.10, float(satisfaction.satisfaction_index(means, ahp.weights))
        plots.weight_bars(figure.add_axes((0.10, 0.10, 0.36, 0.86)), ahp.weights, trusted)
        words = f"CR {ahp.cr:.3f} " + ("does not object" if trusted else "objects")
        gauges = [
            (ahp.cr, (0, 1), 0.10, "limit 0.10", words),
            (index, (65, 85), 75, "bonus from 75", f"Index {index:.2f} points"),
        ]
        axes = figure.add_axes((0.52, 0.10, 0.47, 0.86))
        plots.gauges(axes, gauges, trusted)
        axes.set_xlabel("CR 1: about as bad as random answers")

    def explain(quality_service: float, quality_delivery: float, service_delivery: float) -> str:
        answers = quality_service, quality_delivery, service_delivery
        ahp = weigh(*answers)
        quality, service, delivery = ahp.weights
        index = satisfaction.satisfaction_index(means, ahp.weights)
        first, said, second = (Fraction(answer).limit_denominator(9) for answer in answers)
        if ahp.cr < 0.10:
            verdict = f"The CR is {ahp.cr:.3f}, below 0.10: no objection."
        else:
            verdict = f"The CR is {ahp.cr:.3f} and objects: ask again before you use these weights."
        return (
            f"Quality weighs {quality:.0%}, service {service:.0%}, delivery {delivery:.0%}; the index is {index:.2f}. "
            f"Quality over delivery should be {first} × {second} = {first * second}, and the answer was {said}. "
            f"{verdict}"
        )

    return Explorer(
        draw,
        explain,
        quality_service=_comparison(2, "Quality over service"),
        quality_delivery=_comparison(4, "Quality over delivery"),
        service_delivery=_comparison(3, "Service over delivery"),
    )


def nps_triangle() -> Explorer:
    """Lesson 12: firms with one net promoter score, and how far the score can be trusted."""
    firms = {"A": (50.0, 20.0), "B": (30.0, 0.0)}

    def split(score: int, passives: int) -> tuple[float, float, float]:
        """Promoters, passives and detractors (percent); at a score of 30 at most 70% can be passive."""
        neither = min(passives, 100 - abs(score))
        return (100 - neither + score) / 2, neither, (100 - neither - score) / 2

    def margin(score: int, passives: int, answers: int) -> float:
        promoters, _, detractors = split(score, passives)
        return 1.96 * float(np.sqrt((100 * (promoters + detractors) - score**2) / answers))

    def draw(figure: Figure, score: int, passives: int, answers: int) -> None:
        promoters, neither, detractors = split(score, passives)
        reach = margin(score, passives, answers)
        triangle, bars = figure.add_axes((0.10, 0.15, 0.40, 0.80)), figure.add_axes((0.66, 0.15, 0.33, 0.66))
        plots.nps_triangle(triangle, promoters, detractors, reach, firms)
        shares = {"promoters": promoters, "passives": neither, "detractors": detractors}
        plots.answer_shares(bars, shares, f"NPS {score} ± {reach:.1f}")

    def explain(score: int, passives: int, answers: int) -> str:
        promoters, neither, detractors = split(score, passives)
        reach = margin(score, passives, answers)
        capped = f" (no more can be passive at a score of {score})" if neither < passives else ""
        alike = "" if reach else " All answers are alike: that says nothing about the error."
        return (
            f"{promoters:.1f}% promoters, {neither:.1f}% passives{capped} and {detractors:.1f}% detractors make an NPS "
            f"of {score}. With {answers:,} answers it is {score} ± {reach:.1f} points, 95 times in 100.{alike}"
        )

    return Explorer(
        draw,
        explain,
        score=slider(30, -100, 100, 5, "Net promoter score"),
        passives=slider(30, 0, 100, 5, "Passives (% of answers)"),
        answers=slider(100, 50, 2000, 50, "Answers"),
    )


def kano_plane() -> Explorer:
    """Lesson 12: a feature of your own among the eight of the survey, by what having and lacking it does."""
    answers = load("kano")
    counts = pd.DataFrame(
        {
            name.replace("_", " "): satisfaction.kano(feature["functional"], feature["dysfunctional"]).counts
            for name, feature in answers.groupby("feature")
        }
    ).T
    measured = satisfaction.better_worse(*(counts[letter].to_numpy() for letter in "AOMI"))
    features = pd.DataFrame({"better": measured.better, "worse": measured.worse}, index=counts.index)
    features["above"] = ~features.index.isin(["daily app message", "genuine guarantee", "low price", "nursing advice"])

    def draw(figure: Figure, A: int, O: int, M: int, I: int, R: int) -> None:  # noqa: E741
        own = satisfaction.better_worse(A, O, M, I)
        plots.kano_plane(figure.add_axes((0.09, 0.15, 0.88, 0.80)), features, float(own.better), float(own.worse))

    def explain(A: int, O: int, M: int, I: int, R: int) -> str:  # noqa: E741
        better, worse = map(float, satisfaction.better_worse(A, O, M, I))
        rows = {True: "one-dimensional", False: "attractive"}, {True: "must-be", False: "indifferent"}
        place = rows[better < 0.5][worse <= -0.5]
        unseen = f" The dot does not show that {R} of {A + O + M + I + R} would rather not have it." if R else ""
        return (
            f"Having it pleases {better:.0%} (better {better:.2f}), lacking it displeases {-worse:.0%} (worse "
            f"{worse:.2f}): the corner of the {place} features.{unseen}"
        )

    return Explorer(
        draw,
        explain,
        A=slider(40, 0, 100, 5, "A: attractive to"),
        O=slider(30, 0, 100, 5, "O: one-dimensional to"),
        M=slider(20, 0, 100, 5, "M: must-be to"),
        I=slider(10, 5, 100, 5, "I: indifferent to"),
        R=slider(0, 0, 100, 5, "R: better without it"),
    )


def profit_chain() -> Explorer:
    """Lesson 12: does happy staff make profit, or does a rich district make both?"""
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
        plots.stations(figure.add_axes((0.10, 0.15, 0.87, 0.82)), stations.assign(group=group), pd.Series(drawn))

    def explain(link: float, richer: int, alike: bool) -> str:
        across, within = slopes(build(link, richer))
        seen = f"Across all stations, 10 points happier staff go with {10 * across:.1f} thousand RMB more profit."
        if alike:
            seen += f" Among stations of like districts they go with {10 * within:.1f}."
        return (
            f"{seen} The chain itself, five links of {link:.2f}, brings {10 * link**5:.1f}. A richer district adds "
            f"{richer} points and {richer} thousand RMB, whatever the staff do."
        )

    return Explorer(
        draw,
        explain,
        link=slider(0.50, 0.0, 1.0, 0.05, "Strength of each link"),
        richer=slider(9, 0, 15, 1, "A richer district adds"),
        alike=switch(False, "Compare like districts"),
    )


def staffing() -> Explorer:
    """Lesson 14: the share of calls answered in time by the number of agents, by Erlang C."""
    agents_shown, target = np.arange(1, 41), 0.9

    def draw(figure: Figure, calls: int, handle: int, agents: int, within: int) -> None:
        enough = agents_shown > calls * handle / 3600
        levels = np.zeros(agents_shown.size)
        levels[enough] = service.service_level(agents_shown[enough], calls, handle, within)
        plots.staffing_curve(figure.add_axes((0.10, 0.15, 0.87, 0.80)), agents_shown, levels, agents, target)

    def explain(calls: int, handle: int, agents: int, within: int) -> str:
        work = calls * handle / 3600
        needed = service.agents_needed(calls, handle, target, within)
        promise = f"For {target:.0%} it takes {needed}."
        if agents <= work:
            return f"{agents} agents cannot do work for {work:.1f}: the queue grows without end. {promise}"
        level = service.service_level(agents, calls, handle, within)
        waits = service.erlang_c(agents, calls, handle)
        return (
            f"{agents} agents answer {level:.0%} of {calls} calls an hour within {within} seconds. {waits:.0%} have to "
            f"wait, and an agent is busy {work / agents:.0%} of the time. {promise}"
        )

    return Explorer(
        draw,
        explain,
        agents=slider(12, 1, 40, 1, "Agents"),
        calls=slider(100, 20, 240, 5, "Calls an hour"),
        handle=slider(300, 60, 480, 15, "Seconds a call keeps an agent"),
        within=slider(60, 0, 120, 15, "Answered within (seconds)"),
    )


def sla_ageing() -> Explorer:
    """Lesson 14: tickets closed within a limit, with the open ones counted and without them."""
    tickets, now = load("complaints"), pd.Timestamp("2025-01-01")
    limits = np.arange(2, 337, 2)
    closed = tickets["closed_at"].notna().to_numpy()
    age = ((tickets["closed_at"].fillna(now) - tickets["opened_at"]).dt.total_seconds() / 3600).to_numpy()
    in_group = {"all": np.full(len(tickets), True)} | {
        name: (tickets["class"] == name).to_numpy() for name in ("P0", "P1", "P2", "P3")
    }

    def counts(group: str) -> pd.DataFrame:
        """Tickets by limit: met, closed too late, open and overdue."""
        over = age[:, None] > limits
        kinds = {"met": closed[:, None] & ~over, "late": closed[:, None] & over, "overdue": ~closed[:, None] & over}
        return pd.DataFrame({kind: flags[in_group[group]].sum(axis=0) for kind, flags in kinds.items()}, index=limits)

    by_group = {group: counts(group) for group in in_group}

    def shares(group: str) -> pd.DataFrame:
        met, late, overdue = (by_group[group][kind] for kind in ("met", "late", "overdue"))
        return pd.DataFrame({"all": met / (met + late + overdue), "closed": met / (met + late)})

    def draw(figure: Figure, group: str, limit: int) -> None:
        plots.closed_by_limit(figure.add_axes((0.10, 0.15, 0.87, 0.80)), shares(group), limit)

    def explain(group: str, limit: int) -> str:
        met, late, overdue = by_group[group].loc[limit]
        return (
            f"{'All classes' if group == 'all' else group}, limit {limit} hours: {met:,} tickets closed in time, "
            f"{late} too late, {overdue} open and overdue. Of those closed, {met / (met + late):.1%} were in "
            f"time; with the overdue counted, {met / (met + late + overdue):.1%}."
        )

    return Explorer(
        draw,
        explain,
        group=choice("all", list(in_group), "Class"),
        limit=slider(48, 2, 336, 2, "Limit (hours after opening)"),
    )


def complaint_causes() -> Explorer:
    """Lesson 14: a Pareto chart of the causes, weighed by tickets, by contacts or by what came back."""
    tickets = load("complaints")
    weights = {
        "tickets": tickets["fault"] != "",
        "contacts": tickets["contacts"],
        "what came back": tickets["reopened"],
    }
    tables = {
        name: service.pareto_table(weight.astype(int).groupby(tickets["fault"]).sum())
        for name, weight in weights.items()
    }

    def draw(figure: Figure, weigh: str, ended: int) -> None:
        plots.pareto_bars(figure.add_axes((0.26, 0.15, 0.71, 0.82)), tables[weigh], ended, weigh)

    def explain(weigh: str, ended: int) -> str:
        table = tables[weigh]
        down_to, share = table.index[ended - 1], table["cumulative_share"].iloc[ended - 1]
        place = list(table.index).index("fan noise")
        if ended == 1:
            gone = f"{down_to} alone makes {share:.0%}"
        else:
            gone = f"the {ended} heaviest causes, down to {down_to}, make {share:.0%}"
        return (
            f"By {weigh}, {gone} of {table['count'].sum():,}. The fan noise "
            f"stands in place {place + 1} with {table['share'].iloc[place]:.0%}."
        )

    return Explorer(
        draw,
        explain,
        weigh=choice("tickets", list(tables), "Weigh by"),
        ended=slider(2, 1, 10, 1, "Causes ended, heaviest first"),
    )


def _comparison(start: int, label: str) -> SelectionSlider:
    """A slider over Saaty's scale: 1/9, 1/8, ... 1, 2, ... 9 times as important."""
    control = slider(start, 1, 9, 1, label)
    control.options = [*((f"1/{k}", 1 / k) for k in range(9, 1, -1)), *((str(k), float(k)) for k in range(1, 10))]
    control.value = float(start)
    return control


def _without_pattern(rng: np.random.Generator, district: np.ndarray) -> np.ndarray:
    """Two rows of standard noise, unrelated to the district and to one another: the lines show what was planted."""
    basis, _ = np.linalg.qr(np.column_stack([district**0, district, district**2, rng.normal(size=(district.size, 2))]))
    return basis[:, 3:].T * np.sqrt(district.size)
