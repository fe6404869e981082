"""Who may change the routing rules."""

from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.refusal import NotYours


def keeps_rules(actor: Actor) -> None:
    """Administrators and officers, and the office's own clockwork (installing). Raises NotYours."""
    if actor.kind is not ActorKind.SYSTEM and not actor.has(Duty.ADMIN, Duty.OFFICER):
        raise NotYours(deed="keep_rules")
