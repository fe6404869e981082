"""A command that the tests fork is a process of its own all the same: own settings, own output, own end."""

import json
import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests import warm

SAYS = """
import json, os, sys
from django.conf import settings
print(json.dumps([sys.argv[1:], os.getcwd(), os.environ.get("GEZHI_DATA"), settings.configured]))
print("wrong", file=sys.stderr)
"""


def ran(
    tmp_path: Path, code: str, *arguments: str, seconds: float = 60, **more: str
) -> "subprocess.CompletedProcess[str]":
    """A module of this code, run in this folder."""
    (tmp_path / "says.py").write_text(code)
    return warm.run("says", arguments, env=os.environ | more, cwd=tmp_path, seconds=seconds)


def test_a_command_has_its_own_arguments_folder_settings_and_output(tmp_path: Path) -> None:
    done = ran(tmp_path, SAYS, "一", "two", GEZHI_DATA="/its/own")
    assert json.loads(done.stdout) == [["一", "two"], str(tmp_path), "/its/own", False]
    assert (done.returncode, done.stderr) == (0, "wrong\n")


def test_nothing_of_one_command_is_left_for_the_next(tmp_path: Path) -> None:
    spoils = "import os, django.conf; os.environ['GEZHI_DATA'] = 'spoiled'; django.conf.settings.configure()"
    assert ran(tmp_path, spoils).returncode == 0
    done = ran(tmp_path, SAYS, GEZHI_DATA="/its/own")
    assert json.loads(done.stdout)[2:] == ["/its/own", False]


@pytest.mark.parametrize(
    ("code", "status", "wrong"),
    [
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit('no room')", 1, "no room\n"),
        ("1 / 0", 1, "ZeroDivisionError: division by zero\n"),
        ("import os; os.kill(os.getpid(), 9)", -9, ""),
        (
            "import atexit, sys; atexit.register(lambda: print('at the end', file=sys.stderr))",
            0,
            "at the end\n",
        ),
    ],
)
def test_it_ends_as_any_process_does(code: str, status: int, wrong: str, tmp_path: Path) -> None:
    done = ran(tmp_path, code)
    assert (done.returncode, done.stderr[-len(wrong) :] if wrong else done.stderr) == (status, wrong)


def test_one_that_does_not_end_is_killed(tmp_path: Path) -> None:
    code = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)"
    with pytest.raises(subprocess.TimeoutExpired):
        ran(tmp_path, code, seconds=1)
    number = int((tmp_path / "pid").read_text())
    until = time.monotonic() + 10
    while Path(f"/proc/{number}").exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert not Path(f"/proc/{number}").exists()


def test_two_go_on_at_once(tmp_path: Path) -> None:
    code = """
import pathlib, sys, time
me, other = sys.argv[1:]
pathlib.Path(me).touch()
while not pathlib.Path(other).exists(): time.sleep(0.01)
"""
    (tmp_path / "says.py").write_text(code)
    ended = []

    def one(*names: str) -> None:
        ended.append(warm.run("says", names, env=os.environ, cwd=tmp_path, seconds=20).returncode)

    both = [threading.Thread(target=one, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert ended == [0, 0]


def test_what_cannot_be_changed_in_a_fork_is_started_anew(tmp_path: Path) -> None:
    code = "import sys; print(sys.stdout.encoding, 'django.db' in sys.modules)"
    assert ran(tmp_path, code, PYTHONIOENCODING="latin-1").stdout == "iso8859-1 False\n"
    assert ran(tmp_path, code).stdout == "utf-8 True\n"
