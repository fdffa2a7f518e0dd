"""Explorers of the lesson on service and complaints."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clvlib import service
from clvlib._colours import BLUE, DARK_GREY, GREY, LIGHT_GREY, ORANGE, PALE_GREY
from clvlib.course.data import load
from clvlib.course.explorer import Explorer, choice, slider


def staffing() -> Explorer:
    """The share of calls answered in time by the number of agents, by Erlang C."""
    agents_shown, target = np.arange(4, 29), 0.9

    def draw(figure: Figure, calls: int, handle: int, agents: int, within: int) -> None:
        enough = agents_shown > calls * handle / 3600
        levels = np.zeros(agents_shown.size)
        levels[enough] = service.service_level(agents_shown[enough], calls, handle, within)
        staffing_curve(figure.add_axes((0.08, 0.14, 0.90, 0.79)), agents_shown, levels, agents, target)

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
        agents=slider(12, 4, 28, 1, "Agents"),
        calls=slider(100, 50, 200, 5, "Calls an hour"),
        handle=slider(300, 180, 360, 15, "Seconds a call keeps an agent"),
        within=slider(60, 0, 120, 15, "Answered within (seconds)"),
    )


def sla_ageing() -> Explorer:
    """Tickets closed within a limit, with the open ones counted and without them."""
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
        closed_by_limit(figure.add_axes((0.08, 0.14, 0.90, 0.79)), shares(group), limit)

    def explain(group: str, limit: int) -> str:
        met, late, overdue = by_group[group].loc[limit]
        return (
            f"{'All classes' if group == 'all' else group}, limit {limit} hours: {met:,} tickets closed in time, "
            f"{late} too late, {overdue} open and overdue. Of those closed, {met / (met + late):.1%} were in "
            f"time; with the overdue counted, {met / (met + late + overdue):.1%}."
        )

    def title(group: str, limit: int) -> str:
        met, late, overdue = by_group[group].loc[limit]
        return (
            f"Closed within {limit} hours: {met / (met + late):.1%} of the closed tickets, "
            f"{met / (met + late + overdue):.1%} with the overdue counted"
        )

    return Explorer(
        draw,
        explain,
        title,
        group=choice("all", list(in_group), "Class"),
        limit=slider(48, 2, 336, 2, "Limit (hours after opening)"),
    )


def complaint_causes() -> Explorer:
    """A Pareto chart of the causes, weighed by tickets, by contacts or by what came back."""
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
        pareto_bars(figure.add_axes((0.26, 0.15, 0.71, 0.82)), tables[weigh], ended, weigh)

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


def staffing_curve(axes: Axes, agents: np.ndarray, levels: np.ndarray, at: int, target: float) -> None:
    """A dot a number of agents: the share of calls answered in time, against a target, with one number marked."""
    here = float(np.interp(at, agents, levels))
    axes.axhline(target, color=GREY, linestyle="--", linewidth=1.5)
    middle = agents.mean()
    x, side = (agents[0] - 0.4, "left") if np.interp(middle, agents, levels) < target else (agents[-1] + 0.4, "right")
    axes.annotate(f"promise {target:.0%}", (x, target - 0.06), color=DARK_GREY, fontsize=11, ha=side)  # off the curve
    axes.plot(agents, levels, "o-", color=BLUE, linewidth=1.5, markersize=5)
    axes.plot([at, at], [0, here], color=ORANGE, linestyle="--", linewidth=1.5)
    axes.plot([at], [here], "o", color=ORANGE, markersize=11, zorder=3)
    axes.annotate(
        f"{here:.0%}" if here else "no end to the queue",
        (at, here),
        xytext=(-10, 8) if at > middle else (10, -16 if here else 8),
        textcoords="offset points",
        ha="right" if at > middle else "left",
        color=ORANGE,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        fontsize=12,
    )
    axes.set_xlim(agents[0] - 0.6, agents[-1] + 0.6)
    axes.set_ylim(-0.02, 1.08)
    axes.set_xticks(agents[::4])
    axes.set_yticks([0, 0.5, 1])
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("Agents at work")
    axes.set_ylabel("Calls answered in time")


def closed_by_limit(axes: Axes, shares: pd.DataFrame, limit: int) -> None:
    """Share of tickets closed in time against the limit, with the open ones counted and without, one limit marked."""
    hours = shares.index
    axes.fill_between(hours, shares["all"], shares["closed"], color=PALE_GREY, alpha=0.5, linewidth=0)
    axes.plot(hours, shares["closed"], color=GREY, linestyle="--", linewidth=2)
    axes.plot(hours, shares["all"], color=BLUE, linewidth=2.5)
    place = 272 if limit < 230 else 184  # off the line of the limit
    axes.annotate("closed tickets only", (place, 1.04), color=DARK_GREY, fontsize=11, ha="center")
    axes.annotate(
        "open ones counted",
        (place, shares["all"].loc[place] - 0.13),
        color=BLUE,
        fontsize=11,
        ha="center",
        weight="bold",
    )
    axes.axvline(limit, color=ORANGE, linestyle=":", linewidth=1.5)
    axes.plot([limit, limit], shares.loc[limit], "o", color=ORANGE, markersize=9, zorder=3)
    axes.set_xlim(0, hours[-1] + 4)
    axes.set_ylim(0, 1.12)
    axes.set_xticks([0, 48, 168, 336])
    axes.set_yticks([0, 0.5, 1])
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("Limit (hours after opening)")
    axes.set_ylabel("Closed in time")


def pareto_bars(axes: Axes, table: pd.DataFrame, ended: int, weight: str) -> None:
    """A Pareto chart on its side: a bar a cause, the heaviest on top, and the share of all down to each."""
    rows = np.arange(len(table))
    axes.barh(rows, table["share"], height=0.65, color=[ORANGE] * ended + [LIGHT_GREY] * (len(table) - ended))
    axes.plot(table["cumulative_share"], rows, "o-", color=BLUE, linewidth=1.5, markersize=5)
    reached = table["cumulative_share"].iloc[ended - 1]
    axes.plot([reached], [ended - 1], "o", color=ORANGE, markersize=11)
    axes.annotate(
        f"{reached:.0%}",
        (reached, ended - 1),
        xytext=(10 if reached < 0.9 else -10, -4),
        textcoords="offset points",
        ha="left" if reached < 0.9 else "right",
        color=ORANGE,
        fontsize=12,
    )
    axes.set_xlim(0, 1.03)
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.set_xticks([0, 0.5, 1])
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.set_yticks(rows, table.index)
    axes.set_xlabel(f"Share of {weight} (bar: this cause; line: all down to it)")
