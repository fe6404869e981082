"""Which tests may say one thing on SQLite and another on PostgreSQL: those that can reach the database. The others run once.

pytest loads this file with `-p tests.engines`. With `--database-only` it leaves out whatever cannot reach the database, and says how
much that is. It cannot, because nobody tells it where the database is: without a fixture or mark of ROADS pytest-django opens no
connection, Django gives none, not even to ask which engine it is, and the address of the server stands in no environment, so that
a process of its own works on a file of its own. All three hold on SQLite, too: a test that wants more is red there.

It leaves out as well what is marked `one_engine`: long walks through forms and addresses, about what happens before a statement is
made. `make soak` asks them of PostgreSQL, too.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.local import Local
from django.db import connections

ADDRESS = "GEZHI_DATABASE_URL"
MARKS = ("django_db", "both_engines")
FIXTURES = frozenset({"django_db_setup", "server"})
Left = pytest.StashKey[int]()
_address = pytest.StashKey[str]()


class Unasked(AssertionError):
    """A test that names no road to the database went there: give it `pytest.mark.both_engines`, or a fixture with the database."""


def reaches(item: Any) -> bool:
    """Whether a test may reach the database: by its mark, or by any fixture it stands on."""
    return any(item.get_closest_marker(name) for name in MARKS) or not FIXTURES.isdisjoint(item.fixturenames)


def asks_once(item: Any) -> bool:
    """Whether a long test says the same on every engine but at leisure; a single one of such a file may be asked on both all the same."""
    return bool(item.get_closest_marker("one_engine")) and not item.get_closest_marker("both_engines")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="leave out the tests that cannot reach the database, and those of one engine: they have run on another one",
    )


def pytest_configure(config: pytest.Config) -> None:
    """From here on nobody learns the server's address by the way; whoever only hands out tests passes it on."""
    hands_out = bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")
    config.stash[_address] = os.environ.get(ADDRESS, "") if hands_out else os.environ.pop(ADDRESS, "")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot reach the database, if that was asked for."""
    if not config.getoption("--database-only"):
        return
    at_leisure = "one_engine" in config.getoption("markexpr", "")
    is_left = [not reaches(item) or (asks_once(item) and not at_leisure) for item in items]
    beside = [item for item, left in zip(items, is_left, strict=True) if left]
    items[:] = [item for item, left in zip(items, is_left, strict=True) if not left]
    config.stash[Left] = len(beside)
    config.hook.pytest_deselected(items=beside)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process of several tells how much it left out; each has left out the same."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left"] = session.config.stash.get(Left, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What such a process has told."""
    told = getattr(node, "workeroutput", {}).get("left", 0)
    node.config.stash[Left] = max(told, node.config.stash.get(Left, 0))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if config.getoption("--database-only"):
        terminalreporter.write_line(
            f"{config.stash.get(Left, 0)} tests left out: they cannot reach a database, or are asked of one"
        )


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> str:
    """The address of the tests' PostgreSQL server; "" = they run on SQLite files."""
    address = pytestconfig.stash[_address]
    return address if address.startswith("postgres") else ""


@pytest.fixture(autouse=True)
def unasked(request: pytest.FixtureRequest) -> Iterator[list[Unasked]]:
    """Fails a test that would be left out and asks Django for a connection, also where somebody caught what was raised then."""
    if reaches(request.node):
        yield []
        return
    with no_road() as found:
        yield found
    if found:
        pytest.fail(str(found[0]), pytrace=False)


@contextmanager
def no_road() -> Iterator[list[Unasked]]:
    """Django has no connection inside, and makes none: whoever wants one gets Unasked, and is noted down."""
    found: list[Unasked] = []

    def refuse(alias: str) -> None:
        found.append(Unasked(Unasked.__doc__))
        raise found[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "_connections", Local(connections.thread_critical))
        patch.setattr(connections, "create_connection", refuse)
        yield found
