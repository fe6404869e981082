"""The earliest clock of its orders, kept on each case: what an order adds or takes away is a deed of its own in the case's story."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from gezhi.cases import timing
from gezhi.cases.fold import changed, snapshot
from gezhi.cases.models import Case, CaseReport
from gezhi.cases.orders.models import Order
from gezhi.journal import outbox
from gezhi.journal.actions import Deed
from gezhi.tenancy.updating import save_fields

if TYPE_CHECKING:
    from gezhi.cases.doing import Doing

CLOCK = "order_clock"  # what the deed is called


def earliest_of(case_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """By case, when the most urgent order that waits for an answer is due; cases without one are absent. 1 query, 1 more with orders."""
    links = CaseReport.objects.filter(case_id__in=list(case_ids))
    waiting = Order.objects.filter(report_id__in=links.values("report_id"), done_at=None)
    due = dict(waiting.values_list("report_id", "due_at"))
    found: dict[UUID, datetime] = {}
    if due:
        for report, case in links.filter(report_id__in=list(due)).values_list("report_id", "case_id"):
            found[case] = min(due[report], found.get(case, due[report]))
    return found


def follow(case: Case) -> Deed | None:
    """Put the case's clock where its orders are now; None when it stands there. The case is locked; the deed is the caller's to record.

    2 queries, 2 statements more when something changed.
    """
    before = snapshot(case)
    timing.put_order_due(case, earliest_of([case.id]).get(case.id))
    after = snapshot(case)
    names = changed(before, after)
    if not names:
        return None
    save_fields(case, names)
    if case.due_at is not None:
        outbox.reschedule(timing.TIMER, str(case.id), due_at=timing.timer_at(case))
    return Deed(
        "case",
        case.id,
        CLOCK,
        before={name: before[name] for name in names},
        after={name: after[name] for name in names},
    )


def follow_moved(case: Case, doing: "Doing") -> None:
    """After a deed that moved reports between cases: the one under way, and all that it touches, which are locked. No query otherwise."""
    if doing.moved is None:
        return
    touched = {deed.id for deed in doing.also if deed.kind == "case"} - {case.id}
    due = earliest_of([case.id, *touched])
    timing.put_order_due(case, due.get(case.id))
    for other in Case.objects.filter(Q(order_due__isnull=False) | Q(id__in=list(due)), id__in=touched):
        if other.order_due != due.get(other.id) and (deed := follow(other)):
            doing.also.append(deed)
