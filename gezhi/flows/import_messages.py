"""Bring in the messages of a board: every one becomes a report with a case that waits, unlocated, at the intake desk.

Judged as a whole in memory first; then written in short batches that stay out of sight until one small write publishes them,
so that people can report meanwhile. A run that was killed is taken up where it stopped: what it brought is known by number.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from gezhi.cases import numbers
from gezhi.cases.opening import Opening, open_many
from gezhi.cases.titles import titled
from gezhi.flows.cells import RowFinding
from gezhi.flows.message_sheet import SOURCE, judge
from gezhi.journal.actions import record
from gezhi.kernel.actor import Actor
from gezhi.reports.actions import publish_run, receive_many, start_run
from gezhi.reports.intake import Intake
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction

BATCH = 28  # messages per transaction, about 80 ms of SQLite's only writer


@dataclass(frozen=True, slots=True)
class Result:
    """read = new + known + bad, unless the import stopped: then nothing was written. findings: the bad rows, by number."""

    read: int
    new: int
    known: int
    bad: int
    findings: tuple[RowFinding, ...] = ()
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What is written of one row; its title is made before the writer is taken."""

    intake: Intake
    title: str


def import_messages(
    data: bytes,
    filename: str,
    *,
    actor: Actor,
    at: datetime,
    skip_bad: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Result:
    """Import a sheet (.xlsx, .csv). Call it outside any transaction. progress(done, total): messages written or known so far.

    One damaged row stops it all before anything is written, unless skip_bad. Clocks start at `at`; when a message was written
    stays its said_at. Raises BadSheet.
    """
    zone = ZoneInfo(jurisdiction(current()).time_zone)
    sheet = judge(data, filename, tz=zone, at=at)
    bad = len(sheet.findings)
    if bad and not skip_bad:
        return Result(sheet.read, 0, 0, bad, sheet.findings, is_stopped=True)
    run = start_run(SOURCE, hashlib.sha256(data).hexdigest(), actor=actor, at=at)
    year = at.astimezone(zone).year
    for start in range(0, len(sheet.intakes), BATCH):
        batch = [Message(one, titled(one.text)) for one in sheet.intakes[start : start + BATCH]]
        numbers.stock_up(year, len(batch))
        _write(batch, run, actor=actor, at=at)
        progress(start + len(batch), len(sheet.intakes))
    new, known = publish_run(run, read=sheet.read, bad=bad, actor=actor, at=at)
    return Result(sheet.read, new, known, bad, sheet.findings)


def _write(batch: Sequence[Message], run: UUID, *, actor: Actor, at: datetime) -> None:
    """One batch; when somebody else's import was faster with one of its numbers, once more: it is known then."""
    try:
        _write_once(batch, run, actor=actor, at=at)
    except IntegrityError:
        _write_once(batch, run, actor=actor, at=at)


@transaction.atomic
def _write_once(batch: Sequence[Message], run: UUID, *, actor: Actor, at: datetime) -> None:
    receipts = receive_many([one.intake for one in batch], run, at=at)
    fresh = [(receipt, one) for receipt, one in zip(receipts, batch, strict=True) if receipt.deed]
    if not fresh:
        return
    openings = [
        Opening(receipt.report_id, one.title, one.intake.channel, run_id=run) for receipt, one in fresh
    ]
    cases = open_many(openings, at=at)
    record(*(receipt.deed for receipt, _ in fresh if receipt.deed), *cases, actor=actor, at=at)
