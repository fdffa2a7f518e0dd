"""Loyalty programs: what holds a customer, what points and tiers cost, and what a stamp card does to her pace.

Points are promised money: every point ends burned, expired or owed. Discounts are paid on every sale, also on the sales
that would have come anyway.
"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from clvlib import _checks
from clvlib._calendar import Grain
from clvlib._checks import Range
from clvlib._formula import (
    OWN_LABELS,
    Amount,
    AmountColumn,
    Column,
    DateColumn,
    Day,
    Ids,
    Number,
    Numbers,
    OneCount,
    OneNumber,
    OnePositive,
    OneShareAbove0,
    OneShareBelow1,
    Periods,
    Positives,
    Share,
    ShareAbove0,
    ShareColumn,
    formula,
)


def _to_date(name: str, value: object) -> pd.Series:
    counts = _checks.flat(name, value, Range(at_least=0))
    falls = (counts.diff() < 0).to_numpy()
    if falls.any():
        year = int(np.argmax(falls))
        raise ValueError(
            f"{name} must be points redeemed to date, so it never falls, got {counts.iloc[year]:.12g} "
            f"after {counts.iloc[year - 1]:.12g}"
        )
    return counts


def _spend(name: str, value: object) -> pd.Series:
    amounts = _checks.flat(name, value, Range(at_least=0))
    if not amounts.any():
        raise ValueError(f"{name} is 0 for every customer: it needs at least one amount above 0")
    return amounts


def _thresholds(name: str, column: pd.Series) -> pd.Series:
    values = _checks.flat(name, column, Range(at_least=0))
    if values.min() != 0:
        raise ValueError(f"{name} must begin at 0, got {values.min():.12g}: add a tier for everyone else")
    if values.duplicated().any():
        raise ValueError(f"{name} must give each tier a threshold of its own, got {values.tolist()}")
    return values


SwitchingCost = Annotated[np.ndarray, Range(at_least=0, hint="a bonus for moving belongs in u_b")]
Spend = Annotated[pd.Series, _spend]
Tiers = Annotated[pd.DataFrame, _checks.table, OWN_LABELS]  # a row a tier
ThresholdColumn = Annotated[pd.Series, Column(_thresholds)]
UpliftColumn = Annotated[
    pd.Series, Column(partial(_checks.flat, allowed=Range(at_least=-1, at_most=10, hint="write 35% as 0.35")))
]
Life = Annotated[int, Range(at_least=1, at_most=36_500, whole=True, hint="leave it out if points never expire")]
PointsColumn = Annotated[
    pd.Series, Column(partial(_checks.flat, allowed=Range(at_least=-1e9, at_most=1e9, whole=True)))
]
PointsToDate = Annotated[pd.Series, _to_date]  # never falling

_EXPIRE, _EARN, _BURN = 0, 1, 2  # at one moment in this order
_STEP = {
    "day": ("days", 1),
    "week": ("days", 7),
    "month": ("months", 1),
    "quarter": ("months", 3),
    "year": ("months", 12),
}
_NOTHING_LEFT = "nothing is left on a sale, no volume breaks even"


@formula
def stays(u_a: Number, u_b: Number, switching_cost: SwitchingCost) -> np.ndarray:
    r"""Does firm A keep its customer? B's extra utility does not pay for her move.

    .. math:: U(B) - U(A) \le C

    So a higher switching cost always makes A safer. Some texts print ``U(A) - U(B) > C``, which says the opposite.

    Parameters
    ----------
    u_a, u_b : float or array
        Utility of buying from A and from B, in one unit (currency units, or points of a score).
    switching_cost : float or array
        C: what it costs her to move, in the same unit, at least 0. Points she would forfeit belong here; a bonus that B
        pays new customers belongs in `u_b`.

    Returns
    -------
    bool or array of bool
        True where she stays. At equality she stays; differences below 1e-9 count as equality.

    Raises
    ------
    ValueError
        If an argument is not a number, or the switching cost is negative.

    Source
    ------
    Klemperer 1987, Markets with Consumer Switching Costs (Quarterly Journal of Economics).

    Examples
    --------
    >>> stays(u_a=60, u_b=100, switching_cost=50)
    True
    >>> stays(u_a=60, u_b=100, switching_cost=[0, 30, 40, 50]).tolist()
    [False, False, True, True]
    """
    return np.round(u_b - u_a - switching_cost, 9) <= 0


@formula
def effective_discount(
    points_per_currency: Amount,
    point_value: Amount,
    redemption: Share,
    *,
    earned_on: Literal["list_price", "cash"] = "list_price",
) -> np.ndarray:
    r"""The price cut hidden in a points rule, as a share of the list price.

    .. math:: p = \textrm{points per currency} \times \textrm{point value} \times \textrm{redemption}, \qquad
              \textrm{discount} = p \quad \textrm{or, if points are earned on cash alone,} \quad \frac{p}{1 + p}

    Who pays 1 in cash and burns points of p takes home goods of 1 + p at list price; p of these are given.

    Parameters
    ----------
    points_per_currency : float or array
        Points earned per currency unit of sales.
    point_value : float or array
        What a point buys when it is burned (currency units).
    redemption : float or array
        Share of the points earned that are burned in the end, in [0, 1]; the rest is breakage.
    earned_on : {"list_price", "cash"}
        Whether what is paid with points earns points again, or only cash does.

    Returns
    -------
    float or array
        Share of sales at list price given back, as a fraction.

    Raises
    ------
    ValueError
        If an argument is negative, redemption is not a fraction, or more than the whole sale would be given back.

    Source
    ------
    Arithmetic. Earned on cash, it is the share of the price that IFRS 15 puts off for points.

    Examples
    --------
    >>> round(effective_discount(points_per_currency=1, point_value=0.01, redemption=0.8), 4)
    0.008
    >>> round(effective_discount(points_per_currency=0.1, point_value=1, redemption=0.95, earned_on="cash"), 4)
    0.0868
    """
    given = points_per_currency * point_value * redemption
    if (given > 1).any():
        raise ValueError(
            f"the points would give back {np.max(given):.12g} times the sale: "
            "check the units of points_per_currency and point_value"
        )
    return given / (1 + given) if earned_on == "cash" else given


@formula
def breakeven_uplift(discount: Share, margin_rate: ShareAbove0) -> np.ndarray:
    r"""How much more volume a price cut needs to earn the same profit.

    .. math:: \frac{d}{g - d}

    The discount d is paid on every sale; g is the margin rate.

    Parameters
    ----------
    discount : float or array
        Price cut, a share of the list price (9折 is 0.10, 8折 is 0.20).
    margin_rate : float or array
        Contribution margin at list price, a share of the list price in (0, 1].

    Returns
    -------
    float or array
        Extra volume, as a fraction of today's (0.5 is +50 %).

    Raises
    ------
    ValueError
        If an argument is not a fraction, or the discount takes the whole margin: then no volume breaks even.

    Source
    ------
    Break-even sales change of any pricing text, e.g. Nagle & Holden, The Strategy and Tactics of Pricing.

    Examples
    --------
    >>> breakeven_uplift(discount=[0.10, 0.20], margin_rate=0.30).round(2).tolist()
    [0.5, 2.0]
    """
    left = np.round(margin_rate - discount, 12)  # of a sale; a float's dust is nothing
    _checks.in_order(discount=discount, margin_rate=discount + left, why=_NOTHING_LEFT)
    return discount / left


@formula
def tier_pnl(
    spend: Spend,
    tiers: Tiers,
    margin_rate: OneShareAbove0,
    *,
    tier: Ids = "tier",
    threshold: ThresholdColumn = "threshold",
    discount: ShareColumn = "discount",
    uplift: UpliftColumn = "uplift",
) -> pd.DataFrame:
    r"""Profit per tier without and with its discount.

    .. math:: \textrm{spend} \times g \quad \textrm{against} \quad
              \textrm{spend} \times (1 + \textrm{uplift}) \times (g - \textrm{discount})

    A customer belongs to the highest tier whose threshold her spend before the program reaches. The discount is paid on
    all her purchases.

    Parameters
    ----------
    spend : sequence of float
        One entry a customer: yearly spend at list price before the program (currency units).
    tiers : DataFrame
        A row a tier, with the columns named below.
    margin_rate : float
        Contribution margin at list price, g, a share in (0, 1].
    tier, threshold, discount, uplift : str
        Columns: the tier's name, spend from which it begins (currency units per year; the lowest is 0), discount (share
        of the list price), and extra volume that the tier brings about (a fraction; 0.35 is +35 %).

    Returns
    -------
    DataFrame
        Index ``tier`` (lowest threshold first, then "total"); columns customers, spend, profit_without, profit_with,
        change (currency units per year) and profit_index (with / without; below 1 it earns less than before).

    Raises
    ------
    ValueError
        If spend is empty or negative or all 0, a share is not a fraction, the thresholds repeat or do not start at 0.

    Source
    ------
    Arithmetic; the break-even uplift is `breakeven_uplift`.

    Examples
    --------
    >>> tiers = pd.DataFrame({"tier": ["basic", "silver", "gold"], "threshold": [0, 1000, 5000],
    ...                       "discount": [0, 0.10, 0.20], "uplift": [0, 0.35, 0.35]})
    >>> tier_pnl([500, 2000, 8000], tiers, margin_rate=0.30)["profit_index"].round(3).tolist()
    [1.0, 0.9, 0.45, 0.562]
    """
    order = np.argsort(threshold)
    tier, threshold, discount, uplift = (each.to_numpy()[order] for each in (tier, threshold, discount, uplift))
    tier_of_customer = np.searchsorted(threshold, spend, side="right") - 1
    table = pd.DataFrame({"customers": np.bincount(tier_of_customer, minlength=len(tiers))})
    table["spend"] = np.bincount(tier_of_customer, weights=spend, minlength=len(tiers))
    table["profit_without"] = table["spend"] * margin_rate
    table["profit_with"] = table["spend"] * (1 + uplift) * (margin_rate - discount)
    table.index = pd.Index(tier, name="tier", dtype=object)
    table.loc["total"] = table.sum()
    table["customers"] = table["customers"].astype(int)
    table["change"] = table["profit_with"] - table["profit_without"]
    total_index = table["profit_with"].iloc[-1] / table["profit_without"].iloc[-1]
    table["profit_index"] = [*(1 + uplift) * (margin_rate - discount) / margin_rate, total_index]
    return table


@formula
def bunching(spend: Numbers, threshold: OneNumber, width: OnePositive) -> pd.Series:
    r"""Do customers buy themselves up to a tier? Counts just below and just above its threshold.

    .. math:: \textrm{share above} = \frac{n_{[t, t + w)}}{n_{[t - w, t)} + n_{[t, t + w)}}

    Where nobody aims at the threshold, a smooth spend distribution puts about as many customers into ``[t, t + w)`` as
    into ``[t - w, t)``, rather fewer. A hidden threshold should show no bunching.

    Parameters
    ----------
    spend : sequence of float
        One entry a customer (currency units per year).
    threshold : float
        t, spend at which the tier begins (currency units per year).
    width : float
        w, how far to look on each side (currency units), above 0.

    Returns
    -------
    Series
        below, above (customers), share_above (of both), p (one-sided binomial test of share_above = 1/2).

    Raises
    ------
    ValueError
        If an argument is not a number, the width is not above 0, or no customer is that near the threshold.

    Source
    ------
    A coarse form of the density test of McCrary 2008 (Journal of Econometrics); the binomial form is ours.

    Examples
    --------
    >>> bunching([970, 1000, 1005, 1010, 1020, 1040], threshold=1000, width=50).round(3).to_dict()
    {'below': 1.0, 'above': 5.0, 'share_above': 0.833, 'p': 0.109}
    """
    from scipy.stats import binomtest

    below = int(((spend >= threshold - width) & (spend < threshold)).sum())
    above = int(((spend >= threshold) & (spend < threshold + width)).sum())
    near = below + above
    if near == 0:
        raise ValueError(f"no spend lies within {width:.12g} of the threshold {threshold:.12g}: take a larger width")
    p = binomtest(above, near, 0.5, alternative="greater").pvalue
    return pd.Series({"below": below, "above": above, "share_above": above / near, "p": p}, dtype=float)


@formula
def points_ledger(
    events: pd.DataFrame,
    expire_after: Life | None = None,
    grain: Grain = "month",
    as_of: Day | None = None,
    *,
    customer: Ids = "customer_id",
    date: DateColumn = "date",
    points: PointsColumn = "points",
) -> pd.DataFrame:
    r"""Every movement of every customer's points: earned, burned first in first out, expired; and the balance after it.

    .. math:: \textrm{earned} = \textrm{burned} + \textrm{expired} + \textrm{balance}

    for each customer, to the point. Points expire `expire_after` months after they were earned, if they were not burned
    by then; on that day they are gone, the day before is their last. At one moment expiry comes first, then earning,
    then burning.

    Parameters
    ----------
    events : DataFrame
        A row each time points are earned or burned, with the columns named below.
    expire_after : int, optional
        Life of a point; left out, points never expire.
    grain : {"day", "week", "month", "quarter", "year"}, default "month"
        Unit of `expire_after`. A month after 31 January is the last day of February.
    as_of : date, optional
        Expiries up to and on this day are booked; the last date in `events` if left out.
    customer, date, points : str
        Columns: the customer's id, the date (dates, or text as 2024-03-31), and points (whole; positive earned,
        negative burned).

    Returns
    -------
    DataFrame
        A row a movement, by customer (in order of first appearance) and date. Columns: the three of `events` under
        their names, points signed; event ("earn", "burn" or "expire") and balance (points, after the movement).

    Raises
    ------
    ValueError
        If a customer burns more than she has, a date cannot be read, points are not whole, or `as_of` lies before the
        last event.

    Source
    ------
    First in, first out, by running sums. When a lot expires, all points earned up to and with it are gone: E, of which
    B were burned by then. So the points expired so far are the largest ``max(0, E - B)`` of the expiries so far.

    Examples
    --------
    >>> events = pd.DataFrame({"customer_id": "Ann", "date": ["2023-01-10", "2023-06-01", "2023-09-01"],
    ...                        "points": [100, 50, -30]})
    >>> ledger = points_ledger(events, expire_after=12, as_of="2024-03-01")
    >>> ledger["event"].tolist(), ledger["points"].tolist(), ledger["balance"].tolist()
    (['earn', 'earn', 'burn', 'expire'], [100, 50, -30, -70], [100, 150, 120, 50])
    >>> ledger.pivot_table(index="customer_id", columns="event", values="points", aggfunc="sum").to_dict("index")
    {'Ann': {'burn': -30, 'earn': 150, 'expire': -70}}
    """
    last_event = date.max().normalize()
    last_day = last_event if as_of is None else as_of
    if last_day < last_event:
        raise ValueError(f"as_of must not lie before the last event, {last_event:%Y-%m-%d}, got {last_day:%Y-%m-%d}")
    codes, customers = pd.factorize(customer)
    moves = pd.DataFrame({"who": codes, "date": date.to_numpy(), "points": points.to_numpy(dtype=np.int64)})
    moves["event"] = np.where(moves["points"] < 0, _BURN, _EARN)
    moves["expired_up_to"] = 0
    moves = moves.sort_values(["who", "date", "event", "points"])
    if expire_after is not None:
        moves = pd.concat([moves, _expiries(moves, expire_after, grain, last_day)])
        moves = moves.sort_values(["who", "date", "event", "expired_up_to"])
    moves = moves.reset_index(drop=True)

    earned = moves["points"].clip(lower=0).groupby(moves["who"]).cumsum()
    burned = -moves["points"].clip(upper=0).groupby(moves["who"]).cumsum()
    expired = (moves["expired_up_to"] - burned).clip(lower=0).groupby(moves["who"]).cummax()
    moves["balance"] = earned - burned - expired
    if (moves["balance"] < 0).any():
        row = moves.iloc[int(np.argmax(moves["balance"] < 0))]
        raise ValueError(
            f"customer {customers[row['who']]} burns {-row['points']} points on {row['date']:%Y-%m-%d} but has "
            f"{row['balance'] - row['points']}: correct the row or leave it out"
        )
    is_expiry = moves["event"] == _EXPIRE
    moves["points"] = moves["points"].where(~is_expiry, moves["balance"].diff())
    moves = moves[~is_expiry | (moves["points"] != 0)].reset_index(drop=True)
    return pd.DataFrame(
        {
            customer.name: customers.take(moves["who"]),
            date.name: moves["date"],
            "event": np.array(["expire", "earn", "burn"])[moves["event"]],
            points.name: moves["points"].astype(int),
            "balance": moves["balance"],
        }
    )


@formula
def points_liability(
    sales: OnePositive,
    points: OnePositive,
    expected: Positives,
    redeemed: PointsToDate,
    *,
    point_value: OnePositive = 1.0,
    expected_at_sale: OnePositive | None = None,
) -> pd.DataFrame:
    r"""Revenue put off for points, and when it is earned, under IFRS 15: breakage at the start, a catch-up every year.

    At the sale the price S is split by stand-alone prices, with v the value of a point and E the points expected to be
    redeemed:

    .. math:: \textrm{price of points} = S \, \frac{E_0 v}{S + E_0 v}, \qquad
              \textrm{revenue to date}_t = \textrm{price of points} \times \frac{\textrm{redeemed}_t}{E_t}

    so that a new estimate is caught up at once.

    Parameters
    ----------
    sales : float
        Price paid for the products, which is also their stand-alone price (currency units).
    points : float
        Points granted with them (a count).
    expected : sequence of float
        Points expected to be redeemed in the end, as estimated at the end of year 1, 2, ... (a count).
    redeemed : sequence of float
        Points redeemed *to date* at the end of year 1, 2, ... (a count, never falling).
    point_value : float, default 1
        Discount a point buys (currency units).
    expected_at_sale : float, optional
        The estimate on the day of the sale, which fixes the split for good; the first of `expected` if left out.

    Returns
    -------
    DataFrame
        Index ``year`` (0 is the day of the sale); columns expected, redeemed (points, to date), product_revenue,
        points_revenue (currency units, of that year) and liability (currency units, at its end).

    Raises
    ------
    ValueError
        If a count is negative, `redeemed` falls or passes `expected`, `expected` passes `points`, or lengths differ.

    Source
    ------
    IFRS 15 Revenue from Contracts with Customers, Illustrative Example 52.

    Examples
    --------
    >>> table = points_liability(100_000, points=10_000, expected=[9_500, 9_700], redeemed=[4_500, 8_500])
    >>> table[["product_revenue", "points_revenue", "liability"]].round().astype(int).to_numpy().tolist()
    [[91324, 0, 8676], [0, 4110, 4566], [0, 3493, 1073]]
    """
    at_sale = expected.iloc[0] if expected_at_sale is None else expected_at_sale
    expected, redeemed = np.append(at_sale, expected), np.append(0.0, redeemed)
    _checks.in_order(redeemed=redeemed, expected=expected, or_equal=True, why="raise the estimate")
    _checks.in_order(expected=expected, points=points, or_equal=True, why="no more can be redeemed than was granted")
    price_of_points = sales * at_sale * point_value / (sales + at_sale * point_value)
    revenue_to_date = price_of_points * redeemed / expected
    return pd.DataFrame(
        {
            "expected": expected,
            "redeemed": redeemed,
            "product_revenue": np.append(sales - price_of_points, np.zeros(len(expected) - 1)),
            "points_revenue": np.diff(revenue_to_date, prepend=0.0),
            "liability": price_of_points - revenue_to_date,
        },
        index=pd.RangeIndex(len(expected), name="year"),
    )


@dataclass(frozen=True, eq=False)
class Settlement:
    """Who pays whom in a coalition, from `coalition_settlement`.

    Attributes
    ----------
    positions : DataFrame
        A row a partner; columns pays (for its points burned elsewhere), receives (for others' points burned with it)
        and net = receives - pays (currency units). The nets sum to zero.
    payments : DataFrame
        Rows pay columns (currency units), after each pair has set off what it owes one another.
    """

    positions: pd.DataFrame
    payments: pd.DataFrame


@formula
def coalition_settlement(
    burns: pd.DataFrame,
    point_value: OnePositive,
    *,
    earned_at: Ids = "earned_at",
    burned_at: Ids = "burned_at",
    points: AmountColumn = "points",
) -> Settlement:
    r"""Settlement of a coalition program: the partner that issued a point pays the one that gave goods for it.

    .. math:: \textrm{net}_i = v \sum_j (P_{ji} - P_{ij})

    with v the value of a point and P the points earned at the first partner and burned at the second.

    Parameters
    ----------
    burns : DataFrame
        A row a burn, with the columns named below.
    point_value : float
        What partners pay one another for a point (currency units).
    earned_at, burned_at, points : str
        Columns: the partner that issued the points, the partner that took them, and how many (a count).

    Returns
    -------
    Settlement
        ``.positions`` and ``.payments``. Points burned where they were earned cost nobody else anything.

    Raises
    ------
    ValueError
        If a column or a partner is missing, points are negative, or the value is not above 0.

    Source
    ------
    Clearing by net positions; the payment-on-redemption rule is ours (some coalitions pay on issue).

    Examples
    --------
    >>> burns = pd.DataFrame({"earned_at": ["grocer", "airline", "grocer"], "burned_at": ["airline", "grocer", "hotel"],
    ...                       "points": [5000, 2000, 1000]})
    >>> settlement = coalition_settlement(burns, point_value=0.01)
    >>> settlement.positions["net"].to_dict()
    {'grocer': -40.0, 'airline': 30.0, 'hotel': 10.0}
    >>> float(settlement.payments.loc["grocer", "airline"])
    30.0
    """
    partners = pd.Index(pd.unique(pd.concat([earned_at, burned_at])), name="partner")
    moved = np.zeros((len(partners), len(partners)))
    np.add.at(moved, (partners.get_indexer(earned_at), partners.get_indexer(burned_at)), points)
    np.fill_diagonal(moved, 0)
    pays, receives = moved.sum(axis=1), moved.sum(axis=0)
    positions = pd.DataFrame({"pays": pays, "receives": receives, "net": receives - pays}, index=partners) * point_value
    set_off = np.maximum(moved - moved.T, 0) * point_value
    return Settlement(positions, pd.DataFrame(set_off, partners.rename("payer"), partners.rename("payee")))


@formula
def goal_gradient(
    stamps: Periods, days: OnePositive, acceleration: OneShareBelow1 = 0.2, head_start: OneCount = 0
) -> pd.DataFrame:
    r"""A stamp card in a simple model: the nearer the reward, the shorter the wait for the next purchase.

    .. math:: \textrm{wait} = \textrm{days} \times (1 - \textrm{acceleration} \times \textrm{progress})

    Progress is the share of the card already stamped. So a card of 12 with 2 stamps given away is filled sooner than a
    card of 10, though both take 10 purchases: the head start is an illusion that works. After the reward the next card
    begins at the slow pace again.

    Parameters
    ----------
    stamps : int
        Stamps on a full card.
    days : float
        Expected wait for a purchase on an empty card (days).
    acceleration : float, default 0.2
        Share by which the wait is shorter right before the reward, in [0, 1).
    head_start : int, default 0
        Stamps given away with the card.

    Returns
    -------
    DataFrame
        Index ``purchase`` (1, 2, ..., stamps - head_start); columns progress (before the purchase, a fraction), wait
        and elapsed (expected days).

    Raises
    ------
    ValueError
        If `stamps` is not a whole number above 0, the head start fills the card, or acceleration is not a fraction.

    Source
    ------
    Kivetz, Urminsky & Zheng 2006, The Goal-Gradient Hypothesis Resurrected (Journal of Marketing Research): effort
    depends on the share of the distance left; waits shrank by .7 days or 20 % from the first to the last. The straight
    line is ours.

    Examples
    --------
    >>> round(float(goal_gradient(10, days=3.5)["elapsed"].iloc[-1]), 2)
    31.85
    >>> round(float(goal_gradient(12, days=3.5, head_start=2)["elapsed"].iloc[-1]), 2)
    31.21
    """
    _checks.in_order(head_start=head_start, stamps=stamps, why="the card must leave something to buy")
    progress = np.arange(head_start, stamps) / stamps
    wait = days * (1 - acceleration * progress)
    index = pd.RangeIndex(1, stamps - head_start + 1, name="purchase")
    return pd.DataFrame({"progress": progress, "wait": wait, "elapsed": wait.cumsum()}, index=index)


def _expiries(moves: pd.DataFrame, life: int, grain: str, last_day: pd.Timestamp) -> pd.DataFrame:
    """The day on which each lot expires, up to `last_day`, and what its owner had earned with it and before it."""
    step, length = _STEP[grain]
    earned = moves["points"].clip(lower=0).groupby(moves["who"]).cumsum()
    gone_on = (moves["date"] + pd.DateOffset(**{step: life * length})).dt.normalize()
    lots = moves.assign(date=gone_on, points=0, event=_EXPIRE, expired_up_to=earned)
    return lots[(moves["event"] == _EARN) & (gone_on <= last_day)]
