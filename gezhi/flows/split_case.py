"""Split a second matter off: a case of its own, and on its way at once where an automatic rule fits, like one just accepted."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from gezhi.cases import numbers
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.move import Move
from gezhi.flows.route import by_rule
from gezhi.kernel.actor import Actor
from gezhi.parties.days import local_day

if TYPE_CHECKING:
    from gezhi.cases.models import Case


def split_case(case_id: UUID, move: Move, *, actor: Actor, at: datetime) -> "Case":
    """Make the move and return the new case. Raises as `advance`."""
    numbers.stock_up(local_day(at).year)
    with transaction.atomic():
        advance(case_id, move, actor=actor, at=at)
        return by_rule(cases.newest_part(case_id), at)
