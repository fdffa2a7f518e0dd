"""Rosters as Canvas, Moodle and spreadsheets save them: who is in, whose a file is, grades back into the LMS."""

import csv
import io
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from clvlib.course.marking.roster import Roster, Student, read_roster
from clvlib.course.marking.tables import read_table

CANVAS = '''\
Student,ID,SIS User ID,SIS Login ID,Section,Notes,Exercise 1 (4711),Exercise 2 (4712),Final Score
,,,,,,Manual Posting,,
    Points Possible,,,,,,20,10,(read only)
"Wang, Wei",1001,S001,wwang,CRM 1,,,3,30
"Smith, Ann",1002,s001,asmith,"CRM 1 and ""CRM 2""",,12,,
"=""=Bob""",1003,007,bob,CRM 1,,,,
"Student, Test",1999,,3b1d9c,CRM 1,,,,
'''

WORKSHEET = """\
Identifier,"Full name","ID number","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 5001","Wei Wang",,wei@example.org,"Submitted for grading",,20.00,Yes,"Monday, 2 June 2025, 9:05 AM",-,
"Participant 5002","Siobhan O'Neil",,siobhan@example.org,"No submission",7.00,20.00,Yes,-,-,"see
the margin"
"""

CHINESE_WORKSHEET = """\
识别码,全名,学号,电子邮件地址,状态,成绩,最高成绩,允许更改成绩,最后修改（教师）
参与者5001,王伟,2023001,w@example.org,已经提交,,20.00,是,-
参与者5002,李娜,2023002,l@example.org,已经提交,,20.00,是,-
"""

EXPORT = """\
First name,Last name,ID number,Institution,Email address,Assignment: Exercise 1 (Real),Last downloaded from this course
Wei,Wang,S001,CRM School,wei@example.org,-,1750000000
Ann Mary,Smith,S002,CRM School,ann@example.org,-,1750000000
"""

PLAIN = "student_id,Name\n007,Wei Wang\nWang,Li Na\nwang,Jo\na b/c,Max\n"


def roster(folder: Path, text: str, encoding: str = "utf-8") -> Roster:
    """The roster of a file that holds this text."""
    path = folder / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return read_roster(path)


def form(text: str | None) -> list[list[str]]:
    assert text is not None
    return list(csv.reader(io.StringIO(text, newline="")))


# Tables


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_however_it_was_saved(tmp_path, encoding, separator, end):
    path = tmp_path / "table.csv"
    lines = ["", "学号|姓名|note", '007|"王|伟"|', f'008|"two{end}lines"', "||", '"say ""hi"""|x|y||']
    path.write_bytes(end.join(lines).replace("|", separator).encode(encoding))
    assert read_table(path) == (
        ["学号", "姓名", "note"],
        [["007", f"王{separator}伟", ""], ["008", f"two{end}lines", ""], ['say "hi"', "x", "y"]],
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", "save it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as CSV"),
        (b"id,name\n1,\x00\n", "save it as CSV"),
        ("id,name\n1,Müller\n".encode("cp1252"), "save it as CSV"),
        ("id,name\n1,José\n".encode("cp1252"), "save it as CSV"),
        (b"\xff\xfei\x00d\x00\n", "save it as CSV"),
        (b"", "table.csv is empty"),
        (b"\n \n", "table.csv is empty"),
        (b'id,name\n1,"a\nb"\n2,Wang, Wei\n', r"table.csv, line 4: 3 cells under a header of 2; .* in double quotes"),
        (b'id,name\n1,"Wang\n2,Li\n', "table.csv, line 2: .* look for a stray double quote"),
        (b'id,name\n1,"Wang" Wei\n', "table.csv, line 2: .* look for a stray double quote"),
        (b"id,name\n1," + b"x" * 200_000, "table.csv, line 2: .*field larger than"),
        (b"id\n" + b"1234567890\n" * 2_000_000, "larger than 20 MB"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path, data, says):
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=f"(?s){says}"):
        read_table(path)


