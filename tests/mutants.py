"""Do the tests notice a change? `make mutants` makes small ones, one at a time, and counts those that a test notices.

    python tests/mutants.py [MODULE ...] [--seed 1] [--changes 200] [--jobs 2]

mutmut's operators make the changes: another operator, number, word or option, an argument less, a swapped branch. (Its
own runner leaves out decorated functions, and so the whole field library.) A module gets a sample of 200: a change
belongs to it by a hash of its own text, so that the sample stays while other lines are edited. A change that no test
notices either shows a test that is missing, or changes nothing: then `survivors.toml` lists it with the reason.
"""

import argparse
import gc
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import resource
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import libcst as cst
import pytest
from mutmut.mutation.mutators import mutation_operators

ROOT = Path(__file__).resolve().parents[1]
SURVIVORS = ROOT / "tests" / "survivors.toml"
ENOUGH = 0.95
OPTIONS = ["-x", "-q", "-o", "addopts=", "--doctest-modules", "--assert=plain", "-p", "no:cacheprovider"]
OPTIONS += ["-m", "not slow", "-p", "_hypothesis_pytestplugin", "--hypothesis-profile=mutants"]
MEMORY = 4 * 2**30


def of_the_field(name: str) -> list[list[str]]:
    """The tests of a field module, in the order in which they are tried."""
    return [
        [f"clvlib/{name}.py", f"tests/test_{name}.py"],
        ["tests/test_bad_calls.py", "-k", f"{name}:"],
        ["tests/test_labels.py", "tests/test_nonsense.py", "-k", f"clvlib.{name}."],
    ]


FIELD = ("value", "worksheet", "acquisition", "segments", "retention", "lifecycle", "satisfaction", "service")
FIELD += ("experiments", "loyalty", "transactions", "records")
TESTS = {name: of_the_field(name) for name in FIELD}
TESTS |= {
    f"models/{name}": [
        [f"clvlib/models/{name}.py", "tests/test_models.py", *more],
        ["tests/test_bad_calls.py", "-k", "models:"],
        ["tests/test_labels.py", "tests/test_nonsense.py", "-k", "clvlib.models."],
    ]
    for name, more in {
        "contract": ("tests/test_models_contract.py",),
        "opportunity": ("tests/test_models_opportunity.py",),
        "shop": ("tests/test_models_forecast.py", "tests/test_models_compare.py", "tests/test_models_covariates.py"),
        "bgnbd": ("tests/test_models_covariates.py",),
        "pareto": ("tests/test_models_covariates.py",),
        "spend": (),
        "_fit": (),
        "_histories": ("tests/test_models_covariates.py",),
        "_covariates": ("tests/test_models_covariates.py",),
        "_spread": (),
        "_forecast": ("tests/test_models_forecast.py",),
        "_compare": ("tests/test_models_compare.py",),
        "_alike": ("tests/test_models_forecast.py",),
    }.items()
}
TESTS |= {
    "course/exercise": [
        ["tests/test_exercise.py"],
        ["tests/test_practice.py"],
        ["tests/test_check.py"],
        ["tests/test_turns.py"],
        ["tests/test_slips.py"],
    ],
    "course/slips": [["tests/test_exercise.py"], ["tests/test_slips.py"], ["tests/test_practice.py"]],
    "course/learner": [["tests/test_practice.py"], ["tests/test_turns.py"], ["tests/test_progress.py"]],
    "course/marking/answers": [["tests/test_answers.py"]],
    "course/marking/judge": [["tests/test_judge.py"], ["tests/test_language.py"]],
}


@dataclass(frozen=True)
class Change:
    """One change: in which function, the changed lines before and after it, and the module with it."""

    where: str
    was: str
    now: str
    code: str


class Changes(cst.CSTVisitor):
    """Every change that mutmut's operators make outside of annotations and decorators."""

    def __init__(self) -> None:
        super().__init__()
        self.owners: list[str] = []
        self.found: list[tuple[str, cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation | cst.Decorator):
            return False
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self.owners.append(node.name.value)
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                self.found += [(".".join(self.owners), node, changed) for changed in operator(node)]
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self.owners.pop()


def sample(source: str, seed: int, size: int) -> list[Change]:
    module = cst.parse_module(source)
    changes = Changes()
    module.visit(changes)
    ranked, seen = {}, {}
    for where, node, changed in changes.found:
        text = f"{seed}: {where}: {module.code_for_node(node)} -> {module.code_for_node(changed)}"
        seen[text] = seen.get(text, 0) + 1
        ranked[hashlib.sha256(f"{text} {seen[text]}".encode()).digest()] = where, node, changed
    chosen = [ranked[key] for key in sorted(ranked)[:size]]
    return [changed_lines(where, source, module.deep_replace(node, changed).code) for where, node, changed in chosen]


def changed_lines(where: str, before: str, after: str) -> Change:
    was, now = before.splitlines(), after.splitlines()
    for end in (0, -1):
        while was and now and was[end] == now[end]:
            del was[end], now[end]
    return Change(where, *(" ".join(line.strip() for line in lines) for lines in (was, now)), after)


def import_instead(name: str, file: Path, code: str) -> None:
    """From now on, importing the module gives the changed one. No file is written."""

    class Loader(importlib.machinery.SourceFileLoader):
        def get_code(self, fullname):
            return compile(code, str(file), "exec")

    class Finder:
        @staticmethod
        def find_spec(fullname, path=None, target=None):
            if fullname == name:
                return importlib.util.spec_from_file_location(name, file, loader=Loader(name, str(file)))

    sys.meta_path.insert(0, Finder)


class Watch:
    """Beside an unchanged run: what each test calls of the module, how long it takes, and what is imported."""

    def __init__(self, file: Path, notes: Path):
        self.file, self.notes = str(file), notes
        self.groups: list[dict[str, set[str]]] = []
        self.seconds: dict[str, float] = {}
        self.called = self.before = set[str]()  # by imports: every test needs that

    def trace(self, frame, event, arg):
        if frame.f_code.co_filename == self.file:
            self.called.add(frame.f_code.co_qualname.replace(".<locals>", ""))

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self):
        self.groups.append({})
        sys.settrace(self.trace)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.called = self.groups[-1][item.nodeid] = set()
        began = time.process_time()
        try:
            return (yield)
        finally:
            self.called, self.seconds[item.nodeid] = self.before, time.process_time() - began

    def pytest_sessionfinish(self):
        groups = [{test: [*called, *self.before] for test, called in group.items()} for group in self.groups]
        imports = [name for name, module in sys.modules.items() if not is_ours(getattr(module, "__file__", None))]
        self.notes.write_text(json.dumps({"groups": groups, "seconds": self.seconds, "imports": imports}))


