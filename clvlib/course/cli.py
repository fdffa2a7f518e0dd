"""The command line: `clv progress`, `certificate`; for teachers `check`, `release`, `mark`, `solutions` and more.

A class has a folder: its roster, and beside it course.toml and adjustments.csv, what was handed out, what came back and
what is marked. The roster says where that is.
"""

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from clvlib.course.exercise import KEYS, RENAMED, Exercise, all_exercises, key_file, load_exercise
from clvlib.course.words import count

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="See where you stand; or hand out personal notebooks to a class, and mark what comes back.",
)
console = Console(stderr=True, highlight=False, markup=False, emoji=False)

ExerciseName = Annotated[str, typer.Argument(metavar="EXERCISE", help="The exercise, e.g. 01_worksheet.")]
RosterFile = Annotated[
    Path | None,
    typer.Option("--roster", help="The class: Canvas, Moodle, or a column `id`. [default: roster.csv or .xlsx here]"),
]
PageLanguage = Annotated[
    str | None, typer.Option("--language", help="Of students' pages: en or zh. [default: as course.toml says, else en]")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and leave every file as it is.")]
EvenSo = Annotated[bool, typer.Option("--even-so", help="Write though something looks wrong.")]
KeysFolder = Annotated[Path, typer.Option("--keys", help="Folder of keys of your own; for an exam, write your own.")]
SecretFile = Annotated[
    Path | None, typer.Option("--secret", help="The course's secret. [default: in your home folder]")
]


@app.command()
def progress() -> None:
    """Where you stand in the course: exercises, points, what is next."""
    from clvlib.course.progress import progress as standing

    print(standing())


@app.command()
def certificate(
    name: Annotated[str, typer.Argument(help="The name that stands on it.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for certificate.html.")] = Path(),
) -> None:
    """Write a page that says all exercises are done, to be printed; honest about being self-marked."""
    from clvlib.course.progress import certificate as written

    print(written(name, out))


@app.command()
def check(
    key: Annotated[str, typer.Argument(metavar="KEY", help="An exercise, e.g. 03_retention, or the file of a key.")],
) -> None:
    """Try the key of an exercise, and say in words what is wrong with it."""
    with _in_words():
        path = Path(key) if key.endswith(".py") else key_file(key)
        if not path.is_file():
            raise ValueError(f"there is no file {path}")
        if _report(path, warnings=True):
            raise typer.Exit(1)


@app.command()
def release(
    exercise: ExerciseName,
    roster: RosterFile = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the notebooks and their zip. [default: handed_out/EXERCISE]"),
    ] = None,
    keys: KeysFolder = KEYS,
    secret: SecretFile = None,
    codes: Annotated[
        bool, typer.Option("--codes", help="One notebook for all, and a list of codes: each opens her own numbers.")
    ] = False,
    new_code: Annotated[
        list[str] | None, typer.Option("--new-code", help="Another code for this student, whose code got out.")
    ] = None,
) -> None:
    """Write a personal notebook for each student of a roster, and a zip of all; or one for all, with --codes."""
    from clvlib.course.marking import record as records
    from clvlib.course.marking import release as releasing
    from clvlib.course.marking.roster import read_roster

    with _in_words():
        file, roster = secret or releasing.SECRET, _roster(roster)
        chosen, students = _choose(exercise, keys), read_roster(roster)
        out = out or _handed_out(roster.parent, chosen)
        _keep_apart(out, {"the secret": file, "the keys": keys})
        if _report(key_file(exercise, keys), warnings=False):
            raise ValueError("the key must be mended first (see above); `clv check` tries it again")
        releasing.make_secret(file)
        if new_code and not codes:
            raise ValueError("--new-code goes with --codes: a notebook of one's own has no code")
        record = _hand_out(file, chosen, students, out, new_code or ())
        made: Iterator[Any] = releasing.release(record, chosen, students, out)
        if codes:
            made = releasing.release_one(releasing.read_secret(file), record, chosen, students, out)
        with _progress("students" if codes else "notebooks", len(students.students)) as step:
            for _ in made:
                step()
        if codes:
            _say(f"{chosen.name}.ipynb, for everybody, and {releasing.codes_name(chosen.name)} are in {out}.")
            _say("Tell each student her own line of that list, and nobody another's.")
        else:
            _say(f"{count(len(students.students), 'notebook')} and {chosen.name}.zip are in {out}.")
        first = students.students[0].id
        _say(f"A student's id is what stands under {students.id_column!r} in {roster}, as {first}.")
        if students.kind != "plain":
            _say(f"In your LMS make its assignment out of {count(chosen.points, 'point')}, called {chosen.title!r}.")
        path = records.path_of(file, chosen.name)
        _say(f"Who got which numbers is on record in {path}, with a copy in {out}: marking reads it.")
        _say(f"The course's secret is in {file}: keep a copy, marking needs it; show it to nobody.")


