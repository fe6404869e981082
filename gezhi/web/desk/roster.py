"""The roster of a party for a fortnight: who is on when, where only the standing phone answers, hand-over sheets."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.duty import actions
from gezhi.duty import queries as duty
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere, NotYours
from gezhi.parties import queries as who
from gezhi.web import refusals, times
from gezhi.web.desk.keeper import form_page, may_keep_own, offer, tried
from gezhi.web.fields import moment_field
from gezhi.web.staff import actor_of, at_of, staff_required, uuid_or_none

DAYS = 14
USUAL = timedelta(hours=12)


def fortnight(party_id: UUID, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Shifts and gaps of the next fortnight in order, and sheets nobody has confirmed. 3 queries."""
    end = at + timedelta(days=DAYS)
    shifts, gaps = duty.shifts(party_id, at, end), duty.gaps(party_id, at, end)
    lines: list[dict[str, Any]] = [_shift(one, at) for one in shifts]
    lines += [
        {
            "is_gap": True,
            "starts": one.starts_at,
            "span": times.between(one.starts_at, one.ends_at),
            "when": times.turn(one.starts_at, one.ends_at, at),
        }
        for one in gaps
    ]
    sheets = [
        {
            "id": one.id,
            "notes": one.notes,
            "numbers": one.open_numbers,
            "given": times.moment(one.given_at, at),
        }
        for one in duty.sheets_to_confirm(party_id)
    ]
    return {
        "roster": sorted(lines, key=lambda line: line["starts"]),
        "sheets": sheets,
        "may_plan": may_keep_own(actor, party_id),
        "has_gaps": bool(gaps),
    }


def _shift(one: duty.ShiftRow, at: datetime) -> dict[str, Any]:
    return {
        "is_gap": False,
        "id": one.id,
        "name": one.name,
        "phone": one.phone,
        "starts": one.starts_at,
        "when": times.turn(one.starts_at, one.ends_at, at),
        "is_now": one.starts_at <= at < one.ends_at,
        "is_ahead": one.starts_at > at,
    }


class ShiftForm(forms.Form):
    """One shift."""

    account = forms.ChoiceField(label=gettext_lazy("谁值班"), required=False)
    name = forms.CharField(label=gettext_lazy("或写姓名（没有账号的同事）"), max_length=60, required=False)
    phone = forms.CharField(
        label=gettext_lazy("值班电话"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("不填就用单位的 24 小时电话。"),
    )
    starts_at = moment_field(gettext_lazy("开始"))
    ends_at = moment_field(gettext_lazy("结束"))

    def __init__(self, party_id: UUID, at: datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = {str(one.account_id): one.name for one in who.people(party_id, at)}
        self.names = people
        offer(self, "account", [("", _("不选")), *people.items()])

    def person(self) -> actions.OnDuty:
        """Who it is, by account or by name."""
        said = self.cleaned_data
        account = uuid_or_none(said["account"])
        return actions.OnDuty(said["name"] or self.names.get(said["account"], ""), said["phone"], account)


@require_http_methods(["GET", "POST"])
@staff_required
def plan(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Put somebody on the roster."""
    row, at = who.party(party_id), at_of(request)
    _ask_to_plan(request, party_id)
    first = timezone.localtime(at).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=1)
    form = ShiftForm(
        party_id, at, request.POST or None, initial={"starts_at": first, "ends_at": first + USUAL}
    )
    if form.is_valid():
        said = form.cleaned_data
        made = tried(
            form,
            lambda: actions.plan_shift(
                party_id, form.person(), said["starts_at"], said["ends_at"], actor=actor_of(request), at=at
            ),
        )
        if made:
            messages.success(request, _("已排班。"))
            return redirect(f"{reverse('desk:party', args=[party_id])}#roster")
    return form_page(
        request,
        form,
        heading=_("%(party)s 排班") % {"party": row.name},
        submit=_("排上"),
        back=reverse("desk:party", args=[party_id]),
        intro=_("一班最长 24 小时，同一单位的班不能重叠。"),
    )


@require_POST
@staff_required
def drop(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """Take a shift off the roster; one that has begun ends now."""
    shift, at = _shift_of(shift_id), at_of(request)
    _told(
        request,
        lambda: actions.drop_shift(shift_id, actor=actor_of(request), at=at),
        _("本班已结束。") if shift.starts_at <= at else _("已取消这一班。"),
    )
    return redirect(f"{reverse('desk:party', args=[shift.party_id])}#roster")


class SwapForm(forms.Form):
    """With whom."""

    other = forms.ChoiceField(label=gettext_lazy("和哪一班对换"), widget=forms.RadioSelect)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)


@require_http_methods(["GET", "POST"])
@staff_required
def swap(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """Two people of one party change places."""
    shift, at = _shift_of(shift_id), at_of(request)
    _ask_to_plan(request, shift.party_id)
    ahead = [
        one
        for one in duty.shifts(shift.party_id, at, at + timedelta(days=DAYS))
        if one.id != shift_id and one.starts_at > at and one.name != shift.name
    ]
    form = SwapForm(request.POST or None, initial={"seen": shift.name})
    offer(
        form,
        "other",
        [(str(one.id), f"{one.name} {times.turn(one.starts_at, one.ends_at, at)}") for one in ahead],
    )
    back = f"{reverse('desk:party', args=[shift.party_id])}#roster"
    if form.is_valid():
        other, seen = UUID(form.cleaned_data["other"]), form.cleaned_data["seen"]
        if tried(form, lambda: actions.swap(shift_id, other, seen, actor=actor_of(request), at=at)):
            messages.success(request, _("已对换。"))
            return redirect(back)
        form.data = {
            **dict(request.POST.items()),
            "seen": shift.name,
        }  # whoever tries again has read who is on it now
    intro = _("%(name)s，%(when)s") % {
        "name": shift.name,
        "when": times.turn(shift.starts_at, shift.ends_at, at),
    }
    return form_page(request, form, heading=_("换班"), submit=_("对换"), back=back, intro=intro)


def _ask_to_plan(request: HttpRequest, party_id: UUID) -> None:
    if not may_keep_own(actor_of(request), party_id):
        raise NotYours(deed="plan_shift")


def _shift_of(shift_id: UUID) -> duty.ShiftRow:
    found = duty.shift(shift_id)
    if found is None:
        raise NotFound("shift")
    return found


def _told(request: HttpRequest, deed: Any, done: str) -> None:
    try:
        deed()
    except (Invalid, NotFromHere) as refused:
        messages.error(request, refusals.sentence(refused))
    else:
        messages.success(request, done)
