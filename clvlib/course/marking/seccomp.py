"""A filter of system calls for the sandbox: threads yes, new processes no.

The kernel runs a small program (classic BPF) before every system call. This one refuses what makes a process, what
makes a new namespace, what holds memory outside the process's own limit, what looks into other processes, what leaves
the one processor that a notebook is given, and sockets but for pairs (some, as those to a virtual machine's host, know
no namespace of the network). Limits on one process then hold for all that a student's code can do, as root and as
anybody else.

Source: Linux kernel documentation, Seccomp BPF; numbers from the kernel's tables for each processor.
"""

import platform
import struct
from itertools import chain

# Processor: its audit number, then the numbers of the calls. All are refused but clone, which also makes threads.
_PROCESSORS: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        dict(
            clone=56, fork=57, vfork=58, unshare=272, setns=308, memfd_create=319, memfd_secret=447, shmget=29,
            msgget=68, semget=64, ptrace=101, process_vm_readv=310, process_vm_writev=311, io_uring_setup=425,
            userfaultfd=323, perf_event_open=298, bpf=321, keyctl=250, add_key=248, request_key=249,
            vmsplice=278, socket=41, sched_setaffinity=203, clone3=435,
        ),
    ),
    "aarch64": (
        0xC00000B7,
        dict(
            clone=220, unshare=97, setns=268, memfd_create=279, memfd_secret=447, shmget=194, msgget=186, semget=190,
            ptrace=117, process_vm_readv=270, process_vm_writev=271, io_uring_setup=425, userfaultfd=282,
            perf_event_open=241, bpf=280, keyctl=219, add_key=217, request_key=218,
            vmsplice=75, socket=198, sched_setaffinity=122, clone3=435,
        ),
    ),
}  # fmt: skip

_LOAD, _EQUAL, _AT_LEAST, _HAS_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _PROCESSOR, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _NOT_PERMITTED, _NO_SUCH_CALL = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38
_THREAD = 0x00010000  # the flag of clone that asks for a thread
_OTHER_TABLE = 0x40000000  # x86_64 has a second table of calls from here on


def program(machine: str = "") -> bytes:
    """The filter for this processor, as the kernel takes it.

    Raises
    ------
    ValueError
        If the processor is none of x86_64 and aarch64.
    """
    machine = machine or platform.machine()
    if machine not in _PROCESSORS:
        raise ValueError(f"the sandbox knows the processors {' and '.join(_PROCESSORS)}, not {machine}")
    audit, calls = _PROCESSORS[machine]
    refused = [number for name, number in calls.items() if not name.startswith("clone")]
    return b"".join(
        chain(
            [_step(_LOAD, _PROCESSOR), *_unless(_EQUAL, audit, _NOT_PERMITTED), _step(_LOAD, _NUMBER)],
            _if(_AT_LEAST, _OTHER_TABLE, _NOT_PERMITTED),
            *(_if(_EQUAL, number, _NOT_PERMITTED) for number in refused),
            _if(_EQUAL, calls["clone3"], _NO_SUCH_CALL),  # its flags cannot be read here; libraries then use clone
            [_step(_EQUAL, calls["clone"], 1, 0), _step(_RETURN, _ALLOW), _step(_LOAD, _FIRST_ARGUMENT)],
            _if(_HAS_BITS, _THREAD, _ALLOW),
            [_step(_RETURN, _NOT_PERMITTED)],
        )
    )


def _if(test: int, value: int, answer: int) -> list[bytes]:
    return [_step(test, value, 0, 1), _step(_RETURN, answer)]


def _unless(test: int, value: int, answer: int) -> list[bytes]:
    return [_step(test, value, 1, 0), _step(_RETURN, answer)]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
