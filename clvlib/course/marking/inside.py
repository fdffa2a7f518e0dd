"""What runs inside the sandbox: one student's cells, in one process, leaving answers on a pipe.

Nothing here knows a right answer. Whatever the student's code does to this process, the answers it leaves are read
outside, by a process that has never seen her code. A request comes in by standard input, messages (a line of JSON each)
leave by standard output; the student's code finds neither there.

Where the system allows it, one process stays warm, with the libraries loaded, and runs each notebook in a child that is
shut in for itself (`serve`).

First come the cells and the inputs that her notebook shows. Inputs that are not shown are asked for when everything
else has been handed over: what she makes of them is held against the key and is never shown to her.
"""

import ast
import builtins
import copy
import importlib
import json
import os
import pickle
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList
from traitlets.config import Config

import clvlib.course
from clvlib.course.learner import is_answer
from clvlib.course.marking import isolate
from clvlib.course.marking.answers import LONGEST_ERROR, freeze


class Interrupted(BaseException):
    """A cell or a call took too long. No `except Exception` of a student's catches it."""


_RUN = ("time", "timeit", "capture", "prun")  # magics that run the student's own code
_ELSEWHERE = (OSError, ImportError)  # what stops here and may well work on her machine: a file of hers, a library


class Shell(InteractiveShell):
    """IPython without its tracebacks, which nobody would see and which take longer than most cells.

    What a notebook asks of Jupyter or of the system (`%matplotlib inline`, `!pip install`, `input()`) is skipped.
    """

    skipped: Callable[[str], None]

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        if magic_name in _RUN:
            return super().run_line_magic(magic_name, line, _stack_depth + 1)
        if magic_name not in ("pinfo", "pinfo2"):
            self.skipped(f"%{magic_name} {line}".rstrip())
        return None

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        if magic_name in _RUN:
            return super().run_cell_magic(magic_name, line, cell)
        return self.skipped(f"%%{magic_name} {line}".rstrip())

    def system(self, cmd: str) -> None:
        self.skipped(f"!{cmd}")

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        self.skipped(f"!{cmd}")
        return SList()

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        pass

    def showsyntaxerror(self, *args: Any, **kwargs: Any) -> None:
        pass


class Collector:
    """Stands in for the exercise: `ex.check` hands over an answer; hints and solutions are silent."""

    def __init__(self, say: Callable[..., None], names: dict[str, str]):
        self.say, self.names = say, names
        self.answers: dict[str, Any] = {}

    def check(self, question: str, answer: Any = ...) -> None:
        if question in self.names and is_answer(answer):
            self.say(question=question, answer=_frozen(answer))
            self.answers[question] = answer

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args, **kwargs: None


class Notebook:
    """A student's cells in a shell of their own."""

    def __init__(self, say: Callable[..., None], request: dict[str, Any]):
        self.say, self.request = say, request
        self.collector = Collector(say, request["names"])
        for opener in ("assessment", "personal", "practice"):
            setattr(clvlib.course, opener, lambda *args, **kwargs: self.collector)
        self.shell = Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        self.shell.skipped = lambda what: self._skip(what)
        builtins.input = self._no_input  # type: ignore[assignment]
        self.number = 0
        self.absent: set[str] = set()  # names that a skipped statement would have made

    def run(self) -> None:
        """Her cells in order, and once more those that missed a name that a later cell made."""
        self._cell(self.request["prelude"])
        given = dict(self.shell.user_ns)
        missed = []
        for number, source in enumerate(self.request["cells"]):
            if number not in self.request["left_out"]:
                error = self._announced(number, source)
                if isinstance(error, NameError):
                    missed.append(number)
                elif error:
                    self._report(number, error)
        for number in missed:
            error = self._announced(number, self.request["cells"][number])
            if error:
                self._report(number, error)
        for question, name in self.request["names"].items():
            answer = self.shell.user_ns.get(name)
            if question not in self.collector.answers and answer is not given.get(name):
                self.collector.check(question, answer)

    def call(self, inputs: dict[str, list[tuple[Any, ...]]]) -> None:
        """Each function that was handed in, on these inputs."""
        for question, several in inputs.items():
            function = self.collector.answers.get(question)
            if callable(function):
                self.say(calling=question)
                self.say(question=question, results=[self._result(function, one) for one in several])

    def _skip(self, what: str, error: BaseException | None = None) -> None:
        why = f": {type(error).__name__}: {_message(error)}" if error else ""
        self.say(skipped=self.number, what=f"{what.strip()}{why}"[:LONGEST_ERROR])

    def _no_input(self, prompt: str = "") -> str:
        self._skip(f"input({prompt!r})" if prompt else "input()")
        return ""

    def _announced(self, number: int, source: str) -> BaseException | None:
        self.number = number
        self.say(cell=number)
        error = self._cell(source)
        while error is not None and (rest := self._after(source, error)) is not None:
            source = rest
            error = self._cell(source)
        if isinstance(error, MemoryError):
            os._exit(1)  # what it still holds would starve the cells after it: they are run again without it
        return error

    def _after(self, source: str, error: BaseException) -> str | None:
        """The statements of a cell after the one that cannot work here; None if an error is her own."""
        own_name = isinstance(error, NameError) and error.name in self.absent
        if not (isinstance(error, _ELSEWHERE) or own_name):
            return None
        try:
            code = self.shell.transform_cell(source)
            body = ast.parse(code).body
            line = next(line for frame, line in traceback.walk_tb(error.__traceback__) if self._is_cell(frame))
            place = next(place for place, each in enumerate(body) if each.lineno <= line <= (each.end_lineno or 0))
        except (SyntaxError, ValueError, StopIteration):
            return None
        failed, rest = body[place], body[place + 1 :]
        if not isinstance(failed, ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign | ast.Expr | ast.With):
            return None
        for node in ast.walk(failed):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.absent.add(node.id)
            elif isinstance(node, ast.alias):
                self.absent.add((node.asname or node.name).split(".")[0])
        lines = code.splitlines()
        self._skip(lines[failed.lineno - 1], error)
        return "\n".join(ast.get_source_segment(code, each) or "" for each in rest)

    def _is_cell(self, frame: Any) -> bool:
        return frame.f_globals is self.shell.user_ns and frame.f_code.co_name.startswith("<")

    def _cell(self, source: str) -> BaseException | None:
        return _within(self.request["cell_seconds"], lambda: self.shell.run_cell(source))

    def _report(self, number: int, error: BaseException) -> None:
        self.say(stopped=number, error=type(error).__name__[:100], says=_message(error))

    def _result(self, function: Callable[..., Any], inputs: tuple[Any, ...]) -> dict[str, Any]:
        gave: list[Any] = []
        error = _within(self.request["call_seconds"], lambda: gave.append(function(*copy.deepcopy(inputs))))
        if error:
            return dict(error=type(error).__name__[:100], says=_message(error))
        frozen = _frozen(gave[0])
        return dict(gave=frozen if "table" not in frozen else {"other": "thing"})


