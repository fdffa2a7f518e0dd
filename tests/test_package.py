"""`import clvlib` and what comes with it: modules on demand, types, one version."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from flit_core import buildapi

import clvlib

ROOT = Path(__file__).parents[1]
HEAVY = ("numpy", "pandas", "scipy", "matplotlib", "IPython")


def printed_by(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.long
def test_a_module_is_loaded_when_it_is_asked_for_and_nothing_heavy_before():
    loaded = f"[name for name in {HEAVY} if name in sys.modules]"
    assert printed_by(f"import sys, clvlib; print({loaded}, clvlib.value.roi(gain=3, cost=2))") == "[] 0.5"


@pytest.mark.long
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


@pytest.mark.long
def test_without_matplotlib_the_field_works_and_plots_say_what_they_need():
    without = "import sys; sys.modules['matplotlib'] = None; import inspect, clvlib; "
    assert "value" in printed_by(without + "print([name for name, _ in inspect.getmembers(clvlib)])")
    said = printed_by(without + "\ntry: clvlib.plots\nexcept AttributeError as error: print(error)")
    assert said.startswith("clvlib.plots needs a package that is not installed")
    assert "matplotlib" in said
    assert said.endswith("pip install 'clvlib[plots]' brings it")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Wheel and sdist, built in two places: under other names, with files of another day and other rights."""
    found = []
    places = (
        ("one", 0o644, 1.2e9, {}),
        ("another, 李娜", 0o600, 1.7e9, {"TZ": "UTC-8", "SOURCE_DATE_EPOCH": "900000000"}),
    )
    for name, mode, day, zone in places:
        copy = tmp_path_factory.mktemp("copies") / name
        shutil.copytree(ROOT / "clvlib", copy / "clvlib", ignore=shutil.ignore_patterns("__pycache__"))
        for path in ("bundle/own_package.py", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff"):
            (copy / path).parent.mkdir(exist_ok=True)
            shutil.copyfile(ROOT / path, copy / path)
        for path in copy.rglob("*"):
            if path.is_file():
                path.chmod(mode)
                os.utime(path, (day, day))
        command = [sys.executable, "bundle/own_package.py", "dist"]
        done = subprocess.run(command, cwd=copy, env=os.environ | zone, capture_output=True, text=True, check=True)
        found.append([Path(line) for line in done.stdout.splitlines()])
    return found


@pytest.mark.long
def test_two_builds_in_other_places_at_other_times_are_the_same_bytes(built):
    for one, another in zip(*built, strict=True):
        assert one.name == another.name
        assert one.read_bytes() == another.read_bytes()


@pytest.mark.long
def test_the_wheel_has_the_version_of_the_code_and_says_that_it_is_typed(built):
    wheel, _ = built[0]
    assert wheel.name == f"clvlib-{clvlib.__version__}-py3-none-any.whl"
    names = zipfile.ZipFile(wheel).namelist()
    assert "clvlib/py.typed" in names
    assert "clvlib/clv.mplstyle" in names
    assert {name.partition("/")[0] for name in names} == {"clvlib", f"clvlib-{clvlib.__version__}.dist-info"}


def test_the_sdist_makes_the_same_wheel_and_has_what_a_packager_reads(built, tmp_path, monkeypatch):
    wheel, sdist = built[0]
    with tarfile.open(sdist) as file:
        file.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # 3.11.4 has it
        days = {
            datetime.fromtimestamp(each.mtime, UTC).date().isoformat() for each in file if each.name[-8:] != "PKG-INFO"
        }
    unpacked = tmp_path / sdist.name.removesuffix(".tar.gz")
    top = {path.name for path in unpacked.iterdir()}
    assert top == {"clvlib", "CHANGELOG.md", "CITATION.cff", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}
    assert days == {yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["date-released"]}
    monkeypatch.chdir(unpacked)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime.fromisoformat(f"{min(days)}T00:00Z").timestamp())))
    assert (tmp_path / buildapi.build_wheel(str(tmp_path))).read_bytes() == wheel.read_bytes()
