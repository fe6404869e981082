"""What hangs on the wall of a hall: open cases by their clock, what came and was closed today, whom to ring. Nobody's name, nobody's words."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr

from gezhi.cases.lists import by_clock
from gezhi.cases.models import Case
from gezhi.cases.public import rough_place
from gezhi.cases.publicly import why_none_of
from gezhi.catalogue import queries as catalogue
from gezhi.duty import queries as duty
from gezhi.insight.figures.counts import of_count
from gezhi.insight.models import Exclusion
from gezhi.insight.schematic import Area, Drawing, Spot, drawn
from gezhi.ledger.models import Line
from gezhi.parties.days import holds_on, local_day, midnight
from gezhi.parties.kinds import ServiceKind
from gezhi.parties.models import Service
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.onpath import within
from gezhi.reports.queries import unpublished_runs

COMPOUND_SIGNS = paths.begins(paths.COMPOUND + 1)  # of a path as far as the compound or street
MOST_LINES = 5
MOST_PARTIES = 8
MOST_CELLS, MOST_SPOTS = 400, 200
ROLES = (ServiceKind.DESK, ServiceKind.SUBDISTRICT, ServiceKind.GRID_TEAM, ServiceKind.PROPERTY)
WORST_FIRST = ("overdue", "due_soon", "in_time", "paused")


class Tally(NamedTuple):
    """Open cases by their clock."""

    overdue: int = 0
    due_soon: int = 0
    paused: int = 0
    open: int = 0

    @property
    def in_time(self) -> int:
        return self.open - self.overdue - self.due_soon - self.paused

    @property
    def clock(self) -> str:
        """The worst of them, "none" without any."""
        return next((name for name in WORST_FIRST if getattr(self, name)), "none")

    def plus(self, other: "Tally") -> "Tally":
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))


class Event(NamedTuple):
    """Something of today. where: a compound or street, "" when unknown; category_id None: nobody has sorted it."""

    at: datetime
    where: str
    category_id: UUID | None


class OnDuty(NamedTuple):
    """Whom to ring: a party's own phone, as on posters. has_shift: somebody of it is on duty now, whoever that is."""

    party: str
    role: str
    phone: str
    has_shift: bool


@dataclass(frozen=True, slots=True)
class Wall:
    at: datetime
    tally: Tally
    received: int
    closed: int
    came: tuple[Event, ...]
    done: tuple[Event, ...]
    duty: tuple[OnDuty, ...]
    map: Drawing | None


def wall(path: str, *, at: datetime, soon: datetime) -> Wall:
    """Everything at and below a place ("/": the office). soon: until when a deadline is called soon. 13 queries, whatever the number of cases."""
    groups = _open(path, at, soon)
    total = Tally()
    for tally in groups.values():
        total = total.plus(tally)
    since = midnight(local_day(at))
    came = _lines(path).filter(received_at__gte=since)
    done = of_count("closed", _lines(path).filter(closed_at__gte=since), frozenset())
    events = [_events(came, "received_at"), _events(done, "closed_at")]
    names = _names(id for found in events for _, id, _ in found)
    told = [tuple(Event(at, names.get(id, ""), leaf) for at, id, leaf in found) for found in events]
    return Wall(
        at, total, came.count(), done.count(), told[0], told[1], tuple(_duty(path, at)), _map(path, groups)
    )


def _open(path: str, at: datetime, soon: datetime) -> dict[tuple[str, UUID | None], Tally]:
    """Open cases by (path of the compound, grid cell), but for those that are left out of all figures. 2 queries."""
    left_out = Exclusion.objects.filter(state=Exclusion.GRANTED).values("case_id")
    rows = Case.objects.filter(closed_at=None).exclude(id__in=left_out)
    if path != paths.ROOT:  # the office has cases without a place, too
        rows = rows.filter(within(path))
    if hidden := unpublished_runs():
        rows = rows.exclude(run_id__in=hidden)
    clocks = ("overdue", "due_soon", "paused")
    counts = {name: Count("id", filter=by_clock(name, at, soon)) for name in clocks}
    found = rows.order_by().values(compound=Substr("place_path", 1, COMPOUND_SIGNS))
    asked = found.values_list("compound", "grid_id").annotate(**counts, open=Count("id"))
    return {(compound, grid): Tally(*said) for compound, grid, *said in asked}


