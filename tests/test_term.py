"""The term: what counts, how much, and what is not known yet counts neither for nor against."""

import pytest

from clvlib.course.marking import pages
from clvlib.course.marking.changes import Gradebook
from clvlib.course.marking.plan import Plan, Planned
from clvlib.course.marking.roster import Roster, Student, read_roster
from clvlib.course.marking.term import Term

ANN, BOB = Student("ann", "Ann <b>", ""), Student("007", "王伟", "")
ROSTER = Roster("plain", [ANN, BOB], ["id"], [["ann"], ["007"]])


def write(marked, name, *rows, out_of=10):
    """A gradebook of an exercise; a row is student, status, total, to_mark, notes."""
    header = "student,name,status,total,out_of,to_mark,notes"
    lines = [f"{student},,{status},{total},{out_of},{wait},{note}" for student, status, total, wait, note in rows]
    (marked / name).mkdir(parents=True, exist_ok=True)
    Gradebook(marked / name / "gradebook.csv").write("\n".join([header, *lines]) + "\n")


def term(marked, plan=None, roster=ROSTER):
    return Term(plan or Plan(), roster, marked, lambda name: f"Title of {name}")


@pytest.fixture
def marked(tmp_path):
    """Ann has 80, 50 and 100 percent; 007 has 60, nothing handed in, and 40."""
    folder = tmp_path / "marked"
    write(folder, "01_a", ("ann", "marked", 8, 0, "q1: one less"), ("007", "marked", 6, 0, ""))
    write(folder, "02_b", ("ann", "marked", 5, 0, ""), ("007", "nothing handed in", "", 0, ""))
    write(folder, "03_c", ("ann", "marked", 20, 0, ""), ("007", "marked", 8, 0, ""), out_of=20)
    return folder


THREE = {"01_a": Planned(weight=2), "02_b": Planned(), "03_c": Planned()}


@pytest.mark.parametrize(
    ("plan", "ann", "seven"),
    [
        (Plan(), 76.67, 33.33),  # (80 + 50 + 100) / 3; (60 + 0 + 40) / 3
        (Plan(missing="blank"), 76.67, 50),  # 007: (60 + 40) / 2
        (Plan(exercises=THREE), 77.5, 40),  # (2 * 80 + 50 + 100) / 4; (2 * 60 + 0 + 40) / 4
        (Plan(best=2), 90, 50),  # (80 + 100) / 2; (60 + 40) / 2
        (Plan(best=2, exercises=THREE), 86.67, 53.33),  # (2 * 80 + 100) / 3; (2 * 60 + 40) / 3
        (Plan(best=9, points=20), 15.33, 6.67),
        (Plan(best=1, exercises={**THREE, "02_b": Planned(always=True)}), 50, 0),  # the worst of both
        (Plan(best=2, exercises={**THREE, "02_b": Planned(weight=3, always=True)}), 62.5, 24),  # (150 + 100) / 4
        (Plan(exercises={"01_a": Planned(weight=0), "03_c": Planned()}), 100, 40),
        (Plan(exercises={**THREE, "04_d": Planned(weight=9)}), 77.5, 40),  # not marked yet
    ],
)
def test_the_grade_is_the_mean_of_what_counts_by_weight(marked, plan, ann, seven):
    assert [each.grade for each in term(marked, plan).standings()] == [ann, seven]


def test_what_waits_or_is_excused_counts_neither_for_nor_against(marked):
    write(marked, "02_b", ("ann", "excused", "", 0, ""), ("007", "not readable", "", 0, ""))
    write(marked, "03_c", ("ann", "marked", 3, 1, ""), ("007", "nothing handed in", 10, 0, ""), out_of=20)
    ann, seven = term(marked).standings()
    assert (ann.grade, ann.open) == (80, ["03_c"])
    assert (seven.grade, seven.open) == (55, ["02_b"]), "points that the instructor gave count"


def test_the_gradebook_of_the_term(marked):
    work = term(marked, Plan(best=2))
    files, (_, problem) = work.write(work.standings()), work.grade_form(work.standings())
    assert problem == ""
    assert (marked / "course" / "gradebook.csv").read_text(encoding="utf-8-sig") == (
        "student,name,01_a,02_b,03_c,counted,open,grade,out_of\n"
        "ann,Ann <b>,80,50,100,2,,90,100\n"
        "007,王伟,60,0,40,2,,50,100\n"
    )
    assert [path.name for path in files] == ["gradebook.csv", "feedback"]
    assert len(list((marked / "course" / "feedback").iterdir())) == 2


