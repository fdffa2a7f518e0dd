"""Groups: one notebook counts for all who made it, whoever of them hands it in, and nobody loses a point by it."""

import csv
import io
import json
import os
import re
from types import SimpleNamespace

import pytest

from clvlib.course.data import ROOT
from clvlib.course.exercise import Exercise
from clvlib.course.marking import sandbox
from clvlib.course.marking.adjustments import Adjustments
from clvlib.course.marking.answers import freeze
from clvlib.course.marking.groups import read_groups
from clvlib.course.marking.mark import Marking
from clvlib.course.marking.record import Record
from clvlib.course.marking.release import Secret, hand_out
from clvlib.course.marking.roster import Roster, Student, read_roster
from clvlib.course.marking.sandbox import Collected

exercise = Exercise("99_small", title="Small", minutes=5)


@exercise.case
def numbers(rng):
    return {"price": int(rng.integers(10, 10_000))}


@exercise.number(points=2, level=1, within=0.5)
def twice(price):
    """Twice {price}?"""
    return 2 * price


@exercise.text(level=3, rubric={"says why": 4})
def why():
    """Why?"""
    return "Because."


IDS = ["ann", "bob", "007", "dee", "eve"]
NAMES = {"ann": "Ann", "bob": "Bob", "007": "王伟", "dee": "Dee", "eve": "Eve"}
TRIO = {"A": ["ann", "bob", "007"]}
NOON = 1_772_000_000


class Room:
    """A class that hands in; a notebook says what it would leave when it is run, so that no sandbox is needed."""

    def __init__(self, folder, monkeypatch, ids=IDS, kind="plain"):
        self.folder, self.kind, self.record = folder, kind, None
        self.roster = self.roster_of(ids)
        self.record = hand_out(Secret(bytes(32)), exercise, self.roster)
        self.released = {each.student.id: each for each in self.record.handed_out.values()}
        monkeypatch.setattr(sandbox, "run", self.run)
        self.ran, self.pseudonyms = [], {}

    def roster_of(self, ids):
        table = {
            "plain": ["id,name", *(f"{one},{NAMES[one]}" for one in ids)],
            "moodle": [
                "Identifier,Full name,ID number,Status,Grade",
                *(f"Participant {5000 + IDS.index(one)},{NAMES[one]},{one},-," for one in ids),
            ],
        }[self.kind]
        path = self.folder / "roster.csv"
        path.write_text("\n".join(table) + "\n", encoding="utf-8")
        return read_roster(path)

    def run(self, notebook, *_):
        self.ran.append(notebook["cells"])
        left = json.loads(notebook["cells"][0].removeprefix("# "))
        return Collected({key: freeze(answer) for key, answer in left.items()})

    def hand_in(self, maker, name, text="It rains.", hours=0, right=True, **more):
        """The notebook of a student, in a file of some name."""
        left = {"q1": 2 * self.released[maker].case["price"] * (1 if right else 3), "q2": text} | more
        metadata = {"clv": {"exercise": exercise.name, "ticket": self.released[maker].ticket}}
        cell = {"cell_type": "code", "source": "# " + json.dumps(left, ensure_ascii=False), "outputs": []}
        path = self.folder / "submissions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"nbformat": 4, "metadata": metadata, "cells": [cell]}), encoding="utf-8")
        os.utime(path, (NOON + 3600 * hours,) * 2)

    def mark(self, groups=None, ids=None, record=None, plan=None):
        roster = self.roster if ids is None else self.roster_of(ids)
        more = {"plan": plan, "groups": groups, "pseudonyms": self.pseudonyms}
        work = Marking(exercise, roster, record or self.record, self.folder / "out", **more)
        work.take_in(self.folder / "submissions")
        list(work.run(work.waiting(), SimpleNamespace(end=lambda: None), 1))
        results = list(work.results())
        self.summary = work.write(results)
        self.work = work
        return {result.student.id: result for result in results}

    def rows(self, name):
        text = (self.folder / "out" / name).read_text(encoding="utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def type_in(self, sheet, **given):
        """Points, and a comment, for the texts of students, into a sheet as it was written."""
        path = self.folder / "out" / sheet
        rows = self.rows(sheet)
        for row in rows:
            if row["student"] in given:
                row["says why (0-4)"], row["comment"] = given[row["student"]]
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)

    def page(self, student):
        name = f"99_small_{self.released[student].ticket}.html"
        return " ".join(re.sub("<[^>]*>", "", (self.folder / "out" / "feedback" / name).read_text("utf-8")).split())


