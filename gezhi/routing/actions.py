"""Keep the routing rules: a change ends a version and begins the next, at once or on a later day, journalled under the rule's line
("routing_rule").

So what was dispatched by which version stays visible. What is ahead can be said anew or withdrawn until its day.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, Stale
from gezhi.parties.days import local_day, midnight
from gezhi.parties.turns import take_turn
from gezhi.routing import policy
from gezhi.routing.models import RoutingRule
from gezhi.routing.terms import Terms
from gezhi.routing.versions import Change, Open, columns_of, opened
from gezhi.tenancy.clock import new_id


@transaction.atomic
def add_rule(terms: Terms, *, actor: Actor, at: datetime, begins_on: date | None = None) -> UUID:
    """Put a rule behind the others, in force from now or from a later day on; returns its line.

    Raises NotYours, Invalid (begins_on), and as Terms.checked.
    """
    policy.keeps_rules(actor)
    take_turn()
    last = max((one.rank for one in opened(at)), default=0)
    change = Change(new_id(), "add")
    change.begin({"rank": last + 1} | terms.checked().columns(), _begins(begins_on, at))
    change.write(actor=actor, at=at)
    return change.line


@transaction.atomic
def change_rule(
    line: UUID, terms: Terms, *, seen: UUID, actor: Actor, at: datetime, begins_on: date | None = None
) -> UUID:
    """Say a version anew, the one in force or the one ahead; returns the id of the new one, of the old one when nothing changes.

    seen: the version that was looked at. begins_on: the later day from which the new one holds; until then the one in force does.
    What is ahead stays when the version in force is changed at once.
    Raises NotYours, NotFound, Stale, Invalid (begins_on), and as Terms.checked.
    """
    policy.keeps_rules(actor)
    take_turn()
    found, begins, columns = _seen(line, seen, at), _begins(begins_on, at), terms.checked().columns()
    if found.now is None or found.now.id != seen:
        return _change_ahead(found, columns, begins, actor, at)
    # somebody else was first: one thing at a time lies ahead
    if begins > at and found.changes_at is not None:
        raise Stale()
    if _says(found.now, columns):
        _refuse_idle(begins > at)
        return found.now.id
    until = found.now.valid_to if begins == at else None
    change = Change(line, "change")
    change.end(found.now, begins)
    new = change.begin(columns_of(found.now) | columns, begins, until=until, instead_of=found.now)
    change.write(actor=actor, at=at)
    return new


def _change_ahead(
    found: Open, columns: Mapping[str, Any], begins: datetime, actor: Actor, at: datetime
) -> UUID:
    """The version ahead is taken back and another is written; the one in force ends when that begins."""
    if found.ahead is None:
        raise Stale()
    _refuse_idle(found.now is not None and _says(found.now, columns))
    if _says(found.ahead, columns) and found.ahead.valid_from == begins:
        return found.ahead.id
    change = Change(found.line, "change")
    change.end(found.ahead, found.ahead.valid_from)
    if found.now is not None:
        change.end(found.now, begins)
    new = change.begin({**columns_of(found.ahead), **columns}, begins, instead_of=found.ahead)
    change.write(actor=actor, at=at)
    return new


@transaction.atomic
def close_rule(line: UUID, *, seen: UUID, actor: Actor, at: datetime, ends_on: date | None = None) -> None:
    """From now on, or from a later day on, the rule holds no more. Closed at once, it also loses what is ahead.

    seen: the version in force. Raises NotYours, NotFound, Stale, Invalid (ends_on).
    """
    policy.keeps_rules(actor)
    take_turn()
    found, ends = _seen(line, seen, at), _begins(ends_on, at, "ends_on")
    if found.now is None or found.now.id != seen or (ends > at and found.changes_at is not None):
        raise Stale()
    change = Change(line, "close")
    if found.ahead is not None:
        change.end(found.ahead, found.ahead.valid_from)
    change.end(found.now, ends)
    change.write(actor=actor, at=at)


@transaction.atomic
def withdraw(line: UUID, *, seen: UUID, actor: Actor, at: datetime) -> None:
    """Take back what is ahead: another version, a closing, or a rule that has not begun. What holds now goes on.

    seen: the version ahead; of a closing the one in force. Raises NotYours, NotFound, Stale.
    """
    policy.keeps_rules(actor)
    take_turn()
    found = _seen(line, seen, at)
    if found.changes_at is None or (found.ahead is not None and found.ahead.id != seen):
        raise Stale()
    change = Change(line, "withdraw")
    if found.ahead is not None:
        change.end(found.ahead, found.ahead.valid_from)
    if found.now is not None:
        change.end(found.now, None)
    change.write(actor=actor, at=at)


@transaction.atomic
def reorder(lines: Sequence[UUID], *, actor: Actor, at: datetime) -> None:
    """Ask the rules in this order, from now on. lines: all that are in force or are to begin, else Stale.

    Only those whose rank changes get a version, of what is ahead of them as well.
    """
    policy.keeps_rules(actor)
    take_turn()
    rules = {one.line: one for one in opened(at)}
    if sorted(rules) != sorted(lines):
        raise Stale()
    ranks = dict(zip(lines, sorted(one.rank for one in rules.values()), strict=True))
    moved = [one for one in rules.values() if one.rank != ranks[one.line]]
    steps = [
        (Change(one.line, "reorder"), row, row.valid_to)
        for one in moved
        for row in (one.now, one.ahead)
        if row
    ]
    for change, row, _ in steps:
        change.end(row, max(at, row.valid_from))  # all of them first: two never hold one rank
    for change, row, until in steps:
        columns = columns_of(row) | {"rank": ranks[row.line]}
        change.begin(columns, max(at, row.valid_from), until=until, instead_of=row)
        change.write(actor=actor, at=at)


def _says(row: RoutingRule, columns: Mapping[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in columns.items())


def _refuse_idle(is_idle: bool) -> None:
    if is_idle:
        raise Invalid("begins_on", "changes_nothing")


def _begins(day: date | None, at: datetime, field: str = "begins_on") -> datetime:
    """Today is at once. Raises Invalid for a day that is over."""
    today = local_day(at)
    if day is None or day == today:
        return at
    if day < today:
        raise Invalid(field, "is_over")
    return midnight(day)


def _seen(line: UUID, seen: UUID, at: datetime) -> Open:
    """Raises NotFound where the rule has ended, Stale where neither version is the one that was looked at."""
    found = next((one for one in opened(at) if one.line == line), None)
    if found is None:
        raise NotFound("routing_rule")
    if seen not in {row.id for row in (found.now, found.ahead) if row}:
        raise Stale()
    return found
