"""What may happen next in the world of the model, and what becomes of it. The table decides: `lifecycle.decide` over the arrows in force.

Effects are said again, in two words each, beside the product's own (`cases/effects.py`, `cases/actions._arrive`); the state machine
over the real database (tests/cases/test_machine.py) is what shows that the product does the same.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from typing import NamedTuple

from gezhi.cases import lifecycle
from gezhi.cases.deadlines import Act, StageLimits, Standing, next_act
from gezhi.cases.facts import REPORTER_MAY_REOPEN
from gezhi.cases.lifecycle import Arrow, Ending, Fact, Role, State, decide
from gezhi.kernel.refusal import Refusal
from gezhi.kernel.worktime import ROUND_THE_CLOCK
from gezhi.routing.ladder import rung
from tests.formal.world import (
    ELSEWHERE,
    MOST_RETURNS,
    MOST_RUNGS,
    PERSON_OF,
    STAFF,
    Case,
    Clock,
    Message,
    Party,
    Scope,
    Who,
    World,
    held,
    roles_of,
)

LIMITS = StageLimits(60, 60, 60, 5, 7, 80, 60)
BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
DUE, NOW = BEGAN + timedelta(days=1), BEGAN + timedelta(days=30)
RETURN_FACTS = (Fact.FIRST_RETURN, Fact.SECOND_RETURN, Fact.LATER_RETURN)
JOINED_FROM = {
    State.REPORTED: Fact.WAS_REPORTED,
    State.OPENED: Fact.WAS_OPENED,
    State.DISPATCHED: Fact.WAS_DISPATCHED,
    State.IN_HAND: Fact.WAS_IN_HAND,
}
JOINING = frozenset({"join", "undo_join", "undo_split"})  # these move reports between cases
TELLS = frozenset(
    {"ask", "approve_extension", "carry_forward", "split", "undo_join"}
)  # besides what opens, comes to confirm, closes, reopens


class Step(NamedTuple):
    """Who made which move on which case, with what in hand. into: the case joined. `event` names what is no move of a case, too."""

    event: str
    case: int
    who: Who
    arrow: Arrow | None = None
    roles: frozenset[Role] = frozenset()
    brought: frozenset[Fact] = frozenset()
    into: int | None = None
    party: Party | None = None

    def __str__(self) -> str:
        towards = f" → {self.arrow.target.value}" if self.arrow else ""
        beside = (
            f" into case {self.into}" if self.into is not None else f" to {self.party}" if self.party else ""
        )
        return f"case {self.case}: {self.who} {self.event}{beside}{towards}"


@contextmanager
def in_force(arrows: tuple[Arrow, ...]) -> Iterator[None]:
    """Let `decide` read these rows instead of the product's."""
    before = lifecycle.ARROWS, lifecycle.EVENTS
    lifecycle.ARROWS, lifecycle.EVENTS = arrows, tuple(dict.fromkeys(arrow.event for arrow in arrows))
    _forget()
    try:
        yield
    finally:
        lifecycle.ARROWS, lifecycle.EVENTS = before
        _forget()


def _forget() -> None:
    for remembering in (taken, moves, ways_on, _looked_at):
        remembering.cache_clear()


@cache
def taken(
    state: State, event: str, roles: frozenset[Role], circumstances: frozenset[Fact]
) -> tuple[Arrow, ...]:
    """The arrows that `decide` takes for somebody who brings what a row asks for and no more."""
    drawn = [arrow for arrow in lifecycle.ARROWS if arrow.event == event and arrow.source is state]
    found: dict[Arrow, None] = {}
    for arrow in drawn:
        try:
            found[decide(state, event, roles=roles, facts=circumstances | arrow.needs)] = None
        except Refusal:
            continue
    return tuple(found)


