"""The command line: one round as an instructor goes it, and one sentence for every wrong call."""

import csv
import errno
import io
import os
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from classroom import Classroom, needs_bubblewrap, write_in
from typer.testing import CliRunner

from clvlib.course import cli
from clvlib.course.data import ROOT
from clvlib.course.exercise import KEYS, Exercise, all_exercises, load_exercise
from clvlib.course.marking import release as releasing
from clvlib.course.marking import roster as rosters

NAME = "01_worksheet"

OWN = """
from clvlib.course import Exercise

exercise = Exercise("midterm", title="Midterm", minutes=10)


@exercise.number(points=1, level=1, within=0.5)
def answer():
    \"\"\"What is six times seven?\"\"\"
    return 42
"""


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return load_exercise(NAME)


def clv(*words: Any, code: int = 0) -> str:
    """What a command says, if it ends with this exit code."""
    done = CliRunner().invoke(cli.app, list(map(str, words)))
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    assert done.exit_code == code, done.output
    return done.output


def refused(*words: Any) -> str:
    """The one line with which a wrong call ends."""
    said = clv(*words, code=1)
    assert said.count("Not done: ") == 1
    line = said.splitlines()[-1]
    assert line.startswith("Not done: ")
    return line.removeprefix("Not done: ")


def write_roster(folder: Path, *ids: str) -> Path:
    path = folder / "roster.csv"
    text = io.StringIO()
    csv.writer(text).writerows([["id", "name"], *([one, f"Student {one}"] for one in ids)])
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def write_key(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "midterm.py").write_text(OWN, encoding="utf-8")
    return folder


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


# Help


@pytest.mark.long
def test_the_help_lists_the_commands_and_each_says_what_it_takes():
    text = clv("--help")
    assert all(command in text for command in ("check", "release", "mark", "alike", "export-quiz", "export-nbgrader"))
    for command, options in {
        "check": ["KEY"],
        "release": ["EXERCISE", "--roster", "--out", "--keys", "--secret", "--codes"],
        "alike": ["EXERCISE", "--roster", "--out", "--keys", "--secret"],
        "mark": ["EXERCISE", "--submissions", "--again", "--no-sandbox", "--workers", "--cell-seconds", "--dry-run"],
        "course": ["--roster", "--marked", "--dry-run", "--even-so"],
        "solutions": ["EXERCISE", "--out", "--student", "--keys", "--secret"],
        "export-quiz": ["EXERCISE", "--format", "--out", "--variants", "--seed", "--keys"],
        "export-nbgrader": ["DIR", "--keys"],
    }.items():
        text = clv(command, "--help")
        assert all(option in text for option in options)
        assert str(Path.home()) not in text


def test_a_wrong_call_is_one_sentence_on_the_error_stream(tmp_path, home):
    command = ["release", "01_workshet", "--roster", "r.csv", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(cli.app, command)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr == "Not done: there is no exercise '01_workshet'; did you mean '01_worksheet'?\n"
    assert not home.exists()


# Wrong calls


@pytest.mark.parametrize("command", ["release", "mark"])
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("01_workshet", "there is no exercise '01_workshet'; did you mean '01_worksheet'?"),
        ("01_worksheet.py", "there is no exercise '01_worksheet.py'; did you mean '01_worksheet'?"),
        ("midterm", 'there is no exercise \'midterm\'; "00_start_here", "01_worksheet", '),
        ("../keys", "there is no exercise '../keys'; "),
    ],
)
def test_an_unknown_exercise_gets_the_nearest_or_the_list(tmp_path, command, name, says):
    roster = write_roster(tmp_path, "ann")
    assert refused(command, name, "--roster", roster, "--out", tmp_path / "out").startswith(says)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["release", "mark"])
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "is empty: it needs a header and a line for each student"),
        (b"id,name\n", "has no students"),
        (b"first,second\na,b\n", 'has no column of ids, only "first", "second": name the one with the ids'),
        (b"id\nann\nbob\nann\n", "the id 'ann' is on lines 2, 4; every student needs her own"),
        (b"id\nann\n,x\n", "line 3: 2 cells under a header of 1"),
        (b"id,name\nann,A\n,B\n", "the column 'id' is empty on line 3; every student needs an id"),
        (b"PK\x03\x04 an Excel file", "save it as CSV"),
    ],
)
def test_a_roster_that_will_not_do_is_told_why(tmp_path, command, data, says):
    roster = tmp_path / "class.csv"
    if data is not None:
        roster.write_bytes(data)
    sentence = refused(command, NAME, "--roster", roster, "--out", tmp_path / "out")
    assert sentence.startswith(str(roster))
    assert says in sentence
    assert not (tmp_path / "out").exists()


def test_a_folder_without_keys_is_told(tmp_path):
    roster = write_roster(tmp_path, "ann")
    nowhere = tmp_path / "nowhere"
    for words in (
        ["release", NAME, "--roster", roster, "--out", tmp_path / "out"],
        ["export-nbgrader", tmp_path / "n"],
    ):
        assert f"{nowhere} holds no keys" in refused(*words, "--keys", nowhere)
    assert not (tmp_path / "n").exists()