def one_notebook() -> None:
    """Read a request, run it, end."""
    requests, messages = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")

    def say(**message: Any) -> None:
        messages.write(json.dumps(message, allow_nan=False).encode() + b"\n")
        messages.flush()

    request = pickle.load(requests)
    notebook = Notebook(say, request)
    _silence()
    isolate.stay_on(request["processor"])
    isolate.limit(request["memory"], request["disk"], request["seconds"])
    if request["filter"]:
        isolate.limit_threads()
        isolate.install(request["filter"])
    notebook.run()
    notebook.call(request["shown"])
    say(ready=True)
    notebook.call(pickle.load(requests))
    say(done=True)
    os._exit(0)  # threads of hers are not waited for


def serve(disk: int, uses: Sequence[str]) -> None:
    """Run each request in a child of its own, whose pipes come over the socket that is standard input.

    This is the first process of the sandbox: it reads no request, no student can reach it, and all ends with it. With
    `disk`, the bytes of a scratch folder, each child is shut in for itself, so that many may come one after the other;
    without, there is one child only. All of them `use` these modules of clvlib.
    """
    for module in uses:
        importlib.import_module(f"clvlib.{module}")
    control = socket.socket(fileno=os.dup(0))
    isolate.hide()
    control.send(b"+")
    while True:
        message, pipes, _, _ = socket.recv_fds(control, 1, 2)
        if not message:
            return
        child = os.fork()
        if not child:
            for number, pipe in enumerate(pipes):
                os.dup2(pipe, number)
                os.close(pipe)
            os.setsid()
            isolate.become_nobody()
            if disk:
                isolate.leave_behind(os.getcwd(), disk)
            control.send(b"!")  # by this the outside learns which process it is
            control.close()
            one_notebook()
        for pipe in pipes:
            os.close(pipe)
        os.waitpid(child, 0)
        if not disk:
            return
        control.send(b"-")


def _silence() -> None:
    """Whatever her code prints goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)


def _within(seconds: float, work: Callable[[], Any]) -> BaseException | None:
    """Do the work; the error it ended with, if any, `Interrupted` if it took more processor time."""
    try:
        _alarm(seconds)
        done = work()
        return getattr(done, "error_before_exec", None) or getattr(done, "error_in_exec", None)
    except BaseException as error:
        return error
    finally:
        with suppress(Interrupted):
            _alarm(0)


def _alarm(seconds: float) -> None:
    """Interrupt after so many seconds of processor time, and then every second, until it is called with 0."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, _interrupt)
        signal.setitimer(signal.ITIMER_PROF, seconds, 1 if seconds else 0)


def _interrupt(*args: Any) -> None:
    raise Interrupted("it took too long")


def _frozen(answer: Any) -> dict[str, Any]:
    """An answer as JSON; an object that will not be looked at is a thing."""
    try:
        return freeze(answer)
    except Exception:
        return {"other": "thing"}


def _message(error: BaseException) -> str:
    try:
        return str(error)[:LONGEST_ERROR]
    except Exception:
        return ""


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(int(sys.argv[1]), sys.argv[2:])
    else:
        one_notebook()
