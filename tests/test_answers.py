"""Answers on their way out of the sandbox: what becomes of each kind, and lines that were not written there."""

import json

import numpy as np
import pandas as pd
import pytest

from clvlib.course.exercise import load_exercise
from clvlib.course.marking import answers


@pytest.mark.parametrize(
    ("answer", "frozen"),
    [
        (5, {"number": 5.0}),
        (np.int64(3), {"number": 3.0}),
        (pd.Series([2.5]), {"number": 2.5}),
        (float("nan"), {"number": "nan"}),
        (float("-inf"), {"number": "-inf"}),
        (10**400, {"number": "inf"}),
        ("text", {"text": "text"}),
        ("x" * 20_001, {"text": "x" * 20_000}),
        (len, {"function": True}),
        (..., {"other": "starter"}),
        (None, {"other": "nothing"}),
        (True, {"other": "true"}),
        (np.bool_(False), {"other": "false"}),
        (pd.Series([1, 2]), {"other": "series"}),
        (np.array([1, 2]), {"other": "array"}),
        ([1], {"other": "list"}),
        ((1,), {"other": "tuple"}),
        ({}, {"other": "dictionary"}),
        ({1}, {"other": "thing"}),
        (
            pd.DataFrame({"a": [1, None], 3: ["x", np.bool_(True)], "b": [False, pd.NaT]}),
            {
                "table": {
                    "columns": ["a", "3", "b"],
                    "rows": [[1.0, "x", False], [None, True, None]],
                    "length": 2,
                }
            },
        ),
    ],
)
def test_an_answer_becomes_plain_json(answer, frozen):
    assert answers.freeze(answer) == frozen


def test_a_text_of_a_type_of_ones_own_becomes_a_text():
    class Odd(str):
        pass

    assert type(answers.freeze(Odd("a"))["text"]) is str


def test_a_large_table_is_cut_and_its_rows_are_counted_to_ten_thousand():
    table = answers.freeze(pd.DataFrame([["x" * 101] * 21] * 10_001, columns=["y" * 101] * 20 + [("z" * 200,)]))[
        "table"
    ]
    assert table["columns"] == ["y" * 100] * 20
    assert table["rows"] == [["x" * 100] * 20] * 300
    assert table["length"] == 10_000
    assert answers.freeze(pd.DataFrame({("z" * 200,): [1]}))["table"]["columns"] == ["('" + "z" * 98]


def test_a_frozen_answer_becomes_something_of_its_kind_again():
    assert answers.thaw({"number": 5.0}) == 5
    assert answers.thaw({"number": "-inf"}) == float("-inf")
    assert answers.thaw({"text": "a"}) == "a"
    assert answers.thaw({"other": "starter"}) is ...
    assert answers.thaw({"other": "nothing"}) is None
    assert [answers.thaw({"other": name}) for name in ("true", "false")] == [True, False]
    assert answers.thaw({"other": "series"}).tolist() == answers.thaw({"other": "array"}).tolist() == [0, 0]
    assert [answers.thaw({"other": name}) for name in ("list", "tuple", "dictionary")] == [[], (), {}]
    assert type(answers.thaw({"other": "thing"})) is object
    function = answers.thaw({"function": True})
    assert callable(function)
    assert not hasattr(function, "__name__")
    table = answers.thaw({"table": {"columns": ["a\x00", "b"], "rows": [[1.0, "x\x1f"], [None, True]], "length": 3.0}})
    assert table.columns.tolist() == ["a\ufffd", "b"]
    assert table.astype(object).where(table.notna(), None).to_numpy().tolist() == [
        [1, "x\ufffd"],
        [None, True],
        [None, None],
    ]
    assert table.dtypes.tolist() == [object, object]
    ragged = answers.thaw({"table": {"columns": ["a"], "rows": [[1.0], []], "length": 2.0}})
    assert ragged.empty
    assert ragged.columns.empty


