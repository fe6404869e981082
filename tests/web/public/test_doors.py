"""Whatever bytes arrive, one clear answer: 2xx, 3xx or 4xx; 503 only when the storage cannot take it."""

from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from gezhi.places import queries as places
from gezhi.reports.models import Report
from gezhi.tenancy import queries as tenancy
from gezhi.tenancy.models import Jurisdiction
from gezhi.web import bodies, errors, logs, middleware
from gezhi.web.limits import TooOften, count
from gezhi.web.public import health
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "/p/a%00b", "/r/%00", "/t/%00", "/?q=%00", "/r/?q=x%00", "/t/" + "a" * 5000, "/p/" + "%F0%9F%8F%A0" * 100,
        "/p/%ff%fe", "/t/../../etc/passwd", "/photo/not-a-uuid/400", "/nowhere", "/r/371072-00003/extra", "/p/%2e%2e",
    ],
)  # fmt: skip
def test_strange_addresses_get_a_page(door: Client, path: str) -> None:
    answer = door.get(path)
    assert answer.status_code in {400, 404}
    assert "<h1" in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/p/371072-00003", "/healthz", "/robots.txt"])
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options", "trace"])
def test_other_methods_are_not_allowed(door: Client, path: str, method: str) -> None:
    answer = getattr(door, method)(path)
    assert (answer.status_code, "GET" in answer["Allow"]) == (405, True)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=text\r\n\r\nno end",
        ),
        ("multipart/form-data; boundary=" + "x" * 70_000, b"--x"),
        ("multipart/form-data", b"nothing"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--',
        ),
        ("application/json", b'{"text":"x"}'),
        ("application/x-www-form-urlencoded", b"&".join(b"a=%d" % n for n in range(1001))),
        ("application/x-www-form-urlencoded", b"text=" + b"x" * 1_100_000),
        ("application/x-www-form-urlencoded; charset=utf-7", b"text=x"),
        ("application/x-www-form-urlencoded", b"text=%ED%A0%80%FF&key=%00"),
        ("", b"\xff\xfe\x00"),
    ],
)
def test_broken_bodies_are_refused_with_a_page(door: Client, here: str, kind: str, body: bytes) -> None:
    answer = door.generic("POST", here, body, content_type=kind)
    assert answer.status_code in {400, 413, 422}
    assert "<h1" in answer.content.decode()


CUT = b"--x\r\nContent-Disposition: form-data; name=text\r\n\r\nThe glass is bro"


def test_a_form_that_was_cut_on_its_way_is_not_taken_for_whole(door: Client, here: str) -> None:
    answer = door.generic("POST", here, CUT, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, Report.objects.count()) == (400, 0)


