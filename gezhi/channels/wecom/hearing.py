"""What comes in by the callback: written down before it is answered, then, by an errand, given to whom it is from.

A repeat is known by its number, so a message is heard once however often WeCom sends it, and a recorded callback that is sent again does
nothing: `Heard` is the nonce store. Of whoever is not linked to an account nothing is kept but the number.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from gezhi.channels.wecom.drafts import Draft, Row, drafts
from gezhi.channels.wecom.messages import Kind, Message
from gezhi.channels.wecom.models import Heard
from gezhi.channels.wecom.office import ROAD
from gezhi.journal import outbox
from gezhi.journal.outbox import Following, Leased
from gezhi.parties import wecom
from gezhi.parties.days import local_day
from gezhi.tenancy.keys import derived

HEARD: Final = "wecom.heard"  # errand kind, inside the office; its key names the message
DRAFT: Final = "wecom.draft"  # on the road, for its pictures lie there; key: the id of its first message
ANSWER: Final = "wecom.answer"  # on the road; payload: say, and heard or account
KEEP_STRANGERS: Final = timedelta(hours=24)  # their userid, until the one answer has gone


def hear(message: Message, *, at: datetime) -> None:
    """Write a message down, with the errand that follows. In the caller's transaction; 2 INSERTs, 1 for what nothing follows from."""
    is_noted = message.kind is Kind.OTHER
    row = Heard(
        agent=message.agent,
        number=message.id,
        kind=message.kind.value,
        sender="" if is_noted else message.sender.lower(),
        payload=message.payload(),
        received_at=at,
        handled_at=at if is_noted else None,
    )
    Heard.objects.bulk_create([row], ignore_conflicts=True)
    if not is_noted:
        outbox.queue(Following(HEARD, _key(message.agent, message.id), at))


def _key(agent: int, number: str) -> str:
    return f"{agent}:{number}"


@transaction.atomic
def take(errand: Leased, at: datetime) -> None:
    """Look who it is from: a colleague's joins a draft and sets its clock, a stranger's is forgotten and answered once a day."""
    agent, _colon, number = errand.key.partition(":")
    rows = Heard.objects.filter(agent=int(agent), number=number, handled_at=None)
    row: Heard | None = rows.select_for_update(no_key=True).first()
    if row is None:
        return
    account = wecom.account_of(row.sender, at=at)
    if account is None:
        _forget(row, at)
        return
    Heard.objects.filter(id=row.id).update(account=account)
    for draft in waiting(row.sender):
        if any(one.id == row.id for one in draft.rows):
            _set_clock(draft, at)


def waiting(sender: str) -> list[Draft]:
    """What one sender has said that is no report yet. 1 query."""
    rows = Heard.objects.filter(sender=sender, handled_at=None).order_by("received_at", "id")
    return drafts(Row(*row) for row in rows.values_list("id", "kind", "received_at", "payload"))


def _set_clock(draft: Draft, at: datetime) -> None:
    key = str(draft.first)
    outbox.queue(Following(DRAFT, key, draft.due, road=ROAD))
    outbox.reschedule(DRAFT, key, due_at=max(draft.due, at) if draft.is_sent else draft.due)


def _forget(row: Heard, at: datetime) -> None:
    """Nothing of it stays but its number, and until the answer has gone whom that goes to. One answer a day to each."""
    key = _digest(f"{row.sender}\n{local_day(at).isoformat()}")
    is_first = not outbox.keys_between(ANSWER, key, key + "0")
    sender = row.sender if is_first else ""
    Heard.objects.filter(id=row.id).update(handled_at=at, payload={}, sender=sender)
    if is_first:
        outbox.queue(Following(ANSWER, key, at, {"say": "stranger", "heard": str(row.id)}, road=ROAD))


def _digest(text: str) -> str:
    return hmac.new(derived("wecom-sender"), text.encode(), hashlib.sha256).hexdigest()


def tidy(*, at: datetime) -> int:
    """Forget strangers whom no answer reached within a day. Returns how many. 1 UPDATE."""
    rows = Heard.objects.filter(account=None, received_at__lt=at - KEEP_STRANGERS).exclude(sender="")
    return int(rows.exclude(handled_at=None).update(sender=""))


def is_answered(heard: UUID) -> None:
    """The stranger's one answer has gone: whom it went to is forgotten. 1 UPDATE."""
    Heard.objects.filter(id=heard).update(sender="")


def sender_of(heard: UUID) -> str:
    """To whom a stranger's answer goes; "" when that is forgotten. 1 query."""
    return Heard.objects.filter(id=heard).values_list("sender", flat=True).first() or ""


def account_of(heard: UUID) -> UUID | None:
    """Whose message it was found to be. 1 query."""
    found: UUID | None = Heard.objects.filter(id=heard).values_list("account_id", flat=True).first()
    return found
