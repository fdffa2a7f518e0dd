"""A forecast for each customer of a shop, and for all of them together, with its interval."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

from clvlib import _checks
from clvlib.models._alike import distinct, of_each
from clvlib.models._fit import column_of
from clvlib.models.spend import GammaGamma

if TYPE_CHECKING:
    from clvlib._calendar import Grain
    from clvlib.models.shop import _BuyTillYouDie

_DRAWS, _FEWEST = 1000, 200  # of a forecast; fewer for a large base, so that all customers' stay within
_MOST = 5e7
_BLOCK = 2e6  # draws and purchases worked out at a time


class Base(NamedTuple):
    """A summary's customers: their histories, their labels, their unit of time, the summary itself, and covariates, a
    column for each that the model has effects of."""

    x: np.ndarray
    recency: np.ndarray
    T: np.ndarray
    labels: pd.Index
    grain: "Grain | None"
    summary: pd.DataFrame
    z: np.ndarray

    def only(self, rows: np.ndarray) -> "Base":
        arrays = self.x[rows], self.recency[rows], self.T[rows], self.labels[rows]
        return Base(*arrays, self.grain, self.summary.iloc[rows], self.z[rows])


Alike = tuple[np.ndarray, np.ndarray]  # one customer of each different history, and which of these each customer has


class Worth(NamedTuple):
    """What a purchase is worth today."""

    spend_model: GammaGamma
    margin_rate: float
    rate: float
    timing: Literal["start", "end"]


class Plan(NamedTuple):
    """What is forecast: how far ahead, and spend and worth, if these can be had."""

    periods: int
    spend_model: GammaGamma | None
    worth: Worth | None


def plan(
    periods: int,
    spend_model: GammaGamma | None,
    margin_rate: float | None,
    rate: float | None,
    timing: Literal["start", "end"],
) -> Plan:
    """What can be forecast; a sentence if a part of what a value needs is missing."""
    if margin_rate is None and rate is None:
        return Plan(periods, spend_model, None)
    if spend_model is not None and margin_rate is not None and rate is not None:
        return Plan(periods, spend_model, Worth(spend_model, margin_rate, rate, timing))
    wanted = {"spend_model": spend_model, "margin_rate": margin_rate, "rate": rate}
    missing = _checks.listed(name for name, given in wanted.items() if given is None)
    raise ValueError(f"clv needs spend_model, margin_rate and rate, got no {missing}")


def spend_model(name: str, value: object) -> GammaGamma:
    if not isinstance(value, GammaGamma):
        raise ValueError(f"{name} must be a GammaGamma, got {_checks.shown(value)}: use GammaGamma.fit(summary)")
    return value


def table(
    model: "_BuyTillYouDie", base: Base, alike: Alike, plan: Plan, interval: float | None, seed: int
) -> pd.DataFrame:
    """A row a customer: see `predict`."""
    columns = _expected(model, base, alike, plan)
    if interval is not None:
        first, kind = alike  # who are alike have the same interval
        if plan.worth is not None:
            first, kind = distinct(base.x, base.recency, base.T, *base.z.T, _mean_spend(base))
        kinds = base.only(first)
        bought, value = np.empty((2, len(first), 2))
        for rows, *drawn in _outcomes(model, kinds, plan, columns["expected_purchases"][first], seed):
            bought[rows], value[rows] = (_ends(each, interval) for each in drawn)
        columns["purchases_low"], columns["purchases_high"] = bought[kind].T
        if plan.worth is not None:
            columns["clv_low"], columns["clv_high"] = value[kind].T
        columns["clv_no_return"] = _no_return(model, kinds, plan.periods)[kind]
    return pd.DataFrame(columns, index=base.labels, copy=False)


def total(model: "_BuyTillYouDie", base: Base, alike: Alike, plan: Plan, interval: float, seed: int) -> pd.DataFrame:
    """A row for all purchases, and one for their value: see `predict_total`."""
    columns = _expected(model, base, alike, plan)
    sums = np.zeros((2, 1))
    for _, *outcomes in _outcomes(model, base, plan, columns["expected_purchases"], seed):
        sums = sums + [each.sum(axis=0) for each in outcomes]
    names = {"purchases": "expected_purchases", "clv": "clv"}
    rows = {
        name: [columns[column].sum(), *_ends(drawn, interval)]
        for (name, column), drawn in zip(names.items(), sums, strict=True)
        if column in columns
    }
    found = pd.DataFrame.from_dict(rows, orient="index", columns=["estimate", "low", "high"])
    return found.rename_axis("total")


def _expected(model: "_BuyTillYouDie", base: Base, alike: Alike, plan: Plan) -> dict[str, np.ndarray]:
    """What is expected of each customer. Equal histories are worked out once, and what hangs on x and T alone, too."""
    first, history = alike
    x, recency, T, z = base.x[first], base.recency[first], base.T[first], base.z[first]
    first, alive = distinct(x, T, *z.T)
    x_alive, T_alive, theirs = x[first], T[first], model._of(z[first])
    p_alive = model._of(z)._alive(x, recency, T)
    purchases = p_alive * theirs._while_alive(np.asarray(float(plan.periods)), x_alive, T_alive)[alive]
    columns = {"p_alive": of_each(history, p_alive), "expected_purchases": of_each(history, purchases)}
    if plan.spend_model is not None:
        columns["expected_spend"] = np.asarray(plan.spend_model.expected_spend(base.x, _mean_spend(base)))
    if (worth := plan.worth) is not None:
        discounted = theirs._discounted(x_alive, T_alive, plan.periods, 1.0, worth.rate, worth.timing)[alive]
        columns["clv"] = worth.margin_rate * columns["expected_spend"] * of_each(history, p_alive * discounted)
        columns["rank"] = _rank(columns["clv"], np.ones(len(base.x), dtype=int))
    else:
        columns["rank"] = of_each(history, _rank(purchases, np.bincount(history)))
    return columns


def _mean_spend(base: Base) -> np.ndarray:
    """Of the repeat purchases; 0 without one."""
    spent = np.zeros(len(base.x))
    again = base.x > 0
    if again.any():
        spent[again] = column_of("summary", base.summary[again], "monetary_value", _checks.Range())
    return spent


def _rank(value: np.ndarray, customers: np.ndarray) -> np.ndarray:
    """1 for the largest; equals share the best rank. `customers` says how many have each value."""
    order = np.argsort(-value)
    ranked, before = value[order], np.cumsum(customers[order]) - customers[order]
    new = np.append(True, ranked[1:] != ranked[:-1])
    rank = np.empty(len(value), dtype=int)
    rank[order] = 1 + np.maximum.accumulate(np.where(new, before, 0))
    return rank


def _ends(drawn: np.ndarray, interval: float) -> np.ndarray:
    """Of the draws on the last axis, the lowest and the highest of those that are likely."""
    places = np.ceil(np.array([1 - interval, 1 + interval]) / 2 * drawn.shape[-1] - 1e-9).astype(int) - 1
    return np.sort(drawn, axis=-1)[..., places]


def _no_return(model: "_BuyTillYouDie", base: Base, periods: int) -> np.ndarray:
    """Probability of no purchase in the next periods: the likelihood of a history with a silence after it, over its
    own."""
    theta = model._each(model._theta, base.z)
    log = [
        model._log_stayed(theta, base.x, end)
        + np.logaddexp(0, model._log_odds_gone(theta, base.x, base.recency, end)[0])
        for end in (base.T, base.T + periods)
    ]
    return np.exp(log[1] - log[0])


Theta = Sequence[np.ndarray] | np.ndarray  # parameters: numbers, or arrays with one for each customer
Outcome = tuple[np.ndarray, np.ndarray, np.ndarray]


def _outcomes(model: "_BuyTillYouDie", base: Base, plan: Plan, expected: np.ndarray, seed: int) -> Iterator[Outcome]:
    """Customers, block by block: where they stand, and what each may buy and what that may be worth, a column a draw.

    In each draw all customers share the same parameters, so that columns can be added up.
    """
    rng, worth = np.random.default_rng(seed), plan.worth
    draws = int(np.clip(_MOST / len(expected), _FEWEST, _DRAWS))
    theta = model._draws(draws, rng).T
    if worth is not None:
        spend, spent = worth.spend_model._draws(draws, rng).T, base.x * _mean_spend(base)
    order = np.argsort(distinct(base.x, base.recency, base.T, *base.z.T)[1], kind="stable")
    block = (draws * np.cumsum(1 + expected[order]) / _BLOCK).astype(int)
    for rows in np.split(order, np.flatnonzero(np.diff(block)) + 1):
        x, recency, T = base.x[rows], base.recency[rows], base.T[rows]
        first, history = distinct(x, recency, T, *base.z[rows].T)
        own = [np.broadcast_to(each, (len(first), draws)) for each in model._each(theta, base.z[rows][first])]
        gone = model._log_odds_gone(own, *(each[first][:, None] for each in (x, recency, T)))[0]
        customer, draw = np.nonzero(rng.random((len(rows), draws)) < expit(-gone)[history])
        own = [each[history[customer], draw] for each in own]
        count, owner, time = _purchases(rng, model, own, x[customer], T[customer], plan.periods)
        bought, value = np.zeros((2, len(rows), draws))
        bought[customer, draw] = count
        if worth is not None:
            p, q, gamma = spend[:, draw]
            nu = rng.gamma(q + p * x[customer]) / (gamma + spent[rows][customer])
            wait = np.ceil(time) if worth.timing == "end" else np.floor(time)
            money = rng.gamma(p[owner]) / nu[owner] * (1 + worth.rate) ** -wait
            value[customer, draw] = worth.margin_rate * np.bincount(owner, money, minlength=len(count))
        yield rows, bought, value


def _purchases(
    rng: np.random.Generator, model: "_BuyTillYouDie", theta: Theta, x: np.ndarray, T: np.ndarray, periods: int
) -> Outcome:
    """Of customers alive at T, by their own parameters: how many purchases follow, and owner and time of each of these.

    At the times of a Poisson process, until she leaves: at some moment, or right after her `last` purchase. If so many
    fall into the time, the last is a beta-distributed part of it (an order statistic), and the others come before.
    """
    rate = rng.gamma(theta[0] + x) / (theta[1] + T)
    stay, last = model._remains(rng, theta, x, T)
    end = np.minimum(stay, periods)
    count = rng.poisson(np.minimum(rate * end, 1e6))
    leaves = np.flatnonzero(count >= last)
    end[leaves] *= rng.beta(last[leaves], count[leaves] - last[leaves] + 1)
    count = np.minimum(count, last).astype(int)
    owner = np.repeat(np.arange(len(count)), count)
    time = rng.random(len(owner)) * end[owner]
    time[np.cumsum(count)[leaves] - 1] = end[leaves]
    return count, owner, time