def test_a_cut_form_would_be_taken_without_the_look_at_its_end(
    door: Client, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: every body counts as whole."""
    ended = property(lambda self: b"--x--", lambda self, value: None)
    monkeypatch.setattr(bodies.Remembering, "tail", ended, raising=False)
    door.generic("POST", here, CUT, content_type="multipart/form-data; boundary=x")
    assert Report.objects.count() == 1


@pytest.mark.parametrize("said", ["9" * 30, "-5", "abc", "190000001"])
def test_a_body_said_to_be_too_long_is_not_read(door: Client, here: str, said: str) -> None:
    answer = door.generic("POST", here, b"", CONTENT_LENGTH=said)
    assert (answer.status_code, "20 MB" in answer.content.decode()) == (413, True)


def test_a_body_said_to_be_too_long_would_be_read_without_the_cap(
    door: Client, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: there is no cap."""
    monkeypatch.setattr(middleware.door, "MOST_BYTES", 10**12)
    assert door.generic("POST", here, b"", CONTENT_LENGTH="190000001").status_code != 413


def test_a_cookie_with_a_nul_is_refused(door: Client) -> None:
    assert door.get("/", HTTP_COOKIE='sessionid="abcdefgh\\000ijk"').status_code == 400


def test_a_host_that_is_not_ours_gets_a_page(door: Client) -> None:
    answer = door.get("/", HTTP_HOST="evil.example")
    said = answer.content.decode()
    assert (answer.status_code, "evil" in said, "GEZHI_HOSTS" in said) == (400, False, True)


@pytest.mark.parametrize(
    ("host", "line"),
    [
        (
            "192.168.1.5:8000",
            "asked for as 192.168.1.5, a name not answered to; to answer to it, start with it in GEZHI_HOSTS",
        ),
        ("a\nb'", "asked for under a name that is none"),
    ],
)
def test_a_host_that_is_not_ours_is_one_line_in_the_log(
    host: str, line: str, door: Client, caplog: pytest.LogCaptureFixture
) -> None:
    door.get("/", HTTP_HOST=host)
    (said,) = [one for one in caplog.records if one.name == logs.OTHER_HOST]
    assert (said.getMessage(), said.exc_info) == (line, None)


def test_a_form_that_comes_back_is_no_event(
    door: Client, here: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert door.post(here).status_code == 422
    assert caplog.records == []


def test_sabotage_without_the_filter_each_form_that_comes_back_would_be_a_line(
    door: Client, here: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "EVERYDAY", frozenset())
    door.post(here)
    assert [one.status_code for one in caplog.records] == [422]


def test_a_house_without_an_office_says_so(door: Client, cast: Cast) -> None:
    Jurisdiction.objects.create(code="371083", name="乳山市", made_at="2026-01-01T00:00:00Z")
    tenancy.forget()
    answer = door.get("/")
    assert (answer.status_code, "这个网址还没有开通" in answer.content.decode()) == (404, True)
    assert door.get("/healthz").status_code == 200


def test_a_database_in_trouble_is_503_and_says_when_to_come_back(
    door: Client, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*given: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(places, "by_code", locked)
    answer = door.get(here)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    monkeypatch.setattr(tenancy, "of_host", locked)  # outside every view
    answer = door.get("/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_a_database_in_trouble_would_look_like_a_bug_if_nobody_told_them_apart(
    door: Client, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: no exception counts as trouble of the storage."""

    def locked(*given: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(errors, "is_storage_trouble", lambda problem: False)
    monkeypatch.setattr(places, "by_code", locked)
    answer = door.get(here)
    assert (answer.status_code, "Retry-After" in answer) == (500, False)


def test_a_bug_of_ours_is_500_without_a_traceback(
    door: Client, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(places, "by_code", broken)
    answer = door.get(here)
    assert (answer.status_code, "secret detail" in answer.content.decode()) == (500, False)


def test_it_is_ready_when_everything_can_be_written(door: Client) -> None:
    answer = door.get("/readyz")
    assert answer.json() == {
        "status": "ready",
        "database": True,
        "migrations": True,
        "media": True,
        "worker_age": None,
    }


def test_it_is_not_ready_when_pictures_cannot_be_kept(door: Client, settings: Any, tmp_path: Path) -> None:
    settings.GEZHI_MEDIA = tmp_path / "a-file"
    settings.GEZHI_MEDIA.write_text("in the way")
    answer = door.get("/readyz")
    assert (answer.status_code, answer.json()["media"], answer["Retry-After"]) == (503, False, "5")


def test_it_is_not_ready_before_the_tables_are_there(door: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_applied", set())
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
    assert door.get("/readyz").status_code == 503


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/p/371072-00003", "/p/371072-00003"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("javascript:x", "/"),
        ("", "/"),
    ],
)
def test_the_look_is_kept_and_leads_back_to_our_own_pages_only(door: Client, wanted: str, led: str) -> None:
    answer = door.post("/look", {"look": "night", "size": "large", "next": wanted})
    assert (answer.status_code, answer["Location"]) == (302, led)
    assert (door.cookies["gezhi_look"].value, door.cookies["gezhi_size"].value) == ("night", "large")
    html = door.get("/").content.decode()
    assert 'data-theme="night"' in html
    assert 'data-size="large"' in html


def test_a_look_that_does_not_exist_is_not_kept(door: Client) -> None:
    door.post("/look", {"look": '"><script>', "size": "huge"})
    assert not {"gezhi_look", "gezhi_size"} & set(door.cookies)


def test_every_page_forbids_foreign_script_and_frames(door: Client, here: str) -> None:
    for path in ("/", here, "/nowhere"):
        policy = door.get(path)["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_counting_is_by_window_and_by_sender(cast: Cast, settings: Any, noon: Any) -> None:
    settings.GEZHI_LIMITS = True
    for _ in range(3):
        count("knock", "lin", most=3, minutes=60, at=noon)
    with pytest.raises(TooOften) as refused:
        count("knock", "lin", most=3, minutes=60, at=noon)
    assert 0 < refused.value.seconds <= 3600
    count("knock", "mo", most=3, minutes=60, at=noon)
    count("knock", "lin", most=3, minutes=60, at=noon.replace(hour=noon.hour + 1))
