"""While somebody reports: what others have told close by, one tap, and nothing that was typed is lost. A browser without script."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.likely import alike_to
from gezhi.cases.models import Case, CaseReport
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.evidence.models import Evidence
from gezhi.kernel.actor import SYSTEM
from gezhi.places import actions as places
from gezhi.places.kinds import Kind
from gezhi.reports import queries as reports
from gezhi.reports.intake import TEXT_LIMIT
from gezhi.reports.models import Report
from gezhi.web import limits
from gezhi.web.links import disguised
from gezhi.web.public import report as report_view
from gezhi.web.public import same
from tests.cast import Cast, done, lin, walk
from tests.web.public.conftest import form, picture, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_noon(noon: datetime) -> Any:
    """The public form asks the clock how long ago it was said."""
    with time_machine.travel(noon, tick=False):
        yield noon


@pytest.fixture
def next_door(cast: Cast, at_noon: datetime) -> Case:
    """Somebody of the first stairwell said it two days ago, and the desk has sorted it."""
    add: dict[str, Any] = {"grid_id": cast.town.grid_a1, "actor": SYSTEM, "at": at_noon}
    other = places.add_place(kind=Kind.STAIRWELL, name="1单元", parent_id=cast.town.building, **add).id
    at = at_noon - timedelta(days=2)
    case = cast.lin_reports(at, "我家姓林，二楼玻璃碎了", place=other)
    return advance(case.id, Move("accept", version=case.version), actor=cast.chen, at=at)


def sent(door: Client, here: str, **more: Any) -> str:
    """The page that answers a form that could be the same."""
    answer = door.post(here, form() | more)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def carried(html: str) -> dict[str, Any]:
    """What the form of the page sends again."""
    html = html.partition('id="same"')[2].partition("</form>")[0]
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    text = re.search(r'<textarea name="text"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"} | {
        "text": text[1] if text else ""
    }


def test_before_it_is_taken_in_it_is_asked_whether_it_is_the_same(
    door: Client, here: str, next_door: Case
) -> None:
    html = sent(door, here)
    assert "是不是同一件事？" in html
    assert next_door.number in html
    assert [part in html for part in ("同一栋楼", "2 天前说的", "处理中", "1单元")] == [True] * 4
    assert "姓林" not in html
    assert Report.objects.count() == 1


def test_one_tap_takes_along_what_was_typed_and_photographed(
    door: Client, here: str, next_door: Case
) -> None:
    html = sent(door, here, contact="13800001234", photos=[picture()])
    answer = door.post(here, carried(html) | {"same": next_door.number})
    assert answer.status_code == 303
    mine = Report.objects.exclude(text__contains="姓林").get()
    case = cases.of_report(mine.id)
    assert next_door.number in case.title
    assert (mine.text.endswith("\n楼道玻璃碎了"), bool(mine.contact)) == (True, True)
    assert Evidence.objects.get().claimed_id == mine.id
    assert case.category_id == next_door.category_id


def test_who_means_another_matter_sends_his_own(door: Client, here: str, next_door: Case) -> None:
    answer = door.post(here, carried(sent(door, here)) | {"apart": "1"})
    assert answer.status_code == 303
    assert Report.objects.filter(text="楼道玻璃碎了").count() == 1


def test_who_goes_back_finds_everything_as_it_was(door: Client, here: str, next_door: Case) -> None:
    html = unescape(
        door.post(here, carried(sent(door, here, contact="13800001234")) | {"look": "1"}).content.decode()
    )
    assert "楼道玻璃碎了" in html
    assert 'value="13800001234"' in html
    assert re.search(r'value="0501"[^>]* checked', html)


def test_what_waited_for_a_network_is_taken_in_without_a_question(
    door: Client, here: str, next_door: Case
) -> None:
    report(door, here, waited="7")
    assert Report.objects.count() == 2


def test_the_same_form_once_more_is_the_same_report_and_no_question(
    door: Client, here: str, cast: Cast, at_noon: datetime
) -> None:
    """Between the two the desk has sorted the very report."""
    first = report(door, here)
    case = Case.objects.get()
    advance(case.id, Move("accept", version=case.version), actor=cast.chen, at=at_noon)
    assert report(door, here) == first


def test_what_is_far_or_of_another_kind_is_not_asked_about(door: Client, here: str, next_door: Case) -> None:
    report(door, here, category="0301", text="垃圾桶满了")


def test_a_form_without_words_is_refused_before_anything_is_asked(
    door: Client, here: str, next_door: Case
) -> None:
    assert door.post(here, form(text="")).status_code == 422


def test_twin_who_is_never_asked_makes_two_matters_of_one(
    door: Client, here: str, next_door: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(same, "likely", lambda _draft, _at: [])
    with pytest.raises(AssertionError):
        sent(door, here)


def test_words_for_a_place_are_asked_about_first_then_whether_it_is_the_same_and_nothing_is_lost(
    door: Client, cast: Cast, next_door: Case
) -> None:
    building = cast.town.row(cast.town.building)
    html = sent(door, "/r/", where="悦海花园3号楼", contact="13800001234", photos=[picture()])
    assert ("是这里吗" in html, next_door.number in html) == (True, False)
    tokens = {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', html)[1] for name in ("kept_photos", "counted")
    }
    answered = tokens | {"asked": "1", "spot": building.code, "contact": "13800001234"}
    html = sent(door, "/r/", where="悦海花园3号楼", **answered)
    assert ("是不是同一件事" in html, next_door.number in html) == (True, True)
    answer = door.post("/r/", carried(html) | {"same": next_door.number})
    assert answer.status_code == 303
    mine = Report.objects.exclude(text__contains="姓林").get()
    assert mine.text.splitlines()[1:] == ["位置：悦海花园3号楼", "楼道玻璃碎了"]
    assert (mine.place_id, bool(mine.contact)) == (building.id, True)
    assert Evidence.objects.get().claimed_id == mine.id


@pytest.mark.parametrize(
    ("kind", "inside", "band"),
    [
        (Kind.BUILDING, True, "同一小区"),
        (Kind.STREET, False, "附近"),
        (None, False, "同一条街"),
    ],
)
def test_how_far_it_is_is_said_in_a_word_and_in_no_metres(
    door: Client, cast: Cast, at_noon: datetime, kind: Kind | None, inside: bool, band: str
) -> None:
    add: dict[str, Any] = {"grid_id": cast.town.grid_a1, "actor": SYSTEM, "at": at_noon, "lat": 37.41}
    parent = cast.town.compound if inside else cast.town.community_a
    here = places.add_place(kind=kind or Kind.STREET, name="7号", parent_id=parent, lon=122.19, **add)
    there = here
    if kind:
        there = places.add_place(kind=kind, name="8号", parent_id=parent, lon=122.1902, **add)
    case = cast.lin_reports(at_noon, "玻璃碎了", place=there.id, category=catalogue.by_code("0501").id)
    advance(case.id, Move("accept", version=case.version), actor=cast.chen, at=at_noon)
    html = sent(door, f"/r/{here.code}")
    facts = re.findall(r'<span class="small">(.*?)</span>', html)
    assert [band in one for one in facts] == [True]
    assert not re.search(r"\d+ 米", html)


STUCK = "电梯停了，有人困在里面"


@pytest.fixture
def lift(cast: Cast, at_noon: datetime) -> Case:
    """The lift of the building stands still, and the desk knows it."""
    case = cast.lin_reports(at_noon, "电梯又停了", category=catalogue.by_code("0503").id)
    return advance(case.id, Move("accept", version=case.version), actor=cast.chen, at=at_noon)


@pytest.mark.parametrize("where", ["", "悦海花园3号楼"])
def test_a_danger_is_taken_in_at_once_and_nothing_is_asked_before(
    door: Client, here: str, lift: Case, where: str
) -> None:
    page = report(door, "/r/" if where else here, text=STUCK, category="0503", where=where)
    mine = Report.objects.get(text__endswith=STUCK)
    assert cases.of_report(mine.id).make_safe_due is not None
    assert 'href="tel:119"' in door.get(page).content.decode()


@pytest.mark.parametrize("where", ["", "悦海花园3号楼"])
def test_twin_were_a_danger_asked_like_the_rest_it_would_wait_for_a_second_tap(
    door: Client, here: str, lift: Case, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_view, "_is_danger", lambda _said: False)
    sent(door, "/r/" if where else here, text=STUCK, category="0503", where=where)
    assert Report.objects.count() == 1


def test_what_the_form_puts_before_the_words_does_not_count_for_their_limit(
    door: Client, here: str, next_door: Case
) -> None:
    whole = "玻璃碎" * (TEXT_LIMIT // 3) + "了" * (TEXT_LIMIT % 3)
    answer = door.post(here, form(text=whole) | {"same": next_door.number})
    assert answer.status_code == 303
    mine = Report.objects.exclude(text__contains="姓林").get()
    assert (mine.text.endswith(whole), next_door.number in mine.text) == (True, True)
    assert (
        door.post(
            here, form(text=whole + "了", key="another-form-shown-00") | {"same": next_door.number}
        ).status_code
        == 422
    )
    report(door, "/r/", text=whole, where="海滨路公交站", key="a-third-form-shown-00")


def three_of_three(door: Client, here: str, settings: Any, **more: Any) -> list[int]:
    """Three forms from an address that may send three an hour, each asked first and then sent as it is."""
    settings.GEZHI_LIMITS = True
    answers: list[int] = []
    for number in range(3):
        first = door.post(here, form(key=f"a-form-shown-once-00{number}"))
        if first.status_code != 200:
            return [*answers, first.status_code]
        second = door.post(here, carried(unescape(first.content.decode())) | {"apart": "1"} | more)
        answers.append(second.status_code)
    return answers


def test_the_second_sending_of_a_form_does_not_count_again(
    door: Client, here: str, next_door: Case, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REPORTS_PER_HOUR", 3)
    assert three_of_three(door, here, settings) == [303, 303, 303]
    assert door.post(here, form(key="a-fourth-form-shown-0")).status_code == 429


@pytest.mark.parametrize("token", ["", "forged:1:2"])
def test_twin_without_our_token_it_counts_each_time(
    door: Client, here: str, next_door: Case, settings: Any, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setattr(limits, "REPORTS_PER_HOUR", 3)
    assert 429 in three_of_three(door, here, settings, counted=token)


def test_a_picture_is_shown_only_once_the_desk_has_looked_at_it(
    door: Client, here: str, next_door: Case, at_noon: datetime
) -> None:
    told = CaseReport.objects.get(case=next_door).report_id
    row = Evidence(
        sha256="a" * 64,
        media_type="image/jpeg",
        bytes=9,
        width=8,
        height=6,
        made_at=at_noon,
        claimed_kind="report",
        claimed_id=told,
        claimed_at=at_noon,
        served_at=at_noon,
    )
    Evidence.objects.bulk_create([row])
    assert str(row.id) not in sent(door, here)
    Evidence.objects.filter(id=row.id).update(public_at=at_noon)
    assert f"/photo/{disguised(row.id)}/400" in sent(door, here)


def test_at_the_door_of_a_stairwell_the_whole_building_is_named(
    door: Client, here: str, next_door: Case
) -> None:
    html = unescape(door.get(here).content.decode())
    assert [part in html for part in (next_door.number, "同一栋楼", "处理中")] == [True] * 3
    first = re.search(r"<button[^>]*form=\"report\"[^>]*>", html)
    assert first is not None
    assert "name=" not in first[0]  # Enter in a field sends the report, never a tap


def test_what_nobody_may_see_is_not_joined_by_its_number_either(
    door: Client, here: str, cast: Cast, at_noon: datetime
) -> None:
    case = cast.lin_reports(at_noon, "楼上半夜跳绳", category=catalogue.by_code("1201").id)
    advance(case.id, Move("accept", version=case.version), actor=cast.chen, at=at_noon)
    assert door.post(here, {"key": "one-tap-on-a-phone-0", "same": case.number}).status_code == 409
    assert Report.objects.count() == 1


def test_the_desk_joins_the_tap_in_one_press_and_closing_tells_both(
    door: Client, here: str, cast: Cast, next_door: Case, at_noon: datetime
) -> None:
    door.post(here, carried(sent(door, here)) | {"same": next_door.number})
    mine = Report.objects.exclude(text__contains="姓林").get()
    tap = cases.of_report(mine.id)
    assert [one.case.id for one in alike_to(tap, actor=cast.chen)] == [next_door.id]
    joined = advance(tap.id, Move("join", into=next_door.id), actor=cast.chen, at=at_noon)
    assert (joined.ending, cases.of_report(mine.id).id) == ("duplicate", next_door.id)
    case = walk(
        next_door,
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(at_noon)),
        (cast.zhao, Move("pass_check", note="好了")),
        (lin(next_door), Move("satisfied")),
        at=at_noon,
    )
    assert case.state == "closed"
    assert "已办结" in door.get(f"/t/{reports.tracking_code(mine.id)}").content.decode()
