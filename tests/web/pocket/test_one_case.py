"""One case on the phone: the next deed, the proof, and what happens when somebody else was faster."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gezhi.cases import actions, timing
from gezhi.cases import queries as cases
from gezhi.cases.models import Case, CaseEvidence
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.evidence.models import Evidence
from gezhi.kernel.worktime import WORKING_DAY_MINUTES, working_minutes
from gezhi.reports.queries import reveals
from gezhi.web import times
from tests.cast import Cast, done, photo, walk
from tests.web.pocket.conftest import Phone, address, hidden, picture

pytestmark = pytest.mark.django_db


def shown(client: Client, case: Case, event: str = "") -> str:
    answer = client.get(address(case, event))
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def press(client: Client, case: Case, event: str, **said: Any) -> Any:
    """Send one deed with the version the page showed."""
    return client.post(address(case, event), {"version": case.version} | said)


def evidence_of_its_kind(case: Case) -> dict[str, Any]:
    """What the closing proof of this case's category asks for, as a form sends it."""
    kinds = set(catalogue.proof(case.category_id).kinds)
    asked: dict[str, Any] = {"note": "已更换玻璃", "photos": [picture()]}
    asked |= {"documents": [picture("paper.jpg")]} if "document" in kinds else {}
    return asked | ({"count": 3} if "count" in kinds else {})


def test_the_whole_way_on_the_phone(cast: Cast, phone: Phone, dispatched: Case, noon: datetime) -> None:
    qian, zhao = phone(cast.qian), phone(cast.zhao)
    assert press(qian, dispatched, "take")["Location"] == address(dispatched)
    case = Case.objects.get()
    assert (case.state, case.handler_id) == ("in_hand", cast.qian.id)
    assert press(qian, case, "done", **evidence_of_its_kind(case)).status_code == 303
    case = Case.objects.get()
    assert case.state == "to_check"
    assert press(zhao, case, "fail_check", reason="还有碎片").status_code == 303
    case = Case.objects.get()
    assert (case.state, case.round) == ("in_hand", 2)
    assert press(qian, case, "done", **evidence_of_its_kind(case)).status_code == 303
    case = Case.objects.get()
    assert press(zhao, case, "pass_check", note="看过，干净了").status_code == 303
    assert Case.objects.get().state == "to_confirm"


def test_the_page_shows_the_handlers_copy_and_never_the_number(
    cast: Cast, phone: Phone, dispatched: Case
) -> None:
    html = shown(phone(cast.qian), dispatched)
    assert "楼道门玻璃碎了" in html
    assert "13800001234" not in html
    assert "给上报人打电话" in html


def test_the_number_needs_a_reason_that_the_reporter_reads(
    cast: Cast, phone: Phone, dispatched: Case
) -> None:
    qian, report = phone(cast.qian), cases.report_ids([dispatched.id])[dispatched.id][0]
    door = f"{address(dispatched)}contact/{report}/"
    empty = qian.post(door, {"reason": " "})
    assert (empty.status_code, "13800001234" in empty.content.decode()) == (422, False)
    told = qian.post(door, {"reason": "约上门时间"})
    assert (told.status_code, "13800001234" in told.content.decode()) == (200, True)
    assert "no-store" in told["Cache-Control"]
    assert [one.reason for one in reveals(report)] == ["约上门时间"]


def test_whoever_may_not_call_gets_no_number(cast: Cast, phone: Phone, noon: datetime) -> None:
    case = cast.lin_reports(noon, contact="13800001234", may_call=False)
    case = walk(
        case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=noon
    )
    qian, report = phone(cast.qian), cases.report_ids([case.id])[case.id][0]
    assert "给上报人打电话" not in shown(qian, case)
    assert qian.post(f"{address(case)}contact/{report}/", {"reason": "想知道"}).status_code == 403


@pytest.mark.parametrize("event", ["", "take", "done", "note"])
def test_strangers_find_nothing(event: str, cast: Cast, phone: Phone, dispatched: Case) -> None:
    mo = phone(cast.mo)
    assert mo.get(address(dispatched, event)).status_code == 404
    if event:
        assert press(mo, dispatched, event).status_code == 404
    assert Case.objects.get().state == "dispatched"


