"""The site: whole, alive, at one with the rooms it is made of, open to everybody. `make site-test` runs these tests.

What a browser or Sphinx is needed for is skipped in `make test`: a build takes half a minute, the walk as long.
"""

import functools
import html
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from browser import chromium, find_chromium

from clvlib.course import explorers
from clvlib.course.exercise import all_exercises, load_exercise

ROOT = Path(__file__).parents[1]
REQUIRED = os.environ.get("CLV_SITE_REQUIRED")
pypdfium2 = importlib.import_module("pypdfium2") if importlib.util.find_spec("pypdfium2") else None
LESSONS = sorted(path.stem for path in ROOT.glob("notebooks/[0-9]*.ipynb"))
TEMPLATE = "your_data"
pytestmark = pytest.mark.long  # writing the pages takes seconds


def module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    found = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = found  # dataclasses look there
    spec.loader.exec_module(found)
    return found


rooms, publish = module(ROOT / "docs" / "rooms.py"), module(ROOT / ".ci" / "publish.py")


# What is gathered: no Sphinx needed.


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    build = tmp_path_factory.mktemp("site")
    rooms.gather(build)
    return build / "pages"


def test_the_start_page_has_every_lesson_with_its_question_and_who_it_is_for(gathered):
    page = (gathered / "index.md").read_text(encoding="utf-8")
    course = rooms.lessons((ROOT / "README.md").read_text(encoding="utf-8"))
    assert [lesson.name for lesson in course] == LESSONS
    for lesson in course:
        assert f"{lesson.number}. [{lesson.title}](notebooks/{lesson.name}.ipynb)\\\n  {lesson.question}\n" in page
        assert page.count(f"<notebooks/{lesson.name}>") == 1
    assert [part for part in dict.fromkeys(lesson.part for lesson in course) if f"**{part}**" in page] == [
        "I Worth",
        "II Lifecycle",
        "III Satisfaction",
        "IV Loyalty",
        "V Capstone",
    ]
    assert page.count(f"<notebooks/{TEMPLATE}>") == 1
    for reader in ("learning", "teaching", "analysing"):
        assert f"]({reader}.md)" in page
    assert "Each lesson is one session" in page
    assert "Every student can have numbers of her own" in page


def test_a_part_of_the_readme_that_is_gone_is_told():
    with pytest.raises(ValueError, match=r"README.md has no part 'If you are flying' any more"):
        rooms.Readme("# Title\n\nPitch.\n\nReaders.\n\n## Start\n").part("If you are flying")


