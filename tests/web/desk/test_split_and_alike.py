"""Splitting at the desk by plain forms, what may be the same matter at hand, and what has come back."""

import re
from datetime import datetime, timedelta

import pytest

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import NOT_AGAIN, Move
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import SYSTEM
from gezhi.reports.actions import start_run
from gezhi.routing import actions as routing
from gezhi.routing.terms import Terms
from tests.cases.test_calls import PHONE, by_phone
from tests.cast import Cast, to_the_end, walk
from tests.web.desk.conftest import Desk, address, text

DAY = timedelta(days=1)


@pytest.fixture
def two_voices(cast: Cast, reported: Case, noon: datetime) -> Case:
    """Lin's broken glass, and somebody about the lamp, joined into it by mistake."""
    lamp = cast.lin_reports(noon, text="三楼的灯不亮")
    advance(lamp.id, Move("join", into=reported.id), actor=cast.chen, at=noon)
    return Case.objects.get(id=reported.id)


def sent(case: Case, **more: object) -> dict[str, object]:
    return {"version": case.version, "place": str(case.place_id), "category": str(case.category_id)} | more


def test_a_clerk_splits_a_report_off_and_takes_it_back(cast: Cast, two_voices: Case, desk: Desk) -> None:
    client, (stays, goes) = desk(cast.chen), cases.report_ids([two_voices.id])[two_voices.id]
    form = client.get(address(two_voices, "split")).content.decode()
    assert re.findall(r'name="reports" value="([^"]+)"', form) == [str(goes)]
    assert "三楼的灯不亮" in form
    lamp = str(catalogue.by_code("0504").id)
    answer = client.post(
        address(two_voices, "split"), sent(two_voices, reports=str(goes), other_category=lamp)
    )
    child = Case.objects.get(split_from=two_voices)
    assert (answer.status_code, child.title, str(child.category_id)) == (302, "三楼的灯不亮", lamp)
    parent_page, child_page = text(client.get(address(two_voices))), text(client.get(address(child)))
    assert child.number in parent_page
    assert "分出了另一件" in parent_page
    assert two_voices.number in child_page
    assert "从另一件分出，立案" in child_page
    assert client.post(address(child, "undo_split"), {"version": child.version}).status_code == 302
    assert cases.report_ids([two_voices.id])[two_voices.id] == [stays, goes]
    assert "重复件" in text(client.get(address(child)))


def test_the_one_report_of_a_case_is_not_offered_and_words_are_asked_for(
    cast: Cast, reported: Case, desk: Desk
) -> None:
    client = desk(cast.chen)
    assert 'name="reports"' not in client.get(address(reported, "split")).content.decode()
    refused = client.post(address(reported, "split"), sent(reported))
    assert (refused.status_code, "请写明情况" in text(refused)) == (422, True)
    client.post(address(reported, "split"), sent(reported, note="楼道里还堆着纸箱"))
    assert Case.objects.get(split_from=reported).title == "楼道里还堆着纸箱"


def test_the_category_of_the_second_matter_is_asked_for_and_it_is_not_taken_for_the_first(
    cast: Cast, reported: Case, desk: Desk
) -> None:
    client = desk(cast.chen)
    form = client.get(address(reported, "split")).content.decode()
    assert not re.search(r'name="category" value="[^"]+" checked', form)
    nothing = {"version": reported.version, "place": str(reported.place_id), "note": "纸箱"}
    refused = client.post(address(reported, "split"), nothing)
    assert (refused.status_code, "请先选定类别" in text(refused)) == (422, True)
    client.post(address(reported, "split"), sent(reported, note="又一块玻璃"))
    for one in (reported, Case.objects.get(split_from=reported)):
        offered = client.get(address(one)).context["alike"]
        assert offered.get("open", []) == []


def test_what_cannot_be_split_comes_back_with_everything_typed(
    cast: Cast, two_voices: Case, desk: Desk
) -> None:
    stays = cases.report_ids([two_voices.id])[two_voices.id][0]
    answer = desk(cast.chen).post(
        address(two_voices, "split"), sent(two_voices, reports=str(stays), note="另一件事的话")
    )
    assert (answer.status_code, "开案的那一条要留在本件" in text(answer)) == (422, True)
    assert "另一件事的话" in answer.content.decode()
    assert not Case.objects.filter(split_from=two_voices).exists()


