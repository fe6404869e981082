"""A lead gives shares of its case to others, each form once. Owns the transaction. Story: ADR 0040."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from gezhi.cases.network import queries as network
from gezhi.kernel.actor import Actor
from gezhi.kernel.ids import digest
from gezhi.kernel.refusal import NotFromHere
from gezhi.work import sending
from gezhi.work.move import NewTask
from gezhi.work.once import sent_before, written

if TYPE_CHECKING:
    from gezhi.work.models import Task


@transaction.atomic
def send(case_id: UUID, new: Sequence[NewTask], *, key: str, actor: Actor, at: datetime) -> "list[Task]":
    """The tasks of one form, once however often it is sent: the same form again gives the same tasks.

    Raises as work.sending.send, and NotFromHere("sent_otherwise") where the form's key came with other words before.
    """
    network.held(case_id, actor=actor)  # whoever sends the same form at the same time waits here
    body = digest(json.dumps([asdict(one) for one in new], default=str, sort_keys=True))
    before = sent_before(actor, key)
    if before is not None:
        if before.body_digest != body:
            raise NotFromHere("sent_otherwise")
        return before.tasks()
    tasks = sending.send(*new, actor=actor, at=at)
    written(actor, key, body, tasks, at)
    return tasks
