"""What comes out of marking: nothing hostile gets through, nothing typed is lost, the figures are right."""

import base64
import csv
import hashlib
import io
import itertools
import math
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from flit_core.wheel import make_wheel_in
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from clvlib.course.exercise import Exercise
from clvlib.course.marking import pages, sheets
from clvlib.course.marking.adjustments import Adjustments
from clvlib.course.marking.items import item_statistics, questions_picture
from clvlib.course.marking.judge import Marked, Verdict
from clvlib.course.marking.pages import items_page
from clvlib.course.marking.roster import Student
from clvlib.course.marking.sheets import (
    Mark,
    marking_sheet,
    read_marking_sheet,
    read_marking_sheets,
    with_marks,
)
from clvlib.course.marking.tables import guarded, unguarded

exercise = Exercise("99_small", title="Small & simple", minutes=5)


@exercise.number(points=1, level=1, within=0.5)
def q_number():
    """How many?"""
    return 4711


@q_number.mistake("You forgot the half.")
def forgot():
    return 2


@q_number.mistake("You doubled it.")
def doubled():
    return 8


@exercise.choice(points=2, level=1, options={"a": "one", "b": "other"})
def q_choice():
    """Which?"""
    return "a"


@q_choice.mistake("Not that one.")
def other():
    return "b"


@exercise.text(level=3, rubric={"names a cause, with its source": 1, "says <why>": 2})
def q_text():
    """Why?"""
    return "The secret model answer."


FIRST, SECOND = "names a cause / with its source (0-1)", "says <why> (0-2)"
RIGHT, CHOSEN = Verdict("right", 1.0, answer="The number 4"), Verdict("right", 2.0, answer='The text "a"')

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "closing tags": "</code></blockquote></title></style><h1>Mark: 100</h1>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "entities": "&lt;script&gt; &#60; &amp;amp;",
    "comment": "<!-- ]]> -->",
    "bidi": "abc\u202e321\u2066x\u200f",
    "control": "a\x00b\x1b[31mc\x07",
    "surrogate": "\ud800 and \udfff",
    "hidden": "a\U000e0041\u200bb\ufeff",
    "braces": "{policy} {0} %s",
    "template": "{{ 7 * 7 }} {{ exercise }} {% for x in range(9) %}{# y #} {% include 'style.css' %}{% raw %}",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u0645\u062d\u0645\u062f 123 <b>",
    "long word": "W" * 100_000,
    "many tabs": "\t" * 100_000,
    "many quotes": "; \"'" * 25_000,
}


def result(answer="Because it rains.", *, student="s1", name="Ann", state="to mark", points=None, notes=()):
    verdicts = {"q1": RIGHT, "q2": CHOSEN, "q3": Verdict(state, points, answer=answer)}
    return Marked(Student(student, name, "lms-77"), "ticket-88", "marked", verdicts, list(notes))


def missing(status, **more):
    return Marked(Student("s9", "Zoë", ""), "ticket-99", status, **more)


def scored(result):
    return Adjustments().score(exercise, result)


def gradebook(exercise, results):
    return sheets.gradebook(exercise, list(map(scored, results)))


def feedback_page(exercise, result, marks):
    return pages.feedback_page(exercise, scored(result), marks)


def cells(text, delimiter=","):
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))

    def handle_data(self, data):
        self.text += data


# The gradebook


def test_the_gradebook_has_a_row_a_student_and_what_is_not_known_is_blank():
    results = [
        result(),
        result(state="marked", points=1.5, student="s2", name="王伟"),
        missing("nothing handed in"),
        missing("not readable"),
    ]
    assert gradebook(exercise, results) == (
        "student,name,status,q1,q2,q3,total,out_of,to_mark\n"
        "s1,Ann,marked,1,2,,3,6,1\n"
        "s2,王伟,marked,1,2,1.5,4.5,6,0\n"
        "s9,Zoë,nothing handed in,,,,,6,0\n"
        "s9,Zoë,not readable,,,,,6,0\n"
    )