@pytest.mark.parametrize("event", ["take", "return"])
def test_readers_may_look_and_not_act(event: str, cast: Cast, phone: Phone, dispatched: Case) -> None:
    zhao = phone(cast.zhao)
    assert "签收" not in re.sub(r"<dl.*?</dl>|<h1.*?</h1>", "", shown(zhao, dispatched), flags=re.S)
    assert zhao.get(address(dispatched, event)).status_code == 403
    assert press(zhao, dispatched, event, reason="我来").status_code == 403


def test_sabotage_without_the_roles_the_reader_would_take_it(
    cast: Cast, phone: Phone, dispatched: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_qian = cases.roles(dispatched, actor=cast.qian)
    monkeypatch.setattr(cases, "roles_now", lambda actor, case: as_qian)
    monkeypatch.setattr(actions, "roles_now", lambda actor, case: as_qian)
    assert press(phone(cast.zhao), dispatched, "take").status_code == 303


@pytest.mark.parametrize("event", ["dispatch", "join", "nonsense", "remind", "escalate"])
def test_deeds_that_are_not_done_on_the_phone_have_no_door_there(
    event: str, cast: Cast, phone: Phone, dispatched: Case
) -> None:
    assert press(phone(cast.chen), dispatched, event).status_code == 404


def test_the_buttons_are_exactly_what_the_lifecycle_offers(
    cast: Cast, phone: Phone, dispatched: Case, noon: datetime
) -> None:
    for actor in (cast.qian, cast.chen, cast.zhou, cast.wei):
        html = shown(phone(actor), dispatched)
        offered = {offer.event for offer in cases.offers_for(dispatched, actor=actor, at=noon)}
        doors = set(re.findall(rf'{dispatched.number}/(?:move/)?(\w+)/"', html)) - {"contact"}
        assert doors == offered


def test_the_next_deed_comes_first_and_the_grave_ones_under_more(
    cast: Cast, phone: Phone, dispatched: Case
) -> None:
    html = shown(phone(cast.qian), dispatched)
    bar = html.split('class="action-bar"')[1]
    assert address(dispatched, "take") in bar
    assert address(dispatched, "not_found") not in bar


def test_sabotage_without_the_version_the_second_note_would_go_through(
    cast: Cast, phone: Phone, in_hand: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    qian = phone(cast.qian)
    assert press(qian, in_hand, "note", note="门锁着").status_code == 303
    assert press(qian, in_hand, "note", note="又去一次").status_code == 409
    from gezhi.web.pocket import moves

    monkeypatch.setattr(moves, "version_seen", lambda request: None)
    assert press(qian, in_hand, "note", note="又去一次").status_code == 303


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "１"])
def test_a_version_that_is_none_moves_nothing(
    version: str, cast: Cast, phone: Phone, dispatched: Case
) -> None:
    answer = phone(cast.qian).post(address(dispatched, "take"), {"version": version})
    assert (answer.status_code, Case.objects.get().state) == (409, "dispatched")


def test_done_without_its_proof_says_what_lacks_and_keeps_words_and_pictures(
    cast: Cast, phone: Phone, in_hand: Case
) -> None:
    qian = phone(cast.qian)
    html = shown(qian, in_hand, "done")
    assert html.index('type="file"') < html.index("<textarea")
    bare = press(qian, in_hand, "done", note="换好了")
    assert (bare.status_code, "请上传" in bare.content.decode()) == (422, True)
    assert "换好了" in bare.content.decode()
    assert Case.objects.get().state == "in_hand"


