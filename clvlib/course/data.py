"""The course's datasets by name, what was planted in them, and a score for a forecast of their future."""

import difflib
import json
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd

from clvlib._checks import Range
from clvlib._formula import OneAmount, OneShare, formula

ROOT = Path(__file__).parents[2]
DATASETS = ROOT / "datasets"
GRAINS = {"cdnow_summary": "week"}  # the unit of time of a customer summary

_FORECAST = Range(at_least=0, hint="a customer who will not buy again is worth 0, not less")


def load(name: str) -> pd.DataFrame:
    """One dataset, typed; `datasets/README.md` says what its columns mean.

    Parameters
    ----------
    name : str
        File name without its ending, e.g. ``"cdnow"``.

    Returns
    -------
    DataFrame
        Columns named ``date``, or ending in ``_date`` or ``_at``, hold dates. A customer summary has its unit of
        time in ``attrs["grain"]``, as `clvlib.transactions.rfm_summary` puts it there.

    Raises
    ------
    ValueError
        If there is no such dataset; the sentence names the nearest one.

    Examples
    --------
    >>> load("cdnow").shape
    (6919, 4)
    >>> load("cdnow_summary").attrs
    {'grain': 'week'}
    >>> load("cdow")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: there is no dataset 'cdow'; did you mean 'cdnow'? The datasets are 'ab_email', ...
    """
    return read_table(_path(name, DATASETS, ".csv", "dataset"), name)


def read_table(source: Path | TextIO, name: str) -> pd.DataFrame:
    """A dataset from a file or an open text, typed as `load` types it."""
    # a cell that says "N/A" says so: only an empty one is missing
    table = pd.read_csv(source, keep_default_na=False, na_values=[""])
    for column in table.columns[table.columns.str.fullmatch(r"date|.*_(?:date|at)")]:
        table[column] = pd.to_datetime(table[column], format="ISO8601")
    if name in GRAINS:
        table.attrs["grain"] = GRAINS[name]
    return table


def truth(name: str) -> dict[str, Any]:
    """What was planted in a synthetic dataset; `datasets/README.md` says what the entries mean.

    Parameters
    ----------
    name : str
        As in `load`.

    Returns
    -------
    dict
        Numbers, words, lists and dicts of these; lists with one entry a customer follow the rows of the dataset or come
        with a list of ids.

    Raises
    ------
    ValueError
        If there is no such dataset, or it is real and nothing was planted.

    Examples
    --------
    >>> truth("transactions")["bgnbd"]
    {'a': 0.5, 'alpha': 3.0, 'b': 3.5, 'r': 0.65}
    """
    if name in ("cdnow", "cdnow_summary"):
        raise ValueError(f"{name!r} is real data: nothing was planted in it, so nobody knows the truth")
    return json.loads(_path(name, DATASETS / "truth", ".json", "dataset with a planted truth").read_text("utf-8"))


