"""The whole database in one file, as it was at one moment, while others go on writing; and back into an empty one.

SQLite: its own backup interface within one read transaction. PostgreSQL: pg_dump in the snapshot of ours, pg_restore in one transaction.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from gezhi.config.archive import DATABASES, Unfit
from gezhi.config.progress import Progress

PAGES = 2000  # 8 MB a step
Save = Callable[[Path], None]
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")  # where packages keep several versions, off PATH


def file_name() -> str:
    """What the database is called in a backup."""
    return DATABASES[connection.vendor]


@contextmanager
def frozen() -> Iterator[Save]:
    """All that is read in the block is of one moment. Gives what saves the database of that moment into a file that is not there yet."""
    with _frozen_sqlite() if connection.vendor == "sqlite" else _frozen_postgresql() as save:
        yield save


@contextmanager
def _frozen_sqlite() -> Iterator[Save]:
    connection.ensure_connection()
    source = connection.connection
    source.execute("BEGIN")  # deferred: it reads only, and keeps no writer waiting
    source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the moment: from here nothing changes
    try:
        yield partial(_save_sqlite, source)
    finally:
        source.rollback()


def _save_sqlite(source: sqlite3.Connection, to: Path) -> None:
    progress = Progress("database")
    with connection.wrap_database_errors, closing(sqlite3.connect(to)) as copy:
        source.backup(
            copy,
            pages=PAGES,
            progress=lambda _status, left, total: progress.tell(f"{100 - left * 100 // max(1, total)} %"),
        )
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    progress.end()


@contextmanager
def _frozen_postgresql() -> Iterator[Save]:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        yield partial(_save_postgresql, snapshot)


def _save_postgresql(snapshot: str, to: Path) -> None:
    _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={to}", watched=to)


def ask_empty() -> None:
    """Raises Unfit where a restored database would meet another one."""
    if connection.vendor == "sqlite":
        name = connection.settings_dict["NAME"]
        if any(Path(f"{name}{end}").exists() for end in ("", "-wal", "-journal")):
            raise Unfit(f"{name} is there already: a backup is put back where no database stands")
    elif tables := connection.introspection.table_names():
        raise Unfit(
            f"the database of GEZHI_DATABASE_URL holds {len(tables)} tables: a backup is put back into an empty one"
        )


def load(file: Path) -> None:
    """Fill the empty PostgreSQL database, whole or not at all."""
    _run("pg_restore", "--single-transaction", "--exit-on-error", str(file), watched=None)


def _run(name: str, *arguments: str, watched: Path | None) -> None:
    """One of PostgreSQL's programs on our database. The password goes by the environment: others see a command line."""
    settings = connection.settings_dict
    if "sslpassword" in settings["OPTIONS"]:
        raise Unfit(f"{name} cannot be told sslpassword unseen: use a client key without one")
    command = [
        _program(name),
        "--no-owner",
        "--no-privileges",
        "--no-password",
        f"--dbname={_address(settings)}",
    ]
    password = {"PGPASSWORD": settings["PASSWORD"]} if settings["PASSWORD"] else {}
    progress = Progress("database")
    with subprocess.Popen(
        [*command, *arguments], env=os.environ | password, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            said = _followed(running, progress, watched)
        except BaseException:
            running.terminate()
            raise
        finally:
            progress.end()
    if running.returncode:
        raise Unfit(f"{name} failed: {next(iter(said.strip().splitlines()), running.returncode)}")


def _followed(running: "subprocess.Popen[str]", progress: Progress, watched: Path | None) -> str:
    """What it said until its end."""
    while True:
        try:
            return running.communicate(timeout=0.5)[1]
        except subprocess.TimeoutExpired:
            done = watched.stat().st_size if watched and watched.exists() else 0
            progress.tell(f"{done / 1e6:.0f} MB" if done else "…")


def _address(settings: dict[str, Any]) -> str:
    """The database as libpq is told of it, without the password."""
    from psycopg.conninfo import make_conninfo  # there only where PostgreSQL is used

    named = {"dbname": "NAME", "host": "HOST", "port": "PORT", "user": "USER"}
    known = {word: settings[key] for word, key in named.items() if settings[key]}
    return make_conninfo(**known, **settings["OPTIONS"])


def _program(name: str) -> str:
    """The oldest that is as new as the server: older ones refuse it, newer ones may write what it does not know. Raises Unfit."""
    database: Any = connection  # only PostgreSQL's has a version by this name
    server = int(database.pg_version) // 10000
    on_path = shutil.which(name)
    found = [str(one) for folder in FOLDERS for one in Path("/").glob(f"{folder[1:]}/{name}")]
    versions = sorted(
        (_version(one), one) for one in dict.fromkeys([*([on_path] if on_path else []), *found])
    )
    fit = [one for version, one in versions if version >= server]
    if not fit:
        there = f"only {versions[-1][0]} is" if versions else "none is"
        raise Unfit(f"{name} of PostgreSQL {server} or newer is needed on this machine, {there} there")
    return fit[0]


def _version(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0
