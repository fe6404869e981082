"""Look at kept pictures: which belong to a thing, and where the copy lies that may be shown."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from gezhi.evidence import store
from gezhi.evidence.likeness import MOST_APART, apart, parts
from gezhi.evidence.models import Evidence, Likeness, Redaction
from gezhi.tenancy.current import city_scope
from gezhi.tenancy.prepared import PreparedRows


class EvidenceRow(NamedTuple):
    """One picture as values. width, height: pixels of the original, upright. is_served: its copies can be shown.

    taken_lon, taken_lat: WGS-84 degrees as the camera wrote them. mark: of the redaction in force, "" of none.
    """

    id: UUID
    sha256: str
    media_type: str
    bytes: int
    width: int
    height: int
    taken_at: datetime | None
    made_at: datetime
    claimed_kind: str
    claimed_id: UUID | None
    is_served: bool
    taken_lon: float | None = None
    taken_lat: float | None = None
    likeness: str = ""
    mark: str = ""
    public_at: datetime | None = None
    looked_at: datetime | None = None


def by_ids(ids: Iterable[UUID]) -> dict[UUID, EvidenceRow]:
    """Pictures that are still there; unknown and purged ones are absent. 1 query."""
    wanted = tuple(ids)
    return {row.id: _row(row) for row in _BY_IDS.found(wanted)} if wanted else {}


def of(kind: str, id: UUID) -> list[EvidenceRow]:
    """All pictures that a thing has claimed, oldest first. 1 query."""
    rows = Evidence.objects.filter(claimed_kind=kind, claimed_id=id, purged_at=None).order_by("made_at", "id")
    return [_row(row) for row in rows]


def of_each(kind: str, ids: Iterable[UUID]) -> dict[UUID, list[EvidenceRow]]:
    """The pictures of several things of one kind, oldest first; a thing without any has an empty list. 1 query."""
    found: dict[UUID, list[EvidenceRow]] = {id: [] for id in ids}
    for row in _CLAIMED_BY.found(kind, tuple(found)) if found else ():
        if row.claimed_id:
            found[row.claimed_id].append(_row(row))
    return found


_BY_IDS = PreparedRows(Evidence, lambda ids: Evidence.objects.filter(id__in=ids, purged_at=None))
_CLAIMED_BY = PreparedRows(
    Evidence,
    lambda kind, ids: Evidence.objects.filter(claimed_kind=kind, claimed_id__in=ids, purged_at=None).order_by(
        "made_at", "id"
    ),
)


def public_of(kind: str, ids: Iterable[UUID]) -> list[EvidenceRow]:
    """Those pictures of several things that everybody may see and whose copies are there, oldest first. 1 query."""
    rows = Evidence.objects.filter(claimed_kind=kind, claimed_id__in=list(ids), purged_at=None)
    rows = rows.exclude(public_at=None).exclude(served_at=None)
    return [_row(row) for row in rows.order_by("made_at", "id")]


class RedactionRow(NamedTuple):
    """One line of a picture's history. boxes: fractions (left, top, width, height) of the upright picture."""

    id: UUID
    boxes: list[list[float]]
    reason: str
    by_id: UUID
    made_at: datetime


def redactions(id: UUID) -> list[RedactionRow]:
    """What was covered when, by whom and why, newest first. 1 query."""
    rows = Redaction.objects.filter(evidence_id=id).order_by("-id")
    return [RedactionRow(one.id, one.boxes, one.reason, one.by_id, one.made_at) for one in rows]


def alike(ids: Iterable[UUID], limit: int = 10) -> dict[UUID, list[EvidenceRow]]:
    """By picture, the claimed ones of this office that are the same picture, or hardly another one; nearest first, then newest.

    The same file, or at most likeness.MOST_APART of 64 bits apart; none for a picture without contrast, unknown ones are absent.
    2 queries, however many are asked about.
    """
    own = by_ids(ids)
    if not own:
        return {}
    wanted = {part for row in own.values() if row.likeness for part in parts(row.likeness)}
    near = Likeness.objects.filter(part__in=wanted).values_list("evidence_id", flat=True)
    shas = {row.sha256 for row in own.values()}
    rows = Evidence.objects.filter(Q(id__in=near) | Q(sha256__in=shas), purged_at=None)
    others = [_row(row) for row in rows.exclude(claimed_at=None)]
    return {id: _nearest(row, others)[:limit] for id, row in own.items()}


def _nearest(own: EvidenceRow, others: Iterable[EvidenceRow]) -> list[EvidenceRow]:
    found = [
        (-1 if row.sha256 == own.sha256 else apart(row.likeness, own.likeness), row)
        for row in others
        if row.id != own.id and _is_alike(own, row.sha256, row.likeness)
    ]
    return [row for _, row in sorted(found, key=lambda pair: (pair[0], -pair[1].made_at.timestamp()))]


def seen_elsewhere(ids: Iterable[UUID]) -> set[UUID]:
    """Which of these pictures are also part of a thing that has none of the others (see `alike`). 3 queries, none without pictures."""
    own = by_ids(ids) if (ids := list(ids)) else {}
    if not own:
        return set()
    wanted = {part for row in own.values() for part in parts(row.likeness)}
    near = Likeness.objects.filter(part__in=wanted).values_list("evidence_id", flat=True)
    shas, here = {row.sha256 for row in own.values()}, {row.claimed_id for row in own.values()}
    others = Evidence.objects.filter(Q(id__in=near) | Q(sha256__in=shas), purged_at=None).exclude(
        claimed_at=None
    )
    rows = list(others.values_list("claimed_id", "sha256", "likeness"))
    return {
        id
        for id, row in own.items()
        if any(thing not in here and _is_alike(row, sha256, like) for thing, sha256, like in rows)
    }


def _is_alike(row: EvidenceRow, sha256: str, likeness: str) -> bool:
    both = row.likeness and likeness
    return row.sha256 == sha256 or bool(both and apart(row.likeness, likeness) <= MOST_APART)


def claimable(ids: Iterable[UUID]) -> list[UUID]:
    """Which of these are kept and not claimed yet, in the order given: for a form that comes back with its pictures. 1 query."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:  # most forms: Django would build a whole query to find that out
        return []
    free = set(
        Evidence.objects.filter(id__in=wanted, claimed_at=None, purged_at=None).values_list("id", flat=True)
    )
    return [id for id in wanted if id in free]


def served_path(id: UUID, size: int) -> Path | None:
    """The WebP copy with this longest side (1600 or 400); None while it is being made, or when there is no such picture.

    Who may see it is the caller's check. 1 query. Raises ValueError on another size.
    """
    if size not in store.EDGES:
        raise ValueError(f"copies are made with {store.EDGES} pixels")
    row = Evidence.objects.filter(id=id, purged_at=None).exclude(served_at=None).first()
    path = store.served(row.sha256, size, row.mark) if row else None
    return path if path and path.exists() else None


def digests_of_all() -> list[str]:
    """SHA-256 of every picture that is not purged, of all offices, in order: whose files a backup holds. 1 query."""
    with city_scope("a backup holds the pictures of every office"):
        return sorted(set(Evidence.objects.filter(purged_at=None).values_list("sha256", flat=True)))


def _row(row: Evidence) -> EvidenceRow:
    return EvidenceRow(
        row.id,
        row.sha256,
        row.media_type,
        row.bytes,
        row.width,
        row.height,
        row.taken_at,
        row.made_at,
        row.claimed_kind,
        row.claimed_id,
        row.served_at is not None,
        row.taken_lon,
        row.taken_lat,
        row.likeness,
        row.mark,
        row.public_at,
        row.looked_at,
    )
