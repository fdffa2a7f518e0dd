"""A process for one notebook: how it is started, spoken to and ended. Nothing shuts this one in."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

ARGUMENTS = ["-I", "-m", "clvlib.course.marking.inside"]
PYTHON = [sys.executable, *ARGUMENTS]


class SandboxError(Exception):
    """The sandbox itself does not work here; no student's doing."""


class Bare:
    """A process without any sandbox. Requests go into `requests`, what it says comes out of `messages`."""

    def __init__(self, command: Sequence[str] = PYTHON, surroundings: dict[str, str] | None = None):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        scratch = Path(self.folder.name)
        self.process = start(command, scratch, subprocess.PIPE, subprocess.PIPE, surroundings or environment(scratch))
        self.requests, self.messages = cast(BinaryIO, self.process.stdin), cast(BinaryIO, self.process.stdout)
        self.number: int | None = self.process.pid

    def kill(self) -> None:
        kill(self.process)

    def end(self) -> str:
        """Kill what is left of it; returns what it said."""
        self.kill()
        close(self.requests, self.messages)
        said = last_words(self.process)
        self.folder.cleanup()
        return said


def start(
    command: Sequence[str], folder: Path, requests: int, messages: int, surroundings: dict[str, str]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=requests,
        stdout=messages,
        stderr=subprocess.PIPE,
        env=surroundings,
        cwd=folder,
        start_new_session=True,
    )


def environment(scratch: Path) -> dict[str, str]:
    """Nothing of the instructor's; one thread each, since notebooks run side by side."""
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    folders = dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR"), str(scratch))
    windows = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    plain = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MPLBACKEND": "agg"}
    return {**plain, **one_thread, **folders, **windows}


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and, where there is no sandbox to do it, all it has started."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def close(*ends: Any) -> None:
    for end in ends:
        with suppress(OSError):
            end.close()


def last_words(process: subprocess.Popen[bytes]) -> str:
    """What a dead process said about itself, before any student's code was run."""
    with cast(BinaryIO, process.stderr) as errors:
        said = errors.read(500).decode(errors="replace").strip()
    process.wait()
    return said
