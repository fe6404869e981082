"""What may be the same matter: open cases at the same spot or near it, weighed by `sameness`. Offered to a person, never joined by itself.

Candidates are few and bounded: the LOOKED_AT that moved last of the same building, of the places within 250 m, and of the compound, street or
market. What is too far apart `sameness` says.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet

from gezhi.cases import public
from gezhi.cases.complaint import kept_alike
from gezhi.cases.models import Case, CaseReport
from gezhi.cases.policy import visible_to
from gezhi.cases.sameness import ON_STREETS, Matter, Sameness, sameness
from gezhi.cases.titles import numbers_in, words_of
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Actor
from gezhi.kernel.geo import Point, metres
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.places.onpath import within
from gezhi.places.queries import PlaceRow
from gezhi.reports import queries as reports
from gezhi.reports.likeness import signs_of

AROUND = frozenset({Kind.COMPOUND, Kind.STREET, Kind.MARKET})  # what people call "here"
WIDE = AROUND | {Kind.COMMUNITY}  # where somebody stood says more than such a name
NO_MIDDLE = frozenset({Kind.COMPOUND, Kind.COMMUNITY})  # whose own point is far from most of it
PLACED = frozenset({"same_spot", "near"})
# Not by the moment of receipt: by its index the planner of a database walks through all cases before it looks at their place.
LAST_MOVED = ("-entered_at", "-id")
LOOKED_AT = 40
NEAR_PLACES = 60
SHOWN = 3


class Said(NamedTuple):
    """Something that has no case yet. codes: likely leaves, best first. at: when it is said."""

    text: str
    at: datetime
    codes: tuple[str, ...] = ()
    place: PlaceRow | None = None
    point: Point | None = None


class Alike(NamedTuple):
    """An open case that may be the same, with its likeness. metres_off: None where a point lacks. is_named: by its number, in the words."""

    case: Case
    sameness: Sameness
    metres_off: float | None = None
    is_named: bool = False


class Told(NamedTuple):
    """What somebody said in a case, and where he stood if he said that."""

    words: str
    point: Point | None = None


def alike(said: Said, *, actor: Actor, limit: int = SHOWN) -> list[Alike]:
    """Open cases near by that the actor may see and that may be the same matter, likeliest first; none where nobody knows the place.

    11 queries at most.
    """
    found = _near(visible_to(actor).filter(closed_at=None), said)
    return _best(_compared(said, found, _told(found)), limit)


def alike_to(case: Case, *, codes: Sequence[str] = (), actor: Actor, limit: int = SHOWN) -> list[Alike]:
    """The same for a case that is there; first what its title names by number. codes: what its words suggest while it has no category.

    Never what was told apart from it, nor what the company it complains of could read. 15 queries at most.
    """
    rows = visible_to(actor).filter(closed_at=None, **kept_alike(case))
    rows = rows.exclude(id__in=[case.id, case.split_from_id or case.id])
    rows = rows.filter(~Q(split_from_id=case.id) | Q(split_from=None))  # what was told apart is not the same
    own = _told([case])[case.id]
    place = places.by_ids([case.place_id]).get(case.place_id) if case.place_id else None
    known = (catalogue.category(case.category_id).code,) if case.category_id else tuple(codes)
    said = Said(own.words, case.received_at, known, place, own.point)
    numbers = numbers_in(case.title)
    named = list(rows.filter(number__in=numbers)[:SHOWN]) if numbers else []
    found = named + [one for one in _near(rows, said) if one not in named]
    weighed = _compared(said, found, _told(found))
    first = [one._replace(is_named=True) for one in weighed if one.case in named]
    return [*first, *_best([one for one in weighed if one.case not in named], limit)][:limit]


def alike_in_public(said: Said, *, limit: int = SHOWN) -> list[Alike]:
    """What may be the same of what everybody may be shown with its very place (public.named). 1 query where there is none, else 5 at most.

    Weighed by place, day and category, and by what the category is called: asking again and again finds out nobody's words. And by the
    points of places alone: where a reporter stood is compared with nothing, however many photos somebody sends. A point of one's own
    counts where no place is known. How far it is is not told.
    """
    area = said.place.path if said.place else _community_of(said.point)
    kinds = [one.id for one in catalogue.open_leaves() if one.code in said.codes]
    if paths.community_id(area) is None or not kinds:
        return []
    rows = public.named().filter(category_id__in=kinds).order_by(*LAST_MOVED)
    found = list(rows.filter(within(paths.upper(area, paths.COMMUNITY)))[:LOOKED_AT])
    if len(found) == LOOKED_AT and said.place:  # the newest may all be from elsewhere
        closer = rows.filter(within(paths.upper(area, paths.COMPOUND)))[:LOOKED_AT]
        found += [one for one in closer if one not in found]
    names = {one.id: one.plain.zh for one in catalogue.open_leaves()}
    told = {case.id: Told(names.get(case.category_id or case.id, ""), None) for case in found}
    weighed = _compared(said._replace(point=None) if said.place else said, found, told)
    kept = [one._replace(metres_off=None) for one in weighed if PLACED & {*one.sameness.why}]
    return _best(kept, limit)


def _near(rows: QuerySet[Case], said: Said) -> list[Case]:
    """The candidates: what lies closest first, in each part what moved last. 6 queries at most."""
    area = said.place.path if said.place else _community_of(said.point)
    if paths.community_id(area) is None:
        return []
    line = places.ancestors(area)
    building = next((one.path for one in line if one.kind == Kind.BUILDING), "")
    around = next((one.path for one in reversed(line) if one.kind in AROUND), area)
    at_hand = (_point(one) for one in reversed(line) if one.kind not in NO_MIDDLE)
    point = said.point or next(filter(None, at_hand), None)
    parts = [within(building)] if building else []
    if point:
        close = places.near(point, metres_off=ON_STREETS, limit=NEAR_PLACES)
        beside = [one.path for one in close if one.kind not in NO_MIDDLE]
        parts.append(Q(place_path__in=[paths.upper(area, paths.COMMUNITY), *beside]))  # by the index of paths
    found: dict[UUID, Case] = {}
    for part in (*parts, within(around)):
        found |= {case.id: case for case in rows.filter(part).order_by(*LAST_MOVED)[:LOOKED_AT]}
    return list(found.values())


def _compared(said: Said, cases: Sequence[Case], told: Mapping[UUID, Told]) -> list[Alike]:
    """2 queries; none for no case."""
    if not cases:
        return []
    spots = _spots([case.place_id for case in cases] + ([said.place.id] if said.place else []))
    own = spots.get(said.place.id if said.place else None, NOWHERE)
    me = own.matter(said.text, said.at, said.codes, said.point)
    found = []
    for case in cases:
        codes = (catalogue.category(case.category_id).code,) if case.category_id else ()
        words, point = told[case.id]
        other = spots.get(case.place_id, NOWHERE).matter(words, case.received_at, codes, point)
        off = metres(me.point, other.point) if me.point and other.point else None
        found.append(Alike(case, sameness(me, other), off))
    return found


def _best(weighed: Iterable[Alike], limit: int) -> list[Alike]:
    return sorted((one for one in weighed if one.sameness.is_shown), key=lambda one: -one.sameness.score)[
        :limit
    ]


def _told(cases: Sequence[Case]) -> dict[UUID, Told]:
    """What was said in each: by the report that opened it, else its title. 2 queries; none for no case."""
    if not cases:
        return {}
    links = CaseReport.objects.filter(case_id__in=[case.id for case in cases], origin=F("case"))
    reports_of = dict(links.values_list("report_id", "case_id"))
    said = {
        reports_of[row.id]: Told(row.restatement or row.text, _point(row))
        for row in reports.for_desk(reports_of)
    }
    return {
        case.id: Told((one := said.get(case.id, Told(""))).words or words_of(case.title), one.point)
        for case in cases
    }


class Spot(NamedTuple):
    """Where a place lies for comparing: its building or itself, its compound, its point. is_wide: where somebody stood in it says more."""

    spot: str
    around: str
    point: Point | None
    is_wide: bool

    def matter(self, words: str, at: datetime, codes: tuple[str, ...], stood: Point | None) -> Matter:
        """What was said here. stood: where, if that is known."""
        if stood and self.is_wide:
            return Matter(signs_of(words), at, codes, "", self.around, stood)
        return Matter(signs_of(words), at, codes, self.spot, self.around, self.point or stood)


NOWHERE = Spot("", "", None, is_wide=True)


def _spots(place_ids: Iterable[UUID | None]) -> dict[UUID | None, Spot]:
    """2 queries."""
    rows = places.by_ids({id for id in place_ids if id})
    above = places.by_ids({id for row in rows.values() for id in paths.ids(row.path)})
    found: dict[UUID | None, Spot] = {}
    for row in rows.values():
        line = [above[id] for id in paths.ids(row.path) if id in above]
        building = next((one for one in line if one.kind == Kind.BUILDING), row)
        compound = next((one for one in reversed(line) if one.kind == Kind.COMPOUND), None)
        spot = building.id.hex if building.kind != Kind.COMMUNITY else ""
        around = compound.id.hex if compound else ""
        point = None if row.kind in NO_MIDDLE else _point(row) or _point(building)
        found[row.id] = Spot(spot, around, point, row.kind in WIDE)
    return found


def _point(row: PlaceRow | reports.ReportRow) -> Point | None:
    return Point(row.lon, row.lat) if row.lon is not None and row.lat is not None else None


def _community_of(point: Point | None) -> str:
    """The path of the community around a point. 2 queries."""
    found = places.locate(*point) if point else None
    return places.by_ids([found.place_id])[found.place_id].path if found else ""
