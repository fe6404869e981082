"""What each figure means, in words: numerator, denominator, what is left out, what stands beside it, where it comes from.

The one place where a figure is defined; what is counted under each name stands in figures/counts.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gezhi.cases.lifecycle import Ending
from gezhi.cases.wording import ENDINGS


@dataclass(frozen=True, slots=True)
class Definition:
    """A rate. over, under: names of counts (numerator, denominator). apart: counts shown beside it, in neither.

    is_theirs: what the issuers of orders say, beside our own figures.
    """

    name: str
    label: Promise
    over: str
    under: str
    numerator: Promise
    denominator: Promise
    left_out: Promise
    apart: tuple[str, ...] = ()
    is_theirs: bool = False


OURS = _("收到的案件，减去重复件、不予受理的、不属本辖区职责的")
NOT_OURS = _("重复件、不予受理的、不属本辖区职责的，和经复核剔除的")
MONTH = _("一件案件算在收到它的那个月（本地时间）；以后办成什么样，都改那个月的数。")
PLACE = _("一件案件在它的位置和上面每一级位置各算一次；结了案的留在结案时所在的社区。")
SOURCE = _("来源：日志推出的台账，和台账同样可以重算；数字旁写明算到日志第几条。")
ROUNDING = _(
    "用时按自然时间（夜间和假日照算），分档计数，每档宽5%；中位数和四分位数取最近名次所在档的中间值，和真值相差不超过2.5%。"
    "比率的中位数和四分位数，取这段时间里各月的比率，按最近名次。"
)
SMALL_PARTY = _("不足三人的单位不列比率：那会变成对某个人的评价；单位自己的负责人看得到本单位的。")

DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "response", _("响应率"), "responded", "ours",
        _("收到后24小时内受理的案件（自然时间，夜间和假日照算）"), OURS,
        _("重复件、不予受理的、不属本辖区职责的；刚收到还没受理的也在分母里"),
    ),
    Definition(
        "resolved", _("解决率"), "solved", "judged",
        _("以“已解决”结案的案件：经他人核查，或反映人确认"),
        _("以已解决、不予办理、现场未发现、问题已消失结案的案件"),
        _("重复件、不予受理的、不属本辖区职责的，和还没结案的"),
        ("unchecked", "no_answer"),
    ),
    Definition(
        "satisfied", _("满意率"), "satisfied", "answered",
        _("反映人说满意的案件（以最后一次为准）"), _("反映人说了满意或不满意的案件"),
        _("没有回应的、没有人可问的"),
        ("silent",),
    ),
    Definition(
        "closed", _("结案率"), "closed", "ours",
        _("已结案的案件，不论以什么方式"), OURS, NOT_OURS,
    ),
    Definition(
        "on_time", _("按期率"), "on_time", "timed",
        _("在处置时限内处置完成的案件"), _("有处置时限、已经处置完成的案件"),
        _("延期的、挂账的（另计），和还没处置完的（超时未办的见清单）"),
        ("extended", "paused"),
    ),
    Definition(
        "rework", _("返工率"), "reworked", "done",
        _("办过不止一轮的案件：核查没通过、反映人不满意，或结案后重开"),
        _("至少办完过一轮的案件"), NOT_OURS,
    ),
    Definition(
        "recurrence", _("复发率"), "came_back", "ours",
        _("在认定期内、同一处又发生的案件（关联了前一次）"), OURS, NOT_OURS,
    ),
    Definition(
        "within_grid", _("网格内办结率"), "within_grid", "settled",
        _("由网格员当场解决，或由网格队伍、物业、业委会、志愿者办成，没有上到街道以上的案件"),
        _("以已解决或当场解决（未核查）结案的案件"), _("以其他方式结案的"),
        ("unchecked",),
    ),
    Definition(
        "raised", _("提级率"), "raised", "ours",
        _("办理层级到了街道或区的案件"), OURS, NOT_OURS,
    ),
    Definition(
        "their_response", _("来件单位评：响应率"), "their_responded_yes", "their_responded",
        _("来件单位评“已响应”的案件；一件案件有几件来件的，都评“是”才算"), _("来件单位评过是否响应的案件"),
        _("还没评的、评“未说”的；并案的来件算在它自己的案件上"), is_theirs=True,
    ),
    Definition(
        "their_resolved", _("来件单位评：解决率"), "their_resolved_yes", "their_resolved",
        _("来件单位评“已解决”的案件；一件案件有几件来件的，都评“是”才算"), _("来件单位评过是否解决的案件"),
        _("还没评的、评“未说”的；并案的来件算在它自己的案件上"), is_theirs=True,
    ),
    Definition(
        "their_satisfied", _("来件单位评：满意率"), "their_satisfied_yes", "their_satisfied",
        _("来件单位评“满意”的案件；一件案件有几件来件的，都评“是”才算"), _("来件单位评过是否满意的案件"),
        _("还没评的、评“未说”的；并案的来件算在它自己的案件上"), is_theirs=True,
    ),
)  # fmt: skip
OF_NAME: Mapping[str, Definition] = {one.name: one for one in DEFINITIONS}

TIMES: Mapping[str, Promise] = {
    "to_done": _("从收到到处置完成"),
    "to_closed": _("从收到到结案"),
}

COUNT_NAMES: Mapping[str, Any] = {
    "received": _("收到"),
    "excluded": _("经复核剔除"),
    "duplicate": ENDINGS[Ending.DUPLICATE],
    "declined": ENDINGS[Ending.DECLINED],
    "not_ours": ENDINGS[Ending.NOT_OURS],
    "ours": _("应办"),
    "responded": _("24小时内受理"),
    "closed": _("已结案"),
    "solved": ENDINGS[Ending.SOLVED],
    "unchecked": ENDINGS[Ending.SOLVED_ON_SPOT_UNCHECKED],
    "no_answer": ENDINGS[Ending.NO_ANSWER],
    "not_found": ENDINGS[Ending.NOT_FOUND],
    "no_longer_there": ENDINGS[Ending.NO_LONGER_THERE],
    "wont_do": ENDINGS[Ending.WONT_DO],
    "judged": _("结案有结论"),
    "satisfied": _("满意"),
    "unsatisfied": _("不满意"),
    "silent": _("未回应"),
    "answered": _("有评价"),
    "timed": _("有时限且已处置完成"),
    "on_time": _("按期"),
    "extended": _("延期"),
    "paused": _("挂过账"),
    "done": _("办完过一轮"),
    "reworked": _("返工"),
    "came_back": _("复发"),
    "settled": _("办成"),
    "within_grid": _("网格内办成"),
    "raised": _("提级"),
    "their_responded": _("来件单位评过响应"),
    "their_responded_yes": _("来件单位评已响应"),
    "their_resolved": _("来件单位评过解决"),
    "their_resolved_yes": _("来件单位评已解决"),
    "their_satisfied": _("来件单位评过满意"),
    "their_satisfied_yes": _("来件单位评满意"),
}
