"""Pictures for templates: addresses of their copies."""

from typing import NamedTuple
from uuid import UUID

from gezhi.evidence.queries import EvidenceRow
from gezhi.web import words
from gezhi.web.links import address

FULL, SMALL = 1600, 400


class Picture(NamedTuple):
    """url: the big copy, thumb: the small one. is_ready: copies are made a few seconds after the upload."""

    id: UUID
    url: str
    thumb: str
    alt: str
    is_ready: bool
    kind: str = ""
    is_public: bool = False


def picture(row: EvidenceRow, kind: str) -> Picture:
    """One picture with its kind as alternative text."""
    alt = words.of(words.PICTURES, kind)
    return Picture(
        row.id,
        address(row.id, FULL, mark=row.mark),
        address(row.id, SMALL, mark=row.mark),
        alt,
        row.is_served,
        kind,
        row.public_at is not None,
    )
