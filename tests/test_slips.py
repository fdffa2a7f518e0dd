"""Answers that nobody planned, made for every question: the right ones count, the others are told what they are."""

import itertools
import re
from collections import Counter
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from clvlib.course.exercise import KEYS, FunctionQuestion, load_exercise
from clvlib.course.slips import as_number, cells_problem, decimals, form_problem, number_problem, rounded, same_cell

NAMES = sorted(path.stem for path in KEYS.glob("[0-9]*.py"))
VAGUE = re.compile(r"That is too (high|low)\.|That is another one\.|Close, but")
WRONG_OF_ONE_WHO_ROUNDED = re.compile(r"too (high|low)\.$|Did you round")


def rounded_to(value, places):
    return float(f"{value:.{places}g}")


def right_numbers(right, within):
    yield from (right, np.float64(right), pd.Series([right]), np.array([right]), float(right))
    yield Decimal(repr(float(right)))
    yield round(float(right), decimals(within))


def wrong_numbers(right, within):
    """(kind of slip, answer): what an honest learner does wrong at the last moment."""
    yield "quotes", str(right)
    yield "sign", -right
    yield "times 100", 100 * right
    yield "by 100", right / 100
    for places in (2, 3, 4):
        yield "percent, rounded", rounded_to(100 * right, places)
    for places in (1, 2, 3, 4):
        yield f"rounded to {places}", rounded_to(right, places)


def right_tables(right, within):
    yield "as it is", right
    yield "other index", right.set_axis(range(5, 5 + len(right)))
    yield "columns the other way round", right[right.columns[::-1]]
    yield "one column more", right.assign(her_own_note="x")
    yield "objects", right.astype(object)
    yield "rounded", right.round(decimals(within))
    for column in right:
        if right[column].map(type).eq(str).all():
            yield "other letters", right.assign(**{column: right[column].str.upper() + " "})
        if right[column].map(type).isin([bool, np.bool_]).all():
            yield "1 for True", right.assign(**{column: right[column].astype(int)})


def wrong_tables(right, within):
    key = right.columns[0]
    yield "key in the index", right.set_index(key)
    yield "key in an index without a name", right.set_index(key).rename_axis(None)
    yield "other order", right[::-1].reset_index(drop=True)
    yield "columns in capitals", right.rename(columns=str.upper)
    yield "a row less", right[:-1]
    yield "a column less", right[right.columns[:-1]]
    yield "one column", right[key]
    for one, other in itertools.pairwise(right):
        yield "swapped columns", right.rename(columns={one: other, other: one})
    for column in right.select_dtypes("number"):
        for slip, change in {
            "sign": lambda x: -x,
            "times 100": lambda x: 100 * x,
            "quotes": str,
            "rounded to 2": lambda x: rounded_to(x, 2),
            "rounded to 3": lambda x: rounded_to(x, 3),
        }.items():
            yield slip, right.assign(**{column: right[column].map(change)})


def same_table(one, other, within):
    """Whether two tables say the same, computed in another way than the course does."""
    if list(one.columns) != list(other.columns) or len(one) != len(other):
        return False
    for column in other:
        ours, hers = other[column].reset_index(drop=True), one[column].reset_index(drop=True)
        if pd.api.types.is_numeric_dtype(ours):
            numbers = pd.api.types.is_numeric_dtype(hers)
            if not numbers or (ours.astype(float) - hers.astype(float)).abs().max() > within + 1e-9:
                return False
        elif not ours.astype(str).eq(hers.astype(str)).all():
            return False
    return True


def wrong_functions(right):
    yield "sign", lambda *given: -right(*given)
    yield "times 100", lambda *given: 100 * right(*given)
    yield "quotes", lambda *given: str(right(*given))
    yield "print", lambda *given: None
    yield "not called", right(*FIRST[right]) if right in FIRST else 1.0
    for one, other in itertools.combinations(range(right.__code__.co_argcount), 2):

        def turned(*given, one=one, other=other):
            given = list(given)
            given[one], given[other] = given[other], given[one]
            return right(*given)

        yield "swapped arguments", turned


FIRST = {}


