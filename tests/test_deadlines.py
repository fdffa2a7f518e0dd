"""Deadlines: when something was handed in, how late that is, what it costs, and that nobody pays for a clock."""

import os
import re
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from test_adjustments import ANN, exercise, marked, read

from clvlib.course.data import ROOT
from clvlib.course.exercise import load_exercise
from clvlib.course.marking import pages, sheets
from clvlib.course.marking.adjustments import Adjustments, read_adjustments
from clvlib.course.marking.deadlines import clock_of, duration, lateness, times_in_names, times_in_worksheet
from clvlib.course.marking.plan import Plan, Planned, as_time, read_plan
from clvlib.course.marking.roster import Roster, Student, read_roster
from clvlib.course.marking.submissions import Class, Returned, attempts, digest, find, keep, which_counts

SHANGHAI = ZoneInfo("Asia/Shanghai")
DUE = datetime(2026, 3, 12, 23, 59, tzinfo=SHANGHAI)
PLAN = Plan(zone=SHANGHAI, grace=15, per_day=10, at_most=50, exercises={"99_small": Planned(DUE)})


def late(stamp, end="_hash.ipynb", plan=PLAN, **more):
    with clock_of(plan.zone):
        return lateness(plan, DUE, f"{stamp}_ann{end}", **more)


@pytest.mark.parametrize(
    ("stamp", "days", "percent"),
    [
        ("20260312T235900", 0, 0),
        ("20260313T001400", 0, 0),  # the last minute of the grace
        ("20260313T001401", 1, 10),
        ("20260313T235900", 1, 10),
        ("20260313T235901", 2, 20),
        ("20260331T120000", 19, 50),  # no more than at most
        ("19800101T000000", 0, 0),  # a zip without times
        ("19700101T080000", 0, 0),
    ],
)
def test_each_day_begun_costs_after_a_grace_and_no_more_than_at_most(stamp, days, percent):
    found = late(stamp)
    assert (found.days, found.percent, found.late) == (days, percent, days > 0)
    assert late(f"0-{stamp}") == found, "the name of a notebook that nobody signed"


def test_a_day_is_24_hours_also_when_clocks_are_put_forward():
    """In Berlin the night of 29 March 2026 has no hour from 2 to 3."""
    berlin = ZoneInfo("Europe/Berlin")
    due, plan = datetime(2026, 3, 28, 12, 0, tzinfo=berlin), Plan(zone=berlin, per_day=10)
    with clock_of(berlin):
        assert lateness(plan, due, "20260329T130000_a.ipynb").days == 1
        assert lateness(plan, due, "20260329T130001_a.ipynb").days == 2


def test_canvas_says_who_is_late_and_its_zip_has_the_time_of_the_download():
    """LATE costs one day, for nobody knows more; who is not LATE is in time, whatever the zip says."""
    download = "20260320T100000"
    unknown = late(download, "_hash_late.ipynb")
    assert (unknown.late, unknown.days, unknown.percent, unknown.handed_in) == (True, 1, 10, None)
    assert "does not say by how much" in unknown.by
    assert not late(download, "_hash_on-time.ipynb").late
    assert not late("20260312T200000", "_hash_late.ipynb").late, "downloaded before it was due: an extension"
    given = late(download, "_hash_late.ipynb", handed_in=datetime(2026, 3, 14, 12, 0, tzinfo=SHANGHAI))
    extended = late(download, "_hash_late.ipynb", extended=True)
    assert (extended.late, extended.doubtful) == (False, True), "Canvas may not know of the instructor's extension"
    assert late(download, extended=True).late, "a known time is no matter of doubt"
    assert (given.days, given.by) == (2, "1 day 12 hours late")


