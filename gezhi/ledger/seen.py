"""Lines that somebody may see: what a few weeks hold costs the same however large the office is. Whoever sees the whole office is kept from
the few that complain of his own; of anybody else's each line is asked by its own case.

`queries.lines` puts the ids of all cases one may see together first, which suits a whole ledger and no part of it.
"""

from django.db.models import QuerySet

from gezhi.cases.lists import few_complaints_of
from gezhi.cases.policy import sees_all
from gezhi.cases.queries import is_visible
from gezhi.kernel.actor import SYSTEM, Actor, ActorKind
from gezhi.ledger.models import Line
from gezhi.ledger.queries import LineFilter, lines


def seen(path: str, *, actor: Actor) -> QuerySet[Line]:
    """At a place and below it ("" and "/": everywhere), in no order. Lazy; 1 query before it, none for the system."""
    found = lines(LineFilter(place_path=path), actor=SYSTEM).order_by()
    if actor.kind is ActorKind.SYSTEM:
        return found
    kept_from_him = few_complaints_of(actor.parties()) if sees_all(actor) else None
    if kept_from_him is None:
        return found.filter(is_visible(actor, "case_id"))
    return found.exclude(case_id__in=kept_from_him) if kept_from_him else found
