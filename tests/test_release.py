"""Personal notebooks: made from the secret, the exercise and the id, and from nothing else; what they do not hold."""

import json
import os
import re
import secrets
import stat
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from clvlib.course.cli import app
from clvlib.course.exercise import Exercise, TextQuestion, all_exercises, load_exercise
from clvlib.course.marking import release as releasing
from clvlib.course.marking.release import (
    Secret,
    file_name,
    hand_out,
    make_secret,
    personal_notebook,
    read_secret,
    released,
    seed,
    ticket,
)
from clvlib.course.marking.roster import Roster, Student, read_roster

NAMES = [exercise.name for exercise in all_exercises()]
SECRET, OTHER_SECRET = Secret(bytes(range(32))), Secret(bytes(32))

ODD = {
    "a space": "a b",
    "two": "a  b",
    "a slash": "a/b",
    "a backslash": "a\\b",
    "a capital": "A/b",
    "all capital": "A/B",
    "Chinese": "学号 7",
    "Chinese too": "学号7",
    "up": "..",
    "up and away": "../../x",
    "here": ".",
    "root": "/etc/x",
    "drive": "C:\\x",
    "device": "CON",
    "device too": "con",
    "formula": "=cmd()",
    "punctuation": "!?*",
    "other punctuation": "*?!",
    "quotes": 'o\'hara, "x"',
    "long": "x" * 300,
    "longer": "x" * 301,
    "long Chinese": "客" * 300,
    "rare signs": "𠮷" * 300,
    "accent": "Zoë",
    "none": "Zoe",
    "arrow": "a\u202eb",
}

OWN = """
from clvlib.course import Exercise

exercise = Exercise("{name}", title="Midterm", minutes=10)


@exercise.case
def numbers(rng):
    return dict(price=int(rng.integers({low}, {high})))


@exercise.number(points=1, level=1, within=0.5)
def doubled(price):
    \"\"\"Something costs {{price}}. What do two cost?\"\"\"
    return 2 * price


@doubled.mistake("You squared it.")
def squared(price):
    return price**2
"""


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return load_exercise(NAMES[0])


def class_of(*ids: str) -> Roster:
    return Roster("plain", [Student(one, "", "") for one in ids], ["id"], [[one] for one in ids])


def personal(secret: Secret, exercise: Exercise, student: Student) -> Any:
    return personal_notebook(exercise, released(secret, exercise, student))


def release(exercise: Exercise, roster: Roster, out: Path) -> list[Path]:
    return list(releasing.release(hand_out(SECRET, exercise, roster), exercise, roster, out))


def clv(*words: Any) -> tuple[int, str]:
    """Exit code and output of `clv release` with these words."""
    done = CliRunner().invoke(app, ["release", *map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def write_roster(folder: Path, *ids: str) -> Path:
    path = folder / "roster.csv"
    path.write_text("\n".join(["id", *ids]), encoding="utf-8")
    return path


def write_key(folder: Path, name: str, low: int = 1000, high: int = 10**6) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(OWN.format(name=name, low=low, high=high), encoding="utf-8")
    return folder


def files(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """What lies in a folder: content, and what changes if a file is written again."""
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in sorted(folder.iterdir())
    }


# The secret


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
@pytest.mark.parametrize("mask", [0, 0o022])
def test_the_secret_can_be_read_by_its_owner_alone(tmp_path, mask):
    before = os.umask(mask)
    try:
        make_secret(tmp_path / "of the course" / "secret")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "of the course" / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "of the course").stat().st_mode) == 0o700


def test_the_secret_is_made_once_and_every_course_has_its_own(tmp_path):
    for _ in range(2):
        make_secret(tmp_path / "secret")
        kept = (tmp_path / "secret").read_bytes()
    make_secret(tmp_path / "other")
    assert re.fullmatch(rb"[0-9a-f]{64}\n", kept)
    assert (tmp_path / "secret").read_bytes() == kept != (tmp_path / "other").read_bytes()
    assert read_secret(tmp_path / "secret").key == bytes.fromhex(kept.decode())
    assert sorted(os.listdir(tmp_path)) == ["other", "secret"], "nothing is left over"


