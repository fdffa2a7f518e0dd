"""The ledger of claims: whole by itself, and one with the lessons' audits, the coverage and the page made from it."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from clvlib.course.ledger import LEFT_OUT, PAGE, SOURCES, VERDICTS, audited, claims, page

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
LEDGER = claims()
TREATED, LEFT = LEDGER[LEDGER["lesson"] != ""], LEDGER[LEDGER["lesson"] == ""]
JUDGED = TREATED[TREATED["verdict"] != ""]
AUDITED = [path for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")) if path.stem != "00_start_here"]
INVENTORY = r"[A-E]\d+"


def place(claim):
    """Where a claim's id stands in order: A1a, A1b, A2a, ..., NEW1."""
    letter, number, part = re.fullmatch(r"([A-E]|NEW)(\d+)([a-z]?)", claim).groups()
    return letter, int(number), part


def test_the_ledger_is_in_order_and_names_no_claim_twice():
    assert list(LEDGER.index) == sorted(set(LEDGER.index), key=place)
    assert list(LEDGER.columns) == ["source", "says", "term", "open", "lesson", "section", "verdict", "reason"]


@pytest.mark.parametrize(("column", "known"), [("source", SOURCES), ("verdict", [*VERDICTS, ""])])
def test_sources_and_verdicts_are_those_that_the_page_explains(column, known):
    assert set(LEDGER[column]) <= set(known)
    assert set(LEFT["reason"]) <= set(LEFT_OUT)


def test_a_claim_says_something_in_our_words_and_shows_a_short_chinese_term():
    assert LEDGER["says"].str.len().between(20, 300).all()
    assert LEDGER["term"].str.len().between(2, 10).all()
    assert LEDGER["term"].str.contains(r"[\u4e00-\u9fff]").all()
    assert not LEDGER["says"].duplicated().any()
    texts = LEDGER[["says", "open", "reason"]]
    assert not texts.apply(lambda column: column.str.contains("|", regex=False)).any(axis=None), "a table would break"


def test_a_claim_that_is_judged_has_a_reason_and_one_that_is_left_out_has_neither_section_nor_verdict():
    assert (JUDGED["reason"].str.len() > 30).all()
    assert set(JUDGED["section"]) == {"Audit the claim"}
    assert (TREATED["section"] != "").all()
    assert (TREATED["reason"] == "")[TREATED["verdict"] == ""].all()
    assert (LEFT[["section", "verdict"]] == "").all(axis=None)


def test_every_lesson_that_the_ledger_names_exists():
    assert set(TREATED["lesson"]) == {path.stem[:2] for path in AUDITED}


@pytest.mark.parametrize("lesson", AUDITED, ids=lambda path: path.stem)
def test_a_lessons_audit_and_the_ledger_are_one(lesson):
    rows = list(audited(lesson))
    named = Counter(claim for row in rows for claim in row.ids)
    mine = JUDGED[JUDGED["lesson"] == lesson.stem[:2]]
    assert not [row.wording for row in rows if not row.ids], "a row of an audit names no claim"
    assert not [claim for claim in named if claim not in LEDGER.index], "no such claim in the ledger"
    assert not [claim for claim, times in named.items() if times > 1], "a claim stands twice"
    assert set(named) == set(mine.index), "judged in the lesson or on the ledger only, or in another lesson"
    for row in rows:
        for claim in row.ids:
            assert row.verdict == mine["verdict"][claim], claim
            assert mine["term"][claim] in row.wording, f"{claim}: the term {mine['term'][claim]} is missing"


@pytest.mark.parametrize("lesson", AUDITED, ids=lambda path: path.stem)
def test_a_claim_stands_in_a_part_that_its_lesson_has(lesson):
    text = lesson.read_text(encoding="utf-8")
    sections = set(TREATED["section"][TREATED["lesson"] == lesson.stem[:2]])
    assert not [section for section in sections if f"## {section}" not in text]


def test_the_coverage_knows_the_lessons_of_the_ledger():
    lines = (NOTEBOOKS / "COVERAGE.md").read_text(encoding="utf-8").splitlines()
    homes = {row[1].strip(): row[3] for line in lines if len(row := line.split("|")) > 4}
    of_inventory = LEDGER[LEDGER.index.str.fullmatch(INVENTORY + "[a-z]")]
    number = of_inventory.index.str.extract(f"({INVENTORY})", expand=False)
    assert set(number) == {row for row in homes if re.fullmatch(INVENTORY, row)}
    missing = [
        claim
        for claim, row, lesson in zip(of_inventory.index, number, of_inventory["lesson"], strict=True)
        if lesson and not re.search(rf"\b{lesson} ", homes[row])
    ]
    assert not missing, "COVERAGE.md does not name the lesson that treats the claim"


def test_the_page_is_what_the_ledger_makes():
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m clvlib.course.ledger`"


AUDIT = """\
| The source says | Verdict | Why |
|---|---|---|
| [A1a, B2] Words (中文) | **wrong** as a sum | ... |
| No claim | depends | ... |

| Another table | Verdict |
|---|---|
| [A9z] | **wrong** |
"""


def test_an_audit_is_read_row_by_row_and_other_tables_are_not(tmp_path):
    first, second = audited(write_lesson(tmp_path / "lesson.ipynb", AUDIT))
    assert (first.ids, first.verdict) == (["A1a", "B2"], "wrong")
    assert "中文" in first.wording
    assert (second.ids, second.verdict) == ([], "depends")


def audit_of(number, folder):
    """A lesson whose audit is just what the ledger says."""
    rows = JUDGED[JUDGED["lesson"] == number]
    table = ["| The source says | Verdict |", "|---|---|"]
    table += [f"| [{claim}] {row.says} ({row.term}) | **{row.verdict}** |" for claim, row in rows.iterrows()]
    return write_lesson(folder / f"{number}_lesson.ipynb", "\n".join(table))


def write_lesson(path, text):
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": text}]}), encoding="utf-8")
    return path


def test_an_audit_that_is_the_ledgers_own_passes(tmp_path):
    test_a_lessons_audit_and_the_ledger_are_one(audit_of("03", tmp_path))


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("[B8a] ", "", "names no claim"),
        ("[B8a]", "[B8z]", "no such claim"),
        ("[B8a]", "[B7b]", "stands twice"),
        ("[B8a]", "[A1a]", "in another lesson"),
        ("**supported**", "**depends**", "B8a"),
        ("客户数量是相同的", "客户数量", "the term"),
    ],
)
def test_an_audit_that_strays_from_the_ledger_is_told_so(right, wrong, why, tmp_path):
    (cell,) = json.loads(audit_of("03", tmp_path).read_text(encoding="utf-8"))["cells"]
    assert right in cell["source"]
    lesson = write_lesson(tmp_path / "03_lesson.ipynb", cell["source"].replace(right, wrong))
    with pytest.raises(AssertionError, match=why):
        test_a_lessons_audit_and_the_ledger_are_one(lesson)
