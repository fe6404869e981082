"""Django's `migrate` without its needless work (tenancy/rendering.py), after which SQLite's planner is told of the tables (engines/sqlite/plans.py)."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from gezhi.tenancy import rendering
from gezhi.tenancy.engines.sqlite import plans


class Command(migrate.Command):
    """As Django's."""

    def handle(self, *args: Any, **options: Any) -> None:
        with rendering.only_what_points_at_it():
            super().handle(*args, **options)
        connection = connections[options["database"]]
        if connection.vendor == "sqlite":
            plans.tell(connection)
