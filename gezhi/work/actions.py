"""Send tasks and move one. `advance` is the only writer of Task.state. Lock order: the case, then the task."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from gezhi.cases import queries as cases
from gezhi.cases.network import actions as network
from gezhi.evidence import actions as evidence
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Missing, NotFound, Stale
from gezhi.parties import queries as parties
from gezhi.tenancy.updating import save_fields
from gezhi.work import clock
from gezhi.work.effects import EFFECTS, Doing, nothing
from gezhi.work.facts import circumstances
from gezhi.work.fold import KIND, changed, snapshot
from gezhi.work.giving import give
from gezhi.work.lifecycle import OPEN, STARTS_ANEW, TaskArrow, TaskFact, TaskRole, TaskState, decide
from gezhi.work.models import Task, TaskEvidence, TaskLink
from gezhi.work.move import TaskMove
from gezhi.work.policy import roles_for
from gezhi.work.proof import kinds_of
from gezhi.work.queries import locked

if TYPE_CHECKING:
    from gezhi.cases.models import Case

# what the case's own story says of a step of a task
TOLD: Mapping[str, str] = {
    "finish": "task_done",
    "send_back": "task_back",
    "call_off": "task_off",
    "case_ended": "task_off",
}
ENDS_LINK = STARTS_ANEW  # the one who held it has it no more


@transaction.atomic
def advance(task_id: UUID, move: TaskMove, *, actor: Actor, at: datetime) -> Task:
    """Move one task along one arrow. The only writer of Task.state.

    Returns the locked, saved row. Raises NotFound, Stale, NotFromHere, NotYours, Missing (its .facts = what lacks), Invalid.
    """
    move = move.cleaned()
    task, case = _held(task_id)
    roles = roles_for(actor, task, case, at)
    if not roles:
        raise NotFound("task")
    if move.version is not None and move.version != task.version:
        raise Stale(version=task.version, state=task.state)
    before = snapshot(task)
    doing = Doing(move, _arrow(task, case, move, roles), actor, at, case)
    EFFECTS.get(move.event, nothing)(task, doing)
    _arrive(task, doing)
    _show(task, move, at)
    give(task, move.contributions, doing)
    after = snapshot(task)
    save_fields(task, changed(before, after))
    _tell(task, doing, before, after)
    clock.follow(task)
    if move.event in ENDS_LINK:
        TaskLink.objects.filter(task=task, ended_at=None).update(ended_at=at)
    return task


def _held(task_id: UUID) -> tuple[Task, "Case | None"]:
    """The task and its case, both locked, the case first. 3 queries at most. Raises NotFound."""
    rows = Task.objects.filter(id=task_id).values_list("case_id")[:1]
    if not rows:
        raise NotFound("task")
    (case_id,) = rows[0]
    case = cases.locked(case_id) if case_id else None
    return locked(task_id), case


def _arrow(task: Task, case: "Case | None", move: TaskMove, roles: Collection[TaskRole]) -> TaskArrow:
    """Which arrow this is; the proof is asked kind by kind."""
    facts = circumstances(task, case) | move.facts()
    lacking = frozenset(kinds_of(task.proof)) - move.kinds() if move.event == "finish" else frozenset()
    if move.event == "finish" and not lacking:
        facts |= {TaskFact.PROOF}
    try:
        return decide(TaskState(task.state), move.event, roles=frozenset(roles), facts=facts)
    except Missing as missing:
        raise Missing((set(missing.facts) - {TaskFact.PROOF.value}) | lacking) from None


def _arrive(task: Task, doing: Doing) -> None:
    """Set state, version and round as the arrow says; who has it anew has it without reminders."""
    arrow = doing.arrow
    is_first_answer = TaskRole.HAND in arrow.who and arrow.event not in {"note", "late_answer"}
    if is_first_answer and arrow.event not in STARTS_ANEW and task.responded_at is None:
        task.responded_at, task.reminded_at = doing.at, None
    task.state, task.version = arrow.target.value, task.version + 1
    if arrow.next_round:
        task.round += 1
    if arrow.next_round or arrow.event in STARTS_ANEW:
        task.reminded_at = task.last_escalated_at = task.escalated_to_id = task.escalated_person_id = None
        task.ladder_ended = False
        task.escalations = 0 if arrow.next_round else task.escalations
    if arrow.event == "grant_time":
        task.reminded_at = None


def _show(task: Task, move: TaskMove, at: datetime) -> None:
    """Hang the move's pictures on this round. A picture is claimed once."""
    if not move.shown:
        return
    evidence.claim(list({shown.evidence for shown in move.shown}), kind=KIND, id=task.id, at=at)
    rows = [
        TaskEvidence(task=task, evidence_id=shown.evidence, round=task.round, kind=shown.kind, at=at)
        for shown in move.shown
    ]
    TaskEvidence.objects.bulk_create(rows)


def _tell(task: Task, doing: Doing, before: Mapping[str, object], after: Mapping[str, object]) -> None:
    """One record: the task's step, and where others must know of it, the case's."""
    move, case = doing.move, doing.case
    names = [name for name in after if before[name] != after[name]]
    come = {"count": move.count, "outcome": move.outcome, "shown": len(move.shown) or None}
    deed = Deed(
        KIND,
        task.id,
        move.event,
        before={name: before[name] for name in names},
        after={name: after[name] for name in names}
        | {name: value for name, value in come.items() if value}
        | doing.facts,
        words={"note": move.note.strip(), "reason": move.reason.strip()},
    )
    event = TOLD.get(move.event)
    if case is None or event is None:
        record(deed, actor=doing.actor, at=doing.at)
        return
    if event == "task_done" and task.finisher_id:
        network.took_part(case, task.finisher_id, doing.at)
    facts = {"task": task.id, "task_number": task.number}
    said = {"note": f"{parties.party(task.party_id).name}：{task.what}"}
    open_now = open_of_case(case.id)
    network.set_tasks(case, event, open_now, facts, said, also=[deed], actor=doing.actor, at=doing.at)


def open_of_case(case_id: UUID) -> int:
    """How many tasks of a locked case are open. 1 query."""
    return Task.objects.filter(case_id=case_id, state__in=[state.value for state in OPEN]).count()
