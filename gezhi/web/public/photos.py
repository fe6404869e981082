"""Pictures for people's eyes: the served copies only, to staff who may see the matter, to holders of a signed link, and to
everybody once the desk has looked."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gezhi.cases import queries as cases
from gezhi.evidence import queries as evidence
from gezhi.kernel.actor import Actor, ActorKind
from gezhi.kernel.refusal import NotFound
from gezhi.web.asked import Asked
from gezhi.web.links import is_signed, undisguised
from gezhi.work import queries as tasks

SIZES = (400, 1600)
RETRY_SECONDS = 3
HOUR, MONTH = 3600, 30 * 86400  # what everybody may see may be taken back
WAITING = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='300' viewBox='0 0 400 300'>"
    "<rect width='400' height='300' fill='#8886'/>"
    "<text x='200' y='158' font-size='40' text-anchor='middle' fill='#777' font-family='sans-serif'>{words}</text></svg>"
)


@require_safe
def photo(request: Asked, evidence_id: UUID, size: int) -> HttpResponseBase:
    """One copy, or a word of patience while it is being made. Never the original, which tells where and with what it was taken.

    evidence_id: its id, or the name that public pages have for it.
    """
    behind = undisguised(evidence_id)
    found = evidence.by_ids([evidence_id, behind])
    row = found.get(evidence_id) or found.get(behind)
    if row is None or size not in SIZES:
        raise NotFound("photo")
    is_known = is_signed(request, row.id) or may_see(row, request.actor, request.now)
    if not (is_known or row.public_at is not None):
        raise NotFound("photo")
    path = evidence.served_path(row.id, size)
    return _copy(path, MONTH if is_known else HOUR) if path else _patience()


def may_see(row: evidence.EvidenceRow, actor: Actor, at: datetime) -> bool:
    """Staff may see pictures of the cases and tasks they may see, and those of a form not sent yet, whose ids nobody guesses."""
    if actor.kind is not ActorKind.ACCOUNT or not actor.posts:
        return False
    if row.claimed_id is None:
        return True
    asked = OWNERS.get(row.claimed_kind)
    return asked is not None and asked(row, row.claimed_id, actor, at)


def _of_a_case(row: evidence.EvidenceRow, owner: UUID, actor: Actor, at: datetime) -> bool:
    """Of one of its reports, or of the work on it; what went along with a task its party may see."""
    try:
        case_id = cases.of_report(owner).id if row.claimed_kind == "report" else owner
        cases.by_id(case_id, actor=actor)
    except NotFound:
        return any(tasks.may_see(task, actor, at) for task in tasks.goes_along(row.id))
    return True


def _of_a_task(row: evidence.EvidenceRow, owner: UUID, actor: Actor, at: datetime) -> bool:
    return tasks.may_see(owner, actor, at)


# By what claimed a picture, who may see it; what stands in no row is nobody's.
OWNERS: Final[Mapping[str, Callable[[evidence.EvidenceRow, UUID, Actor, datetime], bool]]] = {
    "report": _of_a_case,
    "case": _of_a_case,
    "task": _of_a_task,
}


def _copy(path: Path, seconds: int) -> FileResponse:
    try:
        answer = FileResponse(path.open("rb"), content_type="image/webp")
    except FileNotFoundError:
        raise NotFound("photo") from None
    answer["Cache-Control"] = f"private, max-age={seconds}, immutable"
    answer["Content-Disposition"] = "inline"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _patience() -> HttpResponse:
    picture = WAITING.format(words=escape(_("照片处理中")))
    answer = HttpResponse(picture, content_type="image/svg+xml")
    answer["Cache-Control"] = "no-store"
    answer["Retry-After"] = str(RETRY_SECONDS)
    answer["Content-Security-Policy"] = "default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
