"""Explorers of parts IV and V, loyalty: lessons 15 to 17."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.special import ndtr, ndtri

from clvlib import experiments, loyalty, models, plots, transactions
from clvlib.course.data import load, truth
from clvlib.course.explorer import Explorer, choice, slider, switch


def stay_or_go() -> Explorer:
    """Lesson 15: a thousand customers on the line of what each would gain by moving, and who of them stays."""
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
        axes = figure.add_axes((0.09, 0.16, 0.88, 0.82))
        plots.switching_line(axes, gain + tastes, boundary, gain, zones)

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

    return Explorer(
        draw,
        explain,
        u_a=slider(160, 100, 300, 5, "U(A), RMB a year"),
        u_b=slider(200, 100, 300, 5, "U(B), RMB a year"),
        bother=slider(30, 0, 100, 5, "Bother of moving (RMB)"),
        points=slider(25, 0, 100, 5, "Points she forfeits (RMB)"),
        printed=switch(False, "Use the rule as printed"),
    )


def points_owed() -> Explorer:
    """Lesson 15: the points of IFRS 15 Example 52, earned as revenue or still owed."""

    def book(at_sale: int, burned_1: int, now: int, burned_2: int) -> pd.DataFrame:
        """No estimate lies below what is burned already."""
        burned = burned_1 + burned_2
        return loyalty.points_liability(
            100_000, points=10_000, expected=[at_sale, max(now, burned)], redeemed=[burned_1, burned]
        )

    def draw(figure: Figure, **values: int) -> None:
        plots.points_account(figure.add_axes((0.11, 0.10, 0.86, 0.86)), book(**values)["liability"])

    def explain(**values: int) -> str:
        table = book(**values)
        put_off, _, owed = table["liability"]
        expected, (first, second) = table["expected"][2], table["points_revenue"][1:]
        raised = " (raised to what is burned already)" if expected > values["now"] else ""
        reversal = " Revenue is taken back: the old estimate counted points as earned too fast." if second < 0 else ""
        return (
            f"Of 100,000 RMB, {put_off:,.0f} are put off for points, {values['at_sale']:,} of 10,000 expected to be "
            f"burned. {values['burned_1']:,} burned in year 1 earn {first:,.0f}. In year 2 {values['burned_2']:,} are "
            f"burned and {expected:,.0f}{raised} expected in all: revenue {second:,.0f}, and {owed:,.0f} are still "
            f"owed.{reversal}"
        )

    return Explorer(
        draw,
        explain,
        at_sale=slider(9_500, 5_000, 10_000, 100, "Expected at the sale (points)"),
        burned_1=slider(4_500, 0, 5_000, 100, "Burned in year 1 (points)"),
        now=slider(9_700, 5_000, 10_000, 100, "Expected in year 2 (points)"),
        burned_2=slider(4_000, 0, 5_000, 100, "Burned in year 2 (points)"),
    )


def tier_profit() -> Explorer:
    """Lesson 15: what two discount tiers earn against today, by how much more their members buy."""
    spend = np.random.default_rng(12).lognormal(np.log(6000), 1.2, 20_000)

    def needed(discount: float, margin: float) -> str:
        if discount >= margin - 1e-9:
            return "no volume breaks even"
        return f"needs {loyalty.breakeven_uplift(discount, margin):+.0%}"

    def draw(figure: Figure, margin: float, silver: float, gold: float, uplift: float) -> None:
        axes = figure.add_axes((0.12, 0.16, 0.85, 0.80))
        plots.tier_lines(axes, margin, {"silver": silver, "gold": gold}, uplift)

    def explain(margin: float, silver: float, gold: float, uplift: float) -> str:
        tiers = pd.DataFrame({"tier": ["basic", "silver", "gold"], "threshold": [0, 10_000, 50_000]})
        tiers["discount"], tiers["uplift"] = [0, silver, gold], [0, uplift, uplift]
        table = loyalty.tier_pnl(spend, tiers, margin)
        change, index = table["change"] / 1e6, table["profit_index"]
        return (
            f"At a margin of {margin:.0%}, silver at {silver:.0%} off {needed(silver, margin)} and gold at {gold:.0%} "
            f"off {needed(gold, margin)}. With {uplift:+.0%}, silver earns {index['silver']:.0%} and gold "
            f"{index['gold']:.0%} of today: {change['silver']:+.1f} and {change['gold']:+.1f} million RMB a year."
        )

    return Explorer(
        draw,
        explain,
        margin=slider(0.30, 0.20, 0.80, 0.01, "Margin at list price", percent=True),
        silver=slider(0.10, 0.0, 0.20, 0.01, "Silver discount", percent=True),
        gold=slider(0.20, 0.0, 0.40, 0.01, "Gold discount", percent=True),
        uplift=slider(0.35, 0.0, 2.50, 0.05, "Extra volume", percent=True),
    )


def who_joins() -> Explorer:
    """Lesson 16: one program in a made-up shop, and what four ways of looking say that it does."""
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
        plots.program_estimates(figure.add_axes((0.26, 0.15, 0.70, 0.83)), look(**values)[0], values["effect"])

    def explain(effect: float, preference: float, growth: float) -> str:
        (naive, rise, differences, lot), share = look(effect, preference, growth)
        own = f" and its members would have grown {growth:.0%} without it" if growth else ""
        return (
            f"The program adds {effect:.0%}{own}; {share:.0%} join. Members spend {naive + 1:.2f} times as much as "
            f"others ({naive:+.1%}), and {rise:+.1%} against the year before. The difference in differences says "
            f"{differences:+.1%}, the lot {lot:+.1%}."
        )

    return Explorer(
        draw,
        explain,
        effect=slider(0.12, 0.0, 0.30, 0.01, "What the program adds", percent=True),
        preference=slider(3, 0, 4, 0.25, "Heavy buyers prefer to join"),
        growth=slider(0.0, 0.0, 0.20, 0.01, "Joiners' own growth", percent=True),
    )


def ab_test_size() -> Explorer:
    """Lesson 16: how often an A/B test finds an uplift that is there, by its size."""
    sizes = np.geomspace(10, 100_000, 120)

    def chance(base: int, uplift: int, reading: str, size: Any) -> Any:
        """Power of the two-sided test at 5 %, the far tail left out, as in `experiments.sample_size`."""
        old = base / 100
        new = old * (1 + uplift / 100) if reading == "relative" else old + uplift / 100
        middle = (old + new) / 2
        same, apart = 2 * middle * (1 - middle), old * (1 - old) + new * (1 - new)
        return ndtr(((new - old) * np.sqrt(size) - ndtri(0.975) * np.sqrt(same)) / np.sqrt(apart))

    def draw(figure: Figure, size: int, **values: Any) -> None:
        axes = figure.add_axes((0.10, 0.16, 0.84, 0.81))
        plots.chance_to_find(axes, sizes, chance(**values, size=sizes), size, chance(**values, size=size))

    def explain(base: int, uplift: int, reading: str, size: int) -> str:
        stated = {"relative" if reading == "relative" else "absolute": uplift / 100}
        needed = experiments.sample_size(base / 100, **stated)
        new = base * (1 + uplift / 100) if reading == "relative" else base + uplift
        words = f"+{uplift}% relative" if reading == "relative" else f"+{uplift} points"
        return (
            f"From {base}%, {words} leads to {new:.4g}%. A test with {size:,} customers an arm finds it "
            f"{chance(base, uplift, reading, size):.0%} of the time; {needed:,} an arm would, four times in five."
        )

    return Explorer(
        draw,
        explain,
        base=slider(20, 1, 40, 1, "Base rate (%)"),
        uplift=slider(22, 1, 50, 1, "Uplift"),
        reading=choice("relative", ["relative", "points"], "Uplift is in"),
        size=slider(1_400, 100, 20_000, 100, "Customers per arm"),
    )


def stamp_card() -> Explorer:
    """Lesson 16: a stamp card with a head start against a plain one that asks for as many purchases."""

    def cards(bought: int, given: int, days: float, speed_up: float) -> dict[str, np.ndarray]:
        plain = loyalty.goal_gradient(bought, days, speed_up)["elapsed"]
        ahead = loyalty.goal_gradient(bought + given, days, speed_up, head_start=given)["elapsed"]
        return {f"Card of {bought}": plain.to_numpy(), f"Card of {bought + given},\n{given} given": ahead.to_numpy()}

    def draw(figure: Figure, **values: Any) -> None:
        plots.stamp_days(figure.add_axes((0.15, 0.17, 0.82, 0.80)), cards(**values))

    def explain(bought: int, given: int, days: float, speed_up: float) -> str:
        plain, ahead = (float(elapsed[-1]) for elapsed in cards(bought, given, days, speed_up).values())
        return (
            f"A customer buys every {days:.1f} days on an empty card and {speed_up:.0%} faster just before a full one. "
            f"She fills a card of {bought} in {plain:.1f} days; a card of {bought + given} with {given} given takes "
            f"as many purchases and {ahead:.1f} days, {1 - ahead / plain:.1%} less."
        )

    return Explorer(
        draw,
        explain,
        bought=slider(10, 3, 20, 1, "Purchases for a reward"),
        given=slider(2, 0, 10, 1, "Stamps given away"),
        days=slider(3.5, 1, 14, 0.5, "Days on an empty card"),
        speed_up=slider(0.20, 0.0, 0.80, 0.05, "Speed-up near the reward", percent=True),
    )


def spend_budget() -> Explorer:
    """Lesson 17: gifts handed out in the order of three forecasts, and what they earn in the year that then came."""
    log, today, year = load("transactions"), pd.Timestamp("2025-06-30"), pd.Timedelta(days=365)
    planted = truth("transactions")
    future = pd.Series(planted["customers"]["future_margin"], planted["customers"]["customer_id"])

    def margin(end: pd.Timestamp, length: pd.Timedelta) -> pd.Series:
        inside = log["date"].between(end - length, end, inclusive="right")
        spent = log[inside].groupby("customer_id")["amount"].sum()
        return planted["margin_share"] * spent.reindex(future.index, fill_value=0.0)

    last, before = margin(today, year / 3), margin(today - year / 3, year / 3)
    kept = (last[before > 0] > 0).mean()
    summary = transactions.rfm_summary(log, grain="W", observation_end=today)
    bought = models.BGNBD.fit(summary).expected_purchases(
        365 / 7, summary["frequency"], summary["recency"], summary["T"]
    )
    spend = models.GammaGamma.fit(summary).expected_spend(summary["frequency"], summary["monetary_value"])
    forecasts = {
        "worksheet": margin(today, year),
        "retention rate": last * (kept + kept**2 + kept**3),
        "model": pd.Series(planted["margin_share"] * bought * spend, summary.index),
        "future known": future,
    }
    counts = np.arange(0, 1501, 25)
    ordered = {name: forecast.sort_values(ascending=False, kind="stable") for name, forecast in forecasts.items()}
    brought = {name: np.append(0, future[rank.index].cumsum()) for name, rank in ordered.items()}

    def earns(name: str, gifts: Any, cost: int, lift: float) -> Any:
        return lift * brought[name][gifts] - cost * gifts

    def stop(name: str, cost: int, lift: float) -> int:
        return int((lift * ordered[name] > cost).sum())

    def draw(figure: Figure, forecast: str, gifts: int, cost: int, lift: float) -> None:
        curves = {name: earns(name, counts, cost, lift) for name in forecasts}
        axes = figure.add_axes((0.13, 0.16, 0.82, 0.81))
        plots.gift_budget(axes, counts, curves, forecast, gifts, stop(forecast, cost, lift))

    def explain(forecast: str, gifts: int, cost: int, lift: float) -> str:
        def money(name: str, count: int) -> str:
            amount = round(earns(name, count, cost, lift))
            return f"earn {amount:,} RMB" if amount >= 0 else f"lose {-amount:,} RMB"

        own, best = stop(forecast, cost, lift), stop("future known", cost, lift)
        return (
            f"{gifts:,} gifts of {cost} RMB, in the order of the {forecast}, {money(forecast, gifts)} net "
            f"of their cost if each adds {lift:.0%} of margin. The {forecast} would stop after {own:,}, which "
            f"{money(forecast, own)}; with the future known, {best:,} gifts {money('future known', best)}."
        )

    return Explorer(
        draw,
        explain,
        forecast=choice("worksheet", ["worksheet", "retention rate", "model"], "Forecast"),
        gifts=slider(800, 0, 1500, 25, "Gifts in the budget"),
        cost=slider(30, 10, 60, 5, "Cost of a gift (RMB)"),
        lift=slider(0.10, 0.02, 0.20, 0.01, "Margin a gift adds", percent=True),
    )
