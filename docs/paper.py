"""The course on paper: one PDF of the whole, and one a lesson. `make print` builds the site and then runs this.

Chromium prints the site's own pages, put together in the order of a book. What only a screen can do is changed: an
explorer is its picture, its sentence and where its controls stand; links lead within the book; where a learner writes,
there are lines. No answer stands beside its question. Those of a lesson's turns, which cost nothing in the notebook,
stand at the lesson's end; those of exercises are not in the book, nor are they on the site.
"""

import os
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

import jinja2
import pikepdf
from bs4 import BeautifulSoup, Tag
from nbconvert.filters import markdown2html
from PIL import Image
from rooms import DOCS, ROOT, Lesson, Readme, answers, lessons, read

import clvlib

sys.path.insert(0, str(ROOT / "tests"))
from browser import chromium, find_chromium

WIDTH = 658  # CSS pixels between the margins of A4 in book.css
SMALLEST = 60  # percent of its size to which a table may shrink until it fits
LOOK_UP = ("notebooks/GLOSSARY", "notebooks/CLAIMS", "notebooks/TRAPS", "datasets/README")
NO_CHROMIUM = "The PDFs are printed by Chromium, and none was found: install chromium or Google Chrome, then try again."
NO_CHINESE = (
    "No font here has Chinese characters: on Debian or Ubuntu, install the package fonts-noto-cjk, then try again."
)


# What is printed.


@dataclass
class Chapter:
    """A page of the site, as a chapter: `page` is its address there, without ".html"."""

    site: Path
    page: str
    lesson: Lesson | None = None

    @property
    def id(self) -> str:
        return self.page.replace("/", "-")

    @cached_property
    def body(self) -> Tag:
        path = self.site / f"{self.page}.html"
        found = _soup(path.read_text(encoding="utf-8")).find("article")
        if number := self.page.startswith("notebooks/") and self.lesson and self.lesson.number:
            found.h1.insert(0, f"{number} ")
        for gone in found.select(".headerlink, .viewcode-link, .notebook-links, .clv-stored script, style"):
            gone.decompose()
        if standing := found.find(id="where-you-stand"):
            standing.decompose()
        for marked in found.select("span:not([id], .c1, .sig-name)"):
            marked.unwrap()  # each would be an element of the tagged PDF: together they are two thirds of it
        return found

    @property
    def title(self) -> str:
        return " ".join(self.body.h1.get_text().split())

    def printed(self, level: int, chapters: dict[str, str], images: str) -> str:
        """Its HTML: headings from `level` on, links to `chapters` (ids by page), pictures from `images`."""
        for found in self.body.select("h1, h2, h3, h4"):
            found.name = f"h{int(found.name[1]) + level - 1}"
        for found in self.body.select("[id]"):
            found["id"] = f"{self.id}--{found['id']}"
        for link in self.body.select("a[href]"):
            self._lead_within(link, chapters)
        for picture in self.body.select("img"):
            picture["src"] = f"{images}/{self._at(picture['src'])}"
        for cell in self.body.select("div.cell"):
            _on_paper(cell)
        if self.page.startswith("notebooks/") and self.lesson:
            right = "".join(
                f"<li><code>{name}</code> {answer}</li>" for name, answer in answers(self.lesson.name).items()
            )
            heading = f"<h{level + 1}>Answers to your turns</h{level + 1}>"
            self.body.append(_soup(f'<div class="answers">{heading}<ul>{right}</ul></div>'))
        return (
            f'<section class="chapter" id="{self.id}" style="page: {self.id}">{self.body.decode_contents()}</section>'
        )

    def _at(self, link: str) -> str:
        """Where a link of this page leads, from the top of the site."""
        return os.path.normpath(PurePosixPath(self.page).parent / link)

    def _lead_within(self, link: Tag, chapters: dict[str, str]) -> None:
        path, _, anchor = link["href"].partition("#")
        if ":" in path:
            return
        page = self._at(path).removesuffix(".html") if path else self.page
        if page not in chapters:
            link.unwrap()
        else:
            link["href"] = f"#{chapters[page]}--{anchor}" if anchor else f"#{chapters[page]}"


def _soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def _on_paper(cell: Tag) -> None:
    """A cell of a notebook: each line of code by itself, lines to write on, and no controls."""
    wanted = 0
    for code in cell.select(".cell_input pre"):
        text = code.get_text()
        wanted = 8 if "your sentences" in text else len(re.findall(r"^ *(?:\w+ =|return) \.\.\.", text, re.MULTILINE))
        lines = code.decode_contents().rstrip("\n").split("\n")  # Pygments lets no span go over a line's end
        code.replace_with(_soup("<pre>" + "\n".join(f'<span class="line">{line}</span>' for line in lines) + "</pre>"))
    output = cell.select_one(".cell_output")
    for card in cell.select('.cell_output [role="status"]'):
        if "Not attempted" in card.get_text():
            card.find_parent(class_="output").decompose()
    if output and not output.get_text(strip=True) and not output.find("img"):
        output.decompose()
    if wanted:
        cell.append(_soup('<div class="write"></div>' * (wanted + 1)))


