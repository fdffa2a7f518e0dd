"""Who stays, how long, and out of whom: every rate here is a fraction of a stated group over a stated period."""

from typing import Any

import numpy as np
import pandas as pd

from clvlib import _old_checks as _checks
from clvlib._old_checks import FloatOrArray

# A year is 365 days, and a week is 7 of them: 365 / 7 = 52.14 weeks.
_PER_YEAR = {"day": 365, "week": 365 / 7, "month": 12, "quarter": 4, "year": 1}
_PANDAS_PERIOD = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}
_LEAVING = ("at_renewal", "any_time")


def churn_rate(lost: Any, at_start: Any) -> FloatOrArray:
    """Churn rate of a period: ``lost / at_start``, of the customers at its start, those gone at its end.

    A customer won during the period is in neither number. `churn_denominators` shows what other denominators do.

    Parameters
    ----------
    lost : float or array
        How many of the customers at the start were gone at the end (a count).
    at_start : float or array
        Customers at the start of the period (a count), above 0.

    Returns
    -------
    float or array
        Fraction in [0, 1], per this period.

    Raises
    ------
    ValueError
        If more are lost than there were, a count is negative, or the lengths differ.

    Source
    ------
    Farris et al. 2010, Marketing Metrics (retention rate: of the customers at risk, those retained).

    Examples
    --------
    >>> churn_rate(lost=600, at_start=1000)
    0.6
    """
    lost, at_start = _checks.aligned(
        lost=_checks.number("lost", lost, at_least=0), at_start=_checks.number("at_start", at_start, above=0)
    )
    too_many = lost > at_start
    if too_many.any():
        got, of = lost[too_many].flat[0], at_start[too_many].flat[0]
        raise ValueError(f"lost must be at most at_start, got {got:g} of {of:g}; count only customers of the start")
    return _checks.plain(lost / at_start)


def churn_denominators(at_start: float, won: float, lost: float) -> pd.DataFrame:
    """The same losses divided by four groups of customers, side by side. Only the first is the churn rate.

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
        As `churn_rate`; also if nobody is left at the end.

    Source
    ------
    Ours.

    Examples
    --------
    >>> churn_denominators(at_start=1000, won=500, lost=200)["churn"].round(3).to_dict()
    {'start': 0.2, 'average': 0.174, 'end': 0.154, 'start and won': 0.133}
    """
    at_start = _checks.single("at_start", _checks.number("at_start", at_start, above=0))
    won = _checks.single("won", _checks.number("won", won, at_least=0))
    lost = _checks.single("lost", _checks.number("lost", lost, at_least=0, at_most=at_start))
    at_end = at_start - lost + won
    if at_end == 0:
        raise ValueError("lost must leave somebody at the end, got at_start - lost + won = 0")
    rows = {
        "start": (at_start, "of those at risk, the share gone: the churn rate"),
        "average": ((at_start + at_end) / 2, "falls when the firm grows, nobody staying longer"),
        "end": (at_end, "those lost are no part of this group"),
        "start and won": (at_start + won, "counts newcomers as at risk all period"),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["customers", "meaning"]).rename_axis("divided_by")
    table.insert(1, "churn", lost / table["customers"])
    return table


def convert_rate(rate: Any, from_: str, to: str, kind: str = "churn") -> FloatOrArray:
    """The same loyalty per another period: ``retention ** (periods of from_ in one of to)``. Survival multiplies.

    A year has 4 quarters, 12 months or 365 days, and a week has 7 days.

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
    rate = np.asarray(_checks.fraction("rate", rate))
    exponent = _PER_YEAR[_checks.option("from_", from_, _PER_YEAR)] / _PER_YEAR[_checks.option("to", to, _PER_YEAR)]
    if _checks.option("kind", kind, ("churn", "retention")) == "retention":
        return _checks.plain(rate**exponent)
    return _checks.plain(1 - (1 - rate) ** exponent)


def expected_lifetime(churn: Any, leaving: str = "at_renewal") -> FloatOrArray:
    """Mean lifetime at constant churn: ``1 / churn`` started periods, or ``-1 / ln(1 - churn)`` of elapsed time.

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
    churn = np.asarray(_checks.fraction("churn", churn, zero_allowed=False))
    if _checks.option("leaving", leaving, _LEAVING) == "at_renewal":
        return _checks.plain(1 / churn)
    return _checks.plain(1 / _hazard(churn))


