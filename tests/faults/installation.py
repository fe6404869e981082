"""A whole installation in a folder of its own, run as people run it: real server and worker processes, which the tests kill."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from tests import warm
from tests.blank import Blank, database_like, name_of

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
READY_SECONDS = 60
FOUNDING = (
    "--code", "371072", "--name", "威海经济技术开发区", "--desk", "皇冠街道办事处", "--phone", "0631-0000101",
    "--admin", "admin", "--admin-name", "管理员",
)  # fmt: skip


def _started(module: str, arguments: Sequence[str]) -> list[str]:
    """The module that is run and its arguments; one of the tests' with the product ready, as the product's own commands make it themselves."""
    starter = ["tests.ready"] if module.startswith("tests.") else []
    return [*starter, module, *arguments]


HOW_FAR = re.compile(r"(database|photos|restore): [\d./% MB…]+$")


def complaints(said: str) -> str:
    """What a command said on standard error without how far it was: only a slow machine is told that."""
    lines = said.splitlines(keepends=True)
    return "".join(line for line in lines if line.strip() and not HOW_FAR.match(line.rstrip()))


@dataclass(frozen=True)
class Installation:
    """folder: its data. url: its database, "" = a SQLite file in the folder. more: settings besides."""

    folder: Path
    url: str
    port: int
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GEZHI_", "PYTEST_", "LC_"))
        }
        database = {"GEZHI_DATABASE_URL": self.url} if self.url else {}
        own = {"GEZHI_DATA": str(self.folder), "GEZHI_LIMITS": "off", "PYTHONPATH": str(ROOT)}
        return kept | own | database | dict(self.more) | {"DJANGO_SETTINGS_MODULE": "gezhi.config.settings"}

    def gezhi(self, *command: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return self.run("gezhi.config.cli", *command, seconds=seconds)

    def run(self, module: str, *arguments: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Run one module to its end, however it ends, which it must within so many seconds."""
        begun, *told = _started(module, arguments)
        done = warm.run(begun, told, env=self.environment, seconds=seconds)
        done.stderr = complaints(done.stderr)
        return done

    def is_whole(self) -> bool:
        """Whether `gezhi check` finds nothing broken. What it finds is printed. A thousand cases take it some seconds."""
        proof = self.gezhi("check", seconds=900)
        print(proof.stdout[-2000:], proof.stderr[-2000:])
        return (proof.returncode, proof.stdout.splitlines()[-1].split(",")[0]) == (0, "0 broken")

    def begin(self, module: str, *arguments: str, log: int | None = None) -> "subprocess.Popen[bytes]":
        """Start one module in a process group of its own, which `kill` ends as a power cut would. log: where it writes errors."""
        command = [sys.executable, "-m", *_started(module, arguments)]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True, stderr=log)

    def serve(self, workers: int = 2, log: int | None = None) -> "subprocess.Popen[bytes]":
        """The server with so many processes; returns when it is ready."""
        address = ("--host", HOST, "--port", str(self.port))
        server = self.begin("gezhi.config.cli", "serve", *address, "--workers", str(workers), log=log)
        give_up = time.monotonic() + READY_SECONDS
        while time.monotonic() < give_up and server.poll() is None:
            try:
                if self.get("/readyz")[0] == 200:
                    return server
            except (OSError, HTTPException):
                time.sleep(0.05)
        kill(server)
        raise RuntimeError("the server did not become ready")

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, cookies and page of one GET."""
        with closing(HTTPConnection(HOST, self.port, timeout=20)) as line:
            line.request("GET", path)
            answer = line.getresponse()
            return answer.status, answer.getheader("Set-Cookie", ""), answer.read().decode()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What stands in the database, asked past the product."""
        if not self.url:
            with closing(
                sqlite3.connect(self.folder / "gezhi.sqlite3", timeout=20, isolation_level=None)
            ) as database:
                return database.execute(sql).fetchall()
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as database:
            cursor = database.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def copy(self, folder: Path) -> "Installation":
        """The same once more, to be spoiled by one test. Nothing of it runs."""
        shutil.copytree(self.folder, folder)
        other = replace(self, folder=folder, port=free_port())
        return replace(other, url=database_like(self.url, name_of(self.url))) if self.url else other

    def elsewhere(self, folder: Path) -> "Installation":
        """An empty place of the same kind, for a backup to be restored in."""
        folder.mkdir()
        return Installation(folder, database_like(self.url) if self.url else "", free_port())


@contextmanager
def founded(folder: Path, blank: Blank) -> Iterator[Installation]:
    """A fresh office, made by `gezhi init` on tables that stand."""
    folder.mkdir(mode=0o700)
    made = Installation(folder, blank.lay(file=folder / "gezhi.sqlite3"), free_port())
    done = made.gezhi("init", *FOUNDING)
    if done.returncode:
        raise RuntimeError(done.stderr)
    yield made


def family(process: "subprocess.Popen[bytes]") -> list[int]:
    """The process and all that run in its group."""
    members = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.getpgid(int(folder.name)) == process.pid:
                members.append(int(folder.name))
    return members


def kill(process: "subprocess.Popen[bytes]") -> None:
    """kill -9 for the process and all it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
