"""Marking sheets without names: a pseudonym for each student, and texts without what says who wrote them.

The key to the pseudonyms lies beside the record of the release, so that marking sheets can be sent to somebody who has
not got it. Hidden in a text are the e-mail addresses, and of who wrote it the id, the full name and a signature. What
else gives somebody away stays: a nickname, a classmate who is thanked, her style, what only she can have seen.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clvlib.course.marking.record import Record, path_of
from clvlib.course.marking.roster import Student
from clvlib.course.marking.tables import as_csv, guarded, read_table, unguarded

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # without digits a spreadsheet sees no number, without vowels nobody a word
_LENGTH = 5
_SHORTEST_ID = 6  # digits; a shorter one may be a number that the text is about
HIDDEN = "[name]"
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_TITLES = ["pseudonym", "student", "name", "ticket"]


@dataclass(frozen=True)
class Pseudonyms:
    """What students are called in marking sheets.

    Parameters
    ----------
    of : dict
        By the student's id; empty where sheets have names.
    ids : dict
        The student's id by the pseudonym, also where sheets have names again.
    """

    of: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)

    def hidden(self, text: str, students: Iterable[Student]) -> str:
        """A text without what says that these students wrote it; as it is where sheets have names."""
        if not self.of:
            return text
        text = _MAIL.sub(HIDDEN, text)
        for student in students:
            for pattern in _patterns(student):
                text = pattern.sub(HIDDEN, text)
            parts = _parts(student.name)
            text = "\n".join(HIDDEN if _is_signature(line, parts) else line for line in text.split("\n"))
        return text


def key_file(secret: Path, exercise: str) -> Path:
    """Where the key lies: beside the record of the release."""
    return path_of(secret, exercise).with_name(f"{exercise}_pseudonyms.csv")


def read_key(path: Path) -> dict[str, str]:
    """The pseudonyms by ticket; none if there is no file.

    Raises
    ------
    ValueError
        If it is no such key.
    """
    if not path.exists():
        return {}
    titles, rows = read_table(path)
    if titles != _TITLES:
        raise ValueError(f"{path} is no key to pseudonyms: put it back as it was, or delete it, and new ones are drawn")
    return {unguarded(ticket): pseudonym for pseudonym, _, _, ticket in rows}


def with_all(known: Mapping[str, str], record: Record) -> dict[str, str]:
    """The pseudonyms by ticket, with one for each student of a record; who has one keeps it."""
    pseudonyms = dict(known)
    for ticket in sorted(record.handed_out):
        if ticket not in pseudonyms:
            taken = set(pseudonyms.values())
            drawn = (_drawn(ticket, number) for number in range(len(taken) + 1_000))
            pseudonyms[ticket] = next(each for each in drawn if each not in taken)
    return pseudonyms


def written_key(pseudonyms: Mapping[str, str], record: Record) -> str:
    """The key as CSV, in the order of the pseudonyms."""
    rows = []
    for ticket, pseudonym in sorted(pseudonyms.items(), key=lambda pair: pair[1]):
        student = record.handed_out[ticket].student if ticket in record.handed_out else Student("", "", "")
        rows.append([pseudonym, guarded(student.id), guarded(student.name), guarded(ticket)])
    return as_csv([_TITLES, *rows])


def _drawn(ticket: str, number: int) -> str:
    drawn = int(hashlib.sha256(f"pseudonym {number} {ticket}".encode()).hexdigest(), 16)
    return "".join(_LETTERS[drawn // len(_LETTERS) ** place % len(_LETTERS)] for place in range(_LENGTH))


def _patterns(student: Student) -> Iterable[re.Pattern[str]]:
    """Her id, and her full name, first or last name first."""
    if not student.id.isdecimal() or len(student.id) >= _SHORTEST_ID:
        yield _word(re.escape(student.id))
    words = re.findall(r"\w+", student.name)
    for order in (words, words[::-1], [*words[1:], *words[:1]], [*words[-1:], *words[:-1]]):
        if len("".join(words)) > 1:
            yield _word(r"[\W_]{0,3}".join(map(re.escape, order)))


def _word(pattern: str) -> re.Pattern[str]:
    """Found as a word of its own where words have blanks between them, which Chinese has not."""
    latin = r"[^\W\d_\u3040-\u9fff]|\d"
    return re.compile(rf"(?<!(?:{latin})){pattern}(?!{latin})", re.IGNORECASE)


def _parts(name: str) -> set[str]:
    """What a signature may be made of: the words of a name; of a Chinese one without blanks, its endings."""
    words = {word.casefold() for word in re.findall(r"\w+", name)}
    chinese = {word for word in words if re.fullmatch(r"[\u4e00-\u9fff]+", word)}
    return words | {word[start:] for word in chinese for start in range(1, len(word))}


def _is_signature(line: str, parts: set[str]) -> bool:
    words = [word.casefold() for word in re.findall(r"\w+", line)]
    return bool(words) and all(word in parts for word in words)
