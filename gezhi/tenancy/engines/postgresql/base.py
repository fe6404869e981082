"""PostgreSQL with composite tenant keys: every TenantFK is FOREIGN KEY (jurisdiction_id, x_id) in the database itself.

And with an end to waiting: a line that was cut without a word looks like a server that thinks. Whoever has patience only for so
long (tenancy/patience.py) gives such a line up and opens another; the commands and the worker leave it to the machine's own
keep-alives (config/environment.py), for their statements may take minutes.
"""

from types import SimpleNamespace
from typing import Any

import psycopg
from django.db.backends.ddl_references import Columns, Statement, Table
from django.db.backends.postgresql import base, schema

from gezhi.tenancy.fields import JurisdictionKey, TenantFK
from gezhi.tenancy.patience import patience

LOOK_SECONDS = 0.1  # how often a wait looks whether it was interrupted; the library's own
PATIENCES = 3.0  # a statement is given up after so many patiences: a slow list is no dead line


class TenantSchemaEditor(schema.DatabaseSchemaEditor):
    """Creates UNIQUE (jurisdiction_id, id) on tenant tables and composite keys between them."""

    sql_create_column_inline_fk = None  # type: ignore[assignment]  # an inline key cannot be composite

    def create_model(self, model: Any) -> None:
        super().create_model(model)
        if any(isinstance(field, JurisdictionKey) for field in model._meta.local_fields):
            table = model._meta.db_table
            name = self.quote_name(f"{table}_tenant_key"[:63])
            self.execute(
                f"ALTER TABLE {self.quote_name(table)} ADD CONSTRAINT {name} UNIQUE (jurisdiction_id, id)"
            )

    def _create_fk_sql(self, model: Any, field: Any, suffix: str) -> Any:
        if not isinstance(field, TenantFK):
            return super()._create_fk_sql(model, field, suffix)  # type: ignore[misc]
        target = field.target_field.model._meta.db_table
        here, there = ["jurisdiction_id", field.column], ["jurisdiction_id", "id"]
        return Statement(
            self.sql_create_fk,
            table=Table(model._meta.db_table, self.quote_name),
            name=self._fk_constraint_name(model, field, suffix),  # type: ignore[attr-defined]
            column=Columns(model._meta.db_table, here, self.quote_name),
            to_table=Table(target, self.quote_name),
            to_column=Columns(target, there, self.quote_name),
            deferrable=self.connection.ops.deferrable_sql(),
        )


class Line(psycopg.Connection[Any]):
    """A connection that hangs up when no answer has come for longer than whoever asks can wait."""

    def wait(self, gen: Any, interval: float = LOOK_SECONDS, timeout: float | None = None) -> Any:
        """As the library's. Raises OperationalError when it hung up: whether a COMMIT arrived is then unknown."""
        allowed = patience()
        if allowed is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, allowed * PATIENCES)
        except psycopg.errors._WaitTimeout as silence:
            self.pgconn.finish()
            raise psycopg.OperationalError("the database server does not answer") from silence


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL backend with tenant keys."""

    Database = SimpleNamespace(**vars(psycopg) | {"connect": Line.connect})  # type: ignore[assignment]  # Django's hook is a module
    SchemaEditorClass = TenantSchemaEditor
