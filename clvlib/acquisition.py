"""Winning customers: what one more unit of money brings, and where to stop.

Spending has a ceiling and falling returns. So the best budget is found at the margin (what does the next unit bring?),
not by the average ("a new customer costs five times as much as keeping one") and not by the highest ratio of value to
cost.
"""

from typing import Any

import numpy as np
import pandas as pd

from clvlib import _old_checks as _checks
from clvlib._old_checks import FloatOrArray


def response(spend: Any, ceiling: Any, k: Any, floor: Any = 0.0) -> FloatOrArray:
    """Share of people won (or kept) at a spend per head: ``floor + (ceiling - floor) * (1 - exp(-k * spend))``.

    Parameters
    ----------
    spend : float or array
        Currency units per prospect (or per customer, for retention).
    ceiling : float or array
        Share reached if money were no object, in (0, 1].
    k : float or array
        How fast the ceiling is reached (per currency unit), above 0; see `response_rate`.
    floor : float or array, default 0
        Share reached with no spend at all, below the ceiling. Some customers stay without being asked.

    Returns
    -------
    float or array
        Fraction in [floor, ceiling].

    Raises
    ------
    ValueError
        If the spend is negative, a share is not a fraction, floor is not below ceiling, or k is not above 0.

    Source
    ------
    Blattberg & Deighton 1996, Manage Marketing by the Customer Equity Test (Harvard Business Review). Their curve has
    no floor.

    Examples
    --------
    >>> round(response(spend=10, ceiling=0.40, k=0.0693147), 4)
    0.2
    """
    spend, ceiling, k, floor = _checks.aligned(
        spend=_checks.number("spend", spend, at_least=0),
        ceiling=_checks.fraction("ceiling", ceiling, zero_allowed=False),
        k=_checks.number("k", k, above=0),
        floor=_checks.fraction("floor", floor, one_allowed=False),
    )
    _in_order("floor", floor, "ceiling", ceiling)
    return _checks.plain(floor + (ceiling - floor) * -np.expm1(-k * spend))


def response_rate(spend: Any, rate: Any, ceiling: Any, floor: Any = 0.0) -> FloatOrArray:
    """The k of `response`, from one point known: ``-ln(1 - (rate - floor) / (ceiling - floor)) / spend``.

    Parameters
    ----------
    spend : float or array
        Currency units per head spent until now, above 0.
    rate : float or array
        Share won (or kept) at that spend, above floor and below ceiling.
    ceiling, floor : float or array
        As in `response`; managers judge the ceiling.

    Returns
    -------
    float or array
        k (per currency unit).

    Raises
    ------
    ValueError
        If the rate is not between floor and ceiling, or the spend is not above 0.

    Source
    ------
    Blattberg & Deighton 1996.

    Examples
    --------
    >>> round(response_rate(spend=10, rate=0.20, ceiling=0.40), 5)
    0.06931
    """
    spend, rate, ceiling, floor = _checks.aligned(
        spend=_checks.number("spend", spend, above=0),
        rate=_checks.fraction("rate", rate, zero_allowed=False, one_allowed=False),
        ceiling=_checks.fraction("ceiling", ceiling, zero_allowed=False),
        floor=_checks.fraction("floor", floor, one_allowed=False),
    )
    _in_order("rate", rate, "ceiling", ceiling)
    _in_order("floor", floor, "rate", rate)
    return _checks.plain(-np.log1p(-(rate - floor) / (ceiling - floor)) / spend)


def optimal_spend(margin: Any, ceiling: Any, k: Any) -> pd.Series | pd.DataFrame:
    """Spend per prospect that makes ``margin * response(spend) - spend`` greatest: ``ln(margin * ceiling * k) / k``.

    The first unit spent brings ``margin * ceiling * k``. If that is not above 1 it does not pay: the best spend is 0.

    Parameters
    ----------
    margin : float or array
        Worth of a customer won, before the acquisition cost (currency units): a first margin or a lifetime value.
    ceiling, k : float or array
        As in `response`.

    Returns
    -------
    Series (DataFrame for arrays, one row each)
        spend and profit (currency units per prospect), rate (share of prospects won), ratio (worth won per unit spent).
        At spend 0 the ratio is that of the first unit.

    Raises
    ------
    ValueError
        If the margin is negative, or as `response`.

    Source
    ------
    Blattberg & Deighton 1996. The ratio is highest at a spend of almost nothing, so whoever maximises it spends too
    little.

    Examples
    --------
    >>> k = response_rate(spend=10, rate=0.20, ceiling=0.40)
    >>> optimal_spend(margin=80, ceiling=0.40, k=k).round(2).to_dict()
    {'spend': 11.49, 'rate': 0.22, 'profit': 6.08, 'ratio': 1.53}
    """
    margin, ceiling, k = _checks.aligned(
        margin=_checks.number("margin", margin, at_least=0),
        ceiling=_checks.fraction("ceiling", ceiling, zero_allowed=False),
        k=_checks.number("k", k, above=0),
    )
    first_unit = margin * ceiling * k
    spend = np.log(np.maximum(first_unit, 1)) / k
    rate = np.asarray(response(spend, ceiling, k))
    ratio = np.where(spend > 0, margin * rate / np.where(spend > 0, spend, 1), first_unit)
    return _rows(spend=spend, rate=rate, profit=margin * rate - spend, ratio=ratio)


