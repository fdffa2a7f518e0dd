"""The instructor's pack: each lesson's notes in one form, syllabi and outcomes at one with lessons and keys."""

import re
import tomllib
from pathlib import Path

import nbformat
import pytest
from test_notebooks import numbers, stands_for, tokens

from clvlib.course.exercise import NumberQuestion, all_exercises

ROOT = Path(__file__).parents[1]
PACK = ROOT / "docs" / "teaching"
NOTES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(PACK.glob("[0-9]*.md"))}
SYLLABI = (PACK / "syllabi.md").read_text(encoding="utf-8")
LESSONS = {
    path.stem: nbformat.read(path, as_version=4).cells[0].source for path in sorted(ROOT.glob("notebooks/*.ipynb"))
}
EXERCISES = {exercise.name: exercise for exercise in all_exercises()}
HEADINGS = [
    "Opening question",
    "Board plan",
    "Where students go wrong",
    "Decide",
    "Minutes",
    "Before and after",
]
NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")

OURS = {  # computed for the notes; the lesson has them nowhere
    "00_start_here": ["1.75"],  # a mistake
    "01_worksheet": ["75.9"],
    "02_time_value": ["1,050"],
    "03_retention": ["125", "405", "75.7", "80.6"],
    "06_value_components": ["268,635"],  # 1,295,282 - 1,026,647
    "07_segments": ["138"],  # half of 276
    "08_lifecycle_stages": ["75,714"],
    "11_satisfaction_index": ["79.05", "78.16"],  # plain mean and weights 4 : 2 : 1, in sevenths
    "13_kano_voice_chain": ["0.3125", "225,000", "282,000"],  # links of 0.5, a year of 60 stations; all spent
    "17_capstone": ["8,610", "295"],  # between the best list and the letter's: RMB, gifts
}

each_page = pytest.mark.parametrize("name", NOTES)


def part(name, heading):
    """What stands under a heading of a lesson's notes."""
    return NOTES[name].partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def without_links(text):
    return re.sub(r"\]\([^)]+\)", "]", text)


@each_page
def test_the_notes_of_a_lesson_have_its_form(name):
    title = LESSONS[name].splitlines()[0].removeprefix("# ")
    first, _, sentence, *_ = NOTES[name].splitlines()
    assert first == f"# Teaching lesson {int(name[:2])}: {title}"
    assert re.match(r"\*[^*]", sentence)
    assert re.findall(r"^#+ (.+)$", NOTES[name], re.MULTILINE)[1:] == HEADINGS
    assert f"](../../notebooks/{name}.ipynb)" in NOTES[name]


@each_page
def test_the_notes_of_a_lesson_are_two_pages(name):
    assert 600 <= len(re.findall(r"[^\W\d_][\w'’-]*", without_links(NOTES[name]))) <= 1000


@each_page
def test_the_minutes_of_a_class_follow_one_another_to_its_end(name):
    spans = re.findall(r"^\| *(\d+)[-–](\d+) *\|", part(name, "Minutes"), re.MULTILINE)
    begin, end = ([int(minute) for minute in minutes] for minutes in zip(*spans, strict=True))
    assert begin == [0, *end[:-1]]
    assert end[-1] in (75, 90)
    assert begin < end


@pytest.mark.parametrize("name", [name for name in NOTES if "One class of 75 " not in NOTES[name]])
def test_the_minutes_of_a_short_class_add_up(name):
    rows = re.findall(r"^\| *(\d+)[-–](\d+) *\| *(\d+) *\|", part(name, "Minutes"), re.MULTILINE)
    assert len(rows) == len(re.findall(r"^\| *\d", part(name, "Minutes"), re.MULTILINE))
    assert not [row for row in rows if int(row[2]) > int(row[1]) - int(row[0])]
    assert sum(int(short) for *_, short in rows) == 75


@each_page
def test_a_name_in_the_notes_can_be_found_in_the_lesson(name):
    lesson = "\n".join(cell.source for cell in nbformat.read(ROOT / f"notebooks/{name}.ipynb", as_version=4).cells)
    for named in re.findall(r"`([^`]+)`", NOTES[name]):
        assert named in lesson or named in EXERCISES, named


@each_page
def test_a_wrong_turn_is_answered_by_a_question(name):
    turns = re.split(r"^- ", part(name, "Where students go wrong"), flags=re.MULTILINE)[1:]
    assert 4 <= len(turns) <= 6
    assert not [turn for turn in turns if "?" not in turn and "Ask:" not in turn]


@each_page
def test_the_homework_names_questions_that_exist(name):
    exercise = EXERCISES.get(name) or EXERCISES["01_worksheet"]  # the start page has none, and looks ahead
    named = set(re.findall(r"\bq\d+\b", part(name, "Before and after")))
    assert named
    assert set(re.findall(r"\bq\d+\b", NOTES[name])) <= set(exercise.questions)


