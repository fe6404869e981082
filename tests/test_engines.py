"""On PostgreSQL no test is left out that could say something else there than on SQLite."""

import os
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from gezhi.tenancy.models import Jurisdiction
from tests import engines
from tests.engines import Unasked


def written(*fixtures: str, mark: str = "") -> Any:
    """A test that stands on these fixtures, with this mark."""
    return SimpleNamespace(
        fixturenames=fixtures, get_closest_marker=lambda name: name in mark.split() or None
    )


@pytest.mark.parametrize(
    "test",
    [
        written(mark="django_db"),
        written("db", "django_db_setup"),
        written("office", "tmp_path", "db", "django_db_setup"),
        written("installation", "fresh", "blank", "django_db_setup", "server"),
        written("left", "server"),
        written(mark="both_engines"),
    ],
)
def test_what_can_reach_the_database_runs_on_both(test: Any) -> None:
    assert engines.reaches(test)


@pytest.mark.parametrize("test", [written(), written("tmp_path", "settings"), written(mark="soak")])
def test_what_cannot_reach_it_runs_on_one(test: Any) -> None:
    assert not engines.reaches(test)


WALKS = (
    written("db", "django_db_setup", mark="one_engine"),
    written("db", "django_db_setup", mark="one_engine both_engines"),
)


@pytest.mark.parametrize(
    ("asked", "marked", "run", "left"),
    [(True, "not soak", 2, 3), (True, "soak or one_engine", 3, 2), (False, "not soak", 5, 0)],
)
def test_what_is_left_out_is_counted(asked: bool, marked: str, run: int, left: int) -> None:
    told: list[Any] = []
    config: Any = SimpleNamespace(
        stash=pytest.Stash(),
        getoption=lambda name, _default="": marked if name == "markexpr" else asked,
        hook=SimpleNamespace(pytest_deselected=lambda items: told.extend(items)),
    )
    items = [written(), written("db", "django_db_setup"), written("tmp_path"), *WALKS]
    engines.pytest_collection_modifyitems(config, items)
    assert (len(items), len(told), config.stash.get(engines.Left, 0)) == (run, left, left)


def test_a_test_that_is_left_out_there_gets_no_connection_here(unasked: list[Unasked]) -> None:
    with pytest.raises(Unasked):
        _ = connection.vendor
    with pytest.raises(Unasked):
        str(Jurisdiction.objects.all().query)
    with pytest.raises(Unasked):
        Jurisdiction.objects.count()
    assert len(unasked) == 3  # one that somebody caught would fail this test at its end
    unasked.clear()


@pytest.mark.django_db
def test_twin_a_test_of_the_database_that_were_left_out_there_is_red_here() -> None:
    assert Jurisdiction.objects.count() == 0
    with engines.no_road() as unasked, pytest.raises(Unasked):
        Jurisdiction.objects.count()
    assert len(unasked) == 1
    assert Jurisdiction.objects.count() == 0


@pytest.mark.both_engines
def test_twin_without_that_watch_the_engine_could_be_asked_for() -> None:
    assert connection.vendor in {"sqlite", "postgresql"}


def test_nobody_finds_the_server_who_did_not_ask_for_it() -> None:
    assert engines.ADDRESS not in os.environ


def test_whoever_asks_is_told_where_it_is(server: str) -> None:
    assert bool(server) == (connection.vendor == "postgresql")
