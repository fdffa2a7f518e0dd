"""The site's pages, gathered from the rooms where they are written. `make site` runs this, and then Sphinx.

Pages lie as in the repository, so that their links hold. What the site has of its own is made by the templates in
`docs/pages` from the same rooms: parts of the README, first lines of notebooks, docstrings.
"""

import inspect
import io
import json
import re
import shutil
import tomllib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any

import jinja2
from PIL import Image

import clvlib
from clvlib.course import explorers, links
from clvlib.course.exercise import in_digits, load_exercise
from clvlib.course.slips import decimals

DOCS = Path(__file__).parent
ROOT = DOCS.parent
MOVED = {  # links to what is no page of its own here
    "README.md#if-you-maintain-it": "maintaining.md",
    "README.md": "index.md",
    "../../README.md#start": "../../index.md#start",
    "CITATION.cff": "citing.md",
    "#The-map": "#the-map",  # JupyterLab keeps capitals in anchors
}
MODULE = "reference/module.rst"  # the template of a page a module
LINK = re.compile(r"\]\(([^)\s]+)\)")


def gather(build: Path, repository: str = links.repository()) -> None:
    """Write to `build/pages` what Sphinx reads, to `build/files` what is only downloaded: the notebooks as they are.

    What `make print` and `make slides` wrote beside them is offered as well; so are copies for Colab, if the course has
    its repository on GitHub.
    """
    pages, files = build / "pages", build / "files"
    for old in (pages, files, build / "html", build / "doctrees"):
        shutil.rmtree(old, ignore_errors=True)
    for made in ("print", "slides"):
        if (build / made).exists():
            shutil.copytree(build / made, files / made)
    readme = read("README.md")
    pack = sorted(path.relative_to(ROOT) for path in ROOT.glob("docs/teaching/*.md"))  # listed as soon as it is there
    alt, picture, view = first_explorer()
    known = {
        "readme": Readme(readme),
        "lessons": lessons(readme),
        "modules": [Module(name) for name in dir(clvlib) if name != "__version__"],
        "explorer": {"alt": alt, "html": view},
        "pack": sorted((path.as_posix() for path in pack if not path.name[0].isdigit()), key=_syllabi_first),
        "notes": [path.as_posix() for path in pack if path.name[0].isdigit()],
    }
    texts = [path.relative_to(ROOT) for room in ("", "notebooks/", "datasets/", "exercises/") for path in _texts(room)]
    for name in [*texts, *pack]:
        text = moved(read(name))
        _write(pages / name, text)
        for linked in other_files(name, text):
            _copy(linked, pages)
    for name in ("CITATION.cff", "LICENSE"):
        _copy(Path(name), pages)
    for path in [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("exercises/*.ipynb")]:
        name = path.relative_to(ROOT)
        _copy(name, files)
        _write(pages / name, json.dumps(notebook(read(name)), ensure_ascii=False))
        if repository.startswith(links.GITHUB):
            _write(files / "colab" / name, json.dumps(for_colab(name, repository), ensure_ascii=False))
    (pages / "explorer.png").write_bytes(picture)
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(DOCS / "pages"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in set(templates.list_templates()) - {MODULE}:
        _write(pages / name, moved(templates.get_template(name).render(known)))
    for module in known["modules"]:
        _write(pages / f"reference/{module.name}.rst", templates.get_template(MODULE).render(module=module))


# The README, and the course as its table lists it.


class Readme:
    """The README by its parts."""

    def __init__(self, text: str):
        self.text = text
        _, pitch, self.readers = text.partition("\n## ")[0].split("\n\n")[:3]
        self.pitch = _sentences(pitch)

    def part(self, heading: str) -> str:
        """What stands under a heading of the second level."""
        found = re.search(rf"^## {re.escape(heading)}\n(.+?)(?=^## |\Z)", self.text, re.MULTILINE | re.DOTALL)
        if not found:
            raise ValueError(f"README.md has no part {heading!r} any more: name in docs/pages what to show instead")
        return found[1].strip()

    def sentences(self, heading: str) -> list[str]:
        """The sentences of a part."""
        return _sentences(self.part(heading))


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.?!])\s+(?=[A-Z`])", text)


@dataclass(frozen=True)
class Lesson:
    """A row of the README's table."""

    part: str
    number: str
    title: str
    name: str
    question: str

    @property
    def has_exercise(self) -> bool:
        return (ROOT / f"exercises/{self.name}.ipynb").exists()

    @property
    def notes(self) -> str:
        """Where its teaching notes are; nowhere, if it has none."""
        page = f"docs/teaching/{self.name}.md"
        return page if (ROOT / page).exists() else ""

    @property
    def outcomes(self) -> Iterator[tuple[str, list[str]]]:
        """What a student can do after it, and the questions that ask for it, a text for each of the three levels."""
        asks = tomllib.loads((DOCS / "teaching/outcomes.toml").read_text(encoding="utf-8"))[self.name]
        questions = load_exercise(self.name).questions
        if beside := questions.keys() - set().union(*asks.values()):
            asks["*beside these*"] = sorted(beside)
        for outcome, names in asks.items():
            levels = [[name for name in names if questions[name].level == level] for level in (1, 2, 3)]
            yield outcome, [", ".join(level) for level in levels]

    @property
    def size(self) -> str:
        """What the exercise says of its length, such as "35 minutes, 20 points"."""
        return re.search(r"About (\d+ minutes, \d+ points)", read(f"exercises/{self.name}.ipynb"))[1]


def lessons(readme: str) -> list[Lesson]:
    row = re.compile(r"^\| *([^|]*?) *\| (\d+) \[([^]]+)\]\(notebooks/(\w+)\.ipynb\) \| ([^|]+) \|$", re.MULTILINE)
    part, found = "", []
    for label, *rest in row.findall(readme):
        part = label or part
        found.append(Lesson(part, *rest))
    return found


def answers(name: str) -> dict[str, str]:
    """The answers to a lesson's turns, as its key computes them, in as many digits as it asks for."""
    exercise = load_exercise(name)
    found = {}
    for key, question in exercise.turn.questions.items():
        right = round(float(question.answer(exercise.case_for(0))), decimals(question.within))
        found[key] = f"{in_digits(right)} {question.unit}".strip()
    return found


# Notebooks.


def notebook(text: str) -> dict[str, Any]:
    """A notebook as the site shows it: pictures with their words, explorers with where their controls stand."""
    page: dict[str, Any] = json.loads(text)
    for cell in page["cells"]:
        cell["source"] = moved("".join(cell["source"]))
        for output in list(cell.get("outputs", [])):
            about = output.get("metadata", {}).get("image/png")
            if about:
                output["data"]["image/png"] = smaller("".join(output["data"]["image/png"]))
                cell["metadata"]["mystnb"] = {"image": {"alt": about["alt"]}}
            if about and (name := explorer_in(cell)):
                shown = {"output_type": "display_data", "metadata": {}, "data": {"text/html": explorer(name)}}
                cell["outputs"].append(shown)
    return page


def smaller(picture: str) -> str:
    """A figure in 256 colours: nobody sees which are missing, and it takes half the room."""
    kept = io.BytesIO()
    image = Image.open(io.BytesIO(b64decode(picture))).convert("RGB")
    image.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(kept, "png")
    return b64encode(kept.getvalue()).decode()


def explorer_in(cell: dict[str, Any]) -> str | None:
    called = re.search(r"\bexplorers\.(\w+)\(\)\n\w+$", "".join(cell["source"]))
    return called[1] if called else None


def explorer(name: str) -> str:
    """Where an explorer's controls stand, in words, and what `explorer.js` needs to draw it there."""
    shown = getattr(explorers, name)()
    start = " · ".join(f"{escape(face['label'])} <b>{escape(face['words'][face['start']])}</b>" for face in shown.panel)
    data = json.dumps({"panel": shown.panel, "first": shown.shown}).replace("</", r"<\/")
    script = f'<script type="application/json">{data}</script>'
    return f'<div class="clv-stored"><p>In the notebook, these move the picture: {start}.</p>{script}</div>'


COLAB = """# Run this first: it brings the course, in half a minute. To keep what you write, save a copy in Drive.
!test -d {folder} || git clone --quiet --depth 1 --branch v{version} {repository} {folder}
%pip install --quiet {folder} anywidget
%cd {folder}/{room}
import sys

sys.path.insert(0, "{folder}")  # before what pip installed: the datasets lie there, too"""


def for_colab(name: Path, repository: str, folder: str = "/content/clv") -> dict[str, Any]:
    """A notebook with a first cell that installs the course, and links that work without the files beside it."""
    page: dict[str, Any] = json.loads(read(name))
    where = {"folder": folder, "room": name.parent, "repository": repository, "version": clvlib.__version__}
    first = {"cell_type": "code", "id": "colab", "metadata": {}, "execution_count": None, "outputs": []}
    for cell in page["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = LINK.sub(
                lambda found: f"]({_elsewhere(name, found[1], repository)})", "".join(cell["source"])
            )
    page["cells"].insert(0, {**first, "source": COLAB.format(**where)})
    return page


def _elsewhere(name: Path, target: str, repository: str) -> str:
    """A link of a notebook, from Colab: to the copy of another notebook, to the repository for the rest."""
    linked = (ROOT / name.parent / target.partition("#")[0]).resolve()
    if "://" in target or target.startswith("#") or ROOT not in linked.parents:
        return target
    places = links.places(linked.relative_to(ROOT).as_posix(), repository)
    return places["Open in Colab" if linked.suffix == ".ipynb" else "See it in the repository"]


def first_explorer() -> tuple[str, bytes, str]:
    """The explorer of lesson 1: its words, its stored picture for a browser that runs no script, and the explorer."""
    cells = json.loads(read("notebooks/01_worksheet.ipynb"))["cells"]
    name, cell = next((name, cell) for cell in cells if (name := explorer_in(cell)))
    output = next(output for output in cell["outputs"] if "image/png" in output["data"])
    return output["metadata"]["image/png"]["alt"], b64decode("".join(output["data"]["image/png"])), explorer(name)


# The reference.


class Module:
    """A module of the library, and what of it is public."""

    def __init__(self, name: str):
        module: ModuleType = getattr(clvlib, name)
        self.name = name
        self.path = module.__name__
        self.about = (module.__doc__ or "").partition("\n")[0]
        is_package = hasattr(module, "__path__")  # of which everything that it lists is public
        named = module.__all__ if is_package else [each for each in vars(module) if not each.startswith("_")]
        public = {each: getattr(module, each) for each in named}
        own = {each: found for each, found in public.items() if is_package or _home(found) == module.__name__}
        self.functions = [each for each, found in own.items() if inspect.isfunction(found)]
        self.classes = [each for each, found in own.items() if inspect.isclass(found)]


def _home(found: object) -> str:
    return getattr(found, "__module__", "")


# Pages of text, and files.


def _texts(room: str) -> Iterable[Path]:
    """The pages of a room; the README of the whole is not one: the start page and others show its parts."""
    return (path for path in sorted(ROOT.glob(f"{room}[A-Z]*.md")) if path != ROOT / "README.md")


def moved(text: str) -> str:
    """The text with links to where the site has it."""
    return LINK.sub(lambda found: f"]({MOVED.get(found[1], found[1])})", text)


def other_files(name: Path, text: str) -> Iterator[Path]:
    """What a page links to that is no page: Sphinx makes a download of it, if it lies where the link says."""
    for target in LINK.findall(text):
        linked = (ROOT / name.parent / target.partition("#")[0]).resolve()
        if ROOT in linked.parents and linked.is_file() and linked.suffix not in (".md", ".ipynb"):
            yield linked.relative_to(ROOT)


def _syllabi_first(page: str) -> tuple[bool, str]:
    return "syllabi" not in page, page


def read(name: str | Path) -> str:
    """The text of a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _copy(name: Path, to: Path) -> None:
    (to / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / name, to / name)


if __name__ == "__main__":
    gather(DOCS / "_build")
