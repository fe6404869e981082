"""Say something by a program: once, whatever is pressed again; at a place, a point or nowhere; with pictures."""

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gezhi.cases.models import Case
from gezhi.evidence import actions as evidence
from gezhi.kernel.actor import SYSTEM
from gezhi.places import actions as places
from gezhi.places import queries
from gezhi.reports.intake import old_key_digest
from gezhi.reports.models import Report
from gezhi.web.api import reading
from tests.cast import Cast
from tests.evidence.pictures import photo
from tests.web.api.conftest import HERE, Program, Programs, refusal

KEY = "0b0f4c2e-1111-4222-8333-444455556666"
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[122.1, 37.3], [122.3, 37.3], [122.3, 37.5], [122.1, 37.5], [122.1, 37.3]]],
}


def keep(door: Program, data: bytes | None = None, name: str = "IMG_1.jpg", **more: Any) -> Any:
    sent = {"file": SimpleUploadedFile(name, photo() if data is None else data, "image/jpeg"), **more}
    return door.client.post(HERE + "evidence", sent)


@pytest.mark.django_db
def test_the_same_key_gives_the_same_receipt_for_ever(programs: Programs) -> None:
    door, said = programs(), {"text": "路灯不亮", "contact": "13800001234"}
    first = door.post("reports", said, key=KEY)
    again = door.post("reports", said, key=KEY)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert first.json() == {"code": first.json()["code"], "url": f"http://localhost/t/{first.json()['code']}"}
    other = door.post("reports", {"text": "路灯又不亮"}, key=KEY)
    assert (refusal(other), other.json()["field"]) == ((422, "other_body"), "Idempotency-Key")
    assert (Report.objects.count(), Case.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_two_programs_with_the_same_key_each_have_their_own_report(programs: Programs, cast: Cast) -> None:
    doors, said = (programs(), programs(cast.chen), programs(cast.zhou)), {"text": "路灯不亮"}
    codes = {door.post("reports", said, key=KEY).json()["code"] for door in doors for _twice in range(2)}
    assert (len(codes), Report.objects.count()) == (3, 3)


@pytest.mark.django_db
def test_nobody_blocks_an_order_or_learns_of_one_by_a_key_like_ours(programs: Programs, cast: Cast) -> None:
    def key(number: str) -> str:
        return "order-" + hashlib.sha256(f"hotline\n{number}".encode()).hexdigest()

    def order(number: str) -> dict[str, str]:
        said = {"issuer": "hotline", "text": "真的来件", "due_at": "2031-03-05T17:00:00+08:00"}
        return said | {"number": number}

    stranger, clerk = programs(), programs(cast.zhou)
    answers = (
        stranger.post("reports", {"text": "占坑"}, key=key("WH1")),
        clerk.post("orders", order("WH1")),
        clerk.post("orders", order("WH2")),
        stranger.post("reports", {"text": "真的来件"}, key=key("WH2")),
    )
    assert ([one.status_code for one in answers], Report.objects.count()) == ([201] * 4, 4)


@pytest.mark.django_db
def test_twin_without_its_maker_a_key_like_ours_would_block_it(
    programs: Programs, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.reports.receipts.key_digest", old_key_digest)
    monkeypatch.setattr("gezhi.reports.queries.key_digest", old_key_digest)
    test = test_nobody_blocks_an_order_or_learns_of_one_by_a_key_like_ours
    with pytest.raises(AssertionError):
        test(programs, cast)


@pytest.mark.django_db
def test_a_key_that_is_none_is_refused_with_a_sentence(programs: Programs) -> None:
    door = programs()
    for key in ("short", "with a space in it", "x" * 256, "中文中文中文中文".encode().decode("latin-1")):
        answer = door.post("reports", {"text": "x"}, HTTP_IDEMPOTENCY_KEY=key)
        assert (refusal(answer), answer.json()["field"]) == ((422, "malformed"), "Idempotency-Key")
        assert "16 至 255" in answer.json()["detail"]
    assert Report.objects.count() == 0


@pytest.mark.django_db
def test_without_a_key_the_same_words_twice_are_two_reports(programs: Programs) -> None:
    for _twice in range(2):
        assert programs().post("reports", {"text": "路灯不亮"}).status_code == 201
    assert Report.objects.count() == 2


def at_once(bodies: list[dict[str, str]]) -> list[tuple[int, bytes]]:
    """Each sent by a thread of its own with the same key; status and body of each answer."""
    start, found = threading.Barrier(len(bodies)), []

    def send(body: dict[str, str]) -> None:
        door = Program()
        start.wait(timeout=30)
        answer = door.post("reports", body, key=KEY)
        found.append((answer.status_code, answer.content))
        connection.close()

    threads = [threading.Thread(target=send, args=(body,)) for body in bodies]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    return found


@pytest.mark.django_db(transaction=True)
def test_a_double_tap_is_one_report_and_both_hear_the_same(cast: Cast, settings: Any) -> None:
    settings.GEZHI_LIMITS = False
    answers = at_once([{"text": "路灯不亮"}] * 4)
    assert ([status for status, _ in answers], len(set(answers))) == ([201] * 4, 1)
    assert (Report.objects.count(), Case.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_voices_under_one_key_one_is_heard(cast: Cast, settings: Any) -> None:
    settings.GEZHI_LIMITS = False
    answers = at_once([{"text": "路灯不亮"}, {"text": "井盖松了"}])
    assert sorted(status for status, _ in answers) == [201, 422]
    assert Report.objects.count() == 1


@pytest.mark.django_db
def test_a_point_finds_its_community_and_cell_and_outside_of_all_nobody(
    cast: Cast, programs: Programs, noon: datetime
) -> None:
    places.redraw_grid(cast.town.grid_a1, json.dumps(SQUARE), actor=SYSTEM, at=noon)
    door = programs()
    found = door.get("places/locate", lon="122.2", lat="37.4").json()
    assert found == {"grid": places_grid(cast), "place": "371072008015"}
    assert door.get("places/locate", lon="10", lat="10").json() == {"grid": None, "place": None}
    for point, desk in (
        ([122.2, 37.4], cast.desk_a),
        ([10.5, 20.25], cast.office_desk),
        ([0, 0], cast.office_desk),
    ):
        code = door.post("reports", {"text": "x", "point": point}).json()["code"]
        case = Case.objects.get(number=door.get(f"reports/{code}").json()["case"]["number"])
        is_inside = desk == cast.desk_a
        assert (case.desk_id, case.grid_id) == (desk, cast.town.grid_a1 if is_inside else None)


def places_grid(cast: Cast) -> str:
    return queries.grid(cast.town.grid_a1).code


REFUSED: tuple[tuple[dict[str, Any], str | None, str], ...] = (
    ({}, None, "missing"),
    ({"text": "  \n"}, None, "missing"),
    ({"text": "好" * 5001}, "text", "too_long"),
    ({"text": "a\x00b"}, "text", "nul"),
    ({"text": "\ud800"}, "text", "surrogate"),
    ({"text": "\uffff"}, "text", "noncharacter"),
    ({"text": 5}, "text", "string_type"),
    ({"text": ["x"]}, "text", "string_type"),
    ({"text": None}, "text", "string_type"),
    ({"text": "x", "place": "371072-99999"}, "place", "unknown"),
    ({"text": "x", "place": "\x00"}, "place", "nul"),
    ({"text": "x", "place": "\ud800"}, "place", "string_unicode"),
    ({"text": "x", "place": "x" * 41}, "place", "string_too_long"),
    ({"text": "x", "category": "9999"}, "category", "unknown"),
    ({"text": "x", "category": "05"}, "category", "not_a_leaf"),
    ({"text": "x", "category": "0001"}, "category", "refer_out"),
    ({"text": "x", "point": [122.1]}, "point", "too_short"),
    ({"text": "x", "point": ["122.1", "37.4"]}, "point.0", "float_type"),
    ({"text": "x", "point": [True, False]}, "point.0", "float_type"),
    ({"text": "x", "point": [37.4, 122.1]}, "point", "out_of_range"),
    ({"text": "x", "contact": "call me"}, "contact", "not_a_phone"),
    ({"text": "x", "evidence": ["not-an-id"]}, "evidence.0", "uuid_parsing"),
    ({"text": "x", "evidence": [str(uuid4())] * 2}, "evidence", "named_twice"),
    ({"text": "x", "evidence": [str(uuid4())]}, "evidence", "not_claimable"),
    ({"text": "x", "evidence": [str(uuid4()) for _ in range(10)]}, "evidence", "too_long"),
    ({"text": "x", "state": "closed"}, "state", "extra_forbidden"),
    ({"text": "x", "channel": "phone", "said_at": "2020-01-01"}, "channel", "extra_forbidden"),
)


@pytest.mark.django_db
def test_what_cannot_be_taken_is_refused_with_its_field_and_nothing_is_written(programs: Programs) -> None:
    door = programs()
    found = [(said, door.post("reports", said)) for said, _field, _code in REFUSED]
    assert [(said, answer.json().get("field"), refusal(answer)[1]) for said, answer in found] == list(REFUSED)
    assert {answer.status_code for _said, answer in found} == {422}
    assert (Report.objects.count(), Case.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_topic_of_others_names_them_with_their_phone(programs: Programs) -> None:
    said = programs().post("reports", {"text": "x", "category": "0001"}).json()
    assert said["refer_phone"]
    assert said["refer_phone"] in said["detail"]


@pytest.mark.django_db
def test_five_thousand_signs_of_any_width_are_taken(programs: Programs) -> None:
    family = "👨‍👩‍👧‍👦"
    answer = programs().post("reports", {"text": family * 5000})
    assert (answer.status_code, Report.objects.get().text) == (201, family * 5000)
    assert Case.objects.get().title == family * 14 + "…"  # a column of 120 code points on PostgreSQL


UNREADABLE = {
    "repeated": b'{"text": "a", "text": "b"}',
    "repeated deep down": b'{"text": "a", "point": {"x": 1, "x": 2}}',
    "not_utf8": b'{"text": "\xff"}',
    "not_json": b"{",
    "not_json text": b"text=x",
    "not_json bom": b'\xef\xbb\xbf{"text": "x"}',
    "number": b'{"text": "a", "point": [1e999, 1]}',
    "number nan": b'{"text": "a", "point": [NaN, 1]}',
    "number long": b'{"text": "a", "point": [' + b"9" * 900_000 + b", 1]}",
    "too_deep": b"[" * 200_000,
    "not_an_object": b'["text"]',
    "not_an_object null": b"null",
}


@pytest.mark.django_db
def test_json_that_two_readers_might_read_differently_is_refused(programs: Programs) -> None:
    door = programs()
    found = {what: refusal(door.post("reports", body)) for what, body in UNREADABLE.items()}
    assert found == {what: (400, what.partition(" ")[0]) for what in UNREADABLE}
    assert Report.objects.count() == 0


@pytest.mark.django_db
def test_twin_with_pythons_own_reader_the_second_word_would_win(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "strict_object", json.loads)
    assert programs().post("reports", UNREADABLE["repeated"]).status_code == 201
    assert Report.objects.get().text == "b"


@pytest.mark.django_db
def test_json_is_taken_as_json_only(programs: Programs) -> None:
    door = programs().client
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/xml",
    ):
        body = b"--x--" if "multipart" in kind else b'{"text": "x"}'
        assert refusal(door.generic("POST", HERE + "reports", body, content_type=kind)) == (
            415,
            "wrong_media_type",
        )
    assert Report.objects.count() == 0


@pytest.mark.django_db
def test_too_much_at_once_is_413(programs: Programs) -> None:
    answer = programs().post("reports", b'{"text": "' + b"x" * 1_100_000 + b'"}')
    assert refusal(answer) == (413, "http_413")


@pytest.mark.django_db
def test_a_picture_is_claimed_once_and_purged_after_a_day(programs: Programs, noon: datetime) -> None:
    door = programs()
    one, other = (keep(door).json()["id"] for _two in range(2))
    assert door.post("reports", {"evidence": [one]}).status_code == 201
    assert refusal(door.post("reports", {"evidence": [one]})) == (422, "not_claimable")
    evidence.purge(at=noon + timedelta(hours=24, minutes=1))
    assert refusal(door.post("reports", {"evidence": [other]})) == (422, "not_claimable")
    assert Report.objects.count() == 1


@pytest.mark.django_db
def test_what_is_no_picture_is_refused(programs: Programs) -> None:
    door = programs()
    sent = (b"<svg onload=alert(1)>", b"", b"MZ\x90", photo()[:400])
    answers = [refusal(keep(door, data)) for data in sent]
    assert answers == [(415, "unsupported"), (415, "not_a_picture"), (415, "not_a_picture"), (422, "broken")]


@pytest.mark.django_db
def test_one_picture_at_a_time_and_nothing_else(programs: Programs) -> None:
    door = programs()
    assert refusal(keep(door, owner="mo")) == (422, "not_for_this")
    assert refusal(door.client.post(HERE + "evidence", {"photo": SimpleUploadedFile("a", b"x")}))[0] == 422
    two = [SimpleUploadedFile("a.jpg", photo()), SimpleUploadedFile("b.jpg", photo())]
    assert refusal(door.client.post(HERE + "evidence", {"file": two})) == (422, "repeated")
    assert refusal(door.post("evidence", {"file": "x"})) == (415, "wrong_media_type")


@pytest.mark.django_db
def test_a_code_that_opens_nothing_is_not_found(programs: Programs) -> None:
    door = programs()
    for code in ("371072-" + "a" * 27, "x", "a" * 3000, "..", "371072", "%ff%fe"):
        assert refusal(door.get(f"reports/{code}"))[0] == 404
    assert refusal(door.get("reports/%00"))[0] == 400


@pytest.mark.django_db
def test_strangers_are_counted_as_at_the_form_and_told_when_to_come_back(
    cast: Cast, programs: Programs, settings: Any
) -> None:
    door = programs()
    settings.GEZHI_LIMITS = True
    answers = [door.post("reports", {"text": "x"}) for _one in range(61)]
    assert [one.status_code for one in answers] == [201] * 60 + [429]
    assert refusal(answers[-1]) == (429, "too_often")
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600
    assert door.client.get("/r/").status_code == 200
    assert programs(cast.chen).post("reports", {"text": "x"}).status_code == 201


@pytest.mark.django_db
def test_a_report_costs_no_more_statements_than_at_the_form(cast: Cast, programs: Programs) -> None:
    door, code = programs(), cast.town.row(cast.town.stairwell).code

    def statements(send: Callable[[int], Any]) -> int:
        send(0)  # what is remembered is remembered
        with CaptureQueriesContext(connection) as asked:
            assert send(1).status_code in {201, 303}
        return len(asked)

    said = {"text": "楼道玻璃碎了", "category": "0501"}
    at_the_form = statements(
        lambda one: Client(HTTP_HOST="localhost").post(f"/r/{code}", said | {"key": f"form-key-{one:012d}"})
    )
    by_program = statements(
        lambda one: door.post("reports", said | {"place": code}, key=f"program-key-{one:012d}")
    )
    assert by_program <= at_the_form


@pytest.mark.django_db
def test_a_refusal_is_said_in_the_readers_language(programs: Programs) -> None:
    door = programs()
    said = {
        language: door.post("reports", {}, HTTP_ACCEPT_LANGUAGE=language).json()["title"]
        for language in ("zh-hans", "zh-hant", "en")
    }
    assert said == {"zh-hans": "有一项不能接受", "zh-hant": "有一項不能接受", "en": "A value cannot be taken"}


@pytest.mark.django_db
def test_another_method_is_405_and_says_which_are_allowed(programs: Programs) -> None:
    door = programs().client
    for method, path in (
        ("put", "reports"),
        ("delete", "cases"),
        ("get", "evidence"),
        ("post", "places"),
        ("trace", "cases"),
    ):
        answer = getattr(door, method)(HERE + path)
        assert (refusal(answer)[0], answer["Allow"]) == (
            405,
            "GET" if path in {"cases", "places"} else "POST",
        )


@pytest.mark.django_db
def test_everything_below_the_door_is_answered_as_a_problem(programs: Programs, noon: datetime) -> None:
    door = programs().client
    assert refusal(door.get(HERE + "nowhere"))[0] == 404
    assert refusal(door.get(HERE + "places?q=%00"))[0] == 400
    assert refusal(door.get(HERE + "places", HTTP_HOST="evil.example"))[0] == 400
    assert refusal(door.generic("POST", HERE + "reports", b"", CONTENT_LENGTH="190000001"))[0] == 413
    cut = door.generic("POST", HERE + "evidence", b"--x\r\n", content_type="multipart/form-data; boundary=x")
    assert refusal(cut)[0] == 400
    with time_machine.travel(noon, tick=False):
        assert door.get("/nowhere")["Content-Type"].startswith("text/html")
