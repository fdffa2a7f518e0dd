"""What a customer is worth: money over time, retention, and the conventions that make published numbers differ."""

from typing import Literal

import numpy as np
import pandas as pd

from clvlib._formula import (
    Amount,
    CashFlows,
    Count,
    Number,
    Numbers,
    OneAmount,
    OneCount,
    OneNumber,
    OneRate,
    OneShare,
    Periods,
    Positive,
    Rate,
    Share,
    ShareAbove0,
    default,
    formula,
)

Timing = Literal["start", "end"]
FirstMargin = Literal["now", "end", "if_retained"]


@formula
def present_value(cashflows: CashFlows, rate: OneRate, timing: Timing = "end") -> np.ndarray:
    r"""Today's worth of one payment a period.

    .. math:: PV = \sum_t \frac{c_t}{(1 + i)^t}

    Parameters
    ----------
    cashflows : array, shape (..., periods)
        One payment a period (currency units), along the last axis.
    rate : float
        Discount rate per period, as a fraction.
    timing : {"start", "end"}, default "end"
        ``"start"``: t = 0, 1, ..., the first payment is now. ``"end"``: t = 1, 2, ....

    Returns
    -------
    float or array, shape (...)
        Currency units of today.

    Raises
    ------
    ValueError
        If there is no cash flow, a value is missing, the rate is not a fraction, or timing is unknown.

    Source
    ------
    Any text on corporate finance, e.g. Brealey, Myers & Allen, Principles of Corporate Finance, ch. 2.

    Examples
    --------
    >>> round(present_value([1000] * 5, rate=0.05, timing="end"), 2)
    4329.48
    >>> round(present_value([1000] * 5, rate=0.05, timing="start"), 2)
    4545.95
    """
    return (cashflows * (1 + rate) ** -_times(cashflows.shape[-1], timing)).sum(axis=-1)


@formula
def future_value(cashflows: CashFlows, rate: OneRate, timing: Timing = "end") -> np.ndarray:
    r"""Worth at the end of the last period of one payment a period (used for *past* purchases).

    .. math:: FV = \sum_t c_t (1 + i)^{n - t}

    Parameters
    ----------
    cashflows : array, shape (..., periods)
        One payment a period (currency units), the oldest first.
    rate : float
        Interest rate per period, as a fraction.
    timing : {"start", "end"}, default "end"
        When in its period each payment was made. With ``"end"`` the last payment earns no interest.

    Returns
    -------
    float or array, shape (...)
        Currency units at the end of the last period.

    Raises
    ------
    ValueError
        As `present_value`.

    Source
    ------
    As `present_value`, from which it differs by the factor ``(1 + rate) ** periods``.

    Examples
    --------
    >>> round(future_value([1000] * 5, rate=0.05), 2)
    5525.63
    """
    periods = cashflows.shape[-1]
    return (cashflows * (1 + rate) ** (periods - _times(periods, timing))).sum(axis=-1)


@formula
def annuity(payment: Number, rate: Rate, periods: Count, timing: Timing = "end") -> np.ndarray:
    r"""Present value of the same payment for a number of periods, at their ends (ordinary annuity).

    .. math:: PV = c \, \frac{1 - (1 + i)^{-n}}{i}

    At period starts (annuity-due) it is ``1 + rate`` times as much. At rate 0 it is ``payment * periods``.

    Parameters
    ----------
    payment : float or array
        Currency units per period.
    rate : float or array
        Discount rate per period, as a fraction.
    periods : int or array
        How many payments.
    timing : {"start", "end"}, default "end"
        When in its period each payment comes.

    Returns
    -------
    float or array
        Currency units of today.

    Raises
    ------
    ValueError
        If periods is negative, the rate is not a fraction, or timing is unknown.

    Source
    ------
    As `present_value`.

    Examples
    --------
    >>> round(annuity(1000, rate=0.05, periods=5), 2)
    4329.48
    """
    wait = 1 if timing == "end" else 0
    return payment * _geometric_sum(1 / (1 + rate), periods) * (1 + rate) ** -wait


