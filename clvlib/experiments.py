"""Did it work, and whom to contact: comparing rates, sample size, difference in differences, uplift, and error counts.

A difference of rates is said in two ways: 20 % to 24.4 % is +4.4 percentage points, and +22 % relative. Every function
here says which one it means.
"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
import pandas as pd

from clvlib import _checks
from clvlib._checks import Range
from clvlib._formula import (
    Amount,
    FlagColumn,
    Flags,
    Ids,
    NumberColumn,
    Numbers,
    OneCountFrom1,
    OneShareInside,
    Positive,
    Result,
    Share,
    ShareAbove0,
    ShareInside,
    Shares,
    default,
    formula,
)


def _two_arms(name: str, value: object, allowed: Range) -> np.ndarray:
    counts = np.asarray(allowed.read(name, value))
    if counts.shape != (2,):
        raise ValueError(f"{name} must be two counts, control first, then treated; got {counts.size}")
    return counts


Successes = Annotated[np.ndarray, partial(_two_arms, allowed=Range(at_least=0, whole=True))]
Trials = Annotated[np.ndarray, partial(_two_arms, allowed=Range(at_least=1, whole=True))]
RelativeUplift = Annotated[np.ndarray, Range(above=-1, at_most=10, hint="write 22% as 0.22")]
AbsoluteUplift = Annotated[np.ndarray, Range(above=-1, below=1, hint="write 4.4 points as 0.044")]
Power = Annotated[float, Range(at_least=0.5, below=1, percent=True)]
Groups = Annotated[int, Range(at_least=2, whole=True)]


@dataclass(frozen=True)
class Comparison:
    """Two rates compared, from `compare_rates`: the treated arm against the control.

    Attributes
    ----------
    control, treated : float
        Success rates, as fractions.
    difference, difference_interval : float, (float, float)
        ``treated - control``, a fraction: 0.044 is 4.4 percentage points.
    ratio, ratio_interval : float, (float, float)
        ``treated / control``; infinite if the control has no success.
    p : float
        Two-sided p-value of "both rates are the same".
    """

    control: float
    treated: float
    difference: float
    difference_interval: tuple[float, float]
    ratio: float
    ratio_interval: tuple[float, float]
    p: float

    @property
    def points(self) -> float:
        """The difference in percentage points (4.4 for 20 % to 24.4 %)."""
        return 100 * self.difference

    @property
    def relative(self) -> float:
        """The relative uplift, a fraction: ``ratio - 1`` (0.22 for 20 % to 24.4 %)."""
        return self.ratio - 1


@formula
def compare_rates(successes: Successes, trials: Trials, confidence: OneShareInside = 0.95) -> Comparison:
    r"""Compare the success rates of two arms: difference, ratio, their intervals and a p-value.

    .. math:: \textrm{difference} = q - p, \qquad \textrm{ratio} = \frac{q}{p}

    for rates p of the control and q of the treated. The p-value is that of the pooled two-proportion z-test. Both
    intervals are built from the Wilson interval of each arm, so that of the difference contains 0 exactly when that of
    the ratio contains 1; at the edge p can disagree.

    Parameters
    ----------
    successes : sequence of two int
        Customers who responded: control first, then treated.
    trials : sequence of two int
        Customers in each arm, in the same order.
    confidence : float, default 0.95
        Confidence level of the intervals, in (0, 1).

    Returns
    -------
    Comparison
        ``.difference``, ``.points``, ``.ratio``, ``.relative``, the intervals and ``.p``.

    Raises
    ------
    ValueError
        If there are not two arms, a count is not whole, an arm has more successes than trials, or both arms have no
        success (or nothing else), so that there is nothing to compare.

    Source
    ------
    Newcombe 1998, method 10 (Statistics in Medicine) for the difference; for the ratio the same idea, commonly
    attributed to Donner & Zou 2012 (Statistical Methods in Medical Research).

    Examples
    --------
    >>> result = compare_rates(successes=[400, 488], trials=[2000, 2000])
    >>> round(result.points, 2), round(result.relative, 2), round(result.p, 4)
    (4.4, 0.22, 0.0008)
    >>> [round(100 * limit, 1) for limit in result.difference_interval]
    [1.8, 7.0]
    """
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

    _checks.in_order(successes=successes, trials=trials, or_equal=True)
    if successes.sum() in (0, trials.sum()):
        share = "all" if successes.any() else "none"
        raise ValueError(f"successes must leave something to compare, got {share} of the trials in both arms")
    alpha = 1 - confidence
    control, treated = (successes / trials).tolist()
    low, high = proportion_confint(successes, trials, alpha=alpha, method="wilson")
    low = np.where(successes == 0, 0.0, low)
    interval = confint_proportions_2indep(
        successes[1], trials[1], successes[0], trials[0], method="newcomb", compare="diff", alpha=alpha
    )
    inverse_high = _lowest_ratio(control, low[0], treated, high[1])
    return Comparison(
        control=control,
        treated=treated,
        difference=treated - control,
        difference_interval=(float(interval[0]), float(interval[1])),
        ratio=treated / control if control else np.inf,
        ratio_interval=(_lowest_ratio(treated, low[1], control, high[0]), 1 / inverse_high if inverse_high else np.inf),
        p=float(proportions_ztest(successes, trials)[1]),
    )


@formula
def sample_size(
    base_rate: ShareInside,
    *,
    relative: RelativeUplift | None = None,
    absolute: AbsoluteUplift | None = None,
    alpha: OneShareInside = 0.05,
    power: Power = 0.8,
) -> np.ndarray:
    r"""Customers needed per arm to detect an uplift of a rate (two-sided z-test, equal arms).

    .. math:: n = \frac{\left( z_{1 - \alpha/2} \sqrt{2 m (1 - m)} + z_{power} \sqrt{p (1 - p) + q (1 - q)} \right)^2}
              {(q - p)^2}

    with base rate p, new rate q, their mean m, and normal quantiles z.

    Parameters
    ----------
    base_rate : float or array
        Success rate of the control, p, in (0, 1).
    relative : float or array, optional
        Uplift relative to the base rate: ``q = p * (1 + relative)``; 0.22 is +22 %.
    absolute : float or array, optional
        Uplift as a difference of rates: ``q = p + absolute``; 0.044 is +4.4 percentage points. Give one of the two.
    alpha : float, default 0.05
        Chance of finding a difference where there is none.
    power : float, default 0.8
        Chance of finding the uplift if it is there, in [0.5, 1).

    Returns
    -------
    int or array of int
        Customers per arm, rounded up.

    Raises
    ------
    ValueError
        If not exactly one uplift is given, it is 0, or the new rate leaves (0, 1).

    Source
    ------
    Fleiss, Levin & Paik 2003, Statistical Methods for Rates and Proportions (without continuity correction).

    Examples
    --------
    >>> sample_size([0.20, 0.02], relative=[0.22, 0.47]).tolist()
    [1400, 4279]
    >>> sample_size(0.20, absolute=0.22)
    69
    """
    from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

    if (relative is None) == (absolute is None):
        raise ValueError("give either relative (0.22 for +22 %) or absolute (0.044 for +4.4 percentage points)")
    change = base_rate * relative if absolute is None else absolute
    if (np.abs(change) < 1e-9).any():
        raise ValueError("the uplift must not be 0, or next to 0: no sample is large enough to detect it")
    new = base_rate + change
    if ((new <= 0) | (new >= 1)).any():
        outside = np.ravel(new)[np.ravel((new <= 0) | (new >= 1))][0]
        raise ValueError(f"base_rate plus the uplift must stay in (0, 1), got {outside:.12g}")
    size = samplesize_proportions_2indep_onetail(change, base_rate, power, alpha=alpha, alternative="two-sided")
    return np.ceil(size).astype(int)


@dataclass(frozen=True, eq=False)
class DifferenceInDifferences:
    """What a program did, from `difference_in_differences`.

    Attributes
    ----------
    estimate : float
        (treated after - treated before) - (control after - control before), in units of the outcome.
    se : float
        Standard error, clustered by unit.
    interval : (float, float)
        Confidence interval of the estimate.
    p : float
        Two-sided p-value of "no effect".
    means : DataFrame
        Index control, treated; columns before, after, change (units of the outcome).
    """

    estimate: float
    se: float
    interval: tuple[float, float]
    p: float
    means: pd.DataFrame


@formula
def difference_in_differences(
    panel: pd.DataFrame,
    *,
    outcome: NumberColumn,
    treated: FlagColumn,
    post: FlagColumn,
    unit: Ids = "customer_id",
    confidence: OneShareInside = 0.95,
) -> DifferenceInDifferences:
    r"""Effect of a program: the change of the treated less the change of the others.

    .. math:: (\bar{y}_{\textrm{treated, after}} - \bar{y}_{\textrm{treated, before}}) -
              (\bar{y}_{\textrm{control, after}} - \bar{y}_{\textrm{control, before}})

    It is right if both groups would have changed alike without the program. It equals the interaction in the regression
    ``outcome ~ treated + post + treated * post``; one unit's rows are not independent, so errors are clustered by unit.

    Parameters
    ----------
    panel : DataFrame
        A row per unit and period, before and after the start.
    outcome : str
        Column with the number of interest (spend, visits).
    treated : str
        Column, 1 for a unit that gets the program and 0 otherwise, the same in all rows of a unit.
    post : str
        Column, 1 for periods after the start and 0 before.
    unit : str, default "customer_id"
        Column that names the unit.
    confidence : float, default 0.95
        Confidence level of the interval, in (0, 1).

    Returns
    -------
    DifferenceInDifferences
        ``.estimate``, ``.se``, ``.interval``, ``.p``, ``.means``.

    Raises
    ------
    ValueError
        If a column is missing or not 0/1, a unit changes its group, one of the four cells is empty, or a group has one
        unit only.

    Source
    ------
    Card & Krueger 1994 (American Economic Review) for the design; Bertrand, Duflo & Mullainathan 2004 (Quarterly
    Journal of Economics) for the clustering. t-distribution with (units - 1) degrees of freedom.

    Examples
    --------
    >>> panel = pd.DataFrame({"customer_id": list("aabbccdd"), "member": [1] * 4 + [0] * 4, "after": [0, 1] * 4,
    ...                       "spend": [100, 130, 120, 140, 60, 70, 80, 90]})
    >>> result = difference_in_differences(panel, outcome="spend", treated="member", post="after")
    >>> round(result.estimate, 9)
    15.0
    >>> result.means.to_dict("index")["treated"]
    {'before': 110.0, 'after': 135.0, 'change': 25.0}
    """
    from statsmodels.api import OLS

    _check_design(unit, treated, post)
    y, units = outcome.to_numpy(), pd.factorize(unit)[0]
    in_group, after = treated.to_numpy(dtype=int), post.to_numpy(dtype=int)
    design = np.column_stack([np.ones(len(y)), in_group, after, in_group * after])
    fit = OLS(y, design).fit(cov_type="cluster", cov_kwds={"groups": units}, use_t=True)
    if fit.cov_params()[3, 3] <= (1e-12 * np.abs(y).max()) ** 2:
        raise ValueError(
            f"column {outcome.name!r} changes alike in all units of a group: there is no spread to judge by"
        )
    effect = fit.t_test([0, 0, 0, 1])
    low, high = effect.conf_int(1 - confidence)[0]
    cells = pd.Series(y).groupby([in_group, after]).mean().to_numpy().reshape(2, 2)
    means = pd.DataFrame(cells, index=["control", "treated"], columns=["before", "after"])
    means["change"] = means["after"] - means["before"]
    return DifferenceInDifferences(
        estimate=float(effect.effect[0]),
        se=float(effect.sd.item()),
        interval=(float(low), float(high)),
        p=float(effect.pvalue),
        means=means,
    )


@formula
def uplift_by_decile(
    customers: pd.DataFrame, *, score: NumberColumn, treated: FlagColumn, outcome: FlagColumn, groups: Groups = 10
) -> pd.DataFrame:
    r"""What contact changes, by decile of a score.

    .. math:: \textrm{uplift} = \bar{y}_{\textrm{contacted}} - \bar{y}_{\textrm{others}}, \qquad
              se = \sqrt{\frac{\bar{y}_1 (1 - \bar{y}_1)}{n_1} + \frac{\bar{y}_0 (1 - \bar{y}_0)}{n_0}}

    A risk score ranks who will leave; only this table shows whom contact brings back. Contact must have been drawn at
    random. Customers with the same score share a decile (that of their middle rank), so deciles may differ in size.

    Parameters
    ----------
    customers : DataFrame
        A row a customer.
    score : str
        Column to rank by; decile 1 has the highest scores.
    treated : str
        Column, 1 if contacted and 0 if not.
    outcome : str
        Column, 1 if she came back (bought, stayed) and 0 if not.
    groups : int, default 10
        How many groups; 10 gives deciles.

    Returns
    -------
    DataFrame
        Index ``decile``; columns customers, treated, control (counts), treated_rate, control_rate, uplift (fractions),
        se (of the uplift), gain (extra outcomes if the whole decile is contacted) and cumulative_gain.

    Raises
    ------
    ValueError
        If a column is missing or not 0/1, or a decile has nobody in one arm.

    Source
    ------
    Radcliffe 2007, Using Control Groups to Target on Predicted Lift; Ascarza 2018 (Journal of Marketing Research) on
    why risk is the wrong score.

    Examples
    --------
    >>> customers = pd.DataFrame({"risk": [9, 9, 8, 8, 2, 2, 1, 1], "called": [1, 0] * 4,
    ...                           "back": [0, 0, 1, 1, 1, 0, 1, 0]})
    >>> table = uplift_by_decile(customers, score="risk", treated="called", outcome="back", groups=2)
    >>> table["uplift"].tolist()
    [0.0, 1.0]
    """
    decile = np.ceil((score.rank(ascending=False) - 0.5) * groups / len(score)).to_numpy(dtype=int)
    cell = 2 * decile + treated.to_numpy(dtype=int)
    size, back = (
        np.bincount(cell, weights=weights, minlength=2 * groups + 2).reshape(-1, 2) for weights in (None, outcome)
    )
    found = np.flatnonzero(size.sum(axis=1))
    size, back = size[found], back[found]
    if (size == 0).any():
        row, empty = np.argwhere(size == 0)[0]
        raise ValueError(f"decile {found[row]} has nobody with {treated.name} = {empty}: take fewer groups")
    rate = back / size
    columns = dict(customers=size.sum(axis=1), treated=size[:, 1], control=size[:, 0])
    table = pd.DataFrame(columns, index=pd.Index(found, name="decile"))
    table["treated_rate"], table["control_rate"] = rate[:, 1], rate[:, 0]
    table["uplift"] = rate[:, 1] - rate[:, 0]
    table["se"] = np.sqrt((rate * (1 - rate) / size).sum(axis=1))
    table["gain"] = table["uplift"] * table["customers"]
    table["cumulative_gain"] = table["gain"].cumsum()
    return table


@formula
def profit_threshold(
    value: Positive, cost: Amount, success: ShareAbove0 = default(1), incentive: Amount = default(0)
) -> np.ndarray:
    r"""Contact a customer if her probability of leaving is above this.

    .. math:: \frac{c + d}{s \, (V - d) + d}

    Contact pays if ``p s (V - d) - (1 - p) d - c > 0``: with probability p she would leave, and contact saves her with
    probability s; who would have stayed takes the incentive all the same. Without an incentive it is ``c / (s V)``, and
    with s = 1 contact pays if ``p V > c``.

    Parameters
    ----------
    value : float or array
        V: what a saved customer is worth (currency units).
    cost : float or array
        c: cost of a contact (currency units).
    success : float or array, default 1
        s: share of contacted leavers who are saved by the contact, in (0, 1].
    incentive : float or array, default 0
        d: what a customer gets for staying (currency units), below `value`.

    Returns
    -------
    float or array
        Probability of leaving above which contact pays. Above 1: contact nobody.

    Raises
    ------
    ValueError
        If an amount is negative, the success rate is not a fraction above 0, or the incentive eats the value.

    Source
    ------
    After Neslin, Gupta, Kamakura, Lu & Mason 2006, Defection Detection (Journal of Marketing Research); that every
    stayer takes the incentive is our simplification.

    Examples
    --------
    >>> profit_threshold(value=500, cost=20, success=0.2)
    0.2
    >>> round(profit_threshold(value=500, cost=20, success=0.2, incentive=50), 3)
    0.5
    """
    _checks.in_order(incentive=incentive, value=value, why="saving her would earn nothing")
    return (cost + incentive) / (success * (value - incentive) + incentive)


@dataclass(frozen=True)
class Confusion:
    """Hits and misses of a yes/no prediction, and the shares made of them.

    Attributes
    ----------
    true_positives, false_positives, false_negatives, true_negatives : float or array
        Customers: flagged and left, flagged and stayed, not flagged and left, not flagged and stayed.
    """

    true_positives: Result
    false_positives: Result
    false_negatives: Result
    true_negatives: Result

    @property
    def customers(self) -> Result:
        """All four counts together."""
        return self.flagged + self.false_negatives + self.true_negatives

    @property
    def flagged(self) -> Result:
        """Those predicted to leave, rightly or wrongly."""
        return self.true_positives + self.false_positives

    @property
    def base_rate(self) -> Result:
        """Share of all who leave."""
        return _share(self.true_positives + self.false_negatives, self.customers, "base_rate", "nobody is counted")

    @property
    def accuracy(self) -> Result:
        """Share of all predictions that are right. With few leavers "nobody leaves" is accurate, and useless."""
        return _share(self.true_positives + self.true_negatives, self.customers, "accuracy", "nobody is counted")

    @property
    def precision(self) -> Result:
        """Share of the flagged who do leave."""
        return _share(self.true_positives, self.flagged, "precision", "nobody is flagged")

    @property
    def recall(self) -> Result:
        """Share of the leavers who are flagged (sensitivity)."""
        return _share(self.true_positives, self.true_positives + self.false_negatives, "recall", "nobody leaves")

    @property
    def specificity(self) -> Result:
        """Share of the stayers who are not flagged."""
        return _share(self.true_negatives, self.true_negatives + self.false_positives, "specificity", "nobody stays")

    @property
    def lift(self) -> Result:
        """How many times more leavers among the flagged than among all: ``precision / base_rate``."""
        precision = _share(self.true_positives, self.flagged, "lift", "nobody is flagged")
        return _share(precision, self.base_rate, "lift", "nobody leaves")


@formula
def confusion(actual: Flags, predicted: Flags) -> Confusion:
    """Hits and misses of a yes/no prediction, counted.

    Parameters
    ----------
    actual : sequence of 0/1 or bool
        1 for a customer who left.
    predicted : sequence of 0/1 or bool
        1 for a customer who was flagged, in the same order.

    Returns
    -------
    Confusion
        The four counts; ``.accuracy``, ``.precision``, ``.recall``, ``.specificity``, ``.base_rate``, ``.lift``. A
        share of nobody (the precision of "nobody leaves") is a ValueError when asked for.

    Raises
    ------
    ValueError
        If a value is not 0 or 1 (compare a probability with a threshold first), or the lengths differ.

    Source
    ------
    Any text on classification, e.g. Hastie, Tibshirani & Friedman, The Elements of Statistical Learning.

    Examples
    --------
    >>> result = confusion(actual=[1, 1, 0, 0, 0], predicted=[1, 0, 1, 0, 0])
    >>> result.true_positives, result.accuracy, result.precision, result.lift
    (1, 0.6, 0.5, 1.25)
    """
    return Confusion(
        true_positives=int((actual & predicted).sum()),
        false_positives=int((~actual & predicted).sum()),
        false_negatives=int((actual & ~predicted).sum()),
        true_negatives=int((~actual & ~predicted).sum()),
    )


@formula
def confusion_from_rates(
    base_rate: Share, recall: Share, specificity: Share, customers: Positive = default(1)
) -> Confusion:
    r"""Expected hits and misses of a prediction whose error rates are known.

    .. math:: TP = n \, b \, r, \quad FP = n (1 - b)(1 - s), \quad FN = n \, b \, (1 - r), \quad TN = n (1 - b) \, s

    for n customers, of whom the share b leaves, recall r and specificity s.

    Parameters
    ----------
    base_rate : float or array
        Share of customers who leave, in [0, 1].
    recall : float or array
        Share of the leavers who are flagged, in [0, 1]; medicine calls it sensitivity.
    specificity : float or array
        Share of the stayers who are not flagged, in [0, 1].
    customers : float or array, default 1
        How many customers; 1 gives shares.

    Returns
    -------
    Confusion
        As `confusion`, with expected counts.

    Raises
    ------
    ValueError
        If a rate is not a fraction, or there are no customers.

    Source
    ------
    Bayes' rule.

    Examples
    --------
    >>> model = confusion_from_rates(base_rate=0.10, recall=0.82, specificity=0.82)
    >>> round(model.accuracy, 3), round(model.precision, 3)
    (0.82, 0.336)
    >>> confusion_from_rates(base_rate=0.10, recall=0, specificity=1).accuracy
    0.9
    """
    leavers, stayers = base_rate * customers, (1 - base_rate) * customers
    return Confusion(
        true_positives=leavers * recall,
        false_positives=stayers * (1 - specificity),
        false_negatives=leavers * (1 - recall),
        true_negatives=stayers * specificity,
    )


@formula
def calibration_table(
    actual: Flags, predicted: Shares, groups: OneCountFrom1 = 10, confidence: OneShareInside = 0.95
) -> pd.DataFrame:
    """Predicted probability against observed rate, in groups of customers, the lowest predictions first.

    Equal predictions share a group (that of their middle rank), so groups may differ in size, and be fewer.

    Parameters
    ----------
    actual : sequence of 0/1 or bool
        1 for a customer who left (or bought).
    predicted : sequence of float
        The probability of it that was predicted for each, in the same order.
    groups : int, default 10
        How many groups.
    confidence : float, default 0.95
        Confidence level of the intervals, in (0, 1).

    Returns
    -------
    DataFrame
        Index ``group``; columns customers (a count), predicted (mean), observed (rate), low and high (fractions; the
        Wilson interval of the rate). `clvlib.plots.calibration` draws it.

    Raises
    ------
    ValueError
        If a value is not 0 or 1, a prediction is not a fraction, or the lengths or labels differ.

    Source
    ------
    Dawid 1982, The Well-Calibrated Bayesian (Journal of the American Statistical Association); Wilson 1927 for the
    interval, computed by statsmodels.

    Examples
    --------
    >>> table = calibration_table(actual=[0, 0, 1, 0, 1, 1], predicted=[0.1, 0.1, 0.2, 0.6, 0.7, 0.8], groups=2)
    >>> table[["customers", "predicted", "observed"]].round(3).to_dict("list")
    {'customers': [3, 3], 'predicted': [0.133, 0.7], 'observed': [0.333, 0.667]}
    """
    from statsmodels.stats.proportion import proportion_confint

    group = np.ceil((predicted.rank() - 0.5) * groups / len(predicted)).astype(int).rename("group")
    by_group = pd.DataFrame({"predicted": predicted, "observed": actual.astype(float)}).groupby(group)
    size, happened = by_group.size(), by_group["observed"].sum()
    low, high = proportion_confint(happened, size, alpha=1 - confidence, method="wilson")
    low, high = low.where(happened > 0, 0.0), high.where(happened < size, 1.0)  # else off by a rounding error
    return by_group.mean().assign(low=low, high=high, customers=size)[
        ["customers", "predicted", "observed", "low", "high"]
    ]


@formula
def gains_curve(actual: Flags, score: Numbers) -> pd.Series:
    r"""Of all who left (or bought), the share among the customers with the highest scores.

    .. math:: G(k / n) = \frac{\sum_{i \le k} y_{(i)}}{\sum_i y_i}

    with the customers in the order of their scores, the highest first. Customers with the same score stand in it by
    lot: the curve is straight there.

    Parameters
    ----------
    actual : sequence of 0/1 or bool
        y: 1 for a customer who left (or bought).
    score : sequence of float
        Whatever is thought to rank them, in the same order; no probability is needed.

    Returns
    -------
    Series
        Fractions, named ``found_share``; index ``customers_share`` (0, 1 / n, ..., 1). `clvlib.plots.gains` draws it.

    Raises
    ------
    ValueError
        If nobody left, a value is not 0 or 1, or the lengths or labels differ.

    Source
    ------
    Any text on database marketing, e.g. Blattberg, Kim & Neslin 2008, Database Marketing, on gains and lift charts.

    Examples
    --------
    >>> gains_curve(actual=[1, 0, 1, 0, 0], score=[9, 8, 7, 2, 2]).tolist()
    [0.0, 0.5, 0.5, 1.0, 1.0, 1.0]
    >>> gains_curve(actual=[1, 0, 1, 0], score=[3, 3, 3, 3]).tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    if not actual.any():
        raise ValueError("actual must hold at least one 1: with nobody to be found there is no share")
    chance = actual.astype(float).groupby(score.to_numpy()).transform("mean")
    found = chance.to_numpy()[np.argsort(-score.to_numpy(), kind="stable")].cumsum() / actual.sum()
    found = found.clip(max=1.0)  # shares of ties add up to 1 but for a rounding error
    shares = pd.Index(np.arange(len(score) + 1) / len(score), name="customers_share")
    return pd.Series(np.append(0.0, found), index=shares, name="found_share")


