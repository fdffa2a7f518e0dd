"""The nbgrader course: its cells and points, its tests held against every answer, and nbgrader itself where it is.

nbgrader lives in an environment of its own. `make nbgrader` builds it, and CLV_NBGRADER names its Python.
"""

import contextlib
import functools
import io
import json
import os
import re
import subprocess
from pathlib import Path

import nbformat
import pytest

from clvlib.course import exercise as keys
from clvlib.course.marking.nbgrader import export

pytestmark = pytest.mark.slow

NAMES = [exercise.name for exercise in keys.all_exercises()]
FIRST = NAMES[0]
PYTHON = os.environ.get("CLV_NBGRADER", "")
load_exercise = functools.cache(keys.load_exercise)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    export(folder, [load_exercise(name) for name in NAMES])
    return folder


def read(path):
    return nbformat.read(path, as_version=4)


def cells(course, name):
    """The cells of the instructor's notebook by their grade_id."""
    return {cell.metadata.nbgrader.grade_id: cell for cell in instructors(course, name).cells}


def instructors(course, name):
    return read(course / "source" / name / f"{name}.ipynb")


def released(source):
    """What nbgrader leaves of a cell: the code stub of our settings is empty."""
    return re.sub(r"### BEGIN (SOLUTION|HIDDEN TESTS)\n(.|\n)*?### END \1", "", source)


