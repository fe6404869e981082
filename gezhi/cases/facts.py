"""What is so about a case at the moment of a move: the circumstances that choose between arrows. Reads only."""

import hashlib
import hmac
from datetime import datetime, timedelta

from gezhi.cases.lifecycle import Ending, Fact, State
from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
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
    if case.closed_at is not None:
        found |= _after_closing(case, case.closed_at, at)
    return frozenset(found)


def _after_closing(case: Case, closed_at: datetime, at: datetime) -> set[Fact]:
    found = set() if case.ending == Ending.DUPLICATE else {Fact.REOPENABLE}
    if case.ending in REPORTER_MAY_REOPEN and at - closed_at <= timedelta(
        days=catalogue.rule("confirm_days")
    ):
        found.add(Fact.JUST_CLOSED)
    may_undo = timedelta(hours=catalogue.rule("undo_join_hours"))
    if case.ending == Ending.DUPLICATE and case.state_before_join and at - closed_at <= may_undo:
        found.add(Fact(f"was_{State(case.state_before_join).value}"))
    return found


def is_drawn(case: Case) -> bool:
    """The re-check draw for work done on the spot: a fixed share, decided by the office's key over case and round.

    Nobody can foresee it and nobody can draw twice: the same case and round give the same answer for ever. Share: rule
    `recheck_percent`. Source: design I3, scenario S1.
    """
    if case.is_drawn is not None:
        return case.is_drawn
    lot = hmac.digest(derived("recheck"), f"{case.id}:{case.round}".encode(), hashlib.sha256)
    return int.from_bytes(lot[:4], "big") % 100 < catalogue.rule("recheck_percent")
