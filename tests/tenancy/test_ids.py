"""Ids are made here, grow with time, and go on growing when the clock does not."""

from itertools import pairwise
from threading import Thread

import pytest

from gezhi.kernel.ids import uuid7
from gezhi.tenancy import clock

JUMPING = [1_000, 1_001, 1_001, 400, 999, 1_001, 1_002]  # milliseconds: stands still, jumps back, goes on


@pytest.fixture
def jumping_clock(monkeypatch):
    """The wall clock shows JUMPING, ahead of every id made before."""
    base = clock.new_id().int >> 80
    monkeypatch.setattr(clock, "_last", clock._last)  # afterwards the clock remembers what it did before
    moments = iter([(base + 10_000 + one) * 1_000_000 for one in JUMPING])
    monkeypatch.setattr("time.time_ns", lambda: next(moments))


def rising(ids) -> bool:
    return all(earlier < later for earlier, later in pairwise(ids))


def test_ids_grow_even_when_the_clock_jumps_back(jumping_clock):
    assert rising([clock.new_id() for _ in JUMPING])


def test_ids_straight_from_the_clock_would_not_grow():
    """The twin: the same moments without the clock's memory."""
    assert not rising([uuid7(one, 5) for one in JUMPING])


def test_ids_are_version_seven_and_carry_their_moment(monkeypatch):
    monkeypatch.setattr(clock, "_last", clock._last)
    ahead = (clock.new_id().int >> 80) + 100_000
    monkeypatch.setattr("time.time_ns", lambda: ahead * 1_000_000)
    made = clock.new_id()
    assert (made.version, made.int >> 80) == (7, ahead)


def test_threads_never_share_an_id():
    made: list[list] = [[] for _ in range(4)]
    threads = [
        Thread(target=lambda mine=mine: mine.extend(clock.new_id() for _ in range(500))) for mine in made
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for mine in made for one in mine}) == 2000
    assert all(rising(mine) for mine in made)
