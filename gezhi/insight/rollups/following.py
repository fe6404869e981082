"""Follow the journal with the roll-ups, never farther than the ledger: each batch one short transaction, read twice the same.

A batch asks what the lines of the touched cases said at the mark and say at its own end, and hands both to every counter. The lines of
an import come with the one entry that publishes it: they are counted in a batch at a time, while the mark stays before that entry.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.cases.models import Case
from gezhi.insight.models import Mark
from gezhi.insight.rollups import counters
from gezhi.journal.following import held, read_on
from gezhi.journal.models import Entry
from gezhi.journal.queries import after_position
from gezhi.ledger.queries import position as ledger_position
from gezhi.ledger.recount import between, publishes
from gezhi.tenancy.prepared import Prepared

BATCH = 250  # entries, or cases of an import
FIRST = UUID(int=0)


class Reached(NamedTuple):
    """What a figure states beside itself. at: None as long as not all was counted once. is_whole: False then, and while an import is being counted in."""

    position: int
    at: datetime | None
    edition: int
    is_whole: bool


def reached() -> Reached:
    """How far the roll-ups cover the journal. 1 query."""
    for position, at, edition, after, is_counted in _MARK.rows():
        return Reached(position, at if is_counted else None, edition, is_counted and after is None)
    return Reached(0, None, 0, False)


_MARK = Prepared(lambda: Mark.objects.values_list("position", "reached_at", "edition", "after", "is_counted"))


def catch_up(*, at: datetime, most: int | None = None) -> int:
    """Read on as far as the ledger has, or for so many batches. Returns how many entries, or cases of an import. Writes nothing when nothing is new."""
    return read_on(partial(_follow, at), is_behind=_is_behind, most=most)


def _is_behind() -> bool:
    return reached().position < ledger_position().number


@transaction.atomic
def _follow(at: datetime) -> int:
    mark = held(Mark, reached_at=at)
    end = ledger_position().number
    entries = [one for one in after_position(mark.position, BATCH) if (one.position or 0) <= end]
    if not entries:
        return 0
    if publishes(entries[0]):
        return _count_in(entries[0], mark, at, end)
    entries = _until_published(entries)
    _move(mark, touched(entries), entries[-1], at, end)
    return len(entries)


def _until_published(entries: list[Entry]) -> list[Entry]:
    upto = next((at for at, one in enumerate(entries) if publishes(one)), len(entries))
    return entries[:upto]


def touched(entries: Sequence[Entry]) -> set[UUID]:
    """Cases whose contribution to any roll-up these entries change."""
    found = {one.subject_id for one in entries if one.subject_kind == "case"}
    return found.union(*(one.touched(entries) for one in counters.COUNTERS))


def _count_in(published: Entry, mark: Mark, at: datetime, end: int) -> int:
    """The next cases of an import; the last batch moves the mark over the entry that publishes it."""
    rows = Case.objects.filter(run_id=published.subject_id, id__gt=mark.after or FIRST).order_by("id")
    cases = list(rows.values_list("id", flat=True)[:BATCH])
    _change(cases, mark, published.position or 0)
    is_last = len(cases) < BATCH
    mark.position, mark.after = (published.position or 0, None) if is_last else (mark.position, cases[-1])
    _save(mark, at, end)
    return max(1, len(cases))


def _move(mark: Mark, cases: set[UUID], last: Entry, at: datetime, end: int) -> None:
    _change(cases, mark, last.position or 0)
    mark.position = last.position or 0
    _save(mark, at, end)


def _save(mark: Mark, at: datetime, end: int) -> None:
    """What was followed from the first entry as far as the ledger (end) is counted, too."""
    mark.reached_at, mark.is_counted = at, mark.is_counted or mark.position >= end
    mark.save(update_fields=["position", "reached_at", "after", "is_counted"])


def _change(cases: Sequence[UUID] | set[UUID], mark: Mark, now: int) -> None:
    if not cases:
        return
    old, new = between(cases, mark.position, now)
    for one in counters.COUNTERS:
        one.change(old, new, mark.edition)
