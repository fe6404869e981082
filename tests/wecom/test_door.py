"""The callback's door: it opens for WeCom alone, says nothing to anybody else, and breaks at nothing."""

import pytest
import time_machine

from gezhi.channels.wecom import crypto, office
from gezhi.channels.wecom.models import Heard
from gezhi.kernel.actor import SYSTEM
from tests.wecom import seeds
from tests.wecom.envelopes import Sealer, outer, text

DOOR = "/wecom/callback"


@pytest.fixture
def at(chat, clock):
    with time_machine.travel(clock.at, tick=False):
        yield int(clock.at.timestamp())


def test_wecom_asks_whether_the_address_is_ours_and_gets_its_words_back(chat, at):
    sealer = Sealer()
    encrypted = sealer.seal(b"1616140317555161061")
    answer = chat.client.get(f"{DOOR}?{sealer.query(encrypted, at, echostr=encrypted)}")
    assert (answer.status_code, answer.content) == (200, b"1616140317555161061")
    assert answer["Content-Type"].startswith("text/plain")


def test_every_forgery_is_refused_alike_and_leaves_nothing(chat, at):
    said = set()
    for what, query, body in seeds.forgeries(at):
        answer = chat.client.post(f"{DOOR}?{query}", body, content_type="text/xml")
        assert answer.status_code in {400, 403}, (what, answer.status_code)
        if answer.status_code == 403:
            said.add(answer.content)
    assert (len(said), Heard.objects.count()) == (1, 0)


def test_every_forged_question_is_refused(chat, at):
    sealer = Sealer()
    encrypted = sealer.seal(b"echo")
    for query in (
        "",
        "echostr=x",
        sealer.query(encrypted, at),
        sealer.query(encrypted, at, echostr=sealer.seal(b"other")),
        sealer.query(encrypted, at - 301, echostr=encrypted),
    ):
        assert chat.client.get(f"{DOOR}?{query}").status_code == 403


def test_twin_with_the_signature_switched_off_a_forgery_is_heard(chat, at, monkeypatch):
    monkeypatch.setattr(crypto, "judge", lambda *_a, **_k: None)
    _query, body = Sealer(token="another").post(text("好"), at)
    assert chat.client.post(DOOR, body, content_type="text/xml").status_code == 200
    assert Heard.objects.count() == 1


def test_every_bad_document_is_refused_inside_and_outside(chat, at):
    sealer = Sealer()
    for document in seeds.documents():
        outside = chat.client.post(f"{DOOR}?{sealer.query('x', at)}", document, content_type="text/xml")
        query, body = sealer.post(document, at)
        inside = chat.client.post(f"{DOOR}?{query}", body, content_type="text/xml")
        assert (outside.status_code in {400, 403}, inside.status_code) == (True, 400), document[:80]
    assert Heard.objects.count() == 0


def test_a_recorded_callback_sent_again_does_nothing(chat, at, clock):
    query, body = Sealer().post(text("井盖松了"), at)
    again = [chat.client.post(f"{DOOR}?{query}", body, content_type="text/xml").status_code for _ in range(3)]
    assert (again, Heard.objects.count()) == ([200, 200, 200], 1)
    with time_machine.travel(clock.go(minutes=6), tick=False):
        assert chat.client.post(f"{DOOR}?{query}", body, content_type="text/xml").status_code == 403


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json", ""],
)
def test_whatever_it_calls_itself_the_body_is_read_as_what_it_is(chat, at, content_type):
    query, body = Sealer().post(text("井盖松了"), at)
    status = chat.client.generic("POST", f"{DOOR}?{query}", body, content_type).status_code
    assert status == (400 if content_type.startswith("multipart") else 200)


def test_more_than_64_kb_is_not_read(chat, at):
    assert chat.client.post(DOOR, outer("x" * 70_000), content_type="text/xml").status_code == 413


def test_an_office_that_is_not_connected_has_no_such_door(cast, client):
    client = type(client)(HTTP_HOST="localhost")
    assert (client.get(DOOR).status_code, client.post(DOOR, b"", content_type="text/xml").status_code) == (
        404,
        404,
    )


def test_a_removed_connection_opens_nothing_and_keeps_no_secret(chat, at, clock):
    office.remove(actor=SYSTEM, at=clock.at)
    query, body = Sealer().post(text("井盖松了"), at)
    assert chat.client.post(f"{DOOR}?{query}", body, content_type="text/xml").status_code == 404
    assert bytes(office.Application.objects.get().secret) == b""
