"""Tasks for the table of permissions: a case of each ground that is shared, and its task in each state that somebody's move asks for."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.flows import share_out
from gezhi.kernel.actor import Actor
from gezhi.work import actions as work
from gezhi.work.models import Task
from gezhi.work.move import NewTask, TaskMove
from tests.cast import Cast, lin_reports, walk

Things = dict[str, str]
HOUR = timedelta(hours=1)


def things(name: str, cast: Cast, place: UUID, desk: Actor, lead: Actor, party: UUID, at: datetime) -> Things:
    """name: of the ground. desk, lead: who accepts and who takes it. Of A1 a task in every state, elsewhere one that was sent."""
    moves = ((desk, Move("accept")), (desk, Move("dispatch", party=party)), (lead, Move("take")))
    case = walk(lin_reports(cast, at, f"门口堆了旧家具 {name}", place), *moves, at=at)
    sent = _sent(cast, case, lead, at, "task", party=cast.agency)
    case = (
        advance(case.id, Move("supervise", note="多人来电", until=at + 60 * HOUR), actor=cast.zhou, at=at)
        if name == "A1"
        else case
    )
    found = {
        f"{name}.shared": str(case.number),
        f"{name}.shared.version": str(case.version),
        **_as_things(f"{name}.task", sent),
        f"{name}.day": f"{timezone.localtime(at + timedelta(days=3)):%Y-%m-%d}",
        f"{name}.until": f"{timezone.localtime(case.fix_due):%Y-%m-%dT%H:%M}",
    }
    return found | (_in_every_state(cast, case, lead, at) if name == "A1" else {})


def _in_every_state(cast: Cast, case: Case, lead: Actor, at: datetime) -> Things:
    hand = cast.gao
    led = {
        "done": (hand, TaskMove("finish", note="搬走了")),
        "back": (hand, TaskMove("return", why="not_ours")),
        "asking": (hand, TaskMove("ask_time", reason="等车", until=case.fix_due)),
    }
    found: Things = {}
    for what, (actor, move) in led.items():
        task = _sent(cast, case, lead, at, what, party=cast.agency)
        found |= _as_things(f"A1.task.{what}", work.advance(task.id, move, actor=actor, at=at))
    ours = _sent(cast, case, lead, at, "ours", party=cast.property)
    return found | _as_things("A1.task.ours", ours) | {"A1.task.ours.person": str(cast.qian.id)}


def _sent(cast: Cast, case: Case, lead: Actor, at: datetime, what: str, **more: Any) -> Task:
    assert case.fix_due
    one = NewTask(
        what=f"搬走旧家具 {what}", due_at=(case.fix_due or at) - HOUR, proof=("note",), case=case.id, **more
    )
    return share_out.send(case.id, [one], key=f"doors-{case.number}-{what}", actor=lead, at=at)[0]


def _as_things(name: str, task: Task) -> Things:
    return {name: str(task.id), f"{name}.version": str(task.version)}
