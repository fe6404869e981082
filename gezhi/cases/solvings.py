"""What was solved at a place, the last first: along an index where much may be solved."""

from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from gezhi.cases.lifecycle import Ending, State
from gezhi.cases.models import Case
from gezhi.places import paths
from gezhi.places.onpath import key, on_path, within
from gezhi.reports.queries import unpublished_runs

ENDINGS: Final = (Ending.SOLVED.value, Ending.SOLVED_ON_SPOT_UNCHECKED.value)
# Closings of the office that are walked for a community, or above, until enough of its own are met: a week of a million a year. Where
# none of them was solved there, nothing is told.
LOOKED_AT: Final = 20_000
_EVER: Final = datetime(1, 1, 2, tzinfo=UTC)


def last_solved(path: str) -> QuerySet[Any]:
    """Solved cases at a place or below it, the last closed first; of a community and above, of those that closed last. What an import
    brought that is not published is not among them. 1 query before the question itself. Slice it.
    """
    depth = paths.depth(path)
    rows = Case.objects.filter(state=State.CLOSED, ending__in=ENDINGS, closed_at__isnull=False)
    if hidden := unpublished_runs():
        rows = rows.exclude(run_id__in=hidden)
    if depth > paths.COMPOUND:
        rows = rows.filter(within(path))
    elif depth:  # by no range of paths: the planner would take all of a community and sort it
        rows = rows.alias(key=on_path(depth)).filter(key=key(path, depth))
    if depth < paths.COMPOUND:
        rows = rows.filter(closed_at__gte=Coalesce(Subquery(_walked()), Value(_EVER)))
    found: QuerySet[Any] = rows.order_by("-closed_at")
    return found


def _walked() -> QuerySet[Any, Any]:
    """How far back one walks; nothing where all of it is."""
    closed = Case.objects.filter(closed_at__isnull=False).order_by("-closed_at")
    found: QuerySet[Any, Any] = closed.values("closed_at")[LOOKED_AT - 1 : LOOKED_AT]
    return found