def test_what_is_given_out_may_not_hold_the_secret(tmp_path, home):
    roster = write_roster(tmp_path, "ann")
    said = refused("release", NAME, "--roster", roster, "--out", home)
    assert said.startswith(f"the secret in {home / 'secret'} must not lie in ")
    assert not home.exists(), "refused before anything was written"


@pytest.mark.long
def test_a_file_in_the_place_of_a_folder_is_told(tmp_path):
    roster = write_roster(tmp_path, "ann")
    assert str(roster) in refused("release", NAME, "--roster", roster, "--out", roster)
    assert str(roster) in refused("export-nbgrader", roster)


def test_marking_needs_the_secret_of_the_release(tmp_path, home):
    roster = write_roster(tmp_path, "ann")
    said = refused("mark", NAME, "--roster", roster, "--out", tmp_path / "out", "--submissions", tmp_path)
    assert said.startswith(f"there is no course secret in {home / 'secret'}: `clv release` makes it")
    assert not home.exists(), "marking never makes one"
    (tmp_path / "mine").write_text("hunter2")
    said = refused("mark", NAME, "--roster", roster, "--out", tmp_path / "out", "--secret", tmp_path / "mine")
    assert said.startswith(f"{tmp_path / 'mine'} is no course secret")
    assert "hunter2" not in said


def test_a_lost_record_is_taken_from_its_copy_in_the_folder_of_the_release(tmp_path, monkeypatch, home):
    """With the key as it is now, other cases would be drawn: numbers that nobody has."""
    keys = write_key(tmp_path / "keys")
    drawn = OWN + "\n\n@exercise.case\ndef numbers(rng):\n    return dict(price=int(rng.integers(10, 10_000)))\n"
    (keys / "midterm.py").write_text(drawn)
    monkeypatch.chdir(tmp_path)
    write_roster(tmp_path, "ann", "bob")
    clv("release", "midterm", "--keys", keys)
    record = home / "releases" / "midterm.json"
    handed_out = record.read_bytes()
    (keys / "midterm.py").write_text(drawn.replace("10_000", "99_999"))
    for command in ("mark", "release"):
        record.unlink()
        (tmp_path / "marked" / "midterm" / "attempts").mkdir(parents=True, exist_ok=True)
        assert "There was no record of this release in" in clv(command, "midterm", "--keys", keys)
        assert record.read_bytes() == handed_out
    (tmp_path / "other").mkdir()
    releasing.make_secret(tmp_path / "other" / "secret")
    said = clv("release", "midterm", "--keys", keys, "--secret", tmp_path / "other" / "secret")
    assert "There was no record" not in said, "another secret makes other tickets: it is another course's"


def test_marking_needs_something_to_mark(tmp_path, home):
    releasing.make_secret(home / "secret")
    words = ["mark", NAME, "--roster", write_roster(tmp_path, "ann"), "--out", tmp_path / "out"]
    assert refused(*words).startswith("there is nothing to mark yet: name the folder or zip of returned files with")
    nowhere = tmp_path / "nowhere.zip"
    assert refused(*words, "--submissions", nowhere).startswith(f"there is no folder or zip {nowhere}")


def test_only_who_is_in_the_class_and_has_handed_in_is_marked_again(tmp_path, home):
    releasing.make_secret(home / "secret")
    (tmp_path / "returned").mkdir()
    words = ["mark", NAME, "--roster", write_roster(tmp_path, "ann"), "--out", tmp_path / "out"]
    for one in ("ann", "Student Ann"):
        said = refused(*words, "--submissions", tmp_path / "returned", "--again", one)
        assert said == "no notebook of 'ann' can be marked again: look at the roster and the log"
    said = refused(*words, "--submissions", tmp_path / "returned", "--again", "zoe")
    assert said == "there is no student 'zoe' on the roster; ids on this roster are like ann"


def test_results_among_the_submissions_would_be_marked_next_time(tmp_path, home):
    releasing.make_secret(home / "secret")
    returned = tmp_path / "returned"
    returned.mkdir()
    for out in (returned, returned / "out"):
        words = ["mark", NAME, "--roster", write_roster(tmp_path, "ann"), "--out", out, "--submissions", returned]
        assert f"the results in {out} must not lie in" in refused(*words)
    assert list(returned.iterdir()) == []


@pytest.mark.parametrize("folder", [Path(sys.prefix), ROOT / "datasets", ROOT / "clvlib" / "course"])
@pytest.mark.parametrize("what", ["secret", "keys", "roster", "out", "submissions"])
def test_nothing_private_may_lie_where_students_code_can_read(tmp_path, what, folder):
    named = {option: tmp_path / option for option in ("secret", "keys", "roster", "out", "submissions")}
    named[what] = folder / "of the course" / what
    options = [word for option, path in named.items() for word in (f"--{option}", path)]
    said = refused("mark", NAME, *options)
    called = {"out": "results"}.get(what, what)
    assert said.startswith(f"the {called} in {named[what]} could be read from the sandbox, which shows ")
    assert not named[what].parent.exists()