def circumstances(case: Case, scope: Scope) -> Iterator[frozenset[Fact]]:
    """What may be so about the case now: as `facts.circumstances`; what the scope does not hold, both ways."""
    asked = {Fact.EXTENSION_ASKED}
    always = {Fact.ASKABLE if case.is_askable else Fact.UNASKABLE, Fact.CALLED}
    if case.ending is not None:
        always |= _after_closing(case)
    ways: list[tuple[set[Fact], ...]] = [({Fact.DRAWN}, {Fact.UNDRAWN}), ({Fact.UNTOUCHED}, set())]
    ways += [({Fact.ALL_IN}, set()), ({Fact.SUPERVISED}, set())]
    if scope.work:
        always |= {RETURN_FACTS[min(case.returns, MOST_RETURNS)]} | (asked if case.extension_asked else set())
    else:
        ways += [tuple({fact} for fact in RETURN_FACTS), (asked, set())]
    if scope.work or scope.clock:
        always |= {Fact.PAUSED if case.is_paused else Fact.RUNNING}
        always |= {Fact.OBJECTED if case.is_objected else Fact.UNOBJECTED}
    else:
        ways += [({Fact.PAUSED}, {Fact.RUNNING}), ({Fact.OBJECTED}, {Fact.UNOBJECTED})]
    asked_for = _looked_at(case.state)
    found = {frozenset(always.union(*one) & asked_for) for one in product(*ways)}
    yield from sorted(found, key=sorted)  # in an order that every process goes through


@cache
def _looked_at(state: State) -> frozenset[Fact]:
    """What any row from here looks at: two circumstances that differ elsewhere are one."""
    return frozenset(fact for arrow in lifecycle.ARROWS if arrow.source is state for fact in arrow.when)


def _after_closing(case: Case) -> set[Fact]:
    found = set() if case.ending is Ending.DUPLICATE else {Fact.REOPENABLE}
    if case.in_time and case.ending in REPORTER_MAY_REOPEN:
        found.add(Fact.JUST_CLOSED)
    if case.in_time and case.ending is Ending.DUPLICATE and case.before in JOINED_FROM:
        found.add(JOINED_FROM[case.before])
    return found


# ---- what each event changes besides the state ----

Effect = Callable[[Case, Step], Case]


def _give(case: Case, step: Step) -> Case:
    return case._replace(lead=step.party or case.lead, handler=None, is_paused=False)


def _give_back(case: Case, step: Step) -> Case:
    lead = Party.OFFICE if case.returns >= MOST_RETURNS else Party.DESK
    return case._replace(lead=lead, handler=None, returns=min(case.returns + 1, MOST_RETURNS))


def _claim(ending: Ending) -> Effect:
    def claim(case: Case, step: Step) -> Case:
        proved = bool(step.brought & {Fact.PROOF, Fact.PHOTO_AFTER}) or ending is Ending.NOT_FOUND
        return case._replace(handler=step.who, claim=ending, proved=proved, is_paused=False)

    return claim


def _escalate(case: Case, step: Step) -> Case:
    ladder = rung(tuple(range(MOST_RUNGS)), case.clock.rungs)
    rungs = min(case.clock.rungs + 1, MOST_RUNGS)
    return case._replace(clock=case.clock._replace(rungs=rungs, has_ended=ladder.is_end))


def _object(case: Case, step: Step) -> Case:
    return case._replace(is_objected=step.arrow is not None and step.arrow.target is State.TO_CONFIRM)


EFFECTS: dict[str, Effect] = {
    "dispatch": _give,
    "raise": _give,
    "hand_over": _give,
    "undo_dispatch": lambda case, step: case._replace(lead=Party.DESK, handler=None),
    "take": lambda case, step: case._replace(handler=step.who),
    "assign": lambda case, step: case._replace(handler=PERSON_OF[case.lead]),
    "return": _give_back,
    "solve_on_spot": _claim(Ending.SOLVED),
    "done": _claim(Ending.SOLVED),
    "not_found": _claim(Ending.NOT_FOUND),
    "pass_check": lambda case, step: case._replace(checker=step.who),
    "satisfied": lambda case, step: case._replace(is_confirmed=True, is_objected=False),
    "unsatisfied": _object,
    "request_extension": lambda case, step: case._replace(extension_asked=True),
    "approve_extension": lambda case, step: case._replace(extension_asked=False),
    "refuse_extension": lambda case, step: case._replace(extension_asked=False),
    "carry_forward": lambda case, step: case._replace(is_paused=True),
    "resume": lambda case, step: case._replace(is_paused=False),
    "not_ours": lambda case, step: case._replace(is_paused=False),
    "wont_do": lambda case, step: case._replace(is_paused=False),
    "join": lambda case, step: case._replace(before=case.state, is_paused=False),
    "undo_split": lambda case, step: case._replace(before=None),  # goes back to an open case for good
    "undo_join": lambda case, step: case._replace(into=None, before=None),
    "reopen": lambda case, step: case._replace(is_confirmed=False),
    "remind": lambda case, step: case,
    "escalate": _escalate,
}
# Only the journal, the state and what `_arrive` sets change, as far as the model looks.
PLAIN = frozenset(
    {
        "accept",
        "ask",
        "answer",
        "ask_lapses",
        "decline",
        "fail_check",
        "uphold",
        "confirm_lapses",
        "call_back",
    }
    | {"put_to_meeting", "relocate", "correct", "made_safe", "note", "add", "urge", "split"}
    | {"supervise", "report_back", "supervision_late"}
)


