"""A practice is learned from a case that was closed well, and tried on others: what helped is counted, and stands in the case's story."""

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction

from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Role, State
from gezhi.cases.memory import trying
from gezhi.cases.spots import SOLVED
from gezhi.catalogue import practices
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound, NotFromHere, NotYours
from gezhi.places import queries as places

if TYPE_CHECKING:
    from gezhi.cases.models import Case
    from gezhi.catalogue.models import Practice

CASE: Final = "case"
AT_WORK: Final = frozenset({Role.DESK, Role.HANDLER, Role.GRID_WORKER, Role.APPROVER})


def may_learn(case: "Case", roles: frozenset[Role]) -> bool:
    """Whether this actor may write down what worked: closed as solved, sorted, at a place. Not of a complaint: it speaks of somebody."""
    is_closed_well = case.state == State.CLOSED and case.ending in SOLVED
    is_sorted = case.place_id is not None and case.category_id is not None
    return is_closed_well and is_sorted and case.complained_of_id is None and bool(roles & AT_WORK)


@transaction.atomic
def learn(case_id: UUID, text: str, *, actor: Actor, at: datetime) -> "Practice":
    """Write down what worked. Raises NotFound, NotYours, NotFromHere, Missing, Invalid as practices.draft."""
    case = cases.locked(case_id)
    cases.by_id(case_id, actor=actor)
    roles = cases.roles(case, actor=actor)
    if not roles & AT_WORK:
        raise NotYours(deed="practice")
    if not may_learn(case, roles) or case.category_id is None or case.place_id is None:
        raise NotFromHere("no_practice")
    kind = places.by_ids([case.place_id])[case.place_id].kind
    return practices.draft(
        text, category_id=case.category_id, place_kind=kind, source=(CASE, case.id), actor=actor, at=at
    )


@transaction.atomic
def say_whether_it_helped(
    case_id: UUID, practice_id: UUID, *, helped: bool, actor: Actor, at: datetime
) -> None:
    """Counted once for each case; a second answer changes nothing. Raises NotFound (also of a practice for other matters), NotYours."""
    case = cases.locked(case_id)
    cases.by_id(case_id, actor=actor)
    if not cases.roles(case, actor=actor) & AT_WORK:
        raise NotYours(deed=trying.EVENT)
    practice = practices.one(practice_id)
    if practice.category_id != case.category_id or practice.state == practices.DRAFTED:
        raise NotFound("practice")
    if practices.tried(practice.id, (CASE, case.id), helped=helped, at=at):
        trying.tell(case, practice.id, practice.text, helped=helped, actor=actor, at=at)
