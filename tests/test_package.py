"""`import clvlib` and what comes with it: modules on demand, types, one version."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from flit_core import buildapi

import clvlib

ROOT = Path(__file__).parents[1]
HEAVY = ("numpy", "pandas", "scipy", "matplotlib", "IPython")


def printed_by(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_a_module_is_loaded_when_it_is_asked_for_and_nothing_heavy_before():
    loaded = f"[name for name in {HEAVY} if name in sys.modules]"
    assert printed_by(f"import sys, clvlib; print({loaded}, clvlib.value.roi(gain=3, cost=2))") == "[] 0.5"


def test_marking_a_class_does_not_load_what_it_does_not_need():
    """Half of its start went there, of the marking and of each process that runs notebooks."""
    for module in ("mark", "inside"):
        assert printed_by(f"import sys, clvlib.course.marking.{module}; print('scipy' in sys.modules)") == "False"


def test_every_module_is_listed_and_no_inner_one():
    modules = {path.stem for path in (ROOT / "clvlib").glob("[a-z]*") if path.is_dir() or path.suffix == ".py"}
    assert set(dir(clvlib)) == {"__version__", *modules}
    assert clvlib.transactions is sys.modules["clvlib.transactions"]


def test_a_misspelt_module_is_said_as_python_says_it():
    with pytest.raises(AttributeError, match="module 'clvlib' has no attribute 'vlaue'"):
        clvlib.vlaue  # noqa: B018
    assert not hasattr(clvlib, "_nothing")


def test_without_matplotlib_the_field_works_and_plots_say_what_they_need():
    without = "import sys; sys.modules['matplotlib'] = None; import inspect, clvlib; "
    assert "value" in printed_by(without + "print([name for name, _ in inspect.getmembers(clvlib)])")
    said = printed_by(without + "\ntry: clvlib.plots\nexcept AttributeError as error: print(error)")
    assert said.startswith("clvlib.plots needs a package that is not installed")
    assert "matplotlib" in said
    assert said.endswith("pip install 'clvlib[plots]' brings it")


@pytest.mark.slow
def test_the_wheel_has_the_version_of_the_code_and_says_that_it_is_typed(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    wheel = buildapi.build_wheel(str(tmp_path))
    assert wheel.startswith(f"clvlib-{clvlib.__version__}-")
    assert "clvlib/py.typed" in zipfile.ZipFile(tmp_path / wheel).namelist()
