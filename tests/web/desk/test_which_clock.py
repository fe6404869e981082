"""Which deadline is meant: a chip names every clock but the one of the whole case, in sight where there is room."""

from datetime import datetime, timedelta

import pytest

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.journal.sealing import seal
from gezhi.kernel.worktime import ROUND_THE_CLOCK
from gezhi.ledger import actions as ledger
from gezhi.web import times
from gezhi.web.casework import lists
from tests.cast import Cast, done, walk
from tests.web.desk.conftest import Desk, address, text

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def clutter(cast: Cast, noon: datetime) -> Case:
    """With the property company, which has not taken it: no make-safe clock, so that of signing runs out first."""
    case = cast.lin_reports(noon - 3 * DAY, "楼道堆了杂物", category=catalogue.by_code("0201").id)
    given = (cast.chen, Move("dispatch", party=cast.property))
    return walk(case, (cast.chen, Move("accept")), given, at=noon - 3 * DAY)


def chip(case: Case, at: datetime) -> times.Clock:
    (row,) = lists.rows([case], at=at)
    return row.clock


def test_every_clock_but_the_one_of_the_whole_case_has_its_name(
    cast: Cast, reported: Case, noon: datetime
) -> None:
    names = [chip(reported, noon).name]
    for who, move in (
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, Move("made_safe", note="扫净")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="好了")),
    ):
        names.append(chip(walk(reported, (who, move), at=noon), noon).name)
    assert names == ["先做的事", "先做的事", "先做的事", "先做的事", "", "核查", "确认"]


def test_a_danger_reported_on_a_sunday_evening_is_counted_day_and_night(cast: Cast, noon: datetime) -> None:
    sunday = noon - timedelta(hours=16)
    case = cast.lin_reports(sunday, "楼道里有很重的燃气味", category=None)
    hover = f"先做的事 {times.exact(case.make_safe_due)} · 还剩 15 分"
    assert chip(case, sunday) == times.Clock(
        "in_time", "还剩 15 分", hover, "先做的事", "今天 20:15", "还剩 15 分"
    )


def test_a_check_due_together_with_the_case_is_counted_in_the_checkers_hours(
    cast: Cast, reported: Case, noon: datetime
) -> None:
    known = (one for leaf in catalogue.leaves() for one in catalogue.conditions(leaf.id))
    reported.condition_id = next(one.id for one in known if one.fix and one.fix.clock == "round")
    reported.due_at = reported.fix_due = noon + DAY
    reported.make_safe_due = None
    found = []
    for reported.state in ("in_hand", "to_check"):
        found.append(lists.hours_of(reported, {}) is ROUND_THE_CLOCK)
    assert found == [True, False]


def test_what_is_carried_forward_says_so_itself(cast: Cast, clutter: Case, noon: datetime) -> None:
    moves = (
        (cast.qian, Move("take")),
        (cast.zhou, Move("carry_forward", reason="等雨停", until=noon + 9 * DAY)),
    )
    clock = chip(walk(clutter, *moves, at=noon), noon)
    assert (clock.whole, clock.name) == ("挂账到 3月11日", "")


def test_a_list_and_the_case_say_the_same_of_one_moment(
    cast: Cast, reported: Case, desk: Desk, noon: datetime
) -> None:
    """Saturday evening; due on Monday at two: a list by due moment reads as one, and working time is called so."""
    case = walk(reported, (cast.chen, Move("accept")), at=noon)
    Case.objects.filter(id=case.id).update(due_at=noon + 4 * DAY + timedelta(hours=-2))
    html = text(desk(cast.chen).get("/desk/"))
    assert "周五 10:00 还剩 3 天 22 小时" in html
    page = text(desk(cast.chen).get(address(case)))
    assert "还剩 3 天 22 小时（工作时间 3 个工作日 6 小时）" in page


def test_the_list_says_it_aloud_and_when_somebody_hovers(
    cast: Cast, clutter: Case, desk: Desk, noon: datetime
) -> None:
    html = desk(cast.chen).get("/desk/").content.decode()
    assert f'title="签收 {times.exact(clutter.due_at)} · 超时 ' in html
    when = times.near(clutter.due_at, noon)
    assert (
        f'<span class="sr-only">签收</span><span><span class="clock-when">{when}</span> <span class="clock-left">超时 '
        in html
    )


def test_my_work_and_the_case_say_it_in_sight(cast: Cast, clutter: Case, desk: Desk) -> None:
    assert "签收超时" in text(desk(cast.qian).get("/my/"))
    for url in (address(clutter), f"/my/cases/{clutter.number}/"):
        assert "签收超时" in text(desk(cast.qian).get(url))


def test_deadlines_stand_in_the_order_of_time_and_say_by_when(
    cast: Cast, clutter: Case, desk: Desk, noon: datetime
) -> None:
    shown = desk(cast.chen).get(address(clutter)).context["clocks"]
    assert [(one["label"], one["due"]) for one in shown] == [
        ("签收", f"应于 {times.moment(clutter.stage_due, noon)} 前"),
        ("办结", f"应于 {times.moment(clutter.fix_due, noon)} 前"),
    ]
    walk(clutter, (cast.qian, Move("take")), (cast.qian, done(noon)), at=noon)
    shown = desk(cast.chen).get(address(clutter)).context["clocks"]
    assert [one["label"] for one in shown] == ["办结", "核查"]  # done at noon, to be checked after that


def test_the_ledger_says_that_its_clock_is_the_one_of_the_whole_case(
    cast: Cast, clutter: Case, desk: Desk, noon: datetime
) -> None:
    seal(at=noon + 9 * DAY)
    ledger.catch_up(at=noon + 9 * DAY)
    assert "办结超时" not in text(desk(cast.chen).get("/desk/ledger/"))
    walk(clutter, (cast.qian, Move("take")), (cast.qian, done(noon)), at=noon + 9 * DAY)
    seal(at=noon + 9 * DAY)
    ledger.catch_up(at=noon + 9 * DAY)
    assert "待核查 办结超时" in text(desk(cast.chen).get("/desk/ledger/"))