@pytest.fixture
def room(tmp_path, monkeypatch):
    return Room(tmp_path, monkeypatch)


def points(results):
    return {one: result.verdicts["q1"].points if result.verdicts else None for one, result in results.items()}


def test_one_notebook_counts_for_the_whole_group_on_the_numbers_of_its_maker(room):
    room.hand_in("bob", "anything.ipynb")
    room.hand_in("dee", "other.ipynb", right=False)
    results = room.mark(TRIO)
    assert points(results) == {"ann": 2, "bob": 2, "007": 2, "dee": 0, "eve": None}
    assert len(room.ran) == 2
    assert "that counts is that of: Bob Your group: Bob, Ann, 王伟" in room.page("007")
    assert "Your group" not in room.page("dee")
    notes = {row["student"]: row["notes"] for row in room.rows("gradebook.csv")}
    assert notes["ann"] == "in a group, the notebook of bob"
    assert notes["dee"] == notes["eve"] == ""


def test_copies_that_the_lms_makes_for_each_member_are_one_notebook(tmp_path, monkeypatch):
    """Moodle gives every member's folder the same file: it is marked with its maker's numbers, and once."""
    room = Room(tmp_path, monkeypatch, kind="moodle")
    for number, one in ((5000, "ann"), (5001, "bob"), (5002, "007")):
        room.hand_in("bob", f"{NAMES[one]}_{number}_assignsubmission_file/a.ipynb")
    assert points(room.mark(TRIO)) == {"ann": 2, "bob": 2, "007": 2, "dee": None, "eve": None}
    assert len(room.ran) == 1
    assert room.rows("log.csv") == []
    assert [work.student.id for work in room.work.works()] == ["bob"], "copies of a group are one, not alike"


def test_of_two_notebooks_of_a_group_the_last_counts_for_all_and_the_log_says_so(room):
    room.hand_in("ann", "first.ipynb", hours=1)
    room.hand_in("007", "second.ipynb", hours=2, right=False)
    assert points(room.mark(TRIO)) == {"ann": 0, "bob": 0, "007": 0, "dee": None, "eve": None}
    told = [row["what"] for row in room.rows("log.csv") if row["student"] == "bob"]
    assert told == ['"007", "ann" of one group handed in notebooks: that of 007 counts, the last']
    assert room.summary.several == 1


def test_two_notebooks_of_the_same_second_are_told_as_a_matter_to_ask_about(room):
    room.hand_in("ann", "a.ipynb")
    room.hand_in("bob", "b.ipynb")
    room.mark(TRIO)
    assert "though their files have the same time: ask the group" in room.rows("log.csv")[0]["what"]


@pytest.mark.long
def test_the_text_of_a_group_is_marked_once_and_for_all_of_them(room):
    room.hand_in("bob", "b.ipynb")
    room.mark(TRIO)
    assert [row["student"] for row in room.rows("to_mark_q2.csv")] == ["bob"]
    assert room.summary.texts_waiting == 1
    sheet = room.folder / "out" / "to_mark_q2.csv"
    header, row = sheet.read_text(encoding="utf-8-sig").splitlines()
    sheet.write_text(f"{header}\n{row.replace(',,,', ',3,Well put.,')}\n", encoding="utf-8-sig")
    room.mark(TRIO)
    assert {row["student"]: row["total"] for row in room.rows("gradebook.csv")} == (
        {"ann": "5", "bob": "5", "007": "5", "dee": "", "eve": ""}
    )
    assert "3 of 4: says why" in room.page("ann")
    assert "Comment: Well put." in room.page("ann")


@pytest.mark.long
def test_points_for_a_text_stay_when_another_of_the_group_hands_in_the_same_text_again(room):
    room.hand_in("bob", "b.ipynb")
    room.mark(TRIO)
    sheet = room.folder / "out" / "to_mark_q2.csv"
    text = sheet.read_text(encoding="utf-8-sig")
    sheet.write_text(text.replace(",,,", ",3,Well put.,"), encoding="utf-8-sig")
    room.hand_in("ann", "a.ipynb", hours=5)
    room.mark(TRIO)
    assert {row["total"] for row in room.rows("gradebook.csv")} == {"5", ""}
    shown = {row["student"]: row["says why (0-4)"] for row in room.rows("to_mark_q2.csv")}
    assert shown == {"ann": "3", "bob": "3"}


def test_the_questions_count_a_notebook_once(room):
    room.hand_in("bob", "b.ipynb")
    room.hand_in("dee", "d.ipynb", right=False)
    room.mark(TRIO)
    page = " ".join((room.folder / "out" / "items.html").read_text().split())
    assert "3 students and groups: 2 handed in" in page


