"""What a learner meets: cards, three states, hints, progress that survives, assessment without keys."""

import csv
import json
import re
import types

import numpy as np
import pandas as pd
import pytest

from clvlib.course import Exercise, assessment, keep_wrong_answers, memory, practice
from clvlib.course.cards import Card
from clvlib.course.exercise import KEYS, RENAMED, from_case
from clvlib.course.learner import Assessment, Practice, describe, missing_name
from clvlib.course.progress import Standing


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


WORDS = " ".join(map(str, range(200)))  # of a text, as many as any question asks for


def test_three_states():
    ex = practice("01_worksheet")
    assert ex.check("q1", ...).state == "not attempted"
    assert ex.check("q1").state == "not attempted"
    wrong = ex.check("q1", 260_832)
    assert wrong.state == "wrong"
    assert "cost of winning her" in wrong.message
    assert ex.check("q1", 260_775).state == "right"


@pytest.mark.parametrize(
    ("question", "answer", "says"),
    [
        ("q1", "260775", 'This is the text "260775": leave the quotes out.'),
        ("q1", 26_077_500, "100 times too large"),
        ("q1", 2_607.75, "100 times too small"),
        ("q1", -260_775, "the sign is not"),
        ("q1", 260_000, "Right, but rounded: give all digits before the decimal point."),
        ("q1", 260_801, "Did you round on the way?"),
        ("q1", 500_000, "too high"),
        ("q1", [260_775], "This is a list."),
        ("q1", len, "Did you forget the brackets that call it?"),
        ("q1", float("nan"), "came out as nan"),
        ("q1", True, "This is True or False."),
        ("q2", "visit", 'Did you mean "visits"?'),
        ("q2", 780, "Answer with one of the words"),
        ("q4", 780, "The answer is a function"),
        ("q4", lambda visits: visits, "your function stopped: TypeError"),
        ("q4", lambda *_: None, "gives nothing back"),
        ("q4", lambda *_: "a", 'This is the text "a"'),
        ("q7", [1, 2], "The answer is a DataFrame. This is a list."),
        ("q7", pd.DataFrame(), 'Missing here: "step", "value".'),
        ("q7", pd.DataFrame({"step": ["margin"], "value": [1]}), "The table needs 3 rows. Yours has 1."),
        (
            "q7",
            pd.DataFrame({"step": ["a", "b", "c"], "value": [1, 2, 3]}),
            'Look at column "step", row 1: "a" is none of the texts asked for.',
        ),
        ("q8", "It depends.", "Say a little more: 2 words so far"),
        ("q8", 56, "Answer in words"),
        ("q9", 1, 'This exercise has "q1"'),
        (1, 1, 'This exercise has "q1"'),
    ],
)
def test_wrong_answers_are_told_what_is_off(question, answer, says):
    assert says in practice("01_worksheet").check(question, answer).message


def test_a_wrong_option_that_the_key_does_not_explain_is_wrong_all_the_same(folder):
    exercise = Exercise("shop", title="Shop", minutes=5)

    @exercise.choice(points=1, level=1, options={"a": "one", "b": "two", "c": "three"}, wrong={"b": "Not two."})
    def which():
        """Which?"""
        return "a"

    ex = Practice(exercise)
    assert ex.check("q1", "b").message == "Not two."
    card = ex.check("q1", "c")
    assert (card.state, card.message) == ("wrong", "That is another one.")
    assert ex.check("q1", "A").state == "right"


def test_a_wrong_cell_of_a_table_is_named_without_its_right_value():
    ex = practice("01_worksheet")
    table = ex.exercise.questions["q7"].answer(ex.case)
    table.loc[1, "value"] *= 2
    message = ex.check("q7", table).message
    assert message.startswith('Look at column "value", row 2 ("discounting"): That is too high.')
    assert "3855" not in message


def test_columns_in_another_order_and_more_columns_are_right():
    ex = practice("01_worksheet")
    table = ex.exercise.questions["q7"].answer(ex.case)[["value", "step"]].assign(note="x")
    assert ex.check("q7", table).state == "right"


def test_a_function_is_tried_on_inputs_that_are_not_shown():
    ex = practice("01_worksheet")
    shown = {(780, 1.52, 220, 57): 260_775, (120, 2.0, 150, 40): 35_960, (0, 1.52, 220, 57): -57}
    card = ex.check("q4", lambda *inputs: shown.get(inputs, 0))
    assert card.state == "wrong"
    assert "which was not shown, your function gives 0, and" in card.message
    assert ex.check("q4", lambda v, p, s, a: v * p * s - a).state == "right"


