"""The worksheet: a customer's lifetime value on the back of an envelope, and what it leaves out.

The worksheet multiplies visits, purchases and spend over a whole life and takes the acquisition cost away. It is where
most firms start, and it counts sales as profit, every customer as immortal and 2089's money as today's.
`correction_ladder` mends one assumption at a time, the yearly revenue last.
"""

import numpy as np
import pandas as pd

from clvlib._formula import (
    Amount,
    Amounts,
    Number,
    OneAmount,
    OneCountFrom1,
    OneRate,
    OneShare,
    default,
    formula,
)
from clvlib.value import Timing, clv


@formula
def worksheet_ltv(visits: Amount, purchases_per_visit: Amount, spend: Amount, acquisition_cost: Amount) -> np.ndarray:
    r"""Lifetime value as the worksheet has it: sales, not profit; no discounting; nobody leaves.

    .. math:: visits \times purchases \times spend - cost

    Parameters
    ----------
    visits : float or array
        Visits over the whole relationship (a count).
    purchases_per_visit : float or array
        Purchases at each visit (a count).
    spend : float or array
        Money paid per purchase (currency units).
    acquisition_cost : float or array
        Money it took to win the customer (currency units).

    Returns
    -------
    float or array
        Currency units, rounded to 1e-9, so that 260,775 is not printed as 260774.99999999997.

    Raises
    ------
    ValueError
        If an argument is negative, missing or not a number.

    Source
    ------
    LTV worksheet of a Redbaby customer-service talk; its figures are, by its own note, fictitious.

    Examples
    --------
    >>> worksheet_ltv(visits=12 * 65, purchases_per_visit=1.52, spend=220, acquisition_cost=57)
    260775.0
    """
    return np.round(visits * purchases_per_visit * spend - acquisition_cost, 9)


@formula
def forecast_table(revenue: Amounts, cost: Amounts, referral: Number = default(0.0)) -> pd.DataFrame:
    r"""The three-year table: profit a year, and its total.

    .. math:: profit_t = revenue_t - cost_t + referral_t

    Parameters
    ----------
    revenue, cost : sequence of float
        Per customer and year (currency units), one entry a year.
    referral : sequence of float or float, default 0
        Net referral value a year: the profit of customers she brought (currency units).

    Returns
    -------
    DataFrame
        Index ``year`` (1, 2, ..., "total"); columns revenue, cost, referral, profit (currency units, undiscounted).

    Raises
    ------
    ValueError
        If the lengths differ, or a revenue or cost is negative.

    Source
    ------
    Three-year forecast table of a Redbaby customer-service talk (fictitious figures).

    Examples
    --------
    >>> forecast_table(revenue=[2444, 2001, 1399], cost=[2203, 1814, 1285])["profit"].tolist()
    [241.0, 187.0, 114.0, 542.0]
    """
    table = pd.DataFrame({"revenue": revenue, "cost": cost, "referral": referral, "profit": revenue - cost + referral})
    table.index = pd.Index(range(1, len(table) + 1), name="year", dtype=object)
    table.loc["total"] = table.sum()
    return table


@formula
def correction_ladder(
    visits: OneCountFrom1,
    purchases_per_visit: OneAmount,
    spend: OneAmount,
    acquisition_cost: OneAmount,
    *,
    margin_rate: OneShare,
    rate: OneRate,
    retention: OneShare,
    horizon: OneCountFrom1,
    revenue_per_year: OneAmount,
    visits_per_year: OneCountFrom1 = 12,
    timing: Timing = "start",
) -> pd.DataFrame:
    r"""The worksheet's figure, then margin, discounting, retention, horizon and revenue put right, one at a time.

    .. math:: \sum_{k=0}^{horizon-1} margin\_rate \cdot \frac{revenue}{n}
        \left(\frac{retention}{1 + rate}\right)^{k/n} - cost

    is the last rung, for n visits a year, each at the start of its period. Each rung keeps the corrections of the
    rungs above it and takes the acquisition cost away once, today.

    Parameters
    ----------
    visits : int
        Visits the worksheet counts (65 years of 12 are 780).
    purchases_per_visit, spend, acquisition_cost : float
        As in `worksheet_ltv`.
    margin_rate : float
        Contribution margin, a share of sales in [0, 1].
    rate : float
        Discount rate per year, as a fraction.
    retention : float
        Retention rate per year, in [0, 1]; per visit it is ``retention ** (1 / visits_per_year)``.
    horizon : int
        Visits counted from the rung horizon on (36 monthly visits are three years).
    revenue_per_year : float
        What she pays in a year by the firm's own books (currency units), spread evenly over the year's visits. It takes
        the place of purchases times spend on the last rung.
    visits_per_year : int, default 12
        How many visits make a year.
    timing : {"start", "end"}, default "start"
        Visits at the start of each period, the first one now and certain; or at its end, if she is still a
        customer then.

    Returns
    -------
    DataFrame
        Index ``step`` (worksheet, margin, discounting, retention, horizon, revenue); columns value (currency units)
        and change (from the rung above).

    Raises
    ------
    ValueError
        If a rate is not a fraction, the horizon is longer than `visits`, or timing is unknown.

    Source
    ------
    Ours, on the worksheet of a Redbaby talk; each rung is `clvlib.value.clv` (Berger & Nasr 1998).

    Examples
    --------
    >>> ladder = correction_ladder(780, 1.52, 220, 57, margin_rate=542 / 5844, rate=0.10,
    ...                            retention=(1399 / 2444) ** 0.5, horizon=36, revenue_per_year=2444)
    >>> ladder["value"].round(2).tolist()
    [260775.0, 24133.78, 3855.32, 953.02, 624.38, 357.99]
    """
    if horizon > visits:
        raise ValueError(f"horizon must be at most the {visits} visits of the worksheet, got {horizon}")

    at_a_visit = purchases_per_visit * spend

    def rung(margin_rate: float, rate: float, retention: float, visits: int, revenue: float = at_a_visit) -> float:
        gross = clv(
            margin_rate * revenue,
            retention=retention ** (1 / visits_per_year),
            rate=(1 + rate) ** (1 / visits_per_year) - 1,
            periods=visits,
            timing=timing,
        )
        return round(float(gross) - acquisition_cost, 9)

    values = {
        "worksheet": rung(1, 0, 1, visits),
        "margin": rung(margin_rate, 0, 1, visits),
        "discounting": rung(margin_rate, rate, 1, visits),
        "retention": rung(margin_rate, rate, retention, visits),
        "horizon": rung(margin_rate, rate, retention, horizon),
        "revenue": rung(margin_rate, rate, retention, horizon, revenue_per_year / visits_per_year),
    }
    ladder = pd.DataFrame({"value": values}).rename_axis("step")
    ladder["change"] = ladder["value"].diff()
    return ladder
