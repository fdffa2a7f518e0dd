"""Spend: how much money a customer's purchases bring."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple, Self

import numpy as np
import pandas as pd
from scipy.special import digamma, gammaln

from clvlib._checks import Range
from clvlib._formula import Count, OneCount, OnePositive, default, formula
from clvlib.models._fit import COUNT, Levels, Model, column_of, customers_of, different, few_repeaters, maximise
from clvlib.models._spread import Customers, one_each

_SPENT = Range(above=0, hint="leave out customers whose purchases cost nothing")


class _OrMissing(Range):
    """Any number, or none: a one-time buyer has no mean of repeat purchases."""

    def read(self, name: str, value: object) -> np.ndarray:
        missing = np.asarray(pd.isna(value))
        if not missing.any():
            return super().read(name, value)
        known = super().read(name, np.where(missing, 0.0, np.asarray(value, dtype=object)))
        return np.where(missing, np.nan, known)


MeanSpend = Annotated[np.ndarray, _OrMissing()]


class _Spending(NamedTuple):
    """Each different frequency and mean spend of the repeat buyers once, with how many have it; their frequencies; how
    many customers there are with the one-time buyers."""

    x: np.ndarray
    z: np.ndarray
    weight: np.ndarray
    levels: Levels
    customers: int


def _spending(name: str, summary: pd.DataFrame) -> _Spending:
    """A summary's repeat buyers, or a sentence."""
    x = column_of(name, summary, "frequency", COUNT)
    if not (x > 0).any():
        raise ValueError(f"{name} has no customer with a repeat purchase: their spend is what the model is fitted on")
    z, customers = column_of(name, summary[x > 0], "monetary_value", _SPENT), customers_of(name, summary)
    (x, z), weight, levels = different(customers[x > 0], x[x > 0], z)
    return _Spending(x, z, weight, levels, int(customers.sum()))


Spending = Annotated[_Spending, _spending]  # a summary comes in as a table, and the body gets its repeat buyers


def _of_repeaters(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Mean spend, 0 where there was no repeat purchase; or a sentence."""
    bad = np.atleast_1d((x > 0) & ~(z > 0))
    if bad.any():
        at = int(np.argmax(bad))
        got = "a missing value (NaN)" if np.isnan(z.flat[at]) else f"{z.flat[at]:.12g}"
        raise ValueError(
            f"monetary_value must be above 0 for a repeat buyer (frequency {x.flat[at]:.12g}), got {got} at position "
            f"{at}; leave out customers whose purchases cost nothing"
        )
    return np.where(x > 0, z, 0.0)


@dataclass(frozen=True, repr=False)
class GammaGamma(Model):
    r"""Gamma-gamma: what a customer spends varies around her own mean, and the means vary between customers.

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

    p: OnePositive
    q: OnePositive
    gamma: OnePositive

    @classmethod
    @formula
    def fit(cls, summary: Spending) -> Self:
        """Maximum likelihood from the repeat buyers of a customer summary.

        Parameters
        ----------
        summary : DataFrame
            One customer a row: frequency (repeat purchases) and monetary_value (mean money of these, currency units).
            One-time buyers are left out, whatever stands in their monetary_value; `.diagnosis` counts them. Or counts
            of customers by these two, ``histories(summary, of="spend")`` of `clvlib.transactions`.

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
        repeaters = int(summary.weight.sum())
        notes = [f"Fitted on the {repeaters} repeat buyers of {summary.customers} customers."]
        notes += few_repeaters(repeaters, summary.customers, 3)

        def forecast(theta: list[float]) -> dict[str, float]:
            p, q, gamma = theta
            return {"the mean spend of the population": p * gamma / (q - 1) if q > 1 else np.inf}

        start = dict(p=2.0, q=2.0, gamma=float(np.median(summary.z)))
        theta, report = maximise(
            lambda theta: cls._likelihood(theta, summary), start, notes, forecast, "the mean spend"
        )
        if theta[1] <= 1:
            report["diagnosis"] += f" {_no_mean(theta[1])}."
        return cls(*theta, **report)

    @formula
    def log_likelihood_of(self, summary: Spending) -> float:
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
        return self._likelihood(self._theta, summary)[0]

    @formula
    def expected_spend(self, frequency: Count = default(0), monetary_value: MeanSpend = default(0)) -> np.ndarray:
        r"""Expected money per purchase of a customer.

        .. math:: E[M] = \frac{p (\gamma + x z)}{p x + q - 1}

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
        x, z = frequency, _of_repeaters(frequency, monetary_value)
        weight = self.p * x + self.q - 1
        if (weight <= 0).any():
            raise ValueError(_no_mean(self.q))
        return self.p * (self.gamma + x * z) / weight

    @formula
    def simulate(self, n: Customers, seed: OneCount, frequency: Count = default(3)) -> pd.DataFrame:
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
        x, rng = one_each("frequency", frequency, n).astype(int), np.random.default_rng(seed)
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
    def _likelihood(theta: np.ndarray, data: _Spending) -> tuple[float, np.ndarray]:
        """``G(px + q) / (G(px) G(q)) * gamma^q (x z)^(px) / (z (gamma + x z)^(px + q))``, logged.

        It is a gamma(px) density of her total x z, its scale spread as gamma(q, gamma), times the x of dz for d(x z).
        The slopes in p and q are those of its powers, and of the gamma functions, which depend on x alone.
        """
        p, q, gamma = theta
        x, total, n = data.x, data.x * data.z, data.weight
        levels, count = data.levels
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


def _no_mean(q: float) -> str:
    return (
        f"q is {q:.4g}, and the mean spend of the population exists only for q above 1: a one-time buyer has no "
        "expected spend; use the median of the data, or ask for repeat buyers only"
    )
