"""Deadlines: when a notebook was handed in, how late that is, and what it costs.

When is known from the name under which an attempt is kept, which begins with its time. That time is, in this order:
what stands in the name that Blackboard or Brightspace gave the file, or in Moodle's grading worksheet
(gradingtable.php, col_timesubmitted); what a zip or the file system says. A Canvas zip has the time of the download for
all its files (content_zipper.rb), but LATE in the name of who was late by Canvas's own clock and extensions: there that
decides, and how late somebody is stays unknown.
"""

import math
import os
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from clvlib.course.marking.language import gettext, ngettext
from clvlib.course.marking.plan import Plan, in_zone
from clvlib.course.marking.roster import Roster, Student
from clvlib.course.marking.submissions import LATE, OLDEST, ON_TIME, Returned, digest, stamp

_DAY = timedelta(days=1)
_STAMP = re.compile(r"(?:0-)?(\d{8}T\d{6})_")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_BLACKBOARD = re.compile(r"_attempt_(\d{4})-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)")
_BRIGHTSPACE = re.compile(rf" - ({'|'.join(_MONTHS)})[a-z]* (\d\d?), (\d{{4}}) (\d\d?):?(\d\d) ([AP])M")


_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*")
_HALF = re.compile(r"\b[AP]M\b|[上下]午", re.IGNORECASE)


@dataclass(frozen=True)
class Lateness:
    """How an attempt stands to its deadline.

    Parameters
    ----------
    due : datetime
        Hers, with an extension.
    handed_in : datetime or None
        None if nobody knows.
    late : bool
        Later than the grace.
    days : int
        Days begun since the due time; 0 if it is not late.
    percent : float
        Of the points of the exercise that it costs.
    doubtful : bool
        It is taken for in time, though the platform calls it late.
    """

    due: datetime
    handed_in: datetime | None
    late: bool = False
    days: int = 0
    percent: float = 0
    doubtful: bool = False

    @property
    def by(self) -> str:
        """How late, in words."""
        if self.handed_in is None:
            return gettext("late, as the learning platform says, which does not say by how much")
        return gettext("%(span)s late") % {"span": duration(_between(self.due, self.handed_in))}


def lateness(
    plan: Plan, due: datetime, attempt: str, handed_in: datetime | None = None, *, extended: bool = False
) -> Lateness:
    """How late an attempt is, by the name it is kept under, or by the time that the instructor gives.

    Who has an extension of her own, of which Canvas may know nothing, is in time while nobody knows how late she was.
    """
    found = _STAMP.match(attempt)
    when = handed_in
    if when is None and found:
        when = in_zone(datetime.strptime(found[1], "%Y%m%dT%H%M%S").astimezone(), plan.zone)
    if when is None or when.year < OLDEST:
        return Lateness(due, None)
    over = _between(due, when)
    if handed_in is None and attempt.endswith(ON_TIME):
        return Lateness(due, None)
    if over <= timedelta(minutes=plan.grace):
        return Lateness(due, when)
    known = handed_in is not None or not attempt.endswith(LATE)
    if extended and not known:
        return Lateness(due, None, doubtful=True)
    days = math.ceil(over / _DAY) if known else 1
    return Lateness(due, when if known else None, True, days, min(days * plan.per_day, plan.at_most))


def times_in_names(files: Iterable[Returned], paths: Sequence[str], zone: ZoneInfo | None) -> Iterator[Returned]:
    """The files, with the times that Blackboard or Brightspace wrote into their names.

    Only if most names hold one: then it is the platform that wrote them, and not a student.
    """
    trusted = sum(_time_in(path) is not None for path in paths) > len(paths) / 2
    for file in files:
        when = _time_in(file.path) if trusted else None
        yield replace(file, when=in_zone(when, zone).timestamp(), own=file.when) if when else file


def times_in_worksheet(
    files: Iterable[Returned],
    roster: Roster,
    kept: Callable[[Student], Sequence[Path]],
    here: Collection[str],
    zone: ZoneInfo | None,
) -> Iterator[Returned]:
    """The files, with the times at which Moodle's grading worksheet says that they were handed in.

    Not what follows an attempt of that time or a later one that did not come back with it: then the worksheet is older
    than the file. `here` has the digests of all files that came back.
    """
    before = {student: dict(_earlier(kept(student), here)) for student in roster.students}
    known = {student: dict(_earlier(kept(student), ())) for student in roster.students}
    for file in files:
        student, cell = roster.modified(file.path) or (None, "")
        when = _time_of_moodle(cell)
        if student is None or when is None:
            yield file
            continue
        seconds = in_zone(when, zone).timestamp()
        until = known[student].get(digest(file.data), "9")  # what is new follows all others
        outdated = any(stamp(seconds) <= when < until for when in before[student].values())
        yield file if outdated else replace(file, when=seconds, own=file.when)


def _earlier(kept: Iterable[Path], but: Collection[str]) -> Iterator[tuple[str, str]]:
    """Digest and time of attempts that were kept in earlier runs, but for some."""
    for path in kept:
        what, found = digest(path.read_bytes()), _STAMP.match(path.name)
        if found and what not in but:
            yield what, found[1]


@contextmanager
def clock_of(zone: ZoneInfo | None) -> Iterator[None]:
    """Times that carry no zone, as those in zips, are read and kept by the course's clock meanwhile."""
    before = os.environ.get("TZ")
    if zone is None or not hasattr(time, "tzset"):
        yield
        return
    os.environ["TZ"] = zone.key
    time.tzset()
    try:
        yield
    finally:
        del os.environ["TZ"]
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


def shown(when: datetime) -> str:
    """A time with its zone, for people."""
    zone = when.tzinfo.key if isinstance(when.tzinfo, ZoneInfo) else when.strftime("UTC%z")
    return f"{when:%Y-%m-%d %H:%M} ({zone})"


def duration(span: timedelta) -> str:
    """A span in its two largest units."""
    minutes = max(1, math.ceil(span / timedelta(minutes=1)))
    days, hours, left = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        (days, ngettext("%(n)s day", "%(n)s days", days)),
        (hours, ngettext("%(n)s hour", "%(n)s hours", hours)),
        (left, ngettext("%(n)s minute", "%(n)s minutes", left)),
    ]
    return " ".join([words % {"n": number} for number, words in parts if number][:2])


def _between(start: datetime, end: datetime) -> timedelta:
    """By the sun, not by a clock that is put forward in between."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def _time_in(path: str) -> datetime | None:
    try:
        if found := _BLACKBOARD.search(path):
            return datetime(*(int(part) for part in found.groups()))  # type: ignore[arg-type]
        if found := _BRIGHTSPACE.search(path):
            month, day, year, hour, minute, half = found.groups()
            hours = int(hour) % 12 + (12 if half == "P" else 0)
            return datetime(int(year), _MONTHS.index(month) + 1, int(day), hours, int(minute))
    except ValueError:
        pass
    return None


def _time_of_moodle(cell: str) -> datetime | None:
    """A time in English, the month in letters, or in Chinese, year first."""
    month = _MONTH.search(cell)
    numbers = [int(part) for part in re.findall(r"\d+", cell)]
    try:
        if month:
            day, year, hour, minute = numbers
            numbers = [year, _MONTHS.index(month[1]) + 1, day, hour, minute]
        year, number, day, hour, minute = numbers
        if half := _HALF.search(cell):
            hour = hour % 12 + (12 if half[0].upper() in ("PM", "下午") else 0)
        return datetime(year, number, day, hour, minute)
    except ValueError:
        return None
