"""Every state, arrow and ending of a case, as rows. PURE. Buttons, docs/states.md and the all-pairs test read the same rows.

Source: design §4 (states, who acts next, leaves by), I3, I4, I9.
"""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from gezhi.kernel.refusal import Missing, NotFromHere, NotYours


class State(StrEnum):
    REPORTED = "reported"  # 已上报
    ASKED = "asked"  # 待补充
    OPENED = "opened"  # 已立案
    DISPATCHED = "dispatched"  # 已派遣
    IN_HAND = "in_hand"  # 处置中
    TO_CHECK = "to_check"  # 待核查
    TO_CONFIRM = "to_confirm"  # 待回访
    CLOSED = "closed"  # 已结案


class Level(StrEnum):
    """Where it is being solved. Only goes up, with a reason."""

    GRID = "grid"
    COMPOUND = "compound"
    COMMUNITY = "community"
    SUBDISTRICT = "subdistrict"
    DISTRICT = "district"


class Ending(StrEnum):
    SOLVED = "solved"
    SOLVED_ON_SPOT_UNCHECKED = "solved_on_spot_unchecked"
    NOT_FOUND = "not_found"
    NO_LONGER_THERE = "no_longer_there"
    NOT_OURS = "not_ours"
    WONT_DO = "wont_do"
    DUPLICATE = "duplicate"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"


class Role(StrEnum):
    """What an actor is to one case (not what post he holds): `policy.roles_for` says which."""

    REPORTER = "reporter"  # holds a tracking code of a report on it
    DESK = "desk"  # the desk that accepts it and calls back
    HANDLER = "handler"  # of the accountable party
    LEADER = "leader"  # hands work out within it: manager, clerk, officer
    GRID_WORKER = "grid_worker"  # grid or property worker whose area it lies in
    CHECKER = "checker"  # may check, did not handle this round, is not of the party complained of
    APPROVER = "approver"  # the officer above
    SUPERVISOR = "supervisor"  # the same, of another party than the accountable one
    SYSTEM = "system"  # the clock, a change of company, a routing rule


READS_ALL = frozenset({Role.DESK, Role.APPROVER})


def reads_full_words(roles: Set[Role]) -> bool:
    """Whether who is this to a case reads what a reporter said as he said it; everybody else reads the desk's wording of it."""
    return not READS_ALL.isdisjoint(roles)


class Fact(StrEnum):
    """What lies on file, or is so, at the moment of a move."""

    PLACE = "place"
    CATEGORY = "category"
    NOTE = "note"
    REASON = "reason"
    ANSWER = "answer"
    PARTY = "party"
    INTO = "into"
    UNTIL = "until"
    ON_SITE = "on_site"
    PHOTO_AFTER = "photo_after"
    PROOF = "proof"
    VERDICT = "verdict"
    PERSON = "person"
    # circumstances: nobody hands them in
    DRAWN = "drawn"  # the re-check draw fell on it
    UNDRAWN = "undrawn"
    ASKABLE = "askable"  # a reporter can be asked
    UNASKABLE = "unaskable"
    FIRST_RETURN = "first_return"
    SECOND_RETURN = "second_return"
    LATER_RETURN = "later_return"
    EXTENSION_ASKED = "extension_asked"
    PAUSED = "paused"
    RUNNING = "running"
    OBJECTED = "objected"  # the reporter said no and the desk has not reviewed it
    UNOBJECTED = "unobjected"
    REOPENABLE = "reopenable"  # ended otherwise than by joining another case
    JUST_CLOSED = "just_closed"  # closed no longer ago than the office lets a reporter object
    WAS_REPORTED = "was_reported"  # joined into another case within a day, from this state
    WAS_OPENED = "was_opened"
    WAS_DISPATCHED = "was_dispatched"
    WAS_IN_HAND = "was_in_hand"
    CALLED = "called"  # somebody on the desk's call-back list was rung up
    UNTOUCHED = "untouched"  # split off within a day, and nobody has worked on it yet
    ALL_IN = "all_in"  # no task of another party is open on it
    SUPERVISED = "supervised"  # a level above waits for an answer


HANDED_IN = frozenset(
    {Fact.PLACE, Fact.CATEGORY, Fact.NOTE, Fact.REASON, Fact.ANSWER, Fact.PARTY, Fact.INTO, Fact.UNTIL}
    | {Fact.ON_SITE, Fact.PHOTO_AFTER, Fact.PROOF, Fact.VERDICT, Fact.PERSON}
)
CIRCUMSTANCES = frozenset(Fact) - HANDED_IN
BEGINS_ANEW = frozenset({"return", "hand_over"})  # a stage of its own even where the state stays
LEAVES_CLOCK = frozenset(
    {"remind", "escalate", "note", "add", "call_back", "relocate", "split"}
    | {"assign", "supervise", "report_back", "supervision_late"}
)  # the stage's deadline stays


