"""The newest of all that happened at a place, out of the ledger: at most a thousand of them, however many there are.

A compound or street, and a building, are read along indexes of their own. Above and below these the newest WALKED lines are looked
through, of the office or of the building: what is found is everything since the day that is said beside it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from gezhi.cases.queries import is_visible
from gezhi.insight.memory.sums import Seen
from gezhi.kernel import counting
from gezhi.kernel.actor import Actor
from gezhi.ledger.models import Line
from gezhi.places import paths
from gezhi.places.onpath import key, on_path, within

WALKED = 5000
_FIELDS = (
    "case_id", "number", "state", "place_id", "category_id", "received_at", "closed_at", "ending", "confirmed_at", "came_back_from_id", "done_at", "may",
)  # fmt: skip
_RECEIVED, _MAY = _FIELDS.index("received_at"), _FIELDS.index("may")


class Happened(NamedTuple):
    """What happened at a place and below it, newest first. since: the local day from which on nothing lacks; None: nothing lacks at all."""

    rows: tuple[Seen, ...]
    since: date | None


class Open(NamedTuple):
    """What is open: how many, counted to COUNTED, and the cases that are due first."""

    number: int
    case_ids: tuple[UUID, ...]


def happened(path: str, *, actor: Actor) -> Happened:
    """Of what happened at the place of this path, whatever this actor may see. At most 3 queries."""
    found, since = _newest(path, actor)
    return Happened(_seen_of(found), since)


def of_cases(case_ids: Sequence[UUID], *, actor: Actor) -> Happened:
    """The same of these cases, COUNTED of them. since: None, they are all there are. At most 2 queries."""
    rows = Line.objects.filter(case__in=list(case_ids), is_held=False).order_by("-received_at")
    return Happened(_seen_of(with_sight(rows, actor).values_list(*_FIELDS)[: counting.COUNTED]), None)


def _newest(path: str, actor: Actor) -> tuple[list[Any], date | None]:
    has_index = paths.depth(path) in {paths.COMPOUND, paths.BUILDING}
    newest = of_keyed(path) if has_index else walked(path)
    below = newest if has_index else _below(path, newest)
    found = list(with_sight(below, actor).values_list(*_FIELDS)[: counting.COUNTED + 1])
    if len(found) > counting.COUNTED:
        return found[: counting.COUNTED], _day(found[counting.COUNTED][_RECEIVED])
    if has_index:
        return found, None
    last = newest.values_list("received_at", flat=True)[WALKED - 1 : WALKED].first()
    return found, _day(last) if last else None


def _below(path: str, newest: QuerySet[Line]) -> QuerySet[Line]:
    """Those of the first WALKED that lie at a place or below it, newest first."""
    return Line.objects.filter(within(path), id__in=newest.values("id")[:WALKED]).order_by("-received_at")


def of_keyed(path: str) -> QuerySet[Line]:
    """All lines of a compound or street, or of a building, newest first: along its index."""
    return _keyed(path, paths.depth(path))


def walked(path: str) -> QuerySet[Line]:
    """Lines to look through for a place that has no index of its own, newest first: the building's, or the office's."""
    depth = paths.depth(path)
    rows = _keyed(path, paths.BUILDING) if depth > paths.BUILDING else Line.objects.filter(is_held=False)
    return rows.order_by("-received_at")


def _keyed(path: str, depth: int) -> QuerySet[Line]:
    rows: QuerySet[Line] = Line.objects.alias(key=on_path(depth)).filter(key=key(path, depth), is_held=False)
    return rows.order_by("-received_at")


def with_sight(rows: QuerySet[Line], actor: Actor) -> QuerySet[Any, Any]:
    """With `may`: whether this actor may open its case. Looked up line by line: asked for a list of ids, SQLite reads all that he may open."""
    return rows.annotate(may=is_visible(actor, "case_id"))


def _seen_of(rows: Any) -> tuple[Seen, ...]:
    return tuple(_seen(row) for row in rows if row[_MAY])


def _seen(row: Any) -> Seen:
    case_id, number, state, place_id, category_id, came, closed, ending, confirmed, back, done, _ = row
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
    """What of the open matters at a place this actor may see; `first` of those due first. At most 2 queries."""
    rows = open_lines(path).filter(is_visible(actor, "case_id")).order_by("due_at", "case_id")
    ids = list(rows.values_list("case_id", flat=True)[: counting.COUNTED + 1])
    return Open(len(ids), tuple(ids[:first]))


def open_lines(path: str) -> QuerySet[Line]:
    """Open lines at a place or below it, along the index of open ones."""
    rows: QuerySet[Line] = Line.objects.filter(within(path), closed_at=None)
    return rows.filter(is_held=False)
