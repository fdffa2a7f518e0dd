"""The record of a release: what was handed out stays what it was, whatever becomes of key, roster and libraries."""

import json
import re
from types import SimpleNamespace

import nbformat
import pytest
from test_groups import IDS, NAMES, TRIO, Room
from test_groups import exercise as small

from clvlib.course.exercise import Exercise
from clvlib.course.marking import record as records
from clvlib.course.marking.adjustments import read_adjustments
from clvlib.course.marking.mark import Marking
from clvlib.course.marking.plan import Plan
from clvlib.course.marking.record import misfits, read
from clvlib.course.marking.release import Secret, hand_out, personal_notebook
from clvlib.course.marking.roster import Roster, Student

SECRET = Secret(bytes(32))


def shop(digest="a"):
    exercise = Exercise("shop", title="A shop", minutes=5)
    exercise.digest = digest

    @exercise.case
    def numbers(rng):
        return dict(price=int(rng.integers(10, 99)), shares=[0.5, 0.25], note='a\\n"b"', by={1: (2, None)})

    @exercise.number(points=1, level=1, within=0.5)
    def doubled(price):
        """{price}, twice?"""
        return 2 * price

    @exercise.function(points=1, level=1, within=0.5, shown=[(1,)])
    def double(number):
        """Write it."""
        return 2 * number

    double.hidden_inputs(lambda rng: [(int(rng.integers(99)), [1.5, "x"])])
    return exercise


def class_of(*students, kind="plain"):
    students = [one if isinstance(one, Student) else Student(one, "", "") for one in students]
    return Roster(kind, students, ["id"], [[one.id] for one in students])


def kept(tmp_path, record):
    path = tmp_path / "shop.json"
    path.write_text(records.write(record), encoding="utf-8")
    return path


def test_a_record_is_read_as_it_was_written(tmp_path):
    record = hand_out(SECRET, shop(), class_of("ann", Student("学号 7", 'O\'Hara, "B"', "12")))
    again = read(kept(tmp_path, record), "shop")
    assert again == record
    assert again.key == "a"
    assert [each.case["by"] for each in again.handed_out.values()] == [{1: (2, None)}] * 2
    assert len({repr(each.hidden) for each in again.handed_out.values()}) == 2, "hidden inputs of one's own"


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: text.replace('"price": "', '"price": "1'),
        lambda text: text.replace('"key": "a"', '"key": "b"'),
        lambda text: re.sub('"sum": "[^"]*",', "", text),
        lambda text: "\udcff",
    ],
)
def test_a_damaged_record_is_refused_with_what_to_do(tmp_path, damage):
    path = kept(tmp_path, hand_out(SECRET, shop(), class_of("ann")))
    path.write_bytes(damage(path.read_text(encoding="utf-8")).encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match=r"is damaged: put back the copy .*\(shop_record.json\)$"):
        read(path, "shop")


def test_a_record_that_does_not_fit_is_refused(tmp_path):
    path = kept(tmp_path, hand_out(SECRET, shop(), class_of("ann")))
    with pytest.raises(ValueError, match="is the record of shop, not of inn: put back the copy"):
        read(path, "inn")
    body = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(body | {"form": 2}), encoding="utf-8")
    with pytest.raises(ValueError, match="by a later edition of this course: mark with that one"):
        read(path, "shop")


def test_a_later_release_keeps_what_was_handed_out_whatever_the_key_says_now():
    first = hand_out(SECRET, shop(), class_of("ann", "bob"))
    changed = shop("b")
    changed.case(lambda rng: dict(price=int(rng.integers(1000, 9999))))
    later = hand_out(SECRET, changed, class_of("ann", "cyd", "bob"), first)
    assert later.key == "a", "the key of the first release"
    assert {name: later.handed_out[name] for name in first.handed_out} == first.handed_out
    (new,) = later.handed_out.keys() - first.handed_out.keys()
    assert later.handed_out[new].case["price"] >= 1000
    ann = later.of(class_of("ann"))[Student("ann", "", "")]
    assert str(ann.case["price"]) in str(personal_notebook(changed, ann).cells)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (Student("h01", "", ""), Student("H01", "", "")),
        (Student("20230001", "Ann Lee", "77"), Student("77", "Ann Lee", "77")),
        (Student("ann@x.edu", "Ann  Lee", ""), Student("20230001", "ann lee", "")),
        (Student("学 号7", "", ""), Student("学号7", "", "")),
        (Student("ann", "Ann Lee", ""), Student("ann", "Ann Lee-Wang", "")),
    ],
)
def test_a_student_is_known_again_however_her_id_is_spelt_now(then, now):
    record = hand_out(SECRET, shop(), class_of(then, Student("zoe", "Zoe Z", "99")))
    assert record.of(class_of(now, Student("new", "Who", "5")))[now].student == then


