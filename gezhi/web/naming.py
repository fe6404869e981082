"""What a program calls by a code or a point, found. Raises Invalid with the member that named it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.views import CategoryView
from gezhi.kernel.geo import BadPoint, Point, point
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.kernel.text import BadText, clean
from gezhi.places import queries as places
from gezhi.places.queries import FixtureRow, PlaceRow

CURSOR_SIGNS: Final = 32
HOTLINE: Final = "12345"


def place_named(code: str) -> PlaceRow:
    """The open place of this code. 1 query. Raises Invalid("place", unknown | closed)."""
    try:
        found = places.by_code(_storable(code, "place"))
    except NotFound:
        raise Invalid("place", "unknown") from None
    if found.closed_on is not None:
        raise Invalid("place", "closed")
    return found


def fixture_named(code: str, place: PlaceRow | None) -> FixtureRow:
    """The fixture of this code, at that place or above it. 2 queries, 1 without a place. Raises Invalid("fixture", "unknown")."""
    try:
        found = places.fixture_by_code(_storable(code, "fixture"))
    except NotFound:
        raise Invalid("fixture", "unknown") from None
    if place is not None and found not in places.fixtures_around(place.path):
        raise Invalid("fixture", "unknown")
    return found


def standing_at(fixture: FixtureRow) -> PlaceRow:
    """The open place where it stands. 1 query. Raises Invalid("place", "closed")."""
    place = places.by_ids([fixture.place_id])[fixture.place_id]
    if place.closed_on is not None:
        raise Invalid("place", "closed")
    return place


def leaf(code: str) -> UUID:
    """The leaf of this code. No query. Raises Invalid("category", unknown | not_a_leaf | refer_out with whom, phone)."""
    try:
        found = catalogue.by_code(code)
    except NotFound:
        raise Invalid("category", "unknown") from None
    if not found.is_leaf:
        raise Invalid("category", "not_a_leaf")
    if found.refer_out:
        whom, phone = referred(found, get_language() or "")
        raise Invalid("category", "refer_out", whom=whom, phone=phone)
    return found.id


def referred(leaf: CategoryView, language: str) -> tuple[str, str]:
    """To whom a topic that is not ours belongs, and their phone; where the book names nobody, the line that knows."""
    return leaf.refer_to(language) or _("政务服务便民热线"), leaf.refer_phone or HOTLINE


def point_of(pair: Sequence[float]) -> Point | None:
    """The point; None for 0, 0, which is what a device says that knows nothing. Raises Invalid("point", "out_of_range")."""
    try:
        return point(*pair)
    except BadPoint as bad:
        if bad.code == "null_island":
            return None
        raise Invalid("point", "out_of_range", why=bad.code) from bad


def cursor_of(id: UUID) -> str:
    """Where a page ends: ids grow with time and never change, so nothing is skipped or shown twice whatever happens to the rows."""
    return id.hex


def id_after(cursor: str | None) -> UUID | None:
    """The id that a cursor stands for. Raises Invalid("cursor", "malformed") for anything else than what we gave."""
    if cursor is None:
        return None
    if len(cursor) != CURSOR_SIGNS or not set(cursor) <= set("0123456789abcdef"):
        raise Invalid("cursor", "malformed")
    return UUID(hex=cursor)


def _storable(code: str, field: str) -> str:
    """A code that both databases can be asked for."""
    try:
        return clean(code)
    except BadText as bad:
        raise Invalid(field, bad.code) from bad
