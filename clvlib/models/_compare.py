"""A model against what happened, and against other models."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import chi2

from clvlib import _checks
from clvlib._calendar import DAYS, Grain
from clvlib._formula import formula
from clvlib.models._alike import distinct
from clvlib.models._fit import AMOUNT, COUNT, Model, column_of, customers_of
from clvlib.models._histories import by_customer

if TYPE_CHECKING:
    from clvlib.models.shop import _BuyTillYouDie

_SPECIAL_CASES = {("SBG", "BDW")}  # the first is the second with a parameter held


@dataclass(frozen=True, eq=False, repr=False)
class Check:
    """A model against what happened. Printed, it shows its table; `clvlib.plots.model_check` draws it.

    Attributes
    ----------
    frequencies : DataFrame
        By the number of repeat purchases up to T, the last row for so many and more: actual and model, customers.
    tracking : DataFrame
        By week since the first purchase of all, whole weeks only: actual and model, repeat purchases of all customers.
    seen : int
        The last week that has a day of the calibration.
    by_frequency : DataFrame
        By the number of repeat purchases up to T: customers; actual and model, purchases in the holdout per customer.
    spend_by_frequency : DataFrame
        Mean spend of repeat buyers by the number of repeat purchases: customers, low, median and high (quartiles,
        currency units per purchase). None if the summary has no monetary_value.
    table : DataFrame
        Numbers that sum this up, a row each: actual, model and error (model / actual - 1) of the repeat purchases in
        calibration and holdout; then, in the column value, the chi-square of the frequencies with df and p_value, the
        correlation of the customers' actual and expected purchases in the holdout, and that of their frequency and mean
        spend.
    """

    frequencies: pd.DataFrame
    tracking: pd.DataFrame
    seen: int
    by_frequency: pd.DataFrame
    spend_by_frequency: pd.DataFrame | None
    table: pd.DataFrame

    def __repr__(self) -> str:
        return self.table.to_string(float_format="{:.4g}".format, na_rep="")


def check(model: "_BuyTillYouDie", holdout: pd.DataFrame, most: int, covariates: pd.DataFrame | None) -> Check:
    """See `_BuyTillYouDie.check`."""
    x, recency, T = by_customer("holdout", holdout)
    later, length = (column_of("holdout", holdout, name, kind) for name, kind in _LATER.items())
    expected = np.asarray(model.expected_purchases(length, x, recency, T, covariates))
    z, customers = model._read(covariates, len(x)), customers_of("holdout", holdout)
    first, kind = distinct(T, *np.broadcast_to(z, (len(x), z.shape[1])).T)
    kinds = _Kinds(model._of(z[first] if z.shape[1] else z), T[first], np.bincount(kind, customers))
    group = pd.Index(np.minimum(x, most).astype(int), name="purchases in the calibration period")
    frequencies = pd.DataFrame(
        {
            "actual": np.bincount(group, customers, most + 1).astype(int),
            "model": _expected_customers(kinds, most),
        }
    )
    sums = {"customers": customers, "actual": customers * later, "model": customers * expected}
    by_frequency = pd.DataFrame(sums).groupby(group).sum().astype({"customers": int})
    by_frequency[["actual", "model"]] = by_frequency[["actual", "model"]].div(by_frequency["customers"], axis=0)
    spend, together = _spend_by_frequency(holdout, x, customers, most)
    tracking, seen = _tracking(kinds, model.grain, holdout)
    chi_square, df = _chi_square(frequencies, len(model.parameters))
    new = (kinds.model._new(kinds.T) * kinds.customers).sum()
    return Check(
        frequencies.set_axis(_up_to(frequencies.index, most)).rename_axis("repeat purchases of a customer"),
        tracking,
        seen,
        by_frequency.set_axis(_up_to(by_frequency.index, most)).rename_axis(by_frequency.index.name),
        spend,
        pd.DataFrame.from_dict(
            {
                "repeat purchases, calibration": _beside((customers * x).sum(), new),
                "purchases, holdout": _beside(sums["actual"].sum(), sums["model"].sum()),
                "frequencies: chi-square": {
                    "value": chi_square,
                    "df": df,
                    "p_value": chi2.sf(chi_square, df) if df > 0 else np.nan,
                },
                "customers' actual and expected purchases: correlation": {
                    "value": _correlation(later, expected, customers)
                },
                "frequency and mean spend: correlation": {"value": together},
            },
            orient="index",
        ),
    )


class _Kinds(NamedTuple):
    """Customers of the same T and covariates: their model, their T, how many there are."""

    model: "_BuyTillYouDie"
    T: np.ndarray
    customers: np.ndarray


_LATER = {"holdout_frequency": COUNT, "holdout_T": AMOUNT}


def _up_to(numbers: pd.Index, most: int) -> pd.Index:
    return pd.Index([f"{number}+" if number == most else str(number) for number in numbers])


def _beside(actual: float, model: float) -> dict[str, float]:
    return {"actual": actual, "model": model, "error": model / actual - 1 if actual else np.nan}


def _expected_customers(kinds: _Kinds, most: int) -> np.ndarray:
    """How many customers should have bought 0, 1, ... times by T, and in the end so often or more."""
    counts = np.arange(most)[:, None]
    each = (kinds.model._purchase_probability(counts, kinds.T) * kinds.customers).sum(axis=1)
    return np.append(each, kinds.customers.sum() - each.sum())


def _chi_square(frequencies: pd.DataFrame, parameters: int) -> tuple[float, int]:
    """Over cells of at least 5 expected customers: the last ones are put together for that."""
    actual, model = (list(frequencies[name]) for name in ("actual", "model"))
    while len(model) > 1 and model[-1] < 5:
        for cells in (actual, model):
            cells[-2:] = [sum(cells[-2:])]
    distance = sum((a - m) ** 2 / m for a, m in zip(actual, model, strict=True))
    return distance, len(model) - 1 - parameters


def _spend_by_frequency(
    holdout: pd.DataFrame, x: np.ndarray, customers: np.ndarray, most: int
) -> tuple[pd.DataFrame | None, float]:
    """Quartiles of repeat buyers' mean spend by frequency, and its correlation with frequency."""
    if "monetary_value" not in holdout or not (x > 0).any():
        return None, np.nan
    spend = column_of("holdout", holdout[x > 0], "monetary_value", AMOUNT)
    x, spend = (np.repeat(each, customers[x > 0].astype(int)) for each in (x[x > 0], spend))
    group = np.minimum(x, most).astype(int)
    found = pd.Series(spend).groupby(group).describe()[["count", "25%", "50%", "75%"]]
    found = found.set_axis(["customers", "low", "median", "high"], axis=1).astype({"customers": int})
    return found.set_axis(_up_to(found.index, most)).rename_axis("repeat purchases"), _correlation(
        x, spend, np.ones(len(x))
    )


