"""The small map in the page of a case: its place, the border of its cell, and for whoever reads the reports in full where a finger was put."""

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import reads_full_words
from gezhi.insight.mapping import named
from gezhi.insight.mapping.boxes import DIGITS, Box
from gezhi.insight.mapping.clusters import View
from gezhi.insight.mapping.ground import Ground, ground
from gezhi.kernel.geo import Point
from gezhi.places import queries as places
from gezhi.reports import queries as reports
from gezhi.web import mapframe
from gezhi.web.casework import pinned
from gezhi.web.casework.spoken import MOST_REPORTS
from gezhi.web.staff import actor_of, at_of, staff_required

ZOOM = 17  # what is named around the place
CLOSEST = 18  # where it begins
AROUND = 0.001  # degrees beside its points: some 100 m
NO_TILES = {"tiles": "", "labels": "", "attribution": "", "system": "wgs84"}


@require_GET
@staff_required
def of_case(request: HttpRequest, number: str) -> HttpResponse:
    """For small-map.js: {"frame", "place", "pins", "cell", "names", "said"}; "place" is null where it lies nowhere on the map. Raises NotFound as the page of the case does.

    No tiles: which hosts a page may load from is said with the page, and every page may show this in its sheet.
    """
    actor = actor_of(request)
    case = cases.by_number(number, actor=actor)
    here = ground(case.place_id)
    spot = here.spot_of.get(case.place_id, -1) if case.place_id else -1
    pins = _pins(case.id) if reads_full_words(cases.roles(case, actor=actor)) else []
    frame = json.loads(mapframe.frame(at_of(request))["map"]) | NO_TILES
    at = [float(here.points.lon[spot]), float(here.points.lat[spot])] if spot >= 0 else None
    box = _box([*([at] if at else []), *([one.lon, one.lat] for one in pins)]) or frame["box"]
    told = {
        "frame": frame | {"box": box, "closest": CLOSEST},
        "place": at,
        "pins": [[one.lon, one.lat] for one in pins],
        "cell": _cell(here, case.place_id),
        "names": named.within(here.named, (), View(*Box(*box), ZOOM)) if box else [],
        "said": _said(here, spot, case.place_id, pins),
    }
    answer = HttpResponse(json.dumps(told, ensure_ascii=False), content_type="application/json")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _pins(case_id: Any) -> list[Point]:
    """Where reporters put their fingers, as many as the page shows. 2 queries."""
    ids = cases.report_ids([case_id]).get(case_id, [])[:MOST_REPORTS]
    return [spot for spot in map(pinned.of, reports.for_desk(ids)) if spot]


def _box(points: Sequence[Sequence[float]]) -> list[float] | None:
    """Around these, with some ground beside them."""
    if not points:
        return None
    lon, lat = zip(*points, strict=True)
    around = (min(lon) - AROUND, min(lat) - AROUND, max(lon) + AROUND, max(lat) + AROUND)
    return [round(one, DIGITS) for one in around]


def _cell(here: Ground, place: Any) -> dict[str, Any]:
    """The border of the grid cell that the place lies in, as GeoJSON; without features where none is drawn. 4 queries."""
    row = places.by_ids([place]).get(place) if place else None
    code = mapframe.codes().get(row.grid_id) if row and row.grid_id else None
    every = mapframe.borders() if code else {"features": []}
    return {
        "type": "FeatureCollection",
        "features": [one for one in every["features"] if one["properties"]["code"] == code],
    }


def _said(here: Ground, spot: int, place: Any, pins: Sequence[Point]) -> str:
    """What its signs mean, in one line; the map says nothing besides."""
    parts = []
    if spot < 0:
        parts.append(_("这个位置在地图上还没有点"))
    elif here.spots[spot].is_cell:
        parts.append(_("这个位置没有自己的点，圆点是“%(cell)s”的中间") % {"cell": here.spots[spot].name})
    else:
        parts.append(_("圆点：%(place)s") % {"place": here.spots[spot].name})
    if pins:
        parts.append(_("图钉：上报人点的地方"))
    return _("；").join(parts)
