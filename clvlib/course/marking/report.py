"""What comes out of marking: the gradebook, a page per student, a page on the questions, sheets for marking texts.

Everything here is text in, text out. Names and answers are taken for hostile: on a page they are escaped, and a page
may load nothing and run nothing; in a table they cannot start a formula. The tables carry no byte order mark: write
them with `encoding="utf-8-sig", newline=""`, so that a spreadsheet shows Chinese.
"""

import base64
import csv
import hashlib
import html
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clvlib.course.exercise import Exercise, TextQuestion, count, listing
from clvlib.course.marking.judge import Marked, Verdict
from clvlib.course.marking.roster import read_table
from clvlib.plots import BLUE, GREY, ORANGE


@dataclass(frozen=True)
class Mark:
    """What a person gave for a text.

    Parameters
    ----------
    version : str
        Fingerprint of the text that was marked.
    points : list of float or None
        One a line of the rubric; None where nothing was typed yet.
    comment : str
        For the student.
    """

    version: str
    points: list[float | None]
    comment: str = ""


Marks = Mapping[str, Mapping[str, Mark]]  # by question, then by the student's id


def gradebook(exercise: Exercise, results: Sequence[Marked]) -> str:
    """The points of a class as CSV: a row a student, a column a question.

    What is not known yet is blank, and `to_mark` counts the texts that wait for a person.
    """
    rows = [["student", "name", "status", *exercise.questions, "total", "out_of", "to_mark"]]
    for result in results:
        points = [result.verdicts[key].points if result.verdicts else None for key in exercise.questions]
        numbers = [*points, total(result), exercise.points, len(_waiting(result))]
        rows.append([_defused(result.student.id), _defused(result.student.name), result.status, *map(_number, numbers)])
    return _csv(rows)


def log(rows: Iterable[Sequence[str]]) -> str:
    """What could not be run and why, as CSV: student, file, what."""
    return _csv([["student", "file", "what"], *([_defused(cell) for cell in row] for row in rows)])


def total(result: Marked) -> float | None:
    """The points a student has so far; None if nothing of hers is marked."""
    known = [verdict.points for verdict in result.verdicts.values() if verdict.points is not None]
    return sum(known) if known else None


def feedback_page(exercise: Exercise, result: Marked, marks: Marks) -> str:
    """The page of one student, as HTML that needs no other file.

    Parameters
    ----------
    exercise : Exercise
    result : Marked
        Hers, with the marks folded in (see `with_marks`).
    marks : dict
        By question and student, as `with_marks` takes them: the lines of the rubric come from here.
    """
    name = result.student.name or result.student.id
    head = f"<h1>{_safe(exercise.title)}</h1>\n<p><bdi>{_safe(name)}</bdi></p>"
    if result.status == "marked":
        parts = [_standing(exercise, result)]
        for key in exercise.questions:
            parts.append(_feedback(exercise, key, result.verdicts[key], marks.get(key, {}).get(result.student.id)))
    else:
        parts = [_NO_VERDICTS[result.status]]
    if result.notes:
        parts.append(f"<h2>Notes on your notebook</h2>\n{_list(map(_safe, result.notes))}")
    return _page(f"{exercise.title}: {name}", "\n".join([head, *parts]))


def items_page(exercise: Exercise, results: Sequence[Marked]) -> str:
    """The page on the questions, for the instructor: totals, how each question did, which mistakes were made."""
    statuses = Counter(result.status for result in results)
    totals = [points for points in map(total, results) if points is not None]
    parts = [
        f"<h1>The questions of: {_safe(exercise.title)}</h1>",
        f"<p>{count(len(results), 'student')}: {statuses['marked']} handed in, {statuses['not readable']} handed in a "
        f"file that cannot be read, {statuses['nothing handed in']} handed in nothing.</p>",
    ]
    if statuses["marked"]:
        table = item_statistics(exercise, results)
        parts += [
            f"<h2>Totals</h2>\n{_totals(totals, exercise.points, table['to_mark'].sum())}",
            f"<h2>Questions</h2>\n{_questions_plot(table)}\n{_questions_table(exercise, table)}",
            _HOW_TO_READ,
            f"<h2>Wrong answers</h2>\n{_mistakes(exercise, results)}",
        ]
    return _page(f"Questions: {exercise.title}", "\n".join(parts), pictures=True)


