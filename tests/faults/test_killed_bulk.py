"""A bulk deed is killed (-9) between its second and its third case: whole cases are done, the worker does the rest, nothing twice."""

import signal
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.dying_bulk import CASES, POINTS
from tests.faults.installation import Installation

AT = datetime.now(UTC)  # the office is founded today
STATES = "SELECT state, count(*) FROM cases_case GROUP BY state ORDER BY state"
ITEMS = "SELECT state, count(*) FROM cases_bulkitem GROUP BY state ORDER BY state"
DEEDS = "SELECT subject_id, count(*) FROM journal_entry WHERE event = 'dispatch' GROUP BY subject_id"


def killed(office: Installation, point: str, *how: str) -> None:
    died = office.run("tests.faults.dying_bulk", point, AT.isoformat(), *how)
    assert died.returncode == -signal.SIGKILL, died.stderr


def goes_on(office: Installation) -> None:
    """The worker, when its turn has come."""
    later = (AT + timedelta(minutes=1)).isoformat()
    done = office.run("tests.faults.dying_worker", "none", later)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("point", sorted(POINTS))
def test_killed_at_its_third_case_it_is_finished_by_the_worker(
    installation: Installation, point: str
) -> None:
    killed(installation, point)
    assert installation.rows(STATES) == [("dispatched", 2), ("opened", 3)]
    assert installation.rows(ITEMS) == [("done", 2), ("waiting", 3)]
    goes_on(installation)
    assert installation.rows(ITEMS) == [("done", CASES)]
    assert sorted(times for _case, times in installation.rows(DEEDS)) == [1] * CASES
    assert installation.is_whole()


def test_twin_a_mark_behind_the_deeds_own_transaction_calls_a_done_case_untouched(
    installation: Installation,
) -> None:
    killed(installation, "before the mark", "naive")
    assert installation.rows(STATES) == [("dispatched", 3), ("opened", 2)]
    goes_on(installation)
    assert installation.rows(ITEMS) == [("done", CASES - 1), ("left", 1)]
