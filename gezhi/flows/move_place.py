"""A place comes under another parent or into another grid cell, and what was reported there follows it: reports at once, cases within seconds.

Each case keeps a copy of the path and the cell, which decide who sees it. One that follows does so as any other move: locked,
journalled, its clocks and its desk set right. A community may hold thousands, so the worker does it, one transaction each.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.move import Move
from gezhi.journal import outbox
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.places import actions as places
from gezhi.places.queries import PlaceRow, by_ids
from gezhi.reports import actions as reports
from gezhi.tenancy.clock import new_id

FOLLOW = "place.moved"  # errand kind; payload: the path of the place as it is now


@transaction.atomic
def move_place(
    place_id: UUID, *, parent_id: UUID, grid_id: UUID | None = None, actor: Actor, at: datetime
) -> PlaceRow:
    """Move a place with all below it and with every report; the cases' errand is queued. Refusals: as `places.move_place`."""
    before = by_ids([place_id]).get(place_id)
    places.move_place(place_id, parent_id=parent_id, grid_id=grid_id, actor=actor, at=at)
    now = by_ids([place_id])[place_id]
    followed = reports.follow_place(before.path, now.path) if before else 0
    record(Deed("place", place_id, "followed", after={"reports": followed}), actor=actor, at=at)
    subject = ("place", place_id)
    outbox.queue(outbox.Following(FOLLOW, str(new_id()), at, payload={"path": now.path}, subject=subject))
    return now


def follow(path: str, *, at: datetime) -> int:
    """Let every case of a subtree follow its place, open and closed. Returns how many; doing it twice moves nothing twice."""
    moved = cases.not_where_their_place_is(path)
    for case_id in moved:
        advance(case_id, Move("relocate"), actor=SYSTEM, at=at)
    return len(moved)