@pytest.mark.parametrize("name", LESSONS)
def test_an_explorer_is_shown_as_the_notebook_stores_it(name):
    page = rooms.notebook((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    shown = []
    for cell in page["cells"]:
        if called := rooms.explorer_in(cell):
            stored, drawn = cell["outputs"][-2:]
            words = "".join(stored["data"]["text/plain"])
            data = json.loads(re.search(r"json\">(.+)</script>", drawn["data"]["text/html"])[1])
            assert cell["metadata"]["mystnb"]["image"]["alt"] == words
            assert data["first"]["text"] == words
            assert data["first"]["svg"].startswith("<svg")
            start = data["panel"][0]
            assert f"{start['label']} <b>{start['words'][start['start']]}</b>" in html.unescape(
                drawn["data"]["text/html"]
            )
            shown.append(called)
    outputs = [output for cell in page["cells"] for output in cell.get("outputs", [])]
    assert len(shown) == sum("width" in output.get("metadata", {}).get("image/png", {}) for output in outputs)
    assert set(shown) <= set(explorers.__all__)


def test_teaching_pages_are_listed_syllabi_first_and_each_lesson_has_its_notes_beside_it(gathered):
    page = (gathered / "teaching.md").read_text(encoding="utf-8")
    pages = re.findall(r"^/docs/teaching/(\w+)\.md$", page, re.MULTILINE)
    assert pages[0] == "syllabi"
    assert {"offline", "own_keys", "running"} <= set(pages)
    assert [each for each in pages if each[0].isdigit()] == sorted(
        path.stem for path in ROOT.glob("docs/teaching/[0-9]*.md")
    )
    assert (
        "| 3 | [Retention and lifetime](notebooks/03_retention.ipynb) | [notes](docs/teaching/03_retention.md) |"
        in page
    )


def test_the_outcomes_page_has_each_question_once_or_more_under_its_level(gathered):
    rows = re.findall(r"^\|(.+)\|$", (gathered / "outcomes.md").read_text(encoding="utf-8"), re.MULTILINE)[2:]
    shown, name = set(), ""
    for lesson, _, *levels in (row.split("|") for row in rows):
        name = (re.search(r"exercises/(\w+)\.ipynb", lesson) or [None, name])[1]
        shown |= {(name, found, level) for level, cell in enumerate(levels, 1) for found in re.findall(r"q\d", cell)}
    keys = {exercise.name: exercise.questions for exercise in all_exercises()}
    assert shown == {(name, key, asked.level) for name, questions in keys.items() for key, asked in questions.items()}


def test_a_new_teaching_page_is_listed_and_what_was_printed_goes_along(tmp_path, monkeypatch):
    for room in ("notebooks", "exercises", "datasets"):
        (tmp_path / room).mkdir()
    copied = [ROOT / "README.md", ROOT / "CITATION.cff", ROOT / "LICENSE", ROOT / "notebooks" / "01_worksheet.ipynb"]
    for path in (*copied, *ROOT.glob("exercises/*.ipynb")):
        shutil.copy(path, tmp_path / path.relative_to(ROOT))
    pack = tmp_path / "docs" / "teaching"
    pack.mkdir(parents=True)
    (pack / "syllabus.md").write_text("# Syllabus\n\n[Lesson 1](../../notebooks/01_worksheet.ipynb)\n")
    monkeypatch.setattr(rooms, "ROOT", tmp_path)
    (tmp_path / "build" / "print").mkdir(parents=True)
    (tmp_path / "build" / "print" / "course.pdf").touch()
    rooms.gather(tmp_path / "build")
    assert (tmp_path / "build" / "files" / "print" / "course.pdf").exists()
    page = (tmp_path / "build" / "pages" / "teaching.md").read_text(encoding="utf-8")
    assert "\n/docs/teaching/syllabus.md\n" in page
    assert (tmp_path / "build" / "pages" / "docs" / "teaching" / "syllabus.md").exists()


def test_copies_for_colab_are_there_if_the_repository_is_on_github(gathered, tmp_path):
    assert not (gathered.parent / "files" / "colab").exists()
    rooms.gather(tmp_path, "https://github.com/owner/name")
    copies = sorted((tmp_path / "files" / "colab").rglob("*.ipynb"))
    assert len(copies) == len([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("exercises/*.ipynb")])
    for path in copies:
        name = path.relative_to(tmp_path / "files" / "colab")
        first, *cells = nbformat.read(path, as_version=4).cells
        stored = nbformat.read(ROOT / name, as_version=4).cells
        assert f"--branch v{rooms.clvlib.__version__} https://github.com/owner/name /content/clv" in first.source
        assert f"%cd /content/clv/{name.parent}" in first.source
        assert [cell.source for cell in cells if cell.cell_type == "code"] == [
            cell.source for cell in stored if cell.cell_type == "code"
        ]
        targets = rooms.LINK.findall("\n".join(cell.source for cell in cells if cell.cell_type == "markdown"))
        assert not [target for target in targets if not target.startswith(("https://", "#"))], name


def test_the_teachers_page_shows_the_first_cell_as_it_is():
    page = (ROOT / "docs" / "teaching" / "running.md").read_text(encoding="utf-8")
    where = {"folder": "/content/clv", "room": "exercises", "repository": "ADDRESS", "version": "VERSION"}
    assert f"```ipython3\n{rooms.COLAB.format(**where)}\n```" in page


@pytest.mark.slow
def test_the_first_cell_brings_the_course_into_an_empty_folder(tmp_path):
    """All of it but pip, which needs a network: with the versions of Colab it was tried by hand."""
    folder, address = tmp_path / "content" / "clv", "https://github.com/owner/name"
    cells = rooms.for_colab(Path("exercises/03_retention.ipynb"), address, str(folder))["cells"]
    first = cells[0]["source"].replace(f"--branch v{rooms.clvlib.__version__} {address}", f"file://{ROOT}")
    code = [
        first.replace("%pip", "# pip"),
        *("".join(cell["source"]) for cell in cells[1:5] if cell["cell_type"] == "code"),
    ]
    code += ["import clvlib; from clvlib.course import load", 'print(clvlib.__file__, load("cdnow").shape)']
    (tmp_path / "cells.ipy").write_text("\n".join([*code, 'print(ex.check("q1", 1 / churn))']))
    (tmp_path / "empty").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "../cells.ipy"],
        cwd=tmp_path / "empty",
        env={**os.environ, "IPYTHONDIR": str(tmp_path / "ipython"), "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{folder / 'clvlib' / '__init__.py'} (6919, 4)" in done.stdout, done.stdout + done.stderr
    assert "Question 1: Right" in done.stdout
    assert (folder / "exercises" / ".progress").is_dir()


def test_a_new_version_leaves_the_old_ones_where_they_are(tmp_path):
    for version in ("0.9.0", "0.10.0", "0.9.1"):
        built = tmp_path / version
        built.mkdir()
        (built / "index.html").write_text(version)
        publish.publish(built, tmp_path / "pages", version)
    edition = tmp_path / "pages" / "en"
    for version in ("0.9.0", "0.9.1", "0.10.0"):
        assert (edition / version / "index.html").read_text() == version
    assert (edition / "latest" / "index.html").read_text() == "0.10.0", "the newest, not the last that was published"
    assert re.findall(r'href="([\d.]+)/"', (edition / "index.html").read_text()) == ["0.10.0", "0.9.1", "0.9.0"]
    assert "url=en/latest/" in (tmp_path / "pages" / "index.html").read_text()
    with pytest.raises(SystemExit, match="no version"):
        publish.publish(edition / "0.9.0", tmp_path / "pages", "main")


# What is built.


class Page(HTMLParser):
    """The ids of a page, its links and what it loads."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.loads, self.silent = set(), [], [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids |= {found[name] for name in ("id", "name") if found.get(name)}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag in ("script", "img", "iframe", "source") and "src" in found:
            self.loads.append(found["src"])
        if tag == "link" and "href" in found:
            self.loads.append(found["href"])
        if tag == "img" and not found.get("alt"):
            self.silent.append(found["src"])


def sphinx(build, site, *options):
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "--quiet", "--jobs", "auto", "-c", ROOT / "docs"]
    command += ["-d", build / "doctrees", "-D", f"html_extra_path={build / 'files'}", *options]
    done = subprocess.run([*command, build / "pages", site], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return site


@pytest.fixture(scope="module")
def site(gathered):
    if importlib.util.find_spec("sphinx") is None:
        if REQUIRED:
            pytest.fail("CLV_SITE_REQUIRED is set, and there is no Sphinx: run make site-test")
        pytest.skip("needs Sphinx: make site-test brings it")
    return sphinx(gathered.parent, gathered.parent / "html")


@pytest.fixture(scope="module")
def pages(site):
    return {path.relative_to(site).as_posix(): Page(path) for path in sorted(site.rglob("*.html"))}


@pytest.mark.slow
def test_every_link_and_every_anchor_is_alive(site, pages):
    dead = []
    for name, page in pages.items():
        for link in {*page.links, *page.loads}:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link == "#":
                continue
            target = (site / name).parent / unquote(parts.path) if parts.path else site / name
            target = target / "index.html" if target.is_dir() else target
            known = pages.get(os.path.relpath(target, site).replace(os.sep, "/"))
            anchor = unquote(parts.fragment)
            if not target.exists() or (anchor and known and anchor not in known.ids):
                dead.append(f"{name}: {link}")
    assert not dead
    assert sum(len(page.links) for page in pages.values()) > 5000


@pytest.mark.slow
def test_no_page_loads_anything_from_elsewhere_and_every_picture_has_words(site, pages):
    assert not [(name, load) for name, page in pages.items() for load in page.loads if urlsplit(load).netloc]
    assert not [(name, picture) for name, page in pages.items() for picture in page.silent]
    css = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert not re.findall(r"url\(['\"]?https?:|@import", css)


@pytest.mark.slow
def test_every_lesson_exercise_and_page_of_text_is_there_and_the_whole_is_small(site, pages):
    for name in (*LESSONS, TEMPLATE):
        assert f"notebooks/{name}.html" in pages
        assert (site / "notebooks" / f"{name}.ipynb").read_bytes() == (
            ROOT / "notebooks" / f"{name}.ipynb"
        ).read_bytes()
    for path in ROOT.glob("exercises/*.ipynb"):
        assert f"exercises/{path.stem}.html" in pages
    texts = ("notebooks/GLOSSARY", "notebooks/COVERAGE", "notebooks/CLAIMS", "datasets/README", "exercises/README")
    assert {f"{text}.html" for text in (*texts, "CONTRIBUTING", "CHANGELOG", "SECURITY", "citing")} <= set(pages)
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 40e6


@pytest.mark.slow
def test_every_public_function_is_in_the_reference_with_its_formula_and_its_source(site, pages):
    functions = 0
    for each in (rooms.Module(name) for name in dir(rooms.clvlib) if name != "__version__"):
        text = (site / "reference" / f"{each.name}.html").read_text(encoding="utf-8")
        for name in (*each.functions, *each.classes):
            # a class of the models is documented where one imports it
            assert f'id="{each.path}.{name}"' in text, f"{each.path}.{name}"
            docstring = getattr(sys.modules[each.path], name).__doc__
            entry = text.partition(f'id="{each.path}.{name}"')[2].partition('<dl class="py function">')[0]
            assert "../_modules/" in entry, f"{name} has no source"
            assert entry.count("<math") >= docstring.count(".. math::"), f"{name} has no formula"
            functions += 1
    assert functions > 120


@pytest.mark.slow
def test_pages_are_valid_html(site, pages):
    html5lib = pytest.importorskip("html5lib")
    wrong = []
    for name in pages:
        parser = html5lib.HTMLParser()
        parser.parse((site / name).read_text(encoding="utf-8"))
        wrong += [(name, *error) for error in parser.errors]
    assert not wrong


@pytest.mark.slow
def test_buttons_hide_until_there_is_what_they_lead_to(site, gathered):
    page = (site / "exercises" / "03_retention.html").read_text(encoding="utf-8")
    assert "Download the notebook" in page
    assert "mybinder" not in page
    assert "colab" not in page
    assert "repository" not in page
    for made in ("print/03_retention.pdf", "print/course.pdf", "slides/03_retention.html"):
        assert f'href="../{made}"' not in (site / "notebooks" / "03_retention.html").read_text(encoding="utf-8")
        (gathered.parent / "files" / made).parent.mkdir(exist_ok=True)
        (gathered.parent / "files" / made).touch()
    settings = ("-A", "repository=https://github.com/owner/name", "-A", "versions=../")
    known = sphinx(gathered.parent, gathered.parent / "known", *settings)
    lesson = (known / "notebooks" / "03_retention.html").read_text(encoding="utf-8")
    for made in ("print/03_retention.pdf", "print/course.pdf", "slides/03_retention.html"):
        assert f'href="../{made}"' in lesson
        assert (known / made).exists()
    page = (known / "exercises" / "03_retention.html").read_text(encoding="utf-8")
    version = rooms.clvlib.__version__
    path = "exercises/03_retention.ipynb"
    assert f'href="https://mybinder.org/v2/gh/owner/name/v{version}?labpath={path}"' in page
    assert f'href="https://github.com/owner/name/blob/v{version}/{path}"' in page
    copy = f"https://colab.research.google.com/github/owner/name/blob/gh-pages/en/{version}/colab/{path}"
    assert f'href="{copy}"' in page
    assert '<a href="../../">other versions</a>' in page


# What a reader sees.


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(site):
    if not find_chromium():
        if REQUIRED:
            pytest.fail("CLV_SITE_REQUIRED is set, and no Chromium was found")
        pytest.skip("needs Chromium")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def browser(address):
    with chromium() as found:
        yield found


@pytest.fixture(params=[(theme, width) for theme in ("light", "dark") for width in (390, 1440)], ids=str)
def visit(request, browser, address):
    """A page of a reader's; afterwards, that it asked for nothing elsewhere and met no error."""
    theme, width = request.param
    context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 900})
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda each: asked.append(each.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.theme, page.width = theme, width
    yield page
    context.close()
    assert not [url for url in asked if not url.startswith((address, "data:"))]
    assert not errors


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def open_navigation(page):
    if page.width < 1000:
        page.locator("label.nav-overlay-icon").click()


@pytest.mark.slow
def test_a_walk_from_the_start_page_to_a_function_and_back(visit, address):
    visit.goto(f"{address}/index.html")
    picture = visit.locator(".hero .clv-explorer figcaption")
    assert picture.inner_text().startswith("The worksheet says 260,775 RMB")
    assert picture.bounding_box()["y"] < 900, "the finding is seen without scrolling"
    dark = visit.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (visit.theme == "dark")
    assert fits(visit)
    visit.locator(".card").get_by_role("link", name="Retention and lifetime").click()
    assert visit.locator("h1").inner_text().startswith("Retention and lifetime")
    assert visit.locator(".clv-explorer").count() == 3
    assert visit.locator(".clv-explorer [role='img'] svg").first.is_visible()
    assert visit.locator(".clv-explorer fieldset:disabled").first.inner_text().startswith("Retention rate\n80%")
    assert fits(visit)
    open_navigation(visit)
    visit.locator(".sidebar-tree").get_by_role("link", name="Functions", exact=True).click()
    visit.locator("article").get_by_role("link", name="retention", exact=True).click()
    visit.locator("article table").get_by_role("link", name="expected_lifetime", exact=True).click()
    assert visit.url.endswith("#clvlib.retention.expected_lifetime")
    entry = visit.locator("dl", has=visit.locator("[id='clvlib.retention.expected_lifetime']"))
    assert entry.locator("math").first.is_visible()
    assert fits(visit)
    entry.locator(".viewcode-link").click()
    assert "def expected_lifetime" in visit.locator("pre").inner_text()
    visit.locator(".viewcode-back").first.click()
    open_navigation(visit)
    visit.locator(".sidebar-brand").click()
    assert visit.locator(".hero").is_visible()


@pytest.mark.slow
def test_a_teacher_finds_what_to_assign_in_week_3(visit, address):
    visit.goto(f"{address}/index.html")
    visit.locator(".card").get_by_role("link", name="Teachers").click()
    row = visit.locator("tr", has=visit.get_by_role("cell", name="3", exact=True)).first
    assert row.get_by_role("link").all_inner_texts() == ["Retention and lifetime", "notes", "Exercise 3"]
    for command in ("release", "mark", "solutions", "export-quiz"):
        assert visit.get_by_text(f"clv {command} 03_retention").first.is_visible()
    row.get_by_role("link").last.click()
    assert "Question 8" in visit.locator("article").inner_text()


@pytest.mark.slow
@pytest.mark.parametrize(("words", "found"), [("保留率", "Glossary"), ("expected_lifetime", "expected_lifetime")])
def test_the_search_finds_words_in_both_languages(browser, address, words, found):
    page = browser.new_page()
    page.goto(f"{address}/search.html?q={words}")
    page.locator("ul.search li").first.wait_for()
    page.get_by_text("Search finished").wait_for()
    assert found in page.locator("ul.search").inner_text()
    page.close()


@pytest.mark.slow
def test_without_scripts_an_explorer_is_its_stored_picture_and_says_where_the_controls_stand(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/notebooks/03_retention.html")
    stored = page.locator(".cell_output", has=page.locator(".clv-stored")).first
    assert stored.locator("img").get_attribute("alt").startswith("Keeping 80% a year is keeping 98.2% a month.")
    assert "these move the picture: Retention rate 80% · per year" in stored.inner_text()
    context.close()


OPEN_TO_ALL = ("index", "teaching", "notebooks/03_retention", "exercises/03_retention", "notebooks/GLOSSARY")
OPEN_TO_ALL += ("notebooks/CLAIMS", "reference/models", "_modules/clvlib/value", "search")


@pytest.mark.slow
@pytest.mark.parametrize("visit", [("light", 1440), ("dark", 390)], ids=str, indirect=True)
def test_pages_are_open_to_all(visit, address):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    serious = []
    for name in OPEN_TO_ALL:
        visit.goto(f"{address}/{name}.html")
        visit.wait_for_load_state("networkidle")
        assert fits(visit), name
        for finding in axe.run(visit).response["violations"]:
            if finding["impact"] in ("serious", "critical"):
                serious.append((name, finding["id"], finding["nodes"][0]["html"][:200]))
    assert not serious


# On paper.


@pytest.mark.parametrize("name", LESSONS)
def test_the_answers_printed_at_a_lessons_end_are_right(name):
    exercise = load_exercise(name)
    answers = rooms.answers(name)
    assert answers.keys() == exercise.turn.questions.keys()
    for key, question in exercise.turn.questions.items():
        assert question.problem(float(answers[key].split()[0]), exercise.case_for(0)) is None


@pytest.fixture(scope="module")
def paper(site):
    return module(ROOT / "docs" / "paper.py")


@pytest.fixture(scope="module")
def press(paper, site, browser, tmp_path_factory):
    return paper.Press(browser, site, tmp_path_factory.mktemp("print"))


@pytest.fixture(scope="module")
def whole(press):
    return press.whole()


@pytest.fixture(scope="module")
def handout(press):
    lesson = next(each for each in rooms.lessons(rooms.read("README.md")) if each.name == "03_retention")
    return press.lesson(lesson)


def squeezed(text):
    return "".join(text.split())


def text_of(page, *box):
    text = page.get_textpage()
    return text.get_text_bounded(*box) if box else text.get_text_bounded()


@pytest.mark.slow
def test_the_course_is_one_pdf_with_contents_outline_and_page_numbers(whole):
    pdf = pypdfium2.PdfDocument(whole)
    assert 350 < len(pdf) < 700
    for number, page in enumerate(pdf, 1):
        width, _ = page.get_size()
        assert text_of(page, width / 2, 0, width, 50).strip() == ("" if number == 1 else str(number))
    begins = {mark.get_title(): mark.get_dest().get_index() + 1 for mark in pdf.get_toc()}
    contents = text_of(pdf[1]).splitlines() + text_of(pdf[2]).splitlines()
    listed = {squeezed(line) for line in contents}  # how wide a space is, Pdfium only guesses
    for lesson in rooms.lessons(rooms.read("README.md")):
        title = f"{lesson.number} {lesson.title}"
        assert squeezed(f"{title}{begins[title]}") in listed, title
        assert squeezed(title) in squeezed(text_of(pdf[begins[title] - 1]))
    parts = [mark.get_title() for mark in pdf.get_toc() if mark.level == 0]
    lessons = ["Begin here", "I Worth", "II Lifecycle", "III Satisfaction", "IV Loyalty", "V Capstone"]
    assert parts == [*lessons, "Look up", "Functions"]
    assert whole.stat().st_size < 10e6


@pytest.mark.slow
def test_nothing_is_printed_into_the_margins_and_no_page_is_nearly_empty(whole):
    few = []
    for number, page in enumerate(pypdfium2.PdfDocument(whole), 1):
        drawn = page.render(scale=0.5, grayscale=True).to_numpy().squeeze() < 200
        margin = round(0.5 * 17 / 25.4 * 72)
        assert not drawn[:, :margin].any(), f"page {number}, left"
        assert not drawn[:, -margin:].any(), f"page {number}, right"
        if len(text_of(page).split()) < 15 and not list(page.get_objects(filter=[3])):
            few.append(number)
    assert few == []


@pytest.mark.slow
def test_every_font_is_in_the_pdf_chinese_too_and_a_reader_can_hear_it(whole):
    pikepdf = pytest.importorskip("pikepdf")
    with pikepdf.open(whole) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "en"
        fonts = {font.objgen: font for page in pdf.pages for font in page.resources.get("/Font", {}).values()}
        for font in fonts.values():
            if font.Subtype != "/Type3":  # whose glyphs are drawings, always inside
                inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
                assert any(key.startswith("/FontFile") for key in inner.FontDescriptor), font.get("/BaseFont")
    assert any("保留率" in text_of(page) for page in pypdfium2.PdfDocument(whole))


@pytest.mark.slow
def test_a_lesson_on_paper_is_whole_and_its_answers_stand_at_its_end(handout):
    pdf = pypdfium2.PdfDocument(handout)
    text = "\n".join(text_of(page) for page in pdf)
    everything = squeezed(text)
    cells = json.loads(rooms.read("notebooks/03_retention.ipynb"))["cells"]
    lines = [line for cell in cells if cell["cell_type"] == "code" for line in "".join(cell["source"]).splitlines()]
    assert not [line for line in lines if squeezed(line) not in everything]
    pictures = sum("image/png" in output.get("data", {}) for cell in cells for output in cell.get("outputs", []))
    assert sum(len(list(page.get_objects(filter=[3]))) for page in pdf) == pictures, "none is cut in two"
    assert "In the notebook, these move the picture: Retention rate 80%" in text
    assert "Not attempted" not in text
    order = ["Your turn:", "Take-away", "Answers to your turns", "monthly 0.0735", "Exercise: Retention", "Question 8"]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    assert "Where you stand" not in text


@pytest.mark.slow
def test_what_is_too_wide_for_paper_shrinks_and_is_told_if_that_does_not_do(paper, browser):
    page = browser.new_page(viewport={"width": paper.WIDTH, "height": 500})
    page.set_content(f"<div><table><td>{'x' * 85}</td></table></div>")
    assert page.evaluate(paper.FIT, paper.SMALLEST) == []
    assert page.evaluate("document.querySelector('table').offsetWidth") <= paper.WIDTH
    page.set_content(f"<div><table><td>{'x' * 300}</td></table></div>")
    assert page.evaluate(paper.FIT, paper.SMALLEST) == ["x" * 80]
    page.close()


@pytest.mark.slow
def test_a_machine_without_chinese_characters_is_told_apart(paper, browser):
    page = browser.new_page()
    assert page.evaluate(paper.HAS_CHINESE)
    page.evaluate("() => { CanvasRenderingContext2D.prototype.fillText = function () { this.fillRect(0, 0, 9, 9); } }")
    assert not page.evaluate(paper.HAS_CHINESE)
    page.close()
