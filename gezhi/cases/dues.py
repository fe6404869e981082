"""Deadlines that an earlier version put elsewhere: put where they belong today, each as a deed of its own in the case's story."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.cases import timing
from gezhi.cases.fold import changed, snapshot
from gezhi.cases.lifecycle import State
from gezhi.cases.models import Case
from gezhi.cases.queries import locked
from gezhi.journal import outbox
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import SYSTEM
from gezhi.tenancy.updating import save_fields

ANEW = "clock_anew"  # what the deed is called
LOOKED_AT = (
    "number",
    "state",
    "entered_at",
    "stage_due",
    "fix_due",
    "make_safe_due",
    "made_safe_at",
    "review_at",
    "order_due",
    "due_at",
)


def elsewhere() -> Iterator[Case]:
    """Open cases whose deadline is not the one that their clocks say; only what is needed to see it is read. 1 streamed query."""
    rows = Case.objects.filter(closed_at=None).exclude(due_at=None).only(*LOOKED_AT)
    for case in rows.iterator(chunk_size=2000):
        if timing.due(case) != case.due_at:
            yield case


def put_right(*, at: datetime) -> int:
    """Reports that wait for the desk: both clocks count there, too, also of what was received before they did. Returns how many; again: 0.

    Killed on its way it goes on at the next call: every case is a transaction of its own.
    """
    wrong = [case.id for case in elsewhere() if case.state == State.REPORTED]
    return sum(_put_right(id, at) for id in wrong)


@transaction.atomic
def _put_right(id: UUID, at: datetime) -> bool:
    case = locked(id)
    before, due = snapshot(case), timing.due(case)
    if case.state != State.REPORTED or case.due_at is None or due in (None, case.due_at):
        return False  # somebody was faster
    case.reminded_at = None if due < case.due_at else case.reminded_at
    case.due_at = due
    names = changed(before, after := snapshot(case))
    save_fields(case, names)
    outbox.reschedule(timing.TIMER, str(case.id), due_at=timing.timer_at(case))
    was, now = ({name: half[name] for name in names} for half in (before, after))
    record(Deed("case", case.id, ANEW, before=was, after=now), actor=SYSTEM, at=at)
    return True
