"""The office in WeCom: how it is connected and how that goes, who of us is who there, and a party's robots. Administrators keep all of it."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.channels.addresses import outside
from gezhi.channels.wecom import office
from gezhi.channels.wecom.office import ApplicationRow
from gezhi.journal import outbox
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.parties import accounts, robots, wecom
from gezhi.parties import queries as who
from gezhi.web import times
from gezhi.web.desk.keeper import deed_page, form_page, tried
from gezhi.web.staff import actor_of, at_of, duty_required

UNCHANGED = gettext_lazy("留空：不改动。")
WHY = {  # by what is kept of a failure: its errcode, else its first word
    "93000": pgettext_lazy("wecom", "企业微信说这个群机器人已经不在了。请在群里重新添加，再换上新的地址。"),
    "81013": pgettext_lazy(
        "wecom", "企业微信里没有这个成员，或他看不到这个应用。请核对账号页上的关联和应用的可见范围。"
    ),
    "60111": pgettext_lazy("wecom", "企业微信里没有这个成员，请核对账号页上的关联。"),
    "no_such_user": pgettext_lazy(
        "wecom", "企业微信里没有这个成员，或他看不到这个应用。请核对账号页上的关联和应用的可见范围。"
    ),
    "40013": pgettext_lazy("wecom", "企业 ID 不对，请核对。"),
    "40001": pgettext_lazy("wecom", "应用的 Secret 不对，请核对。"),
    "301002": pgettext_lazy("wecom", "AgentId 和 Secret 不是同一个应用的，请核对。"),
    "60020": pgettext_lazy("wecom", "这台服务器的公网地址不在应用的“企业可信 IP”里，请添加。"),
    "too_often": pgettext_lazy("wecom", "发得太快，稍后自动再发。"),
    "no_answer": pgettext_lazy("wecom", "连不上企业微信，稍后自动再试。"),
    "no_such_name": pgettext_lazy(
        "wecom", "找不到企业微信的域名。请系统维护人员检查网络和 GEZHI_WECOM_URL。"
    ),
    "forbidden": pgettext_lazy(
        "wecom", "GEZHI_WECOM_URL 指向内部网络。请系统维护人员把它加进 GEZHI_WEBHOOK_NETS。"
    ),
}


def why(said: str) -> str:
    """What to do about something WeCom did not take; what was said itself where we know no better."""
    first, _space, rest = said.partition(" ")
    found = WHY.get(rest.rpartition(" ")[2]) or WHY.get(first)
    return str(found) if found else said


class ConnectionForm(forms.Form):
    """What the administrator copies from WeCom's own pages, and what he may bring."""

    corp_id = forms.CharField(
        label=gettext_lazy("企业 ID"), max_length=64, help_text=gettext_lazy("“我的企业”页最下面，ww 开头。")
    )
    agent_id = forms.IntegerField(
        label=gettext_lazy("AgentId"),
        min_value=1,
        max_value=999_999_999,
        help_text=gettext_lazy("自建应用页上的数字。"),
    )
    secret = forms.CharField(
        label=gettext_lazy("应用的 Secret"), max_length=128, required=False, widget=forms.PasswordInput
    )
    token = forms.CharField(label=gettext_lazy("回调的 Token"), max_length=32, required=False)
    encoding_key = forms.CharField(label=gettext_lazy("回调的 EncodingAESKey"), max_length=43, required=False)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("secret", "token", "encoding_key"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
            if not is_new:
                self.fields[name].help_text = UNCHANGED
            elif name != "secret":
                self.fields[name].help_text = gettext_lazy("留空：在这里生成，只显示一次，复制到企业微信。")
        self.fields["secret"].required = is_new


class UserForm(forms.Form):
    """Who somebody is in WeCom."""

    userid = forms.CharField(
        label=gettext_lazy("企业微信的账号（UserID）"),
        max_length=wecom.MOST_SIGNS,
        required=False,
        help_text=gettext_lazy("管理后台“通讯录”里成员的账号，不是姓名和手机号。留空：不再关联。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RobotForm(forms.Form):
    """A robot's address as WeCom shows it."""

    address = forms.CharField(
        label=gettext_lazy("群机器人的 Webhook 地址"),
        max_length=robots.MOST_SIGNS,
        help_text=gettext_lazy(
            "在企业微信的群里添加群机器人后显示的地址。知道它的人都能往群里发消息，请不要转发。"
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )


@never_cache
@require_GET
@duty_required(Duty.ADMIN)
def connection(request: HttpRequest) -> HttpResponse:
    """How the office is connected, and how that goes."""
    return _page(request)


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def connect(request: HttpRequest) -> HttpResponse:
    """Connect, or change how. What was made here stands on the page that answers, and never again."""
    row = office.application()
    initial = {"corp_id": row.corp_id, "agent_id": row.agent_id} if row else {}
    form = ConnectionForm(request.POST or None, initial=initial, is_new=row is None)
    if form.is_valid():
        made = tried(
            form, lambda: office.set_up(**form.cleaned_data, actor=actor_of(request), at=at_of(request))
        )
        if made is not None and any(made):
            return _page(request, made=made)
        if made is not None:
            messages.success(request, _("已保存。请发一条测试消息看看。"))
            return redirect("desk:wecom")
    return form_page(
        request,
        form,
        heading=_("企业微信"),
        submit=_("保存"),
        back=reverse("desk:wecom"),
        intro=_(
            "先在企业微信的管理后台建一个自建应用。消息经过腾讯的服务器，所以只发编号、位置、类别和时限，不发上报人的话、姓名和电话。"
        ),
    )


@require_POST
@duty_required(Duty.ADMIN)
def act(request: HttpRequest) -> HttpResponse:
    """One of the buttons: a test, on, off, remove."""
    actor, at = actor_of(request), at_of(request)
    match request.POST.get("act"):
        case "test" if actor.id and wecom.userid_of(actor.id):
            office.send_test(actor=actor, at=at)
            messages.success(request, _("测试消息已发出，几秒后刷新本页看结果。"))
        case "test":
            messages.error(request, _("您自己的账号还没有关联企业微信。请先在账号页上关联。"))
        case "on":
            office.switch(is_on=True, actor=actor, at=at)
            messages.success(request, _("已启用。"))
        case "off":
            office.switch(is_on=False, actor=actor, at=at)
            messages.success(request, _("已停用：不收，也不发。"))
        case "remove":
            office.remove(actor=actor, at=at)
            messages.success(request, _("已移除，密钥已清除。"))
        case _other:
            raise Invalid("act", "unknown")
    return redirect("desk:wecom")


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def link(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Say who an account is in WeCom."""
    row = next((one for one in accounts.accounts() if one.id == account_id), None)
    if row is None:
        raise NotFound("account")
    form = UserForm(request.POST or None, initial={"userid": wecom.userid_of(account_id)})

    def deed() -> bool:
        wecom.link(account_id, form.cleaned_data["userid"], actor=actor_of(request), at=at_of(request))
        return True

    return deed_page(
        request,
        form,
        deed,
        done=_("已保存。"),
        heading=_("%(name)s 的企业微信") % {"name": row.name},
        submit=_("保存"),
        back=reverse("desk:account", args=[account_id]),
        intro=_("关联后，本人可以用企业微信登录，在应用里上报，并收到本单位新到的事。"),
    )


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def add_robot(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """News of the party's work goes into one more group chat."""
    row, form = who.party(party_id), RobotForm(request.POST or None)

    def deed() -> object:
        pasted = form.cleaned_data["address"]
        return robots.add_robot(party_id, pasted, actor=actor_of(request), at=at_of(request))

    return deed_page(
        request,
        form,
        deed,
        done=_("已添加。新到的事会发到这个群。"),
        heading=_("%(party)s 的群机器人") % {"party": row.name},
        submit=_("添加"),
        back=reverse("desk:party", args=[party_id]),
        intro=_("群里的每个人都看得到。只发事项、编号、位置、类别和时限，不发上报人的话和联系方式。"),
    )


@require_POST
@duty_required(Duty.ADMIN)
def end_robot(request: HttpRequest, party_id: UUID, robot_id: UUID) -> HttpResponse:
    """Nothing more goes there."""
    if all(one.id != robot_id for one in robots.robots(party_id)):
        raise NotFound("robot")
    robots.end_robot(robot_id, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("不再发到这个群。"))
    return redirect("desk:party", party_id)


def robots_shown(party_id: UUID) -> list[dict[str, Any]]:
    """A party's robots for its page. 1 query."""
    return [
        {"id": one.id, "tail": one.tail, "why": why(one.last_error) if one.failing_since else ""}
        for one in robots.robots(party_id)
    ]


def _page(request: HttpRequest, made: office.Fresh | None = None) -> HttpResponse:
    row, at = office.application(), at_of(request)
    callback = reverse("wecom_callback")
    page = {
        "heading": _("企业微信"),
        "row": row,
        "made": made,
        "fares": _fares(row, at) if row else None,
        "callback": outside(callback) or request.build_absolute_uri(callback),
        "login": urlsplit(outside("/")).netloc or request.get_host(),
        "has_name": bool(outside("/")),
        "heard": times.moment(heard, at) if (heard := office.heard_last()) else "",
        "waiting": outbox.waiting_on(office.ROAD),
        "is_elsewhere": settings.GEZHI_WECOM_URL != "https://qyapi.weixin.qq.com",
        "base": settings.GEZHI_WECOM_URL,
    }
    return render(request, "desk/wecom.html", page)


def _fares(row: ApplicationRow, at: Any) -> dict[str, str]:
    """How sending goes: icon and words; of failures why, and what was said exactly."""
    if not row.is_on:
        return {"icon": "pause", "short": _("已停用")}
    if row.failing_since is not None:
        short = _("从 %(since)s 起没有送到") % {"since": times.moment(row.failing_since, at)}
        return {"icon": "alert-triangle", "short": short, "why": why(row.last_error), "said": row.last_error}
    if row.last_ok_at is not None:
        short = _("最近送到：%(when)s") % {"when": times.moment(row.last_ok_at, at)}
        return {"icon": "check-circle", "short": short}
    return {"icon": "clock", "short": _("还没有发过消息")}
