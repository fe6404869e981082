"""What is worked out once is good for some seconds, and for whoever asks meanwhile."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from gezhi.kernel.recent import Recent

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
FRESH = timedelta(seconds=10)


def test_an_answer_is_kept_as_long_as_it_is_fresh_and_never_for_an_earlier_moment() -> None:
    recent: Recent[str, int] = Recent(FRESH, 2)
    numbers = count(1)
    asked = [
        recent.of("a", NOON + timedelta(seconds=after), lambda: next(numbers)) for after in (0, 9, 10, 19, 9)
    ]
    assert asked == [1, 1, 2, 2, 3]


def test_no_more_keys_are_kept_than_there_is_room_for() -> None:
    recent: Recent[int, int] = Recent(FRESH, 2)
    for key in range(5):
        assert recent.of(key, NOON, key.__int__) == key
        assert len(recent) <= 2


def test_what_failed_is_not_kept() -> None:
    recent: Recent[str, int] = Recent(FRESH, 2)
    with pytest.raises(ZeroDivisionError):
        recent.of("a", NOON, lambda: 1 // 0)
    assert recent.of("a", NOON, lambda: 7) == 7


def made_by_many(recent: Recent[str, int]) -> int:
    """How often the work is done when eight ask at once."""
    made, begun = [], threading.Barrier(8)

    def work() -> int:
        made.append(1)
        threading.Event().wait(0.02)
        return 1

    def ask() -> None:
        begun.wait()
        recent.of("a", NOON, work)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return len(made)


class NoTurn:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def test_while_one_works_the_others_wait_for_that() -> None:
    assert made_by_many(Recent(FRESH, 2)) == 1


def test_sabotage_without_a_turn_each_would_work(monkeypatch: pytest.MonkeyPatch) -> None:
    recent: Recent[str, int] = Recent(FRESH, 2)
    monkeypatch.setattr(recent, "_turn", NoTurn())
    assert made_by_many(recent) > 1
