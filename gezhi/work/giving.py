"""What a party gave for a task: people, things, money; counted, and priced only where somebody entered it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gezhi.cases import queries as cases
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.work.effects import Doing
from gezhi.work.fold import KIND
from gezhi.work.lifecycle import TaskRole
from gezhi.work.models import Contribution, Task
from gezhi.work.move import Given, storable
from gezhi.work.policy import roles_for
from gezhi.work.queries import locked

KINDS: Final = frozenset({"people", "things", "money"})


def give(task: Task, given: Sequence[Given], doing: Doing) -> None:
    """Beside a move that is under way. 1 INSERT, none for nothing. Raises Invalid("contributions", unknown | nothing)."""
    if given:
        doing.facts["contributions"] = _written(task, given, doing.at)


@transaction.atomic
def contribute(task_id: UUID, given: Sequence[Given], *, actor: Actor, at: datetime) -> None:
    """Enter it beside no move: the party itself, or whoever set the task, at any time. Raises NotFound, NotYours, Invalid."""
    case_id = Task.objects.filter(id=task_id).values_list("case_id", flat=True).first()
    case = cases.locked(case_id) if case_id else None
    task = locked(task_id)
    roles = roles_for(actor, task, case, at)
    if not roles:
        raise NotFound("task")
    if not roles & {TaskRole.HAND, TaskRole.OWNER}:
        raise NotYours(deed="contribute")
    after = {"contributions": _written(task, given, at)}
    record(Deed(KIND, task.id, "contributed", after=after), actor=actor, at=at)


def _written(task: Task, given: Sequence[Given], at: datetime) -> list[list[str]]:
    """As the journal keeps them: kind, count, unit."""
    if any(one.kind not in KINDS for one in given):
        raise Invalid("contributions", "unknown")
    if not given or any(one.count <= 0 for one in given):
        raise Invalid("contributions", "nothing")
    rows = [
        Contribution(
            task=task,
            kind=one.kind,
            what=storable(one.what, "contributions")[:40],
            count=one.count,
            unit=one.unit[:8],
            yuan=one.yuan,
            at=at,
        )
        for one in given
    ]
    Contribution.objects.bulk_create(rows)
    return [[one.kind, str(one.count), one.unit] for one in given]
