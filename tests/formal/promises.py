"""What must be so in every world that can be reached, and of every step there. Each promise is said from the design, not from the table.

A promise of a world looks at where things stand; one of a step at what somebody just did. What each person must be able to do
stands in tests/formal/abilities.py.
"""

from collections.abc import Callable
from typing import NamedTuple

from gezhi.cases.lifecycle import WORKING, Ending, Fact, Role, State
from gezhi.cases.telling import what_to_tell
from tests.formal.steps import Step
from tests.formal.world import ELSEWHERE, MOST_RETURNS, PERSON_OF, Case, Party, Scope, Who, World

S, F, E = State, Fact, Ending
ORDER = {state: place for place, state in enumerate(State)}
BEGUN_ANEW = frozenset({S.REPORTED, S.ASKED, *WORKING})
AT_THE_DESK = frozenset({S.REPORTED, S.ASKED, S.OPENED})


class OfWorld(NamedTuple):
    """A sentence, what must be held to ask it ("" = nothing special), and how it is asked of one case."""

    sentence: str
    group: str
    holds: Callable[[World, int, Scope], bool]


class OfStep(NamedTuple):
    """A sentence, what must be held, and how it is asked of a step on a case: before, step, after."""

    sentence: str
    group: str
    holds: Callable[[Case, Step, Case], bool]


def _follows(world: World, number: int) -> int | None:
    """Where the joins lead from a case; None = round and round."""
    seen = set[int]()
    while (into := world.cases[number].into) not in {None, ELSEWHERE}:
        if number in seen:
            return None
        seen.add(number)
        number = into
    return number


def _solved(world: World, number: int, scope: Scope) -> bool:
    case = world.cases[number]
    if case.ending not in {E.SOLVED, E.NOT_FOUND, E.NO_LONGER_THERE}:
        return True
    checked = case.checker is not None and case.checker is not case.handler
    return case.proved and (checked or case.is_confirmed)


def _clean(world: World, number: int, scope: Scope) -> bool:
    case = world.cases[number]
    left = case.claim or case.checker or case.is_confirmed or case.is_objected or case.proved
    return case.state not in BEGUN_ANEW or not left


def _has_report(world: World, number: int, scope: Scope) -> bool:
    joined = world.cases[number].into
    return (number in world.lies_at) == (joined is None) or joined == ELSEWHERE


def _with_its_joins(world: World, number: int, scope: Scope) -> bool:
    return world.lies_at[number] == _follows(world, number)


def _askable(world: World, number: int, scope: Scope) -> bool:
    if world.cases[number].into is not None:
        return True
    theirs = [scope.askable[report] for report, at in enumerate(world.lies_at) if at == number]
    return world.cases[number].is_askable == any(theirs)


def _case(holds: Callable[[Case], bool]) -> Callable[[World, int, Scope], bool]:
    return lambda world, number, scope: holds(world.cases[number])


OF_WORLDS = (
    OfWorld("I11: joins make no circle", "", lambda world, number, scope: _follows(world, number) is not None),
    OfWorld("an ending stands on a closed case and nowhere else", "", _case(lambda c: (c.state is S.CLOSED) == (c.ending is not None))),
    OfWorld("I3, I4: solved needs proof, and a check of this round by another or the reporter's yes", "work", _solved),
    OfWorld("I3: no answer means checked in this round and nobody said no", "work", _case(lambda c: c.ending is not E.NO_ANSWER or (c.checker is not None and not c.is_objected))),
    OfWorld("I4: what begins anew begins without claim, proof, check, yes or no of before", "work", _clean),
    OfWorld("I4: what waits for a check has a claim and no check yet", "work", _case(lambda c: c.state is not S.TO_CHECK or (c.claim is not None and c.checker is None))),
    OfWorld("what is to be confirmed was checked", "work", _case(lambda c: c.state is not S.TO_CONFIRM or c.checker is not None)),
    OfWorld("I1: what nobody was sent is the desk's", "work", _case(lambda c: c.state not in AT_THE_DESK or (c.lead is Party.DESK and c.handler is None))),
    OfWorld("I1: what is dispatched is another's than the desk's, and nobody of a third party has it", "work", _case(lambda c: c.state is not S.DISPATCHED or (c.lead is not Party.DESK and c.handler in {None, PERSON_OF[c.lead]}))),
    OfWorld("clocks stand, and more time is asked for, only while it is in hand", "work", _case(lambda c: c.state is S.IN_HAND or not (c.is_paused or c.extension_asked))),
    OfWorld("a no stands only where a yes is awaited, or was overruled", "clock", _case(lambda c: not c.is_objected or c.state in {S.TO_CONFIRM, S.CLOSED})),
    OfWorld("I11: a duplicate says of which, and nothing else does", "", _case(lambda c: (c.ending is E.DUPLICATE) == (c.into is not None))),
    OfWorld("I11: a case has a report, or gave its reports to another", "", _has_report),
    OfWorld("I11: a report is where the joins of its case lead", "", _with_its_joins),
    OfWorld("a case waits for an answer only if somebody can give it", "", _askable),
    OfWorld("I10: the ladder ends once, at its last rung", "clock", _case(lambda c: not c.clock.has_ended or c.clock.rungs > 1)),
    OfWorld("I12: a message that counts as sent was got, maybe twice", "post", lambda world, number, scope: world.post is None or not world.post.is_marked or world.post.copies > 0),
)  # fmt: skip


