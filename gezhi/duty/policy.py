"""Who may change a roster and who signs a hand-over sheet."""

from uuid import UUID

from gezhi.duty.models import HandOver, Shift
from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.refusal import NotYours


def plans(actor: Actor, party_id: UUID) -> None:
    """A party's manager or clerk keeps its roster; administrators and officers keep any. Raises NotYours."""
    is_keeper = actor.kind is ActorKind.SYSTEM or actor.has(Duty.ADMIN, Duty.OFFICER)
    if not is_keeper and party_id not in actor.parties(Duty.MANAGER, Duty.CLERK):
        raise NotYours(deed="plan_shift")


def gives(actor: Actor, shift: Shift) -> UUID:
    """Who leaves gives: the person of the shift; for a colleague without a log-in anybody of the party. The giver's id. Raises NotYours."""
    is_his = actor.id == shift.account_id if shift.account_id else shift.party_id in actor.parties()
    if actor.id is None or not is_his:
        raise NotYours(deed="hand_over")
    return actor.id


def reads(actor: Actor, sheet: HandOver) -> bool:
    """Whether the sheet is there for him: of his party, or he comes next. Strangers' sheets are not."""
    comes = sheet.shift_to is not None and sheet.shift_to.account_id == actor.id
    return comes or sheet.shift_from.party_id in actor.parties()


def takes(actor: Actor, sheet: HandOver) -> UUID:
    """Who comes takes: the person of the next shift, or, when that names no log-in, anybody of the party but the giver.

    The giver confirms his own sheet only when the next shift is his own too. Raises NotYours. Returns the taker's id.
    """
    coming = sheet.shift_to.account_id if sheet.shift_to else None
    if coming is not None:
        is_his = actor.id == coming
    else:
        is_his = sheet.shift_from.party_id in actor.parties() and actor.id != sheet.given_by_id
    if actor.id is None or not is_his:
        raise NotYours(deed="confirm_hand_over")
    return actor.id
