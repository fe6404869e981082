"""`gezhi up` before and after it runs: what cannot be is said before anything is made; ready is said only of what answers."""

import errno
import fcntl
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gezhi.config import alone, running

HOST = "127.0.0.1"


@pytest.fixture(autouse=True)
def english_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """A data folder that is not there yet."""
    settings.GEZHI_DATA = tmp_path / "data"
    return tmp_path / "data"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        yield other.getsockname()[1]


def up_fails(capsys: pytest.CaptureFixture[str], host: str = HOST, port: int = 8000) -> str:
    """What it says on its way out."""
    assert running.up(host, port, 1) == 1
    return capsys.readouterr().err


def test_a_port_that_is_taken_makes_no_folder(
    folder: Path, taken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"port {taken} is taken" in up_fails(capsys, port=taken)
    assert not folder.exists()


def test_a_port_for_administrators_is_not_called_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refused)
    said = up_fails(capsys, port=80)
    assert ("taken" in said, "port 80 needs an administrator" in said) == (False, True)


def test_an_address_of_another_machine_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot listen on 192.0.2.1" in up_fails(capsys, host="192.0.2.1")


def test_a_folder_runs_once_and_says_where(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.mkdir()
    with alone.alone(folder, "http://127.0.0.1:8123/"):
        assert "already running at http://127.0.0.1:8123/" in up_fails(capsys)
        with pytest.raises(alone.AlreadyRunning, match="8123"), alone.alone(folder, "another"):
            pass
    with alone.alone(folder, "another"):
        assert (folder / alone.FILE).read_text() == "another\n"


def test_sabotage_without_its_lock_a_folder_would_run_twice(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    with alone.alone(folder, "one"), alone.alone(folder, "two"):
        assert (folder / alone.FILE).read_text() == "two\n"


@pytest.fixture
def prepared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing left to make, and nobody presses Ctrl-C."""
    monkeypatch.setattr(running, "prepare", lambda: None)
    monkeypatch.setattr(running, "make_demonstration", lambda: False)
    monkeypatch.setattr(running, "_stopped_by_signals", threading.Event)


@pytest.mark.usefixtures("prepared")
def test_a_server_that_died_is_not_called_ready(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "_child", lambda *_: subprocess.Popen(["true"]))
    assert running.up(HOST, free_port(), 1) == 1
    said = capsys.readouterr()
    assert ("the server did not start" in said.err, said.out) == (True, "")


@pytest.mark.usefixtures("prepared")
def test_a_server_that_never_answers_is_not_called_ready(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "_child", lambda *_: subprocess.Popen(["sleep", "60"]))
    monkeypatch.setattr(running, "READY_SECONDS", 0.3)
    assert running.up(HOST, free_port(), 1) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("host", "allowed", "name"),
    [
        ("127.0.0.1", ["localhost"], "127.0.0.1"),
        ("::1", ["localhost"], "[::1]"),
        ("0.0.0.0", ["localhost", "127.0.0.1"], "127.0.0.1"),
        ("0.0.0.0", ["192.168.1.5"], "192.168.1.5"),
        ("0.0.0.0", ["*"], "127.0.0.1"),
        ("::", [".office.example"], "office.example"),
    ],
)
def test_the_address_printed_is_one_that_is_answered(
    host: str, allowed: list[str], name: str, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = allowed
    assert running._known_as(host) == name


@pytest.mark.parametrize("hosts", ["", "192.168.1.5"])
def test_whoever_opens_the_door_is_told_how_to_be_answered(
    hosts: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GEZHI_HOSTS", raising=False)
    if hosts:
        monkeypatch.setenv("GEZHI_HOSTS", hosts)
    running._announce("0.0.0.0", "http://127.0.0.1:8000/")
    said = capsys.readouterr().out
    assert ("is ready" in said, "GEZHI_HOSTS=" in said) == (True, not hosts)
    assert os.environ.get("GEZHI_HOSTS", "") == hosts


def test_whoever_comes_from_elsewhere_is_told_the_address(
    folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GEZHI_HOSTS", "set")
    settings.ALLOWED_HOSTS = ["127.0.0.1", "192.168.1.5"]
    running._announce("0.0.0.0", "http://127.0.0.1:8123/")
    assert "For other machines: http://192.168.1.5:8123/\n" in capsys.readouterr().out


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