def item_statistics(exercise: Exercise, results: Sequence[Marked]) -> pd.DataFrame:
    """How each question did among those who handed in.

    A question whose texts are not all marked has no difficulty and no discrimination yet, and does not count in those
    of the others.

    Returns
    -------
    DataFrame
        Index the question; columns points, attempted, right (students with all the points), to_mark (texts that wait),
        difficulty (mean share of the points; 1 if everybody is right) and discrimination (corrected item-total
        correlation: points of the question against the sum of the others; NaN below five students or where all have
        the same).
    """
    handed_in = [result.verdicts for result in results if result.status == "marked"]
    keys = list(exercise.questions)
    states = pd.DataFrame([[verdicts[key].state for key in keys] for verdicts in handed_in], columns=keys)
    earned = pd.DataFrame([[verdicts[key].points for key in keys] for verdicts in handed_in], columns=keys, dtype=float)
    whole = pd.Series({key: question.points for key, question in exercise.questions.items()})
    complete = earned.loc[:, earned.notna().all()]
    return pd.DataFrame(
        {
            "points": whole,
            "attempted": (states != "not attempted").sum(),
            "right": (earned == whole).sum(),
            "to_mark": (states == "to mark").sum(),
            "difficulty": complete.mean() / whole,
            "discrimination": pd.Series({key: _discrimination(complete, key) for key in complete}, dtype=float),
        },
        index=keys,
    )


def marking_sheet(
    exercise: Exercise, key: str, results: Sequence[Marked], earlier: Mapping[str, Mark] | None = None
) -> str:
    """The texts of a question as CSV, with a column for each line of the rubric and one for a comment.

    The last column, a fingerprint of the text, tells whether a text is still the one that was marked, whatever a
    spreadsheet did to the text itself. If it is not, its points start empty again and the comment keeps the earlier
    ones.

    Parameters
    ----------
    exercise : Exercise
    key : str
        A text question.
    results : sequence of Marked
    earlier : dict, optional
        What was typed so far, as `read_marking_sheet` returns it; none of it is lost.
    """
    earlier = earlier or {}
    lines = _headings(exercise, key)
    names = {result.student.id: result.student.name for result in results}
    texts = {
        result.student.id: result.verdicts[key].answer
        for result in results
        if result.verdicts and result.verdicts[key].state in ("to mark", "marked")
    }
    rows = [["student", "name", "answer", *lines, "comment", "version"]]
    for student in dict.fromkeys([*texts, *earlier]):
        mark = earlier.get(student) or Mark(_version(texts[student]), [None] * len(lines))
        if student in texts:
            mark = _for_text(mark, texts[student])
        shown = [_guarded(student), _defused(names.get(student, "")), _defused(texts.get(student, ""))]
        rows.append([*shown, *map(_number, mark.points), _guarded(mark.comment), mark.version])
    return _csv(rows)


def read_marking_sheet(path: Path, exercise: Exercise, key: str) -> dict[str, Mark]:
    """What a person typed into a marking sheet, by the student's id.

    Raises
    ------
    ValueError
        If a column is missing, unknown or double, a student stands there twice or has no id, or points are no number
        from 0 to the maximum.
    """
    titles, rows = read_table(path)
    lines = _headings(exercise, key)
    _check_header(path, titles, rows, ["student", "name", "answer", *lines, "comment", "version"])
    marks: dict[str, Mark] = {}
    for number, row in enumerate(rows, start=2):  # as a spreadsheet counts them; a text may run over several lines
        cells = {title: cell.strip() for title, cell in zip(titles, row, strict=True)}
        student = _unguarded(cells["student"])
        where = f"{path}, row {number}, student {student!r}"
        if not student or student in marks:
            raise ValueError(f"{where}: every row needs a student, and every student has one row only")
        points = [_points(cells[title], most, f"{where}, column {title!r}") for title, most in lines.items()]
        marks[student] = Mark(cells["version"], points, _unguarded(cells["comment"]))
    return marks


