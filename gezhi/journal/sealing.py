"""The worker's part: put new rows into the jurisdiction's chain, and copy the chain's head outside the database."""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gezhi.journal.chain import START, seal_digest
from gezhi.journal.models import Entry, Seal, SealersTurn
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current
from gezhi.tenancy.keys import derived
from gezhi.tenancy.models import Jurisdiction
from gezhi.tenancy.updating import set_each

BATCH = 500  # rows per seal: 500 updates hold SQLite's only writer for a few milliseconds


def seal(*, at: datetime) -> int:
    """Seal all rows that are not sealed yet, oldest first. Returns how many. Safe beside other sealers and writers."""
    total = 0
    while (done := _seal_one_batch(at)) > 0:
        total += done
    if total:
        copy_head()
    return total


@transaction.atomic
def _seal_one_batch(at: datetime) -> int:
    _take_turn()
    entries = _in_order(_next_batch())
    if not entries:
        return 0
    last = Seal.objects.order_by("-number").first()
    number, first = (last.number + 1, last.last + 1) if last else (1, 1)
    macs = [entry.mac for entry in entries]
    set_each(Entry, "position", {entry.id: position for position, entry in enumerate(entries, first)})
    Seal.objects.create(
        number=number,
        first=first,
        last=first + len(entries) - 1,
        macs=macs,
        digest=seal_digest(derived("journal"), last.digest if last else START, number, first, macs),
        at=at,
    )
    return len(entries)


def _take_turn() -> None:
    """One sealer at a time, until the transaction ends. The row is ours alone: no deed holds it, however long it takes. 1 statement."""
    turns = SealersTurn.objects.select_for_update(no_key=True)
    if turns.first() is None:
        SealersTurn.objects.bulk_create([SealersTurn()], ignore_conflicts=True)
        turns.get()


def _next_batch() -> list[Entry]:
    """The oldest rows not sealed yet; with an earlier step of one of their subjects that a faster clock put behind them."""
    unsealed = Entry.objects.filter(position=None).order_by("id")
    batch = list(unsealed[:BATCH])
    if len(batch) < BATCH:
        return batch
    newest: dict[tuple[str, UUID], int] = {}
    for entry in batch:
        subject = (entry.subject_kind, entry.subject_id)
        newest[subject] = max(entry.seq, newest.get(subject, 0))
    later = unsealed.filter(id__gt=batch[-1].id, subject_id__in={subject for _, subject in newest})
    return batch + [
        entry for entry in later if entry.seq < newest.get((entry.subject_kind, entry.subject_id), 0)
    ]


def _in_order(entries: Sequence[Entry]) -> list[Entry]:
    """By id (time of making), but never a subject's later step before its earlier one, whatever the clock did."""
    slots = sorted(entries, key=lambda entry: entry.id)
    by_subject = sorted(entries, key=lambda entry: (entry.subject_id, entry.seq))
    queues = {
        subject: iter(list(rows)) for subject, rows in groupby(by_subject, key=lambda entry: entry.subject_id)
    }
    return [next(queues[entry.subject_id]) for entry in slots]


def head_file(jurisdiction_code: str) -> Path:
    """Where the head of a jurisdiction's chain is copied to, outside the database."""
    return Path(settings.GEZHI_DATA) / "heads" / f"{jurisdiction_code}.json"


def copy_head() -> None:
    """Write the chain's head (number, last position, digest) beside the database, and once a day into the history of heads."""
    last = Seal.objects.order_by("-number").first()
    if last is None:
        return
    path = head_file(Jurisdiction.objects.values_list("code", flat=True).get(id=current()))
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {"number": last.number, "position": last.last, "digest": last.digest, "at": last.at.isoformat()}
    fresh = path.with_suffix(f".{new_id().hex}")  # two sealers at once never write into one file
    with fresh.open("w") as file:
        json.dump(head, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _keep_for_the_day(path.with_suffix(".history"), last.at.date().isoformat(), head)


def _keep_for_the_day(history: Path, day: str, head: dict[str, object]) -> None:
    kept = history.read_text().splitlines() if history.exists() else []
    if not kept or not kept[-1].startswith(day):
        with history.open("a") as file:
            file.write(f"{day} {json.dumps(head)}\n")
