"""Each kind of question by itself: what it takes as right, and the sentence for everything else."""

import hashlib
import inspect
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from clvlib.course import exercise as keys
from clvlib.course.exercise import AuthorError, Exercise, Part, from_case
from clvlib.course.slips import as_number, number_problem
from clvlib.course.words import kind_of

CASE = dict(price=20, visits=10, rate=0.05)


@pytest.fixture
def shop() -> Exercise:
    return Exercise("shop", title="A shop", minutes=5, uses=["value"])


@pytest.fixture
def total(shop):
    @shop.number(points=2, level=1, within=0.5, unit="RMB")
    def total(price, visits):
        """She pays {price} RMB
        at each of {visits} visits. In all?"""
        spent = price * visits
        return spent

    @total.mistake("That is one visit.")
    def one(price):
        return price

    @total.mistake("You added.")
    def added(**case):
        return case["price"] + case["visits"]

    total.hint("First.")
    total.hint("Second.")
    return total


def test_an_exercise_is_its_questions_in_order(shop, total):
    text = shop.text(level=3, rubric={"decides": 1, "says why": 2})(lambda: "No.")
    assert (shop.name, shop.title, shop.minutes, shop.uses) == ("shop", "A shop", 5, ["value"])
    assert shop.questions == {"q1": total, "q2": text}
    assert shop.points == 5
    assert (total.name, total.kind, total.points, total.level, total.within) == ("total", "number", 2, 1, 0.5)
    assert total.hints == ["First.", "Second."]
    assert (text.kind, text.points, text.level, text.at_least) == ("text", 3, 3, 20)
    assert Exercise("x", title="X", minutes=1).uses == []


def test_a_case_is_drawn_from_its_seed_and_seed_0_is_the_textbooks(shop):
    assert shop.case_for(0) == shop.case_for(3) == {}

    @shop.case
    def drawn(rng):
        return dict(price=int(rng.integers(1_000_000)))

    assert drawn(np.random.default_rng(3)) == shop.case_for(3) != shop.case_for(4)
    assert shop.case_for(0) == drawn(np.random.default_rng(0))

    @shop.textbook
    def published():
        return dict(price=20)

    assert published() == shop.case_for(0) == dict(price=20)
    assert shop.case_for(3) == drawn(np.random.default_rng(3))


def test_a_prompt_has_the_numbers_of_the_case_on_one_line(total):
    assert total.prompt(CASE) == "She pays 20 RMB at each of 10 visits. In all?"


def test_a_solution_is_the_body_of_the_reference(total):
    assert total.solution() == "spent = price * visits\ntotal = spent"
    assert total.answer(CASE) == 200
    assert total.answers(CASE) == [200, 20, 30]


def test_starters_say_what_is_asked_for(shop, total):
    def q():
        """What?"""

    common = dict(level=1)
    assert total.starter() == "total = ...  # a number (RMB, decimals may go)"
    assert shop.number(points=1, within=0.1, **common)(q).starter() == "q = ...  # a number (at least 1 decimal)"
    assert (
        shop.number(points=1, within=0, unit="orders", **common)(q).starter() == "q = ...  # a number (orders, whole)"
    )
    options = {"a": "one", "b": "two", "c": "three"}
    assert shop.choice(points=1, options=options, **common)(q).starter() == 'q = ...  # "a", "b" or "c"'
    assert (
        shop.table(points=1, within=0.1, **common)(q).starter()
        == "q = ...  # a DataFrame (numbers: at least 1 decimal)"
    )
    assert shop.table(points=1, within=0, **common)(q).starter() == "q = ...  # a DataFrame"
    assert shop.text(rubric={"a": 1}, **common)(q).starter() == 'q = ...  # your sentences, between """ and """'
    function = shop.function(points=1, within=0.1, shown=[(1, 2)], **common)(lambda price, visits=1: price)
    function.name = "f"
    assert function.starter() == "def f(price, visits=1):\n    return ..."
    kinds = [question.kind for question in shop.questions.values()]
    assert kinds == ["number", "number", "number", "choice", "table", "table", "text", "function"]


