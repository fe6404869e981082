"""Where a reporter put his finger on the map, beside his words: how far from a place that is known, and where to see it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from gezhi.kernel.geo import Point, metres
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.web.routes import route

NEAR_METRES = 1000.0


def marked(shown: list[dict[str, Any]], rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The reports as they are shown, each with `pin`: {"said", "url"}, where it came with a point. rows: the same reports in the same order.

    Only for whoever reads them in full. 1 query where any has a point, else none.
    """
    spots = [of(row) for row in rows]
    nearest = iter(places.nearest_each([spot for spot in spots if spot], metres_off=NEAR_METRES))
    for one, spot in zip(shown, spots, strict=True):
        one["pin"] = {"said": _said(spot, next(nearest)), "url": address(spot)} if spot else None
    return shown


def of(report: Any) -> Point | None:
    """The point that a report came with; None where there is none, or all of it was erased."""
    is_told = report.lon is not None and report.lat is not None and report.erased_at is None
    return Point(report.lon, report.lat) if is_told else None


def address(spot: Point) -> str:
    """The desk's map, there."""
    return f"{route('desk:map')}?pin={spot.lon},{spot.lat}"


def _said(spot: Point, near: PlaceRow | None) -> str:
    if near is None or near.lon is None or near.lat is None:
        return _("北纬、东经 %(lat)s，%(lon)s，附近没有登记的地点") % {
            "lat": f"{spot.lat:.5f}",
            "lon": f"{spot.lon:.5f}",
        }
    off = {"place": near.full_name, "n": f"{metres(spot, Point(near.lon, near.lat)):.0f}"}
    return _("距“%(place)s”约 %(n)s 米") % off
