"""From inside a submission: what hostile code can reach, write, use up and earn. Nothing, in both kinds of sandbox.

Each test runs a student's cells for real. A cell answers with what it got hold of; the tests look at the answer.
"""

import contextlib
import json
import os
import platform
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from classroom import HOSTILE, all_gone, descendants, needs_bubblewrap

from clvlib.course.data import ROOT
from clvlib.course.exercise import load_exercise
from clvlib.course.marking import clock, sandbox, seccomp
from clvlib.course.marking.judge import judge, notes
from clvlib.course.marking.sandbox import Limits, Sandbox

pytestmark = [needs_bubblewrap, pytest.mark.slow]

# Where a cell hangs and only uses up its own time, it gets little; the whole is short only where it is to run out.
LIMITS = Limits(cell_seconds=60, call_seconds=60, seconds=600)
SHORT = Limits(cell_seconds=2, call_seconds=2, seconds=600)
STUBBORN = HOSTILE["endless loop that catches"]
OPENING = "from clvlib.course import assessment\nex = assessment('x', {})"


@pytest.fixture(autouse=True)
def impatience(monkeypatch):
    monkeypatch.setattr(sandbox, "GRACE", 1)


@pytest.fixture
def short(box, monkeypatch):
    monkeypatch.setattr(box, "limits", SHORT)


@pytest.fixture
def short_in_all(box, monkeypatch):
    """Five seconds for the whole, and a process that stands ready, so that none of them goes into its start."""
    assert got(box, "got = 1") == "1"
    monkeypatch.setattr(box, "limits", Limits(cell_seconds=2, seconds=5))
    monkeypatch.setattr(sandbox, "MOST_TRIES", 100)


@pytest.fixture(scope="module", params=["warm", "fresh"])
def box(request):
    box = Sandbox(LIMITS)
    assert box.warm, "this system allows no namespaces inside a sandbox"
    box.warm = request.param == "warm"
    yield box
    box.end()


def collect(box, *cells, names=(), shown=None, hidden=None):
    variables = {f"q{number}": f"answer_{number}" for number in (1, 2, 3)} | {name: name for name in names}
    notebook = {"prelude": OPENING, "cells": list(cells), "names": variables}
    return sandbox.run(notebook, shown or {}, hidden or {}, box)


def got(box, code):
    """What a cell puts into `got`, as text; and why not, if it stopped."""
    done = collect(box, code + "\ngot = str(got)", names=["got"])
    assert "got" in done.answers, notes(done)
    return done.answers["got"]["text"]


# Reading

TRY_TO_READ = """
import os
def read(path):
    try:
        return os.listdir(path) if os.path.isdir(path) else open(path, errors="replace").read()
    except OSError as error:
        return type(error).__name__
"""


