"""What each event changes on a case besides its state. One small function per event, called by `actions.advance` only.

Each takes the locked case and the deed, and sets fields; side rows (pauses) are written here too, in the same transaction.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from gezhi.cases import urging, whys
from gezhi.cases.complaint import keep_from_company
from gezhi.cases.doing import Doing, future
from gezhi.cases.facts import is_drawn
from gezhi.cases.joining import join, undo_join
from gezhi.cases.lifecycle import Ending, Level, State
from gezhi.cases.models import Case, Escalation, Pause
from gezhi.cases.move import Move
from gezhi.cases.network import supervising
from gezhi.cases.putback import stood_before
from gezhi.cases.siting import put_at, wake_where_its_place_is
from gezhi.cases.sorting import put_into, put_under
from gezhi.cases.splitting import split, undo_split
from gezhi.cases.spots import remember_spot
from gezhi.cases.timing import calendar_of, end_pause, remember_calendar, set_clocks, set_stage
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import ActorKind, Duty
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.kernel.worktime import WORKING_DAY_MINUTES, due_at
from gezhi.parties import queries as parties

LEVEL_OF_PARTY = {
    "grid_team": Level.GRID,
    "volunteers": Level.GRID,
    "property": Level.COMPOUND,
    "owners": Level.COMPOUND,
    "community": Level.COMMUNITY,
    "subdistrict": Level.SUBDISTRICT,
    "agency": Level.DISTRICT,
    "utility": Level.DISTRICT,
}


AT_WORK = frozenset({Duty.WORKER, Duty.MANAGER, Duty.CLERK, Duty.OFFICER})
Effect = Callable[[Case, Doing], None]


def correct(case: Case, doing: Doing) -> None:
    """Put the case at a place, into a category or under a condition; clocks follow what changed."""
    move, was = doing.move, (case.place_id, case.category_id)
    if move.place and move.place != case.place_id:
        put_at(case, move.place, doing.at)
    if move.category and move.category != case.category_id:
        put_into(case, move.category)
    if move.condition and move.condition != case.condition_id:
        put_under(case, move.condition)
    if (case.place_id, case.category_id) != was:
        keep_from_company(case)
    is_elsewhere = (case.place_id, case.category_id) != was and case.state != State.REPORTED
    if is_elsewhere or move.came_back_from:
        remember_spot(case, actor=doing.actor, at=doing.at, said=move.came_back_from)
    set_clocks(case)


def relocate(case: Case, doing: Doing) -> None:
    """Its place was moved: the copies follow, and where another desk answers now, the clocks follow that one.

    What complains of a company stays about the one that served the place where it stood.
    """
    lead = case.lead_id
    if case.place_id is not None:
        put_at(case, case.place_id, doing.at)
    if case.lead_id != lead:
        set_clocks(case)
        set_stage(case, doing.at)


def accept(case: Case, doing: Doing) -> None:
    """Place and category are settled, if need be in the same breath; what came back is linked to what was solved here before."""
    correct(case, doing)
    remember_spot(case, actor=doing.actor, at=doing.at, said=doing.move.came_back_from)


def dispatch(case: Case, doing: Doing) -> None:
    """Make another party accountable; the clocks follow its calendar. Never the company complained of."""
    end_pause(case, doing.at)
    _give_to(case, doing.move)


def raise_to(case: Case, doing: Doing) -> None:
    """Make a party higher up, or another one, accountable. Raises Invalid("party", "has_it") for whoever has it already."""
    if doing.move.party == case.lead_id:
        raise Invalid("party", "has_it")
    dispatch(case, doing)


def _give_to(case: Case, move: Move) -> None:
    """Raises Invalid("party", missing | complained_of | unknown | closed)."""
    if move.party is None:
        raise Invalid("party", "missing")
    if move.party == case.complained_of_id:
        raise Invalid("party", "complained_of")
    try:
        party = parties.party(move.party)
    except NotFound:
        raise Invalid("party", "unknown") from None
    if party.closed_on is not None:
        raise Invalid("party", "closed")
    remember_calendar(case, party)
    case.lead_id, case.handler_id = party.id, None
    case.level = higher(case.level, LEVEL_OF_PARTY.get(party.kind, Level.COMMUNITY))
    set_clocks(case)


def higher(now: str, asked: Level) -> str:
    """The level only goes up."""
    order = list(Level)
    return max(Level(now), asked, key=order.index).value


def undo_dispatch(case: Case, doing: Doing) -> None:
    """Back to the desk, with the clocks that stood before the dispatch."""
    doing.stood = stood_before(case, "dispatch")
    case.lead_id, case.handler_id = case.desk_id, None
    set_clocks(case)


def take(case: Case, doing: Doing) -> None:
    """Somebody of the accountable party has it now."""
    case.handler_id = doing.actor.id


def assign(case: Case, doing: Doing) -> None:
    """Somebody of the accountable party is named; a worker names himself by taking it. Raises Invalid("person", "not_of_party"). 1 query."""
    there = {one.account_id for one in parties.people(case.lead_id, doing.at) if one.duty in AT_WORK}
    if doing.move.person not in there:
        raise Invalid("person", "not_of_party")
    case.handler_id = doing.move.person


def give_back(case: Case, doing: Doing) -> None:
    """First return: to the desk. Second: and a joint site visit is booked. Later: one level up, not back."""
    doing.facts["why"] = whys.judged(doing.move.why)
    case.returns += 1
    if case.returns > 2:
        above = parties.party(_one_higher(case))
        case.lead_id, case.handler_id = above.id, None
        case.level = higher(case.level, LEVEL_OF_PARTY.get(above.kind, Level.SUBDISTRICT))
    else:
        case.lead_id, case.handler_id = case.desk_id, None
        if case.returns == 2:
            days = catalogue.rule("site_visit_days")
            visit = due_at(doing.at, days * WORKING_DAY_MINUTES, calendar_of(case))
            case.meeting_at = visit.at if visit else None
    set_clocks(case)


def _one_higher(case: Case) -> UUID:
    """The party above the desk; above that one when it gives it back, too. At the top it stays, and its timer ends at a person."""
    ups: list[UUID] = [case.desk_id]
    while (above := parties.one_level_up(ups[-1])) is not None and above not in ups:
        ups.append(above)
    had_by = ups.index(case.lead_id) if case.lead_id in ups else 0
    return ups[min(had_by + 1, len(ups) - 1)]


def solve_on_spot(case: Case, doing: Doing) -> None:
    """Mended where it was found; the re-check draw is made at this moment."""
    case.is_drawn = is_drawn(case)
    case.handler_id, case.done_at, case.claim = doing.actor.id, doing.at, Ending.SOLVED.value
    case.made_safe_at = case.made_safe_at or doing.at
    case.level = Level.GRID.value


def done(case: Case, doing: Doing) -> None:
    """Claimed as solved, with the proof on file. Whoever says so is the handler: he may not check it."""
    case.handler_id, case.done_at, case.claim = doing.actor.id, doing.at, Ending.SOLVED.value
    case.made_safe_at = case.made_safe_at or doing.at
    end_pause(case, doing.at)


def not_found(case: Case, doing: Doing) -> None:
    """Claimed as not there, or no longer there; another has to see it so."""
    claim = doing.move.ending or Ending.NOT_FOUND
    if claim not in {Ending.NOT_FOUND, Ending.NO_LONGER_THERE}:
        raise Invalid("ending", "not_a_claim")
    case.handler_id, case.done_at, case.claim = doing.actor.id, doing.at, claim.value
    end_pause(case, doing.at)


def made_safe(case: Case, doing: Doing) -> None:
    """The danger is contained (先期处置): the first clock stops."""
    case.made_safe_at = case.made_safe_at or doing.at


def pass_check(case: Case, doing: Doing) -> None:
    """Seen and found in order, in this round."""
    case.checker_id, case.checked_at, case.checked_round = doing.actor.id, doing.at, case.round


def fail_check(case: Case, doing: Doing) -> None:
    """Back to whoever handled it; the next round begins."""
    case.checked_at = doing.at


def satisfied(case: Case, doing: Doing) -> None:
    """The reporter's yes, from the status page or on the phone."""
    case.confirmed_at, case.has_objection = doing.at, False


