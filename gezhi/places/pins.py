"""Where a place stands on the map, put there by a person's finger."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.geo import BadPoint, point
from gezhi.kernel.refusal import Invalid
from gezhi.places import policy
from gezhi.places.models import Place
from gezhi.places.outlines import map_changed
from gezhi.places.register import locked_register
from gezhi.places.subtree import open_place


@transaction.atomic
def pin_place(place_id: UUID, lon: float | None, lat: float | None, *, actor: Actor, at: datetime) -> Place:
    """Put a place at a WGS-84 point, or take its point away (both None). Its grid cell stays: moving is another deed.

    Raises NotYours, NotFound, Invalid (place: closed; point: half, out_of_range).
    """
    policy.keeps_places(actor)
    register, place = locked_register(), open_place(place_id)
    if (lon is None) != (lat is None):
        raise Invalid("point", "half")
    try:
        spot = point(lon, lat) if lon is not None else None
    except BadPoint as bad:
        raise Invalid("point", "out_of_range", why=bad.code) from bad
    before = {"lon": place.lon, "lat": place.lat}
    place.lon, place.lat = (spot.lon, spot.lat) if spot else (None, None)
    after = {"lon": place.lon, "lat": place.lat}
    if before == after:
        return place
    place.save(update_fields=["lon", "lat"])
    map_changed(register)
    record(Deed("place", place.id, "pinned", before, after), actor=actor, at=at)
    return place
