"""The command line: `clv progress`, `certificate`; for teachers `check`, `release`, `mark`, `alike` and others."""

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
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
RosterFile = Annotated[Path, typer.Option("--roster", help="CSV of the class: Canvas, Moodle, or a column `id`.")]
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
    roster: RosterFile,
    out: Annotated[Path, typer.Option("--out", help="Folder for the notebooks and their zip.")],
    keys: KeysFolder = KEYS,
    secret: SecretFile = None,
    codes: Annotated[
        bool, typer.Option("--codes", help="One notebook for all, and a list of codes: each opens her own numbers.")
    ] = False,
) -> None:
    """Write a personal notebook for each student of a roster, and a zip of all; or one for all, with --codes."""
    from clvlib.course.marking import record as records
    from clvlib.course.marking import release as releasing
    from clvlib.course.marking.roster import read_roster

    with _in_words():
        file = secret or releasing.SECRET
        chosen, students = _choose(exercise, keys), read_roster(roster)
        _keep_apart(out, {"the secret": file, "the keys": keys})
        if _report(key_file(exercise, keys), warnings=False):
            raise ValueError("the key must be mended first (see above); `clv check` tries it again")
        releasing.make_secret(file)
        record = _hand_out(file, chosen, students)
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
        path = records.path_of(file, chosen.name)
        _say(f"Who got which numbers is on record in {path}, with a copy in {out}: marking reads it.")
        _say(f"The course's secret is in {file}: keep a copy, marking needs it; show it to nobody.")


@app.command()
def mark(
    exercise: ExerciseName,
    roster: RosterFile,
    out: Annotated[Path, typer.Option("--out", help="Folder for the gradebook and the feedback; kept between runs.")],
    submissions: Annotated[
        Path | None, typer.Option("--submissions", help="Folder or zip of returned files. [default: those kept in OUT]")
    ] = None,
    keys: KeysFolder = KEYS,
    secret: SecretFile = None,
    again: Annotated[list[str] | None, typer.Option("--again", help="Run this student's notebook again.")] = None,
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
) -> None:
    """Mark returned notebooks: a gradebook, a feedback page per student, a page on the questions."""
    from clvlib.course.marking import mark as marking
    from clvlib.course.marking import release as releasing
    from clvlib.course.marking import sandbox
    from clvlib.course.marking.roster import read_roster

    with _in_words():
        limits = sandbox.Limits(cell_seconds=cell_seconds, seconds=6 * cell_seconds)
        file = secret or releasing.SECRET
        private = {"the secret": file, "the keys": keys, "the roster": roster, "the results": out}
        if no_sandbox:
            _say(_RISK)
        else:
            _keep_hidden(private | ({"the submissions": submissions} if submissions else {}), sandbox.visible())
        chosen, students = _choose(exercise, keys), read_roster(roster)
        work = marking.Marking(chosen, students, _record(file, chosen, students), out, limits)
        if submissions:
            _keep_apart(submissions, {"the results": out})
        elif not (out / "attempts").is_dir():
            raise ValueError(
                "there is nothing to mark yet: name the folder or zip of returned files with --submissions"
            )
        with _alone(out):
            if submissions:
                work.take_in(submissions)
            waiting = work.waiting(again or ())
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
            _tell(work.write(results), len(waiting), out)


@app.command()
def alike(
    exercise: ExerciseName,
    roster: RosterFile,
    out: Annotated[Path, typer.Option("--out", help="Folder of the results of `clv mark`.")],
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
        file = secret or releasing.SECRET
        chosen, students = _choose(exercise, keys), read_roster(roster)
        if not (out / "answers").is_dir():
            raise ValueError(f"{out} holds no answers yet: run `clv mark` first, and name the same folder")
        work = marking.Marking(chosen, students, _record(file, chosen, students), out)
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


_RISK = """Without a sandbox, students' code runs with your own rights: it can read and change your files, this key and
other students' work among them, and use the network. Do this only with notebooks that you have read."""


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


def _hand_out(secret: Path, exercise: Exercise, roster: Any) -> Any:
    """Tickets and numbers of a class, with those of earlier releases, put on record."""
    from clvlib.course.marking import record as records
    from clvlib.course.marking import release as releasing

    path = records.path_of(secret, exercise.name)
    before = records.read(path, exercise.name) if path.exists() else None
    record = releasing.hand_out(releasing.read_secret(secret), exercise, roster, before)
    releasing.write(path, records.write(record).encode())
    return record


def _record(secret: Path, exercise: Exercise, roster: Any) -> Any:
    """What was handed out. A release of the first edition has no record: its numbers are computed, and kept."""
    from clvlib.course.marking import record as records

    path = records.path_of(secret, exercise.name)
    if not path.exists():
        record = _hand_out(secret, exercise, roster)
        _say(f"There is no record of this release: its numbers were computed again, and are kept in {path}.")
        return record
    record = records.read(path, exercise.name)
    if record.key != exercise.digest:
        misfit = next(records.misfits(exercise, record), None)
        if misfit:
            raise ValueError(f"the key was changed, and no longer fits the numbers that were handed out: {misfit}")
        _say("The key was changed since the release: marked by the new key, on the numbers that were handed out.")
    return record


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
