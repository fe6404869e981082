"""Pictures for templates: addresses of their copies."""

from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from gezhi.evidence.queries import EvidenceRow
from gezhi.kernel.geo import Point, metres
from gezhi.web import words
from gezhi.web.links import address

FULL, SMALL = 1600, 400


class Picture(NamedTuple):
    """url: the big copy, thumb: the small one. is_ready: copies are made a few seconds after the upload."""

    id: UUID
    url: str
    thumb: str
    alt: str
    is_ready: bool
    kind: str = ""
    is_public: bool = False
    spot: Point | None = None


def picture(row: EvidenceRow, kind: str) -> Picture:
    """One picture with its kind as alternative text."""
    alt = words.of(words.PICTURES, kind)
    return Picture(
        row.id,
        address(row.id, FULL, mark=row.mark),
        address(row.id, SMALL, mark=row.mark),
        alt,
        row.is_served,
        kind,
        row.public_at is not None,
        Point(row.taken_lon, row.taken_lat)
        if row.taken_lon is not None and row.taken_lat is not None
        else None,
    )


def far(spot: Point, here: Point) -> str:
    """`距此 120 米`, `距此 1.4 公里`: how far from the case a photo says it was taken."""
    away = metres(spot, here)
    if away < 1000:
        return _("距此 %(n)s 米") % {"n": f"{away:.0f}"}
    return _("距此 %(n)s 公里") % {"n": f"{away / 1000:.1f}"}
