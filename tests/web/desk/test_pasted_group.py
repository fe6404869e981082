"""What a pasted group shows and hides: whose place it is, whose number, and what the group reads of it."""

import re
from datetime import datetime
from typing import Any

import pytest

from gezhi.cases.models import Case
from gezhi.flows import paste_group
from gezhi.kernel.actor import SYSTEM
from gezhi.places import gazetteer
from gezhi.places.actions import add_place
from gezhi.places.kinds import Kind
from gezhi.reports import queries as reports
from gezhi.reports.actions import reveal_contact
from gezhi.reports.models import Report
from gezhi.web.desk import paste_state
from tests.cast import Cast
from tests.web.desk.conftest import Desk, text
from tests.web.desk.test_paste import TAKE, filled, read
from tests.web.pocket.conftest import picture


def test_the_address_in_the_answer_shows_nobodys_words_and_takes_nothing(
    cast: Cast, desk: Desk, client: Any
) -> None:
    chen = desk(cast.chen)
    answer = chen.post(TAKE, filled(read(chen, photos=[picture()]))).context["answer"]
    page = re.search(r"/t/\S+", answer)
    assert page is not None
    shown = client.get(page[0] + "?new=1")
    for words in ("灯坏了", "别人看不到", "您拍的照片", "查询码", 'name="event"'):
        assert words not in shown.content.decode().split("<main")[-1]
    assert "谁都能看" in text(shown)
    late = client.post(page[0], {"event": "add", "text": "我也说一句"})
    assert (late.status_code, "不能在这里补充或确认" in text(late)) == (409, True)
    assert reports.added(Report.objects.order_by("said_at")[0].id) == []


def test_twin_a_code_that_one_person_holds_would_show_what_he_said(
    cast: Cast, desk: Desk, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.web.public.status.SHARED_CODE", frozenset())
    chen = desk(cast.chen)
    answer = chen.post(TAKE, filled(read(chen))).context["answer"]
    page = re.search(r"/t/\S+", answer)
    assert page is not None
    assert "灯坏了" in text(client.get(page[0]))


NICKNAMED = "3-2-301李女士 2026/3/1 9:12:33\n快递柜那边的井盖翘起来了"


def test_a_nickname_is_a_hint_and_no_place_and_the_answer_does_not_print_it(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    page = read(client, NICKNAMED)
    places = page.context["cards"][0].shows["places"]
    assert [one["checked"] for one in places] == [True, False]
    assert (places[0]["value"], places[1]["hint"]) == (str(cast.town.compound), "发言人昵称里有“3号楼2单元”")
    said = filled(page) | {"place_0": places[1]["value"]}
    done = client.post(TAKE, said)
    assert Case.objects.get().place_id == cast.town.stairwell
    assert "2单元" not in done.context["answer"].replace(" ", "")


def test_the_head_of_a_copy_names_the_group_and_where_it_lives(cast: Cast, desk: Desk) -> None:
    page = read(desk(cast.chen), '群聊"悦海花园邻里群"\n吕芳 2026/3/1 9:12:33\n门口灯坏了，看不见', group="")
    assert (page.context["group"], page.context["around"].id) == ("悦海花园邻里群", cast.town.compound)
    assert len(page.context["paste"].lines) == 1


def another_compound(cast: Cast, at: datetime) -> None:
    """皇冠花园 of the other community has a 3号楼 with a 2单元, too."""
    add: dict[str, Any] = {"actor": SYSTEM, "at": at}
    above = cast.town.community_b
    for kind, name in ((Kind.COMPOUND, "皇冠花园"), (Kind.BUILDING, "3号楼"), (Kind.STAIRWELL, "2单元")):
        above = add_place(kind=kind, name=name, parent_id=above, grid_id=cast.town.grid_b2, **add).id
    gazetteer._kept.clear()


def test_of_two_places_that_are_called_alike_none_is_chosen_and_the_clerks_own_comes_first(
    cast: Cast, desk: Desk, noon: Any
) -> None:
    named, own = "3号楼2单元楼道灯又不亮了", cast.town.stairwell
    another_compound(cast, noon)
    mine = paste_group.proposal(named, hint="", around=None, actor=cast.chen, at=noon)
    assert (mine.place and mine.place.id) == own
    whole = paste_group.proposal(named, hint="", around=None, actor=cast.zhou, at=noon)
    assert whole.place is None


def test_a_number_that_was_said_is_the_contact_of_its_report_and_stands_nowhere(
    cast: Cast, desk: Desk, noon: Any
) -> None:
    client = desk(cast.chen)
    page = read(client)
    assert "13800001234" not in page.content.decode()
    client.post(TAKE, filled(page))
    lamp, second, bin = Report.objects.order_by("said_at")
    assert [one.has_contact for one in reports_of(lamp, second, bin)] == [True, False, False]
    assert reveal_contact(lamp.id, "要回电", actor=cast.chen, at=noon) == "13800001234"


def reports_of(*rows: Report) -> list[Any]:
    return [reports.for_desk([row.id])[0] for row in rows]


def test_a_plate_is_for_the_desk_alone(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    client.post(TAKE, filled(read(client, "吕芳 2026/3/1 9:12\n3号楼消防通道被鲁K12345堵住了")))
    report, case = Report.objects.get(), Case.objects.get()
    assert "鲁K12345" in report.text
    assert "鲁K12345" not in case.title
    assert "鲁K12345" not in text(client.get("/desk/ledger/"))


def test_only_what_is_likely_and_somewhere_is_ticked_and_it_is_said_how_many(cast: Cast, desk: Desk) -> None:
    chat = "吕芳 2026/3/1 9:12\n3号楼2单元灯坏了\n于海 2026/3/1 9:13\n路口的井盖翘起来了，没人管"
    page = read(desk(cast.chen), chat, group="")
    assert [card.is_taken for card in page.context["cards"]] == [True, False]
    assert "地点清楚的 1 条先勾上了" in text(page)


@pytest.mark.parametrize("cry", ["3号楼电梯里关了人", "快来人啊", "在一楼！！", "救命", "急！"])
def test_a_cry_for_help_is_never_left_aside_and_stands_first_with_a_number_to_call(
    cry: str, cast: Cast, desk: Desk
) -> None:
    chat = f"吕芳 2026/3/1 9:12\n3号楼2单元灯坏了\n于海 2026/3/1 9:13\n{cry}"
    page = read(desk(cast.chen), chat)
    assert page.context["cards"][0].words == cry
    assert page.context["rest"] == []
    assert 'href="tel:11' in page.content.decode().split("第 1 条")[0]


def test_twin_by_the_patterns_alone_a_cry_would_be_left_aside(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paste_state, "is_urgent", lambda words: False)
    assert len(read(desk(cast.chen), "吕芳 2026/3/1 9:12\n快来人啊").context["rest"]) == 1
