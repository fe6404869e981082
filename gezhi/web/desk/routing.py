"""Routing rules: in their order, now or as of a day, with what is to change; tried on a sentence before they are saved."""

from collections.abc import Iterable, Mapping, Sequence
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
from gezhi.kernel.refusal import Stale
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.routing import actions
from gezhi.routing import queries as routing
from gezhi.routing.match import Rule
from gezhi.routing.standing import Standing
from gezhi.routing.trial import Draft, try_out, with_draft
from gezhi.web import rulewords, times
from gezhi.web.desk import asof
from gezhi.web.desk.keeper import tried
from gezhi.web.desk.ruleform import RuleForm, TryForm, moment
from gezhi.web.rail import KEEPERS
from gezhi.web.staff import actor_of, at_of, duty_required, uuid_or_none


@require_GET
@duty_required(*KEEPERS)
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in their order, now or as of a day, also of one to come; a sentence tried on those that hold at its moment."""
    now, shown = at_of(request), asof.asked(request, may_be_ahead=True)
    trial = TryForm(request.GET if "try-words" in request.GET else None)
    page = {
        "heading": _("派遣规则"),
        **(_now(now) if shown.is_now else {"rows": rows(routing.rules(shown.moment))}),
        "asof": shown,
        "trial": trial,
        "outcome": outcome(trial, routing.rules(moment(trial, now)), now) if trial.is_valid() else {},
    }
    return render(request, "desk/routing.html", page)


def _now(now: datetime) -> dict[str, Any]:
    """Today's table, and what is ahead, soonest first. order: all lines as they would stand with this one a place higher. 3 queries."""
    standings = routing.standings(now)
    names = names_of(rule for one in standings for rule in (one.now, one.ahead) if rule)
    lines = [str(one.line) for one in standings]
    table = [
        {
            **_row(one.shown, names),
            "begins": "" if one.now else times.day(one.changes_at),
            "changes": times.day(one.changes_at) if one.now else "",
            "order": ",".join([*lines[: place - 1], lines[place], lines[place - 1], *lines[place + 1 :]])
            if place
            else "",
        }
        for place, one in enumerate(standings)
    ]
    coming = sorted((one for one in standings if one.changes_at), key=lambda one: one.changes_at or now)
    return {"rows": table, "coming": [ahead(one, names) for one in coming]}


def rows(held: Sequence[Rule]) -> list[dict[str, Any]]:
    """Lines of a table of versions. 2 queries."""
    names = names_of(held)
    return [_row(rule, names) for rule in held]


def _row(rule: Rule, names: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "url": reverse("desk:rule_line", args=[rule.line]),
        "name": rule.name,
        "asks": rulewords.asks(rule, names),
        "target": rulewords.target(rule, names),
        "is_open": rule.is_open,
        "is_automatic": rule.is_automatic,
        "since": times.exact(rule.valid_from) if rule.valid_from else "",
        "until": times.exact(rule.valid_to) if rule.valid_to else "",
        "never_held": rule.never_held,
        "id": rule.id,
    }


def ahead(one: Standing, names: Mapping[Any, str]) -> dict[str, Any]:
    """What is to happen to a rule: another version, its closing, or its beginning (is_new). seen: what a withdrawal names."""
    coming = one.ahead
    line = [one.line]
    return {
        **_row(coming or one.shown, names),
        "day": times.day(one.changes_at),
        "rule": one.shown.name,
        "is_new": one.now is None,
        "ends": coming is None,
        "line": one.line,
        "edit": reverse("desk:rule_ahead" if one.now else "desk:rule_line", args=line) if coming else "",
        "seen": (coming or one.shown).id,
    }


def names_of(held: Iterable[Rule]) -> dict[Any, str]:
    """Names of the places and parties in these rules. 2 queries."""
    known = list(held)
    found = places.by_ids({rule.place for rule in known if rule.place})
    named = parties.parties_by_ids({rule.party for rule in known if rule.party})
    return {id: row.full_name for id, row in found.items()} | {id: row.name for id, row in named.items()}


def outcome(trial: TryForm, among: Sequence[Rule], now: datetime) -> dict[str, Any]:
    """Which rule, which party, why; on which later day. trial: a valid one."""
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
        "moment": times.exact(at) if said["at"] else "",
    }


@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def new_rule(request: HttpRequest) -> HttpResponse:
    """A rule behind the others, from now or from a later day on."""
    form = RuleForm(request.POST or None)
    if form.is_valid() and "try" not in request.POST:
        begins = form.cleaned_data["begins_on"]
        made = tried(
            form,
            lambda: actions.add_rule(
                form.terms(), actor=actor_of(request), at=at_of(request), begins_on=begins
            ),
        )
        if made:
            messages.success(request, _("规则已添加，排在最后；需要时在列表里上移。"))
            return redirect("desk:rules")
    return form_page(request, form, None, heading=_("添加派遣规则"))


def form_page(
    request: HttpRequest, form: RuleForm, line: UUID | None, *, heading: str, **more: Any
) -> HttpResponse:
    """The form of a rule; with "try" what would follow were it saved."""
    is_trial, now = "try" in request.POST, at_of(request)
    trial = TryForm(request.POST if is_trial else None)
    found: dict[str, Any] = {}
    if trial.is_valid() and form.is_valid():
        said, at = form.cleaned_data, moment(trial, now)
        draft = Draft(form.terms(), line, said["seen"], said.get("begins_on"))
        among = tried(form, lambda: with_draft(draft, at=at, now=now))
        found = outcome(trial, among, now) if among is not None else {}
    page = {"heading": heading, "form": form, "line": line, "trial": trial, "outcome": found, **more}
    return render(request, "desk/routing_rule.html", page, status=422 if form.errors else 200)


@require_POST
@duty_required(*KEEPERS)
def reorder(request: HttpRequest) -> HttpResponse:
    """Ask them in another order."""
    lines = [uuid_or_none(one) for one in request.POST.get("order", "").split(",")]
    if None in lines:
        raise Stale()
    actions.reorder([line for line in lines if line], actor=actor_of(request), at=at_of(request))
    return redirect("desk:rules")