def slips(question, case):
    """(kind, answer, whether it is right) for a question."""
    right = question.answer(case)
    if question.kind == "number":
        yield from (("right", answer, True) for answer in right_numbers(right, question.within))
        for kind, answer in wrong_numbers(right, question.within):
            yield kind, answer, not isinstance(answer, str) and abs(answer - right) <= question.within + 1e-9
    elif question.kind == "choice":
        yield from (("right", answer, True) for answer in (right, right.upper(), f" {right}\n", right.title()))
        yield "typing error", right[:-1] + "?", False
        yield from (("another", word, False) for word in question.options if word != right)
        yield "number", 1, False
    elif question.kind == "table":
        yield from ((kind, answer, True) for kind, answer in right_tables(right, question.within))
        for kind, answer in wrong_tables(right, question.within):
            same = isinstance(answer, pd.DataFrame) and same_table(answer, right, question.within)
            if not same:
                yield kind, answer, False
    elif isinstance(question, FunctionQuestion):
        FIRST[right] = question.shown[0]
        yield "right", right, True
        for kind, answer in wrong_functions(right):
            if callable(answer):
                try:
                    same = kind not in ("quotes", "print") and question.same(right, answer)
                except Exception:
                    same = False
                if not same:
                    yield kind, answer, False
            else:
                yield kind, answer, False


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_generated_slips_never_count_and_right_answers_always_do(name, record_property):
    exercise = load_exercise(name)
    told = Counter()
    for seed in (0, 1, 2):
        case = exercise.case_for(seed)
        asked = exercise.questions | (exercise.turn.questions if seed == 0 else {})
        for key, question in asked.items():
            for kind, answer, right in slips(question, case):
                said = question.problem(answer, case)
                where = f"case {seed}, {key}, {kind}: {said}"
                assert (said is None) == right, f"{where}\n{answer}"
                if said and kind.startswith("rounded") and question.kind == "number":
                    assert not WRONG_OF_ONE_WHO_ROUNDED.search(said), f"{where}\n{answer} for {question.answer(case)}"
                if said:
                    told[bool(VAGUE.search(said))] += 1
    specific = told[False] / max(1, told.total())
    record_property("specific", round(specific, 3))
    print(f"{name}: {told.total()} wrong answers, {specific:.1%} told what they are")
    assert specific > 0.9 or not told


SALES = pd.DataFrame({"shop": ["Wuhan", "Xi'an", "Jinan"], "sales": [120.5, 80.25, 33.125], "share": [0.5, 0.3, 0.2]})


def change(**columns):
    return SALES.assign(**columns)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (SALES.set_index("shop"), '"shop" is the index of your table: add .reset_index().'),
        (SALES.set_index("shop").rename_axis(None), 'They are the index of your table: add .rename_axis("shop")'),
        (SALES.rename(columns={"sales": "Sales "}), 'Missing here: "sales". Did you mean "sales" by "Sales "?'),
        (SALES.rename(columns={"sales": "sale", "share": "Share"}), 'mean "sales" by "sale" and "share" by "Share"?'),
        (SALES.rename(columns={"sales": "profit"}), 'Missing here: "sales".'),
        (SALES[:2], "The table needs 3 rows. Yours has 2."),
        (SALES[["shop", "sales", "sales", "share"]], 'has the column "sales" more than once.'),
    ],
)
def test_the_form_of_a_table(answer, says):
    assert form_problem(answer, SALES).endswith(says) or says in form_problem(answer, SALES)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (SALES[::-1], "Every row is right, but they stand in another order: sort them as the question asks"),
        (SALES.rename(columns={"sales": "share", "share": "sales"}), 'The columns "sales" and "share" are swapped.'),
        (change(shop=["Wuhan", "Jinan", "Xi'an"]), 'In column "shop", 1 of 3 are right.'),
        (
            change(shop=["Wuhan", "Xian", "Jinan"]),
            """row 2: "Xian" is none of the texts asked for. Did you mean "Xi'an"?""",
        ),
        (change(shop=[1, 2, 3]), 'Look at column "shop", row 1: "1" is none of the texts asked for.'),
        (change(share=[50, 30, 20]), 'Look at column "share", row 1 ("Wuhan"): That is 100 times too large. Write 80%'),
        (
            change(sales=[120.5, 80.25, 33.1]),
            'column "sales", row 3 ("Jinan"): Right, but rounded: give at least 2',
        ),
        (
            change(sales=[120.5, 80.25, "33"]),
            'row 3 ("Jinan"): The answer is a number. This is the text "33":',
        ),
        (change(sales=[120.5, None, 33.125]), 'row 2 ("Xi\'an"): The answer came out as nan'),
        (change(shop=["Wuhan", pd.NA, "Jinan"]), 'Look at column "shop", row 2: it is empty.'),
    ],
)
def test_the_cells_of_a_table(answer, says):
    said = cells_problem(answer, SALES, 0.01)
    assert says in said
    assert "np." not in said