def test_a_large_result_of_a_function_is_said_in_all_its_digits():
    said = practice("06_value_components").check("q4", lambda *inputs: 12_345_678).message
    assert "gives 12345678, and 1402620 is right" in said


def test_an_untouched_function_is_not_attempted():
    assert practice("01_worksheet").check("q4", lambda *_: ...).state == "not attempted"


def test_progress_survives_a_restart_and_a_later_wrong_try():
    ex = practice("01_worksheet")
    ex.check("q1", 260_775)
    ex.check("q2", "months")
    again = practice("01_worksheet")
    again.check("q1", 0)
    text = str(again.progress())
    assert "1 of 8 questions done, 1 of 17 points" in text
    assert "Question 1 (1 point): right, 1 point, 2 tries" in text
    assert "Question 2 (1 point): wrong, 1 try" in text
    assert "Question 3 (2 points): not attempted" in text


def test_progress_of_two_seeds_is_kept_apart():
    practice("01_worksheet").check("q2", "visits")
    assert "0 of 8" in practice("01_worksheet", seed=5).progress().title


def progress_file(folder, name, **questions):
    path = folder / ".progress" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(questions))
    return path


def test_every_new_name_is_an_exercise_and_no_old_one_is():
    names = {path.stem for path in KEYS.glob("[0-9]*.py")}
    assert set(RENAMED) <= names
    assert not set(RENAMED.values()) & names
    assert len(set(RENAMED.values())) == len(RENAMED)


@pytest.mark.long
@pytest.mark.parametrize("seed", [0, 5])
@pytest.mark.parametrize("name", RENAMED)
def test_progress_under_an_old_name_is_found_again(folder, name, seed):
    old = progress_file(folder, f"{RENAMED[name]}-{seed}", q1={"state": "right", "tries": 2})
    before = old.read_text()
    assert "1 of " in practice(name, seed).progress().title
    practice(name, seed).hint("q2")
    saved = json.loads((folder / ".progress" / f"{name}-{seed}.json").read_text())
    assert saved["q1"] == {"state": "right", "tries": 2}
    assert saved["q2"] == {"hints": 1}
    assert old.read_text() == before
    assert all("0 of " in practice(other, seed).progress().title for other in RENAMED if other != name)


def test_progress_under_the_new_name_goes_first(folder):
    progress_file(folder, "06_segments-0", q1={"state": "right"}, q2={"state": "right"})
    progress_file(folder, "07_segments-0", q1={"state": "wrong"})
    assert "0 of 8" in practice("07_segments").progress().title


def test_damaged_progress_under_an_old_name_costs_only_the_progress(folder):
    progress_file(folder, "06_segments-0").write_text("{")
    ex = practice("07_segments")
    assert "06_segments-0.json, so this starts afresh" in ex.progress().message
    assert "0 of 8" in ex.progress().title


def test_an_old_name_opens_the_exercise_under_its_new_one(folder):
    progress_file(folder, "06_segments-0", q1={"state": "right"})
    ex = practice("06_segments")
    assert ex.exercise.name == "07_segments"
    assert "1 of 8" in ex.progress().title


@pytest.mark.parametrize("damage", ["{", "[]", '{"q1": 3}', "null", '"text"', '{"q1": {"state": "odd", "tries": "x"}}'])
def test_a_damaged_progress_file_costs_only_the_progress(folder, damage):
    (folder / ".progress").mkdir()
    (folder / ".progress" / "01_worksheet-0.json").write_text(damage)
    ex = practice("01_worksheet")
    assert "Question 1" in ex.progress().message
    assert ex.check("q1", 260_775).state == "right"
    assert "1 of 8" in practice("01_worksheet").progress().title


def test_a_folder_that_cannot_be_written_to_says_so(folder):
    (folder / ".progress").write_text("a file in the way")
    ex = practice("01_worksheet")
    assert ex.check("q1", 260_775).state == "right"
    assert "Progress cannot be saved" in ex.progress().message
    assert "1 of 8" in ex.progress().title