def test_a_missing_file_and_a_folder_are_refused_with_a_sentence(tmp_path):
    with pytest.raises(ValueError, match=r"none\.csv cannot be read: No such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(ValueError, match="cannot be read"):
        read_table(tmp_path)


# Rosters


def test_canvas_has_the_sis_id_and_no_student_for_points_posting_and_student_view(tmp_path):
    canvas = roster(tmp_path, CANVAS)
    assert canvas.kind == "canvas"
    assert canvas.students == [
        Student("S001", "Wang, Wei", "1001"),
        Student("s001", "Smith, Ann", "1002"),
        Student("007", '="=Bob"', "1003"),
    ]


def test_canvas_may_have_an_assignment_called_name(tmp_path):
    assert roster(tmp_path, CANVAS.replace("Notes", "Name")).students == roster(tmp_path, CANVAS).students


def test_a_table_with_the_columns_of_canvas_in_another_order_is_plain(tmp_path):
    assert roster(tmp_path, "SIS Login ID,Section,Student,ID\nwwang,CRM 1,Wei,1001\n").kind == "plain"


def test_canvas_falls_back_on_the_login_then_on_its_own_id(tmp_path):
    assert [one.id for one in roster(tmp_path, CANVAS.replace("S001", "")).students] == ["wwang", "asmith", "bob"]
    without = CANVAS.replace("S001", "").replace("asmith", "")
    assert [one.id for one in roster(tmp_path, without).students] == ["1001", "1002", "1003"]


KNOWN = "Identifier,Full name,Email address,ID number,Status,Grade\n" + "".join(
    f"Participant {line}\n"
    for line in (
        "8101,Anna Berg,anna.berg@uni.edu,20230001,-,",
        "8102,Bo Li,bo.li@uni.edu,20230002,-,",
        "8103,Bo Li,bo.li2@uni.edu,,-,",
    )
)
FALLEN = (
    "Student,ID,SIS User ID,SIS Login ID,Section,ID number (77)\n    Points Possible,,,,,10\n"
    '"Berg, Anna",1001,S1,aberg,A,5\n"Li, Bo",1002,S2,,A,1001\n"Wu, Cy",1003,,1001,A,S1\n'
)


@pytest.mark.parametrize(
    ("text", "cell", "one"),
    [
        *((KNOWN, cell, "anna.berg@uni.edu") for cell in ("anna.berg@uni.edu", "Anna.Berg@uni.edu", "20230001")),
        *((KNOWN, cell, "anna.berg@uni.edu") for cell in ("Anna Berg", "anna  berg", "Berg, Anna", "Berg Anna")),
        (KNOWN, "20230002", "bo.li@uni.edu"),
        *((FALLEN, cell, "1001") for cell in ("S1", "aberg", "Anna Berg", "Berg, Anna")),
        (FALLEN, "1002", "1002"),
        (CANVAS, "asmith", "s001"),
        ("id,name,e-mail\nA/B,Ann,ann@uni.edu\na/b,Bob,bob@uni.edu\n", "a/b", "a/b"),
        ("id,name,e-mail\nA/B,Ann,ann@uni.edu\na/b,Bob,bob@uni.edu\n", "bob@uni.edu", "a/b"),
    ],
)
def test_a_student_is_found_by_her_id_another_number_her_login_her_address_or_her_name(tmp_path, text, cell, one):
    assert roster(tmp_path, text).find(cell) == one


@pytest.mark.parametrize(
    ("text", "cell", "says"),
    [
        (
            KNOWN,
            "Bo Li",
            '\'Bo Li\' fits 2 students of the roster, "bo.li@uni.edu", "bo.li2@uni.edu": name her otherwise',
        ),
        (FALLEN, "1001", '\'1001\' fits 2 students of the roster, "1001", "1003": name her otherwise'),
        (KNOWN, "20230009", "no student '20230009' on the roster; ids on this roster are like anna.berg@uni.edu"),
        (KNOWN, "8101", "no student '8101' on the roster; ids on this roster are like anna.berg@uni.edu"),
        (FALLEN, "5", "there is no student '5' on the roster; ids on this roster are like 1001"),
        (KNOWN, "", "there is no student '' on the roster"),
    ],
)
def test_what_fits_nobody_or_two_is_refused_with_what_ids_look_like(tmp_path, text, cell, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        roster(tmp_path, text).find(cell)


def test_which_column_holds_the_ids_is_known(tmp_path):
    columns = [roster(tmp_path, text).id_column for text in (KNOWN, FALLEN, CANVAS, "no,学号\n1,a\n")]
    assert columns == ["Email address", "ID", "SIS User ID", "学号"]


def test_canvas_with_first_and_last_names_and_semicolons(tmp_path):
    canvas = roster(
        tmp_path,
        "LastName;FirstName;ID;SIS Login ID;Section;Exercise 1 (4711)\n    Points Possible;;;;;20\n"
        "Wang;Wei;1001;wwang;CRM 1;\nStudent;Test;1999;3b1d;CRM 1;\n",
    )
    assert canvas.students == [Student("wwang", "Wei Wang", "1001")]
    assert form(canvas.grade_form({"wwang": 7}, "Exercise 1", 20))[1:] == [
        ["    Points Possible", "", "", "", "", "20"],
        ["Wang", "Wei", "1001", "wwang", "CRM 1", "7"],
    ]


def test_moodle_worksheet(tmp_path):
    moodle = roster(tmp_path, WORKSHEET)
    assert moodle.kind == "moodle"
    assert moodle.students == [
        Student("wei@example.org", "Wei Wang", "5001"),
        Student("siobhan@example.org", "Siobhan O'Neil", "5002"),
    ]


def test_moodle_worksheet_in_chinese(tmp_path):
    moodle = roster(tmp_path, CHINESE_WORKSHEET, "utf-8-sig")
    assert moodle.kind == "moodle"
    assert moodle.students == [Student("2023001", "王伟", "5001"), Student("2023002", "李娜", "5002")]


def test_moodle_worksheet_of_anonymous_students(tmp_path):
    text = "Identifier,Status,Grade,Maximum Grade,Last modified (grade)\nParticipant 12,Submitted,,20.00,-\n"
    assert roster(tmp_path, text).students == [Student("12", "", "12")]


@pytest.mark.parametrize("last_name", ["Last name", "Surname"])
def test_moodle_export(tmp_path, last_name):
    moodle = roster(tmp_path, EXPORT.replace("Last name", last_name))
    assert moodle.kind == "moodle"
    assert moodle.students == [Student("S001", "Wei Wang", ""), Student("S002", "Ann Mary Smith", "")]


@pytest.mark.parametrize(
    ("header", "student"),
    [
        ("id,name", Student("a1", "b", "")),
        ("Student ID,Full name", Student("a1", "b", "")),
        ("student-number,Student name", Student("a1", "b", "")),
        ("学号,姓名", Student("a1", "b", "")),
        ("姓名,学号", Student("b", "a1", "")),
        ("student,note", Student("a1", "", "")),
        ("student,e-mail", Student("b", "a1", "")),
        ("Login,phone", Student("a1", "", "")),
        ("username,First Name", Student("a1", "b", "")),
        ("ID,", Student("a1", "", "")),
        ("编号,姓名", Student("a1", "b", "")),
        ("學 號,姓 名", Student("a1", "b", "")),
        ("学生编号,学生姓名", Student("a1", "b", "")),
        ("2023级 客户关系管理 名单,\n任课教师：李,\n\n学 号,姓 名", Student("a1", "b", "")),
    ],
)
def test_plain_columns_by_many_names(tmp_path, header, student):
    plain = roster(tmp_path, f"{header}\na1,b\n")
    assert plain.kind == "plain"
    assert plain.students == [student]


def test_odd_ids_stay_as_they_are(tmp_path):
    assert [student.id for student in roster(tmp_path, PLAIN).students] == ["007", "Wang", "wang", "a b/c"]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)
        .map(lambda text: unicodedata.normalize("NFC", text).strip())
        .filter(bool),
        min_size=1,
        unique=True,
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_ids_of_any_text_survive(tmp_path_factory, ids, encoding):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["id", "name"], *([f" {unicodedata.normalize('NFD', one)} ", "x"] for one in ids)])
    found = roster(tmp_path_factory.getbasetemp(), text.getvalue(), encoding)
    assert [student.id for student in found.students] == ids


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "nick,mark\na,1\n",
            'no column of ids, only "nick", "mark": name the one with the ids "student id", .* or "学号"',
        ),
        ("id,name\n", "has no students"),
        (CANVAS.split('"Wang')[0], "has no students"),
        ("id,name\na,x\n ,y\n\n,z\n", "the column 'id' is empty on lines 3, 5; every"),
        ("id,email\n,y@example.org\n", "the column 'id' is empty on line 2;"),
        ("id,name\n" + ",x\n" * 8, "is empty on lines 2, 3, 4, 5, 6 and 3 more;"),
        ("id,name\na1,x\nb,y\n a1,z\n", "the id 'a1' is on lines 2, 4; every student needs her own"),
        ("id,name\né,x\ne\u0301,y\n", "the id 'é' is on lines 2, 3;"),
        (CANVAS.replace("1002", "1001"), "the number in the LMS '1001' is on lines 4, 5;"),
        (WORKSHEET.replace("siobhan@", "wei@"), "the Email address 'wei@example.org' is on lines 2, 3;"),
    ],
)
def test_rosters_with_gaps_and_doubles_are_refused_by_line(tmp_path, text, says):
    with pytest.raises(ValueError, match=says):
        roster(tmp_path, text)


