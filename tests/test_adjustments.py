"""What an instructor decides after marking counts, is told with its reason, and is never lost."""

import csv
import io
import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from clvlib.course.exercise import Exercise
from clvlib.course.marking import pages, sheets
from clvlib.course.marking.adjustments import Adjustments, read_adjustments
from clvlib.course.marking.changes import Gradebook, compare
from clvlib.course.marking.judge import Marked, Verdict
from clvlib.course.marking.roster import Roster, Student

exercise = Exercise("99_small", title="Small", minutes=5)


@exercise.number(points=2, level=1, within=0.5)
def one():
    """How many?"""
    return 4711


@exercise.number(points=4, level=1, within=0.5)
def two():
    """How many more?"""
    return 4712


@exercise.text(level=3, rubric={"says why": 4})
def three():
    """Why?"""
    return "Because."


ANN, BOB, ZERO = Student("ann", "Ann", ""), Student("bob", "Bob", ""), Student("007", "王伟", "")
ROSTER = Roster("plain", [ANN, BOB, ZERO], ["id"], [["ann"], ["bob"], ["007"]])


def marked(student, *points):
    states = ["right", "right", "to mark" if points[2] is None else "marked"]
    verdicts = {f"q{i + 1}": Verdict(states[i], points[i]) for i in range(3)}
    return Marked(student, "t", "marked", verdicts)


def read(folder, *rows, header="exercise,student,question,points,reason", zone=None):
    path = folder / "adjustments.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    known = {"99_small", "01_worksheet"}.__contains__
    return read_adjustments(path, exercise, ROSTER, zone, known)


def score(adjustments, result):
    return adjustments.score(exercise, result)


@pytest.mark.parametrize(
    ("rows", "total", "out_of", "in_lms"),
    [
        (["99_small,ann,q1,2,Explained."], 9, 10, 9),
        (["99_small,ann,q1,add 0.5,Half."], 7.5, 10, 7.5),
        (["99_small,ann,q2,worth 8,It was long."], 11, 14, 7.86),  # the LMS stays out of 10
        (["99_small,all,q2,worth 8,It was long."], 11, 14, 7.86),
        (["99_small,all,q2,worth 8,It was long.", "99_small,ann,q2,6,Half."], 9, 14, 6.43),
        (["99_small,all,q1,drop,Unclear."], 7, 8, 8.75),
        (["99_small,ann,q1,excuse,Was ill."], 7, 8, 8.75),
        (["99_small,ann,all,9.5,Oral."], 9.5, 10, 9.5),
        (["99_small,ann,all,add 2,Found a slip in the key."], 9, 10, 9),
        (["99_small,ann,all,add -1,Rude."], 6, 10, 6),
        (["99_small,all,q1,0,No.", "99_small,ann,q1,1,Yes."], 8, 10, 8),
        (["99_small,ann,q1,1,Half.", "99_small,ann,q1,add 1,And the rest."], 9, 10, 9),
        (["99_small,all,q2,drop,Unclear.", "99_small,ann,q2,2,Seen too late."], 3, 6, 5),
        (["99_small,bob,q1,2,Explained.", "01_worksheet,ann,q7,2,Another exercise."], 7, 10, 7),
        (["99_small,ann,q1,drop,.", "99_small,ann,q2,drop,.", "99_small,ann,q3,drop,."], None, 0, None),
    ],
)
def test_points_are_set_added_reweighted_and_dropped(tmp_path, rows, total, out_of, in_lms):
    """Ann has 0 of 2, 4 of 4 and 3 of 4."""
    found = score(read(tmp_path, *rows), marked(ANN, 0.0, 4.0, 3.0))
    assert (found.total, found.out_of, found.for_lms) == (total, out_of, in_lms)


def test_comments_are_told_at_any_question_and_change_no_point(tmp_path):
    decided = read(
        tmp_path,
        "99_small,ann,q1,comment,A <b>clear</b> way.",
        "99_small,ann,q1,comment,And short.",
        "99_small,ann,q1,drop,Unclear.",
        "99_small,all,q2,Comment,Look at section 2 again.",
        "99_small,ann,all,comment,Go on like this.",
        "99_small,bob,q3,comment,Shown to me on paper.",
    )
    result = marked(ANN, 0.0, 4.0, 3.0)
    found = score(decided, result)
    assert (found.total, found.out_of) == (7, 8)
    assert found.comments == {
        "q1": ["A <b>clear</b> way.", "And short."],
        "q2": ["Look at section 2 again."],
        "all": ["Go on like this."],
    }
    page = pages.feedback_page(exercise, found, {})
    first, second, third, whole = (page.index(f"Comment: {words}") for words in ("A &lt;b&gt;", "And", "Look", "Go on"))
    assert whole < page.index("Question 1") < first < second < page.index("Question 2") < third
    assert "Your instructor decided: This question was dropped for you" in page
    (row,) = csv.DictReader(io.StringIO(sheets.gradebook(exercise, [found])))
    assert "Go on" not in row["notes"]
    nothing = score(decided, Marked(BOB, "t", "nothing handed in"))
    assert (nothing.total, nothing.comments) == (None, {"q3": ["Shown to me on paper."]})
    page = pages.feedback_page(exercise, nothing, {})
    assert page.index("Question 3") < page.index("Comment: Shown to me on paper.")
    with pytest.raises(ValueError, match="a reason is missing"):
        read(tmp_path, "99_small,ann,q1,comment,")


