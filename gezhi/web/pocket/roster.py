"""值班: who answers now, my next shifts, the fortnight, changing turns, and the hand-over sheet."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gezhi.cases.lists import OPEN, CaseFilter, listed
from gezhi.duty import actions, queries
from gezhi.duty.queries import Sheet, ShiftRow
from gezhi.duty.rotation import Span, gaps
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere, NotYours, Refusal, Stale
from gezhi.parties import queries as parties
from gezhi.web import times
from gezhi.web.answers import SeeOther
from gezhi.web.asked import Asked
from gezhi.web.casework import lists
from gezhi.web.pocket.pages import page
from gezhi.web.refusals import sentence, status
from gezhi.web.staff import actor_of, at_of, staff_required, uuid_or_none

FORTNIGHT = timedelta(days=14)
LATE = timedelta(hours=12)  # how long after its end a shift may still be handed over
ENDING = timedelta(hours=1)  # before its end the hand-over is the one next thing
KEEPERS = (Duty.MANAGER, Duty.CLERK)
MOST_NUMBERS = 100


@require_safe
@never_cache
@staff_required
def roster(request: Asked) -> HttpResponse:
    """Everything about my parties' phones on one page."""
    actor, at = actor_of(request), at_of(request)
    mine = _mine(actor, at)
    teams = [_team(answering, actor, at) for answering in _answering(actor, at)]
    context = {
        "teams": teams,
        "shifts": [_shift(shift, at, names=_names(teams)) for shift in mine if shift.ends_at > at],
        "to_give": [_shift(shift, at) for shift in mine if _is_to_give(shift, at)],
        "to_take": [sheet for team in teams for sheet in team["to_take"]],
    }
    return page(request, "duty", context, tab="my_duty")


def _answering(actor: Actor, at: datetime) -> list[queries.Answering]:
    found = queries.answering_for(actor.parties(), at)
    return sorted(found.values(), key=lambda one: one.party_name)


def _mine(actor: Actor, at: datetime) -> list[ShiftRow]:
    return queries.shifts_of(actor.id, at - LATE, at + FORTNIGHT) if actor.id else []


def _is_to_give(shift: ShiftRow, at: datetime) -> bool:
    """Begun, and nobody wrote its sheet yet. 1 query for a shift that has begun."""
    return shift.starts_at <= at and queries.sheet_of(shift.id) is None


def _team(answering: queries.Answering, actor: Actor, at: datetime) -> dict[str, Any]:
    """One party: who answers, its fortnight by day, and the sheets that wait for me."""
    shifts = queries.shifts(answering.party_id, at, at + FORTNIGHT)
    sheets = queries.sheets_to_confirm(answering.party_id)
    coming = {shift.id: shift for shift in shifts}
    return {
        "id": answering.party_id,
        "name": answering.party_name,
        "answers": "" if answering.is_standing else answering.name,
        "phone": answering.phone,
        "days": _days(shifts, at),
        "is_empty": not shifts,
        "to_take": [_sheet(sheet, at) for sheet in sheets if _is_for(sheet, coming, actor)],
    }


def _is_for(sheet: Sheet, coming: dict[UUID, ShiftRow], actor: Actor) -> bool:
    """Whether this actor is who comes; where the next shift names no log-in, anybody but the giver."""
    shift = coming.get(sheet.shift_to_id) if sheet.shift_to_id else None
    if shift is not None and shift.account_id is not None:
        return shift.account_id == actor.id
    return sheet.given_by_id != actor.id


def _days(shifts: Sequence[ShiftRow], at: datetime) -> list[dict[str, Any]]:
    """Turns by local day of their beginning, each with what is left to the standing phone."""
    by_day: dict[Any, list[dict[str, Any]]] = {}
    taken = [Span(one.starts_at, one.ends_at) for one in shifts]
    turns = [(one.starts_at, one.ends_at, one.name) for one in shifts]
    last = max((one.ends_at for one in shifts), default=at)
    turns += [(gap.starts_at, gap.ends_at, "") for gap in gaps(taken, at, last)]
    for starts_at, ends_at, name in sorted(turns):
        day = timezone.localtime(starts_at).date()
        by_day.setdefault(day, []).append({"time": _hours(starts_at, ends_at), "name": name})
    return [{"day": times.with_weekday(day), "turns": turns} for day, turns in by_day.items()]


def _hours(starts_at: datetime, ends_at: datetime) -> str:
    """`08:00–20:00`; an end on the next day says so."""
    start, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    text = f"{start:%H:%M}–{end:%H:%M}"
    return _("%(hours)s（次日）") % {"hours": text} if end.date() > start.date() else text


def _names(teams: Iterable[dict[str, Any]]) -> dict[UUID, str]:
    return {team["id"]: team["name"] for team in teams}


