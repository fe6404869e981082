"""A case of the property company, at work, with somebody to help it: 孙 Sun leads, 高 Gao's agency and 魏 Wei's team assist."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gezhi.cases.models import Case
from gezhi.cases.move import Move, Shown
from gezhi.flows import network_follow, share_out
from gezhi.journal import sealing
from gezhi.kernel.actor import Actor
from gezhi.work import actions as work
from gezhi.work import check
from gezhi.work.models import Task
from gezhi.work.move import NewTask, TaskMove
from tests.cast import Cast, photo, walk

PICTURE = ("photo_after",)


def new(cast: Cast, case: Case, at: datetime, what: str = "把门口的管线理好", **more: Any) -> NewTask:
    """A share for the agency, due in two days, shown by a picture."""
    known = {"party": cast.agency, "due_at": at + timedelta(days=2), "proof": PICTURE, "case": case.id} | more
    return NewTask(what=what, **known)


def finish(at: datetime, **more: Any) -> TaskMove:
    """Done, with a picture of it."""
    return TaskMove("finish", shown=(Shown(photo(at)),), **more)


def holds() -> list[str]:
    """What `gezhi check` finds among the tasks."""
    return [f"{one.invariant} {one.what}" for one in check.findings()]


def follow(at: datetime) -> None:
    """The worker comes round: seals, then ends what closed cases left open."""
    sealing.seal(at=at)
    network_follow.catch_up(at=at)


@pytest.fixture
def led(cast: Cast, noon: datetime) -> Case:
    """A case in the hands of 孙 Sun's company."""
    case = cast.lin_reports(noon)
    return walk(
        case,
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.sun, Move("take")),
        at=noon,
    )


@pytest.fixture
def sent(cast: Cast, led: Case, noon: datetime) -> Task:
    """One share of it, sent to the agency by its lead."""
    return share_out.send(led.id, [new(cast, led, noon)], key="one-form", actor=cast.sun, at=noon)[0]


@pytest.fixture
def moved(noon: datetime) -> Callable[..., Task]:
    """Make one move on a task."""

    def move(task: UUID, actor: Actor, event: str | TaskMove, at: datetime = noon, **more: Any) -> Task:
        wish = event if isinstance(event, TaskMove) else TaskMove(event, **more)
        return work.advance(task, wish, actor=actor, at=at)

    return move
