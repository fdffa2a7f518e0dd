"""One notebook for a class: codes that check themselves, numbers that only their owner opens, marked by the record."""

import base64
import csv
import io
import itertools
import json
import re

import nbformat
import pytest
from classroom import Classroom, needs_bubblewrap, roster_of
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from clvlib.course import cli, personal
from clvlib.course.exercise import TextQuestion, all_exercises, load_exercise
from clvlib.course.marking import record as records
from clvlib.course.marking.mark import Marking
from clvlib.course.marking.release import Secret, code, hand_out, read_secret, release_one
from clvlib.course.marking.roster import Roster, Student, read_roster
from clvlib.course.notebooks import run
from clvlib.course.sealed import (
    LETTERS,
    Closed,
    Personal,
    blank,
    code_of,
    filled_in,
    lock,
    plain,
    table_of,
    typing_error,
    unlock,
)

EXERCISE = load_exercise("01_worksheet")
SECRET = Secret(bytes(range(32)))
CASES = {"2023 001": dict(price=47.11, note='it\'s "so"', by={1: (2, None)}), "h02": dict(price=1, note="学", by={})}
CODES = {"2023 001": code_of(123_456_789_012), "h02": code_of(98_765)}
TABLE = table_of([lock(one, CODES[one], f"ticket-{one}", case, bytes(16)) for one, case in CASES.items()])


# Codes


@given(st.integers(0, 2**256))
def test_a_code_is_short_and_of_letters_that_nobody_takes_for_others(number):
    written = code_of(number)
    assert re.fullmatch(f"[{LETTERS}]{{4}}-[{LETTERS}]{{4}}", written)
    assert not set(written) & set("0O1IL")
    assert typing_error(written) == ""


@given(st.integers(0, 31**7 - 1))
def test_every_wrong_character_and_every_exchange_of_two_is_noticed(number):
    typed = plain(code_of(number))
    wrong = {typed[:place] + other + typed[place + 1 :] for place in range(8) for other in LETTERS}
    for one, other in itertools.combinations(range(8), 2):
        letters = list(typed)
        letters[one], letters[other] = letters[other], letters[one]
        wrong.add("".join(letters))
    assert [each for each in wrong - {typed} if not typing_error(each)] == []
    assert all(typing_error(each).startswith("There is a typing error") for each in wrong - {typed})


def test_codes_are_as_many_as_there_are_numbers():
    assert len({code_of(number) for number in range(5000)}) == 5000
    assert code_of(31**7) == code_of(0) == "2222-2222"


@pytest.mark.parametrize("way", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code}\n"])
def test_capitals_blanks_and_hyphens_do_not_matter(way):
    assert unlock(TABLE, "h02", way(CODES["h02"])) == ("ticket-h02", CASES["h02"])


def test_wide_letters_as_a_chinese_keyboard_types_them_do_not_matter():
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in CODES["h02"])
    assert unlock(TABLE, "Ｈ02", wide)[0] == "ticket-h02"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "A code has 8 letters and digits, and this one has 0."),
        ("K7M2-9QX", "A code has 8 letters and digits, and this one has 7."),
        ("K7M2-9QXRR", "A code has 8 letters and digits, and this one has 9."),
        ("K7M2-OQXR", 'No code has a "O" in it: 0 and O, 1, I and L are never used.'),
        ("学号", 'No code has a "学" in it'),
    ],
)
def test_what_is_wrong_with_a_code_is_said(typed, says):
    assert typing_error(typed).startswith(says)
    assert typing_error(typed).endswith("with the list.")


# What is locked


@pytest.mark.long
def test_each_opens_her_own_whatever_values_it_holds():
    for one, case in CASES.items():
        assert unlock(TABLE, one, CODES[one]) == (f"ticket-{one}", case)
    for written in (" 2023001 ", "'2023 001", "２０２３００１"):
        assert unlock(TABLE, written, CODES["2023 001"])[0] == "ticket-2023 001"


