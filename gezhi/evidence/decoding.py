"""The parent's side of the decoding child: hand pictures over, wait no longer than is fair, go on with the next when it dies."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gezhi

PICTURE_SECONDS = 2.5  # one picture may hold up the others of its request no longer
REQUEST_SECONDS = 5.0  # and all of them the visitor no longer
COPY_SECONDS = 20.0  # the worker has more patience
DIED = "decoder_died"
COMMAND = (sys.executable, "-m", "gezhi.evidence.decoder")


class Job(NamedTuple):
    """path: the picture; format: Pillow's name; copies: (longest side in pixels, path to write), longest first."""

    path: Path
    format: str
    copies: tuple[tuple[int, Path], ...] = ()


class Answer(NamedTuple):
    """What the child found: size in pixels as seen upright, the camera's time and offset as written; or why it refused."""

    refused: str = ""
    width: int = 0
    height: int = 0
    taken_at: str = ""
    offset: str = ""


def decode(
    jobs: Sequence[Job], *, each: float = PICTURE_SECONDS, together: float = REQUEST_SECONDS
) -> list[Answer]:
    """One answer per job, in order, after at most `together` seconds.

    One child serves all; a new one is started only when a picture has killed it. That picture, and whatever is left when the
    time is up, is answered "decoder_died".
    """
    answers: list[Answer] = []
    end = time.monotonic() + together
    while len(answers) < len(jobs) and time.monotonic() < end:
        answers += _by_one_child(jobs[len(answers) :], each, end)
    return answers + [Answer(DIED)] * (len(jobs) - len(answers))


def _by_one_child(jobs: Sequence[Job], each: float, end: float) -> list[Answer]:
    """Answers until the jobs are done or the child is lost; the job it was lost with is the last one answered."""
    answers: list[Answer] = []
    with subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        bufsize=0,  # nothing half-written is left to flush when the child is gone
    ) as child:
        try:
            for job in jobs:
                answers.append(_asked(child, job, min(end, time.monotonic() + each)))
                if answers[-1].refused == DIED:
                    break
        finally:
            child.kill()
    return answers


def _environment() -> dict[str, str]:
    """No secret of the office reaches the child: only where to find the code."""
    return {"PYTHONPATH": str(Path(gezhi.__path__[0]).parent), "PYTHONDONTWRITEBYTECODE": "1"}


def _asked(child: subprocess.Popen[bytes], job: Job, end: float) -> Answer:
    line = json.dumps(
        {
            "path": str(job.path),
            "format": job.format,
            "copies": [[edge, str(path)] for edge, path in job.copies],
        }
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(line.encode() + b"\n")
        told = json.loads(_line(child.stdout.fileno(), end))
    except (OSError, ValueError):
        return Answer(DIED)
    return _understood(told)


def _line(handle: int, end: float) -> bytes:
    """One line of the child, or what there is of it when the time is up or the child is gone."""
    got = b""
    with selectors.DefaultSelector() as ready:
        ready.register(handle, selectors.EVENT_READ)
        while not got.endswith(b"\n") and ready.select(max(0.0, end - time.monotonic())):
            piece = os.read(handle, 4096)
            if not piece:
                break
            got += piece
    return got


def _understood(told: dict[str, Any]) -> Answer:
    if "refused" in told:
        return Answer(str(told["refused"]))
    return Answer("", int(told["width"]), int(told["height"]), str(told["taken_at"]), str(told["offset"]))