# Owners


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("wangwei_1001_88_exercise.ipynb", "S001"),
        ("wangwei_LATE_1001_88_exercise-1.ipynb", "S001"),
        ("submissions.zip/sm_ith2_1002_88_exercise_1001_5_.ipynb", "s001"),
        ("x/王伟_1001_88_homework.zip/deep/exercise.ipynb", "S001"),
        ("_1001_88_exercise.ipynb", "S001"),
        ("007/exercise.ipynb", "007"),
        ("wangwei_1001_exercise.ipynb", None),
        ("wangwei_1004_88_exercise.ipynb", None),
        ("studenttest_1999_88_exercise.ipynb", None),
        ("anon_1001_88_exercise.ipynb", None),
        ("1001/exercise.ipynb", None),
    ],
)
def test_owner_by_the_names_that_canvas_gives(tmp_path, path, owner):
    found = roster(tmp_path, CANVAS).owner(path)
    assert (found and found.id) == owner


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("Wei Wang_5001_assignsubmission_file_/exercise.ipynb", "5001"),
        ("Wei Wang_5001_assignsubmission_file/exercise.ipynb", "5001"),
        ("Wei Wang_5001_assignsubmission_file_exercise.ipynb", "5001"),
        ("all.zip/Someone Else_5001_assignsubmission_file_/a.zip/b/exercise.ipynb", "5001"),
        ("Participant_5002_assignsubmission_file_/exercise.ipynb", "5002"),
        ("Wei Wang_5001_assignsubmission_file_x_5002_assignsubmission_.ipynb", "5001"),
        ("Wang Wei_99_assignsubmission_file_/exercise.ipynb", "5001"),
        ("WEI_WANG_99_assignsubmission_file_exercise.ipynb", "5001"),
        ("Siobhan ONeil_99_assignsubmission_file_/exercise.ipynb", "5002"),
        ("wei@example.org/exercise.ipynb", "5001"),
        ("Wei_99_assignsubmission_file_/exercise.ipynb", None),
        ("_99_assignsubmission_file_/exercise.ipynb", None),
        ("Wei Wang/exercise.ipynb", None),
        ("x_5001_88_exercise.ipynb", None),
    ],
)
def test_owner_by_the_names_that_moodle_gives(tmp_path, path, owner):
    found = roster(tmp_path, WORKSHEET).owner(path)
    assert (found and found.lms) == owner


