"""A slow body cannot hold the server: a real one, and more senders that fall silent than it has threads."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from gezhi.web import door, seats
from tests.faults.crowd import FORM, Crowd
from tests.faults.installation import HOST, Installation, kill

HALF = (
    f"POST {FORM} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 1000\r\n\r\ntext=a"
).encode()

SOON = 15.0  # seconds, on a machine that has much else to do


@pytest.fixture
def served(installation: Installation) -> Iterator[Installation]:
    """The office, running in one process."""
    server = installation.serve(workers=1)
    yield installation
    kill(server)


def test_more_silent_senders_than_threads_keep_nobody_from_the_pages(served: Installation) -> None:
    with ExitStack() as lines:
        silent = [
            lines.enter_context(socket.create_connection((HOST, served.port)))
            for _ in range(door.AT_ONCE + door.WAITING + 12)
        ]
        for line in silent:
            line.sendall(HALF)
        began = time.monotonic()
        assert served.get("/")[0] == 200
        assert time.monotonic() - began < SOON
        until_all_but(seats.MOST_OF_ONE, silent)
        assert next(line for line in silent if is_answered(line)).recv(12) == b"HTTP/1.1 503"
        assert served.get(FORM)[0] == 200
        assert served.get("/healthz")[0] == 200
    crowd = Crowd(served)  # they have hung up, and their seats are free
    for one in crowd.begin(["after-the-silence-0002"]):
        one.join(timeout=30)
    assert (crowd.acknowledged, set(crowd.statuses)) == (1, {303})


def until_all_but(most: int, lines: list[socket.socket]) -> None:
    """Wait until all but so many have been told."""
    give_up = time.monotonic() + SOON
    while len([line for line in lines if not is_answered(line)]) > most:
        assert time.monotonic() < give_up


def is_answered(line: socket.socket) -> bool:
    """Whether anything came back on it."""
    line.settimeout(0.01)
    try:
        return bool(line.recv(1, socket.MSG_PEEK)) or True
    except TimeoutError:
        return False
    except OSError:
        return True
