"""The tables, and what the offices keep in them, as this version wants them. A migration and the row that says it is done are one transaction: killed at any moment, an upgrade goes on."""

from datetime import datetime

from django.core.management import call_command
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState

from gezhi.cases import dues
from gezhi.catalogue import actions as catalogue
from gezhi.insight.rollups.anew import begin_when_new
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger import actions as ledger
from gezhi.tenancy.current import scope
from gezhi.tenancy.management.commands import migrate
from gezhi.tenancy.queries import all_jurisdictions


class Command(migrate.Command):
    """Our `migrate`, which tells here that it begins a migration."""

    def migration_progress_callback(
        self, action: str, migration: Migration | None = None, fake: bool = False
    ) -> None:
        if action == "apply_start" and migration is not None:
            take_in(migration)
        super().migration_progress_callback(action, migration, fake)


def bring_tables_up_to_date() -> None:
    """Take every migration that is not done yet. Doing it again does nothing."""
    call_command(Command(), verbosity=0, interactive=False)


def bring_offices_up_to_date(at: datetime) -> None:
    """What this version ships that their books lack, and deadlines that an earlier one put elsewhere. Doing it again does nothing.

    Killed at any moment, it goes on where it was. The key stands: all of it is journalled.
    """
    for office in all_jurisdictions():
        with scope(office.id):
            catalogue.add_new_conditions(actor=SYSTEM, at=at)
            dues.put_right(at=at)
            ledger.put_right()
            begin_when_new(at=at)


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
