"""Every exercise over many seeds: references pass, each mistake gets its own message, answers stay apart."""

import functools

import numpy as np
import pandas as pd
import pytest

from clvlib.course import exercise as keys
from clvlib.course.exercise import KEYS, ChoiceQuestion, Exercise, TextQuestion, from_case

NAMES = sorted(path.stem for path in KEYS.glob("[0-9]*.py"))
SEEDS = range(40)
load_exercise = functools.cache(keys.load_exercise)


def questions():
    return [pytest.param(name, key, id=f"{name}-{key}") for name in NAMES for key in load_exercise(name).questions]


@pytest.mark.parametrize(("name", "key"), questions())
def test_the_reference_passes_and_each_mistake_gets_its_own_message(name, key):
    exercise = load_exercise(name)
    question = exercise.questions[key]
    for seed in SEEDS:
        case = exercise.case_for(seed)
        messages = [None, *(mistake.message for mistake in question.mistakes)]
        for answer, message in zip(question.answers(case), messages, strict=True):
            assert question.problem(answer, case) == message, f"seed {seed}"


@pytest.mark.parametrize("name", NAMES)
def test_no_two_answers_lie_within_tolerance_of_one_another(name):
    exercise = load_exercise(name)
    assert {exercise.ambiguity(seed) for seed in SEEDS} == {None}


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
    assert cases[3] == repr(exercise.case_for(4)), "a case must depend on its seed alone"


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_has_prompts_hints_solutions_and_rising_levels(name):
    exercise = load_exercise(name)
    assert 5 <= len(exercise.questions) <= 8
    assert {question.level for question in exercise.questions.values()} == {1, 2, 3}
    for question in exercise.questions.values():
        prompt = question.prompt(exercise.case_for(0))
        assert "{" not in prompt
        assert question.solution()
        assert question.kind == "text" or question.hints
        assert question.kind == "text" or len(question.mistakes) >= 2
        messages = [mistake.message for mistake in question.mistakes]
        assert len(set(messages)) == len(messages)
        if isinstance(question, ChoiceQuestion):
            wrong = {from_case(mistake.answer, exercise.case_for(0)) for mistake in question.mistakes}
            assert wrong == set(question.options) - {question.answer(exercise.case_for(0))}


@pytest.mark.parametrize(("name", "key"), questions())
def test_the_solution_shown_runs_and_is_right(name, key):
    exercise = load_exercise(name)
    question = exercise.questions[key]
    if isinstance(question, TextQuestion):
        assert question.problem(question.solution(), {}) is None
        return
    case = exercise.case_for(0)
    imports = "import numpy as np, pandas as pd\n" + "".join(f"from clvlib import {use}\n" for use in exercise.uses)
    namespace = dict(case)
    exec(f"{imports}\n{question.solution()}", namespace)
    assert question.problem(namespace[question.name], case) is None


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
        said = exercise.questions[key].problem(nonsense, case)
        assert said is None or (10 < len(said) < 320 and "Traceback" not in said), repr(nonsense)
