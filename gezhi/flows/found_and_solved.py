"""小事一格解决: found on a walk, mended, shown, closed, in one breath (scenario S1).

The finder reports it, accepts it and solves it on the spot in one transaction; the re-check draw falls at that moment (I3).
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.cases import numbers
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.move import Move, Shown
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.actor import Actor
from gezhi.parties.days import local_day


class Found(NamedTuple):
    """What became of it: the case's id and number, and whether the draw sends another to look."""

    case_id: UUID
    number: str
    is_drawn: bool


def found_and_solved(
    voice: Voice, *, after: tuple[UUID, ...], presence: str, note: str = "", actor: Actor, at: datetime
) -> Found:
    """Report, accept and solve on the spot, or nothing at all. after: kept pictures of the mended thing.

    presence: "place_code" or "position", how the worker showed that he stands there. The same idempotency key gives the same
    case again. Raises Invalid, Missing (photo_after, on_site, category, place), NotYours or NotFound outside the actor's area.
    """
    numbers.stock_up(local_day(at).year)
    with transaction.atomic():
        received = receive_report(voice, actor=actor, at=at)
        case = cases.of_report(received.report_id)
        if received.is_new:
            advance(case.id, Move("accept"), actor=actor, at=at)
            shown = tuple(Shown(one) for one in after)
            case = advance(
                case.id, Move("solve_on_spot", shown=shown, presence=presence, note=note), actor=actor, at=at
            )
        return Found(case.id, case.number, bool(case.is_drawn))


def found(voice: Voice, *, actor: Actor, at: datetime) -> Found:
    """Found, but not to be mended on the spot: it goes to the desk like any other voice."""
    received = receive_report(voice, actor=actor, at=at)
    case = cases.of_report(received.report_id)
    return Found(case.id, case.number, False)
