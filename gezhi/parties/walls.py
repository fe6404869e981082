"""Addresses of wall screens (一张图): each is a secret that an administrator makes and ends. Whoever holds it sees figures and places, nobody's name.

A secret is shown once and stored as a keyed digest. It has no last day: a screen hangs for years, and an office ends it.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, ActorKind
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.parties import names, policy
from gezhi.parties.models import WallKey
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.keys import derived

MARK: Final = "gzwall_"  # so that one left in a log is known for one (web/logs.py)
SECRET_BYTES = 32
NAME_LIMIT = 40
MOST_LIVING = 50  # of one office
_SECRET = re.compile(rf"{MARK}[A-Za-z0-9_-]{{43}}")


class WallRow(NamedTuple):
    """A screen as administrators see it; its address is not kept. place_id: what it shows, None = the whole office."""

    id: UUID
    name: str
    place_id: UUID | None
    made_at: datetime
    ended_at: datetime | None


@transaction.atomic
def make_wall(name: str, place_id: UUID | None, *, actor: Actor, at: datetime) -> tuple[UUID, str]:
    """A screen for a place and all below: its id and its secret, which nobody can show again.

    Raises NotYours, Invalid: name (as names.name; taken by a living one), wall (too_many).
    """
    policy.keeps_walls(actor)
    said = names.name(name, limit=NAME_LIMIT)
    living = list(WallKey.objects.select_for_update(no_key=True).filter(ended_at=None))
    if any(one.name == said for one in living):
        raise Invalid("name", "taken")
    if len(living) >= MOST_LIVING:
        raise Invalid("wall", "too_many", limit=MOST_LIVING)
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    by = actor.id if actor.kind is ActorKind.ACCOUNT else None
    wall = WallKey(
        id=new_id(), name=said, place_id=place_id, digest=_digest(secret), made_at=at, made_by_id=by
    )
    try:
        with transaction.atomic():
            wall.save(force_insert=True)
    except IntegrityError:  # two at once
        raise Invalid("name", "taken") from None
    after = {"name": said, "place": place_id}
    record(Deed("wall", wall.id, "make_wall", after=after, is_first=True), actor=actor, at=at)
    return wall.id, secret


@transaction.atomic
def end_wall(wall_id: UUID, *, actor: Actor, at: datetime) -> None:
    """It shows nothing from now on. Doing it again changes nothing. Raises NotYours, NotFound."""
    policy.keeps_walls(actor)
    wall: WallKey | None = WallKey.objects.select_for_update(no_key=True).filter(id=wall_id).first()
    if wall is None:
        raise NotFound("wall")
    if wall.ended_at is None:
        wall.ended_at = at
        wall.save(update_fields=["ended_at"])
        record(Deed("wall", wall.id, "end_wall", after={"ended_at": at}), actor=actor, at=at)


def walls() -> list[WallRow]:
    """Every screen there ever was, newest first. 1 query."""
    return [WallRow(*row) for row in WallKey.objects.order_by("-id").values_list(*WallRow._fields)]


def known(secret: str) -> WallRow | None:
    """Which living screen of this office this is; None for every reason alike. 1 query at most."""
    if not _SECRET.fullmatch(secret):
        return None
    rows = WallKey.objects.filter(digest=_digest(secret), ended_at=None)
    row = rows.values_list(*WallRow._fields).first()
    return WallRow(*row) if row else None


def _digest(secret: str) -> str:
    return hmac.new(derived("wall"), secret.encode(), hashlib.sha256).hexdigest()
