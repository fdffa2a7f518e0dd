"""Our exercises: nothing for `clv check` to find, and what we ask of ourselves beyond that."""

import functools
import os
import re
import sys

import numpy as np
import pandas as pd
import pytest

from clvlib.course import exercise as keys
from clvlib.course.check import Report, check_key
from clvlib.course.exercise import KEYS, Exercise

KEYED = sorted(path.stem for path in KEYS.glob("[0-9]*.py"))
NAMES = [exercise.name for exercise in keys.all_exercises()]
load_exercise = functools.cache(keys.load_exercise)


def asked(name):
    """The questions of an exercise, and the turns of its lesson."""
    exercise = load_exercise(name)
    return exercise.questions | exercise.turn.questions


def questions():
    return [pytest.param(name, key, id=f"{name}-{key}") for name in KEYED for key in asked(name)]


@pytest.mark.slow
@pytest.mark.parametrize("name", KEYED)
def test_nothing_is_found_in_forty_cases_and_the_textbooks(name):
    report = check_key(KEYS / f"{name}.py")
    exercise = load_exercise(name)
    assert report == Report(len(exercise.questions), 41, [], len(exercise.turn.questions))


def test_two_answers_that_cannot_be_told_apart_are_named():
    exercise = Exercise("x", title="X", minutes=1)

    @exercise.number(points=1, level=1, within=0.5)
    def tens():
        """How many?"""
        return 10

    @tens.mistake("Too close.")
    def nearly():
        return 10.4

    assert exercise.ambiguity(0) == "q1"


@pytest.mark.parametrize("name", NAMES)
def test_seed_0_is_the_textbook_and_other_seeds_differ(name):
    exercise = load_exercise(name)
    assert exercise.case_for(0) == exercise._textbook()
    cases = [repr(exercise.case_for(seed)) for seed in range(1, 20)]
    assert len(set(cases)) == len(cases)


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_has_five_to_eight_questions_of_rising_level_with_mistakes(name):
    exercise = load_exercise(name)
    assert 5 <= len(exercise.questions) <= 8, "an exercise of five to eight questions takes half an hour"
    assert {question.level for question in exercise.questions.values()} == {1, 2, 3}
    for question in exercise.questions.values():
        assert question.kind == "text" or len(question.mistakes) >= 2, f"name two mistakes for {question.name}"
    for turn in exercise.turn.questions.values():
        assert turn.mistakes, turn.name


@pytest.mark.parametrize("name", NAMES)
def test_a_message_says_what_to_do_in_whole_sentences(name):
    said = [mistake.message for question in asked(name).values() for mistake in question.mistakes]
    assert [message for message in said if re.search(r"\b[Aa]sked (is|are)\b", message)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_table_of_words_and_whole_numbers_asks_for_no_decimals(name):
    case = load_exercise(name).case_for(0)
    for question in asked(name).values():
        if question.kind == "table" and question.answer(case).select_dtypes("float").empty:
            assert "at least" not in question.starter(), question.name


def test_a_key_saved_twice_within_a_second_is_read_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "quiz.py"
    source = "from clvlib.course import Exercise\nexercise = Exercise('quiz', title={!r}, minutes=1)\n"
    for title in ("First", "Other"):
        path.write_text(source.format(title))
        os.utime(path, (1e9, 1e9))
        assert keys.load_key(path).title == title
    assert list(tmp_path.iterdir()) == [path]


NONSENSE = [
    "text", "", 80, -1, 1e30, 0, float("nan"), float("inf"), True, 3 + 4j, [], [1, 2], (1,), {}, {"a": 1}, set(),
    np.array([]), np.array([1.0, 2.0]), pd.Series(dtype=float), pd.DataFrame(), pd.DataFrame({"a": ["x"]}), print,
    len, lambda *_: None, lambda *_: 1 / 0, object(), int, b"bytes",
]  # fmt: skip


@pytest.mark.parametrize(("name", "key"), questions())
def test_nonsense_gets_one_short_sentence_or_two(name, key):
    exercise = load_exercise(name)
    case = exercise.case_for(0)
    for nonsense in NONSENSE:
        said = asked(name)[key].problem(nonsense, case)
        assert said is None or (10 < len(said) < 320 and "Traceback" not in said), repr(nonsense)


@pytest.mark.long
@pytest.mark.parametrize(("name", "key"), questions())
def test_slips_that_are_nobodys_mistake_are_not_right_and_get_a_sentence(name, key):
    question, case = asked(name)[key], load_exercise(name).case_for(0)
    right = question.answer(case)
    for slip in (lambda x: 100 * x, lambda x: x / 100, lambda x: -x, lambda x: x + 3 * question.within + 1, str):
        if question.kind == "number":
            slipped = slip(right)
            if isinstance(slipped, str) or abs(slipped - right) > question.within:  # 100 times 0 is 0
                assert 10 < len(question.problem(slipped, case)) < 320, slipped
        for column in right.select_dtypes("number") if question.kind == "table" else []:
            slipped = right.assign(**{column: right[column].map(slip)})
            if slipped[column].dtype.kind not in "if" or (abs(slipped[column] - right[column]) > question.within).any():
                assert 10 < len(question.problem(slipped, case)) < 320, slipped


@pytest.mark.parametrize("seed", range(41))
def test_the_entropy_weights_that_lesson_11_works_out_by_hand_are_right_in_every_case(seed):
    question, case = asked("11_satisfaction_index")["q7"], load_exercise("11_satisfaction_index").case_for(seed)
    table = pd.DataFrame(case["branches"])
    spread = (table.std() / table.mean()) ** 2
    by_hand = (spread / spread.sum() * (table.mean() - 1)).sum() / 6 * 100
    answer = question.answer(case)
    assert question.problem(answer.assign(index=[answer["index"][0], by_hand]), case) is None
