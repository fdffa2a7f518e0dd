"""Quizzes for learning platforms: each form is read back by a reader of its own and marked; the key has the last word.

The readers know the forms from their documents and from what Moodle and Canvas do with them, not from the writers.
"""

import functools
import hashlib
import io
import operator
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from typer.testing import CliRunner

from clvlib.course import cli
from clvlib.course.exercise import (
    ChoiceQuestion,
    Exercise,
    NumberQuestion,
    all_exercises,
    from_case,
    load_exercise,
    load_key,
)
from clvlib.course.quiz import items, moodle, qti12, qti21
from clvlib.course.quiz.items import quiz_of

FORMS = {"moodle": moodle, "qti12": qti12, "qti21": qti21}
NAMES = [exercise.name for exercise in all_exercises()]
load = functools.cache(load_exercise)
first_case = functools.cache(lambda name: next(items._cases(load(name), 1)))
quiz_with_one = functools.cache(lambda name: quiz_of(load(name), 1, 1))


@dataclass
class Read:
    """A question as a platform has it: `mark` gives the share of the points and all that is said to an answer."""

    title: str
    group: str
    points: float
    text: str
    form: str  # "number", "choice" or "table"
    offers: list[str]  # what one may choose; of a table, the labels of its first cell
    cells: int
    mark: Callable[[Any], tuple[float, str]]


# Moodle: question/type/numerical, multichoice and multianswer (whose pattern is its own).

_MENU = re.compile(r"\{(\d*):MULTICHOICE:((?:\\.|[^}\\])*)\}")
_ENTRY = re.compile(r"(?:%(-?\d+)%)?((?:\\.|[^~#\\])+)(?:#((?:\\.|[^~\\])*))?")


def read_moodle(data: bytes) -> list[Read]:
    found, group = [], ""
    for question in ET.fromstring(data):
        kind = question.get("type")
        if kind == "category":
            group = question.findtext("category/text") or ""
            continue
        about = question.findtext("name/text"), group, float(question.findtext("defaultgrade")), said(question)
        found.append(
            {"numerical": _moodle_number, "multichoice": _moodle_choice, "cloze": _moodle_table}[kind](question, about)
        )
    return found


def said(question: ET.Element) -> str:
    part = question.find("questiontext")
    assert part.get("format") == "html"
    return part.findtext("text")


def _moodle_number(question: ET.Element, about: tuple) -> Read:
    def mark(answer: float) -> tuple[float, str]:
        for each in question.findall("answer"):
            value, within = float(each.findtext("text")), float(each.findtext("tolerance"))
            if value - within - 1e-12 * abs(value) <= answer <= value + within + 1e-12 * abs(value):
                return float(each.get("fraction")) / 100, each.findtext("feedback/text") or ""
        return 0.0, ""

    return Read(*about, "number", [], 1, mark)


def _moodle_choice(question: ET.Element, about: tuple) -> Read:
    assert question.findtext("single") == "true"
    answers = {each.findtext("text"): each for each in question.findall("answer")}

    def mark(answer: str) -> tuple[float, str]:
        each = next(each for text, each in answers.items() if plain(text) == answer)
        return float(each.get("fraction")) / 100, each.findtext("feedback/text") or ""

    return Read(*about, "choice", list(map(plain, answers)), len(answers), mark)


def _moodle_table(question: ET.Element, about: tuple) -> Read:
    menus = [_ENTRY.findall(menu) for _, menu in _MENU.findall(said(question))]

    def bare(text: str) -> str:
        return re.sub(r"\\(.)", r"\1", text)

    def mark(answer: list[str]) -> tuple[float, str]:
        chosen = [
            next(entry for entry in menu if plain(bare(entry[1])) == label)
            for menu, label in zip(menus, answer, strict=True)
        ]
        return sum(float(entry[0]) for entry in chosen) / 100 / len(menus), "".join(bare(entry[2]) for entry in chosen)

    return Read(*about, "table", [plain(bare(entry[1])) for entry in menus[0]], len(menus), mark)


# QTI 1.2: conditions from the first to the last, each with `continue`; below and above compare numbers.

