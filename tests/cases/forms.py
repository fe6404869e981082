"""Fill in the form of a button as people would: something for everything that an arrow may ask for."""

from datetime import datetime, timedelta
from uuid import UUID

from gezhi.cases import queries as cases
from gezhi.cases.effects import AT_WORK
from gezhi.cases.lifecycle import Offer
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.parties import queries as parties
from tests.cast import Cast, proof

CLOCKWORK = frozenset(
    {"remind", "escalate", "ask_lapses", "confirm_lapses", "resume", "supervision_late"}
)  # its timer's, at its time
# What may be done at any time and moves nothing on.
ON_THE_SIDE = frozenset(
    {
        "note",
        "call_back",
        "add",
        "urge",
        "relocate",
        "hand_over",
        "split",
        "correct",
        "made_safe",
        "put_to_meeting",
        "assign",
        "supervise",
        "report_back",
    }
)
FIELDS: dict[str, frozenset[str]] = {
    "note": frozenset({"note"}),
    "answer": frozenset({"note"}),
    "reason": frozenset({"reason"}),
    "verdict": frozenset({"note"}),
    "photo_after": frozenset({"shown"}),
    "proof": frozenset({"shown", "note", "count"}),
    "party": frozenset({"party"}),
    "into": frozenset({"into"}),
    "until": frozenset({"until"}),
    "person": frozenset({"person"}),
    "on_site": frozenset({"presence"}),
    "place": frozenset(),
    "category": frozenset({"category"}),
}


def hand_of(case: Case, at: datetime) -> UUID | None:
    """Somebody who works for the accountable party, if anybody does."""
    there = [one for one in parties.people(case.lead_id, at) if one.duty in AT_WORK]
    return there[0].account_id if there else None


def brings(cast: Cast, case: Case, into: UUID | None, at: datetime) -> dict[str, object]:
    """Something for everything that a form may ask for; until: a week ahead, of the deadline where that is later."""
    return {
        "note": "看过了",
        "reason": "有原因",
        "shown": proof(at),
        "party": cast.agency if case.lead_id == cast.property else cast.property,
        "into": into,
        "person": hand_of(case, at),
        "until": max(at, case.fix_due or at) + timedelta(days=7),
        "presence": "position",
        "count": 1,
        "reports": tuple(cases.report_ids([case.id]).get(case.id, [])[1:]),
        "category": catalogue.by_code("0101").id if case.category_id is None else None,
    }


def filled(offer: Offer, having: dict[str, object]) -> Move:
    """The form of this button, filled in as far as it asks."""
    asked = frozenset[str]().union(*(FIELDS[need] for need in offer.needs))
    if offer.event == "split":  # reports or words, whichever there is
        asked |= {"reports", "note"}
    if offer.event == "approve_extension":  # what was asked for may be past
        asked |= {"until"}
    return Move(offer.event, **{name: having[name] for name in asked})


def everything(event: str, having: dict[str, object]) -> Move:
    """The form of any button, filled in to the last field."""
    return Move(event, **having)
