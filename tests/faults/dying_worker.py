"""The product's own clockwork at a moment that the test chooses, which kills itself (-9) at a named point of its first errand.

`python -m tests.ready tests.faults.dying_worker POINT MOMENT [naive] [frozen]`. POINT: one of POINTS, or "none" to do everything that is
due and end. naive: a timer that neither looks whether it still is due nor sets its next moment (the twin). frozen: it does not die
at that point but stops (SIGSTOP), and goes on when it is woken.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from gezhi.cases.actions import advance
from gezhi.cases.move import Move
from gezhi.config import worker
from gezhi.flows import clockwork
from gezhi.journal import outbox
from gezhi.kernel.actor import SYSTEM
from gezhi.tenancy.current import scope
from gezhi.tenancy.queries import all_jurisdictions
from tests.working import tick

Deed = Callable[..., Any]


FATE = [signal.SIGKILL]


def die() -> None:
    """Once: who was frozen and woken is not struck again."""
    if FATE:
        os.kill(os.getpid(), FATE.pop())


def first(deed: Deed) -> Deed:
    """Die before the deed."""

    def dying(*args: Any, **named: Any) -> Any:
        die()
        return deed(*args, **named)

    return dying


def then(deed: Deed) -> Deed:
    """Die after the deed, before anybody hears of it."""

    def dying(*args: Any, **named: Any) -> Any:
        done = deed(*args, **named)
        die()
        return done

    return dying


POINTS: dict[str, Callable[[], None]] = {
    "before the lease": lambda: setattr(outbox, "claim", first(outbox.claim)),
    "leased": lambda: setattr(outbox, "claim", then(outbox.claim)),
    "in the deed": lambda: setattr(clockwork, "advance", then(clockwork.advance)),  # not committed yet
    "deed done": lambda: _wrap_handlers(then, *worker.HANDLERS),
    "before the mark": lambda: setattr(outbox, "done", first(outbox.done)),
    "marked": lambda: setattr(outbox, "done", then(outbox.done)),
    "timer fired": lambda: _wrap_handlers(then, "case.timer"),
    "none": lambda: None,
}


def _wrap_handlers(how: Callable[[Deed], Deed], *kinds: str) -> None:
    worker.HANDLERS.update({kind: how(worker.HANDLERS[kind]) for kind in kinds})


def fire_blindly(case_id: Any, *, at: datetime) -> None:
    """The twin: remind without looking whether it still is due; the next moment is not set in the same transaction."""
    advance(case_id, Move("remind"), actor=SYSTEM, at=at)


def main(point: str, moment: str, *how: str) -> None:
    if "frozen" in how:
        FATE[:] = [signal.SIGSTOP]
    if "naive" in how:
        clockwork.fire = fire_blindly
        outbox.reschedule = lambda *args, **named: None
    POINTS[point]()
    for office in all_jurisdictions():
        with scope(office.id):
            while tick(datetime.fromisoformat(moment)):
                pass


if __name__ == "__main__":
    main(*sys.argv[1:])
