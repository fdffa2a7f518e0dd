"""What a lesson asks in between: fixed lines at `...`, feedback as in an exercise, a guess taken up again."""

import sys

import numpy as np
import pandas as pd
import pytest

from clvlib import course
from clvlib.course import Exercise, learner
from clvlib.course.lesson import Lesson, how_far_off
from clvlib.course.notebooks import student_notebook

FIXED = "… Your turn: Not attempted\nReplace the ... with your answer and run the cell again."


@pytest.fixture
def exercise():
    exercise = Exercise("shop", title="A shop", minutes=5)
    exercise.textbook(lambda: dict(price=20, kept=0.25))
    exercise.case(lambda rng: dict(price=int(rng.integers(100)), kept=0.5))

    @exercise.number(points=2, level=1, within=0.5)
    def asked():
        """Only in the exercise."""
        return 5

    @exercise.turn.number(within=0.005, unit="a share")
    def left(kept):
        """How many of {kept:.0%} are left after two years?"""
        return kept**2

    @left.mistake("Losses do not add up.")
    def added(kept):
        return 1 - 2 * (1 - kept)

    left.hint("Half of half.")
    left.hint("Multiply.")

    @exercise.turn.choice(options={"yes": "it pays", "no": "it does not"}, wrong={"no": "It brings more."})
    def pays():
        """Does it pay?"""
        return "yes"

    @exercise.turn.table(within=0.01)
    def prices(price):
        """One row a year."""
        return pd.DataFrame({"price": [price, price]})

    @exercise.turn.function(within=0.01, shown=[(2,)])
    def double(number):
        """Twice as much."""
        return 2 * number

    return exercise


@pytest.fixture
def turn(exercise):
    return Lesson(exercise)


def test_a_turn_is_no_question_of_the_exercise(exercise):
    assert list(exercise.questions) == ["q1"]
    assert exercise.points == 2
    assert list(exercise.turn.questions) == ["left", "pays", "prices", "double"]
    assert "left" not in str(student_notebook(exercise).cells)


def untouched(number):
    return ...


@pytest.mark.parametrize(("name", "answer"), [("left", ...), ("pays", ...), ("prices", ...), ("double", untouched)])
def test_left_at_the_dots_a_fixed_line_is_shown(turn, name, answer):
    assert str(turn.check(name, answer)) == FIXED


def test_none_is_told_where_it_may_come_from(turn):
    assert str(turn.check("left", print())).startswith(
        "… Your turn: Not attempted\nThe answer is None. print(...) shows"
    )


def test_an_answer_gets_what_it_gets_in_an_exercise(turn):
    assert str(turn.check("left", 0.0625)) == "✓ Your turn: Right"
    assert str(turn.check("left", -0.5)) == '✗ Your turn: Not yet\nLosses do not add up.\nA hint: turn.hint("left")'
    assert "Write 80% as 0.8." in str(turn.check("left", 6.25))
    assert "leave the quotes out" in str(turn.check("left", "0.0625"))
    assert str(turn.check("pays", "no")) == "✗ Your turn: Not yet\nIt brings more."
    assert "The table needs 2 rows" in str(turn.check("prices", pd.DataFrame({"price": [20]})))
    assert turn.check("prices", pd.DataFrame({"price": [20, 20]})).state == "right"
    assert turn.check("double", lambda number: 2 * number).state == "right"


def test_hints_and_the_solution(turn):
    assert [str(turn.hint("left")) for _ in range(3)] == [
        'i Hint 1 of 2 for "left"\nHalf of half.',
        'i Hint 2 of 2 for "left"\nMultiply.',
        'i You have seen every hint for "left"\nHalf of half.\nMultiply.',
    ]
    assert "A hint" not in turn.check("left", 3).message
    assert str(turn.hint("pays")) == 'i "pays" has no hint.'
    assert str(turn.solution("left")) == 'i One way to answer "left"\nleft = kept**2'


def test_a_name_that_is_no_turns_is_told_what_there_is(turn):
    for card in (turn.check("lef", 3), turn.check(3, 3), turn.hint("q1"), turn.solution(None)):
        assert card.title == "There is no such question"
        assert card.message.startswith('This lesson asks:\n"left": How many of 25% are left after two years?\n"pays": ')
    assert Lesson(Exercise("x", title="X", minutes=1)).check("a", 1).message == "This lesson asks nothing."


class Awkward:
    def __eq__(self, other):
        raise RuntimeError("no")

    def __float__(self):
        raise RuntimeError("no")


NONSENSE = [
    "text", "", b"", True, 3 + 4j, [], (1,), {}, set(), np.array([1.0, 2.0]), pd.DataFrame(), len, Awkward(), object(),
    float("nan"), float("-inf"), 10**400, pd.Series([1, 2]), lambda *_: 1 / 0, print,
]  # fmt: skip


@pytest.mark.parametrize("answer", NONSENSE, ids=lambda answer: type(answer).__name__)
def test_nothing_a_learner_does_raises(turn, answer):
    for name in turn.questions:
        assert turn.check(name, answer).state in ("wrong", "not attempted", "note")
    assert 20 < len(turn.reveal(answer, 160, "RMB").message) < 200
    assert 20 < len(turn.reveal(5, answer, "RMB").message) < 200


