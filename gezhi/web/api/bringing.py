"""What the body of an event must bring, may bring, and what it then means: from the rows of the lifecycle and of the desk's forms."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Fact, Offer
from gezhi.cases.move import PICTURE_KINDS, Move, Shown
from gezhi.catalogue import queries as catalogue
from gezhi.flows.presence import presence
from gezhi.kernel.actor import Actor
from gezhi.kernel.moment import FIRST_YEAR, LAST_YEAR
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.places import queries as places
from gezhi.web.api.shapes import Event, EventIn
from gezhi.web.casework.asks import ASKS
from gezhi.web.naming import leaf, place_named, point_of

if TYPE_CHECKING:
    from gezhi.cases.models import Case

# The member of the body that brings a fact; the closing proof is asked kind by kind.
BRINGS: Final[Mapping[str, str]] = {
    Fact.PLACE: "place",
    Fact.CATEGORY: "category",
    Fact.NOTE: "note",
    Fact.REASON: "reason",
    Fact.ANSWER: "note",
    Fact.PARTY: "party",
    Fact.INTO: "into",
    Fact.UNTIL: "until",
    Fact.ON_SITE: "place",
    Fact.PHOTO_AFTER: "evidence",
    "photo_same_angle": "evidence",
    "document": "evidence",
    "count": "count",
}
# Always taken: what was said, and why, is kept with every deed.
WORDS: Final = frozenset({"event", "version", "note", "reason"})
MEMBER_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "photos": ("evidence",),
    "documents": ("evidence",),
    "place_code": ("place", "point"),
    "condition": (),
}


def offered(offers: Iterable[Offer], case: "Case") -> list[dict[str, object]]:
    """The moves of this door among those that a person may make, each with what its body must bring. No query."""
    known = {event.value for event in Event}
    return [{"event": one.event, "needs": needs(one, case)} for one in offers if one.event in known]


def needs(offer: Offer, case: "Case") -> list[str]:
    """Members of the body without which the move is refused; what lies on file already is not asked again."""
    facts = set(offer.needs)
    if case.place_id is not None:
        facts.discard(Fact.PLACE)
    if case.category_id is not None:
        facts.discard(Fact.CATEGORY)
    if Fact.PROOF in facts and case.category_id is not None:
        facts = (facts - {Fact.PROOF}) | set(catalogue.proof(case.category_id).kinds)
    if Fact.VERDICT in facts:  # a reason is a verdict too
        facts = (facts - {Fact.VERDICT}) | (set() if Fact.REASON in facts else {Fact.NOTE})
    return sorted({BRINGS[fact] for fact in facts})


def lacking(facts: Iterable[str]) -> list[str]:
    """The members that would bring what lacks."""
    return sorted({BRINGS.get(fact, "note") for fact in facts})


def taken(event: str) -> frozenset[str]:
    """Every member that means something in the body of this event."""
    asked = (MEMBER_OF.get(field, (field,)) for field in ASKS[event].fields)
    return WORDS | {name for names in asked for name in names}


def move_of(body: EventIn, case: "Case", *, actor: Actor) -> Move:
    """The wish that a body expresses. At most 4 queries. Raises Invalid for what cannot be taken, also for what this event does not use."""
    event = body.event.value
    said = {name for name, value in body.model_dump(exclude_unset=True).items() if value not in (None, [])}
    if strange := sorted(said - taken(event)):
        raise Invalid(strange[0], "not_for_this")
    is_on_spot = event == Event.SOLVE_ON_SPOT
    place = None if is_on_spot or body.place is None else place_named(body.place)
    return Move(
        event,
        version=body.version,
        note=body.note or "",
        reason=body.reason or "",
        shown=_shown(body, case),
        party=body.party,
        into=_case_named(body.into, actor),
        until=None if body.until is None else _in_the_calendar(body.until),
        ending=body.ending,
        count=body.count,
        presence=_presence(body, case) if is_on_spot else "",
        place=_other(place.id if place else None, case.place_id),
        category=_other(None if body.category is None else leaf(body.category), case.category_id),
    )


def _in_the_calendar(until: datetime) -> datetime:
    """No clock here counts with other years."""
    if not FIRST_YEAR <= until.year < LAST_YEAR:  # its local day may lie in the next year
        raise Invalid("until", "out_of_range", least=FIRST_YEAR, most=LAST_YEAR - 1)
    return until


def _other(new: UUID | None, old: UUID | None) -> UUID | None:
    return new if new != old else None


def _shown(body: EventIn, case: "Case") -> tuple[Shown, ...]:
    """Each picture stands for every kind that the move, or the category's closing proof, asks for: the checker looks at it."""
    kinds = set(ASKS[body.event].pictures)
    if body.event == Event.DONE and case.category_id is not None:
        kinds |= PICTURE_KINDS & set(catalogue.proof(case.category_id).kinds)
    return tuple(Shown(one, kind) for one in body.evidence for kind in sorted(kinds))


def _presence(body: EventIn, case: "Case") -> str:
    if case.place_id is None:
        return ""
    at_hand = None if body.point is None else point_of(body.point)
    return presence(places.by_ids([case.place_id])[case.place_id], typed=body.place or "", position=at_hand)


def _case_named(number: str | None, actor: Actor) -> UUID | None:
    if number is None:
        return None
    try:
        return UUID(str(cases.by_number(number, actor=actor).id))
    except NotFound:
        raise Invalid("into", "unknown") from None
