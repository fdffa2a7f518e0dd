"""Models of customers: who is still here, how much will they buy, and what do they spend?

`SBG` is for contracts, where a loss is seen. `BGNBD` and `ParetoNBD` are for shops, where it is not: they read it from
how long a customer has been silent. `GammaGamma` is for the money per purchase. In all of them customers differ: each
has her own churn or purchase rate, and the parameters say how these spread over the customers.

A model comes from data, `BGNBD.fit(summary)`, or from known parameters, `BGNBD(r=0.243, alpha=4.41, a=0.793, b=2.43)`.
A fit is by maximum likelihood. Times, and with them the log-likelihood, are in the unit of the data.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import pandas as pd
from scipy.special import betaln, digamma, expit, exprel, gammaln, hyp2f1, log_expit

from clvlib import _old_checks as _checks
from clvlib._old_checks import FloatOrArray

_DAYS = {"D": 1.0, "W": 7.0, "M": 365.25 / 12, "Y": 365.25}
_TIMINGS = ("start", "end")
_FLAT = 1e-6  # curvature below which a direction counts as flat
_REACH = np.log(1e4)  # a fit looks between 1 / 10,000 of its starting values and 10,000 times them
_MOST = 5e7  # customers or purchases in a simulation; more would fill the memory

# Log-likelihood and its slope, at some parameters.
_Climb = Callable[[np.ndarray], tuple[float, np.ndarray]]


@dataclass(frozen=True, kw_only=True, repr=False)
class _Model:
    """What a fit leaves beside the parameters.

    log_likelihood : float
        At the estimate, total over customers, in the unit of the data. None where the parameters were given.
    standard_errors : dict
        By parameter, from the curvature of the log-likelihood in the log-parameters (delta method); ``inf`` where the
        data do not bound a parameter. None where the parameters were given.
    diagnosis : str
        In words: boundary, flat ridge, too few repeaters, no mean spend, not converged; or that there is nothing.
    """

    log_likelihood: float | None = None
    standard_errors: dict[str, float] | None = field(default=None, hash=False)
    diagnosis: str = "Not fitted: the parameters were given."

    def __post_init__(self) -> None:
        for name, value in self.parameters.items():
            object.__setattr__(self, name, float(_checks.single(name, _checks.number(name, value, above=0))))

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return {item.name: getattr(self, item.name) for item in fields(self) if not item.kw_only}

    def __repr__(self) -> str:
        shown = [f"{name}={value:.4g}" for name, value in self.parameters.items()]
        if self.log_likelihood is not None:
            shown.append(f"log_likelihood={self.log_likelihood:.2f}")
        return f"{type(self).__name__}({', '.join(shown)})"

    @property
    def aic(self) -> float:
        """Akaike's information criterion, ``2 * parameters - 2 * log_likelihood``: of two models, take the smaller."""
        if self.log_likelihood is None:
            raise ValueError("aic needs a fitted model: this one was made from given parameters, use fit")
        return 2 * len(self.parameters) - 2 * self.log_likelihood


