"""Lines of the ledger into somebody else's form."""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo

from gezhi.channels.orders.package import measure
from gezhi.channels.sheetforms.finding import CONSTANT, LIMITS, SERIAL
from gezhi.channels.sheetforms.paper import Paper
from gezhi.kernel.refusal import Invalid
from gezhi.kernel.workbook import repacked
from gezhi.ledger.columns import Value
from gezhi.ledger.heading import minute
from gezhi.ledger.keyed import BY_KEY
from gezhi.ledger.rows import Row
from gezhi.ledger.sheetrows import CELL_SIGNS, serial

MOST_LINES = 2_000
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
    try:
        return _filled(Paper(data, sheet), first, last, fields, rows, tz)
    except Exception as broken:
        raise Invalid("form", "broken_form") from broken


def _filled(
    paper: Paper, first: int, last: int, fields: Sequence[str], rows: Sequence[Row], tz: tzinfo
) -> bytes:
    room = last - first + 1
    if len(rows) > room:
        paper.put_in_rows(first, last, len(rows) - room)
    mapped = [(column, field) for column, field in enumerate(fields) if field]
    dates = {column: paper.is_date(column, first) for column, _ in mapped}
    for at in range(max(room, len(rows))):
        for column, field in mapped:
            value = _value(field, at, rows[at]) if at < len(rows) else None
            paper.put(column, first + at, _as_cell(value, tz, as_date=dates[column]))
    return paper.made()


def _value(field: str, at: int, row: Row) -> Value:
    if field == SERIAL:
        return at + 1
    return field.removeprefix(CONSTANT) if field.startswith(CONSTANT) else BY_KEY[field].value(row)


def _as_cell(value: Value, tz: tzinfo, *, as_date: bool) -> str | float | None:
    """A moment as a number where the form shows days, else as words."""
    if isinstance(value, datetime):
        return serial(value, tz) if as_date else minute(value, tz)
    return _UNSTORABLE.sub("", value)[:CELL_SIGNS] if isinstance(value, str) else value