_COMPARED = {
    "vargte": operator.ge,
    "varlte": operator.le,
    "vargt": operator.gt,
    "varlt": operator.lt,
}


def read_qti12(data: bytes) -> list[Read]:
    files = unzipped(data)
    manifest = bare(ET.fromstring(files["imsmanifest.xml"]))
    resource = next(each for each in manifest.iter("resource") if each.get("type") == "imsqti_xmlv1p2")
    root = bare(ET.fromstring(files[resource.find("file").get("href")]))
    found = []
    for section in root.find("assessment/section").findall("section"):
        assert section.findtext("selection_ordering/selection/selection_number") == "1"
        found += [_qti12_item(item, section.get("ident")) for item in section.findall("item")]
    return found


def fields(item: ET.Element) -> dict[str, str]:
    return {field.findtext("fieldlabel"): field.findtext("fieldentry") for field in item.iter("qtimetadatafield")}


def _qti12_item(item: ET.Element, group: str) -> Read:
    kind = {"numerical_question": "number", "multiple_choice_question": "choice", "matching_question": "table"}
    responses = item.findall("presentation/response_lid")
    labels = {each.get("ident"): label_texts(each) for each in responses}

    def mark(answer: Any) -> tuple[float, str]:
        if not responses:
            given = {"response1": str(answer)}
        else:
            answers = answer if isinstance(answer, list) else [answer]
            given = {
                name: next(ident for ident, text in texts.items() if text == chosen)
                for (name, texts), chosen in zip(labels.items(), answers, strict=True)
            }
        score, says = 0.0, []
        for condition in item.findall("resprocessing/respcondition"):
            if not all(holds(each, given) for each in condition.find("conditionvar")):
                continue
            for change in condition.findall("setvar"):
                score = float(change.text) + (score if change.get("action") == "Add" else 0)
            says += [feedback12(item, each.get("linkrefid")) for each in condition.findall("displayfeedback")]
            if condition.get("continue") == "No":
                break
        return score / 100, "".join(says)

    about = item.get("title"), group, float(fields(item)["points_possible"])
    text = item.findtext("presentation/material/mattext")
    offers = list(next(iter(labels.values())).values()) if labels else []
    return Read(*about, text, kind[fields(item)["question_type"]], offers, max(1, len(responses)), mark)


def label_texts(response: ET.Element) -> dict[str, str]:
    return {each.get("ident"): plain(each.findtext("material/mattext")) for each in response.iter("response_label")}


def feedback12(item: ET.Element, name: str) -> str:
    (feedback,) = [each for each in item.findall("itemfeedback") if each.get("ident") == name]
    return feedback.findtext("flow_mat/material/mattext")


def holds(test: ET.Element, given: dict[str, str]) -> bool:
    inner = [holds(each, given) for each in test]
    if test.tag in ("and", "or", "not", "other"):
        return {"and": all(inner), "or": any(inner), "not": not all(inner), "other": True}[test.tag]
    response = given[test.get("respident")]
    if test.tag == "varequal":
        return response == test.text
    return _COMPARED[test.tag](float(response), float(test.text))


# QTI 2.1: the first branch that holds.


def read_qti21(data: bytes) -> list[Read]:
    files = unzipped(data)
    root, found = bare(ET.fromstring(files["test.xml"])), []
    for section in root.iter("assessmentSection"):
        assert section.find("selection").get("select") == "1"
        for reference in section.findall("assessmentItemRef"):
            item = bare(ET.fromstring(files[reference.get("href")]))
            assert item.get("identifier") == reference.get("identifier")
            found.append(_qti21_item(item, section.get("identifier")))
    return found


