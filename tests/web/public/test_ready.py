"""Whoever asks whether it is ready, however often, costs one look in two seconds, and never waits for another's."""

import threading
from datetime import datetime

import pytest
from django.test import Client

from gezhi.web.public import health

pytestmark = pytest.mark.django_db


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the verdict, which nobody has asked yet."""
    clock = [1000.0]
    monkeypatch.setattr(health, "KEPT_SECONDS", 2.0)
    monkeypatch.setattr(health, "monotonic", lambda: clock[0])
    monkeypatch.setattr(health, "_last", health.Verdict())
    return clock


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """When the database was asked to take a write."""
    found: list[datetime] = []

    def look(now: datetime) -> bool:
        found.append(now)
        return len(found) < 2

    monkeypatch.setattr(health, "_database_takes_writes", look)
    return found


def statuses(door: Client, times: int) -> list[int]:
    return [door.get("/readyz").status_code for _ in range(times)]


def test_who_asks_without_end_is_told_the_last_verdict(
    door: Client, seconds: list[float], looks: list[datetime]
) -> None:
    assert (statuses(door, 5), len(looks)) == ([200] * 5, 1)
    seconds[0] += 2.0
    assert (statuses(door, 5), len(looks)) == ([503] * 5, 2)


def test_twin_without_a_kept_verdict_each_would_write(
    door: Client, seconds: list[float], looks: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "KEPT_SECONDS", 0.0)
    assert (statuses(door, 5), len(looks)) == ([200, 503, 503, 503, 503], 5)


def test_the_age_of_the_worker_is_of_this_moment(
    door: Client, seconds: list[float], looks: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    ages = iter([1.0, 2.0])
    monkeypatch.setattr(health.heartbeat, "age", lambda now: next(ages))
    assert [door.get("/readyz").json()["worker_age"] for _ in range(2)] == [1.0, 2.0]


def test_while_somebody_looks_the_others_are_told_the_last_verdict(
    seconds: list[float], noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, go_on = threading.Event(), threading.Event()

    def slow(now: datetime) -> dict[str, bool]:
        looking.set()
        go_on.wait(10)
        return {"database": False}

    health._last.checks = {"database": True}
    monkeypatch.setattr(health, "_look", slow)
    first = threading.Thread(target=health.verdict, args=(noon,))
    first.start()
    assert looking.wait(5)
    assert health.verdict(noon) == {"database": True}
    go_on.set()
    first.join(5)
    assert health.verdict(noon) == {"database": False}
