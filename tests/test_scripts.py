"""`make test` runs everything, hides no failure and never takes an absent tool for a passed test."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.programs import program

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
TOOLS = ("ruff", "mypy", "lint-imports", "djlint", "pytest")
HELPERS = ("environment.sh", "needs.sh", "chromium.sh")
ALL = "lint format types imports templates sqlite postgresql"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose tools pass and note in `calls` that they were called."""
    (tmp_path / "gezhi").mkdir()
    (tmp_path / "gezhi" / "__init__.py").touch()
    for name in HELPERS:
        program(tmp_path / "scripts" / name)
    program(tmp_path / "scripts" / "postgres.sh", 'GEZHI_DATABASE_URL=postgres://here exec "$@"')
    shutil.copy(SCRIPTS / "test.sh", tmp_path / "scripts" / "test.sh")
    for name in TOOLS:
        program(tmp_path / ".venv" / "bin" / name, note(name))
    return tmp_path


def note(name: str) -> str:
    return f'echo "{name} $* ${{GEZHI_DATABASE_URL:-sqlite}}" >> calls'


def breaks(checkout: Path, tool: str, status: int) -> None:
    program(checkout / ".venv" / "bin" / tool, note(tool), f"exit {status}")


def run(checkout: Path, *parts: str, **surroundings: str) -> tuple[int, str]:
    """The exit status and the last line."""
    outcome = subprocess.run(
        ["bash", "scripts/test.sh", *parts],
        cwd=checkout,
        env={"PATH": os.environ["PATH"], **surroundings},
        capture_output=True,
        text=True,
        check=False,
    )
    return outcome.returncode, (outcome.stdout + outcome.stderr).splitlines()[-1]


def calls(checkout: Path) -> list[str]:
    return (checkout / "calls").read_text().splitlines()


def test_everything_runs_and_the_suite_runs_on_both_databases(checkout: Path) -> None:
    status, last = run(checkout)
    assert (status, last.split(" in ")[0]) == (0, f"make test: all passed: {ALL}")
    assert [one for one in calls(checkout) if not one.startswith("pytest")] == [
        "ruff check gezhi sqlite",
        "ruff format --check gezhi sqlite",
        "mypy gezhi sqlite",
        "lint-imports --no-logo sqlite",
        "djlint --lint --quiet gezhi sqlite",
    ]
    assert sorted(one for one in calls(checkout) if one.startswith("pytest")) == [
        "pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=10 --durations-min=2 --ignore=tests/browser --database-only postgres://here",
        "pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=10 --durations-min=2 sqlite",
    ]


def test_checks_go_on_beside_the_tests(checkout: Path) -> None:
    begun = "until grep -q pytest calls 2>/dev/null; do sleep 0.01; done"
    program(checkout / ".venv" / "bin" / "mypy", f"timeout 20 bash -c '{begun}'")
    assert run(checkout)[0] == 0


def test_both_engines_are_asked_at_once(checkout: Path) -> None:
    both = "until [ $(grep -c pytest calls) = 2 ]; do sleep 0.01; done"
    program(checkout / ".venv" / "bin" / "pytest", f"{note('pytest')}; timeout 20 bash -c '{both}'")
    assert run(checkout, "sqlite", "postgresql")[0] == 0


def test_who_is_interrupted_takes_along_what_goes_on_beside(checkout: Path) -> None:
    program(checkout / "scripts" / "postgres.sh", "echo $$ > beside; sleep 600")
    program(
        checkout / ".venv" / "bin" / "pytest", "until [ -s beside ]; do sleep 0.01; done; kill -TERM $PPID"
    )
    assert run(checkout, "sqlite", "postgresql")[0] != 0
    beside = Path("/proc") / (checkout / "beside").read_text().strip()
    give_up = time.monotonic() + 10
    while beside.exists() and time.monotonic() < give_up:
        time.sleep(0.02)
    assert not beside.exists()


@pytest.mark.parametrize(
    ("tool", "status", "named"),
    [
        ("mypy", 1, "types"),
        ("lint-imports", 1, "imports"),
        ("pytest", 1, "sqlite postgresql"),
        ("pytest", 5, "sqlite postgresql"),
    ],
)
def test_a_failed_part_is_named_and_the_rest_still_runs(
    tool: str, status: int, named: str, checkout: Path
) -> None:
    breaks(checkout, tool, status)
    outcome, last = run(checkout)
    assert (outcome, last.split(" (of")[0]) == (1, f"make test: FAILED: {named}")
    assert len(calls(checkout)) == 7