@pytest.mark.parametrize(
    ("shop", "says"),
    [
        ("Lanzhou", 'In column "shop", 2 of 3 are right.'),
        ("lanzhou", 'In column "shop", 2 of 3 are right.'),
        ("Wuhu", 'In column "shop", 2 of 3 are right.'),
        ("is", 'row 1: "is" is none of the texts asked for.'),
        (True, 'row 1: "True" is none of the texts asked for.'),
        ("Xina", 'row 1: "Xina" is none of the texts asked for.'),
        ("Wuha", 'row 1: "Wuha" is none of the texts asked for. Did you mean "Wuhan"?'),
        ("2026-01-31", 'row 1: "2026-01-31" is none of the texts asked for.'),
    ],
)
def test_a_label_that_the_prompt_lists_is_wrong_and_not_misspelt(shop, says):
    """Of four towns asked about three are right somewhere; a guess is made only where a few letters are off."""
    prompt = 'Where is each shop (Wuhan, Lanzhou, Jinan or Xi\'an; "Wuhu" is another town)? All are in Wuha. True?'
    right = SALES.assign(shop=["Wuhan", "Xi'an", "2026-01-30"])
    assert cells_problem(right.assign(shop=[shop, "Xi'an", "2026-01-30"]), right, 0.01, prompt).endswith(says)


@pytest.mark.parametrize("wanted", [[True, False], [1, 0]])
@pytest.mark.parametrize("given", [[True, True], np.array([True, True])])
def test_of_two_values_the_other_is_right(wanted, given):
    said = 'Look at column "lost", row 2: the other is right.'
    assert cells_problem(pd.DataFrame({"lost": given}), pd.DataFrame({"lost": wanted}), 0) == said
    neither = pd.DataFrame({"lost": [True, 7]})
    assert cells_problem(neither, pd.DataFrame({"lost": [True, False]}), 0) == said


def test_a_table_without_a_key_says_which_row_by_its_number():
    right = pd.DataFrame({"year": [1, 1, 2], "cash": [5.0, 6.0, 7.0]})
    assert (
        cells_problem(right.assign(cash=[5, 6, 9.4]), right, 0.1) == 'Look at column "cash", row 3: That is too high.'
    )
    said = cells_problem(right.assign(year=[100, 1, 2]), right, 0.1)
    assert said == 'Look at column "year", row 1: That is too high.', "a year is no percentage"


@pytest.mark.parametrize(
    "right",
    [
        pd.DataFrame({"sex": ["f", "f", "m", "m"], "tier": ["gold", "none", "gold", "none"]}),
        pd.DataFrame({"year": [1, 1, 2], "cash": [5.0, 6.0, 7.0]}),
        pd.DataFrame({"tag": ["late", "late", "rude"]}),
    ],
)
def test_right_rows_in_another_order_are_told_so_without_a_key(right):
    order = "Every row is right, but they stand in another order"
    assert cells_problem(right[::-1], right, 0.1).startswith(order)
    assert not cells_problem(right.iloc[[*range(1, len(right)), -1]], right, 0.1).startswith(order), "one twice"


def test_rows_with_names_are_sorted_by_their_names():
    """Two Series whose labels differ make a table in the order of the alphabet."""
    right = pd.DataFrame({"months": [5.8, 6.3, 6.7]}, index=["exploration", "formation", "decline"])
    assert ".loc[[...]]" in cells_problem(right.sort_index(), right, 0.1)
    assert "(sort_values)" in cells_problem(right.reset_index(drop=True)[::-1], right, 0.1)


@pytest.mark.parametrize(
    ("given", "wanted", "same"),
    [
        (" wuhan  east", "Wuhan East", True),
        ("wuhaneast", "Wuhan East", False),
        (None, "", True),
        (float("nan"), "", True),
        (pd.NA, "", True),
        (pd.NaT, "", True),
        (None, "x", False),
        (True, 1, True),
        (1, True, True),
        (0, True, False),
        (2, True, False),
        ("True", True, False),
        (True, 0.5, False),
        ("2024-03-01", pd.Timestamp("2024-03-01"), True),
        (np.datetime64("2024-03-01"), pd.Timestamp("2024-03-01"), True),
        ("1 March", pd.Timestamp("2024-03-01"), False),
        (pd.Timestamp("2024-03-01"), "2024-03-01", True),
        (pd.Timestamp("2024-03-02"), "2024-03-01", False),
        (3, "3", True),
        (3.0049, 3, True),
        (3.0051, 3, False),
        ([3], 3, False),
    ],
)
def test_the_same_cell_in_another_form(given, wanted, same):
    assert same_cell(given, wanted, 0.005) is same