def book(site: Path) -> Iterator[tuple[str, list[Chapter]]]:
    """The parts of the course and their chapters: lessons, each with its exercise, and then what one looks up."""
    course = lessons(read("README.md"))
    for part, rows in groupby(course, lambda lesson: lesson.part):
        yield part or "Begin here", [chapter for lesson in rows for chapter in handout(site, lesson)]
    yield "Look up", [Chapter(site, page) for page in LOOK_UP]
    field = (name for name in dir(clvlib) if name not in ("__version__", "course"))
    yield "Functions", [Chapter(site, f"reference/{name}") for name in field]


def handout(site: Path, lesson: Lesson) -> list[Chapter]:
    """A lesson and, behind it, its exercise."""
    pages = ["notebooks", "exercises"] if lesson.has_exercise else ["notebooks"]
    return [Chapter(site, f"{room}/{lesson.name}", lesson) for room in pages]


# How it is printed.


class Press:
    """Chromium, and where it writes."""

    def __init__(self, browser: Any, site: Path, to: Path):
        self.browser, self.site, self.to = browser, site, to
        loader = jinja2.FileSystemLoader(DOCS)
        self.template = jinja2.Environment(loader=loader, trim_blocks=True, lstrip_blocks=True).get_template(
            "book.html.j2"
        )
        self.pitch = [markdown2html(said) for said in Readme(read("README.md")).pitch]

    def whole(self) -> Path:
        """The whole course. The second printing knows from the first on which page each chapter begins."""
        first = self._pdf("course", list(book(self.site)), {})
        return self._pdf("course", list(book(self.site)), starts(first))

    def lesson(self, lesson: Lesson) -> Path:
        return self._pdf(lesson.name, [("", handout(self.site, lesson))], {})

    def _pdf(self, name: str, parts: list[tuple[str, list[Chapter]]], pages: dict[str, int]) -> Path:
        within = {chapter.page: chapter.id for _, chapters in parts for chapter in chapters}
        is_whole = len(parts) > 1
        images = os.path.relpath(self.site, self.to)
        titles = {chapter.id: chapter.title for _, chapters in parts for chapter in chapters}
        shown = [
            (part, [(each.id, each.printed(2 if is_whole else 1, within, images)) for each in chapters])
            for part, chapters in parts
        ]
        known = {"parts": shown, "titles": titles, "pages": pages, "is_whole": is_whole, "site": images}
        known |= {"pitch": self.pitch, "version": clvlib.__version__, "css": os.path.relpath(DOCS, self.to)}
        source, target = self.to / f"{name}.html", self.to / f"{name}.pdf"
        source.write_text(self.template.render(known), encoding="utf-8")
        page = self.browser.new_page(viewport={"width": WIDTH, "height": 1000}, color_scheme="light")
        page.goto(source.as_uri())
        page.emulate_media(media="print")
        if not page.evaluate(HAS_CHINESE):
            sys.exit(NO_CHINESE)
        if too_wide := page.evaluate(FIT, SMALLEST):
            sys.exit(f"{source.name} has what is too wide for paper, however small: {too_wide[0]}")
        page.pdf(path=target, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
        page.close()
        source.unlink()
        pack(target)
        return target


def pack(path: Path) -> None:
    """Make a PDF a third as large: Chromium writes each element by itself, and pictures in all colours."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for found in {picture.objgen: picture for page in pdf.pages for picture in page.get_images().values()}.values():
            image = pikepdf.PdfImage(found).as_pil_image().convert("RGB").quantize(256, dither=Image.Dither.NONE)
            colours = bytes(image.getpalette())
            found.ColorSpace = pikepdf.Array(
                [pikepdf.Name.Indexed, pikepdf.Name.DeviceRGB, len(colours) // 3 - 1, colours]
            )
            found.write(zlib.compress(image.tobytes(), 9), filter=pikepdf.Name.FlateDecode)
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def starts(path: Path) -> dict[str, int]:
    """On which page each place begins that a link of the PDF leads to."""
    with pikepdf.open(path) as pdf:
        numbers = {page.objgen: number for number, page in enumerate(pdf.pages, 1)}
        return {name.lstrip("/"): numbers[place[0].objgen] for name, place in pdf.Root.Dests.items()}


# A font that lacks two characters draws the same box for both.
HAS_CHINESE = """() => {
  const drawn = ["客", "户"].map(character => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `20px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillText(character, 0, 20);
    return pen.canvas.toDataURL();
  });
  return drawn[0] !== drawn[1];
}"""

# Makes tables, formulas and printed lines smaller until they fit; returns the words of what does not.
FIT = """smallest => [...document.querySelectorAll("table, .math, pre")].filter(box => {
  const room = box.parentElement;
  const isWide = () => Math.max(box.scrollWidth, box.offsetWidth) > Math.ceil(room.clientWidth);
  for (let percent = 95; isWide() && percent >= smallest; percent -= 5) box.style.fontSize = `${percent}%`;
  return isWide();
}).map(box => box.textContent.trim().replace(/\\s+/g, " ").slice(0, 80))"""


def main() -> None:
    """Print everything."""
    if not find_chromium():
        sys.exit(NO_CHROMIUM)
    site, to = DOCS / "_build/html", DOCS / "_build/print"
    to.mkdir(exist_ok=True)
    with chromium() as browser:
        press = Press(browser, site, to)
        for lesson in lessons(read("README.md")):
            press.lesson(lesson)
        whole = press.whole()
    print(f"The course is printed: {whole.relative_to(ROOT)}, and beside it a file for each lesson")


if __name__ == "__main__":
    main()
