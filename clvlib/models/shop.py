"""Shops: nobody says good-bye, so a customer's silence has to tell whether she has left."""

import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, NamedTuple, ParamSpec, Self, TypeVar

import numpy as np
import pandas as pd
from scipy.special import betaln, digamma, expit, exprel, gammaln, hyp2f1, log_expit
from scipy.stats import nbinom

from clvlib import _checks
from clvlib._calendar import DAYS, Grain
from clvlib._formula import (
    Amount,
    Count,
    OneCount,
    OneCountFrom1,
    OnePositive,
    OneRate,
    OneShare,
    OneShareAbove0,
    OneShareInside,
    Periods,
    Share,
    default,
    formula,
)
from clvlib.models import _compare, _forecast
from clvlib.models._fit import AMOUNT, COUNT, Model, column_of, different, few_repeaters, maximise
from clvlib.models._spread import MOST, Customers, beta_draws, beta_mean, one_each
from clvlib.models.spend import GammaGamma

P = ParamSpec("P")
Result = TypeVar("Result")


class _Histories(NamedTuple):
    """Each different history once, with how many customers have it; the different frequencies, and which of them each
    history has; the unit of time."""

    x: np.ndarray
    recency: np.ndarray
    T: np.ndarray
    weight: np.ndarray
    levels: np.ndarray
    level: np.ndarray
    grain: Grain | None


def _histories(name: str, summary: pd.DataFrame) -> _Histories:
    """A summary's histories, or a sentence."""
    (x, recency, T), weight, levels = different(*_by_customer(name, summary))
    level = np.searchsorted(levels.value, x)
    return _Histories(x, recency, T, weight, levels.value, level, _unit_of(name, summary))


