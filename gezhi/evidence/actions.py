"""Keep pictures as given, let one thing claim them, make the copies that people see, drop what nobody claimed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import QuerySet

from gezhi.evidence import store
from gezhi.evidence.decoding import COPY_SECONDS, Answer, Box, Job, decode
from gezhi.evidence.likeness import parts
from gezhi.evidence.models import Evidence, Likeness, Redaction
from gezhi.evidence.sniff import HEAD_BYTES, Kind, format_of, refused, taken
from gezhi.journal.outbox import Following, queue, reschedule
from gezhi.kernel.refusal import Invalid, NotFound, Unavailable
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import city_scope, current
from gezhi.tenancy.queries import jurisdiction

MOST_BYTES = 20_000_000  # of one picture
UNCLAIMED_HOURS = 24
PREPARE = "evidence.prepare"
OUT_OF_SIGHT = "evidence.out_of_sight"  # the errand of those who keep papers with pictures
log = structlog.get_logger("gezhi.evidence")


class Upload(Protocol):
    """What a web framework hands over: a name as the sender wrote it, a length in bytes, and the bytes."""

    @property
    def name(self) -> str | None: ...
    @property
    def size(self) -> int | None: ...
    def read(self, bytes: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture that is safe on the disk, not yet claimed. sha256: recognises the same file sent again."""

    id: UUID
    sha256: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A picture that was not taken. name: as the sender wrote it, for telling which.

    code: not_a_picture, unsupported (SVG, GIF, AVIF, …), too_large (20 MB), too_many_pixels (50 million), broken, animated,
    decoder_died (it took too long or brought the decoder down).
    """

    name: str
    code: str


@dataclass(slots=True)
class _Arrival:
    """One upload on its way: in the waiting room, then judged; a row as soon as it is known to be a picture."""

    name: str
    code: str = ""
    written: store.Written | None = None
    kind: Kind | None = None
    row: Evidence | None = None

    def result(self) -> Kept | Refused:
        return Kept(self.row.id, self.row.sha256) if self.row else Refused(self.name, self.code)


def keep(uploads: Sequence[Upload], *, at: datetime) -> list[Kept | Refused]:
    """Take the pictures that are pictures; one result per upload, in order. A refused one never loses the others.

    Each is written to the disk, decoded in full by a child process, synced, named by its digest, its folders synced, and only
    then gets its row, in a transaction of its own (I5). The copies that people see follow by an errand. Decoding takes at
    most 5 seconds for all. Raises Unavailable when the disk takes no more.
    """
    arrivals: list[_Arrival] = []
    try:
        for upload in uploads:
            arrivals.append(_received(upload))
        _judge(arrivals, at)
        _settle(arrivals, at)
    except OSError as full:
        raise Unavailable("media") from full
    finally:
        _sweep(arrival.written.path for arrival in arrivals if arrival.written)
    return [arrival.result() for arrival in arrivals]


def _received(upload: Upload) -> _Arrival:
    arrival = _Arrival(upload.name or "")
    if (upload.size or 0) <= MOST_BYTES:  # a lying length is found while copying
        arrival.written = store.put(upload, most=MOST_BYTES, head=HEAD_BYTES)
    if arrival.written is None:
        arrival.code = "too_large"
        return arrival
    arrival.kind = taken(arrival.written.head)
    arrival.code = "" if arrival.kind else refused(arrival.written.head)
    return arrival


def _judge(arrivals: Iterable[_Arrival], at: datetime) -> None:
    """Have those that look like pictures decoded, all by one child; those that are get their unsaved row."""
    likely = [(one, one.written, one.kind) for one in arrivals if one.written and one.kind]
    answers = decode([Job(written.path, kind.format) for _, written, kind in likely])
    for (arrival, written, kind), answer in zip(likely, answers, strict=True):
        arrival.code = answer.refused
        arrival.row = None if answer.refused else _row(written, kind, answer, at)


def _row(written: store.Written, kind: Kind, answer: Answer, at: datetime) -> Evidence:
    return Evidence(
        id=new_id(),
        jurisdiction_id=current(),
        sha256=written.sha256,
        media_type=kind.media_type,
        bytes=written.bytes,
        width=answer.width,
        height=answer.height,
        taken_at=moment_taken(answer.taken_at, answer.offset, at),
        taken_lon=answer.spot[0] if answer.spot else None,
        taken_lat=answer.spot[1] if answer.spot else None,
        likeness=answer.likeness,
        made_at=at,
    )


def _settle(arrivals: Sequence[_Arrival], at: datetime) -> None:
    """Files first, rows after; nobody removes a file in between."""
    sound = [(one.written.path, one.row) for one in arrivals if one.written and one.row]
    if not sound:
        return
    with store.nobody_removes():
        for path, row in sound:
            store.settle(path, store.original(row.sha256))
        _note([row for _, row in sound], at)


@transaction.atomic(durable=True)
def _note(rows: Sequence[Evidence], at: datetime) -> None:
    """The rows, what they are like, their errands: 3 INSERTs. durable: inside another transaction an acknowledged picture could vanish."""
    Evidence.objects.bulk_create(rows)
    like = [Likeness(evidence=row, part=part) for row in rows for part in parts(row.likeness)]
    if like:
        Likeness.objects.bulk_create(like)
    queue(*(Following(PREPARE, str(row.id), at, subject=("evidence", row.id)) for row in rows))


def moment_taken(text: str, offset: str, at: datetime) -> datetime | None:
    """The camera's "2026:03:02 12:00:00" (and "+08:00", else the office's zone) as UTC; None when absurd: before 2000, to come."""
    try:
        naive = datetime.strptime(text.strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - the zone is put on below
        zone = (
            datetime.strptime(offset, "%z").tzinfo if offset else ZoneInfo(jurisdiction(current()).time_zone)
        )
        found = naive.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if found.year >= 2000 and found <= at + timedelta(hours=1) else None


def claim(ids: Sequence[UUID], *, kind: str, id: UUID, at: datetime) -> None:
    """Make pictures part of one thing for ever, in the caller's transaction. 1 UPDATE.

    Raises Invalid("evidence", "not_claimable") when one is unknown, purged or claimed already; then nothing is to be kept:
    the caller's transaction must end.
    """
    free = Evidence.objects.filter(id__in=ids, claimed_at=None, purged_at=None)
    if free.update(claimed_at=at, claimed_kind=kind, claimed_id=id) != len(set(ids)):
        raise Invalid("evidence", "not_claimable")


def out_of_sight(*, at: datetime) -> None:
    """A picture that everybody could see is withdrawn, covered anew or erased: whoever keeps papers with it looks at them as soon as this is
    committed. One errand an office, in the caller's transaction. 2 queries.
    """
    queue(Following(OUT_OF_SIGHT, "papers", at))
    reschedule(OUT_OF_SIGHT, "papers", due_at=at)


def discard(*, kind: str, id: UUID, at: datetime) -> int:
    """Take all pictures of one thing out of sight for good, in the caller's transaction. 1 UPDATE, 2 more where there were any. Returns how many.

    Their files go with the next purge. For erasing a person, never for tidying up: nothing brings them back.
    """
    gone = int(Evidence.objects.filter(claimed_kind=kind, claimed_id=id, purged_at=None).update(purged_at=at))
    if gone:
        out_of_sight(at=at)
    return gone


def prepare(evidence_id: UUID, *, at: datetime) -> None:
    """Make the upright, metadata-free copies of 1600 and 400 pixels (the worker's errand "evidence.prepare"), with the boxes of the
    redaction in force painted over; then the copies that nobody may see any more go.

    Not inside a transaction: it takes half a second, unless the same file was prepared before. Doing it twice does no harm; a
    purged picture is left alone. Raises NotFound, Unavailable (the worker tries again later).
    """
    row = Evidence.objects.filter(id=evidence_id).first()
    if row is None:
        raise NotFound
    if row.purged_at is None and not _has_copies(row, at):
        _prepare(row, at)
    if row.purged_at is None and Redaction.objects.filter(evidence=row).exists():
        _drop_unwanted(row.sha256)


def _prepare(row: Evidence, at: datetime) -> None:
    fresh = {edge: store.fresh() for edge in store.EDGES}
    try:
        _make(row, fresh)
        with store.nobody_removes():
            if not _is_wanted(row):
                return
            for edge, path in fresh.items():
                store.settle(path, store.served(row.sha256, edge, row.mark))
            _as_it_was(row).update(served_at=at)
    except OSError as full:
        raise Unavailable("media") from full
    finally:
        _sweep(fresh.values())


def _has_copies(row: Evidence, at: datetime) -> bool:
    """Whether another row shares the file and its copies stand: then they are this one's, too. A redaction is of one row only."""
    shared = Evidence.objects.filter(sha256=row.sha256, mark=row.mark, purged_at=None).exclude(served_at=None)
    if not shared.exclude(id=row.id).exists():
        return False
    with store.nobody_removes():
        if not all(store.served(row.sha256, edge, row.mark).exists() for edge in store.EDGES):
            return False
        _as_it_was(row).update(served_at=at)
    return True


def _is_wanted(row: Evidence) -> bool:
    """Whether these copies may be named: they would outlive a picture purged meanwhile, or show what was covered meanwhile."""
    return _as_it_was(row).exists()


def _as_it_was(row: Evidence) -> "QuerySet[Evidence]":
    """The row, unless it was purged or redacted since it was read."""
    same: QuerySet[Evidence] = Evidence.objects.filter(id=row.id, mark=row.mark, purged_at=None)
    return same


def _make(row: Evidence, copies: dict[int, Path]) -> None:
    job = Job(
        store.original(row.sha256), format_of(row.media_type), tuple(copies.items()), boxes=_boxes(row.mark)
    )
    (answer,) = decode([job], each=COPY_SECONDS, together=COPY_SECONDS)
    if answer.refused:
        raise Unavailable(answer.refused)


def _boxes(mark: str) -> tuple[Box, ...]:
    found = Redaction.objects.get(id=UUID(mark)).boxes if mark else []
    return tuple((left, top, width, height) for left, top, width, height in found)


def _drop_unwanted(sha256: str) -> None:
    """Of a picture that was redacted: the copies from before, unless they are another living row's. A backup may hold them a moment."""
    with store.clearing() as may_go:
        if not may_go or not _remove_files(sha256):
            raise Unavailable("media")


def purge(*, at: datetime) -> int:
    """Drop pictures that nobody claimed within a day. Returns how many. Not inside a transaction.

    The row is marked first, then its files go, unless another row shares them. What a killed purge left behind, what the disk
    would not let go of, and what a backup was copying just then, is tried again at every purge until it is gone.
    """
    with transaction.atomic(durable=True):
        late = Evidence.objects.filter(
            claimed_at=None, purged_at=None, made_at__lt=at - timedelta(hours=UNCLAIMED_HOURS)
        )
        count = int(late.update(purged_at=at))
    with store.clearing() as may_go:
        if may_go:
            _clear(at)
    _sweep(path for path in store.waiting_room().iterdir() if _is_older_than_a_day(path, at))
    return count


def _clear(at: datetime) -> None:
    # said as the index says it: asked for those that are not without a moment, SQLite reads every picture
    left = Evidence.objects.filter(removed_at=None, purged_at__isnull=False)
    for sha256 in sorted(set(left.values_list("sha256", flat=True))):
        if _remove_files(sha256):
            left.filter(sha256=sha256).update(removed_at=at)


def _remove_files(sha256: str) -> bool:
    """Whether nothing is left that no living row has: files of purged rows, copies from before a redaction."""
    if not store.files(sha256):
        return True
    with store.nobody_adds(), city_scope("a file may be shared by the rows of two jurisdictions"):
        living = Evidence.objects.filter(sha256=sha256, purged_at=None).values_list("mark", flat=True)
        wanted = store.wanted(sha256, living)
        return _sweep(file for file in store.files(sha256) if file not in wanted)


def _is_older_than_a_day(path: Path, at: datetime) -> bool:
    try:
        return path.stat().st_mtime < at.timestamp() - 86400
    except FileNotFoundError:  # settled or swept by somebody else just now
        return False


def _sweep(paths: Iterable[Path]) -> bool:
    """Unlink them all; whether they are gone. What the disk keeps is told in the log."""
    kept = 0
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as trouble:
            kept += 1
            log.error("a file cannot be removed", file=str(path), problem=str(trouble))
    return not kept
