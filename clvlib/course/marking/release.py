"""Personal notebooks: every student her own numbers, drawn from a secret of the course and her id.

The secret is made once and never leaves its file. From it come, by HMAC, a student's seed and her ticket, the name that
her notebook carries: nobody can compute another's seed or forge another's ticket without the secret.
"""

import hashlib
import hmac
import io
import json
import os
import re
import secrets
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from clvlib.course.exercise import Exercise
from clvlib.course.marking.record import Record, Released, hidden_inputs
from clvlib.course.marking.record import file_name as record_name
from clvlib.course.marking.record import write as write_record
from clvlib.course.marking.roster import Roster, Student
from clvlib.course.marking.tables import as_csv, defused, guarded
from clvlib.course.sealed import code_of, lock, table_of

if TYPE_CHECKING:  # nbformat takes longer to load than a class's notebooks to be marked
    from nbformat import NotebookNode

SECRET = Path.home() / ".clv-notebooks" / "secret"
_SEEDS_TO_TRY = 20


@dataclass(frozen=True, repr=False)
class Secret:
    """The course's secret; it is never shown, not even in an error."""

    key: bytes

    def digest(self, *words: str) -> str:
        """Hexadecimal HMAC-SHA-256 of words."""
        return hmac.new(self.key, "\0".join(words).encode(), hashlib.sha256).hexdigest()