def test_hints_come_one_at_a_time_and_then_all_at_once():
    ex = practice("01_worksheet")
    titles = [ex.hint("q1").title for _ in range(3)]
    assert titles == [
        "Hint 1 of 2 for question 1",
        "Hint 2 of 2 for question 1",
        "You have seen every hint for question 1",
    ]
    assert ex.hint("q8").title == "Question 8 has no hint."


def test_a_solution_is_code_and_is_noted():
    ex = practice("01_worksheet")
    assert ex.solution("q1").code == "worksheet_value = visits_per_year * years * purchases * spend - cac"
    assert "solution seen" in ex.progress().message
    assert "def worksheet_ltv(visits" in ex.solution("q4").code
    assert "Neither number" in ex.solution("q8").message


def test_help_costs_what_was_said_before_and_only_before_the_answer():
    ex = practice("01_worksheet")
    said = ex.check("q3", 1).message
    assert 'A hint (costs 0.2 points): ex.hint("q3")' in said
    ex.hint("q3")
    ex.solution("q3")
    right = ex.exercise.questions["q3"].answer(ex.case)
    assert ex.check("q3", right).message.startswith("0.8 points.")
    ex.check("q1", 260_775)
    ex.solution("q1")
    assert ex.check("q1", 260_775).message.startswith("1 point.")
    assert "Question 3 (2 points): right, 0.8 points, 2 tries, 1 hint, solution seen" in str(ex.progress())
    assert "2 of 8 questions done, 1.8 of 17 points" in practice("01_worksheet").progress().title


def test_all_hints_and_the_solution_leave_nothing_below_zero():
    exercise = Exercise("shop", title="Shop", minutes=5)

    @exercise.number(points=2, level=1, within=0.1)
    def price():
        """Price?"""
        return 20

    for text in "abcdefg":
        price.hint(text)
    ex = Practice(exercise)
    for _ in range(7):
        ex.hint("q1")
    ex.solution("q1")
    assert ex.check("q1", 20).message.startswith("0 points.")


def sums():
    """Four sums, of which each right row counts."""
    exercise = Exercise("shop", title="Shop", minutes=5)

    @exercise.table(points=4, level=1, within=0.01, partial=True)
    def rows():
        """A table."""
        return pd.DataFrame({"name": list("abcd"), "number": [10.5, 20.5, 30.5, 40.5]})

    rows.mistake("You forgot the sign.", worth=0.5)(lambda: rows.reference().assign(number=[-10.5] * 4))
    rows.hint("Add.")
    return Practice(exercise)


def with_numbers(*numbers):
    return pd.DataFrame({"name": list("abcd"), "number": numbers})


def test_a_part_is_said_with_its_reason_and_kept(folder):
    ex = sums()
    card = ex.check("q1", with_numbers(10.5, 20.5, 30.5, 1))
    assert (card.state, str(card).splitlines()[0]) == ("part", "◐ Question 1: Partly right")
    assert card.message.splitlines()[1] == (
        "3 of 4 rows are right: that is worth 3 of 4 points (in half points, rounded down). So far you have 3 points "
        "for it, and keep them whatever help you ask for."
    )
    assert "◐ Question 1 (4 points): partly right, 3 points, 1 try" in str(ex.progress())
    assert ex.progress().title == "0 of 1 questions done, 3 of 4 points"
    assert ex.check("q1", with_numbers(10.5, 2, 3, 1)).message.count("So far you have 3 points") == 1
    assert ex.check("q1", with_numbers(1, 2, 3, 1)).state == "wrong"
    assert sums().progress().title == "0 of 1 questions done, 3 of 4 points", "the best try counts, in the file as well"
    assert ex.check("q1", with_numbers(10.5, 20.5, 30.5, 40.5)).message.startswith("4 points.")
    assert ex.check("q1", with_numbers(10.5, 20.5, 30.5, 1)).state == "wrong", "what is right stays so"
    assert ex.progress().title == "1 of 1 questions done, 4 of 4 points"


def test_a_named_mistake_is_worth_what_the_key_says():
    card = sums().check("q1", with_numbers(-10.5, -10.5, -10.5, -10.5))
    assert "You forgot the sign.\nThis is near the right answer: that is worth 2 of 4 points" in card.message


