"""Follow the sealed journal of cases for what stands above them: open tasks of a case that closed end, their places follow the case's.

Behind a cursor of its own, as the notices do it: an end that came while nobody looked is read later, once.
"""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from gezhi.journal.following import read_on
from gezhi.journal.queries import after_position, sealed_position
from gezhi.kernel.actor import SYSTEM
from gezhi.work import following as tasks
from gezhi.work.actions import advance
from gezhi.work.move import TaskMove

BATCH = 250  # entries: a few ten milliseconds of SQLite's only writer


def catch_up(*, at: datetime) -> int:
    """Read on until nothing is left; each batch is one short transaction. Returns how many entries. Writes nothing when nothing is new."""
    return read_on(partial(_follow, at), is_behind=lambda: tasks.reached() < sealed_position())


@transaction.atomic
def _follow(at: datetime) -> int:
    end = sealed_position()
    position = tasks.held_position()
    if not tasks.are_any():  # whatever closed before there was a task ended none
        tasks.read_until(end)
        return end - position
    entries = list(after_position(position, BATCH))
    if not entries:
        return 0
    for entry in entries:
        if entry.subject_kind == "case":
            _follow_case(entry.subject_id, entry.after, at)
    tasks.read_until(entries[-1].position or position)
    return len(entries)


def _follow_case(case_id: UUID, after: dict[str, object], at: datetime) -> None:
    if after.get("closed_at"):
        for task_id in tasks.left_open(case_id):
            advance(task_id, TaskMove("case_ended"), actor=SYSTEM, at=at)
    if "place_path" in after:
        tasks.follow_place(case_id)
