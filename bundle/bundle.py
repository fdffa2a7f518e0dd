"""The course on a stick, for a class without a network: `make bundle` runs this.

A bundle is the course, start scripts, and packages for several *targets*: a system with a Python, such as windows with
3.12. pip evaluates a lock's markers for the machine that it runs on. So what a target needs is found here, by walking
from clvlib's own wheel through what each wheel says that it requires, with the target's markers and tags; pip only
fetches it, by the hashes of the lock. The same walk through the finished bundle tells what is missing.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.parser import HeaderParser
from functools import cache, cached_property
from itertools import product
from pathlib import Path

from own_package import package
from packaging import tags
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

import clvlib

HERE = Path(__file__).parent
ROOT = HERE.parent
START = ("clvlib[marking]", "flit_core")  # the second makes a wheel of our sdist
COURSE = (  # what a student works with; practice is checked by the keys, which JupyterLab does not list
    "notebooks/*.ipynb",
    "notebooks/*.md",
    "exercises/*.ipynb",
    "exercises/README.md",
    "exercises/keys/*.py",
    "datasets/*.csv",
    "datasets/README.md",
    "datasets/SHA256SUMS",
    "datasets/truth/*.json",
    "clvlib/**/*.*",
    ".ci/custom.css",
    ".ci/jupyterlab_overrides.json",
    ".ci/jupyter_server_config.py",
    "CITATION.cff",
    "LICENSE",
)


# Which file fits which machine.


@dataclass(frozen=True)
class System:
    """A system: how it is called, what markers ask of it, which wheels run on it, the best first."""

    words: str
    sys_platform: str
    platform_system: str
    platform_machine: str
    tags: tuple[str, ...]

    @property
    def os_name(self) -> str:
        return "nt" if self.sys_platform == "win32" else "posix"


def _macos(machine: str) -> tuple[str, ...]:
    return tuple(tags.mac_platforms((12, 0), machine))


def _linux(machine: str) -> tuple[str, ...]:
    legacy = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    each = ((f"manylinux_2_{glibc}", legacy.get(glibc)) for glibc in range(28, 4, -1))
    return tuple(f"{name}_{machine}" for names in each for name in names if name)


SYSTEMS = {
    "windows": System("Windows 10 or newer", "win32", "Windows", "AMD64", ("win_amd64",)),
    "macos": System("macOS 12 or newer, Apple silicon", "darwin", "Darwin", "arm64", _macos("arm64")),
    "macos-intel": System("macOS 12 or newer, Intel", "darwin", "Darwin", "x86_64", _macos("x86_64")),
    "linux": System("Linux with glibc 2.28 or newer", "linux", "Linux", "x86_64", _linux("x86_64")),
    "linux-arm": System("Linux on ARM with glibc 2.28 or newer", "linux", "Linux", "aarch64", _linux("aarch64")),
}


@dataclass(frozen=True)
class Target:
    """A system with a Python, such as windows and 3.12."""

    system: str
    python: str

    def __str__(self) -> str:
        return f"{self.system}, Python {self.python}"

    @cached_property
    def tags(self) -> dict[tags.Tag, int]:
        """Tags of the wheels that it takes; the lower the number, the better."""
        version, platforms = _order(self.python), SYSTEMS[self.system].tags
        abi = f"cp{version[0]}{version[1]}"
        found = [*tags.cpython_tags(version, [abi], platforms), *tags.compatible_tags(version, abi, platforms)]
        return {tag: place for place, tag in reversed(list(enumerate(found)))}

    def wants(self, marker: Marker | None, extras: Iterable[str] = ()) -> bool:
        """Whether a marker is true there: with any of the extras, in the first or in the last 3.12.x."""
        return marker is None or any(
            marker.evaluate(self._environment(full) | {"extra": extra})
            for full, extra in product((f"{self.python}.0", f"{self.python}.99"), ("", *extras))
        )

    def _environment(self, full: str) -> dict[str, str]:
        system = SYSTEMS[self.system]
        return {
            "implementation_name": "cpython",
            "implementation_version": full,
            "os_name": system.os_name,
            "platform_machine": system.platform_machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": system.platform_system,
            "platform_version": "",
            "python_full_version": full,
            "python_version": self.python,
            "sys_platform": system.sys_platform,
        }


# The lock, and the wheels that are there.


@dataclass(frozen=True)
class Pin:
    """An entry of the lock."""

    name: str
    version: str
    marker: Marker | None
    hashes: frozenset[str]


def read_lock(text: str) -> list[Pin]:
    """The entries of a lock with hashes."""
    pins = []
    for entry in re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)[1:]:
        requirement = Requirement(entry.partition(" \\\n")[0])
        version = str(requirement.specifier).removeprefix("==")
        hashes = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))
        pins.append(Pin(canonicalize_name(requirement.name), version, requirement.marker, hashes))
    return pins


def best(folder: Path, pin: Pin, target: Target) -> Path | None:
    """The wheel of a pin that fits the target best, among those in a folder."""
    fitting = []
    for path in _wheels(folder).get((pin.name, pin.version), ()):
        places = [target.tags[tag] for tag in parse_wheel_filename(path.name)[3] if tag in target.tags]
        fitting += [(min(places), path)] if places else []
    return min(fitting, default=(0, None))[1]


def _wheels(folder: Path) -> dict[tuple[str, str], list[Path]]:
    found: dict[tuple[str, str], list[Path]] = {}
    for path in sorted(folder.glob("*.whl")):
        name, version, _, _ = parse_wheel_filename(path.name)
        found.setdefault((name, str(version)), []).append(path)
    return found


@cache
def required_by(wheel: Path) -> tuple[Requirement, ...]:
    """What a wheel says that it requires."""
    with zipfile.ZipFile(wheel) as file:
        name = next(name for name in file.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        said = HeaderParser().parsestr(file.read(name).decode())
    return tuple(map(Requirement, said.get_all("Requires-Dist", ())))


# What a target needs.


@dataclass
class Needs:
    """What a target needs: pins with their wheels, pins without one, packages without a pin, and who asks for each."""

    wheels: dict[Pin, Path] = field(default_factory=dict)
    missing: dict[Pin, str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)


def needs(target: Target, lock: list[Pin], folder: Path) -> Needs:
    """Walk from the first requirements through the wheels of a folder, as far as they are there."""
    found = Needs()
    to_do = [(Requirement(line), "the course") for line in START]
    seen = set()
    while to_do:
        requirement, asks = to_do.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        pins = [pin for pin in lock if pin.name == name and target.wants(pin.marker)]
        if not any(requirement.specifier.contains(pin.version, prereleases=True) for pin in pins):
            found.unknown[f"{name}{requirement.specifier}"] = asks
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        for pin in pins:
            wheel = best(folder, pin, target)
            if wheel is None:
                found.missing[pin] = asks
            else:
                found.wheels[pin] = wheel
                to_do += [(each, name) for each in required_by(wheel) if target.wants(each.marker, extras)]
    return found


def fetch(target: Target, lock: list[Pin], folder: Path) -> dict[Pin, Path]:
    """Fetch what a target needs and the folder has not, which may ask for more; returns its pins with their wheels."""
    asked: set[Pin] = set()
    while missing := (found := needs(target, lock, folder)).missing:
        one_each = set({pin.name: pin for pin in missing}.values())  # pip takes one version of a package at a time
        if not one_each - asked or not _download(one_each, target, folder):
            raise SystemExit(f"Not all packages for {target} could be fetched: see what pip says above.")
        asked |= one_each
    return found.wheels


def _download(pins: Iterable[Pin], target: Target, folder: Path) -> bool:
    """Whether pip could fetch the wheels of these pins."""
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "wanted.txt"
        wanted.write_text("".join(map(_pip_line, pins)), encoding="utf-8")
        command = ["download", "--quiet", "--progress-bar=off", "--disable-pip-version-check", f"--dest={folder}"]
        command += ["--no-deps", "--only-binary=:all:", "--require-hashes", f"--requirement={wanted}"]
        command += ["--implementation=cp", f"--python-version={target.python}", "--ignore-requires-python"]
        command += [f"--abi=cp{target.python.replace('.', '')}"]
        command += [f"--platform={tag}" for tag in SYSTEMS[target.system].tags]
        return subprocess.run([sys.executable, "-m", "pip", *command]).returncode == 0


def _pip_line(pin: Pin) -> str:
    """A pin without its marker, which pip would read for the machine that it runs on."""
    return " ".join([f"{pin.name}=={pin.version}", *(f"--hash=sha256:{each}" for each in sorted(pin.hashes))]) + "\n"


# The bundle.


def build(to: Path, targets: list[Target]) -> Path:
    """Make the bundle in a folder, check it, and pack it; packages of an earlier build are used again."""
    wheels = to / "wheels"
    for path in to.glob("*"):
        if path != wheels:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    wheels.mkdir(parents=True, exist_ok=True)
    used = packages(targets, wheels)
    for path in course_files():
        copied = to / "course" / path
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, copied)
    site = ROOT / "docs/_build/html"
    if site.exists():
        shutil.copytree(site, to / "site", ignore=shutil.ignore_patterns(".buildinfo"))
    write_start(to, targets, used)
    if problems := list(check(to)):
        raise SystemExit("\n".join(["The bundle is not whole:", *problems]))
    return _pack(to)


def packages(targets: list[Target], wheels: Path) -> dict[Target, dict[Pin, Path]]:
    """Fill the folder of wheels with what the targets need, and nothing else."""
    with tempfile.TemporaryDirectory() as scratch:
        ours, sdist = (Path(shutil.copy(path, wheels)) for path in package(Path(scratch)))
    lock = [*read_lock((ROOT / "requirements.lock").read_text(encoding="utf-8")), _pin_of(ours)]
    used = {}
    for target in targets:
        print(f"{target}: fetching ...", end=" ", flush=True)
        used[target] = fetch(target, lock, wheels)
        print(f"{len(used[target])} packages, {megabytes(used[target].values())}", flush=True)
    for path in set(wheels.iterdir()) - {path for found in used.values() for path in found.values()} - {sdist}:
        path.unlink()  # of an earlier build
    return used


def course_files() -> list[Path]:
    """The files of the course that go along, as they are named in the repository."""
    found = (path for pattern in COURSE for path in ROOT.glob(pattern))
    return [path.relative_to(ROOT) for path in found if path.is_file() and "__pycache__" not in path.parts]


def write_start(to: Path, targets: list[Target], used: dict[Target, dict[Pin, Path]]) -> None:
    """Write the scripts that set the course up, what they need to know, and the page that explains them."""
    systems = {target.system: SYSTEMS[target.system] for target in targets}
    pythons = sorted({target.python for target in targets}, key=_order, reverse=True)
    about = {
        "version": clvlib.__version__,
        "pythons": pythons,
        "systems": {
            name: {"words": each.words, "sys_platform": each.sys_platform, "machine": each.platform_machine}
            for name, each in systems.items()
        },
    }
    (to / "bundle.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    files: dict[Pin, set[Path]] = {}
    sizes: dict[str, set[Path]] = {}
    for target, found in used.items():
        sizes.setdefault(target.system, set()).update(found.values())
        for pin, path in found.items():
            files.setdefault(pin, set()).add(path)
    lines = sorted(_line(pin, files[pin]) for pin in files)
    (to / "packages.txt").write_text("".join(lines), encoding="utf-8")
    shutil.copyfile(HERE / "start.py", to / "start.py")
    words = {
        "@version@": clvlib.__version__,
        "@pythons@": " ".join(pythons),
        "@any_python@": _either(pythons),
        "@sizes@": "\n".join(f"  {systems[name].words}: {megabytes(sizes[name])}" for name in sizes),
    }
    for name, line_end in {"start.sh": "\n", "start.command": "\n", "start.bat": "\r\n", "README.txt": "\r\n"}.items():
        text = re.sub("@[a-z_]+@", lambda mark: words[mark[0]], (HERE / name).read_text(encoding="utf-8"))
        (to / name).write_text(text, encoding="utf-8", newline=line_end)
        (to / name).chmod(0o644 if name == "README.txt" else 0o755)


def _pin_of(wheel: Path) -> Pin:
    """The entry of our own wheel, which no lock has."""
    name, version, _, _ = parse_wheel_filename(wheel.name)
    return Pin(name, str(version), None, frozenset({_sha256(wheel)}))


def _line(pin: Pin, wheels: Iterable[Path]) -> str:
    """An entry of the bundle's own lock, with the hashes of those files that it holds."""
    marker = f" ; {pin.marker}" if pin.marker else ""
    hashes = sorted(_sha256(wheel) for wheel in wheels)
    return (
        " \\\n".join([f"{pin.name}=={pin.version}{marker}", *(f"    --hash=sha256:{each}" for each in hashes)]) + "\n"
    )