def with_marks(results: Sequence[Marked], marks: Marks) -> list[Marked]:
    """The results with the marks of texts folded in, wherever all points of a text are given."""
    return [_with_marks(result, marks) for result in results]


def _with_marks(result: Marked, marks: Marks) -> Marked:
    verdicts = dict(result.verdicts)
    for key in _waiting(result):
        mark = marks.get(key, {}).get(result.student.id)
        if mark and mark.version == _version(verdicts[key].answer):
            points = [given for given in mark.points if given is not None]
            if len(points) == len(mark.points):
                verdicts[key] = replace(verdicts[key], state="marked", points=sum(points))
    return replace(result, verdicts=verdicts)


def _waiting(result: Marked) -> list[str]:
    """The questions whose text a person has yet to mark."""
    return [key for key, verdict in result.verdicts.items() if verdict.state == "to mark"]


def _rubric(exercise: Exercise, key: str) -> dict[str, int]:
    question = exercise.questions[key]
    if not isinstance(question, TextQuestion):
        raise ValueError(f"{key} is no text: only texts are marked by a person")
    return question.rubric


def _headings(exercise: Exercise, key: str) -> dict[str, int]:
    """The columns of the rubric in a marking sheet, each with its maximum.

    No comma stays in them: in a file separated by semicolons it could be taken for the separator.
    """
    lines = _rubric(exercise, key).items()
    return {_defused(re.sub(r"\s*[,;]\s*", " / ", f"{line} (0-{most})")): most for line, most in lines}


def _check_header(path: Path, titles: list[str], rows: list[list[str]], wanted: list[str]) -> None:
    used = [title for place, title in enumerate(titles) if title or any(row[place].strip() for row in rows)]
    problems = {
        "is no column": [title for title in wanted if title not in used],
        "is an unknown column": [title for title in used if title not in wanted],
        "are two columns": [title for title in wanted if used.count(title) > 1],
    }
    for what, found in problems.items():
        if found:
            raise ValueError(
                f"{path}, row 1: there {what} {listing(found)}; put the header back as it was written, and what you "
                'want to say to a student into "comment"'
            )


def _points(cell: str, most: int, where: str) -> float | None:
    if not cell:
        return None
    try:
        given = float(cell.replace(",", "."))
    except ValueError:
        given = math.nan
    if not 0 <= given <= most:
        raise ValueError(f"{where}: the points are a number from 0 to {most}, not {cell!r}")
    return given


def _version(text: str) -> str:
    """A fingerprint that blanks and line ends do not change; the letter keeps a spreadsheet from seeing a number."""
    return "v" + hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()[:16]


def _for_text(mark: Mark, text: str) -> Mark:
    """The mark as it stands for this text: without points if they were given for another."""
    if mark.version == _version(text):
        return mark
    comment = mark.comment
    if any(given is not None for given in mark.points):
        comment += f" The earlier text got {', '.join(_number(given) or '-' for given in mark.points)}."
    return Mark(_version(text), [None] * len(mark.points), comment.strip())


# Tables

_FORMULA = "-=+@－＝＋＠"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_CELL_OF_A_FORMULA = re.compile(rf"(^|;)(?=[\"' ]*[{_FORMULA}])", re.MULTILINE)  # ; parts cells in many countries
_MISREAD = re.compile(rf"'*[{_FORMULA}\d]")


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _defused(text: str) -> str:
    """Text of a student's that no spreadsheet takes for a formula."""
    plain = _visible(text).replace("\t", " ").strip()
    return plain if _NUMBER.fullmatch(plain) else _CELL_OF_A_FORMULA.sub(r"\1'", plain)