@dataclass(frozen=True, repr=False)
class SBG(_Model):
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

    alpha: float
    beta: float

    @classmethod
    def fit(cls, survivors: Any) -> Self:
        """Maximum likelihood from the customers alive at the start and after each period.

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
        Fader & Hardie 2007: ``sum of lost_t ln P(lost in t), plus alive_n ln S(n)``.

        Examples
        --------
        >>> fit = SBG.fit([1000, 631, 468, 382, 326, 289, 262, 241])
        >>> round(fit.alpha, 3), round(fit.beta, 3)
        (0.704, 1.182)
        """
        alive = _survivors(survivors)
        counts = (alive == np.rint(alive)).all()
        notes = [] if counts else [f"Not counts: the standard errors are those of a cohort of {alive[0]:.12g}."]
        return cls(**_maximise(lambda theta: cls._likelihood(theta, alive), dict(alpha=1.0, beta=1.0), notes))

    def log_likelihood_of(self, survivors: Any) -> float:
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
        return self._likelihood(np.array([self.alpha, self.beta]), _survivors(survivors))[0]

    def survival(self, period: Any) -> FloatOrArray:
        """Share of the cohort still there after some periods: ``S(t) = B(alpha, beta + t) / B(alpha, beta)``.

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
        period = np.asarray(_checks.number("period", period, at_least=0))
        return _checks.plain(np.exp(betaln(self.alpha, self.beta + period) - betaln(self.alpha, self.beta)))

    def retention(self, period: Any) -> FloatOrArray:
        """Share of those alive before a renewal who renew: ``(beta + t - 1) / (alpha + beta + t - 1)``.

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
        kept = self.beta + np.asarray(_checks.number("period", period, at_least=1)) - 1
        return _checks.plain(kept / (self.alpha + kept))

    def derl(self, rate: Any, renewals: Any = 0) -> FloatOrArray:
        """Discounted expected residual lifetime of a customer about to renew; times her margin, her residual value.

        ``sum over t = n, n + 1, ... of S(t + 1) / S(n) / (1 + rate) ** (t - n)``: the renewal now due counts in full.

        Parameters
        ----------
        rate : float
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
        rate, renewals = _checks.aligned(
            rate=_checks.fraction("rate", rate), renewals=_checks.whole("renewals", renewals)
        )
        kept = self.beta + renewals
        if self.alpha <= 1 and (rate == 0).any():
            raise ValueError(
                f"rate must be above 0 when alpha is at most 1 (here {self.alpha:.4g}): undiscounted, the expected "
                "residual lifetime is infinite"
            )
        return _checks.plain(kept / (self.alpha + kept) * hyp2f1(1, kept + 1, self.alpha + kept + 1, 1 / (1 + rate)))

    def simulate(self, n: int, seed: int) -> pd.DataFrame:
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
        n, rng = _generator(n, seed)
        churn = _probabilities(rng, self.alpha, self.beta, n)
        return pd.DataFrame(
            {"customer_id": np.arange(1, n + 1), "churn_probability": churn, "lifetime": rng.geometric(churn)}
        )

    @staticmethod
    def _likelihood(theta: np.ndarray, alive: np.ndarray) -> tuple[float, np.ndarray]:
        """ln P(lost in t) = ln B(alpha + 1, beta + t - 1) - ln B(alpha, beta), and the gradient."""
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
class _BuyTillYouDie(_Model, ABC):
    """What `BGNBD` and `ParetoNBD` share: a customer buys at random, at her own rate, until she leaves, unseen.

    Each says at its end, in methods with an underscore, what is its own: how she leaves.
    """

    _truth: ClassVar[str]

    @classmethod
    def fit(cls, summary: pd.DataFrame) -> Self:
        """Maximum likelihood from a customer summary.

        Parameters
        ----------
        summary : DataFrame
            One customer a row: frequency (repeat purchases, so 0 for a one-time buyer), recency (time from her first to
            her last purchase) and T (time from her first purchase to the end of observation), in one time unit.

        Returns
        -------
        BGNBD or ParetoNBD
            The time-scaled parameters (alpha, and beta of `ParetoNBD`) are in the unit of the summary.

        Raises
        ------
        ValueError
            If a column is missing, a value is negative, recency is above T, or recency is 0 for a repeat buyer. Too
            little data is no error: see `.diagnosis`.

        Source
        ------
        Fader, Hardie & Lee 2005 (BG/NBD); Schmittlein, Morrison & Colombo 1987 (Pareto/NBD).

        Examples
        --------
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> fit = BGNBD.fit(world.simulate(5000, seed=1, T=39))
        >>> round(fit.r, 1), fit.diagnosis
        (0.2, 'Converged, nothing to report.')
        """
        data = _histories(summary)
        span = (data.weight * data.T).sum() / len(summary)
        if span == 0:
            raise ValueError("T must be above 0 for at least one customer: the summary covers no time")
        start = cls._start(span, (data.weight * data.x).sum() / len(summary))
        notes = _few_repeaters(int(data.weight[data.x > 0].sum()), len(summary), len(start))
        return cls(**_maximise(lambda theta: cls._likelihood(theta, data), start, notes))

    def log_likelihood_of(self, summary: pd.DataFrame) -> float:
        """Log-likelihood of a customer summary under these parameters.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`.

        Returns
        -------
        float
            In the time unit of the summary: a density, which changes with the unit.

        Raises
        ------
        ValueError
            As `fit`.

        Source
        ------
        As `fit`.

        Examples
        --------
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> customer = pd.DataFrame({"frequency": [2], "recency": [30.43], "T": [38.86]})
        >>> round(world.log_likelihood_of(customer), 2)
        -9.46
        """
        return self._likelihood(self._theta, _histories(summary))[0]

    def p_alive(self, frequency: Any, recency: Any, T: Any) -> FloatOrArray:
        """Probability that a customer with this history is still a customer at T.

        Parameters
        ----------
        frequency, recency, T : float or array
            Her history, as in `fit`.

        Returns
        -------
        float or array
            In [0, 1]. In the BG/NBD a one-time buyer has 1: there one can only leave right after a repeat purchase.

        Raises
        ------
        ValueError
            If a history is impossible, or the lengths differ.

        Source
        ------
        As `fit`.

        Examples
        --------
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(world.p_alive(frequency=26, recency=216 / 7, T=217 / 7), 4)
        0.9689
        """
        return _checks.plain(expit(-self._log_odds_gone(self._theta, *_history(frequency, recency, T))[0]))

    def expected_purchases(self, t: Any, frequency: Any = None, recency: Any = None, T: Any = None) -> FloatOrArray:
        """Purchases expected in the next `t`: of a new customer, or of one with a history.

        Parameters
        ----------
        t : float or array
            Length of the forecast, in the model's time unit, at least 0.
        frequency, recency, T : float or array, optional
            Her history, as in `fit`. Left out, all three: a new customer, who has just made her first purchase (which
            is not counted).

        Returns
        -------
        float or array
            Repeat purchases in (0, t], or in (T, T + t].

        Raises
        ------
        ValueError
            If a part of the history is missing or impossible, or the lengths differ.

        Source
        ------
        As `fit`.

        Examples
        --------
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(world.expected_purchases(52), 2)
        1.45
        >>> round(world.expected_purchases(39, frequency=2, recency=30.43, T=38.86), 3)
        1.226
        """
        t = np.asarray(_checks.number("t", t, at_least=0))
        given = {"frequency": frequency, "recency": recency, "T": T}
        missing = [name for name, value in given.items() if value is None]
        if len(missing) == 3:
            return _checks.plain(self._while_alive(t, np.zeros(()), np.zeros(())))
        if missing:
            raise ValueError(f"a history needs frequency, recency and T, got no {' and no '.join(missing)}")
        x, recency, T = _history(frequency, recency, T)
        try:
            np.broadcast_shapes(t.shape, x.shape)
        except ValueError:
            raise ValueError(f"t must be one number or one a customer ({x.size}), got {t.size}") from None
        return _checks.plain(self._while_alive(t, x, T) * expit(-self._log_odds_gone(self._theta, x, recency, T)[0]))

    def clv(
        self,
        frequency: Any,
        recency: Any,
        T: Any,
        spend: Any,
        *,
        margin: Any,
        rate: Any,
        grain: str,
        weeks: int | None = None,
        months: int | None = None,
        timing: str = "end",
    ) -> FloatOrArray:
        """Future value of a customer with this history: expected purchases times spend times margin, discounted.

        ``sum over k of margin * spend * purchases expected in period k / (1 + rate) ** k``

        Parameters
        ----------
        frequency, recency, T : float or array
            Her history, as in `fit`.
        spend : float or array
            Expected money per purchase (currency units), e.g. `GammaGamma.expected_spend`.
        margin : float or array
            Contribution margin, a share of the spend in [0, 1].
        rate : float
            Discount rate as a fraction per week if `weeks` is given, per month if `months` is given.
        grain : {"D", "W", "M", "Y"}
            The model's time unit, that of recency and T: days, weeks, months or years, as in
            `clvlib.transactions.rfm_summary`.
        weeks, months : int
            Length of the forecast; give one of the two. A month is 365.25 / 12 days.
        timing : {"start", "end"}, default "end"
            When in its week or month a margin comes.

        Returns
        -------
        float or array
            Currency units of today. The past is not in it.

        Raises
        ------
        ValueError
            If both or neither of weeks and months are given, a fraction is not one, or the history is impossible.

        Source
        ------
        Fader, Hardie & Lee 2005, RFM and CLV (Journal of Marketing Research), over a finite horizon.

        Examples
        --------
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(world.clv(2, 30.43, 38.86, spend=35, margin=0.3, rate=0.01, grain="W", months=9), 2)
        12.32
        """
        if (weeks is None) == (months is None):
            raise ValueError(f"give either weeks or months, got weeks={weeks} and months={months}")
        name, count, days = ("weeks", weeks, _DAYS["W"]) if months is None else ("months", months, _DAYS["M"])
        step = days / _DAYS[_checks.option("grain", grain, _DAYS)]
        periods = _checks.single(name, _checks.whole(name, count, at_least=1))
        rate = _checks.single("rate", _checks.rate("rate", rate))
        wait = 1 if _checks.option("timing", timing, _TIMINGS) == "end" else 0
        x, recency, T = _history(frequency, recency, T)
        x, spend, margin = _checks.aligned(
            frequency=x,
            spend=_checks.number("spend", spend, at_least=0),
            margin=_checks.fraction("margin", margin),
        )
        purchases, before = np.zeros(()), np.zeros(())  # if alive; the first are discounted
        for period in range(periods):
            until = self._while_alive(np.asarray((period + 1) * step), x, T)
            purchases, before = purchases + (until - before) / (1 + rate) ** (period + wait), until
        return _checks.plain(margin * spend * purchases * self.p_alive(x, recency, T))

    def simulate(self, n: int, seed: int, T: Any = 52.0, holdout: Any = 0.0) -> pd.DataFrame:
        """Customers with known truth.

        Parameters
        ----------
        n : int
            Customers.
        seed : int
            The same seed gives the same customers.
        T : float or array (n,), default 52
            Time from the first purchase to the end of observation, in the model's time unit.
        holdout : float or array (n,), default 0
            Time after T over which purchases are counted in holdout_frequency.

        Returns
        -------
        DataFrame
            customer_id, frequency, recency, T and holdout_frequency, as a firm would see them; then the truth:
            purchase_rate (lambda), dropout_probability (p, after each repeat purchase; `BGNBD`) or dropout_rate (mu;
            `ParetoNBD`), lifetime (time from first purchase to leaving) and alive (at T).

        Raises
        ------
        ValueError
            If n is not a whole number above 0, a time is negative, or T is neither one number nor one a customer.

        Source
        ------
        The model's own story; see the class.

        Examples
        --------
        >>> shop = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426).simulate(10_000, seed=1, T=39)
        >>> shop.columns[:5].tolist()
        ['customer_id', 'frequency', 'recency', 'T', 'holdout_frequency']
        """
        n, rng = _generator(n, seed)
        T = _each("T", _checks.number("T", T, at_least=0), n)
        truth, owner, time = self._lives(rng, T + _each("holdout", _checks.number("holdout", holdout, at_least=0), n))
        seen = time <= T[owner]
        recency = np.zeros(n)
        recency[owner[seen]] = time[seen]  # times rise within a customer, and the last one written stays
        return pd.DataFrame(
            {
                "customer_id": np.arange(1, n + 1),
                "frequency": np.bincount(owner[seen], minlength=n),
                "recency": recency,
                "T": T,
                "holdout_frequency": np.bincount(owner[~seen], minlength=n),
                **truth,
                "alive": truth["lifetime"] > T,
            }
        )

    def simulate_log(self, n: int, seed: int, T: Any = 52.0) -> pd.DataFrame:
        """The purchases behind `simulate` with the same n, seed and T (with a holdout: its T + holdout).

        Parameters
        ----------
        n, seed, T
            As in `simulate`.

        Returns
        -------
        DataFrame
            One purchase a row: customer_id, time since the customer's first purchase (0 is the first purchase itself).

        Raises
        ------
        ValueError
            As `simulate`.

        Source
        ------
        As `simulate`.

        Examples
        --------
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> int(len(world.simulate_log(100, seed=1)) - world.simulate(100, seed=1)["frequency"].sum())
        100
        """
        n, rng = _generator(n, seed)
        _, owner, time = self._lives(rng, _each("T", _checks.number("T", T, at_least=0), n))
        customer = np.concatenate([np.arange(n), owner])
        time = np.concatenate([np.zeros(n), time])
        order = np.lexsort((time, customer))
        return pd.DataFrame({"customer_id": customer[order] + 1, "time": time[order]})

    @property
    def _theta(self) -> np.ndarray:
        return np.array(list(self.parameters.values()))

    def _lives(self, rng: np.random.Generator, horizon: np.ndarray) -> tuple[dict, np.ndarray, np.ndarray]:
        """Truth by customer, then owner and time of each repeat purchase up to the horizon, sorted by both.

        Purchases are thrown over the horizon as if nobody left; then each customer's are cut off at her end.
        """
        r, alpha = self._theta[:2]
        expected = r / alpha * horizon.sum()
        if expected > _MOST:
            raise ValueError(
                f"n must be smaller, or T shorter: these customers would make about {expected:.0e} purchases, "
                f"and {_MOST:.0e} are possible"
            )
        rate = rng.gamma(r, 1 / alpha, len(horizon))
        counts = rng.poisson(rate * horizon)
        owner = np.repeat(np.arange(len(horizon)), counts)
        time = rng.random(len(owner)) * horizon[owner]
        time = time[np.lexsort((time, owner))]
        dropout, lifetime = self._ends(rng, rate, counts, time, horizon)
        made = time <= lifetime[owner]
        return {"purchase_rate": rate, self._truth: dropout, "lifetime": lifetime}, owner[made], time[made]

    @staticmethod
    @abstractmethod
    def _start(span: float, purchases: float) -> dict[str, float]:
        """Where a fit begins, from the mean T and the mean frequency."""

    @staticmethod
    @abstractmethod
    def _log_odds_gone(theta: np.ndarray, x: Any, recency: Any, T: Any) -> tuple[np.ndarray, ...]:
        """Log of the odds that she has left by T, then what the likelihood needs besides."""

    @classmethod
    @abstractmethod
    def _likelihood(cls, theta: np.ndarray, data: "_Histories") -> tuple[float, np.ndarray]:
        """Log-likelihood and its slope in each parameter."""

    @abstractmethod
    def _while_alive(self, t: np.ndarray, x: np.ndarray, T: np.ndarray) -> np.ndarray:
        """Purchases expected in (T, T + t] of a customer alive at T."""

    @abstractmethod
    def _ends(
        self, rng: np.random.Generator, rate: np.ndarray, counts: np.ndarray, time: np.ndarray, horizon: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Each customer's dropout parameter, and her lifetime."""


@dataclass(frozen=True, repr=False)
class BGNBD(_BuyTillYouDie):
    """Beta-geometric/NBD: she buys at her own rate, and after each repeat purchase leaves with her own probability.

    Purchase rates spread as gamma(r, alpha), dropout probabilities as beta(a, b). With x repeat purchases, the last at
    t_x, she is alive at T with probability ``1 / (1 + a / (b + x - 1) ((alpha + T) / (alpha + t_x)) ** (r + x))``, or 1
    if x = 0. If alive, she is expected to make, in the next t, with ``q = (alpha + T) / (alpha + T + t)``,
    ``(a + b + x - 1) / (a - 1) * (1 - q ** (r + x) 2F1(r + x, b + x; a + b + x - 1; 1 - q))`` purchases.

    Parameters
    ----------
    r, alpha : float
        Spread of the purchase rate: mean ``r / alpha`` per time unit, alpha in time units.
    a, b : float
        Spread of the dropout probability: mean ``a / (a + b)`` per repeat purchase.

    Raises
    ------
    ValueError
        If a parameter is not above 0.

    Source
    ------
    Fader, Hardie & Lee 2005, Counting Your Customers the Easy Way (Marketing Science).

    Examples
    --------
    >>> BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
    BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
    """

    r: float
    alpha: float
    a: float
    b: float

    _truth: ClassVar[str] = "dropout_probability"

    @staticmethod
    def _start(span: float, purchases: float) -> dict[str, float]:
        return dict(r=0.5, alpha=0.5 * span / max(purchases, 1), a=1.0, b=2.0)

    @staticmethod
    def _log_odds_gone(theta: np.ndarray, x: Any, recency: Any, T: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """``ln[a / (b + x - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x)]``, -inf at x = 0; both logs of time."""
        r, alpha, a, b = theta
        log_T, log_recency = np.log(alpha + T), np.log(alpha + recency)
        left_once = np.log(a / np.where(x > 0, b + x - 1, 1))
        return np.where(x > 0, left_once + (r + x) * (log_T - log_recency), -np.inf), log_T, log_recency

    @classmethod
    def _likelihood(cls, theta: np.ndarray, data: "_Histories") -> tuple[float, np.ndarray]:
        """``G(r + x) alpha^r / (G(r) (alpha + T)^(r + x)) * B(a, b + x) / B(a, b) * (1 + odds gone)``, logged."""
        r, alpha, a, b = theta
        x, n = data.x, data.weight
        odds, log_T, log_recency = cls._log_odds_gone(theta, x, data.recency, data.T)
        gone = n * expit(odds)
        total = (n * (-(r + x) * log_T - log_expit(-odds))).sum()
        slope_r = (gone * (log_T - log_recency) - n * log_T).sum()
        slope_alpha = ((r + x) * ((gone - n) / (alpha + data.T) - gone / (alpha + data.recency))).sum()
        slope_b = -(gone / np.where(x > 0, b + x - 1, 1)).sum()
        rise_r, rise_b, rise_ab = (_rise(base, data) for base in (r, b, a + b))
        total += rise_r[0] + rise_b[0] - rise_ab[0] + n.sum() * r * np.log(alpha)
        gradient = [
            slope_r + rise_r[1] + n.sum() * np.log(alpha),
            slope_alpha + n.sum() * r / alpha,
            gone.sum() / a - rise_ab[1],
            slope_b + rise_b[1] - rise_ab[1],
        ]
        return float(total), np.array(gradient)

    def _while_alive(self, t: np.ndarray, x: np.ndarray, T: np.ndarray) -> np.ndarray:
        """The closed form of the class, or, where that fails (at a = 1 it is 0 / 0), the integral it stands for."""
        r, b, alpha = self.r + x, self.b + x, self.alpha + T
        q, last = alpha / (alpha + t), self.a + b - 1
        with np.errstate(all="ignore"):
            closed = last / (self.a - 1) * (1 - q**r * hyp2f1(r, b, last, 1 - q))
        fails = (abs(self.a - 1) < 0.01) | (last <= 0) | ~np.isfinite(closed)
        return np.where(fails, self._purchase_integral(t / alpha, r, b), closed) if fails.any() else closed

    def _purchase_integral(self, length: np.ndarray, r: np.ndarray, b: np.ndarray) -> np.ndarray:
        """``r * integral of E[(1 + p s) ** -(r + 1)] over s in (0, length)``: her mean rate while p wears her out.

        The mean over p, from beta(a, b), is a 2F1. Of two ways to write it, the one that stays bounded is taken.
        """
        small = self.a < r + 1
        first, second = np.where(small, self.a + b - r - 1, r + 1), np.where(small, self.a, b)
        power = np.where(small, 1 - self.a, -r)
        span, mean = np.log1p(length), 0.0
        for point, weight in _nodes():
            log_s = point * span
            mean += weight * np.exp(power * log_s) * hyp2f1(first, second, self.a + b, -np.expm1(-log_s))
        return r * span * mean

    def _ends(
        self, rng: np.random.Generator, rate: np.ndarray, counts: np.ndarray, time: np.ndarray, horizon: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """She leaves right after repeat purchase number `last`, which may come after the horizon."""
        dropout = _probabilities(rng, self.a, self.b, len(rate))
        last = rng.geometric(dropout)
        within = last <= counts
        with np.errstate(divide="ignore"):  # a rate so small that it is 0: she never comes back
            lifetime = horizon + rng.gamma(np.where(within, 1, last - counts)) / rate
        lifetime[within] = time[(np.cumsum(counts) - counts + last - 1)[within]]
        return dropout, lifetime


@dataclass(frozen=True, repr=False)
class ParetoNBD(_BuyTillYouDie):
    """Pareto/NBD: she buys at her own rate, and leaves at any moment, at her own dropout rate.

    Purchase rates spread as gamma(r, alpha), dropout rates as gamma(s, beta). If alive at T, with x repeat purchases,
    she is expected to make, in the next t, with ``q = (beta + T) / (beta + T + t)``,
    ``(r + x)(beta + T) / ((alpha + T)(s - 1)) * (1 - q ** (s - 1))`` purchases.

    Parameters
    ----------
    r, alpha : float
        Spread of the purchase rate: mean ``r / alpha`` per time unit, alpha in time units.
    s, beta : float
        Spread of the dropout rate: mean ``s / beta`` per time unit, beta in time units.

    Raises
    ------
    ValueError
        If a parameter is not above 0.

    Source
    ------
    Schmittlein, Morrison & Colombo 1987, Counting Your Customers (Management Science); Fader & Hardie 2005, A Note on
    Deriving the Pareto/NBD Model.

    Examples
    --------
    >>> world = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)
    >>> round(world.p_alive(frequency=2, recency=30.43, T=38.86), 3)
    0.869
    """

    r: float
    alpha: float
    s: float
    beta: float

    _truth: ClassVar[str] = "dropout_rate"

    @staticmethod
    def _start(span: float, purchases: float) -> dict[str, float]:
        return dict(r=0.5, alpha=0.5 * span / max(purchases, 1), s=0.5, beta=0.5 * span)

    @staticmethod
    def _log_odds_gone(theta: np.ndarray, x: Any, recency: Any, T: Any) -> tuple[np.ndarray, ...]:
        """``s * integral over y in (t_x, T) of ((alpha+T)/(alpha+y))^(r+x) ((beta+T)/(beta+y))^s / (beta+y)``, logged.

        y is when she left. The published closed form is a difference of two 2F1, which can cancel or overflow; this sum
        of positive terms cannot. After the log-odds come their slopes in each parameter, means over the same y.
        """
        r, alpha, s, beta = theta
        least = min(alpha, beta)
        span = np.log((least + T) / (least + recency))
        log_alpha, log_beta = np.log(alpha + T), np.log(beta + T)
        at_last = (r + x) * (log_alpha - np.log(alpha + recency)) + s * (log_beta - np.log(beta + recency))
        total, *sums = [0.0] * 5
        for point, weight in _nodes():
            y = recency + (least + recency) * np.expm1(point * span)
            from_alpha, from_beta = alpha + y, beta + y
            terms = np.log(from_alpha), 1 / from_alpha, np.log(from_beta), 1 / from_beta
            log_odds = (r + x) * (log_alpha - terms[0]) + s * (log_beta - terms[2])
            part = weight * np.exp(log_odds - at_last) * (least + y) * terms[3]
            total = total + part
            sums = [old + part * term for old, term in zip(sums, terms, strict=True)]
        with np.errstate(divide="ignore"):  # seen buying at T, so there was no time to leave: -inf
            log_odds = np.log(s * total) + at_last + np.log(span)
        log_y_alpha, over_alpha, log_y_beta, over_beta = (old / total for old in sums)
        return (
            log_odds,
            log_alpha - log_y_alpha,
            (r + x) * (1 / (alpha + T) - over_alpha),
            1 / s + log_beta - log_y_beta,
            s / (beta + T) - (s + 1) * over_beta,
        )

    @classmethod
    def _likelihood(cls, theta: np.ndarray, data: "_Histories") -> tuple[float, np.ndarray]:
        """``G(r + x) alpha^r beta^s / (G(r) (alpha + T)^(r + x) (beta + T)^s) * (1 + odds gone)``, logged."""
        r, alpha, s, beta = theta
        x, T, n = data.x, data.T, data.weight
        odds, *slopes = cls._log_odds_gone(theta, x, data.recency, T)
        gone = n * expit(odds)
        log_T, log_life = np.log(alpha / (alpha + T)), np.log(beta / (beta + T))
        rise = _rise(r, data)
        total = (n * (r * log_T - x * np.log(alpha + T) + s * log_life - log_expit(-odds))).sum() + rise[0]
        alive = [
            (n * log_T).sum() + rise[1],
            (n * (r / alpha - (r + x) / (alpha + T))).sum(),
            (n * log_life).sum(),
            (n * (s / beta - s / (beta + T))).sum(),
        ]
        return float(total), np.array(alive) + [(gone * slope).sum() for slope in slopes]

    def _while_alive(self, t: np.ndarray, x: np.ndarray, T: np.ndarray) -> np.ndarray:
        """``(r + x)(beta + T) / (alpha + T) * (1 - q^(s - 1)) / (s - 1)``, q = (beta + T) / (beta + T + t)."""
        wait = np.log1p(t / (self.beta + T))
        return (self.r + x) * (self.beta + T) / (self.alpha + T) * wait * exprel((1 - self.s) * wait)

    def _ends(
        self, rng: np.random.Generator, rate: np.ndarray, counts: np.ndarray, time: np.ndarray, horizon: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """She leaves after an exponential lifetime, whatever she bought."""
        dropout = rng.gamma(self.s, 1 / self.beta, len(rate))
        with np.errstate(divide="ignore"):  # a dropout rate so small that it is 0: she never leaves
            return dropout, rng.standard_exponential(len(rate)) / dropout


@dataclass(frozen=True, repr=False)
class GammaGamma(_Model):
    """Gamma-gamma: what a customer spends varies around her own mean, and the means vary between customers.

    Each purchase is gamma(p, nu) with her own nu, spread as gamma(q, gamma). Spend and frequency must be unrelated.

    Parameters
    ----------
    p : float
        Shape of a customer's purchases: the larger, the less they vary.
    q, gamma : float
        Spread over customers; gamma in currency units. The mean spend is ``p gamma / (q - 1)``; it exists if q > 1.

    Raises
    ------
    ValueError
        If a parameter is not above 0.

    Source
    ------
    Colombo & Jiang 1999; Fader, Hardie & Lee 2005, RFM and CLV (Journal of Marketing Research).

    Examples
    --------
    >>> round(GammaGamma(p=6.25, q=3.74, gamma=15.44).expected_spend(), 2)
    35.22
    """

    p: float
    q: float
    gamma: float

    @classmethod
    def fit(cls, summary: pd.DataFrame) -> Self:
        """Maximum likelihood from the repeat buyers of a customer summary.

        Parameters
        ----------
        summary : DataFrame
            One customer a row: frequency (repeat purchases) and monetary_value (mean money of these, currency units).
            One-time buyers are left out, whatever stands in their monetary_value; `.diagnosis` counts them.

        Returns
        -------
        GammaGamma

        Raises
        ------
        ValueError
            If a column is missing, nobody came back, or a repeat buyer's monetary_value is not above 0.

        Source
        ------
        Fader, Hardie & Lee 2005, RFM and CLV (Journal of Marketing Research).

        Examples
        --------
        >>> shop = GammaGamma(p=6.25, q=3.74, gamma=15.44).simulate(2000, seed=1, frequency=5)
        >>> GammaGamma.fit(shop).diagnosis
        'Fitted on the 2000 repeat buyers of 2000 customers.'
        """
        data = _spending(summary)
        repeaters = int(data.weight.sum())
        notes = [f"Fitted on the {repeaters} repeat buyers of {len(summary)} customers."]
        notes += _few_repeaters(repeaters, len(summary), 3)
        start = dict(p=2.0, q=2.0, gamma=float(np.median(data.z)))
        fit = cls(**_maximise(lambda theta: cls._likelihood(theta, data), start, notes))
        if fit.q > 1:
            return fit
        return replace(fit, diagnosis=f"{fit.diagnosis} {_no_mean(fit.q)}.")

    def log_likelihood_of(self, summary: pd.DataFrame) -> float:
        """Log-likelihood of the repeat buyers of a summary under these parameters.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`.

        Returns
        -------
        float
            In the currency unit of the summary: a density, which changes with the unit.

        Raises
        ------
        ValueError
            As `fit`.

        Source
        ------
        As `fit`.

        Examples
        --------
        >>> customer = pd.DataFrame({"frequency": [2], "monetary_value": [22.35]})
        >>> round(GammaGamma(p=6.25, q=3.74, gamma=15.44).log_likelihood_of(customer), 3)
        -3.551
        """
        return self._likelihood(np.array([self.p, self.q, self.gamma]), _spending(summary))[0]

    def expected_spend(self, frequency: Any = 0, monetary_value: Any = 0.0) -> FloatOrArray:
        """Expected money per purchase of a customer: ``p (gamma + x z) / (p x + q - 1)``.

        It is the mean of the population, ``p gamma / (q - 1)``, pulled towards her own mean z by her x purchases.

        Parameters
        ----------
        frequency : int or array, default 0
            Repeat purchases (x).
        monetary_value : float or array
            Mean money of these (z, currency units); it does not count at frequency 0, and may be missing (NaN) there.

        Returns
        -------
        float or array
            Currency units per purchase. For a one-time buyer, and with no arguments: the mean of the population.

        Raises
        ------
        ValueError
            If the mean does not exist (``p x + q <= 1``, so for a one-time buyer q <= 1), a repeat buyer's
            monetary_value is not above 0, or the lengths differ.

        Source
        ------
        Fader, Hardie & Lee 2005, RFM and CLV (Journal of Marketing Research).

        Examples
        --------
        >>> spend = GammaGamma(p=6.25, q=3.74, gamma=15.44)
        >>> spend.expected_spend([0, 2, 20], [0, 50, 50]).round(2).tolist()
        [35.22, 47.34, 49.68]
        """
        x, z = _spend_history(frequency, monetary_value)
        weight = self.p * x + self.q - 1
        if (weight <= 0).any():
            raise ValueError(_no_mean(self.q))
        return _checks.plain(self.p * (self.gamma + x * z) / weight)

    def simulate(self, n: int, seed: int, frequency: Any = 3) -> pd.DataFrame:
        """Customers with known mean spend.

        Parameters
        ----------
        n : int
            Customers.
        seed : int
            The same seed gives the same customers.
        frequency : int or array (n,), default 3
            Repeat purchases of each, e.g. from `BGNBD.simulate`.

        Returns
        -------
        DataFrame
            customer_id; frequency; monetary_value, the mean of her repeat purchases (NaN at frequency 0, as in
            `clvlib.transactions.rfm_summary`); mean_spend, her true mean. Money is in currency units.

        Raises
        ------
        ValueError
            If n is not a whole number above 0, or frequency is neither one number nor one a customer.

        Source
        ------
        The model's own story; see the class.

        Examples
        --------
        >>> shop = GammaGamma(p=6.25, q=3.74, gamma=15.44).simulate(100_000, seed=1)
        >>> round(float(shop["mean_spend"].mean()))
        35
        """
        n, rng = _generator(n, seed)
        x = _each("frequency", _checks.whole("frequency", frequency), n)
        nu = rng.gamma(self.q, 1 / self.gamma, n)
        total = rng.gamma(np.where(x > 0, self.p * x, 1.0)) / nu
        return pd.DataFrame(
            {
                "customer_id": np.arange(1, n + 1),
                "frequency": x,
                "monetary_value": np.where(x > 0, total / np.maximum(x, 1), np.nan),
                "mean_spend": self.p / nu,
            }
        )

    @staticmethod
    def _likelihood(theta: np.ndarray, data: "_Spending") -> tuple[float, np.ndarray]:
        """``G(px + q) / (G(px) G(q)) * gamma^q (x z)^(px) / (z (gamma + x z)^(px + q))``, and the gradient."""
        p, q, gamma = theta
        x, total, n = data.x, data.x * data.z, data.weight
        levels, count = data.levels, data.level_weight
        log_rest = np.log(gamma + total)
        log_share = np.log(total) - log_rest
        value = (n * (p * x * log_share + q * (np.log(gamma) - log_rest) - np.log(data.z))).sum()
        value += (count * (gammaln(p * levels + q) - gammaln(p * levels) - gammaln(q))).sum()
        rise = digamma(p * levels + q)
        gradient = [
            (n * x * log_share).sum() + (count * levels * (rise - digamma(p * levels))).sum(),
            (n * (np.log(gamma) - log_rest)).sum() + (count * (rise - digamma(q))).sum(),
            (n * (q / gamma - (p * x + q) / (gamma + total))).sum(),
        ]
        return float(value), np.array(gradient)


class _Histories(NamedTuple):
    """Each different history once, with how many customers have it; and how many have each frequency."""

    x: np.ndarray
    recency: np.ndarray
    T: np.ndarray
    weight: np.ndarray
    levels: np.ndarray
    level_weight: np.ndarray


class _Spending(NamedTuple):
    """As `_Histories`, for repeat buyers' frequency x and mean spend z."""

    x: np.ndarray
    z: np.ndarray
    weight: np.ndarray
    levels: np.ndarray
    level_weight: np.ndarray


