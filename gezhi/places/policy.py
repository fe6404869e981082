"""Who may change places. The office's own clockwork (installing, importing) may."""

from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.refusal import NotYours


def keeps_places(actor: Actor) -> None:
    """Administrators keep places, grid cells and fixtures. Raises NotYours."""
    if actor.kind is not ActorKind.SYSTEM and not actor.has(Duty.ADMIN):
        raise NotYours(deed="keep_places")