def _qti21_item(item: ET.Element, group: str) -> Read:
    body = item.find("itemBody")
    choices = {
        each.get("responseIdentifier"): {
            choice.get("identifier"): "".join(choice.itertext()) for choice in each if choice.get("identifier")
        }
        for each in (*body.iter("choiceInteraction"), *body.iter("inlineChoiceInteraction"))
    }
    kind = "number" if not choices else "choice" if body.find("choiceInteraction") is not None else "table"

    def mark(answer: Any) -> tuple[float, str]:
        answers = answer if isinstance(answer, list) else [answer]
        given: dict[str, Any] = {"RESPONSE": answer}
        if choices:
            given = {
                name: next(ident for ident, text in texts.items() if text == chosen)
                for (name, texts), chosen in zip(choices.items(), answers, strict=True)
            }
        score, says = 0.0, ""
        for branch in item.find("responseProcessing/responseCondition"):
            if not holds21(branch[0], given):
                continue
            for change in branch.findall("setOutcomeValue"):
                if change.get("identifier") == "SCORE":
                    score = float(change.findtext("baseValue"))
                else:
                    says = feedback21(item, change.findtext("baseValue"))
            break
        return score / most, says

    (outcome,) = [each for each in item.findall("outcomeDeclaration") if each.get("identifier") == "SCORE"]
    most = float(outcome.get("normalMaximum"))
    text = ET.tostring(body, encoding="unicode")
    offers = list(next(iter(choices.values())).values()) if choices else []
    return Read(item.get("title"), group, most, text, kind, offers, max(1, len(choices)), mark)


def feedback21(item: ET.Element, name: str) -> str:
    (feedback,) = [each for each in item.findall("modalFeedback") if each.get("identifier") == name]
    return "".join(ET.tostring(each, encoding="unicode") for each in feedback)


def holds21(test: ET.Element, given: dict[str, Any]) -> bool:
    if test.tag == "and":
        return all(holds21(each, given) for each in test)
    response, value = given[test.find("variable").get("identifier")], test.findtext("baseValue")
    if test.tag == "match":
        return response == value
    assert test.tag == "equal"
    within = float(test.get("tolerance", "0"))
    assert (test.get("toleranceMode") == "absolute") == bool(within)
    return abs(float(response) - float(value)) <= within + 1e-12 * abs(float(value))


READERS = {"moodle": read_moodle, "qti12": read_qti12, "qti21": read_qti21}


def bare(root: ET.Element) -> ET.Element:
    """Without name spaces."""
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
    return root


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


class Words(HTMLParser):
    """The text of HTML as a browser has it, and its tags."""

    def __init__(self, text: str):
        super().__init__()
        self.words, self.tags = "", []
        self.feed(text)
        self.close()

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.tags.append(tag)
        # no handler, address or style; what QTI 2.1 has of its own carries attributes
        assert not attributes or tag.endswith("interaction") or tag in ("inlinechoice", "simplechoice")


def plain(text: str) -> str:
    return Words(text).words


# Marked against the key.


def given(name: str, question: Any, answer: Any, case: dict) -> Any:
    """An answer as it is typed or chosen on a platform."""
    if isinstance(question, NumberQuestion):
        return float(answer)
    if isinstance(question, ChoiceQuestion):
        return plain(items.as_html(items.filled(question.options[answer], case)))
    asked = items._labels(load(name), question)
    return [label or "(empty)" for row in answer[list(asked)].itertuples(index=False) for label in row]


@pytest.mark.long
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_a_platform_marks_as_the_key_does(name: str, form: str) -> None:
    case, quiz = first_case(name), quiz_with_one(name)
    read = READERS[form](FORMS[form].written(quiz))
    assert [each.title for each in read] == [group.items[0].title for group in quiz.groups]
    for group, there in zip(quiz.groups, read, strict=True):
        question = group.question
        assert there.points == question.points
        right = question.answer(case)
        share, says = there.mark(given(name, question, right, case))
        assert (round(share, 6), says) == (1, "") or (form, there.form) == ("qti12", "table")
        for mistake in question.mistakes:
            wrong = from_case(mistake.answer, case)
            if wrong is None or (there.form == "number" and not abs(wrong) < float("inf")):
                continue
            share, says = there.mark(given(name, question, wrong, case))
            assert share < 1
            assert share == 0 or there.form == "table"
            first = question.problem(wrong, case)
            assert plain(items.as_html(first)) in plain(says), (group.key, mistake.answer.__name__)
        if there.form == "number":
            edges(question, there, case)


