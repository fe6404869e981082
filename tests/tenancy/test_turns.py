"""A turn to write is waited for, but not for ever; and nobody who gave up keeps it."""

import fcntl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.utils import OperationalError

from gezhi.tenancy.engines.sqlite import base


@pytest.fixture
def queue(tmp_path: Path) -> str:
    """The file of a queue of writers."""
    return str(tmp_path / "gezhi.sqlite3-turn")


@pytest.fixture
def frozen(queue: str) -> Iterator[None]:
    """Somebody who was stopped in the middle of his turn."""
    with open(queue, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_free(queue: str) -> bool:
    with open(queue, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_a_free_turn_is_taken_at_once_and_given_on_by_closing(queue: str) -> None:
    with base.turn(queue):
        assert not is_free(queue)
    assert is_free(queue)


def test_behind_somebody_frozen_the_answer_is_locked_and_not_silence(
    queue: str, frozen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "TURN_SECONDS", 0.1)
    began = time.monotonic()
    with pytest.raises(OperationalError, match="locked"):
        base.turn(queue)
    assert time.monotonic() - began < 5


def test_who_gave_up_waiting_holds_no_turn_when_it_comes(queue: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "TURN_SECONDS", 0.1)
    with open(queue, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for _ in range(3):
            with pytest.raises(OperationalError):
                base.turn(queue)
    deadline = time.monotonic() + 5
    while not is_free(queue) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert is_free(queue)


def test_who_waits_gets_the_turn_when_it_is_given_on(queue: str) -> None:
    first = base.turn(queue)
    waiting = base._WAITERS.submit(base.turn, queue)
    time.sleep(0.05)
    assert not waiting.done()
    first.close()
    with waiting.result(5):
        assert not is_free(queue)