def test_a_dropped_or_given_text_waits_for_nobody(tmp_path):
    waits = marked(ANN, 2.0, 4.0, None)
    assert score(Adjustments(), waits).waiting == ["q3"]
    assert score(Adjustments(), waits).for_lms is None
    for row in ("99_small,all,q3,drop,Unclear.", "99_small,ann,q3,4,Read.", "99_small,ann,all,8,Oral."):
        found = score(read(tmp_path, row), waits)
        assert (found.waiting, found.for_lms is not None) == ([], True), row


def test_who_handed_in_nothing_gets_points_of_her_own_row_and_none_of_all(tmp_path):
    nothing = Marked(BOB, "t", "nothing handed in")
    assert score(read(tmp_path, "99_small,all,q1,2,For all."), nothing).total is None
    found = score(read(tmp_path, "99_small,bob,q1,2,On paper."), nothing)
    assert (found.total, found.status) == (2, "nothing handed in")
    excused = score(read(tmp_path, "99_small,bob,all,excuse,Was ill."), nothing)
    assert (excused.total, excused.status) == (None, "excused")


def test_the_page_says_each_decision_with_its_reason_and_takes_it_for_hostile(tmp_path):
    rows = [
        "99_small,ann,q1,2,<b>Explained</b> in class.",
        "99_small,all,q2,drop,Unclear.",
        "99_small,ann,all,add 1,For the slip.",
    ]
    page = pages.feedback_page(exercise, score(read(tmp_path, *rows), marked(ANN, 0.0, 0.0, 3.0)), {})
    assert "The points were set to 2. Reason: &lt;b&gt;Explained&lt;/b&gt; in class." in page
    assert "This question was dropped for everybody: it does not count. Reason: Unclear." in page
    assert "1 point added. Reason: For the slip." in page
    assert "6 of 6 points." in page
    assert "(does not count)" in page
    excused = score(read(tmp_path, "99_small,bob,all,excuse,Was ill."), Marked(BOB, "t", "nothing handed in"))
    page = pages.feedback_page(exercise, excused, {})
    assert "This exercise does not count for you." in page
    assert "Reason: Was ill." in page


def test_what_nobody_decided_changes_no_byte_of_the_gradebook(tmp_path):
    results = [marked(ANN, 0.0, 4.0, 3.0), Marked(BOB, "t", "nothing handed in")]
    plain = sheets.gradebook(exercise, [score(Adjustments(), result) for result in results])
    assert plain.splitlines()[0] == "student,name,status,q1,q2,q3,total,out_of,to_mark"
    decided = read(tmp_path, "99_small,ann,all,add 1,For the slip.")
    header, ann, bob = csv.reader(io.StringIO(sheets.gradebook(exercise, [score(decided, one) for one in results])))
    assert ",".join(header) == "student,name,status,q1,q2,q3,extra,total,out_of,to_mark,notes"
    assert ann[3:9] == ["0", "4", "3", "1", "8", "10"]
    assert ann[-1] == "1 point added. Reason: For the slip."
    assert bob[3:] == ["", "", "", "", "", "10", "0", ""]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("99_smal,ann,q1,2,x", "there is no exercise '99_smal'"),
        ("99_small,anne,q1,2,x", "there is no student 'anne' on the roster; did you mean 'ann'?"),
        ("99_small,7,q1,2,x", "there is no student '7' on the roster; did you mean '007'?"),
        ("99_small,ann,q9,2,x", "there is no question 'q9' in 99_small, only"),
        ("99_small,ann,q1,2,", "a reason is missing: the student reads it on her page"),
        ("99_small,ann,q1,3,x", "q1 is out of 2 points, not 3; points beside those of marking are written as `add 1`"),
        ("99_small,ann,q1,+1,x", "for +1 points more than marking gave, write `add 1`"),
        ("99_small,ann,q1,-1,x", "write `add -1`"),
        ("99_small,ann,q1,worth 0,x", "what a question is worth is above 0, not 0; to leave it out, write drop"),
        ("99_small,ann,q1,nan,x", "the points are a number, `add 1`, `worth 4`, drop, excuse or comment, not 'nan'"),
        ("99_small,ann,q1,,x", "the points are a number, `add 1`, `worth 4`, drop, excuse or comment, not ''"),
        ("99_small,ann,all,worth 20,x", "'worth 20' is for a question"),
        ("99_small,ann,all,drop,x", "'drop' is for a question"),
        ("99_small,ann,due,3/12/2026,x", "a time is written year-month-day hour:minute"),
        ("99_small,ann,due,2026-02-30 12:00,x", "a time is written year-month-day hour:minute"),
    ],
)
def test_a_bad_row_is_named_in_a_sentence_with_its_line(tmp_path, row, says):
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        read(tmp_path, "99_small,ann,q2,2,Fine.", row)
    assert str(caught.value).startswith(f"{tmp_path / 'adjustments.csv'}, line 3: ")
    assert "\n" not in str(caught.value)