def _histories(summary: Any) -> _Histories:
    columns = ["frequency", "recency", "T"]
    summary = _checks.table("summary", summary, columns)
    return _Histories(*_collapse(*_history(*(summary[column] for column in columns))))


def _spending(summary: Any) -> _Spending:
    summary = _checks.table("summary", summary, ["frequency", "monetary_value"])
    x, z = _spend_history(summary["frequency"], summary["monetary_value"])
    if not (x > 0).any():
        raise ValueError("summary has no customer with a repeat purchase: their spend is what the model is fitted on")
    return _Spending(*_collapse(x[x > 0], z[x > 0]))


def _collapse(*columns: np.ndarray) -> list[np.ndarray]:
    """Different rows once, their counts, then the levels of the first column and theirs."""
    order = np.lexsort(columns[::-1])
    columns = tuple(column[order].astype(float) for column in columns)
    new = np.concatenate([[True], np.any([np.diff(column) != 0 for column in columns], axis=0)])
    first = np.flatnonzero(new)
    weight = np.diff(first, append=len(order)).astype(float)
    rows = [column[first] for column in columns]
    levels, level = np.unique(rows[0], return_inverse=True)
    return [*rows, weight, levels, np.bincount(level, weight)]


def _history(frequency: Any, recency: Any, T: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A possible history, or a sentence."""
    x, recency, T = _checks.aligned(
        frequency=_checks.whole("frequency", frequency),
        recency=_checks.number("recency", recency, at_least=0),
        T=_checks.number("T", T, at_least=0),
    )
    late = np.atleast_1d(recency > T)
    if late.any():
        at = int(np.argmax(late))
        raise ValueError(
            f"recency must be at most T, got {recency.flat[at]:.12g} with T {T.flat[at]:.12g} at position {at}; it is "
            "the time from the first to the last purchase, not the time since the last"
        )
    odd = np.atleast_1d((x == 0) != (recency == 0))
    if odd.any():
        at = int(np.argmax(odd))
        raise ValueError(
            f"recency must be 0 at frequency 0 and above 0 otherwise, got frequency {x.flat[at]} with recency "
            f"{recency.flat[at]:.12g} at position {at}; frequency counts repeat purchases, without the first"
        )
    return x, recency, T


def _spend_history(frequency: Any, monetary_value: Any) -> tuple[np.ndarray, np.ndarray]:
    """Frequency and mean spend, which is 0 where the frequency is 0."""
    x, given = _checks.whole("frequency", frequency), np.asarray(monetary_value)
    if given.ndim < 2 and given.dtype.kind in "fiuO":  # may be missing at frequency 0; anything else is nonsense
        x, given = _checks.aligned(frequency=x, monetary_value=given)
        monetary_value = np.where(x == 0, 0.0, given)
    x, z = _checks.aligned(frequency=x, monetary_value=_checks.number("monetary_value", monetary_value, at_least=0))
    free = np.atleast_1d((x > 0) & (z == 0))
    if free.any():
        raise ValueError(
            f"monetary_value must be above 0 for a repeat buyer, got 0 at position {int(np.argmax(free))}; leave out "
            "customers whose purchases cost nothing"
        )
    return x, z


def _survivors(survivors: Any) -> np.ndarray:
    alive = np.atleast_1d(_checks.number("survivors", survivors, at_least=0))
    if alive.ndim > 1 or len(alive) < 2:
        raise ValueError(f"survivors must be one list of at least 2 counts, the start and one period, got {alive.size}")
    if alive[0] == 0:
        raise ValueError("survivors must start above 0, got 0: the first count is the whole cohort")
    rises = np.diff(alive) > 0
    if rises.any():
        at = int(np.argmax(rises))
        raise ValueError(
            f"survivors must never rise, got {alive[at]:.12g} then {alive[at + 1]:.12g}; give the customers alive, not "
            "those lost"
        )
    return alive


def _generator(n: Any, seed: Any) -> tuple[int, np.random.Generator]:
    n, seed = (
        _checks.single("n", _checks.whole("n", n, at_least=1)),
        _checks.single("seed", _checks.whole("seed", seed)),
    )
    _checks.number("n", n, at_most=_MOST)
    return n, np.random.default_rng(seed)


def _each(name: str, value: Any, n: int) -> np.ndarray:
    if np.shape(value) not in ((), (n,)):
        raise ValueError(f"{name} must be one number or one a customer ({n}), got {np.size(value)}")
    return np.broadcast_to(value, n)


def _probabilities(rng: np.random.Generator, a: float, b: float, n: int) -> np.ndarray:
    """Beta draws, kept off 0, at which a waiting time would be endless."""
    return np.maximum(rng.beta(a, b, n), 1e-12)


def _few_repeaters(repeaters: int, customers: int, parameters: int) -> list[str]:
    if repeaters >= 10 * parameters:
        return []
    return [
        f"Too few repeaters: {repeaters} of {customers} customers came back, and {parameters} parameters want at least "
        f"{10 * parameters} of them (a rule of thumb)."
    ]


def _rise(base: float, data: _Histories) -> tuple[float, float]:
    """Sum over customers of ``ln G(base + x) - ln G(base)``, and its slope in base."""
    levels, count = data.levels, data.level_weight
    return (
        (count * (gammaln(base + levels) - gammaln(base))).sum(),
        (count * (digamma(base + levels) - digamma(base))).sum(),
    )


@cache
def _nodes() -> list[tuple[float, float]]:
    """Points in (0, 1), dense near 0, and the weights with which a sum over them is an integral (Gauss-Legendre)."""
    points, weights = np.polynomial.legendre.leggauss(24)
    u = (points + 1) / 2
    return list(zip(u**2, weights * u, strict=True))


def _maximise(likelihood: _Climb, start: dict[str, float], notes: list[str]) -> dict[str, Any]:
    """What a fitted model keeps: parameters, log-likelihood, standard errors, diagnosis."""

    def climb(logs: np.ndarray) -> tuple[float, np.ndarray]:
        theta = np.exp(logs)
        value, slope = likelihood(theta)
        return value, slope * theta

    logs, value, free, spread, gain = _newton(climb, np.log(list(start.values())))
    theta, error = np.exp(logs), np.sqrt(np.diag(spread))
    notes = [*notes, *_warnings(list(start), theta, free, spread)]
    if gain > 1e-3:
        notes.append("Not converged: the search stopped where the log-likelihood still rises.")
    return {
        **dict(zip(start, theta.tolist(), strict=True)),
        "log_likelihood": value,
        "standard_errors": dict(zip(start, np.where(free & (error < 10), theta * error, np.inf).tolist(), strict=True)),
        "diagnosis": " ".join(notes) or "Converged, nothing to report.",
    }


def _newton(climb: _Climb, logs: np.ndarray) -> tuple[np.ndarray, float, np.ndarray, np.ndarray, float]:
    """Top of the log-likelihood by Newton's method, each step rising, in a box around the start.

    Written here because a few parameters and an exact slope need no more, while a general optimiser's threaded linear
    algebra can take longer than all the sums. Returns the log-parameters; the value; which are free, not at the edge of
    the box; their covariance, inverse to the curvature; and how much a further step would gain.
    """
    low, high = logs - _REACH, logs + _REACH
    value, slope = climb(logs)
    for _ in range(100):
        free = np.where(slope < 0, logs > low, logs < high)
        bend, direction = np.linalg.eigh(_curvature(climb, logs, slope) * np.outer(free, free))
        along = (direction.T * (slope * free)).sum(axis=1)
        step = (direction * (along / np.maximum(abs(bend), _FLAT))).sum(axis=1) * free
        gain = (slope * step).sum() / 2
        if gain < 1e-7:
            break
        step /= max(1, abs(step).max())
        for halving in range(40):
            ahead = np.clip(logs + step / 2**halving, low, high)
            value_ahead, slope_ahead = climb(ahead)
            if value_ahead > value:
                break
        else:
            break
        logs, value, slope = ahead, value_ahead, slope_ahead
    spread = (direction / np.maximum(bend, _FLAT)) @ direction.T
    return logs, value, free, spread, gain


def _curvature(climb: _Climb, logs: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """How the slope falls along each log-parameter."""
    small = 1e-5
    falls = np.array([slope - climb(logs + small * unit)[1] for unit in np.eye(len(logs))]) / small
    return (falls + falls.T) / 2


def _warnings(names: list[str], theta: np.ndarray, free: np.ndarray, spread: np.ndarray) -> list[str]:
    """Boundary and ridge, in words."""
    found = [
        f"Boundary: {name} went to the edge of the search ({value:.3g}), so the data do not bound it on that side."
        for name, value, inside in zip(names, theta, free, strict=True)
        if not inside
    ]
    error = np.sqrt(np.diag(spread))
    tied = (abs(spread) > 0.95 * np.outer(error, error)) & (np.maximum.outer(error, error) > 0.5)
    np.fill_diagonal(tied, error > 1)
    vague = [name for name, bad in zip(names, free & tied.any(axis=0), strict=True) if bad]
    if vague:
        found.append(
            f"Flat ridge: other values of {' and '.join(vague)} fit almost as well; rely on the forecasts, not on "
            "these parameters."
        )
    return found


def _no_mean(q: float) -> str:
    return (
        f"q is {q:.4g}, and the mean spend of the population exists only for q above 1: a one-time buyer has no "
        "expected spend; use the median of the data, or ask for repeat buyers only"
    )