@pytest.mark.parametrize(
    ("value", "right", "unit", "says"),
    [
        (33.6, 0.3359, "share", "That is 100 times too large. Write 80% as 0.8."),
        (58.3, 0.58333, "share", "That is 100 times too large. Write 80% as 0.8."),
        (7.35, 0.0735, "share", "That is 100 times too large. Write 80% as 0.8."),
        (0.757, 75.7, "%", "That is 100 times too small. Give it in percent: 80% is 80."),
        (0.889, 88.9, "of 100", "That is 100 times too small. Give it in percent: 80% is 80."),
        (-0.122, -12.2, "percent", "That is 100 times too small. Give it in percent: 80% is 80."),
        (300, 3, "years", "That is too high."),
        (300, 3, "Year", "That is too high."),
        (300, 3, "RMB a year", "That is 100 times too large. Is a percentage in it?"),
        (0, 0.005, "RMB", "That is too low."),
        (0.5, 0, "RMB", "That is too high."),
        (0.34, 0.3359, "share", "Right, but rounded: give at least 3 decimals."),
        (0.33, 0.3359, "share", "Right, but rounded: give at least 3 decimals."),
        (0.3, 0.3359, "share", "That may be right, but rounded: give at least 3 decimals."),
        (0.35, 0.3359, "share", "That is too high."),
        (-0.34, 0.3359, "share", "The size is right, the sign is not."),
        (0.01323, 0.9869, "share", "That is 1 minus the right number. Which of the two shares is asked for?"),
        (0.0136, 0.9869, "share", "That is too low."),
        (0.9864, 0.0131, "share", "That is too high."),
        (0.6641, 0.3359, "share", "That is 1 minus the right number. Which of the two shares is asked for?"),
        (2.97708, 0.3359, "", "That is 1 divided by the right number. What is to be divided by what?"),
        (4.0308, 0.3359, "", "That is 12 times too large. Are months and years mixed up?"),
        (0.027992, 0.3359, "", "That is 12 times too small. Are months and years mixed up?"),
        (3.359, 0.3359, "", "That is 10 times too large. Is the decimal point in its place?"),
        (335.9, 0.3359, "", "That is 1,000 times too large. Is it in another unit?"),
        (
            0.3377,
            0.3359,
            "",
            "Close, but not within 0.001. Did you round on the way? If not, the formula is not quite right.",
        ),
    ],
)
def test_the_usual_slips_of_a_number(value, right, unit, says):
    assert number_problem(value, right, 0.001, unit) == says


def test_a_whole_number_is_asked_for_by_a_tolerance_of_0():
    assert number_problem(33.33, 34, 0) == "The answer is a whole number."
    assert number_problem(33, 34, 0) == "That is too low."
    assert number_problem(449, 450, 0) == "Close, but only the exact number is right. Count again."
    assert number_problem(4.5, 450, 0).startswith("That is 100 times too small.")


def test_few_digits_are_no_months_for_years():
    assert number_problem(1, 12, 0.1) == "That is too low."
    assert number_problem(0.2, 0.8, 0.001) == "That is too low."
    assert number_problem(0.02, 0.2431, 0.001) == "That is too low."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("33.6", ": leave the quotes out."),
        (" -1,234.5 ", ": write only its digits."),
        ("80%", ": leave the quotes out, and write 80% as 0.8."),
        ("12 RMB", ": write only its digits."),
        ("twelve", "."),
        ("", "."),
        ("1 or 2", "."),
    ],
)
def test_a_text_is_told_how_to_become_a_number(text, says):
    assert as_number(text)[1].endswith(f'"{text}"{says}')


def test_what_a_rounded_answer_is():
    assert rounded(4300, 4275.8)
    assert rounded(4200, 4275.8), "cut off"
    assert not rounded(4400, 4275.8)
    assert rounded(0.13, 0.125)
    assert not rounded(0, 0.4)
    assert not rounded(1, 0.76)
    assert rounded(1, 0.95)
    assert not rounded(-0.4, 0.41)
    assert not rounded(float("nan"), 1)
    assert [decimals(within) for within in (0.05, 0.06, 0.005, 0.5, 0.49, 3, 0, 0.0006)] == [1, 1, 2, 0, 1, 0, 0, 3]
