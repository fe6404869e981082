"""A level above asks about a case and wants an answer by a day (督办): one at a time; it ends with the answer, or with the case."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from gezhi.cases.doing import Doing, future
from gezhi.cases.network.models import Supervision
from gezhi.journal import outbox
from gezhi.kernel.actor import Actor, Duty

if TYPE_CHECKING:
    from gezhi.cases.models import Case

TIMER: Final = "supervision.timer"  # errand kind; key: the supervision's id


class SupervisionRow(NamedTuple):
    """One that waits for its answer."""

    id: UUID
    case_id: UUID
    by_id: UUID
    party_id: UUID
    due_at: datetime
    late_at: datetime | None


def open_of(case_ids: Iterable[UUID]) -> dict[UUID, SupervisionRow]:
    """By case what waits for an answer; others are absent. 1 query."""
    rows = Supervision.objects.filter(case_id__in=list(case_ids), answered_at=None)
    found = [SupervisionRow(*row) for row in rows.values_list(*SupervisionRow._fields)]
    return {one.case_id: one for one in found}


def case_of(supervision_id: UUID) -> UUID | None:
    """The case of one that waits for its answer; None when it is answered. 1 query."""
    rows = Supervision.objects.filter(id=supervision_id, answered_at=None)
    found: UUID | None = rows.values_list("case_id", flat=True).first()
    return found


def supervise(case: "Case", doing: Doing) -> None:
    """Asked by an officer of another party than the one that has it; asked again, its day moves. Raises Invalid("until", …)."""
    party, due_at = _from_above(case, doing.actor), future(doing.move.until, doing.at)
    waiting = Supervision.objects.filter(case=case, answered_at=None).first()
    if waiting is None:
        waiting = Supervision.objects.create(
            case=case, by_id=doing.actor.id, party_id=party, made_at=doing.at, due_at=due_at
        )
        outbox.queue(outbox.Following(TIMER, str(waiting.id), due_at, subject=("case", case.id)))
    else:
        Supervision.objects.filter(id=waiting.id).update(due_at=due_at, late_at=None)
        outbox.reschedule(TIMER, str(waiting.id), due_at=due_at)
    case.supervised_until = due_at
    doing.facts |= {"supervision": waiting.id, "supervisor": party}


def _from_above(case: "Case", actor: Actor) -> UUID:
    return min(actor.parties(Duty.OFFICER) - {case.lead_id})


def report_back(case: "Case", doing: Doing) -> None:
    """The answer: it ends the supervision, not the case."""
    _end(case, doing)


def late(case: "Case", doing: Doing) -> None:
    """Its day has passed; said once."""
    Supervision.objects.filter(case=case, answered_at=None).update(late_at=doing.at)
    doing.facts["supervisor"] = open_of([case.id])[case.id].party_id


def end_with(case: "Case", doing: Doing) -> None:
    """What closes a case ends what was asked about it, in the same deed. No statement where nothing was."""
    if case.supervised_until is not None:
        _end(case, doing)


def _end(case: "Case", doing: Doing) -> None:
    waiting = open_of([case.id])[case.id]
    Supervision.objects.filter(id=waiting.id).update(answered_at=doing.at)
    outbox.reschedule(TIMER, str(waiting.id), due_at=None)
    case.supervised_until = None
    doing.facts |= {"supervision": waiting.id, "supervisor": waiting.party_id}