def test_a_wrong_code_anothers_id_and_an_unknown_one_each_get_their_sentence():
    def refused(student, typed):
        with pytest.raises(ValueError, match=r"\.$") as told:
            unlock(TABLE, student, typed)
        return str(told.value)

    own = "open the notebook with your own id and your own code."
    assert refused("h02", CODES["2023 001"]) == refused("h02", code_of(5)) == f'This is not the code of "h02": {own}'
    assert refused("2023 001", CODES["h02"]) == f'This is not the code of "2023 001": {own}'
    assert refused("h03", CODES["h02"]).startswith('Nobody in this notebook has the id "h03": write it as it stands')
    assert refused("h02", "K7M2-9QX").startswith("A code has 8 letters")


def test_a_changed_table_is_told_and_never_read():
    for changed in (TABLE[:-3], TABLE.replace("\n", "\nA", 1), TABLE[1:], "", "nonsense"):
        with pytest.raises(ValueError, match="A cell of this notebook was changed: take the file as you got it"):
            unlock(changed, "h02", CODES["h02"])
    assert unlock(f"\n{TABLE}\n", "h02", CODES["h02"])


def test_the_table_shows_nobodys_id_ticket_numbers_or_code_and_no_order():
    for line in TABLE.splitlines()[1:]:
        held = base64.urlsafe_b64decode(line)
        for secret in ("2023", "h02", "ticket", "price", "47.11", *map(plain, CODES.values())):
            assert secret.encode() not in held
            assert secret not in line
    lines = TABLE.splitlines()[1:]
    assert table_of(lines) == table_of(lines[::-1]) == TABLE


@pytest.mark.long
def test_ids_that_differ_in_capitals_alone_have_their_own_numbers():
    table = table_of([lock(one, code_of(n), one, dict(price=n), bytes(16)) for n, one in enumerate(["Wang", "wang"])])
    assert [unlock(table, "wang", code_of(number)) for number in range(2)] == [
        ("Wang", dict(price=0)),
        ("wang", dict(price=1)),
    ]


# Prompts


@pytest.mark.parametrize("exercise", all_exercises(), ids=lambda exercise: exercise.name)
def test_every_prompt_is_filled_in_later_as_it_would_have_been_now(exercise):
    for seed in (0, 5):
        case = exercise.case_for(seed)
        for question in exercise.questions.values():
            assert filled_in(question.prompt(blank(case)), case) == question.prompt(case)


# The notebook


def opened(my_id, my_code):
    return personal("shop", {"q1": "number"}, {"q1": "{} \ue000price:.1f\ue001?"}, TABLE, my_id, my_code)