def edges(question: NumberQuestion, there: Read, case: dict) -> None:
    """Just within the tolerance is right and just outside is not, on both sides."""
    right, step = float(question.answer(case)), question.within
    for sign in (-1, 1):
        assert there.mark(right + sign * step * (1 - 1e-6))[0] == 1
        outside = right + sign * (step * (1 + 1e-6) + 1e-9 * max(1, abs(right)))
        assert there.mark(outside)[0] == 0
        assert question.problem(outside, case)


@pytest.mark.long
def test_canvas_takes_only_the_right_number_for_right() -> None:
    """Canvas makes an answer, and a right one, of each range it finds under `and`, and of each value beside one."""
    for name in NAMES:
        case = first_case(name)
        files = unzipped(qti12.written(quiz_with_one(name)))
        (content,) = [data for file, data in files.items() if file.endswith("_s1.xml")]
        for item in bare(ET.fromstring(content)).iter("item"):
            if fields(item)["question_type"] != "numerical_question":
                continue
            key = re.search(r"_(q\d+)_1$", item.get("ident"))[1]
            right, taken = load(name).questions[key].answer(case), []
            for condition in item.iter("conditionvar"):
                either = next(condition.iter("or"), None)
                if either is not None:
                    taken += [each.text for each in either.iter("varequal")][:1]
                elif next(condition.iter("and"), None) is not None or len(condition) > 1:
                    taken.append("a range")
            assert len(taken) == 1
            assert load(name).questions[key].same(float(taken[0]), float(right))
            assert {each.get("ident") for each in item.iter("itemfeedback")} >= {"general_incorrect_fb"}


# Their form. The orders are those of the DTD of QTI 1.2.1 and of the XML schema of QTI 2.1.

ORDERS = {
    "item": ["itemmetadata", "presentation", "resprocessing", "itemfeedback"],
    "respcondition": ["conditionvar", "setvar", "displayfeedback"],
    "section": ["selection_ordering", "item", "section"],
    "selection": ["selection_number", "selection_extension"],
    "response_lid": ["material", "render_choice"],
    "resprocessing": ["outcomes", "respcondition"],
    "assessmentItem": [
        "responseDeclaration",
        "outcomeDeclaration",
        "itemBody",
        "responseProcessing",
        "modalFeedback",
    ],
    "assessmentSection": ["selection", "assessmentItemRef"],
    "resource": ["file", "dependency"],
    "manifest": ["metadata", "organizations", "resources"],
}


@pytest.mark.long
@pytest.mark.parametrize("form", ["qti12", "qti21"])
def test_a_package_is_whole_and_in_the_order_of_its_schema(form: str) -> None:
    for name in ("03_retention", "06_value_components", "08_lifecycle_stages"):
        files = unzipped(FORMS[form].written(quiz_of(load(name), 3, 1)))
        roots = {file: bare(ET.fromstring(data)) for file, data in files.items()}
        resources = list(roots["imsmanifest.xml"].iter("resource"))
        named = [each.get("href") for resource in resources for each in resource.findall("file")]
        assert sorted(named) == sorted(set(files) - {"imsmanifest.xml"})
        idents = {each.get("identifier") for each in resources}
        assert {each.get("identifierref") for each in roots["imsmanifest.xml"].iter("dependency")} <= idents
        for root in roots.values():
            for each in root.iter():
                order = ORDERS.get(each.tag)
                places = [order.index(child.tag) for child in each] if order else []
                assert places == sorted(places), each.tag
            named = [each.get("ident") or each.get("identifier") for each in root.iter("item")]
            assert len(set(named)) == len(named)
            for each in named:
                assert re.fullmatch(r"[A-Za-z_]\w*", each, re.ASCII)


@pytest.mark.long
def test_a_question_has_a_group_with_its_cases() -> None:
    quiz = quiz_of(load("03_retention"), 5, 1)
    assert [(group.key, len(group.items)) for group in quiz.groups] == [("q1", 5), ("q2", 5), ("q5", 5), ("q6", 1)]
    for form, reader in READERS.items():
        read = reader(FORMS[form].written(quiz))
        groups = [each.group for each in read]
        assert [groups.count(each) for each in dict.fromkeys(groups)] == [5, 5, 5, 1]
        assert len({each.text for each in read}) == 16
    assert read_moodle(moodle.written(quiz))[0].group == "$course$/top/CLV Notebooks/03_retention/Q1 years_started"