def test_a_kept_picture_serves_the_second_try(cast: Cast, phone: Phone, in_hand: Case) -> None:
    qian = phone(cast.qian)
    key = hidden(shown(qian, in_hand, "done"), "key")
    sent = {"key": key} | evidence_of_its_kind(in_hand)
    late = qian.post(address(in_hand, "done"), sent | {"version": 1}).content.decode()
    kept = re.findall(r'name="kept_photos" value="([^"]+)"', late)
    sent.pop("photos"), sent.pop("documents", None)
    again = qian.post(
        address(in_hand, "done"), sent | {"version": hidden(late, "version"), "kept_photos": kept}
    )
    assert again.status_code == 303
    kinds = {one.kind for one in CaseEvidence.objects.all()}
    assert kinds >= set(catalogue.proof(in_hand.category_id).kinds) & {"photo_after", "photo_same_angle"}


def test_solving_on_the_spot_asks_where_he_stands(
    cast: Cast, phone: Phone, plate: str, noon: datetime
) -> None:
    case = walk(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)
    wei = phone(cast.wei)
    said = {"photos": [picture()], "note": "扫干净了"}
    away = press(wei, case, "solve_on_spot", **said)
    assert (away.status_code, "请在现场扫描位置码" in away.content.decode()) == (422, True)
    there = press(wei, case, "solve_on_spot", **said | {"photos": [picture()], "place_code": plate})
    assert (there.status_code, Case.objects.get().state != "opened") == (303, True)


def test_the_page_costs_the_same_for_one_and_for_three_deeds(
    cast: Cast, phone: Phone, in_hand: Case, noon: datetime
) -> None:
    qian, costs = phone(cast.qian), []
    shown(qian, in_hand)
    for words in ([], ["门锁着", "又去一次"]):
        for note in words:
            walk(in_hand, (cast.qian, Move("note", note=note)), at=noon)
        with CaptureQueriesContext(connection) as asked:
            shown(qian, in_hand)
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_his_own_work_is_not_his_to_check(cast: Cast, phone: Phone, in_hand: Case, noon: datetime) -> None:
    walk(in_hand, (cast.qian, done(noon)), at=noon)
    case = Case.objects.get()
    assert press(phone(cast.qian), case, "pass_check", note="很好").status_code == 403


def test_a_case_is_raised_to_somebody_else_and_first_of_all_one_level_up(
    cast: Cast, phone: Phone, in_hand: Case
) -> None:
    html = shown(phone(cast.qian), in_hand, "raise")
    assert f'value="{cast.property}"' not in html
    assert f'value="{cast.desk_a}" checked' in html


def test_a_party_that_serves_elsewhere_is_not_raised_to_itself_either(
    cast: Cast, phone: Phone, noon: datetime
) -> None:
    """It stands in the list of all the others, not among those nearby."""
    case = walk(
        cast.lin_reports(noon),
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.team_b2)),
        (cast.mo, Move("take")),
        at=noon,
    )
    html = shown(phone(cast.mo), case, "raise")
    assert f'value="{cast.property}"' in html
    assert f'value="{cast.team_b2}"' not in html


def test_whoever_checks_sees_before_beside_after(
    cast: Cast, phone: Phone, plate: str, noon: datetime
) -> None:
    seen = photo(noon)
    case = cast.lin_reports(noon, evidence=(seen,), pictures=("0" * 64,))
    work = done(noon)
    case = walk(
        case,
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, work),
        at=noon,
    )
    Evidence.objects.update(served_at=noon)
    html = shown(phone(cast.zhao), case, "pass_check")
    before, after = html.split("处置前</h2>")[1].split("处置后</h2>")
    assert f"/{seen}" in before
    for one in work.shown:
        assert f"/{one.evidence}" in after
    assert html.count(f'href="/photos/{seen}') <= 1
    assert 'class="before-after"' not in shown(phone(cast.chen), case, "note")


def test_the_camera_and_the_album_are_two_buttons_that_need_no_script(
    cast: Cast, phone: Phone, in_hand: Case
) -> None:
    qian = phone(cast.qian)
    html = shown(qian, in_hand, "done")
    inputs = re.findall(r'<input type="file" name="photos"[^>]*>', html)
    assert ["capture" in one for one in inputs] == [True, False]
    assert "从相册选" in html
    sent = evidence_of_its_kind(in_hand) | {"photos": [picture("camera.jpg"), picture("album.jpg")]}
    assert press(qian, in_hand, "done", **sent).status_code == 303


