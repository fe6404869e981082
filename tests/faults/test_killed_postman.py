"""F10 on the way out: the worker dies at six points of a message, and once while it reads the journal. Everything is delivered; doubles
come of "accepted, not marked" alone, and under the same id."""

import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.channels.listening import Listener, listening
from tests.faults.installation import Installation

CASES = 4
LEASE = timedelta(seconds=61)
POSTMAN = "tests.faults.dying_postman"
POINTS = ("told", "claim", "render", "send", "accepted", "mark", "ack")
DOUBLING = {"accepted", "mark"}


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


@pytest.fixture
def office(fresh: Installation, tmp_path, listener: Listener) -> Installation:
    """A fresh office with a few reports, of which the listener is to be told."""
    made = fresh.copy(tmp_path / "office")
    made = replace(made, more={"GEZHI_WEBHOOK_NETS": "127.0.0.0/8"})
    done = made.run("tests.faults.told_cases", str(CASES), listener.url)
    assert done.returncode == 0, done.stderr
    return made


def test_a_worker_killed_at_every_point_of_a_message_loses_none(
    office: Installation, listener: Listener
) -> None:
    at, doubled = datetime.now(UTC) + timedelta(seconds=1), Counter[str]()
    for point in POINTS:
        before = Counter(listener.ids)
        died = office.run(POSTMAN, point, at.isoformat())
        assert died.returncode == -signal.SIGKILL, (point, died.stderr)
        doubled += Counter({point: sum((Counter(listener.ids) - before).values())})
        at += LEASE
    last = office.run(POSTMAN, "none", at.isoformat())
    assert last.returncode == 0, last.stderr
    told = Counter(listener.ids)
    steps = office.rows("SELECT id FROM journal_entry WHERE event = 'reported' AND subject_kind = 'case'")
    assert set(told) == {f"msg_{str(id).replace('-', '')}" for (id,) in steps}
    assert len(told) == CASES
    assert sum(told.values()) - CASES == len(DOUBLING)
    bodies = {(headers["webhook-id"], body) for headers, body in listener.came}
    assert len(bodies) == CASES
    assert office.rows("SELECT count(*) FROM journal_errand WHERE road <> '' AND done_at IS NULL") == [(0,)]
    assert doubled == {"accepted": 1, "mark": 1, "ack": 1}
    proof = office.gezhi("check")
    assert proof.returncode == 0, proof.stdout


def test_twin_marked_before_it_is_sent_a_killed_worker_loses_it(
    office: Installation, listener: Listener
) -> None:
    """The order of other outboxes, "mark, then send": nothing is doubled, and what was on the way is gone."""
    at = datetime.now(UTC) + timedelta(seconds=1)
    assert office.run(POSTMAN, "marked first", at.isoformat()).returncode == -signal.SIGKILL
    assert office.run(POSTMAN, "none", (at + LEASE).isoformat()).returncode == 0
    assert len(set(listener.ids)) < CASES