@formula
def score_forecast(
    forecast: pd.Series, name: str = "transactions", *, gift_cost: OneAmount = 30.0, lift: OneShare = 0.10
) -> pd.Series:
    """How good a forecast of every customer's value is, held against the future that was simulated with the dataset.

    Value is her margin over the dataset's future (for ``"transactions"`` the 12 months after its last day), in RMB, not
    discounted. Many customers never buy again, so a percentage error does not exist: the errors are in RMB.

    The forecast is also judged by what it makes you do. A gift costs `gift_cost` and raises her margin by `lift`; you
    give it to every customer for whom the forecast says that it pays.

    Parameters
    ----------
    forecast : Series
        One value a customer (RMB, at least 0), customer_id in the index, in any order.
    name : str, default "transactions"
        The dataset.
    gift_cost : float, default 30
        RMB per gift.
    lift : float, default 0.10
        Share of her margin that a gift adds, in [0, 1].

    Returns
    -------
    Series
        rank_correlation (Spearman; 0 if the forecast is the same for all), mean_error (forecast less truth: above 0 is
        too high) and rmse (RMB), top_decile_hits (share of the truly best tenth that is in the forecast's best tenth;
        0.1 is chance), gifts (how many are given), profit (what they earn, RMB), profit_if_all (if everybody gets one)
        and profit_at_best (if the future were known).

    Raises
    ------
    ValueError
        If customers are missing, double or unknown, a value is negative, missing or text, or the dataset has no
        simulated future.

    Examples
    --------
    Next year will be like last year:

    >>> log = load("transactions")
    >>> last_year = log[log["date"] > "2024-06-30"].groupby("customer_id")["margin"].sum()
    >>> everybody = last_year.reindex(log["customer_id"].unique(), fill_value=0)
    >>> score_forecast(everybody).round(2).loc[["rank_correlation", "top_decile_hits"]].tolist()
    [0.55, 0.62]
    """
    customers = truth(name).get("customers", {})
    if "future_margin" not in customers:
        raise ValueError(f"{name!r} has no simulated future to hold a forecast against; 'transactions' has one")
    actual = pd.Series(customers["future_margin"], index=customers["customer_id"])
    expected = _one_a_customer(forecast, actual.index, name)
    gifts = lift * expected > gift_cost
    earned = lift * actual - gift_cost
    same_for_all = expected.min() == expected.max()
    return pd.Series(
        {
            "rank_correlation": 0.0 if same_for_all else expected.rank().corr(actual.rank()),
            "mean_error": (expected - actual).mean(),
            "rmse": np.sqrt(((expected - actual) ** 2).mean()),
            "top_decile_hits": _top_decile_hits(expected, actual),
            "gifts": float(gifts.sum()),
            "profit": earned[gifts].sum(),
            "profit_if_all": earned.sum(),
            "profit_at_best": earned[earned > 0].sum(),
        },
        name="score",
    )


def _path(name: Any, folder: Path, ending: str, what: str) -> Path:
    """A file by its name without the ending, or a sentence with the nearest one."""
    names = sorted(path.stem for path in folder.glob(f"*{ending}"))
    if not names:
        raise ValueError(f"the folder {folder} is empty or missing: clvlib.course works in a copy of the course")
    if name not in names:
        near = difflib.get_close_matches(str(name), names, n=1)
        guess = f"; did you mean {near[0]!r}?" if near else "."
        raise ValueError(f"there is no {what} {name!r}{guess} The {what}s are {', '.join(map(repr, names))}")
    return folder / f"{name}{ending}"


def _one_a_customer(forecast: Any, customers: pd.Index, name: str) -> pd.Series:
    """The forecast in the order of the customers, or a sentence."""
    if not isinstance(forecast, pd.Series):
        raise ValueError(
            "forecast must be a Series with one value a customer and customer_id in its index, got the type "
            f"{type(forecast).__name__}"
        )
    unknown = forecast.index.difference(customers, sort=False)
    if len(unknown):
        raise ValueError(
            f"forecast has {len(unknown)} index entries that are no customers of {name!r}, such as {unknown[0]!r}: put "
            "customer_id in the index"
        )
    double = forecast.index[forecast.index.duplicated()].unique()
    if len(double):
        raise ValueError(
            f"forecast has {len(double)} customers more than once, such as {double[0]}: give one value a customer"
        )
    missing = customers.difference(forecast.index)
    if len(missing):
        raise ValueError(
            f"forecast leaves out {len(missing):,} of the {len(customers):,} customers, such as {missing[0]}: give 0 "
            "to those who will not buy again"
        )
    text = forecast[forecast.map(lambda value: isinstance(value, str))]
    if len(text):
        raise ValueError(f"forecast must hold numbers, got the text {text.iloc[0]!r} for customer {text.index[0]}")
    return pd.Series(_FORECAST.read("forecast", forecast), index=forecast.index).reindex(customers)


def _top_decile_hits(expected: pd.Series, actual: pd.Series) -> float:
    """Share of the truly best tenth found; customers with the forecast of the last place share the places left."""
    places = len(actual) // 10
    best = actual.rank(ascending=False, method="first") <= places
    cut = expected.nlargest(places).iloc[-1]
    above, level = expected > cut, expected == cut
    return (best[above].sum() + best[level].mean() * (places - above.sum())) / places