@formula
def cost_per_outcome(cost: Amount, outcomes: Positive) -> np.ndarray:
    r"""What one open, order or saved customer costs.

    .. math:: \frac{\textrm{cost}}{\textrm{outcomes}}

    With both given relative to another channel, it is the relative cost per outcome.

    Parameters
    ----------
    cost : float or array
        Money spent (currency units), or a multiple of the other channel's.
    outcomes : float or array
        Outcomes it brought (a count above 0), or a multiple of the other channel's.

    Returns
    -------
    float or array
        Currency units per outcome, or a multiple.

    Raises
    ------
    ValueError
        If the cost is negative or there is no outcome.

    Source
    ------
    Arithmetic.

    Examples
    --------
    A third of the cost and 40 % more opens:

    >>> round(cost_per_outcome(cost=1 / 3, outcomes=1.40), 3)
    0.238
    """
    return cost / outcomes


def _lowest_ratio(top: float, top_low: float, bottom: float, bottom_high: float) -> float:
    """Lower limit of ``top / bottom``, from the lower limit of the one and the upper limit of the other."""
    if top_low == 0:
        return 0.0
    spread = top_low * (2 * top - top_low)
    both = top * bottom
    return float(spread / (both + np.sqrt(both**2 - spread * bottom_high * (2 * bottom - bottom_high))))


def _check_design(unit: pd.Series, treated: pd.Series, post: pd.Series) -> None:
    """Whether a panel can tell what a program did."""
    groups_of_unit = treated.groupby(unit.to_numpy(), sort=False).agg(["min", "max"])
    changing = groups_of_unit.index[groups_of_unit["min"] != groups_of_unit["max"]]
    if len(changing):
        raise ValueError(
            f"column {treated.name!r} must be the same in all rows of a unit, but {changing[0]} has both 0 and 1"
        )
    cells = (2 * treated + post).nunique()
    if cells < 4:
        raise ValueError(
            f"columns {treated.name!r} and {post.name!r} must hold all four combinations of 0 and 1, "
            f"got {cells} of them"
        )
    if groups_of_unit["min"].value_counts().min() < 2:
        raise ValueError(
            f"column {treated.name!r} needs two units or more in each group: one has no spread to judge by"
        )


def _share(part: Result, whole: Result, name: str, reason: str) -> Result:
    """A share, if there is somebody to take it of."""
    if np.any(whole == 0):
        raise ValueError(f"{name} is not defined: {reason}")
    return part / whole
