"""The loop around a lease: a handful of errands, one after the other, each marked with how it went. Worker and postman go through theirs
by it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from gezhi.journal import outbox
from gezhi.journal.outbox import Leased
from gezhi.kernel.refusal import Refusal

HANDFUL = 20  # errands leased at a time
# After so long the rest of a handful is given back: a lease outlasts this and the slowest errand, a picture or a message.
HAND_SECONDS = 20
Clock = Callable[[], datetime]
Handler = Callable[[Leased, datetime], None]


def go_through(
    errands: Sequence[Leased],
    do: Handler,
    *,
    begun: datetime,
    clock: Clock,
    stops: Callable[[datetime], bool] = lambda at: False,
) -> int:
    """Do these errands, each at its own moment; returns how many were tried. What is left when time is up, or when it stops, is given
    back untried.
    """
    for number, errand in enumerate(errands):
        at = clock()
        if stops(at) or at - begun > timedelta(seconds=HAND_SECONDS):
            outbox.give_back(errands[number:])
            return number
        do(errand, at)
    return len(errands)


def attempt(
    errand: Leased,
    at: datetime,
    *,
    handlers: Mapping[str, Handler],
    log: Any,
    why: Callable[[Exception], str] = repr,
    marks_itself: bool = False,
) -> Exception | None:
    """One try of one errand, which is marked as done or failed; what went wrong.

    A failing errand waits longer and longer, then it is parked; the others flow. why: what is kept of a failure. marks_itself: it sets
    its own next moment.
    """
    told = log.bind(kind=errand.kind, key=errand.key, tries=errand.tries)
    wrong: Exception | None = None
    try:
        handlers[errand.kind](errand, at)
    except Exception as problem:
        wrong = problem
        tell = told.warning if isinstance(problem, Refusal) else told.exception
        tell("errand failed", problem=repr(problem))
        is_ours = outbox.failed(
            errand, error=why(problem), at=at, for_good=isinstance(problem, outbox.Hopeless)
        )
    else:
        is_ours = marks_itself or outbox.done(errand, at=at)
    if not is_ours:
        told.warning("lease lost: somebody else does this errand, too")
    return wrong
