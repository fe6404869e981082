"""Keep the routing rules: a change ends the version in force and begins the next, journalled under the rule's line ("routing_rule").

So what was dispatched by which version stays visible.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound, Stale
from gezhi.parties.turns import take_turn
from gezhi.routing import policy
from gezhi.routing.models import RoutingRule
from gezhi.routing.terms import Terms
from gezhi.tenancy.clock import new_id

KIND = "routing_rule"
TOLD = ("rank", *Terms(name="").columns())


@transaction.atomic
def add_rule(terms: Terms, *, actor: Actor, at: datetime) -> UUID:
    """Put a rule behind the others, in force from now on; returns its line. Raises NotYours, and as Terms.checked."""
    policy.keeps_rules(actor)
    take_turn()
    last = _in_force().order_by("-rank").values_list("rank", flat=True).first() or 0
    row = _begin(new_id(), {"rank": last + 1} | terms.checked().columns(), at)
    record(Deed(KIND, row.line, "add", after=_told(row), is_first=True), actor=actor, at=at)
    return row.line


@transaction.atomic
def change_rule(line: UUID, terms: Terms, *, seen: UUID, actor: Actor, at: datetime) -> UUID:
    """Say the rule anew; returns the id of the version in force then. Nothing is written when nothing changes.

    seen: the version that was looked at. Raises NotYours, NotFound, Stale, and as Terms.checked.
    """
    policy.keeps_rules(actor)
    take_turn()
    return _replace(_seen(line, seen), "change", terms.checked().columns(), actor, at)


@transaction.atomic
def close_rule(line: UUID, *, seen: UUID, actor: Actor, at: datetime) -> None:
    """From now on the rule holds no more. Raises NotYours, NotFound, Stale."""
    policy.keeps_rules(actor)
    take_turn()
    row = _seen(line, seen)
    _end(row, at)
    deed = Deed(KIND, line, "close", {"valid_to": None}, {"valid_to": row.valid_to})
    record(deed, actor=actor, at=at)


@transaction.atomic
def reorder(lines: Sequence[UUID], *, actor: Actor, at: datetime) -> None:
    """Ask the rules in this order. lines: all that are in force, else Stale. Only those whose rank changes get a version."""
    policy.keeps_rules(actor)
    take_turn()
    rows = {row.line: row for row in _in_force().order_by("rank")}
    if sorted(rows) != sorted(lines):
        raise Stale()
    ranks = dict(zip(lines, sorted(row.rank for row in rows.values()), strict=True))
    moved = [(row, ranks[row.line]) for row in rows.values() if row.rank != ranks[row.line]]
    for row, _ in moved:
        _end(row, at)  # all of them first: two never hold one rank
    for row, rank in moved:
        _follow(row, "reorder", {"rank": rank}, actor, at)


def _in_force() -> Any:
    return RoutingRule.objects.filter(valid_to=None)


def _seen(line: UUID, seen: UUID) -> RoutingRule:
    row: RoutingRule | None = _in_force().select_for_update(no_key=True).filter(line=line).first()
    if row is None:
        raise NotFound("routing_rule")
    if row.id != seen:
        raise Stale()
    return row


def _replace(row: RoutingRule, event: str, columns: dict[str, Any], actor: Actor, at: datetime) -> UUID:
    if all(getattr(row, name) == value for name, value in columns.items()):
        return row.id
    _end(row, at)
    return _follow(row, event, columns, actor, at)


def _end(row: RoutingRule, at: datetime) -> None:
    row.valid_to = max(at, row.valid_from)  # a clock that was set back ends nothing before it began
    row.save(update_fields=["valid_to"])


def _follow(row: RoutingRule, event: str, columns: dict[str, Any], actor: Actor, at: datetime) -> UUID:
    """The next version after one that ended; the journal gets what differs."""
    old, new = _told(row), _begin(row.line, _columns(row) | columns, row.valid_to)
    told = _told(new)
    differs = [name for name in told if old[name] != told[name] or name == "valid_from"]
    before, after = {name: old[name] for name in differs}, {name: told[name] for name in differs}
    record(Deed(KIND, row.line, event, before, after), actor=actor, at=at)
    return new.id


def _begin(line: UUID, columns: dict[str, Any], at: datetime | None) -> RoutingRule:
    row: RoutingRule = RoutingRule.objects.create(line=line, valid_from=at, **columns)
    return row


def _columns(row: RoutingRule) -> dict[str, Any]:
    return {name: getattr(row, name) for name in TOLD}


def _told(row: RoutingRule) -> dict[str, Any]:
    """What the journal keeps of a version."""
    return {"row": row.id, **_columns(row), "valid_from": row.valid_from}
