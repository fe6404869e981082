"""What would happen to a case, before anything is done: by the same rows and the same policy as the deed itself asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from gezhi.cases import urging
from gezhi.cases.bulk.kinds import BulkDeed
from gezhi.cases.complaint import may_carry_to
from gezhi.cases.lifecycle import Fact, State, decide
from gezhi.cases.models import Case
from gezhi.cases.policy import roles_for
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, Missing, Refusal, Stale

LONGEST = 80  # characters of a reason
SENDS = frozenset({BulkDeed.DISPATCH, BulkDeed.ACCEPT})  # what is accepted goes on by an automatic rule


def refused(
    cases: Sequence[Case],
    deed: BulkDeed,
    *,
    parties: Mapping[UUID, UUID | None],
    into: Case | None,
    actor: Actor,
    at: datetime,
) -> dict[UUID, Refusal]:
    """By case why it would be refused now; those that would go through are absent. parties: to whom, by case (of what is accepted: by which automatic rule). 1 query for an urge, else none."""
    just_urged = urging.again_at([one.id for one in cases], at) if deed == BulkDeed.URGE else {}
    found: dict[UUID, Refusal] = {}
    for case in cases:
        try:
            _arrow(case, deed, parties.get(case.id), into, actor)
            to = parties.get(case.id)
            if deed in SENDS and to is not None and to == case.complained_of_id:
                raise Invalid("party", "complained_of")
            if deed == BulkDeed.ACCEPT and case.feared_id is not None:
                raise Invalid("danger", "feared")  # somebody rings up first, case by case
            if deed == BulkDeed.JOIN:
                _judge_join(case, into)
            if case.id in just_urged:
                raise urging.too_soon(just_urged[case.id])
        except Refusal as why:
            found[case.id] = why
    return found


def _arrow(case: Case, deed: BulkDeed, party: UUID | None, into: Case | None, actor: Actor) -> None:
    """None of these arrows asks for a circumstance but whether the clocks run, and whether the tasks of others are in; a place and a category are on
    file or not.
    """
    facts = {Fact.PAUSED if case.review_at else Fact.RUNNING}
    facts |= set() if case.tasks_open else {Fact.ALL_IN}
    facts |= {Fact.PARTY} if party else set()
    facts |= {Fact.INTO} if into else set()
    facts |= {Fact.PLACE} if case.place_id else set()
    facts |= {Fact.CATEGORY} if case.category_id else set()
    decide(State(case.state), deed, roles=roles_for(actor, case), facts=facts)


def _judge_join(case: Case, into: Case | None) -> None:
    if into is None or case.id == into.id:
        raise Invalid("into", "itself")
    if into.closed_at is not None:
        raise Invalid("into", "closed")
    if not may_carry_to(case, into):
        raise Invalid("into", "not_the_same_complaint")


def why(refusal: Refusal) -> str:
    """A refusal as an item keeps it: its code, of a value with the field before it, of what lacks with what that is."""
    if isinstance(refusal, Missing):
        return f"missing.{'.'.join(refusal.facts)}"[:LONGEST]
    if isinstance(refusal, Invalid):
        return f"{refusal.field}.{refusal.code}"[:LONGEST]
    if isinstance(refusal, Stale) and refusal.details.get("by") == "system":
        return "stale.system"
    return refusal.code[:LONGEST]
