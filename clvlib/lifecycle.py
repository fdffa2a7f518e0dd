"""The customer lifecycle: which stage she is in, how stages follow one another, and what that makes her worth."""

from collections.abc import Hashable
from typing import Annotated, Literal, get_args

import numpy as np
import pandas as pd

from clvlib import _checks
from clvlib._checks import Range
from clvlib._formula import (
    AmountColumn,
    Column,
    Day,
    Ids,
    OneCountFrom1,
    OnePositive,
    OneRate,
    OneShareInside,
    formula,
)
from clvlib.value import Timing

Stage = Literal["exploration", "formation", "stability", "decline"]

STAGES: tuple[str, ...] = get_args(Stage)
PATTERNS = ("premature abortion", "midway demise", "early exit", "long-term maintenance")

# Six ways to cut the same life into stages: read along a row to translate. A blank: that model has no such stage. The
# stages are those of a textbook chapter (four, six) and of a deck on stickiness (the rest); the alignment is ours.
STAGE_MODELS = pd.DataFrame(
    [
        ("no contact yet", "", "awareness", "prospect", "", "", ""),
        ("in contact, nothing bought", "exploration", "acquisition", "prospect", "", "", ""),
        ("first purchases", "exploration", "acquisition", "development", "new", "new", "new"),
        ("buying more and more", "formation", "development", "growth", "stable", "active", "growth"),
        ("buying most", "stability", "retention", "maturity", "stable", "core", "mature"),
        ("buying most, bringing others", "stability", "retention", "maturity", "stable", "advocate", "mature"),
        ("buying less and less", "decline", "win-back", "decline", "at-risk", "", "decline"),
        ("buying no more", "decline", "win-back", "termination", "", "", ""),
    ],
    columns=["what she does", "four", "five", "six", "activity", "milestones", "clusters"],
).set_index("what she does")

_ROUTINE = {
    "exploration": ("help with first use", "manager"),
    "formation": ("offer what goes with her purchases", "manager"),
    "stability": ("thank her, ask what could be better", "manager"),
    "decline": ("ask what is wrong, offer a remedy", "manager, services"),
}
_REVIEWS = {3: "month 3: review use, answer questions", 6: "month 6: review results together"}


# What the tables of this module hold, and how they are read.

_NUMBER = Range()
_CHANCE = Range(at_least=0, at_most=1, percent=True)


def _periods(name: str, column: pd.Series) -> pd.Series:
    if not pd.api.types.is_numeric_dtype(column):
        raise ValueError(f"{name} must be whole numbers (number the periods 1, 2, ...), got '{column.iloc[0]}'")
    return _checks.flat(name, column, Range(at_least=0, whole=True))


def _lifecycle_states(name: str, column: pd.Series) -> pd.Series:
    unknown = column[~column.isin([*STAGES, "lost"])]
    if len(unknown):
        _checks.option(name, unknown.iloc[0], [*STAGES, "lost"])
    return column


def _names(name: str, value: object) -> list[Hashable]:
    names = list(value) if np.iterable(value) and not isinstance(value, str) else [value]
    if not names or not all(isinstance(each, Hashable) for each in names):
        raise ValueError(f"{name} must be a state or a list of states, got {_checks.shown(value)}; or leave it out")
    return names


def _chain(name: str, value: object) -> pd.DataFrame:
    """Chances of a move, the states of the rows first among the columns."""
    states: list[Hashable] = []
    if isinstance(value, pd.DataFrame):
        if not (value.index.is_unique and value.columns.is_unique):
            raise ValueError(f"{name} names a state twice: each state has one row and one column")
        ways_out = [state for state in value.index if state not in value.columns]
        if ways_out:
            have = ", ".join(map(repr, value.columns))
            raise ValueError(f"{name} has a row but no column for the state {ways_out[0]!r}; its columns are {have}")
        states = [*value.index, *(state for state in value.columns if state not in value.index)]
        value = value[states].to_numpy()
    moves = np.asarray(_CHANCE.read(name, value))
    if moves.ndim != 2 or len(moves) > moves.shape[1]:
        raise ValueError(f"{name} must be a table with a column for each of its rows, got shape {moves.shape}")
    states = states or [*range(moves.shape[1])]
    rows = [_checks.adding_up_to_1(f"row {state!r} of {name}", row) for state, row in zip(states, moves, strict=False)]
    return pd.DataFrame(rows, index=states[: len(rows)], columns=states)


