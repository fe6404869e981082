"""F4: the n-th write or sync fails, for every n. Never acknowledged, nothing half-written, and well again when the disk is."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.test import Client

from gezhi.cases.models import Case
from gezhi.evidence import store
from gezhi.evidence.models import Evidence
from gezhi.reports.models import Report
from tests.cast import Cast
from tests.faults.failing_disk import BelowSQLite, Disk, below_the_store
from tests.faults.reporting import picture, sent, whole

pytestmark = pytest.mark.django_db(transaction=True)
MOST_CALLS = 400


@pytest.fixture
def below_sqlite(disk: Disk, cast: Cast) -> Iterator[None]:
    """The database file on this disk."""
    if connection.vendor != "sqlite":
        pytest.skip(
            "PostgreSQL has its own disk: a server that cannot write it answers with an error, see F7"
        )
    connection.close()
    with BelowSQLite(disk).installed():
        yield
        connection.close()


def refused_and_taken_at_the_next_try(
    phone: Client, disk: Disk, how: str, step: int = 1, files: bool = False
) -> int:
    """Fail each call of one report in turn (or each so-many-th), and send it again each time. Returns how many calls there are."""
    for number in range(1, MOST_CALLS, step):
        before, key = Report.objects.count(), f"a-{how}-fails-once-{number:04d}"
        disk.break_at(number, how)
        answer = sent(phone, key, **({"photos": picture()} if files else {}))
        if not disk.mend():
            assert answer.status_code == 303
            return number - step
        if answer.status_code == 303:  # what failed was the tidying up behind a commit
            assert Report.objects.count() == before + 1
            continue
        assert (answer.status_code, answer["Retry-After"]) == (503, "5"), number
        assert Report.objects.count() == before, number
        assert sent(phone, key, **({"photos": picture()} if files else {})).status_code == 303, number
        assert (Report.objects.count(), Case.objects.count()) == (before + 1, before + 1), number
    raise AssertionError("it never came to an end")


@pytest.mark.parametrize(("how", "step", "least"), [("write", 1, 20), ("short", 3, 20), ("sync", 1, 1)])
def test_a_database_file_that_fails_once_loses_nothing_and_needs_nobody(
    below_sqlite: None, disk: Disk, phone: Client, how: str, step: int, least: int
) -> None:
    assert sent(phone, "the-first-of-all-0001").status_code == 303
    assert refused_and_taken_at_the_next_try(phone, disk, how, step) >= least
    assert connection.cursor().execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert whole() == []


def test_twin_with_a_failure_that_is_swallowed_a_report_would_be_acknowledged_and_gone(
    below_sqlite: None, disk: Disk, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(self: Any) -> None:
        try:
            self.connection.commit()
        except Exception:
            self.connection.rollback()

    assert sent(phone, "the-first-of-all-0001").status_code == 303
    monkeypatch.setattr(type(connections[DEFAULT_DB_ALIAS]), "_commit", forgetful)
    disk.break_at(1, "sync")
    answer = sent(phone, "a-sync-fails-once-0001")
    assert (disk.mend(), answer.status_code, Report.objects.count()) == (True, 303, 1)


@pytest.mark.parametrize(("how", "least"), [("write", 3), ("short", 3), ("sync", 5)])
def test_a_photo_store_that_fails_once_keeps_no_half_picture(
    disk: Disk, phone: Client, monkeypatch: pytest.MonkeyPatch, how: str, least: int
) -> None:
    below_the_store(disk, monkeypatch)
    assert refused_and_taken_at_the_next_try(phone, disk, how, files=True) >= least
    assert list(store.waiting_room().iterdir()) == []
    rows = Evidence.objects.exclude(claimed_at=None)
    assert {store.digest_of(store.original(row.sha256)) for row in rows} == {row.sha256 for row in rows}
    assert whole() == []
