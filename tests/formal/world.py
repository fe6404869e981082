"""The world of the model: three cases, three people of the office, reporters and the clock, as values. PURE: no database, no clock.

What a case remembers is what the arrows and their effects look at, no more: rounds as "of this round or not", moments as "still
in time or not". What is held and what is left out: docs/adr/0017-model-of-the-loop.md.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from itertools import permutations
from typing import NamedTuple

from gezhi.cases.facts import REPORTER_MAY_REOPEN
from gezhi.cases.lifecycle import Ending, Role, State


class Who(StrEnum):
    """Who makes a step. A reporter is whoever holds a report of the case."""

    REPORTER = "Lin"
    WORKER = "Sun"  # of the company that a case is dispatched to; he covers the ground
    CLERK = "Chen"  # of the desk
    OFFICER = "Zhou"  # of the office above: approves, checks, stands at the end of the ladder
    CLOCK = "the clock"


STAFF = (Who.WORKER, Who.CLERK, Who.OFFICER)


class Party(StrEnum):
    DESK = "the desk"
    COMPANY = "the company"
    OFFICE = "the office above"


PARTY_OF = {Who.WORKER: Party.COMPANY, Who.CLERK: Party.DESK, Who.OFFICER: Party.OFFICE}
PERSON_OF = {party: who for who, party in PARTY_OF.items()}
ELSEWHERE = -1  # a case outside the model that a lonely case may join
MOST_RETURNS = 2  # "two or more": from here each return goes up
MOST_RUNGS = 3  # the ladder's parties: whoever has it, the desk, the office above


class Clock(NamedTuple):
    """What the timer looks at besides the state. rungs: escalations of this round. has_ended: a person has it."""

    reminded: bool = False
    rungs: int = 0
    has_ended: bool = False


class Case(NamedTuple):
    """One case. claim, checker, is_confirmed: of the round in hand. proved: what lay on file for the claim.

    in_time: it was closed so lately that an undo, or a reporter's no, is still in time. into: the case it joined.
    """

    state: State = State.REPORTED
    lead: Party = Party.DESK
    handler: Who | None = None
    is_askable: bool = True
    claim: Ending | None = None
    proved: bool = False
    checker: Who | None = None
    is_confirmed: bool = False
    is_objected: bool = False
    returns: int = 0
    extension_asked: bool = False
    is_paused: bool = False
    clock: Clock = Clock()
    ending: Ending | None = None
    into: int | None = None
    before: State | None = None
    in_time: bool = False


class Message(NamedTuple):
    """One message among all that were ever queued, followed from its commit on. copies: how many of it the reporter got (2 = more).

    is_marked: the worker wrote down that it was sent. A crash between sending and marking sends it again, with the same id.
    """

    case: int
    copies: int = 0
    is_marked: bool = False


class World(NamedTuple):
    """cases; lies_at: the case that each report belongs to (report i opened case i); post: the message that is followed."""

    cases: tuple[Case, ...]
    lies_at: tuple[int, ...]
    post: Message | None = None


class Scope(NamedTuple):
    """What one exploration holds. What it does not hold may be so or not at every step: more can happen than in the product.

    work: who has it, who handled, claims, proof, checks, returns, extensions and pauses. clock: reminders and the ladder. post:
    one message.
    askable: of each case, whether the one who reported it can be asked.
    """

    name: str
    askable: tuple[bool, ...]
    work: bool = False
    clock: bool = False
    post: bool = False

    def start(self) -> World:
        """Every report has just opened its case."""
        cases = tuple(Case(is_askable=one) for one in self.askable)
        return World(cases, tuple(range(len(cases))))


WORK = Scope("the work on one case", (True,), work=True)
SILENT = Scope("the work on a case with nobody to ask", (False,), work=True)
CLOCK = Scope("the clock of one case", (True,), clock=True)
POST = Scope("the post of one case", (True,), post=True)
JOINS = Scope("joins of three cases, one reporter cannot be asked", (True, True, False))
PAIR = Scope("joins of two cases", (True, False))
SCOPES = (WORK, SILENT, CLOCK, POST, JOINS)


def roles_of(who: Who, case: Case, *, scope: Scope) -> frozenset[Role]:
    """As `policy.roles_for` gives them to the model's people; a test compares. Handlers that are not held are anybody."""
    if who is Who.CLOCK:
        return frozenset({Role.SYSTEM})
    if who is Who.REPORTER:
        return frozenset({Role.REPORTER})
    found = {
        Who.WORKER: {Role.GRID_WORKER},
        Who.CLERK: {Role.DESK, Role.CHECKER},
        Who.OFFICER: {Role.DESK, Role.APPROVER, Role.CHECKER},
    }[who]
    if not scope.work or case.lead is PARTY_OF[who]:
        found = found | {Role.HANDLER} | ({Role.LEADER} if who is not Who.WORKER else set())
    if who is Who.OFFICER and not (scope.work and case.lead is Party.OFFICE):
        found = found | {Role.SUPERVISOR}
    if scope.work and case.handler is who:
        found = found - {Role.CHECKER}
    return frozenset(found)


@cache
def held(case: Case, scope: Scope) -> Case:
    """The case without what this scope does not hold, and without what no arrow will ask for again."""
    if not scope.work:
        case = case._replace(lead=Party.DESK, handler=None, claim=None, proved=False, checker=None)
        case = case._replace(is_confirmed=False, returns=0, extension_asked=False, ending=_like(case.ending))
        case = case._replace(in_time=case.in_time and case.ending is not Ending.WONT_DO)
        if not scope.clock:
            case = case._replace(is_paused=False, is_objected=False)
    return case if scope.clock else case._replace(clock=Clock())


def _like(ending: Ending | None) -> Ending | None:
    """One ending for all that can be taken up again alike."""
    if ending is None or ending is Ending.DUPLICATE:
        return ending
    return Ending.SOLVED if ending in REPORTER_MAY_REOPEN else Ending.WONT_DO


def canonical(world: World, scope: Scope) -> World:
    """One world for all that differ only in which of like cases is called the first."""
    world = world._replace(cases=tuple([held(case, scope) for case in world.cases]))
    if len(world.cases) < 3:
        return world
    return min((_renamed(world, order) for order in _orders(scope.askable)), key=_key)


@cache
def _orders(askable: tuple[bool, ...]) -> tuple[tuple[int, ...], ...]:
    """Every way to call the cases by each other's numbers in which nobody notices."""
    orders = permutations(range(len(askable)))
    return tuple(
        order for order in orders if all(askable[old] == one for old, one in zip(order, askable, strict=True))
    )


def _renamed(world: World, order: tuple[int, ...]) -> World:
    if order == tuple(range(len(order))):
        return world
    name = {ELSEWHERE: ELSEWHERE} | {old: new for new, old in enumerate(order)}
    cases = tuple([_aimed_anew(world.cases[old], name) for old in order])
    post = world.post and world.post._replace(case=name[world.post.case])
    return World(cases, tuple([name[world.lies_at[old]] for old in order]), post)


def _aimed_anew(case: Case, name: Mapping[int, int]) -> Case:
    return case if case.into is None else case._replace(into=name[case.into])


def _key(world: World) -> tuple[object, ...]:
    return tuple([_word(case) for case in world.cases]), world.lies_at


@cache
def _word(case: Case) -> str:
    return repr(case)