@pytest.mark.parametrize("helper", ["environment.sh", "needs.sh"])
def test_nothing_is_tested_when_what_the_tests_need_is_missing(helper: str, checkout: Path) -> None:
    program(checkout / "scripts" / helper, "exit 1")
    assert run(checkout)[0] == 1
    assert not (checkout / "calls").exists()


def test_parts_can_be_chosen(checkout: Path) -> None:
    assert run(checkout, "types", "quick")[0] == 0
    assert set(calls(checkout)) == {
        "mypy gezhi sqlite",
        "pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=10 --durations-min=2 --ignore=tests/browser sqlite",
    }


def test_an_unknown_part_is_refused(checkout: Path) -> None:
    status, last = run(checkout, "sqlight")
    assert (status, last) == (2, f"test: no part is called sqlight; there are: {ALL} quick")


def test_a_database_somebody_tried_things_on_is_not_tested_on(checkout: Path) -> None:
    run(checkout, "sqlite", GEZHI_DATABASE_URL="postgres://theirs")
    assert calls(checkout) == [
        "pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=10 --durations-min=2 sqlite"
    ]


def test_what_python_compiled_once_is_kept_for_the_next_process(checkout: Path) -> None:
    program(checkout / ".venv" / "bin" / "pytest", 'echo "${PYTHONDONTWRITEBYTECODE:-kept}" >> calls')
    run(checkout, "sqlite", PYTHONDONTWRITEBYTECODE="1")
    assert calls(checkout) == ["kept"]


def needs(folder: Path) -> "subprocess.CompletedProcess[str]":
    """What the script says that looks for what the tests need, where nothing but this folder is on the path."""
    return subprocess.run(
        ["bash", "scripts/needs.sh"],
        cwd=folder,
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_who_may_not_install_is_told_what_to_install(tmp_path: Path) -> None:
    program(tmp_path / "scripts" / "chromium.sh", "exit 1")
    program(tmp_path / "scripts" / "postgres.sh")
    shutil.copy(SCRIPTS / "needs.sh", tmp_path / "scripts" / "needs.sh")
    for name in ("bash", "dirname", "tr", "id", "grep", "cat"):  # and no apt-get
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    program(tmp_path / "fc-list", "echo Noto Sans CJK SC")
    outcome = needs(tmp_path)
    said = "test: this machine lacks what the tests need; as root: apt-get install chromium\n"
    assert (outcome.returncode, outcome.stderr) == (1, said)


@pytest.mark.parametrize(
    ("stands", "offered", "fails", "installed"),
    [
        ("", "yes", "", ["chromium chromium-headless-shell"]),
        ("", "", "", ["chromium"]),
        ("", "yes", "chromium-headless-shell", ["chromium chromium-headless-shell", "chromium"]),
        ("chromium", "yes", "", ["chromium-headless-shell"]),
        ("chromium", "", "", []),
        ("chromium-headless-shell", "yes", "", ["chromium"]),
        ("chromium chromium-headless-shell", "yes", "", []),
    ],
)
def test_the_browser_without_a_window_is_installed_where_there_is_one(
    stands: str, offered: str, fails: str, installed: list[str], tmp_path: Path
) -> None:
    for name in ("needs.sh", "chromium.sh"):
        (tmp_path / "scripts").mkdir(exist_ok=True)
        shutil.copy(SCRIPTS / name, tmp_path / "scripts" / name)
    program(tmp_path / "scripts" / "postgres.sh")
    for name in ("bash", "dirname", "tr", "grep", "cat", "mktemp", "rm"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    program(tmp_path / "id", "echo 0")
    program(tmp_path / "fc-list", "echo Noto Sans CJK SC")
    program(tmp_path / "apt-cache", "exit 0" if offered else "exit 100")
    program(
        tmp_path / "apt-get",
        '[ "$1" = install ] || exit 0',
        f'echo "${{*:4}}" >> {tmp_path}/calls',
        f'[ "${{@: -1}}" != "{fails}" ] || exit 100',
        f"""for one in "${{@:4}}"; do printf '#!/bin/bash\\n' > "{tmp_path}/$one"; /bin/chmod +x "{tmp_path}/$one"; done""",
    )
    for one in stands.split():
        program(tmp_path / one)
    outcome = needs(tmp_path)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert (calls(tmp_path) if (tmp_path / "calls").exists() else []) == installed


def test_the_database_server_of_a_run_ends_with_it_and_the_status_is_kept() -> None:
    command = 'echo "$GEZHI_DATABASE_URL"; exit 7'
    outcome = subprocess.run(
        [SCRIPTS / "postgres.sh", "bash", "-c", command], capture_output=True, text=True, check=False
    )
    port = int(outcome.stdout.rsplit(":", 1)[1].split("/")[0])
    assert outcome.returncode == 7
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
