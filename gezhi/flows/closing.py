"""A category or a grid cell ends: only when no case is open in it. What lay there keeps it, and so does history."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from gezhi.cases import queries as cases
from gezhi.catalogue import actions as catalogue
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid
from gezhi.places import actions as places


@transaction.atomic
def close_category(
    category_id: UUID, *, on: date, reason: str, revision: int, actor: Actor, at: datetime
) -> None:
    """Offer a leaf no longer. Raises Invalid("category", "cases_open") with `.details["count"]`, else as catalogue's."""
    catalogue.close_category(category_id, on=on, reason=reason, revision=revision, actor=actor, at=at)
    if count := cases.open_in(category_id=category_id).count():
        raise Invalid("category", "cases_open", count=count)


@transaction.atomic
def close_grid(
    grid_id: UUID, *, on: date, reason: str, into: UUID | None, actor: Actor, at: datetime
) -> None:
    """End a grid cell; its open places go into another. Raises Invalid("grid", "cases_open"), else as places'."""
    places.close_grid(grid_id, on=on, reason=reason, into=into, actor=actor, at=at)
    if count := cases.open_in(grid_id=grid_id).count():
        raise Invalid("grid", "cases_open", count=count)
