"""A service request sent by a client becomes a report and a case, once; what is not taken says why in the specification's error."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.evidence import queries as evidence
from gezhi.evidence.models import Evidence
from gezhi.kernel.actor import SYSTEM
from gezhi.parties import openkeys
from gezhi.parties.models import OpenKey
from gezhi.reports.models import Report
from gezhi.reports.queries import for_desk
from gezhi.web import logs
from tests.cast import Cast
from tests.evidence.pictures import photo
from tests.web.open311.conftest import HERE, Application, error, refused, switch

pytestmark = pytest.mark.django_db
IDEMPOTENT = "0b0f4c2e-1111-4222-8333-444455556666"


def picture(name: str = "a.jpg", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo() if data is None else data, "image/jpeg")


def only_report() -> Any:
    (report,) = Report.objects.all()
    return report


def test_a_request_becomes_a_case_and_its_number_is_the_answer(application: Application, cast: Cast) -> None:
    answer = application.post({"address_id": cast.town.row(cast.town.stairwell).code})
    (said,) = answer.json()
    case, report = Case.objects.get(), only_report()
    assert (answer.status_code, said["service_request_id"], said["account_id"]) == (201, case.number, None)
    assert set(said) == {"service_request_id", "service_notice", "account_id"}
    assert "/t/371072-" in said["service_notice"]
    assert (report.channel, report.text, report.source) == ("open311", "门玻璃碎了", "市民随手拍")
    assert (case.place_id, case.category_id) == (cast.town.stairwell, catalogue.by_code("0501").id)
    assert (report.lon, report.lat, case.is_askable) == (122.18, 37.4, True)


def test_the_same_in_xml(application: Application) -> None:
    answer = application.post(path="requests.xml")
    document = ElementTree.fromstring(answer.content)
    assert (answer.status_code, answer["Content-Type"]) == (201, "text/xml; charset=utf-8")
    assert document.findtext("request/service_request_id") == Case.objects.get().number
    assert document.find("request/token") is None


def test_who_asks_for_extensions_gets_the_code_and_with_it_the_number_again(application: Application) -> None:
    (said,) = application.post({"extensions": "true"}).json()
    code = said["extended_attributes"]["token"]
    assert said["extended_attributes"]["status_url"] == f"http://localhost/t/{code}"
    assert application.rows(f"tokens/{code}.json") == [
        {"service_request_id": said["service_request_id"], "token": code}
    ]
    document = ElementTree.fromstring(application.get(f"tokens/{code}.xml").content)
    assert document.findtext("request/token") == code
    assert refused(application.get(f"tokens/{code[:-1]}2.json")) == 404
    assert code not in application.get("requests.json").content.decode()


def test_of_a_person_only_the_phone_number_is_kept(application: Application) -> None:
    person = {
        "first_name": "林",
        "last_name": "某某",
        "email": "lin@home.example",
        "device_id": "d1",
        "account_id": "a1",
    }
    assert application.post({**person, "phone": "13800001234"}).status_code == 201
    (row,) = for_desk([only_report().id])
    kept = json.dumps([str(one) for one in vars(only_report()).values()], ensure_ascii=False)
    assert (row.has_contact, row.may_call) == (True, False)  # nobody said that handlers may call
    assert not [value for value in person.values() if len(value) > 2 and value in kept]


def test_answers_to_the_attributes_stand_in_the_report_in_words(application: Application) -> None:
    condition = catalogue.conditions(catalogue.by_code("0501").id)[0]
    said = {
        "attribute[condition]": condition.code,
        "attribute[where]": "东侧入口",
        "attribute[since][]": ["昨天", "前天"],
    }
    assert application.post(said).status_code == 201
    assert only_report().text.splitlines() == [
        "门玻璃碎了",
        f"情况：{condition.text.zh}",
        "具体位置：东侧入口",
        "从什么时候开始：昨天；前天",
    ]


def test_without_a_description_the_service_is_what_was_said(application: Application) -> None:
    assert application.post({"description": None}).status_code == 201
    assert only_report().text == "楼宇门/玻璃破损"


def test_an_address_in_words_finds_its_place_or_is_kept_as_words(
    application: Application, cast: Cast
) -> None:
    nowhere = {"lat": None, "long": None}
    assert application.post({**nowhere, "address_string": "悦海花园"}).status_code == 201
    assert Case.objects.get().place_id == cast.town.compound
    assert application.post({**nowhere, "address_string": "不知道什么路 8 号"}).status_code == 201
    case = Case.objects.order_by("-number")[0]
    report = Report.objects.get(id=cases.report_ids([case.id])[case.id][0])
    assert (case.place_id, report.text) == (None, "门玻璃碎了\n地址：不知道什么路 8 号")


def test_an_empty_field_is_as_good_as_none(application: Application) -> None:
    empty = dict.fromkeys(("address_id", "address_string", "phone", "media_url", "attribute[where]"), "")
    assert application.post(empty).status_code == 201


# ---- keys ----


@pytest.mark.parametrize("head", ["HTTP_X_API_KEY", "HTTP_API_KEY"])
def test_a_key_may_stand_in_a_header(application: Application, head: str) -> None:
    assert application.post({"api_key": None}, **{head: application.key}).status_code == 201


@pytest.mark.parametrize("key", [None, "", "wrong", "gz311_" + "x" * 43, "x" * 10_000, "密钥", "gz311_\0"])
def test_without_a_key_or_with_a_wrong_one_nothing_is_taken(
    application: Application, key: str | None
) -> None:
    answer = application.post({"api_key": key})
    assert (refused(answer), Report.objects.count()) == (403, 0)


def test_a_key_that_was_ended_opens_nothing(application: Application, noon: datetime) -> None:
    openkeys.end_key(OpenKey.objects.get().id, actor=SYSTEM, at=noon)
    assert refused(application.post()) == 403


def test_where_the_office_asks_for_no_key_everybody_may_report(
    application: Application, noon: datetime
) -> None:
    switch("open311_key", 0, noon)
    assert application.post({"api_key": None}).status_code == 201
    assert refused(application.post({"api_key": "wrong"})) == 403


@pytest.mark.parametrize(
    ("path", "method"), [("requests.json", "post"), ("requests.xml", "get"), ("services.json", "get")]
)
@pytest.mark.parametrize("name", ["api_key", "API_KEY", "api-key", "x_api_key"])
def test_a_key_in_the_address_is_refused(application: Application, path: str, method: str, name: str) -> None:
    answer = getattr(application.client, method)(f"{HERE}{path}?{name}={application.key}")
    assert (refused(answer), Report.objects.count()) == (400, 0)
    assert application.key not in answer.content.decode()


def test_a_key_in_the_address_is_masked_in_the_log(application: Application) -> None:
    for line in (
        f"GET /open311/v2/requests.json?api_key={application.key} 400",
        "POST /open311/v2/requests.xml?a=1&API_KEY=guess&b=2",
    ):
        assert application.key not in str(logs.hidden(line))
        assert "guess" not in str(logs.hidden(line))
    assert str(logs.hidden("?api_key=guess&b=2")).endswith("&b=2")


# ---- once ----


def test_the_same_idempotency_key_gives_the_same_answer_for_ever(
    application: Application, noon: datetime
) -> None:
    first, again = (application.post({"media": picture()}, key=IDEMPOTENT) for _ in range(2))
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert refused(application.post({"description": "别的事"}, key=IDEMPOTENT)) == 400
    assert Report.objects.count() == 1
    other = Application(openkeys.make_key("另一个应用", actor=SYSTEM, at=noon)[1])
    assert other.post({"description": "别的事"}, key=IDEMPOTENT).status_code == 201
    assert refused(application.post(key="short")) == 400


# ---- pictures ----


def test_pictures_sent_along_belong_to_the_report(application: Application) -> None:
    answer = application.post({"media": [picture("a.jpg"), picture("b.jpg")]})
    assert answer.status_code == 201, answer.content.decode()
    assert len(evidence.of("report", only_report().id)) == 2


def test_what_is_no_picture_refuses_the_report_and_says_which(application: Application) -> None:
    _status, code, sentence = error(application.post({"media": [picture(), picture("x.txt", b"hello")]}))
    assert (code, "x.txt" in sentence, Report.objects.count()) == (400, True, 0)
    assert Evidence.objects.exclude(claimed_at=None).count() == 0
    for field, files in (("media", [picture() for _ in range(10)]), ("photo", [picture()])):
        assert refused(application.post({field: files})) == 400


# ---- what is not taken ----


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"service_code": None}, 400),
        ({"service_code": "9999"}, 404),
        ({"service_code": "05"}, 404),
        ({"service_code": "0002"}, 404),
        ({"service_code": "0' OR 1=1"}, 404),
        ({"jurisdiction_id": "sfgov.org"}, 404),
        ({"jurisdiction_id": "371072\n"}, 404),
        ({"lat": None, "long": None}, 400),
        ({"lat": None}, 400),
        ({"lat": "NaN"}, 400),
        ({"lat": "1e308"}, 400),
        ({"lat": "三十七"}, 400),
        ({"lat": "122.18", "long": "37.4"}, 400),
        ({"lat": "4140000.5", "long": "500000.1"}, 400),
        ({"lat": "9" * 100_000}, 400),
        ({"address_id": "000"}, 400),
        ({"address_id": "\0"}, 400),
        ({"phone": "not a phone"}, 400),
        ({"description": "啊" * 5001}, 400),
        ({"description": "a\0b"}, 400),
        ({"attribute[unheard]": "x"}, 400),
        ({"attribute[condition]": "no such"}, 400),
        ({"service_code": ["0501", "0504"]}, 400),
        ({"description": ["one", "another"]}, 400),
        ({f"f{number}": "x" for number in range(800)}, 413),
    ],
    ids=range(25),
)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_cannot_be_taken_is_an_error_and_nothing_is_written(
    application: Application, said: dict[str, Any], status: int, form: str
) -> None:
    assert refused(application.post(said, path=f"requests.{form}")) == status
    assert (Report.objects.count(), Case.objects.count()) == (0, 0)


XML_BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize("kind", ["text/xml", "application/xml", "application/json", "text/plain", ""])
def test_no_xml_and_no_json_is_read(application: Application, kind: str) -> None:
    answer = application.client.generic(
        "POST", HERE + "requests.xml", XML_BOMB, content_type=kind, HTTP_X_API_KEY=application.key
    )
    assert (refused(answer), Report.objects.count()) == (400, 0)
    assert b"root:" not in answer.content


def test_the_office_of_the_address_is_the_jurisdiction(application: Application) -> None:
    assert application.post({"jurisdiction_id": "371072"}).status_code == 201
    assert application.get("services.json", jurisdiction_id="371072").status_code == 200
    for path in ("services.json", "services/0501.xml", "requests.json", "discovery.json"):
        assert refused(application.get(path, jurisdiction_id="371073")) == 404


def test_a_page_of_somebody_elses_reports_for_nobody(application: Application) -> None:
    """No cookie is asked for and none counts: without the key a lured browser sends nothing that is taken."""
    answer = application.post({"api_key": None}, HTTP_ORIGIN="https://evil.example")
    assert refused(answer) == 403


def test_columns_of_the_tables_are_no_fields(application: Application) -> None:
    for name in ("state", "lead_id", "jurisdiction", "channel", "run", "received_at", "source"):
        assert application.post({name: "1"}).status_code == 201
    assert set(Report.objects.values_list("channel", "source", "run")) == {("open311", "市民随手拍", None)}
    assert set(Case.objects.values_list("state", flat=True)) == {"reported"}


def test_too_many_are_told_when_to_come_again(
    application: Application, settings: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    settings.GEZHI_LIMITS = True
    monkeypatch.setattr("gezhi.web.open311.door.REPORTS_PER_HOUR_OF_A_KEY", 2)
    answers = [application.post() for _each in range(3)]
    assert [one.status_code for one in answers] == [201, 201, 429]
    assert (refused(answers[2]), int(answers[2]["Retry-After"]) > 0) == (429, True)
    monkeypatch.setattr("gezhi.web.open311.requests.LISTS_PER_MINUTE", 2)
    answers = [application.get("requests.xml") for _each in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert (refused(answers[2]), int(answers[2]["Retry-After"]) > 0) == (429, True)


def test_sabotage_were_every_key_good_anybody_could_report(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused(application.post({"api_key": "gz311_" + "x" * 43})) == 403
    (own,) = openkeys.keys()
    monkeypatch.setattr(openkeys, "known", lambda _secret, at: own)
    assert application.post({"api_key": "gz311_" + "x" * 43}).status_code == 201


def test_sabotage_were_strange_bodies_read_as_forms_they_would_be_taken(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.web.open311.posting.FORMS", frozenset({"text/xml"}))
    answer = application.client.generic(
        "POST", HERE + "requests.xml", XML_BOMB, content_type="text/xml", HTTP_X_API_KEY=application.key
    )
    assert "service_code" in error(answer)[2]  # it got past the door and was empty behind it
