"""What may be shown of the cases: how they stand now by their clock, what was received in a month, what was open at its end."""

from datetime import datetime
from typing import Final

from gezhi.cases import lists
from gezhi.cases.lists import CaseFilter
from gezhi.insight.mapping.counts import Layer, layer
from gezhi.kernel.actor import Actor

CLOCKS: Final = ("in_time", "due_soon", "overdue", "paused")  # the columns of `now`

Key = tuple[object, ...]


def now(wanted: CaseFilter, *, key: Key, actor: Actor, at: datetime, soon: datetime) -> Layer:
    """Open cases that this actor may see, by clock. key: all that `wanted` says, in values that can be compared."""
    return layer(
        ("now", actor, *key),
        len(CLOCKS),
        lambda: lists.per_place(wanted, actor=actor, at=at, soon=soon),
        at=at,
    )


def received(
    wanted: CaseFilter, *, key: Key, actor: Actor, at: datetime, since: datetime, until: datetime
) -> Layer:
    """Cases received in a span, whatever became of them. One column."""
    return layer(
        ("received", actor, since, until, *key),
        1,
        lambda: lists.by_place(lists.received_in(wanted, actor=actor, since=since, until=until)),
        at=at,
    )


def open_then(wanted: CaseFilter, *, key: Key, actor: Actor, at: datetime, moment: datetime) -> Layer:
    """Cases that were open at a moment. One column."""
    return layer(
        ("open", actor, moment, *key),
        1,
        lambda: lists.by_place(lists.open_at(wanted, actor=actor, moment=moment)),
        at=at,
    )
