"""Beside the search lines each engine keeps an index of its own, which the models do not know (insight/search/engines.py)."""

from typing import Any

from django.db import migrations

SQLITE = "CREATE VIRTUAL TABLE insight_search USING fts5(tokens, detail=none, columnsize=0, tokenize='ascii')"
POSTGRESQL = (
    "ALTER TABLE insight_searchline ADD COLUMN tokens tsvector",
    "CREATE INDEX insight_search ON insight_searchline USING gin (tokens)",
)


def make(_apps: Any, editor: Any) -> None:
    for statement in (SQLITE,) if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("insight", "0001_search_lines")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
