"""F1, F2: the server dies again and again while people report: nothing acknowledged is lost, nothing is there twice."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gezhi.kernel.ids import digest
from tests.faults.crowd import TAKEN, Crowd
from tests.faults.installation import Installation, family, kill

REPORTS, KILLS = 2000, 5
ON_A_SERVER = 600  # reports where PostgreSQL keeps them: `make soak` sends it ten thousand
READY_WITHIN = 5.0  # seconds, on a machine that has nothing else to do
DOUBLE_TAP_EVERY = 10


def keys(count: int) -> list[str]:
    """One key a report; every tenth is tapped twice at once."""
    return [
        f"report-{number:012d}"
        for number in range(count)
        for _ in range(1 + (number % DOUBLE_TAP_EVERY == 0))
    ]


def lost(crowd: Crowd, where: Installation) -> set[str]:
    """Acknowledged codes that no stored report answers to."""
    stored = {row[0] for row in where.rows("SELECT code_digest FROM reports_report")}
    return {code for codes in crowd.codes.values() for code in codes if digest(code) not in stored}


def doubled(crowd: Crowd, where: Installation) -> set[str]:
    """Keys that were answered with more than one code, or texts that are stored more than once."""
    by_text = Counter(row[0] for row in where.rows("SELECT text FROM reports_report"))
    told = {key for key, codes in crowd.codes.items() if len(set(codes)) > 1}
    return told | {text for text, count in by_text.items() if count > 1}


@dataclass
class Kills:
    """How the server is ended each time: one of its processes, or all of them. ready: seconds until it answered again."""

    where: Installation
    server: "subprocess.Popen[bytes]"
    ready: list[float] = field(default_factory=list)

    def all_of_it(self) -> None:
        """As a power cut; somebody starts it again."""
        kill(self.server)
        began = time.monotonic()
        self.server = self.where.serve()
        self.ready.append(time.monotonic() - began)

    def one_process(self, chance: random.Random) -> None:
        """The other goes on answering, and the server starts another in its place."""
        mine = [pid for pid in family(self.server) if pid != self.server.pid]
        if mine:
            os.kill(chance.choice(mine), signal.SIGKILL)


def reported_under(
    kills: Kills,
    reports: int,
    times: int,
    strike: Callable[[int], None],
    meanwhile: Callable[[], None] = lambda: None,
) -> Crowd:
    """So many reports while the server is struck so many times; then everything must be as if it had not been."""
    crowd = Crowd(kills.where)
    people = crowd.begin(keys(reports))
    for number in range(1, times + 1):
        while crowd.acknowledged < reports * number // (times + 1) and any(one.is_alive() for one in people):
            time.sleep(0.01)
        strike(number)
        if number == times // 2:
            meanwhile()
    for one in people:
        one.join(timeout=600)
    assert (crowd.acknowledged, set(crowd.statuses) - {503}) == (reports, TAKEN)
    assert crowd.lost_answers > 0  # the kills did hit somebody
    last = next(reversed(crowd.codes.values()))[0]
    assert kills.where.get(f"/t/{last}")[0] == 200
    return crowd


def is_all_there(crowd: Crowd, where: Installation, reports: int) -> bool:
    """Each report once, with its case, and nothing broken."""
    assert (lost(crowd, where), doubled(crowd, where)) == (set(), set())
    tables = ("reports_report", "cases_case", "cases_casereport")
    assert [where.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables] == [reports] * 3
    return where.is_whole()


def test_reports_under_five_kills(installation: Installation) -> None:
    reports = ON_A_SERVER if installation.url else REPORTS
    kills = Kills(installation, installation.serve())
    try:
        crowd = reported_under(kills, reports, KILLS, lambda _: kills.all_of_it())
    finally:
        kill(kills.server)
    assert is_all_there(crowd, installation, reports)


@pytest.mark.soak
def test_ten_thousand_reports_under_fifty_kills_and_a_backup(
    installation: Installation, tmp_path: Path
) -> None:
    kills, chance = Kills(installation, installation.serve()), random.Random(20260302)
    worker = installation.begin("gezhi.config.cli", "worker")
    file = tmp_path / "backup.tar"

    def strike(number: int) -> None:
        nonlocal worker
        time.sleep(chance.uniform(0, 0.2))
        if number % 3 == 0:
            kills.all_of_it()
        elif number % 3 == 1:
            kills.one_process(chance)
        else:
            kill(worker)
            worker = installation.begin("gezhi.config.cli", "worker")

    def back_up() -> None:
        made = installation.gezhi("backup", "--to", str(file), seconds=600)
        assert made.returncode == 0, made.stderr

    try:
        crowd = reported_under(kills, 10_000, 50, strike, back_up)
    finally:
        kill(worker)
        kill(kills.server)
    assert is_all_there(crowd, installation, 10_000)
    other = installation.elsewhere(tmp_path / "restored")
    restored = other.gezhi("restore", str(file), seconds=600)
    assert restored.returncode == 0, restored.stderr
    assert other.is_whole()
    assert max(kills.ready) <= READY_WITHIN


@pytest.mark.soak
def test_two_hundred_times_down_and_up_again(installation: Installation) -> None:
    kills, chance = Kills(installation, installation.serve()), random.Random(20260302)

    def strike(_: int) -> None:
        time.sleep(chance.uniform(0, 0.3))
        kills.all_of_it()

    try:
        crowd = reported_under(kills, 4000, 200, strike)
    finally:
        kill(kills.server)
    assert is_all_there(crowd, installation, 4000)
    assert max(kills.ready) <= READY_WITHIN


def test_twin_without_the_key_in_the_database_a_double_tap_is_two_reports(installation: Installation) -> None:
    installation.rows("DROP INDEX one_report_per_idempotency_key")
    server, crowd = installation.serve(), Crowd(installation)
    try:
        for one in crowd.begin([key for key in keys(20) for _ in range(2)]):
            one.join(timeout=60)
    finally:
        kill(server)
    assert doubled(crowd, installation) >= {f"report-{number:012d}" for number in range(20)}
    assert lost(crowd, installation) == set()


def test_twin_an_acknowledged_report_that_is_gone_is_found(installation: Installation) -> None:
    server, crowd = installation.serve(), Crowd(installation)
    try:
        for one in crowd.begin(keys(5)):
            one.join(timeout=60)
    finally:
        kill(server)
    gone = crowd.codes["report-000000000003"][0]
    installation.rows("UPDATE reports_report SET code_digest = 'gone' WHERE text LIKE '%000000000003'")
    assert lost(crowd, installation) == {gone}