def test_the_key_the_secret_the_roster_and_other_submissions_cannot_be_read(box, tmp_path):
    private = [ROOT / "exercises" / "keys", ROOT / "exercises" / "01_worksheet.ipynb", ROOT / ".git", ROOT / "tests"]
    for name in ("secret", "roster.csv", "submissions/wang.ipynb", "marked/gradebook.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("private")
        private.append(tmp_path / name)
    places = [str(place) for place in (*private, tmp_path, Path.home(), "/root", "/home", "/etc/passwd", "/etc/shadow")]
    found = eval(got(box, f"{TRY_TO_READ}\ngot = {{path: read(path) for path in {places!r}}}"))
    for place, content in found.items():
        assert content in ("FileNotFoundError", "PermissionError", []) or set(content) <= {".pyenv", "work"}, place
    assert not any("private" in str(content) for content in found.values())


def test_only_python_the_course_and_the_system_can_be_seen(box):
    seen = eval(got(box, f"{TRY_TO_READ}\ngot = read({str(ROOT)!r}), read('/'), read({str(ROOT / 'exercises')!r})"))
    assert set(seen[0]) <= {"clvlib", "datasets", "exercises", ".venv"}
    assert not {"home", "root", "etc", "var", "run", "mnt", "sys"} & set(seen[1]) - {
        Path(folder).parts[1] for folder in (sys.prefix, sys.base_prefix, ROOT)
    } - {"etc"}
    assert "keys" not in seen[2]


def test_the_surroundings_of_the_instructor_are_not_handed_on(box, monkeypatch):
    monkeypatch.setenv("CLV_TOKEN", "private")
    box = Sandbox(LIMITS) if box.warm else box
    assert "private" not in got(box, "import os\ngot = dict(os.environ)")
    box.end()


def test_no_other_process_can_be_looked_into(box):
    code = """
import os, glob
got = []
for folder in glob.glob("/proc/[0-9]*"):
    if os.path.realpath(folder) != os.path.realpath("/proc/self"):
        for path in [f"{folder}/environ", f"{folder}/mem", f"{folder}/maps", *glob.glob(f"{folder}/fd/*")]:
            for flag in (os.O_RDONLY, os.O_WRONLY):
                try:
                    os.close(os.open(path, flag | os.O_NONBLOCK))
                    got.append(path)
                except OSError:
                    pass
"""
    assert got(box, code) == "[]"


def test_only_its_own_pipes_are_open(box):
    code = """
import os, stat
got = []
for number in range(256):
    try:
        mode = os.fstat(number).st_mode
        got.append("pipe" if stat.S_ISFIFO(mode) else "device" if stat.S_ISCHR(mode) else oct(mode))
    except OSError:
        pass
"""
    assert sorted(eval(got(box, code))) == ["device"] * 3 + ["pipe"] * 2


def test_inputs_that_are_not_shown_come_when_all_else_is_out_and_leave_no_words(box):
    code = """
seen = []
def f(x):
    seen.append(x)
    ex.check("q2", str(seen))
    if x == 88:
        return "it was 88"
    if x > 100:
        raise type("was_" + str(x), (Exception,), {})(f"it was {x}")
    return x
ex.check("q1", f)
"""
    done = collect(box, code, shown={"q1": [(1,)]}, hidden={"q1": [(77,), (4321,), (88,)]})
    assert done.shown["q1"] == [{"gave": {"number": 1.0}}]
    assert done.hidden["q1"] == [
        {"gave": {"number": 77.0}},
        {"error": "Error", "says": ""},
        {"gave": {"other": "thing"}},
    ]
    told = json.dumps([done.answers, done.shown, done.stopped, done.left_out, done.trouble])
    assert "77" not in told
    assert "4321" not in told
    assert "88" not in told


# Writing, the network, other processes


def test_nothing_can_be_written_outside_the_scratch_folder(box):
    places = ["/x", "/dev/x", "/dev/shm/x", "/usr/x", "/etc/x", "/proc/sys/kernel/core_pattern", str(ROOT / "x")]
    places += [str(ROOT / folder / "x") for folder in ("clvlib", "datasets")] + [f"{sys.prefix}/x"]
    code = f"""
import os
got = []
for place in {places!r}:
    try:
        open(place, "w").write("x")
        got.append(place)
    except OSError:
        pass
open("mine", "w").write("x")
got.append(sorted(os.listdir(".")))
"""
    written = eval(got(box, code))
    assert len(written) == 1
    assert "mine" in written[0]
    assert not (ROOT / "exercises" / "mine").exists()


def test_nothing_stays_for_the_next_student(box):
    leave = """
import builtins, sys, os, threading, time
import clvlib.value
open("left", "w").write("x")
builtins.left = clvlib.value.left = sys.left = os.environ["left"] = "left"
threading.Thread(target=time.sleep, args=(1000,)).start()
"""
    collect(box, leave)
    find = """
import builtins, sys, os, clvlib.value
got = [hasattr(where, "left") for where in (builtins, sys, clvlib.value)]
got += ["left" in os.environ, os.path.exists("left")]
"""
    assert got(box, find) == str([False] * 5)


def test_the_memory_holds_nothing_of_the_student_before(box):
    mark = "MARKING-OF-STUDENT-A"
    collect(box, f"secret = {mark!r} * 1000", f"ex.check('q1', {mark!r})")
    find = """
import re
got, pattern = 0, re.compile(b"MAR[K]ING-O[F]-STUDEN[T]-A")
for line in open("/proc/self/maps"):
    start, end = (int(number, 16) for number in line.split()[0].split("-"))
    if line.split()[1].startswith("rw") and (len(line.split()) == 5 or "[heap]" in line or "[stack]" in line):
        try:
            with open("/proc/self/mem", "rb", 0) as memory:
                memory.seek(start)
                got += len(pattern.findall(memory.read(end - start)))
        except OSError:
            got += 0
"""
    allow = "import ctypes\nctypes.CDLL(None).prctl(4, 1, 0, 0, 0)\n"  # or it could not read its own memory
    alone = f"here = {mark!r}\n"
    assert int(got(box, allow + alone + find)) > 0, "the search finds what is there"
    assert got(box, allow + find) == "0"


def test_the_network_cannot_be_reached(box):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(f"\0clv-test-{os.getpid()}")
        abstract.listen()
        code = f"""
import socket
got = []
for family, address in ((socket.AF_INET, ("127.0.0.1", {server.getsockname()[1]})), (socket.AF_INET, ("10.0.0.1", 80)),
                        (socket.AF_UNIX, "\\0clv-test-{os.getpid()}")):
    try:
        with socket.socket(family) as one:
            one.settimeout(0.5)
            one.connect(address)
            got.append(address)
    except OSError:
        pass
"""
        assert got(box, code) == "[]"


def test_no_process_can_be_made_and_none_stays_behind(box):
    _, calls = seccomp._PROCESSORS[platform.machine()]
    code = f"""
import ctypes, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
def refused(number):
    if libc.syscall(number, 17, 0, 0, 0, 0) == -1 and ctypes.get_errno() in (1, 38):
        raise PermissionError
ways = {{
    "os.fork": os.fork,
    "os.system": lambda: os.system("true") and 1 / 0,
    "os.posix_spawn": lambda: os.posix_spawn("/usr/bin/true", ["true"], {{}}),
    "subprocess": lambda: subprocess.Popen(["/usr/bin/true"]),
    "other table": lambda: refused(0x40000000 + 57),
}}
for name, number in {calls!r}.items():
    ways[name] = lambda number=number: refused(number)
got = []
for name, make in ways.items():
    try:
        make()
        got.append(name)
    except (OSError, ZeroDivisionError):
        pass
"""
    assert got(box, code) == "[]"
    started = descendants(os.getpid())
    assert bool(started) is box.warm
    box.end()
    assert all_gone(started)


def test_a_bomb_of_threads_is_small_and_costs_itself_alone(box):
    bomb = """
import threading, time
while True:
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
"""
    done = collect(
        box, "before = 1", f"import threading\n{bomb}", "count = threading.active_count()", names=["before", "count"]
    )
    assert done.answers["before"] == {"number": 1.0}
    assert done.answers["count"]["number"] <= 64
    assert done.stopped[0][1] == "RuntimeError"


def test_threads_are_allowed_since_libraries_use_them(box):
    assert (
        got(
            box,
            "import threading\ngot = []\none = threading.Thread(target=got.append, args=(1,))\none.start()\none.join()",
        )
        == "[1]"
    )


# Time and processors


def test_each_notebook_has_one_processor_which_it_cannot_leave(box):
    code = """
import os
got = [len(os.sched_getaffinity(0))]
try:
    os.sched_setaffinity(0, range(os.cpu_count()))
    got.append("left")
except OSError:
    pass
"""
    assert got(box, code) == "[1]"


def test_notebooks_side_by_side_have_different_processors(box):
    with contextlib.ExitStack() as running:
        taken = [running.enter_context(box.processor()) for _ in box.processors]
        assert sorted(taken) == sorted(os.sched_getaffinity(0))
    with box.processor() as first, box.processor() as second:
        assert (first == second) is (len(box.processors) == 1)


@pytest.mark.parametrize("box", ["warm"], indirect=True)
@pytest.mark.parametrize("code", [STUBBORN, "import time\ntime.sleep(10_000)", "10 ** 10 ** 9"])
def test_what_took_too_long_is_known_as_such(box, short, code):
    assert collect(box, "a = 1", code).late
    assert not collect(box, "a = 1", "import os\nos._exit(0)").late
    inputs = {"f": [(1,)]}
    wait = "def f(x):\n    while True:\n        pass"
    assert collect(box, wait, names=["f"], shown=inputs).late
    late_on_hidden = "def f(x):\n    while x > 1:\n        pass"
    assert collect(box, late_on_hidden, names=["f"], shown=inputs, hidden={"f": [(2,)]}).late


# Limits


def test_memory_files_and_open_files_are_bounded(box):
    code = """
import os, resource
got = []
try:
    bytearray(3 * 2**30)
    got.append("memory")
except MemoryError:
    pass
written = 0
try:
    for number in range(20):
        with open(f"big{number}", "wb") as file:
            for _ in range(10):
                written += file.write(bytes(2**20))
except OSError:
    pass
got.append(written <= 64 * 2**20)
for number in range(20):
    if os.path.exists(f"big{number}"):
        os.remove(f"big{number}")
try:
    resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))
    got.append("raised")
except (ValueError, OSError):
    pass
"""
    assert got(box, code) == "[True]"


@pytest.mark.parametrize(
    "code",
    [
        "while True:\n    pass",
        STUBBORN,
        "import time\ntime.sleep(10_000)",
        "10 ** 10 ** 9",
        "import os\nos._exit(0)",
        "x = [0] * 10**12",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nwhile True:\n    pass",
    ],
)
def test_a_cell_that_hangs_or_ends_python_costs_itself_alone(box, short, code):
    done = collect(box, "a = 1", f"b = 1\n{code}\nb = 2", "c = 3", names=["a", "c"])
    assert {key: value["number"] for key, value in done.answers.items()} == {"a": 1, "c": 3}
    assert [number for number, *_ in done.stopped] + list(done.left_out) == [1]
    assert not done.trouble


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("%matplotlib inline", ["%matplotlib inline"]),
        ("!pip install lifetimes", ["!pip install lifetimes"]),
        ("%pip install lifetimes", ["%pip install lifetimes"]),
        ("%conda install lifetimes", ["%conda install lifetimes"]),
        ("!ls", ["!ls"]),
        ("files = !ls\nlen(files)", ["!ls"]),
        ("name = input('Your name? ')", ["input('Your name? ')"]),
        ("display(1)", []),
        ("import pandas as pd\npd.options?", []),
        ("%time b = 1", []),
        ("%load_ext autoreload\n%autoreload 2", ["%load_ext autoreload", "%autoreload 2"]),
        (
            "import pandas as pd\nmine = pd.read_csv('mine.csv')\nmine.head()\nshop = 2",
            ["mine = pd.read_csv('mine.csv'): FileNotFoundError", "mine.head(): NameError"],
        ),
        (
            "from google.colab import drive\ndrive.mount('/content/drive')",
            ["from google.colab import drive: ModuleNotFoundError", "drive.mount('/content/drive'): NameError"],
        ),
        ("import lifetimes as lt\nlt.x", ["import lifetimes as lt: ModuleNotFoundError", "lt.x: NameError"]),
        (
            "with open('notes.txt') as file:\n    notes = file.read()\nprint(notes)",
            ["with open('notes.txt') as file:: FileNotFoundError", "print(notes): NameError"],
        ),
    ],
)
@pytest.mark.parametrize("box", ["warm"], indirect=True)
def test_what_works_in_jupyter_costs_nothing_here(box, line, told):
    done = collect(box, f"a = 1\n{line}\nimport math\na = math.floor(2.5)", "c = a + 1", names=["a", "c"])
    assert {key: value["number"] for key, value in done.answers.items()} == {"a": 2, "c": 3}, notes(done)
    assert not done.stopped
    assert [what for _, what in done.skipped if not any(what.startswith(start) for start in told)] == []
    assert len(done.skipped) == len(told)
    assert len(notes(done)) == len(set(done.skipped))


