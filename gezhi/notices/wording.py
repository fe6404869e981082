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
    News.ASSIGNED: pgettext_lazy("news", "指派给您"),
    News.SUPERVISED: pgettext_lazy("news", "上级督办，等您答复"),
    News.REPORTED_BACK: pgettext_lazy("news", "督办有了答复"),
    News.SUPERVISION_LATE: pgettext_lazy("news", "督办到期，还没有答复"),
    News.TASKS_IN: pgettext_lazy("news", "协办的都办好了，等您办结"),
    News.TASK: pgettext_lazy("news", "请您单位协办"),
    News.TASK_TAKEN: pgettext_lazy("news", "协办单位接了"),
    News.TASK_RETURNED: pgettext_lazy("news", "协办退回来了，等您另派"),
    News.TASK_DONE: pgettext_lazy("news", "协办单位办好了一份"),
    News.TASK_BACK: pgettext_lazy("news", "协办没有通过，要返工"),
    News.TASK_TIME: pgettext_lazy("news", "协办要延期，等您答复"),
    News.TASK_TIME_SAID: pgettext_lazy("news", "延期有了答复"),
    News.TASK_OFF: pgettext_lazy("news", "协办收回了，不用再办"),
    News.TASK_LATE: pgettext_lazy("news", "协办快到期，或已到期"),
}


def said(news: str, stands_for: int) -> str:
    """What one notice says; of a flood how many it is."""
    if stands_for > 1:
        return pgettext("news", "短时间来了 %(count)s 件开头一样的，等您受理") % {"count": stands_for}
    return str(NEWS.get(news, news))