@app.command()
def mark(
    exercise: ExerciseName,
    roster: RosterFile = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder for the gradebook and the feedback; kept between runs. [default: marked/EXERCISE]"
        ),
    ] = None,
    submissions: Annotated[
        Path | None,
        typer.Option(
            "--submissions",
            help="Folder or zip of returned files. [default: submissions/EXERCISE or .zip; else those kept in OUT]",
        ),
    ] = None,
    keys: KeysFolder = KEYS,
    secret: SecretFile = None,
    again: Annotated[list[str] | None, typer.Option("--again", help="Run the notebook of this student again.")] = None,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="Run students' code with your own rights. See the guide first.")
    ] = False,
    container: Annotated[
        str, typer.Option("--container", help="Image to run students' code in, where there is no bubblewrap.")
    ] = "",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Notebooks side by side. [default: processors]")
    ] = None,
    cell_seconds: Annotated[float, typer.Option("--cell-seconds", min=1, help="Processor time for one cell.")] = 20,
    language: PageLanguage = None,
    dry_run: DryRun = False,
    even_so: EvenSo = False,
) -> None:
    """Mark returned notebooks: a gradebook, a feedback page per student, a page on the questions.

    Beside the roster, course.toml says what is due when, adjustments.csv what you decided, groups.csv who works
    together.
    """
    from clvlib.course.marking import mark as marking
    from clvlib.course.marking import release as releasing
    from clvlib.course.marking import sandbox
    from clvlib.course.marking.adjustments import NAME, read_adjustments
    from clvlib.course.marking.deadlines import clock_of
    from clvlib.course.marking.language import speaking
    from clvlib.course.marking.roster import read_roster

    with _in_words(), ExitStack() as stack:
        roster = _roster(roster)
        out = out or roster.parent / "marked" / exercise
        submissions = submissions or _returned(roster.parent / "submissions", exercise)
        limits = sandbox.Limits(cell_seconds=cell_seconds, seconds=6 * cell_seconds)
        file = secret or releasing.SECRET
        private = {"the secret": file, "the keys": keys, "the roster": roster, "the results": out}
        if no_sandbox:
            _say(_RISK)
        else:
            _keep_hidden(private | ({"the submissions": submissions} if submissions else {}), sandbox.visible())
        chosen, students = _choose(exercise, keys), read_roster(roster)
        plan, known = _plan(roster.parent, keys)
        record = _record(file, chosen, students, roster.parent, keep=not dry_run)
        groups = _groups(roster.parent, chosen, students, record, known)
        called, key = _pseudonyms(file, chosen, record, draw=plan.anonymous, keep=not dry_run)
        place = stack.enter_context(_scratch(out)) if dry_run else out
        work = marking.Marking(chosen, students, record, place, limits, plan, None, roster.parent, groups, called)
        work.adjustments = read_adjustments(roster.parent / NAME, chosen, students, plan.zone, known, work.ids_now)
        if submissions:
            _keep_apart(submissions, {"the results": out})
        elif not (out / "attempts").is_dir():
            raise ValueError(
                "there is nothing to mark yet: name the folder or zip of returned files with --submissions"
            )
        if not dry_run:
            stack.enter_context(_alone(out))
        with clock_of(plan.zone), speaking(language or plan.language):
            if submissions:
                work.take_in(submissions)
            if work.misfit:
                _say(f"No times were taken from the roster, for {work.misfit}.")
                _say("Download the worksheet of this assignment together with its files, and name it with --roster.")
            waiting = work.waiting([students.find(one) for one in again or ()])
            if waiting:
                box = sandbox.Sandbox(limits, chosen.uses, protected=not no_sandbox, container=container)
                with _progress("run", len(waiting)) as step:
                    for _ in work.run(waiting, box, workers or marking.workers(limits)):
                        step()
            results = []
            with _progress("marked", len(students.students)) as step:
                for result in work.results():
                    results.append(result)
                    step()
            if _look(work.changes(results), dry_run=dry_run, even_so=even_so):
                _tell(work.write(results), len(waiting), out)
                if plan.anonymous:
                    _say(f"{_HIDDEN} Who is who says {key}.")


