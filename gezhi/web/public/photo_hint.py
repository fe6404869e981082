"""Where a photo says it was taken, as a question on the form: the reporter says whether that is the place, or another one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from gezhi.evidence import queries as evidence
from gezhi.kernel.geo import Point
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow

NEAR_METRES, MOST_NEAR = 200, 3
ELSEWHERE = "-"


def asked(ids: Sequence[UUID], chosen: str) -> dict[str, Any]:
    """The question for the form: {"sentence", "options"}; without options when the photos say nothing that helps. {} without photos.

    chosen: the option that was ticked before. At most 5 queries.
    """
    if not ids:
        return {}
    spot = taken_at(ids)
    if spot is None:
        return {"sentence": _("照片里没有位置（转发过的照片常常没有）。请写明在哪里。"), "options": []}
    found = candidates(spot)
    if not found:
        return {"sentence": _("照片是在本辖区以外拍的。请写明在哪里。"), "options": []}
    options = [{"value": one.code, "label": one.full_name, "checked": one.code == chosen} for one in found]
    elsewhere = {"value": ELSEWHERE, "label": _("都不是，我写在下面"), "checked": chosen == ELSEWHERE}
    return {"sentence": _("照片是在这附近拍的，问题在哪里？"), "options": [*options, elsewhere]}


def taken_at(ids: Sequence[UUID]) -> Point | None:
    """Where the first of these photos that says so was taken. 1 query, none for none."""
    known = evidence.by_ids(ids) if ids else {}
    rows = (known[id] for id in ids if id in known)
    return next(
        (
            Point(row.taken_lon, row.taken_lat)
            for row in rows
            if row.taken_lon is not None and row.taken_lat is not None
        ),
        None,
    )


def candidates(spot: Point) -> list[PlaceRow]:
    """Places beside the spot, nearest first, then the community that holds it."""
    located = places.locate(*spot)
    if located is None:
        return []
    near = places.near(spot, metres_off=NEAR_METRES, limit=MOST_NEAR)
    community = places.by_ids([located.place_id]).get(located.place_id)
    return [*near, *([community] if community and community not in near else [])]
