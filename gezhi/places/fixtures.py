"""New fixtures decided before they are written."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from gezhi.journal.actions import Deed
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.kernel.text import clean_name
from gezhi.places import register
from gezhi.places.batches import by_id
from gezhi.places.kinds import FixtureKind
from gezhi.places.models import Fixture, Place, PlaceRegister


class NewFixture(NamedTuple):
    """A fixture to be added."""

    place_id: UUID
    kind: FixtureKind
    name: str


def fitted(new: Sequence[NewFixture], numbers: PlaceRegister) -> list[Fixture]:
    """The rows for add_fixtures, unsaved. Raises what add_fixtures raises."""
    places = by_id(Place, (one.place_id for one in new))
    if any(one.place_id not in places for one in new):
        raise NotFound()
    if any(place.closed_on for place in places.values()):
        raise Invalid("place", "closed")
    return [_fitted(one, register.next_fixture(numbers)) for one in new]


def _fitted(one: NewFixture, number: int) -> Fixture:
    name = clean_name(one.name)
    if not name:
        raise Invalid("name", "empty")
    return Fixture(code=register.fixture_code(number), place_id=one.place_id, kind=one.kind, name=name)


def fixture_deeds(fixtures: Iterable[Fixture]) -> Iterator[Deed]:
    """What the journal keeps of a new fixture."""
    for one in fixtures:
        after = {"code": one.code, "place": one.place_id, "kind": str(one.kind), "name": one.name}
        yield Deed("fixture", one.id, "added", after=after, is_first=True)
