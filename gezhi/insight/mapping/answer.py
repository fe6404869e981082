"""One view of the map as values: signs, heat by grid cell, what lies nowhere. Which counts are shown is the caller's to say."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from gezhi.insight.mapping import named
from gezhi.insight.mapping.boxes import written
from gezhi.insight.mapping.clusters import Sign, View, busiest, signs
from gezhi.insight.mapping.counts import Layer


def seen(layer: Layer, view: View, *, cells: Mapping[UUID, str], with_boxes: bool = False) -> dict[str, Any]:
    """signs: [lon, lat, counts, spots, key, name], key and name of the place with most (with_boxes: and behind them the box around its places, "" of a single one); heat: by code of the grid cell; total, apart.

    cells: codes by id. total: of the whole office; inside: of the view.
    """
    here, counted = layer.ground, layer.counted
    found = signs(here.points, counted.by_spot, view, counted.some)
    return {
        "signs": [
            [*_row(one, layer), *([written(one.box) if one.spots > 1 else ""] if with_boxes else ())]
            for one in found
        ],
        "heat": heat(layer, cells),
        "total": counted.total,
        "inside": [sum(one.counts[kind] for one in found) for kind in range(len(counted.apart))],
        "apart": list(counted.apart),
    }


def names(layer: Layer, view: View) -> list[list[Any]]:
    """[lon, lat, name, rank] of what is called something in the view, as many as the zoom has room for (named.within)."""
    return named.within(layer.ground.named, layer.counted.whole, view)


def box(layer: Layer) -> list[float] | None:
    """West, south, east and north of all that counts; None when nothing does."""
    points, found = layer.ground.points, layer.counted.some
    if not len(found):
        return None
    lon, lat = points.lon[found], points.lat[found]
    return [float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())]


def most(layer: Layer, limit: int) -> list[list[Any]]:
    """As `signs` of seen: the places that count most, wherever they are."""
    return [_row(one, layer) for one in busiest(layer.ground.points, layer.counted.by_spot, limit)]


def _row(one: Sign, layer: Layer) -> list[Any]:
    spot = layer.ground.spots[one.spot]
    return [round(one.lon, 6), round(one.lat, 6), list(one.counts), one.spots, spot.key, spot.name]


def heat(layer: Layer, cells: Mapping[UUID, str]) -> dict[str, int]:
    """How many there are in each grid cell, by its code; cells without any are left out."""
    known = zip(layer.ground.cells, layer.counted.by_cell, strict=True)
    return {cells[id]: many for id, many in known if many and id in cells}