@dataclass(frozen=True, slots=True)
class Arrow:
    """One move that may be made: event, from, to, who, what must be on file, and under which circumstances this row holds.

    claims: closing keeps the ending that the handler claimed (solved, not found, no longer there).
    next_round: the work begins anew; every check of an earlier round is stale.
    """

    event: str
    source: State
    target: State
    who: frozenset[Role]
    needs: frozenset[Fact] = frozenset()
    when: frozenset[Fact] = frozenset()
    ending: Ending | None = None
    claims: bool = False
    next_round: bool = False

    @property
    def closes(self) -> bool:
        """Whether it ends the case. What is said about a closed case afterwards does not end it again."""
        return self.target is State.CLOSED and self.source is not State.CLOSED


def _arrow(
    event: str,
    source: State,
    target: State,
    who: Set[Role],
    needs: Set[Fact] = frozenset(),
    when: Set[Fact] = frozenset(),
    ending: Ending | None = None,
    claims: bool = False,
    next_round: bool = False,
) -> Arrow:
    return Arrow(
        event, source, target, frozenset(who), frozenset(needs), frozenset(when), ending, claims, next_round
    )


def _each(
    event: str,
    sources: tuple[State, ...],
    who: Set[Role],
    needs: Set[Fact] = frozenset(),
    when: Set[Fact] = frozenset(),
) -> tuple[Arrow, ...]:
    """The same deed in several states, changing none."""
    return tuple(_arrow(event, state, state, who, needs, when) for state in sources)


S, R, F, E = State, Role, Fact, Ending
WORKING = (S.OPENED, S.DISPATCHED, S.IN_HAND)
ACCEPTED = (*WORKING, S.TO_CHECK, S.TO_CONFIRM)
OPEN = tuple(state for state in State if state is not S.CLOSED)
UNASKED = tuple(state for state in State if state is not S.TO_CONFIRM)
STAFF = {R.DESK, R.HANDLER, R.CHECKER, R.APPROVER, R.GRID_WORKER}

