"""A case's timer fires: remind, escalate one rung, resume, or let a silence lapse. Story: design §4, I2, I10."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.cases import timing
from gezhi.cases.actions import advance
from gezhi.cases.deadlines import Act, next_act
from gezhi.cases.locking import locked
from gezhi.cases.move import Move
from gezhi.journal import outbox
from gezhi.kernel.actor import SYSTEM
from gezhi.parties import queries as parties
from gezhi.routing.ladder import chain_of, rung

MOST_PARTIES_ABOVE = 10  # a chain of parties is short; this only bounds a loop


@transaction.atomic
def fire(case_id: UUID, *, at: datetime) -> Act | None:
    """Do what the case's clock says is due, once. None: nothing was due any more (somebody was faster), or it is closed."""
    case = locked(case_id)
    if case.due_at is None:
        return None
    due, act = next_act(timing.standing(case), timing.stage_limits(), timing.calendar_of(case))
    if due > at:
        outbox.reschedule(timing.TIMER, str(case_id), due_at=due)
        return None
    if act is Act.ESCALATE:
        chain = chain_of(timing.acting_party(case), case.desk_id, list(_above(case.desk_id)))
        step = rung(chain, case.escalations)
        move = Move("escalate", party=step.party, outcome="end" if step.is_end else "")
    else:
        move = Move(act.value)
    advance(case_id, move, actor=SYSTEM, at=at)
    return act


def _above(party: UUID) -> Iterator[UUID]:
    for _ in range(MOST_PARTIES_ABOVE):
        above = parties.one_level_up(party)
        if above is None:
            return
        yield above
        party = above
