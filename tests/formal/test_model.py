"""The table of arrows in every world that can be reached: cases, reports, people, the clock, a crash, a doubled message (I1–I4, I9–I12).

Pure but for the product's own words that are compared at the end; what is held and what is left out: docs/adr/0017-model-of-the-loop.md.
"""

from dataclasses import fields
from itertools import product

import pytest

from gezhi.cases import lifecycle, policy
from gezhi.cases.effects import EFFECTS as PRODUCT
from gezhi.cases.lifecycle import ARROWS, CIRCUMSTANCES, EVENTS, Arrow, Ending, Role, State
from gezhi.cases.models import Case as Row
from gezhi.cases.telling import what_to_tell
from gezhi.kernel.actor import Actor, ActorKind, Duty, Post
from gezhi.kernel.ids import uuid7
from tests.formal import explore as explorer
from tests.formal import steps, world
from tests.formal.explore import explore
from tests.formal.steps import EFFECTS, PLAIN
from tests.formal.world import JOINS, PAIR, POST, SCOPES, SILENT, STAFF, WORK, Case, Party, Scope, Who

MODELLED = "the model does not know what it does: say so in tests/formal/steps.py (EFFECTS, or PLAIN where only the state changes)"


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name.replace(" ", "-"))
def test_every_promise_holds_in_every_world_that_can_be_reached(scope: Scope) -> None:
    found = explore(scope)
    assert found.broken is None, str(found.broken)
    assert set(found.onward) == set(found.came)  # a fixpoint: everything was looked at, and leads nowhere new
    reached = {case.state for one in found.came for case in one.cases}
    assert set(State) - reached == (set() if any(scope.askable) else {State.ASKED, State.TO_CONFIRM})


def test_every_row_is_walked_and_every_ending_reached() -> None:
    """A row that nobody can take would make its promises hold by themselves."""
    walked, endings = set[Arrow](), set[Ending | None]()
    for scope in (WORK, SILENT):
        for one in explore(scope).came:
            for number, case in enumerate(one.cases):
                outcomes = steps.moves(case, number in one.lies_at, scope)
                walked |= {outcome.step.arrow for outcome in outcomes if outcome.step.arrow}
                endings |= {outcome.then.ending for outcome in outcomes}
    never = {(arrow.event, arrow.source) for arrow in ARROWS if arrow not in walked}
    assert never == {
        ("remind", State.ASKED),
        ("escalate", State.ASKED),
    }  # there the timer only lets the silence lapse
    assert set(Ending) - endings == {Ending.NO_LONGER_THERE}  # claimed as "not found" is, by the same move


# ---- what the model must know of the table; a new row, fact or column comes in by itself or fails here ----


@pytest.mark.parametrize("event", EVENTS)
def test_the_model_knows_what_every_event_does(event: str) -> None:
    assert (event in EFFECTS) != (event in PLAIN), f"{event}: {MODELLED}"


def test_what_is_plain_in_the_model_is_plain_enough_in_the_product() -> None:
    """What these write is left out on purpose (places, meetings, urges counted, when it was made safe, checked)."""
    said = {"accept", "correct", "relocate", "put_to_meeting", "made_safe", "urge", "fail_check", "split"}
    said |= {"supervise", "report_back", "supervision_late"}
    assert PLAIN & set(PRODUCT) == said, MODELLED
    assert set(PRODUCT) - PLAIN == set(EFFECTS) - (set(EFFECTS) - set(PRODUCT)), MODELLED


def test_the_model_knows_every_circumstance_role_and_column() -> None:
    known = {*steps.RETURN_FACTS, *steps.JOINED_FROM.values(), *map(lifecycle.Fact, TWO_WAYS.split())}
    assert known == CIRCUMSTANCES, "say in tests/formal/steps.py when it is so"
    assert {one.name for one in fields(Arrow)} == set(COLUMNS.split()), (
        "say in `steps.arrive` what the column does"
    )
    roles = frozenset[Role]().union(
        *(world.roles_of(who, Case(lead=p), scope=WORK) for who, p in product(Who, Party))
    )
    assert roles == set(Role), "say in `world.roles_of` who is it"


