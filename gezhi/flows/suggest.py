"""One answer for every face: which category, which place, is it dangerous, was it said before. Nothing is done by it; a person confirms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from gezhi.cases.likely import Alike, Said, alike
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.views import CategoryView
from gezhi.kernel.actor import Actor
from gezhi.kernel.geo import Point
from gezhi.kernel.refusal import NotFound
from gezhi.places import gazetteer
from gezhi.places import queries as places
from gezhi.places.gazetteer import Named
from gezhi.places.queries import PlaceRow
from gezhi.reports import vocabulary
from gezhi.reports.lexicon import Danger
from gezhi.reports.suggesting import SHOWN, Suggested, suggest, worth_saying

LOOKED_AT = 5000  # signs: a text may be no longer anyway


class Leaf(NamedTuple):
    """A suggested category, with why."""

    category: CategoryView
    found: Suggested


class Spot(NamedTuple):
    """A suggested place, with why."""

    place: PlaceRow
    found: Named


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Best first in each."""

    categories: Sequence[Leaf]
    places: Sequence[Spot]
    danger: Danger | None
    similar: Sequence[Alike]


def suggestion(
    text: str,
    *,
    actor: Actor,
    at: datetime,
    place: PlaceRow | None = None,
    point: Point | None = None,
    category: UUID | None = None,
) -> Suggestion:
    """Of a text, and where it is and of which category if that is known. At most 14 queries, none of them writes."""
    said = text[:LOOKED_AT]
    leaves, spots = _likeliest(said), spots_in(said, place)
    where = place or (spots[0].place if spots else None)
    known = tuple(one.code for one in catalogue.open_leaves() if one.id == category)
    codes = known or tuple(one.category.code for one in leaves)
    similar = alike(Said(said, at, codes, where, point), actor=actor)
    return Suggestion(_worth_saying(leaves), spots, vocabulary.lexicon().danger(said), similar)


def categories(text: str) -> list[Leaf]:
    """The likeliest leaves that are offered here, three at most, those not ours among them; what danger words name comes first. No query as a rule."""
    return _worth_saying(_likeliest(text))


def _worth_saying(leaves: Sequence[Leaf]) -> list[Leaf]:
    kept = {one.code for one in worth_saying([leaf.found for leaf in leaves])}
    return [leaf for leaf in leaves if leaf.found.code in kept]


def _likeliest(text: str) -> list[Leaf]:
    """All three: what may be the same is weighed by the tail, too."""
    known = {one.code: one for one in catalogue.open_leaves()}
    lexicon = vocabulary.lexicon()
    found = suggest(text, lexicon=lexicon, own=vocabulary.own(), among=known)
    danger = lexicon.danger(text)
    if danger is not None and danger.leaf in known:
        urgent = Suggested(danger.leaf, 1.0, (danger.said,), of_own=False)
        found = [urgent, *(one for one in found if one.code != danger.leaf)][:SHOWN]
    return [Leaf(known[one.code], one) for one in found]


def spots_in(text: str, inside: PlaceRow | None = None) -> list[Spot]:
    """The places that the words name. 3 queries at most."""
    found = gazetteer.named_in(text, inside=inside.path if inside else "")
    rows = places.by_ids([one.place_id for one in found]) if found else {}
    return [Spot(rows[one.place_id], one) for one in found if one.place_id in rows]


def feared(text: str) -> UUID | None:
    """The opening condition that danger words name; None where there is none, or the office has it no more. No query as a rule."""
    found = vocabulary.lexicon().danger(text)
    if found is None:
        return None
    try:
        leaf = catalogue.by_code(found.leaf)
    except NotFound:
        return None
    return next((one.id for one in catalogue.conditions(leaf.id) if one.code == found.condition), None)
