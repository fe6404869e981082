"""UPDATE with a statement that is made once: one column row by row, or some fields of one row.

The hundreds of branches of `bulk_update`, and `save()`, take Django longer to write than the engine to do.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connections, models, router, transaction

from gezhi.tenancy.current import current


def set_each(model: type[models.Model], name: str, values: Mapping[UUID, Any]) -> None:
    """Give each row of the jurisdiction in force, by its id, its own value of one field. 1 statement, executed once per row."""
    if not values:
        return
    alias = router.db_for_write(model)
    connection, meta = connections[alias], model._meta
    quoted, office = connection.ops.quote_name, current()
    field, jurisdiction, key = (_field(model, one) for one in (name, "jurisdiction", "id"))
    sql = (
        f"UPDATE {quoted(meta.db_table)} SET {quoted(field.column)} = %s "
        f"WHERE {quoted(jurisdiction.column)} = %s AND {quoted(key.column)} = %s"
    )
    with transaction.mark_for_rollback_on_error(alias), connection.cursor() as cursor:
        cursor.executemany(
            sql,
            [
                (
                    field.get_db_prep_save(value, connection),
                    jurisdiction.get_db_prep_save(office, connection),
                    key.get_db_prep_save(id, connection),
                )
                for id, value in values.items()
            ],
        )


def save_fields(row: models.Model, names: Sequence[str]) -> None:
    """Write these fields (attribute names) of a row that is there, as `save(update_fields=…)` does. 1 statement.

    Raises DatabaseError when there is no such row in the jurisdiction in force.
    """
    alias = router.db_for_write(type(row))
    connection = connections[alias]
    sql, fields = _one_row(type(row), alias, tuple(names))
    key, jurisdiction = fields[-2:]
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields[:-2]]
    which = [key.get_db_prep_save(row.pk, connection), jurisdiction.get_db_prep_save(current(), connection)]
    with transaction.mark_for_rollback_on_error(alias), connection.cursor() as cursor:
        cursor.execute(sql, [*values, *which])
        if cursor.rowcount != 1:
            raise DatabaseError(f"no row of {type(row).__name__} was there to save")


@cache
def _one_row(model: type[models.Model], alias: str, names: tuple[str, ...]) -> tuple[str, list[Any]]:
    """(the statement, the fields whose values stand in it: those to set, then id and jurisdiction)."""
    quoted, meta = connections[alias].ops.quote_name, model._meta
    wanted = [_field(model, name) for name in names]
    marks = ", ".join(f"{quoted(field.column)} = %s" for field in wanted)
    key, jurisdiction = _field(model, "id"), _field(model, "jurisdiction")
    sql = (
        f"UPDATE {quoted(meta.db_table)} SET {marks} "
        f"WHERE {quoted(key.column)} = %s AND {quoted(jurisdiction.column)} = %s"
    )
    return sql, [*wanted, key, jurisdiction]


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)