def _by_state(name: str, value: object, allowed: Range = _NUMBER) -> pd.Series | np.ndarray:
    """Numbers by the names of their states as a Series, in the order of the states as an array."""
    numbers = _checks.flat(name, pd.Series(value) if isinstance(value, dict) else value, allowed)
    if not isinstance(value, dict | pd.Series):
        return numbers.to_numpy()
    if not numbers.index.is_unique:
        raise ValueError(f"{name} names a state twice: give one number for each")
    return numbers


def _state_or_shares(name: str, value: object) -> str | pd.Series | np.ndarray:
    return value if isinstance(value, str) else _by_state(name, value, _CHANCE)


PeriodColumn = Annotated[pd.Series, Column(_periods)]
StageColumn = Annotated[pd.Series, Column(_lifecycle_states)]
States = Annotated[list[Hashable], _names]
Chain = Annotated[pd.DataFrame, _chain]
ByState = Annotated[pd.Series | np.ndarray, _by_state]
Start = Annotated[str | pd.Series | np.ndarray, _state_or_shares]
PeriodsAhead = Annotated[int, Range(at_least=0, at_most=100_000, whole=True)]
Months = Annotated[int, Range(at_least=1, at_most=1200, whole=True)]


@formula
def assign_stage(
    history: pd.DataFrame,
    low: OnePositive,
    high: OnePositive,
    fall: OneShareInside = 0.3,
    lost_after: OneCountFrom1 | None = None,
    *,
    customer: Ids = "customer_id",
    period: PeriodColumn = "period",
    volume: AmountColumn = "volume",
) -> pd.Series:
    """The stage of each customer in each period, by her volume then and her highest volume so far.

    The first rule that fits: **decline** if she had reached `low` and is now more than `fall` below her highest;
    **exploration** if she buys less than `low`; **formation** if less than `high`; **stability** otherwise. The rules
    look back only, so they can be used while the life goes on. Where volumes are noisy, pass a moving average.

    Parameters
    ----------
    history : DataFrame
        One row a customer and period, in any order, with the three columns below; a period without a purchase has a row
        with volume 0.
    low, high : float
        Volumes per period at which exploration ends and stability begins (units of `volume`).
    fall : float, default 0.3
        Share below her own highest volume beyond which she is in decline.
    lost_after : int, optional
        Periods in a row without a purchase after which she is "lost", until she buys again. Left out: nobody is lost.
    customer, period, volume : str
        The names of the columns; periods are whole numbers, volumes money or units bought per period.

    Returns
    -------
    Series
        The index of `history`, named ``stage``; one of `STAGES`, or "lost".

    Raises
    ------
    ValueError
        If a row is double or left out, a volume is negative or missing, or low is not below high.

    Source
    ------
    Stages after Dwyer, Schurr & Oh 1987 (Journal of Marketing) and a Chinese textbook chapter; the rules are ours.

    Examples
    --------
    >>> history = pd.DataFrame({"customer_id": "ann", "period": range(1, 8), "volume": [1, 2, 4, 7, 10, 8, 5]})
    >>> assign_stage(history, low=3, high=6).str[0].str.cat()
    'eefsssd'
    """
    _checks.in_order(low=low, high=high)
    lives = _lives("history", customer, period, volume)
    bought, by_customer = lives["value"], lives["who"]
    highest = bought.groupby(by_customer).cummax()
    # a fall of exactly 30 % is not decline, whatever floats make of it
    declining = (highest >= low) & (highest - bought > fall * highest * (1 + 1e-9))
    stages = np.select([declining, bought < low, bought < high], ["decline", "exploration", "formation"], "stability")
    if lost_after is not None:
        purchases = (bought > 0).groupby(by_customer).cumsum()
        silence = (bought == 0).groupby([by_customer, purchases]).cumsum()
        stages = np.where(silence >= lost_after, "lost", stages)
    return pd.Series(stages, index=lives.index, name="stage").sort_index().set_axis(history.index)


