"""A JupyterLab and a Chromium for whoever needs them: the browser tests, and the benchmark of the explorers' view."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 300  # seconds for anything to appear: waiting ends when it does, however busy the machine is
MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def find_chromium() -> str | None:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (MACOS if Path(MACOS).exists() else None)


@contextmanager
def chromium() -> Iterator:
    """A browser of Playwright's."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab that serves this folder, and keeps what it writes there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root"]
    command += ["--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={folder}"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    (folder / "home").mkdir(exist_ok=True)
    home = os.environ | {
        "HOME": str(folder / "home"),  # what is kept of wrong answers stays there
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_CONFIG_PATH": str(Path(__file__).parents[1] / ".ci"),
    }
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=home)
    address = f"http://127.0.0.1:{port}"
    try:
        wait(lambda: get(f"{address}/api/status") is not None, "JupyterLab did not start")
        yield address
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()


def open_and_run(lab: str, page, path: str, last_words: str) -> None:
    """Open a notebook, wait until its kernel is idle, run all, wait for its last words."""
    page.goto(f"{lab}/lab/workspaces/test-{time.monotonic_ns()}/tree/{path}")
    page.locator(".jp-Notebook").wait_for()
    wait(lambda: _kernel_is_idle(page, lab, path), "the kernel did not become idle")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".jp-Notebook").get_by_text(last_words).first.wait_for()


def wait(done, complaint: str) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, complaint
        time.sleep(0.2)


def get(address: str):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return json.load(answer)
    except OSError:
        return None


def write_answer(page, source: str, check: str) -> None:
    """Type over the cell of an exercise with this check, and run it."""
    cell = page.locator(".jp-CodeCell", has=page.locator(".cm-content", has_text=check.partition(",")[0]))
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(f"{source}\n\n{check}")
    page.keyboard.press("Shift+Enter")


def _kernel_is_idle(page, lab: str, path: str) -> bool:
    sessions = [session for session in page.request.get(f"{lab}/api/sessions").json() if session["path"] == path]
    return any(s["kernel"]["connections"] >= 1 and s["kernel"]["execution_state"] == "idle" for s in sessions)
