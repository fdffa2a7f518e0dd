"""Opportunities that come one at a time (each year's appeal, each week's service): she buys at one, or she does not."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple, Self

import numpy as np
import pandas as pd
from scipy.special import expit, log_expit

from clvlib._checks import Range
from clvlib._formula import Count, OneCount, OnePositive, OneShare, default, formula
from clvlib.models._alike import each_once
from clvlib.models._fit import COUNT, Model, column_of, customers_of, different, few_repeaters, maximise, rise_by
from clvlib.models._spread import Customers, beta_draws, beta_mean, discounted_life, one_each

_OPPORTUNITIES = Range(at_least=0, at_most=100_000, whole=True)
Opportunities = Annotated[np.ndarray, _OPPORTUNITIES]  # counted out one by one


class _Histories(NamedTuple):
    """Each different history once, and how many customers have it."""

    x: np.ndarray
    recency: np.ndarray
    T: np.ndarray
    weight: np.ndarray


def _histories(name: str, summary: pd.DataFrame) -> _Histories:
    """A summary's histories, or a sentence."""
    (x, recency, T), weight, _ = different(customers_of(name, summary), *_columns(name, summary))
    return _Histories(x, recency, T, weight)


def _columns(name: str, summary: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frequency, recency and T of each customer, or a sentence."""
    x = column_of(name, summary, "frequency", COUNT)
    recency, T = (column_of(name, summary, label, _OPPORTUNITIES) for label in ("recency", "T"))
    _possible(x, recency, T)
    return x, recency, T


Histories = Annotated[_Histories, _histories]  # a summary comes in as a table, and the body gets its histories


def _possible(x: np.ndarray, recency: np.ndarray, T: np.ndarray) -> None:
    """A possible history, or a sentence."""
    for wrong, must, why in (
        (
            recency > T,
            "recency must be at most T, got {recency} with T {T}",
            "it is the number of the opportunity at which she last bought, of the T that she has had",
        ),
        (
            x > recency,
            "frequency must be at most recency, got {x} with recency {recency}",
            "she buys once at most at each opportunity, and her very first purchase does not count",
        ),
        (
            (x == 0) & (recency > 0),
            "recency must be 0 at frequency 0, got {recency}",
            "the purchase that made her a customer does not count",
        ),
    ):
        if np.any(wrong):
            at = int(np.argmax(wrong))
            got = {"x": x.flat[at], "recency": recency.flat[at], "T": T.flat[at]}
            raise ValueError(
                f"{must.format(**{name: f'{value:.12g}' for name, value in got.items()})} at position {at}; {why}"
            )


@dataclass(frozen=True, repr=False)
class BGBB(Model):
    r"""Beta-geometric/beta-Bernoulli: before each opportunity she may leave for good; if not, she buys or does not.

    Purchase probabilities p spread as beta(alpha, beta), dropout probabilities :math:`\theta` as beta(gamma, delta).
    Nobody sees who has left. A customer who bought at x of n opportunities, the last time at number t_x, has the
    likelihood

    .. math::

        L = \frac{B(\alpha + x, \beta + n - x)}{B(\alpha, \beta)} \frac{B(\gamma, \delta + n)}{B(\gamma, \delta)}
        + \sum_{i=0}^{n - t_x - 1} \frac{B(\alpha + x, \beta + t_x - x + i)}{B(\alpha, \beta)}
        \frac{B(\gamma + 1, \delta + t_x + i)}{B(\gamma, \delta)}

    the first part being hers if she is still there, the sum if she left after opportunity t_x + i.

    Parameters
    ----------
    alpha, beta : float
        Spread of the purchase probability: mean ``alpha / (alpha + beta)`` per opportunity, while she is a customer.
    gamma, delta : float
        Spread of the dropout probability: mean ``gamma / (gamma + delta)`` before each opportunity.

    Raises
    ------
    ValueError
        If a parameter is not above 0.

    Source
    ------
    Fader, Hardie & Shang 2010, Customer-Base Analysis in a Discrete-Time Noncontractual Setting (Marketing Science).

    Examples
    --------
    >>> donors = BGBB(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)
    >>> round(donors.expected_purchases(5, frequency=4, recency=5, T=6), 2)
    2.03
    """

    alpha: OnePositive
    beta: OnePositive
    gamma: OnePositive
    delta: OnePositive

    @classmethod
    @formula
    def fit(cls, summary: Histories) -> Self:
        """Maximum likelihood from a customer summary.

        Parameters
        ----------
        summary : DataFrame
            One customer a row: frequency (opportunities at which she bought, after the purchase that made her a
            customer), recency (the number of the last of them, 0 if there is none) and T (how many opportunities she
            has had since she became a customer). All are whole numbers.

        Returns
        -------
        BGBB

        Raises
        ------
        ValueError
            If a column is missing, a value is no count, recency is above T or below frequency. Too little data is no
            error: see `.diagnosis`.

        Source
        ------
        Fader, Hardie & Shang 2010.

        Examples
        --------
        >>> world = BGBB(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)
        >>> fit = BGBB.fit(world.simulate(5000, seed=1, T=8))
        >>> round(fit.alpha, 1), fit.diagnosis
        (1.3, 'Converged, nothing to report.')
        """
        x, recency, T, customers = summary
        longest = T.max()
        if longest == 0:
            raise ValueError("T must be above 0 for at least one customer: the summary covers no opportunity")
        ahead = "opportunity" if longest == 1 else f"{longest:.0f} opportunities"
        what = f"the total of these customers' purchases at the next {ahead}"

        def forecast(theta: list[float]) -> dict[str, float]:
            return {what: float((customers * cls(*theta).expected_purchases(longest, x, recency, T)).sum())}

        start = dict(alpha=1.0, beta=1.0, gamma=1.0, delta=1.0)
        notes = few_repeaters(int(customers[x > 0].sum()), int(customers.sum()), len(start))
        theta, report = maximise(lambda theta: cls._likelihood(theta, summary), start, notes, forecast)
        return cls(*theta, **report)

    @formula
    def log_likelihood_of(self, summary: Histories) -> float:
        """Log-likelihood of a customer summary under these parameters.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`.

        Returns
        -------
        float
            Of one sequence of purchases with this frequency and recency, as published; not of all such sequences.

        Raises
        ------
        ValueError
            As `fit`.

        Source
        ------
        As `fit`.

        Examples
        --------
        >>> donors = BGBB(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)
        >>> never_again = pd.DataFrame({"frequency": [0], "recency": [0], "T": [6]})
        >>> round(donors.log_likelihood_of(never_again), 4)
        -1.1673
        """
        return self._likelihood(self._theta, summary)[0]

    @formula
    def p_alive(self, frequency: Count, recency: Opportunities, T: Opportunities) -> np.ndarray:
        r"""Probability that she will be there at the next opportunity, number T + 1.

        .. math::

            \frac{B(\alpha + x, \beta + n - x)}{B(\alpha, \beta)} \frac{B(\gamma, \delta + n + 1)}{B(\gamma, \delta)}
            \frac{1}{L}

        with n = T. She may have left before opportunity T, or between T and T + 1: even one who bought at T is not sure
        to be there.

        Parameters
        ----------
        frequency, recency, T : int or array
            Her history, as in `fit`.

        Returns
        -------
        float or array
            In [0, 1].

        Raises
        ------
        ValueError
            If a history is impossible, or the lengths differ.

        Source
        ------
        Fader, Hardie & Shang 2010, table 6.

        Examples
        --------
        >>> donors = BGBB(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)
        >>> donors.p_alive(frequency=[1, 1, 6], recency=[1, 6, 6], T=6).round(2).tolist()
        [0.07, 0.93, 0.93]
        """
        _possible(frequency, recency, T)
        stay = self.delta + T
        return self._alive(frequency, recency, T) * stay / (self.gamma + stay)

    @formula
    def expected_purchases(
        self,
        t: Count,
        frequency: Count | None = None,
        recency: Opportunities | None = None,
        T: Opportunities | None = None,
    ) -> np.ndarray:
        r"""Purchases expected at the next t opportunities: of a new customer, or of one with a history.

        .. math::

            P \, \frac{\alpha + x}{\alpha + \beta + n} \, E\Bigl[\sum_{k=1}^{t} (1 - \theta)^k\Bigr],
            \qquad \theta \sim \operatorname{beta}(\gamma, \delta + n)

        with P the probability that she was there at opportunity n = T (1 for a new customer, with x = n = 0).

        Parameters
        ----------
        t : int or array
            How many opportunities are ahead, at least 0.
        frequency, recency, T : int or array, optional
            Her history, as in `fit`. Left out, all three: a new customer, who has just made her first purchase (which
            is not counted).

        Returns
        -------
        float or array
            Purchases at the opportunities T + 1 to T + t.

        Raises
        ------
        ValueError
            If a part of the history is missing or impossible, or the lengths differ.

        Source
        ------
        Fader, Hardie & Shang 2010, whose closed form is this mean.

        Examples
        --------
        >>> donors = BGBB(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)
        >>> round(donors.expected_purchases(1), 4)
        0.4985
        >>> donors.expected_purchases(5, frequency=[0, 6], recency=[0, 6], T=6).round(2).tolist()
        [0.07, 3.75]
        """
        given = {"frequency": frequency, "recency": recency, "T": T}
        missing = [name for name, value in given.items() if value is None]
        if len(missing) == 3:
            frequency = recency = T = np.zeros_like(t)
        elif frequency is None or recency is None or T is None:
            raise ValueError(f"a history needs frequency, recency and T, got no {' and no '.join(missing)}")
        _possible(frequency, recency, T)
        return self._buys(frequency, recency, T) * self._opportunities_ahead(t, T)

    @formula
    def dert(self, summary: pd.DataFrame, rate: OneShare) -> np.ndarray:
        r"""Discounted expected residual transactions: all purchases to come, discounted to her last opportunity.

        .. math::

            P \, \frac{\alpha + x}{\alpha + \beta + n} \,
            E\Bigl[\sum_{k=1}^{\infty} \frac{(1 - \theta)^k}{(1 + d)^k}\Bigr],
            \qquad \theta \sim \operatorname{beta}(\gamma, \delta + n)

        with P as in `expected_purchases` and d the rate. Times the margin of a purchase, it is her residual value. A
        purchase at opportunity T + 1 is discounted once.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`.
        rate : float
            Discount rate from one opportunity to the next, as a fraction. At 0 this is the expected number.

        Returns
        -------
        Series
            Discounted purchases, by customer, with the labels of the summary.

        Raises
        ------
        ValueError
            If the rate is not a fraction, or it is 0 and gamma <= 1, where the sum is infinite.

        Source
        ------
        Fader, Hardie & Shang 2010.

        Examples
        --------
        >>> donors = BGBB(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)
        >>> summary = pd.DataFrame({"frequency": [0, 6], "recency": [0, 6], "T": 6}, index=["ann", "bo"])
        >>> donors.dert(summary, rate=0.10).round(2).to_dict()
        {'ann': 0.11, 'bo': 5.91}
        """
        if self.gamma <= 1 and rate == 0:
            raise ValueError(
                f"rate must be above 0 when gamma is at most 1 (here {self.gamma:.4g}): undiscounted, the expected "
                "purchases to come are infinite"
            )
        x, recency, T = _columns("summary", summary)
        (had,), customer = each_once(T)
        ahead = discounted_life(np.asarray(self.gamma), self.delta + had, np.asarray(rate)) / (1 + rate)
        return self._buys(x, recency, T) * ahead[customer]

    @formula
    def simulate(
        self, n: Customers, seed: OneCount, T: Opportunities = default(6), holdout: Opportunities = default(0)
    ) -> pd.DataFrame:
        """Customers with known truth.

        Parameters
        ----------
        n : int
            Customers.
        seed : int
            The same seed gives the same customers.
        T : int or array (n,), default 6
            Opportunities of each after her first purchase.
        holdout : int or array (n,), default 0
            Opportunities after T, of which those with a purchase are counted in holdout_frequency.

        Returns
        -------
        DataFrame
            customer_id, frequency, recency, T and holdout_frequency, as a firm would see them; then the truth:
            purchase_probability (p), dropout_probability (theta), lifetime (how many opportunities she is there for)
            and alive (at opportunity T + 1, as in `p_alive`).

        Raises
        ------
        ValueError
            If n is not a whole number above 0, or T is no count or neither one nor one a customer.

        Source
        ------
        The model's own story, Fader, Hardie & Shang 2010.

        Examples
        --------
        >>> donors = BGBB(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783).simulate(10_000, seed=1)
        >>> round(float(donors["frequency"].mean()), 1)
        2.2
        """
        T, holdout = (one_each("T and holdout", each, n).astype(int) for each in (T, holdout))
        rng = np.random.default_rng(seed)
        buys, leaves = beta_draws(rng, self.alpha, self.beta, n), beta_draws(rng, self.gamma, self.delta, n)
        lifetime = rng.geometric(leaves) - 1
        # seen from the end of her time, her last purchase comes as late as a first one from its beginning
        recency = np.maximum(np.minimum(T, lifetime) + 1 - rng.geometric(buys), 0)
        return pd.DataFrame(
            {
                "customer_id": np.arange(1, n + 1),
                "frequency": rng.binomial(np.maximum(recency - 1, 0), buys) + (recency > 0),
                "recency": recency,
                "T": T,
                "holdout_frequency": rng.binomial(np.clip(lifetime - T, 0, holdout), buys),
                "purchase_probability": buys,
                "dropout_probability": leaves,
                "lifetime": lifetime,
                "alive": lifetime > T,
            }
        )

    def _alive(self, x: np.ndarray, recency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """Probability that she was there at opportunity T."""
        history, customer = each_once(x, recency, T)
        return expit(-self._log_odds_gone(self._theta, *history)[0])[customer]

    def _buys(self, x: np.ndarray, recency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """Probability of a purchase at an opportunity to come, but for what can make her leave after T."""
        return self._alive(x, recency, T) * (self.alpha + x) / (self.alpha + self.beta + T)

    def _opportunities_ahead(self, t: np.ndarray, T: np.ndarray) -> np.ndarray:
        """How many of the next t opportunities one who was there at T will be there for: see `expected_purchases`.

        The sum over k is (1 - p) (1 - (1 - p)^t) / p; the published difference of gamma functions is 0 / 0 at gamma 1.
        """
        (ahead, had), customer = each_once(t, T)

        def given(leave: np.ndarray, stay: np.ndarray) -> np.ndarray:
            return -stay * np.expm1(ahead * np.maximum(np.log1p(-leave), -800)) / leave

        return beta_mean(given, np.asarray(self.gamma), self.delta + had, ahead)[customer]

    @staticmethod
    def _log_odds_gone(
        theta: np.ndarray, x: np.ndarray, recency: np.ndarray, T: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Log of the odds that she was not there at opportunity T, and its slope in each parameter (a row each).

        The odds are the sum in L over its first part. Its terms are worked out from the latest, j = 1 opportunity
        missed because she had left, to the earliest, j = T - t_x: with m = T - j, each gamma function goes down by a
        factor, in (alpha + beta + m) (gamma + delta + m) / ((beta + m - x) (delta + m)). The slopes of ln(sum) are the
        means, over the terms, of the slopes of their logs.
        """
        alpha, beta, gamma, delta = theta
        missed = T - recency
        order = np.argsort(-missed)  # those who still have terms come first
        x, T, missed = x[order], T[order], missed[order]
        log_term, log_odds = np.zeros(len(x)), np.full(len(x), -np.inf)
        term_slope, slope = np.zeros((2, 4, len(x)))
        for j in range(1, int(missed[0]) + 1):
            here = slice(np.searchsorted(-missed, -j, side="right"))
            m = T[here] - j
            up, down = [alpha + beta + m, gamma + delta + m], [beta + m - x[here], delta + m]
            log_term[here] += np.log(up[0] / down[0]) + np.log(up[1] / down[1])
            term_slope[0, here] += 1 / up[0]
            term_slope[1, here] += 1 / up[0] - 1 / down[0]
            term_slope[2, here] += 1 / up[1]
            term_slope[3, here] += 1 / up[1] - 1 / down[1]
            log_this = log_term[here] + np.log(gamma / up[1])
            last = np.zeros((4, len(m)))
            last[2], last[3] = 1 / gamma - 1 / up[1], -1 / up[1]
            log_odds[here] = np.logaddexp(log_odds[here], log_this)
            slope[:, here] += np.exp(log_this - log_odds[here]) * (term_slope[:, here] + last - slope[:, here])
        back = np.argsort(order)
        return log_odds[back], slope[:, back]

    @classmethod
    def _likelihood(cls, theta: np.ndarray, data: _Histories) -> tuple[float, np.ndarray]:
        """``B(alpha + x, beta + n - x) / B(alpha, beta) * B(gamma, delta + n) / B(gamma, delta) * (1 + odds gone)``.

        ln(1 + odds) has the slope odds / (1 + odds) times that of ln odds. The ratios of beta functions are those of
        gamma functions (`rise_by`).
        """
        alpha, beta, gamma, delta = theta
        x, recency, n, weight = data
        odds, slopes = cls._log_odds_gone(theta, x, recency, n)
        buys, misses, either = rise_by(alpha, x), rise_by(beta, n - x), rise_by(alpha + beta, n)
        stays, may_stay = rise_by(delta, n), rise_by(gamma + delta, n)
        value = buys[0] + misses[0] - either[0] + stays[0] - may_stay[0] - log_expit(-odds)
        there = [buys[1] - either[1], misses[1] - either[1], -may_stay[1], stays[1] - may_stay[1]]
        return float((weight * value).sum()), (weight * (np.array(there) + expit(odds) * slopes)).sum(axis=1)
