"""What each event changes on a task besides its state. One small function per event, called by `actions.advance` only."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from gezhi.cases import whys
from gezhi.cases.urging import too_soon
from gezhi.catalogue import queries as catalogue
from gezhi.journal.queries import last_by_staff
from gezhi.kernel.actor import Actor, ActorKind
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.kernel.worktime import ROUND_THE_CLOCK, due_at
from gezhi.parties import queries as parties
from gezhi.work.facts import next_higher
from gezhi.work.fold import KIND
from gezhi.work.lifecycle import TaskArrow
from gezhi.work.models import Task, TaskEscalation
from gezhi.work.move import TaskMove
from gezhi.work.policy import AT_WORK

if TYPE_CHECKING:
    from gezhi.cases.models import Case


@dataclass(slots=True)
class Doing:
    """One deed on one task. case: its own, locked; None when it has none. facts: what the journal keeps besides changed fields."""

    move: TaskMove
    arrow: TaskArrow
    actor: Actor
    at: datetime
    case: "Case | None"
    facts: dict[str, object] = field(default_factory=dict)


Effect = Callable[[Task, Doing], None]


def receiver(party_id: UUID, case: "Case | None") -> parties.PartyRow:
    """Who may get a task. Raises Invalid("party", unknown | closed | complained_of). 1 query."""
    if case is not None and party_id == case.complained_of_id:
        raise Invalid("party", "complained_of")
    try:
        party = parties.party(party_id)
    except NotFound:
        raise Invalid("party", "unknown") from None
    if party.closed_on is not None:
        raise Invalid("party", "closed")
    return party


def respond_due(calendar: str, at: datetime, *, is_urgent: bool) -> datetime:
    """By when a party that was called answers: by its own calendar, urgently day and night."""
    minutes = catalogue.rule("whistle_urgent_minutes" if is_urgent else "whistle_minutes")
    found = due_at(at, minutes, ROUND_THE_CLOCK if is_urgent else catalogue.calendar(calendar))
    return found.at if found else at + timedelta(minutes=minutes)


def judge_person(party_id: UUID, person: UUID, at: datetime) -> None:
    """Raises Invalid("person", "not_of_party"). 1 query."""
    there = {one.account_id for one in parties.people(party_id, at) if one.duty in AT_WORK}
    if person not in there:
        raise Invalid("person", "not_of_party")


def take(task: Task, doing: Doing) -> None:
    """Somebody of its party has it; through a link nobody is named."""
    if doing.actor.kind is ActorKind.ACCOUNT:
        task.person_id = doing.actor.id


def assign(task: Task, doing: Doing) -> None:
    person = doing.move.person
    if person is None:
        raise Invalid("person", "missing")
    judge_person(task.party_id, person, doing.at)
    task.person_id = person


def give_back(task: Task, doing: Doing) -> None:
    """To whoever set it; the third time one level up."""
    doing.facts["why"] = whys.judged(doing.move.why)
    task.returns += 1
    task.asked_until = None
    higher = next_higher(task, doing.case) if task.returns > 2 else None
    if higher is not None:
        _give_to(task, parties.party(higher), doing)
    else:
        task.person_id = None


def resend(task: Task, doing: Doing) -> None:
    if doing.move.party is None:
        raise Invalid("party", "missing")
    _give_to(task, receiver(doing.move.party, doing.case), doing)
    if doing.move.until is not None:
        task.due_at = _later(doing.move.until, doing.at, None)


def _give_to(task: Task, party: parties.PartyRow, doing: Doing) -> None:
    task.party_id, task.person_id, task.responded_at, task.asked_until = party.id, None, None, None
    task.respond_due = (
        respond_due(party.calendar, doing.at, is_urgent=task.is_urgent) if task.is_whistle else None
    )


def ask_time(task: Task, doing: Doing) -> None:
    """Raises Invalid("until", not_in_the_future | not_more_time | beyond_the_case): the lead asks for that."""
    until = _later(doing.move.until, doing.at, task.due_at)
    fix = doing.case.fix_due if doing.case is not None else None
    if fix is not None and until > fix:
        raise Invalid("until", "beyond_the_case")
    task.asked_until = until


def grant_time(task: Task, doing: Doing) -> None:
    """As asked, or until another moment that the owner names."""
    until = _later(doing.move.until or task.asked_until, doing.at, task.due_at)
    task.extended_to, task.due_at, task.asked_until = until, until, None


def refuse_time(task: Task, doing: Doing) -> None:
    task.asked_until = None


def _later(until: datetime | None, at: datetime, due: datetime | None) -> datetime:
    if until is None or until <= at:
        raise Invalid("until", "not_in_the_future")
    if due is not None and until <= due:
        raise Invalid("until", "not_more_time")
    return until


def finish(task: Task, doing: Doing) -> None:
    """Said to be done, with its proof on file."""
    task.done_at, task.asked_until = doing.at, None
    if doing.actor.kind is ActorKind.ACCOUNT:
        task.finisher_id = doing.actor.id


def send_back(task: Task, doing: Doing) -> None:
    """Not good enough: the same party does it again, in its next round."""
    task.done_at = task.finisher_id = None
    if task.due_at <= doing.at or doing.move.until is not None:
        task.due_at = _later(doing.move.until, doing.at, None)


def call_off(task: Task, doing: Doing) -> None:
    task.ended_at, task.asked_until = doing.at, None
    task.ended_why = "called_off" if doing.arrow.event == "call_off" else "case_ended"


def hand_over(task: Task, doing: Doing) -> None:
    if doing.move.party is None:
        raise Invalid("party", "missing")
    _give_to(task, receiver(doing.move.party, doing.case), doing)


def made_safe(task: Task, doing: Doing) -> None:
    task.made_safe_at = task.made_safe_at or doing.at


def urge(task: Task, doing: Doing) -> None:
    """Not more often than the office allows. Raises Invalid("urge", "too_soon"). 1 query."""
    pause = timedelta(minutes=catalogue.rule("urge_pause_minutes"))
    last = last_by_staff(KIND, [task.id], "urge", since=doing.at - pause).get(task.id)
    if last is not None:
        raise too_soon(last + pause)
    task.urges += 1


def remind(task: Task, doing: Doing) -> None:
    task.reminded_at = doing.at
    if task.ladder_ended:
        task.last_escalated_at, task.escalated_person_id = doing.at, doing.move.person


def escalate(task: Task, doing: Doing) -> None:
    """One rung up, at the end to a person: once per level and round, the database sees to it."""
    move, task.escalations = doing.move, task.escalations + 1
    task.last_escalated_at, task.escalated_to_id = doing.at, move.party
    task.ladder_ended, task.escalated_person_id = move.outcome == "end", move.person
    TaskEscalation.objects.create(
        task=task,
        round=task.round,
        level=task.escalations,
        party_id=move.party,
        person_id=move.person,
        at=doing.at,
    )


def nothing(task: Task, doing: Doing) -> None:
    """Only the journal and the state change."""


EFFECTS: Final[dict[str, Effect]] = {
    "take": take,
    "assign": assign,
    "return": give_back,
    "resend": resend,
    "ask_time": ask_time,
    "grant_time": grant_time,
    "refuse_time": refuse_time,
    "finish": finish,
    "send_back": send_back,
    "call_off": call_off,
    "case_ended": call_off,
    "hand_over": hand_over,
    "made_safe": made_safe,
    "urge": urge,
    "remind": remind,
    "escalate": escalate,
}
