"""What the work of students has in common beyond what all of them were given: a list to look at, never a verdict.

Three things are looked for: a wrong answer that is right with another student's numbers, texts that are nearly equal,
and cells with the same code. Each finding says how rare the like is; whether somebody copied is for a person to find
out, by asking.
"""

import ast
import re
import unicodedata
import warnings
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process

from clvlib.course.code import opening
from clvlib.course.exercise import Case, ChoiceQuestion, Exercise, NumberQuestion, Question, TableQuestion, TextQuestion
from clvlib.course.marking.judge import Verdict
from clvlib.course.marking.roster import Student
from clvlib.course.marking.tables import as_csv, defused
from clvlib.course.slips import as_number
from clvlib.course.words import count

CASES = 100  # among which an answer must be rare; drawn where the class has fewer
RARE = 0.03  # of the cases in which an answer is right, at most, if it shall say anything
NEAR = 85  # of 100: how alike two texts are, by rapidfuzz's ratio
QUOTED = 90  # of 100: how near a sentence is to one that was given
LONG_TEXT, LONG_CODE = 80, 120  # bytes of own text, characters of own code: less is alike by itself
LONGEST_CELL = 20_000  # characters; no cell written by hand has more
MANY = 5  # students, or a twentieth of a large class: code that more of them share has another source


@dataclass(frozen=True)
class Work:
    """What a student handed in.

    Parameters
    ----------
    student : Student
    verdicts : dict
        By question.
    answers : dict
        By question.
    cells : list of str
        The code of her notebook.
    """

    student: Student
    verdicts: Mapping[str, Verdict]
    answers: Mapping[str, Any]
    cells: Sequence[str]


@dataclass(frozen=True)
class Finding:
    """Something that two students have in common, or a few.

    Parameters
    ----------
    what : {"answer", "text", "cell"}
    question : str
        "" for a cell that answers none.
    says : str
        What is alike, and how often that comes about by itself.
    holds : dict
        By student, the evidence.
    """

    what: str
    question: str
    says: str
    holds: Mapping[Student, str]


def findings(exercise: Exercise, works: Sequence[Work], cases: Mapping[Student, Case]) -> list[Finding]:
    """All that is alike in a class.

    Parameters
    ----------
    exercise : Exercise
    works : sequence of Work
    cases : dict
        What was handed out to everybody, also to who handed in nothing.
    """
    found: list[Finding] = []
    for key, question in exercise.questions.items():
        if isinstance(question, NumberQuestion | ChoiceQuestion | TableQuestion):
            found += _answers(exercise, key, question, works, cases)
    return [*found, *_texts(exercise, works, cases), *_cells(exercise, works)]


def together(found: Sequence[Finding]) -> dict[tuple[Student, ...], list[Finding]]:
    """The findings by those whom they concern; who share most come first."""
    of: dict[tuple[Student, ...], list[Finding]] = defaultdict(list)
    for finding in found:
        of[tuple(sorted(finding.holds, key=lambda student: student.id))].append(finding)
    ids = {students: [student.id for student in students] for students in of}
    return dict(sorted(of.items(), key=lambda item: (-len(item[1]), len(item[0]), ids[item[0]])))


def tally(found: Sequence[Finding]) -> str:
    """How many findings there are of each kind, in words."""
    kinds = Counter(finding.what for finding in found)
    return ", ".join(count(kinds[what], what) for what in ("answer", "text", "cell"))


def table(found: Sequence[Finding]) -> str:
    """The findings as CSV, a row for each student of each."""
    rows = [["finding", "what", "question", "student", "name", "has", "says"]]
    number = 0
    for several in together(found).values():
        for finding in several:
            number += 1
            about = [str(number), finding.what, finding.question]
            rows += [
                [*about, defused(student.id), defused(student.name), defused(holds), defused(finding.says)]
                for student, holds in finding.holds.items()
            ]
    return as_csv(rows)


# Answers


