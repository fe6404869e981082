"""Pictures for templates: addresses of their copies."""

from typing import NamedTuple
from uuid import UUID

from django.urls import reverse

from gezhi.evidence.queries import EvidenceRow
from gezhi.web import words

FULL, SMALL = 1600, 400


class Picture(NamedTuple):
    """url: the big copy, thumb: the small one. is_ready: copies are made a few seconds after the upload."""

    id: UUID
    url: str
    thumb: str
    alt: str
    is_ready: bool
    kind: str = ""


def picture(row: EvidenceRow, kind: str) -> Picture:
    """One picture with its kind as alternative text."""
    alt = words.of(words.PICTURES, kind)
    return Picture(
        row.id,
        reverse("photo", args=[row.id, FULL]),
        reverse("photo", args=[row.id, SMALL]),
        alt,
        row.is_served,
        kind,
    )
