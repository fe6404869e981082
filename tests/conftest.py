"""What every test may stand on: an office, a moment, somebody in charge, and an eye on every SQL statement."""

import gc
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.http import HttpRequest
from django.test.client import Client, ClientHandler
from django.test.utils import setup_databases, teardown_databases

from gezhi.catalogue import shelf
from gezhi.config.commands import log_plainly
from gezhi.kernel.actor import Actor
from gezhi.parties.models import Account
from gezhi.tenancy import queries
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from gezhi.web.sessions import SessionStore
from tests import memories, sql_lint, standing
from tests.blank import Blank

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
READ_BY_MIDDLEWARE = sorted(  # when it is put together
    name
    for name in dir(django_settings)
    if name.startswith(("MIDDLEWARE", "SECURE_", "STATIC", "WHITENOISE_", "DEBUG", "CONTENT_"))
)


def pytest_configure(config: pytest.Config) -> None:
    """Passwords cost little; no drawn example is late on a busy machine; a SQLite test database is a file of this worker, so that threads share it as servers do.
    What is told of a failure is written as the product writes it: structlog's own way, coloured where `rich` is installed, takes a second for each.
    """
    log_plainly()
    hypothesis.settings.register_profile("here", deadline=None)
    hypothesis.settings.load_profile("here")
    django_settings.PASSWORD_HASHERS = ["tests.hashing.QuickArgon2"]
    database = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite"):
        database.setdefault("TEST", {})["NAME"] = str(django_settings.GEZHI_DATA / "test.sqlite3")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest go first, so that no process is left with one of them when the others are done."""
    begins = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: begins.get(item.nodeid.partition("::")[0], len(LONGEST)))


def pytest_collection_finish() -> None:
    """What was read in stays to the end: nobody need look through it for rubbish (tests/environment.py)."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """Of this run, for all its processes."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(pytestconfig, "workerinput") else own


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: Any,
    run_folder: Path,
    server: str,
) -> Iterator[None]:
    """The database that the tests of this process stand in: migrated by the first process of a run, copied by the others."""
    blank, tests_own = Blank(run_folder, server), connection.creation._get_test_db_name()
    with django_db_blocker.unblock(), blank.turn():
        is_made = blank.stands
        if is_made:
            blank.lay(tests_own, file=Path(tests_own))
        set_up = setup_databases(
            0, interactive=False, aliases={"default"}, serialized_aliases=(), keepdb=is_made
        )
        if not is_made:
            connection.close()
            blank.keep(tests_own)
    yield
    with django_db_blocker.unblock():
        teardown_databases(set_up, verbosity=0)


@pytest.fixture(scope="session")
def blank(django_db_setup: None, run_folder: Path, server: str) -> Blank:
    """Migrated tables, for whoever wants a database of his own."""
    return Blank(run_folder, server)


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


@pytest.fixture(autouse=True, scope="session")
def a_browser_of_tests_finds_the_server_ready() -> Iterator[None]:
    """As a server does, the tests' clients put the middleware together once for the same settings, not once each."""
    load, ready = ClientHandler.load_middleware, dict[tuple[str, ...], ClientHandler]()

    def loaded(self: ClientHandler, is_async: bool = False) -> None:
        settled = tuple(repr(getattr(django_settings, name)) for name in READ_BY_MIDDLEWARE)
        if settled not in ready:
            load(self, is_async)
            ready[settled] = self
        self._middleware_chain = ready[settled]._middleware_chain

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClientHandler, "load_middleware", loaded)
        yield


@pytest.fixture(autouse=True, scope="session")
def who_is_seated_logged_in_before() -> Iterator[None]:
    """`force_login` gives a client the session of a browser that logged in some time ago; logging in itself is tried through its form."""

    def seated(self: Client, user: Account, backend: str) -> None:
        request = HttpRequest()
        request.session = SessionStore()
        request.session.update(
            {
                SESSION_KEY: user._meta.pk.value_to_string(user),
                BACKEND_SESSION_KEY: backend,
                HASH_SESSION_KEY: user.get_session_auth_hash(),
            }
        )
        request.session.save()
        self._set_login_cookies(request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "force_login", seated)
        yield


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