def test_help_costs_its_share_of_a_part_and_takes_nothing_of_what_one_has():
    ex = sums()
    assert "costs 0.4 points" in ex.check("q1", with_numbers(1, 2, 3, 4)).message
    ex.hint("q1")
    card = ex.check("q1", with_numbers(10.5, 20.5, 30.5, 1))
    assert (
        "worth 3 of 4 points (in half points, rounded down), less what help cost. So far you have 2.7" in card.message
    )
    ex.solution("q1")
    assert ex.progress().title == "0 of 1 questions done, 2.7 of 4 points"
    right = ex.check("q1", with_numbers(10.5, 20.5, 30.5, 40.5))
    assert right.message.startswith("2.7 points."), "the part is more than what the solution leaves"


def test_a_part_is_not_an_answered_question(folder):
    ex = sums()
    ex.check("q1", with_numbers(10.5, 20.5, 30.5, 1))
    standing = Standing(ex.exercise, ex.record)
    assert (standing.points, standing.answered, standing.done) == (3, 0, False)


def test_a_text_is_scored_by_oneself_and_then_compared():
    ex = practice("01_worksheet")
    most = list(ex.exercise.questions["q8"].rubric.values())
    zeros = [0] * len(most)
    assert "Hand it in first" in ex.score("q8", zeros).message
    assert "Neither number" not in ex.check("q8", WORDS).message, "the good answer comes after the score"
    for points in (3, "full", most[:-1], [9] * len(most), [-1, *most[1:]], ["1"] * len(most), ...):
        told = ex.score("q8", points)
        assert told.title == "Your points"
        assert "would be full marks" in told.message
    assert told.message.startswith(
        f"Give a list of {len(most)} numbers, one for each line: {most} would be full marks."
    )
    card = ex.score("q8", most)
    assert card.state == "scored"
    assert f"You gave yourself {sum(most)} of {sum(most)} points. 1 of 8 questions done" in card.message
    assert "A good answer: " in card.message
    assert card.message.endswith(f"Yours: {WORDS}")
    assert ex.check("q8", WORDS).state == "recorded"
    assert f"{sum(most)} of 17 points" in ex.progress().title, "handing in again loses nothing"
    assert str(ex.score("q1", [1])) == "i Question 1 is marked by itself: ex.check does it."
    assert "no such question" in ex.score("q99", [1]).title
    assert ex.score().message.endswith('It is written ex.score("q1", [1, 0, 1]).')
    ex.solution("q8")
    ex.score("q8", [0.25, *zeros[1:]])
    assert "0.12 of 17 points" in ex.progress().title, "hundredths are kept"


def test_a_text_of_the_same_words_again_and_again_is_no_answer():
    said = practice("01_worksheet").check("q8", "word " * 200)
    assert (said.state, said.message) == ("wrong", "These are the same few words again and again: answer in sentences.")


def test_again_draws_other_numbers_and_the_best_case_counts(monkeypatch):
    ex = practice("01_worksheet")
    ex.check("q1", 260_775)
    before, names = ex.case, {}
    monkeypatch.setattr(
        "clvlib.course.learner.in_shell",
        lambda: types.SimpleNamespace(push=names.update, user_ns=names, set_custom_exc=print),
    )
    card = ex.again()
    assert ex.seed != 0
    assert ex.case == names != before
    assert f"case, number {ex.seed}" in card.title
    assert f"years = {ex.case['years']}" in card.code
    assert f"\n\n## Question 1\n\n{ex.exercise.questions['q1'].prompt(ex.case)}\n\n## Question" in card.message
    assert "0 of 8" in ex.progress().title
    assert "Your best case so far: 1 of 17 points." in ex.progress().message
    assert "Your best case" not in practice("01_worksheet").progress().message
    assert ex.check("q1", ex.exercise.questions["q1"].answer(ex.case)).state == "right"
    assert "1 of 8" in practice("01_worksheet", ex.seed).progress().title
    assert "1 of 8" in practice("01_worksheet").progress().title
    assert len({ex.again().title for _ in range(5)}) > 1


def test_a_number_of_the_case_that_was_changed_is_noticed(monkeypatch):
    ex = practice("01_worksheet")
    names = dict(ex.case, years=10, more=1)
    monkeypatch.setattr("clvlib.course.learner.in_shell", lambda: types.SimpleNamespace(user_ns=names))
    assert "`years` is no longer what your case has (65)" in ex.check("q1", 40_070).message
    names["years"] = 65
    assert "no longer" not in ex.check("q1", 40_070).message


