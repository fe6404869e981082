"""Another company serves the place from today: what the old one had open moves that day, and history stays true (design §3)."""

from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.move import Move
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Stale
from gezhi.parties import queries as parties

if TYPE_CHECKING:
    from gezhi.cases.models import Case

log = structlog.get_logger("gezhi.change_of_company")


def move_open_work(*, of: UUID | None = None, at: datetime) -> int:
    """Hand over every open case (of: one company's) whose property company no longer serves its place while another does. Returns how many.

    What a company had that is closed, and that nobody follows, goes to the desk. Run by the worker every few minutes and after
    each change of service; doing it twice moves nothing twice. One that fails does not hold up the others: it is told, and tried again
    with the next run. 2 queries, 1 more per spot with such a case, and the moves.
    """
    heir = _heirs(at)
    companies = {party.id: party for party in parties.parties("property", with_closed=True)}
    moved = 0
    for case in cases.in_hands_of(companies if of is None else companies.keys() & {of}):
        is_gone = companies[case.lead_id].closed_on is not None
        moved += _or_tell(case.id, partial(_hand_over, case, heir, is_gone, at))
    return moved


def _heirs(at: datetime) -> Callable[["Case", bool], UUID | None]:
    """Whose a company's case is now (None: nobody else's), given whether the company has closed; each question is asked once."""
    serving, desk_of, party = cache(parties.serving), cache(parties.desk_of), cache(parties.party)

    def heir(case: "Case", is_gone: bool) -> UUID | None:
        now = serving(case.place_path, case.grid_id, "property", at)
        if now in {None, case.complained_of_id} and is_gone:
            desk: UUID = case.desk_id
            now = desk if party(desk).closed_on is None else desk_of(case.place_path, at)
        return now if now not in {case.lead_id, case.complained_of_id} else None

    return heir


def _or_tell(case_id: UUID, deed: Callable[[], bool]) -> bool:
    try:
        return deed()
    except Exception as problem:
        log.warning("case was not handed over", case=str(case_id), problem=repr(problem))
        return False


def _hand_over(
    case: "Case", heir: Callable[["Case", bool], UUID | None], is_gone: bool, at: datetime
) -> bool:
    """False: it stays, or somebody moved it meanwhile; the next run looks at it anew."""
    party = heir(case, is_gone)
    if party is None:
        return False
    try:
        advance(case.id, Move("hand_over", version=case.version, party=party), actor=SYSTEM, at=at)
    except Stale:
        return False
    return True
