"""Lines of the ledger into somebody else's form."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Final

import structlog

from gezhi.channels.orders.package import measure
from gezhi.channels.sheetforms.finding import CONSTANT, LIMITS, SERIAL
from gezhi.channels.sheetforms.paper import Paper
from gezhi.kernel.refusal import Invalid, Refusal
from gezhi.kernel.workbook import repacked
from gezhi.ledger.columns import Value
from gezhi.ledger.heading import minute
from gezhi.ledger.keyed import BY_KEY
from gezhi.ledger.rows import Row
from gezhi.ledger.sheetrows import CELL_SIGNS, serial

MOST_LINES = 2_000
# packages and their parts; XML (lxml's are SyntaxErrors, too); numbers, names and parts that are missing where the format has them
BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    StopIteration,
)
log = structlog.get_logger("gezhi.sheetforms")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def filled(
    data: bytes,
    *,
    sheet: str,
    first: int,
    last: int,
    fields: Sequence[str],
    rows: Sequence[Row],
    tz: tzinfo,
    is_fixed: bool = False,
) -> bytes:
    """The form with these lines in the language in force. first, last: the rows for lines; more lines than that push down what is below.

    Raises Invalid("lines", "form_is_full" | "too_many_for_a_form", count, limit), Invalid("form", "broken_form").
    """
    room = last - first + 1
    if is_fixed and len(rows) > room:
        raise Invalid("lines", "form_is_full", count=len(rows), limit=room)
    if len(rows) > MOST_LINES:
        raise Invalid("lines", "too_many_for_a_form", count=len(rows), limit=MOST_LINES)
    repacked(data, LIMITS)
    measure(data)
    mapped = [(column, field) for column, field in enumerate(fields) if field]
    with _their_file():
        paper = Paper(data, sheet)
        dates = {column: paper.is_date(column, first) for column, _ in mapped}
    cells = [
        [
            _as_cell(_value(field, at, rows[at]) if at < len(rows) else None, tz, as_date=dates[column])
            for column, field in mapped
        ]
        for at in range(max(room, len(rows)))
    ]
    with _their_file():
        if len(rows) > room:
            paper.put_in_rows(first, last, len(rows) - room)
        for at, values in enumerate(cells):
            for (column, _field), value in zip(mapped, values, strict=True):
                paper.put(column, first + at, value)
        return paper.made()


@contextmanager
def _their_file() -> Iterator[None]:
    """What a file may do to whoever reads it becomes a refusal, and is logged; what is refused already, and our own columns, are not its fault."""
    try:
        yield
    except Refusal:
        raise
    except BROKEN as broken:
        log.warning("a form of others cannot be filled", exc_info=broken)
        raise Invalid("form", "broken_form") from broken


def _value(field: str, at: int, row: Row) -> Value:
    if field == SERIAL:
        return at + 1
    return field.removeprefix(CONSTANT) if field.startswith(CONSTANT) else BY_KEY[field].value(row)


def _as_cell(value: Value, tz: tzinfo, *, as_date: bool) -> str | float | None:
    """A moment as a number where the form shows days, else as words."""
    if isinstance(value, datetime):
        return serial(value, tz) if as_date else minute(value, tz)
    return _UNSTORABLE.sub("", value)[:CELL_SIGNS] if isinstance(value, str) else value
