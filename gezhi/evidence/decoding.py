"""The parent's side of the decoder: hand pictures over, wait no longer than is fair, go on with the next child when one dies."""

import json
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import gezhi

PICTURE_SECONDS = 3.5  # one picture may hold up the others of its request no longer
REQUEST_SECONDS = 5.0  # and all of them the visitor no longer
COPY_SECONDS = 20.0  # the worker has more patience
START_SECONDS = 20.0  # for the warm process to be there, once
DIED = "decoder_died"
COMMAND: tuple[str, ...] = (sys.executable, "-m", "gezhi.evidence.decoder")

Box = tuple[float, float, float, float]  # left, top, width, height as fractions of the upright picture


class Job(NamedTuple):
    """path: the picture; format: Pillow's name; copies: (longest side in pixels, path to write), longest first; boxes: painted over."""

    path: Path
    format: str
    copies: tuple[tuple[int, Path], ...] = ()
    boxes: tuple[Box, ...] = ()


class Answer(NamedTuple):
    """What the child found: size in pixels as seen upright, the camera's time and offset as written, where it stood (longitude,
    latitude, WGS-84), what it is like (16 hexadecimal digits); or why it refused."""

    refused: str = ""
    width: int = 0
    height: int = 0
    taken_at: str = ""
    offset: str = ""
    spot: tuple[float, float] | None = None
    likeness: str = ""


@dataclass(slots=True)
class _Warm:
    """The warm process of this one, and the line on which it is asked for children."""

    process: "subprocess.Popen[bytes]"
    line: socket.socket
    command: tuple[str, ...]
    parent: int

    def is_ours(self) -> bool:
        return (self.command, self.parent) == (COMMAND, os.getpid()) and self.process.poll() is None

    def end(self) -> None:
        """For good; whatever it was doing."""
        self.line.close()
        if self.parent == os.getpid():
            self.process.kill()
            self.process.wait()


class _Child(NamedTuple):
    line: socket.socket
    handle: int


_warm: list[_Warm] = []  # one or none
_one_asks = threading.Lock()


def decode(
    jobs: Sequence[Job], *, each: float = PICTURE_SECONDS, together: float = REQUEST_SECONDS
) -> list[Answer]:
    """One answer per job, in order, after at most `together` seconds; the first in a process waits for the warm one as well.

    One child serves all; a new one is forked only when a picture has killed it. That picture, and whatever is left when the
    time is up, is answered "decoder_died".
    """
    answers: list[Answer] = []
    end = None
    while len(answers) < len(jobs) and (end is None or time.monotonic() < end):
        with _child() as child:
            end = time.monotonic() + together if end is None else end
            answers += _by_one(child, jobs[len(answers) :], each, end)
    return answers + [Answer(DIED)] * (len(jobs) - len(answers))


def rest() -> None:
    """Let the warm process go; the next picture has another one started."""
    with _one_asks:
        while _warm:
            _warm.pop().end()


@contextmanager
def _child() -> Iterator[_Child | None]:
    """A child of its own, killed when this ends; None when there is no having one."""
    try:
        child = _forked()
    except OSError:
        child = None
    try:
        yield child
    finally:
        if child:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(child.handle, signal.SIGKILL)
            select.select([child.handle], [], [], 1.0)  # until it is gone: its memory is the next one's
            os.close(child.handle)
            child.line.close()


def _forked() -> _Child:
    """Ask the warm process for a child, another one if that was lost. Raises OSError."""
    with _one_asks:
        for is_last in (False, True):
            warm = _ready()
            try:
                return _asked_for(warm)
            except OSError:
                _warm.clear()
                warm.end()
                if is_last:
                    raise
    raise OSError("no decoder")


def _ready() -> _Warm:
    if _warm and not _warm[0].is_ours():
        _warm.pop().end()
    if not _warm:
        ours, theirs = socket.socketpair()
        ours.settimeout(START_SECONDS)
        with theirs:
            process = subprocess.Popen(
                COMMAND,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
            )
        _warm.append(_Warm(process, ours, COMMAND, os.getpid()))
    return _warm[0]


def _asked_for(warm: _Warm) -> _Child:
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            socket.send_fds(warm.line, [b"."], [theirs.fileno()])
        _, handles, _, _ = socket.recv_fds(warm.line, 1, 1)
        if not handles:
            raise ConnectionError("the decoder is gone")
    except OSError:
        ours.close()
        raise
    return _Child(ours, handles[0])


def _by_one(child: _Child | None, jobs: Sequence[Job], each: float, end: float) -> list[Answer]:
    """Answers until the jobs are done or the child is lost; the job it was lost with is the last one answered."""
    answers: list[Answer] = []
    for job in jobs:
        until = min(end, time.monotonic() + each)
        answers.append(_asked(child.line, job, until) if child else Answer(DIED))
        if answers[-1].refused == DIED:
            break
    return answers


def _environment() -> dict[str, str]:
    """No secret of the office reaches the decoder: only where to find the code."""
    return {"PYTHONPATH": str(Path(gezhi.__path__[0]).parent), "PYTHONDONTWRITEBYTECODE": "1"}


def _asked(line: socket.socket, job: Job, end: float) -> Answer:
    wanted = {
        "path": str(job.path),
        "format": job.format,
        "copies": [[edge, str(path)] for edge, path in job.copies],
        "boxes": job.boxes,
    }
    try:
        line.sendall(json.dumps(wanted).encode() + b"\n")
        return _understood(json.loads(_line(line, end)))
    except (OSError, ValueError, KeyError, TypeError):
        return Answer(DIED)


def _line(line: socket.socket, end: float) -> bytes:
    """One line of the child, or what there is of it when the time is up or the child is gone."""
    got = b""
    with selectors.DefaultSelector() as ready:
        ready.register(line, selectors.EVENT_READ)
        while not got.endswith(b"\n") and ready.select(max(0.0, end - time.monotonic())):
            piece = line.recv(4096)
            if not piece:
                break
            got += piece
    return got


def _understood(told: dict[str, Any]) -> Answer:
    if "refused" in told:
        return Answer(str(told["refused"]))
    spot = told["spot"]
    return Answer(
        "",
        int(told["width"]),
        int(told["height"]),
        str(told["taken_at"]),
        str(told["offset"]),
        (float(spot[0]), float(spot[1])) if spot else None,
        str(told["likeness"]),
    )
