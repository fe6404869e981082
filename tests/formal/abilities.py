"""What each person must be able to do where a case stands: design §4, "leaves by", and the timer that must always be able to act (I2).

A row says: in these states, this person can do all of these; a circumstance in the last column narrows the row.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from gezhi.cases.facts import REPORTER_MAY_REOPEN
from gezhi.cases.lifecycle import OPEN, WORKING, Ending, State
from tests.formal.steps import Outcome, acts
from tests.formal.world import PARTY_OF, STAFF, Case, Scope, Who

S = State


class Ability(NamedTuple):
    who: Who
    states: tuple[State, ...]
    events: frozenset[str]
    when: Callable[[Case], bool] = lambda case: True
    group: str = ""  # what must be held for `when` to be asked


def _row(who: Who, states: Iterable[State], events: str, **more: object) -> Ability:
    return Ability(who, tuple(states), frozenset(events.split()), **more)


def _has_it(who: Who) -> Callable[[Case], bool]:
    return lambda case: case.lead is PARTY_OF[who]


def _whoever_has_it(states: Iterable[State], events: str) -> tuple[Ability, ...]:
    """The person of whichever party is accountable."""
    return tuple(_row(who, states, events, when=_has_it(who), group="work") for who in STAFF)


def _while_it_runs(one: Ability) -> Ability:
    return one._replace(when=lambda case: one.when(case) and not case.is_paused)


def _may_reopen(case: Case) -> bool:
    return case.in_time and case.ending in REPORTER_MAY_REOPEN


ABILITIES = (
    _row(Who.CLERK, [S.REPORTED], "accept decline join"),
    _row(Who.WORKER, [S.REPORTED], "accept"),
    _row(Who.CLERK, [S.REPORTED], "ask", when=lambda case: case.is_askable),
    _row(Who.REPORTER, [S.ASKED], "answer"),
    _row(Who.CLERK, [S.ASKED], "answer"),
    _row(Who.CLERK, [S.OPENED], "dispatch"),
    _row(Who.CLOCK, [S.OPENED, S.IN_HAND], "dispatch"),  # a routing rule
    _row(Who.WORKER, [S.OPENED], "solve_on_spot"),
    *_whoever_has_it([S.DISPATCHED], "take return"),
    _row(Who.CLERK, [S.DISPATCHED], "undo_dispatch"),
    *_whoever_has_it([S.IN_HAND], "done raise put_to_meeting"),
    *_whoever_has_it(WORKING, "made_safe not_found"),
    _row(Who.WORKER, WORKING, "made_safe not_found"),
    _row(Who.CLERK, WORKING, "not_found join correct"),
    _row(Who.CLERK, [S.IN_HAND], "raise put_to_meeting"),
    _row(Who.CLERK, [S.REPORTED], "correct"),
    _row(Who.CLERK, [S.DISPATCHED], "urge"),
    _row(Who.CLERK, [S.IN_HAND], "urge", when=lambda case: not case.is_paused, group="work"),
    _row(Who.CLERK, [S.REPORTED, *WORKING], "split"),
    _row(Who.CLERK, [S.OPENED, S.DISPATCHED], "undo_split"),  # untouched may be so
    _row(Who.OFFICER, WORKING, "not_ours wont_do"),
    *map(_while_it_runs, _whoever_has_it([S.IN_HAND], "request_extension")),
    _row(Who.OFFICER, [S.IN_HAND], "carry_forward", when=lambda case: not case.is_paused, group="work"),
    _row(Who.OFFICER, [S.IN_HAND], "resume", when=lambda case: case.is_paused, group="work"),
    _row(Who.CLERK, [S.IN_HAND], "resume", when=lambda case: case.is_paused, group="work"),
    _row(
        Who.OFFICER,
        [S.IN_HAND],
        "approve_extension refuse_extension",
        when=lambda case: case.extension_asked,
        group="work",
    ),
    _row(
        Who.OFFICER, [S.TO_CHECK], "pass_check fail_check", when=lambda case: case.handler is not Who.OFFICER
    ),
    _row(Who.CLERK, [S.TO_CHECK], "pass_check fail_check", when=lambda case: case.handler is not Who.CLERK),
    _row(Who.REPORTER, [S.TO_CONFIRM], "satisfied unsatisfied"),
    _row(Who.CLERK, [S.TO_CONFIRM], "satisfied unsatisfied call_back"),
    _row(Who.OFFICER, [S.TO_CONFIRM], "uphold", when=lambda case: case.is_objected),
    _row(Who.CLERK, [S.CLOSED], "undo_join", when=lambda case: case.before is not None and case.in_time),
    _row(Who.CLERK, [S.CLOSED], "reopen", when=lambda case: case.ending is not Ending.DUPLICATE),
    _row(Who.OFFICER, [S.CLOSED], "reopen", when=lambda case: case.ending is not Ending.DUPLICATE),
    _row(Who.REPORTER, [S.CLOSED], "reopen", when=_may_reopen),
    _row(Who.REPORTER, OPEN, "add urge"),
    _row(Who.CLERK, [state for state in State if state is not S.TO_CONFIRM], "call_back"),
    _row(Who.CLOCK, State, "relocate"),
    _row(Who.CLOCK, [S.DISPATCHED, S.IN_HAND], "hand_over"),
    *(_row(who, OPEN, "note") for who in STAFF),
)


def lacking(case: Case, is_reported: bool, outcomes: Iterable[Outcome], scope: Scope) -> str:
    """A sentence about somebody who cannot do what he must be able to do with this case; "" when all can."""
    can = {(one.step.who, one.step.event) for one in outcomes}
    for one in ABILITIES:
        if case.state not in one.states or (one.group and not getattr(scope, one.group)):
            continue
        if not one.when(case) or (one.who is Who.REPORTER and not is_reported):
            continue
        if lacks := sorted(event for event in one.events if (one.who, event) not in can):
            return f"{one.who} can do in {case.state.value}: {', '.join(lacks)}"
    if case.state is not S.CLOSED:
        for act in sorted(acts(case, scope)):
            if (Who.CLOCK, act) not in can:
                return f"I2: the timer can {act} in {case.state.value}"
    return ""
