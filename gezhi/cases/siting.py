"""Where a case lies: its copies of the place's path and grid cell, and the desk that answers there."""

from datetime import datetime
from uuid import UUID

from gezhi.cases.lifecycle import State
from gezhi.cases.models import CallBack, Case
from gezhi.cases.timing import set_clocks
from gezhi.kernel.refusal import Invalid
from gezhi.parties import queries as parties
from gezhi.places import paths
from gezhi.places import queries as places

UNBEGUN = frozenset({State.REPORTED, State.ASKED, State.OPENED})  # nobody but the desk has it


def put_at(case: Case, place_id: UUID, at: datetime, *, into: State | None = None) -> None:
    """Copy what the place says now. What nobody has begun goes to the desk there, with the calls that are owed.

    into: the state it comes into, when that is another one. Whoever has begun goes on with his desk; a closed case keeps who it
    was, and its cell as long as that is one of its community. Raises Invalid("place", unknown | closed).
    """
    state = into or State(case.state)
    place = places.by_ids([place_id]).get(place_id)
    if place is None:
        raise Invalid("place", "unknown")
    if place.closed_on is not None and place.id != case.place_id:
        raise Invalid("place", "closed")
    if state is not State.CLOSED or paths.community_id(case.place_path) != place.community_id:
        case.grid_id = place.grid_id
    case.place_id, case.place_path = place.id, place.path
    if state in UNBEGUN:
        desk = parties.desk_of(place.path, at)
        case.lead_id = desk if case.lead_id == case.desk_id else case.lead_id
        _put_before(desk, case)


def wake_where_its_place_is(case: Case, into: State, at: datetime) -> None:
    """A closed case that lives again lies where its place lies today: cell and place may have changed while it slept. So may whoever had
    it have closed.
    """
    lead = case.lead_id
    if case.place_id is not None:
        put_at(case, case.place_id, at, into=into)
    leave_the_closed(case, at)
    if case.lead_id != lead:
        set_clocks(case)


def leave_the_closed(case: Case, at: datetime) -> None:
    """A party that has closed has nothing any more: its work is the desk's, and a desk's is the one's that answers there today. 1 query."""
    had = parties.parties_by_ids({case.lead_id, case.desk_id})
    if had[case.desk_id].closed_on is not None:
        _put_before(parties.desk_of(case.place_path, at), case)
    if had[case.lead_id].closed_on is not None:
        case.lead_id, case.handler_id = case.desk_id, None


def _put_before(desk: UUID, case: Case) -> None:
    """Who is owed a call is rung up by whoever knows the case now."""
    if desk != case.desk_id:
        CallBack.objects.filter(case=case, done_at=None).update(desk_id=desk)
    case.desk_id = desk
