"""Returned files: found in folders and zips, however they were renamed, and whose they are.

The last notebooks of a student that can be read are kept as her attempts; the last one counts. Nothing is unpacked to a
place that a file chooses for itself, and no file can be so large, so many or so deeply packed that the search does not
end.
"""

import hashlib
import io
import json
import os
import re
import stat
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from clvlib.course.marking.release import slug, write
from clvlib.course.marking.roster import Roster, Student
from clvlib.course.sealed import plain

LARGEST = 20 * 2**20  # bytes of a notebook
LARGEST_ZIP = 50 * 2**20  # of a zip in a zip, which is held in memory
LARGEST_PACK, LARGEST_INNER_PACK = 8 * 2**30, 2**30  # bytes that are read out of a class's zip, of a student's
MOST_IN_PACK = 20_000  # files, with those in the zips in it
_LONGEST_NAME = 1_000
_UNSIGNED = "0-"
_UNKNOWN = "it was released to somebody who is not on this roster, for another class, or with another secret"
_STRANGE = "a ticket that the record of this release does not know"
_OF_CODE = "code "  # no ticket holds a blank
_CODE = re.compile(r"^\s*my_code\s*=\s*[\"']([^\"'\n]{1,40})[\"']", re.MULTILINE)
_TWO_STUDENTS = "its name and what it holds belong to different students: have her hand in her own"
MOST_ATTEMPTS = 5  # of a student, the last
OLDEST = 1981  # a zip without times says 1980, a file without one 1970
LATE, ON_TIME = "_late.ipynb", "_on-time.ipynb"  # what Canvas said, at the end of the name an attempt is kept under
DEEPEST = 4  # a zip in a zip in a zip in a zip; the class's own does not count
_KEPT = re.compile(r"(?P<times>(?:0-)?(?:\d{8}T\d{6}_){1,2})(?P<called>.*)_[0-9a-f]{8}(?:_.*)?\.ipynb")
_NOISE = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\.ipynb_checkpoints/|\.progress/|\._)")


@dataclass(frozen=True)
class Returned:
    """A file as it came back.

    Parameters
    ----------
    path : str
        Where it lay, zips like folders, with "/".
    when : float
        Seconds since 1970, as the file system or the zip has it.
    data : bytes
        Empty if there is a problem.
    problem : str
        Why it was not read.
    own : float or None
        Where `when` is what a learning platform says of a whole hand-in, what the file system or the zip has: the order
        of the files in it.
    """

    path: str
    when: float
    data: bytes = b""
    problem: str = ""
    own: float | None = None


@dataclass(frozen=True)
class Remark:
    """A line of the log: about whose file, if that is known, and what about it."""

    student: Student | None
    path: str
    what: str


def find(source: Path) -> Iterator[Returned]:
    """Every file in a folder or a zip, and in the zips in it."""
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            yield from _on_disk(path, path.relative_to(source).as_posix())
    elif zipfile.is_zipfile(source):
        with source.open("rb") as file:
            yield from _packed(file, "", 0, [LARGEST_PACK, MOST_IN_PACK])
    else:
        yield from _on_disk(source, source.name)


