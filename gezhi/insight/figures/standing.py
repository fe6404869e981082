"""What a figure knows of a case beside its line, at a position of the journal: what the issuers of its orders said, and whether it is excluded."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from gezhi.cases.models import CaseReport, Order
from gezhi.cases.orders.kinds import Answer
from gezhi.insight.figures.counts import ORDER, SAID
from gezhi.insight.models import Exclusion
from gezhi.journal.models import Entry
from gezhi.ledger.recount import Lines

EXCLUSION = "exclusion"  # kind of the journal
GRANTED = "exclusion_granted"
VERDICT = "order_verdict"


class Standing(NamedTuple):
    """excluded: cases. verdicts: case → line of the verdict → whether every one of its orders that has one got a yes."""

    excluded: frozenset[UUID]
    verdicts: Mapping[UUID, Mapping[str, bool]]


def standing(found: Lines) -> Standing:
    """As it stood at their position. 1 query, 4 at most when there are orders and exclusions among them."""
    cases = [line.case_id for line in found.lines]
    ordered = [line.case_id for line in found.lines if line.channel == ORDER]
    return Standing(_excluded(cases, found.position), _verdicts(ordered, found.position))


def _excluded(cases: list[UUID], position: int) -> frozenset[UUID]:
    if not cases:
        return frozenset()
    granted = Exclusion.objects.filter(state=Exclusion.GRANTED)
    of = dict(granted.filter(case_id__in=cases).values_list("id", "case_id"))
    if not of:
        return frozenset()
    entries = Entry.objects.filter(subject_kind=EXCLUSION, event=GRANTED, position__lte=position)
    return frozenset(of[id] for id in entries.filter(subject_id__in=of).values_list("subject_id", flat=True))


def _verdicts(cases: list[UUID], position: int) -> Mapping[UUID, Mapping[str, bool]]:
    if not cases:
        return {}
    origin = dict(CaseReport.objects.filter(origin_id__in=cases).values_list("report_id", "origin_id"))
    judged = Order.objects.filter(report_id__in=origin, judged_at__isnull=False)
    case_of = {id: origin[report] for id, report in judged.values_list("id", "report_id")}
    if not case_of:
        return {}
    told = Entry.objects.filter(
        subject_kind="order", subject_id__in=case_of, event=VERDICT, position__lte=position
    )
    last: dict[tuple[UUID, str], str] = {}
    for order, after in told.order_by("subject_id", "seq").values_list("subject_id", "after"):
        last |= {(order, name): after[name] for name in SAID if name in after}
    found: dict[UUID, dict[str, bool]] = {}
    for (order, name), answer in last.items():
        if answer in {Answer.YES.value, Answer.NO.value}:
            of = found.setdefault(case_of[order], {})
            of[name] = of.get(name, True) and answer == Answer.YES.value
    return found


def concerned(entries: Iterable[Entry]) -> set[UUID]:
    """Cases that these entries put another verdict or an exclusion on. No query without any."""
    orders: set[UUID] = set()
    exclusions: set[UUID] = set()
    for one in entries:
        if one.subject_kind == "order" and one.event == VERDICT:
            orders.add(one.subject_id)
        elif one.subject_kind == EXCLUSION and one.event == GRANTED:
            exclusions.add(one.subject_id)
    found: set[UUID] = set()
    if orders:
        reports = Order.objects.filter(id__in=orders).values("report_id")
        found |= set(CaseReport.objects.filter(report_id__in=reports).values_list("origin_id", flat=True))
    if exclusions:
        found |= set(Exclusion.objects.filter(id__in=exclusions).values_list("case_id", flat=True))
    return found