@pytest.mark.parametrize("name", ["王伟", "伟 王", "王_伟"])
def test_owner_by_a_full_name_of_two_columns(tmp_path, name):
    moodle = roster(tmp_path, "名,姓,学号\n伟,王,2023001\n娜,李,2023002\n")
    assert moodle.owner(f"{name}_99_assignsubmission_file_/exercise.ipynb") == Student("2023001", "伟 王", "")


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("007/exercise.ipynb", "007"),
        ("returned/007/deep/er/exercise.ipynb", "007"),
        ("returned/007.zip/exercise.ipynb", "007"),
        ("returned/wang.ipynb", "wang"),
        ("Wang/Wang.ipynb", "Wang"),
        ("7/exercise.ipynb", None),
        ("WANG/exercise.ipynb", None),
        ("007 (1)/exercise.ipynb", None),
        ("a b/c/exercise.ipynb", None),
        ("exercise.ipynb", None),
        ("", None),
    ],
)
def test_owner_by_a_folder_or_file_named_like_an_id(tmp_path, path, owner):
    found = roster(tmp_path, PLAIN).owner(path)
    assert (found and found.id) == owner


def test_owner_whose_id_an_apple_has_taken_apart(tmp_path):
    plain = roster(tmp_path, "id\nZoé\n")
    assert plain.owner(unicodedata.normalize("NFD", "Zoé/exercise.ipynb")) == plain.students[0]