def arrive(case: Case, arrow: Arrow) -> Case:
    """As `actions._arrive`: round, ending and the stage's clock as the row says."""
    is_move = arrow.target is not arrow.source or arrow.event in lifecycle.BEGINS_ANEW
    case = case._replace(state=arrow.target)
    if arrow.next_round:
        case = case._replace(checker=None, is_confirmed=False, is_objected=False, claim=None, proved=False)
        case = case._replace(clock=Clock())
    if arrow.closes:
        ending = arrow.ending or case.claim or Ending.SOLVED
        case = case._replace(ending=ending, in_time=True)
    elif arrow.source is State.CLOSED and is_move:
        case = case._replace(ending=None, in_time=False)
    if arrow.source is State.IN_HAND and arrow.target is not State.IN_HAND:
        case = case._replace(extension_asked=False)
    if is_move or arrow.event not in lifecycle.LEAVES_CLOCK:
        case = case._replace(clock=case.clock._replace(reminded=False))
    if arrow.event == "remind":
        case = case._replace(clock=case.clock._replace(reminded=True))
    return case


# ---- what may happen ----


def acts(case: Case, scope: Scope) -> frozenset[str]:
    """What the timer may do when its moment has come: `deadlines.next_act` says it."""
    clocks = (
        [case.clock] if scope.clock else [Clock(), Clock(True), Clock(True, 1), Clock(True, MOST_RUNGS, True)]
    )
    if scope.work or scope.clock:
        flags = [(case.is_paused, case.is_objected)]
    else:
        flags = list(product((False, case.state is State.IN_HAND), (False, case.state is State.TO_CONFIRM)))
    found = {_act(case.state, clock, *flag) for clock in clocks for flag in flags}
    return frozenset(act.value for act in found)


@cache
def _act(state: State, clock: Clock, is_paused: bool, is_objected: bool) -> Act:
    standing = Standing(
        state,
        BEGAN,
        DUE,
        is_paused,
        DUE if is_paused else None,
        is_objected,
        clock.reminded,
        DUE if clock.rungs else None,
        clock.has_ended,
    )
    return next_act(standing, LIMITS, ROUND_THE_CLOCK)[1]


class Outcome(NamedTuple):
    """A move and what it makes of the case itself. A join is aimed at no case yet: what it does to the other is the world's."""

    step: Step
    then: Case


@cache
def moves(case: Case, is_reported: bool, scope: Scope) -> tuple[Outcome, ...]:
    """Every move that anybody may make on a case. is_reported: it has a report, so that there is a reporter."""
    by_clock = acts(case, scope) if case.state is not State.CLOSED else frozenset()
    found: dict[Outcome, None] = {}
    for who in (*STAFF, *([Who.REPORTER] if is_reported else []), Who.CLOCK):
        roles = roles_of(who, case, scope=scope)
        for event, so in product(lifecycle.EVENTS, list(circumstances(case, scope))):
            if who is Who.CLOCK and event in set(Act) and event not in by_clock:
                continue
            for arrow in taken(case.state, event, roles, so):
                for step in _aimed(Step(event, 0, who, arrow, roles, arrow.needs | so)):
                    effect = EFFECTS.get(event)
                    found[Outcome(step, arrive(effect(case, step) if effect else case, arrow))] = None
    return tuple(found)