def _shift(shift: ShiftRow, at: datetime, names: dict[UUID, str] | None = None) -> dict[str, Any]:
    return {
        "id": shift.id,
        "day": times.which_day(shift.starts_at, at),
        "hours": _hours(shift.starts_at, shift.ends_at),
        "party": (names or {}).get(shift.party_id, ""),
        "is_now": shift.starts_at <= at < shift.ends_at,
        "is_ahead": shift.starts_at > at,
        "when": times.turn(shift.starts_at, shift.ends_at, at),
        "is_over": shift.ends_at <= at,
        "is_ending": timedelta() < shift.ends_at - at <= ENDING,
    }


def _sheet(sheet: Sheet, at: datetime) -> dict[str, Any]:
    names = parties.account_names([sheet.given_by_id])
    return {
        "id": sheet.id,
        "notes": sheet.notes,
        "numbers": sheet.open_numbers,
        "by": names.get(sheet.given_by_id, ""),
        "time": times.moment(sheet.given_at, at),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required
def hand_over(request: Asked, shift_id: UUID) -> HttpResponse:
    """The sheet at the end of my shift: what is still open, and what who comes must know."""
    shift = _own(shift_id, actor_of(request))
    if request.method != "POST":
        return _sheet_page(request, shift, None, "", 200)
    notes, typed = request.POST.get("notes", ""), request.POST.get("open_numbers", "")[:6000]
    try:
        actions.hand_over(shift.id, notes, typed.split(), actor=actor_of(request), at=at_of(request))
    except (Invalid, NotFromHere) as refusal:
        return _sheet_page(request, shift, typed, notes, status(refusal), refusal)
    messages.success(request, _("交接单已写好，等接班的人确认。"))
    return SeeOther(reverse("my_duty"))


def _own(shift_id: UUID, actor: Actor) -> ShiftRow:
    """A shift of a party of mine; strangers' shifts are not there. Others' shifts of my party are not mine to touch."""
    shift = queries.shift(shift_id)
    if shift is None or shift.party_id not in actor.parties():
        raise NotFound("shift")
    if shift.account_id is not None and shift.account_id != actor.id:
        raise NotYours(deed="hand_over")
    return shift


def _open_cases(party_id: UUID, request: Asked) -> list[lists.Row]:
    """What this party has open, most urgent first. 4 queries."""
    at = at_of(request)
    rows = listed(
        CaseFilter(states=OPEN, party=party_id), actor=actor_of(request), at=at, soon=lists.soon_at(at)
    )
    return lists.rows(list(rows[:MOST_NUMBERS]), at=at)


def _sheet_page(
    request: Asked,
    shift: ShiftRow,
    numbers: str | None,
    notes: str,
    code: int,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """numbers: as they were typed; None writes down everything that is open."""
    field, still_open = getattr(refusal, "field", ""), _open_cases(shift.party_id, request)
    context = {
        "shift": _shift(shift, at_of(request)),
        "still_open": still_open,
        "numbers": "\n".join(row.number for row in still_open) if numbers is None else numbers,
        "notes": notes,
        "number_error": sentence(refusal) if refusal and field == "open_numbers" else "",
        "notes_error": sentence(refusal) if refusal and field == "notes" else "",
        "refusal": sentence(refusal) if refusal and field not in {"open_numbers", "notes"} else "",
    }
    return page(request, "hand_over", context, tab="my_duty", status=code, back=reverse("my_duty"))


@require_POST
@never_cache
@staff_required
def confirm(request: Asked, sheet_id: UUID) -> HttpResponse:
    """I have read the sheet and take over."""
    actions.confirm_hand_over(sheet_id, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("已接班。电话现在由您接。"))
    return SeeOther(reverse("my_duty"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required
def swap(request: Asked, shift_id: UUID) -> HttpResponse:
    """Change turns with a colleague: who keeps the roster does it here, everybody else sees whom to ask."""
    actor, at = actor_of(request), at_of(request)
    shift = queries.shift(shift_id)
    if shift is None or shift.party_id not in actor.parties():
        raise NotFound("shift")
    error = ""
    if request.method == "POST":
        other = uuid_or_none(request.POST.get("other", ""))
        try:
            if other is None:
                raise Invalid("other", "missing")
            actions.swap(shift.id, other, request.POST.get("seen", ""), actor=actor, at=at)
        except (Invalid, NotFromHere, Stale) as refusal:
            error = sentence(refusal)
        else:
            messages.success(request, _("已换班。"))
            return SeeOther(reverse("my_duty"))
    others = [one for one in queries.shifts(shift.party_id, at, at + FORTNIGHT) if one.starts_at > at]
    context = {
        "shift": _shift(shift, at),
        "name": shift.name,
        "others": [_shift(one, at) | {"name": one.name} for one in others if one.name != shift.name],
        "may_swap": shift.party_id in actor.parties(*KEEPERS),
        "keepers": [one.name for one in parties.people(shift.party_id, at) if one.duty in KEEPERS],
        "phone": parties.party(shift.party_id).standing_phone,
        "error": error,
    }
    return page(
        request, "swap", context, tab="my_duty", status=422 if error else 200, back=reverse("my_duty")
    )
