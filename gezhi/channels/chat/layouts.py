"""A conversation as somebody copied it out of WeChat or WeCom, read into messages: who, when, what. Pure; linear in its length.

Each program writes the name beside a message in its own way. A layout is the shape of that one line; which of them a paste is
written in is told by counting, and a paste in none of them is read line by line, by nobody, and says so.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from gezhi.channels.chat.marks import is_system_line
from gezhi.channels.chat.moments import MOMENT, day_of, moment_of

MOST_SIGNS = 200_000  # of one paste
MOST_MESSAGES = 2_000
_NAME_SIGNS = 40
_UNNAMED = re.sub(r"\(\?P<\w+>", "(?:", MOMENT)
_LABELS = frozenset((  # what stands before a colon and is nobody's name
    "时间", "地点", "地址", "位置", "电话", "手机", "联系电话", "联系人", "姓名", "问题", "事由", "情况", "内容", "备注", "说明", "原因", "类别",
    "编号", "单号", "日期", "小区", "楼号", "房号", "建议", "诉求", "要求", "结果", "处理结果", "回复", "答复", "附", "注", "如下", "例如", "比如",
    "注意", "提醒", "通知", "温馨提示", "http", "https",
))  # fmt: skip
_TIME_ALONE = re.compile(_UNNAMED, re.IGNORECASE)
_GROUP = re.compile(
    r"^(?:群聊)?[“”\"「](?P<a>[^“”\"「」\n]{2,40})[“”\"」](?:的(?:微信)?聊天记录.{0,8})?$|^(?:群聊[:：]?\s*)?(?P<b>[^\s“”\"「」:：]{2,30}群)(?:\s*[(（]\d{1,4}[)）])?$"
)
HEAD_LINES = 3
_FRAME = re.compile(
    r"^(?:微信)?聊天记录$|^群聊[“\"「:：]|的(?:微信)?聊天记录(?:如下)?[:：,，。]?$|^Dear[:：]?$|^Hi[,，:：]?$|^如下是",
    re.IGNORECASE,
)


class TooLong(ValueError):
    """More than MOST_SIGNS signs or MOST_MESSAGES messages. `.most`, `.of`: "signs" or "messages"."""

    def __init__(self, most: int, of: str) -> None:
        super().__init__(f"at most {most} {of}")
        self.most, self.of = most, of


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said. sender: the name in the group, "" when the paste does not tell. at: None when no day is known."""

    sender: str
    at: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a paste holds, in its order. layout: a key of LAYOUTS, or "lines" when it is in none of them."""

    layout: str
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class _Head:
    """The line above or before a message. rest: what of the message stands in the same line."""

    sender: str
    when: str = ""
    rest: str = ""


def _by(pattern: str) -> Callable[[str], _Head | None]:
    whole = re.compile(pattern, re.IGNORECASE)

    def head(line: str) -> _Head | None:
        found = whole.fullmatch(line)
        if not found:
            return None
        parts = found.groupdict(default="")
        sender = parts["sender"].strip(" \t\u3000:：")
        return _Head(sender, parts.get("when", ""), parts.get("rest", "").strip()) if sender else None

    return head


_SENDER = rf"(?P<sender>[^\n]{{1,{_NAME_SIGNS}}}?)"
_SHORT = r"(?P<sender>[^\s:：][^:：]{0,23})"
_WHEN = rf"[\[(（]?(?P<when>{_UNNAMED})[\])）]?"


def _named(line: str) -> _Head | None:
    found = _colon(line)
    return None if found is None or found.sender.casefold() in _LABELS or found.sender.isdigit() else found


_colon = _by(rf"{_SHORT}[:：](?!//)[ \t\u3000]*(?P<rest>.*)")
# Likeliest first: of two that fit as often the upper one counts.
LAYOUTS: dict[str, Callable[[str], _Head | None]] = {
    "name and time": _by(
        rf"{_SENDER}[ \t\u3000]+{_WHEN}[ \t]*[:：]?"
    ),  # WeChat and WeCom on a computer, mailed records
    "time and name": _by(rf"{_WHEN}[ \t\u3000]+{_SENDER}[:：]?"),  # copied from a phone, exports
    "time, name and words": _by(rf"{_WHEN}[ \t\u3000]*{_SHORT}[:：][ \t\u3000]*(?P<rest>.+)"),
    "name and words": _named,  # several messages marked and copied in one go
}


def group_of(text: str) -> str:
    """The name of the group that stands above what was copied: 群聊"悦海花园邻里群"; "" without."""
    for line in text[:1000].splitlines()[:HEAD_LINES]:
        if found := _GROUP.search(line.strip()):
            return found["a"] or found["b"]
    return ""


def read(text: str, *, today: date, tz: tzinfo) -> Conversation:
    """The messages of a paste, without the lines that the program itself wrote.

    today: the day of the paste, for 昨天 and a time alone. Raises TooLong.
    """
    if len(text) > MOST_SIGNS:
        raise TooLong(MOST_SIGNS, "signs")
    lines = [line.strip(" \t\u3000\ufeff\u200b\u200e\u200f") for line in text.splitlines()]
    lines = _heads_in_one_line(lines)
    layout = _layout_of(lines)
    said = _Said(today, tz)
    for line in lines:
        said.line(line, LAYOUTS[layout](line) if layout in LAYOUTS else None, by_line=layout == "lines")
    messages = tuple(said.messages())
    if len(messages) > MOST_MESSAGES:
        raise TooLong(MOST_MESSAGES, "messages")
    return Conversation(layout, messages)


def _heads_in_one_line(lines: list[str]) -> list[str]:
    """Some phones put the name in one line and the time in the next: both in one."""
    taken: list[str] = []
    for line in lines:
        if taken and 0 < len(taken[-1]) <= _NAME_SIGNS and _TIME_ALONE.fullmatch(line):
            line = f"{taken.pop()} {line}"
        taken.append(line)
    return taken


def _layout_of(lines: list[str]) -> str:
    counts = {name: sum(head(line) is not None for line in lines) for name, head in LAYOUTS.items()}
    dated = {name: count for name, count in counts.items() if name != "name and words"}
    best = max(dated, key=lambda name: dated[name])
    if dated[best]:
        # a time with words behind it is also "time and name"
        return "time, name and words" if dated["time, name and words"] >= dated[best] else best
    filled = sum(bool(line) for line in lines)
    return "name and words" if counts["name and words"] * 4 >= filled else "lines"


@dataclass
class _Said:
    """The messages so far; the last one is still being read."""

    today: date
    tz: tzinfo
    day: date | None = None
    found: list[tuple[_Head, datetime | None, list[str]]] = field(default_factory=list)

    def line(self, line: str, head: _Head | None, *, by_line: bool) -> None:
        """Take the next line of the paste."""
        if day := day_of(line, self.today):
            self.day = day
        elif head is not None and not is_system_line(line):
            at = moment_of(head.when, self.today, self.day, self.tz) if head.when else None
            self.day = at.date() if at else self.day
            self.found.append((head, at, [head.rest] if head.rest else []))
        elif by_line and line:
            self.found.append((_Head(""), None, [line]))
        elif self.found:
            self.found[-1][2].append(line)
        elif line and not _FRAME.search(line):
            self.found.append((_Head(""), None, [line]))

    def messages(self) -> Iterator[Message]:
        """Those in which a person said something."""
        for head, at, lines in self.found:
            text = "\n".join(line for line in lines if not is_system_line(line)).strip()
            if text and not _FRAME.search(text):
                yield Message(head.sender, at, text)
