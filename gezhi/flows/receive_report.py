"""A voice becomes a case: one transaction keeps the report, opens its case, writes both down and sets the timer (I5, I6, I12).

Every single voice comes through here; sheets (import_ledger, import_messages, import_orders) put down many at once with
receive_many and open_many, by the same rules. Photos are on disk and synced before (evidence.keep), the rows commit after, the answer follows.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from gezhi.cases import numbers
from gezhi.cases.memory import things
from gezhi.cases.opening import Opening, open_from
from gezhi.cases.titles import SPOKEN, titled
from gezhi.catalogue import queries as catalogue
from gezhi.flows.suggest import feared
from gezhi.journal.actions import record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid
from gezhi.parties.days import local_day
from gezhi.places.queries import PlaceRow
from gezhi.reports import queries as reports
from gezhi.reports.actions import receive
from gezhi.reports.intake import IMPORT_LIMIT, Intake, words
from gezhi.reports.kinds import is_askable
from gezhi.reports.receipts import Received


@dataclass(frozen=True, slots=True)
class Voice:
    """What came in at a door, and the place it names (already found), if any."""

    intake: Intake
    place: PlaceRow | None = None


def receive_report(voice: Voice, *, actor: Actor, at: datetime) -> Received:
    """Take in one report and open its case; the same idempotency key gives the same receipt for ever.

    Raises Invalid (also for a key that came with another body, for a topic that is referred out or closed, for a closed place, and for a
    fixture that stands elsewhere) and Missing.
    """
    intake = voice.intake
    if refusal := _refused(voice):
        known = reports.find_repeat(intake)
        if known is None:
            raise refusal
        return known  # it came before the place or the topic was closed
    numbers.stock_up(local_day(at).year)
    try:
        with transaction.atomic():
            received = receive(intake, at=at)
            return received if received.deed is None else _open(voice, received, actor=actor, at=at)
    except IntegrityError:
        known = reports.find_repeat(intake)
        if known is None:
            raise
        return known


def _refused(voice: Voice) -> Invalid | None:
    """Why nothing new is opened for this topic or at this place. No query."""
    topic = catalogue.category(voice.intake.category) if voice.intake.category else None
    if topic and topic.refer_out:
        return Invalid("category", "refer_out")
    if topic and topic.closed_on is not None:
        return Invalid("category", "closed")
    if voice.place and voice.place.closed_on is not None:
        return Invalid("place", "closed")
    return None


def _open(voice: Voice, received: Received, *, actor: Actor, at: datetime) -> Received:
    intake = voice.intake
    opening = Opening(
        report_id=received.report_id,
        # its own limit was asked when it was received
        title=titled(words(intake.text, "text", IMPORT_LIMIT)) or (SPOKEN if intake.voice else ""),
        channel=intake.channel,
        place=voice.place,
        category_id=intake.category,
        is_askable=is_askable(intake.channel, has_contact=bool(intake.contact.strip())),
        feared=feared(intake.text),
    )
    case, deed = open_from(opening, at=at)
    deeds = [deed] if intake.fixture is None else [deed, things.named_at_opening(case, intake.fixture, at=at)]
    if received.deed is not None:
        record(received.deed, *deeds, actor=actor, at=at)
    return received