def test_what_is_called_in_another_way_is_told_how_it_is_written(turn):
    assert turn.check().message.endswith('It is written turn.check("name", your_answer).')
    assert turn.hint().message.endswith('It is written turn.hint("name").')
    assert turn.reveal(5).message.endswith('It is written turn.reveal(your_guess, the_truth, "RMB").')
    assert turn.reveal(5, 6, 7).title == "turn.reveal could not handle this"


def test_nothing_is_kept_on_disk(turn, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    turn.check("left", 3)
    turn.hint("left")
    turn.solution("left")
    assert not list(tmp_path.iterdir())


def test_a_lesson_is_opened_by_its_name_with_the_textbooks_case():
    turn = course.lesson("03_retention")
    assert turn.case == learner.load_exercise("03_retention").case_for(0)
    with pytest.raises(ValueError, match="did you mean '03_retention'"):
        course.lesson("3_retention")


def test_without_keys_nothing_is_checked_and_a_lesson_still_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["clvlib.course.lesson"], "KEYS", tmp_path / "exercises" / "keys")
    turn = course.lesson("03_retention")
    for answer in (..., None, untouched):
        assert str(turn.check("left", answer)) == FIXED
    said = "i Nothing is checked here\nThis machine holds no answers. Compare with the lesson's text."
    assert {str(card) for card in (turn.check("left", 3), turn.hint("left"), turn.solution("left"))} == {said}
    assert "2.5 times" in turn.reveal(400, 160).message


@pytest.mark.parametrize("guess", [..., None, "", untouched])
def test_no_guess_gets_a_fixed_line(turn, guess):
    assert str(turn.reveal(guess, 160, "RMB")) == (
        "… Your guess: Not attempted\n"
        "There is no guess yet. Under Predict, replace the ... with your number; run that cell, then this one."
    )


def test_a_guess_that_is_no_number_is_told_so(turn):
    assert turn.reveal("160", 160).message == 'The answer is a number. This is the text "160": leave the quotes out.'
    assert turn.reveal(True, 160).message == "The answer is one number. This is True or False."
    assert turn.reveal(160, ...).message.startswith("What it is held against is no number")
    assert turn.reveal(np.float64(400), pd.Series([160])).message == how_far_off(400, 160)


@pytest.mark.parametrize(("guess", "truth", "unit", "says"), [
    (160, 160, "customers", "You said 160 customers, and that is right."),
    (160.3, 160.3 + 1e-9, "RMB", "You said 160.3 RMB, and that is right."),
    (5_000, 625, "RMB", "You said 5,000 RMB; that is 8 times as much as the true 625 RMB."),
    (400, 160, "", "You said 400; that is 2.5 times as much as the true 160."),
    (20_000, 160, "", "You said 20,000; that is 120 times as much as the true 160."),
    (1e12, 1, "", "You said 1e+12; that is more than a million times as much as the true 1."),
    (1, 1e12, "", "You said 1; the true 1e+12 is more than a million times as much."),
    (320, 160, "", "You said 320; that is 2 times as much as the true 160."),
    (319, 160, "", "You said 319; that is 99 % above the true 160."),
    (80, 160, "RMB", "You said 80 RMB; the true 160 RMB is 2 times as much."),
    (81, 160, "RMB", "You said 81 RMB; that is 49 % below the true 160 RMB."),
    (165, 160, "RMB", "You said 165 RMB; that is 3.1 % above the true 160 RMB."),
    (0.03, 0.0325, "RMB", "You said 0.03 RMB; that is 7.7 % below the true 0.0325 RMB."),
    (86_000, 86_589.6, "RMB", "You said 86,000 RMB; that is 0.68 % below the true 86,590 RMB."),
    (0, 400, "RMB", "You said 0 RMB; the truth is 400 RMB."),
    (5, 0, "RMB", "You said 5 RMB; the truth is 0 RMB."),
    (0, 0, "RMB", "You said 0 RMB, and that is right."),
    (-57, 48.71, "RMB", "You said -57 RMB; the truth is 48.71 RMB. The sign is the other way round."),
    (57, -48.71, "RMB", "You said 57 RMB; the truth is -48.71 RMB. The sign is the other way round."),
    (-1_600, -160, "RMB", "You said -1,600 RMB; that is 10 times as much as the true -160 RMB."),
    (-165, -160, "RMB", "You said -165 RMB; that is 3.1 % below the true -160 RMB."),
    (80, 160, "%", "You said 80 %; the true 160 % is 2 times as much."),
    (0.8, 0.327, "share", "You said 80 %; that is 2.4 times as much as the true 32.7 %."),
    (0.4, 0.327, "share", "You said 40 %; that is 7.3 percentage points above the true 32.7 %."),
    (0.2, 0.327, "share of customers", "You said 20 %; that is 13 percentage points below the true 32.7 %."),
    (80, 0.327, "share", "You said 80: write 80 % as 0.8."),
    (2.5, 0.327, "share", "You said 2.5: write 2.5 % as 0.025."),
    (101, 0.327, "share", "You said 101: a share is from 0 to 1."),
    (-0.1, 0.327, "share", "You said -0.1: a share is from 0 to 1."),
    (1, 0.99, "share", "You said 100 %; that is 1 percentage points above the true 99 %."),
])  # fmt: skip
def test_how_far_off_in_words(turn, guess, truth, unit, says):
    card = turn.reveal(guess, truth, unit)
    assert (card.state, card.message) == ("note", says)
