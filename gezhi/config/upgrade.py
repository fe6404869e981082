"""The tables as this version wants them. A migration and the row that says it is done are one transaction: killed at any moment, an upgrade goes on."""

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState


class Command(migrate.Command):
    """Django's `migrate`, which tells here that it begins a migration."""

    def migration_progress_callback(
        self, action: str, migration: Migration | None = None, fake: bool = False
    ) -> None:
        if action == "apply_start" and migration is not None:
            take_in(migration)
        super().migration_progress_callback(action, migration, fake)


def bring_tables_up_to_date() -> None:
    """Take every migration that is not done yet. Doing it again does nothing."""
    call_command(Command(), verbosity=0, interactive=False)


def take_in(migration: Migration) -> None:
    """What a migration puts off to its end (keys, indexes) becomes its own last step.

    Where anything is still put off, Django commits first and writes the migration down in a second transaction; a next upgrade
    after a kill between the two would stop at the first table or column that is already there.
    """
    taken = migration.apply

    def apply(
        project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        state = taken(project_state, schema_editor, collect_sql)
        for statement in schema_editor.deferred_sql:
            schema_editor.execute(statement, None)
        schema_editor.deferred_sql.clear()
        return state

    migration.apply = apply  # type: ignore[method-assign]  # of this one, not of the class
