"""The reporter's own page: four plain steps, who has it, every pause and look, and his say in it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.flows import reporter_speaks as flow
from gezhi.flows.reporter_speaks import SEE_REPORT
from gezhi.parties import queries as parties
from gezhi.parties.models import Party
from gezhi.reports import queries as reports
from gezhi.reports.actions import erase, reveal_contact
from gezhi.web.public import told
from tests.cast import Cast, done, walk
from tests.web.public.conftest import picture, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    """The views read the clock, so the moves of these tests are made at the real moment."""
    return datetime.now(UTC)


def text_of(answer: Any) -> str:
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def case_now() -> Case:
    return Case.objects.get()


def move(cast_actor: Any, wish: Move, at: datetime) -> Case:
    return advance(case_now().id, wish, actor=cast_actor, at=at)


def to_confirm(cast: Cast, at: datetime) -> Case:
    """Accepted, dispatched, taken, done, checked: now the reporter is asked."""
    move(cast.chen, Move("accept"), at)
    move(cast.chen, Move("dispatch", party=cast.property), at)
    move(cast.sun, Move("take"), at)
    move(cast.sun, done(at), at)
    return move(cast.zhao, Move("pass_check", note="看过，换好了"), at)


def test_the_receipt_shows_the_code_the_next_step_and_the_clock(door: Client, here: str) -> None:
    answer = door.get(report(door, here) + "?new=1")
    words = text_of(answer)
    assert answer.status_code == 200
    assert "收到了，谢谢您" in words
    assert "预计" in words
    assert "悦海社区" in words
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "strict-origin"


def test_an_unknown_code_is_not_found_and_never_logged(
    door: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert door.get("/t/371072-nobody-has-this-code").status_code == 404
    assert "nobody-has-this-code" not in caplog.text
    assert "/t/…" in caplog.text


@pytest.mark.parametrize("path", ["/t/371072-nobody-has-this-code", "/r/371072-99999", "/p/371072-99999"])
def test_whoever_has_a_wrong_code_finds_a_phone_number_to_call(path: str, door: Client, cast: Cast) -> None:
    answer = door.get(path)
    assert (answer.status_code, 'href="tel:0631-0000101"' in answer.content.decode()) == (404, True)


def test_the_desk_asks_the_reporter_answers_and_the_case_goes_on(
    door: Client, here: str, cast: Cast, now: datetime
) -> None:
    page = report(door, here)
    move(cast.chen, Move("ask", note="是几楼的玻璃？"), now)
    assert "是几楼的玻璃？" in text_of(door.get(page))
    answer = door.post(page, {"event": "answer", "text": "二楼转角", "photos_answer": [picture()]})
    report_id = reports.by_code(page.rsplit("/", 1)[1]).id
    said = reports.added(report_id)
    assert (answer.status_code, case_now().state) == (303, "reported")
    assert [(one.text, len(one.evidence)) for one in said] == [("二楼转角", 1)]
    assert cases.timeline(case_now())[-1].words == {"note": SEE_REPORT}


def test_added_words_twice_are_added_once(door: Client, here: str) -> None:
    page = report(door, here)
    for _ in range(2):
        assert door.post(page, {"event": "add", "text": "门也坏了"}).status_code == 303
    report_id = reports.by_code(page.rsplit("/", 1)[1]).id
    assert [one.text for one in reports.added(report_id)] == ["门也坏了"]


def test_added_words_twice_would_be_added_twice_without_the_memory(
    door: Client, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: no deed is taken for a repeat."""
    monkeypatch.setattr(flow, "_is_repeat", lambda *given: False)
    page = report(door, here)
    for _ in range(2):
        door.post(page, {"event": "add", "text": "门也坏了"})
    assert len(reports.added(reports.by_code(page.rsplit("/", 1)[1]).id)) == 2


def test_nothing_added_is_said_so(door: Client, here: str) -> None:
    answer = door.post(report(door, here), {"event": "add", "text": "  "})
    assert (answer.status_code, "请写明补充的情况，或附照片" in text_of(answer)) == (422, True)


