"""Parties: who they are, what they serve, who answers there now; their services are dated."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.cases import queries as cases
from gezhi.catalogue import queries as catalogue
from gezhi.duty import queries as duty
from gezhi.flows.change_of_company import move_open_work
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import NotFound, NotYours
from gezhi.parties import actions, mailboxes, past
from gezhi.parties import queries as who
from gezhi.parties.kinds import PartyKind, ServiceKind
from gezhi.places import queries as grounds
from gezhi.web import words
from gezhi.web.desk import asof, history, roster, wecom
from gezhi.web.desk.keeper import PlaceField, form_page, may_keep_own, offer, tried
from gezhi.web.fields import day_field
from gezhi.web.punctuation import aside
from gezhi.web.rail import KEEPERS
from gezhi.web.staff import actor_of, at_of, duty_required, staff_required, uuid_or_none


@require_GET
@staff_required
def parties(request: HttpRequest) -> HttpResponse:
    """All open parties, one's own and those below it first, the others by kind, with the standing phone and who answers now. 6 queries."""
    at, everybody, actor = at_of(request), who.parties(with_closed=True), actor_of(request)
    typed = request.GET.get("q", "").strip()[:100]
    everybody = [one for one in everybody if _is_called(one, typed.lower())]
    rows = [one for one in everybody if one.closed_on is None]
    answering = duty.answering_for([one.id for one in rows], at)
    own = actor.parties()
    first = [one for one in rows if one.id in own] + [
        one for one in rows if one.parent_id in own and one.id not in own
    ]
    groups: list[tuple[Any, list[who.PartyRow]]] = [(_("本单位和下级"), first)]
    groups += [
        (label, [one for one in rows if one.kind == kind and one not in first])
        for kind, label in PartyKind.choices
    ]
    page = {
        "heading": _("单位与值班"),
        "groups": [
            {"kind": label, "rows": [_row(one, answering[one.id]) for one in some]}
            for label, some in groups
            if some
        ],
        "may_keep": actor.has(*KEEPERS),
        "typed": typed,
        "unmanned": [] if typed else _missed(at),
        "closed": [one for one in everybody if one.closed_on is not None],
    }
    return render(request, "desk/parties.html", page)


def _is_called(party: who.PartyRow, typed: str) -> bool:
    """Whether what was typed, in small letters, stands in its name, code or number."""
    return any(typed in words.lower() for words in (party.name, party.code, party.standing_phone))


def _missed(at: datetime) -> list[who.PartyRow]:
    """Where somebody is missed: nobody is in post today, and the party holds open work or plans shifts. 3 queries."""
    found = who.parties_without_people(at)
    ids = [one.id for one in found]
    busy = cases.at_work(ids) | duty.planned(ids, at, at + timedelta(days=roster.DAYS))
    return [one for one in found if one.id in busy]


def _row(party: who.PartyRow, answering: duty.Answering) -> dict[str, Any]:
    return {
        "url": reverse("desk:party", args=[party.id]),
        "name": party.name,
        "code": party.code,
        "phone": party.standing_phone,
        "is_intake": party.is_intake,
        "answers": "" if answering.is_standing else answering.name,
        "answers_phone": answering.phone,
    }


@require_GET
@staff_required
@asof.or_not_yet
def party(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """One party: who answers, what it serves and since when, its people, the shifts of a fortnight; or as it stood on a day."""
    at, actor, shown = at_of(request), actor_of(request), asof.asked(request)
    row = past.party_on(party_id, shown.moment)
    above = past.party_on(row.parent_id, shown.moment) if row.parent_id else None
    calendar = {one.code: one for one in catalogue.calendars()}.get(row.calendar)
    services = _services(party_id, shown.moment)
    page: dict[str, Any] = {
        "heading": row.name,
        "party": row,
        "kind": PartyKind(row.kind).label,
        "above": above,
        "calendar": calendar.label(get_language() or "") if calendar else row.calendar,
        "services": services,
        "people": [
            {"name": one.name, "duty": words.of(words.DUTIES, one.duty), "account_id": one.account_id}
            for one in who.people(party_id, shown.moment, with_switched_off=not shown.is_now)
        ],
        "asof": shown,
        "history": history.said(
            [("party", party_id)],
            now=at,
            until=shown.moment,
            called={one["id"]: f"{one['kind']} {one['ground']}" for one in services},
        ),
        "may_keep": shown.is_now and actor.has(*KEEPERS),
        "may_phone": shown.is_now and may_keep_own(actor, party_id),
        "may_see_accounts": actor.has(Duty.ADMIN),
    }
    if shown.is_now:
        page |= {"answering": duty.answering(party_id, at), **roster.fortnight(party_id, actor=actor, at=at)}
        page |= {"mailboxes": mailboxes.mailboxes(party_id), "may_mail": actor.has(Duty.ADMIN)}
        page |= {"robots": wecom.robots_shown(party_id)}
        page |= {"is_mail_off": settings.GEZHI_MAIL is None}
    return render(request, "desk/party.html", page)


def _services(party_id: UUID, at: datetime) -> list[dict[str, Any]]:
    """Dated services, those of today first."""
    rows = who.services(party_id)
    found = grounds.by_ids({row.place_id for row in rows if row.place_id})
    cells = {cell.id: cell for cell in grounds.all_grids()} if any(row.grid_id for row in rows) else {}
    today = timezone.localdate(at)
    shown = []
    for row in rows:
        ground = found[row.place_id].full_name if row.place_id in found else ""
        cell = cells.get(row.grid_id) if row.grid_id else None
        shown.append(
            {
                "id": row.id,
                "kind": ServiceKind(row.kind).label,
                "ground": aside(cell.name, cell.code) if cell else ground,
                "starts_on": row.starts_on,
                "ends_on": row.ends_on,
                "is_now": row.starts_on <= today and (row.ends_on is None or row.ends_on > today),
                "is_over": row.ends_on is not None and row.ends_on <= today,
            }
        )
    return sorted(shown, key=lambda one: bool(one["is_over"]))


class PartyForm(forms.Form):
    """A new party."""

    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=PartyKind.choices)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    code = forms.CharField(
        label=gettext_lazy("代码"),
        max_length=32,
        help_text=gettext_lazy("字母和数字，例如 YHWY。以后不再更改。"),
    )
    standing_phone = forms.CharField(
        label=gettext_lazy("24 小时电话"),
        max_length=40,
        help_text=gettext_lazy("没有人值班时打这个号码，不能空着。"),
    )
    parent = forms.ChoiceField(label=gettext_lazy("上一级"), required=False)
    calendar = forms.ChoiceField(label=gettext_lazy("作息"))

    def __init__(self, language: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "parent", [("", _("没有")), *((str(one.id), one.name) for one in who.parties())])
        offer(self, "calendar", [(one.code, one.label(language)) for one in catalogue.calendars()])


