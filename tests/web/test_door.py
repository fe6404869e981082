"""The door before Django: slow senders wait outside, and half a form is never taken for the whole."""

import io
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import RequestFactory

from gezhi.web import door, seats


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """An application that answers what it was given."""
    return [environ.get(door.BODY, "none").encode(), b" ", environ["wsgi.input"].read()]


def asked(body: Any, length: int | str, behind: Any = echo, at_once: int = 1) -> bytes:
    environ = {"wsgi.input": body, "CONTENT_LENGTH": str(length)}
    return b"".join(door.patient(behind, at_once)(environ, None))


class Stalled:
    """A sender who says nothing until he is let go."""

    def __init__(self) -> None:
        self.heard, self.go_on = threading.Event(), threading.Event()

    def read(self, size: int) -> bytes:
        self.heard.set()
        self.go_on.wait(10)
        return b"x" * size


class Dripping:
    """A sender of one byte at a time; each takes a second of the clock that is patched in."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def read(self, size: int) -> bytes:
        self.seconds += 1
        return b"x"


def test_a_whole_body_arrives_as_it_was_sent() -> None:
    assert asked(io.BytesIO(b"text=glass"), 10) == b"whole text=glass"


@pytest.mark.parametrize("size", [door.PIECE, door.PIECE + 1, door.IN_MEMORY + 3])
def test_long_bodies_lose_no_byte(size: int) -> None:
    sent = bytes(range(256)) * (size // 256 + 1)
    assert asked(io.BytesIO(sent[:size]), size) == b"whole " + sent[:size]


def test_a_body_that_ends_early_is_marked_as_cut() -> None:
    assert asked(io.BytesIO(b"text=gla"), 10).startswith(b"cut ")


def test_what_follows_a_body_is_not_part_of_it() -> None:
    assert asked(io.BytesIO(b"text=glassGET / HTTP"), 10) == b"whole text=glass"


@pytest.mark.parametrize("length", ["", "0", "-1", "abc", str(door.MOST_BYTES + 1), "9" * 40])
def test_what_has_no_length_or_far_too_much_is_not_read(length: str) -> None:
    body = io.BytesIO(b"text")
    assert asked(body, length, lambda environ, _start: [environ.get(door.BODY, "none").encode()]) == b"none"
    assert body.tell() == 0


def test_slow_senders_keep_nobody_from_the_places_at_work() -> None:
    stalled, application = Stalled(), door.patient(echo, at_once=1)
    environ: dict[str, Any] = {"wsgi.input": stalled, "CONTENT_LENGTH": "5"}
    sender = threading.Thread(target=lambda: application(environ, None), daemon=True)
    sender.start()
    assert stalled.heard.wait(5)
    quick: dict[str, Any] = {"wsgi.input": io.BytesIO(b"quick"), "CONTENT_LENGTH": "5"}
    assert b"".join(application(quick, None)) == b"whole quick"
    stalled.go_on.set()
    sender.join(5)


def test_if_bodies_were_read_at_work_one_slow_sender_would_stop_all() -> None:
    stalled, answered = Stalled(), threading.Event()

    def reads_itself(environ: dict[str, Any], _start: Any) -> list[bytes]:
        return [environ["body"].read(5)]

    application = door.patient(reads_itself, at_once=1)
    threading.Thread(target=lambda: application({"body": stalled}, None), daemon=True).start()
    assert stalled.heard.wait(5)

    def ask() -> None:
        application({"body": io.BytesIO(b"quick")}, None)
        answered.set()

    threading.Thread(target=ask, daemon=True).start()
    assert not answered.wait(0.3)
    stalled.go_on.set()
    assert answered.wait(5)


def test_who_trickles_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    drip = Dripping()
    monkeypatch.setattr(door.time, "monotonic", lambda: drip.seconds)
    assert asked(drip, 1_000_000).startswith(b"cut ")
    assert drip.seconds <= door.PATIENCE_SECONDS + 1


def test_a_disk_that_cannot_keep_a_body_is_said_to_the_application(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __init__(self, _size: int) -> None: ...

        def write(self, _piece: bytes) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(door, "SpooledTemporaryFile", Full)
    said = asked(io.BytesIO(b"text"), 4, lambda environ, _start: [environ[door.BODY].encode()])
    assert said == b"unkept"


def told_to(body: Any, environ: dict[str, Any]) -> bytes:
    """What the application is told about this body."""
    return b"".join(
        door.patient(echo)({"wsgi.input": body, "CONTENT_LENGTH": "1000"} | environ, None)
    ).split()[0]


def is_served_beside_silent_senders(*addresses: str) -> bool:
    """Whether a page is answered soon while somebody at each of these addresses sends a body and falls silent.

    The server has as many threads as there are senders.
    """
    silent, application = Stalled(), door.patient(echo, at_once=1)

    def ask(address: str) -> None:
        application({"wsgi.input": silent, "CONTENT_LENGTH": "5", "REMOTE_ADDR": address}, None)

    with ThreadPoolExecutor(len(addresses)) as server:
        for address in addresses:
            server.submit(ask, address)
        page = server.submit(application, {"wsgi.input": io.BytesIO(), "PATH_INFO": "/"}, None)
        answered = wait([page], 1.0).done
        silent.go_on.set()
    return page in answered


ONE, OTHERS = "192.0.2.1", [f"198.51.100.{number}" for number in range(8)]


@pytest.mark.parametrize(("most", "most_of_one", "senders"), [(99, 3, [ONE] * 8), (5, 3, OTHERS)])
def test_silent_senders_do_not_take_all_threads(
    monkeypatch: pytest.MonkeyPatch, most: int, most_of_one: int, senders: list[str]
) -> None:
    monkeypatch.setattr(seats, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(seats, "MOST", most)
    monkeypatch.setattr(seats, "MOST_OF_ONE", most_of_one)
    assert is_served_beside_silent_senders(*senders)


def test_twin_without_seats_for_the_slow_they_would_take_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(seats, "MOST", 99)
    monkeypatch.setattr(seats, "MOST_OF_ONE", 99)
    assert not is_served_beside_silent_senders(*[ONE] * 8)


def test_who_finds_no_seat_is_told_that_it_is_crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(seats, "MOST_OF_ONE", 0)
    sender = Stalled()
    assert told_to(sender, {"REMOTE_ADDR": ONE}) == b"crowded"
    sender.go_on.set()


def test_a_seat_is_free_again_when_its_sender_is_gone() -> None:
    all_of_them = seats.Seats()
    for _ in range(3):
        with all_of_them.taken({"REMOTE_ADDR": ONE}) as has_seat:
            assert has_seat
    assert all_of_them._by_address == {}


def test_a_quick_crowd_of_one_address_waits_for_its_seats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "MOST_OF_ONE", 1)
    application = door.patient(echo)

    def ask(_: int) -> bytes:
        quick = {"wsgi.input": io.BytesIO(b"quick"), "CONTENT_LENGTH": "5", "REMOTE_ADDR": ONE}
        return b"".join(application(quick, None))

    with ThreadPoolExecutor(32) as server:
        assert set(server.map(ask, range(500))) == {b"whole quick"}


@pytest.mark.parametrize("is_filling", [False, True])
def test_while_half_the_seats_are_taken_patience_with_who_trickles_is_short(
    monkeypatch: pytest.MonkeyPatch, is_filling: bool
) -> None:
    drip = Dripping()
    monkeypatch.setattr(door.time, "monotonic", lambda: drip.seconds)
    monkeypatch.setattr(seats.Seats, "are_filling", lambda self: is_filling)
    assert asked(drip, 1_000_000).startswith(b"cut ")
    assert int(drip.seconds) == (door.HURRY_SECONDS if is_filling else door.PATIENCE_SECONDS) + 1


def test_the_seats_are_filling_when_half_of_them_are_taken() -> None:
    found = seats.Seats()
    with ExitStack() as sitting:
        for number in range(seats.MOST // 2):
            assert not found.are_filling()
            sitting.enter_context(found.taken({"REMOTE_ADDR": f"192.0.2.{number}"}))
        assert found.are_filling()
    assert not found.are_filling()


def test_the_threads_of_a_server_outnumber_the_seats() -> None:
    assert door.AT_ONCE + door.WAITING - seats.MOST >= 4 * door.AT_ONCE


def is_told_alive_while_all_are_at_work(path: str, method: str = "GET") -> bool:
    """Whether this is answered although the one place at work is taken."""
    at_work, go_on, answered = threading.Event(), threading.Event(), threading.Event()

    def behind(environ: dict[str, Any], _start: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/desk/":
            at_work.set()
            go_on.wait(10)
        return [b""]

    application = door.patient(behind, at_once=1)

    def ask(path: str, method: str) -> None:
        application({"PATH_INFO": path, "REQUEST_METHOD": method}, None)
        if path != "/desk/":
            answered.set()

    threads = [threading.Thread(target=ask, args=asked) for asked in (("/desk/", "GET"), (path, method))]
    threads[0].start()
    assert at_work.wait(5)
    threads[1].start()
    found = answered.wait(0.5)
    go_on.set()
    for thread in threads:
        thread.join(5)
    return found


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_whether_it_is_alive_is_told_while_all_are_at_work(method: str) -> None:
    assert is_told_alive_while_all_are_at_work("/healthz", method)


@pytest.mark.parametrize(
    ("path", "method"), [("/readyz", "GET"), ("/", "GET"), ("/healthz", "POST"), ("/healthz/", "GET")]
)
def test_everything_else_waits_for_its_place(path: str, method: str) -> None:
    assert not is_told_alive_while_all_are_at_work(path, method)


def test_twin_at_work_like_the_others_the_sign_of_life_would_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "BESIDE", frozenset())
    assert not is_told_alive_while_all_are_at_work("/healthz")


def test_a_sign_of_life_takes_no_connection_beside_those_at_work() -> None:
    opened: list[Any] = []
    said: list[str] = []

    def ask() -> None:
        environ = RequestFactory().get("/healthz", headers={"host": "localhost"}).environ
        answer = door.patient(WSGIHandler())(environ, lambda status, headers: said.append(status))
        said.append(b"".join(answer).decode())
        opened.extend(connections.all(initialized_only=True))

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join(10)
    assert (said, opened) == (["200 OK", '{"status": "alive"}'], [])
