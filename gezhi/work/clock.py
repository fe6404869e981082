"""A task's one timer: it reminds when most of its time is used up, then climbs its ladder, which ends at a person.

A task's days are agreed days: they do not stand still while its case is carried forward. The moments are those of a case in hand.
"""

from datetime import datetime
from typing import Final

from gezhi.cases import timing
from gezhi.cases.deadlines import Act, Standing, next_act
from gezhi.cases.lifecycle import State
from gezhi.catalogue import queries as catalogue
from gezhi.journal import outbox
from gezhi.parties import queries as parties
from gezhi.work.lifecycle import OPEN, TaskState
from gezhi.work.models import Task

TIMER: Final = "task.timer"  # errand kind; key: the task's id


def due_of(task: Task) -> datetime:
    """The deadline that counts now: a party that was called answers first."""
    if task.respond_due is not None and task.responded_at is None:
        return min(task.respond_due, task.due_at)
    return task.due_at


def next_of(task: Task) -> tuple[datetime, Act]:
    """When the timer of an open task must act next, and what it will do. 1 query."""
    standing = Standing(
        state=State.IN_HAND,
        entered_at=task.sent_at,
        due=due_of(task),
        reminded=task.reminded_at is not None,
        last_escalated_at=task.last_escalated_at,
        ladder_ended=task.ladder_ended,
    )
    calendar = catalogue.calendar(parties.party(task.party_id).calendar)
    return next_act(standing, timing.stage_limits(), calendar)


def following(task: Task) -> outbox.Following:
    """The timer of a task that was just sent."""
    return outbox.Following(TIMER, str(task.id), next_of(task)[0], subject=("task", task.id))


def follow(task: Task) -> None:
    """Put the timer where the task is now; a task that is over has none."""
    is_open = TaskState(task.state) in OPEN
    outbox.reschedule(TIMER, str(task.id), due_at=next_of(task)[0] if is_open else None)
