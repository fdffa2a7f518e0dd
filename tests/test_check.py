"""What `clv check` says about keys with one fault each: the words, the question, the line."""

import os
import sys
from pathlib import Path

import pytest

from clvlib.course.check import Report, check_key
from clvlib.course.exercise import load_key

SOUND = '''
import numpy as np
import pandas as pd

from clvlib import value
from clvlib.course import Exercise

exercise = Exercise("shop", title="A shop", minutes=10, uses=["value"])


@exercise.case
def drawn(rng):
    return dict(price=int(rng.integers(100, 200)), years=int(rng.integers(2, 9)), rate=float(rng.choice([0.08, 0.1])))


@exercise.textbook
def published():
    return dict(price=120, years=3, rate=0.05)


@exercise.number(points=1, level=1, within=0.05)
def total(price, years, rate):
    """She pays {price} RMB at the end of each of {years} years, at {rate:.0%}. What is that worth?"""
    return value.annuity(price, rate, years)


@total.mistake("You did not discount.")
def undiscounted(price, years):
    return price * years


@total.mistake("You took the first year only.")
def first_year(price):
    return price


total.hint("Divide.")


@exercise.choice(
    points=1,
    level=1,
    options={"stock": "a stock of {years} years", "flow": "a flow", "both": "both"},
    wrong={"flow": "That comes every year.", "both": "It cannot be both."},
)
def what_it_is():
    """What is the price of {price} RMB?"""
    return "stock"  # it is counted at one moment


what_it_is.hint("Think of a lake.")


@exercise.table(points=2, level=2, within=0.01)
def plan(price, years):
    """A DataFrame with a row a year and the columns `year` and `paid`, a tenth of {price} a year."""
    paid = np.full(years, price / 10)
    return pd.DataFrame({"year": range(1, years + 1), "paid": paid})


@plan.mistake("Your years begin at 0.")
def from_zero(price, years):
    return pd.DataFrame({"year": range(years), "paid": price / 10})


plan.hint("One row a year.")


@exercise.function(points=3, level=3, within=0.001, shown=[(100, 0.1), (50, 0.05)])
def present(money, rate):
    """Write a function of an amount in a year and the rate. It returns what the amount is worth today."""
    return money / (1 + rate)


@present.hidden_inputs
def more(rng):
    return [(float(money), 0.07) for money in rng.uniform(10, 99, size=3)]


@present.mistake("You went the other way.")
def future(money, rate):
    return money * (1 + rate)


present.hint("Divide.")


@exercise.text(level=3, at_least=3, rubric={"decides": 1, "says why": 2})
def opinion():
    """Would you sell? Say why, in a few words."""
    return "No: it pays."


@exercise.turn.number(within=0.5, unit="RMB")
def a_third(price):
    """What is a third of {price} RMB?"""
    return round(price / 3)


@a_third.mistake("That is half of it.")
def half_of_it(price):
    return price / 2


a_third.hint("Cut it in three.")
'''.lstrip()


def checked(folder: Path, text: str, name: str = "shop") -> Report:
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return check_key(path)


def faulty(old: str, new: str) -> str:
    assert SOUND.count(old) == 1, old
    return SOUND.replace(old, new)


def test_a_sound_key_has_nothing_to_mend(tmp_path):
    assert checked(tmp_path, SOUND) == Report(5, 41, [], 1)


