"""How a course is run: `course.toml` beside the roster says what is due, what lateness costs, what counts how much."""

import math
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from clvlib.course.marking.language import LANGUAGES
from clvlib.course.marking.release import slug
from clvlib.course.words import listing

NAME = "course.toml"


@dataclass(frozen=True)
class Planned:
    """One exercise of a course.

    Parameters
    ----------
    due : datetime or None
        With its time zone.
    weight : float
        In the course's grade, beside those of the other exercises.
    always : bool
        Whether it is among those that count, also where only the best do.
    """

    due: datetime | None = None
    weight: float = 1
    always: bool = False


@dataclass(frozen=True)
class Plan:
    """What `course.toml` says, and what holds where it says nothing.

    Parameters
    ----------
    title : str
        What the course's grade is called in the LMS.
    language : {"en", "zh"}
        Of the pages that students get.
    zone : ZoneInfo or None
        Of all times; None for this machine's.
    grace : float
        Minutes after the due time that cost nothing.
    per_day : float
        Percent of an exercise's points that each day begun costs.
    at_most : float
        Percent that lateness costs at most.
    points : float
        What the course's grade is out of.
    best : int or None
        How many exercises count, those that always do and the best of each student's; None for all.
    missing : {"zero", "blank"}
        What an exercise counts that was not handed in: nothing, or not at all.
    markers : sequence of str
        Who divide the texts among them; none: one sheet for all.
    by_two : float
        Percent of the texts that two of them read.
    anonymous : bool
        Whether marking sheets have pseudonyms in place of names.
    exercises : dict of Planned
        By name, in the order of the course. Empty: whatever was marked, with equal weights.
    """

    title: str = "Course"
    language: str = "en"
    zone: ZoneInfo | None = None
    grace: float = 0
    per_day: float = 0
    at_most: float = 100
    points: float = 100
    best: int | None = None
    missing: str = "zero"
    markers: Sequence[str] = ()
    by_two: float = 0
    anonymous: bool = False
    exercises: Mapping[str, Planned] = field(default_factory=dict)

    def of(self, exercise: str) -> Planned:
        return self.exercises.get(exercise, Planned())


