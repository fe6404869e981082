"""A party's mailboxes: where news of its work goes besides the screen. Administrators keep them."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import NotFound
from gezhi.parties import mailboxes
from gezhi.parties import queries as who
from gezhi.web.desk.keeper import deed_page
from gezhi.web.staff import actor_of, at_of, duty_required


class MailboxForm(forms.Form):
    """One address."""

    address = forms.CharField(
        label=gettext_lazy("收件邮箱"),
        max_length=mailboxes.MOST_SIGNS,
        help_text=gettext_lazy("本单位的公用邮箱，例如 yuehai@example.cn。不要填个人邮箱。"),
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "off"}),
    )


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def add(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """News of the party's work goes to one more address."""
    row, form = who.party(party_id), MailboxForm(request.POST or None)

    def deed() -> object:
        address = form.cleaned_data["address"]
        return mailboxes.add_mailbox(party_id, address, actor=actor_of(request), at=at_of(request))

    return deed_page(
        request,
        form,
        deed,
        done=_("已添加。新到的事会发到这个邮箱。"),
        heading=_("%(party)s 的收件邮箱") % {"party": row.name},
        submit=_("添加"),
        back=reverse("desk:party", args=[party_id]),
        intro=_("邮件里只写事项、编号、位置、类别和时限，不写上报人的话和联系方式。"),
    )


@require_POST
@duty_required(Duty.ADMIN)
def end(request: HttpRequest, party_id: UUID, mailbox_id: UUID) -> HttpResponse:
    """Nothing more goes there."""
    if all(one.id != mailbox_id for one in mailboxes.mailboxes(party_id)):
        raise NotFound("mailbox")
    mailboxes.end_mailbox(mailbox_id, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("不再发到这个邮箱。"))
    return redirect("desk:party", party_id)
