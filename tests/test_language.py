"""Students' pages in Chinese: every string of marking has its translation, and English stays as it was."""

import ast
import csv
import io
import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from test_adjustments import ANN, exercise, marked, read, score
from test_deadlines import plan_of
from test_groups import TRIO, Room

from clvlib.course import marking
from clvlib.course.exercise import load_exercise
from clvlib.course.learner import describe
from clvlib.course.marking import pages, sheets
from clvlib.course.marking.adjustments import Adjustments
from clvlib.course.marking.deadlines import Lateness, duration
from clvlib.course.marking.judge import Marked, notes
from clvlib.course.marking.language import catalogue, gettext, ngettext, speaking, translated
from clvlib.course.marking.plan import Plan
from clvlib.course.marking.sandbox import Collected
from clvlib.course.marking.sheets import Mark, version_of
from clvlib.course.marking.term import Part, Standing

FOLDER = Path(marking.__file__).parent
ENGLISH = re.compile(r"[A-Za-z]{2,}")


def spoken_strings():
    """The English of every string: in templates, and in calls of gettext and ngettext."""
    environment = pages._TEMPLATES
    for path in (FOLDER / "templates").glob("*.html"):
        for _, _, found in environment.extract_translations(path.read_text(encoding="utf-8")):
            yield found if isinstance(found, str) else found[0]
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id
            if called in ("gettext", "ngettext") and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


def test_every_string_has_its_translation_with_the_same_names_and_none_is_left_over():
    chinese = catalogue("zh")
    assert set(spoken_strings()) == set(chinese.strings)
    for english, other in (chinese.strings | chinese.elsewhere).items():
        names = [set(re.findall(r"%\(\w+\)s", text)) for text in (english, other)]
        assert names[0] == names[1], english
        assert re.search("[\u4e00-\u9fff]|。$|：|、", other), english
        assert other % {name[2:-2]: 1 for name in names[0]}, english
        assert english.count("%%") == other.count("%%"), english


@pytest.mark.parametrize("name", ["feedback.html", "term.html"])
def test_a_page_of_students_says_nothing_that_is_not_to_be_translated(name):
    source = (FOLDER / "templates" / name).read_text(encoding="utf-8")
    shown = re.sub(r"{#.*?#}|{%-? trans.*?endtrans %}|_\(\".*?\"\)", "", source, flags=re.DOTALL)
    words = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", "", shown, flags=re.DOTALL)
    assert not ENGLISH.findall(words)
    inside = " ".join(re.findall(r"{%.*?%}|{{.*?}}", shown, flags=re.DOTALL))
    assert not [text for text in re.findall(r'"([^"]*)"', inside) if text[:1].isupper()]


def test_what_the_sandbox_says_is_still_said_so():
    source = (FOLDER / "sandbox.py").read_text(encoding="utf-8")
    for words in ("ran too long", "ended Python, or took too much memory", "the notebook took longer than {"):
        assert words in source
    assert "too many cells hung or ended Python; the cells after the last of them were not run" in source


def texts_of(path):
    """Every string of a source, with an x in the places that are filled in."""
    source = ast.parse(path.read_text(encoding="utf-8"))
    filled = [node for node in ast.walk(source) if isinstance(node, ast.JoinedStr)]
    for node in filled:
        yield "".join(getattr(part, "value", "x") if isinstance(part, ast.Constant) else "x" for part in node.values)  # noqa: PD011
    parts = {part for node in filled for part in ast.walk(node)}
    for node in ast.walk(source):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in parts:
            yield node.value


def test_whatever_is_wrong_with_a_file_is_said_in_chinese():
    begins = ("it ", "its name", "its code", "the notebook is", "the zip is")
    said = {
        text for text in texts_of(FOLDER / "submissions.py") if text.startswith(begins) and "it holds x" not in text
    }
    assert len(said) >= 13
    with speaking("zh"):
        for text in said:
            assert translated(text) != text, text
            assert set(ENGLISH.findall(translated(text))) <= {"MB", "Jupyter"}, text


