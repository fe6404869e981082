"""Run the server, the worker, or both as children of one command; Ctrl-C stops everything."""

import ctypes
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings

from gezhi.config.install import accounts_file, make_demonstration, prepare
from gezhi.web.door import AT_ONCE, WAITING

READY_SECONDS = 60
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def serve(host: str, port: int, workers: int) -> int:
    """The web server: granian, one process per worker, threads for requests at work and for bodies on their way."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    # it warns of many threads: ours only wait for bodies, those at work are few (web/door.py)
    logging.getLogger("_granian").addFilter(lambda line: "Python threads" not in line.getMessage())
    Server(
        "gezhi.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=AT_ONCE + WAITING,
        backlog=512,
        respawn_failed_workers=True,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()
    return 0


def up(host: str, port: int, workers: int) -> int:
    """Prepare, start server and worker, say where, and wait until the server ends or somebody stops it; a dead worker is replaced."""
    if not _is_free(host, port):
        print(
            f"gezhi up: port {port} is taken: stop what listens there or choose another with PORT=…",
            file=sys.stderr,
        )
        return 1
    prepare()
    if make_demonstration():
        print(
            "The demonstration was made: 皇冠街道, its 19 communities, and people to try it out.", flush=True
        )
    address = ["--host", host, "--port", str(port), "--workers", str(workers)]
    children = [_child("serve", *address), _child("worker")]
    stopped = _stopped_by_signals()
    try:
        _announce(host, port, children)
        while not stopped.is_set() and children[0].poll() is None:
            if (
                children[1].poll() is not None
            ):  # the server goes on; leases of a killed worker run out by themselves
                children[1] = _child("worker")
            stopped.wait(0.5)
        return 0 if stopped.is_set() else 1
    finally:
        _end(children)


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _child(*command: str) -> subprocess.Popen[bytes]:
    """A process group of its own, so that Ctrl-C reaches it through us, once."""
    environment = os.environ | {"GEZHI_DATA": str(settings.GEZHI_DATA)}
    line = [sys.executable, "-m", "gezhi.config.cli", *command]
    return subprocess.Popen(line, env=environment, start_new_session=True, preexec_fn=_end_with_parent)


def _end_with_parent() -> None:
    """Linux: the child is told to stop when its parent dies, however it dies; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _stopped_by_signals() -> threading.Event:
    stopped = threading.Event()

    def told(signum: int, frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, told)
    return stopped


def _announce(host: str, port: int, children: Sequence[subprocess.Popen[bytes]]) -> None:
    url = f"http://{host}:{port}"
    give_up = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up and all(child.poll() is None for child in children):
        try:
            with urlopen(f"{url}/healthz", timeout=2):
                break
        except (URLError, OSError):
            time.sleep(0.1)
    print(f"\nGezhi 格治 is ready: {url}/   (staff: {url}/desk/ · phone: {url}/my/)", flush=True)
    if accounts_file().exists():
        print(f"Log-ins of the demonstration ({accounts_file()}):")
        for one in json.loads(accounts_file().read_text()):
            print(
                f"  {one['username']:<8} {one['password']:<18} {one['name']} · {one['role']} · {one['party']}"
            )
    print("Ctrl-C stops everything; the data stays.", flush=True)


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
