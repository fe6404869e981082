"""What is wrong with a row of the sheet of places, said to a person."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gezhi.flows.place_sheet import COLUMNS, RowFinding

SENTENCES: Final = {
    "required": gettext_noop("不能为空"),
    "required_with": gettext_noop("填写了“%(other)s”，这里也要填写"),
    "needs_building": gettext_noop("填写了单元，也要填写楼栋"),
    "not_stairs": gettext_noop("请填写单元数（1 至 %(limit)s）或各单元的名称"),
    "not_a_count": gettext_noop("请填写整数"),
    "too_many": gettext_noop("最多 %(limit)s"),
    "not_a_phone": gettext_noop("不是电话号码"),
    "not_a_date": gettext_noop("请按“年-月-日”填写日期，例如 2024-03-01"),
    "before_start": gettext_noop("不能早于起始日期"),
    "unknown": gettext_noop("没有找到“%(value)s”"),
    "needed": gettext_noop("无法判断，请填写"),
    "other_grid": gettext_noop("“%(place)s”已在另一个网格，请在工作台移动"),
    "contradicts": gettext_noop("与第 %(first_row)s 行的“%(value)s”不一致"),
    "name_of_another": gettext_noop("“%(value)s”是另一处地点的名称"),
    "other_phone": gettext_noop("与“%(company)s”已登记的电话不一致，请在工作台修改"),
    "overlaps": gettext_noop("这段时间已有物业公司服务"),
    "error_value": gettext_noop("单元格是公式错误"),
    "too_long": gettext_noop("太长"),
    "beyond_heads": gettext_noop("这一格没有表头"),
    "hidden": gettext_noop("含有看不见的字符"),
    "line_break": gettext_noop("不能换行"),
    "nul": gettext_noop("含有无法保存的字符"),
    "surrogate": gettext_noop("含有无法保存的字符"),
    "noncharacter": gettext_noop("含有无法保存的字符"),
}


def sentence(finding: RowFinding) -> str:
    """「第 7 行，户数：请填写整数」 in the reader's language."""
    params = dict(finding.params)
    if "other" in params:
        params["other"] = COLUMNS[params["other"]][0]
    return _("第 %(row)s 行，%(column)s：%(what)s") % {
        "row": finding.row,
        "column": finding.column,
        "what": _(SENTENCES[finding.code]) % params,
    }
