"""Limits are exact: whoever asks at the same time, never more than allowed get through, and nobody pays for another."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gezhi.web import limits

AT = datetime.fromisoformat("2026-03-02T12:00+08:00")
MOST, ASKERS = 20, 64
ASKING = """
import json, os, sys, threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
os.environ["DJANGO_SETTINGS_MODULE"] = "gezhi.config.settings"
import django; django.setup()
from django.conf import settings
from pathlib import Path
from gezhi.web import limits
settings.GEZHI_DATA = Path(sys.argv[2])
at = datetime.fromisoformat(sys.argv[1])
ready = threading.Barrier(16)
def ask(_):
    ready.wait()
    try:
        limits.count("report", "192.0.2.1", most=20, minutes=60, at=at)
    except limits.TooOften as too_often:
        return too_often.seconds
    return 0
print("ready", flush=True); sys.stdin.readline()
with ThreadPoolExecutor(16) as crowd:
    print(json.dumps(list(crowd.map(ask, range(16)))))
"""


@pytest.fixture(autouse=True)
def limited(settings: Any, tmp_path: Path) -> None:
    settings.GEZHI_LIMITS, settings.GEZHI_DATA = True, tmp_path


def tries(what: str, who: str, times: int, *, minutes: int = 60, at: datetime = AT) -> int:
    """How many of them get through."""
    return sum(passes(what, who, minutes=minutes, at=at) for _ in range(times))


def passes(what: str, who: str, *, minutes: int = 60, at: datetime = AT) -> bool:
    """Whether one gets through."""
    try:
        limits.count(what, who, most=MOST, minutes=minutes, at=at)
    except limits.TooOften:
        return False
    return True


def test_of_64_that_ask_four_server_processes_at_once_exactly_as_many_as_allowed_get_through(
    tmp_path: Path,
) -> None:
    environment = os.environ | {"GEZHI_LIMITS": "on"}
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", ASKING, AT.isoformat(), str(tmp_path)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    assert [server.stdout.readline() for server in servers] == ["ready\n"] * 4
    for server in servers:
        server.stdin.write("go\n")
        server.stdin.flush()
    said = Counter(seconds for server in servers for seconds in json.loads(server.communicate(timeout=60)[0]))
    assert said == {0: MOST, 3600: ASKERS - MOST}


def crowd() -> int:
    """How many of 64 threads of one process get through, each a little slow between reading and writing."""
    with ThreadPoolExecutor(ASKERS) as askers:
        return sum(askers.map(lambda _: passes("report", "192.0.2.1"), range(ASKERS)))


def slow_write(monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.pwrite

    def slowly(file: int, data: bytes, offset: int) -> int:
        time.sleep(0.002)
        return write(file, data, offset)

    monkeypatch.setattr(limits.os, "pwrite", slowly)


def test_however_slow_a_writer_is_none_slips_through(monkeypatch: pytest.MonkeyPatch) -> None:
    slow_write(monkeypatch)
    assert crowd() == MOST


def test_twin_without_the_lock_more_would_slip_through(monkeypatch: pytest.MonkeyPatch) -> None:
    slow_write(monkeypatch)
    monkeypatch.setattr(limits.fcntl, "flock", lambda file, how: None)
    assert crowd() > MOST


def test_one_address_place_or_deed_never_counts_for_another() -> None:
    assert tries("report", "192.0.2.1", 3 * MOST) == MOST
    assert tries("report", "192.0.2.2", MOST) == MOST
    assert tries("lookup", "192.0.2.1", MOST) == MOST
    assert tries("report", "192.0.2.1", MOST, minutes=15) == MOST
    assert tries("report", "192.0.2.1", 1) == 0


def test_when_the_window_is_over_it_begins_anew() -> None:
    assert tries("report", "192.0.2.1", MOST + 1) == MOST
    assert tries("report", "192.0.2.1", 1, at=AT + timedelta(minutes=59, seconds=59)) == 0
    assert tries("report", "192.0.2.1", MOST, at=AT + timedelta(minutes=60)) == MOST


def test_a_storm_from_ever_new_addresses_shuts_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour of 1,000 a minute would fill a quarter of the file; here a file of 32 rows is filled nine times over."""
    monkeypatch.setattr(limits, "ROWS", 32)
    storm = [f"2001:db8:{number:x}::" for number in range(9 * 32 * limits.IN_A_ROW)]
    assert all(passes("report", address) for address in storm)
    assert [tries("report", f"198.51.100.{number}", 5) for number in range(20)] == [5] * 20


def test_in_a_storm_too_a_blocked_address_stays_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ROWS", 1)
    assert tries("report", "192.0.2.1", MOST + 1) == MOST
    for number in range(500):
        passes("report", f"2001:db8:{number:x}::")
    assert not passes("report", "192.0.2.1")


def test_twin_where_a_newcomer_began_at_nothing_the_blocked_one_would_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "ROWS", 1)
    monkeypatch.setattr(limits, "_is_full", lambda slots: False)
    assert tries("report", "192.0.2.1", MOST + 1) == MOST
    for number in range(500):
        address = f"2001:db8:{number:x}::"
        tries("report", address, MOST + 2)
    assert passes("report", "192.0.2.1")


def test_what_only_fails_counts_is_asked_without_counting() -> None:
    for _ in range(3 * MOST):
        limits.refuse_after("code", "192.0.2.1", most=MOST, minutes=15, at=AT)
    assert tries("code", "192.0.2.1", MOST, minutes=15) == MOST
    with pytest.raises(limits.TooOften):
        limits.refuse_after("code", "192.0.2.1", most=MOST, minutes=15, at=AT)


def test_no_address_stands_in_the_files(tmp_path: Path) -> None:
    tries("report", "198.51.100.7", 3)
    assert b"198.51" not in (tmp_path / "limits-60.counters").read_bytes()
