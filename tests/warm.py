"""Commands in processes of their own that need not read Django in again: forked from one that has, `python -m tests.warm HANDLE`.

A command still stands alone: own process, own settings from its own environment, own end. Only the libraries that read no settings are
there before it begins, which is two thirds of what a short command takes. `run` is `subprocess.run` for such a command.
"""

import array
import atexit
import json
import os
import runpy
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = (  # none of them looks at a setting when it is read in
    "django.contrib.admin.utils", "django.contrib.auth.hashers", "django.contrib.sessions.backends.db", "django.core.files.storage",
    "django.core.handlers.wsgi", "django.core.mail", "django.core.management.commands.migrate", "django.db.backends.sqlite3.base",
    "django.db.migrations.executor", "django.db.models", "django.forms", "django.http", "django.middleware.csrf", "django.template.loader",
    "django.test.client", "django.urls", "django.views.decorators.http", "argon2", "cryptography.fernet", "psycopg", "regex", "asyncio",
    "logging.config", "structlog", "PIL.Image", "openpyxl", "shapely", "http.client", "concurrent.futures", "smtplib", "tarfile",
)  # fmt: skip
STEERING = ("GEZHI_", "DJANGO_", "PYTHONPATH", "PYTEST_")  # what a command's environment may have of its own
PIECE = 1 << 20


def run(
    module: str,
    arguments: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path | str = ROOT,
    seconds: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run a module to its end. Raises subprocess.TimeoutExpired, after killing it, when it does not end in time."""
    line = [sys.executable, "-m", module, *arguments]
    if any(os.environ.get(name) != env.get(name) for name in {*os.environ, *env} if not _steers(name)):
        return subprocess.run(
            line, cwd=cwd, env=env, capture_output=True, text=True, timeout=seconds, check=False
        )
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as wrong:
        asked = {"module": module, "arguments": list(arguments), "env": dict(env), "cwd": str(cwd)}
        status = _nursery().ended(asked, (said.fileno(), wrong.fileno()), line, seconds)
        said.seek(0), wrong.seek(0)
        return subprocess.CompletedProcess(line, status, said.read(), wrong.read())


def _steers(name: str) -> bool:
    return name.startswith(STEERING)


class Nursery:
    """The process that forks, seen from the tests'."""

    def __init__(self) -> None:
        self._door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.warm", str(theirs.fileno())]
            environment = {name: value for name, value in os.environ.items() if not _steers(name)}
            environment["PYTHONPATH"] = str(ROOT)
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )
        self._turn = threading.Lock()

    def ended(self, asked: dict[str, Any], outputs: tuple[int, int], line: list[str], seconds: float) -> int:
        """The status a command ended with, as subprocess gives it: -9 = killed."""
        ours, theirs = socket.socketpair()
        with ours, theirs, tempfile.TemporaryFile() as letter:
            letter.write(json.dumps(asked).encode())
            letter.flush()
            with self._turn:
                _send(self._door, (letter.fileno(), theirs.fileno(), *outputs))
            theirs.close()
            ours.settimeout(20)
            pid: int = struct.unpack("i", ours.recv(4))[0]
            ours.settimeout(seconds)
            try:
                return int(struct.unpack("i", ours.recv(4))[0])
            except TimeoutError:
                with suppress(ProcessLookupError):
                    os.kill(pid, 9)
                raise subprocess.TimeoutExpired(line, seconds) from None

    def end(self) -> None:
        """It ends when nobody can ask any more."""
        self._door.close()
        self._process.wait(timeout=20)


_opened: list[Nursery] = []
_opening = threading.Lock()


def _nursery() -> Nursery:
    """One for each process of the tests, begun when it is first needed."""
    with _opening:
        if not _opened:
            _opened.append(Nursery())
            atexit.register(_opened[0].end)
        return _opened[0]


def _send(door: socket.socket, handles: Sequence[int]) -> None:
    door.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", handles))])


# ---- the process that forks ----


def _main() -> None:
    for name in LIBRARIES:
        import_module(name)
    with socket.socket(fileno=int(sys.argv[1])) as door:
        asked = _asked(door)
    if asked is None:
        return
    sys.argv = [asked["module"], *asked["arguments"]]
    runpy.run_module(asked["module"], run_name="__main__", alter_sys=True)


def _asked(door: socket.socket) -> dict[str, Any] | None:
    """Returns in every command that is to be run, and with None in the process itself at its end."""
    while True:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # the keepers of commands that have ended
                pass
        said, handles, _flags, _address = socket.recv_fds(door, 1, 4)
        if not said:
            return None
        if not os.fork():
            letter, answer, *outputs = handles
            door.close()
            return _kept(letter, answer, outputs)
        for one in handles:
            os.close(one)


def _kept(letter: int, answer: int, outputs: Sequence[int]) -> dict[str, Any]:
    """Its keeper tells the number of the process and how it ended; the process itself goes on from here as the command."""
    pid = os.fork()
    if pid:
        os.write(answer, struct.pack("i", pid))
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with suppress(OSError):  # nobody waits any more
            os.write(answer, struct.pack("i", status))
        os._exit(0)
    os.close(answer)
    for number, one in enumerate(outputs, start=1):
        os.dup2(one, number)
        os.close(one)
    with os.fdopen(letter, "rb") as file:
        file.seek(0)
        asked: dict[str, Any] = json.load(file)
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    named = asked["env"].get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:1] = [asked["cwd"], *(one for one in named if one and one not in sys.path)]
    time.tzset()
    return asked


if __name__ == "__main__":
    _main()