def test_before_it_is_open_it_says_what_to_do_at_every_call(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for one, other in ((..., ...), ("h02", ...), (..., CODES["h02"]), ("", CODES["h02"]), ("h02", " ")):
        closed = opened(one, other)
        assert isinstance(closed, Closed)
        for call in (closed.numbers(), closed.asks("q1"), closed.check("q1", 3), closed.progress(), closed.hint("q1")):
            assert "This notebook is not open yet\nWrite your student id and your code into the cell above" in str(call)
        assert "not open yet" in closed._repr_mimebundle_()["text/plain"]
    assert "not the code of" in str(opened("h02", code_of(5)).check("q1", 3))
    assert list(tmp_path.iterdir()) == []


def test_once_open_it_shows_numbers_and_prompts_and_records(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mine = opened("2023 001", CODES["2023 001"])
    assert isinstance(mine, Personal)
    assert "price = 47.11\n" in str(mine.numbers())
    assert mine.asks("q1")._repr_markdown_() == "{} 47.1?"
    assert "Recorded" in str(mine.check("q1", 4711))
    assert [path.name for path in (tmp_path / ".progress").iterdir()] == ["shop-ticket-2023 001.json"]
    assert isinstance(opened(2023001, CODES["2023 001"]), Personal), "an id without quotes is a number"


def class_of(*ids):
    return Roster("plain", [Student(one, "", "") for one in ids], ["id"], [[one] for one in ids])


def released(folder, *ids, secret=SECRET):
    roster = class_of(*ids)
    record = hand_out(secret, EXERCISE, roster)
    assert list(release_one(secret, record, EXERCISE, roster, folder)) == roster.students
    return record, nbformat.read(folder / f"{EXERCISE.name}.ipynb", as_version=4)


def test_the_notebook_for_all_holds_no_key_no_ticket_no_number_and_no_hidden_input(tmp_path):
    record, notebook = released(tmp_path, "ann-lee", "bob-wu")
    nbformat.validate(notebook)
    text = nbformat.writes(notebook) + "\n".join(cell.source for cell in notebook.cells)
    for question in EXERCISE.questions.values():
        assert not [
            saying for saying in (*question.hints, *(each.message for each in question.mistakes)) if saying in text
        ]
        assert question.solution() not in text
        assert not (isinstance(question, TextQuestion) and [line for line in question.rubric if line in text])
    for each in record.handed_out.values():
        hidden = [repr(inputs) for several in each.hidden.values() for inputs in several]
        named = [each.ticket, each.student.id, each.code, plain(each.code), str(each.case["revenue"]), *hidden]
        assert not [word for word in named if word in text]
    assert SECRET.key.hex() not in text
    assert notebook.metadata.clv == {"exercise": EXERCISE.name}
    assert notebook.cells[1].metadata.jupyter == {"source_hidden": True}


@pytest.mark.long
def test_the_same_again_is_the_same_file_and_a_late_student_changes_nobodys_line_or_code(tmp_path):
    first, notebook = released(tmp_path / "one", "ann", "bob")
    released(tmp_path / "other", "ann", "bob")
    one, other = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "other"))
    assert one == other
    assert sorted(one) == [f"{EXERCISE.name}.ipynb", f"{EXERCISE.name}_codes.csv", f"{EXERCISE.name}_record.json"]
    later, more = released(tmp_path / "one", "late", "bob", "ann")
    before, after = (set(_line(each).split()) for each in (notebook, more))
    assert len(before & after) == 2
    assert len(after) == 4
    assert {ticket: later.handed_out[ticket].code for ticket in first.handed_out} == {
        ticket: each.code for ticket, each in first.handed_out.items()
    }


def _line(notebook):
    return re.search('locked = """\n(.*)\n"""', notebook.cells[1].source, re.DOTALL)[1]


def test_a_code_is_the_same_all_through_a_course_and_another_in_another():
    ann = Student("ann", "", "")
    assert code(SECRET, ann) == code(SECRET, Student("ann", "Ann", "7"))
    assert code(SECRET, ann) != code(Secret(bytes(32)), ann)
    assert len({code(SECRET, Student(str(number), "", "")) for number in range(300)}) == 300


