"""The customer lifecycle: which stage she is in, how stages follow one another, and what that makes her worth."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from clvlib import _old_checks as _checks

STAGES = ("exploration", "formation", "stability", "decline")
PATTERNS = ("premature abortion", "midway demise", "early exit", "long-term maintenance")

# Six ways to cut the same life into stages: read along a row to translate. A blank: that model has no such stage. The
# stages are those of a textbook chapter (four, six) and of a deck on stickiness (the rest); the alignment is ours.
STAGE_MODELS = pd.DataFrame(
    [
        ("in contact, nothing bought", "exploration", "awareness", "prospect", "", "", ""),
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
    "decline": ("ask what is wrong, offer a remedy", "manager, team"),
}
_REVIEWS = {3: "month 3: review use, answer questions", 6: "month 6: review results together"}


def assign_stage(
    history: pd.DataFrame,
    low: float,
    high: float,
    fall: float = 0.3,
    lost_after: int | None = None,
    *,
    customer: str = "customer",
    period: str = "period",
    volume: str = "volume",
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
        The index of `history`; one of `STAGES`, or "lost".

    Raises
    ------
    ValueError
        If a row is double or left out, a volume is negative or missing, or low is not below high.

    Source
    ------
    Stages after Dwyer, Schurr & Oh 1987 (Journal of Marketing) and a Chinese textbook chapter; the rules are ours.

    Examples
    --------
    >>> history = pd.DataFrame({"customer": "ann", "period": range(1, 8), "volume": [1, 2, 4, 7, 10, 8, 5]})
    >>> assign_stage(history, low=3, high=6).str[0].str.cat()
    'eefsssd'
    """
    _checks.table("history", history, [customer, period, volume])
    low, high = _checks.one_number("low", low, above=0), _checks.one_number("high", high, above=0)
    if low >= high:
        raise ValueError(f"low must be below high, got {low:g} and {high:g}")
    fall = _checks.fraction("fall", _checks.one_number("fall", fall), zero_allowed=False, one_allowed=False)
    bought = np.asarray(_checks.number(f"column '{volume}' of history", history[volume], at_least=0))
    order, who = _in_order("history", history, customer, period)
    bought = bought[order]
    highest = pd.Series(bought).groupby(who).cummax().to_numpy()
    allowed_fall = fall * highest * (1 + 1e-9)  # a fall of exactly 30 % is not decline, whatever floats make of it
    declining = (highest >= low) & (highest - bought > allowed_fall)
    stages = np.select([declining, bought < low, bought < high], ["decline", "exploration", "formation"], "stability")
    if lost_after is not None:
        lost_after = _checks.whole("lost_after", lost_after, at_least=1)
        stages = np.where(_periods_without_purchase(bought, who) >= lost_after, "lost", stages)
    in_given_order = np.empty_like(stages)
    in_given_order[order] = stages
    return pd.Series(in_given_order, index=history.index, name="stage")