def median_lifetime(churn: Any, leaving: str = "at_renewal") -> FloatOrArray:
    """When half of the customers are gone, at constant churn: ``ln 2 / -ln(1 - churn)``, rounded up for renewals.

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
    churn = np.asarray(_checks.fraction("churn", churn, zero_allowed=False))
    half = np.log(2) / _hazard(churn)
    if _checks.option("leaving", leaving, _LEAVING) == "any_time":
        return _checks.plain(half)
    # a churn of 1 - 0.5 ** (1 / 3) means exactly 3 periods, not 3.0000000000000004
    return _checks.plain(np.maximum(np.ceil(half * (1 - 1e-12)), 1))


def survival(counts: Any = None, *, durations: Any = None, observed: Any = None) -> pd.Series:
    """Share of a cohort still there: ``counts / counts[0]``, or the Kaplan-Meier estimate if some are still customers.

    Give `counts` where a whole cohort was followed. Give `durations` and `observed` where you look at customers one by
    one and some have not left yet: leaving those out, or taking today for the day they left, makes life look too short.

    Parameters
    ----------
    counts : sequence of float, shape (periods + 1,)
        Customers of one cohort alive at the start and after each period. Never rises.
    durations : sequence of float, shape (customers,)
        As in `kaplan_meier`.
    observed : sequence of bool, shape (customers,)
        As in `kaplan_meier`.

    Returns
    -------
    Series
        Fractions. Index ``period`` (0, 1, 2, ...), or ``time`` (0 and each time at which somebody left).

    Raises
    ------
    ValueError
        If the counts rise or start at 0, both kinds of input are given, or as `kaplan_meier`.

    Source
    ------
    Fader & Hardie 2007, How to Project Customer Retention (Journal of Interactive Marketing); Kaplan & Meier 1958.

    Examples
    --------
    >>> survival([1000, 600, 420]).tolist()
    [1.0, 0.6, 0.42]
    >>> survival(durations=[1, 2, 2, 3], observed=[True, True, False, True]).round(2).to_dict()
    {0.0: 1.0, 1.0: 0.75, 2.0: 0.5, 3.0: 0.0}
    """
    if counts is not None:
        if durations is not None or observed is not None:
            raise ValueError("give survival either counts, or durations and observed, not both")
        alive = _never_rising("counts", counts)
        return pd.Series(alive / alive[0], name="survival").rename_axis("period")
    if durations is None or observed is None:
        raise ValueError("survival needs counts, or both durations and observed")
    return kaplan_meier(durations, observed)["survival"]


def kaplan_meier(durations: Any, observed: Any) -> pd.DataFrame:
    """Survival when some are still customers: at each loss, survival is multiplied by ``1 - lost / at_risk``.

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

    durations = _flat("durations", _checks.number("durations", durations, at_least=0))
    observed = _yes_or_no("observed", observed)
    _same_length(durations=durations, observed=observed)
    estimate = SurvfuncRight(durations, observed)
    table = pd.DataFrame(
        {"at_risk": estimate.n_risk, "lost": estimate.n_events.astype(int), "survival": estimate.surv_prob},
        index=pd.Index(estimate.surv_times, name="time"),
    )
    if 0 not in table.index:
        table.loc[0.0] = {"at_risk": len(durations), "lost": 0, "survival": 1.0}
    return table.sort_index().astype({"at_risk": int, "lost": int})


