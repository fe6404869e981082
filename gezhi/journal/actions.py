"""Write deeds down. Called inside the transaction of the deed; nobody waits for anybody else here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from gezhi.journal.chain import START, Signed, mac, words_digest
from gezhi.journal.models import Entry, Words
from gezhi.kernel.actor import Actor
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current
from gezhi.tenancy.keys import derived
from gezhi.tenancy.prepared import Prepared

SUBJECTS_AT_ONCE = 5_000  # in one statement: SQLite takes 32,766 values


@dataclass(frozen=True, slots=True)
class Deed:
    """What happened to one subject.

    before, after: the fields that changed, as JSON values (UUIDs and moments are taken too). words: free text, erasable.
    is_first: the subject was made in this very transaction, so there is no earlier row to look for.
    spelled: `after` in its canonical spelling (chain.canonical), in its place where many are alike.
    """

    kind: str
    id: UUID
    event: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    is_first: bool = False
    spelled: str = ""


def record(*deeds: Deed, actor: Actor, at: datetime) -> list[Entry]:
    """Append one signed row per deed, in order. 1 INSERT, 1 SELECT unless all subjects are new, 1 more INSERT with words.

    Of thousands of deeds as few of each as the engine takes. The caller holds the lock on each subject that is not new.
    Raises ValueError on a naive moment.
    """
    if at.tzinfo is None:
        raise ValueError("a deed has an aware time")
    tails = _tails([deed for deed in deeds if not deed.is_first])
    key, entries, kept = derived("journal"), [], []
    for deed in deeds:
        previous, seq = tails.get((deed.kind, deed.id), (START, 0))
        entry = _entry(deed, seq + 1, actor, at)
        texts = {name: text for name, text in deed.words.items() if text}
        entry.words = {name: words_digest(key, entry.id, name, text) for name, text in texts.items()}
        entry.mac = mac(key, signed(entry), previous)
        tails[deed.kind, deed.id] = (entry.mac, entry.seq)
        entries.append(entry)
        kept += [Words(entry=entry, name=name, text=text) for name, text in texts.items()]
    Entry.objects.bulk_create(entries)
    if kept:
        Words.objects.bulk_create(kept)
    return entries


def signed(entry: Entry) -> Signed:
    """The part of a stored row that its signature covers."""
    return Signed(
        entry.id,
        cast(UUID, entry.jurisdiction_id),
        entry.subject_kind,
        entry.subject_id,
        entry.seq,
        entry.event,
        entry.at,
        entry.actor_kind,
        entry.actor_id,
        entry.before,
        entry.after,
        entry.words,
    )


def _entry(deed: Deed, seq: int, actor: Actor, at: datetime) -> Entry:
    return Entry(
        id=new_id(),
        jurisdiction_id=current(),
        subject_kind=deed.kind,
        subject_id=deed.id,
        seq=seq,
        event=deed.event,
        at=at,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        before=as_json(deed.before),
        after=json.loads(deed.spelled) if deed.spelled else as_json(deed.after),
    )


def as_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as JSON values: ids and moments as text."""
    return {name: _value(value) for name, value in fields.items()}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value


def _tails(deeds: Sequence[Deed]) -> dict[tuple[str, UUID], tuple[str, int]]:
    """The last row of each subject that has one: its signature and step."""
    subjects = sorted({(deed.kind, deed.id) for deed in deeds})
    if len(subjects) == 1:  # nearly every deed: one look at the end of an index
        rows = _TAIL.rows(*subjects[0])
        return {subjects[0]: (rows[0][0], rows[0][1])} if rows else {}
    tails: dict[tuple[str, UUID], tuple[str, int]] = {}
    for begin in range(0, len(subjects), SUBJECTS_AT_ONCE):
        for kind, id, signature, seq in _last_rows(subjects[begin : begin + SUBJECTS_AT_ONCE]):
            tails[kind, id] = (signature, seq)
    return tails


def _last_rows(subjects: Sequence[tuple[str, UUID]]) -> QuerySet[Any, Any]:
    kinds, ids = {kind for kind, _ in subjects}, [id for _, id in subjects]
    later = Entry.objects.filter(
        subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"), seq__gt=OuterRef("seq")
    )
    rows = Entry.objects.filter(~Exists(later), subject_kind__in=kinds, subject_id__in=ids)
    return rows.values_list("subject_kind", "subject_id", "mac", "seq")


def _tail(kind: str, subject: UUID) -> QuerySet[Any, Any]:
    rows = Entry.objects.filter(subject_kind=kind, subject_id=subject).order_by("-seq")
    return rows.values_list("mac", "seq")[:1]


_TAIL = Prepared(_tail)


def erase_words(
    *,
    kind: str,
    id: UUID | None = None,
    by: UUID | None = None,
    entries: Sequence[UUID] | None = None,
    at: datetime,
) -> int:
    """Blank the free text kept beside rows about such subjects; the chain stays valid (I14). Returns how many texts.

    id: only what was said about this one; by: only what this actor (an account or a report) wrote: one of the two is needed.
    entries: only beside these rows.
    """
    if id is None and by is None:
        raise ValueError("whose words?")
    rows = Entry.objects.filter(subject_kind=kind)
    if id is not None:
        rows = rows.filter(subject_id=id)
    if by is not None:
        rows = rows.filter(actor_id=by)
    if entries is not None:
        rows = rows.filter(id__in=entries)
    kept = Words.objects.filter(entry_id__in=rows.values("id"), erased_at=None)
    return int(kept.update(text="", erased_at=at))
