"""The administrator changes a party, closes it and takes that back; the same with places; and adds a calendar of the office's own."""

import re
from datetime import date, datetime, timedelta

import pytest

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.duty import actions as duty
from gezhi.kernel.actor import Actor
from gezhi.kernel.worktime import calendar_to_json
from gezhi.parties import actions as parties
from gezhi.parties import queries as party_queries
from gezhi.places import queries as places
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, text

NAMES = {"name_zh": "物业作息", "name_zh_hant": "物業作息", "name_en": "Company hours"}


def test_a_party_gets_another_name_calendar_and_level(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client, door = desk(keeper), f"/desk/parties/{cast.property}/change/"
    assert 'value="长峰物业"' in client.get(door).content.decode()
    sent = {"name": "长峰新物业", "parent": str(cast.office_desk), "calendar": "round_the_clock"}
    assert client.post(door, sent).status_code == 302
    row = party_queries.party(cast.property)
    assert (row.name, row.parent_id, row.calendar) == ("长峰新物业", cast.office_desk, "round_the_clock")


def test_a_party_does_not_stand_above_itself(cast: Cast, keeper: Actor, desk: Desk) -> None:
    sent = {"name": "办事处", "parent": str(cast.property), "calendar": "office"}
    answer = desk(keeper).post(f"/desk/parties/{cast.office_desk}/change/", sent)
    assert (answer.status_code, "不能归到它自己或它的下级之下" in text(answer)) == (422, True)
    assert party_queries.party(cast.office_desk).name == "皇冠街道办事处"


def test_a_party_in_use_is_not_closed_and_the_page_says_why(cast: Cast, keeper: Actor, desk: Desk) -> None:
    answer = desk(keeper).post(f"/desk/parties/{cast.property}/close/")
    assert (answer.status_code, "请先结束它的服务" in text(answer)) == (422, True)


def test_a_party_is_closed_found_among_the_closed_and_taken_back(
    cast: Cast, keeper: Actor, desk: Desk, noon: datetime
) -> None:
    team = parties.add_party("volunteers", "楼长队", "lz", "0631-0000109", actor=keeper, at=noon)
    client, door = desk(keeper), f"/desk/parties/{team}/"
    assert client.post(f"{door}close/").status_code == 302
    assert party_queries.party(team).closed_on == date(2026, 3, 2)
    page, all_of_them = text(client.get(door)), text(client.get("/desk/parties/"))
    assert ("已停用 2026-03-02" in page, "恢复使用" in page, "修改 " in page) == (True, True, False)
    assert "已停用的单位（1） 楼长队" in all_of_them
    assert client.post(f"{door}reopen/").status_code == 302
    assert party_queries.party(team).closed_on is None
    assert client.post(f"{door}reopen/").status_code == 422


def test_the_intake_desk_is_handed_over(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client = desk(keeper)
    assert client.post(f"/desk/parties/{cast.desk_a}/intake/").status_code == 302
    assert party_queries.intake_desk() == cast.desk_a


@pytest.mark.parametrize("deed", ["change", "close", "reopen", "intake"])
def test_a_clerk_changes_no_party(cast: Cast, desk: Desk, deed: str) -> None:
    assert desk(cast.chen).post(f"/desk/parties/{cast.agency}/{deed}/").status_code == 403


def test_a_place_is_closed_with_what_is_below_and_comes_back_with_it(
    cast: Cast, keeper: Actor, desk: Desk
) -> None:
    client, town = desk(keeper), cast.town
    building, stairwell = town.row(town.building), town.row(town.stairwell)
    door = f"/desk/places/{building.code}/"
    assert client.post(f"/desk/places/{stairwell.code}/close/", {"on": "2026-03-01"}).status_code == 302
    assert client.post(f"{door}close/", {"on": "2026-03-02"}).status_code == 302
    assert "恢复使用" in text(client.get(door))
    assert client.post(f"/desk/places/{stairwell.code}/reopen/").status_code == 422
    assert client.post(f"{door}reopen/").status_code == 302
    assert town.row(town.building).closed_on is None
    assert town.row(town.stairwell).closed_on == date(2026, 3, 1)  # ended before, by another deed


def test_a_place_closed_by_one_deed_comes_back_whole(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client, town = desk(keeper), cast.town
    door = f"/desk/places/{town.row(town.compound).code}/"
    client.post(f"{door}close/", {"on": "2026-03-02"})
    assert [town.row(one).closed_on for one in (town.building, town.stairwell)] == [date(2026, 3, 2)] * 2
    client.post(f"{door}reopen/")
    assert [town.row(one).closed_on for one in (town.building, town.stairwell)] == [None, None]


def test_a_place_with_open_cases_is_not_closed(cast: Cast, keeper: Actor, reported: Case, desk: Desk) -> None:
    town = cast.town
    door = f"/desk/places/{town.row(town.compound).code}/close/"
    answer = desk(keeper).post(door, {"on": "2026-03-02"})
    assert (answer.status_code, "还有 1 件没有办完" in text(answer)) == (422, True)
    assert town.row(town.compound).closed_on is None
    late = desk(keeper).post(door, {"on": "2026-03-03"})
    assert (late.status_code, "请填今天或以前的日期" in text(late)) == (422, True)


def test_a_place_is_found_by_the_name_people_use(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client, row = desk(keeper), cast.town.row(cast.town.building)
    sent = {"name": "东边那栋楼", "kind": "common"}
    assert client.post(f"/desk/places/{row.code}/name/", sent).status_code == 302
    assert [one.id for one in places.find("东边那栋楼")] == [row.id]
    assert client.post(f"/desk/places/{row.code}/name/", sent).status_code == 422


def test_an_office_adds_a_calendar_of_its_own_and_a_party_works_by_it(
    cast: Cast, keeper: Actor, desk: Desk
) -> None:
    client = desk(keeper)
    made = client.post("/desk/catalogue/calendars/new/", NAMES | {"like": "office"})
    assert (made.status_code, made["Location"]) == (302, "/desk/catalogue/calendars/own-1/")
    assert calendar_to_json(catalogue.calendar("own-1")) == calendar_to_json(catalogue.calendar("office"))
    page = text(client.get(made["Location"]))
    assert ("物业作息" in page, "添加 何" in page) == (True, True)
    sent = {"name": "长峰物业", "parent": str(cast.desk_a), "calendar": "own-1"}
    assert client.post(f"/desk/parties/{cast.property}/change/", sent).status_code == 302
    assert "作息 物业作息" in text(client.get(f"/desk/parties/{cast.property}/"))
    other = {"like": "own-1", "name_zh": "夜间作息", "name_zh_hant": "夜間作息", "name_en": "Night hours"}
    second = client.post("/desk/catalogue/calendars/new/", NAMES | other)
    assert second["Location"] == "/desk/catalogue/calendars/own-2/"


@pytest.mark.parametrize(
    "wrong", [{"name_en": ""}, {"like": "round_the_clock"}, {"like": "nothing"}, {"name_zh": " "}]
)
def test_a_calendar_without_a_name_or_a_model_is_not_added(
    cast: Cast, keeper: Actor, desk: Desk, wrong: dict[str, str]
) -> None:
    answer = desk(keeper).post("/desk/catalogue/calendars/new/", NAMES | {"like": "office"} | wrong)
    assert (
        answer.status_code,
        [one.code for one in catalogue.calendars() if one.code.startswith("own-")],
    ) == (422, [])


def test_a_clerk_adds_no_calendar(cast: Cast, desk: Desk) -> None:
    assert desk(cast.chen).get("/desk/catalogue/calendars/new/").status_code == 403


@pytest.mark.parametrize(("who", "first"), [("chen", "悦海社区"), ("sun", "长峰物业")])
def test_the_list_of_parties_begins_with_ones_own_and_those_below_it(
    cast: Cast, desk: Desk, who: str, first: str
) -> None:
    """A clerk looks up his own community and its grid teams every day, and others now and then; each stands there once."""
    page = desk(getattr(cast, who)).get("/desk/parties/").content.decode()
    head, *tables = re.split(r"<h2>([^<]+)</h2>", page)[1:]
    rows = [re.findall(r'class="row-link"[^>]*><b>([^<]+)</b>', table) for table in tables[::2]]
    own = {one.name for one in party_queries.parties() if one.name == first or is_below(one, first)}
    assert (head, rows[0][0], set(rows[0])) == ("本单位和下级", first, own)
    assert sorted(name for some in rows for name in some) == sorted(
        one.name for one in party_queries.parties()
    )


def is_below(one: party_queries.PartyRow, name: str) -> bool:
    return one.parent_id is not None and party_queries.party(one.parent_id).name == name


def test_who_works_on_no_case_reads_no_count_of_them(
    cast: Cast, keeper: Actor, desk: Desk, noon: datetime
) -> None:
    """An administrator would read 0 whatever lies there."""
    cast.lin_reports(noon)
    place = f"/desk/places/{cast.town.row(cast.town.stairwell).code}/"
    assert ["正在办的" in text(desk(who).get(place)) for who in (cast.chen, keeper)] == [True, False]
    assert "正在办的 1 件" in text(desk(cast.chen).get(place))


def test_only_where_somebody_is_missed_it_is_said_that_nobody_is_in_post(
    cast: Cast, keeper: Actor, desk: Desk, noon: datetime
) -> None:
    """Of three companies without people one holds nothing, one has work and one a roster."""
    idle, busy, on_call = (
        parties.add_party(
            "property", name, code, "0631-0000199", parent_id=None, calendar="office", actor=keeper, at=noon
        )
        for name, code in (("闲物业", "XWY"), ("忙物业", "MWY"), ("值班物业", "ZWY"))
    )
    walk(
        cast.lin_reports(noon),
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=busy)),
        at=noon,
    )
    hours = (noon + timedelta(hours=1), noon + timedelta(hours=9))
    duty.plan_shift(on_call, duty.OnDuty("李师傅", "0631-0000151", None), *hours, actor=keeper, at=noon)
    page = desk(cast.chen).get("/desk/parties/")
    assert {one.id for one in page.context["unmanned"]} & {idle, busy, on_call} == {busy, on_call}


@pytest.mark.parametrize(
    ("typed", "found"), [("长峰", {"长峰物业"}), ("0631-0000106", {"长峰物业"}), ("没有的", set())]
)
def test_a_party_is_found_by_its_name_or_number(typed: str, found: set[str], cast: Cast, desk: Desk) -> None:
    page = desk(cast.chen).get("/desk/parties/", {"q": typed})
    assert {row["name"] for group in page.context["groups"] for row in group["rows"]} == found
    assert ("没有找到" in text(page)) is not bool(found)


def test_the_page_of_places_opens_at_ones_own_community(cast: Cast, desk: Desk) -> None:
    own = cast.town.row(cast.town.community_a)
    pages = {
        who.name: [row["name"] for row in desk(who).get("/desk/places/").context["rows"]]
        for who in (cast.chen, cast.zhou)
    }
    assert pages[cast.chen.name] == [cast.town.row(cast.town.compound).full_name]
    assert own.full_name not in pages[cast.chen.name]
    assert pages[cast.zhou.name] != pages[cast.chen.name]
    everything = desk(cast.chen).get("/desk/places/?all=1")
    assert [row["name"] for row in everything.context["rows"]] == pages[cast.zhou.name]


def test_an_account_that_works_says_so(cast: Cast, keeper: Actor, desk: Desk) -> None:
    assert "正常" in text(desk(keeper).get("/desk/accounts/"))


def test_the_book_counts_opening_conditions_and_explains_its_arrow(cast: Cast, desk: Desk) -> None:
    page = text(desk(cast.chen).get("/desk/catalogue/"))
    assert ("1 条" in page, "“→”表示前者办不了再交后者。" in page, "建议值" in page) == (True, True, False)