@cache
def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _order(python: str) -> tuple[int, ...]:
    return tuple(map(int, python.split(".")))


def _either(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def megabytes(paths: Iterable[Path]) -> str:
    """The size of files."""
    return f"{sum(path.stat().st_size for path in paths) / 1e6:,.0f} MB"


def check(bundle: Path) -> Iterator[str]:
    """What a bundle lacks, in sentences: each target that it promises needs a fitting wheel of each package."""
    about = json.loads((bundle / "bundle.json").read_text(encoding="utf-8"))
    lock = read_lock((bundle / "packages.txt").read_text(encoding="utf-8"))
    wheels = bundle / "wheels"
    for target in (Target(*each) for each in product(about["systems"], about["pythons"])):
        found = needs(target, lock, wheels)
        for pin, asks in found.missing.items():
            yield f"{target}: no wheel of {pin.name} {pin.version} fits; {asks} needs it."
        for requirement, asks in found.unknown.items():
            yield f"{target}: packages.txt has no {requirement}; {asks} needs it."
        for pin, path in found.wheels.items():
            if _sha256(path) not in pin.hashes:
                yield f"{target}: {path.name} is not the file that packages.txt names."


def _pack(folder: Path) -> Path:
    """A zip of a folder, beside it; packages are packed already."""
    packed = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                how = zipfile.ZIP_STORED if path.suffix == ".whl" else zipfile.ZIP_DEFLATED
                file.write(path, f"{folder.name}/{path.relative_to(folder).as_posix()}", how)
    return packed


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the course for a stick, in dist/.")
    parser.add_argument("--platforms", default="windows macos macos-intel linux", help=f"of {' '.join(SYSTEMS)}")
    parser.add_argument("--pythons", default="3.11 3.12 3.13")
    options = parser.parse_args()
    platforms, pythons = options.platforms.split(), options.pythons.split()
    if strange := [name for name in platforms if name not in SYSTEMS]:
        raise SystemExit(f"There is no platform {strange[0]!r}: choose among {', '.join(SYSTEMS)}.")
    if strange := [version for version in pythons if not re.fullmatch(r"3\.\d\d", version)]:
        raise SystemExit(f"{strange[0]!r} is no version of Python such as 3.12.")
    if not platforms or not pythons:
        raise SystemExit('Name at least one of each, as in make bundle PLATFORMS="windows linux" PYTHONS="3.12".')
    targets = [Target(*each) for each in product(dict.fromkeys(platforms), dict.fromkeys(pythons))]
    to = ROOT / "dist" / f"clv-notebooks-{clvlib.__version__}"
    packed = build(to, targets)
    print(f"The bundle is in {to.relative_to(ROOT)}, and as {packed.relative_to(ROOT)}: {megabytes([packed])}.")
    print("Nothing is missing: each of its targets has a wheel of each package that it needs.")


if __name__ == "__main__":
    main()