def test_names_that_canvas_gave_keep_what_it_said(tmp_path):
    ann, bob = Student("ann", "Ann", "11"), Student("bob", "Bob", "12")
    room = Class("99_small", Roster("canvas", [ann, bob], ["id"], [["ann"], ["bob"]]), {"a-1": ann, "b-2": bob})
    notebook = b'{"cells": [], "metadata": {}}'
    names = ["annlee_11_500_LATE_11_2_x.ipynb", "bobli_LATE_12_501_x.ipynb", "sub/b-2 by mail.ipynb"]
    said = [room.roster.says_late(name) for name in names]
    assert said == [False, True, None], "what a student calls her own file says nothing"
    files = [Returned(name, 1e9 + place, notebook + b" " * place) for place, name in enumerate(names)]
    assert list(keep(files[:2], room, tmp_path)) == []
    assert [path.name[-14:] for path in attempts(tmp_path / "a-1")] == ["_on-time.ipynb"]
    assert attempts(tmp_path / "b-2")[0].name.endswith("_late.ipynb")


BLACKBOARD = "HW1_ann_attempt_2026-03-13-08-30-00_x.ipynb"
BRIGHTSPACE = "123-456 - Ann Lee - Mar 13, 2026 0830 AM/x.ipynb"


@pytest.mark.parametrize("name", [BLACKBOARD, BRIGHTSPACE, BRIGHTSPACE.replace("0830", "8:30")])
def test_times_that_the_platform_writes_into_names_go_before_those_of_the_files(name):
    (file,) = times_in_names([Returned(name, 5.0)], [name, name, "log.txt"], SHANGHAI)
    assert datetime.fromtimestamp(file.when, UTC) == datetime(2026, 3, 13, 0, 30, tzinfo=UTC)


def test_a_student_cannot_write_her_own_time_into_a_name():
    mine, other = Returned("x_attempt_2026-03-01-08-30-00_.ipynb", 5.0), Returned("b.ipynb", 6.0)
    assert list(times_in_names([mine, other], [mine.path, other.path], SHANGHAI)) == [mine, other]
    nonsense = Returned("x_attempt_2026-99-01-08-30-00_.ipynb", 5.0)
    assert list(times_in_names([nonsense], [nonsense.path], SHANGHAI)) == [nonsense]


WORKSHEET = "Identifier,Full name,ID number,Status,Grade,Last modified (submission),Feedback comments\n"
CHINESE = "标识符,全名,编号,状态,成绩,最后修改（学生）,评语\n"


@pytest.mark.parametrize(
    ("header", "cell", "handed_in"),
    [
        (WORKSHEET, '"Friday, 13 March 2026, 8:05 AM"', datetime(2026, 3, 13, 8, 5)),
        (WORKSHEET, '"Friday, March 13, 2026, 12:05 AM"', datetime(2026, 3, 13, 0, 5)),
        (WORKSHEET, '"Sunday, 3 May 2026, 10:05 PM"', datetime(2026, 5, 3, 22, 5)),
        (CHINESE, "2026年03月13日 星期五 22:05", datetime(2026, 3, 13, 22, 5)),
        (CHINESE, "2026年3月13日 星期五 下午 10:05", datetime(2026, 3, 13, 22, 5)),
        (WORKSHEET, "-", None),
        (WORKSHEET, "yesterday", None),
        (WORKSHEET, '"Friday, 31 February 2026, 8:05 AM"', None),
    ],
)
def test_moodles_worksheet_says_when_its_files_were_handed_in(tmp_path, header, cell, handed_in):
    (tmp_path / "roster.csv").write_text(f"{header}Participant 77,Ann Lee,ann,Submitted,-,{cell},\n", encoding="utf-8")
    roster = read_roster(tmp_path / "roster.csv")
    named, other = Returned("Ann Lee_77_assignsubmission_file_/x.ipynb", 5.0), Returned("ann/x.ipynb", 6.0)
    found = list(times_in_worksheet([named, other], roster, lambda student: [], (), SHANGHAI))
    assert found[1] == other, "by mail, or whatever"
    assert found[0].when == (handed_in.replace(tzinfo=SHANGHAI).timestamp() if handed_in else 5.0)


