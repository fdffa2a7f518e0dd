"""A class of every kind: the honest get their points, the hostile cost themselves alone, a kill costs nothing."""

import csv
import html
import itertools
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from classroom import CHANGES, HANGS, Classroom, all_gone, descendants, needs_bubblewrap, roster_of, write_in

from clvlib.course.cards import marked_up
from clvlib.course.exercise import load_exercise
from clvlib.course.marking import mark, sandbox
from clvlib.course.marking.mark import Marking, workers
from clvlib.course.marking.release import Secret, hand_out, ticket
from clvlib.course.marking.roster import Roster, Student, read_roster
from clvlib.course.marking.sandbox import Limits, Sandbox

pytestmark = [needs_bubblewrap, pytest.mark.slow]

EXERCISE = load_exercise("01_worksheet")
SECRET = Secret(bytes(32))
LIMITS = Limits(cell_seconds=60, seconds=600)
SHORT = Limits(cell_seconds=2, seconds=600)  # for cells that hang, beside which the honest ones take no time


def room_of(size, folder):
    return Classroom(EXERCISE, SECRET, read_roster(roster_of(size, folder / "roster.csv")))


def marked(room, folder, out="out", hanging=frozenset()):
    marking = Marking(EXERCISE, room.roster, room.record, folder / out, LIMITS)
    marking.take_in(folder / "submissions")
    ran = []
    for students, limits in ((hanging, SHORT), (set(room.roster.students) - hanging, LIMITS)):
        waiting = [student for student in marking.waiting() if student in students]
        ran += marking.run(waiting, Sandbox(limits), 2) if waiting else []
    results = list(marking.results())
    return marking.write(results), {result.student: result for result in results}, ran


@pytest.fixture(scope="module")
def class_of_all_kinds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    room = room_of(len(Classroom(EXERCISE, SECRET, None).kinds()), folder)
    handed = list(room.hand_in(room.kinds()))
    write_in(handed, folder / "submissions")
    before = descendants(os.getpid())
    hanging = {file.student for file in handed if file.kind in HANGS}
    summary, results, _ = marked(room, folder, hanging=hanging)
    return folder, handed, summary, results, descendants(os.getpid()) - before


def test_every_honest_answer_gets_its_points_and_hostile_code_costs_its_own_question(class_of_all_kinds):
    _, handed, _, results, _ = class_of_all_kinds
    for file in handed:
        result = results[file.student]
        if file.points is None:
            assert result.status == "not readable", file.kind
            continue
        points = {key: verdict.points for key, verdict in result.verdicts.items() if key in file.points}
        assert points == file.points, (file.kind, result.notes)
        if file.mistake:
            key, number = file.mistake
            assert result.verdicts[key].mistake == number, file.kind


