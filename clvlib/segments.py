"""Segments: which customers stand out, by what they did (scores, quadrants) and by what they are worth (tiers, curves).

A cut-off is a decision, so it is always an argument, and every function says what becomes of customers who are equal.
"""

from typing import Annotated, Literal

import numpy as np
import pandas as pd

from clvlib import _checks
from clvlib._checks import Range
from clvlib._formula import Amount, AmountColumn, NumberColumn, Numbers, OneNumber, OneShare, formula

Sales = Annotated[pd.Series, Range(at_least=0, hint="for profits with losses use whale_curve")]

# The card matrix. Its picture is lost: which measure is which axis and which corner has which number are read from its
# text, which speaks of two corners; the others are ours. Low spend may be a low share of wallet; spend is no profit.
QUADRANTS = pd.DataFrame(
    [
        ("Q1", "frequent", "high", "active and large", "keep; check that she earns a profit", "ours"),
        ("Q2", "frequent", "low", "the habit of the card, low spending power", "hardly to be raised", "the magazine"),
        ("Q3", "rare", "low", "asleep, or on her way out", "wake her up cheaply, or let her go", "ours"),
        ("Q4", "rare", "high", "power without the habit", "first more transactions; guard the risk", "the magazine"),
    ],
    columns=["quadrant", "frequency", "spend", "reading", "action", "whose"],
).set_index("quadrant")


@formula
def rfm_scores(
    customers: pd.DataFrame,
    recency_is: Literal["days_since", "last_day"] = "days_since",
    *,
    recency: AmountColumn = "recency",
    frequency: AmountColumn = "frequency",
    monetary: NumberColumn | None = None,
) -> pd.DataFrame:
    """Score recency, frequency and money from 1 (worst) to 5 (best), by fifths of the customers.

    Cut k is the value of the last customer in the lowest k fifths; the score is 1 plus the number of cuts she lies
    above. Equal customers so always get equal scores, that of the lowest of them: where 40 % bought once, they all
    score 1 and the next ones score 3. The fifths are then of unequal size; breaking ties by row order would be worse.

    Parameters
    ----------
    customers : DataFrame
        One row a customer, with the three columns below; or a summary of `clvlib.transactions.rfm_summary` as it is
        (its columns frequency, recency, T and monetary_value tell).
    recency_is : {"days_since", "last_day"}, default "days_since"
        What recency counts. ``"days_since"``: days since the last purchase, small is best. ``"last_day"``: the day of
        the last purchase on one calendar for all customers, large is best. The recency of a summary is neither: it is
        her age at the last purchase, so of a summary ``T - recency`` is scored, the time since.
    recency, frequency : str
        The names of the columns: days, a count.
    monetary : str, optional
        The name of the column in currency units: ``"monetary"`` if not given, of a summary ``"monetary_value"``. There
        a one-time buyer has no mean of repeat purchases (NaN): she is among the lowest, unless the summary was made
        with ``include_first=True``.

    Returns
    -------
    DataFrame
        The index of `customers`; columns R, F, M (1 to 5), RFM (the three as one number, 555 is best) and total (3 to
        15).

    Raises
    ------
    ValueError
        If a column is not there, a value is missing, days or counts are negative, or `recency_is` is unknown or, for a
        summary, "last_day".

    Source
    ------
    Fifths after Hughes 1994, Strategic Database Marketing (commonly reported); the tie rule is ours.

    Examples
    --------
    >>> customers = pd.DataFrame(
    ...     {"recency": [3, 10, 40, 90, 300], "frequency": [9, 1, 4, 1, 2], "monetary": [80, 500, 60, 20, 35]}
    ... )
    >>> rfm_scores(customers)["RFM"].tolist()
    [554, 415, 343, 211, 132]

    Of three customers in a summary, the second came last:

    >>> summary = pd.DataFrame({
    ...     "frequency": [4, 1, 0], "recency": [30.0, 8.0, 0.0], "T": [50.0, 9.0, 40.0],
    ...     "monetary_value": [20.0, 35.0, np.nan],
    ... })
    >>> rfm_scores(summary)["RFM"].tolist()
    [242, 424, 111]
    """
    is_summary = {"frequency", "recency", "T", "monetary_value"} <= {*customers} and recency.name == "recency"
    if is_summary and recency_is == "last_day":
        raise ValueError(
            "recency_is must be left out for a summary: its recency is the age at the last purchase, no day"
        )
    if is_summary:
        since = _checks.numbers("column 'T' of customers", customers["T"], Range()) - recency
        recency = since.round(9)  # who came on one day is equal, whatever the last digit of a difference
    if monetary is None:
        monetary = _money(customers, is_summary)
    nearness = -recency if recency_is == "days_since" else recency
    scores = pd.DataFrame({"R": _fifths(nearness), "F": _fifths(frequency), "M": _fifths(monetary)})
    scores["RFM"] = 100 * scores["R"] + 10 * scores["F"] + scores["M"]
    scores["total"] = scores["R"] + scores["F"] + scores["M"]
    return scores


