"""The worker's outward lane: mails and webhooks, so that whoever does not answer holds up nobody but himself (faults F16, F17).

Each receiver is a station; a few are visited at once, each by one visitor at a time, its messages in order per case. A station that
answers nothing, or nothing but failures, is left alone for half a minute, and all its other messages keep their tries.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from uuid import UUID

import structlog
from django.db import close_old_connections, connection

from gezhi.channels import mail, sms, webhook
from gezhi.channels.outward import Unreachable
from gezhi.channels.wecom import filing, hearing, office, robot, saying
from gezhi.config.errands import HANDFUL, Handler, attempt, go_through
from gezhi.flows.herald import MAIL, TO_USERS
from gezhi.flows.text_reporter import SMS
from gezhi.journal import outbox
from gezhi.journal.outbox import Leased
from gezhi.kernel.refusal import Refusal
from gezhi.notices.receivers import WEBHOOK
from gezhi.parties import robots
from gezhi.tenancy.current import current, scope

VISITORS = 4
DOWN_AFTER = 3  # failures one after the other, when no answer at all is not what failed
REST = timedelta(seconds=30)
HANDLERS: dict[str, Handler] = {
    MAIL: mail.deliver,
    WEBHOOK: webhook.deliver,
    SMS: sms.deliver,
    robots.NOTICE: robot.deliver,
    TO_USERS: saying.notice,
    office.DRAFT: filing.file,
    office.PICTURES: filing.bring_pictures,
    hearing.ANSWER: saying.answer,
    office.TEST: saying.test,
}
log = structlog.get_logger("gezhi.postman")


@dataclass
class Trouble:
    """What a station has failed at, one after the other, since it last took something. until: it is left alone before that."""

    failures: int = 0
    until: datetime | None = None

    @property
    def is_down(self) -> bool:
        return self.failures >= DOWN_AFTER


def station(road: str) -> str:
    """All mailboxes stand behind one mail server; every other receiver is a station of its own."""
    return "mail" if road.startswith("mail:") else road


class Postman:
    """Knows which stations are in trouble. `deliver` goes round once; `send_out` lets visitors go and does not wait for them."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._troubles: dict[tuple[UUID, str], Trouble] = {}
        self._visited: set[tuple[UUID, str]] = set()
        self._lock = threading.Lock()
        self._visitors = ThreadPoolExecutor(VISITORS, thread_name_prefix="postman")

    def deliver(self) -> int:
        """Visit every station of the office in force where something is due, one after the other. Returns how many were tried."""
        return sum(self._visit(at_station, roads) for at_station, roads in self._due())

    def send_out(self) -> int:
        """Let a visitor go to every station where something is due and nobody is. Returns how many went."""
        office, gone = current(), 0
        for at_station, roads in self._due():
            with self._lock:
                if (office, at_station) in self._visited:
                    continue
                self._visited.add((office, at_station))
            self._visitors.submit(self._go, office, at_station, roads)
            gone += 1
        return gone

    def come_home(self) -> None:
        """Nobody goes out any more; waits for those who are out (no longer than one message takes)."""
        self._visitors.shutdown(wait=True, cancel_futures=True)

    def _due(self) -> list[tuple[str, list[str]]]:
        """Stations that are not left alone, with their roads."""
        at = self._clock()
        roads = outbox.roads_due(at)
        found = [(name, list(group)) for name, group in groupby(sorted(roads, key=station), key=station)]
        return [(name, group) for name, group in found if not self._rests(name, at)]

    def _rests(self, name: str, at: datetime) -> bool:
        until = self._trouble(name).until
        return until is not None and at < until

    def _trouble(self, name: str) -> Trouble:
        return self._troubles.setdefault((current(), name), Trouble())

    def _go(self, office: UUID, name: str, roads: Iterable[str]) -> None:
        try:
            close_old_connections()
            with scope(office):
                self._visit(name, roads)
        except Exception:
            log.exception("visit failed", station=name)
        finally:
            connection.close()
            with self._lock:
                self._visited.discard((office, name))

    def _visit(self, name: str, roads: Iterable[str]) -> int:
        tried = 0
        for road in roads:
            tried += self._walk(name, road)
            if self._rests(name, self._clock()):
                break
        return tried

    def _walk(self, name: str, road: str) -> int:
        """Deliver a handful on one road; what is left when the station goes down or time is up is given back untried."""
        begun = self._clock()
        return go_through(
            outbox.claim_on(road, at=begun, limit=HANDFUL),
            partial(self._do, name),
            begun=begun,
            clock=self._clock,
            stops=partial(self._rests, name),
        )

    def _do(self, name: str, errand: Leased, at: datetime) -> None:
        problem = attempt(errand, at, handlers=HANDLERS, log=log, why=_why)
        if problem is None:
            self._note_success(name, errand.road, at)
        else:
            self._note_failure(name, problem, at)

    def _note_failure(self, name: str, problem: Exception, at: datetime) -> None:
        trouble = self._trouble(name)
        trouble.failures = DOWN_AFTER if isinstance(problem, Unreachable) else trouble.failures + 1
        if trouble.is_down:
            trouble.until = at + REST

    def _note_success(self, name: str, road: str, at: datetime) -> None:
        """A station that was down is back: nothing on this road waits for the pause it was given while it was down."""
        if self._trouble(name).is_down:
            outbox.hurry(road, at=at)
        self._troubles.pop((current(), name), None)


def _why(problem: Exception) -> str:
    return webhook.said(problem) if isinstance(problem, Refusal) else repr(problem)
