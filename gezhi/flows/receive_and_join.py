"""Receive a voice and, where a person says that it is the same as a known case, join it there. Desk, pasted groups and orders come through here.

Two transactions: the report stands before it joins, and a join that is refused leaves a case of its own. Who wants both or nothing says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.move import Move
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound, Refusal
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
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


def receive_and_join(voice: Voice, into: str = "", *, actor: Actor, at: datetime) -> Standing:
    """Take in one voice; what is new joins the open case of this number. A refused join is told, and nothing is lost by it.

    What names no place is said where the other case lies. Raises Invalid, Missing: nothing is written then.
    """
    received = _received(beside(voice, into, actor=actor), actor=actor, at=at)
    case = cases.of_report(received.report_id)
    if not into or not received.is_new:
        return Standing(received, case)
    try:
        joined_to = cases.by_number(into, actor=actor)
        advance(case.id, Move("join", into=joined_to.id), actor=actor, at=at)
    except Refusal as refused:
        return Standing(received, case, refused)
    return Standing(received, cases.of_report(received.report_id))


@transaction.atomic
def receive_and_join_or_nothing(voice: Voice, into: str = "", *, actor: Actor, at: datetime) -> Standing:
    """The same in one transaction: a refused join is raised, and the voice is not taken in."""
    found = receive_and_join(voice, into, actor=actor, at=at)
    if found.not_joined is not None:
        raise found.not_joined
    return found


def beside(voice: Voice, into: str, *, actor: Actor) -> Voice:
    """The voice, said where that case lies if it names no place: so it comes to the desk that may join it. 2 queries, none for none."""
    place = None if voice.place or not into else place_of(into, actor=actor)
    if place is None:
        return voice
    return Voice(replace(voice.intake, place=place.id, place_path=place.path), place)


def place_of(number: str, *, actor: Actor) -> PlaceRow | None:
    """Where the case is that somebody speaks of; None when it is none that the actor sees, or has no place. 2 queries."""
    try:
        case = cases.by_number(number, actor=actor)
    except NotFound:
        return None
    return places.by_ids([case.place_id]).get(case.place_id) if case.place_id else None


def _received(voice: Voice, *, actor: Actor, at: datetime) -> Received:
    """Of two who send the same voice of one source at the same moment the second gets the first one's receipt."""
    intake = voice.intake
    try:
        return receive_report(voice, actor=actor, at=at)
    except IntegrityError:
        here = known(intake.source, [intake.external_number]) if intake.external_number else {}
        if not here:
            raise
        (report_id,) = here.values()
        return Received(report_id, reports.tracking_code(report_id), False, None)


def known(source: str, numbers: Iterable[str]) -> dict[str, UUID]:
    """The reports that these numbers of a source have already. 1 query per 500."""
    return reports.by_numbers(source, numbers)
