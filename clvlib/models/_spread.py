"""How a probability spreads over customers as beta(a, b): the mean of something over it, draws from it."""

from collections.abc import Callable
from typing import Annotated

import numpy as np
from scipy.special import expit

from clvlib._checks import Range

MOST = 5e7  # customers or purchases in a simulation; more would fill the memory
Customers = Annotated[int, Range(at_least=1, at_most=MOST, whole=True)]


def beta_mean(
    of: Callable[[np.ndarray, np.ndarray], np.ndarray], a: np.ndarray, b: np.ndarray, steep: np.ndarray
) -> np.ndarray:
    """Mean of ``of(p, 1 - p)`` over p from beta(a, b), to about 1e-12, for any a and b.

    `of` is smooth, level where p is far below ``1 / steep`` and where 1 - p is.

    In the log-odds u of p the density is p^a (1 - p)^b. It is analytic and falls off like e^(au) and e^(-bu), so an
    evenly spaced sum over the whole line is exact but for about exp(-pi^2 / step). What lies beyond the range summed
    is a geometric series, in which only the density changes. Scipy's 2F1, which these means are, fails at round a or b.
    """
    a, b, steep = np.broadcast_arrays(a, b, steep)
    mode, width = np.log(a / b), np.sqrt(1 / a + 1 / b)
    low = np.maximum(-37 - np.log1p(b + steep), mode - 60 / a - 11 * width)
    high = np.minimum(37 + np.log1p(a + steep), mode + 60 / b + 11 * width)
    steps = ((high - low) / np.minimum(0.25, width / 2)).max()
    if not 1 <= steps < 1e5:  # parameters near the largest or smallest of floats
        return np.full(a.shape, np.nan)
    terms = int(np.ceil(steps))
    step = (high - low) / terms
    peak = -a * np.logaddexp(0, -mode) - b * np.logaddexp(0, mode)
    total = mean = np.zeros(a.shape)
    for term in range(terms + 1):
        u = low + term * step
        weight = np.exp(-a * np.logaddexp(0, -u) - b * np.logaddexp(0, u) - peak)
        if term in (0, terms):
            weight = weight / -np.expm1(-(a if term == 0 else b) * step)
        total, mean = total + weight, mean + weight * of(expit(u), expit(-u))
    return mean / total


def discounted_life(a: np.ndarray, b: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Mean over p from beta(a, b) of the sum over k >= 1 of ``(1 - p)^k / (1 + rate)^(k - 1)``.

    With p known the sum is (1 - p) (1 + rate) / (rate + p). At a rate of 0 the mean is b / (a - 1), for a above 1.
    """
    i = np.where(rate > 0, rate, 1)
    discounted = beta_mean(lambda leave, stay: stay * (1 + i) / (i + leave), a, b, 1 / i)
    return np.where(rate > 0, discounted, b / (a - 1))


def beta_draws(rng: np.random.Generator, a: float | np.ndarray, b: float | np.ndarray, n: int) -> np.ndarray:
    """Probabilities, kept off 0, at which a waiting time would be endless."""
    return np.maximum(rng.beta(a, b, n), 1e-12)


def one_each(name: str, values: np.ndarray, n: int) -> np.ndarray:
    """One number for all customers, or one for each."""
    if values.shape not in ((), (n,)):
        raise ValueError(f"{name} must be one number or one a customer ({n}), got {values.size}")
    return np.broadcast_to(values, n)