def _answers(
    exercise: Exercise, key: str, question: Question, works: Sequence[Work], cases: Mapping[Student, Case]
) -> Iterator[Finding]:
    """Wrong answers that are right with the numbers of others.

    Not if her own numbers explain one, by a named mistake, or the textbook's, which everybody has practised with; and
    not if the answer is right in many cases, as each word of a choice is.
    """
    wrong = [work for work in works if work.verdicts[key].state == "wrong" and work.verdicts[key].mistake is None]
    if not wrong:
        return
    rights = {student: question.answer(case) for student, case in cases.items()}
    practised = question.answer(exercise.case_for(0))
    hits = []
    for work in wrong:
        answer = work.answers[key]
        others = [other for other in rights if other != work.student and _counts(question, answer, rights[other])]
        if others and not _counts(question, answer, practised):
            hits.append((work.student, answer, others))
    if not hits:
        return
    drawn = [question.answer(exercise.case_for(seed)) for seed in range(1, 1 + max(0, CASES - len(cases)))]
    several = _distinct(question, [*rights.values(), *drawn])
    looked_at = len(cases) - 1 + len(drawn)
    handed_in = {work.student: work.answers.get(key) for work in works}
    for student, answer, others in hits:
        right_in = len(others) + sum(_counts(question, answer, right) for right in drawn)
        if right_in > RARE * looked_at:
            continue
        holds = {
            each: f"handed in: {_shown(handed_in.get(each))}\nright with these numbers: {_shown(rights[each])}"
            for each in (student, *others)
        }
        says = (
            f"The answer of {student.id} is wrong with her own numbers, and right with those of "
            f"{', '.join(other.id for other in others)}: {len(others)} of {count(len(cases) - 1, 'other student')}. "
            f"Of {looked_at} other cases{', of the class and drawn,' if drawn else ''} it is right in {right_in}. "
            f"All cases together have {count(several, 'different right answer')}."
        )
        yield Finding("answer", key, says, holds)


def _counts(question: Question, answer: Any, right: Any) -> bool:
    """Whether an answer would be right where this is the right one."""
    try:
        if isinstance(question, NumberQuestion):
            value, complaint = as_number(answer)
            return not complaint and question.same(value, right)
        if isinstance(question, TableQuestion):
            return isinstance(answer, pd.DataFrame) and question.same(answer, right)
        return isinstance(answer, str) and answer.strip().lower() == right
    except Exception:  # an answer may be as odd as it likes
        return False


def _distinct(question: Question, rights: Sequence[Any]) -> int:
    """How many right answers can be told apart."""
    kept: list[Any] = []
    for right in rights:
        if not any(_counts(question, right, each) for each in kept):
            kept.append(right)
    return len(kept)


def _shown(answer: Any) -> str:
    if isinstance(answer, pd.DataFrame):
        return "\n" + answer.to_string(index=False, max_rows=20)
    value, complaint = as_number(answer)
    return f"{value:.12g}" if not complaint else "nothing" if answer is None or answer is ... else str(answer)


# Texts


def _texts(exercise: Exercise, works: Sequence[Work], cases: Mapping[Student, Case]) -> Iterator[Finding]:
    """Groups of nearly equal texts, what was given taken out."""
    for key, question in exercise.questions.items():
        if not isinstance(question, TextQuestion):
            continue
        texts = {work.student: work.answers.get(key) for work in works}
        own = {
            student: _own_text(text, [question.prompt(cases[student]), question.solution()])
            for student, text in texts.items()
            if isinstance(text, str)
        }
        students = [student for student, text in own.items() if len(text.encode("utf-8", "replace")) >= LONG_TEXT]
        if not students:
            continue
        compared = [own[student] for student in students]
        alike = process.cdist(compared, compared, scorer=fuzz.ratio, score_cutoff=NEAR)
        pairs = [(one, other) for one, other in combinations(range(len(students)), 2) if alike[one, other]]
        for group in _groups(pairs):
            least = min(alike[pair] for pair in pairs if pair[0] in group)
            says = (
                "The texts are the same but for blanks and capitals."
                if least == 100
                else f"The texts agree by {least:.0f} of 100 (listed from {NEAR} on)."
            )
            yield Finding("text", key, says, {students[place]: str(texts[students[place]]) for place in sorted(group)})


