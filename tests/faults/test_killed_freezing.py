"""A month that is being frozen is killed (-9) anywhere: nothing of its book is there, or all of it; another worker makes it, once."""

import signal
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.dying_bulk import CASES
from tests.faults.dying_freezing import LATER, POINTS
from tests.faults.installation import Installation

AT = datetime.now(UTC).replace(day=1)  # the office is founded this month
BOOKS = "SELECT count(*), min(lines) FROM ledger_monthbook"
PARTS = "SELECT count(*) FROM ledger_monthpart"
LEFT = "SELECT count(*) FROM ledger_freezing"


@pytest.mark.parametrize("point", sorted(set(POINTS) - {"none"}))
def test_killed_while_a_month_freezes_another_worker_makes_its_book_once(
    installation: Installation, point: str
) -> None:
    died = installation.run("tests.faults.dying_freezing", point, AT.isoformat())
    assert died.returncode == -signal.SIGKILL, died.stderr
    is_there = point == "behind"
    assert installation.rows(BOOKS) == [(1, CASES) if is_there else (0, None)]
    assert installation.rows(PARTS) == [(CASES if is_there else 0,)]
    later = AT + LATER + timedelta(minutes=5)
    done = installation.run("tests.faults.dying_freezing", "none", later.isoformat())
    assert (done.returncode, done.stderr) == (0, "")
    assert installation.rows(BOOKS) == [(1, CASES)]
    assert installation.rows(PARTS) == [(CASES,)]
    assert installation.rows(LEFT) == [(0,)]
