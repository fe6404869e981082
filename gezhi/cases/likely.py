"""What may be the same matter: open cases at the same spot or near it. Offered to the desk, never joined by itself."""

from typing import NamedTuple

from django.db.models import Q

from gezhi.cases.complaint import kept_alike
from gezhi.cases.models import Case
from gezhi.cases.policy import visible_to, within
from gezhi.kernel.actor import Actor
from gezhi.places import queries as places
from gezhi.places.kinds import Kind

AROUND = frozenset({Kind.COMPOUND, Kind.STREET, Kind.MARKET})  # what people call "here"
LOOKED_AT = 40


class Likely(NamedTuple):
    """A case that may be the same. same_place, same_category: what speaks for it."""

    case: Case
    same_place: bool
    same_category: bool


def likely(case: Case, *, actor: Actor, limit: int) -> list[Likely]:
    """Open cases that the actor may see: at the same place, or of the same category in the same compound, street or market.

    Likeliest first, newest first among equals. 2 queries; none for a case that nobody knows the place of.
    """
    if case.place_id is None:
        return []
    near = Q(place_id=case.place_id)
    if case.category_id is not None:
        near |= within(_around(case.place_path)) & Q(category_id=case.category_id)
    rows = (
        visible_to(actor)
        .filter(near, closed_at=None)
        .exclude(id__in=[case.id, case.split_from_id or case.id])
    )
    rows = rows.filter(~Q(split_from_id=case.id) | Q(split_from=None))  # what was told apart is not the same
    rows = rows.filter(**kept_alike(case))
    found = [
        Likely(one, one.place_id == case.place_id, one.category_id == case.category_id is not None)
        for one in rows.order_by("-received_at", "-id")[:LOOKED_AT]
    ]
    return sorted(found, key=lambda one: (not (one.same_place and one.same_category), not one.same_category))[
        :limit
    ]


def _around(path: str) -> str:
    """The path of the compound, street or market that a place lies in; its own where there is none."""
    around = [one.path for one in places.ancestors(path) if one.kind in AROUND]
    return around[-1] if around else path