def _outsider(before: Case, step: Step, after: Case) -> bool:
    """A reporter moves a case only where he is asked, or comes back in time."""
    if step.who is not Who.REPORTER or before.state is after.state:
        return True
    ways = {(S.ASKED, S.REPORTED), (S.TO_CONFIRM, S.CLOSED)}
    return (before.state, after.state) in ways or (before.in_time and after.state is S.IN_HAND)


def _back(before: Case, step: Step, after: Case) -> bool:
    is_back = ORDER[after.state] < ORDER[before.state] or step.event == "return"
    if not is_back or step.who is Who.CLOCK or step.event in {"undo_join", "undo_dispatch"}:
        return True
    return bool(step.brought & ({F.ANSWER} if before.state is S.ASKED else {F.REASON}))


def _approved(before: Case, step: Step, after: Case) -> bool:
    if not _ends(before, after):
        return True
    approver, reason = Role.APPROVER in step.roles, F.REASON in step.brought
    match after.ending:
        case E.NOT_OURS | E.WONT_DO:
            return approver and reason
        case E.DECLINED:
            return before.state is S.REPORTED and Role.DESK in step.roles and reason
        case E.DUPLICATE:
            return (
                Role.DESK in step.roles
                and bool(step.brought & {F.INTO, F.UNTOUCHED})
                and before.state not in LATE
            )
        case _:
            return True


LATE = frozenset({S.ASKED, S.TO_CHECK, S.TO_CONFIRM})


def _ends(before: Case, after: Case) -> bool:
    return before.state is not S.CLOSED and after.state is S.CLOSED


def _on_spot(before: Case, step: Step, after: Case) -> bool:
    """Solved where it was found: presence, an after picture, and no closing when the draw fell on it."""
    if before.state is not S.OPENED or not step.brought & {F.PHOTO_AFTER, F.ON_SITE}:
        return not _ends(before, after) or after.ending is not E.SOLVED_ON_SPOT_UNCHECKED
    shown = {F.PHOTO_AFTER, F.ON_SITE} <= step.brought and Role.GRID_WORKER in step.roles
    to = (S.TO_CHECK, None) if F.DRAWN in step.brought else (S.CLOSED, E.SOLVED_ON_SPOT_UNCHECKED)
    return shown and (after.state, after.ending) == to


def _checks(before: Case, step: Step, after: Case) -> bool:
    if before.state is not S.TO_CHECK or after.state is S.TO_CHECK:
        return True
    is_checker = Role.CHECKER in step.roles and step.who is not before.handler
    return is_checker and F.VERDICT in step.brought and after.state in {S.IN_HAND, S.TO_CONFIRM, S.CLOSED}


def _asks_who_can(before: Case, step: Step, after: Case) -> bool:
    """Who can be asked is asked, and nobody else is waited for."""
    if before.state is after.state:
        return True
    if before.state is S.TO_CHECK and after.state is S.CLOSED:
        return not before.is_askable
    return before.is_askable or after.state not in {S.TO_CONFIRM, S.ASKED}


def _over_a_no(before: Case, step: Step, after: Case) -> bool:
    """A reporter's no is ended by a yes, or by an officer with his reason."""
    if not (before.is_objected and _ends(before, after)):
        return True
    return step.event == "satisfied" or (step.who is Who.OFFICER and F.REASON in step.brought)


def _by_clock(before: Case, step: Step, after: Case) -> bool:
    """The clock ends only what nobody answered, and takes nothing to be checked or confirmed."""
    if step.who is not Who.CLOCK or before.state is after.state:
        return True
    lapse = (before.state, after.state, after.ending)
    if after.state is S.CLOSED:
        return lapse == (S.TO_CONFIRM, S.CLOSED, E.NO_ANSWER)
    return after.state is S.DISPATCHED or lapse == (S.ASKED, S.REPORTED, None)


