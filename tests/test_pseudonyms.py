"""Marking sheets without names: nobody is named, points find their way back, and the same student stays the same."""

import re

import pytest
from test_deadlines import plan_of
from test_groups import IDS, NAMES, TRIO, Room

from clvlib.course.marking.plan import Plan
from clvlib.course.marking.pseudonyms import Pseudonyms, read_key, with_all, written_key
from clvlib.course.marking.record import Record
from clvlib.course.marking.roster import Student

ANONYMOUS = Plan(anonymous=True)
SHEET = "to_mark_q2.csv"
COVERED = Pseudonyms({"x": "BCDFG"})


@pytest.fixture
def room(tmp_path, monkeypatch):
    made = Room(tmp_path, monkeypatch)
    made.pseudonyms = with_all({}, made.record)
    for one in IDS[:4]:
        made.hand_in(one, f"{one}.ipynb", text=f"It rains.\n{NAMES[one]}")
    return made


def called(room, one):
    return room.pseudonyms[room.released[one].ticket]


@pytest.mark.long
def test_the_sheet_has_neither_names_nor_ids_nor_their_order_and_points_come_back(room):
    room.mark(plan=ANONYMOUS)
    rows = room.rows(SHEET)
    assert [row["student"] for row in rows] == sorted(called(room, one) for one in IDS[:4])
    assert {row["name"] for row in rows} == {""}
    assert {row["answer"] for row in rows} == {"It rains.\n[name]"}
    sheet = (room.folder / "out" / SHEET).read_text(encoding="utf-8-sig")
    assert not any(word in sheet for one in IDS for word in (one, NAMES[one]))
    room.type_in(SHEET, **{called(room, "ann"): ("3", "Well put."), called(room, "007"): ("1", "")})
    room.mark(plan=ANONYMOUS)
    totals = {row["student"]: row["total"] for row in room.rows("gradebook.csv") if row["to_mark"] == "0"}
    assert (totals["ann"], totals["007"]) == ("5", "3")
    assert "Comment: Well put." in room.page("ann")
    assert "Ann" in room.page("ann"), "the text on her page is as she wrote it"


@pytest.mark.long
def test_a_sheet_goes_from_names_to_pseudonyms_and_back_with_all_that_was_typed(room):
    room.mark()
    room.type_in(SHEET, ann=("3", ""))
    room.mark(plan=ANONYMOUS)
    room.type_in(SHEET, **{called(room, "bob"): ("2", "")})
    room.mark(plan=Plan())
    given = {row["student"]: row["says why (0-4)"] for row in room.rows(SHEET)}
    assert given == {"ann": "3", "bob": "2", "'007": "", "dee": ""}


def test_markers_of_a_group_s_text_see_no_name_of_any_of_them(room):
    room.hand_in("bob", "more.ipynb", text="王伟\nann, bob\nIt rains.", hours=8)
    room.mark(TRIO, plan=Plan(anonymous=True, markers=("Li", "Wang"), by_two=100))
    answers = {row["student"]: row["answer"] for row in room.rows("to_mark_q2_Wang.csv")}
    assert answers[called(room, "bob")] == "[name]\n[name], [name]\nIt rains."


@pytest.mark.long
def test_who_left_has_a_pseudonym_in_her_row_too(room):
    room.mark(plan=ANONYMOUS)
    room.type_in(SHEET, **{called(room, "dee"): ("2", "")})
    room.mark(plan=ANONYMOUS, ids=IDS[:3])
    kept = {row["student"]: row["says why (0-4)"] for row in room.rows(SHEET)}
    assert kept[called(room, "dee")] == "2"


def test_pseudonyms_stay_and_are_different(room, tmp_path):
    path = tmp_path / "key.csv"
    few = Record("99_small", "", dict(list(room.record.handed_out.items())[:2]))
    first = with_all({}, few)
    path.write_text(written_key(first, few), encoding="utf-8-sig")
    assert read_key(path) == first
    assert read_key(tmp_path / "none.csv") == {}
    assert first.items() <= with_all(first, room.record).items()
    ticket = next(iter(set(room.record.handed_out) - set(few.handed_out)))
    taken = with_all({}, room.record)[ticket]
    again = with_all({"another": taken}, room.record)
    assert len(set(again.values())) == len(again) == 1 + len(IDS)
    assert all(re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{5}", each) for each in again.values())
    path.write_text("who,what\na,b\n")
    with pytest.raises(ValueError, match="no key to pseudonyms"):
        read_key(path)


@pytest.mark.parametrize(
    ("one", "name", "text", "shown"),
    [
        ("20230001", "Ann Lee", "I, Ann Lee (20230001), say it.", "I, [name] ([name]), say it."),
        ("20230001", "Ann Lee", "LEE, ann: it rains", "[name]: it rains"),
        ("20230001", "Ann Lee", "Write to ann.lee+crm@uni.edu.cn!", "Write to [name]!"),
        ("20230001", "Ann Lee", "It rains.\n-- Ann\n", "It rains.\n[name]\n"),
        ("20230001", "Ann Lee", "Planning needs Ann's Leeway: 120230001.", "Planning needs Ann's Leeway: 120230001."),
        ("20230001", "May Will", "It may rain. Will it?", "It may rain. Will it?"),
        ("20230001", "王小明", "我是王小明，学号20230001。", "我是[name]，学号[name]。"),
        ("20230001", "王小明", "会下雨。\n小明", "会下雨。\n[name]"),
        ("20230001", "王小明", "小明的例子", "小明的例子"),
        ("7", "Bo", "7 of 12 customers", "7 of 12 customers"),
        ("zhang3", "", "zhang3: 会", "[name]: 会"),
        ("20230001", "Maria de la Cruz", "de la Cruz, Maria", "[name]"),
    ],
)
def test_what_is_hidden_in_a_text_and_what_is_not(one, name, text, shown):
    student = Student(one, name, "")
    assert COVERED.hidden(text, [student]) == shown
    assert Pseudonyms().hidden(text, [student]) == text


def test_the_plan_says_whether_sheets_have_names(tmp_path):
    assert plan_of(tmp_path, "texts.anonymous = true").anonymous
    with pytest.raises(ValueError, match="anonymous is true or false, not 'yes'"):
        plan_of(tmp_path, 'texts.anonymous = "yes"')
