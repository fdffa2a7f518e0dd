"""Who is in the class: a roster as Canvas, Moodle or a spreadsheet saves it.

A roster tells whose a returned file is by the name that the LMS gave it, and writes the grades back as the form that
the LMS imports. Checked in the sources of Canvas (gradebook_exporter.rb, gradebook_importer.rb, content_zipper.rb) and
of Moodle (mod/assign: gradingtable.php, downloader.php, feedback/offline/importgradeslib.php,
feedback/file/importziplib.php; grade/export/txt), the Chinese headers in Moodle's language packs of 2014 and 2018. Not
checked but commonly reported: Canvas's student view is "Student, Test", and Moodle says Surname or Last name.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path, PurePosixPath

from clvlib.course.marking.tables import as_csv, figure, has_text, number, numbered_table
from clvlib.course.words import either, listing

_IDS = {
    "canvas": ["sis user id", "sis login id", "id"],
    "moodle": ["id number", "username", "email address", "identifier"],
    "plain": [
        "student id",
        "student number",
        "id number",
        "id",
        "number",
        "username",
        "login",
        "email address",
        "student",
    ],
}
_EVERY_ID = {name for names in _IDS.values() for name in names}
_WORKSHEET = {"identifier", "grade"}
_LMS = {"canvas": "id", "moodle": "identifier"}
_NAMES = ["full name", "name", "student name", "student"]
_MODIFIED = "last modified (submission)"
_ALIASES = {
    "firstname": "first name",
    "名": "first name",
    "lastname": "last name",
    "surname": "last name",
    "姓": "last name",
    "姓名": "name",
    "全名": "full name",
    "学号": "id number",
    "编号": "number",
    "編號": "number",
    "学生编号": "student number",
    "学籍号": "student number",
    "学生姓名": "name",
    "學號": "id number",
    "user name": "username",
    "用户名": "username",
    "email": "email address",
    "e mail": "email address",
    "email地址": "email address",
    "电子邮件地址": "email address",
    "识别码": "identifier",
    "标识符": "identifier",
    "成绩": "grade",
    "最高成绩": "maximum grade",
    "最高分": "maximum grade",
    "组": "group",
    "小组": "group",
    "练习": "exercise",
    "最后修改(学生)": _MODIFIED,
    "最後修改(學生)": _MODIFIED,
    "最後修改的(作業)": _MODIFIED,
}

_POINTS = "    Points Possible"  # with the blanks, as Canvas writes it
# Canvas takes care that a name holds no number between underscores; an anonymous file has "anon" for a name
_CANVAS = re.compile(r"(?!anon_).*?_(?P<late>LATE_)?(?P<number>[0-9]+)_[0-9]+_")
_MOODLE = re.compile(r"(?P<name>.*?)_(?P<number>[0-9]+)_assignsubmission_")
_NOT_IN_FILE_NAMES = re.compile(r"[\x00-\x1f\x7f&<>\"`|':\\/*?]")  # what Moodle drops, and what Windows refuses


@dataclass(frozen=True)
class Student:
    """One student.

    Parameters
    ----------
    id : str
        What the instructor calls her; compared letter by letter.
    name : str
        As the roster has it; may be empty.
    lms : str
        What the LMS calls her in file names: Canvas's user id, Moodle's participant number; empty if unknown.
    """

    id: str
    name: str
    lms: str


@dataclass(frozen=True)
class Roster:
    """The students of a class, with the table they came in.

    Parameters
    ----------
    kind : str
        ``"canvas"``, ``"moodle"`` or ``"plain"``.
    students : list of Student
        In the order of the file.
    header : list of str
    rows : list of list of str
        One a student, untouched.
    points : list of str, optional
        Canvas's row of the points that each assignment is out of.
    """

    kind: str
    students: list[Student]
    header: list[str]
    rows: list[list[str]]
    points: list[str] | None = None

    def find(self, cell: str, otherwise: str = "", also: Collection[str] = ()) -> str:
        """The id of the student whom a cell names: by her id, another number, login or e-mail address, or her name.

        Parameters
        ----------
        cell : str
        otherwise : str, optional
            Of the error, what else may be meant.
        also : collection of str, optional
            Ids of students who are not on this roster any more.

        Raises
        ------
        ValueError
            If it fits no student, with an id that is like it or any of this roster; or if it fits two.

        Examples
        --------
        >>> roster = Roster("plain", [Student("007", "王 伟", "")], ["学号", "姓名"], [["007", "王 伟"]])
        >>> roster.find("王伟")
        '007'
        """
        ids = [student.id for student in self.students]
        known = dict.fromkeys([*ids, *also])
        found = dict.fromkeys([*([cell] if cell in known else []), *self._called.get(_spelt(cell), ())])
        if len(found) > 1:
            raise ValueError(f"{cell!r} fits {len(found)} students of the roster, {listing(found)}: name her otherwise")
        if found:
            return next(iter(found))
        alike = [one for one in known if one.lstrip("0") == cell] or get_close_matches(cell, known, 1)
        hint = f"; did you mean {alike[0]!r}?" if alike else otherwise
        if ids and not alike:
            hint += f"; ids on this roster are like {ids[0]}"
        raise ValueError(f"there is no student {cell!r} on the roster{hint}")

    @property
    def id_column(self) -> str:
        """The header of the column that holds the ids."""
        columns = self._own_columns
        for name in _IDS[self.kind]:
            if name in columns and all(
                _cell(row, columns, name) == student.id for student, row in zip(self.students, self.rows, strict=True)
            ):
                return self.header[columns[name]]
        return self.header[0]

    def owner(self, path: str) -> Student | None:
        """Whose a returned file is, by the names of the file and of the folders (and zips) around it.

        Canvas names a file ``nameofstudent_[LATE_]USERID_FILEID_original.ipynb``. Moodle names a folder
        ``Full name_PARTICIPANT_assignsubmission_file``, with or without a last underscore, or begins the file's name
        like that; where the roster does not have the number, the full name decides, first or last name first. In any
        roster, a folder or zip named exactly like an id counts, and so does a file whose name without ending is one.

        Parameters
        ----------
        path : str
            With ``/`` between the folders.

        Returns
        -------
        Student or None
            None if nothing in the path names a student of this roster.

        Raises
        ------
        ValueError
            If the path names more than one student; the sentence says which.

        Examples
        --------
        >>> roster = Roster("plain", [Student("007", "王伟", "")], ["学号", "姓名"], [["007", "王伟"]])
        >>> roster.owner("returned.zip/007/exercise.ipynb")
        Student(id='007', name='王伟', lms='')
        """
        *folders, file = parts = unicodedata.normalize("NFC", path).split("/")
        exact = [*(folder.removesuffix(".zip") for folder in folders), PurePosixPath(file).stem]
        found = [self._by_id[name] for name in exact if name in self._by_id]
        for part in parts:
            found += self._named_by_lms(part)
        owners = list(dict.fromkeys(found))
        if len(owners) > 1:
            raise ValueError(f"{path!r} names {len(owners)} students: {listing(student.id for student in owners)}")
        return owners[0] if owners else None

    def says_late(self, path: str) -> bool | None:
        """Whether Canvas calls a returned file late; None if it was not Canvas that named it."""
        found = next(filter(None, map(_CANVAS.match, path.split("/"))), None) if self.kind == "canvas" else None
        return None if found is None else bool(found["late"])

    def modified(self, path: str) -> tuple[Student, str] | None:
        """Whose a returned file is that Moodle named, and when she handed in by its worksheet, as is written there.

        Only by the participant's number: each assignment has its own, and the times of another one are not hers.
        """
        owners = {self._by_lms[number] for number in _moodle_numbers(path) if number in self._by_lms}
        if self.kind != "moodle" or len(owners) != 1:
            return None
        (owner,) = owners
        return (owner, self._modified[owner]) if owner in self._modified else None

    def misfit(self, paths: Iterable[str]) -> str:
        """Why this is the worksheet of another assignment than that whose files came back; "" if it is not."""
        numbers = list(dict.fromkeys(number for path in paths for number in _moodle_numbers(path)))
        strange = [number for number in numbers if number not in self._by_lms]
        if self.kind != "moodle" or not self._by_lms or len(strange) <= len(numbers) / 2:
            return ""
        return (
            f"the worksheet is that of another assignment in Moodle: its participants are {next(iter(self._by_lms))} "
            f"and so on, in the returned files they are {strange[0]} and so on"
        )

    @property
    def is_worksheet(self) -> bool:
        """Whether it is the grading worksheet of an assignment in Moodle."""
        return self.kind == "moodle" and columns_of(self.header).keys() >= _WORKSHEET

    def grade_form(
        self, grades: dict[str, float | None], title: str, out_of: float, what: str = "this exercise"
    ) -> str | None:
        """The form that the LMS imports, as CSV text; write it as UTF-8, its line ends untouched.

        For Canvas: the columns up to Section and one with the grades, under the header it has in the export ("Exercise
        1 (4711)") or as a new assignment. For Moodle's offline grading worksheet: the worksheet with its Grade column
        filled. For another Moodle export: the columns that identify a student and one with the grades. Who has no
        grade keeps the cell of the export, so nothing is deleted in the LMS.

        Parameters
        ----------
        grades : dict
            By id; None or left out for no grade.
        title : str
            Of the exercise, as the assignment is called in the LMS.
        out_of : int
            Points of the exercise.
        what : str, optional
            What is graded, where it is not an exercise.

        Returns
        -------
        str or None
            None for a plain roster.

        Raises
        ------
        ValueError
            If the LMS has the assignment out of other points, or two assignments of that title.
        """
        if self.kind == "plain":
            return None
        kept, place = self._form_columns(title)
        header, rows = [*self.header, title], [[*row, ""] for row in self.rows]
        maximum = [*self._points(), ""][place]
        if number(maximum) not in (None, out_of):
            raise ValueError(
                f"the LMS has {header[place]!r} out of {maximum.strip()} points, {what} is out of {out_of}: set "
                f"the points of the assignment to {out_of} there, then export the roster again"
            )
        for student, row in zip(self.students, rows, strict=True):
            grade = grades.get(student.id)
            if grade is not None:
                row[place] = figure(grade)
        if self.kind == "canvas":
            points = [*self._points(), ""]
            points[place] = maximum or figure(out_of)
            rows = [points, *rows]
        return as_csv(([row[column] for column in kept] for row in [header, *rows]), line_end="\r\n")

    def feedback_path(self, student: Student, filename: str) -> str:
        """Where a student's feedback goes in a zip of feedback files.

        Moodle ("Upload multiple feedback files in a zip") takes a folder named as in its own download, and knows the
        student by the participant number alone. Any other zip is flat, and `filename` has to be the student's own.
        """
        if self.kind != "moodle" or not student.lms:
            return filename
        name = _NOT_IN_FILE_NAMES.sub("", student.name.replace("_", " ")) or "Participant"
        return f"{name}_{student.lms}_assignsubmission_file_/{filename}"

    @cached_property
    def _by_id(self) -> dict[str, Student]:
        return {student.id: student for student in self.students}

    @property
    def _own_columns(self) -> dict[str, int]:
        """The columns about students, without those of assignments, which may be called anything."""
        columns = columns_of(self.header)
        return columns_of(self.header[: columns["section"] + 1]) if self.kind == "canvas" else columns

    @cached_property
    def _called(self) -> dict[str, list[str]]:
        """The ids of who can be called so, besides by their ids."""
        columns = self._own_columns if self.rows else {}
        besides = [name for name in _IDS[self.kind] if name in columns and name not in ("identifier", *_NAMES)]
        found: dict[str, list[str]] = {}
        for place, student in enumerate(self.students):
            words = student.name.replace(",", " ").split()
            called = {_spelt("".join(words[turn:] + words[:turn])) for turn in range(len(words))}
            if place < len(self.rows):
                cells = {_cell(self.rows[place], columns, name) for name in besides}
                cells = {cell for cell in cells if cell != student.id or "@" in cell}  # of ids, capitals matter
                called |= set(map(_spelt, cells))
            for one in called - {""}:
                found.setdefault(one, []).append(student.id)
        return found

    @cached_property
    def _by_lms(self) -> dict[str, Student]:
        return {student.lms: student for student in self.students if student.lms}

    @cached_property
    def _by_name(self) -> dict[str, list[Student]]:
        """Everyone who can be called so, with the first name first or last."""
        called: dict[str, list[Student]] = {}
        for student in self.students:
            words = student.name.split()
            turns = {_letters(words[turn:] + words[:turn]) for turn in range(len(words))}
            for letters in turns - {""}:
                called.setdefault(letters, []).append(student)
        return called

    @cached_property
    def _modified(self) -> dict[Student, str]:
        place = columns_of(self.header).get(_MODIFIED)
        times = [] if place is None else [row[place].strip() for row in self.rows]
        return {student: when for student, when in zip(self.students, times, strict=False) if when.strip("-")}

    def _named_by_lms(self, part: str) -> list[Student]:
        found = (_CANVAS if self.kind == "canvas" else _MOODLE).match(part)
        if found is None:
            return []
        if found["number"] in self._by_lms:
            return [self._by_lms[found["number"]]]
        return [] if self.kind == "canvas" else self._by_name.get(_letters([found["name"]]), [])

    def _form_columns(self, title: str) -> tuple[list[int], int]:
        """The columns that go into the form, and which of them holds the grades; a new one is behind the last."""
        columns, new = columns_of(self.header), len(self.header)
        if self.kind == "canvas":
            place = self._canvas_column(title, after=columns["section"]) or new
            return [*range(columns["section"] + 1), place], place
        if self.is_worksheet:
            return list(range(new)), columns["grade"]
        identifying = sorted(columns[name] for name in ("first name", "last name", *_IDS["moodle"]) if name in columns)
        return [*identifying, new], new

    def _points(self) -> list[str]:
        """What the LMS has each column out of."""
        points = [_POINTS] + [""] * (len(self.header) - 1)
        columns = columns_of(self.header)
        if self.kind == "canvas":
            return self.points or points
        if columns.keys() >= _WORKSHEET | {"maximum grade"}:
            points[columns["grade"]] = self.rows[0][columns["maximum grade"]]
        return points

    def _canvas_column(self, title: str, after: int) -> int | None:
        """The column of an assignment, which Canvas heads with its title and its number."""
        places = range(after + 1, len(self.header))
        exact = [place for place in places if self.header[place].strip() == title.strip()]
        found = exact or [place for place in places if _without_number(self.header[place]) == title.strip()]
        if len(found) > 1:
            headers = listing(self.header[place] for place in found)
            raise ValueError(
                f"the roster has {len(found)} columns for {title!r}, {headers}: delete the wrong ones from it"
            )
        return found[0] if found else None


def read_roster(path: Path) -> Roster:
    """The class in a file exported from Canvas or Moodle, or in any table with a column of ids.

    - Canvas: the gradebook's export. The id is the SIS User ID if every student has one, else the SIS Login ID, else
      Canvas's own.
    - Moodle: an assignment's offline grading worksheet, or an export of the grades or participants. The id is the first
      that every student has of ID number, username, e-mail address and participant number.
    - Plain: a column named id, student id, number, username, email, 学号, 编号 or the like, and perhaps one with the
      names. A title may stand above the header.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Roster

    Raises
    ------
    ValueError
        As in `read_table`; or if there is no column of ids, an id is missing or double, or there are no students.
    """
    header, rows = numbered_table(path, lambda row: bool(columns_of(row).keys() & _EVERY_ID))
    columns = columns_of(header)
    kind, points = _kind(columns), None
    if kind == "canvas":
        columns = columns_of(header[: columns["section"] + 1])  # an assignment may be called "Name"
        points = next((row for row in rows.values() if _POINTS.strip() in row[0]), None)
        rows = {line: row for line, row in rows.items() if _is_student(row, columns)}
    if not rows:
        raise ValueError(f"{path} has no students: it needs a line for each of them under the header")
    ids = _ids(path, header, columns, kind, rows)
    numbers = {line: _cell(row, columns, _LMS.get(kind, "")) for line, row in rows.items()}
    _refuse_doubles(path, "number in the LMS", numbers)
    names = {line: _name(row, columns, ids[line]) for line, row in rows.items()}
    students = [Student(ids[line], names[line], numbers[line]) for line in rows]
    return Roster(kind, students, header, list(rows.values()), points)


def columns_of(header: list[str]) -> dict[str, int]:
    """Where a column is, by its English name in small letters."""
    columns: dict[str, int] = {}
    for place, title in enumerate(header):
        words = " ".join(re.split(r"[\s_-]+", unicodedata.normalize("NFKC", title).strip().casefold()))
        if re.search(r"[\u4e00-\u9fff]", words):  # as in 学 号, drawn apart to look well
            words = words.replace(" ", "")
        if words:
            columns.setdefault(_ALIASES.get(words, words), place)
    return columns


def _kind(columns: dict[str, int]) -> str:
    before = {name for name, place in columns.items() if place < columns.get("section", 0)}
    if before >= {"id", "sis login id"} and ("student" in before or before >= {"last name", "first name"}):
        return "canvas"
    has = columns.keys()
    export = has >= {"first name", "last name"} and bool(has & {"id number", "email address"})
    return "moodle" if has >= _WORKSHEET or export else "plain"


def _is_student(row: list[str], columns: dict[str, int]) -> bool:
    """Whether a row of Canvas is: not the points, not "Manual Posting", not the student of the student view."""
    test = _name(row, columns, "") in ("Student, Test", "Test Student")
    return not test and _POINTS.strip() not in row[0] and has_text(row[: columns["section"]])


def _ids(
    path: Path, header: list[str], columns: dict[str, int], kind: str, rows: dict[int, list[str]]
) -> dict[int, str]:
    """Everyone's id, by the line she is on."""
    found = [name for name in _IDS[kind] if name in columns]
    if not found:
        raise ValueError(
            f"{path} has no column of ids, only {listing(header)}: name the one with the ids "
            f"{either([*_IDS['plain'], '学号'])}"
        )
    if kind == "plain":
        found = found[:1]
    for name in found:
        ids = {line: _cell(row, columns, name) for line, row in rows.items()}
        empty = [line for line in ids if not ids[line]]
        if not empty:
            break
    title = header[columns[name]]
    rounded = [line for line in ids if re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", ids[line])]
    if rounded:
        raise ValueError(
            f"{path}: on {_lines(rounded)} of the column {title!r} stands {ids[rounded[0]]}: Excel shows long numbers "
            "so, and saves no more of them. Take the file before Excel opened it, or format the column as text, paste "
            "the ids again, and save"
        )
    if empty:
        raise ValueError(f"{path}: the column {title!r} is empty on {_lines(empty)}; every student needs an id")
    _refuse_doubles(path, title, ids)
    return ids


def _cell(row: list[str], columns: dict[str, int], name: str) -> str:
    text = unicodedata.normalize("NFC", row[columns[name]]).strip() if name in columns else ""
    if name == "identifier":  # "Participant 12345", in the language of the site
        found = re.fullmatch(r"[^0-9]*([0-9]+)", text)
        return found[1] if found else ""
    return text


def _name(row: list[str], columns: dict[str, int], student_id: str) -> str:
    for name in _NAMES:
        text = _cell(row, columns, name)
        if text and text != student_id:
            return text
    return f"{_cell(row, columns, 'first name')} {_cell(row, columns, 'last name')}".strip()


def _refuse_doubles(path: Path, what: str, values: dict[int, str]) -> None:
    lines: dict[str, list[int]] = {}
    for line, value in values.items():
        lines.setdefault(value, []).append(line)
    for value, places in lines.items():
        if value and len(places) > 1:
            raise ValueError(f"{path}: the {what} {value!r} is on {_lines(places)}; every student needs her own")


def _lines(lines: list[int]) -> str:
    """The first five, and how many more there are."""
    more = f" and {len(lines) - 5} more" if len(lines) > 5 else ""
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:5]))}{more}"


def _spelt(text: str) -> str:
    """What a student is called, without regard to capitals, blanks and commas."""
    return re.sub(r"[\s,]", "", unicodedata.normalize("NFC", text)).casefold()


def _moodle_numbers(path: str) -> list[str]:
    """The participants' numbers in a path that Moodle wrote."""
    return [found["number"] for part in path.split("/") if (found := _MOODLE.match(part))]


def _letters(words: Iterable[str]) -> str:
    """A name without what file names leave out: blanks, underscores, some punctuation, capitals."""
    text = unicodedata.normalize("NFC", "".join(words))
    return re.sub(r"[\s_]", "", _NOT_IN_FILE_NAMES.sub("", text)).casefold()


def _without_number(title: str) -> str:
    return re.sub(r"\s\([0-9]+\)$", "", title.strip()).strip()
