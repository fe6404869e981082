"""What every map of the product has: its background, the borders of grid cells, and the policy that lets its tiles in."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from django.http import HttpResponse
from django.utils.translation import gettext as _
from shapely.geometry import mapping, shape

from gezhi.insight.mapping.clusters import View
from gezhi.insight.mapping.ground import ground
from gezhi.kernel.refusal import Invalid
from gezhi.places import queries as places
from gezhi.places.backgrounds import Background, background, plans
from gezhi.web.links import link

MOST_CORNERS = 3000  # of all borders on one map: some 60 kB before they are packed
ROUGHLY = (
    0.0,
    0.00001,
    0.00003,
    0.0001,
    0.0003,
    0.001,
)  # degrees a border may be drawn away from where it is
NEAR = 0.002  # degrees around a place: some 200 m
LARGE = 1600  # pixels of a plan's picture


def frame(at: datetime, *, near: UUID | None = None, for_residents: bool = False) -> dict[str, Any]:
    """For templates/ui/map.html: `map`, a JSON text for the script, and `map_background`. 3 queries.

    near: a place to begin at, where it is shown anywhere. for_residents: of the plans only those that are for everybody.
    """
    below = background()
    data = {
        "tiles": below.tiles,
        "labels": below.labels,
        "attribution": below.attribution,
        "system": below.system if below.tiles else "wgs84",
        "mostZoom": below.most_zoom,
        "plans": [
            {"name": one.name, "url": link(one.picture, LARGE, at=at), "corners": one.corners}
            for one in plans()
            if one.is_public or not for_residents
        ],
        "box": box(near),
        "words": _words(),
    }
    return {"map": json.dumps(data, ensure_ascii=False), "map_background": below}


def _words() -> dict[str, str]:
    """What the script says, in the reader's language."""
    return {
        "zoomIn": _("放大"),
        "zoomOut": _("缩小"),
        "tilesFail": _("底图暂时打不开。位置、网格和数量照常显示。"),
        "dataFail": _("没有连上服务器，地图上还是刚才的内容。请再试一次。"),
        "plans": _("图纸"),
        "here": _("我的位置"),
    }


def box(near: UUID | None = None) -> list[float] | None:
    """West, south, east, north of all that has a point or a border, or of what lies near a place; None when there is nothing. At most 1 query."""
    here = ground()
    at = here.spot_of.get(near, -1)
    if near is None or at < 0:
        return here.box
    lon, lat = float(here.points.lon[at]), float(here.points.lat[at])
    return [lon - NEAR, lat - NEAR, lon + NEAR, lat + NEAR]


def borders(*, keep_all: bool = False) -> dict[str, Any]:
    """The open grid cells as GeoJSON; roughly where they have very many corners. keep_all: as they are drawn. 2 queries."""
    drawn = places.outlines()
    cells = [(one, shape(json.loads(drawn[one.id]))) for one in places.grids() if one.id in drawn]
    for off in (0.0,) if keep_all else ROUGHLY:
        areas = [area.simplify(off) if off else area for _, area in cells]
        if sum(map(shapely.get_num_coordinates, areas)) <= MOST_CORNERS:
            break
    features = [
        {
            "type": "Feature",
            "properties": {"code": one.code, "name": one.name},
            "geometry": mapping(area if keep_all else shapely.set_precision(area, 0.000001)),
        }
        for (one, _), area in zip(cells, areas, strict=True)
        if not area.is_empty
    ]
    return {"type": "FeatureCollection", "features": features}


def codes() -> dict[UUID, str]:
    """Codes of the open grid cells. 1 query."""
    return {one.id: one.code for one in places.grids()}


def view_of(asked: Mapping[str, str]) -> View:
    """`bbox=west,south,east,north&zoom=15` of a query. Raises Invalid: bbox (box), zoom (range)."""
    parts = asked.get("bbox", "").split(",")
    try:
        west, south, east, north = (float(part) for part in parts if len(part) <= 30)
        zoom = int(asked.get("zoom", "")) if len(asked.get("zoom", "")) < 3 else -1
    except ValueError as bad:
        raise Invalid("bbox", "map_box") from bad
    if not (-360 <= west <= east <= 360 and -90 <= south <= north <= 90):  # not-a-number is never so
        raise Invalid("bbox", "map_box")
    if not 0 <= zoom <= 22:
        raise Invalid("zoom", "map_zoom")
    return View(west, south, east, north, zoom)


def let_in(answer: HttpResponse, below: Background) -> HttpResponse:
    """The page may load pictures from the host of the tiles that are set, and from no other."""
    if below.source:
        # where django-csp looks for what a page adds
        vars(answer)["_csp_update"] = {"img-src": [below.source]}
    return answer
