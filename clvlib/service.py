"""Service: how many agents a line needs, whether complaints are answered in time and at once, and what causes them."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from scipy.special import gammaincc, gammaln, xlogy

from clvlib import _checks
from clvlib._checks import Range
from clvlib._formula import (
    OWN_LABELS,
    Amount,
    CountFrom1,
    Flags,
    Ids,
    Moment,
    Result,
    Share,
    ShareBelow1,
    TimeColumn,
    TimeOrMissingColumn,
    default,
    formula,
)

# Above these the units are wrong; agents are counted out one by one.
CallsPerHour = Annotated[np.ndarray, Range(at_least=0, at_most=1e8)]
HandleSeconds = Annotated[np.ndarray, Range(above=0, at_most=86_400)]
Contacts = Annotated[pd.Series, Range(at_least=1, whole=True)]


def _hours(name: str, value: object) -> dict[Hashable, float] | float:
    """Hours, or hours by class."""
    allowed = Range(above=0)
    if isinstance(value, dict):
        return dict(zip(value, _checks.flat(name, list(value.values()), allowed), strict=True))
    hours = allowed.read(name, value)
    if hours.ndim:
        raise ValueError(f"{name} must be one number, or a dict of class to hours, got {hours.size} numbers")
    return float(hours)


def _counts_by_cause(name: str, causes: object) -> pd.Series:
    """Counts labelled by cause, or one cause a complaint, counted."""
    if not isinstance(causes, dict | list | tuple | np.ndarray | pd.Series):
        raise ValueError(f"{name} must be a list of causes, or a dict or Series of counts, got {_checks.kind(causes)}")
    given = pd.Series(causes) if isinstance(causes, dict) else _checks.entries(name, causes)
    labelled = pd.api.types.is_numeric_dtype(given) and not isinstance(given.index, pd.RangeIndex)
    if labelled or isinstance(causes, dict):
        counts = _checks.flat(name, given, Range(at_least=0)).astype(given.dtype)
        if counts.sum() == 0:
            raise ValueError(f"{name} add up to 0: there is nothing to share out")
        return counts
    if pd.api.types.infer_dtype(given.astype(object)) != "string":
        got = _checks.shown(given.iloc[0])
        raise ValueError(
            f"{name} must be texts, one a complaint, or counts labelled by cause, got {got} without a label"
        )
    return given.astype(object).value_counts(sort=False)


LimitHours = Annotated[dict | float, _hours]
Causes = Annotated[pd.Series, _counts_by_cause, OWN_LABELS]


@formula
def erlang_c(agents: CountFrom1, arrivals_per_hour: CallsPerHour, handle_seconds: HandleSeconds) -> np.ndarray:
    r"""Probability that a caller has to wait, by Erlang's formula C.

    With the load a (calls in progress on average) and N agents, B is the chance that a caller finds all agents busy if
    nobody waits, and C the chance that she waits:

    .. math:: a = \frac{\textrm{arrivals per hour} \times \textrm{handle seconds}}{3600}, \qquad
              B = \frac{a^N / N!}{\sum_{k=0}^{N} a^k / k!}, \qquad C = \frac{N B}{N - a \, (1 - B)}

    Calls come at random, handling times are exponential, nobody hangs up. The sum is a Poisson distribution function,
    so that thousands of agents are no harder than ten.

    Parameters
    ----------
    agents : int or array
        Agents at work (a count), more than the load.
    arrivals_per_hour : float or array
        Calls per hour.
    handle_seconds : float or array
        Mean time an agent is busy with a call, after-call work included (seconds).

    Returns
    -------
    float or array
        Probability in [0, 1].

    Raises
    ------
    ValueError
        If the agents are too few for the load, so that the queue never settles, or an argument is out of range.

    Source
    ------
    Erlang 1917; any text on queues, e.g. Kleinrock 1975, Queueing Systems, vol. 1, on M/M/m.

    Examples
    --------
    >>> round(erlang_c(agents=12, arrivals_per_hour=100, handle_seconds=300), 3)
    0.176
    """
    return _chance_of_waiting(agents, _load(agents, arrivals_per_hour, handle_seconds))


@formula
def service_level(
    agents: CountFrom1, arrivals_per_hour: CallsPerHour, handle_seconds: HandleSeconds, within_seconds: Amount
) -> np.ndarray:
    r"""Share of calls answered within a time.

    .. math:: 1 - C \exp \left( -(N - a) \, \frac{\textrm{within seconds}}{\textrm{handle seconds}} \right)

    C is `erlang_c`, a the load, N the agents.

    Parameters
    ----------
    agents, arrivals_per_hour, handle_seconds
        As in `erlang_c`.
    within_seconds : float or array
        Longest wait that counts as answered in time (seconds).

    Returns
    -------
    float or array
        Fraction in [0, 1].

    Raises
    ------
    ValueError
        As `erlang_c`.

    Source
    ------
    As `erlang_c`: the waiting time of those who wait is exponential.

    Examples
    --------
    >>> round(service_level(12, arrivals_per_hour=100, handle_seconds=300, within_seconds=60), 4)
    0.9155
    >>> round(service_level(12, arrivals_per_hour=100, handle_seconds=300, within_seconds=15), 4)
    0.8535
    """
    load = _load(agents, arrivals_per_hour, handle_seconds)
    return _share_in_time(agents, load, within_seconds / handle_seconds)


@formula
def agents_needed(
    arrivals_per_hour: CallsPerHour, handle_seconds: HandleSeconds, target: ShareBelow1, within_seconds: Amount
) -> np.ndarray:
    r"""Fewest agents for a target `service_level`, e.g. over the hours of a day.

    .. math:: \min \{ N > a : \textrm{service level}(N) \ge \textrm{target} \}

    Parameters
    ----------
    arrivals_per_hour, handle_seconds, within_seconds
        As in `service_level`.
    target : float or array
        Share of calls to be answered within `within_seconds`, in [0, 1).

    Returns
    -------
    int or array of int
        Agents at work. Breaks, training and illness come on top.

    Raises
    ------
    ValueError
        If the target is not a fraction below 1, or another argument is out of range.

    Source
    ------
    As `erlang_c`.

    Examples
    --------
    >>> agents_needed(arrivals_per_hour=100, handle_seconds=300, target=0.9, within_seconds=60)
    12
    """
    load = arrivals_per_hour * handle_seconds / 3600
    agents = np.floor(load) + 1
    while (short := _share_in_time(agents, load, within_seconds / handle_seconds) < target).any():
        agents = agents + short
    return agents.astype(int)


@formula
def sla_compliance(
    tickets: pd.DataFrame,
    limit_hours: LimitHours,
    as_of: Moment,
    *,
    group: Ids | None = None,
    opened: TimeColumn = "opened",
    resolved: TimeOrMissingColumn = "resolved",
) -> pd.DataFrame:
    r"""Share of tickets resolved within their limit, open tickets counted.

    ======================  ====================  =====================
    ticket at `as_of`       age within the limit  age over the limit
    ======================  ====================  =====================
    resolved                met                   missed
    open                    pending               missed (open_overdue)
    ======================  ====================  =====================

    .. math:: \textrm{compliance} = \frac{\textrm{met}}{\textrm{met} + \textrm{missed}}

    Dropping open tickets instead flatters whoever leaves the hard ones open. Hours run by the clock, at night and on
    holidays too.

    Parameters
    ----------
    tickets : DataFrame
        One row a ticket, with the columns named below.
    limit_hours : dict or float
        Hours each class may take, e.g. ``{"P0": 2, "P1": 48}``, or one number for all tickets.
    as_of : date and time
        When the table was drawn; open tickets have aged until then.
    group : str, optional
        Column with the class of each ticket; a dict of limits needs it.
    opened, resolved : str
        Columns: when the ticket came, when it was resolved (missing if open). Times are datetimes, or texts in ISO form
        (2024-01-31 14:05).

    Returns
    -------
    DataFrame
        Index ``class``, in the order of `limit_hours` (or of the tickets), then "all"; columns tickets, met, missed,
        open_overdue (part of missed), pending (counts) and compliance (fraction; missing where no ticket is due yet).

    Raises
    ------
    ValueError
        If a column, a class's limit or an opening time is missing, a time cannot be read or has a time zone, or a
        ticket is resolved before it came or after `as_of`.

    Source
    ------
    ITIL's service-level practice (commonly reported); counting overdue open tickets as missed is our convention.

    Examples
    --------
    >>> tickets = pd.DataFrame({"opened": ["2024-01-01", "2024-01-01", "2024-01-01", "2024-01-03 20:00"],
    ...                         "resolved": ["2024-01-01 20:00", "2024-01-02 12:00", None, None]})
    >>> table = sla_compliance(tickets, limit_hours=24, as_of="2024-01-04")
    >>> table.loc["all"].round(3).to_dict()
    {'tickets': 4.0, 'met': 1.0, 'missed': 2.0, 'open_overdue': 1.0, 'pending': 1.0, 'compliance': 0.333}
    """
    limits = _limit_of_each_ticket(limit_hours, group)
    _check_times(opened, resolved, as_of)
    is_open = resolved.isna()
    in_time = (resolved.fillna(as_of) - opened).dt.total_seconds() / 3600 <= limits
    kinds = pd.DataFrame(
        {
            "tickets": True,
            "met": in_time & ~is_open,
            "missed": ~in_time,
            "open_overdue": ~in_time & is_open,
            "pending": in_time & is_open,
        }
    )
    counts = kinds.sum().to_frame("all").T
    if group is not None:
        classes = list(limit_hours) if isinstance(limit_hours, dict) else group.unique()
        by_class = kinds.groupby(group.to_numpy()).sum().reindex(classes, fill_value=0)
        counts = pd.concat([by_class, counts])
    counts["compliance"] = counts["met"] / (counts["met"] + counts["missed"])
    return counts.rename_axis("class")


@dataclass(frozen=True)
class FirstContactResolution:
    """Result of `first_contact_resolution`: shares of all tickets, as fractions.

    ``contained``: closed in one contact, whatever came after. ``came_back``: contained, but opened again.
    ``rate = contained - came_back``: resolved.
    """

    rate: float
    contained: float
    came_back: float
    tickets: int


@formula
def first_contact_resolution(contacts: Contacts, closed: Flags, reopened: Flags) -> FirstContactResolution:
    r"""Share of tickets solved at the first contact.

    .. math:: \frac{\textrm{closed in one contact and not reopened}}{\textrm{all tickets}}

    Containment, the figure a chatbot's seller reports, leaves the second condition out. A customer who gave up on the
    bot is contained, not resolved. Open tickets count in the denominator.

    Parameters
    ----------
    contacts : array, shape (tickets,)
        Contacts a ticket took so far, at least 1 (a count); a hand-over from bot to agent is a second contact.
    closed : array of bool, shape (tickets,)
        Whether the ticket was closed, e.g. ``tickets["resolved"].notna()``.
    reopened : array of bool, shape (tickets,)
        Whether the same matter came back afterwards, by any channel.

    Returns
    -------
    FirstContactResolution
        rate, contained, came_back (fractions in [0, 1]), tickets (a count).

    Raises
    ------
    ValueError
        If a count is below 1, a flag is neither True nor False, or the lists are not equally long.

    Source
    ------
    Call-centre practice; the definition is commonly reported, and firms differ in how long they wait for a reopening.

    Examples
    --------
    >>> bot = first_contact_resolution(contacts=[1, 1, 1, 2, 1], closed=[True, True, True, True, False],
    ...                                reopened=[False, True, False, False, False])
    >>> bot.contained, bot.rate
    (0.6, 0.4)
    """
    contained = (contacts == 1) & closed
    return FirstContactResolution(
        rate=(contained & ~reopened).mean(),
        contained=contained.mean(),
        came_back=(contained & reopened).mean(),
        tickets=len(contained),
    )


@formula
def pareto_table(causes: Causes) -> pd.DataFrame:
    r"""Causes by weight, the heaviest first, each with its share and the share of all down to it.

    .. math:: \textrm{share}_i = \frac{n_i}{\sum_j n_j}, \qquad
              \textrm{cumulative share}_i = \sum_{j \le i} \textrm{share}_j

    Parameters
    ----------
    causes : sequence of str, or dict or Series of numbers
        One cause a complaint, or how many complaints (or what cost) each cause has.

    Returns
    -------
    DataFrame
        Index ``cause``; columns count (or cost, in the unit given), share and cumulative_share (fractions). Equal
        causes stay in the order given.

    Raises
    ------
    ValueError
        If a cause is missing, a count is negative, or the counts add up to 0.

    Source
    ------
    Juran 1951, Quality Control Handbook: "the vital few and the trivial many".

    Examples
    --------
    >>> pareto_table({"fan noise": 60, "delivery": 30, "manual": 10})["cumulative_share"].tolist()
    [0.6, 0.9, 1.0]
    >>> pareto_table(["fan", "fan", "screen", "fan"])["count"].to_dict()
    {'fan': 3, 'screen': 1}
    """
    counts = causes.sort_values(ascending=False, kind="stable")
    total = counts.sum()
    table = pd.DataFrame({"count": counts, "share": counts / total, "cumulative_share": counts.cumsum() / total})
    return table.rename_axis("cause")


@dataclass(frozen=True)
class WordOfMouth:
    """Result of `word_of_mouth`: people told per customer, and the satisfied share at which good and bad balance."""

    positive: Result
    negative: Result
    net: Result
    break_even: Result


@formula
def word_of_mouth(
    satisfied: Share, told_if_satisfied: Amount = default(5), told_if_not: Amount = default(11)
) -> WordOfMouth:
    r"""How many people hear good and bad of us, and the share s of satisfied customers at which the two balance.

    .. math:: \textrm{net} = s \, g - (1 - s) \, b, \qquad s^* = \frac{b}{g + b}

    g is told by a satisfied customer, b by one who is not.

    Parameters
    ----------
    satisfied : float or array
        Share s of satisfied customers, in [0, 1].
    told_if_satisfied, told_if_not : float or array, default 5 and 11
        People whom a satisfied and a dissatisfied customer tell (a count). The defaults are folklore.

    Returns
    -------
    WordOfMouth
        positive, negative, net (people per customer) and break_even (a share of satisfied customers).

    Raises
    ------
    ValueError
        If a share is not a fraction, a count is negative, or nobody tells anybody.

    Source
    ------
    5 and 11: a Redbaby customer-service talk, after a TARP study of 1981 for Coca-Cola (commonly reported). Anderson
    1998, Customer Satisfaction and Word of Mouth (Journal of Service Research), finds a smaller gap.

    Examples
    --------
    >>> word_of_mouth(satisfied=0.75)
    WordOfMouth(positive=3.75, negative=2.75, net=1.0, break_even=0.6875)
    """
    good, bad = told_if_satisfied, told_if_not
    if (good + bad == 0).any():
        raise ValueError("told_if_satisfied and told_if_not are both 0: nobody tells anybody, so there is no balance")
    positive, negative = satisfied * good, (1 - satisfied) * bad
    return WordOfMouth(positive, negative, net=positive - negative, break_even=bad / (good + bad))


def _chance_of_waiting(agents: np.ndarray, load: np.ndarray) -> np.ndarray:
    """Erlang C; B is the Poisson probability of N, given at most N."""
    all_busy = np.exp(xlogy(agents, load) - load - gammaln(agents + 1)) / gammaincc(agents + 1, load)
    return np.minimum(agents * all_busy / (agents - load * (1 - all_busy)), 1)  # rounding may leave a hair above 1


def _share_in_time(agents: np.ndarray, load: np.ndarray, handle_times: np.ndarray) -> np.ndarray:
    """Share answered within a number of mean handling times."""
    return 1 - _chance_of_waiting(agents, load) * np.exp(-(agents - load) * handle_times)


def _load(agents: np.ndarray, arrivals_per_hour: np.ndarray, handle_seconds: np.ndarray) -> np.ndarray:
    """Calls in progress on average; a sentence if the agents are too few for them."""
    load = arrivals_per_hour * handle_seconds / 3600
    if (agents <= load).any():
        short = int(np.argmax(agents <= load))
        calls, seconds, work = (np.ravel(each)[short] for each in (arrivals_per_hour, handle_seconds, load))
        raise ValueError(
            f"agents must be above the load of {work:.6g} ({calls:.6g} calls an hour of {seconds:.6g} seconds), got "
            f"{np.ravel(agents)[short]:.0f}: the queue would grow without end; take at least {np.floor(work) + 1:.0f}"
        )
    return load


def _check_times(opened: pd.Series, resolved: pd.Series, as_of: pd.Timestamp) -> None:
    for wrong, what in (
        (resolved < opened, f"{resolved.name} is before {opened.name}"),
        ((opened > as_of) | (resolved > as_of), f"{opened.name} or {resolved.name} is after as_of ({as_of})"),
    ):
        if wrong.any():
            raise ValueError(f"{what} in {wrong.sum()} of {len(wrong)} rows, first in row {wrong.idxmax()!r}")


def _limit_of_each_ticket(limit_hours: dict | float, group: pd.Series | None) -> pd.Series | float:
    if not isinstance(limit_hours, dict):
        return limit_hours
    if group is None:
        raise ValueError("limit_hours has a limit for each class: name the column of the classes with group=...")
    unknown = ~group.isin(list(limit_hours))
    if unknown.any():
        known = ", ".join(map(repr, limit_hours))
        raise ValueError(f"limit_hours has no limit for class {group[unknown].iloc[0]!r}; it has {known}")
    return group.map(limit_hours).astype(float)
