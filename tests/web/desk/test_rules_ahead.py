"""The desk writes down today what a rule is to say from a later day on, sees it coming, tries it for that day, and takes it back."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from gezhi.kernel.actor import SYSTEM
from gezhi.routing import actions, queries
from gezhi.routing.terms import Terms
from tests.cast import Cast
from tests.web.desk.conftest import Desk, text
from tests.web.desk.test_routing import written

DAY = date(2026, 4, 1)
ON_THE_DAY = datetime.fromisoformat("2026-04-01T00:00:00+08:00")
EVE = ON_THE_DAY - timedelta(seconds=1)


@pytest.fixture
def line(cast: Cast, noon: datetime) -> UUID:
    """甲 leads to the agency."""
    return actions.add_rule(Terms("甲", party=cast.agency), actor=SYSTEM, at=noon)


@pytest.fixture
def client(cast: Cast, desk: Desk) -> Client:
    return desk(cast.zhou)


def seen(client: Client, page: str) -> str:
    """The version that the page's own form names."""
    return re.findall(r'name="seen" value="([^"]+)" id="id_seen"', client.get(page).content.decode())[0]


def plan(client: Client, line: UUID, cast: Cast, day: str = "2026-04-01") -> None:
    """甲 is to be 甲二, with the owners."""
    page = f"/desk/routing/{line}/"
    sent = written("甲二", seen=seen(client, page), party="kind:owners", begins_on=day)
    assert client.post(page, sent).status_code == 302


def names(at: datetime) -> list[str]:
    return [rule.name for rule in queries.rules(at)]


def test_what_is_written_for_a_later_day_shows_as_coming_and_holds_from_its_midnight(
    cast: Cast, client: Client, line: UUID, noon: datetime
) -> None:
    plan(client, line, cast)
    listed = text(client.get("/desk/routing/"))
    assert "已记下：从 2026-04-01 零点起照新的办，之前仍照现在的。" in listed
    assert "1. 甲 用到 2026-04-01 所有案件 区综合行政执法局" in listed
    assert (
        "以后要变的 到那天零点才变，之前照上面的办；可以修改，也可以撤回。 2026-04-01 “甲”改为 甲二" in listed
    )
    assert (names(noon), names(EVE), names(ON_THE_DAY)) == (["甲"], ["甲"], ["甲二"])
    then = text(client.get("/desk/routing/?on=2026-04-01"))
    assert "这是照今天的登记，2026-04-01 将适用的，只能看。" in then
    assert ("甲二 所有案件" in then, "上移" in then, "以后要变的" in then) == (True, False, False)


def test_the_one_ahead_is_said_anew_on_its_own_page(
    cast: Cast, client: Client, line: UUID, noon: datetime
) -> None:
    plan(client, line, cast)
    page = f"/desk/routing/{line}/ahead/"
    form = client.get(page).content.decode()
    assert 'value="2026-04-01"' in form
    assert f'href="{page}"' in client.get("/desk/routing/").content.decode()
    sent = written("甲三", seen=seen(client, page), party="kind:owners", begins_on="2026-05-01")
    assert client.post(page, sent).status_code == 302
    assert (names(ON_THE_DAY), names(ON_THE_DAY + timedelta(days=30))) == (["甲"], ["甲三"])
    assert client.post(page, sent).status_code == 422  # somebody who looked at the one before


def test_the_version_in_force_is_changed_at_once_beside_what_is_ahead(
    cast: Cast, client: Client, line: UUID, noon: datetime
) -> None:
    plan(client, line, cast)
    page = f"/desk/routing/{line}/"
    said = text(client.get(page))
    assert "这里的更改从现在起生效，用到 2026-04-01" in said
    assert "id_begins_on" not in client.get(page).content.decode()
    sent = written("甲先改", seen=seen(client, page), party=str(cast.agency), begins_on="2026-09-01")
    assert client.post(page, sent).status_code == 302
    assert (names(noon), names(ON_THE_DAY)) == (["甲先改"], ["甲二"])


