"""The set-up: one list of packages, a lock without addresses, commands that are listed, a check that finds faults."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from jupyter_server.services.contents.filemanager import FileContentsManager
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from traitlets.config import PyFileConfigLoader

from clvlib.course import check_setup, setup

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA_NAMES = {"matplotlib-base": "matplotlib"}
IMPORTED_AS = {"ipython": "IPython", "scikit-learn": "sklearn"}
COMES_WITH = {
    "dask": "narwhals",
    "ibis": "narwhals",
    "PIL": "matplotlib",
    "packaging": "statsmodels",
    "traitlets": "ipython",
}


def required(extra=""):
    """What `pip install clvlib[extra]` asks for, the extras that it holds included."""
    lines = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    found = {} if not extra else required()
    for requirement in map(Requirement, lines):
        if requirement.name == "clvlib":
            found |= {name: specifier for held in requirement.extras for name, specifier in required(held).items()}
        else:
            found[requirement.name] = requirement.specifier
    return found


def importable(extra):
    """The names under which those packages are imported."""
    names = {IMPORTED_AS.get(package, package.replace("-", "_")) for package in required(extra)}
    return names | {name for name, package in COMES_WITH.items() if package in required(extra)}


def room(path):
    """The extra that a module of clvlib may count on."""
    match path.relative_to(ROOT / "clvlib").parts:
        case ("course", "marking", *_) | ("course", "cli.py" | "notebooks.py"):
            return "marking"
        case ("course", *_):
            return "course"
        case ("plots.py",):
            return "plots"
        case ("_engines.py",):
            return "engines"
    return ""


MODULES = sorted((ROOT / "clvlib").rglob("*.py"))
FIELD = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in MODULES
    if not room(path) and path.stem != "__main__"
]


def test_the_rooms_are_told_apart():
    assert {"clvlib.value", "clvlib.transactions", "clvlib._formula"} <= set(FIELD)
    assert {room(path) for path in MODULES} == {"", "plots", "engines", "course", "marking"}


def test_each_extra_holds_the_one_before_it():
    assert required().keys() < required("plots").keys() < required("course").keys() < required("marking").keys()
    assert required("marking").keys() < required("test").keys()


@pytest.mark.long
@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "clvlib")))
def test_a_module_imports_only_what_the_extra_of_its_room_installs(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.add(node.module.partition(".")[0])
    assert imported - set(sys.stdlib_module_names) - {"clvlib"} <= importable(room(path))


WITHOUT_EXTRAS = f"""
import sys

class Missing:
    def find_spec(name, *_):
        if name.partition(".")[0] in {sorted(importable("test") - importable(""))}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing)
"""


def run_without_extras(code):
    return subprocess.run([sys.executable, "-c", WITHOUT_EXTRAS + code], capture_output=True, text=True, cwd=ROOT)


@pytest.mark.slow
def test_the_field_library_and_all_its_examples_work_without_the_extras():
    done = run_without_extras(f"""
import doctest, importlib
for name in {FIELD}:
    print(name, doctest.testmod(importlib.import_module(name)).failed)
print("and", sum(name.startswith(("clvlib.course", "clvlib.plots")) for name in sys.modules))
""")
    assert done.stdout.splitlines() == [*(f"{name} 0" for name in FIELD), "and 0"], done.stderr


@pytest.mark.long
def test_the_command_says_in_one_sentence_what_it_needs():
    done = run_without_extras("from clvlib.__main__ import main\nmain()")
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(r"clv needs \w+, .* pip install 'clvlib\[marking\]' brings it\n", done.stderr)


def test_the_conda_environment_asks_for_the_same_packages():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = environment["dependencies"]
    version = conda.pop(0).removeprefix("python =")
    specs = {name: SpecifierSet(spec) for name, _, spec in (entry.partition(" ") for entry in conda)}
    assert next(SpecifierSet(PROJECT["requires-python"]).filter([version])) == version
    assert re.fullmatch(r"3\.\d+", version), "Binder builds on its own old Python unless one version is named"
    assert specs.pop("pip") == SpecifierSet("")
    assert {CONDA_NAMES.get(name, name): spec for name, spec in specs.items()} == required("marking")
    assert pip == {"pip": ["-e ."]}


def pins(lock):
    return re.findall(r"^([a-z0-9._-]+)==([^ ]+)", lock, re.MULTILINE)


@pytest.mark.parametrize(("file", "extra"), [("requirements.lock", "test"), ("docs/requirements.lock", "site")])
def test_the_lock_pins_every_package_with_hashes_and_names_no_address(file, extra):
    lock = (ROOT / file).read_text(encoding="utf-8")
    assert "://" not in lock
    pinned = pins(lock)
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]
    assert len(pinned) == len(entries)
    assert all("--hash=sha256:" in entry for entry in entries)
    for name, specifier in required(extra).items():
        versions = [version for pin, version in pinned if pin == name.replace("_", "-").lower()]
        assert versions, f"{name} is not in {file}: see CONTRIBUTING.md on updating it"
        assert all(version in specifier for version in versions)


def test_the_lock_of_the_site_takes_no_other_version_than_the_first():
    first, site = (
        set(pins((ROOT / name).read_text(encoding="utf-8"))) for name in ("requirements.lock", "docs/requirements.lock")
    )
    shared = {name for name, _ in first} & {name for name, _ in site}
    assert len(shared) > 50
    assert {pin for pin in site if pin[0] in shared} <= first


@pytest.mark.skipif(sys.platform == "win32", reason="Windows users set up with conda or pip; make is not theirs")
def test_make_alone_lists_the_commands():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = [
        "setup",
        "lab",
        "test",
        "quick",
        "notebooks",
        "exercises",
        "datasets",
        "lint",
        "bench",
        "engines",
        "hub",
        "site",
        "print",
        "slides",
        "site-test",
        "package",
        "bundle",
        "bundle-test",
        "clean",
    ]
    for target in targets:
        assert re.search(rf"make {target}\s+\w", listed), target


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


def test_what_colab_has_in_place_of_jupyterlab_is_not_missed(monkeypatch, capsys):
    monkeypatch.setattr(setup, "requires", lambda name: ["numpy>=99", 'jupyterlab>=99; extra == "course"'])
    monkeypatch.setitem(sys.modules, "google.colab", None)
    check_setup()
    said = capsys.readouterr().out
    assert "numpy" in said
    assert "jupyterlab" not in said


def test_the_file_browser_of_make_lab_lists_exercises_and_no_keys():
    said = subprocess.run(["make", "-n", "lab"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "JUPYTER_CONFIG_PATH=.ci " in said
    settings = PyFileConfigLoader("jupyter_server_config.py", str(ROOT / ".ci")).load_config()
    hidden = settings.ContentsManager.hide_globs
    listed = FileContentsManager(root_dir=str(ROOT), hide_globs=hidden).get("exercises")["content"]
    names = {each["name"] for each in listed}
    assert "01_worksheet.ipynb" in names
    assert "keys" not in names
    assert set(FileContentsManager.hide_globs.default_args[0]) <= set(hidden), "nor what is hidden anyway"
    assert settings.LabApp.custom_css, "figures in the dark"
    assert (Path(settings.ServerApp.tornado_settings["static_custom_path"]) / "custom.css").exists()
    assert (ROOT / settings.LabApp.default_url.removeprefix("/lab/tree/")).exists()
