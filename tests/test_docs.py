"""Coverage and glossary: every row of the inventory has its home, every term its line, every link its end."""

import re
import runpy
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import yaml

import clvlib
from clvlib import course
from clvlib.course import Exercise
from clvlib.course.exercise import load_exercise
from clvlib.course.lesson import Lesson

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
LESSONS = {path.stem[:2]: path for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))}
INVENTORY = [f"{part}{n}" for part, last in zip("ABCDE", (34, 25, 16, 25, 25), strict=True) for n in range(1, last + 1)]


def table(name):
    """The rows of a page's table, as lists of cells, without its head."""
    lines = [line for line in (NOTEBOOKS / name).read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


COVERAGE = {row[0]: row for row in table("COVERAGE.md")}
GLOSSARY = {row[0]: row for row in table("GLOSSARY.md")}


def test_the_inventory_is_covered_row_by_row_in_order():
    assert len(COVERAGE) == len(table("COVERAGE.md")), "a row stands twice"
    assert list(COVERAGE) == [row for row in INVENTORY if row in COVERAGE]
    assert not [row for row in INVENTORY if row not in COVERAGE]


@pytest.mark.parametrize("row", COVERAGE)
def test_a_row_names_a_lesson_its_section_and_questions_that_exist(row):
    _, content, home, exercise = COVERAGE[row]
    assert content
    sections = re.findall(r"\b(\d\d) ([A-Z][a-z]+)", home)
    assert sections, home
    for number, part in sections:
        text = LESSONS[number].read_text(encoding="utf-8")
        assert f"## {part}" in text, f"lesson {number} has no part {part}"
    if exercise != "-":
        asked = re.findall(r"exercise (\d\d)((?:,? q\d)+)", exercise)
        assert asked, exercise
        for number, questions in asked:
            known = load_exercise(LESSONS[number].stem).questions
            assert set(re.findall(r"q\d", questions)) <= set(known), exercise


def test_the_glossary_is_sorted_complete_and_says_where():
    names = [row[0].lower() for row in table("GLOSSARY.md")]
    assert names == sorted(set(names))
    for term, chinese, meaning, lesson in GLOSSARY.values():
        assert re.search(r"[\u4e00-\u9fff]|RFM", chinese), term
        assert len(meaning) > 10, term
        assert f"{int(lesson):02d}" in LESSONS, term


@pytest.mark.parametrize("number", [number for number in LESSONS if number != "00"])
def test_the_terms_of_a_lesson_stand_in_the_glossary(number):
    text = LESSONS[number].read_text(encoding="utf-8")
    terms = re.search(r"\| Terms \| (.+?) \|", text)[1].split(" · ")
    known = " ".join(row[1] for row in GLOSSARY.values())
    for term in terms:
        for chinese in re.findall(r"[\u4e00-\u9fff]+", term):
            assert chinese in known, term


def test_links_of_the_pages_lead_somewhere():
    for page in (
        *ROOT.glob("*.md"),
        ROOT / "datasets" / "README.md",
        NOTEBOOKS / "GLOSSARY.md",
        NOTEBOOKS / "COVERAGE.md",
        NOTEBOOKS / "CLAIMS.md",
        *(ROOT / "docs" / "teaching").glob("*.md"),
    ):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_links_every_lesson():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [number for number, path in LESSONS.items() if f"({path.relative_to(ROOT).as_posix()})" not in text]


def test_the_map_of_the_start_page_links_each_lesson_and_its_exercise_as_soon_as_they_are_there():
    page = nbformat.read(LESSONS["00"], as_version=4)
    text = "\n".join(cell.source for cell in page.cells if cell.cell_type == "markdown")
    rows = re.findall(r"^\|[^|]*\| (\d+) ([^|]+) \| ([^|]+\?) \| ([^|]+) \|$", text, re.MULTILINE)
    assert [int(number) for number, *_ in rows] == list(range(1, 18))
    for number, lesson, asked, exercise in rows:
        path = LESSONS.get(f"{int(number):02d}")
        if path is None:
            assert "](" not in lesson
            assert exercise == "comes later"
        else:
            title, _, question = nbformat.read(path, as_version=4).cells[0].source.splitlines()[:3]
            assert lesson == f"[{title.removeprefix('# ')}]({path.name})"
            assert f"**{asked}**" == question
            assert exercise == f"[exercise](../exercises/{path.name})"


def test_the_examples_of_contributing_stand_in_the_files_that_it_names():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    function, *questions, sentence, _, _ = re.findall(r"```python\n(.+?)```", text, re.DOTALL)
    assert function in (ROOT / "clvlib" / "value.py").read_text(encoding="utf-8")
    key = (ROOT / "exercises" / "keys" / "03_retention.py").read_text(encoding="utf-8")
    assert len(questions) == 3
    assert not [question for question in questions if question not in key]
    assert sentence in (ROOT / "tests" / "redraws.py").read_text(encoding="utf-8")


def test_the_turn_of_contributing_works(monkeypatch):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    *_, key, cells = re.findall(r"```python\n(.+?)```", text, re.DOTALL)
    exercise = Exercise("03_retention", title="Retention", minutes=1)
    exercise.textbook(lambda: dict(churn=0.6))
    exec(key, {"exercise": exercise})
    monkeypatch.setattr(course, "lesson", lambda name: Lesson(exercise))
    lesson = {"course": course}
    exec(cells, lesson)
    turn, name = lesson["turn"], "left_after_two_years"
    assert turn.check(name, 160).state == "right"
    assert turn.check(name, 0).message.startswith("Losses do not add up")
    assert turn.check(name, ...).state == turn.reveal(lesson["my_guess"], 160).state == "not attempted"
    assert turn.hint(name).title.startswith("Hint 1 of 1")


def test_the_commands_of_contributing_name_files_that_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"(?<![\w/.])@?((?:tests|clvlib|notebooks|exercises|benchmarks|\.ci)/[\w./]*\w)", text)
    assert len(set(named)) > 10
    assert not [path for path in named if "NN" not in path and not (ROOT / path).exists()]


