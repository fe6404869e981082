"""What keeps coming back at a spot, one place and one category: its desk is asked once whether it wants it cured, and the answer is kept.

Asked where the same was solved there within the office's days before (rule `came_back_days`), or MANY times in a year. A year after an answer it
is asked again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from gezhi.cases.lifecycle import WORKING, Role, State
from gezhi.cases.models import Case, RootCause
from gezhi.cases.policy import may_open, roles_for
from gezhi.cases.queries import locked
from gezhi.cases.spots import SOLVED
from gezhi.catalogue import queries as catalogue
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound, NotFromHere, NotYours
from gezhi.tenancy.prepared import Prepared

EVENT: Final = "root_cause"  # what the deed is called; its outcome is one of these two
NOT_NOW, RAISED = "not_now", "raised"
MANY: Final = 3
YEAR: Final = timedelta(days=365)
LOOKED_AT: Final = 20
# where something can be split off
ASKED_IN: Final = frozenset({State.REPORTED.value, *(one.value for one in WORKING)})


class Before(NamedTuple):
    """One closing at the spot."""

    case_id: UUID
    number: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Series:
    """What was solved at the spot in the last year, the last first. answer: "" = nobody has answered. cure: the number of the case raised."""

    before: tuple[Before, ...]
    answer: str
    cure: str


def of(case: Case, *, at: datetime) -> Series | None:
    """The series that an open case belongs to, None for none. For its desk. 1 query, none without place or category."""
    if case.place_id is None or case.category_id is None or case.closed_at is not None:
        return None
    rows = [row for row in _CLOSINGS.rows(case.place_id, case.category_id, at - YEAR) if row[0] != case.id]
    before = tuple(Before(*row[:3]) for row in rows)
    if not is_series([one.closed_at for one in before], case.received_at, catalogue.rule("came_back_days")):
        return None
    return Series(before, rows[0][3] or "", rows[0][4] or "")


def is_series(closings: Iterable[datetime], came_at: datetime, days: int) -> bool:
    """Whether one asks: something was closed within so many days before it came, or MANY were in the year. Pure."""
    ordered = sorted(closings)
    return len(ordered) >= MANY or bool(ordered and ordered[-1] >= came_at - timedelta(days=days))


def _closings(place: UUID, category: UUID, since: datetime) -> QuerySet[Any, Any]:
    """Along the index of what was closed at a place. What an import brings is told when it is published."""
    answers = RootCause.objects.filter(
        place_id=OuterRef("place_id"), category_id=OuterRef("category_id"), at__gte=since
    )
    rows: QuerySet[Any, Any] = Case.objects.filter(
        Q(run=None) | Q(run__published_at__isnull=False),
        place_id=place,
        category_id=category,
        closed_at__gte=since,
        ending__in=SOLVED,
    )
    rows = rows.annotate(
        answered=Subquery(answers.values("answer")[:1]), cure=Subquery(answers.values("case__number")[:1])
    )
    return rows.order_by("-closed_at").values_list("id", "number", "closed_at", "answered", "cure")[
        :LOOKED_AT
    ]


_CLOSINGS = Prepared(_closings)


@transaction.atomic
def not_now(case_id: UUID, *, actor: Actor, at: datetime) -> None:
    """The desk does not want it cured now. Raises NotFound, NotYours, NotFromHere("no_series", "root_cause_answered")."""
    case, row = begin(case_id, actor=actor, at=at)
    _answer(case, row, NOT_NOW, None, actor=actor, at=at)


def begin(case_id: UUID, *, actor: Actor, at: datetime) -> tuple[Case, RootCause]:
    """The case and the answer to be given, both locked, within the caller's transaction. Raises as `not_now`."""
    case = locked(case_id)
    if not may_open(actor, case):
        raise NotFound("case")
    if Role.DESK not in roles_for(actor, case):
        raise NotYours(deed=EVENT)
    place, category = case.place_id, case.category_id
    if place is None or category is None or case.state not in ASKED_IN or of(case, at=at) is None:
        raise NotFromHere("no_series")
    RootCause.objects.bulk_create(
        [RootCause(place_id=place, category_id=category, at=at)], ignore_conflicts=True
    )
    held = RootCause.objects.select_for_update(no_key=True)
    row: RootCause = held.get(place_id=place, category_id=category)
    if row.answer and row.at >= at - YEAR:
        raise NotFromHere("root_cause_answered")
    return case, row


def raised(case: Case, row: RootCause, cure: Case, *, actor: Actor, at: datetime) -> None:
    """What `begin` held is answered: this case was raised for it."""
    _answer(case, row, RAISED, cure, actor=actor, at=at)


def _answer(case: Case, row: RootCause, said: str, cure: Case | None, *, actor: Actor, at: datetime) -> None:
    row.answer, row.case, row.asked_at, row.at = said, cure, case, at
    row.save(update_fields=["answer", "case", "asked_at", "at"])
    after: dict[str, Any] = {"outcome": said}
    if cure is not None:
        after["elsewhere"] = cure.number
    record(Deed("case", case.id, EVENT, after=after), actor=actor, at=at)
