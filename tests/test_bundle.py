"""The course on a stick: each target gets its own packages, what is missing is told, and nobody's work is written over.

The last test sets a bundle up without a network, and works in it: `make bundle-test` runs it, after `make bundle`.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from itertools import product
from pathlib import Path

import pytest
from browser import PATIENCE, chromium, get, open_and_run, wait

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "bundle"))

import bundle  # noqa: E402
from bundle import SYSTEMS, Pin, Target  # noqa: E402

REQUIRED = os.environ.get("CLV_BUNDLE_REQUIRED")
ALL = [Target(*each) for each in product(SYSTEMS, ("3.11", "3.12", "3.13"))]


def wanted(lock, target):
    return {f"{pin.name} {pin.version}" for pin in lock if target.wants(pin.marker)}


# Which package, in which version, goes to whom.

LOCK = """\
appnope==1.0 ; sys_platform == 'darwin' \\
    --hash=sha256:{0}
argon2==25 ; platform_machine == 'x86_64' and sys_platform == 'darwin' \\
    --hash=sha256:{0}
argon2==26 ; platform_machine != 'x86_64' or sys_platform != 'darwin' \\
    --hash=sha256:{0}
numpy==2.4 ; python_full_version < '3.12' \\
    --hash=sha256:{0}
numpy==2.5 ; python_full_version >= '3.12' \\
    --hash=sha256:{0} \\
    --hash=sha256:{1}
pexpect==4.9 ; sys_platform != 'emscripten' and sys_platform != 'win32' \\
    --hash=sha256:{0}
pywinpty==3.1 ; os_name == 'nt' \\
    --hash=sha256:{0}
Soup_Sieve==2 ; python_full_version < '3.11.5' \\
    --hash=sha256:{0}
Soup_Sieve==4 ; python_full_version >= '3.11.5' \\
    --hash=sha256:{0}
