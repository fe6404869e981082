"""Parties, rosters, accounts, places, catalogue, ledger and alarms: each change is one form and can be read back."""

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.duty import queries as duty
from gezhi.journal import outbox
from gezhi.journal.models import Errand
from gezhi.kernel.actor import Actor
from gezhi.parties import queries as parties
from gezhi.parties.models import Account
from gezhi.places import queries as places
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, address, text


def sheet(*lines: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("rows.csv", "\n".join(lines).encode("utf-8"), "text/csv")


PAGES = (
    "/desk/parties/",
    "/desk/places/",
    "/desk/places/?q=yhhy",
    "/desk/places/371072-00002/",
    "/desk/places/371072-00002/poster/",
    "/desk/places/371072-00002/qr.svg",
    "/desk/catalogue/",
    "/desk/catalogue/0501/",
    "/desk/catalogue/05/",
    "/desk/catalogue/0001/",
    "/desk/ledger/",
    "/account/me/",
    "/account/2fa/",
)
OF_THE_KEEPER = (
    "/desk/accounts/",
    "/desk/accounts/new/",
    "/desk/accounts/sheet/",
    "/desk/places/sheet/",
    "/desk/places/371072-00002/add/",
    "/desk/places/371072-00002/rename/",
    "/desk/catalogue/rules/call_tries/",
    "/desk/catalogue/calendars/office/",
    "/desk/catalogue/0501/change/",
    "/desk/catalogue/0501/proof/",
    "/desk/catalogue/0501/chain/",
    "/desk/alarms/",
)


def test_everybody_reads_the_book_and_only_the_keeper_changes_it(
    cast: Cast, keeper: Actor, desk: Desk
) -> None:
    for client, pages, status in (
        (desk(cast.chen), PAGES, 200),
        (desk(keeper), PAGES + OF_THE_KEEPER, 200),
        (desk(cast.chen), OF_THE_KEEPER, 403),
    ):
        found = {page: client.get(page).status_code for page in pages}
        assert found == dict.fromkeys(pages, status)


def test_the_standing_phone_changes_but_never_empties(cast: Cast, desk: Desk) -> None:
    client, door = desk(cast.sun), f"/desk/parties/{cast.property}/phone/"
    refused = client.post(door, {"standing_phone": ""})
    assert (refused.status_code, "不能清空" in text(refused)) == (422, True)
    assert client.post(door, {"standing_phone": "0631-0000199"}).status_code == 302
    assert parties.party(cast.property).standing_phone == "0631-0000199"
    assert desk(cast.gao).post(door, {"standing_phone": "0631-0000100"}).status_code == 403


def test_a_shift_is_planned_shown_and_taken_off(cast: Cast, desk: Desk, noon: datetime) -> None:
    client = desk(cast.sun)
    sent = {
        "name": "李师傅",
        "phone": "0631-0000151",
        "starts_at": "2026-03-02T08:00",
        "ends_at": "2026-03-02T20:00",
    }
    assert client.post(f"/desk/parties/{cast.property}/roster/plan/", sent).status_code == 302
    page = client.get(f"/desk/parties/{cast.property}/")
    assert duty.answering(cast.property, noon).name == "李师傅"
    assert "没有人值班" in text(page)  # the rest of the fortnight
    assert ("今天 08:00–20:00" in text(page), "结束本班" in text(page)) == (True, True)
    overlap = client.post(f"/desk/parties/{cast.property}/roster/plan/", sent | {"name": "王师傅"})
    assert (overlap.status_code, "王师傅" in overlap.content.decode()) == (422, True)
    shift = duty.answering(cast.property, noon).shift_id
    assert client.post(f"/desk/shifts/{shift}/drop/").status_code == 302
    assert duty.answering(cast.property, noon + timedelta(minutes=1)).is_standing


def test_another_company_takes_over_open_work_the_same_day(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    walk(opened, (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    client = desk(cast.zhou)
    made = client.post(
        "/desk/parties/new/",
        {
            "kind": "property",
            "name": "新风物业",
            "code": "XF",
            "standing_phone": "0631-0000109",
            "calendar": "office",
        },
    )
    (new,) = [one.id for one in parties.parties() if one.code == "XF"]
    assert made["Location"] == f"/desk/parties/{new}/"
    (old,) = parties.services(cast.property)
    today = "2026-03-02"
    client.post(f"/desk/services/{old.id}/end/?party={cast.property}", {"ends_on": today})
    answer = client.post(
        f"/desk/parties/{new}/serve/",
        {"kind": "property", "ground": "悦海花园", "starts_on": today},
        follow=True,
    )
    assert "1 件没有办完的案件" in text(answer)
    assert Case.objects.get(id=opened.id).lead_id == new


def test_a_colleague_gets_an_account_a_code_shown_once_and_a_post(
    cast: Cast, keeper: Actor, desk: Desk, noon: datetime
) -> None:
    client = desk(keeper)
    answer = client.post("/desk/accounts/new/", {"name": "许", "username": "xu"})
    account = Account.objects.get(username="xu")
    assert answer.context["code"] in text(answer)
    assert answer.context["code"] not in text(client.get(f"/desk/accounts/{account.id}/"))
    sent = {"party": str(cast.desk_a), "duty": "clerk", "starts_on": "2026-03-01"}
    assert client.post(f"/desk/accounts/{account.id}/appoint/", sent).status_code == 302
    assert parties.has_current_post(account.id, noon)
    (post,) = parties.posts(account.id)
    assert client.post(f"/desk/posts/{post.id}/end/", {"ends_on": "2026-03-02"}).status_code == 302
    assert not parties.has_current_post(account.id, noon)


def test_a_clerk_resets_a_worker_but_not_the_officer(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client = desk(cast.chen)
    assert client.post(f"/desk/accounts/{cast.wei.id}/reset/").status_code == 200
    assert client.post(f"/desk/accounts/{cast.zhou.id}/reset/").status_code == 403


def test_the_last_administrator_stays(cast: Cast, keeper: Actor, desk: Desk) -> None:
    answer = desk(keeper).post(f"/desk/accounts/{keeper.id}/switch/", {"is_active": "no"}, follow=True)
    assert "最后一位管理员" in text(answer)
    assert Account.objects.get(username="he").is_active


def test_accounts_come_from_a_sheet_with_slips_or_not_at_all(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client = desk(keeper)
    bad = client.post(
        "/desk/accounts/sheet/",
        {"sheet": sheet("姓名,登录名,单位,岗位", "郭,guo,长峰物业,园长", "罗,luo,长峰物业,处置员")},
    )
    assert (bad.status_code, "第 2 行" in text(bad), Account.objects.filter(username="luo").exists()) == (
        422,
        True,
        False,
    )
    good = client.post(
        "/desk/accounts/sheet/", {"sheet": sheet("姓名,登录名,单位,岗位", "罗,luo,长峰物业,处置员")}
    )
    (slip,) = good.context["result"].slips
    assert slip.code in text(good)


@pytest.mark.parametrize("door", ["/desk/accounts/sheet/", "/desk/places/sheet/"])
def test_a_sheet_with_strange_columns_is_told_so(cast: Cast, keeper: Actor, desk: Desk, door: str) -> None:
    answer = desk(keeper).post(door, {"sheet": sheet("甲,乙", "1,2")})
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (422, True)


def test_places_come_from_a_sheet_with_findings_by_row(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client = desk(keeper)
    bad = client.post(
        "/desk/places/sheet/",
        {"sheet": sheet("社区,小区,楼栋,户数,网格", "悦海社区,馨安苑,1,很多,悦海一格 A1")},
    )
    assert (bad.status_code, "第 2 行" in text(bad), places.find("馨安苑")) == (422, True, [])
    good = client.post(
        "/desk/places/sheet/",
        {"sheet": sheet("社区,小区,楼栋,户数,网格", "悦海社区,馨安苑,1,48,悦海一格 A1")},
    )
    assert good.status_code == 302
    assert [one.full_name for one in places.find("馨安苑1号楼")] == ["悦海社区 馨安苑 1号楼"]


def grid_map(*rings: list[list[float]], **words: str) -> SimpleUploadedFile:
    outline = {"type": "Polygon", "coordinates": rings}
    document = {"type": "Feature", "properties": words, "geometry": outline}
    return SimpleUploadedFile("网格.GeoJSON", json.dumps(document).encode())


def test_grid_cells_come_from_a_map_with_findings_by_shape(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client = desk(keeper)
    assert ".geojson" in client.get("/desk/places/sheet/").content.decode()
    ring = [[122.0, 37.0], [122.1, 37.0], [122.1, 37.1], [122.0, 37.0]]
    bad = client.post("/desk/places/sheet/", {"sheet": grid_map(ring[:-1], 网格="悦海一格 A1")})
    said = "第 1 个图形（悦海一格 A1）：边界没有闭合，最后一个点要与第一个点相同（经度 122.1，纬度 37.1）"
    assert (bad.status_code, said in text(bad), places.outlines()) == (422, True, {})
    hole = [[122.05, 37.01], [122.06, 37.02], [122.06, 37.01], [122.05, 37.01]]
    good = client.post(
        "/desk/places/sheet/", {"sheet": grid_map(ring, hole, 网格="悦海一格 A1")}, follow=True
    )
    assert list(places.outlines()) == [cast.town.grid_a1]
    assert "改画 1 个" in text(good)
    assert "不在任何网格里" in text(good)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"type":', "第 1 行第 9 个字符"),
        (b"[" * 30, "这个文件读不懂"),
        (b'{"features":[{"geometry":' + b"[" * 30, "第 1 个图形附近，括号套得超过 20 层"),
        (b"[[1,2]]", "这个文件读不懂"),
        (b"\xff\xfe{", "不是 UTF-8"),
    ],
)
def test_a_map_that_cannot_be_read_gets_one_sentence(
    cast: Cast, keeper: Actor, desk: Desk, data: bytes, said: str
) -> None:
    answer = desk(keeper).post("/desk/places/sheet/", {"sheet": SimpleUploadedFile("x.json", data)})
    assert (answer.status_code, said in text(answer)) == (422, True)


@pytest.mark.parametrize("door", ["/desk/places/sheet/", "/desk/accounts/sheet/"])
@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff\xfe", b"PK\x03\x04rubbish", "没有,这些,表头\n1,2,3".encode()]
)
def test_a_file_that_is_no_such_table_gets_one_sentence(
    cast: Cast, keeper: Actor, desk: Desk, door: str, data: bytes
) -> None:
    answer = desk(keeper).post(
        door, {"sheet": SimpleUploadedFile("x.xlsx" if data[:2] == b"PK" else "x.csv", data)}
    )
    assert answer.status_code == 422


def test_a_place_is_added_and_renamed(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client, above = desk(keeper), places.by_ids([cast.town.compound])[cast.town.compound]
    sent = {"kind": "building", "name": "5号楼", "grid": str(cast.town.grid_a1), "households": "36"}
    assert client.post(f"/desk/places/{above.code}/add/", sent).status_code == 302
    taken = client.post(f"/desk/places/{above.code}/add/", sent)
    assert (taken.status_code, "5号楼" in taken.content.decode()) == (422, True)
    (made,) = places.find("悦海花园5号楼")
    client.post(f"/desk/places/{made.code}/rename/", {"name": "五号楼"})
    assert places.by_code(made.code).full_name == "悦海社区 悦海花园 五号楼"


def test_a_limit_that_the_office_sets_is_no_longer_proposed_and_stands_in_the_history(
    cast: Cast, keeper: Actor, desk: Desk
) -> None:
    client, leaf = desk(keeper), catalogue.by_code("0501")
    one = catalogue.default_condition(leaf.id)
    door = f"/desk/catalogue/conditions/{one.id}/"
    words = {f"label_{code}": getattr(one.text, code) for code in ("zh", "zh_hant", "en")}
    safe = (
        {"make_safe_minutes": one.make_safe.minutes, "make_safe_clock": one.make_safe.clock}
        if one.make_safe
        else {}
    )
    sent: dict[str, Any] = (
        words
        | safe
        | {"revision": one.revision, "fix_minutes": 480, "fix_clock": "working", "is_default": "on"}
    )
    assert client.post(door, sent).status_code == 302
    changed = catalogue.condition(one.id)
    assert (changed.fix.minutes, changed.fix.proposed, changed.make_safe) == (480, False, one.make_safe)
    assert "何" in text(client.get("/desk/catalogue/0501/"))
    late = client.post(door, sent | {"fix_minutes": 960})
    assert (late.status_code, catalogue.condition(one.id).fix.minutes) == (422, 480)


def test_a_rule_stays_within_its_bounds(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client = desk(keeper)
    assert (
        client.post("/desk/catalogue/rules/call_tries/", {"value": "4", "revision": "1"}).status_code == 302
    )
    assert catalogue.rule("call_tries") == 4
    assert (
        client.post("/desk/catalogue/rules/call_tries/", {"value": "99999", "revision": "2"}).status_code
        == 422
    )
    assert client.get("/desk/catalogue/rules/nothing/").status_code == 404


def test_the_ledger_comes_as_a_table_of_what_the_reader_may_see(
    cast: Cast, reported: Case, desk: Desk, noon: datetime
) -> None:
    from gezhi.journal import sealing
    from gezhi.ledger import actions as ledger

    sealing.seal(at=noon)
    ledger.catch_up(at=noon)
    page = desk(cast.chen).get("/desk/ledger/")
    assert [row["number"] for row in page.context["rows"]] == [reported.number]
    assert "数据截至 今天 12:00。" in text(page)
    answer = desk(cast.chen).get("/desk/ledger/download/csv/")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert any(reported.number in row for row in rows)
    strangers = desk(cast.mo).get("/desk/ledger/download/csv/")
    assert reported.number not in b"".join(strangers.streaming_content).decode()
    book = desk(cast.chen).get("/desk/ledger/download/xlsx/?state=reported&since=2026-03-01&until=2026-03-02")
    assert b"".join(book.streaming_content).startswith(b"PK")
    assert desk(cast.chen).get("/desk/ledger/download/exe/").status_code == 404


def test_a_parked_errand_is_an_alarm_until_it_tries_again(
    cast: Cast, keeper: Actor, desk: Desk, noon: datetime
) -> None:
    outbox.queue(outbox.Following("message.reporter", "poison", noon))
    Errand.objects.filter(key="poison").update(parked_at=noon, error="no route")
    client = desk(keeper)
    assert "no route" in text(client.get("/desk/alarms/"))
    errand = Errand.objects.get(key="poison")
    assert client.post(f"/desk/alarms/{errand.id}/again/").status_code == 302
    assert Errand.objects.get(key="poison").parked_at is None


def test_a_form_from_elsewhere_is_refused(cast: Cast, reported: Case, desk: Desk) -> None:
    client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies = desk(cast.chen).cookies
    assert client.post(address(reported, "note"), {"version": 1, "note": "别处来的"}).status_code == 403