CLOSE = "Close, but not within 0.5. Did you round on the way? If not, the formula is not quite right."


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (200, None),
        (200.5, None),
        (199.5, None),
        (Decimal(200), None),
        (pd.Series([200]), None),
        (np.array([[200.0]]), None),
        (20, "That is one visit."),
        (20.5, "That is one visit."),
        (30, "You added."),
        (200.6, CLOSE),
        (199.4, CLOSE),
        (202, CLOSE),
        (198, CLOSE),
        (202.1, "That is too high."),
        (197.9, "That is too low."),
        (-200, "The size is right, the sign is not."),
        (-200.5, "The size is right, the sign is not."),
        (-200.6, "That is too low."),
        (20_000, "That is 100 times too large. Is a percentage in it?"),
        (19_999.5, "That is 100 times too large. Is a percentage in it?"),
        (20_050, "That is 100 times too large. Is a percentage in it?"),
        (20_051, "That is too high."),
        (2, "That is 100 times too small. Is a percentage in it that should not be?"),
        (2.005, "That is 100 times too small. Is a percentage in it that should not be?"),
        (2.006, "That is too low."),
        (199.0, CLOSE),
        ("200", 'The answer is a number. This is the text "200": leave the quotes out.'),
        ("2" * 40, f'The answer is a number. This is the text "{"2" * 40}": leave the quotes out.'),
        ("2" * 41, f'The answer is a number. This is the text "{"2" * 37}...": leave the quotes out.'),
        (True, "The answer is one number. This is True or False."),
        (np.bool_(True), "The answer is one number. This is True or False."),
        ([200], "The answer is one number. This is a list."),
        (pd.Series([200, 1]), "The answer is one number. This is a Series (one column)."),
        (max, "The answer is one number. This is a function. Did you forget the brackets that call it?"),
        (10**400, "The answer came out as inf: look for a division by zero or a missing value."),
        (float("-inf"), "The answer came out as -inf: look for a division by zero or a missing value."),
        (float("nan"), "The answer came out as nan: look for a division by zero or a missing value."),
    ],
)
def test_a_number(total, answer, says):
    assert total.problem(answer, CASE) == says


def test_a_share_that_is_100_times_too_large_is_told_how_to_write_it():
    assert number_problem(80, 0.8, 0.001) == "That is 100 times too large. Write 80% as 0.8."
    assert number_problem(100, 1, 0.001) == "That is 100 times too large. Write 80% as 0.8."
    assert number_problem(84.7, 0.84735, 0.0006) == "That is 100 times too large. Write 80% as 0.8.", "rounded"
    assert number_problem(84.7, 0.84835, 0.0006) == "That is too high."
    assert number_problem(98, 1, 0.5) == "That is too high."
    assert number_problem(-101, -1.01, 0.001) == "That is 100 times too large. Is a percentage in it?"
    assert number_problem(1.01e8 + 90, 1.01e6, 0.001).startswith("That is 100 times too large."), "up to a millionth"
    assert number_problem(1.01e8 + 110, 1.01e6, 0.001) == "That is too high."


def test_a_share_in_percent_may_be_rounded_as_the_share_may():
    assert number_problem(20.1, 0.2011, 0.002) == "That is 100 times too large. Write 80% as 0.8."
    assert number_problem(20.4, 0.2011, 0.002) == "That is too high."
    assert number_problem(20, 0.2011, 0.001) == "That is 100 times too large. Write 80% as 0.8.", "rounded"
    assert number_problem(110, 1.1, 0.002) == "That is 100 times too large. Is a percentage in it?"
    assert number_problem(110.1, 1.1, 0.002) == "That is 100 times too large. Is a percentage in it?"
    assert number_problem(110.3, 1.1, 0.002) == "That is too high."
    assert number_problem(0.3, 0.002, 0.002) == "That is too high.", "as near to 0 as to the answer"


def test_what_is_no_number_is_as_good_as_0():
    assert as_number("a") == (0.0, 'The answer is a number. This is the text "a".')
    assert as_number(None)[1].startswith("The answer is one number. This is None: did print(...) give it?")
    assert as_number(10**400)[0] == float("inf")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (True, "True or False"),
        (np.bool_(False), "True or False"),
        ("a", "text"),
        (1, "a number"),
        (2j, "a number"),
        (pd.DataFrame(), "a DataFrame"),
        (pd.Series(dtype=float), "a Series (one column)"),
        (np.zeros(2), "an array"),
        ([], "a list"),
        ((), "a tuple (is there a comma too many?)"),
        ({}, "a dictionary"),
        (len, "a function"),
        (set(), "of the type set"),
    ],
)
def test_the_kind_of_an_answer(answer, words):
    assert kind_of(answer) == words