@pytest.mark.parametrize(
    ("text", "path", "ids"),
    [
        (CANVAS, "wangwei_1001_88_all.zip/smithann_1002_89_exercise.ipynb", '"S001", "s001"'),
        (PLAIN, "Wang/wang.ipynb", '"Wang", "wang"'),
        ("id,name\n1,Li Na\n2,Na Li\n", "Li Na_99_assignsubmission_file_/exercise.ipynb", '"1", "2"'),
    ],
)
def test_a_path_that_names_two_students_is_refused_with_both(tmp_path, text, path, ids):
    with pytest.raises(ValueError, match=f"{path}' names 2 students: {ids}"):
        roster(tmp_path, text).owner(path)


@given(st.lists(st.sampled_from([*"_/ .1257aé王", "LATE", "_5_7_", "_12_assignsubmission_file", ".zip"]), max_size=12))
def test_owner_names_only_whose_id_number_or_name_is_in_the_path(pieces):
    path = unicodedata.normalize("NFC", "".join(pieces))
    students = [Student("a", "王 é", "5"), Student("1 2", "", "12"), Student("5", "Zoe", "")]
    for kind in ("canvas", "moodle", "plain"):
        try:
            owner = Roster(kind, students, [], []).owner(path)
        except ValueError:
            continue
        if owner is not None:
            numbered = bool(owner.lms) and f"_{owner.lms}_" in path
            assert owner.id in path or numbered or ("王" in path and "é" in path)


# Grades back into the LMS


def test_canvas_gets_its_own_cells_back_and_the_grades_under_its_own_header(tmp_path):
    canvas = roster(tmp_path, CANVAS)
    grades = {"S001": 17.0, "s001": None, "007": 0.1 + 0.2}
    assert form(canvas.grade_form(grades, "Exercise 1", 20)) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Exercise 1 (4711)"],
        ["    Points Possible", "", "", "", "", "20"],
        ["Wang, Wei", "1001", "S001", "wwang", "CRM 1", "17"],
        ["Smith, Ann", "1002", "s001", "asmith", 'CRM 1 and "CRM 2"', "12"],
        ['="=Bob"', "1003", "007", "bob", "CRM 1", "0.3"],
    ]


def test_canvas_gets_a_new_assignment_if_it_has_none_of_the_title(tmp_path):
    without_points = "\n".join(line for line in CANVAS.splitlines() if "Points" not in line)
    for text in (CANVAS, without_points):
        rows = form(roster(tmp_path, text).grade_form({"007": 10.5}, "Exercise", 12))
        assert [row[-1] for row in rows] == ["Exercise", "12", "", "", "10.5"]
        assert rows[1] == ["    Points Possible", "", "", "", "", "12"]
        assert {len(row) for row in rows} == {6}


def test_canvas_with_two_assignments_of_the_title_is_refused(tmp_path):
    canvas = roster(tmp_path, CANVAS.replace("Exercise 2", "Exercise 1"))
    with pytest.raises(ValueError, match=r'2 columns for .Exercise 1., "Exercise 1 \(4711\)", "Exercise 1 \(4712\)"'):
        canvas.grade_form({}, "Exercise 1", 20)
    assert form(canvas.grade_form({}, "Exercise 1 (4712)", 10))[0][-1] == "Exercise 1 (4712)"


@pytest.mark.parametrize(("text", "title"), [(CANVAS, "Exercise 1"), (WORKSHEET, "any"), (CHINESE_WORKSHEET, "any")])
def test_an_assignment_that_is_out_of_other_points_in_the_lms_is_refused(tmp_path, text, title):
    with pytest.raises(ValueError, match=r"out of 20(\.00)? points, this exercise is out of 17: set the points"):
        roster(tmp_path, text).grade_form({}, title, 17)


def test_moodle_worksheet_comes_back_with_nothing_but_the_grade_changed(tmp_path):
    moodle = roster(tmp_path, WORKSHEET)
    before = form(WORKSHEET)
    assert form(moodle.grade_form({}, "any", 20)) == before
    before[1][5] = "13.5"
    assert form(moodle.grade_form({"wei@example.org": 13.5, "siobhan@example.org": None}, "any", 20)) == before


