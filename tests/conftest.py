"""Settings that all tests share."""

import sys
from pathlib import Path

import pytest
from hypothesis import settings

from clvlib.course import memory
from clvlib.course.marking import release

sys.path.insert(0, str(Path(__file__).parents[1] / "datasets"))  # for `import build`
collect_ignore = ["mutants.py"]  # a command that needs mutmut: see `make mutants`

# speed is measured in benchmarks/, never by a test that a busy machine could fail
settings.register_profile("course", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)  # of `make quick`
settings.load_profile("course")


@pytest.fixture(autouse=True)
def own_wrong_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong answers of a test are not kept with those of whoever runs it."""
    monkeypatch.setattr(memory, "UNRECOGNISED", tmp_path.with_name(f"{tmp_path.name}-home") / "unrecognised.csv")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own: no test of marking comes near the secret of whoever runs it."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "1000")
    monkeypatch.setattr(release, "SECRET", tmp_path / "home" / "secret")
    return tmp_path / "home"
