"""What comes next in a case, and whether it is for whoever looks: the arrow of its state that leads on, if he may take it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from gezhi.cases import lifecycle
from gezhi.cases.lifecycle import Fact, Role, State
from gezhi.cases.line import CaseLine
from gezhi.cases.policy import roles_for
from gezhi.kernel.actor import Actor, ActorKind

if TYPE_CHECKING:
    from gezhi.cases.models import Case

# of what may be done in a state, what leads on; the first that somebody may do is his next
LEADS_ON: Mapping[State, tuple[str, ...]] = {
    State.REPORTED: ("accept",),
    State.OPENED: ("dispatch", "solve_on_spot"),
    State.DISPATCHED: ("take",),
    State.IN_HAND: ("approve_extension", "done"),
    State.TO_CHECK: ("pass_check",),
    State.TO_CONFIRM: (
        "unsatisfied",
    ),  # an objection waits for its review; without one it is the reporter's turn
}


def next_of(case: "Case | CaseLine", actor: Actor) -> str:
    """The event that this actor should see to next; "" where it is somebody else's turn. No query."""
    if actor.kind is not ActorKind.ACCOUNT or case.closed_at is not None:
        return ""
    return _leading_on(State(case.state), roles_for(actor, case), _known(case))


@lru_cache(maxsize=1024)
def _leading_on(state: State, roles: frozenset[Role], known: frozenset[Fact]) -> str:
    """Kept: a page asks it fifty times, and there are few answers."""
    if state is State.TO_CONFIRM and Fact.OBJECTED not in known:
        return ""
    offered = {offer.event for offer in lifecycle.offers(state, roles=roles, circumstances=known)}
    return next((event for event in LEADS_ON.get(state, ()) if event in offered), "")


def _known(case: "Case | CaseLine") -> frozenset[Fact]:
    """The circumstances that a line shows; which way the draw falls makes no difference to what is next."""
    found = {Fact.DRAWN, Fact.UNDRAWN, Fact.ASKABLE, Fact.UNASKABLE}
    found.add(Fact.PAUSED if case.review_at else Fact.RUNNING)
    found.add(Fact.OBJECTED if case.has_objection else Fact.UNOBJECTED)
    if not case.tasks_open:
        found.add(Fact.ALL_IN)
    if case.extension_until:
        found.add(Fact.EXTENSION_ASKED)
    return frozenset(found)