def acquisition_retention_split(
    budget: Any,
    value: Any,
    *,
    acquisition_ceiling: Any,
    acquisition_k: Any,
    retention_ceiling: Any,
    retention_k: Any,
    retention_floor: Any = 0.0,
    prospects: Any = 1,
    customers: Any = 1,
    share: Any = None,
) -> pd.Series | pd.DataFrame:
    """One period's budget divided between winning prospects and keeping customers, so that customer equity is greatest.

    ``customer_equity = value * (prospects * won + customers * kept) - budget``, where won and kept are the two
    `response` curves at the spend per prospect and per customer. At an inner optimum the next unit of money brings the
    same on either side; where one side still brings more with the whole budget, it gets everything.

    Parameters
    ----------
    budget : float or array
        Currency units for the period, above 0. All of it is spent.
    value : float or array
        Worth of a customer just won or just kept (currency units), above 0: her lifetime value from then on. It is
        taken as given; the budget moves this period's rates alone.
    acquisition_ceiling, acquisition_k : float or array
        `response` of prospects, per currency unit per prospect.
    retention_ceiling, retention_k, retention_floor : float or array
        `response` of customers, per currency unit per customer. With the default floor of 0 nobody stays unless paid
        for, which flatters retention.
    prospects, customers : float or array, default 1
        How many of each there are. With 1 and 1 the budget is per prospect and customer.
    share : float or array, optional
        Share of the budget for acquisition, in [0, 1]. Left out: the best one. Give ``np.linspace(0, 1, 101)`` for the
        marginal-return lines.

    Returns
    -------
    Series (DataFrame for arrays, one row each)
        share; acquisition_spend (per prospect) and retention_spend (per customer), currency units; won and kept (shares
        of prospects and customers); marginal_acquisition and marginal_retention (value that the next unit of money
        brings); customer_equity (currency units). Marginal returns below 1 on both sides: the budget is too large.

    Raises
    ------
    ValueError
        If an argument is out of its range, retention_floor is not below retention_ceiling, or lengths do not match.

    Source
    ------
    Blattberg & Deighton 1996 (customer equity test); Pfeifer 2005, The Optimal Ratio of Acquisition and Retention Costs
    (Journal of Targeting, Measurement and Analysis for Marketing): compare marginal costs, not average ones. The closed
    form for a given budget is ours.

    Examples
    --------
    >>> best = acquisition_retention_split(
    ...     40, value=200, acquisition_ceiling=0.40, acquisition_k=0.07,
    ...     retention_ceiling=0.90, retention_floor=0.50, retention_k=0.10,
    ... )
    >>> best[["acquisition_spend", "retention_spend", "marginal_acquisition", "marginal_retention"]].round(2).tolist()
    [21.43, 18.57, 1.25, 1.25]
    """
    budget, value, ceiling_a, k_a, ceiling_r, k_r, floor_r, prospects, customers, share = _checks.aligned(
        budget=_checks.number("budget", budget, above=0),
        value=_checks.number("value", value, above=0),
        acquisition_ceiling=_checks.fraction("acquisition_ceiling", acquisition_ceiling, zero_allowed=False),
        acquisition_k=_checks.number("acquisition_k", acquisition_k, above=0),
        retention_ceiling=_checks.fraction("retention_ceiling", retention_ceiling, zero_allowed=False),
        retention_k=_checks.number("retention_k", retention_k, above=0),
        retention_floor=_checks.fraction("retention_floor", retention_floor, one_allowed=False),
        prospects=_checks.number("prospects", prospects, above=0),
        customers=_checks.number("customers", customers, above=0),
        share=np.nan if share is None else _checks.fraction("share", share),
    )
    _in_order("retention_floor", floor_r, "retention_ceiling", ceiling_r)
    reach_a, reach_r = ceiling_a, ceiling_r - floor_r
    steepness_a, steepness_r = k_a * budget / prospects, k_r * budget / customers
    # value * reach * k * exp(-k * spend) is the same on both sides: its logarithm is linear in the share
    level = (np.log(reach_a * k_a / (reach_r * k_r)) + steepness_r) / (steepness_a + steepness_r)
    share = np.where(np.isnan(share), np.clip(level, 0, 1), share)
    spend_a, spend_r = share * budget / prospects, (1 - share) * budget / customers
    won = np.asarray(response(spend_a, ceiling_a, k_a))
    kept = np.asarray(response(spend_r, ceiling_r, k_r, floor_r))
    return _rows(
        share=share,
        acquisition_spend=spend_a,
        retention_spend=spend_r,
        won=won,
        kept=kept,
        marginal_acquisition=value * reach_a * k_a * np.exp(-k_a * spend_a),
        marginal_retention=value * reach_r * k_r * np.exp(-k_r * spend_r),
        customer_equity=value * (prospects * won + customers * kept) - budget,
    )


def _in_order(low_name: str, low: np.ndarray, high_name: str, high: np.ndarray) -> None:
    if (low >= high).any():
        first = int(np.argmax((low >= high).ravel()))
        raise ValueError(
            f"{low_name} must be below {high_name}, got {low.flat[first]:.12g} and {high.flat[first]:.12g}"
        )


def _rows(**columns: np.ndarray) -> pd.Series | pd.DataFrame:
    """One case as a Series, several as a DataFrame."""
    dimensions = max(np.ndim(column) for column in columns.values())
    if dimensions > 1:
        raise ValueError(f"arguments must be numbers or flat lists of numbers, got an array of {dimensions} dimensions")
    return pd.DataFrame(columns) if dimensions else pd.Series({name: float(each) for name, each in columns.items()})
