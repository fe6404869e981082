"""Month books: the lines received in one month, frozen at a position of the journal. What is frozen is kept; what changed later is `corrections`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from heapq import merge
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from gezhi.catalogue import queries as catalogue
from gezhi.journal.actions import Deed, record
from gezhi.journal.models import Entry
from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.months import back_from, bounds, first_day, month_of
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere, NotYours
from gezhi.ledger.models import WHOLE as WHOLE
from gezhi.ledger.models import Cursor, Line, MonthBook, MonthPart
from gezhi.ledger.packing import digest, pack, unpack
from gezhi.ledger.queries import in_pieces
from gezhi.ledger.recount import recount, touched
from gezhi.parties.days import local_day, zone
from gezhi.places import paths
from gezhi.tenancy.clock import new_id

PART = 1000  # lines
SHOWN_MONTHS = 12  # that may still be frozen
DESK_DUTIES = (Duty.CLERK, Duty.OFFICER)


class BookRow(NamedTuple):
    """A book as values. desk: WHOLE for the whole office's."""

    id: UUID
    month: date
    desk: UUID
    position: int
    frozen_at: datetime
    by_id: UUID | None
    lines: int
    digest: str


def span(month: date) -> tuple[datetime, datetime]:
    """The month's first moment and the next one's, in the office's zone."""
    return bounds(month_of(month), zone())


# ---- who may ----


def desks_of(actor: Actor) -> list[UUID]:
    """Whose months this actor may freeze: his desks', and the whole office's for an officer of all of it."""
    if actor.kind is ActorKind.SYSTEM or any(
        post.duty is Duty.OFFICER and post.path == paths.ROOT for post in actor.posts
    ):
        return [WHOLE, *sorted(actor.parties(*DESK_DUTIES))]
    return sorted(actor.parties(*DESK_DUTIES))


def _may_open(actor: Actor, desk: UUID) -> bool:
    """A desk's book is for whoever works there and for who sees the whole office; its lines are asked for one by one, still."""
    sees_all = any(post.path == paths.ROOT and post.duty is not Duty.ADMIN for post in actor.posts)
    return desk == WHOLE or sees_all or actor.kind is ActorKind.SYSTEM or desk in actor.parties()


# ---- freezing ----


class Frozen(NamedTuple):
    """A month as it was read: the ledger's position, how many lines, packed in parts."""

    position: int
    lines: int
    parts: list[bytes]


def freeze(month: date, desk: UUID = WHOLE, *, actor: Actor, at: datetime) -> UUID:
    """Freeze a month that is over, at once. Returns the book's id. Nothing is locked while the lines are read; the writing is one short transaction.

    Raises as `refuse`. For whoever may wait; who may not asks for it (`freezing`).
    """
    month = first_day(month)
    refuse(month, desk, actor=actor, at=at)
    *_steps, frozen = reading(month, desk)
    if not isinstance(frozen, Frozen):
        raise AssertionError("a book ends with what was frozen")
    return keep(frozen, month, desk, actor=actor, at=at)


def refuse(month: date, desk: UUID, *, actor: Actor, at: datetime) -> None:
    """Raises NotYours, Invalid("month", "not_over" | "too_old"), NotFromHere("is_frozen"). 1 query."""
    if desk not in desks_of(actor):
        raise NotYours(deed="freeze")
    if span(month)[1] > at:
        raise Invalid("month", "not_over")
    if month < first_day(local_day(at), -SHOWN_MONTHS):
        raise Invalid("month", "too_old")
    if MonthBook.objects.filter(month=month, desk=desk).exists():
        raise NotFromHere("is_frozen")


def keep(frozen: Frozen, month: date, desk: UUID, *, actor: Actor, at: datetime) -> UUID:
    """The book of what was read, in one transaction. Raises NotFromHere("is_frozen") where there is one by now."""
    book = MonthBook(
        id=new_id(),
        month=month,
        desk=desk,
        position=frozen.position,
        frozen_at=at,
        by_id=actor.id,
        lines=frozen.lines,
        digest=digest(frozen.parts),
    )
    return _keep(book, frozen.parts, actor)


