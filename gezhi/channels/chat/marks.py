"""What stands in a message instead of what cannot be copied: [图片], [强], @somebody, lines of the program itself. Pure."""

import re

PICTURE = re.compile(r"[\[【](?:图片|照片|圖片|相片|Photo|Image|Picture)[\]】]", re.IGNORECASE)
# Kept out of the words: what the clerk has to hear or open in the chat itself.
ELSEWHERE = re.compile(
    r"[\[【](?:视频|短视频|小视频|语音|文件|位置|链接|聊天记录|视频通话|语音通话|名片|小程序|音乐|"
    r"影片|語音|檔案|Video|Voice|File|Location|Link|Sticker)(?:[^\]】]{0,40})[\]】](?:[ \t]*\d{1,3}(?:\"|″|秒))?",
    re.IGNORECASE,
)
_EMOTICON = re.compile(r"\[[\u4e00-\u9fffA-Za-z]{1,4}\]")  # [微笑] [强] [OK]; after the two above
_TITLES = "经理|主任|书记|师傅|管家|老师|女士|先生|站长|队长|组长|大姐|大哥|阿姨"
# What stands behind an @: everybody; whom the program itself marked off; a role or a title where it was typed by hand; else up to the next space or sign.
_NAMED = re.compile(
    r"[@＠](?:所有人|all\b|(?P<marked>[^\n@＠]{1,32}?)\u2005|(?P<role>物业(?:管家|客服|公司)?|网格员|居委会|社区|业委会|管家|客服|群主)(?![\u4e00-\u9fff]{1,3}[ \u3000])"
    rf"|(?P<titled>[\u4e00-\u9fff]{{1,3}}?(?:{_TITLES}))|(?P<named>[^\s@＠,，。:：;；!！?？]{{1,24}}))[\u3000 ]?",
    re.IGNORECASE,
)
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\U000e0000-\U000e007f\ufe0f\u200d\u20e3]+"
)
_QUOTE = re.compile(
    r"^[「“\"](?P<who>[^」”\"\n:：]{1,40})[:：](?P<said>.*?)[」”\"]\s*\n\s*(?:[-—–]\s*){5,}\n?", re.DOTALL
)
_REPLY = re.compile(
    r"^(?:回复|引用|Reply to)\s*[@「“]?(?P<who>[^:：\n」”]{1,40})[」”]?[:：](?P<said>[^\n]*)\n+",
    re.IGNORECASE,
)
_SYSTEM = re.compile(
    r"撤回了一条消息|recalled a message|加入了?群聊|邀请.{1,60}(?:加入|进)了?群|移出了?群聊|退出了?群聊|修改群名为|拍了拍|"
    r"以上是打招呼的内容|你已添加了|成为新群主|开启了群|发起了(?:群接龙|位置共享|语音通话|视频通话)|领取了.{0,30}红包|"
    r"发出红包|发了一个红包|群公告|joined the group|invited .{1,60} to the group|tickled|消息已过期|以下为新消息|以下是新消息"
)


def is_system_line(text: str) -> bool:
    """Whether the program said it, not a person: joined, recalled, patted. Long texts are people's."""
    return len(text) <= 80 and bool(_SYSTEM.search(text))


def pictures_in(text: str) -> int:
    """How many pictures the message shows in the chat."""
    return len(PICTURE.findall(text))


def elsewhere_in(text: str) -> bool:
    """Whether there is something to hear or to open that a copy does not bring."""
    return bool(ELSEWHERE.search(text))


def called_in(text: str) -> list[str]:
    """Who is called by @, as written; roles (@物业) are nobody's name."""
    found = _NAMED.finditer(text)
    return [name for one in found if (name := one["marked"] or one["titled"] or one["named"])]


def split_reply(text: str) -> tuple[str, str]:
    """(what somebody else had said, the reply); ("", text) where it is none."""
    found = _QUOTE.match(text) or _REPLY.match(text)
    return (found["said"].strip(), text[found.end() :].strip()) if found else ("", text)


def words_of(text: str) -> str:
    """The words alone: no marks, no emoji, nobody called by @. "" when nothing is left."""
    for pattern in (PICTURE, ELSEWHERE, _EMOTICON, _NAMED, _EMOJI):
        text = pattern.sub(" ", text)
    lines = (re.sub(r"[ \t\u2005\u3000]+", " ", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)