@pytest.mark.long
def test_a_code_that_got_out_is_replaced_alone_and_for_all_that_is_released_from_then_on(tmp_path, home):
    (tmp_path / "roster.csv").write_text("id\nann\nbob\n")
    words = ["--roster", tmp_path / "roster.csv", "--out", tmp_path / "released"]

    def codes(exercise, *more):
        clv("release", exercise, *words, "--codes", *more)
        text = (tmp_path / "released" / f"{exercise}_codes.csv").read_text(encoding="utf-8-sig")
        return {row["id"]: row["code"] for row in csv.DictReader(io.StringIO(text))}

    first = codes(EXERCISE.name)
    old = nbformat.read(tmp_path / "released" / f"{EXERCISE.name}.ipynb", as_version=4)
    assert codes("03_retention") == first
    second = codes(EXERCISE.name, "--new-code", "ann")
    assert second["bob"] == first["bob"]
    assert second["ann"] != first["ann"]
    assert codes(EXERCISE.name) == codes("03_retention") == codes("02_time_value") == second
    assert codes(EXERCISE.name, "--new-code", "ann")["ann"] not in (first["ann"], second["ann"])
    new = nbformat.read(tmp_path / "released" / f"{EXERCISE.name}.ipynb", as_version=4)
    assert len(set(_line(old).split()) & set(_line(new).split())) == 1, "bob's line is as it was"
    record = records.read(tmp_path / "released" / f"{EXERCISE.name}_record.json", EXERCISE.name)
    opened = unlock(_line(new), "ann", record.of(class_of("ann"))[class_of("ann").students[0]].code)
    assert opened == unlock(_line(old), "ann", first["ann"]), "the same numbers"
    source = returned(tmp_path / "in", new, ("x.ipynb", "ann", first["ann"]))
    assert "is not on the list" in taken_in(tmp_path, class_of("ann", "bob"), record, source)[1]["x.ipynb"]
    assert "there is no student 'zoe' on the roster" in clv(
        "release", EXERCISE.name, *words, "--codes", "--new-code", "zoe", code=1
    )
    assert "--new-code goes with --codes" in clv("release", EXERCISE.name, *words, "--new-code", "ann", code=1)


def test_a_record_of_an_earlier_edition_gets_its_codes_at_the_next_release(tmp_path):
    record = hand_out(SECRET, EXERCISE, class_of("ann"))
    (ticket,) = record.handed_out
    path = tmp_path / "record.json"
    body = json.loads(records.write(record))
    del body["sum"], body["handed out"][0]["code"]
    path.write_text(json.dumps({"sum": records._sum(body), **body}), encoding="utf-8")
    old = records.read(path, EXERCISE.name)
    assert old.handed_out[ticket].code == ""
    assert hand_out(SECRET, EXERCISE, class_of("ann"), old) == record


# Whose it is


def returned(folder, notebook, *files):
    folder.mkdir(exist_ok=True)
    for path, my_id, my_code in files:
        text = nbformat.writes(notebook).replace("my_id = ...", f"my_id = '{my_id}'")
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text.replace("my_code = ...", f"my_code = '{my_code}'"), encoding="utf-8")
    return folder


def taken_in(tmp_path, roster, record, source):
    marking = Marking(EXERCISE, roster, record, tmp_path / "out")
    marking.take_in(source)
    return marking, {remark.path: remark.what for remark in marking.remarks}


def test_the_code_says_whose_a_notebook_is_as_a_ticket_would(tmp_path):
    record, notebook = released(tmp_path / "released", "ann", "bob", "cyd")
    ann, bob, _ = record.handed_out.values()
    files = [
        ("x.ipynb", "ann", ann.code.lower()),
        ("y.ipynb", "bob", f" {bob.code} "),
        ("bob/z.ipynb", "ann", ann.code),
    ]
    files += [("never.ipynb", "cyd", ""), ("cyd/never.ipynb", "", "")]
    marking, said = taken_in(
        tmp_path, class_of("ann", "bob", "cyd"), record, returned(tmp_path / "in", notebook, *files)
    )
    assert [student.id for student in marking.waiting()] == ["ann", "bob", "cyd"]
    assert said == {
        "bob/z.ipynb": "its name and what it holds belong to different students: have her hand in her own",
        "never.ipynb": "nothing says whose it is: put it in a folder named by the student's id",
    }


def test_a_code_that_is_on_no_list_is_said(tmp_path):
    record, notebook = released(tmp_path / "released", "ann", "bob")
    strange = code_of(7)
    source = returned(tmp_path / "in", notebook, ("x.ipynb", "zoe", strange), ("ann/y.ipynb", "ann", "K7M2"))
    marking, said = taken_in(tmp_path, class_of("ann", "bob"), record, source)
    assert said == {
        "x.ipynb": f"its code, {strange}, is not on the list of this release",
        "ann/y.ipynb": "its code, K7M2, is not on the list of this release",
    }
    assert marking.waiting() == []
    assert [result.status for result in marking.results()] == ["not readable", "nothing handed in"]


