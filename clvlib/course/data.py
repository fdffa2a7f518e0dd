"""The course's datasets, by name."""

import difflib
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]
DATASETS = ROOT / "datasets"

_DATES = {"cdnow": ["date"]}


def load(name: str) -> pd.DataFrame:
    """One dataset, typed; `datasets/README.md` says what its columns mean.

    Parameters
    ----------
    name : str
        File name without its ending, e.g. ``"cdnow"``.

    Returns
    -------
    DataFrame

    Raises
    ------
    ValueError
        If there is no such dataset; the sentence names the nearest one.

    Examples
    --------
    >>> load("cdnow").shape
    (6919, 4)
    >>> load("cdow")
    Traceback (most recent call last):
    ValueError: there is no dataset 'cdow'; did you mean 'cdnow'? The datasets are 'cdnow', 'cdnow_summary'
    """
    names = sorted(path.stem for path in DATASETS.glob("*.csv"))
    if not names:
        raise ValueError(
            f"the datasets folder {DATASETS} is empty or missing: clvlib.course works in a copy of the course"
        )
    if name not in names:
        near = difflib.get_close_matches(str(name), names, n=1)
        guess = f"; did you mean {near[0]!r}?" if near else "."
        raise ValueError(f"there is no dataset {name!r}{guess} The datasets are {', '.join(map(repr, names))}")
    return pd.read_csv(DATASETS / f"{name}.csv", parse_dates=_DATES.get(name, []))