def _correlation(one: np.ndarray, other: np.ndarray, customers: np.ndarray) -> float:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return np.nan
    (own, both), (_, others) = np.cov(one, other, aweights=customers)
    return float(both / np.sqrt(own * others))


def _tracking(kinds: _Kinds, grain: Grain | None, holdout: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Purchases by week, and the last week that was seen. Week w ends w weeks after the first day of all."""
    actual = holdout.attrs.get("weekly_repeats")
    grain = grain or holdout.attrs.get("grain")
    if actual is None or grain is None:
        raise ValueError(
            "holdout must be a table of transactions.calibration_holdout, which remembers the purchases by week; a "
            "merge or a file may lose them (holdout.attrs): pass the table as it came, or write "
            "holdout.attrs['weekly_repeats'] = transactions.weekly_repeats(log, ...), and attrs['grain']"
        )
    week = DAYS["week"] / DAYS[grain]
    longest = kinds.T.max()
    passed = np.maximum(week * np.arange(len(actual) + 1)[:, None] - (longest - kinds.T), 0)
    model_so_far = (kinds.model._new(passed) * kinds.customers).sum(axis=1)
    weeks = pd.RangeIndex(1, len(actual) + 1, name="week")
    table = pd.DataFrame({"actual": actual, "model": np.diff(model_so_far)}, index=weeks)
    return table, min(len(actual), int(np.floor(longest / week + 1e-9)) + 1)


def _fitted(name: str, value: Any) -> list[Model]:
    """At least two fitted models of one kind."""
    if not isinstance(value, list | tuple) or not all(isinstance(each, Model) for each in value):
        raise ValueError(f"{name} must be a list of models, got {_checks.shown(value)}")
    if len(value) < 2:
        raise ValueError(f"{name} must be at least two to be compared, got {len(value)}")
    given = [type(each).__name__ for each in value if each.log_likelihood is None]
    if given:
        raise ValueError(f"{name} must be fitted, but {given[0]} was made from given parameters: use fit")
    if len({_kind(each) for each in value}) > 1:
        kinds = _checks.listed(type(each).__name__ for each in value)
        raise ValueError(f"{name} must be of one kind: the likelihoods of {kinds} are of different data")
    return list(value)


def _kind(model: Model) -> type:
    """The class that models of contracts, or of shops, or of spend have in common."""
    line = type(model).__mro__
    return line[line.index(Model) - 1]


Fitted = Annotated[Sequence[Any], _fitted]


@formula
def compare(models: Fitted, summary: Any, covariates: pd.DataFrame | None = None) -> pd.DataFrame:
    r"""Models that were fitted on the same data, side by side: which one is likelier, and is it worth its parameters?

    .. math::

        AIC = 2 k - 2 \ln L, \qquad BIC = k \ln n - 2 \ln L, \qquad LR = 2 (\ln L_1 - \ln L_0) \sim \chi^2_{k_1 - k_0}

    with k parameters and n customers (repeat buyers, for spend). The likelihood ratio tests the larger of two models,
    the smaller of which is a special case of it; where the special case lies at the edge of what the parameters may be,
    its p-value is too large.

    Parameters
    ----------
    models : list of models
        Fitted, all on `summary`.
    summary : DataFrame or sequence of float
        What they were fitted on: a customer summary, or survivors.
    covariates : DataFrame, optional
        If some were fitted with covariates: these, for those.

    Returns
    -------
    DataFrame
        A row a model, the smallest AIC first: log_likelihood, parameters (their number), aic, bic; then
        special_case, the largest of the other models that is one of it, and of the test against that likelihood_ratio,
        df and p_value. Missing where there is none.

    Raises
    ------
    ValueError
        If there are fewer than two models, one was not fitted, or was fitted on other data.

    Source
    ------
    Burnham & Anderson 2002, Model Selection and Multimodel Inference (AIC, BIC); Wilks 1938 (likelihood ratio).

    Examples
    --------
    >>> from clvlib.models import BGNBD, ParetoNBD
    >>> shop = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426).simulate(2000, seed=1, T=39)
    >>> table = compare([ParetoNBD.fit(shop), BGNBD.fit(shop)], shop)
    >>> table["aic"].round(1).to_dict()
    {'BGNBD': 17818.1, 'ParetoNBD': 17889.9}
    """
    if covariates is not None and not any(map(_has_effects, models)):
        raise ValueError("covariates must be left out: none of these models was fitted with any")
    likelihoods = [
        model.log_likelihood_of(summary, covariates) if _has_effects(model) else model.log_likelihood_of(summary)
        for model in models
    ]
    for model, now in zip(models, likelihoods, strict=True):
        if abs(now - model.log_likelihood) > 1e-6 * max(1, abs(now)):
            raise ValueError(
                f"summary is not what {type(model).__name__} was fitted on: its log-likelihood was "
                f"{model.log_likelihood:.4f}, and here it is {now:.4f}; fit all models on one summary"
            )
    n = _customers(models[0], summary)
    table = pd.DataFrame([_row(model, models, n) for model in models], index=[type(each).__name__ for each in models])
    return table.rename_axis("model").sort_values("aic", kind="stable")


def _has_effects(model: Model) -> bool:
    return len(model._own) < len(model.parameters)


def _customers(model: Model, data: Any) -> float:
    if not isinstance(data, pd.DataFrame):
        return float(np.asarray(data)[0])
    customers = customers_of("summary", data)
    return float(customers[data["frequency"] > 0].sum() if type(model).__name__ == "GammaGamma" else customers.sum())


def _row(model: Model, models: Sequence[Model], n: float) -> dict[str, Any]:
    k, height = len(model.parameters), float(model.log_likelihood or 0)
    row = {"log_likelihood": height, "parameters": k, "aic": model.aic, "bic": k * np.log(n) - 2 * height}
    inside = [each for each in models if _is_special_case(each, model)]
    best = max(inside, key=lambda each: len(each.parameters), default=None)
    if best is None:
        return row | {"special_case": None, "likelihood_ratio": np.nan, "df": pd.NA, "p_value": np.nan}
    ratio, df = 2 * (height - float(best.log_likelihood or 0)), k - len(best.parameters)
    return row | {
        "special_case": type(best).__name__,
        "likelihood_ratio": ratio,
        "df": df,
        "p_value": float(chi2.sf(max(ratio, 0), df)),
    }


def _is_special_case(small: Model, large: Model) -> bool:
    more = set(small.parameters) < set(large.parameters)
    return (type(small) is type(large) and more) or (type(small).__name__, type(large).__name__) in _SPECIAL_CASES
