"""Pictures of a report: those that are sent along, and those that are fetched from where the client says they lie.

Both are on the disk before the report is acknowledged (I5). All or nothing: a picture that cannot be had refuses the report, which
nobody has acknowledged yet, and says which.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from gezhi.channels import outward
from gezhi.channels.outward import Fetched, Unreachable
from gezhi.evidence.actions import MOST_BYTES, Kept
from gezhi.flows.look_at_photo import public_photos
from gezhi.kernel.refusal import Invalid
from gezhi.reports.intake import MOST_PHOTOS
from gezhi.web.asked import Asked
from gezhi.web.kept import keep_in_turn
from gezhi.web.limits import TooOften
from gezhi.web.links import open_address
from gezhi.web.refusals import photo_sentence

# of the four places at work: a slow server elsewhere stops nobody here
FETCHING: Final = threading.BoundedSemaphore(2)
PATIENCE_SECONDS: Final = 0.5
FETCH_SECONDS: Final = 4.0  # for all pictures of one report: nobody is answered later than after 5
RETRY_SECONDS: Final = 5
UPLOAD: Final = "media"
SIZE: Final = 1600  # pixels of the longest side


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client sends of pictures, not yet kept."""

    uploads: tuple[Any, ...]
    urls: tuple[str, ...]

    def marks(self) -> tuple[str, ...]:
        """What tells these pictures from others before they are kept: digests of the files, and the addresses."""
        return (*(_digest(one) for one in self.uploads), *self.urls)


def sent(request: Asked) -> Sent:
    """Uploads in `media` (or media[]) and addresses in `media_url` (several, or media_url[]). Raises Invalid: media, media_url."""
    names = (UPLOAD, f"{UPLOAD}[]")
    if set(request.FILES) - set(names):
        raise Invalid("media", "not_a_file")
    uploads = tuple(one for name in names for one in request.FILES.getlist(name))
    said = [one.strip() for name in ("media_url", "media_url[]") for one in request.POST.getlist(name)]
    urls = tuple(dict.fromkeys(one for one in said if one))
    if len(uploads) + len(urls) > MOST_PHOTOS:
        raise Invalid("media", "too_many", limit=MOST_PHOTOS)
    for url in urls:
        _judge(url, request)
    return Sent(uploads, urls)


def keep(found: Sent, *, request: Asked) -> tuple[UUID, ...]:
    """Ids of the kept pictures. Raises Invalid (media, media_url), TooOften while too many others fetch."""
    kept = _kept("media", found.uploads, request) if found.uploads else []
    if found.urls:
        with _turn(), _fetched(found.urls) as files:
            kept += _kept("media_url", files, request)
    return tuple(one.id for one in kept)


def of_cases(case_ids: Iterable[UUID], request: Asked) -> dict[UUID, list[str]]:
    """Addresses of the pictures that everybody may see, by case; they show nothing any more once the desk takes them back."""
    return {
        id: [request.build_absolute_uri(open_address(row.id, SIZE, mark=row.mark)) for row in rows]
        for id, rows in public_photos(list(case_ids)).items()
    }


def _judge(url: str, request: Asked) -> None:
    """What can be said of an address without asking anybody. Raises Invalid("media_url", …)."""
    try:
        to = outward.target(url, may_be_plain=True)
    except Invalid as bad:
        raise Invalid("media_url", bad.code) from None
    if to.port != outward.PORTS[to.scheme]:
        raise Invalid("media_url", "port")
    if to.host == request.get_host().rpartition(":")[0] or to.host == request.get_host():
        raise Invalid("media_url", "forbidden")


@contextmanager
def _turn() -> Iterator[None]:
    if not FETCHING.acquire(timeout=PATIENCE_SECONDS):
        raise TooOften(RETRY_SECONDS)
    try:
        yield
    finally:
        FETCHING.release()


@contextmanager
def _fetched(urls: Sequence[str]) -> Iterator[list[Fetched]]:
    """The files, closed at the end."""
    ends, files = monotonic() + FETCH_SECONDS, list[Fetched]()
    try:
        for url in urls:
            files.append(_fetch(url, max(0.1, ends - monotonic())))
        yield files
    finally:
        for one in files:
            one.file.close()


def _fetch(url: str, seconds: float) -> Fetched:
    try:
        file = outward.fetch(url, most_bytes=MOST_BYTES, seconds=seconds)
    except (Invalid, Unreachable) as refused:
        details = {name: value for name, value in refused.details.items() if name == "status"}
        raise Invalid("media_url", refused.code, **details) from None
    return Fetched(file, urlsplit(url).path.rpartition("/")[2])


def _kept(field: str, files: Sequence[Any], request: Asked) -> list[Kept]:
    """All of them, or Invalid(field, "refused") with the sentence of the first that is none."""
    results = keep_in_turn(files, at=request.now)
    for one in results:
        if not isinstance(one, Kept):
            raise Invalid(field, "refused", why=photo_sentence(one.name, one.code))
    return [one for one in results if isinstance(one, Kept)]


def _digest(upload: Any) -> str:
    found = sha256()
    for piece in upload.chunks():
        found.update(piece)
    upload.seek(0)
    return found.hexdigest()