def test_a_list_that_became_an_array_or_that_the_question_does_not_take_is_no_change(monkeypatch):
    ex = practice("10_churn_winback")
    names = dict(ex.case)
    monkeypatch.setattr("clvlib.course.learner.in_shell", lambda: types.SimpleNamespace(user_ns=names))
    for same in (np.array(ex.case["silent"]), pd.Series(ex.case["silent"])):
        names["silent"] = same
        assert "no longer" not in ex.check("q2", 0.1).message
    names["silent"] = [1, 2]
    assert "`silent` is no longer" in ex.check("q2", 0.1).message
    assert "no longer" not in ex.check("q1", 0.1).message
    names["cost"] = 9  # an argument of the function that is asked for, too
    assert "no longer" not in ex.check("q5", lambda worth, cost, success, gift: 2).message


def test_two_notebooks_on_one_exercise_lose_nothing_of_each_other():
    one, other = practice("01_worksheet"), practice("01_worksheet")
    one.check("q1", 260_775)
    other.check("q2", "visits")
    one.check("q3", 0)
    other.check("q3", 0)
    for ex in (one, other, practice("01_worksheet")):
        assert "2 of 8 questions done" in ex.progress().title
        assert "Question 3 (2 points): wrong, 2 tries" in ex.progress().message


def kept_answers():
    with memory.UNRECOGNISED.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_wrong_answers_that_no_mistake_names_are_kept():
    ex = practice("01_worksheet", seed=3)
    mistake = ex.exercise.questions["q1"].mistakes[0]
    ex.check("q1", from_case(mistake.answer, ex.case))
    assert not memory.UNRECOGNISED.exists(), "that one has a name"
    ex.check("q1", "many, \n")
    ex.check("q4", lambda *_: 1 + 1)
    ex.check("q7", pd.DataFrame({"step": [1]}))
    ex.check("q8", "Short.")
    head, number, function, table = kept_answers()
    assert head == ["exercise", "case", "question", "answer", "told"]
    assert number[:4] == ["01_worksheet", "3", "q1", "'many, \\n'"]
    assert number[4].startswith("The answer is a number")
    assert "1 + 1" in function[3]
    assert table[3] == ",step\n0,1\n"


def test_one_line_ends_the_keeping_of_wrong_answers_and_one_begins_it_again():
    ex = practice("01_worksheet")
    ex.check("q1", 3)
    keep_wrong_answers(False)
    ex.check("q1", 4)
    assert not memory.UNRECOGNISED.exists()
    keep_wrong_answers(True)
    ex.check("q1", 5)
    assert [row[3] for row in kept_answers()[1:]] == ["5"]


def test_a_full_file_or_disk_costs_no_feedback(folder):
    memory.UNRECOGNISED.parent.mkdir()
    memory.UNRECOGNISED.write_text("x" * 2**21)
    assert practice("01_worksheet").check("q1", 3).state == "wrong"
    assert memory.UNRECOGNISED.stat().st_size == 2**21
    memory.UNRECOGNISED.unlink()
    memory.UNRECOGNISED.mkdir()
    assert practice("01_worksheet").check("q1", 3).state == "wrong"


def test_a_text_is_recorded_and_its_rubric_shown():
    ex = practice("01_worksheet")
    card = ex.check("q8", WORDS)
    assert card.state == "recorded"
    how = "What is it worth? Give each line its points, and compare with a good answer"
    zeros = [0] * len(ex.exercise.questions["q8"].rubric)
    assert card.message.startswith(f'{how}: ex.score("q8", {zeros})\n• ')
    assert "(1 point)" in card.message


def test_cards_are_accessible_and_escape_what_the_learner_wrote():
    card = practice("01_worksheet").check("q1", "<script>alert(1)</script>")
    bundle = card._repr_mimebundle_()
    assert "<script>" not in bundle["text/html"]
    assert 'role="status"' in bundle["text/html"]
    assert "Not yet" in bundle["text/plain"]


def test_nothing_a_learner_does_to_check_raises():
    class Awkward:
        def __eq__(self, other):
            raise RuntimeError("no")

        def __float__(self):
            raise RuntimeError("no")

    ex = practice("01_worksheet")
    for key in ex.exercise.questions:
        for answer in (Awkward(), [Awkward()], pd.DataFrame({"step": [Awkward()] * 3, "value": [Awkward()] * 3})):
            assert ex.check(key, answer).state in ("wrong", "note")
    assert ex.hint(None).state == ex.solution([]).state == "note"