def reading(month: date, desk: UUID) -> Iterator[int | Frozen]:
    """The lines of the month exactly at the ledger's position, newest first: how many lines were read after each part, at last what is to be kept.

    No more than a part of them is held at a time. Those that the clockwork brought further while they were read are counted anew at
    that position, and the parts packed anew with them in their places.
    """
    position = _reached()
    count, parts = 0, list[bytes]()
    for part in _in_parts(line for line in in_pieces(lines_of(month), PART) if belongs(line, month, desk)):
        parts.append(pack(part))
        count += len(part)
        yield count
    moved = list(Entry.objects.filter(position__gt=position, position__lte=_reached()))
    shown = {one.subject_id for one in moved if one.subject_kind == "import"}
    of_runs = (
        set(lines_of(month).filter(run_id__in=shown).values_list("case_id", flat=True)) if shown else set()
    )
    if changed := touched(moved) | of_runs:
        stood = (Line(**fields) for part in parts for fields in unpack(part))
        kept = (line for line in stood if line.case_id not in changed)
        anew = [line for line in recount(changed, position).values() if belongs(line, month, desk)]
        anew.sort(key=_place, reverse=True)
        count, parts = _packed(merge(kept, anew, key=_place, reverse=True))
    yield Frozen(position, count, parts)


def _place(line: Line) -> tuple[datetime, str]:
    return line.received_at, line.number


def _packed(lines: Iterable[Line]) -> tuple[int, list[bytes]]:
    count, parts = 0, []
    for part in _in_parts(lines):
        parts.append(pack(part))
        count += len(part)
    return count, parts


def _in_parts(lines: Iterable[Line]) -> Iterator[list[Line]]:
    left = iter(lines)
    while part := list(islice(left, PART)):
        yield part


def _reached() -> int:
    return Cursor.objects.values_list("position", flat=True).first() or 0


def lines_of(month: date, desk: UUID = WHOLE) -> QuerySet[Line]:
    """What was received in the month, WHOLE: at every desk. A lazy queryset."""
    since, until = span(month)
    rows: QuerySet[Line] = Line.objects.filter(received_at__gte=since, received_at__lt=until)
    return rows if desk == WHOLE else rows.filter(desk_id=desk)


def belongs(line: Line, month: date, desk: UUID) -> bool:
    """Whether a line is one of this book's."""
    since, until = span(month)
    return not line.is_held and since <= line.received_at < until and desk in {WHOLE, line.desk_id}


@transaction.atomic
def _keep(book: MonthBook, parts: Sequence[bytes], actor: Actor) -> UUID:
    MonthBook.objects.bulk_create([book], ignore_conflicts=True)
    kept = MonthBook.objects.filter(id=book.id).exists()
    if not kept:  # somebody else was faster
        raise NotFromHere("is_frozen")
    MonthPart.objects.bulk_create(
        MonthPart(book=book, number=number, lines=min(PART, book.lines - number * PART), pack=one)
        for number, one in enumerate(parts)
    )
    said = {
        "month": book.month.isoformat(),
        "desk": book.desk,
        "position": book.position,
        "lines": book.lines,
        "digest": book.digest,
    }
    record(Deed("month_book", book.id, "frozen", after=said, is_first=True), actor=actor, at=book.frozen_at)
    return book.id


def due(*, at: datetime) -> date | None:
    """The whole office's last month, when the day that the office chose has come and it is not frozen; else None."""
    day, today = catalogue.rule("freeze_month_day"), local_day(at)
    if not day or today.day < day:
        return None
    last = first_day(today, -1)
    return None if MonthBook.objects.filter(month=last, desk=WHOLE).exists() else last


# ---- reading ----


def books(actor: Actor) -> list[BookRow]:
    """The books this actor may open, newest month first. 1 query."""
    rows = MonthBook.objects.order_by("-month", "desk").values_list(*BookRow._fields)
    return [row for row in map(BookRow._make, rows) if _may_open(actor, row.desk)]


def book(id: UUID, *, actor: Actor) -> BookRow:
    """One of them. Raises NotFound."""
    found = MonthBook.objects.filter(id=id).values_list(*BookRow._fields).first()
    row = BookRow._make(found) if found else None
    if row is None or not _may_open(actor, row.desk):
        raise NotFound("book")
    return row


def to_freeze(desk: UUID, *, at: datetime) -> list[date]:
    """The last months that are over and not frozen for this desk, newest first. 1 query."""
    frozen = set(MonthBook.objects.filter(desk=desk).values_list("month", flat=True))
    last = first_day(local_day(at), -1)
    return [month for month in back_from(last, SHOWN_MONTHS) if month not in frozen]


def part_of(book_id: UUID, number: int) -> list[Line]:
    """One part of what the ledger said then, at most PART lines, unsaved; [] behind the last one. 1 query."""
    found = MonthPart.objects.filter(book_id=book_id, number=number).values_list("pack", flat=True).first()
    return [] if found is None else [Line(**fields) for fields in unpack(found)]


def frozen_lines(book_id: UUID) -> Iterator[list[Line]]:
    """What the ledger said then, unsaved, a part at a time. 1 query a part."""
    for number in range(MonthPart.objects.filter(book_id=book_id).count()):
        yield part_of(book_id, number)
