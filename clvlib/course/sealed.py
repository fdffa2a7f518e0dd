"""One notebook for a whole class, in which each student opens her own numbers with her id and a code.

The notebook holds a table with a line for each student: her ticket and her case, locked with her id and her code. The
numbers must travel with it. They cannot be drawn from the code, for what draws them is the key, which holds the answers
and stays at home, and because another version of NumPy would draw others. What is locked is opened without a network.

A code has seven characters by chance and one that checks them. Each guess at it costs scrypt's 16 MB and some
hundredths of a second, so that all of its 27 billion values take a machine some decades; and the table neither names
the students nor says whose code a wrong one might be.
"""

import ast
import base64
import copy
import hashlib
import hmac
import json
import re
import unicodedata
import zlib
from typing import Any

from clvlib.course.cards import Card, in_shell
from clvlib.course.code import literal, numbers
from clvlib.course.exercise import Case
from clvlib.course.learner import Assessment, explain_missing_names, kindly

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # a prime number of them; 0 and O, 1, I and L are too much alike
_LENGTH = 8
_TAG, _SALT, _SUM = 8, 16, 16  # bytes of a line, before what is locked
_FIELD = re.compile("\ue000(.*?)\ue001", re.DOTALL)  # signs that no prompt holds

_TO_FILL_IN = (
    "Write your student id and your code into the cell above, in quotes, and run the notebook from the top (menu Run, "
    "Run All Cells)."
)


# Codes