def test_where_the_lms_knows_who_it_was_a_strange_code_costs_a_remark_only(tmp_path):
    students = [Student("ann", "Ann Lee", "41"), Student("bob", "Bob Wu", "42")]
    roster = Roster("canvas", students, ["id"], [["ann"], ["bob"]])
    record = hand_out(SECRET, EXERCISE, roster)
    ann, _ = record.handed_out.values()
    list(release_one(SECRET, record, EXERCISE, roster, tmp_path / "released"))
    notebook = nbformat.read(tmp_path / "released" / f"{EXERCISE.name}.ipynb", as_version=4)
    strange = code_of(7)
    files = [("leeann_41_9_x.ipynb", "ann", strange), ("wubob_42_9_x.ipynb", "ann", ann.code)]
    marking, said = taken_in(tmp_path, roster, record, returned(tmp_path / "in", notebook, *files))
    assert [student.id for student in marking.waiting()] == ["ann", "bob"]
    assert said == {
        "leeann_41_9_x.ipynb": (
            f"it holds the code {strange}, which is not on the list of this release; marked with the numbers of ann"
        ),
        "wubob_42_9_x.ipynb": "it holds the notebook of ann; marked with the numbers of bob",
    }


# A round


def clv(*words, code=0):
    done = CliRunner().invoke(cli.app, list(map(str, words)))
    assert done.exit_code == code, done.output
    return done.output


@needs_bubblewrap
@pytest.mark.slow
def test_a_round_with_one_notebook_for_all_from_the_list_of_codes_to_the_marks(tmp_path, home):
    roster = roster_of(10, tmp_path / "roster.csv")
    words = [EXERCISE.name, "--roster", roster]
    said = clv("release", *words, "--out", tmp_path / "released", "--codes")
    assert f"{EXERCISE.name}.ipynb, for everybody, and {EXERCISE.name}_codes.csv are in" in said
    assert not list((tmp_path / "released").glob("*.zip"))
    with (tmp_path / "released" / f"{EXERCISE.name}_codes.csv").open(encoding="utf-8-sig", newline="") as file:
        codes = {row["id"].removeprefix("'"): row["code"] for row in csv.DictReader(file)}
    room = Classroom(EXERCISE, read_secret(home / "secret"), read_roster(roster))
    assert {student.id: room.released[student].code for student in room.roster.students} == codes
    wrong = ("q3", 1)
    (tmp_path / "in").mkdir()
    for number, student in enumerate(room.roster.students):
        notebook = nbformat.read(tmp_path / "released" / f"{EXERCISE.name}.ipynb", as_version=4)
        for cell in notebook.cells:
            filled = cell.source.replace("my_id = ...", f"my_id = {student.id!r}")
            cell.source = filled.replace("my_code = ...", f"my_code = {codes[student.id]!r}")
            found = re.search(r'ex\.check\("(q\d)"', cell.source)
            if found:
                right = room.wrong(student, *wrong) if number == 1 and found[1] == wrong[0] else room.solution(found[1])
                cell.source = f"{right}\n\n{found[0]}, {EXERCISE.questions[found[1]].name})"
        if number == 2:  # as she sees it
            seen = run(notebook, tmp_path)
            shown = "\n".join(str(output) for cell in seen.cells for output in cell.get("outputs", []))
            assert "not open yet" not in shown
            assert EXERCISE.questions["q1"].prompt(room.released[student].case) in shown.replace("\\n", "\n")
            assert shown.count("The last answer counts.") >= 8
        (tmp_path / "in" / f"{number}.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")
    said = clv("mark", *words, "--out", tmp_path / "out", "--submissions", tmp_path / "in")
    assert "10 marked (10 of them run now), 0 not readable" in said
    with (tmp_path / "out" / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        totals = [row["total"] for row in csv.DictReader(file)]
    assert totals == ["13", "11", *["13"] * 8]
