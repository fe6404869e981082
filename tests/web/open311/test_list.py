"""The public list: what strangers may see of cases, what they may ask for, and that it costs the same for one as for thirty."""

from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases import public
from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.discreet import DISCREET
from gezhi.evidence import queries as evidence
from gezhi.reports.models import ImportRun
from gezhi.web.links import disguised
from gezhi.web.open311 import media
from tests.cast import Cast, done, lin, photo, walk
from tests.web.open311.conftest import HERE, Application, accepted, numbers, refused, switch

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_request_looks_as_the_specification_says(
    application: Application, cast: Cast, noon: datetime
) -> None:
    case = walk(
        accepted(cast, noon, lon=122.1812345, lat=37.4012345),
        (cast.chen, Move("dispatch", party=cast.property)),
        at=noon,
    )
    place = cast.town.row(cast.town.stairwell)
    assert application.rows() == [
        {
            "service_request_id": case.number,
            "status": "open",
            "status_notes": "处理中",
            "service_name": "楼宇门/玻璃破损",
            "service_code": "0501",
            "description": f"楼宇门/玻璃破损，{place.full_name}",
            "agency_responsible": "长峰物业",
            "service_notice": None,
            "requested_datetime": "2026-03-02T12:00:00+08:00",
            "updated_datetime": "2026-03-02T12:00:00+08:00",
            "expected_datetime": application.rows()[0]["expected_datetime"],
            "address": place.full_name,
            "address_id": place.code,
            "zipcode": None,
            "lat": 37.40123,
            "long": 122.18123,
            "media_url": None,
        }
    ]
    assert application.rows(f"requests/{case.number}.json") == application.rows()


def test_xml_has_the_same_elements_in_the_same_order(
    application: Application, cast: Cast, noon: datetime
) -> None:
    case = accepted(cast, noon)
    for path in ("requests.xml", f"requests/{case.number}.xml"):
        document = ElementTree.fromstring(application.get(path).content)
        assert (document.tag, [one.tag for one in document]) == ("service_requests", ["request"])
        said = {one.tag: one.text for one in document[0]}
        row = {name: None if value is None else str(value) for name, value in application.rows()[0].items()}
        assert list(said.items()) == list(row.items())


def test_an_empty_list_is_a_list(application: Application) -> None:
    assert application.rows() == []
    assert ElementTree.fromstring(application.get("requests.xml").content).tag == "service_requests"


def test_where_the_office_keeps_its_list_to_itself_nothing_is_shown(
    application: Application, cast: Cast, noon: datetime
) -> None:
    case = accepted(cast, noon)
    switch("public_list", 0, noon)
    assert application.rows() == application.rows(service_request_id=case.number) == []
    assert refused(application.get(f"requests/{case.number}.json")) == 404
    assert refused(application.get(f"requests/{case.number}/updates.xml")) == 404
    (said,) = application.post({"extensions": "true"}).json()
    code = said["extended_attributes"]["token"]
    assert application.rows(f"tokens/{code}.json")[0]["service_request_id"] == said["service_request_id"]


