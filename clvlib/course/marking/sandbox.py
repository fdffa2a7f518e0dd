"""One student's notebook in a process of its own, that can reach nothing and use up little.

The sandbox is bubblewrap: no network, only the system, Python, clvlib and the datasets to read, one scratch folder in
memory, no new processes (see `seccomp`). What comes out is read here as untrusted: a bounded number of lines, each
held against a schema. A cell that hangs or ends Python is left out and the rest run again: it costs its own question.
Time is what a notebook uses, not what goes by on a busy machine (see `clock`), and each has one processor to itself.
"""

import builtins
import os
import pickle
import queue
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from clvlib.course.data import ROOT
from clvlib.course.marking import seccomp
from clvlib.course.marking.answers import read_line
from clvlib.course.marking.clock import PATIENCE, TICK, Clock
from clvlib.course.marking.container import Container
from clvlib.course.marking.isolate import NOBODY
from clvlib.course.marking.process import PYTHON, Bare, SandboxError, close, environment, kill, last_words, start
from clvlib.course.marking.record import Inputs

# where a learner works: ../datasets is found there, the keys are not; an installed wheel has no such folder
SCRATCH = ROOT / "exercises" if (ROOT / "exercises").is_dir() else Path("/var/tmp")
MOST_BYTES, MOST_MESSAGES = 8_000_000, 10_000  # of one run
MOST_TRIES = 4
MOST_SKIPPED = 50  # statements that the page tells of
GRACE = 5  # seconds that a cell is given to stop by itself
START = 60  # seconds for the process to start
LAST_BREATH = 2  # seconds for it to end
LATE = "Interrupted"  # the error of a cell or a call that took too long (see `inside`)
CREDENTIALS = struct.Struct("iII")  # process, user and group of who sent a message


@dataclass(frozen=True)
class Limits:
    """What one notebook may use. Seconds are of processor time, or slept away.

    Parameters
    ----------
    cell_seconds, call_seconds : float
        For a cell, and for one call of a function that was handed in.
    seconds : float
        For the whole notebook.
    memory : int
        Bytes of address space of the one process there is.
    disk : int
        Bytes of the scratch folder, which lies in memory.
    """

    cell_seconds: float = 20
    call_seconds: float = 5
    seconds: float = 120
    memory: int = 2 * 2**30
    disk: int = 64 * 2**20


@dataclass
class Collected:
    """What a notebook left: frozen answers by question, what its functions gave, and which cells did not run.

    `stopped` has number, error and message of each cell that ended in an error; `left_out` has the reason by number;
    `skipped` has number and text of each statement that cannot work here. `cell_of` says which cell answers a question.
    `late` is whether anything took too long.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    hidden: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    stopped: list[tuple[int, str, str]] = field(default_factory=list)
    left_out: dict[int, str] = field(default_factory=dict)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    cell_of: dict[str, int] = field(default_factory=dict)
    trouble: list[str] = field(default_factory=list)
    late: bool = False


def visible() -> list[Path]:
    """The folders, beside the system's, that a sandbox can read: Python, clvlib and the datasets."""
    folders = {Path(sys.prefix), Path(sys.base_prefix), ROOT / "clvlib", ROOT / "datasets"}
    return sorted(folder for folder in folders if folder.is_dir() and not folder.is_relative_to("/usr"))


