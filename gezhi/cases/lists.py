"""Lists of cases: what fits a filter, most urgent or newest first, and how many fit each of several."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case as CaseWhen
from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.lookups import LessThan

from gezhi.cases import floods, lifecycle
from gezhi.cases.deadlines import NEARLY
from gezhi.cases.lifecycle import State
from gezhi.cases.line import CaseLine
from gezhi.cases.models import Case
from gezhi.cases.policy import visible_but, visible_to
from gezhi.kernel import counting
from gezhi.kernel.actor import Actor, ActorKind
from gezhi.places import paths
from gezhi.places.onpath import within
from gezhi.reports.queries import unpublished_runs
from gezhi.tenancy.many import named
from gezhi.tenancy.prepared import Prepared

OPEN = tuple(state.value for state in lifecycle.OPEN)
MOST_CLOSED = 50_000  # closings that are looked at for what was open at a moment
ROUNDS: Mapping[str, tuple[int, int | None]] = {"1": (1, 1), "2": (2, None), "3": (3, None)}
# `feared` goes with the first who sorts it.
DANGER = Q(
    state__in=[State.REPORTED.value, State.ASKED.value],
    feared__isnull=False,
    closed_at=None,
    made_safe_at=None,
)
# each as its index says it (models.py): what is rare among open cases is read along it
ESCALATED = Q(escalations__gt=1) | Q(ladder_ended=True)
RETURNED = Q(returns__gt=0)
REWORKED = Q(round__gt=1)


class Lasting(Q):
    """A condition that is the same object each time: the question of a list that hangs on it may be kept."""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list shows. clock: "overdue", "due_soon" (before `soon`, in the last quarter of its time), "safe" (neither), "paused".

    holds: whatever else must be true of a case, from whoever knows more than this package; None = nothing.
    named: all cases that may fit, by their ids as one text (tenancy.many); "" = any.

    since, until: aware moments of receipt, since <= receipt < until. rounds: (the first that is wanted, the last; None = all that follow).
    is_escalated: somebody above whoever had it sees to it.
    is_danger: its words make one fear something, and nobody has looked at it yet.
    is_to_me: it stands at the end of its ladder, and whoever looks is the officer there.
    flood: the cases of this one alone; without: those of these left out.
    """

    states: Sequence[str] = ()
    place_path: str = ""
    category_ids: Sequence[UUID] = ()
    party: UUID | None = None
    clock: str = ""
    channel: str = ""
    level: str = ""
    rounds: tuple[int, int | None] | None = None
    since: datetime | None = None
    until: datetime | None = None
    holds: Q | None = None
    named: str = ""
    is_unlocated: bool = False
    is_returned: bool | None = None
    is_escalated: bool = False
    is_danger: bool | None = None
    mine: UUID | None = None
    is_to_me: bool = False
    flood: floods.Key | None = None
    without: Sequence[floods.Key] = ()


def fitting(wanted: CaseFilter, *, actor: Actor, at: datetime, soon: datetime) -> QuerySet[Case]:
    """Cases this actor may see that fit, in no order. A lazy queryset."""
    return visible_to(actor).filter(_fits(wanted, actor), by_clock(wanted.clock, at, soon))


def hidden_from(actor: Actor) -> tuple[UUID, ...]:
    """The imports whose cases this actor does not see yet. 1 query, none for the system and reporters."""
    sees_imports = actor.kind in {ActorKind.SYSTEM, ActorKind.REPORTER}
    return () if sees_imports else tuple(unpublished_runs())


def fitting_but(
    wanted: CaseFilter, hidden: tuple[UUID, ...], *, actor: Actor, at: datetime, soon: datetime
) -> QuerySet[Case]:
    """`fitting` for whoever has asked `hidden_from`. No query."""
    return visible_but(actor, hidden).filter(_fits(wanted, actor), by_clock(wanted.clock, at, soon))


def fitting_each(
    wanted: Sequence[CaseFilter], *, actor: Actor, at: datetime, soon: datetime
) -> list[QuerySet[Case]]:
    """`fitting` for several at once: what nobody may see yet is asked for once. Lazy querysets; 1 query before them."""
    hidden = tuple(unpublished_runs())
    return [
        visible_but(actor, hidden).filter(_fits(one, actor), by_clock(one.clock, at, soon)) for one in wanted
    ]


def listed(wanted: CaseFilter, *, actor: Actor, at: datetime, soon: datetime) -> QuerySet[Case]:
    """Cases this actor may see that fit, most urgent first, closed ones last. A lazy queryset: slice it."""
    rows = fitting(wanted, actor=actor, at=at, soon=soon)
    if wanted.states and State.CLOSED not in wanted.states:
        # every open case has a deadline: read along the index of open ones
        return rows.order_by("due_at", "id")
    if set(wanted.states) == {State.CLOSED}:
        # none of them has one: read along the index of closed ones
        return rows.order_by("-received_at", "id")
    return rows.order_by(F("due_at").asc(nulls_last=True), "-received_at", "id")


def as_lines(rows: QuerySet[Case]) -> list[CaseLine]:
    """The same cases as the lines of a list. 1 query."""
    return [CaseLine(*row) for row in rows.values_list(*CaseLine._fields)]


