"""Names of communities, compounds and buildings for a view of the map, each from the zoom on at which there is room for it. Numbers in, numbers out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np

from gezhi.insight.mapping.boxes import DIGITS
from gezhi.insight.mapping.clusters import View
from gezhi.places.kinds import Kind

AREA, GROUND, HOUSE = 0, 1, 2  # ranks: where two names have room for one, the lower rank stands
RANKS: Final = {
    Kind.COMMUNITY: AREA,
    Kind.COMPOUND: GROUND,
    Kind.STREET: GROUND,
    Kind.MARKET: GROUND,
    Kind.BUILDING: HOUSE,
}
FROM: Final = (10, 14, 17)  # zoom from which names of a rank are told
UNTIL: Final = (16, 22, 22)  # a community is wider than the screen beyond that
MOST: Final = 80  # names in one answer: some 4 kB; the browser shows those that fit

Point = tuple[float, float]


class Place(NamedTuple):
    """An open place that may be named. above: the place it lies in."""

    id: UUID
    above: UUID | None
    rank: int
    name: str
    at: Point | None


@dataclass(frozen=True, slots=True)
class Named:
    """Names as columns, in one order. spot: where what happened there is counted, -1 for nowhere."""

    names: list[str]
    rank: Any
    lon: Any
    lat: Any
    spot: Any


def gathered(
    places: Iterable[Place], middles: Mapping[UUID, Point], spot_of: Mapping[UUID | None, int]
) -> Named:
    """Each place at its own point, else amid the houses that lie in it, else in the middle of its ground; what has none of these is not named."""
    every = list(places)
    houses: dict[UUID, list[Point]] = defaultdict(list)
    for one in every:
        if one.rank == HOUSE and one.at and one.above:
            houses[one.above].append(one.at)
    found = [(one, _at(one, middles, houses)) for one in every]
    told = [(one, at) for one, at in found if at is not None]
    return Named(
        [one.name for one, _ in told],
        np.array([one.rank for one, _ in told], dtype=np.int64),
        np.array([at[0] for _, at in told], dtype=np.float64),
        np.array([at[1] for _, at in told], dtype=np.float64),
        np.array([spot_of.get(one.id, -1) for one, _ in told], dtype=np.int64),
    )


def _at(one: Place, middles: Mapping[UUID, Point], houses: Mapping[UUID, list[Point]]) -> Point | None:
    if one.at or one.rank == HOUSE:
        return one.at
    if inside := houses.get(one.id):
        lon, lat = zip(*inside, strict=True)
        return sum(lon) / len(lon), sum(lat) / len(lat)
    return middles.get(one.id)


def within(named: Named, whole: Any, view: View) -> list[list[Any]]:
    """[lon, lat, name, rank] of the names that this zoom has room for: lower ranks first, in a rank where most is counted first.

    whole: what is counted at each spot; empty where nothing is.
    """
    lon, lat, rank = named.lon, named.lat, named.rank
    is_in = (lon >= view.west) & (lon <= view.east) & (lat >= view.south) & (lat <= view.north)
    is_told = [first <= view.zoom <= last for first, last in zip(FROM, UNTIL, strict=True)]
    found = np.flatnonzero(is_in & np.array(is_told)[rank])
    spot = named.spot[found]
    many = np.where(spot >= 0, whole[spot], 0) if len(whole) else np.zeros(len(found))
    order = found[np.lexsort((-many, rank[found]))][:MOST]
    return [
        [round(float(lon[at]), DIGITS), round(float(lat[at]), DIGITS), named.names[at], int(rank[at])]
        for at in order.tolist()
    ]