""".format(64 * "a", 64 * "b")


def test_the_lock_is_read_with_versions_markers_and_all_hashes():
    lock = bundle.read_lock(LOCK)
    assert [pin.name for pin in lock][-2:] == ["soup-sieve", "soup-sieve"]
    assert lock[4].version == "2.5"
    assert lock[4].hashes == {64 * "a", 64 * "b"}


@pytest.mark.parametrize(
    ("system", "python", "packages"),
    [
        ("windows", "3.12", "argon2 26, numpy 2.5, pywinpty 3.1, soup-sieve 4"),
        ("macos", "3.13", "appnope 1.0, argon2 26, numpy 2.5, pexpect 4.9, soup-sieve 4"),
        ("macos-intel", "3.12", "appnope 1.0, argon2 25, numpy 2.5, pexpect 4.9, soup-sieve 4"),
        ("linux", "3.11", "argon2 26, numpy 2.4, pexpect 4.9, soup-sieve 2, soup-sieve 4"),  # for 3.11.0 and for 3.11.9
        ("linux-arm", "3.12", "argon2 26, numpy 2.5, pexpect 4.9, soup-sieve 4"),
    ],
)
def test_markers_are_read_for_the_target_and_not_for_this_machine(system, python, packages):
    assert wanted(bundle.read_lock(LOCK), Target(system, python)) == set(packages.split(", "))


def test_the_courses_lock_has_for_each_target_one_version_of_each_package():
    """Two only where the patch of a Python decides, as of soupsieve below and from 3.11.5."""
    lock = bundle.read_lock((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    for target in ALL:
        names = [pin.name for pin in lock if target.wants(pin.marker)]
        twice = {name for name in names if names.count(name) > 1}
        assert {"numpy", "pandas", "jupyterlab"} <= set(names)
        assert twice <= ({"soupsieve"} if target.python == "3.11" else set())
        assert ("pywinpty" in names) == (target.system == "windows")
        assert ("appnope" in names) == target.system.startswith("macos")


FILES = [
    "x-1-cp312-cp312-win_amd64.whl",
    "x-1-cp312-cp312-win32.whl",
    "x-1-cp311-abi3-macosx_11_0_arm64.whl",
    "x-1-cp312-cp312-macosx_14_0_arm64.whl",
    "x-1-cp312-cp312-macosx_10_13_x86_64.whl",
    "x-1-cp312-cp312-macosx_12_0_universal2.whl",
    "x-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "x-1-cp312-cp312-manylinux_2_34_x86_64.whl",
    "x-1-cp313-cp313-manylinux_2_28_x86_64.whl",
    "x-1-cp312-cp312-musllinux_1_2_x86_64.whl",
    "x-2-py3-none-any.whl",
]


@pytest.mark.parametrize(
    ("system", "python", "file"),
    [
        ("windows", "3.12", "x-1-cp312-cp312-win_amd64.whl"),
        ("windows", "3.13", None),
        ("macos", "3.12", "x-1-cp312-cp312-macosx_12_0_universal2.whl"),  # better than abi3; 14 is too new
        ("macos", "3.13", "x-1-cp311-abi3-macosx_11_0_arm64.whl"),
        ("macos-intel", "3.12", "x-1-cp312-cp312-macosx_12_0_universal2.whl"),
        ("linux", "3.12", "x-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"),  # 2.34 is too new
        ("linux", "3.13", "x-1-cp313-cp313-manylinux_2_28_x86_64.whl"),
        ("linux", "3.11", None),
        ("linux-arm", "3.12", None),
    ],
)
def test_the_wheel_that_fits_a_target_best_is_chosen_or_none(tmp_path, system, python, file):
    for name in FILES:
        (tmp_path / name).touch()
    one, two = (Pin("x", version, None, frozenset()) for version in "12")
    found = bundle.best(tmp_path, one, Target(system, python))
    assert (found and found.name) == file
    assert bundle.best(tmp_path, two, Target(system, python)).name == "x-2-py3-none-any.whl"


# What is missing.


def wheel(folder, name, *requires, version="1", tag="py3-none-any"):
    """A wheel that holds nothing but what it requires."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-{tag}.whl"
    info = f"{name}-{version}.dist-info"
    said = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    said += [f"Requires-Dist: {each}" for each in requires]
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}.py", "")
        file.writestr(f"{info}/METADATA", "\n".join(said) + "\n\nRequires-Dist: this is a description\n")
        file.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        file.writestr(f"{info}/RECORD", "")
    return path


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pins(*wheels, markers=None):
    """A lock of these wheels."""
    lines = []
    for path in wheels:
        name, version, _ = path.name.split("-", 2)
        marker = f" ; {markers[name]}" if name in (markers or {}) else ""
        lines.append(f"{name}=={version}{marker} \\\n    --hash=sha256:{sha256(path)}\n")
    return "".join(lines)


@pytest.fixture
def small(tmp_path):
    """A bundle: clvlib[marking] asks for jupyter, jupyter for colour on Windows and for core[fast], that for c."""
    folder = tmp_path / "wheels"
    made = [
        wheel(folder, "clvlib", "numbers>=2", "clvlib[course]; extra == 'marking'", "jupyter; extra == 'course'"),
        wheel(folder, "jupyter", "numbers<9", "colour; sys_platform == 'win32'", "core[fast]", "nose; extra == 'test'"),
        wheel(folder, "core", "c>=1; extra == 'fast'"),
        wheel(folder, "c", tag="cp312-cp312-win_amd64"),
        wheel(folder, "colour"),
        wheel(folder, "numbers", version="2"),
        wheel(folder, "flit_core"),
    ]
    again = wheel(folder, "c", tag="cp312-cp312-manylinux2014_x86_64")
    lock = pins(*made, markers={"colour": "sys_platform == 'win32'"})
    lock = lock.replace(sha256(made[3]), f"{sha256(made[3])} \\\n    --hash=sha256:{sha256(again)}")
    (tmp_path / "packages.txt").write_text(lock, encoding="utf-8")
    about = {"version": "1", "pythons": ["3.12"], "systems": {"windows": {}, "linux": {}}}
    (tmp_path / "bundle.json").write_text(json.dumps(about), encoding="utf-8")
    return tmp_path


def test_nothing_is_missing_where_each_target_has_a_wheel_of_all_that_is_asked_for(small):
    assert list(bundle.check(small)) == []


