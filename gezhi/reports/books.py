"""Incoming books: how a layout was understood, and how far each book is. The rows themselves come in by flows/import_ledger.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F

from gezhi.journal import outbox
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere
from gezhi.reports import bookfiles
from gezhi.reports.kinds import UNDER_WAY, BookStage, Finished
from gezhi.reports.models import ImportRun, IncomingBook, Layout, Report
from gezhi.tenancy.clock import new_id

BRING, TAKE_BACK = "book.bring", "book.take_back"  # errand kinds; the key is the book's id
KEPT = timedelta(days=1)  # a file that nobody goes on with; also how long an import may be taken back
MOST_STAYED = 500  # numbers named; of more only how many


@dataclass(frozen=True, slots=True)
class Incoming:
    """A book as it was uploaded. digest: SHA-256 of the file; layout: of its heads; fields: one for each column."""

    filename: str
    data: bytes
    digest: str
    layout: str
    fields: Sequence[str]
    sheet: str = ""
    encoding: str = ""


Found = tuple[int, str, str, Mapping[str, Any]]  # row, column, code, values


class RunRow(NamedTuple):
    """What one import came to, in rows of its book."""

    id: UUID
    read: int
    new: int
    known: int
    bad: int


@dataclass(frozen=True, slots=True)
class BookRow:
    """A book as values. done, total: of the step under way; findings: as `Found`, of a book that failed; stayed: numbers of cases that were not taken back; reached: the last case
    that taking back looked at.
    """

    id: UUID
    by_id: UUID
    filename: str
    file_digest: str
    layout: str
    fields: Sequence[str]
    sheet: str
    encoding: str
    finished: str
    skip_bad: bool
    stage: str
    brought_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    done: int
    total: int
    left_out: int
    declined: int
    taken_back: int
    stayed: Sequence[str]
    reached: UUID | None
    problem: str
    step: str
    findings: Sequence[Sequence[Any]]
    run: RunRow | None


_FIELDS = tuple(one.name for one in fields_of(BookRow) if one.name != "run")


def _row(book: IncomingBook) -> BookRow:
    run = book.run and RunRow(*(getattr(book.run, name) for name in RunRow._fields))
    return BookRow(**{name: getattr(book, name) for name in _FIELDS}, run=run)


def remembered(layout: str) -> tuple[str, ...] | None:
    """The fields of a layout's columns as somebody confirmed them. 1 query."""
    found = Layout.objects.filter(digest=layout).values_list("fields", flat=True).first()
    return None if found is None else tuple(found)


@transaction.atomic
def remember(layout: str, fields: Sequence[str], *, actor: Actor, at: datetime) -> None:
    """The same layout is understood like that from now on. Nothing is written when it is already."""
    row: Layout | None = Layout.objects.select_for_update(no_key=True).filter(digest=layout).first()
    before = list(row.fields) if row else []
    if before == list(fields):
        return
    if row is None:
        row = Layout(digest=layout, fields=list(fields), by_id=actor.id, at=at)
        Layout.objects.bulk_create([row], ignore_conflicts=True)
        row = Layout.objects.select_for_update(no_key=True).get(digest=layout)
    row.fields, row.by_id, row.at = list(fields), actor.id, at
    row.save(update_fields=["fields", "by_id", "at"])
    record(
        Deed("layout", row.id, "mapped", before={"fields": before}, after={"fields": list(fields)}),
        actor=actor,
        at=at,
    )


def take_in(incoming: Incoming, *, actor: Actor, at: datetime) -> UUID:
    """Keep a book whose columns are still to be confirmed. Returns its id; the same file that waits already is not kept twice."""
    if actor.id is None:
        raise ValueError("a book is brought by somebody")
    waits = IncomingBook.objects.filter(
        by_id=actor.id,
        file_digest=incoming.digest,
        stage=BookStage.MAPPING,
        filename=incoming.filename[-100:],
    )
    if (known := waits.values_list("id", flat=True).first()) is not None:
        return UUID(str(known))
    id = new_id()
    bookfiles.keep(id, incoming.data)
    IncomingBook.objects.bulk_create(
        [
            IncomingBook(
                id=id,
                by_id=actor.id,
                filename=incoming.filename[-100:],
                file_digest=incoming.digest,
                layout=incoming.layout,
                fields=list(incoming.fields),
                sheet=incoming.sheet,
                encoding=incoming.encoding,
                brought_at=at,
            )
        ]
    )
    return id


def book(id: UUID, *, actor: Actor) -> BookRow:
    """A book somebody brought himself: its cells show what people said. Raises NotFound."""
    return _one(id, by_id=actor.id)


def by_id(id: UUID) -> BookRow:
    """A book for the office's own worker. Raises NotFound."""
    return _one(id)


def _one(id: UUID, **which: object) -> BookRow:
    try:
        return _row(IncomingBook.objects.select_related("run").get(id=id, **which))
    except IncomingBook.DoesNotExist:
        raise NotFound("book") from None


def recent(actor: Actor, limit: int = 20) -> list[BookRow]:
    """What somebody brought, newest first, without those that wait for a choice of columns (but with those nobody could look into). 1 query."""
    rows = IncomingBook.objects.filter(by_id=actor.id).exclude(stage=BookStage.MAPPING, layout__gt="")
    return [_row(one) for one in rows.select_related("run").order_by("-brought_at", "-id")[:limit]]


