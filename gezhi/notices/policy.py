"""Who may say which programs are told."""

from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.refusal import NotYours


def keeps_receivers(actor: Actor) -> None:
    """Administrators, and the office's own clockwork. Raises NotYours."""
    if actor.kind is not ActorKind.SYSTEM and not actor.has(Duty.ADMIN):
        raise NotYours(deed="keep_receivers")
