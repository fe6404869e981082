"""Does he stand there? By the code on the door plate, or by a position within 150 m. Positions are looked at, never kept.

Source: design I3 (solved on the spot needs presence), scenario S1.
"""

from collections.abc import Iterable
from uuid import UUID

from gezhi.kernel.geo import Point, metres
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.places.queries import PlaceRow
from gezhi.places.register import tidy_code

NEAR_METRES = 150
PLATED = frozenset({Kind.BUILDING, Kind.STAIRWELL})  # their plate hangs where one stands
DRAWN = PLATED | {Kind.SPOT, Kind.COMPOUND, Kind.STREET, Kind.MARKET}  # small enough that a point says where


def presence(place: PlaceRow, *, typed: str = "", position: Point | None = None) -> str:
    """How somebody showed that he is there: "place_code", "position", or "" when he did not. At most 1 query.

    typed: a place's code, or its spoken number, scanned or read off the plate of the place or of the building around it.
    """
    around = {row.id: row for row in places.ancestors(place.path)} or {place.id: place}
    plates = [row for row in around.values() if row.id == place.id or row.kind in PLATED]
    if typed.strip() and any(is_named(row, typed) for row in plates):
        return "place_code"
    spot = _point(place, around)
    if position is not None and spot is not None and metres(position, spot) <= NEAR_METRES:
        return "position"
    return ""


def points(rows: Iterable[PlaceRow]) -> dict[UUID, Point]:
    """Where these places are: their own point, else that of the nearest place around them; nowhere = absent. 1 query."""
    wanted = list(rows)
    without = [row for row in wanted if row.lon is None]
    around = places.by_ids({id for row in without for id in paths.ids(row.path)})
    found = {row.id: _point(row, around) for row in wanted}
    return {id: spot for id, spot in found.items() if spot is not None}


def is_named(place: PlaceRow, typed: str) -> bool:
    """Whether somebody wrote this very place's code, or its spoken number ("128", "00128")."""
    said = tidy_code(typed)
    if said.isascii() and said.isdigit() and len(said) < 10:
        return place.number == int(said) or place.code == said
    return bool(said) and said == tidy_code(place.code)


def _point(place: PlaceRow, around: dict[UUID, PlaceRow]) -> Point | None:
    chain = [place, *(around[id] for id in reversed(paths.ids(place.path)) if id in around)]
    for row in chain:
        if row.kind in DRAWN and row.lon is not None and row.lat is not None:
            return Point(row.lon, row.lat)
    return None
