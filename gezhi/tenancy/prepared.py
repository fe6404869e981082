"""Questions and changes that come all the time: Django makes their SQL once, later only the values change.

Building a query costs Django ten times what the database takes to answer it by a key. The answer is as fresh as any query's.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql import UpdateQuery

from gezhi.tenancy.current import current, in_city_scope, scope

Row = TypeVar("Row", bound=models.Model)
Value = UUID | str | date  # a datetime is a date, too
_FIRST_SAMPLE = 0x5A3B1E0 << 96  # no id that is ever made
_STEP = 512  # values behind one IN
_FIRST_DAY = datetime(1000, 1, 1, tzinfo=UTC)  # nor a day in anybody's life


@dataclass(frozen=True, slots=True)
class _Way:
    """How one engine is asked; nothing in it belongs to one connection, for all threads go this way.

    values: what stands in the statement; wanted: (its place there, which of our values goes there); converted: (column, its
    expression) of those whose values Django makes from what the engine gives. locks: it holds the rows until the transaction ends.
    """

    sql: str
    values: tuple[Any, ...]
    wanted: tuple[tuple[int, int], ...]
    converted: tuple[tuple[int, Any], ...]
    locks: bool


class _Statement:
    """A statement that Django makes once for each shape of its values, engine by engine.

    The jurisdiction in force is asked for each time. The shape of the statement may hang on the types of the values and on how many
    there are, on nothing else. everywhere: it asks a table that belongs to no jurisdiction (accounts, sessions).
    """

    def __init__(self, ask: Callable[..., Any], *, everywhere: bool = False) -> None:
        self._ask = ask
        self._everywhere = everywhere
        self._ways: dict[tuple[object, ...], _Way] = {}

    def _ready(
        self, values: Sequence[Value | tuple[Value, ...]], here: BaseDatabaseWrapper
    ) -> tuple[_Way, list[Any]]:
        """The way and what stands in its statement this time. Raises TypeError on None and other values, RuntimeError in a city_scope."""
        if in_city_scope() and not self._everywhere:
            raise RuntimeError("a prepared question is asked in one jurisdiction")
        given = [_padded(one) if isinstance(one, tuple) else one for one in values]
        key = (here.vendor, *map(_shape, given))
        way = self._ways.get(key)
        if way is None:
            way = self._ways[key] = self._made(given, here)
        ours, stands = [*self._office(), *_flat(given)], list(way.values)
        for place, which in way.wanted:
            stands[place] = _as_stored(ours[which], here)
        return way, stands

    def _office(self) -> list[UUID]:
        return [] if self._everywhere else [current()]

    def _made(self, values: Sequence[Value | tuple[Value, ...]], here: BaseDatabaseWrapper) -> _Way:
        """Ask with samples that occur nowhere else, and see where they stand in the statement."""
        numbers = count(1)
        office = UUID(int=_FIRST_SAMPLE)
        samples = [
            tuple(_sample(one, next(numbers)) for one in value)
            if isinstance(value, tuple)
            else _sample(value, next(numbers))
            for value in values
        ]
        with scope(office):
            compiler = self._compiler(samples, here)
            sql, stands = compiler.as_sql()
            ours = [*self._office(), *_flat(samples)]
        which = {_as_stored(sample, here): number for number, sample in enumerate(ours)}
        wanted = tuple((place, which[one]) for place, one in enumerate(stands) if _is_in(one, which))
        if {number for _, number in wanted} != set(which.values()):
            raise ValueError("a value of the question does not stand in its statement")
        columns = [column for column, *_ in compiler.select[: compiler.col_count]] if compiler.select else []
        converted = tuple((place, column) for place, column in enumerate(columns) if _chain(column, here))
        return _Way(sql, tuple(stands), wanted, converted, compiler.query.select_for_update)

    def _compiler(self, samples: Sequence[Any], here: BaseDatabaseWrapper) -> Any:
        return self._ask(*samples).query.get_compiler(connection=here)


class Answer(Sequence[tuple[Any, ...]]):
    """Rows as the engine gave them, each made Python's when it is looked at: of a thousand often only the number counts."""

    def __init__(
        self,
        found: Sequence[Sequence[Any]],
        columns: Sequence[tuple[int, Any]],
        here: BaseDatabaseWrapper,
    ) -> None:
        self._found, self._columns, self._here = found, columns, here

    def __len__(self) -> int:
        return len(self._found)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return _converted(self._found[place], self._columns, self._here)
        return _converted([self._found[place]], self._columns, self._here)[0]

    def rows(self) -> list[tuple[Any, ...]]:
        """All of them."""
        return _converted(self._found, self._columns, self._here)


