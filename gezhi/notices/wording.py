"""What each piece of news is called: the same on the screen and in mails."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import pgettext, pgettext_lazy

from gezhi.notices.whom import News

NEWS: Mapping[str, Any] = {
    News.REPORTED: pgettext_lazy("news", "新上报，等您受理"),
    News.DANGER: pgettext_lazy("news", "可能有危险，请马上看"),
    News.ANSWERED: pgettext_lazy("news", "上报人补充了，等您受理"),
    News.DISPATCHED: pgettext_lazy("news", "新派来的事"),
    News.RETURNED: pgettext_lazy("news", "退回来了，等您另派"),
    News.RAISED: pgettext_lazy("news", "上报到您这一级"),
    News.HANDED_OVER: pgettext_lazy("news", "转由您单位负责"),
    News.FAILED: pgettext_lazy("news", "没有通过，要返工"),
    News.REOPENED: pgettext_lazy("news", "重新办理"),
    News.RESUMED: pgettext_lazy("news", "挂账到期，恢复办理"),
    News.TO_CHECK: pgettext_lazy("news", "办好了，等核查"),
    News.OBJECTED: pgettext_lazy("news", "上报人不认可，等您复核"),
    News.APPROVAL: pgettext_lazy("news", "申请延期，等您审批"),
    News.DUE_SOON: pgettext_lazy("news", "快到期了"),
    News.ESCALATED: pgettext_lazy("news", "超期，督办到您这里"),
    News.URGED: pgettext_lazy("news", "催办，请抓紧"),
}


def said(news: str, stands_for: int) -> str:
    """What one notice says; of a flood how many it is."""
    if stands_for > 1:
        return pgettext("news", "短时间来了 %(count)s 件开头一样的，等您受理") % {"count": stands_for}
    return str(NEWS.get(news, news))
