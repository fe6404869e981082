"""The desk sees which rule proposes whom and why, and the story of a case says by which rule it went."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.routing import actions, queries
from gezhi.routing.terms import Terms
from tests.cast import Cast
from tests.web.desk.conftest import Desk, address, text


def rule(at: datetime, name: str = "碎玻璃找业委会", **terms: Any) -> None:
    actions.add_rule(Terms(name, **terms), actor=SYSTEM, at=at)


def test_the_dispatch_form_has_whom_the_rule_names_chosen_and_says_why(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    rule(noon, place=cast.town.compound, hour_from=480, hour_to=1080, party_kind="owners")
    answer = desk(cast.chen).get(address(opened, "dispatch"))
    assert "按派遣规则“碎玻璃找业委会”：在悦海社区 悦海花园，08:00 至 18:00" in text(answer)
    assert f'value="{cast.owners}" checked' in answer.content.decode()


def test_without_a_rule_the_form_says_that_the_categorys_chain_proposes(
    cast: Cast, opened: Case, desk: Desk
) -> None:
    answer = desk(cast.chen).get(address(opened, "dispatch"))
    assert "没有派遣规则适用，按类别写明的“由谁办”。" in text(answer)
    assert f'value="{cast.property}" checked' in answer.content.decode()


def test_a_rule_may_name_a_party_that_does_not_serve_there(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    rule(noon, party=cast.team_b2)
    assert (
        f'value="{cast.team_b2}" checked' in desk(cast.chen).get(address(opened, "dispatch")).content.decode()
    )


@pytest.mark.parametrize("is_automatic", [True, False])
def test_the_story_says_by_which_rule_it_went(
    cast: Cast, reported: Case, desk: Desk, noon: datetime, is_automatic: bool
) -> None:
    rule(noon, party_kind="owners", is_automatic=is_automatic)
    client = desk(cast.chen)
    sent = {"version": 1, "place": str(reported.place_id), "category": str(reported.category_id)}
    accepted = client.post(address(reported, "accept"), sent, follow=True)
    if not is_automatic:
        client.post(address(reported, "dispatch"), {"version": 2, "party": str(cast.owners)})
    else:
        assert "按派遣规则派给悦海花园业委会" in text(accepted)
    page = text(client.get(address(reported)))
    assert "按派遣规则“碎玻璃找业委会”" in page
    assert Case.objects.get(id=reported.id).lead_id == cast.owners


def written(name: str = "夜间找执法", **more: str) -> dict[str, str]:
    """The form of a rule as a browser sends it."""
    empty = dict.fromkeys(
        ("seen", "category", "condition", "place", "place_kind", "hour_from", "hour_to"), ""
    )
    return empty | {"season_from": "", "season_to": "", "name": name} | more


def test_a_keeper_writes_a_rule_changes_it_and_closes_it_and_all_of_it_stays_readable(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    client = desk(cast.zhou)
    sent = written(hour_from="20:00", hour_to="08:00", season_from="11-15", season_to="03-15")
    assert client.post("/desk/routing/new/", sent | {"party": str(cast.agency)}).status_code == 302
    listed = client.get("/desk/routing/")
    assert "夜间找执法 20:00 至 08:00，每年 11-15 至 03-15 区综合行政执法局" in text(listed)
    [one] = queries.rules(noon)
    page = f"/desk/routing/{one.line}/"
    form = client.get(page).content.decode()
    assert 'value="20:00"' in form
    assert 'value="11-15"' in form
    changed = written("夜里找业委会", seen=str(one.id), party="kind:owners", is_automatic="on")
    assert client.post(page, changed).status_code == 302
    assert client.post(page, changed).status_code == 422  # somebody who looked at the version before
    [newer] = queries.rules(noon)
    assert (newer.party_kind, newer.is_automatic, newer.hour_from) == ("owners", True, None)
    assert client.post(page + "close/", {"seen": str(newer.id)}).status_code == 302
    assert queries.rules(noon) == []
    history = text(client.get(page))
    assert "夜间找执法 周" in history
    assert "夜里找业委会 周" in history


def test_the_list_shows_the_rules_of_another_day_and_then_offers_no_change(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    rule(noon - timedelta(days=3), "甲", party=cast.agency)
    rule(noon - timedelta(days=1), "乙", party=cast.agency)
    client = desk(cast.zhou)
    now, then = client.get("/desk/routing/"), client.get("/desk/routing/?on=2026-02-27")
    assert ("甲" in text(now), "乙" in text(now), "上移" in text(now)) == (True, True, True)
    assert ("甲" in text(then), "乙 " in text(then), "上移" in text(then)) == (True, False, False)
    assert client.get("/desk/routing/?on=2026-02-30").status_code == 200


def test_a_rule_is_put_a_place_higher(cast: Cast, desk: Desk, noon: datetime) -> None:
    rule(noon, "甲", party=cast.agency)
    rule(noon, "乙", party=cast.agency)
    client = desk(cast.zhou)
    [order] = re.findall(r'name="order" value="([^"]+)"', client.get("/desk/routing/").content.decode())
    assert client.post("/desk/routing/order/", {"order": order}).status_code == 302
    assert [one.name for one in queries.rules(noon)] == ["乙", "甲"]
    assert client.post("/desk/routing/order/", {"order": order[:36]}).status_code == 409
    assert client.post("/desk/routing/order/", {"order": "x"}).status_code == 409


def test_the_rules_are_tried_on_a_sentence(cast: Cast, desk: Desk, noon: datetime) -> None:
    rule(noon, "玻璃找业委会", category=catalogue.by_code("0501").id, party_kind="owners", is_automatic=True)
    place = cast.town.row(cast.town.stairwell).code
    client = desk(cast.zhou)
    asked = {
        "try-words": "楼道门玻璃碎了",
        "try-place": place,
        "try-category": str(catalogue.by_code("0501").id),
    }
    said = text(client.get("/desk/routing/", asked))
    assert "派给悦海花园业委会 自动派遣" in said
    assert "按派遣规则“玻璃找业委会”" in said
    nothing = text(client.get("/desk/routing/", {"try-words": "", "try-place": ""}))
    assert "留在受理席" in nothing
    assert "没看出是哪一类" in nothing


def test_a_draft_is_tried_before_it_is_saved_and_nothing_is_written(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    rule(noon, "白天找业委会", hour_from=480, hour_to=1080, party_kind="owners")
    draft = written("夜间找执法", hour_from="20:00", hour_to="06:00", party=str(cast.agency))
    asked = {"try": "1", "try-words": "玻璃碎了", "try-place": cast.town.row(cast.town.stairwell).code}
    client = desk(cast.zhou)
    at_noon = client.post("/desk/routing/new/", draft | asked)
    at_night = client.post("/desk/routing/new/", draft | asked | {"try-at": "2026-03-02T23:30"})
    assert "派给悦海花园业委会" in text(at_noon)
    assert "按派遣规则“夜间找执法”：20:00 至 06:00" in text(at_night)
    assert [one.name for one in queries.rules(noon)] == ["白天找业委会"]


@pytest.mark.parametrize(
    ("field", "more", "sentence"),
    [
        ("hour_to", {"hour_from": "20:00"}, "起和止要一起填，或者都不填。"),
        ("hour_to", {"hour_from": "20:00", "hour_to": "20:00"}, "两个时刻不能相同"),
        ("season_from", {"season_from": "02-30", "season_to": "03-01"}, "没有这一天，请核对。"),
        ("season_from", {"season_from": "春天"}, "请写月和日，例如 11-15。"),
        ("party", {"party": ""}, "派给谁"),
        ("place", {"place": "月球"}, "没有叫这个名字的位置"),
    ],
)
def test_what_cannot_be_said_comes_back_beside_its_field(
    cast: Cast, desk: Desk, noon: datetime, field: str, more: dict[str, str], sentence: str
) -> None:
    answer = desk(cast.zhou).post("/desk/routing/new/", written(party=str(cast.agency)) | more)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert f'href="#id_{field}"' in answer.content.decode()
    assert queries.rules(noon) == []


def test_only_keepers_meet_the_rules(cast: Cast, desk: Desk, keeper: Actor, noon: datetime) -> None:
    rule(noon, party=cast.agency)
    page = f"/desk/routing/{queries.rules(noon)[0].line}/"
    for one in ("/desk/routing/", "/desk/routing/new/", page):
        found = [desk(who).get(one).status_code for who in (keeper, cast.zhou, cast.chen, cast.sun)]
        assert found == [200, 200, 403, 403]
    assert desk(cast.chen).post(page + "close/").status_code == 403
    assert desk(cast.chen).post("/desk/routing/order/").status_code == 403
    assert desk(cast.zhou).get("/desk/routing/01900000-0000-7000-8000-000000000000/").status_code == 404
    assert "/desk/routing/" in desk(cast.zhou).get("/desk/").content.decode()
    assert "/desk/routing/" not in desk(cast.chen).get("/desk/").content.decode()


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_costs_the_same_with_one_rule_and_with_three(
    cast: Cast, desk: Desk, noon: datetime, items: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(items):
        rule(noon, f"规则 {number}", place=cast.town.compound, party=cast.agency)
    client = desk(cast.zhou)
    client.get("/desk/routing/")
    with django_assert_max_num_queries(100) as asked:
        client.get("/desk/routing/")
    assert len(asked) <= 12