@formula
def perpetuity(payment: Number, rate: ShareAbove0, timing: Timing = "end") -> np.ndarray:
    r"""Present value of the same payment for ever, plus one payment if the first comes now.

    .. math:: PV = \frac{c}{i}

    Parameters
    ----------
    payment : float or array
        Currency units per period.
    rate : float or array
        Discount rate per period, as a fraction above 0.
    timing : {"start", "end"}, default "end"
        When in its period each payment comes.

    Returns
    -------
    float or array
        Currency units of today.

    Raises
    ------
    ValueError
        If the rate is not above 0 (the sum would be infinite), or timing is unknown.

    Source
    ------
    As `present_value`: the limit of `annuity` for many periods.

    Examples
    --------
    >>> perpetuity(1000, rate=0.05)
    20000.0
    """
    return payment / rate + (payment if timing == "start" else 0)


@formula
def clv(
    margin: Number,
    retention: Share,
    rate: Rate,
    periods: Count | None = None,
    timing: Timing = "end",
    first_margin: FirstMargin | None = None,
) -> np.ndarray:
    r"""Customer lifetime value at a constant margin, retention and discount rate, before the acquisition cost.

    .. math:: CLV = \sum_{t} \frac{m \, r^t}{(1 + i)^t}

    ===========  =================  ============================================  ==========================
    timing       first_margin       the first margin                              worth over an endless horizon
    ===========  =================  ============================================  ==========================
    ``"start"``  ``"now"``          is here now                                   m (1 + i) / (1 + i - r)
    ``"end"``    ``"end"``          comes at the end of period 1, for certain     m / (1 + i - r)
    ``"end"``    ``"if_retained"``  comes at the end of period 1, if she stays    m r / (1 + i - r)
    ``"start"``  ``"if_retained"``  is due now, if she renews                     m r (1 + i) / (1 + i - r)
    ===========  =================  ============================================  ==========================

    Most published CLV numbers that disagree differ in these two words.

    Parameters
    ----------
    margin : float or array
        Contribution margin per period (currency units).
    retention : float or array
        Probability, in [0, 1], that a customer of one period is a customer of the next.
    rate : float or array
        Discount rate per period, as a fraction.
    periods : int or array, optional
        How many margins are counted; endless if left out.
    timing : {"start", "end"}, default "end"
        When in its period a margin comes.
    first_margin : {"now", "end", "if_retained"}, optional
        When the first margin comes and whether it is certain, as in the table. Left out: ``"now"`` with
        ``timing="start"``, ``"if_retained"`` with ``timing="end"``. ``"now"`` puts the first margin at time 0, whatever
        the timing.

    Returns
    -------
    float or array
        Currency units of today.

    Raises
    ------
    ValueError
        If retention or rate is not a fraction, the endless sum does not converge (retention >= 1 + rate), or the two
        conventions contradict each other.

    Source
    ------
    Berger & Nasr 1998 (Journal of Interactive Marketing); Gupta & Lehmann 2003 (first margin if retained); Fader &
    Hardie 2010 (a renewal due now).

    Examples
    --------
    >>> round(clv(1000, retention=0.8, rate=0.05, first_margin="now"), 2)
    4200.0
    >>> round(clv(1000, retention=0.8, rate=0.05, first_margin="end"), 2)
    4000.0
    >>> round(clv(1000, retention=0.8, rate=0.05, first_margin="if_retained"), 2)
    3200.0
    """
    if first_margin is None:
        first_margin = "now" if timing == "start" else "if_retained"
    if (timing, first_margin) == ("start", "end"):
        raise ValueError("timing='start' and first_margin='end' contradict each other: choose timing='end'")
    step = retention / (1 + rate)
    if periods is None and (step >= 1).any():
        raise ValueError("retention must be below 1 + rate for an endless horizon; give periods=... instead")
    margins = _geometric_sum(step, np.inf if periods is None else periods)
    chance_of_first = retention if first_margin == "if_retained" else 1
    wait = 0 if timing == "start" or first_margin == "now" else 1
    return margin * chance_of_first * margins * (1 + rate) ** -wait


