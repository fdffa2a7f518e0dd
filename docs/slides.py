"""Slides of each lesson, from its notebook and the places that its cells have in slides. `make slides` runs this.

Prose is written to be read, so no cell is a slide as it stands. A slide takes of it what stands beside what is shown:
the sentence that leads to a picture, a table or a turn, and, at a key press, the first thing that is said of it. The
rest is for the speaker's notes (key S). So nothing is written for slides, and whoever mends a lesson mends its slides.

What a cell's metadata says (`slideshow.slide_type`, as Jupyter calls it):

- slide: a heading, with which a part of the lesson begins; its name stands on the slides that follow
- fragment: what it shows is a slide
- subslide: prose, from which the slides beside it take a sentence
- notes, -: what it says stands in the speaker's notes
- skip: left out

Predict, the claims of the audit, each by itself, what we would do, and the take-away are slides, too.
"""

import html
import io
import re
import shutil
import unicodedata
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import zip_longest
from pathlib import Path
from typing import Any

import jinja2
from bs4 import BeautifulSoup
from nbconvert.filters import markdown2html
from PIL import Image
from rooms import DOCS, Lesson, answers, lessons, notebook, read

LEAD, SAID = 26, 36  # words of prose above what is shown, and below it
WIDTH, HEIGHT = 1150, 320  # CSS pixels for a table, of a slide of 1280 by 720
SMALLEST, LARGEST = 17, 30  # CSS pixels of its type; a table that would be smaller gets the tag skip
WRAPS = 34  # characters of a cell in one line
PARTS = re.compile(r"\n\s*\n")
SENTENCES = re.compile(r"(?:(?<=[.?!])|(?<=[.?!]\*\*)|(?<=[.?!][)\"”*]))\s+(?=[A-Z`*\"“(])")
SHOWN = ("picture", "table", "turn")  # kinds of slides
TURN = "**Your turn:**"


