"""The office's clockwork: seal the journal, keep the ledger, do errands, tidy up; one jurisdiction after the other.

Any number of workers may run beside each other; killing one loses nothing: its leases run out and another takes over.
"""

import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from uuid import UUID

import structlog
from django.conf import settings
from django.db import close_old_connections

from gezhi.evidence import actions as evidence
from gezhi.flows import change_of_company, clockwork
from gezhi.journal import outbox, sealing
from gezhi.journal.outbox import Leased
from gezhi.kernel.refusal import Refusal
from gezhi.ledger import actions as ledger
from gezhi.tenancy.current import scope
from gezhi.tenancy.queries import all_jurisdictions

PAUSE_SECONDS = 1.0
TIDY_EVERY_SECONDS = 300
log = structlog.get_logger("gezhi.worker")


def fire_timer(errand: Leased, at: datetime) -> None:
    """A case's timer: `fire` sets its next moment itself."""
    clockwork.fire(UUID(errand.key), at=at)


def prepare_picture(errand: Leased, at: datetime) -> None:
    """Make the served copies of one picture."""
    evidence.prepare(UUID(errand.key), at=at)


def show_message(errand: Leased, at: datetime) -> None:
    """A message to a reporter stands on the status page from the moment of its commit; here it is marked as delivered."""


HANDLERS: dict[str, Callable[[Leased, datetime], None]] = {
    "case.timer": fire_timer,
    "evidence.prepare": prepare_picture,
    "message.reporter": show_message,
}
REPEATING = frozenset(
    {"case.timer"}
)  # these set their own next moment; marking them done would stop the clock


def run(*, stop: threading.Event) -> None:
    """Tick until told to stop."""
    last_tidy = 0.0
    while not stop.is_set():
        close_old_connections()
        is_time_to_tidy = time.monotonic() - last_tidy > TIDY_EVERY_SECONDS
        last_tidy = time.monotonic() if is_time_to_tidy else last_tidy
        worked = sum(_one_office(one.id, tidy=is_time_to_tidy) for one in all_jurisdictions())
        _heartbeat()
        if not worked:
            stop.wait(PAUSE_SECONDS)


def _one_office(jurisdiction: UUID, *, tidy: bool) -> int:
    with scope(jurisdiction):
        try:
            return tick(datetime.now(UTC), tidy=tidy)
        except Exception:
            log.exception("tick failed", jurisdiction=str(jurisdiction))
            return 0


def tick(at: datetime, *, tidy: bool = False) -> int:
    """One round for the jurisdiction in force. Returns how many things were done."""
    done = sealing.seal(at=at) + ledger.catch_up(at=at) + do_errands(at)
    if tidy:
        change_of_company.move_open_work(at=at)
        evidence.purge(at=at)
    return done


def do_errands(at: datetime, limit: int = 20) -> int:
    """Lease and do what is due. A failing errand waits longer and longer, then it is parked; the others flow."""
    errands = outbox.claim(at=at, limit=limit)
    for errand in errands:
        _do(errand, at)
    return len(errands)


def _do(errand: Leased, at: datetime) -> None:
    try:
        HANDLERS[errand.kind](errand, at)
    except (Refusal, Exception) as problem:
        log.warning(
            "errand failed", kind=errand.kind, key=errand.key, tries=errand.tries, problem=repr(problem)
        )
        outbox.failed(errand, error=repr(problem), at=at)
        return
    if errand.kind not in REPEATING:
        outbox.done(errand, at=at)


def heartbeat_file() -> Path:
    """Touched at each tick; `/readyz` reports its age."""
    return Path(settings.GEZHI_DATA) / "worker.alive"


def _heartbeat() -> None:
    heartbeat_file().touch()


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and Ctrl-C set."""
    stop = threading.Event()

    def told(signum: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    return stop
