"""Explorers of part II, lifecycle: lessons 7 to 10."""

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from clvlib import experiments, lifecycle, plots, segments
from clvlib.course.data import load, truth
from clvlib.course.explorer import Explorer, choice, slider


def card_matrix() -> Explorer:
    """Lesson 7: the card matrix with both cuts on sliders, and what became of the holders in each quadrant."""
    cards = load("cards")
    cards["profit"] = _issuer_profit(cards, margin=0.15, lost=0.75)

    @lru_cache(maxsize=1)
    def cut(payments_from: int, spend_from: int) -> tuple[np.ndarray, pd.DataFrame]:
        """Each holder's quadrant, and a row a quadrant: holders, share that defaulted, mean profit."""
        places = segments.activity_quadrant(cards["transactions"], cards["spend"], payments_from, spend_from)
        inside = np.array([places == place for place in _PLACES])
        holders = inside.sum(axis=1)
        means = inside @ cards[["default", "profit"]].to_numpy() / holders[:, None]
        return places, pd.DataFrame(means, _PLACES, ["default", "profit"]).assign(holders=holders)

    def draw(figure: Figure, payments_from: int, spend_from: int, quadrant: str) -> None:
        places, table = cut(payments_from, spend_from)
        corners = [f"{row.Index}: {row.holders:,.0f}, {row.default:.1%} default" for row in table.itertuples()]
        axes = figure.add_axes((0.13, 0.15, 0.85, 0.82))
        plots.card_matrix(
            axes, cards, places == quadrant, (payments_from, spend_from), corners, _PLACES.index(quadrant)
        )

    def explain(payments_from: int, spend_from: int, quadrant: str) -> str:
        row, words = cut(payments_from, spend_from)[1].loc[quadrant], segments.QUADRANTS.loc[quadrant]
        name = f"{quadrant}, {words['frequency']} and {words['spend']}"
        return (
            f"{name}: {row['holders']:,.0f} of {len(cards):,} holders. {row['default']:.1%} of them did not pay back "
            f"(of all {cards['default'].mean():.1%}), and each brought the bank {row['profit']:,.0f} RMB (all: "
            f"{cards['profit'].mean():,.0f}). The matrix reads: {words['reading']}. So: {words['action']}."
        )

    return Explorer(
        draw,
        explain,
        payments_from=slider(24, 12, 60, 1, "Frequent from (payments)"),
        spend_from=slider(18_000, 8_000, 60_000, 1_000, "High from (RMB spent)"),
        quadrant=choice("Q4", _PLACES, "Look at"),
    )


def profit_whale() -> Explorer:
    """Lesson 7: what the bank earns from the card's holders, added up in three orders."""
    cards = load("cards")
    orders = {
        "profit, best first": None,
        "spend, highest first": (-cards["spend"]).to_numpy().argsort(kind="stable"),
        "use of the limit, least first": (cards["revolving"] / cards["credit_limit"]).to_numpy().argsort(kind="stable"),
    }

    def in_line(order: str, margin: float, lost: float) -> np.ndarray:
        profit = _issuer_profit(cards, margin, lost)
        places = orders[order]
        return np.sort(profit)[::-1] if places is None else profit[places]

    def draw(figure: Figure, order: str, margin: float, lost: float, top: float) -> None:
        added = {name: np.append(0, in_line(name, margin, lost).cumsum()) / 1000 for name in orders}
        reach = min(map(np.min, added.values())), max(map(np.max, added.values()))
        axes = figure.add_axes((0.13, 0.15, 0.84, 0.76))
        plots.profit_added(axes, added[order], round(top * len(cards)), reach, order)

    def explain(order: str, margin: float, lost: float, top: float) -> str:
        added = np.append(0, in_line(order, margin, lost).cumsum())
        first, peak, total = round(top * len(cards)), int(added.argmax()), added[-1]
        share = f", {added[first] / total:.0%} of the {total:,.0f} that all bring" if total > 0 else ""
        rest = f" The other {len(cards) - peak:,} cost it {added[peak] - total:,.0f}." if peak < len(cards) else ""
        loss = "" if total > 0 else f" The card as a whole loses {-total:,.0f} RMB."
        return (
            f"Lined up by {order}: the first {top:.0%} ({first:,} holders) bring the bank {added[first]:,.0f} RMB"
            f"{share}. The sum is highest at {added[peak]:,.0f} RMB, after {peak:,} of {len(cards):,}.{rest}{loss}"
        )

    return Explorer(
        draw,
        explain,
        order=choice("profit, best first", list(orders), "Holders lined up by"),
        margin=slider(0.15, 0.05, 0.25, 0.01, "Margin on a balance carried", percent=True),
        lost=slider(0.75, 0.0, 1.0, 0.05, "Of it lost at a default", percent=True),
        top=slider(0.20, 0.01, 1.0, 0.01, "First in the line", percent=True),
    )


