"""Rebuild every dataset, byte for byte: `make datasets`.

Each synthetic set is a function `make(rng) -> (table, truth)` in `customers.py` or `surveys.py`, listed in `SETS` there
with its seed. The table goes to NAME.csv, what was planted in it to truth/NAME.json. CDNOW is real: its log is kept
as it is, and its summary is computed from it.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # run as a script or imported by a test

import customers  # noqa: E402
import surveys  # noqa: E402

from clvlib import transactions  # noqa: E402

CALIBRATION_END, HOLDOUT_END = "1997-09-30", "1998-06-30"
SETS = customers.SETS | surveys.SETS


def generator(seed: int, redraw: int) -> np.random.Generator:
    """The random numbers of a seed; redraw 0 is what the course shows, any other its like."""
    return np.random.default_rng([seed, redraw] if redraw else seed)


def draw(name: str, redraw: int = 0) -> tuple[str, str]:
    """A set's table as CSV and its truth as JSON: redraw 0 is the set that the course ships, any other its like."""
    make, seed = SETS[name]
    table, truth = make(generator(seed, redraw))
    text = json.dumps(truth, indent=1, sort_keys=True, ensure_ascii=False)
    return table.to_csv(index=False, lineterminator="\n"), text + "\n"


def cdnow_summary() -> pd.DataFrame:
    """The published 39-week summary of CDNOW, two decimals, with the purchases of the 39 weeks after it."""
    log = pd.read_csv(HERE / "cdnow.csv", parse_dates=["date"])
    split = transactions.calibration_holdout(
        log, grain="week", calibration_end=CALIBRATION_END, observation_end=HOLDOUT_END
    )
    summary = split[["frequency", "recency", "T", "monetary_value", "holdout_frequency"]].fillna({"monetary_value": 0})
    # half up, as the published file rounds: pandas would round 22.345 to 22.34
    summary = np.floor(summary * 100 + 0.5 + 1e-6) / 100
    return summary.astype({"frequency": int, "holdout_frequency": int}).reset_index()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def main(folder: Path = HERE) -> None:
    """Write every table, its truth and the checksums into a folder."""
    for name in SETS:
        print(f"building {name}", flush=True)
        table, truth = draw(name)
        write(folder / f"{name}.csv", table)
        write(folder / "truth" / f"{name}.json", truth)
    print("building cdnow_summary", flush=True)
    write(folder / "cdnow_summary.csv", cdnow_summary().to_csv(index=False, lineterminator="\n"))
    tables = [path for path in sorted(folder.glob("*.csv")) if path.stem != "claims"]  # the ledger is written by hand
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in tables]
    write(folder / "SHA256SUMS", "\n".join(sums) + "\n")


if __name__ == "__main__":
    main()
