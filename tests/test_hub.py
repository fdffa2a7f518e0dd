"""Two students on a JupyterHub, set up by the very commands and settings of `docs/teaching/running.md`.

`make hub` runs this: it needs Linux, root, npm, Chromium and a network. What the commands write (/srv, /home, accounts)
lies in one folder: the hub lives in a mount namespace of its own, and the machine stays as it is.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from browser import PATIENCE, chromium, open_and_run, wait, write_answer

from clvlib.course.links import on_hub

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "teaching" / "running.md").read_text(encoding="utf-8")
HUB = "http://127.0.0.1:8000"
LESSON, EXERCISE = "clv/notebooks/03_retention.ipynb", "clv/exercises/03_retention.ipynb"
COMMANDS = dict(re.findall(r"^```bash\n# (.+?)\n(.+?)^```$", PAGE, re.MULTILINE | re.DOTALL))

pytestmark = pytest.mark.slow

if not os.environ.get("CLV_HUB"):
    pytest.skip("a hub takes root and minutes: make hub", allow_module_level=True)

NAMESPACE = """set -e
mount --bind {0}/srv /srv
mount --bind {0}/home /home
mount -t overlay overlay -o lowerdir=/etc,upperdir={0}/etc,workdir={0}/work /etc
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
"""


class Machine:
    """This machine with a /srv, /home and /etc that nobody else sees."""

    def __init__(self, folder):
        self.folder = folder
        for fresh in ("home", "etc", "work", "srv/hub"):
            shutil.rmtree(folder / fresh, ignore_errors=True)
        for needed in ("srv", "home", "etc", "work"):
            (folder / needed).mkdir(parents=True, exist_ok=True)

    def command(self, code, user="root"):
        if user != "root":
            code = f"exec runuser -u {user} -- bash -c {shlex.quote('cd; ' + code)}"
        return ["unshare", "--mount", "bash", "-c", NAMESPACE.format(self.folder) + code]

    def run(self, code, user="root"):
        return subprocess.run(self.command(code, user), capture_output=True, text=True, check=False)

    def do(self, code, user="root"):
        done = self.run(code, user)
        assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def machine():
    found = Machine(Path(os.environ["CLV_HUB"]).resolve())
    install = COMMANDS["install"].replace("ADDRESS", str(ROOT))
    if (found.folder / "srv" / "clv").exists():  # of an earlier run: only what is new
        again = f"git -C /srv/clv fetch --quiet {ROOT} HEAD\n"
        again += "git -C /srv/clv switch --quiet --force-create class FETCH_HEAD\n"
        install = again + install.partition("class\n")[2]
    found.do(f"git config --system --add safe.directory {ROOT}\n" + install)
    (found.folder / "srv/hub/jupyterhub_config.py").write_text(
        re.search(r"^```python\n(.+?)^```$", PAGE, re.MULTILINE | re.DOTALL)[1]
    )
    for user in ("anna", "bo", "teacher"):
        code = COMMANDS["accounts"].replace("anna", user).replace(f"passwd {user}", f"echo {user}:{user} | chpasswd")
        found.do(code)
    return found


@pytest.fixture(scope="module")
def hub(machine):
    log = (machine.folder / "hub.log").open("wb")
    command = machine.command("exec bash -c " + shlex.quote(COMMANDS["start"]))
    server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    wait(lambda: b"JupyterHub is now running" in (machine.folder / "hub.log").read_bytes(), "the hub did not start")
    yield server.pid
    os.killpg(server.pid, signal.SIGINT)
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def students(hub):
    """The page of each, logged in."""
    with chromium() as browser:
        pages = {}
        for name in ("anna", "bo"):
            pages[name] = page = browser.new_context(viewport={"width": 1300, "height": 1000}).new_page()
            page.set_default_timeout(PATIENCE * 1000)
            page.goto(HUB)
            page.fill("#username_input", name)
            page.fill("#password_input", name)
            page.click("#login_submit")
            page.wait_for_url("**/lab/tree/clv/notebooks/00_start_here.ipynb")
        yield pages


@pytest.fixture(scope="module")
def at_work(students):
    """Both have run lesson 3, moved its explorer and answered a question of its exercise: each another one."""
    asked = {"anna": ("q1", "years_started", "1 / churn"), "bo": ("q2", "monthly_churn", "1 - (1 - churn) ** (1 / 12)")}
    for name, page in students.items():
        lab = f"{HUB}/user/{name}"
        open_and_run(lab, page, LESSON, "a test needs 799 in each arm")
        first = page.locator(".clv-explorer").first
        said = first.locator(".clv-sentence").inner_text()
        first.get_by_role("slider").first.press("ArrowRight")
        wait(lambda box=first, old=said: box.locator(".clv-sentence").inner_text() != old, "the explorer did not move")
        page.keyboard.press("ControlOrMeta+s")
        open_and_run(lab, page, EXERCISE, "0 of 8 questions done")
        key, answer, source = asked[name]
        write_answer(page, f"{answer} = {source}", f'ex.check("{key}", {answer})')
        page.get_by_text("1 of 8 questions done").first.wait_for()
        page.keyboard.press("ControlOrMeta+s")
        saved = home(page) / EXERCISE
        wait(lambda path=saved, done=source: done in path.read_text(), "the exercise was not saved")
    return students


def home(page):
    return Path(os.environ["CLV_HUB"]) / "home" / re.search(r"/user/(\w+)/", page.url)[1]


def progress(page):
    return json.loads((home(page) / "clv/exercises/.progress/03_retention-0.json").read_text())


def test_progress_is_kept_apart_and_the_start_page_finds_it(at_work):
    for name, question in (("anna", "q1"), ("bo", "q2")):
        page = at_work[name]
        assert {key: entry["state"] for key, entry in progress(page).items()} == {question: "right"}
        start = "clv/notebooks/00_start_here.ipynb"
        open_and_run(f"{HUB}/user/{name}", page, start, f"You have {1 if name == 'anna' else 2} of ")


def test_the_settings_of_make_lab_hold_on_the_hub(students):
    page, lab = students["anna"], f"{HUB}/user/anna"
    listed = page.request.get(f"{lab}/api/contents/clv/exercises").json()["content"]
    assert "03_retention.ipynb" in {each["name"] for each in listed}
    assert "keys" not in {each["name"] for each in listed}
    settings = page.request.get(f"{lab}/lab/api/settings/@jupyterlab/apputils-extension:notification").json()
    assert settings["schema"]["properties"]["fetchNews"]["default"] == "false"
    rules = (
        "[...document.styleSheets].flatMap(s => [...s.cssRules]).some(r => r.cssText.includes('hue-rotate(180deg)'))"
    )
    assert page.evaluate(rules), "custom.css"


def test_nobody_reads_what_is_anothers(machine, at_work):
    machine.do("mkdir class && printf 'id\\n20230001\\n' > class/roster.csv", user="teacher")
    machine.do("export PATH=/srv/clv/.venv/bin:$PATH\n" + COMMANDS["release"], user="teacher")
    theirs = ["/home/anna/clv/exercises/.progress/03_retention-0.json", "/home/teacher/.clv-notebooks/secret"]
    theirs += ["/home/teacher/class/handed_out", "/srv/hub/jupyterhub.sqlite"]
    theirs += ["/srv/hub/jupyterhub_cookie_secret"]
    for path in theirs:
        machine.do(f"test -e {path}")
        assert "Permission denied" in machine.run(f"ls {path}", user="bo").stderr, path
    assert "Permission denied" in machine.run("touch /srv/clv/exercises/keys/01_worksheet.py", user="bo").stderr
    answer = at_work["bo"].request.get(f"{HUB}/user/anna/api/contents/{EXERCISE}")
    assert answer.status in (403, 404)


def test_an_update_leaves_a_students_work(machine, at_work):
    page = at_work["anna"]
    for path in (EXERCISE, LESSON):
        inside = f"/srv/{path}"
        machine.do(f"sed -i '0,/minutes/s//minutes, as of week 7/' {inside}")
    machine.do(COMMANDS["update"].replace("origin main", f"{ROOT} HEAD"))
    machine.do("cd /srv/clv && echo later > notebooks/later.md && git add -A && git commit -qm 'Week 7'")
    page.goto(on_hub(LESSON.removeprefix("clv/"), "file:///srv/clv/.git", HUB, "class"))
    page.wait_for_url(f"**/lab/tree/{LESSON}")
    assert (home(page) / "clv/notebooks/later.md").exists()
    exercise = nbformat.read(home(page) / EXERCISE, as_version=4)
    assert any("years_started = 1 / churn" in cell.source for cell in exercise.cells), "hers"
    assert "as of week 7" in exercise.cells[0].source, "and what is new"
    nbformat.validate(nbformat.read(home(page) / LESSON, as_version=4))
    assert progress(page)["q1"]["state"] == "right"


def test_what_a_student_costs(machine, at_work):
    """No limit to hold, for machines differ: the numbers of the page are these."""
    uids = {name: int(machine.do(f"id -u {name}")) for name in at_work}
    shares = {name: pss(uid, ("singleuser", "ipykernel")) for name, uid in uids.items()}
    shares["hub"] = pss(0, ("jupyterhub_config.py", "configurable-http-proxy"))
    for name, found in shares.items():
        print(f"\n{name}: {sum(share for _, share in found)} MB, {found}")
        assert len(dict(found)) == 2
    assert len(shares["anna"]) == 4, "a server and the kernels of three notebooks"


def pss(owner, kinds):
    """What the processes of a user share of the memory (MB), those whose command has one of these words."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, TypeError):
            command = (folder / "cmdline").read_bytes().decode().replace("\0", " ")
            kind = next((kind for kind in kinds if kind in command and "bash" not in command), "")
            if kind and folder.stat().st_uid == owner:
                share = re.search(r"^Pss: +(\d+)", (folder / "smaps_rollup").read_text(), re.MULTILINE)
                found.append((kind, round(int(share[1]) / 1024)))
    return sorted(found)