def test_two_rows_that_cannot_both_hold_and_a_missing_column_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"line 3: line 2 has already decided this about q1 of 'ann'"):
        read(tmp_path, "99_small,ann,q1,2,x", "99_small,ann,q1,1,y")
    read(tmp_path, "99_small,ann,q1,add 1,x", "99_small,ann,q1,add 1,y", "99_small,ann,q1,worth 4,z")
    with pytest.raises(ValueError, match='has no column "exercise": its header is exercise,student,question,points,r'):
        read(tmp_path, "ann,q1,2,x", header="student,question,points,reason")


def test_it_is_read_as_a_chinese_excel_saves_it_and_with_a_title(tmp_path):
    path = tmp_path / "adjustments.csv"
    text = "决定\nExercise;Student;Question;Points;Reason\n99_small;'007;Q1;1,5;王老师同意\n"
    path.write_bytes(text.encode("gb18030"))
    (row,) = read_adjustments(path, exercise, ROSTER, None, {"99_small"}.__contains__).rows
    assert (row.line, row.student, row.question, row.value, row.reason) == (3, "007", "q1", 1.5, "王老师同意")


def test_a_workbook_will_do_and_a_second_file_is_not_overlooked(tmp_path):
    book = Workbook()
    book.active.append(["exercise", "student", "question", "points", "reason"])
    book.active.append(["99_small", "ann", "due", datetime(2026, 3, 15, 23, 59), "Ill."])
    book.active.append(["99_small", "007", "q1", 2, "Explained."])
    book.save(tmp_path / "adjustments.xlsx")
    path, known = tmp_path / "adjustments.csv", {"99_small"}.__contains__
    due, given = read_adjustments(path, exercise, ROSTER, None, known).rows
    assert (due.when.isoformat()[:16], given.value) == ("2026-03-15T23:59", 2)
    path.write_text("exercise,student,question,points,reason\n")
    with pytest.raises(ValueError, match="keep one, so that nothing is overlooked"):
        read_adjustments(path, exercise, ROSTER, None, known)


# The gradebook, and what was typed into it

FIRST = "student,name,status,q1,q2,total,out_of,to_mark\nann,Ann,marked,1,4,5,6,0\n007,王伟,marked,2,4,6,6,0\n"


@pytest.fixture
def book(tmp_path):
    book = Gradebook(tmp_path / "gradebook.csv")
    book.write(FIRST)
    return book


def refusal(book, new=FIRST):
    with pytest.raises(ValueError, match="was edited by hand") as caught:
        book.refuse_edits(new, "99_small", book.path.parent / "adjustments.csv")
    return str(caught.value)


def test_an_edited_cell_is_named_and_the_line_that_keeps_it_is_offered(book):
    book.path.write_text(FIRST.replace("ann,Ann,marked,1,4,5", "ann,Ann,marked,2,4,6"), encoding="utf-8")
    said = refusal(book)
    assert "2 cells: ann, q1: 1 to 2; ann, total: 5 to 6." in said
    assert "exercise,student,question,points,reason\n99_small,ann,q1,2,typed into gradebook.csv\n" in said
    assert "Nothing was written" in said
    (book.path.parent / "adjustments.csv").write_text("")
    assert "exercise,student" not in refusal(book), "the header is there already"


def test_an_edited_total_a_blanked_cell_and_what_cannot_be_kept(book):
    edited = FIRST.replace("1,4,5", "1,4,5.5").replace("2,4,6,6", ",4,6,6").replace("王伟,marked", "王伟,ill")
    book.path.write_text(edited, encoding="utf-8")
    said = refusal(book)
    assert "99_small,ann,all,5.5,typed into gradebook.csv\n99_small,'007,q1,excuse,typed into gradebook.csv" in said
    assert "keep notes of your own in a file of their own" in said


def test_an_edit_that_the_next_gradebook_says_as_well_is_no_edit_any_more(book):
    edited = FIRST.replace("1,4,5", "2,4,6")
    book.path.write_text(edited, encoding="utf-8")
    book.refuse_edits(edited, "99_small")
    book.write(edited)
    book.refuse_edits(FIRST, "99_small")