PASTED = "pasted into the student's notebook, the solution does not work"
FAULTS = {
    "a mistake that is worth less than a step": (
        '@total.mistake("You did not discount.")',
        '@total.mistake("You did not discount.", worth=0.4)',
        ("@total.mistake", "q1 total"),
        "the mistake undiscounted earns nothing: 0.4 of 1 point is less than 0.5, and parts are rounded down to steps "
        "of 0.5.",
    ),
    "a turn's mistake that is worth something": (
        '@a_third.mistake("That is half of it.")',
        '@a_third.mistake("That is half of it.", worth=0.5)',
        ("@a_third.mistake", "turn a_third"),
        "a turn has no points: leave the `worth` of the mistake half_of_it out.",
    ),
    "an option without a message": (
        'That comes every year.", "both": "It cannot be both."',
        'That comes every year."',
        ("@exercise.choice", "q2 what_it_is"),
        'who answers "both" is not told why it is wrong: add it to `wrong`.',
    ),
    "an option without a message in some cases": (
        'def what_it_is():\n    """What is the price of {price} RMB?"""\n    return "stock"',
        'def what_it_is(years):\n    """What is the price?"""\n    return "stock" if years > 3 else "flow"',
        ("@exercise.choice", "q2 what_it_is"),
        'who answers "stock" is not told why it is wrong: add it to `wrong` (in ',
    ),
    "a message for no option": (
        'wrong={"flow"',
        'wrong={"flwo": "That too.", "flow"',
        ("@exercise.choice", "q2 what_it_is"),
        "the mistake flwo is not recognised; handed in, it is told: The options are "
        '"stock", "flow" or "both", not "flwo". Did you mean "flow"?',
    ),
    "a message for the right option": (
        'wrong={"flow"',
        'wrong={"stock": "No.", "flow"',
        ("@exercise.choice", "q2 what_it_is"),
        '`wrong` has a message for "stock", the right answer.',
    ),
    "an option in capitals": (
        '"both": "both"}',
        '"both": "both", "Sum": "a sum"}',
        ("@exercise.choice", "q2 what_it_is"),
        'nobody can choose "Sum": write an option in small letters.',
    ),
    "a solution that changes a number of the case": (
        "    return value.annuity(price, rate, years)\n",
        "    rate, given = 0, rate\n    return value.annuity(price, given, years)\n",
        ("@exercise.number", "q1 total"),
        'the solution changes "rate", a number of the case that others use: rename it there.',
    ),
    "a single option": (
        'options={"stock": "a stock of {years} years", "flow": "a flow", "both": "both"},\n'
        '    wrong={"flow": "That comes every year.", "both": "It cannot be both."}',
        'options={"stock": "a stock"}',
        ("@exercise.choice", "q2 what_it_is"),
        "a choice has two options or more.",
    ),
    "a reference that is no option": (
        'return "stock"',
        'return "stok"',
        ("@exercise.choice", "q2 what_it_is"),
        'the reference is not accepted; handed in, it is told: The options are "stock", "flow" or "both", not "stok". '
        'Did you mean "stock"?',
    ),
    "a prompt that names what the case has not": (
        "She pays {price}",
        "She pays {prize}",
        ("@exercise.number", "q1 total"),
        'the prompt\'s "prize" is no name of the case; did you mean "price"?',
    ),
    "an option that names what the case has not": (
        "a stock of {years}",
        "a stock of {months}",
        ("@exercise.choice", "q2 what_it_is"),
        'the prompt\'s "months" is no name of the case; it has "price", "years", "rate".',
    ),
    "a prompt with a brace too many": (
        "She pays {price}",
        "She pays {price}}",
        ("@exercise.number", "q1 total"),
        "the prompt cannot be filled in (Single '}' encountered in format string); a brace that is meant is written "
        "twice.",
    ),
    "a format that does not fit": (
        "at {rate:.0%}",
        "at {rate:d}",
        ("@exercise.number", "q1 total"),
        "the prompt cannot be filled in (Unknown format code 'd' for object of type 'float'); ",
    ),
    "no docstring": (
        '    """Would you sell? Say why, in a few words."""\n',
        "",
        ("@exercise.text(", "q5 opinion"),
        "the docstring is missing: it is the prompt.",
    ),
    "a solution with a helper of the file": (
        "return money / (1 + rate)",
        "return discounted(money, rate)\n\n\ndef discounted(money, rate):\n    return money / (1 + rate)",
        ("@exercise.function", "q4 present"),
        f"{PASTED}: On present(100, 0.1) your function stopped: NameError: name 'discounted' is not defined.",
    ),
    "a solution with a module that the notebook has not": (
        'uses=["value"]',
        "uses=[]",
        ("@exercise.number", "q1 total"),
        f"{PASTED}: NameError: name 'value' is not defined, in `total = value.annuity(price, rate, years)`.",
    ),
    "a solution with two ways out": (
        "    return value.annuity(price, rate, years)",
        "    if rate:\n        return value.annuity(price, rate, years)\n    return price * years",
        ("@exercise.number", "q1 total"),
        f"{PASTED}: SyntaxError: 'return' outside function, in `return value.annuity(price, rate, years)`.",
    ),
    "a module that is none": (
        'uses=["value"]',
        'uses=["value", "valeu"]',
        (None, ""),
        "the first cell of the student's notebook stops (look at `uses`): ImportError: cannot import name 'valeu' from",
    ),
    "a mistake near the reference": (
        "def undiscounted(price, years):\n    return price * years",
        "def undiscounted(**case):\n    return value.annuity(case['price'], case['rate'], case['years']) + 0.04",
        ("@total.mistake", "q1 total"),
        "the mistake undiscounted counts as right: it is within the tolerance of the reference.",
    ),
    "a mistake that is the reference in some case": (
        "def first_year(price):\n    return price\n",
        "def first_year(price, years, rate):\n    return value.annuity(price, rate, years) if years == 5 else price\n",
        ('@total.mistake("You took', "q1 total"),
        "the mistake first_year counts as right: it is within the tolerance of the reference (in ",
    ),
    "two mistakes near one another": (
        "def first_year(price):\n    return price\n",
        "def first_year(price, years):\n    return price * years - 0.04\n",
        ('@total.mistake("You took', "q1 total"),
        "the mistakes first_year and undiscounted are within the tolerance of one another.",
    ),
    "a function that is the reference": (
        "money * (1 + rate)",
        "money / (1 + rate) + 0.0005",
        ("@present.mistake", "q4 present"),
        "the mistake future counts as right: it is within the tolerance of the reference.",
    ),
    "a mistake of another shape": (
        '{"year": range(years), ',
        '{"year": range(years + 1), ',
        ("@plan.mistake", "q3 plan"),
        "the mistake from_zero is not recognised; handed in, it is told: The table needs 3 rows. Yours has 4.",
    ),
    "a mistake with an empty message": (
        '@plan.mistake("Your years begin at 0.")',
        '@plan.mistake(" ")',
        ("@plan.mistake", "q3 plan"),
        "the mistake from_zero has no message.",
    ),
    "two mistakes with one message": (
        "You took the first year only.",
        "You did not discount.",
        ('@total.mistake("You did not discount.")\ndef first', "q1 total"),
        "the mistake first_year has the same message as undiscounted.",
    ),
    "a message that waits to be filled in": (
        "You took the first year only.",
        "You took {price} only.",
        ("@exercise.number", "q1 total"),
        "{price} is shown as it stands: messages and hints are not filled in.",
    ),
    "no tolerance": (
        "level=1, within=0.05",
        "level=1, within=0",
        ("@exercise.number", "q1 total"),
        "within=0 accepts a fraction only if it agrees to the last bit, and two right ways to compute it may differ "
        "there: allow a little.",
    ),
    "no tolerance in a table": (
        "level=2, within=0.01",
        "level=2, within=0",
        ("@exercise.table", "q3 plan"),
        "within=0 accepts a fraction only if it agrees to the last bit, ",
    ),
    "no tolerance for a function": (
        "level=3, within=0.001",
        "level=3, within=0",
        ("@exercise.function", "q4 present"),
        "within=0 accepts a fraction only if it agrees to the last bit, ",
    ),
    "a tolerance below zero": (
        "level=1, within=0.05",
        "level=1, within=-1",
        ("@exercise.number", "q1 total"),
        "`within` is 0 or more.",
    ),
    "rounding at the edge": (
        "What is that worth?",
        "What is that worth, to one decimal?",
        ("@exercise.number", "q1 total"),
        "the prompt asks for 1 decimal: an answer so rounded may be 0.05 off, so `within` must be a little more than "
        "that, not 0.05.",
    ),
    "rounding to whole numbers": (
        "What is that worth?",
        "What is that worth, to the nearest RMB?",
        ("@exercise.number", "q1 total"),
        "the prompt asks for 0 decimals: an answer so rounded may be 0.5 off, so `within` must be a little more than ",
    ),
    "a parameter that is no name of the case": (
        "def undiscounted(price, years)",
        "def undiscounted(price, year)",
        ("@total.mistake", "q1 total"),
        'the parameter "year" is no name of the case; did you mean "years"?',
    ),
    "a reference that stops": (
        "    paid = np.full(years, price / 10)",
        "    paid = np.full(years, price / (years - 3))",
        ("    paid = ", "q3 plan"),
        "this stops: ZeroDivisionError: division by zero (in ",
    ),
    "a mistake that stops": (
        "return price * years",
        "return [price][years]",
        ("    return [price]", "q1 total"),
        "this stops: IndexError: list index out of range.",
    ),
    "a mistake with other arguments": (
        "def future(money, rate):\n    return money * (1 + rate)",
        "def future(money):\n    return money",
        ("@present.mistake", "q4 present"),
        "this stops: TypeError: future() takes 1 positional argument but 2 were given.",
    ),
    "a reference of another kind": (
        "    return value.annuity(price, rate, years)",
        "    return str(price * rate)",
        ("@exercise.number", "q1 total"),
        "the reference is not accepted; handed in, it is told: The answer is a number. This is the text ",
    ),
    "a reference without a result": (
        "    return money / (1 + rate)",
        "    money / (1 + rate)",
        ("@exercise.function", "q4 present"),
        "the reference is not accepted; handed in, it is told: ",
    ),
    "a model answer that is too short": (
        "at_least=3",
        "at_least=30",
        ("@exercise.text(", "q5 opinion"),
        "the reference is not accepted; handed in, it is told: Say a little more: 3 words so far, ",
    ),
    "a case that stops": (
        "price=int(rng.integers(100, 200))",
        "price=100 // int(rng.integers(0, 5))",
        ("    return dict(price=100 //", ""),
        "this stops: ZeroDivisionError: integer division or modulo by zero (in ",
    ),
    "a case that is none": (
        "    return dict(price=120, years=3, rate=0.05)",
        "    return [120, 3, 0.05]",
        ("@exercise.textbook", ""),
        "a case is a dict: return dict(price=..., years=...) (in the textbook's case).",
    ),
    "a textbook's case that lacks a name": (
        "price=120, years=3, rate=0.05",
        "price=120, years=3",
        ("@exercise.textbook", ""),
        'this case lacks "rate", which others have (in the textbook\'s case).',
    ),
    "a textbook's case with more names": (
        "price=120, years=3, rate=0.05",
        "price=120, years=3, rate=0.05, months=12",
        ("@exercise.case", ""),
        'this case lacks "months", which others have (in 40 of 41 cases, first with seed 1).',
    ),
    "a case drawn from something else": (
        "price=int(rng.integers(100, 200))",
        "price=int(np.random.default_rng().integers(10**9))",
        ("@exercise.case", ""),
        "the same seed gives another case the next time: draw everything from `rng` (in 40 of 41 cases, ",
    ),
    "a case with a number of NumPy's": (
        "price=int(rng.integers(100, 200))",
        "price=rng.integers(100, 200)",
        ("@exercise.case", ""),
        '"price" cannot be written into a notebook: make it plain numbers, ',
    ),
    "a case that hides a module": (
        "price=120, years=3, rate=0.05",
        "price=120, years=3, rate=0.05, value=1",
        ("@exercise.case", ""),
        '"value" hides what is called so in the student\'s notebook: rename it.',
    ),
    "a question that hides a number of the case": (
        "def opinion():",
        "def price():",
        ("@exercise.text(", "q5 price"),
        "this name hides what is called so in the student's notebook: rename the question.",
    ),
    "a question that hides what Python has": (
        "def opinion():",
        "def sum():",
        ("@exercise.text(", "q5 sum"),
        "this name hides what is called so in the student's notebook: rename the question.",
    ),
    "two questions of one name": (
        "def opinion():",
        "def total():",
        ("@exercise.text(", "q5 total"),
        "q1 has this name as well: give each question its own.",
    ),
    "no points": (
        "@exercise.number(points=1",
        "@exercise.number(points=0",
        ("@exercise.number", "q1 total"),
        "points are whole numbers above 0.",
    ),
    "a line of a rubric without points": (
        '"says why": 2',
        '"says why": -2',
        ("@exercise.text(", "q5 opinion"),
        "points are whole numbers above 0.",
    ),
    "half a point": (
        "@exercise.table(points=2",
        "@exercise.table(points=2.5",
        ("@exercise.table", "q3 plan"),
        "points are whole numbers above 0.",
    ),
    "another level": (
        "points=3, level=3",
        "points=3, level=4",
        ("@exercise.function", "q4 present"),
        "the level is 1 (compute), 2 (build) or 3 (decide).",
    ),
    "no hidden inputs": (
        "for money in rng.uniform(10, 99, size=3)",
        "for money in []",
        ("@exercise.function", "q4 present"),
        "no inputs are hidden: add some with @present.hidden_inputs.",
    ),
    "a turn whose reference is no number": (
        "return round(price / 3)",
        "return str(price)",
        ("@exercise.turn", "turn a_third"),
        "the reference is not accepted; handed in, it is told: The answer is a number. This is the text ",
    ),
    "a mistake near a turn's reference": (
        "return price / 2\n",
        "return price / 3 + 0.2\n",
        ("@a_third.mistake", "turn a_third"),
        "the mistake half_of_it counts as right: it is within the tolerance of the reference.",
    ),
    "a turn that names what the case has not": (
        "a third of {price}",
        "a third of {prize}",
        ("@exercise.turn", "turn a_third"),
        'the prompt\'s "prize" is no name of the case; did you mean "price"?',
    ),
    "a turn of a question's name": (
        "def opinion():",
        "def a_third():",
        ("@exercise.turn", "turn a_third"),
        "q5 has this name as well: give each question its own.",
    ),
    "a turn that takes a helper of the file": (
        "return round(price / 3)",
        "return cut(price)\n\n\ndef cut(price):\n    return round(price / 3)",
        ("@exercise.turn", "turn a_third"),
        "pasted into the lesson, the solution does not work: NameError: name 'cut' is not defined, in "
        "`a_third = cut(price)`. There are what the key imports and the case; all else must stand in its body.",
    ),
    "a second exercise": (
        "present.hint(",
        'exercise = Exercise("more", title="More", minutes=5)\npresent.hint(',
        ('exercise = Exercise("more"', ""),
        "a second exercise (the first is on line 7): write it into a file of its own.",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_said_in_words_with_its_question_and_its_line(tmp_path, fault):
    old, new, (about, question), says = FAULTS[fault]
    text = faulty(old, new)
    line = None if about is None else text[: text.index(about)].count("\n") + 1
    report = checked(tmp_path, text)
    assert [
        finding
        for finding in report.to_mend
        if (finding.line, finding.question) == (line, question) and finding.says.startswith(says)
    ], report.findings
    assert len(report.findings) <= 3
    assert all(finding.says.count("\n") == 0 and finding.says[-1] in ".?" for finding in report.findings)


def test_all_faults_of_a_file_are_said_at_once_from_top_to_bottom(tmp_path):
    text = SOUND
    for old, new in [
        ("price=120, years=3, rate=0.05", "price=120, years=3"),
        ("points=1, level=1, within=0.05", "points=0, level=0, within=0"),
        ("You took the first year only.", ""),
        ('"both": "It cannot be both."', ""),
        ("a tenth of {price}", "a tenth of {prise}"),
        ('{"year": range(years), ', '{"years": range(years), '),
        ("return money * (1 + rate)", "return money / (1 + rate)"),
        ("for money in rng.uniform(10, 99, size=3)", "for money in []"),
        ('"decides": 1', '"decides": 0'),
    ]:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    found = [(finding.question, finding.says.split()[:4]) for finding in checked(tmp_path, text).to_mend]
    assert [(question, " ".join(words)) for question, words in found] == [
        ("", 'this case lacks "rate",'),
        ("q1 total", "points are whole numbers"),
        ("q1 total", "the level is 1"),
        ("q1 total", "within=0 accepts a fraction"),
        ("q1 total", "the mistake first_year has"),
        ("q2 what_it_is", 'who answers "both" is'),
        ("q3 plan", 'the prompt\'s "prise" is'),
        ("q3 plan", "the mistake from_zero is"),
        ("q4 present", "no inputs are hidden:"),
        ("q4 present", "the mistake future counts"),
        ("q5 opinion", "points are whole numbers"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("return money / (1 + rate)", "return money / (1 + rate", "line 71: SyntaxError: '(' was never closed"),
        ("import numpy as np", "import nunpy as np", "line 1: ModuleNotFoundError: No module named 'nunpy'"),
        ("import numpy as np", "import sys\nsys.exit(3)", "line 2: SystemExit: 3"),
        ('exercise = Exercise("shop"', 'shop = Exercise("shop"', "line 10: NameError: name 'exercise' is not defined"),
        ('@total.mistake("You did not discount.")', "@total.mistake", "line 26: a mistake needs its message: @total."),
        ('"flow": "That comes every year."', '"flow": None', "line 39: a mistake needs its message: @what_it_is."),
        ("shown=[(100, 0.1), (50, 0.05)]", "shown=[]", "line 68: `shown` is a list of inputs, each a tuple: shown=[("),
        (
            "a_third.hint(",
            "exercise.turn.number(within=1)(half_of_it)\nexercise.turn.number(within=1)(half_of_it)\na_third.hint(",
            "line 105: there is a turn half_of_it already: give each its own name",
        ),
        ("shown=[(100, 0.1), (50, 0.05)]", "shown=[(5)]", "line 68: `shown` is a list of inputs, each a tuple: shown="),
    ],
)
def test_a_file_that_does_not_run_is_told_where(tmp_path, old, new, says):
    report = checked(tmp_path, faulty(old, new))
    assert (report.questions, report.cases) == (0, 0)
    (finding,) = report.to_mend
    assert finding.says.startswith(f"{tmp_path / 'shop.py'} does not run: {says}")
    assert "\n" not in finding.says


def test_a_file_without_an_exercise_is_told_what_to_write(tmp_path):
    (finding,) = checked(tmp_path, "answer = 42\n").to_mend
    assert finding.says.endswith(
        "shop.py defines no exercise: it needs a line such as exercise = Exercise('shop', ...)."
    )
    (finding,) = checked(tmp_path, SOUND[: SOUND.index("@exercise.number")], "shop").to_mend
    assert (finding.line, finding.says) == (None, "the exercise has no question.")


def test_a_key_may_hold_the_turns_of_a_lesson_alone(tmp_path):
    questions, turns = SOUND.index("@exercise.number"), SOUND.index("@exercise.turn")
    report = checked(tmp_path, SOUND[:questions] + SOUND[turns:], "shop")
    assert report == Report(0, 41, [], 1)


def test_the_line_is_found_in_a_file_named_from_where_one_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert checked(Path(), faulty("@exercise.number(points=1", "@exercise.number(points=0")).to_mend[0].line == 20
    assert "line 1: ModuleNotFoundError" in checked(Path(), "import nunpy").to_mend[0].says


def test_what_stops_in_a_helper_of_many_is_said_once(tmp_path):
    text = faulty("return price * years", "return inverse(years - 3)").replace(
        "def first_year(price):\n    return price",
        "def first_year(years):\n    return 2 * inverse(years - 3)\n\n\ndef inverse(number):\n    return 1 / number",
    )
    (finding,) = checked(tmp_path, text).to_mend
    assert finding.line == text[: text.index("    return 1 / number")].count("\n") + 1
    assert finding.says == "this stops: ZeroDivisionError: division by zero (in 8 of 41 cases, first with seed 0)."


def test_another_name_for_exercise_is_fine(tmp_path):
    text = SOUND.replace("import Exercise", "import Exercise as Sheet").replace("= Exercise(", "= Sheet(")
    assert checked(tmp_path, text) == Report(5, 41, [], 1)


def test_what_is_only_to_be_thought_about_is_a_warning(tmp_path):
    report = checked(tmp_path, faulty('plan.hint("One row a year.")', ""), "midterm")
    assert not report.to_mend
    assert [(finding.line, finding.question, finding.says) for finding in report.findings] == [
        (None, "", 'a notebook of "shop" looks for shop.py.'),
        (53, "q3 plan", "there is no hint."),
    ]


PARTS = """
@exercise.table(points=2, level=2, within=0.01, partial=True)
def parts(price, years):
    \"\"\"Each year's.\"\"\"
    return pd.DataFrame({"year": YEARS, "paid": PAID})


@parts.mistake("You forgot the half.", worth=WORTH)
def halved(price, years):
    return parts.answer(dict(price=price, years=years)).assign(paid=1.5)


parts.hint("Add.")
"""


@pytest.mark.long
@pytest.mark.parametrize(("rows", "paid", "worth", "says"), [
    ("range(3)", "[price + 0.25, 2 * price, 3 * price]", "0", []),
    ("range(3)", "[price + 0.25, 1.5, 3 * price]", "0", []),
    ("range(3)", "[price + 0.25, 1.5, 3 * price]", "0.5",
     ["the mistake halved is worth more than its right rows: who has others right gets less."]),
    ("range(1)", "[price + 0.25]", "0", ["`partial` changes nothing: there is one row."]),
    ("range(3)", "[0, 0, price + 0.25]", "0",
     ["`partial` gives nothing: all rows right but one earn less than 0.5 points."]),
])  # fmt: skip
def test_parts_that_surprise_are_a_warning(tmp_path, rows, paid, worth, says):
    text = PARTS.replace("YEARS", rows).replace("PAID", paid).replace("WORTH", worth)
    report = checked(tmp_path, SOUND + text)
    assert not report.to_mend
    assert [finding.says for finding in report.findings] == says


@pytest.mark.long
def test_a_part_that_can_be_guessed_is_to_mend(tmp_path):
    text = PARTS.replace("YEARS", "range(3)").replace("WORTH", "None")
    (finding,) = checked(tmp_path, SOUND + text.replace("PAID", "price + 0.25")).to_mend
    assert finding.says == "one and the same answer is right in several rows, and would earn a part."
    (finding,) = checked(tmp_path, SOUND + text.replace("PAID", "[1, 2, 100]")).to_mend
    assert (finding.line, finding.question) == (SOUND.count("\n") + 2, "q6 parts")
    assert finding.says == (
        "`partial` gives nothing: words and whole numbers up to 100 can be guessed, and no row has more to compute."
    )


def test_results_that_count_are_hidden_and_more_than_stages(tmp_path):
    text = faulty("within=0.001, shown=[(100, 0.1), (50, 0.05)])", "within=0.001, shown=[(100, 0.1)], partial=True)")
    assert checked(tmp_path, text) == Report(5, 41, [], 1)
    (finding,) = checked(tmp_path, text.replace("size=3)]", "size=1)]")).findings
    assert finding.says == "`partial` changes nothing: there is one hidden result."


def test_without_a_textbooks_case_seed_0_is_drawn_too(tmp_path):
    published = SOUND[SOUND.index("@exercise.textbook") : SOUND.index("@exercise.number")]
    assert checked(tmp_path, faulty(published, "")) == Report(5, 41, [], 1)


@pytest.mark.long
@pytest.mark.parametrize(("asked", "within", "fits"), [
    ("to two decimals", 0.005, False), ("to 2 decimals", 0.006, True), ("to the nearest cent", 0.005, False),
    ("to the cent", 0.0051, True), ("in whole RMB", 0.5, False), ("in whole RMB", 0.51, True),
    ("with no decimals", 0.4, False), ("to the nearest 100 RMB", 0.01, True), ("in per cent", 0.01, True),
    ("in years with decimals", 0.01, True),
])  # fmt: skip
def test_rounding_as_the_prompt_asks_must_fit_into_the_tolerance(tmp_path, asked, within, fits):
    text = faulty("a tenth of {price} a year", f"a tenth of {{price}} a year, {asked}").replace(
        "price / 10", "price / 7"
    )
    report = checked(tmp_path, text.replace("level=2, within=0.01", f"level=2, within={within}"))
    assert [finding.question for finding in report.to_mend] == ([] if fits else ["q3 plan"])


def test_a_turn_is_about_the_textbooks_case_alone(tmp_path):
    text = faulty("return price / 2\n", "return price / 2 if price == 120 else price / 3\n")
    report = checked(tmp_path, text)
    assert report == Report(5, 41, [], 1)
    assert report.summary == "5 questions, 1 turn, 41 cases tried: nothing found"


def test_a_turn_has_no_points_and_needs_no_hidden_inputs(tmp_path):
    turn = "\n\n@exercise.turn.function(within=0.1, shown=[(2,)])\ndef double(number):\n    "
    turn += '"""Twice as much."""\n    return 2 * number\n\n\ndouble.hint("Add it.")\n'
    assert checked(tmp_path, SOUND + turn) == Report(5, 41, [], 2)


def test_whole_numbers_need_no_tolerance(tmp_path):
    text = faulty("level=2, within=0.01", "level=2, within=0").replace("price / 10", "price * 10")
    assert checked(tmp_path, text.replace("a tenth of {price} a year", "in whole RMB")) == Report(5, 41, [], 1)


def test_an_answer_that_changes_the_case_is_told(tmp_path):
    text = faulty(
        '    return pd.DataFrame({"year": range(1, years + 1), "paid": paid})', "    dues.append(0)\n    return 1"
    )
    text = text.replace("plan(price, years)", "plan(price, years, dues)").replace("rate=0.05)", "rate=0.05, dues=[1])")
    text = text.replace(
        "exercise.table(points=2, level=2, within=0.01)", "exercise.number(points=2, level=2, within=0)"
    )
    text = text.replace("[0.08, 0.1])))", "[0.08, 0.1])), dues=[1])")
    text = text.replace('return pd.DataFrame({"year": range(years), "paid": price / 10})', "return 2")
    (finding,) = checked(tmp_path, text).to_mend
    assert finding.question == "q3 plan"
    assert finding.says == "an answer or a mistake changes the case itself: let it work on a copy."


def test_a_choice_may_explain_every_option_if_the_case_decides(tmp_path):
    text = faulty(
        'def what_it_is():\n    """What is the price of {price} RMB?"""\n    return "stock"',
        'def what_it_is(years):\n    """What is it?"""\n    return "stock" if years > 3 else "flow"',
    ).replace('wrong={"flow"', 'wrong={"stock": "It is soon over.", "flow"')
    assert checked(tmp_path, text) == Report(5, 41, [], 1)
    question = load_key(tmp_path / "shop.py").questions["q2"]
    says = {years: [question.problem(word, {"years": years}) for word in question.options] for years in (3, 4)}
    assert says == {
        3: ["It is soon over.", None, "It cannot be both."],
        4: [None, "That comes every year.", "It cannot be both."],
    }


def test_a_letter_mended_within_a_second_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "shop.py"
    for title in ("A shop", "B shop"):
        path.write_text(SOUND.replace("A shop", title), encoding="utf-8")
        os.utime(path, (1_800_000_000, 1_800_000_000))
        assert load_key(path).title == title
