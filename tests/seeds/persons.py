"""Numbers that identify a person, as people write them: made, always the same, of no real person.

A seed is (text, secret): what somebody wrote, and the part of it that nobody else may read.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")
CAPITAL = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
PARENTHESISED = str.maketrans("123456789", "⑴⑵⑶⑷⑸⑹⑺⑻⑼")
BOLD = str.maketrans("0123456789", "".join(map(chr, range(0x1D7CE, 0x1D7D8))))
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
LETTERS = str.maketrans("01", "Ol")
KEYCAPS = {ord(digit): f"{digit}\ufe0f\u20e3" for digit in "0123456789"}
GAPS = (" ", "-", "—", ".", "·", "\u3000", "\u200b", "_", "/", ",", "，", "、", " - ")
HIDDEN = "\u00ad\u034f\u061c\u180e\u200b\u200d\u202a\u202c\u202d\u202e\u2060\u2066\u3164\ufeff"
TRADITIONAL = str.maketrans("云辽苏赣", "雲遼蘇贛")

SENTENCES = (
    "楼道灯坏了三天，请打{}找我。",
    "三单元门口的车是{}，一直堵着消防通道",
    "我的号{}，户主在外地。",
    "物业说找{}，没人接！",
    "{}",
    "投诉人资料：{}；地址3号楼2单元",
    "下水道堵了({})求解决",
    "请把结果告诉{}谢谢",
)


class Seed(NamedTuple):
    """kind: mobile landline id card bank plate; disguise: how it was written."""

    text: str
    secret: str
    kind: str
    disguise: str


def seeds(count: int = 2500) -> list[Seed]:
    """So many of all kinds in all disguises."""
    drawn = random.Random(371072)
    made: list[Seed] = []
    while len(made) < count:
        for kind, (make, cuts) in KINDS.items():
            for name, disguise in OF_KIND.get(kind, DISGUISES).items():
                secret = disguise(make(drawn), cuts, drawn)
                made.append(Seed(drawn.choice(SENTENCES).format(secret), secret, kind, name))
    return made[:count]


def _mobile(drawn: random.Random) -> str:
    return f"1{drawn.choice('3456789')}{drawn.randrange(10**9):09d}"


def _landline(drawn: random.Random) -> str:
    return f"{drawn.choice(['0631', '010', '0531', '021'])}{drawn.randrange(2_000_000, 9_000_000)}"


def _identity(drawn: random.Random) -> str:
    """Eighteen signs with a right check sign."""
    born = f"{drawn.randrange(1935, 2019)}{drawn.randrange(1, 13):02d}{drawn.randrange(1, 29):02d}"
    body = f"{drawn.choice(['371002', '110101', '440305', '510104'])}{born}{drawn.randrange(1000):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def _old_identity(drawn: random.Random) -> str:
    born = f"{drawn.randrange(35, 99)}{drawn.randrange(1, 13):02d}{drawn.randrange(1, 29):02d}"
    return f"371002{born}{drawn.randrange(1000):03d}"


def _bank(drawn: random.Random) -> str:
    head = drawn.choice(["622202", "621700", "623058", "955880", "436742"])
    return head + "".join(drawn.choice("0123456789") for _ in range(drawn.choice([10, 13])))


def _plate(drawn: random.Random) -> str:
    tail = "".join(drawn.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(4)) + drawn.choice(
        "0123456789"
    )
    energy = drawn.choice(["", drawn.choice("DF")])
    return f"{drawn.choice('京津冀豫云辽黑湘皖鲁新苏浙赣鄂粤')}{drawn.choice('ABCDEFGHJK')}{energy}{tail}"


def _odd_plate(drawn: random.Random) -> str:
    """Armed police, embassies, army, trailers."""
    five = f"{drawn.randrange(10**5):05d}"
    return drawn.choice(
        [f"WJ鲁{five}", f"WJ 10 {five}", f"使{five}1", f"军A{five}", f"空K·{five}", f"鲁K挂{five[:4]}"]
    )


def _passport(drawn: random.Random) -> str:
    return f"{drawn.choice(['E', 'G'])}{drawn.randrange(10**7, 10**8)}"


def _chat_name(drawn: random.Random) -> str:
    cue = drawn.choice(["vx：", "微信: ", "wx ", "V信", "威信号：", "微信号", "QQ:", "扣扣"])
    number = str(drawn.randrange(10**7, 10**10))
    return cue + (
        number
        if "Q" in cue or "扣" in cue
        else f"{drawn.choice(['zhang_san', 'w-liu', 'xiaohai'])}{number[:3]}"
    )


KINDS: dict[str, tuple[Callable[[random.Random], str], tuple[int, ...]]] = {
    "mobile": (_mobile, (3, 7)),
    "landline": (_landline, (-7,)),
    "identity": (_identity, (6, 14)),
    "old identity": (_old_identity, (6, 12)),
    "bank": (_bank, (4, 8, 12)),
    "plate": (_plate, (2,)),
    "odd plate": (_odd_plate, ()),
    "passport": (_passport, ()),
    "chat": (_chat_name, ()),
}
Disguise = Callable[[str, tuple[int, ...], random.Random], str]


def _as(table: dict[int, str] | dict[int, int]) -> Disguise:
    return lambda number, _cuts, _drawn: number.translate(table)


def _full_width(number: str, _cuts: tuple[int, ...], _drawn: random.Random) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in number)


def _grouped(number: str, cuts: tuple[int, ...], drawn: random.Random) -> str:
    at, gap = sorted(cut % len(number) for cut in cuts), drawn.choice(GAPS)
    return gap.join(number[begin:end] for begin, end in zip([0, *at], [*at, None], strict=True))


def _spaced(number: str, _cuts: tuple[int, ...], drawn: random.Random) -> str:
    return drawn.choice([" ", "-", "\u200b", ".", "\u3000"]).join(number)


def _with(signs: Sequence[str]) -> Disguise:
    """Any of these signs between the groups, the same between all of them."""

    def disguise(number: str, cuts: tuple[int, ...], drawn: random.Random) -> str:
        at, gap = sorted(cut % len(number) for cut in cuts), drawn.choice(signs)
        return gap.join(number[begin:end] for begin, end in zip([0, *at], [*at, None], strict=True))

    return disguise


def _hidden(number: str, _cuts: tuple[int, ...], drawn: random.Random) -> str:
    """Signs that nobody sees, anywhere."""
    return "".join(sign + (drawn.choice(HIDDEN) if drawn.random() < 0.5 else "") for sign in number)


def _overridden(number: str, cuts: tuple[int, ...], _drawn: random.Random) -> str:
    at = sorted(cut % len(number) for cut in cuts)[0] if cuts else 2
    return f"{number[:at]}\u202d{number[at:]}\u202c"


def _bracketed(number: str, cuts: tuple[int, ...], drawn: random.Random) -> str:
    """The first group in brackets."""
    at, pair = sorted(cut % len(number) for cut in cuts)[0], drawn.choice(["()", "（）", "【】", "[]"])
    return f"{pair[0]}{number[:at]}{pair[1]}{drawn.choice(['', ' ', '-'])}{number[at:]}"


def _by_one(number: str, _cuts: tuple[int, ...], drawn: random.Random) -> str:
    return drawn.choice(["、", "，", "/", "|", "。", "~"]).join(number)


def _traditional(number: str, _cuts: tuple[int, ...], _drawn: random.Random) -> str:
    return "魯" + number[1:] if number[0] in "鲁京津冀豫" else number.translate(TRADITIONAL)


def _in_full(number: str, _cuts: tuple[int, ...], drawn: random.Random) -> str:
    """As a plate has it: at most one letter more among the five behind."""
    return f"{drawn.choice(['山东', '河北', '江苏'])}{number[1]}{drawn.randrange(10**4):04d}{number[-1]}"


def _look_alike(number: str, _cuts: tuple[int, ...], drawn: random.Random) -> str:
    return f"{number[0]}{drawn.choice('КАВЕНМΚΑ')}{number[2:]}"


def _parted(number: str, _cuts: tuple[int, ...], drawn: random.Random) -> str:
    gap = drawn.choice(["：", ":", "/", ",", "~"])
    return f"{number[:2]}{gap}{drawn.randrange(10**5):05d}"


def _mixed(number: str, _cuts: tuple[int, ...], drawn: random.Random) -> str:
    tables: tuple[dict[int, Any], ...] = (CHINESE, SPOKEN, CIRCLED, BOLD, {})
    return "".join(sign.translate(drawn.choice(tables)) for sign in number)


DISGUISES: dict[str, Disguise] = {
    "plain": lambda number, _cuts, _drawn: number,
    "full width": _full_width,
    "Chinese": _as(CHINESE),
    "spoken": _as(SPOKEN),
    "capital": _as(CAPITAL),
    "circled": _as(CIRCLED),
    "parenthesised": _as(PARENTHESISED),
    "bold": _as(BOLD),
    "Arabic": _as(ARABIC),
    "letters for digits": _as(LETTERS),
    "keycaps": _as(KEYCAPS),
    "in groups": _grouped,
    "in groups again": _grouped,
    "sign by sign": _spaced,
    "mixed": _mixed,
    "groups in Chinese": lambda number, cuts, drawn: _grouped(number.translate(CHINESE), cuts, drawn),
    "hidden signs": _hidden,
    "written over": _overridden,
    "in brackets": _bracketed,
    "odd signs": _with(["~", "～", "：", ":", "。", "…", "#", "'", "    ", "------"]),
    "in lines": _with(["\n", "\r\n", " \n", "\u2028"]),
    "odd dots": _with(["‧", "・", "∙", "⋅", "⁄"]),
    "one by one": _by_one,
}
PLATE_DISGUISES: dict[str, Disguise] = {
    "plain": lambda number, _cuts, _drawn: number,
    "small": lambda number, _cuts, _drawn: number.lower(),
    "full width": _full_width,
    "with a dot": lambda number, _cuts, _drawn: f"{number[:2]}·{number[2:]}",
    "with a dash": lambda number, _cuts, _drawn: f"{number[:2]}-{number[2:]}",
    "with blanks": lambda number, _cuts, _drawn: f"{number[0]} {number[1]} {number[2:]}",
    "circled": _as(CIRCLED),
    "hidden signs": _hidden,
    "traditional": _traditional,
    "province in full": _in_full,
    "letters that look alike": _look_alike,
    "parted": _parted,
}
PLAIN = {"plain": DISGUISES["plain"], "hidden signs": _hidden}
OF_KIND = {
    "plate": PLATE_DISGUISES,
    "odd plate": PLAIN,
    "passport": {**PLAIN, "full width": _full_width},
    "chat": PLAIN,
}


def pieces(secret: str, folded: Callable[[str], str], long: int = 5) -> Iterator[str]:
    """Runs of a secret that would still say whose it is, as digits and small letters."""
    plain = "".join(sign for sign in folded(secret).lower() if sign.isalnum())
    yield from (plain[at : at + long] for at in range(max(1, len(plain) - long + 1)))


def leaks(seed: Seed, public: str, folded: Callable[[str], str]) -> bool:
    """Whether five signs of a secret in a row can still be read in the public copy."""
    left = "".join(sign for sign in folded(public).lower() if sign.isalnum())
    return any(piece in left for piece in pieces(seed.secret, folded))


LIKE_NUMBERS = (
    "工单WH20261128-001", "订单号20261128-0032", "编号：2026-HJ-0415", "合同编号YH2026-07-118", "单号SF-2026-1128",
    "2026/11/28", "11月28日13:00-14:30", "13:00～14:30 150米", "2026年11月28日18:30:05", "自2025.11.01起，至2026.11.28止",
    "身高178，体重150", "楼高98.5米，33层", "长1500×宽1200×高800", "2400*1200*18的板", "井盖直径700，深1.8米",
    "单价138元，共1234套", "130+1200+1300=2630元", "水费15.60、电费138.20", "押金2,000元/户，共128户", "18万、19万和200万",
    "（2026）鲁10民初1234号", "鲁政办发〔2026〕12号", "(2025)威住建罚字第0087号", "案号：（2026）鲁1002执138号", "371072-2026-9913801",
    "131、132、133号楼", "13号楼1301、1302、1303室", "1-5号楼、7-12号楼、15-18号楼", "G3栋、H12栋、E区8号", "地下车库B2-138、B2-139",
    "1路、12路、118路、K3路公交", "118路／103路／50路", "坐高铁G1234次", "山东省G25高速", "北京T3航站楼",
    "海南航空HU7801", "共130件\n20261128巡查", "第138条、第1234号", "热线12345，转3再转1", "楼龄20年，2006-2026",
    "使用100000次", "领了3000元",
)  # fmt: skip


def harmless() -> list[str]:
    """What looks like a number of a person and is none: dates, houses, sums, times, service numbers, case numbers."""
    days = [f"20{year}-{month:02d}-{day:02d}" for year, month, day in ((18, 5, 6), (19, 12, 31), (26, 1, 1))]
    parts = [
        *days,
        *[day.replace("-", ".") for day in days],
        *[f"{one}至{other}" for one in days for other in days],
        *[f"{one}-{other}".replace("-", ".") for one in days for other in days],
        *[
            f"{house}号楼{stair}单元{room}室"
            for house in (1, 12, 128)
            for stair in (1, 2)
            for room in (101, 2604)
        ],
        *["1、3、5、7、9、11、13号楼", "101、102、103、104室", "3-501、4-502、5-601", "1-2-301和1-2-302"],
        *["12345", "110", "96111转1", "12,345,678元", "3.14159平方米", "1234567元", "每月128.50元"],
        *["08:00-20:00", "2026年3月2日12:30", "凌晨1点到3点", "371072-2026-0000001", "371072-00128"],
        *LIKE_NUMBERS,
        *["鲁北的K路车", "1.5l的水瓶", "0.8元/度", "GB50180-2018", "5G基站300米", "第37届2次会议"],
    ]
    return [
        sentence.format(part) for part in parts for sentence in ("{}", "从{}起一直这样。", "看，{}，没人管")
    ]
