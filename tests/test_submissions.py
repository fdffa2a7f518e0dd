"""Returned files: all are found, however packed and renamed; whose they are; nothing leaves its place."""

import io
import json
import os
import struct
import tempfile
import threading
import time
import tracemalloc
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clvlib.course.exercise import Exercise
from clvlib.course.marking import submissions
from clvlib.course.marking.release import Secret, ticket
from clvlib.course.marking.roster import Roster, Student, read_roster
from clvlib.course.marking.submissions import Class, Remark, Returned, attempts, find, keep, read_notebook

EXERCISE, SECRET = Exercise("01_worksheet", title="", minutes=1), Secret(bytes(32))
NOON = 1_750_000_000
UNKNOWN = "it was released to somebody who is not on this roster, for another class, or with another secret"

PLAIN = "id,name\nann,Ann Smith\nbob,Bob Lee\n学号 7,王伟\nZoë,Zoë\n"
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section
"Smith, Ann",1001,ann,asmith,CRM
"Lee, Bob",1002,bob,blee,CRM
"""
MOODLE = """Identifier,Full name,ID number,Status,Grade
Participant 5001,Ann Smith,ann,-,
Participant 5002,Bob Lee,bob,-,
"""

on_posix = pytest.mark.skipif(os.name == "nt", reason="there are no such files on Windows")


pytestmark = pytest.mark.usefixtures("home")


def notebook(owner: str = "", *cells: Any, **metadata: Any) -> bytes:
    """A notebook with these cells that carries the ticket of a student."""
    if owner:
        metadata["clv"] = {"exercise": EXERCISE.name, "ticket": ticket_of(owner)}
    code = [{"cell_type": "code", "source": source, "outputs": [], "metadata": {}} for source in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": code}).encode()


def ticket_of(owner: str) -> str:
    return ticket(SECRET, EXERCISE, Student(owner, "", ""))


def zipped(files: dict[str, bytes], when: float = NOON, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", how) as pack:
        for name, data in files.items():
            pack.writestr(zipfile.ZipInfo(name, time.localtime(when)[:6]), data, how)
    return packed.getvalue()


def zip_by_hand(files: Iterable[tuple[bytes, bytes]], flags: int = 0, size: int | None = None) -> bytes:
    """A zip with names and sizes that zipfile would not write."""
    body, directory, number = b"", b"", 0
    for name, data in files:
        packed = zlib.compress(data, wbits=-15)
        length = len(data) if size is None else size
        sums = struct.pack("<3L2H", zlib.crc32(data[:length]), len(packed), length, len(name), 0)
        head = struct.pack("<5H", 20, flags, 8, 0, 0x5AC5) + sums
        directory += b"PK\1\2" + struct.pack("<H", 20) + head + struct.pack("<3H2L", 0, 0, 0, 0, len(body)) + name
        body += b"PK\3\4" + head + name + packed
        number += 1
    end = struct.pack("<4H2LH", 0, 0, number, number, len(directory), len(body), 0)
    return body + directory + b"PK\5\6" + end


def put(path: Path, data: bytes, when: float = NOON) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (when, when))
    return path


def found(source: Path) -> dict[str, bytes | str]:
    """By path, what is in each file or why it was not read."""
    return {file.path: file.problem or file.data for file in find(source)}


class Box:
    """A class, the folder where its files are kept, and what was said when they were."""

    def __init__(self, folder: Path, roster: str = PLAIN):
        put(folder / "roster.csv", roster.encode())
        self.roster = read_roster(folder / "roster.csv")
        self.tickets = {ticket_of(student.id): student for student in self.roster.students}
        self.folder = folder / "deep" / "kept"

    def keep(self, *returned: Returned) -> list[Remark]:
        return list(keep(returned, Class("01_worksheet", self.roster, self.tickets), self.folder))

    def take(self, source: Path) -> list[Remark]:
        return self.keep(*find(source))

    def handed_in(self, path: str, data: bytes) -> tuple[str, str]:
        """Whose a file is, and what is said about it."""
        remarks = self.keep(Returned(path, NOON, data))
        owners = [student.id for student in self.roster.students if self.attempts(student.id)]
        assert len(owners) <= 1
        return owners[0] if owners else "", remarks[0].what if remarks else ""

    def attempts(self, owner: str) -> list[Path]:
        return attempts(self.folder / ticket_of(owner))

    def notes(self, owner: str) -> list[str]:
        return sorted(path.read_text(encoding="utf-8") for path in (self.folder / ticket_of(owner)).glob("*.txt"))


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path / "class")


# Finding


def test_every_file_of_a_folder_is_found_with_its_time(tmp_path):
    put(tmp_path / "a.ipynb", b"a", NOON)
    put(tmp_path / "sub" / "deep" / "b.txt", b"b", NOON + 60)
    assert list(find(tmp_path)) == [
        Returned("a.ipynb", NOON, b"a"),
        Returned("sub/deep/b.txt", NOON + 60, b"b"),
    ]
    assert list(find(tmp_path / "a.ipynb")) == [Returned("a.ipynb", NOON, b"a")], "one file will do"


def test_a_zip_as_the_source_gives_what_the_folder_gives(tmp_path):
    files = {"a.ipynb": b"a", "sub/b.ipynb": b"b"}
    for name, data in files.items():
        put(tmp_path / "folder" / name, data)
    put(tmp_path / "class.zip", zipped(files))
    put(tmp_path / "class without ending", zipped(files))
    for source in ("class.zip", "class without ending"):
        assert list(find(tmp_path / source)) == list(find(tmp_path / "folder"))


def test_zips_are_folders_four_deep(tmp_path):
    data = b"deep"
    for depth in range(5, 0, -1):
        data = zipped({f"{depth}.ipynb": b"%d" % depth, **({f"{depth + 1}.ZIP": data} if depth < 5 else {})})
    put(tmp_path / "1.Zip", data)
    assert found(tmp_path) == {
        "1.Zip/1.ipynb": b"1",
        "1.Zip/2.ZIP/2.ipynb": b"2",
        "1.Zip/2.ZIP/3.ZIP/3.ipynb": b"3",
        "1.Zip/2.ZIP/3.ZIP/4.ZIP/4.ipynb": b"4",
        "1.Zip/2.ZIP/3.ZIP/4.ZIP/5.ZIP": "it lies in more than 4 zips",
    }


NOISE = [
    "__MACOSX/._a.ipynb",
    "sub/__MACOSX/a.ipynb",
    "._a.ipynb",
    ".DS_Store",
    "Thumbs.db",
    "sub/desktop.ini",
    ".ipynb_checkpoints/a-checkpoint.ipynb",
    "sub/.ipynb_checkpoints/a-checkpoint.ipynb",
    ".progress/01_worksheet.json",
]


def test_what_systems_and_jupyter_leave_around_is_ignored(tmp_path):
    for name in NOISE:
        put(tmp_path / "folder" / name, b"noise")
    put(tmp_path / "class.zip", zipped(dict.fromkeys(NOISE, b"noise")))
    assert found(tmp_path / "folder") == {}
    assert found(tmp_path / "class.zip") == {}


def test_a_folder_named_like_a_notebook_is_a_folder(tmp_path):
    put(tmp_path / "folder" / "x.ipynb" / "a.ipynb", b"a")
    put(tmp_path / "class.zip", zipped({"x.ipynb/": b"", "x.ipynb/a.ipynb": b"a"}))
    assert found(tmp_path / "folder") == found(tmp_path / "class.zip") == {"x.ipynb/a.ipynb": b"a"}


@on_posix
def test_links_and_devices_are_not_followed(tmp_path):
    put(tmp_path / "secret", b"secret")
    put(tmp_path / "elsewhere" / "b.ipynb", b"b")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.ipynb").symlink_to(tmp_path / "secret")
    (folder / "dangling.ipynb").symlink_to(tmp_path / "nothing")
    (folder / "folder").symlink_to(tmp_path / "elsewhere")
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.ipynb")
    pipe = os.open(folder / "pipe.ipynb", os.O_RDWR)
    end = threading.Timer(5, os.close, [pipe])  # so that reading it would fail the test, not hang it
    end.start()
    names = ["dangling.ipynb", "folder", "link.ipynb", "pipe.ipynb", "round"]
    assert found(folder) == dict.fromkeys(names, "it is a link or a device, not a file")
    end.cancel()


def test_a_link_in_a_zip_is_a_file_that_holds_a_path(tmp_path):
    entry = zipfile.ZipInfo("link.ipynb")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as pack:
        pack.writestr(entry, "/etc/passwd")
    assert found(tmp_path / "class.zip") == {"link.ipynb": b"/etc/passwd"}


def test_a_file_that_may_not_be_read_costs_nobody_else(tmp_path, monkeypatch):
    put(tmp_path / "a.ipynb", b"a")
    put(tmp_path / "b.ipynb", b"b")
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "a.ipynb":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert found(tmp_path) == {"a.ipynb": "it cannot be read: Permission denied", "b.ipynb": b"b"}


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    with put(tmp_path / "folder" / "a.ipynb", b"").open("r+b") as hollow:
        hollow.truncate(200 * 2**20)
    put(tmp_path / "class.zip", zipped({"a.ipynb": bytes(submissions.LARGEST + 2**20), "b.ipynb": b"b"}))
    assert found(tmp_path / "folder") == {"a.ipynb": "it has 200 MB; a notebook has at most 20"}
    assert found(tmp_path / "class.zip") == {"a.ipynb": "it has 21 MB; a notebook has at most 20", "b.ipynb": b"b"}


def test_a_locked_file_in_a_zip_is_said_to_be_locked(tmp_path):
    put(tmp_path / "a.zip", zip_by_hand([(b"a.ipynb", b"a")], flags=1))
    assert found(tmp_path) == {"a.zip/a.ipynb": "it is locked with a password"}


@pytest.mark.parametrize("cut", [5, 50, 150])
def test_a_zip_that_is_cut_off_is_said_to_be_damaged(tmp_path, cut):
    put(tmp_path / "a.zip", zipped({"a.ipynb": bytes(1000)})[:-cut])
    put(tmp_path / "b.ipynb", b"b")
    assert found(tmp_path) == {"a.zip": "the zip is damaged", "b.ipynb": b"b"}


def test_something_else_called_zip_is_said_to_be_damaged(tmp_path):
    put(tmp_path / "a.zip", notebook("ann"))
    put(tmp_path / "class.zip", zipped({"b.zip": notebook("bob"), "c.ipynb": b"c"}))
    assert found(tmp_path / "a.zip") == {"a.zip": "the zip is damaged"}
    assert found(tmp_path / "class.zip") == {"b.zip": "the zip is damaged", "c.ipynb": b"c"}


def test_one_damaged_file_in_a_zip_does_not_cost_the_others(tmp_path):
    data = bytearray(zipped({"a.ipynb": b"aaaa", "b.ipynb": b"bbbb"}, how=zipfile.ZIP_STORED))
    data[data.index(b"aaaa")] ^= 1
    put(tmp_path / "a.zip", bytes(data))
    assert found(tmp_path) == {"a.zip/a.ipynb": "it is damaged in the zip", "a.zip/b.ipynb": b"bbbb"}


@pytest.mark.long
@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@settings(max_examples=40)
@given(st.data())
def test_however_a_zip_is_damaged_the_search_goes_on(how, data):
    damaged = bytearray(zipped({"a.ipynb": bytes(range(100)), "b.zip": zipped({"c": b"c"})}, how=how))
    places = st.tuples(st.integers(0, len(damaged) - 1), st.integers(0, 255))
    for place, value in data.draw(st.lists(places, min_size=1, max_size=8)):
        damaged[place] = value
    for file in submissions._packed(io.BytesIO(damaged), "x.zip", 1, [2**30, 1000]):
        assert file.problem or len(file.data) <= submissions.LARGEST


def test_a_file_that_unpacks_to_rubbish_is_damaged_whatever_packed_it(tmp_path):
    for how in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        data = bytearray(zipped({"a.ipynb": os.urandom(1000)}, how=how))
        data[45:600] = b"\xff" * 555
        put(tmp_path / "a.zip", bytes(data))
        assert found(tmp_path) == {"a.zip/a.ipynb": "it is damaged in the zip"}, how


def test_a_name_that_is_empty_or_all_blank_harms_nobody(tmp_path):
    for name in (b"", b"\0", b"/", b"//", b"\0.ipynb"):
        put(tmp_path / "a.zip", zip_by_hand([(name, b"a"), (b"b.ipynb", b"b")]))
        assert found(tmp_path)["a.zip/b.ipynb"] == b"b", name


# Bombs


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {"LARGEST": 1000, "LARGEST_ZIP": 100_000, "LARGEST_INNER_PACK": 5000, "LARGEST_PACK": 500_000}
    for name, limit in limits.items():
        monkeypatch.setattr(submissions, name, limit)


def test_a_zip_is_read_until_its_bytes_are_used_up(small_limits, tmp_path):
    bomb = zipped({f"{number}.ipynb": bytes(1000) for number in range(9)})
    put(tmp_path / "folder" / "bomb.zip", bomb)
    put(tmp_path / "folder" / "good.ipynb", b"good")
    put(tmp_path / "class.zip", zipped({"bomb.zip": bomb, "good.ipynb": b"good"}))
    for source in ("folder", "class.zip"):
        read = found(tmp_path / source)
        assert read["good.ipynb"] == b"good", "it costs nobody else"
        assert sum(data == bytes(1000) for data in read.values()) == 5
        assert read["bomb.zip/5.ipynb"] == "the zip is too large; this file and those after it were not read"
        assert "bomb.zip/6.ipynb" not in read


@pytest.mark.parametrize("source", ["folder", "class.zip"])
def test_zips_in_a_zip_share_its_bytes(small_limits, tmp_path, source):
    inner = zipped({f"{number}.ipynb": bytes(1000) for number in range(4)})
    bomb = zipped({f"{number}.zip": inner for number in range(9)})
    put(tmp_path / "folder" / "bomb.zip", bomb)
    put(tmp_path / "class.zip", zipped({"bomb.zip": bomb}))
    read = found(tmp_path / source)
    assert 0 < sum(data == bytes(1000) for data in read.values()) <= 5


@pytest.mark.parametrize("source", ["folder", "class.zip"])
def test_zips_in_a_zip_share_the_number_of_its_files(tmp_path, monkeypatch, source):
    monkeypatch.setattr(submissions, "MOST_IN_PACK", 20)
    inner = zipped({f"{number}.ipynb": b"" for number in range(9)})
    bomb = zipped({f"{number}.zip": inner for number in range(15)})
    put(tmp_path / "folder" / "bomb.zip", bomb)
    put(tmp_path / "class.zip", zipped({"bomb.zip": bomb}))
    read = found(tmp_path / source)
    assert sum(data == b"" for data in read.values()) <= 20
    assert len(read) < 40


def test_a_class_has_more_room_than_a_student(small_limits, tmp_path):
    students = {f"{number}.zip": zipped({"a.ipynb": bytes(1000)}) for number in range(50)}
    put(tmp_path / "class.zip", zipped(students))
    assert list(found(tmp_path / "class.zip").values()) == [bytes(1000)] * 50


def test_a_large_zip_in_a_zip_is_not_opened(small_limits, tmp_path):
    inner = zipped({"a.ipynb": b"a"}) + bytes(100_000)
    put(tmp_path / "class.zip", zipped({"a.zip": inner, "b.ipynb": b"b"}))
    read = found(tmp_path / "class.zip")
    assert read["b.ipynb"] == b"b"
    assert "a.zip/a.ipynb" not in read


@pytest.mark.long
def test_a_file_that_is_larger_than_it_says_is_not_unpacked_further(tmp_path):
    for name in (b"a.ipynb", b"a.zip"):
        put(tmp_path / "a.zip", zip_by_hand([(name, bytes(100 * 2**20))], size=1000))
        tracemalloc.start()
        read = list(found(tmp_path).values())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert read in ([bytes(1000)], ["it is damaged in the zip"], ["the zip is damaged"])
        assert peak < 50 * 2**20


# Names


@pytest.mark.parametrize(
    ("raw", "flags", "path"),
    [
        ("作业/王伟.ipynb".encode("gbk"), 0, "作业/王伟.ipynb"),
        ("作业/王伟.ipynb".encode(), 0, "作业/王伟.ipynb"),
        ("作业/王伟.ipynb".encode(), 0x800, "作业/王伟.ipynb"),
        ("Renéé.ipynb".encode(), 0x800, "Renéé.ipynb"),
        (b"plain.ipynb", 0, "plain.ipynb"),
        (b"\xff\xff.ipynb", 0, b"\xff\xff.ipynb".decode("cp437")),
    ],
)
def test_names_in_a_zip_are_read_as_they_were_written(tmp_path, raw, flags, path):
    put(tmp_path / "class.zip", zip_by_hand([(raw, b"a")], flags))
    assert found(tmp_path / "class.zip") == {path: b"a"}


HOSTILE_NAMES = [
    "../../x.ipynb",
    "..",
    "/etc/x.ipynb",
    "//host/x.ipynb",
    "C:\\x.ipynb",
    "..\\..\\x.ipynb",
    "CON",
    "x" * 300 + ".ipynb",
    "客" * 100 + ".ipynb",
    "𠮷" * 100 + ".ipynb",
    "sub/" * 100 + "x.ipynb",
    "new\nline.ipynb",
    "\x1b[31mred\x07.ipynb",
    "before\0after.ipynb",
    "a\u202eb.ipynb",
    "1²3.ipynb",
    "①.ipynb",
    "٣.ipynb",
    "$(touch x).ipynb",
    "-rf",
    "<script>.ipynb",
    ".ipynb",
    "",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_whatever_a_file_is_called_it_is_kept_in_her_folder_and_nowhere_else(tmp_path, name):
    box = Box(tmp_path / "class")
    put(tmp_path / "sub" / "class.zip", zip_by_hand([(name.encode(), notebook("ann"))], flags=0x800))
    before = set(tmp_path.rglob("*"))
    box.take(tmp_path / "sub" / "class.zip")
    box.keep(Returned(name, NOON, notebook("ann")), Returned(f"ann/{name}", NOON, b"rubbish"))
    written = [path for path in set(tmp_path.rglob("*")) - before if path.is_file()]
    assert {path.parent for path in written} == {box.folder / ticket_of("ann")}
    assert 1 <= len(box.attempts("ann")) <= 2
    assert len(box.notes("ann")) == 1


@pytest.mark.long
@settings(max_examples=50)
@given(st.text(), st.text(st.sampled_from("/\\.-_ 0123456789²①٣½a𠮷\0\n\ud800\udcd7"), max_size=300))
def test_no_name_at_all_keeps_a_notebook_from_being_kept(text, odd):
    with tempfile.TemporaryDirectory() as folder:
        box = Box(Path(folder))
        box.keep(Returned(text, NOON, notebook("ann")), Returned(odd + "/", NOON + 60, notebook("ann", "b = 2")))
        assert len(box.attempts("ann")) == 2
        assert all(path.is_file() for path in box.attempts("ann"))


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="names are Unicode there")
def test_a_name_that_is_no_unicode_is_kept_too(tmp_path, box):
    folder = tmp_path / "returned" / "ann"
    folder.mkdir(parents=True)
    Path(os.fsdecode(bytes(folder) + "/作业.ipynb".encode("gbk"))).write_bytes(notebook())
    Path(os.fsdecode(bytes(folder) + "/报告.pdf".encode("gbk"))).write_bytes(b"%PDF")
    assert [remark.what for remark in box.take(tmp_path / "returned")] == ["it is no notebook"]
    assert len(box.attempts("ann")) == 1
    assert len(box.notes("ann")) == 1


# Reading


def test_the_code_cells_and_the_ticket_are_read():
    data = json.dumps(
        {
            "metadata": {"clv": {"ticket": "ann-0123", "exercise": "01_worksheet"}},
            "cells": [
                {"cell_type": "markdown", "source": "words"},
                {"cell_type": "code", "source": "one = 1\ntwo = 2"},
                {"cell_type": "code", "source": ["three = 3\n", "four = 4"]},
                {"cell_type": "raw", "source": "raw"},
            ],
        }
    ).encode()
    wanted = ["one = 1\ntwo = 2", "three = 3\nfour = 4"], "ann-0123", "01_worksheet"
    assert read_notebook(data) == wanted
    assert read_notebook(b"\xef\xbb\xbf" + data) == wanted, "Windows likes to put a mark in front"
    assert read_notebook(b"\r\n " + data + b"\r\n") == wanted


def test_odd_sources_and_cells_are_empty_or_no_cells():
    odd: list[Any] = [None, 7, {"a": 1}, ["a\n", 7, None, "b"], [], True]
    cells = [{"cell_type": "code", "source": source} for source in odd]
    more: list[Any] = [{"cell_type": "code"}, {"source": "x"}, "text", 7, None, ["code"], {"cell_type": ["code"]}]
    data = json.dumps({"cells": cells + more}).encode()
    assert read_notebook(data) == (["", "", "", "a\nb", "", "", ""], "", "")


@pytest.mark.parametrize("metadata", [None, 7, [], {}, {"clv": None}, {"clv": "x"}, {"clv": {"ticket": 7}}])
def test_odd_metadata_carries_no_ticket(metadata):
    assert read_notebook(json.dumps({"cells": [], "metadata": metadata}).encode()) == ([], "", "")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (notebook()[:-10], "the notebook is cut off in the middle"),
        (b"", "it is no notebook"),
        (b"{}", "it is no notebook of Jupyter's format 4"),
        (b"[]", "it is no notebook of Jupyter's format 4"),
        (b'"cells"', "it is no notebook of Jupyter's format 4"),
        (b'{"cells": {"a": 1}}', "it is no notebook of Jupyter's format 4"),
        (nbformat.v3.writes_json(nbformat.v3.new_notebook()).encode(), "it is no notebook of Jupyter's format 4"),
        (b"%PDF-1.7 \xff\xfe", "it is no notebook but some other kind of file"),
        (notebook().decode().encode("utf-16"), "it is no notebook but some other kind of file"),
        (b"print('hello')", "it is no notebook"),
        (b"[" * 10**6, "it is no notebook"),
        (b'{"cells":' * 10**5, "the notebook is cut off in the middle"),
        (b"1" * 10_000, "it is no notebook"),
    ],
)
def test_what_is_no_notebook_is_told_in_a_sentence(data, says):
    with pytest.raises(ValueError, match=f"^{says}$"):
        read_notebook(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["cells", "metadata"]), inner),
    max_leaves=10,
)
CELL = st.fixed_dictionaries({"cell_type": st.just("code") | JSON}, optional={"source": JSON | st.lists(st.text())})
NOTEBOOK = st.fixed_dictionaries(
    {"cells": st.lists(CELL | JSON) | JSON},
    optional={"metadata": JSON | st.fixed_dictionaries({"clv": JSON | st.fixed_dictionaries({"ticket": JSON})})},
)


@pytest.mark.long
@given(st.binary() | (JSON | NOTEBOOK).map(lambda value: json.dumps(value).encode()))
def test_anything_is_a_notebook_or_a_value_error(data):
    try:
        cells, carried, _ = read_notebook(data)
    except ValueError:
        return
    assert all(isinstance(cell, str) for cell in cells)
    assert isinstance(carried, str)


# Whose it is


@pytest.mark.parametrize(
    "path",
    [
        "x.ipynb",
        "my answers (1).ipynb.txt",
        "no ending",
        "a/b/c.pdf",
        "x.zip/y",
        "学号.ipynb",
        "01_worksheet_bob.ipynb",
    ],
)
def test_the_ticket_in_a_notebook_says_whose_it_is_whatever_it_is_called(box, path):
    assert box.handed_in(path, notebook("ann")) == ("ann", "")


@pytest.mark.parametrize(
    "name", ["01_worksheet_{}.ipynb", "{} (1).ipynb", "Copy of {}-final.ipynb.txt", "{}.zip/x.ipynb", "{}/x.ipynb"]
)
def test_the_ticket_in_a_name_will_do(box, name):
    assert box.handed_in(name.format(ticket_of("学号 7")), notebook()) == ("学号 7", "")


@pytest.mark.parametrize("path", ["ann/x.ipynb", "returned/ann/deep/x.ipynb", "ann.zip/x.ipynb", "ann.ipynb"])
def test_a_folder_a_zip_or_a_file_named_by_her_id_will_do(box, path):
    assert box.handed_in(path, notebook()) == ("ann", "")


@pytest.mark.parametrize(
    ("roster", "path"),
    [
        (CANVAS, "smithann_1001_77_01_worksheet.ipynb"),
        (CANVAS, "smithann_LATE_1001_78_01_worksheet-2.ipynb"),
        (CANVAS, "smithann_1001_79_all.zip/x.ipynb"),
        (MOODLE, "Ann Smith_5001_assignsubmission_file_/x.ipynb"),
        (MOODLE, "Ann Smith_5001_assignsubmission_file_x.ipynb"),
        (MOODLE, "Smith Ann_9999_assignsubmission_file_/all.zip/x.ipynb"),
    ],
)
def test_the_lms_says_whose_it_is_and_wins_over_a_foreign_ticket(tmp_path, roster, path):
    assert Box(tmp_path / "1", roster).handed_in(path, notebook()) == ("ann", "")
    assert Box(tmp_path / "2", roster).handed_in(path, notebook("ann")) == ("ann", "")
    foreign = "it holds the notebook of bob; marked with the numbers of ann"
    assert Box(tmp_path / "3", roster).handed_in(path, notebook("bob")) == ("ann", foreign)


def test_names_are_compared_however_their_accents_are_written(box):
    name = unicodedata.normalize("NFD", "Zoë")
    assert name != "Zoë"
    assert box.handed_in(f"{name}/x.ipynb", notebook()) == ("Zoë", "")


SET_ASIDE = {
    "nobody is named": ("x.ipynb", notebook(), "nothing says whose it is"),
    "a readable part alone": (f"{ticket_of('ann')[:-4]}.ipynb", notebook(), "nothing says whose it is"),
    "a name and a ticket of two": (
        f"01_worksheet_{ticket_of('ann')}.ipynb", notebook("bob"), "belong to different students"
    ),
    "two tickets in a name": (f"{ticket_of('ann')}_{ticket_of('bob')}", notebook(), "belong to different students"),
    "a folder and a ticket of two, without an LMS": ("ann/x.ipynb", notebook("bob"), "belong to different students"),
    "two folders": ("ann/bob/x.ipynb", notebook(), "names 2 students"),
    "two folders, one ticket": ("ann/bob/x.ipynb", notebook("ann"), "names 2 students"),
}  # fmt: skip


def test_without_an_lms_a_file_with_her_ticket_counts_before_a_later_one_without(box):
    assert box.handed_in("ann/hers.ipynb", notebook("ann", "hers = 1")) == ("ann", "")
    box.keep(Returned("hw.zip/ann/forged.ipynb", NOON + 10_000, notebook("", "hers = 0")))
    last = attempts(box.folder / ticket_of("ann"))[-1]
    assert b"hers = 1" in last.read_bytes()


@pytest.mark.parametrize("case", SET_ASIDE)
def test_what_is_not_clearly_hers_is_set_aside(box, case):
    path, data, says = SET_ASIDE[case]
    (remark,) = box.keep(Returned(path, NOON, data))
    assert says in remark.what
    assert remark.path == path
    assert not list(box.folder.rglob("*.ipynb"))


@pytest.mark.parametrize(
    "forged", ["ann-0123456789abcdef", ticket_of("ann")[:-1], ticket_of("ann").upper(), "ann", "x"]
)
def test_a_forged_ticket_opens_nothing(box, forged):
    assert forged not in box.tickets
    data = notebook("", clv={"ticket": forged})
    (remark,) = box.keep(Returned("x.ipynb", NOON, data))
    assert remark == Remark(None, "x.ipynb", UNKNOWN)
    assert not box.folder.exists()
    (remark,) = box.keep(Returned("ann/x.ipynb", NOON, data))
    assert remark.student == box.tickets[ticket_of("ann")], "whoever handed it in is told"
    assert box.attempts("ann") == []
    assert len(box.notes("ann")) == 1


def test_another_exercise_or_another_secret_is_told(box):
    student = Student("ann", "", "")
    name = ticket(Secret(bytes(31) + b"x"), EXERCISE, student)
    assert box.handed_in("x.ipynb", notebook("", clv={"ticket": name})) == ("", UNKNOWN)
    other = {"exercise": "02_time_value", "ticket": ticket_of("ann")}
    says = "it is the notebook of another exercise, 02_time_value"
    assert box.handed_in("x.ipynb", notebook("", clv=other)) == ("", says)
    assert box.handed_in("ann/x.ipynb", notebook("", clv=other)) == ("", says)


# Attempts


def test_attempts_are_kept_and_the_last_in_time_counts(box, tmp_path):
    put(tmp_path / "returned" / "z.ipynb", notebook("ann", "first"), NOON)
    put(tmp_path / "returned" / "a" / "b.ipynb", notebook("ann", "third"), NOON + 7200)
    put(tmp_path / "returned" / "m.zip", zipped({"m.ipynb": notebook("ann", "second")}, NOON + 9999), NOON + 3600)
    assert box.take(tmp_path / "returned") == []
    kept = [read_notebook(path.read_bytes())[0] for path in box.attempts("ann")]
    assert kept == [["first"], ["second"], ["third"]]


def test_the_time_of_a_zip_of_her_own_is_that_at_which_it_was_handed_in(tmp_path):
    far = time.mktime((2106, 1, 1, 0, 0, 0, 0, 0, -1))
    hers = zipped({"old.ipynb": notebook("ann", "old"), "in.zip": zipped({"x.ipynb": notebook("ann", "x")}, far)}, far)
    put(tmp_path / "class.zip", zipped({"ann/first.zip": hers}, NOON))
    put(tmp_path / "folder" / "first.zip", hers, NOON)
    for source in (tmp_path / "class.zip", tmp_path / "folder"):
        assert [file.when for file in find(source)] == [NOON, NOON], source


def test_the_same_notebook_handed_in_again_is_one_attempt_the_later(box):
    for late, path in enumerate(("ann/a.ipynb", "ann/b.ipynb", "ann/c.ipynb")):
        text = "same" if late != 1 else "other"
        box.keep(Returned(path, NOON + 60 * late, notebook("", text)))
    kept = [read_notebook(path.read_bytes())[0] for path in box.attempts("ann")]
    assert kept == [["other"], ["same"]]
    box.keep(Returned("ann/a.ipynb", NOON, notebook("", "same")))
    assert [read_notebook(path.read_bytes())[0] for path in box.attempts("ann")] == kept


def test_of_many_attempts_the_last_five_are_kept(box):
    for late in range(12):
        box.keep(Returned("ann/x.ipynb", NOON + late, notebook("", f"{late}")))
    kept = [read_notebook(path.read_bytes())[0] for path in box.attempts("ann")]
    assert kept == [["7"], ["8"], ["9"], ["10"], ["11"]]


def test_of_attempts_of_the_same_time_the_last_by_number_counts(box):
    for number in (10, 9, 2, 11, 1):
        box.keep(Returned(f"ann/exercise ({number}).ipynb", NOON, notebook("", str(number))))
    kept = [read_notebook(path.read_bytes())[0] for path in box.attempts("ann")]
    assert kept == [["1"], ["2"], ["9"], ["10"], ["11"]]


def test_a_file_that_is_found_again_is_kept_once(box, tmp_path):
    put(tmp_path / "returned" / "x.ipynb", notebook("ann"))
    put(tmp_path / "returned" / "ann" / "rubbish.pdf", b"%PDF")
    first = box.take(tmp_path / "returned")
    assert box.take(tmp_path / "returned") == first
    assert len(box.attempts("ann")) == 1
    assert len(box.notes("ann")) == 1


def test_two_students_with_the_same_file_keep_one_each(box):
    for owner in ("ann", "bob"):
        box.keep(Returned(f"{owner}/x.ipynb", NOON, notebook()))
    assert len(box.attempts("ann")) == len(box.attempts("bob")) == 1


def test_what_cannot_be_read_leaves_a_note_and_hides_no_attempt(box, tmp_path):
    put(tmp_path / "returned" / "ann" / "1.ipynb", notebook("ann", "good"), NOON)
    put(tmp_path / "returned" / "ann" / "2.ipynb", notebook("ann", "newer")[:-9], NOON + 60)
    put(tmp_path / "returned" / "ann" / "3.zip", b"PK\3\4 rubbish", NOON + 60)
    put(tmp_path / "returned" / "ann" / "4.zip", zip_by_hand([(b"x.ipynb", b"x")], flags=1), NOON + 60)
    remarks = box.take(tmp_path / "returned")
    why = {
        "ann/2.ipynb": "the notebook is cut off in the middle",
        "ann/3.zip": "the zip is damaged",
        "ann/4.zip/x.ipynb": "it is locked with a password",
    }
    assert {remark.path: remark.what for remark in remarks} == why
    assert {remark.student for remark in remarks} == {box.tickets[ticket_of("ann")]}
    assert box.notes("ann") == [f"{path}: {what}\n" for path, what in why.items()]
    (kept,) = box.attempts("ann")
    assert read_notebook(kept.read_bytes())[0] == ["good"]


def test_each_file_that_cannot_be_read_leaves_a_note_of_its_own(box):
    names = ["ann/a b.ipynb", "ann/a-b.ipynb", "ann/a?b.ipynb"]
    box.keep(*(Returned(name, 0, problem="it is too large") for name in names))
    assert box.notes("ann") == [f"{name}: it is too large\n" for name in names]


def test_what_cannot_be_read_and_is_nobodys_is_only_told(box):
    assert box.keep(Returned("x.pdf", NOON, b"%PDF \xff"), Returned("y.ipynb", NOON, problem="it is too large")) == [
        Remark(None, "x.pdf", "it is no notebook but some other kind of file"),
        Remark(None, "y.ipynb", "it is too large"),
    ]
    assert not box.folder.exists()


def test_a_kept_file_is_the_file_as_it_came(box):
    data = b"\xef\xbb\xbf" + notebook("ann", "a\r\nb").replace(b", ", b",\r\n\t")
    box.keep(Returned("x.ipynb", NOON, data))
    (kept,) = box.attempts("ann")
    assert kept.read_bytes() == data
    assert os.listdir(kept.parent) == [kept.name], "nothing unfinished is left"


def test_nothing_returned_is_nothing_kept(box, tmp_path):
    (tmp_path / "empty").mkdir()
    put(tmp_path / "empty.zip", zipped({}))
    for source in ("empty", "empty.zip"):
        assert box.take(tmp_path / source) == []
    assert box.attempts("ann") == []


def test_a_roster_without_students_owns_nothing(tmp_path):
    nobody = Roster("plain", [], ["id"], [])
    (remark,) = keep([Returned("x.ipynb", NOON, notebook("ann"))], Class("", nobody, {}), tmp_path / "kept")
    assert remark.student is None
