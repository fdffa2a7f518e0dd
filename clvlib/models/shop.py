"""Shops: nobody says good-bye, so a customer's silence has to tell whether she has left.

What all models of shops can do. How a customer leaves is said by each: `bgnbd` (after a purchase) and `pareto` (at any
moment).
"""

import functools
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from scipy.special import expit

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
    also_in_engines,
    default,
    formula,
)
from clvlib.models import _compare, _covariates, _forecast
from clvlib.models._alike import distinct
from clvlib.models._covariates import NONE
from clvlib.models._fit import Model, few_repeaters, maximise
from clvlib.models._forecast import Theta
from clvlib.models._histories import COLUMNS, Histories, by_customer, histories, in_one_unit, possible, unit_of
from clvlib.models._spread import MOST, Customers, one_each
from clvlib.models.spend import GammaGamma


def _base(name: str, summary: pd.DataFrame, z: np.ndarray) -> tuple[_forecast.Base, _forecast.Alike]:
    """A summary's customers one by one, and who of them are alike; or a sentence."""
    if "customers" in summary:
        raise ValueError(
            f"{name} counts customers by history, and a forecast is of each customer: leave out the column 'customers' "
            "for one customer of each history"
        )
    plain = all(label in summary and summary[label].dtype in (float, int) for label in COLUMNS)
    x, recency, T = (summary[label].to_numpy() for label in COLUMNS) if plain else by_customer(name, summary)
    z = np.broadcast_to(z, (len(x), z.shape[1]))
    first, history = distinct(x, recency, T, *z.T)
    try:
        for allowed, column in zip(COLUMNS.values(), (x, recency, T), strict=True):
            allowed.check(name, column[first])  # what is wrong with no history is wrong with no customer
        possible(x[first], recency[first], T[first])
    except ValueError:
        by_customer(name, summary)  # says which customer
        raise
    labels = pd.Index(summary["customer_id"]) if "customer_id" in summary else summary.index
    return _forecast.Base(x, recency, T, labels, unit_of(name, summary), summary, z), (first, history)


SpendModel = Annotated[GammaGamma, _forecast.spend_model]


@functools.cache
def _exponential() -> list[tuple[float, float]]:
    """Waits w, and the weights with which a sum over them is a mean over the law exp(-w).

    Evenly spaced in ln w, where the density falls off fast: what is smooth in ln w, and does not grow faster than w, is
    right to about 1e-11, however soon it bends.
    """
    log_wait = np.arange(-28, 3.7, 0.33)
    wait = np.exp(log_wait)
    return list(zip(wait, 0.33 * wait * np.exp(-wait), strict=True))