def test_sabotage_were_the_switch_not_asked_the_list_would_show_it(
    application: Application, cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted(cast, noon)
    switch("public_list", 0, noon)
    monkeypatch.setattr("gezhi.web.open311.requests.is_public", lambda: True)
    assert len(application.rows()) == 1


# ---- what strangers do not see ----


def test_nothing_that_anybody_said_is_shown(application: Application, cast: Cast, noon: datetime) -> None:
    words = "301室王某家漏水，电话13800001234"
    case = walk(
        accepted(cast, noon, text=words, contact="13800001234"),
        (cast.chen, Move("note", note="问过王某")),
        at=noon,
    )
    for path in (
        "requests.json?extensions=true",
        f"requests/{case.number}.xml",
        f"requests/{case.number}/updates.json",
    ):
        page = application.client.get(HERE + path).content.decode()
        assert not [secret for secret in ("301", "王某", "138", case.title) if secret in page]


def test_words_that_somebody_looked_at_are_shown_masked(
    application: Application, cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = accepted(cast, noon)
    said = {case.id: "门玻璃碎了，请打 13800001234"}
    monkeypatch.setattr(public, "words_for_all", lambda _ids: said)
    assert application.rows()[0]["description"] == "门玻璃碎了，请打 ***"


def test_a_complaint_and_what_is_kept_from_a_company_are_not_there(
    application: Application, cast: Cast, noon: datetime
) -> None:
    complaint = cast.lin_reports(noon, category=catalogue.by_code("1204").id)
    unsorted = cast.lin_reports(noon, category=None)
    elsewhere = cast.lin_reports(noon, category=catalogue.by_code("1204").id, place=cast.town.street_b)
    assert (complaint.complained_of_id, unsorted.complained_of_id) == (cast.property, cast.property)
    assert application.rows() == []
    for case in (complaint, unsorted, elsewhere):
        assert refused(application.get(f"requests/{case.number}.json")) == 404
        assert refused(application.get(f"requests/{case.number}/updates.json")) == 404
        assert numbers(application, service_request_id=case.number) == []


def test_sabotage_without_the_rule_a_complaint_would_be_listed(
    application: Application, cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.lin_reports(noon, category=catalogue.by_code("1204").id, place=cast.town.street_b)
    monkeypatch.setattr(public, "_kept_back", list)
    assert len(application.rows()) == 1


def test_an_import_under_way_is_not_there(application: Application, cast: Cast, noon: datetime) -> None:
    run = ImportRun(source="网格通", file_digest="x", started_at=noon)
    run.save(force_insert=True)
    Case.objects.filter(id=accepted(cast, noon).id).update(run=run)
    assert application.rows() == []


def test_before_somebody_looked_and_for_what_happens_at_home_it_is_seen_from_afar(
    application: Application, cast: Cast, noon: datetime
) -> None:
    where = {"lon": 122.1812345, "lat": 37.4012345}
    unread = cast.lin_reports(noon, **where)
    at_home = accepted(cast, noon - timedelta(minutes=1), category=catalogue.by_code("1101").id, **where)
    rows = {row["service_request_id"]: row for row in application.rows()}
    compound = cast.town.row(cast.town.compound)
    for case in (unread, at_home):
        row = rows[case.number]
        assert (row["lat"], row["long"], row["address_id"]) == (37.401, 122.181, compound.code)
        assert "2单元" not in str(row)
    assert rows[unread.number]["agency_responsible"] is None


def test_every_discreet_leaf_is_one_of_the_book(cast: Cast) -> None:
    assert {leaf.code for leaf in catalogue.leaves()} >= DISCREET


def test_another_offices_request_is_not_there(application: Application) -> None:
    for number in ("371073-2026-0000001", "x", "1" * 5000, "371072-2026-0000001", "%2e%2e", "'"):
        assert refused(application.get(f"requests/{number}.json")) == 404


# ---- what may be asked for ----


def test_by_numbers_overrides_everything_else(application: Application, cast: Cast, noon: datetime) -> None:
    one, two, _three = (cast.lin_reports(noon - 200 * DAY + step * DAY) for step in range(3))
    wanted = {"service_request_id": f"{one.number}, {two.number},nothing", "status": "closed"}
    assert numbers(application, **wanted) == [two.number, one.number]
    answer = application.client.get(
        f"{HERE}requests.json?service_request_id={one.number}&service_request_id={two.number}"
    )
    assert len(answer.json()) == 2


def test_by_service_and_by_status(application: Application, cast: Cast, noon: datetime) -> None:
    door = accepted(cast, noon)
    lamp = accepted(cast, noon, category=catalogue.by_code("0504").id)
    over = walk(cast.lin_reports(noon), (cast.chen, Move("decline", reason="不在本辖区")), at=noon)
    assert set(numbers(application, service_code="0501")) == {door.number, over.number}
    assert set(numbers(application, service_code="0501,0504")) == {door.number, lamp.number, over.number}
    assert set(numbers(application, status="open")) == {door.number, lamp.number}
    assert numbers(application, status="closed") == [over.number]
    assert len(numbers(application, status="open,closed")) == 3
    assert application.rows(status="closed")[0]["status_notes"] == "已办结：不予受理"


def test_by_the_day_it_was_said(application: Application, cast: Cast, noon: datetime) -> None:
    made = {days: cast.lin_reports(noon - days * DAY).number for days in (0, 1, 89, 91, 150)}
    assert numbers(application) == [made[0], made[1], made[89]]
    for start, found in {
        "2026-03-01T12:00:00+08:00": [0, 1],
        "2026-03-01T04:00:01Z": [0],
        "2026-03-01T12:00:01": [0],  # by the office's clock
        "2026-03-02": [0],
        "2025-10-03": [89, 91, 150],  # ninety days from there
    }.items():
        assert numbers(application, start_date=start) == [made[days] for days in found], start
    assert numbers(application, end_date="2026-03-01") == [made[1], made[89]]  # the whole day
    assert numbers(application, start_date="2025-10-03", end_date="2025-10-03T12:00:00") == [made[150]]
    assert numbers(application, start_date="2025-10-03", end_date="2025-10-03T11:59:59") == []


def test_a_plus_that_nobody_escaped_is_a_plus(application: Application, cast: Cast, noon: datetime) -> None:
    number = accepted(cast, noon).number
    for said, found in (("2026-03-02T12:00:00+08:00", [number]), ("2026-03-02T12:00:01+08:00", [])):
        answer = application.client.get(f"{HERE}requests.json?start_date={said}")
        assert [row["service_request_id"] for row in answer.json()] == found


def test_by_the_moment_of_its_last_step(application: Application, cast: Cast, noon: datetime) -> None:
    old = accepted(cast, noon - 10 * DAY)
    cast.lin_reports(noon - 5 * DAY)
    walk(old, (cast.chen, Move("dispatch", party=cast.property)), at=noon - DAY)
    assert numbers(application, updated_after="2026-03-01T00:00:00") == [old.number]
    assert old.number not in numbers(application, updated_before="2026-02-28")


def test_page_by_page(application: Application, cast: Cast, noon: datetime) -> None:
    made = [accepted(cast, noon - step * DAY).number for step in range(5)]
    assert numbers(application, page=1, page_size=2) == made[:2]
    assert numbers(application, page=3, page_size=2) == made[4:]
    assert numbers(application, page=9, page_size=2) == []


def test_around_a_point_goes_by_what_is_published(
    application: Application, cast: Cast, noon: datetime
) -> None:
    near = accepted(cast, noon, lon=122.18, lat=37.4)
    far = accepted(cast, noon - DAY, lon=122.25, lat=37.4)
    hidden = cast.lin_reports(noon - 2 * DAY, lon=122.19049, lat=37.4)  # published as 122.19
    wanted = {"lat": "37.4", "long": "122.18"}
    assert numbers(application, **wanted) == [near.number]
    assert numbers(application, **wanted, radius=10_000) == [near.number, far.number, hidden.number]
    exact = {"lat": "37.4", "long": "122.19049", "radius": 20}
    assert numbers(application, **exact) == []
    assert numbers(application, lat="37.4", long="122.19", radius=20) == [hidden.number]


def test_extensions_say_the_step(application: Application, cast: Cast, noon: datetime) -> None:
    accepted(cast, noon)
    (row,) = application.rows(extensions="true")
    assert row["extended_attributes"] == {"step": "being_solved", "ending": None, "media_urls": []}
    answer = application.get("requests.xml", extensions="true")
    assert (
        ElementTree.fromstring(answer.content).findtext("request/extended_attributes/step") == "being_solved"
    )


def test_pictures_are_named_only_once_they_are_public(
    application: Application, cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = cast.lin_reports(noon, evidence=(photo(noon), photo(noon)))
    assert application.rows(extensions="true")[0]["media_url"] is None
    rows = evidence.of("report", cases.report_ids([case.id])[case.id][0])
    monkeypatch.setattr(media, "public_photos", lambda _ids: {case.id: rows})
    (row,) = application.rows(extensions="true")
    urls = row["extended_attributes"]["media_urls"]
    assert (row["media_url"], len(urls)) == (urls[0], 2)
    assert (
        urls[0] == f"http://localhost/photo/{disguised(rows[0].id)}/1600"
    )  # no signature: taken back it opens no more
    document = ElementTree.fromstring(application.get("requests.xml", extensions="true").content)
    named = [one.text for one in document.iterfind("request/extended_attributes/media_urls/media_url")]
    assert named == urls


def test_updates_are_the_four_plain_steps(application: Application, cast: Cast, noon: datetime) -> None:
    case = accepted(cast, noon)
    case = walk(
        case,
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="看过了")),
        (lin(case), Move("satisfied")),
        at=noon + timedelta(hours=1),
    )
    rows = application.rows(f"requests/{case.number}/updates.json")
    assert [(row["status"], row["description"]) for row in rows] == [
        ("open", "已收到"),
        ("open", "处理中"),
        ("open", "请您确认"),
        ("closed", "已办结：已解决"),
    ]
    assert {row["service_request_id"] for row in rows} == {case.number}
    assert [row["updated_datetime"] for row in rows[::3]] == [
        "2026-03-02T12:00:00+08:00",
        "2026-03-02T13:00:00+08:00",
    ]
    answer = application.get(f"requests/{case.number}/updates.xml")
    document = ElementTree.fromstring(answer.content)
    assert (document.tag, document[0].tag, len(document)) == ("service_request_updates", "request_update", 4)


# ---- what it costs ----


def asked(application: Application, **wanted: Any) -> list[str]:
    """What a warm process asks."""
    application.rows(**wanted)
    with CaptureQueriesContext(connection) as found:
        application.rows(**wanted)
    return [one["sql"] for one in found.captured_queries]


@pytest.mark.parametrize(
    "wanted",
    [{}, {"extensions": "true", "status": "open", "page_size": 30}, {"lat": "37.4", "long": "122.18"}],
)
def test_thirty_cost_as_many_queries_as_one(
    application: Application, cast: Cast, noon: datetime, wanted: dict[str, Any]
) -> None:
    def some(count: int) -> None:
        for step in range(count):
            case = accepted(cast, noon - step * timedelta(minutes=1), lon=122.18, lat=37.4)
            walk(case, (cast.chen, Move("dispatch", party=cast.property)), at=noon)

    some(1)
    for_one = asked(application, **wanted)
    some(29)
    for_thirty = asked(application, **wanted)
    assert len(application.rows(**wanted)) == 30
    assert len(for_one) == len(for_thirty) <= 9, "\n".join(for_thirty)


def test_the_list_is_read_along_the_index_of_receipts(
    application: Application, cast: Cast, noon: datetime
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL scans a table of one row")
    accepted(cast, noon)
    (listing,) = [one for one in asked(application) if "received_at" in one and "LIMIT" in one]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + listing)
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert "cases_by_receipt" in plan, plan
