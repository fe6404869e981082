"""What a change to parties, posts or accounts does first: it takes its turn and looks whether the ground it names is there."""

from uuid import UUID

from gezhi.kernel.refusal import NotFound
from gezhi.places import queries as places
from gezhi.tenancy.current import current
from gezhi.tenancy.models import Jurisdiction


def take_turn() -> None:
    """Changes to the map of parties, services and people are rare and judged against all of it: one after another."""
    Jurisdiction.objects.select_for_update(no_key=True).get(id=current())


def refuse_unknown(place_id: UUID | None, grid_id: UUID | None) -> None:
    """Ground that a service, a party or a post names; a cell that has closed is there for history only. Raises NotFound."""
    if place_id is not None and not places.by_ids([place_id]):
        raise NotFound(place=str(place_id))
    if grid_id is not None and places.grid(grid_id).closed_on is not None:
        raise NotFound(grid=str(grid_id))
