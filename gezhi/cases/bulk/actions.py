"""Write down bulk deeds: what is wished, how far it is, that it shall be stopped or taken back. The deeds themselves are flows/bulk.py."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from gezhi.cases.bulk.kinds import MOST, STOPPED, UNDO, UNDOES, BulkDeed, ItemState
from gezhi.cases.bulk.models import Bulk, BulkItem
from gezhi.cases.bulk.queries import under_way
from gezhi.cases.move import Move
from gezhi.cases.policy import visible_to
from gezhi.journal import outbox
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere
from gezhi.parties import queries as parties
from gezhi.tenancy.clock import new_id

GO_ON = "bulk.go_on"  # errand kind; the key is the bulk deed's id
# Whoever asked does the first slices himself; the worker takes over what is left, also when that one was killed.
WORKER_WAITS = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One case as it was looked at, and to whom it shall go."""

    case: UUID
    version: int
    party: UUID | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be done to each of these cases. into: the case they join; note: words of every deed. unseen: how many more were named that are not there
    for whoever wishes it.
    """

    deed: BulkDeed
    items: tuple[Wanted, ...]
    into: UUID | None = None
    note: str = ""
    unseen: int = 0

    def digest(self) -> str:
        """SHA-256 of all it says: the same form sent again says the same."""
        items = [[str(one.case), one.version, str(one.party or "")] for one in self.items]
        said = [str(self.deed), items, str(self.into or ""), self.note]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def begin(wish: Wish, *, key: str, actor: Actor, at: datetime) -> UUID:
    """Write the wish down, and that the worker goes on with it. Nothing is done to any case yet. The same form again is the same deed.

    Cases that the actor does not see are left out, but counted. Raises Invalid ("cases" "required" | "too_many" | "unknown",
    "into", "party", "note", "key" "other_body").
    """
    if actor.id is None:
        raise ValueError("a bulk deed is somebody's")
    note = Move(wish.deed, note=wish.note).cleaned().note.strip()
    if (known := _known(wish, key, actor)) is not None:
        return known
    wanted = _judged(wish, actor)
    bulk = Bulk(
        id=new_id(),
        key=key,
        digest=wish.digest(),
        by_id=actor.id,
        deed=wish.deed.value,
        into_id=wish.into,
        note=note,
        total=len({one.case for one in wish.items} - {wish.into}) + wish.unseen,
        begun_at=at,
    )
    items = [
        BulkItem(bulk=bulk, case_id=one.case, place=place, version=one.version, party_id=one.party)
        for place, one in enumerate(wanted)
    ]
    try:
        with transaction.atomic():
            Bulk.objects.bulk_create([bulk])
            BulkItem.objects.bulk_create(items)
            outbox.queue(outbox.Following(GO_ON, str(bulk.id), due_at=at + WORKER_WAITS))
    except IntegrityError:  # the same form twice at once
        if (known := _known(wish, key, actor)) is None:
            raise
        return known
    return bulk.id


def _known(wish: Wish, key: str, actor: Actor) -> UUID | None:
    """The deed that this form began already. Raises Invalid("key", "other_body") when it said something else then."""
    found = Bulk.objects.filter(by_id=actor.id, key=key).values_list("id", "digest").first()
    if found is None:
        return None
    if found[1] != wish.digest():
        raise Invalid("key", "other_body")
    return UUID(str(found[0]))


def _judged(wish: Wish, actor: Actor) -> list[Wanted]:
    """Each case once, of those that are there for this actor. 3 queries at most."""
    once = {one.case: one for one in wish.items if one.case != wish.into}
    if not once:
        raise Invalid("cases", "unknown" if wish.unseen else "required")
    if len(once) > MOST:
        raise Invalid("cases", "too_many")
    seen = set(visible_to(actor).filter(id__in=[*once, wish.into]).values_list("id", flat=True))
    if wish.deed == BulkDeed.JOIN and wish.into not in seen:
        raise Invalid("into", "unknown")
    named = {one.party for one in once.values() if one.party}
    if named - set(parties.parties_by_ids(named) if named else ()):
        raise Invalid("party", "unknown")
    if not (found := [one for id, one in once.items() if id in seen]):
        raise Invalid("cases", "unknown")
    return found


@transaction.atomic
def stop(bulk_id: UUID, *, actor: Actor, at: datetime) -> None:
    """What has not had its turn is left. Raises NotFound; nothing happens to what has ended."""
    bulk = _own(bulk_id, actor)
    if bulk.ended_at is not None:
        return
    Bulk.objects.filter(id=bulk.id).update(stopped_at=at)
    waiting = BulkItem.objects.filter(bulk=bulk, state=ItemState.WAITING)
    waiting.update(state=ItemState.LEFT, why=STOPPED)
    ended(bulk.id, at=at)


@transaction.atomic
def ask_undo(bulk_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Have it taken back case by case; asked twice it is asked once. Raises NotFound, NotFromHere("under_way" | "not_undone"), Invalid("undo", "too_late")."""
    bulk = _own(bulk_id, actor)
    if bulk.undo_at is not None:
        return
    if bulk.deed not in UNDOES:
        raise NotFromHere("not_undone")
    if bulk.ended_at is None:
        raise NotFromHere("under_way")
    if at > bulk.ended_at + UNDO:
        raise Invalid("undo", "too_late")
    Bulk.objects.filter(id=bulk.id).update(undo_at=at)
    outbox.reschedule(GO_ON, str(bulk.id), due_at=at + WORKER_WAITS)