@formula
def margin_multiple(
    retention: Share, rate: Rate, timing: Timing = "end", first_margin: FirstMargin | None = None
) -> np.ndarray:
    r"""Lifetime value per unit of margin over an endless horizon, by default with the first margin if retained.

    .. math:: \frac{r}{1 + i - r}

    Parameters
    ----------
    retention : float or array
        Retention rate per period, in [0, 1].
    rate : float or array
        Discount rate per period, as a fraction.
    timing, first_margin
        As in `clv`.

    Returns
    -------
    float or array
        A multiple (no unit).

    Raises
    ------
    ValueError
        As `clv`.

    Source
    ------
    Gupta & Lehmann 2003, Customers as Assets (Journal of Interactive Marketing).

    Examples
    --------
    >>> round(margin_multiple(retention=0.8, rate=0.10), 3)
    2.667
    >>> round(margin_multiple(retention=0.8, rate=0.10, first_margin="now"), 3)
    3.667
    """
    return np.asarray(clv(1, retention, rate, timing=timing, first_margin=first_margin))


@formula
def clv_conventions(
    margin: OneNumber, retention: OneShare, rate: OneRate, periods: OneCount | None = None
) -> pd.DataFrame:
    """The same customer under every published convention, side by side.

    Parameters
    ----------
    margin, retention, rate, periods
        As in `clv`, one number each.

    Returns
    -------
    DataFrame
        Index ``convention``; columns formula (endless horizon), value (currency units), ratio (to the smallest value)
        and source. The undiscounted row ignores the rate.

    Raises
    ------
    ValueError
        As `clv`; also if retention is 1 and periods is left out.

    Source
    ------
    One a row, in the table itself.

    Examples
    --------
    >>> clv_conventions(1000, retention=0.8, rate=0.05)["value"].round(2).tolist()
    [4200.0, 4000.0, 3200.0, 3360.0, 5000.0]
    """
    rows = {
        "margin now": ("m(1+i)/(1+i-r)", rate, "start", "now", "Berger & Nasr 1998"),
        "period end, certain": ("m/(1+i-r)", rate, "end", "end", "Blattberg, Getz & Thomas 2001 (commonly reported)"),
        "period end, if retained": ("mr/(1+i-r)", rate, "end", "if_retained", "Gupta & Lehmann 2003"),
        "renewal due now": ("mr(1+i)/(1+i-r)", rate, "start", "if_retained", "Fader & Hardie 2010"),
        "undiscounted": ("m/(1-r)", 0.0, "start", "now", "margin times expected lifetime"),
    }
    table = pd.DataFrame(
        [
            (name, formula, clv(margin, retention, i, periods, timing, first_margin), source)
            for name, (formula, i, timing, first_margin, source) in rows.items()
        ],
        columns=["convention", "formula", "value", "source"],
    ).set_index("convention")
    smallest = table["value"].min()
    table.insert(2, "ratio", table["value"] / smallest if smallest else np.nan)
    return table


@formula
def payback(investment: OneAmount, cashflows: Numbers, rate: OneRate = 0.0) -> float:
    """Periods until the cash flows repay the investment, the last period counted by the share of it that was needed.

    Parameters
    ----------
    investment : float
        Paid now (currency units), e.g. the acquisition cost.
    cashflows : sequence of float
        Margin at the end of each period (currency units).
    rate : float, default 0
        Discount rate per period; above 0 this is the discounted payback.

    Returns
    -------
    float
        Periods; ``inf`` if these cash flows never repay it.

    Raises
    ------
    ValueError
        If the investment is negative, or a value is missing.

    Source
    ------
    Any text on corporate finance, e.g. Brealey, Myers & Allen, Principles of Corporate Finance, ch. 5.

    Examples
    --------
    >>> payback(100, [40, 40, 40])
    2.5
    >>> payback(1000, [40, 40, 40])
    inf
    """
    worth = cashflows.to_numpy() * (1 + rate) ** -_times(len(cashflows), "end")
    balance = np.concatenate([[0.0], worth.cumsum()]) - investment
    repaid = balance >= -1e-9 * investment
    if not repaid.any():
        return float("inf")
    period = int(np.argmax(repaid))
    return period - float(balance[period] / worth[period - 1]) if period else 0.0


@formula
def ltv_cac(ltv: Number, cac: Positive) -> np.ndarray:
    r"""Lifetime value per unit of acquisition cost: an average, silent about the next customer's cost.

    .. math:: \frac{LTV}{CAC}

    Parameters
    ----------
    ltv : float or array
        Lifetime value (currency units). Say whether the acquisition cost was already taken off.
    cac : float or array
        Acquisition cost per customer won (currency units), above 0.

    Returns
    -------
    float or array
        Ratio (no unit).

    Raises
    ------
    ValueError
        If the acquisition cost is not above 0.

    Source
    ------
    The 3 : 1 rule is a software-business heuristic, commonly attributed to David Skok.

    Examples
    --------
    >>> round(ltv_cac(542, 57), 1)
    9.5
    """
    return ltv / cac


