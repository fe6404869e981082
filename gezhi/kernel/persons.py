"""Who somebody is and behind which door he lives, found in his words: titled names, names after a cue, flats. Pure.

Made for words in which nobody says names beside what they are about: a bare name without title or cue is not known from here.
Building and stairwell stay: that is where the matter is. Phone numbers and the like are `private.py`.
"""

import re
import unicodedata
from collections.abc import Iterator

from gezhi.kernel.hidden import HIDDEN
from gezhi.kernel.private import Span, apart, mask_private

SOMEBODY, SOME_FLAT = "某人", "某户"
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎潘杜戴夏钟汪田任姜范石姚谭廖邹熊"
    "金陆郝孔崔康毛邱秦江史顾侯邵孟龙万雷钱汤尹黎易武乔贺赖龚文尤柳詹殷陶洪翟颜倪严牛温芦俞葛伍韦毕聂焦祝岳骆鲍柴甄耿裴闫游涂晏"
)
_DOUBLE = "欧阳|诸葛|上官|司马|司徒|慕容|皇甫|尉迟|公孙|令狐|夏侯|端木|宇文|轩辕|濮阳"
_SURNAME = f"(?:{_DOUBLE}|[{_SURNAMES}])"
TITLES = (
    "女士|先生|小姐|阿姨|大爷|大妈|大姐|大哥|大叔|大娘|奶奶|爷爷|叔叔|老师|师傅|经理|主任|书记|队长|站长|组长|楼长|医生|大夫|局长|处长|科长|院长|校长|律师|警官|"
    "老板|姐|哥"
)
_TITLED = re.compile(rf"(?<![老小]){_SURNAME}(?P<title>{TITLES})")
_CUED = re.compile(
    rf"(?P<cue>我叫|本人姓名|姓名|联系人|业主姓名|户主)(?P<gap>\s{{0,4}}[:：是为]?\s{{0,4}})(?P<name>{_SURNAME}[\u4e00-\u9fff]{{1,2}})(?![\u4e00-\u9fff])"
)
_TO = r"\s*[-–—－]\s*"
_HIDDEN = re.compile(f"[{HIDDEN}]")
_FLAT_NUMBER = r"(?P<flat>\d{3,4})"
HOME = re.compile(
    rf"(?<![\d-])(?:#?)(?P<building>\d{{1,3}}){_TO}(?P<stair>\d{{1,2}}){_TO}{_FLAT_NUMBER}(?:室|户|房|号(?!楼))?(?![\d-])"
)
# 3#2-501 and 3/2/501; 26/11/2026 is a day
_HOME_TOO = re.compile(
    rf"(?<![\d/#＃-])(?P<building>\d{{1,3}})\s*(?:[#＃]\s*(?P<stair>\d{{1,2}})\s*[-–—－/#＃]\s*|/\s*(?P<stair_too>\d{{1,2}})\s*/\s*(?!(?:19|20)\d\d))"
    rf"{_FLAT_NUMBER}(?:室|户|房|号(?!楼))?(?![\d/-])"
)
_D = "[0-9０-９零〇○一二三四五六七八九]"
_AT_HOME = rf"{_D}(?:[ \u3000]?{_D}){{2,3}}"
_NO_FLAT = r"(?![\d\-年元块米个平%路单层栋幢楼门梯人次天月日万千百十多余几])"
_FLAT = re.compile(
    "|".join(
        (
            # 3号楼2单元501, …501号, …五零一; a house of its own is 128号楼
            rf"(?<=[楼栋元门幢梯号住])[ \t\u3000]*(?:\d{{3,4}}|(?<![0-9号]){_AT_HOME})\s*(?:室|户|房)?(?!号){_NO_FLAT}",
            rf"(?:(?<=单元)|(?<=号楼)|(?<=[栋幢梯住]))[ \t\u3000]*{_AT_HOME}\s*号(?:住户|房|家)?(?![楼院线路桥店摊车铺电公商])",
            # 楼上 2503, 隔壁的501家
            rf"(?:(?<=楼上)|(?<=楼下)|(?<=隔壁)|(?<=对门)|(?<=对面)|(?<=住在)|(?<=我家)|(?<=漏到)|(?<=淹了))[ \t\u3000]{{0,3}}(?:的|是)?[ \t\u3000]{{0,3}}\d{{3,4}}\s*(?:室|户|房|号)?{_NO_FLAT}",
            # 501住户, 501的人, 501漏水
            r"(?<![\d\-.有共约近达超])\d{3,4}\s*(?:号?(?:住户|业主|租户|租客|邻居|家的|那家|他家|她家|的人|的(?=租客|业主|住户|邻居|那家))|(?=漏))",
            r"(?<![\d\-])\d{3,4}\s*(?:室|户|号房)",
        )
    )
)


def quiet(words: str) -> str:
    """The same words with 某人, 某先生 and 某户 where somebody or his door was named, so that the sentence still reads."""
    for pattern in (HOME, _HOME_TOO):
        words = pattern.sub(_some_flat, words)
    words = _FLAT.sub(SOME_FLAT, words)
    words = _CUED.sub(lambda one: f"{one['cue']}{one['gap']}{SOMEBODY}", words)
    return _TITLED.sub(lambda one: f"某{one['title']}", words)


def nameless(words: str) -> str:
    """The same words for others to read, without anybody: *** for numbers of persons, 某人 and 某户 for names and flats, no hidden signs."""
    seen = _HIDDEN.sub("", "".join(sign for sign in words if unicodedata.category(sign) != "Cf"))
    return quiet(mask_private(seen))


def _some_flat(home: re.Match[str]) -> str:
    stair = home["stair"] or home.groupdict().get("stair_too")
    return f"{home['building']}号楼{stair}单元{SOME_FLAT}"


def person_spans(text: str) -> list[Span]:
    """What `quiet` takes out, in order, none overlapping another. kind: name, home."""
    return apart(_all_spans(text))


def _all_spans(text: str) -> Iterator[Span]:
    for pattern in (HOME, _HOME_TOO, _FLAT):
        yield from (Span(*found.span(), "home") for found in pattern.finditer(text))
    yield from (Span(*found.span("name"), "name") for found in _CUED.finditer(text))
    yield from (Span(*found.span(), "name") for found in _TITLED.finditer(text))
