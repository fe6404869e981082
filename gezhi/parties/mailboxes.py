"""A party's own mailboxes: where news of its work is sent besides the screen. Kept by administrators, journalled under the party.

The addresses stand in the journal's words, not in its rows: an office may write a person's name into one.
"""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.parties import policy
from gezhi.parties.actions import hold
from gezhi.parties.models import Mailbox

MOST = 5  # mailboxes of one party
MOST_SIGNS = 254
_looks_like_one = EmailValidator()


class MailboxRow(NamedTuple):
    """A mailbox as values."""

    id: UUID
    party_id: UUID
    address: str


@transaction.atomic
def add_mailbox(party_id: UUID, address: str, *, actor: Actor, at: datetime) -> UUID:
    """News of the party's work goes there from now on. Raises NotYours, NotFound, Invalid("address"): not_an_address, taken, too_many."""
    policy.keeps_accounts(actor)
    party, plain = hold(party_id), _address(address)
    there = {row.address for row in mailboxes(party.id)}
    if plain in there:
        raise Invalid("address", "taken")
    if len(there) >= MOST:
        raise Invalid("address", "too_many", limit=MOST)
    made: Mailbox = Mailbox.objects.create(party=party, address=plain, added_at=at)
    _record(made, "add_mailbox", actor, at)
    return made.id


@transaction.atomic
def end_mailbox(mailbox_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Nothing more goes there. Raises NotYours, NotFound."""
    policy.keeps_accounts(actor)
    found: Mailbox | None = Mailbox.objects.filter(id=mailbox_id, ended_at=None).first()
    if found is None:
        raise NotFound("mailbox")
    hold(found.party_id)
    Mailbox.objects.filter(id=mailbox_id).update(ended_at=at)
    _record(found, "end_mailbox", actor, at)


def _record(mailbox: Mailbox, event: str, actor: Actor, at: datetime) -> None:
    deed = Deed(
        "party",
        mailbox.party_id,
        event,
        after={"mailbox": mailbox.id},
        words={"address": mailbox.address},
    )
    record(deed, actor=actor, at=at)


def mailboxes(party_id: UUID) -> list[MailboxRow]:
    """Where news of a party's work goes, first added first. 1 query."""
    return mailboxes_of([party_id]).get(party_id, [])


def mailboxes_of(party_ids: Iterable[UUID]) -> dict[UUID, list[MailboxRow]]:
    """The mailboxes of several parties; a party without one is absent. 1 query."""
    found: dict[UUID, list[MailboxRow]] = {}
    rows = Mailbox.objects.filter(party_id__in=set(party_ids), ended_at=None).order_by("added_at", "id")
    for row in rows.values_list(*MailboxRow._fields):
        found.setdefault(row[1], []).append(MailboxRow(*row))
    return found


def has_any() -> bool:
    """Whether any party of the office has a mailbox. 1 query."""
    return bool(Mailbox.objects.filter(ended_at=None).exists())


def address_of(mailbox_id: UUID) -> str:
    """The address of a mailbox; "" when nothing goes there any more. 1 query."""
    rows = Mailbox.objects.filter(id=mailbox_id, ended_at=None)
    return rows.values_list("address", flat=True).first() or ""


def _address(text: str) -> str:
    """One plain address in ASCII: no name before it, no second one, no line break that would begin a new header."""
    plain = unicodedata.normalize("NFKC", text[: 2 * MOST_SIGNS]).strip()
    try:
        _looks_like_one(plain)
    except ValidationError as wrong:
        raise Invalid("address", "not_an_address") from wrong
    if not plain.isascii() or not plain.isprintable() or len(plain) > MOST_SIGNS or " " in plain:
        raise Invalid("address", "not_an_address")
    local, _, domain = plain.rpartition("@")
    return f"{local}@{domain.lower()}"
