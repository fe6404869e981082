"""Errands: what must follow a commit is a row in the same transaction; a worker leases it, does it, and marks it.

What is done inside the office has no road. What leaves it goes by a road, one for each receiver: there it keeps its order per subject, and
waits hours rather than minutes, for a receiver may be away for a day (docs/adr/0015-messages.md).

At least once, with a stable key; a killed worker's lease runs out and another takes over; a poison errand is parked with an alarm
while the others flow. `on_commit` hooks are not used: they die with the process between commit and hook.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from gezhi.journal.models import Errand
from gezhi.kernel.refusal import Refusal
from gezhi.tenancy import inserting
from gezhi.tenancy.inserting import Mould, Ready
from gezhi.tenancy.prepared import Prepared, PreparedUpdate

Leased = Errand  # what `claim` hands out, for those who may not know our tables
LEASE_SECONDS = 60
MOST_TRIES = 8
FIRST_PAUSE_SECONDS = 5  # doubled at each try: 5 s … 5 min 20 s, parked after 8 tries (about 11 minutes)
# On a road: 5 s … 16 h, parked after 10 tries (almost 29 hours): a receiver that is away for a day loses nothing.
ROAD_PAUSES = (5, 30, 120, 600, 1800, 3600, 10_800, 28_800, 57_600)
MOST_TRIES_ON_A_ROAD = len(ROAD_PAUSES) + 1

LOST = "the worker was lost at the last try"


class Hopeless(Refusal):
    """No later try will go better than this one: the errand is parked at once, for somebody must change something first."""

    code = "hopeless"


@dataclass(frozen=True, slots=True)
class Following:
    """An errand to queue. kind: who handles it; key: its stable id (unique per kind); subject: what it is about; road: see above."""

    kind: str
    key: str
    due_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    subject: tuple[str, UUID] | None = None
    road: str = ""


def queue(*following: Following) -> None:
    """Write the errands down in the caller's transaction. 1 INSERT. The same kind and key twice is queued once."""
    Errand.objects.bulk_create([_errand(one) for one in following], ignore_conflicts=True)


def _errand(one: Following) -> Errand:
    return Errand(
        kind=one.kind,
        key=one.key,
        payload=dict(one.payload),
        due_at=one.due_at,
        subject_kind=one.subject[0] if one.subject else "",
        subject_id=one.subject[1] if one.subject else None,
        road=one.road,
    )


def mould(one: Following, *differ: str) -> Mould:
    """For thousands of errands that differ in a few fields (attribute names): they are cast from it, and written by `queue_ready`."""
    return Mould(_errand(one), *differ)


def queue_ready(rows: Sequence[Ready]) -> None:
    """As `queue`, for errands that were cast. 1 INSERT."""
    inserting.write(Errand, rows, ignore_conflicts=True)


def reschedule(kind: str, key: str, *, due_at: datetime | None) -> None:
    """Move a standing errand (a timer) to another moment; None = nothing more to do. Outdates every lease on it."""
    if due_at is None:
        _NO_MORE.do(kind, key)
    else:
        _LATER.do(kind, key, due_at)


def _standing(kind: str, key: str) -> QuerySet[Errand]:
    rows: QuerySet[Errand] = Errand.objects.filter(kind=kind, key=key)
    return rows


_UNLEASED: dict[str, Any] = {"lease": F("lease") + 1, "leased_until": None}
_ANEW = _UNLEASED | {"done_at": None, "parked_at": None, "tries": 0}
_NO_MORE = PreparedUpdate(lambda kind, key: (_standing(kind, key), _UNLEASED | {"done_at": F("due_at")}))
_LATER = PreparedUpdate(lambda kind, key, due_at: (_standing(kind, key), _ANEW | {"due_at": due_at}))


def claim(*, at: datetime, limit: int = 20) -> list[Errand]:
    """Lease errands inside the office that are due, oldest first; nobody else gets them before the lease runs out. Safe beside
    other workers.

    An errand whose worker died at its last try is parked instead: it may be what killed the worker.
    """
    return _lease(_due(at).filter(road=""), at, limit)


def claim_on(road: str, *, at: datetime, limit: int = 20) -> list[Errand]:
    """As `claim`, for one road: of each subject the oldest errand only, and none while an older one still waits for its next try."""
    earlier = _to_do().filter(road=road, subject_id=OuterRef("subject_id"), id__lt=OuterRef("id"))
    return _lease(_due(at).filter(~Exists(earlier), road=road), at, limit)


def roads_due(at: datetime) -> list[str]:
    """The roads on which something is due, in a fixed order. 1 query."""
    rows = _due(at).filter(road__gt="").order_by("road")
    return list(rows.values_list("road", flat=True).distinct())


def _due(at: datetime) -> QuerySet[Errand]:
    return _to_do().filter(Q(leased_until=None) | Q(leased_until__lt=at), due_at__lte=at)


def _lease(rows: QuerySet[Errand], at: datetime, limit: int) -> list[Errand]:
    with transaction.atomic():
        found = list(rows.order_by("due_at", "id").select_for_update(skip_locked=True)[:limit])
        for errand in found:
            errand.lease += 1
            if errand.tries >= most_tries(errand):
                errand.parked_at, errand.leased_until, errand.error = at, None, LOST
            else:
                errand.tries += 1
                errand.leased_until = at + timedelta(seconds=LEASE_SECONDS)
        Errand.objects.bulk_update(found, ["lease", "tries", "leased_until", "parked_at", "error"])
        return [errand for errand in found if errand.parked_at is None]


