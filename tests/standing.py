"""Worlds that many tests stand on: made once in a process by the product's own actions, laid down as rows for each test.

Making the cast takes a fifth of a second, laying its rows a twentieth of that. Every test, the first one too, gets the rows that
were kept: so all see the same ids and the same journal, whatever ran before.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

import pytest
from django.apps import apps
from django.db import connection, models, transaction

from gezhi.catalogue import shelf
from gezhi.kernel.actor import Actor, ActorKind, Duty, Post
from gezhi.kernel.ids import uuid7
from gezhi.tenancy import queries
from gezhi.tenancy.current import city_scope, scope
from gezhi.tenancy.models import Jurisdiction
from tests import memories
from tests.sql_lint import SqlLint

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)  # a Monday, noon in Shanghai
OFFICE = uuid7(1_772_000_000_000, 371_072)
ADMIN = Actor(  # keeps accounts, categories and places for the whole jurisdiction
    ActorKind.ACCOUNT, uuid7(1_772_000_000_000, 1), "管理员", (Post(Duty.ADMIN, party=None, path="/"),)
)

Value = TypeVar("Value")
Rows = Sequence[tuple[Any, ...]]


class Keeper(Protocol):
    """`keep` for this run."""

    def __call__(self, make: Callable[[], Value]) -> "World[Value]": ...


@dataclass(frozen=True)
class World(Generic[Value]):
    """What was made: its value, per table the INSERT of the rows beside the office's own, and the catalogue as it is read from them."""

    value: Value
    inserts: tuple[tuple[str, Rows], ...]
    book: shelf.Shelf

    def lay(self) -> Value:
        """Write the rows into the database of this test. Returns a copy of the value, which the test may change as it likes.

        The catalogue is read already, as in a process that has answered before: reading it anew took a sixth of what the tests take.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            for statement, rows in self.inserts:
                if rows:
                    cursor.executemany(statement, rows)
                else:
                    cursor.execute(statement)
        queries.jurisdiction(OFFICE)  # whoever made a place has asked for it, too
        shelf._shelves[OFFICE] = (self.book, monotonic())
        return copy.deepcopy(self.value)


def found_office() -> Jurisdiction:
    """The jurisdiction 371072, new in this database, under the same id in every test."""
    return Jurisdiction.objects.create(id=OFFICE, code="371072", name="威海经济技术开发区", made_at=NOON)


def keep(make: Callable[[], Value], watched: SqlLint, blocker: Any) -> World[Value]:
    """Found the office, make a world in it, keep its rows, and leave the database as it was.

    Fails where a statement of `make` names no jurisdiction, and where it left a memory that a test would not have.
    """
    memories.forget()
    with blocker.unblock(), watched.listening() as found, transaction.atomic():
        stood = {model: set(_rows(model)) for model in _models()}
        with scope(found_office().id):
            value = make()
            left = memories.remembered()
            book = shelf.shelf()
        made = {model: [row for row in _rows(model) if row not in stood[model]] for model in _models()}
        inserts = tuple(_insert(model, rows) for model, rows in made.items() if rows)
        transaction.set_rollback(True)
    memories.forget()
    if wrong := [*dict.fromkeys(found), *left]:
        pytest.fail("\n".join(wrong), pytrace=False)
    return World(value, inserts, book)


def _models() -> Iterator[type[models.Model]]:
    """All tables but the office's own, those that others point at first."""
    return (one for one in apps.get_models(include_auto_created=True) if one is not Jurisdiction)


def _rows(model: type[models.Model]) -> list[tuple[Any, ...]]:
    """What stands in the table, as the engine gives it."""
    with city_scope("keep a world that tests stand on"), connection.cursor() as cursor:
        cursor.execute(f"SELECT {_columns(model)} FROM {connection.ops.quote_name(model._meta.db_table)}")
        return [tuple(row) for row in cursor.fetchall()]


def _insert(model: type[models.Model], rows: Rows) -> tuple[str, Rows]:
    """SQLite takes row after row quickest; PostgreSQL one statement with everything written in it."""
    head = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({_columns(model)}) VALUES "
    marks = f"({', '.join(['%s'] * len(rows[0]))})"
    if connection.vendor == "sqlite":
        return head + marks, rows
    values = [value for row in rows for value in row]
    return connection.ops.compose_sql(head + ", ".join([marks] * len(rows)), values), ()


def _columns(model: type[models.Model]) -> str:
    return ", ".join(connection.ops.quote_name(field.column) for field in model._meta.concrete_fields)