def _time_for_work(before: Case, step: Step, after: Case) -> bool:
    """Pauses and more time are an officer's to give, for a reason and until a day; resumed by whoever has to do with it."""
    if after.is_paused and not before.is_paused:
        return step.who is Who.OFFICER and {F.REASON, F.UNTIL} <= step.brought
    if after.extension_asked and not before.extension_asked:
        return Role.HANDLER in step.roles and not before.is_paused and {F.REASON, F.UNTIL} <= step.brought
    decided = before.extension_asked and not after.extension_asked and after.state is S.IN_HAND
    return not decided or (
        step.who is Who.OFFICER and (step.event == "approve_extension" or F.REASON in step.brought)
    )


def _returns(before: Case, step: Step, after: Case) -> bool:
    """Twice to the desk, from then on one level up: the third does not come round."""
    if step.event != "return":
        return True
    goes_up = before.returns >= MOST_RETURNS
    to = (S.DISPATCHED, Party.OFFICE) if goes_up else (S.OPENED, Party.DESK)
    return Role.HANDLER in step.roles and (after.state, after.lead) == to


def _round(before: Case, step: Step, after: Case) -> bool:
    """A round begins when what was claimed or ended is taken up again, and at no other moment."""
    done = {S.TO_CHECK, S.TO_CONFIRM, S.CLOSED}
    anew = before.state in done and after.state is S.IN_HAND and step.event != "undo_join"
    return step.arrow is not None and step.arrow.next_round == anew


def _undone(before: Case, step: Step, after: Case) -> bool:
    """A join is undone by the desk, in time, and what was before is so again; a duplicate lives again in no other way."""
    if before.ending is not E.DUPLICATE or after.state is S.CLOSED:
        return True
    return (
        step.event == "undo_join"
        and before.in_time
        and after.state is before.before
        and Role.DESK in step.roles
    )


def _revived(before: Case, step: Step, after: Case) -> bool:
    """What is closed lives again in hand; for a reporter only in time."""
    if before.state is not S.CLOSED or after.state is S.CLOSED or before.ending is E.DUPLICATE:
        return True
    return after.state is S.IN_HAND and (bool(step.roles & {Role.DESK, Role.APPROVER}) or before.in_time)


def _sent(before: Case, step: Step, after: Case) -> bool:
    """Whoever is sent something is named; the desk, a rule or a change of company sends, and whoever raises it from his hands."""
    if (
        after.state is not S.DISPATCHED
        or step.event in {"return", "undo_join"}
        or not _moves(before, step, after)
    ):
        return True
    desk = bool(step.roles & {Role.DESK, Role.SYSTEM})
    return F.PARTY in step.brought and (desk or (before.state is S.IN_HAND and Role.HANDLER in step.roles))


def _moves(before: Case, step: Step, after: Case) -> bool:
    return before.state is not after.state or step.event == "hand_over"


def _claims(before: Case, step: Step, after: Case) -> bool:
    """What goes to be checked comes from the hands of somebody with proof or words for it."""
    if after.state is not S.TO_CHECK or before.state is S.TO_CHECK:
        return True
    shown = step.brought & {F.PROOF, F.PHOTO_AFTER, F.NOTE}
    return (
        before.state in WORKING and step.who is not Who.REPORTER and step.who is not Who.CLOCK and bool(shown)
    )


def _shares_are_in(before: Case, step: Step, after: Case) -> bool:
    """Work leaves the hands it is in by a claim, or by a join, only when what others had to do is done."""
    is_claimed = before.state in WORKING and (
        after.state is S.TO_CHECK or after.ending in {E.SOLVED_ON_SPOT_UNCHECKED, E.SOLVED}
    )
    is_joined = step.event == "join"
    return not (is_claimed or is_joined) or F.ALL_IN in step.brought


def _from_above(before: Case, step: Step, after: Case) -> bool:
    """Supervised is by another party's officer, in words and until a day; the answer is its lead's or its desk's."""
    if step.event == "supervise":
        return Role.SUPERVISOR in step.roles and {F.NOTE, F.UNTIL} <= step.brought
    if step.event == "report_back":
        return F.SUPERVISED in step.brought and bool(step.roles & {Role.HANDLER, Role.DESK})
    return True


