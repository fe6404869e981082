"""值班: who answers now, my turns, and one shift handed to the next with a sheet that both confirm."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine

from gezhi.cases.models import Case
from gezhi.duty import actions, policy, queries
from gezhi.duty.actions import OnDuty
from gezhi.kernel.actor import Actor
from tests.cast import Cast
from tests.web.pocket.conftest import Phone, hidden

pytestmark = pytest.mark.django_db
DUTY = "/my/duty/"


@pytest.fixture
def turns(cast: Cast, noon: datetime) -> Sequence[UUID]:
    """Qian from eight to one o'clock, Sun until the evening, Qian tomorrow."""

    def plan(actor: Actor, starts: int, ends: int) -> UUID:
        who = OnDuty(actor.name, "0631-0000120", actor.id)
        hours = [noon + timedelta(hours=n) for n in (starts, ends)]
        return actions.plan_shift(cast.property, who, *hours, actor=cast.sun, at=noon - timedelta(days=1))

    return plan(cast.qian, -4, 1), plan(cast.sun, 1, 8), plan(cast.qian, 20, 28)


def test_who_answers_now_stands_first(cast: Cast, phone: Phone, turns: Sequence[UUID]) -> None:
    html = phone(cast.qian).get(DUTY).content.decode()
    assert "长峰物业" in html
    assert 'href="tel:0631-0000120"' in html
    assert "正在值班" in html


def test_without_a_roster_the_standing_phone_answers(cast: Cast, phone: Phone) -> None:
    html = phone(cast.wei).get(DUTY).content.decode()
    assert 'href="tel:0631-0000104"' in html
    assert "两周内没有排您的班" in html


def test_the_sheet_comes_with_what_is_still_open_and_the_next_confirms_it(
    cast: Cast, phone: Phone, turns: Sequence[UUID], in_hand: Case
) -> None:
    qian, sun = phone(cast.qian), phone(cast.sun)
    door = f"{DUTY}{turns[0]}/hand-over/"
    html = qian.get(door).content.decode()
    assert in_hand.number in html
    assert str(in_hand.title) in html
    sent = qian.post(door, {"notes": "钥匙在传达室", "open_numbers": in_hand.number})
    assert (sent.status_code, sent["Location"]) == (303, DUTY)
    sheet = queries.sheet_of(turns[0])
    assert sheet is not None
    assert (sheet.notes, sheet.open_numbers) == ("钥匙在传达室", [in_hand.number])
    assert "等您确认" not in qian.get(DUTY).content.decode()
    assert "钥匙在传达室" in sun.get(DUTY).content.decode()
    assert sun.post(f"{DUTY}sheets/{sheet.id}/confirm/").status_code == 303
    shift = queries.shift(turns[0])
    assert shift is not None
    assert shift.relieved_by_id == turns[1]


def test_a_second_sheet_is_refused_and_the_words_stay(
    cast: Cast, phone: Phone, turns: Sequence[UUID]
) -> None:
    qian, door = phone(cast.qian), f"{DUTY}{turns[0]}/hand-over/"
    qian.post(door, {"notes": "", "open_numbers": ""})
    again = qian.post(door, {"notes": "还有一件事", "open_numbers": ""})
    assert (again.status_code, "还有一件事" in again.content.decode()) == (409, True)


def test_what_is_no_case_number_is_named(cast: Cast, phone: Phone, turns: Sequence[UUID]) -> None:
    answer = phone(cast.qian).post(
        f"{DUTY}{turns[0]}/hand-over/", {"notes": "看车", "open_numbers": "鲁K12345"}
    )
    html = answer.content.decode()
    assert (answer.status_code, "请填写案件编号" in html, "鲁K12345" in html) == (422, True, True)
    assert queries.sheet_of(turns[0]) is None


def test_nobody_gives_or_takes_for_another(cast: Cast, phone: Phone, turns: Sequence[UUID]) -> None:
    door = f"{DUTY}{turns[0]}/hand-over/"
    assert phone(cast.sun).get(door).status_code == 403
    assert phone(cast.mo).get(door).status_code == 404
    phone(cast.qian).post(door, {"notes": "", "open_numbers": ""})
    sheet = queries.sheet_of(turns[0])
    assert sheet is not None
    confirm = f"{DUTY}sheets/{sheet.id}/confirm/"
    assert [phone(one).post(confirm).status_code for one in (cast.qian, cast.mo)] == [403, 404]


