"""A report by phone, typed while listening; and the calls that the desk owes."""

import re
from datetime import datetime
from typing import Any

import pytest

from gezhi.cases.models import CallBack, Case
from gezhi.cases.move import Move
from gezhi.evidence.models import Evidence
from gezhi.journal.queries import story
from gezhi.reports import queries as reports
from gezhi.reports.models import Report
from gezhi.web.kept import Bag
from tests.cast import Cast, lin, walk
from tests.web.desk.conftest import Desk, text
from tests.web.pocket.conftest import picture

PHONE = "13800001234"


def form(**changed: Any) -> dict[str, Any]:
    return {
        "key": "a-form-shown-once-000",
        "channel": "phone",
        "text": "楼上漏水到我家",
        "contact": PHONE,
    } | changed


def test_a_call_becomes_a_case_and_the_code_is_read_out(cast: Cast, desk: Desk) -> None:
    answer = desk(cast.chen).post("/desk/new/", form(place=str(cast.town.building)))
    case = Case.objects.get()
    assert (answer.status_code, case.channel, case.place_id, case.state) == (
        200,
        "phone",
        cast.town.building,
        "reported",
    )
    assert case.number in text(answer)
    code = re.search(r'id="code">([^<]+)<', answer.content.decode())
    assert code is not None
    assert reports.by_code(code[1]).text == "楼上漏水到我家"


def test_where_no_place_was_chosen_but_the_words_name_one_the_clerk_is_asked_once(
    cast: Cast, desk: Desk
) -> None:
    client = desk(cast.chen)
    sent = form(text="悦海花园三号楼二单元的灯不亮", next="1")
    asked = client.post("/desk/new/", sent)
    assert (asked.status_code, Case.objects.count()) == (422, 0)
    assert "没有选位置，是不是这里？" in text(asked)
    html = asked.content.decode()
    first = re.search(r'name="take_place" value="([^"]+)" autofocus', html)
    assert first is not None
    assert (first[1], 'name="next" value="1"' in html) == (str(cast.town.stairwell), True)
    taken = client.post("/desk/new/", sent | {"asked": "1", "take_place": first[1]})
    assert (taken.status_code, Case.objects.get().place_id) == (200, cast.town.stairwell)


def test_a_building_that_is_not_registered_leads_to_its_compound_and_is_kept_in_words(
    cast: Cast, desk: Desk
) -> None:
    client, compound = desk(cast.chen), str(cast.town.compound)
    html = client.get("/desk/find/places/", {"place_words": "悦海花园15号楼"}).content.decode()
    assert "没有单独登记“15号楼”" in html
    assert f'value="{compound}">' in html  # offered, not taken by itself
    asked = client.post("/desk/new/", form(place_words="悦海花园15号楼"))
    assert (asked.status_code, f'name="take_place" value="{compound}"' in asked.content.decode()) == (
        422,
        True,
    )
    client.post("/desk/new/", form(place_words="悦海花园15号楼", asked="1", take_place=compound))
    assert Case.objects.get().place_id == cast.town.compound
    assert Report.objects.get().text == "楼上漏水到我家（说的是：悦海花园15号楼）"


def test_place_words_that_find_nothing_are_kept_too(cast: Cast, desk: Desk) -> None:
    desk(cast.chen).post("/desk/new/", form(place_words="月亮背面"))
    assert Report.objects.get().text == "楼上漏水到我家（说的是：月亮背面）"


@pytest.mark.parametrize("more", [{"asked": "1"}, {"nowhere": "1"}])
def test_it_may_stay_without_a_place(cast: Cast, desk: Desk, more: dict[str, str]) -> None:
    sent = form(text="悦海花园三号楼二单元的灯不亮", **more)
    assert desk(cast.chen).post("/desk/new/", sent).status_code == 200
    assert Case.objects.get().place_id is None


