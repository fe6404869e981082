"""Before Django: a body is read to its end first, and only then does its request take one of the few places at work.

A phone on a thin line sends a photo for a minute. Were that minute spent at work, eight such phones would stop the office.
The places at work are threads of their own, so that a process keeps as few connections to its database as places.
The sign of life takes no place: it asks nothing of the database, and is wanted most when all are at work.
A body that ends before its length is marked as cut: half of what was typed would otherwise be taken for the whole.
A read cannot be broken off: who falls silent holds his thread until he hangs up. So bodies have a bounded number of seats
(web/seats.py), and whoever only reads pages always finds a thread.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import Any

from gezhi.web.seats import Seats

AT_ONCE = 4  # requests at work in one process: more only wait for one another at the database
BESIDE = frozenset({("GET", "/healthz"), ("HEAD", "/healthz")})  # answered where bodies are read
WAITING = 64  # threads of the server beside them: bodies being read, and whoever waits for a place
BODY = "gezhi.body"  # in the environment: what became of the body
WHOLE, CUT, UNKEPT, CROWDED = "whole", "cut", "unkept", "crowded"
MOST_BYTES = 190_000_000  # nine pictures of 20 MB (a test compares) and the words; more is not read at all
IN_MEMORY = 262_144
PIECE = 65_536
PATIENCE_SECONDS = 30
HURRY_SECONDS = 5  # patience while half the seats are taken
SLOWEST = 1024  # bytes a second, once patience is over

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def patient(application: Application, at_once: int = AT_ONCE) -> Application:
    """The application behind the door. It finds `environ["gezhi.body"]`: whole, cut, unkept (the disk is full), or crowded (no seat)."""
    places, seats = ThreadPoolExecutor(at_once, thread_name_prefix="at work"), Seats()

    def door(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if (environ.get("REQUEST_METHOD"), environ.get("PATH_INFO")) in BESIDE:
            return application(environ, start_response)
        length = said_length(environ)
        if 0 < length <= MOST_BYTES:
            _take_in(environ, length, seats)
        return places.submit(application, environ, start_response).result()

    return door


def said_length(environ: dict[str, Any]) -> int:
    """The length that the sender names; 0 for none, one too many for what is no length."""
    said = environ.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdigit() and len(said) < 20 else MOST_BYTES + 1


def _take_in(environ: dict[str, Any], length: int, seats: Seats) -> None:
    kept: Any = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - lives as long as its request
    source, environ["wsgi.input"] = environ["wsgi.input"], kept
    with seats.taken(environ) as has_seat:
        if not has_seat:
            environ[BODY] = CROWDED
            return
        try:
            environ[BODY] = WHOLE if _copied(source, kept, length, seats) == length else CUT
            kept.seek(0)
        except OSError:
            environ[BODY] = UNKEPT


def _copied(source: Any, kept: Any, length: int, seats: Seats) -> int:
    """How many bytes came. A sender who trickles is not waited for."""
    count, began = 0, time.monotonic()
    while count < length:
        try:
            piece = source.read(min(PIECE, length - count))
        except OSError:
            break  # he hung up
        kept.write(piece)
        count += len(piece)
        spent = time.monotonic() - began
        allowed = HURRY_SECONDS if seats.are_filling() else PATIENCE_SECONDS
        if not piece or (spent > allowed and count < spent * SLOWEST):
            break
    return count
