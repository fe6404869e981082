"""Another company serves the place from today: what the old one had open moves that day, and history stays true (design §3)."""

from datetime import datetime

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.move import Move
from gezhi.kernel.actor import SYSTEM
from gezhi.parties import queries as parties


def move_open_work(*, at: datetime) -> int:
    """Hand over every open case whose property company no longer serves its place while another does. Returns how many.

    Run by the worker every few minutes and after each change of service; doing it twice moves nothing twice.
    """
    moved = 0
    companies = {party.id for party in parties.parties("property", with_closed=True)}
    for case in cases.in_hands_of(companies):
        now = parties.serving(case.place_path, case.grid_id, "property", at)
        if now is not None and now != case.lead_id and now != case.complained_of_id:
            advance(case.id, Move("hand_over", party=now), actor=SYSTEM, at=at)
            moved += 1
    return moved
