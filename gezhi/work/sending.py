"""Make tasks: of one case, or of one owner. All of a sending or none."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Role
from gezhi.cases.network import actions as network
from gezhi.cases.network import queries as held_cases
from gezhi.evidence import queries as evidence
from gezhi.journal import outbox
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, ActorKind
from gezhi.kernel.persons import nameless
from gezhi.kernel.refusal import Invalid, Missing, NotFromHere, NotYours
from gezhi.places import queries as places
from gezhi.work import clock, numbers
from gezhi.work.actions import open_of_case
from gezhi.work.effects import judge_person, receiver, respond_due
from gezhi.work.facts import CASE_AT_WORK
from gezhi.work.fold import KIND, snapshot
from gezhi.work.lifecycle import OPEN
from gezhi.work.models import Task, TaskNeed, TaskShown
from gezhi.work.move import NewTask, storable
from gezhi.work.policy import AT_WORK
from gezhi.work.proof import judged

if TYPE_CHECKING:
    from gezhi.cases.models import Case

LONGEST = 200
MOST_AT_ONCE = 20
BORN = "sent"  # the first row of a task's journal
SENDERS = frozenset({Role.HANDLER, Role.DESK, Role.SYSTEM})


@transaction.atomic
def send(*new: NewTask, actor: Actor, at: datetime, mandate: str = "") -> list[Task]:
    """Give shares of one case, or of one owner's work, to parties. The case is locked first; its lead stays accountable.

    mandate: "" = asked of the policy; "meeting", "project" = the flow has asked its own, and the word stands in the journal.
    Raises NotFound, NotYours(deed="send"), NotFromHere(case_not_at_work | task_exists), Missing({"what"} …), Invalid(party | until | needs | person | shown | proof).
    """
    case_id, owner = _one_subject(new)
    case = _case(case_id, actor, mandate) if case_id else None
    if case is None and not mandate and not _is_of(owner, actor):
        raise NotYours(deed="send")
    tasks = [_made(one, case, at) for one in new]
    _judge_twice(tasks)
    _number(tasks, case, at)
    Task.objects.bulk_create(tasks)
    needs = _needs(new, tasks)
    TaskNeed.objects.bulk_create(needs)
    _show(new, tasks, case)
    outbox.queue(*map(clock.following, tasks))
    _tell(tasks, needs, case, mandate, actor, at)
    return tasks


def _one_subject(new: Sequence[NewTask]) -> tuple[UUID | None, UUID | None]:
    """The case, or the owner, that all of a sending have."""
    subjects = {(one.case, one.owner) for one in new}
    if len(subjects) != 1:
        raise ValueError("tasks of one sending have one subject")
    case, owner = subjects.pop()
    if (case is None) == (owner is None):
        raise ValueError("a task is of a case or has an owner")
    if len(new) > MOST_AT_ONCE:
        raise Invalid("tasks", "too_many", limit=MOST_AT_ONCE)
    return case, owner


def _is_of(owner: UUID | None, actor: Actor) -> bool:
    return actor.kind is ActorKind.SYSTEM or owner in actor.parties(*AT_WORK)


def _case(case_id: UUID, actor: Actor, mandate: str) -> "Case":
    if mandate:
        case = cases.locked(case_id)
    else:
        case, roles = held_cases.held(case_id, actor=actor)
        if not roles & SENDERS:
            raise NotYours(deed="send")
    if case.state not in CASE_AT_WORK:
        raise NotFromHere("case_not_at_work", state=case.state)
    return case


def _made(one: NewTask, case: "Case | None", at: datetime) -> Task:
    """The row, not saved yet. 1 query for its party, 1 more for a person or a place of its own."""
    what = nameless(storable(one.what, "what")).strip()
    if not what:
        raise Missing({"what"})
    if len(what) > LONGEST:
        raise Invalid("what", "too_long", limit=LONGEST)
    party = receiver(one.party, case)
    if one.due_at <= at:
        raise Invalid("until", "not_in_the_future")
    if one.person is not None:
        judge_person(party.id, one.person, at)
    place, path = _place(one, case)
    return Task(
        case=case,
        owner_id=one.owner,
        party_id=party.id,
        person_id=one.person,
        what=what,
        place_id=place,
        place_path=path,
        is_whistle=one.is_whistle,
        is_urgent=one.is_urgent,
        proof=judged(one.proof),
        proof_sentence=storable(one.proof_sentence, "proof_sentence")[:120],
        sent_at=at,
        respond_due=respond_due(party.calendar, at, is_urgent=one.is_urgent) if one.is_whistle else None,
        make_safe_due=one.make_safe_due,
        due_at=one.due_at,
    )


def _place(one: NewTask, case: "Case | None") -> tuple[UUID | None, str]:
    if one.place is not None:
        found = places.by_ids([one.place]).get(one.place)
        if found is None:
            raise Invalid("place", "unknown")
        return found.id, found.path
    return (case.place_id, case.place_path) if case is not None else (None, "")


def _judge_twice(tasks: Sequence[Task]) -> None:
    """One party has the same words open once: a second press of another form makes nothing twice. 1 query."""
    first = tasks[0]
    rows = Task.objects.filter(state__in=[state.value for state in OPEN])
    rows = rows.filter(case=first.case_id) if first.case_id else rows.filter(owner=first.owner_id)
    known = set(rows.values_list("party_id", "what"))
    for one in tasks:
        if (one.party_id, one.what) in known:
            raise NotFromHere("task_exists", what=one.what)
        known.add((one.party_id, one.what))


def _number(tasks: Sequence[Task], case: "Case | None", at: datetime) -> None:
    if case is not None:
        found = numbers.of_case(case.number, case.id, len(tasks))
    else:
        year = timezone.localtime(at).year
        found = [numbers.next_of(numbers.TASKS, year) for _ in tasks]
    for task, number in zip(tasks, found, strict=True):
        task.number = number


def _needs(new: Sequence[NewTask], tasks: Sequence[Task]) -> list[TaskNeed]:
    """Raises Invalid("needs", unknown | circle). 1 query where one is named by its id."""
    named = {one for each in new for one in each.needs if isinstance(one, UUID)}
    known = (
        set(Task.objects.filter(id__in=named, case=tasks[0].case_id).values_list("id", flat=True))
        if named
        else set()
    )
    if named - known or any(
        isinstance(one, int) and not 0 <= one < len(tasks) for each in new for one in each.needs
    ):
        raise Invalid("needs", "unknown")
    if _is_circle({n: {i for i in each.needs if isinstance(i, int)} for n, each in enumerate(new)}):
        raise Invalid("needs", "circle")
    return [
        TaskNeed(task=task, needs_id=one if isinstance(one, UUID) else tasks[one].id)
        for task, each in zip(tasks, new, strict=True)
        for one in dict.fromkeys(each.needs)
    ]


def _is_circle(needs: dict[int, set[int]]) -> bool:
    """Whether some of them wait for each other: what waits for nothing is taken away until nothing more goes."""
    left = dict(needs)
    while free := [one for one, waits in left.items() if not waits & set(left)]:
        for one in free:
            del left[one]
    return bool(left)


def _show(new: Sequence[NewTask], tasks: Sequence[Task], case: "Case | None") -> None:
    """Pictures that go along: of the case's work, or of its reports where somebody looked at them. Raises Invalid("shown", "not_looked_at")."""
    wanted = {id for one in new for id in one.shown}
    if not wanted:
        return
    if case is None or wanted - _may_go_along(case, wanted):
        raise Invalid("shown", "not_looked_at")
    rows = [
        TaskShown(task=task, evidence_id=id)
        for task, one in zip(tasks, new, strict=True)
        for id in dict.fromkeys(one.shown)
    ]
    TaskShown.objects.bulk_create(rows)


