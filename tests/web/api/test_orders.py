"""Orders for programs: once per number, seen and judged by those whose desk it is."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from gezhi.cases.models import Order
from gezhi.parties.tokens import Scope
from gezhi.reports.models import Report
from tests.cast import Cast
from tests.web.api.conftest import Programs, refusal

BODY = {
    "issuer": "hotline",
    "number": "WH20260302001723",
    "text": "市民张女士来电反映路灯不亮，电话13800001234",
    "due_at": "2026-03-05T17:00:00+08:00",
    "return_until": "2026-03-03T12:00:00+08:00",
    "category": "市政设施",
    "contact": "13800001234",
}


def placed(cast: Cast, **more: Any) -> dict[str, Any]:
    return BODY | {"place": cast.town.row(cast.town.stairwell).code} | more


def test_an_order_is_taken_in_once(cast: Cast, programs: Programs) -> None:
    program = programs(cast.chen)
    first, again = (program.post("orders", placed(cast)) for _ in range(2))
    assert (first.status_code, again.status_code, Order.objects.count()) == (201, 200, 1)
    assert first.json() == again.json()
    said = first.json()
    assert (said["state"], said["case"]["state"], said["due_at"]) == (
        "open",
        "reported",
        "2026-03-05T09:00:00Z",
    )
    assert Report.objects.get().text == "来电人来电反映路灯不亮，电话***"


def test_an_order_names_the_case_it_is_about(cast: Cast, programs: Programs, noon: datetime) -> None:
    known, program = cast.lin_reports(noon), programs(cast.chen)
    assert program.post("orders", placed(cast, case=known.number)).json()["case"]["number"] == known.number
    assert refusal(program.post("orders", placed(cast, number="X", case="371072-2026-9999999"))) == (
        422,
        "unknown",
    )


def test_orders_are_listed_by_what_is_due(cast: Cast, programs: Programs, noon: datetime) -> None:
    program = programs(cast.chen)
    for number in ("A1", "A2", "A3"):
        program.post(
            "orders", placed(cast, number=number, due_at=f"2026-03-0{int(number[1]) + 2}T10:00:00+08:00")
        )
    soon = program.get("orders", due_before="2026-03-05T00:00:00+08:00", state="open").json()["items"]
    assert [one["number"] for one in soon] == ["A2", "A1"]
    page = program.get("orders", limit=2).json()
    rest = program.get("orders", limit=2, cursor=page["next"]).json()
    assert ([one["number"] for one in page["items"] + rest["items"]], rest["next"]) == (
        ["A3", "A2", "A1"],
        None,
    )


def test_a_verdict_is_written_beside_ours(cast: Cast, programs: Programs) -> None:
    program = programs(cast.chen)
    order = program.post("orders", placed(cast)).json()["id"]
    said = program.post(
        f"orders/{order}/verdict", {"responded": "yes", "satisfied": "no", "note": "还闪"}
    ).json()
    assert said["verdict"] | {"at": ""} == {"responded": "yes", "resolved": None, "satisfied": "no", "at": ""}
    assert refusal(program.post(f"orders/{order}/verdict", {})) == (422, "missing")
    assert refusal(program.post(f"orders/{order}/verdict", {"resolved": "maybe"}))[0] == 422


def test_who_sits_at_no_desk_sees_and_takes_none(cast: Cast, programs: Programs) -> None:
    order = programs(cast.chen).post("orders", placed(cast)).json()["id"]
    gao = programs(cast.gao)
    assert refusal(gao.get("orders"))[0] == 403
    assert refusal(gao.post("orders", placed(cast, number="B")))[0] == 403
    assert refusal(gao.post(f"orders/{order}/verdict", {"resolved": "yes"}))[0] == 404
    assert refusal(programs().get("orders"))[0] == 401
    assert refusal(programs(cast.chen, Scope.CASES_READ).get("orders")) == (403, "scope")


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_at": "tomorrow"},
        {"due_at": None},
        {"issuer": "friend"},
        {"number": ""},
        {"text": ""},
        {"text": "\x00"},
        {"contact": "110转公司"},
        {"strange": 1},
        {"place": "nowhere"},
        {"number": "a\u202eb"},
    ],
)
def test_what_cannot_be_taken_is_said_and_writes_nothing(
    cast: Cast, programs: Programs, wrong: dict[str, Any]
) -> None:
    assert refusal(programs(cast.chen).post("orders", placed(cast) | wrong))[0] == 422
    assert Order.objects.count() == 0


def test_a_due_moment_in_the_past_is_taken_as_it_is(cast: Cast, programs: Programs, noon: datetime) -> None:
    late = (noon - timedelta(days=3)).isoformat()
    assert programs(cast.chen).post("orders", placed(cast, due_at=late)).status_code == 201


def test_an_order_of_another_community_is_known_but_not_shown(cast: Cast, programs: Programs) -> None:
    elsewhere = placed(cast, place=cast.town.row(cast.town.street_b).code)
    assert programs(cast.chen).post("orders", elsewhere).status_code == 201
    again = programs(cast.chen).post("orders", elsewhere)
    assert refusal(again) == (409, "known_elsewhere")
    said = again.content.decode()
    order = Order.objects.get()
    assert [word for word in (str(order.id), "371072-", "市政设施", order.number) if word in said] == []


def test_twin_without_that_question_it_would_be_shown(
    cast: Cast, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = placed(cast, place=cast.town.row(cast.town.street_b).code)
    programs(cast.chen).post("orders", elsewhere)
    monkeypatch.setattr("gezhi.cases.orders.queries.listed", lambda actor: Order.objects.all())
    assert programs(cast.chen).post("orders", elsewhere).json()["number"] == BODY["number"]
