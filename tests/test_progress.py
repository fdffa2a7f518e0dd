"""Where a learner stands in the whole course: a fixed line when nothing is answered, points and what is next after."""

import json
import os
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

from clvlib import course
from clvlib.course import Exercise, practice
from clvlib.course.cli import app
from clvlib.course.exercise import all_exercises
from clvlib.course.learner import Practice
from clvlib.course.notebooks import run
from clvlib.course.progress import Progress, Standing, progress

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
FIXED = (
    "Nothing is answered yet: begin with lesson 1 and its exercise. What you reach in the exercises is counted here."
)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A folder of progress, for practice and for the overview."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLV_PROGRESS", str(tmp_path / ".progress"))
    (tmp_path / ".progress").mkdir()
    return tmp_path / ".progress"


def keep(folder, case, **states):
    (folder / f"{case}.json").write_text(json.dumps({key: {"state": state} for key, state in states.items()}))


def solve(ex):
    for key, question in ex.exercise.questions.items():
        ex.check(key, " ".join(map(str, range(200))) if question.kind == "text" else question.answer(ex.case))


def standing(name):
    return next(each for each in progress().standings if each.exercise.name == name)


@pytest.mark.long
def test_a_fixed_line_as_long_as_nothing_is_answered(kept):
    assert str(progress()) == repr(progress()) == FIXED
    assert progress()._repr_mimebundle_() == {"text/html": f"<p>{FIXED}</p>", "text/plain": FIXED}
    practice("01_worksheet").check("q1", 3)
    practice("01_worksheet").hint("q1")
    assert str(course.progress()) == FIXED, "wrong answers and hints are not yet anything reached"


def test_the_start_page_is_stored_with_that_line():
    cell = next(
        cell
        for cell in nbformat.read(NOTEBOOKS / "00_start_here.ipynb", as_version=4).cells
        if cell.source == "course.progress()"
    )
    assert cell.outputs[0].data == {"text/html": f"<p>{FIXED}</p>", "text/plain": FIXED}


@pytest.mark.slow
def test_a_lesson_that_is_run_to_be_stored_shows_nobodys_progress(kept):
    solve(practice("01_worksheet"))
    notebook = new_notebook(cells=[new_code_cell("from clvlib import course\ncourse.progress()")])
    assert run(notebook, kept.parent).cells[0].outputs[0].data["text/plain"] == FIXED
    assert str(progress()) != FIXED


def test_under_test_nobodys_progress_is_shown():
    assert os.environ["CLV_PROGRESS"] == os.devnull
    assert str(progress()) == FIXED


def test_progress_is_read_beside_the_exercises(tmp_path, monkeypatch):
    monkeypatch.delenv("CLV_PROGRESS")
    monkeypatch.setattr(sys.modules["clvlib.course.progress"], "ROOT", tmp_path)
    (tmp_path / "exercises").mkdir()
    monkeypatch.chdir(tmp_path / "exercises")
    practice("01_worksheet").check("q1", 260_775)
    monkeypatch.chdir(tmp_path)
    assert standing("01_worksheet").points == 1


@pytest.mark.long
def test_points_and_what_is_next(kept):
    practice("01_worksheet").check("q1", 260_775)
    practice("01_worksheet").check("q2", "months")
    lines = str(progress()).splitlines()
    everything = sum(exercise.points for exercise in all_exercises())
    assert lines[0] == f"You have 1 of {everything} points."
    assert lines[1] == "◐  1 The worksheet: 1 of 17 points"
    assert lines[2] == "○  2 Time value: 0 of 20 points"
    assert lines[-1] == "Next: exercise 1, The worksheet."
    assert len(lines) == 2 + len(all_exercises())


@pytest.mark.long
def test_a_text_that_is_written_is_done_and_has_no_points_yet(kept):
    solve(practice("01_worksheet"))
    text = sum(question.points for question in practice("01_worksheet").questions.values() if question.kind == "text")
    assert text > 0
    assert standing("01_worksheet").done
    assert f"✓  1 The worksheet: {17 - text} of 17 points" in str(progress())
    assert str(progress()).endswith("Next: lesson 2, Time value.")