class Sandbox:
    """Where notebooks run: processes shut in by bubblewrap, kept warm if the system allows it; or containers; or bare.

    Parameters
    ----------
    limits : Limits
    uses : sequence of str
        Modules of clvlib that every notebook uses: what is kept warm has them loaded.
    protected : bool
        False for no sandbox at all.
    container : str
        Image of a container, where there is no bubblewrap (see `.ci/Containerfile`).

    Raises
    ------
    SandboxError
        If it does not work here, with what the system said.
    """

    def __init__(self, limits: Limits, uses: Sequence[str] = (), *, protected: bool = True, container: str = ""):
        self.limits, self.uses, self.container = limits, uses, container
        self.bubblewrap = protected and not container
        self.filter = seccomp.program() if self.bubblewrap else b""
        self.idle: queue.SimpleQueue[_ShutIn] = queue.SimpleQueue()
        self.processors = Counter(dict.fromkeys(_processors(), 0))
        self.counting = threading.Lock()
        self.warm = self.bubblewrap
        try:
            self._try()
        except SandboxError:
            if not self.warm:
                raise
            self.warm = False
            self._try()

    def open(self) -> "Bare | _ShutIn":
        """A process for one notebook."""
        if self.container:
            limits = self.limits
            return Container(self.container, limits.memory, limits.disk, PATIENCE * limits.seconds + START)
        if not self.bubblewrap:
            return Bare()
        while not self.idle.empty():
            with suppress(queue.Empty):
                waiting = self.idle.get_nowait()
                if waiting.reopen():
                    return waiting
                waiting.end()
        return _ShutIn(self._command(), self.limits.disk if self.warm else 0, self.uses)

    def close(self, process: "Bare | _ShutIn") -> str:
        """Be done with a process: nothing of the student's runs on. Returns what the sandbox said."""
        if self.warm and isinstance(process, _ShutIn) and process.is_done():
            self.idle.put(process)
            return ""
        return process.end()

    def end(self) -> None:
        """End the processes that are kept warm."""
        while not self.idle.empty():
            self.idle.get_nowait().end()

    @contextmanager
    def processor(self) -> Iterator[int]:
        """One on which the fewest notebooks run; whatever threads a notebook makes, it slows no other."""
        with self.counting:
            chosen = min(self.processors, key=self.processors.__getitem__)
            self.processors[chosen] += 1
        try:
            yield chosen
        finally:
            with self.counting:
                self.processors[chosen] -= 1

    def _try(self) -> None:
        notebook = {"prelude": "", "cells": ["answer = 6 * 7"], "names": {"q1": "answer"}}
        done = run(notebook, {}, {}, self)
        if done.answers != {"q1": {"number": 42.0}}:
            raise SandboxError(f"a trial run in the sandbox came to nothing: {done}")

    def _command(self) -> list[str]:
        """Bubblewrap around Python. What is kept warm has no scratch folder, its children each have one."""
        found = shutil.which("bwrap")
        if not found:
            raise SandboxError(
                "bubblewrap is not installed: on Debian or Ubuntu `sudo apt install bubblewrap`, on Fedora `sudo dnf "
                "install bubblewrap`. It needs Linux; on Windows it runs in WSL. Elsewhere use --container (see the "
                "guide in exercises/README.md)."
            )
        command = [found, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
        command += ["--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"]
        if os.getuid() == 0:  # to the kernel, root in a user namespace is root: it becomes nobody inside instead
            command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        else:
            command += ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]
        command += ["--hostname", "sandbox", "--proc", "/proc", "--dev", "/dev"]
        for place in ("/bin", "/sbin", "/lib", "/lib64"):
            if os.path.islink(place):
                command += ["--symlink", os.readlink(place), place]
            elif os.path.isdir(place):
                command += ["--ro-bind", place, place]
        for folder in sorted({parent for path in (*visible(), SCRATCH) for parent in path.parents}):
            command += ["--perms", "0755", "--dir", str(folder)]
        for folder in (Path("/usr"), *visible()):
            command += ["--ro-bind", str(folder), str(folder)]
        for place in ("/etc/ld.so.cache", "/etc/localtime"):
            command += ["--ro-bind-try", place, place]
        scratch = ["--dir"] if self.warm else ["--perms", "1777", "--size", str(self.limits.disk), "--tmpfs"]
        command += [*scratch, str(SCRATCH)]
        if not any(path.is_relative_to("/tmp") for path in (*visible(), SCRATCH)):
            command += ["--symlink", str(SCRATCH), "/tmp"]
        return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(SCRATCH)]