def newest(wanted: CaseFilter, *, before: UUID | None, actor: Actor) -> QuerySet[Case]:
    """Cases this actor may see that fit, newest first, from behind one; no clock is asked for. For reading through page by page: ids
    never change, so whatever happens meanwhile, no row comes twice and none that stays is left out. A lazy queryset: slice it.
    """
    rows = visible_to(actor).filter(_fits(wanted, actor))
    return (rows.filter(id__lt=before) if before else rows).order_by("-id")


def tallies(views: Mapping[str, CaseFilter], *, actor: Actor, at: datetime, soon: datetime) -> dict[str, int]:
    """How many open cases that this actor may see fit each of these filters. 2 queries."""
    try:
        (counts,) = _tallying(actor, tuple(unpublished_runs()), tuple(views.items())).rows(at, soon)
    except EmptyResultSet:
        return dict.fromkeys(views, 0)
    return dict(zip(views, counts, strict=True))


def counted(
    wanted: Sequence[CaseFilter], *, actor: Actor, at: datetime, soon: datetime, most: int
) -> list[int]:
    """How many cases that this actor may see fit each of these filters, counted no further than `most` + 1. 2 queries however many."""
    hidden, asked = tuple(unpublished_runs()), list[str]()
    values: list[Any] = []
    for one in wanted:
        rows = visible_but(actor, hidden).filter(_fits(one, actor), by_clock(one.clock, at, soon)).order_by()
        try:
            sql, given = rows.values("id")[: most + 1].query.sql_with_params()
        except EmptyResultSet:
            asked.append("0")
            continue
        asked.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted_{len(asked)})")
        values.extend(given)
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(asked)}", values)
        return [int(count) for count in cursor.fetchone()]


@lru_cache(maxsize=256)
def _tallying(actor: Actor, hidden: tuple[UUID, ...], views: tuple[tuple[str, CaseFilter], ...]) -> Prepared:
    """Kept by actor: putting a dozen conditions together takes longer than counting a thousand cases by them."""

    def counted(at: datetime, soon: datetime) -> QuerySet[Any, Any]:
        rows = visible_but(actor, hidden).filter(closed_at=None).order_by().values(one=Value(1))
        counts = {
            name: Count("id", filter=_fits(one, actor) & by_clock(one.clock, at, soon)) for name, one in views
        }
        return rows.annotate(**counts).values_list(*counts)

    return Prepared(counted)


def _fits(wanted: CaseFilter, actor: Actor) -> Q:
    fits = Q()
    if wanted.states and State.CLOSED not in wanted.states:
        fits &= Q(closed_at=None)
    if set(wanted.states) == {State.CLOSED.value}:
        fits &= Q(closed_at__isnull=False)  # as the indexes of closed ones say it
    if wanted.states and (wanted.party or set(wanted.states) != set(OPEN)):
        fits &= Q(state__in=list(wanted.states))  # of a party all of them are said: its index goes by state
    if wanted.place_path:
        fits &= within(wanted.place_path)
    if wanted.category_ids:
        fits &= Q(category_id__in=list(wanted.category_ids))
    if wanted.party:
        fits &= Q(lead_id=wanted.party)
    if wanted.channel:
        fits &= Q(channel=wanted.channel)
    if wanted.level:
        fits &= Q(level=wanted.level)
    fits &= _moments(wanted)
    if wanted.holds is not None:
        fits &= wanted.holds
    if wanted.named:
        fits &= Q(id__in=named(wanted.named))
    if wanted.is_unlocated:
        fits &= Q(place_id=None)
    if wanted.is_returned is not None:
        fits &= RETURNED if wanted.is_returned else Q(returns=0)
    if wanted.is_escalated:
        fits &= ESCALATED
    if wanted.is_danger is not None:
        fits &= DANGER if wanted.is_danger else ~DANGER
    if wanted.mine:
        fits &= Q(handler_id=wanted.mine)
    if wanted.is_to_me:
        fits &= Q(escalated_person_id=actor.id)
    if wanted.flood is not None:
        fits &= floods.belongs(wanted.flood)
    for one in wanted.without:
        fits &= ~floods.belongs(one)
    return fits


def _moments(wanted: CaseFilter) -> Q:
    fits = Q()
    if wanted.rounds:
        first, last = wanted.rounds
        fits &= REWORKED if first > 1 else Q()
        fits &= Q(round__gte=first) if first > 2 else Q()
        fits &= Q(round__lte=last) if last else Q()
    if wanted.since:
        fits &= Q(received_at__gte=wanted.since)
    if wanted.until:
        fits &= Q(received_at__lt=wanted.until)
    return fits


def by_clock(clock: str, at: datetime, soon: datetime) -> Q:
    """Cases of this clock (`CaseFilter.clock`), for whoever lists or counts them."""
    running = Q(closed_at=None, review_at=None)
    match clock:
        case "overdue":
            return running & Q(due_at__lt=at)
        case "due_soon":
            return running & Q(due_at__gte=at, due_at__lt=soon) & _is_nearly_due(at)
        case "safe":
            return running & (Q(due_at__gte=soon) | Q(due_at__gte=at) & ~_is_nearly_due(at))
        case "paused":
            return Q(closed_at=None) & Q(review_at__isnull=False)
        case _:
            return Q()


