"""A reporter's voice, played to whoever reads his words in full: the desk. Never in public, never to whom he complains of."""

import re
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import reads_full_words
from gezhi.evidence import voice
from gezhi.kernel.refusal import NotFound
from gezhi.web.staff import actor_of, staff_required

_RANGE = re.compile(r"bytes=(\d{0,9})-(\d{0,9})")


@require_safe
@staff_required
def heard(request: HttpRequest, voice_id: UUID) -> HttpResponse:
    """The sound, whole or the range that a player asks for. 404 for whoever does not read this report in full."""
    row = voice.row(voice_id)
    if row.report_id is None:
        raise NotFound("voice")
    case = cases.by_id(cases.of_report(row.report_id).id, actor=actor_of(request))
    if not reads_full_words(cases.roles(case, actor=actor_of(request))):
        raise NotFound("voice")
    return _ranged(request, voice.sound(voice_id), row.media_type)


def _ranged(request: HttpRequest, data: bytes, media_type: str) -> HttpResponse:
    """206 with one range where one is asked for: a phone's player plays nothing else."""
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    start, stop = _span(asked, len(data)) if asked else (0, len(data))
    if start >= stop:
        answer = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{len(data)}"
    else:
        answer = HttpResponse(data[start:stop], content_type=media_type, status=206 if asked else 200)
        if asked:
            answer["Content-Range"] = f"bytes {start}-{stop - 1}/{len(data)}"
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Disposition"] = "inline"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _span(asked: re.Match[str], length: int) -> tuple[int, int]:
    first, last = asked[1], asked[2]
    if not first:
        return max(0, length - int(last or 0)), length
    return int(first), min(length, int(last) + 1) if last else length
