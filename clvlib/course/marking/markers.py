"""Texts that several people mark: who reads which, some of them read by two, and what they come to together.

Two who read the same text do not see each other's points. Where they differ, neither counts: they talk and change their
sheets, or a row of `adjustments.csv` decides.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clvlib.course.marking.judge import Marked
from clvlib.course.marking.sheets import Mark, mark_of, texts_of, version_of
from clvlib.course.marking.tables import figure
from clvlib.course.words import count

Readers = Mapping[str, Sequence[str]]  # by the student's id, the markers who read her text
ByMarker = Mapping[str, Mapping[str, Mark]]  # by marker ("" for sheets of nobody), then by the student's id


@dataclass(frozen=True)
class Twice:
    """A text that all its readers have marked.

    Parameters
    ----------
    student : str
    points : dict
        By marker, the points of each line of the rubric.
    """

    student: str
    points: Mapping[str, Sequence[float | None]]

    @property
    def agree(self) -> bool:
        first, *others = self.points.values()
        return all(each == first for each in others)

    @property
    def words(self) -> str:
        """What each of them gave."""
        gave = " and ".join(f"{name} gave {' + '.join(map(figure, given))}" for name, given in self.points.items())
        return f"{gave}: no points until they agree in their sheets, or a row of adjustments.csv decides"


def divide(before: Readers, markers: Sequence[str], by_two: float) -> dict[str, list[str]]:
    """Who reads which text: the texts balanced among the markers, in no order that a name or a time has.

    Who reads a text already goes on with it, unless she is no marker any more.

    Parameters
    ----------
    before : dict
        All texts, with what an earlier run has divided.
    markers : sequence of str
    by_two : float
        Percent of the texts that two of them read.
    """
    readers = {text: [name for name in names if name in markers] for text, names in before.items()}
    for text in sorted(readers, key=lambda text: hashlib.sha256(text.encode()).hexdigest()):
        if not readers[text]:
            load = {name: sum(name in names for names in readers.values()) for name in markers}
            divided = sum(bool(names) for names in readers.values())
            twice = sum(len(names) > 1 for names in readers.values())
            several = 2 if twice < math.ceil(by_two / 100 * (divided + 1)) else 1
            readers[text] = sorted(markers, key=lambda name: load[name])[:several]
    return readers


def together(key: str, by_marker: ByMarker, readers: Readers, results: Sequence[Marked]) -> dict[str, Mark]:
    """The marks of a question that count: of a text with two readers, only what both have given.

    What stands in sheets of nobody, as before the texts were divided or of who is no marker any more, counts where no
    reader has typed anything.
    """
    marks = dict(by_marker.get("", {}))
    for result, text in texts_of(key, results):
        one, names = result.maker.id, readers.get(result.maker.id, ())
        typed = _typed(names, by_marker, result, text)
        if typed and len(names) == 1:
            (marks[one],) = typed.values()
        elif typed:
            found = _twice(one, names, typed, text)
            agreed = list(found.points[names[0]]) if found and found.agree else None
            lines = next(iter(typed.values())).points
            comments = dict.fromkeys(mark.comment for mark in typed.values() if mark.comment)
            marks[one] = Mark(version_of(text), agreed or [None] * len(lines), "\n".join(comments))
    return marks


def read_twice(key: str, by_marker: ByMarker, readers: Readers, results: Sequence[Marked]) -> list[Twice]:
    """The texts that two have marked."""
    found = []
    for result, text in texts_of(key, results):
        names = readers.get(result.maker.id, ())
        if len(names) > 1:
            found.append(_twice(result.maker.id, names, _typed(names, by_marker, result, text), text))
    return [each for each in found if each]


def sheet_of(
    marker: str, key: str, by_marker: ByMarker, readers: Readers, results: Sequence[Marked]
) -> dict[str, Mark]:
    """What stands in the sheet of a marker so far; where no reader has typed anything, what sheets of nobody have."""
    own = dict(by_marker.get(marker, {}))
    for result, text in texts_of(key, results):
        names = readers.get(result.maker.id, ())
        loose = _typed([""], by_marker, result, text)
        if marker in names and loose and not _typed(names, by_marker, result, text):
            own[result.maker.id] = loose[""]
    return own


def agreement(found: Sequence[Twice]) -> str:
    """How often two who read the same text gave the same points, in a sentence; nothing if there was none."""
    if not found:
        return ""
    same = sum(each.agree for each in found)
    return f"{count(len(found), 'text')} read by two: {same} got the same points, {len(found) - same} did not."


def _typed(names: Iterable[str], by_marker: ByMarker, result: Marked, text: str) -> dict[str, Mark]:
    """By marker, what stands about a text in the sheets of those who have typed something."""
    marks = {name: mark_of(by_marker.get(name, {}), result, text) for name in names}
    return {name: mark for name, mark in marks.items() if mark and mark.is_typed}


def _twice(student: str, names: Sequence[str], typed: Mapping[str, Mark], text: str) -> Twice | None:
    given = {name: mark.points for name, mark in typed.items() if mark.version == version_of(text)}
    done = len(given) == len(names) and all(None not in points for points in given.values())
    return Twice(student, given) if done else None
