"""Marking a class: returned notebooks are kept, run one by one in the sandbox, and held against the key.

The folder of results is the memory of it. `attempts/` has what was handed in, `answers/` what each notebook left; both
are written file by file, whole or not at all, so that a run that was killed goes on where it stood. Everything else
there is made from these two, from the key and from the marking sheets, the same bytes every time.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from itertools import chain, product
from pathlib import Path
from typing import Any

from clvlib import __version__
from clvlib.course.code import opening
from clvlib.course.exercise import Exercise, TextQuestion
from clvlib.course.marking import deadlines, markers, pages, sandbox, sheets
from clvlib.course.marking.adjustments import ALL, NAME, Adjustments, Score
from clvlib.course.marking.alike import Work
from clvlib.course.marking.answers import OTHERS, thaw
from clvlib.course.marking.changes import Changes, Gradebook, compare
from clvlib.course.marking.judge import Marked, judge, notes
from clvlib.course.marking.language import gettext, speaking, translated
from clvlib.course.marking.plan import Plan
from clvlib.course.marking.pseudonyms import Pseudonyms
from clvlib.course.marking.record import Inputs, Record, hidden_inputs, shown_inputs
from clvlib.course.marking.release import unsigned, write, write_feedback
from clvlib.course.marking.roster import Roster, Student
from clvlib.course.marking.sandbox import Collected, Limits, Sandbox
from clvlib.course.marking.submissions import (
    Class,
    Remark,
    Returned,
    attempts,
    carries,
    digest,
    find,
    keep,
    natural,
    read_notebook,
    which_counts,
)
from clvlib.course.marking.tables import defused
from clvlib.course.sealed import plain
from clvlib.course.words import count, listing

_READERS, _LINKS = "readers.json", "links.json"
_RUN_ALONE = "it took too long, so it ran again at the end, alone: this second run counts"
_DROPPED = "handed in, and is not on this roster any more: not marked, and her page is taken away"


@dataclass(frozen=True)
class Summary:
    """What a run came to: how many were marked, not readable, not handed in; texts that wait; the files to look at.

    `problem` says why there is no form for the LMS where there should be one; `several`, how many groups handed in more
    than one notebook; `agreement`, what two who read the same texts came to.
    """

    marked: int
    not_readable: int
    nothing: int
    texts_waiting: int
    files: list[Path]
    problem: str = ""
    several: int = 0
    agreement: str = ""


class Marking:
    """One exercise of one class, and the folder of its results.

    Parameters
    ----------
    exercise : Exercise
    roster : Roster
    record : Record
        What was handed out.
    out : Path
    limits : Limits, optional
    plan : Plan, optional
        Of the course: what is due when.
    adjustments : Adjustments, optional
        What the instructor decided.
    folder : Path, optional
        Where the file of the adjustments lies, or would.
    groups : dict, optional
        Ids of who hands in together, by the name of the group.
    pseudonyms : dict, optional
        By ticket, for the marking sheets.
    """

    def __init__(
        self,
        exercise: Exercise,
        roster: Roster,
        record: Record,
        out: Path,
        limits: Limits | None = None,
        plan: Plan | None = None,
        adjustments: Adjustments | None = None,
        folder: Path = Path(),
        groups: Mapping[str, Sequence[str]] | None = None,
        pseudonyms: Mapping[str, str] | None = None,
    ):
        self.exercise, self.roster, self.out = exercise, roster, out
        self.limits = limits or Limits()
        self.plan, self.adjustments, self.folder = plan or Plan(), adjustments or Adjustments(), folder
        self.groups, self.pseudonyms = groups or {}, pseudonyms or {}
        self.gradebook = Gradebook(out / "gradebook.csv")
        self.remarks: list[Remark] = []
        self.misfit = ""
        self._at_release = {ticket: each.student.id for ticket, each in record.handed_out.items()}
        self._links = self._read_links()
        self._know(self._linked(record))
        self._read_sheets()  # what is wrong in them is better said now than after a long run

    def take_in(self, source: Path) -> None:
        """Keep what was handed in, from a folder or a zip. What is wrong with the roster stands in `misfit` then.

        Raises
        ------
        ValueError
            If there is no such folder or file.
        """
        if not source.exists():
            raise ValueError(f"there is no folder or zip {source}: --submissions is where the returned files are")
        here = self._find_who_has_a_new_id(source)
        paths = [path for path, _ in here]
        files = find(source)
        if self.roster.kind == "plain":
            files = deadlines.times_in_names(files, paths, self.plan.zone)
        if self.roster.kind == "moodle":
            files = deadlines.times_in_worksheet(
                files, self.roster, self._attempts, {what for _, what in here}, self.plan.zone
            )
        self.misfit = self.roster.misfit(paths)
        self.remarks = list(keep(files, self._class, self.out / "attempts"))
        self.remarks += [Remark(None, source.name, f"no times were taken from the roster: {self.misfit}")] * bool(
            self.misfit
        )

    def waiting(self, again: Sequence[str] = ()) -> list[Student]:
        """The students whose last attempt was not run yet, or not to its end, and those of these ids.

        Raises
        ------
        ValueError
            If an id is not on the roster, or has handed in nothing.
        """
        made_by = {student.id: self._maker(student) for student in self.roster.students}
        handed_in = [maker for maker in dict.fromkeys(made_by.values()) if self._attempts(maker)]
        unknown = set(again) - {one for one, maker in made_by.items() if maker in handed_in}
        if unknown:
            raise ValueError(f"no notebook of {min(unknown)!r} can be marked again: look at the roster and the log")
        chosen = {made_by[one] for one in again}
        return [maker for maker in handed_in if maker in chosen or not self._is_done(maker)]

    def run(self, students: Sequence[Student], box: Sandbox, workers: int) -> Iterator[Student]:
        """Run their last attempts, some side by side; yields each student when her answers are kept.

        What took too long runs again at the end, alone: the others may have been the reason.

        Raises
        ------
        SandboxError
            If the sandbox does not start.
        """
        late = [student for student in students if self._is_late(student)]  # of a run that was stopped
        pool = ThreadPoolExecutor(workers)
        try:
            jobs = {pool.submit(self._run, student, box): student for student in students if student not in late}
            for job in as_completed(jobs):
                if job.result().late:
                    late.append(jobs[job])
                else:
                    yield jobs[job]
            for student in late:
                self._run(student, box, alone=True)
                yield student
        finally:
            pool.shutdown(cancel_futures=True)
            box.end()

    def results(self) -> Iterator[Marked]:
        """Each student's result before a person has marked her texts, in the order of the roster."""
        for student in self.roster.students:
            yield self._result(student)

    def changes(self, results: Sequence[Marked]) -> Changes:
        """What `write` would change in the gradebook, and what looks wrong.

        Raises
        ------
        ValueError
            If the gradebook was edited by hand.
        """
        marks = self._marks(results, self._read_sheets(), self._readers(results))
        return self._changes(self._gradebook(self._scores(sheets.with_marks(results, marks))))

    def works(self) -> Iterator[Work]:
        """What each last attempt holds and left when it was run, under whatever limits, for a look at what is alike.

        Of a group, that which counts.
        """
        for student in dict.fromkeys(map(self._maker, self.roster.students)):
            for attempt in self._attempts(student)[-1:]:
                kept = _read_json(self._answers_file(student)) or {}
                if kept.get("attempt") == attempt.name or self._is_done(student):
                    left = Collected(kept["answers"], kept["shown"], kept["hidden"])
                    verdicts = judge(self.exercise, self.released[student].case, self._hidden(student), left)
                    answers = {key: thaw(frozen) for key, frozen in left.answers.items()}
                    yield Work(student, verdicts, answers, read_notebook(attempt.read_bytes())[0])

    def write(self, results: Sequence[Marked]) -> Summary:
        """Write the gradebook, the pages, the marking sheets and the log, with the texts that a person has marked.

        Raises
        ------
        ValueError
            If the gradebook was edited by hand: then nothing is written.
        """
        typed, readers = self._read_sheets(), self._readers(results)  # as late as can be: she may have typed meanwhile
        marks = self._marks(results, typed, readers)
        results = sheets.with_marks(results, marks)
        scores = self._scores(results)
        gradebook = self._gradebook(scores)
        changes = self._changes(gradebook)
        self._remember_ids()  # before a sheet has them
        told = [score for score in scores if score.status != "nothing handed in" or score.changes or score.comments]
        feedback = [(score.result, pages.feedback_page(self.exercise, score, marks).encode()) for score in told]
        named = {result.student: (self._page_name(result), page) for result, page in feedback}
        write_feedback(self.out, self.roster, named, f"{self.exercise.name}_*.html")
        if changes.cells:
            write(self.out / "changes.csv", changes.as_csv().encode("utf-8-sig"))
        twice = {key: markers.read_twice(key, typed[key], readers[key], results) for key in self._texts()}
        with speaking("en"):
            tables = {"log.csv": self._log(scores, twice)}
        if self.plan.markers:
            write(self.out / _READERS, json.dumps(readers, ensure_ascii=False, indent=1).encode())
            for key, marker in product(self._texts(), self.plan.markers):
                hers = [result for result in results if marker in readers[key].get(result.maker.id, ())]
                so_far = markers.sheet_of(marker, key, typed[key], readers[key], results)
                sheet = sheets.marking_sheet(self.exercise, key, hers, so_far, self._pseudonyms)
                tables[sheets.file_name(key, marker)] = sheet
        else:
            for key in self._texts():
                sheet = sheets.marking_sheet(self.exercise, key, results, marks[key], self._pseudonyms)
                tables[sheets.file_name(key)] = sheet
        for name, text in tables.items():
            write(self.out / name, text.encode("utf-8-sig"))
        write(self.out / "items.html", pages.items_page(self.exercise, results).encode())
        names = ["gradebook.csv", *tables, "items.html", "feedback"]
        form, problem = self._grade_form(scores)
        if form is not None:
            names.append(f"gradebook_{self.roster.kind}.csv")
            write(self.out / names[-1], form.encode())
        self.gradebook.write(gradebook)  # at the end: until then the run before is what the next compares with
        statuses = [result.status for result in results]
        return Summary(
            statuses.count("marked"),
            statuses.count("not readable"),
            statuses.count("nothing handed in"),
            len({(score.result.maker, key) for score in scores for key in score.waiting}),
            [self.out / name for name in names],
            problem,
            len({result.maker for result in results if any(self._of_group(result))}),
            markers.agreement(list(chain(*twice.values()))),
        )

    def _know(self, record: Record) -> None:
        """Who is who by this record; a student to whom nothing was handed out has a folder all the same."""
        self.record, self.released = record, record.of(self.roster)
        strangers = [student for student in self.roster.students if student not in self.released]
        self._mates = self._find_mates()
        self.ticket_of = {student: each.ticket for student, each in self.released.items()}
        self.ticket_of |= {student: unsigned(student) for student in strangers}
        self.tickets = {name: student for student, name in self.ticket_of.items()}

    @property
    def _class(self) -> Class:
        strangers = frozenset(self.roster.students) - set(self.released)
        return Class(self.exercise.name, self.roster, self.tickets, strangers, self._codes, self._mates)

    def _find_mates(self) -> dict[Student, tuple[Student, ...]]:
        """Everybody of a group, by each of them; also who has left the class: her notebook counts for the others."""
        now = {each.ticket: student for student, each in self.released.items()}
        by_id = dict[str, Student]()
        for ticket, each in self.record.handed_out.items():
            by_id[each.student.id] = now.get(ticket, each.student)
        by_id |= {student.id: student for student in self.roster.students}
        mates = dict[Student, tuple[Student, ...]]()
        for ids in self.groups.values():
            group = tuple(dict.fromkeys(by_id[one] for one in ids))
            mates |= dict.fromkeys(group, group) if len(group) > 1 else {}
        left = set(mates) - set(self.roster.students)
        self.released |= {each.student: each for each in self.record.handed_out.values() if each.student in left}
        return mates

    def _maker(self, student: Student) -> Student:
        """Whose notebook counts for a student: in a group, the one that was handed in last."""
        group = self._mates.get(student, (student,))
        handed_in = [one for one in group if self._attempts(one)]
        if handed_in:
            return max(handed_in, key=lambda one: natural(self._attempts(one)[-1].name))
        return next((one for one in group if self._unread(one)), student)

    @property
    def _codes(self) -> dict[str, str]:
        return {plain(each.code): ticket for ticket, each in self.record.handed_out.items() if each.code}

    def _scores(self, results: Sequence[Marked]) -> list[Score]:
        return [self.adjustments.score(self.exercise, result, self._lateness(result)) for result in results]

    def _gradebook(self, scores: Sequence[Score]) -> str:
        return sheets.gradebook(self.exercise, scores)

    def _changes(self, gradebook: str) -> Changes:
        self.gradebook.refuse_edits(gradebook, self.exercise.name, self.folder / NAME)
        ids = {defused(one): defused(now) for one, now in self.ids_now.items()}
        return compare(self.gradebook.before(), gradebook, "total", ids)

    def _lateness(self, result: Marked) -> deadlines.Lateness | None:
        """How late the attempt is that counts; None without a deadline or an attempt."""
        own, given = (self.adjustments.time(result.student, what) for what in ("due", "handed in"))
        due = own.when if own else self.plan.of(self.exercise.name).due
        kept = self._attempts(result.maker)
        if due is None or not kept:
            return None
        extended = own is not None and own.student != ALL
        return deadlines.lateness(self.plan, due, kept[-1].name, given.when if given else None, extended=extended)

    def _find_who_has_a_new_id(self, source: Path) -> list[tuple[str, str]]:
        """Follow a ticket of the record to a student of the roster whom nothing else connects with it.

        Returns the paths of all files, and the digests of their bytes.

        Raises
        ------
        ValueError
            If most tickets that come back are in no record: then this is the record of another release.
        """
        found = [(file.path, digest(file.data), *_clv(file, self._codes)) for file in find(source)]
        carried = [(path, name) for path, _, name, exercise in found if name and exercise == self.exercise.name]
        unknown = sum(name not in self.record.handed_out for _, name in carried)
        if unknown >= 3 and unknown > len(carried) / 2:
            raise ValueError(
                f"{unknown} of {len(carried)} notebooks carry a ticket or a code that the record of this release does "
                "not know: is it the record, or the roster, of another class? Nothing was written"
            )
        links = len(self._links)
        for path, name in carried:
            with suppress(ValueError):
                student = self.roster.owner(path)
                free = name in self.record.handed_out and name not in self.tickets
                if student and free and student not in self.released:
                    self._links[student.id] = name
                    self._know(self._linked(self.record))
        if len(self._links) > links:
            self._remember_ids()
        return [(path, what) for path, what, *_ in found]

    def _read_links(self) -> dict[str, str]:
        """The tickets of students who in an earlier run had other ids than at the release, by these ids."""
        return {one: name for one, name in _read_json(self.out / _LINKS) or () if name in self._at_release}

    def _remember_ids(self) -> None:
        """Keep the ids that are not those of the release: sheets have them, and the next roster may have others."""
        now = {student.id: each.ticket for student, each in self.released.items()}
        self._links |= {one: name for one, name in now.items() if self._at_release[name] != one}
        if self._links:
            kept = sorted(self._links.items())
            write(self.out / _LINKS, json.dumps(kept, ensure_ascii=False, indent=1).encode())

    def _linked(self, record: Record) -> Record:
        """The record with its tickets given to students whom an earlier run found under the ids they have now."""
        by_id = {student.id: student for student in self.roster.students}
        for one, name in self._links.items():
            if one in by_id and self._at_release[name] not in by_id:
                record = record.linked(by_id[one], name)
        return record

    @property
    def ids_now(self) -> dict[str, str]:
        """By an id that a student had at the release or in an earlier run, that which she has now."""
        now = {each.ticket: student.id for student, each in self.released.items()}
        once = {one: name for name, one in self._at_release.items()} | self._links
        taken = {student.id for student in self.roster.students}
        return {one: now[name] for one, name in once.items() if name in now and one not in taken}

    def _run(self, student: Student, box: Sandbox, alone: bool = False) -> Collected:
        attempt = self._attempts(student)[-1]
        cells, *_ = read_notebook(attempt.read_bytes())
        names = {key: question.name for key, question in self.exercise.questions.items()}
        prelude = "\n".join(opening(self.exercise, self.released[student].case, "class"))
        notebook = {"prelude": prelude, "cells": cells, "names": names}
        collected = sandbox.run(notebook, self._shown, self._hidden(student), box)
        about = {"attempt": attempt.name, "fingerprint": self._fingerprint(student, attempt), "alone": alone}
        kept = about | asdict(collected)
        write(self._answers_file(student), json.dumps(kept, indent=1).encode())
        return collected

    def _result(self, student: Student) -> Marked:
        name, maker = self.ticket_of[student], self._maker(student)
        group = tuple(sorted(self._mates.get(student, ()), key=lambda one: one != maker))
        collected = self._collected(maker)
        lines = self._notes(maker, collected)
        if collected is None:
            return Marked(student, name, "not readable" if lines else "nothing handed in", notes=lines, group=group)
        verdicts = judge(self.exercise, self.released[maker].case, self._hidden(maker), collected)
        return Marked(student, name, "marked", verdicts, lines, group)

    def _notes(self, maker: Student, collected: Collected | None) -> list[str]:
        """What happened to her notebook, or why it was not read, in the language that is spoken now."""
        if collected is None:
            return [_why(path) for path in self._unread(maker)]
        counts = which_counts(self._attempts(maker))
        of_several = gettext(
            "Of several notebooks of the same time this one was marked, the last by its name: %(file)s"
        )
        return [of_several % {"file": counts}] * bool(counts) + notes(collected)

    def _is_late(self, student: Student) -> bool:
        """Whether her last attempt took too long, and has yet to be run alone."""
        kept = self._kept(student)
        return kept is not None and kept["late"] and not kept["alone"]

    def _is_done(self, student: Student) -> bool:
        kept = self._kept(student)
        return kept is not None and (kept["alone"] or not kept["late"])

    def _kept(self, student: Student) -> dict[str, Any] | None:
        """The file of what her last attempt left, if it was run as it is now."""
        kept_attempts = self._attempts(student)
        kept: dict[str, Any] | None = _read_json(self._answers_file(student))
        if not kept or not kept_attempts or kept.get("fingerprint") != self._fingerprint(student, kept_attempts[-1]):
            return None
        return kept

    def _collected(self, student: Student) -> Collected | None:
        kept = self._kept(student)
        if kept is None:
            return None
        for about in ("attempt", "fingerprint", "alone"):
            del kept[about]
        kept["left_out"] = {int(number): why for number, why in kept["left_out"].items()}
        kept["skipped"] = [(number, what) for number, what in kept["skipped"]]
        return Collected(**kept)

    def _fingerprint(self, student: Student, attempt: Path) -> str:
        """Of all that decides what a run leaves, and of the form it is kept in."""
        inputs = self._shown, self._hidden(student)
        form = [*(each.name for each in fields(Collected)), *OTHERS]
        conditions = (__version__, form, self.exercise.name, *inputs, self.released[student].case, asdict(self.limits))
        return hashlib.sha256(repr(conditions).encode() + attempt.read_bytes()).hexdigest()

    def _hidden(self, student: Student) -> Inputs:
        """Her hidden inputs, of the questions that the key has now; a question that is new gets those of seed 0."""
        kept = self.released[student].hidden
        return {key: kept.get(key, inputs) for key, inputs in self._of_seed_0.items()}

    @cached_property
    def _shown(self) -> Inputs:
        return shown_inputs(self.exercise)

    @cached_property
    def _of_seed_0(self) -> Inputs:
        return hidden_inputs(self.exercise, 0)

    def _attempts(self, student: Student) -> list[Path]:
        return attempts(self.out / "attempts" / self.ticket_of[student])

    def _unread(self, student: Student) -> list[Path]:
        """The notes why files of hers were not read."""
        return sorted((self.out / "attempts" / self.ticket_of[student]).glob("*.txt"))

    def _answers_file(self, student: Student) -> Path:
        return self.out / "answers" / f"{self.ticket_of[student]}.json"

    def _of_group(self, result: Marked) -> Iterator[str]:
        """What the log says of a group that handed in more than one notebook."""
        lasts = {one: self._attempts(one)[-1] for one in result.group if self._attempts(one)}
        if len(lasts) > 1:
            times = {path.name.removeprefix("0-")[:15] for path in lasts.values()}
            why = ", the last" if len(times) > 1 else ", though their files have the same time: ask the group"
            several = listing(sorted(one.id for one in lasts))
            yield f"{several} of one group handed in notebooks: that of {result.maker.id} counts{why}"

    def _dropped(self) -> list[str]:
        """Tickets of those who have handed in and are not on the roster any more."""
        folders = (folder.name for folder in (self.out / "attempts").glob("*"))
        return sorted(name for name in folders if name not in self.tickets)

    def _page_name(self, result: Marked) -> str:
        return f"{self.exercise.name}_{result.ticket}.html"

    def _texts(self) -> list[str]:
        return [key for key, question in self.exercise.questions.items() if isinstance(question, TextQuestion)]

    def _read_sheets(self) -> dict[str, dict[str, dict[str, sheets.Mark]]]:
        """What was typed, by question, marker and student; under "" what stands in sheets of no marker."""
        names, called = self.plan.markers, self._pseudonyms
        return {
            key: {
                name: sheets.read_marking_sheets(self.out, self.exercise, key, names, name, called)
                for name in ["", *names]
            }
            for key in self._texts()
        }

    @property
    def _pseudonyms(self) -> Pseudonyms:
        tickets = {each.student.id: ticket for ticket, each in self.record.handed_out.items()}
        tickets |= {student.id: ticket for student, ticket in self.ticket_of.items()}
        called = {one: self.pseudonyms[ticket] for one, ticket in tickets.items() if ticket in self.pseudonyms}
        ids = self.ids_now | {pseudonym: one for one, pseudonym in called.items()}
        return Pseudonyms(called if self.plan.anonymous else {}, ids)

    def _readers(self, results: Sequence[Marked]) -> dict[str, dict[str, list[str]]]:
        """By question and student, the markers who read her text: those of the run before, and of what is new."""
        before = _read_json(self.out / _READERS) or {}
        found, ids = {}, self.ids_now
        for key in self._texts():
            given, now = (
                {ids.get(one, one): names for one, names in before.get(key, {}).items()},
                dict[str, list[str]](),
            )
            for result, _ in sheets.texts_of(key, results):  # of a group's, whoever of them handed it in before
                names = [given[one.id] for one in (result.maker, *result.group) if one.id in given]
                now[result.maker.id] = names[0] if names else []
            found[key] = markers.divide(now, self.plan.markers, self.plan.by_two)
        return found

    def _marks(self, results: Sequence[Marked], typed: Any, readers: Any) -> dict[str, dict[str, sheets.Mark]]:
        return {key: markers.together(key, typed[key], readers[key], results) for key in self._texts()}

    def _grade_form(self, scores: Sequence[Score]) -> tuple[str | None, str]:
        """For the LMS, final totals only: who waits for a person's marks stays blank. And why there is none."""
        grades = {score.result.student.id: score.for_lms for score in scores}
        if self.misfit:
            return None, self.misfit
        try:
            return self.roster.grade_form(grades, self.exercise.title, self.exercise.points), ""
        except ValueError as error:
            return None, str(error)

    def _log(self, scores: Sequence[Score], twice: Mapping[str, Sequence[markers.Twice]]) -> str:
        rows = [[remark.student.id if remark.student else "", remark.path, remark.what] for remark in self.remarks]
        answers = {score.result.maker: self._kept(score.result.maker) for score in scores}
        alone = [maker for maker, left in answers.items() if left and left["alone"]]
        for score in scores:
            result, late = score.result, score.late
            kept = self._attempts(result.maker)
            told = [f"{count(len(kept), 'attempt')}; the last counts"] if len(kept) > 1 else []
            told += self._of_group(result)
            told += [_RUN_ALONE] if result.maker in alone else []
            if late and late.late:
                told.append(
                    late.by if late.handed_in else f"{late.by}: counted as one day; a row `handed in` says when"
                )
            if late and late.doubtful:
                told.append("late for the learning platform, but you gave her more time: counted as in time")
            told += self._notes(result.maker, self._collected(result.maker))  # here in English
            rows += [[result.student.id, kept[-1].name if kept else "", what] for what in told]
        for name in self._dropped():
            of = self.record.handed_out.get(name)
            rows.append([of.student.id if of else "", name, _DROPPED])
        rows += [[each.student, key, each.words] for key, found in twice.items() for each in found if not each.agree]
        rows += [["", "", f"{count(len(alone), 'notebook')} took too long and ran again, alone"]] if alone else []
        return sheets.log(rows)


def _read_json(path: Path) -> Any:
    """What an earlier run kept; None if there is nothing, or it is damaged."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _why(note: Path) -> str:
    """Why a file was not read: its path, and after a colon what is wrong with it."""
    line = note.read_text(encoding="utf-8").strip()
    for colon in re.finditer(": ", line):
        path, why = line[: colon.start()], line[colon.end() :]
        if translated(why) != why:
            return gettext("%(what)s: %(says)s") % {"what": path, "says": translated(why)}
    return line


def _clv(file: Returned, codes: Mapping[str, str]) -> tuple[str, str]:
    """Ticket and exercise that a returned file carries; nothing if it is no notebook."""
    try:
        return carries(file.data, codes)
    except ValueError:
        return "", ""


def workers(limits: Limits) -> int:
    """How many notebooks run side by side: one a processor, as far as the memory that each may use goes round."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return processors
    return max(1, min(processors, memory // (limits.memory + limits.disk)))