def test_a_worksheet_from_before_the_last_hand_in_says_nothing_of_it(tmp_path):
    """And two notebooks of one hand-in have its time, however often they are found."""
    cell = '"Thursday, 12 March 2026, 11:05 PM"'
    (tmp_path / "roster.csv").write_text(f"{WORKSHEET}Participant 77,Ann Lee,ann,Submitted,-,{cell},\n")
    roster = read_roster(tmp_path / "roster.csv")
    room, folder = Class("x", roster, {"ann-1": roster.students[0]}), tmp_path / "attempts"
    empty = b'{"cells": []}'
    one, two = (Returned(f"Ann Lee_77_assignsubmission_file_/{n}.ipynb", 9e8, empty + b" " * n) for n in range(2))
    late = Returned(one.path, 2e9, empty + b"  ")
    for files in ([one, two], [one, two], [late], [late]):
        here = {digest(file.data) for file in files}
        timed = times_in_worksheet(files, roster, lambda student: attempts(folder / "ann-1"), here, SHANGHAI)
        with clock_of(SHANGHAI):
            list(keep(timed, room, folder))
        stamps = [path.name[:15] for path in attempts(folder / "ann-1")]
        assert stamps == ["20260312T230500"] * 2 + ["20330518T113320"] * (late in files)


WORKSHEETS = {
    "right": f'{WORKSHEET}Participant 8101,Ann Lee,ann,Submitted,-,"Thursday, 19 November 2026, 4:15 PM",\n',
    "wrong": f'{WORKSHEET}Participant 8201,Ann Lee,ann,Submitted,-,"Wednesday, 25 November 2026, 9:15 PM",\n',
    "earlier": f'{WORKSHEET}Participant 8201,Ann Lee,ann,Submitted,-,"Thursday, 1 October 2026, 9:15 PM",\n',
    "none": f"{WORKSHEET}Participant 8201,Ann Lee,ann,No submission,-,-,\n",
}


def taken_in(folder, which, *files):
    """The names under which attempts are kept after a run with a worksheet."""
    (folder / "roster.csv").write_text(WORKSHEETS[which])
    roster, kept = read_roster(folder / "roster.csv"), folder / "attempts"
    here = {digest(file.data) for file in files}
    with clock_of(SHANGHAI):
        timed = times_in_worksheet(files, roster, lambda student: attempts(kept / "ann-1"), here, SHANGHAI)
        list(keep(timed, Class("x", roster, {"ann-1": roster.students[0]}), kept))
    return [path.name for path in attempts(kept / "ann-1")], roster.misfit([file.path for file in files])


def of_day(name, day, text=b""):
    when = datetime(2026, 11, day, 12, tzinfo=SHANGHAI).timestamp()
    return Returned(f"Ann Lee_8101_assignsubmission_file_/{name}.ipynb", when, b'{"cells": []}' + text)


@pytest.mark.parametrize("which", ["wrong", "earlier", "none"])
def test_the_worksheet_of_another_assignment_lends_no_time_and_moves_none(tmp_path, which):
    """Each assignment of Moodle has numbers of its own for its participants."""
    (first,), fits = taken_in(tmp_path, "right", of_day("x", 28))
    assert (first[:15], fits) == ("20261119T161500", "")
    found, says = taken_in(tmp_path, which, of_day("x", 28))
    assert found == [first]
    assert says == (
        "the worksheet is that of another assignment in Moodle: its participants are 8201 and so on, in the returned "
        "files they are 8101 and so on"
    )
    assert taken_in(tmp_path, "right", of_day("x", 29)) == ([first], "")


@pytest.mark.parametrize("which", ["wrong", "earlier", "none"])
def test_the_right_worksheet_mends_times_that_were_taken_from_files(tmp_path, which):
    (first,), _ = taken_in(tmp_path, which, of_day("x", 28))
    assert first[:15] == "20261128T120000", "the time of the file"
    (mended,), _ = taken_in(tmp_path, "right", of_day("x", 28))
    assert mended[:15] == "20261119T161500"


