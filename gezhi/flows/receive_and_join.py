"""Receive a voice and, where a person says that it is the same as a known case, join it there. Desk, pasted groups and orders come through here.

Two transactions: the report stands before it joins, and a join that is refused leaves a case of its own. Who wants both or nothing says so.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.move import Move
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound, Refusal
from gezhi.places import queries as places
from gezhi.reports import queries as reports
from gezhi.reports.receipts import Received

if TYPE_CHECKING:
    from gezhi.cases.models import Case


@dataclass(frozen=True, slots=True)
class Standing:
    """What came of a voice. case: the one it belongs to now. not_joined: why it stands alone after all."""

    received: Received
    case: "Case"
    not_joined: Refusal | None = None


def receive_and_join(
    voice: Voice, into: "str | Case | None" = None, *, actor: Actor, at: datetime
) -> Standing:
    """Take in one voice; what is new joins an open case. A refused join is told, and nothing is lost by it.

    into: the number of the case, or the case as the actor sees it; "" and None for none. What names no place is said where it lies. Raises
    Invalid, Missing: nothing is written then.
    """
    target = case_named(into, actor=actor)
    received = _received(beside(voice, target), actor=actor, at=at)
    case = cases.of_report(received.report_id)
    if not into or not received.is_new:
        return Standing(received, case)
    if target is None:
        return Standing(received, case, NotFound("case"))
    try:
        advance(case.id, Move("join", into=target.id), actor=actor, at=at)
    except Refusal as refused:
        return Standing(received, case, refused)
    return Standing(received, cases.of_report(received.report_id))


@transaction.atomic
def receive_and_join_or_nothing(
    voice: Voice, into: "str | Case | None" = None, *, actor: Actor, at: datetime
) -> Standing:
    """The same in one transaction: a refused join is raised, and the voice is not taken in."""
    stands = receive_and_join(voice, into, actor=actor, at=at)
    if stands.not_joined is not None:
        raise stands.not_joined
    return stands


def case_named(into: "str | Case | None", *, actor: Actor) -> "Case | None":
    """The case that somebody speaks of by its number; None when it is none that the actor sees. 1 query, none where it is known or none."""
    if not isinstance(into, str):
        return into
    try:
        return cases.by_number(into, actor=actor) if into else None
    except NotFound:
        return None


def beside(voice: Voice, case: "Case | None") -> Voice:
    """The voice, said where that case lies if it names no place: so it comes to the desk that may join it. 1 query, none for none."""
    if voice.place or case is None or case.place_id is None:
        return voice
    place = places.by_ids([case.place_id]).get(case.place_id)
    if place is None:
        return voice
    return Voice(replace(voice.intake, place=place.id, place_path=place.path), place)


def _received(voice: Voice, *, actor: Actor, at: datetime) -> Received:
    """Of two who send the same voice of one source at the same moment the second gets the first one's receipt."""
    intake = voice.intake
    try:
        return receive_report(voice, actor=actor, at=at)
    except IntegrityError:
        here = reports.by_numbers(intake.source, [intake.external_number]) if intake.external_number else {}
        if not here:
            raise
        (report_id,) = here.values()
        return Received(report_id, reports.tracking_code(report_id), False, None)
