"""One answer for every face: which category, which place, is it dangerous, was it said before. Nothing is done by it; a person confirms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from gezhi.cases.likely import Alike, Said, alike
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.views import CategoryView, ConditionView
from gezhi.kernel.actor import Actor
from gezhi.kernel.geo import Point
from gezhi.kernel.refusal import NotFound
from gezhi.places import gazetteer, paths
from gezhi.places import queries as places
from gezhi.places.gazetteer import Named
from gezhi.places.queries import PlaceRow
from gezhi.reports import vocabulary
from gezhi.reports.lexicon import Danger
from gezhi.reports.suggesting import SHOWN, Suggested, suggest, worth_saying

SURE = 0.5  # of a place: from here on it may be chosen already
DANGER = "0506-a"  # something may fall on somebody: in every book since the first
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
    """Best first in each. hinted: places that do not stand in the words, but beside the name of whoever said them."""

    categories: Sequence[Leaf]
    places: Sequence[Spot]
    danger: Danger | None
    similar: Sequence[Alike]
    hinted: Sequence[Spot] = ()

    @property
    def place(self) -> PlaceRow | None:
        """The place that the words name, where they name one alone: of two that may be meant alike neither is."""
        first, *others = [*self.places, None] if self.places else [None]
        if first is None or first.found.score < SURE:
            return None
        ties = [one for one in others if one and one.found.score >= first.found.score]
        return (
            None
            if any(not paths.is_within(first.found.path, one.found.path) for one in ties)
            else first.place
        )


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


def spots_in(text: str, inside: PlaceRow | None = None, *, ground: str = "") -> list[Spot]:
    """The places that the words name. ground: the path where whoever asks works, of which he means the places rather than of another. 3 queries at most."""
    found = gazetteer.named_in(text, inside=inside.path if inside else ground)
    rows = places.by_ids([one.place_id for one in found]) if found else {}
    return [Spot(rows[one.place_id], one) for one in found if one.place_id in rows]


def feared(text: str) -> UUID | None:
    """The opening condition that danger words name. No query as a rule.

    Where the office's book lacks it (`gezhi check` says so), another one with a clock for making safe: of the same leaf, else DANGER.
    Somebody in danger is never without a clock for want of a row.
    """
    found = vocabulary.lexicon().danger(text)
    if found is None:
        return None
    ours = _conditions(found.leaf)
    named = (one for one in ours if one.code == found.condition)
    safe = (one for one in (*ours, *_conditions(DANGER.partition("-")[0])) if one.make_safe)
    return next((one.id for one in (*named, *safe)), None)


def _conditions(leaf: str) -> Sequence[ConditionView]:
    try:
        return catalogue.conditions(catalogue.by_code(leaf).id)
    except NotFound:
        return ()