def unsatisfied(case: Case, doing: Doing) -> None:
    """The reporter's no waits for the desk's review; the desk's own no sends it back to work."""
    case.has_objection = doing.arrow.target is State.TO_CONFIRM


def request_extension(case: Case, doing: Doing) -> None:
    """Asked for, not yet granted."""
    case.extension_until = _more_time(case, doing.move.until, doing.at)


def approve_extension(case: Case, doing: Doing) -> None:
    """Granted as asked, or until another moment that the approver names."""
    until = _more_time(case, doing.move.until or case.extension_until, doing.at)
    case.extended_to, case.extension_until, case.fix_due = until, None, until


def refuse_extension(case: Case, doing: Doing) -> None:
    """Not granted: the deadline stays."""
    case.extension_until = None


def _more_time(case: Case, until: datetime | None, at: datetime) -> datetime:
    """Raises Invalid("until", not_in_the_future | not_more_time): what is asked for may lie too near by the time it is granted."""
    until = future(until, at)
    if case.fix_due is not None and until <= case.fix_due:
        raise Invalid("until", "not_more_time")
    return until


def carry_forward(case: Case, doing: Doing) -> None:
    """挂账: both clocks stand until the review date; the reporter sees reason and total."""
    case.review_at = future(doing.move.until, doing.at)
    Pause.objects.create(
        case=case, reason=doing.move.reason.strip(), approver_id=doing.actor.id, started_at=doing.at
    )
    case.make_safe_due = case.make_safe_due if case.made_safe_at else None


