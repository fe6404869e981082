"""One case on the phone: what is wrong where, until when, and the one next thing to do."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gezhi.cases import queries as cases
from gezhi.flows.reach_reporter import reveal_contact
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, Missing
from gezhi.web import words
from gezhi.web.asked import Asked
from gezhi.web.casework import buttons, casepage, timeline
from gezhi.web.pocket.moves import HERE, ONE_PRESS
from gezhi.web.pocket.pages import page
from gezhi.web.refusals import sentence, status
from gezhi.web.staff import actor_of, at_of, staff_required

LAST_STEPS = 3
TWIN = {
    "pass_check": "fail_check",
    "take": "return",
    "done": "request_extension",
}  # the other answer to the same question stands beside it


@require_safe
@never_cache
@staff_required
def case(request: Asked, number: str) -> HttpResponse:
    """The page of one case that I may see."""
    return _page(request, cases.by_number(number, actor=actor_of(request)))


@require_POST
@never_cache
@staff_required
def contact(request: Asked, number: str, report_id: UUID) -> HttpResponse:
    """The reporter's phone, for a reason that he will read. Shown on this one answer only."""
    actor = actor_of(request)
    found = cases.by_number(number, actor=actor)
    reason = request.POST.get("reason", "")
    try:
        phone = reveal_contact(found.id, report_id, reason, actor=actor, at=at_of(request))
    except (Missing, Invalid) as refusal:
        asked = {"id": report_id, "reason": reason, "error": sentence(refusal)}
        return _page(request, found, {"asked": asked}, status(refusal))
    return _page(request, found, {"phone": phone, "phone_of": report_id})


def _page(request: Asked, found: Any, more: dict[str, Any] | None = None, number: int = 200) -> HttpResponse:
    actor, at = actor_of(request), at_of(request)
    shown = casepage.context(found, actor=actor, at=at)
    first, beside, rest = _doors(found, actor, at, is_unheard=bool(shown["unheard_until"]))
    context = shown | {
        "first": first,
        "beside": beside,
        "rest": rest,
        "steps": shown["timeline"][:LAST_STEPS],
        "older": shown["timeline"][LAST_STEPS:],
    }
    return page(
        request, "case", context | (more or {}), tab="my_work", status=number, back=reverse("my_work")
    )


def _doors(found: Any, actor: Actor, at: Any, *, is_unheard: bool) -> tuple[Any, Any, list[Any]]:
    """What the lifecycle offers: the next action, its twin, and the rest; dangerous ones stay last.

    is_unheard: nobody can ask the reporter, so nobody is invited to answer for him.
    """
    mute = buttons.ANSWERS if is_unheard else frozenset()
    doors = [
        _door(found, offer.event, offer.quiet or offer.event in mute)
        for offer in cases.offers_for(found, actor=actor, at=at)
    ]
    doors.sort(key=lambda door: (door["quiet"], door["event"] in mute))
    first = doors[0] if doors and not doors[0]["quiet"] else None
    twin = TWIN.get(first["event"], "") if first else ""
    beside = next((one for one in doors if one["event"] == twin), None)
    return first, beside, [one for one in doors if one not in (first, beside)]


def _door(found: Any, event: str, quiet: bool) -> dict[str, Any]:
    """One button. is_plain: one press does it. at_desk: its form stands there."""
    is_settled = event != "accept" or bool(found.category_id and found.place_id)
    at_desk = event not in HERE or not is_settled
    return {
        "event": event,
        "label": words.of(words.ACTS, event),
        "icon": timeline.ICONS.get(event, "circle"),
        "url": reverse("desk:move" if at_desk else "my_move", args=[found.number, event]),
        "is_plain": event in ONE_PRESS and not at_desk,
        "at_desk": at_desk,
        "quiet": quiet,
    }