@formula
def roi(gain: Number, cost: Positive, gain_is: Literal["gross", "net"] = "gross") -> np.ndarray:
    r"""Return on investment, as a fraction of the cost.

    .. math:: ROI = \frac{gain - cost}{cost}

    Parameters
    ----------
    gain : float or array
        What came back (currency units).
    cost : float or array
        What was spent (currency units), above 0.
    gain_is : {"gross", "net"}, default "gross"
        ``"gross"``: the cost is still in the gain. ``"net"``: it was taken off.

    Returns
    -------
    float or array
        4.8 stands for 480 %.

    Raises
    ------
    ValueError
        If the cost is not above 0 or `gain_is` is unknown.

    Source
    ------
    Farris et al. 2010, Marketing Metrics, on return on marketing investment.

    Examples
    --------
    >>> roi(gain=5.8, cost=1)
    4.8
    """
    return (gain - cost if gain_is == "gross" else gain) / cost


@formula
def share_of_wallet(own: Amount, total: Positive) -> np.ndarray:
    r"""Part of a customer's spending in the category that comes to us.

    .. math:: \frac{own}{total}

    Parameters
    ----------
    own : float or array
        Her spending with us (currency units per period).
    total : float or array
        Her spending in the category, with everybody (same units and period), above 0.

    Returns
    -------
    float or array
        Fraction in [0, 1].

    Raises
    ------
    ValueError
        If she spends more with us than in all.

    Source
    ------
    Farris et al. 2010, Marketing Metrics.

    Examples
    --------
    >>> share_of_wallet(own=300, total=1200)
    0.25
    """
    if (own > total).any():
        raise ValueError("own must be at most total: her spending with us is part of her spending in the category")
    return own / total


@formula
def value_components(
    past: Numbers,
    margin: OneNumber,
    retention: OneShare,
    rate: OneRate,
    periods: Periods,
    *,
    cross_sell: OneNumber = 0.0,
    referral: OneNumber = 0.0,
    growth: OneRate = 0.0,
    current: Literal["unchanged", "near_term"] = "unchanged",
    timing: Timing = "end",
) -> pd.Series:
    r"""Historical, current and potential value of one customer; only the last two are lifetime value.

    The past is sunk.

    .. math:: \textrm{potential} = \textrm{cross sell} + \textrm{referral} + \textrm{growth}, \qquad
              CLV = \textrm{current} + \textrm{potential}

    Parameters
    ----------
    past : sequence of float
        Margins already earned, the oldest first (currency units), at period ends.
    margin : float
        Margin per period if her behaviour does not change (currency units).
    retention, rate : float
        Per period, as fractions.
    periods : int
        How many future margins are counted.
    cross_sell, referral : float, default 0
        Further margin per period, from other products and from customers she brings (currency units).
    growth : float, default 0
        Growth of `margin` per period, as a fraction, from period 2 on.
    current : {"unchanged", "near_term"}, default "unchanged"
        Two published meanings of "current value": all `periods` at unchanged behaviour, or the next period alone. The
        rest of the unchanged behaviour then counts as potential.
    timing : {"start", "end"}, default "end"
        When in its period a margin comes, as in `clv`: ``"end"`` of the period if she stays; or ``"start"``, the first
        one now and certain. Past margins come at period ends.

    Returns
    -------
    Series
        historical, current, cross_sell, referral, growth, later (only with ``"near_term"``), potential, clv (currency
        units of today): ``potential = cross_sell + referral + growth (+ later)``, ``clv = current + potential``.

    Raises
    ------
    ValueError
        If an argument is out of its range, or `current` is unknown.

    Source
    ------
    The three-part split of the Chinese CRM literature on customer lifetime value; formulas are ours, on `clv`.

    Examples
    --------
    >>> parts = value_components([100, 100], margin=120, retention=0.8, rate=0.10, periods=5, cross_sell=30)
    >>> round(float(parts["clv"]), 2)
    318.61
    """
    worth_of_one = (retention / (1 + rate)) ** _times(periods, timing)  # of one unit of margin, period by period
    counted_now = periods if current == "unchanged" else 1
    parts = {
        "historical": future_value(past, rate),
        "current": (margin * worth_of_one[:counted_now]).sum(),
        "cross_sell": (cross_sell * worth_of_one).sum(),
        "referral": (referral * worth_of_one).sum(),
        "growth": (margin * ((1 + growth) ** np.arange(periods) - 1) * worth_of_one).sum(),
    }
    if current == "near_term":
        parts["later"] = (margin * worth_of_one[1:]).sum()
    parts["potential"] = sum(value for name, value in parts.items() if name not in ("historical", "current"))
    parts["clv"] = parts["current"] + parts["potential"]
    return pd.Series(parts)