@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def new_party(request: HttpRequest) -> HttpResponse:
    """Take a party into the book."""
    language = get_language() or ""
    form = PartyForm(language, request.POST or None, initial={"calendar": "office"})
    if form.is_valid():
        said = form.cleaned_data
        made = tried(
            form,
            lambda: actions.add_party(
                said["kind"],
                said["name"],
                said["code"],
                said["standing_phone"],
                parent_id=uuid_or_none(said["parent"]),
                calendar=said["calendar"],
                actor=actor_of(request),
                at=at_of(request),
            ),
        )
        if made:
            messages.success(request, _("已添加。接着登记它服务哪里、谁在岗。"))
            return redirect("desk:party", made)
    return form_page(request, form, heading=_("添加单位"), submit=_("添加"), back=reverse("desk:parties"))


class PhoneForm(forms.Form):
    """The number that is answered day and night."""

    standing_phone = forms.CharField(label=gettext_lazy("24 小时电话"), max_length=40, required=False)


@require_http_methods(["GET", "POST"])
@staff_required
def phone(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Change the standing phone; it cannot be emptied."""
    row = who.party(party_id)
    if not may_keep_own(actor_of(request), party_id):
        raise NotYours(deed="keep_parties")
    form = PhoneForm(request.POST or None, initial={"standing_phone": row.standing_phone})
    if form.is_valid():
        number = form.cleaned_data["standing_phone"]
        if tried(
            form,
            lambda: actions.change_standing_phone(
                party_id, number, actor=actor_of(request), at=at_of(request)
            ),
        ):
            messages.success(request, _("24 小时电话已更改。"))
            return redirect("desk:party", party_id)
    return form_page(
        request, form, heading=row.name, submit=_("更改电话"), back=reverse("desk:party", args=[party_id])
    )


class ServeForm(forms.Form):
    """From when to when a party serves a place or a grid cell as what."""

    kind = forms.ChoiceField(label=gettext_lazy("做什么"), choices=ServiceKind.choices)
    ground = PlaceField(label=gettext_lazy("服务哪里"), required=False)
    grid = forms.ChoiceField(label=gettext_lazy("或哪个网格"), required=False)
    starts_on = day_field(gettext_lazy("从哪天起"))
    ends_on = day_field(gettext_lazy("到哪天为止（这天起不再服务）"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cells = [(str(one.id), aside(one.name, one.code)) for one in grounds.grids()]
        offer(self, "grid", [("", _("不选")), *cells])


@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def serve(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """A party begins to serve; open work of the company before moves the same day."""
    row, at = who.party(party_id), at_of(request)
    form = ServeForm(request.POST or None, initial={"starts_on": timezone.localdate(at)})
    if form.is_valid():
        said = form.cleaned_data
        ground = actions.Ground(said["ground"].id if said["ground"] else None, uuid_or_none(said["grid"]))
        made = tried(
            form,
            lambda: actions.serve(
                party_id,
                said["kind"],
                ground,
                starts_on=said["starts_on"],
                ends_on=said["ends_on"],
                actor=actor_of(request),
                at=at,
            ),
        )
        if made:
            _say_moved(request, move_open_work(at=at))
            return redirect("desk:party", party_id)
    return form_page(
        request,
        form,
        heading=_("%(party)s 服务哪里") % {"party": row.name},
        submit=_("登记服务"),
        back=reverse("desk:party", args=[party_id]),
        intro=_("接手的物业公司从这天起负责；前一家没有办完的，当天移交过来。"),
    )


class EndForm(forms.Form):
    """The first day on which something no longer holds."""

    ends_on = day_field(gettext_lazy("从哪天起不再是"))


@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def end_service(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """A service ends on a day."""
    at = at_of(request)
    party_id = uuid_or_none(request.GET.get("party", "")) or who.intake_desk()
    if all(one.id != service_id for one in who.services(party_id)):
        raise NotFound("service")
    form = EndForm(request.POST or None, initial={"ends_on": timezone.localdate(at)})
    if form.is_valid():
        ends_on = form.cleaned_data["ends_on"]
        if tried(
            form, lambda: actions.end_service(service_id, ends_on=ends_on, actor=actor_of(request), at=at)
        ):
            _say_moved(request, move_open_work(at=at))
            return redirect("desk:party", party_id)
    return form_page(
        request, form, heading=_("结束服务"), submit=_("结束"), back=reverse("desk:party", args=[party_id])
    )


def _say_moved(request: HttpRequest, moved: int) -> None:
    messages.success(
        request,
        _("已登记。%(n)s 件没有办完的案件移交给了现在的单位。") % {"n": moved} if moved else _("已登记。"),
    )
