"""Put a case's clocks and its timer where its state, condition and accountable party say. Reads catalogue and parties."""

from datetime import datetime
from uuid import UUID

from gezhi.cases.deadlines import (
    Limits,
    StageLimits,
    Standing,
    clocks,
    earliest,
    next_act,
    reminding_at,
    stage_due,
)
from gezhi.cases.lifecycle import State
from gezhi.cases.line import CaseLine
from gezhi.cases.models import Case, Pause
from gezhi.catalogue import queries as catalogue
from gezhi.journal import outbox
from gezhi.kernel import worktime
from gezhi.parties import queries as parties
from gezhi.tenancy.prepared import Prepared

TIMER = "case.timer"  # the errand kind of a case's one timer; its key is the case's id


def stage_limits() -> StageLimits:
    """The office's own limits, from its rules."""
    return StageLimits(
        accept=catalogue.rule("accept_minutes"),
        take=catalogue.rule("take_minutes"),
        check=catalogue.rule("check_minutes"),
        ask_days=catalogue.rule("ask_working_days"),
        confirm_days=catalogue.rule("confirm_days"),
        remind_percent=catalogue.rule("remind_percent"),
        escalation=catalogue.rule("escalation_minutes"),
    )


def calendar_of(case: Case) -> worktime.WorkCalendar:
    """The calendar of whoever must act."""
    return _calendar(case, acting_party(case))


def acting_party(case: Case | CaseLine) -> UUID:
    """Whoever is late when the case is: the desk while it is checked and confirmed, else the accountable party."""
    found: UUID = case.desk_id if case.state in {State.TO_CHECK, State.TO_CONFIRM} else case.lead_id
    return found


def remember_calendars(case: Case, known: dict[UUID, str]) -> None:
    """Share what is known of parties' calendars (codes by party) between the cases of one batch."""
    case.__dict__["_calendar_codes"] = known


def remember_calendar(case: Case, party: parties.PartyRow) -> None:
    """Who was just looked up need not be asked for its calendar again."""
    case.__dict__.setdefault("_calendar_codes", {})[party.id] = party.calendar


def _calendar(case: Case, party: UUID) -> worktime.WorkCalendar:
    """Remembered on the row while one deed is done: the same party is asked for several times."""
    known: dict[UUID, str] = case.__dict__.setdefault("_calendar_codes", {})
    if party not in known:
        known[party] = parties.party(party).calendar
    return catalogue.calendar(known[party])


def limits_of(case: Case | CaseLine) -> Limits:
    """The limits of the case's opening condition; none as long as nobody has named a category. Where that one has no clock for making safe,
    the danger its words speak of has: its own make-safe limit, or where the whole is a matter of hours, that.
    """
    return limits_for(case.condition_id, case.feared_id)


def limits_for(condition_id: UUID | None, feared_id: UUID | None) -> Limits:
    """As `limits_of`, before there is a case."""
    own = catalogue.condition(condition_id) if condition_id else None
    feared = catalogue.condition(feared_id) if feared_id else None
    safe, fix = own.make_safe if own else None, own.fix if own else None
    if safe is None and feared is not None:
        safe = feared.make_safe or feared.fix
    return Limits(
        make_safe=safe.minutes if safe else None,
        round_make_safe=bool(safe and safe.clock == "round"),
        fix=fix.minutes if fix else None,
        round_fix=bool(fix and fix.clock == "round"),
    )


def set_clocks(case: Case) -> None:
    """Both clocks anew from the receipt with all pauses; an approved extension is never shortened."""
    found = clocks(case.received_at, limits_of(case), _calendar(case, case.lead_id), pauses_of(case))
    case.make_safe_due, case.is_provisional = found.make_safe, found.provisional
    fix, extended = found.fix, case.extended_to
    case.fix_due = max(fix, extended) if fix and extended else fix


def pauses_of(case: Case) -> tuple[worktime.Pause, ...]:
    """Pauses so far as values, open ones without end; a case that never stood in hand has none."""
    if case.state == State.REPORTED or case._state.adding:
        return ()
    return tuple(worktime.Pause(start, end) for start, end in _PAUSES.rows(case.id))


_PAUSES = Prepared(
    lambda case: (
        Pause.objects.filter(case_id=case).order_by("started_at").values_list("started_at", "ended_at")
    )
)


def end_pause(case: Case, at: datetime) -> None:
    """Whatever moves a paused case on ends its pause: a timer that waits for the review day would act on nothing else."""
    if case.review_at is not None:
        Pause.objects.filter(case=case, ended_at=None).update(ended_at=at)
        case.review_at = None
        set_clocks(case)


def set_stage(case: Case, at: datetime) -> None:
    """Deadline of the present stage and the earliest of all that count; the reminder starts anew. A closed case has none.

    at: of the deed. What was near or past as it was done is no news to whoever did it: reminded of is what comes near later.
    """
    if case.state == State.CLOSED:
        case.stage_due = case.due_at = None
        return
    limits = stage_limits()
    case.stage_due = stage_due(State(case.state), case.entered_at, case.fix_due, limits, calendar_of(case))
    case.due_at = _earliest(case, case.stage_due)
    case.reminded_at = at if reminding_at(case.entered_at, case.due_at, limits) <= at else None


def go_on_from(case: Case, entered_at: datetime) -> None:
    """The present stage goes on as it began at a moment before: what was taken back gives it no new time."""
    case.entered_at = entered_at
    case.stage_due = stage_due(State(case.state), entered_at, case.fix_due, stage_limits(), calendar_of(case))
    case.due_at = _earliest(case, case.stage_due)


def put_order_due(case: Case, due: datetime | None) -> None:
    """By when the issuer of its most urgent order wants an answer. What falls due sooner by it is reminded of anew."""
    case.order_due = due
    if case.stage_due is None or case.due_at is None:
        return
    was, case.due_at = case.due_at, _earliest(case, case.stage_due)
    if case.due_at < was:
        case.reminded_at = None


def due(case: Case) -> datetime | None:
    """Where the deadline of an open case belongs by what stands in its row; None where its stage has none."""
    return _earliest(case, case.stage_due) if case.stage_due else None


def _earliest(case: Case, stage: datetime) -> datetime:
    fix, safe = case.fix_due, None if case.made_safe_at else case.make_safe_due
    if case.state == State.REPORTED:  # what ran out while the reporter was asked leaves the desk its own time
        fix, safe = (due if due and due > case.entered_at else None for due in (fix, safe))
    return earliest(
        State(case.state),
        stage=stage,
        fix=fix,
        make_safe=safe,
        review=case.review_at,
        order=case.order_due,
    )


def timer_at(case: Case) -> datetime:
    """When the timer of an open case must act next."""
    return next_act(standing(case), stage_limits(), calendar_of(case))[0]


def following(case: Case) -> outbox.Following:
    """The one timer of a case that was just opened."""
    return outbox.Following(TIMER, str(case.id), timer_at(case), subject=("case", case.id))


def standing(case: Case) -> Standing:
    """The case as its timer sees it. The case is open."""
    if case.due_at is None:
        raise ValueError("a closed case has no timer")
    return Standing(
        state=State(case.state),
        entered_at=case.entered_at,
        due=case.due_at,
        is_paused=case.review_at is not None,
        review_at=case.review_at,
        has_objection=case.has_objection,
        reminded=case.reminded_at is not None,
        last_escalated_at=case.last_escalated_at,
        ladder_ended=case.ladder_ended,
    )
