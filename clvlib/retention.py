"""Who stays, how long, and out of whom: every rate here is a fraction of a stated group over a stated period."""

from typing import Literal

import numpy as np
import pandas as pd

from clvlib import _checks
from clvlib._calendar import DAYS, PANDAS_PERIOD, Grain
from clvlib._formula import (
    Amounts,
    AnyColumn,
    DateFormat,
    Flags,
    Ids,
    OneAmount,
    OnePositive,
    Periods,
    Share,
    ShareAbove0,
    Shares,
    Survivors,
    formula,
)

Leaving = Literal["at_renewal", "any_time"]


@formula
def churn_denominators(at_start: OnePositive, won: OneAmount, lost: OneAmount) -> pd.DataFrame:
    """The same losses divided by four groups of customers, side by side. Only the first is a chance, which multiplies.

    Parameters
    ----------
    at_start : float
        Customers at the start of the period (a count), above 0.
    won : float
        Customers won during the period and still there at its end (a count).
    lost : float
        How many of the customers at the start were gone at the end (a count).

    Returns
    -------
    DataFrame
        Index ``divided_by``; columns customers (a count), churn (``lost / customers``) and meaning.

    Raises
    ------
    ValueError
        If more are lost than there were, a count is negative, or nobody is left at the end.

    Source
    ------
    Ours.

    Examples
    --------
    >>> churn_denominators(at_start=1000, won=500, lost=200)["churn"].round(3).to_dict()
    {'start': 0.2, 'average': 0.174, 'end': 0.154, 'start and won': 0.133}
    """
    if lost > at_start:
        raise ValueError(
            f"lost must be at most at_start, got {lost:g} of {at_start:g}; count only customers of the start"
        )
    at_end = at_start - lost + won
    if at_end == 0:
        raise ValueError("lost must leave somebody at the end, got at_start - lost + won = 0")
    rows = {
        "start": (at_start, "of those at risk, the share gone: a chance"),
        "average": ((at_start + at_end) / 2, "falls when the firm grows, nobody staying longer"),
        "end": (at_end, "those lost are no part of this group"),
        "start and won": (at_start + won, "counts newcomers as at risk all period"),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["customers", "meaning"]).rename_axis("divided_by")
    table.insert(1, "churn", lost / table["customers"])
    return table


@formula
def convert_rate(rate: Share, from_: Grain, to: Grain, kind: Literal["churn", "retention"] = "churn") -> np.ndarray:
    r"""The same loyalty per another period: survival multiplies.

    .. math:: r_{to} = r_{from}^{\, n}, \qquad n = \textrm{length of to} / \textrm{length of from}, \qquad c = 1 - r

    A year has 4 quarters, 12 months or 365.25 days, and a week has 7 days.

    Parameters
    ----------
    rate : float or array
        Churn or retention rate per `from_`, in [0, 1].
    from_, to : {"day", "week", "month", "quarter", "year"}
        The period of the given rate, and of the rate returned.
    kind : {"churn", "retention"}, default "churn"
        What `rate` is; the result is the same kind.

    Returns
    -------
    float or array
        Fraction in [0, 1], per `to`.

    Raises
    ------
    ValueError
        If the rate is not a fraction, or a period or the kind is unknown.

    Source
    ------
    Any text on survival analysis: the chances of lasting through one period after another multiply.

    Examples
    --------
    >>> round(convert_rate(0.60, "year", "month"), 4)
    0.0735
    >>> round(convert_rate(0.05, "month", "year"), 3)
    0.46
    >>> round(convert_rate(0.40, "year", "month", kind="retention"), 4)
    0.9265
    """
    periods = DAYS[to] / DAYS[from_]
    return rate**periods if kind == "retention" else 1 - (1 - rate) ** periods


