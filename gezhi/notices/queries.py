"""Read notices: what waits for somebody, newest first. Nobody reads of a case that he may not open, nor what came to a post he has left.

Of another thing than a case (a task) whoever works for the party reads it: there is nothing in it that anybody said.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from gezhi.cases import queries as cases
from gezhi.kernel import counting
from gezhi.kernel.actor import Actor, Duty
from gezhi.notices.models import CASE, Cursor, Notice, Seen
from gezhi.reports.queries import unpublished_runs
from gezhi.tenancy.prepared import PreparedCount

AT_WORK = (Duty.WORKER, Duty.MANAGER, Duty.CLERK, Duty.OFFICER)  # who acts for a party


def unread(
    actor: Actor,
    *,
    with_read: bool = False,
    with_settled: bool = False,
    hidden: tuple[UUID, ...] | None = None,
) -> QuerySet[Notice]:
    """What came to the parties this actor works for, or to himself, and that he neither did nor read; newest first. Lazy; 1 query and the
    one that asks for imports under way.

    with_read: what he has read, too. with_settled: what no longer waits, too. hidden: what
    `unpublished_runs` says, for whoever has asked already.
    """
    to_me = Q(party_id__in=actor.parties(*AT_WORK)) & (Q(person_id=None) | Q(person_id=actor.id))
    may_see = (
        cases.is_visible(actor, "case_id")
        if hidden is None
        else cases.is_surely_visible(actor, "case_id", hidden)
    )
    rows = Notice.objects.filter(to_me, ~Q(about=CASE) | may_see)  # other things carry no words
    rows = rows.filter(Q(by=None) | ~Q(by=actor.id))
    if not with_settled:
        rows = rows.filter(settled_at=None)
    if not with_read:
        rows = rows.filter(~_seen(actor))
    found: QuerySet[Notice] = rows.order_by("-at", "-id")
    return found


def count(actor: Actor) -> int:
    """How much is new to this actor, COUNTED + 1 for more: the figure beside the bell. 2 queries, none for whoever is told nothing."""
    if not is_told(actor):
        return 0
    try:
        return _counting(actor, tuple(unpublished_runs())).count()
    except EmptyResultSet:
        return 0


@lru_cache(maxsize=256)
def _counting(actor: Actor, hidden: tuple[UUID, ...]) -> PreparedCount:
    """Kept by actor: every page of the desk asks."""

    def counted() -> QuerySet[Any]:
        found: QuerySet[Any] = (
            unread(actor, hidden=hidden).order_by().values_list(Value(1))[: counting.COUNTED + 1]
        )
        return found

    return PreparedCount(counted)


def is_told(actor: Actor) -> bool:
    """Whether news comes to this actor at all."""
    return actor.has(*AT_WORK)


def listed(actor: Actor) -> QuerySet[Any]:
    """All of an actor's notices, newest first, `is_read` said of each; the case is joined. Of a flood the newest alone. Lazy: slice it."""
    rows = unread(actor, with_read=True, with_settled=True).exclude(stands_for=0)
    return rows.annotate(is_read=_seen(actor)).select_related("case")


def _seen(actor: Actor) -> Exists:
    return Exists(Seen.objects.filter(notice_id=OuterRef("id"), account_id=actor.id))


def notice(id: UUID) -> Notice | None:
    """One notice with its case, for whoever sends it on; None when there is none. 1 query."""
    found: Notice | None = Notice.objects.filter(id=id).select_related("case").first()
    return found


def told_until() -> int:
    """The last position of the journal that was read for notices and messages. 1 query."""
    found: int = Cursor.objects.values_list("position", flat=True).first() or 0
    return found


def told_since() -> tuple[int, int]:
    """(position from which on it was read, last position). 1 query."""
    found: tuple[int, int] | None = Cursor.objects.values_list("since", "position").first()
    return found or (0, 0)


def kept_since() -> datetime | None:
    """Since when notices and messages are kept; None = all are. 1 query."""
    found: datetime | None = Cursor.objects.values_list("kept_since", flat=True).first()
    return found


def told_of(cases: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """(journal row, party) of every notice on these cases. 1 query."""
    return set(Notice.objects.filter(case_id__in=cases).values_list("entry_id", "party_id"))


def told_of_things(ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """(journal row, party) of every notice on these other things. 1 query."""
    rows = Notice.objects.exclude(about=CASE).filter(about_id__in=ids)
    return set(rows.values_list("entry_id", "party_id"))


def mailed(since: datetime | None) -> Iterator[tuple[UUID, int]]:
    """Notices that were sent by mail, and to how many mailboxes; since: of what came then or later, None = all. 1 streamed query."""
    rows = Notice.objects.filter(Q(at__gte=since) if since else Q(), mails__gt=0)
    return rows.values_list("id", "mails").iterator(chunk_size=2000)


def is_kept_from(one: Notice) -> bool:
    """Whether the case has become, since, one that this party must not hear of: it complains of it."""
    return one.case is not None and bool(one.case.complained_of_id == one.party_id)