def test_of_two_files_of_one_hand_in_the_later_counts_by_the_time_of_the_file(tmp_path):
    drafts = [of_day("z draft", 19, b" "), of_day("a final", 28)]
    for files in (drafts, drafts[::-1], drafts):
        kept, _ = taken_in(tmp_path, "right", *files)
        assert [name[:31] for name in kept] == ["20261119T161500_20261119T120000", "20261119T161500_20261128T120000"]
        assert "a-final" in kept[-1]
    assert which_counts([Path(name) for name in kept]) == ""


def test_where_times_do_not_tell_which_of_two_files_counts_it_is_said(tmp_path):
    kept, _ = taken_in(tmp_path, "right", of_day("z draft", 28, b" "), of_day("a final", 28))
    assert which_counts([Path(name) for name in kept]) == "Ann-Lee-8101-assignsubmission-file--z-draft"
    assert which_counts([]) == which_counts([Path(kept[0])]) == ""


def canvas_kept(folder, *files):
    ann = Student("ann", "Ann", "11")
    room = Class("x", Roster("canvas", [ann], ["id"], [["ann"]]), {"ann-1": ann})
    with clock_of(SHANGHAI):
        list(keep([Returned(name, of_day("", day).when, b'{"cells": []}') for name, day in files], room, folder))
    (kept,) = attempts(folder / "ann-1")
    return kept.name[6:8], kept.name.rpartition("_")[2]


def test_of_the_same_bytes_what_canvas_says_best_of_them_holds(tmp_path):
    """An extension that was given in Canvas later; a second download; a word of Canvas before the time of a file."""
    late, in_time = ("annlee_LATE_11_500_x.ipynb", 20), ("annlee_11_500_x.ipynb", 25)
    assert canvas_kept(tmp_path, late) == ("20", "late.ipynb")
    assert canvas_kept(tmp_path, in_time) == ("25", "on-time.ipynb")
    assert canvas_kept(tmp_path, late, in_time, ("annlee_LATE_11_501_x.ipynb", 27)) == ("25", "on-time.ipynb")


def test_a_notebook_that_comes_back_after_another_was_handed_in_once_more(tmp_path):
    """Then it is the last attempt; a file without a time takes none from it."""
    one, two = of_day("one", 19), of_day("two", 20, b" ")
    for files, last in [((one, two), "two"), ((replace(one, when=one.when + 9e5),), "one"), ((one, two), "one")]:
        kept, _ = taken_in(tmp_path, "none", *files)
        assert f"file--{last}" in kept[-1]
    again, _ = taken_in(tmp_path, "none", replace(one, when=0), replace(two, when=0))
    assert again == kept


