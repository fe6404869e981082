"""An envelope of WeCom is opened only when all of it is right: signature, moment, key, filling, length and for whom it is."""

from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from gezhi.channels.wecom import crypto, messages
from gezhi.channels.wecom.crypto import Forged
from gezhi.kernel.refusal import Invalid, Refusal
from tests.wecom import seeds
from tests.wecom.envelopes import CORP, ENCODING_KEY, TOKEN, Sealer, text

NOW = 1772424000
AT = datetime.fromtimestamp(NOW, UTC)
KEY = crypto.key_of(ENCODING_KEY)


def opened(query: str, body: bytes) -> bytes:
    """As the door does it. Where a name stands twice Django gives the last."""
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    encrypted = messages.fields(body).get("Encrypt", "")
    signature, moment, nonce = (asked.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
    crypto.judge(TOKEN, signature, moment, nonce, encrypted, at=AT)
    return crypto.unwrap(KEY, encrypted, CORP)


def test_what_the_other_side_sealed_is_opened():
    message = text("三单元楼道灯坏了 🙂")
    assert opened(*Sealer().post(message, NOW)) == message


def test_the_worked_example_of_the_documents():
    """developer.work.weixin.qq.com, document 90930: URL verification of corp wx5823bf96d3bd56c7."""
    encrypted = (
        "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
        "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
        "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
        "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
        "HBZZIs2pDBS8R07+qN+E7Q=="
    )
    key = crypto.key_of("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
    signature = crypto.sign("QDG6eK", "1409659813", "1372623149", encrypted)
    assert signature == "477715d11cdb4164915debcba66cb864d751f3e6"
    said = messages.fields(crypto.unwrap(key, encrypted, "wx5823bf96d3bd56c7"))
    assert (said["MsgType"], said["FromUserName"], said["Content"]) == ("text", "mycreate", "hello")


def test_our_own_envelope_opens_again():
    assert crypto.unwrap(KEY, crypto.wrap(KEY, b"hello", CORP, b"n" * 16), CORP) == b"hello"


FORGED = list(seeds.forgeries(NOW))


def test_there_are_enough_forgeries_and_documents():
    assert (len(FORGED) >= 60, len(list(seeds.documents())) >= 60) == (True, True)


@pytest.mark.parametrize("what, query, body", FORGED, ids=[what for what, _, _ in FORGED])
def test_a_forged_envelope_stays_shut(what, query, body):
    with pytest.raises(Forged):
        opened(query, body)


@pytest.mark.parametrize("switched_off", ["judge", "unwrap"])
def test_twin_with_half_the_protection_forgeries_get_in(switched_off, monkeypatch):
    """Without the signature those with a sound envelope, without the envelope those with a sound signature."""
    instead = {"judge": lambda *_a, **_k: None, "unwrap": lambda *_: b"opened"}[switched_off]
    monkeypatch.setattr(crypto, switched_off, instead)
    got_in = 0
    for _what, query, body in FORGED:
        try:
            opened(query, body)
        except Forged:
            continue
        got_in += 1
    assert got_in >= 5


@pytest.mark.parametrize("key", ["", "x" * 42, "x" * 44, "!" * 43, "密" * 43])
def test_an_encoding_key_is_43_letters_and_figures(key):
    with pytest.raises(ValueError, match="43"):
        crypto.key_of(key)


DOCUMENTS = list(seeds.documents())


@pytest.mark.parametrize("document", DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_a_document_that_asks_for_more_than_reading_is_refused(document):
    with pytest.raises(Refusal):
        messages.read(document)


def test_twin_without_the_handlers_a_doctype_is_read(monkeypatch):
    monkeypatch.setattr(messages, "_refuse", lambda *_: 1)
    found = messages.read(b"<!DOCTYPE xml [<!ENTITY a 'x'>]>" + text("好"))
    assert found.text == "好"


def test_a_doctype_is_refused_as_such():
    with pytest.raises(Invalid) as refused:
        messages.fields(b"<!DOCTYPE xml><xml/>")
    assert refused.value.code == "doctype"