def test_who_made_the_notebook_and_left_the_class_leaves_it_to_the_others(room):
    room.hand_in("bob", "b.ipynb")
    stay = [one for one in IDS if one != "bob"]
    assert points(room.mark(TRIO, ids=stay)) == {"ann": 2, "007": 2, "dee": None, "eve": None}
    assert "bob" not in [row["student"] for row in room.rows("gradebook.csv")]


def test_who_came_late_to_a_group_and_got_no_numbers_shares_its_notebook(room):
    handed_out = {ticket: each for ticket, each in room.record.handed_out.items() if each.student.id != "007"}
    late = Record(exercise.name, "", handed_out)
    room.hand_in("bob", "b.ipynb")
    assert points(room.mark(TRIO, record=late))["007"] == 2


def test_a_file_that_cannot_be_read_is_the_whole_group_s(room):
    folder = room.folder / "submissions" / "ann"
    folder.mkdir(parents=True)
    (folder / "a.ipynb").write_text("{")
    assert [result.status for result in room.mark(TRIO).values()][:3] == ["not readable"] * 3


@pytest.mark.long
def test_without_groups_everybody_hands_in_for_herself(room):
    room.hand_in("bob", "b.ipynb")
    assert points(room.mark({})) == {"ann": None, "bob": 2, "007": None, "dee": None, "eve": None}
    assert points(room.mark({"A": ["ann"]}))["bob"] == 2
    assert "Your group" not in room.page("bob")


def test_decisions_are_about_one_of_a_group(room):
    room.hand_in("bob", "b.ipynb")
    result = room.mark(TRIO)["ann"]
    assert Adjustments().score(exercise, result).total == 2
    assert room.work.waiting(["ann"])[0].id == "bob", "--again with any of them runs their notebook"
    with pytest.raises(ValueError, match="no notebook of 'eve'"):
        room.work.waiting(["eve"])


def read(folder, text, name="99_small"):
    path = folder / "groups.csv"
    path.write_text(text, encoding="utf-8")
    return read_groups(path, name, plain(IDS), {"99_small", "01_worksheet"}.__contains__)


def plain(ids):
    return Roster("plain", [Student(one, NAMES.get(one, ""), "") for one in ids], ["id"], [[one] for one in ids])


def test_groups_may_differ_by_exercise_and_be_written_in_chinese(tmp_path):
    assert read(tmp_path, "group,student\nA,ann\nB,dee\nA,bob\n") == {"A": ["ann", "bob"], "B": ["dee"]}
    assert read(tmp_path, "小组,学号\n一,ann\n一,'007\n") == {"一": ["ann", "007"]}
    text = "exercise,group,student\n99_small,A,ann\n01_worksheet,B,ann\n,A,bob\n,,dee\n"
    assert read(tmp_path, text) == {"A": ["ann", "bob"]}
    assert read(tmp_path, text, "01_worksheet") == {"B": ["ann"], "A": ["bob"]}
    assert read(tmp_path, f"{text}01_worksheet,B,gone\n") == {"A": ["ann", "bob"]}, "a line of another exercise"
    assert read(tmp_path, "group,student\nA,Ann\nA,王 伟\n") == {"A": ["ann", "007"]}, "by their names"
    assert read_groups(tmp_path / "none.csv", "99_small", plain(IDS), bool) == {}
    guide = (ROOT / "exercises" / "README.md").read_text(encoding="utf-8")
    path = tmp_path / "groups.csv"
    path.write_text(re.findall(r"```\n(group,student\n.*?)```", guide, re.DOTALL)[-1])
    found = read_groups(path, "01_worksheet", plain([f"2023{number:04}" for number in range(12)]), bool)
    assert found == {"A": ["20230001", "20230002"], "B": ["20230004"]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("group,student\nA,ann\nB,ann\n", "line 3: 'ann' is in a group on line 2 already"),
        ("group,student\nA,anm\n", "line 2: there is no student 'anm' on the roster; did you mean 'ann'?"),
        ("group,student\nA,7\n", "did you mean '007'?"),
        ("group,student,exercise\nA,ann,99_smal\n", "line 2: there is no exercise '99_smal'"),
        ("team,student\nA,ann\n", "its header is group,student"),
        ("group,person\nA,ann\n", "its header is group,student"),
    ],
)
def test_a_row_that_cannot_be_is_named_with_its_line(tmp_path, text, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        read(tmp_path, text)
