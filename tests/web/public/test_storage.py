"""The database is locked, or its disk takes nothing any more: said soon, and only when it is so."""

import resource
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from gezhi.tenancy.engines.sqlite import base
from gezhi.tenancy.patience import patience, waiting_at_most
from gezhi.web import middleware
from gezhi.web.public import health
from tests.web.public.conftest import form

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no one lock for all writers"),
]


@contextmanager
def locked_by_a_stranger(seconds: float) -> Iterator[None]:
    """Somebody outside our queue of writers holds the file for so long, or until the block ends."""
    over = threading.Event()
    begun = threading.Event()

    def hold() -> None:
        with sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None) as stranger:
            stranger.execute("BEGIN IMMEDIATE")
            begun.set()
            over.wait(seconds)
            stranger.execute("ROLLBACK")
        stranger.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert begun.wait(5)
    try:
        yield
    finally:
        over.set()
        holder.join()


@contextmanager
def a_full_disk() -> Iterator[None]:
    """No file of this process can grow."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_a_locked_database_is_said_soon(door: Client, here: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "PATIENCE_SECONDS", 0.5)
    with locked_by_a_stranger(3):
        began = time.monotonic()
        answer = door.post(here, form())
        spent = time.monotonic() - began
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert spent < 2
    assert door.post(here, form()).status_code == 303  # the same form once more, and nothing is lost


def test_without_patience_of_its_own_a_page_waits_as_long_as_the_worker(
    door: Client, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "waiting_at_most", lambda seconds: nullcontext())
    with locked_by_a_stranger(1.5):
        began = time.monotonic()
        assert door.post(here, form()).status_code == 303
        assert time.monotonic() - began > 1


def test_a_turn_that_does_not_come_and_a_file_that_is_locked_share_one_patience(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert patience() is None
    with waiting_at_most(0.3), base.turn(f"{connection.settings_dict['NAME']}-turn"):
        began = time.monotonic()
        with pytest.raises(base.OperationalError):
            connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        assert time.monotonic() - began < 1.5
    assert patience() is None
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert connection.connection.execute("PRAGMA busy_timeout").fetchone() == (20_000,)
    connection.rollback()
    connection.set_autocommit(True)


def test_the_worker_keeps_its_own_time_after_a_page_on_the_same_connection(door: Client, here: str) -> None:
    assert door.post(here, form()).status_code == 303
    waited = connection.connection.execute("PRAGMA busy_timeout").fetchone()[0]
    assert 4_000 < waited <= 5_000
    with transaction.atomic():
        assert connection.connection.execute("PRAGMA busy_timeout").fetchone() == (20_000,)


def test_it_is_not_ready_when_the_database_cannot_be_written(door: Client) -> None:
    assert door.get("/readyz").status_code == 200
    with a_full_disk():
        answer = door.get("/readyz")
    assert (answer.status_code, answer.json()["database"], answer["Retry-After"]) == (503, False, "5")
    assert door.get("/readyz").status_code == 200


def test_what_is_rolled_back_would_not_notice_a_full_disk(
    door: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_takes_files", lambda folder: True)

    def rolled_back(now: Any) -> bool:
        with transaction.atomic():
            health.Session.objects.create(session_key="x", session_data="", expire_date=now)
            transaction.set_rollback(True)
        return True

    with a_full_disk():
        assert door.get("/readyz").status_code == 503
        monkeypatch.setattr(health, "_database_takes_writes", rolled_back)
        assert door.get("/readyz").status_code == 200


def test_it_is_not_ready_soon_after_it_is_locked(door: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.3)
    with locked_by_a_stranger(5):
        began = time.monotonic()
        assert door.get("/readyz").status_code == 503
        assert time.monotonic() - began < 2
    assert door.get("/readyz").status_code == 200


def test_looking_whether_it_is_ready_leaves_one_row(door: Client) -> None:
    for _ in range(3):
        door.get("/readyz")
    assert health.Session.objects.filter(session_key__startswith="ready").count() == 1
