"""What bulk deeds are called, what will happen to a case, and why something was not done to it."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, pgettext_lazy

from gezhi.cases.bulk.kinds import BulkDeed
from gezhi.cases.bulk.queries import BulkRow

EXPORT = "export"
TITLES: Final[Mapping[str, Any]] = {
    BulkDeed.DISPATCH: gettext_lazy("批量派遣"),
    BulkDeed.URGE: gettext_lazy("批量催办"),
    BulkDeed.JOIN: gettext_lazy("批量并案"),
    BulkDeed.ACCEPT: gettext_lazy("批量受理"),
    EXPORT: gettext_lazy("导出选中的案件"),
}
SHORT: Final[Mapping[str, Any]] = {
    BulkDeed.DISPATCH: pgettext_lazy("bulk", "派遣"),
    BulkDeed.URGE: pgettext_lazy("bulk", "催办"),
    BulkDeed.JOIN: pgettext_lazy("bulk", "并案"),
    BulkDeed.ACCEPT: pgettext_lazy("bulk", "受理"),
}
WHY: Final[Mapping[str, str]] = {
    "stale": gettext_noop("这期间有人动过它"),
    "stale.system": gettext_noop("这期间系统改过它，例如换了责任单位或改了时限"),
    "not_from_here": gettext_noop("它现在的状态不能这样办"),
    "circumstances": gettext_noop("它已挂账，时限停着，不用催"),
    "not_yours": gettext_noop("不归您的席位办"),
    "not_found": gettext_noop("您现在看不到它了"),
    "stopped": gettext_noop("停下来的时候还没有轮到它"),
    "missing.party": gettext_noop("规则没有建议，请在上面选一个单位"),
    "missing.category": gettext_noop("还没有类别，请打开它，选好再受理"),
    "missing.place": gettext_noop("还没有位置，请打开它，定好再受理"),
    "missing.category.place": gettext_noop("还没有位置和类别，请打开它，选好再受理"),
    "danger.feared": gettext_noop("话里像有危险，请先打电话问清楚，再单独受理"),
    "into.itself": gettext_noop("就是要并到的这一件"),
    "into.unknown": gettext_noop("要并到的那一件您现在看不到"),
    "into.closed": gettext_noop("要并到的那一件已经结案"),
    "into.not_the_same_complaint": gettext_noop("反映物业的事，不能并入物业看得到的案件"),
    "party.complained_of": gettext_noop("它反映的就是这个单位，不能派给它"),
    "party.closed": gettext_noop("这个单位已经停用"),
    "urge.too_soon": gettext_noop("刚刚催过，隔一会儿再催"),
}
AFTER: Final[Mapping[str, Any]] = {
    BulkDeed.DISPATCH: gettext_lazy("办完十分钟内可以撤销；对方已经签收的撤不回来，会列出来。"),
    BulkDeed.URGE: gettext_lazy("催办发出去就收不回来，不能撤销。时限不变。"),
    BulkDeed.JOIN: gettext_lazy("上报人和照片一起并过去；办完十分钟内可以一次撤销，之后一天内可以逐件撤销。"),
    BulkDeed.ACCEPT: gettext_lazy("受理后上报人会收到消息，所以不能撤销；位置、类别不对的，之后逐件更正。"),
}


def why(code: str) -> str:
    """Why a case was left, or not taken back, in one line."""
    return _(WHY.get(code, gettext_noop("没有办成，请打开看看")))


def summary(row: BulkRow) -> str:
    """How it stands, in one sentence: what was asked for, what was done, what was not."""
    if row.undo_at is not None:
        said = _("撤销了 %(undone)s 件") % {"undone": row.undone}
        return _("%(said)s，%(kept)s 件撤不回来") % {"said": said, "kept": row.kept} if row.kept else said
    missed = row.left + row.unseen
    said = {
        BulkDeed.DISPATCH: _("%(total)s 件里派遣了 %(done)s 件"),
        BulkDeed.URGE: _("%(total)s 件里催了 %(done)s 件"),
        BulkDeed.JOIN: _("%(total)s 件里并了 %(done)s 件"),
        BulkDeed.ACCEPT: _("%(total)s 件里受理了 %(done)s 件"),
    }[BulkDeed(row.deed)] % {"total": row.total, "done": row.done}
    return _("%(said)s，%(missed)s 件没有动") % {"said": said, "missed": missed} if missed else said
