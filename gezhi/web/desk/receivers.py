"""Other people's programs that are told of cases by webhook: who, of what, with what success. Administrators keep them."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.channels.outward import target
from gezhi.journal import outbox
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import Invalid
from gezhi.notices import receivers as kept
from gezhi.notices.events import TYPES
from gezhi.web import refusals, times, words
from gezhi.web.desk.keeper import deed_page, form_page, offer, tried
from gezhi.web.staff import actor_of, at_of, duty_required

TYPE_NAMES = {  # one for each of events.TYPES, in the order in which a case meets them
    "case.reported": pgettext_lazy("webhook", "收到上报"),
    "case.accepted": pgettext_lazy("webhook", "受理立案"),
    "case.asked": pgettext_lazy("webhook", "请上报人补充"),
    "case.answered": pgettext_lazy("webhook", "补充后退回受理"),
    "case.dispatched": pgettext_lazy("webhook", "派给责任单位"),
    "case.returned": pgettext_lazy("webhook", "退回或撤回"),
    "case.taken": pgettext_lazy("webhook", "签收"),
    "case.made_safe": pgettext_lazy("webhook", "先做的已做完"),
    "case.done": pgettext_lazy("webhook", "处置完成，待核查"),
    "case.checked": pgettext_lazy("webhook", "核查通过"),
    "case.check_failed": pgettext_lazy("webhook", "没有通过，返工"),
    "case.extended": pgettext_lazy("webhook", "同意延期"),
    "case.paused": pgettext_lazy("webhook", "挂账"),
    "case.resumed": pgettext_lazy("webhook", "恢复办理"),
    "case.escalated": pgettext_lazy("webhook", "超期督办"),
    "case.reopened": pgettext_lazy("webhook", "重新办理"),
    "case.corrected": pgettext_lazy("webhook", "更正位置或类别"),
    "case.closed": pgettext_lazy("webhook", "结案"),
}


WHY = {
    "no_such_name": pgettext_lazy("webhook", "找不到这个域名，请核对地址。"),
    "no_answer": pgettext_lazy("webhook", "连不上，或没有在 15 秒内答复。请问对方的系统是否在运行。"),
    "forbidden": pgettext_lazy("webhook", "这个地址在内部网络里，不能发往那里。"),
    "https_only": pgettext_lazy("webhook", "消息要加密传送，请改成 https:// 开头的地址。"),
    "HTTP": pgettext_lazy("webhook", "对方收到了，但没有接受。请对方查看日志。"),
}


def why(said: str) -> str:
    """What to do about a delivery that failed, by the first word of what is kept of it; that itself where we know no better."""
    return words.of(WHY, said.partition(" ")[0]) if said.partition(" ")[0] in WHY else said


class ReceiverForm(forms.Form):
    """Name, address, and what it is told of."""

    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=60, help_text=gettext_lazy("例如：区城管平台")
    )
    url = forms.CharField(
        label=gettext_lazy("接收地址（https://…）"),
        max_length=500,
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )
    events = forms.MultipleChoiceField(label=gettext_lazy("告知哪些事"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "events", list(TYPE_NAMES.items()))

    def clean_url(self) -> str:
        """As it can be reached; whether it may be is decided again at every message."""
        url: str = self.cleaned_data["url"].strip()
        try:
            target(url)
        except Invalid as refused:
            raise forms.ValidationError(refusals.sentence(refused)) from refused
        return url


@require_GET
@duty_required(Duty.ADMIN)
def receivers(request: HttpRequest) -> HttpResponse:
    """All receivers with how they fare."""
    at = at_of(request)
    rows = [{"row": one, "fares": _fares(one, at)} for one in kept.receivers()]
    return render(request, "desk/receivers.html", {"heading": _("外部系统"), "rows": rows})


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def new_receiver(request: HttpRequest) -> HttpResponse:
    """A new receiver; its secret is on the page that answers, and never again."""
    form = ReceiverForm(request.POST or None, initial={"events": list(TYPES)})
    if form.is_valid():
        made = tried(form, lambda: kept.add(**form.cleaned_data, actor=actor_of(request), at=at_of(request)))
        if made:
            return _page(request, made[0], secret=made[1])
    return form_page(
        request,
        form,
        heading=_("添加外部系统"),
        submit=_("添加"),
        back=reverse("desk:receivers"),
        intro=_(
            "案件每走一步，就向这个地址发一条签名的消息：编号、状态、位置和类别的代码、责任单位。不含上报人的话、姓名和电话。所有案件都会告知，包括对物业公司的投诉，所以不要填物业公司的系统。"
        ),
    )


@require_GET
@duty_required(Duty.ADMIN)
def receiver(request: HttpRequest, receiver_id: UUID) -> HttpResponse:
    """One receiver."""
    return _page(request, receiver_id)


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def change(request: HttpRequest, receiver_id: UUID) -> HttpResponse:
    """Another name, address or choice."""
    row = kept.receiver(receiver_id)
    form = ReceiverForm(
        request.POST or None, initial={"name": row.name, "url": row.url, "events": row.events}
    )

    def deed() -> bool:
        kept.change(receiver_id, **form.cleaned_data, actor=actor_of(request), at=at_of(request))
        return True

    back = reverse("desk:receiver", args=[receiver_id])
    return deed_page(
        request,
        form,
        deed,
        done=_("已更改，从现在起生效。"),
        heading=row.name,
        submit=_("更改"),
        back=back,
    )


@never_cache
@require_POST
@duty_required(Duty.ADMIN)
def renew_secret(request: HttpRequest, receiver_id: UUID) -> HttpResponse:
    """A new secret, on the page that answers."""
    made = kept.renew_secret(receiver_id, actor=actor_of(request), at=at_of(request))
    return _page(request, receiver_id, secret=made)


@require_POST
@duty_required(Duty.ADMIN)
def act(request: HttpRequest, receiver_id: UUID) -> HttpResponse:
    """One of the buttons: send a test, switch it on or off, remove it."""
    actor, at = actor_of(request), at_of(request)
    match request.POST.get("act"):
        case "test":
            kept.send_test(receiver_id, actor=actor, at=at)
            messages.success(request, _("测试消息已发出，几秒后刷新本页看结果。"))
        case "on":
            kept.switch(receiver_id, is_on=True, actor=actor, at=at)
            messages.success(request, _("已启用，从现在起告知。"))
        case "off":
            kept.switch(receiver_id, is_on=False, actor=actor, at=at)
            messages.success(request, _("已停用，还没有送到的消息也取消了。"))
        case "remove":
            kept.remove(receiver_id, actor=actor, at=at)
            messages.success(request, _("已移除。"))
            return redirect("desk:receivers")
        case _other:
            raise Invalid("act", "unknown")
    return redirect("desk:receiver", receiver_id)


def _page(request: HttpRequest, receiver_id: UUID, secret: str = "") -> HttpResponse:
    row, at = kept.receiver(receiver_id), at_of(request)
    page = {
        "heading": row.name,
        "row": row,
        "fares": _fares(row, at),
        "events": [_("全部")]
        if row.events == list(TYPES)
        else [TYPE_NAMES.get(type, type) for type in row.events],
        "secret": secret,
        "waiting": outbox.waiting_on(kept.road(row.id)),
        "parked": [
            {
                "id": one.id,
                "error": one.error,
                "why": why(one.error),
                "since": times.moment(one.parked_at, at),
            }
            for one in outbox.parked(kept.road(row.id))[:50]
        ],
    }
    return render(request, "desk/receiver.html", page)


def _fares(row: kept.ReceiverRow, at: Any) -> dict[str, str]:
    """How deliveries go: icon and words; of failures why, and what was said exactly."""
    if row.gone_at is not None:
        return {"icon": "ban", "short": _("对方答复 410（不再接收），已停用")}
    if not row.is_on:
        return {"icon": "pause", "short": _("已停用")}
    if row.failing_since is not None:
        short = _("从 %(since)s 起没有送到") % {"since": times.moment(row.failing_since, at)}
        said = row.last_error
        return {"icon": "alert-triangle", "short": short, "why": why(said), "said": said}
    if row.last_ok_at is not None:
        short = _("最近送到：%(when)s") % {"when": times.moment(row.last_ok_at, at)}
        return {"icon": "check-circle", "short": short}
    return {"icon": "clock", "short": _("还没有发过消息")}