def ended(bulk_id: UUID, *, at: datetime) -> bool:
    """Whether no case of it waits any more; from then on its words stand with the deeds alone. 2 statements."""
    if BulkItem.objects.filter(bulk_id=bulk_id, state=ItemState.WAITING).exists():
        return False
    Bulk.objects.filter(id=bulk_id, ended_at=None).update(ended_at=at, note="")
    return True


def undone(bulk_id: UUID, *, at: datetime) -> bool:
    """Whether no case of it is to be taken back any more. 2 statements."""
    if BulkItem.objects.filter(bulk_id=bulk_id, state=ItemState.DONE).exists():
        return False
    Bulk.objects.filter(id=bulk_id, undone_at=None, undo_at__isnull=False).update(undone_at=at)
    return True


def next_item(bulk_id: UUID, state: ItemState, *, last_first: bool = False) -> BulkItem | None:
    """The next case whose turn it is, locked; None when none is, or another has it in hand. 1 query, inside a transaction."""
    rows = BulkItem.objects.filter(bulk_id=bulk_id, state=state).select_for_update(
        skip_locked=True, no_key=True
    )
    found: BulkItem | None = rows.order_by("-place" if last_first else "place").first()
    return found


def mark(item: BulkItem, state: ItemState, *, why: str = "", reached: int | None = None) -> None:
    """How it went with a locked item. 1 UPDATE, in the transaction of the deed."""
    said: dict[str, object] = {"state": state, "why": why}
    BulkItem.objects.filter(id=item.id).update(**said | ({"reached": reached} if reached else {}))


def _own(bulk_id: UUID, actor: Actor) -> Bulk:
    found: Bulk | None = (
        Bulk.objects.select_for_update(no_key=True).filter(id=bulk_id, by_id=actor.id).first()
    )
    if found is None:
        raise NotFound("bulk")
    return found


@transaction.atomic
def forget(*, before: datetime, most: int) -> int:
    """Take away bulk deeds that began before a moment and are over, the oldest first, no more than `most`: which cases they were is in the
    journal, deed by deed. One that is under way stays. 4 statements. Returns how many.
    """
    over = Bulk.objects.filter(~under_way(), begun_at__lt=before).order_by("begun_at", "id")
    ids = list(over.values_list("id", flat=True)[:most])
    BulkItem.objects.filter(bulk_id__in=ids).delete()
    gone = Bulk.objects.filter(id__in=ids)
    gone._raw_delete(gone.db)  # what hangs on them is gone: Django would look for it, and name no office
    return len(ids)