def resume(case: Case, doing: Doing) -> None:
    """The clocks run again; what the pause cost is added to both deadlines."""
    end_pause(case, doing.at)


def put_to_meeting(case: Case, doing: Doing) -> None:
    """A date and a note; the accountable party and the deadline stay."""
    case.meeting_at = future(doing.move.until, doing.at)


def not_ours(case: Case, doing: Doing) -> None:
    """Ends with reason and approver."""
    end_pause(case, doing.at)
    case.ended_by_id = doing.actor.id


def reopen(case: Case, doing: Doing) -> None:
    """Work begins anew. Where nobody had it, the desk has it."""
    case.confirmed_at = case.ended_by_id = case.done_at = None
    case.ending_reason = ""
    wake_where_its_place_is(case, doing.arrow.target, doing.at)


def hand_over(case: Case, doing: Doing) -> None:
    """Another company serves the place from today: open work moves, history stays true."""
    end_pause(case, doing.at)
    _give_to(case, doing.move)


def urge(case: Case, doing: Doing) -> None:
    """The reporter, or the desk, asks how long it will still take; not more often than the office allows (of the desk: whoever of it).

    Raises Invalid("urge", "too_soon").
    """
    if doing.actor.kind is not ActorKind.REPORTER:
        urging.judge(case.id, doing.at)
        doing.facts["outcome"] = "desk"
    case.urges += 1


def remind(case: Case, doing: Doing) -> None:
    """Most of the time is used up. At the end of the ladder: whoever is the officer there today."""
    case.reminded_at = doing.at
    if case.ladder_ended:
        case.last_escalated_at, case.escalated_person_id = doing.at, doing.move.person


def escalate(case: Case, doing: Doing) -> None:
    """One rung up, at the end to a person: once per level and round, the database sees to it (I10)."""
    move, case.escalations = doing.move, case.escalations + 1
    case.last_escalated_at, case.escalated_to_id = doing.at, move.party
    case.ladder_ended, case.escalated_person_id = move.outcome == "end", move.person
    Escalation.objects.create(
        case=case,
        round=case.round,
        level=case.escalations,
        party_id=move.party,
        person_id=move.person,
        at=doing.at,
    )


def nothing(case: Case, doing: Doing) -> None:
    """Only the journal and the state change."""


EFFECTS: dict[str, Effect] = {
    "accept": accept,
    "correct": correct,
    "relocate": relocate,
    "dispatch": dispatch,
    "raise": raise_to,
    "undo_dispatch": undo_dispatch,
    "take": take,
    "return": give_back,
    "solve_on_spot": solve_on_spot,
    "done": done,
    "not_found": not_found,
    "made_safe": made_safe,
    "pass_check": pass_check,
    "fail_check": fail_check,
    "satisfied": satisfied,
    "unsatisfied": unsatisfied,
    "request_extension": request_extension,
    "approve_extension": approve_extension,
    "refuse_extension": refuse_extension,
    "carry_forward": carry_forward,
    "resume": resume,
    "put_to_meeting": put_to_meeting,
    "not_ours": not_ours,
    "wont_do": not_ours,
    "join": join,
    "undo_join": undo_join,
    "split": split,
    "undo_split": undo_split,
    "reopen": reopen,
    "hand_over": hand_over,
    "urge": urge,
    "remind": remind,
    "escalate": escalate,
    "assign": assign,
    "supervise": supervising.supervise,
    "report_back": supervising.report_back,
    "supervision_late": supervising.late,
}
