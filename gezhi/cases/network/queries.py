"""What the packages above a case may read of it."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Q

from gezhi.cases import publicly
from gezhi.cases.lifecycle import Role
from gezhi.cases.models import Case, CaseEvidence, CaseHand
from gezhi.cases.policy import may_open, roles_for, roles_now
from gezhi.cases.queries import locked
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound


class Shared(NamedTuple):
    """What others than its desk and lead read of a case: never its title, which is a reporter's words. words: the public sentence or ""."""

    number: str
    state: str
    category_id: UUID | None
    place_id: UUID | None
    place_path: str
    grid_id: UUID | None
    due_at: datetime | None
    words: str


def held(case_id: UUID, *, actor: Actor) -> tuple[Case, frozenset[Role]]:
    """The case, locked until the transaction ends, and what the actor is to it. Raises NotFound where he may not open it."""
    case = locked(case_id)
    if not may_open(actor, case):
        raise NotFound("case")
    return case, roles_now(actor, case)


def facts_for_others(case: Case) -> Shared:
    """Place, category, deadline and what the desk says to everybody. 1 query."""
    return Shared(
        case.number,
        case.state,
        case.category_id,
        case.place_id,
        case.place_path,
        case.grid_id,
        case.due_at,
        publicly.words_of([case.id]).get(case.id, ""),
    )


def hands(case_id: UUID) -> set[tuple[UUID, int]]:
    """(account, round) of everybody who did a share. 1 query."""
    return set(CaseHand.objects.filter(case_id=case_id).values_list("account_id", "round"))


def sides(actor: Actor, case: Case) -> tuple[bool, bool]:
    """Whether he is of its lead or desk, and whether he is the officer above. No query."""
    roles = roles_for(actor, case)
    return bool(roles & {Role.HANDLER, Role.DESK}), Role.APPROVER in roles


def leads(case_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """By case its accountable party. 1 query, none for no case."""
    if not case_ids:
        return {}
    return dict(Case.objects.filter(id__in=list(case_ids)).values_list("id", "lead_id"))


def pictures_of_work(case_id: UUID, among: Collection[UUID]) -> set[UUID]:
    """Which of these pictures show the work on a case. 1 query."""
    rows = CaseEvidence.objects.filter(case_id=case_id, evidence_id__in=list(among))
    return set(rows.values_list("evidence_id", flat=True))


def counts(ids: Collection[UUID]) -> list[tuple[UUID, str, int | None, str]]:
    """(id, number, open tasks as it says, state) of these cases and of all that say how many there are. 1 query."""
    rows = Case.objects.filter(Q(tasks_open__isnull=False) | Q(id__in=list(ids)))
    return list(rows.values_list("id", "number", "tasks_open", "state"))


def checked_by_a_hand() -> list[str]:
    """Numbers of cases whose last check was by somebody who did a share of that round. 1 query."""
    rows = CaseHand.objects.filter(
        case__checker=F("account"), case__checked_round=F("round"), case__round=F("round")
    )
    return list(rows.values_list("case__number", flat=True))
