"""Write notices down as the journal is followed, and mark them as read."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from gezhi.journal.following import held
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound
from gezhi.notices.models import CASE, Cursor, FloodTold, Notice, Seen
from gezhi.notices.queries import unread
from gezhi.notices.whom import News

MOST_AT_ONCE = 1000  # notices marked in one deed


@dataclass(frozen=True, slots=True)
class Coming:
    """A notice to be written: `id` is made before, so that errands may name it. is_settled: a later step of the same batch ended it. stands_for: as the row's.

    case: None of another thing, which about and about_id name.
    """

    id: UUID
    entry: UUID
    case: UUID | None
    party: UUID
    news: News
    at: datetime
    person: UUID | None = None
    by: UUID | None = None
    is_settled: bool = False
    mails: int = 0
    stands_for: int = 1
    about: str = CASE
    about_id: UUID | None = None

    @property
    def thing(self) -> UUID:
        """What it is about, a case or another thing: ids are unique among all of them."""
        found = self.case or self.about_id
        if found is None:
            raise ValueError("a notice is about something")
        return found


def held_position() -> int:
    """How far the journal has been read for notices; locked until the caller's transaction ends."""
    return held(Cursor).position


def write(
    coming: Sequence[Coming],
    settled: Collection[UUID],
    *,
    position: int,
    at: datetime,
    other_settled: Collection[UUID] = (),
) -> None:
    """The notices of one batch, what no longer waits on the settled things, and how far the journal is read now. Of one thing only the
    newest waits for a party. In the caller's transaction that holds the position; 4 statements at most, 1 more where other things than
    cases are among them.
    """
    newer = {(one.thing, one.party) for one in coming}
    things = {*settled, *(thing for thing, _ in newer)}
    others = {one.thing for one in coming if one.about != CASE} | set(other_settled)
    over = [
        id
        for rows in _waiting(things - others, others)
        for id, thing, party in rows
        if thing in settled or thing in other_settled or (thing, party) in newer
    ]
    if over:
        Notice.objects.filter(id__in=over).update(settled_at=at)
    Notice.objects.bulk_create(
        [
            Notice(
                id=one.id,
                entry_id=one.entry,
                case_id=one.case,
                about=one.about,
                about_id=one.about_id,
                party_id=one.party,
                person_id=one.person,
                by=one.by,
                news=one.news.value,
                stands_for=one.stands_for,
                at=one.at,
                settled_at=at if one.is_settled else None,
                mails=one.mails,
            )
            for one in coming
        ]
    )
    Cursor.objects.update(position=position)


def _waiting(cases: Collection[UUID], others: Collection[UUID]) -> Iterator[QuerySet[Any, Any]]:
    """(id, thing, party) of what waits on these. 1 query for each that is not empty."""
    waits = Notice.objects.filter(settled_at=None)
    if cases:
        yield waits.filter(case_id__in=cases).values_list("id", "case_id", "party_id")
    if others:
        rows = waits.exclude(about=CASE).filter(about_id__in=others)
        yield rows.values_list("id", "about_id", "party_id")


def fold(fresh: QuerySet[Any], party: UUID, *, at: datetime) -> None:
    """What waits for a party of these fresh cases is told by a newer notice from now on. 1 statement."""
    _of_fresh(fresh, party).filter(settled_at=None).update(settled_at=at, stands_for=0)


@transaction.atomic
def keep_since(moment: datetime) -> None:
    """From now on nobody may count on notices and messages of steps before this moment; what was given up once stays so. 2 statements at most."""
    known = held(Cursor)
    if known.kept_since is None or known.kept_since < moment:
        Cursor.objects.update(kept_since=moment)


@transaction.atomic
def forget(*, before: datetime, most: int) -> int:
    """Take away notices of steps before a moment that wait no longer, and who has read them, the oldest first, no more than `most`. What stands for
    nothing beside a flood stays as long as its case is open. Returns how many.
    """
    is_over = Q(stands_for__gt=0) | Q(case__closed_at__isnull=False)  # of other things each stands for one
    old = Notice.objects.filter(is_over, settled_at__isnull=False, at__lt=before).order_by("at")
    ids = list(old.values_list("id", flat=True)[:most])
    Seen.objects.filter(notice_id__in=ids).delete()
    gone = Notice.objects.filter(id__in=ids)
    gone._raw_delete(gone.db)  # what hangs on them is gone: Django would look for it, and name no office
    return len(ids)


def rises(party: UUID, mark: str, step: int, *, since: datetime, at: datetime) -> bool:
    """Whether a flood is higher than it was ever told outside; that it is told now is kept. since: what lay still before was another flood.

    3 statements.
    """
    FloodTold.objects.filter(at__lt=since).delete()
    told, is_new = FloodTold.objects.get_or_create(
        party_id=party, mark=mark, defaults={"step": step, "at": at}
    )
    before = 0 if is_new else told.step
    if not is_new:
        FloodTold.objects.filter(id=told.id).update(step=max(before, step), at=at)
    return step > before


def heads(case_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """(case, party) of what waits on these cases and stands for more than its own. 1 query, none for no case."""
    rows = Notice.objects.filter(case_id__in=case_ids, settled_at=None, stands_for__gt=1)
    return list(rows.values_list("case_id", "party_id")) if case_ids else []


def hand_on(fresh: QuerySet[Any], party: UUID) -> None:
    """The newest of these fresh cases stands for those that a notice stood for which waits no more, unless one stands for them. 3 queries at most, 1 statement."""
    rows = _of_fresh(fresh, party)
    if rows.filter(settled_at=None, stands_for__gt=1).exists():
        return
    left = list(rows.filter(stands_for=0).order_by("-at", "-id").values_list("id", flat=True))
    if left:
        Notice.objects.filter(id=left[0]).update(settled_at=None, stands_for=len(left))


def _of_fresh(fresh: QuerySet[Any], party: UUID) -> QuerySet[Notice]:
    rows: QuerySet[Notice] = Notice.objects.filter(
        party_id=party, news=News.REPORTED.value, case_id__in=fresh.values("id")
    )
    return rows


@transaction.atomic
def read(notice_id: UUID, *, actor: Actor, at: datetime) -> tuple[str, UUID]:
    """Mark one notice as read by this actor; returns what it is about, and its id. Raises NotFound for others' notices."""
    notice: Notice | None = unread(actor, with_read=True, with_settled=True).filter(id=notice_id).first()
    if notice is None:
        raise NotFound("notice")
    _mark([notice], actor, at)
    return notice.about, notice.thing


@transaction.atomic
def read_all(*, actor: Actor, at: datetime) -> int:
    """Mark all that waits for this actor as read; returns how many that were. At most 1,000 in one deed."""
    waiting = list(unread(actor)[:MOST_AT_ONCE])
    _mark(waiting, actor, at)
    return len(waiting)


def _mark(notices: Collection[Notice], actor: Actor, at: datetime) -> None:
    if notices and actor.id is not None:
        rows = [Seen(notice=one, account_id=actor.id, at=at) for one in notices]
        Seen.objects.bulk_create(rows, ignore_conflicts=True)
