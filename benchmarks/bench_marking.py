"""Marking a class: 300 submissions of every kind, hostile ones too, and 20 right ones beside nbgrader.

A figure counts only if every student has the points that she should have, and if no process is left behind.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import harness
import nbformat

from clvlib.course import cli
from clvlib.course.exercise import Exercise, TextQuestion, load_exercise
from clvlib.course.marking import isolate, sandbox
from clvlib.course.marking.mark import workers
from clvlib.course.marking.nbgrader import export
from clvlib.course.marking.release import make_secret, read_secret
from clvlib.course.marking.roster import read_roster

NAME = "01_worksheet"
CLASS, SUBSET, TRIES = 300, 20, 2
GOAL = 8  # times as fast as nbgrader
LIMITS = sandbox.Limits()  # those of `clv mark`
# For each worker. Memory: what a notebook may use, and a little for ourselves. Processes: bubblewrap, the warm one, the
# student's and its parent, and two that are on their way out.
MEGABYTES, PROCESSES = 2500, 6


def rows() -> Iterator[dict[str, Any]]:
    if not shutil.which("bwrap"):
        print("Marking is not measured: it needs bubblewrap.")
        return
    exercise, folder = load_exercise(NAME), harness.data_file("marking")
    folder.mkdir()
    yield from _whole_class(exercise, folder)
    yield from _beside_nbgrader(exercise, folder)
    shutil.rmtree(folder)


def _whole_class(exercise: Exercise, folder: Path) -> Iterator[dict[str, Any]]:
    arguments, handed = _hand_in(exercise, folder / "class", CLASS)
    out = folder / "class_marked"
    used = harness.run_in(sys.executable, __file__, "watched", *arguments, out)
    wrong, side_by_side = _wrong(exercise, handed, out), workers(LIMITS)
    hung = sum(map(_hung, (out / "answers").iterdir()))
    waited = hung * LIMITS.cell_seconds * (1 + 1 / side_by_side)  # what hangs runs again, alone
    note = (
        f"{used['seconds']:.0f} s with {side_by_side} workers, {waited:.0f} of them waiting for {hung} notebooks that "
        f"hang, twice each; students with other points than they should have: {', '.join(wrong) or 'none'}; processes "
        f"left behind: {used['left'] or 'none'}"
    )
    work, agrees = f"marking, {CLASS} submissions of every kind", not wrong and not used["left"]
    yield harness.figure(work, "clv mark", 60 * CLASS / used["seconds"], "a minute", note=note, agrees=agrees)
    note = f"{used['size']} of all processes, and files in memory, about 10 times a second"
    most = MEGABYTES * side_by_side
    yield harness.figure(f"{work}: peak memory", "clv mark", used["megabytes"], "MB", most, note, agrees)
    most = 1 + PROCESSES * side_by_side
    yield harness.figure(f"{work}: processes", "clv mark", used["processes"], "at once", most, agrees=agrees)


def _beside_nbgrader(exercise: Exercise, folder: Path) -> Iterator[dict[str, Any]]:
    """The tools in turn. nbgrader gives everybody the textbook's numbers, we give each student her own."""
    arguments, handed = _hand_in(exercise, folder / "subset", SUBSET, "right")
    ways = {
        "clv mark": [sys.executable, "-m", "clvlib.course.cli", *arguments],
        "clv mark, no process kept warm": [sys.executable, __file__, "cold", *arguments],
    }
    python = harness.nbgrader_python()
    course = _nbgrader_course(exercise, folder / "course", python) if python else None
    tries: dict[str, list[float]] = {name: [] for name in (*ways, "nbgrader")}
    wrong: list[str] = []
    for number in range(TRIES):
        for way, command in ways.items():
            out = folder / f"{way} {number}"
            tries[way].append(_seconds(folder, [*command, out]))
            wrong += _wrong(exercise, handed, out)
        if course:
            copy = shutil.copytree(course, folder / f"nbgrader {number}")
            tries["nbgrader"].append(_seconds(copy, [python, "-m", "nbgrader", "autograde", NAME]))
            wrong += _wrong_in_nbgrader(exercise, copy, python)
    best = {name: min(seconds) / SUBSET for name, seconds in tries.items() if seconds}
    note = (
        f"a submission, best of {TRIES} runs of {SUBSET} with {workers(LIMITS)} workers, start included; nbgrader runs "
        f"one at a time; students without full points: {', '.join(wrong) or 'none'}"
    )
    work = "marking, right submissions"
    for way, goal in zip(ways, (GOAL, None), strict=True):
        yield harness.compare(work, way, "nbgrader", best[way], best.get("nbgrader"), goal, note, not wrong)
    yield _beside_busy_processes(exercise, folder, [*ways["clv mark"], folder / "busy"], handed)


def _beside_busy_processes(exercise: Exercise, folder: Path, command: list[Any], handed: list[Any]) -> dict[str, Any]:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        seconds = _seconds(folder, command)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    wrong = _wrong(exercise, handed, folder / "busy")
    note = f"students without full points: {', '.join(wrong) or 'none'}"
    work = f"marking, {SUBSET} right submissions beside two busy processes"
    return harness.figure(work, "clv mark", 60 * SUBSET / seconds, "a minute", note=note, agrees=not wrong)