@formula
def classify_pattern(
    panel: pd.DataFrame,
    long: OneCountFrom1 = 12,
    *,
    customer: Ids = "customer_id",
    period: PeriodColumn = "period",
    state: StageColumn = "state",
) -> pd.Series:
    """Which of four courses each relationship took: how far it came before it turned down.

    =====================  ================================================  ========
    pattern                turned down (last in decline or lost)             Chinese
    =====================  ================================================  ========
    premature abortion     out of exploration                                早期流产
    midway demise          out of formation, never stable                    中途夭折
    early exit             after fewer than `long` periods of stability      提前退出
    long-term maintenance  not before `long` periods of stability, or never  长久保持
    =====================  ================================================  ========

    A relationship that goes on but has not yet had `long` stable periods is "open": nobody knows its pattern yet.

    Parameters
    ----------
    panel : DataFrame
        One row a customer and period, in any order, with the three columns below.
    long : int, default 12
        Periods in stability, counted over the whole life, from which on a relationship is long-term.
    customer, period, state : str
        The names of the columns; states are `STAGES` or "lost".

    Returns
    -------
    Series
        Index: the customers, in order of appearance; named ``pattern``: one of `PATTERNS`, or "open".

    Raises
    ------
    ValueError
        If a row is double or left out, or a state is not one of the lifecycle's.

    Source
    ------
    Four patterns of a Chinese textbook chapter on the customer lifecycle; the count of stable periods is ours.

    Examples
    --------
    >>> panel = pd.DataFrame({"customer_id": ["ann"] * 3 + ["bo"] * 3, "period": [1, 2, 3] * 2,
    ...                       "state": ["exploration", "formation", "lost", "formation", "stability", "decline"]})
    >>> classify_pattern(panel).to_dict()
    {'ann': 'midway demise', 'bo': 'early exit'}
    """
    lives = _lives("panel", customer, period, state)
    states, by_customer = lives["value"], lives["who"]
    turned_down = states.groupby(by_customer).last().isin(["decline", "lost"])
    stable_periods = (states == "stability").groupby(by_customer).sum()
    formed = (states == "formation").groupby(by_customer).any()
    abortion, demise, early_exit, maintenance = PATTERNS
    patterns = np.select(
        [stable_periods >= long, ~turned_down, stable_periods > 0, formed],
        [maintenance, "open", early_exit, demise],
        abortion,
    )
    return pd.Series(patterns, index=pd.Index(customer.unique(), name=customer.name), name="pattern")


@formula
def transition_matrix(
    panel: pd.DataFrame,
    absorbing: States | None = None,
    counts: bool = False,
    *,
    customer: Ids = "customer_id",
    period: PeriodColumn = "period",
    state: Ids = "state",
) -> pd.DataFrame:
    r"""How often a customer in one state is in another a period later: moves from i to j, divided by all moves from i.

    .. math:: p_{ij} = \frac{n_{ij}}{\sum_k n_{ik}}

    Parameters
    ----------
    panel : DataFrame
        One row a customer and period, in any order, with the three columns below.
    absorbing : str or list of str, optional
        States that nobody leaves, such as "lost": they stay where they are with probability 1.
    counts : bool, default False
        Moves instead of probabilities.
    customer, period, state : str
        The names of the columns; periods are whole numbers.

    Returns
    -------
    DataFrame
        Index ``from``, columns ``to``; the stages in the order of the lifecycle, other states in order of the alphabet.

    Raises
    ------
    ValueError
        If a row is double or left out, nobody was seen moving on from a state (its row has no probabilities), or
        somebody left an absorbing state.

    Source
    ------
    Maximum likelihood: Anderson & Goodman 1957 (Annals of Mathematical Statistics).

    Examples
    --------
    >>> panel = pd.DataFrame({"customer_id": ["ann"] * 3 + ["bo"] * 3, "period": [1, 2, 3] * 2,
    ...                       "state": ["stability", "stability", "decline", "stability", "decline", "lost"]})
    >>> transition_matrix(panel, counts=True).loc["stability"].tolist()
    [1, 2, 0]
    >>> transition_matrix(panel, absorbing="lost").loc["lost"].tolist()
    [0.0, 0.0, 1.0]
    """
    lives = _lives("panel", customer, period, state)
    states = sorted(state.unique(), key=_lifecycle_order)
    ends = absorbing or []
    for end in ends:
        if end not in states:
            raise ValueError(f"absorbing names '{end}', but the states of panel are {', '.join(map(str, states))}")
    now = pd.Index(states).get_indexer(lives["value"])
    same_customer = np.diff(lives["who"]) == 0
    seen = np.zeros((len(states), len(states)), dtype=int)
    np.add.at(seen, (now[:-1][same_customer], now[1:][same_customer]), 1)
    moves = pd.DataFrame(seen, index=pd.Index(states, name="from"), columns=pd.Index(states, name="to"))
    if counts:
        return moves
    leavers = moves.sum(axis=1) - np.diag(moves)
    for end in ends:
        if leavers[end]:
            raise ValueError(f"absorbing names '{end}', but panel shows moves out of it ({leavers[end]}): leave it out")
        moves.loc[end] = 0
        moves.loc[end, end] = 1
    unseen = moves.index[moves.sum(axis=1) == 0]
    if len(unseen):
        raise ValueError(
            f"nobody was seen moving on from {', '.join(map(repr, unseen))}, so there are no probabilities for it: "
            "name it in absorbing if it is an end, or leave its rows out"
        )
    return moves.div(moves.sum(axis=1), axis=0)


