"""What is so about a task at the moment of a move: the circumstances that choose between arrows. Reads only."""

from typing import TYPE_CHECKING
from uuid import UUID

from gezhi.cases.lifecycle import State
from gezhi.parties import queries as parties
from gezhi.work.lifecycle import OPEN, TaskFact, TaskState
from gezhi.work.models import Task, TaskNeed

if TYPE_CHECKING:
    from gezhi.cases.models import Case

CASE_AT_WORK = frozenset({State.DISPATCHED.value, State.IN_HAND.value})
MOST_PARTIES_ABOVE = 10  # a chain of parties is short; this only bounds a loop


def circumstances(task: Task, case: "Case | None") -> frozenset[TaskFact]:
    """2 queries at most: what it needs, and from the third return on who stands above."""
    found = {_return(task, case)}
    if not blocking(task):
        found.add(TaskFact.FREE)
    if task.asked_until is not None:
        found.add(TaskFact.TIME_ASKED)
    if case is None or case.state in CASE_AT_WORK:
        found.add(TaskFact.CASE_OPEN)
    return frozenset(found)


def blocking(task: Task) -> list[str]:
    """Numbers of the open tasks it waits for. 1 query, none for one that is over."""
    if TaskState(task.state) not in OPEN:
        return []
    open_ones = TaskNeed.objects.filter(task=task, needs__state__in=[state.value for state in OPEN])
    return list(open_ones.order_by("needs__number").values_list("needs__number", flat=True))


def _return(task: Task, case: "Case | None") -> TaskFact:
    if task.returns < 2:
        return (TaskFact.FIRST_RETURN, TaskFact.SECOND_RETURN)[task.returns]
    return TaskFact.LATER_RETURN if next_higher(task, case) else TaskFact.NOBODY_ABOVE


def next_higher(task: Task, case: "Case | None") -> UUID | None:
    """The party above whoever set it; above that one when it gives it back, too. Never down, never the one complained of."""
    owner = owner_of(task, case)
    ups = [owner, *above(owner)]
    higher = ups[ups.index(task.party_id) + 1 :] if task.party_id in ups else ups[1:]
    hidden = case.complained_of_id if case is not None else None
    return next((one for one in higher if one != hidden), None)


def owner_of(task: Task, case: "Case | None") -> UUID:
    """Who set it: the lead of its case as that is now, or the party that set it without one."""
    found: UUID | None = case.lead_id if case is not None else task.owner_id
    if found is None:
        raise ValueError("a task without a case has an owner")
    return found


def above(party: UUID) -> list[UUID]:
    """The parties above, nearest first. 1 query each."""
    found: list[UUID] = []
    while len(found) < MOST_PARTIES_ABOVE:
        higher = parties.one_level_up(found[-1] if found else party)
        if higher is None or higher == party or higher in found:
            break
        found.append(higher)
    return found