def _is_nearly_due(at: datetime) -> Q:
    """`deadlines.is_nearly_due`, asked of the table: a list and its chips agree."""
    is_clock = Q(due_at=F("fix_due")) | Q(due_at=F("make_safe_due"))
    begun_at = When(is_clock, then=F("received_at"))
    left = ExpressionWrapper(F("due_at") - Value(at, DateTimeField()), DurationField())
    whole = ExpressionWrapper(F("due_at") - CaseWhen(begun_at, default=F("entered_at")), DurationField())
    return Q(LessThan(ExpressionWrapper(left * NEARLY, DurationField()), whole))


def per_place(
    wanted: CaseFilter, *, actor: Actor, at: datetime, soon: datetime
) -> list[tuple[UUID | None, tuple[int, ...]]]:
    """How many open cases that fit lie at each place: (in time, due soon, overdue, paused). 2 queries, whatever the number of cases."""
    # rows, not ids: so all of it stands in the index of open cases by place
    clocks = {
        name: Count(Value(1), filter=by_clock(name, at, soon)) for name in ("due_soon", "overdue", "paused")
    }
    rows = visible_to(actor).filter(_fits(wanted, actor), by_clock(wanted.clock, at, soon), closed_at=None)
    counted = rows.order_by().values("place_id").annotate(whole=Count("*"), **clocks)
    try:
        found = list(counted.values_list("place_id", "whole", *clocks))
    except EmptyResultSet:
        return []
    return [
        (place, (whole - due_soon - overdue - paused, due_soon, overdue, paused))
        for place, whole, due_soon, overdue, paused in found
    ]


def received_in(wanted: CaseFilter, *, actor: Actor, since: datetime, until: datetime) -> QuerySet[Case]:
    """Cases that fit, open or closed by now, received in a span. A lazy queryset, along the index of receipts."""
    return visible_to(actor).filter(_fits(wanted, actor), received_at__gte=since, received_at__lt=until)


def open_at(wanted: CaseFilter, *, actor: Actor, moment: datetime) -> QuerySet[Case]:
    """Cases that fit, had been received at a moment and were not closed then, as is known now. A lazy queryset."""
    was_open = Q(closed_at=None) | Q(closed_at__gte=moment)
    return visible_to(actor).filter(_fits(wanted, actor), was_open, received_at__lt=moment)


def counted_open_at(
    wanted: CaseFilter, *, actor: Actor, moment: datetime
) -> tuple[list[tuple[UUID | None, tuple[int, ...]]], bool]:
    """How many of `open_at` lie at each place, and whether that is all of them: of what was closed since, the first MOST_CLOSED closings
    of the office are looked at, however long ago the moment is. 4 queries, along the indexes of open and of closed cases.
    """
    rows = visible_to(actor).filter(_fits(wanted, actor), received_at__lt=moment)
    since = Case.objects.filter(closed_at__gte=moment).order_by()
    is_whole = since.values("id")[: MOST_CLOSED + 1].count() <= MOST_CLOSED
    if is_whole:
        closed = rows.filter(closed_at__gte=moment)
    else:
        closed = rows.filter(id__in=since.order_by("closed_at", "id").values("id")[:MOST_CLOSED])
    found: Counter[UUID | None] = Counter()
    for some in (rows.filter(closed_at=None), closed):
        found.update({place: many for place, (many,) in by_place(some)})
    return [(place, (many,)) for place, many in found.items()], is_whole


def by_place(rows: QuerySet[Case]) -> list[tuple[UUID | None, tuple[int, ...]]]:
    """How many of these cases lie at each place. 1 query."""
    counted = rows.order_by().values("place_id").annotate(whole=Count("id"))
    return [(place, (whole,)) for place, whole in counted.values_list("place_id", "whole")]


def are_complained_of(parties: Collection[UUID]) -> bool:
    """Whether any case is a complaint of one of these parties, and so hidden from their people. 1 query."""
    return bool(parties) and bool(_COMPLAINTS_OF.rows(tuple(parties)))


def few_complaints_of(parties: Collection[UUID]) -> list[UUID] | None:
    """Cases that complain of one of these parties; None when they are more than are counted. 1 query."""
    rows = Case.objects.filter(complained_of__in=parties) if parties else Case.objects.none()
    found = list(rows.values_list("id", flat=True)[: counting.COUNTED + 1])
    return None if len(found) > counting.COUNTED else found


_COMPLAINTS_OF = Prepared(
    lambda parties: Case.objects.filter(complained_of__in=parties).values_list("id")[:1]
)


def is_complained_of_at(parties: Collection[UUID], path: str, since: datetime, until: datetime) -> bool:
    """Whether a complaint of one of these parties was received in a span at a place or below it ("/": anywhere). 1 query."""
    rows = Case.objects.filter(complained_of__in=parties, received_at__gte=since, received_at__lt=until)
    return (rows if path in {"", paths.ROOT} else rows.filter(within(path))).exists()