ARROWS: tuple[Arrow, ...] = (
    # event            from          to            who                         needs on file                  when
    _arrow("accept", S.REPORTED, S.OPENED, {R.DESK, R.GRID_WORKER}, {F.PLACE, F.CATEGORY}),
    _arrow("ask", S.REPORTED, S.ASKED, {R.DESK}, {F.NOTE}, {F.ASKABLE}),
    _arrow("answer", S.ASKED, S.REPORTED, {R.REPORTER, R.DESK}, {F.ANSWER}),
    _arrow("ask_lapses", S.ASKED, S.REPORTED, {R.SYSTEM}),
    _arrow("decline", S.REPORTED, S.CLOSED, {R.DESK}, {F.REASON}, ending=E.DECLINED),
    _arrow("dispatch", S.OPENED, S.DISPATCHED, {R.DESK, R.SYSTEM}, {F.PARTY}),  # by the desk or by a rule
    _arrow(
        "dispatch", S.IN_HAND, S.DISPATCHED, {R.SYSTEM}, {F.PARTY}
    ),  # by a rule: reopened, and nobody had it
    _arrow("take", S.DISPATCHED, S.IN_HAND, {R.HANDLER}),
    _arrow(
        "solve_on_spot",
        S.OPENED,
        S.CLOSED,
        {R.GRID_WORKER},
        {F.PHOTO_AFTER, F.ON_SITE},
        {F.UNDRAWN, F.ALL_IN},
        ending=E.SOLVED_ON_SPOT_UNCHECKED,
    ),
    _arrow(
        "solve_on_spot",
        S.OPENED,
        S.TO_CHECK,
        {R.GRID_WORKER},
        {F.PHOTO_AFTER, F.ON_SITE},
        {F.DRAWN, F.ALL_IN},
    ),
    _arrow("done", S.IN_HAND, S.TO_CHECK, {R.HANDLER}, {F.PROOF}, {F.ALL_IN}),
    _arrow("pass_check", S.TO_CHECK, S.TO_CONFIRM, {R.CHECKER}, {F.VERDICT}, {F.ASKABLE}),
    _arrow("pass_check", S.TO_CHECK, S.CLOSED, {R.CHECKER}, {F.VERDICT}, {F.UNASKABLE}, claims=True),
    _arrow("fail_check", S.TO_CHECK, S.IN_HAND, {R.CHECKER}, {F.VERDICT, F.REASON}, next_round=True),
    _arrow("satisfied", S.TO_CONFIRM, S.CLOSED, {R.REPORTER, R.DESK}, claims=True),
    _arrow("unsatisfied", S.TO_CONFIRM, S.TO_CONFIRM, {R.REPORTER}, {F.REASON}),
    _arrow("unsatisfied", S.TO_CONFIRM, S.IN_HAND, {R.DESK}, {F.REASON}, next_round=True),
    _arrow("uphold", S.TO_CONFIRM, S.CLOSED, {R.APPROVER}, {F.REASON}, {F.OBJECTED}, claims=True),
    _arrow("confirm_lapses", S.TO_CONFIRM, S.CLOSED, {R.SYSTEM}, when={F.UNOBJECTED}, ending=E.NO_ANSWER),
    _arrow("call_back", S.TO_CONFIRM, S.TO_CONFIRM, {R.DESK}, {F.NOTE}),
    _arrow("return", S.DISPATCHED, S.OPENED, {R.HANDLER}, {F.REASON}, {F.FIRST_RETURN}),
    _arrow(
        "return", S.DISPATCHED, S.OPENED, {R.HANDLER}, {F.REASON}, {F.SECOND_RETURN}
    ),  # a joint site visit is booked
    _arrow("return", S.DISPATCHED, S.DISPATCHED, {R.HANDLER}, {F.REASON}, {F.LATER_RETURN}),  # one level up
    _arrow("undo_dispatch", S.DISPATCHED, S.OPENED, {R.DESK}),
    _arrow("raise", S.IN_HAND, S.DISPATCHED, {R.HANDLER, R.DESK}, {F.REASON, F.PARTY}),
    _arrow("put_to_meeting", S.IN_HAND, S.IN_HAND, {R.HANDLER, R.DESK}, {F.NOTE, F.UNTIL}),
    _arrow("request_extension", S.IN_HAND, S.IN_HAND, {R.HANDLER}, {F.REASON, F.UNTIL}, {F.RUNNING}),
    _arrow("approve_extension", S.IN_HAND, S.IN_HAND, {R.APPROVER}, set(), {F.EXTENSION_ASKED}),
    _arrow("refuse_extension", S.IN_HAND, S.IN_HAND, {R.APPROVER}, {F.REASON}, {F.EXTENSION_ASKED}),
    _arrow("carry_forward", S.IN_HAND, S.IN_HAND, {R.APPROVER}, {F.REASON, F.UNTIL}, {F.RUNNING}),
    _arrow("resume", S.IN_HAND, S.IN_HAND, {R.HANDLER, R.DESK, R.APPROVER, R.SYSTEM}, set(), {F.PAUSED}),
    *(
        _arrow("not_found", state, S.TO_CHECK, {R.HANDLER, R.GRID_WORKER, R.DESK}, {F.NOTE}, {F.ALL_IN})
        for state in WORKING
    ),
    *(_arrow("not_ours", state, S.CLOSED, {R.APPROVER}, {F.REASON}, ending=E.NOT_OURS) for state in WORKING),
    *(_arrow("wont_do", state, S.CLOSED, {R.APPROVER}, {F.REASON}, ending=E.WONT_DO) for state in WORKING),
    *(
        _arrow("join", state, S.CLOSED, {R.DESK}, {F.INTO}, {F.ALL_IN}, ending=E.DUPLICATE)
        for state in (S.REPORTED, *WORKING)
    ),
    # a second matter in it becomes a case of its own, linked to this one
    *_each("split", (S.REPORTED, *WORKING), {R.DESK}, {F.PLACE, F.CATEGORY}),
    *(
        _arrow("undo_split", state, S.CLOSED, {R.DESK}, when={F.UNTOUCHED}, ending=E.DUPLICATE)
        for state in (S.OPENED, S.DISPATCHED)
    ),
    _arrow("undo_join", S.CLOSED, S.REPORTED, {R.DESK}, when={F.WAS_REPORTED}),
    _arrow("undo_join", S.CLOSED, S.OPENED, {R.DESK}, when={F.WAS_OPENED}),
    _arrow("undo_join", S.CLOSED, S.DISPATCHED, {R.DESK}, when={F.WAS_DISPATCHED}),
    _arrow("undo_join", S.CLOSED, S.IN_HAND, {R.DESK}, when={F.WAS_IN_HAND}),
    _arrow("reopen", S.CLOSED, S.IN_HAND, {R.DESK, R.APPROVER}, {F.REASON}, {F.REOPENABLE}, next_round=True),
    _arrow("reopen", S.CLOSED, S.IN_HAND, {R.REPORTER}, {F.REASON}, {F.JUST_CLOSED}, next_round=True),
    # a change of property company, or a party that closes, moves open work the same day
    _arrow("hand_over", S.DISPATCHED, S.DISPATCHED, {R.SYSTEM}, {F.PARTY}),
    _arrow("hand_over", S.IN_HAND, S.DISPATCHED, {R.SYSTEM}, {F.PARTY}),
    # its place came under another parent or into another grid cell; a closed case is found there, too
    *_each("relocate", tuple(State), {R.SYSTEM}, {F.PLACE}),
    *_each("correct", (S.REPORTED, S.OPENED, S.DISPATCHED, S.IN_HAND), {R.DESK}),
    *_each("made_safe", WORKING, {R.HANDLER, R.GRID_WORKER}, {F.NOTE}),
    *_each("note", OPEN, STAFF, {F.NOTE}),
    # what was said on the phone about something else than the result; of a closed case, too
    *_each("call_back", UNASKED, {R.DESK}, {F.NOTE}, {F.CALLED}),
    *_each("add", OPEN, {R.REPORTER}, {F.ANSWER}),
    *_each("urge", OPEN, {R.REPORTER}),
    *_each("urge", (S.DISPATCHED, S.IN_HAND), {R.DESK}, when={F.RUNNING}),  # whoever has it, by the desk
    # who of the accountable party has it
    *_each("assign", (S.DISPATCHED, S.IN_HAND), {R.LEADER, R.SYSTEM}, {F.PERSON}),
    # a level above asks for an answer by a day; one at a time
    *_each("supervise", ACCEPTED, {R.SUPERVISOR}, {F.NOTE, F.UNTIL}),
    *_each("report_back", ACCEPTED, {R.HANDLER, R.DESK}, {F.NOTE}, {F.SUPERVISED}),
    *_each("supervision_late", ACCEPTED, {R.SYSTEM}, when={F.SUPERVISED}),
    *_each("remind", OPEN, {R.SYSTEM}),
    *_each("escalate", OPEN, {R.SYSTEM}, {F.PARTY}),
)