class Prepared(_Statement):
    """One question: `ask(*values)` gives a `values_list` queryset of tenant rows for ids, texts, days, moments, and tuples of them to
    stand behind IN.
    """

    def rows(self, *values: Value | tuple[Value, ...]) -> list[tuple[Any, ...]]:
        """The answer. 1 query. Raises TypeError on None and other values, RuntimeError in a city_scope.

        TransactionManagementError where a lock would end with the statement: Django asks that of a query it makes anew.
        """
        return self.answer(*values).rows()

    def answer(self, *values: Value | tuple[Value, ...]) -> Answer:
        """The same, each row as it is looked at. 1 query. Raises as `rows`."""
        here = connections[DEFAULT_DB_ALIAS]
        way, stands = self._ready(values, here)
        if way.locks and not here.in_atomic_block:
            raise transaction.TransactionManagementError("a lock is asked for outside of a transaction")
        with here.cursor() as cursor:
            cursor.execute(way.sql, stands)
            return Answer(cursor.fetchall(), way.converted, here)


class PreparedRows(Prepared, Generic[Row]):
    """One question for whole rows of one model: `ask(*values)` gives a queryset of it, also one that locks."""

    def __init__(
        self, model: type[Row], ask: Callable[..., models.QuerySet[Row]], *, everywhere: bool = False
    ) -> None:
        super().__init__(ask, everywhere=everywhere)
        self._model = model

    def found(self, *values: Value | tuple[Value, ...]) -> list[Row]:
        """The answer, as rows that can be saved. 1 query. Raises as `rows`."""
        names = [field.attname for field in self._model._meta.concrete_fields]
        return [self._model.from_db(DEFAULT_DB_ALIAS, names, row) for row in self.rows(*values)]


class PreparedUpdate(_Statement):
    """One change: `ask(*values)` gives (a queryset of tenant rows, what becomes of their fields)."""

    def do(self, *values: Value | tuple[Value, ...]) -> int:
        """Change them; how many rows. 1 statement. Raises TypeError on None and other values, RuntimeError in a city_scope."""
        here = connections[DEFAULT_DB_ALIAS]
        way, stands = self._ready(values, here)
        with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), here.cursor() as cursor:
            cursor.execute(way.sql, stands)
            return int(cursor.rowcount)

    def _compiler(self, samples: Sequence[Any], here: BaseDatabaseWrapper) -> Any:
        rows, changes = self._ask(*samples)
        query = rows.query.chain(UpdateQuery)
        query.add_update_values(changes)
        return query.get_compiler(connection=here)


def answer_of(rows: "models.QuerySet[Any, Any]") -> Answer:
    """The same for a `values_list` queryset that is asked but once. 1 query; none for what can have no answer."""
    here = connections[DEFAULT_DB_ALIAS]
    compiler = rows.query.get_compiler(connection=here)
    try:
        sql, values = compiler.as_sql()
    except EmptyResultSet:
        return Answer([], [], here)
    columns = [column for column, *_ in compiler.select[: compiler.col_count]]
    with here.cursor() as cursor:
        cursor.execute(sql, values)
        return Answer(cursor.fetchall(), list(enumerate(columns)), here)


def _padded(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """The last one repeated up to a power of two, of many up to the next of _STEP: so a question has a handful of ways, not one for each
    length.
    """
    count = len(values)
    wanted = -(-count // _STEP) * _STEP if count > _STEP else 1 << (count - 1).bit_length() if count else 0
    return values + values[-1:] * (wanted - count)


def _shape(value: object) -> object:
    return (len(value), frozenset(map(type, value))) if isinstance(value, tuple) else type(value)


def _chain(column: Any, here: BaseDatabaseWrapper) -> list[Any]:
    """What turns the engine's value of a column into Python's, bound to this connection."""
    return [*here.ops.get_db_converters(column), *column.get_db_converters(here)]


def _converted(
    found: Sequence[Sequence[Any]], columns: Sequence[tuple[int, Any]], here: BaseDatabaseWrapper
) -> list[tuple[Any, ...]]:
    if not found or not columns:
        return [tuple(row) for row in found]
    by_column: list[Sequence[Any]] = list(zip(*found, strict=True))
    for place, column in columns:
        for convert in _chain(column, here):
            by_column[place] = [convert(value, column, here) for value in by_column[place]]
    return list(zip(*by_column, strict=True))


def _is_in(one: object, which: dict[Any, int]) -> bool:
    return isinstance(one, str | UUID | date) and one in which


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, tuple):
            yield from value
        else:
            yield value


def _sample(value: Value, number: int) -> Value:
    match value:
        case UUID():
            return UUID(int=_FIRST_SAMPLE + number)
        case datetime():
            return _FIRST_DAY + timedelta(days=number)
        case date():
            return (_FIRST_DAY + timedelta(days=number)).date()
        case str():
            return f"sample {number:03d}"
    raise TypeError(f"a prepared question takes no {type(value).__name__}")


def _as_stored(value: Value, here: BaseDatabaseWrapper) -> Any:
    """As the engine takes it."""
    match value:
        case str():
            return value
        case UUID():
            return value if here.features.has_native_uuid_field else value.hex
        case datetime():
            return here.ops.adapt_datetimefield_value(value)
        case _:
            return here.ops.adapt_datefield_value(value)
