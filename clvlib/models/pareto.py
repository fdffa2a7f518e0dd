"""Pareto/NBD: a customer of a shop may leave at any moment."""

import functools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import expit, exprel, log_expit
from scipy.stats import nbinom

from clvlib._formula import OnePositive
from clvlib.models._forecast import Theta
from clvlib.models._histories import Histories, rise
from clvlib.models.shop import _BuyTillYouDie


@functools.cache
def _nodes() -> list[tuple[float, float]]:
    """Points in (0, 1), dense near 0, and the weights with which a sum over them is an integral (Gauss-Legendre)."""
    points, weights = np.polynomial.legendre.leggauss(24)
    u = (points + 1) / 2
    return list(zip(u**2, weights * u, strict=True))


@dataclass(frozen=True, repr=False)
class ParetoNBD(_BuyTillYouDie):
    r"""Pareto/NBD: she buys at her own rate, and leaves at any moment, at her own dropout rate.

    Purchase rates spread as gamma(r, alpha), dropout rates as gamma(s, beta). With x repeat purchases, the last at t_x,
    she is alive at T with the probability

    .. math::

        \left(1 + s \int_{t_x}^{T} \left(\frac{\alpha + T}{\alpha + y}\right)^{r + x}
        \left(\frac{\beta + T}{\beta + y}\right)^{s} \frac{dy}{\beta + y}\right)^{-1}

    and if alive, she is expected to make, in the next t, purchases of

    .. math::

        \frac{(r + x)(\beta + T)}{(\alpha + T)(s - 1)}
        \left(1 - \left(\frac{\beta + T}{\beta + T + t}\right)^{s - 1}\right)

    Parameters
    ----------
    r, alpha : float
        Spread of the purchase rate: mean ``r / alpha`` per time unit, alpha in time units.
    s, beta : float
        Spread of the dropout rate: mean ``s / beta`` per time unit, beta in time units.
    grain, purchase_effects, dropout_effects : optional
        As in `BGNBD`.

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

    s: OnePositive
    beta: OnePositive

    _truth: ClassVar[str] = "dropout_rate"
    _scaled: ClassVar[tuple[dict[int, int], dict[int, int]]] = ({1: -1}, {3: -1})

    @staticmethod
    def _start(span: float, purchases: float) -> dict[str, float]:
        return dict(r=0.5, alpha=0.5 * span / max(purchases, 1), s=0.5, beta=0.5 * span)

    @classmethod
    def _log_odds_gone(
        cls, theta: Theta, x: np.ndarray, recency: np.ndarray, T: np.ndarray, slopes: bool = False
    ) -> tuple[np.ndarray, ...]:
        """``s * integral over y in (t_x, T) of ((alpha+T)/(alpha+y))^(r+x) ((beta+T)/(beta+y))^s / (beta+y)``, logged.

        y is when she left. The published closed form is a difference of two 2F1, which can cancel or overflow; this sum
        of positive terms cannot. With `slopes`, those of the log-odds in each parameter come after them: the slope of
        ln(integral) is the mean, over the same y, of that of the integrand's log.

        The integrand falls like powers of alpha + y and beta + y, so in ln(y + the lesser of them) it is smooth: the
        nodes are spread on that scale, over `span`, which ends at T or where the integrand is below e^-40 of what it is
        at t_x; all is taken relative to that. So the one logarithm is known at each node, and only the other is worked
        out.
        """
        r, alpha, s, beta = theta
        least, most, alpha_first = np.minimum(alpha, beta), np.maximum(alpha, beta), alpha <= beta
        of_least, of_most = np.where(alpha_first, r + x, s), np.where(alpha_first, s, r + x)
        fall = (least + recency) * ((r + x) / (alpha + recency) + s / (beta + recency))
        span = np.minimum(np.log((least + T) / (least + recency)), 40 / np.maximum(fall - 1, 1))
        log_least, log_most = np.log(least + recency), np.log(most + recency)
        total, *sums = [0.0] * 5
        for point, weight in _nodes():
            further = point * span
            from_least = (least + recency) * np.exp(further)
            log_y_most, over_beta = np.log(from_least + (most - least)), 1 / (from_least + (beta - least))
            part = weight * np.exp(of_most * (log_most - log_y_most) - of_least * further) * from_least * over_beta
            total = total + part
            if slopes:
                terms = log_least + further, log_y_most, 1 / (from_least + (alpha - least)), over_beta
                sums = [old + part * term for old, term in zip(sums, terms, strict=True)]
        log_alpha, log_beta = np.log(alpha + T), np.log(beta + T)
        at_last = (r + x) * (log_alpha - np.log(alpha + recency)) + s * (log_beta - np.log(beta + recency))
        log_odds = np.log(s * total) + at_last + np.log(span)  # -inf if seen buying at T: no time to leave
        if not slopes:
            return (log_odds,)
        log_y_least, log_y_most, over_alpha, over_beta = (old / total for old in sums)
        return (
            log_odds,
            log_alpha - np.where(alpha_first, log_y_least, log_y_most),
            (r + x) * (1 / (alpha + T) - over_alpha),
            1 / s + log_beta - np.where(alpha_first, log_y_most, log_y_least),
            s / (beta + T) - (s + 1) * over_beta,
        )

    @classmethod
    def _of_each(cls, theta: Theta, data: Histories) -> tuple[np.ndarray, list[np.ndarray]]:
        """``G(r + x) alpha^r beta^s / (G(r) (alpha + T)^(r + x) (beta + T)^s) * (1 + odds gone)``, logged.

        The first factor is the likelihood of one alive at T; ln(1 + odds) has the slope odds / (1 + odds) times that of
        ln odds, as in `BGNBD`.
        """
        r, alpha, s, beta = theta
        x, T = data.x, data.T
        odds, *slopes = cls._log_odds_gone(theta, x, data.recency, T, slopes=True)
        log_T, log_life = np.log(alpha / (alpha + T)), np.log(beta / (beta + T))
        rise_r = rise(r, data)
        value = rise_r[0] + r * log_T - x * np.log(alpha + T) + s * log_life - log_expit(-odds)
        alive = [rise_r[1] + log_T, r / alpha - (r + x) / (alpha + T), log_life, s / beta - s / (beta + T)]
        gone = expit(odds)
        return value, [stay + gone * slope for stay, slope in zip(alive, slopes, strict=True)]

    @staticmethod
    def _log_stayed(theta: Theta, x: np.ndarray, T: np.ndarray) -> np.ndarray:
        r, alpha, s, beta = theta
        return -(r + x) * np.log(alpha + T) - s * np.log(beta + T)

    @classmethod
    def _remains(
        cls, rng: np.random.Generator, theta: Theta, x: np.ndarray, T: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        s, beta = theta[2:]
        return rng.standard_exponential(len(x)) * (beta + T) / rng.gamma(s), np.full(x.shape, np.inf)

    def _purchase_probability(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        """She stayed and bought x times in t, or she left at y and bought x times in y: a sum over `_nodes` of y."""

        def bought(y: np.ndarray) -> np.ndarray:
            return nbinom.pmf(x, self.r, self.alpha / (self.alpha + y))

        least = np.minimum(self.alpha, self.beta)
        span, left = np.log1p(t / least), np.zeros(())
        for point, weight in _nodes():
            y = least * np.expm1(point * span)
            leaves = self.s / (self.beta + y) * (self.beta / (self.beta + y)) ** self.s
            left = left + weight * span * (least + y) * leaves * bought(y)
        return (self.beta / (self.beta + t)) ** self.s * bought(t) + left

    def _while_alive(self, t: np.ndarray, x: np.ndarray, T: np.ndarray) -> np.ndarray:
        """``(r + x)(beta + T) / (alpha + T) * (1 - q^(s - 1)) / (s - 1)``, q = (beta + T) / (beta + T + t)."""
        wait = np.log1p(t / (self.beta + T))
        return (self.r + x) * (self.beta + T) / (self.alpha + T) * wait * exprel((1 - self.s) * wait)

    def _ends(
        self, rng: np.random.Generator, rate: np.ndarray, counts: np.ndarray, time: np.ndarray, horizon: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """She leaves after an exponential lifetime, whatever she bought."""
        dropout = rng.gamma(self.s, 1 / self.beta, len(rate))
        return dropout, rng.standard_exponential(len(rate)) / dropout  # inf if the rate is so small that it is 0
