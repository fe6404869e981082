"""What the commands say: in one language, that of the terminal (LC_ALL, LC_MESSAGES, LANG), Chinese where it names none."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gezhi.config.options import LEDGER_FIELDS
from gezhi.kernel.refusal import Invalid, Refusal
from gezhi.kernel.sheet import BadSheet

NOTHING_SAID = frozenset({"", "C", "POSIX"})
TRADITIONAL = ("TW", "HK", "MO", "Hant")
# Which option a field of `init` was typed as.
OPTIONS = {
    "code": "--code",
    "name": "--name",
    "desk_name": "--desk",
    "standing_phone": "--phone",
    "phone": "--phone",
    "username": "--admin",
    "admin_username": "--admin",
    "admin_name": "--admin-name",
    "host": "--host-name",
    "time_zone": "--time-zone",
}
SAID: Final[Mapping[tuple[str, str] | str, Any]] = {
    ("code", "six_digits"): gettext_lazy("请写六位行政区划代码（GB/T 2260），例如 371072。"),
    ("code", "taken"): gettext_lazy("这个代码的办事处已经有了，请核对。"),
    ("name", "empty"): gettext_lazy("请写名称。"),
    ("time_zone", "unknown"): gettext_lazy("没有这个时区，请写成 Asia/Shanghai 这样。"),
    "missing_heads": gettext_lazy("表里缺少这些列：%(heads)s。请在表头一行照这样写上。"),
    "too_large": gettext_lazy("文件超过 %(limit)s MB，请分成几份。"),
    ("mapping", "unknown"): gettext_lazy(
        "--map 里的“%(name)s”不认识。等号右边请写其中一个：%(fields)s；不写就是不导入。"
    ),
    ("mapping", "no_such_head"): gettext_lazy(
        "--map 里的表头“%(head)s”找不到，或有几列同名。表里的表头有：%(heads)s。"
    ),
    ("mapping", "text"): gettext_lazy("看不出哪一列是问题描述。请加上 --map 表头=text。"),
    ("mapping", "twice"): gettext_lazy("有两列都成了“%(name)s”。请用 --map 表头= 去掉一列（等号右边不写）。"),
}


class Failed(Exception):
    """The command cannot do it; the message is the one clear sentence."""


def language() -> str:
    """zh-hans, zh-hant or en."""
    said = next((os.environ[one] for one in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(one)), "")
    place = said.partition(".")[0]
    if place in NOTHING_SAID or place.startswith("zh"):
        return "zh-hant" if any(one in place for one in TRADITIONAL) else "zh-hans"
    return "en"


@contextmanager
def speaking() -> Iterator[None]:
    """While open, texts are in the terminal's language. Only for what is printed: what is kept stays in the office's."""
    with translation.override(language()):
        yield


def sentence(refusal: Refusal) -> str:
    """One sentence: what is wrong, with which option or column, and what to do. Call it while `speaking`."""
    from gezhi.web.desk.keeper import why as on_a_page  # forms and all: only when something was refused

    field = refusal.field if isinstance(refusal, Invalid) else ""
    found = SAID.get((field, refusal.code)) or SAID.get(refusal.code)
    values = {**refusal.details, "fields": " ".join(LEDGER_FIELDS)}
    if "heads" in values:
        values["heads"] = _listed(values["heads"])
    said = str(found) % values if found else on_a_page(refusal)
    option = OPTIONS.get(field) if not isinstance(refusal, BadSheet) else None
    return _("%(option)s：%(sentence)s") % {"option": option, "sentence": said} if option else said


def _listed(heads: object) -> str:
    return (
        _("、").join(map(str, heads))
        if isinstance(heads, Iterable) and not isinstance(heads, str)
        else str(heads)
    )
