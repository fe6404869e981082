"""One voice of a pasted group becomes a report, known again by its number in the group; what is the same as a known case joins it.

A join that is refused leaves a case of its own, and says why (receive_and_join).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from gezhi.cases import queries as cases
from gezhi.cases.likely import Said, alike
from gezhi.evidence import queries as evidence
from gezhi.flows.look_at_photo import seen_before
from gezhi.flows.receive_and_join import receive_and_join
from gezhi.flows.receive_report import Voice
from gezhi.flows.suggest import LOOKED_AT, Spot, Suggestion, categories, spots_in
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound, Refusal
from gezhi.places import paths
from gezhi.places.queries import PlaceRow
from gezhi.reports import queries as reports
from gezhi.reports import vocabulary

if TYPE_CHECKING:
    from gezhi.cases.models import Case


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one voice. is_known: it was here before, nothing was written. not_joined: why it stands alone after all."""

    code: str
    case: "Case"
    is_known: bool
    not_joined: Refusal | None = None


def take(voice: Voice, *, into: str = "", actor: Actor, at: datetime) -> Taken:
    """Take in one voice of a group; the same number of its source gives the same receipt for ever.

    into: the number of the open case that it is the same as. Raises Invalid, Missing: nothing is written then.
    """
    here = reports.by_numbers(voice.intake.source, [voice.intake.external_number])
    if here:
        (report_id,) = here.values()
        return Taken(reports.tracking_code(report_id), cases.of_report(report_id), True)
    found = receive_and_join(voice, into, actor=actor, at=at)
    return Taken(found.received.code, found.case, not found.received.is_new, found.not_joined)


def case_of(report_id: UUID, *, actor: Actor) -> "Case | None":
    """The case of a report, if the actor may open it. 3 queries at most."""
    try:
        return cases.by_id(cases.of_report(report_id).id, actor=actor)
    except NotFound:
        return None


def proposal(
    words: str,
    *,
    hint: str,
    around: PlaceRow | None,
    actor: Actor,
    at: datetime,
    place: PlaceRow | None = None,
) -> Suggestion:
    """What a voice speaks of. hint: the home that stands beside the name. around: where the whole group lives. place: as chosen. 13 queries at most."""
    said, ground = words[:LOOKED_AT], _ground(actor)
    leaves = categories(said)
    spots = _wholes(spots_in(said, around, ground=ground))
    hinted = _wholes(spots_in(hint, around, ground=ground)) if hint else []
    found = Suggestion(leaves, spots, vocabulary.lexicon().danger(said), (), hinted)
    codes = tuple(one.category.code for one in leaves)
    where = place or found.place or around
    return replace(found, similar=alike(Said(said, at, codes, where), actor=actor))


def _ground(actor: Actor) -> str:
    """The one path where the actor works; "" where there are several, or the whole office."""
    own = {post.path for post in actor.posts if post.path not in {"", paths.ROOT}}
    return own.pop() if len(own) == 1 else ""


def _wholes(spots: Sequence[Spot]) -> list[Spot]:
    return [one for one in spots if not _is_part(one, spots)]


def _is_part(one: Spot, spots: Iterable[Spot]) -> bool:
    """Whether its words are only a part of those that name a likelier place: 2单元 beside 3号楼2单元."""
    return any(
        one.found.score < other.found.score
        and one.found.words != other.found.words
        and one.found.words in other.found.words
        for other in spots
    )


def seen(pictures: Sequence[UUID], *, actor: Actor) -> dict[UUID, list[str]]:
    """By picture, the numbers of the cases that have it already, from whatever group it came. 6 queries, none without pictures."""
    rows = evidence.by_ids(pictures) if pictures else {}
    found = seen_before([*rows.values()], actor=actor) if rows else {}
    return {id: [one.number for one in elsewhere] for id, elsewhere in found.items()}