@formula
def activity_quadrant(
    frequency: Amount, spend: Amount, frequency_cut: OneNumber, spend_cut: OneNumber
) -> str | np.ndarray:
    """Place customers in the card matrix, frequency of use against spend; `QUADRANTS` says what each place may mean.

    Q1 frequent and high, Q2 frequent and low, Q3 rare and low, Q4 rare and high. A customer at a cut is above it.

    Parameters
    ----------
    frequency : int or array
        Purchases per period (a count).
    spend : float or array
        Money spent in the same period (currency units).
    frequency_cut, spend_cut : float
        From here on a customer is frequent; from here on her spend is high.

    Returns
    -------
    str or array of str
        "Q1" to "Q4".

    Raises
    ------
    ValueError
        If the lengths differ, or a frequency or spend is negative or missing.

    Source
    ------
    Card activity matrix of a call-centre magazine (Zhang 2007), which names both measures; its picture is lost, so
    which is which axis, the cuts and the numbers of the corners are inferred.

    Examples
    --------
    >>> activity_quadrant([30, 30, 2, 2], [9000, 500, 500, 9000], frequency_cut=12, spend_cut=5000).tolist()
    ['Q1', 'Q2', 'Q3', 'Q4']
    """
    frequent, high = frequency >= frequency_cut, spend >= spend_cut
    return np.array(["Q3", "Q4", "Q2", "Q1"])[2 * frequent + high]


@formula
def value_tiers(
    values: Numbers,
    diamond: OneShare = 0.05,
    gold: OneShare = 0.20,
    gold_is: Literal["inclusive", "next"] = "inclusive",
    ties: Literal["in", "out"] = "in",
) -> pd.DataFrame:
    """Diamond for the top 5 % of customers by value, gold for the top 20 %.

    A share that is not a whole number of customers is rounded down: of 30 customers, 5 % is one.

    Parameters
    ----------
    values : array, shape (customers,)
        Value or spend of each customer (currency units).
    diamond, gold : float
        Shares of all customers, counted from the top, as fractions; gold lies below diamond.
    gold_is : {"inclusive", "next"}, default "inclusive"
        Two readings of "gold is the top 20 %", for the column gold. ``"inclusive"``: diamonds hold gold too, 20 % are
        gold. ``"next"``: only those below diamond, 15 % are gold.
    ties : {"in", "out"}, default "in"
        Equal customers on both sides of a cut all come in (the tier grows) or all stay out (the tier shrinks).

    Returns
    -------
    DataFrame
        The index of `values`; columns diamond, gold (booleans) and tier ("diamond", "gold" or "regular": the highest
        she holds, the same under both readings).

    Raises
    ------
    ValueError
        If a value is missing, a share is not a fraction, or gold is not larger than diamond.

    Source
    ------
    A deck on customer stickiness; customer pyramids after Zeithaml, Rust & Lemon 2001 (California Management Review).

    Examples
    --------
    >>> spend = range(1, 1001)
    >>> value_tiers(spend)[["diamond", "gold"]].sum().tolist()
    [50, 200]
    >>> value_tiers(spend, gold_is="next")[["diamond", "gold"]].sum().tolist()
    [50, 150]
    """
    if diamond >= gold:
        raise ValueError(f"gold must be above diamond, both counted from the top, got {gold:g} and {diamond:g}")
    in_diamond, in_gold = _top(values, diamond, ties), _top(values, gold, ties)
    return pd.DataFrame(
        {
            "diamond": in_diamond,
            "gold": in_gold if gold_is == "inclusive" else in_gold & ~in_diamond,
            "tier": np.array(["regular", "gold", "diamond"])[in_gold.astype(int) + in_diamond],
        }
    )


@formula
def whale_curve(values: Numbers) -> pd.DataFrame:
    """Cumulative share of the value against the share of customers, the most valuable first.

    With profits the curve climbs above 1 where the losses of the last customers eat up what the first ones earn.

    Parameters
    ----------
    values : array, shape (customers,)
        Profit or sales of each customer (currency units); losses are negative. Their total must be above 0.

    Returns
    -------
    DataFrame
        One row a customer and a first row 0, 0; columns customers_share and value_share (fractions of the total).

    Raises
    ------
    ValueError
        If a value is missing, or the total is not above 0.

    Source
    ------
    Kaplan & Narayanan 2001, Measuring and Managing Customer Profitability (Journal of Cost Management).

    Examples
    --------
    >>> whale_curve([60, -20, 50, 10])["value_share"].tolist()
    [0.0, 0.6, 1.1, 1.2, 1.0]
    """
    return _cumulative_shares(np.sort(values)[::-1])