@pytest.fixture
def which(shop):
    @shop.choice(
        points=1,
        level=1,
        options={"stock": "{visits} a year", "flow": "a flow", "both": "both"},
        wrong={"flow": "It does not flow.", "stock": "It is no stock."},
    )
    def which(visits):
        """Which?"""
        return "stock" if visits > 5 else "flow"

    return which


def test_a_choice_lists_its_options(which):
    assert which.prompt(CASE) == 'Which?\n\n- `"stock"`: 10 a year\n- `"flow"`: a flow\n- `"both"`: both'
    assert [each.answer.__name__ for each in which.mistakes] == ["flow", "stock"]
    assert which.answers(CASE) == ["stock", "flow", None], "an option that is right here is no mistake"
    assert which.same("stock", "stock")
    assert which.same("stock", "flow") is False


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("stock", None),
        (" Stock\n", None),
        ("flow", "It does not flow."),
        ("both", "That is another one."),
        ("stocks", 'The options are "stock", "flow" or "both", not "stocks". Did you mean "stock"?'),
        ("xyz", 'The options are "stock", "flow" or "both", not "xyz".'),
        (1, 'Answer with one of the words "stock", "flow" or "both", in quotes. This is a number.'),
    ],
)
def test_a_choice(which, answer, says):
    assert which.problem(answer, CASE) == says


@pytest.fixture
def plan(shop):
    @shop.table(points=1, level=2, within=0.01)
    def plan():
        """A table."""
        return pd.DataFrame({"year": ["one", "two"], "paid": [10.0, 0.5]}, index=[7, 8])

    @plan.mistake("You forgot the last year.")
    def late():
        return pd.DataFrame({"year": ["one", "two"], "paid": [10.0, 0.0]})

    return plan


def rows(*paid, year=("one", "two"), **more):
    return pd.DataFrame({"year": year, "paid": paid, **more})


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (rows(10, 0.5), None),
        (rows(10.009, 0.491, note="x"), None),
        (rows(10, 0.5)[["paid", "year"]].set_axis(["a", "b"]), None),
        (rows(10, 0), "You forgot the last year."),
        (rows(10, 0.005, note="x"), "You forgot the last year."),
        (rows(10, 0.63), 'Look at column "paid", row 2 ("two"): That is too high.'),
        (rows(10, 50), 'Look at column "paid", row 2 ("two"): That is 100 times too large. Write 80% as 0.8.'),
        (rows(9.3, 0), 'Look at column "paid", row 1 ("one"): That is too low.'),
        (
            rows(10.02, 0.5),
            'Look at column "paid", row 1 ("one"): '
            "Close, but not within 0.01. Did you round on the way? If not, the formula is not quite right.",
        ),
        (
            rows(10, None),
            'Look at column "paid", row 2 ("two"): '
            "The answer came out as nan: look for a division by zero or a missing value. "
            "Columns meet by their labels, not by their place: have yours the same?",
        ),
        (rows(True, 0), 'Look at column "paid", row 1 ("one"): The answer is one number. This is True or False.'),
        (rows(10, 0.5, year=("one", 2)), 'Look at column "year", row 2: "2" is none of the texts asked for.'),
        (rows(1, 2, year=("one", "two "))[:1], "The table needs 2 rows. Yours has 1."),
        (pd.DataFrame({"paid": [1, 2]}), 'The table needs the columns "year", "paid". Missing here: "year".'),
        (pd.DataFrame(), 'The table needs the columns "year", "paid". Missing here: "year", "paid".'),
        (rows(1, 2)[["year", "paid", "paid"]], 'The table has the column "paid" more than once.'),
        ([1, 2], "The answer is a DataFrame. This is a list."),
    ],
)
def test_a_table(plan, answer, says):
    assert plan.problem(answer, CASE) == says


def test_two_tables_are_the_same_by_their_columns_and_rows(plan):
    assert plan.same(rows(10, 0.5), rows(10, 0.5)[["year"]])
    assert not plan.same(rows(10, 0.5)[["year"]], rows(10, 0.5))
    assert not plan.same(rows(10, 0.5), rows(10, 0.5)[:1])


@pytest.fixture
def worth(shop):
    @shop.function(points=1, level=3, within=0.01, shown=[(100, 0.25), (50, 0)])
    def worth(money, rate):
        """Write it."""
        factor = 1 + rate
        return money / factor

    @worth.hidden_inputs
    def more(rng):
        return [(money, 1.0) for money in rng.integers(10, 20, size=2).tolist()]

    @worth.mistake("You went the other way.")
    def future(money, rate):
        return money * (1 + rate)

    return worth