@formula
def fundamental_matrix(transitions: Chain) -> pd.DataFrame:
    r"""Expected periods in each transient state before the end.

    .. math:: N = (I - Q)^{-1}, \qquad Q \textrm{ the moves among transient states}

    Parameters
    ----------
    transitions : DataFrame or array, shape (states, states)
        Probabilities of a move per period, from (rows) to (columns); each row sums to 1. Absorbing states may be
        without a row of their own: their columns then come last.

    Returns
    -------
    DataFrame
        From each transient state (index, the period now counted) in each transient state (columns), in periods.

    Raises
    ------
    ValueError
        If a row does not add up to 1, a probability is not in [0, 1], or from some state there is no way to an end.

    Source
    ------
    Kemeny & Snell 1960, Finite Markov Chains.

    Examples
    --------
    >>> fundamental_matrix([[0.5, 0.25, 0.25], [0, 0.75, 0.25]]).to_numpy().tolist()
    [[2.0, 2.0], [0.0, 4.0]]
    """
    transient = ~_absorbs(transitions)
    among = transitions.loc[transient, transitions.index[transient]]
    if _grows(among):
        raise ValueError("transitions must leave a way to an absorbing state from everywhere, or lives have no end")
    visits = np.linalg.inv(np.eye(len(among)) - among)
    return pd.DataFrame(visits, index=among.index, columns=among.columns)


@formula
def expected_life(transitions: Chain) -> pd.Series:
    r"""Expected periods until a customer is absorbed, by her state now: the row sums of the fundamental matrix.

    .. math:: (I - Q)^{-1} \mathbf{1}

    Parameters
    ----------
    transitions : DataFrame or array
        As in `fundamental_matrix`.

    Returns
    -------
    Series
        By transient state, named ``periods``; the period now counts as the first.

    Raises
    ------
    ValueError
        As `fundamental_matrix`.

    Source
    ------
    As `fundamental_matrix`.

    Examples
    --------
    >>> rows = [[.30, .40, 0, 0, .30], [0, .45, .40, .05, .10], [0, 0, .80, .15, .05], [0, .10, 0, .50, .40]]
    >>> expected_life(rows).round(3).tolist()
    [5.833, 7.708, 7.656, 3.542]
    """
    return fundamental_matrix(transitions).sum(axis=1).rename("periods")