def test_assessment_records_and_knows_no_answer(folder, monkeypatch):
    monkeypatch.setattr("clvlib.course.learner.load_exercise", lambda name: pytest.fail("keys were opened"))
    ex = assessment("01_worksheet-lee", {"q1": "number", "q2": "choice", "q3": "table", "q4": "function"})
    right, wrong = ex.check("q1", 260_775), ex.check("q1", 3)
    assert (right.state, wrong.state) == ("recorded", "recorded")
    assert right.message == "The number 260775. The last answer counts."
    assert ex.check("q1", "3").message == "The text '3'. But this question asks for a number. The last answer counts."
    assert ex.check("q3", pd.DataFrame({"a": [1, 2]})).message.startswith('A table of 2 rows with the columns "a"')
    assert ex.check("q4", len).message == "A function named len. The last answer counts."
    assert ex.check("q2", ...).state == "not attempted"

    def untouched(visits, spend):
        return ...

    assert ex.check("q4", untouched).state == "not attempted"
    assert ex.progress().title == "3 of 4 questions answered"
    assert ex.progress().message.splitlines()[:2] == ["Question 1: The text '3'", "Question 2: not attempted"]
    assert "no hints" in ex.hint("q1").title
    assert "no solutions" in ex.solution("q1").title
    saved = json.loads((folder / ".progress" / "01_worksheet-lee.json").read_text())
    assert saved["q1"] == {"state": "recorded", "recorded": "The text '3'"}
    assert "3 of 4" in Assessment("01_worksheet-lee", ex.kinds).progress().title


@pytest.mark.parametrize(
    ("kind", "fits", "asks"),
    [
        ("number", 3, "a number"),
        ("choice", "visits", "one of the words in quotes"),
        ("text", "It pays.", "a text"),
        ("table", pd.DataFrame(), "a DataFrame"),
        ("function", len, "a function"),
    ],
)
def test_an_answer_of_another_kind_is_recorded_with_a_warning(kind, fits, asks):
    ex = assessment("01_worksheet-lee", {"q1": kind})
    assert ex.check("q1", fits).message == f"{describe(fits)}. The last answer counts."
    assert ex.check("q1", [1]).message == f"A list. But this question asks for {asks}. The last answer counts."


def test_a_misspelt_exercise_names_the_nearest():
    with pytest.raises(ValueError, match="did you mean '01_worksheet'"):
        practice("1_worksheet")


def missing(source, **names):
    """What is said when a cell with this source stops at a name."""
    try:
        exec(compile(source, "cell", "exec"), names)
    except NameError as error:
        return "\n".join(missing_name(error, error.__traceback__, names))


def test_a_missing_name_is_told_apart_by_where_and_why(monkeypatch):
    monkeypatch.setattr("clvlib.course.learner._OPTIONS", {"visits"})
    assert missing("a = 1\nq2 = visits") == (
        'visits is not defined\nLine 2: `visits` is one of the words to choose from. Write it in quotes: "visits".'
    )
    assert missing("\n\nwrksheet", worksheet=1) == "wrksheet is not defined\nLine 3: Did you mean `worksheet`?"
    assert missing("pritn(1)") == "pritn is not defined\nLine 1: Did you mean `print`?"
    not_run = (
        "Line 1: the cell that makes it was not run yet, or was changed or deleted. Run the notebook from the top "
        "(menu Run, Run All Cells); a deleted cell comes back with menu Edit, Undo Cell Operation."
    )
    assert missing("lifetime + 1") == f"lifetime is not defined\n{not_run}"
    assert missing("raise NameError('x')") == f"A name is not defined\n{not_run}"
    inside = "a = 1\ndef worth(spend):\n    return 2 * spnd\nworth(3)"
    assert missing(inside) == (
        "spnd is not defined\n"
        "Line 2 of your function `worth` uses `spnd`, which is no argument of it and stands nowhere above. "
        "Did you mean `spend`?"
    )
    assert missing("def f():\n    return zzz\nf()").endswith("stands nowhere above.")


