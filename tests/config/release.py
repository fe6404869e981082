"""A release's data, kept as text, so that every later release can be shown to keep it: `python -m tests.ready tests.config.release DEED FILE`.

DEED: "keep" = write everything that stands in this office, and which migrations made its tables; "load" = make the tables as they
were then, in an empty database, and put the rows and files back; "compare" = print each row of the file that is gone or says
something else now, and end with 1 if there is one; one of DYING = bring this office up to date, and die (-9) at the migration whose number
stands for FILE: "die within" it, not committed yet, or "die after" its commit; "die careless" = the same as Django does it by itself (the twin);
"die after each" = bring it up to date in one process after the other, each of which dies after its first commit, until one finds nothing
more to do; prints how each ended. "plainly" = all tables in an empty database, made by Django's own `migrate`.
The key in such a file is no office's. `tests/config/first_office.py` made the office that is kept.
"""

import base64
import json
import os
import signal
import sys
from collections.abc import Iterator
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangosOwn
from django.db import connection, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from gezhi.config import upgrade
from gezhi.config.install import bring_up_to_date
from gezhi.tenancy import rendering
from gezhi.tenancy.current import city_scope

FILES = ("keys/*", "heads/*", "media/**/*")
# Columns that a later release means to change, each with the reason; what stands here is not compared: {"cases.case.level": "why"}.
MEANT: dict[str, str] = {
    "catalogue.catalogueversion.stamp": "the shipped conditions that came later are added",
    "cases.case.due_at": "both clocks count before anybody has sorted it",
    "cases.case.reminded_at": "what falls due sooner by it is reminded of anew",
    "journal.errand.due_at": "the timer of such a case",
    "journal.errand.lease": "the same, set anew",
}


def ours() -> list[str]:
    """Labels of the product's own apps."""
    return [one.label for one in apps.get_app_configs() if one.name.startswith("gezhi.")]


def plain(value: Any) -> Any:
    """A field's value as JSON has it; `field.to_python` reads it back."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return str(value) if isinstance(value, UUID) else value


def tables() -> Iterator[type[models.Model]]:
    """Every model of ours. Keys are looked at when a transaction ends, so that their order does not matter."""
    for label in ours():
        yield from apps.get_app_config(label).get_models()


def keep(file: Path) -> None:
    """One line a row, so that the file can be read and compared."""
    heads = MigrationExecutor(connection).loader.graph.leaf_nodes()
    kept: dict[str, Any] = {"migrations": {label: name for label, name in heads if label in ours()}}
    data = Path(settings.GEZHI_DATA)
    found = sorted(one for pattern in FILES for one in data.glob(pattern) if one.is_file())
    kept["files"] = {str(one.relative_to(data)): base64.b64encode(one.read_bytes()).decode() for one in found}
    kept["tables"] = {}
    with city_scope("a release is kept whole"):
        for model in tables():
            columns = [field.attname for field in model._meta.concrete_fields]
            rows = model._base_manager.order_by("pk").values_list(*columns)
            kept["tables"][model._meta.label_lower] = {
                "columns": columns,
                "rows": [[plain(value) for value in row] for row in rows],
            }
    file.write_text(_lines(kept), encoding="utf-8")


def _lines(kept: dict[str, Any]) -> str:
    def said(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    stood = []
    for label, one in kept["tables"].items():
        rows = ",\n".join(map(said, one["rows"]))
        stood.append(f'{said(label)}: {{"columns": {said(one["columns"])}, "rows": [\n{rows}\n]}}')
    files = ",\n".join(f"{said(name)}: {said(content)}" for name, content in kept["files"].items())
    tables = ",\n".join(stood)
    head = f'"migrations": {said(kept["migrations"])}'
    return f'{{{head},\n"files": {{\n{files}\n}},\n"tables": {{\n{tables}\n}}}}\n'


def load(file: Path) -> None:
    """The tables as they were, by the migrations up to then and historical models; nothing of today's models is asked."""
    kept = json.loads(file.read_text(encoding="utf-8"))
    executor = MigrationExecutor(connection)
    others = [node for node in executor.loader.graph.leaf_nodes() if node[0] not in ours()]
    then = [*others, *kept["migrations"].items()]
    with rendering.only_what_points_at_it():
        executor.migrate(then)
    state = MigrationExecutor(connection).loader.project_state(then)
    with transaction.atomic(), city_scope("a release is put back whole"):
        for label, table in kept["tables"].items():
            model = state.apps.get_model(*label.split("."))
            fields = {field.attname: field for field in model._meta.concrete_fields}
            columns = table["columns"]
            rows = [
                model(
                    **{name: fields[name].to_python(value) for name, value in zip(columns, row, strict=True)}
                )
                for row in table["rows"]
            ]
            model._base_manager.bulk_create(rows)
    for name, content in kept["files"].items():
        put = Path(settings.GEZHI_DATA) / name
        put.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        put.write_bytes(base64.b64decode(content))
        put.chmod(0o600)


