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
from gezhi.channels.wecom.office import DRAFT, ROAD
from gezhi.journal import outbox
from gezhi.journal.outbox import Following, Leased
from gezhi.parties import wecom
from gezhi.parties.days import local_day
from gezhi.tenancy.keys import derived

HEARD: Final = "wecom.heard"  # errand kind, inside the office; its key names the message
ANSWER: Final = "wecom.answer"  # on the road; payload: say, and heard or account
KEEP_STRANGERS: Final = timedelta(hours=24)  # their userid, until the one answer has gone
FORGOTTEN: Final = timedelta(hours=1)  # after its moment a draft without an errand is one that nobody files


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
    """Look who it is from: a colleague's joins a draft and sets its clock, a stranger's is forgotten and answered once a day.

    Of one draft all are the same sender's: the answer finds him by its first message, whose own errand may still be held by a dead worker.
    """
    agent, _colon, number = errand.key.partition(":")
    rows = Heard.objects.filter(agent=int(agent), number=number, handled_at=None)
    row: Heard | None = rows.select_for_update(no_key=True).first()
    if row is None:
        return
    account = wecom.account_of(row.sender, at=at)
    if account is None:
        _forget(row, at)
        return
    for draft in waiting(row.sender):
        ids = [one.id for one in draft.rows]
        if row.id in ids:
            Heard.objects.filter(id__in=ids).update(account=account)
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
    """Forget strangers whom no answer reached within a day; set the clock of drafts that nobody would file. Returns how many. 1 UPDATE,
    1 query; for messages older than an hour that are no report, 1 more and 1 for each of their senders.
    """
    return _forget_strangers(at) + _wake(at)


def _forget_strangers(at: datetime) -> int:
    rows = Heard.objects.filter(account=None, received_at__lt=at - KEEP_STRANGERS).exclude(sender="")
    return int(rows.exclude(handled_at=None).update(sender=""))


def _wake(at: datetime) -> int:
    """Drafts whose errand ended without a report, as when it was called off. One that waits or is parked is left alone."""
    rows = Heard.objects.filter(handled_at=None, received_at__lt=at - FORGOTTEN).exclude(account=None)
    senders = sorted(set(rows.values_list("sender", flat=True)))
    kept = outbox.keys_open(DRAFT) if senders else set()
    lost = [one for sender in senders for one in waiting(sender) if one.due < at - FORGOTTEN]
    lost = [one for one in lost if str(one.first) not in kept]
    for one in lost:
        key = str(one.first)
        outbox.queue(Following(DRAFT, key, at, road=ROAD))
        outbox.reschedule(DRAFT, key, due_at=at)
    return len(lost)


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