def classify_pattern(
    panel: pd.DataFrame,
    long: int = 12,
    *,
    customer: str = "customer",
    period: str = "period",
    state: str = "state",
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
        Index: the customers, in order of appearance; one of `PATTERNS`, or "open".

    Raises
    ------
    ValueError
        If a row is double or left out, or a state is not one of the lifecycle's.

    Source
    ------
    Four patterns of a Chinese textbook chapter on the customer lifecycle; the count of stable periods is ours.

    Examples
    --------
    >>> panel = pd.DataFrame({"customer": ["ann"] * 3 + ["bo"] * 3, "period": [1, 2, 3] * 2,
    ...                       "state": ["exploration", "formation", "lost", "formation", "stability", "decline"]})
    >>> classify_pattern(panel).to_dict()
    {'ann': 'midway demise', 'bo': 'early exit'}
    """
    _checks.table("panel", panel, [customer, period, state])
    long = _checks.whole("long", long, at_least=1)
    unknown = panel.loc[~panel[state].isin([*STAGES, "lost"]), state]
    if len(unknown):
        _checks.option(f"column '{state}' of panel", unknown.iloc[0], [*STAGES, "lost"])
    order, who = _in_order("panel", panel, customer, period)
    states = panel[state].to_numpy()[order]
    last_row = np.append(who[1:] != who[:-1], True)
    turned_down = np.isin(states[last_row], ["decline", "lost"])
    stable_periods = np.bincount(who, weights=states == "stability")
    formed = np.bincount(who, weights=states == "formation") > 0
    abortion, demise, early_exit, maintenance = PATTERNS
    patterns = np.select(
        [stable_periods >= long, ~turned_down, stable_periods > 0, formed],
        [maintenance, "open", early_exit, demise],
        abortion,
    )
    customers = pd.Index(panel[customer].to_numpy()[order][last_row], name=customer)
    return pd.Series(patterns, index=customers, name="pattern")


def map_stage(stage: str, from_: str, to: str) -> list[str]:
    """The same stage in the words of another model, read along the rows of `STAGE_MODELS`.

    Parameters
    ----------
    stage : str
        A stage of the model `from_`.
    from_, to : {"four", "five", "six", "activity", "milestones", "clusters"}
        Two columns of `STAGE_MODELS`.

    Returns
    -------
    list of str
        Several stages where `to` cuts finer; empty where it has no such stage.

    Raises
    ------
    ValueError
        If the model or the stage is unknown.

    Source
    ------
    The alignment is ours: the sources list the models without comparing them.

    Examples
    --------
    >>> map_stage("stability", from_="four", to="milestones")
    ['core', 'advocate']
    >>> map_stage("growth", from_="six", to="four")
    ['formation']
    """
    source = STAGE_MODELS[_checks.option("from_", from_, STAGE_MODELS.columns)]
    target = STAGE_MODELS[_checks.option("to", to, STAGE_MODELS.columns)]
    _checks.option("stage", stage, [name for name in source.unique() if name])
    return [name for name in target[source == stage].unique() if name]


def transition_matrix(
    panel: pd.DataFrame,
    absorbing: Any = (),
    counts: bool = False,
    *,
    customer: str = "customer",
    period: str = "period",
    state: str = "state",
) -> pd.DataFrame:
    """How often a customer in one state is in another a period later: moves from i to j, divided by all moves from i.

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
        From (index) by to (columns); the stages in the order of the lifecycle, other states in order of the alphabet.

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
    >>> panel = pd.DataFrame({"customer": ["ann"] * 3 + ["bo"] * 3, "period": [1, 2, 3] * 2,
    ...                       "state": ["stability", "stability", "decline", "stability", "decline", "lost"]})
    >>> transition_matrix(panel, counts=True).loc["stability"].tolist()
    [1, 2, 0]
    >>> transition_matrix(panel, absorbing="lost").loc["lost"].tolist()
    [0.0, 0.0, 1.0]
    """
    _checks.table("panel", panel, [customer, period, state])
    order, who = _in_order("panel", panel, customer, period)
    if panel[state].isna().any():
        raise ValueError(f"column '{state}' of panel has a missing value: fill it in or leave the customer out")
    states = sorted(panel[state].unique(), key=_lifecycle_order)
    ends = list(np.atleast_1d(absorbing))
    for end in ends:
        if end not in states:
            raise ValueError(f"absorbing names '{end}', but the states of panel are {', '.join(map(str, states))}")
    now = pd.Index(states).get_indexer(panel[state])[order]
    same_customer = who[1:] == who[:-1]
    moves_seen = len(states) * now[:-1][same_customer] + now[1:][same_customer]
    square = np.bincount(moves_seen, minlength=len(states) ** 2).reshape(len(states), -1)
    moves = pd.DataFrame(square, index=pd.Index(states, name="from"), columns=pd.Index(states, name="to"))
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


def fundamental_matrix(transitions: Any) -> pd.DataFrame:
    """Expected periods in each transient state before the end: ``N = (I - Q)^-1``, Q the moves among transient states.

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
        If a row does not sum to 1, a probability is not in [0, 1], or from some state there is no way to an end.

    Source
    ------
    Kemeny & Snell 1960, Finite Markov Chains.

    Examples
    --------
    >>> fundamental_matrix([[0.5, 0.25, 0.25], [0, 0.75, 0.25]]).to_numpy().tolist()
    [[2.0, 2.0], [0.0, 4.0]]
    """
    moves = _chain(transitions)
    transient = ~_absorbs(moves)
    among = moves.loc[transient, transient]
    if _grows(among.to_numpy()):
        raise ValueError("transitions must leave a way to an absorbing state from everywhere, or lives have no end")
    visits = np.linalg.inv(np.eye(len(among)) - among)
    return pd.DataFrame(visits, index=among.index, columns=among.columns)


def expected_life(transitions: Any) -> pd.Series:
    """Expected periods until a customer is absorbed, by her state now: the row sums of the fundamental matrix.

    Parameters
    ----------
    transitions : DataFrame or array
        As in `fundamental_matrix`.

    Returns
    -------
    Series
        By transient state, in periods; the period now counts as the first.

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


def markov_clv(transitions: Any, rewards: Any, rate: float, timing: str = "start") -> pd.Series:
    """Lifetime value by state, over an endless horizon: ``V = (I - P / (1 + rate))^-1 R``.

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
        By state (the rows of `transitions`), currency units of today.

    Raises
    ------
    ValueError
        If a row does not sum to 1, a reward is missing, the sum has no end, or timing is unknown.

    Source
    ------
    Pfeifer & Carraway 2000, Modeling Customer Relationships as Markov Chains (Journal of Interactive Marketing).

    Examples
    --------
    >>> rows = [[.30, .40, 0, 0, .30], [0, .45, .40, .05, .10], [0, 0, .80, .15, .05], [0, .10, 0, .50, .40]]
    >>> markov_clv(rows, rewards=[-20, 40, 100, 30], rate=0.10).round(2).tolist()
    [140.51, 336.03, 422.17, 111.0]
    """
    moves = _chain(transitions)
    earned = _by_state("rewards", rewards, moves)
    rate = _checks.rate("rate", _checks.one_number("rate", rate))
    counts = ~_absorbs(moves) | (earned != 0)
    step = moves.to_numpy()[np.ix_(counts, counts)] / (1 + rate)
    if _grows(step):
        raise ValueError(
            f"rate must be higher, got {rate:g}: discounted at it, the rewards of these states have no end"
        )
    worth = pd.Series(0.0, index=moves.index, name="value")
    worth[counts] = np.linalg.solve(np.eye(len(step)) - step, earned[counts])
    if _checks.option("timing", timing, ("start", "end")) == "end":
        worth /= 1 + rate
    return worth.iloc[: len(transitions)]


def stage_shares(transitions: Any, start: Any, periods: int) -> pd.DataFrame:
    """Where a group of customers is, period after period: ``share_t = share_(t-1) P``.

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
        If a row of `transitions` or the shares of `start` do not sum to 1, or a state is unknown.

    Source
    ------
    As `fundamental_matrix`.

    Examples
    --------
    >>> moves = pd.DataFrame([[0.8, 0.2]], index=["customer"], columns=["customer", "lost"])
    >>> stage_shares(moves, "customer", periods=2)["customer"].round(2).tolist()
    [1.0, 0.8, 0.64]
    """
    moves = _chain(transitions)
    periods = _checks.whole("periods", periods)
    if isinstance(start, str):
        _checks.option("start", start, moves.index)
        start = {start: 1.0} | dict.fromkeys(moves.index.drop(start), 0.0)
    shares = [_checks.fraction("start", _by_state("start", start, moves))]
    if abs(shares[0].sum() - 1) > 1e-9:
        raise ValueError(f"start must sum to 1, got {shares[0].sum():.12g}")
    for _ in range(periods):
        shares.append(shares[-1] @ moves.to_numpy())
    return pd.DataFrame(shares, columns=moves.columns).rename_axis("period")


def contact_plan(start: Any, months: int = 12, stage: str = "exploration", last_contact: Any = None) -> pd.DataFrame:
    """Whom to contact her when, and why: on day 7, then every month, with reviews in months 3 and 6.

    So no month goes by without a contact. The rule "1 + 1 + N" is named in the source without an explanation; we read
    it as one account manager for every contact, one specialist for day 7 and the reviews, and a team of as many as it
    takes once she is in decline.

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
    Days and months of a deck on customer stickiness; reasons and roles are ours.

    Examples
    --------
    >>> contact_plan("2026-01-31", months=3)[["date", "who"]].astype(str).to_numpy().tolist()[1:]
    [['2026-02-28', 'manager'], ['2026-03-31', 'manager'], ['2026-04-30', 'manager, specialist']]
    """
    first_day = _day("start", start)
    months = _checks.whole("months", months, at_least=1)
    reason, who = _ROUTINE[_checks.option("stage", stage, STAGES)]
    day_7 = first_day + pd.Timedelta(days=7)
    contacts = [(day_7, "day 7: is she content with the first purchase?", "manager, specialist")]
    for month in range(1, months + 1):
        day = first_day + pd.DateOffset(months=month)
        contacts.append((day, _REVIEWS[month], "manager, specialist") if month in _REVIEWS else (day, reason, who))
    plan = pd.DataFrame(contacts, columns=["date", "reason", "who"])
    if last_contact is None:
        return plan
    done = _day("last_contact", last_contact)
    if not first_day <= done < plan["date"].iloc[-1]:
        span = f"from {first_day:%Y-%m-%d} to before {plan['date'].iloc[-1]:%Y-%m-%d}"
        raise ValueError(f"last_contact must lie within the plan, {span}, got {done:%Y-%m-%d}")
    return plan[plan["date"] > done].reset_index(drop=True)


def _in_order(name: str, table: pd.DataFrame, customer: str, period: str) -> tuple[np.ndarray, np.ndarray]:
    """The rows by customer and period, and each one's customer as a number; no row double, none left out."""
    numbers = pd.factorize(table[customer])[0]
    if (numbers < 0).any():
        raise ValueError(f"column '{customer}' of {name} has a missing value: fill it in or leave the row out")
    if not pd.api.types.is_numeric_dtype(table[period]):
        got = table[period].iloc[0]
        raise ValueError(
            f"column '{period}' of {name} must be whole numbers (number the periods 1, 2, ...), got '{got}'"
        )
    periods = np.asarray(_checks.whole(f"column '{period}' of {name}", table[period]))
    order = np.lexsort([periods, numbers])
    who, when = numbers[order], periods[order]
    wrong = (who[1:] == who[:-1]) & (np.diff(when) != 1)
    if wrong.any():
        at = int(np.argmax(wrong))
        whose = f"{name} must have one row a customer and period, but customer '{table[customer].iloc[order[at]]}' has"
        if when[at] == when[at + 1]:
            raise ValueError(f"{whose} two for period {when[at]}: keep one")
        raise ValueError(f"{whose} none between periods {when[at]} and {when[at + 1]}: add what is left out")
    return order, who


def _periods_without_purchase(bought: np.ndarray, who: np.ndarray) -> np.ndarray:
    row = np.arange(len(who))
    first_row = np.flatnonzero(np.append(True, who[1:] != who[:-1]))[who]
    last_purchase = np.maximum.accumulate(np.where(bought > 0, row, -1))
    return row - np.maximum(last_purchase, first_row - 1)


def _lifecycle_order(state: Any) -> tuple[int, str]:
    known = (*STAGES, "lost")
    return known.index(state) if state in known else len(known), str(state)


def _chain(transitions: Any) -> pd.DataFrame:
    """Transition probabilities, square: an absorbing state without a row gets one."""
    if isinstance(transitions, pd.DataFrame):
        if not (transitions.index.is_unique and transitions.columns.is_unique):
            raise ValueError("transitions names a state twice: each state has one row and one column")
        rows = list(_checks.table("transitions", transitions, transitions.index).index)
        states = rows + [state for state in transitions.columns if state not in rows]
        given = np.asarray(_checks.fraction("transitions", transitions[states].to_numpy()))
    else:
        given = np.asarray(_checks.fraction("transitions", transitions))
        states = list(range(given.shape[-1])) if given.ndim else []
    if given.ndim != 2 or given.shape[0] > given.shape[1] or given.shape[1] != len(states):
        raise ValueError(f"transitions must be a table with a column for each of its rows, got shape {given.shape}")
    for state, total in zip(states, given.sum(axis=1), strict=False):
        if abs(total - 1) > 1e-9:
            raise ValueError(f"each row of transitions must sum to 1, got {total:.12g} in row {state!r}")
    square = np.eye(len(states))
    square[: len(given)] = given
    return pd.DataFrame(square, index=states, columns=states)


def _absorbs(moves: pd.DataFrame) -> np.ndarray:
    return np.diag(moves) > 1 - 1e-9


def _grows(step: np.ndarray) -> bool:
    """Whether the sum of the powers of a matrix has no end."""
    return bool(np.abs(np.linalg.eigvals(step)).max(initial=0.0) > 1 - 1e-12)


def _by_state(name: str, values: Any, moves: pd.DataFrame) -> np.ndarray:
    """One number a state, absorbing states 0 if they are left out."""
    transient = ~_absorbs(moves)
    if isinstance(values, dict | pd.Series):
        named = pd.Series(values)
        for state in named.index:
            if state not in moves.index:
                raise ValueError(f"{name} names {state!r}, which is no state of transitions")
        for state in moves.index[transient]:
            if state not in named.index:
                raise ValueError(f"{name} has no entry for the state {state!r}")
        return np.asarray(_checks.number(name, named.reindex(moves.index, fill_value=0)))
    numbers = np.atleast_1d(_checks.number(name, values))
    if numbers.shape == (len(moves),):
        return numbers
    if numbers.shape != (transient.sum(),):
        raise ValueError(
            f"{name} must have one entry a state ({len(moves)}), or one a state that can be left ({transient.sum()}), "
            f"got {numbers.size}"
        )
    filled = np.zeros(len(moves))
    filled[transient] = numbers
    return filled


def _day(name: str, value: Any) -> pd.Timestamp:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return pd.Timestamp(year=day.year, month=day.month, day=day.day)
    except (AttributeError, TypeError, ValueError):
        raise ValueError(f"{name} must be a date such as '2026-01-31', got {value!r}") from None