@pytest.mark.long
def test_two_runs_in_one_folder_do_not_meet(tmp_path, home):
    fcntl = pytest.importorskip("fcntl")
    roster = write_roster(tmp_path, "ann")
    clv("release", "01_worksheet", "--roster", roster, "--out", tmp_path / "handed_out")
    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        words = ["--submissions", tmp_path / "handed_out", "--out", tmp_path / "out"]
        assert "another `clv mark` is at work" in refused("mark", "01_worksheet", "--roster", roster, *words)


@pytest.mark.slow
def test_what_began_under_an_old_name_goes_on_under_it_and_the_new_one_is_said(tmp_path):
    roster, out, new = write_roster(tmp_path, "ann"), tmp_path / "out", tmp_path / "new"
    clv("release", "07_segments", "--roster", roster, "--out", new)
    said = clv("release", "06_segments", "--roster", roster, "--out", tmp_path / "old")
    assert "06_segments is called 07_segments now." in said
    (mine,), (other,) = (tmp_path / "old").glob("*.ipynb"), new.glob("*.ipynb")
    assert mine.name.startswith("06_segments_ann-")
    assert mine.name.partition("ann-")[2] != other.name.partition("ann-")[2]
    words = ["--roster", roster, "--submissions", tmp_path / "old" / "06_segments.zip", "--out", out, "--no-sandbox"]
    assert "for a new class, say 07_segments." in (said := clv("mark", "06_segments", *words))
    assert "1 marked" in said
    assert not table(out / "log.csv")


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_hides_nothing(tmp_path):
    (tmp_path / "link").symlink_to(ROOT / "datasets")
    said = refused("mark", NAME, "--roster", tmp_path / "link" / "roster.csv", "--out", tmp_path / "out")
    assert "could be read from the sandbox" in said


def test_stopped_by_hand_it_says_how_to_go_on(tmp_path, monkeypatch):
    def stop(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rosters, "read_roster", stop)
    said = clv("release", NAME, "--roster", tmp_path / "roster.csv", "--out", tmp_path / "out", code=130)
    assert said == "Stopped. Run the same command again to go on where it stood.\n"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "out/log.csv"), "the disk is full: out/log.csv could not be"),
        (
            OSError(errno.EDQUOT, "Disk quota exceeded"),
            "the disk is full: a file could not be written. What was written",
        ),
        (OSError(errno.EIO, "Input/output error"), "Input/output error\n"),
        (PermissionError(errno.EACCES, "Permission denied", "out"), "Permission denied: out\n"),
        (OSError("odd"), "odd\n"),
    ],
)
def test_trouble_with_files_is_told_with_the_file_if_it_is_known(tmp_path, monkeypatch, error, says):
    def fail(path: Path) -> None:
        raise error

    monkeypatch.setattr(rosters, "read_roster", fail)
    said = clv("release", NAME, "--roster", tmp_path / "roster.csv", "--out", tmp_path / "out", code=1)
    assert said.startswith(f"Not done: {says}")
    assert "None" not in said


@pytest.mark.long
def test_paths_are_printed_as_they_are(tmp_path):
    roster = write_roster(tmp_path, "ann")
    out = tmp_path / "class [bold] [of 2025]"
    assert f"are in {out}." in clv("release", NAME, "--roster", roster, "--out", out)
    nowhere = tmp_path / "[red]" / "roster.csv"
    assert str(nowhere) in refused("release", NAME, "--roster", nowhere, "--out", out)


# Checking a key


@pytest.mark.long
def test_a_key_is_checked_by_its_name_or_its_file(tmp_path):
    for key in (NAME, str(KEYS / f"{NAME}.py")):
        assert clv("check", key) == f"{KEYS / NAME}.py\n8 questions, 4 turns, 41 cases tried: nothing found\n"
    assert clv("check", "06_segments").splitlines()[0] == str(KEYS / "07_segments.py")
    own = write_key(tmp_path / "keys") / "midterm.py"
    assert clv("check", own).splitlines() == [
        str(own),
        "line 7, q1 answer: a warning: there is no hint.",
        "1 question, 41 cases tried: 1 warning",
    ]


def test_what_is_to_mend_is_said_with_its_line_and_ends_in_exit_code_1(tmp_path):
    own = write_key(tmp_path / "[keys]") / "midterm.py"
    own.write_text(OWN.replace("What is six", "What is {{6}}, {six}").replace("points=1", "points=0"), encoding="utf-8")
    assert clv("check", own, code=1).splitlines() == [
        str(own),
        "line 7, q1 answer: points are whole numbers above 0.",
        "line 7, q1 answer: a warning: there is no hint.",
        'line 7, q1 answer: the prompt\'s "six" is no name of the case; it has no names.',
        "1 question, 41 cases tried: 2 to mend, 1 warning",
    ]
    own.write_text("exercise = = 3\n", encoding="utf-8")
    assert clv("check", own, code=1).splitlines() == [
        str(own),
        f"{own} does not run: line 1: SyntaxError: invalid syntax.",
        "0 questions, 0 cases tried: 1 to mend",
    ]


