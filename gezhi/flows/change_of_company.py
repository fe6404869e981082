"""Another company serves the place from today: what the old one had open moves that day, and history stays true (design §3)."""

from datetime import datetime
from functools import cache
from uuid import UUID

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.move import Move
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Stale
from gezhi.parties import queries as parties


def move_open_work(*, at: datetime) -> int:
    """Hand over every open case whose property company no longer serves its place while another does. Returns how many.

    What a company had that is closed, and that nobody follows, goes to the desk. Run by the worker every few minutes and after
    each change of service; doing it twice moves nothing twice. 2 queries, 1 more per spot with such a case, and the moves.
    """
    moved = 0
    serving = cache(parties.serving)
    companies = {party.id: party for party in parties.parties("property", with_closed=True)}
    for case in cases.in_hands_of(companies):
        now = serving(case.place_path, case.grid_id, "property", at)
        if now in {None, case.complained_of_id} and companies[case.lead_id].closed_on is not None:
            now = case.desk_id
        if now is not None and now != case.lead_id and now != case.complained_of_id:
            moved += _hand_over(case.id, case.version, now, at)
    return moved


def _hand_over(case_id: UUID, version: int, party: UUID, at: datetime) -> bool:
    """False: somebody moved it meanwhile; the next run looks at it anew."""
    try:
        advance(case_id, Move("hand_over", version=version, party=party), actor=SYSTEM, at=at)
    except Stale:
        return False
    return True