def code_of(number: int) -> str:
    """The code of a whole number, such as "K7M2-9QXR"; the last character is chosen so that the code checks itself.

    The characters, times their places, sum to a multiple of 31. As 31 is prime, one with a wrong character never does,
    nor one in which two changed places (as in ISBN-10).
    """
    digits = [number // len(LETTERS) ** place % len(LETTERS) for place in range(_LENGTH - 1)]
    digits.append(-_sum(digits) * pow(_LENGTH, -1, len(LETTERS)) % len(LETTERS))
    code = "".join(LETTERS[digit] for digit in digits)
    return f"{code[:4]}-{code[4:]}"


def plain(code: str) -> str:
    """A code as it was meant: small letters, blanks, hyphens and the wide letters of Chinese input do not matter."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", code)).upper()


def typing_error(code: str) -> str:
    """What is wrong with a code, as far as the code alone tells; nothing if it may be right."""
    typed = plain(code)
    strange = [letter for letter in typed if letter not in LETTERS]
    if strange:
        return f'No code has a "{strange[0]}" in it: 0 and O, 1, I and L are never used. Compare yours with the list.'
    if len(typed) != _LENGTH:
        return f"A code has {_LENGTH} letters and digits, and this one has {len(typed)}. Compare it with the list."
    if _sum([LETTERS.index(letter) for letter in typed]) % len(LETTERS):
        return "There is a typing error in this code: compare it with the list, letter by letter."
    return ""


def _sum(digits: list[int]) -> int:
    return sum(place * digit for place, digit in enumerate(digits, start=1))


# What is locked


def lock(student: str, code: str, ticket: str, case: Case, salt: bytes) -> str:
    """A line of the table: what a student's id and code open. The salt is never used for anything else."""
    body = json.dumps([ticket, {name: literal(value) for name, value in case.items()}], ensure_ascii=False)
    mask, check = _keys(student, code, salt)
    locked = _masked(zlib.compress(body.encode(), 9), mask)
    return base64.urlsafe_b64encode(_tag(student) + salt + _checksum(check, locked) + locked).decode()


def table_of(lines: list[str]) -> str:
    """The table of a class, with a sum that shows damage; its order tells nothing of the roster's."""
    text = "\n".join(sorted(lines))
    return f"{_fingerprint(text)}\n{text}"


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def unlock(table: str, student: str, code: str) -> tuple[str, Case]:
    """Ticket and case of a student.

    Raises
    ------
    ValueError
        If there is none for this id and this code, with what to do.
    """
    problem = typing_error(code)
    if problem:
        raise ValueError(problem)
    fingerprint, _, text = table.strip().partition("\n")
    if fingerprint != _fingerprint(text):
        raise ValueError("A cell of this notebook was changed: take the file as you got it, and begin again in that.")
    lines = [base64.urlsafe_b64decode(line) for line in text.split()]
    hers = [line[_TAG:] for line in lines if line.startswith(_tag(student))]
    for line in hers:
        salt, checksum, locked = line[:_SALT], line[_SALT : _SALT + _SUM], line[_SALT + _SUM :]
        mask, check = _keys(student, code, salt)
        if hmac.compare_digest(checksum, _checksum(check, locked)):
            ticket, case = json.loads(zlib.decompress(_masked(locked, mask)))
            return ticket, {name: ast.literal_eval(value) for name, value in case.items()}
    if hers:
        raise ValueError(f'This is not the code of "{student}": open the notebook with your own id and your own code.')
    raise ValueError(
        f'Nobody in this notebook has the id "{student}": write it as it stands in the list of codes. If it does, '
        "ask your instructor for the newest notebook."
    )


def _tag(student: str) -> bytes:
    """Finds the line of an id; ids that differ in blanks or capitals share one, and their codes tell them apart."""
    return hashlib.sha256(b"clv id\0" + _id(student).encode()).digest()[:_TAG]


def _id(student: str) -> str:
    """An id as it was meant, be it copied from a list in which an apostrophe keeps it from being taken for a number."""
    return "".join(unicodedata.normalize("NFKC", student).split()).casefold().removeprefix("'")


def _keys(student: str, code: str, salt: bytes) -> tuple[bytes, bytes]:
    secret = f"{_id(student)}\0{plain(code)}".encode()
    both = hashlib.scrypt(secret, salt=salt, n=2**14, r=8, p=1, dklen=64)
    return both[:32], both[32:]


def _masked(data: bytes, key: bytes) -> bytes:
    """Data under a stream that SHAKE-256 makes of a key; once more, and it is as it was."""
    stream = hashlib.shake_256(key).digest(len(data))
    return bytes(one ^ other for one, other in zip(data, stream, strict=True))


def _checksum(key: bytes, locked: bytes) -> bytes:
    return hmac.new(key, locked, hashlib.sha256).digest()[:_SUM]


# Prompts


class _Field:
    """Stands for a number of the case where a prompt is filled in, and leaves a mark to be filled in later."""

    def __init__(self, path: str):
        self.path = path

    def __format__(self, form: str) -> str:
        return f"\ue000{self.path}:{form}\ue001"

    def __getitem__(self, key: Any) -> "_Field":
        return _Field(f"{self.path}[{key}]")


def blank(case: Case) -> dict[str, Any]:
    """A case of marks: a prompt filled in with it can be filled in with anybody's numbers later."""
    return {name: _Field(name) for name in case}


def filled_in(prompt: str, case: Case) -> str:
    """A prompt made with a `blank` case, with numbers in place of its marks."""
    return _FIELD.sub(lambda mark: f"{{{mark[1]}}}".format(**case), prompt)


# What a notebook shows


class Personal(Assessment):
    """An assessment that was opened with a code: it knows her numbers, and no key."""

    def __init__(self, name: str, kinds: dict[str, str], asked: dict[str, str], case: Case):
        super().__init__(name, kinds)
        self.asked, self.case = asked, case

    @kindly
    def numbers(self) -> Card:
        """Set the numbers of the case, and show them."""
        shell = in_shell()
        if shell is not None:
            shell.push(copy.deepcopy(self.case))
        return Card("note", "The numbers of your case are set", code=numbers(self.case))

    def asks(self, question: str) -> "Prompt":
        """What a question asks, with the numbers of the case."""
        return Prompt(filled_in(self.asked[question], self.case))


class Closed:
    """A notebook that is not open yet: whatever it is asked, it says why."""

    def __init__(self, why: str):
        self.why = why

    def check(self, *args: Any, **kwargs: Any) -> Card:
        """Why the notebook is not open."""
        return Card("note", "This notebook is not open yet", self.why)

    numbers = asks = hint = solution = progress = check

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return self.check()._repr_mimebundle_()


class Prompt:
    """What is asked, as a notebook shows text."""

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


def personal(
    name: str, kinds: dict[str, str], asked: dict[str, str], table: str, my_id: Any, my_code: Any
) -> Personal | Closed:
    """Open a class's common notebook with one's own id and code.

    Parameters
    ----------
    name : str
        Of the exercise.
    kinds, asked : dict
        Kind and prompt of each question.
    table : str
        What is locked, a line a student.
    my_id, my_code : str
    """
    if any(each is ... or not str(each).strip() for each in (my_id, my_code)):
        return Closed(_TO_FILL_IN)
    try:
        ticket, case = unlock(table, str(my_id), str(my_code))
    except ValueError as error:
        return Closed(str(error))
    explain_missing_names()
    return Personal(f"{name}-{ticket}", kinds, asked, case)
