"""A month book as a file: the lines as they were frozen, and behind them, in a sheet of its own, what changed since."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

from django.utils import translation
from django.utils.translation import gettext as _

from gezhi.cases.wording import of
from gezhi.kernel.actor import Actor
from gezhi.kernel.months import written
from gezhi.kernel.refusal import Invalid
from gezhi.ledger import book, plain
from gezhi.ledger.book import Beside
from gezhi.ledger.columns import Kind, Value
from gezhi.ledger.corrections import Correction, changed, corrections, then_rows
from gezhi.ledger.export import WRITERS
from gezhi.ledger.heading import Heading, heading, minute
from gezhi.ledger.months import BookRow
from gezhi.ledger.queries import LineFilter

Deeds = Mapping[str, Any]  # what happened, in words, by event


def writing(
    row: BookRow, to: BinaryIO, *, suffix: str, actor: Actor, language: str, at: datetime, deeds: Deeds
) -> Iterator[int]:
    """Step by step, as `export.writing`; .csv holds the frozen lines alone. Raises Invalid("suffix", "unknown")."""
    if suffix not in WRITERS:
        raise Invalid("suffix", "unknown", known=tuple(WRITERS))
    with translation.override(language):
        head = month_heading(row, actor=actor, language=language, at=at)
    lines = then_rows(row, actor=actor, language=language)
    if suffix == ".csv":
        return plain.writing(lines, to, head)
    return book.writing(lines, to, head, [_beside(row, head, deeds, actor=actor, language=language, at=at)])


def month_heading(row: BookRow, *, actor: Actor, language: str, at: datetime) -> Heading:
    """Of which month, frozen when, at which position. In the language in force."""
    plain_one = heading(LineFilter(), actor=actor, language=language, at=at)
    said = {"number": row.position, "time": minute(row.frozen_at, plain_one.tz)}
    return replace(
        plain_one,
        title=_("%(month)s台账") % {"month": written(row.month)},
        period=_("收到时间在 %(month)s") % {"month": written(row.month)},
        covers=_("冻结于 %(time)s，依据流水第 %(number)s 条及以前的记录") % said,
    )


def _beside(
    row: BookRow, head: Heading, deeds: Deeds, *, actor: Actor, language: str, at: datetime
) -> Beside:
    text, moment = Kind.TEXT, Kind.MOMENT
    columns = (
        (_("编号"), 21, text),
        (_("栏目"), 16, text),
        (_("冻结时"), 30, text),
        (_("现在"), 30, text),
        (_("更改时间"), 16, moment),
        (_("因为什么"), 16, text),
        (_("说明"), 40, text),
    )
    pairs = changed(row, actor=actor)
    found = corrections(pairs, row, actor=actor, language=language, at=at)
    about = _("冻结以后的变化，截至 %(time)s") % {"time": minute(at, head.tz)}
    return Beside(_("更正"), about, columns, (as_cells(one, head, deeds) for one in found))


def as_cells(one: Correction, head: Heading, deeds: Deeds) -> Sequence[Value]:
    """As the sheet shows it, in the language in force."""
    column, then, now = said(one, head)
    return one.number, column, then, now, one.at, of(deeds, one.event) if one.event else "", one.reason


def said(one: Correction, head: Heading) -> tuple[str, str, str]:
    """Column, then and now in words."""
    if one.column is None:
        gone = _("没有这一行"), _("有这一行")
        return (_("整行"), *(gone if one.is_added else gone[::-1]))
    return str(one.column.head), _words(one.then, head), _words(one.now, head)


def _words(value: Value, head: Heading) -> str:
    if isinstance(value, datetime):
        return minute(value, head.tz)
    return "" if value is None else str(value)