@dataclass(frozen=True)
class Order:
    """Tests that call what is changed come first, and quick ones before slow ones; none runs for ever."""

    callers: set[str]
    seconds: dict[str, float]

    def pytest_collection_modifyitems(self, items):
        items.sort(key=lambda item: (item.nodeid not in self.callers, self.seconds.get(item.nodeid, 0)))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item):
        stop_after(5 + 5 * self.seconds.get(item.nodeid, 0))


def stop_after(seconds: float) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, most))


def start(module: str, code: str, groups: list[list[str]], *plugins: object) -> int:
    """Run groups of tests on the code in a process of its own, which ends with 0 if all of them pass."""
    child = os.fork()
    if child:
        return child
    try:
        stop_after(600)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if "MUTANTS_SHOW" not in os.environ:
            null = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(null, stream)
        import_instead(f"clvlib.{module.replace('/', '.')}", file_of(module), code)
        os._exit(any(pytest.main([*OPTIONS, *group], plugins) for group in groups))
    except BaseException:
        os._exit(1)


def file_of(module: str) -> Path:
    return ROOT / "clvlib" / f"{module}.py"


def is_ours(file: str | None) -> bool:
    return file is not None and file.startswith(str(ROOT)) and "site-packages" not in file


def watched(module: str) -> dict:
    """What its tests call, by group and test, their seconds, and the names of what they import."""
    unchanged = file_of(module).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes.json"
        if os.waitpid(start(module, unchanged, TESTS[module], Watch(file_of(module), notes)), 0)[1]:
            sys.exit(f"clvlib/{module}.py: its tests fail without any change: run pytest first")
        if os.waitpid(start(module, "1 / 0", TESTS[module]), 0)[1] == 0:
            sys.exit(f"clvlib/{module}.py: its tests pass without it")
        return json.loads(notes.read_text())


def survivors_of(module: str, changes: list[Change], jobs: int) -> Iterator[Change]:
    """The changes that no test notices, as they are found. A group of tests that never calls what is changed is not tried."""
    notes = watched(module)
    for name in notes["imports"]:  # once, not once a change
        with suppress(Exception):
            importlib.import_module(name)
    gc.freeze()  # or each process would go through all of this again
    running: dict[int, Change] = {}
    for change in [*changes, *[None] * jobs]:
        if len(running) == jobs or (change is None and running):
            child, status = os.wait()
            tried = running.pop(child)
            if status == 0:
                yield tried
        if change is not None:
            called = change.where or "<module>"
            callers = {test for group in notes["groups"] for test, calls in group.items() if called in calls}
            telling = zip(TESTS[module], notes["groups"], strict=True)
            groups = [group for group, tests in telling if callers & set(tests)]
            running[start(module, change.code, groups, Order(callers, notes["seconds"]))] = change


def report(module: str, changes: list[Change], jobs: int) -> bool:
    """Print what becomes of a module's changes, survivors at once; True if the tests notice enough of them."""
    began = time.monotonic()
    listed = tomllib.loads(SURVIVORS.read_text(encoding="utf-8")).get(module, []) if SURVIVORS.exists() else []
    known = {(each["in"], each["was"], each["now"]) for each in listed}
    alive = []
    for each in survivors_of(module, changes, jobs):
        alive.append((each.where, each.was, each.now))
        if alive[-1] not in known:
            quoted = (f"{name} = {toml(text)}" for name, text in zip(("in", "was", "now"), alive[-1], strict=True))
            print(f'\n[["{module}"]]', *quoted, 'because = ""', sep="\n", flush=True)
    for where, was, now in known & {(each.where, each.was, each.now) for each in changes} - set(alive):
        print(f"\nnoticed after all, take it off the list: {where}: {was} -> {now}")
    tried, missed = len(changes), sum(each not in known for each in alive)
    nothing = len(alive) - missed
    share = 1 - missed / (tried - nothing)
    print(
        f"{module:20} {tried:5} tried {tried - len(alive):5} noticed {nothing:5} change nothing "
        f"{missed:5} missed {share:7.1%} {(time.monotonic() - began) / 60:6.1f} min",
        flush=True,
    )
    return share >= ENOUGH


def toml(text: str) -> str:
    return f"'{text}'" if "'" not in text else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", default=list(TESTS), metavar="MODULE", help="one of " + ", ".join(TESTS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    asked = parser.parse_args()

    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OPENBLAS_NUM_THREADS": "1"}
    hypothesis.settings.register_profile(  # the same cases each time; the first failure is enough
        "mutants",
        max_examples=25,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    enough = []
    for module in asked.modules:
        changes = sample(file_of(module).read_text(encoding="utf-8"), asked.seed, asked.changes)
        enough.append(report(module, changes, asked.jobs))
    return 0 if all(enough) else 1


if __name__ == "__main__":
    sys.exit(main())
