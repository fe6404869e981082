"""A place to follow: its public steps as an Atom feed, at the place and below it, down to the building."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gezhi.cases import face
from gezhi.cases.face import FaceRow
from gezhi.parties.days import local_day, midnight
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.web.asked import Asked
from gezhi.web.public import trust
from gezhi.web.public.face import asked, matters
from gezhi.web.words import language

MOST: Final = 50  # entries, the newest
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)  # of a feed without entries: the same at every look


class Feed(Atom1Feed):
    """One whose moment hangs on its entries alone."""

    def latest_post_date(self) -> datetime:
        days: list[datetime] = [one["updateddate"] for one in self.items]
        return max(days, default=BEGINNING)


@require_safe
def feed(request: Asked, code: str) -> HttpResponse:
    """The newest 50. At most 10 queries. 304 where nothing is new."""
    asked.opened(request, "public-feed")
    place = places.by_code(code)
    found = face.face(request.now).rows
    rows = face.narrowed(found, path=trust.open_path(place))[:MOST]
    body = _written(request, place, rows).encode()
    answer = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    newest = int(_moment(rows[0].day).timestamp()) if rows else int(BEGINNING.timestamp())
    answer["ETag"] = etag
    answer["Last-Modified"] = http_date(newest)
    answer["Cache-Control"] = "private, no-cache"  # kept by the reader, asked for again: it may be turned off
    # days are told, not minutes: of today there may be more since, so that its day alone answers nobody
    is_over = not rows or rows[0].day < local_day(request.now)
    return (
        get_conditional_response(
            request, etag=etag, last_modified=newest if is_over else None, response=answer
        )
        or answer
    )


def _written(request: Asked, place: PlaceRow, rows: list[FaceRow]) -> str:
    page = request.build_absolute_uri(reverse("place", args=[place.code]))
    name = place.full_name
    whole = Feed(
        title=_("%(place)s：办好了什么") % {"place": name},
        link=page,
        description="",
        subtitle=_("这里和以下各处公开的进展。只写到哪一天、哪栋楼。"),
        language=language(),
        author_name=request.jurisdiction.name,
        feed_url=request.build_absolute_uri(reverse("feed", args=[place.code])),
        feed_guid=f"urn:uuid:{face.mark('place', place.id)}",
    )
    said = matters.words(rows)
    for row in rows:
        whole.add_item(**_entry(row, said.get(row.id, ""), request, page))
    return whole.writeString("utf-8")


def _entry(row: FaceRow, words: str, request: Asked, page: str) -> dict[str, Any]:
    """One public step: its id is another for each step, so that readers see that something came."""
    what, where = trust.category_words(row.category_id), row.place.name if row.place else ""
    step = asked.step_words(row)
    link = request.build_absolute_uri(reverse("place", args=[row.place.code])) if row.place else page
    return {
        "title": _("%(step)s：%(what)s") % {"step": step, "what": what},
        "link": link,
        "description": "\n".join(part for part in (words, where) if part),
        "unique_id": f"urn:uuid:{face.mark('case', row.id, 'open' if row.is_open else 'solved', row.day)}",
        "updateddate": _moment(row.day),
        "pubdate": _moment(row.day),
        "categories": [what],
    }


def _moment(day: date) -> datetime:
    return timezone.localtime(midnight(day))
