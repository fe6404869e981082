"""What the sources say beside a limit, in the reader's language; what an office wrote itself stays as written."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# as the first list has it → as people read it; wh, wd: working hours, working days
SAID: Final[Mapping[str, str]] = {
    "1 wd in [2]": gettext_noop("济源市的标准为 1 个工作日"),
    "4 wd [2]": gettext_noop("济源市的标准为 4 个工作日"),
    "5 wh [2]": gettext_noop("济源市的标准为 5 个工作小时"),
    "law [8]": gettext_noop("《消防法》第二十八条、第六十条"),
    "[8]": gettext_noop("《消防法》第二十八条、第六十条"),
    "article: half a month": gettext_noop("报道中的做法为半个月"),
    "15–30 d": gettext_noop("15–30 天"),
    "12–24 h": gettext_noop("12–24 小时"),
    "4 wh": gettext_noop("4 个工作小时"),
    "6 h, at most 36 h": gettext_noop("6 小时，最长 36 小时"),
    "notice 5 wd, then enforcement 10 wd": gettext_noop("先告知，5 个工作日；再执法，10 个工作日"),
    "碰头会 in 5 wd; longer works: extend or carry forward": gettext_noop(
        "5 个工作日内开碰头会；工期长的申请延期或挂账"
    ),
    "proposal in 20 wd; longer works: extend or carry forward": gettext_noop(
        "20 个工作日内拿出方案；工期长的申请延期或挂账"
    ),
    "longer works: extend or carry forward": gettext_noop("工期长的申请延期或挂账"),
    "in rain the clock starts when the rain stops": gettext_noop("下雨时从雨停起算"),
    "after snow": gettext_noop("从雪停起算"),
    "pumped 24 h": gettext_noop("24 小时内抽排完"),
    "phone at once, maintainer on site 30 min (prefecture city)": gettext_noop(
        "立即电话联系，维保人员 30 分钟到现场（设区的市）"
    ),
    "phone at once; utility on the way at once": gettext_noop("立即电话报告，管线单位立即赶来"),
    "fault 24 h": gettext_noop("一般故障 24 小时"),
    'plan 5 wd; pause "waiting for rain" allowed': gettext_noop("5 个工作日内拿出方案；可以挂账“等下雨验证”"),
    'emergency fund path 10 wd; pause "waiting for rain" allowed': gettext_noop(
        "应急动用维修资金 10 个工作日；可以挂账“等下雨验证”"
    ),
    "answer 24 h": gettext_noop("24 小时内答复"),
    "sample 1 wd": gettext_noop("1 个工作日内取样"),
    "extinguisher 24 h": gettext_noop("灭火器 24 小时"),
    "temporary measure 24 h": gettext_noop("24 小时内采取临时措施"),
    "fix by plan": gettext_noop("按方案修复"),
    "call 120 or 110 at once": gettext_noop("立即拨打 120 或 110"),
    "cordon 15 min": gettext_noop("15 分钟内拉起警戒"),
    "none listed": "",
    "or season": gettext_noop("也可以按季节安排"),
    "clusters: project": gettext_noop("成片的按项目整治"),
    "stop 4 wh": gettext_noop("4 个工作小时内制止"),
    "case number 7 wd; removal by law, often > 20 wd": gettext_noop(
        "7 个工作日内立案；依法拆除，常超过 20 个工作日"
    ),
    "reply in 1 wd": gettext_noop("1 个工作日内答复"),
    "written 7 d": gettext_noop("7 天内书面答复"),
    "general 7 d": gettext_noop("一般事项 7 天"),
    "hard 15 d": gettext_noop("疑难事项 15 天"),
}


def said(words: str) -> str:
    """「济源市的标准为 4 个工作日」; "" where the source says nothing."""
    known = SAID.get(words, words)
    return _(known) if known else ""