@pytest.mark.parametrize("box", ["warm"], indirect=True)
def test_a_cell_of_another_language_is_skipped_and_a_timed_one_runs(box):
    done = collect(box, "%%bash\necho 1", "%%time\na = 1", "%%capture\nc = 3", names=["a", "c"])
    assert list(done.answers) == ["a", "c"]
    assert done.skipped == [(0, "%%bash")]


@pytest.mark.parametrize("box", ["warm"], indirect=True)
def test_an_error_of_her_own_stops_its_cell_as_in_jupyter(box):
    cells = ["a = 1 / 0\na = 3", "def f():\n    open('x')\nb = 1\nraise ValueError\nb = 2"]
    done = collect(box, *cells, names=["a", "b"])
    assert done.answers == {"b": {"number": 1.0}}
    assert [(number, error) for number, error, _ in done.stopped] == [(0, "ZeroDivisionError"), (1, "ValueError")]
    assert not done.skipped


def test_the_cell_of_a_question_is_the_one_that_hands_it_over():
    names = {"q1": "a", "q2": "worth", "q3": "c", "q4": "d"}
    cells = ["a = 1", "ex.check( 'q1', a)\nb = a", "def worth(x):\n    return x", "worthy = 3\nc == 4", "  d = 4"]
    assert sandbox.cell_of(cells, names) == {"q1": 1, "q2": 2}