def _opens(before: Case, step: Step, after: Case) -> bool:
    """A matter is opened by the desk or whoever works there, at a place and in a category; a question has words."""
    if before.state is S.REPORTED and after.state is S.OPENED:
        return {F.PLACE, F.CATEGORY} <= step.brought and bool(step.roles & {Role.DESK, Role.GRID_WORKER})
    return after.state is not S.ASKED or before.state is S.ASKED or {F.NOTE} <= step.brought


def _begins(before: Case, step: Step, after: Case) -> bool:
    """What was accepted stays accepted, and work begins with somebody's taking it, or anew."""
    if before.state is after.state or step.event == "undo_join":
        return True
    if after.state is S.REPORTED:
        return before.state is S.ASKED
    return after.state is not S.IN_HAND or before.state in {S.DISPATCHED, S.TO_CHECK, S.TO_CONFIRM, S.CLOSED}


def _handed(before: Case, step: Step, after: Case) -> bool:
    """Whoever becomes accountable, the desk apart, has yet to take it."""
    return after.lead in {before.lead, Party.DESK} or after.state is S.DISPATCHED


def _takes(before: Case, step: Step, after: Case) -> bool:
    """Only whoever was sent it takes it; what was taken is not taken back by the desk."""
    if before.state is not S.DISPATCHED or after.state not in {S.IN_HAND, S.OPENED}:
        return True
    mine = Role.HANDLER in step.roles
    return mine if after.state is S.IN_HAND else (mine or Role.DESK in step.roles)


def _heard(before: Case, step: Step, after: Case) -> bool:
    """I12: acceptance, question, confirming, the end and a reopening have their message, whatever event they come by."""
    arrow = step.arrow
    begins = (before.state, after.state) in {
        (S.REPORTED, S.OPENED),
        (S.REPORTED, S.ASKED),
        (S.CLOSED, S.IN_HAND),
    }
    arrives = after.state in {S.CLOSED, S.TO_CONFIRM} and before.state is not after.state
    due = arrow is not None and (begins or arrives) and step.event != "undo_join"
    return not due or what_to_tell(step.event, arrow.source, arrow.target) != ""


def _climbs(before: Case, step: Step, after: Case) -> bool:
    """I10: a level is escalated once in its round, to a party; nothing else climbs, and nothing beyond the end."""
    if step.event != "escalate":
        return after.clock.rungs in {0, before.clock.rungs}
    return F.PARTY in step.brought and not before.clock.has_ended and before.state is after.state


def _stays(before: Case, step: Step, after: Case) -> bool:
    """What is only said, noted, put right or reminded of leaves the case where it is, and a closed one closed."""
    said = {
        "note",
        "call_back",
        "add",
        "urge",
        "remind",
        "correct",
        "relocate",
        "made_safe",
        "split",
        "put_to_meeting",
        "resume",
        "assign",
        "supervise",
        "report_back",
        "supervision_late",
    }
    return step.event not in said or (before.state, before.ending) == (after.state, after.ending)


OF_STEPS = (
    OfStep("a reporter moves a case only where he is asked or comes back in time", "", _outsider),
    OfStep("every step back has its reason", "", _back),
    OfStep("I3: every ending has whom and what it needs", "", _approved),
    OfStep("I3: on the spot needs presence and an after picture, and the drawn are looked at", "", _on_spot),
    OfStep("I3: another checks, and says what he saw", "", _checks),
    OfStep("who can be asked is asked", "", _asks_who_can),
    OfStep("a no is not closed over", "clock", _over_a_no),
    OfStep("the clock ends only what nobody answered", "", _by_clock),
    OfStep("pauses and more time are an officer's to give", "work", _time_for_work),
    OfStep("the third return goes up", "work", _returns),
    OfStep("I4: a round begins when work begins anew, only then", "", _round),
    OfStep("I11: an undone join gives back the state before, in time", "", _undone),
    OfStep("what is closed lives again in hand, for a reporter in time", "", _revived),
    OfStep("whoever is sent something is named by somebody who may send", "", _sent),
    OfStep("what is to be checked was claimed with proof or words", "", _claims),
    OfStep("what is claimed done, or joined, has no share under way", "", _shares_are_in),
    OfStep("supervised is from above, and answered by whoever has it", "", _from_above),
    OfStep("a matter is opened at a place, in a category", "", _opens),
    OfStep("what was accepted stays so, and work begins by taking it or anew", "", _begins),
    OfStep("I1: another party has yet to take it", "work", _handed),
    OfStep("only whoever was sent it takes it", "", _takes),
    OfStep("I12: the reporter hears of it", "", _heard),
    OfStep("I10: a level is escalated once", "clock", _climbs),
    OfStep("what is only said moves nothing", "", _stays),
)
