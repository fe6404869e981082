"""Names and homes taken out of what a group says: who it was is nobody's business who solves the matter. Pure.

What goes is replaced, so that the sentence still reads; nobody is shown what stood there. Made for what a copy holds: the names beside
the messages, the names called by @, a surname with a title, the flat behind a stairwell's number. Phone numbers and the like are masked
by `mask_private` after it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from gezhi.channels.chat.layouts import Message
from gezhi.channels.chat.marks import called_in
from gezhi.kernel import persons

MOST_NAMES = 4_000  # of one paste: whoever speaks, two thousand at most, then whoever is called by @
SHORTEST = 2  # signs of a name that is looked for in the words
_ENDING = re.compile(rf"(?:{persons.TITLES})$")
_PARTS = re.compile(r"[\s\-–—－_·•.,，。|/\\()（）\[\]【】:：~～!！@＠#]+|\d+")
_ROLES = frozenset((  # what people call themselves that is nobody's name, or that solving needs
    "物业", "物业公司", "业主", "群主", "群管理", "管理员", "管家", "物业管家", "楼管", "保安", "保洁", "客服", "前台", "社区", "居委会", "居委", "网格员", "业委会", "街道", "志愿者", "楼长", "维修", "工程部", "租户", "租客",
    "住户", "邻居", "匿名", "文件传输助手", "号楼", "单元", "一单元", "二单元", "三单元", "东户", "西户", "电梯", "垃圾", "路灯", "停车", "下水", "漏水", "停水", "停电", "小区", "大门", "门口", "楼道", "车库", "地库",
))  # fmt: skip


def names_of(
    messages: Sequence[Message], *, is_known: Callable[[str], bool] = lambda name: False
) -> list[str]:
    """Every name that a conversation shows, and the parts of it that may stand in somebody's words; longest first; of those called by @ no more than MOST_NAMES leaves.

    is_known: whether a word is one that solving needs (a place, a thing): it is left alone although somebody calls himself that.
    """
    written: dict[str, None] = {}
    for message in messages:
        written.setdefault(re.split("[@＠]", message.sender, maxsplit=1)[0])
    for message in messages:
        written.update(dict.fromkeys(called_in(message.text)))
    found: dict[str, None] = {}
    for name in islice(written, MOST_NAMES):
        found.update(dict.fromkeys((name.strip(), *_PARTS.split(name))))
    return sorted(
        (
            one
            for one in found
            if len(one) >= SHORTEST and one not in _ROLES and not one.isdigit() and not is_known(one)
        ),
        key=lambda one: (-len(one), one),
    )


class _Node(dict[str, "_Node"]):
    """Where a name goes on, sign by sign. name: the one that ends here."""

    name = ""


def taking_out(names: Iterable[str]) -> Callable[[str], str]:
    """What takes these names, titled people and flats out of words. Building and stairwell stay: that is where it is.

    Large and small letters are the same. Linear in the words, however many names there are.
    """
    root = _Node()
    for name in names:
        node = root
        for sign in _even(name):
            node = node.setdefault(sign, _Node())
        node.name = node.name or name

    def quiet(words: str) -> str:
        return persons.quiet("".join(_nameless(words, root)))

    return quiet


def _nameless(words: str, root: _Node) -> Iterator[str]:
    even, at = _even(words), 0
    while at < len(words):
        name = _longest(even, at, root)
        yield _somebody(name) if name else words[at]
        at += len(name) or 1


def _longest(even: str, at: int, root: _Node) -> str:
    """The longest name that begins here; none in the middle of a Latin word. As many steps as a name has signs, at most."""
    node: _Node | None = root
    name, end = "", at
    while end < len(even) and (node := node.get(even[end]) if node else None) is not None:
        end += 1
        if node.name and not _is_inside_word(even, end):
            name = node.name
    return "" if _is_inside_word(even, at) else name


def _is_inside_word(even: str, at: int) -> bool:
    return 0 < at < len(even) and all(sign.isascii() and sign.isalpha() for sign in even[at - 1 : at + 1])


def _even(text: str) -> str:
    """In small letters, of the same length."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(sign.lower()[0] for sign in text)


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
