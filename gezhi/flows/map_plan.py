"""A scanned plan comes in: kept as every picture, shown without what its file tells, then laid on the map by points that are on both."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.evidence import actions as pictures
from gezhi.evidence import queries as evidence
from gezhi.evidence.actions import Kept, Refused, Upload
from gezhi.kernel.actor import Actor
from gezhi.kernel.mooring import Mark
from gezhi.kernel.refusal import NotFound
from gezhi.places import backgrounds
from gezhi.places.actions import ask_keeper
from gezhi.places.backgrounds import Plan
from gezhi.tenancy.clock import new_id

SHOWN: Final = 1600  # pixels of the longest side of the copy that is shown
KIND: Final = "plan"  # what claims the picture


class Sheet(NamedTuple):
    """A picture that waits to be laid. width, height: pixels of the copy that is shown."""

    picture: UUID
    width: int
    height: int


def keep(upload: Upload, *, actor: Actor, at: datetime) -> Kept | Refused:
    """Keep the picture and make its copies at once, for it is looked at next. Not inside a transaction. Raises NotYours, Unavailable."""
    ask_keeper(actor)
    kept = pictures.keep([upload], at=at)[0]
    if isinstance(kept, Kept):
        pictures.prepare(kept.id, at=at)
    return kept


def waiting(picture: UUID) -> Sheet:
    """A kept picture that nothing has claimed yet. Raises NotFound."""
    row = evidence.by_ids([picture]).get(picture)
    if row is None or row.claimed_id is not None or not row.width or not row.height:
        raise NotFound("plan")
    scale = min(1.0, SHOWN / max(row.width, row.height))
    return Sheet(picture, round(row.width * scale), round(row.height * scale))


@transaction.atomic
def lay(
    picture: UUID, name: str, marks: Sequence[Mark], *, is_public: bool = False, actor: Actor, at: datetime
) -> Plan:
    """Put it on the map. Raises NotFound, and as `backgrounds.add_plan`."""
    sheet, id = waiting(picture), new_id()
    made = backgrounds.add_plan(
        id=id,
        name=name,
        picture=picture,
        size=(sheet.width, sheet.height),
        marks=marks,
        is_public=is_public,
        actor=actor,
        at=at,
    )
    pictures.claim([picture], kind=KIND, id=id, at=at)
    return made
