"""Every move is a plain form; what was typed survives every refusal."""

import re
from datetime import datetime
from typing import Any

import pytest

from gezhi.cases.models import Case, CaseEvidence
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.places import queries as places
from gezhi.web.casework.asks import ASKS
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, address, text
from tests.web.pocket.conftest import picture


def state(case: Case) -> str:
    return str(Case.objects.get(id=case.id).state)


def test_a_case_is_accepted_dispatched_and_undone_by_plain_forms(
    cast: Cast, reported: Case, desk: Desk
) -> None:
    client = desk(cast.chen)
    first = {"version": 1, "place": str(reported.place_id), "category": str(reported.category_id)}
    assert client.post(address(reported, "accept"), first).status_code == 302
    sent = client.post(
        address(reported, "dispatch"),
        {"version": 2, "party": str(cast.property), "back": "/desk/?view=opened"},
    )
    assert sent["Location"] == "/desk/?view=opened"
    assert (state(reported), Case.objects.get(id=reported.id).lead_id) == ("dispatched", cast.property)
    assert client.post(address(reported, "undo_dispatch"), {"version": 3}).status_code == 302
    assert state(reported) == "opened"


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/desk/", "/desk/../r/x\n", "javascript:alert(1)", "/my/"]
)
def test_the_way_back_leads_nowhere_else(cast: Cast, reported: Case, desk: Desk, back: str) -> None:
    answer = desk(cast.chen).post(
        address(reported, "note"), {"version": 1, "note": "已电话核实", "back": back}
    )
    assert answer["Location"] == address(reported)


