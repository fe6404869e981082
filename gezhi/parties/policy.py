"""Who may change parties, posts and accounts. The office's own clockwork (installing, importing) may."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.refusal import NotYours

HUMBLE_DUTIES = frozenset({Duty.WORKER, Duty.MANAGER, Duty.CHECKER})


def _has(actor: Actor, *duties: Duty) -> bool:
    return actor.kind is ActorKind.SYSTEM or actor.has(*duties)


def keeps_parties(actor: Actor) -> None:
    """Administrators and officers keep parties and what they serve. Raises NotYours."""
    if not _has(actor, Duty.ADMIN, Duty.OFFICER):
        raise NotYours(deed="keep_parties")


def keeps_phone_of(actor: Actor, party_id: UUID) -> None:
    """A party's own manager or clerk may change its standing phone too. Raises NotYours."""
    if party_id not in actor.parties(Duty.MANAGER, Duty.CLERK):
        keeps_parties(actor)


def keeps_accounts(actor: Actor) -> None:
    """Administrators keep accounts and posts. Raises NotYours."""
    if not _has(actor, Duty.ADMIN):
        raise NotYours(deed="keep_accounts")


def keeps_open_keys(actor: Actor) -> None:
    """Administrators say which applications may report through Open311. Raises NotYours."""
    if not _has(actor, Duty.ADMIN):
        raise NotYours(deed="keep_open_keys")


def keeps_walls(actor: Actor) -> None:
    """Administrators say which screens hang where. Raises NotYours."""
    if not _has(actor, Duty.ADMIN):
        raise NotYours(deed="keep_walls")


class Held(NamedTuple):
    """A post of the person whose password is reset, now or later: its duty, its party and the party above that."""

    duty: str
    party: UUID
    above: UUID | None


def resets(actor: Actor, posts: Iterable[Held]) -> None:
    """An administrator resets anybody; a desk only people who decide nothing, or it could make itself more. Raises NotYours.

    Whoever sees the code can log in with it: so an officer resets them anywhere, a clerk those of his own party and of the parties below it.
    """
    held = tuple(posts)
    if _has(actor, Duty.ADMIN):
        return
    own = actor.parties(Duty.CLERK)
    is_near = actor.has(Duty.OFFICER) or (own and all({post.party, post.above} & own for post in held))
    if not is_near or not {Duty(post.duty) for post in held} <= HUMBLE_DUTIES:
        raise NotYours(deed="reset_password")