@pytest.mark.long
def test_what_no_platform_can_mark_is_left_out_with_the_reason() -> None:
    left = quiz_with_one("10_churn_winback").left_out
    assert {key: reason.partition(":")[0] for key, reason in left.items()} == {
        "q3": "a table of numbers or of free text",
        "q5": "a function",
        "q7": "a table of numbers or of free text",
        "q8": "a text",
    }
    tables = [
        (exercise.name, group.key)
        for exercise in map(load, NAMES)
        for group in quiz_of(exercise, 1, 1).groups
        if isinstance(group.items[0], items.Labels)
    ]
    assert tables == [
        ("06_value_components", "q2"),
        ("08_lifecycle_stages", "q1"),
        ("10_churn_winback", "q4"),
        ("11_satisfaction_index", "q5"),
    ]


@pytest.mark.long
def test_the_same_seed_gives_the_same_bytes() -> None:
    def digests(seed: int) -> dict[str, str]:
        quiz = quiz_of(load("07_segments"), 2, seed)
        return {form: hashlib.sha256(module.written(quiz)).hexdigest() for form, module in FORMS.items()}

    assert digests(1) == digests(1)
    assert not set(digests(1).values()) & set(digests(2).values())
    with zipfile.ZipFile(io.BytesIO(qti12.written(quiz_with_one("07_segments")))) as pack:
        assert {each.date_time for each in pack.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    idents = [
        {item.ident for group in quiz_of(load("07_segments"), 2, seed).groups for item in group.items}
        for seed in (1, 2)
    ]
    assert not idents[0] & idents[1]  # an import of other cases takes nothing's place


def test_the_numbers_that_a_prompt_does_not_print_stand_below_it() -> None:
    quiz = quiz_with_one("10_churn_winback")
    case = first_case("10_churn_winback")
    prompts = {group.key: plain(group.items[0].html) for group in quiz.groups}
    assert f"silent = {case['silent']}\nback = {case['back']}" in prompts["q2"]
    assert "window" not in prompts["q2"]  # its one number stands in the prompt
    assert " = " not in prompts["q6"]


def test_a_prompt_that_speaks_of_another_question_brings_it() -> None:
    exercise, case = load("04_three_year_table"), first_case("04_three_year_table")
    prompts = {group.key: plain(group.items[0].html) for group in quiz_with_one("04_three_year_table").groups}
    assert f"Question 1 is: {plain(items.as_html(exercise.questions['q1'].asks(case)))}" in prompts["q2"]


# Texts that could break out.

HOSTILE = '''
from clvlib.course import Exercise
import pandas as pd

exercise = Exercise("99_<a>/b", title='Tom & "Jerry" <b>', minutes=10)
NASTY = "</p><script>alert(1)</script> ]]> & {{1:MULTICHOICE:=x}} ~no#no}} \\\\ 客户价值 &amp; `a < b` **bold**\\x00"


@exercise.case
def draw(rng):
    return dict(names=["<img src=x onerror=alert(1)>", "客户 & Co", "plain"], n=int(rng.integers(1, 10**6)))


@exercise.number(points=1, level=1, within=0, unit="<i>RMB</i>")
def number(n):
    """NASTY {n}"""
    return n


number.reference.__doc__ = NASTY + " {n}"


@number.mistake(NASTY.replace("{{", "{").replace("}}", "}"))
def off(n):
    return n + 1


@exercise.choice(points=1, level=1, options={"a": NASTY, "b": "客户"}, wrong={"b": "</div>" + NASTY})
def choice():
    """Which?"""
    return "a"


@exercise.table(points=2, level=1, within=0)
def table(names):
    """Of `names`, which is "~a}}#" and which is "b%=" or ""?"""
    return pd.DataFrame({"name": names, "label": ["~a}#", "b%=", ""]})


@table.mistake("Turned ~ round # } \\\\ here: </td></table><script>x</script>")
def turned(names):
    return pd.DataFrame({"name": names, "label": ["b%=", "~a}#", ""]})
'''


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    path = tmp_path_factory.mktemp("keys") / "hostile.py"
    path.write_text(HOSTILE, encoding="utf-8")
    return load_key(path)


@pytest.mark.parametrize("form", FORMS)
def test_no_text_breaks_out(hostile: Exercise, form: str) -> None:
    number, choice, table = READERS[form](FORMS[form].written(quiz_of(hostile, 1, 1)))
    case = next(items._cases(hostile, 1))
    share, says = number.mark(case["n"] + 1.0)
    assert share == 0
    assert "</p><script>alert(1)</script> ]]> & {1:MULTICHOICE:=x} ~no#no}" in plain(says)
    assert "客户价值" in plain(says)
    assert "\N{REPLACEMENT CHARACTER}" in plain(says)  # a character that XML cannot hold
    assert choice.mark(choice.offers[0])[0] == 1
    share, says = table.mark(["b%=", "~a}#", "(empty)"])
    assert "Turned ~ round # }" in plain(says)
    assert round(table.mark(["~a}#", "b%=", "(empty)"])[0], 6) == 1
    for text in (
        number.text,
        choice.text,
        table.text,
        says,
        choice.mark(choice.offers[1])[1],
        number.mark(case["n"] + 1.0)[1],
    ):
        tags = Words(text).tags
        assert not {"script", "img"} & set(tags)
    assert "code" in Words(number.text).tags
    assert "strong" in Words(number.text).tags


# Cases and the command.


def test_ambiguous_cases_are_passed_over() -> None:
    exercise = Exercise("x", title="X", minutes=1)
    exercise.case(lambda rng: dict(n=int(rng.integers(0, 4))))

    @exercise.number(points=1, level=1, within=0.5)
    def doubled(n: int) -> int:
        """Twice {n}?"""
        return 2 * n

    doubled.mistake("That is its square.")(lambda n: n**2)  # the same where n is 0 or 2
    for seed in range(5):
        (group,) = quiz_of(exercise, 3, seed).groups
        assert {item.right for item in group.items} == {2.0, 6.0}
    doubled.mistake("That is it again.")(lambda n: 2 * n)
    with pytest.raises(ValueError, match="in the key of x, two answers lie within tolerance"):
        quiz_of(exercise, 3, 1)


def clv(*words: Any, code: int = 0) -> str:
    done = CliRunner().invoke(cli.app, list(map(str, words)))
    assert done.exit_code == code, done.output
    return done.output


@pytest.mark.long
def test_the_command_says_what_is_in_it_and_what_is_not(tmp_path) -> None:
    out = tmp_path / "quiz.zip"
    said = clv("export-quiz", "05_winning_or_keeping", "--format", "qti12", "--variants", 2, "--seed", 7, "--out", out)
    assert "q2 cost_of_keeping: number, 2 cases" in said
    assert "q6 under_uncertainty: choice, 1 case" in said
    assert "q3 four_customers: left out, a table of numbers or of free text" in said
    assert f"are in {out}." in said
    assert "QTI .zip file" in said
    assert out.read_bytes() == qti12.written(quiz_of(load("05_winning_or_keeping"), 2, 7))


@pytest.mark.long
def test_the_command_refuses_in_one_sentence(tmp_path) -> None:
    said = clv("export-quiz", "05_winning_or_keeping", "--format", "moodle", "--out", tmp_path / "a.zip", code=1)
    assert "a.zip is no name for it: moodle is a .xml file" in said
    said = clv("export-quiz", "05_winning", "--format", "moodle", code=1)
    assert "did you mean '05_winning_or_keeping'?" in said
    said = clv("export-quiz", "00_start_here", "--format", "moodle", code=1)
    assert "holds only what its lesson asks in between" in said
    exercise = Exercise("x", title="X", minutes=1)
    exercise.text(level=3, rubric={"says why": 1})(lambda: "Because.")
    with pytest.raises(ValueError, match="x has no question that a learning platform can mark"):
        quiz_of(exercise, 1, 1)
