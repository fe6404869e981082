"""`gezhi check` proves what is there, and says before it repairs anything what a worker left undone."""

import json
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from gezhi.config import check, commands, worker
from gezhi.flows import herald
from gezhi.insight.models import Mark, Spot, Tally
from gezhi.insight.rollups import following as rollups
from gezhi.insight.rollups.anew import count_anew
from gezhi.journal import sealing
from gezhi.journal.models import Entry
from gezhi.kernel.finding import Finding
from gezhi.kernel.ids import uuid7
from gezhi.ledger import actions as ledger
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast

TEN_MINUTES = timedelta(minutes=10)
SECOND = timedelta(seconds=1)


@pytest.fixture
def written(cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A report of noon, its rows written at noon by the clock of their ids, in an office whose books were kept until then."""
    worker.keep_books(noon)
    milliseconds = int(noon.timestamp() * 1000)
    monkeypatch.setattr(
        "gezhi.journal.actions.new_id", lambda: uuid7(milliseconds, new_id().int & (1 << 74) - 1)
    )
    cast.lin_reports(noon)
    return noon


def owed(at: datetime) -> list[Finding]:
    """What the check says of the worker; nothing else is broken."""
    found = [one for _office, one in check.findings(at) if one.invariant != "warning"]
    assert {one.invariant for one in found} <= {"worker"}
    return found


def test_a_row_that_waited_long_for_its_seal_is_named_once(written: datetime) -> None:
    late = written + TEN_MINUTES + SECOND
    what = "a row waits for its seal since 2026-03-02 04:00:00 UTC: does `gezhi worker` run?"
    assert owed(late) == [Finding("worker", "journal", what)]
    assert owed(late) == []  # the check has sealed it
    assert not Entry.objects.filter(position=None).exists()


def test_an_office_that_stood_still_for_some_minutes_is_sound(written: datetime) -> None:
    assert owed(written + TEN_MINUTES) == []


def test_twin_sealed_first_nobody_would_hear_of_it(written: datetime) -> None:
    worker.keep_books(written + TEN_MINUTES)
    assert owed(written + TEN_MINUTES + SECOND) == []


def test_a_ledger_that_does_not_follow_is_named(written: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    sealing.seal(at=written)
    herald.catch_up(at=written)
    monkeypatch.setattr(ledger, "_is_behind", lambda: False)
    sealed = datetime.now(UTC)  # a seal's own id states when it was made
    assert list(check._left_undone(sealed + TEN_MINUTES - 60 * SECOND)) == []
    (found,) = check._left_undone(sealed + TEN_MINUTES + SECOND)
    assert (found.invariant, found.where) == ("worker", "ledger")


def test_roll_ups_that_do_not_follow_the_ledger_are_named(written: datetime) -> None:
    Mark.objects.all().delete()
    sealing.seal(at=written)
    ledger.catch_up(at=written)
    herald.catch_up(at=written)
    late = datetime.now(UTC) + TEN_MINUTES + SECOND
    (never,) = check._left_undone(late)
    assert (never.where, "never counted whole" in never.what) == ("roll-ups", True)
    rollups.catch_up(at=written)
    assert list(check._left_undone(late)) == []
    Mark.objects.update(position=1)
    (behind,) = check._left_undone(late)
    assert (behind.where, "do not follow" in behind.what) == ("roll-ups", True)


def test_roll_ups_whose_count_was_killed_are_named_and_counted_by_the_check(
    written: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.keep_books(written)
    for rows in (Mark, Tally, Spot):
        rows.objects.all().delete()
    with monkeypatch.context() as within:
        within.setattr("gezhi.insight.rollups.anew._put_in_force", lambda *given: False)
        count_anew(at=written)  # killed before its end
    late = datetime.now(UTC) + TEN_MINUTES + SECOND
    assert [one.where for one in owed(late)] == ["roll-ups"]
    assert owed(late) == []
    assert rollups.reached().is_whole


def test_the_clock_that_is_judged_is_the_one_that_was_handed_in(office: Jurisdiction) -> None:
    said = {one.where: one.what for _office, one in check.findings(datetime(2024, 12, 31, tzinfo=UTC))}
    assert said["clock"] == "the machine's clock stands before 2025"


def test_notices_that_do_not_follow_are_named(written: datetime) -> None:
    sealing.seal(at=written)
    ledger.catch_up(at=written)
    rollups.catch_up(at=written)
    (found,) = check._left_undone(datetime.now(UTC) + TEN_MINUTES + SECOND)
    assert (found.invariant, found.where) == ("worker", "notices")


@pytest.mark.parametrize(
    ("https", "hosts", "what"),
    [
        (
            True,
            ["localhost", "127.0.0.1", "[::1]"],
            "names this machine only: behind a proxy nobody is answered",
        ),
        (True, ["office.example", "127.0.0.1"], None),
        (False, ["127.0.0.1"], None),
        (False, ["*"], "answers to every name: write down the office's own"),
    ],
)
def test_the_names_an_office_answers_to_are_looked_at(
    https: bool, hosts: list[str], what: str | None, office: Jurisdiction, noon: datetime, settings: Any
) -> None:
    settings.GEZHI_HTTPS, settings.ALLOWED_HOSTS = https, hosts
    said = {one.where: one.what for one in check._installation(noon)}
    assert said.get("GEZHI_HOSTS") == what


def test_a_key_or_a_folder_that_others_may_read_is_named(
    office: Jurisdiction, noon: datetime, settings: Any, tmp_path: Path
) -> None:
    settings.GEZHI_KEY_FILE = tmp_path / "install.key"
    settings.GEZHI_KEY_FILE.touch(0o600)
    tmp_path.chmod(0o700)
    assert {one.where for one in check._installation(noon)} & {"key", "data folder"} == set()
    settings.GEZHI_KEY_FILE.chmod(0o640)
    tmp_path.chmod(0o755)
    said = {one.where: one.what for one in check._installation(noon)}
    assert said["key"].startswith(f"{settings.GEZHI_KEY_FILE} is open to other users")
    assert said["data folder"].startswith(f"{tmp_path} is open to other users")


@pytest.mark.parametrize(("is_on", "warned"), [(False, 1), (True, 0)])
def test_limits_that_are_off_are_warned_of_and_the_check_still_ends_well(
    cast: Cast, noon: datetime, settings: Any, capsys: Any, is_on: bool, warned: int
) -> None:
    """For benchmarks only; and the twin: with them on, nothing is said."""
    worker.keep_books(noon)
    settings.GEZHI_LIMITS = is_on
    with time_machine.travel(noon, tick=False):
        code = commands.check(Namespace(json=True, seed=None))
    said = json.loads(capsys.readouterr().out)
    names = [one["where"] for one in said["findings"] if one["invariant"] == "warning"]
    assert (code, said["broken"], names.count("GEZHI_LIMITS")) == (0, 0, warned)
