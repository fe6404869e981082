"""One picture of a case as the desk looks at it: where it was taken, where else it was seen, what is covered, who may see it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.cases import queries as cases
from gezhi.evidence import queries as evidence
from gezhi.evidence.queries import EvidenceRow, RedactionRow
from gezhi.flows import look_at_photo
from gezhi.kernel.geo import Point
from gezhi.kernel.refusal import Invalid, Missing, NotFromHere
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.web import refusals, times
from gezhi.web.casework import photos
from gezhi.web.staff import actor_of, at_of, staff_required, uuid_or_none

if TYPE_CHECKING:
    from gezhi.cases.models import Case

DESK_PAGES = "/desk/"
MOST_BACK = 200  # signs of an address
SAID = {
    "redact": gettext_noop("已经记下，新的一张几秒钟以后就好。原图封存，没有改动。"),
    "back": gettext_noop("已恢复到上一版，新的一张几秒钟以后就好。露出来的部分要重新看过才公开。"),
    "show": gettext_noop("这张照片现在可以公开：地点页和同一件事的其他上报人看得到。"),
    "hide": gettext_noop("这张照片不再公开，马上生效。"),
}


@never_cache
@require_http_methods(["GET", "POST"])
@staff_required
def photo(request: HttpRequest, number: str, evidence_id: UUID) -> HttpResponse:
    """Look at it; cover parts of it; say whether everybody may see it."""
    case = cases.by_number(number, actor=actor_of(request))
    row = look_at_photo.ask_to_look(case.id, evidence_id, actor=actor_of(request))
    if request.method == "GET":
        return _page(request, case, row)
    act = request.POST.get("act", "")
    act = act if act in SAID else "redact"
    try:
        _act(request, case, row, act)
    except (Missing, Invalid, NotFromHere) as refused:
        return _page(request, case, row, refused)
    messages.success(request, _(SAID[act]))
    if request.POST.get("back") == "review":
        return redirect(f"{reverse('desk:review')}?next=1")
    if came_from := _came_from(request):
        return redirect(came_from)
    return redirect("desk:photo", case.number, row.id)


def _came_from(request: HttpRequest) -> str:
    """The page of the desk that one came from and goes back to, as the address says it; "" of none, and of any other address."""
    asked = (request.POST if request.method == "POST" else request.GET).get("next", "")[:MOST_BACK]
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith(DESK_PAGES)
    return asked if is_ours else ""


def _act(request: HttpRequest, case: "Case", row: EvidenceRow, act: str) -> None:
    who = {"actor": actor_of(request), "at": at_of(request)}
    if act == "redact":
        boxes, reason = request.POST.get("boxes", ""), request.POST.get("reason", "")
        look_at_photo.redact(case.id, row.id, _boxes(boxes), reason, **who)
    elif act == "back":
        seen = uuid_or_none(request.POST.get("seen", "")) or UUID(int=0)
        look_at_photo.go_back(case.id, row.id, _("恢复到上一版"), seen=seen, **who)
    else:
        look_at_photo.decide(case.id, row.id, is_public=act == "show", **who)


def _boxes(text: str) -> list[list[float]]:
    """A box a line: left, top, width, height in percent, any spaces or commas between. Raises Invalid."""
    found = []
    for line in text[:4000].replace("，", " ").replace(",", " ").replace("%", " ").splitlines():
        try:
            sides = [float(side) / 100 for side in line.split()]
        except ValueError:
            raise Invalid("boxes", "not_a_box") from None
        if sides:
            found.append(sides)
    return found


def _lines(boxes: Sequence[Sequence[float]]) -> str:
    """The other way round, for the form."""
    return "\n".join(" ".join(f"{side * 100:g}" for side in box) for box in boxes)


def _page(
    request: HttpRequest,
    case: "Case",
    row: EvidenceRow,
    refused: Missing | Invalid | NotFromHere | None = None,
) -> HttpResponse:
    history = evidence.redactions(row.id)
    now = history[0].boxes if history else []
    said = refusals.sentence(refused) if refused else ""
    is_late = isinstance(refused, NotFromHere)
    in_boxes = isinstance(refused, Invalid) and refused.field == "boxes"
    asked = request.POST if request.method == "POST" else request.GET
    page = {
        "case": case,
        "back": "review" if asked.get("back") == "review" else "",
        "came_from": _came_from(request),
        "photo": photos.picture(row, "before"),
        "taken": _taken(row, case, request),
        "seen": [
            {
                "number": one.number,
                "url": reverse("desk:case", args=[one.number]),
                "photo_url": reverse("desk:photo", args=[one.number, one.evidence_id]),
            }
            for one in look_at_photo.seen_before([row], actor=actor_of(request))[row.id]
        ],
        "boxes": request.POST.get("boxes", "") if refused and not is_late else _lines(now),
        "reason": request.POST.get("reason", ""),
        "boxes_error": said if in_boxes else "",
        "reason_error": "" if in_boxes or is_late else said,
        "late": said if is_late else "",
        "history": _history(history, request),
    }
    return render(request, "desk/case/photo.html", page, status=409 if is_late else 422 if refused else 200)


def _history(history: Sequence[RedactionRow], request: HttpRequest) -> list[dict[str, Any]]:
    """Newest first; of the one in force one goes back to what was before."""
    names = parties.account_names({one.by_id for one in history})
    lines = [
        {
            "who": names.get(one.by_id, ""),
            "time": times.moment(one.made_at, at_of(request)),
            "reason": one.reason,
            "count": len(one.boxes),
            "id": one.id.hex,
            "is_now": place == 0,
        }
        for place, one in enumerate(history)
    ]
    return lines


def _taken(row: EvidenceRow, case: "Case", request: HttpRequest) -> dict[str, str]:
    """When and where the camera says it was taken, how far from where the case is: a hint. {} when it says nothing."""
    found: dict[str, str] = {}
    if row.taken_at:
        found["time"] = times.exact(row.taken_at)
    if row.taken_lon is None or row.taken_lat is None:
        return found
    found["point"] = f"{row.taken_lat:.5f}, {row.taken_lon:.5f}"
    located = places.locate(row.taken_lon, row.taken_lat)
    ids = {id for id in (located.place_id if located else None, case.place_id) if id}
    known = places.by_ids(ids)
    found["where"] = known[located.place_id].full_name if located else _("本辖区以外")
    place = known.get(case.place_id) if case.place_id else None
    if place and place.lon is not None and place.lat is not None:
        found["far"] = photos.far(Point(row.taken_lon, row.taken_lat), Point(place.lon, place.lat))
    return found