def test_a_key_that_is_not_there_gets_one_sentence(tmp_path):
    assert refused("check", "01_workshet") == "there is no exercise '01_workshet'; did you mean '01_worksheet'?"
    assert refused("check", tmp_path / "mine.py") == f"there is no file {tmp_path / 'mine.py'}"


def test_a_key_with_something_to_mend_is_not_released(tmp_path, home):
    keys = write_key(tmp_path / "keys")
    (keys / "midterm.py").write_text(OWN.replace("points=1", "points=0"), encoding="utf-8")
    words = ["release", "midterm", "--roster", write_roster(tmp_path, "ann"), "--out", tmp_path / "out"]
    said = clv(*words, "--keys", keys, code=1)
    assert "line 7, q1 answer: points are whole numbers above 0." in said
    assert said.splitlines()[-1] == "Not done: the key must be mended first (see above); `clv check` tries it again"
    assert not (tmp_path / "out").exists()
    assert not home.exists()
    (keys / "midterm.py").write_text(OWN, encoding="utf-8")
    assert "warning" not in clv(*words, "--keys", keys)


# nbgrader


def test_the_exercises_are_exported_and_never_written_over(tmp_path):
    keys = write_key(tmp_path / "keys")
    said = clv("export-nbgrader", tmp_path / "course", "--keys", keys)
    assert said.startswith(f"2 files written to {tmp_path / 'course'}.")
    notebook = tmp_path / "course" / "source" / "midterm" / "midterm.ipynb"
    notebook.write_text("edited")
    assert "is there already and may hold your edits" in refused("export-nbgrader", tmp_path / "course", "--keys", keys)
    assert notebook.read_text() == "edited"


@pytest.mark.long
def test_a_key_of_turns_alone_is_no_exercise(tmp_path):
    roster = write_roster(tmp_path, "ann")
    said = refused("release", "00_start_here", "--roster", roster, "--out", tmp_path / "out")
    assert said == "00_start_here is no exercise: it holds only what its lesson asks in between"
    clv("export-nbgrader", tmp_path / "course")
    written = sorted(os.listdir(tmp_path / "course" / "source"))
    assert written == [exercise.name for exercise in all_exercises()]


# Without a sandbox


@pytest.mark.long
def test_without_bubblewrap_it_says_what_to_install_and_no_sandbox_must_be_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    keys, out = write_key(tmp_path / "keys"), tmp_path / "out"
    words = [NAME := "midterm", "--roster", write_roster(tmp_path, "ann", "bob"), "--keys", keys]
    clv("release", *words, "--out", tmp_path / "released")
    (returned,) = (tmp_path / "released").glob(f"{NAME}_ann-*.ipynb")
    text = returned.read_text(encoding="utf-8").replace("answer = ...", "answer = 42")
    (tmp_path / "returned").mkdir()
    (tmp_path / "returned" / returned.name).write_text(text, encoding="utf-8")

    said = refused("mark", *words, "--out", out, "--submissions", tmp_path / "returned")
    assert said.startswith("bubblewrap is not installed: on Debian or Ubuntu `sudo apt install bubblewrap`, on Fedora")
    assert not (out / "gradebook.csv").exists()

    said = clv("mark", *words, "--out", out, "--no-sandbox")
    assert "students' code runs with your own rights" in said
    assert "1 marked (1 of them run now), 0 not readable, 1 with nothing handed in." in said
    assert [(row["student"], row["status"], row["total"]) for row in table(out / "gradebook.csv")] == [
        ("ann", "marked", "1"),
        ("bob", "nothing handed in", ""),
    ]
    assert "rights" not in clv("mark", *words, "--out", out), "nothing is run, so no sandbox is missed"


