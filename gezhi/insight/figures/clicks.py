"""The cases that a number counts: the same predicate as the tally's, asked of the ledger's lines."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from gezhi.cases.lifecycle import State
from gezhi.catalogue import queries as catalogue
from gezhi.insight.figures.counts import OF_CLOSED, WITHIN, of_count
from gezhi.insight.figures.reading import Asked, paths_of
from gezhi.insight.figures.tally import NOTHING
from gezhi.kernel.actor import Actor
from gezhi.kernel.months import Span
from gezhi.ledger.models import Line
from gezhi.ledger.queries import LineFilter
from gezhi.ledger.queries import lines as ledger_lines
from gezhi.parties import queries as parties
from gezhi.parties.days import zone
from gezhi.places import onpath


def behind(name: str, asked: Asked, span: Span, edition: int, *, actor: Actor) -> QuerySet[Line]:
    """The lines that a count counts, of those this actor may see, newest first. Lazy; 3 queries before it. Raises KeyError for a name
    that is no count, or an axis that is none.
    """
    rows = of_count(name, lines_of(asked, span, edition, actor=actor), within())
    # of closed ones it is said, too, that their state is so: the newest are open, and would all be looked at first
    return rows.filter(state=State.CLOSED.value) if name in OF_CLOSED else rows


def lines_of(asked: Asked, span: Span, edition: int, *, actor: Actor) -> QuerySet[Line]:
    """All lines of a place along an axis in a span, of those this actor may see, newest first. Lazy; 2 queries before it."""
    here = zone()
    rows = ledger_lines(LineFilter(), actor=actor).filter(asked_for(asked, edition))
    return rows.filter(received_at__gte=span.begins(here), received_at__lt=span.ends(here))


def within() -> frozenset[UUID]:
    """Parties that work inside the grid. As the tally knows them."""
    return frozenset(one.id for kind in WITHIN for one in parties.parties(kind, with_closed=True))


def asked_for(asked: Asked, edition: int) -> Q:
    """The lines of a place along an axis, whatever they count for. 1 query where there is a place."""
    return _at(asked, edition) & _along(asked)


def _at(asked: Asked, edition: int) -> Q:
    if asked.place is None:
        return Q()
    found = Q(pk__in=())
    for path in paths_of(asked.place, edition):
        found |= onpath.within(path)
    return found


def _along(asked: Asked) -> Q:
    if asked.axis == "all":
        return Q()
    if asked.axis == "party":
        return Q(lead_id=asked.key)
    if asked.axis == "channel":
        return Q(channel=asked.key)
    if asked.axis != "category":
        raise KeyError(asked.axis)
    if asked.key == NOTHING:
        return Q(category_id=None)
    id = UUID(asked.key)
    return Q(category_id__in=[id, *(leaf.id for leaf in catalogue.leaves(id))])


def following(rows: QuerySet[Line], after: tuple[datetime, str] | None) -> QuerySet[Line]:
    """The rows behind one that was shown: (received_at, number) of it."""
    if after is None:
        return rows
    at, number = after
    return rows.filter(Q(received_at__lt=at) | Q(received_at=at, number__lt=number))