def test_sabotage_without_the_policy_the_giver_would_take_his_own_sheet(
    cast: Cast, phone: Phone, turns: Sequence[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    phone(cast.qian).post(f"{DUTY}{turns[0]}/hand-over/", {"notes": "", "open_numbers": ""})
    sheet = queries.sheet_of(turns[0])
    assert sheet is not None
    monkeypatch.setattr(policy, "takes", lambda actor, sheet: actor.id)
    assert phone(cast.qian).post(f"{DUTY}sheets/{sheet.id}/confirm/").status_code == 303


def test_a_worker_who_wants_to_swap_reads_whom_to_ask(
    cast: Cast, phone: Phone, turns: Sequence[UUID]
) -> None:
    door = f"{DUTY}{turns[2]}/swap/"
    html = phone(cast.qian).get(door).content.decode()
    assert "请本单位排班的人替您换" in html
    assert cast.sun.name in html
    assert phone(cast.qian).post(door, {"other": str(turns[1])}).status_code == 403


def test_the_manager_swaps_two_turns(cast: Cast, phone: Phone, turns: Sequence[UUID]) -> None:
    sun, door = phone(cast.sun), f"{DUTY}{turns[1]}/swap/"
    assert sun.post(door, {"other": "x"}).status_code == 422
    sent = {"other": str(turns[2]), "seen": hidden(sun.get(door).content.decode(), "seen")}
    assert [sun.post(door, sent).status_code for _twice in range(2)] == [303, 422]
    found = [queries.shift(id) for id in turns[1:]]
    assert [one.account_id for one in found if one] == [cast.qian.id, cast.sun.id]


def test_me_shows_my_posts_and_areas(cast: Cast, phone: Phone) -> None:
    html = phone(cast.wei).get("/my/me/").content.decode()
    assert "A1网格" in html
    assert "悦海一格 A1" in html
    assert "全辖区" in phone(cast.zhou).get("/my/me/").content.decode()


def test_the_manager_reaches_the_figures_of_his_party_from_his_own_page(cast: Cast, phone: Phone) -> None:
    assert 'href="/desk/figures/"' in phone(cast.sun).get("/my/me/").content.decode()


def test_a_shift_to_hand_over_says_its_day_and_an_old_one_stands_back(
    cast: Cast, phone: Phone, noon: datetime
) -> None:
    """Qian: yesterday eight to eight in the evening, and this night until ten past twelve; nobody wrote a sheet."""
    for starts, ends in ((-28, -16), (-16, 1 / 6)):
        who = OnDuty(cast.qian.name, "0631-0000120", cast.qian.id)
        hours = [noon + timedelta(hours=n) for n in (starts, ends)]
        actions.plan_shift(cast.property, who, *hours, actor=cast.sun, at=noon - timedelta(days=3))
    with time_machine.travel(noon - timedelta(hours=5), tick=False):
        early = phone(cast.qian).get(DUTY).content.decode()
    assert "去交班：昨天 08:00–20:00" in early
    html = phone(cast.qian).get(DUTY).content.decode()
    assert ("交班 · 昨天 20:00–今天 12:10" in html, html.count("btn btn-primary")) == (True, 1)


def test_my_turn_says_its_day_once_and_its_hours_beside_it(
    cast: Cast, phone: Phone, turns: Sequence[UUID]
) -> None:
    shown = phone(cast.qian).get(DUTY).context["shifts"]
    assert [(one["day"], one["hours"]) for one in shown] == [("今天", "08:00–13:00"), ("明天", "08:00–16:00")]


def test_on_the_sheet_a_clock_never_breaks_between_a_figure_and_its_unit(
    cast: Cast, phone: Phone, turns: Sequence[UUID], in_hand: Case
) -> None:
    html = phone(cast.qian).get(f"{DUTY}{turns[0]}/hand-over/").content.decode()
    assert "先做的事还剩 2\N{NO-BREAK SPACE}小时" in html
