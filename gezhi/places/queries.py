"""Questions about places, answered as values."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from gezhi.kernel.geo import Point, metres
from gezhi.kernel.refusal import NotFound
from gezhi.places import onpath, paths
from gezhi.places.batches import batches
from gezhi.places.kinds import Kind
from gezhi.places.map import Located, locate
from gezhi.places.models import Fixture, GridCell, Place, PlaceName
from gezhi.places.register import tidy_code
from gezhi.places.search import NOWHERE, Ground, around, found
from gezhi.places.subtree import within
from gezhi.tenancy.prepared import Prepared

METRES_PER_DEGREE = 111_000  # of latitude

__all__ = [
    "NOWHERE",
    "FixtureRow",
    "GridRow",
    "Ground",
    "Located",
    "PlaceRow",
    "all_grids",
    "all_other_names",
    "ancestors",
    "by_code",
    "by_ids",
    "children",
    "find",
    "find_around",
    "fixture_by_code",
    "fixtures",
    "fixtures_around",
    "grid",
    "grids",
    "locate",
    "near",
    "nearest_each",
    "nearest_open",
    "on_ground",
    "open_places_in",
    "other_names",
    "outlines",
    "page",
    "scanned",
    "subtree",
    "within_box",
]


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place as values. full_name: from the community down. lon, lat: WGS-84 degrees. closed_on: its first day of being no more."""

    id: UUID
    code: str
    number: int | None
    kind: str
    name: str
    full_name: str
    path: str
    grid_id: UUID | None
    households: int | None
    lon: float | None
    lat: float | None
    parent_id: UUID | None
    invented: bool
    closed_on: date | None

    @property
    def community_id(self) -> UUID | None:
        """The community the place is in (itself when it is one), None above."""
        return paths.community_id(self.path)


@dataclass(frozen=True, slots=True)
class GridRow:
    """A grid cell as values, without its outline."""

    id: UUID
    code: str
    name: str
    community_id: UUID
    invented: bool
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class FixtureRow:
    """A fixture as values."""

    id: UUID
    code: str
    place_id: UUID
    kind: str
    name: str


PLACE_FIELDS = tuple(PlaceRow.__slots__)
_GRID_FIELDS = tuple(GridRow.__slots__)
_BY_CODE = Prepared(lambda code: Place.objects.filter(code=code).values_list(*PLACE_FIELDS)[:1])
_ON_PATH = Prepared(lambda ids: Place.objects.filter(id__in=ids).order_by("path").values_list(*PLACE_FIELDS))
_BY_IDS = Prepared(lambda ids: Place.objects.filter(id__in=ids).values_list(*PLACE_FIELDS))
_FIXTURE_FIELDS = tuple(FixtureRow.__slots__)
_FIXTURES_ON_PATH = Prepared(
    lambda ids: Fixture.objects.filter(place_id__in=ids).order_by("code").values_list(*_FIXTURE_FIELDS)
)


def by_code(code: str) -> PlaceRow:
    """The place of a poster's code or a national code, closed ones too. 1 statement. Raises NotFound."""
    # PostgreSQL would raise, SQLite find nothing
    found = None if "\0" in code else _BY_CODE.rows(tidy_code(code))
    if not found:
        raise NotFound()
    return PlaceRow(*found[0])


def by_codes(codes: Iterable[str]) -> dict[str, PlaceRow]:
    """Places by the code they are asked for, closed ones too; unknown codes are absent. 1 statement, none for none."""
    asked = {code: tidy_code(code) for code in codes if code and "\0" not in code}
    if not asked:
        return {}
    rows = Place.objects.filter(code__in=set(asked.values())).values_list(*PLACE_FIELDS)
    known = {row[1]: PlaceRow(*row) for row in rows}
    return {code: known[tidy] for code, tidy in asked.items() if tidy in known}


def by_ids(ids: Iterable[UUID]) -> dict[UUID, PlaceRow]:
    """Places by id; unknown ids are absent. 1 statement per 500."""
    return {row[0]: PlaceRow(*row) for batch in batches(set(ids)) for row in _BY_IDS.rows(tuple(batch))}


def ancestors(path: str) -> list[PlaceRow]:
    """The places on a path, root first, the place itself last. 1 statement, none for "" and "/"."""
    on_path = tuple(paths.ids(path))
    return [PlaceRow(*row) for row in _ON_PATH.rows(on_path)] if on_path else []


