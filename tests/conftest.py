"""What every test may stand on: an office, a moment, somebody in charge, and an eye on every SQL statement."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from gezhi.catalogue import shelf
from gezhi.kernel.actor import Actor
from gezhi.tenancy import queries
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from tests import memories, sql_lint, standing

pytest_plugins = ["tests.cast"]
LONGEST = (  # by processor time, the longest first; a file that is not named here just comes later
    "tests/config/test_backup.py",
    "tests/faults/test_killed_server.py",
    "tests/browser/test_every_page_of_the_desk.py",
    "tests/browser/test_every_page_of_the_others.py",
    "tests/cases/test_machine.py",
    "tests/browser/test_once.py",
    "tests/web/public/test_doors.py",
    "tests/flows/test_import_messages.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Passwords cost little; a SQLite test database is a file of this worker, so that threads share it as servers do."""
    django_settings.PASSWORD_HASHERS = ["tests.hashing.QuickArgon2"]
    database = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite"):
        database.setdefault("TEST", {})["NAME"] = str(django_settings.GEZHI_DATA / "test.sqlite3")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest go first, so that no process is left with one of them when the others are done."""
    begins = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: begins.get(item.nodeid.partition("::")[0], len(LONGEST)))


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
    return standing.NOON


@pytest.fixture
def office(
    db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Jurisdiction]:
    """The jurisdiction 371072, in force for the whole test; media and chain heads stand in a folder of this test."""
    for remembering in (shelf, queries):  # a slow machine must not change the count of queries
        monkeypatch.setattr(remembering, "STALE_SECONDS", 3600.0)
    settings.GEZHI_DATA, settings.GEZHI_MEDIA = tmp_path, tmp_path / "media"
    memories.forget()
    found = standing.found_office()
    with scope(found.id):
        yield found
    memories.forget()


@pytest.fixture(scope="session")
def keep_world(watched: sql_lint.SqlLint, django_db_setup: None, django_db_blocker: Any) -> standing.Keeper:
    """Makes a world once for all tests of this process that stand on it. For fixtures of the scope `session`."""
    return lambda make: standing.keep(make, watched, django_db_blocker)


@pytest.fixture
def admin_actor() -> Actor:
    """Keeps accounts, categories and places for the whole jurisdiction."""
    return standing.ADMIN
