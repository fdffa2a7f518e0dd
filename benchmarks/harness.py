"""What the benchmarks share: a throw-away environment with the peers, timing in a process of its own, one row a result.

A benchmark is a file `bench_NAME.py` with a function `rows()` that gives the dicts that `compare` and `figure` make.
Beside peers it is also the script that does the work: `run_in` starts it again, once for each tool, with the Python
that has the tool.
"""

import functools
import json
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PEERS = ("lifetimes", "polars", "duckdb", "pandas", "numpy", "scipy", "pyarrow")
NBGRADER = "nbgrader>=0.9.6,<0.10"
ROOT = Path(__file__).parents[1]
_PRINT_VERSIONS = """
import importlib.metadata, json, sys
print(json.dumps({name: importlib.metadata.version(name) for name in sys.argv[1:]}))
"""


@functools.cache
def peer_python() -> Path | None:
    """The Python of a new environment with the peers, gone when the run ends; None if they cannot be installed."""
    return _new_python("peers", *PEERS)


@functools.cache
def nbgrader_python() -> Path | None:
    """The same with nbgrader, on top of the course's packages, so that both mark with the same libraries."""
    python = _new_python("nbgrader", NBGRADER, "ipykernel", beneath=[sysconfig.get_path("purelib"), str(ROOT)])
    if python:
        subprocess.run([python, "-m", "ipykernel", "install", "--sys-prefix"], check=True, capture_output=True)
    return python


def data_file(name: str) -> Path:
    """Where a benchmark may write the data that all tools read; gone when the run ends."""
    return Path(_temporary_folder().name) / name


def run_in(python: Path | str, script: str, *arguments: Any) -> Any:
    """What `script` prints as JSON on its last line."""
    command = [python, script, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def best_seconds(work: Callable[[], Any], for_seconds: float = 10) -> tuple[float, Any]:
    """Seconds of the fastest try, and what the work returned: twice at least, then again for as long as every tool."""
    best, tries, started = float("inf"), 0, time.perf_counter()
    while tries < 2 or time.perf_counter() - started < for_seconds:
        start = time.perf_counter()
        result = work()
        best, tries = min(best, time.perf_counter() - start), tries + 1
    return best, result


def compare(
    work: str,
    ours: str,
    peer: str,
    ours_seconds: float,
    peer_seconds: float | None,
    goal: float | None = None,
    note: str = "",
    agrees: bool = True,
) -> dict[str, Any]:
    """A row beside a peer. The goal is how many times faster we are, with a result that agrees."""
    ratio = None if peer_seconds is None else peer_seconds / ours_seconds
    met = None if ratio is None or goal is None else bool(agrees and ratio >= goal)
    return dict(
        work=work,
        ours=ours,
        peer=peer,
        ours_seconds=ours_seconds,
        peer_seconds=peer_seconds,
        ratio=ratio,
        goal=None if goal is None else f"{goal:g}x",
        met=met,
        note=note,
    )


def figure(
    work: str, ours: str, value: float, unit: str, goal: float | None = None, note: str = "", agrees: bool = True
) -> dict[str, Any]:
    """A row without a peer: a figure in a unit ("ms", "MB"). The goal is what it stays under, if the result agrees."""
    met = agrees and (None if goal is None else bool(value < goal))
    return dict(
        work=work,
        ours=f"{ours}: {value:.3g} {unit}" if value < 100 else f"{ours}: {value:,.0f} {unit}",
        peer="",
        ours_seconds=None,
        peer_seconds=None,
        ratio=None,
        goal=None if goal is None else f"under {goal:g} {unit}",
        met=met,
        note=note,
    )


def versions(python: Path | str, *names: str) -> dict[str, str]:
    done = subprocess.run([python, "-c", _PRINT_VERSIONS, *names], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


@functools.cache
def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="clv-bench-")


def _new_python(name: str, *packages: str, beneath: Sequence[str] = ()) -> Path | None:
    """The Python of a new environment with these packages, which also sees the folders beneath."""
    print(f"Installing {name} into a throw-away environment (once a run; about a minute)", flush=True)
    folder = Path(_temporary_folder().name) / name
    try:
        venv.create(folder, with_pip=True)
        python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        if beneath:
            site = sysconfig.get_path("purelib", "venv", {"base": str(folder)})
            Path(site, "beneath.pth").write_text("\n".join(beneath), encoding="utf-8")
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError):
        print(f"{name.capitalize()} could not be installed (no network?): only our own figures are measured.")
        return None
    return python
