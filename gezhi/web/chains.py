"""Who handles a category and who next, in the reader's language: "小区：物业 → 街面：市政（仅限市政道路）".

The names and notes of the lists that come with the product are translated; one that an office wrote itself stays as written.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from gezhi.web import words

if TYPE_CHECKING:
    from gezhi.catalogue.book import Link

JOINS: Final = {"then": " → ", "or": " / ", "with": " + "}
PLACES: Final[Mapping[str, Any]] = {
    "street": gettext_lazy("街面：%(who)s"),
    "compound": gettext_lazy("小区：%(who)s"),
}
NAMES: Final = (
    gettext_noop("产权单位"),
    gettext_noop("交警"),
    gettext_noop("住建"),
    gettext_noop("供水单位"),
    gettext_noop("供热单位"),
    gettext_noop("供电单位"),
    gettext_noop("充电桩运营单位"),
    gettext_noop("公安"),
    gettext_noop("园林"),
    gettext_noop("城管"),
    gettext_noop("市场监管"),
    gettext_noop("市政"),
    gettext_noop("应急"),
    gettext_noop("开挖单位"),
    gettext_noop("执法"),
    gettext_noop("执法中队"),
    gettext_noop("排水单位"),
    gettext_noop("权属单位"),
    gettext_noop("水务"),
    gettext_noop("水电气暖单位"),
    gettext_noop("消防"),
    gettext_noop("照明"),
    gettext_noop("燃气单位"),
    gettext_noop("环卫"),
    gettext_noop("生态环境"),
    gettext_noop("电梯维保单位"),
    gettext_noop("规划"),
    gettext_noop("通信运营商"),
)
NOTES: Final = (
    gettext_noop("仅限市政道路，小区内的可提交会商"),
    gettext_noop("制定劝离计划"),
    gettext_noop("动用维修资金"),
    gettext_noop("劝导"),
    gettext_noop("劝阻并报告"),
    gettext_noop("四家"),
    gettext_noop("施工噪声"),
    gettext_noop("物业联席会议"),
    gettext_noop("社会生活噪声"),
    gettext_noop("经营噪声"),
    gettext_noop("网格长分办"),
    gettext_noop("负责警戒"),
)


def said(chain: "Sequence[Link]") -> str:
    """The whole chain; "" for none. The side of the fence is said where it changes."""
    text, where = "", ""
    for link in chain:
        who = _name(link)
        if link.where and link.where != where:
            who = PLACES[link.where] % {"who": who}
        text += (JOINS[link.join] if text else "") + who
        where = link.where
    return text


def _name(link: "Link") -> str:
    who = _(link.agency) if link.agency else words.of(words.PARTY_LEVELS, link.party)
    return _("%(who)s（%(note)s）") % {"who": who, "note": _(link.note)} if link.note else who
