"""Service: how many agents a line needs, whether complaints are answered in time and at once, and what causes them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import gammaincc, gammaln, xlogy

from clvlib import _old_checks as _checks
from clvlib._old_checks import FloatOrArray


def erlang_c(agents: Any, arrivals_per_hour: Any, handle_seconds: Any) -> FloatOrArray:
    """Probability that a caller has to wait, by Erlang's formula C.

    With the load ``a = arrivals_per_hour * handle_seconds / 3600`` (calls in progress on average) and N agents::

        B = (a^N / N!) / sum(a^k / k!, k = 0..N)          a caller finds all agents busy, if nobody waited
        C = N B / (N - a (1 - B))                         a caller waits

    Calls come at random, handling times are exponential, nobody hangs up. Arguments broadcast. The sum is a Poisson
    distribution function, so that thousands of agents are no harder than ten.

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
    return _checks.plain(_chance_of_waiting(*_queue(agents, arrivals_per_hour, handle_seconds)[:2]))


def service_level(agents: Any, arrivals_per_hour: Any, handle_seconds: Any, within_seconds: Any) -> FloatOrArray:
    """Share of calls answered within a time: ``1 - C * exp(-(agents - a) * within_seconds / handle_seconds)``.

    C is `erlang_c`, a the load. Arguments broadcast.

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
    return _checks.plain(_share_in_time(*_queue(agents, arrivals_per_hour, handle_seconds, within_seconds)))


def agents_needed(arrivals_per_hour: Any, handle_seconds: Any, target: Any, within_seconds: Any) -> Any:
    """Fewest agents for a target `service_level`. Arguments broadcast, e.g. over the hours of a day.

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
    target, arrivals, handle, within = _checks.aligned(
        target=_checks.fraction("target", target, one_allowed=False),
        **_traffic(arrivals_per_hour, handle_seconds, within_seconds),
    )
    load = arrivals * handle / 3600
    agents = np.floor(load) + 1
    while (short := _share_in_time(agents, load, within / handle) < target).any():
        agents = agents + short
    return int(agents) if agents.ndim == 0 else agents.astype(int)


def sla_compliance(
    tickets: pd.DataFrame,
    limit_hours: Any,
    as_of: Any,
    *,
    group: str = "class",
    opened: str = "opened",
    resolved: str = "resolved",
) -> pd.DataFrame:
    """Share of tickets resolved within their limit, open tickets counted.

    ======================  ====================  =====================
    ticket at `as_of`       age within the limit  age over the limit
    ======================  ====================  =====================
    resolved                met                   missed
    open                    pending               missed (open_overdue)
    ======================  ====================  =====================

    ``compliance = met / (met + missed)``. Dropping open tickets instead flatters whoever leaves the hard ones open.
    Hours run by the clock, at night and on holidays too.

    Parameters
    ----------
    tickets : DataFrame
        One row a ticket, with the columns named below.
    limit_hours : dict or float
        Hours each class may take, e.g. ``{"P0": 2, "P1": 48}``, or one number for all tickets.
    as_of : date and time
        When the table was drawn; open tickets have aged until then.
    group, opened, resolved : str
        Columns: class of the ticket (used with a dict only), when it came, when it was resolved (missing if open).
        Times are datetimes, or texts in ISO form (2024-01-31 14:05).

    Returns
    -------
    DataFrame
        Index ``class``, in the order of `limit_hours`, then "all"; columns tickets, met, missed, open_overdue (part of
        missed), pending (counts) and compliance (fraction; missing where no ticket is due yet).

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
    by_class = isinstance(limit_hours, dict)
    tickets = _checks.table("tickets", tickets, [group, opened, resolved] if by_class else [opened, resolved])
    came, ended = _times(opened, tickets[opened]), _times(resolved, tickets[resolved])
    now = _times("as_of", pd.Series([as_of])).iloc[0]
    _check_order(came, ended, now, opened, resolved)
    limits = _limits_by_class(limit_hours, tickets[group]) if by_class else _one_limit(limit_hours)

    is_open = ended.isna()
    in_time = (ended.fillna(now) - came).dt.total_seconds() / 3600 <= limits
    flags = pd.DataFrame(
        {
            "tickets": True,
            "met": in_time & ~is_open,
            "missed": ~in_time,
            "open_overdue": ~in_time & is_open,
            "pending": in_time & is_open,
        }
    )
    counts = flags.sum().to_frame("all").T
    if by_class:
        per_class = flags.groupby(tickets[group].to_numpy()).sum().reindex(list(limit_hours), fill_value=0)
        counts = pd.concat([per_class, counts])
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


def first_contact_resolution(contacts: Any, closed: Any, reopened: Any) -> FirstContactResolution:
    """Share of tickets solved at the first contact: ``closed in one contact and not reopened / all tickets``.

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
    one_contact = np.atleast_1d(_checks.whole("contacts", contacts, at_least=1)) == 1
    is_closed, is_reopened = _flags("closed", closed), _flags("reopened", reopened)
    if not one_contact.shape == is_closed.shape == is_reopened.shape:
        lengths = f"{one_contact.size}, {is_closed.size} and {is_reopened.size}"
        raise ValueError(f"contacts, closed and reopened must be equally long, got {lengths}")
    contained = one_contact & is_closed
    return FirstContactResolution(
        rate=float((contained & ~is_reopened).mean()),
        contained=float(contained.mean()),
        came_back=float((contained & is_reopened).mean()),
        tickets=contained.size,
    )