@pytest.mark.parametrize("name", NAMES)
def test_cells_follow_nbgraders_schema_and_bear_the_points_of_their_questions(course, name):
    notebook = instructors(course, name)
    points = {}
    for cell in notebook.cells:
        meta = dict(cell.metadata.nbgrader)
        grade_id = meta.pop("grade_id")
        assert re.fullmatch(r"[a-zA-Z0-9_-]+", grade_id)
        if meta["grade"]:
            points[grade_id] = meta.pop("points")
        assert meta.pop("schema_version") == 3
        assert meta.pop("task") is False
        assert meta.pop("locked") is not meta["solution"]
        assert set(meta) == {"grade", "solution"}
        # nbgrader knows no other graded or answered markdown than one that a person marks
        assert cell.cell_type == "code" or meta["grade"] is meta["solution"]
    assert len(cells(course, name)) == len(notebook.cells)
    questions = load_exercise(name).questions
    assert points == {key if q.kind == "text" else f"{key}_test": q.points for key, q in questions.items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_released_notebook_holds_starters_and_prompts_but_no_solution_and_no_test(course, name):
    exercise, found = load_exercise(name), cells(course, name)
    text = "\n".join(released(cell.source) for cell in found.values())
    assert "BEGIN" not in text
    assert "assert" not in text
    for key, question in exercise.questions.items():
        assert question.prompt(exercise.case_for(0)) in found[f"{key}_prompt"].source
        assert released(found[key].source).strip() == ("" if question.kind == "text" else question.starter())
        assert question.solution() in found[key].source
        assert question.solution() not in text
        assert not any(mistake.message in text for mistake in question.mistakes)
        assert question.kind != "text" or all(line in found[key].source for line in question.rubric)


@pytest.mark.parametrize("name", NAMES)
def test_solutions_pass_and_each_mistake_fails_with_its_own_message(course, name):
    exercise, found, names = load_exercise(name), cells(course, name), {}
    for cell in found.values():
        if cell.cell_type == "code":
            exec(cell.source, names)
    for key, question in exercise.questions.items():
        if question.kind == "text":
            continue
        _, *wrong = question.answers(exercise.case_for(0))
        for answer, mistake in zip(wrong, question.mistakes, strict=True):
            if answer is None:  # what this case makes the right option has no answer that is wrong
                continue
            test, case = found[f"{key}_test"], exercise.case_for(0)
            part = question.part(answer, case, mistake.message).points
            assert shown(test, {question.name: answer}, part > 0) == (mistake.message, part)
        starter = {}
        exec(question.starter(), starter)
        assert message(found[f"{key}_test"], starter) == "Not attempted."


def shown(test, names, passes):
    """What a test says and shows in its last line; 0 if it fails."""
    if not passes:
        return message(test, names), 0
    names, said = dict(names), io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(test.source, names)
    return said.getvalue().strip(), names["_points"]


def message(test, names):
    with pytest.raises(AssertionError) as failed:
        exec(test.source, dict(names))
    return str(failed.value)


def test_a_right_function_that_warns_passes_in_silence(course, capsys):
    source = """
import sys
def worksheet_ltv(visits, purchases_per_visit, spend, acquisition_cost):
    print("a warning", file=sys.stderr)
    return visits * purchases_per_visit * spend - acquisition_cost"""
    names = {}
    exec(source, names)
    exec(cells(course, FIRST)["q4_test"].source, names)
    assert capsys.readouterr().err == ""


def test_a_function_that_knows_the_shown_inputs_alone_fails(course):
    shown = {(780, 1.52, 220, 57): 260_775, (120, 2.0, 150, 40): 35_960, (0, 1.52, 220, 57): -57}
    said = message(cells(course, FIRST)["q4_test"], {"worksheet_ltv": lambda *inputs: shown.get(inputs, 0)})
    assert said.startswith("On an input that is not shown")


@pytest.mark.parametrize("name", NAMES)
def test_the_tests_need_no_keys(course, name):
    imported = set()
    for key, cell in cells(course, name).items():
        if key.endswith("_test"):
            imported |= set(re.findall(r"^ *((?:import|from) .*)", cell.source, re.MULTILINE))
    kinds = {f"from clvlib.course.exercise import {kind}Question" for kind in ("Number", "Choice", "Table", "Function")}
    assert imported <= kinds | {"import contextlib", "import io", "import pandas as pd"}


def test_two_exports_give_the_same_bytes(course, tmp_path):
    again = export(tmp_path, [load_exercise(name) for name in NAMES])
    assert [path.relative_to(tmp_path) for path in again] == [
        Path("nbgrader_config.py"),
        *(Path("source", name, f"{name}.ipynb") for name in NAMES),
    ]
    for path in again:
        assert path.read_bytes() == (course / path.relative_to(tmp_path)).read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nbgrader_config.py", "source"], "nothing is left over"


def test_an_exercise_that_is_there_is_never_overwritten(tmp_path):
    (written,) = export(tmp_path, [load_exercise(NAMES[1])])[1:]
    written.write_text("edited", encoding="utf-8")
    with pytest.raises(ValueError, match="02_time_value is there already and may hold your edits"):
        export(tmp_path, [load_exercise(name) for name in NAMES])
    assert written.read_text(encoding="utf-8") == "edited"
    assert os.listdir(tmp_path / "source") == [NAMES[1]]


def test_the_settings_of_a_course_that_is_there_stay(tmp_path):
    settings = tmp_path / "nbgrader_config.py"
    settings.write_text("# mine", encoding="utf-8")
    assert settings not in export(tmp_path, [load_exercise(FIRST)])
    assert settings.read_text(encoding="utf-8") == "# mine"


def test_a_file_in_the_place_of_the_folder_gets_one_sentence(tmp_path):
    (tmp_path / "course").write_text("a file", encoding="utf-8")
    with pytest.raises(ValueError, match=r"cannot be written to .*course: "):
        export(tmp_path / "course", [load_exercise(FIRST)])


WARNS = """    import warnings
    warnings.warn("a right answer may warn")
    return"""

SCORES = f"""
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    submissions = book.assignment_submissions("{FIRST}")
    print(json.dumps({{one.student.id: [one.score, one.needs_manual_grade] for one in submissions}}))
"""


def run(folder, *command):
    """Run nbgrader's Python in the course's folder, without the settings and kernels of whoever runs the tests."""
    python = Path(PYTHON).absolute()
    mine = {name: str(folder / "jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    mine["PATH"] = f"{python.parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader looks for alembic there
    done = subprocess.run([python, *command], cwd=folder, env=os.environ | mine, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(not PYTHON, reason="CLV_NBGRADER names no Python with nbgrader: see `make nbgrader`")
def test_nbgrader_releases_and_marks_the_first_exercise(tmp_path):
    exercise = load_exercise(FIRST)
    questions = exercise.questions
    export(tmp_path, [exercise])
    run(tmp_path, "-m", "nbgrader", "generate_assignment", FIRST)

    release = tmp_path / "release" / FIRST / f"{FIRST}.ipynb"
    text = release.read_text(encoding="utf-8")
    assert not re.search("SOLUTION|HIDDEN|assert|_problem|_points", text)
    for question in questions.values():
        assert json.dumps(question.solution(), ensure_ascii=False)[1:-1] not in text
    starters = {cell.metadata.nbgrader.grade_id: cell.source for cell in read(release).cells}
    assert all(starters[key].strip() == q.starter() for key, q in questions.items() if q.kind != "text")

    right = {key: question.solution() for key, question in questions.items()}
    right["q4"] = right["q4"].replace("    return", WARNS)
    partly = right | {
        "q1": "worksheet_value = visits_per_year * years * purchases * spend",
        "q3": starters["q3"],
        "q4": "def worksheet_ltv(visits, *others):\n    return 260_775",
        "q6": "referral = told / 0",
        "q8": starters["q8"],
    }
    for student, answers in {"right": right, "blank": {}, "partly": partly}.items():
        notebook = read(release)
        for cell in notebook.cells:
            cell.source = answers.get(cell.metadata.nbgrader.grade_id, cell.source)
        handed_in = tmp_path / "submitted" / student / FIRST / f"{FIRST}.ipynb"
        handed_in.parent.mkdir(parents=True)
        nbformat.write(notebook, handed_in)
    run(tmp_path, "-m", "nbgrader", "autograde", FIRST)

    earned = sum(questions[key].points for key in ("q2", "q5", "q7"))
    by_hand = questions["q8"].points
    assert json.loads(run(tmp_path, "-c", SCORES)) == {
        "right": [exercise.points - by_hand, True],
        "blank": [0, False],
        "partly": [earned, False],
    }
    marked = read(tmp_path / "autograded" / "partly" / FIRST / f"{FIRST}.ipynb")
    (test,) = [cell for cell in marked.cells if cell.metadata.nbgrader.grade_id == "q1_test"]
    assert test.outputs[0].evalue == questions["q1"].mistakes[0].message


@pytest.mark.skipif(not PYTHON, reason="CLV_NBGRADER names no Python with nbgrader: see `make nbgrader`")
def test_nbgrader_gives_the_points_of_what_is_right_in_part(tmp_path):
    name = "16_do_programs_work"
    export(tmp_path, [load_exercise(name)])
    run(tmp_path, "-m", "nbgrader", "generate_assignment", name)
    notebook = read(tmp_path / "release" / name / f"{name}.ipynb")
    for cell in notebook.cells:
        if cell.metadata.nbgrader.grade_id == "q4":
            cell.source = (
                "by_chance = motor / 10_000 * home / 10_000\n"
                "four_stories = pd.DataFrame({'story': ['fee', 'growth', 'coupons', 'both'], 'number': "
                "[fee / saved, (1 + growth / 100) ** 5, friends, both / 10_000 / by_chance]})"
            )
    handed_in = tmp_path / "submitted" / "partly" / name / f"{name}.ipynb"
    handed_in.parent.mkdir(parents=True)
    nbformat.write(notebook, handed_in)
    run(tmp_path, "-m", "nbgrader", "autograde", name)
    assert json.loads(run(tmp_path, "-c", SCORES.replace(FIRST, name))) == {"partly": [2.0, False]}
