"""On every page of what a desk keeps: what stood registered on a day, and who changed it, in words."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client

from gezhi.catalogue import actions as catalogue_actions
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.models import Category
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.worktime import calendar_to_json
from gezhi.parties import actions as parties
from gezhi.parties import staff
from gezhi.parties.actions import Ground
from gezhi.places import actions as places
from gezhi.places.kinds import NameKind
from gezhi.web.desk import history
from tests.cast import START, Cast
from tests.web.desk.conftest import Desk, text

THEN = "?on=2026-03-02"
DAY = timedelta(days=1)


@pytest.fixture
def later(keeper: Actor, desk: Desk, noon: datetime) -> Iterator[Client]:
    """何 at his desk, ten days later."""
    with time_machine.travel(noon + 10 * DAY, tick=False):
        yield desk(keeper)


@pytest.fixture
def who(keeper: Actor, noon: datetime) -> dict[str, Any]:
    """Everything is changed by 何 on the fourth day."""
    return {"actor": keeper, "at": noon + 4 * DAY}


def seen(client: Client, door: str) -> tuple[str, str]:
    """The page now, and as of the first day."""
    now, then = client.get(door), client.get(door + THEN)
    assert (now.status_code, then.status_code) == (200, 200)
    assert "这是 2026-03-02 当天结束时登记的，只能看。" in text(then)
    assert "只能看" not in text(now)
    return text(now), text(then)


def test_a_limit_of_a_category_on_a_day(later: Client, who: dict[str, Any]) -> None:
    leaf = catalogue.by_code("0501")
    one = catalogue.default_condition(leaf.id)
    catalogue_actions.change_condition(
        one.id, {"fix": {"minutes": 4800, "clock": "working"}}, revision=one.revision, **who
    )
    now, then = seen(later, "/desk/catalogue/0501/")
    assert ("10 个工作日" in now, "10 个工作日" in then) == (True, False)
    assert f"办结时限：{one.fix.minutes} 分钟 → 4800 分钟" in now
    assert "还没有改动过" in then
    assert "改名称和标记" not in then


def test_a_proof_that_was_changed_stands_in_the_history(later: Client, who: dict[str, Any]) -> None:
    leaf = catalogue.by_code("0501")
    words = {"zh": "看新玻璃", "zh_hant": "看新玻璃", "en": "Look at the new pane"}
    catalogue_actions.change_proof(leaf.id, {"sentence": words}, revision=1, **who)
    now, then = seen(later, "/desk/catalogue/0501/")
    assert ("→ 看新玻璃" in now, "看新玻璃" in then) == (True, False)


def test_a_category_closed_since_was_offered_on_that_day(later: Client, who: dict[str, Any]) -> None:
    leaf = catalogue.by_code("0502")
    catalogue_actions.close_category(leaf.id, on=date(2026, 3, 6), reason="并入 0501", revision=1, **who)
    now, then = seen(later, "/desk/catalogue/0502/")
    assert ("已停用" in now, "已停用" in then) == (True, False)
    assert "停用 何" in now


def test_a_rule_of_the_office_on_a_day(later: Client, who: dict[str, Any]) -> None:
    catalogue_actions.change_rule("call_tries", 5, revision=1, **who)
    now, then = seen(later, "/desk/catalogue/rules/call_tries/")
    assert ("现在 5 次" in now, "那天 3 次" in then) == (True, True)
    assert "数值：3 → 5" in now


def test_a_calendar_on_a_day(later: Client, who: dict[str, Any]) -> None:
    hours = calendar_to_json(catalogue.calendar("office"))
    week = hours["week"] | {"sat": ["09:00-12:00"]}
    changes = {"hours": {**hours, "week": week, "holidays": [*hours["holidays"], "2026-12-24"]}}
    catalogue_actions.change_calendar("office", changes, revision=1, **who)
    now, then = seen(later, "/desk/catalogue/calendars/office/")
    assert "周六：— → 09:00-12:00" in now
    assert "放假的日子：加上 2026-12-24" in now
    assert ("周六 —" in then, "2026-12-24" in then, "保存" in then) == (True, False, False)


def test_a_party_on_a_day(cast: Cast, later: Client, who: dict[str, Any]) -> None:
    at_home = {"name": "长峰新物业", "calendar": "round_the_clock", "parent_id": cast.office_desk}
    parties.amend_party(cast.property, **at_home, **who)
    parties.serve(cast.property, "property", Ground(cast.town.street_b), starts_on=date(2026, 3, 6), **who)
    now, then = seen(later, f"/desk/parties/{cast.property}/")
    assert "名称：长峰物业 → 长峰新物业" in now
    assert "上一级：悦海社区 → 皇冠街道办事处" in now
    assert "物业服务：韩乐坊社区 中街，2026-03-06 – 长期" in now
    assert ("长峰新物业" in then, "上一级 悦海社区" in then, "登记服务 物业服务" in then) == (
        False,
        True,
        False,
    )


def test_people_of_a_party_on_a_day_stay_when_their_account_is_switched_off(
    cast: Cast, later: Client, who: dict[str, Any]
) -> None:
    staff.switch_account(UUID(str(cast.sun.id)), is_active=False, **who)
    now, then = seen(later, f"/desk/parties/{cast.property}/")
    assert (" 孙 " in now.split("在岗的人")[1], " 孙 " in then.split("在岗的人")[1]) == (False, True)


def test_a_place_on_a_day(cast: Cast, later: Client, who: dict[str, Any]) -> None:
    town = cast.town
    places.rename_place(town.compound, "悦海新苑", **who)
    places.add_name(town.building, "东楼", NameKind.COMMON, **who)
    places.move_place(town.building, parent_id=town.community_b, grid_id=town.grid_b2, reason="改划", **who)
    now, then = seen(later, f"/desk/places/{town.row(town.building).code}/")
    assert "在哪里：悦海社区 悦海新苑 → 韩乐坊社区" in now
    assert "网格：悦海一格 A1" in now
    assert "改划" in now
    assert ("东楼（俗称）" in now, "东楼" in then) == (True, False)
    assert "悦海社区 › 悦海花园 › 3号楼" in then
    assert ("网格 悦海一格 A1" in then, "网格 韩乐坊二格 B2" in now) == (True, True)
    assert "长峰物业" in then.split("那天谁管这里")[1]


def test_a_company_that_closed_since_served_the_place_on_that_day(
    cast: Cast, later: Client, who: dict[str, Any], keeper: Actor
) -> None:
    new = parties.add_party(
        "volunteers", "楼长队", "lz", "0631-0000109", actor=keeper, at=who["at"] - 9 * DAY
    )
    on = {"starts_on": START, "actor": keeper, "at": who["at"] - 9 * DAY}
    served = parties.serve(new, "utility", Ground(cast.town.building), **on)
    parties.end_service(served, ends_on=date(2026, 3, 6), **who)
    parties.close_party(new, **who)
    now, then = seen(later, f"/desk/places/{cast.town.row(cast.town.building).code}/")
    assert ("楼长队" in now, "楼长队" in then) == (False, True)


def test_the_posts_of_somebody_on_a_day(cast: Cast, later: Client, who: dict[str, Any]) -> None:
    post = staff.NewPost(cast.agency, Duty.MANAGER, date(2026, 3, 6))
    staff.appoint(UUID(str(cast.gao.id)), post, **who)
    now, then = seen(later, f"/desk/accounts/{cast.gao.id}/")
    assert "任命 区综合行政执法局 · 负责人 何" in now
    assert ("负责人" in then, "处置员" in then, "停用账号" in then) == (False, True, False)


def test_the_answer_to_a_reset_asks_for_days_at_the_account(cast: Cast, later: Client) -> None:
    answer = later.post(f"/desk/accounts/{cast.gao.id}/reset/")
    assert f'action="/desk/accounts/{cast.gao.id}/"' in answer.content.decode()


def test_before_there_was_such_a_thing_the_page_says_so(cast: Cast, later: Client) -> None:
    for door in (f"parties/{cast.property}", "catalogue/0501", "catalogue/rules/call_tries"):
        answer = later.get(f"/desk/{door}/?on=2026-02-01")
        assert (answer.status_code, "那天还没有登记" in text(answer)) == (404, True)


@pytest.mark.parametrize("typed", ["2026-02-30", "gestern", "", "2027-01-01", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_or_not_over_is_today(later: Client, typed: str) -> None:
    answer = later.get("/desk/catalogue/0501/", {"on": typed})
    assert (answer.status_code, "只能看" in text(answer)) == (200, False)


def test_looking_at_a_day_changes_nothing(later: Client, who: dict[str, Any]) -> None:
    leaf = catalogue.by_code("0501")
    catalogue_actions.change_category(leaf.id, {"dangerous": not leaf.dangerous}, revision=1, **who)
    stored = Category.objects.filter(id=leaf.id).values().get()
    seen(later, "/desk/catalogue/0501/")
    assert Category.objects.filter(id=leaf.id).values().get() == stored
    assert catalogue.by_code("0501").dangerous is not leaf.dangerous


def test_twin_without_taking_back_the_day_shows_what_stands_now(
    later: Client, who: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue_actions.change_rule("call_tries", 5, revision=1, **who)
    monkeypatch.setattr("gezhi.catalogue.past.put_back", lambda row, fields: None)
    _now, then = seen(later, "/desk/catalogue/rules/call_tries/")
    assert "那天 5 次" in then


def test_every_deed_of_the_cast_has_a_name(cast: Cast, keeper: Actor, noon: datetime) -> None:
    kept = [("party", cast.property), ("place", cast.town.building), ("account", UUID(str(keeper.id)))]
    assert {str(one["event"]) for one in history.said(kept, now=noon, until=noon)} == {
        "添加",
        "登记服务",
        "开账号",
    }
