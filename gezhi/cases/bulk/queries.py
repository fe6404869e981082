"""Read bulk deeds: one's own, how far each is, and what became of every case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from gezhi.cases.bulk.kinds import UNDO, UNDOES, ItemState
from gezhi.cases.bulk.models import Bulk, BulkItem
from gezhi.cases.models import Case
from gezhi.cases.policy import visible_to
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A bulk deed as values. total: asked for; the others: how many cases of it stand like that. unseen: asked for, but not there for whoever asked."""

    id: UUID
    by_id: UUID
    deed: str
    into_id: UUID | None
    note: str
    total: int
    begun_at: datetime
    ended_at: datetime | None
    stopped_at: datetime | None
    undo_at: datetime | None
    undone_at: datetime | None
    waiting: int
    done: int
    left: int
    undone: int
    kept: int

    @property
    def unseen(self) -> int:
        return max(0, self.total - (self.waiting + self.done + self.left + self.undone + self.kept))

    @property
    def is_under_way(self) -> bool:
        """Whether cases of it still wait for the deed, or to be taken back."""
        return self.ended_at is None or (self.undo_at is not None and self.undone_at is None)

    def may_undo(self, at: datetime) -> bool:
        """Whether it may be taken back at this moment."""
        is_there = self.deed in UNDOES and self.done > 0 and self.undo_at is None
        return is_there and self.ended_at is not None and at <= self.ended_at + UNDO


_FIELDS = (
    "id", "by_id", "deed", "into_id", "note", "total", "begun_at", "ended_at", "stopped_at", "undo_at", "undone_at",
)  # fmt: skip


def under_way() -> Q:
    """Bulk deeds of which cases still wait for the deed, or to be taken back."""
    return Q(ended_at=None) | Q(undo_at__isnull=False, undone_at=None)


def bulk(bulk_id: UUID, *, actor: Actor) -> BulkRow:
    """One's own bulk deed. 2 queries. Raises NotFound."""
    return _one(Bulk.objects.filter(id=bulk_id, by_id=actor.id))


def by_id(bulk_id: UUID) -> BulkRow:
    """For the office's own worker. 2 queries. Raises NotFound."""
    return _one(Bulk.objects.filter(id=bulk_id))


def _one(rows: QuerySet[Bulk]) -> BulkRow:
    found = _rows(rows)
    if not found:
        raise NotFound("bulk")
    return found[0]


def recent(actor: Actor, limit: int = 20) -> list[BulkRow]:
    """What somebody did to many cases, newest first. 2 queries."""
    return _rows(Bulk.objects.filter(by_id=actor.id).order_by("-begun_at", "-id")[:limit])


def _rows(rows: QuerySet[Bulk]) -> list[BulkRow]:
    found = list(rows.values_list(*_FIELDS))
    counts: dict[UUID, dict[str, int]] = {row[0]: dict.fromkeys(ItemState.values, 0) for row in found}
    items = BulkItem.objects.filter(bulk_id__in=list(counts)).order_by()
    for id, state, count in items.values_list("bulk_id", "state").annotate(count=Count("id")):
        counts[id][state] = count
    return [BulkRow(*row, *(counts[row[0]][state] for state in ItemState.values)) for row in found]


def items(bulk_id: UUID) -> list[BulkItem]:
    """Every case of it in its order; the case is joined. 1 query."""
    return list(BulkItem.objects.filter(bulk_id=bulk_id).select_related("case").order_by("place"))


def visible(numbers: Iterable[str], *, actor: Actor) -> list[Case]:
    """The cases of these numbers that the actor may see, in the order asked for. 2 queries."""
    # what is no number at all is not asked for: PostgreSQL takes no NUL
    wanted = [one for one in dict.fromkeys(numbers) if one.isascii() and one.isprintable()]
    found = {one.number: one for one in visible_to(actor).filter(number__in=wanted)}
    return [found[number] for number in wanted if number in found]


def visible_ids(ids: Iterable[UUID], *, actor: Actor) -> list[Case]:
    """As `visible`, by id. 2 queries."""
    wanted = list(dict.fromkeys(ids))
    found = {one.id: one for one in visible_to(actor).filter(id__in=wanted)}
    return [found[id] for id in wanted if id in found]