def test_the_changelog_and_the_citation_know_the_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)$", changelog, re.MULTILINE)
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert releases[0] == (clvlib.__version__, citation["date-released"])
    assert citation["version"] == clvlib.__version__
    assert "## [Unreleased]" in changelog


FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_an_issue_form_has_what_the_code_host_needs(form):
    read = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert read["name"]
    assert read["description"]
    fields = [field for field in read["body"] if field["type"] != "markdown"]
    assert len({field["id"] for field in fields}) == len(fields) > 2
    for field in fields:
        assert field["type"] in ("input", "textarea", "dropdown")
        assert field["attributes"]["label"]
    assert all(field["attributes"]["value"] for field in read["body"] if field["type"] == "markdown")


def test_the_hooks_fetch_nothing():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in hooks["repos"]] == ["local"]
    assert {hook["language"] for hook in hooks["repos"][0]["hooks"]} == {"system"}


@pytest.mark.slow
def test_the_code_of_the_readme_runs_from_orders_to_a_list(tmp_path, monkeypatch, capsys):
    """Its first block on a plain log, its second, which goes on from it, on a messy one."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    plain, words = re.findall(r"```python\n(.+?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    course.load("cdnow").to_csv("orders.csv", index=False)
    names = {}
    exec(plain, names)
    called = pd.read_csv("call.csv")
    assert called["rank"].tolist() == list(range(1, 101))
    assert called["clv"].is_monotonic_decreasing
    assert (called["clv_low"] < called["clv_high"]).all()
    assert "rows have amount 0" in capsys.readouterr().out
    assert len([line for line in plain.splitlines() if line and "import" not in line]) <= 10
    runpy.run_path(str(ROOT / "benchmarks" / "messy_log.py"))["messy_log"](5_000).to_csv("orders.csv", index=False)
    names["log"] = pd.read_csv("orders.csv", dtype={"customer_id": str})
    exec(words, names)
    said = capsys.readouterr().out
    assert "rows have no customer_id" in said
    assert "Amounts are converted by rates: 'EUR' at 1 and 'GBP' at 1.17." in said
    assert names["model"].fit(names["summary"]).log_likelihood < 0
