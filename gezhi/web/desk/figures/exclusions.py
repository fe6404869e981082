"""Asking that a case be left out of the figures, and another person's yes or no."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.insight.figures import exclusions
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import Invalid
from gezhi.web.staff import actor_of, at_of, duty_required


@require_http_methods(["GET", "POST"])
@duty_required(Duty.CLERK, Duty.OFFICER)
def ask(request: HttpRequest) -> HttpResponse:
    """The form (number, reason); what is wrong with it is said, and nothing typed is lost."""
    said = request.POST if request.method == "POST" else request.GET
    typed = {"number": said.get("number", "").strip()[:24], "reason": said.get("reason", "")}
    problem = ""
    if request.method == "POST":
        try:
            exclusions.ask(typed["number"], typed["reason"], actor=actor_of(request), at=at_of(request))
        except Invalid as refused:
            problem = sentence(refused)
        else:
            messages.success(request, _("已提请剔除，等另一位负责人复核。复核以前，指标不变。"))
            return redirect("desk:figures")
    page = {"heading": _("从指标中剔除一件案件"), "typed": typed, "problem": problem}
    return render(request, "desk/figures/exclude.html", page, status=422 if problem else 200)


def sentence(refused: Invalid) -> str:
    """What is wrong, and what to do."""
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