@dataclass(frozen=True, repr=False)
class _BuyTillYouDie(Model, ABC):
    """What the models of shops share: a customer buys at random, at her own rate, until she leaves, unseen.

    Each model says, in methods with an underscore, what is its own: how she leaves.

    grain : {"day", "week", "month", "quarter", "year"}
        The model's unit of time, if it is known: that of the summary it was fitted on.
    purchase_effects, dropout_effects : dict
        Of covariates, by name, on how fast customers buy and on how readily they leave; None without covariates.
    """

    r: OnePositive
    alpha: OnePositive
    grain: Grain | None = field(default=None, kw_only=True)
    purchase_effects: dict[str, float] | None = field(default=None, kw_only=True, hash=False)
    dropout_effects: dict[str, float] | None = field(default=None, kw_only=True, hash=False)

    _truth: ClassVar[str]
    # Which parameters an effect g of a covariate z multiplies, by place, and by which power of exp(g z): an effect on
    # purchases, and one on dropout.
    _scaled: ClassVar[tuple[dict[int, int], dict[int, int]]]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.grain is not None:
            _checks.option("grain", self.grain, DAYS)
        purchase, dropout = (
            _covariates.effects("purchase", self.purchase_effects),
            _covariates.effects("dropout", self.dropout_effects),
        )
        if set(purchase) != set(dropout):
            names = (_checks.listed(map(repr, effects)) if effects else "none" for effects in (purchase, dropout))
            raise ValueError(
                f"purchase_effects and dropout_effects must be of the same covariates, got {' and '.join(names)}: "
                "write 0 where there is no effect"
            )
        if purchase:
            object.__setattr__(self, "purchase_effects", purchase)
            object.__setattr__(self, "dropout_effects", {name: dropout[name] for name in purchase})

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name; effects of covariates as ``"purchase.channel"``, ``"dropout.channel"``."""
        purchase, dropout = self.purchase_effects or {}, self.dropout_effects or {}
        effects = {f"purchase.{name}": effect for name, effect in purchase.items()}
        return self._own | effects | {f"dropout.{name}": effect for name, effect in dropout.items()}

    @classmethod
    @formula
    def fit(cls, summary: pd.DataFrame, covariates: pd.DataFrame | None = None) -> Self:
        r"""Maximum likelihood from a customer summary, and covariates if there are any.

        With covariates z of a customer, which do not change in time, her purchase rate is multiplied by exp(g'z), and
        her dropout rate by exp(h'z):

        .. math::

            \alpha_z = \alpha e^{-g'z}, \qquad \beta_z = \beta e^{-h'z} \ \text{(Pareto/NBD)}, \qquad
            a_z = a e^{h'z} \ \text{(BG/NBD, MBG/NBD)}

        So a positive coefficient h means that she leaves *sooner*. In the BG/NBD it multiplies the odds of the mean
        dropout probability, a / b.

        Parameters
        ----------
        summary : DataFrame
            One customer a row: frequency (repeat purchases, so 0 for a one-time buyer), recency (time from her first to
            her last purchase) and T (time from her first purchase to the end of observation), in one time unit. The
            model remembers which, if ``summary.attrs["grain"]`` says so, as that of
            `clvlib.transactions.rfm_summary` does. Or one history a row, and how many customers have it in the column
            customers, as `clvlib.transactions.histories` counts them.
        covariates : DataFrame, optional
            The same customers, a row each, with the labels of the summary; a column of numbers, or of True and False, a
            covariate. Centre what is far from 0, such as a year.

        Returns
        -------
        BGNBD, MBGNBD or ParetoNBD
            The time-scaled parameters (alpha, and beta of `ParetoNBD`) are in the unit of the summary. Effects of
            covariates (g, h) are in `.purchase_effects` and `.dropout_effects`, per unit of the covariate, and as
            ``"purchase.channel"`` and ``"dropout.channel"`` among `.parameters`; alpha, a and beta are then those of a
            customer whose covariates are all 0. Forecasts need the customers' covariates, too.

        Raises
        ------
        ValueError
            If a column is missing, a value is negative, recency is above T, or recency is 0 for a repeat buyer; if a
            covariate is no number, the same for every customer, or follows from the others. Too little data is no
            error: see `.diagnosis`.

        Source
        ------
        Fader, Hardie & Lee 2005 (BG/NBD); Batislam, Denizel & Filiztekin 2007 (MBG/NBD); Schmittlein, Morrison &
        Colombo 1987 (Pareto/NBD). Fader & Hardie 2007, Incorporating Time-Invariant Covariates into the Pareto/NBD and
        BG/NBD Models. (In the BG/NBD we let covariates move a alone: moved with b, by one factor as CLVTools does, it
        would leave the mean dropout probability where it was.)

        Examples
        --------
        >>> from clvlib.models import BGNBD, ParetoNBD
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> fit = BGNBD.fit(world.simulate(5000, seed=1, T=39))
        >>> round(fit.r, 1), fit.diagnosis
        (0.2, 'Converged, nothing to report.')
        >>> people = pd.DataFrame({"by_email": [0, 1] * 2000})
        >>> effects = dict(purchase_effects={"by_email": 0.5}, dropout_effects={"by_email": -0.4})
        >>> world = ParetoNBD(r=0.9, alpha=6, s=0.8, beta=12, **effects)
        >>> fit = ParetoNBD.fit(world.simulate(4000, seed=1, T=104, covariates=people), people)
        >>> {name: round(effect, 1) for name, effect in fit.purchase_effects.items()}
        {'by_email': 0.5}
        >>> fit.expected_purchases(52, covariates=pd.DataFrame({"by_email": [0, 1]})).round(1).tolist()
        [3.7, 6.8]
        """
        names, z = ([], NONE) if covariates is None else _covariates.to_fit(covariates, len(summary))
        unit = np.sqrt((z**2).mean(axis=0))  # so that the search sees numbers near 1
        data = histories("summary", summary, z / unit)
        x, recency, T, customers = data[:4]
        longest = T.max()
        if longest == 0:
            raise ValueError("T must be above 0 for at least one customer: the summary covers no time")
        what = f"the total of these customers' purchases in the next {longest:.3g} {data.grain or 'time unit'}s"

        def forecast(theta: list[float]) -> dict[str, float]:
            each = cls._with(cls._each(np.array(theta), data.z))
            purchases = each._alive(x, recency, T) * each._while_alive(np.asarray(longest), x, T)
            return {what: float((customers * purchases).sum())}

        n = customers.sum()
        own = cls._start((customers * T).sum() / n, (customers * x).sum() / n)
        start = own | {f"{process}.{name}": 1.0 for process in ("purchase", "dropout") for name in names}
        notes = few_repeaters(int(customers[x > 0].sum()), int(n), len(start))
        theta, report = maximise(lambda theta: cls._likelihood(theta, data), start, notes, forecast)
        if not names:
            return cls(*theta, grain=data.grain, **report)
        effects = _covariates.in_their_units(theta, report, unit, len(own))
        purchase, dropout = (dict(zip(names, each.tolist(), strict=True)) for each in np.split(effects, 2))
        own_values = theta[: len(own)]
        return cls(*own_values, grain=data.grain, purchase_effects=purchase, dropout_effects=dropout, **report)

    @in_one_unit
    @formula
    def log_likelihood_of(self, summary: pd.DataFrame, covariates: pd.DataFrame | None = None) -> float:
        """Log-likelihood of a customer summary under these parameters.

        Parameters
        ----------
        summary, covariates : DataFrame
            As in `fit`; covariates only if the model has effects of some.

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
        >>> from clvlib.models import BGNBD
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> customer = pd.DataFrame({"frequency": [2], "recency": [30.43], "T": [38.86]})
        >>> round(world.log_likelihood_of(customer), 2)
        -9.46
        """
        z = self._read(covariates, len(summary))
        return self._likelihood(self._theta, histories("summary", summary, z))[0]

    @in_one_unit
    @formula
    def p_alive(
        self, frequency: Count, recency: Amount, T: Amount, covariates: pd.DataFrame | None = None
    ) -> np.ndarray:
        """Probability that a customer with this history is still a customer at T.

        Parameters
        ----------
        frequency, recency, T : float or array
            Her history, as in `fit`.
        covariates : DataFrame, optional
            If the model has effects of some: hers, a row a customer, with the columns of the fit.

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
        >>> from clvlib.models import BGNBD
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(world.p_alive(frequency=26, recency=216 / 7, T=217 / 7), 4)
        0.9689
        """
        possible(frequency, recency, T)
        return self._of(self._read(covariates, frequency))._alive(frequency, recency, T)

    @in_one_unit
    @formula
    def expected_purchases(
        self,
        t: Amount,
        frequency: Count | None = None,
        recency: Amount | None = None,
        T: Amount | None = None,
        covariates: pd.DataFrame | None = None,
    ) -> np.ndarray:
        """Purchases expected in the next `t`: of a new customer, or of one with a history.

        Parameters
        ----------
        t : float or array
            Length of the forecast, in the model's time unit, at least 0.
        frequency, recency, T : float or array, optional
            Her history, as in `fit`. Left out, all three: a new customer, who has just made her first purchase (which
            is not counted).
        covariates : DataFrame, optional
            As in `p_alive`.

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
        >>> from clvlib.models import BGNBD
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
        possible(frequency, recency, T)
        her = self._of(self._read(covariates, t if len(missing) == 3 else frequency))
        return her._alive(frequency, recency, T) * her._while_alive(t, frequency, T)

    @in_one_unit
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
        covariates: pd.DataFrame | None = None,
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
        covariates : DataFrame, optional
            As in `p_alive`.

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
        >>> from clvlib.models import BGNBD
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(world.clv(2, 30.43, 38.86, spend=35, margin_rate=0.3, rate=0.01, grain="week", months=9), 2)
        12.32
        """
        possible(frequency, recency, T)
        periods, step = self._horizon(weeks, months, grain)
        her = self._of(self._read(covariates, frequency))
        discounted = her._discounted(frequency, T, periods, step, rate, timing)
        return margin_rate * spend * discounted * her._alive(frequency, recency, T)

    @also_in_engines("summary")
    @in_one_unit
    @formula
    def predict(
        self,
        summary: pd.DataFrame,
        periods: Periods,
        spend_model: SpendModel | None = None,
        margin_rate: OneShare | None = None,
        rate: OneRate | None = None,
        interval: OneShareInside | None = None,
        *,
        timing: Literal["start", "end"] = "end",
        seed: OneCount = 1,
        covariates: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        r"""One table of all customers: who is still here, what each will buy, spend and be worth, and how sure that is.

        .. math:: P(X(t) = 0) = \frac{L(x, t_x, T + t)}{L(x, t_x, T)}

        is the probability that she does not come back in the next t: the likelihood L of her history with a silence of
        t after it, over its own. The intervals hold what a customer *will do*, which is chance even where her rates
        are known: draws of the parameters (`draws`), from each her rates, and from these her purchases and what she
        pays for each. So a flat ridge shows in them.

        Parameters
        ----------
        summary : DataFrame, frame of an engine, or path
            One customer a row, as in `fit`; with `spend_model` also monetary_value. An engine's frame, or a file's,
            comes back lazily with p_alive, expected_purchases, expected_spend and clv as further columns, without rank
            and intervals: each different history is forecast once, and the engine joins it to its customers.
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
        covariates : DataFrame, optional
            As in `p_alive`, with the labels of the summary.

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
        >>> from clvlib.models import BGNBD
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
        base, alike = _base("summary", summary, self._read(covariates, len(summary)))
        return _forecast.table(self, base, alike, plan, interval, seed)

    @in_one_unit
    @formula
    def predict_total(
        self,
        summary: pd.DataFrame,
        periods: Periods,
        spend_model: SpendModel | None = None,
        margin_rate: OneShare | None = None,
        rate: OneRate | None = None,
        interval: OneShareInside = 0.9,
        *,
        timing: Literal["start", "end"] = "end",
        seed: OneCount = 1,
        covariates: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """What all these customers will buy and be worth, with the interval of the total.

        It is narrower than the customers' intervals added up, for their luck evens out; what is wrong with the
        estimates does not. Of 1,000 simulated bases of 1,000 customers, fitted on 27 to 39 weeks, intervals of 90 % for
        the next 39 held the purchases, and the value, of 890 to 910, with the BG/NBD and the Pareto/NBD alike.
        They know nothing of a world that changes: that is for `check`.

        Parameters
        ----------
        summary, periods, spend_model, margin_rate, rate, interval, timing, seed, covariates
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
        >>> from clvlib.models import BGNBD
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> shop = world.simulate(500, seed=1, T=39, holdout=39)
        >>> BGNBD.fit(shop).predict_total(shop, periods=39).round().loc["purchases"].tolist()
        [252.0, 197.0, 318.0]
        >>> int(shop["holdout_frequency"].sum())
        298
        """
        plan = _forecast.plan(periods, spend_model, margin_rate, rate, timing)
        base, alike = _base("summary", summary, self._read(covariates, len(summary)))
        return _forecast.total(self, base, alike, plan, interval, seed)

    @in_one_unit
    @formula
    def dert(self, summary: pd.DataFrame, rate: OneShareAbove0, covariates: pd.DataFrame | None = None) -> np.ndarray:
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
        covariates : DataFrame, optional
            As in `p_alive`, with the labels of the summary.

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
        >>> from clvlib.models import ParetoNBD
        >>> world = ParetoNBD(r=0.563, alpha=12.559, s=0.408, beta=10.515)
        >>> customers = pd.DataFrame({"frequency": [7, 1], "recency": [35, 30], "T": 77.86}, index=["ann", "bo"])
        >>> world.dert(customers, rate=0.0027).round(2)
        ann    1.87
        bo     2.20
        dtype: float64
        """
        x, recency, T = by_customer("summary", summary)
        z = np.broadcast_to(self._read(covariates, len(x)), (len(x), len(self.purchase_effects or {})))
        first, alike = distinct(x, T, *z.T)  # if alive, when she last came tells nothing more
        purchases, each = np.zeros(len(first)), self._of(z[first])
        for wait, weight in _exponential():
            purchases += weight * each._while_alive(np.asarray(wait / np.log1p(rate)), x[first], T[first])
        return self._of(z)._alive(x, recency, T) * purchases[alike]

    @formula
    def purchase_probability(self, purchases: Count, t: Amount, covariates: pd.DataFrame | None = None) -> np.ndarray:
        r"""Probability that a new customer makes exactly so many repeat purchases in her first t.

        .. math:: P(X(t) = x) = E\left[P(N(\min(t, \tau)) = x)\right]

        with N a Poisson process at her rate and :math:`\tau` her lifetime.

        Parameters
        ----------
        purchases : int or array
            Repeat purchases (x).
        t : float or array
            Time since the first purchase, in the model's time unit.
        covariates : DataFrame, optional
            As in `p_alive`.

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
        >>> from clvlib.models import BGNBD
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> world.purchase_probability([0, 1, 2], t=39).round(3).tolist()
        [0.574, 0.199, 0.085]
        """
        return self._of(self._read(covariates, purchases))._purchase_probability(purchases, t)

    @in_one_unit
    @formula
    def check(
        self, holdout: pd.DataFrame, most: OneCountFrom1 = 7, covariates: pd.DataFrame | None = None
    ) -> _compare.Check:
        """The model against what happened: does it reproduce the data, and did its forecast come true?

        Parameters
        ----------
        holdout : DataFrame
            As `clvlib.transactions.calibration_holdout` returns it; the model is fitted on it, too:
            ``BGNBD.fit(holdout).check(holdout)``.
        most : int, default 7
            Customers with so many repeat purchases or more are one group.
        covariates : DataFrame, optional
            As in `p_alive`, with the labels of the table.

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
        >>> from clvlib.models import BGNBD
        >>> from clvlib.transactions import calibration_holdout
        >>> world = BGNBD(r=0.3, alpha=30, a=0.8, b=2.5, grain="day")
        >>> log = world.simulate_log(500, seed=1, T=400)
        >>> log["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(log["time"] // 1, unit="D")
        >>> split = calibration_holdout(log.assign(amount=20), calibration_end="2024-07-31")
        >>> BGNBD.fit(split).check(split).table.loc["purchases, holdout", ["actual", "model"]].round().tolist()
        [279.0, 322.0]
        """
        return _compare.check(self, holdout, most, covariates)

    @formula
    def simulate(
        self,
        n: Customers,
        seed: OneCount,
        T: Amount = default(52),
        holdout: Amount = default(0),
        covariates: pd.DataFrame | None = None,
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
        covariates : DataFrame, optional
            If the model has effects of some: a row a customer. The result has its labels.

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
        >>> from clvlib.models import BGNBD
        >>> shop = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426).simulate(10_000, seed=1, T=39)
        >>> shop.columns[:5].tolist()
        ['customer_id', 'frequency', 'recency', 'T', 'holdout_frequency']
        """
        T, holdout = (one_each("T and holdout", each, n) for each in (T, holdout))
        each = self._of(self._read(covariates, n))
        truth, owner, time = each._lives(np.random.default_rng(seed), T + holdout)
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
    def simulate_log(
        self, n: Customers, seed: OneCount, T: Amount = default(52), covariates: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """The purchases behind `simulate` with the same n, seed and T (with a holdout: its T + holdout).

        Parameters
        ----------
        n, seed, T, covariates
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
        >>> from clvlib.models import BGNBD
        >>> world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> int(len(world.simulate_log(100, seed=1)) - world.simulate(100, seed=1)["frequency"].sum())
        100
        """
        each = self._of(self._read(covariates, n))
        _, owner, time = each._lives(np.random.default_rng(seed), one_each("T", T, n))
        customer = np.concatenate([np.arange(n), owner])
        time = np.concatenate([np.zeros(n), time])
        order = np.lexsort((time, customer))
        return pd.DataFrame({"customer_id": customer[order] + 1, "time": time[order]})

    def _read(self, covariates: pd.DataFrame | None, customers: np.ndarray | int) -> np.ndarray:
        """Her covariates, a column each, or a sentence. `customers`: how many there are, or something of each."""
        names = list(self.purchase_effects or {})
        if covariates is None and names:
            raise ValueError(
                f"covariates must be given: this model has effects of {_checks.listed(map(repr, names))}, and needs "
                "them of each customer"
            )
        if covariates is None:
            return NONE
        if not names:
            raise ValueError("covariates must be left out: this model has no effects of any, as it was fitted without")
        one_for_all = np.ndim(customers) == 0 and not isinstance(customers, int)
        rows = None if one_for_all else customers if isinstance(customers, int) else np.size(customers)
        return _covariates.matrix(covariates, names, rows)

    def _of(self, z: np.ndarray) -> Self:
        """The model of each customer with these covariates: its parameters are arrays where effects scale them."""
        return self._with(self._each(self._theta, z)) if z.shape[1] else self

    @classmethod
    def _with(cls, own: Theta) -> Self:
        """A model with unchecked parameters, for its formulas."""
        model = object.__new__(cls)
        names = [each.name for each in fields(cls) if not each.kw_only]
        for name, value in zip(names, own, strict=True):
            object.__setattr__(model, name, value)
        return model

    @classmethod
    def _each(cls, theta: np.ndarray, z: np.ndarray) -> Theta:
        """Each customer's own parameters. Theta has those of all, then exp(g) of effects on purchase, then dropout."""
        effects = z.shape[1]
        if not effects:
            return theta
        first = len(theta) - 2 * effects
        own: list[np.ndarray] = list(theta[:first])
        for process, scaled in enumerate(cls._scaled):
            start = first + process * effects
            moved = z @ np.log(theta[start : start + effects])
            for place, power in scaled.items():
                own[place] = own[place] * np.exp(power * moved)
        return own

    def _alive(self, x: np.ndarray, recency: np.ndarray, T: np.ndarray) -> np.ndarray:
        return expit(-self._log_odds_gone(list(map(np.asarray, self._own.values())), x, recency, T)[0])

    def _new(self, t: np.ndarray) -> np.ndarray:
        """Purchases expected in the first t of a new customer."""
        nothing = np.zeros(())
        return self._alive(nothing, nothing, nothing) * self._while_alive(t, nothing, nothing)

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
        r, alpha = self.r, self.alpha
        expected = (r / alpha * horizon).sum()
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
    def _log_odds_gone(cls, theta: Theta, x: np.ndarray, recency: np.ndarray, T: np.ndarray) -> tuple[np.ndarray, ...]:
        """Log of the odds that she has left by T, then what the likelihood needs besides."""

    @classmethod
    def _likelihood(cls, theta: np.ndarray, data: Histories) -> tuple[float, np.ndarray]:
        """Log-likelihood and its slope in each parameter."""
        own, z = cls._each(theta, data.z), data.z
        value, slopes = cls._of_each(own, data)
        total, slopes = float((data.weight * value).sum()), [data.weight * slope for slope in slopes]
        if not z.shape[1]:
            return total, np.array([slope.sum() for slope in slopes])
        in_logs = [slope * hers for slope, hers in zip(slopes, own, strict=True)]  # the same for her own and for all's
        gradient = [slope.sum() for slope in in_logs]
        for scaled in cls._scaled:
            moved = sum(power * in_logs[place] for place, power in scaled.items())
            gradient += [(moved * column).sum() for column in z.T]
        return total, np.array(gradient) / theta

    @classmethod
    @abstractmethod
    def _of_each(cls, theta: Theta, data: Histories) -> tuple[np.ndarray, list[np.ndarray]]:
        """Log-likelihood of each history, and its slope in each parameter."""

    @staticmethod
    @abstractmethod
    def _log_stayed(theta: Theta, x: np.ndarray, T: np.ndarray) -> np.ndarray:
        """Log of how the likelihood of one who never left falls with T."""

    @classmethod
    @abstractmethod
    def _remains(
        cls, rng: np.random.Generator, theta: Theta, x: np.ndarray, T: np.ndarray
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