def test_the_page_says_what_counts_and_why_not_and_takes_names_for_hostile(marked):
    ann, _ = term(marked, Plan(title="CRM", best=2)).standings()
    page = " ".join(pages.term_page(Plan(title="CRM", best=2), ann).split())
    assert "Ann &lt;b&gt;" in page
    assert "90 of 100 points." in page
    assert "no: others were better" in page
    assert "The best 2 count. What was not handed in counts as 0." in page
    assert "q1: one less" in page
    page = " ".join(pages.term_page(Plan(), term(marked).standings()[1]).split())
    assert "yes: nothing handed in" in page
    unsettled = term(marked, Plan(exercises={**THREE, "04_d": Planned()})).standings()[0]
    page = pages.term_page(Plan(exercises=THREE), unsettled)
    assert "77.5 of 100 points so far." in page
    assert "no: not marked yet" in page


def test_a_second_run_writes_the_same_and_changes_are_told(marked):
    def everything():
        return {path: path.read_bytes() for path in (marked / "course").rglob("*") if path.is_file()}

    work = term(marked)
    assert work.changes(work.standings()).says == ["A first run: 2 with points, mean 55."]
    work.write(work.standings())
    first = everything()
    again = term(marked)
    assert again.changes(again.standings()).says == ["Nothing changed since the last run."]
    again.write(again.standings())
    assert everything() == first
    write(marked, "01_a", ("ann", "marked", 9, 0, ""), ("007", "marked", 6, 0, ""))
    third = term(marked)
    changes = third.changes(third.standings())
    assert changes.says == ["Since the last run: 1 row changed; the mean rose from 55 to 56.7 (2 students in both)."]
    third.write(third.standings())
    assert (marked / "course" / "changes.csv").read_text(encoding="utf-8-sig") == (
        "student,column,before,after\nann,01_a,80,90\nann,grade,76.67,80\n"
    )


def test_an_edit_in_either_gradebook_is_noticed(marked):
    work = term(marked)
    work.write(work.standings())
    for name, was, now in (("course", "76.67", "90"), ("02_b", "marked,5", "marked,9")):
        path = marked / name / "gradebook.csv"
        before = path.read_bytes()
        path.write_bytes(before.replace(was.encode(), now.encode()))
        with pytest.raises(ValueError, match=r"was edited by hand(?s:.*)Decisions stand in adjustments\.csv"):
            work.write(term(marked).standings())
        path.write_bytes(before)


def test_the_page_of_who_left_the_class_is_taken_away_and_files_of_ones_own_stay(marked):
    work = term(marked)
    work.write(work.standings())
    (marked / "course" / "feedback" / "letter-to-all.html").write_text("my own")
    fewer = term(marked, roster=Roster("plain", [ANN], ["id"], [["ann"]]))
    fewer.write(fewer.standings())
    left = {path.name.partition("-")[0] for path in (marked / "course" / "feedback").iterdir()}
    assert left == {"ann", "letter"}


def test_nothing_marked_and_a_roster_that_grew_are_told(tmp_path, marked):
    with pytest.raises(ValueError, match="nothing is marked yet"):
        term(tmp_path / "empty")
    grown = Roster("plain", [*ROSTER.students, Student("new", "", "")], ["id"], [["ann"], ["007"], ["new"]])
    with pytest.raises(ValueError, match=r'does not know "new" of the roster: run `clv mark 01_a` with this roster'):
        term(marked, roster=grown)


def test_an_exercise_beside_the_plan_is_left_out_and_said(marked):
    work = term(marked, Plan(exercises={"01_a": Planned(), "04_d": Planned()}))
    assert (work.left_out, work.to_come) == (["02_b", "03_c"], ["04_d"])


def test_the_form_for_the_lms_holds_settled_grades_only(tmp_path):
    (tmp_path / "canvas.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,CRM (9)\n    Points Possible,,,,,100\n"
        '"Lee, Ann",1,ann,ann,A,\n"Wang, Wei",2,007,wei,A,\n',
        encoding="utf-8",
    )
    marked = tmp_path / "marked"
    write(marked, "01_a", ("ann", "marked", 8, 0, ""), ("007", "marked", 6, 1, ""))
    work = term(marked, Plan(title="CRM"), read_roster(tmp_path / "canvas.csv"))
    work.write(work.standings())
    form = (marked / "course" / "gradebook_canvas.csv").read_text(encoding="utf-8").splitlines()
    assert [line.rpartition(",")[2] for line in form] == ["CRM (9)", "100", "80", ""]
