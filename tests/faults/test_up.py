"""F2 for `gezhi up`: a dead worker is replaced while the server goes on; when it dies itself, nothing of it lives on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

from tests.faults.installation import HOST, Installation, free_port, kill

PATIENCE_SECONDS = 60


def until(is_so: Callable[[], bool]) -> bool:
    """Wait for it; False when it does not come about."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not is_so() and time.monotonic() < give_up:
        time.sleep(0.1)
    return is_so()


def is_alive(office: Installation) -> bool:
    """Whether its server answers."""
    with suppress(OSError, HTTPException):
        return office.get("/healthz")[0] == 200
    return False


def children(parent: int) -> dict[str, int]:
    """The commands that `gezhi up` has started, with their process ids."""
    found: dict[str, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"\nPPid:\t{parent}\n" in (folder / "status").read_text():
                words = (folder / "cmdline").read_bytes().split(b"\0")
                found |= {name: int(folder.name) for name in ("serve", "worker") if name.encode() in words}
    return found


def family(parent: int) -> set[int]:
    """Everybody below this process."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"\nPPid:\t{parent}\n" in (folder / "status").read_text():
                found |= {int(folder.name), *family(int(folder.name))}
    return found


def runs(pid: int) -> bool:
    """Whether this process is there and has not ended."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_killed_worker_is_replaced_and_a_killed_parent_takes_both_along(installation: Installation) -> None:
    up = installation.begin("gezhi.config.cli", "up", "--host", HOST, "--port", str(installation.port))
    try:
        assert until(lambda: is_alive(installation) and set(children(up.pid)) == {"serve", "worker"})
        first = children(up.pid)
        os.kill(first["worker"], signal.SIGKILL)
        assert until(lambda: children(up.pid).get("worker", first["worker"]) != first["worker"])
        assert (is_alive(installation), children(up.pid)["serve"]) == (True, first["serve"])
        below = family(up.pid)
        assert len(below) >= 3
    finally:
        kill(up)
    # by their processes: the port may be somebody else's the moment it is free
    assert until(lambda: not any(runs(pid) for pid in below))


def test_ctrl_c_says_where_the_data_is_and_a_second_one_where_the_first_runs(
    installation: Installation,
) -> None:
    command = [sys.executable, "-m", "gezhi.config.cli", "up", "--port", str(installation.port)]
    up = subprocess.Popen(
        command, env=installation.environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert until(lambda: is_alive(installation))
        second = installation.gezhi("up", "--port", str(free_port()))
        assert second.returncode == 1
        assert f"已经在 http://{HOST}:{installation.port}/ 运行" in second.stderr
        up.send_signal(signal.SIGINT)
        said, _ = up.communicate(timeout=PATIENCE_SECONDS)
        assert up.returncode == 0
        assert f"格治已启动：http://{HOST}:{installation.port}/" in said
        assert f"已停止，数据都在 {installation.folder}。" in said
    finally:
        kill(up)