def _lines(path: str) -> QuerySet[Line]:
    rows = of_count("received", Line.objects.all(), frozenset())
    return rows if path == paths.ROOT else rows.filter(within(path))


def _events(rows: QuerySet[Line], moment: str) -> list[tuple[datetime, UUID | None, UUID | None]]:
    """The last ones that may be named to everybody: no complaint, nothing referred out, nothing that points at a home. 1 query."""
    silent = [leaf.id for leaf in catalogue.leaves() if why_none_of(leaf)]
    named = rows.filter(Q(category_id=None) | ~Q(category_id__in=silent), case__complained_of=None)
    found = named.order_by(f"-{moment}", "-number").values_list(moment, "place_path", "category_id")
    return [(when, rough_place(path), leaf) for when, path, leaf in found[:MOST_LINES]]


def _names(ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    return {id: row.name for id, row in places.by_ids({one for one in ids if one}).items()}


def _duty(path: str, at: datetime) -> list[OnDuty]:
    """Desks first, then teams and companies, by code. 4 queries."""
    ground = within(path, "place__path") | within(path, "grid__community__path")
    rows = Service.objects.filter(ground, holds_on(local_day(at)), party__closed_on=None, kind__in=ROLES)
    found = rows.values_list("kind", "party__code", "party_id", "party__name", "party__standing_phone")
    rank = {role.value: place for place, role in enumerate(ROLES)}
    ordered = sorted(set(found), key=lambda row: (rank[row[0]], row[1], row[2]))
    first: dict[UUID, Any] = {}
    for row in ordered:
        first.setdefault(row[2], row)
    shown = [*first.values()][:MOST_PARTIES]
    on_shift = duty.planned([row[2] for row in shown], at, at)
    return [
        OnDuty(name, str(ServiceKind(kind).label), phone, id in on_shift)
        for kind, _code, id, name, phone in shown
    ]


def _map(path: str, groups: Mapping[tuple[str, UUID | None], Tally]) -> Drawing | None:
    by_cell: dict[UUID, Tally] = defaultdict(Tally)
    by_compound: dict[UUID, Tally] = defaultdict(Tally)
    for (compound, grid), tally in groups.items():
        if grid:
            by_cell[grid] = by_cell[grid].plus(tally)
        if (place := paths.end(compound)) and paths.depth(compound) == paths.COMPOUND:
            by_compound[place] = by_compound[place].plus(tally)
    return drawn(_areas(path, by_cell), _spots(by_compound))


def _areas(path: str, by_cell: Mapping[UUID, Tally]) -> list[Area]:
    """The open cells of the ground that are drawn; none where they would be too many to be told apart. 3 queries."""
    communities = set(places.subtree(path).filter(kind="community").values_list("id", flat=True))
    cells = [one for one in places.grids() if one.community_id in communities]
    outlines = places.outlines() if len(cells) <= MOST_CELLS else {}
    return [
        Area(json.loads(outlines[one.id]), by_cell[one.id].clock if one.id in by_cell else "none")
        for one in cells
        if one.id in outlines
    ]


def _spots(by_compound: Mapping[UUID, Tally]) -> list[Spot]:
    """Those with the most open cases. 1 query."""
    most = sorted(by_compound, key=lambda id: (-by_compound[id].open, id))[:MOST_SPOTS]
    return [
        Spot(row.name, row.lon, row.lat, by_compound[id].clock, by_compound[id].open)
        for id, row in places.by_ids(most).items()
        if row.lon is not None and row.lat is not None
    ]
