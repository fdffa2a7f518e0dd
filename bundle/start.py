"""Set the course up from a stick, once, and open it, without a network: start.sh, .command and .bat run this."""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
ABOUT = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))


def main() -> None:
    parser = argparse.ArgumentParser(description="Set the course up from this stick, once, and open it.")
    parser.add_argument("--folder", type=Path, help="where to; otherwise a folder in your home folder")
    parser.add_argument("--only-set-up", action="store_true", help="do not open it")
    options, for_jupyter = parser.parse_known_args()
    if is_ready(HERE):  # started from where it was set up: no stick is needed
        course = HERE
    else:
        course = (options.folder or Path.home() / f"clv-notebooks-{ABOUT['version']}").absolute()
        if not is_ready(course):
            set_up(course)
        print(f"The course is in {course}. Next time you can start it there, without the stick.", flush=True)
    if not options.only_set_up:
        sys.exit(open_lab(course, for_jupyter))


def is_ready(course: Path) -> bool:
    return (course / ".venv" / "ready").exists() and python_of(course).exists()


def set_up(course: Path) -> None:
    """Copy the course, keeping what is there, and make an environment from the packages of the stick."""
    if not (HERE / "course").exists():
        sys.exit("The set-up of this folder is not whole. Start it from the stick once more: your work stays.")
    complain_if_nothing_fits()
    print(f"Setting the course up in {course} (once; one to five minutes) ...", flush=True)
    try:
        shutil.copytree(HERE / "course", course, copy_function=copy_if_new, dirs_exist_ok=True)
        for name in ("start.py", "start.sh", "start.command", "start.bat", "bundle.json"):
            copy_if_new(HERE / name, course / name)
            (course / name).chmod(0o755)
    except OSError as error:
        sys.exit(f"The course could not be copied to {course}: {error}. Choose another place with --folder.")
    environment = course / ".venv"
    if run(sys.executable, "-m", "venv", "--clear", environment):
        sys.exit(
            "Python could not make an environment. On Debian or Ubuntu, install python3-venv, then start this again."
        )
    command = ["install", "--quiet", "--no-index", f"--find-links={HERE / 'wheels'}", "--disable-pip-version-check"]
    command += ["--require-hashes", f"--requirement={HERE / 'packages.txt'}"]
    if run(python_of(course), "-m", "pip", *command):
        fits = "; ".join(system["words"] for system in ABOUT["systems"].values())
        sys.exit(
            f"The set-up did not finish: see above. The stick has packages for {fits}. Starting again begins it anew."
        )
    use_the_copy(course, Path(sysconfig.get_path("purelib", "venv", {"base": str(environment)})))
    settings = environment / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(course / ".ci" / "jupyterlab_overrides.json", settings / "overrides.json")
    (environment / "ready").touch()


def complain_if_nothing_fits() -> None:
    machine = "AMD64" if sysconfig.get_platform() == "win-amd64" else platform.machine()
    this = {"sys_platform": sys.platform, "machine": machine}
    if not any(this.items() <= system.items() for system in ABOUT["systems"].values()):
        fits = "; ".join(system["words"] for system in ABOUT["systems"].values())
        sys.exit(
            f"This stick has packages for {fits}. This computer is {platform.system()}, {machine}: ask your teacher."
        )


def copy_if_new(source: Path | str, target: Path | str) -> None:
    """Nothing that somebody wrote is written over."""
    if not Path(target).exists():
        shutil.copyfile(source, target)


def use_the_copy(course: Path, packages: Path) -> None:
    """Have Python take clvlib from the course's folder, beside which the datasets are, and not the one installed.

    The path is relative: Windows would misread a home folder with Chinese letters.
    """
    shutil.rmtree(packages / "clvlib")
    (packages / "clvlib.pth").write_text(os.path.relpath(course, packages) + "\n", encoding="ascii")


def python_of(course: Path) -> Path:
    return course / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(*command: object) -> int:
    """Run a command, whatever settings pip has on this computer."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    return subprocess.run(list(map(str, command)), env=clean | {"PIP_CONFIG_FILE": os.devnull}).returncode


def open_lab(course: Path, for_jupyter: list[str]) -> int:
    """JupyterLab as `make lab` opens it: its settings lie in the course's folder."""
    print(
        "Starting JupyterLab; Ctrl-C here stops it. Your browser opens by itself; if not, use an address printed below."
    )
    sys.stdout.flush()
    command = [str(python_of(course)), "-m", "jupyterlab", "--allow-root", *for_jupyter]
    with subprocess.Popen(command, cwd=course, env=os.environ | {"JUPYTER_CONFIG_PATH": str(course / ".ci")}) as lab:
        while True:
            try:
                return lab.wait()
            except KeyboardInterrupt:  # JupyterLab has heard it as well, and asks whether to stop
                pass


if __name__ == "__main__":
    main()