@pytest.mark.parametrize("box", ["warm"], indirect=True)
def test_the_whole_is_bounded_however_many_cells_hang(box, short_in_all):
    done = collect(box, "a = 1", *[STUBBORN] * 15)
    assert done.trouble == ["the notebook took longer than 5 seconds"]
    assert len(done.left_out) < 15


def test_a_function_that_ends_python_costs_its_own_question(box):
    cells = ["def f(x):\n    import os\n    os._exit(1)", "def g(x):\n    return x + 1", "c = 3"]
    inputs = {"f": [(1,)], "g": [(1,)]}
    done = collect(box, *cells, names=["f", "g", "c"], shown=inputs, hidden=inputs)
    assert done.shown == done.hidden == {"g": [{"gave": {"number": 2.0}}]}
    assert done.answers["c"] == {"number": 3.0}
    assert not done.left_out


def test_a_try_for_which_no_time_is_left_does_not_end_the_marking_of_others(box, monkeypatch):
    tries = []

    def open_but_the_second_too_late():
        process = Sandbox.open(box)
        tries.append(process)
        if len(tries) == 2:
            process.kill()
        return process

    monkeypatch.setattr(box, "open", open_but_the_second_too_late)
    later = clock.PATIENCE * LIMITS.seconds
    now = SimpleNamespace(monotonic=lambda: time.monotonic() + (later if len(tries) == 2 else 0))
    monkeypatch.setattr(clock, "time", now)
    cell = "def f(x):\n    import os\n    os._exit(1)"
    done = collect(box, cell, names=["f"], shown={"f": [(1,)]})
    assert done.trouble[-1] == "the notebook took longer than 600 seconds"
    assert len(tries) == 2