def _own_text(text: str, given: Sequence[str]) -> str:
    """A text in small letters and single blanks, without the sentences that stand in what was given."""
    known = [_plain(each) for each in given]
    sentences = filter(None, (_plain(each) for each in re.split(r"(?<=[.!?。！？])[\s\"'”’」』]*|\n\s*\n", text)))
    return " ".join(sentence for sentence in sentences if not any(_is_in(sentence, each) for each in known))


def _is_in(sentence: str, given: str) -> bool:
    return len(sentence) <= len(given) and fuzz.partial_ratio(sentence, given, score_cutoff=QUOTED) > 0


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _groups(pairs: Sequence[tuple[int, int]]) -> list[set[int]]:
    """Whoever hangs together, by one pair or several."""
    groups: list[set[int]] = []
    for pair in pairs:
        joined = set(pair).union(*(group for group in groups if group & set(pair)))
        groups = [*(group for group in groups if not group & joined), joined]
    return groups


# Code


def _cells(exercise: Exercise, works: Sequence[Work]) -> Iterator[Finding]:
    """Cells with the same code of their own, shared by a few.

    Blanks, comments and the names of variables do not count; what was handed out and the solutions that practice shows
    are taken out.
    """
    fixed = {*exercise.case_for(0), *(question.name for question in exercise.questions.values())}
    given = {form for code in _given(exercise) for form in _forms(code, fixed)}
    unseen = {question.name for question in exercise.questions.values() if isinstance(question, TextQuestion)}
    unseen |= {"ex", "kinds", "asked", "locked", "my_id", "my_code", *exercise.case_for(0)}
    cells: dict[str, dict[Student, str]] = defaultdict(dict)
    for work in works:
        for source in work.cells:
            own = "\n".join(form for form in _forms(source, fixed, unseen) if form not in given)
            if len(own) >= LONG_CODE:
                cells[own].setdefault(work.student, source)
    many = max(MANY, len(works) // 20)
    for holds in cells.values():
        if 2 <= len(holds) <= many:
            asked = re.search(r"\.check\(\s*[\"'](\w+)", next(iter(holds.values())))
            key = asked[1] if asked and asked[1] in exercise.questions else ""
            says = (
                f"The code of this cell is the same, beyond what was handed out and the solutions shown in practice, "
                f"in {len(holds)} of {count(len(works), 'notebook')}."
            )
            yield Finding("cell", key, says, holds)


def _given(exercise: Exercise) -> Iterator[str]:
    yield from opening(exercise, {}, "student")
    for question in exercise.questions.values():
        yield question.starter()
        if not isinstance(question, TextQuestion):
            yield question.solution()


def _forms(source: str, fixed: set[str], unseen: Collection[str] = ()) -> list[str]:
    """The statements of a cell in one form each, own names numbered; without imports, bare expressions and `unseen`."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
    try:
        with warnings.catch_warnings(action="ignore"):  # of a backslash that means nothing
            body = ast.parse("\n".join(lines) if len(source) <= LONGEST_CELL else "").body
        nodes = [each for node in body for each in ast.walk(node)]
        own = {each.id for each in nodes if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        own |= {each.arg for each in nodes if isinstance(each, ast.arg)}
        own |= {each.name for each in nodes if isinstance(each, ast.FunctionDef)}
        kept = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr)]
        return [ast.unparse(_Numbered(own - fixed).visit(node)) for node in kept if not _names(node) & set(unseen)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _names(node: ast.stmt) -> set[str]:
    """What an assignment gives a value."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


class _Numbered(ast.NodeTransformer):
    """A statement with its own names numbered as they come, and without docstrings."""

    def __init__(self, own: set[str]):
        self.own = own
        self.called: dict[str, str] = {}

    def _name(self, name: str) -> str:
        return self.called.setdefault(name, f"own_{len(self.called) + 1}") if name in self.own else name

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._name(node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self._name(node.arg))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name, node.returns = self._name(node.name), None
        if ast.get_docstring(node, clean=False) is not None and len(node.body) > 1:
            node.body = node.body[1:]
        return self.generic_visit(node)
