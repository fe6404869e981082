"""A place comes under another parent or into another grid cell, and what was reported there follows it: reports at once, cases within seconds.

Each case keeps a copy of the path and the cell, which decide who sees it. One that follows does so as any other move: locked,
journalled, its clocks and its desk set right. A community may hold thousands, so the worker does it: a handful an errand, one
transaction each. What stays of a closed case: docs/adr/0008-places-that-move.md.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
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

# Errand kind. Payload: walk, one id for all errands of one move; path of the place as it is now, and after, the last case that
# was looked at; or case, one that could not follow with the others and tries on alone.
FOLLOW: Final = "place.moved"
AT_A_TIME: Final = 50  # cases an errand: about a second, far below the lease of one minute
log = structlog.get_logger("gezhi.move_place")


@transaction.atomic
def move_place(
    place_id: UUID, *, parent_id: UUID, grid_id: UUID | None = None, reason: str, actor: Actor, at: datetime
) -> PlaceRow:
    """Move a place with all below it and with every report; the cases' errand is queued. Refusals: as `places.move_place`."""
    before = by_ids([place_id]).get(place_id)
    places.move_place(place_id, parent_id=parent_id, grid_id=grid_id, reason=reason, actor=actor, at=at)
    now = by_ids([place_id])[place_id]
    if before == now:
        return now
    followed = reports.follow_place(before.path, now.path) if before else 0
    record(Deed("place", place_id, "followed", after={"reports": followed}), actor=actor, at=at)
    let_cases_follow(now, at=at)
    return now


def let_cases_follow(place: PlaceRow, *, at: datetime) -> None:
    """Queue the walk over every case at a place and below it, in the caller's transaction."""
    walk = str(new_id())
    _queue(walk, {"walk": walk, "path": place.path}, place.id, at)


def follow(payload: Mapping[str, Any], subject: UUID | None, *, at: datetime) -> int:
    """One errand: let the next cases of a subtree follow their place, and queue the errand for those behind them.

    Returns how many moved; doing it twice, or two workers at once, moves nothing twice. One that fails does not hold up the others:
    it gets an errand of its own, which tries on and in the end is an alarm.
    """
    if "case" in payload:
        return _follows(UUID(payload["case"]), at)
    walk, after = payload.get("walk") or str(new_id()), payload.get("after")
    found = cases.not_where_their_place_is(
        payload["path"], after=UUID(after) if after else None, limit=AT_A_TIME
    )
    moved = 0
    for case_id in found:
        try:
            moved += _follows(case_id, at)
        except Exception as problem:
            log.warning("case did not follow its place", case=str(case_id), problem=repr(problem))
            _queue(f"{walk} alone {case_id}", {"walk": walk, "case": str(case_id)}, subject, at)
    if len(found) == AT_A_TIME:
        rest = {"walk": walk, "path": payload["path"], "after": str(found[-1])}
        _queue(f"{walk} {found[-1]}", rest, subject, at)
    return moved


@transaction.atomic
def _follows(case_id: UUID, at: datetime) -> bool:
    """False: somebody else has moved it since it was found."""
    cases.locked(case_id)
    if cases.is_where_its_place_is(case_id):
        return False
    advance(case_id, Move("relocate"), actor=SYSTEM, at=at)
    return True


def _queue(key: str, payload: dict[str, str], place_id: UUID | None, at: datetime) -> None:
    subject = ("place", place_id) if place_id else None
    outbox.queue(outbox.Following(FOLLOW, key, at, payload=payload, subject=subject))