def test_a_function_is_shown_some_inputs_and_tried_on_more(worth):
    hidden = np.random.default_rng(0).integers(10, 20, size=2).tolist()
    assert list(worth.inputs()) == [
        ((100, 0.25), True),
        ((50, 0), True),
        ((hidden[0], 1.0), False),
        ((hidden[1], 1.0), False),
    ]
    assert worth.prompt(CASE) == (
        "Write it.\n\nYour function is tried on `worth(100, 0.25)`, `worth(50, 0)` and on inputs not shown here."
    )
    assert worth.solution() == "def worth(money, rate):\n    factor = 1 + rate\n    return money / factor"
    assert worth.answer(CASE) is worth.reference
    assert worth.answers(CASE) == [worth.reference, worth.mistakes[0].answer]
    assert worth.same(*worth.answers(CASE)) is False
    assert worth.same(worth.reference, lambda money, rate: money / (1 + rate) + 0.0099)


def test_a_function_may_say_true_for_1_and_false_for_0(shop):
    stays = shop.function(points=1, level=1, within=0, shown=[(3,), (1,)])(lambda x: int(x > 2))
    for right in (lambda x: x > 2, lambda x: np.int64(x) > 2, lambda x: int(x > 2)):
        assert stays.problem(right, CASE) is None
    assert stays.problem(lambda x: x > 1, CASE) is None
    assert (
        stays.problem(lambda x: x <= 2, CASE)
        == "On <lambda>(3) your function gives 0, and 1 is right. That is too low."
    )
    money = shop.function(points=1, level=1, within=1, shown=[(3,)])(lambda x: 100 * x)
    assert money.problem(lambda x: x > 2, CASE) == "On <lambda>(3): The answer is one number. This is True or False."


def test_true_may_stand_for_1_in_a_table_and_is_told_as_wrong_where_0_is_right(shop):
    table = shop.table(points=1, level=1, within=0)(lambda: pd.DataFrame({"lost": [1, 0]}))
    assert table.problem(pd.DataFrame({"lost": [True, False]}), CASE) is None
    assert (
        table.problem(pd.DataFrame({"lost": [True, True]}), CASE) == 'Look at column "lost", row 2: the other is right.'
    )


def test_a_table_of_one_column_is_asked_for_one(shop):
    table = shop.table(points=1, level=1, within=0)(lambda: pd.DataFrame({"remedy": ["ask"]}))
    says = 'The table needs the column "remedy". Missing here: "remedy".'
    assert table.problem(pd.DataFrame(["ask"]), CASE) == says


def test_a_function_may_have_no_hidden_inputs(shop):
    function = shop.function(points=1, level=1, within=0.1, shown=[(1,)])(lambda x: x)
    assert list(function.inputs()) == [((1,), True)]


@pytest.mark.parametrize("shown", [[], [5], [(5,), 6]])
def test_the_shown_inputs_are_tuples(shop, shown):
    with pytest.raises(AuthorError, match=r"^`shown` is a list of inputs, each a tuple: shown=\[\(5,\), \(6,\)\]$"):
        shop.function(points=1, level=1, within=0.1, shown=shown)(lambda x: x)


def spoils_its_input(box):
    box.append(1)
    return len(box)


def test_a_function_was_run_on_every_input_or_it_is_not_judged(worth):
    with pytest.raises(ValueError, match="zip"):
        worth.problem_of([(80, None)])


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda money, rate: money / (1 + rate), None),
        (lambda money, rate: money / (1 + rate) + 0.0099, None),
        (lambda money, rate: money * (1 + rate), "You went the other way."),
        (lambda money, rate: 0, "On worth(100, 0.25) your function gives 0, and 80 is right. That is too low."),
        (
            lambda money, rate: money * (1 - rate),
            "On worth(100, 0.25) your function gives 75, and 80 is right. That is too low.",
        ),
        (lambda money, rate: {100: 80, 50: 50}.get(money, 99), "On an input that is not shown: That is too high."),
        (
            lambda money, rate: "a",
            'On worth(100, 0.25): The answer is a number. This is the text "a".',
        ),
        (
            lambda money, rate: None,
            "Your function gives nothing back: end it with return and the result.",
        ),
        (lambda money, rate: 1 / rate, "On worth(50, 0) your function stopped: ZeroDivisionError: division by zero"),
        (
            lambda money, rate: [80, 50][rate == 0] if rate < 1 else [][0],
            "On an input that is not shown your function stopped.",
        ),
        (7, "The answer is a function: give its name without brackets. This is a number."),
    ],
)
def test_a_function(worth, answer, says):
    assert worth.problem(answer, CASE) == says