def test_nobody_is_taken_for_another():
    record = hand_out(SECRET, shop(), class_of(Student("1", "Wang Wei", "7"), Student("2", "Wang Wei", "8")))
    assert record.of(class_of(Student("3", "Wang Wei", ""))) == {}, "two had that name"
    other = Student("9", "Li Na", "7")
    assert record.of(class_of(other)) == {}, "Moodle's numbers are another assignment's"
    both = class_of(Student("h01", "", ""), Student("H01", "", ""))
    assert record.of(both) == {}
    record = hand_out(SECRET, shop(), both)
    assert len(record.of(both)) == 2
    assert len(record.of(class_of("H01"))) == 1


def test_a_changed_key_must_still_fit_the_numbers():
    record = hand_out(SECRET, shop(), class_of("ann"))
    assert list(misfits(shop("b"), record)) == []
    changed = shop("b")

    @changed.number(points=1, level=1, within=0.5)
    def rest(price, visits):
        """What is left?"""
        return price - visits

    (misfit,) = misfits(changed, record)
    assert misfit.startswith('q3: the parameter "visits" is no name of the case')

    @changed.number(points=1, level=1, within=0.5)
    def stops(price):
        """What?"""
        return price / 0

    assert "q4 stops at the numbers of ann: ZeroDivisionError" in list(misfits(changed, record))[1]


def returned(folder, *files):
    folder.mkdir(exist_ok=True)
    for path, exercise, released in files:
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(nbformat.writes(personal_notebook(exercise, released)), encoding="utf-8")
    return folder


def test_a_new_id_that_only_the_lms_connects_is_followed_and_remembered(tmp_path):
    record = hand_out(SECRET, shop(), class_of("old-id", "zoe"))
    ann, zoe = record.handed_out.values()
    roster = class_of(Student("new-id", "", "4711"), "zoe", Student("guest", "", "8"), kind="canvas")
    source = returned(tmp_path / "in", ("leeann_4711_99_x.ipynb", shop(), ann), ("zz_8_98_x.ipynb", shop(), zoe))
    for again in (True, False):
        marking = Marking(shop(), roster, record, tmp_path / "out")
        if again:
            marking.take_in(source)
            said = {remark.path: remark.what for remark in marking.remarks}
            assert said == {
                "zz_8_98_x.ipynb": "nothing was released to guest: run `clv release` with this roster, and send hers"
            }
        assert [student.id for student in marking.waiting()] == ["new-id"]
        assert marking.released[roster.students[0]].case == ann.case


@pytest.mark.long
def test_what_was_typed_decided_and_told_under_an_id_follows_it_there_and_back(tmp_path, monkeypatch):
    """A guest without an SIS id, and Canvas's own numbers stand for everybody; then she is gone again."""
    room = Room(tmp_path, monkeypatch)
    for one in TRIO["A"]:
        room.hand_in(one, f"{one}.ipynb", text=f"{one} says: it rains.")
    by_lms = Roster("plain", [Student(f"9{place}", NAMES[one], "") for place, one in enumerate(IDS)], ["id"], [])
    plan = Plan(markers=("Li", "Wang"), by_two=50)
    decided = tmp_path / "adjustments.csv"
    decided.write_text("exercise,student,question,points,reason\n99_small,bob,q1,add 1,x\n", encoding="utf-8")
    page = room.folder / "out" / "feedback"
    pages, totals = [], []
    for roster in (room.roster, by_lms, room.roster, by_lms):
        work = Marking(small, roster, room.record, tmp_path / "out", plan=plan)
        work.adjustments = read_adjustments(decided, small, roster, None, bool, work.ids_now)
        if not totals:
            work.take_in(tmp_path / "submissions")
            list(work.run(work.waiting(), SimpleNamespace(end=lambda: None), 1))
        results = list(work.results())
        changes = work.changes(results)
        assert not changes.alarms
        if totals:
            assert "(3 students in both)" in changes.says[0]
        work.write(results)
        if not totals:
            for name in plan.markers:
                room.type_in(f"to_mark_q2_{name}.csv", **dict.fromkeys(["ann", "bob", "'007"], ("3", "Good.")))
            work.write(results)
        pages.append(sorted(path.name for path in page.iterdir()))
        totals.append([row["total"] for row in room.rows("gradebook.csv")])
    assert totals == [["5", "6", "5", "", ""]] * 4
    assert pages == [pages[0]] * 4


def test_tickets_of_another_class_stop_the_run_before_it_writes(tmp_path):
    record = hand_out(SECRET, shop(), class_of("ann", "bob", "cyd", "dan"))
    other = hand_out(Secret(bytes(31) + b"x"), shop(), class_of("ann", "bob", "cyd", "dan"))
    files = [(f"{each.student.id}.ipynb", shop(), each) for each in other.handed_out.values()]
    mine = ("own.ipynb", shop(), next(iter(record.handed_out.values())))
    marking = Marking(shop(), class_of("ann", "bob", "cyd", "dan"), record, tmp_path / "out")
    with pytest.raises(
        ValueError, match=r"^4 of 5 notebooks carry a ticket or a code that the record .* Nothing was written$"
    ):
        marking.take_in(returned(tmp_path / "in", *files, mine))
    assert not (tmp_path / "out").exists()
