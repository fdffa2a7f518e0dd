"""Winning customers: what one more unit of money brings, and where to stop.

Spending has a ceiling and falling returns. So the best budget is found at the margin (what does the next unit bring?),
not by the average ("a new customer costs five times as much as keeping one") and not by the highest ratio of value to
cost.
"""

import numpy as np
import pandas as pd

from clvlib import _checks
from clvlib._formula import Amount, Positive, Share, ShareAbove0, ShareBelow1, ShareInside, default, formula


@formula
def response(spend: Amount, ceiling: ShareAbove0, k: Positive, floor: ShareBelow1 = default(0.0)) -> np.ndarray:
    r"""Share of people won (or kept) at a spend per head.

    .. math:: floor + (ceiling - floor)(1 - e^{-k \cdot spend})

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
    _checks.in_order(floor=floor, ceiling=ceiling)
    return floor + (ceiling - floor) * -np.expm1(-k * spend)


@formula
def response_rate(
    spend: Positive, rate: ShareInside, ceiling: ShareAbove0, floor: ShareBelow1 = default(0.0)
) -> np.ndarray:
    r"""The k of `response`, from one point known.

    .. math:: k = -\frac{1}{spend} \ln\left(1 - \frac{rate - floor}{ceiling - floor}\right)

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
    _checks.in_order(floor=floor, rate=rate, ceiling=ceiling)
    return -np.log1p(-(rate - floor) / (ceiling - floor)) / spend


@formula
def optimal_spend(margin: Amount, ceiling: ShareAbove0, k: Positive) -> pd.Series | pd.DataFrame:
    r"""Spend per prospect that makes ``margin * response(spend) - spend`` greatest.

    .. math:: spend^* = \frac{\ln(margin \cdot ceiling \cdot k)}{k}

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
    first_unit = margin * ceiling * k
    spend = np.log(np.maximum(first_unit, 1)) / k
    rate = np.asarray(response(spend, ceiling, k))
    ratio = np.where(spend > 0, margin * rate / spend, first_unit)
    return _rows(spend=spend, rate=rate, profit=margin * rate - spend, ratio=ratio)


@formula
def acquisition_retention_split(
    budget: Positive,
    value: Positive,
    *,
    acquisition_ceiling: ShareAbove0,
    acquisition_k: Positive,
    retention_ceiling: ShareAbove0,
    retention_k: Positive,
    retention_floor: ShareBelow1 = default(0.0),
    retention_value: Positive | None = None,
    prospects: Positive = default(1.0),
    customers: Positive = default(1.0),
    share: Share | None = None,
) -> pd.Series | pd.DataFrame:
    r"""One period's budget divided between winning prospects and keeping customers: the split of greatest equity.

    .. math:: equity = value_{won} \cdot prospects \cdot won + value_{kept} \cdot customers \cdot kept - budget

    Won and kept are the two `response` curves at the spend per prospect and per customer. At an inner optimum the next
    unit of money brings the same on either side; where one side still brings more with the whole budget, it gets
    everything.

    Parameters
    ----------
    budget : float or array
        Currency units for the period, above 0. All of it is spent.
    value : float or array
        Worth of a customer won (currency units), above 0: her lifetime value, seen from the day the budget is spent and
        before it is taken off. It is taken as given; the budget moves this period's rates alone.
    acquisition_ceiling, acquisition_k : float or array
        `response` of prospects, per currency unit per prospect.
    retention_ceiling, retention_k, retention_floor : float or array
        `response` of customers, per currency unit per customer. With the default floor of 0 nobody stays unless paid
        for, which flatters retention.
    retention_value : float or array, optional
        Worth of a customer kept, seen from the same day and before the budget is taken off. Left out: that of one won.
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
    _checks.in_order(retention_floor=retention_floor, retention_ceiling=retention_ceiling)
    k_a, k_r = acquisition_k, retention_k
    reach_a, reach_r = acquisition_ceiling, retention_ceiling - retention_floor
    value_r = value if retention_value is None else retention_value
    steepness_a, steepness_r = k_a * budget / prospects, k_r * budget / customers
    # value * reach * k * exp(-k * spend) is the same on both sides: its logarithm is linear in the share
    level = (np.log(value * reach_a * k_a / (value_r * reach_r * k_r)) + steepness_r) / (steepness_a + steepness_r)
    share = np.clip(level, 0, 1) if share is None else share
    spend_a, spend_r = share * budget / prospects, (1 - share) * budget / customers
    won = np.asarray(response(spend_a, acquisition_ceiling, k_a))
    kept = np.asarray(response(spend_r, retention_ceiling, k_r, retention_floor))
    return _rows(
        share=share,
        acquisition_spend=spend_a,
        retention_spend=spend_r,
        won=won,
        kept=kept,
        marginal_acquisition=value * reach_a * k_a * np.exp(-k_a * spend_a),
        marginal_retention=value_r * reach_r * k_r * np.exp(-k_r * spend_r),
        customer_equity=value * prospects * won + value_r * customers * kept - budget,
    )


def _rows(**columns: np.ndarray) -> pd.Series | pd.DataFrame:
    """One case as a Series, several as a DataFrame."""
    dimensions = max(np.ndim(column) for column in columns.values())
    if dimensions > 1:
        raise ValueError(f"arguments must be numbers or flat lists of numbers, got an array of {dimensions} dimensions")
    return pd.DataFrame(columns) if dimensions else pd.Series({name: float(each) for name, each in columns.items()})
