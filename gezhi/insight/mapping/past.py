"""What the map knows of months that are over, and the proof that it is right."""

from collections import Counter as Adding
from collections.abc import Iterator
from random import Random
from uuid import UUID

from django.db.models import F, Sum

from gezhi.insight.mapping.spots import CLOSED, NOWHERE, RECEIVED, Sums, add
from gezhi.insight.models import Spot
from gezhi.insight.rollups.following import reached
from gezhi.kernel.finding import Finding
from gezhi.kernel.months import bounds
from gezhi.ledger.models import Line
from gezhi.ledger.recount import between
from gezhi.parties.days import zone
from gezhi.places import queries as places

ENOUGH = 5000  # cases that the check counts anew
Rows = list[tuple[UUID | None, tuple[int, ...]]]


def is_there() -> bool:
    """Whether the past is counted. 1 query."""
    return reached().is_whole


def received_in(month: int) -> Rows:
    """How many cases each place got in a month. 2 queries."""
    rows = Spot.objects.filter(edition=reached().edition, month=month, received__gt=0)
    return [(_or_none(place), (many,)) for place, many in rows.values_list("place_id", "received")]


def open_after(month: int, path: str = "") -> Rows:
    """How many cases of each place had been received by the end of a month and not closed; of a place and what lies below it now where one
    is named. 2 queries, one over all months before, and 1 for the places.
    """
    rows = Spot.objects.filter(edition=reached().edition, month__lte=month).order_by().values("place_id")
    left = rows.annotate(left=Sum(F("received") - F("closed"))).filter(left__gt=0)
    here = set(places.subtree(path).values_list("id", flat=True)) if path else None
    found = left.values_list("place_id", "left")
    return [(_or_none(place), (many,)) for place, many in found if here is None or place in here]


def _or_none(place: UUID) -> UUID | None:
    return None if place == NOWHERE else place


def findings(seed: int | None = None) -> Iterator[Finding]:
    """A month of the map's past, drawn by a seed (the position by default), counted anew from the journal."""
    stood = reached()
    if not stood.is_whole:
        return
    rows = Spot.objects.filter(edition=stood.edition)
    months = sorted(set(rows.order_by().values_list("month", flat=True).distinct()))
    if not months:
        return
    month = Random(stood.position if seed is None else seed).choice(months)
    here = zone()
    begins, ends = bounds(month, here)
    cases: set[UUID] = set()
    for name in ("received_at", "closed_at"):
        within = Line.objects.filter(**{f"{name}__gte": begins, f"{name}__lt": ends})
        cases |= set(within.values_list("case_id", flat=True)[:ENOUGH])
        if len(cases) >= ENOUGH:
            return  # its figures are proved by theirs; the whole is counted by `gezhi recount`
    _old, new = between(sorted(cases), 0, stood.position)
    wanted: Sums = Adding()
    add(wanted, new, 1, here)
    kept: Sums = Adding()
    for row in rows.filter(month=month):
        kept[month, row.place_id, RECEIVED] = row.received
        kept[month, row.place_id, CLOSED] = row.closed
    for key in sorted(wanted.keys() | kept.keys()):
        if key[0] == month and wanted[key] != kept[key]:
            said = f"{kept[key]} {key[2]}, not {wanted[key]}, as the journal has it at {stood.position}"
            yield Finding("I8", f"spot {key[1]} in {month}", said)
