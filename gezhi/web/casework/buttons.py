"""What may be done with a case, as its buttons: the likely ones first, the quiet ones in a menu, the grave ones last."""

from collections.abc import Set
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import State
from gezhi.kernel.actor import Actor, Duty
from gezhi.web import times, words
from gezhi.web.casework import timeline
from gezhi.web.casework.asks import PLAIN
from gezhi.web.routes import route

if TYPE_CHECKING:
    from gezhi.cases.models import Case

GRAVE = {"decline", "not_ours", "wont_do"}  # the reporter is told no
ANSWERS = frozenset({"satisfied", "unsatisfied", "call_back"})  # the reporter's to give; asked for by phone
IS_WORKED_ON = frozenset(
    {State.REPORTED, State.OPENED, State.DISPATCHED, State.IN_HAND}
)  # by its accountable party


def offered(
    case: "Case", actor: Actor, at: datetime, clock: times.Clock, *, is_unheard: bool
) -> dict[str, Any]:
    """The buttons. urges: the case is late, nothing loud is to be done here, and others hold it: ring them up, then say so. no_return: it was taken.

    What is late with others is urged first; whether it must go higher is seen after that.
    """
    deeds = _deeds(case, actor, at, quietly=ANSWERS if is_unheard else frozenset())
    is_late_elsewhere = (
        clock.state == "overdue" and case.state in IS_WORKED_ON and case.lead_id not in actor.parties()
    )
    urges = is_late_elsewhere and all(deed["quiet"] for deed in deeds)
    if is_late_elsewhere and not urges:
        deeds = _urging_first(deeds)
    if urges and deeds and not deeds[0]["grave"]:
        deeds = [deeds[0] | {"quiet": False}, *deeds[1:]]
    is_taken = case.state == State.IN_HAND and case.lead_id in actor.parties(Duty.MANAGER, Duty.WORKER)
    no_return = is_taken and any(deed["event"] == "raise" for deed in deeds)
    return {"deeds": deeds, "urges": urges, "no_return": no_return}


def _urging_first(deeds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With as many buttons as before: of the likely ones the first stays beside it, the others go into the menu."""
    urging = [deed | {"quiet": False} for deed in deeds if deed["event"] == "urge"]
    rest = [deed for deed in deeds if deed["event"] != "urge"]
    return urging + [
        deed | {"quiet": deed["quiet"] or bool(urging and place)} for place, deed in enumerate(rest)
    ]


def _deeds(case: "Case", actor: Actor, at: datetime, quietly: Set[str] = frozenset()) -> list[dict[str, Any]]:
    """Buttons: the likely ones first, then the quiet ones, the grave last. is_plain: one press does it.

    quietly: what nobody should be invited to do here, although he may.
    """
    found = cases.offers_for(case, actor=actor, at=at)
    likely = [offer for offer in found if not offer.quiet and offer.event not in quietly]
    quiet = [offer for offer in reversed(found) if offer not in likely]
    return [
        {
            "event": offer.event,
            "label": words.of(words.ACTS, offer.event),
            "icon": timeline.ICONS.get(offer.event, "circle"),
            "url": route("desk:move", case.number, offer.event),
            "is_plain": offer.event in PLAIN,
            "quiet": offer not in likely,
            "grave": offer.event in GRAVE,
        }
        for offer in [*likely, *sorted(quiet, key=lambda offer: offer.event in GRAVE)]
    ]
