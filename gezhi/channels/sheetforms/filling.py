"""Lines of the ledger into somebody else's form."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from functools import partial
from typing import Final

import structlog
from django.utils.translation import gettext as _

from gezhi.channels.orders.package import measure
from gezhi.channels.sheetforms.finding import CONSTANT, LIMITS, SERIAL
from gezhi.channels.sheetforms.paper import Paper
from gezhi.kernel.refusal import Invalid, Refusal
from gezhi.kernel.workbook import repacked
from gezhi.ledger.columns import Value
from gezhi.ledger.heading import minute
from gezhi.ledger.keyed import BY_KEY, LATE
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
_BLANK = "[_＿ \u3000]"
_MONTH = re.compile(  # blanks are read once, from where they begin: a long line of them takes no longer than its length
    f"(?P<year>[0-9]{{4}}{_BLANK}*+|(?<!{_BLANK}){_BLANK}{{2,}}+)年{_BLANK}++月(?!{_BLANK}*+[0-9]*+{_BLANK}*+日)"
)
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
    month: date | None = None,
) -> bytes:
    """The form with these lines in the language in force. first, last: the rows for lines; more lines than that push down what is below. month: of
    which they are, for a place above the lines that leaves it open.

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
        dates = {column: paper.is_date(column, first) for column, _field in mapped}
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
        if month is not None:
            _name_month(paper, range(1, first), month)
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


def _name_month(paper: Paper, rows: range, month: date) -> None:
    """Where somebody is to write of which month the form is (2026年__月), it is written; the day of filling it in (年 月 日) is his own."""
    for row in rows:
        for column, _cell in list(paper.cells(row)):
            text = paper.text(column, row)
            said = _MONTH.sub(partial(_named, month=month), text)
            if said != text:
                paper.put(column, row, said)


def _named(found: "re.Match[str]", *, month: date) -> str:
    """Another year than the one that stands there is not this form's."""
    year = found["year"].strip("_＿ \u3000")
    return f"{month.year}年{month.month}月" if year in ("", str(month.year)) else found[0]


def _late(is_on_time: bool | None) -> str:
    """是 of what was not in time; "" where nothing was due."""
    return "" if is_on_time is None else _("否") if is_on_time else _("是")


def _value(field: str, at: int, row: Row) -> Value:
    if field == LATE:
        return _late(row.fixed_on_time)
    if field == SERIAL:
        return at + 1
    return field.removeprefix(CONSTANT) if field.startswith(CONSTANT) else BY_KEY[field].value(row)


def _as_cell(value: Value, tz: tzinfo, *, as_date: bool) -> str | float | None:
    """A moment as a number where the form shows days, else as words."""
    if isinstance(value, datetime):
        return serial(value, tz) if as_date else minute(value, tz)
    return _UNSTORABLE.sub("", value)[:CELL_SIGNS] if isinstance(value, str) else value
