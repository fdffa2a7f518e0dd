"""Contracts: a loss is seen when it happens, at a renewal."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

import numpy as np
import pandas as pd
from scipy.special import betaln, digamma, expit, gammaln

from clvlib._checks import Range
from clvlib._formula import (
    Amount,
    Count,
    Counts,
    OneCount,
    OneCountFrom1,
    OnePositive,
    OneShareInside,
    Share,
    Survivors,
    default,
    formula,
)
from clvlib.models._alike import each_once
from clvlib.models._fit import Model, maximise
from clvlib.models._spread import Customers, beta_draws, discounted_life

PeriodFrom1 = Annotated[np.ndarray, Range(at_least=1)]
_TERMS = 100  # of an endless sum, added up one by one
_LARGE, _FAR = 5.0, 90.0  # ln x from which Stirling's series is exact, and from which ln x alone counts


@dataclass(frozen=True, repr=False)
class _Contract(Model, ABC):
    """What `SBG` and `BDW` share: they are fitted on the survivors of a cohort."""

    _start: ClassVar[dict[str, float]]  # where a fit begins

    @classmethod
    @formula
    def fit(cls, survivors: Survivors) -> Self:
        r"""Maximum likelihood from the customers alive at the start and after each period.

        .. math:: \ln L = \sum_{t=1}^{n} d_t \ln \bigl(S(t-1) - S(t)\bigr) + a_n \ln S(n)

        with d_t customers lost in period t and a_n alive after the last.

        Parameters
        ----------
        survivors : sequence of float, at least 2
            Counts, the start of the cohort first. Percentages give the same parameters, but the log-likelihood and
            standard errors of a cohort of 100.

        Returns
        -------
        SBG or BDW

        Raises
        ------
        ValueError
            If there are fewer than 2 counts, they rise, or nobody was there at the start.

        Source
        ------
        Fader & Hardie 2007 (SBG); Fader, Hardie, Liu, Davin & Steenburgh 2018 (BDW).

        Examples
        --------
        >>> fit = SBG.fit([1000, 631, 468, 382, 326, 289, 262, 241])
        >>> round(fit.alpha, 3), round(fit.beta, 3)
        (0.704, 1.182)
        """
        alive = survivors.to_numpy()
        counts = (alive == np.rint(alive)).all()
        notes = [] if counts else [f"Not counts: the standard errors are those of a cohort of {alive[0]:.12g}."]
        horizons = 2 * (len(alive) - 1), 6 * (len(alive) - 1)

        def forecast(theta: list[float]) -> dict[str, float]:
            shares = np.exp(cls(*theta)._log_survival(np.array(horizons, dtype=float)))
            return {
                f"survival after {period} periods": float(share) for period, share in zip(horizons, shares, strict=True)
            }

        theta, report = maximise(lambda theta: cls._likelihood(theta, alive), cls._start, notes, forecast)
        return cls(*theta, **report)

    @formula
    def log_likelihood_of(self, survivors: Survivors) -> float:
        """Log-likelihood of a cohort under these parameters.

        Parameters
        ----------
        survivors : sequence of float, at least 2
            As in `fit`.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            As `fit`.

        Source
        ------
        As `fit`.

        Examples
        --------
        >>> round(SBG(alpha=0.668, beta=3.806).log_likelihood_of([1000, 869, 743, 653, 593, 551, 517, 491]) / 1000, 3)
        -1.611
        """
        return self._likelihood(self._theta, survivors.to_numpy())[0]

    @formula
    def survival_interval(
        self,
        period: Counts,
        interval: OneShareInside = 0.9,
        customers: OneCountFrom1 | None = None,
        renewals: OneCount = 0,
    ) -> pd.DataFrame:
        r"""Survival with its interval: the estimates are uncertain, and so is who of a few customers stays.

        .. math:: \frac{S(t)}{S(n)}, \qquad A_t \sim \operatorname{binomial}\!\left(A_n, \frac{S(t)}{S(n)}\right)

        S is worked out at 1,000 of the model's `draws`, the same ones in every call; at each of them A_t, those of the
        `customers` who are still there, is drawn.

        Parameters
        ----------
        period : sequence of int
            Renewals survived (t), at least `renewals`.
        interval : float, default 0.9
            Probability that it holds what will be, in (0, 1).
        customers : int, optional
            How many there are after n renewals (A_n). Left out: very many, so that only the estimates are uncertain.
        renewals : int, default 0
            Renewals that they have made (n); all shares are of those who have. ``renewals=t - 1, period=[t]`` is the
            retention of period t.

        Returns
        -------
        DataFrame
            By period: estimate, low and high, shares of the customers in [0, 1]. `clvlib.plots.intervals` draws it.

        Raises
        ------
        ValueError
            If a period is below renewals, or the interval is not inside (0, 1).

        Source
        ------
        The draws: see `draws`. The rest is the model's own story.

        Examples
        --------
        >>> high_end = SBG.fit([1000, 869, 743, 653, 593, 551, 517, 491])
        >>> high_end.survival_interval([8, 12], customers=491, renewals=7).round(2).reset_index()
           period  estimate   low  high
        0       8      0.94  0.92  0.96
        1      12      0.77  0.73  0.81
        """
        if (period < renewals).any():
            raise ValueError(f"period must be at least renewals ({renewals}), got {period.min():.12g}")
        rng, t = np.random.default_rng(1), period.to_numpy()
        different, draw = np.unique(self._draws(1000, rng), axis=0, return_inverse=True)
        stay = np.array([self._stay(theta, t, renewals) for theta in different])[draw]
        if customers is not None:
            stay = rng.binomial(customers, np.clip(stay, 0, 1)) / customers
        low, high = np.quantile(stay, [(1 - interval) / 2, (1 + interval) / 2], axis=0, method="inverted_cdf")
        table = {"estimate": self._stay(self._theta, t, renewals), "low": low, "high": high}
        return pd.DataFrame(table, index=pd.Index(period.astype(int), name="period"))

    def _stay(self, theta: np.ndarray, period: np.ndarray, renewals: int) -> np.ndarray:
        """Of those who made so many renewals, the share still there."""
        model = type(self)(*theta)
        return np.exp(model._log_survival(period) - model._log_survival(np.asarray(renewals)))

    @abstractmethod
    def _log_survival(self, period: np.ndarray) -> np.ndarray:
        """Log of `survival`."""

    @staticmethod
    @abstractmethod
    def _likelihood(theta: np.ndarray, alive: np.ndarray) -> tuple[float, np.ndarray]:
        """Log-likelihood and its slope in each parameter."""


@dataclass(frozen=True, repr=False)
class SBG(_Contract):
    """Shifted beta-geometric: at each renewal a customer leaves with her own probability, spread as beta(alpha, beta).

    Nobody's churn changes, yet the cohort's retention rises: those who leave easily have left.

    Parameters
    ----------
    alpha, beta : float
        Shape of the spread of churn probabilities; its mean is ``alpha / (alpha + beta)``.

    Raises
    ------
    ValueError
        If a parameter is not above 0.

    Source
    ------
    Fader & Hardie 2007, How to Project Customer Retention (Journal of Interactive Marketing).

    Examples
    --------
    >>> high_end = SBG.fit([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> high_end
    SBG(alpha=0.6681, beta=3.806, log_likelihood=-1611.16)
    >>> round(high_end.survival(12), 3)
    0.378
    """

    alpha: OnePositive
    beta: OnePositive

    _start: ClassVar[dict[str, float]] = {"alpha": 1.0, "beta": 1.0}

    @formula
    def survival(self, period: Amount) -> np.ndarray:
        r"""Share of the cohort still there after some periods.

        .. math:: S(t) = \frac{B(\alpha, \beta + t)}{B(\alpha, \beta)}

        Parameters
        ----------
        period : float or array
            Renewals survived, at least 0.

        Returns
        -------
        float or array
            Shares in (0, 1].

        Raises
        ------
        ValueError
            If a period is negative.

        Source
        ------
        Fader & Hardie 2007.

        Examples
        --------
        >>> round(SBG(alpha=0.704, beta=1.182).survival(12), 2)
        0.17
        """
        return np.exp(self._log_survival(period))

    @formula
    def retention(self, period: PeriodFrom1) -> np.ndarray:
        r"""Share of those alive before a renewal who renew.

        .. math:: r_t = \frac{S(t)}{S(t - 1)} = \frac{\beta + t - 1}{\alpha + \beta + t - 1}

        Parameters
        ----------
        period : float or array
            Which renewal, at least 1.

        Returns
        -------
        float or array
            Rates per period; they rise with `period`.

        Raises
        ------
        ValueError
            If a period is below 1.

        Source
        ------
        Fader & Hardie 2007.

        Examples
        --------
        >>> SBG(alpha=1, beta=4).retention([1, 6]).tolist()
        [0.8, 0.9]
        """
        kept = self.beta + period - 1
        return kept / (self.alpha + kept)

    @formula
    def derl(self, rate: Share, renewals: Count = default(0)) -> np.ndarray:
        r"""Discounted expected residual lifetime of a customer about to renew; times her margin, her residual value.

        .. math:: DERL = \sum_{t=n}^{\infty} \frac{S(t + 1)}{S(n)} \frac{1}{(1 + i)^{t - n}}

        The renewal now due counts in full. It is computed as a mean over customers: after n renewals their churn
        probabilities c are spread as beta(alpha, beta + n), and with c known the sum is (1 - c) (1 + i) / (i + c).

        Parameters
        ----------
        rate : float or array
            Discount rate per period, as a fraction. At 0 this is the expected residual lifetime.
        renewals : int or array, default 0
            Renewals she has made (n).

        Returns
        -------
        float or array
            Periods.

        Raises
        ------
        ValueError
            If the rate is not a fraction, or it is 0 and alpha <= 1, where the sum is infinite.

        Source
        ------
        Fader & Hardie 2010, Customer-Base Valuation in a Contractual Setting (Marketing Science).

        Examples
        --------
        >>> SBG(alpha=0.668, beta=3.806).derl(rate=0.10, renewals=[0, 7]).round(2).tolist()
        [5.41, 7.53]
        """
        if self.alpha <= 1 and (rate == 0).any():
            raise ValueError(
                f"rate must be above 0 when alpha is at most 1 (here {self.alpha:.4g}): undiscounted, the expected "
                "residual lifetime is infinite"
            )
        return discounted_life(np.asarray(self.alpha), self.beta + renewals, rate)

    @formula
    def simulate(self, n: Customers, seed: OneCount) -> pd.DataFrame:
        """A cohort with known truth.

        Parameters
        ----------
        n : int
            Customers.
        seed : int
            The same seed gives the same customers.

        Returns
        -------
        DataFrame
            customer_id; churn_probability, her own, per renewal; lifetime, periods started (she leaves at the end of
            that period). Survivors after t periods are ``(lifetime > t).sum()``.

        Raises
        ------
        ValueError
            If n is not a whole number above 0, or the seed not a whole number.

        Source
        ------
        The model's own story, Fader & Hardie 2007.

        Examples
        --------
        >>> cohort = SBG(alpha=1, beta=4).simulate(10_000, seed=1)
        >>> round(float((cohort["lifetime"] > 1).mean()), 2)
        0.8
        """
        rng = np.random.default_rng(seed)
        churn = beta_draws(rng, self.alpha, self.beta, n)
        return pd.DataFrame(
            {"customer_id": np.arange(1, n + 1), "churn_probability": churn, "lifetime": rng.geometric(churn)}
        )

    def _log_survival(self, period: np.ndarray) -> np.ndarray:
        return betaln(self.alpha, self.beta + period) - betaln(self.alpha, self.beta)

    @staticmethod
    def _likelihood(theta: np.ndarray, alive: np.ndarray) -> tuple[float, np.ndarray]:
        """Log-likelihood and its slope in alpha and beta.

        P(lost in t) is E[c (1 - c)^(t - 1)] = B(alpha + 1, beta + t - 1) / B(alpha, beta). The slope of ln B(p, q) in p
        is digamma(p) - digamma(p + q): `both` collects the second part, which is the same for alpha and beta.
        """
        alpha, beta = theta
        last = len(alive) - 1
        t, lost, left = np.arange(1, last + 1), -np.diff(alive), alive[-1]
        value = (lost * betaln(alpha + 1, beta + t - 1)).sum() + left * betaln(alpha, beta + last)
        both = (lost * digamma(alpha + beta + t)).sum() + left * digamma(alpha + beta + last)
        slope = [
            lost.sum() * digamma(alpha + 1) + left * digamma(alpha) - both,
            (lost * digamma(beta + t - 1)).sum() + left * digamma(beta + last) - both,
        ]
        value -= alive[0] * betaln(alpha, beta)
        return float(value), slope - alive[0] * (digamma([alpha, beta]) - digamma(alpha + beta))


@dataclass(frozen=True, repr=False)
class BDW(_Contract):
    r"""Beta-discrete-Weibull: as `SBG`, but a customer's own churn may fall or rise with her tenure.

    At her first renewal she leaves with her own probability :math:`\theta`, spread as beta(gamma, delta), and

    .. math:: P(\text{she survives } t \text{ renewals}) = (1 - \theta)^{t^c}

    With c = 1 this is the `SBG`. With c above 1 each customer is ever more likely to leave, with c below 1 ever less;
    in both, retention of the cohort can rise, because those who leave easily have left.

    Parameters
    ----------
    gamma, delta : float
        Shape of the spread of first churn probabilities; its mean is ``gamma / (gamma + delta)``.
    c : float
        Duration dependence.

    Raises
    ------
    ValueError
        If a parameter is not above 0.

    Source
    ------
    Fader, Hardie, Liu, Davin & Steenburgh 2018, "How to Project Customer Retention" Revisited: The Role of Duration
    Dependence (Journal of Interactive Marketing).

    Examples
    --------
    >>> four_years = BDW.fit([1000, 869, 743, 653, 593])
    >>> four_years
    BDW(gamma=0.2593, delta=1.723, c=1.584, log_likelihood=-1222.75)
    >>> round(four_years.survival(12), 3), round(SBG.fit([1000, 869, 743, 653, 593]).survival(12), 3)
    (0.389, 0.307)
    """

    gamma: OnePositive
    delta: OnePositive
    c: OnePositive

    _start: ClassVar[dict[str, float]] = {"gamma": 1.0, "delta": 1.0, "c": 1.0}

    @formula
    def survival(self, period: Amount) -> np.ndarray:
        r"""Share of the cohort still there after some periods.

        .. math:: S(t) = \frac{B(\gamma, \delta + t^c)}{B(\gamma, \delta)}

        Parameters
        ----------
        period : float or array
            Renewals survived, at least 0.

        Returns
        -------
        float or array
            Shares in [0, 1].

        Raises
        ------
        ValueError
            If a period is negative.

        Source
        ------
        Fader, Hardie, Liu, Davin & Steenburgh 2018.

        Examples
        --------
        >>> round(BDW(gamma=0.259, delta=1.723, c=1.584).survival(12), 2)
        0.39
        """
        return np.exp(self._log_survival(period))

    @formula
    def retention(self, period: PeriodFrom1) -> np.ndarray:
        r"""Share of those alive before a renewal who renew.

        .. math:: r_t = \frac{S(t)}{S(t - 1)} = \frac{B(\gamma, \delta + t^c)}{B(\gamma, \delta + (t - 1)^c)}

        Parameters
        ----------
        period : float or array
            Which renewal, at least 1.

        Returns
        -------
        float or array
            Rates per period. With c above 1 they can fall, then rise.

        Raises
        ------
        ValueError
            If a period is below 1.

        Source
        ------
        Fader, Hardie, Liu, Davin & Steenburgh 2018.

        Examples
        --------
        >>> BDW(gamma=0.259, delta=1.723, c=1.584).retention([1, 2, 3, 4]).round(3).tolist()
        [0.869, 0.854, 0.883, 0.906]
        """
        return np.exp(self._log_survival(period) - self._log_survival(period - 1))

    @formula
    def derl(self, rate: Share, renewals: Count = default(0)) -> np.ndarray:
        r"""Discounted expected residual lifetime of a customer about to renew; times her margin, her residual value.

        .. math:: DERL = \sum_{t=n}^{\infty} \frac{S(t + 1)}{S(n)} \frac{1}{(1 + i)^{t - n}}

        The renewal now due counts in full. Nothing is cut off: the first 100 terms are added up, and the rest, a smooth
        curve by then, is integrated to where the discount, or the power law that S(t) ends in, leaves nothing. The
        error is below 1e-8 of the result, after up to a million renewals.

        Parameters
        ----------
        rate : float or array
            Discount rate per period, as a fraction. At 0 this is the expected residual lifetime.
        renewals : int or array, default 0
            Renewals she has made (n).

        Returns
        -------
        float or array
            Periods.

        Raises
        ------
        ValueError
            If the rate is not a fraction, or it is 0 and gamma * c <= 1, where the sum is infinite (S(t) falls like
            t to the power of -gamma * c).

        Source
        ------
        Fader & Hardie 2010, Customer-Base Valuation in a Contractual Setting (Marketing Science), with the survival of
        this model.

        Examples
        --------
        >>> BDW(gamma=0.259, delta=1.723, c=1.584).derl(rate=0.10, renewals=[0, 7]).round(2).tolist()
        [5.5, 8.11]
        """
        power = self.gamma * self.c
        if power <= 1 and (rate == 0).any():
            raise ValueError(
                f"rate must be above 0 when gamma * c is at most 1 (here {power:.4g}): undiscounted, the expected "
                "residual lifetime is infinite"
            )
        (i, n), customer = each_once(rate, renewals)
        fade, sure = np.log1p(i), self._log_survival(n)

        def log_term(log_t: np.ndarray) -> np.ndarray:
            return self._log_survival_at(log_t) - sure - fade * (np.exp(log_t) - n - 1)

        first = sum(np.exp(log_term(np.log(n + t))) for t in range(1, _TERMS + 1))
        return (first + self._rest(log_term, fade, n + _TERMS + 0.5))[customer]

    @formula
    def simulate(self, n: Customers, seed: OneCount) -> pd.DataFrame:
        """A cohort with known truth.

        Parameters
        ----------
        n : int
            Customers.
        seed : int
            The same seed gives the same customers.

        Returns
        -------
        DataFrame
            customer_id; churn_probability, her own, at her first renewal; lifetime, periods started (she leaves at the
            end of that period), at most 2**53. Survivors after t periods are ``(lifetime > t).sum()``.

        Raises
        ------
        ValueError
            If n is not a whole number above 0, or the seed not a whole number.

        Source
        ------
        The model's own story, Fader, Hardie, Liu, Davin & Steenburgh 2018.

        Examples
        --------
        >>> cohort = BDW(gamma=1, delta=4, c=1.5).simulate(10_000, seed=1)
        >>> round(float((cohort["lifetime"] > 1).mean()), 2)
        0.8
        """
        rng = np.random.default_rng(seed)
        churn = beta_draws(rng, self.gamma, self.delta, n)
        # she leaves when t^c passes an exponential waiting time
        log_t = np.log(rng.standard_exponential(n) / -np.log1p(-churn)) / self.c
        lifetime = np.exp(np.minimum(log_t, np.log(2.0**53))).astype(int) + 1
        return pd.DataFrame({"customer_id": np.arange(1, n + 1), "churn_probability": churn, "lifetime": lifetime})

    def _log_survival(self, period: np.ndarray) -> np.ndarray:
        return self._log_survival_at(np.log(period))

    def _log_survival_at(self, log_t: np.ndarray) -> np.ndarray:
        return _log_rise(np.log(self.delta), self.gamma) - _log_rise(self._log_x(self._theta, log_t), self.gamma)

    @staticmethod
    def _log_x(theta: np.ndarray, log_t: np.ndarray) -> np.ndarray:
        """``ln(delta + t^c)``, which does not overflow where t^c does."""
        return np.logaddexp(np.log(theta[1]), theta[2] * log_t)

    def _slope(self, log_t: np.ndarray) -> np.ndarray:
        """Of ln S in ln t: below 0, -gamma * c in the end."""
        share = expit(self.c * log_t - np.log(self.delta))  # t^c / (delta + t^c)
        return -self.c * share * _slope_rise(self._log_x(self._theta, log_t), self.gamma)

    def _rest(self, log_term: Callable[[np.ndarray], np.ndarray], fade: np.ndarray, begin: np.ndarray) -> np.ndarray:
        """Sum of the terms at begin + 1/2, begin + 3/2, ...: their integral from `begin`, and a 24th of their slope.

        (Euler and Maclaurin's formula at midpoints; what it leaves out is a term times the third power of the relative
        slope, over 800.) The integral goes over ln t, by panels. On that scale S bends over a length of 1 / c until it
        is a power of t, and the discount over 1; a panel is also no longer than a fall by e^-4. It ends where the
        discount has left e^-45, or too little to count; without a discount, where S is a power of t.
        """
        nodes, weights = np.polynomial.legendre.leggauss(16)
        nodes, weights = (nodes[:, None] + 1) / 2, weights[:, None] / 2
        log_t = np.log(begin)
        simple = (39 + np.log1p(self.gamma * (2 * self.delta + self.gamma + 1))) / self.c  # from there S is a power
        end = np.where(fade > 0, np.log(begin + 45 / fade), np.maximum(simple, log_t))
        total = np.exp(log_term(log_t)) * (self._slope(log_t) / begin - fade) / 24
        for _ in range(5000):
            fall = fade * np.exp(log_t) - self._slope(log_t)
            left = np.exp(log_t + log_term(log_t))
            open_ = (log_t < end) & ~(left < 1e-16 * (fall - 1))
            if not open_.any():
                break
            width = np.minimum(np.where(log_t < simple, 0.5 / max(1, self.c), 0.5), 4 / fall)
            width = np.where(open_, np.minimum(width, end - log_t), 0)
            at = log_t + nodes * width
            total = total + width * (weights * np.exp(at + log_term(at))).sum(axis=0)
            log_t = log_t + width
        else:
            return np.full(total.shape, np.nan)
        return total + np.where(fade > 0, 0, left / (self.gamma * self.c - 1))

    @staticmethod
    def _likelihood(theta: np.ndarray, alive: np.ndarray) -> tuple[float, np.ndarray]:
        """Log-likelihood and its slope in gamma, delta and c.

        ln S(t) = R(delta) - R(x), with R(x) = ln G(x + gamma) - ln G(x) and x = delta + t^c. The loss of a period is
        S(t - 1) (1 - r), with r its retention.
        """
        gamma, delta, c = theta
        log_t, lost = np.log(np.arange(1, len(alive))), -np.diff(alive)
        log_x, log_delta = BDW._log_x(theta, log_t), np.log(delta)
        log_s = _log_rise(log_delta, gamma) - _log_rise(log_x, gamma)
        by_x = _slope_rise(log_x, gamma)  # times x
        slopes = np.array(
            [
                digamma(delta + gamma) - _digamma(log_x, gamma),
                (_slope_rise(log_delta, gamma) - by_x * np.exp(log_delta - log_x)) / delta,
                -by_x * expit(c * log_t - log_delta) * log_t,
            ]
        )
        before, slopes_before = np.append(0, log_s[:-1]), np.hstack([np.zeros((3, 1)), slopes[:, :-1]])
        some = lost > 0
        kept = np.exp(log_s - before)[some]
        value = (lost * before)[some] + lost[some] * np.log(-np.expm1((log_s - before)[some]))
        gradient = lost[some] * (slopes_before[:, some] - kept * slopes[:, some]) / (1 - kept)
        return float(value.sum() + alive[-1] * log_s[-1]), gradient.sum(axis=1) + alive[-1] * slopes[:, -1]


def _log_rise(log_x: np.ndarray, by: float) -> np.ndarray:
    """``ln G(x + by) - ln G(x)``: by Stirling's series where x is large and the difference would cancel."""
    x = np.exp(np.minimum(log_x, _FAR))
    series = (x - 0.5) * np.log1p(by / x) + by * (np.log(x + by) - 1) + (1 / (x + by) - 1 / x) / 12
    series = series - ((x + by) ** -3.0 - x**-3.0) / 360 + by * np.maximum(log_x - _FAR, 0)
    return np.where(log_x > _LARGE, series, gammaln(x + by) - gammaln(x))


def _slope_rise(log_x: np.ndarray, by: float) -> np.ndarray:
    """Slope of `_log_rise` in ln x: ``x (digamma(x + by) - digamma(x))``."""
    x = np.exp(np.minimum(log_x, _FAR))
    series = x * np.log1p(by / x) + by / (2 * (x + by)) + by * (2 * x + by) / (12 * x * (x + by) ** 2)
    series = series + x * ((x + by) ** -4.0 - x**-4.0) / 120
    return np.where(log_x > _LARGE, series, x * (digamma(x + by) - digamma(x)))


def _digamma(log_x: np.ndarray, by: float) -> np.ndarray:
    """``digamma(x + by)``, where x may be more than a float holds."""
    return digamma(np.exp(np.minimum(log_x, _FAR)) + by) + np.maximum(log_x - _FAR, 0)
