"""The set-up: one list of packages, a lock without addresses, commands that are listed, a check that finds faults."""

import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import clvlib
from clvlib.course import check_setup, setup

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIRED = {r.name: r.specifier for r in map(Requirement, PROJECT["dependencies"])}
CONDA_NAMES = {"matplotlib-base": "matplotlib"}
FIELD = [module.name for module in pkgutil.iter_modules(clvlib.__path__) if module.name not in ("plots", "course")]


def test_the_conda_environment_asks_for_the_same_packages():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = environment["dependencies"]
    specs = {name: SpecifierSet(spec) for name, _, spec in (entry.partition(" ") for entry in conda)}
    assert specs.pop("python") == SpecifierSet(PROJECT["requires-python"])
    assert specs.pop("pip") == SpecifierSet("")
    assert specs.pop("nbval") == SpecifierSet(">=0.11")
    assert {CONDA_NAMES.get(name, name): spec for name, spec in specs.items()} == REQUIRED
    assert pip == {"pip": ["-e ."]}


def test_the_lock_pins_every_package_with_hashes_and_names_no_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    pinned = re.findall(r"^([a-z0-9._-]+)==([^ ]+)", lock, re.MULTILINE)
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]
    assert len(pinned) == len(entries)
    assert all("--hash=sha256:" in entry for entry in entries)
    test = [Requirement(line) for line in PROJECT["optional-dependencies"]["test"]]
    for name, specifier in [*REQUIRED.items(), *((r.name, r.specifier) for r in test)]:
        versions = [version for pin, version in pinned if pin == name.replace("_", "-").lower()]
        assert versions, f"{name} is not in requirements.lock: see the README on updating it"
        assert all(version in specifier for version in versions)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows users set up with conda or pip; make is not theirs")
def test_make_alone_lists_the_commands():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = ["setup", "lab", "test", "notebooks", "exercises", "datasets", "lint", "bench", "clean"]
    for target in targets:
        assert re.search(rf"make {target}\s+\w", listed), target


def test_the_field_imports_no_plots_and_no_widgets():
    assert {"value", "models", "_formula"} <= set(FIELD)
    heavy = ("matplotlib", "clvlib.plots", "ipywidgets", "clvlib.course")
    modules = ", ".join(f"clvlib.{module}" for module in FIELD)
    code = f"import sys, {modules}; print([name for name in {heavy} if name in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_the_check_finds_a_whole_set_up(capsys):
    check_setup()
    assert capsys.readouterr().out == "Everything is in place: the packages and the datasets.\n"


def test_the_check_finds_a_changed_and_a_missing_dataset(tmp_path, monkeypatch, capsys):
    for name in ("cdnow.csv", "SHA256SUMS"):
        (tmp_path / name).write_bytes((setup.DATASETS / name).read_bytes())
    (tmp_path / "cdnow.csv").write_text("customer_id\n1\n")
    monkeypatch.setattr(setup, "DATASETS", tmp_path)
    monkeypatch.setattr(setup, "CHECKSUMS", tmp_path / "SHA256SUMS")
    check_setup()
    said = capsys.readouterr().out
    assert "The dataset cdnow.csv was changed" in said
    assert "The dataset cdnow_summary.csv is missing" in said
    assert "`make lab`" in said


def test_the_check_finds_a_missing_and_an_old_package(monkeypatch, capsys):
    monkeypatch.setattr(setup, "requires", lambda name: ["numpy>=99", "no-such-package>=1", 'pytest; extra == "test"'])
    check_setup()
    said = capsys.readouterr().out
    assert re.search(r"numpy \d.* is installed; the course needs >=99", said)
    assert "The package no-such-package is not installed." in said
    assert "pytest" not in said
