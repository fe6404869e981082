"""Go to every world that can be reached, breadth first until nothing new is found, and ask every promise everywhere.

The first promise that breaks is reported with the shortest way to it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from gezhi.cases.lifecycle import Ending, State
from tests.formal.abilities import lacking
from tests.formal.promises import OF_STEPS, OF_WORLDS
from tests.formal.steps import Step, happenings, moves
from tests.formal.world import Case, Scope, World, canonical

MOST_WORLDS = 200_000  # beyond, something that should be small grew: the model has lost its bounds


class Broken(NamedTuple):
    """A promise that does not hold, and the shortest trace that shows it."""

    promise: str
    trace: tuple[Step, ...]
    scope: str

    def __str__(self) -> str:
        lines = [f"{number}. {step}" for number, step in enumerate(self.trace, start=1)]
        return "\n".join([f"{self.promise} ({self.scope}), broken by:", *(lines or ["the beginning"])])


@dataclass
class Explored:
    """Every world reached, in order of distance, with the step that first led there; onward: the worlds next to each."""

    scope: Scope
    came: dict[World, tuple[World, Step] | None]
    onward: dict[World, set[World]] = field(default_factory=dict)
    steps: int = 0
    broken: Broken | None = None

    def trace(self, world: World) -> tuple[Step, ...]:
        found: list[Step] = []
        while (how := self.came[world]) is not None:
            world = how[0]
            found.append(how[1])
        return tuple(reversed(found))


def explore(scope: Scope) -> Explored:
    """All worlds of a scope, or as far as the first broken promise. Raises RuntimeError where it never comes to an end."""
    judged.cache_clear()
    start = canonical(scope.start(), scope)
    found = Explored(scope, {start: None})
    waiting = deque([start])
    while waiting and found.broken is None:
        world = waiting.popleft()
        for then in _look_around(found, world):
            waiting.append(then)
        if len(found.came) > MOST_WORLDS:
            raise RuntimeError(f"{scope.name}: more than {MOST_WORLDS} worlds")
    if found.broken is None:
        found.broken = _dead_end(found)
    return found


def _look_around(found: Explored, world: World) -> list[World]:
    """The worlds next to one that nobody has been to; every promise is asked on the way."""
    scope, fresh = found.scope, list[World]()
    onward = found.onward.setdefault(world, set())
    for promise in OF_WORLDS:
        if _is_held(promise.group, scope) and not all(
            promise.holds(world, n, scope) for n in range(len(world.cases))
        ):
            found.broken = Broken(promise.sentence, found.trace(world), scope.name)
            return []
    for number, case in enumerate(world.cases):
        sentence, steps = judged(case, number in world.lies_at, scope)
        if sentence:
            mine = [step._replace(case=number) for step in steps]
            found.broken = Broken(sentence, (*found.trace(world), *mine), scope.name)
            return []
    for step, then in happenings(world, scope):
        found.steps += 1
        then = canonical(then, scope)
        onward.add(then)
        if then not in found.came:
            found.came[then] = (world, step)
            fresh.append(then)
    return fresh


@cache
def judged(case: Case, is_reported: bool, scope: Scope) -> tuple[str, tuple[Step, ...]]:
    """The first promise that somebody can break by a step on this case, with the step; or that somebody cannot do his part."""
    outcomes = moves(case, is_reported, scope)
    if sentence := lacking(case, is_reported, outcomes, scope):
        return sentence, ()
    for step, then in outcomes:
        for promise in OF_STEPS:
            if _is_held(promise.group, scope) and not promise.holds(case, step, then):
                return promise.sentence, (step,)
    return "", ()


def _is_held(group: str, scope: Scope) -> bool:
    """What is held under "clock" of objections is held with the work, too."""
    return not group or bool(getattr(scope, group))


def _dead_end(found: Explored) -> Broken | None:
    """From every world reached: everything can be closed; a case at work can still be solved; a message can still be sent."""
    goals: list[tuple[str, Callable[[World], bool], Callable[[World], bool]]] = [
        ("no dead end: everything can be closed", _is_closed, lambda world: True),
        (
            "no dead end: what is open can be solved",
            _is_solved,
            lambda world: len(world.cases) == 1 and not _is_closed(world),
        ),
        ("I12: a message that was queued is sent", _is_sent, lambda world: world.post is not None),
    ]
    for sentence, is_goal, is_asked in goals:
        if not any(map(is_asked, found.came)):
            continue
        near = _from_where(found, is_goal)
        lost = next((world for world in found.came if is_asked(world) and world not in near), None)
        if lost is not None:
            return Broken(sentence, found.trace(lost), found.scope.name)
    return None


def _from_where(found: Explored, is_goal: Callable[[World], bool]) -> set[World]:
    """The worlds from which a goal can be reached."""
    back: dict[World, list[World]] = {}
    for world, onward in found.onward.items():
        for then in onward:
            back.setdefault(then, []).append(world)
    reached = {world for world in found.came if is_goal(world)}
    waiting = list(reached)
    while waiting:
        for before in back.get(waiting.pop(), ()):
            if before not in reached:
                reached.add(before)
                waiting.append(before)
    return reached


def _is_closed(world: World) -> bool:
    return all(case.state is State.CLOSED for case in world.cases)


def _is_solved(world: World) -> bool:
    return any(case.ending in {Ending.SOLVED, Ending.NO_ANSWER} for case in world.cases)


def _is_sent(world: World) -> bool:
    return world.post is not None and world.post.is_marked