def test_urging_again_at_once_is_too_soon(door: Client, here: str) -> None:
    page = report(door, here)
    door.post(page, {"event": "urge"})
    let_time_pass(minutes=5)
    answer = door.post(page, {"event": "urge"})
    assert (answer.status_code, case_now().urges) == (422, 1)
    assert "刚刚催过" in text_of(answer)


def test_urging_again_would_count_without_the_rule(
    door: Client, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: nobody looks at the last urge."""
    monkeypatch.setattr(flow, "_judge_urge", lambda *given: None)
    page = report(door, here)
    door.post(page, {"event": "urge"})
    let_time_pass(minutes=5)
    assert (door.post(page, {"event": "urge"}).status_code, case_now().urges) == (303, 2)


def let_time_pass(*, minutes: int) -> None:
    """Let what stands in the journal be that much older, so that it is no double tap."""
    from django.db.models import F

    from gezhi.journal.models import Entry

    Entry.objects.update(at=F("at") - timedelta(minutes=minutes))


def test_satisfied_closes_the_case(door: Client, here: str, cast: Cast, now: datetime) -> None:
    page = report(door, here)
    version = to_confirm(cast, now).version
    assert "办好了吗" in text_of(door.get(page))
    answer = door.post(page, {"event": "satisfied", "version": version})
    assert (answer.status_code, case_now().state, case_now().ending) == (303, "closed", "solved")
    assert door.post(page, {"event": "satisfied", "version": version}).status_code == 303
    assert "办好了，另一个人到现场看过。" in text_of(door.get(page))


def test_a_yes_to_an_older_round_is_refused_with_the_fresh_page(
    door: Client, here: str, cast: Cast, now: datetime
) -> None:
    page = report(door, here)
    version = to_confirm(cast, now).version
    move(cast.chen, Move("unsatisfied", reason="电话里说没有换"), now)
    answer = door.post(page, {"event": "satisfied", "version": version})
    assert (answer.status_code, case_now().state) == (409, "in_hand")
    assert "请看最新情况" in text_of(answer)
    assert "有人正在办" in text_of(answer)


def test_unsatisfied_waits_for_the_desk_and_keeps_the_words_with_the_report(
    door: Client, here: str, cast: Cast, now: datetime
) -> None:
    page = report(door, here)
    version = to_confirm(cast, now).version
    said = {"event": "unsatisfied", "version": version, "text": "只换了一块"}
    answer = door.post(page, said)
    assert (answer.status_code, "只换了一块" in text_of(answer)) == (422, True)
    assert door.post(page, said | {"reason": "partly"}).status_code == 303
    assert (case_now().state, case_now().has_objection) == ("to_confirm", True)
    assert cases.timeline(case_now())[-1].words == {"reason": "只修了一部分"}
    assert "您说没有办好，社区正在复核。" in text_of(door.get(page))


def test_what_was_just_closed_may_be_reopened(door: Client, here: str, cast: Cast, now: datetime) -> None:
    page = report(door, here)
    door.post(page, {"event": "satisfied", "version": to_confirm(cast, now).version})
    version = case_now().version
    answer = door.post(page, {"event": "reopen", "version": version, "reason": "again"})
    assert (answer.status_code, case_now().state, case_now().round) == (303, "in_hand", 2)


def test_the_page_shows_every_pause_with_its_reason(
    door: Client, here: str, cast: Cast, now: datetime
) -> None:
    page = report(door, here)
    move(cast.chen, Move("accept"), now)
    move(cast.chen, Move("dispatch", party=cast.property), now)
    move(cast.sun, Move("take"), now)
    move(cast.zhou, Move("carry_forward", reason="等玻璃到货", until=now + timedelta(days=9)), now)
    words = text_of(door.get(page))
    assert "等玻璃到货" in words
    assert "暂停" in words
    assert "长峰物业" in words


def test_the_reporter_sees_every_look_at_his_number(
    door: Client, here: str, cast: Cast, now: datetime
) -> None:
    page = report(door, here, contact="13800000000")
    report_id = reports.by_code(page.rsplit("/", 1)[1]).id
    reveal_contact(report_id, "约上门时间", actor=cast.chen, at=now)
    html = door.get(page).content.decode()
    assert "约上门时间" in html
    assert "看了您的电话号码" in html
    assert "13800000000" not in html


def test_inner_notes_and_names_of_staff_stay_inside(
    door: Client, here: str, cast: Cast, now: datetime
) -> None:
    page = report(door, here)
    to_confirm(cast, now)
    move(cast.chen, Move("note", note="业主脾气不好"), now)
    html = door.get(page).content.decode()
    assert "业主脾气不好" not in html
    assert "看过，换好了" not in html
    assert "陈" not in html


def test_words_of_a_reporter_are_inert(door: Client, here: str) -> None:
    html = door.get(report(door, here, text="<script>alert(1)</script>")).content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize("event", ["accept", "dispatch", "note", "", "take", "x" * 500])
def test_a_reporter_cannot_do_what_is_the_offices(event: str, door: Client, here: str) -> None:
    page = report(door, here)
    answer = door.post(page, {"event": event, "text": "我来", "version": "1"})
    assert (answer.status_code, case_now().state, case_now().version) == (409, "reported", 1)


@pytest.mark.parametrize("items", [1, 3])
def test_the_status_page_costs_the_same_whatever_was_added(
    items: int, door: Client, here: str, cast: Cast, now: datetime, django_assert_num_queries: Any
) -> None:
    page = report(door, here)
    to_confirm(cast, now)
    for number in range(items):
        door.post(page, {"event": "add", "text": f"补充 {number}", "photos_add": [picture()]})
    with django_assert_num_queries(19):
        assert door.get(page).status_code == 200


@pytest.fixture
def seven_days(cast: Cast) -> Cast:
    """The property company works seven days by its own hours."""
    Party.objects.filter(id=cast.property).update(calendar="property_seven_day")
    return cast


def story_of(case: Case, at: datetime, voice: UUID | None = None) -> list[tuple[str, str]]:
    """Titles and texts of the reporter's story, oldest first."""
    told_lines = told.lines(
        voice or cases.report_ids([case.id])[case.id][0],
        story := cases.timeline(case),
        (),
        (),
        parties=parties.parties_by_ids(told.parties_named(story, ())),
        pictures={},
        erased_at=None,
        at=at,
    )
    return [(line.title, line.text) for line in reversed(told_lines)]


def test_a_promise_that_moves_is_said_with_its_reason(seven_days: Cast, noon: datetime) -> None:
    """Two working days from Friday noon: the office rests at the weekend, the company does not."""
    cast, friday = seven_days, noon + timedelta(days=4)
    case = cast.lin_reports(friday)
    walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=friday)
    assert story_of(case, friday) == [
        ("已受理", ""),
        ("交给长峰物业办理", "时限按长峰物业的工作时间计算，从 3月10日 12:00 改为 3月8日 12:00"),
    ]


