"""Keys of applications that report through Open311. Such an application speaks for whoever uses it, in nobody's name: its key opens
the door for reporting and shows nothing that is not public.

A key is shown once and stored as a keyed digest. It has no last day: an office ends it.
"""

from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.kernel.actor import Actor
from gezhi.parties import issued, policy
from gezhi.parties.days import local_day
from gezhi.parties.models import OpenKey

MARK: Final = "gz311_"  # so that a key left in a file or a log is known for one
OPEN_KEY = issued.Issue(OpenKey, "open_key", "key", MARK, "open-key")


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
    return issued.make(OPEN_KEY, name, {}, told={}, actor=actor, at=at)


@transaction.atomic
def end_key(key_id: UUID, *, actor: Actor, at: datetime) -> None:
    """It opens nothing from now on. Doing it again changes nothing. Raises NotYours, NotFound."""
    policy.keeps_open_keys(actor)
    issued.end(OPEN_KEY, key_id, actor=actor, at=at)


def keys() -> list[OpenKeyRow]:
    """Every key there ever was, newest first. 1 query."""
    return [OpenKeyRow(*row) for row in OpenKey.objects.order_by("-id").values_list(*OpenKeyRow._fields)]


def known(secret: str, *, at: datetime) -> OpenKeyRow | None:
    """Whose living key of this office this is; None for every reason alike. 1 query, 1 UPDATE more on its first use of a day."""
    row = issued.living(OPEN_KEY, secret).values_list(*OpenKeyRow._fields).first()
    if row is None:
        return None
    found, day = OpenKeyRow(*row), local_day(at)
    if found.last_used_on != day:
        OpenKey.objects.filter(id=found.id).update(last_used_on=day)
    return found