def test_a_wheel_that_is_not_there_is_named_with_who_needs_it_and_where(small):
    (small / "wheels" / "c-1-cp312-cp312-manylinux2014_x86_64.whl").unlink()
    assert list(bundle.check(small)) == ["linux, Python 3.12: no wheel of c 1 fits; core needs it."]


def test_what_one_system_alone_needs_is_missed_there_alone(small):
    (small / "wheels" / "colour-1-py3-none-any.whl").unlink()
    assert list(bundle.check(small)) == ["windows, Python 3.12: no wheel of colour 1 fits; jupyter needs it."]


def test_a_python_without_wheels_is_told(small):
    about = json.loads((small / "bundle.json").read_text())
    (small / "bundle.json").write_text(json.dumps(about | {"pythons": ["3.13"]}))
    said = list(bundle.check(small))
    assert said == [f"{system}, Python 3.13: no wheel of c 1 fits; core needs it." for system in ("windows", "linux")]


def test_a_package_without_an_entry_and_one_of_a_wrong_version_are_told(small):
    lock = small / "packages.txt"
    lock.write_text(re.sub(r"jupyter==.*\n.*\n", "", lock.read_text()).replace("numbers==2", "numbers==1"))
    wheel(small / "wheels", "numbers", version="1")
    said = list(bundle.check(small))
    for system in ("windows", "linux"):
        assert f"{system}, Python 3.12: packages.txt has no jupyter; clvlib needs it." in said
        assert f"{system}, Python 3.12: packages.txt has no numbers>=2; clvlib needs it." in said


def test_a_file_that_was_changed_is_told(small):
    path = small / "wheels" / "colour-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("more.py", "")
    bundle._sha256.cache_clear()
    assert list(bundle.check(small)) == [f"windows, Python 3.12: {path.name} is not the file that packages.txt names."]


@pytest.mark.slow
def test_pip_fetches_for_another_system_what_is_asked_for_there_by_the_locks_hashes(small, tmp_path, monkeypatch):
    pytest.importorskip("pip")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(small / "wheels"))
    lock, fetched = bundle.read_lock((small / "packages.txt").read_text()), tmp_path / "fetched"
    fetched.mkdir()
    shutil.copy(small / "wheels" / "clvlib-1-py3-none-any.whl", fetched)
    wrong = [Pin(pin.name, pin.version, pin.marker, frozenset({64 * "0"})) for pin in lock]
    windows = Target("windows", "3.12")
    with pytest.raises(SystemExit, match=r"Not all packages for windows, Python 3.12 could be fetched"):
        bundle.fetch(windows, wrong, fetched)
    bundle.fetch(windows, lock, fetched)
    assert {path.name for path in fetched.iterdir()} == {
        path.name for path in (small / "wheels").iterdir() if "manylinux" not in path.name
    }


def test_two_versions_of_a_package_are_fetched_one_after_the_other(tmp_path, monkeypatch):
    """A package may have one for the first releases of a Python, and another for the later; pip takes one at a time."""
    lock = [bundle.Pin("soupsieve", version, None, frozenset()) for version in ("2.10", "4.1.2")]
    rounds = []

    def there():
        return {pin for each in rounds for pin in each}

    monkeypatch.setattr(
        bundle, "needs", lambda *_: bundle.Needs(missing={pin: "bs4" for pin in lock if pin not in there()})
    )
    monkeypatch.setattr(bundle, "_download", lambda pins, *_: rounds.append(set(pins)) or True)
    bundle.fetch(bundle.Target("linux", "3.11"), lock, tmp_path)
    assert sorted(len(each) for each in rounds) == [1, 1]
    assert there() == set(lock)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["--platforms", "windows beos"],
            "There is no platform 'beos': choose among windows, macos, macos-intel, linux",
        ),
        (["--pythons", "3.12 2"], "'2' is no version of Python such as 3.12."),
        (["--platforms", ""], "Name at least one of each"),
    ],
)
def test_a_wrong_choice_gets_one_sentence(monkeypatch, arguments, says):
    monkeypatch.setattr(sys, "argv", ["bundle.py", *arguments])
    with pytest.raises(SystemExit, match=re.escape(says)):
        bundle.main()


# The course, and the scripts that start it.


