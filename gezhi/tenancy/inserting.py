"""INSERT with a statement that is made once per table: Django makes it anew each time, which costs more than SQLite takes to do it.

Of thousands of rows that differ in a few values a `Mould` makes the others ready once: a row object for each would cost five times that.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache, partial
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import connections, models, router, transaction

Row = TypeVar("Row", bound=models.Model)
Ready = list[Any]  # one row's values as the engine takes them, in the order of its columns
# From here on one short statement, done once a row, is faster in SQLite than a long one to read.
ROW_BY_ROW = 8


def insert(rows: Sequence[Row], *, ignore_conflicts: bool = False) -> list[Row]:
    """Write fresh rows of one model, as `bulk_create` does, in as few statements as the engine takes. Returns the rows.

    For models whose every value is made in Python: no automatic ids, no defaults of the database, no automatic dates.
    """
    if not rows:
        return []
    model = type(rows[0])
    alias = router.db_for_write(model)
    made = _made_ready(model, alias)
    write(model, [[make(getattr(row, name)) for name, make in made] for row in rows], ignore_conflicts)
    for row in rows:
        row._state.adding, row._state.db = False, alias
    return list(rows)


class Spelled(str):
    """JSON that is text already: it is written as it stands."""

    __slots__ = ()


class Mould:
    """Rows of one model that share all values of `row` but those of the fields named (attribute names)."""

    def __init__(self, row: models.Model, *differ: str) -> None:
        self.model = type(row)
        made = _made_ready(self.model, router.db_for_write(self.model))
        names = [name for name, _ in made]
        self._shared: Ready = [make(getattr(row, name)) for name, make in made]
        self._places = [(names.index(name), made[names.index(name)][1]) for name in differ]

    def cast(self, *values: Any) -> Ready:
        """One row, with its own values of the fields named, in that order."""
        row = self._shared.copy()
        for (at, make), value in zip(self._places, values, strict=True):
            row[at] = make(value)
        return row


def write(model: type[models.Model], rows: Sequence[Ready], ignore_conflicts: bool = False) -> None:
    """Write rows whose values are ready, in as few statements as the engine takes; on SQLite many rows by one, done once a row."""
    if not rows:
        return
    alias = router.db_for_write(model)
    connection = connections[alias]
    fields, head, tail = _statement(model, alias, ignore_conflicts)
    marks = _marks(len(fields))
    with transaction.mark_for_rollback_on_error(alias), connection.cursor() as cursor:
        if len(rows) >= ROW_BY_ROW and getattr(connection.features, "is_read_row_by_row", False):
            cursor.executemany(head + marks + tail, rows)
            return
        for batch in _batches(iter(rows), connection.ops.bulk_batch_size(fields, rows)):
            values = [value for row in batch for value in row]
            cursor.execute(head + ", ".join([marks] * len(batch)) + tail, values)


def _batches(rows: Iterator[Ready], size: int) -> Iterator[list[Ready]]:
    while batch := list(islice(rows, size)):
        yield batch


Maker = Callable[[Any], Any]


@cache
def _made_ready(model: type[models.Model], alias: str) -> list[tuple[str, Maker]]:
    """Of each column the attribute and what makes its value ready, in the order of the statement."""
    connection = connections[alias]
    return [(field.attname, _maker(field, connection)) for field in model._meta.concrete_fields]


def _maker(field: Any, connection: Any) -> Maker:
    """As the field's own `get_db_prep_save`; what it does in ten calls for the plainest values, in one."""
    slowly = partial(field.get_db_prep_save, connection=connection)
    target = field.target_field if field.is_relation else field
    if isinstance(target, models.UUIDField) and not connection.features.has_native_uuid_field:
        return lambda value: None if value is None else value.hex if type(value) is UUID else slowly(value)
    if isinstance(target, models.DateTimeField):
        moment = connection.ops.adapt_datetimefield_value
        return lambda value: (
            None
            if value is None
            else moment(value)
            if type(value) is datetime and value.tzinfo is not None
            else slowly(value)
        )
    if isinstance(target, models.CharField | models.TextField):
        return lambda value: value if type(value) is str else slowly(value)
    if isinstance(target, models.JSONField):
        return lambda value: str(value) if type(value) is Spelled else slowly(value)
    if isinstance(target, models.BooleanField | models.IntegerField):
        plain = bool if isinstance(target, models.BooleanField) else int
        return lambda value: value if value is None or type(value) is plain else slowly(value)
    return slowly


@cache
def _marks(count: int) -> str:
    return "(" + ", ".join(["%s"] * count) + ")"


@cache
def _statement(model: type[models.Model], alias: str, ignore_conflicts: bool) -> tuple[list[Any], str, str]:
    """(fields, all before the values, all after them)."""
    quoted = connections[alias].ops.quote_name
    fields: list[Any] = list(model._meta.concrete_fields)
    columns = ", ".join(quoted(field.column) for field in fields)
    head = f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES "
    return fields, head, " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