def test_what_is_split_off_goes_by_the_automatic_rule_like_what_is_accepted(
    cast: Cast, two_voices: Case, desk: Desk, noon: datetime
) -> None:
    rule = Terms(
        "灯坏了找物业", category=catalogue.by_code("0504").id, party=cast.property, is_automatic=True
    )
    routing.add_rule(rule, actor=SYSTEM, at=noon)
    lamp = str(catalogue.by_code("0504").id)
    desk(cast.chen).post(address(two_voices, "split"), sent(two_voices, note="灯", other_category=lamp))
    child = Case.objects.get(split_from=two_voices)
    assert (child.state, child.lead_id) == ("dispatched", cast.property)
    advance(child.id, Move("undo_split"), actor=cast.chen, at=noon)  # nobody has begun
    assert Case.objects.get(id=child.id).ending == "duplicate"


def test_whoever_is_rung_up_about_a_split_is_told_the_number_it_goes_on_under(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    case, other = by_phone(cast, noon), by_phone(cast, noon)
    advance(other.id, Move("join", into=case.id), actor=cast.chen, at=noon)
    goes = cases.report_ids([case.id])[case.id][1]
    advance(case.id, Move("split", reports=(goes,)), actor=cast.chen, at=noon)
    child, client = Case.objects.get(split_from=case), desk(cast.chen)
    for kind in ("joined", "split"):  # the first was owed before it was split off, and is no less true of now
        call = cases.owed_calls(cast.chen).get(kind=kind)
        page = client.get(f"/desk/calls/{call.id}/")
        assert f"今后的案件编号：{child.number}" in text(page)
        assert PHONE in text(client.post(f"/desk/calls/{call.id}/", {"show": "1"}))


# ---- may be the same ----


def test_one_press_joins_what_is_likely_the_same(
    cast: Cast, reported: Case, desk: Desk, noon: datetime
) -> None:
    twin = cast.lin_reports(noon, text="同一块玻璃")
    client = desk(cast.chen)
    page = client.get(address(twin)).content.decode()
    assert "可能是同一件" in page
    form = re.search(rf'action="{re.escape(address(twin, "join"))}".*?</form>', page, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'name="(version|into)" value="([^"]*)"', form[0]))
    assert client.post(address(twin, "join"), fields).status_code == 302
    assert Case.objects.get(id=twin.id).joined_into_id == reported.id


