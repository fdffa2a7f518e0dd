"""What a process does to itself before a student's code runs in it: namespaces of its own, no rights, a filter.

`leave_behind` lets one warm process serve many students: each is run in a child that shares nothing with the
children before it but the memory that was there before any of them came, and that has no trace of a student.

Source: Linux manual pages user_namespaces(7), pid_namespaces(7), capset(2), prctl(2), seccomp(2).
"""

import ctypes
import os
from contextlib import suppress
from typing import Any

NOBODY = 65534
_MOST_THREADS = 64
_NEW_MOUNTS, _NEW_IPC, _NEW_USERS, _NEW_PROCESSES, _NEW_NET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
_NO_SETUID_NO_DEVICES = 2 | 4
_DUMPABLE, _SECCOMP, _NO_NEW_PRIVILEGES = 4, 22, 38
_FILTER = 2
_CAPABILITIES_3 = 0x20080522


def leave_behind(scratch: str, disk: int) -> None:
    """Go on as the first process of new namespaces, with a new scratch folder in memory; the caller waits and ends.

    Raises
    ------
    OSError
        If the system does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    prctl(_DUMPABLE, 1)  # or the files below would not be its own
    _call("unshare", _NEW_USERS | _NEW_MOUNTS | _NEW_PROCESSES | _NEW_IPC | _NEW_NET)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)
    hide()
    inner = os.fork()
    if inner:
        os.closerange(0, 256)  # the pipes are hers alone: when she is gone, they end
        os.waitpid(inner, 0)
        os._exit(0)
    size = f"size={disk},nr_inodes=10000,mode=0755".encode()
    _call("mount", b"tmpfs", scratch.encode(), b"tmpfs", _NO_SETUID_NO_DEVICES, size)
    os.chdir(scratch)
    _call("capset", (ctypes.c_uint32 * 2)(_CAPABILITIES_3, 0), (ctypes.c_uint32 * 6)())


def become_nobody() -> None:
    """Give up being root, for good, in a sandbox that root has started."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def hide() -> None:
    """Let no other process look into this one."""
    prctl(_DUMPABLE, 0)


def install(program: bytes) -> None:
    """Put a filter of system calls before this process, for good (see `seccomp`)."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))

    prctl(_NO_NEW_PRIVILEGES, 1)
    prctl(_SECCOMP, _FILTER, ctypes.byref(Program(len(program) // 8, program)))


def limit(memory: int, disk: int, seconds: float) -> None:
    """Hard limits of this process, where the system has them."""
    try:
        import resource
    except ImportError:
        return
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: disk,
        resource.RLIMIT_CPU: int(seconds),
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
    }
    for which, most in limits.items():
        with suppress(ValueError, OSError):  # macOS has no limit of memory
            resource.setrlimit(which, (most, most))


def stay_on(processor: int) -> None:
    """Run on this processor alone, as far as the system lets one choose."""
    with suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {processor})


def limit_threads() -> None:
    """Few threads for this user, who has no other processes in a sandbox."""
    import resource

    resource.setrlimit(resource.RLIMIT_NPROC, (_MOST_THREADS, _MOST_THREADS))


def prctl(option: int, *values: Any) -> None:
    _call("prctl", option, *values, *[0] * (4 - len(values)))


def _call(name: str, *arguments: Any) -> None:
    """Call the C library; its errors become OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
