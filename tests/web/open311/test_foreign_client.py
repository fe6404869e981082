"""A client that others wrote (georeport, from the package index) works unchanged, in both forms, over a socket as everywhere."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen
from xml.etree import ElementTree

import pytest
from georeport import GeoReport

from gezhi.cases.move import Move
from tests.cast import Cast, walk
from tests.web.open311.conftest import Application


@pytest.mark.django_db(transaction=True)
def test_georeport_lists_defines_and_follows_what_was_reported(
    application: Application, cast: Cast, noon: datetime, live_server: Any
) -> None:
    for step in range(2):  # xmltodict reads a list of one as no list: so do this client's users
        case = cast.lin_reports(noon - step * timedelta(hours=1))
        walk(case, (cast.chen, Move("decline", reason="不在本辖区")), at=noon)
    root = f"{live_server.url}/open311/v2"
    body = {
        "api_key": application.key,
        "service_code": "0504",
        "lat": 37.4,
        "long": 122.18,
        "description": "灯不亮",
    }
    with urlopen(f"{root}/requests.xml", urlencode(body).encode(), timeout=10) as answer:
        number = ElementTree.parse(answer).findtext("request/service_request_id")
    for form in ("json", "xml"):
        client = GeoReport(root, jurisdiction="371072", output_format=form)
        services = client.get_service_list()
        assert {one["service_code"] for one in services} >= {"0501", "0504"}
        assert client.get_service_definition("0504")["service_code"] == "0504"
        found = client.get_service_requests()
        assert {one["service_request_id"] for one in found} >= {number, case.number}
        closed = client.get_service_requests(
            status="closed", start_date="2026-03-01T00:00:00Z", service_code="0501"
        )
        assert [one["status"] for one in closed] == ["closed", "closed"]
        one = client.get_service_request(number)
        assert (one["service_request_id"], one["status"], one["service_code"]) == (number, "open", "0504")
