"""What nobody may see of a picture, and whether everybody may see the rest. Who may decide is the caller's check."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.evidence.actions import PREPARE, out_of_sight
from gezhi.evidence.decoding import Box
from gezhi.evidence.models import Evidence, Redaction
from gezhi.journal.actions import Deed, record
from gezhi.journal.outbox import Following, queue, reschedule
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere
from gezhi.kernel.text import BadText, clean
from gezhi.tenancy.clock import new_id

MOST_BOXES = 20
LEAST_SIDE = 0.002  # of the picture: a slip of the finger is no box
REASON_LIMIT = 200


@transaction.atomic
def redact(
    evidence_id: UUID, boxes: Sequence[Sequence[float]], reason: str, *, actor: Actor, at: datetime
) -> None:
    """Cover these parts of a picture and no others from now on: fractions (left, top, width, height) of it upright.

    Nothing of it is shown until the worker has made the copies anew; the original stays as it was given. Without boxes it is shown
    whole again. A part that was covered before and is not any more takes it out of everybody's sight until it was looked at again.
    Raises NotFound, Missing("reason"), Invalid("boxes", "not_a_box" | "too_many" | "same").
    """
    why = _why(reason)
    if actor.id is None:
        raise ValueError("somebody covers a picture")
    wanted, row = fitted(boxes), _locked(evidence_id)
    before = in_force(row.mark)
    if set(wanted) == set(before):
        raise Invalid("boxes", "same")
    made = Redaction(
        id=new_id(), evidence=row, boxes=[list(box) for box in wanted], reason=why, by_id=actor.id, made_at=at
    )
    made.save(force_insert=True)
    if row.public_at is not None:
        out_of_sight(at=at)
    row.mark, row.served_at = (made.id.hex if wanted else ""), None
    if not set(before) <= set(wanted):
        row.public_at = row.looked_at = None
    row.save(update_fields=["mark", "served_at", "public_at", "looked_at"])
    queue(Following(PREPARE, str(row.id), at, subject=("evidence", row.id)))
    reschedule(PREPARE, str(row.id), due_at=at)
    deed = Deed(
        "evidence",
        row.id,
        "redacted",
        before={"boxes": len(before)},
        after={"boxes": len(wanted), "redaction": made.id, "is_public": row.public_at is not None},
        words={"reason": why},
    )
    record(deed, actor=actor, at=at)


@transaction.atomic
def go_back(evidence_id: UUID, reason: str, *, seen: UUID, actor: Actor, at: datetime) -> None:
    """Cover again what was covered before the last change, nothing when that was the first. A change like any other: journalled, and what
    comes to light is out of everybody's sight until it was looked at; going back twice is where one was.

    seen: id of the change that was looked at. Raises NotFound, NotFromHere("photo_changed") when it is not the last any more, Missing.
    """
    row = _locked(evidence_id)
    last = list(Redaction.objects.filter(evidence=row).order_by("-id")[:2])
    if not last or last[0].id != seen:
        raise NotFromHere("photo_changed")
    redact(evidence_id, last[1].boxes if len(last) > 1 else [], reason, actor=actor, at=at)


@transaction.atomic
def show_to_all(evidence_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Somebody looked: everybody may see it. Doing it twice does no harm. Raises NotFound."""
    _publish(evidence_id, True, actor=actor, at=at)


@transaction.atomic
def keep_from_all(evidence_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Take it out of everybody's sight at once; whom it concerns sees it as before. Raises NotFound."""
    _publish(evidence_id, False, actor=actor, at=at)


def _publish(evidence_id: UUID, is_public: bool, *, actor: Actor, at: datetime) -> None:
    row = _locked(evidence_id)
    if (row.public_at is not None) == is_public and row.looked_at is not None:
        return
    if row.public_at is not None and not is_public:
        out_of_sight(at=at)
    row.public_at, row.looked_at = (at if is_public else None), at
    row.save(update_fields=["public_at", "looked_at"])
    event = "shown_to_all" if is_public else "kept_from_all"
    record(Deed("evidence", row.id, event, after={"is_public": is_public}), actor=actor, at=at)


def _why(reason: str) -> str:
    try:
        why = clean(reason.strip(), REASON_LIMIT)
    except BadText as bad:
        raise Invalid("reason", bad.code, **bad.details) from bad
    if not why:
        raise Missing(["reason"])
    return why


def _locked(evidence_id: UUID) -> Evidence:
    rows = Evidence.objects.select_for_update(no_key=True).filter(id=evidence_id, purged_at=None)
    row: Evidence | None = rows.exclude(claimed_at=None).first()
    if row is None:
        raise NotFound("photo")
    return row


def in_force(mark: str) -> list[Box]:
    """The boxes that a mark stands for. At most 1 query."""
    found = Redaction.objects.get(id=UUID(mark)).boxes if mark else []
    return [(left, top, width, height) for left, top, width, height in found]


def fitted(boxes: Iterable[Sequence[float]]) -> list[Box]:
    """Boxes cut to the picture, each once. Raises Invalid("boxes", …)."""
    found: dict[Box, None] = {}
    for box in boxes:
        if len(box) != 4 or not all(math.isfinite(side) for side in box):
            raise Invalid("boxes", "not_a_box")
        left, top = max(0.0, box[0]), max(0.0, box[1])
        right, bottom = min(1.0, box[0] + box[2]), min(1.0, box[1] + box[3])
        if right - left < LEAST_SIDE or bottom - top < LEAST_SIDE:
            raise Invalid("boxes", "not_a_box")
        found[round(left, 4), round(top, 4), round(right - left, 4), round(bottom - top, 4)] = None
    if len(found) > MOST_BOXES:
        raise Invalid("boxes", "too_many")
    return list(found)