def test_a_check_of_no_question_is_passed_over(box):
    done = collect(box, "ex.check('worksheet_value', 5)\nex.check(7, 5)\nex.check('q9', 5)", "ex.check('q1', 5)")
    assert done.answers == {"q1": {"number": 5.0}}


def test_large_tables_are_cut_and_what_follows_still_counts(box):
    many = "import pandas as pd\nfor _ in range(5):\n    ex.check('q1', pd.DataFrame([['x' * 300] * 60] * 20_000))"
    done = collect(box, many, "ex.check('q2', 2)")
    assert done.answers["q2"] == {"number": 2.0}
    table = done.answers["q1"]["table"]
    assert (len(table["rows"]), len(table["columns"]), table["length"]) == (300, 20, 10_000)


def test_a_function_that_hangs_is_told_so(box, short):
    done = collect(box, "def f(x):\n    while x:\n        pass", names=["f"], shown={"f": [(0,), (1,)]})
    assert done.shown["f"][0] == {"gave": {"other": "nothing"}}
    assert done.shown["f"][1]["error"] == "Interrupted"


def test_an_answer_before_the_crash_counts(box):
    assert collect(box, "ex.check('q1', 5)\nimport os\nos._exit(1)").answers == {"q1": {"number": 5.0}}


def test_a_name_made_by_a_later_cell_is_found_on_a_second_pass(box):
    done = collect(box, "b = a + 1", "a = 1", "c = undefined", names=["b"])
    assert done.answers == {"b": {"number": 2.0}}
    assert [(number, error) for number, error, _ in done.stopped] == [(2, "NameError")]