def test_times_without_a_zone_are_those_of_the_course_wherever_the_machine_stands(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as pack:
        pack.writestr(zipfile.ZipInfo("a.ipynb", (2026, 3, 12, 23, 58, 0)), "{}")
    before = os.environ.get("TZ")
    for zone in (SHANGHAI, ZoneInfo("America/New_York")):
        with clock_of(zone):
            (file,) = find(tmp_path / "all.zip")
            assert datetime.fromtimestamp(file.when, zone) == datetime(2026, 3, 12, 23, 58, tzinfo=zone)
    assert os.environ.get("TZ") == before
    assert time.localtime(0).tm_gmtoff == datetime.fromtimestamp(0).astimezone().utcoffset().total_seconds()


def scored(tmp_path, stamp, *rows, plan=PLAN):
    found = read(tmp_path, *rows, zone=SHANGHAI) if rows else Adjustments()
    own, handed = found.time(ANN, "due"), found.time(ANN, "handed in")
    with clock_of(plan.zone):
        how = lateness(plan, own.when if own else DUE, f"{stamp}_ann.ipynb", handed.when if handed else None)
    return found.score(exercise, marked(ANN, 2.0, 4.0, 3.0), how)


def test_the_page_says_when_it_was_due_how_late_it_was_and_what_that_cost(tmp_path):
    score = scored(tmp_path, "20260314T100000")
    assert (score.earned, score.lost, score.total, score.for_lms) == (9, 2, 7, 7)
    page = " ".join(pages.feedback_page(exercise, score, {}).split())
    assert "7 of 10 points." in page
    assert (
        "Due 2026-03-12 23:59 (Asia/Shanghai), handed in 2026-03-14 10:00 (Asia/Shanghai): 1 day 10 hours late." in page
    )
    assert "That cost 2 points: 20 % of 10 points, for 2 days begun." in page
    rows = sheets.gradebook(exercise, [score]).splitlines()
    assert rows[0] == "student,name,status,q1,q2,q3,late_penalty,total,out_of,to_mark,handed_in,notes"
    assert rows[1].startswith("ann,Ann,marked,2,4,3,-2,7,10,0,2026-03-14 10:00 (Asia/Shanghai),1 day 10 hours late")


def test_in_time_is_said_and_costs_nothing(tmp_path):
    score = scored(tmp_path, "20260312T120000")
    assert score.total == 9
    assert "2026-03-12 12:00 (Asia/Shanghai): in time." in " ".join(pages.feedback_page(exercise, score, {}).split())


def test_lateness_takes_no_more_than_there_is_and_nothing_of_what_was_given_for_the_whole(tmp_path):
    all_lost = replace(PLAN, per_day=100, at_most=100)
    assert scored(tmp_path, "20260314T100000", plan=all_lost).total == 0
    assert scored(tmp_path, "20260314T100000", "99_small,ann,all,add 1,Kind.", plan=all_lost).total == 1
    assert scored(tmp_path, "20260314T100000", "99_small,ann,all,9,Kind.", plan=all_lost).total == 9


@pytest.mark.parametrize(
    ("row", "total"),
    [
        ("99_small,ann,due,2026-03-14 12:00,Ill.", 9),
        ("99_small,ann,due,2026/3/14,Ill.", 9),  # the end of that day, as a spreadsheet writes it
        ("99_small,ann,due,2026-03-13,Ill.", 8),
        ("99_small,all,due,2026-03-15 00:00:00,The network was down.", 9),
        ("99_small,ann,handed in,2026-03-12 20:00,By mail.", 9),
    ],
)
def test_an_extension_and_a_time_that_the_instructor_knows(tmp_path, row, total):
    score = scored(tmp_path, "20260314T100000", row)
    assert score.total == total
    assert f"Reason: {row.rpartition(',')[2]}" in pages.feedback_page(exercise, score, {})


def test_spans_are_said_in_two_units():
    spans = [("0:00:01", "1 minute"), ("0:35:00", "35 minutes"), ("2:00:00", "2 hours"), ("26:05:00", "1 day 2 hours")]
    for span, words in spans:
        hours, minutes, seconds = map(int, span.split(":"))
        start = datetime(2026, 1, 1)
        end = datetime.fromtimestamp(start.timestamp() + hours * 3600 + minutes * 60 + seconds)
        assert duration(end - start) == words


# course.toml

FULL = """
title = "CRM, spring 2026"
time_zone = "Asia/Shanghai"

[late]
grace_minutes = 15
percent_per_day = 10
at_most_percent = 50

[course]
points = 50
best = 2
missing = "blank"

[exercises]
99_small = { due = "2026-03-12 23:59", weight = 2 }
01_worksheet = "2026-03-19"
02_time_value = { due = 2026-03-26T23:59:00 }
03_retention = {}
"""


def plan_of(folder, text, known=lambda name: True):
    (folder / "course.toml").write_text(text, encoding="utf-8")
    return read_plan(folder / "course.toml", known)


def test_a_plan_says_when_and_how_much(tmp_path):
    plan = plan_of(tmp_path, FULL)
    assert (plan.title, plan.zone, plan.points, plan.best, plan.missing) == (
        "CRM, spring 2026",
        SHANGHAI,
        50,
        2,
        "blank",
    )
    assert (plan.grace, plan.per_day, plan.at_most) == (15, 10, 50)
    assert plan.of("99_small") == Planned(DUE, 2)
    assert plan.of("01_worksheet") == Planned(datetime(2026, 3, 19, 23, 59, 59, tzinfo=SHANGHAI))
    assert plan.of("02_time_value").due == datetime(2026, 3, 26, 23, 59, tzinfo=SHANGHAI)
    assert plan.of("03_retention") == plan.of("not there") == Planned()
    assert read_plan(tmp_path / "none.toml") == plan_of(tmp_path, "") == Plan()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[exercises]\n99_small = 2026-03-12 23:59", 'Words and times stand in double quotes, as in due = "2026-03-12'),
        ("tite = 1", 'at the top stands "tite"; what may stand there is "title", "language", "time_zone"'),
        ("[late]\nper_day = 1", 'in [late] stands "per_day"; what may stand there is "grace_minutes", '),
        ("[late]\npercent_per_day = 110", "[late]: percent_per_day is a number from 0 to 100, not 110"),
        ("[late]\ngrace_minutes = true", "[late]: grace_minutes is a number of at least 0, not True"),
        ("late = 10", "late is a part of its own, headed [late]"),
        ("[course]\nbest = 0", "best is how many exercises count, a whole number from 1 on, not 0"),
        ("[course]\npoints = 0", "[course]: points is a number above 0, not 0"),
        ('[course]\nmissing = "none"', 'missing is "zero" or "blank", not \'none\''),
        ('time_zone = "Shanghai"', "there is no time zone 'Shanghai'; they are called by continent and city"),
        ('time_zone = "../etc"', "there is no time zone '../etc'"),
        ('[exercises]\n99_small = "12.3.2026"', "[exercises] 99_small: a time is written year-month-day"),
        ("[exercises]\n99_small = {weight = -1}", "[exercises] 99_small: weight is a number of at least 0, not -1"),
        ("[exercises]\n99_small = {always = 1}", "[exercises] 99_small: always is true or false, not 1"),
        (
            "[course]\nbest = 1\n[exercises]\n99_small = {always = true}\n98_small = {always = true}",
            "best is 1, and 2 exercises always count: make it 2, or more",
        ),
        ("[exercises]\n98_small = {}", "[exercises]: there is no exercise '98_small'"),
    ],
)
def test_a_bad_plan_is_told_in_a_sentence(tmp_path, text, says):
    known = {"99_small", "98_small"} if "always" in text else {"99_small"}
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        plan_of(tmp_path, text, known.__contains__)
    assert str(caught.value).startswith(str(tmp_path / "course.toml"))


