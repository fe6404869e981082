"""What all sheets that come in have in common: cells read as text and as days, and one finding for each that cannot be taken."""

from collections.abc import Iterable, Mapping
from datetime import date, tzinfo
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gezhi.kernel.sheet import BadMoment, Cell, as_moment

SENTENCES: Final[Mapping[str, str]] = {
    "required": gettext_noop("不能为空"),
    "empty": gettext_noop("不能为空"),
    "required_with": gettext_noop("填写了“%(other)s”，这里也要填写"),
    "needs_building": gettext_noop("填写了单元，也要填写楼栋"),
    "not_stairs": gettext_noop("请填写单元数（1 至 %(limit)s）或各单元的名称"),
    "not_a_count": gettext_noop("请填写整数"),
    "too_many": gettext_noop("最多 %(limit)s"),
    "not_a_phone": gettext_noop("不是电话号码"),
    "not_a_date": gettext_noop("请按“年-月-日”填写日期，例如 2024-03-01"),
    "before_start": gettext_noop("不能早于起始日期"),
    "not_after_start": gettext_noop("不能早于起始日期"),
    "unreadable": gettext_noop("无法辨认"),
    "not_a_moment": gettext_noop("“%(value)s”不是日期，请写成 2026-11-06 这样"),
    "odd_year": gettext_noop("“%(value)s”的年份不对"),
    "no_such_moment": gettext_noop("没有“%(value)s”这个时刻"),
    "later_than_now": gettext_noop("“%(value)s”晚于现在"),
    "relative": gettext_noop("“%(value)s”：台账里看不出是哪一天，请写成 2026-11-06 这样"),
    "day_or_tens": gettext_noop("“%(value)s”可能是几日，也可能是几十日，请写成“11月3日”这样"),
    "year": gettext_noop("年份不对"),
    "no_such_time": gettext_noop("没有这个时刻"),
    "in_the_future": gettext_noop("晚于现在"),
    "unknown": gettext_noop("没有找到“%(value)s”"),
    "unlocated": gettext_noop("没有找到“%(value)s”，先不定位，原话留在内容里；要定位，请在“位置”里添加别名"),
    "several_places": gettext_noop("有几处都符合“%(value)s”，先不定位，原话留在内容里；请写明小区和楼栋"),
    "uncategorised": gettext_noop("没有“%(value)s”这个类别，先不归类，原话留在内容里"),
    "phone_not_taken": gettext_noop("不是一个电话号码，没有带入；请一格只写一个号码"),
    "no_such_community": gettext_noop("没有社区“%(value)s”，请先在“位置”里添加这个社区"),
    "ambiguous": gettext_noop("有几个“%(value)s”，请改填代码"),
    "needed": gettext_noop("无法判断，请填写"),
    "closed": gettext_noop("这个单位已停用"),
    "other_grid": gettext_noop("“%(place)s”已在另一个网格，请在工作台移动"),
    "contradicts": gettext_noop("与第 %(first_row)s 行的“%(value)s”不一致"),
    "twice": gettext_noop("与前面的行重复，内容却不同"),
    "name_of_another": gettext_noop("“%(value)s”是另一处地点的名称"),
    "other_phone": gettext_noop("与“%(company)s”已登记的电话不一致，请在工作台修改"),
    "served": gettext_noop("这段时间已有物业公司服务"),
    "overlaps": gettext_noop("这段时间已有同一岗位，起止不同，请在工作台修改"),
    "bad_username": gettext_noop("只能用字母、数字和 . _ - @，%(least)s 至 %(most)s 个"),
    "taken": gettext_noop("这个登录名是别人的"),
    "looks_like": gettext_noop("与另一位同事的太像，请加一个区别，例如“王伟（悦海）”"),
    "error_value": gettext_noop("单元格是公式错误"),
    "beyond_heads": gettext_noop("这一格没有表头"),
    "too_long": gettext_noop("太长"),
    "hidden": gettext_noop("含有看不见的字符"),
    "line_break": gettext_noop("不能换行"),
    "nul": gettext_noop("含有无法保存的字符"),
    "surrogate": gettext_noop("含有无法保存的字符"),
    "noncharacter": gettext_noop("含有无法保存的字符"),
}


class RowFinding(NamedTuple):
    """What is wrong in one cell. row: as Excel numbers it; column: its head as written; code: a key of SENTENCES with its values."""

    row: int
    column: str
    code: str
    values: Mapping[str, Any] = {}

    def sentence(self) -> str:
        """「第 7 行，户数：请填写整数」 in the reader's language."""
        return _("第 %(row)s 行，%(column)s：%(what)s") % {
            "row": self.row,
            "column": self.column,
            "what": self.what(),
        }

    def what(self) -> str:
        """「请填写整数」 in the reader's language."""
        return _(SENTENCES[self.code]) % self.values


class BadCell(Exception):
    """One cell of one row cannot be taken. key: of the column."""

    def __init__(self, key: str, code: str, **values: Any) -> None:
        self.key, self.code, self.values = key, code, values
        super().__init__(key, code)


def text_of(cell: Cell) -> str:
    """What stands in it, without the space around; "" when it is empty."""
    return "" if cell is None else str(cell).strip()


def day_of(cells: Mapping[str, Cell], key: str, zone: tzinfo) -> date | None:
    """The day in the office's zone, None when the cell is empty. Raises BadCell("not_a_date")."""
    try:
        moment = as_moment(cells[key], zone)
    except BadMoment as bad:
        raise BadCell(key, "not_a_date") from bad
    return moment and moment.astimezone(zone).date()


def distinct(findings: Iterable[RowFinding]) -> tuple[RowFinding, ...]:
    """In the order of rows, each said once."""
    said: dict[tuple[int, str, str], RowFinding] = {}
    for one in findings:
        said.setdefault((one.row, one.column, one.code), one)
    return tuple(sorted(said.values(), key=lambda one: one.row))
