"""分工 at the desk: the card, the sheet that keeps what was typed, the page of a task, and what nobody who only helps ever reads."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gezhi.cases.models import Case
from gezhi.config import worker
from gezhi.flows import share_out
from gezhi.web.casework.network import taskpage
from gezhi.work import actions as work
from gezhi.work.models import Task
from gezhi.work.move import TaskMove
from tests.cast import Cast
from tests.web.desk.conftest import Desk, address, text
from tests.work.conftest import finish, led, new, sent

__all__ = ["led", "sent"]  # fixtures of tasks
MARK = "楼道门玻璃碎了"  # what Lin said


def form(case: Case, cast: Cast, **more: str) -> dict[str, str]:
    day = f"{case.fix_due:%Y-%m-%d}"
    said = {"key": "form-shown-once", "rows": "1", "r0-sent": "1", "r0-party": str(cast.agency)}
    return said | {"r0-what": "理好管线", "r0-day": day, "r0-photo_after": "1"} | more


def sheet(case: Case) -> str:
    return reverse("desk:share_out", args=[case.number])


def page_of(task: Task, event: str = "") -> str:
    return reverse("desk:task_move", args=[task.id, event]) if event else reverse("desk:task", args=[task.id])


def test_three_rows_are_sent_with_one_press(cast: Cast, led: Case, desk: Desk) -> None:
    more = {"rows": "3"}
    for n, (party, what) in enumerate(((cast.team_a1, "守现场"), (cast.owners, "通知住户")), start=1):
        more |= {f"r{n}-sent": "1", f"r{n}-party": str(party), f"r{n}-what": what, f"r{n}-note": "1"}
        more |= {f"r{n}-day": f"{led.fix_due:%Y-%m-%d}", f"r{n}-after": str(n - 1)}
    answer = desk(cast.sun).post(sheet(led), form(led, cast, **more))
    assert (answer.status_code, answer.url) == (302, address(led))
    made = list(Task.objects.order_by("number"))
    assert [(one.what, one.proof) for one in made] == [
        ("理好管线", "photo_after"),
        ("守现场", "note"),
        ("通知住户", "note"),
    ]
    page = text(desk(cast.sun).get(address(led)))
    assert ("还有 3 家没办完" in page, "守现场" in page) == (True, True)


def test_a_row_more_keeps_what_was_typed_and_judges_nothing_yet(cast: Cast, led: Case, desk: Desk) -> None:
    answer = desk(cast.sun).post(sheet(led), form(led, cast, add="1") | {"r0-day": ""})
    page = text(answer)
    assert (answer.status_code, "第 2 家" in page, "理好管线" in answer.content.decode()) == (200, True, True)
    assert ("请选择日期" in page, Task.objects.count()) == (False, 0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"r0-party": ""}, "请选择单位"),
        ({"r0-what": " "}, "请写要办什么"),
        ({"r0-day": ""}, "请选择日期"),
        ({"r0-day": "2026-03-01"}, "请选择今天以后的日期"),
        ({"r0-photo_after": ""}, "请至少选一样凭证"),
        ({"r0-party": "", "r0-what": ""}, "请写要办什么"),
        ({"key": ""}, "这张表不完整"),
        ({"rows": "99x"}, ""),
    ],
)
def test_what_lacks_is_said_and_nothing_typed_is_lost(
    cast: Cast, led: Case, desk: Desk, wrong: dict[str, str], said: str
) -> None:
    answer = desk(cast.sun).post(sheet(led), form(led, cast, **wrong))
    if said:
        assert (answer.status_code, said in text(answer), Task.objects.count()) == (422, True, 0)
    else:
        assert answer.status_code == 302


def test_the_same_form_twice_is_once_and_another_under_its_key_is_said(
    cast: Cast, led: Case, desk: Desk
) -> None:
    for _ in range(2):
        assert desk(cast.sun).post(sheet(led), form(led, cast)).status_code == 302
    assert Task.objects.count() == 1
    other = desk(cast.sun).post(sheet(led), form(led, cast) | {"r0-what": "别的事"})
    assert (other.status_code, "这张表已经发过一次" in text(other)) == (409, True)


def test_what_is_not_at_work_is_not_shared(cast: Cast, reported: Case, desk: Desk) -> None:
    assert desk(cast.chen).get(sheet(reported)).status_code == 409
    assert "还要谁一起办" not in text(desk(cast.chen).get(address(reported)))


def test_the_party_takes_it_and_finishes_it_with_words(
    cast: Cast, led: Case, desk: Desk, noon: datetime
) -> None:
    (task,) = share_out.send(
        led.id, [new(cast, led, noon, proof=("note",))], key="k", actor=cast.sun, at=noon
    )
    gao = desk(cast.gao)
    assert "理好" in text(gao.get(reverse("desk:tasks")))
    assert gao.post(page_of(task, "take"), {"version": 1}).status_code == 302
    short = gao.post(page_of(task, "finish"), {"version": 2, "note": " "})
    assert (short.status_code, "请写明情况" in text(short)) == (422, True)
    late = gao.post(page_of(task, "finish"), {"version": 1, "note": "理好了"})
    assert (late.status_code, "理好了" in late.content.decode()) == (409, True)
    assert gao.post(page_of(task, "finish"), {"version": 2, "note": "理好了"}).status_code == 302
    assert "都办完了" in text(desk(cast.sun).get(address(led)))


def test_a_return_has_a_reason_of_the_list_or_words(cast: Cast, sent: Task, desk: Desk) -> None:
    gao = desk(cast.gao)
    page = text(gao.get(page_of(sent, "return")))
    assert ("不属本单位职责" in page, "进不了场" in page) == (True, True)
    assert gao.post(page_of(sent, "return"), {"version": 1}).status_code == 422
    assert gao.post(page_of(sent, "return"), {"version": 1, "ready": "no_access"}).status_code == 302
    page = text(desk(cast.sun).get(page_of(sent)))
    assert ("已退回" in page, "进不了场" in page) == (True, True)


def test_news_of_a_task_leads_to_the_task(cast: Cast, sent: Task, desk: Desk, noon: datetime) -> None:
    worker.keep_books(noon)
    gao = desk(cast.gao)
    page = gao.get(reverse("desk:notices"))
    assert "请您单位协办" in text(page)
    (id,) = [row["id"] for row in page.context["rows"]]
    assert gao.post(reverse("desk:notice", args=[id])).url == page_of(sent)


def words_read(client: Client, task: Task) -> list[str]:
    """Addresses an assisting party may open, and say something that a reporter said."""
    addresses = [
        reverse("desk:tasks"),
        f"{reverse('desk:tasks')}?view=party",
        reverse("desk:notices"),
        page_of(task),
    ]
    addresses += [page_of(task, event) for event in ("finish", "return", "ask_time", "note")]
    return [one for one in addresses if MARK in client.get(one).content.decode()]


def test_no_page_of_an_assisting_party_has_a_word_of_a_reporter(
    cast: Cast, led: Case, sent: Task, desk: Desk, noon: datetime
) -> None:
    assert led.title.startswith(MARK)
    worker.keep_books(noon)
    assert words_read(desk(cast.gao), sent) == []
    assert desk(cast.gao).get(address(led)).status_code == 404


def test_twin_a_page_that_showed_the_title_is_found(
    cast: Cast, led: Case, sent: Task, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taskpage, "_category", lambda task: task.case.title)
    assert words_read(desk(cast.gao), sent) == [page_of(sent)]


def asked(desk: Desk, who: Any, url: str) -> int:
    client = desk(who)
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_the_page_of_a_case_costs_four_questions_more_with_five_tasks_and_none_without(
    cast: Cast, led: Case, desk: Desk, noon: datetime
) -> None:
    before = asked(desk, cast.chen, address(led))
    wishes = [new(cast, led, noon, f"第{n}份") for n in range(5)]
    share_out.send(led.id, wishes, key="k", actor=cast.sun, at=noon)
    assert asked(desk, cast.chen, address(led)) - before <= 4


@pytest.mark.parametrize("many", [1, 5])
def test_the_list_of_tasks_costs_the_same_for_one_and_five(
    cast: Cast, led: Case, desk: Desk, noon: datetime, many: int
) -> None:
    wishes = [new(cast, led, noon, f"第{n}份") for n in range(many)]
    share_out.send(led.id, wishes, key="k", actor=cast.sun, at=noon)
    assert asked(desk, cast.gao, reverse("desk:tasks")) <= 12


def test_the_page_of_a_task_is_bounded_whatever_it_has_been_through(
    cast: Cast, sent: Task, desk: Desk, noon: datetime
) -> None:
    before = asked(desk, cast.gao, page_of(sent))
    for n in range(4):
        work.advance(
            sent.id, TaskMove("note", note=f"第{n}次"), actor=cast.sun, at=noon + timedelta(minutes=n)
        )
    work.advance(sent.id, finish(noon), actor=cast.gao, at=noon)
    assert asked(desk, cast.gao, page_of(sent)) - before <= 3


def test_the_phone_of_whoever_leads_it_says_why_it_cannot_be_done_yet(
    cast: Cast, led: Case, sent: Task, desk: Desk
) -> None:
    page = text(desk(cast.qian).get(f"/my/cases/{led.number}/"))
    assert ("还有 1 家没办完" in page, "处置完成 " in page.replace("报处置完成", "")) == (True, False)
