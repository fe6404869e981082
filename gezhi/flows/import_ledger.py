"""Bring in a ledger that somebody kept elsewhere: every row becomes a report with a case that waits at its desk.

Judged as a whole in memory (the dry run is no more than that); then written in short batches that stay out of sight until one small
write publishes them. A run that was killed is taken up where it stopped: what it brought is known by its number.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from gezhi.cases import numbers
from gezhi.cases.actions import Opening, open_many
from gezhi.cases.titles import titled
from gezhi.flows.cells import RowFinding
from gezhi.flows.ledger_sheet import Item, Judged
from gezhi.journal.actions import record
from gezhi.kernel.actor import Actor
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.reports.actions import publish_run, receive_many, start_run
from gezhi.reports.queries import numbers_known
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction

FIRST_BATCH, LEAST, MOST = 20, 4, 200  # rows per transaction
AIM_SECONDS = 0.1  # of SQLite's only writer; a batch that took longer makes the next one smaller
LEAVE_OUT, WAIT, DECLINE = (
    "leave_out",
    "wait",
    "decline",
)  # what becomes of rows that their book calls finished


@dataclass(frozen=True, slots=True)
class Result:
    """read = new + known + bad + left_out, unless the import stopped: then nothing was written, and new is what would be.

    declined: of the new ones those to be closed as declined. unlocated, uncategorised: of the items taken.
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
    )


class Staging:
    """One import under way: batches out of sight, each in a transaction of its own. Call it outside any."""

    def __init__(
        self, items: Sequence[Item], source: str, digest: str, *, actor: Actor, at: datetime
    ) -> None:
        self.items, self.actor, self.done, self.batch = items, actor, 0, FIRST_BATCH
        self.run = start_run(source, digest, actor=actor, at=at)
        self.year = at.astimezone(office_zone()).year
        self.places = places.by_ids({one.place for one in items if one.place})

    def step(self, at: datetime) -> bool:
        """Write one batch; whether more are left."""
        batch = self.items[self.done : self.done + self.batch]
        if batch:
            self._batch(batch, at)
        return self.done < len(self.items)

    def _batch(self, batch: Sequence[Item], at: datetime) -> None:
        titles = [titled(one.intake.text) for one in batch]
        numbers.stock_up(self.year, len(batch))
        begun = time.perf_counter()
        rows = list(zip(batch, titles, strict=True))
        try:
            self._write(rows, at)
        except IntegrityError:  # somebody else's import was faster with one of its numbers: it is known now
            self._write(rows, at)
        self.done += len(batch)
        taken_seconds = max(time.perf_counter() - begun, 0.001)
        self.batch = max(LEAST, min(MOST, int(len(batch) * AIM_SECONDS / taken_seconds), 2 * len(batch)))

    @transaction.atomic
    def _write(self, rows: Sequence[tuple[Item, str]], at: datetime) -> None:
        receipts = receive_many([one.intake for one, _ in rows], self.run, at=at)
        fresh = [(receipt, *row) for receipt, row in zip(receipts, rows, strict=True) if receipt.deed]
        if not fresh:
            return
        openings = [
            Opening(
                receipt.report_id, title, "import", self._place(one), one.intake.category, run_id=self.run
            )
            for receipt, one, title in fresh
        ]
        cases = open_many(openings, at=at)
        record(*(receipt.deed for receipt, _, _ in fresh if receipt.deed), *cases, actor=self.actor, at=at)

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
