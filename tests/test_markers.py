"""Texts divided among markers: each text in one sheet or two, nothing typed is lost, what two differ in is told."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_deadlines import plan_of
from test_groups import IDS, TRIO, Room

from clvlib.course.marking.markers import divide
from clvlib.course.marking.plan import Plan

LI_WANG = Plan(markers=("Li Na", "Wang"))
BOTH = Plan(markers=("Li Na", "Wang"), by_two=100)
LI, WANG = "to_mark_q2_Li-Na.csv", "to_mark_q2_Wang.csv"
NAMES = ["a", "b", "c", "d"]


@given(st.integers(0, 60), st.integers(1, 4), st.sampled_from([0, 10, 25, 100]))
def test_texts_are_balanced_and_so_many_are_read_by_two(texts, markers, by_two):
    found = divide({str(text): [] for text in range(texts)}, NAMES[:markers], by_two)
    load = Counter(name for names in found.values() for name in names)
    assert max(load[name] for name in NAMES[:markers]) - min(load[name] for name in NAMES[:markers]) <= 1
    assert all(len(set(names)) == len(names) for names in found.values())
    twice = sum(len(names) == 2 for names in found.values())
    assert twice == (-(-by_two * texts // 100) if markers > 1 else 0)


@given(st.integers(0, 30), st.integers(0, 30))
def test_who_reads_a_text_goes_on_with_it_when_others_come(first, more):
    before = divide({str(text): [] for text in range(first)}, NAMES, 10)
    after = divide({str(text): before.get(str(text), []) for text in range(first + more)}, NAMES, 10)
    assert {text: after[text] for text in before} == before
    load = Counter(name for names in after.values() for name in names)
    assert max(load.values(), default=0) - min(load.values(), default=0) <= 1


def test_the_texts_of_a_marker_who_leaves_go_to_the_others():
    before = divide({str(text): [] for text in range(12)}, NAMES, 0)
    after = divide(before, NAMES[:3], 0)
    assert Counter(names[0] for names in after.values()) == {"a": 4, "b": 4, "c": 4}
    assert all(after[text] == before[text] for text in before if before[text] != ["d"])


@pytest.fixture
def room(tmp_path, monkeypatch):
    made = Room(tmp_path, monkeypatch)
    for one in IDS[:4]:
        made.hand_in(one, f"{one}.ipynb", text=f"{one} says: it rains.")
    return made


def students(room, sheet):
    return {row["student"].removeprefix("'") for row in room.rows(sheet)}


def totals(room):
    return {
        row["student"]: row["total"] for row in room.rows("gradebook.csv") if row["total"] and row["to_mark"] == "0"
    }


@pytest.mark.long
def test_each_marker_has_a_sheet_and_what_both_typed_comes_together(room):
    room.mark(plan=LI_WANG)
    assert not (room.folder / "out" / "to_mark_q2.csv").exists()
    assert students(room, LI) | students(room, WANG) == set(IDS[:4])
    assert len(students(room, LI)) == len(students(room, WANG)) == 2
    for sheet, points in ((LI, "3"), (WANG, "1")):
        room.type_in(sheet, **dict.fromkeys([row["student"] for row in room.rows(sheet)], (points, "")))
    was = {name: students(room, name) for name in (LI, WANG)}
    room.hand_in("eve", "eve.ipynb", text="eve too")
    room.mark(plan=LI_WANG)
    assert totals(room) == {one: "5" if one in was[LI] else "3" for one in IDS[:4]}
    assert all(was[name] <= students(room, name) for name in was)
    assert sum(len(students(room, name)) for name in was) == 5


@pytest.mark.long
def test_two_who_give_other_points_give_none_until_they_agree(room):
    room.mark(plan=BOTH)
    room.type_in(LI, ann=("3", "Good."), bob=("2", ""), dee=("1", ""))
    room.type_in(WANG, ann=("3", "Cite it."), bob=("4", ""))
    room.mark(plan=BOTH)
    assert totals(room) == {"ann": "5"}, "dee waits for the second reader, bob until both agree"
    assert "Comment: Good. Cite it." in room.page("ann")
    told = [row for row in room.rows("log.csv") if row["file"] == "q2"]
    assert [row["student"] for row in told] == ["bob"]
    assert told[0]["what"].startswith("Li Na gave 2 and Wang gave 4: no points until they agree")
    assert room.summary.agreement == "2 texts read by two: 1 got the same points, 1 did not."
    assert {row["says why (0-4)"] for row in room.rows(WANG) if row["student"] == "dee"} == {""}, "blind to the other"
    room.type_in(WANG, bob=("2", ""))
    room.mark(plan=BOTH)
    assert totals(room) == {"ann": "5", "bob": "4"}
    assert not [row for row in room.rows("log.csv") if row["file"] == "q2"]


@pytest.mark.long
def test_a_text_that_was_handed_in_anew_is_read_anew_by_both(room):
    room.mark(plan=BOTH)
    for sheet in (LI, WANG):
        room.type_in(sheet, ann=("3", ""))
    room.hand_in("ann", "ann2.ipynb", text="Something else.", hours=3)
    room.mark(plan=BOTH)
    assert totals(room) == {}
    assert "The earlier text got 3." in {row["comment"] for row in room.rows(LI)}


@pytest.mark.long
def test_marks_from_before_the_division_and_of_who_left_are_kept(room):
    room.mark()
    room.type_in("to_mark_q2.csv", ann=("4", ""), bob=("2", "Hm."))
    room.mark(plan=LI_WANG)
    assert totals(room) == {"ann": "6", "bob": "4"}
    given = {row["student"]: row["says why (0-4)"] for name in (LI, WANG) for row in room.rows(name)}
    assert (given["ann"], given["bob"], given["dee"]) == ("4", "2", "")
    for sheet in (LI, WANG):
        if "ann" in students(room, sheet):
            room.type_in(sheet, ann=("1", ""))
    room.mark(plan=LI_WANG)
    assert totals(room)["ann"] == "3", "what a marker types goes before what stood there earlier"
    room.mark(plan=Plan(markers=("Wang",)))
    assert students(room, WANG) == set(IDS[:4])
    assert totals(room) == {"ann": "3", "bob": "4"}
    room.mark()
    assert totals(room) == {"ann": "3", "bob": "4"}


@pytest.mark.long
def test_a_copy_of_a_sheet_is_its_marker_s(room):
    room.mark(plan=BOTH)
    out = room.folder / "out"
    for sheet, copy in ((LI, "to_mark_q2_Li-Na (1).csv"), (WANG, "to_mark_q2_wang - Copy.csv")):
        room.type_in(sheet, ann=("3", ""))
        (out / sheet).rename(out / copy)
    room.mark(plan=BOTH)
    assert totals(room) == {"ann": "5"}


@pytest.mark.long
def test_a_group_keeps_its_reader_whoever_hands_in_its_text(room):
    room.mark(TRIO, plan=LI_WANG)
    maker = next(iter(room.work.works())).student.id
    sheet = LI if maker in students(room, LI) else WANG
    room.type_in(sheet, **{maker: ("3", "")})
    other = next(one for one in TRIO["A"] if one != maker)
    room.hand_in(other, "again.ipynb", text=f"{maker} says: it rains.", hours=9)
    room.mark(TRIO, plan=LI_WANG)
    assert {one: totals(room)[one] for one in TRIO["A"]} == dict.fromkeys(TRIO["A"], "5")
    assert other in students(room, sheet)


def test_the_plan_names_the_markers(tmp_path):
    plan = plan_of(tmp_path, 'texts = { markers = ["李娜", "Wang"], percent_read_by_two = 10 }')
    assert (plan.markers, plan.by_two) == (("李娜", "Wang"), 10)
    for text, says in (
        ('markers = "Li"', "markers is a list of names"),
        ("markers = [1]", "markers is a list of names"),
        ('markers = ["Li Na", "li-na"]', "two markers are called 'Li Na' or nearly so"),
        ("percent_read_by_two = 101", "percent_read_by_two is a number from 0 to 100"),
    ):
        with pytest.raises(ValueError, match=re.escape(says)):
            plan_of(tmp_path, f"texts = {{ {text} }}")
