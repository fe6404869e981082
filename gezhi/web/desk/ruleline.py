"""One routing rule: the version in force, what is ahead of it, and every version there was."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.kernel.refusal import Invalid, NotFound, Stale
from gezhi.parties import queries as parties
from gezhi.routing import actions
from gezhi.routing import queries as routing
from gezhi.routing.match import Rule
from gezhi.routing.standing import Standing, standing
from gezhi.web import times
from gezhi.web.casework import lists
from gezhi.web.desk import routing as page
from gezhi.web.desk.keeper import tried
from gezhi.web.desk.ruleform import RuleForm, initial
from gezhi.web.fields import day_field
from gezhi.web.rail import KEEPERS
from gezhi.web.staff import actor_of, at_of, duty_required, uuid_or_none


class CloseForm(forms.Form):
    """From which day on a rule holds no more."""

    seen = forms.UUIDField(widget=forms.HiddenInput)
    ends_on = day_field(gettext_lazy("从哪一天起停用（不填即现在）"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].widget.attrs["class"] = "control control-short"


@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def rule(request: HttpRequest, line: UUID) -> HttpResponse:
    """Its versions, and the form of the one in force, or of the first one before that begins."""
    versions, stands = _found(line, at_of(request))
    if stands is None:
        closed = {"heading": versions[-1].name, **_history(versions, at_of(request))}
        return render(request, "desk/routing_rule.html", closed)
    return _edited(request, stands, stands.shown, versions)


@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def ahead(request: HttpRequest, line: UUID) -> HttpResponse:
    """The form of the version that is to follow; once it holds, that is the rule's own."""
    versions, stands = _found(line, at_of(request))
    if stands is None or stands.now is None or stands.ahead is None:
        return redirect("desk:rule_line", line)
    return _edited(request, stands, stands.ahead, versions)


def _found(line: UUID, at: datetime) -> tuple[list[Rule], Standing | None]:
    versions = routing.versions(line)
    if not versions:
        raise NotFound("routing_rule")
    return versions, next(iter(standing(versions, at)), None)


def _edited(request: HttpRequest, stands: Standing, edited: Rule, versions: Sequence[Rule]) -> HttpResponse:
    now = at_of(request)
    is_coming = edited is stands.ahead
    form = RuleForm(
        request.POST or None,
        initial=initial(edited) | ({"begins_on": _day(edited)} if is_coming else {}),
        may_wait=is_coming or stands.changes_at is None,
    )
    if form.is_valid() and "try" not in request.POST:
        begins = form.cleaned_data.get("begins_on")
        changed = tried(
            form,
            lambda: actions.change_rule(
                edited.line,
                form.terms(),
                seen=form.cleaned_data["seen"] or edited.line,
                actor=actor_of(request),
                at=now,
                begins_on=begins,
            ),
        )
        if changed:
            messages.success(request, _said(begins, now))
            return redirect("desk:rules")
    more = {
        "coming": page.ahead(stands, page.names_of([stands.ahead] if stands.ahead else []))
        if stands.changes_at
        else None,
        "is_coming": is_coming,
        "close": CloseForm(initial={"seen": edited.id}, auto_id="close_%s") if edited is stands.now else None,
    }
    return page.form_page(request, form, edited.line, heading=edited.name, **more, **_history(versions, now))


def _day(rule: Rule) -> str:
    return times.day(rule.valid_from)


def _said(begins: Any, now: datetime) -> str:
    if begins and begins > timezone.localdate(now):
        return _("已记下：从 %(day)s 零点起照新的办，之前仍照现在的。") % {"day": begins.isoformat()}
    return _("规则已更改，从现在起照新的办；以前派出的仍按当时的。")


def _history(versions: Sequence[Rule], now: datetime) -> dict[str, Any]:
    """Every version with who made it, and who took it back before its day; the latest first. 4 queries."""
    steps = [step.entry for step in routing.deeds(versions[0].line)]
    names = parties.account_names({entry.actor_id for entry in steps if entry.actor_id})
    makers = {entry.after.get("row"): _who(names, entry) for entry in steps}
    takers = {row: _who(names, entry) for entry in steps for row in entry.after.get("ends", {})}
    rows = [
        {
            **row,
            "who": makers.get(str(row["id"]), ""),
            "taken_back_by": takers.get(str(row["id"]), "") if row["never_held"] else "",
            "is_ahead": not row["never_held"] and rule.valid_from is not None and rule.valid_from > now,
        }
        for rule, row in zip(versions, page.rows(versions), strict=True)
    ]
    return {"versions": rows[::-1]}


def _who(names: Any, entry: Any) -> str:
    return str(lists.known_of(names, entry.actor_id) or _("系统"))


@require_POST
@duty_required(*KEEPERS)
def close_rule(request: HttpRequest, line: UUID) -> HttpResponse:
    """From now on, or from a later day on, it holds no more."""
    form = CloseForm(request.POST)
    if not form.is_valid():
        raise Stale() if "seen" in form.errors else Invalid("ends_on", "not_a_day")
    seen, ends = form.cleaned_data["seen"], form.cleaned_data["ends_on"]
    actions.close_rule(line, seen=seen, actor=actor_of(request), at=at_of(request), ends_on=ends)
    if ends and ends > timezone.localdate(at_of(request)):
        day = {"day": ends.isoformat()}
        messages.success(request, _("已记下：从 %(day)s 零点起停用，之前照旧。") % day)
    else:
        messages.success(request, _("规则已停用；以前按它派出的不受影响。"))
    return redirect("desk:rules")


@require_POST
@duty_required(*KEEPERS)
def withdraw(request: HttpRequest, line: UUID) -> HttpResponse:
    """What was to begin does not; what holds goes on."""
    seen = uuid_or_none(request.POST.get("seen", ""))
    if seen is None:
        raise Stale()
    actions.withdraw(line, seen=seen, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("已撤回，照现在的继续办。"))
    return redirect("desk:rules")