TWO_WAYS = "drawn undrawn askable unaskable extension_asked paused running objected unobjected reopenable just_closed called untouched all_in supervised"
COLUMNS = "event source target who needs when ending claims next_round"


def test_the_people_of_the_model_are_to_a_case_what_the_policy_says() -> None:
    parties, accounts = (
        {p: uuid7(1, n) for n, p in enumerate(Party)},
        {w: uuid7(2, n) for n, w in enumerate(STAFF)},
    )
    posts = {
        Who.WORKER: Post(Duty.WORKER, parties[Party.COMPANY], "/1/"),
        Who.CLERK: Post(Duty.CLERK, parties[Party.DESK], "/1/"),
        Who.OFFICER: Post(Duty.OFFICER, parties[Party.OFFICE], "/1/"),
    }
    for who, lead, handler in product(STAFF, Party, (None, *STAFF)):
        actor = Actor(ActorKind.ACCOUNT, accounts[who], who.value, (posts[who],))
        row = Row(
            jurisdiction_id=uuid7(3, 1),
            place_path="/1/2/",
            desk_id=parties[Party.DESK],
            lead_id=parties[lead],
        )
        row.handler_id = accounts[handler] if handler else None
        modelled = world.roles_of(who, Case(lead=lead, handler=handler), scope=WORK)
        assert policy.roles_for(actor, row) == modelled, (who, lead, handler)


def test_the_model_tells_the_reporter_what_the_product_tells() -> None:
    for arrow in ARROWS:
        step = steps.Step(arrow.event, 0, Who.CLERK, arrow)
        assert steps.tells(step) == bool(what_to_tell(arrow.event, arrow.source, arrow.target)), arrow


# ---- twins: what is switched off is noticed, with the shortest way to it ----


def test_twin_a_crash_that_loses_the_message_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "_delivery", lambda now, message: iter(()))
    assert str(explore(POST).broken) == (
        "I12: a message that was queued is sent (the post of one case), broken by:\n1. case 0: Sun accept → opened"
    )


def test_twin_a_message_marked_before_it_is_sent_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(now, message):
        yield (
            steps.Step("marks, then dies", 0, Who.CLOCK),
            now._replace(post=message._replace(is_marked=True)),
        )

    monkeypatch.setattr(steps, "_delivery", careless)
    broken = explore(POST).broken
    assert broken is not None
    assert (broken.promise, len(broken.trace)) == (
        "I12: a message that counts as sent was got, maybe twice",
        2,
    )


def test_twin_an_undo_that_brings_back_its_own_report_only_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(steps, "came_with", lambda cases, number: frozenset({number}))
    assert str(explore(JOINS).broken).split("\n") == [
        "I11: a report is where the joins of its case lead (joins of three cases, one reporter cannot be asked), broken by:",
        "1. case 0: Chen join into case 1 → closed",
        "2. case 1: Chen join into case 2 → closed",
        "3. case 1: Chen undo_join → reported",
    ]


def test_twin_a_case_that_joins_a_closed_one_makes_a_circle_and_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = steps.after

    def anywhere(now, number, outcome, scope):
        if outcome.step.event == "join":
            step = outcome.step._replace(case=number, into=1 - number)
            yield step, steps._joined(now, number, 1 - number, outcome.then)
        else:
            yield from drawn(now, number, outcome, scope)

    monkeypatch.setattr(steps, "after", anywhere)
    broken = explore(PAIR).broken
    assert broken is not None
    assert broken.promise == "I11: joins make no circle"


def test_twin_without_its_ways_back_everything_is_a_dead_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last proof of all, that everything can be closed, can fail: no step on to_confirm leads anywhere."""
    found = explore(WORK)
    for one in found.onward:
        found.onward[one] = {then for then in found.onward[one] if then.cases[0].state is not State.CLOSED}
    broken = explorer._dead_end(found)
    assert broken is not None
    assert (broken.promise, broken.trace) == ("no dead end: everything can be closed", ())