def read_plan(path: Path, known: Callable[[str], bool] = lambda name: True) -> Plan:
    """The plan in a file; that of a course without one if there is no file.

    Parameters
    ----------
    path : Path
    known : callable, optional
        Whether there is an exercise of a name.

    Raises
    ------
    ValueError
        If the file is no TOML, or says what cannot be; the sentence names the place.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return Plan()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(
            f'{path} cannot be read: {error}. Words and times stand in double quotes, as in due = "2026-03-12 23:59"'
        ) from None
    late, course, texts = (_table(path, given, name, given.pop(name, {})) for name in ("late", "course", "texts"))
    exercises = _table(path, given, "exercises", given.pop("exercises", {}))
    _only(path, "at the top", given, ["title", "language", "time_zone"])
    _only(path, "in [late]", late, ["grace_minutes", "percent_per_day", "at_most_percent"])
    _only(path, "in [course]", course, ["points", "best", "missing"])
    _only(path, "in [texts]", texts, ["markers", "percent_read_by_two", "anonymous"])
    zone = _zone(path, given.get("time_zone"))
    for name in exercises:
        if not known(name):
            raise ValueError(f"{path}, [exercises]: there is no exercise {name!r}")
    best, missing = course.get("best"), course.get("missing", "zero")
    if best is not None and (type(best) is not int or best < 1):
        raise ValueError(f"{path}, [course]: best is how many exercises count, a whole number from 1 on, not {best!r}")
    if missing not in ("zero", "blank"):
        raise ValueError(f'{path}, [course]: missing is "zero" or "blank", not {missing!r}')
    planned = {name: _planned(path, name, about, zone) for name, about in exercises.items()}
    always = sum(each.always for each in planned.values())
    if best is not None and always > best:
        raise ValueError(
            f"{path}, [course]: best is {best}, and {always} exercises always count: make it {always}, or more"
        )
    language = given.get("language", "en")
    if language not in LANGUAGES:
        raise ValueError(f"{path}: language is {' or '.join(LANGUAGES)}, not {language!r}")
    anonymous = texts.get("anonymous", False)
    if not isinstance(anonymous, bool):
        raise ValueError(f"{path}, [texts]: anonymous is true or false, not {anonymous!r}")
    return Plan(
        title=str(given.get("title", "Course")),
        language=language,
        zone=zone,
        grace=_number(path, "[late]", late, "grace_minutes", 0),
        per_day=_number(path, "[late]", late, "percent_per_day", 0, most=100),
        at_most=_number(path, "[late]", late, "at_most_percent", 100, most=100),
        points=_number(path, "[course]", course, "points", 100, above=0),
        best=best,
        missing=missing,
        markers=_markers(path, texts.get("markers", [])),
        by_two=_number(path, "[texts]", texts, "percent_read_by_two", 0, most=100),
        anonymous=anonymous,
        exercises=planned,
    )


def as_time(text: str, zone: ZoneInfo | None) -> datetime:
    """A time as people and spreadsheets write it, year first; a day alone means its end.

    Raises
    ------
    ValueError
        If it is no such time.
    """
    found = re.fullmatch(
        r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::\d{2})?)?", text.strip(), re.ASCII
    )
    try:
        if found:
            day = date(*(int(part) for part in found.groups()[:3]))
            clock = time(int(found[4]), int(found[5])) if found[4] else time(23, 59, 59)
            return in_zone(datetime.combine(day, clock), zone)
    except ValueError:
        pass
    raise ValueError(f'a time is written year-month-day hour:minute, as in "2026-03-12 23:59", not {text.strip()!r}')


def in_zone(when: datetime, zone: ZoneInfo | None) -> datetime:
    """The time with its zone: the course's, or this machine's if it has none."""
    if when.tzinfo is not None:
        return when.astimezone(zone)
    return when.replace(tzinfo=zone) if zone else when.astimezone()


def _planned(path: Path, name: str, about: Any, zone: ZoneInfo | None) -> Planned:
    where = f"{path}, [exercises] {name}"
    if not isinstance(about, dict):
        about = {"due": about}
    _only(path, f"in [exercises] {name}", about, ["due", "weight", "always"])
    due, always = about.get("due"), about.get("always", False)
    if not isinstance(always, bool):
        raise ValueError(f"{where}: always is true or false, not {always!r}")
    try:
        if type(due) is date:
            due = due.isoformat()
        when = due if isinstance(due, datetime) else None if due is None else as_time(str(due), zone)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    weight = _number(path, f"[exercises] {name}", about, "weight", 1)
    return Planned(in_zone(when, zone) if when else None, weight, always)


def _markers(path: Path, names: Any) -> tuple[str, ...]:
    """Their names, each with a sheet that can be told from those of the others."""
    if not isinstance(names, list) or not all(isinstance(name, str) and re.search(r"[^\W_]", name) for name in names):
        raise ValueError(f'{path}, [texts]: markers is a list of names, as in ["Li Na", "Wang Wei"], not {names!r}')
    called = [slug(name).casefold() for name in names]
    for name in names:
        if called.count(slug(name).casefold()) > 1:
            raise ValueError(f"{path}, [texts]: two markers are called {name!r} or nearly so: name them differently")
    return tuple(names)


def _zone(path: Path, name: Any) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, TypeError, LookupError):
        raise ValueError(
            f'{path}: there is no time zone {name!r}; they are called by continent and city, as in "Asia/Shanghai"'
        ) from None


def _table(path: Path, given: dict[str, Any], name: str, found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise ValueError(f"{path}: {name} is a part of its own, headed [{name}]")
    return found


def _only(path: Path, where: str, given: Mapping[str, Any], wanted: list[str]) -> None:
    unknown = [name for name in given if name not in wanted]
    if unknown:
        raise ValueError(f"{path}: {where} stands {listing(unknown)}; what may stand there is {listing(wanted)}")


def _number(
    path: Path,
    where: str,
    given: Mapping[str, Any],
    name: str,
    default: float,
    most: float = math.inf,
    above: float = -1,
) -> float:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not (0 <= value <= most and value > above):
        limits = f"from 0 to {most:g}" if most < math.inf else "of at least 0" if above < 0 else f"above {above:g}"
        raise ValueError(f"{path}, {where}: {name} is a number {limits}, not {value!r}")
    return value