def test_a_function_cannot_spoil_the_inputs_and_an_error_may_have_no_words(worth):
    box = []
    assert worth.run(spoils_its_input, (box,)) == (1, None)
    assert box == []

    def silent():
        raise RuntimeError

    assert worth.run(silent, ()) == (None, "RuntimeError")


def test_what_counts_as_an_attempt(total, worth, shop):
    opinion = shop.text(level=1, rubric={"a": 1})(lambda: "No.")
    assert [total.attempted(answer) for answer in (..., None, 0, "")] == [False, False, True, True]
    assert [opinion.attempted(answer) for answer in (..., None, "", "a")] == [False, False, False, True]
    answers = (..., None, 0, lambda money, rate: ..., lambda money, rate: None, lambda: 1)
    assert [worth.attempted(answer) for answer in answers] == [False, False, True, False, True, True]


def test_each_line_of_a_rubric_has_its_half_or_none_has(shop):
    text = shop.text(level=3, rubric={"decides": 1, "says why": 2}, half=["wavers", "names a reason"])(lambda: "No.")
    assert text.half == {"decides": "wavers", "says why": "names a reason"}
    with pytest.raises(AuthorError, match="`half` has 1 line for the 2 of the rubric: what earns half of each"):
        shop.text(level=3, rubric={"decides": 1, "says why": 2}, half=["wavers"])(lambda: "No.")


def test_a_text_is_long_enough_by_words_or_by_chinese_letters(shop):
    @shop.text(level=1, rubric={"a": 1}, at_least=3)
    def opinion():
        """Why?"""
        return "Because it pays."

    assert opinion.solution() == "Because it pays."
    assert opinion.problem("It pays well.", CASE) is None
    assert opinion.problem("It pays", CASE) == "Say a little more: 2 words so far, at least 3 are asked for."
    assert opinion.problem("No", CASE) == "Say a little more: 1 word so far, at least 3 are asked for."
    assert opinion.problem("一鿿一鿿", CASE) is None, "one word, and a word for every two letters"
    assert opinion.problem("ꀀ\u4dff一一", CASE) == "Say a little more: 2 words so far, at least 3 are asked for."
    assert opinion.problem(3, CASE) == 'Answer in words, between """ and """. This is a number.'


def test_the_base_knows_nothing_of_answers():
    with pytest.raises(NotImplementedError):
        keys.Question(lambda: 1, points=1, level=1).problem(1, {})


def test_ambiguity_names_the_first_question_of_which_two_answers_are_the_same(shop, total):
    shop.textbook(lambda: CASE)
    shop.case(lambda rng: CASE | dict(price=1, visits=1))
    assert shop.ambiguity(0) is None
    assert shop.ambiguity(1) == "q1"


# Partial credit


def sums(*numbers, within=0.01, key="abcdefgh", **common):
    """A table of sums, of which each right row counts."""
    table = pd.DataFrame({"name": list(key[: len(numbers)]), "number": numbers})
    shop = Exercise("shop", title="A shop", minutes=5)
    return shop.table(**{"points": 3, "level": 1, "partial": True, "within": within} | common)(lambda: table)


def part(question, answer):
    """Points and reason of a wrong answer, as marking asks for them."""
    return question.part(answer, {}, question.problem(answer, {}))


def with_right(question, rows):
    """The right table with other numbers in all but these rows."""
    right = question.answer({})
    return right.assign(number=[right["number"][row] if row in rows else 9999.5 for row in range(len(right))])


@pytest.mark.parametrize(
    ("points", "earned"),
    [(3, [0, 0.5, 1, 1.5, 2.0, 2.5]), (1, [0, 0, 0, 0.5, 0.5, 0.5]), (2, [0, 0, 0.5, 1.0, 1.0, 1.5])],
)
def test_right_rows_earn_their_share_in_half_points_rounded_down(points, earned):
    question = sums(10.5, 20.5, 30.5, 40.5, 50.5, 60.5, points=points)
    parts = [part(question, with_right(question, range(rows))) for rows in range(6)]
    assert [each.points for each in parts] == earned
    assert parts[5].why == "5 of 6 rows are right"
    assert not parts[0].why
    assert [question.part_of(share) for share in (0, 0.999, 1)] == [0, points - 0.5, points - 0.5], "never all of them"