@each_page
def test_a_number_in_the_notes_is_the_lesson_s(name):
    cells = nbformat.read(ROOT / f"notebooks/{name}.ipynb", as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    said = [each.get("text") or each.get("data", {}).get("text/plain", "") for each in outputs]
    known = [value for text in [*said, *(cell.source for cell in cells)] for value in numbers(text)]
    above_the_minutes = without_links(NOTES[name].partition("\n## Minutes\n")[0])
    long = [token for token in tokens(above_the_minutes) if len(re.sub(r"[.,]", "", token).strip("0")) > 2]
    loose = [token for token in long if not any(stands_for(value, token) for value in known)]
    assert set(loose) == set(OURS.get(name, []))


def given_away(text, question, answer):
    """The first number of a text that would be marked right; a percent, or one of two digits, only with its unit."""
    unit, is_share = question.unit.partition(" ")[0], "fraction" in question.unit or not question.unit
    for found in NUMBER.finditer(text):
        value, behind = float(found[0].replace(",", "")), text[found.end() :].lstrip()
        says_all = len(re.sub(r"[.,]", "", found[0]).strip("0")) > 2 or is_share or behind.startswith(unit)
        if is_share and behind.startswith("%"):
            value /= 100
        if says_all and abs(value - abs(answer)) <= question.within:
            return found[0]
    return None


@pytest.mark.parametrize("name", sorted(NOTES.keys() & EXERCISES.keys()))
def test_no_answer_to_hand_in_stands_in_the_notes(name):
    text = without_links(NOTES[name].replace(part(name, "Minutes"), ""))
    case = EXERCISES[name].case_for(0)
    numbers = {key: asked for key, asked in EXERCISES[name].questions.items() if isinstance(asked, NumberQuestion)}
    assert not {key: told for key, asked in numbers.items() if (told := given_away(text, asked, asked.answer(case)))}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("03 q1: 1.67 years", "1.67"),
        ("03 q1: 1.7 years", None),
        ("03 q2: 7.35 % a month", "7.35"),
        ("03 q2: 7.35 RMB", None),
        ("03 q2: 0.0735", "0.0735"),
        ("06 q7: she is worth 1,940", "1,940"),
        ("07 q2: 450 customers", "450"),
        ("07 q2: 450 RMB", None),
    ],
)
def test_an_answer_is_noticed_as_a_number_and_as_percent(text, told):
    number, question, text = text.split(maxsplit=2)
    exercise = next(exercise for name, exercise in EXERCISES.items() if name.startswith(number))
    asked = exercise.questions[question.rstrip(":")]
    assert given_away(text, asked, asked.answer(exercise.case_for(0))) == told


def can_do(name):
    """What a lesson says that one will be able to do."""
    return re.search(r"^\| You will be able to \| (.+) \|$", LESSONS[name], re.MULTILINE)[1].split(" · ")


def test_the_outcomes_are_those_of_the_lessons_and_name_questions_of_the_keys():
    outcomes = tomllib.loads((PACK / "outcomes.toml").read_text(encoding="utf-8"))
    assert list(outcomes) == list(EXERCISES)
    for name, asks in outcomes.items():
        assert list(asks) == can_do(name)
        assert set().union(*asks.values()) <= set(EXERCISES[name].questions)
        assert sum(not questions for questions in asks.values()) <= 1, name


def test_the_exercises_of_the_syllabi_exist_and_take_as_long_as_they_say():
    said = re.findall(r"`(\d\d_\w+)`(?:, (\d+) \|)?", SYLLABI)
    assert len(said) > 30
    assert not [(name, minutes) for name, minutes in said if minutes and int(minutes) != EXERCISES[name].minutes]
    assert not [name for name, _ in said if name not in EXERCISES]


def test_the_sums_of_the_14_weeks_are_right():
    weeks = SYLLABI.partition("## 14 weeks")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| \d+ \| .+?, (\d+) \|.+, (\d+) \|$", weeks, re.MULTILINE)
    before, after = (sum(map(int, minutes)) for minutes in zip(*rows, strict=True))
    assert len(rows) == 14
    assert f"In all {before} minutes before class, {14 * 90 // 60} hours in class and {after} minutes" in weeks


def test_the_syllabi_ask_for_the_minutes_before_class_that_the_notes_ask_for():
    before = {name: re.search(r"^\*\*Before\*\* \((\d+) minutes\)", NOTES[name], re.MULTILINE) for name in NOTES}
    weeks = re.findall(r"^\| \d+ \| ([^|]+), (\d+) \| ([^|]+) \|", SYLLABI, re.MULTILINE)
    assert len(weeks) == 14 + 7
    for what, minutes, in_class in weeks:
        asked = [before[name] for name in re.findall(r"\((?:[^)]*/)?(\d\d_\w+)\.ipynb\)", in_class)]
        if "start page" not in what:  # its minutes are those of the first cell, with the course being installed
            assert int(minutes) == sum(int(found[1]) for found in asked), in_class


def test_what_a_lesson_is_asked_for_by_is_what_the_lessons_say():
    asked_by = {name: [] for name in EXERCISES}
    for name in EXERCISES:
        row = re.search(r"^\| Before you start \|.+$", LESSONS[name], re.MULTILINE)[0]
        for needed in re.findall(r"\((\d\d_\w+)\.ipynb\)", row):
            asked_by.get(needed, []).append(str(int(name[:2])))
    rows = re.findall(r"^\| \[[^|]+\]\(../../notebooks/(\w+)\.ipynb\) \| ([^|]+) \| [^|]+ \|$", SYLLABI, re.MULTILINE)
    assert dict(rows) == {name: ", ".join(lessons) or "none" for name, lessons in asked_by.items()}
