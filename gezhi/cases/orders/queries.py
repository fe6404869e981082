"""Read orders: which wait, for whom, by when. One sees the orders of the cases that one sees; they are the desk's to answer."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from gezhi.cases.models import Case, CaseReport
from gezhi.cases.orders.models import Order
from gezhi.cases.orders.number import number_key
from gezhi.cases.policy import sees_all, visible_but, visible_to
from gezhi.journal.queries import Step, story
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import NotFound
from gezhi.reports.queries import unpublished
from gezhi.tenancy.prepared import Prepared, PreparedRows

DESK = (Duty.CLERK, Duty.OFFICER)
MOST = 500


class Standing(NamedTuple):
    """An order with the case it is about."""

    order: Order
    case: Case


def sees_orders(actor: Actor) -> bool:
    """Whether orders are this actor's to look at: those who sit at a desk."""
    return actor.has(*DESK)


def waiting(actor: Actor, *, issuer: str = "") -> QuerySet[Order]:
    """Orders to answer, most urgent first. Lazy."""
    return listed(actor, issuer=issuer).filter(done_at=None)


def listed(actor: Actor, *, issuer: str = "") -> QuerySet[Order]:
    """All orders that this actor may see, most urgent first. Lazy."""
    if not sees_orders(actor):
        return Order.objects.none()
    rows = Order.objects.filter(_is_about(visible_to(actor)))
    return (rows.filter(issuer=issuer) if issuer else rows).order_by("due_at", "id")


def _is_about(shown: QuerySet[Case]) -> Exists:
    """Whether an order's case is among these, looked up order by order: a list of all of them would be read through first."""
    case = shown.filter(id=OuterRef("case_id"))
    return Exists(CaseReport.objects.filter(Exists(case), report_id=OuterRef("report_id")))


def counts(actor: Actor) -> dict[str, int]:
    """How many wait, by issuer; issuers without any are absent. 1 query; none for those who see none."""
    return dict(_counting(actor).rows()) if sees_orders(actor) else {}


@lru_cache(maxsize=256)
def _counting(actor: Actor) -> Prepared:
    """Kept by actor: every page of the desk asks."""

    def counted() -> QuerySet[Any, Any]:
        found: QuerySet[Any, Any] = to_count(actor).values_list("issuer").annotate(n=Count("id"))
        return found

    return Prepared(counted)


def to_count(actor: Actor) -> QuerySet[Order]:
    """The same as `waiting`, in no order: what waits is counted, and not looked at one by one. Lazy, no query before it."""
    if not sees_orders(actor):
        return Order.objects.none()
    rows = Order.objects.filter(done_at=None).order_by()
    return _of_office(rows, actor) if sees_all(actor) else _one_by_one(rows, actor)


def _one_by_one(rows: QuerySet[Order], actor: Actor) -> QuerySet[Order]:
    shown = visible_but(actor, ()).filter(Q(run=None) | Q(run__published_at__isnull=False))
    return rows.filter(_is_about(shown))


def _of_office(rows: QuerySet[Order], actor: Actor) -> QuerySet[Order]:
    """For whoever sees all: of all that wait, without those of cases that he does not see. These are few and found first, for of thousands of orders
    none is looked up with its case then. `order_due` stands while an order waits.
    """
    with_order = Case.objects.filter(order_due__isnull=False)
    rows = _without(rows, with_order.filter(run__in=unpublished()))
    complained_of = actor.parties()
    return _without(rows, with_order.filter(complained_of__in=complained_of)) if complained_of else rows


def _without(rows: QuerySet[Order], hidden: QuerySet[Case]) -> QuerySet[Order]:
    links = CaseReport.objects.filter(case_id__in=hidden.values("id"))
    return rows.exclude(report_id__in=links.values("report_id"))


def count(actor: Actor) -> int:
    """How many wait in all. As `counts`."""
    return sum(counts(actor).values())


def with_cases(orders: Iterable[Order]) -> list[Standing]:
    """Each with its case, in order. 1 query."""
    rows = list(orders)
    links = CaseReport.objects.filter(report_id__in=[one.report_id for one in rows]).select_related("case")
    of = {link.report_id: link.case for link in links}
    return [Standing(one, of[one.report_id]) for one in rows if one.report_id in of]


def acting(order_id: UUID, *, actor: Actor) -> Standing:
    """One order with its case. 2 queries and those of `visible_to`. Raises NotFound for others' and unknown ones alike."""
    found = with_cases(listed(actor).filter(id=order_id))
    if not found:
        raise NotFound("order")
    return found[0]


def standing(order_id: UUID) -> Standing:
    """One order with its case, for whoever just wrote it. 2 queries."""
    return with_cases(Order.objects.filter(id=order_id))[0]


def known(issuer: str, number: str) -> Order | None:
    """The order of this number, in whichever spelling, whoever may see it. 1 query."""
    found: Order | None = Order.objects.filter(issuer=issuer, number_key=number_key(number)).first()
    return found


def known_many(issuer: str, keys: Iterable[str]) -> dict[str, UUID]:
    """The report of each order that is there, by the key of its number (orders.number). 1 query."""
    rows = Order.objects.filter(issuer=issuer, number_key__in=list(keys))
    return dict(rows.values_list("number_key", "report_id"))


def of_case(case_id: UUID) -> list[Order]:
    """The orders of one case, most urgent first. 1 query."""
    return _OF_CASE.found(case_id)


def _of_case(case_id: UUID) -> QuerySet[Order]:
    links = CaseReport.objects.filter(case_id=case_id)
    return Order.objects.filter(report_id__in=links.values("report_id")).order_by("due_at", "id")


_OF_CASE = PreparedRows(Order, _of_case)


def steps(order_id: UUID) -> Sequence[Step]:
    """Its story, oldest first. 2 queries."""
    return story("order", order_id)


def words_of(order_id: UUID, deed: str) -> str:
    """The words of the last deed of this kind; "" when there is none, or they were erased."""
    said = [step.words.get("text", "") for step in steps(order_id) if step.entry.event == f"order_{deed}"]
    return said[-1] if said else ""


def due_before(actor: Actor, moment: datetime | None, state: str) -> QuerySet[Any]:
    """Orders for a program: of a state, due before a moment. Lazy."""
    rows = listed(actor)
    rows = rows.filter(due_at__lt=moment) if moment else rows
    return rows.filter(state=state) if state else rows
