"""A place that moves takes along what was reported there: reports at once, cases by the worker, each written down."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import gezhi
from gezhi.cases import check
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import CallBack, Case
from gezhi.cases.move import Move
from gezhi.cases.policy import visible_to
from gezhi.catalogue import queries as catalogue
from gezhi.config import worker
from gezhi.flows import move_place as flow
from gezhi.flows.move_place import FOLLOW, follow, move_place
from gezhi.journal import outbox
from gezhi.journal.models import Errand
from gezhi.journal.queries import story
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid
from gezhi.ledger import actions as ledger
from gezhi.ledger import check as ledger_check
from gezhi.ledger import fold
from gezhi.ledger.models import Line
from gezhi.places import actions as places
from gezhi.reports import queries as reports
from tests.cases.test_calls import by_phone
from tests.cast import Cast, done, walk

HOUR = timedelta(hours=1)


def to_b(cast: Cast, at: datetime) -> None:
    """The building of A1 comes to the street in community B, cell B2."""
    town = cast.town
    move_place(
        town.building, parent_id=town.street_b, grid_id=town.grid_b2, reason="改划", actor=SYSTEM, at=at
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


def test_a_complaint_stays_about_the_company_that_served_where_it_stood(cast: Cast, noon: datetime) -> None:
    complaint = catalogue.by_code("1204").id
    fresh, closed = (cast.lin_reports(noon, "物业不接电话", category=complaint) for _ in range(2))
    advance(closed.id, Move("decline", reason="不属实"), actor=cast.chen, at=noon)
    to_b(cast, noon + HOUR)
    work(noon + HOUR)
    about = set(Case.objects.filter(id__in=[fresh.id, closed.id]).values_list("complained_of_id", flat=True))
    assert about == {cast.property}
    assert not visible_to(cast.sun).exists()


def test_a_new_cell_is_enough_to_follow(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    cell = places.add_grid(community_id=cast.town.community_a, name="A3", actor=SYSTEM, at=noon).id
    town = cast.town
    move_place(town.building, parent_id=town.compound, grid_id=cell, reason="改划", actor=SYSTEM, at=noon)
    work(noon)
    assert lies(case) == (town.row(town.stairwell).path, cell)
    assert list(check.findings()) == []


def test_moved_there_and_back_before_the_worker_came_everything_is_where_it_was(
    cast: Cast, noon: datetime
) -> None:
    case, town = cast.lin_reports(noon), cast.town
    before = lies(case)
    to_b(cast, noon)
    move_place(
        town.building, parent_id=town.compound, grid_id=town.grid_a1, reason="改划", actor=SYSTEM, at=noon
    )
    work(noon)
    assert (lies(case), Case.objects.get(id=case.id).version) == (before, 1)
    assert list(check.findings()) == []


def test_following_twice_moves_nothing_twice(cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon)
    to_b(cast, noon)
    walk = {"path": cast.town.row(cast.town.building).path}
    assert [follow(walk, None, at=noon), follow(walk, None, at=noon)] == [1, 0]


@pytest.fixture
def two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "AT_A_TIME", 2)


def errands(at: datetime) -> list[int]:
    """How many cases each errand of the walk moved, one after the other."""
    moved = []
    while mine := [one for one in outbox.claim(at=at) if one.kind == FOLLOW]:
        for errand in mine:
            moved.append(follow(errand.payload, errand.subject_id, at=at))
            outbox.done(errand, at=at)
    return moved


def test_many_cases_follow_a_handful_an_errand(cast: Cast, two_at_a_time: None, noon: datetime) -> None:
    for _ in range(5):
        cast.lin_reports(noon)
    to_b(cast, noon)
    assert errands(noon) == [2, 2, 1]
    assert list(check.findings()) == []


def test_two_workers_with_one_errand_move_each_case_once(
    cast: Cast, two_at_a_time: None, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        cast.lin_reports(noon)
    to_b(cast, noon)
    errand = outbox.claim(at=noon)[-1]
    stale = cases.not_where_their_place_is()
    follow(errand.payload, errand.subject_id, at=noon)
    with monkeypatch.context() as patch:
        patch.setattr(flow.cases, "not_where_their_place_is", lambda path, **which: stale[:2])
        assert follow(errand.payload, errand.subject_id, at=noon) == 0
    assert errands(noon) == [1]
    assert [one.version for one in Case.objects.all()] == [2, 2, 2]


def test_twin_without_the_look_under_the_lock_they_would_move_twice(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = cast.lin_reports(noon)
    to_b(cast, noon)
    follow({"path": "/"}, None, at=noon)
    monkeypatch.setattr(flow.cases, "not_where_their_place_is", lambda path, **which: [case.id])
    monkeypatch.setattr(flow.cases, "is_where_its_place_is", lambda case_id: False)
    assert follow({"path": "/"}, None, at=noon) == 1
    case.refresh_from_db()
    assert case.version == 3


def test_one_case_that_fails_holds_nobody_up_and_is_not_forgotten(
    cast: Cast, two_at_a_time: None, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = cast.lin_reports(noon)
    others = [cast.lin_reports(noon) for _ in range(3)]
    to_b(cast, noon)

    def moved(case_id: UUID, *rest: Any, **more: Any) -> Case:
        if case_id == poison.id:
            raise ValueError("poison")
        return advance(case_id, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(flow, "advance", moved)
        for minute in range(30):
            worker.do_errands(noon + timedelta(minutes=minute))
    assert {lies(one)[1] for one in others} == {cast.town.grid_b2}
    parked = outbox.parked().get()
    assert (parked.kind, parked.payload["case"]) == (FOLLOW, str(poison.id))
    outbox.release(parked.id, at=noon)
    work(noon + HOUR)
    assert lies(poison)[1] == cast.town.grid_b2


def test_a_refused_move_changes_nothing(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    before = lies(case)
    with pytest.raises(Invalid):
        move_place(cast.town.building, parent_id=cast.town.stairwell, reason="改划", actor=SYSTEM, at=noon)
    assert (lies(case), Errand.objects.filter(kind=FOLLOW).exists()) == (before, False)


def test_the_ledger_follows_the_case(cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon)
    to_b(cast, noon)
    work(noon)
    seal(at=noon)
    ledger.catch_up(at=noon)
    assert list(ledger_check.findings()) == []


def kept_where(case: Case, at: datetime) -> tuple[str, UUID | None]:
    """Where the ledger says that it lay."""
    seal(at=at)
    ledger.catch_up(at=at)
    assert list(ledger_check.findings()) == []
    line = Line.objects.get(case=case)
    return line.place_path, line.grid_id


def test_what_was_closed_stays_in_its_community_in_the_ledger_until_it_is_reopened(
    cast: Cast, noon: datetime
) -> None:
    closed = advance(cast.lin_reports(noon).id, Move("decline", reason="不属实"), actor=cast.chen, at=noon)
    duplicate, other = cast.lin_reports(noon), cast.lin_reports(noon)
    advance(duplicate.id, Move("join", into=other.id), actor=cast.chen, at=noon)
    was = lies(closed)
    to_b(cast, noon + HOUR)
    work(noon + HOUR)
    now = lies(other)
    assert [lies(closed), lies(duplicate)] == [now, now]  # who works there today sees them
    assert [kept_where(one, noon + HOUR) for one in (closed, duplicate, other)] == [was, was, now]
    advance(duplicate.id, Move("undo_join"), actor=cast.chen, at=noon + 2 * HOUR)
    assert kept_where(duplicate, noon + 2 * HOUR) == now
    duplicate.refresh_from_db()
    assert (duplicate.desk_id, duplicate.lead_id) == (cast.desk_b, cast.desk_b)
    assert list(check.findings()) == []


def test_twin_a_ledger_that_follows_every_move_would_rewrite_closed_years(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fold, "WHERE", ())
    closed = advance(cast.lin_reports(noon).id, Move("decline", reason="不属实"), actor=cast.chen, at=noon)
    was = lies(closed)
    to_b(cast, noon)
    work(noon)
    assert kept_where(closed, noon) == lies(closed) != was


def test_twin_a_place_moved_past_the_flow_is_found_with_every_case(cast: Cast, noon: datetime) -> None:
    case, town = cast.lin_reports(noon), cast.town
    was = case.place_path
    places.move_place(
        town.building, parent_id=town.street_b, grid_id=town.grid_b2, reason="改划", actor=SYSTEM, at=noon
    )
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
