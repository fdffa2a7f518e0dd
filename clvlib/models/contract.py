"""Contracts: a loss is seen when it happens, at a renewal."""

from dataclasses import dataclass
from typing import Annotated, Self

import numpy as np
import pandas as pd
from scipy.special import betaln, digamma

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
from clvlib.models._fit import Model, maximise
from clvlib.models._spread import Customers, beta_draws, beta_mean

PeriodFrom1 = Annotated[np.ndarray, Range(at_least=1)]


@dataclass(frozen=True, repr=False)
class SBG(Model):
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

    @classmethod
    @formula
    def fit(cls, survivors: Survivors) -> Self:
        r"""Maximum likelihood from the customers alive at the start and after each period.

        .. math:: \ln L = \sum_{t=1}^{n} d_t \ln \bigl(S(t-1) - S(t)\bigr) + a_n \ln S(n)

        with d_t customers lost in period t and a_n alive after the last.

        Parameters
        ----------
        survivors : sequence of float, at least 2
            Counts, the start of the cohort first. Percentages give the same alpha and beta, but the log-likelihood and
            standard errors of a cohort of 100.

        Returns
        -------
        SBG

        Raises
        ------
        ValueError
            If there are fewer than 2 counts, they rise, or nobody was there at the start.

        Source
        ------
        Fader & Hardie 2007.

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
            return {f"survival after {period} periods": float(cls(*theta).survival(period)) for period in horizons}

        start = dict(alpha=1.0, beta=1.0)
        theta, report = maximise(lambda theta: cls._likelihood(theta, alive), start, notes, forecast)
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
        return np.exp(betaln(self.alpha, self.beta + period) - betaln(self.alpha, self.beta))

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
        alpha, beta = np.asarray(self.alpha), self.beta + renewals
        i = np.where(rate > 0, rate, 1)  # undiscounted, the mean of (1 - c) / c is known
        discounted = beta_mean(lambda leave, stay: stay * (1 + i) / (i + leave), alpha, beta, 1 / i)
        return np.where(rate > 0, discounted, beta / (alpha - 1))

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
        1      12      0.77  0.73  0.82
        """
        if (period < renewals).any():
            raise ValueError(f"period must be at least renewals ({renewals}), got {period.min():.12g}")
        rng, t = np.random.default_rng(1), period.to_numpy()
        stay = np.array([self._stay(theta, t, renewals) for theta in self._draws(1000, rng)])
        if customers is not None:
            stay = rng.binomial(customers, np.clip(stay, 0, 1)) / customers
        low, high = np.quantile(stay, [(1 - interval) / 2, (1 + interval) / 2], axis=0, method="inverted_cdf")
        table = {"estimate": self._stay(self._theta, t, renewals), "low": low, "high": high}
        return pd.DataFrame(table, index=pd.Index(period.astype(int), name="period"))

    def _stay(self, theta: np.ndarray, period: np.ndarray, renewals: int) -> np.ndarray:
        """Of those who made so many renewals, the share still there."""
        model = type(self)(*theta)
        return np.asarray(model.survival(period)) / model.survival(renewals)

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