def test_the_check_says_beforehand_that_words_or_a_photo_are_needed(
    cast: Cast, phone: Phone, in_hand: Case, noon: datetime
) -> None:
    case = walk(in_hand, (cast.qian, done(noon)), at=noon)
    zhao = phone(cast.zhao)
    html = shown(zhao, case, "pass_check")
    assert "两样至少要有一样" in html
    assert "可不填" not in html
    assert press(zhao, case, "pass_check").status_code == 422
    assert press(zhao, case, "pass_check", photos=[picture()]).status_code == 303


def test_more_time_is_asked_for_knowing_the_present_deadline(
    cast: Cast, phone: Phone, in_hand: Case, noon: datetime
) -> None:
    qian = phone(cast.qian)
    html = shown(qian, in_hand, "request_extension")
    assert f"现在的时限：{times.moment(in_hand.fix_due, noon)}" in html
    chips = re.findall(r'name="later" value="([^"]+)"', html)
    assert len(chips) == 3
    assert "再要 3 个工作日" in html
    assert press(qian, in_hand, "request_extension", reason="等玻璃").status_code == 422
    assert press(qian, in_hand, "request_extension", reason="等玻璃", later=chips[1]).status_code == 303
    case = Case.objects.get()
    hours = timing.calendar_of(case)
    assert case.fix_due is not None
    assert case.extension_until is not None
    assert working_minutes(case.fix_due, case.extension_until, hours) == 3 * WORKING_DAY_MINUTES


def test_a_day_picked_counts_more_than_a_chip(cast: Cast, phone: Phone, in_hand: Case) -> None:
    answer = press(
        phone(cast.qian),
        in_hand,
        "request_extension",
        reason="等玻璃",
        later="2026-03-09T10:00",
        until="2026-03-12T10:00",
    )
    until = Case.objects.get().extension_until
    assert (answer.status_code, times.exact(until)) == (303, "2026-03-12 10:00")


@pytest.mark.parametrize("later", ["soon", "0001-01-01T00:00", "9999-99-99T99:99", "x" * 5000])
def test_a_chip_that_is_no_deadline_is_refused(later: str, cast: Cast, phone: Phone, in_hand: Case) -> None:
    answer = press(phone(cast.qian), in_hand, "request_extension", reason="等玻璃", later=later)
    assert (answer.status_code, Case.objects.get().extension_until) == (422, None)


def test_a_pause_is_named_in_short_human_words(
    cast: Cast, phone: Phone, in_hand: Case, noon: datetime
) -> None:
    until = noon + timedelta(days=20)
    walk(in_hand, (cast.zhou, Move("carry_forward", reason="等雨停", until=until)), at=noon)
    html = phone(cast.qian).get("/my/").content.decode()
    assert "挂账到 3月22日" in html
    assert "2026-03-22 " not in re.sub(r'title="[^"]*"', "", html)


def test_the_phone_says_whose_turn_it_is_and_who_answers_for_it(
    cast: Cast, phone: Phone, in_hand: Case, noon: datetime
) -> None:
    assert "谁在办" in shown(phone(cast.qian), in_hand)
    case = walk(in_hand, (cast.qian, done(noon)), at=noon)
    html = shown(phone(cast.zhao), case)
    said = [word in html for word in ("谁在办", "责任单位", "核查员，或悦海社区", "到现场核查")]
    assert said == [False, True, True, True]


def test_more_time_is_asked_for_beside_the_one_next_deed(cast: Cast, phone: Phone, in_hand: Case) -> None:
    bar = shown(phone(cast.qian), in_hand).split('class="action-bar"')[1]
    assert ("处置完成" in bar, address(in_hand, "request_extension") in bar) == (True, True)


def test_photos_have_one_name_each(cast: Cast, phone: Phone, in_hand: Case, noon: datetime) -> None:
    case = walk(in_hand, (cast.qian, done(noon)), at=noon)
    html = shown(phone(cast.zhao), case, "pass_check")
    assert [word in html for word in ("处置前", "处置后", "核查照片", "上报时")] == [True, True, True, False]
