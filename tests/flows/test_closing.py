"""A grid cell and a category end, live again, and what lies in them is never in two minds about it."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from gezhi.cases import check, effects, siting
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.cases.policy import visible_to
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.actions import reopen_category
from gezhi.catalogue.models import Category
from gezhi.config import worker
from gezhi.flows import closing
from gezhi.flows.move_place import move_place
from gezhi.journal.queries import story
from gezhi.kernel.actor import SYSTEM, Actor, ActorKind, Duty, Post
from gezhi.kernel.refusal import Invalid, Missing
from gezhi.parties import actions as parties
from gezhi.parties import queries as party_queries
from gezhi.parties import staff
from gezhi.parties.models import Party, PartyPost
from gezhi.places import actions as places
from gezhi.places import queries as grounds
from gezhi.places.kinds import Kind
from gezhi.places.models import GridCell, Place
from tests.cast import Cast, Town, walk

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
OUTLINE = (
    '{"type":"Polygon","coordinates":[[[122.1,37.4],[122.2,37.4],[122.2,37.5],[122.1,37.5],[122.1,37.4]]]}'
)


@pytest.fixture
def sister(cast: Cast, noon: datetime) -> GridCell:
    """A2, the other cell of 悦海社区."""
    return places.add_grid(
        community_id=cast.town.community_a, name="悦海二格 A2", code="", actor=SYSTEM, at=noon
    )


def work(at: datetime) -> None:
    assert any(not worker.do_errands(at) for _ in range(30))


def given_up(cast: Cast, at: datetime) -> Case:
    """A case of A1 that was closed."""
    moves = ((cast.chen, Move("accept")), (cast.zhou, Move("wont_do", reason="已拆除")))
    return walk(cast.lin_reports(at), *moves, at=at)


def end_a1(cast: Cast, sister: GridCell, at: datetime) -> None:
    closing.close_grid(
        cast.town.grid_a1, on=at.date(), reason="两格并一格", into=sister.id, actor=SYSTEM, at=at
    )


def worker_of(cell: GridCell) -> Actor:
    """Whoever walks a cell, and nothing else."""
    return Actor(ActorKind.ACCOUNT, cell.id, "A2", (Post(Duty.WORKER, grid=cell.id),))


def reopened(cast: Cast, case: Case, at: datetime) -> Case:
    return advance(case.id, Move("reopen", reason="又坏了"), actor=cast.zhou, at=at)


def test_a_case_reopened_in_a_cell_that_ended_lives_on_in_the_new_one(
    cast: Cast, sister: GridCell, noon: datetime
) -> None:
    case = given_up(cast, noon)
    end_a1(cast, sister, noon + HOUR)
    work(noon + HOUR)
    case.refresh_from_db()
    assert (case.grid_id, case.version) == (cast.town.grid_a1, 3)  # what was done here stays here
    case = reopened(cast, case, noon + 2 * HOUR)
    assert (case.state, case.grid_id) == ("in_hand", sister.id)
    assert visible_to(worker_of(sister)).filter(id=case.id).exists()
    assert list(check.findings()) == []


def test_twin_without_waking_up_it_would_live_in_a_cell_that_ended(
    cast: Cast, sister: GridCell, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "wake_where_its_place_is", lambda case, into, at: None)
    case = given_up(cast, noon)
    end_a1(cast, sister, noon + HOUR)
    reopened(cast, case, noon + 2 * HOUR)
    assert list(check.findings()) == [("places", case.number, "is in another grid cell than its place")]


def test_a_join_undone_after_the_cell_ended_lives_on_in_the_new_one(
    cast: Cast, sister: GridCell, noon: datetime
) -> None:
    case, other = cast.lin_reports(noon), cast.lin_reports(noon, place=cast.town.street_b)
    walk(case, (cast.zhou, Move("join", into=other.id)), at=noon)
    end_a1(cast, sister, noon + HOUR)
    case = advance(case.id, Move("undo_join"), actor=cast.zhou, at=noon + 2 * HOUR)
    assert (case.state, case.grid_id) == ("reported", sister.id)
    assert list(check.findings()) == []


def test_a_move_of_any_place_above_leaves_closed_cases_in_the_cell_that_ended(
    cast: Cast, sister: GridCell, noon: datetime
) -> None:
    case, town = given_up(cast, noon), cast.town
    end_a1(cast, sister, noon + HOUR)
    other = places.add_place(
        kind=Kind.SUBDISTRICT,
        name="凤林街道",
        parent_id=town.district,
        code="371072009",
        actor=SYSTEM,
        at=noon,
    )
    move_place(town.community_a, parent_id=other.id, reason="区划调整", actor=SYSTEM, at=noon + 2 * HOUR)
    work(noon + 2 * HOUR)
    case.refresh_from_db()
    assert (case.place_path, case.grid_id) == (town.row(town.stairwell).path, town.grid_a1)
    assert list(check.findings()) == []


def test_a_case_at_a_place_that_ended_is_reopened_in_the_new_cell_too(
    cast: Cast, sister: GridCell, noon: datetime
) -> None:
    case = given_up(cast, noon)
    places.close_place(cast.town.building, on=noon.date(), actor=SYSTEM, at=noon)
    end_a1(cast, sister, noon + HOUR)
    assert reopened(cast, case, noon + 2 * HOUR).grid_id == sister.id


def test_a_report_written_while_the_cell_ended_is_gathered(
    cast: Cast, sister: GridCell, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = cast.town.row(cast.town.stairwell)
    end_a1(cast, sister, noon)
    with monkeypatch.context() as patch:
        patch.setattr(Town, "row", lambda town, place: seen)
        late = cast.lin_reports(noon)
    assert list(check.findings()) == [("places", late.number, "is in another grid cell than its place")]
    work(noon + HOUR)
    late.refresh_from_db()
    assert late.grid_id == sister.id
    assert list(check.findings()) == []


def test_no_border_is_drawn_for_a_cell_that_ended(cast: Cast, sister: GridCell, noon: datetime) -> None:
    end_a1(cast, sister, noon)
    with pytest.raises(Invalid) as refused:
        places.redraw_grid(cast.town.grid_a1, OUTLINE, actor=SYSTEM, at=noon)
    assert (refused.value.field, refused.value.code) == ("grid", "closed")


# ---- lives again ----


def test_a_cell_closed_by_mistake_has_its_places_and_its_border_again(
    cast: Cast, sister: GridCell, noon: datetime
) -> None:
    town = cast.town
    places.redraw_grid(town.grid_a1, OUTLINE, actor=SYSTEM, at=noon)
    end_a1(cast, sister, noon)
    case = cast.lin_reports(noon + HOUR)
    assert case.grid_id == sister.id
    closing.reopen_grid(town.grid_a1, reason="看错了", actor=SYSTEM, at=noon + HOUR)
    work(noon + 2 * HOUR)
    case.refresh_from_db()
    assert case.grid_id == town.grid_a1
    assert not Place.objects.filter(grid_id=sister.id).exists()
    located = grounds.locate(122.15, 37.45)
    assert located is not None
    assert located.grid_id == town.grid_a1
    assert grounds.grid(town.grid_a1).closed_on is None
    last = story("grid", town.grid_a1)[-1]
    assert (last.entry.event, last.words) == ("reopened", {"reason": "看错了"})
    assert list(check.findings()) == []


def test_what_was_moved_since_and_ground_that_was_taken_since_stay(
    cast: Cast, sister: GridCell, noon: datetime
) -> None:
    town = cast.town
    places.redraw_grid(town.grid_a1, OUTLINE, actor=SYSTEM, at=noon)
    end_a1(cast, sister, noon)
    places.redraw_grid(sister.id, OUTLINE, actor=SYSTEM, at=noon)
    third = places.add_grid(community_id=town.community_a, name="A3", actor=SYSTEM, at=noon)
    move_place(
        town.building,
        parent_id=town.compound,
        grid_id=third.id,
        reason="改划",
        actor=SYSTEM,
        at=noon,
    )
    closing.reopen_grid(town.grid_a1, reason="看错了", actor=SYSTEM, at=noon + HOUR)
    cells = [town.row(one).grid_id for one in (town.compound, town.building, town.stairwell)]
    assert cells == [town.grid_a1, third.id, third.id]
    assert GridCell.objects.get(id=town.grid_a1).outline == ""


def test_what_never_ended_is_not_reopened_and_a_reason_is_asked(
    cast: Cast, sister: GridCell, noon: datetime
) -> None:
    with pytest.raises(Invalid) as cell:
        closing.reopen_grid(sister.id, reason="x", actor=SYSTEM, at=noon)
    leaf = catalogue.by_code("0501")
    with pytest.raises(Invalid) as category:
        reopen_category(leaf.id, reason="x", revision=leaf.revision, actor=SYSTEM, at=noon)
    assert [one.value.code for one in (cell, category)] == ["not_closed"] * 2
    end_a1(cast, sister, noon)
    with pytest.raises(Missing):
        closing.reopen_grid(cast.town.grid_a1, reason=" ", actor=SYSTEM, at=noon)


def end_0501(on: date, at: datetime) -> None:
    leaf = catalogue.by_code("0501")
    closing.close_category(leaf.id, on=on, reason="并入 0502", revision=leaf.revision, actor=SYSTEM, at=at)


def test_a_category_closed_by_mistake_is_offered_again(cast: Cast, noon: datetime) -> None:
    end_0501(noon.date(), noon)
    leaf = catalogue.by_code("0501")
    reopen_category(leaf.id, reason="看错了", revision=leaf.revision, actor=SYSTEM, at=noon)
    assert cast.lin_reports(noon).category_id == leaf.id
    last = story("category", leaf.id)[-1]
    assert (last.entry.event, last.words) == ("reopened", {"reason": "看错了"})


def test_a_case_that_slipped_into_a_closed_category_is_found(cast: Cast, noon: datetime) -> None:
    end_0501(noon.date(), noon)
    leaf = catalogue.by_code("0501")
    reopen_category(leaf.id, reason="x", revision=leaf.revision, actor=SYSTEM, at=noon)
    case = cast.lin_reports(noon)
    Category.objects.filter(id=leaf.id).update(closed_on=noon.date())
    what = f"is open in category 0501, closed since {noon.date()}"
    assert list(check.findings()) == [("catalogue", case.number, what)]


def test_a_case_from_before_the_category_ended_may_live_again(cast: Cast, noon: datetime) -> None:
    earlier, same_day = given_up(cast, noon - DAY), given_up(cast, noon)
    end_0501(noon.date(), noon + HOUR)
    for case in (earlier, same_day):
        reopened(cast, case, noon + 2 * HOUR)
    assert list(check.findings()) == []


# ---- a party ends ----


def no_more_of(party: UUID, at: datetime) -> None:
    """It serves nothing and has nobody any more, from this day on."""
    for service in party_queries.services(party):
        parties.end_service(service.id, ends_on=at.date(), actor=SYSTEM, at=at)
    for post in PartyPost.objects.filter(party=party):
        staff.end_post(post.id, ends_on=at.date(), actor=SYSTEM, at=at)


def with_the_agency(cast: Cast, at: datetime) -> Case:
    moves = (
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.agency)),
        (cast.gao, Move("take")),
    )
    return walk(cast.lin_reports(at), *moves, at=at)


def test_a_party_that_has_open_work_does_not_close(cast: Cast, noon: datetime) -> None:
    case = with_the_agency(cast, noon)
    no_more_of(cast.agency, noon)
    with pytest.raises(Invalid) as refused:
        closing.close_party(cast.agency, actor=SYSTEM, at=noon)
    assert (refused.value.field, refused.value.code) == ("party", "cases_open")
    assert refused.value.details["count"] == 1
    assert party_queries.party(cast.agency).closed_on is None
    walk(case, (cast.zhou, Move("wont_do", reason="已拆除")), at=noon)
    closing.close_party(cast.agency, actor=SYSTEM, at=noon)
    assert party_queries.party(cast.agency).closed_on == noon.date()
    assert list(check.findings()) == []


def test_twin_without_counting_its_cases_would_be_nobodys(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing.cases, "open_in", lambda **of: Case.objects.none())
    with_the_agency(cast, noon)
    no_more_of(cast.agency, noon)
    closing.close_party(cast.agency, actor=SYSTEM, at=noon)
    assert [one.invariant for one in check.findings()] == ["I1"]


def test_a_desk_does_not_close_while_it_answers_for_what_others_do(cast: Cast, noon: datetime) -> None:
    Party.objects.filter(parent=cast.desk_a).update(parent=cast.office_desk)
    with_the_agency(cast, noon)
    no_more_of(cast.desk_a, noon)
    with pytest.raises(Invalid) as refused:
        closing.close_party(cast.desk_a, actor=SYSTEM, at=noon)
    assert refused.value.code == "cases_open"


def test_what_a_property_company_has_to_do_goes_to_the_desk_as_it_closes(cast: Cast, noon: datetime) -> None:
    moves = ((cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)))
    case = walk(cast.lin_reports(noon), *moves, at=noon)
    no_more_of(cast.property, noon)
    closing.close_party(cast.property, actor=SYSTEM, at=noon)
    case.refresh_from_db()
    assert (case.state, case.lead_id) == ("dispatched", cast.desk_a)
    assert list(check.findings()) == []


def ended_with_the_agency(cast: Cast, at: datetime) -> Case:
    case = walk(with_the_agency(cast, at), (cast.zhou, Move("wont_do", reason="已拆除")), at=at)
    no_more_of(cast.agency, at)
    closing.close_party(cast.agency, actor=SYSTEM, at=at)
    return case


def test_a_case_is_reopened_at_the_desk_when_whoever_had_it_has_closed(cast: Cast, noon: datetime) -> None:
    case = reopened(cast, ended_with_the_agency(cast, noon), noon + HOUR)
    assert (case.state, case.lead_id, case.handler_id) == ("in_hand", cast.desk_a, None)
    assert list(check.findings()) == []


def test_twin_without_that_it_would_live_with_a_party_that_is_gone(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siting, "leave_the_closed", lambda case, at: None)
    reopened(cast, ended_with_the_agency(cast, noon), noon + HOUR)
    assert [one.invariant for one in check.findings()] == ["I1"]


def test_where_the_desk_has_closed_too_a_reopened_case_goes_to_the_next_one(
    cast: Cast, noon: datetime
) -> None:
    case = ended_with_the_agency(cast, noon)
    Party.objects.filter(parent=cast.desk_a).update(parent=cast.office_desk)
    no_more_of(cast.desk_a, noon)
    closing.close_party(cast.desk_a, actor=SYSTEM, at=noon)
    case = reopened(cast, case, noon + HOUR)
    assert (case.lead_id, case.desk_id) == (cast.office_desk, cast.office_desk)
    assert list(check.findings()) == []
