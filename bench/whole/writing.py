"""Rows into either engine as fast as it takes them, their indexes made afterwards."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from bench.whole.units import TABLES, columns
from gezhi.insight.models import SearchLine
from gezhi.journal.models import Seal
from gezhi.tenancy.current import current
from gezhi.tenancy.engines.sqlite import plans
from gezhi.tenancy.queries import jurisdiction

NUMBER_BITS = 42  # as insight/search/engines.py
WRITTEN = (*TABLES, SearchLine, Seal)
FAST = (
    "journal_mode = OFF",
    "synchronous = OFF",
    "cache_size = -3000000",
    "temp_store = MEMORY",
    "threads = 2",
)
SOUND = ("journal_mode = WAL", "synchronous = FULL", "cache_size = -2000")


def write(model: Any, rows: Sequence[Sequence[Any]]) -> None:
    """Rows of one table, in the order of its columns."""
    if not rows:
        return
    table, named = model._meta.db_table, ", ".join(f'"{name}"' for name in columns(model))
    if connection.vendor == "sqlite":
        marks = ", ".join("?" * len(rows[0]))
        _raw().executemany(f'INSERT INTO "{table}" ({named}) VALUES ({marks})', rows)
    else:
        with _raw().cursor() as cursor, cursor.copy(f'COPY "{table}" ({named}) FROM STDIN') as copy:
            copy.write("".join("\t".join(map(_text, row)) + "\n" for row in rows))


def index(found: Sequence[tuple[int, str, str]], lines: Sequence[Sequence[Any]]) -> None:
    """Search lines with what their index knows: (number, tokens, case) beside each row."""
    if connection.vendor == "sqlite":
        write(SearchLine, lines)
        base = int(jurisdiction(current()).code) << NUMBER_BITS
        rows = [(base | number, tokens) for number, tokens, _ in found]
        _raw().executemany("INSERT INTO insight_search(rowid, tokens) VALUES (?, ?)", rows)
        return
    named = ", ".join([*(f'"{name}"' for name in columns(SearchLine)), "tokens"])
    with _raw().cursor() as cursor, cursor.copy(f"COPY insight_searchline ({named}) FROM STDIN") as copy:
        for row, (_, tokens, _) in zip(lines, found, strict=True):
            words = " ".join(f"'{one}'" for one in dict.fromkeys(tokens.split()))
            copy.write("\t".join(map(_text, [*row, words])) + "\n")


def _raw() -> Any:
    connection.ensure_connection()
    return connection.connection


def _text(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return r"\\x" + value.hex()
    if isinstance(value, str) and _HAS_SIGNS(value):
        return value.translate(_SIGNS)
    return str(value)


_SIGNS = str.maketrans({"\\": r"\\", "\n": r"\n", "\t": r"\t", "\r": r"\r"})
_HAS_SIGNS = re.compile(r"[\\\n\t\r]").search


@contextmanager
def in_bulk(is_large: bool) -> Iterator[dict[str, float]]:
    """While it lasts nothing is made sure of; where much comes, indexes are made at the end. Gives seconds by part, complete afterwards.

    For a scratch office only: a crash leaves a broken file.
    """
    spent = dict[str, float]()
    if not is_large:
        with _unwatched():
            yield spent
        return
    _pragma(FAST)
    dropped = _drop_indexes()
    with _unwatched():
        yield spent
    begun = time.perf_counter()
    for statement in dropped:
        _do(statement)
    spent["indexes"] = time.perf_counter() - begun
    begun = time.perf_counter()
    if connection.vendor == "sqlite":
        plans.tell(connection)
    else:
        _do("ANALYZE")
    _pragma(SOUND)
    spent["statistics"] = time.perf_counter() - begun


def _pragma(which: Sequence[str]) -> None:
    if connection.vendor == "sqlite":
        for one in which:
            _raw().execute(f"PRAGMA {one}")


@contextmanager
def _unwatched() -> Iterator[None]:
    """PostgreSQL does not look up each key; the check does afterwards."""
    if connection.vendor == "postgresql":
        _do("SET session_replication_role = replica")
    yield
    if connection.vendor == "postgresql":
        _do("SET session_replication_role = DEFAULT")


def _do(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _drop_indexes() -> list[str]:
    """Drop what is no constraint; the statements that make it again."""
    tables = [model._meta.db_table for model in WRITTEN]
    marks = ", ".join(["%s"] * len(tables))
    if connection.vendor == "sqlite":
        asked = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})"
    else:
        asked = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            f" AND tablename IN ({marks}) AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        )
    with connection.cursor() as cursor:
        cursor.execute(asked, tables)
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]
