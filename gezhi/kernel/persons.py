"""Who somebody is and behind which door he lives, found in his words: titled names, names after a cue, flats. Pure.

Made for words in which nobody says names beside what they are about: a bare name without title or cue is not known from here.
Building and stairwell stay: that is where the matter is. Phone numbers and the like are `private.py`.
"""

import re
from collections.abc import Iterator

from gezhi.kernel.private import Span, apart

SOMEBODY, SOME_FLAT = "某人", "某户"
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎潘杜戴夏钟汪田任姜范石姚谭廖邹熊"
    "金陆郝孔崔康毛邱秦江史顾侯邵孟龙万雷钱汤尹黎易武乔贺赖龚文"
)
TITLES = "女士|先生|小姐|阿姨|大爷|大妈|大姐|大哥|大叔|大娘|奶奶|爷爷|叔叔|老师|师傅|经理|主任|书记|队长|站长|组长|楼长|医生|大夫|姐|哥"
_TITLED = re.compile(rf"(?<![老小])[{_SURNAMES}](?P<title>{TITLES})")
_CUED = re.compile(
    rf"(?P<cue>我叫|本人姓名|姓名|联系人|业主姓名|户主)(?P<gap>\s*[:：是为]?\s*)(?P<name>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?![\u4e00-\u9fff])"
)
_NUMBERS = r"(?P<building>\d{1,3})\s*[-–—－]\s*(?P<stair>\d{1,2})\s*[-–—－]\s*(?P<flat>\d{3,4})"
HOME = re.compile(rf"(?<![\d-])(?:#?){_NUMBERS}(?![\d-])")
_FLAT = re.compile(
    r"(?<=[楼栋元门幢梯号住])\s*\d{3,4}\s*(?:室|户|房)?(?![\d\-年元块号米个平%路])|(?<![\d\-])\d{3,4}\s*(?:室|户|号房)"
)


def quiet(words: str) -> str:
    """The same words with 某人, 某先生 and 某户 where somebody or his door was named, so that the sentence still reads."""
    words = HOME.sub(lambda home: f"{home['building']}号楼{home['stair']}单元{SOME_FLAT}", words)
    words = _FLAT.sub(SOME_FLAT, words)
    words = _CUED.sub(lambda one: f"{one['cue']}{one['gap']}{SOMEBODY}", words)
    return _TITLED.sub(lambda one: f"某{one['title']}", words)


def person_spans(text: str) -> list[Span]:
    """What `quiet` takes out, in order, none overlapping another. kind: name, home."""
    return apart(_all_spans(text))


def _all_spans(text: str) -> Iterator[Span]:
    for pattern in (HOME, _FLAT):
        yield from (Span(*found.span(), "home") for found in pattern.finditer(text))
    yield from (Span(*found.span("name"), "name") for found in _CUED.finditer(text))
    yield from (Span(*found.span(), "name") for found in _TITLED.finditer(text))
