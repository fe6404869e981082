"""What in a conversation reads as a problem: the lines of one voice put together, thanks and chatter left aside. Pure.

Only a proposal: the clerk sees every message, takes what was left aside, leaves what was taken. Made for recall among what people
complain of; an office's own words come from its lexicon, which the caller asks by `speaks_of`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from gezhi.channels.chat.layouts import Message
from gezhi.channels.chat.marks import elsewhere_in, pictures_in, split_reply, words_of

BELONGS_TOGETHER = timedelta(minutes=5)
OTHERS_BETWEEN = 4  # messages of others that may stand between two of one voice
FEWEST_SIGNS = 4
QUOTED_SIGNS = 20  # of what a reply quotes: enough to know it

_WRONG = re.compile(
    r"坏|漏|堵|破|碎|裂|断|塌|陷|翘|锈|松动|脱落|掉下|掉落|掉砖|掉皮|缺[了失]|丢失|不亮|不见了|没亮|黑灯|没电|停电|没水|停水|不热|不转|不通|不走|不动|打不开|关不上|关不严|"
    r"进水|积水|渗水|冒水|反味|返味|异味|臭|脏|垃圾|堆[放满积物]|乱[堆放停贴扔倒搭涂]|占[用着了]|挡[住着路]|堵[着住]|小广告|僵尸车|飞线|违停|违建|"
    r"噪音|扰民|太吵|吵得|遛狗|狗屎|狗粪|老鼠|蟑螂|蚊子|电梯[^，。]{0,8}(?:停|困|响|抖|晃|卡)|困人|燃气味|煤气味|着火|冒烟|高空抛|摔[了倒跤]|绊|危险|隐患|"
    r"没人[管修扫理]|不管|不修|怎么还没|什么时候[能才]?修|投诉|反映|维修|报修|修一下|修一修|处理一下|清理一下|看一下|管一管|管管|跳闸|短路|倾斜|松了|歪了|倒了"
)
_SETTLED = re.compile(
    r"^(?:好(?:的|[，。！,.!~～\s]|$)|收到|谢谢|感谢|辛苦|没问题|知道了|明白|ok|嗯+|哦+|是的|对(?:的|[，。！,.!\s]|$)|可以(?:的|[，。！,.!\s]|$)|马上(?:安排|处理|过去|来)|已(?:安排|处理|修好|清理|解决|派|联系|登记|报)|"
    r"修好了|清理完|处理完|搞定|正在(?:处理|维修|安排)|这就|稍等|安排人|师傅(?:已|马上))",
    re.IGNORECASE,
)
_ECHO = re.compile(
    r"^(?:\+1|＋1|加一|同[求问感上]|一样|我[家们也]?(?:家|们|这|那)?(?:也|同样)[^，。]{0,8}|俺[家们]?也[^，。]{0,8}|"
    r"[\d一二三四五六七八九十]{1,3}(?:号楼|栋|单元|楼|层)?也[是有没坏漏][^，。]{0,6}|me too)[。！!~～]*$",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(r"温馨提示|各位业主|各位居民|尊敬的|通知[:：]|接龙|转发|https?://")


@dataclass(frozen=True, slots=True)
class Problem:
    """One voice on one matter. words: without marks, names called and emoji. picture_marks: which of the conversation's pictures are its own, from 0.

    messages: their places in the conversation, the first one counts for knowing it again. is_likely: it reads as a problem.
    echo_of: the place of the problem in this list that it says again ("我家也是"). quoted: what it answers.
    """

    sender: str
    messages: tuple[int, ...]
    words: str
    picture_marks: tuple[int, ...] = ()
    is_likely: bool = False
    echo_of: int | None = None
    quoted: str = ""
    has_more_in_chat: bool = False


def problems_in(
    messages: Sequence[Message], *, speaks_of: Callable[[str], bool] = lambda words: False
) -> list[Problem]:
    """Every voice of a conversation, in its order, the likely ones marked. Nobody's message is missing.

    speaks_of: whether the office's own words say that a text names something it deals with.
    """
    found: list[Problem] = []
    latest: dict[str, int] = {}  # sender → his newest one in `found`
    picture = 0
    for place, message in enumerate(messages):
        count = pictures_in(message.text)
        one = _alone(place, message, tuple(range(picture, picture + count)), speaks_of)
        picture += count
        before = latest.get(message.sender) if message.sender else None
        if before is not None and _goes_on(found[before], one, messages):
            found[before] = _together(found[before], one)
            continue
        if one.echo_of is not None:
            one = replace(one, echo_of=_said_before(found, message.sender))
        elif one.quoted and one.is_likely:
            one = replace(one, echo_of=_answered(found, one.quoted))
        latest[message.sender] = len(found)
        found.append(one)
    return found


def _alone(place: int, message: Message, marks: tuple[int, ...], speaks_of: Callable[[str], bool]) -> Problem:
    quoted, own = split_reply(message.text)
    words = words_of(own)
    is_echo = bool(_ECHO.match(words))
    is_likely = is_echo or _reads_as_problem(words, speaks_of)
    return Problem(
        message.sender,
        (place,),
        words,
        marks,
        is_likely,
        -1 if is_echo else None,
        words_of(quoted),
        elsewhere_in(own),
    )


def _reads_as_problem(words: str, speaks_of: Callable[[str], bool]) -> bool:
    if len(words) < FEWEST_SIGNS or _ANNOUNCED.search(words):
        return False
    if _SETTLED.match(words):
        return False
    return bool(_WRONG.search(words)) or speaks_of(words)


def _goes_on(before: Problem, one: Problem, messages: Sequence[Message]) -> bool:
    """Whether one voice goes on: soon after, hardly interrupted, and what was said does not stand alone."""
    last, here = messages[before.messages[-1]], messages[one.messages[0]]
    if one.messages[0] - before.messages[-1] > OTHERS_BETWEEN + 1:
        return False
    if last.at is not None and here.at is not None and here.at - last.at > BELONGS_TOGETHER:
        return False
    if one.echo_of is not None or _SETTLED.match(one.words):
        return False
    stands_alone = before.is_likely and one.is_likely and not one.quoted and _begins_anew(one.words)
    return not stands_alone


def _begins_anew(words: str) -> bool:
    return bool(
        re.match(r"(?:另外|还有[一个件]|再反映|再说|第[二三四]|[2-9二三四][、.．)）]|顺便|对了)", words)
    ) or bool(re.search(r"\d+\s*(?:号楼|栋|单元)", words))


def _together(before: Problem, one: Problem) -> Problem:
    return replace(
        before,
        messages=before.messages + one.messages,
        words="\n".join(filter(None, (before.words, one.words))),
        picture_marks=before.picture_marks + one.picture_marks,
        is_likely=before.is_likely or one.is_likely,
        quoted=before.quoted or one.quoted,
        has_more_in_chat=before.has_more_in_chat or one.has_more_in_chat,
    )


def _said_before(found: Sequence[Problem], sender: str) -> int | None:
    """The newest problem of somebody else that is no echo itself."""
    for place in range(len(found) - 1, -1, -1):
        if found[place].is_likely and found[place].echo_of is None and found[place].sender != sender:
            return place
    return None


def _answered(found: Sequence[Problem], quoted: str) -> int | None:
    """The newest problem whose words are quoted."""
    head = quoted.split("\n")[0][:QUOTED_SIGNS]
    if len(head) < FEWEST_SIGNS:
        return None
    places = (place for place in range(len(found) - 1, -1, -1) if found[place].is_likely)
    return next(
        (place for place in places if found[place].echo_of is None and head in found[place].words), None
    )
