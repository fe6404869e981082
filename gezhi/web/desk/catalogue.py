"""Categories, opening conditions with both limits, proofs, calendars and rules, for everybody on the desk to read."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gezhi.catalogue import past
from gezhi.catalogue import queries as book
from gezhi.catalogue.book import Limit
from gezhi.catalogue.views import CategoryView, ConditionView
from gezhi.kernel.actor import Duty
from gezhi.kernel.worktime import WORKING_DAY_MINUTES
from gezhi.web import chains, times, words
from gezhi.web.casework.starts import limit_words
from gezhi.web.desk import asof, history, other_limits
from gezhi.web.desk.spots import practice
from gezhi.web.staff import actor_of, at_of, staff_required

UNITS = {
    "working_minutes": gettext_lazy("工作分钟"),
    "minutes": gettext_lazy("分钟"),
    "hours": gettext_lazy("小时"),
    "days": gettext_lazy("天"),
    "working_days": gettext_lazy("个工作日"),
    "percent": "%",
    "times": gettext_lazy("次"),
    "cases": pgettext_lazy("unit", "件"),
    "day_of_month": gettext_lazy("日"),
    "choice": gettext_lazy("（选项）"),
}
SWITCH = "switch"
SWITCHED = {1: pgettext_lazy("switch", "开"), 0: pgettext_lazy("switch", "关")}
CHOICE = "choice"
CHOICES = {
    0: gettext_lazy("不写"),
    1: "CC BY 4.0",
    2: "CC0 1.0",
}  # of the one rule that is a choice: the licence
MINUTES = frozenset({"minutes", "working_minutes"})
GRADES = {"B": gettext_lazy("依据正式文件"), "C": gettext_lazy("依据他处汇总")}


@require_GET
@staff_required
def catalogue(request: HttpRequest) -> HttpResponse:
    """The whole book: leaves under their top classes, rules, calendars. No query as a rule."""
    language = get_language() or ""
    tops = [
        {
            "name": top.label(language),
            "code": top.code,
            "leaves": [_leaf(one, language) for one in book.leaves(top.id)],
            "refer_out": top.refer_out,
        }
        for top in book.tops()
    ]
    rules = [
        {
            "key": one.key,
            "label": one.label(language),
            "said": amount(one.value, one.unit),
            "proposed": one.proposed,
        }
        for one in book.rule_rows()
    ]
    calendars = [
        {"code": one.code, "name": one.label(language), "proposed": one.proposed} for one in book.calendars()
    ]
    page = {
        "heading": _("类别与时限"),
        "tops": tops,
        "rules": rules,
        "calendars": calendars,
        "may_keep": actor_of(request).has(Duty.ADMIN),
    }
    return render(request, "desk/catalogue.html", page)


def _leaf(one: CategoryView, language: str) -> dict[str, Any]:
    conditions = book.conditions(one.id)
    first = next((each for each in conditions if each.is_default), None)
    return {
        "code": one.code,
        "name": one.label(language),
        "chain": chains.said(one.chain) or one.refer_to(language),
        "fix": limit_words(first.fix) if first else "",
        "proposed": any(each.fix.proposed for each in conditions),
        "conditions": len(conditions),
        "is_common": one.is_common,
        "closed_on": one.closed_on,
    }


def amount(value: int, unit: str) -> str:
    """「4 小时」, 「2 个工作日」, 「20 %」, 「开」: minutes as people say them, a switch as it stands, every other unit behind its figure."""
    if unit == SWITCH:
        return str(SWITCHED.get(value, value))
    if unit == CHOICE:
        return str(CHOICES.get(value, value))
    if unit in MINUTES:
        is_working = unit == "working_minutes"
        said = times.span(value, is_working=is_working)
        return (
            _("%(text)s（工作时间）") % {"text": said} if is_working and value < WORKING_DAY_MINUTES else said
        )
    return f"{value} {UNITS.get(unit, unit)}"


def _limit(limit: Limit | None) -> dict[str, Any]:
    if limit is None:
        return {}
    return {
        "words": limit_words(limit),
        "proposed": limit.proposed,
        "source": limit.source,
        "grade": GRADES.get(limit.grade or "", ""),
        "alternatives": other_limits.said(limit.alternatives),
    }


@require_GET
@staff_required
@asof.or_not_yet
def category(request: HttpRequest, code: str) -> HttpResponse:
    """One leaf: its conditions, its proof, and every change that was made here; now, or as it stood on a day."""
    now, language, shown = book.by_code(code), get_language() or "", asof.asked(request)
    leaf = past.leaf_on(now.id, shown.moment)
    one, proof = leaf.category, leaf.proof
    has_proof = proof is not None and one.is_leaf and not one.refer_out
    subjects = [("category", one.id), *(("condition", each.id) for each in leaf.conditions)]
    proof_row = past.proof_id(one.id)
    page = {
        "heading": one.label(language),
        "category": one,
        "plain": one.plain_label(language),
        "chain": chains.said(one.chain),
        "refer_to": one.refer_to(language),
        "conditions": [_condition(each, language) for each in leaf.conditions],
        "proof": proof.sentence(language) if proof and has_proof else "",
        "kinds": [words.of(words.PROOFS, kind) for kind in proof.kinds] if proof and has_proof else [],
        "asof": shown,
        "history": history.said(
            [*subjects, ("proof", proof_row)] if proof_row else subjects,
            now=at_of(request),
            until=shown.moment,
            called={each.id: each.label(language) for each in leaf.conditions},
        ),
        "practices": practice.of_category(now.id) if shown.is_now else [],
        "may_keep": shown.is_now and actor_of(request).has(Duty.ADMIN),
    }
    return render(request, "desk/category.html", page)


def _condition(each: ConditionView, language: str) -> dict[str, Any]:
    return {
        "id": each.id,
        "code": each.code,
        "label": each.label(language),
        "is_default": each.is_default,
        "first_action": each.first_action(language),
        "make_safe": _limit(each.make_safe),
        "fix": _limit(each.fix),
    }
