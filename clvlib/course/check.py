"""Is a key fit for learners? What is wrong with it is said in words, each with its line in the file.

`clv check` tries an author's key, `clv release` the one that it hands out, the tests ours. The textbook's case and
forty drawn ones are tried: each reference must be accepted, each named mistake must get its own message, and each
solution must run in the student's notebook. What the lesson asks in between, on the textbook's case, is tried as well.
"""

import ast
import builtins
import copy
import inspect
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from clvlib.course.code import assignment, imports
from clvlib.course.exercise import (
    STEP,
    AuthorError,
    Case,
    ChoiceQuestion,
    Exercise,
    Function,
    FunctionQuestion,
    Mistake,
    Question,
    TableQuestion,
    TextQuestion,
    count,
    from_case,
    in_words,
    line_of,
    listing,
    load_key,
)

SEEDS = range(41)  # the textbook's case, and forty drawn ones
_ALWAYS = -1  # in place of a seed: whatever the case
_OPENING = {"ex", "practice", "assessment", "kinds"}  # names that a notebook's first cell makes
_NUMBERS = ["no", "one", "two", "three", "four", "five", "six"]
_ASKED = re.compile(
    rf"\b(?P<decimals>\d|{'|'.join(_NUMBERS)}) decimals?\b|\bto the (?:nearest )?(?P<cent>cent)\b"
    r"|\bto the nearest (?!\d)|\b(?:in|as a|to a) whole\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Finding:
    """Something to mend or, as a warning, to think about: its line and its question, if it has one, and a sentence."""

    line: int | None
    question: str
    says: str
    warning: bool = False

    @property
    def where(self) -> str:
        return ", ".join(filter(None, [f"line {self.line}" if self.line else "", self.question]))


@dataclass(frozen=True)
class Report:
    """How much was tried, and what was found, by line."""

    questions: int
    cases: int
    findings: list[Finding]
    turns: int = 0

    @property
    def to_mend(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.warning]

    @property
    def summary(self) -> str:
        mend, warn = len(self.to_mend), len(self.findings) - len(self.to_mend)
        found = ([f"{mend} to mend"] if mend else []) + ([count(warn, "warning")] if warn else [])
        asked = ([count(self.questions, "question")]) + ([count(self.turns, "turn")] if self.turns else [])
        return f"{', '.join(asked)}, {count(self.cases, 'case')} tried: {', '.join(found) or 'nothing found'}"


def check_key(path: Path, tell: Callable[[str], None] = lambda doing: None) -> Report:
    """Try the key in a file; `tell` hears what is being tried."""
    try:
        exercise = load_key(path)
    except AuthorError as fault:
        return Report(0, 0, [Finding(None, "", f"{fault}.")])
    trial = _Trial(exercise, path)
    with warnings.catch_warnings(action="ignore"):
        trial.look_at_file()
        trial.draw_cases()
        trial.open_notebook()
        for key, question in exercise.questions.items():
            tell(f"{exercise.name}, {key} of {len(exercise.questions)}")
            trial.ask(key, question)
        tell(f"{exercise.name}, turns of the lesson")
        for turn in exercise.turn.questions.values():
            trial.ask("turn", turn)
    return Report(len(exercise.questions), len(trial.cases), trial.findings(), len(exercise.turn.questions))


class _Trial:
    """A key being tried, and what was found so far."""

    def __init__(self, exercise: Exercise, path: Path):
        self.exercise, self.path = exercise, path.absolute()
        self.cases: dict[int, Case] = {}
        self.names: list[str] = []  # of the case
        self.notebook: dict[str, Any] = {}  # what the student's first cell imports
        self.question, self.seed = "", _ALWAYS  # what is being tried
        self.fine: Case | None = None  # one in which the question's reference is accepted
        self.found: dict[Finding, list[int]] = {}  # with the seeds that show it
        self.told: dict[Finding, str] = {}  # what was said in the first of these cases

    def add(self, about: Function | int | None, says: str, told: str = "", warning: bool = False) -> None:
        line = about if isinstance(about, int) else self._line(about)
        finding = Finding(line, self.question, says, warning)
        seeds = self.found.setdefault(finding, [])
        if self.seed not in seeds:
            seeds.append(self.seed)
        self.told.setdefault(finding, f": {told.removesuffix('.')}" if told else "")

    @contextmanager
    def trying(self, about: Function) -> Iterator[None]:
        """Note where the author's code stops."""
        try:
            yield
        except AuthorError as fault:
            self.add(about, str(fault))
        except (Exception, SystemExit) as error:
            self.add(line_of(error, self.path) or about, "this stops", in_words(error))

    def findings(self) -> list[Finding]:
        """What was found, each with the cases that show it if not all do."""
        whole = []
        for found, seeds in self.found.items():
            says = found.says + self.told[found] + self._where(found, seeds)
            whole.append(replace(found, says=says if says.endswith("?") else f"{says}."))
        return sorted(whole, key=lambda finding: finding.line or 0)

    def _where(self, found: Finding, seeds: list[int]) -> str:
        tried = len(self.cases) if found.question else len(SEEDS)
        if _ALWAYS in seeds or len(seeds) == tried:
            return ""
        if seeds == [0]:
            return " (in the textbook's case)"
        return f" (in {len(seeds)} of {tried} cases, first with seed {seeds[0]})"

    def _line(self, about: Function | None) -> int | None:
        """Where a function is written, if that is in the key."""
        code = getattr(about, "__code__", None)
        return code.co_firstlineno if code and code.co_filename == str(self.path) else None

    def _about(self, question: Question, mistake: Mistake) -> Function:
        """Where a mistake is written: as a function of its own, or with the question."""
        return mistake.answer if self._line(mistake.answer) else question.reference

    # The exercise and its cases

    def look_at_file(self) -> None:
        calls = [node for node in ast.walk(ast.parse(self.path.read_bytes())) if isinstance(node, ast.Call)]
        lines = sorted(call.lineno for call in calls if ast.unparse(call.func).split(".")[-1] == "Exercise")
        for line in lines[1:]:
            self.add(line, f"a second exercise (the first is on line {lines[0]}): write it into a file of its own")
        if not self.exercise.questions and not self.exercise.turn.questions:
            self.add(None, "the exercise has no question")
        if self.exercise.name != self.path.stem and len(lines) < 2:
            self.add(None, f'a notebook of "{self.exercise.name}" looks for {self.exercise.name}.py', warning=True)

    def draw_cases(self) -> None:
        """Draw every case, and keep those that are whole."""
        drawn = {}
        for self.seed in SEEDS:
            with self.trying(self._maker()):
                drawn[self.seed] = self._draw()
        self.names = list(dict.fromkeys(name for case in drawn.values() for name in case))
        for self.seed, case in drawn.items():
            missing = [name for name in self.names if name not in case]
            if missing:
                self.add(self._maker(), f"this case lacks {listing(missing)}, which others have")
            else:
                self.cases[self.seed] = case
        self.seed = _ALWAYS

    def _maker(self) -> Function:
        return self.exercise._textbook if self.seed == 0 else self.exercise._draw

    def _draw(self) -> Case:
        case = self.exercise.case_for(self.seed)
        if not isinstance(case, dict):
            raise AuthorError("a case is a dict: return dict(price=..., years=...)")
        if repr(case) != repr(self.exercise.case_for(self.seed)):
            raise AuthorError("the same seed gives another case the next time: draw everything from `rng`")
        for name, value in case.items():
            if not _can_be_written(name, value):
                raise AuthorError(
                    f'"{name}" cannot be written into a notebook: make it plain numbers, texts, lists or dicts, with '
                    "int(...), float(...) or .tolist()"
                )
        return case

    def open_notebook(self) -> None:
        """What a student's notebook imports, and what hides some of it."""
        try:
            exec(imports(self.exercise), self.notebook)
        except Exception as error:
            self.add(None, "the first cell of the student's notebook stops (look at `uses`)", in_words(error))
        for name in self.names:
            if name in self._taken():
                self.add(self.exercise._draw, f'"{name}" hides what is called so in the student\'s notebook: rename it')

    def _taken(self) -> set[str]:
        return {*vars(builtins), *self.notebook, *_OPENING}

    # A question

    def ask(self, key: str, question: Question) -> None:
        """Try a question: its form, its answers in every case, its solution."""
        self.question, self.seed, self.fine = f"{key} {question.name}", _ALWAYS, None
        for part in (self._name, self._form, self._sentences):
            with self.trying(question.reference):
                part(question)
        for seed, case in self._cases_of(question) if self._is_turn(question) else self.cases.items():
            self.seed = seed
            with self.trying(question.reference):
                question.prompt(case)
        for seed, case in self._cases_of(question):
            self.seed = seed
            with self.trying(question.reference):
                self._answers(question, case)
        self.seed = _ALWAYS
        if self.fine is not None and not isinstance(question, TextQuestion):
            with self.trying(question.reference):
                self._paste(question, self.fine)

    def _cases_of(self, question: Question) -> list[tuple[int, Case]]:
        """Every case; or, for a question that takes nothing from it, any. A turn is about the textbook's alone."""
        if self._is_turn(question):
            return [(_ALWAYS, case) for seed, case in self.cases.items() if seed == 0]
        if isinstance(question, FunctionQuestion | TextQuestion):
            return [(_ALWAYS, case) for case in self.cases.values()][:1]
        return list(self.cases.items())

    def _is_turn(self, question: Question) -> bool:
        return self.exercise.turn.questions.get(question.name) is question

    def _name(self, question: Question) -> None:
        keys = [key for key, other in self.exercise.questions.items() if other.name == question.name]
        if self._is_turn(question):
            keys.append("turn")
        if self.question != f"{keys[0]} {question.name}":
            self.add(question.reference, f"{keys[0]} has this name as well: give each question its own")
        elif question.name in self._taken() | set(self.names):
            self.add(
                question.reference, "this name hides what is called so in the student's notebook: rename the question"
            )

    def _form(self, question: Question) -> None:
        if not self._is_turn(question):
            self._marks(question)
        if not getattr(question, "within", 0) >= 0:
            self.add(question.reference, "`within` is 0 or more")
        if isinstance(question, ChoiceQuestion):
            if len(question.options) < 2:
                self.add(question.reference, "a choice has two options or more")
            for word in question.options:
                if word != word.strip().lower():
                    self.add(question.reference, f'nobody can choose "{word}": write an option in small letters')

    def _marks(self, question: Question) -> None:
        """What an exercise gives points for."""
        points = question.rubric.values() if isinstance(question, TextQuestion) else [question.points]
        if not points or not all(isinstance(each, int) and each > 0 for each in points):
            self.add(question.reference, "points are whole numbers above 0")
        if question.level not in (1, 2, 3):
            self.add(question.reference, "the level is 1 (compute), 2 (build) or 3 (decide)")
        if isinstance(question, FunctionQuestion) and all(is_shown for _, is_shown in question.inputs()):
            self.add(question.reference, f"no inputs are hidden: add some with @{question.name}.hidden_inputs")

    def _sentences(self, question: Question) -> None:
        """Messages and hints are there, differ, and hold no braces that nobody fills in."""
        seen: dict[str, str] = {}
        for mistake in question.mistakes:
            name, about = mistake.answer.__name__, self._about(question, mistake)
            if not mistake.message.strip():
                self.add(about, f"the mistake {name} has no message")
            elif mistake.message in seen:
                self.add(about, f"the mistake {name} has the same message as {seen[mistake.message]}")
            seen.setdefault(mistake.message, name)
        for name in re.findall(r"\{(\w+)", " ".join([*seen, *question.hints])):
            if name in self.names:
                self.add(question.reference, f"{{{name}}} is shown as it stands: messages and hints are not filled in")
        if not question.hints and not isinstance(question, TextQuestion):
            self.add(question.reference, "there is no hint", warning=True)
        if isinstance(question, ChoiceQuestion) and re.fullmatch(r"\w+ = [\"'].*[\"']", question.solution()):
            self.add(question.reference, "the solution does not say why: write a comment above `return`", warning=True)

    def _answers(self, question: Question, case: Case) -> None:
        """The reference is accepted, and each mistake gets its own message."""
        before = repr(case)
        right = _right(question, case)
        told = question.problem(right, case)
        if told or not question.attempted(right):
            self.add(
                question.reference, "the reference is not accepted; handed in, it is told", told or "not attempted"
            )
            return
        self.fine = case
        self._tolerance(question, right)
        wrong: list[tuple[Mistake, Any]] = []
        for mistake in question.mistakes:
            with self.trying(self._about(question, mistake)):
                wrong.append((mistake, _wrong(question, mistake, case)))
        replay = _replay(question, right, wrong)
        for mistake, answer in wrong:
            with self.trying(self._about(question, mistake)):
                self._mistake(question, mistake, answer, replay.problem(answer, case))
                if mistake.worth is not None:
                    self._worth(question, mistake, replay, answer, case)
        if question.partial:
            self._pieces(question, replay, case)
        if isinstance(question, ChoiceQuestion):
            self._options(question, {right, *(answer for _, answer in wrong)})
        if repr(case) != before:
            self.add(question.reference, "an answer or a mistake changes the case itself: let it work on a copy")

    def _mistake(self, question: Question, mistake: Mistake, answer: Any, told: str | None) -> None:
        name, about = mistake.answer.__name__, self._about(question, mistake)
        others = {other.message: other.answer.__name__ for other in question.mistakes if other is not mistake}
        if isinstance(question, ChoiceQuestion) and answer is None:  # in this case its option is right
            if not inspect.signature(question.reference).parameters:
                self.add(about, f'`wrong` has a message for "{name}", the right answer')
        elif told is None:
            self.add(about, f"the mistake {name} counts as right: it is within the tolerance of the reference")
        elif told != mistake.message and told in others:
            self.add(about, f"the mistakes {name} and {others[told]} are within the tolerance of one another")
        elif told != mistake.message:
            self.add(about, f"the mistake {name} is not recognised; handed in, it is told", told)

    def _worth(self, question: Question, mistake: Mistake, replay: Question, answer: Any, case: Case) -> None:
        """A mistake that is worth something earns it, and not more than as many right rows would."""
        name, about, worth = mistake.answer.__name__, self._about(question, mistake), mistake.worth or 0
        if self._is_turn(question):
            self.add(about, f"a turn has no points: leave the `worth` of the mistake {name} out")
        elif worth and not question.part_of(worth):
            self.add(
                about,
                f"the mistake {name} earns nothing: {worth:g} of {count(question.points, 'point')} is less than "
                f"{STEP:g}, and parts are rounded down to steps of {STEP:g}",
            )
        elif question.partial and question.part_of(worth) > question.part_of(replay.share(answer, case)[0]):
            self.add(
                about,
                f"the mistake {name} is worth more than its right {question.piece}s: who has others right gets less",
                warning=True,
            )

    def _pieces(self, question: Question, replay: Question, case: Case) -> None:
        """There is something to have in part, and no guess earns it."""
        pieces = replay.pieces(case)
        piece = f"{'hidden ' if isinstance(question, FunctionQuestion) else ''}{question.piece}"
        if not pieces:
            self.add(
                question.reference,
                f"`partial` gives nothing: words and whole numbers up to 100 can be guessed, and no {piece} has more "
                "to compute",
            )
        elif len(pieces) == 1:
            self.add(question.reference, f"`partial` changes nothing: there is one {piece}", warning=True)
        elif (alike := replay.throughout(pieces)) > 2 and question.part_of(replay.share_of([True] * alike, pieces)):
            self.add(question.reference, f"one and the same answer is right in several {piece}s, and would earn a part")
        elif not question.part_of(replay.share_of([True] * (len(pieces) - 1), pieces)):
            self.add(
                question.reference,
                f"`partial` gives nothing: all {piece}s right but one earn less than {STEP:g} points",
                warning=True,
            )

    def _options(self, question: ChoiceQuestion, named: set[Any]) -> None:
        for word in question.options:
            if word not in named:
                self.add(question.reference, f'who answers "{word}" is not told why it is wrong: add it to `wrong`')

    def _tolerance(self, question: Any, right: Any) -> None:
        """There is room for what a computer rounds away, and for the digits that the prompt asks for."""
        floats = [abs(number) for number in _numbers(question, right) if isinstance(number, float)]
        if not floats:
            return
        digits = _digits(inspect.getdoc(question.reference) or "")
        if question.within <= 1e-12 * max(floats):
            self.add(
                question.reference,
                f"within={question.within:g} accepts a fraction only if it agrees to the last bit, and two right ways "
                "to compute it may differ there: allow a little",
            )
        elif digits is not None and question.within <= 0.5 * 10**-digits:
            self.add(
                question.reference,
                f"the prompt asks for {count(digits, 'decimal')}: an answer so rounded may be {0.5 * 10**-digits:g} "
                f"off, so `within` must be a little more than that, not {question.within:g}",
            )

    def _paste(self, question: Question, case: Case) -> None:
        """The solution works as a student pastes it into her notebook, or, of a turn, into the lesson."""
        code = f"{question.starter()}\n{question.solution()}"
        where, there_are, hers = "the student's notebook", "np, pd, the modules in `uses`", {**self.notebook}
        if self._is_turn(question):
            where, there_are, hers = "the lesson", "what the key imports", _imported(question.reference)
        hers |= copy.deepcopy(case)
        try:
            exec(compile(code, "solution", "exec"), hers)
            told = question.problem(hers[question.name], case)
            changed = [name for name, value in case.items() if repr(hers[name]) != repr(value)]
            if changed and not told and not self._is_turn(question):
                self.add(
                    question.reference,
                    f'the solution changes "{changed[0]}", a number of the case that others use: rename it there',
                )
        except (Exception, SystemExit) as error:
            line = line_of(error, "solution")
            told = in_words(error) + (f", in `{code.splitlines()[line - 1].strip()}`" if line else "")
        if told:
            advice = f"There are {there_are} and the case; all else must stand in its body"
            self.add(
                question.reference,
                f"pasted into {where}, the solution does not work",
                f"{told.removesuffix('.')}. {advice}",
            )


def _imported(reference: Function) -> dict[str, Any]:
    """What the key of a reference has at hand, but for its own functions."""
    module: Any = reference
    names = module.__globals__.items()
    return {name: thing for name, thing in names if getattr(thing, "__module__", "") != module.__module__}


def _can_be_written(name: str, value: Any) -> bool:
    """Whether a value, as code in a notebook, is the same again."""
    read: dict[str, Any] = {"__builtins__": {}}
    try:
        exec(assignment(name, value), read)
    except Exception:
        return False
    return repr(read[name]) == repr(value)


def _right(question: Question, case: Case) -> Any:
    right = question.answer(case)
    if isinstance(question, FunctionQuestion):
        _results(question, right)  # if it stops, then here, with its line
    return right


def _wrong(question: Question, mistake: Mistake, case: Case) -> Any:
    if isinstance(question, FunctionQuestion):
        _results(question, mistake.answer)
        return mistake.answer
    return from_case(mistake.answer, case)


def _results(question: FunctionQuestion, function: Function) -> list[Any]:
    return [function(*copy.deepcopy(inputs)) for inputs, _ in question.inputs()]


def _replay(question: Question, right: Any, wrong: list[tuple[Mistake, Any]]) -> Question:
    """The question with its answers of one case in place of what computes them."""
    replay = copy.copy(question)
    if isinstance(question, FunctionQuestion):
        replay.mistakes = [mistake for mistake, _ in wrong]
    else:
        replay.reference = _always(right)
        replay.mistakes = [replace(mistake, answer=_always(answer)) for mistake, answer in wrong]
    return replay


def _always(answer: Any) -> Function:
    return lambda: answer


def _numbers(question: Question, right: Any) -> list[Any]:
    if isinstance(question, FunctionQuestion):
        return _results(question, right)
    if isinstance(question, TableQuestion):
        return [cell for column in right for cell in right[column]]
    return [right]


def _digits(prompt: str) -> int | None:
    """How many decimals a prompt asks for, if it does."""
    asked = _ASKED.search(prompt)
    if asked is None:
        return None
    word = (asked["decimals"] or "no").lower()
    return 2 if asked["cent"] else int(word) if word.isdigit() else _NUMBERS.index(word)
