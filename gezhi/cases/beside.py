"""Cases beside a case: joined into it or from it, split, come back."""

from functools import lru_cache
from uuid import UUID

from django.db.models import Q, QuerySet

from gezhi.cases.models import Case
from gezhi.cases.policy import visible_but
from gezhi.kernel.actor import Actor
from gezhi.reports.queries import unpublished_runs
from gezhi.tenancy.prepared import PreparedRows


def related(case: Case, *, actor: Actor) -> list[tuple[str, Case]]:
    """Cases beside this one that the actor may see, each with what it is to it (a key of _relation). 1 query."""
    mine = (case.joined_into_id, case.came_back_from_id, case.split_from_id)
    rows = _beside(actor, tuple(unpublished_runs())).found(case.id, tuple(id or case.id for id in mine))
    return [(_relation(case, other), other) for other in rows if other.id != case.id]


@lru_cache(maxsize=256)
def _beside(actor: Actor, hidden: tuple[UUID, ...]) -> PreparedRows[Case]:
    """Kept by actor: every page of a case asks."""

    def found(id: UUID, mine: tuple[UUID, ...]) -> QuerySet[Case]:
        theirs = Q(joined_into_id=id) | Q(came_back_from_id=id) | Q(split_from_id=id)
        rows = visible_but(actor, hidden).filter(Q(id__in=mine) | theirs)
        return rows.order_by("received_at", "id")[:51]  # itself among them

    return PreparedRows(Case, found)


def _relation(case: Case, other: Case) -> str:
    """joined_into, came_back_from, split_from; joined_here, came_back_as, split_here."""
    relations = {
        "joined_into": other.id == case.joined_into_id,
        "came_back_from": other.id == case.came_back_from_id,
        "split_from": other.id == case.split_from_id,
        "joined_here": other.joined_into_id == case.id,
        "split_here": other.split_from_id == case.id,
    }
    return next((name for name, is_so in relations.items() if is_so), "came_back_as")
