"""Loyalty programs: what holds a customer, what points and tiers cost, and what a stamp card does to her pace.

Points are promised money: every point ends burned, expired or owed. Discounts are paid on every sale, also on the sales
that would have come anyway.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clvlib import _old_checks as _checks
from clvlib._old_checks import FloatOrArray

_EXPIRE, _EARN, _BURN = 0, 1, 2  # at one moment in this order


def stays(u_a: Any, u_b: Any, switching_cost: Any) -> Any:
    """Does firm A keep its customer? She stays iff ``U(B) - U(A) <= C``: B's extra utility does not pay for her move.

    So a higher switching cost always makes A safer. Some texts print ``U(A) - U(B) > C``, which says the opposite.
    Arguments broadcast.

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
    u_a, u_b, cost = _checks.aligned(
        u_a=_checks.number("u_a", u_a),
        u_b=_checks.number("u_b", u_b),
        switching_cost=_checks.number(
            "switching_cost", switching_cost, at_least=0, hint="a bonus for moving belongs in u_b"
        ),
    )
    keeps = np.round(u_b - u_a - cost, 9) <= 0
    return bool(keeps) if keeps.ndim == 0 else keeps


def effective_discount(points_per_currency: Any, point_value: Any, redemption: Any) -> FloatOrArray:
    """The price cut hidden in a points rule: ``points_per_currency * point_value * redemption``. Arguments broadcast.

    Parameters
    ----------
    points_per_currency : float or array
        Points earned per currency unit of sales.
    point_value : float or array
        What a point buys when it is burned (currency units).
    redemption : float or array
        Share of the points earned that are burned in the end, in [0, 1]; the rest is breakage.

    Returns
    -------
    float or array
        Share of sales given back, as a fraction.

    Raises
    ------
    ValueError
        If an argument is negative, redemption is not a fraction, or more than the whole sale would be given back.

    Source
    ------
    Arithmetic.

    Examples
    --------
    >>> round(effective_discount(points_per_currency=1, point_value=0.01, redemption=0.8), 4)
    0.008
    """
    points_per_currency, point_value, redemption = _checks.aligned(
        points_per_currency=_checks.number("points_per_currency", points_per_currency, at_least=0),
        point_value=_checks.number("point_value", point_value, at_least=0),
        redemption=_checks.fraction("redemption", redemption),
    )
    discount = points_per_currency * point_value * redemption
    if (discount > 1).any():
        raise ValueError(
            f"the points would give back {np.max(discount):.12g} times the sale: "
            "check the units of points_per_currency and point_value"
        )
    return _checks.plain(discount)


def breakeven_uplift(discount: Any, margin: Any) -> FloatOrArray:
    """How much more volume a price cut needs to earn the same profit: ``discount / (margin - discount)``.

    The discount is paid on every sale. Arguments broadcast.

    Parameters
    ----------
    discount : float or array
        Price cut, a share of the list price (9折 is 0.10, 8折 is 0.20).
    margin : float or array
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
    >>> breakeven_uplift(discount=[0.10, 0.20], margin=0.30).round(2).tolist()
    [0.5, 2.0]
    """
    discount, margin = _checks.aligned(
        discount=_checks.fraction("discount", discount),
        margin=_checks.fraction("margin", margin, zero_allowed=False),
    )
    left = np.round(margin - discount, 12)
    if (left <= 0).any():
        d, g = discount[left <= 0][0], margin[left <= 0][0]
        raise ValueError(
            f"discount must be below margin ({g:.12g}), got {d:.12g}: nothing is left on a sale, no volume breaks even"
        )
    return _checks.plain(discount / left)