# What comes out is read as untrusted

FORGE = """
import os, stat
pipe = max(number for number in range(256) if os.path.exists(f"/proc/self/fd/{number}")) if False else None
for number in range(3, 256):
    try:
        if stat.S_ISFIFO(os.fstat(number).st_mode):
            os.write(number, b"")
            pipe = number
            break
    except OSError:
        pass
"""


def test_a_forged_stream_ends_the_reading_and_keeps_what_was_said_before(box):
    done = collect(box, "ex.check('q1', 5)", f"{FORGE}\nos.write(pipe, b'{{}}\\n')", "ex.check('q3', 7)")
    assert done.answers == {"q1": {"number": 5.0}}
    assert "not read to its end" in done.trouble[0]


def test_a_flood_ends_the_reading(box):
    flood = f"{FORGE}\nwhile True:\n    os.write(pipe, b'{{\"cell\": 1}}\\n' * 1000)"
    assert "more than" in collect(box, "a = 1", flood).trouble[0]
    endless_line = f"{FORGE}\nwhile True:\n    os.write(pipe, b'x' * 60000)"
    assert "more than" in collect(box, "a = 1", endless_line).trouble[0]


@pytest.mark.parametrize("box", ["warm"], indirect=True)
def test_cells_that_are_said_to_begin_do_not_buy_time(box, short_in_all):
    code = """
import time
for _ in range(1000):
    try:
        os.write(pipe, b'{"cell": 1}\\n')
        time.sleep(0.1)
    except BaseException:
        pass
"""
    done = collect(box, "a = 1", FORGE + code)
    assert done.trouble == ["the notebook took longer than 5 seconds"]


def test_who_says_done_and_stays_is_killed_before_the_next_comes(box):
    stay = f"{FORGE}\nos.write(pipe, b'{{\"done\": true}}\\n')\n{STUBBORN}"
    collect(box, "a = 1", stay)
    assert got(box, "got = 1 + 1") == "2"


def test_results_are_taken_for_the_inputs_that_were_handed_in_and_no_others(box):
    forged = (
        f"{FORGE}\nimport json\n"
        "for question, number in (('q1', 1), ('q1', 3), ('q2', 1)):\n"
        "    message = {'question': question, 'results': [{'gave': {'number': 1}}] * number}\n"
        "    os.write(pipe, json.dumps(message).encode() + b'\\n')"
    )
    done = collect(box, forged, shown={"q1": [(1,), (2,)]})
    assert done.shown == done.hidden == {}