@dataclass
class Slide:
    """What is seen at once: a line that leads to it, what is shown, and what comes at key presses."""

    part: str
    kind: str
    lead: str = ""
    shown: str = ""
    then: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Deck:
    """The slides of a lesson, made cell by cell."""

    def __init__(self, lesson: Lesson):
        self.lesson, self.part = lesson, ""
        self.slides: list[Slide] = []
        self.told: list[str] = []  # sentences since what was shown last
        self.asked = ""  # of the turn that comes next
        self.answers = answers(lesson.name)
        for cell in notebook(read(f"notebooks/{lesson.name}.ipynb"))["cells"]:
            place = cell["metadata"]["slideshow"]["slide_type"]
            if place == "skip":
                continue
            if cell["cell_type"] == "markdown":
                self._prose(cell["source"], place)
            elif place == "fragment":
                self._shown(cell)
            elif printed := _printed(cell):
                self._note(f"<pre>{html.escape(printed)}</pre>")

    def _add(self, kind: str, **what: Any) -> Slide:
        self.slides.append(Slide(self.part, kind, **what))
        return self.slides[-1]

    def _note(self, text: str) -> None:
        if self.slides:
            self.slides[-1].notes.append(text)

    def _prose(self, source: str, place: str) -> None:
        paragraphs = [part.strip() for part in PARTS.split(source)]
        awaits = not self.told and self.slides and self.slides[-1].kind in SHOWN and not self.slides[-1].then
        begins = paragraphs[0].startswith(("#", "|", "**We ", ">")) or _items(paragraphs[0])  # something else
        if place != "notes" and awaits and not begins:
            paragraphs[0] = self._say_below(paragraphs[0])
        for text in filter(None, paragraphs):
            if place == "notes":
                self._note(_html(text))
            elif heading := re.fullmatch(r"(#+) (.+)", text):
                self._heading(*heading.groups())
            else:
                self._paragraph(text)

    def _say_below(self, text: str) -> str:
        """The first thing that is said of what was shown goes below it; returns the rest."""
        before, *turn = text.partition(TURN)
        sentences = _sentences(before)
        leads_on = (place for place, sentence in enumerate(sentences) if sentence.endswith(":"))
        said = _first(sentences[: next(leads_on, None)], SAID)
        if said:
            self.slides[-1].then.append(_html(" ".join(said)))
        return " ".join([*sentences[len(said) :], *turn]).strip()

    def _heading(self, level: str, words: str) -> None:
        self.told = []
        if level == "#":
            self._add("title", lead=words)
        elif level == "##":
            self.part = words

    def _paragraph(self, text: str) -> None:
        if self.slides[-1].kind == "title" and not self.part and text.startswith("**"):
            self.slides[-1].then.append(_html(text))
        elif self.part == "Predict" and text.startswith("|"):
            self.slides[-1].shown += _html(text)
        elif self.part == "Predict":
            self._add("case", shown=_html(text))
        elif self.part == "Audit the claim" and "source says" in text.split("\n")[0]:
            self._claims(text)
        elif text.startswith(("**We ", "**What would change our mind")) or (self.part == "Decide" and text[0] == ">"):
            self._decision(text)
        elif self.part == "Take-away" and text.startswith("- "):
            self._add("points", shown=_html(text).replace("<li>", '<li class="fragment">'))
        else:
            self._note(_html(text))
            before, _, asked = text.partition(TURN)
            self.told += _items(before) or _sentences(before)
            self.asked = asked.strip() or self.asked

    def _claims(self, table: str) -> None:
        for row in table.split("\n")[2:]:
            claim, verdict, why, data = (cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|")))
            claim = re.sub(r"^\[[^]]*\] *", "", claim)
            self._add("claim", shown=_html(claim), then=[_html(verdict), _html(why)], notes=[_html(data)])

    def _decision(self, text: str) -> None:
        said = _first(_sentences(text.replace("\n>", "\n").strip("> ")), SAID)
        if re.fullmatch(r"\*\*[^*]{1,20}\*\*", said[-1]):  # a label of what follows
            said.pop()
        self._add("decision", lead="What would you do?", then=[_html(" ".join(said))], notes=[_html(text)])

    def _shown(self, cell: dict[str, Any]) -> None:
        source, seen = cell["source"], [output["data"] for output in cell["outputs"] if "data" in output]
        if asked := re.search(r'turn\.check\("(\w+)"', source):
            self._turn(asked[1])
        elif picture := next((data["image/png"] for data in seen if "image/png" in data), None):
            alt = html.escape(cell["metadata"]["mystnb"]["image"]["alt"])
            width, height = Image.open(io.BytesIO(b64decode(picture))).size
            wide = ' class="wide"' if width > 2 * height else ""
            self._add(
                "picture", lead=self._lead(), shown=f'<img{wide} alt="{alt}" src="data:image/png;base64,{picture}">'
            )
        elif table := next(
            (data["text/html"] for data in seen if "<table" in "".join(data.get("text/html", ""))), None
        ):
            self._add("table", lead=self._lead(), shown=_table("".join(table)))
        elif printed := _printed(cell):
            self._add("table", lead=self._lead(), shown=f"<pre>{html.escape(printed)}</pre>")
        self.told = []

    def _turn(self, name: str) -> None:
        asked = self.asked or " ".join(self._last_told()) or self.slides[-1].then.pop()
        self._add("turn", shown=_html(asked[:1].upper() + asked[1:]), notes=[f"<p>Answer: {self.answers[name]}</p>"])
        self.asked = ""

    def _lead(self) -> str:
        return _html(" ".join(self._last_told()))

    def _last_told(self) -> list[str]:
        aside = [sentence for sentence in self.told if not sentence.startswith("(")]
        told = _first(aside[::-1], LEAD)[::-1]
        ends_a_quotation = " ".join(told).count('"') % 2 == 1
        return told[1:] if ends_a_quotation else told


def _sentences(text: str) -> list[str]:
    return [found for found in SENTENCES.split(" ".join(text.split())) if found]


def _items(text: str) -> list[str]:
    """The items of a list, none if it is no list."""
    marker = r"^(?:- |\d+\. )"
    return [item.strip() for item in re.split(marker, text, flags=re.MULTILINE)[1:]] if re.match(marker, text) else []


def _first(sentences: list[str], words: int) -> list[str]:
    """The first sentence, and those after it while there is room."""
    kept = sentences[:1]
    for sentence in sentences[1:]:
        if len(" ".join([*kept, sentence]).split()) > words:
            break
        kept.append(sentence)
    return kept


def _html(markdown: str) -> str:
    return re.sub(r"</?a\b[^>]*>", "", markdown2html(markdown)).strip()


def _printed(cell: dict[str, Any]) -> str:
    return "".join("".join(output.get("text", "")) for output in cell.get("outputs", [])).rstrip()


def _table(source: str) -> str:
    """A DataFrame's table, in type as large as it may be."""
    table = BeautifulSoup(source, "html.parser").table
    table.attrs = {}
    head, body = (
        [[cell.get_text(strip=True) for cell in row.select("th, td")][::-1] for row in table.select(f"{part} tr")]
        for part in ("thead", "tbody")
    )
    words = [[max(cell.split() or [""], key=len) for cell in row] for row in head]  # a heading may break between words
    columns = zip_longest(*words, *([cell[:WRAPS] for cell in row] for row in body), fillvalue="")
    wide = sum(max(map(_cells, column)) + 3 for column in columns)
    size = min(LARGEST, WIDTH / (0.56 * wide), HEIGHT / (1.6 * (len(head + body) + 1)))
    table["style"] = f"font-size: {size:.1f}px"
    return str(table)


def _cells(text: str) -> int:
    """How wide it is: a Chinese character takes two letters' room."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


def decks() -> Iterator[Deck]:
    return (Deck(lesson) for lesson in lessons(read("README.md")))


def build(to: Path) -> None:
    """Write the decks, and beside them reveal.js, from its package."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    reveal = Path(str(files("sphinx_revealjs"))) / "_static/revealjs"
    for name in ("dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js"):
        shutil.copy(reveal / name, to)
    shutil.copy(DOCS / "deck.css", to)
    loader = jinja2.FileSystemLoader(DOCS)
    template = jinja2.Environment(loader=loader, trim_blocks=True, lstrip_blocks=True).get_template("deck.html.j2")
    for deck in decks():
        (to / f"{deck.lesson.name}.html").write_text(template.render(deck=deck), encoding="utf-8")


if __name__ == "__main__":
    build(DOCS / "_build/slides")
    print("The slides are built: open docs/_build/slides/03_retention.html, and press S for your notes")