@pytest.mark.parametrize(
    "answer",
    [
        *(True, 3.5, 7, "visits", "word " * 9, "w" * 41, [1], (1,), {}, object(), print, lambda: 1),
        *(np.array([1, 2]), pd.Series([1]), pd.DataFrame({"年": [1]}), pd.DataFrame({"年": [1, 2]})),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_what_was_read_is_said_in_chinese_but_for_what_the_student_wrote(answer):
    hers = {"visits", "print", "lambda", "object", "Series", "True", "False"}
    with speaking("zh"):
        assert set(ENGLISH.findall(translated(describe(answer)))) <= hers


def test_why_a_wrong_answer_has_points_is_said_in_chinese():
    effects, service = load_exercise("16_do_programs_work"), load_exercise("14_service_complaints")
    case = effects.case_for(1)
    table = next(question for question in effects.questions.values() if question.kind == "table" and question.partial)
    function = service.questions["q6"]
    hidden, said = function.hidden(np.random.default_rng(1)), []
    for wrong in range(1, 20):
        answer = table.answer(case)
        answer.iloc[:wrong, 1:] += 7
        said.append(table.share(answer, case)[1])
        results = [function.run(function.reference, inputs)[0] for inputs, _ in function.inputs(hidden)]
        runs = [(-99 if place >= len(results) - wrong else result, None) for place, result in enumerate(results)]
        said.append(function.part_of_runs(runs, "", hidden).why)
    near = service.questions["q3"].mistakes[3].message
    said = {*said, service.questions["q3"].part(None, service.case_for(1), near).why} - {""}
    assert {text.partition(" of ")[2][2:] for text in said} >= {
        "rows are right",
        "results on inputs that are not shown are right",
    }
    with speaking("zh"):
        for text in said:
            assert not ENGLISH.findall(translated(text)), text


def words_of(page):
    return " ".join(re.sub("<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL).split())


def test_a_page_with_everything_has_english_only_where_keys_and_people_wrote_it(tmp_path):
    zone = ZoneInfo("Asia/Shanghai")
    due = datetime(2026, 3, 12, 23, 59, tzinfo=zone)
    late = Lateness(due, due + timedelta(days=1, hours=2), True, 2, 20)
    rows = [
        "99_small,ann,q1,1,一",
        "99_small,all,q2,worth 8,二",
        "99_small,ann,all,add 1,三",
        "99_small,ann,q2,comment,四",
    ]
    collected = Collected(
        left_out={0: "it ran too long", 1: "it ended Python, or took too much memory"},
        stopped=[(2, "", "")],
        skipped=[(3, "!")],
        trouble=["the function of question 4 ran too long", "the notebook took longer than 1.5 seconds"],
    )
    with speaking("zh"):
        result = marked(ANN, 0.0, 4.0, 3.0)
        result = Marked(ANN, "t", "marked", result.verdicts, notes(collected), (ANN,))
        found = read(tmp_path, *rows, zone=zone).score(exercise, result, late)
        page = pages.feedback_page(exercise, found, {"q3": {"ann": Mark(version_of(""), [3.0], "五")}})
        (row,) = csv.DictReader(io.StringIO(sheets.gradebook(exercise, [found]), newline=""))
    assert row["notes"].splitlines() == [
        "小组作业，以 ann 的笔记本为准",
        "迟交 1 天 2 小时。",
        "第 1 题：得分定为 1 分。理由：一",
        "第 2 题：本题满分由 4 分改为 8 分（全班）。理由：二",
        "加 1 分。理由：三",
    ]
    said = words_of(page)
    left = set(ENGLISH.findall(said)) - {"Small", "Ann", "Asia", "Shanghai", "Python", "says", "why"}
    assert not left
    for words in (
        '<html lang="zh">',
        "截止时间 2026-03-12 23:59 (Asia/Shanghai)，提交时间 2026-03-14 01:59 (Asia/Shanghai)：迟交 1 天 2 小时。因",
        "老师的决定：得分定为 1 分。理由：一",
        "本题满分由 4 分改为 8 分（全班）。理由：二",
        "评语：四",
        "评语：五",
        "单元 [1] 未运行：运行时间过长。",
        "第 4 题的函数运行时间过长。",
        "笔记本的运行时间超过了 1.5 秒。",
    ):
        assert words in page, words
    assert "第 1 题" in said
    assert not re.search(r"[，。：、]\s+(?=[^<\s])", re.sub("</?(bdi|code|span)[^>]*>", "", page)), "a gap after a sign"
    assert "正确：1 / 2 分" in said


@pytest.mark.parametrize("status", ["nothing handed in", "not readable"])
def test_pages_without_marks_and_of_a_term_are_chinese(status):
    with speaking("zh"):
        page = pages.feedback_page(exercise, score(Adjustments(), Marked(ANN, "t", status)), {})
        parts = [
            Part("a", "一", each, 3, 4, 0.75, 1, counts, waiting, "")
            for each, counts, waiting in (
                ("marked", True, False),
                ("marked", False, True),
                ("marked", False, False),
                ("nothing handed in", True, False),
                (status, False, False),
                ("excused", False, False),
                ("not marked yet", False, False),
            )
        ]
        term = pages.term_page(Plan("课程", best=3), Standing(ANN, parts, 75.0))
    assert set(ENGLISH.findall(words_of(page))) <= {"Small", "Ann", "Jupyter", "Run", "All", "Cells", "ipynb"}
    assert set(ENGLISH.findall(words_of(term))) == {"Ann"}
    assert "目前得分：75 / 100 分。" in term


def test_english_has_its_plurals_and_chinese_needs_none():
    assert [ngettext("%(n)s day", "%(n)s days", n) for n in (0, 0.5, 1, 2)] == [
        "%(n)s days",
        "%(n)s days",
        "%(n)s day",
        "%(n)s days",
    ]
    assert duration(timedelta(days=1, hours=2)) == "1 day 2 hours"
    with speaking("zh"):
        assert duration(timedelta(days=1, hours=2)) == "1 天 2 小时"
        with speaking("en"):
            assert gettext("yes") == "yes"
        assert gettext("yes") == "计入"
    assert gettext("yes") == "yes"


def test_only_languages_that_there_are_can_be_asked_for(tmp_path):
    with pytest.raises(ValueError, match="pages can be written in en or zh, not in 'fr'"), speaking("fr"):
        pass
    assert plan_of(tmp_path, 'language = "zh"').language == "zh"
    with pytest.raises(ValueError, match="language is en or zh, not 'fr'"):
        plan_of(tmp_path, 'language = "fr"')


def test_the_log_for_the_instructor_stays_english_while_pages_are_chinese(tmp_path, monkeypatch):
    room = Room(tmp_path, monkeypatch)
    room.hand_in("bob", "b.ipynb")
    room.hand_in("ann", "a.ipynb", hours=1)
    (tmp_path / "submissions" / "dee.ipynb").write_text('{"cells": [')
    with speaking("zh"):
        room.mark(TRIO)
    assert "你们小组：Ann、Bob、王伟" in room.page("bob")
    assert "dee.ipynb：笔记本不完整，后半部分缺失" in room.page("dee")
    said = "".join(row["what"] for row in room.rows("log.csv"))
    assert "dee.ipynb: the notebook is cut off in the middle" in said
    assert not re.search("[\u4e00-\u9fff]", said)
    assert {row["status"] for row in room.rows("gradebook.csv")} == {"marked", "not readable", "nothing handed in"}
