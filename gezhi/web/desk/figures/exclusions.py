"""Asking that a case be left out of the figures, and another person's yes or no."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.insight.figures import exclusions
from gezhi.insight.search import numbers
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import Invalid, NotYours
from gezhi.web.staff import actor_of, at_of, duty_required

MOST_SIGNS = 40  # of a number with blanks in it
NUMBERS = {
    "required": gettext_noop("请填写案件编号，列表里的短编号也可以，例如：2026-0000511。"),
    "no_case": gettext_noop("没有找到这个编号的案件。请核对，或从列表里抄短编号，例如：2026-0000511。"),
    "several": gettext_noop("不止一件案件的编号以这些数字结尾。请把编号写全一些，例如：2026-0000511。"),
}


@require_http_methods(["GET", "POST"])
@duty_required(Duty.CLERK, Duty.OFFICER)
def ask(request: HttpRequest) -> HttpResponse:
    """The form (number, reason); what is wrong with it is said, and nothing typed is lost."""
    said = request.POST if request.method == "POST" else request.GET
    typed = {"number": said.get("number", "").strip()[:MOST_SIGNS], "reason": said.get("reason", "")}
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            case = numbers.meant(typed["number"], actor=actor_of(request))
            exclusions.ask(case.number, typed["reason"], actor=actor_of(request), at=at_of(request))
        except Invalid as refused:
            problems = {refused.field: sentence(refused)}
        except NotYours:
            problems = {"number": _("这件案件不由您的席位受理或审批，您不能提请剔除它。")}
        else:
            messages.success(request, _("已提请剔除，等另一位负责人复核。复核以前，指标不变。"))
            return redirect("desk:figures")
    page = {"heading": _("从指标中剔除一件案件"), "typed": typed, "problems": problems}
    return render(request, "desk/figures/exclude.html", page, status=422 if problems else 200)


def sentence(refused: Invalid) -> str:
    """What is wrong, and what to do."""
    if refused.field == "number" and refused.code in NUMBERS:
        return _(NUMBERS[refused.code])
    return {
        "required": _("请写明为什么要剔除，例如：系统演练。"),
        "excluded_already": _("这件案件已经提请过剔除，正在等复核或已经剔除。"),
        "too_long": _("理由太长，请缩短到%(most)d字以内。") % {"most": exclusions.REASON_LIMIT},
    }.get(refused.code, _("理由里有不能保存的字符，请删去后再试。"))


@require_POST
@duty_required(Duty.OFFICER)
def review(request: HttpRequest, exclusion_id: UUID) -> HttpResponse:
    """answer: yes or no."""
    grant = request.POST.get("answer", "") == "yes"
    if not grant and request.POST.get("answer", "") != "no":
        raise Invalid("answer", "unknown")
    exclusions.review(exclusion_id, grant=grant, actor=actor_of(request), at=at_of(request))
    messages.success(
        request, _("已同意剔除，几秒钟后指标会更新。") if grant else _("没有同意剔除，指标不变。")
    )
    return redirect("desk:figures")
