"""An incoming book from its file to its cases: read and mapped by channels.excel, judged and written by flows, a slice at a time.

The worker goes on with a book for two seconds, whatever the step, and then lets timers and pictures have their turn: reading a large one,
which cannot be cut, is left to a thread meanwhile. One book comes in at a time; the others wait until it has ended, or had no turn for a while.
Killed, the worker reads the file again and finds by their numbers the rows that are there.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from django.db import transaction

from gezhi.channels.excel import mapping
from gezhi.channels.excel.book import Book, read_book
from gezhi.flows import import_ledger, take_back
from gezhi.flows.cells import RowFinding
from gezhi.flows.import_ledger import Result, Staging
from gezhi.flows.ledger_sheet import Item, Judged, Judging, Reading, source_of, year_of
from gezhi.journal import outbox
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere, Refusal
from gezhi.kernel.sheet import BadSheet
from gezhi.parties.queries import actor_of_account
from gezhi.reports import bookfiles, books
from gezhi.reports.books import BookRow
from gezhi.reports.kinds import BookStage, BookStep, Finished
from gezhi.tenancy.current import current

BRING, TAKE_BACK = books.BRING, books.TAKE_BACK
SLICE_SECONDS = 2.0
TRIAL_SECONDS = 4.0  # of judging, in somebody's request
SMALL = 300_000  # bytes of a file that is read at once
LEFT_SECONDS = 120.0  # without a turn, after which a book keeps nobody waiting: its lease ran out and was not taken up here
READER = "reader of books"


# ---- one sheet, read and judged ----


def fields_for(book: Book) -> tuple[tuple[mapping.Proposal, ...], bool]:
    """What each column is, as somebody confirmed it for this layout, else as proposed; and whether it was remembered."""
    proposals = mapping.propose(book)
    known = books.remembered(mapping.layout_digest(book.heads))
    if known is None:
        return proposals, False
    chosen = known + ("",) * (len(book.heads) - len(known))
    return tuple(
        one._replace(field=chosen[one.column], why="remembered", score=1.0) for one in proposals
    ), True


def judged(book: Book, fields: Sequence[str], at: datetime) -> tuple[Judged, str]:
    """All rows by a mapping, and the source of their numbers."""
    judging, source = _judging(book, fields, at)
    while judging.step():
        pass
    return judging.result(), source


def sheet_of(row: BookRow) -> Book:
    """The chosen sheet of a kept file. Raises NotFound("file"), BadSheet."""
    return read_book(bookfiles.read(row.id), row.filename, sheet=row.sheet, encoding=row.encoding)


# ---- what people do with a book ----


def take_in(data: bytes, filename: str, *, encoding: str = "", actor: Actor, at: datetime) -> UUID:
    """Keep an uploaded book, its columns as remembered or proposed. Returns its id; the same file sent again is the same book.

    Raises BadSheet: nothing is kept then.
    """
    book = read_book(data, filename, encoding=encoding)
    incoming = books.Incoming(
        filename=filename,
        data=data,
        digest=hashlib.sha256(data).hexdigest(),
        layout=mapping.layout_digest(book.heads),
        fields=_proposed(book),
        sheet=book.sheet,
        encoding=book.encoding,
    )
    return books.take_in(incoming, actor=actor, at=at)


def keep(data: bytes, filename: str, *, encoding: str = "", actor: Actor, at: datetime) -> UUID:
    """Keep an uploaded book without looking into it, for another one is being read. Returns its id."""
    digest = hashlib.sha256(data).hexdigest()
    incoming = books.Incoming(
        filename=filename, data=data, digest=digest, layout="", fields=(), encoding=encoding
    )
    return books.take_in(incoming, actor=actor, at=at)


def look_into(row: BookRow) -> None:
    """Find the heads of a book that was only kept. Raises NotFound("file"), BadSheet: it is given up then."""
    try:
        book = sheet_of(row)
    except BadSheet:
        books.give_up(row.id)
        raise
    books.look(row.id, layout=mapping.layout_digest(book.heads), fields=_proposed(book), sheet=book.sheet)


def _proposed(book: Book) -> tuple[str, ...]:
    return mapping.as_fields(fields_for(book)[0], len(book.heads))


def trial(row: BookRow, at: datetime) -> tuple[Result, int]:
    """The dry run of what was chosen, and how many rows there are to judge: of a large book the first are, for some seconds, and the worker
    judges all of them before it writes any. Nothing is written. Raises NotFound("file"), BadSheet, Invalid.
    """
    book = sheet_of(row)
    judging, source = _judging(book, row.fields, at, row.filename)
    until = time.monotonic() + TRIAL_SECONDS
    while is_cut := judging.step():
        if time.monotonic() > until:
            break
    rows = len(book.rows) if is_cut else judging.read
    return import_ledger.dry_run(judging.result(), source, row.finished), rows


def _judging(book: Book, fields: Sequence[str], at: datetime, filename: str = "") -> tuple[Judging, str]:
    fields, source = mapping.judged(fields, len(book.heads)), source_of(mapping.layout_digest(book.heads))
    year = year_of(f"{book.above} {book.sheet}") or year_of(filename)
    reading = Reading(source, mapping.heads_of(book, fields), import_ledger.office_zone(), at, year)
    return Judging(mapping.records(book, fields), reading), source


@transaction.atomic
def begin(row: BookRow, *, actor: Actor, at: datetime) -> None:
    """Have the worker bring it in, and remember its layout. Raises NotFromHere("another_under_way" | "has_begun"), Invalid."""
    if books.others_under_way(row.layout, row.id, at=at):
        raise NotFromHere("another_under_way")
    mapping.judged(row.fields, len(row.fields))
    books.go_to(row.id, BookStage.STAGING, frm=BookStage.MAPPING, began_at=at)
    books.remember(row.layout, row.fields, actor=actor, at=at)
    outbox.queue(outbox.Following(BRING, str(row.id), at))


@transaction.atomic
def begin_taking_back(row: BookRow, *, at: datetime) -> None:
    """Have the worker take back what a book brought, within a day. Raises NotFromHere("too_late" | "has_begun")."""
    if row.ended_at is None or at - row.ended_at > books.KEPT:
        raise NotFromHere("too_late")
    books.go_to(
        row.id, BookStage.WITHDRAWING, frm=BookStage.DONE, done=0, total=row.run.new if row.run else 0
    )
    outbox.queue(outbox.Following(TAKE_BACK, str(row.id), at))


# ---- what the worker does, slice by slice ----


class More(IntEnum):
    """What a slice leaves: nothing, more of it at once, or a book that waits until another one has come to its end."""

    NO = 0
    AT_ONCE = 1
    LATER = 2


class _Slice:
    """The time that one turn of the worker may take, whatever it does in it; over, it comes back after the step that is under way."""

    def __init__(self) -> None:
        self.until = time.monotonic() + SLICE_SECONDS

    @property
    def left(self) -> float:
        return max(0.0, self.until - time.monotonic())

    @property
    def is_over(self) -> bool:
        return not self.left

    def goes_on(self, step: Callable[[], bool]) -> bool:
        """Steps, one at least, until the time is over; whether more are left."""
        while step():
            if self.is_over:
                return True
        return False


@dataclass(slots=True)
class _Held:
    """The book under way in this process, as far as it is: read, judged, being staged. rows: how many it has; turn: when it last had one."""

    reading: Future[Book]
    turn: float
    rows: int = 0
    judging: Judging | None = None
    source: str = ""
    sheet: Judged | None = None
    items: tuple[Item, ...] = ()
    staging: Staging | None = None


# By office and book: one at a time, for it may be large. It keeps its place until it ends; the others wait, of whatever layout or office.
_held: dict[tuple[UUID, UUID], _Held] = {}
_readings: list[
    threading.Thread
] = []  # the one that is read beside: its book let go of, it still comes to its end


class _BadRows(Invalid):
    """Some rows cannot be taken. findings: which."""

    def __init__(self, findings: Sequence[RowFinding]) -> None:
        self.findings = findings
        super().__init__("sheet", "bad_rows")


def go_on(book_id: UUID, *, at: datetime) -> More:
    """A slice of bringing a book in; whether there is more to do. Call it outside any transaction."""
    turn, row = _Slice(), books.by_id(book_id)
    if row.stage not in {BookStage.STAGING, BookStage.CLOSING}:
        return _let_go(book_id)
    if not _may_hold(book_id):
        return More.LATER
    try:
        return _a_slice(row, turn, at)
    except BaseException:
        _let_go(book_id)  # the next try begins anew, and meanwhile others have their turn
        raise


def _a_slice(row: BookRow, turn: _Slice, at: datetime) -> More:
    actor = actor_of_account(row.by_id, at)
    try:
        held = _hold(row)
        sheet = _judged(row, held, turn)
    except _BadRows as refused:
        books.fail(row.id, refused.code, refused.findings, at=at)
        return _let_go(row.id)
    except Refusal as refused:
        books.fail(row.id, refused.code, at=at)
        return _let_go(row.id)
    if sheet is None:
        return More.AT_ONCE
    if row.stage == BookStage.STAGING and row.run is None:
        return _stage(row, held, sheet, turn, actor, at)
    return _close(row, held, turn, actor, at)


def _may_hold(book_id: UUID) -> bool:
    """Whether this book is under way here, or none is. One that had no turn for a while is with another worker, or given up."""
    key = (current(), book_id)
    for other, held in list(_held.items()):
        if other != key and time.monotonic() - held.turn > LEFT_SECONDS:
            del _held[other]
    if key in _held:
        return True
    _readings[:] = [one for one in _readings if one.is_alive()]
    return not _held and not _readings


def _hold(row: BookRow) -> _Held:
    key = (current(), row.id)
    if key not in _held:
        _held[key] = _Held(_begin_to_read(row), time.monotonic())
    _held[key].turn = time.monotonic()
    return _held[key]


def _begin_to_read(row: BookRow) -> Future[Book]:
    """A small book is read when this returns, and what is wrong with it raised; a large one is read beside, what is wrong is in the future."""
    data, reading = bookfiles.read(row.id), Future[Book]()
    if len(data) <= SMALL:
        reading.set_result(read_book(data, row.filename, sheet=row.sheet, encoding=row.encoding))
        return reading
    # It writes nothing and ends with the process: a worker that is told to stop does not wait for it.
    beside = threading.Thread(target=_read_beside, args=(reading, data, row), name=READER, daemon=True)
    beside.start()
    _readings.append(beside)
    return reading


def _read_beside(reading: Future[Book], data: bytes, row: BookRow) -> None:
    try:
        reading.set_result(read_book(data, row.filename, sheet=row.sheet, encoding=row.encoding))
    except BaseException as problem:
        reading.set_exception(problem)


def _judged(row: BookRow, held: _Held, turn: _Slice) -> Judged | None:
    """The whole book judged; None when that needs another slice, or this one is over. Raises BadSheet, Invalid, _BadRows."""
    if held.sheet is not None:
        return held.sheet
    if held.judging is None and not _is_read(row, held, turn):
        return None
    judging = held.judging
    if judging is None:
        raise ValueError("a book that is read is judged next")
    if turn.goes_on(judging.step):
        books.say_progress(row.id, judging.read, held.rows, BookStep.JUDGING)
        return None
    sheet = judging.result()
    if sheet.findings and not row.skip_bad:
        raise _BadRows(sheet.findings)
    held.sheet, held.items = sheet, import_ledger.taken(sheet, row.finished)
    held.judging = None
    return None if turn.is_over else sheet


def _is_read(row: BookRow, held: _Held, turn: _Slice) -> bool:
    """Whether the book is read and this slice may go on to judge it. Raises BadSheet, Invalid."""
    try:
        book = held.reading.result(turn.left)
    except TimeoutError:
        books.say_progress(row.id, 0, 0, BookStep.READING)
        return False
    held.judging, held.source = _judging(book, row.fields, row.began_at or row.brought_at, row.filename)
    held.rows, held.reading = len(book.rows), Future()  # its rows are with those who judge them
    return not turn.is_over


def _let_go(book_id: UUID) -> More:
    _held.pop((current(), book_id), None)
    return More.NO


def _stage(row: BookRow, held: _Held, sheet: Judged, turn: _Slice, actor: Actor, at: datetime) -> More:
    if held.staging is None:
        begun = row.began_at or row.brought_at
        held.staging = Staging(held.items, held.source, row.file_digest, actor=actor, at=begun)
    staging = held.staging
    if staging.is_left:
        more = turn.goes_on(lambda: staging.step(at))
        books.say_progress(row.id, staging.done, len(held.items), BookStep.WRITING)
        if more or turn.is_over:
            return More.AT_ONCE
    try:
        _publish(row, held, sheet, staging, at)
    except (NotFound, NotFromHere):
        _let_go(row.id)
        stage = books.by_id(row.id).stage
        if stage == BookStage.STAGING:
            raise
        # another worker was faster: it is published
        return More.AT_ONCE if stage == BookStage.CLOSING else More.NO
    return _ended(row, at) if row.finished != Finished.DECLINE else More.AT_ONCE


@transaction.atomic
def _publish(row: BookRow, held: _Held, sheet: Judged, staging: Staging, at: datetime) -> None:
    bad, left_out = len(sheet.findings), len(sheet.items) - len(held.items)
    staging.publish(read=sheet.read - left_out, bad=bad, at=at)
    books.go_to(
        row.id, BookStage.CLOSING, frm=BookStage.STAGING, run_id=staging.run, left_out=left_out, done=0
    )


def _close(row: BookRow, held: _Held, turn: _Slice, actor: Actor, at: datetime) -> More:
    """Decline what the book calls finished: a person of the desk wanted it, where his desk may."""
    if row.finished == Finished.DECLINE and row.run:
        numbers = [one.intake.external_number for one in held.items if one.is_finished]
        declining = take_back.Declining(row.run.id, numbers[row.done :], actor=actor)
        more = turn.goes_on(lambda: declining.step(at))
        books.say_declined(row.id, declining.declined, done=row.done + declining.done, total=len(numbers))
        if more:
            return More.AT_ONCE
    return _ended(row, at)


def _ended(row: BookRow, at: datetime) -> More:
    try:
        books.go_to(row.id, BookStage.DONE, frm=BookStage.CLOSING, ended_at=at)
    except NotFromHere:
        return _let_go(row.id)  # another worker ended it
    bookfiles.drop(row.id)
    return _let_go(row.id)


def go_on_taking_back(book_id: UUID, *, at: datetime) -> bool:
    """A slice of taking an import back; whether there is more to do. Call it outside any transaction."""
    row = books.by_id(book_id)
    if row.stage != BookStage.WITHDRAWING or row.run is None:
        return False
    actor = actor_of_account(row.by_id, at)
    taking, turn = take_back.TakingBack(row.run.id, after=row.reached, actor=actor), _Slice()
    more = turn.goes_on(lambda: taking.step(at))
    done = row.done + taking.taken_back
    books.say_taken_back(row.id, done, max(done, row.total), reached=taking.after)
    if not more:
        books.withdrawn(row.id, done, taking.stayed(), actor=actor, at=at)
    return more
