"""What an answer earns: the trusted side, which runs no student code and compares answers with the key."""

from dataclasses import dataclass, field
from typing import Any

from clvlib.course.exercise import Case, Exercise, FunctionQuestion, Part, Question, TextQuestion
from clvlib.course.learner import describe
from clvlib.course.marking.answers import clean, thaw
from clvlib.course.marking.language import gettext, translated
from clvlib.course.marking.record import Inputs
from clvlib.course.marking.roster import Student
from clvlib.course.marking.sandbox import Collected


@dataclass(frozen=True)
class Verdict:
    """What became of one question.

    Parameters
    ----------
    state : {"right", "wrong", "not attempted", "stopped", "to mark", "marked"}
        "stopped" is an answer whose cell ended in an error or was left out. The last two are for text: before and after
        a person has read it.
    points : float or None
        None while a person has yet to mark it. A wrong answer has some where the key says so (`partial`, `worth`).
    message : str
        For the student: what is off.
    mistake : int or None
        Which of the question's named mistakes it is.
    answer : str
        What was read, in a few words; the whole text for a text question.
    part : str
        Why a wrong answer has points, in words.
    """

    state: str
    points: float | None
    message: str = ""
    mistake: int | None = None
    answer: str = ""
    part: str = ""


@dataclass(frozen=True)
class Marked:
    """A student's result: her verdicts by question, or why there are none.

    Parameters
    ----------
    student : Student
    ticket : str
        Her name in files: unique, safe in any file system.
    status : {"marked", "nothing handed in", "not readable"}
    verdicts : dict
        By question; empty unless the status is "marked".
    notes : list of str
        For the student: cells that stopped, cells that were left out.
    group : tuple of Student
        Who handed in together, first whose notebook it is; empty for who works alone.
    """

    student: Student
    ticket: str
    status: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    group: tuple[Student, ...] = ()

    @property
    def maker(self) -> Student:
        """Whose notebook it is."""
        return self.group[0] if self.group else self.student

    @property
    def total(self) -> float | None:
        """The points she has so far; None if nothing of hers is marked."""
        known = [verdict.points for verdict in self.verdicts.values() if verdict.points is not None]
        return sum(known) if known else None

    @property
    def waiting(self) -> list[str]:
        """The questions whose text a person has yet to mark."""
        return [key for key, verdict in self.verdicts.items() if verdict.state == "to mark"]


def judge(exercise: Exercise, case: Case, hidden: Inputs, collected: Collected) -> dict[str, Verdict]:
    """Hold what a notebook left against the key, question by question, with her numbers and her hidden inputs."""
    return {
        key: _safely(question, key, case, hidden.get(key, []), collected)
        for key, question in exercise.questions.items()
    }


def notes(collected: Collected) -> list[str]:
    """For the student: which of her cells stopped or were left out, by the number that "run all" gives them."""
    lines = [
        (number, gettext("Cell [%(number)s] was left out: %(why)s.") % {"number": number + 1, "why": translated(why)})
        for number, why in collected.left_out.items()
    ]
    lines += [
        (number, gettext("Cell [%(number)s] stopped. %(error)s") % {"number": number + 1, "error": _error(name, says)})
        for number, name, says in collected.stopped
    ]
    skipped = gettext("In cell [%(number)s] this was skipped, and the rest was run: %(what)s")
    lines += [
        (number, skipped % {"number": number + 1, "what": clean(what)}) for number, what in set(collected.skipped)
    ]
    return [line for _, line in sorted(lines)] + [_sentence(translated(what)) for what in collected.trouble]


def _stopped(key: str, collected: Collected) -> str:
    """Why the cell of a question left no answer, if it did not come to its end."""
    cell = collected.cell_of.get(key)
    for number, name, says in collected.stopped:
        if number == cell:
            stopped = gettext("Your cell [%(number)s] stopped before it gave an answer. %(error)s")
            return stopped % {"number": number + 1, "error": _error(name, says)}
    if cell is not None and cell in collected.left_out:
        why = translated(collected.left_out[cell])
        return gettext("Your cell [%(number)s] was left out: %(why)s.") % {"number": cell + 1, "why": why}
    return ""


def _safely(question: Question, key: str, case: Case, hidden: list[Any], collected: Collected) -> Verdict:
    """The verdict; an answer so odd that comparing it fails costs its own question and stops nobody's marking."""
    try:
        return _verdict(question, key, case, hidden, collected)
    except Exception:
        return Verdict("wrong", 0, gettext("This answer could not be compared: look at the kinds of its values."))


def _verdict(question: Question, key: str, case: Case, hidden: list[Any], collected: Collected) -> Verdict:
    frozen = collected.answers.get(key)
    answer = ... if frozen is None else thaw(frozen)
    runs = _runs(key, collected) if isinstance(question, FunctionQuestion) and callable(answer) else []
    if answer is ... or answer is None or (runs and runs[0][0] is ...):
        why = _stopped(key, collected)
        return Verdict("stopped", 0, why) if why else Verdict("not attempted", 0)
    read = answer if isinstance(question, TextQuestion) and isinstance(answer, str) else translated(describe(answer))
    if isinstance(question, TextQuestion) and isinstance(answer, str):
        return Verdict("to mark", None, answer=read)
    problem = _problem(question, answer, runs, case, hidden)
    if problem is None:
        return Verdict("right", question.points, answer=read)
    messages = [mistake.message for mistake in question.mistakes]
    named = messages.index(problem) if problem in messages else None
    part = _part(question, answer, runs, problem, case, hidden)
    return Verdict("wrong", part.points, problem, named, read, translated(part.why))


def _problem(
    question: Question, answer: Any, runs: list[tuple[Any, str | None]], case: Case, hidden: list[Any]
) -> str | None:
    if not isinstance(question, FunctionQuestion) or not callable(answer):
        return question.problem(answer, case)
    if not _complete(question, runs, hidden):
        return gettext("Your function did not come to an end on all the inputs it was tried on.")
    return question.problem_of(runs, hidden=hidden)


def _part(
    question: Question, answer: Any, runs: list[tuple[Any, str | None]], problem: str, case: Case, hidden: list[Any]
) -> Part:
    if not isinstance(question, FunctionQuestion) or not callable(answer):
        return question.part(answer, case, problem)
    return question.part_of_runs(runs, problem, hidden) if _complete(question, runs, hidden) else Part()


def _complete(question: FunctionQuestion, runs: list[tuple[Any, str | None]], hidden: list[Any]) -> bool:
    return len(runs) >= len(question.shown) + len(hidden)


def _runs(key: str, collected: Collected) -> list[tuple[Any, str | None]]:
    """What her function gave on each input, the shown ones first, as `FunctionQuestion.run` has it."""
    results = [*collected.shown.get(key, []), *collected.hidden.get(key, [])]
    return [
        (thaw(result["gave"]), None) if "gave" in result else (None, _error(result["error"], result["says"]))
        for result in results
    ]


def _error(name: str, says: str) -> str:
    return ": ".join(filter(None, [clean(name), translated(clean(says))]))


def _sentence(text: str) -> str:
    return gettext("%(how)s.") % {"how": f"{text[0].upper()}{text[1:]}"}