def test_a_day_alone_means_its_end_and_an_hour_is_an_hour():
    assert as_time("2026-3-12", SHANGHAI) == datetime(2026, 3, 12, 23, 59, 59, tzinfo=SHANGHAI)
    assert as_time("2026.03.12 8:05", SHANGHAI) == datetime(2026, 3, 12, 8, 5, tzinfo=SHANGHAI)
    for wrong in ("12.03.2026", "2026-03-12 25:00", "tomorrow", ""):
        with pytest.raises(ValueError, match="a time is written year-month-day hour:minute"):
            as_time(wrong, SHANGHAI)


def test_what_the_guide_shows_is_read_as_it_stands_there(tmp_path):
    guide = (ROOT / "exercises" / "README.md").read_text(encoding="utf-8")
    plan = plan_of(tmp_path, re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)[-1])
    assert (plan.best, plan.of("01_worksheet").weight, plan.of("02_time_value").due.day) == (5, 2, 19)
    assert plan.of("17_capstone").always
    path = tmp_path / "adjustments.csv"
    path.write_text(re.findall(r"```\n(exercise,student.*?)```", guide, re.DOTALL)[-1], encoding="utf-8")
    students = [Student(f"2023{number:04}", "", "") for number in range(12)]
    roster = Roster("plain", students, ["id"], [[one.id] for one in students])
    worksheet = load_exercise("01_worksheet")
    found = read_adjustments(path, worksheet, roster, plan.zone, {"01_worksheet"}.__contains__)
    assert [row.kind for row in found.rows] == ["set", "add", "comment", "drop", "worth", "excuse", "time", "time"]
