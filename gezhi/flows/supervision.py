"""The day of a supervision has come without an answer: said once, to whoever asked."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.cases.actions import advance
from gezhi.cases.move import Move
from gezhi.cases.network import supervising
from gezhi.kernel.actor import SYSTEM


@transaction.atomic
def fire(supervision_id: UUID, *, at: datetime) -> bool:
    """Whether it was late: one that is answered, or whose case is closed, is not."""
    case_id = supervising.case_of(supervision_id)
    if case_id is None:
        return False
    advance(case_id, Move("supervision_late"), actor=SYSTEM, at=at)
    return True
