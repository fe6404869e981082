"""UPDATE of one column, row by row, with one statement: the hundreds of cases of `bulk_update` take Django longer than the engine."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connections, models, router, transaction

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


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)
