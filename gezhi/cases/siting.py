"""Where a case lies: its copies of the place's path and grid cell, and the desk that answers there."""

from datetime import datetime
from uuid import UUID

from gezhi.cases.lifecycle import State
from gezhi.cases.models import CallBack, Case
from gezhi.kernel.refusal import Invalid
from gezhi.parties import queries as parties
from gezhi.places import queries as places

UNBEGUN = frozenset({State.REPORTED, State.ASKED, State.OPENED})  # nobody but the desk has it


def put_at(case: Case, place_id: UUID, at: datetime) -> None:
    """Copy what the place says now. What nobody has begun goes to the desk there, with the calls that are owed.

    Whoever has begun goes on with his desk; a closed case keeps who it was. Raises Invalid("place", "unknown").
    """
    place = places.by_ids([place_id]).get(place_id)
    if place is None:
        raise Invalid("place", "unknown")
    case.place_id, case.place_path, case.grid_id = place.id, place.path, place.grid_id
    if case.state in UNBEGUN:
        desk = parties.desk_of(place.path, at)
        case.lead_id = desk if case.lead_id == case.desk_id else case.lead_id
        if desk != case.desk_id:  # who is owed a call is rung up by whoever knows the case now
            CallBack.objects.filter(case=case, done_at=None).update(desk_id=desk)
        case.desk_id = desk