def nearest_open(place: PlaceRow) -> PlaceRow | None:
    """The place itself, or the closest above it that is open; None when all are closed. 1 statement when it is closed, else none."""
    if place.closed_on is None:
        return place
    return next((one for one in reversed(ancestors(place.path)) if one.closed_on is None), None)


def children(place_id: UUID | None) -> list[PlaceRow]:
    """Open places directly below one (None: the root), in the order of their numbers. 1 statement."""
    return _rows(Place.objects.filter(parent_id=place_id, closed_on=None).order_by("number", "code"))


def near(spot: Point, *, metres_off: float, limit: int) -> list[PlaceRow]:
    """Open places on the map at most so far from a spot, nearest first. 1 statement, over a box of the map."""
    away = [
        (metres(spot, Point(row.lon, row.lat)), row)
        for row in _rows(Place.objects.filter(closed_on=None, **_box(spot, metres_off)))
        if row.lon is not None and row.lat is not None
    ]
    close = sorted((pair for pair in away if pair[0] <= metres_off), key=lambda pair: (pair[0], pair[1].code))
    return [row for _, row in close[:limit]]


def nearest_each(spots: Sequence[Point], *, metres_off: float) -> list[PlaceRow | None]:
    """To each spot the nearest open place on the map at most so far away, no stairwell; None for none. 1 statement, none for no spot."""
    boxes = Q()
    for spot in spots:
        boxes |= Q(**_box(spot, metres_off))
    rows = _rows(Place.objects.filter(boxes, closed_on=None).exclude(kind=Kind.STAIRWELL)) if spots else []
    found: list[PlaceRow | None] = []
    for spot in spots:
        away = [
            (metres(spot, Point(one.lon, one.lat)), one.code, one)
            for one in rows
            if one.lon is not None and one.lat is not None
        ]
        found.append(min((one for one in away if one[0] <= metres_off), default=(0.0, "", None))[2])
    return found


def _box(spot: Point, metres_off: float) -> dict[str, tuple[float, float]]:
    high = metres_off / METRES_PER_DEGREE
    wide = high / max(0.01, math.cos(math.radians(spot.lat)))
    return {
        "lon__range": (spot.lon - wide, spot.lon + wide),
        "lat__range": (spot.lat - high, spot.lat + high),
    }


def within_box(west: float, south: float, east: float, north: float, *, limit: int) -> list[PlaceRow]:
    """Open places with a point in a box of the map, the wide ones first, no stairwells. 1 statement."""
    rows = Place.objects.filter(closed_on=None, lon__range=(west, east), lat__range=(south, north))
    return _rows(rows.exclude(kind=Kind.STAIRWELL).order_by(Length("path"), "number", "code")[:limit])


def on_ground(grids: Iterable[UUID], under: Iterable[str], *, limit: int) -> list[PlaceRow]:
    """Open places of these grid cells and below these paths, in the order of their numbers. 1 statement."""
    ground = Q(grid_id__in=[*grids])
    for path in under:
        ground |= onpath.within(path, "path")
    return _rows(Place.objects.filter(ground, closed_on=None).order_by("number", "code")[:limit])


def subtree(path: str) -> QuerySet[Place]:
    """The place of this path and all below it; "" and "/" = the whole jurisdiction. Closed ones are in it."""
    return within(path)


def open_below(path: str) -> int:
    """How many open places lie below the open place of this path. 1 statement."""
    return within(path).filter(closed_on=None).count() - 1


def open_to_depth(path: str, depth: int) -> int:
    """How many open places lie below this path down to a depth (4: compounds). 1 statement."""
    longest = paths.begins(depth + 1)
    rows = within(path).filter(closed_on=None).exclude(path=path)
    return rows.annotate(signs=Length("path")).filter(signs__lte=longest).count()


def page(path: str, *, after: UUID | None, limit: int) -> list[PlaceRow]:
    """Open places of a subtree ("" = all) in the order they were made, from behind one. 1 statement."""
    rows = within(path).filter(closed_on=None)
    return _rows((rows.filter(id__gt=after) if after else rows).order_by("id")[:limit])


def find(words: str, limit: int = 10, *, inside: str = "", near: Ground = NOWHERE) -> list[PlaceRow]:
    """Open places by name, other name, spoken number, code, pinyin or its initials ("yhhy"), in either script, best first.
    inside: only those of the subtree of this path. near: of equally good ones those come first.

    「悦海花园3号楼」, 「悦海花园三栋」, 「悦海小区3号」, 「yhhy3」 find the building in the compound; 「3-2」 a stairwell.
    1 statement when the name is known as typed, at most 42.
    """
    return [_row(place) for place in found(words, limit, inside, near)]


