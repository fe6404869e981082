"""What hangs on a wall: open cases by their clock, what came and was closed today, phones; nobody's name and nobody's words."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.duty import actions as duty
from gezhi.insight import wall as walls
from gezhi.insight.wall import Tally, wall
from tests.cast import Cast, walk
from tests.showing import follow, left_out, solved

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WORDS = "王小明家门口堆了东西，电话13800001234"


def test_open_cases_are_counted_by_their_clock(cast: Cast, noon: datetime) -> None:
    cases = [cast.lin_reports(noon, f"玻璃碎了 {n}") for n in range(4)]
    late, soon, paused, _fresh = cases
    Case.objects.filter(id=late.id).update(due_at=noon - HOUR)
    Case.objects.filter(id=soon.id).update(
        due_at=noon + HOUR, received_at=noon - 40 * HOUR, entered_at=noon - 40 * HOUR
    )
    Case.objects.filter(id=paused.id).update(review_at=noon + HOUR)
    found = wall("/", at=noon, soon=noon + 4 * HOUR)
    assert found.tally == Tally(overdue=1, due_soon=1, paused=1, open=4)
    assert (found.tally.in_time, found.tally.clock) == (1, "overdue")
    here = wall(cast.town.row(cast.town.community_b).path, at=noon, soon=noon)
    assert (here.tally, here.received) == (Tally(), 0)


def test_what_came_and_was_closed_today_is_named_by_compound_and_category(cast: Cast, noon: datetime) -> None:
    solved(cast, noon)
    cast.lin_reports(noon + HOUR)
    follow(noon + HOUR)
    found = wall("/", at=noon + 2 * HOUR, soon=noon + 3 * HOUR)
    leaf = catalogue.by_code("0501").id
    assert (found.received, found.closed) == (2, 1)
    assert [(one.where, one.category_id) for one in found.done] == [("悦海花园", leaf)]
    assert [one.where for one in found.came] == ["悦海花园", "悦海花园"]


def test_a_matter_of_somebodys_home_and_a_complaint_are_counted_and_not_named(
    cast: Cast, noon: datetime
) -> None:
    cast.lin_reports(noon, "楼上太吵", category=catalogue.by_code("1201").id)
    complaint = next(one for one in catalogue.leaves() if one.complains_of_party)
    cast.lin_reports(noon, "物业不理", category=complaint.id)
    follow(noon)
    found = wall("/", at=noon + HOUR, soon=noon + HOUR)
    assert (found.received, found.came) == (2, ())


def test_naming_them_would_be_seen(cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage twin: nothing is silent any more."""
    monkeypatch.setattr(walls, "why_none_of", lambda leaf: "")
    cast.lin_reports(noon, "楼上太吵", category=catalogue.by_code("1201").id)
    follow(noon)
    assert len(wall("/", at=noon + HOUR, soon=noon + HOUR).came) == 1


def test_what_is_left_out_of_the_figures_is_on_no_wall(cast: Cast, noon: datetime) -> None:
    done, still, _other = solved(cast, noon), cast.lin_reports(noon), cast.lin_reports(noon, "玻璃碎了")
    follow(noon)
    for case in (done, still):
        left_out(cast, case, noon)
    found = wall("/", at=noon + 2 * HOUR, soon=noon + 2 * HOUR)
    assert (found.tally.open, found.received, found.closed, len(found.came), found.done) == (1, 1, 0, 1, ())


def test_phones_are_those_of_the_posters_whoever_is_on_duty(cast: Cast, noon: datetime) -> None:
    person = duty.OnDuty("钱师傅", "13900000001")
    duty.plan_shift(cast.property, person, noon, noon + 8 * HOUR, actor=cast.sun, at=noon)
    found = wall("/", at=noon + HOUR, soon=noon + HOUR)
    by_party = {one.party: (one.phone, one.has_shift) for one in found.duty}
    assert by_party["悦海社区"] == ("0631-0000102", False)
    assert by_party["长峰物业"] == ("0631-0000106", True)
    assert "13900000001" not in str(found)
    assert "钱师傅" not in str(found)


@pytest.mark.parametrize("items", [1, 12])
def test_it_costs_the_same_for_one_case_and_for_many(
    items: int, cast: Cast, noon: datetime, django_assert_num_queries: Any
) -> None:
    for n in range(items):
        case = cast.lin_reports(noon, f"{WORDS} {n}")
        walk(case, (cast.chen, Move("accept")), at=noon)
    follow(noon)
    with django_assert_num_queries(13):
        found = wall("/", at=noon + HOUR, soon=noon + HOUR)
    assert found.tally.open == items
