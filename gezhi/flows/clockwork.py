"""A case's timer fires: remind, escalate one rung, resume, or let a silence lapse. Story: design §4, I2, I10."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from gezhi.cases import queries as cases
from gezhi.cases import timing
from gezhi.cases.actions import advance
from gezhi.cases.deadlines import Act, next_act
from gezhi.cases.move import Move
from gezhi.journal import outbox
from gezhi.kernel.actor import SYSTEM, Duty
from gezhi.parties import queries as parties
from gezhi.routing.ladder import chain_of, rung

if TYPE_CHECKING:
    from gezhi.cases.models import Case

MOST_PARTIES_ABOVE = 10  # a chain of parties is short; this only bounds a loop


@transaction.atomic
def fire(case_id: UUID, *, at: datetime) -> Act | None:
    """Do what the case's clock says is due, once. None: nothing was due any more (somebody was faster), or it is closed."""
    case = cases.locked(case_id)
    if case.due_at is None:
        return None
    due, act = next_act(timing.standing(case), timing.stage_limits(), timing.calendar_of(case))
    if due > at:
        outbox.reschedule(timing.TIMER, str(case_id), due_at=due)
        return None
    if act is Act.ESCALATE:
        chain = chain_of(timing.acting_party(case), case.desk_id, list(_above(case.desk_id)))
        step = rung(chain, case.escalations)
        person = _officer(case, step.party, at) if step.is_end else None
        move = Move("escalate", party=step.party, outcome="end" if step.is_end else "", person=person)
    elif act is Act.REMIND and case.ladder_ended and case.escalated_to_id is not None:
        move = Move("remind", person=_officer(case, case.escalated_to_id, at))
    else:
        move = Move(act.value)
    advance(case_id, move, actor=SYSTEM, at=at)
    return act


def _officer(case: "Case", party: UUID, at: datetime) -> UUID | None:
    """The person at the end of the ladder: the nearest officer of its last party, else of another. None: `check` says so.

    An administrator does not stand for him: what people said is not his to read. Nor does a man of the company complained of.
    """
    found = [
        one
        for one in parties.officers(case.place_path, at)
        if one.duty == Duty.OFFICER and one.party_id != case.complained_of_id
    ]
    first = [one for one in found if one.party_id == party] or found
    return first[0].account_id if first else None


def _above(party: UUID) -> Iterator[UUID]:
    for _ in range(MOST_PARTIES_ABOVE):
        above = parties.one_level_up(party)
        if above is None:
            return
        yield above
        party = above