@pytest.mark.long
def test_a_class_in_one_folder_needs_no_other_argument(tmp_path, monkeypatch, home):
    """Roster, release, marks with a deadline and a decision, and the course's gradebook, by the shortest commands."""
    keys = write_key(tmp_path / "keys")
    folder = tmp_path / "class"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert refused("mark", "midterm", "--keys", keys).startswith("there is no roster.csv here: go to the folder")
    write_roster(folder, "ann", "bob", "eve")
    plan = 'time_zone = "Asia/Shanghai"\nlate.percent_per_day = 50\nexercises.midterm = "2026-03-12 23:59"\n'
    (folder / "course.toml").write_text(plan)
    assert "3 notebooks and midterm.zip are in handed_out/midterm." in clv("release", "midterm", "--keys", keys)
    assert refused("course", "--keys", keys) == "there is no folder marked: run `clv mark EXERCISE` first"

    (folder / "submissions" / "midterm").mkdir(parents=True)
    for name, day in (("ann", 12), ("bob", 13)):
        (notebook,) = (folder / "handed_out" / "midterm").glob(f"midterm_{name}-*.ipynb")
        called = f"Midterm_{name}_attempt_2026-03-{day}-22-00-00_{notebook.name}"  # as Blackboard does
        text = notebook.read_text(encoding="utf-8").replace("answer = ...", "answer = 42")
        (folder / "submissions" / "midterm" / called).write_text(text, encoding="utf-8")
    (folder / "adjustments.csv").write_text(
        "exercise,student,question,points,reason\nmidterm,eve,q1,1,On paper.\nmidterm,bob,q9,1,No such.\n"
    )
    words = ["mark", "midterm", "--keys", keys, "--no-sandbox"]
    assert refused(*words).startswith("adjustments.csv, line 3: there is no question 'q9' in midterm, only")
    (folder / "adjustments.csv").write_text("exercise,student,question,points,reason\nmidterm,eve,q1,1,On paper.\n")
    dry = clv(*words, "--dry-run")
    assert "A dry run: no gradebook, no page and no form was written, and nothing was kept." in dry
    assert not (folder / "marked" / "midterm" / "gradebook.csv").exists()
    assert "2 marked (2 of them run now)" in clv(*words)
    rows = {row["student"]: row for row in table(folder / "marked" / "midterm" / "gradebook.csv")}
    assert {name: row["total"] for name, row in rows.items()} == {"ann": "1", "bob": "0.5", "eve": "1"}
    assert rows["bob"]["handed_in"] == "2026-03-13 22:00 (Asia/Shanghai)"

    assert "no page and no form was written" in clv("course", "--keys", keys, "--dry-run")
    assert not (folder / "marked" / "course" / "gradebook.csv").exists()
    assert "3 students, 1 exercise; mean 83.3 of 100." in clv("course", "--keys", keys)
    grades = {row["student"]: row["grade"] for row in table(folder / "marked" / "course" / "gradebook.csv")}
    assert grades == {"ann": "100", "bob": "50", "eve": "100"}
    assert "Nothing changed since the last run." in clv("course", "--keys", keys)
    page = next((folder / "marked" / "course" / "feedback").glob("bob-*")).read_text(encoding="utf-8")
    assert "22 hours 1 minute late" in page

    (folder / "groups.csv").write_text("group,student\nA,ann\nA,jim\n")
    assert refused(*words).startswith("groups.csv, line 3: there is no student 'jim' on the roster")
    (folder / "groups.csv").write_text("group,student\nA,ann\nA,eve\n")
    assert "3 marked (0 of them run now)" in clv(*words), "eve, by the notebook of ann"

    (folder / "course.toml").write_text(f"texts.anonymous = true\n{plan}")
    assert "What else gives somebody away in a text is not. Who is who says " in " ".join(clv(*words).split())
    pseudonyms = table(home / "releases" / "midterm_pseudonyms.csv")
    assert {row["student"] for row in pseudonyms} == {"ann", "bob", "eve"}

    page = next((folder / "marked" / "midterm" / "feedback").glob("midterm_bob-*"))
    clv(*words, "--language", "zh")
    assert "第 1 题" in page.read_text(encoding="utf-8")
    (folder / "course.toml").write_text(f'language = "zh"\n{plan}')
    clv("course", "--keys", keys)
    assert "总成绩为" in next((folder / "marked" / "course" / "feedback").glob("bob-*")).read_text(encoding="utf-8")
    clv(*words, "--language", "en")
    assert "Question 1" in page.read_text(encoding="utf-8")
    assert refused(*words, "--language", "fr") == "pages can be written in en or zh, not in 'fr'"


