"""What every test may stand on: an office, a moment, somebody in charge, and an eye on every SQL statement."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from gezhi.catalogue import shelf
from gezhi.kernel.actor import Actor, ActorKind, Duty, Post
from gezhi.kernel.ids import uuid7
from gezhi.tenancy import queries
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from tests import sql_lint

pytest_plugins = ["tests.cast"]
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)  # a Monday, noon in Shanghai


def pytest_configure(config: pytest.Config) -> None:
    """Passwords cost little; a SQLite test database is a file of this worker, so that threads share it as servers do."""
    django_settings.PASSWORD_HASHERS = ["tests.hashing.QuickArgon2"]
    database = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite"):
        database.setdefault("TEST", {})["NAME"] = str(django_settings.GEZHI_DATA / "test.sqlite3")


@pytest.fixture(scope="session")
def watched() -> sql_lint.SqlLint:
    """The SQL lint of this run."""
    return sql_lint.begin()


@pytest.fixture(autouse=True)
def every_statement_names_its_jurisdiction(
    watched: sql_lint.SqlLint, _django_db_marker: None
) -> Iterator[None]:
    """Fails the test whose code touched a tenant table without its jurisdiction outside a city_scope."""
    with watched.listening() as found:
        yield
    if found:
        pytest.fail("\n".join(dict.fromkeys(found)), pytrace=False)


@pytest.fixture
def noon() -> datetime:
    """Monday 2 March 2026, noon in Shanghai."""
    return NOON


@pytest.fixture
def office(
    db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Jurisdiction]:
    """The jurisdiction 371072, in force for the whole test; media and chain heads stand in a folder of this test."""
    for remembering in (shelf, queries):  # a slow machine must not change the count of queries
        monkeypatch.setattr(remembering, "STALE_SECONDS", 3600.0)
    settings.GEZHI_DATA, settings.GEZHI_MEDIA = tmp_path, tmp_path / "media"
    queries.forget()
    found = Jurisdiction.objects.create(code="371072", name="威海经济技术开发区", made_at=NOON)
    with scope(found.id):
        yield found
    queries.forget()


@pytest.fixture
def admin_actor() -> Actor:
    """Keeps accounts, categories and places for the whole jurisdiction."""
    return Actor(
        ActorKind.ACCOUNT, uuid7(1_772_000_000_000, 1), "管理员", (Post(Duty.ADMIN, party=None, path="/"),)
    )
