"""F10, F11, F23: the worker dies at every point of an errand, freezes, runs twice at once, stands still for days: all is done, each
timer fires once."""

import random
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.installation import Installation

CASES = 30
ROUNDS, FRESH = 100, 3  # of freezing; so many cases come in before each
LEASE = timedelta(seconds=61)
WORKER = "tests.faults.dying_worker"
POINTS = (
    "before the lease",
    "leased",
    "deed done",
    "before the mark",
    "marked",
    "in the deed",
    "timer fired",
)
REMINDERS = "SELECT subject_id, count(*) FROM journal_entry WHERE event = 'remind' GROUP BY subject_id"
TO_DO = "SELECT kind, count(*) FROM journal_errand WHERE done_at IS NULL AND due_at <= '{}' GROUP BY kind"


@pytest.fixture(scope="module")
def reported(fresh: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An office with a few fresh cases. Not to be changed."""
    made = fresh.copy(tmp_path_factory.mktemp("worker") / "office")
    done = made.run("tests.faults.few_cases", str(CASES))
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def office(reported: Installation, tmp_path):
    return reported.copy(tmp_path / "office")


def reminder_moment(office: Installation) -> datetime:
    """When the last of the reminders is due."""
    said = office.rows("SELECT max(due_at) FROM journal_errand WHERE kind = 'case.timer'")[0][0]
    at = said if isinstance(said, datetime) else datetime.fromisoformat(said).replace(tzinfo=UTC)
    return at + timedelta(seconds=1)


def fired(office: Installation) -> list[int]:
    """How often each case was reminded."""
    return sorted(count for _, count in office.rows(REMINDERS))


def to_do(office: Installation, at: datetime) -> list[tuple[object, ...]]:
    """What is due by then and not done."""
    return office.rows(TO_DO.format(at.astimezone(UTC).replace(tzinfo=None)))


def test_a_worker_killed_at_every_point_leaves_nothing_undone_and_nothing_done_twice(
    office: Installation,
) -> None:
    at = reminder_moment(office)
    for point in POINTS:
        died = office.run(WORKER, point, at.isoformat())
        assert died.returncode == -signal.SIGKILL, (point, died.stderr)
        at += LEASE
    last = office.run(WORKER, "none", at.isoformat())
    assert (last.returncode, last.stderr) == (0, "")
    assert fired(office) == [1] * CASES
    assert to_do(office, at) == []


def test_twin_a_timer_that_does_not_look_again_fires_twice(office: Installation) -> None:
    at = reminder_moment(office)
    assert office.run(WORKER, "timer fired", at.isoformat(), "naive").returncode == -signal.SIGKILL
    assert office.run(WORKER, "none", (at + LEASE).isoformat(), "naive").returncode == 0
    assert fired(office) == [1] * (CASES - 1) + [2]


def test_two_workers_at_once_after_three_days_fire_each_deadline_once(office: Installation) -> None:
    at = reminder_moment(office) + timedelta(days=3)
    both = [office.begin(WORKER, "none", at.isoformat()) for _ in range(2)]
    assert [one.wait(timeout=120) for one in both] == [0, 0]
    climbed = office.rows(
        "SELECT subject_id, event, after, count(*) FROM journal_entry WHERE event IN ('remind', 'escalate') GROUP BY 1, 2, 3"
    )
    assert {row[3] for row in climbed} == {1}
    assert len({row[0] for row in climbed}) == CASES
    assert to_do(office, at) == []
    assert office.is_whole()


TWICE = (
    "SELECT subject_id, event FROM journal_entry WHERE event IN ('remind', 'escalate') AND at >= '{}' "
    "GROUP BY subject_id, event HAVING count(*) > 1"
)
STANDING = (
    "SELECT kind, key, due_at, done_at, parked_at FROM journal_errand ORDER BY kind, key",
    "SELECT id, subject_id, event, after FROM journal_entry ORDER BY id",
    "SELECT id, state, version, due_at FROM cases_case ORDER BY id",
)
FREEZING = (
    "leased",
    "deed done",
    "before the mark",
    "timer fired",
)  # in a transaction it would only hold up the others


def fired_twice(office: Installation, since: datetime) -> list[tuple[object, ...]]:
    """Which case was reminded, or climbed, more than once since then; right after one round that is never right."""
    return office.rows(TWICE.format(since.astimezone(UTC).replace(tzinfo=None)))


def frozen_and_woken(office: Installation, point: str, at: datetime, *how: str) -> bool:
    """One worker freezes past its lease, another does the work, the first wakes up. Whether it then changed nothing any more."""
    first = office.begin(WORKER, point, at.isoformat(), "frozen", *how)
    give_up = time.monotonic() + 60
    while "T (stopped)" not in Path(f"/proc/{first.pid}/status").read_text():
        assert (first.poll(), time.monotonic() < give_up) == (None, True)
        time.sleep(0.02)
    other = office.run(WORKER, "none", (at + LEASE).isoformat(), *how)
    assert other.returncode == 0, other.stderr
    before = [office.rows(sql) for sql in STANDING]
    first.send_signal(signal.SIGCONT)
    assert first.wait(timeout=120) == 0
    return [office.rows(sql) for sql in STANDING] == before


@pytest.mark.parametrize("point", ["leased", "timer fired"])
def test_a_worker_that_was_frozen_past_its_lease_changes_nothing_any_more(
    office: Installation, point: str
) -> None:
    at = reminder_moment(office)
    assert frozen_and_woken(office, point, at)
    assert fired(office) == [1] * CASES
    assert to_do(office, at) == []
    assert office.is_whole()


def test_twin_a_timer_that_does_not_look_again_would_fire_once_more(office: Installation) -> None:
    at = reminder_moment(office)
    assert not frozen_and_woken(office, "timer fired", at, "naive")
    assert max(fired(office)) > 1
    assert len(fired_twice(office, at)) == len([times for times in fired(office) if times > 1])


@pytest.mark.soak
def test_a_hundred_frozen_workers_change_nothing_any_more(office: Installation) -> None:
    at, chance = reminder_moment(office), random.Random(20260302)
    for number in range(ROUNDS):
        # else every message would soon be sent, and there would be no errand to freeze at
        fresh = office.run("tests.faults.few_cases", f"{FRESH}")
        assert fresh.returncode == 0, fresh.stderr
        assert frozen_and_woken(office, chance.choice(FREEZING), at), number
        assert fired_twice(office, at) == [], number
        at += timedelta(hours=8)
    assert len(fired(office)) == CASES + ROUNDS * FRESH
    assert office.is_whole()