def run(notebook: dict[str, Any], shown: Inputs, hidden: Inputs, sandbox: Sandbox) -> Collected:
    """Run a notebook and collect what it leaves.

    Parameters
    ----------
    notebook : dict
        `prelude`, the code of the cells that she was given; `cells`, hers in order; `names`, by question the variable
        that counts if she never handed an answer over.
    shown, hidden : dict
        By question, the inputs on which a function is called. The hidden ones are handed in when all else is out.
    sandbox : Sandbox

    Raises
    ------
    SandboxError
        If nothing of hers was run because the sandbox did not start.
    """
    collected = Collected(cell_of=cell_of(notebook["cells"], notebook["names"]))
    clock = Clock(sandbox.limits.seconds)
    for attempt in range(MOST_TRIES):
        collected.stopped, collected.skipped = [], []
        request = {**notebook, "shown": shown, "left_out": set(collected.left_out), **asdict(sandbox.limits)}
        with sandbox.processor() as processor:
            request |= {"filter": sandbox.filter, "processor": processor}
            talk = _Talk(request, hidden, sandbox, clock, collected)
        if talk.ready or talk.broken:
            return collected
        why = "ran too long" if talk.late else "ended Python, or took too much memory"
        if talk.calling:
            collected.trouble.append(f"the function of question {talk.calling[1:]} {why}")
            shown = {question: inputs for question, inputs in shown.items() if question != talk.calling}
            hidden = {question: inputs for question, inputs in hidden.items() if question != talk.calling}
        elif talk.cell is not None:
            collected.left_out[talk.cell] = f"it {why}"
        elif attempt == 0:
            raise SandboxError(f"the sandbox did not start: {talk.said or 'it said nothing'}")
        if clock.is_over:
            collected.late = True
            collected.trouble.append(f"the notebook took longer than {sandbox.limits.seconds:g} seconds")
            return collected
    collected.trouble.append("too many cells hung or ended Python; the cells after the last of them were not run")
    return collected


def cell_of(cells: Sequence[str], names: dict[str, str]) -> dict[str, int]:
    """Which cell answers a question: the last that hands it over, or else the last that gives its name a value."""
    found: dict[str, int] = {}
    for key, name in names.items():
        for sign in (rf"^(def {name}\b|{name}\s*[:=][^=])", rf"\.check\(\s*[\"']{key}[\"']"):
            places = [number for number, source in enumerate(cells) if re.search(sign, source, re.MULTILINE)]
            found |= {key: places[-1]} if places else {}
    return found


class _Talk:
    """One run of a process: the request goes in, messages come out, until it is done, dead or out of time."""

    def __init__(self, request: dict[str, Any], hidden: Inputs, sandbox: Sandbox, clock: Clock, collected: Collected):
        self.limits, self.collected, self.clock = sandbox.limits, collected, clock
        self.cells, self.expected = len(request["cells"]), {"shown": request["shown"], "hidden": hidden}
        self.ready = self.done = self.broken = self.late = False
        self.cell: int | None = None
        self.calling = ""
        self.process = sandbox.open()
        clock.start(self.process.number, self.limits.cell_seconds + START)
        over = threading.Event()
        threading.Thread(target=self._watch, args=(over,), daemon=True).start()
        try:
            self._tell(request)
            for line in self._lines():
                was_ready = self.ready
                self._hear(read_line(line))
                if self.ready and not was_ready:
                    self._tell(hidden)
        except ValueError as error:
            self.broken = True
            collected.trouble.append(f"what came out was not read to its end: {error}")
        finally:
            over.set()
            self.said = sandbox.close(self.process)

    def _watch(self, over: threading.Event) -> None:
        """End the process when its time is up."""
        while not over.wait(TICK):
            self.clock.tick()
            if self.clock.is_late:
                self.late = self.collected.late = True
                self.process.kill()
                return

    def _tell(self, message: Any) -> None:
        with suppress(OSError):  # it is gone already: the end of its messages says so
            pickle.dump(message, self.process.requests)
            self.process.requests.flush()

    def _lines(self) -> Iterator[bytes]:
        left = MOST_BYTES
        for _ in range(MOST_MESSAGES):
            line = self.process.messages.readline(left)
            left -= len(line)
            if not left:
                raise ValueError(f"more than {MOST_BYTES:,} bytes")
            if not line:
                return
            yield line
            if self.done:
                return
        raise ValueError(f"more than {MOST_MESSAGES:,} messages")

    def _hear(self, message: dict[str, Any]) -> None:
        """Keep what a message says, if it may be said now."""
        if "results" in message:
            self._results(message["question"], message["results"])
        elif "done" in message:
            self.done = True
        elif not self.ready:
            self._before_ready(message)

    def _before_ready(self, message: dict[str, Any]) -> None:
        if "ready" in message:
            self.ready = True
            self._more_time_for_calls("hidden")
        elif message.get("calling") in self.expected["shown"]:
            self.calling = message["calling"]
            self._more_time_for_calls("shown")
        elif "answer" in message:
            self.collected.answers[message["question"]] = message["answer"]
        elif "cell" in message and message["cell"] < self.cells:
            self.cell = int(message["cell"])
            self.clock.allow(self.limits.cell_seconds + GRACE)
        elif "stopped" in message and message["stopped"] < self.cells:
            entry = (int(message["stopped"]), message["error"], message["says"])
            self.collected.stopped = [other for other in self.collected.stopped if other[0] != entry[0]] + [entry]
            self.collected.late |= entry[1] == LATE
        elif "skipped" in message and len(self.collected.skipped) < MOST_SKIPPED:
            self.collected.skipped.append((int(message["skipped"]), message["what"]))

    def _results(self, question: str, results: list[dict[str, Any]]) -> None:
        """Shown inputs first, hidden ones when all else is out; of errors on hidden inputs only a well-known name."""
        phase = "hidden" if self.ready else "shown"
        if len(results) == len(self.expected[phase].get(question, [])):
            self.collected.late |= any(result.get("error") == LATE for result in results)
            if self.ready:
                results = [_without_words(result) for result in results]
            getattr(self.collected, phase)[question] = results

    def _more_time_for_calls(self, phase: str) -> None:
        self.clock.allow(sum(map(len, self.expected[phase].values())) * self.limits.call_seconds + GRACE)


