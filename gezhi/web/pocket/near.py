"""How far it is. A position comes with one request, rounded to some ten metres, and is gone with the answer."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from gezhi.flows.presence import points
from gezhi.kernel.geo import BadPoint, Point, metres, point
from gezhi.places.queries import PlaceRow

if TYPE_CHECKING:
    from gezhi.cases.models import Case

DECIMALS = 4  # of a degree: 11 m


def position(said: Mapping[str, str]) -> Point | None:
    """The browser's lon and lat, rounded; None without them and for anything that is no point."""
    try:
        lon, lat = (round(float(said.get(name, "")[:24]), DECIMALS) for name in ("lon", "lat"))
        return point(lon, lat)
    except (ValueError, BadPoint):
        return None


def distances(here: Point, rows: Sequence[PlaceRow]) -> dict[UUID, float]:
    """Metres to each place; those on no map are absent. At most 1 query."""
    return {id: metres(here, spot) for id, spot in points(rows).items()}


def said(away: float | None) -> str:
    """`120 米`, `1.4 公里`; "" when nobody knows."""
    if away is None:
        return ""
    if away < 995:
        return _("%(n)s 米") % {"n": max(10, round(away / 10) * 10)}
    return _("%(n)s 公里") % {"n": f"{away / 1000:.1f}"}


def sort_key(away: Mapping[UUID, float], case: "Case") -> float:
    """Nearest first, what is nowhere last."""
    return away.get(case.place_id, float("inf")) if case.place_id else float("inf")