@formula
def lifecycle_profit(
    base: Number,
    related_sales: Number = default(0.0),
    cost_savings: Number = default(0.0),
    referral: Number = default(0.0),
    *,
    acquisition: Amount = default(0.0),
    price_concessions: Amount = default(0.0),
    referral_damage: Amount = default(0.0),
    rate: OneRate = 0.0,
    timing: Timing = "start",
) -> pd.DataFrame:
    """Lifecycle profit: four revenues less three costs, a year a row.

    Parameters
    ----------
    base, related_sales, cost_savings, referral : sequence of float or float
        Revenue lines, in margin (currency units per year): basic profit, growth and related sales, savings on serving a
        known customer, profit of those she recommends. One number stands for every year.
    acquisition, price_concessions, referral_damage : sequence of float or float
        Cost lines (currency units per year, positive): winning her, discounts she asks for, customers her complaints
        drive away.
    rate : float, default 0
        Discount rate per year, as a fraction.
    timing : {"start", "end"}, default "start"
        When in the year money moves.

    Returns
    -------
    DataFrame
        Index ``year`` (1, 2, ..., "total"); the seven lines (costs negative), profit, and present_value.

    Raises
    ------
    ValueError
        If a cost is negative, or the lines have different lengths.

    Source
    ------
    Four revenues after Reichheld & Sasser 1990; three costs after a Chinese textbook chapter on the customer lifecycle.

    Examples
    --------
    >>> lifecycle_profit([50, 80], referral=[0, 20], acquisition=[60, 0])["profit"].tolist()
    [-10.0, 100.0, 90.0]
    """
    lines = dict(base=base, related_sales=related_sales, cost_savings=cost_savings, referral=referral)
    lines |= dict(acquisition=-acquisition, price_concessions=-price_concessions, referral_damage=-referral_damage)
    table = pd.DataFrame({name: np.atleast_1d(line) for name, line in lines.items()})
    table["profit"] = table.sum(axis=1)
    table["present_value"] = table["profit"] * (1 + rate) ** -_times(len(table), timing)
    table.index = pd.Index(range(1, len(table) + 1), name="year", dtype=object)
    table.loc["total"] = table.sum()
    return table


@formula
def referral_value(told: Amount, conversion: Share, value: Number) -> np.ndarray:
    r"""Value of the customers she brings.

    .. math:: told \times conversion \times value

    Add it to her own value, or to theirs, never to both: summed over all customers, each new one would count twice.

    Parameters
    ----------
    told : float or array
        People she recommends us to (a count).
    conversion : float or array
        Share of them who become customers *because of her*, in [0, 1].
    value : float or array
        Lifetime value of such a customer (currency units).

    Returns
    -------
    float or array
        Currency units.

    Raises
    ------
    ValueError
        If a count is negative or the conversion is not a fraction.

    Source
    ------
    Kumar, Petersen & Leone 2007, How Valuable Is Word of Mouth? (Harvard Business Review).

    Examples
    --------
    >>> round(referral_value(told=5, conversion=0.02, value=542), 1)
    54.2
    """
    return told * conversion * value


def _times(periods: int, timing: str) -> np.ndarray:
    """When one payment a period comes: 0, 1, ... at period starts, 1, 2, ... at their ends."""
    return np.arange(periods) + (0.0 if timing == "start" else 1.0)


def _geometric_sum(step: np.ndarray, count: np.ndarray | float) -> np.ndarray:
    """``1 + step + step ** 2 + ...``, `count` terms; the removable singularity at step 1 is removed."""
    at_one = step == 1
    safe = np.where(at_one, 0.5, step)
    return np.where(at_one, count, (1 - safe**count) / (1 - safe))