def test_the_course_is_whole_and_has_nothing_of_anybodys():
    files = set(bundle.course_files())
    assert {path for path in files if path.suffix == ".ipynb"} >= {
        path.relative_to(ROOT) for room in ("notebooks", "exercises") for path in ROOT.glob(f"{room}/[01]*.ipynb")
    }
    said = {line.split("  ")[1] for line in (ROOT / "datasets/SHA256SUMS").read_text().splitlines()}
    assert said <= {path.relative_to("datasets").as_posix() for path in files if path.parts[0] == "datasets"}
    assert not {part for path in files for part in path.parts} & {".progress", "__pycache__", ".ipynb_checkpoints"}
    links = 0
    for path in sorted(files):
        if path.parts[0] == "notebooks":
            for target in re.findall(r"\]\((?!\w+:|#)([^)\s#]+)", (ROOT / path).read_text(encoding="utf-8")):
                linked = (ROOT / path.parent / target).resolve().relative_to(ROOT)
                assert linked in files, f"{path} links to {linked}, which does not go along"
                links += 1
    assert links > 100


@pytest.fixture
def stick(tmp_path):
    """A stick with its scripts, and with nothing else."""
    targets = [Target(system, python) for system in ("windows", "linux") for python in ("3.12", "3.11")]
    bundle.write_start(tmp_path, targets, {target: {} for target in targets})
    return tmp_path


def test_the_scripts_say_which_pythons_fit_and_windows_gets_its_line_ends(stick):
    about = json.loads((stick / "bundle.json").read_text())
    assert about["pythons"] == ["3.12", "3.11"]
    assert about["systems"]["linux"]["machine"] == "x86_64"
    for name in ("start.sh", "start.bat", "README.txt"):
        text = (stick / name).read_bytes().decode()
        assert "3.12 or 3.11" in text
        assert not re.search(r"@\w+@", text)
        assert ("\r\n" in text) == (name != "start.sh")
    assert "for %%v in (3.12 3.11)" in (stick / "start.bat").read_text()
    assert os.name == "nt" or (stick / "start.sh").stat().st_mode & 0o111


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
@pytest.mark.parametrize(("there", "found"), [("3.12", True), ("3.11", True), ("3.10", False), ("3.13", False)])
def test_a_python_that_fits_is_found_under_any_name_or_the_sentence_says_which_is_needed(stick, there, found):
    tools = stick / "tools"
    tools.mkdir()
    for tool in ("sh", "dirname"):
        (tools / tool).symlink_to(shutil.which(tool))
    fake = tools / "python3"  # answers as that version would, and says what it is asked to run
    fake.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] || {{ echo "runs $*"; exit; }}\ncase "$2" in *"\'{there}\'"*) ;; *) exit 1; esac\n'
    )
    fake.chmod(0o755)
    script = ["sh", str(stick / "start.sh"), "--only-set-up"]
    done = subprocess.run(script, env={"PATH": str(tools)}, capture_output=True, text=True)
    if found:
        assert done.stdout == "runs start.py --only-set-up\n"
    else:
        assert done.returncode == 1
        assert done.stdout.startswith("The course needs Python 3.12 or 3.11, and none was found on this computer.")


@pytest.fixture
def start(stick, monkeypatch):
    monkeypatch.syspath_prepend(str(stick))
    monkeypatch.delitem(sys.modules, "start", raising=False)
    import start

    return start


def test_on_another_system_it_says_what_the_stick_is_for(start, monkeypatch):
    monkeypatch.setattr(start.sys, "platform", "darwin")
    monkeypatch.setattr(start.platform, "machine", lambda: "arm64")
    (start.HERE / "course").mkdir()
    with pytest.raises(
        SystemExit, match=r"has packages for Windows 10 or newer; Linux with glibc 2.28 or newer\. This"
    ):
        start.set_up(start.HERE / "home")
    assert not (start.HERE / "home").exists()


