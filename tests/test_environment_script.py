"""`make run` makes .venv ready once, whoever else does so at the same time, and says in our own words why it cannot."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.programs import program

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("bash", "dirname", "mkdir", "cat", "sha256sum", "cut", "tail", "grep", "sleep", "rm", "env")
PIP = (
    'if [ "$1" = -c ] || [ "$2" = compileall ]; then exit 0; fi',
    "echo begins >> calls; sleep 0.3; echo ends >> calls",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose python has a pip that takes a moment and notes in `calls` when it begins and ends."""
    for name in ("build.txt", "base.txt", "base.in"):
        (tmp_path / "requirements").mkdir(exist_ok=True)
        (tmp_path / "requirements" / name).touch()
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "environment.sh", tmp_path / "scripts")
    program(tmp_path / ".venv" / "bin" / "python", *PIP)
    return tmp_path


def begin(checkout: Path, **surroundings: str) -> "subprocess.Popen[str]":
    command = ["bash", "scripts/environment.sh", "run"]
    environment = {"PATH": os.environ["PATH"]} | surroundings
    return subprocess.Popen(command, cwd=checkout, env=environment, stderr=subprocess.PIPE, text=True)


def two_at_once(checkout: Path, path: str) -> list[str]:
    for one in [begin(checkout, PATH=path), begin(checkout, PATH=path)]:
        one.communicate()
        assert one.returncode == 0
    return (checkout / "calls").read_text().split()


def test_two_at_once_install_once(checkout: Path) -> None:
    assert two_at_once(checkout, os.environ["PATH"]) == ["begins", "ends"] * 3


def test_sabotage_without_the_lock_both_would_install(checkout: Path) -> None:
    for name in NEEDED:  # and no flock
        (checkout / "bin" / name).parent.mkdir(exist_ok=True)
        (checkout / "bin" / name).symlink_to(shutil.which(name) or name)
    assert two_at_once(checkout, str(checkout / "bin")).count("begins") == 6


@pytest.mark.parametrize(
    ("pip", "said"),
    [
        ("No matching distribution found for x", "set PIP_INDEX_URL to a mirror you trust"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "is not what the lock names"),
    ],
)
def test_what_pip_cannot_is_said_and_tried_again_next_time(pip: str, said: str, checkout: Path) -> None:
    program(checkout / ".venv" / "bin" / "python", PIP[0], 'echo "$PIP_SAYS"; exit 1')
    one = begin(checkout, PIP_SAYS=pip)
    last = one.communicate()[1].splitlines()[-1]
    assert (one.returncode, said in last) == (1, True)
    assert not (checkout / ".venv" / "gezhi-run.stamp").exists()


def test_make_run_works_from_another_folder_and_hands_on_what_it_is_told(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shutil.copy(ROOT / "Makefile", checkout)
    program(checkout / "scripts" / "environment.sh")
    program(checkout / ".venv" / "bin" / "gezhi", 'echo "$* in $PWD" >> calls')
    command = ["make", "-s", "-f", str(checkout / "Makefile"), "run", "HOST=0.0.0.0", "PORT=8123"]
    for where in (checkout, tmp_path_factory.mktemp("elsewhere")):
        subprocess.run(command, cwd=where, check=True, timeout=60)
    line = f"up --data data --host 0.0.0.0 --port 8123 in {checkout}"
    assert (checkout / "calls").read_text().splitlines() == [line, line]
