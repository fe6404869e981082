"""The office's clockwork: seal the journal, keep the ledger, say who must hear of it, do errands, tidy up; one jurisdiction after the other.

The books are kept by a thread of their own, so that a slow picture never makes a seal late (I13, I8: within 5 s). What leaves the office goes
by the postman's threads, so that a receiver who does not answer holds up nothing here.
When the books end, all of it ends, to be started anew; when they hang, the heartbeat grows old although errands go on.
Any number of workers may run beside each other; killing one loses nothing: its leases run out and another takes over.
"""

import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf
from types import FrameType
from uuid import UUID

import structlog
from django.db import close_old_connections, connection
from django.db.models import Q

from gezhi.cases.telling import MESSAGE
from gezhi.cases.timing import TIMER
from gezhi.channels import books
from gezhi.channels.paper import album
from gezhi.channels.wecom import hearing
from gezhi.config import network
from gezhi.config.errands import HANDFUL, Clock, Handler, attempt, go_through
from gezhi.config.postman import Postman
from gezhi.evidence import actions as evidence
from gezhi.evidence import voice
from gezhi.flows import (
    bulk,
    change_of_company,
    clockwork,
    draw_cells,
    forget_traces,
    herald,
    import_orders,
    learn,
    move_place,
    text_reporter,
)
from gezhi.insight.rollups import following as rollups
from gezhi.insight.search import finding
from gezhi.insight.search import following as search
from gezhi.journal import heartbeat, outbox, sealing
from gezhi.journal.outbox import Leased
from gezhi.ledger import actions as ledger
from gezhi.ledger import files as ledger_files
from gezhi.ledger import freezing
from gezhi.ledger.albums.actions import MAKE as MAKE_ALBUM
from gezhi.reports.books import purge as forget_books
from gezhi.tenancy.current import current, scope
from gezhi.tenancy.queries import all_jurisdictions
from gezhi.web import words

PAUSE_SECONDS = 1.0
TIDY_EVERY_SECONDS = 300
ROLLUP_BATCHES = 10
SEARCH_BATCHES = 10  # a round: the seals must not wait while the journal of years is read
WAITING_BOOK = timedelta(seconds=1)
_tidied: dict[UUID, float] = {}
log = structlog.get_logger("gezhi.worker")


def fire_timer(errand: Leased, at: datetime) -> None:
    """A case's timer: `fire` sets its next moment itself."""
    clockwork.fire(UUID(errand.key), at=at)


def prepare_picture(errand: Leased, at: datetime) -> None:
    """Make the served copies of one picture."""
    evidence.prepare(UUID(errand.key), at=at)


def show_message(errand: Leased, at: datetime) -> None:
    """A message to a reporter stands on the status page from the moment of its commit; who left a mobile number is told by SMS, too."""
    text_reporter.follow(errand.payload, errand.key, at=at)


def follow_place(errand: Leased, at: datetime) -> None:
    """The cases at a place that was moved."""
    move_place.follow(errand.payload, errand.subject_id, at=at)


def draw_cells_ahead(errand: Leased, at: datetime) -> None:
    """The day of new borders has come."""
    draw_cells.come_due(errand.payload, at=at)


def bring_book(errand: Leased, at: datetime) -> None:
    """A slice of an incoming book; the next one comes when what else is due has had its turn, of a book that waits for another a little later."""
    more = books.go_on(UUID(errand.key), at=at)
    later = at + WAITING_BOOK if more == books.More.LATER else at
    outbox.reschedule(errand.kind, errand.key, due_at=later if more else None)


def take_book_back(errand: Leased, at: datetime) -> None:
    """A slice of taking an import back."""
    more = books.go_on_taking_back(UUID(errand.key), at=at)
    outbox.reschedule(errand.kind, errand.key, due_at=at if more else None)


def go_on_bulk(errand: Leased, at: datetime) -> None:
    """A slice of a bulk deed, or of taking one back."""
    more = bulk.go_on(UUID(errand.key), at=at)
    outbox.reschedule(errand.kind, errand.key, due_at=at if more else None)


def make_album(errand: Leased, at: datetime) -> None:
    """A look at an album that is being set; the next one follows until its file is kept."""
    outbox.reschedule(errand.kind, errand.key, due_at=album.make(errand.key, at=at))


def look_at_papers(errand: Leased, at: datetime) -> None:
    """A picture was taken out of everybody's sight: kept files that show it go."""
    album.tidy(at=at)


def write_ledger_file(errand: Leased, at: datetime) -> None:
    """A turn of writing a large ledger; whoever waits for it hears when the last try went wrong."""
    id = UUID(errand.key)
    try:
        wait = ledger_files.go_on(id, at=at, deeds=words.DEEDS, look_for=_holding)
    except Exception:
        if errand.tries >= outbox.most_tries(errand):
            ledger_files.give_up(id, at=at)
        raise
    outbox.reschedule(errand.kind, errand.key, due_at=None if wait is None else at + wait)


def freeze_month(errand: Leased, at: datetime) -> None:
    """A turn of freezing a month; whoever waits for it hears when the last try went wrong."""
    id = UUID(errand.key)
    try:
        wait = freezing.go_on(id, at=at)
    except Exception:
        if errand.tries >= outbox.most_tries(errand):
            freezing.give_up(id)
        raise
    outbox.reschedule(errand.kind, errand.key, due_at=None if wait is None else at + wait)


