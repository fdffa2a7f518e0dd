"""What a notebook is charged: its processor time and its sleep, not what it waits for a busy machine."""

import os
from types import SimpleNamespace

import pytest

from clvlib.course.marking import clock
from clvlib.course.marking.clock import PATIENCE, TICK, Clock

STEPS = [("R", 0.0, 0), ("D", 0.0, 0), ("R", 0.06, 0.06), ("S", 0.06, TICK), ("S", 0.07, TICK), ("T", 0.07, TICK)]


@pytest.fixture
def now(monkeypatch):
    """What the kernel says of every thread, and the clock on the wall."""
    now = SimpleNamespace(state="S", processor=0.0, wall=0.0)
    monkeypatch.setattr(clock, "_about", lambda stat: (now.state, now.processor))
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: now.wall))
    return now


def test_processor_time_and_sleep_are_charged_and_waiting_is_not(now):
    it = Clock(100)
    it.start(os.getpid(), 10)
    for now.state, now.processor, charged in STEPS:
        before = it.used
        it.tick()
        assert it.used - before == pytest.approx(charged), now.state


def test_what_is_used_up_is_late_and_a_new_cell_has_its_own_time(now):
    it = Clock(100)
    it.start(os.getpid(), 10)
    now.processor = 11.0
    it.tick()
    assert it.is_late
    it.allow(10)
    assert not it.is_late
    assert not it.is_over


def test_the_whole_bounds_every_cell_and_all_processes_together(now):
    it = Clock(100)
    for seconds in (60.0, 50.0):
        it.start(os.getpid(), 80)
        now.state, now.processor = "R", seconds
        it.tick()
    assert it.is_late
    assert it.is_over


def test_on_a_machine_so_busy_that_nothing_moves_the_wall_ends_it(now):
    it = Clock(100)
    it.start(os.getpid(), 10)
    now.state, now.wall = "R", PATIENCE * 10.0
    it.tick()
    assert not it.is_late
    now.wall += 1
    assert it.is_late
    it.allow(1000)
    assert not it.is_late
    now.wall = PATIENCE * 100.0
    assert it.is_over


@pytest.mark.parametrize("process", [None, 2**22 + 1])
def test_a_process_that_cannot_be_seen_is_ended_by_the_wall_alone(process):
    it = Clock(100)
    it.start(process, 10)
    it.tick()
    assert it.used == 0


def test_of_a_process_here_the_kernel_tells_what_it_used():
    it = Clock(10_000)
    it.start(os.getpid(), 10_000)
    it.tick()
    assert it.used == pytest.approx(sum(os.times()[:2]), abs=TICK + 1)
