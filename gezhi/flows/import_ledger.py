"""Bring in a ledger that somebody kept elsewhere: every row becomes a report with a case that waits at its desk.

Judged as a whole in memory (the dry run is no more than that); then written in short batches that stay out of sight until one small
write publishes them. A run that was killed is taken up where it stopped: what it brought is known by its number.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from gezhi.cases import numbers
from gezhi.cases.opening import Batch, Known, Opening, ready_many, store_many
from gezhi.cases.titles import titled
from gezhi.flows.cells import RowFinding
from gezhi.flows.ledger_sheet import Item, Judged
from gezhi.journal.firsts import first_rows, write_firsts
from gezhi.kernel.actor import Actor
from gezhi.parties.days import local_day
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.reports.actions import publish_run, start_run
from gezhi.reports.queries import numbers_known
from gezhi.reports.staging import Voice, Voices, store
from gezhi.tenancy.current import current
from gezhi.tenancy.inserting import Ready as Row
from gezhi.tenancy.queries import jurisdiction

FIRST_BATCH, LEAST, MOST = 20, 4, 800  # rows per transaction
AIM_SECONDS = 0.05  # of SQLite's only writer; a batch that took longer makes the next one smaller
KNOWN_SECONDS = 5.0
NUMBERS_AT_ONCE = 1000  # what is left of them goes to later cases of this process, or is a gap
CHANNEL = "import"
LEAVE_OUT, WAIT, DECLINE = (
    "leave_out",
    "wait",
    "decline",
)  # what becomes of rows that their book calls finished


@dataclass(frozen=True, slots=True)
class Result:
    """read = new + known + bad + left_out, unless the import stopped: then nothing was written, and new is what would be.

    declined: of the new ones those to be closed as declined. unlocated, uncategorised: of the items taken.
    totals: rows that only add up; they are not among those read.
    """

    read: int
    new: int
    known: int
    bad: int
    left_out: int = 0
    finished: int = 0
    unlocated: int = 0
    uncategorised: int = 0
    findings: tuple[RowFinding, ...] = ()
    remarks: tuple[RowFinding, ...] = ()
    is_stopped: bool = False
    totals: int = 0


def office_zone() -> ZoneInfo:
    """In which zone a book of this office was written."""
    return ZoneInfo(jurisdiction(current()).time_zone)


def taken(sheet: Judged, finished: str) -> tuple[Item, ...]:
    """Which items come in: without those finished elsewhere when these are to be left out."""
    return tuple(one for one in sheet.items if finished != LEAVE_OUT or not one.is_finished)


def dry_run(sheet: Judged, source: str, finished: str) -> Result:
    """What an import would do. Nothing is written."""
    items = taken(sheet, finished)
    known = numbers_known(source, [one.intake.external_number for one in items])
    fresh = [one for one in items if one.intake.external_number not in known]
    rows = {one.row for one in fresh}
    return Result(
        read=sheet.read,
        new=len(fresh),
        known=len(known) + sheet.repeats,
        bad=len(sheet.findings),
        left_out=len(sheet.items) - len(items),
        finished=sum(one.is_finished for one in sheet.items),
        unlocated=sum(one.place is None for one in fresh),
        uncategorised=sum(one.intake.category is None for one in fresh),
        findings=sheet.findings,
        remarks=tuple(one for one in sheet.remarks if one.row in rows),
        totals=sheet.totals,
    )


class Ready(NamedTuple):
    """One batch, as it will be written."""

    voices: Sequence[Voice]
    cases: Batch
    entries: Sequence[Row]


class Staging:
    """One import under way: batches out of sight, each in a transaction of its own. Call it outside any.

    longest: for how many seconds the longest of them held the writer.
    """

    def __init__(
        self, items: Sequence[Item], source: str, digest: str, *, actor: Actor, at: datetime
    ) -> None:
        self.items, self.source, self.actor = items, source, actor
        self.done, self.batch, self.longest = 0, FIRST_BATCH, 0.0
        self.run = start_run(source, digest, actor=actor, at=at)
        self.places: dict[UUID, PlaceRow] = {}
        self._renew(at)

    def _renew(self, at: datetime) -> None:
        """What is asked of desks and calendars holds for some seconds."""
        self.voices = Voices(self.run, channel=CHANNEL, source=self.source, at=at)
        self.known, self.known_since, self.known_at = Known(), time.monotonic(), at

    def step(self, at: datetime) -> bool:
        """Write one batch; whether more are left."""
        batch = self.items[self.done : self.done + self.batch]
        if batch:
            self._batch(batch, at)
        return self.is_left

    @property
    def is_left(self) -> bool:
        """Whether rows are still to be written."""
        return self.done < len(self.items)

    def _batch(self, batch: Sequence[Item], at: datetime) -> None:
        if at != self.known_at or time.monotonic() - self.known_since > KNOWN_SECONDS:
            self._renew(at)
        try:
            held = self._write(self._ready(batch, at))
        except IntegrityError:  # somebody else's import was faster with one of its numbers: it is known now
            held = self._write(self._ready(batch, at))
        self.done += len(batch)
        self.longest = max(self.longest, held)
        self.batch = max(LEAST, min(MOST, int(len(batch) * AIM_SECONDS / max(held, 0.001)), 2 * len(batch)))

    def _ready(self, batch: Sequence[Item], at: datetime) -> Ready | None:
        """All that can be made without the office's only writer; None when every number is here already."""
        known = numbers_known(self.source, [one.intake.external_number for one in batch])
        fresh = [one for one in batch if one.intake.external_number not in known]
        if not fresh:
            return None
        self._find(fresh)
        numbers.stock_up(local_day(at).year, min(len(self.items) - self.done, NUMBERS_AT_ONCE))
        voices = [self.voices.ready(one.intake) for one in fresh]
        openings = [
            Opening(
                voice.id,
                titled(one.intake.text),
                CHANNEL,
                self._place(one),
                one.intake.category,
                run_id=self.run,
            )
            for voice, one in zip(voices, fresh, strict=True)
        ]
        cases = ready_many(openings, at=at, known=self.known)
        deeds = [*(voice.deed for voice in voices), *cases.deeds]
        return Ready(voices, cases, first_rows(deeds, actor=self.actor, at=at))

    def _write(self, ready: Ready | None) -> float:
        """Seconds for which it held the writer."""
        if ready is None:
            return 0.0
        with transaction.atomic():
            begun = time.perf_counter()  # whoever waits for his turn holds nobody up
            store(ready.voices)
            store_many(ready.cases)
            write_firsts(ready.entries)
        return time.perf_counter() - begun

    def _find(self, fresh: Sequence[Item]) -> None:
        """The places of a batch that no earlier one had."""
        unknown = {one.place for one in fresh if one.place} - self.places.keys()
        if unknown:
            self.places |= places.by_ids(unknown)

    def _place(self, one: Item) -> PlaceRow | None:
        return self.places[one.place] if one.place else None

    def publish(self, *, read: int, bad: int, at: datetime) -> tuple[int, int]:
        """Show it all, by one small write. Returns (new, known)."""
        return publish_run(self.run, read=read, bad=bad, actor=self.actor, at=at)


def import_ledger(
    sheet: Judged,
    source: str,
    digest: str,
    *,
    finished: str = LEAVE_OUT,
    skip_bad: bool = False,
    actor: Actor,
    at: datetime,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Result, UUID | None]:
    """Import a judged ledger in one go. Call it outside any transaction. Returns what was done, and the run's id.

    One damaged row stops it all before anything is written, unless skip_bad. Clocks start at `at`; when it was said stays said_at.
    """
    would = dry_run(sheet, source, finished)
    if would.bad and not skip_bad:
        return _stopped(would), None
    items = taken(sheet, finished)
    staging = Staging(items, source, digest, actor=actor, at=at)
    for done in _steps(staging, at):
        progress(done, len(items))
    new, _ = staging.publish(read=sheet.read, bad=would.bad, at=at)
    known = sheet.read - new - would.bad - would.left_out
    return _done(would, new, known), staging.run


def _steps(staging: Staging, at: datetime) -> Iterator[int]:
    more = True
    while more:
        more = staging.step(at)
        yield staging.done


def _stopped(would: Result) -> Result:
    return replace(would, new=0, known=0, is_stopped=True)


def _done(would: Result, new: int, known: int) -> Result:
    return replace(would, new=new, known=max(0, known))
