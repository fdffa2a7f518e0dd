"""What the work of students has in common: copies are on the list, with the evidence; honest coincidence is not."""

import csv
import io

import pandas as pd
import pytest
from classroom import Classroom, needs_bubblewrap, roster_of
from typer.testing import CliRunner

from clvlib.course import cli
from clvlib.course.code import opening
from clvlib.course.exercise import Exercise, TextQuestion, load_exercise
from clvlib.course.marking import pages
from clvlib.course.marking.alike import Work, findings, table, tally, together
from clvlib.course.marking.answers import freeze, thaw
from clvlib.course.marking.judge import judge
from clvlib.course.marking.release import read_secret
from clvlib.course.marking.roster import Student, read_roster
from clvlib.course.marking.sandbox import Collected

ANN, BOB, CYD, DAN = (Student(name, name.capitalize(), "") for name in ("ann", "bob", "cyd", "dan"))
CLASS = (ANN, BOB, CYD, DAN)


def shop() -> Exercise:
    exercise = Exercise("shop", title="A shop", minutes=5)

    @exercise.case
    def numbers(rng):
        return dict(price=int(rng.integers(100, 9999)), visits=int(rng.integers(2, 60)), way=int(rng.integers(4)))

    exercise.textbook(lambda: dict(price=220, visits=12, way=0))

    @exercise.number(points=1, level=1, within=0.5)
    def a_year(price, visits):
        """{visits} visits at {price}: what does she pay in a year, as the shop counts it?"""
        return price * visits

    a_year.mistake("That is one visit.")(lambda price: price)

    @exercise.choice(points=1, level=1, options={"north": "up", "east": "right", "south": "down", "west": "left"})
    def turn(way):
        """Which way?"""
        return ["north", "east", "south", "west"][way]

    @exercise.number(points=1, level=1, within=0)
    def rank(way):
        """Which place?"""
        return way + 1

    @exercise.table(points=2, level=2, within=0.5)
    def two_rows(price, visits):
        """Build it."""
        total = price * visits
        return pd.DataFrame({"step": ["one", "all"], "value": [price, total]})

    @exercise.text(level=3, rubric={"says why": 2})
    def why():
        """The owner says: "A customer who comes often is a customer who stays, and who stays will buy for ever, so we
        need not ask what she costs us." Would you believe him? Answer in three sentences."""
        return (
            "I would not believe him. Who comes often may leave tomorrow, and what she costs decides what she is worth."
        )

    return exercise


EXERCISE = shop()
CASES = {student: EXERCISE.case_for(seed) for student, seed in zip(CLASS, (501, 502, 503, 505), strict=True)}


def right(case):
    return {key: question.answer(case) for key, question in EXERCISE.questions.items() if key != "q5"}


def work(student, cells=(), **answers):
    kept = {key: freeze(answer) for key, answer in {**right(CASES[student]), **answers}.items()}
    verdicts = judge(EXERCISE, CASES[student], {}, Collected(answers=kept))
    return Work(student, verdicts, {key: thaw(each) for key, each in kept.items()}, list(cells))


def found(*works):
    return findings(EXERCISE, works, CASES)


def who(results):
    return [(each.what, each.question, [student.id for student in each.holds]) for each in results]


# Answers


def test_who_is_right_with_her_own_numbers_is_on_no_list():
    assert found(*map(work, CLASS)) == []


@pytest.mark.long
def test_an_answer_that_is_right_with_anothers_numbers_is_listed_with_both_and_how_rare_it_is():
    bobs = right(CASES[BOB])
    copied = work(ANN, q1=bobs["q1"] + 0.3, q4=bobs["q4"])
    results = found(copied, *map(work, (BOB, CYD)))
    assert who(results) == [("answer", "q1", ["ann", "bob"]), ("answer", "q4", ["ann", "bob"])]
    total = CASES[BOB]["price"] * CASES[BOB]["visits"]
    assert results[0].holds[ANN].splitlines() == [
        f"handed in: {total + 0.3:g}",
        f"right with these numbers: {right(CASES[ANN])['q1']}",
    ]
    assert results[0].holds[BOB].splitlines() == [f"handed in: {total}", f"right with these numbers: {total}"]
    assert results[0].says == (
        "The answer of ann is wrong with her own numbers, and right with those of bob: 1 of 3 other students. Of 99 "
        "other cases, of the class and drawn, it is right in 1. All cases together have 100 different right answers."
    )


def test_of_a_student_who_handed_in_nothing_one_can_copy_too():
    (result,) = found(work(ANN, q1=right(CASES[DAN])["q1"]), work(BOB))
    assert result.holds[DAN].startswith("handed in: nothing\n")


def test_a_choice_of_four_and_a_number_of_one_digit_are_no_evidence():
    assert len({case["way"] for case in CASES.values()}) > 1
    for other in CLASS:
        answers = right(CASES[other])
        assert found(work(ANN, q2=answers["q2"], q3=answers["q3"]), work(BOB), work(CYD), work(DAN)) == []


