"""`gezhi backup`: database, keys, heads of the journal and photos of one moment in one file, while people work.

What is not finished lies in a folder FILE.partial, which is no backup and is cleared by the next one; FILE itself appears whole.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from gezhi.config import dumps
from gezhi.config.archive import ACCOUNTS, KEY, Unfit, Writer
from gezhi.config.install import accounts_file
from gezhi.config.progress import Progress
from gezhi.evidence import store
from gezhi.evidence.queries import digests_of_all
from gezhi.tenancy.current import city_scope
from gezhi.tenancy.queries import all_jurisdictions


class Made(NamedTuple):
    """A backup that is whole. lost, altered: how many pictures the office itself no longer has as they were given."""

    files: int
    bytes: int
    lost: int
    altered: int


def back_up(to: Path, *, at: datetime, verify: bool) -> Made:
    """Write the backup; with verify also restore it in a scratch place and run `gezhi check` there.

    Raises Unfit: nothing was written, or (verify) the backup stands and its sentence says what the check found.
    """
    with _workplace(to) as room:
        try:
            made = _write(room, to, at)
        except OSError as trouble:
            trouble.filename = trouble.filename or str(to)  # a full disk does not say where
            raise
        if verify:
            _verify(to, room / "verified")
    return made


@contextmanager
def _workplace(to: Path) -> Iterator[Path]:
    """FILE.partial, empty and ours alone; gone at the end."""
    if to.is_dir():
        raise Unfit(f"{to} is a folder: name a file in it")
    if not to.parent.is_dir():
        raise Unfit(f"there is no folder {to.parent}")
    room = to.with_name(f"{to.name}.partial")
    room.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(room, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _ask_ours(handle, room)
        try:
            _clear(room)
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)
    finally:
        os.close(handle)


def _ask_ours(handle: int, room: Path) -> None:
    """Hold the folder until the handle is closed. Raises Unfit when another backup has it, or just had it and took it away."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), room.stat()):
            return
    except (BlockingIOError, FileNotFoundError):
        pass
    raise Unfit(f"another backup is being written in {room}")


def _clear(room: Path) -> None:
    """What a killed backup left."""
    for one in room.iterdir():
        shutil.rmtree(one) if one.is_dir() and not one.is_symlink() else one.unlink()


def _write(room: Path, to: Path, at: datetime) -> Made:
    whole, database = room / "archive.tar", room / dumps.file_name()
    with store.nobody_clears():
        heads = _heads()  # before the database: a head names a seal that must be in it
        with dumps.frozen() as save:
            facts, digests = _facts(at), digests_of_all()
            save(database)
        with whole.open("xb") as file:
            archive = Writer(file, at=at)
            archive.add(database.name, database)
            database.unlink()  # room for the photos
            for name, content in _keys() + heads:
                archive.add_bytes(name, content)
            lost, altered = _add_photos(archive, digests)
            archive.finish(facts)
            file.flush()
            os.fsync(file.fileno())
    os.rename(whole, to)
    store.sync(to.parent)
    return Made(len(archive.parts) - 1, to.stat().st_size, lost, altered)


def _heads() -> list[tuple[str, bytes]]:
    """Copies of the chains' heads as they are now, whole: each is renamed into its place."""
    found = sorted((Path(settings.GEZHI_DATA) / "heads").glob("*"))
    return [(f"heads/{one.name}", one.read_bytes()) for one in found if one.suffix in (".json", ".history")]


def _keys() -> list[tuple[str, bytes]]:
    """The office's key, and the log-ins of a demonstration."""
    files = {KEY: Path(settings.GEZHI_KEY_FILE), ACCOUNTS: accounts_file()}
    return [(name, file.read_bytes()) for name, file in files.items() if name == KEY or file.exists()]


def _add_photos(archive: Writer, digests: list[str]) -> tuple[int, int]:
    """Every picture's original and copies; (originals that are gone, those that are no longer what was given)."""
    lost, altered, progress = 0, 0, Progress("photos")
    for number, sha256 in enumerate(digests):
        files = store.files(sha256)
        lost += store.original(sha256) not in files
        for file in files:
            part = archive.add(f"media/{file.relative_to(settings.GEZHI_MEDIA).as_posix()}", file)
            altered += file == store.original(sha256) and part.sha256 != sha256
        progress.tell(f"{number}/{len(digests)}")
    progress.end()
    return lost, altered


def _facts(at: datetime) -> dict[str, Any]:
    """What the manifest says beside the files. 1 query per table."""
    applied = MigrationRecorder(connection).applied_migrations()
    return {
        "gezhi": version("gezhi"),
        "made_at": at.isoformat(timespec="seconds"),
        "database": connection.vendor,
        "offices": [{"code": one.code, "name": one.name} for one in all_jurisdictions()],
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
        "rows": _rows(),
    }


def _rows() -> dict[str, int]:
    tables = sorted({model._meta.db_table for model in apps.get_models()})
    with city_scope("a backup says how much it holds"), connection.cursor() as cursor:
        return {table: _count(cursor, table) for table in tables}


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
    return int(cursor.fetchone()[0])


def _verify(to: Path, scratch: Path) -> None:
    """Restore into a scratch place by the very commands that an emergency takes. Raises Unfit."""
    with _scratch_database() as url:
        set_here = {"GEZHI_DATA", "GEZHI_KEY_FILE", "GEZHI_DATABASE_URL"}
        kept = {name: value for name, value in os.environ.items() if name not in set_here}
        environment = kept | {"GEZHI_DATA": str(scratch)} | ({"GEZHI_DATABASE_URL": url} if url else {})
        for command in (["restore", str(to)], ["check"]):
            line = [sys.executable, "-m", "gezhi.config.cli", *command]
            done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                said = (done.stderr + done.stdout).strip().splitlines() or [f"ended with {done.returncode}"]
                raise Unfit(
                    f"{to} was written, but `gezhi {command[0]}` on a copy of it failed: {'; '.join(said[:5])}"
                )


@contextmanager
def _scratch_database() -> Iterator[str]:
    """The address of an empty PostgreSQL database that is dropped afterwards; "" where the database is a file of the scratch folder."""
    if connection.vendor == "sqlite":
        yield ""
        return
    name = connection.ops.quote_name(f"gezhi_verify_{uuid4().hex}")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield urlsplit(os.environ["GEZHI_DATABASE_URL"])._replace(path=f"/{name.strip(chr(34))}").geturl()
        finally:
            cursor.execute(f"DROP DATABASE {name}")