def pareto_table(causes: Any) -> pd.DataFrame:
    """Causes by weight, the heaviest first, each with its share and the share of all down to it.

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
    counts = _counts_by_cause(causes).sort_values(ascending=False, kind="stable")
    total = counts.sum()
    if total == 0:
        raise ValueError("causes add up to 0: there is nothing to share out")
    table = pd.DataFrame({"count": counts, "share": counts / total, "cumulative_share": counts.cumsum() / total})
    return table.rename_axis("cause")


@dataclass(frozen=True)
class WordOfMouth:
    """Result of `word_of_mouth`: people told per customer, and the satisfied share at which good and bad balance."""

    positive: FloatOrArray
    negative: FloatOrArray
    net: FloatOrArray
    break_even: FloatOrArray


def word_of_mouth(satisfied: Any, told_if_satisfied: Any = 5, told_if_not: Any = 11) -> WordOfMouth:
    """How many people hear good and bad of us: ``net = s * told_if_satisfied - (1 - s) * told_if_not``.

    The two balance at ``s = told_if_not / (told_if_satisfied + told_if_not)``. Arguments broadcast.

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
    satisfied, good, bad = _checks.aligned(
        satisfied=_checks.fraction("satisfied", satisfied),
        told_if_satisfied=_checks.number("told_if_satisfied", told_if_satisfied, at_least=0),
        told_if_not=_checks.number("told_if_not", told_if_not, at_least=0),
    )
    if (good + bad == 0).any():
        raise ValueError("told_if_satisfied and told_if_not are both 0: nobody tells anybody, so there is no balance")
    positive, negative = satisfied * good, (1 - satisfied) * bad
    return WordOfMouth(
        _checks.plain(positive),
        _checks.plain(negative),
        _checks.plain(positive - negative),
        _checks.plain(bad / (good + bad)),
    )


def _chance_of_waiting(agents: np.ndarray, load: np.ndarray) -> np.ndarray:
    """Erlang C; B is the Poisson probability of N, given at most N."""
    all_busy = np.exp(xlogy(agents, load) - load - gammaln(agents + 1)) / gammaincc(agents + 1, load)
    return np.minimum(agents * all_busy / (agents - load * (1 - all_busy)), 1)  # rounding may leave a hair above 1


def _share_in_time(agents: np.ndarray, load: np.ndarray, handle_times: np.ndarray) -> np.ndarray:
    """Share answered within a number of mean handling times."""
    return 1 - _chance_of_waiting(agents, load) * np.exp(-(agents - load) * handle_times)


def _queue(agents: Any, arrivals_per_hour: Any, handle_seconds: Any, within_seconds: Any = 0) -> tuple[np.ndarray, ...]:
    """Agents, load and waiting time (in mean handling times), checked: the queue settles."""
    agents, arrivals, handle, within = _checks.aligned(
        agents=_checks.whole("agents", agents, at_least=1),
        **_traffic(arrivals_per_hour, handle_seconds, within_seconds),
    )
    load = arrivals * handle / 3600
    if (agents <= load).any():
        first = int(np.argmax(agents <= load))
        raise ValueError(
            f"agents must be above the load of {load.flat[first]:.6g} ({arrivals.flat[first]:.6g} calls an hour of "
            f"{handle.flat[first]:.6g} seconds), got {agents.flat[first]:.0f}: the queue would grow without end; "
            f"take at least {np.floor(load.flat[first]) + 1:.0f}"
        )
    return agents, load, within / handle