def most_tries(errand: Errand) -> int:
    """How often an errand is tried before it is parked."""
    return MOST_TRIES_ON_A_ROAD if errand.road else MOST_TRIES


def done(errand: Errand, *, at: datetime) -> bool:
    """Mark a leased errand as done. False when the lease was lost meanwhile: somebody newer decides."""
    return bool(_held(errand).update(done_at=at, leased_until=None, error=""))


def failed(errand: Errand, *, error: str, at: datetime, for_good: bool = False) -> bool:
    """Give a leased errand back for a later try, or park it with an alarm after the last (for_good: at once). False when the lease was lost."""
    if for_good or errand.tries >= most_tries(errand):
        return bool(_held(errand).update(parked_at=at, leased_until=None, error=error[:500]))
    seconds = ROAD_PAUSES[errand.tries - 1] if errand.road else FIRST_PAUSE_SECONDS * 2 ** (errand.tries - 1)
    due_at = at + timedelta(seconds=seconds)
    return bool(_held(errand).update(due_at=due_at, leased_until=None, error=error[:500]))


def give_back(errands: Sequence[Errand]) -> None:
    """Let others have leased errands that were not begun: it was no try."""
    with transaction.atomic():
        for errand in errands:
            _held(errand).update(leased_until=None, tries=F("tries") - 1)


def hurry(road: str, *, at: datetime) -> int:
    """A receiver that was away is back: whatever waits for a later try on its road is due now. Returns how many."""
    rows = _to_do().filter(road=road, due_at__gt=at, leased_until=None, tries__gt=0)
    return int(rows.update(due_at=at))


def call_off(road: str, *, why: str, at: datetime, but: Collection[str] = ()) -> int:
    """Nobody listens at the end of this road any more: what waits or is parked there is done with, save these kinds. Returns how many."""
    rows = Errand.objects.filter(road=road, done_at=None).exclude(kind__in=list(but))
    return int(
        rows.update(done_at=at, parked_at=None, leased_until=None, lease=F("lease") + 1, error=why[:500])
    )


def parked(road: str | None = None) -> QuerySet[Errand]:
    """Errands (of one road, or all) that were given up: an alarm for the desk until somebody looks at them."""
    rows = Errand.objects.filter(done_at=None).exclude(parked_at=None).order_by("parked_at")
    return rows if road is None else rows.filter(road=road)


def waiting_on(road: str) -> int:
    """How many errands wait on a road. 1 query."""
    return int(_to_do().filter(road=road).count())


def waiting(kind: str, key: str) -> bool:
    """Whether an errand of this kind and key still waits to be done."""
    return _to_do().filter(kind=kind, key=key).exists()


def release(errand_id: UUID, *, at: datetime) -> bool:
    """Let a parked errand try again from the beginning."""
    rows = Errand.objects.filter(id=errand_id, done_at=None).exclude(parked_at=None)
    return bool(rows.update(parked_at=None, tries=0, due_at=at, leased_until=None, lease=F("lease") + 1))


def _to_do() -> QuerySet[Errand]:
    return Errand.objects.filter(done_at=None, parked_at=None)


def _held(errand: Errand) -> QuerySet[Errand]:
    return Errand.objects.filter(id=errand.id, lease=errand.lease, done_at=None)


def keys_open(kind: str) -> set[str]:
    """Keys of the errands of a kind that wait, are leased or are parked. 1 query."""
    return set(Errand.objects.filter(kind=kind, done_at=None).values_list("key", flat=True))


def keys_between(kind: str, low: str, high: str) -> set[str]:
    """Keys of all errands of a kind, done ones too, with low <= key < high. 1 query."""
    return set(Errand.objects.filter(kind=kind, key__gte=low, key__lt=high).values_list("key", flat=True))


def keys_on(roads: Collection[str], kind: str) -> set[str]:
    """Keys of all errands of a kind on these roads, done ones too. 1 query."""
    return set(Errand.objects.filter(kind=kind, road__in=list(roads)).values_list("key", flat=True))


def subjects_waiting(kind: str) -> set[UUID]:
    """Ids of the subjects for which an errand of this kind waits, is leased or is parked. 1 query."""
    rows = Errand.objects.filter(kind=kind, done_at=None).exclude(subject_id=None)
    return set(rows.values_list("subject_id", flat=True))


class Due(NamedTuple):
    """When an errand is due, by its key."""

    at: datetime
    key: str


def next_due(kind: str) -> Due | None:
    """The errand of a kind that is due first, however far ahead: for whoever plays time. 1 query."""
    rows = _FIRST.rows(kind)
    return Due(*rows[0]) if rows else None


def _first(kind: str) -> QuerySet[Any, Any]:
    return _to_do().filter(kind=kind).order_by("due_at", "id").values_list("due_at", "key")[:1]


_FIRST = Prepared(_first)


def settle(*, until: datetime, but: Collection[str]) -> int:
    """Mark what was due by then as done at its own moment, save these kinds: it belongs to a past that is told only now. 1 UPDATE."""
    return _to_do().filter(due_at__lte=until).exclude(kind__in=list(but)).update(done_at=F("due_at"))


def forget(*, before: datetime, most: int) -> int:
    """Take away errands that left the office and were done before a moment, the oldest first, no more than `most`. What was to be done inside stays:
    others ask for it by its key. 2 statements. Returns how many.
    """
    old = Errand.objects.filter(road__gt="", done_at__lt=before).order_by("done_at")
    ids = list(old.values_list("id", flat=True)[:most])
    Errand.objects.filter(id__in=ids).delete()
    return len(ids)
