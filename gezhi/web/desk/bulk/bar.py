"""What stands in the list itself: the bar that says how many are chosen, and the strip that takes the last deed back."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from gezhi.cases.bulk import queries as bulk
from gezhi.cases.bulk.kinds import MOST, UNDO
from gezhi.cases.lifecycle import State
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import NotFound
from gezhi.web import times
from gezhi.web.casework.lists import Row
from gezhi.web.desk.bulk import wording
from gezhi.web.staff import actor_of, at_of, uuid_or_none

DESK = (Duty.CLERK, Duty.OFFICER)


def bar(request: HttpRequest, shown: Sequence[Row], *, count: int | None, is_whole: bool) -> dict[str, Any]:
    """count: how many fit, where it is known; is_whole: this page shows all of them."""
    every = _("符合条件的全部 %(count)s 件") % {"count": count} if count and count <= MOST else ""
    asked = request.GET.copy()
    asked.pop("bulk", None)
    return {
        "list": asked.urlencode(),
        "page_cases": " ".join(row.short for row in shown),
        "page": _("本页全部 %(count)s 件") % {"count": len(shown)},
        "all": "" if is_whole else every or _("符合条件的全部，最多 %(most)s 件") % {"most": MOST},
        "is_desk": actor_of(request).has(*DESK),
        "has_new": any(row.state == State.REPORTED for row in shown),
    }


def strip(request: HttpRequest) -> dict[str, Any] | None:
    """What was just done to many, with the way back. 2 queries right after it, none on any other page."""
    id = uuid_or_none(request.GET.get("bulk", ""))
    if id is None:
        return None
    try:
        row = bulk.bulk(id, actor=actor_of(request))
    except NotFound:
        return None
    at = at_of(request)
    return {
        "text": wording.summary(row),
        "is_whole": not (row.left + row.unseen + row.kept),
        "url": reverse("desk:bulk_deed", args=[row.id]),
        "undo_url": reverse("desk:undo_bulk", args=[row.id]) if row.may_undo(at) else "",
        "until": times.moment(row.ended_at + UNDO, at) if row.ended_at else "",
    }
