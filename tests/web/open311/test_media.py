"""Bad input class 29 at media_url: a picture is fetched from one public machine, or nothing is asked of anybody, and the report is refused."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from gezhi.channels import outward
from gezhi.evidence import queries as evidence
from gezhi.evidence.models import Evidence
from gezhi.reports.models import Report
from gezhi.web.open311 import media
from tests.evidence.pictures import photo
from tests.seeds.addresses import FORBIDDEN, MALFORMED
from tests.web.open311.conftest import Application, error, refused

pytestmark = pytest.mark.django_db
HOST = "127.0.0.1"


@contextmanager
def serving(answer: bytes, *, drip: float = 0) -> Iterator[tuple[str, list[bytes]]]:
    """A server that says this to whoever connects: its address, and what came in."""
    came: list[bytes] = []
    with socket.create_server((HOST, 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    line, _ = server.accept()
                    with line:
                        came.append(line.recv(4096))
                        say(line)

        def say(line: socket.socket) -> None:
            with suppress(OSError):
                if not drip:
                    line.sendall(answer)
                    return
                for at in range(len(answer)):
                    line.sendall(answer[at : at + 1])
                    time.sleep(drip)

        running = threading.Thread(target=serve, daemon=True)
        running.start()
        yield f"http://{HOST}:{server.getsockname()[1]}/lamp.jpg", came
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def said(body: bytes, status: str = "200 OK", head: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{head}\r\n".encode() + body
    )


@pytest.fixture
def loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine stands for the world: any port, any address."""
    monkeypatch.setattr(outward, "may_reach", lambda _address, _nets: True)
    monkeypatch.setattr(media, "_judge", lambda _url, _request: None)
    real = outward.target

    def anywhere(url: str, **how: Any) -> outward.Target:
        to = real(url, **how)
        monkeypatch.setitem(outward.PORTS, to.scheme, to.port)
        return to

    monkeypatch.setattr(outward, "PORTS", dict(outward.PORTS))
    monkeypatch.setattr(outward, "target", anywhere)


def test_a_picture_is_fetched_before_the_answer_and_belongs_to_the_report(
    application: Application, loopback_is_public: None
) -> None:
    with serving(said(photo())) as (url, came):
        answer = application.post({"media_url": url})
        assert answer.status_code == 201, answer.content.decode()
    assert len(evidence.of("report", Report.objects.get().id)) == 1
    (asked,) = came
    assert b"Cookie" not in asked
    assert application.key.encode() not in asked


def test_several_pictures_come_along(application: Application, loopback_is_public: None) -> None:
    with serving(said(photo())) as (url, came):
        urls = [url, url + "?2"]
        assert application.post({"media_url": urls}).status_code == 201
        assert len(came) == 2
    assert len(evidence.of("report", Report.objects.get().id)) == 2


def test_a_repeat_fetches_nothing_again(application: Application, loopback_is_public: None) -> None:
    key = "0b0f4c2e-1111-4222-8333-444455556666"
    with serving(said(photo())) as (url, came):
        first, again = (application.post({"media_url": url}, key=key) for _ in range(2))
        assert (first.status_code, again.content, len(came)) == (201, first.content, 1)


@pytest.mark.parametrize(
    "answer",
    [
        said(b"<html>"),
        said(b"", "404 Not Found"),
        said(b"", "302 Found", "Location: http://169.254.169.254/latest/meta-data/\r\n"),
        said(b"", "204 No Content"),
        said(photo())[:-100],
        said(photo()[:-2000]),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000,
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"\x00" * 100_000,
    ],
    ids=range(12),
)
def test_what_is_no_picture_refuses_the_report_with_a_sentence(
    application: Application, loopback_is_public: None, answer: bytes
) -> None:
    with serving(answer) as (url, came):
        status, _code, sentence = error(application.post({"media_url": url}))
        assert (status, len(came), "media_url" in sentence) == (400, 1, True)
    assert (Report.objects.count(), Evidence.objects.count()) == (0, 0)


