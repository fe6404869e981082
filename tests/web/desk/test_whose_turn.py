"""Who is said to have it, and who is late: whoever must act now, never the company that has done its part."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.journal.queries import story
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.reports import queries as reports
from gezhi.web.casework import buttons, timeline
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, address, text

BY_ITSELF = "超过时限，已提醒本单位负责人"
ABOVE = "已提级督办"


@pytest.fixture
def dispatched(cast: Cast, opened: Case, noon: datetime) -> Case:
    """With the property company, which has not taken it."""
    return walk(opened, (cast.chen, Move("dispatch", party=cast.property)), at=noon)


def overdue(case: Case, *rungs: Move, at: datetime) -> Case:
    return walk(case, *((SYSTEM, rung) for rung in rungs), at=at)


def read_by_lin(case: Case) -> str:
    code = reports.tracking_code(cases.report_ids([case.id])[case.id][0])
    return text(Client(HTTP_HOST="localhost").get(reverse("status", args=[code])))


def waiting(client: Client, view: str) -> int:
    return {one["url"]: one["count"] for one in client.get("/desk/").context["views"]}[f"?view={view}"]


def test_the_first_rung_reminds_the_company_and_nobody_is_said_to_stand_above_it(
    cast: Cast, dispatched: Case, desk: Desk, noon: datetime
) -> None:
    overdue(dispatched, Move("escalate", party=cast.property), at=noon)
    page = text(desk(cast.chen).get(address(dispatched)))
    assert (page.count(BY_ITSELF), ABOVE in page, "督办：" in page) == (1, False, False)
    assert page.count("转到：长峰物业") == 1  # the dispatch, not the reminder
    assert "督办" not in text(desk(cast.sun).get(f"/my/cases/{dispatched.number}/"))
    assert waiting(desk(cast.chen), "escalated") == 0
    told = read_by_lin(dispatched)
    assert ("已提醒办理单位的负责人" in told, "督办" in told) == (True, False)


def test_the_second_rung_is_above_it(cast: Cast, dispatched: Case, desk: Desk, noon: datetime) -> None:
    up = (Move("escalate", party=cast.property), Move("escalate", party=cast.desk_a))
    overdue(dispatched, *up, at=noon)
    page = text(desk(cast.chen).get(address(dispatched)))
    assert (page.count(BY_ITSELF), page.count(ABOVE), "督办：悦海社区" in page) == (1, 1, True)
    assert waiting(desk(cast.chen), "escalated") == 1
    assert "已报上一级督办" in read_by_lin(dispatched)


def test_twin_of_the_first_rung_told_as_any_other(
    cast: Cast, dispatched: Case, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.web.words.deed", lambda event, after: event)
    overdue(dispatched, Move("escalate", party=cast.property), at=noon)
    assert ABOVE in text(desk(cast.chen).get(address(dispatched)))


def test_the_strip_charges_the_wait_to_whoever_is_waited_for(
    cast: Cast, to_check: Case, desk: Desk, noon: datetime
) -> None:
    walk(to_check, (cast.zhao, Move("pass_check", note="看过，好了")), at=noon + timedelta(hours=3))
    holdings = cases.holdings(story("case", to_check.id))
    assert [(one.party_id, one.turn) for one in holdings] == [
        (cast.desk_a, ""),
        (cast.property, ""),
        (cast.property, "to_check"),
        (cast.property, "to_confirm"),
    ]
    shown = timeline.segments(holdings, {}, state="in_time", at=noon + timedelta(days=3, hours=3))
    last = [(one["who"], one["span"], one["now"], one["state"]) for one in shown[-2:]]
    assert last == [("等核查", "3 小时", False, ""), ("等上报人", "3 天", True, "in_time")]


def test_the_list_names_whose_turn_it_is(cast: Cast, to_check: Case, desk: Desk, noon: datetime) -> None:
    listed = desk(cast.chen).get("/desk/").content.decode()
    assert 'title="责任单位：长峰物业 · 钱">核查员 <span' in listed
    walk(to_check, (cast.zhao, Move("pass_check", note="看过，好了")), at=noon)
    assert ">上报人 <span" in desk(cast.chen).get("/desk/").content.decode()


def confirm(cast: Cast, at: datetime, **said: object) -> Case:
    moves: tuple[tuple[Actor, Move], ...] = (
        (cast.chen, Move("accept")),
        (cast.wei, Move("not_found", note="到了，没有看到碎片")),
        (cast.zhao, Move("pass_check", note="确实没有")),
    )
    return walk(cast.lin_reports(at, **said), *moves, at=at)


def offered(client: Client, case: Case) -> dict[str, bool]:
    """The buttons about the answer: whether each stands in the menu only."""
    deeds = client.get(address(case)).context["deeds"]
    return {one["event"]: one["quiet"] for one in deeds if one["event"] in buttons.ANSWERS}


def test_without_a_phone_nobody_is_invited_to_agree_in_the_reporters_place(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    case, client = confirm(cast, noon), desk(cast.chen)
    assert offered(client, case) == dict.fromkeys(buttons.ANSWERS, True)
    page = text(client.get(address(case)))
    assert "没有留电话，等上报人在进度页确认；3月9日 12:00 后自动结案。" in page
    assert ("轮到 上报人 在进度页确认" in page, "由悦海社区回访" in page) == (True, False)
    assert "待回访 上报人没有留电话，由本人在进度页确认" in page


def test_with_a_phone_the_desk_rings_up_and_says_what_came_of_it(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    case, client = confirm(cast, noon, contact="13800001234"), desk(cast.chen)
    assert offered(client, case) == dict.fromkeys(buttons.ANSWERS, False)
    assert "没有留电话" not in text(client.get(address(case)))


def test_only_who_may_take_calls_is_offered_to_take_one(cast: Cast, reported: Case, desk: Desk) -> None:
    offers = {who.name: "来电来访登记" in text(desk(who).get("/desk/")) for who in (cast.chen, cast.sun)}
    assert offers == {cast.chen.name: True, cast.sun.name: False}
    assert "来电来访登记" not in text(desk(cast.sun).get("/desk/?view=paused"))


def test_who_is_refused_is_led_back_to_his_own_work(cast: Cast, desk: Desk) -> None:
    for who, home in ((cast.sun, "/desk/"), (cast.wei, "/my/")):
        answer = desk(who).get("/desk/new/")
        assert (answer.status_code, f'href="{home}">回到工作台' in answer.content.decode()) == (403, True)
    stranger = Client(HTTP_HOST="localhost", raise_request_exception=False).get("/nowhere/")
    assert ("回到工作台" in text(stranger), "回到首页" in text(stranger)) == (False, True)


def test_of_a_closed_one_the_list_says_who_had_it_and_when_it_was_closed(
    cast: Cast, to_check: Case, desk: Desk, noon: datetime
) -> None:
    moves = ((cast.zhao, Move("pass_check", note="看过，好了")), (cast.chen, Move("satisfied")))
    walk(to_check, *moves, at=noon)
    listed = text(desk(cast.chen).get("/desk/?view=closed"))
    assert "长峰物业 · 钱 3月2日办结" in listed


def reminded(case: Case, times: int, at: datetime) -> None:
    for day in range(times):
        walk(case, (SYSTEM, Move("remind")), at=at + timedelta(days=day))


def test_reminders_in_a_row_are_one_line_that_opens(
    cast: Cast, dispatched: Case, desk: Desk, noon: datetime
) -> None:
    reminded(dispatched, 7, noon - timedelta(days=7))
    for page in (
        text(desk(cast.chen).get(address(dispatched))),
        text(desk(cast.sun).get(f"/my/cases/{dispatched.number}/")),
    ):
        assert (page.count("系统提醒 7 次"), page.count("系统提醒：即将到期")) == (1, 7)
        assert "最近 昨天 12:00 系统提醒：即将到期" in page


def test_twin_a_deed_between_them_parts_them(
    cast: Cast, dispatched: Case, desk: Desk, noon: datetime
) -> None:
    reminded(dispatched, 2, noon)
    walk(dispatched, (cast.sun, Move("note", note="下午去")), at=noon)
    reminded(dispatched, 1, noon)
    page = text(desk(cast.chen).get(address(dispatched)))
    assert (page.count("系统提醒 2 次"), page.count("系统提醒：即将到期")) == (1, 3)


def test_whoever_is_reminded_of_what_is_late_is_told_that_it_is(
    cast: Cast, dispatched: Case, desk: Desk, noon: datetime
) -> None:
    end = Move("escalate", party=cast.property, outcome="end", person=cast.sun.id)
    overdue(dispatched, end, at=noon - timedelta(hours=1))
    overdue(dispatched, Move("remind", person=cast.sun.id), at=noon)
    page = text(desk(cast.chen).get(address(dispatched)))
    assert ("系统提醒：已超时，还没有办" in page, "即将到期" in page.split("经过")[-1]) == (True, False)