def _by_customer(name: str, summary: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A summary's frequency, recency and T, or a sentence."""
    x = column_of(name, summary, "frequency", COUNT)
    recency, T = column_of(name, summary, "recency", AMOUNT), column_of(name, summary, "T", AMOUNT)
    _possible(x, recency, T)
    return x, recency, T


def _rise(base: float, data: _Histories, more: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """``ln G(base + x + more) - ln G(base)`` of each history, and its slope in base."""
    x = data.levels + more
    value, slope = gammaln(base + x) - gammaln(base), digamma(base + x) - digamma(base)
    return value[data.level], slope[data.level]


Histories = Annotated[_Histories, _histories]  # a summary comes in as a table, and the body gets its histories


def _base(name: str, summary: pd.DataFrame) -> _forecast.Base:
    """A summary's customers one by one, or a sentence."""
    x, recency, T = _by_customer(name, summary)
    labels = pd.Index(summary["customer_id"]) if "customer_id" in summary else summary.index
    return _forecast.Base(x, recency, T, labels, _unit_of(name, summary), summary)


Base = Annotated[_forecast.Base, _base]
SpendModel = Annotated[GammaGamma, _forecast.spend_model]


def _possible(x: np.ndarray, recency: np.ndarray, T: np.ndarray) -> None:
    """A possible history, or a sentence."""
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
            f"recency must be 0 at frequency 0 and above 0 otherwise, got frequency {x.flat[at]:.12g} with recency "
            f"{recency.flat[at]:.12g} at position {at}; frequency counts repeat purchases, without the first"
        )


def _unit_of(name: str, value: object) -> Grain | None:
    """The unit of time that a summary, or a column of one, remembers; None if it is plain."""
    grain = value.attrs.get("grain") if isinstance(value, pd.DataFrame | pd.Series) else None
    return None if grain is None else _checks.option(f"{name}.attrs['grain']", grain, DAYS)


def _in_one_unit(method: Callable[P, Result]) -> Callable[P, Result]:
    """Refuse times that say another unit than the model's: a summary and its columns remember theirs."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Result:
        result = method(*args, **kwargs)  # first: it checks each argument
        given = signature.bind(*args, **kwargs).arguments
        own = given["self"].grain or given.get("grain")
        for name in ("summary", "holdout", "t", "recency", "T"):
            unit = _unit_of(name, given.get(name))
            if own and unit and unit != own:
                raise ValueError(
                    f"{name} is in {unit}s and the model in {own}s: bring both to one unit, e.g. by rfm_summary(..., "
                    f"grain={own!r}); if it is in {own}s already, say so: {name}.attrs['grain'] = {own!r}"
                )
        return result

    return checked


@functools.cache
def _exponential() -> list[tuple[float, float]]:
    """Waits w, and the weights with which a sum over them is a mean over the law exp(-w).

    Evenly spaced in ln w, where the density falls off fast: what is smooth in ln w, and does not grow faster than w, is
    right to about 1e-11, however soon it bends.
    """
    log_wait = np.arange(-28, 3.7, 0.33)
    wait = np.exp(log_wait)
    return list(zip(wait, 0.33 * wait * np.exp(-wait), strict=True))


@functools.cache
def _nodes() -> list[tuple[float, float]]:
    """Points in (0, 1), dense near 0, and the weights with which a sum over them is an integral (Gauss-Legendre)."""
    points, weights = np.polynomial.legendre.leggauss(24)
    u = (points + 1) / 2
    return list(zip(u**2, weights * u, strict=True))


@dataclass(frozen=True, repr=False)
class _BuyTillYouDie(Model, ABC):
    """What the models of shops share: a customer buys at random, at her own rate, until she leaves, unseen.

    Each says at its end, in methods with an underscore, what is its own: how she leaves.

    grain : {"day", "week", "month", "quarter", "year"}
        The model's unit of time, if it is known: that of the summary it was fitted on.
    """

    r: OnePositive
    alpha: OnePositive
    grain: Grain | None = field(default=None, kw_only=True)

    _truth: ClassVar[str]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.grain is not None:
            _checks.option("grain", self.grain, DAYS)

    @classmethod
    @formula
    def fit(cls, summary: Histories) -> Self:
        """Maximum likelihood from a customer summary.

        Parameters
        ----------
        summary : DataFrame
            One customer a row: frequency (repeat purchases, so 0 for a one-time buyer), recency (time from her first to
            her last purchase) and T (time from her first purchase to the end of observation), in one time unit. The
            model remembers which, if ``summary.attrs["grain"]`` says so, as that of
            `clvlib.transactions.rfm_summary` does.

        Returns
        -------
        BGNBD, MBGNBD or ParetoNBD
            The time-scaled parameters (alpha, and beta of `ParetoNBD`) are in the unit of the summary.

        Raises
        ------
        ValueError
            If a column is missing, a value is negative, recency is above T, or recency is 0 for a repeat buyer. Too
            little data is no error: see `.diagnosis`.

        Source
        ------
        Fader, Hardie & Lee 2005 (BG/NBD); Batislam, Denizel & Filiztekin 2007 (MBG/NBD); Schmittlein, Morrison &
        Colombo 1987 (Pareto/NBD).

        Examples
        --------
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> fit = BGNBD.fit(world.simulate(5000, seed=1, T=39))
        >>> round(fit.r, 1), fit.diagnosis
        (0.2, 'Converged, nothing to report.')
        """
        x, recency, T, customers = summary[:4]
        longest = T.max()
        if longest == 0:
            raise ValueError("T must be above 0 for at least one customer: the summary covers no time")
        what = f"the total of these customers' purchases in the next {longest:.3g} {summary.grain or 'time unit'}s"

        def forecast(theta: list[float]) -> dict[str, float]:
            return {what: float((customers * cls(*theta).expected_purchases(longest, x, recency, T)).sum())}

        n = customers.sum()
        start = cls._start((customers * T).sum() / n, (customers * x).sum() / n)
        notes = few_repeaters(int(customers[x > 0].sum()), int(n), len(start))
        theta, report = maximise(lambda theta: cls._likelihood(theta, summary), start, notes, forecast)
        return cls(*theta, grain=summary.grain, **report)

    @_in_one_unit
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
        return self._likelihood(self._theta, summary)[0]

    @_in_one_unit
    @formula
    def p_alive(self, frequency: Count, recency: Amount, T: Amount) -> np.ndarray:
        """Probability that a customer with this history is still a customer at T.

        Parameters
        ----------
        frequency, recency, T : float or array
            Her history, as in `fit`.

        Returns
        -------
        float or array
            In [0, 1]. In the BG/NBD a one-time buyer has 1: there one can only leave right after a repeat purchase. In
            the others her silence counts, too.

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
        _possible(frequency, recency, T)
        return self._alive(frequency, recency, T)

    @_in_one_unit
    @formula
    def expected_purchases(
        self, t: Amount, frequency: Count | None = None, recency: Amount | None = None, T: Amount | None = None
    ) -> np.ndarray:
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
        given = {"frequency": frequency, "recency": recency, "T": T}
        missing = [name for name, value in given.items() if value is None]
        if len(missing) == 3:
            frequency = recency = T = np.zeros(())
        if frequency is None or recency is None or T is None:
            raise ValueError(f"a history needs frequency, recency and T, got no {' and no '.join(missing)}")
        _possible(frequency, recency, T)
        return self._alive(frequency, recency, T) * self._while_alive(t, frequency, T)

    @_in_one_unit
    @formula
    def clv(
        self,
        frequency: Count,
        recency: Amount,
        T: Amount,
        spend: Amount,
        *,
        margin_rate: Share,
        rate: OneRate,
        grain: Grain | None = None,
        weeks: Periods | None = None,
        months: Periods | None = None,
        timing: Literal["start", "end"] = "end",
    ) -> np.ndarray:
        r"""Future value of a customer with this history: expected purchases times spend times margin rate, discounted.

        .. math:: CLV = m \, s \sum_k \frac{E[X(k)] - E[X(k - 1)]}{(1 + i)^k}

        with E[X(k)] the purchases expected in the next k weeks or months.

        Parameters
        ----------
        frequency, recency, T : float or array
            Her history, as in `fit`.
        spend : float or array
            Expected money per purchase (currency units), e.g. `GammaGamma.expected_spend`.
        margin_rate : float or array
            Contribution margin, a share of the spend in [0, 1].
        rate : float
            Discount rate as a fraction per week if `weeks` is given, per month if `months` is given.
        grain : {"day", "week", "month", "quarter", "year"}, optional
            The model's time unit, that of recency and T. To be said only if the model does not know it (`.grain`).
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
            If both or neither of weeks and months are given, the time unit is not known or another than the model's, a
            fraction is not one, or the history is impossible.

        Source
        ------
        Fader, Hardie & Lee 2005, RFM and CLV (Journal of Marketing Research), over a finite horizon.

        Examples
        --------
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(world.clv(2, 30.43, 38.86, spend=35, margin_rate=0.3, rate=0.01, grain="week", months=9), 2)
        12.32
        """
        _possible(frequency, recency, T)
        periods, step = self._horizon(weeks, months, grain)
        discounted = self._discounted(frequency, T, periods, step, rate, timing)
        return margin_rate * spend * discounted * self._alive(frequency, recency, T)

    @_in_one_unit
    @formula
    def predict(
        self,
        summary: Base,
        periods: Periods,
        spend_model: SpendModel | None = None,
        margin_rate: OneShare | None = None,
        rate: OneRate | None = None,
        interval: OneShareInside | None = None,
        *,
        timing: Literal["start", "end"] = "end",
        seed: OneCount = 1,
    ) -> pd.DataFrame:
        r"""One table of all customers: who is still here, what each will buy, spend and be worth, and how sure that is.

        .. math:: P(X(t) = 0) = \frac{L(x, t_x, T + t)}{L(x, t_x, T)}

        is the probability that she does not come back in the next t: the likelihood L of her history with a silence of
        t after it, over its own. The intervals hold what a customer *will do*, which is chance even where her rates
        are known: draws of the parameters (`draws`), from each her rates, and from these her purchases and what she
        pays for each. So a flat ridge shows in them.

        Parameters
        ----------
        summary : DataFrame
            One customer a row, as in `fit`; with `spend_model` also monetary_value.
        periods : int
            Length of the forecast, in the model's time unit.
        spend_model : GammaGamma, optional
            For expected_spend.
        margin_rate : float, optional
            Contribution margin, a share of the spend in [0, 1]; with `rate`, for clv.
        rate : float, optional
            Discount rate as a fraction per period.
        interval : float, optional
            Probability that an interval holds what a customer will do, in (0, 1), such as 0.9. It takes a few seconds
            for 10,000 customers and minutes for a million.
        timing : {"start", "end"}, default "end"
            When in its period a margin comes.
        seed : int, default 1
            Of the draws: the same seed gives the same intervals.

        Returns
        -------
        DataFrame
            Index: customer_id, or the summary's own. Columns p_alive (at T); expected_purchases in (T, T + periods];
            expected_spend (currency units a purchase); clv (currency units of today; the past is not in it); rank (1
            for the highest clv, or else for the most purchases; equals share one).
            With `interval`: purchases_low and purchases_high, clv_low and clv_high, and clv_no_return, the probability
            that she buys nothing in the next `periods` (at the estimates). Draws are 1,000; 200 to 1,000 from 50,000
            customers on.

        Raises
        ------
        ValueError
            If a column is missing or a history impossible, a part of what clv needs is missing, or the mean spend does
            not exist (see `GammaGamma.expected_spend`).

        Source
        ------
        As `fit` and `clv`. Given that she is alive at T her rates have gamma and beta laws again: Fader & Hardie 2005,
        A Note on Deriving the Pareto/NBD Model; Fader, Hardie & Lee 2005.

        Examples
        --------
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> shop = pd.DataFrame({"frequency": [2, 0], "recency": [30.43, 0], "T": 38.86, "monetary_value": [22.35, 0]})
        >>> spend = GammaGamma(p=6.25, q=3.74, gamma=15.44)
        >>> forecast = world.predict(shop, periods=39, spend_model=spend, margin_rate=0.3, rate=0.002, interval=0.9)
        >>> forecast[["p_alive", "expected_purchases", "expected_spend", "clv", "rank"]].round(2)
           p_alive  expected_purchases  expected_spend   clv  rank
        0     0.73                1.23           24.66  8.74     1
        1     1.00                0.20           35.22  1.98     2
        >>> forecast[["purchases_low", "purchases_high", "clv_no_return"]].round(2)
           purchases_low  purchases_high  clv_no_return
        0            0.0             4.0           0.45
        1            0.0             1.0           0.86
        """
        plan = _forecast.plan(periods, spend_model, margin_rate, rate, timing)
        return _forecast.table(self, summary, plan, interval, seed)

    @_in_one_unit
    @formula
    def predict_total(
        self,
        summary: Base,
        periods: Periods,
        spend_model: SpendModel | None = None,
        margin_rate: OneShare | None = None,
        rate: OneRate | None = None,
        interval: OneShareInside = 0.9,
        *,
        timing: Literal["start", "end"] = "end",
        seed: OneCount = 1,
    ) -> pd.DataFrame:
        """What all these customers will buy and be worth, with the interval of the total.

        It is narrower than the customers' intervals added up, for their luck evens out; what is wrong with the
        estimates does not. Of 1,000 simulated bases of 1,000 customers, fitted on 27 to 39 weeks, intervals of 90 % for
        the next 39 held the purchases of 897 with the BG/NBD (value: 895) and of 900 with the Pareto/NBD (value: 900).
        They know nothing of a world that changes: that is for `check`.

        Parameters
        ----------
        summary, periods, spend_model, margin_rate, rate, interval, timing, seed
            As in `predict`.

        Returns
        -------
        DataFrame
            Rows ``purchases`` and, if it can be had, ``clv`` (currency units of today); columns estimate (the sum of
            the customers'), low and high. `clvlib.plots.intervals` draws it.

        Raises
        ------
        ValueError
            As `predict`.

        Source
        ------
        As `predict`.

        Examples
        --------
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> shop = world.simulate(500, seed=1, T=39, holdout=39)
        >>> BGNBD.fit(shop).predict_total(shop, periods=39).round().loc["purchases"].tolist()
        [252.0, 197.0, 318.0]
        >>> int(shop["holdout_frequency"].sum())
        298
        """
        plan = _forecast.plan(periods, spend_model, margin_rate, rate, timing)
        return _forecast.total(self, summary, plan, interval, seed)

    @_in_one_unit
    @formula
    def dert(self, summary: pd.DataFrame, rate: OneShareAbove0) -> np.ndarray:
        r"""Discounted expected residual transactions: purchases still to come, for ever, each discounted to T.

        .. math::

            DERT = \int_0^\infty e^{-\delta t} \, dE[X(t)] = \int_0^\infty e^{-w} E[X(w / \delta)] \, dw,
            \qquad \delta = \ln(1 + i)

        with E[X(t)] the purchases expected in the next t. A purchase counts at its own moment: one that comes t time
        units after T counts (1 + i)^-t. So times the margin per purchase it is her residual value. The second form, by
        parts, is the mean of E[X] over a horizon that ends at random; it holds for every model, and as a sum of
        positive terms it does not cancel, as the published closed form of the Pareto/NBD can.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`.
        rate : float
            Discount rate i per *time unit of the summary*, effective, as a fraction above 0. With weeks, 10 % a year
            is ``1.1 ** (7 / 365.25) - 1``. (Beware when comparing: the R package CLVTools takes delta, and its default,
            ln(1.1), is 10 % a period, so 10 % a week if the data are in weeks.)

        Returns
        -------
        Series
            Purchases, by customer.

        Raises
        ------
        ValueError
            As `fit`, or if the rate is not a fraction above 0: undiscounted, the sum may be infinite.

        Source
        ------
        Fader, Hardie & Lee 2005, RFM and CLV (Journal of Marketing Research), for the Pareto/NBD.

        Examples
        --------
        >>> world = ParetoNBD(r=0.563, alpha=12.559, s=0.408, beta=10.515)
        >>> customers = pd.DataFrame({"frequency": [7, 1], "recency": [35, 30], "T": 77.86}, index=["ann", "bo"])
        >>> world.dert(customers, rate=0.0027).round(2)
        ann    1.87
        bo     2.20
        dtype: float64
        """
        x, recency, T = _by_customer("summary", summary)
        first, alike = _forecast.distinct(x, T)  # if alive, when she last came tells nothing more
        purchases = np.zeros(len(first))
        for wait, weight in _exponential():
            purchases += weight * self._while_alive(np.asarray(wait / np.log1p(rate)), x[first], T[first])
        return self._alive(x, recency, T) * purchases[alike]

    @formula
    def purchase_probability(self, purchases: Count, t: Amount) -> np.ndarray:
        r"""Probability that a new customer makes exactly so many repeat purchases in her first t.

        .. math:: P(X(t) = x) = E\left[P(N(\min(t, \tau)) = x)\right]

        with N a Poisson process at her rate and :math:`\tau` her lifetime.

        Parameters
        ----------
        purchases : int or array
            Repeat purchases (x).
        t : float or array
            Time since the first purchase, in the model's time unit.

        Returns
        -------
        float or array
            Probabilities; over all x they add up to 1.

        Raises
        ------
        ValueError
            If a number is negative, or the lengths differ.

        Source
        ------
        Fader, Hardie & Lee 2005, eq. 8 (BG/NBD); Fader & Hardie 2006, Deriving an Expression for P(X(t) = x) Under the
        Pareto/NBD Model.

        Examples
        --------
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> world.purchase_probability([0, 1, 2], t=39).round(3).tolist()
        [0.574, 0.199, 0.085]
        """
        return self._purchase_probability(purchases, t)

    @_in_one_unit
    @formula
    def check(self, holdout: pd.DataFrame, most: OneCountFrom1 = 7) -> _compare.Check:
        """The model against what happened: does it reproduce the data, and did its forecast come true?

        Parameters
        ----------
        holdout : DataFrame
            As `clvlib.transactions.calibration_holdout` returns it; the model is fitted on it, too:
            ``BGNBD.fit(holdout).check(holdout)``.
        most : int, default 7
            Customers with so many repeat purchases or more are one group.

        Returns
        -------
        Check
            ``.table`` sums up. ``.frequencies``: how many customers bought so often, and should have; ``.tracking``:
            purchases of all by week; ``.by_frequency``: forecast and outcome of light and heavy buyers;
            ``.spend_by_frequency``: whether spend and frequency are unrelated, as `GammaGamma` says. In all of them
            ``actual`` is beside ``model``. ``clvlib.plots.model_check(...)`` draws the four.

        Raises
        ------
        ValueError
            If a column is missing, or the table has lost the purchases by week that `calibration_holdout` noted.

        Source
        ------
        Fader, Hardie & Lee 2005, Counting Your Customers the Easy Way (frequencies, tracking, by frequency); RFM and
        CLV (spend).

        Examples
        --------
        >>> from clvlib.transactions import calibration_holdout
        >>> world = BGNBD(r=0.3, alpha=30, a=0.8, b=2.5, grain="day")
        >>> log = world.simulate_log(500, seed=1, T=400)
        >>> log["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(log["time"] // 1, unit="D")
        >>> split = calibration_holdout(log.assign(amount=20), calibration_end="2024-07-31")
        >>> BGNBD.fit(split).check(split).table.loc["purchases, holdout", ["actual", "model"]].round().tolist()
        [279.0, 322.0]
        """
        return _compare.check(self, holdout, most)

    @formula
    def simulate(
        self, n: Customers, seed: OneCount, T: Amount = default(52), holdout: Amount = default(0)
    ) -> pd.DataFrame:
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
            purchase_rate (lambda), dropout_probability (p, after each repeat purchase; `MBGNBD`: after the first, too)
            or dropout_rate (mu; `ParetoNBD`), lifetime (time from first purchase to leaving) and alive (at T). If the
            model knows its time unit, so do they: ``.attrs["grain"]``.

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
        T, rng = one_each("T", T, n), np.random.default_rng(seed)
        truth, owner, time = self._lives(rng, T + one_each("holdout", holdout, n))
        seen = time <= T[owner]
        recency = np.zeros(n)
        recency[owner[seen]] = time[seen]  # times rise within a customer, and the last one written stays
        shop = pd.DataFrame(
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
        shop.attrs = {"grain": self.grain} if self.grain else {}
        return shop

    @formula
    def simulate_log(self, n: Customers, seed: OneCount, T: Amount = default(52)) -> pd.DataFrame:
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
        _, owner, time = self._lives(np.random.default_rng(seed), one_each("T", T, n))
        customer = np.concatenate([np.arange(n), owner])
        time = np.concatenate([np.zeros(n), time])
        order = np.lexsort((time, customer))
        return pd.DataFrame({"customer_id": customer[order] + 1, "time": time[order]})

    def _alive(self, x: np.ndarray, recency: np.ndarray, T: np.ndarray) -> np.ndarray:
        return expit(-self._log_odds_gone(self._theta, x, recency, T)[0])

    def _discounted(
        self, x: np.ndarray, T: np.ndarray, periods: int, step: float, rate: float, timing: Literal["start", "end"]
    ) -> np.ndarray:
        """Purchases expected in the next periods, each as long as step, of a customer alive at T, discounted."""
        wait = 1 if timing == "end" else 0
        purchases = before = np.zeros(())
        for period in range(periods):
            until = self._while_alive(np.asarray((period + 1) * step), x, T)
            purchases, before = purchases + (until - before) / (1 + rate) ** (period + wait), until
        return purchases

    def _horizon(self, weeks: int | None, months: int | None, grain: Grain | None) -> tuple[int, float]:
        """How many weeks or months, and how long one is in the model's unit."""
        own = self.grain or grain
        if own is None:
            raise ValueError(
                f"grain must say the model's time unit, which no summary told it: one of {', '.join(DAYS)}"
            )
        if grain not in (None, own):
            raise ValueError(f"grain is {grain!r}, but the model is in {own}s: leave grain out")
        if weeks is not None and months is None:
            return weeks, DAYS["week"] / DAYS[own]
        if months is not None and weeks is None:
            return months, DAYS["month"] / DAYS[own]
        raise ValueError(f"give either weeks or months, got weeks={weeks} and months={months}")

    def _lives(self, rng: np.random.Generator, horizon: np.ndarray) -> tuple[dict, np.ndarray, np.ndarray]:
        """Truth by customer, then owner and time of each repeat purchase up to the horizon, sorted by both.

        Purchases are thrown over the horizon as if nobody left; then each customer's are cut off at her end.
        """
        r, alpha = self._theta[:2]
        expected = r / alpha * horizon.sum()
        if expected > MOST:
            raise ValueError(
                f"n must be smaller, or T shorter: these customers would make about {expected:.0e} purchases, "
                f"and {MOST:.0e} are possible"
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

    @classmethod
    @abstractmethod
    def _log_odds_gone(
        cls, theta: np.ndarray, x: np.ndarray, recency: np.ndarray, T: np.ndarray
    ) -> tuple[np.ndarray, ...]:
        """Log of the odds that she has left by T, then what the likelihood needs besides."""

    @classmethod
    def _likelihood(cls, theta: np.ndarray, data: _Histories) -> tuple[float, np.ndarray]:
        """Log-likelihood and its slope in each parameter."""
        value, slopes = cls._of_each(theta, data)
        return float((data.weight * value).sum()), np.array([(data.weight * slope).sum() for slope in slopes])

    @classmethod
    @abstractmethod
    def _of_each(cls, theta: np.ndarray, data: _Histories) -> tuple[np.ndarray, list[np.ndarray]]:
        """Log-likelihood of each history, and its slope in each parameter."""

    @staticmethod
    @abstractmethod
    def _log_stayed(theta: np.ndarray, x: np.ndarray, T: np.ndarray) -> np.ndarray:
        """Log of how the likelihood of one who never left falls with T."""

    @classmethod
    @abstractmethod
    def _remains(
        cls, rng: np.random.Generator, theta: np.ndarray, x: np.ndarray, T: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Of customers alive at T: how much longer they stay, and after how many more purchases they leave at last."""

    @abstractmethod
    def _purchase_probability(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Of a new customer: as many purchases in her first t."""

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
    _at_first: ClassVar[int] = 0  # chances to leave that come with the first purchase

    @staticmethod
    def _start(span: float, purchases: float) -> dict[str, float]:
        return dict(r=0.5, alpha=0.5 * span / max(purchases, 1), a=1.0, b=2.0)

    @classmethod
    def _log_odds_gone(
        cls, theta: np.ndarray, x: np.ndarray, recency: np.ndarray, T: np.ndarray
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
    def _of_each(cls, theta: np.ndarray, data: _Histories) -> tuple[np.ndarray, list[np.ndarray]]:
        """``G(r + x) alpha^r / (G(r) (alpha + T)^(r + x)) * B(a, b + n) / B(a, b) * (1 + odds gone)``, logged.

        The first factor is the NBD of somebody who never leaves, the second that she stayed n times; the odds add the
        chance that she left after her last purchase. With `gone` = odds / (1 + odds), ln(1 + odds) has the slope `gone`
        times that of ln odds = ln a - ln(b + n - 1) + (r + x) (ln(alpha + T) - ln(alpha + t_x)). The ratios of gamma
        functions and their slopes depend on x alone (`_rise`); B(a, b + n) / B(a, b) is that of b over that of a + b.
        """
        r, alpha, a, b = theta
        x, n = data.x, data.x + cls._at_first
        odds, log_T, log_recency = cls._log_odds_gone(theta, x, data.recency, data.T)
        gone = expit(odds)
        rise_r, rise_b, rise_ab = _rise(r, data), _rise(b, data, cls._at_first), _rise(a + b, data, cls._at_first)
        value = rise_r[0] + rise_b[0] - rise_ab[0] + r * np.log(alpha) - (r + x) * log_T - log_expit(-odds)
        return value, [
            rise_r[1] + np.log(alpha) - log_T + gone * (log_T - log_recency),
            r / alpha + (r + x) * ((gone - 1) / (alpha + data.T) - gone / (alpha + data.recency)),
            gone / a - rise_ab[1],
            rise_b[1] - rise_ab[1] - gone / np.where(n > 0, b + n - 1, 1),
        ]

    @staticmethod
    def _log_stayed(theta: np.ndarray, x: np.ndarray, T: np.ndarray) -> np.ndarray:
        return -(theta[0] + x) * np.log(theta[1] + T)

    @classmethod
    def _remains(
        cls, rng: np.random.Generator, theta: np.ndarray, x: np.ndarray, T: np.ndarray
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
        r, b, length = np.broadcast_arrays(self.r + x, self.b + x + self._at_first, t / (self.alpha + T))
        share, last = length / (1 + length), self.a + b - 1  # share is 1 - q
        difference = 1 - (1 + length) ** -r * hyp2f1(r, b, last, share)
        closed = np.asarray(last / (self.a - 1) * difference)
        fails = (share > 0.9) | (last <= 0) | ~(abs(difference) > 1e-4) | ~np.isfinite(closed)
        if fails.any():
            closed[fails] = self._mean_over_dropout(length[fails], r[fails], b[fails])
        return closed

    def _mean_over_dropout(self, length: np.ndarray, r: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Purchases in the next t, t being `length` times alpha + T, as a mean over her dropout probability.

        With rate and dropout probability p known, she leaves at rate p times hers, so she makes (1 - exp(-p rate t)) /
        p purchases. Her rate is gamma(r, alpha + T), so the mean over it is (1 - (1 + p length)^-r) / p.
        """

        def given(p: np.ndarray, _: np.ndarray) -> np.ndarray:
            return -np.expm1(-r * np.log1p(p * length)) / p

        return beta_mean(given, np.asarray(self.a), b, r * length)

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
    grain : {"day", "week", "month", "quarter", "year"}, optional
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


@dataclass(frozen=True, repr=False)
class ParetoNBD(_BuyTillYouDie):
    r"""Pareto/NBD: she buys at her own rate, and leaves at any moment, at her own dropout rate.

    Purchase rates spread as gamma(r, alpha), dropout rates as gamma(s, beta). If alive at T, with x repeat purchases,
    she is expected to make, in the next t, purchases of

    .. math::

        \frac{(r + x)(\beta + T)}{(\alpha + T)(s - 1)}
        \left(1 - \left(\frac{\beta + T}{\beta + T + t}\right)^{s - 1}\right)

    Parameters
    ----------
    r, alpha : float
        Spread of the purchase rate: mean ``r / alpha`` per time unit, alpha in time units.
    s, beta : float
        Spread of the dropout rate: mean ``s / beta`` per time unit, beta in time units.
    grain : {"day", "week", "month", "quarter", "year"}, optional
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

    @staticmethod
    def _start(span: float, purchases: float) -> dict[str, float]:
        return dict(r=0.5, alpha=0.5 * span / max(purchases, 1), s=0.5, beta=0.5 * span)

    @classmethod
    def _log_odds_gone(
        cls, theta: np.ndarray, x: np.ndarray, recency: np.ndarray, T: np.ndarray
    ) -> tuple[np.ndarray, ...]:
        """``s * integral over y in (t_x, T) of ((alpha+T)/(alpha+y))^(r+x) ((beta+T)/(beta+y))^s / (beta+y)``, logged.

        y is when she left. The published closed form is a difference of two 2F1, which can cancel or overflow; this sum
        of positive terms cannot. After the log-odds come their slopes in each parameter: the slope of ln(integral) is
        the mean, over the same y, of that of the integrand's log.

        The integrand falls like powers of alpha + y and beta + y, so in ln(y + the lesser of them) it is smooth: the
        nodes are spread on that scale, over `span`, which ends at T or where the integrand is below e^-40 of what it is
        at t_x; all is taken relative to that.
        """
        r, alpha, s, beta = theta
        least = np.minimum(alpha, beta)
        fall = (least + recency) * ((r + x) / (alpha + recency) + s / (beta + recency))
        span = np.minimum(np.log((least + T) / (least + recency)), 40 / np.maximum(fall - 1, 1))
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
        log_odds = np.log(s * total) + at_last + np.log(span)  # -inf if seen buying at T: no time to leave
        log_y_alpha, over_alpha, log_y_beta, over_beta = (old / total for old in sums)
        return (
            log_odds,
            log_alpha - log_y_alpha,
            (r + x) * (1 / (alpha + T) - over_alpha),
            1 / s + log_beta - log_y_beta,
            s / (beta + T) - (s + 1) * over_beta,
        )

    @classmethod
    def _of_each(cls, theta: np.ndarray, data: _Histories) -> tuple[np.ndarray, list[np.ndarray]]:
        """``G(r + x) alpha^r beta^s / (G(r) (alpha + T)^(r + x) (beta + T)^s) * (1 + odds gone)``, logged.

        The first factor is the likelihood of one alive at T; ln(1 + odds) has the slope odds / (1 + odds) times that of
        ln odds, as in `BGNBD`.
        """
        r, alpha, s, beta = theta
        x, T = data.x, data.T
        odds, *slopes = cls._log_odds_gone(theta, x, data.recency, T)
        log_T, log_life = np.log(alpha / (alpha + T)), np.log(beta / (beta + T))
        rise_r = _rise(r, data)
        value = rise_r[0] + r * log_T - x * np.log(alpha + T) + s * log_life - log_expit(-odds)
        alive = [rise_r[1] + log_T, r / alpha - (r + x) / (alpha + T), log_life, s / beta - s / (beta + T)]
        gone = expit(odds)
        return value, [stay + gone * slope for stay, slope in zip(alive, slopes, strict=True)]

    @staticmethod
    def _log_stayed(theta: np.ndarray, x: np.ndarray, T: np.ndarray) -> np.ndarray:
        r, alpha, s, beta = theta
        return -(r + x) * np.log(alpha + T) - s * np.log(beta + T)

    @classmethod
    def _remains(
        cls, rng: np.random.Generator, theta: np.ndarray, x: np.ndarray, T: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        s, beta = theta[2:]
        return rng.standard_exponential(len(x)) * (beta + T) / rng.gamma(s), np.full(x.shape, np.inf)

    def _purchase_probability(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        """She stayed and bought x times in t, or she left at y and bought x times in y: a sum over `_nodes` of y."""

        def bought(y: np.ndarray) -> np.ndarray:
            return nbinom.pmf(x, self.r, self.alpha / (self.alpha + y))

        least = min(self.alpha, self.beta)
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