def _may_go_along(case: "Case", wanted: set[UUID]) -> set[UUID]:
    worked = held_cases.pictures_of_work(case.id, wanted)
    reports = set(cases.report_ids([case.id]).get(case.id, []))
    looked = {
        one.id
        for one in evidence.by_ids(wanted - worked).values()
        if one.claimed_kind == "report" and one.claimed_id in reports and one.looked_at is not None
    }
    return worked | looked


def _tell(
    tasks: Sequence[Task],
    needs: Sequence[TaskNeed],
    case: "Case | None",
    mandate: str,
    actor: Actor,
    at: datetime,
) -> None:
    """One record: a birth a task, and the case's own line."""
    waits: dict[UUID, list[UUID]] = {}
    for need in needs:
        waits.setdefault(need.task_id, []).append(need.needs_id)
    births = [
        Deed(
            KIND,
            task.id,
            BORN,
            after={name: value for name, value in snapshot(task).items() if value is not None}
            | ({"needs": [str(id) for id in waits[task.id]]} if task.id in waits else {})
            | ({"mandate": mandate} if mandate else {}),
            words={"what": task.what, "proof_sentence": task.proof_sentence},
            is_first=True,
        )
        for task in tasks
    ]
    if case is None:
        record(*births, actor=actor, at=at)
        return
    names = {task.party_id: receiver(task.party_id, case).name for task in tasks}
    said = {"note": "；".join(f"{names[task.party_id]}：{task.what}" for task in tasks)}
    facts: dict[str, object] = {"tasks": [str(task.id) for task in tasks]}
    facts |= {"mandate": mandate} if mandate else {}
    network.set_tasks(case, "task_sent", open_of_case(case.id), facts, said, also=births, actor=actor, at=at)
