"""Each step of a share is told to whoever must act, once; it stands in no page of the case that is not his."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.cases.network.supervising import open_of
from gezhi.channels.mail import render
from gezhi.channels.wecom import newsline
from gezhi.config import network
from gezhi.config.environment import Mailer
from gezhi.flows import herald, herald_check, herald_network
from gezhi.journal import outbox, sealing
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.kernel.refusal import Invalid, NotFromHere, NotYours
from gezhi.notices import queries
from gezhi.notices.models import Notice
from gezhi.work import climbing, clock
from gezhi.work.models import Task
from tests.cast import Cast
from tests.work.conftest import finish, follow, holds

Moved = Callable[..., Task]


def told(at: datetime) -> None:
    sealing.seal(at=at)
    herald.catch_up(at=at)


def news(actor: Actor) -> list[str]:
    return [one.news for one in queries.unread(actor)]


def test_the_party_hears_of_its_share_and_the_lead_of_each_step(
    cast: Cast, led: Case, sent: Task, noon: datetime, moved: Moved
) -> None:
    told(noon)
    assert (news(cast.gao), [one.thing for one in queries.unread(cast.gao)]) == (["task"], [sent.id])
    moved(sent.id, cast.gao, "take")
    told(noon)
    assert (news(cast.gao), news(cast.sun)) == ([], ["task_taken"])
    moved(sent.id, cast.gao, finish(noon))
    told(noon)
    assert news(cast.qian) == ["task_done", "tasks_in"] or news(cast.qian) == ["tasks_in", "task_done"]
    assert [one for one in herald_check.findings(noon) if one.invariant == "I12"] == []
    assert news(cast.mo) == []


def test_twin_a_step_that_nobody_was_told_of_is_found(cast: Cast, sent: Task, noon: datetime) -> None:
    told(noon)
    gone = Notice.objects.filter(about="task")
    gone._raw_delete(gone.db)
    found = [one.what for one in herald_check.findings(noon) if one.invariant == "I12"]
    assert found == ["sent: nobody was told that it is task"]


def test_twin_a_herald_that_follows_no_tasks_tells_nobody(
    cast: Cast, sent: Task, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(herald_network, "FOLLOWED", {})
    told(noon)
    assert news(cast.gao) == []


def test_a_share_nobody_does_is_reminded_of_and_climbs_to_a_person(
    cast: Cast, sent: Task, noon: datetime
) -> None:
    acts = []
    for _ in range(6):
        due = outbox.next_due(clock.TIMER)
        acts.append(climbing.fire(sent.id, at=due.at))
    sent.refresh_from_db()
    assert acts[:2] == ["remind", "escalate"]
    assert (sent.ladder_ended, sent.escalated_person_id) == (True, cast.zhou.id)
    assert holds() == []


def test_a_task_that_is_over_has_no_timer(cast: Cast, sent: Task, noon: datetime, moved: Moved) -> None:
    moved(sent.id, cast.gao, finish(noon))
    assert outbox.next_due(clock.TIMER) is None
    assert climbing.fire(sent.id, at=noon) is None


def test_each_party_hears_that_the_case_ended_without_it(
    cast: Cast, led: Case, sent: Task, noon: datetime
) -> None:
    told(noon)
    advance(led.id, Move("wont_do", reason="不在职责内"), actor=cast.zhou, at=noon)
    follow(noon)
    told(noon)
    assert news(cast.gao) == ["task_off"]


def test_supervised_from_above_is_answered_once_and_stands_in_the_story(
    cast: Cast, led: Case, noon: datetime
) -> None:
    until = noon + timedelta(days=2)
    advance(led.id, Move("supervise", note="居民多次来电", until=until), actor=cast.zhou, at=noon)
    told(noon)
    assert news(cast.sun) == ["supervised"]
    waits = outbox.next_due("supervision.timer")
    assert waits is not None
    due, key = waits
    network.HANDLERS["supervision.timer"](type("E", (), {"key": key})(), due)
    told(due)
    assert "supervision_late" in news(cast.zhou)
    case = advance(led.id, Move("report_back", note="周五前拆完"), actor=cast.sun, at=due)
    told(due)
    assert (case.supervised_until, "reported_back" in news(cast.zhou)) == (None, True)
    assert outbox.next_due("supervision.timer") is None


def test_whoever_leads_it_does_not_supervise_himself_and_a_closed_case_ends_it(
    cast: Cast, led: Case, noon: datetime
) -> None:
    until = noon + timedelta(days=2)
    with pytest.raises(NotYours):
        advance(led.id, Move("supervise", note="快办", until=until), actor=cast.sun, at=noon)
    with pytest.raises(NotFromHere):
        advance(led.id, Move("report_back", note="好"), actor=cast.sun, at=noon)
    advance(led.id, Move("supervise", note="快办", until=until), actor=cast.zhou, at=noon)
    assert set(open_of([led.id])) == {led.id}
    case = advance(led.id, Move("wont_do", reason="不在职责内"), actor=cast.zhou, at=noon)
    assert (open_of([led.id]), case.supervised_until) == ({}, None)
    assert SYSTEM.posts == ()


def test_a_manager_names_who_of_his_party_has_it(cast: Cast, led: Case, noon: datetime) -> None:
    case = advance(led.id, Move("assign", person=cast.qian.id), actor=cast.sun, at=noon)
    told(noon)
    assert (case.handler_id, news(cast.qian)) == (cast.qian.id, ["assigned"])
    with pytest.raises(Invalid, match="not_of_party"):
        advance(led.id, Move("assign", person=cast.gao.id), actor=cast.sun, at=noon)
    with pytest.raises(NotYours):
        advance(led.id, Move("assign", person=cast.qian.id), actor=cast.qian, at=noon)


def test_what_is_told_outside_of_a_share_names_it_its_place_and_day_and_nothing_that_was_said(
    cast: Cast, led: Case, sent: Task, noon: datetime, settings: Any
) -> None:
    settings.GEZHI_MAIL = Mailer("mail.example", 25, "", "", "", "格治 <work@office.example>")
    told(noon)
    notice = queries.notice(queries.unread(cast.gao)[0].id)
    said = newsline.told(notice)
    letter = render(notice, "gao@agency.example", "key:1")
    assert (sent.number in said.head, "悦海花园" in said.where, bool(said.due)) == (True, True, True)
    assert sent.number in letter.subject
    assert led.title not in f"{said} {letter.subject} {letter.body}"
