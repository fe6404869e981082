"""Questions and changes that come all the time: Django makes their SQL once, later only the values change.

Building a query costs Django ten times what the database takes to answer it by a key. The answer is as fresh as any query's.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import count
from types import MethodType
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.base import ModelState
from django.db.models.sql import UpdateQuery

from gezhi.tenancy.current import current, in_city_scope, scope

Row = TypeVar("Row", bound=models.Model)
Value = UUID | str | date  # a datetime is a date, too
_FIRST_SAMPLE = 0x5A3B1E0 << 96  # no id that is ever made
_STEP = 512  # values behind one IN
_FIRST_DAY = datetime(1000, 1, 1, tzinfo=UTC)  # nor a day in anybody's life


Chained = tuple[int, Any, tuple[Any, ...]]  # a column, its expression, what turns its values into Python's


@dataclass(frozen=True, slots=True)
class _Way:
    """How one engine is asked; nothing in it belongs to one connection, for all threads go this way.

    values: what stands in the statement; wanted: (its place there, which of our values goes there); converted: those columns
    whose values Django makes from what the engine gives. locks: it holds the rows until the transaction ends.
    """

    sql: str
    values: tuple[Any, ...]
    wanted: tuple[tuple[int, int], ...]
    converted: tuple[Chained, ...]
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
        return _Way(sql, tuple(stands), wanted, _chained(compiler, here), compiler.query.select_for_update)

    def _compiler(self, samples: Sequence[Any], here: BaseDatabaseWrapper) -> Any:
        return self._ask(*samples).query.get_compiler(connection=here)


class Answer(Sequence[tuple[Any, ...]]):
    """Rows as the engine gave them, each made Python's when it is looked at: of a thousand often only the number counts."""

    def __init__(
        self,
        found: Sequence[Sequence[Any]],
        columns: Sequence[Chained],
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


class PreparedCount(Prepared):
    """How many rows `ask(*values)` gives, counted where they lie."""

    def count(self, *values: Value | tuple[Value, ...]) -> int:
        """Their number; of a queryset that is cut off, no more than that. 1 query. Raises as `rows`."""
        return int(self.rows(*values)[0][0])

    def _made(self, values: Sequence[Value | tuple[Value, ...]], here: BaseDatabaseWrapper) -> _Way:
        way = super()._made(values, here)
        return replace(way, sql=f"SELECT COUNT(*) FROM ({way.sql}) counted", converted=())


class PreparedRows(Prepared, Generic[Row]):
    """One question for whole rows of one model: `ask(*values)` gives a queryset of it, also one that locks."""

    def __init__(
        self, model: type[Row], ask: Callable[..., models.QuerySet[Row]], *, everywhere: bool = False
    ) -> None:
        super().__init__(ask, everywhere=everywhere)
        self._model = model

    def found(self, *values: Value | tuple[Value, ...]) -> list[Row]:
        """The answer, as rows that can be saved. 1 query. Raises as `rows`."""
        return [self._row(row) for row in self.rows(*values)]

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(field.attname for field in self._model._meta.concrete_fields)

    def _row(self, values: tuple[Any, ...]) -> Row:
        """As `Model.from_db` makes it, without asking of each field how it is set: none of them is anything but its value."""
        row = self._model.__new__(self._model)
        row._state = ModelState()
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        row.__dict__.update(zip(self._names, values, strict=True))
        return row


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
    with here.cursor() as cursor:
        cursor.execute(sql, values)
        return Answer(cursor.fetchall(), _chained(compiler, here), here)


def _padded(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """The last one repeated up to a power of two, of many up to the next of _STEP: so a question has a handful of ways, not one for each
    length.
    """
    count = len(values)
    wanted = -(-count // _STEP) * _STEP if count > _STEP else 1 << (count - 1).bit_length() if count else 0
    return values + values[-1:] * (wanted - count)


def _shape(value: object) -> object:
    return (len(value), frozenset(map(type, value))) if isinstance(value, tuple) else type(value)


def _chained(compiler: Any, here: BaseDatabaseWrapper) -> tuple[Chained, ...]:
    """The columns of a statement that do not come as Python has them."""
    columns = [column for column, *_ in compiler.select[: compiler.col_count]] if compiler.select else []
    chains = ((place, column, _chain(column, here)) for place, column in enumerate(columns))
    return tuple(one for one in chains if one[2])


def _chain(column: Any, here: BaseDatabaseWrapper) -> tuple[tuple[Any, bool], ...]:
    """What turns the engine's value of a column into Python's: (function, whether it is one of the connection's own)."""
    made = (*here.ops.get_db_converters(column), *column.get_db_converters(here))
    is_own = [getattr(one, "__self__", None) is here.ops for one in made]
    return tuple((one.__func__ if own else one, own) for one, own in zip(made, is_own, strict=True))


def _converted(
    found: Sequence[Sequence[Any]],
    columns: Sequence[Chained],
    here: BaseDatabaseWrapper,
) -> list[tuple[Any, ...]]:
    if not found or not columns:
        return [tuple(row) for row in found]
    by_column: list[Sequence[Any]] = list(zip(*found, strict=True))
    for place, column, chain in columns:
        for one, is_own in chain:
            convert = MethodType(one, here.ops) if is_own else one
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