def test_the_same_spot_comes_first_with_reason_and_score_and_another_street_is_another_matter(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    other = catalogue.by_code("1204").id
    here_other = cast.lin_reports(noon, category=catalogue.by_code("0504").id)
    nearby = cast.lin_reports(noon, place=cast.town.compound)
    same = cast.lin_reports(noon)
    far = cast.lin_reports(noon, place=cast.town.street_b)
    nearby_other = cast.lin_reports(noon, place=cast.town.compound, category=other)
    fresh = cast.lin_reports(noon)
    offered = desk(cast.zhou).get(address(fresh)).context["alike"]["open"]
    assert [one["value"] for one in offered] == [same.number, here_other.number, nearby.number]
    assert offered[0]["hint"].startswith("同一处、同一类、说法相近、时间相近（99 %）")
    assert "同一处、说法相近" in offered[1]["hint"]
    assert offered[2]["hint"].startswith("就在附近、同一类")
    form = desk(cast.zhou).get(address(fresh, "join")).content.decode()
    assert "同一处、同一类、说法相近、时间相近（99 %）" in form
    assert not {far.number, nearby_other.number} & {one["value"] for one in offered}
    advance(fresh.id, Move("accept"), actor=cast.chen, at=noon)
    assert desk(cast.zhou).get(address(fresh)).context["alike"] == {}


# ---- has come back ----


@pytest.fixture
def solved(cast: Cast, reported: Case, noon: datetime) -> Case:
    """Mended, checked and confirmed ten days ago."""
    return to_the_end(cast, reported, noon - 10 * DAY)


def test_whoever_accepts_is_asked_whether_it_has_come_back_and_the_link_stands_by_itself(
    cast: Cast, solved: Case, desk: Desk, noon: datetime
) -> None:
    again, client = cast.lin_reports(noon), desk(cast.chen)
    assert "是不是又出现了" in text(client.get(address(again)))
    form = client.get(address(again, "accept")).content.decode()
    assert f'name="came_back_from" value="{solved.id}" checked' in form
    client.post(address(again, "accept"), sent(again, came_back_from=str(solved.id)))
    again.refresh_from_db()
    assert (again.state, again.came_back_from_id) == ("opened", solved.id)
    assert again.number in text(client.get(address(solved)))
    assert "又出现" in client.get("/desk/").content.decode()


def test_the_desk_says_that_it_is_something_else_and_can_change_its_mind(
    cast: Cast, solved: Case, desk: Desk, noon: datetime
) -> None:
    again, client = cast.lin_reports(noon), desk(cast.chen)
    client.post(address(again, "accept"), sent(again, came_back_from=str(NOT_AGAIN)))
    again.refresh_from_db()
    assert again.came_back_from_id is None
    assert "又出现" not in client.get("/desk/").content.decode()
    for said, linked in ((solved.id, solved.id), (NOT_AGAIN, None)):
        client.post(address(again, "correct"), sent(again, came_back_from=str(said)))
        again.refresh_from_db()
        assert again.came_back_from_id == linked


def test_a_case_that_was_not_solved_here_is_not_taken_for_the_one_that_came_back(
    cast: Cast, solved: Case, desk: Desk, noon: datetime
) -> None:
    stranger = cast.lin_reports(noon, place=cast.town.street_b)
    again = cast.lin_reports(noon)
    answer = desk(cast.chen).post(address(again, "accept"), sent(again, came_back_from=str(stranger.id)))
    assert (answer.status_code, "那件不是在这里办结的" in text(answer)) == (422, True)


@pytest.fixture
def hidden(solved: Case, noon: datetime) -> Case:
    """The same one, of an import that is not published yet: nobody sees it."""
    run = start_run("旧系统", "f" * 64, actor=SYSTEM, at=noon)
    Case.objects.filter(id=solved.id).update(run_id=run)
    return solved


def test_what_its_reader_may_not_see_is_not_offered_as_what_came_back_nor_linked(
    cast: Cast, hidden: Case, desk: Desk, noon: datetime
) -> None:
    again, client = cast.lin_reports(noon), desk(cast.chen)
    assert cases.solved_before(again, actor=cast.chen, at=noon) == []
    assert hidden.number not in client.get(address(again)).content.decode()
    assert "came_back_from" not in client.get(address(again, "accept")).content.decode()
    named = client.post(address(again, "accept"), sent(again, came_back_from=str(hidden.id)))
    assert (named.status_code, "那件不是在这里办结的" in text(named)) == (422, True)
    client.post(address(again, "accept"), sent(again))
    again.refresh_from_db()
    assert (again.state, again.came_back_from_id) == ("opened", None)


def test_of_several_the_one_that_its_reader_may_see_is_the_one_that_came_back(
    cast: Cast, hidden: Case, noon: datetime
) -> None:
    seen = to_the_end(cast, cast.lin_reports(noon - 20 * DAY), noon - 20 * DAY)
    again = advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.chen, at=noon)
    assert again.came_back_from_id == seen.id


def test_twin_who_asks_for_no_reader_shows_it(
    cast: Cast, hidden: Case, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.cases.spots.visible_to", lambda _actor: Case.objects.all())
    with pytest.raises(AssertionError):
        test_what_its_reader_may_not_see_is_not_offered_as_what_came_back_nor_linked(cast, hidden, desk, noon)


def test_another_place_or_category_forgets_what_came_back_at_the_old_spot(
    cast: Cast, solved: Case, desk: Desk, noon: datetime
) -> None:
    again, client = cast.lin_reports(noon), desk(cast.chen)
    client.post(address(again, "accept"), sent(again))
    again.refresh_from_db()
    assert again.came_back_from_id == solved.id
    client.post(address(again, "correct"), sent(again, other_category=str(catalogue.by_code("0504").id)))
    again.refresh_from_db()
    assert again.came_back_from_id is None
    client.post(address(again, "correct"), sent(again, other_category=str(solved.category_id)))
    again.refresh_from_db()
    assert again.came_back_from_id == solved.id


def test_the_phone_shows_what_has_come_back(cast: Cast, solved: Case, desk: Desk, noon: datetime) -> None:
    again = cast.lin_reports(noon)
    walk(again, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    client = desk(cast.qian)
    assert "又出现 · " in client.get("/my/").content.decode()
    assert "同一处此前办过" in text(client.get(f"/my/cases/{again.number}/"))
