"""A sending is kept under its form's key, so that the same form again makes nothing twice."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from gezhi.kernel.actor import Actor
from gezhi.kernel.ids import digest
from gezhi.work.models import SendOnce, Task


class Before(NamedTuple):
    """What came under a key."""

    body_digest: str
    task_ids: tuple[UUID, ...]

    def tasks(self) -> list[Task]:
        """The tasks that were made, in their order. 1 query."""
        found = {one.id: one for one in Task.objects.filter(id__in=self.task_ids)}
        return [found[id] for id in self.task_ids]


def sent_before(actor: Actor, key: str) -> Before | None:
    """What this account sent under this key; None for the first time. 1 query."""
    rows = SendOnce.objects.filter(account_id=actor.id, key_digest=digest(key))
    found = rows.values_list("body_digest", "task_ids").first()
    return Before(found[0], tuple(UUID(id) for id in found[1])) if found else None


def written(actor: Actor, key: str, body_digest: str, tasks: Sequence[Task], at: datetime) -> None:
    """Keep it. In the transaction of the sending."""
    SendOnce.objects.create(
        account_id=actor.id,
        key_digest=digest(key),
        body_digest=body_digest,
        task_ids=[str(one.id) for one in tasks],
        at=at,
    )
