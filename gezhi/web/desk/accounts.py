"""Accounts and posts: appoint, end, reset, switch off; many at once from a sheet, with slips to print."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.flows.accounts_sheet import import_accounts
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.parties import accounts as home
from gezhi.parties import queries as who
from gezhi.parties import staff as actions
from gezhi.parties import wecom
from gezhi.places import queries as places
from gezhi.web import refusals, times, words
from gezhi.web.desk import asof, history
from gezhi.web.desk.keeper import PlaceField, SheetForm, form_page, in_turn, offer, tried
from gezhi.web.desk.parties import EndForm
from gezhi.web.fields import day_field
from gezhi.web.punctuation import aside
from gezhi.web.staff import actor_of, at_of, duty_required, uuid_or_none

DUTIES = [(duty.value, words.DUTIES[duty.value]) for duty in Duty]


@require_GET
@duty_required(Duty.ADMIN)
def accounts(request: HttpRequest) -> HttpResponse:
    """Everybody with an account, with what they do today. 3 queries."""
    rows, posts = home.accounts(), who.posts()
    known = who.parties_by_ids({post.party_id for post in posts})
    today, jobs = timezone.localdate(at_of(request)), dict[UUID, list[str]]()
    for post in posts:
        if post.starts_on <= today and (post.ends_on is None or post.ends_on > today):
            said = f"{known[post.party_id].name} · {words.of(words.DUTIES, post.duty)}"
            jobs.setdefault(post.account_id, []).append(said)
    page = {
        "heading": _("账号与岗位"),
        "rows": [
            {
                "row": one,
                "url": reverse("desk:account", args=[one.id]),
                "posts": _("；").join(jobs.get(one.id, [])),
            }
            for one in rows
        ],
    }
    return render(request, "desk/accounts.html", page)


@never_cache
@require_GET
@duty_required(Duty.ADMIN)
def account(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """One account and all its posts."""
    return _account_page(request, account_id)


def _account_page(request: HttpRequest, account_id: UUID, **more: Any) -> HttpResponse:
    row = _row(account_id)
    posts = who.posts(account_id)
    known = who.parties_by_ids({post.party_id for post in posts})
    grounds = places.by_ids({post.place_id for post in posts if post.place_id})
    cells = {cell.id: cell.name for cell in places.all_grids()}
    shown_on = asof.asked(request)
    stood = [post for post in posts if shown_on.is_now or post.starts_on <= shown_on.day]
    shown = [
        {
            "id": post.id,
            "party": known[post.party_id].name,
            "duty": words.of(words.DUTIES, post.duty),
            "ground": grounds[post.place_id].full_name
            if post.place_id in grounds
            else cells.get(post.grid_id, "")
            if post.grid_id
            else "",
            "starts_on": post.starts_on,
            "ends_on": post.ends_on,
            "is_over": post.ends_on is not None and post.ends_on <= shown_on.day,
        }
        for post in stood
    ]
    subjects = [("account", account_id), *(("post", post.id) for post in posts)]
    jobs = {post.id: f"{one['party']} · {one['duty']}" for post, one in zip(stood, shown, strict=True)}
    told = history.said(subjects, now=at_of(request), until=shown_on.moment, called=jobs)
    page = {
        "heading": row.name,
        "row": row,
        "posts": shown,
        "userid": wecom.userid_of(account_id),
        "asof": shown_on,
        "asof_at": reverse("desk:account", args=[account_id]),
        "history": told,
    }
    return render(request, "desk/account.html", page | more)


def _row(account_id: UUID) -> home.AccountRow:
    for one in home.accounts():
        if one.id == account_id:
            return one
    raise NotFound("account")


class AccountForm(forms.Form):
    """A new colleague with a first post."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    username = forms.CharField(
        label=gettext_lazy("登录名"), max_length=40, help_text=gettext_lazy("字母、数字和 . _ - @")
    )