def test_a_secret_that_was_made_meanwhile_stays(tmp_path, monkeypatch):
    def token(size: int) -> str:
        (tmp_path / "secret").write_text("a" * 64)
        return "b" * 64

    monkeypatch.setattr(secrets, "token_hex", token)
    make_secret(tmp_path / "secret")
    assert (tmp_path / "secret").read_text() == "a" * 64
    assert os.listdir(tmp_path) == ["secret"]


@pytest.mark.parametrize(
    "nonsense",
    [b"", b"hunter2", b"0123456789ABCDEF" * 4, b"0" * 63, b"0" * 65, b"0" * 64 + b"\n" + b"0" * 64, b"\xff" * 64],
)
def test_a_file_with_something_else_is_no_secret_and_is_not_shown(tmp_path, nonsense):
    path = tmp_path / "secret"
    path.write_bytes(nonsense)
    make_secret(path)
    assert path.read_bytes() == nonsense, "whatever it is, it is not ours to write over"
    with pytest.raises(ValueError, match=re.escape(str(path))) as refused:
        read_secret(path)
    assert not nonsense or nonsense.decode("latin-1") not in str(refused.value)
    assert refused.value.__cause__ is None


def test_without_a_secret_the_sentence_says_where_it_comes_from(tmp_path):
    with pytest.raises(ValueError, match=r"there is no course secret in .*secret: `clv release` makes it"):
        read_secret(tmp_path / "secret")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ValueError, match=r"the course secret in .*folder cannot be read"):
        read_secret(tmp_path / "folder")


def test_no_printed_form_of_a_secret_shows_it():
    for shown in (repr(SECRET), str(SECRET), f"{SECRET}", repr([SECRET]), str(ValueError(SECRET))):
        assert SECRET.key.hex() not in shown
        assert repr(SECRET.key)[2:-1] not in shown


@pytest.mark.long
def test_the_command_makes_the_secret_keeps_it_and_never_prints_it(tmp_path, home):
    roster = write_roster(tmp_path, "ann", "bob")
    outputs = [clv(NAMES[0], "--roster", roster, "--out", tmp_path / "out") for _ in range(2)]
    kept = (home / "secret").read_text().strip()
    assert [code for code, _ in outputs] == [0, 0]
    for _, output in outputs:
        assert str(home / "secret") in output, "the instructor has to know what to keep"
        assert kept not in output
        assert kept[:12] not in output
    assert read_secret(home / "secret").key == bytes.fromhex(kept)


@pytest.mark.long
def test_the_command_refuses_a_secret_that_is_none(tmp_path):
    (tmp_path / "mine").write_text("hunter2")
    roster = write_roster(tmp_path, "ann")
    code, output = clv(NAMES[0], "--roster", roster, "--out", tmp_path / "out", "--secret", tmp_path / "mine")
    assert code == 1
    assert f"{tmp_path / 'mine'} is no course secret" in output
    assert "hunter2" not in output
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_the_secret_may_not_lie_in_what_is_given_out_not_even_behind_a_link(tmp_path):
    (tmp_path / "given").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "given")
    secret = tmp_path / "given" / "deep" / "secret"
    roster = write_roster(tmp_path, "ann")
    code, output = clv(NAMES[0], "--roster", roster, "--out", tmp_path / "link", "--secret", secret)
    assert code == 1
    assert f"the secret in {secret} must not lie in" in output
    assert os.listdir(tmp_path / "given") == []


# Personal notebooks


def test_every_student_has_her_own_numbers(exercise):
    ids = [f"s{number}" for number in range(12)]
    cases = {repr(exercise.case_for(seed(SECRET, exercise, student))) for student in class_of(*ids).students}
    assert len(cases) == len(ids)


