"""Writers queue: on SQLite each transaction takes its turn, and nobody is told "locked"."""

import fcntl
import threading
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper as PlainSQLite

from gezhi.journal.models import Errand
from gezhi.tenancy.current import scope
from gezhi.tenancy.engines.sqlite.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, TURNS = 8, 12


@pytest.fixture
def own_database(tmp_path, request):
    """A connection to an empty SQLite file, of the class named by the test."""
    settings = {**connection.settings_dict, "NAME": str(tmp_path / "queue.sqlite3"), "TEST": {}}
    settings |= {"ENGINE": "gezhi.tenancy.engines.sqlite", "CONN_HEALTH_CHECKS": False, "CONN_MAX_AGE": None}
    settings["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 5}
    opened = request.param(settings, "queue")
    yield opened
    opened.close()


def turn_is_free(database) -> bool:
    """Whether another writer could begin now."""
    with Path(f"{database.settings_dict['NAME']}-turn").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def begin(database) -> None:
    database.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


@pytest.mark.parametrize("own_database", [DatabaseWrapper], indirect=True)
@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_a_transaction_holds_the_turn_until_it_ends(own_database, end):
    begin(own_database)
    assert not turn_is_free(own_database)
    getattr(own_database, end)()
    assert turn_is_free(own_database)


@pytest.mark.parametrize("own_database", [PlainSQLite], indirect=True)
def test_without_the_queue_nobody_holds_a_turn(own_database):
    """The twin: Django's own SQLite backend begins without a turn."""
    begin(own_database)
    assert turn_is_free(own_database)
    own_database.rollback()


@pytest.mark.parametrize("own_database", [DatabaseWrapper], indirect=True)
def test_a_transaction_that_cannot_begin_gives_its_turn_back(own_database):
    own_database.ensure_connection()
    own_database.cursor().execute("BEGIN")  # a second BEGIN is refused
    with pytest.raises(DatabaseError):
        begin(own_database)
    assert turn_is_free(own_database)


def test_eight_writers_at_once_all_get_their_turn(office, noon):
    troubles: list[Exception] = []

    def write(writer: int) -> None:
        try:
            with scope(office.id):
                for turn in range(TURNS):
                    with transaction.atomic():
                        count = Errand.objects.count()  # read first: a deferred transaction would fail here
                        Errand.objects.create(kind="count", key=f"{writer}-{turn}", tries=count, due_at=noon)
        except Exception as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert troubles == []
    assert Errand.objects.count() == WRITERS * TURNS
    if connection.vendor == "sqlite":  # each saw the one before: never two at once
        assert sorted(Errand.objects.values_list("tries", flat=True)) == list(range(WRITERS * TURNS))
