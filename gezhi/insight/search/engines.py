"""The two indexes of search lines. Each holds the tokens of a line (kernel.search) and narrows; `finding` decides by the text itself.

SQLite: FTS5, row by jurisdiction and number; it keeps the tokens itself, for an index that has to be told what to forget is broken by the first wrong word. PostgreSQL: a column of lexemes beside the text, under GIN.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from gezhi.kernel.search import tokens
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction

WHOLE = 2  # signs that a token may have: what is no longer stands in a text where the index says so
NUMBER_BITS = 42  # of a row: 4 million million entries; above it the six digits of the jurisdiction


class Written(NamedTuple):
    """A line as it is and as it was (None: it is new; is None: it goes)."""

    case_id: UUID
    number: int
    was: str | None
    now: str | None


def keep(lines: Sequence[Written]) -> None:
    """Bring the index to what the lines say now. Inside the transaction that writes them."""
    if connection.vendor == "sqlite":
        _keep_in_fts(lines)
    else:
        _keep_in_gin(lines)


def _keep_in_fts(lines: Sequence[Written]) -> None:
    base = _base()
    gone = [(base | one.number,) for one in lines]
    come = [(base | one.number, tokens(one.now)) for one in lines if one.now is not None]
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM insight_search WHERE rowid = %s", gone)
        cursor.executemany("INSERT INTO insight_search(rowid, tokens) VALUES (%s, %s)", come)


def _keep_in_gin(lines: Sequence[Written]) -> None:
    said = [(tokens(one.now), current(), one.case_id) for one in lines if one.now is not None]
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE insight_searchline SET tokens = array_to_tsvector(string_to_array(%s, ' '))"
            " WHERE jurisdiction_id = %s AND case_id = %s",
            said,
        )


def source() -> str:
    """From where lines are taken that `narrow` narrows: the index first, row by row, so that whoever wants a thousand of a word in half of all lines reads no more."""
    return (
        "insight_search CROSS JOIN insight_searchline"
        if connection.vendor == "sqlite"
        else "insight_searchline"
    )


def narrow(wanted: Sequence[str]) -> tuple[str, list[Any]]:
    """A condition on `source`, and its values: rows that may hold all these tokens."""
    if connection.vendor == "sqlite":
        inside, values = _in_fts(wanted)
        number = " AND insight_searchline.number = (insight_search.rowid & %s)"
        return inside + number, [*values, (1 << NUMBER_BITS) - 1]
    return "insight_searchline.tokens @@ %s::tsquery", [" & ".join(f"'{one}'" for one in wanted)]


def _in_fts(wanted: Sequence[str]) -> tuple[str, list[Any]]:
    base = _base()
    return (
        "insight_search MATCH %s AND insight_search.rowid >= %s AND insight_search.rowid < %s",
        [" AND ".join(wanted), base, base + (1 << NUMBER_BITS)],
    )


def hits(wanted: Sequence[str]) -> tuple[str, list[Any]]:
    """The lines that may hold all these tokens, as a question to the index alone, which no text is read for, and its values."""
    inside, values = _in_fts(wanted) if connection.vendor == "sqlite" else narrow(wanted)
    if connection.vendor == "sqlite":
        return f"SELECT 1 FROM insight_search WHERE {inside}", values
    return (
        f"SELECT 1 FROM insight_searchline WHERE insight_searchline.jurisdiction_id = %s AND {inside}",
        [current(), *values],
    )


def holds() -> str:
    """The function of this engine that finds a word in a text, 1 = at its beginning, 0 = not at all."""
    return "instr" if connection.vendor == "sqlite" else "strpos"


def stored(id: UUID) -> str | UUID:
    """An id as this engine keeps it."""
    return id.hex if connection.vendor == "sqlite" else id


def _base() -> int:
    return int(jurisdiction(current()).code) << NUMBER_BITS


def are_found(lines: Sequence[tuple[int, str]]) -> set[int]:
    """Which of these (number, text) the index finds by the last of its own tokens. For the check: 1 query a line, which looks at no other one."""
    found = set()
    for number, text in lines:
        last = tokens(text).split()[-1:]
        with connection.cursor() as cursor:
            asked, values = _finds(number, last)
            cursor.execute(asked, values)
            found |= {number} if cursor.fetchone() else set()
    return found


def _finds(number: int, wanted: Sequence[str]) -> tuple[str, list[str | int | UUID]]:
    if connection.vendor == "sqlite":
        asked = "SELECT 1 FROM insight_search WHERE insight_search MATCH %s AND rowid = %s"
        return asked, [" AND ".join(wanted), _base() | number]
    narrowed, values = narrow(wanted)
    asked = f"SELECT 1 FROM insight_searchline WHERE jurisdiction_id = %s AND number = %s AND {narrowed}"
    return asked, [current(), number, *values]