def test_what_her_own_numbers_or_the_textbooks_explain_is_no_evidence():
    cases = {ANN: dict(price=3000, visits=2, way=0), BOB: dict(price=1000, visits=3, way=0)}
    kept = {"q1": freeze(3000.0)}
    ann = Work(ANN, judge(EXERCISE, cases[ANN], {}, Collected(answers=kept)), {"q1": 3000.0}, [])
    assert ann.verdicts["q1"].mistake == 0
    assert findings(EXERCISE, [ann], cases) == [], "one visit of hers, which happens to be a year of Bob's"
    assert found(work(ANN, q1=220 * 12)) == []
    shares = {**CASES, BOB: dict(price=220, visits=12, way=0)}
    assert findings(EXERCISE, [work(ANN, q1=220 * 12)], shares) == []


def test_an_odd_answer_is_compared_with_nothing():
    odd = [pd.DataFrame([[1, 2], [3, 4]], columns=["value", "value"]), "many", float("nan"), True, [1], pd.DataFrame()]
    for answer in odd:
        assert found(work(ANN, q1=answer, q2=answer, q4=answer), work(BOB)) == []


# Texts

OWN = "I doubt it: her visits say nothing of next year, and each of them costs the shop a clerk, a box and a reminder."
OTHER = "No. Nobody buys for ever. I would look at how many of last year's frequent customers are still here at all."
PROMPT = (
    "A customer who comes often is a customer who stays, and who stays will buy for ever, so we need not ask what she "
    "costs us."
)


def test_equal_texts_are_one_finding_with_all_who_have_it():
    same = [OWN, OWN.upper().replace(" ", "\n  "), OWN.replace("doubt", "really doubt").replace("box", "parcel")]
    works = [work(student, q5=text) for student, text in zip(CLASS, [*same, OTHER], strict=True)]
    (both,) = found(*works[:2], works[3])
    assert (both.what, both.question, both.says) == (
        "text",
        "q5",
        "The texts are the same but for blanks and capitals.",
    )
    (three,) = found(*works)
    assert set(three.holds) == {ANN, BOB, CYD}
    assert three.holds[ANN] == OWN
    assert three.says.endswith("of 100 (listed from 85 on).")


def test_a_quoted_prompt_or_the_model_answer_makes_no_texts_alike():
    model = EXERCISE.questions["q5"].solution()
    for given in (PROMPT, model, f'He says: "{PROMPT}"', PROMPT.lower().replace(",", " ,")):
        works = [
            work(ANN, q5=f"{given} {OWN}"),
            work(BOB, q5=f"{given} {OTHER}"),
            work(CYD, q5=given),
            work(DAN, q5=given),
        ]
        assert found(*works) == [], given
    copied = [work(ANN, q5=f"{PROMPT} {OWN}"), work(BOB, q5=f"{OWN} {PROMPT}")]
    assert who(found(*copied)) == [("text", "q5", ["ann", "bob"])]


def test_short_texts_are_alike_by_themselves():
    assert found(*(work(student, q5="No, I would not believe that man.") for student in CLASS)) == []
    chinese = "我不相信他的说法因为常来的顾客明年也可能离开而且每次来访都要花店里的钱"
    assert who(found(work(ANN, q5=chinese), work(BOB, q5=chinese + "。"))) == [("text", "q5", ["ann", "bob"])]


# Cells

LONG = """
takings = {number: price * number for number in range(1, visits + 1)}
best = max(takings.values()) if takings else 0
a_year = round(sum(sorted(takings.values())[-1:]) + best - best, 2)
ex.check("q1", a_year)
"""
DISGUISED = """
# my own way
money = {n: price*n for n in range(1, visits+1)}
top = max(money.values()) if money else 0
a_year = round(
    sum(sorted(money.values())[-1:]) + top - top, 2)
ex.check('q1', a_year)
"""


def test_the_same_code_is_listed_whatever_blanks_comments_and_names_and_shown_as_it_was():
    (result,) = found(work(ANN, ["import numpy", LONG]), work(BOB, [DISGUISED]), work(CYD, [LONG.replace("-1", "-2")]))
    assert (result.what, result.question) == ("cell", "q1")
    assert dict(result.holds) == {ANN: LONG, BOB: DISGUISED}
    assert "in 2 of 3 notebooks" in result.says


def test_what_was_handed_out_and_the_solutions_of_practice_are_nobodys_code():
    starters = "\n".join(question.starter() for question in EXERCISE.questions.values())
    handed_out = "\n".join([*opening(EXERCISE, CASES[ANN], "a-ticket"), starters])
    assert len(handed_out) > 400
    renamed = (
        'sum_of_all = price * visits\ntwo_rows = pd.DataFrame({"step": ["one", "all"], "value": [price, sum_of_all]})'
    )
    text = f"why = '''{OWN}'''\nex.check('q5', why)"
    short = "a_year = price * visits + 0"
    broken = LONG + "\nx = = 3"
    for cell in (
        handed_out,
        EXERCISE.questions["q4"].solution(),
        renamed,
        text,
        short,
        broken,
        "((" * 5000,
        "\0" * 200,
        "a_year = " + "-" * 19_000 + "1",
        "a_year = a" + ".b" * 9_000,
        f"a_year = {list(range(9_000))}",
    ):
        assert found(work(ANN, [cell]), work(BOB, [cell])) == [], cell[:80]


