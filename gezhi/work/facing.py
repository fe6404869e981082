"""What a task shows to everybody it concerns: place, category, words of whoever set it, its day. Nothing that a reporter said."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from gezhi.work.models import Task


class Facing(NamedTuple):
    """One task, for notices and mails. category_id: of its case, None without one."""

    id: UUID
    number: str
    what: str
    state: str
    due_at: datetime
    place_id: UUID | None
    place_path: str
    category_id: UUID | None


_FIELDS = ("id", "number", "what", "state", "due_at", "place_id", "place_path", "case__category_id")


def facing(ids: Collection[UUID]) -> dict[UUID, Facing]:
    """Tasks by id; unknown ids are absent. 1 query, none for no id."""
    if not ids:
        return {}
    rows = Task.objects.filter(id__in=list(ids)).values_list(*_FIELDS)
    return {row[0]: Facing(*row) for row in rows}