@app.command("course")
def whole_course(
    roster: RosterFile = None,
    marked: Annotated[
        Path | None, typer.Option("--marked", help="Folder with the results of each exercise. [default: marked]")
    ] = None,
    keys: KeysFolder = KEYS,
    secret: SecretFile = None,
    language: PageLanguage = None,
    dry_run: DryRun = False,
    even_so: EvenSo = False,
) -> None:
    """Add up a term: one gradebook over all exercises that are marked, and a page per student."""
    from clvlib.course.marking import release as releasing
    from clvlib.course.marking.language import speaking
    from clvlib.course.marking.roster import read_roster
    from clvlib.course.marking.term import FOLDER, Term

    with _in_words(), ExitStack() as stack:
        roster = _roster(roster)
        folder, (plan, _) = marked or roster.parent / "marked", _plan(roster.parent, keys)
        if not folder.is_dir():
            raise ValueError(f"there is no folder {folder}: run `clv mark EXERCISE` first")
        if not dry_run:
            stack.enter_context(_alone(folder / FOLDER))
        with speaking(language or plan.language):
            students = read_roster(roster)
            misfit = _of_an_exercise(secret or releasing.SECRET, students)
            term = Term(plan, students, folder, lambda name: _title(name, keys), misfit)
            standings = term.standings()
            grades = [each.grade for each in standings if each.grade is not None]
            average = f"; mean {sum(grades) / len(grades):.3g} of {plan.points:g}" if grades else ""
            _say(f"{count(len(standings), 'student')}, {count(len(term.names), 'exercise')}{average}.")
            for words, names in (("not marked yet", term.to_come), ("not in course.toml, so left out", term.left_out)):
                if names:
                    _say(f"{words[0].upper()}{words[1:]}: {', '.join(names)}.")
            unsettled = sum(bool(each.open) for each in standings)
            if unsettled:
                _say(f"{count(unsettled, 'student')} not settled: a text to mark, or a file that cannot be read.")
            changes, problem = term.changes(standings), term.grade_form(standings)[1]
            if problem:
                _say(f"No form for your LMS: {problem}.")
            if _look(changes, dry_run=dry_run, even_so=even_so):
                files = term.write(standings)
                _say("Written: " + ", ".join(map(str, files)))


@app.command()
def alike(
    exercise: ExerciseName,
    roster: RosterFile = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the results of `clv mark`. [default: marked/EXERCISE]")
    ] = None,
    keys: KeysFolder = KEYS,
    secret: SecretFile = None,
) -> None:
    """List for yourself what students' work has in common beyond what was handed out. It is no verdict."""
    from clvlib.course.marking import alike as looking
    from clvlib.course.marking import mark as marking
    from clvlib.course.marking import pages
    from clvlib.course.marking import release as releasing
    from clvlib.course.marking.roster import read_roster

    with _in_words():
        file, roster = secret or releasing.SECRET, _roster(roster)
        out = out or roster.parent / "marked" / exercise
        chosen, students = _choose(exercise, keys), read_roster(roster)
        if not (out / "answers").is_dir():
            raise ValueError(f"{out} holds no answers yet: run `clv mark` first, and name the same folder")
        record = _record(file, chosen, students, roster.parent)
        groups = _groups(roster.parent, chosen, students, record, _plan(roster.parent, keys)[1])
        work = marking.Marking(chosen, students, record, out, groups=groups)
        works = list(work.works())
        with console.status("Comparing"):
            cases = {student: each.case for student, each in work.released.items()}
            found = looking.findings(chosen, works, cases)
        releasing.write(out / "alike.html", pages.alike_page(chosen, found, len(works)).encode())
        releasing.write(out / "alike.csv", looking.table(found).encode("utf-8-sig"))
        _say(f"{count(len(works), 'notebook')} compared. To look at: {looking.tally(found)}. Written: {out}/alike.html")
        _say("This is no verdict, and for you alone: it stands on no student's page.")