def test_what_many_write_comes_from_elsewhere():
    students = [Student(f"s{number}", "", "") for number in range(7)]
    cases = dict.fromkeys(students, CASES[ANN])
    works = [Work(student, work(ANN).verdicts, {}, [LONG]) for student in students]
    assert len(findings(EXERCISE, works[:5], cases)) == 1
    assert findings(EXERCISE, works[:6], cases) == []


# The page and the table


def test_who_share_most_come_first_and_the_page_and_the_table_say_it_and_defuse_it():
    evil = Student("=cmd()", "<script>", "")
    cases = {**CASES, evil: CASES[ANN]}
    bobs = right(CASES[BOB])
    text = f"<img src=x onerror=alert(1)> {OWN}"
    hers = Work(evil, work(ANN, q1=bobs["q1"]).verdicts, {"q1": float(bobs["q1"]), "q5": text}, [LONG])
    works = [hers, work(BOB, [LONG], q5=text), work(CYD, q5=OTHER), work(DAN, q5=OTHER + " So no.")]
    results = findings(EXERCISE, works, cases)
    groups = list(together(results))
    assert groups == [(evil, BOB), (CYD, DAN)]
    assert tally(results) == "1 answer, 2 texts, 1 cell"
    page = pages.alike_page(EXERCISE, results, len(works))
    assert "no verdict" in page
    assert "<script" not in page
    assert "<img" not in page
    assert page.index("&lt;script&gt;") < page.index("Cyd")
    rows = list(csv.DictReader(io.StringIO(table(results))))
    assert [row["finding"] for row in rows] == ["1", "1", "2", "2", "3", "3", "4", "4"]
    assert {row["student"] for row in rows} == {"'=cmd()", "bob", "cyd", "dan"}
    assert "no verdict" in pages.alike_page(EXERCISE, [], 0)


# The course's own exercises


@pytest.mark.long
@pytest.mark.parametrize("name", ["01_worksheet", "03_retention"])
def test_an_honest_class_with_every_usual_slip_is_on_no_list(name):
    exercise = load_exercise(name)
    students = [Student(f"s{number:02}", "", "") for number in range(30)]
    cases = {student: exercise.case_for(500 + number) for number, student in enumerate(students)}
    works = []
    for number, (student, case) in enumerate(cases.items()):
        answers, cells = {}, []
        for place, (key, question) in enumerate(exercise.questions.items()):
            if isinstance(question, TextQuestion) or question.kind == "function":
                continue
            hers = question.answers(case)[(number + place) % (1 + len(question.mistakes))]
            if question.kind == "number" and (number + place) % 4 == 0:
                hers = question.answer(case) * [100, 0.01, 12, 1.1, -1][number % 5]
            answers[key] = thaw(freeze(hers))
            cells.append(f'{question.solution()}\nex.check("{key}", {question.name})')
        kept = {key: freeze(answer) for key, answer in answers.items()}
        works.append(Work(student, judge(exercise, case, {}, Collected(answers=kept)), answers, cells))
    assert sum(verdict.state == "wrong" for each in works for verdict in each.verdicts.values()) > 60
    assert findings(exercise, works, cases) == []


@needs_bubblewrap
@pytest.mark.slow
def test_a_class_in_which_one_copied_from_release_to_the_list(tmp_path, home):
    exercise = load_exercise("01_worksheet")
    path = roster_of(4, tmp_path / "roster.csv")
    clv("release", exercise.name, "--roster", path, "--out", tmp_path / "released")
    room = Classroom(exercise, read_secret(home / "secret"), read_roster(path))
    one, other, *honest = room.roster.students
    copied = {
        key: f"{question.name} = {question.answer(room.released[other].case)!r}"
        for key, question in exercise.questions.items()
        if question.kind == "number"
    }
    (tmp_path / "in").mkdir()
    for student, data in [
        (one, room.notebook(one, copied)),
        *((each, room.notebook(each)) for each in (other, *honest)),
    ]:
        (tmp_path / "in" / room.handed(student, "blank").name).write_bytes(data)
    words = [exercise.name, "--roster", path, "--out", tmp_path / "out"]
    assert "holds no answers yet: run `clv mark` first" in clv("alike", *words, code=1)
    clv("mark", *words, "--submissions", tmp_path / "in")
    before = {file: file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file()}
    said = clv("alike", *words)
    assert f"4 notebooks compared. To look at: {len(copied)} answers, 1 text, 0 cells." in said
    rows = list(csv.DictReader((tmp_path / "out" / "alike.csv").open(encoding="utf-8-sig", newline="")))
    assert {row["student"] for row in rows if row["what"] == "answer"} == {one.id, other.id}
    assert {file: file.read_bytes() for file in before} == before, "nothing on any student's page"


def clv(*words, code=0):
    done = CliRunner().invoke(cli.app, list(map(str, words)))
    assert done.exit_code == code, done.output
    return done.output