@formula
def expected_lifetime(churn: ShareAbove0, leaving: Leaving = "at_renewal") -> np.ndarray:
    r"""Mean lifetime at constant churn, in started periods or in elapsed time.

    .. math:: \frac{1}{c} \textrm{ at renewals}, \qquad \frac{1}{-\ln(1 - c)} \textrm{ at any time}

    Parameters
    ----------
    churn : float or array
        Churn rate per period, in (0, 1].
    leaving : {"at_renewal", "any_time"}, default "at_renewal"
        ``"at_renewal"``: customers leave between periods, and the answer counts started periods. ``"any_time"``: they
        can leave on any day, and the answer is elapsed time. Never compare one with the other.

    Returns
    -------
    float or array
        Periods, of the same length as the churn rate's.

    Raises
    ------
    ValueError
        If churn is not in (0, 1] (with no churn nobody ever leaves), or `leaving` is unknown.

    Source
    ------
    Means of the geometric and the exponential distribution; any text on probability.

    Examples
    --------
    >>> round(expected_lifetime(0.6), 2)
    1.67
    >>> round(expected_lifetime(0.6, leaving="any_time"), 2)
    1.09
    """
    return 1 / (churn if leaving == "at_renewal" else -np.log1p(-churn))


@formula
def median_lifetime(churn: ShareAbove0, leaving: Leaving = "at_renewal") -> np.ndarray:
    r"""When half of the customers are gone, at constant churn; for renewals rounded up to whole periods.

    .. math:: \frac{\ln 2}{-\ln(1 - c)}

    Parameters
    ----------
    churn, leaving
        As in `expected_lifetime`.

    Returns
    -------
    float or array
        Periods: started ones (a whole number of at least 1) with ``"at_renewal"``, elapsed time with ``"any_time"``.

    Raises
    ------
    ValueError
        As `expected_lifetime`.

    Source
    ------
    Medians of the geometric and the exponential distribution; any text on probability.

    Examples
    --------
    >>> round(median_lifetime(0.6, leaving="any_time"), 2)
    0.76
    >>> median_lifetime(0.6)
    1.0
    """
    half = np.log(2) / -np.log1p(-churn)
    if leaving == "any_time":
        return half
    # a churn of 1 - 0.5 ** (1 / 3) means exactly 3 periods, not 3.0000000000000004
    return np.maximum(np.ceil(half * (1 - 1e-12)), 1)


@formula
def survival(counts: Survivors) -> pd.Series:
    r"""Share of a cohort still there, where the whole cohort was followed.

    .. math:: S(t) = \frac{n_t}{n_0}

    Where you look at customers one by one and some have not left yet, use `kaplan_meier`: leaving those out, or taking
    today for the day they left, makes life look too short.

    Parameters
    ----------
    counts : sequence of float, shape (periods + 1,)
        Customers of one cohort alive at the start and after each period. Never rises.

    Returns
    -------
    Series
        Fractions, named ``survival``; index ``period`` (0, 1, 2, ...).

    Raises
    ------
    ValueError
        If the counts rise, start at 0, or are fewer than two.

    Source
    ------
    Fader & Hardie 2007, How to Project Customer Retention (Journal of Interactive Marketing).

    Examples
    --------
    >>> survival([1000, 600, 420]).tolist()
    [1.0, 0.6, 0.42]
    """
    alive = counts.to_numpy()
    return pd.Series(alive / alive[0], name="survival").rename_axis("period")