def test_a_notebook_that_opens_an_exercise_explains_missing_names(monkeypatch):
    handlers, shown = {}, []

    def set_custom_exc(kinds, handler):
        handlers.update(dict.fromkeys(kinds, handler))

    shell = types.SimpleNamespace(user_ns={}, set_custom_exc=set_custom_exc)
    monkeypatch.setattr("clvlib.course.learner.in_shell", lambda: shell)
    monkeypatch.setattr("clvlib.course.learner._OPTIONS", set())
    monkeypatch.setattr("IPython.display.display", shown.append)
    practice("01_worksheet")
    with pytest.raises(NameError) as error:
        exec(compile("q2 = visits", "cell", "exec"), shell.user_ns)
    handlers[NameError](shell, NameError, error.value, error.value.__traceback__)
    assert [str(card) for card in shown] == [
        'i visits is not defined\nLine 1: `visits` is one of the words to choose from. Write it in quotes: "visits".'
    ]


def test_buttons_stand_only_where_a_kernel_answers(monkeypatch):
    card = practice("01_worksheet").check("q3", 1)
    assert [label for label, _ in card.buttons] == [
        "Hint (costs 0.2 points)", "Solution (costs 1 point)", "Another case",
    ]  # fmt: skip
    assert set(card._repr_mimebundle_()) == {"text/html", "text/plain"}
    monkeypatch.setattr("clvlib.course.cards.in_shell", object)
    assert "application/vnd.jupyter.widget-view+json" in card._repr_mimebundle_()
    assert card.buttons[0][1]().title == "Hint 1 of 2 for question 3"
    assert set(Card("note", "Plain")._repr_mimebundle_()) == {"text/html", "text/plain"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Give `timing`, not *when*.", "Give <code>timing</code>, not <em>when</em>."),
        ("The **total**, in *one* `x ** 2`", "The <strong>total</strong>, in <em>one</em> <code>x ** 2</code>"),
        ("a * b * c and (1 + i) ** 2", "a * b * c and (1 + i) ** 2"),
        ("a ** b ** c", "a ** b ** c"),
        ("`a *b* c`<b>", "<code>a *b* c</code>&lt;b&gt;"),
    ],
)
def test_a_card_shows_code_and_stress_as_prompts_do(written, shown):
    assert f">{shown}</div>" in Card("note", "Title", written)._repr_mimebundle_()["text/html"]


def test_another_case_reads_as_the_notebook_does(monkeypatch):
    """A heading for each question, its options as a list, and the numbers under a heading of their own."""
    monkeypatch.setattr("clvlib.course.learner.secrets.randbelow", lambda _: 4)
    card = practice("07_segments").again()
    assert card.title == "Another case, number 5", "they begin with 1, for 0 is the textbook's"
    assert card.message.endswith("\n\n## The numbers of your case")
    shown = card._repr_mimebundle_()["text/html"]
    assert re.findall(r'<div role="heading" [^>]*>([^<]*)</div>', shown) == [
        *re.findall(r"^## (.*)$", card.message, re.MULTILINE)
    ]
    assert re.search(r"spend\?</div><ul [^>]*><li><code>&quot;frequent and high&quot;</code>: Q1</li>", shown)
    assert "##" not in shown
    assert "<br>" not in shown


def test_help_that_is_used_up_or_costs_nothing_more_says_no_cost(monkeypatch):
    monkeypatch.setattr("clvlib.course.cards.in_shell", object)
    ex = practice("01_worksheet")
    box = _widget(ex.check("q3", 1))
    press(box, "Hint (costs 0.2 points)")
    assert labels(box) == ["Hint (costs 0.2 points)", "Solution (costs 1 point)", "Another case"]
    press(box, "Hint (costs 0.2 points)")
    assert labels(box) == ["Solution (costs 1 point)", "Another case"]
    press(box, "Solution (costs 1 point)")
    assert labels(box) == ["Another case"]
    press(box, "Another case")
    assert labels(box) == []
    assert [re.sub(r"<.*?>", "", each.value).split(" ")[1:3] for each in box.children[1:-1]] == [
        ["Hint", "1"], ["Hint", "2"], ["One", "way"], ["Another", "case,"],
    ]  # fmt: skip
    ex = practice("01_worksheet", ex.seed)
    ex.check("q3", ex.exercise.questions["q3"].answer(ex.case))
    assert labels(_widget(ex.check("q3", 1))) == ["Hint", "Solution", "Another case"], "her points are safe"


def _widget(card):
    from ipywidgets.widgets.widget import _instances

    return _instances[card._repr_mimebundle_()["application/vnd.jupyter.widget-view+json"]["model_id"]]


def labels(box):
    return [button.description for button in box.children[-1].children]


def press(box, label):
    next(button for button in box.children[-1].children if button.description == label).click()
