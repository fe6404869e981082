"""Read tasks: one, those of a case, mine; what may be done. Who is nothing to a task finds none."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from gezhi.cases.lifecycle import State
from gezhi.cases.queries import Holding
from gezhi.journal.queries import Step, story
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound
from gezhi.work import lifecycle
from gezhi.work.facts import circumstances
from gezhi.work.fold import KIND
from gezhi.work.lifecycle import OPEN, TaskOffer, TaskState
from gezhi.work.models import Task, TaskEvidence, TaskNeed, TaskShown
from gezhi.work.policy import AT_WORK, roles_for

if TYPE_CHECKING:
    from gezhi.cases.models import Case

OPEN_STATES = tuple(state.value for state in OPEN)


class TaskRow(NamedTuple):
    """One task as a list needs it."""

    id: UUID
    number: str
    case_id: UUID | None
    party_id: UUID
    person_id: UUID | None
    what: str
    state: str
    sent_at: datetime
    due_at: datetime
    is_whistle: bool
    respond_due: datetime | None
    responded_at: datetime | None
    returns: int
    round: int
    done_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class Share(NamedTuple):
    """Who does what of a case. task: None for the lead's whole, which has no row."""

    task: TaskRow | None
    party_id: UUID
    person_id: UUID | None
    what: str
    state: str
    due_at: datetime | None
    is_lead: bool


# How the lead's work on the whole stands, as a task would say it.
STATE_OF = {
    State.REPORTED: TaskState.RETURNED,
    State.ASKED: TaskState.RETURNED,
    State.OPENED: TaskState.RETURNED,
    State.DISPATCHED: TaskState.SENT,
    State.IN_HAND: TaskState.TAKEN,
    State.TO_CHECK: TaskState.DONE,
    State.TO_CONFIRM: TaskState.DONE,
    State.CLOSED: TaskState.DONE,
}


def task(task_id: UUID, *, actor: Actor, at: datetime) -> Task:
    """One task that this actor is something to; its case is joined. 1 query, 1 more through a link. Raises NotFound."""
    return _mine(Task.objects.filter(id=task_id), actor, at)


def by_number(number: str, *, actor: Actor, at: datetime) -> Task:
    """The same by its number."""
    return _mine(Task.objects.filter(number=number.strip()[:28]), actor, at)


def _mine(rows: QuerySet[Task], actor: Actor, at: datetime) -> Task:
    found: Task | None = rows.select_related("case").first()
    if found is None or not roles_for(actor, found, found.case, at):
        raise NotFound("task")
    return found


def locked(task_id: UUID) -> Task:
    """The task, locked; its case is locked before it. 1 query. Raises NotFound."""
    found: Task | None = Task.objects.select_for_update(no_key=True).filter(id=task_id).first()
    if found is None:
        raise NotFound("task")
    return found


def of_case(case_id: UUID) -> list[TaskRow]:
    """All tasks of a case, in the order they were sent. 1 query."""
    return _rows(Task.objects.filter(case_id=case_id))


def of_cases(ids: Collection[UUID]) -> dict[UUID, list[TaskRow]]:
    """The same of many; cases without one are absent. 1 query."""
    found: dict[UUID, list[TaskRow]] = {}
    for row in _rows(Task.objects.filter(case_id__in=list(ids))):
        if row.case_id is not None:
            found.setdefault(row.case_id, []).append(row)
    return found


def rows_of(tasks: QuerySet[Task], most: int) -> list[TaskRow]:
    """The first of a list, as rows, in its order. 1 query."""
    return [TaskRow(*row) for row in tasks.values_list(*TaskRow._fields)[:most]]


def _rows(rows: QuerySet[Task]) -> list[TaskRow]:
    return [TaskRow(*row) for row in rows.order_by("id").values_list(*TaskRow._fields)]


def shares(case: "Case") -> list[Share]:
    """Who does what: first the lead, who is accountable for the whole, then the tasks. 1 query, none for a case that never had one."""
    state = STATE_OF[State(case.state)].value
    whole = Share(None, case.lead_id, case.handler_id, "", state, case.due_at, True)
    rows = of_case(case.id) if case.tasks_open is not None else []
    return [
        whole,
        *(Share(row, row.party_id, row.person_id, row.what, row.state, row.due_at, False) for row in rows),
    ]