@formula
def kaplan_meier(durations: Amounts, observed: Flags) -> pd.DataFrame:
    r"""Survival when some are still customers.

    .. math:: S(t) = \prod_{t_i \le t} \left(1 - \frac{lost_i}{\textrm{at risk}_i}\right)

    The denominator holds everyone known to be a customer just before that time, so nobody is counted as at risk for
    longer than she was watched.

    Parameters
    ----------
    durations : sequence of float, shape (customers,)
        Time from each customer's start to her leaving, or to the day you stopped looking (any one unit of time).
    observed : sequence of bool or 0/1, shape (customers,)
        True if her leaving was seen, False if she was still a customer then (censored).

    Returns
    -------
    DataFrame
        Index ``time`` (0 and each time at which somebody left); columns at_risk and lost (counts), and survival, the
        share that stays longer than this time.

    Raises
    ------
    ValueError
        If a duration is negative, a flag is not yes or no, or the lengths differ.

    Source
    ------
    Kaplan & Meier 1958 (Journal of the American Statistical Association), computed by statsmodels.

    Examples
    --------
    >>> table = kaplan_meier(durations=[1, 2, 2, 3], observed=[True, True, False, True])
    >>> table["at_risk"].to_dict()
    {0.0: 4, 1.0: 4, 2.0: 3, 3.0: 1}
    >>> table["survival"].round(2).to_dict()
    {0.0: 1.0, 1.0: 0.75, 2.0: 0.5, 3.0: 0.0}
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    estimate = SurvfuncRight(durations, observed)
    table = pd.DataFrame(
        {"at_risk": estimate.n_risk, "lost": estimate.n_events.astype(int), "survival": estimate.surv_prob},
        index=pd.Index(estimate.surv_times, name="time"),
    )
    if 0 not in table.index:
        table.loc[0.0] = {"at_risk": len(durations), "lost": 0, "survival": 1.0}
    return table.sort_index().astype({"at_risk": int, "lost": int})


@formula
def retention_curve(survival: Survivors) -> pd.Series:
    r"""Retention from each period to the next: of those who came this far, the share that stays.

    .. math:: r_t = \frac{S(t)}{S(t - 1)}

    It is not survival, whose denominator stays the whole cohort: after 1000, 600 and 420 customers the second year's
    retention is 420 / 600 = 0.7, not 420 / 1000. It rises by mere sorting, as those who leave easily leave first.

    Parameters
    ----------
    survival : sequence of float, shape (periods + 1,)
        Survival, or customers alive, at the start and after each period.

    Returns
    -------
    Series
        Fractions per period, named ``retention``; index ``period`` (1, 2, ...).

    Raises
    ------
    ValueError
        If survival rises, reaches 0 before its last value, or a Series' times are not one period apart.

    Source
    ------
    Fader & Hardie 2007, How to Project Customer Retention (Journal of Interactive Marketing).

    Examples
    --------
    >>> retention_curve([1000, 600, 420]).round(2).to_dict()
    {1: 0.6, 2: 0.7}
    """
    _one_a_period(survival.index)
    alive = survival.to_numpy()
    if (alive[:-1] == 0).any():
        raise ValueError(f"survival must be cut after its first 0, at period {int(np.argmin(alive))}: nobody is left")
    curve = pd.Series(alive[1:] / alive[:-1], index=range(1, len(alive)), name="retention")
    return curve.rename_axis("period")


@formula
def mixture_retention(shares: Shares, retention: Shares, periods: Periods) -> pd.Series:
    r"""The firm's retention when segments differ: it rises every period, though no customer becomes more loyal.

    .. math:: r(t) = \frac{S(t)}{S(t-1)}, \qquad S(t) = \sum_s share_s \, r_s^t

    It starts at the mean of the segments' rates and tends to the highest.

    Parameters
    ----------
    shares : sequence of float, shape (segments,)
        Share of each segment among the customers at the start; they add up to 1.
    retention : sequence of float, shape (segments,)
        Retention rate per period of each segment, in [0, 1].
    periods : int
        How many periods to follow them.

    Returns
    -------
    Series
        Fractions per period, named ``retention``; index ``period`` (1, ..., periods).

    Raises
    ------
    ValueError
        If the shares do not add up to 1, a rate is not a fraction, the lengths differ, or nobody is left before the
        last period.

    Source
    ------
    Fader & Hardie 2010, Customer-Base Valuation in a Contractual Setting: the Perils of Ignoring Heterogeneity
    (Marketing Science), with segments in place of their beta distribution.

    Examples
    --------
    >>> mixture_retention(shares=[0.5, 0.5], retention=[0.9, 0.5], periods=3).round(3).tolist()
    [0.7, 0.757, 0.806]
    """
    times = np.arange(periods + 1)
    shares = _checks.adding_up_to_1("shares", shares.to_numpy())
    alive = (shares * retention.to_numpy() ** times[:, None]).sum(axis=1)
    return retention_curve(alive)


@formula
def cohort_table(
    log: pd.DataFrame,
    customer: Ids = "customer_id",
    date: AnyColumn = "date",
    grain: Grain = "month",
    values: Literal["customers", "shares"] = "customers",
    *,
    date_format: DateFormat | None = None,
) -> pd.DataFrame:
    """How many customers of each cohort came back how many periods after the cohort's first purchase.

    Every row of the log counts as activity: leave refunds out first. A customer who skips a period and returns is
    counted again, so a row may rise: this is activity, not survival.

    Parameters
    ----------
    log : DataFrame
        One row a purchase.
    customer, date : str
        Its columns with the customer's id and the date (datetimes, or text written year-month-day).
    grain : {"day", "week", "month", "quarter", "year"}, default "month"
        Calendar period; weeks run from Monday to Sunday.
    values : {"customers", "shares"}, default "customers"
        Distinct active customers, or their share of the cohort's size (column 0).
    date_format : str or list of str, optional
        How dates in text are written, such as ``"%d/%m/%Y"``, if not year-month-day; as in
        `clvlib.transactions.rfm_summary`.

    Returns
    -------
    DataFrame
        Index ``cohort`` (the period of the first purchase), a column for each number of periods since (0, 1, 2, ...).
        ``<NA>`` where that period comes after the log's last date: unknown is not 0. The last period of a log is often
        incomplete.

    Raises
    ------
    ValueError
        If a column is missing, a customer or a date is missing or is not a date, or an option is unknown.

    Source
    ------
    Any text on customer-base analysis, e.g. Fader, Hardie & Ross 2022, The Customer-Base Audit.

    Examples
    --------
    >>> log = pd.DataFrame({"customer_id": ["ann", "ann", "bo", "cy", "ann"],
    ...                     "date": ["2024-01-05", "2024-01-20", "2024-01-31", "2024-02-10", "2024-03-01"]})
    >>> cohort_table(log).loc["2024-01"].tolist()
    [2, 0, 1]
    >>> cohort_table(log).loc["2024-02"].tolist()
    [1, 0, <NA>]
    """
    dates = pd.DatetimeIndex(_checks.log_dates(date, date_format))
    calendar = pd.period_range(dates.min(), dates.max(), freq=PANDAS_PERIOD[grain])
    period = calendar.get_indexer(dates.to_period(calendar.freq))
    active = pd.DataFrame({"customer": customer.to_numpy(), "period": period}).drop_duplicates()
    active["cohort"] = active.groupby("customer")["period"].transform("min")
    table = pd.crosstab(active["cohort"], active["period"] - active["cohort"])
    table = table.reindex(columns=range(len(calendar)), fill_value=0)
    known = np.add.outer(table.index.to_numpy(), table.columns.to_numpy()) < len(calendar)
    table = table.astype("Int64").where(known)
    table.index = calendar[table.index].rename("cohort")
    table.columns.name = f"{grain}s since first purchase"
    return table if values == "customers" else table.div(table[0], axis=0)


def _one_a_period(times: pd.Index) -> None:
    """Refuse the times of a Kaplan-Meier table where they skip periods in which nobody left."""
    steps = np.diff(times) if pd.api.types.is_numeric_dtype(times) else np.ones(1)
    if not np.allclose(steps, 1):
        raise ValueError(
            f"survival must have one value a period, but its index steps by {steps[~np.isclose(steps, 1)][0]:g}; "
            "use survival.reindex(range(n), method='ffill')"
        )