def tier_pnl(spend: Any, tiers: Any, margin: Any) -> pd.DataFrame:
    """Profit per tier without and with its discount: ``spend * g`` against ``spend * (1 + uplift) * (g - discount)``.

    A customer belongs to the highest tier whose threshold her spend before the program reaches. The discount is paid on
    all her purchases.

    Parameters
    ----------
    spend : sequence of float
        One entry a customer: yearly spend at list price before the program (currency units).
    tiers : DataFrame
        A row a tier, columns tier (name), threshold (currency units per year; the lowest is 0), discount (share of the
        list price) and uplift (extra volume the tier brings about, as a fraction; 0.35 is +35 %).
    margin : float
        Contribution margin at list price, g, in (0, 1].

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
    >>> tier_pnl([500, 2000, 8000], tiers, margin=0.30)["profit_index"].round(3).tolist()
    [1.0, 0.9, 0.45, 0.562]
    """
    spend = np.ravel(_checks.number("spend", spend, at_least=0))
    if spend.sum() == 0:
        raise ValueError("spend is 0 for every customer: it needs at least one amount above 0")
    margin = _checks.single("margin", _checks.fraction("margin", margin, zero_allowed=False))
    tiers = _checks.table("tiers", tiers, ["tier", "threshold", "discount", "uplift"])
    threshold = _checks.number("column 'threshold' of tiers", tiers["threshold"], at_least=0)
    tiers, threshold = tiers.iloc[np.argsort(threshold)], np.sort(threshold)
    discount = _checks.fraction("column 'discount' of tiers", tiers["discount"])
    uplift = _checks.number(
        "column 'uplift' of tiers", tiers["uplift"], at_least=-1, at_most=10, hint="write 35% as 0.35"
    )
    if threshold[0] != 0:
        raise ValueError(f"the lowest threshold must be 0, got {threshold[0]:.12g}: add a tier for everyone else")
    if (np.diff(threshold) == 0).any():
        raise ValueError(f"every tier needs a threshold of its own, got {threshold.tolist()}")
    tier_of_customer = np.searchsorted(threshold, spend, side="right") - 1
    table = pd.DataFrame({"customers": np.bincount(tier_of_customer, minlength=len(tiers))})
    table["spend"] = np.bincount(tier_of_customer, weights=spend, minlength=len(tiers))
    table["profit_without"] = table["spend"] * margin
    table["profit_with"] = table["spend"] * (1 + uplift) * (margin - discount)
    table.index = pd.Index(tiers["tier"], name="tier", dtype=object)
    table.loc["total"] = table.sum()
    table["customers"] = table["customers"].astype(int)
    table["change"] = table["profit_with"] - table["profit_without"]
    total_index = table["profit_with"].iloc[-1] / table["profit_without"].iloc[-1]
    table["profit_index"] = [*(1 + uplift) * (margin - discount) / margin, total_index]
    return table