def test_which_rows_are_right_is_not_said():
    question = sums(10.5, 20.5, 30.5, 40.5)
    assert part(question, with_right(question, [0, 1])) == part(question, with_right(question, [2, 3]))


def test_nothing_is_partial_unless_the_key_says_so():
    question = sums(10.5, 20.5, 30.5, 40.5, partial=False)
    assert part(question, with_right(question, [0, 1, 2])) == Part()
    assert question.in_part == ""


@pytest.mark.parametrize(
    "numbers", [["yes", "no", "yes", "no"], [1, 5, 3, 2], [1.0, 2.0, 3.0, 4.0], [True, False, True, True]]
)
def test_what_can_be_guessed_earns_nothing_in_part(numbers):
    question = sums(*numbers)
    wrong = with_right(question, [0, 1, 2])
    assert question.problem(wrong, {}) is not None
    assert part(question, wrong) == Part()


def test_amounts_that_the_case_gives_can_be_copied(shop):
    @shop.table(points=3, level=1, within=0.01, partial=True)
    def kinds(paid):
        """Which kind is each?"""
        return pd.DataFrame({"name": list("abc"), "paid": paid["all"], "kind": ["x", "y", "x"]})

    wrong = kinds.reference({"all": [250, 330, 470]}).assign(kind="x")
    assert kinds.part(wrong, {"paid": {"all": [250, 330, 470]}}, "") == Part()
    assert kinds.pieces({"paid": {"all": [250, 330, 470]}}) == []
    kinds.reference = lambda paid: pd.DataFrame({"name": list("abc"), "paid": [250, 330, 999], "kind": "x"})
    assert kinds.pieces({"paid": {"all": [250, 330, 470]}}) == [(250,), (330,), (999,)]


def test_one_answer_for_every_row_earns_nothing_and_what_goes_beyond_it_does():
    question = sums(0, 0, 0, 250.5, 330.5, 0)
    throughout = question.answer({}).assign(number=0)
    assert part(question, throughout) == Part()
    assert part(question, with_right(question, [0, 1, 2, 3, 5])).points == 1.5, "one of the two rows beyond the zeros"
    assert part(sums(7.5, 7.5, 9.5), with_right(sums(7.5, 7.5, 9.5), [0, 1])).points == 2.0, "as in any other case"
    once = sums(0, 250.5, 330.5, 410.5)
    assert part(once, with_right(once, [0, 1])).points == 1.5, "a zero that stands in one row counts as the others"


def test_a_row_counts_wherever_it_stands_once_and_with_all_its_cells():
    question = sums(10.5, 20.5, 30.5, 40.5)
    right = question.answer({})
    assert part(question, right.iloc[::-1]) == Part(2.5, "4 of 4 rows are right"), (
        "in another order it is not all right"
    )
    assert part(question, right.iloc[[0, 0, 0, 0]]) == Part(0.5, "1 of 4 rows is right")
    assert part(question, right.assign(name=["a", "b", "x", "y"])).points == 1.5
    floats = right.assign(number=[10.5, 20.5, 0, 0]).set_axis([3.0, 2.0, 1.0, 0.5])
    assert part(question, floats).points == 1.5, "whatever the index"


@pytest.mark.parametrize("answer", [7, None, "x", pd.DataFrame({"name": ["a"]}), pd.DataFrame()])
def test_what_is_no_such_table_earns_no_part(answer):
    assert part(sums(10.5, 20.5, 30.5), answer) == Part()


def test_a_named_mistake_keeps_its_worth_whatever_rows_are_right():
    question = sums(10.5, 20.5, 30.5, 40.5)
    half = with_right(question, [0, 1])
    assert part(question, half).points == 1.5
    question.mistake("That is the guess of a lazy day.", worth=0)(lambda: half)
    assert part(question, half) == Part()
    near = with_right(question, [])
    question.mistake("Nearly.", worth=0.7)(lambda: near)
    assert part(question, near) == Part(2.0, "This is near the right answer")
    rows = with_right(question, [1, 2, 3])
    question.mistake("You forgot the first.")(lambda: rows)
    assert part(question, rows).points == 2.0, "without a worth, its right rows count"


def test_a_number_may_be_near(total):
    assert total.in_part == ""
    total.mistake("You forgot the last visit.", worth=0.5)(lambda price, visits: price * (visits - 1))
    told = total.problem(180, CASE)
    assert total.part(180, CASE, told) == Part(1.0, "This is near the right answer")
    assert total.part(30, CASE, total.problem(30, CASE)) == Part()
    assert total.in_part == "part of them for a near answer"