def test_a_notebook_depends_on_secret_exercise_and_id_alone(exercise):
    ann = personal(SECRET, exercise, Student("ann", "", ""))
    assert personal(SECRET, exercise, Student("ann", "Ann Smith", "1007")) == ann
    assert personal(SECRET, load_exercise(exercise.name), Student("ann", "", "")) == ann
    for secret, student in ((OTHER_SECRET, "ann"), (SECRET, "Ann"), (SECRET, "ann ")):
        other = personal(secret, exercise, Student(student, "", ""))
        assert _numbers(other, exercise) != _numbers(ann, exercise)
        assert other.metadata.clv.ticket != ann.metadata.clv.ticket
    lesson = load_exercise(NAMES[1])
    assert seed(SECRET, lesson, Student("ann", "", "")) != seed(SECRET, exercise, Student("ann", "", ""))
    assert ticket(SECRET, lesson, Student("ann", "", "")) != ticket(SECRET, exercise, Student("ann", "", ""))


def _numbers(notebook: Any, exercise: Exercise) -> dict[str, Any]:
    """What the cell with the numbers of the case defines."""
    names: dict[str, Any] = {}
    wanted = set(exercise.case_for(0))
    for cell in notebook.cells:
        if cell.cell_type == "code" and "ex." not in cell.source and "import" not in cell.source:
            exec(cell.source, names)
    return {name: names[name] for name in wanted}


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_a_personal_notebook_holds_her_numbers_and_no_key_no_seed_no_secret(name):
    exercise = load_exercise(name)
    ann, bob = class_of("ann", "bob").students
    notebook = personal(SECRET, exercise, ann)
    nbformat.validate(notebook)
    text = nbformat.writes(notebook) + "\n".join(cell.source for cell in notebook.cells)

    hers, his = (seed(SECRET, exercise, student) for student in (ann, bob))
    hidden = [str(hers), f"{hers:x}", str(his), f"{his:x}", SECRET.key.hex(), ticket(SECRET, exercise, bob)]
    assert not [word for word in hidden if word in text]
    assert "practice" not in text
    for question in exercise.questions.values():
        sayings = [*question.hints, *(mistake.message for mistake in question.mistakes)]
        assert not [saying for saying in sayings if saying in text]
        assert question.solution() not in text
        if isinstance(question, TextQuestion):
            assert not [line for line in question.rubric if line in text]
    case = exercise.case_for(hers)
    if case:
        assert _numbers(notebook, exercise) == case
    assert notebook.metadata.clv == {"exercise": name, "ticket": ticket(SECRET, exercise, ann)}


