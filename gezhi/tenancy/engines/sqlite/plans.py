"""What SQLite's planner is told of our tables: how few rows each column of an index leaves, the same in every office at every size.

Left to itself it thinks that an office's id leaves ten rows, while it leaves all: asked for fifty cases by their ids, it read every case of
the office. Told the truth by ANALYZE it finds an index of an office useless and sorts whole tables to find the newest row. So it is told
what leads to the plans that are right at a million cases; and no plan changes as an office grows (docs/performance.md).
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import BooleanField, DateField, Field, ForeignKey, IntegerField, TextField, UUIDField

ROWS = 1_000_000
PARTIAL = 20  # of so many rows one stands in an index that leaves some out
# indexes of what is rare in any office: looked through before all others
RARE = frozenset({"dangers_that_wait"})
SELDOM = 5_000  # of so many rows one stands in those
OFFICE = 20  # an office leaves so many times fewer: more than any other column, and less than none
FEW, SOME, MANY = (
    6,
    200,
    5_000,
)  # so many times fewer: a state; a party, a category; a moment, a path, a number
OWN = 4  # rows of a subject: a case's reports, a report's pictures
LARGE = frozenset(
    {"case", "report", "entry", "evidence", "notice"}
)  # what a key names of which there are as many
SHORT = 16  # signs: a state, a kind


class Told(NamedTuple):
    """One line of what the planner reads. said: rows, then how many each prefix of the index leaves."""

    table: str
    name: str
    said: str


def tell(connection: Any) -> int:
    """Write it down for every table of ours, in place of what stood there. Returns how many lines. It counts from the next connection on, and at once for this one."""
    with connection.cursor() as cursor:
        told = list(_lines(cursor))
        cursor.execute("ANALYZE django_migrations")  # a small one: it makes the table of statistics
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.executemany(
            "INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES (%s, %s, %s)",
            [tuple(one) for one in told],
        )
        cursor.execute("ANALYZE sqlite_master")  # reads it
    return len(told)


def _lines(cursor: Any) -> Iterator[Told]:
    for model in apps.get_models():
        if not model.__module__.startswith("gezhi."):
            continue
        table = model._meta.db_table
        columns: dict[Any, Any] = {field.column: field for field in model._meta.concrete_fields}
        yield from _of_table(cursor, table, columns)


def _of_table(cursor: Any, table: str, columns: dict[str, Any]) -> Iterator[Told]:
    cursor.execute('SELECT name, "unique", partial FROM pragma_index_list(%s)', [table])
    for name, is_unique, is_partial in cursor.fetchall():
        cursor.execute("SELECT name FROM pragma_index_info(%s) ORDER BY seqno", [name])
        fields = [columns.get(column) for (column,) in cursor.fetchall()]
        rows = ROWS // (SELDOM if name in RARE else PARTIAL) if is_partial else ROWS
        left = estimated(fields, rows, is_unique=bool(is_unique))
        yield Told(table, name, " ".join(map(str, [rows, *left])))


def estimated(fields: Sequence["Field[Any, Any] | None"], rows: int, *, is_unique: bool) -> list[int]:
    """How many rows are left by the first column, by the first two, …"""
    found, left = list[int](), rows
    for field in fields:
        left = min(left, max(OWN, left // _narrows(field))) if not _is_subject(field) else min(left, OWN)
        found.append(left)
    if is_unique:
        found[-1] = 1
    return found


def _is_subject(field: "Field[Any, Any] | None") -> bool:
    """Whether it names one of as many: a case, a report, an entry."""
    if field is None:
        return False
    if isinstance(field, ForeignKey):
        return field.related_model._meta.model_name in LARGE
    return isinstance(field, UUIDField) and (field.primary_key or field.name in {"subject_id", "claimed_id"})


def _narrows(field: "Field[Any, Any] | None") -> int:
    if field is None:
        return SOME
    if field.name == "jurisdiction":
        return OFFICE
    if isinstance(field, BooleanField) or (field.max_length or SHORT + 1) <= SHORT:
        return FEW
    if isinstance(field, DateField | IntegerField | TextField) or (field.max_length or 0) > SHORT:
        return MANY
    return SOME
