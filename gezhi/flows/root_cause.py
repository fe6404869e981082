"""What keeps coming back at a spot becomes a case of its own, to be cured: split off from the newest, linked to what was solved there before.

With a day it is put to that meeting at once, in the hands of whoever raises it; without, it goes the way of any case that was split off.
"""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from gezhi.cases import numbers
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.memory import series
from gezhi.cases.move import Move
from gezhi.flows.route import by_rule
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Missing
from gezhi.parties.days import local_day

if TYPE_CHECKING:
    from gezhi.cases.models import Case


def raise_cure(case_id: UUID, words: str, meeting: datetime | None, *, actor: Actor, at: datetime) -> "Case":
    """The new case. Raises as `series.not_now` and `advance`; Missing("note") without words. Nothing is written when it is refused."""
    if not words.strip():
        raise Missing({"note"})
    numbers.stock_up(local_day(at).year)
    with transaction.atomic():
        case, row = series.begin(case_id, actor=actor, at=at)
        advance(case.id, Move("split", note=words), actor=actor, at=at)
        cure = cases.newest_part(case.id)
        cure = by_rule(cure, at) if meeting is None else _put_to(cure, words, meeting, actor, at)
        series.raised(case, row, cure, actor=actor, at=at)
        return cure


def _put_to(cure: "Case", words: str, meeting: datetime, actor: Actor, at: datetime) -> "Case":
    own = actor.parties(Duty.CLERK, Duty.OFFICER)
    party = cure.desk_id if cure.desk_id in own else min(own)
    for move in (
        Move("dispatch", party=party),
        Move("take"),
        Move("put_to_meeting", note=words, until=meeting),
    ):
        cure = advance(cure.id, move, actor=actor, at=at)
    return cure
