"""The solutions for who teaches: everything that marking knows of a question stands on its page."""

import html
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from test_cli import clv, refused, write_roster

from clvlib.course.data import ROOT
from clvlib.course.exercise import Exercise, TextQuestion, all_exercises, from_case, load_exercise
from clvlib.course.marking import pages, record, release
from clvlib.course.marking.solutions import solved

pytestmark = pytest.mark.usefixtures("home")

NAME = "03_retention"


def words(page: str) -> str:
    """What a reader sees."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def spoken(text: str) -> str:
    """A text of the key without its marks, as the page shows it."""
    return " ".join(re.sub(r"[`*]", " ", text).split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("solutions")
    said = clv("solutions", "--out", folder)
    assert said == f"17 pages of solutions in {folder}: for you alone. Students must not find them.\n"
    return folder


@pytest.mark.long
@pytest.mark.parametrize("exercise", all_exercises(), ids=lambda exercise: exercise.name)
def test_a_page_has_each_answer_code_mistake_and_rubric(folder: Path, exercise: Exercise) -> None:
    page = (folder / f"{exercise.name}.html").read_text(encoding="utf-8")
    seen, close = words(page), spoken(words(page))
    case = exercise.case_for(0)
    for key, question in exercise.questions.items():
        assert f"Question {key[1:]}: {question.name}" in seen
        made = [
            mistake for mistake in question.mistakes if question.kind != "choice" or from_case(mistake.answer, case)
        ]
        for text in [*(mistake.message for mistake in made), *question.hints]:
            assert "".join(spoken(text).split()) in "".join(close.split())
        assert question.solution() in html.unescape(page)
        for line, most in getattr(question, "rubric", {}).items():
            assert f"{most} {line} {most / 2:g} {question.half[line]}" in seen
    assert ("Rubric" in seen) == any(isinstance(question, TextQuestion) for question in exercise.questions.values())


def test_the_answers_are_those_of_the_case() -> None:
    exercise = load_exercise(NAME)
    first, second, function, table, *_ = solved(exercise, exercise.case_for(0))
    assert first.right.words == "1.66667 years"
    assert [answer.words for answer, _ in first.wrong][2:] == ["2.5 years", "0.666667 years"]
    assert second.within == "0.0003"
    assert function.right.rows[0] == ("0.8, 0.1", "2.66667", "yes")
    assert [row[2] for row in function.right.rows].count("no") == 6
    assert table.right.columns == ("year", "survival", "retention")
    assert table.right.rows[1] == ("2", "0.468", "0.74168")
    other = solved(exercise, exercise.case_for(5))[0]
    assert other.right.words == f"{1 / exercise.case_for(5)['churn']:.6g} years"


def test_a_choice_names_no_right_option_as_wrong() -> None:
    exercise = load_exercise("04_three_year_table")
    for seed in range(4):
        (flaw,) = [each for each in solved(exercise, exercise.case_for(seed)) if each.key == "q5"]
        assert flaw.right.words not in {answer.words for answer, _ in flaw.wrong}
        assert set(flaw.options) == {flaw.right.words, *(answer.words for answer, _ in flaw.wrong)}


@pytest.mark.long
def test_a_students_page_has_what_she_got(tmp_path: Path) -> None:
    roster = write_roster(tmp_path, "ann", "bob")
    clv("release", NAME, "--roster", roster, "--out", tmp_path / "out")
    (got,) = [
        each
        for each in record.read(record.path_of(release.SECRET, NAME), NAME).handed_out.values()
        if each.student.id == "ann"
    ]
    clv("solutions", NAME, "--student", "ann", "--out", tmp_path / "s")
    page = (tmp_path / "s" / f"{NAME}_{got.ticket}.html").read_text(encoding="utf-8")
    assert "The numbers are those of ann" in words(page)
    assert f"{1 / got.case['churn']:.6g} years" in words(page)
    assert f"{got.hidden['q3'][0][0]:.6g}, {got.hidden['q3'][0][1]:.6g}" in words(page)
    nobody = refused("solutions", NAME, "--student", "cy", "--out", tmp_path / "s")
    assert nobody.startswith(f"nobody with the id 'cy' got {NAME}, by the record in ")
    assert "01_worksheet has not been handed out" in refused("solutions", "01_worksheet", "--student", "ann")


def test_wrong_calls_are_told(tmp_path: Path) -> None:
    assert "did you mean '03_retention'?" in refused("solutions", "03_retentio", "--out", tmp_path)
    assert "holds only what its lesson asks in between" in refused("solutions", "00_start_here", "--out", tmp_path)
    assert "holds no keys" in refused("solutions", "--keys", tmp_path / "nowhere", "--out", tmp_path)


def test_the_folder_is_kept_by_git_nowhere_and_shown_by_the_site_nowhere() -> None:
    ignored = subprocess.run(["git", "check-ignore", "-q", "solutions/03_retention.html"], cwd=ROOT, check=False)
    assert ignored.returncode == 0
    assert not re.search(r"\bsolutions/", (ROOT / "docs" / "rooms.py").read_text(encoding="utf-8"))
    assert not (ROOT / "docs" / "solutions").exists()


def test_no_text_of_a_key_breaks_out() -> None:
    nasty = "</p><script>alert(1)</script> 客户 & `a < b`"
    exercise = Exercise("x", title=nasty, minutes=1)

    def question() -> Any:
        return nasty

    question.__doc__ = nasty
    exercise.text(level=3, rubric={nasty: 2})(question)
    page = pages.solutions_page(exercise, nasty, solved(exercise, {}), nasty)
    assert "<script" not in page
    assert words(page).count("<script>alert(1)</script> 客户") >= 5
    assert "default-src 'none'" in page