def retention_curve(survival: Any) -> pd.Series:
    """Retention from each period to the next: ``S(t) / S(t - 1)``, of those who came this far, the share that stays.

    It is not survival, whose denominator stays the whole cohort: after 1000, 600 and 420 customers the second year's
    retention is 420 / 600 = 0.7, not 420 / 1000. It rises by mere sorting, as those who leave easily leave first.

    Parameters
    ----------
    survival : sequence of float, shape (periods + 1,)
        Survival, or customers alive, at the start and after each period.

    Returns
    -------
    Series
        Fractions per period; index ``period`` (1, 2, ...).

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
    if isinstance(survival, pd.Series) and pd.api.types.is_numeric_dtype(survival.index):
        steps = np.diff(survival.index.to_numpy())
        if len(steps) and not np.allclose(steps, 1):
            raise ValueError(
                "survival must have one value a period, but its index steps by "
                f"{steps[~np.isclose(steps, 1)][0]:g}; use survival.reindex(range(n), method='ffill')"
            )
    alive = _never_rising("survival", survival)
    if (alive[:-1] == 0).any():
        raise ValueError(f"survival must be cut after its first 0, at period {int(np.argmin(alive))}: nobody is left")
    curve = pd.Series(alive[1:] / alive[:-1], index=range(1, len(alive)), name="retention")
    return curve.rename_axis("period")


def mixture_survival(shares: Any, retention: Any, periods: int) -> pd.Series:
    """Survival of a firm whose segments each keep a constant retention: ``sum(share * retention ** t)``.

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
        Fractions; index ``period`` (0, 1, ..., periods).

    Raises
    ------
    ValueError
        If the shares do not add up to 1, a rate is not a fraction, or the lengths differ.

    Source
    ------
    Fader & Hardie 2010, Customer-Base Valuation in a Contractual Setting: the Perils of Ignoring Heterogeneity
    (Marketing Science), with segments in place of their beta distribution.

    Examples
    --------
    >>> mixture_survival(shares=[0.5, 0.5], retention=[0.9, 0.5], periods=3).round(4).tolist()
    [1.0, 0.7, 0.53, 0.427]
    """
    shares = _flat("shares", _checks.fraction("shares", shares))
    retention = _flat("retention", _checks.fraction("retention", retention))
    _same_length(shares=shares, retention=retention)
    if abs(shares.sum() - 1) > 1e-9:
        raise ValueError(f"shares must add up to 1, got {shares.sum():.12g}")
    times = np.arange(_checks.single("periods", _checks.whole("periods", periods, at_least=1)) + 1)
    alive = (shares * retention ** times[:, None]).sum(axis=1)
    return pd.Series(alive, name="survival").rename_axis("period")


def mixture_retention(shares: Any, retention: Any, periods: int) -> pd.Series:
    """The firm's retention when segments differ: it rises every period, though no customer becomes more loyal.

    The `retention_curve` of `mixture_survival`. It starts at the mean of the segments' rates and tends to the highest.

    Parameters
    ----------
    shares, retention, periods
        As in `mixture_survival`.

    Returns
    -------
    Series
        Fractions per period; index ``period`` (1, ..., periods).

    Raises
    ------
    ValueError
        As `mixture_survival`; also if nobody is left before the last period.

    Source
    ------
    As `mixture_survival`.

    Examples
    --------
    >>> mixture_retention(shares=[0.5, 0.5], retention=[0.9, 0.5], periods=3).round(3).tolist()
    [0.7, 0.757, 0.806]
    """
    return retention_curve(mixture_survival(shares, retention, periods))


def cohort_table(
    log: pd.DataFrame,
    customer: str = "customer",
    date: str = "date",
    grain: str = "month",
    values: str = "customers",
) -> pd.DataFrame:
    """How many customers of each cohort came back how many periods after the cohort's first purchase.

    Every row of the log counts as activity: leave refunds out first. A customer who skips a period and returns is
    counted again, so a row may rise: this is activity, not survival.

    Parameters
    ----------
    log : DataFrame
        One row a purchase.
    customer, date : str
        Its columns with the customer's id and the date (dates, or text such as 2024-01-31).
    grain : {"day", "week", "month", "quarter", "year"}, default "month"
        Calendar period; weeks run from Monday to Sunday.
    values : {"customers", "shares"}, default "customers"
        Distinct active customers, or their share of the cohort's size (column 0).

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
    >>> log = pd.DataFrame({"customer": ["ann", "ann", "bo", "cy", "ann"],
    ...                     "date": ["2024-01-05", "2024-01-20", "2024-01-31", "2024-02-10", "2024-03-01"]})
    >>> cohort_table(log).loc["2024-01"].tolist()
    [2, 0, 1]
    >>> cohort_table(log).loc["2024-02"].tolist()
    [1, 0, <NA>]
    """
    _checks.table("log", log, [customer, date])
    frequency = _PANDAS_PERIOD[_checks.option("grain", grain, _PANDAS_PERIOD)]
    _checks.option("values", values, ("customers", "shares"))
    nameless = int(log[customer].isna().sum())
    if nameless:
        raise ValueError(
            f"log has no {customer!r} in {nameless} of its {len(log)} rows: leave them out or fill them in"
        )
    dates = pd.DatetimeIndex(_checks.dates(f"column {date!r} of log", log[date]))
    calendar = pd.period_range(dates.min(), dates.max(), freq=frequency)
    period = calendar.get_indexer(dates.to_period(frequency))
    active = pd.DataFrame({"customer": log[customer].to_numpy(), "period": period}).drop_duplicates()
    active["cohort"] = active.groupby("customer")["period"].transform("min")
    table = pd.crosstab(active["cohort"], active["period"] - active["cohort"])
    table = table.reindex(columns=range(len(calendar)), fill_value=0)
    known = np.add.outer(table.index.to_numpy(), table.columns.to_numpy()) < len(calendar)
    table = table.astype("Int64").where(known)
    table.index = calendar[table.index].rename("cohort")
    table.columns.name = f"{grain}s since first purchase"
    return table if values == "customers" else table.div(table[0], axis=0)


def _hazard(churn: np.ndarray) -> np.ndarray:
    """Chance of leaving per unit of time, ``-ln(1 - churn)``; infinite where everybody leaves."""
    with np.errstate(divide="ignore"):
        return -np.log1p(-churn)


def _never_rising(name: str, values: Any) -> np.ndarray:
    values = _flat(name, _checks.number(name, values, at_least=0))
    if len(values) < 2:
        raise ValueError(f"{name} needs at least two numbers: at the start and after each period")
    if values[0] == 0:
        raise ValueError(f"{name} must start above 0, got 0")
    rises = np.diff(values) > 0
    if rises.any():
        at = int(np.argmax(rises))
        raise ValueError(
            f"{name} must never rise, got {values[at + 1]:.12g} after {values[at]:.12g} at period {at + 1}; "
            "follow one cohort and leave out customers won later"
        )
    return values


def _yes_or_no(name: str, values: Any) -> np.ndarray:
    flags = _flat(name, np.asarray(values))
    known = pd.Series(flags).isin([0, 1]).to_numpy()
    if not known.all():
        raise ValueError(
            f"{name} must be True or False (or 1 or 0) for each customer, got {flags[~known].tolist()[0]!r}"
        )
    return flags.astype(bool)


def _flat(name: str, values: Any) -> np.ndarray:
    values = np.atleast_1d(values)
    if values.ndim > 1:
        raise ValueError(f"{name} must be a flat list, got an array of {values.ndim} dimensions")
    return values


def _same_length(**values: np.ndarray) -> None:
    shapes = {np.shape(value) for value in values.values() if np.ndim(value)}
    if len(shapes) > 1:
        sizes = " and ".join(str(np.size(value)) for value in values.values())
        raise ValueError(f"{' and '.join(values)} must have the same length, got {sizes}")
