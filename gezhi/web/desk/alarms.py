"""What needs an administrator: errands that were given up, and calendars without the coming year's holidays."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gezhi.catalogue import queries as catalogue
from gezhi.journal import outbox
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import NotFound
from gezhi.notices import receivers
from gezhi.web import times
from gezhi.web.desk import wecom
from gezhi.web.punctuation import series
from gezhi.web.staff import at_of, duty_required, uuid_or_none

MOST = 200
AUTUMN = 11  # the coming year's table is published in November
KINDS = {
    "case.timer": gettext_lazy("案件的时限钟"),
    "task.timer": gettext_lazy("协办任务的时限钟"),
    "supervision.timer": gettext_lazy("督办的时限钟"),
    "message.reporter": gettext_lazy("给上报人的消息"),
    "evidence.prepare": gettext_lazy("照片的处理"),
    "mail": gettext_lazy("给单位的邮件"),
    "sms": gettext_lazy("给上报人的短信"),
    "webhook": gettext_lazy("给外部系统的消息"),
    "book.bring": gettext_lazy("外来台账的导入"),
    "book.take_back": gettext_lazy("外来台账的撤回"),
    "bulk.go_on": gettext_lazy("批量操作"),
    "ledger.file": gettext_lazy("要下载的台账"),
    "ledger.freeze": gettext_lazy("月报的冻结"),
    "album.make": gettext_lazy("迎检影集的制作"),
    "evidence.out_of_sight": gettext_lazy("撤回照片后的清理"),
    "cells.redraw": gettext_lazy("网格边界的变更"),
    "place.moved": gettext_lazy("位置变动后案件的跟随"),
    "wecom.robot": gettext_lazy("发到企业微信群的消息"),
    "wecom.notice": gettext_lazy("发给企业微信成员的消息"),
    "wecom.heard": gettext_lazy("企业微信收到的内容"),
    "wecom.draft": gettext_lazy("企业微信收到的上报"),
    "wecom.pictures": gettext_lazy("企业微信收到的照片"),
    "wecom.answer": gettext_lazy("企业微信的答复"),
    "wecom.test": gettext_lazy("企业微信的测试消息"),
}


@require_GET
@duty_required(Duty.ADMIN)
def alarms(request: HttpRequest) -> HttpResponse:
    """Parked errands, oldest first, and years that lack their holiday table."""
    at = at_of(request)
    rows = [
        {
            "id": one.id,
            "what": KINDS.get(one.kind, one.kind),
            "error": wecom.why(one.error) if one.kind.startswith("wecom.") else one.error,
            "since": times.moment(one.parked_at, at),
            "tries": one.tries,
        }
        for one in outbox.parked()[:MOST]
    ]
    return render(
        request,
        "desk/alarms.html",
        {"heading": _("告警"), "rows": rows, "calendars": _without_table(at), "gone": _gone()},
    )


def _gone() -> list[receivers.ReceiverRow]:
    """Other people's programs that said they are no more."""
    return [one for one in receivers.receivers() if one.gone_at]


def _without_table(at: Any) -> list[dict[str, Any]]:
    """Calendars with holidays that lack this year's table, or from November on the next one's."""
    today, language = timezone.localdate(at), get_language() or ""
    years = {today.year, today.year + 1} if today.month >= AUTUMN else {today.year}
    found = []
    for one in catalogue.calendars():
        missing = sorted(years - one.hours.known_years)
        if one.hours.known_years and missing:
            found.append({"name": one.label(language), "code": one.code, "years": series(missing)})
    return found


@require_POST
@duty_required(Duty.ADMIN)
def again(request: HttpRequest, errand_id: UUID) -> HttpResponse:
    """Let a parked errand try again from the beginning; back to the receiver from whose page that was asked."""
    receiver = uuid_or_none(request.POST.get("receiver", ""))
    if not outbox.release(errand_id, at=at_of(request)):
        raise NotFound("errand")
    messages.success(request, _("正在重试，几秒后刷新本页看结果。"))
    return redirect("desk:receiver", receiver) if receiver else redirect("desk:alarms")