def my_tasks(actor: Actor) -> QuerySet[Task]:
    """What this person's parties must take or do now, and what waits in his own hands; most urgent first."""
    at_work = Q(state__in=[TaskState.SENT.value, TaskState.TAKEN.value])
    mine = Q(party_id__in=actor.parties(*AT_WORK)) & (Q(person_id=None) | Q(person_id=actor.id))
    return _seen(actor, at_work & mine)


def listed(actor: Actor, view: str, *, at: datetime) -> QuerySet[Task]:
    """A list of tasks: mine, party (all open ones of my parties), sent (set by my parties), returned, late, whistles."""
    parties = actor.parties(*AT_WORK)
    ours, is_open = Q(party_id__in=parties), Q(state__in=OPEN_STATES)
    set_by_us = Q(case__lead_id__in=parties) | Q(case__desk_id__in=parties) | Q(owner_id__in=parties)
    match view:
        case "mine":
            return my_tasks(actor)
        case "party":
            return _seen(actor, ours & is_open)
        case "sent":
            return _seen(actor, set_by_us & is_open)
        case "returned":
            return _seen(actor, set_by_us & Q(state=TaskState.RETURNED.value))
        case "late":
            return _seen(actor, (ours | set_by_us) & is_open & Q(due_at__lt=at))
        case "whistles":
            return _seen(actor, ours & is_open & Q(is_whistle=True))
        case _:
            raise ValueError(f"no list of tasks is called {view!r}")


def count_open(party_id: UUID) -> int:
    """How many open tasks a party has, or set without a case. 1 query."""
    return Task.objects.filter(Q(party_id=party_id) | Q(owner_id=party_id), state__in=OPEN_STATES).count()


def _seen(actor: Actor, which: Q) -> QuerySet[Task]:
    """Nobody of the party complained of reads a task of that case."""
    rows: QuerySet[Task] = Task.objects.filter(which)
    if complained_of := actor.parties():
        rows = rows.exclude(case__complained_of__in=complained_of)
    return rows.order_by("due_at", "id")


def offers_for(task: Task, *, actor: Actor, at: datetime) -> tuple[TaskOffer, ...]:
    """What this actor may do with a task whose case is joined. 2 queries at most, and those of a link."""
    roles = roles_for(actor, task, task.case, at)
    return lifecycle.offers(TaskState(task.state), roles=roles, circumstances=circumstances(task, task.case))


def may_see(task_id: UUID, actor: Actor, at: datetime) -> bool:
    """Whether this actor is something to a task. 1 query."""
    found = Task.objects.filter(id=task_id).select_related("case").first()
    return found is not None and bool(roles_for(actor, found, found.case, at))


def needs(task_id: UUID) -> list[TaskRow]:
    """What a task waits for. 1 query."""
    return _rows(Task.objects.filter(id__in=TaskNeed.objects.filter(task_id=task_id).values("needs_id")))


def shown(task_id: UUID) -> list[TaskEvidence]:
    """Pictures of the work, by round and time. 1 query."""
    return list(TaskEvidence.objects.filter(task_id=task_id).order_by("round", "at", "id"))


def going_along(task_id: UUID) -> list[UUID]:
    """Pictures of the case that went along with it. 1 query."""
    return list(
        TaskShown.objects.filter(task_id=task_id).order_by("id").values_list("evidence_id", flat=True)
    )


def goes_along(evidence_id: UUID) -> list[UUID]:
    """The tasks that a picture goes along with. 1 query."""
    return list(TaskShown.objects.filter(evidence_id=evidence_id).values_list("task_id", flat=True))


def steps(task_id: UUID) -> list[Step]:
    """All deeds on a task, oldest first, with the words kept beside them. 2 queries."""
    return story(KIND, task_id)


def hands(steps: Sequence[Step]) -> list[Holding]:
    """Which party had it from when to when; a task that was returned waits for whoever set it. No query."""
    found: list[Holding] = []
    party = state = ""
    for step in steps:
        after = step.entry.after
        party, state = after.get("party_id") or party, after.get("state", state)
        turn = TaskState.RETURNED.value if state == TaskState.RETURNED else ""
        is_over = state in {TaskState.DONE, TaskState.ENDED}
        if found and found[-1].until is None:
            if not is_over and (str(found[-1].party_id), found[-1].turn) == (party, turn):
                continue
            found[-1] = found[-1]._replace(until=step.entry.at)
        if not is_over:
            found.append(Holding(UUID(party), step.entry.at, None, turn))
    return found
