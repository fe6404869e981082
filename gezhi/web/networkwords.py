"""The words of the whole network: deeds around a case, tasks, supervision; unpacked into the tables of `words`, `refusals` and the story."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

# ---- buttons and lines of a case ----
ACTS: Mapping[str, Any] = {
    "assign": _("指派给本单位的人"),
    "supervise": _("督办"),
    "report_back": _("答复督办"),
}
DEEDS: Mapping[str, Any] = {
    "assign": _("已指派"),
    "supervise": _("上级督办"),
    "report_back": _("督办已答复"),
    "supervision_late": _("系统提醒：督办到期，还没有答复"),
    "task_sent": _("请其他单位一起办"),
    "task_done": _("一份协办办好了"),
    "task_back": _("一份协办没有通过，返工"),
    "task_off": _("收回了一份协办"),
    "on_agenda": _("会议议程有变"),
    "decided": _("会上定了办法"),
    "visited": _("走访过"),
    "counted": _("清点过人流"),
    "project": _("列入专项整治"),
}
ICONS: Mapping[str, str] = {
    "assign": "user",
    "supervise": "eye",
    "report_back": "message",
    "supervision_late": "timer",
    "task_sent": "users",
    "task_done": "check",
    "task_back": "rotate-ccw",
    "task_off": "undo",
    "on_agenda": "calendar",
    "decided": "calendar-check",
}
WAITS: Mapping[str, Any] = {"returned": _("等主办另派")}
LACKS: Mapping[str, Any] = {
    "person": _("请选一个人"),
    "why": _("请选一个原因，或写明理由"),
    "what": _("请写要办什么"),
    "task_proof": _("请至少选一样凭证"),
}
# What the reporter reads of them: icon, sentence, kind, which kept words.
TOLD: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "task_sent": ("users", gettext_noop("请几家一起办"), "", ""),
    "task_done": ("check", gettext_noop("其中一家办好了"), "", ""),
    "on_agenda": ("calendar", gettext_noop("安排在会上商量"), "", ""),
    "decided": ("calendar-check", gettext_noop("会上定了办法"), "", ""),
    "supervise": ("eye", gettext_noop("上级在督促这件事"), "", ""),
    "report_back": ("eye", gettext_noop("上级的督促有了答复"), "", ""),
}

# ---- tasks ----
TASK_ACTS: Mapping[str, Any] = {
    "take": pgettext_lazy("task act", "接单"),
    "finish": _("办完了"),
    "progress": _("说说进展"),
    "made_safe": _("先做的已做完"),
    "ask_time": _("申请延期"),
    "return": _("退回"),
    "assign": _("指派给本单位的人"),
    "grant_time": _("同意延期"),
    "refuse_time": _("不同意延期"),
    "urge": _("催办"),
    "resend": _("另派"),
    "send_back": _("退回返工"),
    "call_off": _("收回"),
    "late_answer": _("补一句"),
    "note": _("记一笔"),
}
TASK_DEEDS: Mapping[str, Any] = {
    "sent": pgettext_lazy("task happened", "派出"),
    "take": pgettext_lazy("task happened", "接了单"),
    "finish": pgettext_lazy("task happened", "办完了"),
    "progress": pgettext_lazy("task happened", "说了进展"),
    "made_safe": pgettext_lazy("task happened", "先做的已做完"),
    "ask_time": pgettext_lazy("task happened", "申请延期"),
    "return": pgettext_lazy("task happened", "退回"),
    "assign": pgettext_lazy("task happened", "指派了人"),
    "grant_time": pgettext_lazy("task happened", "同意延期"),
    "refuse_time": pgettext_lazy("task happened", "不同意延期"),
    "urge": pgettext_lazy("task happened", "催办"),
    "resend": pgettext_lazy("task happened", "另派"),
    "send_back": pgettext_lazy("task happened", "没有通过，返工"),
    "call_off": pgettext_lazy("task happened", "收回"),
    "case_ended": pgettext_lazy("task happened", "案件结束，随之收回"),
    "hand_over": pgettext_lazy("task happened", "服务单位变更，随之移交"),
    "late_answer": pgettext_lazy("task happened", "办结后又说"),
    "contributed": pgettext_lazy("task happened", "记了出人、出物、出钱"),
    "note": pgettext_lazy("task happened", "记一笔"),
    "remind": pgettext_lazy("task happened", "系统提醒：即将到期"),
    "escalate": pgettext_lazy("task happened", "超期，已提级督办"),
}
TASK_ICONS: Mapping[str, str] = {
    "sent": "send",
    "resend": "send",
    "take": "hand",
    "finish": "check",
    "return": "undo",
    "send_back": "rotate-ccw",
    "call_off": "ban",
    "case_ended": "ban",
    "ask_time": "calendar",
    "grant_time": "calendar-check",
    "refuse_time": "calendar",
    "made_safe": "shield",
    "urge": "bell",
    "remind": "timer",
    "escalate": "trending-up",
    "progress": "message",
    "late_answer": "message",
    "note": "pencil",
    "assign": "user",
}

# ---- refusals ----
SENTENCES: Final[Mapping[tuple[str, str] | str, str]] = {
    ("person", "not_of_party"): gettext_noop("这个人现在不在本单位的岗位上，请另选一位。"),
    ("person", "missing"): gettext_noop("请选一个人。"),
    ("why", "unknown"): gettext_noop("没有这个退回原因，请重新选择。"),
    ("what", "too_long"): gettext_noop("太长了，最多 %(limit)s 字。请缩短一些。"),
    ("proof", "unknown"): gettext_noop("没有这种凭证，请重新选择。"),
    ("needs", "unknown"): gettext_noop("要等的那一份不在这件案子里，请重新选择。"),
    ("needs", "circle"): gettext_noop("几份任务互相等着，谁也开不了工。请去掉一个“先等”。"),
    ("until", "beyond_the_case"): gettext_noop("这一天在整件事的时限以后，请主办单位先申请延期。"),
    ("party", "tasks_open"): gettext_noop("这个单位还有 %(count)s 份协办没有办完，请先让主办另派或收回。"),
    ("shown", "not_looked_at"): gettext_noop("有照片还没有人看过，不能发给别的单位。请先看照片。"),
    ("tasks", "too_many"): gettext_noop("一次最多分给 %(limit)s 家。请分两次。"),
    ("contributions", "unknown"): gettext_noop("请选人、物或钱。"),
    ("contributions", "nothing"): gettext_noop("请写多于零的数量。"),
}
NOT_FROM_HERE: Final[Mapping[str, str]] = {
    "task_not_from_here": gettext_noop("这份任务已经到了另一步，不能这样办了。请看最新情况。"),
    "task_blocked": gettext_noop("要等别的单位先办完，这一份才能办结。"),
    "task_exists": gettext_noop("同样的任务已经派给这家了，不用再派一次。"),
    "case_not_at_work": gettext_noop("这件事现在不在办理中，不能分给别的单位。"),
    "sent_otherwise": gettext_noop("这张表已经发过一次，内容不一样。请看已经派出的，再决定要不要另派。"),
}
