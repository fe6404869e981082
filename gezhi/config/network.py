"""What the whole network adds to the worker and to the check: each part its lines in a block of its own (docs/the-whole-network.md)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from gezhi.cases.network import supervising
from gezhi.config.errands import Handler
from gezhi.flows import network_follow, supervision
from gezhi.journal.outbox import Leased
from gezhi.kernel.finding import Finding
from gezhi.work import check as work
from gezhi.work import climbing, clock


def fire_task(errand: Leased, at: datetime) -> None:
    """A task's timer: `fire` sets its next moment itself."""
    climbing.fire(UUID(errand.key), at=at)


def fire_supervision(errand: Leased, at: datetime) -> None:
    """The day of a supervision."""
    supervision.fire(UUID(errand.key), at=at)


HANDLERS: Final[Mapping[str, Handler]] = {
    # tasks
    clock.TIMER: fire_task,
    # supervision
    supervising.TIMER: fire_supervision,
}
REPEATING: Final = frozenset({clock.TIMER})  # these set their own next moment
BOOKS: Final[tuple[Callable[..., int], ...]] = (network_follow.catch_up,)  # follow the sealed journal
CHORES: Final[tuple[Callable[..., object], ...]] = ()
PROOFS: Final[Mapping[str, Callable[[], Iterator[Finding]]]] = {
    "tasks": work.findings,
}


def keep_books(at: datetime) -> int:
    """What follows the journal beside ledger and notices. Returns how many rows were new."""
    return sum(follow(at=at) for follow in BOOKS)