@app.command("export-nbgrader")
def export_nbgrader(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the nbgrader course.")],
    keys: KeysFolder = KEYS,
) -> None:
    """Write the exercises as an nbgrader course."""
    from clvlib.course.marking.nbgrader import export

    with _in_words():
        exercises = all_exercises(keys)
        if not exercises:
            raise ValueError(f"{keys} holds no keys")
        written = export(folder, exercises)
        _say(f"{count(len(written), 'file')} written to {folder}. There, run `nbgrader generate_assignment`.")


class QuizForm(StrEnum):
    """In which form a learning platform reads a quiz."""

    MOODLE = "moodle"
    QTI12 = "qti12"
    QTI21 = "qti21"


_READ_BY = {
    QuizForm.MOODLE: "Moodle: Question bank, Import, Moodle XML format; each question has a category of its cases.",
    QuizForm.QTI12: "Canvas: Settings, Import Course Content, QTI .zip file; each question is a group that picks 1.",
    QuizForm.QTI21: "What reads QTI 2.1 packages: each question is a section that selects 1. For Canvas, take qti12.",
}


@app.command("export-quiz")
def export_quiz(
    exercise: ExerciseName,
    form: Annotated[QuizForm, typer.Option("--format", help="moodle; qti12, which Canvas reads; or qti21.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="The file. [default: EXERCISE_moodle.xml, EXERCISE_qti12.zip]")
    ] = None,
    variants: Annotated[int, typer.Option("--variants", min=1, max=200, help="Cases of each question.")] = 5,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another number gives other cases.")] = 1,
    keys: KeysFolder = KEYS,
) -> None:
    """Write what a learning platform can ask of an exercise as a quiz for it, with our messages as feedback."""
    from clvlib.course.marking.release import write
    from clvlib.course.quiz import moodle, qti12, qti21
    from clvlib.course.quiz.items import quiz_of

    with _in_words():
        chosen = _choose(exercise, keys)
        if _report(key_file(exercise, keys), warnings=False):
            raise ValueError("the key must be mended first (see above); `clv check` tries it again")
        suffix = "xml" if form is QuizForm.MOODLE else "zip"
        path = out or Path(f"{chosen.name}_{form}.{suffix}")
        if path.suffix != f".{suffix}":
            raise ValueError(f"{path} is no name for it: {form} is a .{suffix} file")
        quiz = quiz_of(chosen, variants, seed)
        writers = {QuizForm.MOODLE: moodle.written, QuizForm.QTI12: qti12.written, QuizForm.QTI21: qti21.written}
        write(path, writers[form](quiz))
        for group in quiz.groups:
            _say(f"  {group.key} {group.question.name}: {group.question.kind}, {count(len(group.items), 'case')}")
        for key, reason in quiz.left_out.items():
            _say(f"  {key} {chosen.questions[key].name}: left out, {reason}")
        _say(f"{quiz.points} of {count(chosen.points, 'point')} are in {path}.")
        _say(_READ_BY[form])


@app.command()
def links(
    place: Annotated[str, typer.Argument(metavar="PLACE", help="binder, colab, or the address of your JupyterHub.")],
    address: Annotated[
        str, typer.Option("--repository", help="Where the hub pulls from. [default: as pyproject.toml says]")
    ] = "",
    branch: Annotated[str, typer.Option("--branch", help="What the hub pulls.")] = "main",
) -> None:
    """Print links for your students, a line a notebook: to Binder, to Colab, or to your hub, with nbgitpuller."""
    from clvlib.course.data import ROOT
    from clvlib.course.links import GITHUB, on_hub, places, repository

    with _in_words():
        address = address or repository()
        if place not in ("binder", "colab") and not place.startswith(("http://", "https://")):
            raise ValueError(f"{place!r} is no place: binder, colab, or the address of your hub, https://...")
        if not address or (not place.startswith("http") and not address.startswith(GITHUB)):
            wanted = "the repository's address" if place.startswith("http") else "a repository on GitHub"
            raise ValueError(
                f"this needs {wanted}: name it in pyproject.toml, under [project.urls], or with --repository"
            )
        for room in ("notebooks", "exercises"):
            for notebook in sorted((ROOT / room).glob("*.ipynb")):
                path = f"{room}/{notebook.name}"
                hub = place.startswith("http")
                print(path, on_hub(path, address, place, branch) if hub else places(path, address)[_OPEN_IN[place]])


_OPEN_IN = {"binder": "Open in Binder", "colab": "Open in Colab"}


@app.command()
def solutions(
    exercises: Annotated[
        list[str] | None, typer.Argument(metavar="[EXERCISE]...", help="Which, e.g. 03_retention. [default: all]")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for a page of each exercise.")] = Path("solutions"),
    student: Annotated[
        str, typer.Option("--student", help="The id of one student: solutions with the numbers that she got.")
    ] = "",
    keys: KeysFolder = KEYS,
    secret: SecretFile = None,
) -> None:
    """Write the solutions for yourself: answers, code, mistakes and their messages; of texts a model and the rubric."""
    from clvlib.course.code import numbers
    from clvlib.course.marking import pages
    from clvlib.course.marking import release as releasing
    from clvlib.course.marking.solutions import solved

    with _in_words():
        chosen = [_choose(name, keys) for name in exercises or ()] or all_exercises(keys)
        if not chosen:
            raise ValueError(f"{keys} holds no keys")
        for exercise in chosen:
            case, hidden, name = exercise.case_for(0), None, exercise.name
            if student:
                hers = _released(secret or releasing.SECRET, exercise, student)
                case, hidden, name = hers.case, hers.hidden, f"{exercise.name}_{hers.ticket}"
            page = pages.solutions_page(exercise, numbers(case), solved(exercise, case, hidden), student)
            releasing.write(out / f"{name}.html", page.encode())
        _say(f"{count(len(chosen), 'page')} of solutions in {out}: for you alone. Students must not find them.")


def _released(secret: Path, exercise: Exercise, student: str) -> Any:
    """What a student got, by the record of the release."""
    from clvlib.course.marking import record as records
    from clvlib.course.marking.roster import read_roster

    path = records.path_of(secret, exercise.name)
    if not path.exists():
        raise ValueError(f"{exercise.name} has not been handed out: there is no {path}")
    record = records.read(path, exercise.name)
    handed_out = record.handed_out.values()
    hers = next((each for each in handed_out if each.student.id == student), None)
    if hers is None and (here := _rosters_here()):
        students = read_roster(here[0])
        by_id = {one.id: each for one, each in record.of(students).items()}
        hers = by_id.get(students.find(student))
    if hers is None:
        raise ValueError(f"nobody with the id {student!r} got {exercise.name}, by the record in {path}")
    return hers


_RISK = """Without a sandbox, students' code runs with your own rights: it can read and change your files, this key and
other students' work among them, and use the network. Do this only with notebooks that you have read."""


_HIDDEN = """The marking sheets have no names: of who wrote a text its id, full name and signature are hidden, and
e-mail addresses. What else gives somebody away in a text is not."""


def _report(key: Path, *, warnings: bool) -> bool:
    """Try a key and say what was found, with its warnings or only if something is to mend; whether there is."""
    from clvlib.course.check import check_key

    with console.status("Trying the key") as status:
        report = check_key(key, lambda doing: status.update(f"Trying {doing}"))
    if report.to_mend or warnings:
        _say(str(key))
        for finding in report.findings:
            where = f"{finding.where}: " if finding.where else ""
            kind = "a warning: " if finding.warning else ""
            console.print(Text.assemble((where, "bold"), (kind, "yellow"), finding.says), soft_wrap=True)
        _say(report.summary)
    return bool(report.to_mend)


def _roster(path: Path | None) -> Path:
    """The roster, where none is named: the one that lies here."""
    if path is not None:
        return path
    here = _rosters_here()
    if not here:
        raise ValueError("there is no roster.csv here: go to the folder of your class, or name it with --roster")
    return here[0]


def _rosters_here() -> list[Path]:
    return [Path(name) for name in ("roster.csv", "roster.xlsx") if Path(name).is_file()]


def _handed_out(folder: Path, exercise: Exercise) -> Path:
    """Where what was released lies beside the roster."""
    return folder / "handed_out" / exercise.name


def _returned(folder: Path, exercise: str) -> Path | None:
    """Where the returned files of an exercise lie beside the roster, if they do."""
    return next((path for path in (folder / f"{exercise}.zip", folder / exercise) if path.exists()), None)


def _plan(folder: Path, keys: Path) -> Any:
    """What course.toml says, and whether a name is that of an exercise: no typing error for one that is known."""
    from clvlib.course.marking.plan import NAME, read_plan

    names = {path.stem for place in (KEYS, keys) for path in place.glob("*.py")} | set(RENAMED.values())
    plan = read_plan(folder / NAME, lambda name: name in names or not get_close_matches(name, names, 1, 0.8))
    names |= set(plan.exercises)
    return plan, names.__contains__


def _title(name: str, keys: Path) -> str:
    """Of an exercise; its name where its key is not at hand."""
    try:
        return load_exercise(name, keys).title
    except ValueError:
        return name


def _look(changes: Any, *, dry_run: bool, even_so: bool) -> bool:
    """Say what a run would change, and whether to write it.

    Raises
    ------
    ValueError
        If something looks wrong, and nobody said to write even so.
    """
    for sentence in changes.says:
        _say(sentence)
    for cell in [cell for cell in changes.cells if cell.column != "notes"][: 10 if dry_run else 0]:
        _say(f"  {cell.words}")
    if dry_run:
        for alarm in changes.alarms:
            _say(f"Look at this: {alarm}.")
        _say("A dry run: no gradebook, no page and no form was written, and nothing was kept.")
        return False
    if changes.alarms and not even_so:
        raise ValueError(
            f"{'; '.join(changes.alarms)}. Nothing was written. Look with --dry-run; if it is right, say --even-so"
        )
    return True


def _choose(name: str, keys: Path) -> Exercise:
    """The exercise of that name. Seeds and tickets come from the name, so what began under an old one keeps it."""
    chosen = load_exercise(name, keys)
    if chosen.turn.questions and not chosen.questions:
        raise ValueError(f"{name} is no exercise: it holds only what its lesson asks in between")
    if RENAMED.get(chosen.name) == name:
        _say(
            f"{name} is called {chosen.name} now. For a class that got it under the old name this goes on under that; "
            f"for a new class, say {chosen.name}."
        )
        chosen.name = name
    return chosen


def _hand_out(secret: Path, exercise: Exercise, roster: Any, out: Path, new_codes: Sequence[str] = ()) -> Any:
    """Tickets and numbers of a class, with those of earlier releases, put on record; some get new codes."""
    from clvlib.course.marking import record as records
    from clvlib.course.marking import release as releasing

    before = _on_record(secret, exercise, out)
    replaced = releasing.replace_codes(secret, roster, before, new_codes)
    record = releasing.hand_out(releasing.read_secret(secret), exercise, roster, before, replaced)
    releasing.write(records.path_of(secret, exercise.name), records.write(record).encode())
    return record


def _on_record(secret: Path, exercise: Exercise, out: Path, *, keep: bool = True) -> Any:
    """What was handed out before, if anything was; a lost record comes back from its copy in the release's folder."""
    from clvlib.course.marking import record as records
    from clvlib.course.marking import release as releasing

    path, copy = records.path_of(secret, exercise.name), out / records.file_name(exercise.name)
    if not path.exists() and copy.exists():
        record, key = records.read(copy, exercise.name), releasing.read_secret(secret)
        if all(name == releasing.ticket(key, exercise, each.student) for name, each in record.handed_out.items()):
            if not keep:
                return record
            releasing.write(path, copy.read_bytes())
            _say(f"There was no record of this release in {path}: the copy in {copy} was put there.")
    return records.read(path, exercise.name) if path.exists() else None


def _record(secret: Path, exercise: Exercise, roster: Any, folder: Path, *, keep: bool = True) -> Any:
    """What was handed out. A release of the first edition has no record: its numbers are computed, and kept."""
    from clvlib.course.marking import record as records
    from clvlib.course.marking import release as releasing

    out = _handed_out(folder, exercise)
    record = _on_record(secret, exercise, out, keep=keep)
    if record is None and not keep:
        return releasing.hand_out(releasing.read_secret(secret), exercise, roster)
    if record is None:
        record = _hand_out(secret, exercise, roster, out)
        path = records.path_of(secret, exercise.name)
        _say(f"There is no record of this release: its numbers were computed again, and are kept in {path}.")
        return record
    if record.key != exercise.digest:
        misfit = next(records.misfits(exercise, record), None)
        if misfit:
            raise ValueError(f"the key was changed, and no longer fits the numbers that were handed out: {misfit}")
        _say("The key was changed since the release: marked by the new key, on the numbers that were handed out.")
    return record


def _groups(folder: Path, exercise: Exercise, roster: Any, record: Any, known: Callable[[str], bool]) -> Any:
    """Who hands in an exercise together, as groups.csv says beside the roster."""
    from clvlib.course.marking.groups import NAME, read_groups

    handed_out = [each.student.id for each in record.handed_out.values()]
    return read_groups(folder / NAME, exercise.name, roster, known, handed_out)


def _of_an_exercise(secret: Path, roster: Any) -> str:
    """Whether a roster is the worksheet of an exercise's assignment in Moodle, by the records of releases; in words."""
    from clvlib.course.marking import record as records

    numbers = {student.lms for student in roster.students if roster.is_worksheet} - {""}
    for path in sorted(records.path_of(secret, "").parent.glob("*.json")) if numbers else []:
        with suppress(ValueError):
            handed_out = records.read(path, path.stem).handed_out.values()
            if len(numbers & {each.student.lms for each in handed_out}) > len(numbers) / 2:
                return f"the roster is the grading worksheet of {path.stem}, whose grades the course's would overwrite"
    return ""


def _pseudonyms(
    secret: Path, exercise: Exercise, record: Any, *, draw: bool, keep: bool
) -> tuple[dict[str, str], Path]:
    """What students are called in marking sheets, by ticket, and the file that says so."""
    from clvlib.course.marking import pseudonyms
    from clvlib.course.marking.release import write

    path = pseudonyms.key_file(secret, exercise.name)
    known = called = pseudonyms.read_key(path)
    if draw:
        called = pseudonyms.with_all(known, record)
    if keep and called != known:
        write(path, pseudonyms.written_key(called, record).encode("utf-8-sig"))
    return called, path


def _keep_apart(out: Path, private: dict[str, Path]) -> None:
    for what, path in private.items():
        if path.resolve().is_relative_to(out.resolve()):
            raise ValueError(f"{what} in {path} must not lie in {out}")


def _keep_hidden(private: dict[str, Path], visible: list[Path]) -> None:
    for what, path in private.items():
        for folder in [Path("/usr"), *visible]:
            if path.resolve().is_relative_to(folder.resolve()):
                raise ValueError(f"{what} in {path} could be read from the sandbox, which shows {folder}: move it")


def _tell(summary: Any, run: int, out: Path) -> None:
    _say(
        f"{summary.marked} marked ({run} of them run now), {summary.not_readable} not readable, "
        f"{summary.nothing} with nothing handed in."
    )
    if summary.texts_waiting:
        _say(
            f"{count(summary.texts_waiting, 'text')} to be marked by a person: fill in {out}/to_mark_*.csv and run the "
            "same command again."
        )
    if summary.agreement:
        _say(f"{summary.agreement} What differs is in {out}/log.csv.")
    if summary.several:
        _say(f"{count(summary.several, 'group')} handed in more than one notebook: {out}/log.csv says which counts.")
    if summary.problem:
        _say(f"No form for your LMS: {summary.problem}")
    _say("Written: " + ", ".join(str(path) for path in summary.files))


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """One run at a time in a folder of results, where the system can tell."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as file:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass
        except BlockingIOError:
            raise ValueError(f"another `clv mark` is at work in {out}: wait until it is done") from None
        yield


@contextmanager
def _scratch(out: Path) -> Iterator[Path]:
    """A copy of a folder of results for a dry run, which is thrown away; what is wrong in it is told of the folder."""
    near = next(folder for folder in out.absolute().parents if folder.is_dir())
    with TemporaryDirectory(prefix=".dry-run-", dir=near) as scratch:
        copy = Path(scratch) / out.name
        if out.is_dir():
            shutil.copytree(out, copy, copy_function=_linked)
        try:
            yield copy
        except ValueError as error:
            raise ValueError(str(error).replace(str(copy), str(out))) from None


def _linked(source: str, target: str) -> None:
    """A second name for a file, as none is written in its place; a copy where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not total) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


@contextmanager
def _in_words() -> Iterator[None]:
    """Foreseeable trouble ends in a sentence and exit code 1, not in a traceback."""
    from clvlib.course.marking.sandbox import SandboxError

    try:
        yield
    except (ValueError, SandboxError, OSError) as error:
        _say(f"Not done: {_plain(error)}")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        _say("Stopped. Run the same command again to go on where it stood.")
        raise typer.Exit(130) from None


def _say(words: str) -> None:
    console.print(words, soft_wrap=True)


def _plain(error: Exception) -> str:
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    where = f": {error.filename}" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        lost = f"{error.filename or 'a file'} could not be written"
        return f"the disk is full: {lost}. What was written is whole: make room, and run the same command again"
    return f"{error.strerror}{where}"


if __name__ == "__main__":
    sys.exit(app())