def test_the_total_is_the_sum_of_what_is_known():
    assert result().total == 3
    assert missing("not readable").total is None
    only_text = Marked(Student("s", "", ""), "t", "marked", {"q3": Verdict("to mark", None)})
    assert only_text.total is None


def test_points_are_written_without_the_noise_of_floats():
    noisy = result(state="marked", points=0.1 + 0.2)
    assert ",0.3,3.3," in gradebook(exercise, [noisy])


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " \n=1", "＝1+1", "-inf", "x;=1+1", 'x;"=1+1'],
)
def test_no_text_of_a_student_starts_a_formula(text):
    """In a file that a spreadsheet splits at commas or at semicolons."""
    hostile = result(f"{text}\n{text}", student=text, name=text)
    for table in (
        gradebook(exercise, [hostile]),
        marking_sheet(exercise, "q3", [replace(hostile, student=Student("s1", text, ""))]),
    ):
        for delimiter in ",;":
            for cell in itertools.chain.from_iterable(cells(table, delimiter)):
                assert not re.match("[\"' \t\r\n]*[-=+@＝]", cell) or cell.startswith("'"), cell


@pytest.mark.parametrize("student", ["=1+1", "+c", "-2+3", "@x", "007", "3-4", "21E101"])
def test_an_id_in_a_sheet_is_neither_a_formula_nor_a_number_nor_a_date(student):
    _, row = cells(marking_sheet(exercise, "q3", [result(student=student)]))
    assert row[0] == f"'{student}"


@pytest.mark.parametrize("text", ["a\n=1+1", "a;=1+1", 'a; "@x', "a\r+c", "a\t-1+2", "a\n'=1"])
def test_no_formula_begins_inside_an_id_or_a_comment(path, text):
    """As where a spreadsheet parts cells at semicolons, or a line end ends the row."""
    mark = Mark("v", [None, None], text, {text: text})
    written = marking_sheet(exercise, "q3", [result(student=text)], {text: mark})
    for part in re.split("[;\r\n\t]", written):
        assert not re.match("[\"' ]*[-=+@]", part) or part.startswith("'")
    path.write_text(written, encoding="utf-8-sig", newline="")
    (again,) = read_marking_sheet(path, exercise, "q3").items()
    assert (again[0], again[1].comment, again[1].more) == (text, text, {text: text})


@pytest.mark.parametrize("number", ["-5", "+86138001", "20240017", "3.5"])
def test_numbers_stay_as_they_are(number):
    assert cells(gradebook(exercise, [result(student=number)]))[1][0] == number


# The page of a student


@pytest.mark.long
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_comes_from_a_student_never_becomes_part_of_the_page(text):
    def page(text):
        verdicts = {
            "q1": Verdict("wrong", 0.0, f"Not {text}", answer=text),
            "q2": CHOSEN,
            "q3": Verdict("marked", 1.0, answer=text),
        }
        marks = {"q3": {"s1": Mark("v", [1.0, 0.0], text)}}
        return feedback_page(exercise, Marked(Student("s1", text, ""), "t", "marked", verdicts, [text]), marks)

    hostile = page(text)
    assert Page(hostile).tags == Page(page("harmless")).tags
    assert not re.search("[\x00\x1b\u202e\u2066\u200f\u200b\ufeff\U000e0041]", hostile)
    assert hostile.encode("utf-8")


def test_what_a_student_wrote_can_be_read_letter_by_letter():
    harmless = ["script", "entities", "braces", "template", "right to left", "long word"]
    text = "\n".join(HOSTILE[kind] for kind in harmless) + "\n  你好 \U0001f469\u200d\U0001f52c"
    assert text in Page(feedback_page(exercise, result(text), {})).text