def test_a_promise_moved_by_what_is_not_told_is_still_said(cast: Cast, noon: datetime) -> None:
    """A category put right is the desk's own business; the day that it moves is not."""
    case, other = cast.lin_reports(noon), catalogue.by_code("0105")
    walk(case, (cast.chen, Move("accept")), (cast.chen, Move("correct", category=other.id)), at=noon)
    assert story_of(case, noon) == [
        ("已受理", ""),
        ("办好的时限有变化", "时限从 3月4日 12:00 改为 明天 12:00"),
    ]


def test_sabotage_without_the_line_the_day_would_move_silently(
    seven_days: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin."""
    cast, friday = seven_days, noon + timedelta(days=4)
    case = cast.lin_reports(friday)
    walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=friday)
    monkeypatch.setattr(told, "_promise", lambda *_said: "")
    assert [text for _title, text in story_of(case, friday)] == ["", ""]


def test_the_reporter_reads_whose_turn_it_is(door: Client, here: str, cast: Cast, now: datetime) -> None:
    """The company that has done it is responsible, and no longer at it."""
    page = report(door, here)
    assert "现在谁在办" in text_of(door.get(page))
    to_confirm(cast, now)
    words = " ".join(text_of(door.get(page)).split())
    assert "现在谁在办" not in words
    assert "谁负责 长峰物业" in words
    assert "现在轮到 您，说说办好了没有" in words


def test_with_a_phone_the_receipt_asks_for_a_picture_of_it_and_folds_the_code(
    door: Client, here: str
) -> None:
    html = door.get(report(door, here, contact="13800001234") + "?new=1").content.decode()
    receipt = html.split('aria-labelledby="receipt"')[1].split("</section>")[0]
    last = case_now().number[-7:].lstrip("0")
    assert ("请截屏" in receipt, f"请报编号 <b>{last}</b>" in receipt) == (True, True)
    assert receipt.index("<details>") < receipt.index('id="code"')


def test_without_a_phone_the_receipt_shows_the_code(door: Client, here: str) -> None:
    html = door.get(report(door, here) + "?new=1").content.decode()
    receipt = html.split('aria-labelledby="receipt"')[1].split("</section>")[0]
    assert ('id="code"' in receipt, "<details>" in receipt, "请记下" in receipt) == (True, False, False)


def test_the_two_answers_weigh_the_same(door: Client, here: str, cast: Cast, now: datetime) -> None:
    page = report(door, here)
    to_confirm(cast, now)
    html = door.get(page).content.decode()
    assert '<summary class="btn btn-block">还没有办好</summary>' in html


def test_a_check_is_told_by_who_went_and_what_was_there(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    walk(case_now(), (cast.sun, Move("take")), (cast.sun, done(noon)), at=noon)
    walk(case_now(), (cast.zhao, Move("fail_check", reason="还有碎片")), at=noon)
    walk(case_now(), (cast.sun, Move("not_found", note="没有看到")), at=noon)
    walk(case_now(), (cast.zhao, Move("pass_check", note="确实没有")), at=noon)
    assert [title for title, _ in story_of(case, noon)][3:] == [
        "长峰物业说办好了，等核查人员去看",
        "去看过，还没有办好，继续办",
        "到现场没有看到问题，等核查人员再去看",
        "核查人员到现场看过，也没有看到问题",
    ]


def test_of_a_reason_that_was_cleared_no_empty_stub_stays(
    door: Client, here: str, cast: Cast, now: datetime
) -> None:
    page, case = report(door, here, contact="13800001234", may_call="on"), case_now()
    report_id = cases.report_ids([case.id])[case.id][0]
    reveal_contact(report_id, "约上门时间", actor=cast.chen, at=now)
    assert "理由：约上门时间" in door.get(page).content.decode()
    erase(report_id, "本人要求", actor=cast.chen, at=now)
    html = door.get(page).content.decode()
    assert ("看了您的电话号码" in html, "理由已一并清除" in html, "理由：<" in html) == (True, True, False)


def joined_and_apart(cast: Cast, at: datetime) -> list[str]:
    """What the first reporter reads last, and the second, of two voices about one matter; what the first reads after they were taken apart."""
    one, two = cast.lin_reports(at), cast.lin_reports(at)
    his = cases.report_ids([two.id])[two.id][0]
    walk(two, (cast.chen, Move("join", into=one.id)), at=at)
    read = [story_of(one, at)[-1][0], story_of(one, at, voice=his)[-1][0]]
    walk(two, (cast.chen, Move("undo_join")), at=at)
    return [*read, story_of(one, at)[-1][0]]


def test_each_reads_whose_voice_came_to_whose_and_that_it_left(cast: Cast, noon: datetime) -> None:
    assert joined_and_apart(cast, noon) == [
        "别人反映的同一件事也合到这里",
        "您反映的和这件是同一件事，合在一起办",
        "合过来的一件又分开单独办理",
    ]


def test_sabotage_without_the_sentence_it_would_seem_joined_still(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {event: said for event, said in told.SENTENCES.items() if event != "released"}
    monkeypatch.setattr(told, "SENTENCES", kept)
    assert joined_and_apart(cast, noon)[-1] == "别人反映的同一件事也合到这里"
