"""Files under their own digest. A name appears only when all its bytes are on the disk, and stays when the power goes."""

import fcntl
import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from django.conf import settings

EDGES = (1600, 400)  # longest side in pixels of the two served copies, longest first
PIECE_BYTES = 256 * 1024
FOLDERS = 4  # bb, aa, original, media


class Readable(Protocol):
    """Anything that gives its bytes piece by piece."""

    def read(self, bytes: int, /) -> bytes: ...


class Written(NamedTuple):
    """A file in the waiting room: its first bytes, digest and length."""

    path: Path
    head: bytes
    sha256: str
    bytes: int


def original(sha256: str) -> Path:
    """Where a picture lies as it was given. It is never served."""
    return _media() / "original" / sha256[:2] / sha256[2:4] / sha256


def served(sha256: str, edge: int, mark: str = "") -> Path:
    """Where the copy lies that people see; edge: one of EDGES. mark: of the redaction in force, "" of none."""
    name = f"{sha256}-{mark}-{edge}.webp" if mark else f"{sha256}-{edge}.webp"
    return _copies(sha256) / name


def files(sha256: str) -> list[Path]:
    """Those of a picture's files that are there: the original and all its copies, also of redactions no longer in force."""
    kept = original(sha256)
    return [*([kept] if kept.exists() else ()), *sorted(_copies(sha256).glob(f"{sha256}-*.webp"))]


def wanted(sha256: str, marks: Iterable[str]) -> set[Path]:
    """The files that may stay when these are the marks of the living rows: none, when there is no row."""
    found = {served(sha256, edge, mark) for mark in marks for edge in EDGES}
    return found | {original(sha256)} if found else found


def _copies(sha256: str) -> Path:
    return _media() / "served" / sha256[:2] / sha256[2:4]


def waiting_room() -> Path:
    """The folder for files without a name yet, on the same disk, so that naming them is one step."""
    room = _media() / "incoming"
    room.mkdir(parents=True, exist_ok=True)
    return room


def fresh() -> Path:
    """A path in the waiting room that nobody else has."""
    return waiting_room() / uuid.uuid4().hex


def put(upload: Readable, *, most: int, head: int) -> Written | None:
    """Copy an upload into the waiting room; None (and nothing left behind) when it has more than `most` bytes."""
    path, digest, first, length = fresh(), hashlib.sha256(), b"", 0
    try:
        with path.open("xb") as file:
            while (piece := upload.read(PIECE_BYTES)) and length <= most:
                length += len(piece)
                first += piece[: max(0, head - len(first))]
                digest.update(piece)
                file.write(piece)
    except OSError:
        path.unlink(missing_ok=True)  # a full disk is not helped by half a file
        raise
    if length > most:
        path.unlink()
        return None
    return Written(path, first, digest.hexdigest(), length)


def settle(path: Path, home: Path) -> None:
    """Give a written file its name for good: its bytes reach the disk, then the name, then the folders that hold the name."""
    home.parent.mkdir(parents=True, exist_ok=True)
    sync(path)
    os.rename(path, home)
    # all of them, also those that stood already: another process may have made one just now and not synced it yet
    for folder in home.parents[:FOLDERS]:
        sync(folder)


def sync(path: Path) -> None:
    """Have the disk hold what was written to a file or folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def nobody_removes() -> Iterator[None]:
    """While open, no file is removed: one that is named now still stands when its row commits. Any number may hold it."""
    with _held("lock", fcntl.LOCK_SH):
        yield


@contextmanager
def nobody_adds() -> Iterator[None]:
    """While open, no file is between its naming and its row. Open it outside any transaction: adders wait for their turn in one."""
    with _held("lock", fcntl.LOCK_EX):
        yield


@contextmanager
def nobody_clears() -> Iterator[None]:
    """While open, purges leave every file where it lies, however long that is: a backup copies them all. Any number may hold it."""
    with _held("copying", fcntl.LOCK_SH):
        yield


@contextmanager
def clearing() -> Iterator[bool]:
    """Whether files may go now: not while somebody copies them all. A purge does not wait for that, the next one finds them."""
    with ExitStack() as stack:
        try:
            stack.enter_context(_held("copying", fcntl.LOCK_EX | fcntl.LOCK_NB))
            is_free = True
        except BlockingIOError:
            is_free = False
        yield is_free


@contextmanager
def _held(name: str, how: int) -> Iterator[None]:
    waiting_room()
    with (_media() / name).open("a") as file:
        fcntl.flock(file, how)
        yield


def _media() -> Path:
    return Path(settings.GEZHI_MEDIA)
