"""Design §6 rule 4 over the whole suite: no statement touches a tenant table without naming its jurisdiction.

Every table of a statement counts by itself: each one, under its alias, is held to a jurisdiction where it stands.
"""

import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.backends.signals import connection_created

from gezhi.tenancy.current import in_city_scope
from gezhi.tenancy.models import TenantModel

ROOT = Path(__file__).resolve().parent.parent
TABLE = re.compile(
    r"\b(FROM|JOIN|UPDATE|INTO|USING)\s+(?:ONLY\s+)?(\w+)(?:\s+(?:AS\s+)?(\w+))?", re.IGNORECASE
)
NOT_AN_ALIAS = re.compile(
    r"set|where|inner|left|right|full|cross|natural|join|on|order|group|limit|using|values|for|union|select|default",
    re.IGNORECASE,
)
FLUSH = re.compile(
    r"^\s*(?:DELETE FROM \w+;|TRUNCATE )", re.IGNORECASE
)  # how Django empties tables between tests


class SqlLint:
    """Watches every connection while `listening`; `found` = one line per statement that broke the rule."""

    def __init__(self) -> None:
        self.is_listening = False
        self.found: list[str] = []

    def watch(self, connection: Any, **_signal: object) -> None:
        """Stand beside every statement of this connection."""
        if self.judge not in connection.execute_wrappers:
            connection.execute_wrappers.append(self.judge)

    def judge(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if self.is_listening and not in_city_scope() and (tables := unscoped(str(sql))):
            self.found.append(f"{', '.join(tables)} without jurisdiction at {_caller()}: {str(sql)[:600]}")
        return execute(sql, params, many, context)

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        """Collect what is found meanwhile."""
        before, self.found, self.is_listening = (self.found, self.is_listening), [], True
        try:
            yield self.found
        finally:
            self.found, self.is_listening = before


def begin() -> SqlLint:
    """A lint that watches the connections of all threads, present and future."""
    lint = SqlLint()
    connection_created.connect(lint.watch, weak=False)
    for connection in connections.all():
        lint.watch(connection)
    return lint


@cache
def tenant_tables() -> frozenset[str]:
    """Tables whose rows belong to a jurisdiction."""
    return frozenset(model._meta.db_table for model in apps.get_models() if issubclass(model, TenantModel))


@cache
def unscoped(sql: str) -> tuple[str, ...]:
    """Tenant tables that this statement touches without naming their jurisdiction. Schema statements touch none."""
    plain = sql.replace('"', "")
    if FLUSH.match(plain):
        return ()
    return tuple(
        found[2]
        for found in TABLE.finditer(plain)
        if found[2] in tenant_tables() and not _is_held(found, plain)
    )


def _is_held(found: re.Match[str], sql: str) -> bool:
    verb, table, rest = found[1].upper(), found[2], sql[found.end(2) :]
    if verb == "INTO":
        columns = re.match(r"\s*\(([^)]*)\)", rest)
        return columns is not None and "jurisdiction_id" in columns[1]
    alias = found[3] if found[3] and not NOT_AN_ALIAS.fullmatch(found[3]) else table
    column = rf"(?:\b{alias}\.|(?<![.\w]))jurisdiction_id\b"
    # As a condition; standing in the list of columns or in the order binds nothing.
    return re.search(rf"{column}\)?\s*(?:=|IN\b)|=\s*\(?{column}", rest) is not None


def _caller() -> str:
    """The innermost line of ours that asked."""
    for frame in reversed(traceback.extract_stack()):
        file = Path(frame.filename)
        if file.is_relative_to(ROOT) and ".venv" not in file.parts and file.name != "sql_lint.py":
            return f"{file.relative_to(ROOT)}:{frame.lineno}"
    return "somewhere"
