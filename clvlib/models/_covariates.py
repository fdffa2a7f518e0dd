"""What is known of each customer besides her purchases, and does not change: a channel, an age, a first basket."""

import numpy as np
import pandas as pd

from clvlib import _checks
from clvlib._checks import Range
from clvlib.models._fit import Report

NONE = np.empty((1, 0))  # no covariates, the same for all


def matrix(table: pd.DataFrame, names: list[str], rows: int | None) -> np.ndarray:
    """The named columns as numbers, a row a customer, or a sentence."""
    if rows is not None and len(table) != rows:
        raise ValueError(f"covariates must have one row a customer ({rows}), got {len(table)}")
    missing = [name for name in names if name not in table]
    if missing:
        have = ", ".join(map(repr, table.columns))
        raise ValueError(f"covariates has no column {_checks.listed(map(repr, missing))}; its columns are {have}")
    return np.column_stack([_numbers(name, table[name]) for name in names])


def _numbers(name: str, column: pd.Series) -> np.ndarray:
    if column.dtype.kind not in "iufb":
        raise ValueError(
            f"column {name!r} of covariates must hold numbers, got {column.dtype}: write groups as columns of 0 and 1, "
            "as pd.get_dummies(covariates, drop_first=True) does"
        )
    return _checks.numbers(f"column {name!r} of covariates", column.astype(float), Range()).to_numpy()


def to_fit(table: pd.DataFrame, rows: int) -> tuple[list[str], np.ndarray]:
    """Names and values of all columns, or a sentence if no effect of one can be told apart."""
    names = list(table.columns)
    if not all(isinstance(name, str) for name in names):
        raise ValueError(f"covariates must have names of text as columns, got {_checks.shown(names)}")
    if "customer_id" in names:
        raise ValueError(
            "covariates has a column 'customer_id', which is no covariate: make it the index of summary and of "
            "covariates, as set_index('customer_id') does"
        )
    values = matrix(table, names, rows)
    for place, name in enumerate(names):
        column = values[:, place]
        if (column == column[0]).all():
            raise ValueError(f"column {name!r} of covariates is {column[0]:.12g} for every customer: leave it out")
        before = np.column_stack([np.ones(rows), values[:, :place]])
        left = column - before @ np.linalg.lstsq(before, column)[0]
        if abs(left).max() < 1e-8 * abs(column).max():
            raise ValueError(
                f"column {name!r} of covariates follows from the columns before it (collinear): leave it out"
            )
    return names, values


def effects(process: str, given: dict[str, float] | None) -> dict[str, float]:
    """Numbers by covariate, or a sentence."""
    name = f"{process}_effects"
    if given is None:
        return {}
    if not isinstance(given, dict) or not given or not all(isinstance(each, str) for each in given):
        raise ValueError(f"{name} must be a dict of numbers by covariate, got {_checks.shown(given)}")
    return {each: _checks.one(f"{name}[{each!r}]", Range().read(f"{name}[{each!r}]", given[each])) for each in given}


def in_their_units(theta: list[float], report: Report, unit: np.ndarray, own: int) -> np.ndarray:
    """Effects per unit of their covariates; the report of a fit to covariates divided by `unit` is put right, too."""
    per_unit = np.tile(1 / unit, 2)
    factor = np.concatenate([np.ones(own), per_unit])
    errors = report["standard_errors"]
    for place, (name, scale) in enumerate(zip(list(errors)[own:], per_unit, strict=True), start=own):
        errors[name] *= float(scale / theta[place])
    report["curvature"] = tuple(map(tuple, (np.outer(factor, factor) * report["curvature"]).tolist()))
    report["ridge"] = tuple(map(tuple, (np.array(report["ridge"]) ** factor).tolist())) if report["ridge"] else ()
    return np.log(theta[own:]) * per_unit