def find_around(words: str, limit: int = 10) -> tuple[list[PlaceRow], str]:
    """Where `find` finds nothing: the places that a part of the words names (「悦海花园东门」: the compound), and the rest (东门). At most 3 statements."""
    rows, left = around(words, limit)
    return [_row(place) for place in rows], left


def _row(place: Place) -> PlaceRow:
    return PlaceRow(*(getattr(place, name) for name in PLACE_FIELDS))


def other_names(place_id: UUID) -> list[tuple[str, str]]:
    """(name, kind) of a place's other names. 1 statement."""
    return list(PlaceName.objects.filter(place_id=place_id).order_by("id").values_list("name", "kind"))


def all_other_names() -> list[tuple[UUID, str]]:
    """(place id, folded name) of every other name of the jurisdiction. 1 statement."""
    return list(PlaceName.objects.values_list("place_id", "folded"))


def grid(id: UUID) -> GridRow:
    """One grid cell. 1 statement. Raises NotFound."""
    for row in _GRID.rows(id):
        return GridRow(*row)
    raise NotFound()


_GRID = Prepared(lambda id: GridCell.objects.filter(id=id).values_list(*_GRID_FIELDS))


def grids(community_id: UUID | None = None) -> list[GridRow]:
    """The open grid cells of a community, or all, by code. 1 statement."""
    cells = GridCell.objects.filter(closed_on=None).order_by("code")
    return _grid_rows(cells if community_id is None else cells.filter(community_id=community_id))


def all_grids(community_id: UUID | None = None) -> list[GridRow]:
    """The closed ones too: for names of what lay there, and for the book of cells. 1 statement."""
    cells = GridCell.objects.order_by("code")
    return _grid_rows(cells if community_id is None else cells.filter(community_id=community_id))


def open_places_in(grid_id: UUID) -> int:
    """How many places that are open lie in a cell. 1 statement."""
    return Place.objects.filter(grid_id=grid_id, closed_on=None).count()


def outlines() -> dict[UUID, str]:
    """The GeoJSON geometry of every cell that is drawn. 1 statement."""
    return dict(GridCell.objects.exclude(outline="").values_list("id", "outline"))


def fixtures(place_id: UUID) -> list[FixtureRow]:
    """The fixtures directly at a place, by code. 1 statement."""
    rows = Fixture.objects.filter(place_id=place_id).order_by("code").values_list(*_FIXTURE_FIELDS)
    return [FixtureRow(*row) for row in rows]


def fixtures_around(path: str) -> list[FixtureRow]:
    """The fixtures at a place and above it, below its community, by code: what a matter there may be about. 1 statement, none for "" and "/"."""
    on_path = tuple(paths.ids(path))[paths.COMMUNITY :]
    return [FixtureRow(*row) for row in _FIXTURES_ON_PATH.rows(on_path)] if on_path else []


def fixture_by_code(code: str) -> FixtureRow:
    """One fixture by the code on its label. 1 statement. Raises NotFound."""
    found = (
        [] if "\0" in code else Fixture.objects.filter(code=tidy_code(code)).values_list(*_FIXTURE_FIELDS)[:1]
    )
    for row in found:
        return FixtureRow(*row)
    raise NotFound()


def scanned(code: str) -> tuple[PlaceRow, FixtureRow | None]:
    """What a QR code leads to: a place, or a fixture with the place where it stands. 1 statement, 2 for a fixture. Raises NotFound."""
    if "-F" not in tidy_code(code):
        return by_code(code), None
    fixture = fixture_by_code(code)
    return by_ids([fixture.place_id])[fixture.place_id], fixture


def _rows(places: QuerySet[Place]) -> list[PlaceRow]:
    rows: Iterable[Any] = places.values_list(*PLACE_FIELDS)
    return [PlaceRow(*row) for row in rows]


def _grid_rows(cells: QuerySet[GridCell]) -> list[GridRow]:
    rows: Iterable[Any] = cells.values_list(*_GRID_FIELDS)
    return [GridRow(*row) for row in rows]


def community_around(at: Point) -> PlaceRow | None:
    """The community that holds a point, in the point's own grid cell; None outside of all. At most 2 queries."""
    here = locate(*at)
    return replace(by_ids([here.place_id])[here.place_id], grid_id=here.grid_id) if here else None
