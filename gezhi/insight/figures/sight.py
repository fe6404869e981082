"""Whose figures somebody may look at: of places that his posts cover, or of the party that he works for. Never more than his lists show."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from gezhi.cases.lists import are_complained_of, is_complained_of_at
from gezhi.insight.figures.hot import LOOKED_BACK
from gezhi.insight.figures.reading import Asked
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.months import Span, later
from gezhi.parties.days import zone
from gezhi.places import paths

AT_PLACES = (Duty.CLERK, Duty.CHECKER, Duty.OFFICER)


class Grounds(NamedTuple):
    """areas: paths, "/" for the whole office. parties: whose own figures (of what they were accountable for, everywhere) he sees.

    kept_from: his parties that somebody complains of; figures that would hold such a complaint are not for him (`holds_kept`).
    """

    areas: Sequence[str]
    parties: frozenset[UUID]
    kept_from: frozenset[UUID] = frozenset()

    @property
    def any(self) -> bool:
        return bool(self.areas or self.parties)

    @property
    def sees_all(self) -> bool:
        return paths.ROOT in self.areas

    def hold(self, asked: Asked, place_path: str) -> bool:
        """place_path: of the place asked for, "/" for the whole office. No query: what is kept from him is asked by `holds_kept`."""
        return self.is_own(asked) or any(paths.is_within(place_path, area) for area in self.areas)

    def is_own(self, asked: Asked) -> bool:
        """Whether it is what his own party was accountable for: a complaint of it never is (cases/complaint.py)."""
        return (
            asked.place is None and asked.axis == "party" and asked.key in {one.hex for one in self.parties}
        )

    def holds_kept(self, asked: Asked, place_path: str, span: Span) -> bool:
        """Whether figures of this place in these months, or in those that they are compared with, would hold a complaint of one of his own
        parties. 1 query, none for whom nobody complains of.
        """
        if not self.kept_from or self.is_own(asked):
            return False
        first = min(span.before().first, span.a_year_before().first, later(span.last, -LOOKED_BACK))
        since = Span(first, span.last).begins(zone())
        return is_complained_of_at(self.kept_from, place_path, since, span.ends(zone()))


def grounds(actor: Actor) -> Grounds:
    """1 query for who has areas."""
    areas = {post.path for post in actor.posts if post.duty in AT_PLACES and post.path}
    is_kept = bool(areas) and are_complained_of(actor.parties())
    return Grounds(
        sorted(areas, key=lambda path: (len(path), path)),
        actor.parties(*(duty for duty in Duty if duty is not Duty.ADMIN)),
        actor.parties() if is_kept else frozenset(),
    )


def may_look(asked: Asked, place_path: str, span: Span, actor: Actor) -> bool:
    """As `Grounds.hold`, and nothing that is kept from him is in it. 2 queries at most."""
    found = grounds(actor)
    return found.hold(asked, place_path) and not found.holds_kept(asked, place_path, span)


def is_managers(asked: Asked, actor: Actor) -> bool:
    """Whether it is what the party that he manages was accountable for: its rates are his own, nobody else's. No query."""
    return asked.axis == "party" and asked.key in {one.hex for one in actor.parties(Duty.MANAGER)}


def has_any(actor: Actor) -> bool:
    """Whether there is anything he may look at: an area, or else the party that he works for. No query."""
    return any(
        (post.party and post.duty is not Duty.ADMIN) or (post.path and post.duty in AT_PLACES)
        for post in actor.posts
    )
