"""Read the journal: one subject's story, and rows in sealed order."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Subquery, Value

from gezhi.journal.models import Entry, Seal, Words
from gezhi.kernel.actor import ActorKind
from gezhi.kernel.ids import made_at
from gezhi.tenancy.prepared import Prepared, PreparedRows


class Step(NamedTuple):
    """One row of a story with the words kept beside it (absent when erased)."""

    entry: Entry
    words: dict[str, str]


def story(kind: str, id: UUID) -> list[Step]:
    """All deeds on one subject, oldest first. 2 queries."""
    return stories(kind, [id])[id]


def stories(kind: str, ids: Iterable[UUID]) -> dict[UUID, list[Step]]:
    """The stories of several subjects of one kind, each oldest first, empty ones too. 2 queries."""
    return stories_of({kind: ids})


def stories_of(subjects: Mapping[str, Iterable[UUID]]) -> dict[UUID, list[Step]]:
    """The stories of subjects of several kinds, each oldest first, empty ones too. 2 queries."""
    wanted = {kind: tuple(ids) for kind, ids in subjects.items()}
    found: dict[UUID, list[Step]] = {id: [] for ids in wanted.values() for id in ids}
    asked = [part for pair in wanted.items() if pair[1] for part in pair]
    if not asked:
        return found
    kept: dict[UUID, dict[str, str]] = {}
    for entry_id, name, text in _WORDS_OF.rows(*asked):
        kept.setdefault(entry_id, {})[name] = text
    for entry in _DEEDS_OF.found(*asked):
        found[entry.subject_id].append(Step(entry, kept.get(entry.id, {})))
    return found


def _of_any(asked: Sequence[Any], to_entry: str = "") -> Q:
    """asked: kind, ids, kind, ids … A kind at a time: with IN for the kinds SQLite reads all that there is of them."""
    subjects = zip(asked[::2], asked[1::2], strict=True)
    rows = (
        Q(**{f"{to_entry}subject_kind": kind, f"{to_entry}subject_id__in": ids}) for kind, ids in subjects
    )
    return reduce(or_, rows)


_WORDS_OF = Prepared(
    lambda *asked: Words.objects.filter(_of_any(asked, "entry__"), erased_at=None).values_list(
        "entry_id", "name", "text"
    )
)
_DEEDS_OF = PreparedRows(Entry, lambda *asked: Entry.objects.filter(_of_any(asked)).order_by("seq"))


def last_notes(kind: str, ids: Iterable[UUID], events: Collection[str]) -> dict[UUID, str]:
    """The note of the last of these deeds on each subject; without a note it is absent. 1 query."""
    rows = Words.objects.filter(
        entry__subject_kind=kind,
        entry__subject_id__in=list(ids),
        entry__event__in=list(events),
        name="note",
        erased_at=None,
    )
    found = rows.order_by("entry__seq").values_list("entry__subject_id", "text")
    return {id: text for id, text in found if text}


def deeds(kind: str, id: UUID) -> list[Entry]:
    """All deeds on one subject, oldest first, without their words. 1 query."""
    return list(Entry.objects.filter(subject_kind=kind, subject_id=id).order_by("seq"))


def last_by_staff(kind: str, ids: Iterable[UUID], event: str, *, since: datetime) -> dict[UUID, datetime]:
    """When a colleague last did this to each of these subjects, later than a moment; those without are absent. 1 query."""
    rows = Entry.objects.filter(subject_kind=kind, subject_id__in=list(ids), event=event, at__gt=since)
    by_staff = rows.filter(actor_kind=ActorKind.ACCOUNT).order_by().values_list("subject_id")
    return dict(by_staff.annotate(last=Max("at")))


def first_deeds(kind: str, ids: QuerySet[Any, Any]) -> list[Entry]:
    """With what each of these subjects began. ids: rows of ids. 1 query."""
    return list(Entry.objects.filter(subject_kind=kind, subject_id__in=ids, seq=1))


def after_position(position: int, limit: int) -> Iterator[Entry]:
    """Sealed rows behind a position, in order, at most `limit`. What the ledger and every figure are derived from."""
    return Entry.objects.filter(position__gt=position).order_by("position")[:limit].iterator()


def stories_until(kind: str, ids: Iterable[UUID], position: int) -> Iterator[Entry]:
    """The sealed rows of these subjects up to a position, grouped by subject, in order of their steps. 1 query."""
    rows = Entry.objects.filter(subject_kind=kind, subject_id__in=list(ids), position__lte=position)
    return rows.order_by("subject_id", "seq").iterator(chunk_size=2000)


def length() -> int:
    """How many rows the journal of the jurisdiction in force has, sealed or not. It grows with every deed and never shrinks. 1 query."""
    ((waiting, sealed),) = _LENGTH.rows()
    return int(waiting) + int(sealed or 0)


def _length() -> QuerySet[Any, Any]:
    sealed = Seal.objects.order_by("-number").values("last")[:1]
    rows = Entry.objects.filter(position=None).order_by().values(one=Value(1))
    found: QuerySet[Any, Any] = rows.annotate(waiting=Count("id"), sealed=Subquery(sealed))
    return found.values_list("waiting", "sealed")


_LENGTH = Prepared(_length)


def sealed_position() -> int:
    """The last sealed position of the jurisdiction in force, 0 when none."""
    return Seal.objects.order_by("-number").values_list("last", flat=True).first() or 0


def unsealed_since() -> datetime | None:
    """When the oldest row that waits for its seal was written; None when none waits. 1 query."""
    oldest = Entry.objects.filter(position=None).order_by("id").values_list("id", flat=True).first()
    return made_at(oldest) if oldest else None


def sealed_after(position: int) -> datetime | None:
    """When the first row behind a position was sealed; None when none is. 1 query."""
    seal = Seal.objects.filter(last__gt=position).order_by("number").values_list("id", flat=True).first()
    return made_at(seal) if seal else None


def entries_of(kind: str, event: str = "") -> Iterator[Entry]:
    """All rows of one kind of subject (of one event), grouped by subject, in order of their steps. 1 streamed query."""
    rows = Entry.objects.filter(subject_kind=kind).order_by("subject_id", "seq")
    rows = rows.filter(event=event) if event else rows
    return rows.iterator(chunk_size=2000)