def _guarded(text: str) -> str:
    """Text that comes back from a spreadsheet as it was: neither a formula nor, like 007 or 3-4, a number or a date."""
    return f"'{text}" if _MISREAD.match(text) else text


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _MISREAD.match(cell[1:]) else cell


# Pages

_HIDDEN = re.compile(  # control characters, halves of characters, and what turns or hides the text around it
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


def _visible(text: str) -> str:
    return _HIDDEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _safe(text: str) -> str:
    return html.escape(_visible(text))


_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#222;background:#fff;max-width:44rem;margin:0 auto;padding:0 1rem 2rem;
overflow-wrap:anywhere}
h1{line-height:1.2}
h2{font-size:1.2rem;margin:1.5rem 0 .5rem}
section h2{margin-top:.5rem}
h3{font-size:1rem;margin:1.5rem 0 .5rem}
section{border-left:5px solid #767676;padding:.1rem 0 .1rem 1rem;margin:1.5rem 0;overflow:hidden}
.right{border-color:#0072B2}
.wrong{border-color:#B84E00}
.state,.standing{font-weight:bold}
.right .state{color:#0072B2}
.wrong .state{color:#B84E00}
.message{white-space:pre-line}
blockquote{white-space:pre-wrap;background:#f4f4f4;margin:0;padding:.5rem 1rem}
blockquote,li{overflow:hidden}
img{max-width:100%;height:auto}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.9rem;overflow-wrap:normal}
th[scope=row]{font-weight:normal}
th,td{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-bottom:1px solid #ccc}
.number{text-align:right;white-space:nowrap}
@media print{body{max-width:none;padding:0;font-size:11pt}h2,.state{break-after:avoid}tr,img{break-inside:avoid}}
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def _page(title: str, body: str, *, pictures: bool = False) -> str:
    """A page that may run nothing and load nothing; its one style sheet is allowed by its checksum."""
    checksum = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{checksum}'"
    policy += "; img-src data:" if pictures else ""
    return _PAGE.format(policy=policy, title=_safe(title), style=_STYLE, body=body)


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"\n<li>{line}</li>" for line in lines) + "\n</ul>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The first column is text that is safe already, the others are numbers and short words."""
    top = "".join(f'<th scope="col"{_NUMERIC if column else ""}>{head}</th>' for column, head in enumerate(heads))
    lines = "".join(
        f'\n<tr><th scope="row">{first}</th>' + "".join(f"<td{_NUMERIC}>{cell}</td>" for cell in cells) + "</tr>"
        for first, *cells in rows
    )
    return f'<div class="wide"><table>\n<tr>{top}</tr>{lines}\n</table></div>'


_NUMERIC = ' class="number"'

# The page of a student

_STATES = {  # sign, words, style
    "right": ("✓", "Right", "right"),
    "wrong": ("✗", "Not right", "wrong"),
    "not attempted": ("…", "Not attempted", ""),
    "to mark": ("●", "To be marked by a person", ""),
    "marked": ("●", "Marked by a person", ""),
}

_NO_VERDICTS = {
    "not readable": """<p class="standing">The file you handed in could not be read, so nothing is marked yet.</p>
<p>Open your notebook in Jupyter, run it from the top (menu Run, Run All Cells), save it, and hand in the .ipynb file
once more. If it does not open in Jupyter either, tell your instructor.</p>""",
    "nothing handed in": """<p class="standing">Nothing of yours was found, so nothing is marked yet.</p>
<p>If you did hand in your notebook, tell your instructor when, and under which file name. If you did not, and there is
still time, hand in the .ipynb file, saved.</p>""",
}


def _standing(exercise: Exercise, result: Marked) -> str:
    earned = total(result)
    waiting = sum(exercise.questions[key].points for key in _waiting(result))
    first = "" if earned is None else f"{_number(earned)} of {count(exercise.points, 'point')}. "
    are = "is" if waiting == 1 else "are"
    second = f"{count(waiting, 'point')} {are} still to be given by a person." if waiting else ""
    return f'<p class="standing">{(first + second).strip()}</p>'


def _feedback(exercise: Exercise, key: str, verdict: Verdict, mark: Mark | None) -> str:
    """One question: what it earned, what is off, what was read."""
    points = exercise.questions[key].points
    sign, words, style = _STATES[verdict.state]
    earned = "" if verdict.points is None else f": {_number(verdict.points)} of {count(points, 'point')}"
    parts = [
        f"<h2>Question {key[1:]}</h2>",
        f'<p class="state"><span aria-hidden="true">{sign}</span> {words}{earned}</p>',
    ]
    if verdict.message:
        parts.append(f'<p class="message">{_safe(verdict.message)}</p>')
    if verdict.state == "marked" and mark:
        lines = zip(_rubric(exercise, key).items(), mark.points, strict=True)
        parts.append(_list(f"{_number(given)} of {most}: {_safe(line)}" for (line, most), given in lines))
        if mark.comment:
            parts.append(f'<p class="message">Comment: {_safe(mark.comment)}</p>')
    if verdict.answer:
        answer = _safe(verdict.answer)
        if exercise.questions[key].kind == "text":
            parts.append(f'<p>Your text:</p>\n<blockquote dir="auto">{answer}</blockquote>')
        else:
            parts.append(f"<p>Read as your answer: <code><bdi>{answer}</bdi></code></p>")
    return f'<section class="{style}">\n' + "\n".join(parts) + "\n</section>"


# The page on the questions

_FEWEST = 5  # students for a correlation

_HOW_TO_READ = f"""<h2>How to read this</h2>
<p><strong>Difficulty</strong> is the mean share of the points that those who handed in earned: 1 if all of them were
right, 0 if nobody was. Whether a question should be easy is for you to say.</p>
<p><strong>Discrimination</strong> is the correlation between the points of a question and the sum of the points of all
other questions (the corrected item-total correlation). High: who did well elsewhere did well here. Commonly reported
as a guide (after Ebel and Frisbie, 1991): 0.4 and more is good, 0.2 to 0.4 will do, under 0.2 look at the question: is
it unclear, very easy or very hard, or about something else than the rest? Below 0, first ask whether the key is
right.</p>
<p>With fewer than about 30 students discrimination is rough: at 30, a true 0.3 comes out anywhere between about -0.1
and 0.6. A dash stands for fewer than {_FEWEST} students, no differences, or texts still to be marked; such texts are
left out of the other questions' figures too.</p>"""


def _discrimination(earned: pd.DataFrame, key: str) -> float:
    here, elsewhere = earned[key], earned.drop(columns=key).sum(axis=1)
    if len(earned) < _FEWEST or np.ptp(here) == 0 or np.ptp(elsewhere) < 1e-9:
        return math.nan
    return float(np.corrcoef(here, elsewhere)[0, 1])


def _two_places(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def _questions_table(exercise: Exercise, table: pd.DataFrame) -> str:
    heads = ["Question", "Points", "Attempted", "Right", "To mark", "Difficulty", "Discrimination"]
    rows = []
    for key, row in table.iterrows():
        figures = [row["points"], row["attempted"], row["right"], row["to_mark"]]
        look = "<br><strong>⚠ look at it</strong>" if row["discrimination"] < 0.2 else ""
        shares = [_two_places(row["difficulty"]), _two_places(row["discrimination"])]
        name = f"{key} {_safe(exercise.questions[key].name)}{look}"
        rows.append([name, *(f"{figure:.0f}" for figure in figures), *shares])
    return _table(heads, rows)


def _mistakes(exercise: Exercise, results: Sequence[Marked]) -> str:
    """For each question that can be wrong, its named mistakes and how often each was made."""
    parts = []
    for key, question in exercise.questions.items():
        verdicts = [result.verdicts[key] for result in results if result.verdicts]
        made = Counter(verdict.mistake for verdict in verdicts if verdict.state == "wrong")
        rows = [[_safe(mistake.message), str(made[number])] for number, mistake in enumerate(question.mistakes)]
        if rows or made:
            rows.append(["Other wrong answers", str(made[None])])
            parts.append(f"<h3>{key} {_safe(question.name)}</h3>\n{_table(['What they are told', 'Students'], rows)}")
    return "\n".join(parts)


def _totals(totals: Sequence[float], points: int, waiting: int) -> str:
    are = "is" if waiting == 1 else "are"
    so_far = (
        f"<p>{count(waiting, 'text')} {are} still to be marked: these are the points so far.</p>" if waiting else ""
    )
    if not totals:
        return so_far
    middle = f"Mean {np.mean(totals):.1f}, median {np.median(totals):.1f} of {count(points, 'point')}."
    return f"<p>{middle}</p>\n{so_far}\n{_totals_plot(totals, points)}"


def _totals_plot(totals: Sequence[float], points: int) -> str:
    step = 1 + points // 20
    edges = range(0, points + step + 1, step)
    counts, _ = np.histogram(totals, edges)
    figure = Figure(figsize=(7, 2.8), layout="constrained")
    axes = figure.subplots()
    bars = axes.bar(edges[:-1], counts, width=step, align="edge", color=BLUE, edgecolor="white")
    axes.bar_label(bars, [str(students) if students else "" for students in counts])
    axes.margins(y=0.15)
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    axes.set_yticks([])
    axes.set_xlabel("Points")
    axes.set_ylabel("Students")
    axes.spines[["top", "right", "left"]].set_visible(False)
    groups = [f"from {low} to under {low + step}: {students}" for low, students in zip(edges, counts, strict=False)]
    return _picture(figure, f"Students by their points, {', '.join(groups)}.")


def _questions_plot(table: pd.DataFrame) -> str:
    """Difficulty as bars and discrimination as dots, a row a question."""
    rows = np.arange(len(table))
    figure = Figure(figsize=(7, 1.2 + 0.32 * len(table)), layout="constrained")
    bars, dots = figure.subplots(1, 2, sharey=True)
    bars.barh(rows, table["difficulty"], height=0.65, color=BLUE)
    bars.set_xlim(0, 1)
    bars.set_xticks([0, 0.5, 1])
    bars.set_yticks(rows, table.index)
    bars.set_ylim(len(table) - 0.4, -0.6)
    bars.set_xlabel("Difficulty (share of the points)")
    low = table["discrimination"] < 0.2
    for chosen, marker, colour in ((~low, "o", BLUE), (low, "X", ORANGE)):
        dots.plot(table["discrimination"][chosen], rows[chosen], marker, color=colour, markersize=8, clip_on=False)
    dots.axvline(0.2, color=GREY, linestyle="--", linewidth=1, zorder=1)
    dots.set_xticks([0, 0.2, 0.5, 1])
    dots.set_xlim(min(0, table["discrimination"].min() - 0.05), 1)
    dots.set_xlabel("Discrimination (crosses: under 0.2)")
    for axes in (bars, dots):
        axes.spines[["top", "right"]].set_visible(False)
    figures = [
        f"{key} {_two_places(row['difficulty'])} and {_two_places(row['discrimination'])}"
        for key, row in table.iterrows()
    ]
    return _picture(figure, f"Difficulty and discrimination: {', '.join(figures)}.")


def _picture(figure: Figure, alt: str) -> str:
    """A figure inside the page; the same figure gives the same bytes."""
    file = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "clv"}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    data = base64.b64encode(file.getvalue()).decode()
    return f'<p><img src="data:image/svg+xml;base64,{data}" alt="{_safe(alt)}"></p>'
