"""Is the set-up whole? One sentence if it is, one a problem if not."""

import hashlib
import sys
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from clvlib.course.data import DATASETS

CHECKSUMS = DATASETS / "SHA256SUMS"
EXTRAS = ("", "plots", "course")  # of pyproject.toml: what a learner's lessons need
OF_COLAB = {"ipython", "ipywidgets", "jupyterlab"}  # Colab has others in their place, and lessons run in these


def check_setup() -> None:
    """Print whether the packages and the datasets are what the course needs."""
    problems = [*_packages(), *_datasets()]
    print("\n".join(problems) or "Everything is in place: the packages and the datasets.")
    if problems:
        print("To mend it, see the README: `make lab` (or the conda environment) sets everything up.")


def _packages() -> list[str]:
    problems, given = [], {"clvlib", *(OF_COLAB if "google.colab" in sys.modules else ())}
    for line in requires("clvlib") or []:
        wanted = Requirement(line)
        if wanted.name in given or (wanted.marker and not any(wanted.marker.evaluate({"extra": e}) for e in EXTRAS)):
            continue
        try:
            if not wanted.specifier.contains(version(wanted.name), prereleases=True):
                problems.append(
                    f"{wanted.name} {version(wanted.name)} is installed; the course needs {wanted.specifier}."
                )
        except PackageNotFoundError:
            problems.append(f"The package {wanted.name} is not installed.")
    return problems


def _datasets() -> list[str]:
    if not CHECKSUMS.exists():
        return [f"The datasets are missing: {DATASETS} should hold them."]
    problems = []
    for line in CHECKSUMS.read_text(encoding="utf-8").splitlines():
        expected, name = line.split("  ")
        path = DATASETS / name
        if not path.exists():
            problems.append(f"The dataset {name} is missing from {DATASETS}.")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            problems.append(
                f"The dataset {name} was changed; lessons may print other numbers. `git checkout` restores it."
            )
    return problems