def _holding(said: str) -> Q | None:
    found = finding.look_for(said)
    return found.holds if found else None


HANDLERS: dict[str, Handler] = {
    TIMER: fire_timer,
    evidence.PREPARE: prepare_picture,
    MESSAGE: show_message,
    move_place.FOLLOW: follow_place,
    draw_cells.AHEAD: draw_cells_ahead,
    books.BRING: bring_book,
    books.TAKE_BACK: take_book_back,
    hearing.HEARD: hearing.take,
    bulk.GO_ON: go_on_bulk,
    MAKE_ALBUM: make_album,
    evidence.OUT_OF_SIGHT: look_at_papers,
    ledger_files.WRITE: write_ledger_file,
    freezing.FREEZE: freeze_month,
    **network.HANDLERS,
}
# These set their own next moment; marking them done would stop the clock.
REPEATING = frozenset(
    {TIMER, books.BRING, books.TAKE_BACK, bulk.GO_ON, MAKE_ALBUM, ledger_files.WRITE, freezing.FREEZE}
    | network.REPEATING
)


class BooksEnded(Exception):
    """The thread that keeps the books is gone (.__cause__ = why): a worker without it must not look alive."""


class Books(threading.Thread):
    """Goes round until told to stop. last_round: when it last came round; problem: what ended it before."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__(name="books")
        self.stop, self.last_round = stop, _now()
        self.problem: BaseException | None = None

    def run(self) -> None:
        try:
            _go_round(lambda: keep_books(_now()), self.stop, after_each=self._came_round)
        except BaseException as problem:
            self._end(problem)

    def _came_round(self) -> None:
        self.last_round = _now()

    def _end(self, problem: BaseException) -> None:
        log.critical("the books have ended", problem=repr(problem))
        self.problem = problem
        self.stop.set()


def run(*, stop: threading.Event) -> None:
    """Both threads go round until told to stop, and send the postman out. Raises BooksEnded."""
    books, postman = Books(stop), Postman()
    books.start()

    def deed() -> int:
        postman.send_out()
        return _errands_and_chores()

    try:
        _go_round(deed, stop, after_each=lambda: heartbeat.beat(min(books.last_round, _now())))
    finally:
        stop.set()
        books.join()
        postman.come_home()
    if books.problem is not None:
        raise BooksEnded from books.problem


def _go_round(
    deed: Callable[[], int], stop: threading.Event, *, after_each: Callable[[], None] = lambda: None
) -> None:
    """Do a deed, which says how much it did, for every office, again and again, with a pause when there was nothing to do."""
    try:
        while not stop.is_set():
            close_old_connections()
            done = _for_every_office(deed)
            after_each()
            if not done:
                stop.wait(PAUSE_SECONDS)
    finally:
        connection.close()


def _for_every_office(deed: Callable[[], int]) -> int:
    """What fails is told, in one office or (the database is away) in all; the others and the next round go on."""
    done = 0
    try:
        for one in all_jurisdictions():
            with scope(one.id):
                try:
                    done += deed()
                except Exception:
                    log.exception("round failed", jurisdiction=one.code)
    except Exception:
        log.exception("round failed")
    return done


def _errands_and_chores() -> int:
    done = do_errands(_now(), clock=_now)
    if time.monotonic() - _tidied.get(current(), -inf) > TIDY_EVERY_SECONDS:
        _tidied[current()] = time.monotonic()
        tidy_up(_now())
    return done


def _now() -> datetime:
    return datetime.now(UTC)


def keep_books(at: datetime) -> int:
    """Seal the journal of the jurisdiction in force, follow it with the ledger, then with notices and messages, then with the roll-ups and what one may search. Returns how many rows were
    new to any of them.
    """
    return (
        sealing.seal(at=at)
        + ledger.catch_up(at=at)
        + herald.catch_up(at=at)
        + network.keep_books(at)
        + rollups.catch_up(at=at, most=ROLLUP_BATCHES)
        + search.catch_up(SEARCH_BATCHES)
    )


def tidy_up(at: datetime) -> None:
    """What nobody waits for: work of companies that changed, pictures that nobody claimed, what cases teach, orders of sheets that broke off. One that fails is told; the others are done."""
    for chore in (
        change_of_company.move_open_work,
        evidence.purge,
        voice.purge,
        learn.learn_when_due,
        forget_books,
        import_orders.show_left,
        hearing.tidy,
        ledger_files.purge,
        album.tidy,
        freezing.ask_when_due,
        freezing.tidy,
        forget_traces.forget_traces,
        *network.CHORES,
    ):
        try:
            chore(at=at)
        except Exception:
            log.exception("chore failed", chore=chore.__name__)


def do_errands(at: datetime, *, clock: Clock | None = None) -> int:
    """Lease a handful of what is due and do it. clock: what time it is before each one; by default it stands still. Returns how many were
    done or failed.
    """
    errands = outbox.claim(at=at, limit=HANDFUL)
    return go_through(errands, _do, begun=at, clock=clock or (lambda: at))


def _do(errand: Leased, at: datetime) -> None:
    attempt(errand, at, handlers=HANDLERS, log=log, marks_itself=errand.kind in REPEATING)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and Ctrl-C set."""
    stop = threading.Event()

    def told(signum: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    return stop
