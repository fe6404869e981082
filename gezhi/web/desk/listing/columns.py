"""Which columns a list of cases has: the usual ones, or those somebody chose for this list or its view."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy

COLUMNS: Mapping[str, Any] = {
    "clock": gettext_lazy("时限"),
    "at": gettext_lazy("位置"),
    "what": gettext_lazy("事项"),
    "state": gettext_lazy("状态"),
    "who": gettext_lazy("轮到谁，多久了"),
    "next": gettext_lazy("下一步"),
    "received": gettext_lazy("收到"),
    "channel": gettext_lazy("来源"),
    "level": gettext_lazy("层级"),
    "round": gettext_lazy("轮次"),
    "number": gettext_lazy("编号"),
}
ALWAYS = "at"  # it holds the link to the case
OF_CLOSED = ("at", "what", "state", "who", "number")  # no clock runs, nothing comes next
WHO_CLOSED = gettext_lazy("谁办的，哪天办结")
USUAL = ("clock", "at", "what", "state", "who", "next", "number")
# left out where a row is a cell of a phone
ROOMY = frozenset({"who", "next", "received", "channel", "level", "round"})


def sound(asked: Iterable[str]) -> tuple[str, ...]:
    """Those of the codes that there are, in the list's order, with the one that is always there; () where none is left."""
    wanted = set(asked) & set(COLUMNS)
    return tuple(code for code in COLUMNS if code in wanted or code == ALWAYS) if wanted else ()


def shown(*choices: Iterable[str]) -> tuple[str, ...]:
    """The first choice that says anything, else the usual columns."""
    return next(filter(None, map(sound, choices)), USUAL)
