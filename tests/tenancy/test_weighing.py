"""SQLite is told how common a jurisdiction is, so that a page of fifty cases does not read all of an office."""

from datetime import datetime

import pytest
from django.db import connection

from gezhi.tenancy import weighing

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL finds out by itself")


def weighed() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT count(*) FROM sqlite_stat1")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_the_worker_weighs_the_tables_once_a_day(noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighing, "_weighed", [])
    weighing.weigh(at=noon)
    found = weighed()
    assert found > 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_stat1")
    weighing.weigh(at=noon)
    assert weighed() == 0
