"""What may be the same matter: open cases at the same spot or near it. Offered to the desk, never joined by itself."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Q

from gezhi.cases.complaint import kept_alike
from gezhi.cases.models import Case, CaseReport
from gezhi.cases.policy import visible_to, within
from gezhi.cases.sameness import Matter, Sameness, sameness
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Actor
from gezhi.kernel.geo import Point
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.places.queries import PlaceRow
from gezhi.reports import queries as reports
from gezhi.reports.likeness import signs_of

AROUND = frozenset({Kind.COMPOUND, Kind.STREET, Kind.MARKET})  # what people call "here"
LOOKED_AT = 40
SHOWN = 3


class Likely(NamedTuple):
    """A case that may be the same. same_place, same_category: what speaks for it."""

    case: Case
    same_place: bool
    same_category: bool


def likely(case: Case, *, actor: Actor, limit: int) -> list[Likely]:
    """Open cases that the actor may see: at the same place, or of the same category in the same compound, street or market.

    Likeliest first, newest first among equals. 2 queries; none for a case that nobody knows the place of.
    """
    if case.place_id is None:
        return []
    near = Q(place_id=case.place_id)
    if case.category_id is not None:
        near |= within(_around(case.place_path)) & Q(category_id=case.category_id)
    rows = (
        visible_to(actor)
        .filter(near, closed_at=None)
        .exclude(id__in=[case.id, case.split_from_id or case.id])
    )
    rows = rows.filter(~Q(split_from_id=case.id) | Q(split_from=None))  # what was told apart is not the same
    rows = rows.filter(**kept_alike(case))
    found = [
        Likely(one, one.place_id == case.place_id, one.category_id == case.category_id is not None)
        for one in rows.order_by("-received_at", "-id")[:LOOKED_AT]
    ]
    return sorted(found, key=lambda one: (not (one.same_place and one.same_category), not one.same_category))[
        :limit
    ]


def _around(path: str) -> str:
    """The path of the compound, street or market that a place lies in; its own where there is none."""
    around = [one.path for one in places.ancestors(path) if one.kind in AROUND]
    return around[-1] if around else path


class Said(NamedTuple):
    """Something that has no case yet. codes: likely leaves, best first. at: when it is said."""

    text: str
    at: datetime
    codes: tuple[str, ...] = ()
    place: PlaceRow | None = None
    point: Point | None = None


class Alike(NamedTuple):
    """An open case that may be the same, with its likeness."""

    case: Case
    sameness: Sameness


def alike(said: Said, *, actor: Actor, limit: int = SHOWN) -> list[Alike]:
    """Open cases near by that the actor may see and that may be the same matter, likeliest first; none where nobody knows the place. 5 queries."""
    path = _around(said.place.path) if said.place else _community_of(said.point)
    if not path:
        return []
    rows = visible_to(actor).filter(within(path), closed_at=None).order_by("-received_at", "-id")
    return _compared(said, list(rows[:LOOKED_AT]), limit)


def _compared(said: Said, cases: list[Case], limit: int) -> list[Alike]:
    if not cases:
        return []
    words = _words_of(cases)
    spots = _spots([case.place_id for case in cases] + ([said.place.id] if said.place else []))
    own = spots.get(said.place.id if said.place else None, Spot("", "", None))
    me = Matter(signs_of(said.text), said.at, said.codes, own.spot, own.around, said.point or own.point)
    found = []
    for case in cases:
        there = spots.get(case.place_id, Spot("", "", None))
        codes = (catalogue.category(case.category_id).code,) if case.category_id else ()
        other = Matter(
            signs_of(words[case.id]), case.received_at, codes, there.spot, there.around, there.point
        )
        found.append(Alike(case, sameness(me, other)))
    best = sorted(found, key=lambda one: -one.sameness.score)
    return [one for one in best if one.sameness.is_shown][:limit]


def _words_of(cases: list[Case]) -> dict[UUID, str]:
    """What was said in each: the report that opened it, else its title. 2 queries."""
    links = CaseReport.objects.filter(case_id__in=[case.id for case in cases], origin=F("case"))
    reports_of = dict(links.values_list("report_id", "case_id"))
    said = {reports_of[row.id]: row.restatement or row.text for row in reports.for_desk(reports_of)}
    return {case.id: said.get(case.id) or case.title for case in cases}


class Spot(NamedTuple):
    """Where a place lies for comparing: its building or itself, its compound, its point."""

    spot: str
    around: str
    point: Point | None


def _spots(place_ids: Iterable[UUID | None]) -> dict[UUID | None, Spot]:
    """2 queries."""
    rows = places.by_ids({id for id in place_ids if id})
    above = places.by_ids({id for row in rows.values() for id in paths.ids(row.path)})
    found: dict[UUID | None, Spot] = {}
    for row in rows.values():
        line = [above[id] for id in paths.ids(row.path) if id in above]
        building = next((one for one in line if one.kind == Kind.BUILDING), row)
        compound = next((one for one in reversed(line) if one.kind == Kind.COMPOUND), None)
        placed = next((one for one in (row, building) if one.lon is not None and one.lat is not None), None)
        point = Point(placed.lon, placed.lat) if placed and placed.lon is not None and placed.lat is not None else None  # fmt: skip
        found[row.id] = Spot(building.id.hex if building.kind != Kind.COMMUNITY else "", compound.id.hex if compound else "", point)  # fmt: skip
    return found


def _community_of(point: Point | None) -> str:
    """The path of the community around a point. 2 queries."""
    found = places.locate(*point) if point else None
    return places.by_ids([found.place_id])[found.place_id].path if found else ""