def test_patching_the_library_inside_raises_nobodys_mark(box):
    exercise = load_exercise("01_worksheet")
    patch = (
        "import clvlib.course.exercise as e, clvlib.course.marking.judge as j, clvlib.course.marking.answers as a\n"
        "for question in (e.Question, e.NumberQuestion, e.ChoiceQuestion, e.TableQuestion, e.FunctionQuestion):\n"
        "    question.problem = lambda *args: None\n    question.same = lambda *args: True\n"
        "j.judge = lambda *args: {}\na.freeze = lambda answer: {'number': 1.0}\n"
        "worksheet_value = 1\nex.check('q1', 1)"
    )
    notebook = {"prelude": OPENING, "cells": [patch], "names": {key: q.name for key, q in exercise.questions.items()}}
    verdicts = judge(exercise, exercise.case_for(5), {}, sandbox.run(notebook, {}, {}, box))
    assert sum(verdict.points or 0 for verdict in verdicts.values()) == 0
    assert verdicts["q1"].state == "wrong"


# The filter


def test_the_filter_is_made_for_the_processors_it_knows_and_for_no_others():
    for machine in ("x86_64", "aarch64"):
        program = seccomp.program(machine)
        assert len(program) % 8 == 0
        assert len(program) > 8 * 20
    with pytest.raises(ValueError, match="not riscv64"):
        seccomp.program("riscv64")


def test_without_a_sandbox_limits_and_answers_are_the_same():
    box = Sandbox(LIMITS, protected=False)
    done = collect(box, "a = 1", "import os\nos._exit(0)", "c = 3", names=["a", "c"])
    assert list(done.answers) == ["a", "c"]
    assert list(done.left_out) == [1]


def test_a_container_is_shut_in_and_killed_by_its_name(monkeypatch, tmp_path):
    """A stand-in for podman runs the command here and writes down what it was asked for."""
    engine = tmp_path / "podman"
    asked = tmp_path / "asked"
    python = f"exec {sys.executable} -I -m clvlib.course.marking.inside"
    engine.write_text(f'#!/bin/sh\necho "$@" >> {asked}\nif [ "$1" = run ]; then {python}; fi\n')
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    box = Sandbox(SHORT, container="clv")
    done = collect(box, "a = 1", STUBBORN, "c = 3", names=["a", "c"])
    assert list(done.answers) == ["a", "c"]
    assert done.left_out == {1: "it ran too long"}
    lines = asked.read_text().splitlines()
    first = next(line for line in lines if line.startswith("run"))
    for option in ("--network none", "--read-only", "--cap-drop ALL", "no-new-privileges", "--user 65534:65534"):
        assert option in first
    assert f"--memory {SHORT.memory} --memory-swap {SHORT.memory}" in first
    names = [line.split("--name ")[1].split()[0] for line in lines if line.startswith("run")]
    assert len(set(names)) == len(names)
    assert {f"kill {name}" for name in names} <= set(lines)


def test_a_container_without_an_engine_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(sandbox.SandboxError, match="neither podman nor docker"):
        Sandbox(LIMITS, container="clv")


def test_a_sandbox_that_does_not_start_says_why(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(sandbox.SandboxError, match="Permission denied"):
        Sandbox(LIMITS)


def test_a_system_without_namespaces_in_a_sandbox_gets_a_new_one_for_each_notebook(monkeypatch):
    start = sandbox._ShutIn.__init__

    def only_once(self, command, disk, uses):
        if disk:
            raise sandbox.SandboxError("no namespaces here")
        start(self, command, disk, uses)

    monkeypatch.setattr(sandbox._ShutIn, "__init__", only_once)
    box = Sandbox(LIMITS)
    assert not box.warm
    assert got(box, "got = 1 + 1") == "2"
    assert not descendants(os.getpid())


def test_a_process_that_is_told_to_stop_stops_with_all_that_runs_in_it(box):
    process = box.open()
    started = descendants(os.getpid())
    assert len(started) >= 2
    process.kill()
    assert all_gone(started)
    process.end()


def test_the_process_runs_by_itself_in_isolated_mode():
    done = subprocess.run([sys.executable, "-I", "-m", "clvlib.course.marking.inside"], input=b"", capture_output=True)
    assert done.returncode != 0
