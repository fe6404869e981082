"""Routing rules: in their order as of a day, each with its versions; tried on a sentence before they are saved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.catalogue import queries as catalogue
from gezhi.journal.queries import story
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import NotFound, Stale
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.routing import actions
from gezhi.routing import queries as routing
from gezhi.routing.match import Rule
from gezhi.routing.trial import try_out, with_draft
from gezhi.web import rulewords, times
from gezhi.web.casework import lists
from gezhi.web.desk import asof
from gezhi.web.desk.keeper import tried
from gezhi.web.desk.ruleform import RuleForm, TryForm, initial, moment
from gezhi.web.staff import actor_of, at_of, duty_required, uuid_or_none

KEEPERS = (Duty.ADMIN, Duty.OFFICER)


@require_GET
@duty_required(*KEEPERS)
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in their order, now or as of a day; a sentence tried on those that hold now."""
    now, shown = at_of(request), asof.asked(request)
    held = routing.rules(shown.moment)
    trial = TryForm(request.GET if "try-words" in request.GET else None)
    page = {
        "heading": _("派遣规则"),
        "rows": _rows(held),
        "asof": shown,
        "trial": trial,
        "outcome": _outcome(trial, routing.rules(now), now),
    }
    return render(request, "desk/routing.html", page)


def _rows(held: Sequence[Rule]) -> list[dict[str, Any]]:
    """Lines of the table. 2 queries. order: all lines as they would stand with this one a place higher."""
    names = _names(held)
    lines = [str(rule.line) for rule in held]
    return [
        {
            "url": reverse("desk:rule_line", args=[rule.line]),
            "name": rule.name,
            "asks": rulewords.asks(rule, names),
            "target": rulewords.target(rule, names),
            "is_open": rule.is_open,
            "is_automatic": rule.is_automatic,
            "since": times.exact(rule.valid_from) if rule.valid_from else "",
            "until": times.exact(rule.valid_to) if rule.valid_to else "",
            "order": ",".join([*lines[: place - 1], lines[place], lines[place - 1], *lines[place + 1 :]])
            if place
            else "",
            "id": rule.id,
        }
        for place, rule in enumerate(held)
    ]


def _names(held: Sequence[Rule]) -> dict[Any, str]:
    found = places.by_ids({rule.place for rule in held if rule.place})
    known = parties.parties_by_ids({rule.party for rule in held if rule.party})
    return {id: row.full_name for id, row in found.items()} | {id: row.name for id, row in known.items()}


def _outcome(trial: TryForm, among: Sequence[Rule], now: datetime) -> dict[str, Any]:
    """Which rule, which party, why; {} when nothing was asked."""
    if not trial.is_bound or not trial.is_valid():
        return {}
    said, at = trial.cleaned_data, moment(trial, now)
    found = try_out(said["words"], said["place"], category=uuid_or_none(said["category"]), among=among, at=at)
    rule = found.routed.match.rule if found.routed.match else None
    return {
        "category": catalogue.category(found.category_id).label(get_language() or "")
        if found.category_id
        else "",
        "party": found.routed.party.name if found.routed.party else "",
        "why": rulewords.reason(found.routed),
        "is_automatic": bool(rule and rule.is_automatic),
    }


@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def new_rule(request: HttpRequest) -> HttpResponse:
    """A rule behind the others."""
    form = RuleForm(request.POST or None)
    if form.is_valid() and "try" not in request.POST:
        made = tried(form, lambda: actions.add_rule(form.terms(), actor=actor_of(request), at=at_of(request)))
        if made:
            messages.success(request, _("规则已添加，排在最后；需要时在列表里上移。"))
            return redirect("desk:rules")
    return _page(request, form, None, heading=_("添加派遣规则"))


@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def rule(request: HttpRequest, line: UUID) -> HttpResponse:
    """One rule: its versions, and its form while it is in force."""
    versions = routing.versions(line)
    if not versions:
        raise NotFound("routing_rule")
    last = versions[-1]
    if last.valid_to is not None:
        return render(request, "desk/routing_rule.html", {"heading": last.name, **_history(versions)})
    form = RuleForm(request.POST or None, initial=initial(last))
    if form.is_valid() and "try" not in request.POST:
        changed = tried(
            form,
            lambda: actions.change_rule(
                line,
                form.terms(),
                seen=form.cleaned_data["seen"] or line,
                actor=actor_of(request),
                at=at_of(request),
            ),
        )
        if changed:
            messages.success(request, _("规则已更改，从现在起照新的办；以前派出的仍按当时的。"))
            return redirect("desk:rules")
    return _page(request, form, line, heading=last.name, **_history(versions), last=last)


def _page(
    request: HttpRequest, form: RuleForm, line: UUID | None, *, heading: str, **more: Any
) -> HttpResponse:
    """The form; with "try" what would follow were it saved."""
    is_trial, now = "try" in request.POST, at_of(request)
    trial = TryForm(request.POST if is_trial else None)
    among = tried(form, lambda: with_draft(form.terms(), line, now)) if is_trial and form.is_valid() else None
    page = {
        "heading": heading,
        "form": form,
        "trial": trial,
        "outcome": _outcome(trial, among, now) if among is not None else {},
        **more,
    }
    return render(request, "desk/routing_rule.html", page, status=422 if form.errors else 200)


def _history(versions: Sequence[Rule]) -> dict[str, Any]:
    """Every version with who made it, newest first. 4 queries."""
    steps = [step.entry for step in story(actions.KIND, versions[0].line)]
    names = parties.account_names({entry.actor_id for entry in steps if entry.actor_id})
    makers = {entry.after.get("row"): lists.known_of(names, entry.actor_id) or _("系统") for entry in steps}
    rows = [{**row, "who": makers.get(str(row["id"]), "")} for row in _rows(versions)]
    return {"versions": rows[::-1]}


@require_POST
@duty_required(*KEEPERS)
def close_rule(request: HttpRequest, line: UUID) -> HttpResponse:
    """From now on it holds no more."""
    seen = uuid_or_none(request.POST.get("seen", ""))
    if seen is None:
        raise Stale()
    actions.close_rule(line, seen=seen, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("规则已停用；以前按它派出的不受影响。"))
    return redirect("desk:rules")


@require_POST
@duty_required(*KEEPERS)
def reorder(request: HttpRequest) -> HttpResponse:
    """Ask them in another order."""
    lines = [uuid_or_none(one) for one in request.POST.get("order", "").split(",")]
    if None in lines:
        raise Stale()
    actions.reorder([line for line in lines if line], actor=actor_of(request), at=at_of(request))
    return redirect("desk:rules")