@pytest.mark.parametrize(
    "character", ["\x00", "\x08", "\x0b", "\x0c", "\x0e", "\x1f", "\x7f", "\x80", "\x9f", "\ud800"]
)
def test_characters_that_no_file_should_have_are_replaced(character):
    assert answers.clean(f"a{character}b") in ("a\ufffdb", "a?b")


def test_other_characters_stay():
    assert answers.clean("Tab\tline\nreturn\r ~\xa0é客户😀") == "Tab\tline\nreturn\r ~\xa0é客户😀"


def message(**fields):
    return json.dumps(fields).encode()


def answer(**kind):
    return message(question="q1", answer=kind)


def table(columns=(), rows=(), length=0):
    return answer(table=dict(columns=columns, rows=rows, length=length))


def results(*each):
    return message(question="q1", results=each)


AT_THE_LIMIT = {  # and one beyond it
    "number of a cell": (message(cell=10_000), message(cell=10_001)),
    "cell from 0": (message(cell=0), message(cell=-1)),
    "number of a cell that stopped": (
        message(stopped=10_000, error="", says=""),
        message(stopped=10_001, error="", says=""),
    ),
    "name of an error": (message(stopped=0, error="e" * 100, says=""), message(stopped=0, error="e" * 101, says="")),
    "words of an error": (message(stopped=0, error="", says="s" * 300), message(stopped=0, error="", says="s" * 301)),
    "what was skipped": (message(skipped=0, what="s" * 300), message(skipped=0, what="s" * 301)),
    "name of a question": (message(calling="q" * 10), message(calling="q" * 11)),
    "question that is answered": (
        message(question="q" * 10, answer={"number": 1}),
        message(question="q" * 11, answer={"number": 1}),
    ),
    "question of results": (message(question="q" * 10, results=[]), message(question="q" * 11, results=[])),
    "text": (answer(text="t" * 20_000), answer(text="t" * 20_001)),
    "no number": (answer(number="nan"), answer(number="NaN")),
    "infinite number": (answer(number="inf"), answer(number=None)),
    "negative infinite number": (answer(number="-inf"), answer(number="-nan")),
    "other kind": (answer(other="tuple"), answer(other="set")),
    "function": (answer(function=True), answer(function=False)),
    "columns": (table(columns=["a"] * 20), table(columns=["a"] * 21)),
    "name of a column": (table(columns=["a" * 100]), table(columns=["a" * 101])),
    "columns are text": (table(columns=["1"]), table(columns=[1])),
    "rows": (table(rows=[[]] * 300), table(rows=[[]] * 301)),
    "width of a row": (table(rows=[[1] * 20]), table(rows=[[1] * 21])),
    "text in a cell": (table(rows=[["a" * 100]]), table(rows=[["a" * 101]])),
    "kinds of cells": (table(rows=[[1.5, "a", True, None]]), table(rows=[[[]]])),
    "length": (table(length=10_000), table(length=10_001)),
    "whole length": (table(length=1), table(length=1.5)),
    "results": (results(*[{"gave": {"number": 1}}] * 1_000), results(*[{"gave": {"number": 1}}] * 1_001)),
    "result": (results({"gave": {"text": "a"}}), results({"gave": {"text": 1}})),
    "error among results": (results({"error": "a", "says": "b"}), results({"error": "a"})),
    "ready": (message(ready=True), message(ready=False)),
    "done": (message(done=True), message(done="yes")),
}


@pytest.mark.parametrize(("within", "beyond"), AT_THE_LIMIT.values(), ids=AT_THE_LIMIT)
def test_a_message_is_taken_up_to_its_limits(within, beyond):
    assert answers.read_line(within) == json.loads(within)
    with pytest.raises(ValueError, match=r"^a line of another form$"):
        answers.read_line(beyond)


