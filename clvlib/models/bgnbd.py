"""BG/NBD and its modification: a customer of a shop may leave right after a purchase."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import betaln, expit, hyp2f1, log_expit
from scipy.stats import nbinom

from clvlib._formula import OnePositive
from clvlib.models._forecast import Theta
from clvlib.models._histories import Histories, rise
from clvlib.models._spread import beta_draws, beta_mean
from clvlib.models.shop import _BuyTillYouDie


@dataclass(frozen=True, repr=False)
class BGNBD(_BuyTillYouDie):
    r"""Beta-geometric/NBD: she buys at her own rate, and after each repeat purchase leaves with her own probability.

    Purchase rates spread as gamma(r, alpha), dropout probabilities as beta(a, b). With x repeat purchases, the last at
    t_x, she is alive at T with the probability (1 if x = 0)

    .. math:: \left(1 + \frac{a}{b + x - 1} \left(\frac{\alpha + T}{\alpha + t_x}\right)^{r + x}\right)^{-1}

    and if alive, she is expected to make, in the next t, with q = (alpha + T) / (alpha + T + t), purchases of

    .. math:: \frac{a + b + x - 1}{a - 1} \left(1 - q^{r + x} {}_2F_1(r + x, b + x; a + b + x - 1; 1 - q)\right)

    Parameters
    ----------
    r, alpha : float
        Spread of the purchase rate: mean ``r / alpha`` per time unit, alpha in time units.
    a, b : float
        Spread of the dropout probability: mean ``a / (a + b)`` per repeat purchase.
    grain : {"day", "week", "month", "quarter", "year"}, optional
        The time unit, by keyword: what `clv` then need not be told. A fit takes it from its summary.
    purchase_effects, dropout_effects : dict, optional
        Effects of covariates by name, by keyword: see `fit`. The parameters above are then those of a customer whose
        covariates are all 0.

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

    a: OnePositive
    b: OnePositive

    _truth: ClassVar[str] = "dropout_probability"
    _scaled: ClassVar[tuple[dict[int, int], dict[int, int]]] = ({1: -1}, {2: 1})
    _at_first: ClassVar[int] = 0  # chances to leave that come with the first purchase

    @staticmethod
    def _start(span: float, purchases: float) -> dict[str, float]:
        return dict(r=0.5, alpha=0.5 * span / max(purchases, 1), a=1.0, b=2.0)

    @classmethod
    def _log_odds_gone(
        cls, theta: Theta, x: np.ndarray, recency: np.ndarray, T: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """``ln[a / (b + n - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x)]``, -inf at n = 0; both logs of time.

        n is how often she could have left: at each repeat purchase, and in the `MBGNBD` at the first one, too.
        """
        r, alpha, a, b = theta
        n = x + cls._at_first
        log_T, log_recency = np.log(alpha + T), np.log(alpha + recency)
        left_once = np.log(a / np.where(n > 0, b + n - 1, 1))
        return np.where(n > 0, left_once + (r + x) * (log_T - log_recency), -np.inf), log_T, log_recency

    @classmethod
    def _of_each(cls, theta: Theta, data: Histories) -> tuple[np.ndarray, list[np.ndarray]]:
        """``G(r + x) alpha^r / (G(r) (alpha + T)^(r + x)) * B(a, b + n) / B(a, b) * (1 + odds gone)``, logged.

        The first factor is the NBD of somebody who never leaves, the second that she stayed n times; the odds add the
        chance that she left after her last purchase. With `gone` = odds / (1 + odds), ln(1 + odds) has the slope `gone`
        times that of ln odds = ln a - ln(b + n - 1) + (r + x) (ln(alpha + T) - ln(alpha + t_x)). The ratios of gamma
        functions and their slopes depend on x alone (`rise`); B(a, b + n) / B(a, b) is that of b over that of a + b.
        """
        r, alpha, a, b = theta
        n, power = data.x + cls._at_first, r + data.x
        odds, log_T, log_recency = cls._log_odds_gone(theta, data.x, data.recency, data.T)
        gone = expit(odds)
        rise_r, rise_b, rise_ab = rise(r, data), rise(b, data, cls._at_first), rise(a + b, data, cls._at_first)
        value = rise_r[0] + rise_b[0] - rise_ab[0] + r * np.log(alpha) - power * log_T - log_expit(-odds)
        return value, [
            rise_r[1] + np.log(alpha) - log_T + gone * (log_T - log_recency),
            r / alpha + power * ((gone - 1) / (alpha + data.T) - gone / (alpha + data.recency)),
            gone / a - rise_ab[1],
            rise_b[1] - rise_ab[1] - gone / np.where(n > 0, b + n - 1, 1),
        ]

    @staticmethod
    def _log_stayed(theta: Theta, x: np.ndarray, T: np.ndarray) -> np.ndarray:
        return -(theta[0] + x) * np.log(theta[1] + T)

    @classmethod
    def _remains(
        cls, rng: np.random.Generator, theta: Theta, x: np.ndarray, T: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        a, b = theta[2:]
        return np.full(x.shape, np.inf), rng.geometric(beta_draws(rng, a, b + x + cls._at_first, len(x)))

    def _purchase_probability(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        """She stayed n times and bought x times, or she left after purchase x, and might have bought more."""
        a, b, n, share = self.a, self.b, x + self._at_first, self.alpha / (self.alpha + t)
        stayed = np.exp(betaln(a, b + n) - betaln(a, b)) * nbinom.pmf(x, self.r, share)
        left = np.exp(betaln(a + 1, b + np.maximum(n, 1) - 1) - betaln(a, b)) * nbinom.sf(x - 1, self.r, share)
        return stayed + np.where(n > 0, left, 0)

    def _while_alive(self, t: np.ndarray, x: np.ndarray, T: np.ndarray) -> np.ndarray:
        """The closed form of the class; where that fails, the mean it stands for.

        Its difference cancels near a = 1, where it is 0 / 0, and for short times. Scipy's 2F1 can overflow, and where
        its last argument is near 1 it is wrong for many parameters, the round ones above all.
        """
        r, a, b, length = np.broadcast_arrays(self.r + x, self.a, self.b + x + self._at_first, t / (self.alpha + T))
        share, last = length / (1 + length), a + b - 1  # share is 1 - q
        difference = 1 - (1 + length) ** -r * hyp2f1(r, b, last, share)
        closed = np.asarray(last / (a - 1) * difference)
        fails = (share > 0.9) | (last <= 0) | ~(abs(difference) > 1e-4) | ~np.isfinite(closed)
        if fails.any():
            closed[fails] = self._mean_over_dropout(length[fails], r[fails], a[fails], b[fails])
        return closed

    @staticmethod
    def _mean_over_dropout(length: np.ndarray, r: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Purchases in the next t, t being `length` times alpha + T, as a mean over her dropout probability.

        With rate and dropout probability p known, she leaves at rate p times hers, so she makes (1 - exp(-p rate t)) /
        p purchases. Her rate is gamma(r, alpha + T), so the mean over it is (1 - (1 + p length)^-r) / p.
        """

        def given(p: np.ndarray, _: np.ndarray) -> np.ndarray:
            return -np.expm1(-r * np.log1p(p * length)) / p

        return beta_mean(given, a, b, r * length)

    def _ends(
        self, rng: np.random.Generator, rate: np.ndarray, counts: np.ndarray, time: np.ndarray, horizon: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """She leaves right after repeat purchase number `last`, which may come after the horizon; 0 is the first."""
        dropout = beta_draws(rng, self.a, self.b, len(rate))
        last = rng.geometric(dropout) - self._at_first
        within = last <= counts
        lifetime = horizon + rng.gamma(np.where(within, 1, last - counts)) / rate  # inf if the rate is so small it is 0
        seen = within & (last > 0)
        lifetime[seen] = time[(np.cumsum(counts) - counts + last - 1)[seen]]
        lifetime[last == 0] = 0
        return dropout, lifetime


@dataclass(frozen=True, repr=False)
class MBGNBD(BGNBD):
    r"""Modified BG/NBD: as in `BGNBD`, but a customer may leave right after her first purchase, too.

    So a one-time buyer may be gone, and the longer she is silent, the likelier. After x repeat purchases she could
    have left x + 1 times, not x. She is alive at T with the probability

    .. math:: \left(1 + \frac{a}{b + x} \left(\frac{\alpha + T}{\alpha + t_x}\right)^{r + x}\right)^{-1}

    and if alive, she is expected to make, in the next t, with q = (alpha + T) / (alpha + T + t), purchases of

    .. math:: \frac{a + b + x}{a - 1} \left(1 - q^{r + x} {}_2F_1(r + x, b + x + 1; a + b + x; 1 - q)\right)

    Parameters
    ----------
    r, alpha : float
        Spread of the purchase rate: mean ``r / alpha`` per time unit, alpha in time units.
    a, b : float
        Spread of the dropout probability: mean ``a / (a + b)`` per purchase, the first included.
    grain, purchase_effects, dropout_effects : optional
        As in `BGNBD`.

    Raises
    ------
    ValueError
        If a parameter is not above 0.

    Source
    ------
    Batislam, Denizel & Filiztekin 2007, Empirical Validation and Comparison of Models for Customer Base Analysis
    (International Journal of Research in Marketing); Hoppe & Wagner 2007, Customer Base Analysis: The Case for a
    Central Variant of the Betageometric/NBD Model (Marketing ZFP).

    Examples
    --------
    >>> world = MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614)
    >>> round(world.p_alive(frequency=0, recency=0, T=38.86), 3)
    0.39
    >>> round(world.expected_purchases(39, frequency=2, recency=30.43, T=38.86), 3)
    1.263
    """

    _at_first: ClassVar[int] = 1