def make_secret(path: Path) -> None:
    """Make a secret, readable by its owner alone, unless there is one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
    try:
        os.link(unfinished, path)  # fails if there is one, whoever made it meanwhile
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()


def read_secret(path: Path) -> Secret:
    """The secret in a file.

    Raises
    ------
    ValueError
        If there is none, or the file holds something else.
    """
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise ValueError(
            f"there is no course secret in {path}: `clv release` makes it, and marking needs the one that the "
            "notebooks were released with (name it with --secret)"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"the course secret in {path} cannot be read") from None
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise ValueError(f"{path} is no course secret: that is one line of 64 letters and digits")
    return Secret(bytes.fromhex(text))


def ticket(secret: Secret, exercise: Exercise, student: Student) -> str:
    """Her name in files: readable, safe in any file system, different for every id, and not to be forged."""
    return f"{slug(student.id)}-{secret.digest('ticket', exercise.name, student.id)[:16]}"


def slug(text: str, longest: int = 40) -> str:
    """Letters and digits of a text, of any script, in at most so many bytes; two texts may share one."""
    kept = re.sub(r"[^\w]+|_", "-", unicodedata.normalize("NFC", text)).strip("-")
    return kept.encode()[:longest].decode(errors="ignore") or "student"


def unsigned(student: Student) -> str:
    """Her name in files where no ticket is: readable and different for every id, but anybody can write it."""
    return f"{slug(student.id)}-{hashlib.sha256(student.id.encode()).hexdigest()[:16]}"


def seed(secret: Secret, exercise: Exercise, student: Student) -> int:
    """Her seed: the first of a fixed series in whose case no two answers look the same.

    Raises
    ------
    ValueError
        If there is none, which is the key's fault.
    """
    for attempt in range(_SEEDS_TO_TRY):
        number = int(secret.digest("seed", exercise.name, student.id, str(attempt))[:12], 16) + 1
        unclear = exercise.ambiguity(number)
        if unclear is None:
            return number
    raise ValueError(
        f"in the key of {exercise.name}, two answers of {unclear} lie within tolerance of one another in case after "
        "case: make the tolerance smaller or the mistake another"
    )


def personal_notebook(exercise: Exercise, released: Released) -> "NotebookNode":
    """Her notebook, as an assessment; her ticket stands in its metadata."""
    from clvlib.course.notebooks import student_notebook

    notebook = student_notebook(exercise, assessed=released.ticket, case=released.case)
    notebook.metadata["clv"] = {"exercise": exercise.name, "ticket": released.ticket}
    return notebook


def hand_out(
    secret: Secret,
    exercise: Exercise,
    roster: Roster,
    before: Record | None = None,
    replaced: Mapping[str, int] | None = None,
) -> Record:
    """Tickets and numbers of a class; who has some already, by the record of an earlier release, keeps them.

    `replaced` says by id how often a student's code was replaced, as `replace_codes` has it.
    """
    record, replaced = before or Record(exercise.name, exercise.digest, {}), replaced or {}
    known = record.of(roster)
    new = [released(secret, exercise, student) for student in roster.students if student not in known]
    handed_out = record.handed_out | {each.ticket: each for each in new}
    for ticket, each in handed_out.items():
        if not each.code or each.student.id in replaced:
            handed_out[ticket] = replace(each, code=code(secret, each.student, replaced.get(each.student.id, 0)))
    return replace(record, handed_out=handed_out)


def released(secret: Secret, exercise: Exercise, student: Student) -> Released:
    """Her ticket, numbers and hidden inputs, all drawn from the secret and her id; no code yet."""
    number = seed(secret, exercise, student)
    name, hidden = ticket(secret, exercise, student), hidden_inputs(exercise, number)
    return Released(name, student, exercise.case_for(number), hidden)


def code(secret: Secret, student: Student, replaced: int = 0) -> str:
    """What opens her numbers in a notebook for the whole class: the same all through the course, until it is replaced.

    `replaced` says how often it was.
    """
    again = [str(replaced)] if replaced else []
    return code_of(int(secret.digest("code", student.id, *again), 16))


def replace_codes(secret: Path, roster: Roster, before: Record | None, ids: Iterable[str]) -> dict[str, int]:
    """By id, how often a student's code was replaced all through the course, now those of `ids` once more.

    Raises
    ------
    ValueError
        If there is no such student.
    """
    path = secret.with_name(f"{secret.name}_replaced_codes.json")
    replaced: dict[str, int] = json.loads(path.read_bytes()) if path.exists() else {}
    at_release = {student.id: each.student.id for student, each in before.of(roster).items()} if before else {}
    for one in [roster.find(one) for one in ids]:
        for spelt in {one, at_release.get(one, one)}:
            replaced[spelt] = replaced.get(spelt, 0) + 1
    if replaced:
        write(path, json.dumps(replaced, ensure_ascii=False, indent=1, sort_keys=True).encode())
    return replaced


def file_name(exercise: Exercise, name: str) -> str:
    """What her notebook is called."""
    return f"{exercise.name}_{name}.ipynb"


def release(record: Record, exercise: Exercise, roster: Roster, out: Path) -> Iterator[Path]:
    """Write a notebook for each student and yield its path, then a zip of all, and the record.

    A second release writes the same bytes again, and adds who is new.
    """
    import nbformat

    out.mkdir(parents=True, exist_ok=True)
    write(out / record_name(exercise.name), write_record(record).encode())
    packed, of = [], record.of(roster)
    for student in roster.students:
        name = file_name(exercise, of[student].ticket)
        text = nbformat.writes(personal_notebook(exercise, of[student])) + "\n"
        write(out / name, text.encode())
        packed.append((roster.feedback_path(student, name), text.encode()))
        yield out / name
    write_zip(out / f"{exercise.name}.zip", packed)


def release_one(secret: Secret, record: Record, exercise: Exercise, roster: Roster, out: Path) -> Iterator[Student]:
    """Write one notebook for all, the list of codes, and the record; yields each student who can open it."""
    import nbformat

    from clvlib.course.notebooks import common_notebook

    out.mkdir(parents=True, exist_ok=True)
    write(out / record_name(exercise.name), write_record(record).encode())
    lines, codes, of = [], [["id", "name", "code"]], record.of(roster)
    for student in roster.students:
        hers = of[student]
        about = exercise.name, student.id, repr(hers.case)  # other numbers, another salt
        salt = bytes.fromhex(secret.digest("salt", *about))[:16]
        lines.append(lock(student.id, hers.code, hers.ticket, hers.case, salt))
        codes.append([guarded(student.id), defused(student.name), hers.code])
        yield student
    notebook = common_notebook(exercise, next(iter(of.values())).case, table_of(lines))
    write(out / f"{exercise.name}.ipynb", (nbformat.writes(notebook) + "\n").encode())
    write(out / codes_name(exercise.name), as_csv(codes).encode("utf-8-sig"))


def codes_name(exercise: str) -> str:
    """What the list of codes is called."""
    return f"{exercise}_codes.csv"


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; one that holds these bytes already is left alone.

    Raises
    ------
    OSError
        With the file's name, if it cannot be written, as where the disk is full.
    """
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_bytes(data)
        os.replace(unfinished, path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from None


def write_zip(path: Path, files: list[tuple[str, bytes]]) -> None:
    """Write a zip of files."""
    write(path, zipped(files))


def write_feedback(folder: Path, roster: Roster, pages: Mapping[Student, tuple[str, bytes]], ours: str) -> None:
    """Write students' pages, each with its name, and a zip of them for the LMS.

    Pages of an earlier run of who is told nothing any more, as not on the roster, are taken away: those called as in
    the pattern `ours`.
    """
    for name, page in pages.values():
        write(folder / "feedback" / name, page)
    kept = {name for name, _ in pages.values()}
    for path in (folder / "feedback").glob(ours):
        if path.name not in kept:
            path.unlink(missing_ok=True)
    write_zip(folder / "feedback.zip", [(roster.feedback_path(who, name), page) for who, (name, page) in pages.items()])


def zipped(files: list[tuple[str, bytes]]) -> bytes:
    """A zip of files, the same bytes for the same content."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in files:
            pack.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