@cache
def ways_on(case: Case, is_reported: bool, scope: Scope) -> tuple[Outcome, ...]:
    """The moves that lead to different worlds, the first of each; what changes nothing that is held leads nowhere."""
    found: dict[tuple[Case, str, bool], Outcome] = {}
    for outcome in moves(case, is_reported, scope):
        then, step = held(outcome.then, scope), outcome.step
        is_told = scope.post and tells(step)
        if then != case or is_told:
            found.setdefault((then, step.event if step.event in JOINING else "", is_told), outcome)
    return tuple(found.values())


def _aimed(step: Step) -> Iterator[Step]:
    """To every party that it may be sent to."""
    if step.event in {"dispatch", "raise", "hand_over"}:
        yield from (step._replace(party=party) for party in (Party.COMPANY, Party.OFFICE))
    else:
        yield step


def _put(world: World, number: int, case: Case) -> World:
    return world._replace(cases=(*world.cases[:number], case, *world.cases[number + 1 :]))


def after(world: World, number: int, outcome: Outcome, scope: Scope) -> Iterator[tuple[Step, World]]:
    """The world after a move on one of its cases: one, or of a join one for each case that it may be aimed at."""
    step = outcome.step._replace(case=number)
    if step.event in {"join", "undo_split"}:
        others = [n for n, other in enumerate(world.cases) if n != number and other.state is not State.CLOSED]
        for into in others or [ELSEWHERE] * (len(world.cases) == 1):
            yield step._replace(into=into), _joined(world, number, into, outcome.then)
    elif step.event == "undo_join" and world.cases[number].into != ELSEWHERE:
        yield step, _released(world, number, outcome.then, scope)
    else:
        yield step, _put(world, number, outcome.then)


def _joined(world: World, number: int, into: int, then: Case) -> World:
    """The reports move to the other case, and with them whether somebody can be asked."""
    world = _put(world, number, then._replace(into=into))
    if into == ELSEWHERE:
        return world
    other = world.cases[into]
    world = _put(world, into, other._replace(is_askable=other.is_askable or then.is_askable))
    return world._replace(lies_at=tuple([into if at == number else at for at in world.lies_at]))


def _released(world: World, number: int, then: Case, scope: Scope) -> World:
    """Its reports come back, with those of the cases that had joined it; whoever is left where they were can be asked or not."""
    world = _put(world, number, then)
    back = came_with(world.cases, number)
    lies_at = tuple([number if report in back else at for report, at in enumerate(world.lies_at)])
    for place in {number, *(world.lies_at[report] for report in back)}:
        is_askable = any(scope.askable[report] for report, at in enumerate(lies_at) if at == place)
        world = _put(world, place, world.cases[place]._replace(is_askable=is_askable))
    return world._replace(lies_at=lies_at)


def came_with(cases: tuple[Case, ...], number: int) -> frozenset[int]:
    """The case and all that joined it, one after the other: whose reports it had."""
    found = {number}
    while more := {n for n, case in enumerate(cases) if case.into in found} - found:
        found |= more
    return frozenset(found)


def tells(step: Step) -> bool:
    """Whether the reporter hears of this move (`telling.what_to_tell` is the product's own word; a test compares)."""
    arrow = step.arrow
    if arrow is None:
        return False
    if arrow.source is not arrow.target and arrow.target in {State.CLOSED, State.TO_CONFIRM}:
        return True
    return step.event in TELLS | {"accept", "reopen"}


def happenings(world: World, scope: Scope) -> Iterator[tuple[Step, World]]:
    """All that may happen next, with what becomes of it."""
    for number, case in enumerate(world.cases):
        for outcome in ways_on(case, number in world.lies_at, scope):
            for step, then in after(world, number, outcome, scope):
                yield step, then
                if scope.post and world.post is None and tells(step):
                    yield step, then._replace(post=Message(number))
        if case.in_time:
            yield Step("days pass", number, Who.CLOCK), _put(world, number, case._replace(in_time=False))
    if world.post is not None and not world.post.is_marked:
        yield from _delivery(world, world.post)


def _delivery(world: World, message: Message) -> Iterator[tuple[Step, World]]:
    """The worker sends the row that was committed with the move, and marks it; or dies in between, or before."""
    sent = message._replace(copies=min(message.copies + 1, 2))
    yield Step("sends, then dies", message.case, Who.CLOCK), world._replace(post=sent)
    yield Step("sends and marks", message.case, Who.CLOCK), world._replace(post=sent._replace(is_marked=True))
