"""The figures of one week, Monday to Sunday, beside those of the four weeks before: counted from the ledger's lines when asked.

All counting of the weekly brief is here. Which cases are *received*, *closed*, *timed* and *on time* is said in figures/counts, for the figures and for
this alike; received by moment of receipt, the others by moment of closing. *Overdue*: when the week ended (or now, while it runs) the time to mend, as
extended, was over, nobody had said that it is done, and no pause was under way. Cases that are left out of the figures are left out of all this.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Case as CaseWhen
from django.db.models import Count as CountOf
from django.db.models import F, Q, QuerySet, When
from django.db.models.functions import Substr

from gezhi.cases import lists as case_lists
from gezhi.cases.lifecycle import State
from gezhi.cases.lists import OPEN, CaseFilter
from gezhi.cases.models import CaseReport
from gezhi.cases.orders.models import Order
from gezhi.cases.orders.queries import listed as orders_seen
from gezhi.cases.orders.queries import to_count
from gezhi.insight.figures.counts import OURS, of_count
from gezhi.insight.figures.sheet import is_few
from gezhi.kernel.actor import Actor
from gezhi.ledger.albums.pairs import SOLVED, Pair, best_first, pairs
from gezhi.ledger.models import Line
from gezhi.ledger.seen import seen
from gezhi.parties import queries as parties
from gezhi.parties.days import midnight
from gezhi.places import paths
from gezhi.places.onpath import within

BEFORE: Final = 4  # weeks
COMMUNITY_SIGNS: Final = paths.begins(paths.COMMUNITY + 1)  # of a path as far as the community
ANYBODY: Final[frozenset[UUID]] = frozenset()  # the counts that are asked for here depend on no party
MOST_STUCK: Final = 6  # of each kind, named one by one
MOST_GOOD: Final = 3
LOOKED_AT: Final = 40  # closings among which the good ones are looked for
RETURNED_OFTEN: Final = 2


class Count(NamedTuple):
    """The figures of one week; see above."""

    received: int = 0
    closed: int = 0
    timed: int = 0
    on_time: int = 0
    overdue: int = 0

    def plus(self, other: "Count") -> "Count":
        return Count(*(a + b for a, b in zip(self, other, strict=True)))


class Part(NamedTuple):
    """One community (its id) or category family. before: of the four weeks, oldest first."""

    id: UUID | None
    now: Count
    before: tuple[Count, ...]


class Stuck(NamedTuple):
    """A case that does not move, and which party has it: as the ledger says of each line, however few its people; only its count is no figure of
    theirs. since: the deadline that passed, or when the pause began.
    """

    number: str
    place_path: str
    category_id: UUID | None
    party_id: UUID
    since: datetime | None
    returns: int


class Standstill(NamedTuple):
    """How many, by party (only those that are not `is_few`, the others under None last), and the oldest of them. Parties in no order of merit."""

    cases: int
    by_party: tuple[tuple[UUID | None, int], ...]
    oldest: tuple[Stuck, ...]


class AtDesk(NamedTuple):
    """What the desk's lists call overdue at this moment, and of how many of these the time to mend is over (the others have an earlier clock: signing,
    making safe, checking, a reporter's answer, confirming, an order's). Counted by the lists themselves.
    """

    overdue: int
    to_mend: int


class Above(NamedTuple):
    """Orders of one issuer: came in the week, were answered in it, wait now, and of these are past their time."""

    issuer: str
    came: int
    answered: int
    waits: int
    late: int


@dataclass(frozen=True, slots=True)
class Week:
    monday: date
    until: datetime
    whole: Part
    communities: tuple[Part, ...]
    categories: tuple[Part, ...]
    overdue: Standstill
    at_desk: AtDesk
    returned: Standstill
    paused: Standstill
    above: tuple[Above, ...]
    good: tuple[Pair, ...] = ()


def monday_of(day: date) -> date:
    """The Monday of the week that this day is in."""
    return day - timedelta(days=day.weekday())


def week(monday: date, path: str, *, actor: Actor, at: datetime) -> Week:
    """The week that begins on this Monday, of a place and all below ("/": everything), as far as this actor sees it. 19 queries."""
    mine = of_lines(path, actor=actor)
    return with_good(counted(monday, mine, path, actor=actor, at=at), mine)


def of_lines(path: str, *, actor: Actor) -> QuerySet[Line]:
    """The lines that a week is counted from. Lazy; as `ledger.seen.seen`."""
    return of_count("received", seen(path, actor=actor), ANYBODY)


def counted(monday: date, mine: QuerySet[Line], path: str, *, actor: Actor, at: datetime) -> Week:
    """All that is counted: of these lines, and of the orders that this actor sees. Without the good ones. 17 queries at most."""
    edges = _edges(monday)
    until = min(edges[-1], at)
    table = _table(mine, [*edges[:-1], max(until, edges[-2])])
    now_open = mine.filter(closed_at=None)
    running = now_open.filter(paused_since=None)
    return Week(
        monday=monday,
        until=until,
        whole=_part(None, table.values()),
        communities=_parts(table, lambda key: _community(key[0])),
        categories=_parts(table, lambda key: key[1]),
        overdue=_standstill(running.filter(fix_due__lt=at, done_at=None), F("fix_due"), at),
        at_desk=_at_desk(path, actor, at),
        returned=_standstill(running.filter(returns__gte=RETURNED_OFTEN), F("dispatched_at"), at),
        paused=_standstill(now_open.exclude(paused_since=None), F("paused_since"), at),
        above=_above(actor, path, edges[-2], until, at),
    )


def with_good(found: Week, mine: QuerySet[Line]) -> Week:
    """With the good ones, as they are shown now: a picture that was taken back is in no week. 1 query, up to 7."""
    edges = _edges(found.monday)
    return replace(found, good=_good(mine, edges[-2], edges[-1]))


def _edges(monday: date) -> list[datetime]:
    """When each of the weeks begins, and when this one ends."""
    return [midnight(monday + timedelta(weeks=n)) for n in range(-BEFORE, 2)]


Key = tuple[str, UUID | None]
Weeks = list[Count]


def _table(mine: QuerySet[Line], edges: Sequence[datetime]) -> Mapping[Key, Weeks]:
    """By (path of the community, category) the weeks between these edges, oldest first. 4 queries, each grouped by the database."""
    weeks = list(pairwise(edges))
    first, last = edges[0], edges[-1]
    table: dict[Key, Weeks] = defaultdict(lambda: [Count()] * len(weeks))
    came = mine.filter(received_at__gte=first, received_at__lt=last)
    _add(table, came, {"received": [Q(received_at__gte=a, received_at__lt=b) for a, b in weeks]})
    closed = of_count("closed", mine, ANYBODY).filter(closed_at__gte=first, closed_at__lt=last)
    within = [Q(closed_at__gte=a, closed_at__lt=b) for a, b in weeks]
    counted = {name: OURS[name](ANYBODY) for name in ("closed", "timed", "on_time")}
    _add(table, closed, {name: [one & which for one in within] for name, which in counted.items()})
    late = [
        Q(received_at__lt=b, fix_due__lt=b)
        & (Q(done_at=None) | Q(done_at__gte=b))
        & (Q(paused_since=None) | Q(paused_since__gte=b))
        & (Q(closed_at=None) | Q(closed_at__gte=b))
        for _, b in weeks
    ]
    still_open = mine.filter(closed_at=None, fix_due__lt=last)
    closed_since = mine.filter(closed_at__gte=edges[1], fix_due__lt=last)
    for rows in (still_open, closed_since):
        _add(table, rows, {"overdue": late})
    return table


def _add(table: dict[Key, Weeks], rows: QuerySet[Line], counted: Mapping[str, Sequence[Q]]) -> None:
    columns = {
        f"{name}_{n}": CountOf("case_id", filter=one)
        for name, all in counted.items()
        for n, one in enumerate(all)
    }
    grouped = rows.annotate(community=Substr("place_path", 1, COMMUNITY_SIGNS))
    for community, category, *said in grouped.values_list("community", "category_id").annotate(**columns):
        weeks = table[community, category]
        for column, value in zip(columns, said, strict=True):
            name, _, n = column.rpartition("_")
            weeks[int(n)] = weeks[int(n)]._replace(**{name: getattr(weeks[int(n)], name) + value})


def _part(id: UUID | None, rows: Iterable[Weeks]) -> Part:
    total = [Count()] * (BEFORE + 1)
    for weeks in rows:
        total = [one.plus(other) for one, other in zip(total, weeks, strict=True)]
    return Part(id, total[-1], tuple(total[:-1]))


def _parts(table: Mapping[Key, Weeks], key_of: Any) -> tuple[Part, ...]:
    """In no order of merit: whoever shows them orders them by what they are."""
    groups: dict[UUID | None, list[Weeks]] = defaultdict(list)
    for key, weeks in table.items():
        groups[key_of(key)].append(weeks)
    return tuple(_part(id, rows) for id, rows in groups.items())


def _community(path: str) -> UUID | None:
    return paths.end(path) if paths.depth(path) == paths.COMMUNITY else None


def _standstill(rows: QuerySet[Line], since: Any, at: datetime) -> Standstill:
    """3 queries: by party, who has few people, the oldest."""
    counts = dict(rows.values_list("lead_id").annotate(n=CountOf("case_id")))
    small = _small(counts, at)
    by_party: list[tuple[UUID | None, int]] = [(id, counts[id]) for id in sorted(counts.keys() - small)]
    if few := sum(counts[id] for id in small):
        by_party.append((None, few))
    fields = ("number", "place_path", "category_id", "lead_id")
    oldest = rows.order_by(since.asc(nulls_last=True), "number").values_list(*fields, since, "returns")
    return Standstill(
        sum(counts.values()), tuple(by_party), tuple(Stuck(*row) for row in oldest[:MOST_STUCK])
    )


def _at_desk(path: str, actor: Actor, at: datetime) -> AtDesk:
    """1 query along the index of deadlines, 1 for what this actor is kept from."""
    late = CaseFilter(states=OPEN, place_path="" if path == paths.ROOT else path, clock="overdue")
    rows = case_lists.listed(late, actor=actor, at=at, soon=at).order_by()
    mend = Q(fix_due__lt=at, done_at=None) & ~Q(
        state=State.ASKED
    )  # while a reporter is waited for, that is its clock
    return AtDesk(*rows.aggregate(n=CountOf("id"), mend=CountOf("id", filter=mend)).values())


def _small(ids: Iterable[UUID], at: datetime) -> set[UUID]:
    """Parties of so few people that they are not set beside others. 1 query, none for none."""
    asked = list(ids)
    heads = parties.headcounts(at) if asked else {}
    return {id for id in asked if is_few(id, heads)}


def _above(actor: Actor, path: str, since: datetime, until: datetime, at: datetime) -> tuple[Above, ...]:
    """3 queries, none for whoever sees no orders."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    here = Q()
    if path != paths.ROOT:
        here = Q(
            report_id__in=CaseReport.objects.filter(within(path, "case__place_path")).values("report_id")
        )
    seen_by_him: QuerySet[Order] = orders_seen(actor).filter(here).order_by()
    came = seen_by_him.filter(received_at__gte=since, received_at__lt=until)
    answered = seen_by_him.filter(done_at__gte=since, done_at__lt=until)
    for place, rows in enumerate((came, answered)):
        for issuer, n in rows.values_list("issuer").annotate(n=CountOf("id")):
            found[issuer][place] = n
    late = {"waits": CountOf("id"), "late": CountOf("id", filter=Q(due_at__lt=at))}
    for issuer, *said in to_count(actor).filter(here).values_list("issuer").annotate(**late):
        found[issuer][2:] = said
    return tuple(Above(issuer, *said) for issuer, said in sorted(found.items()))


def _good(mine: QuerySet[Line], since: datetime, until: datetime) -> tuple[Pair, ...]:
    """Solved in time, with which nobody was unsatisfied; those with pictures that everybody may see first. 7 queries."""
    rows = mine.filter(
        closed_at__gte=since, closed_at__lt=until, ending__in=SOLVED, case__complained_of=None, round=1
    )
    rows = rows.exclude(verdict="unsatisfied").exclude(done_at__gt=F("fix_due"))
    liked = CaseWhen(When(verdict="satisfied", then=0), default=1)
    found = pairs(rows.order_by(liked, "-closed_at")[:LOOKED_AT])
    return tuple(best_first(found)[:MOST_GOOD])