EVENTS = tuple(dict.fromkeys(arrow.event for arrow in ARROWS))
QUIET = (
    "not_found",
    "not_ours",
    "wont_do",
    "decline",
    "split",
    "undo_split",
    "join",
    "undo_join",
    "undo_dispatch",
    "carry_forward",
    "correct",
    "urge",
    "assign",
    "supervise",
    "note",
)


def decide(state: State, event: str, *, roles: Set[Role], facts: Set[Fact]) -> Arrow:
    """The arrow that this move takes. Raises NotFromHere, NotYours or Missing; an unknown event is a ValueError."""
    if event not in EVENTS:
        raise ValueError(f"unknown event {event!r}")
    drawn = [arrow for arrow in ARROWS if arrow.event == event and arrow.source is state]
    if not drawn:
        raise NotFromHere(state=state.value, event=event)
    mine = [arrow for arrow in drawn if arrow.who & roles]
    if not mine:
        raise NotYours(state=state.value, event=event)
    fitting = [arrow for arrow in mine if arrow.when <= facts]
    if not fitting:
        raise NotFromHere("circumstances", state=state.value, event=event)
    chosen = max(
        fitting, key=lambda arrow: arrow.target is not state
    )  # of two roles, the one that moves the case
    if lacking := chosen.needs - facts:
        raise Missing(lacking)
    return chosen


@dataclass(frozen=True, slots=True)
class Offer:
    """One button: the event and what the form must still bring."""

    event: str
    needs: tuple[str, ...]
    quiet: bool


def offers(state: State, *, roles: Set[Role], circumstances: Set[Fact]) -> tuple[Offer, ...]:
    """What this actor may do now: most likely first, the rare and grave ones last."""
    found: dict[str, Offer] = {}
    for arrow in ARROWS:
        if arrow.source is state and arrow.who & roles and arrow.when <= circumstances:
            needs = tuple(sorted(need.value for need in arrow.needs))
            found.setdefault(arrow.event, Offer(arrow.event, needs, arrow.event in QUIET))
    order = {event: place for place, event in enumerate(QUIET)}
    return tuple(sorted(found.values(), key=lambda offer: order.get(offer.event, -1)))
