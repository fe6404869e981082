"""Disks that fail at a chosen call: the one below SQLite, and the one below the photo store. No compiler and no rights needed.

SQLite reaches its files through a table of functions; those for writing and syncing are exchanged for ours, in this process.
"""

import _sqlite3
import ctypes
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

OK, FULL, WRITE_FAILED, SYNC_FAILED = 0, 13, 778, 1034  # sqlite3.h
METHODS = 19  # version, then eighteen functions of sqlite3_io_methods
WRITE, SYNC = 3, 5  # their places in it
Open = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)
Write = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
Sync = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class Disk:
    """Counts calls. at: which of them fails, 0 = none; how: "write", "short" (half of it is written) or "sync".

    is_full: no write goes through until it is False again.
    """

    def __init__(self) -> None:
        self.at, self.how, self.count, self.failed = 0, "", 0, False
        self.is_full = False

    def break_at(self, number: int, how: str) -> None:
        """From now on the number-th call of this kind fails, once."""
        self.at, self.how, self.count, self.failed = number, how, 0, False

    def mend(self) -> bool:
        """From now on all goes well. Whether it had failed."""
        self.at = 0
        return self.failed

    def fails(self, kind: str) -> bool:
        """Whether this very call, a "write" or a "sync", fails. On a full disk every write does."""
        if self.is_full:
            return kind == "write"
        if not self.at or kind != ("sync" if self.how == "sync" else "write"):
            return False
        self.count += 1
        self.failed = self.failed or self.count == self.at
        return self.count == self.at


class _Vfs(ctypes.Structure):
    """The beginning of sqlite3_vfs."""

    _fields_ = [
        ("version", ctypes.c_int),
        ("file_bytes", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("own", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
    ]


class BelowSQLite:
    """Files that are opened while `installed` write and sync through `disk`."""

    def __init__(self, disk: Disk) -> None:
        library = ctypes.CDLL(_sqlite3.__file__)
        find = library.sqlite3_vfs_find
        find.restype, find.argtypes = ctypes.POINTER(_Vfs), [ctypes.c_char_p]
        self.disk, self.vfs = disk, find(None).contents
        self.usual = self.vfs.open
        self.tables: dict[int, Any] = {}  # ours by theirs; kept as long as a file may use them
        self.kept: list[Any] = []

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Whoever opens a database file within gets ours; close it before the end."""
        usual_open = Open(self.usual)

        def opened(vfs: int, name: int, file: int, flags: int, told: int) -> int:
            result = usual_open(vfs, name, file, flags, told)
            methods = ctypes.cast(file, ctypes.POINTER(ctypes.c_void_p))
            if result == OK and methods[0]:
                methods[0] = ctypes.addressof(self._table(methods[0]))
            return int(result)

        ours = Open(opened)
        self.kept.append(ours)
        self.vfs.open = ctypes.cast(ours, ctypes.c_void_p).value
        try:
            yield
        finally:
            self.vfs.open = self.usual

    def _table(self, theirs: int) -> Any:
        if theirs not in self.tables:
            table = (ctypes.c_void_p * METHODS).from_buffer_copy(ctypes.string_at(theirs, 8 * METHODS))
            write, sync = Write(table[WRITE]), Sync(table[SYNC])

            def written(file: int, data: int, count: int, offset: int) -> int:
                if not self.disk.fails("write"):
                    return int(write(file, data, count, offset))
                if self.disk.how == "short":
                    write(file, data, count // 2, offset)
                    return FULL
                return WRITE_FAILED

            def synced(file: int, flags: int) -> int:
                return SYNC_FAILED if self.disk.fails("sync") else int(sync(file, flags))

            self.kept += [ours := (Write(written), Sync(synced))]
            table[WRITE], table[SYNC] = (ctypes.cast(one, ctypes.c_void_p).value for one in ours)
            self.tables[theirs] = table
        return self.tables[theirs]


class _Page:
    """A file of the photo store, whose writes go through the disk."""

    def __init__(self, file: Any, disk: Disk) -> None:
        self.file, self.disk = file, disk

    def write(self, piece: bytes) -> int:
        if self.disk.fails("write"):
            if self.disk.how == "short":
                self.file.write(piece[: len(piece) // 2])
                raise OSError(errno.ENOSPC, "No space left on device")
            raise OSError(errno.ENOSPC if self.disk.is_full else errno.EIO, "no write goes through")
        return int(self.file.write(piece))

    def __enter__(self) -> "_Page":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


def below_the_store(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening for writing, writing, renaming and syncing below the media folder go through the disk until the test ends."""
    usual = Path.open

    def opened(path: Path, mode: str = "r", *args: Any, **named: Any) -> Any:
        if "x" not in mode or not path.is_relative_to(settings.GEZHI_MEDIA):
            return usual(path, mode, *args, **named)
        if disk.fails("write"):
            raise OSError(errno.EIO, "Input/output error")
        return _Page(usual(path, mode, *args, **named), disk)

    monkeypatch.setattr(Path, "open", opened)
    monkeypatch.setattr(os, "rename", _failing(os.rename, disk, "write"))
    monkeypatch.setattr(os, "fsync", _failing(os.fsync, disk, "sync"))


def _failing(deed: Callable[..., None], disk: Disk, kind: str) -> Callable[..., None]:
    def done(*args: Any) -> None:
        if disk.fails(kind):
            raise OSError(errno.EIO, "Input/output error")
        deed(*args)

    return done
