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
from gezhi.cases.policy import visible_to
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid
from gezhi.tenancy.prepared import Prepared

SOLVED = (Ending.SOLVED.value, Ending.SOLVED_ON_SPOT_UNCHECKED.value, Ending.NO_ANSWER.value)
MOST = 3  # more than the last three nobody compares
LOOKED_AT = 40


def remember_spot(case: Case, *, actor: Actor, at: datetime, said: UUID | None = None) -> None:
    """Link the case to what was solved last at its spot, as far as the actor may see it. said: what the desk says it is, NOT_AGAIN for
    nothing of it.

    1 query where nothing was solved, none without place or category. Raises Invalid("came_back_from", "unknown") for a case not
    solved here.
    """
    if said == NOT_AGAIN:
        case.came_back_from_id = None
        return
    found = [one.id for one in solved_here(case, actor=actor, at=at)]
    if said is not None and said not in found:
        raise Invalid("came_back_from", "unknown")
    case.came_back_from_id = said or (found[0] if found else None)


def solved_here(case: Case, *, actor: Actor, at: datetime) -> list[Case]:
    """Other cases that this actor may see, solved at the very spot of this one within the office's days, the last one first, MOST of
    them; an open one is not among them.

    1 query where nothing was, at most 2 more.
    """
    if case.place_id is None or case.category_id is None:
        return []
    since = at - timedelta(days=catalogue.rule("came_back_days"))
    known = [id for (id,) in _SOLVED_HERE.rows(case.place_id, case.category_id, since) if id != case.id]
    return list(visible_to(actor).filter(id__in=known).order_by("-closed_at")[:MOST]) if known else []


def _solved(place: UUID, category: UUID, since: datetime) -> QuerySet[Any]:
    rows = Case.objects.filter(place_id=place, category_id=category, closed_at__gte=since, ending__in=SOLVED)
    return rows.order_by("-closed_at").values_list("id")[:LOOKED_AT]


_SOLVED_HERE = Prepared(_solved)