def test_a_personal_notebook_runs_before_and_after_answering_and_records(exercise, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ann = Student("ann", "", "")
    names: dict[str, Any] = {}
    for cell in personal(SECRET, exercise, ann).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    assert "0 of 8" in str(names["ex"].progress())
    assert not (tmp_path / ".progress").exists()

    card = names["ex"].check("q1", 4711)
    assert "Recorded" in str(card)
    assert "4711" in str(card)
    assert "1 of 8" in str(names["ex"].progress())
    (record,) = (tmp_path / ".progress").iterdir()
    assert record.name == f"{exercise.name}-{ticket(SECRET, exercise, ann)}.json"
    assert "4711" in json.dumps(json.loads(record.read_text())["q1"])
    for unknown in ("hint", "solution"):
        assert exercise.questions["q1"].solution() not in str(getattr(names["ex"], unknown)("q1"))


# Their files


@pytest.mark.long
def test_odd_ids_never_meet_and_never_leave_the_folder(exercise, tmp_path):
    out = tmp_path / "deep" / "out"
    roster = class_of(*ODD.values())
    written = release(exercise, roster, out)
    assert len({path.name.casefold() for path in written}) == len(ODD), "not even where capitals do not count"
    assert {path.parent for path in written} == {out}
    assert all(path.is_file() for path in written)
    names = [f"{exercise.name}.zip", f"{exercise.name}_record.json", *(path.name for path in written)]
    assert sorted(os.listdir(out)) == sorted(names)
    assert os.listdir(tmp_path) == ["deep"]
    assert os.listdir(tmp_path / "deep") == ["out"]
    with zipfile.ZipFile(out / f"{exercise.name}.zip") as pack:
        assert pack.namelist() == [path.name for path in written]


@given(st.text(min_size=1))
def test_a_file_name_is_letters_digits_and_hyphens_and_fits(text):
    name = file_name(Exercise("01_worksheet", title="", minutes=1), ticket(SECRET, _small(), Student(text, "", "")))
    assert re.fullmatch(r"01_worksheet_[^\W_]+(-+[^\W_]+)*\.ipynb", name)
    assert len(name.encode()) < 220, "a file system takes 255 bytes, and room is left for what is written beside it"


def _small() -> Exercise:
    return Exercise("small", title="", minutes=1)


def test_the_readable_part_of_a_name_proves_nothing(exercise):
    one, other = (ticket(SECRET, exercise, Student(name, "", "")) for name in ("a/b", "a b"))
    assert one.startswith("a-b-")
    assert other.startswith("a-b-")
    assert one != other
    assert ticket(OTHER_SECRET, exercise, Student("a/b", "", "")) != one


# Again, later, interrupted


def test_a_second_release_touches_nothing_and_adds_the_late_student(exercise, tmp_path):
    release(exercise, class_of("ann", "bob"), tmp_path)
    first = files(tmp_path)
    release(exercise, class_of("ann", "bob"), tmp_path)
    again = files(tmp_path)
    pack = f"{exercise.name}.zip"
    assert again[pack][0] == first[pack][0]
    assert {**again, pack: ()} == {**first, pack: ()}

    late = release(exercise, class_of("late", "bob", "ann"), tmp_path)[0]
    more = files(tmp_path)
    assert more.keys() - first.keys() == {late.name}
    grows = {pack, f"{exercise.name}_record.json"}
    assert {name: more[name] for name in first.keys() - grows} == {name: first[name] for name in first.keys() - grows}
    with zipfile.ZipFile(tmp_path / pack) as packed:
        assert len(packed.namelist()) == 3


def test_a_release_that_was_stopped_goes_on_to_the_same_files(exercise, tmp_path):
    roster = class_of("ann", "bob", "cyd")
    stopped: Any = releasing.release(hand_out(SECRET, exercise, roster), exercise, roster, tmp_path / "stopped")
    (next(stopped).parent / f".{exercise.name}.zip.unfinished").write_bytes(b"half")
    stopped.close()
    assert not (tmp_path / "stopped" / f"{exercise.name}.zip").exists()
    release(exercise, roster, tmp_path / "stopped")
    release(exercise, roster, tmp_path / "whole")
    contents = [{name: data for name, (data, *_) in files(tmp_path / one).items()} for one in ("stopped", "whole")]
    assert contents[0] == contents[1]


def test_the_zip_has_every_notebook_as_it_is_and_the_same_bytes_at_any_time(exercise, tmp_path, monkeypatch):
    roster = class_of("ann", "学号 7")
    written = release(exercise, roster, tmp_path / "one")
    monkeypatch.setattr("time.time", lambda: 2e9)
    release(exercise, roster, tmp_path / "other")
    packs = [tmp_path / folder / f"{exercise.name}.zip" for folder in ("one", "other")]
    assert packs[0].read_bytes() == packs[1].read_bytes()
    with zipfile.ZipFile(packs[0]) as pack:
        assert {name: pack.read(name) for name in pack.namelist()} == {path.name: path.read_bytes() for path in written}


def test_for_moodle_the_zip_has_the_folders_that_moodle_takes(exercise, tmp_path):
    (tmp_path / "roster.csv").write_text(
        "Identifier,Full name,ID number,Status,Grade\n"
        "Participant 5001,Wei Wang,S001,-,\nParticipant 5002,O'Neil / Ann_Mary,S002,-,\n",
        encoding="utf-8",
    )
    roster = read_roster(tmp_path / "roster.csv")
    wei, ann = (path.name for path in release(exercise, roster, tmp_path / "out"))
    with zipfile.ZipFile(tmp_path / "out" / f"{exercise.name}.zip") as pack:
        assert pack.namelist() == [
            f"Wei Wang_5001_assignsubmission_file_/{wei}",
            f"ONeil  Ann Mary_5002_assignsubmission_file_/{ann}",
        ]
        assert [roster.owner(name) for name in pack.namelist()] == roster.students


# Keys of one's own


def test_a_key_of_ones_own_is_released_under_a_name_of_its_own(tmp_path):
    keys = write_key(tmp_path / "keys", "midterm")
    roster = write_roster(tmp_path, "ann")
    code, _ = clv("midterm", "--roster", roster, "--out", tmp_path / "out", "--keys", keys)
    assert code == 0
    (path,) = (tmp_path / "out").glob("midterm_ann-*.ipynb")
    text = path.read_text(encoding="utf-8")
    assert re.search(r"Something costs \d+", text)
    assert "You squared it" not in text
    assert (tmp_path / "out" / "midterm.zip").exists()


def test_a_key_of_ones_own_stands_in_for_the_lessons_of_that_name(tmp_path):
    keys = write_key(tmp_path / "keys", NAMES[0])
    roster = write_roster(tmp_path, "ann")
    code, _ = clv(NAMES[0], "--roster", roster, "--out", tmp_path / "out", "--keys", keys)
    assert code == 0
    (path,) = (tmp_path / "out").glob("*.ipynb")
    text = path.read_text(encoding="utf-8")
    assert "# Exercise: Midterm" in text
    assert "worksheet_value" not in text


def test_the_keys_may_not_lie_in_what_is_given_out(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    keys = write_key(out / "keys", "midterm")
    code, output = clv("midterm", "--roster", write_roster(tmp_path, "ann"), "--out", out, "--keys", keys)
    assert code == 1
    assert f"the keys in {keys} must not lie in" in output
    assert os.listdir(out) == ["keys"]


def test_a_key_whose_answers_cannot_be_told_apart_is_refused(tmp_path):
    keys = write_key(tmp_path / "keys", "midterm", low=2, high=3)  # 2 * 2 is 2**2
    roster = write_roster(tmp_path, "ann")
    code, output = clv("midterm", "--roster", roster, "--out", tmp_path / "out", "--keys", keys)
    assert code == 1
    assert "q1 doubled: the mistake squared counts as right: it is within the tolerance of the reference." in output
    assert not (tmp_path / "out").exists()
    with pytest.raises(
        ValueError, match="in the key of midterm, two answers of q1 lie within tolerance of one another"
    ):
        seed(SECRET, load_exercise("midterm", keys), class_of("ann").students[0])


def test_where_only_some_cases_are_unclear_everybody_gets_a_clear_one(tmp_path):
    exercise = load_exercise("midterm", write_key(tmp_path / "keys", "midterm", low=2, high=4))
    unclear = sum(exercise.case_for(number)["price"] == 2 for number in range(1, 41))
    assert unclear > 5, "or this would show nothing"
    seeds = [seed(SECRET, exercise, student) for student in class_of(*map(str, range(40))).students]
    assert {exercise.case_for(number)["price"] for number in seeds} == {3}


def test_a_key_file_without_an_exercise_gets_one_sentence(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "midterm.py").write_text("answer = 42\n")
    roster = write_roster(tmp_path, "ann")
    code, output = clv("midterm", "--roster", roster, "--out", tmp_path / "out", "--keys", tmp_path / "keys")
    assert code == 1
    assert "midterm.py defines no exercise: it needs a line such as exercise = Exercise('midterm', ...)" in output


def test_a_key_file_that_does_not_run_gets_one_sentence(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "midterm.py").write_text("\nexercise = = 3\n")
    roster = write_roster(tmp_path, "ann")
    code, output = clv("midterm", "--roster", roster, "--out", tmp_path / "out", "--keys", tmp_path / "keys")
    assert code == 1
    assert f"{tmp_path / 'keys' / 'midterm.py'}" in output
    assert "line 2" in output
