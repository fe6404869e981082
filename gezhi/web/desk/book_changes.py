"""What one change of the book did, in words: which field, what stood there, what stands there now."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from gezhi.catalogue.book import Words
from gezhi.catalogue.views import in_language

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
    "make_safe_minutes": gettext_lazy("先期处置时限"),
    "make_safe_clock": gettext_lazy("先期处置按什么时间算"),
}  # what else changes with them (the same in another form, where a figure comes from) is not said again


def said(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """「停用：— → 2026-03-02」, one line for each field that has a name."""
    fields = [name for name in FIELDS if name in before or name in after]
    return [
        _("%(field)s：%(before)s → %(after)s")
        % {
            "field": FIELDS[name],
            "before": _value(name, before.get(name)),
            "after": _value(name, after.get(name)),
        }
        for name in fields
    ]


def _value(name: str, value: Any) -> str:
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
    return str(value)[:LONGEST]
