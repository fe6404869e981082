"""What an actor is to a task. Who is nothing to it gets 404; whose roles do not fit an arrow gets 403."""

from datetime import datetime
from typing import TYPE_CHECKING

from gezhi.cases.network import queries as network
from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.places import paths
from gezhi.work.lifecycle import TaskRole
from gezhi.work.models import Task, TaskLink

if TYPE_CHECKING:
    from gezhi.cases.models import Case

HEADS = (Duty.MANAGER, Duty.CLERK, Duty.OFFICER)
AT_WORK = (Duty.WORKER, *HEADS)


def roles_for(actor: Actor, task: Task, case: "Case | None", at: datetime) -> frozenset[TaskRole]:
    """case: the task's own, None when it has none. 1 query for a link, else none. Nobody of the party complained of is anything."""
    if actor.kind is ActorKind.SYSTEM:
        return frozenset({TaskRole.SYSTEM})
    if actor.kind is ActorKind.LINK:
        living = TaskLink.objects.filter(
            id=actor.id, task=task, party_id=task.party_id, ended_at=None, expires_at__gt=at
        )
        return frozenset({TaskRole.HAND}) if living.exists() else frozenset()
    if actor.kind is not ActorKind.ACCOUNT:
        return frozenset()
    if case is not None and case.complained_of_id is not None and case.complained_of_id in actor.parties():
        return frozenset()
    found = set()
    if task.party_id in actor.parties(*AT_WORK):
        found.add(TaskRole.HAND)
    if task.party_id in actor.parties(*HEADS):
        found.add(TaskRole.HEAD)
    owns, covers = network.sides(actor, case) if case is not None else _sides(actor, task)
    found |= ({TaskRole.OWNER} if owns else set()) | ({TaskRole.ABOVE} if covers else set())
    return frozenset(found)


def _sides(actor: Actor, task: Task) -> tuple[bool, bool]:
    """Of a task without a case: whether he works for who set it, whether he is an officer above its place."""
    covers = any(
        post.path == paths.ROOT or paths.is_within(task.place_path, post.path)
        for post in actor.posts
        if post.duty is Duty.OFFICER
    )
    return task.owner_id in actor.parties(*AT_WORK), covers
