"""The language of the pages that students get.

It holds for marking's own strings. What a key says, what an instructor writes, and what Python calls an error stay as
they are. A catalogue, `languages/zh.toml`, has the English of each string and the other language beside it; where it
has a string with a number, the English is that for one. Its table `elsewhere` has what is said in English where no page
is made, as in the files that marking keeps: `translated` knows it by its form.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import NullTranslations
from importlib.resources import files

LANGUAGES = ("en", "zh")
_spoken = ContextVar("spoken", default="en")


class _Catalogue(NullTranslations):
    """Strings by their English; what is missing comes out in English."""

    def __init__(self, strings: Mapping[str, str], elsewhere: Mapping[str, str]):
        super().__init__()
        self.strings, self.elsewhere = strings, elsewhere
        self._forms = {_form(english): other for english, other in elsewhere.items()}

    def gettext(self, message: str) -> str:
        return self.strings.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: float) -> str:
        return self.strings.get(msgid1) or (msgid1 if n == 1 else msgid2)

    def translated(self, said: str) -> str:
        found = ((form.fullmatch(said), other) for form, other in self._forms.items())
        return next((other % match.groupdict() for match, other in found if match), said)


def _form(english: str) -> re.Pattern[str]:
    """Matches a string, whatever stands in the places of its names."""
    literal = re.split(r"%\((\w+)\)s", english)
    names = [re.escape(part) if place % 2 == 0 else f"(?P<{part}>.+)" for place, part in enumerate(literal)]
    return re.compile("".join(names), re.DOTALL)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """What is said meanwhile is in this language.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"pages can be written in {' or '.join(LANGUAGES)}, not in {language!r}")
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> str:
    """The language that is spoken now."""
    return _spoken.get()


def gettext(message: str) -> str:
    return catalogue(spoken()).gettext(message)


def ngettext(one: str, many: str, number: float) -> str:
    return catalogue(spoken()).ngettext(one, many, number)


def translated(said: str) -> str:
    """What was said in English where no page was made, in the language that is spoken now."""
    return catalogue(spoken()).translated(said)


@cache
def catalogue(language: str) -> _Catalogue:
    if language == "en":
        return _Catalogue({}, {})
    text = files("clvlib.course.marking").joinpath("languages", f"{language}.toml").read_text(encoding="utf-8")
    strings = tomllib.loads(text)
    return _Catalogue(strings, strings.pop("elsewhere"))
