"""The cases that one import brought, for whoever closes or takes back many of them."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from gezhi.cases.lifecycle import State
from gezhi.cases.models import Case, CaseReport
from gezhi.cases.policy import visible_to
from gezhi.kernel.actor import Actor


def waiting_of(run: UUID, report_ids: Collection[UUID]) -> list[UUID]:
    """Ids of the cases of these reports that still wait at the desk. 1 query."""
    links = CaseReport.objects.filter(report_id__in=list(report_ids))
    rows = Case.objects.filter(run_id=run, state=State.REPORTED, id__in=links.values("case_id"))
    return list(rows.order_by("id").values_list("id", flat=True))


def standing(run: UUID) -> QuerySet[Case]:
    """Cases of an import that was not taken back from them: their reports still hold the numbers of their book."""
    links = CaseReport.objects.filter(report__run_id=run).exclude(report__external_number="")
    rows: QuerySet[Case] = Case.objects.filter(run_id=run, id__in=links.values("case_id"))
    return rows.order_by("id")


def to_open(numbers: Collection[str], *, actor: Actor) -> set[str]:
    """Those of these case numbers that the actor may open. 2 queries, none for none."""
    return (
        set(visible_to(actor).filter(number__in=numbers).values_list("number", flat=True))
        if numbers
        else set()
    )
