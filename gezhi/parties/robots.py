"""A party's robots in its group chats of WeCom: where news of its work is posted besides the screen. Kept by administrators, journalled
under the party.

A robot's key lets anybody write into the group: it is shown to nobody again, and stands in no journal.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Coalesce

from gezhi.journal import outbox
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.parties import policy
from gezhi.parties.actions import hold
from gezhi.parties.models import Robot
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.keys import derived
from gezhi.tenancy.sealed import seal, unseal

MOST = 5  # robots of one party
MOST_SIGNS: Final = 300  # of what is pasted
PURPOSE: Final = "wecom-robot"
NOTICE: Final = "wecom.robot"  # errand kind; payload: notice, robot
_KEY = re.compile(r"[0-9A-Za-z-]{16,64}")


class RobotRow(NamedTuple):
    """A robot as values, without its key."""

    id: UUID
    party_id: UUID
    tail: str
    added_at: datetime
    last_ok_at: datetime | None
    failing_since: datetime | None
    last_error: str


def road(robot: UUID) -> str:
    """The road to a robot in the outbox."""
    return f"robot:{robot}"


@transaction.atomic
def add_robot(party_id: UUID, pasted: str, *, actor: Actor, at: datetime) -> UUID:
    """News of the party's work goes there from now on. pasted: the robot's whole address, or its key alone.

    Raises NotYours, NotFound, Invalid("address"): not_a_robot, taken, too_many.
    """
    policy.keeps_accounts(actor)
    party, key = hold(party_id), key_of(pasted)
    digest = _digest(key)
    living = Robot.objects.filter(party=party, ended_at=None)
    if living.filter(digest=digest).exists():
        raise Invalid("address", "taken")
    if living.count() >= MOST:
        raise Invalid("address", "too_many", limit=MOST)
    id = new_id()
    made = Robot(id=id, party=party, key=seal(PURPOSE, id, key), digest=digest, tail=key[-4:], added_at=at)
    made.save(force_insert=True)
    _record(made, "add_robot", actor, at)
    return id


@transaction.atomic
def end_robot(robot_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Nothing more goes there, and its key is forgotten. Raises NotYours, NotFound."""
    policy.keeps_accounts(actor)
    found: Robot | None = Robot.objects.filter(id=robot_id, ended_at=None).first()
    if found is None:
        raise NotFound("robot")
    hold(found.party_id)
    Robot.objects.filter(id=robot_id).update(ended_at=at, key=b"")
    outbox.call_off(road(robot_id), why="taken out", at=at)
    _record(found, "end_robot", actor, at)


def _record(robot: Robot, event: str, actor: Actor, at: datetime) -> None:
    record(
        Deed("party", robot.party_id, event, after={"robot": robot.id, "tail": robot.tail}),
        actor=actor,
        at=at,
    )


def robots(party_id: UUID) -> list[RobotRow]:
    """Where news of a party's work is posted, first added first. 1 query."""
    return robots_of([party_id]).get(party_id, [])


def robots_of(party_ids: Iterable[UUID]) -> dict[UUID, list[RobotRow]]:
    """The robots of several parties; a party without one is absent. 1 query."""
    found: dict[UUID, list[RobotRow]] = {}
    rows = Robot.objects.filter(party_id__in=set(party_ids), ended_at=None).order_by("added_at", "id")
    for row in rows.values_list(*RobotRow._fields):
        found.setdefault(row[1], []).append(RobotRow(*row))
    return found


def failing(*, since_before: datetime) -> list[RobotRow]:
    """Robots that have taken nothing for so long. 1 query."""
    rows = Robot.objects.filter(ended_at=None, failing_since__lt=since_before).order_by("added_at", "id")
    return [RobotRow(*row) for row in rows.values_list(*RobotRow._fields)]


def key_for_sending(robot_id: UUID) -> str:
    """A robot's key; "" when nothing goes there any more. For the sender alone. 1 query."""
    found: Robot | None = Robot.objects.filter(id=robot_id, ended_at=None).first()
    return unseal(PURPOSE, found.id, bytes(found.key)) if found else ""


def went_well(robot_id: UUID, *, at: datetime) -> None:
    """The robot took a message. 1 UPDATE."""
    Robot.objects.filter(id=robot_id).update(last_ok_at=at, failing_since=None, last_error="")


def went_wrong(robot_id: UUID, *, why: str, at: datetime) -> None:
    """The robot did not take a message; since when that is so stays. 1 UPDATE."""
    Robot.objects.filter(id=robot_id).update(
        failing_since=Coalesce("failing_since", at), last_error=why[:200]
    )


def key_of(pasted: str) -> str:
    """The key of what WeCom shows when a robot is added. Where it is sent to is the office's setting, not the address's to say."""
    said = pasted.strip()[:MOST_SIGNS]
    if "://" in said:
        try:
            found = parse_qs(urlsplit(said).query).get("key", [])
        except ValueError:
            found = []
        said = found[0] if len(found) == 1 else ""
    if not _KEY.fullmatch(said):
        raise Invalid("address", "not_a_robot")
    return said


def _digest(key: str) -> str:
    return hmac.new(derived(PURPOSE), key.encode(), hashlib.sha256).hexdigest()