def compare(file: Path) -> list[str]:
    """A line for each row that is gone and each value that is another, by today's models."""
    kept, found = json.loads(file.read_text(encoding="utf-8")), list[str]()
    with city_scope("a release is compared whole"):
        for label, table in kept["tables"].items():
            model = apps.get_model(label)
            fields = {field.attname: field for field in model._meta.concrete_fields}
            now = {plain(row.pk): row for row in model._base_manager.all()}
            for values in table["rows"]:
                then = dict(zip(table["columns"], values, strict=True))
                row = now.get(then["id"])
                if row is None:
                    found.append(f"{label} {then['id']} is gone")
                    continue
                for name, value in then.items():
                    meant = f"{label}.{name}" in MEANT
                    if not meant and (
                        name not in fields or not _is_still(fields[name], value, getattr(row, name))
                    ):
                        found.append(f"{label} {then['id']}: {name} was {value!r}")
    return found


def _is_still(field: Any, then: Any, now: Any) -> bool:
    return bool(plain(field.to_python(then)) == plain(now))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_within(number: int) -> None:
    """When the steps of the migration of this number are done and not committed."""
    begun, drawn = count(1), Migration.apply

    def apply(self: Migration, *arguments: Any, **more: Any) -> Any:
        state = drawn(self, *arguments, **more)
        if next(begun) == number:
            die()
        return state

    patch.object(Migration, "apply", apply).start()  # this process dies in it


def die_after(number: int) -> None:
    """When a migration is just committed: of those that put something off to their end (keys, indexes), the one of this number."""
    put_off, drawn, end = count(1), Migration.apply, BaseDatabaseSchemaEditor.__exit__
    its_editor: list[BaseDatabaseSchemaEditor] = []

    def apply(self: Migration, state: Any, editor: Any, collect_sql: bool = False) -> Any:
        state = drawn(self, state, editor, collect_sql)
        if editor.deferred_sql and next(put_off) == number:
            its_editor.append(editor)
        return state

    def committed(self: BaseDatabaseSchemaEditor, *trouble: Any) -> None:
        end(self, *trouble)
        if self in its_editor:
            die()

    patch.object(Migration, "apply", apply).start()  # this process dies right after it
    patch.object(
        BaseDatabaseSchemaEditor, "__exit__", committed
    ).start()  # what `with` looks up before it begins


def die_careless(number: int) -> None:
    """The same, and what is put off is taken when Django takes it."""
    upgrade.take_in = lambda migration: None
    die_after(number)


def after_each() -> Iterator[int]:
    """How each process ended. They are forked from one that has read the product in and is connected to nothing."""
    MigrationLoader(None)
    how = -9
    while how == -9:
        if not (child := os.fork()):
            die_after(1)
            bring_up_to_date()
            os._exit(0)
        how = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        yield how


DYING = {"die within": die_within, "die after": die_after, "die careless": die_careless}


def main(deed: str, file: Path) -> int:
    if deed in DYING:
        DYING[deed](int(file.name))
        bring_up_to_date()
        return 0
    if deed == "die after each":
        print(*after_each())
        return 0
    if deed == "plainly":
        call_command(DjangosOwn(), verbosity=0, interactive=False)
        return 0
    if deed == "compare":
        found = compare(file)
        print("\n".join(found))
        return bool(found)
    {"keep": keep, "load": load}[deed](file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
