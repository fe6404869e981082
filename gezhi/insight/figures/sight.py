"""Whose figures somebody may look at: of places that his posts cover, or of the party that he works for. Never more than his lists show."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from gezhi.cases.lists import are_complained_of
from gezhi.insight.figures.reading import Asked
from gezhi.kernel.actor import Actor, Duty
from gezhi.places import paths

AT_PLACES = (Duty.CLERK, Duty.CHECKER, Duty.OFFICER)


class Grounds(NamedTuple):
    """areas: paths, "/" for the whole office. parties: whose own figures (of what they were accountable for, everywhere) he sees."""

    areas: Sequence[str]
    parties: frozenset[UUID]

    @property
    def any(self) -> bool:
        return bool(self.areas or self.parties)

    @property
    def sees_all(self) -> bool:
        return paths.ROOT in self.areas

    def hold(self, asked: Asked, place_path: str) -> bool:
        """place_path: of the place asked for, "/" for the whole office."""
        if any(paths.is_within(place_path, area) for area in self.areas):
            return True
        return (
            asked.place is None and asked.axis == "party" and asked.key in {one.hex for one in self.parties}
        )


def grounds(actor: Actor) -> Grounds:
    """Of a company that is complained of, the figures of a place would hold what its people may not see: they see their own. 1 query for who has areas."""
    areas = {post.path for post in actor.posts if post.duty in AT_PLACES and post.path}
    if areas and are_complained_of(actor.parties()):
        areas = set()
    return Grounds(sorted(areas, key=len), actor.parties(*(duty for duty in Duty if duty is not Duty.ADMIN)))


def may_look(asked: Asked, place_path: str, actor: Actor) -> bool:
    """As `Grounds.hold`. 1 query at most."""
    return grounds(actor).hold(asked, place_path)


def has_any(actor: Actor) -> bool:
    """Whether there is anything he may look at: an area, or else the party that he works for. No query."""
    return any(
        (post.party and post.duty is not Duty.ADMIN) or (post.path and post.duty in AT_PLACES)
        for post in actor.posts
    )
