"""Large ledgers as files: asked for at the desk, written by the worker in short turns, kept for a day for whoever asked.

A worker that is killed loses only its turns: the next one holds the lock of the half file and begins anew.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation

from gezhi.journal import outbox
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere, Refusal
from gezhi.ledger import months, monthsheet
from gezhi.ledger.export import WRITERS, writing
from gezhi.ledger.heading import heading
from gezhi.ledger.models import LedgerFile
from gezhi.ledger.months import BookRow
from gezhi.ledger.monthsheet import Deeds
from gezhi.ledger.queries import LineFilter, LookFor, as_values, from_values, in_pieces, lines
from gezhi.ledger.rows import CHUNK, rows
from gezhi.parties.queries import actor_of_account
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current

WRITE = "ledger.file"  # errand kind; the key is the file's id
KEPT = timedelta(days=1)
STRAIGHT = 5_000  # lines that are written while somebody waits: a second
MOST_AT_ONCE = 3  # that one person has under way
SLICE_SECONDS = 1.5
BROKE_OFF = "broke_off"


class FileRow(NamedTuple):
    """A file as values. It is there when it has ended without a problem."""

    id: UUID
    suffix: str
    asked_at: datetime
    ended_at: datetime | None
    written: int
    total: int
    problem: str

    @property
    def is_ready(self) -> bool:
        """Whether it can be taken away."""
        return self.ended_at is not None and not self.problem


# ---- what people do ----


@transaction.atomic
def ask(wanted: LineFilter | BookRow, *, suffix: str, actor: Actor, language: str, at: datetime) -> UUID:
    """Have the worker write a ledger, or a month book. The same one asked for twice while it is written is one. Returns its id.

    Raises Invalid("suffix", "unknown"), Invalid as `as_values`, NotFromHere("too_many_files").
    """
    if suffix not in WRITERS:
        raise Invalid("suffix", "unknown", known=tuple(WRITERS))
    if actor.id is None:
        raise ValueError("a file is asked for by somebody")
    said = {"book": str(wanted.id)} if isinstance(wanted, BookRow) else as_values(wanted)
    waiting = LedgerFile.objects.filter(by_id=actor.id, ended_at=None)
    same = waiting.filter(suffix=suffix, language=language, wanted=said).values_list("id", flat=True).first()
    if same is not None:
        return UUID(str(same))
    if waiting.count() >= MOST_AT_ONCE:
        raise NotFromHere("too_many_files")
    total = wanted.lines if isinstance(wanted, BookRow) else lines(wanted, actor=actor).count()
    made = LedgerFile(
        id=new_id(), by_id=actor.id, suffix=suffix, language=language, wanted=said, asked_at=at, total=total
    )
    LedgerFile.objects.bulk_create([made])
    outbox.queue(outbox.Following(WRITE, str(made.id), at))
    return made.id


def files(actor: Actor) -> list[FileRow]:
    """What this person asked for, newest first. 1 query."""
    rows = LedgerFile.objects.filter(by_id=actor.id).order_by("-asked_at", "-id")
    return [FileRow._make(one) for one in rows.values_list(*FileRow._fields)]


def file(id: UUID, *, actor: Actor) -> FileRow:
    """One of them. Raises NotFound: nobody gets what somebody else asked for."""
    found = LedgerFile.objects.filter(id=id, by_id=actor.id).values_list(*FileRow._fields).first()
    if found is None:
        raise NotFound("file")
    return FileRow._make(found)


def open_file(row: FileRow) -> BinaryIO:
    """A finished file. Raises NotFound("file") when it is not there any more."""
    try:
        return _path(row.id, row.suffix).open("rb")
    except FileNotFoundError:
        raise NotFound("file") from None


# ---- what the worker does ----


@dataclass(slots=True)
class _Held:
    """A file under way in this process: its lock, and what is still to be written."""

    half: BinaryIO
    steps: Iterator[int]


_held: dict[tuple[UUID, UUID], _Held] = {}


def go_on(
    id: UUID, *, at: datetime, deeds: Deeds = MappingProxyType({}), look_for: LookFor | None = None
) -> timedelta | None:
    """A turn of writing: how long to wait until the next one, None = it is done. Call it outside any transaction.

    deeds: what happened, in words, for the corrections of a month book. look_for: what finds words (insight.search).
    """
    key = (current(), id)
    row = LedgerFile.objects.filter(id=id).first()
    if row is None or row.ended_at is not None:
        _let_go(key)
        return None
    try:
        if key not in _held and not _begin(key, row, at, deeds, look_for):
            return timedelta(seconds=2)  # another worker has it
        with translation.override(row.language):
            return _turn(key, row, at)
    except Refusal as refused:
        _end(key, row, at, problem=refused.code)
        return None
    except BaseException:
        _let_go(key)  # the next try begins anew
        raise


def give_up(id: UUID, *, at: datetime) -> None:
    """The last try went wrong: it ends with a sentence, and does not count as under way any more."""
    row = LedgerFile.objects.filter(id=id, ended_at=None).first()
    if row is not None:
        _end((current(), id), row, at, problem=BROKE_OFF)


def _begin(
    key: tuple[UUID, UUID], row: LedgerFile, at: datetime, deeds: Deeds, look_for: LookFor | None
) -> bool:
    folder = _path(row.id, row.suffix).parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(_half(row.id), os.O_RDWR | os.O_CREAT, 0o600)
    half: BinaryIO = os.fdopen(handle, "r+b")
    try:
        fcntl.flock(half, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        half.close()
        return False
    if not _is_still(
        half, _half(row.id)
    ):  # who had it has just ended: this is the finished file now, or one that was taken away
        half.close()
        return False
    try:
        half.truncate(0)
        with translation.override(row.language):
            _held[key] = _Held(half, _writing(row, half, at, deeds, look_for))
    except BaseException:
        half.close()  # with the lock: else the next try would take this one for another worker
        raise
    return True


def _is_still(half: BinaryIO, path: Path) -> bool:
    """Whether an open file is the one that lies there."""
    try:
        return os.path.samestat(os.fstat(half.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _writing(
    row: LedgerFile, half: BinaryIO, at: datetime, deeds: Deeds, look_for: LookFor | None
) -> Iterator[int]:
    actor = actor_of_account(row.by_id, at)
    if book := row.wanted.get("book"):
        found = months.book(UUID(book), actor=actor)
        return monthsheet.writing(
            found, half, suffix=row.suffix, actor=actor, language=row.language, at=at, deeds=deeds
        )
    wanted = from_values(row.wanted, look_for)
    said = heading(wanted, actor=actor, language=row.language, at=at)
    shown = rows(in_pieces(lines(wanted, actor=actor), CHUNK), actor=actor, language=row.language, at=at)
    return writing(shown, half, suffix=row.suffix, heading=said)


def _turn(key: tuple[UUID, UUID], row: LedgerFile, at: datetime) -> timedelta | None:
    held, until = _held[key], time.monotonic() + SLICE_SECONDS
    for count in held.steps:
        if time.monotonic() > until:
            LedgerFile.objects.filter(id=row.id).update(written=count)
            return timedelta()
        row.written = count
    held.half.flush()
    os.fsync(held.half.fileno())
    _half(row.id).replace(_path(row.id, row.suffix))
    _end(key, row, at)
    return None


def _end(key: tuple[UUID, UUID], row: LedgerFile, at: datetime, *, problem: str = "") -> None:
    _let_go(key)
    _half(row.id).unlink(missing_ok=True)
    LedgerFile.objects.filter(id=row.id).update(ended_at=at, problem=problem, written=row.written)


def _let_go(key: tuple[UUID, UUID]) -> None:
    if (held := _held.pop(key, None)) is not None:
        held.half.close()


def purge(*, at: datetime) -> None:
    """Files of yesterday go, with what stands of them. The row last, so that a kill leaves nothing behind that nobody knows.

    One whose errand was parked, for its worker died at the last try, ends as broken off.
    """
    given_up = outbox.parked().filter(kind=WRITE).values_list("key", flat=True)
    for key in given_up:
        give_up(UUID(key), at=at)
    for id, suffix in LedgerFile.objects.filter(asked_at__lt=at - KEPT).values_list("id", "suffix"):
        _let_go((current(), id))
        _path(id, suffix).unlink(missing_ok=True)
        _half(id).unlink(missing_ok=True)
        LedgerFile.objects.filter(id=id).delete()


def _path(id: UUID, suffix: str) -> Path:
    return Path(settings.GEZHI_DATA) / "ledgers" / f"{id.hex}{suffix}"


def _half(id: UUID) -> Path:
    return _path(id, ".half")
