"""INSERT with a statement that is made once per table: Django makes it anew each time, which costs more than SQLite takes to do it."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from django.db import connections, models, router, transaction

Row = TypeVar("Row", bound=models.Model)


def insert(rows: Sequence[Row], *, ignore_conflicts: bool = False) -> list[Row]:
    """Write fresh rows of one model, as `bulk_create` does, in as few statements as the engine takes. Returns the rows.

    For models whose every value is made in Python: no automatic ids, no defaults of the database, no automatic dates.
    """
    if not rows:
        return []
    alias = router.db_for_write(type(rows[0]))
    connection = connections[alias]
    fields, head, tail = _statement(type(rows[0]), alias, ignore_conflicts)
    left = iter(rows)
    with transaction.mark_for_rollback_on_error(alias), connection.cursor() as cursor:
        for batch in _batches(left, connection.ops.bulk_batch_size(fields, rows)):
            values = [
                field.get_db_prep_save(getattr(row, field.attname), connection)
                for row in batch
                for field in fields
            ]
            cursor.execute(head + ", ".join([_marks(len(fields))] * len(batch)) + tail, values)
    for row in rows:
        row._state.adding, row._state.db = False, alias
    return list(rows)


def _batches(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while batch := list(islice(rows, size)):
        yield batch


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
