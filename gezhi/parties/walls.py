"""Addresses of wall screens (一张图): each is a secret that an administrator makes and ends. Whoever holds it sees figures and places, nobody's name.

A secret is shown once and stored as a keyed digest. It has no last day: a screen hangs for years, and an office ends it.
"""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.kernel.actor import Actor
from gezhi.parties import issued, policy
from gezhi.parties.models import WallKey

MARK: Final = "gzwall_"  # so that one left in a log is known for one (web/logs.py)
WALL = issued.Issue(WallKey, "wall", "wall", MARK, "wall")


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
    return issued.make(WALL, name, {"place_id": place_id}, told={"place": place_id}, actor=actor, at=at)


@transaction.atomic
def end_wall(wall_id: UUID, *, actor: Actor, at: datetime) -> None:
    """It shows nothing from now on. Doing it again changes nothing. Raises NotYours, NotFound."""
    policy.keeps_walls(actor)
    issued.end(WALL, wall_id, actor=actor, at=at)


def walls() -> list[WallRow]:
    """Every screen there ever was, newest first. 1 query."""
    return [WallRow(*row) for row in WallKey.objects.order_by("-id").values_list(*WallRow._fields)]


def known(secret: str) -> WallRow | None:
    """Which living screen of this office this is; None for every reason alike. 1 query at most."""
    row = issued.living(WALL, secret).values_list(*WallRow._fields).first()
    return WallRow(*row) if row else None