def _traffic(arrivals_per_hour: Any, handle_seconds: Any, within_seconds: Any) -> dict[str, FloatOrArray]:
    return {
        "arrivals_per_hour": _checks.number("arrivals_per_hour", arrivals_per_hour, at_least=0),
        "handle_seconds": _checks.number("handle_seconds", handle_seconds, above=0),
        "within_seconds": _checks.number("within_seconds", within_seconds, at_least=0),
    }


def _times(name: str, column: pd.Series) -> pd.Series:
    """Dates and times; missing ones stay missing."""
    example = "write 2024-01-31 14:05"
    if pd.api.types.is_numeric_dtype(column) and column.notna().any():
        raise ValueError(f"{name} must be dates and times, got numbers; {example}")
    try:
        times = pd.to_datetime(column, format="ISO8601", errors="coerce")
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be dates and times of one kind; {example}") from None
    unread = times.isna() & column.notna()
    if unread.any():
        raise ValueError(f"{name} cannot be read as a date and time: {column[unread].iloc[0]!r}; {example}")
    if times.dt.tz is not None:
        raise ValueError(f"{name} has a time zone; write all times in UTC without one, as tz_convert(None) does")
    return times


def _check_order(came: pd.Series, ended: pd.Series, now: pd.Timestamp, opened: str, resolved: str) -> None:
    if pd.isna(now):
        raise ValueError("as_of is missing: say when the table was drawn, since open tickets have aged until then")
    for wrong, what in (
        (came.isna(), f"{opened} is missing"),
        (ended < came, f"{resolved} is before {opened}"),
        ((came > now) | (ended > now), f"{opened} or {resolved} is after as_of ({now})"),
    ):
        if wrong.any():
            raise ValueError(f"{what} in {wrong.sum()} of {len(came)} rows, first in row {wrong.idxmax()!r}")


def _limits_by_class(limit_hours: dict, classes: pd.Series) -> pd.Series:
    _checks.number("limit_hours", list(limit_hours.values()), above=0)
    unknown = ~classes.isin(list(limit_hours))
    if unknown.any():
        known = ", ".join(map(repr, limit_hours))
        raise ValueError(f"limit_hours has no limit for class {classes[unknown].iloc[0]!r}; it has {known}")
    return classes.map(limit_hours).astype(float)


def _one_limit(limit_hours: Any) -> float:
    limit = _checks.number("limit_hours", limit_hours, above=0)
    if np.ndim(limit):
        raise ValueError(f"limit_hours must be one number, or a dict of class to hours, got {np.size(limit)} numbers")
    return limit


def _flags(name: str, value: Any) -> np.ndarray:
    flags = pd.Series(np.ravel(np.asarray(value, dtype=object)))
    wrong = ~flags.isin([False, True])
    if wrong.any():
        raise ValueError(f"{name} must be True or False for each ticket, got {flags[wrong].iloc[0]!r}")
    return flags.to_numpy(dtype=bool)


def _counts_by_cause(causes: Any) -> pd.Series:
    given = pd.Series(causes) if isinstance(causes, dict | list | tuple | np.ndarray) else causes
    if not isinstance(given, pd.Series):
        raise ValueError(
            f"causes must be a list of causes, or a dict or Series of counts, got a {type(causes).__name__}"
        )
    labelled = isinstance(causes, dict) or not isinstance(given.index, pd.RangeIndex)
    if labelled and (isinstance(causes, dict) or pd.api.types.is_numeric_dtype(given)):
        _checks.number("causes", list(given), at_least=0)
        return given
    if given.empty:
        raise ValueError("causes is empty: it needs at least one complaint")
    if given.isna().any():
        raise ValueError(f"causes has {given.isna().sum()} missing: name them, e.g. with .fillna('unknown')")
    if pd.api.types.infer_dtype(given.astype(object)) != "string":
        raise ValueError(
            "causes must be texts, one a complaint, or counts labelled by cause, got numbers without labels"
        )
    return given.astype(object).value_counts(sort=False)
