"""What was solved at a place, the last first: along an index where much may be solved."""

from typing import Any, Final

from django.db.models import QuerySet

from gezhi.cases.lifecycle import Ending, State
from gezhi.cases.models import Case
from gezhi.cases.policy import within
from gezhi.places import paths
from gezhi.places.onpath import COMPOUND, key, on_path

ENDINGS: Final = (Ending.SOLVED.value, Ending.SOLVED_ON_SPOT_UNCHECKED.value)
LOOKED_AT: Final = (
    2000  # newest cases of the office: what was solved last in a community, or above, is among them
)


def last_solved(path: str) -> QuerySet[Any]:
    """Solved cases at a place or below it, the last closed first; of a community and above, of those that came last. Slice it."""
    depth = len(paths.ids(path))
    rows = Case.objects.filter(state=State.CLOSED, ending__in=ENDINGS, closed_at__isnull=False)
    if depth == COMPOUND:
        rows = rows.alias(key=on_path(COMPOUND)).filter(key=key(path, COMPOUND))
    else:
        rows = rows.filter(within(path))
    if depth < COMPOUND:
        newest = Case.objects.order_by("-received_at").values("id")[:LOOKED_AT]
        rows = rows.filter(id__in=newest)
    found: QuerySet[Any] = rows.order_by("-closed_at")
    return found