def test_whoever_drips_is_cut_off(
    application: Application, loopback_is_public: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the head, and in a body that ends with its connection, where the library has given the socket away."""
    monkeypatch.setattr(media, "FETCH_SECONDS", 0.4)
    for answer in (said(photo()), b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 1000):
        begun = time.monotonic()
        with serving(answer, drip=0.03) as (url, _came):
            assert refused(application.post({"media_url": url})) == 400
        assert time.monotonic() - begun < 3


def test_a_name_that_nobody_answers_for_is_not_waited_for(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "FETCH_SECONDS", 0.2)
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(10) or [])
    begun = time.monotonic()
    assert "域名" in error(application.post({"media_url": "https://slow.example/a.jpg"}))[2]
    assert time.monotonic() - begun < 3
    over.set()


def test_more_than_a_picture_may_have_is_not_read(
    application: Application, loopback_is_public: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "MOST_BYTES", 1000)
    for answer in (said(b"x" * 1001), b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 1001):
        with serving(answer) as (url, _came):
            assert "20 MB" in error(application.post({"media_url": url}))[2]


def test_when_two_fetch_the_third_is_told_to_come_again(
    application: Application, loopback_is_public: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "PATIENCE_SECONDS", 0.05)
    with media._turn(), media._turn():
        answer = application.post({"media_url": "https://pictures.example/lamp.jpg"})
    assert (refused(answer), answer["Retry-After"]) == (429, "5")


# ---- class 29 ----


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whereto anybody tried to connect; nobody gets through, and names are not asked of the network."""
    tried: list[object] = []
    real = socket.getaddrinfo

    def never(address: object, *_how: object, **_more: object) -> None:
        tried.append(address)
        raise OSError("nobody there")

    def numeric(host: str, port: int, *how: Any, **more: Any) -> Any:
        name = {"localtest.me": HOST, "rebind.example": "10.0.0.1", "localhost": HOST}.get(host, host)
        return real(name, port, *how, **{**more, "flags": socket.AI_NUMERICHOST})

    monkeypatch.setattr(socket, "create_connection", never)
    monkeypatch.setattr(socket, "getaddrinfo", numeric)
    return tried


def test_class_29_no_address_inside_is_connected_to(application: Application, connects: list[object]) -> None:
    wrong = []
    for url in (*FORBIDDEN, *MALFORMED):
        answer = application.post({"media_url": url})
        if answer.status_code != 400 or refused(answer) != 400:
            wrong.append((url[:60], answer.status_code))
    assert (wrong, connects, Report.objects.count()) == ([], [], 0)
    assert len({*FORBIDDEN, *MALFORMED}) >= 60


def test_networks_of_the_offices_webhooks_are_not_open_to_strangers(
    application: Application, connects: list[object], settings: Any
) -> None:
    from ipaddress import ip_network

    settings.GEZHI_WEBHOOK_NETS = (ip_network("10.0.0.0/8"), ip_network("127.0.0.0/8"))
    for url in ("http://10.0.0.1/a.jpg", "https://127.0.0.1/a.jpg", "https://localhost/a.jpg"):
        assert refused(application.post({"media_url": url})) == 400
    assert connects == []


def test_the_name_is_looked_up_once_and_connected_to_where_it_was_judged(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, reached = [], []

    def rebinding(host: str, port: int, *_how: Any, **_more: Any) -> Any:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8" if len(asked) == 1 else HOST, port))]

    def refuse(address: Any, *_how: Any, **_more: Any) -> None:
        reached.append(address)
        raise OSError("nobody there")

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert refused(application.post({"media_url": "https://rebind.example/a.jpg"})) == 400
    assert (asked, reached) == (["rebind.example"], [("8.8.8.8", 443)])


def test_sabotage_were_every_address_good_the_own_machine_would_be_connected_to(
    application: Application, connects: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outward, "may_reach", lambda _address, _nets: True)
    assert refused(application.post({"media_url": "https://127.0.0.1/a.jpg"})) == 400
    assert connects == [(HOST, 443)]
