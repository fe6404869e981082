"""The issuers' own forms: which the office uploaded, ours to begin with, a new one judged before it is kept."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.cases.orders import forms as kept
from gezhi.cases.orders.kinds import ISSUER_NAMES, PAPER_NAMES, Issuer, Paper
from gezhi.channels.orders import papers
from gezhi.kernel.refusal import NotFound
from gezhi.web import times
from gezhi.web.desk.keeper import tried
from gezhi.web.rail import KEEPERS
from gezhi.web.staff import actor_of, at_of, duty_required


class FormForm(forms.Form):
    """Whose form it is, for which paper, and the file."""

    issuer = forms.ChoiceField(
        label=gettext_lazy("来件单位"),
        choices=[(one, ISSUER_NAMES[one]) for one in Issuer.values],
        widget=forms.RadioSelect,
    )
    paper = forms.ChoiceField(
        label=gettext_lazy("用于"),
        choices=[(one, PAPER_NAMES[one]) for one in Paper.values],
        widget=forms.RadioSelect,
    )
    form = forms.FileField(
        label=gettext_lazy("表样文件（.docx 或 .xlsx）"),
        widget=forms.FileInput(attrs={"accept": ".docx,.xlsx"}),
    )


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def order_forms(request: HttpRequest) -> HttpResponse:
    """All forms; POST keeps one, in the place of an earlier one."""
    form = FormForm(request.POST or None, request.FILES or None)
    if form.is_valid() and tried(form, lambda: _keep(request, form)) is not None:
        messages.success(request, _("表样已保存，今后的文件按它填写。"))
        return redirect("desk:order_forms")
    page = {
        "heading": _("来件答复的表样"),
        "form": form,
        "rows": [_row(one, at_of(request)) for one in kept.forms()],
        "marks": [f"{{{{{names[0]}}}}}" for names in papers.MARKS.values()],
        "own": [(one, PAPER_NAMES[one]) for one in Paper.values],
    }
    return render(request, "desk/order_forms.html", page, status=422 if form.errors else 200)


def _keep(request: HttpRequest, form: FormForm) -> UUID:
    said = form.cleaned_data
    suffix = (said["form"].name or "").rpartition(".")[2].lower()
    data = said["form"].read(papers.MOST_BYTES + 1)
    papers.judged(data, suffix)
    return kept.keep(said["issuer"], said["paper"], suffix, data, actor=actor_of(request), at=at_of(request))


def _row(one: kept.FormRow, at: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "issuer": ISSUER_NAMES[one.issuer],
        "paper": PAPER_NAMES[one.paper],
        "suffix": one.suffix,
        "added": times.moment(one.added_at, at),
    }


@require_POST
@duty_required(*KEEPERS)
def drop(request: HttpRequest, form_id: UUID) -> HttpResponse:
    """Our own stands there again."""
    kept.drop(form_id, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("表样已删除，今后用自带的。"))
    return redirect("desk:order_forms")


@require_GET
@duty_required(*KEEPERS)
def own(request: HttpRequest, paper: str, suffix: str) -> HttpResponse:
    """Our own plain form, to fill or to change into one's own."""
    if paper not in Paper.values or suffix not in papers.SUFFIXES:
        raise NotFound("form")
    answer = HttpResponse(papers.own(paper, suffix), content_type=papers.MEDIA[suffix])
    answer["Content-Disposition"] = f'attachment; filename="gezhi-{paper}.{suffix}"'
    return answer
