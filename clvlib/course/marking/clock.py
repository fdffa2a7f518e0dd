"""How long a notebook runs, told so that a busy machine takes no marks.

What counts is the processor time of its process, and time in which it waits for nothing but itself, as asleep. What it
waits for a processor or for the disk does not count; only a generous limit by the clock on the wall ends that.

Source: Linux manual page proc_pid_stat(5).
"""

import os
import time
from contextlib import suppress
from pathlib import Path

TICK = 0.1  # seconds between two looks
PATIENCE = 5  # seconds on the wall for each second that may be used


class Clock:
    """What a notebook has used, in all the processes that run it one after the other, and whether that is too much.

    Parameters
    ----------
    seconds : float
        For the whole notebook.
    """

    def __init__(self, seconds: float):
        self.seconds, self.end = seconds, time.monotonic() + PATIENCE * seconds
        self.used = 0.0

    def start(self, process: int | None, seconds: float) -> None:
        """A process begins, which may use so many seconds; None for one that cannot be seen from here."""
        self.process, self.processor = process, 0.0
        self.allow(seconds)

    def allow(self, seconds: float) -> None:
        """So many seconds from now on, as far as those for the whole last."""
        self.until = min(self.seconds, self.used + seconds)
        self.deadline = min(self.end, time.monotonic() + PATIENCE * seconds)

    def tick(self) -> None:
        """Look at the process, once every TICK seconds."""
        with suppress(OSError):  # it is gone, or nobody may see it
            folder = Path(f"/proc/{self.process}")
            _, processor = _about(folder / "stat")
            waits = any(_about(thread)[0] in "RD" for thread in folder.glob("task/*/stat"))  # for a processor, the disk
            self.used += max(processor - self.processor, 0 if waits else TICK)
            self.processor = processor

    @property
    def is_late(self) -> bool:
        return self.used > self.until or time.monotonic() > self.deadline

    @property
    def is_over(self) -> bool:
        return self.used >= self.seconds or time.monotonic() >= self.end


def _about(stat: Path) -> tuple[str, float]:
    """State and seconds of processor time of a process, all its threads together, or of a thread."""
    fields = stat.read_bytes().rpartition(b")")[2].split()
    return fields[0].decode(), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
