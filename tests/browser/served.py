"""A real Gezhi for a browser: its own data folder with the demonstration, a server and a worker as processes of their own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import StorageState

from tests import warm

READY_SECONDS = 30
ENDING_SECONDS = 10
GRAVE = tuple(f'"level": "{level}"' for level in ("error", "critical"))


@dataclass(frozen=True)
class Served:
    """Where it is (no slash at the end), its data folder, what it printed, and each one's password by user name."""

    url: str
    data: Path
    log: Path
    passwords: Mapping[str, str]
    states: dict[str, StorageState] = field(
        default_factory=dict
    )  # storage states of people who logged in, by user name

    def complaints(self) -> list[str]:
        """What server and worker had to say that is an error; tests expect nothing."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if line.startswith("Traceback") or any(mark in line for mark in GRAVE)]

    def codes(self) -> dict[str, str]:
        """The tracking code of each case there is, by case number."""
        told: dict[str, str] = json.loads(_ran(self.data, "tests.browser.codes").stdout)
        return told

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `gezhi` on this data folder and wait for it."""
        return gezhi(self.data, *arguments)


def gezhi(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end; its output is text."""
    return _ran(data, "gezhi.config.cli", *arguments)


def _ran(data: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return warm.run(module, arguments, env=_environment(data), seconds=600)


def found(data: Path) -> None:
    """The small demonstration in a fresh data folder. Raises AssertionError with what the command said."""
    done = gezhi(data, "demo", "--small")
    assert done.returncode == 0, done.stderr


def filled(data: Path, months: int, cases: int) -> None:
    """The demonstration with a history of so many months and so many whole cases more. Raises AssertionError with what was said."""
    done = _ran(data, "bench.found", str(months), str(cases))
    assert done.returncode == 0, done.stderr


@contextmanager
def served(data: Path) -> Iterator[Served]:
    """Server and worker on a founded data folder, answering when this begins and ended by their ids when it ends."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    log = data.parent / f"{data.name}.log"
    with log.open("wb") as output:
        lines = (["serve", "--port", str(port), "--workers", "1"], ["worker"])
        processes = [_started(data, line, output) for line in lines]
        try:
            _wait_until_ready(url, processes, log)
            yield Served(url, data, log, _passwords(data))
        finally:
            for process in processes:
                _end(process)


def _environment(data: Path) -> dict[str, str]:
    """What the tests around it have set must not steer it: only the folder counts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GEZHI_", "DJANGO_"))}
    return kept | {"GEZHI_DATA": str(data), "GEZHI_LIMITS": "off", "PYTHONPATH": os.pathsep.join(sys.path)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _started(data: Path, line: list[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    whole = [sys.executable, "-m", "gezhi.config.cli", *line]
    return subprocess.Popen(
        whole, env=_environment(data), stdout=output, stderr=output, start_new_session=True
    )


def _wait_until_ready(url: str, processes: list[subprocess.Popen[bytes]], log: Path) -> None:
    give_up = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up and all(process.poll() is None for process in processes):
        try:
            with urlopen(f"{url}/readyz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not come up:\n{log.read_text()}")


def _passwords(data: Path) -> dict[str, str]:
    accounts = json.loads((data / "demo-accounts.json").read_text())
    return {one["username"]: one["password"] for one in accounts}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Its whole group: the server has children of its own."""
    process.terminate()
    try:
        process.wait(timeout=ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