def relationship_life() -> Explorer:
    """Lesson 8: what one relationship buys, pays, costs and leaves, month by month, for a life of your making."""
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
        places = ((0.72, 0.19), (0.445, 0.17), (0.14, 0.22))
        panels = [figure.add_axes((0.09, bottom, 0.90, height)) for bottom, height in places]
        plots.relationship_months(panels, months(**values))

    def explain(**values: int) -> str:
        life = months(**values)
        states = [*life["stage"], "lost"]
        panel = pd.DataFrame({"customer": 1, "period": range(len(states)), "state": states})
        profit, stable = life["profit"].sum(), life.loc[life["stage"] == "stability", "profit"].sum()
        lengths = ", ".join(f"{values[stage]} of {stage}" for stage in lifecycle.STAGES)
        return (
            f"Months: {lengths}, then lost. That is {courses[lifecycle.classify_pattern(panel).iloc[0]]}. Profit is "
            f"{profit:,.0f} RMB in all, {stable:,.0f} of it from stability; {life['indirect'].sum():,.0f} more come "
            "through others."
        )

    return Explorer(
        draw,
        explain,
        exploration=slider(2, 1, 6, 1, "Months of exploration"),
        formation=slider(3, 0, 12, 1, "Months of formation"),
        stability=slider(6, 0, 24, 1, "Months of stability"),
        decline=slider(2, 0, 6, 1, "Months of decline"),
        indirect=slider(10, 0, 60, 1, "Indirect (RMB a stable month)"),
    )


def stage_moves() -> Explorer:
    """Lesson 8: the transition matrix on sliders, the stages that 1,000 new customers go through, and their worth."""
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

    def worth(rate: str, **moves: float) -> np.ndarray:
        return lifecycle.markov_clv(matrix(**moves), rewards, per_month[rate]).to_numpy()[:4]

    started = worth("year", join=0.40, settle=0.40, stay=0.80, back=0.10)

    def draw(figure: Figure, rate: str, **moves: float) -> None:
        shares = lifecycle.stage_shares(matrix(**moves), "exploration", periods=24).to_numpy()[:, :4]
        plots.stages_by_month(figure.add_axes((0.10, 0.15, 0.44, 0.82)), shares)
        plots.worth_by_stage(figure.add_axes((0.69, 0.15, 0.30, 0.82)), worth(rate, **moves), started)

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

    return Explorer(
        draw,
        explain,
        join=slider(0.40, 0.0, 0.70, 0.01, "Exploration to formation", percent=True),
        settle=slider(0.40, 0.0, 0.50, 0.01, "Formation to stability", percent=True),
        stay=slider(0.80, 0.40, 0.95, 0.01, "Stability: stays", percent=True),
        back=slider(0.10, 0.0, 0.50, 0.01, "Decline to formation", percent=True),
        rate=choice("year", list(per_month), "Discounted at 10% a"),
    )


_PLACES = list(segments.QUADRANTS.index)


def _issuer_profit(cards: pd.DataFrame, margin: float, lost: float) -> np.ndarray:
    """What the bank earns from each holder (RMB): 0.5 % of her spend and the margin on her balance, less the loss."""
    return (0.005 * cards["spend"] + (margin - lost * cards["default"]) * cards["revolving"]).to_numpy()