def _hand_in(exercise: Exercise, folder: Path, size: int, *kinds: str) -> tuple[list[str], list[Any]]:
    """What `clv` is told about a simulated class, up to the folder of results; and who should earn what."""
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    from classroom import Classroom, roster_of, write_in

    folder.mkdir()
    roster, secret, submissions = folder / "roster.csv", folder / "secret", folder / "submissions"
    make_secret(secret)
    room = Classroom(exercise, read_secret(secret), read_roster(roster_of(size, roster)))
    handed = list(room.hand_in(list(kinds) or room.kinds()))
    write_in(handed, submissions)
    files = {"--roster": roster, "--secret": secret, "--submissions": submissions}
    return ["mark", NAME, *(str(word) for pair in files.items() for word in pair), "--out"], handed


def _automatic(exercise: Exercise) -> dict[str, int]:
    """The points of each question that needs no person."""
    return {key: asked.points for key, asked in exercise.questions.items() if not isinstance(asked, TextQuestion)}


def _wrong(exercise: Exercise, handed: list[Any], out: Path) -> list[str]:
    """Students whose points in the gradebook are not those they should have, with what they handed in."""
    with (out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        earned = [{key: row[key] for key in _automatic(exercise)} for row in csv.DictReader(file)]
    nothing = dict.fromkeys(_automatic(exercise), "")
    return [
        f"{file.student.id} ({file.kind})"
        for file, points in zip(handed, earned, strict=True)
        if points != (nothing if file.points is None else {key: str(most) for key, most in file.points.items()})
    ]


def _hung(answers: Path) -> bool:
    return bool(json.loads(answers.read_bytes())["late"])


def _nbgrader_course(exercise: Exercise, folder: Path, python: Path) -> Path:
    """A course of nbgrader's in which the students have handed in right answers."""
    export(folder, [exercise])
    _run(folder, [python, "-m", "nbgrader", "generate_assignment", NAME])
    notebook = nbformat.read(folder / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    for cell in notebook.cells:
        asked = exercise.questions.get(cell.metadata.nbgrader.grade_id)
        cell.source = asked.solution() if asked else cell.source
    for number in range(SUBSET):
        submitted = folder / "submitted" / f"s{number}" / NAME
        submitted.mkdir(parents=True)
        nbformat.write(notebook, submitted / f"{NAME}.ipynb")
    return folder


def _wrong_in_nbgrader(exercise: Exercise, course: Path, python: Path) -> list[str]:
    scores, full = json.loads(_run(course, [python, "-c", _PRINT_SCORES])), sum(_automatic(exercise).values())
    return [f"s{number} (nbgrader)" for number in range(SUBSET) if scores.get(f"s{number}") != full]


_PRINT_SCORES = f"""
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps({{one.student.id: one.score for one in book.assignment_submissions("{NAME}")}}))
"""


def _seconds(folder: Path, command: Sequence[Any]) -> float:
    start = time.perf_counter()
    _run(folder, command)
    return time.perf_counter() - start


def _run(folder: Path, command: Sequence[Any]) -> str:
    """What a command prints, in a folder, without the settings and kernels of whoever runs this."""
    own = dict.fromkeys(("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"), str(folder / "jupyter"))
    own["PATH"] = f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader looks for alembic there
    return subprocess.run(command, cwd=folder, env=os.environ | own, check=True, capture_output=True, text=True).stdout


# --- below: clv in a process of its own, watched or changed --------------------------------------------------------

_ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER


def _watched(arguments: list[str]) -> dict[str, Any]:
    """Seconds, peaks of memory and processes, and how many processes are left two seconds after the end."""
    isolate.prctl(_ADOPT_ORPHANS, 1)  # whatever it leaves behind is then ours to see
    size, megabytes, processes, files_before = "Pss", 0.0, 0, _kilobytes("meminfo", "Shmem")
    start = time.perf_counter()
    running = subprocess.Popen([sys.executable, "-m", "clvlib.course.cli", *arguments], stdout=subprocess.DEVNULL)
    while running.poll() is None:
        family = _descendants()
        try:
            sizes = [_kilobytes(f"{process}/smaps_rollup", "Pss") for process in family]
        except PermissionError:
            size, sizes = "VmRSS", [_kilobytes(f"{process}/status", "VmRSS") for process in family]
        files = max(_kilobytes("meminfo", "Shmem") - files_before, 0)
        megabytes, processes = max(megabytes, (sum(sizes) + files) * 1024 / 1e6), max(processes, len(family))
        time.sleep(0.1)
    seconds = time.perf_counter() - start
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, running.args)
    time.sleep(2)
    names = {"Pss": "proportional set size", "VmRSS": "resident set size"}
    left = len(_descendants())
    return dict(seconds=seconds, megabytes=megabytes, processes=processes, size=names[size], left=left)


def _descendants() -> list[int]:
    """Living processes that come from this one."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = path.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state != "Z":
                children.setdefault(int(parent), []).append(int(path.parent.name))
    found = [os.getpid()]
    for process in found:
        found += children.get(process, [])
    return found[1:]


def _kilobytes(path: str, name: str) -> int:
    """A figure that the kernel gives in a file; 0 of a process that is gone."""
    try:
        line = re.search(rf"^{name}:\s*([0-9]+) kB", Path("/proc", path).read_text(), re.MULTILINE)
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(line[1]) if line else 0


def _cold(arguments: list[str]) -> None:
    """`clv` as on a system that lets no process be kept warm: each notebook in a new one."""

    class Cold(sandbox.Sandbox):
        def __init__(self, *arguments: Any, **options: Any):
            super().__init__(*arguments, **options)
            self.end()  # the one of its trial run
            self.warm = False

    sandbox.Sandbox = Cold
    cli.app(arguments)


if __name__ == "__main__":
    if sys.argv[1] == "cold":
        _cold(sys.argv[2:])
    else:
        print(json.dumps(_watched(sys.argv[2:])))
