"""Where it is, as a client says it: a point, a code of ours, or an address in words."""

import re
from typing import Final, NamedTuple

from gezhi.kernel.geo import BadPoint, Point, point
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.kernel.text import BadText, clean
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow

_DEGREES = re.compile(r"[+-]?\d{1,3}(\.\d{0,20})?", re.ASCII)
LONGEST_ADDRESS: Final = 200  # signs; what is longer is kept as words and not looked up


class Placed(NamedTuple):
    """place: found by its code, its name, or around the point. words: an address that no place was found for."""

    place: PlaceRow | None
    point: Point | None
    words: str


def placed(*, lat: str, lon: str, address_id: str, address: str) -> Placed:
    """What of it leads where: the code before the address, the address before the point. At most 24 queries.

    Raises Invalid: location (missing), lat (half, not_a_number, out_of_range), address_id (unknown, closed).
    """
    if not (lat or lon or address_id or address):
        raise Invalid("location", "missing")
    at = point_said(lat, lon)
    if address_id:
        return Placed(_by_code(address_id), _meant(at), "")
    named = _by_words(address) if address else None
    if named is not None:
        return Placed(named, _meant(at), "")
    meant = _meant(at)
    return Placed(places.community_around(meant) if meant else None, meant, address)


def point_said(lat: str, lon: str) -> tuple[float, float] | None:
    """(longitude, latitude) in degrees, None for neither. 0, 0 is taken, and means nothing. Raises Invalid("lat", …)."""
    lat, lon = lat.strip(), lon.strip()
    if not lat and not lon:
        return None
    if not lat or not lon:
        raise Invalid("lat", "half")
    if not (_DEGREES.fullmatch(lat) and _DEGREES.fullmatch(lon)):
        raise Invalid("lat", "not_a_number")
    found = float(lon), float(lat)
    try:
        point(*found)
    except BadPoint as bad:
        if bad.code != "null_island":
            raise Invalid("lat", "out_of_range") from None
    return found


def _meant(at: tuple[float, float] | None) -> Point | None:
    """The point; None for 0, 0, which is what a device says that knows nothing."""
    try:
        return point(*at) if at else None
    except BadPoint:
        return None


def _by_code(code: str) -> PlaceRow:
    try:
        found = places.by_code(clean(code.strip()[: LONGEST_ADDRESS + 1]))
    except (NotFound, BadText):
        raise Invalid("address_id", "unknown", said=code[:40]) from None
    if found.closed_on is not None:
        raise Invalid("address_id", "closed")
    return found


def _by_words(address: str) -> PlaceRow | None:
    """The one open place that is called so; None for none and for several."""
    if len(address) > LONGEST_ADDRESS:
        return None
    try:
        words = clean(address.strip())
    except BadText:
        return None
    found = places.find(words, 3)
    exact = [one for one in found if words in (one.code, one.name, one.full_name)]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    return None
