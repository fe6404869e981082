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
from gezhi.reports.models import Report
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
    html = unescape(door.post(here, carried(sent(door, here, contact="13800001234")) | {"look": "1"}).content.decode())  # fmt: skip
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


def test_words_for_a_place_that_we_know_are_enough_to_ask(door: Client, cast: Cast, next_door: Case) -> None:
    html = sent(door, "/r/", where="悦海花园3号楼")
    assert next_door.number in html
    answer = door.post("/r/", carried(html) | {"same": next_door.number})
    assert answer.status_code == 303
    mine = Report.objects.exclude(text__contains="姓林").get()
    assert (mine.place_id, "位置：悦海花园3号楼" in mine.text) == (next_door.place_id, True)


def test_a_picture_is_shown_only_once_the_desk_has_looked_at_it(
    door: Client, here: str, next_door: Case, at_noon: datetime
) -> None:
    told = CaseReport.objects.get(case=next_door).report_id
    row = Evidence(sha256="a" * 64, media_type="image/jpeg", bytes=9, width=8, height=6, made_at=at_noon, claimed_kind="report", claimed_id=told, claimed_at=at_noon, served_at=at_noon)  # fmt: skip
    Evidence.objects.bulk_create([row])
    assert str(row.id) not in sent(door, here)
    Evidence.objects.filter(id=row.id).update(public_at=at_noon)
    assert f"/photo/{row.id}/400" in sent(door, here)


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
