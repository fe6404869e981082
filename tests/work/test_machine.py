"""Whatever is done with tasks in whatever order, N1 to N7 hold after each step; a rule taken away is found by the walk."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from gezhi.work.lifecycle import EVENTS
from tests.cast import Cast
from tests.work.machine import Shared

pytestmark = pytest.mark.django_db
SHORT = settings(
    phases=(Phase.explicit, Phase.generate),
    max_examples=8,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(SHORT, max_examples=150, stateful_step_count=60, derandomize=False)


def walked(cast: Cast, noon: datetime, how: settings) -> set[str]:
    """Every event of a task that was taken."""
    Shared.cast, Shared.noon = cast, noon
    Shared.taken.clear()
    run_state_machine_as_test(Shared, settings=how)
    return set(Shared.taken)


def test_whatever_is_done_in_whatever_order_every_promise_holds(cast: Cast, noon: datetime) -> None:
    assert len(walked(cast, noon, SHORT)) >= 8


@pytest.mark.soak
def test_soak_whatever_is_done_for_long(cast: Cast, noon: datetime) -> None:
    assert set(EVENTS) - walked(cast, noon, LONG) <= {
        "hand_over",
        "assign",
    }  # a change of company comes with part 1


def test_twin_a_step_that_the_case_is_not_told_of_is_found(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case that does not count its tasks: N4."""
    monkeypatch.setattr("gezhi.work.actions.TOLD", {})
    with pytest.raises(AssertionError):
        walked(cast, noon, settings(SHORT, max_examples=3))
