"""Migrated tables without a row: made by the first process of a run that needs them, copied by everybody else.

Migrating takes seconds of the processor, copying hundredths. The commands that make an office out of nothing (`gezhi init`,
`demo`, `migrate`) are tried on nothing in tests/config/test_cli.py and tests/browser.
"""

import fcntl
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4


def database_like(server: str, template: str = "template1", *, name: str = "") -> str:
    """A database of its own on the tests' PostgreSQL server, which is gone when the tests are: its address.

    name: of its own unless given; what stood under a given one is gone.
    """
    import psycopg
    from psycopg import sql

    name, parts = name or f"tests_{uuid4().hex}", urlsplit(server)
    at_home = parts._replace(path="/postgres").geturl()
    with psycopg.connect(at_home, autocommit=True) as database:
        database.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        database.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    return parts._replace(path=f"/{name}").geturl()


def name_of(address: str) -> str:
    """The database's name on its server."""
    return urlsplit(address).path.lstrip("/")


@dataclass(frozen=True)
class Blank:
    """folder: of this run, for all its processes. server: the address of their PostgreSQL, "" = SQLite files."""

    folder: Path
    server: str

    @property
    def _file(self) -> Path:
        """The tables themselves, or the name of the database in which they stand."""
        return self.folder / ("blank" if self.server else "blank.sqlite3")

    @property
    def stands(self) -> bool:
        """Whether somebody has made it."""
        return self._file.exists()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One process at a time: whoever comes second finds it made."""
        with (self.folder / "blank.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def keep(self, made: str) -> None:
        """Take the tables from a database that nobody is connected to. made: its name, or its file."""
        half = self.folder / "blank.half"
        if self.server:
            half.write_text(name_of(database_like(self.server, made)), encoding="utf-8")
        else:
            with closing(sqlite3.connect(made)) as there, closing(sqlite3.connect(half)) as here:
                there.backup(here)
        half.rename(self._file)

    def lay(self, name: str = "", *, file: Path | None = None) -> str:
        """A database with these tables, on the server under this name (or one of its own), or as this file: its address, "" = a file."""
        if self.server:
            return database_like(self.server, self._file.read_text(encoding="utf-8"), name=name)
        assert file is not None
        shutil.copyfile(self._file, file)
        file.chmod(0o600)
        return ""