def warning_threshold() -> Explorer:
    """Lesson 10: whom a warning model would have called, how accurate that is, and what it earns."""
    worth, thresholds = 500, np.arange(61) / 100
    chance, left = _forecast_of_leaving()
    leavers, stayers = (
        np.array([(chance[left == kind] > threshold).sum() for threshold in thresholds]) for kind in (1, 0)
    )
    gone, customers = left.sum(), len(left)
    accuracy = (leavers + customers - gone - stayers) / customers

    def money(cost: int, saved: float, gift: int) -> tuple[np.ndarray, float]:
        """Profit at each threshold, and the one from which on a call pays."""
        profit = leavers * saved * (worth - gift) - stayers * gift - (leavers + stayers) * cost
        return profit, float(experiments.profit_threshold(worth, cost, saved, gift))

    def draw(figure: Figure, threshold: float, **call: Any) -> None:
        at = round(100 * threshold)
        profit, pays_from = money(**call)
        called = int(leavers[at]), int(stayers[at])
        plots.alarm_counts(
            figure.add_axes((0.02, 0.15, 0.42, 0.80)), called, (gone - called[0], customers - gone - called[1])
        )
        plots.accuracy_by_threshold(
            figure.add_axes((0.60, 0.66, 0.38, 0.31)), thresholds, accuracy, at, 1 - left.mean()
        )
        plots.profit_by_threshold(figure.add_axes((0.60, 0.15, 0.37, 0.43)), thresholds, profit, at, pays_from)

    def explain(threshold: float, **call: Any) -> str:
        at = round(100 * threshold)
        profit, pays_from = money(**call)
        right, wrong = leavers[at], stayers[at]
        hits = f"; {right / (right + wrong):.0%} of them leave" if right + wrong else ""
        advice = f"A call pays above {pays_from:.0%}." if pays_from <= 1 else "No call pays."
        return (
            f"Alarm above {threshold:.0%}: {right + wrong:,} of {customers:,} customers are called{hits}. Accuracy "
            f'{accuracy[at]:.1%}, and "nobody leaves" has {1 - left.mean():.1%}. Profit {profit[at]:,.0f} RMB. {advice}'
        )

    return Explorer(
        draw,
        explain,
        threshold=slider(0.11, 0, 0.60, 0.01, "Alarm above a chance of", percent=True),
        cost=slider(20, 0, 60, 1, "Cost of a call (RMB)"),
        saved=slider(0.20, 0.05, 0.60, 0.05, "Leavers a call keeps", percent=True),
        gift=slider(0, 0, 100, 5, "Gift to who stays (RMB)"),
    )


def whom_to_contact() -> Explorer:
    """Lesson 10: coupons for the lost, the riskiest first, the coupon users first, or by lot."""
    lost = load("winback_ab")
    tables = {
        order: experiments.uplift_by_decile(lost, score=score, treated="treated", outcome="returned")
        for order, score in {"coupon users first": "coupon_share", "riskiest first": "risk"}.items()
    }
    ranked = {
        order: (np.append(0, table["customers"].cumsum()), np.append(0, table["cumulative_gain"]))
        for order, table in tables.items()
    }
    rates = lost.groupby("treated")["returned"].mean()
    everybody = np.array([0, len(lost)])
    gains = ranked | {"by lot": (everybody, everybody * (rates[1] - rates[0]))}

    def draw(figure: Figure, share: float, cost: int, worth: int) -> None:
        curves = {order: (sent / len(lost), gain * worth - sent * cost) for order, (sent, gain) in gains.items()}
        plots.contact_profit(figure.add_axes((0.135, 0.15, 0.845, 0.82)), curves, share)

    def explain(share: float, cost: int, worth: int) -> str:
        sent = share * len(lost)
        back = {order: float(np.interp(sent, *curve)) for order, curve in gains.items()}
        said = [f"{order} {more:,.0f} ({more * worth - sent * cost:,.0f} RMB)" for order, more in back.items()]
        users, gain = ranked["coupon users first"]
        best = np.argmax(gain * worth - users * cost)
        stop = f"stop at {users[best] / len(lost):.0%}" if best else "send none"
        return (
            f"{sent:,.0f} coupons at {cost} RMB, {sent * cost:,.0f} RMB in all. Brought back beyond those who would "
            f"have come anyway, and profit: {said[0]}, {said[1]}, {said[2]}. With coupon users first, {stop}."
        )

    return Explorer(
        draw,
        explain,
        share=slider(0.40, 0, 1, 0.05, "Share who get a coupon", percent=True),
        cost=slider(8, 1, 60, 1, "Cost of a coupon (RMB)"),
        worth=slider(500, 100, 1000, 50, "Margin of a return (RMB)"),
    )


def _forecast_of_leaving() -> tuple[np.ndarray, np.ndarray]:
    """Chance of leaving and whether she left, for the half of `churn` that the model did not learn from."""
    from statsmodels.api import Logit, add_constant

    customers = load("churn")
    learn, check = customers[:3000], customers[3000:]
    columns = customers.columns.drop(["customer_id", "churn"])
    model = Logit(learn["churn"], add_constant(learn[columns])).fit(disp=0)
    return model.predict(add_constant(check[columns])).to_numpy(), check["churn"].to_numpy()
