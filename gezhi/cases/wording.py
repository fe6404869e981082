"""What a case's states, endings and levels are called: the same on every screen of the staff, in the exported ledger and in docs/states.md.

The names are those of the design (states) and of the glossary. What the next person does about it is said in web/words.py.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gezhi.cases.lifecycle import Ending, Level, State

STATES: Mapping[str, Any] = {
    State.REPORTED: _("已上报"),
    State.ASKED: _("待补充"),
    State.OPENED: _("已立案"),
    State.DISPATCHED: _("已派遣"),
    State.IN_HAND: _("处置中"),
    State.TO_CHECK: _("待核查"),
    State.TO_CONFIRM: _("待回访"),
    State.CLOSED: _("已结案"),
}

ENDINGS: Mapping[str, Any] = {
    Ending.SOLVED: _("已解决"),
    Ending.SOLVED_ON_SPOT_UNCHECKED: _("当场解决（未核查）"),
    Ending.NOT_FOUND: _("现场未发现"),
    Ending.NO_LONGER_THERE: _("问题已消失"),
    Ending.NOT_OURS: _("不属本辖区职责"),
    Ending.WONT_DO: _("不予办理"),
    Ending.DUPLICATE: _("重复件"),
    Ending.DECLINED: pgettext_lazy("happened", "不予受理"),
    Ending.NO_ANSWER: _("回访无回应"),
}

LEVELS: Mapping[str, Any] = {
    Level.GRID: _("网格"),
    Level.COMPOUND: _("小区"),
    Level.COMMUNITY: _("社区"),
    Level.SUBDISTRICT: _("街道"),
    Level.DISTRICT: _("区级"),
}


def of(table: Mapping[str, Any], code: str) -> str:
    """The words for a code in the language in force; a code that this version does not know is shown as it is."""
    return str(table.get(code, code))
