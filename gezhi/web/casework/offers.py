"""What a move on a case offers to choose from, and what is said when it is done. For desk and pocket."""

from collections.abc import Set
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from gezhi.cases.lifecycle import State
from gezhi.catalogue import queries as catalogue
from gezhi.duty import queries as duty
from gezhi.flows.route import ROUTED
from gezhi.parties import queries as parties
from gezhi.parties.kinds import PartyKind
from gezhi.routing import queries as routing
from gezhi.web import rulewords, words
from gezhi.web.casework import alike, extension, suggested, whysform
from gezhi.web.casework.asks import ASKS
from gezhi.web.casework.choices import Choices, Parties
from gezhi.web.staff import actor_of, at_of

if TYPE_CHECKING:
    from gezhi.cases.models import Case


MOST_CHIPS = 8  # the rest stand in the menu below: a wall of agencies hides the button


def choices(request: HttpRequest, case: "Case", event: str) -> Choices:
    """What the form of this move offers to choose from. No query until it is shown."""
    fields = ASKS[event].fields
    proof = (
        frozenset(catalogue.proof(case.category_id).kinds)
        if case.category_id and event == "done"
        else frozenset()
    )
    asked: dict[str, Any] = {}
    if "party" in fields:
        but = {case.complained_of_id, case.lead_id} if event == "raise" else {case.complained_of_id}
        asked["parties"] = partial(_parties, case, at_of(request), but)
    if "into" in fields:
        asked["into"] = partial(alike.to_join, case, actor_of(request), at_of(request))
    if event in {"accept", "correct"}:
        asked["suggested"] = suggested.OfCase(case, actor_of(request), at_of(request))
    if "person" in fields:
        asked["people"] = partial(whysform.people, case.lead_id, at_of(request))
    if "reports" in fields:
        asked["reports"] = partial(alike.to_split, case)
    if "came_back_from" in fields:
        asked["again"] = partial(alike.solved_before, case, actor_of(request), at_of(request))
    if event == "request_extension":
        asked["later"] = partial(extension.offers, case, at_of(request))
    return Choices(**asked, deadline=extension.standing(case, event, at_of(request)), proof=proof)


def said(moved: "Case", event: str) -> str:
    """What was done, in one line; with where a routing rule sent it."""
    act = words.of(words.DEEDS, "urge.desk" if event == "urge" else event)  # a reporter's is said elsewhere
    line = _("%(number)s：%(act)s") % {"number": moved.number, "act": act}
    if event == "split":
        line = _("已分出新的一件：%(number)s") % {"number": moved.number}
    if event in ROUTED | {"split"} and moved.state == State.DISPATCHED:
        to = _("按派遣规则派给%(party)s") % {"party": parties.party(moved.lead_id).name}
        return _("%(done)s，%(next)s") % {"done": line, "next": to}
    return line


def _parties(case: "Case", at: Any, but: Set[UUID | None]) -> Parties:
    """Who may get it (but: who may not), nearest first with who is on duty there; whom the rules or the category's chain name is chosen already."""
    around = parties.candidates(case.place_path, case.grid_id, at)
    routed = routing.route(routing.subject(case), at, near=around)
    near = [one for one in around if one.id not in but]
    named = routed.party if routed.party and routed.party.id not in but else None
    if named and named not in near:  # a rule may name one that does not serve here
        near = [named, *near]
    near = [one for place, one in enumerate(near) if place < MOST_CHIPS or one == named]
    answering = duty.answering_for([one.id for one in near], at)
    chips = [
        {
            "value": str(one.id),
            "label": one.name,
            "hint": " ".join(
                part
                for part in (
                    "" if answering[one.id].is_standing else answering[one.id].name,
                    answering[one.id].phone,
                )
                if part
            ),
            "checked": one == named,
        }
        for one in near
    ]
    shown = {one.id for one in near} | but
    rest = [one for one in parties.parties() if one.id not in shown]
    by_kind = [
        (str(kind.label), [(str(one.id), one.name) for one in rest if one.kind == kind]) for kind in PartyKind
    ]
    others = [(kind, found) for kind, found in by_kind if found]
    return Parties(chips, others, rulewords.reason(routed) if named else "")
