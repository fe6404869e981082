"""A place that moves takes along what was reported there: reports at once, cases by the worker, each written down."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

import gezhi
from gezhi.cases import check
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import CallBack, Case
from gezhi.cases.move import Move
from gezhi.cases.policy import visible_to
from gezhi.config import worker
from gezhi.flows.move_place import FOLLOW, follow, move_place
from gezhi.journal.models import Errand
from gezhi.journal.queries import story
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid
from gezhi.ledger import actions as ledger
from gezhi.ledger import check as ledger_check
from gezhi.places import actions as places
from gezhi.reports import queries as reports
from tests.cases.test_calls import by_phone
from tests.cast import Cast, done, walk

HOUR = timedelta(hours=1)


def to_b(cast: Cast, at: datetime) -> None:
    """The building of A1 comes to the street in community B, cell B2."""
    move_place(
        cast.town.building, parent_id=cast.town.street_b, grid_id=cast.town.grid_b2, actor=SYSTEM, at=at
    )


def work(at: datetime) -> None:
    assert any(not worker.do_errands(at) for _ in range(30))


def lies(case: Case) -> tuple[str, UUID | None]:
    case.refresh_from_db()
    return case.place_path, case.grid_id


def test_open_and_closed_cases_and_their_reports_follow(cast: Cast, noon: datetime) -> None:
    fresh = cast.lin_reports(noon)
    closed = advance(cast.lin_reports(noon).id, Move("decline", reason="不属实"), actor=cast.chen, at=noon)
    aside = cast.lin_reports(noon, place=cast.town.compound)
    was, stays = closed.closed_at, lies(aside)
    to_b(cast, noon + HOUR)
    work(noon + HOUR)
    row = cast.town.row(cast.town.stairwell)
    assert row.grid_id == cast.town.grid_b2
    assert [lies(one) for one in (fresh, closed)] == [(row.path, row.grid_id)] * 2
    assert lies(aside) == stays
    said = [reports.for_desk(cases.report_ids([one.id])[one.id])[0].place_path for one in (fresh, closed)]
    assert said == [row.path, row.path]
    assert (closed.state, closed.closed_at, closed.ending_reason) == ("closed", was, "不属实")
    assert [story("case", one.id)[-1].entry.event for one in (fresh, closed)] == ["relocate", "relocate"]
    assert story("place", cast.town.building)[-1].entry.after == {"reports": 2}
    assert list(check.findings()) == []


def test_what_nobody_has_begun_goes_to_the_desk_there_with_its_calls(cast: Cast, noon: datetime) -> None:
    case = advance(by_phone(cast, noon).id, Move("accept"), actor=cast.chen, at=noon)
    to_b(cast, noon + HOUR)
    work(noon + HOUR)
    case.refresh_from_db()
    assert (case.desk_id, case.lead_id) == (cast.desk_b, cast.desk_b)
    assert CallBack.objects.get(case=case).desk_id == cast.desk_b
    assert visible_to(cast.mo).filter(id=case.id).exists()
    assert not visible_to(cast.wei).filter(id=case.id).exists()


def test_who_has_begun_goes_on_with_his_desk_and_his_time(cast: Cast, noon: datetime) -> None:
    case = walk(
        cast.lin_reports(noon),
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.agency)),
        (cast.gao, Move("take")),
        at=noon,
    )
    before = (case.desk_id, case.lead_id, case.handler_id, case.due_at, case.entered_at, case.state)
    to_b(cast, noon + HOUR)
    work(noon + HOUR)
    case.refresh_from_db()
    assert before == (case.desk_id, case.lead_id, case.handler_id, case.due_at, case.entered_at, case.state)
    assert walk(case, (cast.gao, done(noon)), at=noon + 2 * HOUR).state == "to_check"


def test_a_new_cell_is_enough_to_follow(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    cell = places.add_grid(community_id=cast.town.community_a, name="A3", actor=SYSTEM, at=noon).id
    town = cast.town
    move_place(town.building, parent_id=town.compound, grid_id=cell, actor=SYSTEM, at=noon)
    work(noon)
    assert lies(case) == (town.row(town.stairwell).path, cell)
    assert list(check.findings()) == []


def test_moved_there_and_back_before_the_worker_came_everything_is_where_it_was(
    cast: Cast, noon: datetime
) -> None:
    case, town = cast.lin_reports(noon), cast.town
    before = lies(case)
    to_b(cast, noon)
    move_place(town.building, parent_id=town.compound, grid_id=town.grid_a1, actor=SYSTEM, at=noon)
    work(noon)
    assert (lies(case), Case.objects.get(id=case.id).version) == (before, 1)
    assert list(check.findings()) == []


def test_following_twice_moves_nothing_twice(cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon)
    to_b(cast, noon)
    path = cast.town.row(cast.town.building).path
    assert [follow(path, at=noon), follow(path, at=noon)] == [1, 0]


def test_a_refused_move_changes_nothing(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    before = lies(case)
    with pytest.raises(Invalid):
        move_place(cast.town.building, parent_id=cast.town.stairwell, actor=SYSTEM, at=noon)
    assert (lies(case), Errand.objects.filter(kind=FOLLOW).exists()) == (before, False)


def test_the_ledger_follows_the_case(cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon)
    to_b(cast, noon)
    work(noon)
    seal(at=noon)
    ledger.catch_up(at=noon)
    assert list(ledger_check.findings()) == []


def test_twin_a_place_moved_past_the_flow_is_found_with_every_case(cast: Cast, noon: datetime) -> None:
    case, town = cast.lin_reports(noon), cast.town
    was = case.place_path
    places.move_place(town.building, parent_id=town.street_b, grid_id=town.grid_b2, actor=SYSTEM, at=noon)
    now = town.row(town.stairwell).path
    assert list(check.findings()) == [
        ("places", case.number, f"lies at {was}, its place at {now}"),
        ("places", case.number, "is in another grid cell than its place"),
    ]


def test_a_path_without_a_place_is_found(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    Case.objects.filter(id=case.id).update(place=None)
    found = [one for one in check.findings() if one.invariant == "places"]
    assert found == [("places", case.number, "has the path of a place, but no place")]


def test_nobody_moves_a_place_past_the_flow() -> None:
    root = Path(gezhi.__file__).parent
    calls_it = re.compile(r"(places|actions)\.move_place\(|places\.actions import .*move_place")
    callers = [
        str(file.relative_to(root)) for file in root.rglob("*.py") if calls_it.search(file.read_text())
    ]
    assert callers == ["flows/move_place.py"]
