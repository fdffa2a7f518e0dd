"""A private set of keys, made, released and marked by the very words of `docs/teaching/own_keys.md`."""

import dataclasses
import re
import shlex
import subprocess

import nbformat
import pytest
from classroom import Classroom, needs_bubblewrap, write_in
from test_cli import clv, refused, table

from clvlib.course.data import ROOT
from clvlib.course.exercise import TextQuestion, load_exercise
from clvlib.course.marking import release as releasing
from clvlib.course.marking.roster import read_roster

PAGE = (ROOT / "docs" / "teaching" / "own_keys.md").read_text(encoding="utf-8")
EXAMS = ("exam_worth", "exam_time")
copy, check, hand_out, mark = re.findall(r"^```bash\n(.+?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def follow(block):
    """Each command of a block, in the folder of the class; what `clv` says."""
    said = []
    for line in block.replace("COURSE", str(ROOT)).splitlines():
        if line.startswith("clv "):
            said.append(clv(*shlex.split(line)[1:]))
        else:
            subprocess.run(shlex.split(line), check=True)
    return "".join(said)


def change(keys):
    """The changes that the page shows, each of a piece that stands once in one of the copies."""
    pieces = re.findall(r"```text\n(.+?)```\n\nbecomes\n\n```text\n(.+?)```", PAGE, re.DOTALL)
    assert len(pieces) == 5
    for old, new in pieces:
        there = [path for path in keys.glob("*.py") if path.read_text(encoding="utf-8").count(old) == 1]
        assert len(there) == 1, old
        text = there[0].read_text(encoding="utf-8")
        there[0].write_text(text.replace(old, new), encoding="utf-8")


def in_colab(handed):
    """The same, with the cell on top that brings the course there."""
    page = (ROOT / "docs" / "teaching" / "running.md").read_text(encoding="utf-8")
    notebook = nbformat.reads(handed.data.decode(), as_version=4)
    notebook.cells.insert(
        0, nbformat.v4.new_code_cell(re.search(r"```ipython3\n(# Run this first.+?)```", page, re.DOTALL)[1])
    )
    return dataclasses.replace(handed, data=nbformat.writes(notebook).encode())


@pytest.fixture
def folder(home, tmp_path, monkeypatch):
    made = tmp_path / "class"
    made.mkdir()
    (made / "roster.csv").write_text(re.search(r"```\n(id,name\n.*?)```", PAGE, re.DOTALL)[1], encoding="utf-8")
    monkeypatch.chdir(made)
    follow(copy)
    change(made / "keys")
    return made


@needs_bubblewrap
@pytest.mark.slow
def test_the_page_leads_from_the_copy_to_the_marks(folder):
    assert follow(check).count("nothing found") == 2
    follow(hand_out)
    for name in EXAMS:
        exercise = load_exercise(name, folder / "keys")
        roster = read_roster(folder / "roster.csv")
        room = Classroom(exercise, releasing.read_secret(releasing.SECRET), roster)
        first, *others = room.hand_in(["right", "mistake q1 0", "blank"])
        write_in([in_colab(first), *others], folder / "submissions" / name)
    follow(mark)
    for name in EXAMS:
        exercise = load_exercise(name, folder / "keys")
        rows = table(folder / "marked" / name / "gradebook.csv")
        first = exercise.questions["q1"].points
        assert [float(row["q1"]) for row in rows] == [first, 0, 0]
        by_hand = sum(asked.points for asked in exercise.questions.values() if isinstance(asked, TextQuestion))
        assert sum(float(rows[0][key] or 0) for key in exercise.questions) == exercise.points - by_hand
        pages = [path.read_text(encoding="utf-8") for path in (folder / "marked" / name / "feedback").glob("*.html")]
        assert sum(exercise.questions["q1"].mistakes[0].message[:40] in page for page in pages) == 1
    assert "Take away what it cost to win her, and to win her friend" in PAGE
    assert len(table(folder / "marked" / "course" / "gradebook.csv")) == 3
    assert (folder / "solutions" / "exam_worth.html").exists()


def test_a_name_of_its_own_is_never_marked_by_a_public_key(folder):
    assert "exam_worth" in refused("release", "exam_worth")


@pytest.mark.long
def test_a_question_that_was_changed_and_its_mistake_not_is_named(folder):
    key = folder / "keys" / "exam_worth.py"
    text = key.read_text(encoding="utf-8")
    key.write_text(text.replace("spend - 2 * cac\n", "spend\n", 1), encoding="utf-8")
    assert "line" in clv("check", "keys/exam_worth.py", code=1)