class _ShutIn:
    """A process in the sandbox, which runs a notebook in a child: one, or, if `disk`, one after the other."""

    requests: BinaryIO
    messages: BinaryIO
    number: int  # of the child, as it is called out here

    def __init__(self, sandbox: list[str], disk: int, uses: Sequence[str]):
        self.control, theirs = socket.socketpair()
        self.control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        with theirs:
            command = [*sandbox, *PYTHON, str(disk), *uses]
            surroundings = environment(SCRATCH)
            self.process = start(command, SCRATCH, theirs.fileno(), subprocess.DEVNULL, surroundings)
        self.control.settimeout(START)
        if not (self._hears(b"+") and self.reopen()):
            raise SandboxError(f"the sandbox did not start: {self.end() or 'it said nothing'}")

    def reopen(self) -> bool:
        """New pipes for a new child; whether it came."""
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        self.requests, self.messages = os.fdopen(ours_out, "wb"), os.fdopen(ours_in, "rb")
        try:
            self.control.settimeout(START)
            socket.send_fds(self.control, [b"."], [theirs_in, theirs_out])
            word, [(_, _, sender)], *_ = self.control.recvmsg(1, socket.CMSG_SPACE(CREDENTIALS.size))
            self.number, *_ = CREDENTIALS.unpack(sender)
            if word == b"!":
                return True
        except (OSError, ValueError):
            pass
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        return False

    def is_done(self) -> bool:
        """Whether the child is gone, with all that ran in it, so that the next may come."""
        close(self.requests, self.messages)
        self.control.settimeout(LAST_BREATH)
        return self._hears(b"-")

    def kill(self) -> None:
        kill(self.process)

    def end(self) -> str:
        """Kill it; returns what it said."""
        self.kill()
        close(self.control, *(pipe for name in ("requests", "messages") if (pipe := getattr(self, name, None))))
        return last_words(self.process)

    def _hears(self, word: bytes) -> bool:
        try:
            return self.control.recv(1) == word
        except OSError:
            return False


def _processors() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]


def _without_words(result: dict[str, Any]) -> dict[str, Any]:
    """A result or an error without a text in which a hidden input could come out."""
    if "gave" in result:
        return result if result["gave"].keys() <= {"number", "other"} else {"gave": {"other": "thing"}}
    known = getattr(builtins, result["error"], None)
    is_error = isinstance(known, type) and issubclass(known, BaseException)
    return {"error": result["error"] if is_error else "Error", "says": ""}
