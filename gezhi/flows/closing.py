"""A category, a grid cell, a place or a party ends: only when no case is open there. What lay there keeps it, and so does history. It can
be undone.
"""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from gezhi.cases import queries as cases
from gezhi.catalogue import actions as catalogue
from gezhi.flows.change_of_company import move_open_work
from gezhi.flows.move_place import let_cases_follow
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid
from gezhi.parties import actions as parties
from gezhi.parties.queries import PartyRow, party
from gezhi.places import actions as places
from gezhi.places import queries as grounds
from gezhi.work import queries as tasks

UNDER_WAY: Final = timedelta(minutes=1)  # a report that found the cell open a moment ago is written by then


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
    """End a grid cell; its places go into another. Raises Invalid("grid", "cases_open"), else as places'."""
    cell = places.close_grid(grid_id, on=on, reason=reason, into=into, actor=actor, at=at)
    if count := cases.open_in(grid_id=grid_id).count():
        raise Invalid("grid", "cases_open", count=count)
    _gather(cell.community_id, at)


@transaction.atomic
def close_place(place_id: UUID, *, on: date, actor: Actor, at: datetime) -> None:
    """End a place with all below it. Raises Invalid (place: cases_open; on: in_the_future), else as places'."""
    if on > timezone.localtime(at).date():
        raise Invalid("on", "in_the_future")
    ended = places.close_place(place_id, on=on, actor=actor, at=at)
    if count := cases.open_in(place_path=ended.path).count():
        raise Invalid("place", "cases_open", count=count)


@transaction.atomic
def close_party(party_id: UUID, *, actor: Actor, at: datetime) -> PartyRow:
    """Take a party out of service; returns it as it is now. What a property company has to do goes to whoever follows it, else to the desk.

    Raises Invalid("party", "cases_open") while it is accountable for open cases, or their desk, Invalid("party", "tasks_open") while it
    has open tasks, or set some; else as parties'.
    """
    parties.close_party(party_id, actor=actor, at=at)
    move_open_work(of=party_id, at=at)
    if count := cases.open_in(party_id=party_id).count():
        raise Invalid("party", "cases_open", count=count)
    if count := tasks.count_open(party_id):
        raise Invalid("party", "tasks_open", count=count)
    return party(party_id)


@transaction.atomic
def reopen_grid(grid_id: UUID, *, reason: str, actor: Actor, at: datetime) -> None:
    """Take the end of a grid cell back; open cases follow the places that come back. Refusals: as places'."""
    _gather(places.reopen_grid(grid_id, reason=reason, actor=actor, at=at).community_id, at)


def _gather(community_id: UUID, at: datetime) -> None:
    """Cases of a community follow places that changed their cell; also those that were written in this very moment."""
    let_cases_follow(grounds.by_ids([community_id])[community_id], at=at + UNDER_WAY)
