"""Why work is given back: the list that is chosen from; words of one's own are `other`. PURE but for what they are called."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from gezhi.kernel.refusal import Invalid

OTHER: Final = "other"
WHYS: Final[Mapping[str, Any]] = {
    "not_ours": _("不属本单位职责"),
    "not_our_place": _("不在服务范围"),
    "needs_others": _("需其他单位先办"),
    "unclear": _("情况说明不清"),
    "no_access": _("进不了场"),
    "no_means": _("人手或物资不足"),
    "already_done": _("已办或已在办"),
    OTHER: _("其他原因"),
}


def judged(why: str) -> str:
    """The code as it is kept: words alone are another reason than those of the list. Raises Invalid("why", "unknown")."""
    if why and why not in WHYS:
        raise Invalid("why", "unknown")
    return why or OTHER
