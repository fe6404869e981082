"""What the network's follower asks and keeps: how far it has read, what a case that closed has left, where a task's place is now."""

from uuid import UUID

from gezhi.cases import queries as cases
from gezhi.journal.following import held
from gezhi.places import queries as places
from gezhi.work.models import FollowCursor, Task
from gezhi.work.queries import OPEN_STATES


def reached() -> int:
    """The last position of the journal that was read. 1 query."""
    found: int = FollowCursor.objects.values_list("position", flat=True).first() or 0
    return found


def held_position() -> int:
    """The same, locked until the caller's transaction ends."""
    return held(FollowCursor).position


def read_until(position: int) -> None:
    """How far the journal is read now. 1 statement."""
    FollowCursor.objects.update(position=position)


def are_any() -> bool:
    """Whether the office ever had a task. 1 query."""
    return Task.objects.exists()


def left_open(case_id: UUID) -> list[UUID]:
    """The open tasks of a case that is closed now, which is locked; none where it lives again. 2 queries at most."""
    open_ones = Task.objects.filter(case_id=case_id, state__in=OPEN_STATES)
    ids = list(open_ones.order_by("id").values_list("id", flat=True))
    return ids if ids and cases.locked(case_id).closed_at is not None else []


def follow_place(case_id: UUID) -> None:
    """The copies of the paths of its tasks' places. 2 queries where it has tasks, 1 statement for each that moved."""
    rows = list(
        Task.objects.filter(case_id=case_id, place__isnull=False).values_list("id", "place_id", "place_path")
    )
    known = places.by_ids({place for _, place, _ in rows}) if rows else {}
    for id, place, path in rows:
        if place in known and known[place].path != path:
            Task.objects.filter(id=id).update(place_path=known[place].path)