@formula
def markov_clv(transitions: Chain, rewards: ByState, rate: OneRate, timing: Timing = "start") -> pd.Series:
    r"""Lifetime value by state, over an endless horizon.

    .. math:: V = \left(I - \frac{P}{1 + i}\right)^{-1} R

    Without the reward of the period now it is ``V - R``.

    Parameters
    ----------
    transitions : DataFrame or array
        As in `fundamental_matrix`.
    rewards : array, dict or Series
        Margin per period spent in a state (currency units): one a state, or by name. Absorbing states may be left out;
        they then earn 0.
    rate : float
        Discount rate per period, as a fraction.
    timing : {"start", "end"}, default "start"
        When in its period a reward comes. ``"start"``: the first one is now. ``"end"``: ``V / (1 + rate)``.

    Returns
    -------
    Series
        By state (the rows of `transitions`), named ``value``, currency units of today.

    Raises
    ------
    ValueError
        If a row does not add up to 1, a reward is missing, the sum has no end, or timing is unknown.

    Source
    ------
    Pfeifer & Carraway 2000, Modeling Customer Relationships as Markov Chains (Journal of Interactive Marketing).

    Examples
    --------
    >>> rows = [[.30, .40, 0, 0, .30], [0, .45, .40, .05, .10], [0, 0, .80, .15, .05], [0, .10, 0, .50, .40]]
    >>> markov_clv(rows, rewards=[-20, 40, 100, 30], rate=0.10).round(2).tolist()
    [140.51, 336.03, 422.17, 111.0]
    """
    moves = _square(transitions)
    earned = _of_each_state("rewards", rewards, moves)
    counted = ~_absorbs(moves) | (earned != 0)  # an end that earns nothing adds nothing, and would add up for ever
    step = moves.to_numpy()[np.ix_(counted, counted)] / (1 + rate)
    if _grows(step):
        raise ValueError(
            f"rate must be higher, got {rate:g}: discounted at it, the rewards of these states have no end"
        )
    worth = pd.Series(0.0, index=moves.index, name="value")
    worth[counted] = np.linalg.solve(np.eye(len(step)) - step, earned[counted])
    return worth.iloc[: len(transitions)] / (1 + rate if timing == "end" else 1)


@formula
def stage_shares(transitions: Chain, start: Start, periods: PeriodsAhead) -> pd.DataFrame:
    r"""Where a group of customers is, period after period.

    .. math:: s_t = s_{t-1} P

    Parameters
    ----------
    transitions : DataFrame or array
        As in `fundamental_matrix`.
    start : str, or array, dict or Series
        The state all are in now, or the share in each state now (fractions, sum 1; absorbing states may be left out).
    periods : int
        How many periods to look ahead.

    Returns
    -------
    DataFrame
        Index ``period`` (0 is now); one column a state, absorbing ones too (fractions, each row sums to 1).

    Raises
    ------
    ValueError
        If a row of `transitions` or the shares of `start` do not add up to 1, or a state is unknown.

    Source
    ------
    As `fundamental_matrix`.

    Examples
    --------
    >>> moves = pd.DataFrame([[0.8, 0.2]], index=["customer"], columns=["customer", "lost"])
    >>> stage_shares(moves, "customer", periods=2)["customer"].round(2).tolist()
    [1.0, 0.8, 0.64]
    """
    moves = _square(transitions)
    if isinstance(start, str):
        _checks.option("start", start, moves.index)
        start = np.array(moves.index == start, dtype=float)
    shares = [_checks.adding_up_to_1("start", _of_each_state("start", start, moves))]
    for _ in range(periods):
        shares.append(shares[-1] @ moves.to_numpy())
    return pd.DataFrame(shares, columns=moves.columns).rename_axis("period")


