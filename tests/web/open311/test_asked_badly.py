"""Bad input class 39: whatever is asked badly is the specification's error, in the form asked for and in the reader's language."""

from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from gezhi.cases import public
from tests.cast import Cast
from tests.web.open311.conftest import HERE, Application, accepted, error, numbers, refused

pytestmark = pytest.mark.django_db
MOMENTS = (
    "yesterday", "2026-13-01", "2026-02-30T00:00:00Z", "01/02/2026", "2026-03-02T25:00:00", "9999-12-31T23:59:59Z", "0001-01-01", "1e10",
    "2026-03-02T12:00:00+99:00", "2026-03-02T12:00:00Z; DROP TABLE cases", "２０２６-03-02", "2026-03-02T12:00:60Z", "-1", "1772424000",
    "2026-03-02T12:00:00 Asia/Shanghai", "9" * 100_000,
)  # fmt: skip
BAD: list[tuple[dict[str, Any], int]] = [
    *(({name: moment}, 400) for moment in MOMENTS for name in ("start_date", "end_date", "updated_after", "updated_before")),
    ({"service_request_id": ",".join(map(str, range(51)))}, 400),
    ({"service_request_id": "1," * 1_000_000}, 400),
    ({"service_code": ",".join(map(str, range(201)))}, 400), ({"service_code": "0501," * 1_000_000}, 400),
    ({"service_code": "9999"}, 404),
    ({"service_code": "0501,9999"}, 404),
    ({"status": "done"}, 400),
    ({"status": "open,' OR 1=1"}, 400),
    ({"start_date": "2026-01-01", "end_date": "2026-12-31"}, 400),
    ({"start_date": "2026-03-02", "end_date": "2026-03-01"}, 400),
    ({"updated_after": "2026-03-02", "updated_before": "2026-03-01"}, 400),
    ({"page": "0"}, 400), ({"page": "-1"}, 400), ({"page": "1.5"}, 400), ({"page": "9" * 10_000}, 400), ({"page": "二"}, 400),
    ({"page_size": "1001"}, 400), ({"page_size": "1e3"}, 400),
    ({"lat": "37.4"}, 400), ({"lat": "NaN", "long": "1"}, 400), ({"lat": "91", "long": "0"}, 400),
    ({"lat": "37.4", "long": "122.18", "radius": "10001"}, 400), ({"lat": "37.4", "long": "122.18", "radius": "-5"}, 400),
    ({"jurisdiction_id": "city.gov"}, 404),
    ({"page": ["1", "2"]}, 400),
]  # fmt: skip


def test_class_39_whatever_is_asked_badly_is_an_error_in_both_forms(application: Application) -> None:
    wrong = []
    for wanted, status in BAD:
        for form in ("json", "xml"):
            answer = application.get(f"requests.{form}", wanted)
            if answer.status_code != status or refused(answer) != status:
                wrong.append((str(wanted)[:80], form, answer.status_code))
    assert (wrong, len(BAD) >= 80) == ([], True)


@pytest.mark.parametrize(
    "path",
    ["requests.json?start_date=%ff", "requests.xml?status=%00", "requests/%00.xml", "tokens/x%00.json"],
)
def test_bytes_that_are_no_words_are_an_error(application: Application, path: str) -> None:
    assert refused(application.client.get(HERE + path)) == 400


def test_signs_that_xml_cannot_hold_are_left_out(
    application: Application, cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = accepted(cast, noon)
    monkeypatch.setattr(public, "words_for_all", lambda _ids: {case.id: "a\x0b\x1b\ufffe<b>&c\u202e]]>"})
    document = ElementTree.fromstring(application.get("requests.xml").content)
    assert document.findtext("request/description") == "a<b>&c\u202e]]>"


def test_what_is_not_understood_besides_is_left_out(
    application: Application, cast: Cast, noon: datetime
) -> None:
    number = accepted(cast, noon).number
    assert numbers(application, order_by="title", format="x", callback="f", status="", page="") == [number]


def test_sentences_are_in_the_readers_language(application: Application) -> None:
    answer = application.client.get(HERE + "requests.json?status=x", HTTP_ACCEPT_LANGUAGE="en")
    assert error(answer)[2].isascii()
