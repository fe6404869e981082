"""Both clocks of a case, the deadline of its present stage, and the next moment its timer acts. PURE.

Source: design §4 "Two clocks per case", I2, I10. Minutes are working minutes of the accountable party's calendar, unless the
limit runs day and night. Clocks start at receipt, not at signing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gezhi.cases.lifecycle import State
from gezhi.kernel.worktime import ROUND_THE_CLOCK, WORKING_DAY_MINUTES, Pause, WorkCalendar, due_at

NEARLY = 4  # a quarter is left
WAITS_FOR_REPORTER = frozenset({State.ASKED, State.TO_CONFIRM})


class Act(StrEnum):
    """What the timer does when it fires."""

    REMIND = "remind"
    ESCALATE = "escalate"
    ASK_LAPSES = "ask_lapses"
    CONFIRM_LAPSES = "confirm_lapses"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Limits:
    """The two limits of a condition in minutes; `round_*`: counted day and night. None: that clock does not run."""

    make_safe: int | None = None
    round_make_safe: bool = False
    fix: int | None = None
    round_fix: bool = False


@dataclass(frozen=True, slots=True)
class StageLimits:
    """The office's own limits: working minutes for accepting, taking, checking; days for asking and confirming."""

    accept: int
    take: int
    check: int
    ask_days: int
    confirm_days: int
    remind_percent: int
    escalation: int


@dataclass(frozen=True, slots=True)
class Clocks:
    """Due moments (UTC). provisional: a year without a published holiday table lies between."""

    make_safe: datetime | None
    fix: datetime | None
    provisional: bool = False


def clocks(
    received_at: datetime, limits: Limits, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> Clocks:
    """Both clocks from the receipt. An open pause stops both: no due moment then."""
    safe, unsure_safe = _due(received_at, limits.make_safe, limits.round_make_safe, calendar, pauses)
    fix, unsure_fix = _due(received_at, limits.fix, limits.round_fix, calendar, pauses)
    return Clocks(safe, fix, unsure_safe or unsure_fix)


def _due(
    start: datetime, minutes: int | None, is_round: bool, calendar: WorkCalendar, pauses: Sequence[Pause]
) -> tuple[datetime | None, bool]:
    if minutes is None:
        return None, False
    found = due_at(start, minutes, ROUND_THE_CLOCK if is_round else calendar, tuple(pauses))
    return (None, False) if found is None else (found.at, found.provisional)


def stage_due(
    state: State, entered_at: datetime, fix: datetime | None, limits: StageLimits, calendar: WorkCalendar
) -> datetime:
    """By when whoever acts next must have moved the case out of this state."""
    match state:
        case State.REPORTED:
            return _working(entered_at, limits.accept, calendar)
        case State.ASKED:
            return _working(entered_at, limits.ask_days * WORKING_DAY_MINUTES, calendar)
        case State.OPENED | State.DISPATCHED:
            return _earliest(_working(entered_at, limits.take, calendar), fix)
        case State.IN_HAND:
            return fix or _working(entered_at, limits.check, calendar)
        case State.TO_CHECK:
            return _working(entered_at, limits.check, calendar)
        case State.TO_CONFIRM:
            return entered_at + timedelta(days=limits.confirm_days)
        case State.CLOSED:
            raise ValueError("a closed case has no deadline")


def earliest(
    state: State,
    *,
    stage: datetime,
    fix: datetime | None,
    make_safe: datetime | None,
    review: datetime | None,
    order: datetime | None,
) -> datetime:
    """The deadline that counts now. make_safe: unless it was made safe. order: by when an order from above is to be answered.

    Both clocks of a case run from its receipt, so they count before anybody has sorted it: what the reporter is promised raises the alarm.
    While we wait for the reporter, or it stands carried forward, an order's clock does not cut that short: neither the answer nor the
    review day is the issuer's. It runs on all the same, on the page of orders.
    """
    if review is not None:
        return review
    if state in WAITS_FOR_REPORTER:
        return stage
    is_open_work = state in {State.REPORTED, State.OPENED, State.DISPATCHED, State.IN_HAND}
    return _earliest(stage, order, fix if is_open_work else None, make_safe if is_open_work else None)


def is_nearly_due(begun_at: datetime, due: datetime, at: datetime) -> bool:
    """Whether less than a quarter of its time is left, by the wall clock: a limit of hours is not "soon" as it begins.

    begun_at: the receipt for the two clocks of a case, else when its present stage began. `lists.listed` asks the same
    of the table.
    """
    return (due - at) * NEARLY < due - begun_at


def _working(start: datetime, minutes: int, calendar: WorkCalendar) -> datetime:
    found = due_at(start, minutes, calendar)
    if found is None:
        raise ValueError("nothing is due while a pause is open")
    return found.at


def _earliest(*moments: datetime | None) -> datetime:
    return min(moment for moment in moments if moment is not None)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the timer looks at: the stage and its clocks, how often it escalated in this round, and whether it is paused.

    due: the earliest deadline that still counts. ladder_ended: the last rung, a person, has it; from then on he is reminded daily.
    """

    state: State
    entered_at: datetime
    due: datetime
    is_paused: bool = False
    review_at: datetime | None = None
    has_objection: bool = False
    reminded: bool = False
    last_escalated_at: datetime | None = None
    ladder_ended: bool = False


def reminding_at(entered_at: datetime, due: datetime, limits: StageLimits) -> datetime:
    """When so much of the time of a stage is used up that it is worth a word; of what was overdue as it began, at once."""
    return entered_at + max(due - entered_at, timedelta()) * limits.remind_percent / 100


def next_act(standing: Standing, limits: StageLimits, calendar: WorkCalendar) -> tuple[datetime, Act]:
    """When the timer must act next on an open case, and what it will do. Total: an open case always has a next act."""
    if standing.is_paused:
        return standing.review_at or standing.due, Act.RESUME
    if standing.state is State.ASKED:
        return standing.due, Act.ASK_LAPSES
    if standing.state is State.TO_CONFIRM and not standing.has_objection:
        return standing.due, Act.CONFIRM_LAPSES
    if not standing.reminded:
        return reminding_at(standing.entered_at, standing.due, limits), Act.REMIND
    if standing.last_escalated_at is None:
        return standing.due, Act.ESCALATE
    if standing.ladder_ended:
        tomorrow = _working(standing.last_escalated_at, WORKING_DAY_MINUTES, calendar)
        return max(standing.due, tomorrow), Act.REMIND
    later = _working(standing.last_escalated_at, limits.escalation, calendar)
    return max(standing.due, later), Act.ESCALATE
