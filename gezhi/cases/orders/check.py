"""Prove on live data that every order stands with its case, and that a case's clock is that of its orders."""

from collections.abc import Iterator

from gezhi.cases.models import Case, CaseReport
from gezhi.cases.orders.clock import earliest_of
from gezhi.cases.orders.models import Order
from gezhi.kernel.finding import Finding


def findings() -> Iterator[Finding]:
    """Nothing, when all is well. 4 queries."""
    linked = set(
        CaseReport.objects.filter(report_id__in=Order.objects.values("report_id")).values_list(
            "report_id", flat=True
        )
    )
    waiting = set()
    for report, number, done_at in Order.objects.values_list("report_id", "number", "done_at"):
        if report not in linked:
            yield Finding("orders", number, "belongs to no case")
        elif done_at is None:
            waiting.add(report)
    cases = set(CaseReport.objects.filter(report_id__in=waiting).values_list("case_id", flat=True))
    due = earliest_of(cases)
    rows = Case.objects.filter(order_due__isnull=False) | Case.objects.filter(id__in=cases)
    for id, number, told in rows.values_list("id", "number", "order_due"):
        if told != due.get(id):
            yield Finding(
                "orders", number, f"says that its orders are due at {told}, they are at {due.get(id)}"
            )