def choose(
    id: UUID, *, layout: str, fields: Sequence[str], sheet: str, encoding: str, finished: str, skip_bad: bool
) -> None:
    """What was chosen for a book that has not begun. Raises NotFromHere, Invalid("finished", "unknown")."""
    if finished not in Finished.values:
        raise Invalid("finished", "unknown")
    rows = IncomingBook.objects.filter(id=id, stage=BookStage.MAPPING)
    said = {"layout": layout, "fields": list(fields), "sheet": sheet, "encoding": encoding}
    if not rows.update(finished=finished, skip_bad=skip_bad, **said):
        raise NotFromHere("has_begun")


def look(id: UUID, *, layout: str, fields: Sequence[str], sheet: str) -> None:
    """What was found in a book that had to wait before somebody could look into it. Nothing is changed of one that is looked into already."""
    rows = IncomingBook.objects.filter(id=id, stage=BookStage.MAPPING, layout="")
    rows.update(layout=layout, fields=list(fields), sheet=sheet)


def give_up(id: UUID) -> None:
    """A book that cannot be read, before anything came of it: row and file are gone. One that was looked into meanwhile keeps both."""
    gone, _ = IncomingBook.objects.filter(id=id, stage=BookStage.MAPPING, layout="").delete()
    if gone:
        bookfiles.drop(id)


def others_under_way(layout: str, id: UUID, *, at: datetime) -> bool:
    """Whether another book of the same layout is coming in or being taken back; one that began a day ago holds up nobody. 1 query."""
    rows = IncomingBook.objects.filter(layout=layout, stage__in=UNDER_WAY, began_at__gt=at - KEPT)
    return bool(rows.exclude(id=id).exists())


@transaction.atomic
def go_to(id: UUID, stage: BookStage, *, frm: BookStage, **said: object) -> None:
    """One step of a book, inside the caller's transaction or its own. Raises NotFromHere when somebody was faster."""
    if not IncomingBook.objects.filter(id=id, stage=frm).update(stage=stage, **said):
        raise NotFromHere("has_begun")


def say_progress(id: UUID, done: int, total: int, step: str = "") -> None:
    """How far the step under way is. 1 UPDATE."""
    IncomingBook.objects.filter(id=id).update(done=done, total=total, step=step)


def say_taken_back(id: UUID, done: int, total: int, *, reached: UUID) -> None:
    """As `say_progress`, of taking back: the next slice goes on behind this case. 1 UPDATE."""
    IncomingBook.objects.filter(id=id).update(done=done, total=total, reached=reached)


def say_declined(id: UUID, declined: int, *, done: int, total: int) -> None:
    """How many more were declined in this slice, and how far that is. 1 UPDATE."""
    IncomingBook.objects.filter(id=id).update(declined=F("declined") + declined, done=done, total=total)


def fail(id: UUID, problem: str, findings: Sequence[Found] = (), *, at: datetime) -> None:
    """It cannot go on, for the rows named. Nothing that was staged is seen."""
    said = [list(one) for one in findings[:MOST_STAYED]]
    IncomingBook.objects.filter(id=id).update(
        stage=BookStage.FAILED, problem=problem[:40], findings=said, ended_at=at
    )
    bookfiles.drop(id)


def let_go(report_ids: Sequence[UUID]) -> None:
    """These reports of an import that is taken back give up their numbers: the corrected book may bring them anew."""
    Report.objects.filter(id__in=list(report_ids)).update(external_number="")


@transaction.atomic
def withdrawn(id: UUID, taken_back: int, stayed: Sequence[str], *, actor: Actor, at: datetime) -> None:
    """An import was taken back, but for the cases named. Its own deed in the journal."""
    row = by_id(id)
    if row.run is None:
        raise NotFromHere("has_begun")
    go_to(
        id,
        BookStage.WITHDRAWN,
        frm=BookStage.WITHDRAWING,
        taken_back=taken_back,
        stayed=list(stayed[:MOST_STAYED]),
        ended_at=at,
    )
    run: ImportRun = ImportRun.objects.select_for_update(no_key=True).get(id=row.run.id)
    after = {"taken_back": taken_back, "stayed": len(stayed), "numbers": list(stayed[:MOST_STAYED])}
    record(Deed("import", run.id, "withdrawn", after=after), actor=actor, at=at)


# What a book that nobody goes on with had not done: of its rows nothing is seen; all are seen; some were taken back.
LOST = {
    BookStage.STAGING: "lost_staging",
    BookStage.CLOSING: "lost_closing",
    BookStage.WITHDRAWING: "lost_withdrawing",
}


def purge(*, at: datetime) -> None:
    """Books that nobody went on with for a day are gone, file and row; those whose errand was given up are failed, their file is gone."""
    _fail_lost(at)
    old = IncomingBook.objects.filter(stage=BookStage.MAPPING, brought_at__lt=at - KEPT)
    ids = list(old.values_list("id", flat=True)[:100])
    for id in ids:
        bookfiles.drop(id)
    if ids:
        IncomingBook.objects.filter(id__in=ids).delete()


def _fail_lost(at: datetime) -> None:
    """Books under way for a day that no errand goes on with."""
    rows = IncomingBook.objects.filter(stage__in=UNDER_WAY, began_at__lt=at - KEPT).order_by("began_at", "id")
    for id, stage in rows.values_list("id", "stage")[:100]:
        if not any(outbox.waiting(kind, str(id)) for kind in (BRING, TAKE_BACK)):
            fail(id, LOST[BookStage(stage)], at=at)
