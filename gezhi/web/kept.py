"""Pictures of a form that has not been sent through yet: kept at the first POST, carried along as signed hidden fields."""

import re
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse

from gezhi.evidence import actions as evidence
from gezhi.evidence import queries as kept_evidence
from gezhi.reports.intake import MOST_PHOTOS
from gezhi.web import carried, limits
from gezhi.web.asked import Asked
from gezhi.web.carried import HOURS
from gezhi.web.links import link
from gezhi.web.refusals import photo_sentence

# A decoder has 3.5 seconds for a picture. Eight at once on two cores would all be late, and good pictures refused.
_TURNS = threading.BoundedSemaphore(2)
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
BLOCKED_FORMS_PER_HOUR = 6  # of one address, whose pictures are kept although the form is not taken
DONE = "gezhi_done"
WAITED = (300, 30 * 86400)  # seconds
KIND = "photos"


@dataclass(slots=True)
class Bag:
    """The pictures that came with one form. refused: a sentence for each that was not taken."""

    photos: list[evidence.Kept] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def ids(self) -> tuple[UUID, ...]:
        """Ids to claim."""
        return tuple(photo.id for photo in self.photos)

    @property
    def digests(self) -> tuple[str, ...]:
        """SHA-256 of each: the same pictures sent twice are the same."""
        return tuple(photo.sha256 for photo in self.photos)

    def shown(self, key: str, at: datetime) -> list[dict[str, str]]:
        """As ui/photo_picker.html takes them back: a signed id, an address to look at."""
        return [
            {"id": carried.sealed(KIND, key, photo.id, photo.sha256), "url": link(photo.id, 400, at=at)}
            for photo in self.photos
        ]

    def without_claimed(self) -> "Bag":
        """Only what can still be claimed: a form that comes back must not offer a picture that is gone. 1 query."""
        free = set(kept_evidence.claimable(self.ids))
        return Bag([photo for photo in self.photos if photo.id in free], self.refused)


def gather(request: Asked, key: str, *, name: str = "photos", at: datetime, most: int = MOST_PHOTOS) -> Bag:
    """Pictures carried along and new ones, `most` at most; the new ones are on the disk when this returns."""
    bag = gather_carried(request, key, most=most)
    room = max(0, most - len(bag.photos))
    uploads: Sequence[Any] = [file for file in request.FILES.getlist(name) if file]
    if uploads[:room]:
        for result in keep_in_turn(uploads[:room], at=at):
            if isinstance(result, evidence.Kept):
                bag.photos.append(result)
            else:
                bag.refused.append(photo_sentence(result.name, result.code))
    bag.refused += [
        photo_sentence(file.name or "", "too_many", None if most == MOST_PHOTOS else most)
        for file in uploads[room:]
    ]
    return bag


def gather_blocked(request: Asked, key: str, *, name: str = "photos", at: datetime) -> Bag:
    """For a form that came too often: its new pictures too, a few forms an hour, so that who shares an address with a flood loses none.

    Beyond that only what was carried along, with a sentence for what was not taken.
    """
    if not any(request.FILES.getlist(name)):
        return gather_carried(request, key)
    try:
        limits.count(
            "blocked-pictures", limits.address(request), most=BLOCKED_FORMS_PER_HOUR, minutes=60, at=at
        )
    except limits.TooOften:
        bag = gather_carried(request, key)
        bag.refused += [photo_sentence(file.name or "", "too_often") for file in request.FILES.getlist(name)]
        return bag
    return gather(request, key, name=name, at=at)


def keep_in_turn(uploads: Sequence[Any], *, at: datetime) -> list[evidence.Kept | evidence.Refused]:
    """As evidence.keep, two at once in this process."""
    with _TURNS:
        return evidence.keep(uploads, at=at)


def gather_carried(request: Asked, key: str, *, most: int = MOST_PHOTOS) -> Bag:
    """Only those carried along: nothing new is taken in."""
    return Bag(_carried(request.POST.getlist("kept_photos"), key, most))


def _carried(tokens: Sequence[str], key: str, most: int) -> list[evidence.Kept]:
    """Those whose signature is ours, made for this very form within a day; others are left out."""
    found: dict[UUID, evidence.Kept] = {}
    for token in tokens[: 4 * most]:  # forms with two pickers carry both; ours are sorted out below
        if len(found) == most:
            break
        if one := carried.opened(KIND, key, token):
            found[one.id] = evidence.Kept(*one)
    return list(found.values())


def fresh_key() -> str:
    """A key nobody guesses."""
    return secrets.token_urlsafe(18)


def done(answer: HttpResponse, said: Mapping[str, Any]) -> HttpResponse:
    """The same answer, telling the phone that the form of this key was taken in: what it kept of it may go."""
    if _KEY.fullmatch(key := str(said.get("key", ""))):
        answer.set_cookie(DONE, key, max_age=HOURS * 3600, samesite="Lax", secure=settings.GEZHI_HTTPS)
    return answer


def waited(said: Mapping[str, Any], *, at: datetime) -> datetime | None:
    """When it was said, for what waited on the phone for a network; None for what came at once, or from a clock that is off.

    By the span alone, which the phone's clock tells rightly even where it is wrong.
    """
    text = str(said.get("waited", ""))
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return at - timedelta(seconds=seconds) if WAITED[0] <= seconds <= WAITED[1] else None


def key_of(said: Mapping[str, Any]) -> str:
    """The key a form was shown with, or a fresh one when it lacks one or it was tampered with."""
    key = str(said.get("key", ""))
    return key if _KEY.fullmatch(key) else fresh_key()
