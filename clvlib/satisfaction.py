"""Satisfaction: from answers on a scale to one index, what its weights rest on, and what a feature does for it.

Scores (`rescale`, `nps`, indices) are in points, 0 to 100 or -100 to 100, as they are published. Shares (`csat`,
`top_box`) are fractions. Answers on a scale are ordinal: show a share of top answers beside every mean.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtri

from clvlib import _checks
from clvlib._checks import Range
from clvlib._formula import (
    LAST_AXIS,
    OWN_LABELS,
    Amount,
    Grid,
    Number,
    OneCountFrom1,
    OneShare,
    OneShareBelow1,
    Result,
    formula,
)

# Random index for 3, 4, ... 10 indicators; a 2 x 2 reciprocal matrix is always consistent.
RANDOM_INDEX = {
    "saaty": (0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49),
    "simulated": (0.52, 0.88, 1.11, 1.25, 1.34, 1.40, 1.45, 1.49),
}

KANO_ANSWERS = ("like", "must-be", "neutral", "live-with", "dislike")

# Row: answer if the feature is there (functional). Column: answer if it is not (dysfunctional).
KANO_TABLE = pd.DataFrame(
    [list("QAAAO"), list("RIIIM"), list("RIIIM"), list("RIIIM"), list("RRRRQ")],
    index=pd.Index(KANO_ANSWERS, name="functional"),
    columns=pd.Index(KANO_ANSWERS, name="dysfunctional"),
)


_LEVEL = Range(at_least=1, hint="a scale begins at 1, the worst answer")
_TOO_HIGH = "a scale has no level above its points"


def _weights(name: str, value: object) -> np.ndarray:
    """Shares that sum to 1, but for the rounding that a reader did: brought to 1."""
    shares = np.atleast_1d(Range(at_least=0, at_most=1, percent=True).read(name, value))
    if abs(shares.sum() - 1) > 0.005:
        raise ValueError(f"{name} must sum to 1, got {shares.sum():.6g}; divide them by their sum")
    return shares / shares.sum()


def _outcome(name: str, value: object) -> pd.Series:
    levels = _checks.flat(name, value, Range())
    if np.ptp(levels) == 0:
        raise ValueError(
            f"{name} is {levels.iloc[0]:g} for every respondent: nothing varies that an item could explain"
        )
    return levels


def _indicators(name: str, value: object) -> pd.DataFrame:
    """Numbers in which rows can be told apart."""
    table = _checks.grid(name, value, Range(at_least=0, hint="shift or reverse that indicator first"))
    if len(table) < 2:
        raise ValueError(f"{name} has one row: entropy weights compare rows, so give at least two")
    empty = table.columns[~table.any()]
    if len(empty):
        raise ValueError(f"{name} is 0 in every row of column {empty[0]!r}: leave it out")
    if (table == table.iloc[0]).all(axis=None):
        raise ValueError(f"{name} has the same numbers in every row, so no indicator tells the rows apart")
    return table


def _comparisons(name: str, value: object) -> pd.DataFrame:
    """A square table in which each pair of indicators is compared twice, to the same effect."""
    hint = "write 1/3 where the column's indicator is 3 times as important"
    table = _checks.grid(name, value, Range(above=0, hint=hint))
    rows, columns = table.shape
    if rows != columns:
        raise ValueError(f"{name} must be square, got {rows} rows and {columns} columns")
    if not 2 <= rows <= 10:
        raise ValueError(f"{name} must compare 2 to 10 indicators, got {rows}; group them and compare the groups first")
    labels = list(table.columns)
    if list(table.index) not in (labels, list(range(rows))):
        raise ValueError(f"{name} must name the same indicators, in the same order, in its rows and its columns")
    ratios = table.to_numpy()
    off = np.abs(ratios * ratios.T - 1) > 0.01
    if off.any():
        # The later cell of the pair, on or below the diagonal, is the one to mend.
        i, j = np.argwhere(np.tril(off))[0]
        got = f"row {labels[i]}, column {labels[j]} is {ratios[i, j]:.4g}"
        if i == j:
            raise ValueError(f"{name} must have 1 on its diagonal: {got}")
        raise ValueError(
            f"{name} must be reciprocal: {got}, but row {labels[j]}, column {labels[i]} is {ratios[j, i]:.4g}, "
            f"so it should be 1/{ratios[j, i]:.4g}"
        )
    return table


def _kano_places(name: str, answers: object) -> pd.Series:
    """Answers as places 0 to 4 in `KANO_ANSWERS`; they come as words or as codes 1 to 5."""
    given = _checks.entries(name, answers)
    if not isinstance(given.iloc[0], str):
        code = Range(at_least=1, at_most=5, whole=True, hint="the scale runs from 1 to 5")
        return _checks.flat(name, given, code).astype(int) - 1
    words = given.astype(str).str.strip().str.lower().str.replace(r"[ _]", "-", regex=True)
    codes = pd.Index(KANO_ANSWERS).get_indexer(pd.Index(words))
    if (codes < 0).any():
        listed = ", ".join(map(repr, KANO_ANSWERS))
        raise ValueError(
            f"{name} must be one of {listed}, or all codes 1 to 5, got {given.iloc[np.argmax(codes < 0)]!r}"
        )
    return pd.Series(codes, index=given.index)


Points = Annotated[int, Range(at_least=2, whole=True)]  # how many levels a scale has
Level = Annotated[np.ndarray, _LEVEL]  # of a scale, or a mean of levels
Levels = Annotated[pd.Series, replace(_LEVEL, whole=True)]  # one a respondent
MeanLevels = Annotated[np.ndarray, _LEVEL, LAST_AXIS]  # one an indicator
Weights = Annotated[np.ndarray, _weights, LAST_AXIS]  # one an indicator
Recommendations = Annotated[pd.Series, Range(at_least=0, at_most=10, whole=True, hint="the scale runs from 0 to 10")]
Outcome = Annotated[pd.Series, _outcome]
VarianceInflation = Annotated[float, Range(above=1)]
Comparisons = Annotated[pd.DataFrame, _comparisons, OWN_LABELS]
Indicators = Annotated[pd.DataFrame, _indicators, OWN_LABELS]
KanoAnswers = Annotated[pd.Series, _kano_places]


@dataclass(frozen=True, eq=False)
class Disconfirmation:
    """Result of `disconfirmation`: gaps in scale points, shares as fractions.

    ``gap`` is one number a respondent, ``mean`` their mean; ``positive``, ``confirmed`` and ``negative`` are the shares
    of respondents who received more than, as much as and less than they expected.
    """

    gap: Result
    mean: float
    positive: float
    confirmed: float
    negative: float


@formula
def disconfirmation(received: Number, expected: Number) -> Disconfirmation:
    r"""How far what customers received lies above or below what they expected.

    .. math:: \textrm{gap} = \textrm{received} - \textrm{expected}

    Parameters
    ----------
    received, expected : array, shape (respondents,), or float
        Answers on one and the same scale (points), one pair a respondent.

    Returns
    -------
    Disconfirmation
        gap, mean (scale points); positive, confirmed, negative (shares in [0, 1], together 1).

    Raises
    ------
    ValueError
        If an answer is missing, or the two lists are not as long or not labelled as one another.

    Source
    ------
    Oliver 1980, A Cognitive Model of the Antecedents and Consequences of Satisfaction Decisions (Journal of Marketing
    Research).

    Examples
    --------
    >>> answers = disconfirmation(received=[6, 4, 5, 3], expected=[5, 5, 5, 5])
    >>> answers.mean, answers.positive, answers.confirmed, answers.negative
    (-0.5, 0.25, 0.25, 0.5)
    """
    gap = received - expected
    return Disconfirmation(
        gap=gap,
        mean=gap.mean(),
        positive=(gap > 0).mean(),
        confirmed=(gap == 0).mean(),
        negative=(gap < 0).mean(),
    )


@formula
def rescale(k: Level, points: Points = 7) -> np.ndarray:
    r"""Level k of a scale, or a mean of levels, on 0 to 100.

    .. math:: \frac{k - 1}{\textrm{points} - 1} \times 100

    Parameters
    ----------
    k : float or array
        Level, from 1 (worst) to `points` (best).
    points : int, default 7
        How many levels the scale has.

    Returns
    -------
    float or array
        0 for the lowest level, 100 for the highest. (``k / points * 100`` would give the lowest level 14 points for
        nothing.)

    Raises
    ------
    ValueError
        If a level lies outside the scale, or points is below 2.

    Source
    ------
    Fornell et al. 1996, The American Customer Satisfaction Index (Journal of Marketing), for 10 levels.

    Examples
    --------
    >>> rescale([1, 2, 4, 7]).round(2).tolist()
    [0.0, 16.67, 50.0, 100.0]
    """
    _checks.in_order(k=k, points=points, or_equal=True, why=_TOO_HIGH)
    return (k - 1) / (points - 1) * 100


@formula
def top_box(scores: Levels, points: Points = 7, boxes: OneCountFrom1 = 1) -> float:
    r"""Share of answers in the highest `boxes` levels of the scale.

    .. math:: \frac{1}{n} \sum_i [\, x_i > \textrm{points} - \textrm{boxes} \,]

    Parameters
    ----------
    scores : array, shape (respondents,)
        Answers, whole numbers from 1 (worst) to `points` (best).
    points : int, default 7
        How many levels the scale has.
    boxes : int, default 1
        How many of them count: 1 for top box, 2 for top-two box.

    Returns
    -------
    float
        Fraction in [0, 1].

    Raises
    ------
    ValueError
        If an answer is missing or not a level of the scale, or `boxes` is not below `points`.

    Source
    ------
    Farris et al. 2010, Marketing Metrics, on customer satisfaction.

    Examples
    --------
    >>> top_box([7, 7, 6, 5, 4, 2, 1, 7])
    0.375
    >>> top_box([7, 7, 6, 5, 4, 2, 1, 7], boxes=2)
    0.5
    """
    _checks.in_order(scores=scores, points=points, or_equal=True, why=_TOO_HIGH)
    _checks.in_order(boxes=boxes, points=points, why="all answers would count")
    return (scores > points - boxes).mean()


@formula
def csat(scores: Levels, points: Points = 5, boxes: OneCountFrom1 = 2) -> float:
    """Customer satisfaction score: the share of satisfied answers, on five points those of 4 and 5.

    It is `top_box` under its usual name and with its usual scale. Firms publish it in per cent.

    Parameters
    ----------
    scores : array, shape (respondents,)
        Answers, whole numbers from 1 (very dissatisfied) to `points` (very satisfied).
    points : int, default 5
        How many levels the scale has.
    boxes : int, default 2
        How many of them mean "satisfied".

    Returns
    -------
    float
        Fraction in [0, 1].

    Raises
    ------
    ValueError
        As `top_box`.

    Source
    ------
    Farris et al. 2010, Marketing Metrics, on customer satisfaction; the top-two rule is commonly reported.

    Examples
    --------
    >>> csat([5, 4, 4, 3, 2])
    0.6
    """
    return top_box(scores, points, boxes)


@dataclass(frozen=True)
class NPS:
    """Result of `nps`: shares as fractions; ``score``, ``se`` and ``interval`` in points, -100 to 100."""

    promoters: float
    passives: float
    detractors: float
    n: int
    score: float
    se: float
    interval: tuple[float, float]


@formula
def nps(scores: Recommendations, confidence: OneShareBelow1 = 0.95) -> NPS:
    r"""Net promoter score and its standard error.

    .. math:: NPS = 100 \, (p - d), \qquad se = 100 \sqrt{\frac{p + d - (p - d)^2}{n}}

    p is the share of promoters (9 and 10), d that of detractors (0 to 6); 7 and 8 are passive.

    Parameters
    ----------
    scores : array, shape (respondents,)
        Answers to "how likely are you to recommend us?", whole numbers from 0 to 10.
    confidence : float, default 0.95
        Level of the interval, in [0, 1).

    Returns
    -------
    NPS
        promoters, passives, detractors (fractions), n (respondents), score, se (points), interval (low, high; normal
        approximation, cut at -100 and 100). If all answers fall in one class, se is 0: that says nothing on the error.

    Raises
    ------
    ValueError
        If an answer is missing or not a whole number from 0 to 10.

    Source
    ------
    Reichheld 2003, The One Number You Need to Grow (Harvard Business Review), for the score; the error is that of a
    difference of two shares of one multinomial sample.

    Examples
    --------
    >>> answers = nps([10] * 162 + [8] * 108 + [3] * 54)
    >>> round(answers.score, 1), round(answers.se, 2)
    (33.3, 4.14)
    """
    n, promoters, detractors = len(scores), int((scores >= 9).sum()), int((scores <= 6).sum())
    net = (promoters - detractors) / n
    score = 100 * net
    se = 100 * float(np.sqrt(((promoters + detractors) / n - net**2) / n))
    reach = se * float(ndtri((1 + confidence) / 2))
    return NPS(
        promoters=promoters / n,
        passives=(n - promoters - detractors) / n,
        detractors=detractors / n,
        n=n,
        score=score,
        se=se,
        interval=(max(score - reach, -100.0), min(score + reach, 100.0)),
    )


@formula
def screen_indicators(
    items: Grid,
    outcome: Outcome,
    *,
    min_correlation: OneShare = 0.1,
    max_correlation: OneShare = 0.9,
    max_vif: VarianceInflation = 10.0,
) -> pd.DataFrame:
    r"""Which indicators to keep: not the weak ones, and only one of those that say the same thing.

    The items are taken in the order of their correlation with the outcome, the closest first. An item is dropped if it
    is constant, weak, a duplicate of a kept item, or collinear with the kept items together: its variance inflation
    factor is above `max_vif`. A screen finds what is redundant; it does not show what is a cause.

    .. math:: VIF = \frac{1}{1 - R^2}, \qquad R^2 = r' R_{kept}^{-1} r

    Parameters
    ----------
    items : DataFrame, shape (respondents, items)
        Answers, one column an indicator.
    outcome : array, shape (respondents,)
        What the indicators should explain, e.g. overall satisfaction.
    min_correlation : float, default 0.1
        Weak: the absolute correlation with the outcome is below this. At 0.1 an item explains 1 % of its variance.
    max_correlation : float, default 0.9
        Duplicate: the absolute correlation with a kept item is above this.
    max_vif : float, default 10
        Collinear: the variance inflation factor over the kept items is above this.

    Returns
    -------
    DataFrame
        Index ``item``, in the order of the columns; columns correlation (with the outcome; missing for a constant
        item), keep (True or False) and reason (a few words).

    Raises
    ------
    ValueError
        If an answer is missing or not a number, the lengths differ, or the outcome is the same for everybody.

    Source
    ------
    Correlation screen of index construction; a variance inflation factor of 10 is a commonly reported limit (Belsley,
    Kuh & Welsch 1980, Regression Diagnostics, on collinearity).

    Examples
    --------
    >>> survey = pd.DataFrame({"speed": [1, 2, 3, 4, 5, 6], "quick": [1, 2, 3, 4, 5, 7], "price": [4, 1, 3, 3, 1, 4]})
    >>> screen_indicators(survey, outcome=[1, 2, 3, 5, 5, 6])["reason"].tolist()
    ['kept', "duplicate of 'speed': correlation 0.99", 'weak: correlation with the outcome 0.02']
    """
    if len(items) != len(outcome):
        raise ValueError(f"items and outcome must have the same length, got {len(items)} and {len(outcome)}")
    values = items.to_numpy()
    correlations = pd.DataFrame(np.column_stack([values, outcome])).corr().to_numpy()
    between = correlations[:-1, :-1]
    with_outcome = np.where(np.ptp(values, axis=0) == 0, np.nan, correlations[:-1, -1])
    kept: list[int] = []

    def reason_to_drop(item: int) -> str:
        if np.isnan(with_outcome[item]):
            return f"constant: every answer is {values[0, item]:g}"
        if abs(with_outcome[item]) < min_correlation:
            return f"weak: correlation with the outcome {with_outcome[item]:.2f}"
        if not kept:
            return ""
        with_kept = between[item, kept]
        twin = int(np.argmax(np.abs(with_kept)))
        if abs(with_kept[twin]) > max_correlation:
            return f"duplicate of {items.columns[kept[twin]]!r}: correlation {with_kept[twin]:.2f}"
        explained = with_kept @ np.linalg.solve(between[np.ix_(kept, kept)], with_kept)
        if explained > 1 - 1 / max_vif:
            return f"collinear: the kept items together explain {explained:.0%} of its variance"
        return ""

    reasons = [""] * len(with_outcome)
    # Rounded, so that of two equal items the first column stays.
    for item in np.argsort(-np.abs(with_outcome).round(9), kind="stable").tolist():
        reasons[item] = reason_to_drop(item)
        if not reasons[item]:
            kept.append(item)
            reasons[item] = "kept"
    return pd.DataFrame(
        {"correlation": with_outcome, "keep": [reason == "kept" for reason in reasons], "reason": reasons},
        index=items.columns.rename("item"),
    )


@dataclass(frozen=True, eq=False)
class AHP:
    """Result of `ahp`.

    ``weights`` sum to 1; ``lambda_max`` is the principal eigenvalue, ``ci`` the consistency index, ``ri`` the random
    index used, from the table named by ``random_index``, and ``cr`` the consistency ratio.
    """

    weights: np.ndarray | pd.Series
    lambda_max: float
    ci: float
    cr: float
    ri: float
    random_index: str


@formula
def ahp(matrix: Comparisons, random_index: Literal["saaty", "simulated"] = "saaty") -> AHP:
    r"""Weights from pairwise comparisons, and how far these contradict one another.

    The weights are the principal eigenvector of the matrix, divided by its sum.

    .. math:: A w = \lambda_{max} w, \qquad CI = \frac{\lambda_{max} - n}{n - 1}, \qquad CR = \frac{CI}{RI}

    RI is the mean CI of matrices filled at random. A CR below 0.10 is taken as consistent enough; above it, ask again
    about the comparison that disagrees most with the weights.

    Parameters
    ----------
    matrix : array or DataFrame, shape (n, n), n = 2 to 10
        How many times as important the indicator of the row is as that of the column (a ratio, above 0):
        ``matrix[i][j] * matrix[j][i]`` is 1, to within 1 %, so that 0.333 may stand for 1/3.
    random_index : {"saaty", "simulated"}, default "saaty"
        ``"saaty"``: Saaty's older table, .58 .90 1.12 1.24 1.32 1.41 1.45 1.49 for n = 3 to 10. ``"simulated"``: the
        mean over all (n = 3, 4) or many matrices of random judgements 1/9 to 9, .52 .88 1.11 1.25 1.34 1.40 1.45 1.49.

    Returns
    -------
    AHP
        weights (a Series if the matrix is a DataFrame), lambda_max, ci, cr, ri, random_index. Two indicators cannot
        contradict one another: cr is then 0.

    Raises
    ------
    ValueError
        If the matrix is not square or not reciprocal, holds a number not above 0, or the table is unknown.

    Source
    ------
    Saaty 1980, The Analytic Hierarchy Process. The simulated table is our own computation.

    Examples
    --------
    >>> result = ahp([[1, 2, 4], [1 / 2, 1, 3], [1 / 4, 1 / 3, 1]])
    >>> result.weights.round(4).tolist()
    [0.5584, 0.3196, 0.122]
    >>> round(result.lambda_max, 4), round(result.cr, 4)
    (3.0183, 0.0158)
    """
    n = len(matrix)
    eigenvalues, eigenvectors = np.linalg.eig(matrix)
    principal = np.argmax(eigenvalues.real)
    lambda_max, vector = eigenvalues[principal].real, np.abs(eigenvectors[:, principal].real)
    # lambda_max is never below n but for rounding, the computer's or the user's (0.333 for 1/3).
    ci = max(lambda_max - n, 0.0) / (n - 1)
    ri = RANDOM_INDEX[random_index][n - 3] if n > 2 else 0.0
    return AHP(
        weights=_by_column(vector / vector.sum(), matrix),
        lambda_max=lambda_max,
        ci=ci,
        cr=ci / ri if ri else 0.0,
        ri=ri,
        random_index=random_index,
    )


@formula
def entropy_weights(values: Indicators) -> np.ndarray | pd.Series:
    r"""Weights from the data alone: the more an indicator tells the rows apart, the more it weighs.

    With the shares p of an indicator j over m rows:

    .. math:: p_{ij} = \frac{x_{ij}}{\sum_i x_{ij}}, \qquad e_j = -\frac{\sum_i p_{ij} \ln p_{ij}}{\ln m}, \qquad
              w_j = \frac{1 - e_j}{\sum_j (1 - e_j)}

    That is spread, not importance: what matters most to customers may be what all rows do equally well.

    Parameters
    ----------
    values : array or DataFrame, shape (rows, indicators)
        Numbers of at least 0, more meaning better, e.g. mean scores of firms or answers of respondents. Units do not
        matter, the zero point does: levels 1 to 7 and the same levels rescaled to 0 to 100 give different weights.

    Returns
    -------
    array or Series, shape (indicators,)
        Fractions that sum to 1; a Series by column if `values` is a DataFrame.

    Raises
    ------
    ValueError
        If a number is negative or missing, there is one row only, an indicator is 0 in every row, or none varies.

    Source
    ------
    Shannon 1948 for entropy; Hwang & Yoon 1981, Multiple Attribute Decision Making, for the weights.

    Examples
    --------
    >>> entropy_weights([[1, 2, 5], [3, 2, 4]]).round(4).tolist()
    [0.9548, 0.0, 0.0452]
    """
    x = values.to_numpy()
    p = x / x.sum(axis=0)
    entropy = -(p * np.log(np.where(p > 0, p, 1))).sum(axis=0) / np.log(len(x))
    # A constant indicator has entropy 1; rounding may leave a hair beside it.
    spread = np.where(np.ptp(x, axis=0) == 0, 0.0, 1 - entropy)
    return _by_column(spread / spread.sum(), values)


@formula
def satisfaction_index(means: MeanLevels, weights: Weights, points: Points = 7) -> np.ndarray:
    r"""One number for all indicators.

    .. math:: \frac{\sum_j w_j \bar{x}_j - 1}{\textrm{points} - 1} \times 100

    Parameters
    ----------
    means : array, shape (..., indicators)
        Mean level of each indicator, from 1 to `points`.
    weights : array, shape (indicators,)
        Fractions that sum to 1. A rounding error of up to 0.005 is allowed; the weights are divided by their sum.
    points : int, default 7
        How many levels the scale has.

    Returns
    -------
    float or array, shape (...)
        From 0 to 100.

    Raises
    ------
    ValueError
        If a mean lies outside the scale, the weights do not sum to 1, or there is not one weight an indicator.

    Source
    ------
    Weighted mean of rescaled levels, as in Fornell et al. 1996 (Journal of Marketing).

    Examples
    --------
    >>> round(satisfaction_index([5.6, 4.9, 6.1], weights=[0.5584, 0.3196, 0.1220]), 2)
    73.95
    """
    _checks.in_order(means=means, points=points, or_equal=True, why=_TOO_HIGH)
    if weights.shape != means.shape[-1:]:
        raise ValueError(f"weights must be one number an indicator ({means.shape[-1]}), got {weights.size}")
    return (means @ weights - 1) / (points - 1) * 100


@formula
def acsi(means: MeanLevels, weights: Weights | None = None, points: Points = 10) -> np.ndarray:
    r"""American Customer Satisfaction Index.

    .. math:: \frac{\sum_j w_j \bar{x}_j - 1}{9} \times 100, \qquad \sum_j w_j = 1

    The published index asks three questions (overall satisfaction, against expectations, against an ideal) and takes
    the weights from a structural model. With equal weights it is an approximation: say so.

    Parameters
    ----------
    means : array, shape (..., questions)
        Mean answer to each question, from 1 to `points`.
    weights : array, shape (questions,), optional
        Fractions that sum to 1; equal if left out.
    points : int, default 10
        How many levels the scale has.

    Returns
    -------
    float or array, shape (...)
        From 0 to 100.

    Raises
    ------
    ValueError
        As `satisfaction_index`.

    Source
    ------
    Fornell, Johnson, Anderson, Cha & Bryant 1996, The American Customer Satisfaction Index (Journal of Marketing).

    Examples
    --------
    >>> round(acsi([8.2, 7.6, 7.0]), 2)
    73.33
    """
    if weights is None:
        weights = np.full(means.shape[-1], 1 / means.shape[-1])
    return np.asarray(satisfaction_index(means, weights, points))


@dataclass(frozen=True, eq=False)
class Kano:
    """Result of `kano`: the category of each respondent, their counts, and the feature's own.

    A attractive, O one-dimensional, M must-be, I indifferent, R reverse, Q questionable.
    """

    categories: Result
    counts: pd.Series
    category: str


@formula
def kano(functional: KanoAnswers, dysfunctional: KanoAnswers) -> Kano:
    """What kind of quality a feature is, from a pair of questions: one answer each into `KANO_TABLE`.

    =============  ======  =======  =======  =========  =======
    functional     like    must-be  neutral  live-with  dislike   <- dysfunctional
    =============  ======  =======  =======  =========  =======
    like           Q       A        A        A          O
    must-be        R       I        I        I          M
    neutral        R       I        I        I          M
    live-with      R       I        I        I          M
    dislike        R       R        R        R          Q
    =============  ======  =======  =======  =========  =======

    Parameters
    ----------
    functional : array, shape (respondents,)
        Answers to "how do you feel if the feature is there?": the words of `KANO_ANSWERS`, or their places 1 to 5.
    dysfunctional : array, shape (respondents,)
        Answers to "and if it is not there?", likewise.

    Returns
    -------
    Kano
        categories (a letter each respondent), counts (Series A, O, M, I, R, Q), category (the most frequent letter; of
        equally frequent ones the first of M, O, A, I, R, Q).

    Raises
    ------
    ValueError
        If an answer is missing or unknown, or the two lists are not as long or not labelled as one another.

    Source
    ------
    Kano et al. 1984, Attractive Quality and Must-be Quality, for the questions; Berger et al. 1993, Kano's Methods for
    Understanding Customer-defined Quality, for the table and the order M, O, A, I (both commonly reported).

    Examples
    --------
    >>> feature = kano(functional=["like", "like", "neutral"], dysfunctional=["neutral", "dislike", "dislike"])
    >>> feature.categories.tolist(), feature.category
    (['A', 'O', 'M'], 'M')
    """
    categories = KANO_TABLE.to_numpy().astype("U1")[functional, dysfunctional]
    counts = pd.Series({letter: int((categories == letter).sum()) for letter in "AOMIRQ"}, name="respondents")
    return Kano(categories=categories, counts=counts, category=max("MOAIRQ", key=lambda letter: counts[letter]))


class BetterWorse(NamedTuple):
    """Result of `better_worse`: `better` in [0, 1], `worse` in [-1, 0]."""

    better: Result
    worse: Result


@formula
def better_worse(A: Amount, O: Amount, M: Amount, I: Amount) -> BetterWorse:  # noqa: E741
    r"""What having a feature gains and lacking it costs.

    .. math:: \textrm{better} = \frac{A + O}{A + O + M + I}, \qquad \textrm{worse} = -\frac{O + M}{A + O + M + I}

    One entry a feature. Reverse and questionable answers stay out.

    Parameters
    ----------
    A, O, M, I : float or array
        Respondents for whom the feature is attractive, one-dimensional, must-be, indifferent (counts or shares), e.g.
        ``kano(...).counts["A"]``.

    Returns
    -------
    BetterWorse
        better: share whom the feature makes more satisfied; worse: minus the share whom its lack makes less so.

    Raises
    ------
    ValueError
        If a count is negative, or all four are 0.

    Source
    ------
    Berger et al. 1993, Kano's Methods for Understanding Customer-defined Quality (commonly reported).

    Examples
    --------
    >>> better_worse(A=40, O=30, M=20, I=10)
    BetterWorse(better=0.7, worse=-0.5)
    """
    total = A + O + M + I
    if (total == 0).any():
        raise ValueError("A, O, M and I are all 0: there is no answer to take a share of")
    return BetterWorse(better=(A + O) / total, worse=-(O + M) / total)


def _by_column(weights: np.ndarray, table: pd.DataFrame) -> np.ndarray | pd.Series:
    """One weight a column, with the columns' names; without, if the caller gave a list of rows."""
    numbered = table.columns.equals(pd.RangeIndex(1, len(weights) + 1))
    return weights if numbered else pd.Series(weights, index=table.columns, name="weight")