def every_file(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


def worksheet(number: int, when: str = "-", grade: str = "", most: str = "1.00") -> str:
    """Of an assignment in Moodle, which numbers its participants from there."""
    header = "Identifier,Full name,Email address,ID number,Status,Grade,Maximum Grade,Last modified (submission)\n"
    people = [("Ann Berg", "ann@uni.edu", "20230001"), ("Bo Li", "bo@uni.edu", "20230002"), ("Cy Wu", "cy@uni.edu", "")]
    return header + "".join(
        f"Participant {number + place},{name},{mail},{one},-,{grade},{most},{when}\n"
        for place, (name, mail, one) in enumerate(people)
    )


@pytest.fixture
def moodle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A class of three with the files that Moodle gave, downloaded after the deadline; the words that mark it."""
    keys, folder = write_key(tmp_path / "keys"), tmp_path / "class"
    folder.mkdir()
    monkeypatch.chdir(folder)
    plan = 'time_zone = "Asia/Shanghai"\nlate.percent_per_day = 50\nexercises.midterm = "2026-11-20"\n'
    Path("course.toml").write_text(plan)
    Path("roster.csv").write_text(worksheet(8100))
    clv("release", "midterm", "--keys", keys)
    Path("submissions").mkdir()
    with zipfile.ZipFile("submissions/midterm.zip", "w") as pack:
        for place, (name, mail) in enumerate((("Ann Berg", "ann"), ("Bo Li", "bo"), ("Cy Wu", "cy"))):
            (notebook,) = Path("handed_out/midterm").glob(f"midterm_{mail}-*.ipynb")
            text = notebook.read_text(encoding="utf-8").replace("answer = ...", "answer = 42")
            path = f"{name}_{8100 + place}_assignsubmission_file_/{notebook.name}"
            pack.writestr(zipfile.ZipInfo(path, (2026, 11, 28, 12, 0, 0)), text)
    return ["mark", "midterm", "--keys", str(keys), "--no-sandbox"]


IN_TIME, LATE = '"Thursday, 19 November 2026, 4:15 PM"', '"Wednesday, 25 November 2026, 9:15 PM"'


def totals(exercise: str = "midterm") -> list[str]:
    return [row["total"] for row in table(Path("marked") / exercise / "gradebook.csv")]


@pytest.mark.long
def test_a_worksheet_of_another_assignment_costs_nobody_a_point_and_is_told(moodle, tmp_path):
    Path("other.csv").write_text(worksheet(8200, LATE))
    Path("roster.csv").write_text(worksheet(8100, IN_TIME))
    assert "No form for your LMS" not in clv(*moodle)
    assert totals() == ["1", "1", "1"]
    for dry in (["--dry-run"], []):
        said = clv(*moodle, "--roster", "other.csv", *dry)
        assert "No times were taken from the roster, for the worksheet is that of another assignment in Moodle" in said
        assert "Nothing changed since the last run." in said
        assert ("No form for your LMS" in said) == (not dry)
    form = Path("marked/midterm/gradebook_moodle.csv").read_text(encoding="utf-8")
    assert ("8102" in form, "8202" in form) == (True, False), "it would fill the other assignment"
    said = clv(*moodle)
    assert "No times" not in said
    assert totals() == ["1", "1", "1"]


@pytest.mark.long
def test_a_dry_run_leaves_every_file_as_it_is(moodle, tmp_path, home):
    """A first one, where nothing is there; one that looks wrong; one that is refused. With pseudonyms to be drawn."""
    plan = Path("course.toml").read_text()
    Path("course.toml").write_text(f"texts.anonymous = true\n{plan}")
    for when, says in ((LATE, "3 of 3 late"), (IN_TIME, "A first run: 3 with points, mean 1.")):
        Path("roster.csv").write_text(worksheet(8100, when))
        before = every_file(tmp_path)
        assert says in clv(*moodle, "--dry-run")
        assert every_file(tmp_path) == before
    clv(*moodle)
    book = Path("marked/midterm/gradebook.csv")
    text = book.read_text(encoding="utf-8-sig")
    Path("roster.csv").write_text(worksheet(8100, LATE))
    for typed, says in ((text, "Nothing changed since"), (text.replace(",1,", ",0,"), f"{book} was edited by hand")):
        book.write_text(typed, encoding="utf-8-sig")
        before = every_file(tmp_path)
        assert says in clv(*moodle, "--dry-run", code=int(typed != text))
        assert every_file(tmp_path) == before
    book.write_text(text, encoding="utf-8-sig")
    before = every_file(tmp_path)
    clv("course", *moodle[2:4], "--dry-run")
    assert every_file(tmp_path) == before


@pytest.mark.long
def test_students_are_named_by_number_address_or_name_in_every_file_and_option(moodle, home):
    Path("roster.csv").write_text(worksheet(8100, LATE))
    rows = ["20230001,q1,0,Not yours.", "Bo Li,due,2026-12-01,Ill.", "cy@uni.edu,all,add 1,A good remark."]
    Path("adjustments.csv").write_text(
        "exercise,student,question,points,reason\n" + "".join(f"midterm,{row}\n" for row in rows)
    )
    Path("groups.csv").write_text(
        "exercise,group,student\nmidterm,A,Cy Wu\nmidterm,A,bo@uni.edu\n01_worksheet,A,nobody\n"
    )
    clv(*moodle, "--again", "20230001", "--even-so")
    assert totals() == ["0", "1", "1"], "five days late cost 1; the deadline and the point are theirs"
    keys = moodle[2:4]
    assert "Email address" in clv("release", "midterm", *keys, "--codes", "--new-code", "20230002")
    assert "1 page of solutions" in clv("solutions", "midterm", *keys, "--student", "Ann Berg")
    said = refused("solutions", "midterm", *keys, "--student", "20230009")
    assert said == "there is no student '20230009' on the roster; ids on this roster are like ann@uni.edu"


@pytest.mark.long
def test_the_grades_of_the_course_never_go_into_the_assignment_of_an_exercise(moodle):
    """Moodle's worksheet of an exercise is at hand; with the right number of points it would be overwritten."""
    Path("roster.csv").write_text(worksheet(8100, IN_TIME))
    clv(*moodle)
    own = 'In Moodle make an assignment for the course\'s grade ("Course", 100 points), download its grading worksheet'
    form, keys = Path("marked/course/gradebook_moodle.csv"), moodle[2:4]
    for most in ("1.00", "100.00"):
        Path("exercise.csv").write_text(worksheet(8100, IN_TIME, most=most))
        for dry in (["--dry-run"], []):
            said = clv("course", *keys, "--roster", "exercise.csv", *dry)
            assert "No form for your LMS: the roster is the grading worksheet of midterm, whose grades" in said
            assert own in said
    Path("another.csv").write_text(worksheet(8200, most="20.00"))
    said = clv("course", *keys, "--roster", "another.csv")
    assert "the LMS has 'Grade' out of 20.00 points, the course's grade is out of 100. In Moodle make" in said
    assert not form.exists()
    Path("course.csv").write_text(worksheet(8300, most="100.00"))
    assert "No form" not in clv("course", *keys, "--roster", "course.csv")
    assert "Participant 8301,Bo Li,bo@uni.edu,20230002,-,100,100.00,-" in form.read_text()


# A round


@needs_bubblewrap
@pytest.mark.slow
def test_a_round_from_the_roster_to_the_complete_gradebook(tmp_path, home, exercise):
    released, returned, out = tmp_path / "released", tmp_path / "returned", tmp_path / "out"
    ids = ["a/b", "A/B", "学号 7", "=cmd()"]
    words = [NAME, "--roster", write_roster(tmp_path, *ids)]
    said = [clv("release", *words, "--out", released)]
    assert f"4 notebooks and {NAME}.zip are in {released}." in said[0]
    assert len(list(released.glob("*.ipynb"))) == 4

    # what comes back: one right, one with a named mistake, one renamed and in a zip, one cut off
    room = classroom(home, tmp_path / "roster.csv", exercise)
    handed = list(room.hand_in(["right", "mistake q3 0", "renamed", "cut off"]))
    write_in(handed, returned)
    with zipfile.ZipFile(returned / "Submission of 学号 7.zip", "w") as pack:
        pack.write(returned / handed[2].name, handed[2].name)
    (returned / handed[2].name).unlink()
    said.append(clv("mark", *words, "--out", out, "--submissions", returned))
    assert "3 marked (3 of them run now), 1 not readable, 0 with nothing handed in." in said[-1]
    assert f"3 texts to be marked by a person: fill in {out}/to_mark_*.csv" in said[-1]

    rows = table(out / "gradebook.csv")
    assert [row["student"] for row in rows] == ["a/b", "A/B", "学号 7", "'=cmd()"]
    for row, file in zip(rows[:3], handed, strict=False):
        points = file.points or {}
        assert {key: float(row[key]) for key in points} == points
        assert (row["q8"], row["to_mark"], float(row["total"])) == ("", "1", sum(points.values()))
    assert (rows[3]["status"], rows[3]["total"]) == ("not readable", "")
    assert [(row["student"], row["what"]) for row in table(out / "log.csv")] == [
        ("'=cmd()", "the notebook is cut off in the middle"),
        ("'=cmd()", f"{handed[3].name}: the notebook is cut off in the middle"),
    ]
    pages = {file.student.id: out / "feedback" / handed_page(file.name, room, file.student) for file in handed}
    assert sorted((out / "feedback").iterdir()) == sorted(pages.values())
    assert exercise.questions["q3"].mistakes[0].message[:30] in pages["A/B"].read_text(encoding="utf-8")
    assert (out / "items.html").exists()
    assert not (out / "gradebook_plain.csv").exists()

    # a person marks the texts: with a slip first
    fill_in(out / "to_mark_q8.csv", "9")
    slip = refused("mark", *words, "--out", out, "--submissions", returned)
    assert re.match(rf"{re.escape(str(out))}.to_mark_q8.csv, row 2, student 'a/b', column ", slip)
    assert "the points are a number from 0 to 1, not '9'" in slip
    fill_in(out / "to_mark_q8.csv", "1")
    said.append(clv("mark", *words, "--out", out, "--submissions", returned))
    assert "3 marked (0 of them run now)" in said[-1]
    assert "by a person" not in said[-1]
    complete = table(out / "gradebook.csv")
    for row, file in zip(complete[:3], handed, strict=False):
        assert (row["q8"], row["to_mark"]) == ("4", "0")
        assert float(row["total"]) == sum((file.points or {}).values()) + 4
    assert float(complete[0]["total"]) == float(complete[0]["out_of"]) == exercise.points

    # one comes late, one is marked again
    answers = kept(out)
    write_roster(tmp_path, *ids, "late one")
    said.append(clv("release", *words, "--out", released))
    assert len(list(released.glob("*.ipynb"))) == 5
    room = classroom(home, tmp_path / "roster.csv", exercise)
    write_in([room.handed(room.roster.students[4], "right")], returned)
    said.append(clv("mark", *words, "--out", out, "--submissions", returned))
    assert "4 marked (1 of them run now), 1 not readable, 0 with nothing handed in." in said[-1]
    assert table(out / "gradebook.csv")[:4] == complete
    assert table(out / "gradebook.csv")[4]["to_mark"] == "1"
    assert answers.items() < kept(out).items()

    said.append(clv("mark", *words, "--out", out, "--again", "a/b"))
    assert "4 marked (1 of them run now)" in said[-1]
    assert table(out / "gradebook.csv")[:4] == complete

    secret = (home / "secret").read_text().strip()
    assert not [text for text in said if secret in text]
    everything = [path for folder in (released, out) for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in everything if secret.encode() in path.read_bytes()]


def classroom(home: Path, roster: Path, exercise: Exercise) -> Classroom:
    return Classroom(exercise, releasing.read_secret(home / "secret"), rosters.read_roster(roster))


def handed_page(name: str, room: Classroom, student: rosters.Student) -> str:
    return f"{NAME}_{releasing.ticket(room.secret, room.exercise, student)}.html"


def fill_in(path: Path, points: str) -> None:
    """As a person does in a spreadsheet: the same points in every column of the rubric."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    for row in rows[1:]:
        for place, title in enumerate(rows[0]):
            if "(0-" in title:
                row[place] = points
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def kept(out: Path) -> dict[str, tuple[bytes, int]]:
    """The answers, and what tells whether a file was written again."""
    return {path.name: (path.read_bytes(), os.stat(path).st_ino) for path in (out / "answers").iterdir()}


# The guide


GUIDE = (ROOT / "exercises" / "README.md").read_text(encoding="utf-8")
FIRST = GUIDE[GUIDE.index("## The first time") : GUIDE.index("## 1. Hand out")]


def canvas_export() -> str:
    people = [("Berg, Ann", 1), ("Li, Bo", 2), ("Wu, Cy", 3)]
    titles = [f"{load_exercise(name).title} ({place})" for place, name in enumerate((NAME, "03_retention"))]
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles]]
    rows.append(["    Points Possible", "", "", "", "", "17", "20"])
    rows += [[name, 9000 + place, f"2023000{place}", name[:2], "A", "", ""] for name, place in people]  # type: ignore[list-item]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


@needs_bubblewrap
@pytest.mark.slow
@pytest.mark.parametrize("lms", ["moodle", "canvas"])
def test_the_first_time_goes_as_the_guide_says(tmp_path, monkeypatch, home, lms):
    """Its files as they stand there, its commands in their order, and a class of three that hands in."""
    monkeypatch.chdir(tmp_path)
    files = re.findall(r"`([a-z]+\.(?:toml|csv))`[^`]*?\n```(?:toml)?\n(.*?)```", FIRST, re.DOTALL)
    assert [name for name, _ in files] == ["course.toml", "groups.csv", "adjustments.csv"]
    for name, text in files:
        Path(name).write_text(text, encoding="utf-8")
    rosters_of = {"01": (8100, "17.00"), "03": (8200, "20.00"), "course": (8300, "100.00")}
    people = [("Ann Berg", "20230001"), ("Bo Li", "20230002"), ("Cy Wu", "20230003")]
    for name, (number, most) in rosters_of.items():
        text = worksheet(number, IN_TIME.replace("19 November", "12 March"), most=most)
        Path(f"moodle_{name}.csv").write_text(text.replace("cy@uni.edu,,", "cy@uni.edu,20230003,"))
    Path("roster.csv").write_text(canvas_export())
    Path("submissions").mkdir()
    commands = [line.split()[1:] for line in FIRST.splitlines() if line.startswith("    clv ")]
    assert len(commands) == 10
    said = ""
    for words in commands:
        exercise = words[1]
        if lms == "canvas":
            words = words[: words.index("--roster")] + words[words.index("--roster") + 2 :]
        if words[0] == "mark" and not Path(f"submissions/{exercise}.zip").exists():
            roster = Path("roster.csv" if lms == "canvas" else f"moodle_{exercise[:2]}.csv")
            room = Classroom(
                load_exercise(exercise), releasing.read_secret(home / "secret"), rosters.read_roster(roster)
            )
            with zipfile.ZipFile(f"submissions/{exercise}.zip", "w") as pack:
                for student in room.roster.students[1:]:
                    name = f"{student.name}_{student.lms}_assignsubmission_file_/x.ipynb"
                    name = name if lms == "moodle" else f"{student.id}_{student.lms}_77_x.ipynb"
                    pack.writestr(name, room.notebook(student))
        said = clv(*words)
        if words[0] == "release":
            asked = load_exercise(exercise)
            assert f"make its assignment out of {asked.points} points, called {asked.title!r}." in said
            assert f"A student's id is what stands under '{'SIS User ID' if lms == 'canvas' else 'ID number'}'" in said
        if words[0] == "mark" and "texts to be marked" in said:
            assert "2 texts to be marked" in said, "one of them of a group of two"
            fill_in(Path("marked") / exercise / "to_mark_q8.csv", "1")
        elif words[0] == "mark" and "--dry-run" not in words:
            assert "No form" not in said
            assert Path(f"marked/{exercise}/gradebook_{lms}.csv").exists()
    assert "No form" not in said
    rows = table(Path("marked/course/gradebook.csv"))
    assert [(row["student"], row["grade"], row["open"]) for row in rows] == [(one, "100", "") for _, one in people]
    form = Path(f"marked/course/gradebook_{lms}.csv").read_text(encoding="utf-8")
    assert form.count(",100") == (6 if lms == "moodle" else 4), "with what it is out of"


def test_the_guide_calls_the_exercises_of_the_first_time_as_they_are():
    for exercise in map(load_exercise, (NAME, "03_retention")):
        assert f"*{exercise.title}* out of {exercise.points}" in " ".join(FIRST.split())
