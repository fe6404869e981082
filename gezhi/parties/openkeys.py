"""Keys of applications that report through Open311. Such an application speaks for whoever uses it, in nobody's name: its key opens
the door for reporting and shows nothing that is not public.

A key is shown once and stored as a keyed digest. It has no last day: an office ends it.
"""

import hashlib
import hmac
import re
import secrets
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, ActorKind
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.parties import names, policy
from gezhi.parties.days import local_day
from gezhi.parties.models import OpenKey
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.keys import derived

MARK: Final = "gz311_"  # so that a key left in a file or a log is known for one
SECRET_BYTES = 32
NAME_LIMIT = 40
MOST_LIVING = 50  # of one office
_KEY = re.compile(rf"{MARK}[A-Za-z0-9_-]{{43}}")


class OpenKeyRow(NamedTuple):
    """A key as administrators see it; the key itself is not kept."""

    id: UUID
    name: str
    made_at: datetime
    ended_at: datetime | None
    last_used_on: date | None


@transaction.atomic
def make_key(name: str, *, actor: Actor, at: datetime) -> tuple[UUID, str]:
    """A key for an application: its id, and what the application sends, which nobody can show again.

    Raises NotYours, Invalid: name (as names.name; taken by a living one), key (too_many).
    """
    policy.keeps_open_keys(actor)
    said = names.name(name, limit=NAME_LIMIT)
    living = list(OpenKey.objects.select_for_update(no_key=True).filter(ended_at=None))
    if any(one.name == said for one in living):  # sent twice, or two that nobody could tell apart
        raise Invalid("name", "taken")
    if len(living) >= MOST_LIVING:
        raise Invalid("key", "too_many", limit=MOST_LIVING)
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    by = actor.id if actor.kind is ActorKind.ACCOUNT else None
    key = OpenKey(id=new_id(), name=said, digest=_digest(secret), made_at=at, made_by_id=by)
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError:  # two at once
        raise Invalid("name", "taken") from None
    record(Deed("open_key", key.id, "make_open_key", after={"name": said}, is_first=True), actor=actor, at=at)
    return key.id, secret


@transaction.atomic
def end_key(key_id: UUID, *, actor: Actor, at: datetime) -> None:
    """It opens nothing from now on. Doing it again changes nothing. Raises NotYours, NotFound."""
    policy.keeps_open_keys(actor)
    key: OpenKey | None = OpenKey.objects.select_for_update(no_key=True).filter(id=key_id).first()
    if key is None:
        raise NotFound("open_key")
    if key.ended_at is None:
        key.ended_at = at
        key.save(update_fields=["ended_at"])
        record(Deed("open_key", key.id, "end_open_key", after={"ended_at": at}), actor=actor, at=at)


def keys() -> list[OpenKeyRow]:
    """Every key there ever was, newest first. 1 query."""
    return [OpenKeyRow(*row) for row in OpenKey.objects.order_by("-id").values_list(*OpenKeyRow._fields)]


def known(secret: str, *, at: datetime) -> OpenKeyRow | None:
    """Whose living key of this office this is; None for every reason alike. 1 query, 1 UPDATE more on its first use of a day."""
    if not _KEY.fullmatch(secret):
        return None
    row = (
        OpenKey.objects.filter(digest=_digest(secret), ended_at=None).values_list(*OpenKeyRow._fields).first()
    )
    if row is None:
        return None
    found, day = OpenKeyRow(*row), local_day(at)
    if found.last_used_on != day:
        OpenKey.objects.filter(id=found.id).update(last_used_on=day)
    return found


def _digest(secret: str) -> str:
    return hmac.new(derived("open-key"), secret.encode(), hashlib.sha256).hexdigest()
