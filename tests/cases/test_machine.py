"""Whatever people, the clock, a crash or a second company may do with cases, in whatever order: every promise after each step (I1–I14)."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from gezhi.cases.effects import EFFECTS
from gezhi.cases.lifecycle import ARROWS, EVENTS
from gezhi.cases.models import Pause
from tests.cases.forms import CLOCKWORK, FIELDS, ON_THE_SIDE
from tests.cases.machine import Office, promises_hold
from tests.cast import Cast

SHORT, MORE, LONG = (18, 16), (30, 20), (1500, 40)  # examples, steps in each
ENOUGH = 25  # events


def run(cast: Cast, noon: datetime, size: tuple[int, int], *, derandomize: bool) -> set[str]:
    """Which events were taken. Every random run is another one, and says how to repeat it."""
    Office.cast, Office.noon = cast, noon
    Office.taken.clear()
    examples, steps = size
    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=derandomize,
            database=None,
            deadline=None,
            phases=[Phase.generate] if derandomize else [Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return set(Office.taken)


def test_whatever_is_done_in_whatever_order_every_promise_holds(cast: Cast, noon: datetime) -> None:
    """The walk draws from the constants of all modules that are loaded, so it is another one beside other tests: where it took few events, one more."""
    taken = run(cast, noon, SHORT, derandomize=True) & set(EVENTS)
    if len(taken) < ENOUGH:
        taken |= run(cast, noon, MORE, derandomize=True) & set(EVENTS)
    assert len(taken) >= ENOUGH, sorted(set(EVENTS) - taken)


@pytest.mark.soak
def test_soak_whatever_is_done_for_long_every_promise_holds_and_every_event_is_taken(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Office, "books_every", 1)
    assert set(EVENTS) - run(cast, noon, LONG, derandomize=False) == set()


def test_every_need_of_an_arrow_is_something_a_form_can_bring() -> None:
    assert {need.value for arrow in ARROWS for need in arrow.needs} == set(FIELDS)
    assert {arrow.event for arrow in ARROWS} >= CLOCKWORK | ON_THE_SIDE


def test_twin_a_pause_that_was_left_open_is_found(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    promises_hold(noon)
    Pause.objects.create(case=case, reason="等配件", approver_id=cast.zhou.id, started_at=noon)
    with pytest.raises(AssertionError):
        promises_hold(noon)


def test_twin_a_move_that_leaves_a_pause_open_is_found_by_the_machine(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = EFFECTS["take"]

    def careless(case, doing) -> None:
        taken(case, doing)
        Pause.objects.create(case=case, reason="等配件", approver_id=cast.zhou.id, started_at=doing.at)

    monkeypatch.setitem(EFFECTS, "take", careless)
    with pytest.raises(AssertionError):
        run(cast, noon, (8, 4), derandomize=True)
