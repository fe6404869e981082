"""What one change did, in words: which field, what stood there, what stands there now."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from gezhi.catalogue.book import Words
from gezhi.catalogue.views import in_language
from gezhi.web import words
from gezhi.web.punctuation import series

NOTHING: Final = "—"
LONGEST: Final = 200
CLOCKS: Final[Mapping[str, Any]] = {
    "working": gettext_lazy("工作时间"),
    "round": gettext_lazy("日夜连续"),
}
FIELDS: Final[Mapping[str, Any]] = {
    "name": gettext_lazy("名称"),
    "plain": gettext_lazy("居民的说法"),
    "refer_to": gettext_lazy("不在这里办"),
    "refer_phone": gettext_lazy("电话"),
    "icon": gettext_lazy("图标"),
    "is_common": gettext_lazy("常见"),
    "dangerous": gettext_lazy("有危险"),
    "complains_of_party": gettext_lazy("反映物业服务"),
    "chain_text": gettext_lazy("由谁办"),
    "closed_on": pgettext_lazy("closing", "停用"),
    "label": gettext_lazy("立案条件"),
    "first_action": gettext_lazy("先做什么"),
    "is_default": gettext_lazy("默认"),
    "fix_minutes": gettext_lazy("办结时限"),
    "fix_clock": gettext_lazy("办结按什么时间算"),
    "make_safe_minutes": gettext_lazy("先做什么的时限"),
    "make_safe_clock": gettext_lazy("先做什么的时限按什么时间算"),
    "kinds": gettext_lazy("结案凭证"),
    "sentence": gettext_lazy("给核查人看的一句话"),
    "note": gettext_lazy("说明"),
    "value": gettext_lazy("数值"),
    "strength": gettext_lazy("分量"),
    "condition_code": gettext_lazy("有什么危险"),
    "call": gettext_lazy("马上打哪个电话"),
    "standing_phone": gettext_lazy("24 小时电话"),
    "parent_id": gettext_lazy("上一级"),
    "calendar": gettext_lazy("作息"),
    "is_intake": gettext_lazy("总受理席"),
    "parent": gettext_lazy("在哪里"),
    "grid": gettext_lazy("网格"),
    "households": gettext_lazy("户数"),
    "is_active": gettext_lazy("可以登录"),
    "ends_on": gettext_lazy("到哪天为止"),
}  # what else changes with them (the same in another form, where a figure comes from) is not said again


DAYS: Final[Mapping[str, Any]] = {
    "mon": gettext_lazy("周一"),
    "tue": gettext_lazy("周二"),
    "wed": gettext_lazy("周三"),
    "thu": gettext_lazy("周四"),
    "fri": gettext_lazy("周五"),
    "sat": gettext_lazy("周六"),
    "sun": gettext_lazy("周日"),
}
LISTS: Final[Mapping[str, Any]] = {
    "holidays": gettext_lazy("放假的日子"),
    "makeup_days": gettext_lazy("调休上班的日子"),
    "known_years": gettext_lazy("已有节假日表的年份"),
}


def said(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> list[str]:
    """「停用：— → 2026-03-02」, one line for each field that has a name. names: of what is kept by id or code."""
    known = names or {}
    fields = [name for name in FIELDS if name in before or name in after]
    lines = [
        _line(FIELDS[name], _value(name, before.get(name), known), _value(name, after.get(name), known))
        for name in fields
    ]
    return lines + _hours(before.get("hours") or {}, after.get("hours") or {})


def _line(field: Any, before: str, after: str) -> str:
    return _("%(field)s：%(before)s → %(after)s") % {"field": field, "before": before, "after": after}


def _value(name: str, value: Any, names: Mapping[str, str]) -> str:
    if value is True or value is False:
        return _("是") if value else _("否")
    if value is None or value == "":
        return NOTHING
    if name.endswith("_minutes"):
        return _("%(n)s 分钟") % {"n": value}
    if name.endswith("_clock"):
        return str(CLOCKS.get(value, value))
    if isinstance(value, Mapping):
        return in_language(Words(**value), get_language() or "")[:LONGEST] or NOTHING
    if isinstance(value, list):
        return series(words.of(words.PROOFS, one) for one in value)[:LONGEST]
    return names.get(str(value), str(value))[:LONGEST]


def _hours(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The days of the week whose periods changed, and the days that came into a list or went out of it."""
    if not before or not after:
        return []
    weeks = before["week"], after["week"]
    week = [
        _line(label, *(series(one.get(day, [])) or NOTHING for one in weeks))
        for day, label in DAYS.items()
        if weeks[0].get(day, []) != weeks[1].get(day, [])
    ]
    return week + [line for name in LISTS for line in _moved(name, before[name], after[name])]


def _moved(name: str, before: list[Any], after: list[Any]) -> list[str]:
    new = [str(one) for one in after if one not in before]
    gone = [str(one) for one in before if one not in after]
    came = [_("%(field)s：加上 %(days)s") % {"field": LISTS[name], "days": series(new)}] if new else []
    return came + (
        [_("%(field)s：去掉 %(days)s") % {"field": LISTS[name], "days": series(gone)}] if gone else []
    )