@formula
def top_share(values: Numbers, share: OneShare = 0.2) -> float:
    """Share of the value that the top customers hold, for "80/20" read off the whale curve.

    Where `share` is not a whole number of customers, the next one counts by the part of her that is inside.

    Parameters
    ----------
    values : array, shape (customers,)
        As in `whale_curve`.
    share : float, default 0.2
        Share of the customers, counted from the top, as a fraction.

    Returns
    -------
    float
        A fraction of the total; above 1 if others make losses.

    Raises
    ------
    ValueError
        As `whale_curve`; also if `share` is not a fraction.

    Source
    ------
    As `whale_curve`. Commonly reported shares for the top 20 % are near 0.7, not 0.8.

    Examples
    --------
    >>> round(top_share([50, 20, 10, 10, 10], share=0.2), 3)
    0.5
    >>> round(top_share([50, 20, 10, 10, 10], share=0.3), 3)
    0.6
    """
    curve = whale_curve(values)
    return float(np.interp(share, curve["customers_share"], curve["value_share"]))


@formula
def lorenz(values: Sales) -> pd.DataFrame:
    """Cumulative share of the value against the share of customers, the least valuable first.

    Parameters
    ----------
    values : array, shape (customers,)
        Sales or another amount of each customer (currency units), none negative.

    Returns
    -------
    DataFrame
        One row a customer and a first row 0, 0; columns customers_share and value_share (fractions of the total).

    Raises
    ------
    ValueError
        If a value is negative (use `whale_curve`) or missing, or the total is not above 0.

    Source
    ------
    Lorenz 1905, Methods of Measuring the Concentration of Wealth.

    Examples
    --------
    >>> lorenz([60, 20, 10, 10])["value_share"].tolist()
    [0.0, 0.1, 0.2, 0.4, 1.0]
    """
    return _cumulative_shares(np.sort(values))


@formula
def gini(values: Sales) -> float:
    r"""Concentration: 0 if all customers are equal, near 1 if one has it all.

    .. math:: G = 1 - 2 \int_0^1 L(p) \, dp, \qquad L \textrm{ the Lorenz curve}

    This is the figure for exactly these customers; its largest value is ``(n - 1) / n``.

    Parameters
    ----------
    values : array, shape (customers,)
        As in `lorenz`.

    Returns
    -------
    float
        In [0, 1).

    Raises
    ------
    ValueError
        As `lorenz`.

    Source
    ------
    Gini 1912 (commonly reported), in the form of the area under the curve of Lorenz 1905.

    Examples
    --------
    >>> round(gini([60, 20, 10, 10]), 3)
    0.4
    """
    curve = lorenz(values)
    return max(0.0, float(1 - 2 * np.trapezoid(curve["value_share"], curve["customers_share"])))


def _money(customers: pd.DataFrame, is_summary: bool) -> pd.Series:
    """The column that is meant where none is named; in a summary 0 for one-time buyers, the lowest there is."""
    name = "monetary_value" if is_summary and "monetary" not in customers else "monetary"
    _checks.has_columns("customers", customers, {"monetary": name})
    column = customers[name]
    if name == "monetary_value":
        column = column.mask(column.isna() & (customers["frequency"] == 0), 0.0)
    return _checks.numbers(f"column {name!r} of customers", column, Range())


def _fifths(values: pd.Series) -> np.ndarray:
    last_of_lowest = (np.arange(1, 5) * len(values) - 1) // 5
    cuts = np.partition(values, last_of_lowest)[last_of_lowest]
    return 1 + np.searchsorted(cuts, values, side="left")


def _top(values: pd.Series, share: float, ties: str) -> np.ndarray:
    worth = values.to_numpy()
    room = int(share * len(worth) + 1e-9)  # 0.29 * 100 is 28.999999999999996
    ranked = np.sort(worth)[::-1]
    if ties == "in":
        return worth >= ranked[room - 1] if room else np.zeros(len(worth), dtype=bool)
    return worth > ranked[room] if room < len(worth) else np.ones(len(worth), dtype=bool)


def _cumulative_shares(ranked: np.ndarray) -> pd.DataFrame:
    running = np.concatenate([[0.0], ranked.cumsum()])
    total = running[-1]
    if not 0 < total < np.inf:
        raise ValueError(f"values must sum to a number above 0 to have shares of the total, got a total of {total:g}")
    return pd.DataFrame({"customers_share": np.arange(len(running)) / len(ranked), "value_share": running / total})
