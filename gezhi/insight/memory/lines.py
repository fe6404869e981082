"""The newest of all that happened at a place, out of the ledger: at most MOST of them, however many there are.

A compound or street, and a building, are read along indexes of their own. Above and below these the newest WALKED lines are looked
through, of the office or of the building: what is found is everything since the day that is said beside it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from gezhi.cases.policy import visible_to
from gezhi.insight.memory.sums import Seen
from gezhi.kernel.actor import Actor, ActorKind
from gezhi.ledger.models import Line
from gezhi.places import paths
from gezhi.places.onpath import BUILDING, COMPOUND, key, on_path

MOST = 1000
WALKED = 5000
_FIELDS = (
    "case_id", "number", "state", "place_id", "category_id", "received_at", "closed_at", "ending", "confirmed_at", "came_back_from_id", "done_at",
)  # fmt: skip


class Happened(NamedTuple):
    """What happened at a place and below it, newest first. since: the local day from which on nothing lacks; None: nothing lacks at all."""

    rows: tuple[Seen, ...]
    since: date | None


class Open(NamedTuple):
    """What is open: how many, counted to MOST, and the cases that are due first."""

    number: int
    case_ids: tuple[UUID, ...]


def happened(path: str, *, actor: Actor) -> Happened:
    """Of what happened at the place of this path, whatever this actor may see. At most 4 queries."""
    found, since = _newest(path)
    seen = _visible([row[0] for row in found], actor)
    return Happened(tuple(_seen(row) for row in found if row[0] in seen), since)


def of_cases(case_ids: Sequence[UUID], *, actor: Actor) -> Happened:
    """The same of these cases, MOST of them. since: None, they are all there are. At most 3 queries."""
    rows = Line.objects.filter(case__in=list(case_ids), is_held=False).order_by("-received_at")
    found = list(rows.values_list(*_FIELDS)[:MOST])
    seen = _visible([row[0] for row in found], actor)
    return Happened(tuple(_seen(row) for row in found if row[0] in seen), None)


def _newest(path: str) -> tuple[list[Any], date | None]:
    depth = len(paths.ids(path))
    if depth in {COMPOUND, BUILDING}:
        found = list(of_keyed(path)[: MOST + 1])
        last = found.pop() if len(found) > MOST else None
    else:
        newest = walked(path)
        low, high = paths.span(path)
        within = Line.objects.filter(
            id__in=newest.values("id")[:WALKED], place_path__gte=low, place_path__lt=high
        )
        found = list(within.order_by("-received_at").values_list(*_FIELDS)[: MOST + 1])
        if len(found) > MOST:
            last = found.pop()
        else:
            last = newest.values_list(*_FIELDS)[WALKED - 1 : WALKED].first()
    return found, _day(last[5]) if last else None


def of_keyed(path: str) -> QuerySet[Any, Any]:
    """All lines of a compound or street, or of a building, newest first: along its index."""
    return _keyed(path, len(paths.ids(path))).values_list(*_FIELDS)


def walked(path: str) -> QuerySet[Line]:
    """Lines to look through for a place that has no index of its own, newest first: the building's, or the office's."""
    depth = len(paths.ids(path))
    rows = _keyed(path, BUILDING) if depth > BUILDING else Line.objects.filter(is_held=False)
    return rows.order_by("-received_at")


def _keyed(path: str, depth: int) -> QuerySet[Line]:
    rows: QuerySet[Line] = Line.objects.alias(key=on_path(depth)).filter(key=key(path, depth), is_held=False)
    return rows.order_by("-received_at")


def _visible(ids: list[UUID], actor: Actor) -> set[UUID]:
    if not ids or actor.kind is ActorKind.SYSTEM:
        return set(ids)
    return set(visible_to(actor).filter(id__in=ids).values_list("id", flat=True))


def _seen(row: Any) -> Seen:
    case_id, number, state, place_id, category_id, came, closed, ending, confirmed, back, done = row
    return Seen(
        case_id,
        number,
        state,
        place_id,
        category_id,
        came,
        _day(came),
        closed,
        _day(closed) if closed else None,
        ending,
        confirmed is not None or ending == "solved",
        back,
        (done - came).total_seconds() / 3600 if done else None,
    )


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def open_at(path: str, *, actor: Actor, first: int) -> Open:
    """What of the open matters at a place this actor may see; `first` of those due first. At most 3 queries."""
    rows = sorted(
        open_lines(path).values_list("case_id", "due_at")[: MOST + 1], key=lambda row: (row[1], row[0])
    )
    seen = _visible([case_id for case_id, _ in rows], actor)
    ids = [case_id for case_id, _ in rows if case_id in seen]
    return Open(min(len(ids), MOST + 1), tuple(ids[:first]))


def open_lines(path: str) -> QuerySet[Line]:
    """Open lines at a place or below it, along the index of open ones."""
    low, high = paths.span(path)
    rows: QuerySet[Line] = Line.objects.filter(closed_at=None, place_path__gte=low, place_path__lt=high)
    return rows.filter(is_held=False)