def test_without_its_guard_the_way_back_would_lead_away(
    cast: Cast, reported: Case, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.web.desk.moves.OWN_PAGE", re.compile(".*"))
    sent = {"version": 1, "note": "已电话核实", "back": "https://evil.example/"}
    assert desk(cast.chen).post(address(reported, "note"), sent)["Location"] == "https://evil.example/"


def test_a_decline_without_reason_comes_back_with_one_sentence(
    cast: Cast, reported: Case, desk: Desk
) -> None:
    answer = desk(cast.chen).post(address(reported, "decline"), {"version": 1, "reason": ""})
    assert answer.status_code == 422
    assert "请写明理由" in text(answer)
    assert state(reported) == "reported"


def test_two_act_at_once_and_the_second_keeps_his_words(
    cast: Cast, reported: Case, desk: Desk, noon: datetime
) -> None:
    client = desk(cast.chen)
    walk(reported, (cast.zhou, Move("note", note="周先写了一句")), at=noon)
    answer = client.post(address(reported, "ask"), {"version": 1, "note": "是哪一个单元的门？"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "是哪一个单元的门？" in html
    assert "您写的都还在" in html
    again = re.search(r'name="version" value="(\d+)"', html)
    assert again is not None
    assert (
        client.post(address(reported, "ask"), {"version": again[1], "note": "是哪一个单元的门？"}).status_code
        == 302
    )
    assert state(reported) == "asked"


def test_a_move_that_is_no_longer_possible_shows_the_fresh_state(
    cast: Cast, opened: Case, desk: Desk
) -> None:
    answer = desk(cast.chen).post(
        address(opened, "decline"), {"version": opened.version, "reason": "不归我们管"}
    )
    assert answer.status_code == 409
    assert "不归我们管" in answer.content.decode()
    assert "已立案" in text(answer)


def test_a_form_without_a_version_changes_nothing(cast: Cast, reported: Case, desk: Desk) -> None:
    assert desk(cast.chen).post(address(reported, "note"), {"note": "没有版本"}).status_code == 409


def test_the_photos_of_a_refused_form_are_not_lost(cast: Cast, to_check: Case, desk: Desk) -> None:
    client = desk(cast.zhao)
    refused = client.post(
        address(to_check, "fail_check"), {"version": to_check.version, "reason": "", "photos": picture()}
    )
    kept = re.findall(r'name="kept_photos" value="([^"]+)"', refused.content.decode())
    assert (refused.status_code, len(kept)) == (422, 1)
    key = re.findall(r'name="key" value="([^"]+)"', refused.content.decode())[0]
    sent = {"version": to_check.version, "reason": "玻璃没装牢", "key": key, "kept_photos": kept[0]}
    assert client.post(address(to_check, "fail_check"), sent).status_code == 302
    (shown,) = CaseEvidence.objects.filter(case=to_check, kind="verdict")
    assert kept[0].startswith(f"{shown.evidence_id}.")
    assert state(to_check) == "in_hand"


def test_done_without_the_proof_of_its_category_says_which_lacks(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    walk(opened, (cast.chen, Move("dispatch", party=cast.property)), (cast.qian, Move("take")), at=noon)
    client = desk(cast.qian)
    version = Case.objects.get(id=opened.id).version
    answer = client.post(address(opened, "done"), {"version": version, "note": "换好了"})
    assert (answer.status_code, "请上传处置后的照片" in text(answer), "换好了" in text(answer)) == (
        422,
        True,
        True,
    )
    assert (
        client.post(
            address(opened, "done"), {"version": version, "note": "换好了", "photos": picture()}
        ).status_code
        == 302
    )
    assert state(opened) == "to_check"


def test_a_place_is_found_without_script_by_its_name(cast: Cast, desk: Desk, noon: datetime) -> None:
    case = cast.lin_reports(noon, text="门坏了", place=cast.town.compound)
    client = desk(cast.chen)
    sent = {"version": 1, "place_words": "3号楼", "category": str(case.category_id)}
    found = client.post(address(case, "accept"), sent | {"find": "place"})
    assert found.status_code == 200
    assert str(cast.town.building) in found.content.decode()
    assert state(case) == "reported"
    assert client.post(address(case, "accept"), sent | {"place": str(cast.town.building)}).status_code == 302
    assert Case.objects.get(id=case.id).place_id == cast.town.building


def test_a_case_joins_another_by_its_number(cast: Cast, reported: Case, desk: Desk, noon: datetime) -> None:
    twin = cast.lin_reports(noon, text="同一块玻璃")
    client = desk(cast.chen)
    assert reported.number in client.get(address(twin, "join")).content.decode()
    wrong = client.post(address(twin, "join"), {"version": 1, "into_number": "371072-2026-7777777"})
    assert (wrong.status_code, "没有找到这个案件编号" in text(wrong)) == (422, True)
    assert client.post(address(twin, "join"), {"version": 1, "into": reported.number}).status_code == 302
    assert Case.objects.get(id=twin.id).joined_into_id == reported.id


def test_the_nearest_of_the_categorys_chain_is_chosen_already(cast: Cast, opened: Case, desk: Desk) -> None:
    options = desk(cast.chen).get(address(opened, "dispatch")).context["form"].party_options
    assert [one["label"] for one in options if one["checked"]] == ["长峰物业"]


@pytest.mark.parametrize("event", ["hand_over", "escalate", "nonsense", "remind"])
def test_moves_of_the_clock_and_of_reporters_have_no_form(
    cast: Cast, reported: Case, desk: Desk, event: str
) -> None:
    assert desk(cast.zhou).get(address(reported, event)).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [{"version": "x", "note": "n"}, {"version": "9" * 30, "note": "n"}, {"version": 1, "note": "a\x00b"}],
)
def test_nonsense_in_a_form_is_a_4xx(cast: Cast, reported: Case, desk: Desk, sent: dict[str, Any]) -> None:
    assert desk(cast.chen).post(address(reported, "note"), sent).status_code in {409, 422}


def test_a_category_that_is_none_of_the_office_brings_the_form_again(
    cast: Cast, reported: Case, desk: Desk
) -> None:
    nowhere = {"version": 1, "category": "01a21fe7-0b0e-72e3-8000-000000000000"}
    refused = desk(cast.chen).post(address(reported, "accept"), nowhere)
    assert (refused.status_code, 'name="category"' in refused.content.decode()) == (422, True)


def test_every_move_a_person_can_make_has_a_form(cast: Cast) -> None:
    from gezhi.cases.lifecycle import ARROWS, Role

    people = {arrow.event for arrow in ARROWS if arrow.who - {Role.SYSTEM, Role.REPORTER}}
    assert people - set(ASKS) == set()


def test_the_code_of_the_whole_community_does_not_show_that_somebody_is_there(
    cast: Cast, opened: Case, desk: Desk
) -> None:
    around = {row.kind: row.code for row in places.ancestors(opened.place_path)}
    sent = {"version": 2, "note": "扫干净了"}
    for kind, status in (("community", 422), ("building", 302)):
        more = {"place_code": around[kind], "photos": picture()}
        answer = desk(cast.wei).post(address(opened, "solve_on_spot"), sent | more)
        assert (kind, answer.status_code) == (kind, status)


@pytest.mark.parametrize(("category", "is_optional"), [("0201", False), ("0501", True)])
def test_words_that_the_closing_proof_asks_for_are_not_called_optional(
    cast: Cast, desk: Desk, noon: datetime, category: str, is_optional: bool
) -> None:
    """楼道堆物 closes with a picture and a note, broken glass with a picture alone."""
    case = cast.lin_reports(noon, category=catalogue.by_code(category).id)
    given = (cast.chen, Move("dispatch", party=cast.property))
    walk(case, (cast.chen, Move("accept")), given, (cast.qian, Move("take")), at=noon)
    assert ("可不填" in text(desk(cast.qian).get(address(case, "done")))) is is_optional


def test_a_category_is_a_chip_or_one_of_a_list_by_class(cast: Cast, reported: Case, desk: Desk) -> None:
    clutter = catalogue.by_code("0201")
    client = desk(cast.chen)
    html = client.get(address(reported, "accept")).content.decode()
    assert html.count("<optgroup") == sum(not top.refer_out for top in catalogue.tops())
    assert f'name="category" value="{reported.category_id}" checked' in html
    sent = {"version": 1, "place": str(reported.place_id), "category": str(reported.category_id)}
    client.post(address(reported, "accept"), sent | {"other_category": str(clutter.id)})
    reported.refresh_from_db()
    assert (reported.state, reported.category_id) == ("opened", clutter.id)


def test_a_category_that_is_not_common_stands_among_the_chips_once_chosen(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    rare = next(one for one in catalogue.leaves() if not one.is_common and not one.refer_out)
    case = cast.lin_reports(noon, category=rare.id)
    html = desk(cast.chen).get(address(case, "correct")).content.decode()
    assert f'name="category" value="{rare.id}" checked' in html


def test_the_other_parties_are_listed_by_kind(cast: Cast, opened: Case, desk: Desk) -> None:
    html = desk(cast.chen).get(address(opened, "dispatch")).content.decode()
    assert '<optgroup label="社区">' in html
    assert html.index('<optgroup label="社区">') < html.index(f'<option value="{cast.desk_b}"')


def test_whoever_accepts_reads_the_words_beside_the_form_and_what_the_condition_starts(
    cast: Cast, reported: Case, desk: Desk
) -> None:
    client = desk(cast.chen)
    page = client.get(address(reported, "accept"))
    shown = text(page)
    assert shown.count("楼道门玻璃碎了，地上有碎片") == 2  # short above the form, whole beside it
    assert ("一般派给：物业" in shown, "内办结" in shown) == (True, True)
    assert page.content.decode().count(f'href="{address(reported)}"') == 1  # one way back
    beside = client.get(address(reported, "accept"), HTTP_HX_REQUEST="true")
    assert "扫码 ·" not in text(beside)  # in the sheet the words stand where it was opened
    found = client.get("/desk/find/conditions/", {"category": str(catalogue.by_code("0201").id)})
    assert "一般派给：" in text(found)


CAMERA = re.compile("拍照|相册|必拍|可不拍")


def test_nobody_is_told_at_the_desk_to_take_a_picture(
    cast: Cast, reported: Case, desk: Desk, noon: datetime
) -> None:
    clerk, manager = desk(cast.chen), desk(cast.qian)
    case = walk(
        reported,
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        at=noon,
    )
    pages = [clerk.get("/desk/paste/"), clerk.get("/desk/new/"), manager.get(address(case, "done"))]
    assert [(one.status_code, "选图片" in text(one), CAMERA.findall(text(one))) for one in pages] == [
        (200, True, [])
    ] * 3
