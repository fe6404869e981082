"""The columns of the book 问题处理台账, in order: group, head, width, kind and where the value comes from. One list for .xlsx and .csv."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from operator import attrgetter
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy

from gezhi.cases.wording import ENDINGS, LEVELS, STATES, of
from gezhi.ledger.fold import Verdict
from gezhi.ledger.rows import Row
from gezhi.reports.kinds import CHANNEL_NAMES

Value = str | int | datetime | None


class Kind(Enum):
    """How a cell is written."""

    TEXT = auto()
    COUNT = auto()
    MOMENT = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """width: in signs of the sheet's letters. value: what stands in it, in the language in force; moments are aware."""

    group: Promise
    head: Promise
    width: int
    kind: Kind
    value: Callable[[Row], Value]


def _yes_no(name: str) -> Callable[[Row], Value]:
    return _worded({True: gettext_lazy("是"), False: gettext_lazy("否"), None: ""}, name)


def _worded(table: Mapping[Any, Any], name: str) -> Callable[[Row], Value]:
    """The words for a code. Kept by language: a ledger of a hundred thousand lines says a million of them."""
    code_of = attrgetter(name)
    kept: dict[tuple[str | None, Any], str] = {}

    def say(row: Row) -> Value:
        key = (get_language(), code_of(row))
        if key not in kept:
            kept[key] = of(table, key[1])
        return kept[key]

    return say


VERDICTS: Mapping[str, Any] = {
    Verdict.SATISFIED: gettext_lazy("满意"),
    Verdict.UNSATISFIED: gettext_lazy("不满意"),
    Verdict.SILENT: gettext_lazy("未回应"),
}

CASE, WORK, CLOSE = gettext_lazy("问题"), gettext_lazy("办理"), gettext_lazy("结案")
ORIGIN, HANDS, COURSE = gettext_lazy("出处"), gettext_lazy("责任"), gettext_lazy("经过")
SAFETY, QUALITY, LINKS = gettext_lazy("先期处置与暂停"), gettext_lazy("质量"), gettext_lazy("关联")
TEXT, COUNT, MOMENT = Kind.TEXT, Kind.COUNT, Kind.MOMENT
MINUTE = 16  # 2026-03-02 12:00

# What is printed: as much as can be read on A4 across. The place begins with its community.
PRINTED = (
    Column(CASE, gettext_lazy("编号"), 21, TEXT, attrgetter("line.number")),
    Column(CASE, gettext_lazy("状态"), 8, TEXT, _worded(STATES, "line.state")),
    Column(CASE, gettext_lazy("收到时间"), MINUTE, MOMENT, attrgetter("line.received_at")),
    Column(CASE, gettext_lazy("地点"), 22, TEXT, attrgetter("place")),
    Column(CASE, gettext_lazy("类别"), 12, TEXT, attrgetter("category")),
    Column(CASE, gettext_lazy("问题描述"), 40, TEXT, attrgetter("matter")),
    Column(WORK, gettext_lazy("责任单位"), 14, TEXT, attrgetter("party")),
    Column(WORK, gettext_lazy("处置时限"), MINUTE, MOMENT, attrgetter("line.fix_due")),
    Column(WORK, gettext_lazy("处置完成"), MINUTE, MOMENT, attrgetter("line.done_at")),
    Column(WORK, gettext_lazy("处置按时"), 8, TEXT, _yes_no("fixed_on_time")),
    Column(CLOSE, gettext_lazy("结案时间"), MINUTE, MOMENT, attrgetter("line.closed_at")),
    Column(CLOSE, gettext_lazy("结案方式"), 12, TEXT, _worded(ENDINGS, "line.ending")),
)
COLUMNS = (
    *PRINTED,
    Column(ORIGIN, gettext_lazy("原始反映时间"), MINUTE, MOMENT, attrgetter("line.said_at")),
    Column(ORIGIN, gettext_lazy("来源"), 7, TEXT, _worded(CHANNEL_NAMES, "line.channel")),
    Column(ORIGIN, gettext_lazy("社区"), 12, TEXT, attrgetter("community")),
    Column(ORIGIN, gettext_lazy("网格"), 12, TEXT, attrgetter("grid")),
    Column(ORIGIN, gettext_lazy("类别代码"), 8, TEXT, attrgetter("category_code")),
    Column(ORIGIN, gettext_lazy("立案条件"), 18, TEXT, attrgetter("condition")),
    Column(HANDS, gettext_lazy("层级"), 7, TEXT, _worded(LEVELS, "line.level")),
    Column(HANDS, gettext_lazy("经手单位"), 28, TEXT, lambda row: " → ".join(row.held_by)),
    Column(COURSE, gettext_lazy("受理"), MINUTE, MOMENT, attrgetter("line.accepted_at")),
    Column(COURSE, gettext_lazy("派遣"), MINUTE, MOMENT, attrgetter("line.dispatched_at")),
    Column(COURSE, gettext_lazy("接单"), MINUTE, MOMENT, attrgetter("line.taken_at")),
    Column(COURSE, gettext_lazy("核查"), MINUTE, MOMENT, attrgetter("line.checked_at")),
    Column(COURSE, gettext_lazy("回访确认"), MINUTE, MOMENT, attrgetter("line.confirmed_at")),
    Column(SAFETY, gettext_lazy("先期处置时限"), MINUTE, MOMENT, attrgetter("line.make_safe_due")),
    Column(SAFETY, gettext_lazy("先期处置"), MINUTE, MOMENT, attrgetter("made_safe_at")),
    Column(SAFETY, gettext_lazy("先期处置按时"), 8, TEXT, _yes_no("made_safe_on_time")),
    Column(SAFETY, gettext_lazy("暂停分钟"), 8, COUNT, attrgetter("paused_minutes")),
    Column(QUALITY, gettext_lazy("结案说明"), 30, TEXT, attrgetter("reason")),
    Column(QUALITY, gettext_lazy("反映人评价"), 8, TEXT, _worded(VERDICTS, "line.verdict")),
    Column(QUALITY, gettext_lazy("由他人核查"), 8, TEXT, _yes_no("is_checked_by_another")),
    Column(QUALITY, gettext_lazy("退回次数"), 8, COUNT, attrgetter("line.returns")),
    Column(QUALITY, gettext_lazy("处置轮次"), 8, COUNT, attrgetter("line.round")),
    Column(QUALITY, gettext_lazy("催办次数"), 8, COUNT, attrgetter("line.urges")),
    Column(QUALITY, gettext_lazy("处置前照片"), 8, COUNT, attrgetter("pictures_before")),
    Column(QUALITY, gettext_lazy("处置后照片"), 8, COUNT, attrgetter("line.pictures_after")),
    Column(QUALITY, gettext_lazy("复发"), 6, TEXT, _yes_no("came_back")),
    Column(LINKS, gettext_lazy("前一次编号"), 21, TEXT, attrgetter("came_back_from")),
    Column(LINKS, gettext_lazy("分自编号"), 21, TEXT, attrgetter("split_from")),
    Column(LINKS, gettext_lazy("并入编号"), 21, TEXT, attrgetter("joined_into")),
)