def test_what_is_ahead_is_withdrawn_and_the_history_says_so(
    cast: Cast, client: Client, line: UUID, noon: datetime
) -> None:
    plan(client, line, cast)
    [sent] = re.findall(
        rf'action="/desk/routing/{line}/withdraw/".*?name="seen" value="([^"]+)"',
        client.get("/desk/routing/").content.decode(),
    )
    assert client.post(f"/desk/routing/{line}/withdraw/", {"seen": sent}).status_code == 302
    assert client.post(f"/desk/routing/{line}/withdraw/", {"seen": sent}).status_code == 409
    assert client.post(f"/desk/routing/{line}/withdraw/", {"seen": "x"}).status_code == 409
    assert names(ON_THE_DAY) == ["甲"]
    said = text(client.get(f"/desk/routing/{line}/"))
    assert "甲二 周 没有用过 周撤回或改写 所有案件 → 服务当地的业委会 原定 2026-04-01 00:00" in said
    assert client.get(f"/desk/routing/{line}/ahead/").status_code == 302


def test_a_new_rule_and_a_closing_wait_for_their_day(
    cast: Cast, client: Client, line: UUID, noon: datetime
) -> None:
    sent = written("乙", party=str(cast.agency), begins_on="2026-04-01")
    assert client.post("/desk/routing/new/", sent).status_code == 302
    page = f"/desk/routing/{line}/"
    ends = {"seen": seen(client, page), "ends_on": "2026-04-01"}
    assert client.post(page + "close/", ends | {"ends_on": "2026-02-01"}).status_code == 422
    assert client.post(page + "close/", ends | {"ends_on": "春天"}).status_code == 422
    assert client.post(page + "close/", ends).status_code == 302
    listed = text(client.get("/desk/routing/"))
    assert "2. 乙 2026-04-01 起" in listed
    assert "2026-04-01 停用“甲”" in listed
    assert "2026-04-01 开始用“乙”" in listed
    assert (names(noon), names(ON_THE_DAY)) == (["甲"], ["乙"])


def test_the_rules_and_a_draft_are_tried_for_a_day_to_come(
    cast: Cast, client: Client, line: UUID, noon: datetime
) -> None:
    plan(client, line, cast)
    asked = {"try-words": "楼道门玻璃碎了", "try-place": cast.town.row(cast.town.stairwell).code}
    now = text(client.get("/desk/routing/", asked))
    then = text(client.get("/desk/routing/", asked | {"try-at": "2026-04-01T09:00"}))
    assert ("派给区综合行政执法局" in now, "派给悦海花园业委会" in then) == (True, True)
    assert "照 2026-04-01 09:00 适用的规则。" in then
    draft = written("甲三", seen=str(queries.standings(noon)[0].shown.id), party="kind:property") | asked
    said = [
        text(client.post(f"/desk/routing/{line}/", draft | {"try": "1", "try-at": f"{day}T09:00"}))
        for day in ("2026-03-10", "2026-04-10")
    ]
    assert ("按派遣规则“甲三”" in said[0], "按派遣规则“甲二”" in said[1]) == (True, True)
    assert names(noon) == ["甲"]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("2026-02-01", "请填今天或以后的日期。"), ("2026-04-01", "到那天也和现行的一样。")],
)
def test_a_day_that_cannot_be_is_refused_beside_its_field(
    cast: Cast, client: Client, line: UUID, noon: datetime, day: str, sentence: str
) -> None:
    page = f"/desk/routing/{line}/"
    answer = client.post(page, written("甲", seen=seen(client, page), party=str(cast.agency), begins_on=day))
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    assert 'href="#id_begins_on"' in answer.content.decode()


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_costs_the_same_whatever_is_ahead(
    cast: Cast, client: Client, noon: datetime, items: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(items):
        terms = Terms(f"规则 {number}", place=cast.town.compound, party=cast.agency)
        actions.add_rule(terms, actor=SYSTEM, at=noon, begins_on=DAY)
    client.get("/desk/routing/")
    with django_assert_max_num_queries(100) as asked:
        client.get("/desk/routing/")
    assert len(asked) <= 12
