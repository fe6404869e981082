"""A spot remembers: what comes back there within the office's days is linked to what was solved before (rule `came_back_days`).

A spot is one place and one category with all its opening conditions.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from gezhi.cases.lifecycle import Ending
from gezhi.cases.models import Case
from gezhi.cases.move import NOT_AGAIN
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.refusal import Invalid
from gezhi.tenancy.prepared import Prepared

SOLVED = (Ending.SOLVED.value, Ending.SOLVED_ON_SPOT_UNCHECKED.value, Ending.NO_ANSWER.value)
MOST = 3  # more than the last three nobody compares


def remember_spot(case: Case, at: datetime, said: UUID | None = None) -> None:
    """Link the case to what was solved last at its spot. said: what the desk says it is, NOT_AGAIN for nothing of it.

    1 query, none without place or category. Raises Invalid("came_back_from", "unknown") for a case not solved here.
    """
    if said == NOT_AGAIN:
        case.came_back_from_id = None
        return
    found = solved_here(case.place_id, case.category_id, at)
    found = [id for id in found if id != case.id]
    if said is not None and said not in found:
        raise Invalid("came_back_from", "unknown")
    case.came_back_from_id = said or (found[0] if found else None)


def solved_here(place_id: UUID | None, category_id: UUID | None, at: datetime) -> list[UUID]:
    """Cases solved at this very spot within the office's days, the last one first; an open one is not among them. 1 query."""
    if place_id is None or category_id is None:
        return []
    return [id for (id,) in _SOLVED_HERE.rows(place_id, category_id, _since(at))]


def solved_at_spot(place_id: UUID, category_id: UUID, at: datetime) -> QuerySet[Case]:
    """The same as rows, all of them."""
    return _solved(place_id, category_id, _since(at))


def _since(at: datetime) -> datetime:
    return at - timedelta(days=catalogue.rule("came_back_days"))


def _solved(place: UUID, category: UUID, since: datetime) -> QuerySet[Any]:
    rows = Case.objects.filter(place_id=place, category_id=category, closed_at__gte=since, ending__in=SOLVED)
    return rows.order_by("-closed_at")


_SOLVED_HERE = Prepared(
    lambda place, category, since: _solved(place, category, since).values_list("id")[: MOST + 1]
)
