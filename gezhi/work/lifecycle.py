"""Every state and arrow of a task, as rows. PURE. Buttons, docs/states.md and the all-pairs test read the same rows. Source: ADR 0040."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from gezhi.kernel.refusal import Missing, NotFromHere, NotYours


class TaskState(StrEnum):
    SENT = "sent"  # 已派
    TAKEN = "taken"  # 已接
    RETURNED = "returned"  # 已退回
    DONE = "done"  # 已办
    ENDED = "ended"  # 已收回


class TaskRole(StrEnum):
    """What an actor is to one task: `policy.roles_for` says which."""

    OWNER = "owner"  # handlers and desk of its case; of a task without a case the people of its owner
    HAND = "hand"  # whoever works for its party, or holds its living link
    HEAD = "head"  # hands work out within its party: manager, clerk, officer
    ABOVE = "above"  # the officer who covers the place
    SYSTEM = "system"


class TaskFact(StrEnum):
    """What lies on file, or is so, at the moment of a move."""

    NOTE = "note"
    REASON = "reason"
    WHY = "why"
    PARTY = "party"
    PERSON = "person"
    UNTIL = "until"
    PROOF = "proof"
    # circumstances: nobody hands them in
    FIRST_RETURN = "first_return"
    SECOND_RETURN = "second_return"
    LATER_RETURN = "later_return"  # and somebody stands above
    NOBODY_ABOVE = "nobody_above"  # a later return at the top
    FREE = "free"  # what it needs is done
    TIME_ASKED = "time_asked"
    CASE_OPEN = "case_open"  # its case is at work, or it has none


CIRCUMSTANCES = frozenset(
    {
        TaskFact.FIRST_RETURN,
        TaskFact.SECOND_RETURN,
        TaskFact.LATER_RETURN,
        TaskFact.NOBODY_ABOVE,
        TaskFact.FREE,
        TaskFact.TIME_ASKED,
        TaskFact.CASE_OPEN,
    }
)
STARTS_ANEW = frozenset(
    {"return", "resend", "hand_over"}
)  # another has it: nobody has answered or was reminded yet


@dataclass(frozen=True, slots=True)
class TaskArrow:
    """One move that may be made. next_round: the work begins anew."""

    event: str
    source: TaskState
    target: TaskState
    who: frozenset[TaskRole]
    needs: frozenset[TaskFact] = frozenset()
    when: frozenset[TaskFact] = frozenset()
    next_round: bool = False


def _arrow(
    event: str,
    source: TaskState,
    target: TaskState,
    who: Set[TaskRole],
    needs: Set[TaskFact] = frozenset(),
    when: Set[TaskFact] = frozenset(),
    next_round: bool = False,
) -> TaskArrow:
    return TaskArrow(event, source, target, frozenset(who), frozenset(needs), frozenset(when), next_round)


def _each(
    event: str,
    sources: tuple[TaskState, ...],
    who: Set[TaskRole],
    needs: Set[TaskFact] = frozenset(),
    when: Set[TaskFact] = frozenset(),
    target: TaskState | None = None,
) -> tuple[TaskArrow, ...]:
    """The same deed in several states; without a target it changes none."""
    return tuple(_arrow(event, one, target or one, who, needs, when) for one in sources)


S, R, F = TaskState, TaskRole, TaskFact
AT_WORK = (S.SENT, S.TAKEN)
OPEN = (S.SENT, S.TAKEN, S.RETURNED)
OVER = (S.DONE, S.ENDED)
BACK = {F.WHY, F.REASON}

TASK_ARROWS: tuple[TaskArrow, ...] = (
    # event            from           to          who                    needs on file     when
    _arrow("take", S.SENT, S.TAKEN, {R.HAND}),
    *_each("finish", AT_WORK, {R.HAND}, {F.PROOF}, {F.FREE}, target=S.DONE),
    *_each("progress", AT_WORK, {R.HAND}, {F.NOTE}),
    *_each("made_safe", AT_WORK, {R.HAND}, {F.NOTE}),
    *_each("ask_time", AT_WORK, {R.HAND}, {F.REASON, F.UNTIL}),
    *_each("return", AT_WORK, {R.HAND}, BACK, {F.FIRST_RETURN}, target=S.RETURNED),
    # a joint site visit of all parties is booked
    *_each("return", AT_WORK, {R.HAND}, BACK, {F.SECOND_RETURN}, target=S.RETURNED),
    # one level up, never down; where nobody stands above it waits for whoever set it
    *_each("return", AT_WORK, {R.HAND}, BACK, {F.LATER_RETURN}, target=S.SENT),
    *_each("return", AT_WORK, {R.HAND}, BACK, {F.NOBODY_ABOVE}, target=S.RETURNED),
    *_each("assign", AT_WORK, {R.HEAD, R.SYSTEM}, {F.PERSON}),
    *_each("grant_time", AT_WORK, {R.OWNER}, when={F.TIME_ASKED}),
    *_each("refuse_time", AT_WORK, {R.OWNER}, {F.REASON}, {F.TIME_ASKED}),
    *_each("urge", AT_WORK, {R.OWNER}),
    _arrow("resend", S.RETURNED, S.SENT, {R.OWNER}, {F.PARTY}),
    _arrow("send_back", S.DONE, S.TAKEN, {R.OWNER}, {F.REASON}, {F.CASE_OPEN}, next_round=True),
    *_each("call_off", OPEN, {R.OWNER, R.ABOVE}, {F.REASON}, target=S.ENDED),
    *_each("case_ended", OPEN, {R.SYSTEM}, target=S.ENDED),
    # a change of company moves open work the same day
    *_each("hand_over", AT_WORK, {R.SYSTEM}, {F.PARTY}, target=S.SENT),
    # what comes after the end is kept and moves nothing
    *_each("late_answer", OVER, {R.HAND}, {F.NOTE}),
    *_each("note", tuple(TaskState), {R.OWNER, R.HAND, R.ABOVE}, {F.NOTE}),
    *_each("remind", OPEN, {R.SYSTEM}),
    *_each("escalate", OPEN, {R.SYSTEM}, {F.PARTY}),
)

EVENTS = tuple(dict.fromkeys(arrow.event for arrow in TASK_ARROWS))
QUIET = ("return", "call_off", "ask_time", "assign", "urge", "made_safe", "progress", "late_answer", "note")


def decide(state: TaskState, event: str, *, roles: Set[TaskRole], facts: Set[TaskFact]) -> TaskArrow:
    """The arrow that this move takes. Raises NotFromHere, NotYours or Missing; an unknown event is a ValueError."""
    if event not in EVENTS:
        raise ValueError(f"unknown event {event!r}")
    drawn = [arrow for arrow in TASK_ARROWS if arrow.event == event and arrow.source is state]
    if not drawn:
        raise NotFromHere("task_not_from_here", state=state.value, event=event)
    mine = [arrow for arrow in drawn if arrow.who & roles]
    if not mine:
        raise NotYours(state=state.value, event=event)
    fitting = [arrow for arrow in mine if arrow.when <= facts]
    if not fitting:
        code = "task_blocked" if event == "finish" else "task_not_from_here"
        raise NotFromHere(code, state=state.value, event=event)
    if lacking := fitting[0].needs - facts:
        raise Missing(lacking)
    return fitting[0]


@dataclass(frozen=True, slots=True)
class TaskOffer:
    """One button: the event and what the form must still bring."""

    event: str
    needs: tuple[str, ...]
    quiet: bool


def offers(state: TaskState, *, roles: Set[TaskRole], circumstances: Set[TaskFact]) -> tuple[TaskOffer, ...]:
    """What this actor may do now: most likely first, the rare and grave ones last."""
    found: dict[str, TaskOffer] = {}
    for arrow in TASK_ARROWS:
        if arrow.source is state and arrow.who & roles and arrow.when <= circumstances:
            needs = tuple(sorted(need.value for need in arrow.needs))
            found.setdefault(arrow.event, TaskOffer(arrow.event, needs, arrow.event in QUIET))
    order = {event: place for place, event in enumerate(QUIET)}
    return tuple(sorted(found.values(), key=lambda offer: order.get(offer.event, -1)))
