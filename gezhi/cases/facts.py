"""What is so about a case at the moment of a move: the circumstances that choose between arrows. Reads only."""

import hashlib
import hmac
from datetime import datetime, timedelta

from gezhi.cases.lifecycle import Ending, Fact, State
from gezhi.cases.links import own_of
from gezhi.cases.models import Case, CaseReport
from gezhi.catalogue import queries as catalogue
from gezhi.journal.queries import deeds
from gezhi.tenancy.keys import derived

REPORTER_MAY_REOPEN = frozenset(
    {
        Ending.SOLVED,
        Ending.SOLVED_ON_SPOT_UNCHECKED,
        Ending.NOT_FOUND,
        Ending.NO_LONGER_THERE,
        Ending.NO_ANSWER,
    }
)

UNBEGUN = frozenset({State.OPENED, State.DISPATCHED})
NO_WORK = frozenset(
    {"split_from", "dispatch", "undo_dispatch", "correct", "relocate", "hand_over", "joined", "released"}
    | {"rejoined", "add", "urge", "remind", "escalate", "call_back"}
)  # what befalls a case before anybody begins


def circumstances(case: Case, at: datetime) -> frozenset[Fact]:
    """Facts that nobody hands in: they follow from the case and the clock."""
    found = {
        Fact.ASKABLE if case.is_askable else Fact.UNASKABLE,
        Fact.DRAWN if is_drawn(case) else Fact.UNDRAWN,
        Fact.PAUSED if case.review_at else Fact.RUNNING,
        Fact.OBJECTED if case.has_objection else Fact.UNOBJECTED,
        (Fact.FIRST_RETURN, Fact.SECOND_RETURN, Fact.LATER_RETURN)[min(case.returns, 2)],
    }
    if case.place_id:
        found.add(Fact.PLACE)
    if case.category_id:
        found.add(Fact.CATEGORY)
    if case.extension_until:
        found.add(Fact.EXTENSION_ASKED)
    if not case.tasks_open:
        found.add(Fact.ALL_IN)
    if case.supervised_until:
        found.add(Fact.SUPERVISED)
    if case.closed_at is not None:
        found |= _after_closing(case, case.closed_at, at)
    elif case.split_from_id and case.state in UNBEGUN and _is_untouched(case, at):
        found.add(Fact.UNTOUCHED)
    return frozenset(found)


def _after_closing(case: Case, closed_at: datetime, at: datetime) -> set[Fact]:
    found = set() if case.ending == Ending.DUPLICATE else {Fact.REOPENABLE}
    if case.ending in REPORTER_MAY_REOPEN and at - closed_at <= timedelta(
        days=catalogue.rule("confirm_days")
    ):
        found.add(Fact.JUST_CLOSED)
    may_undo = at - closed_at <= timedelta(hours=catalogue.rule("undo_join_hours"))
    if may_undo and case.ending == Ending.DUPLICATE and case.state_before_join and _has_own_voice(case):
        found.add(Fact(f"was_{State(case.state_before_join).value}"))
    return found


def _has_own_voice(case: Case) -> bool:
    """Whether a joined case would have a report again: what it came with may have been split off since. 1 query at most."""
    return case.split_from_id is not None or CaseReport.objects.filter(own_of([case.id])).exists()


def _is_untouched(case: Case, at: datetime) -> bool:
    """Split off no longer ago than a join can be undone, nobody has worked on it, and its parent is there to go back to. 2 queries."""
    steps = deeds("case", case.id)
    may_undo = at - steps[0].at <= timedelta(hours=catalogue.rule("undo_join_hours"))
    if not may_undo or {step.event for step in steps} - NO_WORK:
        return False
    return Case.objects.filter(id=case.split_from_id, closed_at=None).exists()


def is_drawn(case: Case) -> bool:
    """The re-check draw for work done on the spot: a fixed share, decided by the office's key over case and round.

    Nobody can foresee it and nobody can draw twice: the same case and round give the same answer for ever. Share: rule
    `recheck_percent`. Source: design I3, scenario S1.
    """
    if case.is_drawn is not None:
        return case.is_drawn
    lot = hmac.digest(derived("recheck"), f"{case.id}:{case.round}".encode(), hashlib.sha256)
    return int.from_bytes(lot[:4], "big") % 100 < catalogue.rule("recheck_percent")
