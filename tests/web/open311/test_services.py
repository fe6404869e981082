"""What may be reported through Open311, and what is asked besides, as JSON and as XML."""

from xml.etree import ElementTree

import pytest

from gezhi.catalogue import queries as catalogue
from tests.web.open311.conftest import Application, error, refused

pytestmark = pytest.mark.django_db


def test_discovery_says_where_and_in_which_forms(application: Application) -> None:
    found = application.get("discovery.json").json()
    (endpoint,) = found["endpoints"]
    assert endpoint["url"] == "http://localhost/open311/v2"
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert endpoint["type"] == "production"
    document = ElementTree.fromstring(application.get("discovery.xml").content)
    assert document.tag == "discovery"
    assert [one.text for one in document.iterfind("endpoints/endpoint/formats/format")] == endpoint["formats"]


def test_the_list_has_every_open_leaf_that_is_ours(application: Application) -> None:
    rows = application.rows("services.json")
    ours = [leaf.code for leaf in catalogue.open_leaves() if not leaf.refer_out]
    assert [row["service_code"] for row in rows] == ours
    assert "0002" not in ours
    lamp = next(row for row in rows if row["service_code"] == "0504")
    assert lamp == {
        "service_code": "0504",
        "service_name": "楼道灯不亮",
        "description": catalogue.by_code("0504").plain.zh,
        "metadata": True,
        "type": "realtime",
        "keywords": lamp["keywords"],
        "group": "楼宇与电梯",
    }


def test_a_list_in_english_is_in_english(application: Application) -> None:
    answer = application.client.get("/open311/v2/services.json", HTTP_ACCEPT_LANGUAGE="en")
    assert next(row for row in answer.json() if row["service_code"] == "0504")["group"].isascii()


def test_xml_says_the_same_as_json(application: Application) -> None:
    answer = application.get("services.xml")
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    document = ElementTree.fromstring(answer.content)
    said = [{child.tag: child.text for child in one} for one in document.iterfind("service")]
    rows = [{**row, "metadata": "true"} for row in application.rows("services.json")]
    assert (document.tag, said) == ("services", rows)


def test_a_definition_offers_the_opening_conditions_and_two_free_answers(application: Application) -> None:
    found = application.get("services/0501.json").json()
    assert found["service_code"] == "0501"
    chosen, where, since = found["attributes"]
    conditions = catalogue.conditions(catalogue.by_code("0501").id)
    assert chosen["values"] == [{"key": one.code, "name": one.text.zh} for one in conditions]
    assert [(one["code"], one["datatype"], one["order"]) for one in found["attributes"]] == [
        ("condition", "singlevaluelist", 1),
        ("where", "text", 2),
        ("since", "string", 3),
    ]
    assert not any(one["required"] for one in (chosen, where, since))
    document = ElementTree.fromstring(application.get("services/0501.xml").content)
    keys = [one.text for one in document.iterfind("attributes/attribute/values/value/key")]
    assert (document.tag, keys) == ("service_definition", [one.code for one in conditions])


@pytest.mark.parametrize(
    "code", ["9999", "05", "0002", "0501;drop", "x" * 5000, "０５０１", "%00", "..", "0501.json"]
)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_is_no_service_is_not_found(application: Application, code: str, form: str) -> None:
    answer = application.get(f"services/{code}.{form}")
    assert answer.status_code in ({400} if code == "%00" else {404})
    refused(answer)


def test_what_is_referred_out_says_to_whom(application: Application) -> None:
    status, _code, sentence = error(application.get("services/0002.json"))
    assert status == 404
    assert catalogue.by_code("0002").refer_to_whom.zh in sentence


@pytest.mark.parametrize(
    "path", ["services.yaml", "services.", "services.JSON", "requests.csv", "discovery.xml.gz", "services"]
)
def test_a_form_that_is_not_served_is_not_found_in_plain_words(application: Application, path: str) -> None:
    answer = application.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/plain; charset=utf-8")


def test_another_method_is_refused_as_the_specification_says(application: Application) -> None:
    for path in ("services.json", "requests/371072-2026-0000001.xml", "discovery.xml"):
        answer = application.client.delete(f"/open311/v2/{path}")
        assert (refused(answer), answer["Allow"]) == (405, "GET, HEAD")


def test_everybody_may_read_it_from_a_page_of_his_own(application: Application) -> None:
    assert application.get("services.json")["Access-Control-Allow-Origin"] == "*"