def test_moodle_worksheet_in_chinese_comes_back_in_chinese(tmp_path):
    before = form(CHINESE_WORKSHEET)
    before[2][5] = "20"
    assert form(roster(tmp_path, CHINESE_WORKSHEET).grade_form({"2023002": 20}, "any", 20)) == before


def test_moodle_export_becomes_a_table_that_moodle_can_map(tmp_path):
    assert form(roster(tmp_path, EXPORT).grade_form({"S002": 5}, "Exercise 1", 20)) == [
        ["First name", "Last name", "ID number", "Email address", "Exercise 1"],
        ["Wei", "Wang", "S001", "wei@example.org", ""],
        ["Ann Mary", "Smith", "S002", "ann@example.org", "5"],
    ]


def test_plain_has_no_form(tmp_path):
    assert roster(tmp_path, PLAIN).grade_form({"007": 5}, "Exercise 1", 20) is None


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\r\n\t"))] * 2),
        min_size=1,
    )
)
def test_cells_of_any_text_come_back_untouched(tmp_path_factory, cells):
    text = io.StringIO(newline="")
    header = ["Identifier", "Full name", "Grade", "Last modified (grade)"]
    rows = [[f"Participant {number}", name, "", more] for number, (name, more) in enumerate(cells)]
    csv.writer(text).writerows([header, *rows])
    moodle = roster(tmp_path_factory.getbasetemp(), text.getvalue())
    filled = [[*row[:2], "1", row[3]] for row in rows]
    assert form(moodle.grade_form({one.id: 1 for one in moodle.students}, "any", 20)) == [header, *filled]


# Feedback


def test_feedback_for_moodle_lies_where_moodle_looks_for_it(tmp_path):
    moodle = roster(tmp_path, WORKSHEET.replace("Wei Wang", "../Wei_Wang"))
    wei, siobhan = moodle.students
    assert moodle.feedback_path(wei, "a.html") == "..Wei Wang_5001_assignsubmission_file_/a.html"
    assert moodle.feedback_path(siobhan, "a.html") == "Siobhan ONeil_5002_assignsubmission_file_/a.html"
    assert [moodle.owner(moodle.feedback_path(one, "a.html")) for one in moodle.students] == [wei, siobhan]
    assert moodle.feedback_path(Student("1", "'", "7"), "a.html") == "Participant_7_assignsubmission_file_/a.html"


@pytest.mark.parametrize("text", [CANVAS, EXPORT, PLAIN])
def test_feedback_for_others_lies_flat(tmp_path, text):
    anyone = roster(tmp_path, text)
    assert anyone.feedback_path(anyone.students[0], "S001.html") == "S001.html"


# As Chinese schools export them


def workbook(path, *rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_as_the_table_it_shows(tmp_path):
    rows = [["2023级 名单"], [], ["学 号", "姓 名", "备注"], [202312010101, "王伟", None], ["0007", "李娜", 2.5]]
    read = read_roster(workbook(tmp_path / "roster.xlsx", *rows))
    assert read.students == [Student("202312010101", "王伟", ""), Student("0007", "李娜", "")]
    assert read.rows == [["202312010101", "王伟", ""], ["0007", "李娜", "2.5"]]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nothing", b"id,name\na,b\n"])
def test_a_workbook_that_is_none_is_told(tmp_path, data):
    path = tmp_path / "roster.xlsx"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"roster.xlsx is no Excel workbook, or a damaged one: save it as CSV"):
        read_roster(path)
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        read_roster(tmp_path / "none.xlsx")


@pytest.mark.parametrize("text", ["2.02312E+11", "2E+11", "2.02312e+11"])
def test_ids_that_a_spreadsheet_has_rounded_are_told_what_happened(tmp_path, text):
    says = f"on line 2 of the column '学号' stands {text}: Excel shows long numbers so"
    with pytest.raises(ValueError, match=re.escape(says) + ".* format the column as text"):
        roster(tmp_path, f"学号,姓名\n{text},王伟\nS2,李娜\n")


def test_a_table_without_any_id_still_says_what_its_first_row_is(tmp_path):
    with pytest.raises(ValueError, match='no column of ids, only "who", "what"'):
        roster(tmp_path, "who,what\na,b\n")
