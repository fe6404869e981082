"""A scratch office for one run: founded by the product's own commands, served by its own server, thrown away at the end."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from bench.load import HOST

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Office:
    """folder: its data. port: where it is served while `serving` lasts. database: its address on a server, "" = a file in the folder."""

    folder: Path
    port: int
    database: str = ""

    def gezhi(self, *command: str) -> str:
        """Run one command of the product; its standard output. Raises when it fails."""
        return self._run("gezhi.config.cli", *command)

    def inside(self, step: str, *arguments: str) -> Any:
        """Do one step of bench/inside.py in a process that has the office's settings; its answer."""
        return json.loads(self._run("bench.inside", step, *arguments).splitlines()[-1])

    @contextmanager
    def serving(self) -> Iterator[int]:
        """The product's server with two processes, until the block ends. Gives the server's process id."""
        command = ("serve", "--host", HOST, "--port", str(self.port), "--workers", str(WORKERS), "--quiet")
        with self._beside(*command) as server:
            self._wait(server)
            yield server.pid

    @contextmanager
    def working(self) -> Iterator[int]:
        """The clockwork beside it. Gives its process id."""
        with self._beside("worker") as worker:
            yield worker.pid

    @contextmanager
    def _beside(self, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
        child = subprocess.Popen(
            [sys.executable, "-m", "gezhi.config.cli", *command],
            cwd=ROOT,
            env=self._environment(),
            start_new_session=True,
        )
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()

    def _wait(self, server: "subprocess.Popen[bytes]") -> None:
        give_up = time.monotonic() + READY_SECONDS
        while time.monotonic() < give_up and server.poll() is None:
            try:
                if self.fetch("/readyz")[0] == 200:
                    return
            except (OSError, HTTPException):
                time.sleep(0.1)
        raise RuntimeError("the server did not become ready")

    def fetch(self, path: str, heads: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        """One GET on a connection of its own: status, heads (names in small letters), body as it came."""
        line = HTTPConnection(HOST, self.port, timeout=30)
        try:
            line.request("GET", path, headers={"Accept-Language": "zh-CN,zh;q=0.9", **(heads or {})})
            answer = line.getresponse()
            return (
                answer.status,
                {name.lower(): value for name, value in answer.getheaders()},
                answer.read(),
            )
        finally:
            line.close()

    def _run(self, module: str, *arguments: str) -> str:
        ran = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self._environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return ran.stdout

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GEZHI_")}
        return kept | {
            "GEZHI_DATA": str(self.folder),
            "GEZHI_LIMITS": "off",
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "PYTHONPATH": str(ROOT),
            **({"GEZHI_DATABASE_URL": self.database} if self.database else {}),
        }


@contextmanager
def founded() -> Iterator[Office]:
    """A fresh office with the demonstration's people and places and the bare view's table; where GEZHI_DATABASE_URL names a server, in a database of its own there."""
    with _empty(_free_port()) as office:
        office.gezhi("demo", "--small")
        office.inside("bare_table")
        yield office


@contextmanager
def another(beside: Office) -> Iterator[Office]:
    """One more, with the whole half year of the demonstration, at the port of one that is not served meanwhile."""
    with _empty(beside.port) as office:
        office.gezhi("demo")
        office.inside("bare_table")
        yield office


@contextmanager
def _empty(port: int) -> Iterator[Office]:
    folder = Path(tempfile.mkdtemp(prefix="gezhi-bench."))
    server = os.environ.get("GEZHI_DATABASE_URL", "")
    try:
        with _database_on(server) if server else nullcontext("") as own:
            yield Office(folder, port, own)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database_on(server: str) -> Iterator[str]:
    """A database of its own on a PostgreSQL server, dropped at the end: its address."""
    import psycopg

    name, parts = f"bench_{uuid4().hex}", urlsplit(server)
    with psycopg.connect(server, autocommit=True) as line:
        line.execute(f"CREATE DATABASE {name}")
        try:
            yield parts._replace(path=f"/{name}").geturl()
        finally:
            line.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