def bunching(spend: Any, threshold: Any, width: Any) -> pd.Series:
    """Do customers buy themselves up to a tier? Counts just below and just above its threshold.

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

    spend = np.ravel(_checks.number("spend", spend))
    threshold = _checks.single("threshold", _checks.number("threshold", threshold))
    width = _checks.single("width", _checks.number("width", width, above=0))
    below = int(((spend >= threshold - width) & (spend < threshold)).sum())
    above = int(((spend >= threshold) & (spend < threshold + width)).sum())
    near = below + above
    if near == 0:
        raise ValueError(f"no spend lies within {width:.12g} of the threshold {threshold:.12g}: take a larger width")
    p = binomtest(above, near, 0.5, alternative="greater").pvalue
    return pd.Series({"below": below, "above": above, "share_above": above / near, "p": p}, dtype=float)


def points_ledger(events: Any, expire_after: Any = None, unit: str = "months", as_of: Any = None) -> pd.DataFrame:
    """Every movement of every customer's points: earned, burned first in first out, expired; and the balance after it.

    Points expire `expire_after` months (or days) after they were earned, if they were not burned by then; on that day
    they are gone, the day before is their last. At one moment expiry comes first, then earning, then burning. For each
    customer ``earned = burned + expired + balance``, to the point.

    Parameters
    ----------
    events : DataFrame
        Columns customer, date (dates, or text as 2024-03-31), points (whole; positive earned, negative burned).
    expire_after : int, optional
        Life of a point; left out, points never expire.
    unit : {"months", "days"}, default "months"
        Unit of `expire_after`. A month after 31 January is the last day of February.
    as_of : date, optional
        Expiries up to and on this day are booked; the last date in `events` if left out.

    Returns
    -------
    DataFrame
        A row a movement, by customer (in order of first appearance) and date: customer, date, event ("earn", "burn" or
        "expire"), points (signed) and balance (points, after the movement).

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
    >>> events = pd.DataFrame({"customer": "Ann", "date": ["2023-01-10", "2023-06-01", "2023-09-01"],
    ...                        "points": [100, 50, -30]})
    >>> ledger = points_ledger(events, expire_after=12, as_of="2024-03-01")
    >>> ledger["event"].tolist(), ledger["points"].tolist(), ledger["balance"].tolist()
    (['earn', 'earn', 'burn', 'expire'], [100, 50, -30, -70], [100, 150, 120, 50])
    >>> ledger.pivot_table(index="customer", columns="event", values="points", aggfunc="sum").to_dict("index")
    {'Ann': {'burn': -30, 'earn': 150, 'expire': -70}}
    """
    _checks.table("events", events, ["customer", "date", "points"])
    codes, customers = pd.factorize(events["customer"])
    missing = (codes < 0).sum()
    if missing:
        raise ValueError(f"column 'customer' of events is missing in {missing} of {len(codes)} rows: fill it in")
    moves = pd.DataFrame(
        {"customer": codes, "date": _checks.dates("column 'date' of events", events["date"]).to_numpy()}
    )
    moves["points"] = _whole_points(events["points"])
    moves["event"] = np.where(moves["points"] < 0, _BURN, _EARN)
    moves["expired_up_to"] = 0
    last_day = _last_day(as_of, moves["date"].max().normalize())
    moves = moves.sort_values(["customer", "date", "event", "points"])
    unit = _checks.option("unit", unit, ("months", "days"))
    if expire_after is not None:
        moves = pd.concat([moves, _expiries(moves, expire_after, unit, last_day)])
        moves = moves.sort_values(["customer", "date", "event", "expired_up_to"], kind="stable")
    moves = moves.reset_index(drop=True)

    earned = moves["points"].clip(lower=0).groupby(moves["customer"]).cumsum()
    burned = -moves["points"].clip(upper=0).groupby(moves["customer"]).cumsum()
    expired = (moves["expired_up_to"] - burned).clip(lower=0).groupby(moves["customer"]).cummax()
    moves["balance"] = earned - burned - expired
    if (moves["balance"] < 0).any():
        row = moves.iloc[int(np.argmax(moves["balance"] < 0))]
        raise ValueError(
            f"customer {customers[row['customer']]} burns {-row['points']} points on {row['date']:%Y-%m-%d} but has "
            f"{row['balance'] - row['points']}: correct the row or leave it out"
        )
    is_expiry = moves["event"] == _EXPIRE
    moves["points"] = moves["points"].where(~is_expiry, moves["balance"].diff())
    moves = moves[~is_expiry | (moves["points"] != 0)].reset_index(drop=True)
    return pd.DataFrame(
        {
            "customer": customers.take(moves["customer"]),
            "date": moves["date"],
            "event": np.array(["expire", "earn", "burn"])[moves["event"]],
            "points": moves["points"].astype(int),
            "balance": moves["balance"],
        }
    )


def points_liability(
    sales: Any, points: Any, expected: Any, redeemed: Any, *, point_value: Any = 1.0, expected_at_sale: Any = None
) -> pd.DataFrame:
    """Revenue put off for points, and when it is earned, under IFRS 15: breakage at the start, a catch-up every year.

    At the sale the price is split by stand-alone prices, ``sales : expected * point_value``. After that
    ``revenue to date = share of the points * redeemed / expected``, so that a new estimate is caught up at once.

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
    sales = _checks.single("sales", _checks.number("sales", sales, above=0))
    points = _checks.single("points", _checks.number("points", points, above=0))
    point_value = _checks.single("point_value", _checks.number("point_value", point_value, above=0))
    estimates = np.ravel(_checks.number("expected", expected, above=0))
    redeemed = np.ravel(_checks.number("redeemed", redeemed, at_least=0))
    if len(estimates) != len(redeemed):
        raise ValueError(
            f"expected and redeemed must have one entry a year each, got {len(estimates)} and {len(redeemed)}"
        )
    at_sale = (
        estimates[0] if expected_at_sale is None else _checks.number("expected_at_sale", expected_at_sale, above=0)
    )
    estimates = np.append(_checks.single("expected_at_sale", at_sale), estimates)
    redeemed = np.append(0, redeemed)
    if (estimates > points).any():
        raise ValueError(f"expected must be at most the {points:.12g} points granted, got {estimates.max():.12g}")
    if (np.diff(redeemed) < 0).any():
        year = int(np.argmax(np.diff(redeemed) < 0))
        raise ValueError(
            f"redeemed must be points redeemed to date, so it never falls, got {redeemed[year + 1]:.12g} "
            f"after {redeemed[year]:.12g}"
        )
    if (redeemed > estimates).any():
        year = int(np.argmax(redeemed > estimates))
        raise ValueError(
            f"redeemed must be at most expected, got {redeemed[year]:.12g} of {estimates[year]:.12g} in year {year}: "
            "raise the estimate"
        )
    price_of_points = sales * estimates[0] * point_value / (sales + estimates[0] * point_value)
    revenue_to_date = price_of_points * redeemed / estimates
    product_revenue = np.zeros_like(redeemed)
    product_revenue[0] = sales - price_of_points
    return pd.DataFrame(
        {
            "expected": estimates,
            "redeemed": redeemed,
            "product_revenue": product_revenue,
            "points_revenue": np.diff(revenue_to_date, prepend=0.0),
            "liability": price_of_points - revenue_to_date,
        },
        index=pd.RangeIndex(len(redeemed), name="year"),
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


def coalition_settlement(burns: Any, point_value: Any) -> Settlement:
    """Settlement of a coalition program: the partner that issued a point pays the one that gave goods for it.

    Parameters
    ----------
    burns : DataFrame
        Columns earned_at (the partner that issued the points), burned_at (the partner that took them) and points.
    point_value : float
        What partners pay one another for a point (currency units).

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
    _checks.table("burns", burns, ["earned_at", "burned_at", "points"])
    for column in ("earned_at", "burned_at"):
        if burns[column].isna().any():
            missing = burns[column].isna().sum()
            raise ValueError(
                f"column {column!r} of burns is missing in {missing} of {len(burns)} rows: name the partner"
            )
    value = _checks.single("point_value", _checks.number("point_value", point_value, above=0))
    burned = _checks.number("column 'points' of burns", burns["points"], at_least=0)
    partners = pd.Index(pd.unique(pd.concat([burns["earned_at"], burns["burned_at"]])), name="partner")
    points = np.zeros((len(partners), len(partners)))
    np.add.at(points, (partners.get_indexer(burns["earned_at"]), partners.get_indexer(burns["burned_at"])), burned)
    np.fill_diagonal(points, 0)
    pays, receives = points.sum(axis=1), points.sum(axis=0)
    positions = pd.DataFrame({"pays": pays, "receives": receives, "net": receives - pays}, index=partners) * value
    set_off = np.maximum(points - points.T, 0) * value
    return Settlement(positions, pd.DataFrame(set_off, partners.rename("payer"), partners.rename("payee")))


def goal_gradient(stamps: Any, days: Any, acceleration: Any = 0.2, head_start: Any = 0) -> pd.DataFrame:
    """A stamp card in a simple model: the wait for the next purchase is ``days * (1 - acceleration * progress)``.

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
    stamps = _checks.single("stamps", _checks.whole("stamps", stamps, at_least=1))
    head_start = _checks.single("head_start", _checks.whole("head_start", head_start))
    days = _checks.single("days", _checks.number("days", days, above=0))
    acceleration = _checks.single("acceleration", _checks.fraction("acceleration", acceleration, one_allowed=False))
    if head_start >= stamps:
        raise ValueError(
            f"head_start must leave something to buy: below the {stamps} stamps of the card, got {head_start}"
        )
    progress = np.arange(head_start, stamps) / stamps
    wait = days * (1 - acceleration * progress)
    index = pd.RangeIndex(1, stamps - head_start + 1, name="purchase")
    return pd.DataFrame({"progress": progress, "wait": wait, "elapsed": wait.cumsum()}, index=index)


def _expiries(moves: pd.DataFrame, expire_after: Any, unit: str, last_day: pd.Timestamp) -> pd.DataFrame:
    """The day on which each lot expires, up to `last_day`, and what its owner had earned with it and before it."""
    life = _checks.single("expire_after", _checks.whole("expire_after", expire_after, at_least=1))
    if life > 36_500:
        raise ValueError(f"expire_after must be at most 36500, got {life}: leave it out if points never expire")
    earned = moves["points"].clip(lower=0).groupby(moves["customer"]).cumsum()
    gone_on = (moves["date"] + pd.DateOffset(**{unit: life})).dt.normalize()
    lots = moves.assign(date=gone_on, points=0, event=_EXPIRE, expired_up_to=earned)
    return lots[(moves["event"] == _EARN) & (gone_on <= last_day)]


def _last_day(as_of: Any, last_event: pd.Timestamp) -> pd.Timestamp:
    if as_of is None:
        return last_event
    day = _checks.dates("as_of", pd.Series([as_of])).iloc[0].normalize()
    if day < last_event:
        raise ValueError(f"as_of must not lie before the last event, {last_event:%Y-%m-%d}, got {day:%Y-%m-%d}")
    return day


def _whole_points(values: pd.Series) -> np.ndarray:
    points = _checks.number("column 'points' of events", values)
    broken = points[points != np.floor(points)]
    if broken.size:
        raise ValueError(f"column 'points' of events must hold whole numbers, got {broken[0]:.12g}")
    return points.astype(np.int64)
