"""A voice becomes a case: one transaction keeps the report, opens its case, writes both down and sets the timer (I5, I6, I12).

Every door comes through here. Photos are on disk and synced before (evidence.keep), the rows commit after, the answer follows.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from gezhi.cases import numbers
from gezhi.cases.actions import Opening, open_from
from gezhi.cases.titles import titled
from gezhi.catalogue import queries as catalogue
from gezhi.journal.actions import record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid
from gezhi.parties.days import local_day
from gezhi.places.queries import PlaceRow
from gezhi.reports import queries as reports
from gezhi.reports.actions import receive
from gezhi.reports.intake import Intake, words
from gezhi.reports.kinds import is_askable
from gezhi.reports.receipts import Received


@dataclass(frozen=True, slots=True)
class Voice:
    """What came in at a door, and the place it names (already found), if any."""

    intake: Intake
    place: PlaceRow | None = None


def receive_report(voice: Voice, *, actor: Actor, at: datetime) -> Received:
    """Take in one report and open its case; the same idempotency key gives the same receipt for ever.

    Raises Invalid (also for a key that came with another body, and for a topic that is referred out or closed) and Missing.
    """
    intake = voice.intake
    if intake.category and (topic := catalogue.category(intake.category)).refer_out:
        raise Invalid("category", "refer_out")
    if intake.category and topic.closed_on is not None:
        raise Invalid("category", "closed")
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


def _open(voice: Voice, received: Received, *, actor: Actor, at: datetime) -> Received:
    intake = voice.intake
    opening = Opening(
        report_id=received.report_id,
        title=titled(words(intake.text, "text")),
        channel=intake.channel,
        place=voice.place,
        category_id=intake.category,
        is_askable=is_askable(intake.channel, has_contact=bool(intake.contact.strip())),
    )
    _, deed = open_from(opening, at=at)
    if received.deed is not None:
        record(received.deed, deed, actor=actor, at=at)
    return received
