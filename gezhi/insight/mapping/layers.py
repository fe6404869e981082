"""What may be shown of the cases: how they stand now by their clock, what was received in a month, what was open at its end."""

from datetime import datetime
from typing import Final

from gezhi.cases import lists
from gezhi.cases.lists import CaseFilter
from gezhi.cases.policy import sees_all
from gezhi.insight.mapping import past
from gezhi.insight.mapping.counts import Layer, layer
from gezhi.insight.mapping.ground import ground
from gezhi.kernel.actor import Actor

CLOCKS: Final = ("in_time", "due_soon", "overdue", "paused")  # the columns of `now`

Key = tuple[object, ...]


def _sees_all(actor: Actor) -> bool:
    """Whether what is counted for everybody is what this actor may see: the whole office, no complaint of a party of his own, and counted at all. At most 2 queries."""
    return sees_all(actor) and past.is_there() and not lists.are_complained_of(actor.parties())


def nothing(kinds: int, *, at: datetime) -> Layer:
    """The ground without a case on it: of what can fit nobody. kinds: columns."""
    here = ground()
    return Layer(here, here.counted((), kinds), at)


def now(wanted: CaseFilter, *, key: Key, actor: Actor, at: datetime, soon: datetime) -> Layer:
    """Open cases that this actor may see, by clock. key: all that `wanted` says, in values that can be compared."""
    return layer(
        ("now", actor, *key),
        len(CLOCKS),
        lambda: (lists.per_place(wanted, actor=actor, at=at, soon=soon), True),
        at=at,
    )


def received(
    wanted: CaseFilter,
    *,
    key: Key,
    actor: Actor,
    at: datetime,
    since: datetime,
    until: datetime,
    month: int = 0,
) -> Layer:
    """Cases received in a span, whatever became of them. One column. month: of that span (202603) when nothing is filtered: then it is counted already."""
    return layer(
        ("received", actor, since, until, *key),
        1,
        lambda: (
            past.received_in(month)
            if month and _sees_all(actor)
            else lists.by_place(lists.received_in(wanted, actor=actor, since=since, until=until)),
            True,
        ),
        at=at,
    )


def open_then(
    wanted: CaseFilter, *, key: Key, actor: Actor, at: datetime, moment: datetime, month: int = 0
) -> Layer:
    """Cases that were open at a moment. One column. month: as for `received`, the month that ends then, also where a place is all that
    filters; with any other filter it is counted from the cases as far as `lists.counted_open_at` goes.
    """
    return layer(
        ("open", actor, moment, *key),
        1,
        lambda: (
            (past.open_after(month, wanted.place_path), True)
            if month and _sees_all(actor)
            else lists.counted_open_at(wanted, actor=actor, moment=moment)
        ),
        at=at,
    )
