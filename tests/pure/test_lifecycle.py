"""The table of arrows: every pair of state and event, drawn or refused; who, what is needed, and under which circumstances."""

from itertools import product

import pytest

from gezhi.cases.lifecycle import (
    ARROWS,
    CIRCUMSTANCES,
    EVENTS,
    Ending,
    Fact,
    Role,
    State,
    decide,
    offers,
)
from gezhi.kernel.refusal import Missing, NotFromHere, NotYours
from scripts import states

DRAWN = {(arrow.source, arrow.event) for arrow in ARROWS}
EVERYBODY = frozenset(Role)
EVERYTHING = frozenset(Fact)
API_EVENTS = set(
    """accept ask answer join undo_join decline dispatch undo_dispatch take return done raise put_to_meeting
    request_extension approve_extension carry_forward not_found not_ours wont_do pass_check fail_check satisfied
    unsatisfied reopen solve_on_spot""".split()  # noqa: SIM905 - a list of words reads better than a column of strings
)


@pytest.mark.parametrize(("state", "event"), sorted(set(product(State, EVENTS)) - DRAWN))
def test_an_arrow_not_drawn_is_refused(state: State, event: str) -> None:
    with pytest.raises(NotFromHere):
        decide(state, event, roles=EVERYBODY, facts=EVERYTHING)


@pytest.mark.parametrize(("state", "event"), sorted(DRAWN))
def test_a_drawn_arrow_is_taken_by_whom_it_is_drawn_for(state: State, event: str) -> None:
    for arrow in ARROWS:
        if (arrow.source, arrow.event) == (state, event):
            facts = arrow.needs | arrow.when
            assert decide(state, event, roles=arrow.who, facts=facts).target in State


@pytest.mark.parametrize(("state", "event"), sorted(DRAWN))
def test_a_stranger_to_the_case_is_refused(state: State, event: str) -> None:
    with pytest.raises(NotYours):
        decide(state, event, roles=frozenset(), facts=EVERYTHING)


@pytest.mark.parametrize(
    "arrow", [arrow for arrow in ARROWS if arrow.needs], ids=lambda a: f"{a.event}-{a.source}"
)
def test_what_is_needed_is_named_when_it_lacks(arrow) -> None:
    for need in arrow.needs:
        with pytest.raises(Missing) as refused:
            decide(arrow.source, arrow.event, roles=arrow.who, facts=(arrow.needs - {need}) | arrow.when)
        assert refused.value.facts == (need.value,)


def test_every_event_that_programs_may_send_is_drawn() -> None:
    assert set(EVENTS) >= API_EVENTS


def test_every_state_but_closed_can_be_left_and_every_state_reached() -> None:
    leaves = {arrow.source for arrow in ARROWS if arrow.target is not arrow.source}
    reached = {arrow.target for arrow in ARROWS if arrow.target is not arrow.source}
    assert (leaves, reached | {State.REPORTED}) == (set(State), set(State))


def test_every_open_case_can_be_closed_from_every_state() -> None:
    reach = {State.CLOSED}
    for _ in State:
        reach |= {arrow.source for arrow in ARROWS if arrow.target in reach}
    assert reach == set(State)


def test_every_ending_is_reached_by_an_arrow() -> None:
    claimed = {Ending.SOLVED, Ending.NOT_FOUND, Ending.NO_LONGER_THERE}
    assert {arrow.ending for arrow in ARROWS if arrow.ending} | claimed == set(Ending)


def test_only_closing_arrows_end_a_case() -> None:
    for arrow in ARROWS:
        assert arrow.closes == (arrow.ending is not None or arrow.claims), arrow


def test_solved_is_claimed_only_after_a_check_or_the_reporters_word() -> None:
    sources = {arrow.source for arrow in ARROWS if arrow.claims}
    assert sources == {State.TO_CHECK, State.TO_CONFIRM}


def test_the_handler_never_closes_as_solved() -> None:
    assert not [arrow for arrow in ARROWS if arrow.claims and Role.HANDLER in arrow.who]


def test_arrows_of_one_event_from_one_state_differ_by_circumstance_or_role() -> None:
    keys = [(arrow.event, arrow.source, arrow.when, arrow.who) for arrow in ARROWS]
    assert len(keys) == len(set(keys))


def test_circumstances_are_never_demanded_of_a_person() -> None:
    assert not [arrow for arrow in ARROWS if arrow.needs & CIRCUMSTANCES or arrow.when - CIRCUMSTANCES]


def test_an_unknown_event_is_a_bug() -> None:
    with pytest.raises(ValueError, match="unknown event"):
        decide(State.OPENED, "vanish", roles=EVERYBODY, facts=EVERYTHING)


@pytest.mark.parametrize("state", list(State))
def test_what_is_offered_can_be_done_once_the_needs_are_brought(state: State) -> None:
    for role in Role:
        for offer in offers(state, roles={role}, circumstances=CIRCUMSTANCES):
            needs = {Fact(need) for need in offer.needs}
            assert decide(state, offer.event, roles={role}, facts=needs | CIRCUMSTANCES).event == offer.event


def test_quiet_offers_come_last() -> None:
    found = offers(State.OPENED, roles={Role.DESK, Role.APPROVER}, circumstances=frozenset())
    assert [offer.quiet for offer in found] == sorted(offer.quiet for offer in found)


def test_the_page_about_states_is_what_the_rows_say() -> None:
    assert states.PAGE.read_text() == states.page()
