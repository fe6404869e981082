"""Names and homes taken out of what a group says: who it was is nobody's business who solves the matter. Pure.

What goes is replaced, so that the sentence still reads; nobody is shown what stood there. Made for what a copy holds: the names beside
the messages, the names called by @, a surname with a title, the flat behind a stairwell's number. Phone numbers and the like are masked
by `mask_private` after it.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from gezhi.channels.chat.layouts import Message
from gezhi.channels.chat.marks import called_in
from gezhi.kernel import persons

SHORTEST = 2  # signs of a name that is looked for in the words
_ENDING = re.compile(rf"(?:{persons.TITLES})$")
_PARTS = re.compile(r"[\s\-–—－_·•.,，。|/\\()（）\[\]【】:：~～!！@＠#]+|\d+")
_ROLES = frozenset((  # what people call themselves that is nobody's name, or that solving needs
    "物业", "物业公司", "业主", "群主", "群管理", "管理员", "管家", "物业管家", "楼管", "保安", "保洁", "客服", "前台", "社区", "居委会", "居委", "网格员", "业委会", "街道", "志愿者", "楼长", "维修", "工程部", "租户", "租客",
    "住户", "邻居", "匿名", "文件传输助手", "号楼", "单元", "一单元", "二单元", "三单元", "东户", "西户", "电梯", "垃圾", "路灯", "停车", "下水", "漏水", "停水", "停电", "小区", "大门", "门口", "楼道", "车库", "地库",
))  # fmt: skip


def names_of(
    messages: Iterable[Message], *, is_known: Callable[[str], bool] = lambda name: False
) -> list[str]:
    """Every name that a conversation shows, and the parts of it that may stand in somebody's words; longest first.

    is_known: whether a word is one that solving needs (a place, a thing): it is left alone although somebody calls himself that.
    """
    found: set[str] = set()
    for message in messages:
        own, *_company = re.split("[@＠]", message.sender, maxsplit=1)
        for name in (own, *called_in(message.text)):
            found.update({name.strip(), *_PARTS.split(name)})
    return sorted(
        (
            one
            for one in found
            if len(one) >= SHORTEST and one not in _ROLES and not one.isdigit() and not is_known(one)
        ),
        key=lambda one: (-len(one), one),
    )


def taking_out(names: Iterable[str]) -> Callable[[str], str]:
    """What takes these names, titled people and flats out of words. Building and stairwell stay: that is where it is.

    Linear in the words, however many names there are.
    """
    by_head: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names, key=len, reverse=True):
        by_head[name[:SHORTEST]].append(name)

    def quiet(words: str) -> str:
        return persons.quiet("".join(_nameless(words, by_head)))

    return quiet


def _nameless(words: str, by_head: Mapping[str, list[str]]) -> Iterator[str]:
    at = 0
    while at < len(words):
        known = by_head.get(words[at : at + SHORTEST], ())
        name = next((one for one in known if words.startswith(one, at)), "")
        yield _somebody(name) if name else words[at]
        at += len(name) or 1


def _somebody(name: str) -> str:
    title = _ENDING.search(name)
    return f"某{title[0]}" if title else persons.SOMEBODY


def home_of(sender: str) -> str:
    """Building and stairwell that somebody writes beside his name ("3-2-501李女士", "5号楼小王"), never the flat; "" without."""
    home = persons.HOME.search(sender) or re.search(
        r"(?<!\d)(?P<building>\d{1,3})\s*[-–—－]\s*(?P<stair>\d{1,2})(?!\d)", sender
    )
    if home:
        return f"{int(home['building'])}号楼{int(home['stair'])}单元"
    written = re.search(r"(?P<building>\d{1,3})\s*(?:号楼|栋|幢|#)(?:\s*(?P<stair>\d{1,2})\s*单元)?", sender)
    if not written:
        return ""
    return f"{int(written['building'])}号楼" + (f"{int(written['stair'])}单元" if written["stair"] else "")
