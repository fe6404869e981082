"""One number that the office decides: what it is, what it was on a day, who changed it; and its form."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gezhi.catalogue import actions, past
from gezhi.catalogue import queries as book
from gezhi.catalogue.views import RuleView
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import NotFound
from gezhi.web.desk import asof, history
from gezhi.web.desk.catalogue import CHOICE, CHOICES, MINUTES, SWITCH, SWITCHED, UNITS, amount
from gezhi.web.desk.keeper import tried
from gezhi.web.staff import actor_of, at_of, duty_required


class RuleForm(forms.Form):
    """One rule of the office: each kind says what its value may be."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class NumberForm(RuleForm):
    """One number."""

    value = forms.IntegerField()


class SwitchForm(RuleForm):
    """On or off."""

    value = forms.TypedChoiceField(
        choices=list(SWITCHED.items()), coerce=int, widget=forms.RadioSelect, label=gettext_lazy("开或关")
    )


class ChoiceForm(RuleForm):
    """One of few."""

    value = forms.TypedChoiceField(
        choices=list(CHOICES.items()), coerce=int, widget=forms.RadioSelect, label=gettext_lazy("选一个")
    )


FORMS: dict[str, type[RuleForm]] = {SWITCH: SwitchForm, CHOICE: ChoiceForm}
HELP = {  # what a rule shows to whom
    "public_map": gettext_lazy(
        "开了以后，任何人不用登录就能看：最近一年办好了哪些事（哪一类、哪栋楼、哪一天），受理席写的公开说明和看过的照片；能订阅、能下载。"
        "没有姓名、电话和原话；关系到住户家里的事只到小区或街路；投诉物业的事不出现。关了立刻看不到。"
    ),
    "public_map_open": gettext_lazy(
        "只在公开地图开着时有用：任何人也看得到已受理、正在办的事，写法和办好的一样。还没有受理的不出现。"
    ),
    "open_data_licence": gettext_lazy("写在开放数据页上，告诉别人下载的表能怎么用。"),
}


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
@asof.or_not_yet
def rule(request: HttpRequest, key: str) -> HttpResponse:
    """Set one number of the office, or see what it was on a day."""
    now = next((one for one in book.rule_rows() if one.key == key), None)
    if now is None:
        raise NotFound("rule")
    form = _form(request, now)

    def deed() -> Any:
        return actions.change_rule(key, **form.cleaned_data, actor=actor_of(request), at=at_of(request))

    if form.is_valid() and tried(form, deed):
        messages.success(request, _("已保存，改动记在下面的历史里。"))
        return redirect("desk:rule", key)
    shown, row_id = asof.asked(request), past.rule_id(key)
    then = now if shown.is_now else past.rule_on(key, shown.moment)
    page = {
        "heading": now.label(get_language() or ""),
        "form": form,
        "said": amount(then.value, then.unit),
        "proposed": then.proposed,
        "asof": shown,
        "history": history.said([("rule", row_id)] if row_id else [], now=at_of(request), until=shown.moment),
    }
    return render(request, "desk/office_rule.html", page, status=422 if form.errors else 200)


def _form(request: HttpRequest, now: RuleView) -> RuleForm:
    """The form of a number with its unit and bounds, or of a switch."""
    kind = FORMS.get(now.unit, NumberForm)
    form = kind(request.POST or None, initial={"value": now.value, "revision": now.revision})
    form.fields["value"].help_text = HELP.get(now.key, "")
    if now.unit not in FORMS:
        unit = {"unit": UNITS.get(now.unit, now.unit), "least": now.least, "most": now.most}
        form.fields["value"].label = _("%(unit)s，%(least)s 至 %(most)s") % unit
    if now.unit in MINUTES:
        form.fields["value"].help_text = _("现在是 %(said)s。") % {"said": amount(now.value, now.unit)}
    return form