class PostForm(forms.Form):
    """A post for somebody."""

    party = forms.ChoiceField(label=gettext_lazy("单位"))
    duty = forms.ChoiceField(label=gettext_lazy("岗位"), choices=DUTIES)
    ground = PlaceField(label=gettext_lazy("责任区：位置"), required=False)
    grid = forms.ChoiceField(label=gettext_lazy("或网格"), required=False)
    starts_on = day_field(gettext_lazy("从哪天起"))
    ends_on = day_field(gettext_lazy("到哪天为止（这天起不再在岗）"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "party", [(str(one.id), one.name) for one in who.parties()])
        cells = [(str(one.id), aside(one.name, one.code)) for one in places.grids()]
        offer(self, "grid", [("", _("不选")), *cells])


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def new_account(request: HttpRequest) -> HttpResponse:
    """Open an account; a one-time code is shown once on its page."""
    form = AccountForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        made = tried(
            form,
            lambda: actions.open_account(
                said["username"], said["name"], actor=actor_of(request), at=at_of(request)
            ),
        )
        if made:
            return _account_page(
                request, made.account_id, code=made.code, expires=times.exact(made.expires_at)
            )
    intro = _("开好账号，再给一个岗位。没有岗位的账号登录不了。")
    return form_page(
        request, form, heading=_("开账号"), submit=_("开账号"), back=reverse("desk:accounts"), intro=intro
    )


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def appoint(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Give somebody a post."""
    row, at = _row(account_id), at_of(request)
    form = PostForm(request.POST or None, initial={"starts_on": timezone.localdate(at)})
    if form.is_valid():
        said = form.cleaned_data
        post = actions.NewPost(
            UUID(said["party"]),
            Duty(said["duty"]),
            said["starts_on"],
            said["ends_on"],
            said["ground"].id if said["ground"] else None,
            uuid_or_none(said["grid"]),
        )
        if tried(form, lambda: actions.appoint(account_id, post, actor=actor_of(request), at=at)):
            messages.success(request, _("已任命。"))
            return redirect("desk:account", account_id)
    intro = _("责任区可以不填：处置员和负责人只看本单位的案件，受理员看单位所在的社区，审批人看全区。")
    back = reverse("desk:account", args=[account_id])
    return form_page(
        request,
        form,
        heading=_("任命 %(name)s") % {"name": row.name},
        submit=_("任命"),
        back=back,
        intro=intro,
    )


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def end_post(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """A post ends on a day; the log-in ends with the last one."""
    post = next((one for one in who.posts() if one.id == post_id), None)
    if post is None:
        raise NotFound("post")
    form = EndForm(request.POST or None, initial={"ends_on": timezone.localdate(at_of(request))})
    if form.is_valid():
        day = form.cleaned_data["ends_on"]
        if tried(
            form, lambda: actions.end_post(post_id, ends_on=day, actor=actor_of(request), at=at_of(request))
        ):
            messages.success(request, _("岗位已结束。"))
            return redirect("desk:account", post.account_id)
    back = reverse("desk:account", args=[post.account_id])
    return form_page(request, form, heading=_("结束岗位"), submit=_("结束"), back=back)


@never_cache
@require_http_methods(["POST"])
@duty_required(Duty.ADMIN, Duty.CLERK, Duty.OFFICER)
def reset(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """A one-time code, shown once. The old password and every open log-in end now."""
    code = actions.reset_password(account_id, actor=actor_of(request), at=at_of(request))
    return _account_page(request, account_id, code=code)


@require_POST
@duty_required(Duty.ADMIN)
def switch(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Switch an account off, or on again."""
    is_active = request.POST.get("is_active") == "yes"
    try:
        actions.switch_account(account_id, is_active=is_active, actor=actor_of(request), at=at_of(request))
    except Invalid as refused:
        messages.error(request, refusals.sentence(refused))
    else:
        messages.success(request, _("账号已启用。") if is_active else _("账号已停用，随时可以再启用。"))
    return redirect("desk:account", account_id)


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def sheet(request: HttpRequest) -> HttpResponse:
    """Colleagues from a sheet: all of them with a printable slip each, or a finding for each row in the way."""
    form, result = SheetForm(request.POST or None, request.FILES or None), None
    if form.is_valid():
        file = form.cleaned_data["sheet"]
        result = tried(
            form,
            lambda: in_turn(
                lambda: import_accounts(file.read(), file.name, actor=actor_of(request), at=at_of(request))
            ),
        )
        if result and not result.findings:
            return render(request, "desk/slips.html", {"heading": _("账号纸条"), "result": result})
    page = {
        "heading": _("导入账号"),
        "form": form,
        "result": result,
        "findings": [one.sentence() for one in result.findings] if result else [],
        "back": reverse("desk:accounts"),
        "columns": _("姓名、登录名、单位、岗位、网格/地点、起、止"),
        "once": _("同一张表再导入一次，不会重复；有一行读不懂，整张表都不写入。"),
    }
    return render(request, "desk/sheet.html", page, status=422 if form.errors or result else 200)