def test_sabotage_without_the_question_it_goes_to_a_desk_that_knows_less(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.web.desk.intake.spots_in", lambda words: [])
    assert desk(cast.chen).post("/desk/new/", form(text="悦海花园三号楼漏水")).status_code == 200
    assert Case.objects.get().place_id is None


@pytest.mark.parametrize("more", [{}, {"next": "1"}])
def test_whose_desk_has_it_is_said_and_the_link_works(cast: Cast, desk: Desk, more: dict[str, str]) -> None:
    """Without a place the case is another desk's: the clerk who took the call reads whose, and follows it as the caller does."""
    client = desk(cast.chen)
    answer = client.post("/desk/new/", form(text="海边的栏杆坏了", **more))
    case = Case.objects.get()
    assert case.desk_id != cast.desk_a
    html = answer.content.decode()
    assert f"/desk/cases/{case.number}/" not in html
    assert [words in text(answer) for words in ("没有选到您受理的位置", case.number)] == [True, True]
    link = re.search(r'href="(/t/[^"]+)"', html)
    assert link is not None
    assert client.get(link[1]).status_code == 200


def test_what_is_ones_own_is_opened_at_the_desk(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    html = client.post("/desk/new/", form(place=str(cast.town.building))).content.decode()
    link = re.search(r'href="(/desk/cases/[^"]+)"', html)
    assert link is not None
    assert (client.get(link[1]).status_code, "没有选到您受理的位置" in html) == (200, False)


def test_the_same_form_twice_is_one_case(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    first, again = (client.post("/desk/new/", form()) for _ in range(2))
    assert (Case.objects.count(), first.context["code"]) == (1, again.context["code"])


def test_the_same_form_with_a_photo_twice_is_one_case(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    first, again = (client.post("/desk/new/", form(photos=picture())) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert (Case.objects.count(), first.context["code"]) == (1, again.context["code"])


def test_twin_without_the_digests_of_the_photos_a_resend_would_be_refused(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bag, "digests", property(lambda bag: ()))
    client = desk(cast.chen)
    statuses = [client.post("/desk/new/", form(photos=picture())).status_code for _ in range(2)]
    assert statuses == [200, 422]


def test_other_words_under_a_key_that_is_spent_are_taken_at_the_next_press(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    client.post("/desk/new/", form())
    refused = client.post("/desk/new/", form(text="另一件事", photos=picture())).content.decode()
    key, photo = (
        re.findall(rf'name="{name}" value="([^"]+)"', refused)[0] for name in ("key", "kept_photos")
    )
    assert key != form()["key"]
    assert client.post("/desk/new/", form(text="另一件事", key=key, kept_photos=photo)).status_code == 200
    assert Case.objects.count() == 2
    assert (
        Evidence.objects.get(claimed_kind="report").claimed_id
        == Report.objects.latest("received_at", "id").id
    )


def test_a_place_nobody_finds_is_kept_in_words(cast: Cast, desk: Desk) -> None:
    desk(cast.chen).post("/desk/new/", form(said_where="老粮站后面"))
    assert "老粮站后面" in Report.objects.get().text
    assert Case.objects.get().place_id is None


def test_a_refused_form_keeps_everything(cast: Cast, desk: Desk) -> None:
    answer = desk(cast.chen).post("/desk/new/", form(contact="110 转 公司", place_words="花园"))
    html = answer.content.decode()
    assert answer.status_code == 422
    for words in ("楼上漏水到我家", "110 转 公司", "花园", "a-form-shown-once-000"):
        assert words in html
    assert Case.objects.count() == 0


def test_a_worker_takes_no_reports_at_the_desk(cast: Cast, desk: Desk) -> None:
    assert desk(cast.gao).get("/desk/new/").status_code == 403


def owed(cast: Cast, desk: Desk, noon: datetime) -> tuple[Any, CallBack]:
    """A caller's case, accepted: he is to be told."""
    client = desk(cast.chen)
    client.post("/desk/new/", form(place=str(cast.town.building)))
    case = Case.objects.get()
    leaf = cast.lin_reports(noon, text="另一件").category_id
    walk(case, (cast.chen, Move("accept", category=leaf)), at=noon)
    return client, CallBack.objects.get(case=case)


def test_a_number_is_shown_for_one_row_only_and_written_down(cast: Cast, desk: Desk, noon: datetime) -> None:
    client, call = owed(cast, desk, noon)
    assert PHONE not in text(client.get("/desk/calls/"))
    assert PHONE not in text(client.get(f"/desk/calls/{call.id}/"))
    assert PHONE in text(client.post(f"/desk/calls/{call.id}/", {"show": "1"}))
    assert [step.entry.event for step in story("report", call.report_id)] == ["received", "contact_revealed"]


def test_who_was_told_leaves_the_list(cast: Cast, desk: Desk, noon: datetime) -> None:
    client, call = owed(cast, desk, noon)
    assert (
        client.post(f"/desk/calls/{call.id}/", {"outcome": "told", "note": "好"})["Location"]
        == "/desk/calls/"
    )
    assert "没有要回的电话" in text(client.get("/desk/calls/"))


@pytest.mark.parametrize(("outcome", "title"), [("told", "已电话告知上报人"), ("not_reached", "回访未接通")])
def test_what_came_of_a_call_is_read_in_the_story_of_the_case(
    outcome: str, title: str, cast: Cast, desk: Desk, noon: datetime
) -> None:
    client, call = owed(cast, desk, noon)
    client.post(f"/desk/calls/{call.id}/", {"outcome": outcome, "note": "家里人接的电话"})
    page = text(client.get(f"/desk/cases/{call.case.number}/"))
    assert (title in page, "家里人接的电话" in page) == (True, True)


def test_the_note_of_a_call_that_need_not_be_made_any_more_is_not_lost(
    cast: Cast, to_check: Case, desk: Desk, noon: datetime
) -> None:
    """The reporter says yes on the status page while the clerk writes down what he said on the phone."""
    case = walk(to_check, (cast.zhao, Move("pass_check", note="看了现场")), at=noon)
    call = CallBack.objects.get(case=case, kind="please_confirm")
    client, here = desk(cast.chen), f"/desk/calls/{call.id}/"
    assert client.get(here).status_code == 200
    walk(case, (lin(case), Move("satisfied")), at=noon)
    late = client.post(here, {"outcome": "satisfied", "note": "他说很满意，还夸了师傅"})
    said = text(late)
    assert late.status_code == 409
    wanted = ("他说很满意，还夸了师傅", "今天 12:00：已经有了答复。", "案件现在是“已解决")
    assert [words in said for words in wanted] == [True] * 3, said
    assert client.post(here, {"show": "1"}).status_code == 409
    assert client.get(here).status_code == 404


def test_two_clerks_who_ring_up_the_same_reporter_read_what_the_first_was_told(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    client, call = owed(cast, desk, noon)
    told = {"outcome": "told", "note": "第二次打的"}
    assert client.post(f"/desk/calls/{call.id}/", {"outcome": "told"}).status_code == 302
    late = client.post(f"/desk/calls/{call.id}/", told)
    assert (late.status_code, "第二次打的" in text(late)) == (409, True)


def test_the_last_try_asks_for_a_note(cast: Cast, desk: Desk, noon: datetime) -> None:
    client, call = owed(cast, desk, noon)
    for _try in range(2):
        assert client.post(f"/desk/calls/{call.id}/", {"outcome": "not_reached"}).status_code == 302
    refused = client.post(f"/desk/calls/{call.id}/", {"outcome": "not_reached", "note": ""})
    assert (refused.status_code, "请写明情况" in text(refused)) == (422, True)
    assert (
        client.post(f"/desk/calls/{call.id}/", {"outcome": "not_reached", "note": "三次都关机"}).status_code
        == 302
    )
    assert CallBack.objects.get(id=call.id).outcome == "not_reached"


def test_the_calls_of_another_desk_are_not_there(cast: Cast, desk: Desk, noon: datetime) -> None:
    _client, call = owed(cast, desk, noon)
    assert desk(cast.gao).get("/desk/calls/").status_code == 403
    assert desk(cast.zhou).get(f"/desk/calls/{call.id}/").status_code == 404
