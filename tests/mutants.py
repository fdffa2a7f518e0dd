"""Do the tests notice a change? `make mutants` makes small ones, one at a time, and counts those that a test notices.

    python tests/mutants.py [MODULE ...] [--seed 1] [--changes 200] [--jobs 2]

mutmut's operators make the changes: another operator, number, word or option, an argument less, a swapped branch. (Its
own runner leaves out decorated functions, and so the whole field library.) A module gets a sample of 200: a change
belongs to it by a hash of its own text, so that the sample stays while other lines are edited. Each is tried with the
tests that run the changed lines, the quickest first: no other could notice. A change that no test notices either shows
a test that is missing, or changes nothing: then `survivors.toml` lists it with the reason.
"""

import argparse
import functools
import gc
import hashlib
import importlib.machinery
import importlib.util
import os
import pickle
import resource
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import coverage
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
PRELOADED = ("numpy", "pandas", "scipy.optimize", "scipy.special", "scipy.stats", "statsmodels.duration.survfunc")
PRELOADED += ("nbval.plugin", "matplotlib.pyplot", "mpmath", "ipywidgets")


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
        "_fit": (
            "tests/test_models_contract.py",
            "tests/test_models_forecast.py",
            "tests/test_models_covariates.py",
        ),
        "_histories": ("tests/test_models_compare.py", "tests/test_models_covariates.py"),
        "_covariates": ("tests/test_models_covariates.py",),
        "_spread": (),
        "_forecast": ("tests/test_models_forecast.py",),
        "_compare": ("tests/test_models_compare.py", "tests/test_models_covariates.py"),
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
    """One change: in which function, the changed lines before and after it, their numbers, and the module with it."""

    where: str
    was: str
    now: str
    first: int
    last: int
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
    while was and now and was[-1] == now[-1]:
        del was[-1], now[-1]
    last = len(was)
    while was and now and was[0] == now[0]:
        del was[0], now[0]
    texts = (" ".join(line.strip() for line in lines) for lines in (was, now))
    return Change(where, *texts, last - len(was) + 1, last, after)


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


@dataclass(frozen=True)
class Reach:
    """For each list of TESTS its tests and their seconds, the quickest first; for each line the tests that run it.

    What runs when the module is imported is run by all of them.
    """

    seconds: list[dict[str, float]]
    lines: dict[int, set[str]]

    def of(self, change: Change) -> list[dict[str, float]]:
        first = max((line for line in self.lines if line <= change.first), default=0)  # a bracket alone is not counted
        lines = [line for line in self.lines if first <= line <= change.last]
        tests = set().union(*(self.lines[line] for line in lines))
        return [{test: time for test, time in part.items() if test in tests} for part in self.seconds]


class Watch:
    """Notes for pytest what each test reaches."""

    def __init__(self, file: Path) -> None:
        self.file = str(file)
        self.coverage = coverage.Coverage(data_file=None, config_file=False, include=[self.file])
        self.seconds: dict[str, float] = {}
        self.parts_of: dict[str, set[str]] = {}
        self.inside = [""]

    def _inside(self, what: str):
        self.inside.append(what)
        self.coverage.switch_context(what)
        try:
            return (yield)
        finally:
            self.inside.pop()
            self.coverage.switch_context(self.inside[-1])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        began = time.process_time()
        result = yield from self._inside(item.nodeid)
        self.seconds[item.nodeid] = time.process_time() - began
        self.parts_of[item.nodeid] = {"", item.nodeid.split("::")[0], item.nodeid, *getattr(item, "fixturenames", [])}
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector):
        """What a file of tests makes when it is imported is reached by each of its tests."""
        return (yield from self._inside(collector.nodeid))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        """What tests share is made in the first of them, and reached by each."""
        shared = fixturedef.scope != "function"
        return (yield from self._inside(fixturedef.argname if shared else self.inside[-1]))

    def reach(self, module: str) -> Reach:
        """Run all tests."""
        self.coverage.start()
        importlib.import_module(f"clvlib.{module.replace('/', '.')}")
        seconds = []
        for arguments in TESTS[module]:
            if pytest.main([*OPTIONS, *arguments], plugins=[self]):
                sys.exit("its tests fail without any change")
            seconds.append(dict(sorted(self.seconds.items(), key=lambda each: each[1])))
            self.seconds.clear()
        self.coverage.stop()
        lines = {
            line: {test for test, parts in self.parts_of.items() if not parts.isdisjoint(contexts)}
            for line, contexts in self.coverage.get_data().contexts_by_lineno(self.file).items()
        }
        return Reach(seconds, lines)


@dataclass(frozen=True)
class Only:
    """Tells pytest to run these tests, in this order."""

    tests: dict[str, float]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        found = {item.nodeid: item for item in items}
        if all(test in found for test in self.tests):  # else the change gave tests other names
            items[:] = [found[test] for test in self.tests]


def passes(module: str, tests: list[dict[str, float]]) -> bool:
    """Whether these tests pass, chosen from each list of TESTS."""
    return not any(
        chosen and pytest.main([*OPTIONS, *arguments], plugins=[Only(chosen)])
        for arguments, chosen in zip(TESTS[module], tests, strict=True)
    )


def start(module: str, code: str, seconds: int, work: Callable[[], bool]) -> int:
    """Do work with the code, in a process of its own, which ends with 0 if the work is True."""
    child = os.fork()
    if child:
        return child
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if "MUTANTS_SHOW" not in os.environ:
            null = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(null, stream)
        import_instead(f"clvlib.{module.replace('/', '.')}", ROOT / "clvlib" / f"{module}.py", code)
        os._exit(0 if work() else 1)
    except BaseException:
        os._exit(1)


def reach_of(module: str) -> Reach:
    file = ROOT / "clvlib" / f"{module}.py"
    with tempfile.TemporaryFile() as told:

        def watch() -> bool:
            pickle.dump(Watch(file).reach(module), told)
            told.flush()
            return True

        if os.waitpid(start(module, file.read_text(encoding="utf-8"), 600, watch), 0)[1]:
            sys.exit(f"clvlib/{module}.py: its tests fail without any change: run pytest first")
        told.seek(0)
        return pickle.load(told)


def survivors_of(module: str, changes: list[Change], jobs: int) -> Iterator[Change]:
    reach = reach_of(module)
    if os.waitpid(start(module, "1 / 0", 600, lambda: passes(module, reach.seconds)), 0)[1] == 0:
        sys.exit(f"clvlib/{module}.py: its tests pass without it")
    running: dict[int, Change] = {}
    for change in [*changes, *[None] * jobs]:
        if len(running) == jobs or (change is None and running):
            child, status = os.wait()
            tried = running.pop(child)
            if status == 0:
                yield tried
        if change is not None:
            tests = reach.of(change)
            seconds = int(10 + 5 * sum(sum(part.values()) for part in tests))
            running[start(module, change.code, seconds, functools.partial(passes, module, tests))] = change


def report(module: str, changes: list[Change], jobs: int) -> bool:
    """Print what becomes of a module's changes, each survivor at once; True if the tests notice enough of them."""
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
    for name in PRELOADED:  # once, not once a change
        importlib.import_module(name)
    hypothesis.settings.register_profile(  # the same cases each time; the first failure is enough
        "mutants",
        max_examples=25,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    gc.freeze()  # or each process would go through all of this again
    enough = []
    for module in asked.modules:
        changes = sample((ROOT / "clvlib" / f"{module}.py").read_text(encoding="utf-8"), asked.seed, asked.changes)
        enough.append(report(module, changes, asked.jobs))
    return 0 if all(enough) else 1


if __name__ == "__main__":
    sys.exit(main())
