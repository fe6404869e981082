"""The table of a task's arrows: every pair of state and event, drawn or refused; who, what is needed, under which circumstances."""

from itertools import product

import pytest

from gezhi.kernel.refusal import Missing, NotFromHere, NotYours
from gezhi.work.lifecycle import (
    CIRCUMSTANCES,
    EVENTS,
    OPEN,
    TASK_ARROWS,
    TaskFact,
    TaskRole,
    TaskState,
    decide,
    offers,
)

DRAWN = {(arrow.source, arrow.event) for arrow in TASK_ARROWS}
EVERYBODY, EVERYTHING = frozenset(TaskRole), frozenset(TaskFact)


@pytest.mark.parametrize(("state", "event"), sorted(set(product(TaskState, EVENTS)) - DRAWN))
def test_an_arrow_not_drawn_is_refused(state: TaskState, event: str) -> None:
    with pytest.raises(NotFromHere):
        decide(state, event, roles=EVERYBODY, facts=EVERYTHING)


@pytest.mark.parametrize(
    "arrow", TASK_ARROWS, ids=lambda arrow: f"{arrow.event}-{arrow.source}-{'-'.join(sorted(arrow.when))}"
)
def test_a_drawn_arrow_is_taken_by_whom_it_is_drawn_for_and_by_nobody_else(arrow) -> None:
    facts = arrow.needs | arrow.when
    assert decide(arrow.source, arrow.event, roles=arrow.who, facts=facts) == arrow
    others = EVERYBODY - {
        role
        for one in TASK_ARROWS
        if (one.event, one.source) == (arrow.event, arrow.source)
        for role in one.who
    }
    for role in others:
        with pytest.raises(NotYours):
            decide(arrow.source, arrow.event, roles={role}, facts=EVERYTHING)
    for need in arrow.needs:
        with pytest.raises(Missing) as refused:
            decide(arrow.source, arrow.event, roles=arrow.who, facts=facts - {need})
        assert refused.value.facts == (need.value,)


def test_an_unknown_event_is_a_bug() -> None:
    with pytest.raises(ValueError, match="unknown event"):
        decide(TaskState.SENT, "vanish", roles=EVERYBODY, facts=EVERYTHING)


def test_circumstances_are_never_demanded_of_a_person() -> None:
    assert not [arrow for arrow in TASK_ARROWS if arrow.needs & CIRCUMSTANCES or arrow.when - CIRCUMSTANCES]


def test_every_open_task_can_be_done_and_called_off() -> None:
    for goal in (TaskState.DONE, TaskState.ENDED):
        reach = {goal}
        for _ in TaskState:
            reach |= {arrow.source for arrow in TASK_ARROWS if arrow.target in reach}
        assert reach >= set(OPEN)


def test_only_its_party_does_a_task_and_only_who_set_it_says_it_is_not_good_enough() -> None:
    assert {
        role
        for arrow in TASK_ARROWS
        if arrow.target is TaskState.DONE and arrow.source is not TaskState.DONE
        for role in arrow.who
    } == {TaskRole.HAND}
    assert {role for arrow in TASK_ARROWS if arrow.next_round for role in arrow.who} == {TaskRole.OWNER}


def test_a_task_that_waits_for_another_is_not_finished_and_says_so() -> None:
    with pytest.raises(NotFromHere) as refused:
        decide(TaskState.TAKEN, "finish", roles={TaskRole.HAND}, facts={TaskFact.PROOF})
    assert refused.value.code == "task_blocked"


@pytest.mark.parametrize("state", list(TaskState))
def test_what_is_offered_can_be_done_once_the_needs_are_brought(state: TaskState) -> None:
    for role in TaskRole:
        for offer in offers(state, roles={role}, circumstances=CIRCUMSTANCES):
            needs = {TaskFact(need) for need in offer.needs}
            assert decide(state, offer.event, roles={role}, facts=needs | CIRCUMSTANCES).event == offer.event
