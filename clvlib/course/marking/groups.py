"""Groups: students who hand in one notebook together. `groups.csv` beside the roster says who they are.

Its columns are group and student, and exercise where groups are not the same all through the course. A column of the
roster counts for nothing here: what is called a group there is often a class of twenty.
"""

from collections.abc import Callable, Collection
from pathlib import Path

from clvlib.course.marking.roster import Roster, columns_of
from clvlib.course.marking.tables import csv_or_workbook, numbered_table, unguarded, visible

NAME = "groups.csv"


def read_groups(
    path: Path, exercise: str, roster: Roster, known: Callable[[str], bool], gone: Collection[str] = ()
) -> dict[str, list[str]]:
    """The ids of each group that hands in an exercise together; none if there is no file.

    Parameters
    ----------
    path : Path
        A workbook of that name (.xlsx) will do as well.
    exercise : str
    roster : Roster
    known : callable
        Whether there is an exercise of a name.
    gone : collection of str, optional
        Ids of who got a notebook and has left the roster.

    Raises
    ------
    ValueError
        If a column is missing, a student is unknown or in two groups; the sentence names the line.
    """
    found = csv_or_workbook(path)
    if found is None:
        return {}
    header, lines = numbered_table(found, lambda row: "group" in columns_of(row))
    columns = columns_of(header)
    column = next((columns[name] for name in ("student", "id", "student id", "id number") if name in columns), None)
    if column is None or "group" not in columns:
        raise ValueError(f"{found}: its header is group,student; exercise may stand there, too")
    groups: dict[str, list[str]] = {}
    line_of: dict[str, int] = {}
    for line, row in lines.items():
        cells = [visible(unguarded(cell.strip())) for cell in row]
        of = cells[columns["exercise"]] if "exercise" in columns else ""
        try:
            if of and not known(of):
                raise ValueError(f"there is no exercise {of!r}")
            group = cells[columns["group"]]
            if of not in ("", exercise) or not group:
                continue
            student = roster.find(cells[column], also=gone)
            if student in line_of:
                raise ValueError(f"{student!r} is in a group on line {line_of[student]} already; she hands in with one")
        except ValueError as error:
            raise ValueError(f"{found}, line {line}: {error}") from None
        line_of[student] = line
        groups.setdefault(group, []).append(student)
    return groups