def test_what_was_written_stays_when_the_course_is_set_up_again(start, monkeypatch):
    notebook = start.HERE / "course" / "notebooks" / "00.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_text("as handed out")
    monkeypatch.setattr(start, "complain_if_nothing_fits", lambda: None)
    monkeypatch.setattr(start, "run", lambda *_: 1)
    home = start.HERE / "home"
    mine = home / "notebooks" / "00.ipynb"
    with pytest.raises(SystemExit, match="could not make an environment"):
        start.set_up(home)
    assert mine.read_text() == "as handed out"
    mine.write_text("mine")
    with pytest.raises(SystemExit):
        start.set_up(home)
    assert mine.read_text() == "mine"
    assert not start.is_ready(home)
    assert os.name == "nt" or (home / "start.sh").stat().st_mode & 0o111


def test_a_copy_without_its_environment_asks_for_the_stick(start):
    (start.HERE / ".venv").mkdir()
    (start.HERE / ".venv" / "ready").touch()  # but its Python was taken away
    assert not start.is_ready(start.HERE)
    with pytest.raises(SystemExit, match="Start it from the stick once more"):
        start.set_up(start.HERE)


# The bundle itself, without a network.


@pytest.mark.slow
@pytest.mark.skipif(not REQUIRED, reason="`make bundle-test` runs it, on what `make bundle` made")
def test_a_bundle_sets_up_without_a_network_and_a_lesson_runs_in_it(tmp_path):
    assert [name for _, name in socket.if_nameindex()] == ["lo"], "there is a network: run make bundle-test"
    packed = max((ROOT / "dist").glob("clv-notebooks-*.zip"), key=os.path.getmtime, default=None)
    assert packed, "there is no bundle: run make bundle"
    with zipfile.ZipFile(packed) as file:
        assert not [name for name in file.namelist() if ".progress" in name]
        file.extractall(tmp_path / "USB 优盘")
    stick = tmp_path / "USB 优盘" / packed.stem
    home = tmp_path / "home 李娜"  # blanks and Chinese letters
    home.mkdir()
    clean = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "PIP_CONFIG_FILE": os.devnull}
    subprocess.run(["sh", stick / "start.sh", "--only-set-up"], env=clean, check=True)
    course = home / packed.stem
    python = course / ".venv" / "bin" / "python"
    for ours, which in (("--only-binary=clvlib", "bare"), ("--no-binary=clvlib", "built")):  # the wheel; the sdist
        subprocess.run([sys.executable, "-m", "venv", tmp_path / which], check=True)
        command = ["install", "--quiet", "--no-index", f"--find-links={stick / 'wheels'}", ours, "clvlib"]
        subprocess.run([tmp_path / which / "bin" / "python", "-m", "pip", *command], env=clean, check=True)
        command = ["-c", "import clvlib; print(clvlib.value.roi(3, 2))"]
        said = subprocess.run([tmp_path / which / "bin" / "python", *command], capture_output=True, text=True, cwd=home)
        assert said.stdout == "0.5\n", said.stderr
    shutil.rmtree(stick)  # it goes to the next student
    code = "from clvlib.course import check_setup; check_setup()"
    said = subprocess.run([python, "-c", code], env=clean, cwd=home, capture_output=True, text=True, check=True)
    assert said.stdout == "Everything is in place: the packages and the datasets.\n", said.stderr
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        lab = f"http://127.0.0.1:{(port := probe.getsockname()[1])}"
    command = ["sh", course / "start.sh", "--no-browser", f"--port={port}", "--IdentityProvider.token="]
    server = subprocess.Popen(command, env=clean, start_new_session=True)
    try:
        wait(lambda: get(f"{lab}/api/status") is not None, "JupyterLab did not start")
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.set_default_timeout(PATIENCE * 1000)
            page.goto(lab)
            page.get_by_role("heading", name="Start here").first.wait_for()
            page.screenshot(path=ROOT / "dist" / "start.png")
            open_and_run(lab, page, "notebooks/01_worksheet.ipynb", "the test costs 120,000 RMB")
            explorer = page.locator(".clv-explorer").first
            slider = explorer.locator("input[type=range]").first
            slider.scroll_into_view_if_needed()
            slider.press("ArrowRight")
            answer = explorer.locator(".clv-sentence")
            wait(lambda: "At a margin rate of 9.4%" in answer.inner_text(), "the explorer did not answer")
            page.screenshot(path=ROOT / "dist" / "explorer.png")
            open_and_run(lab, page, "exercises/01_worksheet.ipynb", "0 of 8 questions done")
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(60)