@pytest.mark.parametrize("line", [b"{", b"", b"\xff", b'{"cell": NaN}', b'{"cell": -Infinity}', b"[" * 100_000])
def test_what_is_no_json_is_refused(line):
    with pytest.raises(ValueError, match=r"^a line that is no JSON$"):
        answers.read_line(line)


FORGED = [
    b'{"question": "q1", "answer": {"number": 1}, "points": 100}', b'{"question": "q1", "answer": {"number": NaN}}',
    b'{"question": "q1", "answer": {"number": Infinity}}', b'{"question": "q1", "answer": {"right": true}}', b"[1]",
    b'{"question": "q1", "answer": {"number": 1, "text": "a"}}', b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b"",
    b'{"question": "q1", "answer": {"text": "' + b"a" * 30_000 + b'"}}', b'{"question": 1, "answer": {"number": 1}}',
    b'{"cell": -1}', b'{"cell": 1.5}', b'{"stopped": 0, "error": "a", "says": "' + b"a" * 301 + b'"}', b"null", b'"q1"',
    b'{"question": "q1", "answer": {"table": {"columns": [], "rows": [], "length": 10001}}}',
    b'{"question": "q1", "results": [' + b"1, " * 100_000 + b"1]}", b'{"points": {"q1": 100}}',
    b'{"question": "q1", "results": [{"gave": {"table": {"columns": [], "rows": [], "length": 1}}}]}',
    b'{"ready": 1}', b'{"results": [], "question": "q1", "more": 1}',
]  # fmt: skip


@pytest.mark.parametrize("line", FORGED, ids=range(len(FORGED)))
def test_a_message_of_another_form_is_refused(line):
    with pytest.raises(ValueError, match="a line"):
        answers.read_line(line)


def test_huge_numbers_become_infinite_and_halves_of_characters_are_replaced():
    huge = answers.read_line(b'{"question": "q1", "answer": {"number": ' + b"9" * 5000 + b"}}")
    assert answers.thaw(huge["answer"]) == float("inf")
    assert answers.thaw(answers.read_line(b'{"question": "q1", "answer": {"number": 1e999}}')["answer"]) == float("inf")
    text = answers.read_line(b'{"question": "q1", "answer": {"text": "a\\ud800\\u0000b"}}')
    assert answers.thaw(text["answer"]) == "a?\ufffdb"


ANSWERS = [
    5, 5.5, np.float64(2), np.int64(3), "text", "", True, None, ..., [1], (1,), {}, {1}, 3 + 4j, float("nan"),
    float("inf"), len, lambda x: x, pd.Series([1, 2]), np.array([1, 2]), object(), b"x",
    pd.DataFrame(), pd.DataFrame({"a": [1, None, "x"], 3: [True, 2.5, pd.NaT]}), pd.DataFrame({"a": range(5000)}),
    pd.DataFrame([[1, 2]], columns=["a", "a"]), "x" * 100_000, 10**400, pd.DataFrame({"a": ["y" * 10_000]}),
]  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: str(type(answer).__name__))
def test_whatever_is_handed_in_passes_the_schema_and_gets_the_same_complaint(answer):
    frozen = answers.freeze(answer)
    line = json.dumps({"question": "q1", "answer": frozen}, allow_nan=False).encode()
    thawed = answers.thaw(answers.read_line(line)["answer"])
    exercise = load_exercise("01_worksheet")
    case = exercise.case_for(0)
    for key, question in exercise.questions.items():
        if key not in ("q4", "q8") and not isinstance(answer, set | complex | bytes):
            assert question.problem(thawed, case) == question.problem(answer, case), key


def test_dates_in_a_table_come_out_as_their_text():
    day = pd.Timestamp("2024-03-01")
    table = pd.DataFrame(
        {"day": [day, day.date(), np.datetime64("2024-03-01"), pd.NaT, day.replace(hour=6)]}, dtype=object
    )
    assert answers.thaw(answers.freeze(table))["day"].tolist() == ["2024-03-01"] * 3 + [None, "2024-03-01 06:00:00"]
