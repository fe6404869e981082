"""What the door found out about a body, and writings that are no text, become one clear page."""

import io
from typing import Any

import pytest
from django.test import Client

from gezhi.reports.models import Report
from gezhi.web import door as waiting
from tests.web.public.conftest import form

PARTS = '--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n{words}\r\n--b--\r\n'


@pytest.mark.parametrize(
    "writing", ["base64", "rot13", "idna", "punycode", "unicode_escape", "utf-7", "utf-16", "nope", ""]
)
def test_a_form_in_another_writing_is_refused_before_it_is_read(
    door: Client, here: str, writing: str
) -> None:
    kind = f"multipart/form-data; boundary=b; charset={writing}"
    answer = door.generic("POST", here, PARTS.format(words="\\ud800 +2AA-").encode(), content_type=kind)
    assert answer.status_code == 400


def test_without_that_a_writing_that_is_no_text_would_be_a_fault(
    door: Client, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.web.middleware.UTF_8", {"base64"})
    kind = "multipart/form-data; boundary=b; charset=base64"
    sent = PARTS.format(words="glass").encode()
    assert door.generic("POST", here, sent, content_type=kind).status_code == 500


def test_our_own_writing_is_read(door: Client, here: str) -> None:
    kind = "multipart/form-data; boundary=b; charset=UTF-8"
    assert door.post(here, PARTS.format(words="楼道玻璃碎了"), content_type=kind).status_code == 303


@pytest.mark.parametrize("found, status", [(waiting.CUT, 400), (waiting.UNKEPT, 503), (waiting.WHOLE, 303)])
def test_half_a_form_is_never_a_report(door: Client, here: str, found: str, status: int) -> None:
    answer = door.post(here, form(), **{waiting.BODY: found})
    assert answer.status_code == status
    assert Report.objects.count() == (1 if found == waiting.WHOLE else 0)
    assert ("Retry-After" in answer) == (found == waiting.UNKEPT)


def test_behind_the_door_a_cut_form_is_told_from_a_whole_one(door: Client, here: str) -> None:
    def asked(sent: bytes, length: int) -> Any:
        environ = {"wsgi.input": io.BytesIO(sent), "CONTENT_LENGTH": str(length)}
        return waiting.patient(lambda found, _start: [found[waiting.BODY].encode()])(environ, lambda *_: None)

    assert b"".join(asked(b"text=gla", 10)) == b"cut"
    assert b"".join(asked(b"text=glass", 10)) == b"whole"