def test_no_process_is_left_and_every_file_that_was_not_run_is_in_the_log(class_of_all_kinds):
    folder, handed, summary, _, left = class_of_all_kinds
    assert all_gone(left)
    unreadable = [file for file in handed if file.points is None]
    assert summary.not_readable == len(unreadable)
    with (folder / "out" / "log.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for file in unreadable:
        assert any(row["file"] == file.name and row["what"] for row in rows), file.kind
    stopped = {row["student"] for row in rows if row["what"].startswith("Cell [")}
    assert len(stopped) >= 15


def test_a_page_names_the_mistake_and_holds_no_other_number_and_no_script(class_of_all_kinds):
    folder, handed, _, results, _ = class_of_all_kinds
    for file in handed:
        page = (folder / "out" / "feedback" / f"{EXERCISE.name}_{results[file.student].ticket}.html").read_text()
        assert "<script" not in page
        if file.mistake:
            key, number = file.mistake
            assert marked_up(EXERCISE.questions[key].mistakes[number].message) in page


def test_a_second_run_runs_nothing_and_writes_the_same_bytes(class_of_all_kinds):
    folder, *_ = class_of_all_kinds
    room = Classroom(EXERCISE, SECRET, read_roster(folder / "roster.csv"))
    first = snapshot(folder / "out")
    _, _, ran = marked(room, folder)
    assert ran == []
    assert snapshot(folder / "out") == first


def snapshot(out):
    return {path.relative_to(out): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_a_late_addition_runs_itself_alone_and_a_new_attempt_counts(tmp_path):
    room = room_of(3, tmp_path)
    first, second, third = room.roster.students
    write_in([room.handed(first, "right"), room.handed(second, "blank")], tmp_path / "submissions")
    _, results, ran = marked(room, tmp_path)
    assert set(ran) == {first, second}
    assert results[third].status == "nothing handed in"
    answers = tmp_path / "out" / "answers" / f"{ticket(SECRET, EXERCISE, first)}.json"
    before = answers.stat().st_mtime_ns
    write_in([room.handed(third, "mistake q1 0")], tmp_path / "submissions")
    late = tmp_path / "submissions" / "again"
    late.mkdir()
    again = late / room.handed(second, "right").name
    again.write_bytes(room.handed(second, "right").data)
    os.utime(again, (time.time() + 60, time.time() + 60))
    _, results, ran = marked(room, tmp_path)
    assert set(ran) == {second, third}
    assert answers.stat().st_mtime_ns == before
    assert results[second].verdicts["q1"].state == "right"
    assert len(list((tmp_path / "out" / "attempts" / ticket(SECRET, EXERCISE, second)).glob("*.ipynb"))) == 2


def test_one_student_is_run_again_when_asked_for(tmp_path):
    room = room_of(2, tmp_path)
    write_in([room.handed(student, "right") for student in room.roster.students], tmp_path / "submissions")
    marked(room, tmp_path)
    marking = Marking(EXERCISE, room.roster, room.record, tmp_path / "out", LIMITS)
    one = room.roster.students[1]
    assert marking.waiting() == []
    assert marking.waiting([one.id]) == [one]
    with pytest.raises(ValueError, match="no notebook of 'nobody'"):
        marking.waiting(["nobody"])


def test_other_limits_or_answers_damaged_or_of_another_form_mean_running_again(tmp_path, monkeypatch):
    room = room_of(2, tmp_path)
    write_in([room.handed(student, "right") for student in room.roster.students], tmp_path / "submissions")
    marked(room, tmp_path)
    other = Marking(
        EXERCISE,
        room.roster,
        room.record,
        tmp_path / "out",
        Limits(cell_seconds=3, seconds=600),
    )
    assert len(other.waiting()) == 2
    damaged = next((tmp_path / "out" / "answers").glob("*.json"))
    damaged.write_text(damaged.read_text()[:50])
    again = Marking(EXERCISE, room.roster, room.record, tmp_path / "out", LIMITS)
    assert len(again.waiting()) == 1
    monkeypatch.setattr(mark, "fields", lambda kept: fields(kept)[:-1])  # as an earlier version kept them
    assert len(again.waiting()) == 2


def test_a_corrected_key_changes_verdicts_and_never_cases(tmp_path):
    room = room_of(6, tmp_path)
    handed = list(room.hand_in(["right", "mistake q1 0"]))
    write_in(handed, tmp_path / "submissions")
    _, before, _ = marked(room, tmp_path)
    changed = load_exercise("01_worksheet")
    changed.questions["q1"].within = changed.questions["q7"].within = 50.0
    changed.case(lambda rng: pytest.fail("a case was drawn again"))
    marking = Marking(changed, room.roster, room.record, tmp_path / "out", LIMITS)
    assert marking.waiting() == [], "nothing is run again"
    after = {result.student: result for result in marking.results()}
    for file in handed:
        told = {key: verdict.state for key, verdict in after[file.student].verdicts.items()}
        if file.kind == "right":
            assert told == {key: verdict.state for key, verdict in before[file.student].verdicts.items()}
        else:
            assert before[file.student].verdicts["q1"].state == "wrong"


def test_a_roster_with_other_ids_rejects_nobody(tmp_path):
    ids = [f"2023{number:04}" for number in range(8)]
    students = [Student(one, f"Student {one[-2:]}", str(700 + place)) for place, one in enumerate(ids)]
    room = Classroom(EXERCISE, SECRET, Roster("canvas", students, ["id"], [[one] for one in ids]))
    handed = list(room.hand_in(["right"]))
    write_in(handed, tmp_path / "submissions")
    # as when a guest has no SIS id: the export names everybody by Canvas's own number
    other = [*(Student(each.lms, each.name, each.lms) for each in students), Student("guest", "A guest", "1")]
    roster = Roster("canvas", other, ["id"], [[each.id] for each in other])
    marking = Marking(EXERCISE, roster, room.record, tmp_path / "out", LIMITS)
    marking.take_in(tmp_path / "submissions")
    list(marking.run(marking.waiting(), Sandbox(LIMITS), 2))
    results = list(marking.results())
    assert [result.status for result in results] == ["marked"] * 8 + ["nothing handed in"]
    for result, file in zip(results, handed, strict=False):
        assert {key: result.verdicts[key].points for key in file.points} == file.points


def test_pages_of_dropped_students_are_taken_away_and_the_log_says_so(tmp_path):
    room = room_of(3, tmp_path)
    students = room.roster.students
    write_in([room.handed(student, "right") for student in students], tmp_path / "submissions")
    marked(room, tmp_path)
    pages = snapshot(tmp_path / "out" / "feedback")
    (tmp_path / "out" / "feedback" / "letter.html").write_text("the instructor's own")
    fewer = Roster("plain", students[:2], ["id"], [[one.id] for one in students[:2]])
    for roster, dropped in ((fewer, [students[2].id]), (fewer, [students[2].id]), (room.roster, [])):
        marking = Marking(EXERCISE, roster, room.record, tmp_path / "out", LIMITS)
        marking.write(list(marking.results()))
        left = snapshot(tmp_path / "out" / "feedback")
        assert left.pop(Path("letter.html"))
        assert len(left) == 3 - len(dropped)
        with (tmp_path / "out" / "log.csv").open(encoding="utf-8-sig", newline="") as file:
            told = [row["student"] for row in csv.DictReader(file) if "not on this roster any more" in row["what"]]
        assert told == dropped
    assert left == pages, "who comes back has her page again"


def test_nobodys_mark_depends_on_who_else_handed_in(tmp_path):
    room = room_of(4, tmp_path)
    kinds = ["right", "spoils the libraries", "ends python", "mistake q1 1"]
    for out, together in (("all", kinds), ("alone", kinds[:1])):
        shutil.rmtree(tmp_path / "submissions", ignore_errors=True)
        handed = [room.handed(student, kind) for student, kind in zip(room.roster.students, together, strict=False)]
        write_in(handed, tmp_path / "submissions")
        _, results, _ = marked(room, tmp_path, out)
        first = results[room.roster.students[0]]
        assert sum(verdict.points or 0 for verdict in first.verdicts.values()) == 13
    assert len({*CHANGES}) == len(CHANGES)


def test_an_lms_with_other_points_costs_only_its_form(tmp_path):
    lines = [
        "Student,ID,SIS User ID,SIS Login ID,Section,The worksheet (7)",
        "    Points Possible,,,,,10",
        '"Li, Lei",1,li,li,A,',
    ]
    (tmp_path / "canvas.csv").write_text("\n".join(lines), encoding="utf-8")
    roster = read_roster(tmp_path / "canvas.csv")
    marking = Marking(EXERCISE, roster, hand_out(SECRET, EXERCISE, roster), tmp_path / "out", LIMITS)
    summary = marking.write(list(marking.results()))
    assert "out of 10 points, this exercise is out of 17" in summary.problem
    assert (tmp_path / "out" / "gradebook.csv").exists()
    assert not (tmp_path / "out" / "gradebook_canvas.csv").exists()


def test_the_kept_answers_are_plain_and_hold_no_key(tmp_path):
    room = room_of(1, tmp_path)
    write_in([room.handed(room.roster.students[0], "right")], tmp_path / "submissions")
    marked(room, tmp_path)
    kept = json.loads(next((tmp_path / "out" / "answers").glob("*.json")).read_text())
    wanted = {
        "attempt",
        "fingerprint",
        "alone",
        "answers",
        "shown",
        "hidden",
        "stopped",
        "left_out",
        "skipped",
        "cell_of",
        "trouble",
        "late",
    }
    assert set(kept) == wanted
    assert len(kept["shown"]["q4"]) == 3
    assert len(kept["hidden"]["q4"]) == 6


def test_notebooks_run_side_by_side_as_far_as_memory_goes_round():
    assert workers(Limits()) >= 1
    assert workers(Limits(memory=10**15)) == 1


# Load takes no marks

BURN = """import time
until = time.process_time() + 0.7
while time.process_time() < until:
    pass
"""  # of the one second that a cell has below
THREADS = """import hashlib, threading
big = bytes(10**8)
def spin():
    while True:
        hashlib.sha256(big).digest()
try:
    while True:
        threading.Thread(target=spin, daemon=True).start()
except RuntimeError:
    pass
spin()
"""
ONE_SECOND = Limits(cell_seconds=1, call_seconds=1, seconds=60)


@contextmanager
def busy(processes):
    """So many processes that compute all the time."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()


@pytest.mark.parametrize("load", ["two busy processes for each processor", "63 threads of a student"])
def test_a_class_under_load_loses_no_honest_point(tmp_path, load):
    room = room_of(5, tmp_path)
    (tmp_path / "submissions").mkdir()
    first, *others = room.roster.students
    slow = {key: f"{BURN}{room.solution(key)}" for key in ("q1", "q3")}
    for student in others:
        (tmp_path / "submissions" / room.handed(student, "right").name).write_bytes(room.notebook(student, slow))
    threads = load.startswith("63")
    if threads:
        spinning = room.notebook(first, {"q3": THREADS})
        (tmp_path / "submissions" / room.handed(first, "right").name).write_bytes(spinning)
    marking = Marking(EXERCISE, room.roster, room.record, tmp_path / "out", ONE_SECOND)
    marking.take_in(tmp_path / "submissions")
    with busy(0 if threads else 2 * len(os.sched_getaffinity(0))):
        list(marking.run(marking.waiting(), Sandbox(ONE_SECOND), 2))
    results = {result.student: result for result in marking.results()}
    for student in others:
        assert results[student].total == 13, results[student].notes
    kept = [json.loads(path.read_text()) for path in (tmp_path / "out" / "answers").iterdir()]
    assert sum(each["late"] for each in kept) == threads, "and nobody had to run again but the student of the threads"
    if threads:
        assert [results[first].verdicts[key].state for key in ("q1", "q2", "q3")] == ["right", "right", "stopped"]


class Runs:
    """Runs notebooks, of which that of the second student takes too long beside others, that of the third always."""

    def __init__(self, monkeypatch):
        self.order, self.now, self.alone, self.stop_at = [], 0, {}, ""
        self.run = sandbox.run
        monkeypatch.setattr(sandbox, "run", self)

    def __call__(self, notebook, *rest):
        word = re.search("# (second|third)|$", "".join(notebook["cells"]))[1]
        again = word in self.order
        if again and word == self.stop_at:
            raise KeyboardInterrupt
        self.order.append(word)
        self.now += 1
        self.alone[word] = self.now == 1
        late = word == "third" or (word == "second" and not again)
        done = sandbox.Collected(trouble=["it took too long"], late=True) if late else self.run(notebook, *rest)
        self.now -= 1
        return done


def class_of_three(folder):
    room = room_of(3, folder)
    folder.joinpath("submissions").mkdir()
    for student, word in zip(room.roster.students, ("first", "second", "third"), strict=True):
        notebook = room.notebook(student, {"q1": f"# {word}\n{room.solution('q1')}"})
        (folder / "submissions" / room.handed(student, "right").name).write_bytes(notebook)
    return room


def test_what_took_too_long_runs_again_at_the_end_and_alone(tmp_path, monkeypatch):
    runs = Runs(monkeypatch)
    _, results, ran = marked(class_of_three(tmp_path), tmp_path)
    assert len(ran) == len(set(ran)) == 3
    assert [result.total for result in results.values()] == [13, 13, 0]
    assert sorted(runs.order[-2:]) == ["second", "third"], "after all others"
    assert (runs.order.count("second"), runs.order.count("third")) == (2, 2)
    assert runs.alone["second"]
    assert runs.alone["third"]
    log = (tmp_path / "out" / "log.csv").read_text(encoding="utf-8-sig")
    assert log.count("it took too long, so it ran again at the end, alone") == 2
    assert ',,"2 notebooks took too long and ran again, alone"' in log


def test_a_run_that_was_stopped_before_it_ran_some_again_does_so_the_next_time(tmp_path, monkeypatch):
    room, runs = class_of_three(tmp_path), Runs(monkeypatch)
    marked(room, tmp_path)
    runs.order, runs.stop_at = [], "second"
    with pytest.raises(KeyboardInterrupt):
        marked(room, tmp_path, "stopped")
    runs.stop_at = ""
    _, _, ran = marked(room, tmp_path, "stopped")
    assert room.roster.students[1] in ran
    assert room.roster.students[0] not in ran
    assert runs.order.count("second") == 2, "its first run is not run again"
    assert snapshot(tmp_path / "stopped") == snapshot(tmp_path / "out")


PARTS = {  # what a slip keeps of the points in exercise 14, which lets parts count
    "mistake q3 3": 1.5,  # the gap's sign is turned round, and half of 3 points stays
    "mistake q3 0": 0,
    "mistake q6 0": 1.0,  # forgets the least weight, as 3 of 6 hidden inputs do not notice: half of 2 points
    "mistake q6 4": 0,
}


def test_a_class_keeps_the_points_of_what_is_right_in_part(tmp_path):
    exercise = load_exercise("14_service_complaints")
    room = Classroom(exercise, SECRET, read_roster(roster_of(6, tmp_path / "roster.csv")))
    handed = list(room.hand_in(["right", *PARTS]))
    write_in(handed, tmp_path / "submissions")
    marking = Marking(exercise, room.roster, room.record, tmp_path / "out", LIMITS)
    marking.take_in(tmp_path / "submissions")
    list(marking.run(marking.waiting(), Sandbox(LIMITS), 2))
    results = list(marking.results())
    marking.write(results)
    with (tmp_path / "out" / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for file, result, row in zip(handed, results, rows, strict=True):
        if file.kind == "right":
            assert {key: result.verdicts[key].points for key in file.points} == file.points
            continue
        key, number = file.mistake
        verdict, page = result.verdicts[key], (tmp_path / "out" / "feedback" / f"{exercise.name}_{result.ticket}.html")
        assert (verdict.state, verdict.mistake, verdict.points) == ("wrong", number, PARTS[file.kind]), file.kind
        assert row[key] == f"{PARTS[file.kind]:g}"
        assert float(row["total"]) == sum(file.points.values()) + PARTS[file.kind], "and nothing else is lost"
        points = exercise.questions[key].points
        words = f"{'Partly' if PARTS[file.kind] else 'Not'} right: {PARTS[file.kind]:g} of {points} points"
        assert words in html.unescape(page.read_text())
    items = html.unescape((tmp_path / "out" / "items.html").read_text())
    assert "negative. (worth 1.5 points)" in " ".join(items.split())
    kept = snapshot(tmp_path / "out" / "answers")
    assert not any(b"points" in data for data in kept.values()), "answers are kept, and judged anew in every run"


# A kill at any moment


def clv_mark(folder, out):
    words = ["--submissions", folder / "submissions", "--out", out, "--secret", folder / "secret"]
    return clv("mark", EXERCISE.name, "--roster", folder / "roster.csv", *words, "--cell-seconds", 60)


PLAN = """
time_zone = "Asia/Shanghai"
late = { grace_minutes = 15, percent_per_day = 10 }
exercises = { 01_worksheet = "2026-03-12 23:59" }
texts = { markers = ["Li", "Wang"], percent_read_by_two = 30, anonymous = true }
"""
DECIDED = """exercise,student,question,points,reason
01_worksheet,A/B,q7,3,Explained in class.
01_worksheet,all,q2,add 0,The wording was mended.
01_worksheet,..,due,2026-03-20 12:00,Ill.
01_worksheet,00012,all,excuse,Laptop stolen.
"""


@pytest.fixture(scope="module")
def small_class(tmp_path_factory):
    """Nine students; two are late, one of them with an extension."""
    folder = tmp_path_factory.mktemp("small")
    room = room_of(9, folder)
    kinds = ["right", "mistake q7 1", "blank", "ends python", "renamed", "cut off", "one large list"]
    handed = list(room.hand_in(kinds))
    write_in(handed, folder / "submissions")
    in_time, late = (datetime(2026, 3, day, 14, tzinfo=UTC).timestamp() for day in (12, 14))  # in Shanghai at 22:00
    for file in handed:
        when = late if file.student.id in ('o\'hara, "x"', "..") else in_time
        os.utime(folder / "submissions" / file.name, (when, when))
    (folder / "course.toml").write_text(PLAN)
    (folder / "adjustments.csv").write_text(DECIDED)
    (folder / "secret").write_text(SECRET.key.hex() + "\n")
    started = time.monotonic()
    subprocess.run(clv_mark(folder, folder / "undisturbed"), check=True, capture_output=True)
    return folder, snapshot(folder / "undisturbed"), time.monotonic() - started


@pytest.mark.parametrize("moment", range(10))
def test_a_run_killed_at_a_random_moment_ends_the_same_when_it_is_run_again(small_class, moment):
    folder, undisturbed, whole = small_class
    out = folder / f"killed{moment}"
    killed(clv_mark(folder, out), whole * (moment + random.random()) / 10)
    subprocess.run(clv_mark(folder, out), check=True, capture_output=True)
    assert finished(out) == undisturbed


def killed(command, seconds):
    """Run a command, and kill it so many seconds later."""
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    started = descendants(run.pid)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert all_gone(started), "what it had started ends with it"


def finished(out):
    return {path: data for path, data in snapshot(out).items() if not path.name.endswith(".unfinished")}


def clv(*words):
    return [sys.executable, "-m", "clvlib.course.cli", *map(str, words)]


@pytest.fixture(scope="module")
def commands(small_class, tmp_path_factory):
    """Beside `clv mark`, the commands that write several files: each in a folder, IN, as it is before and after it."""
    source, *_ = small_class
    folder, roster = tmp_path_factory.mktemp("commands"), ["--roster", source / "roster.csv"]
    shutil.copytree(source / "undisturbed", folder / "course" / "marked" / EXERCISE.name)
    for name in ("release", "codes"):
        (folder / name).mkdir()
        shutil.copy(source / "secret", folder / name)
    release = clv("release", EXERCISE.name, *roster, "--secret", "IN/secret", "--out", "IN/out")
    course = clv("course", *roster, "--marked", "IN/marked")
    found = {}
    for name, command in {"course": course, "release": release, "codes": [*release, "--codes"]}.items():
        shutil.copytree(folder / name, folder / f"{name} undisturbed")
        started = time.monotonic()
        subprocess.run(command_in(command, folder / f"{name} undisturbed"), check=True, capture_output=True)
        found[name] = command, snapshot(folder / f"{name} undisturbed"), time.monotonic() - started
    return folder, found


def command_in(command, folder):
    return [word.replace("IN/", f"{folder}/") for word in command]


@pytest.mark.parametrize("moment", range(2))
@pytest.mark.parametrize("name", ["course", "release", "codes"])
def test_every_command_that_writes_several_files_ends_the_same_after_a_kill(commands, name, moment):
    folder, found = commands
    command, undisturbed, whole = found[name]
    killed_one = shutil.copytree(folder / name, folder / f"{name} {moment}")
    command = command_in(command, killed_one)
    killed(command, whole * (0.5 + (moment + random.random()) / 4))  # in the first half it loads what it needs
    subprocess.run(command, check=True, capture_output=True)
    assert finished(killed_one) == undisturbed
    written = {path.parts[0] for path in undisturbed}
    assert written == ({"marked"} if name == "course" else {"secret", "releases", "out"}), "the record, too"


def gradebook_of(folder):
    path = folder / "undisturbed" / "gradebook.csv"
    return {row["student"]: row for row in csv.DictReader(path.open(encoding="utf-8-sig", newline=""))}


@pytest.mark.parametrize("bytes_left", [2_000, 25_000, 40_000])
def test_a_full_disk_is_told_leaves_nothing_half_written_and_costs_nothing(small_class, bytes_left):
    """Stood in for by a limit of the size of a file, which ends a write in the middle as well."""
    folder, undisturbed, _ = small_class
    out = folder / f"full{bytes_left}"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, resource.RLIM_INFINITY))

    done = subprocess.run(clv_mark(folder, out), capture_output=True, text=True, preexec_fn=limit)
    assert done.returncode == 1
    said = " ".join(done.stderr.split())
    assert "Not done: the disk is full: " in said
    assert said.endswith("make room, and run the same command again")
    assert "Traceback" not in said
    left = snapshot(out)
    assert not any(path.name.endswith(".unfinished") for path in left)
    assert all(data == undisturbed[path] for path, data in left.items())
    subprocess.run(clv_mark(folder, out), check=True, capture_output=True)
    assert snapshot(out) == undisturbed


def test_the_command_says_what_came_of_it(small_class):
    folder, _, _ = small_class
    done = subprocess.run(clv_mark(folder, folder / "undisturbed"), check=True, capture_output=True, text=True)
    assert "8 marked (0 of them run now), 1 not readable" in " ".join(done.stderr.split())
    assert "Nothing changed since the last run." in done.stderr
    rows = list(gradebook_of(folder).values())
    assert len(rows) == 9
    assert sum(row["total"] == "13" for row in rows) == 3
    assert list(itertools.islice(rows[0], 4)) == ["student", "name", "status", "q1"]
    assert Path(folder / "undisturbed" / "items.html").stat().st_size > 1000


def test_what_was_decided_and_what_is_late_stands_in_gradebook_and_pages(small_class):
    folder, _, _ = small_class
    rows = gradebook_of(folder)
    pages = {path.name: path.read_text() for path in (folder / "undisturbed" / "feedback").iterdir()}

    def page(student):
        return " ".join(pages[f"01_worksheet_{ticket(SECRET, EXERCISE, Student(student, '', ''))}.html"].split())

    assert (rows["A/B"]["q7"], rows["A/B"]["total"], rows["A/B"]["late_penalty"]) == ("3", "13", "")
    assert "The points were set to 3. Reason: Explained in class." in page("A/B")
    late = rows['o\'hara, "x"']  # everything right, 1 day 22 hours late: two days of 17 points
    assert (late["late_penalty"], late["total"]) == ("-3.4", "9.6")
    assert "Due 2026-03-12 23:59 (Asia/Shanghai), handed in 2026-03-14 22:00 (Asia/Shanghai): 1 day 22 hours late." in (
        page('o\'hara, "x"')
    )
    assert "That cost 3.4 points: 20 % of 17 points, for 2 days begun." in page('o\'hara, "x"')
    assert (rows[".."]["late_penalty"], float(rows[".."]["total"])) == ("", 10)
    assert "Your deadline: 2026-03-20 12:00 (Asia/Shanghai). Reason: Ill." in page("..")
    assert (rows["00012"]["status"], rows["00012"]["total"]) == ("excused", "")


def test_an_edited_gradebook_stops_the_run_until_the_edit_is_an_adjustment(small_class, tmp_path):
    """As an instructor does it: a figure typed in, the offered line pasted, the same command again."""
    source, undisturbed, _ = small_class
    folder = tmp_path / "class"
    shutil.copytree(source, folder, ignore=lambda _, names: [name for name in names if name.startswith("killed")])
    out = folder / "undisturbed"
    book = out / "gradebook.csv"
    row = next(line for line in book.read_text(encoding="utf-8-sig").splitlines() if line.startswith("学号 7"))
    cells = row.split(",")
    cells[3] = "1"
    book.write_text(book.read_text(encoding="utf-8-sig").replace(row, ",".join(cells)), encoding="utf-8")
    typed = snapshot(out)
    refused = subprocess.run(clv_mark(folder, out), capture_output=True, text=True)
    assert refused.returncode == 1
    assert "1 cell: 学号 7, q1: 0 to 1." in refused.stderr
    assert snapshot(out) == typed, "nothing was written"
    line = "01_worksheet,学号 7,q1,1,typed into gradebook.csv"
    assert line in refused.stderr.splitlines()
    with (folder / "adjustments.csv").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    said = subprocess.run([*clv_mark(folder, out), "--dry-run"], check=True, capture_output=True, text=True).stderr
    assert "Since the last run: 1 row changed; the mean rose" in said
    assert "学号 7, total: 0 to 1" in said
    assert snapshot(out) == typed, "a dry run writes nothing"
    subprocess.run(clv_mark(folder, out), check=True, capture_output=True)
    ended = snapshot(out)
    assert "学号 7,q1,0,1" in ended[Path("changes.csv")].decode()
    same = undisturbed.keys() - {Path(name) for name in ("gradebook.csv", "written.json", "feedback.zip", "items.html")}
    assert {path for path in same if ended[path] != undisturbed[path]} == {
        Path("feedback") / f"01_worksheet_{ticket(SECRET, EXERCISE, Student('学号 7', '', ''))}.html"
    }


def test_a_run_that_looks_wrong_stops_before_it_writes_and_can_be_told_to_go_on(small_class, tmp_path):
    """Four questions that nobody gets points for: the mean falls."""
    source, _, _ = small_class
    folder = tmp_path / "class"
    shutil.copytree(source, folder, ignore=lambda _, names: [name for name in names if name.startswith("killed")])
    out = folder / "undisturbed"
    rows = [f"01_worksheet,all,{key},0,Nobody gets this." for key in ("q1", "q3", "q4", "q5")]
    (folder / "adjustments.csv").write_text(DECIDED + "\n".join(rows) + "\n")
    before = snapshot(out)
    refused = subprocess.run(clv_mark(folder, out), capture_output=True, text=True)
    assert refused.returncode == 1
    assert "Not done: the mean fell from " in refused.stderr
    assert "if it is right, say --even-so" in refused.stderr
    assert snapshot(out) == before
    said = subprocess.run([*clv_mark(folder, out), "--dry-run"], check=True, capture_output=True, text=True).stderr
    assert "Look at this: the mean fell from " in said
    assert snapshot(out) == before
    subprocess.run([*clv_mark(folder, out), "--even-so"], check=True, capture_output=True)
    assert snapshot(out)[Path("gradebook.csv")] != before[Path("gradebook.csv")]