@pytest.mark.parametrize("worth", [1, 1.5, -0.1])
def test_a_mistake_is_never_worth_as_much_as_the_answer(total, worth):
    assert said(total.mistake, "No.", worth) == "`worth` is a share of the points, from 0 to less than 1: worth=0.5"


def test_a_wrong_option_is_worth_nothing(which):
    assert said(which.mistake, "Nearly.", 0.5) == "a wrong option has no `worth`: who guesses would earn it"


@pytest.fixture
def discounted(shop):
    @shop.function(points=3, level=3, within=0.01, shown=[(100, 1), (100, 5)], partial=True)
    def discounted(money, years):
        """Write it."""
        return money / 1.1 ** max(years, 2)

    discounted.hidden_inputs(lambda rng: [(200, 1), (300, 2), (400, 3), (500, 4)])
    return discounted


def test_right_results_on_hidden_inputs_earn_their_share(discounted):
    assert part(discounted, lambda money, years: money / 1.1**years) == Part(
        2.0, "3 of 4 results on inputs that are not shown are right"
    )
    assert part(discounted, lambda money, years: money) == Part()
    assert discounted.in_part == "part of them for right results"


def test_a_student_earns_her_part_on_the_inputs_that_she_was_given(discounted):
    hers = [(700, 1), (800, 2), (900, 3), (1000, 4)]
    runs = [discounted.run(lambda money, years: money / 1.1**years, inputs) for inputs, _ in discounted.inputs(hers)]
    said = discounted.problem_of(runs, hidden=hers)
    why = "3 of 4 results on inputs that are not shown are right"
    assert discounted.part_of_runs(runs, said, hers) == Part(2.0, why)
    discounted.mistake("You forgot the first two years.", worth=0.5)(lambda money, years: money / 1.1**years)
    near = Part(1.5, "This is near the right answer")
    assert discounted.part_of_runs(runs, discounted.problem_of(runs, hidden=hers), hers) == near


def test_shown_inputs_learnt_by_heart_earn_nothing(discounted):
    known = {(100, 1): 100 / 1.1**2, (100, 5): 100 / 1.1**5}
    assert part(discounted, lambda *inputs: known.get(inputs, 0)) == Part()


def test_all_hidden_inputs_right_and_a_shown_one_wrong_is_not_all_the_points(discounted):
    assert part(discounted, lambda money, years: money / 1.1 ** max(years, 2) if years < 5 else 0).points == 2.5


def test_a_function_that_stops_on_some_inputs_has_what_it_gave_on_others(discounted):
    def stops(money, years):
        return money / 1.1 ** {2: 2, 3: 3, 4: 4}[years]

    assert part(discounted, stops).points == 2.0
    assert part(discounted, lambda: 3) == part(discounted, "text") == Part()


def test_one_result_throughout_earns_nothing(shop):
    question = shop.function(points=4, level=1, within=0.01, shown=[(1,)], partial=True)(lambda x: max(0, x - 200.5))
    question.hidden_inputs(lambda rng: [(1,), (5,), (9,), (400,), (300,)])
    assert part(question, lambda x: 0) == Part()
    stages = shop.function(points=4, level=1, within=0.01, shown=[(1,)], partial=True)(lambda x: 1 if x < 3 else 2)
    stages.hidden_inputs(lambda rng: [(1,), (2,), (5,), (9,)])
    assert part(stages, lambda x: 1 if x < 9 else 2) == Part(), "stages can be guessed"


def said(call, *args) -> str:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole sentence is compared
        call(*args)
    return str(error.value)


def test_what_an_author_is_told_of_a_question(shop, total):
    question = shop.number(points=1, level=1, within=1)(lambda: 1)
    assert said(question.prompt, {}) == "the docstring is missing: it is the prompt"
    assert said(total.mistake, lambda: 1) == 'a mistake needs its message: @total.mistake("...")'
    assert said(keys.filled, "{prise}", CASE) == ('the prompt\'s "prise" is no name of the case; did you mean "price"?')
    assert said(keys.filled, "{zzz}", CASE) == (
        'the prompt\'s "zzz" is no name of the case; it has "price", "visits", "rate"'
    )
    assert said(keys.filled, "{", CASE) == (
        "the prompt cannot be filled in (Single '{' encountered in format string); "
        "a brace that is meant is written twice"
    )
    assert said(from_case, lambda prise: prise, CASE) == (
        'the parameter "prise" is no name of the case; did you mean "price"?'
    )
    assert said(from_case, lambda a: a, {}) == 'the parameter "a" is no name of the case; it has no names'