def test_a_page_may_run_nothing_and_load_nothing():
    page = feedback_page(exercise, result(), {})
    (policy,) = (
        dict(attrs)["content"] for tag, attrs in Page(page).tags if ("http-equiv", "Content-Security-Policy") in attrs
    )
    style = re.search("<style>(.*?)</style>", page, re.DOTALL)[1]
    checksum = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{checksum}'"
    assert not {"script", "link", "img", "a", "iframe"} & {tag for tag, _ in Page(page).tags}
    assert "url(" not in style


@pytest.mark.slow
def test_an_installed_wheel_has_its_templates(tmp_path):
    wheel = make_wheel_in(Path(__file__).parents[1] / "pyproject.toml", tmp_path).file
    with zipfile.ZipFile(wheel) as pack:
        pack.extractall(tmp_path / "installed")
    code = (
        "from clvlib.course.exercise import Exercise\n"
        "from clvlib.course.marking import judge, pages, roster\n"
        "from clvlib.course.marking.adjustments import Adjustments\n"
        "result = judge.Marked(roster.Student('s1', 'Ann', ''), 't', 'nothing handed in')\n"
        "exercise = Exercise('99_small', title='Small', minutes=5)\n"
        "page = pages.feedback_page(exercise, Adjustments().score(exercise, result), {})\n"
        "print(pages.__file__, page, pages.items_page(exercise, [result]))"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    run = [sys.executable, "-c", code]
    printed = subprocess.run(run, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert printed.startswith(str(tmp_path / "installed"))
    assert "Nothing of yours was found" in printed
    assert "1 student: 0 handed in" in printed


def test_each_question_says_its_state_in_words_its_points_and_what_was_read():
    verdicts = {
        "q1": Verdict("wrong", 0.0, "You doubled it.", 1, "The number 8"),
        "q2": Verdict("not attempted", 0.0),
        "q3": Verdict("to mark", None, answer="Because."),
    }
    text = Page(feedback_page(exercise, Marked(Student("s1", "Ann", ""), "t", "marked", verdicts), {})).text
    assert "0 of 6 points. 3 points are still to be given by a person." in text
    for words in ("✗ Not right: 0 of 1 point\n", "You doubled it.", "Read as your answer: The number 8"):
        assert words in text
    assert "… Not attempted: 0 of 2 points" in text
    assert "● To be marked by a person\n" in text
    assert "✓ Right: 1 of 1 point\n" in Page(feedback_page(exercise, result(), {})).text


def test_a_part_is_shown_with_its_points_and_its_reason():
    near = Verdict("wrong", 0.5, "You forgot the half.", 0, "The number 2", "This is near the right answer")
    page = feedback_page(exercise, replace(result(), verdicts={**result().verdicts, "q1": near}), {})
    assert "◐</span> Partly right: 0.5 of 1 point" in page
    assert "This is near the right answer. Parts of the points are given in half points, rounded down." in page
    assert page.count("Partly right") == 1
    taken = feedback_page(
        exercise, replace(result(), verdicts={**result().verdicts, "q1": replace(near, points=0)}), {}
    )
    assert "Not right: 0 of 1 point" in taken, "as an instructor may set it"


def test_a_marked_text_shows_the_rubric_with_its_points_and_the_comment():
    version = cells(marking_sheet(exercise, "q3", [result()]))[1][-1]
    marks = {"q3": {"s1": Mark(version, [1.0, 0.5], "Which <one>?")}}
    text = Page(feedback_page(exercise, with_marks([result()], marks)[0], marks)).text
    assert "● Marked by a person: 1.5 of 3 points" in text
    assert "1 of 1: names a cause, with its source\n0.5 of 2: says <why>\n" in text
    assert "Comment: Which <one>?" in text
    assert "4.5 of 6 points.\n" in text


def test_the_page_tells_nothing_that_is_not_the_students():
    version = cells(marking_sheet(exercise, "q3", [result()]))[1][-1]
    marks = {"q3": {"s1": Mark(version, [1.0, 0.0]), "s2": Mark(version, [0.0, 2.0], "For Bob")}}
    page = feedback_page(exercise, with_marks([result()], marks)[0], marks)
    for secret in ("ticket", "lms-77", "4711", "model answer", "forgot the half", "Bob"):
        assert secret not in page


@pytest.mark.parametrize(
    ("status", "says"),
    [("not readable", "hand in the .ipynb file once more"), ("nothing handed in", "tell your instructor when")],
)
def test_a_page_without_verdicts_says_why_and_what_to_do(status, says):
    text = Page(feedback_page(exercise, missing(status, notes=["The file ends in the middle."]), {})).text
    assert says in " ".join(text.split())
    assert "The file ends in the middle." in text
    assert "Question" not in text


def test_a_student_without_a_name_is_called_by_her_id():
    assert "<bdi>s1</bdi>" in feedback_page(exercise, result(name=""), {})


# The page on the questions


def answered(*points):
    """Students with these points for q1, q2 and q3; None waits for a mark."""
    results = []
    for number, earned in enumerate(points):
        states = ["right" if got else "wrong" for got in earned[:2]] + ["to mark" if earned[2] is None else "marked"]
        verdicts = {f"q{i}": Verdict(states[i - 1], earned[i - 1]) for i in (1, 2, 3)}
        results.append(Marked(Student(f"s{number}", f"Name{number}", ""), f"t{number}", "marked", verdicts))
    return results


CLASS = answered((1, 2, 2), (1, 2, 1), (1, 0, 2), (0, 0, 1), (0, 0, 0))


def test_difficulty_and_discrimination_are_those_computed_by_hand():
    """For q1: the others sum to 4 3 2 1 0, so r = 3 / sqrt(1.2 * 10). For q2: 3 2 3 1 0, r = 2.8 / sqrt(4.8 * 6.8)."""
    table = item_statistics(exercise, [*CLASS, missing("not readable"), missing("nothing handed in")])
    assert list(table.index) == ["q1", "q2", "q3"]
    assert table["points"].tolist() == [1, 2, 3]
    assert table["attempted"].tolist() == [5, 5, 5]
    assert table["right"].tolist() == [3, 2, 0]
    assert table["difficulty"].tolist() == pytest.approx([0.6, 0.4, 0.4])
    assert table["discrimination"][:2].tolist() == pytest.approx([3 / math.sqrt(12), 2.8 / math.sqrt(32.64)])


def test_wrong_answers_with_a_part_of_the_points_are_counted_apart():
    near = Verdict("wrong", 0.5, "You forgot the half.", 0, part="This is near the right answer")
    results = answered((1, 2, 3), (1, 0, 3), (0, 0, 1))
    results[2] = replace(results[2], verdicts={**results[2].verdicts, "q1": near})
    table = item_statistics(exercise, results)
    assert list(table["in_part"]) == [1, 0, 0], "a text with some of its points is not wrong in part"
    assert list(table["right"]) == [2, 1, 2]
    assert table["difficulty"]["q1"] == pytest.approx(2.5 / 3)
    page = "".join(Page(items_page(exercise, results)).text.split())
    assert "q1q_number1302100.83" in page


def test_a_question_with_a_text_that_waits_counts_nowhere_yet():
    waiting = item_statistics(exercise, [*CLASS, *answered((0, 0, None))])
    assert waiting["to_mark"].tolist() == [0, 0, 1]
    assert math.isnan(waiting.loc["q3", "difficulty"])
    assert math.isnan(waiting.loc["q3", "discrimination"])
    assert waiting.loc["q1", "discrimination"] == pytest.approx(waiting.loc["q2", "discrimination"])


@pytest.mark.filterwarnings("error")
def test_discrimination_needs_five_students_and_differences():
    assert item_statistics(exercise, CLASS[:4])["discrimination"].isna().all()
    same = item_statistics(exercise, answered(*[(1, 0, points) for points in (0, 1, 2, 3, 3)]))
    assert same["discrimination"].isna().all()


def test_statistics_of_nobody_are_zeros_and_gaps():
    table = item_statistics(exercise, [missing("not readable")])
    assert table["attempted"].tolist() == [0, 0, 0]
    assert table["difficulty"].isna().all()


def test_who_did_not_attempt_is_not_among_the_attempted():
    verdicts = {key: Verdict("not attempted", 0.0) for key in exercise.questions}
    blank = Marked(Student("s", "", ""), "t", "marked", verdicts)
    assert item_statistics(exercise, [*CLASS, blank])["attempted"].tolist() == [5, 5, 5]


def test_the_items_page_counts_who_handed_in_and_which_mistakes_were_made():
    wrong = [Verdict("wrong", 0.0, "You doubled it.", 1), Verdict("wrong", 0.0, "Too low."), Verdict("wrong", 0.0, "?")]
    results = [
        Marked(one.student, one.ticket, "marked", {**one.verdicts, "q1": verdict})
        for one, verdict in zip(CLASS, wrong, strict=False)
    ]
    page = Page(items_page(exercise, [*results, missing("not readable"), missing("nothing handed in")]))
    assert "5 students: 3 handed in, 1 handed in a file that cannot be read, 1 handed in nothing." in page.text
    assert "You forgot the half.0\nYou doubled it.1\nOther wrong answers2\n" in page.text
    assert "q_text\n" not in page.text.partition("Wrong answers")[2]


def test_pictures_say_their_numbers_in_words():
    totals, questions = (dict(attrs) for tag, attrs in Page(items_page(exercise, CLASS)).tags if tag == "img")
    assert totals["alt"] == (
        "Students by their points, from 0 to under 1: 1, from 1 to under 2: 1, from 2 to under 3: 0, from 3 to under "
        "4: 1, from 4 to under 5: 1, from 5 to under 6: 1, from 6 to under 7: 0."
    )
    assert questions["alt"].startswith("Difficulty and discrimination: q1 0.60 and 0.87, q2 0.40 and 0.49, q3 0.40 and")
    assert questions["src"].startswith("data:image/svg+xml;base64,")


@pytest.mark.long
@pytest.mark.parametrize(
    "discrimination", [0.5, 0.1, [0.5, math.nan], 1], ids=["none is weak", "all are", "one unknown", "at the edge"]
)
def test_both_halves_of_the_picture_of_the_questions_are_wide_whatever_they_hold(discrimination):
    table = pd.DataFrame({"difficulty": [0.2, 0.9], "discrimination": discrimination}, index=["q1", "q2"])
    svg = base64.b64decode(questions_picture(table).svg).decode()
    halves = re.findall(r'id="axes_\d">\s*<g id="patch_\d+">\s*<path d="M ([\d.]+) [\d.]+ \nL ([\d.]+) ', svg)
    assert len(halves) == 2
    for left, right in halves:
        assert float(right) - float(left) > 200, "of 504 points"


@pytest.mark.long
def test_where_no_discrimination_is_known_difficulty_has_the_whole_width_and_words_say_why():
    few = items_page(exercise, CLASS[:4])
    assert "No discrimination is known yet: it needs 5 students or more" in Page(few).text
    assert "No discrimination is known" not in Page(items_page(exercise, CLASS)).text
    _, picture = (dict(attrs) for tag, attrs in Page(few).tags if tag == "img")
    assert picture["alt"] == "Difficulty: q1 0.75, q2 0.50, q3 0.50."
    svg = base64.b64decode(picture["src"].partition(",")[2]).decode()
    assert "axes_1" in svg
    assert "axes_2" not in svg


@pytest.mark.long
@pytest.mark.parametrize("students", [1, 3, 8])
def test_where_everybody_is_right_words_say_so_instead_of_pictures(students):
    page = Page(items_page(exercise, answered(*[(1, 2, 3)] * students)))
    assert "Everybody has 6 points." in page.text
    assert "Everybody has all the points of every question." in page.text
    assert not [tag for tag, _ in page.tags if tag == "img"]
    same = Page(items_page(exercise, answered(*[(1, 0, 0)] * 8)))
    assert "Everybody has 1 point." in same.text
    assert [tag for tag, _ in same.tags if tag == "img"] == ["img"], "which questions nobody got"


@pytest.mark.long
def test_a_weak_question_is_named_in_words():
    weak = answered((1, 0, 0), (1, 0, 0), (0, 2, 3), (0, 2, 2), (1, 2, 2))
    assert "q1 q_number⚠ look at it" in Page(items_page(exercise, weak)).text
    assert "q1 q_number⚠" not in Page(items_page(exercise, CLASS)).text


@pytest.mark.long
def test_the_items_page_names_no_student_and_is_the_same_every_time():
    page = items_page(exercise, CLASS)
    assert "Name" not in page
    assert page == items_page(exercise, CLASS)
    pictures = [base64.b64decode(data) for data in re.findall('base64,([^"]+)"', page)]
    assert len(pictures) == 2
    assert not any(b"<dc:date>" in picture or b"<script" in picture for picture in pictures)


@pytest.mark.long
@pytest.mark.parametrize("results", [[], [missing("nothing handed in")], answered((0, 0, None)), answered((1, 2, 3))])
def test_an_items_page_of_hardly_anybody_is_a_page(results):
    assert "handed in" in items_page(exercise, results)


def test_texts_that_wait_are_announced():
    text = Page(items_page(exercise, [*CLASS, *answered((1, 2, None))])).text
    assert "1 text is still to be marked: these are the points so far." in text


# Marking sheets


def rewritten(path, header, *rows, encoding="utf-8-sig", delimiter=","):
    """A sheet as a spreadsheet saves it."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows([header, *rows])
    path.write_bytes(text.getvalue().encode(encoding, "replace"))
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "q3.csv"


TEXTS = [
    result("=1+1 is what I think;\n- because 🌧 rains", student="007", name="王伟"),
    result("Because.", student="s1"),
    result("", student="s2", state="not attempted", points=0.0),
    missing("not readable"),
]


def test_a_sheet_has_a_row_for_each_text_and_a_column_for_each_line_of_the_rubric():
    header, first, second = cells(marking_sheet(exercise, "q3", TEXTS))
    assert header == ["student", "name", "answer", FIRST, SECOND, "comment", "version"]
    assert first[:6] == ["'007", "王伟", "'=1+1 is what I think;\n'- because 🌧 rains", "", "", ""]
    assert second[:6] == ["s1", "Ann", "Because.", "", "", ""]


@pytest.mark.parametrize(
    ("encoding", "delimiter", "half"),
    [
        ("utf-8-sig", ",", "0.5"),
        ("utf-8-sig", ";", "0,5"),
        ("gb18030", ",", "0.5"),
        ("gbk", ";", "0,5"),
        ("utf-16", "\t", "0.5"),
    ],
)
def test_what_was_typed_survives_a_spreadsheet_and_a_second_writing(path, encoding, delimiter, half):
    header, first, second = cells(marking_sheet(exercise, "q3", TEXTS))
    first[3:6] = ["1", half, "- 很好, but which?\nSay; more"]
    second[3:6] = ["", "2", "3-4 reasons, 'tis said"]
    marks = read_marking_sheet(
        rewritten(path, header, second, first, encoding=encoding, delimiter=delimiter), exercise, "q3"
    )
    assert (marks["007"].points, marks["007"].comment) == ([1, 0.5], "- 很好, but which?\nSay; more")
    assert (marks["s1"].points, marks["s1"].comment) == ([None, 2], "3-4 reasons, 'tis said")
    path.write_text(marking_sheet(exercise, "q3", TEXTS, marks), encoding="utf-8-sig", newline="")
    assert read_marking_sheet(path, exercise, "q3") == marks
    folded = with_marks(TEXTS, {"q3": marks})
    assert (folded[0].verdicts["q3"].state, folded[0].verdicts["q3"].points) == ("marked", 1.5)
    assert (folded[1].verdicts["q3"].state, folded[1].verdicts["q3"].points) == ("to mark", None)
    assert folded[2:] == TEXTS[2:]


def test_a_changed_text_starts_without_points_and_the_comment_keeps_the_earlier_ones(path):
    header, row = cells(marking_sheet(exercise, "q3", [result("Old text.")]))
    row[3:6] = ["1", "0.5", "Good."]
    marks = read_marking_sheet(rewritten(path, header, row), exercise, "q3")
    changed = [result("New text.")]
    assert with_marks(changed, {"q3": marks}) == changed
    path.write_text(marking_sheet(exercise, "q3", changed, marks), encoding="utf-8-sig", newline="")
    (mark,) = read_marking_sheet(path, exercise, "q3").values()
    assert (mark.points, mark.comment) == ([None, None], "Good. The earlier text got 1, 0.5.")
    assert marking_sheet(exercise, "q3", changed, {"s1": mark}) == path.read_text(encoding="utf-8-sig")


def test_blanks_and_line_ends_do_not_make_another_text():
    (_, one), (_, other) = (cells(marking_sheet(exercise, "q3", [result(text)])) for text in ("a\nb ", "a\r\n b"))
    assert one[-1] == other[-1]


def test_marks_of_a_student_who_has_no_text_any_more_stay_in_the_sheet(path):
    marks = {"gone": Mark("v1", [1.0, 2.0], "Fine."), "s2": Mark("v2", [0.0, None])}
    path.write_text(marking_sheet(exercise, "q3", TEXTS, marks), encoding="utf-8-sig", newline="")
    again = read_marking_sheet(path, exercise, "q3")
    assert {student: again[student] for student in marks} == marks
    assert list(again) == ["007", "s1", "gone", "s2"]


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ("one", "", "the points are a number from 0 to 1, not 'one'"),
        ("", "2.5", "the points are a number from 0 to 2, not '2.5'"),
        ("-1", "", "the points are a number from 0 to 1, not '-1'"),
        ("nan", "", "not 'nan'"),
    ],
)
def test_points_out_of_range_are_refused_in_one_sentence(path, first, second, says):
    header, _, row = cells(marking_sheet(exercise, "q3", TEXTS))
    row[3:5] = [first, second]
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        read_marking_sheet(rewritten(path, header, row), exercise, "q3")
    assert str(caught.value).startswith(f"{path}, row 2, student 's1', column ")
    assert "\n" not in str(caught.value)


def test_a_student_twice_or_without_an_id_is_refused(path):
    header, _, row = cells(marking_sheet(exercise, "q3", TEXTS))
    with pytest.raises(ValueError, match="row 3, student 's1': every row needs a student, and every student has one"):
        read_marking_sheet(rewritten(path, header, row, row), exercise, "q3")
    with pytest.raises(ValueError, match="row 2, student ''"):
        read_marking_sheet(rewritten(path, header, ["", *row[1:]]), exercise, "q3")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda row, title: row[:-1], 'there is no column "version"'),
        (lambda row, title: [*row, "comment"], 'there are two columns "comment"'),
        (lambda row, title: [*row, title or "1", title or "2"], 'there are two columns "note"'),
        (lambda row, title: [*row, "" if title else "lost"], 'there is a column without a title ""'),
    ],
)
def test_a_changed_header_is_refused(path, change, says):
    header, _, row = cells(marking_sheet(exercise, "q3", TEXTS))
    with pytest.raises(ValueError, match=re.escape(f"{path}, row 1: {says}")):
        read_marking_sheet(rewritten(path, change(header, "note"), change(row, "")), exercise, "q3")


def test_an_empty_column_and_a_missing_student_are_fine(path):
    header, _, row = cells(marking_sheet(exercise, "q3", TEXTS))
    assert list(read_marking_sheet(rewritten(path, [*header, ""], [*row, ""]), exercise, "q3")) == ["s1"]


def test_a_column_of_her_own_is_read_and_written_again(path):
    header, first, second = cells(marking_sheet(exercise, "q3", TEXTS))
    rewritten(
        path, [header[0], "my note", *header[1:]], [first[0], "=ask 3-4", *first[1:]], [second[0], "", *second[1:]]
    )
    marks = read_marking_sheet(path, exercise, "q3")
    assert marks["007"].more == {"my note": "=ask 3-4"}
    path.write_text(marking_sheet(exercise, "q3", TEXTS, marks), encoding="utf-8-sig", newline="")
    assert cells(path.read_text(encoding="utf-8-sig"))[0] == [*header, "my note"]
    assert read_marking_sheet(path, exercise, "q3") == marks


def saved_as(path, header, *rows):
    """As a spreadsheet saves it under another name."""
    if path.suffix != ".xlsx":
        return rewritten(path, header, *rows)
    book = Workbook()
    for row in (header, *rows):
        book.active.append([float(cell) if cell in ("1", "0.5", "2") else cell for cell in row])
    book.save(path)
    return path


@pytest.mark.parametrize(
    "name", ["to_mark_q3 (1).csv", "to_mark_q3.xlsx", "to_mark_q3 - Copy.csv", "TO_MARK_Q3(2).CSV"]
)
def test_a_sheet_saved_under_another_name_is_read_beside_ours(tmp_path, name):
    header, first, second = cells(marking_sheet(exercise, "q3", TEXTS))
    ours = rewritten(tmp_path / "to_mark_q3.csv", header, first, [*second[:3], "1", "2", "", second[-1]])
    copy = saved_as(tmp_path / name, header, [*first[:3], "1", "0.5", "Good.", first[-1]], second)
    for other in (
        "to_mark_q30.csv",
        "to_mark_q1.csv",
        ".to_mark_q3.csv.unfinished",
        "to_mark_q3.csv.bak",
        "~$to_mark_q3.xlsx",
    ):
        (tmp_path / other).write_text("no sheet")
    marks = read_marking_sheets(tmp_path, exercise, "q3")
    assert {student: mark.points for student, mark in marks.items()} == {"007": [1, 0.5], "s1": [1, 2]}
    assert marks["007"].comment == "Good."
    for later, points in ((ours, [1, 2]), (copy, [0.5, 2])):  # what was saved last counts
        saved_as(later, header, [*first[:3], *map(str, points), "", first[-1]])
        os.utime(later, (2e9 + points[0], 2e9 + points[0]))
    os.utime(copy, (3e9, 3e9))
    assert read_marking_sheets(tmp_path, exercise, "q3")["007"].points == [0.5, 2]
    os.utime(ours, (4e9, 4e9))
    assert read_marking_sheets(tmp_path, exercise, "q3")["007"].points == [1, 2]


def test_only_texts_have_marking_sheets():
    with pytest.raises(ValueError, match="q1 is no text"):
        marking_sheet(exercise, "q1", TEXTS)


@given(st.text(alphabet="'=+-@ab 07;\n\r\t\""))
def test_a_guarded_cell_comes_back_as_it_was(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in set("=+-@07")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_can_be_written_to_a_sheet_and_read_again(path, text):
    path.write_text(marking_sheet(exercise, "q3", [result(text)]), encoding="utf-8-sig", newline="")
    mark = read_marking_sheet(path, exercise, "q3")["s1"]
    assert mark.points == [None, None]
    marks = {"q3": {"s1": Mark(mark.version, [1.0, 2.0])}}
    assert with_marks([result(text)], marks)[0].verdicts["q3"].points == 3
