"""The pages that come out of marking: one for each student, for the instructor one on the questions and the solutions.

Names and answers are taken for hostile: templates escape every value, characters that hide or turn text are replaced,
and a page may load nothing and run nothing.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from statistics import mean, median
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from clvlib.course.cards import marked_up
from clvlib.course.exercise import Exercise
from clvlib.course.marking import alike, items
from clvlib.course.marking.adjustments import Score
from clvlib.course.marking.deadlines import shown
from clvlib.course.marking.judge import Marked
from clvlib.course.marking.language import gettext, ngettext, spoken
from clvlib.course.marking.plan import Plan
from clvlib.course.marking.sheets import Marks, mark_of
from clvlib.course.marking.solutions import Solved
from clvlib.course.marking.tables import figure, visible
from clvlib.course.words import count

if TYPE_CHECKING:
    from clvlib.course.marking.term import Standing

_TEMPLATES = Environment(
    loader=PackageLoader("clvlib.course.marking"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    extensions=["jinja2.ext.i18n"],
)
_TEMPLATES.policies["ext.i18n.trimmed"] = True
_TEMPLATES.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
_TEMPLATES.filters |= {
    "counted": count,
    "figure": figure,
    "marked_up": marked_up,
    "mean": mean,
    "median": median,
    "time": shown,
    "two_places": items.two_places,
}


def feedback_page(exercise: Exercise, score: Score, marks: Marks) -> str:
    """The page of one student, as HTML that needs no other file.

    Parameters
    ----------
    exercise : Exercise
    score : Score
        Hers, of a result with the marks folded in (see `with_marks`).
    marks : dict
        By question and student, as `with_marks` takes them: the lines of the rubric come from here.
    """
    return _page(
        "feedback.html",
        language=spoken(),
        gap=_gap(),
        exercise=exercise,
        score=score,
        result=score.result,
        name=score.result.student.name or score.result.student.id,
        waiting=sum(score.counted[key] for key in score.waiting),
        marks={
            key: mark_of(marks.get(key, {}), score.result, verdict.answer)
            for key, verdict in score.result.verdicts.items()
        },
    )


def items_page(exercise: Exercise, results: Sequence[Marked]) -> str:
    """The page on the questions, for the instructor: totals, how each question did, which mistakes were made.

    What a group handed in together is one result here.
    """
    groups = any(result.group for result in results)
    results = list({result.group or place: result for place, result in enumerate(results)}.values())
    statuses = Counter(result.status for result in results)
    shown = _questions(exercise, results) if statuses["marked"] else {}
    return _page("items.html", exercise=exercise, results=results, groups=groups, statuses=statuses, **shown)


def term_page(plan: Plan, standing: "Standing") -> str:
    """The page of one student over all exercises of a course."""
    unsettled = any(part.waiting or part.status == "not marked yet" for part in standing.parts)
    name = standing.student.name or standing.student.id
    return _page(
        "term.html", language=spoken(), gap=_gap(), plan=plan, standing=standing, name=name, unsettled=unsettled
    )


def alike_page(exercise: Exercise, found: Sequence[alike.Finding], works: int) -> str:
    """The page on what the work of students has in common, for the instructor alone."""
    return _page("alike.html", exercise=exercise, groups=alike.together(found), tally=alike.tally(found), works=works)


def solutions_page(exercise: Exercise, numbers: str, solved: Sequence[Solved], whose: str = "") -> str:
    """The solutions of an exercise, for the instructor; `whose` numbers they are, if not the textbook's."""
    return _page("solutions.html", exercise=exercise, numbers=numbers, solved=solved, whose=whose)


def _questions(exercise: Exercise, results: Sequence[Marked]) -> dict[str, Any]:
    table = items.item_statistics(exercise, results)
    totals = [result.total for result in results if result.total is not None]
    return {
        "totals": totals,
        "totals_picture": items.totals_picture(totals, exercise.points),
        "waiting": table["to_mark"].sum(),
        "all_right": (table["difficulty"] == 1).all(),
        "discriminates": table["discrimination"].notna().any(),
        "items": table.to_dict("index"),
        "items_picture": items.questions_picture(table),
        "mistakes": items.mistakes(exercise, results),
        "fewest": items.FEWEST,
    }


def _gap() -> str:
    """What stands between two sentences."""
    return "" if spoken() == "zh" else " "


def _page(template: str, **values: Any) -> str:
    style = _TEMPLATES.get_template("style.css").render()
    checksum = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return visible(_TEMPLATES.get_template(template).render(checksum=checksum, **values))
