"""Count all lines anew: at the first run, after an upgrade, by `gezhi recount`, and when the check wants to know.

Lines are read in ranges of cases, each under the held cursor of the ledger for a moment, so nobody waits; what moved between the first
range and the last is counted as a batch would. The rows are written beside those that are read, and one small write swaps them.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.cases.models import Case
from gezhi.insight.models import Mark
from gezhi.insight.rollups import counters
from gezhi.insight.rollups.counting import Anew
from gezhi.insight.rollups.following import FIRST, touched
from gezhi.journal.following import held
from gezhi.journal.queries import after_position
from gezhi.ledger.models import Cursor, Line
from gezhi.ledger.recount import Lines, between, publishes

RANGE = 2000  # lines read at a time
BATCH = 250
# What counters use of a line; reading another field of one that came in a range costs a query.
USED = (
    "case", "number", "state", "round", "level", "channel", "place_id", "place_path", "grid_id", "category_id", "lead_id",
    "received_at", "accepted_at", "done_at", "closed_at", "fix_due", "extended_to", "due_at", "paused_since", "paused_minutes",
    "ending", "verdict", "came_back_from_id", "is_held",
)  # fmt: skip

Telling = Callable[[int], None]


class Range(NamedTuple):
    """Cases up to this one were read at this position."""

    last: UUID
    position: int


def count_anew(*, at: datetime, told: Telling = lambda lines: None) -> int:
    """Make every roll-up anew and put it in force. Returns how many lines were counted. told: hears how many so far.

    Killed at any moment, what is read stays as it was. Of two at once the newer one counts.
    """
    counts = [one.anew() for one in counters.COUNTERS]
    ranges, total = _read_all(counts, told)
    position = _meanwhile(counts, ranges)
    edition = _begin(at)
    for count in counts:
        _go_through(count.write(edition))
    if _put_in_force(edition, position, at):
        for one in counters.COUNTERS:
            _go_through(one.clear(edition))
    return total


def begin_when_new(*, at: datetime) -> None:
    """An office whose lines were never all counted counts them; following the journal of years would take hours. Else nothing is done. 1 query.

    A mark alone says nothing: a count that was killed leaves one, and so does a worker that came first.
    """
    if not Mark.objects.filter(is_counted=True).exists():
        count_anew(at=at)


def _go_through(steps: Iterator[None]) -> None:
    for _step in steps:
        pass


@transaction.atomic
def _begin(at: datetime) -> int:
    mark = held(Mark, reached_at=at)
    mark.begun += 1
    mark.save(update_fields=["begun"])
    return mark.begun


@transaction.atomic
def _put_in_force(edition: int, position: int, at: datetime) -> bool:
    mark = held(Mark, reached_at=at)
    if mark.edition > edition:
        return False
    mark.edition, mark.position, mark.reached_at, mark.after = edition, position, at, None
    mark.is_counted = True
    mark.save(update_fields=["edition", "position", "reached_at", "after", "is_counted"])
    return True


def _read_all(counts: Sequence[Anew], told: Telling) -> tuple[list[Range], int]:
    ranges: list[Range] = []
    total = 0
    for found, last in lines_in_ranges():
        total += len(found.lines)
        for count in counts:
            count.change(Lines(found.position, []), found)
        ranges.append(Range(last, found.position))
        told(total)
    return ranges, total


class Read(NamedTuple):
    """A range of lines as they stand at a position, and the last case that was looked at."""

    found: Lines
    last: UUID


def lines_in_ranges() -> Iterator[Read]:
    """All lines that are published, in order of their cases. One short transaction and 2 queries a range."""
    after = FIRST
    while True:
        with transaction.atomic():
            cursor = Cursor.objects.select_for_update(no_key=True).first()
            rows = Line.objects.filter(case_id__gt=after).only(*USED).order_by("case_id")[:RANGE]
            found = list(rows) if cursor else []
        if not found or cursor is None:
            return
        after = found[-1].case_id
        yield Read(Lines(cursor.position, [line for line in found if not line.is_held]), after)


def _meanwhile(counts: Sequence[Anew], ranges: Sequence[Range]) -> int:
    """Bring every range to where the last one stood; returns that position."""
    if not ranges:
        return 0
    now = ranges[-1].position
    moved = sorted(_moved(ranges[0].position, now))
    lasts = [one.last for one in ranges]
    for place, found in groupby(moved, key=lambda case: bisect_left(lasts, case)):
        cases = list(found)
        was = ranges[place].position if place < len(ranges) else now  # behind the last: opened later still
        for some in (cases[at : at + BATCH] for at in range(0, len(cases) if was < now else 0, BATCH)):
            old, new = between(some, was, now)
            for count in counts:
                count.change(old, new)
    return now


def _moved(was: int, now: int) -> set[UUID]:
    cases: set[UUID] = set()
    while was < now and (entries := list(after_position(was, min(BATCH, now - was)))):
        runs = [one.subject_id for one in entries if publishes(one)]
        cases |= touched(entries) | set(Case.objects.filter(run_id__in=runs).values_list("id", flat=True))
        was = entries[-1].position or now
    return cases
