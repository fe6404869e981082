"""Pictures for templates: addresses of their copies, and uploads of a form that may come back."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from gezhi.evidence import actions as evidence
from gezhi.evidence import queries as kept_pictures
from gezhi.reports.intake import MOST_PHOTOS as MOST
from gezhi.web import refusals, words
from gezhi.web.staff import at_of, uuid_or_none

FULL, SMALL = 1600, 400


class Picture(NamedTuple):
    """url: the big copy, thumb: the small one. is_ready: copies are made a few seconds after the upload."""

    id: UUID
    url: str
    thumb: str
    alt: str
    is_ready: bool
    kind: str = ""


def picture(row: kept_pictures.EvidenceRow, kind: str) -> Picture:
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


class Uploaded(NamedTuple):
    """What a form brought: ids of kept pictures, and a sentence for each that was not taken."""

    ids: tuple[UUID, ...]
    problems: tuple[str, ...]


def uploaded(request: HttpRequest, name: str) -> Uploaded:
    """Pictures that came with this form under `name`, and those that an earlier try already kept (`kept_<name>`)."""
    before = [id for text in request.POST.getlist(f"kept_{name}")[:MOST] if (id := uuid_or_none(text))]
    ids, problems, files = kept_pictures.claimable(before), list[str](), request.FILES.getlist(name)
    room = MOST - len(ids)
    for result in evidence.keep(files[:room], at=at_of(request)) if files else []:
        if isinstance(result, evidence.Kept):
            ids.append(result.id)
        else:
            problems.append(refusals.photo_sentence(result.name, result.code))
    problems += [refusals.photo_sentence(one.name or "", "too_many") for one in files[room:]]
    return Uploaded(tuple(ids), tuple(problems))


def kept(ids: Iterable[UUID]) -> list[dict[str, Any]]:
    """Already received pictures for templates/ui/photo_picker.html."""
    return [{"id": str(id), "url": reverse("photo", args=[id, SMALL]), "alt": ""} for id in ids]
