"""A case and its shares: one path through all of it, and what each rule of it refuses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases import actions as case_actions
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.lifecycle import Fact
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.flows import closing, share_out
from gezhi.kernel.actor import SYSTEM, link
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere, NotYours, Stale
from gezhi.parties import actions as parties
from gezhi.parties import staff
from gezhi.work import actions as work
from gezhi.work import queries, sending
from gezhi.work.lifecycle import TaskRole
from gezhi.work.models import Task
from gezhi.work.move import TaskMove
from gezhi.work.queries import Share
from tests.cast import Cast, done, lin, walk
from tests.work.conftest import finish, follow, holds, new

Moved = Callable[..., Task]


def offered(case: Case, actor: Any, at: datetime) -> set[str]:
    case.refresh_from_db()
    return {offer.event for offer in cases.offers_for(case, actor=actor, at=at)}


def test_from_the_first_share_to_the_end(
    cast: Cast, led: Case, sent: Task, noon: datetime, moved: Moved
) -> None:
    assert (sent.number, sent.state) == (f"{led.number}-1", "sent")
    assert "done" not in offered(led, cast.qian, noon)
    with pytest.raises(NotFromHere):
        advance(led.id, done(noon), actor=cast.qian, at=noon)
    moved(sent.id, cast.gao, "take")
    with pytest.raises(Missing) as lacks:
        moved(sent.id, cast.gao, "finish")
    assert lacks.value.facts == ("photo_after",)
    assert moved(sent.id, cast.gao, finish(noon)).state == "done"
    assert "done" in offered(led, cast.qian, noon)
    walk(
        led,
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="好了")),
        (lin(led), Move("satisfied")),
        at=noon,
    )
    story = [step.entry.event for step in cases.timeline(led)]
    assert story[3:] == ["take", "task_sent", "task_done", "done", "pass_check", "satisfied"]
    assert holds() == []


def test_a_case_without_tasks_has_no_row_and_its_leads_work_is_one_share(cast: Cast, led: Case) -> None:
    assert (led.tasks_open, Task.objects.count()) == (None, 0)
    with CaptureQueriesContext(connection) as asked:
        shares = queries.shares(led)
    assert (len(asked), shares) == (
        0,
        [Share(None, cast.property, cast.sun.id, "", "taken", led.due_at, True)],
    )


def test_who_has_nothing_to_do_with_a_task_finds_none_and_its_party_never_opens_the_case(
    cast: Cast, led: Case, sent: Task, noon: datetime, moved: Moved
) -> None:
    assert queries.task(sent.id, actor=cast.gao, at=noon).id == sent.id
    with pytest.raises(NotFound):
        cases.by_id(led.id, actor=cast.gao)
    with pytest.raises(NotFound):
        queries.task(sent.id, actor=cast.mo, at=noon)
    with pytest.raises(NotFound):
        moved(sent.id, cast.mo, "take")


@pytest.mark.parametrize("event", ["take", "return", "finish"])
def test_its_lead_does_not_do_it(cast: Cast, sent: Task, event: str, moved: Moved) -> None:
    with pytest.raises(NotYours):
        moved(sent.id, cast.sun, event, note="有话", reason="有因", why="unclear")


@pytest.mark.parametrize("event", ["send_back", "call_off"])
def test_its_party_does_not_judge_it(
    cast: Cast, sent: Task, event: str, noon: datetime, moved: Moved
) -> None:
    if event == "send_back":
        moved(sent.id, cast.gao, finish(noon))
    with pytest.raises(NotYours):
        moved(sent.id, cast.gao, event, reason="有因")


def test_the_same_form_sent_again_makes_nothing_twice_and_another_under_its_key_is_refused(
    cast: Cast, led: Case, sent: Task, noon: datetime
) -> None:
    again = share_out.send(led.id, [new(cast, led, noon)], key="one-form", actor=cast.sun, at=noon)
    assert ([one.id for one in again], Task.objects.count()) == ([sent.id], 1)
    with pytest.raises(NotFromHere, match="sent_otherwise"):
        share_out.send(led.id, [new(cast, led, noon, "别的")], key="one-form", actor=cast.sun, at=noon)
    with pytest.raises(NotFromHere, match="task_exists"):
        share_out.send(led.id, [new(cast, led, noon)], key="another-form", actor=cast.sun, at=noon)


def test_three_at_once_wait_for_each_other_and_a_circle_is_refused(
    cast: Cast, led: Case, noon: datetime, moved: Moved
) -> None:
    three = [
        new(cast, led, noon, "先断电"),
        new(cast, led, noon, "再拆箱", party=cast.team_a1, needs=(0,)),
        new(cast, led, noon, "收尾", party=cast.owners, needs=(0, 1)),
    ]
    first, second, third = share_out.send(led.id, three, key="k", actor=cast.sun, at=noon)
    with pytest.raises(NotFromHere, match="task_blocked"):
        moved(second.id, cast.wei, finish(noon))
    moved(first.id, cast.gao, finish(noon))
    moved(second.id, cast.wei, finish(noon))
    assert (queries.needs(third.id)[1].number, holds()) == (second.number, [])
    circle = [new(cast, led, noon, "甲", needs=(1,)), new(cast, led, noon, "乙", needs=(0,))]
    with pytest.raises(Invalid) as refused:
        share_out.send(led.id, circle, key="c", actor=cast.sun, at=noon)
    assert (refused.value.field, refused.value.code) == ("needs", "circle")


def test_a_task_names_its_proof_its_words_and_a_day_to_come(cast: Cast, led: Case, noon: datetime) -> None:
    for wrong, refused in (
        ({"proof": ()}, Missing),
        ({"what": "  "}, Missing),
        ({"due_at": noon}, Invalid),
        ({"proof": ("smell",)}, Invalid),
        ({"party": led.id}, Invalid),
    ):
        with pytest.raises(refused):
            share_out.send(led.id, [new(cast, led, noon, **wrong)], key="k", actor=cast.sun, at=noon)
    assert Task.objects.count() == 0


def test_what_is_sent_names_nobody(cast: Cast, led: Case, noon: datetime) -> None:
    words = "请联系张师傅，电话13800138000"
    (task,) = share_out.send(led.id, [new(cast, led, noon, words)], key="k", actor=cast.sun, at=noon)
    assert "13800138000" not in task.what


def test_only_who_leads_it_or_its_desk_splits_it_and_only_at_work(
    cast: Cast, led: Case, noon: datetime
) -> None:
    with pytest.raises(NotFound):
        share_out.send(led.id, [new(cast, led, noon)], key="k", actor=cast.gao, at=noon)
    with pytest.raises(NotYours):
        share_out.send(led.id, [new(cast, led, noon)], key="k", actor=cast.zhao, at=noon)
    assert share_out.send(led.id, [new(cast, led, noon)], key="k", actor=cast.chen, at=noon)
    fresh = cast.lin_reports(noon)
    with pytest.raises(NotFromHere, match="case_not_at_work"):
        share_out.send(fresh.id, [new(cast, fresh, noon)], key="f", actor=cast.chen, at=noon)


def test_returned_twice_it_waits_for_its_lead_and_the_third_time_it_goes_up_and_never_down(
    cast: Cast, led: Case, sent: Task, moved: Moved
) -> None:
    for number in (1, 2):
        back = moved(sent.id, cast.gao, "return", why="not_ours")
        assert (back.state, back.returns) == ("returned", number)
        moved(sent.id, cast.sun, "resend", party=cast.agency)
    up = moved(sent.id, cast.gao, "return", reason="真不是我们的")
    assert (up.state, up.party_id != cast.agency, up.person_id) == ("sent", True, None)
    assert holds() == []


def test_a_return_has_its_reason(cast: Cast, sent: Task, moved: Moved) -> None:
    with pytest.raises(Missing):
        moved(sent.id, cast.gao, "return")
    with pytest.raises(Missing):
        moved(sent.id, cast.gao, "return", why="other")
    with pytest.raises(Invalid):
        moved(sent.id, cast.gao, "return", why="sulking", reason="不想去")


def test_who_did_a_share_does_not_check_the_case(cast: Cast, led: Case, noon: datetime, moved: Moved) -> None:
    """周 Zhou, the officer, did one: the checker 赵 Zhao may pass it, he may not."""
    mine = new(cast, led, noon, party=cast.office_desk)
    (task,) = share_out.send(led.id, [mine], key="k", actor=cast.sun, at=noon)
    moved(task.id, cast.zhou, finish(noon))
    case = advance(led.id, done(noon), actor=cast.qian, at=noon)
    assert "pass_check" not in offered(case, cast.zhou, noon)
    with pytest.raises(NotYours):
        advance(case.id, Move("pass_check", note="好"), actor=cast.zhou, at=noon)
    assert "pass_check" in offered(case, cast.zhao, noon)


def test_twin_a_policy_that_sleeps_is_found_by_the_check(
    cast: Cast, led: Case, noon: datetime, moved: Moved, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = new(cast, led, noon, party=cast.office_desk)
    (task,) = share_out.send(led.id, [mine], key="k", actor=cast.sun, at=noon)
    moved(task.id, cast.zhou, finish(noon))
    advance(led.id, done(noon), actor=cast.qian, at=noon)
    monkeypatch.setattr("gezhi.cases.actions.roles_now", lambda actor, case: frozenset({"checker"}))
    advance(led.id, Move("pass_check", note="好"), actor=cast.zhou, at=noon)
    assert holds() == ["N7 was checked by somebody who did a share of it"]


def test_a_task_reassigned_while_its_holder_finishes_it_is_finished_once_by_whoever_was_first(
    cast: Cast, sent: Task, noon: datetime, moved: Moved
) -> None:
    taken = moved(sent.id, cast.gao, "take")
    moved(sent.id, cast.gao, finish(noon, version=taken.version))
    with pytest.raises(Stale):
        moved(sent.id, cast.gao, finish(noon, version=taken.version))
    with pytest.raises(NotFromHere):
        moved(sent.id, SYSTEM, "assign", person=cast.gao.id)
    assert Task.objects.get().finisher_id == cast.gao.id


def test_a_case_that_closes_takes_its_open_tasks_along_and_each_party_hears(
    cast: Cast, led: Case, sent: Task, noon: datetime
) -> None:
    follow(noon)
    advance(led.id, Move("wont_do", reason="不在职责内"), actor=cast.zhou, at=noon)
    follow(noon)
    sent.refresh_from_db()
    led.refresh_from_db()
    assert (sent.state, sent.ended_why, led.tasks_open) == ("ended", "case_ended", 0)
    assert holds() == []


def test_what_lives_again_before_the_follower_came_keeps_its_tasks(
    cast: Cast, led: Case, sent: Task, noon: datetime
) -> None:
    walk(
        led,
        (cast.zhou, Move("wont_do", reason="不在职责内")),
        (cast.zhou, Move("reopen", reason="还是要办")),
        at=noon,
    )
    follow(noon)
    sent.refresh_from_db()
    assert (sent.state, holds()) == ("sent", [])


def test_not_good_enough_goes_back_and_the_case_waits_again(
    cast: Cast, led: Case, sent: Task, noon: datetime, moved: Moved
) -> None:
    moved(sent.id, cast.gao, finish(noon))
    again = moved(sent.id, cast.sun, "send_back", reason="箱子没关上")
    led.refresh_from_db()
    assert (again.state, again.round, again.finisher_id, led.tasks_open) == ("taken", 2, None, 1)
    with pytest.raises(Missing):
        moved(sent.id, cast.gao, "finish", note="好了")
    moved(sent.id, cast.gao, finish(noon))
    assert holds() == []


def test_more_time_is_the_leads_to_give_and_never_beyond_the_case(
    cast: Cast, led: Case, sent: Task, noon: datetime, moved: Moved
) -> None:
    led.refresh_from_db()
    beyond = max(led.fix_due or noon, sent.due_at) + timedelta(days=1)
    with pytest.raises(Invalid, match="beyond_the_case"):
        moved(sent.id, cast.gao, "ask_time", reason="等料", until=beyond)
    Task.objects.filter(id=sent.id).update(due_at=noon + timedelta(hours=1))
    asked = moved(sent.id, cast.gao, "ask_time", reason="等料", until=noon + timedelta(hours=2))
    assert asked.asked_until == noon + timedelta(hours=2)
    granted = moved(sent.id, cast.sun, "grant_time")
    assert (granted.due_at, granted.asked_until) == (noon + timedelta(hours=2), None)


def test_a_party_complained_of_gets_none_and_reads_none(
    cast: Cast, led: Case, sent: Task, noon: datetime
) -> None:
    Case.objects.filter(id=led.id).update(complained_of=cast.agency)
    with pytest.raises(NotFound):
        queries.task(sent.id, actor=cast.gao, at=noon)
    assert list(queries.my_tasks(cast.gao)) == []
    with pytest.raises(Invalid, match="complained_of"):
        share_out.send(led.id, [new(cast, led, noon, "别的")], key="k", actor=cast.sun, at=noon)


def test_my_tasks_are_my_partys_until_somebody_has_them(
    cast: Cast, sent: Task, noon: datetime, moved: Moved
) -> None:
    assert [one.id for one in queries.my_tasks(cast.gao)] == [sent.id]
    other = staff.add_account(
        "gao2", "高二", password="lantern-harbour-42", must_change_password=False, actor=SYSTEM, at=noon
    )
    moved(sent.id, cast.gao, "take")
    assert [one.id for one in queries.my_tasks(cast.gao)] == [sent.id]
    assert other != cast.gao.id
    assert [one.id for one in queries.listed(cast.sun, "sent", at=noon)] == [sent.id]
    assert [one.id for one in queries.listed(cast.gao, "late", at=noon + timedelta(days=3))] == [sent.id]


def test_whoever_is_something_to_a_task_is_offered_what_he_may_do(
    cast: Cast, sent: Task, noon: datetime
) -> None:
    def events(actor: Any) -> set[str]:
        task = queries.task(sent.id, actor=actor, at=noon)
        return {offer.event for offer in queries.offers_for(task, actor=actor, at=noon)}

    assert events(cast.gao) == {"take", "finish", "progress", "made_safe", "ask_time", "return", "note"}
    assert events(cast.sun) == {"call_off", "urge", "note"}


def test_a_link_is_an_actor_that_is_nothing_to_any_case(cast: Cast, led: Case) -> None:
    someone = link(led.id, "区城管")
    assert (cases.roles(led, actor=someone), someone.posts) == (frozenset(), ())
    with pytest.raises(NotFound):
        cases.by_id(led.id, actor=someone)


def test_the_strip_of_a_task_says_who_had_it(cast: Cast, sent: Task, noon: datetime, moved: Moved) -> None:
    later = noon + timedelta(hours=5)
    moved(sent.id, cast.gao, "return", later, why="not_ours")
    moved(sent.id, cast.sun, "resend", later, party=cast.team_a1)
    strip = [(one.party_id, one.turn, one.until) for one in queries.hands(queries.steps(sent.id))]
    assert strip == [
        (cast.agency, "", later),
        (cast.agency, "returned", later),
        (cast.team_a1, "", None),
    ]


def test_a_case_without_tasks_costs_not_one_statement_more(cast: Cast, led: Case, noon: datetime) -> None:
    """A move of a case that has tasks asks who did a share; without it asks nothing."""
    with CaptureQueriesContext(connection) as asked:
        cases.offers_for(led, actor=cast.zhao, at=noon)
    assert [one["sql"] for one in asked if "casehand" in one["sql"] or "work_task" in one["sql"]] == []


def test_a_task_without_a_case_is_its_owners(cast: Cast, led: Case, noon: datetime, moved: Moved) -> None:
    wish = replace(new(cast, led, noon), case=None, owner=cast.property)
    (task,) = sending.send(wish, actor=cast.sun, at=noon)
    assert (task.number, task.owner_id) == (f"371072-T-{noon.year}-00001", cast.property)
    moved(task.id, cast.gao, finish(noon))
    assert moved(task.id, cast.sun, "send_back", reason="再做").state == "taken"
    assert holds() == []
    with pytest.raises(NotYours):
        sending.send(wish, actor=cast.gao, at=noon)


def test_urging_has_its_pause(cast: Cast, sent: Task, noon: datetime, moved: Moved) -> None:
    moved(sent.id, cast.sun, "urge")
    with pytest.raises(Invalid, match="too_soon"):
        moved(sent.id, cast.sun, "urge")
    assert TaskMove("urge").kinds() == frozenset()


def test_twin_a_case_that_does_not_ask_for_its_shares_is_found_by_the_check(
    cast: Cast, led: Case, sent: Task, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = case_actions.circumstances
    monkeypatch.setattr(case_actions, "circumstances", lambda case, at: asks(case, at) | {Fact.ALL_IN})
    advance(led.id, done(noon), actor=cast.qian, at=noon)
    assert holds() == ["N4 is to_check with 1 open tasks"]


def test_twin_without_its_two_guards_a_form_sent_again_makes_its_tasks_twice(
    cast: Cast, led: Case, sent: Task, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share_out, "sent_before", lambda actor, key: None)
    monkeypatch.setattr(share_out, "written", lambda *said: None)
    monkeypatch.setattr(sending, "_judge_twice", lambda tasks: None)
    share_out.send(led.id, [new(cast, led, noon)], key="one-form", actor=cast.sun, at=noon)
    assert Task.objects.count() == 2


def test_twin_a_task_that_waits_for_nobody_is_finished_too_early(
    cast: Cast, led: Case, sent: Task, noon: datetime, moved: Moved, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = new(cast, led, noon, "收尾", needs=(sent.id,))
    (last,) = share_out.send(led.id, [waits], key="w", actor=cast.sun, at=noon)
    monkeypatch.setattr("gezhi.work.facts.blocking", lambda task: [])
    assert moved(last.id, cast.gao, finish(noon)).state == "done"


def test_twin_a_policy_that_asks_for_no_party_lets_a_stranger_take_it(
    cast: Cast, sent: Task, noon: datetime, moved: Moved, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.work.actions.roles_for", lambda *asked: frozenset({TaskRole.HAND}))
    assert moved(sent.id, cast.mo, "take").person_id == cast.mo.id


def test_a_party_with_open_tasks_is_not_closed(cast: Cast, led: Case, noon: datetime) -> None:
    crew = parties.add_party("volunteers", "红马甲", "hmj", "0631-0000199", actor=SYSTEM, at=noon)
    (task,) = share_out.send(led.id, [new(cast, led, noon, party=crew)], key="k", actor=cast.sun, at=noon)
    with pytest.raises(Invalid, match="tasks_open"):
        closing.close_party(crew, actor=SYSTEM, at=noon)
    work.advance(task.id, TaskMove("call_off", reason="不用了"), actor=cast.sun, at=noon)
    assert closing.close_party(crew, actor=SYSTEM, at=noon).closed_on is not None
    assert holds() == []
