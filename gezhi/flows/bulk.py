"""One wish over many cases: each is the deed there is, in its own transaction, marked in the same; killed anywhere, whole cases are done.

Whoever asks does the first of them in his request; the worker goes on with the rest, whether or not he still looks. Both may be at it at once: an item is locked while
it is done, and passed over by the other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from gezhi.cases.bulk import actions, judging, queries
from gezhi.cases.bulk.actions import GO_ON as GO_ON
from gezhi.cases.bulk.kinds import UNDOES, BulkDeed, ItemState
from gezhi.cases.bulk.queries import BulkRow
from gezhi.cases.move import Move
from gezhi.flows.route import advance_and_route
from gezhi.journal import outbox
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Refusal, Unavailable
from gezhi.parties import queries as parties
from gezhi.routing import queries as routing
from gezhi.routing.queries import Routed, Subject

if TYPE_CHECKING:
    from gezhi.cases.bulk.models import BulkItem
    from gezhi.cases.models import Case

SLICE = 40  # cases of one turn of the worker; each takes some ten milliseconds, and the writer's turn is given back after each


def proposed(cases: Sequence["Case"], at: datetime) -> dict[UUID, Routed]:
    """To whom the rules, or the chain of its category, would send each. 3 queries for any number; where rules ask for kinds of places one more per place."""
    rules = routing.rules(at)
    around = parties.candidates_of([(one.place_path, one.grid_id) for one in cases], at)
    known: dict[Subject, Routed] = {}
    found = {}
    for case, near in zip(cases, around, strict=True):
        subject = routing.subject(case)
        if subject not in known:
            known[subject] = routing.route(subject, at, among=rules, near=near)
        found[case.id] = known[subject]
    return found


def sent_on(cases: Sequence["Case"], at: datetime) -> dict[UUID, Routed]:
    """Which of these an automatic rule would send on as soon as they are accepted, and to whom. 1 query in an office without such rules, else as `proposed`."""
    if not routing.has_automatic(routing.rules(at)):
        return {}
    found = proposed(cases, at)
    return {id: one for id, one in found.items() if one.match and one.match.rule.is_automatic and one.party}


def go_on(bulk_id: UUID, *, at: datetime, most: int = SLICE) -> bool:
    """Do some more of it, or take some more back; whether there is more. Call it outside any transaction. Nothing is done twice.

    Each deed is asked of the policy of now: who lost his post meanwhile does no more of it.
    """
    bulk = queries.by_id(bulk_id)
    if not bulk.is_under_way:
        return _is_over(bulk)
    actor = parties.actor_of_account(bulk.by_id, at)
    step = _do_next if bulk.ended_at is None else _undo_next
    for _each in range(most):
        if not step(bulk, actor, at):
            break
    is_over = actions.ended if bulk.ended_at is None else actions.undone
    return not is_over(bulk.id, at=at) or _is_over(bulk)


def _is_over(bulk: BulkRow) -> bool:
    """The errand has nothing more to do. Always False: there is no more."""
    outbox.reschedule(GO_ON, str(bulk.id), due_at=None)
    return False


@transaction.atomic
def _do_next(bulk: BulkRow, actor: Actor, at: datetime) -> bool:
    item = actions.next_item(bulk.id, ItemState.WAITING)
    if item is None:
        return False
    move = Move(bulk.deed, version=item.version, note=bulk.note, party=item.party_id, into=bulk.into_id)
    _attempt(item, move, actor, at, done=ItemState.DONE, refused=ItemState.LEFT)
    return True


@transaction.atomic
def _undo_next(bulk: BulkRow, actor: Actor, at: datetime) -> bool:
    item = actions.next_item(bulk.id, ItemState.DONE, last_first=True)
    if item is None:
        return False
    move = Move(UNDOES[BulkDeed(bulk.deed)], version=item.reached)
    _attempt(item, move, actor, at, done=ItemState.UNDONE, refused=ItemState.KEPT)
    return True


def _attempt(
    item: "BulkItem", move: Move, actor: Actor, at: datetime, *, done: ItemState, refused: ItemState
) -> None:
    """The deed and its mark, both or neither; what is refused is marked with why."""
    try:
        with transaction.atomic():
            moved = advance_and_route(item.case_id, move, actor=actor, at=at)
    except Unavailable:
        raise
    except Refusal as why:
        actions.mark(item, refused, why=judging.why(why))
    else:
        actions.mark(item, done, reached=moved.version if done == ItemState.DONE else None)
