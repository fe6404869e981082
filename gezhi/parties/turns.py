"""What a change to parties, posts or accounts does first: it takes its turn and looks whether the ground it names is there."""

from datetime import date
from uuid import UUID

from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.places import queries as places
from gezhi.tenancy.current import current
from gezhi.tenancy.models import Jurisdiction


def take_turn() -> None:
    """Changes to the map of parties, services and people are rare and judged against all of it: one after another."""
    Jurisdiction.objects.select_for_update(no_key=True).get(id=current())


def ends_already(ends_on: date, starts_on: date, known: date | None) -> bool:
    """Whether a service or post ends on this day as it stands: the same form twice. It is only ever ended sooner.

    Raises Invalid("ends_on"): before_start, only_sooner.
    """
    if ends_on < starts_on:
        raise Invalid("ends_on", "before_start")
    if known is not None and ends_on > known:
        raise Invalid("ends_on", "only_sooner")
    return ends_on == known


def refuse_unknown(place_id: UUID | None, grid_id: UUID | None) -> None:
    """Ground that a service, a party or a post names; a cell that has closed is there for history only. Raises NotFound."""
    if place_id is not None and not places.by_ids([place_id]):
        raise NotFound(place=str(place_id))
    if grid_id is not None and places.grid(grid_id).closed_on is not None:
        raise NotFound(grid=str(grid_id))
