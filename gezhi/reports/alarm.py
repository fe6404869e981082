"""Whether words of danger stand in a text, and are said of something that is: not denied, warned of, supposed, or said of another thing. PURE."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

BOTH = "+"  # 电梯+困: all parts must stand in the text, each close to the next
NEAR = 24  # signs between two parts
BEFORE = 16  # signs before a word in which a denial of it may stand
BLANK = "□"
# Traditional signs of the shipped words and of what is said around them; places of signs stay.
_HANT = (
    "洩機電樓裡裏關門鎖煙氣橋車庫蓋沒無著牆磚脫墜樹線斷觸輕殺暈發來開滿災險傷個動點說誰聞見壓燒頭進過緊佔拋東從頂陽臺農藥腦鬥撞"
    "兒搶槍嗆熱壞擊傾搖墻飛箱灣濃們這麼現場圍護裝難聽塊離網運區專處嚴謹標誌員導敗縣紙還會應當歲婦摔躺顫癇臟喫醫藝憂慮擋堆貨"
)
_HANS = (
    "泄机电楼里里关门锁烟气桥车库盖没无着墙砖脱坠树线断触轻杀晕发来开满灾险伤个动点说谁闻见压烧头进过紧占抛东从顶阳台农药脑斗撞"
    "儿抢枪呛热坏击倾摇墙飞箱湾浓们这么现场围护装难听块离网运区专处严谨标志员导败县纸还会应当岁妇摔躺颤痫脏吃医艺忧虑挡堆货"
)
_SIMPLER = str.maketrans(_HANT, _HANS)
_NOT = r"(?:(?<!有)没有?|(?<!有)无|未|不(?:会|再)?|(?<!是)(?<!莫)不是|并非|别)"
_DENIED = re.compile(
    _NOT
    + r"(?:任何|什么)?(?:人|谁)?(?:[会要想再被曾有]|真的)*(?:发生|出现|发现|看[到见]|闻到|听[到说]|造成|引[起发]|导致|存在)?(?:过|任何|什么|有人|人|被)*$"
    r"|\b(?:no|not|never|nobody(?: is| was)?|no one(?: is| was)?|without)\s(?:any |a |signs? of |being )*$"
)
_IN_CLAUSE = r"[^，。；！？、,.;!?\n]"
_SUPPOSED = re.compile(
    r"(?:预防|严防|谨防|防止|防范|避免|以防|以免|免得|杜绝|严禁|禁止|小心|当心|提防|万一|一旦|如果|假如|要是|倘若)"
    + _IN_CLAUSE
    + r"{0,8}$"
    r"|(?<!恐)怕(?:会|再)?$"
    r"|(?<![消国])防(?:高空|儿童|老人|人)?$"
    r"|\b(?:in case of|prevent(?:ing)?|if there (?:is|were)|beware of|watch for)\s(?:a |any )*$"
)


def folded(text: str) -> str:
    """Small letters, simplified signs, each where it stood."""
    return text.lower().translate(_SIMPLER)


def parts(word: str) -> tuple[str, ...]:
    """What a word asks to stand in the text; a word that is one has one part."""
    return tuple(part for one in folded(word).split(BOTH) if (part := one.strip()))


def blanked(text: str, harmless: re.Pattern[str]) -> str:
    """Without what only looks like danger; everything else stays where it stood."""
    return harmless.sub(lambda found: BLANK * len(found.group()), text)


def stands_in(wanted: Sequence[str], text: str) -> bool:
    """Whether all parts stand in a folded text, in any order, each no further from the next than somebody means them together.

    The first of several is the thing: it may only be denied. What happens to it may be warned of or supposed, too.
    """
    found = sorted(
        (start, start + len(part), number)
        for number, part in enumerate(wanted)
        for start in _said(part, text, may_be_supposed=number > 0 or len(wanted) == 1)
    )
    last: dict[int, tuple[int, int]] = {}
    for start, end, number in found:
        last[number] = (start, end)
        if len(last) == len(wanted) and _are_close(sorted(last.values())):
            return True
    return False


def _are_close(spans: Sequence[tuple[int, int]]) -> bool:
    return all(0 <= after[0] - one[1] <= NEAR for one, after in pairwise(spans))


def _said(part: str, text: str, *, may_be_supposed: bool) -> Iterator[int]:
    """Where a part begins, each time that it is said of something that is."""
    start = text.find(part)
    while start >= 0:
        before = text[max(0, start - BEFORE) : start]
        if not _DENIED.search(before) and not (may_be_supposed and _SUPPOSED.search(before)):
            yield start
        start = text.find(part, start + 1)