def test_what_is_begun_goes_before_what_is_not(kept):
    keep(kept, "03_retention-0", q1="right")
    assert str(progress()).endswith("Next: exercise 3, Retention and lifetime.")


def test_the_best_of_several_cases_counts(kept):
    keep(kept, "03_retention-0", q1="right")
    keep(kept, "03_retention-7", q1="right", q2="right", q3="wrong")
    keep(kept, "03_retention-9", q1="wrong")
    keep(kept, "03_retention_two-0", q1="right", q2="right", q3="right", q4="right")
    assert standing("03_retention").answered == 2


def test_an_old_name_counts(kept):
    keep(kept, "06_segments-0", q1="right")
    assert standing("07_segments").answered == 1
    assert sum(each.answered for each in progress().standings) == 1


def test_what_an_assessment_recorded_is_no_progress(kept):
    keep(kept, "01_worksheet-Wang-Li", q1="recorded", q2="recorded")
    assert str(progress()) == FIXED


@pytest.mark.long
@pytest.mark.parametrize("damage", ["{", "[]", "null", '{"q1": 3}', '{"q1": {"state": "odd"}}', '{"q99": {}}'])
def test_a_damaged_file_costs_only_what_is_in_it(kept, damage):
    (kept / "01_worksheet-0.json").write_text(damage)
    keep(kept, "02_time_value-0", q1="right")
    assert standing("01_worksheet").answered == 0
    assert standing("02_time_value").answered == 1


def test_when_all_is_done_it_says_so(kept):
    exercise = Exercise("03_quiz", title="Much & more", minutes=1)

    @exercise.number(points=2, level=1, within=0.5)
    def asked():
        """How many?"""
        return 5

    ex = Practice(exercise)
    ex.check("q1", 5)
    shown = Progress([Standing(exercise, ex.record)])
    assert str(shown) == "You have 2 of 2 points.\n✓  3 Much & more: 2 of 2 points\nEvery exercise is done."
    assert "Much &amp; more" in shown._repr_mimebundle_()["text/html"]


def test_links_lead_to_lessons_and_exercises_from_where_the_start_page_is(kept):
    solve(practice("01_worksheet"))
    page = progress()._repr_mimebundle_()["text/html"]
    targets = re.findall(r'href="([^"]+)"', page)
    assert targets[0] == "02_time_value.ipynb"
    assert len(targets) == 1 + len(all_exercises())
    assert all((NOTEBOOKS / target).exists() for target in targets)


def test_where_there_are_no_keys_nothing_is_counted_and_the_start_page_runs(kept, monkeypatch):
    monkeypatch.setattr(sys.modules["clvlib.course.progress"], "all_exercises", lambda: [])
    assert str(progress()) == FIXED


@pytest.mark.long
def test_a_certificate_is_written_when_every_exercise_is_done(kept, tmp_path):
    waiting = course.certificate("Ann <Lee>", tmp_path)
    assert waiting.message.startswith(f"{len(all_exercises())} exercises to go. Next: lesson 1")
    assert not (tmp_path / "certificate.html").exists()
    for exercise in all_exercises():
        solve(Practice(exercise))
    card = course.certificate("Ann <Lee>", tmp_path)
    assert card.title == "Your certificate"
    page = (tmp_path / "certificate.html").read_text(encoding="utf-8")
    assert "Ann &lt;Lee&gt;" in page
    assert f"all {len(all_exercises())} exercises" in page
    assert "Self-marked" in page
    points = sum(each.points for each in progress().standings)
    assert f"{points:g} of {sum(exercise.points for exercise in all_exercises())} points" in page
    assert "could not be written" in course.certificate("Ann", tmp_path / "nowhere").title


@pytest.mark.long
def test_progress_and_certificate_on_the_command_line(kept):
    runner = CliRunner()
    assert runner.invoke(app, ["progress"]).output == f"{FIXED}\n"
    solve(practice("01_worksheet"))
    assert "points" in runner.invoke(app, ["progress"]).output
    assert "exercises to go" in runner.invoke(app, ["certificate", "Ann"]).output
