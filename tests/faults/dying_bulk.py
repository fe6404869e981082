"""A bulk deed that kills itself (-9) at its third case: `python -m tests.ready tests.faults.dying_bulk POINT MOMENT [naive]`.

POINT: "before the third", "before the mark" (its deed is done, nothing committed), "marked" (deed and mark, nothing committed). naive: the mark
is written after the deed's own transaction (the twin).
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.bulk import actions
from gezhi.cases.bulk.actions import Wanted, Wish
from gezhi.cases.bulk.kinds import BulkDeed, ItemState
from gezhi.cases.bulk.models import BulkItem
from gezhi.cases.bulk.queries import BulkRow
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.flows import bulk
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.actor import SYSTEM, VISITOR, Actor, Duty
from gezhi.parties import actions as parties
from gezhi.parties import queries as party_queries
from gezhi.parties import staff
from gezhi.parties.models import Account
from gezhi.places import actions as places
from gezhi.places.kinds import Kind
from gezhi.places.models import Place
from gezhi.places.queries import by_ids
from gezhi.reports.intake import Intake
from gezhi.tenancy.current import scope
from gezhi.tenancy.queries import all_jurisdictions

CASES, THIRD = 5, 3


def die_at(which: int, deed: Callable[..., Any], *, before: bool) -> Callable[..., Any]:
    """The deed, at whose n-th time the process dies."""
    times = count(1)

    def dying(*args: Any, **named: Any) -> Any:
        is_it = next(times) == which
        if is_it and before:
            os.kill(os.getpid(), signal.SIGKILL)
        done = deed(*args, **named)
        if is_it:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return dying


POINTS: dict[str, Callable[[], None]] = {
    "before the third": lambda: setattr(bulk, "_do_next", die_at(THIRD, bulk._do_next, before=True)),
    "before the mark": lambda: setattr(actions, "mark", die_at(THIRD, actions.mark, before=True)),
    "marked": lambda: setattr(actions, "mark", die_at(THIRD, actions.mark, before=False)),
}


def settled(at: datetime) -> tuple[Actor, Any, list[Case]]:
    """An officer, a party, and cases that he accepted."""
    add: dict[str, Any] = {"actor": SYSTEM, "at": at}
    parent = Place.objects.filter(parent=None).values_list("id", flat=True).first()
    if parent is None:
        parent = places.add_place(kind=Kind.DISTRICT, name="经区", parent_id=None, code="371072", **add).id
    for kind, name, code in (
        (Kind.SUBDISTRICT, "皇冠街道", "371072008"),
        (Kind.COMMUNITY, "悦海社区", "371072008015"),
    ):
        parent = places.add_place(kind=kind, name=name, parent_id=parent, code=code, **add).id
    grid = places.add_grid(community_id=parent, name="悦海一格 A1", **add).id
    ground = places.add_place(kind=Kind.COMPOUND, name="悦海花园", parent_id=parent, grid_id=grid, **add).id
    row = by_ids([ground])[ground]
    desk = party_queries.intake_desk()
    account = staff.add_account(
        "zhou", "周", password="lantern-harbour-42", must_change_password=False, **add
    )
    staff.appoint(account, staff.NewPost(desk, Duty.OFFICER, at.date()), **add)
    officer = party_queries.actor_of(Account.objects.get(id=account), at)
    agency = parties.add_party("agency", "区综合行政执法局", "zf", "0631-0000108", parent_id=desk, **add)
    made = []
    for number in range(CASES):
        said = Intake("web", text=f"路灯不亮 {number}", place=row.id, place_path=row.path)
        case = cases.of_report(receive_report(Voice(said, row), actor=VISITOR, at=at).report_id)
        accept = Move("accept", category=catalogue.by_code("0501").id)
        made.append(advance(case.id, accept, actor=officer, at=at))
    return officer, agency, made


def in_two(row: BulkRow, actor: Actor, at: datetime) -> bool:
    """The twin: the deed in its own transaction, the mark after it."""
    waiting = BulkItem.objects.filter(bulk_id=row.id, state=ItemState.WAITING)
    item = waiting.order_by("place").first()
    if item is None:
        return False
    bulk._attempt(
        item,
        Move(row.deed, version=item.version, party=item.party_id),
        actor,
        at,
        done=ItemState.DONE,
        refused=ItemState.LEFT,
    )
    return True


def main(point: str, moment: str, *how: str) -> None:
    at = datetime.fromisoformat(moment)
    with scope(all_jurisdictions()[0].id):
        officer, agency, made = settled(at)
        if "naive" in how:
            vars(bulk)["_do_next"] = in_two
        wish = Wish(BulkDeed.DISPATCH, tuple(Wanted(one.id, one.version, agency) for one in made))
        id = actions.begin(wish, key="key-of-a-bulk-form-0001", actor=officer, at=at)
        POINTS[point]()
        bulk.go_on(id, at=at)


if __name__ == "__main__":
    main(*sys.argv[1:])
