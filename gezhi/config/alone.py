"""One `gezhi up` per data folder: a second one would run a second worker and, in a new folder, get in the way of the first."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE = "running.lock"


class AlreadyRunning(Exception):
    """Somebody holds the folder; the message is his address, "" when he has not said it yet."""


@contextmanager
def alone(data: Path, address: str) -> Iterator[None]:
    """Hold the folder, which must be there, until the block or the process ends, however it ends. Raises AlreadyRunning."""
    with (data / FILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(file.read().strip()) from None
        file.truncate(0)
        print(address, file=file, flush=True)
        yield


def ask_alone(data: Path) -> None:
    """Only look, and make nothing in a folder that is not one yet. Raises AlreadyRunning."""
    if (data / FILE).exists():
        with (data / FILE).open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning(file.read().strip()) from None
