"""What an answer earns, from what a notebook left: states, points, messages and notes, without a sandbox."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlib.course import Exercise
from clvlib.course.exercise import TableQuestion, all_exercises, load_exercise
from clvlib.course.marking import answers
from clvlib.course.marking.judge import Marked, Verdict, judge, notes
from clvlib.course.marking.record import hidden_inputs
from clvlib.course.marking.roster import Student
from clvlib.course.marking.sandbox import Collected
from clvlib.course.slips import same_cell


def shop() -> Exercise:
    exercise = Exercise("shop", title="A shop", minutes=5)
    exercise.case(lambda rng: dict(price=7))
    exercise.textbook(lambda: dict(price=20))

    @exercise.number(points=2, level=1, within=0.5)
    def total(price):
        """What do ten cost?"""
        return 10 * price

    total.mistake("That is the price of one.")(lambda price: price)
    total.mistake("You added.")(lambda price: price + 10)

    @exercise.function(points=3, level=2, within=0.01, shown=[(1,), (2,)])
    def twice(number):
        """Write it."""
        return 2 * number

    twice.hidden_inputs(lambda rng: [(5,)])
    twice.mistake("You took the square.")(lambda number: number**2)
    exercise.text(level=3, rubric={"decides": 1, "says why": 2})(lambda: "No.")
    return exercise


def gave(*numbers):
    return [{"gave": {"number": float(number)}} for number in numbers]


def judged(exercise, seed, collected):
    return judge(exercise, exercise.case_for(seed), hidden_inputs(exercise, 0), collected)


def verdict(key, frozen, seed=0, **runs):
    collected = Collected(
        answers={} if frozen is None else {key: frozen}, **{name: {key: each} for name, each in runs.items()}
    )
    return judged(shop(), seed, collected)[key]


NOT_ATTEMPTED = Verdict("not attempted", 0)
FUNCTION = {"function": True}


@pytest.mark.parametrize(
    ("frozen", "earned"),
    [
        (None, NOT_ATTEMPTED),
        ({"other": "starter"}, NOT_ATTEMPTED),
        ({"other": "nothing"}, NOT_ATTEMPTED),
        ({"number": 200.0}, Verdict("right", 2, answer="The number 200")),
        ({"number": 20.0}, Verdict("wrong", 0, "That is the price of one.", 0, "The number 20")),
        ({"number": 30.0}, Verdict("wrong", 0, "You added.", 1, "The number 30")),
        ({"number": 40.0}, Verdict("wrong", 0, "That is too low.", None, "The number 40")),
        (
            {"text": "200"},
            Verdict(
                "wrong",
                0,
                'The answer is a number. This is the text "200": leave the quotes out.',
                None,
                "The text '200'",
            ),
        ),
        (
            {"function": True},
            Verdict(
                "wrong",
                0,
                "The answer is one number. This is a function. Did you forget the brackets that call it?",
                None,
                "A function",
            ),
        ),
    ],
)
def test_a_number(frozen, earned):
    assert verdict("q1", frozen) == earned


def test_the_case_is_that_of_the_seed():
    assert verdict("q1", {"number": 70.0}, seed=3).state == "right"
    assert verdict("q1", {"number": 200.0}, seed=3).state == "wrong"


def test_a_function_is_judged_by_what_it_gave_on_each_input():
    def earned(shown, hidden):
        return verdict("q2", FUNCTION, shown=shown, hidden=hidden)

    assert earned(gave(2, 4), gave(10)) == Verdict("right", 3, answer="A function")
    assert earned(gave(1, 4), gave(25)) == Verdict("wrong", 0, "You took the square.", 0, "A function")
    assert earned(gave(2, 4), gave(25)).message == "On an input that is not shown: That is too high."
    assert earned([{"gave": {"other": "starter"}}], []) == NOT_ATTEMPTED
    assert earned([{"gave": {"other": "nothing"}}, *gave(4)], gave(10)).message == (
        "Your function gives nothing back: end it with return and the result."
    )
    ended = "Your function did not come to an end on all the inputs it was tried on."
    assert earned(gave(2, 4), []).message == earned([], []).message == verdict("q2", FUNCTION).message == ended
    stopped = {"error": "Value\x00Error", "says": "no"}
    assert earned([*gave(2), stopped], gave(10)).message == "On twice(2) your function stopped: Value\ufffdError: no"
    silent = {"error": "KeyError", "says": ""}
    assert earned([*gave(2), silent], gave(10)).message == "On twice(2) your function stopped: KeyError"


def test_what_is_no_function_is_not_called():
    assert verdict("q2", {"number": 2.0}, shown=[{"gave": {"other": "starter"}}]) == Verdict(
        "wrong",
        0,
        "The answer is a function: give its name without brackets. This is a number.",
        None,
        "The number 2",
    )


def test_a_text_waits_for_a_person():
    assert verdict("q3", {"text": "It depends."}) == Verdict("to mark", None, answer="It depends.")
    assert verdict("q3", {"number": 3.0}) == Verdict(
        "wrong", 0, 'Answer in words, between """ and """. This is a number.', None, "The number 3"
    )


def test_an_answer_that_cannot_be_compared_costs_its_own_question():
    verdicts = judged(shop(), 0, Collected(answers={"q1": {"odd": 1}, "q3": {"text": "No."}}))
    assert verdicts["q1"] == Verdict("wrong", 0, "This answer could not be compared: look at the kinds of its values.")
    assert verdicts["q3"].state == "to mark"


def test_a_question_whose_cell_stopped_is_told_so():
    stopped = Collected(stopped=[(4, "NameError", "name 'a' is not defined")], cell_of={"q1": 4, "q3": 5})
    verdicts = judged(shop(), 0, stopped)
    says = "Your cell [5] stopped before it gave an answer. NameError: name 'a' is not defined"
    assert verdicts["q1"] == Verdict("stopped", 0, says)
    assert verdicts["q2"] == verdicts["q3"] == NOT_ATTEMPTED
    left_out = Collected(left_out={4: "it ran too long"}, cell_of={"q1": 4})
    assert judged(shop(), 0, left_out)["q1"] == Verdict("stopped", 0, "Your cell [5] was left out: it ran too long.")
    answered = Collected(answers={"q1": {"number": 1.0}}, stopped=stopped.stopped, cell_of={"q1": 4})
    assert judged(shop(), 0, answered)["q1"].state == "wrong"


def in_part() -> Exercise:
    exercise = Exercise("shop", title="A shop", minutes=5)
    amounts = {"a": 10.5, "b": 20.5, "c": 30.5, "d": 40.5}

    @exercise.table(points=3, level=1, within=0.01, partial=True)
    def rows():
        """A table."""
        return pd.DataFrame({"name": list(amounts), "number": list(amounts.values())})

    @exercise.function(points=2, level=2, within=0.01, shown=[(1,)], partial=True)
    def half(number):
        """Write it."""
        return number / 2

    half.hidden_inputs(lambda rng: pytest.fail("her own inputs are kept"))
    half.mistake("You doubled.", worth=0.25)(lambda number: 2 * number)
    return exercise


def in_part_of(**collected):
    return judge(in_part(), {}, {"q2": [(301,), (401,), (501,), (601,)]}, Collected(**collected))


def test_right_rows_and_results_are_told_with_their_points():
    table = answers.freeze(pd.DataFrame({"name": list("abcd"), "number": [10.5, 20.5, 30.5, 0]}))
    ran = dict(shown={"q2": gave(0.5)}, hidden={"q2": gave(150.5, 200.5, 250.5, 0)})
    verdicts = in_part_of(answers={"q1": table, "q2": FUNCTION}, **ran)
    assert (verdicts["q1"].state, verdicts["q1"].points) == ("wrong", 2.0)
    assert verdicts["q1"].message == 'Look at column "number", row 4 ("d"): That is too low.'
    assert verdicts["q1"].part == "3 of 4 rows are right"
    assert (verdicts["q2"].points, verdicts["q2"].mistake) == (1.5, None)
    assert verdicts["q2"].part == "3 of 4 results on inputs that are not shown are right"


def test_a_named_mistake_is_told_with_what_it_keeps():
    doubled = in_part_of(answers={"q2": FUNCTION}, shown={"q2": gave(2)}, hidden={"q2": gave(602, 802, 1002, 1202)})
    said = Verdict("wrong", 0.5, "You doubled.", 0, "A function", "This is near the right answer")
    assert doubled["q2"] == said


def test_a_function_that_did_not_come_to_an_end_earns_no_part():
    assert in_part_of(answers={"q2": FUNCTION}, shown={"q2": gave(0.5)}, hidden={"q2": gave(150.5, 200.5)})[
        "q2"
    ] == Verdict(
        "wrong", 0, "Your function did not come to an end on all the inputs it was tried on.", None, "A function"
    )


def test_notes_name_cells_as_running_all_does_in_their_order():
    collected = Collected(
        stopped=[(2, "NameError", "name 'a' is not\x07 defined"), (0, "KeyError", "")],
        left_out={1: "it ran too long"},
        skipped=[(1, "!ls"), (1, "!ls"), (3, "%matplotlib")],
        trouble=["the notebook took longer than 600 seconds"],
    )
    assert notes(collected) == [
        "Cell [1] stopped. KeyError",
        "Cell [2] was left out: it ran too long.",
        "In cell [2] this was skipped, and the rest was run: !ls",
        "Cell [3] stopped. NameError: name 'a' is not\ufffd defined",
        "In cell [4] this was skipped, and the rest was run: %matplotlib",
        "The notebook took longer than 600 seconds.",
    ]
    assert notes(Collected()) == []


def test_a_verdict_says_nothing_more_unless_told_to():
    assert Verdict("right", 1) == Verdict("right", 1, message="", mistake=None, answer="")


def test_a_notebook_is_that_of_the_first_of_its_group():
    lee, wang = Student("1", "Lee", ""), Student("2", "Wang", "")
    assert Marked(wang, "2", "marked", group=(lee, wang)).maker is lee


def test_a_total_counts_what_is_marked():
    student = Student("1", "Lee", "")
    half = Marked(
        student, "1", "marked", dict(q1=Verdict("right", 2), q2=Verdict("wrong", 0), q3=Verdict("to mark", None))
    )
    assert (half.total, half.waiting) == (2, ["q3"])
    assert half.maker is student, "who works alone"
    nothing = Marked(student, "1", "nothing handed in")
    assert (nothing.total, nothing.waiting, nothing.verdicts, nothing.notes) == (None, [], {}, [])


VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: {"number": number}),
    st.sampled_from([{"number": "nan"}, {"number": "-inf"}, {"function": True}]),
    st.text().map(lambda text: {"text": text}),
    st.sampled_from(list(answers.OTHERS)).map(lambda name: {"other": name}),
    st.builds(
        lambda columns, rows, length: {"table": dict(columns=columns, rows=rows, length=length)},
        st.lists(st.sampled_from(["step", "value", "margin", "\ud800", ""]), max_size=4),
        st.lists(
            st.lists(st.one_of(st.none(), st.booleans(), st.floats(-9, 9), st.text(max_size=9)), max_size=4), max_size=4
        ),
        st.integers(0, 9),
    ),
)
RESULTS = st.lists(
    st.one_of(st.builds(lambda v: {"gave": v}, VALUES), st.just({"error": "Odd", "says": "x"})), max_size=12
)


@pytest.mark.slow
@given(
    st.dictionaries(st.sampled_from([f"q{number}" for number in range(1, 9)]), VALUES),
    RESULTS,
    st.sampled_from(["01_worksheet", "04_three_year_table", "11_satisfaction_index", "14_service_complaints"]),
)
def test_judging_never_fails_and_gives_all_points_for_right_answers_alone(given_answers, results, name):
    exercise = load_exercise(name)
    function = next(key for key, question in exercise.questions.items() if question.kind == "function")
    collected = Collected(answers=given_answers, shown={function: results[:3]}, hidden={function: results[3:]})
    for key, verdict in judged(exercise, 7, collected).items():
        assert verdict.state in ("right", "wrong", "not attempted", "to mark")
        assert (verdict.points == exercise.questions[key].points) is (verdict.state == "right")


@pytest.mark.slow
@pytest.mark.parametrize("name", [exercise.name for exercise in all_exercises()])
@pytest.mark.parametrize("odd", [None, True, 5.0, "x", float("nan")])
def test_an_odd_cell_in_a_table_of_the_right_shape_gets_a_sentence(name, odd):
    exercise = load_exercise(name)
    case = exercise.case_for(3)
    for key, question in exercise.questions.items():
        if isinstance(question, TableQuestion):
            right = question.answer(case)
            for column in right:
                table = right.astype(object).assign(**{column: [odd, *right[column].iloc[1:]]})
                frozen = json.loads(json.dumps(answers.freeze(table)))
                verdict = judged(exercise, 3, Collected(answers={key: frozen}))[key]
                if same_cell(odd, right[column].iloc[0], question.within):  # True for 1
                    assert verdict.state == "right"
                    continue
                assert verdict.state == "wrong"
                assert f'Look at column "{column}", row' in verdict.message or verdict.mistake is not None
