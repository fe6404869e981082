"""随手办 (scenario S1): glass broken at a stairwell, found, mended, two photos, closed, in the ledger. Without script."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from gezhi.cases import queries as cases
from gezhi.cases.models import Case, CaseEvidence
from gezhi.evidence.models import Evidence
from gezhi.flows import found_and_solved as story
from gezhi.flows import presence
from gezhi.journal import sealing
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.ledger import actions as ledger
from gezhi.ledger import queries as lines
from gezhi.ledger.queries import LineFilter
from gezhi.places.models import Place
from gezhi.reports.models import Report
from gezhi.web import kept
from gezhi.web.pocket import found_form
from tests.cast import Cast
from tests.web.pocket.conftest import Phone, draw, hidden, picture

pytestmark = pytest.mark.django_db
FOUND = "/my/found/"
THERE = {"lon": "122.1801", "lat": "37.4001"}  # some metres from the compound
ELSEWHERE = {"lon": "122.19", "lat": "37.4"}


def form(client: Client, plate: str, **changed: Any) -> dict[str, Any]:
    """The form of a place whose code was scanned, filled in by somebody in a hurry."""
    html = client.get(f"{FOUND}?place={plate}").content.decode()
    names = ("key", "place", "typed")
    return {name: hidden(html, name) for name in names} | {"category": "0501"} | changed


def test_s1_found_mended_shown_closed_and_in_the_ledger(
    cast: Cast, phone: Phone, plate: str, noon: datetime
) -> None:
    draw(0, actor=SYSTEM, at=noon)
    wei = phone(cast.wei)
    sent = form(wei, plate, before=[picture("before.jpg")], after=[picture("after.jpg")])
    answer = wei.post(FOUND, sent, follow=True)
    case = Case.objects.get()
    assert answer.redirect_chain == [(f"{FOUND}{case.number}/", 303)]
    assert "办结了，谢谢您" in answer.content.decode()
    assert (case.state, case.ending, case.handler_id) == ("closed", "solved_on_spot_unchecked", cast.wei.id)
    assert [one.kind for one in CaseEvidence.objects.all()] == ["photo_after"]
    claimed = list(Evidence.objects.order_by("claimed_kind").values_list("claimed_kind", flat=True))
    assert claimed == ["case", "report"]
    sealing.seal(at=noon)
    ledger.catch_up(at=noon)
    assert [line.number for line in lines.lines(LineFilter(), actor=cast.chen)] == [case.number]


def test_what_is_drawn_waits_for_somebody_else(cast: Cast, phone: Phone, plate: str, noon: datetime) -> None:
    draw(100, actor=SYSTEM, at=noon)
    wei = phone(cast.wei)
    answer = wei.post(FOUND, form(wei, plate, after=[picture()]), follow=True)
    assert (Case.objects.get().state, "抽中复核" in answer.content.decode()) == ("to_check", True)


def test_a_double_tap_is_one_case(cast: Cast, phone: Phone, plate: str, noon: datetime) -> None:
    wei = phone(cast.wei)
    sent = form(wei, plate)
    first = wei.post(FOUND, sent | {"after": [picture()]})
    again = wei.post(FOUND, sent | {"after": [picture()]})
    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"])
    assert (first.status_code, Case.objects.count(), Report.objects.count()) == (303, 1, 1)


def test_sabotage_without_the_key_a_double_tap_would_be_two_cases(
    cast: Cast, phone: Phone, plate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wei = phone(cast.wei)
    sent = form(wei, plate)
    monkeypatch.setattr(found_form.FoundForm, "form_key", property(lambda form: kept.fresh_key()))
    for _ in range(2):
        wei.post(FOUND, sent | {"after": [picture()]})
    assert Case.objects.count() == 2


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ({"category": ""}, "请先选定类别"),
        ({"after": []}, "请上传处置后的照片"),
        ({"typed": "99"}, "请在现场扫描位置码或提供定位"),
    ],
)
def test_what_lacks_is_said_and_everything_comes_back(
    lacks: dict[str, Any], said: str, cast: Cast, phone: Phone, plate: str
) -> None:
    wei = phone(cast.wei)
    sent = form(wei, plate, text="一楼的玻璃", before=[picture("b.jpg")], after=[picture("a.jpg")]) | lacks
    answer = wei.post(FOUND, sent)
    html = answer.content.decode()
    assert (answer.status_code, Case.objects.count(), Report.objects.count()) == (422, 0, 0)
    assert said in html
    assert "一楼的玻璃" in html
    kept = re.findall(r'name="kept_photos" value="([^"]+)"', html)
    assert len(kept) == 1 + bool(sent["after"])


def test_kept_pictures_are_sent_again_with_the_corrected_form(cast: Cast, phone: Phone, plate: str) -> None:
    wei = phone(cast.wei)
    sent = form(wei, plate)
    html = wei.post(FOUND, sent | {"after": [picture()], "category": ""}).content.decode()
    kept = re.findall(r'name="kept_photos" value="([^"]+)"', html)
    assert wei.post(FOUND, sent | {"kept_photos": kept}).status_code == 303
    assert Evidence.objects.get().claimed_kind == "case"


def test_pictures_of_another_form_are_not_taken(cast: Cast, phone: Phone, plate: str) -> None:
    wei = phone(cast.wei)
    html = wei.post(FOUND, form(wei, plate, after=[picture()], category="")).content.decode()
    kept = re.findall(r'name="kept_photos" value="([^"]+)"', html)
    assert wei.post(FOUND, form(wei, plate, kept_photos=kept)).status_code == 422


def test_chosen_from_the_list_it_is_not_yet_proved_that_he_stands_there(
    cast: Cast, phone: Phone, plate: str
) -> None:
    html = phone(cast.wei).get(f"{FOUND}?pick={plate}").content.decode()
    assert "或用手机定位" in html
    assert "已用位置码确认" not in html


@pytest.mark.parametrize(
    ("here", "number"), [(THERE, 303), (ELSEWHERE, 422), ({"lon": "122.18", "lat": ""}, 422)]
)
def test_a_position_within_150_metres_shows_that_he_is_there(
    here: dict[str, str], number: int, cast: Cast, phone: Phone, plate: str
) -> None:
    wei = phone(cast.wei)
    sent = form(wei, plate, typed="", after=[picture()]) | here
    assert wei.post(FOUND, sent).status_code == number


def test_sabotage_with_any_distance_allowed_he_could_be_at_home(
    cast: Cast, phone: Phone, plate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "NEAR_METRES", 10_000)
    wei = phone(cast.wei)
    sent = form(wei, plate, typed="", after=[picture()]) | ELSEWHERE
    assert wei.post(FOUND, sent).status_code == 303


def test_a_position_is_nowhere_kept(cast: Cast, phone: Phone, plate: str) -> None:
    wei = phone(cast.wei)
    wei.post(FOUND, form(wei, plate, typed="", after=[picture()]) | THERE)
    report = Report.objects.get()
    told = [step.entry.after for step in cases.timeline(Case.objects.get())]
    assert (report.lon, report.lat, "122.18" in str(told)) == (None, None, False)
    assert told[-1]["presence"] == "position"


def test_outside_his_area_he_is_told_so_and_offered_to_report_it(
    cast: Cast, phone: Phone, plate: str
) -> None:
    mo = phone(cast.mo)
    sent = form(mo, plate, text="玻璃碎了")
    answer = mo.post(FOUND, sent | {"after": [picture()]})
    html = answer.content.decode()
    assert (answer.status_code, Case.objects.count()) == (403, 0)
    assert "这里不在您的片区，不能当场办结" in html
    assert "修好了，办结" not in html
    kept = re.findall(r'name="kept_photos" value="([^"]+)"', html)
    told = mo.post(FOUND, sent | {"kept_photos": kept, "report": "1"}, follow=True)
    case = Case.objects.get()
    assert f"已交给社区，编号 {case.number}" in told.content.decode()
    assert (case.state, case.desk_id, Evidence.objects.get().claimed_kind) == (
        "reported",
        cast.desk_a,
        "report",
    )


def test_sabotage_without_the_roles_mo_would_close_it(
    cast: Cast, phone: Phone, plate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_move = story.advance

    def for_wei(case_id: Any, move: Any, *, actor: Actor, at: datetime) -> Case:
        return true_move(case_id, move, actor=cast.wei, at=at)

    monkeypatch.setattr(story, "advance", for_wei)
    mo = phone(cast.mo)
    assert mo.post(FOUND, form(mo, plate, after=[picture()])).status_code == 303


def test_what_he_cannot_mend_goes_to_the_desk_as_it_is(cast: Cast, phone: Phone, plate: str) -> None:
    wei = phone(cast.wei)
    answer = wei.post(FOUND, form(wei, plate, before=[picture()], report="1"))
    case = Case.objects.get()
    assert (answer.status_code, answer["Location"], case.state) == (303, FOUND, "reported")


def test_a_number_typed_is_a_search_and_never_says_that_he_is_there(
    cast: Cast, phone: Phone, plate: str
) -> None:
    """3 is the third building to whoever types it, and the spoken number of a stairwell far away."""
    number = cast.town.row(cast.town.stairwell).number
    answer = phone(cast.wei).get(FOUND, {"q": str(number)})
    html = answer.content.decode()
    assert (answer.status_code, f"?pick={plate}" in html, "?place=" in html) == (200, True, False)
    assert "已用位置码确认" not in phone(cast.wei).get(f"{FOUND}?pick={plate}").content.decode()


def test_a_whole_code_typed_is_as_good_as_scanned(cast: Cast, phone: Phone, plate: str) -> None:
    answer = phone(cast.wei).get(FOUND, {"q": plate})
    assert (answer.status_code, answer["Location"]) == (302, f"{FOUND}?place={plate}")


def test_the_number_that_is_asked_for_stands_on_no_page_before(cast: Cast, phone: Phone, plate: str) -> None:
    """Neither among what is found, nor in his own list, nor on the form: it is read off the poster."""
    Place.objects.filter(id=cast.town.stairwell).update(number=91234)
    wei = phone(cast.wei)
    pages = [wei.get(FOUND, {"q": "悦海花园3号楼2单元"}), wei.get(FOUND), wei.get(FOUND, {"pick": plate})]
    for page in pages:
        seen = re.sub(r"<[^>]*>", " ", page.content.decode())
        assert [number in seen for number in ("91234", plate)] == [False, False]
    typed = form(wei, plate) | {"typed": "91234", "after": [picture()]}
    assert wei.post(FOUND, typed).status_code == 303


def test_whoever_may_not_close_it_reads_why_before_he_begins(cast: Cast, phone: Phone, plate: str) -> None:
    manager = phone(cast.sun).get(FOUND, {"pick": plate}).content.decode()
    assert "您没有这个岗位" in manager
    stranger = phone(cast.mo).get(FOUND, {"pick": plate}).content.decode()
    assert "这里不在您的片区，不能当场办结" in stranger
    for html in (manager, stranger):
        assert ("修好了，办结" in html, "修不了，交给社区" in html) == (False, True)
    for who in (cast.wei, cast.qian):
        assert "修好了，办结" in phone(who).get(FOUND, {"pick": plate}).content.decode()


def test_sabotage_without_that_look_he_would_fill_the_whole_form_first(
    cast: Cast, phone: Phone, plate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.web.pocket.found._hindered", lambda request, place: "")
    assert "修好了，办结" in phone(cast.mo).get(FOUND, {"pick": plate}).content.decode()


def test_a_place_that_is_known_in_part_is_said_back(cast: Cast, phone: Phone, plate: str) -> None:
    assert "没有单独登记“西门”" in phone(cast.wei).get(FOUND, {"q": "悦海花园西门"}).content.decode()


def test_a_name_leads_to_a_list(cast: Cast, phone: Phone, plate: str) -> None:
    html = phone(cast.wei).get(FOUND, {"q": "悦海花园3号楼"}).content.decode()
    assert f"?pick={plate}" in html  # the stairwell, below the building that was named


@pytest.mark.parametrize("code", ["371072-99999", "x" * 300, "’; --", "１２３"])
def test_a_code_of_nothing_leads_back_to_the_search(code: str, cast: Cast, phone: Phone) -> None:
    answer = phone(cast.wei).get(FOUND, {"place": code})
    assert (answer.status_code, "没有编号为" in answer.content.decode()) == (404, True)


def test_a_broken_picture_is_named_and_the_good_one_stays(cast: Cast, phone: Phone, plate: str) -> None:
    wei = phone(cast.wei)
    sent = form(wei, plate, after=[picture("good.jpg"), picture("bad.jpg", b"\xff\xd8\xff\xe0 half")])
    answer = wei.post(FOUND, sent)
    html = answer.content.decode()
    assert (answer.status_code, Case.objects.count()) == (422, 0)
    assert "“bad.jpg”" in html
    assert html.count('name="kept_photos"') == 1


def test_a_kind_that_others_handle_cannot_be_chosen(cast: Cast, phone: Phone, plate: str) -> None:
    wei = phone(cast.wei)
    answer = wei.post(FOUND, form(wei, plate, after=[picture()], category="0001"))
    assert (answer.status_code, Case.objects.count()) == (422, 0)
