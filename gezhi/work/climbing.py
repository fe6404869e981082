"""A task's timer fires: remind, or one rung up: its party, whoever set it, the parties above, in the end the officer, a person."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from gezhi.cases import queries as cases
from gezhi.cases.deadlines import Act
from gezhi.journal import outbox
from gezhi.kernel.actor import SYSTEM, Duty
from gezhi.kernel.refusal import NotFound
from gezhi.parties import queries as parties
from gezhi.routing.ladder import chain_of, rung
from gezhi.work import clock
from gezhi.work.actions import advance
from gezhi.work.facts import above, owner_of
from gezhi.work.lifecycle import OPEN, TaskState
from gezhi.work.models import Task
from gezhi.work.move import TaskMove
from gezhi.work.queries import locked

if TYPE_CHECKING:
    from gezhi.cases.models import Case


@transaction.atomic
def fire(task_id: UUID, *, at: datetime) -> str | None:
    """Do what the task's clock says is due, once. None: nothing was due any more, or it is over."""
    case_id = Task.objects.filter(id=task_id).values_list("case_id", flat=True).first()
    case = cases.locked(case_id) if case_id else None
    try:
        task = locked(task_id)
    except NotFound:
        return None
    if TaskState(task.state) not in OPEN:
        return None
    due, act = clock.next_of(task)
    if due > at:
        outbox.reschedule(clock.TIMER, str(task_id), due_at=due)
        return None
    advance(task_id, _move(task, case, act, at), actor=SYSTEM, at=at)
    return act.value


def _move(task: Task, case: "Case | None", act: Act, at: datetime) -> TaskMove:
    owner = owner_of(task, case)
    if act is Act.ESCALATE:
        chain = chain_of(task.party_id, owner, above(owner))
        step = rung(chain, task.escalations)
        person = _officer(task, case, step.party, at) if step.is_end else None
        return TaskMove("escalate", party=step.party, outcome="end" if step.is_end else "", person=person)
    if task.ladder_ended and task.escalated_to_id is not None:
        return TaskMove("remind", person=_officer(task, case, task.escalated_to_id, at))
    return TaskMove("remind")


def _officer(task: Task, case: "Case | None", party: UUID, at: datetime) -> UUID | None:
    """The nearest officer of the ladder's last party, else of another; nobody of the company complained of."""
    hidden = case.complained_of_id if case is not None else None
    found = [
        one
        for one in parties.officers(task.place_path, at)
        if one.duty == Duty.OFFICER and one.party_id != hidden
    ]
    first = [one for one in found if one.party_id == party] or found
    return first[0].account_id if first else None
