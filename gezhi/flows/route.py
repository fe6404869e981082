"""The desk or a routing rule decides who gets a case: an automatic rule dispatches in the transaction of the move before (design §4)."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.lifecycle import State
from gezhi.cases.move import Move
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.routing import queries as routing

if TYPE_CHECKING:
    from gezhi.cases.models import Case

ROUTED: Final = frozenset(
    {"accept", "reopen"}
)  # what a party returned is the desk's to decide, else it would come round


def advance_and_route(case_id: UUID, move: Move, *, actor: Actor, at: datetime) -> "Case":
    """Make a move; what is accepted, or reopened while nobody has it, goes on by the first rule that fits when that is automatic.

    A dispatch by hand to whom the rule names keeps the rule's version too. Returns and raises as `advance`.
    """
    if move.event not in ROUTED:
        return advance(case_id, _with_rule(case_id, move, actor, at), actor=actor, at=at)
    with transaction.atomic():
        case = advance(case_id, move, actor=actor, at=at)
        return by_rule(case, at) if case.lead_id == case.desk_id else case


def _with_rule(case_id: UUID, move: Move, actor: Actor, at: datetime) -> Move:
    """Asked before the writer's turn: it only names the rule, and who looked at another version is refused anyway."""
    if move.event != "dispatch" or move.party is None:
        return move
    case = cases.by_id(case_id, actor=actor)
    return replace(move, rule=routing.rule_naming(routing.subject(case), move.party, at))


def by_rule(case: "Case", at: datetime) -> "Case":
    """Where nothing fits, or the rule only proposes, the desk keeps it. 1 query in an office without automatic rules."""
    rules = routing.rules(at)
    if not routing.has_automatic(rules):
        return case
    match = routing.route(routing.subject(case), at, among=rules).match
    is_there = case.state == State.IN_HAND and match is not None and match.party == case.lead_id
    if match is None or not match.rule.is_automatic or is_there:
        return case
    sent = Move("dispatch", party=match.party, rule=match.rule.id)
    return advance(case.id, sent, actor=SYSTEM, at=at)
