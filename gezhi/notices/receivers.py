"""Other people's programs that are told of cases: kept by administrators, journalled under "receiver"."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from gezhi.journal import outbox
from gezhi.journal.actions import Deed, erase_words, record
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.kernel.text import BadText, clean_name
from gezhi.notices import policy, secret
from gezhi.notices.events import TEST, TYPES
from gezhi.notices.models import Cursor, Receiver
from gezhi.tenancy.clock import new_id

WEBHOOK = "webhook"  # errand kind; payload: type, at, data
MOST = 20  # receivers of one office
SWITCHED_OFF = "switched off"


class ReceiverRow(NamedTuple):
    """A receiver as values, without its secret."""

    id: UUID
    name: str
    url: str
    events: list[str]
    is_on: bool
    made_at: datetime
    since: int
    last_ok_at: datetime | None
    failing_since: datetime | None
    last_error: str
    gone_at: datetime | None


def road(receiver: UUID) -> str:
    """The road to a receiver in the outbox."""
    return f"hook:{receiver}"


def receivers(*, is_on: bool | None = None) -> list[ReceiverRow]:
    """All receivers, or those that are switched on or off, oldest first. 1 query."""
    rows = _there() if is_on is None else _there().filter(is_on=is_on)
    return _rows(rows)


def receiver(id: UUID) -> ReceiverRow:
    """One receiver. 1 query. Raises NotFound."""
    found = _rows(_there().filter(id=id))
    if not found:
        raise NotFound("receiver")
    return found[0]


def address_and_secret(id: UUID) -> tuple[str, str] | None:
    """Where to send, and with what to sign; None when it is switched off or gone. For the sender alone. 1 query."""
    found: Receiver | None = _there().filter(id=id, is_on=True).first()
    return (found.url, secret.unseal(found.id, bytes(found.secret))) if found else None


@transaction.atomic
def add(name: str, url: str, events: Iterable[str], *, actor: Actor, at: datetime) -> tuple[UUID, str]:
    """A new receiver, told of what happens from now on. Returns its id and its secret, which is never shown again.

    url: whether it may be reached is the sender's to say. Raises NotYours, Invalid (name, events, url: taken, receiver).
    """
    policy.keeps_receivers(actor)
    _position()  # two at once come one after the other
    if _there().filter(url=url).exists():  # sent twice; it would be told everything twice
        raise Invalid("url", "taken")
    if _there().count() >= MOST:
        raise Invalid("receiver", "too_many", limit=MOST)
    made = secret.fresh()
    one = Receiver(id=new_id(), name=_name(name), url=url, events=_types(events), made_at=at)
    one.secret, one.since = secret.seal(one.id, made), _position()
    one.save(force_insert=True)
    after = {"name": one.name, "events": one.events, "is_on": True}
    words = {"url": one.url}  # erasable: many an address has a key in it
    record(
        Deed("receiver", one.id, "add_receiver", after=after, words=words, is_first=True), actor=actor, at=at
    )
    return one.id, made


@transaction.atomic
def change(id: UUID, name: str, url: str, events: Iterable[str], *, actor: Actor, at: datetime) -> None:
    """Another name, address or choice of types, which holds from now on. Raises NotYours, NotFound, Invalid."""
    policy.keeps_receivers(actor)
    fields = {"name": _name(name), "url": url, "events": _types(events)}
    if _change(_held(id), "change_receiver", actor, at, **fields):
        Receiver.objects.filter(id=id).update(since=_position())


@transaction.atomic
def switch(id: UUID, *, is_on: bool, actor: Actor, at: datetime) -> None:
    """On: told again, of what happens from now on. Off: what still waits for it is called off. Raises NotYours, NotFound."""
    policy.keeps_receivers(actor)
    one = _held(id)
    if one.is_on == is_on:
        return
    _change(one, "switch_receiver", actor, at, is_on=is_on)
    Receiver.objects.filter(id=id).update(since=_position(), gone_at=None, failing_since=None, last_error="")
    if not is_on:
        outbox.call_off(road(id), why=SWITCHED_OFF, at=at)


@transaction.atomic
def renew_secret(id: UUID, *, actor: Actor, at: datetime) -> str:
    """A new secret, shown once; the old one signs no more. Raises NotYours, NotFound."""
    policy.keeps_receivers(actor)
    one, made = _held(id), secret.fresh()
    Receiver.objects.filter(id=id).update(secret=secret.seal(one.id, made))
    record(Deed("receiver", one.id, "renew_secret"), actor=actor, at=at)
    return made


@transaction.atomic
def remove(id: UUID, *, actor: Actor, at: datetime) -> None:
    """It is told nothing more and stands in no list; its history stays, without addresses and secret. Raises NotYours, NotFound."""
    policy.keeps_receivers(actor)
    one = _held(id)
    _change(one, "remove_receiver", actor, at, is_on=False)
    Receiver.objects.filter(id=one.id).update(removed_at=at, secret=b"", url="", last_error="")
    erase_words(kind="receiver", id=one.id, at=at)
    outbox.call_off(road(id), why=SWITCHED_OFF, at=at)


@transaction.atomic
def send_test(id: UUID, *, actor: Actor, at: datetime) -> None:
    """Queue a message that is about nothing. Raises NotYours, NotFound."""
    policy.keeps_receivers(actor)
    one = _held(id)
    payload = {"type": TEST, "at": at.isoformat(), "data": {"name": one.name}}
    outbox.queue(outbox.Following(WEBHOOK, f"{new_id()}:{id}", at, payload, road=road(id)))


def went_well(id: UUID, *, at: datetime) -> None:
    """The receiver took a message. 1 UPDATE."""
    Receiver.objects.filter(id=id).update(last_ok_at=at, failing_since=None, last_error="")


def went_wrong(id: UUID, *, why: str, at: datetime) -> None:
    """The receiver did not take a message; since when that is so stays. 1 UPDATE."""
    Receiver.objects.filter(id=id).update(failing_since=Coalesce("failing_since", at), last_error=why[:200])


@transaction.atomic
def is_gone(id: UUID, *, at: datetime) -> None:
    """It answered 410: switched off, an alarm stands until an administrator switches it on again or removes it."""
    one: Receiver | None = _there().filter(id=id, is_on=True).select_for_update(no_key=True).first()
    if one is None:
        return
    _change(one, "gone_receiver", SYSTEM, at, is_on=False)
    Receiver.objects.filter(id=id).update(gone_at=at)
    outbox.call_off(road(id), why="410 Gone", at=at)


def _change(one: Receiver, event: str, actor: Actor, at: datetime, **fields: Any) -> bool:
    """Whether there was anything to change: the same form twice leaves out no message that came between."""
    before = {name: getattr(one, name) for name in fields}
    if before == fields:
        return False
    Receiver.objects.filter(id=one.id).update(**fields)
    words = {"url": fields.pop("url")} if before.pop("url", None) != fields.get("url") else {}
    fields.pop("url", None)
    record(Deed("receiver", one.id, event, before, fields, words), actor=actor, at=at)
    return True


def _position() -> int:
    """Everything behind it is still to be told. Whoever reads the journal on waits meanwhile."""
    held: Cursor | None = Cursor.objects.select_for_update(no_key=True).first()
    return held.position if held else 0


def _held(id: UUID) -> Receiver:
    found: Receiver | None = _there().select_for_update(no_key=True).filter(id=id).first()
    if found is None:
        raise NotFound("receiver")
    return found


def _there() -> QuerySet[Receiver]:
    rows: QuerySet[Receiver] = Receiver.objects.filter(removed_at=None)
    return rows


def _rows(rows: QuerySet[Receiver]) -> list[ReceiverRow]:
    return [ReceiverRow(*row) for row in rows.order_by("made_at", "id").values_list(*ReceiverRow._fields)]


def _name(text: str) -> str:
    try:
        found = clean_name(text, 60)
    except BadText as bad:
        raise Invalid("name", bad.code, **bad.details) from bad
    if not found:
        raise Invalid("name", "empty")
    return found


def _types(events: Iterable[str]) -> Sequence[str]:
    chosen = sorted(set(events))
    if not chosen:
        raise Invalid("events", "empty")
    if set(chosen) - set(TYPES):
        raise Invalid("events", "unknown")
    return chosen