@formula
def contact_plan(
    start: Day, months: Months = 12, stage: Stage = "exploration", last_contact: Day | None = None
) -> pd.DataFrame:
    """Whom to contact her when, and why: on day 7, then every month, with reviews in months 3 and 6.

    The source has two rules of a bank, and this is one plan of both. Visits go by the stage: new customers within seven
    days of opening the account, growth at three months, maturity at six. Mass customers get a contact a month at
    least. Clients of private banking have "1 + 1 + N": one manager, one product expert, N added services. Here the
    manager makes every contact, the expert joins on day 7 and at the reviews, and services come in decline.

    Parameters
    ----------
    start : str or date
        Day of the first purchase, "2026-01-31" or a date. A month after January 31 is February's last day.
    months : int, default 12
        Length of the plan.
    stage : {"exploration", "formation", "stability", "decline"}, default "exploration"
        Her stage now: it decides what the monthly contacts are about.
    last_contact : str or date, optional
        Day of the last contact: the plan then lists the contacts after it.

    Returns
    -------
    DataFrame
        One row a contact, the next first; columns date, reason and who.

    Raises
    ------
    ValueError
        If a day is no date, the last contact is before `start` or after the plan's end, or the stage is unknown.

    Source
    ------
    Days and months of a bank in a deck on customer stickiness; that it is a shop's plan, the reasons and who does what
    are ours.

    Examples
    --------
    >>> contact_plan("2026-01-31", months=3)[["date", "who"]].astype(str).to_numpy().tolist()[1:]
    [['2026-02-28', 'manager'], ['2026-03-31', 'manager'], ['2026-04-30', 'manager, expert']]
    """
    reason, who = _ROUTINE[stage]
    contacts = [(start + pd.Timedelta(days=7), "day 7: is she content with the first purchase?", "manager, expert")]
    for month in range(1, months + 1):
        day = start + pd.DateOffset(months=month)
        contacts.append((day, _REVIEWS[month], "manager, expert") if month in _REVIEWS else (day, reason, who))
    plan = pd.DataFrame(contacts, columns=["date", "reason", "who"])
    if last_contact is None:
        return plan
    end = plan["date"].iloc[-1]
    if not start <= last_contact < end:
        raise ValueError(
            f"last_contact must lie within the plan, from {start:%Y-%m-%d} to before {end:%Y-%m-%d}, "
            f"got {last_contact:%Y-%m-%d}"
        )
    return plan[plan["date"] > last_contact].reset_index(drop=True)


def _lives(name: str, customer: pd.Series, period: pd.Series, value: pd.Series) -> pd.DataFrame:
    """The rows of each customer together, period by period, none double and none left out; the index is a row's place.

    Customers are numbered in `who`, in order of appearance.
    """
    lives = pd.DataFrame(
        {"who": pd.factorize(customer)[0], "period": period.to_numpy(), "value": value.to_numpy()}
    ).sort_values(["who", "period"])
    steps = np.diff(lives["period"])
    wrong = (np.diff(lives["who"]) == 0) & (steps != 1)
    if wrong.any():
        at = int(np.argmax(wrong))
        before, after = lives["period"].iloc[at : at + 2]
        whose = f"{name} must have one row a customer and period, but customer '{customer.iloc[lives.index[at]]}' has"
        if before == after:
            raise ValueError(f"{whose} two for period {after:.12g}: keep one")
        raise ValueError(f"{whose} none between periods {before:.12g} and {after:.12g}: add what is left out")
    return lives


def _lifecycle_order(state: Hashable) -> tuple[int, str]:
    known = (*STAGES, "lost")
    return known.index(str(state)) if state in known else len(known), str(state)


def _square(transitions: pd.DataFrame) -> pd.DataFrame:
    """The chain with a row for each end: who is there stays there."""
    square = pd.DataFrame(np.eye(transitions.shape[1]), index=transitions.columns, columns=transitions.columns)
    square.iloc[: len(transitions)] = transitions
    return square


def _absorbs(moves: pd.DataFrame) -> np.ndarray:
    return np.diag(moves) > 1 - 1e-9


def _grows(step: pd.DataFrame | np.ndarray) -> bool:
    """Whether the sum of the powers of a matrix has no end."""
    return bool(np.abs(np.linalg.eigvals(step)).max(initial=0.0) > 1 - 1e-12)


def _of_each_state(name: str, values: pd.Series | np.ndarray, moves: pd.DataFrame) -> np.ndarray:
    """One number a state, absorbing states 0 if they are left out."""
    transient = ~_absorbs(moves)
    if isinstance(values, pd.Series):
        unknown = values.index.difference(moves.index, sort=False)
        left_out = moves.index[transient].difference(values.index, sort=False)
        if len(unknown):
            raise ValueError(f"{name} names {unknown[0]!r}, which is no state of transitions")
        if len(left_out):
            raise ValueError(f"{name} has no entry for the state {left_out[0]!r}")
        return values.reindex(moves.index, fill_value=0).to_numpy()
    if len(values) == len(moves):
        return values
    if len(values) != transient.sum():
        raise ValueError(
            f"{name} must have one entry a state ({len(moves)}), or one a state that can be left ({transient.sum()}), "
            f"got {len(values)}"
        )
    filled = np.zeros(len(moves))
    filled[transient] = values
    return filled