def read_notebook(data: bytes) -> tuple[list[str], str, str]:
    """The code cells of a notebook, and the ticket and the exercise it carries ("" if none).

    Raises
    ------
    ValueError
        If it is no notebook, with what it is.
    """
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("it is no notebook but some other kind of file") from None
    except (ValueError, RecursionError):
        cut = data.lstrip().startswith(b"{") and not data.rstrip().endswith(b"}")
        raise ValueError("the notebook is cut off in the middle" if cut else "it is no notebook") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ValueError("it is no notebook of Jupyter's format 4")
    code = [cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    return [_source(cell.get("source")) for cell in code], _carried(notebook, "ticket"), _carried(notebook, "exercise")


@dataclass(frozen=True)
class Class:
    """Who may hand in what.

    Parameters
    ----------
    exercise : str
    roster : Roster
    tickets : dict
        Student by ticket; who was handed out nothing has one that no notebook carries.
    strangers : set of Student
        Those who were handed out nothing.
    codes : dict
        Ticket by the code that opens a common notebook.
    mates : dict
        Everybody of a group, by each of them: each may hand in the notebook of another.
    """

    exercise: str
    roster: Roster
    tickets: dict[str, Student]
    strangers: frozenset[Student] = frozenset()
    codes: Mapping[str, str] = field(default_factory=dict)
    mates: Mapping[Student, Sequence[Student]] = field(default_factory=dict)


def keep(returned: Iterable[Returned], room: Class, folder: Path) -> Iterator[Remark]:
    """Keep each readable notebook in `folder/TICKET/`, and for each other file of a student a note why it was not read.

    The name of what is kept begins with its time, so that the last in order is the last attempt; where neither an LMS
    nor the ticket says whose a file is, it comes before all that have one. What was kept before has its time from then,
    whatever later one is found with the same bytes. Yields what the log should say.
    """
    of_student = {student: name for name, student in room.tickets.items()}
    before, found = dict[Path, dict[str, str]](), dict[Path, dict[str, list[str]]]()
    for file in returned:
        student = None
        try:
            if file.problem:
                raise ValueError(file.problem)
            carried, exercise = carries(file.data, room.codes)
            if exercise not in ("", room.exercise):
                raise ValueError(f"it is the notebook of another exercise, {exercise}")
            student, remark = _whose(file.path, carried, room)
            signed = room.tickets.get(carried) == student or room.roster.kind != "plain"
            end = {None: ".ipynb", True: LATE, False: ON_TIME}[room.roster.says_late(file.path)]
            name, hers = f"{'' if signed else _UNSIGNED}{_kept_name(file)}{end}", folder / of_student[student]
            if hers not in before:
                before[hers] = {digest(path.read_bytes()): path.name for path in attempts(hers)}
            found.setdefault(hers, {}).setdefault(digest(file.data), []).append(name)
            _keep(hers, name, file.data)
        except ValueError as error:
            remark = str(error)
            with suppress(ValueError):
                student, _ = _whose(file.path, "", room)
                note = f"{file.path}: {error}\n".encode("utf-8", "replace")
                write(folder / of_student[student] / f"{_kept_name(file)}.txt", note)
        if remark:
            yield Remark(student, file.path, remark)
    for hers, names in found.items():
        _put_in_order(hers, before[hers], names)


def carries(data: bytes, codes: Mapping[str, str]) -> tuple[str, str]:
    """Ticket and exercise of a notebook ("" if none). In a common notebook the code that was typed is the ticket.

    A code that is on no list comes back as it was typed, which is nobody's ticket.

    Raises
    ------
    ValueError
        If it is no notebook.
    """
    cells, ticket, exercise = read_notebook(data)
    typed = [found[1] for source in cells for found in _CODE.finditer(source) if found[1]]
    if ticket or not typed:
        return ticket, exercise
    return codes.get(plain(typed[-1]), f"{_OF_CODE}{typed[-1]}"), exercise


def _keep(folder: Path, name: str, data: bytes) -> None:
    """Keep a notebook that is not there yet. Until all are found, twice as many stay as are kept in the end."""
    kept = attempts(folder)
    if not any(path.stat().st_size == len(data) and path.read_bytes() == data for path in kept):
        write(folder / name, data)
        _drop(attempts(folder)[: -2 * MOST_ATTEMPTS])


def _put_in_order(folder: Path, before: Mapping[str, str], found: Mapping[str, list[str]]) -> None:
    """Give each attempt the name that is its due: by its bytes, under which it was kept, and under which it was found.

    Nobody handed in later than the copy that is here already: of several times of the same bytes the earliest is hers.
    But what was kept after another stays after it; and an attempt that comes back by itself after one of other bytes
    was handed in once more, and is the last.
    """
    names = dict(before) | {what: min(times, key=_evidence) for what, times in found.items() if what not in before}
    for what in filter(found.__contains__, before):
        best = min([before[what], *found[what]], key=_evidence)
        earlier = [names[one] for one in before if _moment(before[one]) < _moment(before[what])]
        if all(natural(best) > natural(name) for name in earlier):
            names[what] = best
    latest = {what: max(times, key=natural) for what, times in found.items()}
    last = max(latest, key=lambda what: _moment(latest[what]))
    once_more = all(_moment(latest[last]) > _moment(latest.get(one, names[one])) for one in names if one != last)
    if once_more and max(names, key=lambda what: natural(names[what])) != last:
        names[last] = latest[last]
    for path in attempts(folder):
        os.replace(path, folder / names.get(digest(path.read_bytes()), path.name))
    _drop(attempts(folder)[:-MOST_ATTEMPTS])


def _drop(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _moment(name: str) -> tuple[bool, str]:
    """When what is kept under a name was handed in; what is unsigned, before all else."""
    return not name.startswith(_UNSIGNED), name.removeprefix(_UNSIGNED)[:15]


def _evidence(name: str) -> tuple[bool, bool, bool, str, bool]:
    """Sorts the names of one attempt: what says best for her when it was handed in comes first."""
    signed, when = _moment(name)
    return not signed, not name.endswith(ON_TIME), when < f"{OLDEST}", when, not name.endswith(LATE)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def which_counts(kept: Sequence[Path]) -> str:
    """What the last attempt was called, where others have the same time, so that its name has decided; else ""."""
    found = [match for path in kept if (match := _KEPT.fullmatch(path.name))]
    tied = len({match["times"] for match in found[-2:]}) < len(found[-2:])
    return found[-1]["called"] if tied else ""


def attempts(folder: Path) -> list[Path]:
    """A student's notebooks, the last attempt last."""
    return sorted(folder.glob("*.ipynb"), key=lambda path: natural(path.name))


def _on_disk(path: Path, shown: str) -> Iterator[Returned]:
    try:
        yield from _file(path, shown)
    except OSError as error:
        yield Returned(shown, 0, problem=f"it cannot be read: {error.strerror}")


def _file(path: Path, shown: str) -> Iterator[Returned]:
    about = path.lstat()
    if _NOISE.search(shown) or stat.S_ISDIR(about.st_mode):
        return
    if not stat.S_ISREG(about.st_mode):
        yield Returned(shown, 0, problem="it is a link or a device, not a file")
    elif path.suffix.lower() == ".zip":
        with path.open("rb") as file:
            yield from _packed(file, shown, 1, [LARGEST_INNER_PACK, MOST_IN_PACK], about.st_mtime)
    elif about.st_size > LARGEST:
        yield Returned(shown, about.st_mtime, problem=_too_large(about.st_size))
    else:
        yield Returned(shown, about.st_mtime, path.read_bytes())


def _packed(file: IO[bytes], shown: str, depth: int, left: list[int], when: float | None = None) -> Iterator[Returned]:
    """The files in a zip, as long as bytes are left; a broken one ends with a problem, not with an error.

    What lies in a zip of a student's own has the time at which that zip was handed in: its entries say what she likes.
    """
    try:
        with zipfile.ZipFile(file) as pack:
            for entry in pack.infolist():
                path = f"{shown}/{_entry_name(entry)}".lstrip("/")
                if path.endswith("/") or _NOISE.search(path):
                    continue
                if entry.file_size <= LARGEST_ZIP:  # what is larger is not read
                    left[0] -= entry.file_size
                left[1] -= 1
                if min(left) < 0:
                    yield Returned(path, 0, problem="the zip is too large; this file and those after it were not read")
                    return
                yield from _entry(pack, entry, path, depth, left, _time_of(entry) if when is None else when)
    except Exception:  # zipfile stumbles over a damaged file in many ways
        yield Returned(shown, 0, problem="the zip is damaged")


def _entry(
    pack: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str, depth: int, left: list[int], when: float
) -> Iterator[Returned]:
    is_zip = entry.filename.lower().endswith(".zip")
    problem = ""
    if entry.flag_bits & 1:
        problem = "it is locked with a password"
    elif is_zip and depth == DEEPEST:
        problem = f"it lies in more than {DEEPEST} zips"
    elif entry.file_size > (LARGEST_ZIP if is_zip else LARGEST):
        problem = _too_large(entry.file_size)
    if problem:
        yield Returned(path, when, problem=problem)
        return
    try:
        with pack.open(entry) as file:
            data = file.read(entry.file_size)  # never more, whatever else it holds
    except Exception:
        yield Returned(path, when, problem="it is damaged in the zip")
        return
    if is_zip:
        own = [LARGEST_INNER_PACK, MOST_IN_PACK]
        yield from _packed(io.BytesIO(data), path, depth + 1, own if depth == 0 else left, when)
    else:
        yield Returned(path, when, data)


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """A name as it was written: zips made on Windows often have GBK where the format says cp437."""
    written = entry.filename[:_LONGEST_NAME]
    if entry.flag_bits & 0x800:
        return written
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeError):
            return written.encode("cp437").decode(encoding)
    return written


def _time_of(entry: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*entry.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0


def _too_large(size: int) -> str:
    return f"it has {size / 2**20:,.0f} MB; a notebook has at most {LARGEST // 2**20}"


def _source(source: Any) -> str:
    """A cell's code: Jupyter keeps it as one text or as a list of lines."""
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _carried(notebook: dict[str, Any], what: str) -> str:
    found: Any = notebook
    for key in ("metadata", "clv", what):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _whose(path: str, carried: str, room: Class) -> tuple[Student, str]:
    """The student and a remark. The LMS knows who handed in; without it the ticket says so, then the file's name.

    Raises
    ------
    ValueError
        If nobody is named, or two.
    """
    by_lms = room.roster.owner(path)
    by_name = {student for name, student in room.tickets.items() if name.rpartition("-")[2] in path}
    by_ticket = {room.tickets[carried]} if carried in room.tickets else set()
    if by_lms and by_ticket & set(room.mates.get(by_lms, ())):
        by_lms = next(iter(by_ticket))
    unknown = bool(carried) and not by_ticket
    code = carried.removeprefix(_OF_CODE) if carried.startswith(_OF_CODE) else ""
    if unknown and (not by_lms or room.roster.kind == "plain"):
        raise ValueError(f"its code, {code}, is not on the list of this release" if code else _UNKNOWN)
    if by_lms:
        others = ", ".join(student.id for student in by_ticket - {by_lms})
        if others and room.roster.kind == "plain":
            raise ValueError(_TWO_STUDENTS)
        if by_lms in room.strangers:
            raise ValueError(f"nothing was released to {by_lms.id}: run `clv release` with this roster, and send hers")
        strange = f"the code {code}, which is not on the list of this release" if code else _STRANGE
        holds = f"the notebook of {others}" if others else strange
        return by_lms, f"it holds {holds}; marked with the numbers of {by_lms.id}" if others or unknown else ""
    if len(by_name | by_ticket) > 1:
        raise ValueError(_TWO_STUDENTS)
    if not by_name | by_ticket:
        raise ValueError("nothing says whose it is: put it in a folder named by the student's id")
    return (by_name | by_ticket).pop(), ""


def _kept_name(file: Returned) -> str:
    """Time first, and the file's own, then where it lay, then what it holds; the same whenever the same is found."""
    holds = hashlib.sha256(file.path.encode("utf-8", "replace") + b"\0" + file.data).hexdigest()[:8]
    own = "" if file.own is None else f"{stamp(file.own)}_"
    return f"{stamp(file.when)}_{own}{slug(os.path.splitext(file.path)[0], 100)}_{holds}"


def stamp(when: float) -> str:
    """A time as the name of an attempt begins with it, by the clock that holds now."""
    return time.strftime("%Y%m%dT%H%M%S", time.localtime(max(when, 0)))


def natural(name: str) -> list[Any]:
    """Sorts "attempt 2" before "attempt 10"."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