def test_what_a_spreadsheet_does_to_a_gradebook_is_no_edit(book):
    """Separators, encoding, ids without their zeros, another order, numbers with a comma, lines of blanks."""
    rows = [
        "student;name;status;q1;q2;total;out_of;to_mark",
        "7;王伟;marked;2,0;4;6,00;6;0",
        "ann;Ann;marked;1;4;5;6;0",
        ";;",
    ]
    book.path.write_bytes("\r\n".join(rows).encode("gb18030"))
    book.refuse_edits(FIRST, "99_small")


@pytest.mark.parametrize(
    ("edited", "says"),
    [
        (FIRST.replace("ann,Ann,marked,1,4,5,6,0\n", ""), "ann, the whole row: there to gone"),
        (FIRST + "eve,Eve,marked,2,4,6,6,0\n", "eve, the whole row: blank to added"),
        (FIRST.replace("to_mark", "to_mark,remark").replace(",0\n", ",0,nice\n"), "ann, remark: blank to nice"),
    ],
)
def test_rows_and_columns_of_ones_own_are_not_overwritten_in_silence(book, edited, says):
    book.path.write_text(edited, encoding="utf-8")
    assert says in refusal(book)


def test_who_deletes_the_file_drops_the_edits(book):
    book.path.write_text(FIRST.replace("1,4,5", "2,4,6"), encoding="utf-8")
    book.path.unlink()
    book.refuse_edits(FIRST, "99_small")


@given(old=st.sampled_from(["on disk", "gone"]), moment=st.integers(0, 3))
def test_a_run_killed_between_file_and_memory_leaves_no_edit(tmp_path_factory, old, moment):
    """The three writes of a gradebook, of which the first `moment` happen."""
    book = Gradebook(tmp_path_factory.mktemp("killed") / "gradebook.csv")
    book.write(FIRST)
    if old == "gone":
        book.path.unlink()
    second = FIRST.replace("1,4,5", "2,4,6")
    steps = [
        lambda: book._remember(*(second,) if book.before() is None else (FIRST, second)),
        lambda: book.path.write_bytes(second.encode("utf-8-sig")),
        lambda: book._remember(second),
    ]
    for step in steps[:moment]:
        step()
    third = FIRST.replace("1,4,5", "0,4,4")
    book.refuse_edits(third, "99_small")
    book.write(third)
    assert book.before() == third
    book.refuse_edits(FIRST, "99_small")


# What a run changes


def gradebook(*totals, status="marked"):
    rows = [f"s{i},,{status if total == '' else 'marked'},{total},17,0" for i, total in enumerate(totals)]
    return "\n".join(["student,name,status,total,out_of,to_mark", *rows]) + "\n"


def test_a_fallen_mean_is_said_and_is_an_alarm():
    changes = compare(gradebook(13, 12, 14, 13), gradebook(9, 8, 10, 9), "total")
    assert changes.says == ["Since the last run: 4 rows changed; the mean fell from 13 to 9 (4 students in both)."]
    assert changes.alarms == ["the mean fell from 13 to 9 (4 students in both runs)"]
    assert changes.as_csv().splitlines()[:2] == ["student,column,before,after", "s0,total,13,9"]


def test_a_first_run_says_where_the_class_stands():
    said = compare(None, gradebook(9, 12, "", status="not readable"), "total").says
    assert said == ["A first run: 2 with points, mean 10.5, 1 not readable."]


def test_weak_latecomers_a_small_fall_and_a_rise_are_no_alarm():
    assert compare(gradebook(13, 13, 13, ""), gradebook(13, 13, 13, 0), "total").alarms == []
    assert compare(gradebook(13, 13, 13), gradebook(12, 12, 12), "total").alarms == []
    risen = compare(gradebook(9, 9, 9), gradebook(13, 13, 13), "total")
    assert (risen.alarms, "rose from 9 to 13" in risen.says[0]) == ([], True)


def test_a_question_dropped_for_all_lets_the_mean_of_points_fall_and_rings_no_bell():
    dropped = gradebook(11, 11, 11).replace(",17,", ",15,")
    assert compare(gradebook(13, 13, 13), dropped, "total").alarms == []


def test_many_unreadable_files_are_an_alarm_in_the_first_run_as_well():
    assert compare(None, gradebook(9, "", "", "", status="not readable"), "total").alarms == ["3 of 4 not readable"]
    later = compare(gradebook(9, 9, 9, 9), gradebook(9, "", "", "", status="not readable"), "total")
    assert later.alarms == ["3 of 4 not readable (0 in the last run)"]
    assert later.says[-1] == "3 not readable, 0 in the last run."
    assert compare(None, gradebook(9, "", "", status="not readable"), "total").alarms == []
