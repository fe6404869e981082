"""Read the ledger: lines that somebody may see, and how far it covers the journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from gezhi.cases.policy import visible_to
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Actor, ActorKind
from gezhi.ledger.models import Cursor, Line
from gezhi.ledger.rows import Row, rows
from gezhi.places import paths

__all__ = ["LineFilter", "Position", "Row", "lines", "position", "rows"]

WORDS_LIMIT = 100  # characters


@dataclass(frozen=True, slots=True)
class LineFilter:
    """What is wanted. place_path: that place and all below. category: a leaf, or a top class with its leaves.

    rounds: (the first that is wanted, the last; None = all that follow). party: the accountable one, now or at the end. since, until: aware moments of receipt, since <= receipt < until.
    words: part of the case's title or number.
    """

    state: str = ""
    place_path: str = ""
    category: UUID | None = None
    party: UUID | None = None
    channel: str = ""
    level: str = ""
    rounds: tuple[int, int | None] | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""


class Position(NamedTuple):
    """How far the ledger covers the journal, and when it got there (None: it has not begun)."""

    number: int
    reached_at: datetime | None


def lines(wanted: LineFilter, *, actor: Actor) -> QuerySet[Line]:
    """Lines of the cases this actor may see, newest first; a lazy queryset. What an unpublished import brought is not among them."""
    found: QuerySet[Line] = Line.objects.filter(_fits(wanted), is_held=False)
    if actor.kind is not ActorKind.SYSTEM:
        found = found.filter(case__in=visible_to(actor).values("id"))
    return found.order_by("-received_at", "-number")


def _fits(wanted: LineFilter) -> Q:
    fits = Q()
    if wanted.state:
        fits &= Q(state=wanted.state)
    if wanted.place_path not in {"", paths.ROOT}:
        low, high = paths.span(wanted.place_path)
        fits &= Q(place_path__gte=low, place_path__lt=high)
    if wanted.category:
        of_top = [leaf.id for leaf in catalogue.leaves(wanted.category)]
        fits &= Q(category_id__in=[wanted.category, *of_top])
    if wanted.party:
        fits &= Q(lead_id=wanted.party)
    if wanted.channel:
        fits &= Q(channel=wanted.channel)
    if wanted.level:
        fits &= Q(level=wanted.level)
    if wanted.rounds:
        first, last = wanted.rounds
        fits &= Q(round__gte=first) & (Q(round__lte=last) if last else Q())
    if wanted.since:
        fits &= Q(received_at__gte=wanted.since)
    if wanted.until:
        fits &= Q(received_at__lt=wanted.until)
    if words := wanted.words.strip()[:WORDS_LIMIT]:
        fits &= Q(number__contains=words) | Q(case__title__contains=words)
    return fits


def position() -> Position:
    """What a figure of the ledger states beside itself. 1 query."""
    found = Cursor.objects.values_list("position", "reached_at").first()
    return Position(*found) if found else Position(0, None)
