"""Read the ledger: lines that somebody may see, and how far it covers the journal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
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

    party: the accountable one, now or at the end. since, until: aware moments of receipt, since <= receipt < until.
    words: part of the case's title or number.
    """

    state: str = ""
    place_path: str = ""
    category: UUID | None = None
    party: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""


def as_values(wanted: LineFilter) -> dict[str, str]:
    """A filter as text values, to be kept; what is not asked for is left out."""
    said = {name: getattr(wanted, name) for name in LineFilter.__dataclass_fields__}
    return {
        name: value.isoformat() if isinstance(value, datetime) else str(value)
        for name, value in said.items()
        if value
    }


def from_values(said: Mapping[str, str]) -> LineFilter:
    """The filter of `as_values`."""
    read: dict[str, Callable[[str], Any]] = {
        **dict.fromkeys(("category", "party"), UUID),
        **dict.fromkeys(("since", "until"), datetime.fromisoformat),
    }
    return LineFilter(**{name: read.get(name, str)(value) for name, value in said.items()})


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
