"""Lines that somebody may see, each asked by its own case: what a few weeks hold costs the same however large the office is.

`queries.lines` puts the ids of all cases one may see together first, which suits a whole ledger and no part of it.
"""

from django.db.models import QuerySet

from gezhi.cases.queries import is_visible
from gezhi.kernel.actor import SYSTEM, Actor, ActorKind
from gezhi.ledger.models import Line
from gezhi.ledger.queries import LineFilter, lines


def seen(path: str, *, actor: Actor) -> QuerySet[Line]:
    """At a place and below it ("" and "/": everywhere), in no order. Lazy; 1 query before it, none for the system."""
    found = lines(LineFilter(place_path=path), actor=SYSTEM).order_by()
    return found if actor.kind is ActorKind.SYSTEM else found.filter(is_visible(actor, "case_id"))
