"""A learner at the screen: JupyterLab in headless Chromium, a lesson run, a slider moved, an exercise answered."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PATIENCE = 300  # seconds for anything to appear: waiting ends when it does, however busy the machine is
ROOT = Path(__file__).parents[1]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def _chromium():
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (MACOS if Path(MACOS).exists() else None)


if _chromium() is None and not os.environ.get("CLV_BROWSER_REQUIRED"):
    pytest.skip(
        "no Chromium here: install it (Debian, Ubuntu: apt install chromium; macOS: brew install --cask chromium; "
        "Windows: Google Chrome on the PATH) to run the browser tests",
        allow_module_level=True,
    )


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab on a copy of the course, so that no file of it is changed."""
    folder = tmp_path_factory.mktemp("course")
    for name in ("notebooks", "exercises"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".progress", ".ipynb_checkpoints"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root"]
    command += ["--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={folder}"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    log = (folder / "server.log").open("wb")
    home = os.environ | {
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
    }
    server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=home)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(lambda: _get(f"{address}/api/status") is not None, "JupyterLab did not start")
        yield address
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.set_default_timeout(PATIENCE * 1000)
    yield page
    if pictures := os.environ.get("CLV_SCREENSHOTS"):
        page.screenshot(path=f"{pictures}/{os.environ['PYTEST_CURRENT_TEST'].split('::')[1].split(' ')[0]}.png")
    page.close()


def test_lesson_1_runs_and_its_explorer_follows_the_keys(lab, page):
    _open_and_run(lab, page, "notebooks/01_worksheet.ipynb", "900 RMB are back with visit 72")
    explorer = page.locator(".widget-vbox", has=page.locator(".widget-slider")).first
    explorer.scroll_into_view_if_needed()
    words = explorer.locator("[role=status]")
    picture = explorer.locator("img")
    _wait(lambda: "24,134" in words.inner_text(), "no explanation shown")
    before = picture.get_attribute("src")
    explorer.locator(".noUi-handle").first.focus()
    page.keyboard.press("ArrowRight")
    _wait(lambda: "13 visits a year for 65 years" in words.inner_text(), "the text did not follow the slider")
    _wait(lambda: picture.get_attribute("src") != before, "the picture did not follow the slider")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 500")
    explorer.get_by_role("button", name="Reset").click()
    _wait(lambda: "12 visits a year for 65 years" in words.inner_text(), "reset did not set the slider back")


def test_exercise_1_says_what_is_wrong_and_then_that_it_is_right(lab, page):
    _open_and_run(lab, page, "exercises/01_worksheet.ipynb", "0 of 8 questions right")
    _answer(page, "worksheet_value = 12 * 65 * 1.52 * 220", 'ex.check("q1", worksheet_value)')
    page.get_by_text("The worksheet takes the cost of winning her away").wait_for()
    _answer(page, "worksheet_value = 12 * 65 * 1.52 * 220 - 57", 'ex.check("q1", worksheet_value)')
    page.get_by_text("1 of 8 questions right").first.wait_for()


def test_a_deleted_name_gets_one_sentence(lab, page):
    _open_and_run(lab, page, "exercises/01_worksheet.ipynb", "questions right")
    _answer(page, "worksheet_value = visits_per_year * lifetime", 'ex.check("q1", worksheet_value)')
    page.get_by_text("lifetime is not defined").wait_for()
    assert page.locator(".jp-OutputArea", has_text="Traceback").count() == 0


def _open_and_run(lab, page, path, last_words):
    """Open a notebook, wait until its kernel is idle, run all, wait for its last words."""
    page.goto(f"{lab}/lab/workspaces/test-{time.monotonic_ns()}/tree/{path}")
    page.locator(".jp-Notebook").wait_for()
    _wait(lambda: _kernel_is_idle(lab, path), "the kernel did not become idle")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".jp-Notebook").get_by_text(last_words).first.wait_for()


def _answer(page, answer, check):
    """Type over the cell of question 1 and run it."""
    cell = page.locator(".jp-CodeCell", has=page.locator(".cm-content", has_text='ex.check("q1"'))
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(f"{answer}\n\n{check}")
    page.keyboard.press("Shift+Enter")


def _kernel_is_idle(lab, path):
    sessions = [session for session in _get(f"{lab}/api/sessions") or [] if session["path"] == path]
    return any(s["kernel"]["connections"] >= 1 and s["kernel"]["execution_state"] == "idle" for s in sessions)


def _get(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return json.load(answer)
    except OSError:
        return None


def _wait(done, complaint):
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, complaint
        time.sleep(0.2)