def test_a_function_of_the_case_names_what_it_takes():
    assert from_case(lambda rate, price: (rate, price), CASE) == (0.05, 20)
    assert from_case(lambda **case: case, CASE) == CASE


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = 1\ndef f():\n    return 1 / 0\nf()\n", "does not run: line 3: ZeroDivisionError: division by zero"),
        ("a = 1\nb = (\n", "does not run: line 2: SyntaxError: '(' was never closed"),
        ("raise SystemExit\n", "does not run: line 1: SystemExit"),
        ("exercise = 1\n", "defines no exercise: it needs a line such as exercise = Exercise('shop', ...)"),
        ("", "defines no exercise: it needs a line such as exercise = Exercise('shop', ...)"),
    ],
)
def test_what_an_author_is_told_of_a_file(tmp_path, text, says):
    path = tmp_path / "shop.py"
    path.write_text(text)
    assert said(keys.load_key, path) == f"{path} {says}"


def test_a_file_that_is_not_there_has_no_line(tmp_path):
    assert said(keys.load_key, tmp_path / "no.py").startswith(f"{tmp_path / 'no.py'} does not run: FileNotFoundError: ")


def test_a_key_is_found_by_its_name_and_by_its_old_one(tmp_path):
    assert keys.key_file("01_worksheet") == keys.KEYS / "01_worksheet.py"
    for name in ("07_segments", "06_old", "_private"):
        (tmp_path / f"{name}.py").write_text(
            "from clvlib.course import Exercise\nexercise = Exercise('x', title='', minutes=1)\n"
        )
    assert keys.key_file("06_segments", tmp_path) == tmp_path / "07_segments.py"
    found = keys.load_exercise("06_segments", tmp_path)
    assert found.name == "x"
    digest = hashlib.sha256((tmp_path / "07_segments.py").read_bytes()).hexdigest()
    assert found.digest == digest, "so that marking sees whether the key was changed after the release"
    (tmp_path / "06_segments.py").write_text("")
    assert keys.key_file("06_segments", tmp_path) == tmp_path / "06_segments.py", "a file of that name goes first"


FIRST_EDITION = [
    "01_worksheet", "02_time_value", "03_retention", "04_three_year_table", "05_value_components", "06_segments",
    "07_lifecycle_stages", "08_churn_winback", "09_satisfaction_index", "10_kano_nps_drivers",
    "11_service_complaints", "12_loyalty_economics", "13_do_programs_work", "14_capstone",
]  # fmt: skip


def test_each_exercise_of_the_first_edition_is_found_under_its_name_then():
    subjects = [keys.key_file(name).stem.partition("_")[2] for name in FIRST_EDITION]
    then = [name.partition("_")[2] for name in FIRST_EDITION]
    then[then.index("kano_nps_drivers")] = "scores_and_drivers"
    assert subjects == then


def test_a_name_that_no_key_has(tmp_path):
    assert said(keys.key_file, "a", tmp_path) == f"there is no exercise 'a'; {tmp_path} holds no keys"
    for name in ("02_money", "01_worksheet", "_private"):
        (tmp_path / f"{name}.py").touch()
    assert said(keys.key_file, "a", tmp_path) == 'there is no exercise \'a\'; "01_worksheet", "02_money"'
    assert said(keys.key_file, "01_work", tmp_path) == "there is no exercise '01_work'; did you mean '01_worksheet'?"


def test_an_error_in_words():
    assert keys.in_words(AuthorError("Mend it.")) == "Mend it."
    assert keys.in_words(ValueError("no")) == "ValueError: no"
    assert keys.in_words(ValueError()) == "ValueError"
    assert keys.in_words(SyntaxError("bad", ("f", 3, 1, "x"))) == "SyntaxError: bad"


def test_the_line_of_an_error_is_the_innermost_one_in_the_file():
    here = inspect.currentframe()
    with pytest.raises(ZeroDivisionError) as error:
        from_case(lambda: 1 / 0, {})
    assert keys.line_of(error.value, here.f_code.co_filename) == here.f_lineno - 1
    assert keys.line_of(error.value, "elsewhere.py") is None
    assert keys.line_of(SyntaxError("bad", ("a.py", 3, 1, "x")), "a.py") == 3
    assert keys.line_of(SyntaxError("bad", ("a.py", 3, 1, "x")), "b.py") is None
